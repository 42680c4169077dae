#ifndef VPNSIM_IKE_IKE_PROPOSAL_H
#define VPNSIM_IKE_IKE_PROPOSAL_H

#include "ike/ike_policy.h"
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
#define IKE_PHASE1_OFFER_MAX     32
#define IKE_CHILD_OFFER_MAX      24
#define IKE_CHILD_TRANSFORMS_MAX 8

/** One transform of phase 1 that a peer offers or has chosen. */
struct ike_phase1_offered {
    uint8_t number;                        /**< Transform # */
    bool supported;                        /**< false: has what is not known here */
    struct ike_phase1_transform transform; /**< when supported */
    const uint8_t *body;                   /**< of the Transform payload, borrowed */
    size_t length;
};

/** What an SA payload of phase 1 says. */
struct ike_phase1_offer {
    uint8_t proposal_number; /**< of the first proposal */
    struct ike_phase1_offered transforms[IKE_PHASE1_OFFER_MAX];
    size_t count;
};

/**
 * Decodes the body of an SA payload of phase 1. Several proposals are alternatives here, since all
 * are for ISAKMP: their transforms come one behind the other.
 */
enum isakmp_error ike_phase1_decode(const uint8_t *body, size_t length,
                                    struct ike_phase1_offer *offer);

/**
 * Writes the body of an SA payload: one proposal with @p count transforms, numbered from 1.
 * Attributes come in the order encryption, key length, hash, group, authentication, life.
 *
 * @param long_durations  life durations take four octets even where two would do, as Windows
 *                        writes them
 */
void ike_phase1_encode(struct wire_writer *writer, const struct ike_phase1_transform *transforms,
                       size_t count, bool long_durations);

/** Writes the body of the responder's SA payload: transform @p chosen, unchanged. */
void ike_phase1_encode_chosen(struct wire_writer *writer, const struct ike_phase1_offer *offer,
                              size_t chosen);

/** The same with its attributes in the order of ike_phase1_encode(). */
void ike_phase1_encode_reordered(struct wire_writer *writer, const struct ike_phase1_offer *offer,
                                 size_t chosen, bool long_durations);

/**
 * The responder's choice: the first transform offered whose algorithms, key length, group and
 * authentication method are those of one in @p own; lifetimes do not count.
 *
 * @param offered, wanted  receive the indices in the offer and in @p own
 * @return false when there is none: NO-PROPOSAL-CHOSEN
 */
bool ike_phase1_select(const struct ike_phase1_offer *offer, const struct ike_phase1_transform *own,
                       size_t count, size_t *offered, size_t *wanted);

/**
 * The initiator's check of the answer: exactly one transform, which is one of its own with the
 * lifetimes it had (RFC 2408 section 4.2 has any change refused).
 */
bool ike_phase1_was_offered(const struct ike_phase1_offer *answer,
                            const struct ike_phase1_transform *own, size_t count, size_t *wanted);

/** Encapsulation Mode (RFC 2407 section 4.5, RFC 3947 section 5.1, its drafts). */
enum ike_mode_attribute {
    IKE_MODE_TUNNEL = 1,
    IKE_MODE_TRANSPORT = 2,
    IKE_MODE_UDP_TUNNEL = 3,
    IKE_MODE_UDP_TRANSPORT = 4,
    IKE_MODE_UDP_TUNNEL_DRAFT = 61443,
    IKE_MODE_UDP_TRANSPORT_DRAFT = 61444,
};

/** One transform of phase 2 that a peer offers or has chosen. */
struct ike_child_offered {
    uint8_t number;
    bool supported;
    struct ike_algorithms algorithms; /**< when supported */
    uint16_t mode;                    /**< enum ike_mode_attribute; 0: not said */
    uint16_t group;                   /**< for perfect forward secrecy; 0: not said */
    uint32_t life_s;                  /**< 0: not said */
    uint32_t life_kb;
    const uint8_t *body; /**< of the Transform payload, borrowed */
    size_t length;
};

/** One protocol of a proposal, with the transforms among which the responder may choose. */
struct ike_child_offered_protocol {
    uint8_t protocol; /**< enum ike_protocol, or one that is not known here */
    uint32_t spi;     /**< chosen by the sender, for what it will receive */
    struct ike_child_offered transforms[IKE_CHILD_TRANSFORMS_MAX];
    size_t count;
};

/** Protocols that are wanted together: payloads with the same number, in the order of the wire. */
struct ike_child_offered_proposal {
    uint8_t number;
    struct ike_child_offered_protocol protocols[IKE_BUNDLE_MAX];
    size_t count;
};

/** What an SA payload of phase 2 says: alternatives in the order of preference. About 25 kB. */
struct ike_child_offer {
    struct ike_child_offered_proposal proposals[IKE_CHILD_OFFER_MAX];
    size_t count;
};

/**
 * Decodes the body of an SA payload of phase 2. A proposal of more protocols than IKE_BUNDLE_MAX,
 * or with a protocol that has no SPI of four octets, is left out: nothing here could take it.
 */
enum isakmp_error ike_child_decode(const uint8_t *body, size_t length,
                                   struct ike_child_offer *offer);

/** What a negotiation adds to the proposals of a policy. */
struct ike_child_terms {
    uint16_t mode;   /**< enum ike_mode_attribute */
    uint16_t group;  /**< enum dh_group; 0: no perfect forward secrecy */
    bool without_ah; /**< proposals with AH are left out, as a NAT demands */
};

/**
 * Writes the body of an SA payload: every proposal under @p terms, numbered from 1, one transform
 * a protocol; @p ah_spi and @p esp_spi stand in all of them.
 *
 * @param long_durations  as in ike_phase1_encode()
 * @return how many proposals there are
 */
size_t ike_child_encode(struct wire_writer *writer, const struct ike_child_proposal *proposals,
                        size_t count, const struct ike_child_terms *terms, uint32_t ah_spi,
                        uint32_t esp_spi, bool long_durations);

/** What has been chosen. */
struct ike_child_chosen {
    size_t offered;                    /**< index of the proposal in the offer */
    size_t transforms[IKE_BUNDLE_MAX]; /**< for each of its protocols the index of its transform */
    size_t wanted;                     /**< index in the own proposals */
};

/**
 * The responder's choice: the first proposal offered that has the protocols, algorithms and key
 * lengths of one in @p own, and the mode of @p terms. The group must be that of @p terms too; one
 * that is offered though @p terms has none is taken.
 *
 * @return false when there is none: NO-PROPOSAL-CHOSEN
 */
bool ike_child_select(const struct ike_child_offer *offer, const struct ike_child_proposal *own,
                      size_t count, const struct ike_child_terms *terms,
                      struct ike_child_chosen *chosen);

/**
 * Writes the body of the responder's SA payload: the proposal chosen with one transform a
 * protocol, unchanged, and the responder's own SPIs.
 */
void ike_child_encode_chosen(struct wire_writer *writer, const struct ike_child_offer *offer,
                             const struct ike_child_chosen *chosen, uint32_t ah_spi,
                             uint32_t esp_spi);

/**
 * The initiator's check of the answer: one proposal with one transform a protocol, which is one of
 * @p own under @p terms with the lifetimes it had.
 */
bool ike_child_was_offered(const struct ike_child_offer *answer,
                           const struct ike_child_proposal *own, size_t count,
                           const struct ike_child_terms *terms, struct ike_child_chosen *chosen);

/** Octets of the keys that @p algorithms need: 0 where there is no cipher or no HMAC. */
size_t ike_cipher_key_length(const struct ike_algorithms *algorithms);
size_t ike_hash_key_length(const struct ike_algorithms *algorithms);

/** Most transforms of a list of phase 1. */
#define IKE_PHASE1_LIST_MAX 16

/**
 * What implementations offer, as far as it has been recorded or described: the automatic policy
 * for L2TP of each Windows, and for the others all that is known here, the strongest first.
 *
 * @param transforms  room for IKE_PHASE1_LIST_MAX, each with @p authentication
 * @return how many there are
 */
size_t ike_phase1_list(enum ike_profile profile, enum ike_authentication authentication,
                       struct ike_phase1_transform *transforms);

/** The same for phase 2; static storage. @p server: what it takes besides what a client offers. */
const struct ike_child_proposal *ike_child_list(enum ike_profile profile, bool server,
                                                size_t *count);

#endif
