#include "inet/tcp_send_queue.h"

#include "inet/tcp_connection.h"

#include <string.h>

size_t tcp_send_queue_append(struct tcp_send_queue *self, struct packet_pool *pool,
                             const uint8_t *octets, size_t length)
{
    size_t done = 0;
    while (done < length) {
        struct packet *tail = self->copies.tail;
        if (!tail || packet_tailroom(tail) == 0) {
            tail = packet_alloc(pool, PACKET_ROOM);
            if (!tail)
                break;
            /* Octets in a queue need no headroom. */
            tail->data = tail->storage;
            packet_queue_push(&self->copies, tail);
        }
        size_t room = packet_tailroom(tail);
        size_t part = length - done < room ? length - done : room;
        memcpy(packet_append(tail, part), octets + done, part);
        done += part;
    }
    self->length += (uint32_t)done;
    return done;
}

void tcp_send_queue_append_source(struct tcp_send_queue *self, const struct tcp_source *source)
{
    self->source = *source;
    self->source_offset = 0;
    self->source_left = source->length;
    self->source_base = self->base + self->length;
    self->has_source = source->length > 0;
}

void tcp_send_queue_fill(struct tcp_send_queue *self, uint32_t limit)
{
    if (self->source_left == 0 || self->length >= limit)
        return;
    uint32_t room = limit - self->length;
    uint32_t part = self->source_left < room ? (uint32_t)self->source_left : room;
    self->length += part;
    self->source_left -= part;
}

/* Copies of tcp_send()'s octets; all of them lie in front of the source's. */
static void read_copies(struct tcp_send_queue *self, uint32_t sequence, uint8_t *into,
                        uint32_t length)
{
    struct packet *chunk = self->cursor;
    uint32_t start = self->cursor_sequence;
    if (!chunk || seq_lt(sequence, start)) {
        chunk = self->copies.head;
        start = self->base;
    }
    while (length > 0) {
        uint32_t offset = sequence - start;
        if (offset >= chunk->length) {
            start += chunk->length;
            chunk = chunk->next;
            continue;
        }
        uint32_t part = min_u32(chunk->length - offset, length);
        memcpy(into, chunk->data + offset, part);
        into += part;
        sequence += part;
        length -= part;
    }
    self->cursor = chunk;
    self->cursor_sequence = start;
}

void tcp_send_queue_read(struct tcp_send_queue *self, uint32_t sequence, uint8_t *into,
                         uint32_t length)
{
    if (self->has_source) {
        if (seq_le(self->source_base, sequence)) {
            uint32_t into_source = sequence - self->source_base;
            self->source.read(self->source.context, self->source_offset + into_source, into,
                              length);
            return;
        }
        uint32_t copied = self->source_base - sequence;
        if (copied < length) {
            self->source.read(self->source.context, self->source_offset, into + copied,
                              length - copied);
            length = copied;
        }
    }
    read_copies(self, sequence, into, length);
}

static void discard_copies(struct tcp_send_queue *self, uint32_t octets)
{
    while (octets > 0) {
        struct packet *head = self->copies.head;
        if (head->length > octets) {
            (void)packet_pull(head, octets);
            break;
        }
        octets -= head->length;
        if (self->cursor == head)
            self->cursor = NULL;
        packet_free(packet_queue_pop(&self->copies));
    }
    if (self->cursor && self->cursor == self->copies.head)
        self->cursor_sequence = self->base;
}

void tcp_send_queue_discard(struct tcp_send_queue *self, uint32_t octets)
{
    uint32_t copied = self->has_source ? self->source_base - self->base : self->length;
    uint32_t of_copies = min_u32(octets, copied);
    self->base += octets;
    self->length -= octets;
    if (copied > 0)
        discard_copies(self, of_copies);
    if (!self->has_source)
        return;
    self->source_offset += octets - of_copies;
    self->source_base += octets - of_copies;
    self->has_source = self->length > 0 || self->source_left > 0;
}

void tcp_send_queue_clear(struct tcp_send_queue *self)
{
    packet_queue_clear(&self->copies);
    self->length = 0;
    self->cursor = NULL;
    self->source_left = 0;
    self->has_source = false;
}
