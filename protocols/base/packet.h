#ifndef VPNSIM_BASE_PACKET_H
#define VPNSIM_BASE_PACKET_H

#include "base/instant.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct packet_pool;

/**
 * Octets kept free in front of a new packet's data, for the headers of every layer. So many that
 * the Ethernet, IPv4 and TCP or UDP headers of a plain frame lie in one line of the cache.
 */
#define PACKET_HEADROOM 172
/** Octets kept free behind, for padding and integrity values. */
#define PACKET_TAILROOM 64
/** Storage of a standard packet, headroom and tailroom included. */
#define PACKET_SIZE 2048
/** The longest data a standard packet takes beside its headroom and tailroom. */
#define PACKET_ROOM (PACKET_SIZE - PACKET_HEADROOM - PACKET_TAILROOM)
/** What acknowledges, asks or refuses has no more octets than this. */
#define PACKET_SHORT_ROOM 128
/** Storage of a large packet (jumbo frames, reassembled datagrams of up to 65,535 octets). */
#define PACKET_LARGE_SIZE (65536 + PACKET_HEADROOM + PACKET_TAILROOM)

/**
 * Octets on their way through the layers.
 *
 * A packet has exactly one owner; passing one to a function that says so moves the ownership. The
 * valid octets are data[0 .. length). Headers are pushed into the headroom and pulled on the way
 * in, without a copy. @c next belongs to whoever owns the packet (queues, free lists).
 */
struct packet {
    uint8_t *data;
    uint32_t length;
    uint32_t storage_size;
    struct packet *next;
    struct packet_pool *pool;
    uint64_t serial; /**< identity for traces: unique in a run, kept through all layers */
    instant due;     /**< for the owner's use: a link's arrival time, a queue's deadline */
    uint32_t mark;   /**< for the owner's use: ingress interface, flags */
    uint16_t extent; /**< for the owner's use: a length beside the mark */
    uint8_t nesting; /**< tunnels of one machine that it has been put into, one in the other */
    /**
     * The transport checksum was computed here and nothing has written into what it covers since:
     * it need not be verified. Who writes into a packet, or cuts it up, clears this.
     */
    bool checksum_known;
    uint8_t list; /**< the pool's: an enum packet_list */
    _Alignas(8) uint8_t storage[];
};

/**
 * What a packet that is free is next used for. One that carried a few octets has the rest of its
 * storage out of the processor's caches: the next few octets go there, and much data goes where
 * there was much.
 */
enum packet_list {
    PACKET_LIST_SHORT,    /**< standard packets for at most PACKET_SHORT_ROOM octets */
    PACKET_LIST_STANDARD, /**< standard packets for more */
    PACKET_LIST_LARGE,
    PACKET_LISTS,
};

/**
 * Allocates and recycles packets of two fixed sizes. Not shared between threads. Packets still out
 * when the pool is destroyed are freed with it.
 */
struct packet_pool {
    struct packet *free[PACKET_LISTS];
    void *blocks; /**< chain of every block allocated from the system */
    uint64_t next_serial;
    uint64_t in_use; /**< packets handed out and not yet freed */
    uint64_t peak_in_use;
    uint64_t bytes_reserved; /**< memory taken from the system */
    uint64_t bytes_huge;     /**< of it, not from malloc() but in huge pages */
    uint64_t limit;          /**< most packets in use at once; 0: no limit */
};

void packet_pool_init(struct packet_pool *pool);
void packet_pool_destroy(struct packet_pool *pool);

/**
 * A packet with no data and PACKET_HEADROOM in front, able to take @p room octets of data. NULL
 * when memory or the pool's limit is exhausted, or @p room exceeds 65,536.
 */
struct packet *packet_alloc(struct packet_pool *pool, size_t room);

/** packet_alloc() and a copy of @p length octets; the serial number is new. */
struct packet *packet_from(struct packet_pool *pool, const void *octets, size_t length);

/** A copy with the same serial number, for duplication faults and retransmission queues. */
struct packet *packet_clone(const struct packet *packet);

/** Gives the packet back; NULL is allowed. */
void packet_free(struct packet *packet);

/** Prefetches what a plain frame says of itself and where its headers are; changes nothing. */
static inline void packet_prefetch(const struct packet *packet)
{
    __builtin_prefetch(packet);
    __builtin_prefetch(packet->storage + PACKET_HEADROOM - 1);
}

/** Octets free in front of the data. */
static inline size_t packet_headroom(const struct packet *packet)
{
    return (size_t)(packet->data - packet->storage);
}

/** Octets free behind the data. */
static inline size_t packet_tailroom(const struct packet *packet)
{
    return packet->storage_size - packet_headroom(packet) - packet->length;
}

/** Prepends @p length octets, contents undefined, and returns the new start of the data. */
static inline uint8_t *packet_push(struct packet *packet, size_t length)
{
    assert(packet_headroom(packet) >= length);
    packet->data -= length;
    packet->length += (uint32_t)length;
    return packet->data;
}

/** Removes @p length leading octets; returns where they were, or NULL when there are fewer. */
static inline uint8_t *packet_pull(struct packet *packet, size_t length)
{
    if (packet->length < length)
        return NULL;
    uint8_t *removed = packet->data;
    packet->data += length;
    packet->length -= (uint32_t)length;
    return removed;
}

/** Appends @p length octets, contents undefined, and returns where they start. */
static inline uint8_t *packet_append(struct packet *packet, size_t length)
{
    assert(packet_tailroom(packet) >= length);
    uint8_t *appended = packet->data + packet->length;
    packet->length += (uint32_t)length;
    return appended;
}

/** Cuts the data to @p length octets; no effect when it is not longer. */
static inline void packet_trim(struct packet *packet, size_t length)
{
    if (packet->length > length)
        packet->length = (uint32_t)length;
}

/** FIFO of packets, linked through packet.next; zero-initialised is empty. */
struct packet_queue {
    struct packet *head;
    struct packet *tail;
    uint32_t count;
};

/** Appends; the queue owns @p packet from now on. */
static inline void packet_queue_push(struct packet_queue *queue, struct packet *packet)
{
    packet->next = NULL;
    if (queue->tail)
        queue->tail->next = packet;
    else
        queue->head = packet;
    queue->tail = packet;
    queue->count++;
}

/** Removes the oldest, which the caller then owns; NULL when empty. */
static inline struct packet *packet_queue_pop(struct packet_queue *queue)
{
    struct packet *packet = queue->head;
    if (!packet)
        return NULL;
    queue->head = packet->next;
    if (!queue->head)
        queue->tail = NULL;
    queue->count--;
    packet->next = NULL;
    return packet;
}

/** Frees every packet in it. */
void packet_queue_clear(struct packet_queue *queue);

#endif
