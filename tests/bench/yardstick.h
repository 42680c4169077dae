#ifndef VPNSIM_BENCH_YARDSTICK_H
#define VPNSIM_BENCH_YARDSTICK_H

#include <stddef.h>
#include <stdint.h>

/**
 * The yardstick: the plainest event queue one would write in C, a binary heap of time, sequence,
 * callback and argument in one array. What the simulator costs is told in its operations.
 */
struct yardstick;

typedef void yardstick_callback(struct yardstick *heap, void *argument);

struct yardstick *yardstick_create(size_t capacity);
void yardstick_destroy(struct yardstick *heap);
void yardstick_push(struct yardstick *heap, uint64_t time, yardstick_callback *callback,
                    void *argument);

/** Takes the earliest out and calls it back. */
void yardstick_run_one(struct yardstick *heap);

uint64_t yardstick_now(const struct yardstick *heap);

#define DELAY_COUNT 65536

/**
 * DELAY_COUNT delays in nanoseconds, exponentially distributed with mean one second, always the
 * same ones; the caller frees them.
 */
uint64_t *bench_delays_create(void);

/**
 * The hold model: each event schedules its successor one delay later, so that @c pending events
 * are pending all the time. A hold is one pop and one push.
 */
struct yardstick_hold {
    struct yardstick *heap;
    uint64_t *delays;
    uint32_t next_delay;
};

void yardstick_hold_init(struct yardstick_hold *hold, size_t pending);
void yardstick_hold_destroy(struct yardstick_hold *hold);

/** Does @p count holds and returns the nanoseconds that one took. */
double yardstick_hold_run(struct yardstick_hold *hold, uint64_t count);

#endif
