#include "bench.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

uint64_t bench_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    const double *x = a;
    const double *y = b;
    return (*x > *y) - (*x < *y);
}

double bench_median(double values[BENCH_RUNS])
{
    qsort(values, BENCH_RUNS, sizeof values[0], compare);
    return values[BENCH_RUNS / 2];
}

void bench_row(struct bench *bench, const char *name, double measured, const char *unit,
               enum bench_goal goal, double target)
{
    static const char *const signs[] = {">=", "<=", "<", ""};
    const char *verdict = "ok";
    if (goal == BENCH_FOR_INFORMATION) {
        verdict = "";
    } else if (goal == BENCH_AT_LEAST  ? measured < target
               : goal == BENCH_AT_MOST ? measured > target
                                       : measured >= target) {
        verdict = "MISSED";
        bench->misses++;
    }
    char limit[32] = "";
    if (goal != BENCH_FOR_INFORMATION)
        snprintf(limit, sizeof limit, "%s %.4g", signs[goal], target);
    printf("%-58s %10.2f %-12s %-10s %s\n", name, measured, unit, limit, verdict);
    fflush(stdout);
}

void bench_require(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "vpnsim_bench: %s\n", what);
    exit(3);
}

size_t bench_heap(void)
{
    struct mallinfo2 information = mallinfo2();
    return information.uordblks + information.hblkhd;
}

/* With arguments, only the benchmarks named. */
int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(struct bench *bench);
    } all[] = {
        {"event-queue", bench_event_queue},
        {"forwarding", bench_forwarding},
        {"hosts", bench_hosts},
        {"capture", bench_capture},
        {"dumbbell", bench_dumbbell},
        {"tcp", bench_tcp},
        {"pptp", bench_pptp},
        {"setup", bench_setup},
        {"clients", bench_clients},
        {"mppe", bench_mppe},
        {"esp", bench_esp},
        {"ike", bench_ike},
        {"l2tp-ipsec", bench_l2tp_ipsec},
        {"hdlc", bench_hdlc},
        {"mppc", bench_mppc},
        {"outside", bench_outside},
    };
    struct bench bench = {0};
    printf("%-58s %10s %-12s %-10s %s\n", "what", "measured", "", "target", "verdict");
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        bool wanted = argc < 2;
        for (int j = 1; j < argc; j++)
            wanted = wanted || strcmp(argv[j], all[i].name) == 0;
        if (wanted)
            all[i].run(&bench);
    }
    return bench.misses ? 1 : 0;
}
