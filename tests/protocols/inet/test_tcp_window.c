#include "support/tcp_net.h"
#include "support/unit.h"

static struct tcp_net net;

static const uint8_t data[200000];

static void reader(struct tcp_net *n, enum tcp_net_side side, enum tcp_event event,
                   struct tcp_connection *connection)
{
    (void)side;
    if (event == TCP_EVENT_READABLE)
        tcp_consume(connection, n->now, tcp_receive_available(connection));
}

static void connect_pair(struct tcp_options options)
{
    tcp_net_init(&net, &options, 5);
    tcp_net_connect(&net);
    tcp_net_expect_traces(&net, "A tcp.connected\nB tcp.accepted\n");
}

static void consume_b(size_t length)
{
    tcp_consume(net.connections[SIDE_B], net.now, length);
}

static void a_single_segment_is_acknowledged_after_200_ms(void **state)
{
    (void)state;
    connect_pair(tcp_options_rfc());
    tcp_send(net.connections[SIDE_A], net.now, data, 10);
    tcp_net_run_ms(&net, 300);
    tcp_net_expect(&net, "40 A PA 1+10 ack 1 win 65535\n"
                         "50 B readable\n"
                         "250 B A 1+0 ack 11 win 65525\n");
    tcp_net_destroy(&net);
}

static void every_second_segment_is_acknowledged_at_once(void **state)
{
    (void)state;
    connect_pair(tcp_options_rfc());
    tcp_send(net.connections[SIDE_A], net.now, data, 5 * 1460);
    tcp_net_run_ms(&net, 300);
    tcp_net_expect(&net, "40 A A 1+1460 ack 1 win 65535\n"
                         "40 A A 1461+1460 ack 1 win 65535\n"
                         "40 A A 2921+1460 ack 1 win 65535\n"
                         "40 A A 4381+1460 ack 1 win 65535\n"
                         "40 A PA 5841+1460 ack 1 win 65535\n"
                         "50 B readable\n"
                         "50 B A 1+0 ack 2921 win 62615\n"
                         "50 B readable\n"
                         "50 B readable\n"
                         "50 B A 1+0 ack 5841 win 59695\n"
                         "50 B readable\n"
                         "50 B readable\n"
                         "250 B A 1+0 ack 7301 win 58235\n");
    tcp_net_destroy(&net);
}

static void no_delay_when_it_is_zero(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    options.delayed_ack_ms = 0;
    connect_pair(options);
    tcp_send(net.connections[SIDE_A], net.now, data, 10);
    tcp_net_run_ms(&net, 300);
    tcp_net_expect(&net, "40 A PA 1+10 ack 1 win 65535\n"
                         "50 B A 1+0 ack 11 win 65525\n"
                         "50 B readable\n");
    tcp_net_destroy(&net);
}

static void answer(struct tcp_net *n, enum tcp_net_side side, enum tcp_event event,
                   struct tcp_connection *connection)
{
    reader(n, side, event, connection);
    if (event == TCP_EVENT_READABLE && side == SIDE_B)
        tcp_send(connection, n->now, "yes", 3);
}

static void an_answer_carries_the_acknowledgment(void **state)
{
    (void)state;
    connect_pair(tcp_options_rfc());
    net.application = answer;
    tcp_send(net.connections[SIDE_A], net.now, "well?", 5);
    tcp_net_run_ms(&net, 300);
    tcp_net_expect(&net, "40 A PA 1+5 ack 1 win 65535\n"
                         "50 B readable\n"
                         "50 B PA 1+3 ack 6 win 65530\n"
                         "60 A readable\n"
                         "260 A A 6+0 ack 4 win 65532\n");
    tcp_net_destroy(&net);
}

static void nagle_gathers_small_pieces_until_the_ack(void **state)
{
    (void)state;
    connect_pair(tcp_options_rfc());
    for (int i = 0; i < 5; i++) {
        tcp_send(net.connections[SIDE_A], net.now, data, 10);
        tcp_net_run_ms(&net, 1);
    }
    tcp_net_run_ms(&net, 500);
    tcp_net_expect(&net, "40 A PA 1+10 ack 1 win 65535\n"
                         "50 B readable\n"
                         "250 B A 1+0 ack 11 win 65525\n"
                         "260 A PA 11+40 ack 1 win 65535\n"
                         "270 B readable\n"
                         "470 B A 1+0 ack 51 win 65485\n");
    tcp_net_destroy(&net);
}

static void without_nagle_each_piece_goes_at_once(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    options.nagle = false;
    connect_pair(options);
    for (int i = 0; i < 3; i++) {
        tcp_send(net.connections[SIDE_A], net.now, data, 10);
        tcp_net_run_ms(&net, 1);
    }
    tcp_net_expect(&net, "40 A PA 1+10 ack 1 win 65535\n"
                         "41 A PA 11+10 ack 1 win 65535\n"
                         "42 A PA 21+10 ack 1 win 65535\n");
    tcp_net_destroy(&net);
}

static void a_closed_window_is_probed_with_doubled_intervals_until_it_opens(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    options.receive_buffer = 4000;
    connect_pair(options);
    tcp_send(net.connections[SIDE_A], net.now, data, 6000);
    tcp_net_run_ms(&net, 8000);
    tcp_net_expect(&net, "40 A A 1+1460 ack 1 win 4000\n"
                         "40 A A 1461+1460 ack 1 win 4000\n"
                         "50 B readable\n"
                         "50 B A 1+0 ack 2921 win 1080\n"
                         "50 B readable\n"
                         "1060 A A 2921+1080 ack 1 win 4000\n"
                         "1070 B readable\n"
                         "1270 B A 1+0 ack 4001 win 0\n"
                         "2280 A A 4001+1 ack 1 win 4000\n"
                         "2290 B A 1+0 ack 4001 win 0\n"
                         "4280 A A 4001+1 ack 1 win 4000\n"
                         "4290 B A 1+0 ack 4001 win 0\n");
    tcp_net_expect_traces(&net, "A tcp.window-probed zero-window\n"
                                "A tcp.window-probed zero-window\n");
    consume_b(4000);
    tcp_net_run_ms(&net, 500);
    tcp_net_expect(&net, "8040 B A 1+0 ack 4001 win 4000\n"
                         "8050 A A 4001+1460 ack 1 win 4000\n"
                         "8060 B readable\n"
                         "8260 B A 1+0 ack 5461 win 2540\n"
                         "8270 A PA 5461+540 ack 1 win 4000\n"
                         "8280 B readable\n"
                         "8480 B A 1+0 ack 6001 win 2000\n");
    tcp_net_destroy(&net);
}

static void probing_goes_on_as_long_as_the_peer_answers(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_windows_2000();
    options.receive_buffer = 4000;
    options.window_multiple_of_mss = false;
    options.data_retransmissions = 3;
    connect_pair(options);
    net.quiet = true;
    tcp_send(net.connections[SIDE_A], net.now, data, 6000);
    tcp_net_run_ms(&net, 3600 * 1000);
    tcp_net_expect_states(&net, TCP_STATE_ESTABLISHED, TCP_STATE_ESTABLISHED);
    consume_b(4000);
    tcp_net_run_ms(&net, 1000);
    assert_int_equal(tcp_receive_available(net.connections[SIDE_B]), 2000);
    tcp_net_destroy(&net);
}

static void probing_ends_when_nobody_answers(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    options.receive_buffer = 2920;
    options.data_retransmissions = 3;
    connect_pair(options);
    tcp_send(net.connections[SIDE_A], net.now, data, 4000);
    tcp_net_run_ms(&net, 500);
    tcp_net_forget(&net);
    net.crashed[SIDE_B] = true;
    tcp_net_run_ms(&net, 60000);
    tcp_net_expect(&net, "1060 A A 2921+1 ack 1 win 2920 lost\n"
                         "3060 A A 2921+1 ack 1 win 2920 lost\n"
                         "7060 A A 2921+1 ack 1 win 2920 lost\n"
                         "15060 A timed-out\n");
    tcp_net_destroy(&net);
}

static struct tcp_net_fate lose_updates(struct tcp_net *n, enum tcp_net_side from,
                                        const struct tcp_segment *segment, size_t length)
{
    (void)n;
    return (struct tcp_net_fate){.lost = from == SIDE_B && length == 0 && segment->window > 0};
}

static void a_lost_window_update_is_found_out_by_a_probe(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    options.receive_buffer = 2920;
    connect_pair(options);
    tcp_send(net.connections[SIDE_A], net.now, data, 4000);
    tcp_net_run_ms(&net, 500);
    tcp_net_forget(&net);
    net.fate = lose_updates;
    consume_b(2920);
    tcp_net_run_ms(&net, 0);
    net.fate = NULL;
    tcp_net_run_ms(&net, 3000);
    tcp_net_expect(&net, "540 B A 1+0 ack 2921 win 2920 lost\n"
                         "1060 A A 2921+1 ack 1 win 2920\n"
                         "1070 B readable\n"
                         "1270 B A 1+0 ack 2922 win 2919\n"
                         "1280 A PA 2922+1079 ack 1 win 2920\n"
                         "1290 B readable\n"
                         "1490 B A 1+0 ack 4001 win 1840\n");
    tcp_net_destroy(&net);
}

static void the_receiver_does_not_offer_silly_windows(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    options.receive_buffer = 4 * 1460;
    connect_pair(options);
    tcp_send(net.connections[SIDE_A], net.now, data, 6 * 1460);
    tcp_net_run_ms(&net, 100);
    tcp_net_expect(&net, "40 A A 1+1460 ack 1 win 5840\n"
                         "40 A A 1461+1460 ack 1 win 5840\n"
                         "40 A A 2921+1460 ack 1 win 5840\n"
                         "40 A A 4381+1460 ack 1 win 5840\n"
                         "50 B readable\n"
                         "50 B A 1+0 ack 2921 win 2920\n"
                         "50 B readable\n"
                         "50 B readable\n"
                         "50 B A 1+0 ack 5841 win 0\n"
                         "50 B readable\n");
    /* Small reads change nothing, two segments do. */
    for (int i = 0; i < 9; i++) {
        consume_b(300);
        tcp_net_run_ms(&net, 1);
    }
    assert_int_equal(net.narrated, 0);
    consume_b(300);
    tcp_net_run_ms(&net, 50);
    tcp_net_expect(&net, "149 B A 1+0 ack 5841 win 3000\n"
                         "159 A A 5841+1460 ack 1 win 5840\n"
                         "159 A PA 7301+1460 ack 1 win 5840\n"
                         "169 B readable\n"
                         "169 B A 1+0 ack 8761 win 80\n"
                         "169 B readable\n");
    tcp_net_destroy(&net);
}

static void the_sender_does_not_fill_small_windows_at_once(void **state)
{
    (void)state;
    connect_pair(tcp_options_rfc());
    net.crashed[SIDE_B] = true;
    /* The peer offers 500 octets where it once offered 65,535. */
    struct tcp_segment update = {
        .sequence = 1, .acknowledgment = 1, .flags = TCP_FLAG_ACK, .window = 500};
    tcp_net_inject(&net, SIDE_B, update, NULL, 0);
    tcp_net_run_ms(&net, 0);
    tcp_send(net.connections[SIDE_A], net.now, data, 1000);
    tcp_net_run_ms(&net, 1500);
    tcp_net_expect(&net, "1040 A A 1+500 ack 1 win 65535 lost\n");
    tcp_net_destroy(&net);
}

static void a_large_window_lets_a_large_flight_go(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    options.receive_buffer = 200000;
    options.send_buffer = 200000;
    options.window_scaling = true;
    options.initial_window_segments = 200;
    connect_pair(options);
    net.quiet = true;
    /* The window in the SYN-ACK was not scaled; this segment tells the true one. */
    tcp_send(net.connections[SIDE_B], net.now, "go", 2);
    tcp_net_run_ms(&net, 300);
    assert_int_equal(tcp_send(net.connections[SIDE_A], net.now, data, sizeof data), 200000);
    uint32_t before = net.sent[SIDE_A];
    tcp_net_run_ms(&net, 0);
    /* 136 full segments are 198,560 octets; Nagle keeps the rest. */
    assert_int_equal(net.sent[SIDE_A] - before, 136);
    tcp_net_run_ms(&net, 100);
    assert_int_equal(tcp_receive_available(net.connections[SIDE_B]), 200000);
    tcp_net_destroy(&net);
}

static void a_full_send_buffer_tells_when_a_quarter_is_free(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    options.send_buffer = 8000;
    options.receive_buffer = 30000;
    connect_pair(options);
    struct tcp_connection *a = net.connections[SIDE_A];
    assert_int_equal(tcp_send_room(a), 8000);
    assert_int_equal(tcp_send(a, net.now, data, 10000), 8000);
    assert_int_equal(tcp_send_room(a), 0);
    assert_int_equal(tcp_unacknowledged(a), 8000);
    tcp_net_run_ms(&net, 20);
    tcp_net_expect(&net, "40 A A 1+1460 ack 1 win 30000\n"
                         "40 A A 1461+1460 ack 1 win 30000\n"
                         "40 A A 2921+1460 ack 1 win 30000\n"
                         "40 A A 4381+1460 ack 1 win 30000\n"
                         "40 A A 5841+1460 ack 1 win 30000\n"
                         "50 B readable\n"
                         "50 B A 1+0 ack 2921 win 27080\n"
                         "50 B readable\n"
                         "50 B readable\n"
                         "50 B A 1+0 ack 5841 win 24160\n"
                         "50 B readable\n"
                         "50 B readable\n"
                         "60 A writable\n");
    assert_int_equal(tcp_send_room(a), 5840);
    tcp_net_destroy(&net);
}

static void keep_alives_find_a_dead_peer(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_windows_2000();
    options.keep_alive_ms = 7200 * 1000;
    connect_pair(options);
    tcp_net_run_ms(&net, 7200 * 1000 + 100);
    tcp_net_expect(&net, "7200020 A A 0+1 ack 1 win 17520\n"
                         "7200030 B A 1+0 ack 1 win 17520\n");
    net.crashed[SIDE_B] = true;
    tcp_net_run_ms(&net, 7200 * 1000 + 10000);
    tcp_net_expect(&net, "14400040 A A 0+1 ack 1 win 17520 lost\n"
                         "14401040 A A 0+1 ack 1 win 17520 lost\n"
                         "14402040 A A 0+1 ack 1 win 17520 lost\n"
                         "14403040 A A 0+1 ack 1 win 17520 lost\n"
                         "14404040 A A 0+1 ack 1 win 17520 lost\n"
                         "14405040 A RA 1+0 ack 1 win 0 lost\n"
                         "14405040 A timed-out\n");
    tcp_net_expect_traces(&net, "A tcp.keep-alive-sent idle\n"
                                "B packet.dropped duplicate\n"
                                "A tcp.keep-alive-sent idle\n"
                                "A tcp.keep-alive-sent idle\n"
                                "A tcp.keep-alive-sent idle\n"
                                "A tcp.keep-alive-sent idle\n"
                                "A tcp.keep-alive-sent idle\n"
                                "A tcp.timed-out keep-alive\n");
    tcp_net_destroy(&net);
}

static void a_push_marks_the_last_segment_of_what_was_given(void **state)
{
    (void)state;
    connect_pair(tcp_options_rfc());
    net.application = reader;
    tcp_send(net.connections[SIDE_A], net.now, data, 3000);
    tcp_net_run_ms(&net, 300);
    tcp_net_expect(&net, "40 A A 1+1460 ack 1 win 65535\n"
                         "40 A A 1461+1460 ack 1 win 65535\n"
                         "50 B readable\n"
                         "50 B A 1+0 ack 2921 win 64075\n"
                         "50 B readable\n"
                         "60 A PA 2921+80 ack 1 win 65535\n"
                         "70 B readable\n"
                         "270 B A 1+0 ack 3001 win 65535\n");
    tcp_net_destroy(&net);
}

static void segments_out_of_order_and_overlapping_are_put_together(void **state)
{
    (void)state;
    connect_pair(tcp_options_rfc());
    static const char text[] = "abcdefghijklmnopqrstuvwxyz";
    static const struct {
        unsigned from, to;
    } pieces[] = {{20, 26}, {4, 8}, {10, 14}, {6, 12}, {2, 4}, {15, 16}, {13, 19}, {0, 3}};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        struct tcp_segment segment = {.sequence = 1 + pieces[i].from,
                                      .acknowledgment = 1,
                                      .flags = TCP_FLAG_ACK,
                                      .window = 1000};
        tcp_net_inject(&net, SIDE_A, segment, text + pieces[i].from, pieces[i].to - pieces[i].from);
        tcp_net_run_ms(&net, 0);
    }
    assert_int_equal(tcp_receive_available(net.connections[SIDE_B]), 19);
    struct tcp_segment last = {
        .sequence = 1 + 18, .acknowledgment = 1, .flags = TCP_FLAG_ACK, .window = 1000};
    tcp_net_inject(&net, SIDE_A, last, text + 18, 3);
    tcp_net_run_ms(&net, 0);
    char received[40] = "";
    assert_int_equal(tcp_receive(net.connections[SIDE_B], net.now, received, sizeof received), 26);
    assert_string_equal(received, text);
    tcp_net_expect(&net, "40 B A 1+0 ack 1 win 65535\n"
                         "40 B A 1+0 ack 1 win 65535\n"
                         "40 B A 1+0 ack 1 win 65535\n"
                         "40 B A 1+0 ack 1 win 65535\n"
                         "40 B A 1+0 ack 1 win 65535\n"
                         "40 B A 1+0 ack 1 win 65535\n"
                         "40 B A 1+0 ack 1 win 65535\n"
                         "40 B A 1+0 ack 20 win 65516\n"
                         "40 B readable\n"
                         "40 B A 1+0 ack 27 win 65509\n"
                         "40 B readable\n");
    tcp_net_destroy(&net);
}

static void a_fin_out_of_order_waits_for_what_is_missing(void **state)
{
    (void)state;
    connect_pair(tcp_options_rfc());
    struct tcp_segment segment = {
        .sequence = 4, .acknowledgment = 1, .flags = TCP_FLAG_ACK | TCP_FLAG_FIN, .window = 1000};
    tcp_net_inject(&net, SIDE_A, segment, "def", 3);
    tcp_net_run_ms(&net, 0);
    assert_int_equal(tcp_state(net.connections[SIDE_B]), TCP_STATE_ESTABLISHED);
    segment.sequence = 1;
    segment.flags = TCP_FLAG_ACK;
    tcp_net_inject(&net, SIDE_A, segment, "abc", 3);
    tcp_net_run_ms(&net, 0);
    assert_int_equal(tcp_state(net.connections[SIDE_B]), TCP_STATE_CLOSE_WAIT);
    tcp_net_expect(&net, "40 B A 1+0 ack 1 win 65535\n"
                         "40 B A 1+0 ack 8 win 65529\n"
                         "40 B readable\n"
                         "40 B peer-closed\n");
    tcp_net_destroy(&net);
}

static void what_lies_outside_the_window_is_cut_or_dropped(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    options.receive_buffer = 2000;
    connect_pair(options);
    struct tcp_segment segment = {
        .sequence = 1001, .acknowledgment = 1, .flags = TCP_FLAG_ACK, .window = 1000};
    tcp_net_inject(&net, SIDE_A, segment, data, 1400);
    segment.sequence = 2001;
    tcp_net_inject(&net, SIDE_A, segment, data, 10);
    segment.sequence = 1;
    tcp_net_inject(&net, SIDE_A, segment, data, 1400);
    tcp_net_run_ms(&net, 0);
    assert_int_equal(tcp_receive_available(net.connections[SIDE_B]), 2000);
    tcp_net_inject(&net, SIDE_A, segment, data, 1400);
    tcp_net_run_ms(&net, 0);
    assert_int_equal(tcp_receive_available(net.connections[SIDE_B]), 2000);
    tcp_net_expect_traces(&net, "B packet.dropped outside-window\n"
                                "B packet.dropped duplicate\n");
    tcp_net_destroy(&net);
}

static void peeking_lends_what_consuming_takes(void **state)
{
    (void)state;
    connect_pair(tcp_options_rfc());
    tcp_send(net.connections[SIDE_A], net.now, "one two", 7);
    tcp_net_run_ms(&net, 10);
    struct tcp_connection *b = net.connections[SIDE_B];
    size_t length;
    const uint8_t *octets = tcp_peek(b, &length);
    assert_int_equal(length, 7);
    assert_memory_equal(octets, "one two", 7);
    consume_b(4);
    octets = tcp_peek(b, &length);
    assert_int_equal(length, 3);
    assert_memory_equal(octets, "two", 3);
    consume_b(3);
    assert_null(tcp_peek(b, &length));
    assert_int_equal(length, 0);
    tcp_net_destroy(&net);
}

static void an_older_segment_does_not_change_the_window(void **state)
{
    (void)state;
    connect_pair(tcp_options_rfc());
    net.crashed[SIDE_B] = true;
    struct tcp_segment segment = {
        .sequence = 5, .acknowledgment = 1, .flags = TCP_FLAG_ACK, .window = 2000};
    tcp_net_inject(&net, SIDE_B, segment, "later", 5);
    segment.sequence = 1;
    segment.window = 500;
    tcp_net_inject(&net, SIDE_B, segment, "now ", 4);
    tcp_net_run_ms(&net, 0);
    tcp_net_forget(&net);
    tcp_send(net.connections[SIDE_A], net.now, data, 3000);
    tcp_net_run_ms(&net, 0);
    tcp_net_expect(&net, "40 A A 1+1460 ack 10 win 65526 lost\n");
    tcp_net_destroy(&net);
}

static void an_ack_sent_while_probing_is_acceptable_to_the_closed_window(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    options.receive_buffer = 2920;
    connect_pair(options);
    tcp_send(net.connections[SIDE_A], net.now, data, 4000);
    tcp_net_run_ms(&net, 1500);
    tcp_net_forget(&net);
    tcp_send(net.connections[SIDE_B], net.now, "other way", 9);
    tcp_net_run_ms(&net, 1300);
    tcp_net_expect(&net, "1540 B PA 1+9 ack 2921 win 0\n"
                         "1550 A readable\n"
                         "1750 A A 2921+0 ack 10 win 2911\n");
    assert_int_equal(tcp_unacknowledged(net.connections[SIDE_B]), 0);
    tcp_net_destroy(&net);
}

static void a_window_below_the_mss_is_filled_as_a_whole(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    options.receive_buffer = 1000;
    connect_pair(options);
    net.application = reader;
    tcp_send(net.connections[SIDE_A], net.now, data, 2500);
    tcp_net_run_ms(&net, 600);
    tcp_net_expect(&net, "40 A A 1+1000 ack 1 win 1000\n"
                         "50 B readable\n"
                         "50 B A 1+0 ack 1001 win 1000\n"
                         "60 A A 1001+1000 ack 1 win 1000\n"
                         "70 B readable\n"
                         "70 B A 1+0 ack 2001 win 1000\n"
                         "80 A PA 2001+500 ack 1 win 1000\n"
                         "90 B readable\n"
                         "90 B A 1+0 ack 2501 win 1000\n");
    tcp_net_destroy(&net);
}

static void tiny_segments_out_of_order_are_limited_in_number(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    options.receive_buffer = 2920;
    connect_pair(options);
    struct tcp_segment segment = {.acknowledgment = 1, .flags = TCP_FLAG_ACK, .window = 1000};
    for (uint32_t i = 0; i < 30; i++) {
        segment.sequence = 10 + 2 * i;
        tcp_net_inject(&net, SIDE_A, segment, "x", 1);
    }
    tcp_net_run_ms(&net, 20);
    /* Two segments fill the window; sixteen more are kept. */
    assert_int_equal(net.pool.in_use, 18);
    tcp_net_destroy(&net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_single_segment_is_acknowledged_after_200_ms),
        cmocka_unit_test(every_second_segment_is_acknowledged_at_once),
        cmocka_unit_test(no_delay_when_it_is_zero),
        cmocka_unit_test(an_answer_carries_the_acknowledgment),
        cmocka_unit_test(nagle_gathers_small_pieces_until_the_ack),
        cmocka_unit_test(without_nagle_each_piece_goes_at_once),
        cmocka_unit_test(a_closed_window_is_probed_with_doubled_intervals_until_it_opens),
        cmocka_unit_test(probing_goes_on_as_long_as_the_peer_answers),
        cmocka_unit_test(probing_ends_when_nobody_answers),
        cmocka_unit_test(a_lost_window_update_is_found_out_by_a_probe),
        cmocka_unit_test(the_receiver_does_not_offer_silly_windows),
        cmocka_unit_test(the_sender_does_not_fill_small_windows_at_once),
        cmocka_unit_test(a_large_window_lets_a_large_flight_go),
        cmocka_unit_test(a_full_send_buffer_tells_when_a_quarter_is_free),
        cmocka_unit_test(keep_alives_find_a_dead_peer),
        cmocka_unit_test(a_push_marks_the_last_segment_of_what_was_given),
        cmocka_unit_test(segments_out_of_order_and_overlapping_are_put_together),
        cmocka_unit_test(a_fin_out_of_order_waits_for_what_is_missing),
        cmocka_unit_test(what_lies_outside_the_window_is_cut_or_dropped),
        cmocka_unit_test(peeking_lends_what_consuming_takes),
        cmocka_unit_test(an_older_segment_does_not_change_the_window),
        cmocka_unit_test(an_ack_sent_while_probing_is_acceptable_to_the_closed_window),
        cmocka_unit_test(a_window_below_the_mss_is_filled_as_a_whole),
        cmocka_unit_test(tiny_segments_out_of_order_are_limited_in_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
