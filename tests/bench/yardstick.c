#include "yardstick.h"

#include "base/entropy.h"
#include "bench.h"

#include <math.h>
#include <stdlib.h>

struct item {
    uint64_t time;
    uint64_t sequence;
    yardstick_callback *callback;
    void *argument;
};

struct yardstick {
    struct item *items;
    size_t count;
    size_t capacity;
    uint64_t now;
    uint64_t next_sequence;
};

struct yardstick *yardstick_create(size_t capacity)
{
    struct yardstick *heap = calloc(1, sizeof *heap);
    bench_require(heap != NULL, "out of memory");
    heap->items = malloc(capacity * sizeof *heap->items);
    bench_require(heap->items != NULL, "out of memory");
    heap->capacity = capacity;
    return heap;
}

void yardstick_destroy(struct yardstick *heap)
{
    free(heap->items);
    free(heap);
}

static inline int before(const struct item *a, const struct item *b)
{
    return a->time < b->time || (a->time == b->time && a->sequence < b->sequence);
}

void yardstick_push(struct yardstick *heap, uint64_t time, yardstick_callback *callback,
                    void *argument)
{
    if (heap->count == heap->capacity) {
        heap->capacity *= 2;
        heap->items = realloc(heap->items, heap->capacity * sizeof *heap->items);
        bench_require(heap->items != NULL, "out of memory");
    }
    struct item item = {time, heap->next_sequence++, callback, argument};
    size_t i = heap->count++;
    while (i > 0 && before(&item, &heap->items[(i - 1) / 2])) {
        heap->items[i] = heap->items[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    heap->items[i] = item;
}

void yardstick_run_one(struct yardstick *heap)
{
    struct item first = heap->items[0];
    struct item last = heap->items[--heap->count];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= heap->count)
            break;
        if (child + 1 < heap->count && before(&heap->items[child + 1], &heap->items[child]))
            child++;
        if (!before(&heap->items[child], &last))
            break;
        heap->items[i] = heap->items[child];
        i = child;
    }
    heap->items[i] = last;
    heap->now = first.time;
    first.callback(heap, first.argument);
}

uint64_t yardstick_now(const struct yardstick *heap)
{
    return heap->now;
}

uint64_t *bench_delays_create(void)
{
    uint64_t *delays = malloc(DELAY_COUNT * sizeof *delays);
    bench_require(delays != NULL, "out of memory");
    struct entropy entropy = entropy_make(1, "delays");
    for (size_t i = 0; i < DELAY_COUNT; i++) {
        double uniform = ((double)(entropy_u64(&entropy) >> 11) + 0.5) / 9007199254740992.0;
        delays[i] = 1 + (uint64_t)(-log(uniform) * 1e9);
    }
    return delays;
}

static void hold_one(struct yardstick *heap, void *argument)
{
    struct yardstick_hold *hold = argument;
    uint64_t delay = hold->delays[hold->next_delay++ % DELAY_COUNT];
    yardstick_push(heap, heap->now + delay, hold_one, hold);
}

void yardstick_hold_init(struct yardstick_hold *hold, size_t pending)
{
    *hold = (struct yardstick_hold){.heap = yardstick_create(pending + 1),
                                    .delays = bench_delays_create()};
    for (size_t i = 0; i < pending; i++)
        hold_one(hold->heap, hold);
    yardstick_hold_run(hold, 3 * pending);
}

void yardstick_hold_destroy(struct yardstick_hold *hold)
{
    yardstick_destroy(hold->heap);
    free(hold->delays);
}

double yardstick_hold_run(struct yardstick_hold *hold, uint64_t count)
{
    uint64_t start = bench_clock();
    for (uint64_t i = 0; i < count; i++)
        yardstick_run_one(hold->heap);
    return (double)(bench_clock() - start) / (double)count;
}
