#include "support/tcp_net.h"
#include "support/unit.h"

static struct tcp_net net;

static const uint8_t data[200000];

/* What the fate functions lose: the n-th segment with data that A sends, by number. */
struct script {
    unsigned count;
    unsigned lost[8]; /* numbers from 1; 0 ends */
    unsigned late;    /* the one that takes 25 ms longer; 0: none */
};

static struct script script;

static struct tcp_net_fate scripted(struct tcp_net *n, enum tcp_net_side from,
                                    const struct tcp_segment *segment, size_t length)
{
    (void)n;
    (void)segment;
    struct tcp_net_fate fate = {0};
    if (from != SIDE_A || length == 0)
        return fate;
    script.count++;
    for (unsigned i = 0; i < 8 && script.lost[i]; i++)
        fate.lost = fate.lost || script.lost[i] == script.count;
    if (script.late == script.count)
        fate.extra_delay = 25 * INSTANT_MILLISECOND;
    return fate;
}

/* B reads at once. */
static void reader(struct tcp_net *n, enum tcp_net_side side, enum tcp_event event,
                   struct tcp_connection *connection)
{
    (void)side;
    if (event == TCP_EVENT_READABLE)
        tcp_consume(connection, n->now, tcp_receive_available(connection));
}

static void connect_pair(struct tcp_options options, struct script wanted)
{
    tcp_net_init(&net, &options, 3);
    tcp_net_connect(&net);
    tcp_net_expect_traces(&net, "A tcp.connected\nB tcp.accepted\n");
    script = wanted;
    net.fate = scripted;
    net.application = reader;
}

static void a_lost_last_segment_is_sent_again_after_the_rto(void **state)
{
    (void)state;
    connect_pair(tcp_options_rfc(), (struct script){.lost = {1}});
    tcp_send(net.connections[SIDE_A], net.now, data, 100);
    tcp_net_run_ms(&net, 3000);
    tcp_net_expect(&net, "40 A PA 1+100 ack 1 win 65535 lost\n"
                         "1040 A PA 1+100 ack 1 win 65535\n"
                         "1050 B readable\n"
                         "1250 B A 1+0 ack 101 win 65435\n");
    tcp_net_expect_traces(&net, "A tcp.retransmitted timeout\n");
    assert_int_equal(tcp_connection_counters(net.connections[SIDE_A])->segments_retransmitted, 1);
    tcp_net_destroy(&net);
}

static void unanswered_data_is_sent_five_times_more_with_doubled_timers(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_windows_2000();
    connect_pair(options, (struct script){0});
    net.crashed[SIDE_B] = true;
    tcp_send(net.connections[SIDE_A], net.now, data, 100);
    tcp_net_run_ms(&net, 60000);
    tcp_net_expect(&net, "40 A PA 1+100 ack 1 win 17520 lost\n"
                         "340 A PA 1+100 ack 1 win 17520 lost\n"
                         "940 A PA 1+100 ack 1 win 17520 lost\n"
                         "2140 A PA 1+100 ack 1 win 17520 lost\n"
                         "4540 A PA 1+100 ack 1 win 17520 lost\n"
                         "9340 A PA 1+100 ack 1 win 17520 lost\n"
                         "18940 A timed-out\n");
    tcp_net_expect_traces(&net, "A tcp.retransmitted timeout\n"
                                "A tcp.retransmitted timeout\n"
                                "A tcp.retransmitted timeout\n"
                                "A tcp.retransmitted timeout\n"
                                "A tcp.retransmitted timeout\n"
                                "A tcp.timed-out retransmissions\n");
    tcp_net_destroy(&net);
}

static void nine_retransmissions_when_asked_for(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_windows_2000();
    options.data_retransmissions = 9;
    connect_pair(options, (struct script){0});
    net.crashed[SIDE_B] = true;
    tcp_send(net.connections[SIDE_A], net.now, data, 100);
    tcp_net_run_ms(&net, 1000000);
    tcp_net_expect(&net, "40 A PA 1+100 ack 1 win 17520 lost\n"
                         "340 A PA 1+100 ack 1 win 17520 lost\n"
                         "940 A PA 1+100 ack 1 win 17520 lost\n"
                         "2140 A PA 1+100 ack 1 win 17520 lost\n"
                         "4540 A PA 1+100 ack 1 win 17520 lost\n"
                         "9340 A PA 1+100 ack 1 win 17520 lost\n"
                         "18940 A PA 1+100 ack 1 win 17520 lost\n"
                         "38140 A PA 1+100 ack 1 win 17520 lost\n"
                         "76540 A PA 1+100 ack 1 win 17520 lost\n"
                         "153340 A PA 1+100 ack 1 win 17520 lost\n"
                         "306940 A timed-out\n");
    tcp_net_destroy(&net);
}

static void the_user_timeout_ends_what_stays_unacknowledged(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    options.user_timeout_ms = 5000;
    connect_pair(options, (struct script){0});
    net.crashed[SIDE_B] = true;
    tcp_send(net.connections[SIDE_A], net.now, data, 100);
    tcp_net_run_ms(&net, 60000);
    tcp_net_expect(&net, "40 A PA 1+100 ack 1 win 65535 lost\n"
                         "1040 A PA 1+100 ack 1 win 65535 lost\n"
                         "3040 A PA 1+100 ack 1 win 65535 lost\n"
                         "5040 A timed-out\n");
    tcp_net_expect_traces(&net, "A tcp.retransmitted timeout\n"
                                "A tcp.retransmitted timeout\n"
                                "A tcp.timed-out user-timeout\n");
    tcp_net_destroy(&net);
}

static void three_duplicate_acks_bring_the_lost_segment_back(void **state)
{
    (void)state;
    connect_pair(tcp_options_rfc(), (struct script){.lost = {2}});
    tcp_send(net.connections[SIDE_A], net.now, data, 8 * 1460);
    tcp_net_run_ms(&net, 300);
    tcp_net_expect(&net, "40 A A 1+1460 ack 1 win 65535\n"
                         "40 A A 1461+1460 ack 1 win 65535 lost\n"
                         "40 A A 2921+1460 ack 1 win 65535\n"
                         "40 A A 4381+1460 ack 1 win 65535\n"
                         "40 A A 5841+1460 ack 1 win 65535\n"
                         "40 A A 7301+1460 ack 1 win 65535\n"
                         "40 A A 8761+1460 ack 1 win 65535\n"
                         "40 A PA 10221+1460 ack 1 win 65535\n"
                         "50 B readable\n"
                         "50 B A 1+0 ack 1461 win 65535\n"
                         "50 B A 1+0 ack 1461 win 65535\n"
                         "50 B A 1+0 ack 1461 win 65535\n"
                         "50 B A 1+0 ack 1461 win 65535\n"
                         "50 B A 1+0 ack 1461 win 65535\n"
                         "50 B A 1+0 ack 1461 win 65535\n"
                         "60 A A 1461+1460 ack 1 win 65535\n"
                         "70 B A 1+0 ack 11681 win 55315\n"
                         "70 B readable\n"
                         "70 B A 1+0 ack 11681 win 65535\n");
    tcp_net_expect_traces(&net, "A tcp.retransmitted fast-retransmit\n");
    tcp_net_destroy(&net);
}

static void two_duplicate_acks_do_not(void **state)
{
    (void)state;
    connect_pair(tcp_options_rfc(), (struct script){.lost = {2}});
    tcp_send(net.connections[SIDE_A], net.now, data, 4 * 1460);
    tcp_net_run_ms(&net, 900);
    tcp_net_expect(&net, "40 A A 1+1460 ack 1 win 65535\n"
                         "40 A A 1461+1460 ack 1 win 65535 lost\n"
                         "40 A A 2921+1460 ack 1 win 65535\n"
                         "40 A PA 4381+1460 ack 1 win 65535\n"
                         "50 B readable\n"
                         "50 B A 1+0 ack 1461 win 65535\n"
                         "50 B A 1+0 ack 1461 win 65535\n");
    tcp_net_destroy(&net);
}

static void limited_transmit_makes_the_third_duplicate_ack(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    options.initial_window_segments = 3;
    connect_pair(options, (struct script){.lost = {1}});
    tcp_send(net.connections[SIDE_A], net.now, data, 6 * 1460);
    tcp_net_run_ms(&net, 100);
    tcp_net_expect(&net, "40 A A 1+1460 ack 1 win 65535 lost\n"
                         "40 A A 1461+1460 ack 1 win 65535\n"
                         "40 A A 2921+1460 ack 1 win 65535\n"
                         "50 B A 1+0 ack 1 win 65535\n"
                         "50 B A 1+0 ack 1 win 65535\n"
                         "60 A A 4381+1460 ack 1 win 65535\n"
                         "60 A A 5841+1460 ack 1 win 65535\n"
                         "70 B A 1+0 ack 1 win 65535\n"
                         "70 B A 1+0 ack 1 win 65535\n"
                         "80 A A 1+1460 ack 1 win 65535\n"
                         "80 A PA 7301+1460 ack 1 win 65535\n"
                         "90 B A 1+0 ack 7301 win 58235\n"
                         "90 B readable\n"
                         "90 B A 1+0 ack 7301 win 65535\n"
                         "90 B readable\n");
    tcp_net_destroy(&net);
}

static void a_partial_ack_brings_the_next_lost_segment_back(void **state)
{
    (void)state;
    connect_pair(tcp_options_rfc(), (struct script){.lost = {2, 5}});
    tcp_send(net.connections[SIDE_A], net.now, data, 10 * 1460);
    tcp_net_run_ms(&net, 500);
    tcp_net_expect(&net, "40 A A 1+1460 ack 1 win 65535\n"
                         "40 A A 1461+1460 ack 1 win 65535 lost\n"
                         "40 A A 2921+1460 ack 1 win 65535\n"
                         "40 A A 4381+1460 ack 1 win 65535\n"
                         "40 A A 5841+1460 ack 1 win 65535 lost\n"
                         "40 A A 7301+1460 ack 1 win 65535\n"
                         "40 A A 8761+1460 ack 1 win 65535\n"
                         "40 A A 10221+1460 ack 1 win 65535\n"
                         "40 A A 11681+1460 ack 1 win 65535\n"
                         "40 A PA 13141+1460 ack 1 win 65535\n"
                         "50 B readable\n"
                         "50 B A 1+0 ack 1461 win 65535\n"
                         "50 B A 1+0 ack 1461 win 65535\n"
                         "50 B A 1+0 ack 1461 win 65535\n"
                         "50 B A 1+0 ack 1461 win 65535\n"
                         "50 B A 1+0 ack 1461 win 65535\n"
                         "50 B A 1+0 ack 1461 win 65535\n"
                         "50 B A 1+0 ack 1461 win 65535\n"
                         "60 A A 1461+1460 ack 1 win 65535\n"
                         "70 B A 1+0 ack 5841 win 61155\n"
                         "70 B readable\n"
                         "70 B A 1+0 ack 5841 win 65535\n"
                         "80 A A 5841+1460 ack 1 win 65535\n"
                         "90 B A 1+0 ack 14601 win 56775\n"
                         "90 B readable\n"
                         "90 B A 1+0 ack 14601 win 65535\n");
    tcp_net_expect_traces(&net, "A tcp.retransmitted fast-retransmit\n"
                                "A tcp.retransmitted partial-ack\n");
    tcp_net_destroy(&net);
}

static void a_late_segment_is_no_loss(void **state)
{
    (void)state;
    connect_pair(tcp_options_rfc(), (struct script){.late = 3});
    tcp_send(net.connections[SIDE_A], net.now, data, 5 * 1460);
    tcp_net_run_ms(&net, 300);
    tcp_net_expect(&net, "40 A A 1+1460 ack 1 win 65535\n"
                         "40 A A 1461+1460 ack 1 win 65535\n"
                         "40 A A 2921+1460 ack 1 win 65535\n"
                         "40 A A 4381+1460 ack 1 win 65535\n"
                         "40 A PA 5841+1460 ack 1 win 65535\n"
                         "50 B readable\n"
                         "50 B A 1+0 ack 2921 win 64075\n"
                         "50 B readable\n"
                         "50 B A 1+0 ack 2921 win 65535\n"
                         "50 B A 1+0 ack 2921 win 65535\n"
                         "75 B A 1+0 ack 7301 win 61155\n"
                         "75 B readable\n"
                         "75 B A 1+0 ack 7301 win 65535\n");
    tcp_net_expect_traces(&net, "");
    tcp_net_destroy(&net);
}

static void after_a_timeout_everything_is_sent_again_in_slow_start(void **state)
{
    (void)state;
    connect_pair(tcp_options_rfc(), (struct script){.lost = {1, 2, 3, 4}});
    tcp_send(net.connections[SIDE_A], net.now, data, 4 * 1460);
    tcp_net_run_ms(&net, 2000);
    tcp_net_expect(&net, "40 A A 1+1460 ack 1 win 65535 lost\n"
                         "40 A A 1461+1460 ack 1 win 65535 lost\n"
                         "40 A A 2921+1460 ack 1 win 65535 lost\n"
                         "40 A PA 4381+1460 ack 1 win 65535 lost\n"
                         "1040 A A 1+1460 ack 1 win 65535\n"
                         "1050 B readable\n"
                         "1250 B A 1+0 ack 1461 win 65535\n"
                         "1260 A A 1461+1460 ack 1 win 65535\n"
                         "1260 A A 2921+1460 ack 1 win 65535\n"
                         "1270 B readable\n"
                         "1270 B A 1+0 ack 4381 win 64075\n"
                         "1270 B readable\n"
                         "1280 A PA 4381+1460 ack 1 win 65535\n"
                         "1290 B readable\n"
                         "1290 B A 1+0 ack 5841 win 65535\n");
    tcp_net_expect_traces(&net, "A tcp.retransmitted timeout\n"
                                "A tcp.retransmitted timeout\n"
                                "A tcp.retransmitted timeout\n"
                                "A tcp.retransmitted timeout\n");
    tcp_net_destroy(&net);
}

static void the_rto_follows_the_round_trip_time(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    options.minimum_rto_ms = 1;
    connect_pair(options, (struct script){.lost = {1}});
    tcp_send(net.connections[SIDE_A], net.now, data, 100);
    /* SRTT 20 ms, RTTVAR 10 ms after the handshake: 20 + 4 * 10. */
    tcp_net_run_ms(&net, 0);
    assert_int_equal(tcp_next_timeout(&net.ends[SIDE_A]) - net.now, 60 * INSTANT_MILLISECOND);
    tcp_net_run_ms(&net, 1000);
    tcp_net_expect(&net, "40 A PA 1+100 ack 1 win 65535 lost\n"
                         "100 A PA 1+100 ack 1 win 65535\n"
                         "110 B readable\n"
                         "220 A PA 1+100 ack 1 win 65535\n"
                         "230 B A 1+0 ack 101 win 65435\n");
    tcp_net_destroy(&net);
}

static void slow_start_doubles_the_window_every_round_trip(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    options.initial_window_segments = 1;
    options.ack_every_segments = 1;
    connect_pair(options, (struct script){0});
    tcp_send(net.connections[SIDE_A], net.now, data, 40 * 1460);
    tcp_net_run_ms(&net, 0);
    assert_int_equal(script.count, 1);
    static const unsigned expected[] = {2, 4, 8, 16};
    for (unsigned round = 0; round < 4; round++) {
        script.count = 0;
        tcp_net_run_ms(&net, 20);
        assert_int_equal(script.count, expected[round]);
    }
    tcp_net_destroy(&net);
}

static void idling_takes_the_window_back(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    options.initial_window_segments = 2;
    options.ack_every_segments = 1;
    connect_pair(options, (struct script){0});
    tcp_send(net.connections[SIDE_A], net.now, data, 20 * 1460);
    tcp_net_run_ms(&net, 500);
    script.count = 0;
    tcp_send(net.connections[SIDE_A], net.now, data, 20 * 1460);
    tcp_net_run_ms(&net, 0);
    assert_true(script.count > 8);
    tcp_net_run_ms(&net, 2000);
    script.count = 0;
    tcp_send(net.connections[SIDE_A], net.now, data, 20 * 1460);
    tcp_net_run_ms(&net, 0);
    assert_int_equal(script.count, 2);
    tcp_net_destroy(&net);
}

static void congestion_avoidance_adds_one_segment_a_round_trip(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    options.initial_window_segments = 8;
    options.ack_every_segments = 1;
    options.send_buffer = 200000;
    connect_pair(options, (struct script){.lost = {1}});
    tcp_send(net.connections[SIDE_A], net.now, data, sizeof data);
    tcp_net_run_ms(&net, 60);
    /* Eight were in flight at the loss, so ssthresh is four, reached again by now. */
    static const unsigned expected[] = {6, 7, 8, 9};
    for (unsigned round = 0; round < 4; round++) {
        script = (struct script){0};
        tcp_net_run_ms(&net, 20);
        assert_int_equal(script.count, expected[round]);
    }
    tcp_net_destroy(&net);
}

static struct tcp_net_fate deaf_then_scripted(struct tcp_net *n, enum tcp_net_side from,
                                              const struct tcp_segment *segment, size_t length)
{
    struct tcp_net_fate fate = scripted(n, from, segment, length);
    fate.lost = fate.lost || (from == SIDE_B && n->now < 500 * INSTANT_MILLISECOND);
    return fate;
}

static void duplicates_of_a_timeouts_repetitions_bring_no_fast_retransmit(void **state)
{
    (void)state;
    /* The 12th data segment is the second loss of the third. */
    connect_pair(tcp_options_rfc(), (struct script){.lost = {1, 3, 12}});
    net.fate = deaf_then_scripted;
    tcp_send(net.connections[SIDE_A], net.now, data, 10 * 1460);
    tcp_net_run_ms(&net, 1500);
    assert_true(tcp_connection_counters(net.connections[SIDE_A])->duplicate_acks >= 3);
    tcp_net_run_ms(&net, 5000);
    assert_int_equal(tcp_connection_counters(net.connections[SIDE_B])->octets_received, 14600);
    tcp_net_expect_traces(&net, "A tcp.retransmitted timeout\n"
                                "A tcp.retransmitted timeout\n"
                                "A tcp.retransmitted timeout\n"
                                "B packet.dropped duplicate\n"
                                "A tcp.retransmitted timeout\n"
                                "B packet.dropped duplicate\n"
                                "A tcp.retransmitted timeout\n"
                                "B packet.dropped duplicate\n"
                                "A tcp.retransmitted timeout\n");
    tcp_net_destroy(&net);
}

static void a_long_recovery_ends_by_timeout(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    options.initial_window_segments = 40;
    options.minimum_rto_ms = 100;
    connect_pair(options, (struct script){.lost = {2, 4, 6, 8, 10, 12, 14, 16}});
    tcp_send(net.connections[SIDE_A], net.now, data, 30 * 1460);
    tcp_net_run_ms(&net, 1000);
    tcp_net_expect_traces(&net, "A tcp.retransmitted fast-retransmit\n"
                                "A tcp.retransmitted partial-ack\n"
                                "A tcp.retransmitted partial-ack\n"
                                "A tcp.retransmitted partial-ack\n"
                                "A tcp.retransmitted partial-ack\n"
                                "A tcp.retransmitted partial-ack\n"
                                "A tcp.retransmitted partial-ack\n"
                                "A tcp.retransmitted timeout\n"
                                "B packet.dropped duplicate\n"
                                "A tcp.retransmitted timeout\n"
                                "A tcp.retransmitted timeout\n"
                                "A tcp.retransmitted timeout\n"
                                "B packet.dropped duplicate\n"
                                "B packet.dropped duplicate\n");
    tcp_net_destroy(&net);
}

static struct tcp_net_fate lose_until_three_seconds(struct tcp_net *n, enum tcp_net_side from,
                                                    const struct tcp_segment *segment,
                                                    size_t length)
{
    struct tcp_net_fate fate = scripted(n, from, segment, length);
    fate.lost = length > 0 && n->now < 3 * INSTANT_SECOND;
    return fate;
}

static void a_second_timeout_of_the_same_segment_keeps_ssthresh(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    options.initial_window_segments = 16;
    options.ack_every_segments = 1;
    options.send_buffer = 100000;
    connect_pair(options, (struct script){0});
    net.fate = lose_until_three_seconds;
    tcp_send(net.connections[SIDE_A], net.now, data, 60 * 1460);
    /* Sent at 40 ms, again at 1,040 and 3,040 ms. */
    tcp_net_run(&net, 3040 * INSTANT_MILLISECOND);
    static const unsigned expected[] = {2, 4, 8, 9};
    for (unsigned round = 0; round < 4; round++) {
        script.count = 0;
        tcp_net_run_ms(&net, 20);
        assert_int_equal(script.count, expected[round]);
    }
    tcp_net_destroy(&net);
}

static void a_lost_syn_makes_the_data_start_carefully(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    tcp_net_init(&net, &options, 3);
    net.crashed[SIDE_B] = true;
    tcp_listen(&net.ends[SIDE_B], IPV4_ANY, 1723, NULL, NULL);
    tcp_net_open(&net, NULL);
    tcp_net_run_ms(&net, 500);
    net.crashed[SIDE_B] = false;
    tcp_net_run_ms(&net, 1000);
    net.crashed[SIDE_B] = true;
    tcp_net_forget(&net);
    tcp_send(net.connections[SIDE_A], net.now, data, 5 * 1460);
    tcp_net_run_ms(&net, 4000);
    tcp_net_expect(&net, "1500 A A 1+1460 ack 1 win 65535 lost\n"
                         "4500 A A 1+1460 ack 1 win 65535 lost\n");
    tcp_net_destroy(&net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lost_last_segment_is_sent_again_after_the_rto),
        cmocka_unit_test(unanswered_data_is_sent_five_times_more_with_doubled_timers),
        cmocka_unit_test(nine_retransmissions_when_asked_for),
        cmocka_unit_test(the_user_timeout_ends_what_stays_unacknowledged),
        cmocka_unit_test(three_duplicate_acks_bring_the_lost_segment_back),
        cmocka_unit_test(two_duplicate_acks_do_not),
        cmocka_unit_test(limited_transmit_makes_the_third_duplicate_ack),
        cmocka_unit_test(a_partial_ack_brings_the_next_lost_segment_back),
        cmocka_unit_test(a_late_segment_is_no_loss),
        cmocka_unit_test(after_a_timeout_everything_is_sent_again_in_slow_start),
        cmocka_unit_test(the_rto_follows_the_round_trip_time),
        cmocka_unit_test(slow_start_doubles_the_window_every_round_trip),
        cmocka_unit_test(congestion_avoidance_adds_one_segment_a_round_trip),
        cmocka_unit_test(idling_takes_the_window_back),
        cmocka_unit_test(duplicates_of_a_timeouts_repetitions_bring_no_fast_retransmit),
        cmocka_unit_test(a_long_recovery_ends_by_timeout),
        cmocka_unit_test(a_second_timeout_of_the_same_segment_keeps_ssthresh),
        cmocka_unit_test(a_lost_syn_makes_the_data_start_carefully),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
