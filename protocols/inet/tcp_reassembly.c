#include "inet/tcp_connection.h"

/* Segments kept out of order beyond one for each MSS the window holds. */
#define EXTRA_SEGMENTS 16

static void append_in_order(struct tcp_connection *self, struct packet *packet)
{
    self->rcv_nxt += packet->length;
    self->receive_queued += packet->length;
    self->counters.octets_received += packet->length;
    struct packet *tail = self->receive_queue.tail;
    /* Many small segments must not each hold a packet. */
    if (tail && packet_tailroom(tail) >= packet->length) {
        memcpy(packet_append(tail, packet->length), packet->data, packet->length);
        packet_free(packet);
        return;
    }
    packet_queue_push(&self->receive_queue, packet);
}

/* Inserts behind @p previous (NULL: in front), cutting what the neighbours have already. */
static void insert_after(struct tcp_connection *self, instant now, struct packet *previous,
                         uint32_t sequence, struct packet *packet)
{
    struct packet_queue *queue = &self->out_of_order;
    if (previous) {
        uint32_t end = previous->mark + previous->length;
        if (seq_lt(sequence, end)) {
            uint32_t known = end - sequence;
            if (known >= packet->length) {
                trace_drop(&self->endpoint->config.trace, now, "tcp", "duplicate", packet->serial);
                packet_free(packet);
                return;
            }
            (void)packet_pull(packet, known);
            sequence = end;
        }
    }
    struct packet *next = previous ? previous->next : queue->head;
    while (next && seq_lt(next->mark, sequence + packet->length)) {
        uint32_t end = next->mark + next->length;
        if (seq_lt(sequence + packet->length, end)) {
            packet_trim(packet, next->mark - sequence);
            break;
        }
        /* Wholly covered by the newcomer. */
        struct packet *covered = next;
        next = next->next;
        queue->count--;
        packet_free(covered);
    }
    if (packet->length == 0) {
        /* It began where its successor begins. */
        packet_free(packet);
        return;
    }
    packet->mark = sequence;
    packet->next = next;
    if (previous)
        previous->next = packet;
    else
        queue->head = packet;
    if (!next)
        queue->tail = packet;
    queue->count++;
}

static void keep_out_of_order(struct tcp_connection *self, instant now, uint32_t sequence,
                              struct packet *packet)
{
    struct packet_queue *queue = &self->out_of_order;
    if (queue->count >= self->receive_buffer / self->announced_mss + EXTRA_SEGMENTS) {
        trace_drop(&self->endpoint->config.trace, now, "tcp", "reassembly-full", packet->serial);
        packet_free(packet);
        return;
    }
    struct packet *previous = NULL;
    if (queue->tail && seq_le(queue->tail->mark, sequence)) {
        previous = queue->tail;
    } else {
        for (struct packet *p = queue->head; p && seq_le(p->mark, sequence); p = p->next)
            previous = p;
    }
    insert_after(self, now, previous, sequence, packet);
}

/* Moves what has become contiguous; true when there was anything. */
static bool drain_out_of_order(struct tcp_connection *self)
{
    struct packet_queue *queue = &self->out_of_order;
    bool moved = false;
    while (queue->head && seq_le(queue->head->mark, self->rcv_nxt)) {
        struct packet *packet = packet_queue_pop(queue);
        uint32_t known = self->rcv_nxt - packet->mark;
        moved = true;
        if (known >= packet->length) {
            packet_free(packet);
            continue;
        }
        (void)packet_pull(packet, known);
        packet->mark = 0;
        append_in_order(self, packet);
    }
    return moved;
}

void tcp_receive_text(struct tcp_connection *self, instant now, uint32_t sequence,
                      struct packet *packet)
{
    if (sequence != self->rcv_nxt) {
        keep_out_of_order(self, now, sequence, packet);
        self->ack_now = true; /* RFC 5681 section 4.2: a duplicate ACK at once */
        return;
    }
    append_in_order(self, packet);
    if (self->out_of_order.head) {
        /* Section 4.2: a segment that fills a gap is acknowledged at once. */
        drain_out_of_order(self);
        self->ack_now = true;
    }
    tcp_notify(self, TCP_EVENT_READABLE);
    if (++self->unacked_segments >= self->options.ack_every_segments ||
        self->options.delayed_ack_ms == 0) {
        self->ack_now = true;
    } else if (self->ack_at == INSTANT_NEVER) {
        self->ack_at = instant_after(now, self->options.delayed_ack_ms * INSTANT_MILLISECOND);
        tcp_timer_update(self);
    }
}
