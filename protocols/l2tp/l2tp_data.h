#ifndef VPNSIM_L2TP_L2TP_DATA_H
#define VPNSIM_L2TP_L2TP_DATA_H

#include "base/instant.h"
#include "base/packet.h"
#include "l2tp/l2tp_header.h"

#include <stdbool.h>
#include <stdint.h>

/** What the header of data messages looks like and how they are brought into order. */
struct l2tp_data_config {
    bool length;            /**< send the Length field, as Windows does */
    uint16_t offset;        /**< octets of offset pad to send; 0: no Offset Size field */
    uint16_t reorder_limit; /**< packets kept while one is missing; 0: go on at once */
    uint32_t reorder_ms;    /**< longest wait for a missing packet */
};

/** What became of a data message that was received. */
enum l2tp_data_arrival {
    L2TP_DATA_IN_TURN, /**< it is next */
    L2TP_DATA_KEPT,    /**< one before it is missing: see l2tp_data_release() */
    L2TP_DATA_LATE,    /**< its turn is over, or it is a copy; the caller still owns it */
};

/**
 * The data messages of one session, RFC 2661 section 5.4. The sequence numbers of a direction go
 * on where they were when sequencing is switched on again.
 */
struct l2tp_data {
    const struct l2tp_data_config *config; /**< borrowed */
    bool sequencing;                       /**< sent messages carry Ns */
    uint16_t next_ns;
    uint16_t expected;
    struct packet_queue early; /**< ahead of expected, ordered by Ns, headers pulled */
    instant release_due;       /**< when to wait no longer for what is missing */
};

/** @p config must outlive it. */
void l2tp_data_init(struct l2tp_data *self, const struct l2tp_data_config *config);

/** Frees the packets kept. */
void l2tp_data_close(struct l2tp_data *self);

/** Octets that l2tp_data_push() will put in front. */
size_t l2tp_data_overhead(const struct l2tp_data *self);

/** Pushes the header into the headroom of @p packet, which stays the caller's. */
void l2tp_data_push(struct l2tp_data *self, struct packet *packet, uint16_t tunnel_id,
                    uint16_t session_id, bool priority);

/**
 * Judges @p packet, whose header (decoded in @p header) is pulled already, by its Ns; without one
 * it is always in turn. Ownership moves only when it is kept.
 */
enum l2tp_data_arrival l2tp_data_accept(struct l2tp_data *self, instant now,
                                        const struct l2tp_header *header, struct packet *packet);

/**
 * The next packet kept whose turn has come, because nothing is missing before it any more, or has
 * been missing for too long; the caller then owns it. NULL: none.
 */
struct packet *l2tp_data_release(struct l2tp_data *self, instant now);

/** When l2tp_data_release() has something without a further message; INSTANT_NEVER: not. */
static inline instant l2tp_data_next_timeout(const struct l2tp_data *self)
{
    return self->release_due;
}

#endif
