#ifndef VPNSIM_PPP_COMPRESSION_MPPE_KEYS_H
#define VPNSIM_PPP_COMPRESSION_MPPE_KEYS_H

#include "crypto/crypto.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Octets of the longest session key. */
#define MPPE_KEY_SIZE 16

/** Negotiated key strength (RFC 3078 section 2.1); the values are the bits of the key. */
enum mppe_strength {
    MPPE_40_BIT = 40,
    MPPE_56_BIT = 56,
    MPPE_128_BIT = 128,
};

/** Where the start keys of 40 and 56 bits come from. */
enum mppe_weak_keys {
    MPPE_WEAK_FROM_START, /**< the first eight octets of .send and .receive */
    MPPE_WEAK_OWN,        /**< .weak in both directions, as MS-CHAP-1 leaves it */
    MPPE_WEAK_NONE,       /**< there are none: the password has no LAN Manager hash */
};

/**
 * What an authentication leaves for the encryption of both directions, before the strength is
 * negotiated: the start keys as this side uses them (RFC 3079 sections 2, 3 and 4). See
 * mppe_start_key().
 */
struct mppe_start_keys {
    uint8_t send[MPPE_KEY_SIZE];
    uint8_t receive[MPPE_KEY_SIZE];
    enum mppe_weak_keys weak_keys;
    uint8_t weak[MPPE_KEY_SIZE]; /**< eight octets and zeros */
};

/**
 * The start key of one direction for @p strength, MPPE_KEY_SIZE octets of which mppe_key_length()
 * count; NULL when there is none for that strength.
 */
const uint8_t *mppe_start_key(const struct mppe_start_keys *keys, enum mppe_strength strength,
                              bool send);

/** Octets of a session key: 8 for 40 and 56 bits, 16 for 128 bits (RFC 3078 section 7.3). */
size_t mppe_key_length(enum mppe_strength strength);

/** GetMasterKey (RFC 3079 section 3.4) from HashNtPasswordHash and the NT-Response. */
void mppe_master_key(struct crypto *crypto, const uint8_t hash_hash[16],
                     const uint8_t nt_response[24], uint8_t master_key[MPPE_KEY_SIZE]);

/**
 * GetAsymmetricStartKey for both directions (RFC 3079 section 3.4). @p server is this side's role:
 * true for the authenticator.
 */
void mppe_start_keys_from_master(struct crypto *crypto, const uint8_t master_key[MPPE_KEY_SIZE],
                                 bool server, struct mppe_start_keys *keys);

/**
 * The keys of MS-CHAP-1 (RFC 3079 section 2): the same in both directions, those of 128 bits from
 * HashNtPasswordHash and the challenge, the shorter ones from @p lm_hash, NULL when the password
 * has none.
 */
void mppe_start_keys_from_mschap_v1(struct crypto *crypto, const uint8_t *lm_hash,
                                    const uint8_t hash_hash[16], const uint8_t challenge[8],
                                    struct mppe_start_keys *keys);

/** Octets of the MSK of an EAP method (RFC 3748 section 7.10). */
#define MPPE_MSK_SIZE 64

/**
 * The keys of EAP-TLS (RFC 3079 section 4): the first half of the MSK is what the peer sends with,
 * the second what the authenticator does; of either the leading octets count. @p server is this
 * side's role: true for the authenticator.
 */
void mppe_start_keys_from_msk(const uint8_t msk[MPPE_MSK_SIZE], bool server,
                              struct mppe_start_keys *keys);

/**
 * GetNewKeyFromSHA and the reduction of the result (RFC 3079 section 3.4): the initial session key
 * of @p start_key, of which mppe_key_length() octets count and as many are written.
 */
void mppe_initial_session_key(struct crypto *crypto, enum mppe_strength strength,
                              const uint8_t *start_key, uint8_t *session_key);

/**
 * The key change of RFC 3078 section 7.3: replaces @p session_key by its successor. Uses the
 * scratch RC4 object of @p crypto.
 */
void mppe_change_key(struct crypto *crypto, enum mppe_strength strength, const uint8_t *start_key,
                     uint8_t *session_key);

#endif
