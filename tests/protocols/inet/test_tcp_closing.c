#include "support/tcp_net.h"
#include "support/unit.h"

static struct tcp_net net;

static void connect_pair(void)
{
    struct tcp_options options = tcp_options_rfc();
    options.time_wait_ms = 60000;
    options.fin_wait_2_ms = 30000;
    tcp_net_init(&net, &options, 7);
    tcp_net_connect(&net);
    tcp_net_expect_traces(&net, "A tcp.connected\nB tcp.accepted\n");
}

static void a_normal_close_passes_through_every_state(void **state)
{
    (void)state;
    connect_pair();
    struct tcp_connection *a = net.connections[SIDE_A];
    struct tcp_connection *b = net.connections[SIDE_B];
    tcp_close(a, net.now);
    tcp_net_expect_states(&net, TCP_STATE_FIN_WAIT_1, TCP_STATE_ESTABLISHED);
    tcp_net_run_ms(&net, 10);
    tcp_net_expect_states(&net, TCP_STATE_FIN_WAIT_1, TCP_STATE_CLOSE_WAIT);
    tcp_net_run_ms(&net, 10);
    tcp_net_expect_states(&net, TCP_STATE_FIN_WAIT_2, TCP_STATE_CLOSE_WAIT);
    tcp_net_run_ms(&net, 80);
    tcp_close(b, net.now);
    tcp_net_expect_states(&net, TCP_STATE_FIN_WAIT_2, TCP_STATE_LAST_ACK);
    tcp_net_run_ms(&net, 10);
    tcp_net_expect_states(&net, TCP_STATE_TIME_WAIT, TCP_STATE_LAST_ACK);
    tcp_net_run_ms(&net, 10);
    tcp_net_expect_states(&net, TCP_STATE_TIME_WAIT, TCP_STATE_CLOSED);
    tcp_net_expect(&net, "40 A FA 1+0 ack 1 win 65535\n"
                         "50 B A 1+0 ack 2 win 65535\n"
                         "50 B peer-closed\n"
                         "140 B FA 1+0 ack 2 win 65535\n"
                         "150 A A 2+0 ack 2 win 65535\n"
                         "150 A peer-closed\n"
                         "150 A closed\n"
                         "160 B closed\n");
    /* 2 MSL after the FIN came. */
    assert_int_equal(tcp_next_timeout(&net.ends[SIDE_A]), 60150 * INSTANT_MILLISECOND);
    tcp_net_run_ms(&net, 60000);
    tcp_net_expect_states(&net, TCP_STATE_CLOSED, TCP_STATE_CLOSED);
    tcp_release(a, net.now);
    tcp_release(b, net.now);
    tcp_net_expect_traces(&net, "A tcp.closed time-wait\n"
                                "B tcp.closed last-ack\n");
    tcp_net_destroy(&net);
}

static void a_simultaneous_close_passes_through_closing(void **state)
{
    (void)state;
    connect_pair();
    tcp_close(net.connections[SIDE_A], net.now);
    tcp_close(net.connections[SIDE_B], net.now);
    tcp_net_run_ms(&net, 10);
    tcp_net_expect_states(&net, TCP_STATE_CLOSING, TCP_STATE_CLOSING);
    tcp_net_run_ms(&net, 10);
    tcp_net_expect_states(&net, TCP_STATE_TIME_WAIT, TCP_STATE_TIME_WAIT);
    tcp_net_expect(&net, "40 A FA 1+0 ack 1 win 65535\n"
                         "40 B FA 1+0 ack 1 win 65535\n"
                         "50 B A 2+0 ack 2 win 65535\n"
                         "50 B peer-closed\n"
                         "50 A A 2+0 ack 2 win 65535\n"
                         "50 A peer-closed\n"
                         "60 A closed\n"
                         "60 B closed\n");
    tcp_net_run_ms(&net, 60000);
    tcp_net_expect_states(&net, TCP_STATE_CLOSED, TCP_STATE_CLOSED);
    tcp_net_destroy(&net);
}

static void a_fin_with_the_ack_of_ours_leads_to_time_wait_at_once(void **state)
{
    (void)state;
    connect_pair();
    tcp_close(net.connections[SIDE_A], net.now);
    tcp_net_run_ms(&net, 5);
    net.crashed[SIDE_B] = true;
    tcp_net_inject(&net, SIDE_B,
                   (struct tcp_segment){.sequence = 1,
                                        .acknowledgment = 2,
                                        .flags = TCP_FLAG_FIN | TCP_FLAG_ACK,
                                        .window = 1000},
                   NULL, 0);
    tcp_net_run_ms(&net, 0);
    assert_int_equal(tcp_state(net.connections[SIDE_A]), TCP_STATE_TIME_WAIT);
    tcp_net_expect(&net, "40 A FA 1+0 ack 1 win 65535\n"
                         "45 A A 2+0 ack 2 win 65535 lost\n"
                         "45 A peer-closed\n"
                         "45 A closed\n");
    tcp_net_destroy(&net);
}

static void one_side_may_go_on_sending_after_the_others_fin(void **state)
{
    (void)state;
    connect_pair();
    tcp_close(net.connections[SIDE_A], net.now);
    tcp_net_run_ms(&net, 50);
    assert_int_equal(tcp_send(net.connections[SIDE_A], net.now, "x", 1), 0);
    assert_int_equal(tcp_send(net.connections[SIDE_B], net.now, "still here", 10), 10);
    tcp_close(net.connections[SIDE_B], net.now);
    tcp_net_run_ms(&net, 50);
    char text[20];
    assert_int_equal(tcp_receive(net.connections[SIDE_A], net.now, text, sizeof text), 10);
    assert_memory_equal(text, "still here", 10);
    tcp_net_expect_states(&net, TCP_STATE_TIME_WAIT, TCP_STATE_CLOSED);
    tcp_net_expect(&net, "40 A FA 1+0 ack 1 win 65535\n"
                         "50 B A 1+0 ack 2 win 65535\n"
                         "50 B peer-closed\n"
                         "90 B FPA 1+10 ack 2 win 65535\n"
                         "100 A A 2+0 ack 12 win 65525\n"
                         "100 A readable\n"
                         "100 A peer-closed\n"
                         "100 A closed\n"
                         "110 B closed\n");
    tcp_net_destroy(&net);
}

static struct tcp_net_fate lose_last_ack(struct tcp_net *n, enum tcp_net_side from,
                                         const struct tcp_segment *segment, size_t length)
{
    (void)length;
    bool last_ack = from == SIDE_A && segment->sequence - n->initial[SIDE_A] == 2 &&
                    segment->acknowledgment - n->initial[SIDE_B] == 2;
    return (struct tcp_net_fate){.lost = last_ack && n->now < 1000 * INSTANT_MILLISECOND};
}

static void time_wait_repeats_a_lost_last_ack_and_starts_again(void **state)
{
    (void)state;
    connect_pair();
    net.fate = lose_last_ack;
    tcp_close(net.connections[SIDE_A], net.now);
    tcp_net_run_ms(&net, 60);
    tcp_close(net.connections[SIDE_B], net.now);
    tcp_net_run_ms(&net, 2000);
    tcp_net_expect(&net, "40 A FA 1+0 ack 1 win 65535\n"
                         "50 B A 1+0 ack 2 win 65535\n"
                         "50 B peer-closed\n"
                         "100 B FA 1+0 ack 2 win 65535\n"
                         "110 A A 2+0 ack 2 win 65535 lost\n"
                         "110 A peer-closed\n"
                         "110 A closed\n"
                         "1100 B FA 1+0 ack 2 win 65535\n"
                         "1110 A A 2+0 ack 2 win 65535\n"
                         "1120 B closed\n");
    assert_int_equal(tcp_next_timeout(&net.ends[SIDE_A]), 61110 * INSTANT_MILLISECOND);
    tcp_net_destroy(&net);
}

static void a_released_connection_closes_itself(void **state)
{
    (void)state;
    connect_pair();
    tcp_release(net.connections[SIDE_A], net.now);
    tcp_net_run_ms(&net, 30);
    assert_int_equal(tcp_state(net.connections[SIDE_B]), TCP_STATE_CLOSE_WAIT);
    tcp_release(net.connections[SIDE_B], net.now);
    assert_true(tcp_net_run_idle(&net, 100 * INSTANT_SECOND));
    tcp_net_expect(&net, "40 A FA 1+0 ack 1 win 65535\n"
                         "50 B A 1+0 ack 2 win 65535\n"
                         "50 B peer-closed\n"
                         "70 B FA 1+0 ack 2 win 65535\n"
                         "80 A A 2+0 ack 2 win 65535\n");
    assert_int_equal(net.ends[SIDE_A].connection_count, 0);
    assert_int_equal(net.ends[SIDE_B].connection_count, 0);
    tcp_net_destroy(&net);
}

static void a_released_connection_waits_in_fin_wait_2_for_a_limited_time(void **state)
{
    (void)state;
    connect_pair();
    tcp_release(net.connections[SIDE_A], net.now);
    assert_true(tcp_net_run_idle(&net, 100 * INSTANT_SECOND));
    assert_int_equal(net.now, (40 + 20 + 30000) * INSTANT_MILLISECOND);
    assert_int_equal(net.ends[SIDE_A].connection_count, 0);
    tcp_net_expect_traces(&net, "A tcp.timed-out fin-wait-2\n");
    tcp_net_destroy(&net);
}

static void releasing_with_unread_data_resets(void **state)
{
    (void)state;
    connect_pair();
    tcp_send(net.connections[SIDE_B], net.now, "unread", 6);
    tcp_net_run_ms(&net, 10);
    tcp_release(net.connections[SIDE_A], net.now);
    tcp_net_run_ms(&net, 300);
    tcp_net_expect(&net, "40 B PA 1+6 ack 1 win 65535\n"
                         "50 A readable\n"
                         "50 A RA 1+0 ack 7 win 0\n"
                         "60 B reset\n");
    tcp_net_expect_traces(&net, "A tcp.reset unread-data\nB tcp.reset peer\n");
    tcp_net_destroy(&net);
}

static void data_for_a_released_connection_resets(void **state)
{
    (void)state;
    connect_pair();
    tcp_release(net.connections[SIDE_A], net.now);
    tcp_net_run_ms(&net, 30);
    tcp_send(net.connections[SIDE_B], net.now, "too late", 8);
    tcp_net_run_ms(&net, 300);
    tcp_net_expect(&net, "40 A FA 1+0 ack 1 win 65535\n"
                         "50 B A 1+0 ack 2 win 65535\n"
                         "50 B peer-closed\n"
                         "70 B PA 1+8 ack 2 win 65535\n"
                         "80 A RA 2+0 ack 1 win 0\n"
                         "90 B reset\n");
    tcp_net_destroy(&net);
}

static void an_abort_resets_the_peer(void **state)
{
    (void)state;
    connect_pair();
    tcp_abort(net.connections[SIDE_A], net.now);
    tcp_net_run_ms(&net, 100);
    tcp_net_expect_states(&net, TCP_STATE_CLOSED, TCP_STATE_CLOSED);
    tcp_net_expect(&net, "40 A RA 1+0 ack 1 win 0\n"
                         "50 B reset\n");
    tcp_net_expect_traces(&net, "A tcp.reset aborted\nB tcp.reset peer\n");
    tcp_net_destroy(&net);
}

static void a_new_syn_takes_the_place_of_time_wait(void **state)
{
    (void)state;
    connect_pair();
    /* B closes first and is left in TIME-WAIT. */
    tcp_close(net.connections[SIDE_B], net.now);
    tcp_net_run_ms(&net, 10);
    tcp_close(net.connections[SIDE_A], net.now);
    tcp_net_run_ms(&net, 50);
    tcp_net_expect_states(&net, TCP_STATE_CLOSED, TCP_STATE_TIME_WAIT);
    tcp_release(net.connections[SIDE_A], net.now);
    tcp_release(net.connections[SIDE_B], net.now);
    tcp_net_forget(&net);
    uint32_t old_initial = net.initial[SIDE_B];
    net.connections[SIDE_A] =
        tcp_connect(&net.ends[SIDE_A], net.now, TCP_NET_A, 1025, TCP_NET_B, 1723, NULL, NULL);
    assert_non_null(net.connections[SIDE_A]);
    tcp_net_run_ms(&net, 50);
    tcp_net_expect(&net, "100 A S 0+0 win 65535 mss 1460\n"
                         "110 B SA 0+0 ack 1 win 65535 mss 1460\n"
                         "120 A A 1+0 ack 1 win 65535\n"
                         "120 A connected\n"
                         "130 B accepted\n");
    assert_true(net.initial[SIDE_B] - old_initial < UINT32_C(0x80000000));
    assert_int_equal(net.ends[SIDE_B].connection_count, 1);
    tcp_net_destroy(&net);
}

static void an_active_open_leaves_a_pair_in_time_wait_alone(void **state)
{
    (void)state;
    connect_pair();
    tcp_close(net.connections[SIDE_A], net.now);
    tcp_net_run_ms(&net, 30);
    tcp_close(net.connections[SIDE_B], net.now);
    tcp_net_run_ms(&net, 30);
    tcp_release(net.connections[SIDE_A], net.now);
    assert_null(
        tcp_connect(&net.ends[SIDE_A], net.now, TCP_NET_A, 1025, TCP_NET_B, 1723, NULL, NULL));
    net.ends[SIDE_A].ephemeral_next = 1025;
    struct tcp_connection *next = tcp_net_open(&net, NULL);
    assert_int_equal(tcp_local_port(next), 1026);
    tcp_net_destroy(&net);
}

static void a_fin_waits_for_the_data_before_it(void **state)
{
    (void)state;
    connect_pair();
    static uint8_t data[20000];
    assert_int_equal(tcp_send(net.connections[SIDE_A], net.now, data, sizeof data), 20000);
    tcp_close(net.connections[SIDE_A], net.now);
    tcp_net_run_ms(&net, 100);
    assert_int_equal(tcp_receive_available(net.connections[SIDE_B]), 20000);
    tcp_net_expect_states(&net, TCP_STATE_FIN_WAIT_2, TCP_STATE_CLOSE_WAIT);
    tcp_net_destroy(&net);
}

static void closing_before_the_answer_gives_the_attempt_up(void **state)
{
    (void)state;
    connect_pair();
    struct tcp_connection *second = tcp_net_open(&net, NULL);
    tcp_net_run_ms(&net, 5);
    tcp_close(second, net.now);
    assert_int_equal(tcp_state(second), TCP_STATE_CLOSED);
    tcp_release(second, net.now);
    tcp_net_run_ms(&net, 100);
    tcp_net_expect(&net, "40 A S 0+0 win 65535 mss 1460\n"
                         "50 B SA 0+0 ack 1 win 65535 mss 1460\n"
                         "60 A R 1+0 win 0\n");
    tcp_net_destroy(&net);
}

static void an_old_syn_does_not_reopen_time_wait(void **state)
{
    (void)state;
    connect_pair();
    tcp_close(net.connections[SIDE_B], net.now);
    tcp_net_run_ms(&net, 10);
    tcp_close(net.connections[SIDE_A], net.now);
    tcp_net_run_ms(&net, 50);
    tcp_net_forget(&net);
    net.crashed[SIDE_A] = true;
    struct tcp_segment syn = {.sequence = (uint32_t)-5000, .flags = TCP_FLAG_SYN, .window = 1000};
    tcp_net_inject(&net, SIDE_A, syn, NULL, 0);
    tcp_net_run_ms(&net, 0);
    tcp_net_expect_states(&net, TCP_STATE_CLOSED, TCP_STATE_TIME_WAIT);
    tcp_net_expect(&net, "100 B A 2+0 ack 2 win 65535 lost\n");
    tcp_net_destroy(&net);
}

static void a_reopened_connection_begins_behind_the_sequence_numbers_of_the_old(void **state)
{
    (void)state;
    connect_pair();
    static const uint8_t data[60000];
    assert_int_equal(tcp_send(net.connections[SIDE_B], net.now, data, sizeof data), 60000);
    tcp_close(net.connections[SIDE_B], net.now);
    tcp_net_run_ms(&net, 100);
    tcp_close(net.connections[SIDE_A], net.now);
    tcp_net_run_ms(&net, 20);
    tcp_net_expect_states(&net, TCP_STATE_CLOSED, TCP_STATE_TIME_WAIT);
    uint32_t old_end = net.initial[SIDE_B] + 1 + 60000 + 1;
    tcp_net_inject(&net, SIDE_A,
                   (struct tcp_segment){.sequence = 1000, .flags = TCP_FLAG_SYN, .window = 1000},
                   NULL, 0);
    tcp_net_run_ms(&net, 0);
    /* The clock alone, 250 numbers a millisecond, would have fallen behind. */
    assert_int_equal(net.initial[SIDE_B] - old_end, 128000);
    tcp_net_destroy(&net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_normal_close_passes_through_every_state),
        cmocka_unit_test(a_simultaneous_close_passes_through_closing),
        cmocka_unit_test(a_fin_with_the_ack_of_ours_leads_to_time_wait_at_once),
        cmocka_unit_test(one_side_may_go_on_sending_after_the_others_fin),
        cmocka_unit_test(time_wait_repeats_a_lost_last_ack_and_starts_again),
        cmocka_unit_test(a_released_connection_closes_itself),
        cmocka_unit_test(a_released_connection_waits_in_fin_wait_2_for_a_limited_time),
        cmocka_unit_test(releasing_with_unread_data_resets),
        cmocka_unit_test(data_for_a_released_connection_resets),
        cmocka_unit_test(an_abort_resets_the_peer),
        cmocka_unit_test(a_new_syn_takes_the_place_of_time_wait),
        cmocka_unit_test(an_active_open_leaves_a_pair_in_time_wait_alone),
        cmocka_unit_test(a_fin_waits_for_the_data_before_it),
        cmocka_unit_test(closing_before_the_answer_gives_the_attempt_up),
        cmocka_unit_test(an_old_syn_does_not_reopen_time_wait),
        cmocka_unit_test(a_reopened_connection_begins_behind_the_sequence_numbers_of_the_old),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
