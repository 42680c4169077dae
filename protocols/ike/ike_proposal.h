#ifndef VPNSIM_IKE_IKE_PROPOSAL_H
#define VPNSIM_IKE_IKE_PROPOSAL_H

#include "ike/isakmp_payload.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What SA payloads offer and choose: RFC 2408 sections 3.4 to 3.6, RFC 2409 appendix A (phase 1),
 * RFC 2407 sections 4.4 and 4.5 (phase 2).
 *
 *  SA         0  DOI            4  Situation          8  proposals
 *  Proposal   0  Proposal #     1  Protocol-Id   2  SPI Size   3  # of Transforms   4  SPI
 *  Transform  0  Transform #    1  Transform-Id  2  reserved   4  attributes
 *  Attribute  0  type, bit 15 set: 2  value          clear: 2  length   4  value
 */

/** Most transforms of phase 1, proposals of phase 2, and transforms of one of them, taken. */
#define IKE_PHASE1_TRANSFORMS_MAX 32
#define IKE_PHASE2_PROPOSALS_MAX  24
#define IKE_PHASE2_TRANSFORMS_MAX 8
/** Most protocols that one proposal asks for together: AH and ESP. */
#define IKE_PHASE2_PROTOCOLS_MAX 2

/** Encryption Algorithm. */
enum ike_encryption {
    IKE_ENCRYPTION_DES = 1,
    IKE_ENCRYPTION_3DES = 5,
    IKE_ENCRYPTION_AES = 7,
};

/** Hash Algorithm. */
enum ike_hash {
    IKE_HASH_MD5 = 1,
    IKE_HASH_SHA1 = 2,
    IKE_HASH_SHA256 = 4,
};

/** Authentication Method. */
enum ike_authentication {
    IKE_AUTHENTICATION_PRE_SHARED_KEY = 1,
    IKE_AUTHENTICATION_DSS = 2,
    IKE_AUTHENTICATION_RSA_SIGNATURE = 3,
    IKE_AUTHENTICATION_RSA_ENCRYPTION = 4,
    IKE_AUTHENTICATION_RSA_REVISED = 5,
    IKE_AUTHENTICATION_GSSAPI = 65001, /**< Kerberos, among computers of one Windows domain */
};

/** One transform of phase 1; 0 means that an attribute is absent. */
struct ike_phase1_transform {
    uint8_t number;          /**< Transform #; encoders count from 1 when it is 0 */
    uint16_t encryption;     /**< enum ike_encryption */
    uint16_t key_bits;       /**< of AES */
    uint16_t hash;           /**< enum ike_hash */
    uint16_t authentication; /**< enum ike_authentication */
    uint16_t group;          /**< enum dh_group */
    uint32_t seconds;        /**< life duration */
    uint32_t kilobytes;
    bool unsupported;      /**< decoded: has what nobody here can honour; never chosen */
    const uint8_t *octets; /**< decoded: the body of the payload, borrowed, to be echoed */
    size_t length;
};

/** What an SA payload of phase 1 says. */
struct ike_phase1_offer {
    uint8_t proposal_number; /**< of the first proposal */
    struct ike_phase1_transform transforms[IKE_PHASE1_TRANSFORMS_MAX];
    size_t count;
};

/** What a host offers, in its order of preference, and takes. */
struct ike_phase1_list {
    const struct ike_phase1_transform *transforms;
    size_t count;
};

/**
 * Decodes the body of an SA payload of phase 1. Several proposals are alternatives here, since all
 * are for ISAKMP: their transforms come one behind the other.
 */
enum isakmp_error ike_phase1_decode(const uint8_t *body, size_t length,
                                    struct ike_phase1_offer *offer);

/**
 * Writes the body of an SA payload: one proposal with @p count transforms. Attributes come in the
 * order encryption, key length, hash, group, authentication, life.
 *
 * @param authentication  the method of all transforms; 0: each has its own
 * @param long_durations  life durations take four octets even where two would do, as Windows
 *                        writes them
 */
void ike_phase1_encode(struct wire_writer *writer, const struct ike_phase1_transform *transforms,
                       size_t count, uint16_t authentication, bool long_durations);

/** Writes the body of the responder's SA payload: transform @p chosen, unchanged. */
void ike_phase1_encode_chosen(struct wire_writer *writer, const struct ike_phase1_offer *offer,
                              size_t chosen);

/**
 * The responder's choice: the first transform offered whose algorithms, key length, group and
 * method are those of one that is taken; lifetimes do not count.
 *
 * @param authentication  as in ike_phase1_encode()
 * @param chosen          receives its index in the offer
 * @return false when there is none: NO-PROPOSAL-CHOSEN
 */
bool ike_phase1_select(const struct ike_phase1_offer *offer, const struct ike_phase1_list *taken,
                       uint16_t authentication, size_t *chosen);

/**
 * The initiator's check: true when the responder's transform is one of those offered, with the
 * lifetimes it had (RFC 2408 section 4.2 has a changed one refused).
 */
bool ike_phase1_was_offered(const struct ike_phase1_transform *chosen,
                            const struct ike_phase1_transform *offered, size_t count,
                            uint16_t authentication);

/** ESP Transform-Ids that are known (RFC 2407 section 4.4.4). */
enum ike_esp_transform {
    IKE_ESP_DES = 2,
    IKE_ESP_3DES = 3,
    IKE_ESP_NULL = 11,
    IKE_ESP_AES = 12,
};

/** AH Transform-Ids that are known (RFC 2407 section 4.4.3). */
enum ike_ah_transform {
    IKE_AH_MD5 = 2,
    IKE_AH_SHA = 3,
    IKE_AH_SHA256 = 5,
};

/** Authentication Algorithm of phase 2. */
enum ike_integrity {
    IKE_INTEGRITY_NONE = 0, /**< ESP without authentication */
    IKE_INTEGRITY_HMAC_MD5 = 1,
    IKE_INTEGRITY_HMAC_SHA = 2,
    IKE_INTEGRITY_HMAC_SHA256 = 5,
};

/** Encapsulation Mode (RFC 2407 section 4.5, RFC 3947 section 5.1, its drafts). */
enum ike_encapsulation {
    IKE_TUNNEL = 1,
    IKE_TRANSPORT = 2,
    IKE_UDP_TUNNEL = 3,
    IKE_UDP_TRANSPORT = 4,
    IKE_UDP_TUNNEL_DRAFT = 61443,
    IKE_UDP_TRANSPORT_DRAFT = 61444,
};

/** One transform of phase 2; 0 means that an attribute is absent. */
struct ike_phase2_transform {
    uint8_t number;         /**< as in phase 1 */
    uint8_t id;             /**< enum ike_esp_transform or enum ike_ah_transform */
    uint16_t key_bits;      /**< Key Length, of AES */
    uint16_t integrity;     /**< enum ike_integrity */
    uint16_t encapsulation; /**< enum ike_encapsulation */
    uint16_t group;         /**< enum dh_group, for perfect forward secrecy */
    uint32_t seconds;
    uint32_t kilobytes;
    bool unsupported;
    const uint8_t *octets;
    size_t length;
};

/** One protocol of a proposal and the transforms among which the responder may choose. */
struct ike_phase2_protocol {
    uint8_t protocol; /**< enum isakmp_protocol */
    uint32_t spi;     /**< the sender's, for what it wants to receive */
    struct ike_phase2_transform transforms[IKE_PHASE2_TRANSFORMS_MAX];
    size_t count;
};

/** Protocols that are wanted together: payloads with the same number, in the wire's order. */
struct ike_phase2_proposal {
    uint8_t number; /**< Proposal #; encoders count from 1 when it is 0 */
    struct ike_phase2_protocol protocols[IKE_PHASE2_PROTOCOLS_MAX];
    size_t count;
};

/** What an SA payload of phase 2 says: alternatives in order of preference. About 20 kB. */
struct ike_phase2_offer {
    struct ike_phase2_proposal proposals[IKE_PHASE2_PROPOSALS_MAX];
    size_t count;
};

/**
 * One alternative as a host has it in its list: one transform a protocol, AH before ESP. Where
 * SPIs, mode and group come from is not the list's affair.
 */
struct ike_phase2_choice {
    struct {
        uint8_t protocol; /**< enum isakmp_protocol; 0: there is none */
        uint8_t id;
        uint16_t key_bits;
        uint16_t integrity;
    } protocols[IKE_PHASE2_PROTOCOLS_MAX];
    uint32_t seconds;
    uint32_t kilobytes;
};

struct ike_phase2_list {
    const struct ike_phase2_choice *choices;
    size_t count;
};

/** What a negotiation adds to a list. */
struct ike_phase2_terms {
    uint16_t encapsulation; /**< enum ike_encapsulation */
    uint16_t group;         /**< enum dh_group; 0: no perfect forward secrecy */
    uint32_t seconds;       /**< 0: those of the list */
    uint32_t kilobytes;     /**< 0: those of the list */
    bool without_ah;        /**< choices with AH are left out, as a NAT demands */
};

/**
 * Decodes the body of an SA payload of phase 2. A proposal that nothing here could take (three
 * protocols, an SPI that has not four octets) is left out.
 */
enum isakmp_error ike_phase2_decode(const uint8_t *body, size_t length,
                                    struct ike_phase2_offer *offer);

/**
 * Makes the offer of an initiator: every choice of @p list under @p terms, numbered from 1, with
 * the SPIs of AH and of ESP in all of them; choices beyond IKE_PHASE2_PROPOSALS_MAX are left out.
 */
void ike_phase2_offer_make(struct ike_phase2_offer *offer, const struct ike_phase2_list *list,
                           const struct ike_phase2_terms *terms, uint32_t ah_spi, uint32_t esp_spi);

/** Writes the body of an SA payload of phase 2; @p long_durations as in phase 1. */
void ike_phase2_encode(struct wire_writer *writer, const struct ike_phase2_offer *offer,
                       bool long_durations);

/** What a responder has chosen: a proposal, and in it a transform for each protocol. */
struct ike_phase2_chosen {
    size_t proposal;
    size_t transforms[IKE_PHASE2_PROTOCOLS_MAX];
};

/**
 * The responder's choice: the first proposal offered that a choice of @p list agrees with in its
 * protocols, algorithms and key lengths, and that has the encapsulation and the group of
 * @p terms. Where no group is asked for, one that is offered is taken when @p any_group is set.
 *
 * @return false when there is none: NO-PROPOSAL-CHOSEN
 */
bool ike_phase2_select(const struct ike_phase2_offer *offer, const struct ike_phase2_list *list,
                       const struct ike_phase2_terms *terms, bool any_group,
                       struct ike_phase2_chosen *chosen);

/**
 * Writes the body of the responder's SA payload: the proposal chosen with one transform a
 * protocol, unchanged, and the responder's own SPIs in the order of the proposal's protocols.
 */
void ike_phase2_encode_chosen(struct wire_writer *writer, const struct ike_phase2_offer *offer,
                              const struct ike_phase2_chosen *chosen,
                              const uint32_t spis[IKE_PHASE2_PROTOCOLS_MAX]);

/**
 * The initiator's check of what came back, one proposal with one transform a protocol: finds what
 * it was chosen from in @p offered. False: nothing was offered so, lifetimes included.
 */
bool ike_phase2_was_offered(const struct ike_phase2_offer *answer,
                            const struct ike_phase2_offer *offered,
                            struct ike_phase2_chosen *chosen);

/** Octets of the keys that the transform of @p protocol needs; false: it is not known here. */
bool ike_phase2_key_lengths(uint8_t protocol, const struct ike_phase2_transform *transform,
                            size_t *cipher_key, size_t *integrity_key);

/** True for the modes that put UDP between IP and ESP. */
bool ike_encapsulation_is_udp(uint16_t encapsulation);
/** True for IKE_TUNNEL and its encapsulated forms. */
bool ike_encapsulation_is_tunnel(uint16_t encapsulation);

/*
 * Lists as hosts have them: what the automatic policy for L2TP of each Windows offers, as far as it
 * has been recorded or described, and all that is known here. Authentication methods are open.
 */
extern const struct ike_phase1_list ike_phase1_windows_2000;   /**< and XP before Service Pack 2 */
extern const struct ike_phase1_list ike_phase1_windows_xp_sp2; /**< and Server 2003 */
extern const struct ike_phase1_list ike_phase1_windows_vista;  /**< and Server 2008 */
extern const struct ike_phase1_list ike_phase1_rfc;
extern const struct ike_phase2_list ike_phase2_windows_l2tp;        /**< clients */
extern const struct ike_phase2_list ike_phase2_windows_l2tp_server; /**< takes NULL and AH too */
extern const struct ike_phase2_list ike_phase2_windows_vista;
extern const struct ike_phase2_list ike_phase2_rfc;

#endif
