#ifndef VPNSIM_GRE_GRE_TUNNEL_H
#define VPNSIM_GRE_GRE_TUNNEL_H

#include "base/instant.h"
#include "base/output.h"
#include "base/packet.h"
#include "base/trace.h"

#include <stdbool.h>
#include <stdint.h>

/** Most packets outstanding under the sliding window; a larger advertised window is cut to it. */
#define GRE_TUNNEL_WINDOW_MAXIMUM 64
/** Most packets that the reorder queue can be configured to hold. */
#define GRE_TUNNEL_REORDER_MAXIMUM 64

/** What happens to a packet whose Sequence Number has already been passed. */
enum gre_late_policy {
    GRE_LATE_DROP,    /**< RFC 2637 section 4.3: silently discarded (here: a traced drop) */
    GRE_LATE_DELIVER, /**< Windows: handed up out of order, duplicates too */
};

/** Whether the peer's advertised receive window limits sending. */
enum gre_window_policy {
    GRE_WINDOW_NONE,    /**< Windows: every packet is sent at once */
    GRE_WINDOW_SLIDING, /**< RFC 2637 sections 4.2 and 4.4 */
};

/**
 * Behaviour and surroundings of one tunnel end. Start from gre_tunnel_config_windows() or
 * gre_tunnel_config_rfc() and fill in the rest.
 */
struct gre_tunnel_config {
    struct trace trace;
    struct packet_pool *pool; /**< for bare acknowledgments */
    uint16_t local_call_id;   /**< the id this end chose: carried by arriving packets */
    uint16_t peer_call_id;    /**< the id the peer chose: carried by sent packets */
    enum gre_late_policy late;
    uint16_t reorder_packets; /**< packets held while an earlier one is missing; 0: no queue */
    uint32_t reorder_ms;      /**< longest time that a packet is held */
    uint32_t ack_delay_ms;    /**< an acknowledgment waits this long for data to ride on */
    enum gre_window_policy window;
    /* The rest matters to GRE_WINDOW_SLIDING only. */
    uint16_t peer_window;           /**< the peer's Packet Recv. Window Size */
    uint16_t peer_processing_delay; /**< the peer's Packet Processing Delay, tenths of a second */
    uint16_t backlog_packets;       /**< packets that may wait for the window; more are dropped */
    uint32_t timeout_minimum_ms;    /**< MinTimeOut of section 4.4.1 */
    uint32_t timeout_maximum_ms;    /**< MaxTimeOut of section 4.4.1 */
};

/**
 * Windows: late packets are delivered, 8 packets are queued for up to 100 ms, acknowledgments
 * wait 100 ms, the peer's window is ignored.
 */
struct gre_tunnel_config gre_tunnel_config_windows(void);

/**
 * RFC 2637: late packets are dropped, nothing is queued, acknowledgments wait 100 ms, sliding
 * window with an adaptive time-out between 0.5 s and 10 s and 64 packets of backlog.
 */
struct gre_tunnel_config gre_tunnel_config_rfc(void);

/** What a tunnel end has done so far. */
struct gre_tunnel_counters {
    uint32_t data_sent;     /**< packets with payload sent */
    uint32_t data_received; /**< well-formed packets with payload received */
    uint32_t acks_sent;     /**< bare acknowledgments sent */
    uint32_t acks_received; /**< bare acknowledgments received */
    uint32_t acks_carried;  /**< acknowledgments sent with data */
    uint32_t reordered;     /**< packets that waited in the reorder queue */
    uint32_t skipped;       /**< Sequence Numbers given up as lost */
    uint32_t late;          /**< packets whose Sequence Number had been passed */
    uint32_t duplicates;    /**< packets whose Sequence Number had been received before */
    uint32_t dropped;       /**< packets discarded, each with a "packet.dropped" event */
    uint32_t timeouts;      /**< acknowledgment time-outs of the sliding window */
    uint32_t acks_invalid;  /**< Acknowledgment Numbers of packets never sent, ignored */
};

/**
 * One end of the GRE tunnel of one call: numbers, acknowledges and puts in order the PPP frames
 * that a call carries (RFC 2637 section 4). Nothing is ever retransmitted.
 *
 * Engine contract: after every send, input and timeout, poll until OUTPUT_NONE. Outputs are
 * OUTPUT_SEND (a GRE packet to put into IP protocol 47) and OUTPUT_DELIVER (a PPP frame); packets
 * move in and out without being copied, and no memory is allocated but for bare acknowledgments
 * from the pool. packet.due and packet.mark of a packet inside belong to the tunnel.
 *
 * Fields are private except @c counters.
 */
struct gre_tunnel {
    struct gre_tunnel_config config;
    struct gre_tunnel_counters counters;
    struct packet_queue to_send;
    struct packet_queue to_deliver;
    struct packet_queue backlog; /**< waits for the window to open */
    struct packet *reorder;      /**< waits for an earlier packet; ascending by sequence */
    uint64_t received;           /**< bit n: highest_received - n has been received */
    instant ack_due;     /**< when a bare acknowledgment must go; INSTANT_NEVER: none owed */
    instant timeout_due; /**< when the oldest outstanding packet is given up */
    uint32_t reorder_count;
    uint32_t next_sequence;    /**< of the next packet sent */
    uint32_t expected;         /**< next sequence to deliver */
    uint32_t highest_received; /**< valid when anything was received */
    uint32_t oldest_unacked;   /**< first outstanding sequence */
    uint32_t window_goal;      /**< the window grows when this much is acknowledged */
    uint32_t rtt_us;
    uint32_t deviation_us;
    uint32_t timeout_us;
    uint16_t window;
    bool anything_received;
    uint32_t sent_us[GRE_TUNNEL_WINDOW_MAXIMUM]; /**< send times, by sequence modulo the size */
};

/** Both directions start at Sequence Number 0. @p config is copied. */
void gre_tunnel_init(struct gre_tunnel *self, const struct gre_tunnel_config *config);

/** Frees every packet inside. The tunnel may be initialised again. */
void gre_tunnel_close(struct gre_tunnel *self);

/**
 * Sends a PPP frame: @p packet is its octets (at least one), ownership moves here. The header is
 * pushed in place with the next Sequence Number and, when an acknowledgment is owed, with it.
 * Under a closed window the frame waits.
 */
void gre_tunnel_send(struct gre_tunnel *self, instant now, struct packet *packet);

/**
 * Takes in a received packet positioned at its GRE header (octets behind the payload are cut);
 * ownership moves here. Malformed packets and those of another Call ID are traced drops.
 */
void gre_tunnel_input(struct gre_tunnel *self, instant now, struct packet *packet);

/** To be called at or after gre_tunnel_next_timeout(). */
void gre_tunnel_handle_timeout(struct gre_tunnel *self, instant now);

/** When the tunnel next wants to be woken; INSTANT_NEVER when it does not. */
instant gre_tunnel_next_timeout(const struct gre_tunnel *self);

/** The next packet to send or deliver; false and OUTPUT_NONE when there is none. */
bool gre_tunnel_poll(struct gre_tunnel *self, struct output *output);

#endif
