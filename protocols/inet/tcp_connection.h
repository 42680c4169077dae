#ifndef VPNSIM_INET_TCP_CONNECTION_H
#define VPNSIM_INET_TCP_CONNECTION_H

/* Internals of the TCP engine, shared by its files only. */

#include "inet/tcp.h"
#include "inet/tcp_segment.h"
#include "inet/tcp_send_queue.h"

/* Memory is allocated at set-up only; there an allocation that fails must not end the process. */
#define HASH_NONFATAL_OOM 1
#define HASH_FUNCTION(key, length, value)                                                          \
    do {                                                                                           \
        (value) = tcp_hash((key), (length));                                                       \
    } while (0)
#include <uthash.h>
#include <utlist.h>

/* What identifies a connection: a hash key, hence without padding. */
struct tcp_socket_pair {
    ipv4_address local;
    ipv4_address remote;
    uint16_t local_port;
    uint16_t remote_port;
};

struct tcp_socket {
    ipv4_address address;
    uint16_t port;
    uint16_t zero;
};

struct tcp_listener {
    UT_hash_handle hh;
    struct tcp_socket socket;
    struct tcp_options options;
    void *context;
    uint32_t pending; /* connections not yet accepted */
};

/* timer_index of a connection that is not in the heap. */
#define TCP_NO_TIMER UINT32_MAX

/*
 * One connection: the transmission control block of RFC 9293 section 3.3.1, whose names it uses in
 * lower case. Ordered by size; an idle connection has nothing beside it.
 */
struct tcp_connection {
    UT_hash_handle hh;
    struct tcp_socket_pair pair;
    enum tcp_state state;
    uint64_t serial;
    struct tcp_endpoint *endpoint;
    struct tcp_listener *listener; /* until accepted */
    void *context;
    const char *resend_reason; /* why snd_nxt was set back to snd_una */
    struct tcp_connection *all_previous, *all_next;
    struct tcp_connection *output_previous, *output_next;
    struct tcp_connection *event_previous, *event_next;

    /* Deadlines; INSTANT_NEVER when not running. */
    instant retransmit_at; /* retransmission, or with persisting the window probe */
    instant ack_at;
    instant idle_at;  /* TIME-WAIT, FIN-WAIT-2 or keep-alive, by state */
    instant timer_at; /* the key in the heap, never later than the earliest of them */

    instant smoothed_rtt; /* 0: not measured */
    instant rtt_variation;
    instant rto;
    instant timed_at;
    instant unacknowledged_since;
    instant last_sent_at;
    instant last_received_at;
    instant challenge_since;

    struct tcp_send_queue send_queue;
    struct packet_queue receive_queue;
    struct packet_queue out_of_order; /* sorted, disjoint; packet.mark is the sequence number */

    struct tcp_counters counters;
    struct tcp_options options;

    uint32_t timer_index;
    uint32_t iss, snd_una, snd_nxt, snd_max, snd_wnd, snd_wl1, snd_wl2, snd_wnd_max;
    uint32_t irs, rcv_nxt, rcv_adv, receive_buffer, receive_queued, fin_sequence;
    uint32_t cwnd, ssthresh, recover, acknowledged_octets;
    uint32_t timed_sequence;
    uint16_t snd_mss;       /* what we send at most */
    uint16_t announced_mss; /* what we asked the peer to send at most */
    uint16_t duplicate_acks;
    uint16_t challenge_acks;
    uint16_t events; /* bits 1 << enum tcp_event */

    uint8_t snd_scale, rcv_scale;
    uint8_t retransmissions;   /* of what is first in line, unanswered */
    uint8_t keep_alives;       /* unanswered */
    uint8_t syn_resets;        /* RSTs that answered our SYN */
    uint8_t unacked_segments;  /* data segments received since our last ACK */
    uint8_t soft_error;        /* ICMP code + 1 of the latest soft error; 0: none */
    bool passive;              /* made by a listener */
    bool held;                 /* the application has it and will release it */
    bool released;             /* the application had it */
    bool in_output, in_events; /* on those lists */
    bool scaling;              /* both sides offered it */
    bool peer_sack_permitted;
    bool syn_due; /* SYN or SYN-ACK must be (re)sent */
    bool syn_retransmitted;
    bool syn_retry_pending; /* retransmit_at is the pause after a RST that answered the SYN */
    bool close_requested;   /* a FIN follows the queue */
    bool fin_known;         /* fin_sequence is where the peer's FIN lies */
    bool ack_now;
    bool retransmit_head;
    bool persisting;
    bool probe_due;
    bool keep_alive_due;
    bool timing;
    bool recovering; /* fast recovery */
    bool partial_ack_seen;
    bool writable_wanted;
};

/* Comparison modulo 2^32 (RFC 9293 section 3.4). */
static inline bool seq_lt(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) < 0;
}

static inline bool seq_le(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) <= 0;
}

static inline uint32_t seq_max(uint32_t a, uint32_t b)
{
    return seq_lt(a, b) ? b : a;
}

static inline uint32_t min_u32(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static inline uint32_t max_u32(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* Sequence number behind the last octet queued: where a FIN goes unless a source has more. */
static inline uint32_t tcp_send_end(const struct tcp_connection *self)
{
    return self->send_queue.base + self->send_queue.length;
}

static inline uint32_t tcp_flight(const struct tcp_connection *self)
{
    return self->snd_max - self->snd_una;
}

static inline bool tcp_fin_acknowledged(const struct tcp_connection *self)
{
    return self->close_requested && self->snd_una == tcp_send_end(self) + 1;
}

/* tcp_endpoint.c */
unsigned tcp_hash(const void *key, size_t length);
struct tcp_connection *tcp_find(struct tcp_endpoint *self, const struct tcp_socket_pair *pair);
struct tcp_listener *tcp_find_listener(struct tcp_endpoint *self, ipv4_address address,
                                       uint16_t port);
/* A connection in the hash and the lists, in CLOSED, its send sequence chosen; NULL: no memory. */
struct tcp_connection *tcp_connection_new(struct tcp_endpoint *self, instant now,
                                          const struct tcp_socket_pair *pair,
                                          const struct tcp_options *options, void *context);
/* Takes the connection out of everything; frees it at tcp_reap() unless the application holds it.
 * keep_received: data already received stays readable. */
void tcp_connection_end(struct tcp_connection *self, bool keep_received);
/* Ends with the final event and its trace. */
void tcp_connection_fail(struct tcp_connection *self, instant now, enum tcp_event event,
                         const char *reason);
void tcp_reap(struct tcp_endpoint *self);
void tcp_want_output(struct tcp_connection *self);
void tcp_notify(struct tcp_connection *self, enum tcp_event event);
uint32_t tcp_path_mtu(const struct tcp_endpoint *self, const struct tcp_socket_pair *pair);

/* tcp_trace.c */
void tcp_trace(const struct tcp_connection *self, instant now, const char *name,
               const char *reason);
void tcp_trace_retransmission(const struct tcp_connection *self, instant now, uint32_t sequence,
                              uint32_t length, const char *reason);

/* tcp_timer.c: call tcp_timer_update() after a deadline was made earlier. */
void tcp_timer_update(struct tcp_connection *self);
void tcp_timer_remove(struct tcp_connection *self);
void tcp_timer_arm_retransmission(struct tcp_connection *self, instant now);
void tcp_timer_stop_retransmission(struct tcp_connection *self);
void tcp_timer_arm_keep_alive(struct tcp_connection *self, instant now);
void tcp_enter_time_wait(struct tcp_connection *self, instant now);
void tcp_enter_fin_wait_2(struct tcp_connection *self, instant now);

/* tcp_congestion.c */
void tcp_congestion_init(struct tcp_connection *self);
void tcp_congestion_set_initial_window(struct tcp_connection *self);
void tcp_congestion_acknowledged(struct tcp_connection *self, instant now, uint32_t ack,
                                 uint32_t octets, uint32_t flight_before);
void tcp_congestion_duplicate_ack(struct tcp_connection *self, instant now);
void tcp_congestion_timeout(struct tcp_connection *self);
void tcp_congestion_idle(struct tcp_connection *self, instant now);
uint32_t tcp_congestion_window(const struct tcp_connection *self);
void tcp_rtt_sample(struct tcp_connection *self, instant rtt);
void tcp_rto_back_off(struct tcp_connection *self);

/* tcp_output.c */
bool tcp_output_segment(struct tcp_connection *self, instant now, struct tcp_output *output);
/* Queues a RST with that sequence number; with an acknowledgment when flags has ACK. */
void tcp_send_reset(struct tcp_endpoint *self, instant now, const struct tcp_socket_pair *pair,
                    uint32_t sequence, uint32_t acknowledgment, uint8_t flags);
/* The RST of tcp_abort() and of its like. */
void tcp_reset_peer(struct tcp_connection *self, instant now);
/* An ACK is due unless too many were forced lately (RFC 5961 section 7). */
void tcp_challenge_ack(struct tcp_connection *self, instant now);

/* tcp_window.c */
uint32_t tcp_receive_window(const struct tcp_connection *self);
uint16_t tcp_window_to_announce(struct tcp_connection *self);
void tcp_negotiate(struct tcp_connection *self, const struct tcp_segment *syn);
void tcp_window_opened(struct tcp_connection *self);
uint8_t tcp_scale_for(uint32_t receive_buffer);

/* tcp_reassembly.c: takes the packet, whose data starts at sequence within the window. */
void tcp_receive_text(struct tcp_connection *self, instant now, uint32_t sequence,
                      struct packet *packet);

/* tcp_synchronized.c: a segment for a connection in SYN-RECEIVED or later. */
void tcp_input_synchronized(struct tcp_connection *self, instant now, struct tcp_segment *segment,
                            struct packet *packet);
/* The FIN at rcv_nxt: state change, event, ACK. */
void tcp_receive_fin(struct tcp_connection *self, instant now);
void tcp_establish(struct tcp_connection *self, instant now);

#endif
