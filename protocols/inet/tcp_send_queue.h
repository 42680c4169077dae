#ifndef VPNSIM_INET_TCP_SEND_QUEUE_H
#define VPNSIM_INET_TCP_SEND_QUEUE_H

/* Internals of the TCP engine, shared by its files only. */

#include "inet/tcp.h"

/*
 * The octets that a connection still needs: not acknowledged, then not sent. First come copies of
 * what tcp_send() got, in packets, then octets that a source makes whenever they are sent.
 */
struct tcp_send_queue {
    uint32_t base;   /* sequence number of the first octet */
    uint32_t length; /* octets, copies and made ones */
    struct packet_queue copies;
    struct packet *cursor; /* where the last segment ended; NULL: at the head */
    uint32_t cursor_sequence;
    uint32_t source_base; /* sequence number of the source's first octet in the queue */
    struct tcp_source source;
    uint64_t source_offset; /* that octet's */
    uint64_t source_left;   /* octets of the source that are not yet in the queue */
    bool has_source;        /* until its last octet is acknowledged */
};

/* Appends a copy to the packets; returns how much memory allowed. */
size_t tcp_send_queue_append(struct tcp_send_queue *self, struct packet_pool *pool,
                             const uint8_t *octets, size_t length);

/* Appends @p source, of which at first nothing is in the queue. */
void tcp_send_queue_append_source(struct tcp_send_queue *self, const struct tcp_source *source);

/* Lets octets of the source in until the queue is @p limit octets long. */
void tcp_send_queue_fill(struct tcp_send_queue *self, uint32_t limit);

/* Writes the @p length octets from @p sequence on, all of them in the queue. In order it costs no
 * search. */
void tcp_send_queue_read(struct tcp_send_queue *self, uint32_t sequence, uint8_t *into,
                         uint32_t length);

/* Lets the first @p octets go. */
void tcp_send_queue_discard(struct tcp_send_queue *self, uint32_t octets);

/* Forgets everything. */
void tcp_send_queue_clear(struct tcp_send_queue *self);

#endif
