#include "inet/arp.h"
#include "protocols/inet/drop_log.h"
#include "support/unit.h"

/* Recorded between two Linux machines. */
#define REQUEST "0001080006040001 020000000002 0a000002 000000000000 0a000001"
#define REPLY   "0001080006040002 020000000001 0a000001 020000000002 0a000002"

#define ADDRESS UINT32_C(0x0a000001)
#define MS      INSTANT_MILLISECOND
#define SECOND  INSTANT_SECOND

struct bench {
    struct packet_pool pool;
    struct drop_log log;
    struct trace trace;
    struct arp_config config;
    struct arp_cache cache;
};

static int set_up(void **state)
{
    static struct bench bench;
    packet_pool_init(&bench.pool);
    bench.trace = drop_log_trace(&bench.log);
    bench.config = arp_default_config();
    arp_cache_init(&bench.cache, &bench.config, &bench.trace);
    *state = &bench;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *bench = *state;
    arp_cache_destroy(&bench->cache);
    int leaked = (int)bench->pool.in_use;
    packet_pool_destroy(&bench->pool);
    return leaked;
}

static void answer(struct bench *bench, instant now, ipv4_address address, uint8_t last)
{
    struct arp_message message = {
        .operation = ARP_REPLY, .sender_mac = {2, 0, 0, 0, 0, last}, .sender = address};
    arp_cache_learn(&bench->cache, now, &message, true);
}

/* Asserts that the next decision is a request for @address. */
static void assert_request(struct bench *bench, ipv4_address address)
{
    struct arp_output output;
    assert_true(arp_cache_poll(&bench->cache, &output));
    assert_int_equal(output.kind, ARP_OUTPUT_REQUEST);
    assert_int_equal(output.address, address);
}

static void assert_quiet(struct bench *bench)
{
    struct arp_output output;
    assert_false(arp_cache_poll(&bench->cache, &output));
    assert_int_equal(output.kind, ARP_OUTPUT_NONE);
}

static struct packet *packet_named(struct bench *bench, char name)
{
    return packet_from(&bench->pool, &name, 1);
}

/* Asserts that the next decision hands the packet called @name out. */
static void assert_packet(struct bench *bench, enum arp_output_kind kind, char name, uint8_t last)
{
    struct arp_output output;
    assert_true(arp_cache_poll(&bench->cache, &output));
    assert_int_equal(output.kind, kind);
    assert_int_equal(output.packet->data[0], name);
    if (kind == ARP_OUTPUT_SEND)
        assert_int_equal(output.mac[5], last);
    packet_free(output.packet);
}

static void recorded_messages_decode_and_encode(void **state)
{
    struct bench *bench = *state;
    uint8_t octets[64];
    struct arp_message message;
    size_t length = unit_hex(REQUEST "0000 0000", octets, sizeof octets);
    assert_true(arp_decode(octets, length, &message));
    assert_int_equal(message.operation, ARP_REQUEST);
    assert_int_equal(message.sender, 0x0a000002);
    assert_int_equal(message.target, 0x0a000001);
    unit_assert_hex(message.sender_mac, 6, "020000000002");
    unit_assert_hex(message.target_mac, 6, "000000000000");
    length = unit_hex(REPLY, octets, sizeof octets);
    assert_true(arp_decode(octets, length, &message));
    assert_int_equal(message.operation, ARP_REPLY);
    struct packet *packet = packet_alloc(&bench->pool, ARP_MESSAGE_SIZE);
    arp_append(packet, &message);
    unit_assert_hex(packet->data, packet->length, REPLY);
    packet_free(packet);
}

static void what_is_not_ipv4_over_ethernet_is_refused(void **state)
{
    (void)state;
    uint8_t octets[ARP_MESSAGE_SIZE];
    struct arp_message message;
    size_t length = unit_hex(REPLY, octets, sizeof octets);
    assert_false(arp_decode(octets, length - 1, &message));
    for (size_t i = 0; i < 6; i++) {
        octets[i] ^= 0x40;
        assert_false(arp_decode(octets, length, &message));
        octets[i] ^= 0x40;
    }
    assert_true(arp_decode(octets, length, &message));
}

static void a_packet_waits_for_the_answer(void **state)
{
    struct bench *bench = *state;
    uint8_t mac[6];
    assert_false(arp_cache_resolve(&bench->cache, 0, ADDRESS, packet_named(bench, 'a'), mac));
    assert_request(bench, ADDRESS);
    assert_quiet(bench);
    assert_false(arp_cache_resolve(&bench->cache, 1, ADDRESS, packet_named(bench, 'b'), mac));
    assert_quiet(bench);
    answer(bench, 2 * MS, ADDRESS, 7);
    assert_packet(bench, ARP_OUTPUT_SEND, 'a', 7);
    assert_packet(bench, ARP_OUTPUT_SEND, 'b', 7);
    assert_quiet(bench);
    assert_true(arp_cache_resolve(&bench->cache, 3 * MS, ADDRESS, NULL, mac));
    unit_assert_hex(mac, 6, "020000000007");
    assert_int_equal(arp_cache_next_timeout(&bench->cache), INSTANT_NEVER);
    assert_int_equal(bench->log.event_count, 1);
    assert_string_equal(bench->log.events[0], "arp.resolved");
}

static void the_fourth_waiting_packet_pushes_the_first_out(void **state)
{
    struct bench *bench = *state;
    uint8_t mac[6];
    for (char name = 'a'; name <= 'd'; name++)
        (void)arp_cache_resolve(&bench->cache, 0, ADDRESS, packet_named(bench, name), mac);
    assert_int_equal(drop_log_count(&bench->log, "arp-queue-full"), 1);
    assert_request(bench, ADDRESS);
    answer(bench, 1, ADDRESS, 1);
    assert_packet(bench, ARP_OUTPUT_SEND, 'b', 1);
    assert_packet(bench, ARP_OUTPUT_SEND, 'c', 1);
    assert_packet(bench, ARP_OUTPUT_SEND, 'd', 1);
    assert_quiet(bench);
}

static void three_requests_a_second_apart_and_then_it_gives_up(void **state)
{
    struct bench *bench = *state;
    uint8_t mac[6];
    (void)arp_cache_resolve(&bench->cache, 0, ADDRESS, packet_named(bench, 'a'), mac);
    assert_request(bench, ADDRESS);
    for (instant second = 1; second <= 2; second++) {
        assert_int_equal(arp_cache_next_timeout(&bench->cache), second * SECOND);
        arp_cache_handle_timeout(&bench->cache, second * SECOND - 1);
        assert_quiet(bench);
        arp_cache_handle_timeout(&bench->cache, second * SECOND);
        assert_request(bench, ADDRESS);
        assert_quiet(bench);
    }
    arp_cache_handle_timeout(&bench->cache, 3 * SECOND);
    assert_packet(bench, ARP_OUTPUT_FAILED, 'a', 0);
    assert_quiet(bench);
    assert_string_equal(bench->log.events[0], "arp.failed");
    assert_int_equal(arp_cache_next_timeout(&bench->cache), INSTANT_NEVER);
    /* The next packet starts over. */
    (void)arp_cache_resolve(&bench->cache, 4 * SECOND, ADDRESS, packet_named(bench, 'b'), mac);
    assert_request(bench, ADDRESS);
    assert_int_equal(arp_cache_next_timeout(&bench->cache), 5 * SECOND);
}

static void a_mapping_is_asked_for_again_after_ten_minutes(void **state)
{
    struct bench *bench = *state;
    uint8_t mac[6];
    answer(bench, 0, ADDRESS, 1);
    assert_true(arp_cache_resolve(&bench->cache, 600 * SECOND - 1, ADDRESS, NULL, mac));
    assert_true(arp_cache_peek(&bench->cache, 600 * SECOND - 1, ADDRESS, mac));
    assert_false(arp_cache_peek(&bench->cache, 600 * SECOND, ADDRESS, mac));
    assert_false(arp_cache_resolve(&bench->cache, 600 * SECOND, ADDRESS, NULL, mac));
    assert_request(bench, ADDRESS);
}

static void a_stranger_is_learnt_only_when_he_asks_for_us(void **state)
{
    struct bench *bench = *state;
    uint8_t mac[6];
    const struct arp_message message = {
        .operation = ARP_REQUEST, .sender_mac = {2, 0, 0, 0, 0, 9}, .sender = ADDRESS};
    arp_cache_learn(&bench->cache, 0, &message, false);
    assert_false(arp_cache_peek(&bench->cache, 0, ADDRESS, mac));
    arp_cache_learn(&bench->cache, 0, &message, true);
    assert_true(arp_cache_peek(&bench->cache, 0, ADDRESS, mac));
}

static void a_gratuitous_request_updates_who_is_known(void **state)
{
    struct bench *bench = *state;
    uint8_t mac[6];
    answer(bench, 0, ADDRESS, 1);
    const struct arp_message gratuitous = {.operation = ARP_REQUEST,
                                           .sender_mac = {2, 0, 0, 0, 0, 9},
                                           .sender = ADDRESS,
                                           .target = ADDRESS};
    arp_cache_learn(&bench->cache, SECOND, &gratuitous, false);
    assert_true(arp_cache_resolve(&bench->cache, SECOND, ADDRESS, NULL, mac));
    assert_int_equal(mac[5], 9);
    assert_int_equal(bench->log.event_count, 2);
}

static void probes_and_group_addresses_teach_nothing(void **state)
{
    struct bench *bench = *state;
    uint8_t mac[6];
    struct arp_message message = {.operation = ARP_REQUEST, .sender_mac = {2, 0, 0, 0, 0, 9}};
    arp_cache_learn(&bench->cache, 0, &message, true);
    assert_false(arp_cache_peek(&bench->cache, 0, IPV4_ANY, mac));
    message.sender = ADDRESS;
    message.sender_mac[0] = 3;
    arp_cache_learn(&bench->cache, 0, &message, true);
    assert_false(arp_cache_peek(&bench->cache, 0, ADDRESS, mac));
}

static void static_entries_neither_age_nor_change(void **state)
{
    struct bench *bench = *state;
    uint8_t mac[6] = {2, 0, 0, 0, 0, 5};
    assert_true(arp_cache_add_static(&bench->cache, ADDRESS, mac));
    answer(bench, 0, ADDRESS, 6);
    assert_true(arp_cache_resolve(&bench->cache, 100000 * SECOND, ADDRESS, NULL, mac));
    assert_int_equal(mac[5], 5);
}

static void a_full_table_forgets_what_ends_first(void **state)
{
    struct bench *bench = *state;
    uint8_t mac[6];
    bench->config.limit = 16;
    for (unsigned i = 0; i < 17; i++)
        answer(bench, i, ADDRESS + i, (uint8_t)i);
    assert_false(arp_cache_peek(&bench->cache, 20, ADDRESS, mac));
    for (unsigned i = 1; i < 17; i++) {
        assert_true(arp_cache_peek(&bench->cache, 20, ADDRESS + i, mac));
        assert_int_equal(mac[5], i);
    }
    /* One that is full of open questions takes no more. */
    arp_cache_flush(&bench->cache, 20);
    for (unsigned i = 0; i < 17; i++)
        (void)arp_cache_resolve(&bench->cache, 30, ADDRESS + i, packet_named(bench, 'x'), mac);
    assert_int_equal(drop_log_count(&bench->log, "arp-queue-full"), 1);
    for (unsigned i = 0; i < 16; i++)
        assert_request(bench, ADDRESS + i);
    assert_quiet(bench);
}

static void a_thousand_neighbours_are_all_found(void **state)
{
    struct bench *bench = *state;
    uint8_t mac[6];
    for (unsigned i = 0; i < 1024; i++)
        answer(bench, i, ADDRESS + i * 7, (uint8_t)i);
    for (unsigned i = 0; i < 1024; i++) {
        assert_true(arp_cache_resolve(&bench->cache, 2000, ADDRESS + i * 7, NULL, mac));
        assert_int_equal(mac[5], (uint8_t)i);
    }
}

static void flushing_drops_what_waits(void **state)
{
    struct bench *bench = *state;
    uint8_t mac[6];
    (void)arp_cache_resolve(&bench->cache, 0, ADDRESS, packet_named(bench, 'a'), mac);
    answer(bench, 0, ADDRESS + 1, 1);
    arp_cache_flush(&bench->cache, 1);
    assert_int_equal(drop_log_count(&bench->log, "interface-down"), 1);
    assert_quiet(bench);
    assert_false(arp_cache_peek(&bench->cache, 1, ADDRESS + 1, mac));
    assert_int_equal(arp_cache_next_timeout(&bench->cache), INSTANT_NEVER);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(recorded_messages_decode_and_encode),
        TEST(what_is_not_ipv4_over_ethernet_is_refused),
        TEST(a_packet_waits_for_the_answer),
        TEST(the_fourth_waiting_packet_pushes_the_first_out),
        TEST(three_requests_a_second_apart_and_then_it_gives_up),
        TEST(a_mapping_is_asked_for_again_after_ten_minutes),
        TEST(a_stranger_is_learnt_only_when_he_asks_for_us),
        TEST(a_gratuitous_request_updates_who_is_known),
        TEST(probes_and_group_addresses_teach_nothing),
        TEST(static_entries_neither_age_nor_change),
        TEST(a_full_table_forgets_what_ends_first),
        TEST(a_thousand_neighbours_are_all_found),
        TEST(flushing_drops_what_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
