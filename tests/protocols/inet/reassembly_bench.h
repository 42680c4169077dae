#ifndef VPNSIM_TESTS_INET_REASSEMBLY_BENCH_H
#define VPNSIM_TESTS_INET_REASSEMBLY_BENCH_H

#include "inet/reassembly.h"
#include "protocols/inet/drop_log.h"
#include "support/unit.h"

#define SECOND INSTANT_SECOND

/* A reassembler with a pool and a log of its drops. */
struct bench {
    struct packet_pool pool;
    struct drop_log log;
    struct trace trace;
    struct reassembly_config config;
    struct reassembly reassembly;
};

static inline int set_up(void **state)
{
    static struct bench bench;
    packet_pool_init(&bench.pool);
    bench.trace = drop_log_trace(&bench.log);
    bench.config = reassembly_default_config();
    reassembly_init(&bench.reassembly, &bench.config, &bench.trace);
    *state = &bench;
    return 0;
}

static inline int tear_down(void **state)
{
    struct bench *bench = *state;
    reassembly_destroy(&bench->reassembly);
    int leaked = (int)bench->pool.in_use;
    packet_pool_destroy(&bench->pool);
    return leaked;
}

/** The octet of the known payload at @p position. */
static inline uint8_t octet_at(size_t position)
{
    return (uint8_t)(position * 31 + (position >> 8));
}

#endif
