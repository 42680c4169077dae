/* Reliable delivery of control messages: RFC 2661 section 5.8 and appendix A. */
#include "bench.h"

#include "l2tp/l2tp_channel.h"

struct channel {
    struct packet_pool pool;
    struct l2tp_channel_config config;
    struct l2tp_channel end;
    instant now;
    char log[1024]; /**< "m0" message with Ns 0, "r0" again, "z" ZLB; each with "/Nr" and a blank */
};

static void open_channel(struct channel *c, struct l2tp_channel_config config)
{
    memset(c, 0, sizeof *c);
    c->config = config;
    packet_pool_init(&c->pool);
    l2tp_channel_init(&c->end, &c->config, &c->pool);
}

static void close_channel(struct channel *c)
{
    l2tp_channel_close(&c->end);
    assert_int_equal(c->pool.in_use, 0);
    packet_pool_destroy(&c->pool);
}

/* Queues a message of one AVP. */
static void queue(struct channel *c)
{
    l2tp_channel_send(&c->end, packet_from(&c->pool, "\x80\x08\0\0\0\0\0\x06", 8), 0);
}

/* Takes what there is to be sent into the log. */
static void drain(struct channel *c)
{
    enum l2tp_departure departure;
    struct packet *packet;
    while ((packet = l2tp_channel_poll(&c->end, c->now, &departure))) {
        struct l2tp_header header;
        assert_int_equal(l2tp_header_decode(packet->data, packet->length, 0xc800, &header),
                         L2TP_HEADER_OK);
        assert_int_equal(header.length, packet->length);
        assert_int_equal(header.length, departure == L2TP_DEPARTURE_ZLB ? 12 : 20);
        size_t used = strlen(c->log);
        snprintf(c->log + used, sizeof c->log - used, "%c%u/%u ",
                 departure == L2TP_DEPARTURE_MESSAGE          ? 'm'
                 : departure == L2TP_DEPARTURE_RETRANSMISSION ? 'r'
                                                              : 'z',
                 header.ns, header.nr);
        packet_free(packet);
    }
}

static void expect(struct channel *c, const char *log)
{
    drain(c);
    assert_string_equal(c->log, log);
    c->log[0] = '\0';
}

/* A message or, with @p length 12, a ZLB of the peer. */
static enum l2tp_arrival arrive(struct channel *c, uint16_t ns, uint16_t nr, uint16_t length)
{
    struct l2tp_header header = {.flags = 0xc800, .length = length, .ns = ns, .nr = nr};
    uint8_t octets[20] = {0};
    l2tp_header_encode(&header, octets, sizeof octets);
    return l2tp_channel_input(&c->end, c->now, &header, packet_from(&c->pool, octets, length));
}

/* The Ns of each message that can be taken in order. */
static void expect_received(struct channel *c, const char *expected)
{
    char found[256] = "";
    struct packet *packet;
    while ((packet = l2tp_channel_receive(&c->end))) {
        size_t used = strlen(found);
        snprintf(found + used, sizeof found - used, "%u ", wire_load_u16(packet->data + 8));
        packet_free(packet);
    }
    assert_string_equal(found, expected);
}

static void retransmissions_back_off_up_to_the_cap(void **state)
{
    (void)state;
    static const unsigned seconds[] = {1, 3, 7, 15, 23};
    struct channel c;
    open_channel(&c, l2tp_channel_config_rfc());
    queue(&c);
    expect(&c, "m0/0 ");
    for (int i = 0; i < 5; i++) {
        assert_int_equal(l2tp_channel_next_timeout(&c.end), SECONDS(seconds[i]));
        c.now = SECONDS(seconds[i]);
        assert_true(l2tp_channel_handle_timeout(&c.end, c.now));
        expect(&c, "r0/0 ");
    }
    assert_int_equal(l2tp_channel_next_timeout(&c.end), SECONDS(31));
    assert_false(l2tp_channel_handle_timeout(&c.end, SECONDS(31))); /* the full cycle: 31 s */
    close_channel(&c);
}

static void an_acknowledgment_starts_the_back_off_anew(void **state)
{
    (void)state;
    struct channel c;
    open_channel(&c, l2tp_channel_config_rfc());
    queue(&c);
    queue(&c);
    drain(&c);
    c.now = SECONDS(1);
    assert_true(l2tp_channel_handle_timeout(&c.end, c.now));
    drain(&c);
    c.now = SECONDS(3);
    assert_true(l2tp_channel_handle_timeout(&c.end, c.now));
    expect(&c, "m0/0 r0/0 r0/0 ");
    c.now += MS(10);
    assert_int_equal(arrive(&c, 0, 1, 12), L2TP_ARRIVAL_ZLB);
    expect(&c, "m1/0 ");
    assert_int_equal(l2tp_channel_next_timeout(&c.end), c.now + SECONDS(1));
    arrive(&c, 0, 2, 12);
    assert_true(l2tp_channel_settled(&c.end));
    assert_int_equal(l2tp_channel_next_timeout(&c.end), INSTANT_NEVER);
    close_channel(&c);
}

static void the_time_of_each_message_counts_from_its_own_sending(void **state)
{
    (void)state;
    struct channel c;
    struct l2tp_channel_config config = l2tp_channel_config_rfc();
    config.slow_start = false;
    open_channel(&c, config);
    queue(&c);
    expect(&c, "m0/0 ");
    c.now = MS(500);
    queue(&c);
    expect(&c, "m1/0 ");
    c.now = MS(900);
    arrive(&c, 0, 1, 12);
    assert_int_equal(l2tp_channel_next_timeout(&c.end), MS(1500));
    close_channel(&c);
}

/* "The retransmitted message contains the same Ns value, but the Nr value MUST be updated." */
static void a_retransmission_acknowledges_what_came_since(void **state)
{
    (void)state;
    struct channel c;
    open_channel(&c, l2tp_channel_config_rfc());
    queue(&c);
    expect(&c, "m0/0 ");
    assert_int_equal(arrive(&c, 0, 0, 20), L2TP_ARRIVAL_NEW);
    expect(&c, "z1/1 "); /* a ZLB has the Ns of the next message, and does not use it up */
    c.now = SECONDS(1);
    l2tp_channel_handle_timeout(&c.end, c.now);
    expect(&c, "r0/1 ");
    queue(&c);
    arrive(&c, 1, 1, 12);
    expect(&c, "m1/1 ");
    close_channel(&c);
}

static void slow_start_opens_the_window(void **state)
{
    (void)state;
    struct channel c;
    open_channel(&c, l2tp_channel_config_rfc());
    l2tp_channel_set_peer_window(&c.end, 8);
    for (int i = 0; i < 20; i++)
        queue(&c);
    expect(&c, "m0/0 ");
    arrive(&c, 0, 1, 12);
    expect(&c, "m1/0 m2/0 ");
    arrive(&c, 0, 2, 12);
    expect(&c, "m3/0 m4/0 ");
    arrive(&c, 0, 5, 12); /* one acknowledgment of three messages is one */
    expect(&c, "m5/0 m6/0 m7/0 m8/0 ");
    assert_int_equal(l2tp_channel_outstanding(&c.end), 4);
    /* Congestion: half the window is the threshold, and it starts from one. */
    c.now = SECONDS(1);
    assert_true(l2tp_channel_handle_timeout(&c.end, c.now));
    expect(&c, "r5/0 ");
    arrive(&c, 0, 6, 12);
    expect(&c, "r6/0 r7/0 ");
    arrive(&c, 0, 8, 12); /* at the threshold of two: two acknowledgments for one more */
    expect(&c, "r8/0 m9/0 ");
    arrive(&c, 0, 9, 12);
    expect(&c, "m10/0 m11/0 ");
    close_channel(&c);
}

static void the_peers_window_is_the_limit(void **state)
{
    (void)state;
    struct channel c;
    struct l2tp_channel_config config = l2tp_channel_config_rfc();
    config.slow_start = false;
    open_channel(&c, config);
    for (int i = 0; i < 12; i++)
        queue(&c);
    expect(&c, "m0/0 m1/0 m2/0 m3/0 "); /* none told: four */
    l2tp_channel_set_peer_window(&c.end, 8);
    expect(&c, "m4/0 m5/0 m6/0 m7/0 ");
    arrive(&c, 0, 3, 12);
    expect(&c, "m8/0 m9/0 m10/0 ");
    assert_int_equal(l2tp_channel_outstanding(&c.end), 8);
    l2tp_channel_set_peer_window(&c.end, 1);
    arrive(&c, 0, 10, 12);
    expect(&c, "");
    arrive(&c, 0, 11, 12);
    expect(&c, "m11/0 ");
    close_channel(&c);
}

static void messages_ahead_are_kept_or_dropped(void **state)
{
    (void)state;
    struct channel c;
    struct l2tp_channel_config config = l2tp_channel_config_rfc();
    open_channel(&c, config);
    assert_int_equal(arrive(&c, 1, 0, 20), L2TP_ARRIVAL_AHEAD); /* nothing is kept */
    assert_int_equal(arrive(&c, 0, 0, 20), L2TP_ARRIVAL_NEW);
    expect_received(&c, "0 ");
    close_channel(&c);
    config.out_of_order_limit = 4; /* MS-L2TPIE note 5: from Nr up to Nr + 3 */
    open_channel(&c, config);
    assert_int_equal(arrive(&c, 4, 0, 20), L2TP_ARRIVAL_AHEAD);
    assert_int_equal(arrive(&c, 3, 0, 20), L2TP_ARRIVAL_NEW);
    assert_int_equal(arrive(&c, 1, 0, 20), L2TP_ARRIVAL_NEW);
    assert_int_equal(arrive(&c, 3, 0, 20), L2TP_ARRIVAL_DUPLICATE);
    expect_received(&c, "");
    expect(&c, ""); /* nothing in order has come: there is nothing to acknowledge */
    assert_int_equal(arrive(&c, 0, 0, 20), L2TP_ARRIVAL_NEW);
    expect_received(&c, "0 1 ");
    expect(&c, "z0/2 ");
    assert_int_equal(arrive(&c, 2, 0, 20), L2TP_ARRIVAL_NEW);
    expect_received(&c, "2 3 ");
    expect(&c, "z0/4 ");
    close_channel(&c);
}

static void a_duplicate_is_acknowledged_at_once(void **state)
{
    (void)state;
    struct channel c;
    struct l2tp_channel_config config = l2tp_channel_config_rfc();
    config.acknowledge_ms = 500;
    open_channel(&c, config);
    arrive(&c, 0, 0, 20);
    expect_received(&c, "0 ");
    expect(&c, "");
    assert_int_equal(l2tp_channel_next_timeout(&c.end), MS(500));
    c.now = MS(20);
    assert_int_equal(arrive(&c, 0, 0, 20), L2TP_ARRIVAL_DUPLICATE);
    expect(&c, "z0/1 ");
    expect_received(&c, "");
    /* Section 5.8: less than or equal are 32,768 values. */
    assert_int_equal(arrive(&c, 32769, 0, 20), L2TP_ARRIVAL_DUPLICATE);
    assert_int_equal(arrive(&c, 32768, 0, 20), L2TP_ARRIVAL_AHEAD);
    close_channel(&c);
}

static void an_acknowledgment_waits_for_a_message_to_carry_it(void **state)
{
    (void)state;
    struct channel c;
    struct l2tp_channel_config config = l2tp_channel_config_rfc();
    config.acknowledge_ms = 500;
    open_channel(&c, config);
    arrive(&c, 0, 0, 20);
    c.now = MS(499);
    expect(&c, "");
    queue(&c);
    expect(&c, "m0/1 ");
    assert_int_equal(l2tp_channel_next_timeout(&c.end), MS(1499));
    c.now = MS(600);
    arrive(&c, 1, 1, 20);
    assert_int_equal(l2tp_channel_next_timeout(&c.end), MS(1100));
    assert_false(l2tp_channel_settled(&c.end));
    c.now = MS(700);
    arrive(&c, 2, 1, 20); /* the first one's time counts */
    assert_int_equal(l2tp_channel_next_timeout(&c.end), MS(1100));
    c.now = MS(1100);
    assert_true(l2tp_channel_handle_timeout(&c.end, c.now));
    expect(&c, "z1/3 ");
    expect_received(&c, "0 1 2 ");
    assert_true(l2tp_channel_settled(&c.end));
    close_channel(&c);
}

static void numbers_wrap(void **state)
{
    (void)state;
    struct channel c;
    open_channel(&c, l2tp_channel_config_rfc());
    for (unsigned n = 0; n < 65540; n++) {
        queue(&c);
        drain(&c);
        c.log[0] = '\0';
        assert_int_equal(arrive(&c, (uint16_t)n, (uint16_t)(n + 1), 20), L2TP_ARRIVAL_NEW);
        packet_free(l2tp_channel_receive(&c.end));
        assert_int_equal(l2tp_channel_outstanding(&c.end), 0);
    }
    queue(&c);
    expect(&c, "m4/4 ");
    close_channel(&c);
}

static void an_nr_that_cannot_be_acknowledges_nothing(void **state)
{
    (void)state;
    struct channel c;
    open_channel(&c, l2tp_channel_config_rfc());
    queue(&c);
    queue(&c);
    drain(&c);
    arrive(&c, 0, 2, 12); /* the second one has not been sent yet */
    assert_int_equal(l2tp_channel_outstanding(&c.end), 1);
    arrive(&c, 0, 65535, 12);
    assert_int_equal(l2tp_channel_outstanding(&c.end), 1);
    arrive(&c, 0, 1, 12);
    assert_int_equal(l2tp_channel_outstanding(&c.end), 0);
    close_channel(&c);
}

static void without_memory_it_is_as_if_the_network_lost_it(void **state)
{
    (void)state;
    struct channel c;
    open_channel(&c, l2tp_channel_config_rfc());
    queue(&c);
    c.pool.limit = 1;
    expect(&c, "");
    assert_int_equal(l2tp_channel_next_timeout(&c.end), SECONDS(1));
    c.pool.limit = 0;
    c.now = SECONDS(1);
    assert_true(l2tp_channel_handle_timeout(&c.end, c.now));
    expect(&c, "r0/0 ");
    close_channel(&c);
}

/* Appendix B.2: the ICRP is lost. */
static void the_example_of_a_lost_packet_comes_out(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_a_rfc(), bench_b_rfc());
    uint16_t tunnel = bench_establish(&b);
    uint16_t session;
    b.b.answers = true;
    b.b.lose = b.b.control_sent + 1;
    l2tp_endpoint_ring(&b.a.endpoint, b.now, tunnel, NULL, &session);
    bench_run(&b, b.now + MS(2000));
    bench_expect(&b, "a:ICRQ b!req:201 b:ICRP a~ICRQ b:zlb b~ICRP a!ses:1 a:ICCN b!ses:201 b:zlb ");
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(retransmissions_back_off_up_to_the_cap),
        cmocka_unit_test(an_acknowledgment_starts_the_back_off_anew),
        cmocka_unit_test(the_time_of_each_message_counts_from_its_own_sending),
        cmocka_unit_test(a_retransmission_acknowledges_what_came_since),
        cmocka_unit_test(slow_start_opens_the_window),
        cmocka_unit_test(the_peers_window_is_the_limit),
        cmocka_unit_test(messages_ahead_are_kept_or_dropped),
        cmocka_unit_test(a_duplicate_is_acknowledged_at_once),
        cmocka_unit_test(an_acknowledgment_waits_for_a_message_to_carry_it),
        cmocka_unit_test(numbers_wrap),
        cmocka_unit_test(an_nr_that_cannot_be_acknowledges_nothing),
        cmocka_unit_test(without_memory_it_is_as_if_the_network_lost_it),
        cmocka_unit_test(the_example_of_a_lost_packet_comes_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
