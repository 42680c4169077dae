#include "base/entropy.h"
#include "base/wire.h"
#include "ppp/multilink.h"
#include "protocols/inet/drop_log.h"
#include "support/unit.h"

#define MS INSTANT_MILLISECOND

struct bench {
    struct packet_pool pool;
    struct drop_log log;
    struct multilink multilink;
};

static int set_up(void **state)
{
    static struct bench bench;
    packet_pool_init(&bench.pool);
    struct multilink_config config = multilink_defaults();
    config.pool = &bench.pool;
    config.trace = drop_log_trace(&bench.log);
    config.fragment_minimum = 4;
    config.held_limit = 8;
    multilink_init(&bench.multilink, &config);
    *state = &bench;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *bench = *state;
    multilink_destroy(&bench->multilink);
    int leaked = (int)bench->pool.in_use;
    packet_pool_destroy(&bench->pool);
    return leaked;
}

/* A bundle of @count links of 64 kbit/s. */
static struct multilink *bundle_of(struct bench *bench, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(multilink_add_link(&bench->multilink, 0, "link", 1500, 64000), i);
    return &bench->multilink;
}

static void send(struct bench *bench, const char *octets)
{
    uint8_t data[2000];
    size_t length = unit_hex(octets, data, sizeof data);
    multilink_send(&bench->multilink, 0, packet_from(&bench->pool, data, length));
}

static void send_length(struct bench *bench, size_t length)
{
    struct packet *packet = packet_alloc(&bench->pool, length);
    uint8_t *p = packet_append(packet, length);
    for (size_t i = 0; i < length; i++)
        p[i] = (uint8_t)i;
    multilink_send(&bench->multilink, 0, packet);
}

static void input(struct bench *bench, uint32_t link, const char *octets)
{
    uint8_t data[64];
    size_t length = unit_hex(octets, data, sizeof data);
    multilink_input(&bench->multilink, 0, link, packet_from(&bench->pool, data, length));
}

/* Fails unless the next output is this fragment on this link. */
static void expect_sent(struct bench *bench, uint32_t link, const char *octets)
{
    struct output output;
    assert_true(multilink_poll(&bench->multilink, &output));
    assert_int_equal(output.kind, OUTPUT_SEND);
    assert_int_equal(output.value, link);
    unit_assert_hex(output.packet->data, output.packet->length, octets);
    packet_free(output.packet);
}

/* Fails unless the next output is a fragment of @length octets of data on this link. */
static void expect_share(struct bench *bench, uint32_t link, size_t length)
{
    struct output output;
    assert_true(multilink_poll(&bench->multilink, &output));
    assert_int_equal(output.kind, OUTPUT_SEND);
    assert_int_equal(output.value, link);
    assert_int_equal(output.packet->length, length + MULTILINK_LONG_HEADER_SIZE);
    packet_free(output.packet);
}

static void expect_delivered(struct bench *bench, const char *octets)
{
    struct output output;
    assert_true(multilink_poll(&bench->multilink, &output));
    assert_int_equal(output.kind, OUTPUT_DELIVER);
    unit_assert_hex(output.packet->data, output.packet->length, octets);
    packet_free(output.packet);
}

/* The signal of section 5 that a packet was lost. */
static void expect_loss(struct bench *bench)
{
    struct output output;
    assert_true(multilink_poll(&bench->multilink, &output));
    assert_int_equal(output.kind, OUTPUT_EVENT);
}

static void expect_nothing(struct bench *bench)
{
    struct output output;
    assert_false(multilink_poll(&bench->multilink, &output));
}

static void expect_drops(struct bench *bench, size_t count, const char *reason)
{
    assert_int_equal(bench->log.drops, count);
    assert_int_equal(drop_log_count(&bench->log, reason), count);
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
    struct bench *bench = *state;
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
    struct bench *bench = *state;
    bundle_of(bench, 1);
    input(bench, 0, "ff000000 21 45");
    expect_delivered(bench, "21 45");
}

static void a_fragment_without_a_whole_header_is_dropped(void **state)
{
    struct bench *bench = *state;
    bundle_of(bench, 1);
    input(bench, 0, "c00000");
    expect_nothing(bench);
    expect_drops(bench, 1, "truncated");
}

/* --- sending ---------------------------------------------------------------------------------- */

static void one_link_carries_whole_packets_numbered_from_zero(void **state)
{
    struct bench *bench = *state;
    bundle_of(bench, 1);
    send(bench, "21 45000014 0a0b0c0d");
    send(bench, "21 46");
    expect_sent(bench, 0, "c0000000 21 45000014 0a0b0c0d");
    expect_sent(bench, 0, "c0000001 21 46");
    expect_nothing(bench);
}

static void two_equal_links_share_a_packet_in_halves(void **state)
{
    struct bench *bench = *state;
    bundle_of(bench, 2);
    send(bench, "21 00010203 04050607 08090a");
    expect_sent(bench, 0, "80000000 21 00010203 04");
    expect_sent(bench, 1, "40000001 050607 08090a");
    expect_nothing(bench);
    assert_int_equal(bench->multilink.counters.packets_sent, 1);
    assert_int_equal(bench->multilink.counters.fragments_sent, 2);
}

static void short_numbers_are_sent_when_the_peer_wants_them(void **state)
{
    struct bench *bench = *state;
    bench->multilink.config.peer_short_sequence = true;
    bench->multilink.next_sequence = 0xfff;
    bundle_of(bench, 2);
    send(bench, "21 00010203 04050607 08090a");
    expect_sent(bench, 0, "8fff 21 00010203 04");
    expect_sent(bench, 1, "4000 050607 08090a");
}

static void shares_are_in_proportion_to_the_rates(void **state)
{
    struct bench *bench = *state;
    multilink_add_link(&bench->multilink, 0, "modem", 1500, 33600);
    multilink_add_link(&bench->multilink, 0, "isdn", 1500, 67200);
    send_length(bench, 1001);
    expect_share(bench, 0, 333);
    expect_share(bench, 1, 668);
}

static void all_fragments_of_a_packet_keep_its_serial_number(void **state)
{
    struct bench *bench = *state;
    struct output output;
    bundle_of(bench, 3);
    struct packet *packet = packet_from(&bench->pool, "0123456789abcdefgh", 18);
    uint64_t serial = packet->serial;
    multilink_send(&bench->multilink, 0, packet);
    for (unsigned i = 0; i < 3; i++) {
        assert_true(multilink_poll(&bench->multilink, &output));
        assert_int_equal(output.packet->serial, serial);
        packet_free(output.packet);
    }
    expect_nothing(bench);
}

/* Section 4.1: traffic that does not fill the links is to go round. */
static void small_packets_take_turns(void **state)
{
    struct bench *bench = *state;
    bundle_of(bench, 2);
    for (unsigned i = 0; i < 4; i++)
        send(bench, "21 01020304 05");
    expect_sent(bench, 0, "c0000000 21 01020304 05");
    expect_sent(bench, 1, "c0000001 21 01020304 05");
    expect_sent(bench, 0, "c0000002 21 01020304 05");
    expect_sent(bench, 1, "c0000003 21 01020304 05");
}

static void a_slow_link_gets_no_crumbs_but_a_packet_now_and_then(void **state)
{
    struct bench *bench = *state;
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
    struct bench *bench = *state;
    multilink_add_link(&bench->multilink, 0, "narrow", 128, 64000);
    multilink_add_link(&bench->multilink, 0, "wide", 1500, 64000);
    send_length(bench, 500);
    expect_share(bench, 0, 124);
    expect_share(bench, 0, 124);
    expect_share(bench, 0, 2);
    expect_share(bench, 1, 250);
    expect_nothing(bench);
}

/* Section 6: before anything on a link that joins, something on the one that was there. */
static void a_link_that_joins_waits_for_the_first_one(void **state)
{
    struct bench *bench = *state;
    bundle_of(bench, 1);
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
    struct bench *bench = *state;
    bundle_of(bench, 2);
    multilink_remove_link(&bench->multilink, 0, 0);
    send(bench, "21 00010203 04050607 08090a");
    expect_sent(bench, 1, "c0000000 21 00010203 04050607 08090a");
    multilink_remove_link(&bench->multilink, 0, 1);
    send(bench, "21 45");
    expect_nothing(bench);
    expect_drops(bench, 1, "no-link");
}

static void a_bundle_takes_eight_links(void **state)
{
    struct bench *bench = *state;
    bundle_of(bench, MULTILINK_LINKS);
    assert_int_equal(multilink_add_link(&bench->multilink, 0, "ninth", 1500, 64000),
                     MULTILINK_NO_LINK);
    multilink_remove_link(&bench->multilink, 0, 3);
    assert_int_equal(multilink_add_link(&bench->multilink, 0, "again", 1500, 64000), 3);
}

static void a_packet_is_sent_whole_or_not_at_all(void **state)
{
    struct bench *bench = *state;
    bundle_of(bench, 3);
    struct packet *packet = packet_from(&bench->pool, "0123456789abcdefgh", 18);
    bench->pool.limit = bench->pool.in_use + 1;
    multilink_send(&bench->multilink, 0, packet);
    expect_nothing(bench);
    expect_drops(bench, 1, "no-memory");
    assert_int_equal(bench->multilink.next_sequence, 0);
}

/* --- putting together ------------------------------------------------------------------------- */

static void fragments_become_a_packet_whatever_their_order(void **state)
{
    struct bench *bench = *state;
    bundle_of(bench, 3);
    input(bench, 2, "40000002 0607");
    input(bench, 1, "00000001 0304");
    expect_nothing(bench);
    input(bench, 0, "80000000 21 01");
    expect_delivered(bench, "21 01 0304 0607");
    expect_nothing(bench);
    assert_int_equal(bench->multilink.counters.packets_received, 1);
}

static void packets_come_out_in_the_order_of_their_numbers(void **state)
{
    struct bench *bench = *state;
    bundle_of(bench, 2);
    input(bench, 1, "c0000001 21 bb");
    input(bench, 1, "80000003 21 dd");
    expect_nothing(bench);
    input(bench, 0, "c0000000 21 aa");
    expect_delivered(bench, "21 aa");
    expect_delivered(bench, "21 bb");
    expect_nothing(bench);
    input(bench, 0, "c0000002 21 cc");
    input(bench, 0, "40000004 ddd0");
    expect_delivered(bench, "21 cc");
    expect_delivered(bench, "21 dd ddd0");
    assert_int_equal(bench->log.drops, 0);
}

static void numbers_of_24_bits_come_round(void **state)
{
    struct bench *bench = *state;
    bench->multilink.expected = 0xfffffe;
    bundle_of(bench, 2);
    input(bench, 1, "40000000 cc");
    input(bench, 0, "80fffffe 21");
    input(bench, 1, "c0000002 21 ee");
    expect_nothing(bench);
    input(bench, 0, "00ffffff bb");
    expect_delivered(bench, "21 bb cc");
    input(bench, 0, "c0000001 21 dd");
    expect_delivered(bench, "21 dd");
    expect_delivered(bench, "21 ee");
}

static void a_loss_at_the_end_of_the_numbers_is_found(void **state)
{
    struct bench *bench = *state;
    bench->multilink.expected = 0xffffff;
    bundle_of(bench, 2);
    input(bench, 1, "40000000 bb");
    input(bench, 0, "c0000001 21 cc");
    input(bench, 1, "c0000002 21 dd");
    expect_loss(bench);
    expect_delivered(bench, "21 cc");
    expect_delivered(bench, "21 dd");
    expect_drops(bench, 1, "lost-fragment");
}

static void numbers_of_12_bits_come_round_while_a_link_is_idle(void **state)
{
    struct bench *bench = *state;
    bench->multilink.config.short_sequence = true;
    bench->multilink.config.peer_short_sequence = true;
    bundle_of(bench, 2);
    for (unsigned i = 0; i < 10000; i++) {
        struct packet *packet = packet_from(&bench->pool, "\x21\x45", 2);
        multilink_push_header(packet, true, &(struct multilink_header){true, true, i});
        multilink_input(&bench->multilink, 0, 0, packet);
        expect_delivered(bench, "21 45");
    }
    /* The idle link has not been taken for one far ahead: its silence still holds M back. */
    input(bench, 0, "c711 21 bb");
    expect_nothing(bench);
    input(bench, 1, "c710 21 aa");
    expect_delivered(bench, "21 aa");
    expect_delivered(bench, "21 bb");
}

static void an_empty_fragment_delivers_nothing(void **state)
{
    struct bench *bench = *state;
    bundle_of(bench, 1);
    input(bench, 0, "c0000000");
    expect_nothing(bench);
    input(bench, 0, "c0000001 21 45");
    expect_delivered(bench, "21 45");
    assert_int_equal(bench->log.drops, 0);
}

/* --- loss (section 4.1) ----------------------------------------------------------------------- */

static void one_link_tells_of_a_loss_with_its_next_fragment(void **state)
{
    struct bench *bench = *state;
    bundle_of(bench, 1);
    input(bench, 0, "c0000000 21 aa");
    expect_delivered(bench, "21 aa");
    input(bench, 0, "c0000002 21 cc");
    expect_loss(bench);
    expect_delivered(bench, "21 cc");
    assert_string_equal(bench->log.events[1], "ppp.multilink.packet-lost");
    assert_int_equal(bench->multilink.counters.lost, 1);
}

static void a_fragment_is_lost_when_all_links_are_past_the_end_of_its_packet(void **state)
{
    struct bench *bench = *state;
    bundle_of(bench, 2);
    /* Number 0, on link 0, does not come. */
    input(bench, 1, "40000001 bb");
    input(bench, 0, "80000002 21 cc");
    expect_nothing(bench);
    assert_int_equal(bench->log.drops, 0);
    input(bench, 1, "40000003 dd");
    expect_loss(bench);
    expect_delivered(bench, "21 cc dd");
    expect_drops(bench, 1, "lost-fragment");
}

static void a_beginning_tells_where_the_packet_in_front_of_it_ended(void **state)
{
    struct bench *bench = *state;
    bundle_of(bench, 2);
    /* Number 1, with the E bit, does not come. */
    input(bench, 0, "80000000 21 aa");
    input(bench, 0, "80000002 21 cc");
    expect_nothing(bench);
    input(bench, 1, "40000003 dd");
    expect_loss(bench);
    expect_delivered(bench, "21 cc dd");
    expect_drops(bench, 1, "lost-fragment");
}

static void all_up_to_the_next_end_goes_with_the_lost_fragment(void **state)
{
    struct bench *bench = *state;
    bundle_of(bench, 2);
    /* Numbers 1 and 2 do not come, an end and a beginning. */
    input(bench, 0, "80000000 21 aa");
    input(bench, 1, "40000003 dd");
    input(bench, 0, "c0000004 21 ee");
    expect_nothing(bench);
    input(bench, 1, "c0000005 21 ff");
    expect_loss(bench);
    expect_delivered(bench, "21 ee");
    expect_delivered(bench, "21 ff");
    expect_nothing(bench);
    expect_drops(bench, 2, "lost-fragment");
    assert_int_equal(bench->multilink.counters.lost, 4);
}

static void a_delayed_link_is_waited_for(void **state)
{
    struct bench *bench = *state;
    bundle_of(bench, 2);
    for (unsigned i = 1; i < 6; i += 2) {
        struct packet *packet = packet_from(&bench->pool, "\x21\x45", 2);
        multilink_push_header(packet, false, &(struct multilink_header){true, true, i});
        multilink_input(&bench->multilink, 0, 1, packet);
    }
    expect_nothing(bench);
    input(bench, 0, "c0000000 21 aa");
    expect_delivered(bench, "21 aa");
    expect_delivered(bench, "21 45");
    /* Number 2 is lost: link 0 has come to 4. */
    input(bench, 0, "c0000004 21 ee");
    expect_loss(bench);
    expect_delivered(bench, "21 45");
    expect_delivered(bench, "21 ee");
    expect_delivered(bench, "21 45");
    expect_nothing(bench);
}

static void a_link_that_leaves_holds_nobody_back(void **state)
{
    struct bench *bench = *state;
    bundle_of(bench, 2);
    input(bench, 0, "80000000 21 aa");
    input(bench, 0, "c0000002 21 cc");
    expect_nothing(bench);
    multilink_remove_link(&bench->multilink, 0, 1);
    expect_loss(bench);
    expect_delivered(bench, "21 cc");
    expect_drops(bench, 1, "lost-fragment");
}

static void a_link_that_joins_is_waited_for(void **state)
{
    struct bench *bench = *state;
    bundle_of(bench, 1);
    input(bench, 0, "c0000000 21 aa");
    expect_delivered(bench, "21 aa");
    multilink_add_link(&bench->multilink, 0, "second", 1500, 64000);
    input(bench, 0, "c0000002 21 cc");
    expect_nothing(bench);
    input(bench, 1, "c0000001 21 bb");
    expect_delivered(bench, "21 bb");
    expect_delivered(bench, "21 cc");
}

static void null_fragments_show_how_far_a_link_has_come(void **state)
{
    struct bench *bench = *state;
    bundle_of(bench, 2);
    input(bench, 1, "40000001 bb");
    input(bench, 0, "c0000002");
    expect_nothing(bench);
    input(bench, 1, "c0000003");
    expect_loss(bench);
    expect_nothing(bench);
    expect_drops(bench, 1, "lost-fragment");
    assert_int_equal(bench->multilink.expected, 4);
}

/* The receiver's timer of section 4.1. */
static void what_waits_too_long_is_given_up(void **state)
{
    struct bench *bench = *state;
    bundle_of(bench, 2);
    assert_int_equal(multilink_next_timeout(&bench->multilink), INSTANT_NEVER);
    input(bench, 1, "40000001 bb");
    input(bench, 1, "c0000002 21 cc");
    assert_int_equal(multilink_next_timeout(&bench->multilink), 3000 * MS);
    multilink_handle_timeout(&bench->multilink, 2999 * MS);
    expect_nothing(bench);
    multilink_handle_timeout(&bench->multilink, 3000 * MS);
    expect_loss(bench);
    expect_delivered(bench, "21 cc");
    expect_nothing(bench);
    expect_drops(bench, 1, "stalled");
    assert_int_equal(multilink_next_timeout(&bench->multilink), INSTANT_NEVER);
    /* Should it come after all, it is too late. */
    input(bench, 0, "80000000 21 aa");
    assert_int_equal(drop_log_count(&bench->log, "old-sequence"), 1);
}

static void a_packet_without_an_end_is_given_up_too(void **state)
{
    struct bench *bench = *state;
    bundle_of(bench, 2);
    input(bench, 0, "80000000 21 aa");
    multilink_handle_timeout(&bench->multilink, 3000 * MS);
    expect_loss(bench);
    expect_nothing(bench);
    expect_drops(bench, 1, "stalled");
    assert_int_equal(bench->multilink.expected, 1);
}

static void only_so_many_fragments_are_held(void **state)
{
    struct bench *bench = *state;
    bundle_of(bench, 2);
    for (unsigned i = 1; i <= 8; i++) {
        struct packet *packet = packet_from(&bench->pool, "\x21\x45", 2);
        multilink_push_header(packet, false, &(struct multilink_header){i % 2, i % 2 == 0, i});
        multilink_input(&bench->multilink, 0, 1, packet);
    }
    expect_nothing(bench);
    assert_int_equal(bench->multilink.held_count, 8);
    input(bench, 1, "80000009 21 99");
    /* Number 0 is given up: the fragment behind it begins a packet, so it was one by itself. */
    expect_loss(bench);
    for (unsigned i = 0; i < 4; i++)
        expect_delivered(bench, "21 45 21 45");
    expect_nothing(bench);
    assert_int_equal(bench->multilink.held_count, 1);
    assert_int_equal(bench->log.drops, 0);
}

/* --- what is not as it should be -------------------------------------------------------------- */

static void passed_and_repeated_numbers_are_dropped(void **state)
{
    struct bench *bench = *state;
    bundle_of(bench, 2);
    input(bench, 0, "c0000000 21 aa");
    expect_delivered(bench, "21 aa");
    input(bench, 0, "c0000000 21 aa");
    expect_drops(bench, 1, "old-sequence");
    input(bench, 0, "80000001 21 bb");
    input(bench, 0, "80000001 21 bb");
    assert_int_equal(drop_log_count(&bench->log, "duplicate-sequence"), 1);
    input(bench, 1, "40000002 cc");
    expect_delivered(bench, "21 bb cc");
    /* Half of the numbers are in front of the one expected, half behind. */
    input(bench, 0, "c0800003 21 dd");
    assert_int_equal(drop_log_count(&bench->log, "old-sequence"), 2);
}

static void bits_that_contradict_each_other_cost_the_packet(void **state)
{
    struct bench *bench = *state;
    bundle_of(bench, 1);
    input(bench, 0, "80000000 21 aa");
    input(bench, 0, "c0000001 21 bb");
    expect_loss(bench);
    expect_delivered(bench, "21 bb");
    expect_drops(bench, 1, "no-end");
    input(bench, 0, "00000002 cc");
    input(bench, 0, "40000003 dd");
    expect_loss(bench);
    expect_nothing(bench);
    assert_int_equal(drop_log_count(&bench->log, "no-begin"), 2);
}

/* A packet of @length octets in two fragments; @header of them in front of the information. */
static void input_long(struct bench *bench, uint32_t sequence, const char *header, size_t length)
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

static void expect_length(struct bench *bench, size_t length)
{
    struct output output;
    assert_true(multilink_poll(&bench->multilink, &output));
    assert_int_equal(output.kind, OUTPUT_DELIVER);
    assert_int_equal(output.packet->length, length);
    packet_free(output.packet);
}

static void the_mrru_limits_the_information_field_alone(void **state)
{
    struct bench *bench = *state;
    bench->multilink.config.mrru = 1600;
    bundle_of(bench, 1);
    input_long(bench, 0, "21", 1601);
    expect_length(bench, 1601);
    input_long(bench, 2, "0021", 1602);
    expect_length(bench, 1602);
    input_long(bench, 4, "ff030021", 1604);
    expect_length(bench, 1604);
    input_long(bench, 6, "0021", 1603);
    expect_loss(bench);
    expect_nothing(bench);
    expect_drops(bench, 2, "too-long");
}

/* Section 5.1.1: 1500 octets must be taken even if fewer were asked for. */
static void a_small_mrru_does_not_shut_ordinary_packets_out(void **state)
{
    struct bench *bench = *state;
    bench->multilink.config.mrru = 1400;
    bundle_of(bench, 1);
    input_long(bench, 0, "0021", 1502);
    expect_length(bench, 1502);
    input_long(bench, 2, "0021", 1503);
    expect_drops(bench, 2, "too-long");
}

static void without_memory_the_packet_is_lost(void **state)
{
    struct bench *bench = *state;
    bundle_of(bench, 1);
    input(bench, 0, "80000000 21 aa");
    bench->pool.limit = bench->pool.in_use + 1;
    input(bench, 0, "40000001 bb");
    expect_loss(bench);
    expect_nothing(bench);
    expect_drops(bench, 2, "no-memory");
}

/* --- all together ----------------------------------------------------------------------------- */

#define LINES   3
#define PACKETS 3000

/* Two ends and lines of different delays, which lose one fragment in @loss; 0: none. */
static unsigned carry(struct bench *bench, bool short_sequence, unsigned loss)
{
    struct packet_queue lines[LINES] = {{0}};
    struct entropy entropy = entropy_make(1990, "multilink");
    struct multilink_config config = bench->multilink.config;
    struct multilink peer;
    config.short_sequence = config.peer_short_sequence = short_sequence;
    config.held_limit = 128;
    bench->multilink.config = config;
    multilink_init(&peer, &config);
    bundle_of(bench, LINES);
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
    struct bench *bench = *state;
    assert_int_equal(carry(bench, false, 0), PACKETS);
    assert_int_equal(bench->log.drops, 0);
}

static void with_short_numbers_too(void **state)
{
    struct bench *bench = *state;
    assert_int_equal(carry(bench, true, 0), PACKETS);
    assert_int_equal(bench->log.drops, 0);
}

/* One fragment in a hundred: at most three packets in a hundred, and none damaged. */
static void lossy_lines_cost_no_more_than_the_packets_hit(void **state)
{
    struct bench *bench = *state;
    unsigned arrived = carry(bench, true, 100);
    assert_in_range(arrived, PACKETS - 3 * PACKETS / 100, PACKETS - PACKETS / 100);
    assert_int_equal(drop_log_count(&bench->log, "buffer-full"), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(headers_have_four_octets_or_two),
        TEST(reserved_bits_count_for_nothing),
        TEST(a_fragment_without_a_whole_header_is_dropped),
        TEST(one_link_carries_whole_packets_numbered_from_zero),
        TEST(two_equal_links_share_a_packet_in_halves),
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
        TEST(uneven_lines_deliver_everything_in_order),
        TEST(with_short_numbers_too),
        TEST(lossy_lines_cost_no_more_than_the_packets_hit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
