#include "ike/ike_fragment.h"

#include "support/unit.h"

#include <stdlib.h>
#include <string.h>

#define DATA_MAX 500
#define MESSAGE  1234

/** A message and what has been dropped of its fragments. */
struct bench {
    struct packet_pool pool;
    struct ike_reassembly reassembly;
    uint8_t message[MESSAGE];
    struct ip_address peer;
    const char *dropped;
    unsigned drops;
};

static void note_drop(void *context, const struct trace_event *event)
{
    struct bench *bench = context;
    bench->dropped = event->fields[1].text;
    bench->drops++;
}

static int set_up(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);
    if (!bench)
        return -1;
    packet_pool_init(&bench->pool);
    const struct trace trace = {.emit = note_drop, .context = bench, .node = "server"};
    ike_reassembly_init(&bench->reassembly, &bench->pool, &trace);
    for (size_t i = 0; i < MESSAGE; i++)
        bench->message[i] = (uint8_t)(i * 7);
    const struct isakmp_header header = {.initiator_cookie = {1},
                                         .version = ISAKMP_VERSION,
                                         .exchange = 2,
                                         .flags = ISAKMP_FLAG_ENCRYPTION,
                                         .next_payload = ISAKMP_PAYLOAD_ID,
                                         .length = MESSAGE};
    struct wire_writer writer = wire_writer_make(bench->message, MESSAGE);
    isakmp_header_encode(&header, &writer);
    ip_address_parse("10.0.0.1", &bench->peer);
    *state = bench;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *bench = *state;
    ike_reassembly_clear(&bench->reassembly);
    assert_int_equal(bench->pool.in_use, 0);
    packet_pool_destroy(&bench->pool);
    free(bench);
    return 0;
}

static struct packet *give(struct bench *bench, instant now, uint16_t id, unsigned number)
{
    uint8_t octets[600];
    struct isakmp_message message;
    struct ike_fragment fragment;
    size_t length =
        ike_fragment_encode(bench->message, MESSAGE, DATA_MAX, id, number, octets, sizeof octets);
    assert_int_equal(length, (number < 3 ? 500 : 234) + 28 + 8);
    assert_int_equal(isakmp_message_decode(octets, length, &message), ISAKMP_OK);
    assert_int_equal(message.header.flags, 0);
    assert_int_equal(message.header.exchange, 2);
    assert_int_equal(message.count, 1);
    assert_int_equal(message.payloads[0].type, 132);
    assert_int_equal(ike_fragment_decode(&message.payloads[0], &fragment), ISAKMP_OK);
    assert_int_equal(fragment.number, number);
    assert_int_equal(fragment.last, number == 3);
    return ike_reassembly_input(&bench->reassembly, now, &bench->peer, 500, &message.header,
                                &fragment);
}

static void assert_whole(struct bench *bench, struct packet *packet)
{
    assert_non_null(packet);
    assert_int_equal(packet->length, MESSAGE);
    assert_memory_equal(packet->data, bench->message, MESSAGE);
    packet_free(packet);
}

static void a_message_is_split_as_the_limit_says(void **state)
{
    (void)state;
    assert_int_equal(ike_fragment_count(MESSAGE, DATA_MAX), 3);
    assert_int_equal(ike_fragment_count(1000, 500), 2);
    assert_int_equal(ike_fragment_count(1001, 500), 3);
    assert_int_equal(ike_fragment_count(64 * 500, 500), 64);
    assert_int_equal(ike_fragment_count(64 * 500 + 1, 500), 0);
}

static void fragments_in_any_order_make_the_message(void **state)
{
    static const unsigned orders[][3] = {{1, 2, 3}, {3, 1, 2}, {2, 3, 1}, {3, 2, 1}};
    struct bench *bench = *state;
    for (size_t i = 0; i < 4; i++) {
        uint16_t id = (uint16_t)i;
        assert_null(give(bench, 0, id, orders[i][0]));
        assert_null(give(bench, 0, id, orders[i][1]));
        assert_whole(bench, give(bench, 0, id, orders[i][2]));
        assert_int_equal(bench->pool.in_use, 0);
    }
    assert_int_equal(bench->drops, 0);
}

static void messages_do_not_mix(void **state)
{
    struct bench *bench = *state;
    assert_null(give(bench, 0, 1, 1));
    assert_null(give(bench, 0, 2, 2));
    assert_null(give(bench, 0, 2, 3));
    ip_address_parse("10.0.0.2", &bench->peer);
    assert_null(give(bench, 0, 1, 2));
    ip_address_parse("10.0.0.1", &bench->peer);
    assert_null(give(bench, 0, 1, 2));
    assert_whole(bench, give(bench, 0, 1, 3));
    assert_whole(bench, give(bench, 0, 2, 1));
}

static void a_fragment_that_is_there_already_is_dropped(void **state)
{
    struct bench *bench = *state;
    assert_null(give(bench, 0, 1, 1));
    assert_null(give(bench, 0, 1, 1));
    assert_int_equal(bench->drops, 1);
    assert_string_equal(bench->dropped, "duplicate-fragment");
    assert_null(give(bench, 0, 1, 2));
    assert_whole(bench, give(bench, 0, 1, 3));
}

static void what_waits_too_long_is_given_up(void **state)
{
    struct bench *bench = *state;
    assert_int_equal(ike_reassembly_next_timeout(&bench->reassembly), INSTANT_NEVER);
    assert_null(give(bench, 5 * INSTANT_SECOND, 1, 1));
    assert_null(give(bench, 60 * INSTANT_SECOND, 1, 2));
    assert_int_equal(ike_reassembly_next_timeout(&bench->reassembly), 75 * INSTANT_SECOND);
    ike_reassembly_handle_timeout(&bench->reassembly, 75 * INSTANT_SECOND - 1);
    assert_int_equal(bench->drops, 0);
    ike_reassembly_handle_timeout(&bench->reassembly, 75 * INSTANT_SECOND);
    assert_int_equal(bench->drops, 1);
    assert_string_equal(bench->dropped, "reassembly-timeout");
    assert_int_equal(bench->pool.in_use, 0);
    assert_null(give(bench, 76 * INSTANT_SECOND, 1, 3));
}

static struct packet *give_raw(struct bench *bench, uint8_t number, bool last, size_t length)
{
    static const uint8_t zeros[20000] = {0};
    const struct isakmp_header header = {.initiator_cookie = {1}};
    const struct ike_fragment fragment = {
        .id = 1, .number = number, .last = last, .data = zeros, .length = length};
    return ike_reassembly_input(&bench->reassembly, 0, &bench->peer, 500, &header, &fragment);
}

static void numbers_that_cannot_be_are_dropped(void **state)
{
    struct bench *bench = *state;
    assert_null(give_raw(bench, 0, false, 1));
    assert_null(give_raw(bench, IKE_FRAGMENTS_MAX + 1, false, 1));
    assert_int_equal(bench->drops, 2);
    assert_null(give_raw(bench, 3, true, 1));
    assert_null(give_raw(bench, 4, false, 1)); /* beyond the last */
    assert_null(give_raw(bench, 2, true, 1));  /* another last one */
    assert_int_equal(bench->drops, 4);
    assert_string_equal(bench->dropped, "bad-fragment-number");
    ike_reassembly_clear(&bench->reassembly);
    assert_null(give_raw(bench, 5, false, 1));
    assert_null(give_raw(bench, 4, true, 1)); /* a last one before one that is there */
    assert_int_equal(bench->drops, 5);
}

static void memory_is_bounded(void **state)
{
    struct bench *bench = *state;
    assert_null(give_raw(bench, 1, false, 20000));
    assert_null(give_raw(bench, 2, false, 20000));
    assert_int_equal(bench->drops, 1);
    assert_string_equal(bench->dropped, "message-too-long");
    for (uint16_t id = 2; id < 2 + IKE_REASSEMBLIES_MAX; id++)
        assert_null(give(bench, 0, id, 1));
    assert_int_equal(bench->drops, 2);
    assert_string_equal(bench->dropped, "too-many-reassemblies");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_split_as_the_limit_says),
        cmocka_unit_test_setup_teardown(fragments_in_any_order_make_the_message, set_up, tear_down),
        cmocka_unit_test_setup_teardown(messages_do_not_mix, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_fragment_that_is_there_already_is_dropped, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_waits_too_long_is_given_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(numbers_that_cannot_be_are_dropped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(memory_is_bounded, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
