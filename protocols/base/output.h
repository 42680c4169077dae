#ifndef VPNSIM_BASE_OUTPUT_H
#define VPNSIM_BASE_OUTPUT_H

#include "base/packet.h"

#include <stdbool.h>
#include <stdint.h>

/** What an engine hands out from its poll function. */
enum output_kind {
    OUTPUT_NONE,    /**< nothing more to do until the next input, command or timeout */
    OUTPUT_SEND,    /**< transmit .packet towards the peer; the caller now owns it */
    OUTPUT_DELIVER, /**< .packet has come out at the top of the engine; the caller now owns it;
                         .value is the engine's own */
    OUTPUT_EVENT,   /**< .event happened; its numbering and .value are the engine's own */
};

/** One decision of an engine, in the order decided. */
struct output {
    enum output_kind kind;
    int event;
    uint32_t value;
    struct packet *packet;
};

/** Most decisions that one input, command or timeout of an engine may queue. */
#define OUTPUT_QUEUE_CAPACITY 24

/**
 * FIFO inside an engine between deciding and polling. The engine contract: after every input,
 * command or timeout the caller polls until OUTPUT_NONE, so the ring never fills; a full ring is a
 * programmer's error. Zero-initialised is empty.
 */
struct output_queue {
    struct output ring[OUTPUT_QUEUE_CAPACITY];
    uint32_t head;
    uint32_t count;
};

/** Queues a packet (OUTPUT_SEND or OUTPUT_DELIVER), whose ownership moves; NULL is ignored. */
void output_push_packet(struct output_queue *queue, enum output_kind kind, struct packet *packet);

/** Queues OUTPUT_DELIVER of @p packet, whose ownership moves, with .value; NULL is ignored. */
void output_push_datagram(struct output_queue *queue, struct packet *packet, uint32_t value);

/** Queues an event. */
void output_push_event(struct output_queue *queue, int event, uint32_t value);

/** Moves the oldest decision to @p output. False and OUTPUT_NONE when there is none. */
bool output_pop(struct output_queue *queue, struct output *output);

/** Frees every queued packet and empties the queue. */
void output_clear(struct output_queue *queue);

#endif
