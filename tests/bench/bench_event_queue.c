#include "bench.h"
#include "core/simulation.h"
#include "yardstick.h"

#include <stdio.h>
#include <stdlib.h>

/* The same hold model through the simulator's own interface. */
struct hold {
    struct simulation simulation;
    struct event *events;
    uint64_t *delays;
    uint32_t next_delay;
    uint64_t left;
};

static void hold_one(struct simulation *simulation, struct event *event)
{
    struct hold *hold = (struct hold *)(void *)simulation;
    uint64_t delay = hold->delays[hold->next_delay++ % DELAY_COUNT];
    simulation_schedule(simulation, event, simulation->now + delay);
    if (--hold->left == 0)
        simulation_stop(simulation);
}

static double run(struct hold *hold, uint64_t count)
{
    hold->left = count;
    uint64_t start = bench_clock();
    enum status status = simulation_run(&hold->simulation, INSTANT_NEVER);
    uint64_t spent = bench_clock() - start;
    bench_require(status == STATUS_OK && hold->left == 0, "the event queue lost events");
    return (double)spent / (double)count;
}

static void measure(struct bench *bench, size_t pending, double target)
{
    struct yardstick_hold yardstick;
    yardstick_hold_init(&yardstick, pending);
    struct hold hold = {.delays = bench_delays_create()};
    bench_require(simulation_init(&hold.simulation, 1) == STATUS_OK, "out of memory");
    hold.events = calloc(pending, sizeof *hold.events);
    bench_require(hold.events != NULL, "out of memory");
    for (size_t i = 0; i < pending; i++) {
        hold.events[i].action = hold_one;
        simulation_schedule(&hold.simulation, &hold.events[i], hold.delays[i % DELAY_COUNT]);
    }
    run(&hold, 3 * pending);
    uint64_t count = pending > 500000 ? pending : 500000;
    double ratios[BENCH_RUNS];
    double ours[BENCH_RUNS];
    for (int i = 0; i < BENCH_RUNS; i++) {
        double theirs = yardstick_hold_run(&yardstick, count);
        ours[i] = run(&hold, count);
        ratios[i] = theirs / ours[i];
    }
    char name[80];
    snprintf(name, sizeof name, "event queue, %zu pending: speed against a binary heap", pending);
    bench_row(bench, name, bench_median(ratios), "x",
              target > 0 ? BENCH_AT_LEAST : BENCH_FOR_INFORMATION, target);
    snprintf(name, sizeof name, "event queue, %zu pending: one event", pending);
    bench_row(bench, name, bench_median(ours), "ns", BENCH_FOR_INFORMATION, 0);
    yardstick_hold_destroy(&yardstick);
    simulation_destroy(&hold.simulation);
    free(hold.events);
    free(hold.delays);
}

void bench_event_queue(struct bench *bench)
{
    measure(bench, 10, 0);
    measure(bench, 1000, 1);
    measure(bench, 100000, 1);
    measure(bench, 1000000, 2);
}
