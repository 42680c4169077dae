/* What hosts offer and take, as data. */
#include "ike/ike_proposal.h"

#include "crypto/dh.h"

/** RFC 2407 section 4.5 has eight hours where nothing is said; Windows says them. */
#define PHASE1_S  28800
#define PHASE2_S  3600
#define PHASE2_KB 250000

#define LIST(array)                                                                                \
    {                                                                                              \
        (array), sizeof(array) / sizeof(array)[0]                                                  \
    }

#define PHASE1(encryption_, bits_, hash_, group_)                                                  \
    {                                                                                              \
        .encryption = IKE_ENCRYPTION_##encryption_, .key_bits = (bits_), .hash = IKE_HASH_##hash_, \
        .group = (group_), .seconds = PHASE1_S                                                     \
    }

static const struct ike_phase1_transform phase1_windows_xp_sp2[] = {
    PHASE1(3DES, 0, SHA1, DH_GROUP_14), PHASE1(3DES, 0, SHA1, DH_GROUP_2),
    PHASE1(3DES, 0, MD5, DH_GROUP_2),   PHASE1(DES, 0, SHA1, DH_GROUP_1),
    PHASE1(DES, 0, MD5, DH_GROUP_1),
};

static const struct ike_phase1_transform phase1_windows_vista[] = {
    PHASE1(AES, 256, SHA1, DH_GROUP_14),
    PHASE1(AES, 128, SHA1, DH_GROUP_14),
    PHASE1(3DES, 0, SHA1, DH_GROUP_14),
    PHASE1(3DES, 0, SHA1, DH_GROUP_2),
};

static const struct ike_phase1_transform phase1_rfc[] = {
    PHASE1(AES, 256, SHA256, DH_GROUP_14), PHASE1(AES, 128, SHA256, DH_GROUP_14),
    PHASE1(AES, 256, SHA1, DH_GROUP_14),   PHASE1(AES, 128, SHA1, DH_GROUP_14),
    PHASE1(AES, 128, SHA1, DH_GROUP_5),    PHASE1(AES, 128, SHA1, DH_GROUP_2),
    PHASE1(3DES, 0, SHA1, DH_GROUP_14),    PHASE1(3DES, 0, SHA1, DH_GROUP_5),
    PHASE1(3DES, 0, SHA1, DH_GROUP_2),     PHASE1(3DES, 0, MD5, DH_GROUP_2),
    PHASE1(DES, 0, SHA1, DH_GROUP_1),      PHASE1(DES, 0, MD5, DH_GROUP_1),
};

const struct ike_phase1_list ike_phase1_windows_xp_sp2 = LIST(phase1_windows_xp_sp2);
/* The same without the larger group, which came with Service Pack 2. */
const struct ike_phase1_list ike_phase1_windows_2000 = {
    phase1_windows_xp_sp2 + 1, sizeof phase1_windows_xp_sp2 / sizeof phase1_windows_xp_sp2[0] - 1};
const struct ike_phase1_list ike_phase1_windows_vista = LIST(phase1_windows_vista);
const struct ike_phase1_list ike_phase1_rfc = LIST(phase1_rfc);

#define ESP(id_, bits_, integrity_)                                                                \
    {                                                                                              \
        ISAKMP_PROTOCOL_ESP, IKE_ESP_##id_, (bits_), IKE_INTEGRITY_##integrity_                    \
    }
#define AH(id_, integrity_)                                                                        \
    {                                                                                              \
        ISAKMP_PROTOCOL_AH, IKE_AH_##id_, 0, IKE_INTEGRITY_##integrity_                            \
    }
#define LIFE .seconds = PHASE2_S, .kilobytes = PHASE2_KB

/* The six that Windows has for each cipher, the most wanted first. */
#define SIX_WITH(cipher)                                                                           \
    {{ESP(cipher, 0, HMAC_MD5)}, LIFE}, {{ESP(cipher, 0, HMAC_SHA)}, LIFE},                        \
        {{AH(SHA, HMAC_SHA), ESP(cipher, 0, NONE)}, LIFE},                                         \
        {{AH(MD5, HMAC_MD5), ESP(cipher, 0, NONE)}, LIFE},                                         \
        {{AH(SHA, HMAC_SHA), ESP(cipher, 0, HMAC_SHA)}, LIFE},                                     \
    {                                                                                              \
        {AH(MD5, HMAC_MD5), ESP(cipher, 0, HMAC_MD5)}, LIFE                                        \
    }

static const struct ike_phase2_choice phase2_windows_l2tp_server[] = {
    SIX_WITH(3DES),
    SIX_WITH(DES),
    {{ESP(NULL, 0, HMAC_SHA)}, LIFE},
    {{ESP(NULL, 0, HMAC_MD5)}, LIFE},
    {{AH(SHA, HMAC_SHA)}, LIFE},
    {{AH(MD5, HMAC_MD5)}, LIFE},
};

static const struct ike_phase2_choice phase2_windows_vista[] = {
    {{ESP(AES, 256, HMAC_SHA)}, LIFE},
    {{ESP(AES, 128, HMAC_SHA)}, LIFE},
    {{ESP(3DES, 0, HMAC_SHA)}, LIFE},
    {{ESP(NULL, 0, HMAC_SHA)}, LIFE},
};

static const struct ike_phase2_choice phase2_rfc[] = {
    {{ESP(AES, 256, HMAC_SHA256)}, LIFE},
    {{ESP(AES, 128, HMAC_SHA256)}, LIFE},
    {{ESP(AES, 256, HMAC_SHA)}, LIFE},
    {{ESP(AES, 128, HMAC_SHA)}, LIFE},
    {{ESP(3DES, 0, HMAC_SHA)}, LIFE},
    {{ESP(3DES, 0, HMAC_MD5)}, LIFE},
    {{AH(SHA, HMAC_SHA), ESP(3DES, 0, NONE)}, LIFE},
    {{AH(SHA, HMAC_SHA), ESP(3DES, 0, HMAC_SHA)}, LIFE},
    {{ESP(DES, 0, HMAC_SHA)}, LIFE},
    {{ESP(DES, 0, HMAC_MD5)}, LIFE},
    {{ESP(NULL, 0, HMAC_SHA)}, LIFE},
    {{AH(SHA256, HMAC_SHA256)}, LIFE},
    {{AH(SHA, HMAC_SHA)}, LIFE},
    {{AH(MD5, HMAC_MD5)}, LIFE},
};

const struct ike_phase2_list ike_phase2_windows_l2tp_server = LIST(phase2_windows_l2tp_server);
/* A client leaves out what does not encrypt: the last four. */
const struct ike_phase2_list ike_phase2_windows_l2tp = {
    phase2_windows_l2tp_server,
    sizeof phase2_windows_l2tp_server / sizeof phase2_windows_l2tp_server[0] - 4};
const struct ike_phase2_list ike_phase2_windows_vista = LIST(phase2_windows_vista);
const struct ike_phase2_list ike_phase2_rfc = LIST(phase2_rfc);
