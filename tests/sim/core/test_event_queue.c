#include "base/entropy.h"
#include "core/event_queue.h"
#include "support/unit.h"

#include <stdlib.h>

/* What an event of the reference remembers beside the event itself. */
struct item {
    struct event event;
    uint64_t order; /* of its last insertion */
};

static void nothing(struct simulation *simulation, struct event *event)
{
    (void)simulation;
    (void)event;
}

static void insert(struct event_queue *queue, struct item *item, instant at, uint64_t order)
{
    item->event.at = at;
    item->event.action = nothing;
    item->order = order;
    assert_true(event_queue_insert(queue, &item->event));
    assert_true(event_is_pending(&item->event));
}

/* How far ahead a test schedules its events. */
typedef instant distribution(struct entropy *entropy);

static instant all_at_once(struct entropy *entropy)
{
    (void)entropy;
    return 0;
}

static instant uniform_second(struct entropy *entropy)
{
    return entropy_below(entropy, INSTANT_SECOND);
}

static instant few_instants(struct entropy *entropy)
{
    return entropy_below(entropy, 4) * 1000;
}

static instant every_scale(struct entropy *entropy)
{
    return entropy_u64(entropy) >> (2 + entropy_below(entropy, 62));
}

static instant octet_boundaries(struct entropy *entropy)
{
    return (UINT64_C(1) << 8 * entropy_below(entropy, 7)) + entropy_below(entropy, 3) - 1;
}

static instant bursts_and_the_end_of_time(struct entropy *entropy)
{
    switch (entropy_below(entropy, 4)) {
    case 0:
        return INSTANT_NEVER;
    case 1:
        return INSTANT_NEVER - 1;
    case 2:
        return INSTANT_MILLISECOND;
    default:
        return entropy_below(entropy, 100);
    }
}

static bool item_before(const struct item *a, const struct item *b)
{
    return a->event.at < b->event.at || (a->event.at == b->event.at && a->order < b->order);
}

/* The pending item that must come out next, found the slow way; NULL: none. */
static struct item *expected_next(struct item *items, size_t count)
{
    struct item *best = NULL;
    for (size_t i = 0; i < count; i++)
        if (event_is_pending(&items[i].event) && (!best || item_before(&items[i], best)))
            best = &items[i];
    return best;
}

static instant ahead(instant now, distribution *draw, struct entropy *entropy)
{
    return instant_after(now, draw(entropy));
}

/* Inserts, removes, moves and pops at random; every pop is checked against the slow way. */
static void behaves_like_a_sorted_list(distribution *draw, size_t size, unsigned steps)
{
    struct entropy entropy = entropy_make(7, "event queue");
    struct event_queue *queue = event_queue_create();
    struct item *items = calloc(size, sizeof *items);
    uint64_t order = 0;
    size_t pending = 0;
    instant now = 0;
    for (unsigned step = 0; step < steps; step++) {
        struct item *item = &items[entropy_below(&entropy, size)];
        bool grow = step / (2 * size) % 2 == 0;
        unsigned dice = (unsigned)entropy_below(&entropy, 8);
        if (event_is_pending(&item->event) && dice < 3) {
            event_queue_remove(queue, &item->event);
            assert_false(event_is_pending(&item->event));
            pending--;
            if (dice > 0) {
                insert(queue, item, ahead(now, draw, &entropy), order++);
                pending++;
            }
        } else if (!event_is_pending(&item->event) && dice < (grow ? 7 : 3)) {
            insert(queue, item, ahead(now, draw, &entropy), order++);
            pending++;
        } else if (dice >= (grow ? 7 : 4)) {
            struct item *next = expected_next(items, size);
            instant at = next ? next->event.at : INSTANT_NEVER;
            assert_int_equal(event_queue_next(queue), at);
            if (next && at > 0 && at - 1 >= now) {
                assert_null(event_queue_pop(queue, at - 1));
                now = at - 1;
            }
            assert_ptr_equal(event_queue_pop(queue, at), next);
            if (next) {
                now = at;
                pending--;
            }
        }
        assert_int_equal(event_queue_count(queue), pending);
    }
    for (struct item *next; (next = expected_next(items, size));)
        assert_ptr_equal(event_queue_pop(queue, INSTANT_NEVER), next);
    assert_null(event_queue_pop(queue, INSTANT_NEVER));
    event_queue_destroy(queue);
    free(items);
}

static void random_work_keeps_the_order(void **state)
{
    (void)state;
    distribution *const draws[] = {all_at_once, uniform_second,   few_instants,
                                   every_scale, octet_boundaries, bursts_and_the_end_of_time};
    for (size_t i = 0; i < sizeof draws / sizeof draws[0]; i++) {
        behaves_like_a_sorted_list(draws[i], 10, 3000);
        behaves_like_a_sorted_list(draws[i], 100, 10000);
        behaves_like_a_sorted_list(draws[i], 700, 30000);
    }
}

static int compare_items(const void *a, const void *b)
{
    const struct item *const *x = a;
    const struct item *const *y = b;
    return item_before(*x, *y) ? -1 : 1;
}

/* Inserts many, removes a third, and pops the rest, which must be in the order of a sort. */
static void sorts_many(distribution *draw)
{
    enum { COUNT = 50000 };
    struct entropy entropy = entropy_make(11, "many events");
    struct event_queue *queue = event_queue_create();
    struct item *items = calloc(COUNT, sizeof *items);
    struct item **sorted = calloc(COUNT, sizeof(struct item *));
    size_t kept = 0;
    for (size_t i = 0; i < COUNT; i++)
        insert(queue, &items[i], draw(&entropy), i);
    for (size_t i = 0; i < COUNT; i++) {
        if (entropy_below(&entropy, 3) == 0)
            event_queue_remove(queue, &items[i].event);
        else
            sorted[kept++] = &items[i];
    }
    qsort(sorted, kept, sizeof(struct item *), compare_items);
    for (size_t i = 0; i < kept; i++)
        assert_ptr_equal(event_queue_pop(queue, INSTANT_NEVER), sorted[i]);
    assert_null(event_queue_pop(queue, INSTANT_NEVER));
    event_queue_destroy(queue);
    free(sorted);
    free(items);
}

static void many_events_come_out_sorted(void **state)
{
    (void)state;
    sorts_many(all_at_once);
    sorts_many(uniform_second);
    sorts_many(few_instants);
    sorts_many(every_scale);
    sorts_many(bursts_and_the_end_of_time);
}

static void an_event_far_away_delays_no_near_one(void **state)
{
    (void)state;
    struct event_queue *queue = event_queue_create();
    struct item far = {0};
    insert(queue, &far, INSTANT_NEVER - 1, 0);
    struct item near[300] = {0};
    for (instant now = 0; now < 300; now++) {
        insert(queue, &near[now], now * 977, 1);
        assert_ptr_equal(event_queue_pop(queue, now * 977), &near[now]);
        assert_null(event_queue_pop(queue, now * 977));
    }
    assert_int_equal(event_queue_next(queue), INSTANT_NEVER - 1);
    assert_ptr_equal(event_queue_pop(queue, INSTANT_NEVER), &far);
    event_queue_destroy(queue);
}

static void work_for_the_present_instant_queues_up_behind_it(void **state)
{
    (void)state;
    enum { COUNT = 2000 };
    struct event_queue *queue = event_queue_create();
    struct item *items = calloc(2 * COUNT, sizeof *items);
    for (size_t i = 0; i < COUNT; i++)
        insert(queue, &items[i], INSTANT_SECOND, i);
    for (size_t i = 0; i < 2 * COUNT; i++) {
        assert_ptr_equal(event_queue_pop(queue, INSTANT_SECOND), &items[i]);
        if (i < COUNT)
            insert(queue, &items[COUNT + i], INSTANT_SECOND, COUNT + i);
    }
    assert_int_equal(event_queue_count(queue), 0);
    event_queue_destroy(queue);
    free(items);
}

static void moving_one_event_again_and_again_needs_no_memory(void **state)
{
    (void)state;
    struct event_queue *queue = event_queue_create();
    struct item items[100] = {0};
    for (size_t i = 0; i < 100; i++)
        insert(queue, &items[i], i * INSTANT_MILLISECOND, i);
    for (uint64_t i = 0; i < 100000; i++) {
        event_queue_remove(queue, &items[50].event);
        insert(queue, &items[50], INSTANT_SECOND + i * 1000003, 100 + i);
    }
    assert_int_equal(event_queue_count(queue), 100);
    assert_in_range(event_queue_bytes(queue), 1, 400 * 1024);
    event_queue_destroy(queue);
}

static void memory_is_given_back(void **state)
{
    (void)state;
    enum { COUNT = 200000 };
    struct entropy entropy = entropy_make(3, "memory");
    struct event_queue *queue = event_queue_create();
    size_t empty = event_queue_bytes(queue);
    struct item *items = calloc(COUNT, sizeof *items);
    for (size_t i = 0; i < COUNT; i++)
        insert(queue, &items[i], entropy_below(&entropy, INSTANT_SECOND), i);
    size_t full = event_queue_bytes(queue);
    assert_in_range(full, COUNT * 24, COUNT * 40);
    for (size_t i = 0; i < COUNT - 100; i++)
        assert_non_null(event_queue_pop(queue, INSTANT_NEVER));
    assert_in_range(event_queue_bytes(queue), empty, empty + 400 * 1024);
    event_queue_destroy(queue);
    free(items);
}

/* An event that counts its preparations. */
struct turns {
    unsigned next;
    unsigned count;
};

struct prepared {
    struct event event;
    struct turns *turns;
};

static void count_turn(const struct event *event, unsigned turn)
{
    const struct prepared *prepared = (const struct prepared *)(const void *)event;
    assert_true(event_is_pending(event));
    /* A turn may be left out, but none comes twice or late. */
    assert_true(prepared->turns->next <= turn && turn < EVENT_PREPARATIONS);
    prepared->turns->next = turn + 1;
    prepared->turns->count++;
}

static void most_of_many_events_are_prepared_before_their_turn(void **state)
{
    (void)state;
    enum { COUNT = 2000, FEW = 100 };
    struct event_queue *queue = event_queue_create();
    struct prepared *events = calloc(COUNT, sizeof *events);
    struct turns *turns = calloc(COUNT, sizeof *turns);
    for (size_t i = 0; i < COUNT; i++) {
        events[i] =
            (struct prepared){.event = {.at = i * 1000, .action = nothing, .prepare = count_turn},
                              .turns = &turns[i]};
        assert_true(event_queue_insert(queue, &events[i].event));
    }
    size_t complete = 0;
    for (size_t i = 0; i < COUNT - FEW; i++) {
        assert_ptr_equal(event_queue_pop(queue, INSTANT_NEVER), &events[i]);
        complete += turns[i].count == EVENT_PREPARATIONS;
    }
    assert_in_range(complete, (COUNT - 512) / 2, COUNT - 512);
    /* Where few are pending it is not worth the while. */
    for (size_t i = COUNT - FEW; i < COUNT; i++) {
        assert_ptr_equal(event_queue_pop(queue, INSTANT_NEVER), &events[i]);
        assert_int_equal(turns[i].count, 0);
    }
    event_queue_destroy(queue);
    free(turns);
    free(events);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_work_keeps_the_order),
        cmocka_unit_test(many_events_come_out_sorted),
        cmocka_unit_test(an_event_far_away_delays_no_near_one),
        cmocka_unit_test(work_for_the_present_instant_queues_up_behind_it),
        cmocka_unit_test(moving_one_event_again_and_again_needs_no_memory),
        cmocka_unit_test(memory_is_given_back),
        cmocka_unit_test(most_of_many_events_are_prepared_before_their_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
