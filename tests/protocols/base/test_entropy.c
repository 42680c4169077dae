#include "base/entropy.h"
#include "support/unit.h"

#include <string.h>

static void xoshiro_gives_the_published_numbers(void **state)
{
    (void)state;
    /* xoshiro256** from the state 1, 2, 3, 4. */
    struct entropy entropy = {.state = {1, 2, 3, 4}};
    assert_true(entropy_u64(&entropy) == 11520);
    assert_true(entropy_u64(&entropy) == 0);
    assert_true(entropy_u64(&entropy) == 1509978240);
    assert_true(entropy_u64(&entropy) == 1215971899390074240);
}

static void a_stream_depends_on_seed_and_name_alone(void **state)
{
    (void)state;
    struct entropy a = entropy_make(1, "client");
    struct entropy b = entropy_make(1, "client");
    struct entropy c = entropy_make(1, "clienu");
    struct entropy d = entropy_make(2, "client");
    assert_memory_equal(&a, &b, sizeof a);
    assert_memory_not_equal(&a, &c, sizeof a);
    assert_memory_not_equal(&a, &d, sizeof a);
    /* What a seed gives never changes: every recorded run depends on it. */
    assert_true(entropy_u64(&a) == UINT64_C(0x109b71a8df85c897));
    assert_true(entropy_u32(&a) == UINT32_C(0x2666431f));
}

static void below_is_uniform_and_below(void **state)
{
    (void)state;
    struct entropy entropy = entropy_make(5, "dice");
    unsigned seen[6] = {0};
    for (int i = 0; i < 60000; i++) {
        uint64_t value = entropy_below(&entropy, 6);
        assert_in_range(value, 0, 5);
        seen[value]++;
    }
    for (int i = 0; i < 6; i++)
        assert_in_range(seen[i], 9500, 10500);
    assert_int_equal(entropy_below(&entropy, 1), 0);
    /* A bound above half of the range, where a remainder alone would favour small values. */
    unsigned low = 0;
    uint64_t bound = UINT64_C(3) << 62;
    for (int i = 0; i < 10000; i++) {
        uint64_t value = entropy_below(&entropy, bound);
        assert_true(value < bound);
        low += value < bound / 3;
    }
    assert_in_range(low, 3100, 3560);
}

static void filling_takes_the_octets_low_first(void **state)
{
    (void)state;
    struct entropy a = entropy_make(9, "fill");
    struct entropy b = a;
    uint8_t octets[12];
    memset(octets, 0xee, sizeof octets);
    entropy_fill(&a, octets, 11);
    uint64_t first = entropy_u64(&b);
    uint64_t second = entropy_u64(&b);
    for (int i = 0; i < 8; i++)
        assert_int_equal(octets[i], first >> 8 * i & 0xff);
    for (int i = 0; i < 3; i++)
        assert_int_equal(octets[8 + i], second >> 8 * i & 0xff);
    assert_int_equal(octets[11], 0xee);
    assert_memory_equal(&a, &b, sizeof a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(xoshiro_gives_the_published_numbers),
        cmocka_unit_test(a_stream_depends_on_seed_and_name_alone),
        cmocka_unit_test(below_is_uniform_and_below),
        cmocka_unit_test(filling_takes_the_octets_low_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
