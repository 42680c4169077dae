#include "sim/net/link_pair.h"

static void a_link_tap_sees_both_ways_when_the_last_bit_leaves(void **state)
{
    (void)state;
    struct link_config config = plain();
    config.loss_ppm = LINK_PPM;
    struct pair *pair = pair_create(&config);
    struct sightings tapped = {.tap = {.record = record}};
    link_add_tap(pair->link, &tapped.tap);
    send(pair, 0, 1, 1000);
    link_set_loss(pair->link, 0);
    send(pair, 0, 2, 1000);
    send(pair, 1, 3, 1500);
    assert_int_equal(event_queue_count(pair->simulation.queue), 4);
    run(pair, INSTANT_SECOND);
    assert_int_equal(tapped.count, 3);
    assert_int_equal(tapped.log[0].number, 1);
    assert_int_equal(tapped.log[0].at, INSTANT_MILLISECOND);
    assert_int_equal(tapped.log[0].direction, TAP_SENT);
    assert_int_equal(tapped.log[1].number, 3);
    assert_int_equal(tapped.log[1].at, 1500 * INSTANT_MICROSECOND);
    assert_int_equal(tapped.log[1].direction, TAP_RECEIVED);
    assert_int_equal(tapped.log[2].number, 2);
    assert_int_equal(tapped.log[2].at, 2 * INSTANT_MILLISECOND);
    assert_int_equal(pair->arrived[1].count, 1);
    pair_destroy(pair);
}

/* A tap that wants to see each frame before the receiver has it. */
struct early_tap {
    struct sightings seen;
    const struct pair *pair;
};

static void record_before_arrival(struct capture_tap *tap, instant at, enum tap_direction direction,
                                  const uint8_t *frame, size_t length)
{
    const struct early_tap *early = (const struct early_tap *)(const void *)tap;
    const struct sightings *arrived = &early->pair->arrived[1];
    record(tap, at, direction, frame, length);
    for (size_t i = 0; i < arrived->count; i++)
        assert_int_not_equal(arrived->log[i].number, early->seen.log[early->seen.count - 1].number);
}

static void a_tap_without_delay_still_comes_before_the_receiver(void **state)
{
    (void)state;
    struct link_config config = plain();
    config.rate_bps = 0;
    config.delay = 0;
    struct pair *pair = pair_create(&config);
    struct early_tap tap = {.seen.tap = {.record = record_before_arrival}, .pair = pair};
    link_add_tap(pair->link, &tap.seen.tap);
    for (unsigned i = 0; i < 3; i++)
        send(pair, 0, i, 60);
    run(pair, INSTANT_SECOND);
    char text[256];
    assert_string_equal(numbers(&tap.seen, text), "0 1 2 ");
    assert_string_equal(numbers(&pair->arrived[1], text), "0 1 2 ");
    pair_destroy(pair);
}

static void a_tap_that_comes_late_comes_before_the_receiver_too(void **state)
{
    (void)state;
    struct link_config config = plain();
    config.delay = 0;
    struct pair *pair = pair_create(&config);
    struct early_tap tap = {.seen.tap = {.record = record_before_arrival}, .pair = pair};
    send(pair, 0, 0, 1000);
    link_add_tap(pair->link, &tap.seen.tap);
    for (unsigned i = 1; i < 4; i++)
        send(pair, 0, i, 1000);
    run(pair, INSTANT_SECOND);
    char text[256];
    assert_string_equal(numbers(&tap.seen, text), "1 2 3 ");
    assert_string_equal(numbers(&pair->arrived[1], text), "0 1 2 3 ");
    pair_destroy(pair);
}

static void a_tap_that_comes_late_sees_what_is_sent_from_then_on(void **state)
{
    (void)state;
    struct link_config config = plain();
    struct pair *pair = pair_create(&config);
    struct sightings tapped = {.tap = {.record = record}};
    for (unsigned i = 0; i < 3; i++)
        send(pair, 0, i, 1000);
    run(pair, INSTANT_SECOND);
    for (unsigned i = 3; i < 6; i++)
        send(pair, 0, i, 1000);
    run(pair, INSTANT_SECOND + 1500 * INSTANT_MICROSECOND);
    link_add_tap(pair->link, &tapped.tap);
    for (unsigned i = 6; i < 8; i++)
        send(pair, 0, i, 1000);
    run(pair, 2 * INSTANT_SECOND);
    char text[256];
    assert_string_equal(numbers(&tapped, text), "6 7 ");
    assert_int_equal(tapped.log[0].at, INSTANT_SECOND + 4 * INSTANT_MILLISECOND);
    assert_string_equal(numbers(&pair->arrived[1], text), "0 1 2 3 4 5 6 7 ");
    pair_destroy(pair);
}

static void device_taps_see_what_is_handed_over_and_what_arrives(void **state)
{
    (void)state;
    struct link_config config = plain();
    config.queue_limit = 2;
    struct pair *pair = pair_create(&config);
    struct sightings sent = {.tap = {.record = record}};
    struct sightings received = {.tap = {.record = record}};
    tap_point_add(&pair->devices[0].taps, &sent.tap);
    tap_point_add(&pair->devices[1].taps, &received.tap);
    for (unsigned i = 1; i <= 3; i++)
        send(pair, 0, i, 1000);
    run(pair, INSTANT_SECOND);
    assert_int_equal(sent.count, 2);
    assert_int_equal(sent.log[1].at, 0);
    assert_int_equal(sent.log[1].direction, TAP_SENT);
    assert_int_equal(received.count, 2);
    assert_int_equal(received.log[1].at, 3 * INSTANT_MILLISECOND);
    assert_int_equal(received.log[1].direction, TAP_RECEIVED);
    pair_destroy(pair);
}

static void assert_same(const struct sightings *one, const struct sightings *other)
{
    assert_int_equal(one->count, other->count);
    for (size_t i = 0; i < one->count; i++) {
        assert_int_equal(one->log[i].at, other->log[i].at);
        assert_int_equal(one->log[i].number, other->log[i].number);
        assert_int_equal(one->log[i].length, other->log[i].length);
        assert_int_equal(one->log[i].direction, other->log[i].direction);
        assert_int_equal(one->log[i].checksum_known, other->log[i].checksum_known);
    }
}

static void a_tap_changes_nothing_for_the_frames(void **state)
{
    (void)state;
    struct link_config config = plain();
    config.loss_ppm = config.reorder_ppm = config.corrupt_ppm = config.duplicate_ppm = 100000;
    config.jitter = INSTANT_MILLISECOND;
    config.reorder_delay = 3 * INSTANT_MILLISECOND;
    config.queue_limit = 5;
    struct sightings tapped = {.tap = {.record = record}};
    struct pair *pairs[2] = {pair_create(&config), pair_create(&config)};
    link_add_tap(pairs[1]->link, &tapped.tap);
    for (unsigned which = 0; which < 2; which++) {
        struct pair *pair = pairs[which];
        pair->simulation.subscribers = NULL;
        for (unsigned i = 0; i < 1000; i++) {
            send(pair, 0, i, 100 + i);
            send(pair, 1, i, 1100 - i);
            run(pair, (i + 1) * 500 * INSTANT_MICROSECOND);
        }
        run(pair, 10 * INSTANT_SECOND);
    }
    for (unsigned side = 0; side < 2; side++)
        assert_same(&pairs[0]->arrived[side], &pairs[1]->arrived[side]);
    for (size_t i = 1; i < tapped.count; i++)
        assert_true(tapped.log[i - 1].at <= tapped.log[i].at);
    pair_destroy(pairs[0]);
    pair_destroy(pairs[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_link_tap_sees_both_ways_when_the_last_bit_leaves),
        cmocka_unit_test(a_tap_without_delay_still_comes_before_the_receiver),
        cmocka_unit_test(a_tap_that_comes_late_comes_before_the_receiver_too),
        cmocka_unit_test(a_tap_that_comes_late_sees_what_is_sent_from_then_on),
        cmocka_unit_test(device_taps_see_what_is_handed_over_and_what_arrives),
        cmocka_unit_test(a_tap_changes_nothing_for_the_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
