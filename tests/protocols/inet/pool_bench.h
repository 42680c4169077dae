#ifndef VPNSIM_TESTS_INET_POOL_BENCH_H
#define VPNSIM_TESTS_INET_POOL_BENCH_H

#include "base/packet.h"
#include "support/unit.h"

/* The packets of one test; tear_down() fails it when one of them has leaked. */
static struct packet_pool pool;

static inline int set_up(void **state)
{
    (void)state;
    packet_pool_init(&pool);
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    int leaked = (int)pool.in_use;
    packet_pool_destroy(&pool);
    return leaked;
}

#endif
