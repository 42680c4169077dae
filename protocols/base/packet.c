#include "base/packet.h"

#include "base/cache_line.h"
#include "base/huge_page.h"

#include <stdlib.h>
#include <string.h>

/* Packets of the first block: small runs stay small. A further one has as many as there are, and
 * when that is much, a huge page of them. */
#define FIRST_BLOCK_PACKETS 32

struct block {
    struct block *next;
    bool huge;
    _Alignas(CACHE_LINE) uint8_t octets[];
};

/* Rounded so that what a packet says of itself is in one cache line. */
static size_t packet_bytes(size_t storage_size)
{
    return (sizeof(struct packet) + storage_size + CACHE_LINE - 1) & ~(size_t)(CACHE_LINE - 1);
}

void packet_pool_init(struct packet_pool *pool)
{
    *pool = (struct packet_pool){0};
}

void packet_pool_destroy(struct packet_pool *pool)
{
    struct block *block = pool->blocks;
    while (block) {
        struct block *next = block->next;
        if (block->huge)
            huge_page_return(block);
        else
            free(block);
        block = next;
    }
    *pool = (struct packet_pool){0};
}

/* How many standard packets a new block gets. */
static size_t block_packets(const struct packet_pool *pool)
{
    size_t most = (HUGE_PAGE - sizeof(struct block)) / packet_bytes(PACKET_SIZE);
    size_t wanted = pool->in_use < FIRST_BLOCK_PACKETS ? FIRST_BLOCK_PACKETS : (size_t)pool->in_use;
    return wanted < most / 2 ? wanted : most;
}

/* A block of @p size octets, on the pool's chain; NULL: no memory. */
static struct block *allocate_block(struct packet_pool *pool, size_t size)
{
    struct block *block = size > HUGE_PAGE / 2 ? huge_page_take() : NULL;
    bool huge = block != NULL;
    if (!block)
        block = aligned_alloc(CACHE_LINE, size);
    if (!block)
        return NULL;
    pool->bytes_reserved += huge ? HUGE_PAGE : size;
    if (huge)
        pool->bytes_huge += HUGE_PAGE;
    block->huge = huge;
    block->next = pool->blocks;
    pool->blocks = block;
    return block;
}

static bool grow(struct packet_pool *pool, enum packet_list list, size_t storage_size, size_t count)
{
    size_t each = packet_bytes(storage_size);
    struct block *block = allocate_block(pool, sizeof *block + each * count);
    if (!block)
        return false;
    for (size_t i = count; i-- > 0;) {
        struct packet *packet = (struct packet *)(void *)(block->octets + i * each);
        packet->pool = pool;
        packet->storage_size = (uint32_t)storage_size;
        packet->list = (uint8_t)list;
        packet->next = pool->free[list];
        pool->free[list] = packet;
    }
    return true;
}

static enum packet_list list_for(size_t room)
{
    if (room > PACKET_ROOM)
        return PACKET_LIST_LARGE;
    return room > PACKET_SHORT_ROOM ? PACKET_LIST_STANDARD : PACKET_LIST_SHORT;
}

/* Sees to it that the list has a packet: of the other one of packets of the same size, or a new
 * one. */
static bool replenish(struct packet_pool *pool, enum packet_list list)
{
    if (list == PACKET_LIST_LARGE)
        return grow(pool, list, PACKET_LARGE_SIZE, 1);
    enum packet_list other = list == PACKET_LIST_SHORT ? PACKET_LIST_STANDARD : PACKET_LIST_SHORT;
    struct packet *packet = pool->free[other];
    if (!packet)
        return grow(pool, list, PACKET_SIZE, block_packets(pool));
    pool->free[other] = packet->next;
    packet->list = (uint8_t)list;
    packet->next = NULL;
    pool->free[list] = packet;
    return true;
}

struct packet *packet_alloc(struct packet_pool *pool, size_t room)
{
    if (room > PACKET_LARGE_SIZE - PACKET_HEADROOM - PACKET_TAILROOM ||
        (pool->limit && pool->in_use >= pool->limit))
        return NULL;
    enum packet_list list = list_for(room);
    if (!pool->free[list] && !replenish(pool, list))
        return NULL;
    struct packet *packet = pool->free[list];
    pool->free[list] = packet->next;
    packet->next = NULL;
    packet->data = packet->storage + PACKET_HEADROOM;
    packet->length = 0;
    packet->serial = ++pool->next_serial;
    packet->due = 0;
    packet->mark = 0;
    packet->extent = 0;
    packet->nesting = 0;
    packet->checksum_known = false;
    if (++pool->in_use > pool->peak_in_use)
        pool->peak_in_use = pool->in_use;
    return packet;
}

struct packet *packet_from(struct packet_pool *pool, const void *octets, size_t length)
{
    struct packet *packet = packet_alloc(pool, length);
    if (packet && length > 0)
        memcpy(packet_append(packet, length), octets, length);
    return packet;
}

struct packet *packet_clone(const struct packet *packet)
{
    size_t headroom = packet_headroom(packet);
    struct packet *copy = packet_alloc(
        packet->pool, packet->storage_size > PACKET_SIZE ? PACKET_ROOM + 1 : packet->length);
    if (!copy)
        return NULL;
    assert(copy->storage_size >= headroom + packet->length);
    copy->data = copy->storage + headroom;
    memcpy(packet_append(copy, packet->length), packet->data, packet->length);
    copy->serial = packet->serial;
    copy->due = packet->due;
    copy->mark = packet->mark;
    copy->nesting = packet->nesting;
    return copy;
}

void packet_free(struct packet *packet)
{
    if (!packet)
        return;
    struct packet_pool *pool = packet->pool;
    packet->next = pool->free[packet->list];
    pool->free[packet->list] = packet;
    pool->in_use--;
}

void packet_queue_clear(struct packet_queue *queue)
{
    struct packet *packet;
    while ((packet = packet_queue_pop(queue)))
        packet_free(packet);
}
