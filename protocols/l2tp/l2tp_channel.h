#ifndef VPNSIM_L2TP_L2TP_CHANNEL_H
#define VPNSIM_L2TP_L2TP_CHANNEL_H

#include "base/instant.h"
#include "base/packet.h"
#include "l2tp/l2tp_header.h"

#include <stdbool.h>
#include <stdint.h>

/** How the reliable delivery of control messages behaves, RFC 2661 section 5.8. */
struct l2tp_channel_config {
    uint32_t retransmit_ms;      /**< before the first retransmission; then twice as long each */
    uint32_t retransmit_cap_ms;  /**< longest interval; the RFC wants no less than 8 s */
    uint8_t retransmissions;     /**< of one message, before the peer is taken for gone */
    uint32_t acknowledge_ms;     /**< longest wait for a message to carry an acknowledgment */
    uint16_t out_of_order_limit; /**< messages ahead of the next one that are kept; 0: none */
    bool slow_start;             /**< appendix A */
};

/** The recommended values: 1 s, at most 8 s, 5 times, nothing kept, slow start. */
struct l2tp_channel_config l2tp_channel_config_rfc(void);

/** What became of a control message. */
enum l2tp_arrival {
    L2TP_ARRIVAL_NEW,       /**< kept, to be taken with l2tp_channel_receive() in its turn */
    L2TP_ARRIVAL_ZLB,       /**< an acknowledgment and nothing else */
    L2TP_ARRIVAL_DUPLICATE, /**< received before: acknowledged again */
    L2TP_ARRIVAL_AHEAD,     /**< too far ahead of the next one to be kept */
};

/** What a packet to be sent is. */
enum l2tp_departure {
    L2TP_DEPARTURE_NONE,
    L2TP_DEPARTURE_MESSAGE,
    L2TP_DEPARTURE_RETRANSMISSION,
    L2TP_DEPARTURE_ZLB,
};

/**
 * The reliable channel of one tunnel: numbers and keeps what is sent until it is acknowledged,
 * brings what is received into order. Packets come from the pool of the messages given to it.
 */
struct l2tp_channel {
    const struct l2tp_channel_config *config; /**< borrowed */
    struct packet_pool *pool;
    struct packet_queue unsent;         /**< numbered, waiting for the window */
    struct packet_queue unacknowledged; /**< sent at least once, oldest first */
    struct packet_queue received;       /**< in order, not yet taken */
    struct packet_queue early;          /**< ahead of expected, ordered by Ns */
    uint16_t peer_tunnel_id;
    uint16_t next_ns;     /**< of the next message to be queued */
    uint16_t expected;    /**< Ns of the next message in order: the Nr that is sent */
    uint16_t peer_window; /**< messages that the peer takes unacknowledged */
    uint16_t cwnd;        /**< appendix A: congestion window */
    uint16_t ssthresh;
    uint16_t cwnd_acknowledged; /**< acknowledgments since cwnd grew last, above ssthresh */
    uint16_t resend;            /**< unacknowledged messages that are due to be sent once more */
    uint8_t retransmitted;      /**< times that the oldest was sent again without an answer */
    instant retransmit_due;
    instant acknowledge_due;
};

/** @p config must outlive the channel. */
void l2tp_channel_init(struct l2tp_channel *self, const struct l2tp_channel_config *config,
                       struct packet_pool *pool);

/** Frees every packet it holds. */
void l2tp_channel_close(struct l2tp_channel *self);

/** What the peer told in its Receive Window Size; L2TP_DEFAULT_WINDOW until then. Not 0. */
void l2tp_channel_set_peer_window(struct l2tp_channel *self, uint16_t window);

/**
 * Numbers the AVPs in @p packet, whose ownership moves, as the next message for @p session_id of
 * the peer, to be handed out by l2tp_channel_poll() when the window lets it.
 */
void l2tp_channel_send(struct l2tp_channel *self, struct packet *packet, uint16_t session_id);

/**
 * Takes a control message whose ownership moves, header (decoded in @p header) included. Whatever
 * becomes of it, its Nr counts.
 */
enum l2tp_arrival l2tp_channel_input(struct l2tp_channel *self, instant now,
                                     const struct l2tp_header *header, struct packet *packet);

/** The next message in order, header included, which the caller then owns; NULL: none. */
struct packet *l2tp_channel_receive(struct l2tp_channel *self);

/**
 * The next packet to be sent, which the caller then owns, and what it is; NULL: none. To be called
 * until then, once the messages received have been handled: a message carries the acknowledgment
 * that would take a ZLB else.
 */
struct packet *l2tp_channel_poll(struct l2tp_channel *self, instant now,
                                 enum l2tp_departure *departure);

/** When l2tp_channel_handle_timeout() is wanted; INSTANT_NEVER: not at all. */
instant l2tp_channel_next_timeout(const struct l2tp_channel *self);

/** Retransmits or acknowledges what is due (poll). False: the peer does not answer any more. */
bool l2tp_channel_handle_timeout(struct l2tp_channel *self, instant now);

/** True when everything sent has been acknowledged and nothing received waits for it. */
bool l2tp_channel_settled(const struct l2tp_channel *self);

/** Messages that are sent and not acknowledged. */
unsigned l2tp_channel_outstanding(const struct l2tp_channel *self);

#endif
