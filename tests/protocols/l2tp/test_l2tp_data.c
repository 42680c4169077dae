/* Data messages, their header, sequence numbers and order: RFC 2661 sections 3.1, 5.3 and 5.4. */
#include "bench.h"

static struct packet *frame(struct bench *b, uint8_t first)
{
    uint8_t octets[4] = {first, 0x03, 0xc0, 0x21};
    return packet_from(&b->pool, octets, sizeof octets);
}

static void send_frame(struct bench_end *end, uint16_t session, uint8_t first)
{
    assert_int_equal(l2tp_endpoint_send(&end->endpoint, end->bench->now, session,
                                        frame(end->bench, first), false),
                     STATUS_OK);
    bench_poll(end);
}

static void expect_delivered(struct bench_end *end, const char *hex)
{
    unit_assert_hex(end->delivered, end->delivered_count, hex);
    end->delivered_count = 0;
}

static const struct l2tp_call plain;
static const struct l2tp_call sequenced = {.sequencing_required = true};

static void the_header_is_as_small_as_it_can_be_or_as_windows_has_it(void **state)
{
    (void)state;
    static const struct {
        struct l2tp_data_config config;
        bool priority;
        const struct l2tp_call *call;
        const char *octets;
    } cases[] = {
        {{0}, false, &plain, "0002 0065 00c9 ff03c021"},
        {{.length = true}, false, &plain, "4002 000c 0065 00c9 ff03c021"},
        {{0}, true, &plain, "0102 0065 00c9 ff03c021"},
        {{.offset = 3}, false, &plain, "0202 0065 00c9 0003 000000 ff03c021"},
        {{.length = true, .offset = 2},
         true,
         &sequenced,
         "4b02 0014 0065 00c9 0000 0000 0002 0000 ff03c021"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bench b;
        struct l2tp_config a = bench_a_rfc();
        a.data = cases[i].config;
        bench_open(&b, a, bench_b_rfc());
        uint16_t session = bench_session(&b, bench_establish(&b), cases[i].call);
        l2tp_endpoint_send(&b.a.endpoint, b.now, session, frame(&b, 0xff), cases[i].priority);
        bench_poll(&b.a);
        unit_assert_hex(b.a.last, b.a.last_length, cases[i].octets);
        bench_run(&b, b.now + MS(10));
        expect_delivered(&b.b, "ff");
        bench_close(&b);
    }
}

static void the_overhead_is_told(void **state)
{
    (void)state;
    struct l2tp_data_config config = {.length = true, .offset = 2};
    struct l2tp_data data;
    l2tp_data_init(&data, &config);
    assert_int_equal(l2tp_data_overhead(&data), 12);
    data.sequencing = true;
    assert_int_equal(l2tp_data_overhead(&data), 16);
    config = (struct l2tp_data_config){0};
    assert_int_equal(l2tp_data_overhead(&data), 10);
}

/* Section 5.4: the LNS switches sequence numbers on and off, and the LAC follows. */
static void the_lac_follows_the_lns(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_a_rfc(), bench_b_rfc());
    uint16_t session = bench_session(&b, bench_establish(&b), &plain);
    uint16_t lns = b.b.session_id;
    send_frame(&b.a, session, 1);
    unit_assert_hex(b.a.last, 2, "0002");
    assert_int_equal(l2tp_endpoint_set_sequencing(&b.b.endpoint, lns, true), STATUS_OK);
    send_frame(&b.b, lns, 2);
    unit_assert_hex(b.b.last, 10, "0802 0001 0001 0000 0000");
    bench_run(&b, b.now + MS(10));
    send_frame(&b.a, session, 3);
    unit_assert_hex(b.a.last, 10, "0802 0065 00c9 0000 0001");
    assert_int_equal(l2tp_endpoint_set_sequencing(&b.b.endpoint, lns, false), STATUS_OK);
    send_frame(&b.b, lns, 4);
    unit_assert_hex(b.b.last, 2, "0002");
    bench_run(&b, b.now + MS(10));
    send_frame(&b.a, session, 5);
    unit_assert_hex(b.a.last, 2, "0002");
    /* "The sequence number state picks up where it left off before." */
    l2tp_endpoint_set_sequencing(&b.b.endpoint, lns, true);
    send_frame(&b.b, lns, 6);
    unit_assert_hex(b.b.last, 10, "0802 0001 0001 0001 0001");
    bench_run(&b, b.now + MS(10));
    send_frame(&b.a, session, 7);
    unit_assert_hex(b.a.last, 10, "0802 0065 00c9 0001 0002");
    bench_run(&b, b.now + MS(10));
    expect_delivered(&b.a, "02 04 06");
    expect_delivered(&b.b, "01 03 05 07");
    assert_int_equal(l2tp_endpoint_set_sequencing(&b.a.endpoint, session, true), STATUS_INVALID);
    bench_close(&b);
}

static void sequencing_that_is_required_stays_on(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_a_rfc(), bench_b_rfc());
    uint16_t session = bench_session(&b, bench_establish(&b), &sequenced);
    assert_int_equal(l2tp_endpoint_set_sequencing(&b.b.endpoint, b.b.session_id, false),
                     STATUS_INVALID);
    send_frame(&b.b, b.b.session_id, 1);
    unit_assert_hex(b.b.last, 2, "0802");
    bench_feed_hex(&b.a, "0002 0001 0001 09"); /* the LNS forgets it once */
    send_frame(&b.a, session, 2);
    unit_assert_hex(b.a.last, 2, "0802");
    bench_close(&b);
}

/* Feeds the data message with @p ns and the payload @p ns to a's session 1. */
static void data(struct bench *b, unsigned ns)
{
    char hex[64];
    snprintf(hex, sizeof hex, "0802 0001 0001 %04x 0000 %02x", ns, ns & 255);
    bench_feed_hex(&b->a, hex);
}

static void messages_are_brought_into_order(void **state)
{
    (void)state;
    struct bench b;
    struct l2tp_config a = bench_a_rfc();
    a.data = (struct l2tp_data_config){.reorder_limit = 3, .reorder_ms = 100};
    bench_open(&b, a, bench_b_rfc());
    bench_session(&b, bench_establish(&b), &sequenced);
    data(&b, 0);
    data(&b, 2);
    data(&b, 3);
    expect_delivered(&b.a, "00");
    data(&b, 1);
    expect_delivered(&b.a, "01 02 03");
    data(&b, 1);
    data(&b, 5);
    data(&b, 5);
    assert_string_equal(b.a.drops, "late late ");
    /* 4 never comes: what is kept goes on after 100 ms, */
    instant start = b.now;
    bench_run(&b, start + MS(99));
    expect_delivered(&b.a, "");
    bench_run(&b, start + MS(100));
    expect_delivered(&b.a, "05");
    data(&b, 4);
    assert_string_equal(b.a.drops, "late late late ");
    /* or with one more than may be kept. */
    data(&b, 7);
    data(&b, 9);
    data(&b, 8);
    expect_delivered(&b.a, "");
    data(&b, 11);
    expect_delivered(&b.a, "07 08 09");
    /* The wait for the second gap begins when the first one is over. */
    start = b.now;
    bench_run(&b, start + MS(99));
    expect_delivered(&b.a, "");
    bench_run(&b, start + MS(100));
    expect_delivered(&b.a, "0b");
    bench_close(&b);
}

static void without_a_limit_a_gap_is_a_loss(void **state)
{
    (void)state;
    struct bench b;
    struct l2tp_config a = bench_a_rfc();
    a.data = (struct l2tp_data_config){0};
    bench_open(&b, a, bench_b_rfc());
    bench_session(&b, bench_establish(&b), &sequenced);
    data(&b, 0);
    data(&b, 5);
    data(&b, 4);
    data(&b, 6);
    expect_delivered(&b.a, "00 05 06");
    assert_string_equal(b.a.drops, "late ");
    bench_close(&b);
}

static void numbers_of_data_wrap(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_a_rfc(), bench_b_rfc());
    bench_session(&b, bench_establish(&b), &sequenced);
    for (unsigned ns = 0; ns < 65536; ns++)
        data(&b, ns);
    b.a.delivered_count = 0;
    data(&b, 1);
    data(&b, 0);
    data(&b, 65535);
    expect_delivered(&b.a, "00 01");
    assert_string_equal(b.a.drops, "late ");
    bench_close(&b);
}

/* An owner that is told of a long datagram answers with many frames before it polls again. */
static void any_number_of_frames_may_be_sent_before_polling(void **state)
{
    (void)state;
    struct bench b;
    uint8_t expected[60];
    bench_open(&b, bench_a_rfc(), bench_b_rfc());
    uint16_t session = bench_session(&b, bench_establish(&b), &plain);
    for (uint8_t i = 0; i < sizeof expected; i++) {
        expected[i] = i;
        assert_int_equal(l2tp_endpoint_send(&b.a.endpoint, b.now, session, frame(&b, i), false),
                         STATUS_OK);
    }
    bench_run(&b, b.now + MS(10));
    assert_int_equal(b.b.delivered_count, sizeof expected);
    assert_memory_equal(b.b.delivered, expected, sizeof expected);
    /* What is not polled any more is freed with the endpoint. */
    for (uint8_t i = 0; i < sizeof expected; i++)
        l2tp_endpoint_send(&b.a.endpoint, b.now, session, frame(&b, i), false);
    bench_close(&b);
}

static void what_finds_no_session_is_dropped(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_a_rfc(), bench_b_rfc());
    uint16_t tunnel = bench_establish(&b);
    uint16_t session = bench_session(&b, tunnel, &plain);
    bench_feed_hex(&b.a, "0002 0002 0001 ff03");
    bench_feed_hex(&b.a, "0002 0000 0001 ff03");
    bench_feed_hex(&b.a, "0002 0001 0002 ff03");
    bench_feed_hex(&b.a, "0002 0001 0000 ff03");
    bench_feed_hex(&b.a, "0002 0001 0001");
    assert_string_equal(b.a.drops, "unknown-tunnel unknown-tunnel unknown-session unknown-session "
                                   "empty ");
    b.a.drops[0] = '\0';
    /* The right ids from another address or port are not the peer's (section 8.1). */
    struct ip_address other = ip_address_from_ipv4(0x03030303);
    l2tp_endpoint_input(&b.a.endpoint, b.now, &other, 1701,
                        packet_from(&b.pool, "\0\2\0\1\0\1\xff\x03", 8));
    l2tp_endpoint_input(&b.a.endpoint, b.now, &b.b.address, 1702,
                        packet_from(&b.pool, "\0\2\0\1\0\1\xff\x03", 8));
    bench_poll(&b.a);
    assert_string_equal(b.a.drops, "wrong-peer wrong-peer ");
    expect_delivered(&b.a, "");
    l2tp_endpoint_disconnect(&b.a.endpoint, b.now, session, 3, 0, 0);
    bench_poll(&b.a);
    assert_int_equal(l2tp_endpoint_send(&b.a.endpoint, b.now, session, frame(&b, 1), false),
                     STATUS_NOT_FOUND);
    bench_close(&b);
}

static void data_before_the_session_is_established_is_dropped(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_a_rfc(), bench_b_rfc());
    uint16_t tunnel = bench_establish(&b);
    uint16_t session;
    l2tp_endpoint_ring(&b.a.endpoint, b.now, tunnel, NULL, &session);
    bench_run(&b, b.now + MS(10)); /* b has not accepted it */
    bench_feed_hex(&b.b, "0002 0065 00c9 ff03");
    assert_string_equal(b.b.drops, "session-not-established ");
    bench_close(&b);
}

/* Two Windows machines with PayloadReceiveWindow 4, and a session from a to b. */
static uint16_t open_flow_control(struct bench *b)
{
    struct l2tp_config a = l2tp_config_windows(L2TP_WINDOWS_2000);
    struct l2tp_config server = l2tp_config_windows(L2TP_WINDOWS_2000);
    a.host_name = "a";
    server.host_name = "b";
    server.accept_tunnels = true;
    server.first_tunnel_id = 101;
    server.first_session_id = 201;
    a.payload_receive_window = server.payload_receive_window = 4;
    bench_open(b, a, server);
    return bench_session(b, bench_establish(b), &plain);
}

/* MS-L2TPIE notes 4, 14 and 18. */
static void windows_controls_the_flow_of_data_when_told_so(void **state)
{
    (void)state;
    struct bench b;
    uint16_t session = open_flow_control(&b);
    assert_int_equal(l2tp_endpoint_session(&b.a.endpoint, session)->data_window, 4);
    assert_int_equal(l2tp_endpoint_session(&b.b.endpoint, 201)->data_window, 4);
    assert_true(l2tp_endpoint_session(&b.b.endpoint, 201)->sequencing_required);
    for (uint8_t i = 1; i <= 7; i++)
        send_frame(&b.a, session, i);
    unit_assert_hex(b.a.last, b.a.last_length, "4802 0010 0065 00c9 0003 0000 0403c021");
    bench_run(&b, b.now + MS(50));
    expect_delivered(&b.b, "01 02 03 04"); /* a window of them */
    bench_run(&b, b.now + MS(70));         /* b's Nr, which no data was there to carry */
    unit_assert_hex(b.b.last, b.b.last_length, "4802 000c 0001 0001 0000 0004");
    expect_delivered(&b.b, "05 06 07");
    unit_assert_hex(b.a.last, b.a.last_length, "4802 0010 0065 00c9 0006 0000 0703c021");
    /* Data carries the Nr, too. */
    send_frame(&b.b, 201, 9);
    unit_assert_hex(b.b.last, b.b.last_length, "4802 0010 0001 0001 0000 0007 0903c021");
    bench_run(&b, b.now + SECONDS(1));
    unit_assert_hex(b.b.last, 12, "4802 0010 0001 0001 0000 0007"); /* nothing more to say */
    expect_delivered(&b.a, "09");
    assert_string_equal(b.a.drops, "");
    assert_string_equal(b.b.drops, "");
    bench_close(&b);
}

static void a_sender_that_waits_too_long_resets_the_receiver(void **state)
{
    (void)state;
    struct bench b;
    uint16_t session = open_flow_control(&b);
    b.b.deaf = true;
    for (uint8_t i = 1; i <= 8; i++)
        send_frame(&b.a, session, i);
    assert_int_equal(l2tp_endpoint_send(&b.a.endpoint, b.now, session, frame(&b, 9), false),
                     STATUS_NO_ROOM);
    assert_string_equal(b.a.drops, "window-full ");
    instant start = b.now;
    bench_run(&b, start + MS(999));
    unit_assert_hex(b.a.last, 12, "4802 0010 0065 00c9 0003 0000");
    b.b.deaf = false;
    bench_run(&b, start + MS(1000));
    unit_assert_hex(b.a.last, 12, "4802 0010 0065 00c9 0007 0000"); /* all four that were kept, */
    bench_run(&b, start + MS(1010));
    expect_delivered(&b.b, "05 06 07 08");
    bench_run(&b, start + MS(1200));
    unit_assert_hex(b.b.last, b.b.last_length, "4802 000c 0001 0001 0000 0008");
    bench_close(&b);
}

/* The R bit: nothing before this message is waited for. */
static void the_r_bit_is_sent_and_understood(void **state)
{
    (void)state;
    const struct l2tp_data_config config = {.reset_ms = 1000, .reorder_limit = 8};
    struct packet_pool pool;
    struct l2tp_data data;
    struct l2tp_header header;
    packet_pool_init(&pool);
    l2tp_data_init(&data, &config);
    data.sequencing = true;
    l2tp_data_control_flow(&data, 1);
    struct packet *packet = packet_from(&pool, "\xff\x03", 2);
    l2tp_data_push(&data, packet, 1, 1, false);
    unit_assert_hex(packet->data, packet->length, "0802 0001 0001 0000 0000 ff03");
    packet_free(packet);
    assert_false(l2tp_data_may_send(&data));
    assert_true(l2tp_data_hold(&data, 0, packet_from(&pool, "\xff\x03", 2)));
    assert_null(l2tp_data_unhold(&data, 0));
    assert_int_equal(l2tp_data_next_timeout(&data), SECONDS(1));
    assert_false(l2tp_data_handle_timeout(&data, SECONDS(1)));
    packet = l2tp_data_unhold(&data, SECONDS(1));
    assert_non_null(packet);
    l2tp_data_push(&data, packet, 1, 1, false);
    unit_assert_hex(packet->data, packet->length, "2802 0001 0001 0001 0000 ff03");
    /* At the receiver, which has got as far as 0 and keeps what is ahead. */
    l2tp_header_decode(packet->data, packet->length, UINT16_MAX, &header);
    l2tp_data_take_header(&data, 0, &header, 2);
    assert_int_equal(l2tp_data_accept(&data, 0, &header, packet), L2TP_DATA_IN_TURN);
    packet_free(packet);
    packet_pool_destroy(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_header_is_as_small_as_it_can_be_or_as_windows_has_it),
        cmocka_unit_test(the_overhead_is_told),
        cmocka_unit_test(the_lac_follows_the_lns),
        cmocka_unit_test(sequencing_that_is_required_stays_on),
        cmocka_unit_test(messages_are_brought_into_order),
        cmocka_unit_test(without_a_limit_a_gap_is_a_loss),
        cmocka_unit_test(numbers_of_data_wrap),
        cmocka_unit_test(any_number_of_frames_may_be_sent_before_polling),
        cmocka_unit_test(what_finds_no_session_is_dropped),
        cmocka_unit_test(data_before_the_session_is_established_is_dropped),
        cmocka_unit_test(windows_controls_the_flow_of_data_when_told_so),
        cmocka_unit_test(a_sender_that_waits_too_long_resets_the_receiver),
        cmocka_unit_test(the_r_bit_is_sent_and_understood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
