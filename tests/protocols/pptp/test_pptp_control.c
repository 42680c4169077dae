#include "bench.h"
#include "hex_zeros.h"
#include "pptp/pptp_trace.h"

/* The next message that @p end sends has exactly these octets. */
static void expect_sent(struct bench_end *end, const char *hex)
{
    struct output output;
    assert_true(pptp_control_poll(&end->control, &output));
    assert_int_equal(output.kind, OUTPUT_SEND);
    unit_assert_hex(output.packet->data, output.packet->length, hex);
    packet_free(output.packet);
}

static void a_windows_2000_client_sends_the_recorded_octets(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_client_windows(), bench_server_windows());
    pptp_control_start(&b.client.control, 0);
    expect_sent(&b.client, "009c00011a2b3c4d00010000 0100 0000 00000001 00000001 0000 0893" Z64
                           "4d6963726f736f66742057696e646f7773204e54" Z32 Z8 Z4);
    bench_feed_hex(&b.client, 0,
                   "009c00011a2b3c4d00020000 0100 0100 00000000 00000000 0001 0001" Z128);
    bench_expect(&b, "c!est ");
    struct pptp_outgoing_call_request request = bench_request();
    uint16_t id = 1;
    assert_int_equal(pptp_control_place_call(&b.client.control, 0, &request, &id), STATUS_OK);
    assert_int_equal(id, 0); /* Windows 2000's first Call ID */
    expect_sent(&b.client, "00a800011a2b3c4d00070000 0000 c1cb 0000012c 05f5e100 00000003 00000003 "
                           "0040 0000 0000 0000" Z128);
    bench_feed_hex(&b.client, 0,
                   "002000011a2b3c4d00080000 0004 0000 0100 0000 05f5e100 0040 0000 "
                   "00000000");
    bench_expect(&b, "c!conn:0 ");
    const struct pptp_call *call = pptp_control_call(&b.client.control, 0);
    assert_int_equal(call->peer_call_id, 4);
    assert_int_equal(call->peer_window, 64);
    assert_int_equal(call->connect_speed, 100000000);
    assert_int_equal(pptp_control_send_link_info(&b.client.control, 0, 0, 0xffffffff, 0xffffffff),
                     STATUS_OK);
    expect_sent(&b.client, "001800011a2b3c4d000f0000 0004 0000 ffffffff ffffffff");
    assert_int_equal(pptp_control_send_link_info(&b.client.control, 0, 0, 0, 0xffffffff),
                     STATUS_OK);
    expect_sent(&b.client, "001800011a2b3c4d000f0000 0004 0000 00000000 ffffffff");
    assert_int_equal(pptp_control_clear_call(&b.client.control, 0, 0, 0, 0), STATUS_OK);
    expect_sent(&b.client, "001000011a2b3c4d000c0000 0000 0000");
    bench_feed_hex(&b.client, 0, "009400011a2b3c4d000d0000 0004 0000 0000 0000" Z128);
    bench_expect(&b, "c!clr:0/local ");
    pptp_control_stop(&b.client.control, 0, PPTP_STOP_NONE);
    expect_sent(&b.client, "001000011a2b3c4d00030000 01 00 0000");
    bench_feed_hex(&b.client, 0, "001000011a2b3c4d00040000 01 00 0000");
    bench_expect(&b, "c!stop:local-stop ");
    bench_close(&b);
}

static void a_server_answers_with_its_own_octets(void **state)
{
    (void)state;
    struct bench b;
    struct pptp_control_config config = bench_server_rfc();
    config.vendor_name = "vpnsim";
    config.host_name = "server";
    config.maximum_channels = 5;
    config.firmware_revision = 7;
    bench_open(&b, bench_client_rfc(), config);
    pptp_control_start(&b.server.control, 0);
    bench_feed_hex(&b.server, 0,
                   "009c00011a2b3c4d00010000 0100 0000 00000001 00000001 0000 0893" Z128);
    bench_expect(&b, "s2 s!est ");
    unit_assert_hex(
        b.server.sent, b.server.sent_length,
        "009c00011a2b3c4d00020000 0100 0100 00000003 00000003 0005 0007 736572766572" Z32 Z16 Z8 Z2
        "76706e73696d" Z32 Z16 Z8 Z2);
    b.server.sent_length = 0;
    bench_feed_hex(&b.server, 0,
                   "00a800011a2b3c4d00070000 c0de 0001 00000000 00000000 00000003 "
                   "00000003 0040 0002 0000 0000" Z128);
    bench_expect(&b, "s!req:100 ");
    const struct pptp_call *call = pptp_control_call(&b.server.control, 100);
    assert_int_equal(call->state, PPTP_CALL_WAIT_CS_ANS);
    assert_int_equal(call->peer_call_id, 0xc0de);
    assert_int_equal(call->peer_window, 64);
    assert_int_equal(call->peer_delay, 2);
    assert_int_equal(call->serial_number, 1);
    struct pptp_message request;
    assert_true(pptp_control_last_message(&b.server.control, &request));
    assert_int_equal(request.body.outgoing_call_request.bearer_type, 3);
    struct pptp_outgoing_call_reply reply = bench_reply(PPTP_OUTGOING_CONNECTED);
    reply.physical_channel_id = 9;
    reply.processing_delay = 3;
    assert_int_equal(pptp_control_answer_call(&b.server.control, 0, 100, &reply), STATUS_OK);
    expect_sent(&b.server, "002000011a2b3c4d00080000 0064 c0de 0100 0000 05f5e100 4000 0003 "
                           "00000009");
    bench_poll(&b.server);
    bench_expect(&b, "s!conn:100 ");
    bench_feed_hex(&b.server, 0, "001000011a2b3c4d000c0000 c0de 0000");
    bench_expect(&b, "s13 s!clr:100/peer-request ");
    unit_assert_hex(b.server.sent, b.server.sent_length,
                    "009400011a2b3c4d000d0000 0064 0400 0000 0000" Z128);
    bench_close(&b);
}

static void a_call_goes_from_dialling_to_hanging_up(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_client_rfc(), bench_server_rfc());
    pptp_control_start(&b.server.control, 0);
    pptp_control_start(&b.client.control, 0);
    bench_settle(&b, 0);
    struct pptp_outgoing_call_request request = bench_request();
    uint16_t id = 0;
    assert_int_equal(pptp_control_place_call(&b.client.control, 0, &request, &id), STATUS_OK);
    assert_int_equal(id, 1);
    bench_settle(&b, 0);
    struct pptp_outgoing_call_reply reply = bench_reply(PPTP_OUTGOING_CONNECTED);
    assert_int_equal(pptp_control_answer_call(&b.server.control, 0, 100, &reply), STATUS_OK);
    bench_settle(&b, 0);
    pptp_control_send_link_info(&b.client.control, 0, 1, 0, 0xffffffff);
    bench_settle(&b, 0);
    assert_int_equal(pptp_control_call(&b.server.control, 100)->send_accm, 0);
    assert_int_equal(pptp_control_call(&b.server.control, 100)->receive_accm, 0xffffffff);
    assert_int_equal(pptp_control_call(&b.client.control, 1)->peer_call_id, 100);
    assert_int_equal(pptp_control_call(&b.server.control, 100)->peer_call_id, 1);
    pptp_control_stop(&b.client.control, 0, PPTP_STOP_NONE);
    bench_settle(&b, 0);
    bench_expect(&b, "c1 s2 s!est c!est "
                     "c7 s!req:100 s8 s!conn:100 c!conn:1 "
                     "c15 s!link:100 "
                     "c12 s13 s!clr:100/peer-request c!clr:1/local "
                     "c3 s4 s!stop:peer-stop c!stop:local-stop ");
    assert_int_equal(pptp_control_next_timeout(&b.client.control), INSTANT_NEVER);
    assert_int_equal(pptp_control_next_timeout(&b.server.control), INSTANT_NEVER);
    bench_close(&b);
}

static void a_server_ends_a_call_and_then_the_connection(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_client_rfc(), bench_server_rfc());
    bench_establish(&b, 0);
    bench_call(&b, 0);
    assert_int_equal(
        pptp_control_clear_call(&b.server.control, 0, 100, PPTP_DISCONNECT_ADMIN_SHUTDOWN, 0),
        STATUS_OK);
    bench_settle(&b, 0);
    bench_expect(&b, "s13 s!clr:100/local c!clr:1/peer-disconnect ");
    assert_int_equal(pptp_control_call(&b.client.control, 1)->result,
                     PPTP_DISCONNECT_ADMIN_SHUTDOWN);
    bench_call(&b, 0);
    bench_call(&b, 0);
    pptp_control_stop(&b.server.control, 0, PPTP_STOP_LOCAL_SHUTDOWN);
    bench_settle(&b, 0);
    bench_expect(&b, "s13 s!clr:101/local s13 s!clr:102/local s3 "
                     "c!clr:2/peer-disconnect c!clr:3/peer-disconnect c4 c!stop:peer-stop "
                     "s!stop:local-stop ");
    bench_close(&b);
}

static void losing_tcp_ends_every_call(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_client_rfc(), bench_server_rfc());
    bench_establish(&b, 0);
    bench_call(&b, 0);
    bench_call(&b, 0);
    pptp_control_lower_down(&b.client.control, 0);
    pptp_control_lower_down(&b.client.control, 0);
    bench_settle(&b, 0);
    bench_expect(&b, "c!clr:1/control-closed c!clr:2/control-closed c!abort:transport-lost ");
    struct pptp_outgoing_call_request request = bench_request();
    uint16_t id;
    assert_int_equal(pptp_control_place_call(&b.client.control, 0, &request, &id), STATUS_INVALID);
    bench_close(&b);
}

static void losing_tcp_before_the_reply_is_a_failure(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_client_rfc(), bench_server_rfc());
    pptp_control_start(&b.client.control, 0);
    bench_poll(&b.client);
    pptp_control_lower_down(&b.client.control, 0);
    bench_poll(&b.client);
    bench_expect(&b, "c1 c!fail:transport-lost c!abort:transport-lost ");
    bench_close(&b);
}

static void stopping_before_the_reply_just_closes(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_client_rfc(), bench_server_rfc());
    pptp_control_start(&b.client.control, 0);
    bench_poll(&b.client);
    pptp_control_stop(&b.client.control, 0, PPTP_STOP_NONE);
    bench_poll(&b.client);
    bench_expect(&b, "c1 c!fail:local-stop c!stop:local-stop ");
    bench_close(&b);
}

static void stopping_from_both_ends_at_once_ends_both(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_client_rfc(), bench_server_rfc());
    bench_establish(&b, 0);
    pptp_control_stop(&b.client.control, 0, PPTP_STOP_NONE);
    pptp_control_stop(&b.server.control, 0, PPTP_STOP_NONE);
    bench_poll(&b.client);
    bench_poll(&b.server);
    bench_settle(&b, 0);
    bench_expect(&b, "c3 s3 s4 s!stop:peer-stop c4 c!stop:peer-stop ");
    bench_close(&b);
}

static void the_peers_version_decides(void **state)
{
    (void)state;
    struct bench b;
    /* A receiver answers a later version with its own, and refuses an earlier one. */
    bench_open(&b, bench_client_rfc(), bench_server_rfc());
    pptp_control_start(&b.server.control, 0);
    bench_feed_hex(&b.server, 0, "009c00011a2b3c4d00010000 0200 0000" Z128 Z8 Z4);
    bench_expect(&b, "s2 s!est ");
    unit_assert_hex(b.server.sent, 16, "009c00011a2b3c4d00020000 0100 0100");
    bench_close(&b);
    bench_open(&b, bench_client_rfc(), bench_server_rfc());
    pptp_control_start(&b.server.control, 0);
    bench_feed_hex(&b.server, 0, "009c00011a2b3c4d00010000 0001 0000" Z128 Z8 Z4);
    bench_expect(&b, "s2 s!fail:bad-version s!stop:bad-version ");
    unit_assert_hex(b.server.sent, 16, "009c00011a2b3c4d00020000 0100 0500");
    bench_close(&b);
    /* An originator stops when the reply has a version it cannot speak. */
    bench_open(&b, bench_client_rfc(), bench_server_rfc());
    pptp_control_start(&b.client.control, 0);
    bench_poll(&b.client);
    b.client.sent_length = 0;
    bench_feed_hex(&b.client, 0, "009c00011a2b3c4d00020000 0001 0100" Z128 Z8 Z4);
    unit_assert_hex(b.client.sent, b.client.sent_length, "001000011a2b3c4d00030000 02 00 0000");
    bench_feed_hex(&b.client, 0, "001000011a2b3c4d00040000 01 00 0000");
    bench_expect(&b, "c1 c3 c!fail:bad-version c!stop:bad-version ");
    bench_close(&b);
}

static void a_receiver_can_refuse_the_connection(void **state)
{
    (void)state;
    struct bench b;
    struct pptp_control_config config = bench_server_rfc();
    config.refuse_start = PPTP_START_NOT_AUTHORIZED;
    bench_open(&b, bench_client_rfc(), config);
    pptp_control_start(&b.server.control, 0);
    pptp_control_start(&b.client.control, 0);
    bench_settle(&b, 0);
    bench_expect(&b,
                 "c1 s2 s!fail:refused-here s!stop:refused-here c!fail:refused c!stop:refused ");
    struct pptp_message message;
    assert_true(pptp_control_last_message(&b.client.control, &message));
    assert_int_equal(message.body.start.result, PPTP_START_NOT_AUTHORIZED);
    bench_close(&b);
}

/* RFC 2637 section 3.1.3, with the addresses of its example. */
static void the_higher_address_wins_a_collision(void **state)
{
    (void)state;
    const ipv4_address low = 0xc0212d11;  /* 192.33.45.17 */
    const ipv4_address high = 0xc0212d59; /* 192.33.45.89 */
    struct bench b;
    /* At the loser: the connection it opened is closed, the accepted one goes on. */
    bench_open(&b, bench_client_rfc(), bench_server_rfc());
    pptp_control_start(&b.client.control, 0);
    pptp_control_start(&b.server.control, 0);
    bench_poll(&b.client);
    pptp_control_collide(&b.client.control, &b.server.control, 0, low, high);
    bench_poll(&b.client);
    bench_expect(&b, "c1 c!fail:collision c!stop:collision ");
    bench_feed_hex(&b.server, 0, "009c00011a2b3c4d00010000 0100 0000" Z128 Z8 Z4);
    bench_expect(&b, "s2 s!est ");
    bench_close(&b);
    /* At the winner: nothing is said on the connection that the loser opened. */
    bench_open(&b, bench_client_rfc(), bench_server_rfc());
    pptp_control_start(&b.client.control, 0);
    pptp_control_start(&b.server.control, 0);
    bench_poll(&b.client);
    pptp_control_collide(&b.client.control, &b.server.control, 0, high, low);
    bench_feed_hex(&b.server, 0, "009c00011a2b3c4d00010000 0100 0000" Z128 Z8 Z4);
    assert_string_equal(b.server.drops, "collision-loser ");
    pptp_control_lower_down(&b.server.control, 0);
    bench_poll(&b.server);
    bench_expect(&b, "c1 s!fail:collision s!abort:collision ");
    bench_feed_hex(&b.client, 0, "009c00011a2b3c4d00020000 0100 0100" Z128 Z8 Z4);
    bench_expect(&b, "c!est ");
    bench_close(&b);
    /* Windows keeps both. */
    bench_open(&b, bench_client_windows(), bench_server_windows());
    pptp_control_start(&b.client.control, 0);
    pptp_control_start(&b.server.control, 0);
    pptp_control_collide(&b.client.control, &b.server.control, 0, low, high);
    bench_settle(&b, 0);
    bench_expect(&b, "c1 s2 s!est c!est ");
    bench_close(&b);
}

static void without_memory_commands_fail_and_replies_abort(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_client_rfc(), bench_server_rfc());
    bench_establish(&b, 0);
    bench_call(&b, 0);
    b.pool.limit = 1;
    struct packet *held = packet_alloc(&b.pool, 1);
    struct pptp_outgoing_call_request request = bench_request();
    uint16_t id;
    assert_int_equal(pptp_control_place_call(&b.client.control, 0, &request, &id),
                     STATUS_NO_MEMORY);
    assert_int_equal(pptp_control_clear_call(&b.client.control, 0, 1, 0, 0), STATUS_NO_MEMORY);
    assert_int_equal(pptp_control_send_link_info(&b.client.control, 0, 1, 0, 0), STATUS_NO_MEMORY);
    assert_int_equal(pptp_control_calls_in_use(&b.client.control), 1);
    bench_feed_hex(&b.client, 0, "001000011a2b3c4d00050000 00000007");
    bench_expect(&b, "c!clr:1/control-closed c!abort:no-memory ");
    packet_free(held);
    bench_close(&b);
}

static void packets_not_polled_are_freed_when_closed(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_client_rfc(), bench_server_rfc());
    pptp_control_start(&b.client.control, 0);
    assert_int_equal(b.pool.in_use, 1);
    bench_close(&b);
}

/* Trace events. */

struct recorder {
    char text[4096];
};

static void record_all(void *context, const struct trace_event *event)
{
    struct recorder *recorder = context;
    size_t used = strlen(recorder->text);
    used +=
        (size_t)snprintf(recorder->text + used, sizeof recorder->text - used, "%s", event->name);
    for (size_t i = 0; i < event->field_count; i++) {
        const struct trace_field *field = &event->fields[i];
        char *at = recorder->text + used;
        size_t room = sizeof recorder->text - used;
        if (field->kind == TRACE_TEXT)
            used += (size_t)snprintf(at, room, " %s=%s", field->key, field->text);
        else
            used += (size_t)snprintf(at, room, " %s=%u", field->key, (unsigned)field->number);
    }
    snprintf(recorder->text + used, sizeof recorder->text - used, "\n");
    const struct trace_declaration *declaration = pptp_trace_declarations;
    while (declaration->name && strcmp(declaration->name, event->name) != 0)
        declaration++;
    assert_non_null(declaration->name);
    for (size_t i = 0; i < event->field_count; i++)
        assert_non_null(strstr(declaration->fields, event->fields[i].key));
}

static void the_trace_tells_the_whole_story(void **state)
{
    (void)state;
    struct bench b;
    struct recorder recorder = {""};
    struct pptp_control_config config = bench_server_rfc();
    config.vendor_name = "\x01Linux\xff";
    config.host_name = "local";
    bench_open(&b, bench_client_rfc(), config);
    b.client.control.config.trace = (struct trace){.emit = record_all, .context = &recorder};
    bench_establish(&b, 0);
    bench_call(&b, 0);
    pptp_control_clear_call(&b.server.control, 0, 100, PPTP_DISCONNECT_LOST_CARRIER, 0);
    bench_settle(&b, 0);
    struct pptp_outgoing_call_request request = bench_request();
    struct pptp_outgoing_call_reply reply = bench_reply(PPTP_OUTGOING_BUSY);
    uint16_t id;
    pptp_control_place_call(&b.client.control, 0, &request, &id);
    bench_settle(&b, 0);
    pptp_control_answer_call(&b.server.control, 0, 101, &reply);
    bench_settle(&b, 0);
    pptp_control_handle_timeout(&b.client.control, SECONDS(60));
    pptp_control_handle_timeout(&b.client.control, SECONDS(120));
    bench_poll(&b.client);
    assert_string_equal(
        recorder.text,
        "pptp.message.sent type=Start-Control-Connection-Request number=1 length=156\n"
        "pptp.message.received type=Start-Control-Connection-Reply number=2 length=156 result=1 "
        "error=0\n"
        "pptp.control.established version=256 firmware=0 vendor=?Linux? host=local\n"
        "pptp.message.sent type=Outgoing-Call-Request number=7 length=168 call-id=1\n"
        "pptp.message.received type=Outgoing-Call-Reply number=8 length=32 call-id=100 result=1 "
        "error=0\n"
        "pptp.call.established call-id=1 peer-call-id=100\n"
        "pptp.message.received type=Call-Disconnect-Notify number=13 length=148 call-id=100 "
        "result=1 error=0\n"
        "pptp.call.cleared call-id=1 peer-call-id=100 reason=peer-disconnect result=1\n"
        "pptp.message.sent type=Outgoing-Call-Request number=7 length=168 call-id=2\n"
        "pptp.message.received type=Outgoing-Call-Reply number=8 length=32 call-id=101 result=4 "
        "error=0\n"
        "pptp.call.refused call-id=2 result=4 error=0\n"
        "pptp.message.sent type=Echo-Request number=5 length=16\n"
        "pptp.echo.timeout identifier=1\n"
        "pptp.control.closed reason=echo-timeout\n");
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_windows_2000_client_sends_the_recorded_octets),
        cmocka_unit_test(a_server_answers_with_its_own_octets),
        cmocka_unit_test(a_call_goes_from_dialling_to_hanging_up),
        cmocka_unit_test(a_server_ends_a_call_and_then_the_connection),
        cmocka_unit_test(losing_tcp_ends_every_call),
        cmocka_unit_test(losing_tcp_before_the_reply_is_a_failure),
        cmocka_unit_test(stopping_before_the_reply_just_closes),
        cmocka_unit_test(stopping_from_both_ends_at_once_ends_both),
        cmocka_unit_test(the_peers_version_decides),
        cmocka_unit_test(a_receiver_can_refuse_the_connection),
        cmocka_unit_test(the_higher_address_wins_a_collision),
        cmocka_unit_test(without_memory_commands_fail_and_replies_abort),
        cmocka_unit_test(packets_not_polled_are_freed_when_closed),
        cmocka_unit_test(the_trace_tells_the_whole_story),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
