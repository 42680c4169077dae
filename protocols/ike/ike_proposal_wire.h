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

/** Reads one nested payload of @p type, after which only another of its kind may follow. */
enum isakmp_error ike_nested_get(struct wire_reader *reader, unsigned type,
                                 struct ike_nested *nested);

/** A Proposal payload's head. */
struct ike_proposal_head {
    uint8_t number;
    uint8_t protocol;
    uint8_t spi_length;
    uint8_t transform_count;
    const uint8_t *spi;
    struct wire_reader transforms;
};

/** Reads DOI and Situation of an SA payload; @p reader stands at its first proposal then. */
enum isakmp_error ike_sa_get(struct wire_reader *reader);

enum isakmp_error ike_proposal_get(const struct ike_nested *nested, struct ike_proposal_head *head);

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
