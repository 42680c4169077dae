#include "support/tcp_net.h"
#include "support/unit.h"

#include <string.h>

static struct tcp_net net;

/* One direction of a connection: octets follow a pattern that any shift or gap breaks. */
struct flow {
    uint64_t size;
    uint64_t sent;
    uint64_t received;
    uint64_t wrong;
    bool finished; /* the FIN has come */
    bool ended;
};

/* Of A to B and of B to A. */
static struct flow flows[2];

/* When the next transfer begins. */
static instant start;

static uint8_t pattern(uint64_t position)
{
    return (uint8_t)(position * 2654435761U >> 13 ^ position);
}

static void send_more(struct tcp_connection *connection, enum tcp_net_side side)
{
    struct flow *flow = &flows[side];
    uint8_t chunk[3000];
    while (flow->sent < flow->size) {
        size_t length = sizeof chunk;
        if (length > flow->size - flow->sent)
            length = (size_t)(flow->size - flow->sent);
        for (size_t i = 0; i < length; i++)
            chunk[i] = pattern(flow->sent + i);
        size_t taken = tcp_send(connection, net.now, chunk, length);
        flow->sent += taken;
        if (taken < length)
            return;
    }
    tcp_close(connection, net.now);
}

static void read_all(struct tcp_connection *connection, enum tcp_net_side side)
{
    struct flow *flow = &flows[!side];
    size_t length;
    const uint8_t *octets;
    while ((octets = tcp_peek(connection, &length))) {
        for (size_t i = 0; i < length; i++)
            flow->wrong += octets[i] != pattern(flow->received + i);
        flow->received += length;
        tcp_consume(connection, net.now, length);
    }
}

static void application(struct tcp_net *n, enum tcp_net_side side, enum tcp_event event,
                        struct tcp_connection *connection)
{
    (void)n;
    switch (event) {
    case TCP_EVENT_CONNECTED:
    case TCP_EVENT_ACCEPTED:
    case TCP_EVENT_WRITABLE:
        send_more(connection, side);
        break;
    case TCP_EVENT_READABLE:
        read_all(connection, side);
        break;
    case TCP_EVENT_PEER_CLOSED:
        read_all(connection, side);
        flows[!side].finished = true;
        break;
    case TCP_EVENT_CLOSED:
        flows[side].ended = true;
        tcp_release(connection, net.now);
        break;
    case TCP_EVENT_RESET:
    case TCP_EVENT_REFUSED:
    case TCP_EVENT_TIMED_OUT:
    case TCP_EVENT_UNREACHABLE:
        fail_msg("%s", tcp_event_name(event));
    }
}

static void transfer(const struct tcp_options *options, uint64_t seed, uint64_t a_to_b,
                     uint64_t b_to_a)
{
    flows[SIDE_A] = (struct flow){.size = a_to_b};
    flows[SIDE_B] = (struct flow){.size = b_to_a};
    tcp_net_init(&net, options, seed);
    net.now = start;
    net.quiet = true;
    net.application = application;
    net.fate = tcp_net_random_fate;
    assert_int_equal(tcp_listen(&net.ends[SIDE_B], IPV4_ANY, 1723, NULL, NULL), STATUS_OK);
    tcp_net_open(&net, NULL);
}

static void finish(uint64_t seed)
{
    if (!tcp_net_run_idle(&net, start + 100000 * INSTANT_SECOND))
        fail_msg("seed %llu never ends", (unsigned long long)seed);
    for (int side = 0; side < 2; side++) {
        assert_int_equal(flows[side].received, flows[side].size);
        assert_int_equal(flows[side].wrong, 0);
        assert_true(flows[side].finished);
        assert_true(flows[side].ended);
        assert_int_equal(net.ends[side].connection_count, 0);
    }
    assert_int_equal(net.pool.in_use, 0);
    tcp_net_destroy(&net);
}

static void ten_megabytes_arrive_intact_over_a_bad_wire(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    options.time_wait_ms = 1000;
    options.minimum_rto_ms = 200;
    transfer(&options, 1, 10000000, 0);
    net.loss_ppm = 50000;
    net.reorder_ppm = 100000;
    net.duplicate_ppm = 10000;
    finish(1);
}

static void any_pattern_of_loss_and_disorder_delivers_intact_both_ways(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 60; seed++) {
        struct entropy entropy = entropy_make(seed, "choices");
        struct tcp_options options = seed % 2 ? tcp_options_rfc() : tcp_options_windows_2000();
        options.syn_retransmissions = 30;
        options.data_retransmissions = 60;
        options.maximum_rto_ms = 2000;
        options.time_wait_ms = 10000;
        options.nagle = seed % 3 != 0;
        options.window_scaling = seed % 5 == 0;
        options.receive_buffer = 1000 + (uint32_t)entropy_below(&entropy, 100000);
        options.send_buffer = 1000 + (uint32_t)entropy_below(&entropy, 100000);
        options.mss = (uint16_t)(100 + entropy_below(&entropy, 1400));
        transfer(&options, seed, entropy_below(&entropy, 150000), entropy_below(&entropy, 80000));
        net.loss_ppm = (uint32_t)entropy_below(&entropy, 250000);
        net.reorder_ppm = (uint32_t)entropy_below(&entropy, 300000);
        net.duplicate_ppm = (uint32_t)entropy_below(&entropy, 100000);
        finish(seed);
    }
}

static void a_clean_wire_needs_no_retransmission_and_fills_the_window(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    transfer(&options, 1, 5000000, 0);
    assert_true(tcp_net_run_idle(&net, 1000 * INSTANT_SECOND));
    assert_int_equal(net.ends[SIDE_A].counters.retransmitted_segments, 0);
    assert_int_equal(net.ends[SIDE_B].counters.retransmitted_segments, 0);
    /* 44 segments a round trip of 20 ms; the last 240 s are TIME-WAIT. */
    assert_true(net.now < 242 * INSTANT_SECOND);
    finish(1);
}

static void sequence_numbers_may_wrap(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    options.time_wait_ms = 1000;
    transfer(&options, 3, 300000, 300000);
    tcp_net_run(&net, 0);
    /* The numbers grow by one in 4 microseconds: begin when A's is about to wrap. */
    uint32_t missing = UINT32_MAX - 100000 - net.initial[SIDE_A];
    tcp_net_destroy(&net);
    start = (instant)missing * 4000;
    transfer(&options, 3, 300000, 300000);
    net.loss_ppm = 20000;
    tcp_net_run(&net, start);
    assert_int_equal(net.initial[SIDE_A], UINT32_MAX - 100000);
    start = 0;
    finish(3);
}

static void the_same_seed_gives_the_same_run(void **state)
{
    (void)state;
    static char first[sizeof net.narration];
    struct tcp_options options = tcp_options_rfc();
    options.time_wait_ms = 1000;
    for (int run = 0; run < 2; run++) {
        transfer(&options, 77, 100000, 0);
        net.quiet = false;
        net.loss_ppm = 50000;
        net.reorder_ppm = 50000;
        assert_true(tcp_net_run_idle(&net, 1000 * INSTANT_SECOND));
        if (run == 0)
            memcpy(first, net.narration, sizeof first);
        else
            assert_string_equal(first, net.narration);
        tcp_net_destroy(&net);
    }
}

#define MANY 5000

static unsigned accepted;

static void count_accepted(struct tcp_net *n, enum tcp_net_side side, enum tcp_event event,
                           struct tcp_connection *connection)
{
    (void)side;
    accepted += event == TCP_EVENT_ACCEPTED;
    if (event == TCP_EVENT_READABLE)
        tcp_consume(connection, n->now, tcp_receive_available(connection));
}

static void five_thousand_connections_hold_no_packet_and_no_timer_while_idle(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    options.backlog = MANY;
    tcp_net_init(&net, &options, 1);
    net.quiet = true;
    net.application = count_accepted;
    net.ends[SIDE_A].config.ephemeral_last = 1024 + MANY;
    accepted = 0;
    tcp_listen(&net.ends[SIDE_B], IPV4_ANY, 1723, NULL, NULL);
    static struct tcp_connection *connections[MANY];
    for (int i = 0; i < MANY; i++)
        connections[i] = tcp_net_open(&net, NULL);
    assert_null(tcp_connect(&net.ends[SIDE_A], 0, TCP_NET_A, 0, TCP_NET_B, 1723, NULL, NULL));
    tcp_net_run_ms(&net, 100);
    assert_int_equal(accepted, MANY);
    /* All idle: no packet and no timer is held. */
    assert_int_equal(net.pool.in_use, 0);
    assert_int_equal(tcp_next_timeout(&net.ends[SIDE_A]), INSTANT_NEVER);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < MANY; i++)
            assert_int_equal(tcp_send(connections[i], net.now, &i, sizeof i), sizeof i);
        tcp_net_run_ms(&net, 1000);
        assert_int_equal(net.pool.in_use, 0);
    }
    unsigned count = 0;
    for (struct tcp_connection *c = NULL; (c = tcp_next_connection(&net.ends[SIDE_B], c));) {
        assert_int_equal(tcp_connection_counters(c)->octets_received, 3 * sizeof count);
        count++;
    }
    assert_int_equal(count, MANY);
    tcp_net_destroy(&net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_megabytes_arrive_intact_over_a_bad_wire),
        cmocka_unit_test(any_pattern_of_loss_and_disorder_delivers_intact_both_ways),
        cmocka_unit_test(a_clean_wire_needs_no_retransmission_and_fills_the_window),
        cmocka_unit_test(sequence_numbers_may_wrap),
        cmocka_unit_test(the_same_seed_gives_the_same_run),
        cmocka_unit_test(five_thousand_connections_hold_no_packet_and_no_timer_while_idle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
