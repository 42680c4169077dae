#include "sim/net/link_pair.h"

#include "core/arena.h"

static void a_frame_takes_its_serialization_and_the_delay(void **state)
{
    (void)state;
    struct link_config config = plain();
    struct pair *pair = pair_create(&config);
    send(pair, 0, 1, 1000);
    send(pair, 0, 2, 500);
    send(pair, 1, 3, 100);
    run(pair, 10 * INSTANT_SECOND);
    /* 8 Mbit/s is one octet a microsecond. */
    assert_int_equal(pair->arrived[1].count, 2);
    assert_int_equal(pair->arrived[1].log[0].at, 2000000);
    assert_int_equal(pair->arrived[1].log[1].at, 2500000);
    assert_int_equal(pair->arrived[0].count, 1);
    assert_int_equal(pair->arrived[0].log[0].at, 1100000);
    /* The idle transmitter starts at once. */
    send(pair, 0, 4, 10);
    run(pair, 20 * INSTANT_SECOND);
    assert_int_equal(pair->arrived[1].log[2].at, 10 * INSTANT_SECOND + 1010000);
    assert_string_equal(pair->events, "");
    pair_destroy(pair);
}

static void serialization_rounds_up_to_a_nanosecond(void **state)
{
    (void)state;
    struct link_config config = plain();
    config.rate_bps = 56000;
    config.delay = 0;
    struct pair *pair = pair_create(&config);
    send(pair, 0, 1, 100);
    run(pair, INSTANT_SECOND);
    /* 800 bits / 56 kbit/s = 14,285,714.29 ns */
    assert_int_equal(pair->arrived[1].log[0].at, 14285715);
    pair_destroy(pair);
}

static void an_infinitely_fast_link_only_delays(void **state)
{
    (void)state;
    struct link_config config = plain();
    config.rate_bps = 0;
    config.queue_limit = 1;
    struct pair *pair = pair_create(&config);
    for (unsigned i = 0; i < 10; i++)
        send(pair, 0, i, 1500);
    run(pair, INSTANT_SECOND);
    char text[256];
    assert_string_equal(numbers(&pair->arrived[1], text), "0 1 2 3 4 5 6 7 8 9 ");
    assert_int_equal(pair->arrived[1].log[9].at, INSTANT_MILLISECOND);
    pair_destroy(pair);
}

static void a_full_queue_drops_what_comes_last(void **state)
{
    (void)state;
    struct link_config config = plain();
    config.queue_limit = 3;
    struct pair *pair = pair_create(&config);
    for (unsigned i = 1; i <= 5; i++)
        send(pair, 0, i, 1000);
    /* At 1 ms the first has left the transmitter, which makes room for one. */
    run(pair, INSTANT_MILLISECOND - 1);
    send(pair, 0, 6, 1000);
    run(pair, INSTANT_MILLISECOND);
    send(pair, 0, 7, 1000);
    send(pair, 0, 8, 1000);
    run(pair, INSTANT_SECOND);
    char text[256];
    assert_string_equal(numbers(&pair->arrived[1], text), "1 2 3 7 ");
    assert_int_equal(pair->arrived[1].log[3].at, 5 * INSTANT_MILLISECOND);
    assert_string_equal(pair->events, "packet.dropped/queue-full@0 packet.dropped/queue-full@0 "
                                      "packet.dropped/queue-full@999999 "
                                      "packet.dropped/queue-full@1000000 ");
    pair_destroy(pair);
}

static void a_busy_direction_has_one_pending_event(void **state)
{
    (void)state;
    struct link_config config = plain();
    struct pair *pair = pair_create(&config);
    for (unsigned i = 0; i < 50; i++) {
        send(pair, 0, i, 100);
        assert_int_equal(event_queue_count(pair->simulation.queue), 1);
    }
    send(pair, 1, 0, 100);
    assert_int_equal(event_queue_count(pair->simulation.queue), 2);
    run(pair, INSTANT_SECOND);
    assert_int_equal(event_queue_count(pair->simulation.queue), 0);
    assert_int_equal(pair->simulation.events_run, 51);
    assert_int_equal(pair->arrived[1].count, 50);
    pair_destroy(pair);
}

static void frames_one_after_the_other_take_no_more_room(void **state)
{
    (void)state;
    struct link_config config = plain();
    config.queue_limit = LOG_SIZE;
    struct pair *pair = pair_create(&config);
    size_t room = arena_bytes(pair->simulation.arena);
    for (unsigned i = 0; i < LOG_SIZE; i++) {
        send(pair, 0, i, 100);
        run(pair, (i + 1) * INSTANT_SECOND);
    }
    assert_int_equal(pair->arrived[1].count, LOG_SIZE);
    assert_int_equal(arena_bytes(pair->simulation.arena), room);
    pair_destroy(pair);
}

/* The numbers of those of 1,000 frames that arrive, 1 ms apart, with the given seed. */
static size_t survivors(const struct link_config *config, uint64_t seed, unsigned *first_lost)
{
    struct pair *pair = malloc(sizeof *pair);
    pair_init(pair, config, seed);
    for (unsigned i = 0; i < 1000; i++) {
        send(pair, 0, i, 100);
        run(pair, (i + 1) * INSTANT_MILLISECOND);
    }
    run(pair, 10 * INSTANT_SECOND);
    size_t count = pair->arrived[1].count;
    *first_lost = 0;
    while (*first_lost < count && pair->arrived[1].log[*first_lost].number == *first_lost)
        (*first_lost)++;
    pair_destroy(pair);
    return count;
}

static void loss_follows_the_seed(void **state)
{
    (void)state;
    struct link_config config = plain();
    config.loss_ppm = 100000;
    unsigned first;
    unsigned again;
    unsigned other;
    size_t count = survivors(&config, 1, &first);
    assert_int_equal(count, survivors(&config, 1, &again));
    assert_int_equal(first, again);
    size_t other_count = survivors(&config, 2, &other);
    assert_true(count != other_count || first != other);
    /* What this seed does never changes: a change here changes every recorded run. */
    assert_int_equal(count, 895);
    assert_int_equal(first, 3);
    config.loss_ppm = LINK_PPM;
    assert_int_equal(survivors(&config, 1, &first), 0);
    config.loss_ppm = 0;
    assert_int_equal(survivors(&config, 1, &first), 1000);
}

static void a_lost_frame_is_told_and_keeps_the_transmitter_busy(void **state)
{
    (void)state;
    struct link_config config = plain();
    config.loss_ppm = LINK_PPM;
    struct pair *pair = pair_create(&config);
    send(pair, 0, 1, 1000);
    link_set_loss(pair->link, 0);
    assert_int_equal(link_config(pair->link)->loss_ppm, 0);
    send(pair, 0, 2, 1000);
    run(pair, INSTANT_SECOND);
    assert_int_equal(pair->arrived[1].count, 1);
    assert_int_equal(pair->arrived[1].log[0].at, 3 * INSTANT_MILLISECOND);
    assert_string_equal(pair->events, "packet.dropped/loss@0 ");
    pair_destroy(pair);
}

static bool odd_frames_of_side_0(const struct link_fault *fault, unsigned side,
                                 const uint8_t *frame, size_t length)
{
    (void)fault;
    return side == 0 && length >= 2 && frame[1] % 2 == 1;
}

static void a_fault_drops_the_chosen_frames(void **state)
{
    (void)state;
    struct link_config config = plain();
    struct pair *pair = pair_create(&config);
    struct link_fault fault = {.matches = odd_frames_of_side_0, .first = 2, .last = 3};
    struct link_fault counter = {.matches = odd_frames_of_side_0, .first = 1000, .last = 1000};
    link_add_fault(pair->link, &fault);
    link_add_fault(pair->link, &counter);
    for (unsigned i = 1; i <= 9; i++) {
        send(pair, 0, i, 100);
        send(pair, 1, i, 100);
    }
    run(pair, INSTANT_SECOND);
    char text[256];
    assert_string_equal(numbers(&pair->arrived[1], text), "1 2 4 6 7 8 9 ");
    assert_string_equal(numbers(&pair->arrived[0], text), "1 2 3 4 5 6 7 8 9 ");
    assert_int_equal(fault.seen, 5);
    assert_int_equal(counter.seen, 5);
    assert_string_equal(pair->events, "packet.dropped/fault@0 packet.dropped/fault@0 ");
    pair_destroy(pair);
}

static void a_reordered_frame_is_overtaken(void **state)
{
    (void)state;
    struct link_config config = plain();
    config.reorder_ppm = LINK_PPM;
    config.reorder_delay = 250 * INSTANT_MICROSECOND;
    struct pair *pair = pair_create(&config);
    send(pair, 0, 1, 100);
    send(pair, 0, 2, 100);
    run(pair, INSTANT_SECOND);
    /* All held back alike: later, in order. */
    assert_int_equal(pair->arrived[1].log[0].at, 1350000);
    assert_int_equal(pair->arrived[1].log[1].at, 1450000);
    pair_destroy(pair);

    config.reorder_ppm = 200000;
    pair = pair_create(&config);
    for (unsigned i = 0; i < 1000; i++) {
        send(pair, 0, i, 100);
        assert_int_equal(event_queue_count(pair->simulation.queue), 1);
        run(pair, (i + 1) * 100 * INSTANT_MICROSECOND);
    }
    run(pair, INSTANT_SECOND);
    assert_int_equal(pair->arrived[1].count, 1000);
    unsigned held = 0;
    for (size_t i = 0; i < 1000; i++) {
        const struct sighting *seen = &pair->arrived[1].log[i];
        instant undisturbed = seen->number * UINT64_C(100000) + 1100000;
        assert_true(seen->at == undisturbed || seen->at == undisturbed + 250000);
        held += seen->at != undisturbed;
        assert_true(i == 0 || seen[-1].at <= seen->at);
    }
    assert_int_equal(held, 193);
    pair_destroy(pair);
}

static void a_duplicated_frame_arrives_twice(void **state)
{
    (void)state;
    struct link_config config = plain();
    config.duplicate_ppm = LINK_PPM;
    struct pair *pair = pair_create(&config);
    send(pair, 0, 1, 100);
    send(pair, 0, 2, 100);
    run(pair, INSTANT_SECOND);
    char text[256];
    assert_string_equal(numbers(&pair->arrived[1], text), "1 1 2 2 ");
    assert_int_equal(pair->arrived[1].log[0].at, 1100000);
    assert_int_equal(pair->arrived[1].log[1].at, 1100000);
    assert_int_equal(pair->arrived[1].log[3].at, 1200000);
    assert_string_equal(pair->events, "link.duplicated@0 link.duplicated@0 ");
    pair_destroy(pair);
}

/* The last frame that came to side 1 whole. */
struct keeper {
    struct capture_tap tap;
    uint8_t frame[1600];
    size_t length;
};

static void keep(struct capture_tap *tap, instant at, enum tap_direction direction,
                 const uint8_t *frame, size_t length)
{
    (void)at;
    struct keeper *keeper = (struct keeper *)(void *)tap;
    assert_int_equal(direction, TAP_RECEIVED);
    memcpy(keeper->frame, frame, length);
    keeper->length = length;
}

static void corruption_flips_the_one_bit_it_tells(void **state)
{
    (void)state;
    struct link_config config = plain();
    config.corrupt_ppm = LINK_PPM;
    struct pair *pair = pair_create(&config);
    struct keeper keeper = {.tap = {.record = keep}};
    tap_point_add(&pair->devices[1].taps, &keeper.tap);
    bool first_octet = false;
    bool last_octet = false;
    for (unsigned i = 0; i < 100; i++) {
        send(pair, 0, 0, 20);
        run(pair, (i + 1) * INSTANT_SECOND);
        uint8_t expected[20] = {0};
        assert_in_range(pair->last_bit, 0, 159);
        expected[pair->last_bit / 8] = (uint8_t)(0x80 >> pair->last_bit % 8);
        assert_int_equal(keeper.length, 20);
        assert_memory_equal(keeper.frame, expected, 20);
        first_octet = first_octet || pair->last_bit < 8;
        last_octet = last_octet || pair->last_bit >= 152;
        pair->events[0] = '\0';
    }
    assert_true(first_octet && last_octet);
    pair_destroy(pair);
}

static char looked[128]; /* "frame.step " of each look ahead */

static bool look(const struct device *device, const struct packet *frame, unsigned step)
{
    (void)device;
    size_t used = strlen(looked);
    snprintf(looked + used, sizeof looked - used, "%u.%u ", frame->data[1], step);
    return true;
}

static bool look_once(const struct device *device, const struct packet *frame, unsigned step)
{
    look(device, frame, step);
    return false;
}

static void a_device_looks_at_what_draws_nearer_but_not_at_what_is_lost(void **state)
{
    (void)state;
    struct link_config config = plain();
    struct pair *pair = pair_create(&config);
    struct sightings tapped = {.tap = {.record = record}};
    link_add_tap(pair->link, &tapped.tap); /* so that lost frames stay for a while */
    pair->devices[1].look_ahead = look;
    looked[0] = '\0';
    for (unsigned i = 1; i <= 6; i++) {
        link_set_loss(pair->link, i == 4 ? LINK_PPM : 0);
        send(pair, 0, i, 100);
    }
    run(pair, INSTANT_SECOND);
    assert_int_equal(pair->arrived[1].count, 5);
    assert_string_equal(looked, "5.0 3.2 2.3 6.0 5.1 3.3 6.1 5.2 6.3 ");
    pair->devices[1].look_ahead = look_once;
    looked[0] = '\0';
    for (unsigned i = 1; i <= 3; i++)
        send(pair, 0, i, 100);
    run(pair, 2 * INSTANT_SECOND);
    assert_string_equal(looked, "3.2 3.3 ");
    pair_destroy(pair);
}

static void jitter_delays_within_bounds_and_keeps_the_order(void **state)
{
    (void)state;
    struct link_config config = plain();
    config.jitter = 5 * INSTANT_MILLISECOND;
    struct pair *pair = pair_create(&config);
    for (unsigned i = 0; i < 1000; i++) {
        send(pair, 0, i, 100);
        run(pair, (i + 1) * INSTANT_MILLISECOND);
    }
    run(pair, 2 * INSTANT_SECOND);
    bool late = false;
    for (unsigned i = 0; i < 1000; i++) {
        const struct sighting *seen = &pair->arrived[1].log[i];
        instant earliest = i * INSTANT_MILLISECOND + 1100000;
        assert_int_equal(seen->number, i);
        assert_in_range(seen->at, earliest, earliest + config.jitter);
        late = late || seen->at > earliest + 4 * INSTANT_MILLISECOND;
    }
    assert_true(late);
    pair_destroy(pair);
}

static void a_frame_beyond_the_mtu_is_dropped(void **state)
{
    (void)state;
    struct link_config config = plain();
    struct pair *pair = pair_create(&config);
    send(pair, 0, 1, 1514);
    send(pair, 0, 2, 1515);
    run(pair, INSTANT_SECOND);
    link_set_mtu(pair->link, 1400);
    send(pair, 0, 3, 1415);
    send(pair, 0, 4, 1414);
    run(pair, 2 * INSTANT_SECOND);
    char text[256];
    assert_string_equal(numbers(&pair->arrived[1], text), "1 4 ");
    assert_string_equal(pair->events, "packet.dropped/mtu@0 packet.dropped/mtu@1000000000 ");
    pair_destroy(pair);
}

static void going_down_loses_what_is_queued_and_in_flight(void **state)
{
    (void)state;
    struct link_config config = plain();
    struct pair *pair = pair_create(&config);
    struct sightings tapped = {.tap = {.record = record}};
    link_add_tap(pair->link, &tapped.tap);
    for (unsigned i = 1; i <= 3; i++)
        send(pair, 0, i, 1000);
    /* The first has arrived, the second is under way, the third is being sent. */
    run(pair, 2500 * INSTANT_MICROSECOND);
    link_set_up(pair->link, false);
    link_set_up(pair->link, false);
    assert_int_equal(event_queue_count(pair->simulation.queue), 0);
    assert_int_equal(pair->simulation.packets.in_use, 0);
    send(pair, 0, 4, 1000);
    run(pair, INSTANT_SECOND);
    link_set_up(pair->link, true);
    send(pair, 0, 5, 1000);
    run(pair, 2 * INSTANT_SECOND);
    char text[256];
    assert_string_equal(numbers(&pair->arrived[1], text), "1 5 ");
    assert_int_equal(pair->arrived[1].log[1].at, INSTANT_SECOND + 2 * INSTANT_MILLISECOND);
    assert_string_equal(numbers(&tapped, text), "1 2 5 ");
    assert_string_equal(pair->events,
                        "link.down@2500000 packet.dropped/link-down@2500000 "
                        "packet.dropped/link-down@2500000 packet.dropped/link-down@2500000 "
                        "link.up@1000000000 ");
    pair_destroy(pair);
}

static void a_link_that_comes_back_starts_with_an_idle_transmitter(void **state)
{
    (void)state;
    struct link_config config = plain();
    struct pair *pair = pair_create(&config);
    for (unsigned i = 0; i < 10; i++)
        send(pair, 0, i, 1000);
    link_set_up(pair->link, false);
    link_set_up(pair->link, true);
    send(pair, 0, 99, 1000);
    run(pair, INSTANT_SECOND);
    assert_int_equal(pair->arrived[1].count, 1);
    assert_int_equal(pair->arrived[1].log[0].at, 2 * INSTANT_MILLISECOND);
    pair_destroy(pair);
}

static void a_frame_to_nowhere_is_dropped(void **state)
{
    (void)state;
    struct link_config config = plain();
    struct pair *pair = malloc(sizeof *pair);
    memset(pair, 0, sizeof *pair);
    simulation_init(&pair->simulation, 1);
    pair->subscriber = (struct trace_subscriber){.receive = hear, .context = pair};
    simulation_subscribe(&pair->simulation, &pair->subscriber);
    pair->devices[0] = (struct device){.receive = receive, .owner = pair};
    send(pair, 0, 1, 100);
    pair->link = link_create(&pair->simulation, &config);
    link_attach(pair->link, 0, &pair->devices[0]);
    send(pair, 0, 2, 100);
    assert_string_equal(pair->events, "packet.dropped/no-peer@0 ");
    pair_destroy(pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_takes_its_serialization_and_the_delay),
        cmocka_unit_test(serialization_rounds_up_to_a_nanosecond),
        cmocka_unit_test(an_infinitely_fast_link_only_delays),
        cmocka_unit_test(a_full_queue_drops_what_comes_last),
        cmocka_unit_test(a_busy_direction_has_one_pending_event),
        cmocka_unit_test(frames_one_after_the_other_take_no_more_room),
        cmocka_unit_test(loss_follows_the_seed),
        cmocka_unit_test(a_lost_frame_is_told_and_keeps_the_transmitter_busy),
        cmocka_unit_test(a_fault_drops_the_chosen_frames),
        cmocka_unit_test(a_reordered_frame_is_overtaken),
        cmocka_unit_test(a_duplicated_frame_arrives_twice),
        cmocka_unit_test(corruption_flips_the_one_bit_it_tells),
        cmocka_unit_test(a_device_looks_at_what_draws_nearer_but_not_at_what_is_lost),
        cmocka_unit_test(jitter_delays_within_bounds_and_keeps_the_order),
        cmocka_unit_test(a_frame_beyond_the_mtu_is_dropped),
        cmocka_unit_test(going_down_loses_what_is_queued_and_in_flight),
        cmocka_unit_test(a_link_that_comes_back_starts_with_an_idle_transmitter),
        cmocka_unit_test(a_frame_to_nowhere_is_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
