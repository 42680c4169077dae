#include "sim/net/link_pair.h"

static bool frames_of_side_0(const struct link_fault *fault, unsigned side, const uint8_t *frame,
                             size_t length)
{
    (void)fault, (void)frame, (void)length;
    return side == 0;
}

static struct link_fault fault_of(enum link_fault_action action, uint64_t first, uint64_t last)
{
    return (struct link_fault){
        .matches = frames_of_side_0, .action = action, .first = first, .last = last};
}

static void send_frames(struct pair *pair, unsigned count)
{
    for (unsigned i = 1; i <= count; i++) {
        send(pair, 0, i, 100);
        send(pair, 1, i, 100);
    }
    run(pair, INSTANT_SECOND);
}

static void a_fault_holds_chosen_frames_back(void **state)
{
    (void)state;
    struct link_config config = plain();
    struct pair *pair = pair_create(&config);
    struct link_fault fault = fault_of(LINK_FAULT_DELAY, 2, 3);
    fault.delay = 250 * INSTANT_MICROSECOND;
    link_add_fault(pair->link, &fault);
    send_frames(pair, 6);
    char text[256];
    assert_string_equal(numbers(&pair->arrived[1], text), "1 4 2 5 3 6 ");
    /* 100 octets at one a microsecond and 1 ms; the second would have come at 1.2 ms. */
    assert_int_equal(pair->arrived[1].log[2].at, 1450000);
    assert_int_equal(pair->arrived[1].log[4].at, 1550000);
    assert_string_equal(numbers(&pair->arrived[0], text), "1 2 3 4 5 6 ");
    assert_string_equal(pair->events, "link.reordered@0 link.reordered@0 ");
    pair_destroy(pair);
}

static void delays_of_several_faults_add_up_and_each_frame_comes_in_its_time(void **state)
{
    (void)state;
    struct link_config config = plain();
    struct pair *pair = pair_create(&config);
    struct link_fault slow = fault_of(LINK_FAULT_DELAY, 1, 2);
    slow.delay = 500 * INSTANT_MICROSECOND;
    struct link_fault quick = fault_of(LINK_FAULT_DELAY, 2, 4);
    quick.delay = 50 * INSTANT_MICROSECOND;
    link_add_fault(pair->link, &slow);
    link_add_fault(pair->link, &quick);
    send_frames(pair, 5);
    const struct {
        unsigned number;
        instant at;
    } expected[] = {{3, 1350000}, {4, 1450000}, {5, 1500000}, {1, 1600000}, {2, 1750000}};
    assert_int_equal(pair->arrived[1].count, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(pair->arrived[1].log[i].number, expected[i].number);
        assert_int_equal(pair->arrived[1].log[i].at, expected[i].at);
    }
    pair_destroy(pair);
}

static void a_fault_duplicates_chosen_frames(void **state)
{
    (void)state;
    struct link_config config = plain();
    struct pair *pair = pair_create(&config);
    struct link_fault fault = fault_of(LINK_FAULT_DUPLICATE, 2, 2);
    link_add_fault(pair->link, &fault);
    send_frames(pair, 3);
    char text[256];
    assert_string_equal(numbers(&pair->arrived[1], text), "1 2 2 3 ");
    assert_int_equal(pair->arrived[1].log[1].at, pair->arrived[1].log[2].at);
    assert_string_equal(numbers(&pair->arrived[0], text), "1 2 3 ");
    assert_string_equal(pair->events, "link.duplicated@0 ");
    pair_destroy(pair);
}

static void a_fault_flips_the_bits_it_names_behind_the_tap(void **state)
{
    (void)state;
    static const uint8_t mask[] = {0x00, 0x2f, 0x01};
    struct link_config config = plain();
    struct pair *pair = pair_create(&config);
    struct sightings tapped = {.tap = {.record = record}};
    link_add_tap(pair->link, &tapped.tap);
    struct link_fault fault = fault_of(LINK_FAULT_CORRUPT, 2, 3);
    struct link_fault idle = fault_of(LINK_FAULT_CORRUPT, 9, 9);
    fault.mask = mask;
    fault.mask_length = sizeof mask;
    link_add_fault(pair->link, &fault);
    link_add_fault(pair->link, &idle);
    send(pair, 0, 0x101, 100);
    send(pair, 0, 0x102, 100);
    send(pair, 0, 0x103, 2); /* the rest of the mask is beyond its end */
    run(pair, INSTANT_SECOND);
    assert_int_equal(pair->arrived[1].log[0].number, 0x101);
    assert_int_equal(pair->arrived[1].log[1].number, 0x102 ^ 0x2f);
    assert_int_equal(pair->arrived[1].log[2].number, 0x103 ^ 0x2f);
    assert_int_equal(pair->arrived[1].log[2].length, 2);
    assert_true(pair->arrived[1].log[0].checksum_known);
    assert_false(pair->arrived[1].log[1].checksum_known);
    assert_int_equal(tapped.log[1].number, 0x102);
    assert_string_equal(pair->events, "link.corrupted@0 link.corrupted@0 ");
    assert_int_equal(pair->last_bit, 10); /* 00 2f: the eleventh */
    pair_destroy(pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fault_holds_chosen_frames_back),
        cmocka_unit_test(delays_of_several_faults_add_up_and_each_frame_comes_in_its_time),
        cmocka_unit_test(a_fault_duplicates_chosen_frames),
        cmocka_unit_test(a_fault_flips_the_bits_it_names_behind_the_tap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
