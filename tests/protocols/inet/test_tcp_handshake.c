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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_handshake_takes_three_segments),
        cmocka_unit_test(windows_2000_offers_sack_and_rounds_its_window_up),
        cmocka_unit_test(a_syn_is_sent_at_0_3_and_9_seconds_and_given_up_at_21),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
