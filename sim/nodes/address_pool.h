#ifndef VPNSIM_NODES_ADDRESS_POOL_H
#define VPNSIM_NODES_ADDRESS_POOL_H

#include "base/ipv4_address.h"
#include "base/status.h"
#include "core/simulation.h"

#include <stdbool.h>
#include <stdint.h>

/** Addresses from one to another, both included. */
struct address_range {
    ipv4_address from;
    ipv4_address to;     /**< the last one that can be taken */
    bool *taken;         /**< by distance from the first */
    uint32_t first_free; /**< none before this one is free */
    struct address_range *next;
};

/** A static pool of addresses for callers; zero-initialised is empty. */
struct address_pool {
    struct address_range *ranges; /**< in the order added */
};

/** Adds @p from to @p to, which is not lower, in the simulation's arena; of more than 65,536 the
 * first so many. STATUS_NO_MEMORY. */
enum status address_pool_add(struct address_pool *pool, struct simulation *simulation,
                             ipv4_address from, ipv4_address to);

/** Takes the first free address; IPV4_ANY: none is left. */
ipv4_address address_pool_take(struct address_pool *pool);

/** Gives an address back; one that is not of the pool is ignored. */
void address_pool_give_back(struct address_pool *pool, ipv4_address address);

#endif
