#include "nodes/address_pool.h"

#include <assert.h>

enum status address_pool_add(struct address_pool *pool, struct simulation *simulation,
                             ipv4_address from, ipv4_address to)
{
    assert(from <= to);
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
    for (struct address_range *range = pool->ranges; range; range = range->next)
        for (ipv4_address i = 0; i <= range->to - range->from; i++)
            if (!range->taken[i]) {
                range->taken[i] = true;
                return range->from + i;
            }
    return IPV4_ANY;
}

void address_pool_give_back(struct address_pool *pool, ipv4_address address)
{
    for (struct address_range *range = pool->ranges; range; range = range->next)
        if (address >= range->from && address <= range->to)
            range->taken[address - range->from] = false;
}
