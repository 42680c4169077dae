/* The control connection as a stream of octets: segments of any size, and nonsense in it. */
#include "base/entropy.h"
#include "bench.h"
#include "hex_zeros.h"

/* What a client sends in a whole connection: start, call, two link infos, echo, clear, stop. */
#define CLIENT_STREAM                                                                              \
    "009c00011a2b3c4d00010000 0100 0000 00000001 00000001 0000 0893" Z128                          \
    "00a800011a2b3c4d00070000 0000 c1cb 0000012c 05f5e100 00000003 00000003 0040 0000 0000" Z2     \
        Z128 "001800011a2b3c4d000f0000 0064 0000 ffffffff ffffffff"                                \
    "001800011a2b3c4d000f0000 0064 0000 00000000 ffffffff"                                         \
    "001000011a2b3c4d00050000 01020304"                                                            \
    "001000011a2b3c4d000c0000 0000 0000"                                                           \
    "001000011a2b3c4d00030000 01 00 0000"
#define SERVER_LOG                                                                                 \
    "s2 s!est s!req:100 s8 s!conn:100 s!link:100 s!link:100 s6 s13 s!clr:100/peer-request s4 "     \
    "s!stop:peer-stop "

static void open_server(struct bench *b)
{
    struct pptp_control_config config = pptp_control_config_rfc(PPTP_PAC, false);
    config.first_call_id = 100;
    bench_open(b, pptp_control_config_rfc(PPTP_PNS, true), config);
    pptp_control_start(&b->server.control, 0);
}

/* bench_feed() for a server that answers every call as soon as it is requested. */
static void feed_server(struct bench *b, const uint8_t *octets, size_t length)
{
    while (length > 0) {
        size_t taken = pptp_control_input(&b->server.control, 0, octets, length);
        assert_in_range(taken, 1, length);
        bench_poll(&b->server);
        const struct pptp_call *call = pptp_control_call(&b->server.control, 100);
        if (call && call->state == PPTP_CALL_WAIT_CS_ANS) {
            struct pptp_outgoing_call_reply reply = bench_reply(PPTP_OUTGOING_CONNECTED);
            pptp_control_answer_call(&b->server.control, 0, 100, &reply);
            bench_poll(&b->server);
        }
        octets += taken;
        length -= taken;
    }
}

static void a_whole_connection_may_come_in_one_segment(void **state)
{
    (void)state;
    struct bench b;
    uint8_t stream[1024];
    size_t length = unit_hex(CLIENT_STREAM, stream, sizeof stream);
    open_server(&b);
    feed_server(&b, stream, length);
    bench_expect(&b, SERVER_LOG);
    bench_close(&b);
}

static void a_connection_may_be_cut_at_every_octet(void **state)
{
    (void)state;
    struct bench b;
    uint8_t stream[1024];
    size_t length = unit_hex(CLIENT_STREAM, stream, sizeof stream);
    for (size_t cut = 1; cut < length; cut++) {
        open_server(&b);
        feed_server(&b, stream, cut);
        feed_server(&b, stream + cut, length - cut);
        bench_expect(&b, SERVER_LOG);
        bench_close(&b);
    }
}

static void segments_may_have_any_size(void **state)
{
    (void)state;
    struct bench b;
    uint8_t stream[1024];
    size_t length = unit_hex(CLIENT_STREAM, stream, sizeof stream);
    for (size_t size = 1; size <= 40; size++) {
        open_server(&b);
        for (size_t at = 0; at < length; at += size)
            feed_server(&b, stream + at, length - at < size ? length - at : size);
        bench_expect(&b, SERVER_LOG);
        bench_close(&b);
    }
}

static void input_stops_behind_each_message(void **state)
{
    (void)state;
    struct bench b;
    uint8_t stream[1024];
    size_t length = unit_hex(CLIENT_STREAM, stream, sizeof stream);
    open_server(&b);
    struct pptp_message message;
    assert_false(pptp_control_last_message(&b.server.control, &message));
    assert_int_equal(pptp_control_input(&b.server.control, 0, stream, length), 156);
    assert_true(pptp_control_last_message(&b.server.control, &message));
    assert_int_equal(message.type, PPTP_START_CONTROL_CONNECTION_REQUEST);
    bench_poll(&b.server);
    assert_int_equal(pptp_control_input(&b.server.control, 0, stream + 156, 100), 100);
    assert_false(pptp_control_last_message(&b.server.control, &message));
    assert_int_equal(pptp_control_input(&b.server.control, 0, stream + 256, length - 256), 68);
    assert_true(pptp_control_last_message(&b.server.control, &message));
    assert_int_equal(message.type, PPTP_OUTGOING_CALL_REQUEST);
    bench_close(&b);
}

static void lost_synchronisation_aborts_at_once(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        const char *drops;
    } cases[] = {
        {"001000011a2b3c4c", "bad-cookie "},
        {"474554202f20485454502f312e310d0a", "bad-cookie "},
        {"000000011a2b3c4d", "bad-length "},
        {"ffff00011a2b3c4d", "bad-length "},
        {"001800011a2b3c4d00050000", "bad-length "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int windows = 0; windows < 2; windows++) {
            struct bench b;
            open_server(&b);
            b.server.control.config.discard_illegal = windows;
            uint8_t octets[256];
            feed_server(
                &b, octets,
                unit_hex("009c00011a2b3c4d00010000 0100 0000" Z128 Z8 Z4, octets, sizeof octets));
            bench_feed_hex(&b.server, 0, cases[i].hex);
            bench_expect(&b, "s2 s!est s!abort:lost-synchronisation ");
            assert_string_equal(b.server.drops, cases[i].drops);
            bench_feed_hex(&b.server, 0, CLIENT_STREAM); /* what still comes is nobody's */
            bench_expect(&b, "");
            bench_close(&b);
        }
    }
}

static void messages_of_unknown_type_close_or_are_skipped(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        const char *drops;
    } cases[] = {
        {"001400011a2b3c4d00100000 0102030405060708", "unknown-message-type "},
        {"001400021a2b3c4d00010000 0102030405060708", "not-a-control-message "},
        {"000c00011a2b3c4d00000000", "unknown-message-type "},
        {"00dc00021a2b3c4dffff0000" Z128 Z64 Z16, "not-a-control-message "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bench b;
        open_server(&b);
        bench_feed_hex(&b.server, 0, "009c00011a2b3c4d00010000 0100 0000" Z128 Z8 Z4);
        bench_feed_hex(&b.server, 0, cases[i].hex);
        bench_expect(&b, "s2 s!est s!stop:illegal-message ");
        assert_string_equal(b.server.drops, cases[i].drops);
        bench_close(&b);
        /* Windows: the stream goes on behind it, whatever the segments. */
        open_server(&b);
        b.server.control.config.discard_illegal = true;
        bench_feed_hex(&b.server, 0, "009c00011a2b3c4d00010000 0100 0000" Z128 Z8 Z4);
        uint8_t octets[256];
        size_t length = unit_hex(cases[i].hex, octets, sizeof octets);
        for (size_t at = 0; at < length; at++)
            bench_feed(&b.server, 0, octets + at, 1);
        bench_feed(&b.server, 0, octets, length);
        bench_feed_hex(&b.server, 0, "001000011a2b3c4d00050000 01020304");
        bench_expect(&b, "s2 s!est s6 ");
        bench_close(&b);
    }
}

static void a_call_request_before_the_start_is_refused(void **state)
{
    (void)state;
    struct bench b;
    open_server(&b);
    bench_feed_hex(&b.server, 0,
                   "00a800011a2b3c4d00070000 0000 c1cb 0000012c 05f5e100 00000003 "
                   "00000003 0040 0000 0000" Z2 Z128);
    bench_expect(&b, "s!fail:illegal-message s!stop:illegal-message ");
    assert_string_equal(b.server.drops, "illegal-in-control-state ");
    bench_close(&b);
}

/* Floods of damaged and random messages, with and without a session, leave no packet behind. */
static void a_flood_of_malformed_messages_does_not_grow_memory(void **state)
{
    (void)state;
    struct entropy entropy = entropy_make(1, "flood");
    struct bench b;
    struct packet_pool one; /* what a single packet reserves */
    packet_pool_init(&one);
    packet_free(packet_alloc(&one, 1));
    for (unsigned round = 0; round < 2000; round++) {
        open_server(&b);
        b.server.control.config.discard_illegal = round & 1;
        b.server.control.config.trace = (struct trace){0};
        uint8_t stream[1024];
        size_t length = unit_hex(CLIENT_STREAM, stream, sizeof stream);
        for (unsigned change = 0; change < 1 + round % 4; change++)
            stream[entropy_below(&entropy, length)] = (uint8_t)entropy_u32(&entropy);
        for (size_t at = 0; at < length;) {
            size_t size = 1 + (size_t)entropy_below(&entropy, 200);
            if (size > length - at)
                size = length - at;
            feed_server(&b, stream + at, size);
            at += size;
        }
        assert_true(b.pool.peak_in_use <= 3);
        assert_int_equal(b.pool.in_use, 0);
        assert_true(b.pool.bytes_reserved <= one.bytes_reserved);
        bench_close(&b);
    }
    packet_pool_destroy(&one);
}

/* One connection that is asked for calls without end. */
static void a_flood_of_call_requests_is_bounded_by_the_configuration(void **state)
{
    (void)state;
    struct bench b;
    open_server(&b);
    b.server.control.config.trace = (struct trace){0};
    bench_feed_hex(&b.server, 0, "009c00011a2b3c4d00010000 0100 0000" Z128 Z8 Z4);
    struct pptp_message message = {.type = PPTP_OUTGOING_CALL_REQUEST};
    for (unsigned i = 0; i < 1000; i++) {
        message.body.outgoing_call_request.call_id = (uint16_t)i;
        bench_feed_message(&b.server, 0, &message);
        b.server.sent_length = 0;
        b.log[0] = '\0';
    }
    assert_int_equal(pptp_control_calls_in_use(&b.server.control), BENCH_CALLS);
    assert_int_equal(b.server.control.state, PPTP_CONTROL_ESTABLISHED);
    assert_int_equal(b.pool.peak_in_use, 1);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_connection_may_come_in_one_segment),
        cmocka_unit_test(a_connection_may_be_cut_at_every_octet),
        cmocka_unit_test(segments_may_have_any_size),
        cmocka_unit_test(input_stops_behind_each_message),
        cmocka_unit_test(lost_synchronisation_aborts_at_once),
        cmocka_unit_test(messages_of_unknown_type_close_or_are_skipped),
        cmocka_unit_test(a_call_request_before_the_start_is_refused),
        cmocka_unit_test(a_flood_of_malformed_messages_does_not_grow_memory),
        cmocka_unit_test(a_flood_of_call_requests_is_bounded_by_the_configuration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
