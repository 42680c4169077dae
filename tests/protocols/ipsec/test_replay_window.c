#include "ipsec/replay_window.h"

#include "base/entropy.h"
#include "support/unit.h"

#include <string.h>

#define NUMBERS 4096

/* The window as RFC 2401 describes it, without a bitmap: which of NUMBERS have come, and the
 * highest. */
struct model {
    uint32_t size;
    uint32_t highest;
    uint32_t base; /* of the numbers looked at */
    bool seen[NUMBERS];
};

static enum replay_result model_check(const struct model *model, uint32_t sequence)
{
    if (model->size == 0)
        return REPLAY_FRESH;
    if (sequence == 0)
        return REPLAY_ZERO;
    if (sequence > model->highest)
        return REPLAY_FRESH;
    if ((uint64_t)sequence + model->size <= model->highest)
        return REPLAY_TOO_OLD;
    return model->seen[sequence - model->base] ? REPLAY_SEEN : REPLAY_FRESH;
}

static void arrive(struct replay_window *window, struct model *model, uint32_t sequence)
{
    enum replay_result expected = model_check(model, sequence);
    assert_int_equal(replay_window_check(window, sequence), expected);
    if (expected != REPLAY_FRESH)
        return;
    replay_window_mark(window, sequence);
    model->seen[sequence - model->base] = true;
    if (sequence > model->highest)
        model->highest = sequence;
}

static void open_both(struct replay_window *window, struct model *model, uint16_t size)
{
    replay_window_init(window, size);
    memset(model, 0, sizeof *model);
    model->size = size;
}

static void every_order_of_few_packets_is_judged_as_the_rfc_says(void **state)
{
    (void)state;
    /* Six packets with any numbers from 0 to 7, in windows of 1 to 5. */
    for (uint16_t size = 1; size <= 5; size++) {
        for (uint32_t order = 0; order < 1U << 18; order++) {
            struct replay_window window;
            struct model model = {.size = size};
            replay_window_init(&window, size);
            for (int i = 0; i < 6; i++)
                arrive(&window, &model, order >> 3 * i & 7);
        }
    }
}

static void long_runs_are_judged_as_the_rfc_says_in_every_size(void **state)
{
    (void)state;
    static const uint16_t sizes[] = {1, 2, 31, 32, 33, 63, 64, 65, 128, 500, 1023, 1024};
    struct entropy entropy = entropy_make(1, "replay window");
    static struct model model;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct replay_window window;
        for (int run = 0; run < 20; run++) {
            open_both(&window, &model, sizes[i]);
            uint32_t middle = 1;
            while (middle < NUMBERS - 1) {
                /* Around a point that moves on, now and then by more than a whole ring. */
                const uint32_t spread = 2 * (uint32_t)sizes[i] + 2;
                const uint32_t back = (uint32_t)entropy_below(&entropy, spread);
                arrive(&window, &model, middle > back ? middle - back : 0);
                if (entropy_below(&entropy, 4) == 0)
                    middle += (uint32_t)entropy_below(&entropy, 3);
                if (entropy_below(&entropy, 500) == 0)
                    middle += (uint32_t)entropy_below(&entropy, 1500);
            }
        }
    }
}

static void the_window_reaches_to_the_last_number(void **state)
{
    (void)state;
    struct replay_window window;
    replay_window_init(&window, 64);
    replay_window_mark(&window, UINT32_MAX - 1);
    assert_int_equal(replay_window_check(&window, UINT32_MAX), REPLAY_FRESH);
    replay_window_mark(&window, UINT32_MAX);
    assert_int_equal(replay_window_check(&window, UINT32_MAX), REPLAY_SEEN);
    assert_int_equal(replay_window_check(&window, UINT32_MAX - 1), REPLAY_SEEN);
    assert_int_equal(replay_window_check(&window, UINT32_MAX - 63), REPLAY_FRESH);
    assert_int_equal(replay_window_check(&window, UINT32_MAX - 64), REPLAY_TOO_OLD);
    assert_int_equal(replay_window_check(&window, 1), REPLAY_TOO_OLD);
}

static void a_jump_over_a_whole_ring_forgets_what_was_there(void **state)
{
    (void)state;
    struct replay_window window;
    replay_window_init(&window, REPLAY_WINDOW_MAXIMUM);
    for (uint32_t sequence = 1; sequence <= 100; sequence++)
        replay_window_mark(&window, sequence);
    replay_window_mark(&window, 100 + 2 * REPLAY_WINDOW_MAXIMUM);
    for (uint32_t back = 1; back < REPLAY_WINDOW_MAXIMUM; back++) {
        const uint32_t sequence = 100 + 2 * REPLAY_WINDOW_MAXIMUM - back;
        assert_int_equal(replay_window_check(&window, sequence), REPLAY_FRESH);
    }
}

static void without_a_window_everything_is_taken(void **state)
{
    (void)state;
    struct replay_window window;
    replay_window_init(&window, 0);
    for (uint32_t sequence = 0; sequence < 3; sequence++) {
        replay_window_mark(&window, sequence);
        assert_int_equal(replay_window_check(&window, sequence), REPLAY_FRESH);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_order_of_few_packets_is_judged_as_the_rfc_says),
        cmocka_unit_test(long_runs_are_judged_as_the_rfc_says_in_every_size),
        cmocka_unit_test(the_window_reaches_to_the_last_number),
        cmocka_unit_test(a_jump_over_a_whole_ring_forgets_what_was_there),
        cmocka_unit_test(without_a_window_everything_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
