/* The header, what is sent over a bundle, and two ends of one together. */
#include "base/entropy.h"
#include "base/wire.h"
#include "support/multilink_bench.h"

static void send(struct multilink_bench *bench, const char *octets)
{
    uint8_t data[2000];
    size_t length = unit_hex(octets, data, sizeof data);
    multilink_send(&bench->multilink, 0, packet_from(&bench->pool, data, length));
}

static void send_length(struct multilink_bench *bench, size_t length)
{
    struct packet *packet = packet_alloc(&bench->pool, length);
    uint8_t *p = packet_append(packet, length);
    for (size_t i = 0; i < length; i++)
        p[i] = (uint8_t)i;
    multilink_send(&bench->multilink, 0, packet);
}

/* Fails unless the next output is this fragment on this link. */
static void expect_sent(struct multilink_bench *bench, uint32_t link, const char *octets)
{
    struct output output;
    assert_true(multilink_poll(&bench->multilink, &output));
    assert_int_equal(output.kind, OUTPUT_SEND);
    assert_int_equal(output.value, link);
    unit_assert_hex(output.packet->data, output.packet->length, octets);
    packet_free(output.packet);
}

/* Fails unless the next output is a fragment of @length octets of data on this link. */
static void expect_share(struct multilink_bench *bench, uint32_t link, size_t length)
{
    struct output output;
    assert_true(multilink_poll(&bench->multilink, &output));
    assert_int_equal(output.kind, OUTPUT_SEND);
    assert_int_equal(output.value, link);
    assert_int_equal(output.packet->length, length + MULTILINK_LONG_HEADER_SIZE);
    packet_free(output.packet);
}

/* --- the header ------------------------------------------------------------------------------- */

static void check_header(struct packet_pool *pool, bool short_sequence,
                         struct multilink_header header, const char *octets)
{
    struct multilink_header read = {0};
    struct packet *packet = packet_from(pool, "\xaa", 1);
    multilink_push_header(packet, short_sequence, &header);
    unit_assert_hex(packet->data, packet->length, octets);
    assert_true(multilink_pull_header(packet, short_sequence, &read));
    assert_int_equal(packet->length, 1);
    assert_int_equal(read.begins, header.begins);
    assert_int_equal(read.ends, header.ends);
    assert_int_equal(read.sequence, header.sequence);
    packet_free(packet);
}

static void headers_have_four_octets_or_two(void **state)
{
    struct multilink_bench *bench = *state;
    struct packet_pool *pool = &bench->pool;
    check_header(pool, false, (struct multilink_header){true, true, 0}, "c0000000 aa");
    check_header(pool, false, (struct multilink_header){true, false, 5}, "80000005 aa");
    check_header(pool, false, (struct multilink_header){false, true, 0xabcdef}, "40abcdef aa");
    check_header(pool, false, (struct multilink_header){false, false, 0xffffff}, "00ffffff aa");
    check_header(pool, true, (struct multilink_header){true, true, 0}, "c000 aa");
    check_header(pool, true, (struct multilink_header){true, false, 0xfff}, "8fff aa");
    check_header(pool, true, (struct multilink_header){false, true, 0x123}, "4123 aa");
}

static void reserved_bits_count_for_nothing(void **state)
{
    struct multilink_bench *bench = *state;
    multilink_bench_join(bench, 1);
    multilink_bench_input(bench, 0, "ff000000 21 45");
    multilink_bench_expect(bench, "21 45");
}

static void a_fragment_without_a_whole_header_is_dropped(void **state)
{
    struct multilink_bench *bench = *state;
    multilink_bench_join(bench, 1);
    multilink_bench_input(bench, 0, "c00000");
    multilink_bench_expect_nothing(bench);
    multilink_bench_expect_drops(bench, 1, "truncated");
}

/* --- sending ---------------------------------------------------------------------------------- */

static void one_link_carries_whole_packets_numbered_from_zero(void **state)
{
    struct multilink_bench *bench = *state;
    multilink_bench_join(bench, 1);
    send(bench, "21 45000014 0a0b0c0d");
    send(bench, "21 46");
    expect_sent(bench, 0, "c0000000 21 45000014 0a0b0c0d");
    expect_sent(bench, 0, "c0000001 21 46");
    multilink_bench_expect_nothing(bench);
}

static void two_equal_links_share_a_packet_in_halves(void **state)
{
    struct multilink_bench *bench = *state;
    multilink_bench_join(bench, 2);
    send(bench, "21 00010203 04050607 08090a");
    expect_sent(bench, 0, "80000000 21 00010203 04");
    expect_sent(bench, 1, "40000001 050607 08090a");
    multilink_bench_expect_nothing(bench);
    assert_int_equal(bench->multilink.counters.packets_sent, 1);
    assert_int_equal(bench->multilink.counters.fragments_sent, 2);
}

/* What does not divide goes to the link that is free first, so that no link falls behind. */
static void the_odd_octet_changes_sides(void **state)
{
    struct multilink_bench *bench = *state;
    multilink_bench_join(bench, 2);
    for (unsigned i = 0; i < 4; i++)
        send_length(bench, 101);
    for (unsigned i = 0; i < 4; i++) {
        expect_share(bench, i % 2, 51);
        expect_share(bench, 1 - i % 2, 50);
    }
}

static void short_numbers_are_sent_when_the_peer_wants_them(void **state)
{
    struct multilink_bench *bench = *state;
    bench->multilink.config.peer_short_sequence = true;
    bench->multilink.next_sequence = 0xfff;
    multilink_bench_join(bench, 2);
    send(bench, "21 00010203 04050607 08090a");
    expect_sent(bench, 0, "8fff 21 00010203 04");
    expect_sent(bench, 1, "4000 050607 08090a");
}

static void shares_are_in_proportion_to_the_rates(void **state)
{
    struct multilink_bench *bench = *state;
    multilink_add_link(&bench->multilink, 0, "modem", 1500, 33600);
    multilink_add_link(&bench->multilink, 0, "isdn", 1500, 67200);
    send_length(bench, 1001);
    expect_share(bench, 0, 334);
    expect_share(bench, 1, 667);
}

static void all_fragments_of_a_packet_keep_its_serial_number(void **state)
{
    struct multilink_bench *bench = *state;
    struct output output;
    multilink_bench_join(bench, 3);
    struct packet *packet = packet_from(&bench->pool, "0123456789abcdefgh", 18);
    uint64_t serial = packet->serial;
    multilink_send(&bench->multilink, 0, packet);
    for (unsigned i = 0; i < 3; i++) {
        assert_true(multilink_poll(&bench->multilink, &output));
        assert_int_equal(output.packet->serial, serial);
        packet_free(output.packet);
    }
    multilink_bench_expect_nothing(bench);
}

/* Section 4.1: traffic that does not fill the links is to go round. */
static void small_packets_take_turns(void **state)
{
    struct multilink_bench *bench = *state;
    multilink_bench_join(bench, 2);
    for (unsigned i = 0; i < 4; i++)
        send(bench, "21 01020304 05");
    expect_sent(bench, 0, "c0000000 21 01020304 05");
    expect_sent(bench, 1, "c0000001 21 01020304 05");
    expect_sent(bench, 0, "c0000002 21 01020304 05");
    expect_sent(bench, 1, "c0000003 21 01020304 05");
}

static void a_slow_link_gets_no_crumbs_but_a_packet_now_and_then(void **state)
{
    struct multilink_bench *bench = *state;
    multilink_add_link(&bench->multilink, 0, "fast", 1500, 128000);
    multilink_add_link(&bench->multilink, 0, "slow", 1500, 9600);
    bench->multilink.config.fragment_minimum = 64;
    for (unsigned i = 0; i < 16; i++)
        send_length(bench, 100);
    unsigned slow = 0;
    for (struct output output; multilink_poll(&bench->multilink, &output);) {
        assert_int_equal(output.packet->length, 100 + MULTILINK_LONG_HEADER_SIZE);
        slow += output.value;
        packet_free(output.packet);
    }
    assert_int_equal(slow, 2);
}

static void no_fragment_exceeds_the_mru_of_its_link(void **state)
{
    struct multilink_bench *bench = *state;
    multilink_add_link(&bench->multilink, 0, "narrow", 128, 64000);
    multilink_add_link(&bench->multilink, 0, "wide", 1500, 64000);
    send_length(bench, 500);
    expect_share(bench, 0, 84);
    expect_share(bench, 0, 83);
    expect_share(bench, 0, 83);
    expect_share(bench, 1, 250);
    multilink_bench_expect_nothing(bench);
}

/* Section 6: before anything on a link that joins, something on the one that was there. */
static void a_link_that_joins_waits_for_the_first_one(void **state)
{
    struct multilink_bench *bench = *state;
    multilink_bench_join(bench, 1);
    send(bench, "21 45");
    expect_sent(bench, 0, "c0000000 21 45");
    assert_int_equal(multilink_add_link(&bench->multilink, 0, "second", 1500, 64000), 1);
    send(bench, "21 46");
    send(bench, "21 47");
    expect_sent(bench, 0, "c0000001 21 46");
    expect_sent(bench, 1, "c0000002 21 47");
    /* The number of a link says nothing about which was there first. */
    multilink_remove_link(&bench->multilink, 0, 0);
    assert_int_equal(multilink_add_link(&bench->multilink, 0, "third", 1500, 64000), 0);
    send(bench, "21 48");
    send(bench, "21 49");
    expect_sent(bench, 1, "c0000003 21 48");
    expect_sent(bench, 0, "c0000004 21 49");
}

static void the_rest_carries_on_when_a_link_leaves(void **state)
{
    struct multilink_bench *bench = *state;
    multilink_bench_join(bench, 2);
    multilink_remove_link(&bench->multilink, 0, 0);
    send(bench, "21 00010203 04050607 08090a");
    expect_sent(bench, 1, "c0000000 21 00010203 04050607 08090a");
    multilink_remove_link(&bench->multilink, 0, 1);
    send(bench, "21 45");
    multilink_bench_expect_nothing(bench);
    multilink_bench_expect_drops(bench, 1, "no-link");
}

static void a_bundle_takes_eight_links(void **state)
{
    struct multilink_bench *bench = *state;
    multilink_bench_join(bench, MULTILINK_LINKS);
    assert_int_equal(multilink_add_link(&bench->multilink, 0, "ninth", 1500, 64000),
                     MULTILINK_NO_LINK);
    multilink_remove_link(&bench->multilink, 0, 3);
    assert_int_equal(multilink_add_link(&bench->multilink, 0, "again", 1500, 64000), 3);
}

static void a_packet_is_sent_whole_or_not_at_all(void **state)
{
    struct multilink_bench *bench = *state;
    multilink_bench_join(bench, 3);
    struct packet *packet = packet_from(&bench->pool, "0123456789abcdefgh", 18);
    bench->pool.limit = bench->pool.in_use + 1;
    multilink_send(&bench->multilink, 0, packet);
    multilink_bench_expect_nothing(bench);
    multilink_bench_expect_drops(bench, 1, "no-memory");
    assert_int_equal(bench->multilink.next_sequence, 0);
}

/* --- all together ----------------------------------------------------------------------------- */

#define LINES   3
#define PACKETS 3000

/* Two ends and lines of different delays, which lose one fragment in @loss; 0: none. */
static unsigned carry(struct multilink_bench *bench, bool short_sequence, unsigned loss)
{
    struct packet_queue lines[LINES] = {{0}};
    struct entropy entropy = entropy_make(1990, "multilink");
    struct multilink_config config = bench->multilink.config;
    struct multilink peer;
    config.short_sequence = config.peer_short_sequence = short_sequence;
    config.held_limit = 128;
    bench->multilink.config = config;
    multilink_init(&peer, &config);
    multilink_bench_join(bench, LINES);
    for (unsigned i = 0; i < LINES; i++)
        multilink_add_link(&peer, 0, "link", 1500, 64000);
    uint32_t newest = 0;
    unsigned arrived = 0;
    for (uint32_t number = 1; number <= PACKETS + 40; number++) {
        struct output output;
        uint32_t length = 5 + entropy_u32(&entropy) % 200;
        if (number <= PACKETS) {
            struct packet *packet = packet_alloc(&bench->pool, length);
            uint8_t *p = packet_append(packet, length);
            memset(p, (int)number, length);
            wire_store_u32(p + 1, number);
            p[0] = 0x21;
            multilink_send(&bench->multilink, number, packet);
        }
        while (multilink_poll(&bench->multilink, &output))
            if (loss && entropy_u32(&entropy) % loss == 0)
                packet_free(output.packet);
            else
                packet_queue_push(&lines[output.value], output.packet);
        for (uint32_t i = 0; i < LINES; i++)
            while (lines[i].count > 8 * i || (lines[i].count && number > PACKETS))
                multilink_input(&peer, number, i, packet_queue_pop(&lines[i]));
        while (multilink_poll(&peer, &output)) {
            if (output.kind != OUTPUT_DELIVER)
                continue;
            const struct packet *packet = output.packet;
            uint32_t got = wire_load_u32(packet->data + 1);
            assert_true(got > newest);
            newest = got;
            for (uint32_t i = 5; i < packet->length; i++)
                assert_int_equal(packet->data[i], got & 0xff);
            arrived++;
            packet_free(output.packet);
        }
    }
    multilink_destroy(&peer);
    return arrived;
}

static void uneven_lines_deliver_everything_in_order(void **state)
{
    struct multilink_bench *bench = *state;
    assert_int_equal(carry(bench, false, 0), PACKETS);
    assert_int_equal(bench->log.drops, 0);
}

static void with_short_numbers_too(void **state)
{
    struct multilink_bench *bench = *state;
    assert_int_equal(carry(bench, true, 0), PACKETS);
    assert_int_equal(bench->log.drops, 0);
}

/* One fragment in a hundred: at most three packets in a hundred, and none damaged. */
static void lossy_lines_cost_no_more_than_the_packets_hit(void **state)
{
    struct multilink_bench *bench = *state;
    unsigned arrived = carry(bench, true, 100);
    assert_in_range(arrived, PACKETS - 3 * PACKETS / 100, PACKETS - PACKETS / 100);
    assert_int_equal(drop_log_count(&bench->log, "buffer-full"), 0);
}

int main(void)
{
#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, multilink_bench_set_up, multilink_bench_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(headers_have_four_octets_or_two),
        TEST(reserved_bits_count_for_nothing),
        TEST(a_fragment_without_a_whole_header_is_dropped),
        TEST(one_link_carries_whole_packets_numbered_from_zero),
        TEST(two_equal_links_share_a_packet_in_halves),
        TEST(the_odd_octet_changes_sides),
        TEST(short_numbers_are_sent_when_the_peer_wants_them),
        TEST(shares_are_in_proportion_to_the_rates),
        TEST(all_fragments_of_a_packet_keep_its_serial_number),
        TEST(small_packets_take_turns),
        TEST(a_slow_link_gets_no_crumbs_but_a_packet_now_and_then),
        TEST(no_fragment_exceeds_the_mru_of_its_link),
        TEST(a_link_that_joins_waits_for_the_first_one),
        TEST(the_rest_carries_on_when_a_link_leaves),
        TEST(a_bundle_takes_eight_links),
        TEST(a_packet_is_sent_whole_or_not_at_all),
        TEST(uneven_lines_deliver_everything_in_order),
        TEST(with_short_numbers_too),
        TEST(lossy_lines_cost_no_more_than_the_packets_hit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
