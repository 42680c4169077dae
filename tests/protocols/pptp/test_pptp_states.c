/* Every message in every state: what RFC 2637 section 3 allows, and what becomes of the rest. */
#include "bench.h"

/* The Call IDs that both ends know in these tests. */
#define PNS_ID 1
#define PAC_ID 100

static struct bench_end *pns(struct bench *b)
{
    return &b->client;
}

static struct bench_end *pac(struct bench *b)
{
    return &b->server;
}

/* How the states are reached. Each leaves both ends polled and the log empty. */

static void start_both(struct bench *b)
{
    bench_establish(b, 0);
}

static void start_only(struct bench *b)
{
    pptp_control_start(&b->client.control, 0);
    pptp_control_start(&b->server.control, 0);
    bench_poll(&b->client);
}

static void stop_with_a_call(struct bench *b)
{
    start_both(b);
    bench_call(b, 0);
    pptp_control_stop(&b->client.control, 0, PPTP_STOP_NONE);
    bench_poll(&b->client);
}

static void stop_without_calls(struct bench *b)
{
    start_both(b);
    pptp_control_stop(&b->client.control, 0, PPTP_STOP_NONE);
    pptp_control_stop(&b->server.control, 0, PPTP_STOP_NONE);
    bench_poll(&b->client);
    bench_poll(&b->server);
}

static void lose_transport(struct bench *b)
{
    start_both(b);
    pptp_control_lower_down(&b->client.control, 0);
    pptp_control_lower_down(&b->server.control, 0);
    bench_poll(&b->client);
    bench_poll(&b->server);
}

static void dial(struct bench *b)
{
    start_both(b);
    struct pptp_outgoing_call_request request = bench_request();
    uint16_t id;
    pptp_control_place_call(&b->client.control, 0, &request, &id);
    bench_settle(b, 0);
}

static void talk(struct bench *b)
{
    start_both(b);
    bench_call(b, 0);
}

static void hang_up(struct bench *b)
{
    talk(b);
    pptp_control_clear_call(&b->client.control, 0, PNS_ID, 0, 0);
    bench_poll(&b->client);
}

static void ring(struct bench *b)
{
    start_both(b);
    struct pptp_incoming_call_request request = {.bearer_type = PPTP_BEARER_ANALOG};
    uint16_t id;
    pptp_control_ring(&b->server.control, 0, &request, &id);
    bench_settle(b, 0);
}

static void pick_up(struct bench *b)
{
    ring(b);
    struct pptp_incoming_call_reply reply = {.result = PPTP_INCOMING_CONNECT};
    pptp_control_answer_incoming_call(&b->client.control, 0, PNS_ID, &reply);
    bench_settle(b, 0);
}

/* A well-formed message of @p type from the other end, about the call that both know. */
static struct pptp_message message_from_peer(enum pptp_message_type type)
{
    struct pptp_message message = {.type = type};
    switch (type) {
    case PPTP_START_CONTROL_CONNECTION_REQUEST:
    case PPTP_START_CONTROL_CONNECTION_REPLY:
        message.body.start.protocol_version = PPTP_PROTOCOL_VERSION;
        message.body.start.result = PPTP_START_OK;
        break;
    case PPTP_OUTGOING_CALL_REQUEST:
        message.body.outgoing_call_request.call_id = 7777; /* a new call */
        break;
    case PPTP_OUTGOING_CALL_REPLY:
        message.body.outgoing_call_reply.call_id = PAC_ID;
        message.body.outgoing_call_reply.peer_call_id = PNS_ID;
        message.body.outgoing_call_reply.result = PPTP_OUTGOING_CONNECTED;
        break;
    case PPTP_INCOMING_CALL_REQUEST:
        message.body.incoming_call_request.call_id = 7777;
        break;
    case PPTP_INCOMING_CALL_REPLY:
        message.body.incoming_call_reply.call_id = PNS_ID;
        message.body.incoming_call_reply.peer_call_id = PAC_ID;
        message.body.incoming_call_reply.result = PPTP_INCOMING_CONNECT;
        break;
    case PPTP_INCOMING_CALL_CONNECTED:
        message.body.incoming_call_connected.peer_call_id = PNS_ID;
        break;
    case PPTP_CALL_CLEAR_REQUEST:
        message.body.call_clear_request.call_id = PNS_ID;
        break;
    case PPTP_CALL_DISCONNECT_NOTIFY:
        message.body.call_disconnect_notify.call_id = PAC_ID;
        break;
    case PPTP_WAN_ERROR_NOTIFY:
        message.body.wan_error_notify.peer_call_id = PNS_ID;
        break;
    case PPTP_SET_LINK_INFO: /* whose id depends on the receiver; see below */
    case PPTP_STOP_CONTROL_CONNECTION_REQUEST:
    case PPTP_STOP_CONTROL_CONNECTION_REPLY:
    case PPTP_ECHO_REQUEST:
    case PPTP_ECHO_REPLY:
        break;
    }
    return message;
}

/*
 * One letter a message type, 1 to 15: '+' handled, 'x' illegal (the RFC closes the connection,
 * Windows discards the message), '-' discarded without harm, '.' ignored after the end.
 */
struct state_case {
    const char *name;
    void (*reach)(struct bench *b);
    struct bench_end *(*end)(struct bench *b);
    const char *rfc;
    const char *windows; /**< where it differs; NULL: the same */
};

static const struct state_case cases[] = {
    /* control connection                              123456789012345 */
    {"originator, wait_ctl_reply", start_only, pns, "x++xxxxxxxxxxxx", NULL},
    {"receiver, wait for request", start_only, pac, "+xxxxxxxxxxxxxx", NULL},
    {"PNS, established, no call", start_both, pns, "xx+x+-x-+x-x---", NULL},
    {"PAC, established, no call", start_both, pac, "xx+x+-+xx-x-xx-", NULL},
    {"PNS, clearing", stop_with_a_call, pns, "xx+x+-x+-x-x+--", NULL},
    {"PNS, wait_stop_reply", stop_without_calls, pns, "--++-----------", NULL},
    {"PAC, wait_stop_reply", stop_without_calls, pac, "--++-----------", NULL},
    {"PNS, closed", lose_transport, pns, "...............", NULL},
    {"PAC, closed", lose_transport, pac, "...............", NULL},
    /* calls */
    {"PNS outgoing, wait_reply", dial, pns, "xx+x+-x++xxx-x-", "xx+x+-x++xxx-xx"},
    {"PNS outgoing, established", talk, pns, "xx+x+-xx+xxx++-", "xx+x+-xx+xxx+-+"},
    {"PNS outgoing, wait_disconnect", hang_up, pns, "xx+x+-x++x-x+--", NULL},
    {"PNS incoming, wait_answer", ring, pns, "xx+x+-xx+xxx+x-", "xx+x+-xx+xxx+xx"},
    {"PNS incoming, wait_connect", pick_up, pns, "xx+x+-xx+x+x+x-", "xx+x+-xx+x+x+xx"},
    {"PAC outgoing, wait_cs_ans", dial, pac, "xx+x+-+xxxx+xxx", NULL},
    {"PAC outgoing, established", talk, pac, "xx+x+-+xxxx+xx+", NULL},
    {"PAC incoming, wait_reply", ring, pac, "xx+x+-+xx+x-xxx", NULL},
    {"PAC incoming, wait_answer", pick_up, pac, "xx+x+-+xxxx+xxx", NULL},
};

static struct pptp_control_config configured(enum pptp_role role, bool windows)
{
    bool originator = role == PPTP_PNS;
    struct pptp_control_config config = windows ? pptp_control_config_windows(role, originator)
                                                : pptp_control_config_rfc(role, originator);
    config.first_call_id = role == PPTP_PNS ? PNS_ID : PAC_ID;
    return config;
}

/* Brings a new pair to the state, gives it one message and says what became of that. */
static char outcome(const struct state_case *state_case, enum pptp_message_type type, bool windows)
{
    struct bench b;
    bench_open(&b, configured(PPTP_PNS, windows), configured(PPTP_PAC, windows));
    state_case->reach(&b);
    struct bench_end *end = state_case->end(&b);
    struct pptp_control *control = &end->control;
    enum pptp_control_state before = control->state;
    unsigned calls = pptp_control_calls_in_use(control);
    b.log[0] = '\0';
    assert_string_equal(end->drops, "");

    struct pptp_message message = message_from_peer(type);
    if (type == PPTP_SET_LINK_INFO)
        message.body.set_link_info.peer_call_id = end == pns(&b) ? PNS_ID : PAC_ID;
    bench_feed_message(end, 0, &message);

    char result = before == PPTP_CONTROL_CLOSED ? '.' : '+';
    if (strncmp(end->drops, "illegal", 7) == 0) {
        result = 'x';
        assert_int_equal(control->state, windows ? before : PPTP_CONTROL_CLOSED);
        assert_int_equal(control->close_reason,
                         windows ? PPTP_CLOSE_NONE : PPTP_CLOSE_ILLEGAL_MESSAGE);
    } else if (end->drops[0] != '\0') {
        result = '-';
    }
    if (result == '-' || (result == 'x' && windows)) {
        /* Nothing has changed and nothing was said. */
        assert_int_equal(control->state, before);
        assert_int_equal(pptp_control_calls_in_use(control), calls);
        assert_string_equal(b.log, "");
    }
    if (result == '.')
        assert_string_equal(b.log, "");
    bench_close(&b);
    return result;
}

static void every_message_in_every_state_does_what_the_rfc_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int windows = 0; windows < 2; windows++) {
            char row[PPTP_MESSAGE_TYPES + 1] = "";
            for (int type = 1; type <= PPTP_MESSAGE_TYPES; type++)
                row[type - 1] = outcome(&cases[i], (enum pptp_message_type)type, windows);
            const char *expected = windows && cases[i].windows ? cases[i].windows : cases[i].rfc;
            if (strcmp(row, expected) != 0)
                fail_msg("%s (%s): %s instead of %s", cases[i].name, windows ? "Windows" : "RFC",
                         row, expected);
        }
    }
}

static void messages_for_unknown_calls_are_discarded(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, configured(PPTP_PNS, false), configured(PPTP_PAC, false));
    talk(&b);
    static const char *const to_pns[] = {
        "002000011a2b3c4d00080000 0064 0999 0100 0000 00000000 0000 0000 00000000",
        "001c00011a2b3c4d000b0000 0999 0000 00000000 0000 0000 00000000",
        "002800011a2b3c4d000e0000 0999 0000 00000000 00000000 00000000 00000000 00000000 00000000",
    };
    for (size_t i = 0; i < 3; i++)
        bench_feed_hex(pns(&b), 0, to_pns[i]);
    assert_string_equal(b.client.drops, "unknown-call unknown-call unknown-call ");
    bench_feed_hex(pac(&b), 0, "001000011a2b3c4d000c0000 0999 0000");
    bench_feed_hex(pac(&b), 0, "001800011a2b3c4d000f0000 0999 0000 00000000 00000000");
    bench_feed_hex(pac(&b), 0, "001800011a2b3c4d000a0000 0001 0999 0100 0000 0000 0000");
    assert_string_equal(b.server.drops, "unknown-call unknown-call unknown-call ");
    bench_expect(&b, "");
    assert_int_equal(pptp_control_calls_in_use(&b.client.control), 1);
    bench_close(&b);
}

static void commands_of_the_other_role_are_invalid(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, configured(PPTP_PNS, false), configured(PPTP_PAC, false));
    struct pptp_outgoing_call_request request = bench_request();
    struct pptp_incoming_call_request ringing = {.bearer_type = PPTP_BEARER_ANALOG};
    struct pptp_incoming_call_connected connected = {.connect_speed = 1};
    uint16_t id = 0;
    assert_int_equal(pptp_control_place_call(&b.client.control, 0, &request, &id),
                     STATUS_INVALID); /* not even started */
    pick_up(&b);
    assert_int_equal(pptp_control_place_call(&b.server.control, 0, &request, &id), STATUS_INVALID);
    assert_int_equal(pptp_control_ring(&b.client.control, 0, &ringing, &id), STATUS_INVALID);
    assert_int_equal(pptp_control_connect_incoming_call(&b.client.control, 0, PNS_ID, &connected),
                     STATUS_NOT_FOUND);
    assert_int_equal(pptp_control_clear_call(&b.client.control, 0, 5, 0, 0), STATUS_NOT_FOUND);
    assert_int_equal(pptp_control_send_link_info(&b.client.control, 0, PNS_ID, 0, 0),
                     STATUS_NOT_FOUND); /* not established yet */
    bench_close(&b);
}

static void states_have_the_names_of_the_rfc(void **state)
{
    (void)state;
    assert_string_equal(pptp_control_state_text(PPTP_CONTROL_WAIT_CTL_REPLY), "wait_ctl_reply");
    assert_string_equal(pptp_control_state_text(PPTP_CONTROL_WAIT_STOP_REPLY), "wait_stop_reply");
    assert_string_equal(pptp_call_state_text(PPTP_CALL_WAIT_CS_ANS), "wait_cs_ans");
    assert_string_equal(pptp_call_state_text(PPTP_CALL_WAIT_DISCONNECT), "wait_disconnect");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_message_in_every_state_does_what_the_rfc_says),
        cmocka_unit_test(messages_for_unknown_calls_are_discarded),
        cmocka_unit_test(commands_of_the_other_role_are_invalid),
        cmocka_unit_test(states_have_the_names_of_the_rfc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
