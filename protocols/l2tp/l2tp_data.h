#ifndef VPNSIM_L2TP_L2TP_DATA_H
#define VPNSIM_L2TP_L2TP_DATA_H

#include "base/instant.h"
#include "base/packet.h"
#include "l2tp/l2tp_header.h"

#include <stdbool.h>
#include <stdint.h>

/** What the header of data messages looks like and how they are brought into order. */
struct l2tp_data_config {
    bool length;             /**< send the Length field, as Windows does */
    uint16_t offset;         /**< octets of offset pad to send; 0: no Offset Size field */
    uint16_t reorder_limit;  /**< packets kept while one is missing; 0: go on at once */
    uint32_t reorder_ms;     /**< longest wait for a missing packet */
    uint32_t acknowledge_ms; /**< with flow control: longest wait for data to carry an Nr */
    uint32_t reset_ms;       /**< with flow control: longest wait for the window to open */
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
 *
 * Flow control is that of the drafts before the RFC, which Windows has kept (MS-L2TPIE section
 * 2.2.2): Nr acknowledges data, at most a window of it is under way, and a sender that waits too
 * long goes on with the R bit, which tells the receiver to wait for nothing before it.
 */
struct l2tp_data {
    const struct l2tp_data_config *config; /**< borrowed */
    bool sequencing;                       /**< sent messages carry Ns */
    uint16_t next_ns;
    uint16_t expected;
    struct packet_queue early; /**< ahead of expected, ordered by Ns, headers pulled */
    instant release_due;       /**< when to wait no longer for what is missing */
    uint16_t window;           /**< of the peer; 0: no flow control */
    uint16_t acknowledged;     /**< highest Nr received */
    bool reset;                /**< the next message has the R bit */
    struct packet_queue held;  /**< frames that wait for the window */
    instant reset_due;         /**< when to wait no longer for it */
    instant acknowledge_due;   /**< when an Nr has to be sent alone */
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

/** Turns flow control on, with the window that the peer has told. */
void l2tp_data_control_flow(struct l2tp_data *self, uint16_t window);

/** True when a message may be sent now. */
static inline bool l2tp_data_may_send(const struct l2tp_data *self)
{
    return self->window == 0 || (uint16_t)(self->next_ns - self->acknowledged) < self->window;
}

/**
 * Keeps @p frame, whose ownership moves, until the window opens. False, and the caller still owns
 * it, when as many as the window takes are kept already.
 */
bool l2tp_data_hold(struct l2tp_data *self, instant now, struct packet *frame);

/** The next frame kept that may be sent now, which the caller then owns; NULL: none. */
struct packet *l2tp_data_unhold(struct l2tp_data *self, instant now);

/** What @p header of a message that carries @p length octets says to flow control. */
void l2tp_data_take_header(struct l2tp_data *self, instant now, const struct l2tp_header *header,
                           size_t length);

/**
 * Acts on the times of flow control. True when an empty message is to be sent, for its Nr; frames
 * kept may be sent, too.
 */
bool l2tp_data_handle_timeout(struct l2tp_data *self, instant now);

/** When something is to be done without a further message; INSTANT_NEVER: not. */
instant l2tp_data_next_timeout(const struct l2tp_data *self);

#endif
