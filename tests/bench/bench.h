#ifndef VPNSIM_BENCH_BENCH_H
#define VPNSIM_BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Every figure is the median of so many runs, the two sides of a ratio taking turns. */
#define BENCH_RUNS 5

/** Which side of its target a figure must be on. */
enum bench_goal {
    BENCH_AT_LEAST,
    BENCH_AT_MOST,
    BENCH_BELOW,
    BENCH_FOR_INFORMATION, /**< no target */
};

/** The table being printed, and how many of its verdicts were bad. */
struct bench {
    unsigned misses;
};

/** Processor time of this thread in nanoseconds: what others run beside it does not count. */
uint64_t bench_clock(void);

/** The median of BENCH_RUNS values, which are reordered. */
double bench_median(double values[BENCH_RUNS]);

/** Prints one row: what was measured, how much, the target and the verdict. */
void bench_row(struct bench *bench, const char *name, double measured, const char *unit,
               enum bench_goal goal, double target);

/** Stops everything with a message when @p holds is false: a benchmark that ran wrongly. */
void bench_require(bool holds, const char *what);

/** Memory that the process has allocated at the moment, in octets. */
size_t bench_heap(void);

/* One file a benchmark; each prints its rows. */
void bench_event_queue(struct bench *bench);
void bench_capture(struct bench *bench);
void bench_dumbbell(struct bench *bench);
void bench_pptp(struct bench *bench);
void bench_setup(struct bench *bench);
void bench_clients(struct bench *bench);
void bench_hosts(struct bench *bench);
void bench_forwarding(struct bench *bench);
void bench_tcp(struct bench *bench);
void bench_mppe(struct bench *bench);
void bench_esp(struct bench *bench);
void bench_ike(struct bench *bench);
void bench_l2tp_ipsec(struct bench *bench);
void bench_hdlc(struct bench *bench);
void bench_mppc(struct bench *bench);
void bench_outside(struct bench *bench);

#endif
