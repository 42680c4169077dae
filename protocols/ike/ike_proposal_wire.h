#ifndef VPNSIM_IKE_IKE_PROPOSAL_WIRE_H
#define VPNSIM_IKE_IKE_PROPOSAL_WIRE_H

#include "ike/isakmp_payload.h"

/* Only the sources of ike_proposal.h include this. */

/** A Proposal or Transform payload as it stands inside an SA payload. */
struct ike_nested {
    bool more; /**< another follows */
    const uint8_t *body;
    size_t length;
};

/** A Proposal payload's head. */
struct ike_proposal_head {
    bool more; /**< another proposal follows */
    uint8_t number;
    uint8_t protocol;
    uint8_t spi_length;
    uint8_t transform_count;
    const uint8_t *spi;
    struct wire_reader transforms;
};

/** Reads DOI and Situation of an SA payload; @p reader stands at its first proposal then. */
enum isakmp_error ike_sa_get(struct wire_reader *reader);

/** Reads the next proposal. */
enum isakmp_error ike_proposal_get(struct wire_reader *reader, struct ike_proposal_head *head);

/** Reads transform @p index of a proposal, which has as many as its head says. */
enum isakmp_error ike_proposal_transform(struct ike_proposal_head *head, unsigned index,
                                         struct ike_nested *nested);

/** Where the value of an attribute goes. */
struct ike_attribute_place {
    uint16_t type;
    uint16_t *value;
};

/** What transforms of both phases say alike. */
struct ike_transform_head {
    uint8_t number;
    uint8_t id;
    uint32_t seconds;
    uint32_t kilobytes;
    bool unsupported; /**< an attribute has no place, or a value that is not known */
};

/**
 * Reads a transform: its head, and every attribute into its place.
 *
 * @param life_type  the number that Life Type has in this phase; Life Duration has the next
 */
enum isakmp_error ike_transform_get(const struct ike_nested *nested, uint16_t life_type,
                                    const struct ike_attribute_place *places, size_t count,
                                    struct ike_transform_head *head);

/** Writes DOI and Situation. */
void ike_sa_put(struct wire_writer *writer);

/** Writes generic header and head of a Proposal; returns where, for ike_nested_close(). */
size_t ike_proposal_open(struct wire_writer *writer, bool more, uint8_t number, uint8_t protocol,
                         const uint8_t *spi, size_t spi_length, size_t transform_count);

/** Writes generic header and head of a Transform; returns where. */
size_t ike_transform_open(struct wire_writer *writer, bool more, uint8_t number, uint8_t id);

/** Patches the length of what was opened at @p offset. */
void ike_nested_close(struct wire_writer *writer, size_t offset);

/** A whole Transform payload from the body that it had when it came. */
void ike_transform_put_body(struct wire_writer *writer, const uint8_t *body, size_t length);

#endif
