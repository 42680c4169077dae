#include "base/checksum.h"
#include "support/tcp_net.h"
#include "support/unit.h"

#include <string.h>

static struct tcp_net net;

static const uint8_t data[4000];

static void connect_pair(struct tcp_options options)
{
    tcp_net_init(&net, &options, 9);
    tcp_net_connect(&net);
    tcp_net_expect_traces(&net, "A tcp.connected\nB tcp.accepted\n");
}

/* A segment without data from A to B. */
static void inject(uint8_t flags, uint32_t sequence, uint32_t acknowledgment)
{
    struct tcp_segment segment = {
        .sequence = sequence, .acknowledgment = acknowledgment, .flags = flags, .window = 1000};
    tcp_net_inject(&net, SIDE_A, segment, NULL, 0);
    tcp_net_run_ms(&net, 0);
}

static void only_the_exact_reset_ends_a_strict_connection(void **state)
{
    (void)state;
    connect_pair(tcp_options_rfc());
    inject(TCP_FLAG_RST, 0, 0);
    inject(TCP_FLAG_RST, 70000, 0);
    inject(TCP_FLAG_RST, 2, 0);
    assert_int_equal(tcp_state(net.connections[SIDE_B]), TCP_STATE_ESTABLISHED);
    inject(TCP_FLAG_RST, 1, 0);
    assert_int_equal(tcp_state(net.connections[SIDE_B]), TCP_STATE_CLOSED);
    tcp_net_expect(&net, "40 B A 1+0 ack 1 win 65535\n"
                         "40 B reset\n");
    tcp_net_expect_traces(&net, "B packet.dropped duplicate\n"
                                "B packet.dropped outside-window\n"
                                "B packet.dropped reset-challenged\n"
                                "B tcp.reset peer\n");
    tcp_net_destroy(&net);
}

static void any_reset_in_the_window_ends_a_connection_of_rfc_793(void **state)
{
    (void)state;
    connect_pair(tcp_options_windows_2000());
    inject(TCP_FLAG_RST, 0, 0);
    inject(TCP_FLAG_RST, 1 + 17520, 0);
    assert_int_equal(tcp_state(net.connections[SIDE_B]), TCP_STATE_ESTABLISHED);
    inject(TCP_FLAG_RST, 17520, 0);
    tcp_net_expect(&net, "40 B reset\n");
    tcp_net_expect_traces(&net, "B packet.dropped duplicate\n"
                                "B packet.dropped outside-window\n"
                                "B tcp.reset peer\n");
    tcp_net_destroy(&net);
}

static void a_syn_in_the_window_is_challenged_or_resets(void **state)
{
    (void)state;
    connect_pair(tcp_options_rfc());
    inject(TCP_FLAG_SYN, 5, 0);
    tcp_net_expect(&net, "40 B A 1+0 ack 1 win 65535\n");
    tcp_net_destroy(&net);
    connect_pair(tcp_options_windows_2000());
    inject(TCP_FLAG_SYN, 5, 0);
    tcp_net_run_ms(&net, 50);
    tcp_net_expect(&net, "40 B RA 1+0 ack 1 win 0\n40 B reset\n50 A reset\n");
    tcp_net_destroy(&net);
}

static void challenges_are_limited_to_ten_in_five_seconds(void **state)
{
    (void)state;
    connect_pair(tcp_options_rfc());
    net.crashed[SIDE_A] = true;
    uint32_t before = net.sent[SIDE_B];
    for (int i = 0; i < 30; i++)
        inject(TCP_FLAG_SYN, 5, 0);
    assert_int_equal(net.sent[SIDE_B] - before, 10);
    tcp_net_run_ms(&net, 5000);
    inject(TCP_FLAG_SYN, 5, 0);
    assert_int_equal(net.sent[SIDE_B] - before, 11);
    tcp_net_destroy(&net);
}

static void acknowledgments_of_the_future_and_the_far_past_are_answered(void **state)
{
    (void)state;
    connect_pair(tcp_options_rfc());
    net.crashed[SIDE_A] = true;
    inject(TCP_FLAG_ACK, 1, 2);
    inject(TCP_FLAG_ACK, 1, (uint32_t)-70000);
    inject(TCP_FLAG_ACK, 1, 0);
    inject(0, 1, 0);
    tcp_net_expect(&net, "40 B A 1+0 ack 1 win 65535 lost\n"
                         "40 B A 1+0 ack 1 win 65535 lost\n");
    tcp_net_expect_traces(&net, "B packet.dropped unacceptable-ack\n"
                                "B packet.dropped unacceptable-ack\n"
                                "B packet.dropped no-ack\n");
    tcp_net_destroy(&net);
}

static void a_segment_for_nobody_is_answered_by_reset(void **state)
{
    (void)state;
    connect_pair(tcp_options_rfc());
    net.initial[SIDE_A] = net.initial[SIDE_B] = 0;
    static const struct {
        uint8_t flags;
        uint32_t length;
    } cases[] = {
        {TCP_FLAG_ACK, 0},
        {TCP_FLAG_SYN, 0},
        {TCP_FLAG_FIN, 7},
        {TCP_FLAG_ACK | TCP_FLAG_PSH, 7},
        {TCP_FLAG_RST | TCP_FLAG_ACK, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tcp_segment segment = {.source_port = 1025,
                                      .destination_port = 99,
                                      .sequence = 1000,
                                      .acknowledgment = 2000,
                                      .flags = cases[i].flags};
        tcp_net_inject(&net, SIDE_A, segment, data, cases[i].length);
        tcp_net_run_ms(&net, 0);
    }
    tcp_net_expect(&net, "40 B R 2000+0 win 0\n"
                         "40 B RA 0+0 ack 1001 win 0\n"
                         "40 B RA 0+0 ack 1008 win 0\n"
                         "40 B R 2000+0 win 0\n");
    assert_int_equal(net.ends[SIDE_B].counters.out_resets, 4);
    tcp_net_destroy(&net);
}

static void a_listener_answers_acks_by_reset_and_ignores_the_rest(void **state)
{
    (void)state;
    connect_pair(tcp_options_rfc());
    net.initial[SIDE_A] = net.initial[SIDE_B] = 0;
    static const uint8_t flags[] = {TCP_FLAG_ACK,
                                    TCP_FLAG_RST,
                                    TCP_FLAG_FIN,
                                    0,
                                    TCP_FLAG_SYN | TCP_FLAG_ACK,
                                    TCP_FLAG_SYN | TCP_FLAG_RST};
    for (size_t i = 0; i < sizeof flags; i++) {
        struct tcp_segment segment = {.source_port = 999,
                                      .destination_port = 1723,
                                      .sequence = 1000,
                                      .acknowledgment = 2000,
                                      .flags = flags[i]};
        tcp_net_inject(&net, SIDE_A, segment, NULL, 0);
        tcp_net_run_ms(&net, 0);
    }
    tcp_net_expect(&net, "40 B R 2000+0 win 0\n"
                         "40 B R 2000+0 win 0\n");
    assert_int_equal(net.ends[SIDE_B].connection_count, 1);
    tcp_net_destroy(&net);
}

static void a_restarted_host_is_found_out_by_the_peers_data(void **state)
{
    (void)state;
    connect_pair(tcp_options_rfc());
    struct tcp_config config = net.ends[SIDE_A].config;
    tcp_endpoint_destroy(&net.ends[SIDE_A]);
    tcp_endpoint_init(&net.ends[SIDE_A], &config);
    tcp_send(net.connections[SIDE_B], net.now, data, 10);
    tcp_net_run_ms(&net, 100);
    tcp_net_expect(&net, "40 B PA 1+10 ack 1 win 65535\n"
                         "50 A R 1+0 win 0\n"
                         "60 B reset\n");
    tcp_net_destroy(&net);
}

static void a_restarted_host_replaces_its_half_open_connection(void **state)
{
    (void)state;
    connect_pair(tcp_options_rfc());
    struct tcp_config config = net.ends[SIDE_A].config;
    tcp_endpoint_destroy(&net.ends[SIDE_A]);
    tcp_endpoint_init(&net.ends[SIDE_A], &config);
    /* The same port again; B still holds the old connection (RFC 9293 figure 9). */
    tcp_net_run_ms(&net, 1000);
    uint32_t old_initial_b = net.initial[SIDE_B];
    tcp_net_open(&net, NULL);
    tcp_net_run_ms(&net, 3000);
    assert_int_not_equal(net.initial[SIDE_B], old_initial_b);
    tcp_net_expect_states(&net, TCP_STATE_ESTABLISHED, TCP_STATE_ESTABLISHED);
    tcp_net_expect_traces(&net, "B packet.dropped outside-window\n"
                                "A packet.dropped unacceptable-ack\n"
                                "B tcp.reset peer\n"
                                "A tcp.retransmitted timeout\n"
                                "A tcp.connected\n"
                                "B tcp.accepted\n");
    tcp_net_destroy(&net);
}

static void icmp_error(uint8_t type, uint8_t code, uint32_t mtu, uint32_t sequence)
{
    const struct tcp_connection *a = net.connections[SIDE_A];
    uint8_t quoted[8];
    wire_store_u16(quoted, tcp_local_port(a));
    wire_store_u16(quoted + 2, tcp_remote_port(a));
    wire_store_u32(quoted + 4, net.initial[SIDE_A] + sequence);
    tcp_icmp_error(&net.ends[SIDE_A], net.now, type, code, mtu, TCP_NET_A, TCP_NET_B, quoted,
                   sizeof quoted);
}

static void a_hard_error_ends_an_attempt_and_a_soft_one_does_not(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_windows_2000();
    tcp_net_init(&net, &options, 1);
    net.crashed[SIDE_B] = true;
    tcp_net_open(&net, NULL);
    tcp_net_run_ms(&net, 1);
    icmp_error(3, 1, 0, 0);
    icmp_error(11, 0, 0, 0);
    icmp_error(4, 0, 0, 0);
    assert_int_equal(tcp_state(net.connections[SIDE_A]), TCP_STATE_SYN_SENT);
    tcp_net_run_ms(&net, 25000);
    /* What the routers said is told when patience ends. */
    tcp_net_expect(&net, "0 A S 0+0 win 16384 mss 1460 sackok lost\n"
                         "3000 A S 0+0 win 16384 mss 1460 sackok lost\n"
                         "9000 A S 0+0 win 16384 mss 1460 sackok lost\n"
                         "21000 A unreachable\n");
    tcp_net_open(&net, NULL);
    tcp_net_run_ms(&net, 1);
    tcp_net_forget(&net);
    icmp_error(3, 3, 0, 0);
    tcp_net_run_ms(&net, 0);
    tcp_net_expect(&net, "25002 A unreachable\n");
    options.abort_connect_on_unreachable = true;
    tcp_net_open(&net, &options);
    tcp_net_run_ms(&net, 1);
    tcp_net_forget(&net);
    icmp_error(3, 1, 0, 0);
    tcp_net_run_ms(&net, 0);
    tcp_net_expect(&net, "25003 A unreachable\n");
    tcp_net_destroy(&net);
}

static void hard_errors_end_established_connections_only_as_rfc_1122_has_it(void **state)
{
    (void)state;
    for (int strict = 0; strict < 2; strict++) {
        struct tcp_options options = tcp_options_rfc();
        options.strict_resets = strict;
        connect_pair(options);
        net.crashed[SIDE_B] = true;
        tcp_send(net.connections[SIDE_A], net.now, data, 10);
        tcp_net_run_ms(&net, 1);
        icmp_error(3, 2, 0, 11); /* not in flight */
        assert_int_equal(tcp_state(net.connections[SIDE_A]), TCP_STATE_ESTABLISHED);
        icmp_error(3, 2, 0, 1);
        assert_int_equal(tcp_state(net.connections[SIDE_A]),
                         strict ? TCP_STATE_ESTABLISHED : TCP_STATE_CLOSED);
        tcp_net_expect_traces(&net, strict ? "A packet.dropped error-outside-flight\n"
                                           : "A packet.dropped error-outside-flight\n"
                                             "A tcp.unreachable protocol-unreachable\n");
        tcp_net_destroy(&net);
    }
}

static void a_smaller_path_mtu_makes_smaller_segments_at_once(void **state)
{
    (void)state;
    connect_pair(tcp_options_rfc());
    net.crashed[SIDE_B] = true;
    tcp_send(net.connections[SIDE_A], net.now, data, 2920);
    tcp_net_run_ms(&net, 5);
    icmp_error(3, 4, 1000, 1);
    tcp_net_run_ms(&net, 0);
    tcp_net_expect(&net, "40 A A 1+1460 ack 1 win 65535 lost\n"
                         "40 A PA 1461+1460 ack 1 win 65535 lost\n"
                         "45 A A 1+960 ack 1 win 65535 lost\n"
                         "45 A A 961+960 ack 1 win 65535 lost\n"
                         "45 A A 1921+960 ack 1 win 65535 lost\n"
                         "45 A PA 2881+40 ack 1 win 65535 lost\n");
    /* Routers before RFC 1191 tell nothing: the next plateau, 508. */
    icmp_error(3, 4, 0, 1);
    tcp_net_run_ms(&net, 0);
    icmp_error(3, 4, 1500, 1);
    tcp_net_run_ms(&net, 0);
    tcp_net_expect(&net, "45 A A 1+468 ack 1 win 65535 lost\n"
                         "45 A A 469+468 ack 1 win 65535 lost\n"
                         "45 A A 937+468 ack 1 win 65535 lost\n"
                         "45 A A 1405+468 ack 1 win 65535 lost\n"
                         "45 A A 1873+468 ack 1 win 65535 lost\n"
                         "45 A A 2341+468 ack 1 win 65535 lost\n"
                         "45 A PA 2809+112 ack 1 win 65535 lost\n");
    tcp_net_expect_traces(&net, "A tcp.path-mtu-reduced\n"
                                "A tcp.retransmitted path-mtu\n"
                                "A tcp.retransmitted path-mtu\n"
                                "A tcp.retransmitted path-mtu\n"
                                "A tcp.retransmitted path-mtu\n"
                                "A tcp.path-mtu-reduced\n"
                                "A tcp.retransmitted path-mtu\n"
                                "A tcp.retransmitted path-mtu\n"
                                "A tcp.retransmitted path-mtu\n"
                                "A tcp.retransmitted path-mtu\n"
                                "A tcp.retransmitted path-mtu\n"
                                "A tcp.retransmitted path-mtu\n"
                                "A tcp.retransmitted path-mtu\n");
    tcp_net_destroy(&net);
}

static void broken_input_is_dropped_by_name(void **state)
{
    (void)state;
    connect_pair(tcp_options_rfc());
    struct tcp_endpoint *b = &net.ends[SIDE_B];
    uint8_t octets[24] = {0};
    tcp_input(b, net.now, TCP_NET_A, TCP_NET_B, packet_from(&net.pool, octets, 10));
    octets[12] = 0x50;
    tcp_input(b, net.now, TCP_NET_A, TCP_NET_B, packet_from(&net.pool, octets, 20));
    octets[12] = 0x60;
    octets[20] = 2;
    tcp_input(b, net.now, TCP_NET_A, TCP_NET_B, packet_from(&net.pool, octets, 24));
    tcp_icmp_error(b, net.now, 3, 3, 0, TCP_NET_B, TCP_NET_A, octets, 7);
    tcp_icmp_error(b, net.now, 3, 3, 0, TCP_NET_B, TCP_NET_A, octets, 8);
    struct tcp_segment segment = {.source_port = 1, .destination_port = 1723, .flags = 2};
    struct wire_writer writer = wire_writer_make(octets, sizeof octets);
    tcp_segment_encode(&writer, &segment);
    ipv4_address multicast = UINT32_C(0xe0000001);
    wire_store_u16(octets + 16,
                   checksum_finish(checksum_add(checksum_pseudo_header(TCP_NET_A, multicast, 6, 20),
                                                octets, 20)));
    tcp_input(b, net.now, TCP_NET_A, multicast, packet_from(&net.pool, octets, 20));
    tcp_net_expect_traces(&net, "B packet.dropped short-header\n"
                                "B packet.dropped bad-checksum\n"
                                "B packet.dropped bad-option\n"
                                "B packet.dropped short-quotation\n"
                                "B packet.dropped error-without-connection\n"
                                "B packet.dropped bad-address\n");
    assert_int_equal(b->counters.in_errors, 3);
    tcp_net_destroy(&net);
}

static void an_exhausted_pool_is_like_a_lossy_wire(void **state)
{
    (void)state;
    connect_pair(tcp_options_rfc());
    net.pool.limit = 1;
    assert_int_equal(tcp_send(net.connections[SIDE_A], net.now, "hello", 5), 5);
    tcp_net_run_ms(&net, 500);
    assert_int_equal(tcp_receive_available(net.connections[SIDE_B]), 0);
    net.pool.limit = 0;
    tcp_net_run_ms(&net, 1000);
    assert_int_equal(tcp_receive_available(net.connections[SIDE_B]), 5);
    tcp_net_expect_traces(&net, "A packet.dropped no-packet\n"
                                "A tcp.retransmitted timeout\n");
    tcp_net_destroy(&net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_exact_reset_ends_a_strict_connection),
        cmocka_unit_test(any_reset_in_the_window_ends_a_connection_of_rfc_793),
        cmocka_unit_test(a_syn_in_the_window_is_challenged_or_resets),
        cmocka_unit_test(challenges_are_limited_to_ten_in_five_seconds),
        cmocka_unit_test(acknowledgments_of_the_future_and_the_far_past_are_answered),
        cmocka_unit_test(a_segment_for_nobody_is_answered_by_reset),
        cmocka_unit_test(a_listener_answers_acks_by_reset_and_ignores_the_rest),
        cmocka_unit_test(a_restarted_host_is_found_out_by_the_peers_data),
        cmocka_unit_test(a_restarted_host_replaces_its_half_open_connection),
        cmocka_unit_test(a_hard_error_ends_an_attempt_and_a_soft_one_does_not),
        cmocka_unit_test(hard_errors_end_established_connections_only_as_rfc_1122_has_it),
        cmocka_unit_test(a_smaller_path_mtu_makes_smaller_segments_at_once),
        cmocka_unit_test(broken_input_is_dropped_by_name),
        cmocka_unit_test(an_exhausted_pool_is_like_a_lossy_wire),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
