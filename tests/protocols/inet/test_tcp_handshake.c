#include "support/tcp_net.h"
#include "support/unit.h"

static struct tcp_net net;

static void the_handshake_takes_three_segments(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    tcp_net_init(&net, &options, 1);
    assert_int_equal(tcp_listen(&net.ends[SIDE_B], IPV4_ANY, 1723, NULL, NULL), STATUS_OK);
    tcp_net_open(&net, NULL);
    assert_int_equal(tcp_local_port(net.connections[SIDE_A]), 1025);
    tcp_net_run_ms(&net, 1000);
    tcp_net_expect(&net, "0 A S 0+0 win 65535 mss 1460\n"
                         "10 B SA 0+0 ack 1 win 65535 mss 1460\n"
                         "20 A A 1+0 ack 1 win 65535\n"
                         "20 A connected\n"
                         "30 B accepted\n");
    tcp_net_expect_states(&net, TCP_STATE_ESTABLISHED, TCP_STATE_ESTABLISHED);
    tcp_net_expect_traces(&net, "A tcp.connected\nB tcp.accepted\n");
    assert_int_equal(tcp_next_timeout(&net.ends[SIDE_A]), INSTANT_NEVER);
    assert_int_equal(tcp_next_timeout(&net.ends[SIDE_B]), INSTANT_NEVER);
    assert_int_equal(net.pool.in_use, 0);
    tcp_net_destroy(&net);
}

static void windows_2000_offers_sack_and_rounds_its_window_up(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_windows_2000();
    tcp_net_init(&net, &options, 1);
    assert_int_equal(tcp_listen(&net.ends[SIDE_B], TCP_NET_B, 1723, NULL, NULL), STATUS_OK);
    tcp_net_open(&net, NULL);
    tcp_net_run_ms(&net, 1000);
    tcp_net_expect(&net, "0 A S 0+0 win 16384 mss 1460 sackok\n"
                         "10 B SA 0+0 ack 1 win 17520 mss 1460 sackok\n"
                         "20 A A 1+0 ack 1 win 17520\n"
                         "20 A connected\n"
                         "30 B accepted\n");
    tcp_net_destroy(&net);
}

static void a_syn_is_sent_at_0_3_and_9_seconds_and_given_up_at_21(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_windows_2000();
    tcp_net_init(&net, &options, 1);
    net.crashed[SIDE_B] = true;
    tcp_net_open(&net, NULL);
    tcp_net_run_ms(&net, 60000);
    tcp_net_expect(&net, "0 A S 0+0 win 16384 mss 1460 sackok lost\n"
                         "3000 A S 0+0 win 16384 mss 1460 sackok lost\n"
                         "9000 A S 0+0 win 16384 mss 1460 sackok lost\n"
                         "21000 A timed-out\n");
    tcp_net_expect_traces(&net, "A tcp.retransmitted timeout\n"
                                "A tcp.retransmitted timeout\n"
                                "A tcp.timed-out syn\n");
    assert_int_equal(tcp_state(net.connections[SIDE_A]), TCP_STATE_CLOSED);
    tcp_release(net.connections[SIDE_A], net.now);
    assert_int_equal(net.ends[SIDE_A].connection_count, 0);
    tcp_net_destroy(&net);
}

static void a_closed_port_refuses(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    tcp_net_init(&net, &options, 1);
    tcp_net_open(&net, NULL);
    tcp_net_run_ms(&net, 1000);
    tcp_net_expect(&net, "0 A S 0+0 win 65535 mss 1460\n"
                         "10 B RA 0+0 ack 1 win 0\n"
                         "20 A refused\n");
    tcp_net_expect_traces(&net, "B packet.dropped no-connection\n"
                                "A tcp.refused reset\n");
    tcp_net_destroy(&net);
}

static void windows_asks_twice_more_half_a_second_apart_before_it_believes_a_reset(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_windows_2000();
    tcp_net_init(&net, &options, 1);
    tcp_net_open(&net, NULL);
    tcp_net_run_ms(&net, 30000);
    tcp_net_expect(&net, "0 A S 0+0 win 16384 mss 1460 sackok\n"
                         "10 B RA 0+0 ack 1 win 0\n"
                         "520 A S 0+0 win 16384 mss 1460 sackok\n"
                         "530 B RA 0+0 ack 1 win 0\n"
                         "1040 A S 0+0 win 16384 mss 1460 sackok\n"
                         "1050 B RA 0+0 ack 1 win 0\n"
                         "1060 A refused\n");
    tcp_net_expect_traces(&net, "B packet.dropped no-connection\n"
                                "A tcp.retransmitted syn-reset\n"
                                "B packet.dropped no-connection\n"
                                "A tcp.retransmitted syn-reset\n"
                                "B packet.dropped no-connection\n"
                                "A tcp.refused reset\n");
    tcp_net_destroy(&net);
}

static void two_syns_that_cross_make_one_connection(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    tcp_net_init(&net, &options, 1);
    net.connections[SIDE_A] =
        tcp_connect(&net.ends[SIDE_A], net.now, TCP_NET_A, 2000, TCP_NET_B, 3000, NULL, NULL);
    net.connections[SIDE_B] =
        tcp_connect(&net.ends[SIDE_B], net.now, TCP_NET_B, 3000, TCP_NET_A, 2000, NULL, NULL);
    tcp_net_run_ms(&net, 15);
    tcp_net_expect_states(&net, TCP_STATE_SYN_RECEIVED, TCP_STATE_SYN_RECEIVED);
    tcp_net_run_ms(&net, 1000);
    tcp_net_expect_states(&net, TCP_STATE_ESTABLISHED, TCP_STATE_ESTABLISHED);
    tcp_net_expect(&net, "0 A S 0+0 win 65535 mss 1460\n"
                         "0 B S 0+0 win 65535 mss 1460\n"
                         "10 B SA 0+0 ack 1 win 65535 mss 1460\n"
                         "10 A SA 0+0 ack 1 win 65535 mss 1460\n"
                         "20 A connected\n"
                         "20 B connected\n");
    tcp_net_expect_traces(&net, "A tcp.connected\n"
                                "B tcp.connected\n");
    assert_int_equal(tcp_next_timeout(&net.ends[SIDE_A]), INSTANT_NEVER);
    tcp_net_destroy(&net);
}

static struct tcp_net_fate lose_syn_ack(struct tcp_net *n, enum tcp_net_side from,
                                        const struct tcp_segment *segment, size_t length)
{
    (void)length;
    return (struct tcp_net_fate){.lost = from == SIDE_B && segment->flags & TCP_FLAG_SYN &&
                                         n->now < 500 * INSTANT_MILLISECOND};
}

static void a_lost_syn_ack_is_sent_again(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    tcp_net_init(&net, &options, 1);
    net.fate = lose_syn_ack;
    tcp_listen(&net.ends[SIDE_B], IPV4_ANY, 1723, NULL, NULL);
    tcp_net_open(&net, NULL);
    tcp_net_run_ms(&net, 3000);
    tcp_net_expect(&net, "0 A S 0+0 win 65535 mss 1460\n"
                         "10 B SA 0+0 ack 1 win 65535 mss 1460 lost\n"
                         "1000 A S 0+0 win 65535 mss 1460\n"
                         "1010 B SA 0+0 ack 1 win 65535 mss 1460\n"
                         "1010 B SA 0+0 ack 1 win 65535 mss 1460\n"
                         "1020 A A 1+0 ack 1 win 65535\n"
                         "1020 A connected\n"
                         "1020 A A 1+0 ack 1 win 65535\n"
                         "1030 B accepted\n");
    tcp_net_destroy(&net);
}

static void a_half_open_attempt_at_a_listener_dies_quietly(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_windows_2000();
    tcp_net_init(&net, &options, 1);
    tcp_listen(&net.ends[SIDE_B], IPV4_ANY, 1723, NULL, NULL);
    tcp_net_open(&net, NULL);
    tcp_net_run_ms(&net, 5);
    net.crashed[SIDE_A] = true;
    tcp_net_run_ms(&net, 30000);
    tcp_net_expect(&net, "0 A S 0+0 win 16384 mss 1460 sackok\n"
                         "10 B SA 0+0 ack 1 win 17520 mss 1460 sackok lost\n"
                         "3010 B SA 0+0 ack 1 win 17520 mss 1460 sackok lost\n"
                         "9010 B SA 0+0 ack 1 win 17520 mss 1460 sackok lost\n");
    assert_int_equal(net.ends[SIDE_B].connection_count, 0);
    tcp_net_destroy(&net);
}

static void a_full_backlog_ignores_further_syns(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    options.backlog = 1;
    tcp_net_init(&net, &options, 1);
    tcp_listen(&net.ends[SIDE_B], IPV4_ANY, 1723, NULL, NULL);
    tcp_net_open(&net, NULL);
    tcp_net_run_ms(&net, 15);
    tcp_net_open(&net, NULL);
    tcp_net_run_ms(&net, 14);
    tcp_net_expect_traces(&net, "A tcp.connected\nB packet.dropped backlog-full\n");
    /* The first is accepted by now, so the second's next SYN finds room. */
    tcp_net_run_ms(&net, 900);
    tcp_net_forget(&net);
    tcp_net_run_ms(&net, 600);
    tcp_net_expect(&net, "1015 A S 0+0 win 65535 mss 1460\n"
                         "1025 B SA 0+0 ack 1 win 65535 mss 1460\n"
                         "1035 A A 1+0 ack 1 win 65535\n"
                         "1035 A connected\n"
                         "1045 B accepted\n");
    tcp_net_destroy(&net);
}

static void a_listener_that_stops_resets_those_not_yet_accepted(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    tcp_net_init(&net, &options, 1);
    tcp_net_connect(&net);
    tcp_net_open(&net, NULL);
    tcp_net_run_ms(&net, 15);
    tcp_unlisten(&net.ends[SIDE_B], net.now, IPV4_ANY, 1723);
    tcp_net_run_ms(&net, 15);
    tcp_net_expect(&net, "40 A S 0+0 win 65535 mss 1460\n"
                         "50 B SA 0+0 ack 1 win 65535 mss 1460\n"
                         "55 B RA 1+0 ack 1 win 0\n"
                         "60 A A 1+0 ack 1 win 65535\n"
                         "60 A connected\n"
                         "65 A reset\n"
                         "70 B R 1+0 win 0\n");
    assert_int_equal(net.ends[SIDE_B].connection_count, 1);
    assert_int_equal(tcp_state(net.connections[SIDE_B]), TCP_STATE_ESTABLISHED);
    tcp_net_destroy(&net);
}

static void a_listener_on_one_address_comes_before_one_on_all(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    tcp_net_init(&net, &options, 1);
    int any, one;
    assert_int_equal(tcp_listen(&net.ends[SIDE_B], IPV4_ANY, 1723, NULL, &any), STATUS_OK);
    assert_int_equal(tcp_listen(&net.ends[SIDE_B], TCP_NET_B, 1723, NULL, &one), STATUS_OK);
    assert_int_equal(tcp_listen(&net.ends[SIDE_B], TCP_NET_B, 1723, NULL, &one), STATUS_INVALID);
    tcp_net_open(&net, NULL);
    tcp_net_run_ms(&net, 100);
    assert_ptr_equal(tcp_context(net.connections[SIDE_B]), &one);
    tcp_unlisten(&net.ends[SIDE_B], net.now, TCP_NET_B, 1723);
    tcp_net_open(&net, NULL);
    tcp_net_run_ms(&net, 100);
    assert_ptr_equal(tcp_context(net.connections[SIDE_B]), &any);
    tcp_net_destroy(&net);
}

static void the_mss_is_536_when_the_peer_tells_none(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    tcp_net_init(&net, &options, 1);
    tcp_listen(&net.ends[SIDE_B], IPV4_ANY, 1723, NULL, NULL);
    struct tcp_segment syn = {
        .source_port = 4000, .destination_port = 1723, .flags = TCP_FLAG_SYN, .window = 8192};
    tcp_net_inject(&net, SIDE_A, syn, NULL, 0);
    tcp_net_run_ms(&net, 0);
    syn.flags = TCP_FLAG_ACK;
    syn.sequence = 1;
    syn.acknowledgment = 1;
    tcp_net_inject(&net, SIDE_A, syn, NULL, 0);
    tcp_net_run_ms(&net, 0);
    static const uint8_t data[1000];
    tcp_send(net.connections[SIDE_B], net.now, data, sizeof data);
    net.crashed[SIDE_A] = true;
    tcp_net_run_ms(&net, 0);
    tcp_net_expect(&net, "0 B SA 0+0 ack 1 win 65535 mss 1460\n"
                         "0 B accepted\n"
                         "0 B A 1+536 ack 1 win 65535 lost\n");
    tcp_net_destroy(&net);
}

static uint32_t mtu_of_pppoe(void *context, ipv4_address local, ipv4_address remote)
{
    (void)context;
    (void)local;
    (void)remote;
    return 1492;
}

static void the_mss_follows_the_interface_and_the_smaller_one_counts(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    options.nagle = false;
    tcp_net_init(&net, &options, 1);
    net.ends[SIDE_A].config.mtu_towards = mtu_of_pppoe;
    tcp_listen(&net.ends[SIDE_B], IPV4_ANY, 1723, NULL, NULL);
    struct tcp_options small = options;
    small.mss = 1000;
    tcp_net_open(&net, NULL);
    tcp_net_run_ms(&net, 35);
    static const uint8_t data[1460];
    tcp_send(net.connections[SIDE_B], net.now, data, sizeof data);
    tcp_net_run_ms(&net, 300);
    tcp_net_open(&net, &small);
    tcp_net_run_ms(&net, 35);
    tcp_send(net.connections[SIDE_B], net.now, data, sizeof data);
    tcp_net_run_ms(&net, 0);
    tcp_net_expect(&net, "0 A S 0+0 win 65535 mss 1452\n"
                         "10 B SA 0+0 ack 1 win 65535 mss 1460\n"
                         "20 A A 1+0 ack 1 win 65535\n"
                         "20 A connected\n"
                         "30 B accepted\n"
                         "35 B A 1+1452 ack 1 win 65535\n"
                         "35 B PA 1453+8 ack 1 win 65535\n"
                         "45 A readable\n"
                         "45 A A 1+0 ack 1461 win 64075\n"
                         "45 A readable\n"
                         "335 A S 0+0 win 65535 mss 1000\n"
                         "345 B SA 0+0 ack 1 win 65535 mss 1460\n"
                         "355 A A 1+0 ack 1 win 65535\n"
                         "355 A connected\n"
                         "365 B accepted\n"
                         "370 B A 1+1000 ack 1 win 65535\n"
                         "370 B PA 1001+460 ack 1 win 65535\n");
    tcp_net_destroy(&net);
}

static void window_scaling_needs_both_sides(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    options.receive_buffer = 1000000;
    options.window_scaling = true;
    tcp_net_init(&net, &options, 1);
    tcp_listen(&net.ends[SIDE_B], IPV4_ANY, 1723, NULL, NULL);
    tcp_net_open(&net, NULL);
    tcp_net_run_ms(&net, 100);
    tcp_net_expect(&net, "0 A S 0+0 win 65535 mss 1460 ws 4\n"
                         "10 B SA 0+0 ack 1 win 65535 mss 1460 ws 4\n"
                         "20 A A 1+0 ack 1 win 62500\n"
                         "20 A connected\n"
                         "30 B accepted\n");
    struct tcp_options plain = options;
    plain.window_scaling = false;
    tcp_net_open(&net, &plain);
    tcp_net_run_ms(&net, 100);
    tcp_net_expect(&net, "100 A S 0+0 win 65535 mss 1460\n"
                         "110 B SA 0+0 ack 1 win 65535 mss 1460\n"
                         "120 A A 1+0 ack 1 win 65535\n"
                         "120 A connected\n"
                         "130 B accepted\n");
    tcp_net_destroy(&net);
}

static void initial_sequence_numbers_grow_with_time_and_differ_between_pairs(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    tcp_net_init(&net, &options, 1);
    tcp_net_connect(&net);
    uint32_t first = net.initial[SIDE_A];
    tcp_abort(net.connections[SIDE_A], net.now);
    tcp_net_run_ms(&net, 1000);
    instant later = net.now;
    net.connections[SIDE_A] =
        tcp_connect(&net.ends[SIDE_A], net.now, TCP_NET_A, 1025, TCP_NET_B, 1723, NULL, NULL);
    tcp_net_run_ms(&net, 1);
    assert_int_equal(net.initial[SIDE_A] - first, later / 4000);
    tcp_net_open(&net, NULL);
    tcp_net_run_ms(&net, 0);
    assert_true(net.initial[SIDE_A] - first > 1000000);
    tcp_net_destroy(&net);
}

static void data_given_before_the_handshake_follows_it(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    tcp_net_init(&net, &options, 1);
    tcp_listen(&net.ends[SIDE_B], IPV4_ANY, 1723, NULL, NULL);
    struct tcp_connection *a = tcp_net_open(&net, NULL);
    assert_int_equal(tcp_send(a, net.now, "early", 5), 5);
    tcp_net_run_ms(&net, 300);
    tcp_net_expect(&net, "0 A S 0+0 win 65535 mss 1460\n"
                         "10 B SA 0+0 ack 1 win 65535 mss 1460\n"
                         "20 A PA 1+5 ack 1 win 65535\n"
                         "20 A connected\n"
                         "30 B accepted\n"
                         "30 B readable\n"
                         "230 B A 1+0 ack 6 win 65530\n");
    tcp_net_destroy(&net);
}

static void nonsense_is_not_connected_to(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    tcp_net_init(&net, &options, 1);
    struct tcp_endpoint *a = &net.ends[SIDE_A];
    assert_null(tcp_connect(a, 0, TCP_NET_A, 0, UINT32_C(0xe0000001), 1723, NULL, NULL));
    assert_null(tcp_connect(a, 0, TCP_NET_A, 0, IPV4_BROADCAST, 1723, NULL, NULL));
    assert_null(tcp_connect(a, 0, TCP_NET_A, 0, TCP_NET_B, 0, NULL, NULL));
    assert_null(tcp_connect(a, 0, IPV4_ANY, 0, TCP_NET_B, 1723, NULL, NULL));
    assert_non_null(tcp_connect(a, 0, TCP_NET_A, 5, TCP_NET_B, 1723, NULL, NULL));
    assert_null(tcp_connect(a, 0, TCP_NET_A, 5, TCP_NET_B, 1723, NULL, NULL));
    tcp_net_destroy(&net);
}

static void ephemeral_ports_run_out_and_wrap(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    tcp_net_init(&net, &options, 1);
    struct tcp_endpoint *a = &net.ends[SIDE_A];
    a->config.ephemeral_last = 1027;
    tcp_listen(a, IPV4_ANY, 1026, NULL, NULL);
    struct tcp_connection *first = tcp_net_open(&net, NULL);
    assert_int_equal(tcp_local_port(first), 1025);
    assert_int_equal(tcp_local_port(tcp_net_open(&net, NULL)), 1027);
    assert_null(tcp_connect(a, 0, TCP_NET_A, 0, TCP_NET_B, 1723, NULL, NULL));
    tcp_release(first, 0);
    assert_int_equal(tcp_local_port(tcp_net_open(&net, NULL)), 1025);
    tcp_net_destroy(&net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_handshake_takes_three_segments),
        cmocka_unit_test(windows_2000_offers_sack_and_rounds_its_window_up),
        cmocka_unit_test(a_syn_is_sent_at_0_3_and_9_seconds_and_given_up_at_21),
        cmocka_unit_test(a_closed_port_refuses),
        cmocka_unit_test(windows_asks_twice_more_half_a_second_apart_before_it_believes_a_reset),
        cmocka_unit_test(two_syns_that_cross_make_one_connection),
        cmocka_unit_test(a_lost_syn_ack_is_sent_again),
        cmocka_unit_test(a_half_open_attempt_at_a_listener_dies_quietly),
        cmocka_unit_test(a_full_backlog_ignores_further_syns),
        cmocka_unit_test(a_listener_that_stops_resets_those_not_yet_accepted),
        cmocka_unit_test(a_listener_on_one_address_comes_before_one_on_all),
        cmocka_unit_test(the_mss_is_536_when_the_peer_tells_none),
        cmocka_unit_test(the_mss_follows_the_interface_and_the_smaller_one_counts),
        cmocka_unit_test(window_scaling_needs_both_sides),
        cmocka_unit_test(initial_sequence_numbers_grow_with_time_and_differ_between_pairs),
        cmocka_unit_test(data_given_before_the_handshake_follows_it),
        cmocka_unit_test(nonsense_is_not_connected_to),
        cmocka_unit_test(ephemeral_ports_run_out_and_wrap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
