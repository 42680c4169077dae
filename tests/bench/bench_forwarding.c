#include "bench.h"
#include "bench_network.h"
#include "yardstick.h"

#include <stdio.h>

#define DATAGRAMS 100000

static void measure(struct bench *bench, struct yardstick_hold *hold, unsigned routers)
{
    struct bench_chain chain;
    bench_chain_init(&chain, routers);
    double ratios[BENCH_RUNS];
    double ours[BENCH_RUNS];
    for (int i = 0; i < BENCH_RUNS; i++) {
        double yardstick = yardstick_hold_run(hold, 1000000);
        ours[i] = bench_chain_run(&chain, DATAGRAMS);
        ratios[i] = ours[i] / yardstick;
    }
    char name[80];
    snprintf(name, sizeof name, "UDP through %u routers: a packet-hop in heap holds at 1,000",
             routers);
    bench_row(bench, name, bench_median(ratios), "holds",
              routers == 8 ? BENCH_AT_MOST : BENCH_FOR_INFORMATION, 1.5);
    snprintf(name, sizeof name, "UDP through %u routers: a packet-hop", routers);
    bench_row(bench, name, bench_median(ours), "ns", BENCH_FOR_INFORMATION, 0);
    bench_chain_destroy(&chain);
}

void bench_forwarding(struct bench *bench)
{
    struct yardstick_hold hold;
    yardstick_hold_init(&hold, 1000);
    measure(bench, &hold, 2);
    measure(bench, &hold, 4);
    measure(bench, &hold, 8);
    yardstick_hold_destroy(&hold);
}
