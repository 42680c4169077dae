/* The timers of a control connection, to the nanosecond: RFC 2637 sections 3.1.4 and 3.2.1. */
#include "bench.h"

static void waiting_for_a_start_message_ends_at_30_or_60_s(void **state)
{
    (void)state;
    static const struct {
        bool windows;
        unsigned seconds;
    } cases[] = {{true, 30}, {false, 60}};
    for (size_t i = 0; i < 2; i++) {
        struct bench b;
        bench_open(&b, cases[i].windows ? bench_client_windows() : bench_client_rfc(),
                   cases[i].windows ? bench_server_windows() : bench_server_rfc());
        pptp_control_start(&b.client.control, MS(5));
        pptp_control_start(&b.server.control, MS(6));
        bench_poll(&b.client);
        instant due = SECONDS(cases[i].seconds);
        assert_int_equal(pptp_control_next_timeout(&b.client.control), MS(5) + due);
        assert_int_equal(pptp_control_next_timeout(&b.server.control), MS(6) + due);
        pptp_control_handle_timeout(&b.client.control, MS(5) + due - 1);
        bench_poll(&b.client);
        bench_expect(&b, "c1 ");
        pptp_control_handle_timeout(&b.client.control, MS(5) + due);
        pptp_control_handle_timeout(&b.server.control, MS(6) + due);
        bench_poll(&b.client);
        bench_poll(&b.server);
        bench_expect(&b, "c!fail:start-timeout c!stop:start-timeout "
                         "s!fail:start-timeout s!stop:start-timeout ");
        bench_close(&b);
    }
}

static void an_idle_connection_is_kept_alive_by_echoes(void **state)
{
    (void)state;
    struct bench b;
    struct pptp_control_config silent = bench_client_rfc();
    silent.echo_idle_ms = 0;
    bench_open(&b, silent, bench_server_rfc());
    bench_establish(&b, SECONDS(1));
    assert_int_equal(pptp_control_next_timeout(&b.client.control), INSTANT_NEVER);
    assert_int_equal(pptp_control_next_timeout(&b.server.control), SECONDS(61));
    bench_call(&b, SECONDS(11)); /* any control message received starts the minute again */
    assert_int_equal(pptp_control_next_timeout(&b.server.control), SECONDS(71));
    pptp_control_handle_timeout(&b.server.control, SECONDS(71) - 1);
    bench_settle(&b, SECONDS(71) - 1);
    bench_expect(&b, "");
    pptp_control_handle_timeout(&b.server.control, SECONDS(71));
    bench_poll(&b.server);
    unit_assert_hex(b.server.sent, b.server.sent_length, "001000011a2b3c4d00050000 00000001");
    assert_int_equal(pptp_control_next_timeout(&b.server.control), SECONDS(131));
    bench_settle(&b, SECONDS(72));
    bench_expect(&b, "s5 c6 ");
    assert_int_equal(pptp_control_next_timeout(&b.server.control), SECONDS(132));
    pptp_control_handle_timeout(&b.server.control, SECONDS(132));
    bench_poll(&b.server);
    unit_assert_hex(b.server.sent, b.server.sent_length, "001000011a2b3c4d00050000 00000002");
    bench_close(&b);
}

static void an_unanswered_echo_aborts_after_a_minute(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_client_rfc(), bench_server_rfc());
    bench_establish(&b, 0);
    bench_call(&b, 0);
    pptp_control_handle_timeout(&b.server.control, SECONDS(60));
    bench_poll(&b.server);
    /* Other messages, and replies to something else, are no Echo-Reply. */
    bench_feed_hex(&b.server, SECONDS(90), "001000011a2b3c4d00050000 00000007");
    bench_feed_hex(&b.server, SECONDS(90), "001400011a2b3c4d00060000 00000007 01000000");
    assert_string_equal(b.server.drops, "unexpected-echo-reply ");
    assert_int_equal(pptp_control_next_timeout(&b.server.control), SECONDS(120));
    pptp_control_handle_timeout(&b.server.control, SECONDS(120) - 1);
    bench_poll(&b.server);
    bench_expect(&b, "s5 s6 ");
    pptp_control_handle_timeout(&b.server.control, SECONDS(120));
    bench_poll(&b.server);
    bench_expect(&b, "s!clr:100/control-closed s!abort:echo-timeout ");
    assert_int_equal(pptp_control_next_timeout(&b.server.control), INSTANT_NEVER);
    bench_close(&b);
}

static void an_echo_can_be_sent_by_command(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_client_rfc(), bench_server_rfc());
    pptp_control_start(&b.client.control, 0);
    pptp_control_send_echo(&b.client.control, 0); /* not established: nothing */
    pptp_control_start(&b.server.control, 0);
    bench_settle(&b, 0);
    pptp_control_send_echo(&b.client.control, SECONDS(3));
    bench_settle(&b, SECONDS(3));
    bench_expect(&b, "c1 s2 s!est c!est c5 s6 ");
    bench_close(&b);
}

static void a_peer_that_does_not_confirm_the_stop_is_left_after_a_minute(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_client_rfc(), bench_server_rfc());
    bench_establish(&b, 0);
    bench_call(&b, 0);
    pptp_control_stop(&b.client.control, SECONDS(10), PPTP_STOP_NONE);
    bench_poll(&b.client);
    bench_expect(&b, "c12 ");
    assert_int_equal(b.client.control.state, PPTP_CONTROL_CLEARING);
    assert_int_equal(pptp_control_next_timeout(&b.client.control), SECONDS(60)); /* the echo */
    b.client.control.echo_due = INSTANT_NEVER;
    assert_int_equal(pptp_control_next_timeout(&b.client.control), SECONDS(70));
    pptp_control_handle_timeout(&b.client.control, SECONDS(70));
    bench_poll(&b.client);
    bench_expect(&b, "c3 ");
    assert_int_equal(pptp_control_next_timeout(&b.client.control), SECONDS(130));
    /* What was on its way is not answered any more. */
    bench_feed_hex(&b.client, SECONDS(80), "001000011a2b3c4d00050000 00000007");
    assert_string_equal(b.client.drops, "stopping ");
    pptp_control_handle_timeout(&b.client.control, SECONDS(130));
    bench_poll(&b.client);
    bench_expect(&b, "c!clr:1/control-closed c!abort:stop-timeout ");
    bench_close(&b);
}

static void a_call_without_progress_for_a_minute_ends_the_connection(void **state)
{
    (void)state;
    struct bench b;
    struct pptp_control_config client = bench_client_rfc();
    client.echo_idle_ms = 0;
    bench_open(&b, client, bench_server_rfc());
    bench_establish(&b, 0);
    struct pptp_outgoing_call_request request = bench_request();
    uint16_t id;
    pptp_control_place_call(&b.client.control, SECONDS(5), &request, &id);
    bench_poll(&b.client);
    assert_int_equal(pptp_control_next_timeout(&b.client.control), SECONDS(65));
    pptp_control_handle_timeout(&b.client.control, SECONDS(65) - 1);
    bench_poll(&b.client);
    bench_expect(&b, "c7 ");
    pptp_control_handle_timeout(&b.client.control, SECONDS(65));
    bench_poll(&b.client);
    bench_expect(&b, "c!clr:1/control-closed c!abort:call-timeout ");
    bench_close(&b);
}

static void a_request_not_answered_here_in_time_is_refused(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_client_rfc(), bench_server_rfc());
    bench_establish(&b, 0);
    struct pptp_outgoing_call_request request = bench_request();
    struct pptp_incoming_call_request ring = {.bearer_type = PPTP_BEARER_ANALOG};
    uint16_t id;
    pptp_control_place_call(&b.client.control, 0, &request, &id);
    pptp_control_ring(&b.server.control, 0, &ring, &id);
    bench_settle(&b, 0);
    bench_expect(&b, "c7 s9 s!req:101 c!req:2 ");
    pptp_control_handle_timeout(&b.server.control, SECONDS(60) - 1);
    b.server.control.echo_due = INSTANT_NEVER;
    b.client.control.echo_due = INSTANT_NEVER;
    b.client.calls[0].deadline = SECONDS(61); /* the network's delay */
    b.server.calls[0].deadline = SECONDS(61);
    pptp_control_handle_timeout(&b.server.control, SECONDS(60));
    pptp_control_handle_timeout(&b.client.control, SECONDS(60));
    bench_settle(&b, SECONDS(60));
    bench_expect(&b, "c10 c!clr:2/timeout s8 s!clr:101/timeout s!ref:100/3/0 c!ref:1/6/0 ");
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waiting_for_a_start_message_ends_at_30_or_60_s),
        cmocka_unit_test(an_idle_connection_is_kept_alive_by_echoes),
        cmocka_unit_test(an_unanswered_echo_aborts_after_a_minute),
        cmocka_unit_test(an_echo_can_be_sent_by_command),
        cmocka_unit_test(a_peer_that_does_not_confirm_the_stop_is_left_after_a_minute),
        cmocka_unit_test(a_call_without_progress_for_a_minute_ends_the_connection),
        cmocka_unit_test(a_request_not_answered_here_in_time_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
