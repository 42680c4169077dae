/* What comes over a bundle: order, loss, and what is not as it should be. */
#include "support/multilink_bench.h"

#define MS INSTANT_MILLISECOND

/* --- putting together ------------------------------------------------------------------------- */

static void fragments_become_a_packet_whatever_their_order(void **state)
{
    struct multilink_bench *bench = *state;
    multilink_bench_join(bench, 3);
    multilink_bench_input(bench, 2, "40000002 0607");
    multilink_bench_input(bench, 1, "00000001 0304");
    multilink_bench_expect_nothing(bench);
    multilink_bench_input(bench, 0, "80000000 21 01");
    multilink_bench_expect(bench, "21 01 0304 0607");
    multilink_bench_expect_nothing(bench);
    assert_int_equal(bench->multilink.counters.packets_received, 1);
}

static void packets_come_out_in_the_order_of_their_numbers(void **state)
{
    struct multilink_bench *bench = *state;
    multilink_bench_join(bench, 2);
    multilink_bench_input(bench, 1, "c0000001 21 bb");
    multilink_bench_input(bench, 1, "80000003 21 dd");
    multilink_bench_expect_nothing(bench);
    multilink_bench_input(bench, 0, "c0000000 21 aa");
    multilink_bench_expect(bench, "21 aa");
    multilink_bench_expect(bench, "21 bb");
    multilink_bench_expect_nothing(bench);
    multilink_bench_input(bench, 0, "c0000002 21 cc");
    multilink_bench_input(bench, 0, "40000004 ddd0");
    multilink_bench_expect(bench, "21 cc");
    multilink_bench_expect(bench, "21 dd ddd0");
    assert_int_equal(bench->log.drops, 0);
}

static void numbers_of_24_bits_come_round(void **state)
{
    struct multilink_bench *bench = *state;
    bench->multilink.expected = 0xfffffe;
    multilink_bench_join(bench, 2);
    multilink_bench_input(bench, 1, "40000000 cc");
    multilink_bench_input(bench, 0, "80fffffe 21");
    multilink_bench_input(bench, 1, "c0000002 21 ee");
    multilink_bench_expect_nothing(bench);
    multilink_bench_input(bench, 0, "00ffffff bb");
    multilink_bench_expect(bench, "21 bb cc");
    multilink_bench_input(bench, 0, "c0000001 21 dd");
    multilink_bench_expect(bench, "21 dd");
    multilink_bench_expect(bench, "21 ee");
}

static void a_loss_at_the_end_of_the_numbers_is_found(void **state)
{
    struct multilink_bench *bench = *state;
    bench->multilink.expected = 0xffffff;
    multilink_bench_join(bench, 2);
    multilink_bench_input(bench, 1, "40000000 bb");
    multilink_bench_input(bench, 0, "c0000001 21 cc");
    multilink_bench_input(bench, 1, "c0000002 21 dd");
    multilink_bench_expect_loss(bench);
    multilink_bench_expect(bench, "21 cc");
    multilink_bench_expect(bench, "21 dd");
    multilink_bench_expect_drops(bench, 1, "lost-fragment");
}

static void numbers_of_12_bits_come_round_while_a_link_is_idle(void **state)
{
    struct multilink_bench *bench = *state;
    bench->multilink.config.short_sequence = true;
    bench->multilink.config.peer_short_sequence = true;
    multilink_bench_join(bench, 2);
    for (unsigned i = 0; i < 10000; i++) {
        struct packet *packet = packet_from(&bench->pool, "\x21\x45", 2);
        multilink_push_header(packet, true, &(struct multilink_header){true, true, i});
        multilink_input(&bench->multilink, 0, 0, packet);
        multilink_bench_expect(bench, "21 45");
    }
    /* The idle link has not been taken for one far ahead: its silence still holds M back. */
    multilink_bench_input(bench, 0, "c711 21 bb");
    multilink_bench_expect_nothing(bench);
    multilink_bench_input(bench, 1, "c710 21 aa");
    multilink_bench_expect(bench, "21 aa");
    multilink_bench_expect(bench, "21 bb");
}

static void an_empty_fragment_delivers_nothing(void **state)
{
    struct multilink_bench *bench = *state;
    multilink_bench_join(bench, 1);
    multilink_bench_input(bench, 0, "c0000000");
    multilink_bench_expect_nothing(bench);
    multilink_bench_input(bench, 0, "c0000001 21 45");
    multilink_bench_expect(bench, "21 45");
    assert_int_equal(bench->log.drops, 0);
}

/* --- loss (section 4.1) ----------------------------------------------------------------------- */

static void one_link_tells_of_a_loss_with_its_next_fragment(void **state)
{
    struct multilink_bench *bench = *state;
    multilink_bench_join(bench, 1);
    multilink_bench_input(bench, 0, "c0000000 21 aa");
    multilink_bench_expect(bench, "21 aa");
    multilink_bench_input(bench, 0, "c0000002 21 cc");
    multilink_bench_expect_loss(bench);
    multilink_bench_expect(bench, "21 cc");
    assert_string_equal(bench->log.events[1], "ppp.multilink.packet-lost");
    assert_int_equal(bench->multilink.counters.lost, 1);
}

static void a_fragment_is_lost_when_all_links_are_past_the_end_of_its_packet(void **state)
{
    struct multilink_bench *bench = *state;
    multilink_bench_join(bench, 2);
    /* Number 0, on link 0, does not come. */
    multilink_bench_input(bench, 1, "40000001 bb");
    multilink_bench_input(bench, 0, "80000002 21 cc");
    multilink_bench_expect_nothing(bench);
    assert_int_equal(bench->log.drops, 0);
    multilink_bench_input(bench, 1, "40000003 dd");
    multilink_bench_expect_loss(bench);
    multilink_bench_expect(bench, "21 cc dd");
    multilink_bench_expect_drops(bench, 1, "lost-fragment");
}

static void a_beginning_tells_where_the_packet_in_front_of_it_ended(void **state)
{
    struct multilink_bench *bench = *state;
    multilink_bench_join(bench, 2);
    /* Number 1, with the E bit, does not come. */
    multilink_bench_input(bench, 0, "80000000 21 aa");
    multilink_bench_input(bench, 0, "80000002 21 cc");
    multilink_bench_expect_nothing(bench);
    multilink_bench_input(bench, 1, "40000003 dd");
    multilink_bench_expect_loss(bench);
    multilink_bench_expect(bench, "21 cc dd");
    multilink_bench_expect_drops(bench, 1, "lost-fragment");
}

static void all_up_to_the_next_end_goes_with_the_lost_fragment(void **state)
{
    struct multilink_bench *bench = *state;
    multilink_bench_join(bench, 2);
    /* Numbers 1 and 2 do not come, an end and a beginning. */
    multilink_bench_input(bench, 0, "80000000 21 aa");
    multilink_bench_input(bench, 1, "40000003 dd");
    multilink_bench_input(bench, 0, "c0000004 21 ee");
    multilink_bench_expect_nothing(bench);
    multilink_bench_input(bench, 1, "c0000005 21 ff");
    multilink_bench_expect_loss(bench);
    multilink_bench_expect(bench, "21 ee");
    multilink_bench_expect(bench, "21 ff");
    multilink_bench_expect_nothing(bench);
    multilink_bench_expect_drops(bench, 2, "lost-fragment");
    assert_int_equal(bench->multilink.counters.lost, 4);
}

static void a_delayed_link_is_waited_for(void **state)
{
    struct multilink_bench *bench = *state;
    multilink_bench_join(bench, 2);
    for (unsigned i = 1; i < 6; i += 2) {
        struct packet *packet = packet_from(&bench->pool, "\x21\x45", 2);
        multilink_push_header(packet, false, &(struct multilink_header){true, true, i});
        multilink_input(&bench->multilink, 0, 1, packet);
    }
    multilink_bench_expect_nothing(bench);
    multilink_bench_input(bench, 0, "c0000000 21 aa");
    multilink_bench_expect(bench, "21 aa");
    multilink_bench_expect(bench, "21 45");
    /* Number 2 is lost: link 0 has come to 4. */
    multilink_bench_input(bench, 0, "c0000004 21 ee");
    multilink_bench_expect_loss(bench);
    multilink_bench_expect(bench, "21 45");
    multilink_bench_expect(bench, "21 ee");
    multilink_bench_expect(bench, "21 45");
    multilink_bench_expect_nothing(bench);
}

static void a_link_that_leaves_holds_nobody_back(void **state)
{
    struct multilink_bench *bench = *state;
    multilink_bench_join(bench, 2);
    multilink_bench_input(bench, 0, "80000000 21 aa");
    multilink_bench_input(bench, 0, "c0000002 21 cc");
    multilink_bench_expect_nothing(bench);
    multilink_remove_link(&bench->multilink, 0, 1);
    multilink_bench_expect_loss(bench);
    multilink_bench_expect(bench, "21 cc");
    multilink_bench_expect_drops(bench, 1, "lost-fragment");
}

static void a_link_that_joins_is_waited_for(void **state)
{
    struct multilink_bench *bench = *state;
    multilink_bench_join(bench, 1);
    multilink_bench_input(bench, 0, "c0000000 21 aa");
    multilink_bench_expect(bench, "21 aa");
    multilink_add_link(&bench->multilink, 0, "second", 1500, 64000);
    multilink_bench_input(bench, 0, "c0000002 21 cc");
    multilink_bench_expect_nothing(bench);
    multilink_bench_input(bench, 1, "c0000001 21 bb");
    multilink_bench_expect(bench, "21 bb");
    multilink_bench_expect(bench, "21 cc");
}

static void null_fragments_show_how_far_a_link_has_come(void **state)
{
    struct multilink_bench *bench = *state;
    multilink_bench_join(bench, 2);
    multilink_bench_input(bench, 1, "40000001 bb");
    multilink_bench_input(bench, 0, "c0000002");
    multilink_bench_expect_nothing(bench);
    multilink_bench_input(bench, 1, "c0000003");
    multilink_bench_expect_loss(bench);
    multilink_bench_expect_nothing(bench);
    multilink_bench_expect_drops(bench, 1, "lost-fragment");
    assert_int_equal(bench->multilink.expected, 4);
}

/* The receiver's timer of section 4.1. */
static void what_waits_too_long_is_given_up(void **state)
{
    struct multilink_bench *bench = *state;
    multilink_bench_join(bench, 2);
    assert_int_equal(multilink_next_timeout(&bench->multilink), INSTANT_NEVER);
    multilink_bench_input(bench, 1, "40000001 bb");
    multilink_bench_input(bench, 1, "c0000002 21 cc");
    assert_int_equal(multilink_next_timeout(&bench->multilink), 3000 * MS);
    multilink_handle_timeout(&bench->multilink, 2999 * MS);
    multilink_bench_expect_nothing(bench);
    multilink_handle_timeout(&bench->multilink, 3000 * MS);
    multilink_bench_expect_loss(bench);
    multilink_bench_expect(bench, "21 cc");
    multilink_bench_expect_nothing(bench);
    multilink_bench_expect_drops(bench, 1, "stalled");
    assert_int_equal(multilink_next_timeout(&bench->multilink), INSTANT_NEVER);
    /* Should it come after all, it is too late. */
    multilink_bench_input(bench, 0, "80000000 21 aa");
    assert_int_equal(drop_log_count(&bench->log, "old-sequence"), 1);
}

static void a_packet_without_an_end_is_given_up_too(void **state)
{
    struct multilink_bench *bench = *state;
    multilink_bench_join(bench, 2);
    multilink_bench_input(bench, 0, "80000000 21 aa");
    multilink_handle_timeout(&bench->multilink, 3000 * MS);
    multilink_bench_expect_loss(bench);
    multilink_bench_expect_nothing(bench);
    multilink_bench_expect_drops(bench, 1, "stalled");
    assert_int_equal(bench->multilink.expected, 1);
}

static void only_so_many_fragments_are_held(void **state)
{
    struct multilink_bench *bench = *state;
    multilink_bench_join(bench, 2);
    for (unsigned i = 1; i <= 8; i++) {
        struct packet *packet = packet_from(&bench->pool, "\x21\x45", 2);
        multilink_push_header(packet, false, &(struct multilink_header){i % 2, i % 2 == 0, i});
        multilink_input(&bench->multilink, 0, 1, packet);
    }
    multilink_bench_expect_nothing(bench);
    assert_int_equal(bench->multilink.held_count, 8);
    multilink_bench_input(bench, 1, "80000009 21 99");
    /* Number 0 is given up: the fragment behind it begins a packet, so it was one by itself. */
    multilink_bench_expect_loss(bench);
    for (unsigned i = 0; i < 4; i++)
        multilink_bench_expect(bench, "21 45 21 45");
    multilink_bench_expect_nothing(bench);
    assert_int_equal(bench->multilink.held_count, 1);
    assert_int_equal(bench->log.drops, 0);
}

/* --- what is not as it should be -------------------------------------------------------------- */

static void passed_and_repeated_numbers_are_dropped(void **state)
{
    struct multilink_bench *bench = *state;
    multilink_bench_join(bench, 2);
    multilink_bench_input(bench, 0, "c0000000 21 aa");
    multilink_bench_expect(bench, "21 aa");
    multilink_bench_input(bench, 0, "c0000000 21 aa");
    multilink_bench_expect_drops(bench, 1, "old-sequence");
    multilink_bench_input(bench, 0, "80000001 21 bb");
    multilink_bench_input(bench, 0, "80000001 21 bb");
    assert_int_equal(drop_log_count(&bench->log, "duplicate-sequence"), 1);
    multilink_bench_input(bench, 1, "40000002 cc");
    multilink_bench_expect(bench, "21 bb cc");
    /* Half of the numbers are in front of the one expected, half behind. */
    multilink_bench_input(bench, 0, "c0800003 21 dd");
    assert_int_equal(drop_log_count(&bench->log, "old-sequence"), 2);
}

static void bits_that_contradict_each_other_cost_the_packet(void **state)
{
    struct multilink_bench *bench = *state;
    multilink_bench_join(bench, 1);
    multilink_bench_input(bench, 0, "80000000 21 aa");
    multilink_bench_input(bench, 0, "c0000001 21 bb");
    multilink_bench_expect_loss(bench);
    multilink_bench_expect(bench, "21 bb");
    multilink_bench_expect_drops(bench, 1, "no-end");
    multilink_bench_input(bench, 0, "00000002 cc");
    multilink_bench_input(bench, 0, "40000003 dd");
    multilink_bench_expect_loss(bench);
    multilink_bench_expect_nothing(bench);
    assert_int_equal(drop_log_count(&bench->log, "no-begin"), 2);
}

/* A packet of @length octets in two fragments; @header of them in front of the information. */
static void input_long(struct multilink_bench *bench, uint32_t sequence, const char *header,
                       size_t length)
{
    struct packet *packet = packet_alloc(&bench->pool, length);
    memset(packet_append(packet, length), 0x45, length);
    unit_hex(header, packet->data, 4);
    struct packet *rest = packet_from(&bench->pool, packet->data + 1000, length - 1000);
    packet_trim(packet, 1000);
    multilink_push_header(packet, false, &(struct multilink_header){true, false, sequence});
    multilink_push_header(rest, false, &(struct multilink_header){false, true, sequence + 1});
    multilink_input(&bench->multilink, 0, 0, packet);
    multilink_input(&bench->multilink, 0, 0, rest);
}

static void expect_length(struct multilink_bench *bench, size_t length)
{
    struct output output;
    assert_true(multilink_poll(&bench->multilink, &output));
    assert_int_equal(output.kind, OUTPUT_DELIVER);
    assert_int_equal(output.packet->length, length);
    packet_free(output.packet);
}

static void the_mrru_limits_the_information_field_alone(void **state)
{
    struct multilink_bench *bench = *state;
    bench->multilink.config.mrru = 1600;
    multilink_bench_join(bench, 1);
    input_long(bench, 0, "21", 1601);
    expect_length(bench, 1601);
    input_long(bench, 2, "0021", 1602);
    expect_length(bench, 1602);
    input_long(bench, 4, "ff030021", 1604);
    expect_length(bench, 1604);
    input_long(bench, 6, "0021", 1603);
    multilink_bench_expect_loss(bench);
    multilink_bench_expect_nothing(bench);
    multilink_bench_expect_drops(bench, 2, "too-long");
}

/* Section 5.1.1: 1500 octets must be taken even if fewer were asked for. */
static void a_small_mrru_does_not_shut_ordinary_packets_out(void **state)
{
    struct multilink_bench *bench = *state;
    bench->multilink.config.mrru = 1400;
    multilink_bench_join(bench, 1);
    input_long(bench, 0, "0021", 1502);
    expect_length(bench, 1502);
    input_long(bench, 2, "0021", 1503);
    multilink_bench_expect_drops(bench, 2, "too-long");
}

static void without_memory_the_packet_is_lost(void **state)
{
    struct multilink_bench *bench = *state;
    multilink_bench_join(bench, 1);
    multilink_bench_input(bench, 0, "80000000 21 aa");
    bench->pool.limit = bench->pool.in_use + 1;
    multilink_bench_input(bench, 0, "40000001 bb");
    multilink_bench_expect_loss(bench);
    multilink_bench_expect_nothing(bench);
    multilink_bench_expect_drops(bench, 2, "no-memory");
}

int main(void)
{
#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, multilink_bench_set_up, multilink_bench_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(fragments_become_a_packet_whatever_their_order),
        TEST(packets_come_out_in_the_order_of_their_numbers),
        TEST(numbers_of_24_bits_come_round),
        TEST(a_loss_at_the_end_of_the_numbers_is_found),
        TEST(numbers_of_12_bits_come_round_while_a_link_is_idle),
        TEST(an_empty_fragment_delivers_nothing),
        TEST(one_link_tells_of_a_loss_with_its_next_fragment),
        TEST(a_fragment_is_lost_when_all_links_are_past_the_end_of_its_packet),
        TEST(a_beginning_tells_where_the_packet_in_front_of_it_ended),
        TEST(all_up_to_the_next_end_goes_with_the_lost_fragment),
        TEST(a_delayed_link_is_waited_for),
        TEST(a_link_that_leaves_holds_nobody_back),
        TEST(a_link_that_joins_is_waited_for),
        TEST(null_fragments_show_how_far_a_link_has_come),
        TEST(what_waits_too_long_is_given_up),
        TEST(a_packet_without_an_end_is_given_up_too),
        TEST(only_so_many_fragments_are_held),
        TEST(passed_and_repeated_numbers_are_dropped),
        TEST(bits_that_contradict_each_other_cost_the_packet),
        TEST(the_mrru_limits_the_information_field_alone),
        TEST(a_small_mrru_does_not_shut_ordinary_packets_out),
        TEST(without_memory_the_packet_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
