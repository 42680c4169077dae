#include "nodes/address_pool.h"

#include <assert.h>

/*
 * The first free address is taken, so that of a long range no more are ever reached than a server
 * can have callers at a time: at most 16,384 ports, and its modems.
 */
#define RANGE_USED_MAX 65536

enum status address_pool_add(struct address_pool *pool, struct simulation *simulation,
                             ipv4_address from, ipv4_address to)
{
    assert(from <= to);
    if (to - from >= RANGE_USED_MAX)
        to = from + RANGE_USED_MAX - 1;
    struct address_range *range = simulation_allocate(simulation, sizeof *range);
    bool *taken = simulation_allocate(simulation, (size_t)(to - from) + 1);
    if (!range || !taken)
        return STATUS_NO_MEMORY;
    *range = (struct address_range){.from = from, .to = to, .taken = taken};
    struct address_range **end = &pool->ranges;
    while (*end)
        end = &(*end)->next;
    *end = range;
    return STATUS_OK;
}

ipv4_address address_pool_take(struct address_pool *pool)
{
    for (struct address_range *range = pool->ranges; range; range = range->next) {
        const uint32_t count = range->to - range->from + 1;
        while (range->first_free < count && range->taken[range->first_free])
            range->first_free++;
        if (range->first_free == count)
            continue;
        range->taken[range->first_free] = true;
        return range->from + range->first_free;
    }
    return IPV4_ANY;
}

void address_pool_give_back(struct address_pool *pool, ipv4_address address)
{
    for (struct address_range *range = pool->ranges; range; range = range->next) {
        if (address < range->from || address > range->to)
            continue;
        const uint32_t index = address - range->from;
        range->taken[index] = false;
        if (index < range->first_free)
            range->first_free = index;
    }
}
