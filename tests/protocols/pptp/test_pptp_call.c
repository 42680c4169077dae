/* Calls over an established control connection: RFC 2637 section 3.2. */
#include "bench.h"

static void a_refused_call_tells_its_codes(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_client_rfc(), bench_server_rfc());
    bench_establish(&b, 0);
    struct pptp_outgoing_call_request request = bench_request();
    uint16_t id;
    pptp_control_place_call(&b.client.control, 0, &request, &id);
    bench_settle(&b, 0);
    struct pptp_outgoing_call_reply reply = {.result = PPTP_OUTGOING_BUSY, .cause = 17};
    assert_int_equal(pptp_control_answer_call(&b.server.control, 0, 100, &reply), STATUS_OK);
    bench_settle(&b, 0);
    bench_expect(&b, "c7 s!req:100 s8 s!clr:100/refused c!ref:1/4/0 ");
    assert_int_equal(pptp_control_call(&b.client.control, 1)->cause, 17);
    assert_int_equal(pptp_control_calls_in_use(&b.client.control), 0);
    assert_int_equal(pptp_control_calls_in_use(&b.server.control), 0);
    assert_int_equal(pptp_control_answer_call(&b.server.control, 0, 100, &reply), STATUS_NOT_FOUND);
    bench_close(&b);
}

static void without_a_free_call_the_server_refuses_by_itself(void **state)
{
    (void)state;
    struct bench b;
    struct pptp_control_config config = bench_server_rfc();
    config.max_calls = 1;
    bench_open(&b, bench_client_rfc(), config);
    bench_establish(&b, 0);
    bench_call(&b, 0);
    struct pptp_outgoing_call_request request = bench_request();
    uint16_t id;
    pptp_control_place_call(&b.client.control, 0, &request, &id);
    bench_settle(&b, 0);
    bench_expect(&b, "c7 s8 c!ref:2/2/4 ");
    bench_close(&b);
}

static void a_call_id_used_twice_is_refused(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_client_rfc(), bench_server_rfc());
    bench_establish(&b, 0);
    bench_call(&b, 0);
    struct pptp_message message = {.type = PPTP_OUTGOING_CALL_REQUEST};
    message.body.outgoing_call_request = bench_request();
    message.body.outgoing_call_request.call_id = 1;
    bench_feed_message(&b.server, 0, &message);
    bench_expect(&b, "s8 ");
    unit_assert_hex(b.server.sent, b.server.sent_length,
                    "002000011a2b3c4d00080000 0000 0001 0205 0000 00000000 0000 0000 00000000");
    bench_close(&b);
}

static bool next_even(void *context, uint16_t *call_id)
{
    uint16_t *next = context;
    *call_id = *next;
    *next = (uint16_t)(*next + 2);
    return *call_id < 6;
}

static void call_ids_come_from_the_owner_when_it_wants(void **state)
{
    (void)state;
    struct bench b;
    struct pptp_control_config config = bench_client_rfc();
    uint16_t next = 2;
    config.choose_call_id = next_even;
    config.choose_context = &next;
    bench_open(&b, config, bench_server_rfc());
    bench_establish(&b, 0);
    assert_int_equal(bench_call(&b, 0), 2);
    assert_int_equal(bench_call(&b, 0), 4);
    struct pptp_outgoing_call_request request = bench_request();
    uint16_t id;
    assert_int_equal(pptp_control_place_call(&b.client.control, 0, &request, &id), STATUS_NO_ROOM);
    next = 4; /* an id in use is not given twice */
    assert_int_equal(pptp_control_place_call(&b.client.control, 0, &request, &id), STATUS_NO_ROOM);
    bench_close(&b);
}

static void call_ids_wrap_around_and_skip_those_in_use(void **state)
{
    (void)state;
    struct bench b;
    struct pptp_control_config config = bench_client_rfc();
    config.first_call_id = 0xffff;
    bench_open(&b, config, bench_server_rfc());
    bench_establish(&b, 0);
    assert_int_equal(bench_call(&b, 0), 0xffff);
    assert_int_equal(bench_call(&b, 0), 0);
    b.client.control.next_call_id = 0xffff;
    assert_int_equal(bench_call(&b, 0), 1);
    bench_close(&b);
}

static void an_incoming_call_takes_its_three_messages(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_client_rfc(), bench_server_rfc());
    bench_establish(&b, 0);
    struct pptp_incoming_call_request ring = {
        .call_serial_number = 5, .bearer_type = PPTP_BEARER_ANALOG, .dialed_number = "555"};
    uint16_t id;
    assert_int_equal(pptp_control_ring(&b.server.control, 0, &ring, &id), STATUS_OK);
    assert_int_equal(id, 100);
    bench_settle(&b, 0);
    bench_expect(&b, "s9 c!req:1 ");
    const struct pptp_call *call = pptp_control_call(&b.client.control, 1);
    assert_true(call->incoming);
    assert_int_equal(call->serial_number, 5);
    struct pptp_incoming_call_reply reply = {
        .result = PPTP_INCOMING_CONNECT, .receive_window = 8, .transmit_delay = 1};
    assert_int_equal(pptp_control_answer_incoming_call(&b.client.control, 0, 1, &reply), STATUS_OK);
    bench_settle(&b, 0);
    bench_expect(&b, "c10 s!acc:100 ");
    assert_int_equal(pptp_control_call(&b.server.control, 100)->peer_window, 8);
    struct pptp_incoming_call_connected connected = {.connect_speed = 33600, .receive_window = 4};
    assert_int_equal(pptp_control_answer_incoming_call(&b.server.control, 0, 100, &reply),
                     STATUS_NOT_FOUND);
    assert_int_equal(pptp_control_connect_incoming_call(&b.server.control, 0, 100, &connected),
                     STATUS_OK);
    bench_settle(&b, 0);
    bench_expect(&b, "s11 s!conn:100 c!conn:1 ");
    assert_int_equal(call->connect_speed, 33600);
    assert_int_equal(call->peer_window, 4);
    struct pptp_wan_error_notify errors = {.crc_errors = 3};
    assert_int_equal(pptp_control_send_wan_error(&b.server.control, 0, 100, &errors), STATUS_OK);
    bench_settle(&b, 0);
    bench_expect(&b, "s14 c!wan:1 ");
    struct pptp_message message;
    assert_true(pptp_control_last_message(&b.client.control, &message));
    assert_int_equal(message.body.wan_error_notify.crc_errors, 3);
    assert_int_equal(message.body.wan_error_notify.peer_call_id, 1);
    assert_int_equal(pptp_control_send_wan_error(&b.client.control, 0, 1, &errors),
                     STATUS_NOT_FOUND);
    assert_int_equal(pptp_control_clear_call(&b.client.control, 0, 1, 0, 0), STATUS_OK);
    bench_settle(&b, 0);
    bench_expect(&b, "c12 s13 s!clr:100/peer-request c!clr:1/local ");
    bench_close(&b);
}

static void an_incoming_call_can_be_refused(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_client_rfc(), bench_server_rfc());
    bench_establish(&b, 0);
    struct pptp_incoming_call_request ring = {.bearer_type = PPTP_BEARER_ANALOG};
    uint16_t id;
    pptp_control_ring(&b.server.control, 0, &ring, &id);
    bench_settle(&b, 0);
    struct pptp_incoming_call_reply reply = {.result = PPTP_INCOMING_DO_NOT_ACCEPT};
    pptp_control_answer_incoming_call(&b.client.control, 0, 1, &reply);
    bench_settle(&b, 0);
    bench_expect(&b, "s9 c!req:1 c10 c!clr:1/refused s!ref:100/3/0 ");
    bench_close(&b);
}

/* The PNS does not know the PAC's id yet, which is all the notification carries. */
static void a_call_given_up_before_the_reply_is_disconnected(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_client_rfc(), bench_server_rfc());
    bench_establish(&b, 0);
    struct pptp_outgoing_call_request request = bench_request();
    uint16_t id;
    pptp_control_place_call(&b.client.control, 0, &request, &id);
    pptp_control_clear_call(&b.client.control, 0, id, 0, 0);
    bench_settle(&b, 0);
    bench_expect(&b, "c7 c12 s!req:100 s13 s!clr:100/peer-request c!clr:1/local ");
    assert_int_equal(pptp_control_clear_call(&b.client.control, 0, id, 0, 0), STATUS_NOT_FOUND);
    bench_close(&b);
}

static void a_reply_that_crosses_the_clearing_changes_nothing(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_client_rfc(), bench_server_rfc());
    bench_establish(&b, 0);
    struct pptp_outgoing_call_request request = bench_request();
    uint16_t id;
    pptp_control_place_call(&b.client.control, 0, &request, &id);
    bench_settle(&b, 0);
    struct pptp_outgoing_call_reply reply = bench_reply(PPTP_OUTGOING_CONNECTED);
    pptp_control_answer_call(&b.server.control, 0, 100, &reply);
    bench_poll(&b.server);
    pptp_control_clear_call(&b.client.control, 0, id, 0, 0);
    bench_settle(&b, 0);
    bench_expect(&b, "c7 s!req:100 s8 s!conn:100 c12 s13 s!clr:100/peer-request c!clr:1/local ");
    /* The same with a refusal: nothing is left that could be disconnected. */
    pptp_control_place_call(&b.client.control, 0, &request, &id);
    bench_settle(&b, 0);
    reply = bench_reply(PPTP_OUTGOING_NO_CARRIER);
    pptp_control_answer_call(&b.server.control, 0, 101, &reply);
    bench_poll(&b.server);
    pptp_control_clear_call(&b.client.control, 0, id, 0, 0);
    bench_settle(&b, 0);
    bench_expect(&b, "c7 s!req:101 s8 s!clr:101/refused c12 c!clr:2/local ");
    assert_string_equal(b.server.drops, "unknown-call "); /* its Call-Clear-Request came too late */
    bench_close(&b);
}

static void a_call_can_be_asked_for_until_the_next_one_begins(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_client_rfc(), bench_server_rfc());
    bench_establish(&b, 0);
    bench_call(&b, 0);
    bench_call(&b, 0);
    pptp_control_clear_call(&b.client.control, 0, 1, 0, 0);
    pptp_control_clear_call(&b.client.control, 0, 2, 0, 0);
    bench_settle(&b, 0);
    assert_int_equal(pptp_control_call(&b.client.control, 1)->reason, PPTP_CLEAR_LOCAL);
    assert_int_equal(pptp_control_call(&b.client.control, 2)->reason, PPTP_CLEAR_LOCAL);
    assert_null(pptp_control_call(&b.client.control, 3));
    assert_int_equal(bench_call(&b, 0), 3);
    assert_null(pptp_control_call(&b.client.control, 1));
    assert_null(pptp_control_call(&b.client.control, 2));
    bench_close(&b);
}

static void clearing_from_both_ends_at_once_leaves_nothing(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_client_rfc(), bench_server_rfc());
    bench_establish(&b, 0);
    uint16_t id = bench_call(&b, 0);
    pptp_control_clear_call(&b.client.control, 0, id, 0, 0);
    pptp_control_clear_call(&b.server.control, 0, 100, PPTP_DISCONNECT_LOST_CARRIER, 0);
    bench_settle(&b, 0);
    bench_expect(&b, "c12 s13 s!clr:100/local c!clr:1/local ");
    assert_string_equal(b.server.drops, "unknown-call ");
    assert_int_equal(pptp_control_calls_in_use(&b.client.control), 0);
    assert_int_equal(b.client.control.state, PPTP_CONTROL_ESTABLISHED);
    bench_close(&b);
}

static void unanswered_requests_are_refused_when_stopping(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_client_rfc(), bench_server_rfc());
    bench_establish(&b, 0);
    struct pptp_outgoing_call_request request = bench_request();
    uint16_t id;
    pptp_control_place_call(&b.client.control, 0, &request, &id);
    bench_settle(&b, 0);
    pptp_control_stop(&b.server.control, 0, PPTP_STOP_NONE);
    bench_settle(&b, 0);
    bench_expect(&b, "c7 s!req:100 s8 s!clr:100/local s3 c!ref:1/7/0 c4 c!stop:peer-stop "
                     "s!stop:local-stop ");
    bench_close(&b);
}

static void many_calls_are_cleared_before_stopping(void **state)
{
    (void)state;
    struct bench b;
    enum { COUNT = 40 };
    struct pptp_call calls[2][COUNT];
    bench_open(&b, bench_client_rfc(), bench_server_rfc());
    b.client.control.config.calls = calls[0];
    b.server.control.config.calls = calls[1];
    for (int i = 0; i < 2; i++) {
        struct pptp_control_config *config =
            i ? &b.server.control.config : &b.client.control.config;
        config->max_calls = COUNT;
        struct pptp_control_config copy = *config;
        pptp_control_init(i ? &b.server.control : &b.client.control, &copy);
    }
    bench_establish(&b, 0);
    for (uint16_t i = 0; i < COUNT; i++) {
        struct pptp_outgoing_call_request request = bench_request();
        struct pptp_outgoing_call_reply reply = bench_reply(PPTP_OUTGOING_CONNECTED);
        uint16_t id;
        assert_int_equal(pptp_control_place_call(&b.client.control, 0, &request, &id), STATUS_OK);
        bench_settle(&b, 0);
        assert_int_equal(
            pptp_control_answer_call(&b.server.control, 0, (uint16_t)(100 + i), &reply), STATUS_OK);
        bench_settle(&b, 0);
    }
    struct pptp_outgoing_call_request request = bench_request();
    uint16_t id;
    assert_int_equal(pptp_control_place_call(&b.client.control, 0, &request, &id), STATUS_NO_ROOM);
    assert_int_equal(pptp_control_calls_in_use(&b.server.control), COUNT);
    b.log[0] = '\0';
    pptp_control_stop(&b.client.control, 0, PPTP_STOP_NONE);
    bench_settle(&b, 0);
    assert_int_equal(pptp_control_calls_in_use(&b.server.control), 0);
    const char *end = "c!clr:40/local c3 s4 s!stop:peer-stop c!stop:local-stop ";
    assert_string_equal(b.log + strlen(b.log) - strlen(end), end);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refused_call_tells_its_codes),
        cmocka_unit_test(without_a_free_call_the_server_refuses_by_itself),
        cmocka_unit_test(a_call_id_used_twice_is_refused),
        cmocka_unit_test(call_ids_come_from_the_owner_when_it_wants),
        cmocka_unit_test(call_ids_wrap_around_and_skip_those_in_use),
        cmocka_unit_test(an_incoming_call_takes_its_three_messages),
        cmocka_unit_test(an_incoming_call_can_be_refused),
        cmocka_unit_test(a_call_given_up_before_the_reply_is_disconnected),
        cmocka_unit_test(a_reply_that_crosses_the_clearing_changes_nothing),
        cmocka_unit_test(a_call_can_be_asked_for_until_the_next_one_begins),
        cmocka_unit_test(clearing_from_both_ends_at_once_leaves_nothing),
        cmocka_unit_test(unanswered_requests_are_refused_when_stopping),
        cmocka_unit_test(many_calls_are_cleared_before_stopping),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
