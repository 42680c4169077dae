/* Every cell of the state tables of RFC 2661 sections 7.2.1, 7.4.1, 7.4.2, 7.5.1 and 7.5.2. */
#include "bench.h"

/* A message of the peer with all that each may need; the peer's ids are 77 and 55. */
static struct l2tp_message sample(unsigned type)
{
    static const uint64_t avps[L2TP_MESSAGE_TYPES] = {
        [L2TP_SCCRQ] = L2TP_HAS(2) | L2TP_HAS(3) | L2TP_HAS(7) | L2TP_HAS(9),
        [L2TP_SCCRP] = L2TP_HAS(2) | L2TP_HAS(3) | L2TP_HAS(7) | L2TP_HAS(9),
        [L2TP_STOPCCN] = L2TP_HAS(1) | L2TP_HAS(9),
        [L2TP_OCRQ] = L2TP_HAS(14) | L2TP_HAS(15) | L2TP_HAS(16) | L2TP_HAS(17) | L2TP_HAS(18) |
                      L2TP_HAS(19) | L2TP_HAS(21),
        [L2TP_OCRP] = L2TP_HAS(14),
        [L2TP_OCCN] = L2TP_HAS(19) | L2TP_HAS(24),
        [L2TP_ICRQ] = L2TP_HAS(14) | L2TP_HAS(15),
        [L2TP_ICRP] = L2TP_HAS(14),
        [L2TP_ICCN] = L2TP_HAS(19) | L2TP_HAS(24),
        [L2TP_CDN] = L2TP_HAS(1) | L2TP_HAS(14),
        [L2TP_WEN] = L2TP_HAS(34),
        [L2TP_SLI] = L2TP_HAS(35),
    };
    return (struct l2tp_message){
        .type = (uint16_t)type,
        .present = avps[type],
        .result = 3,
        .protocol_version = 0x0100,
        .framing = 1,
        .bearer = 2,
        .host_name = {(const uint8_t *)"peer", 4},
        .assigned_tunnel_id = 77,
        .assigned_session_id = 55,
    };
}

/* Has the peer say @p message with the numbers that are next, for tunnel and session of @p end. */
static void say_message(struct bench_end *end, uint16_t tunnel_id, uint16_t session_id,
                        const struct l2tp_message *message)
{
    const struct l2tp_tunnel *tunnel = l2tp_endpoint_tunnel(&end->endpoint, tunnel_id);
    uint8_t octets[512];
    size_t length = l2tp_message_encode(message, &(struct l2tp_wording){0}, octets + 12, 500);
    struct l2tp_header header = {
        .flags = 0xc800,
        .length = (uint16_t)(12 + length),
        .tunnel_id = tunnel_id,
        .session_id = session_id,
        .ns = tunnel ? tunnel->channel.expected : 0,
        .nr = tunnel ? tunnel->channel.next_ns : 0,
    };
    l2tp_header_encode(&header, octets, 12);
    bench_feed(end, octets, header.length);
}

static void say(struct bench_end *end, uint16_t tunnel_id, uint16_t session_id, unsigned type)
{
    struct l2tp_message message = sample(type);
    say_message(end, tunnel_id, session_id, &message);
}

/* The codes in the StopCCN or CDN that was sent last, "2/8"; "" when it was another message. */
static const char *last_codes(const struct bench_end *end, char text[16])
{
    struct l2tp_message message;
    struct l2tp_fault fault;
    uint8_t revealed[L2TP_REVEALED_SIZE];
    text[0] = '\0';
    if (end->last_length > 12 &&
        l2tp_message_decode(end->last + 12, end->last_length - 12, &(struct l2tp_judgment){0},
                            revealed, &message, &fault) &&
        message.present & L2TP_HAS(L2TP_RESULT_CODE))
        snprintf(text, 16, "%u/%u", message.result, message.error);
    return text;
}

/* An endpoint that talks to nobody but the test. */
static void open_alone(struct bench *b, struct l2tp_config config)
{
    config.host_name = "alone";
    config.accept_tunnels = true;
    config.channel.acknowledge_ms = 100; /* keeps ZLBs out of the log */
    bench_open(b, config, bench_b_rfc());
    b->b.deaf = true;
}

/* Brings a tunnel into @p state; its id is 1. */
static void enter_tunnel_state(struct bench *b, enum l2tp_tunnel_state state)
{
    switch (state) {
    case L2TP_TUNNEL_IDLE:
        break;
    case L2TP_TUNNEL_WAIT_CTL_REPLY:
        bench_begin(&b->a);
        break;
    case L2TP_TUNNEL_WAIT_CTL_CONN:
        say(&b->a, 0, 0, L2TP_SCCRQ);
        break;
    case L2TP_TUNNEL_ESTABLISHED:
        say(&b->a, 0, 0, L2TP_SCCRQ);
        say(&b->a, 1, 0, L2TP_SCCCN);
        break;
    case L2TP_TUNNEL_STOPPED:
        bench_begin(&b->a);
        bench_poll(&b->a);
        say(&b->a, 1, 0, L2TP_STOPCCN);
        break;
    }
    bench_poll(&b->a);
    b->log[0] = '\0';
    b->a.last_length = 0;
}

static void every_cell_of_the_control_connection(void **state)
{
    (void)state;
    static const struct {
        enum l2tp_tunnel_state from;
        unsigned message;
        const char *log;
        const char *codes;
        enum l2tp_tunnel_state to;
        const char *drops;
    } cells[] = {
        /* The tunnel of an idle end has no id yet. */
        {L2TP_TUNNEL_IDLE, L2TP_SCCRQ, "a:SCCRP ", "", L2TP_TUNNEL_WAIT_CTL_CONN, ""},
        {L2TP_TUNNEL_IDLE, L2TP_SCCRP, "a!down:1/illegal-message a:StopCCN ", "7/0",
         L2TP_TUNNEL_STOPPED, ""},
        {L2TP_TUNNEL_IDLE, L2TP_SCCCN, "", "", L2TP_TUNNEL_IDLE, "unknown-tunnel "},
        {L2TP_TUNNEL_IDLE, L2TP_STOPCCN, "", "", L2TP_TUNNEL_IDLE, "unknown-tunnel "},
        {L2TP_TUNNEL_IDLE, L2TP_HELLO, "", "", L2TP_TUNNEL_IDLE, "unknown-tunnel "},
        {L2TP_TUNNEL_IDLE, L2TP_ICRQ, "", "", L2TP_TUNNEL_IDLE, "unknown-tunnel "},
        {L2TP_TUNNEL_WAIT_CTL_REPLY, L2TP_SCCRQ, "a!down:1/illegal-message a:StopCCN ", "7/0",
         L2TP_TUNNEL_STOPPED, ""},
        {L2TP_TUNNEL_WAIT_CTL_REPLY, L2TP_SCCRP, "a!up:1 a:SCCCN ", "", L2TP_TUNNEL_ESTABLISHED,
         ""},
        {L2TP_TUNNEL_WAIT_CTL_REPLY, L2TP_SCCCN, "a!down:1/illegal-message a:StopCCN ", "7/0",
         L2TP_TUNNEL_STOPPED, ""},
        {L2TP_TUNNEL_WAIT_CTL_REPLY, L2TP_STOPCCN, "a!down:1/peer-stop ", "", L2TP_TUNNEL_STOPPED,
         ""},
        {L2TP_TUNNEL_WAIT_CTL_REPLY, L2TP_HELLO, "", "", L2TP_TUNNEL_WAIT_CTL_REPLY, ""},
        {L2TP_TUNNEL_WAIT_CTL_REPLY, L2TP_ICRQ, "a!down:1/illegal-message a:StopCCN ", "7/0",
         L2TP_TUNNEL_STOPPED, ""},
        {L2TP_TUNNEL_WAIT_CTL_CONN, L2TP_SCCRQ, "a!down:1/illegal-message a:StopCCN ", "7/0",
         L2TP_TUNNEL_STOPPED, ""},
        {L2TP_TUNNEL_WAIT_CTL_CONN, L2TP_SCCRP, "a!down:1/illegal-message a:StopCCN ", "7/0",
         L2TP_TUNNEL_STOPPED, ""},
        {L2TP_TUNNEL_WAIT_CTL_CONN, L2TP_SCCCN, "a!up:1 ", "", L2TP_TUNNEL_ESTABLISHED, ""},
        {L2TP_TUNNEL_WAIT_CTL_CONN, L2TP_STOPCCN, "a!down:1/peer-stop ", "", L2TP_TUNNEL_STOPPED,
         ""},
        {L2TP_TUNNEL_WAIT_CTL_CONN, L2TP_HELLO, "", "", L2TP_TUNNEL_WAIT_CTL_CONN, ""},
        {L2TP_TUNNEL_WAIT_CTL_CONN, L2TP_ICRQ, "a!down:1/illegal-message a:StopCCN ", "7/0",
         L2TP_TUNNEL_STOPPED, ""},
        {L2TP_TUNNEL_ESTABLISHED, L2TP_SCCRQ, "a!down:1/illegal-message a:StopCCN ", "7/0",
         L2TP_TUNNEL_STOPPED, ""},
        {L2TP_TUNNEL_ESTABLISHED, L2TP_SCCRP, "a!down:1/illegal-message a:StopCCN ", "7/0",
         L2TP_TUNNEL_STOPPED, ""},
        {L2TP_TUNNEL_ESTABLISHED, L2TP_SCCCN, "a!down:1/illegal-message a:StopCCN ", "7/0",
         L2TP_TUNNEL_STOPPED, ""},
        {L2TP_TUNNEL_ESTABLISHED, L2TP_STOPCCN, "a!down:1/peer-stop ", "", L2TP_TUNNEL_STOPPED, ""},
        {L2TP_TUNNEL_ESTABLISHED, L2TP_HELLO, "", "", L2TP_TUNNEL_ESTABLISHED, ""},
        {L2TP_TUNNEL_ESTABLISHED, L2TP_ICRQ, "a!req:1 ", "", L2TP_TUNNEL_ESTABLISHED, ""},
        /* Only the reliable delivery goes on. */
        {L2TP_TUNNEL_STOPPED, L2TP_SCCRP, "", "", L2TP_TUNNEL_STOPPED, "tunnel-stopped "},
        {L2TP_TUNNEL_STOPPED, L2TP_STOPCCN, "", "", L2TP_TUNNEL_STOPPED, "tunnel-stopped "},
        {L2TP_TUNNEL_STOPPED, L2TP_ICRQ, "", "", L2TP_TUNNEL_STOPPED, "tunnel-stopped "},
    };
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
        struct bench b;
        char codes[16];
        open_alone(&b, l2tp_config_rfc());
        enter_tunnel_state(&b, cells[i].from);
        say(&b.a, cells[i].from == L2TP_TUNNEL_IDLE ? 0 : 1, 0, cells[i].message);
        bench_expect(&b, cells[i].log);
        assert_string_equal(last_codes(&b.a, codes), cells[i].codes);
        assert_string_equal(b.a.drops, cells[i].drops);
        const struct l2tp_tunnel *tunnel = l2tp_endpoint_tunnel(&b.a.endpoint, 1);
        assert_string_equal(l2tp_tunnel_state_text(tunnel ? tunnel->state : L2TP_TUNNEL_IDLE),
                            l2tp_tunnel_state_text(cells[i].to));
        bench_close(&b);
    }
}

static void a_request_or_reply_that_is_not_acceptable_is_answered_with_stopccn(void **state)
{
    (void)state;
    static const struct {
        bool originator;
        uint16_t version;
        bool challenge;
        const char *log;
        const char *codes;
    } cases[] = {
        {false, 0x0200, false, "a!down:1/bad-version a:StopCCN ", "5/256"},
        {false, 0x0105, false, "a:SCCRP ", ""}, /* another revision of the same version */
        {false, 0x0100, true, "a!down:1/not-authorized a:StopCCN ", "4/0"},
        {true, 0x0000, false, "a!down:1/bad-version a:StopCCN ", "5/256"},
        {true, 0x0100, true, "a!down:1/not-authorized a:StopCCN ", "4/0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bench b;
        char codes[16];
        open_alone(&b, l2tp_config_rfc());
        struct l2tp_message message = sample(cases[i].originator ? L2TP_SCCRP : L2TP_SCCRQ);
        message.protocol_version = cases[i].version;
        if (cases[i].challenge) { /* this end has no secret to answer it with */
            message.present |= L2TP_HAS(L2TP_CHALLENGE);
            message.challenge = (struct l2tp_octets){(const uint8_t *)"c", 1};
        }
        if (cases[i].originator)
            enter_tunnel_state(&b, L2TP_TUNNEL_WAIT_CTL_REPLY);
        say_message(&b.a, cases[i].originator, 0, &message);
        bench_expect(&b, cases[i].log);
        assert_string_equal(last_codes(&b.a, codes), cases[i].codes);
        bench_close(&b);
    }
}

static void an_owner_may_end_a_tunnel_in_any_state(void **state)
{
    (void)state;
    static const enum l2tp_tunnel_state states[] = {
        L2TP_TUNNEL_WAIT_CTL_REPLY, L2TP_TUNNEL_WAIT_CTL_CONN, L2TP_TUNNEL_ESTABLISHED};
    for (int i = 0; i < 3; i++) {
        struct bench b;
        char codes[16];
        open_alone(&b, l2tp_config_rfc());
        enter_tunnel_state(&b, states[i]);
        assert_int_equal(l2tp_endpoint_stop(&b.a.endpoint, 0, 1, L2TP_STOP_SHUTTING_DOWN, 0),
                         STATUS_OK);
        assert_int_equal(l2tp_endpoint_stop(&b.a.endpoint, 0, 1, 1, 0), STATUS_NOT_FOUND);
        bench_poll(&b.a);
        /* SCCRQ or SCCRP is in flight, and the window opens with its acknowledgment. */
        bool waits = states[i] != L2TP_TUNNEL_ESTABLISHED;
        bench_expect(&b, waits ? "a!down:1/local " : "a!down:1/local a:StopCCN ");
        if (!waits)
            assert_string_equal(last_codes(&b.a, codes), "6/0");
        bench_close(&b);
    }
}

/* The machines of sections 7.4 and 7.5. */
enum machine { LAC_INCOMING, LNS_INCOMING, LAC_OUTGOING, LNS_OUTGOING };

/* Brings a session into @p state on tunnel 1; its id is 1, the peer's 55. */
static void enter_session_state(struct bench *b, enum machine machine,
                                enum l2tp_session_state state)
{
    static const struct l2tp_call call = {.bearer_type = 2};
    struct l2tp_endpoint *endpoint = &b->a.endpoint;
    bool requester = machine == LAC_INCOMING || machine == LNS_OUTGOING;
    uint16_t id;
    if (state == L2TP_SESSION_WAIT_TUNNEL)
        enter_tunnel_state(b, L2TP_TUNNEL_WAIT_CTL_REPLY);
    else
        enter_tunnel_state(b, L2TP_TUNNEL_ESTABLISHED);
    if (state == L2TP_SESSION_IDLE)
        return;
    if (requester) {
        assert_int_equal(machine == LAC_INCOMING
                             ? l2tp_endpoint_ring(endpoint, 0, 1, &call, &id)
                             : l2tp_endpoint_place_call(endpoint, 0, 1, &call, &id),
                         STATUS_OK);
        bench_poll(&b->a);
        if (state == L2TP_SESSION_WAIT_CONNECT || state == L2TP_SESSION_ESTABLISHED)
            say(&b->a, 1, 1, machine == LAC_INCOMING ? L2TP_ICRP : L2TP_OCRP);
        if (machine == LNS_OUTGOING && state == L2TP_SESSION_ESTABLISHED)
            say(&b->a, 1, 1, L2TP_OCCN);
    } else {
        say(&b->a, 1, 0, machine == LNS_INCOMING ? L2TP_ICRQ : L2TP_OCRQ);
        if (state != L2TP_SESSION_WAIT_ANSWER)
            assert_int_equal(l2tp_endpoint_accept(endpoint, 0, 1, NULL), STATUS_OK);
        bench_poll(&b->a);
        if (machine == LNS_INCOMING && state == L2TP_SESSION_ESTABLISHED)
            say(&b->a, 1, 1, L2TP_ICCN);
        if (machine == LAC_OUTGOING && state == L2TP_SESSION_ESTABLISHED)
            assert_int_equal(l2tp_endpoint_connect(endpoint, 0, 1, &call), STATUS_OK);
        bench_poll(&b->a);
    }
    assert_string_equal(l2tp_session_state_text(b->a.sessions[0].state),
                        l2tp_session_state_text(state));
    b->log[0] = '\0';
    b->a.last_length = 0;
}

#define IDLE         L2TP_SESSION_IDLE
#define WAIT_REPLY   L2TP_SESSION_WAIT_REPLY
#define WAIT_ANSWER  L2TP_SESSION_WAIT_ANSWER
#define WAIT_CONNECT L2TP_SESSION_WAIT_CONNECT
#define WAIT_CS      L2TP_SESSION_WAIT_CS_ANSWER
#define ESTABLISHED  L2TP_SESSION_ESTABLISHED

static const char refused[] = "a!end:1/protocol-error a:CDN ";
static const char ended[] = "a!end:1/peer-disconnect ";

static const struct session_cell {
    enum machine machine;
    enum l2tp_session_state from;
    unsigned message;
    const char *log;
    enum l2tp_session_state to;
} session_cells[] = {
    /* 7.4.1, LAC. Idle: "Receive ICCN, ICRP, CDN: Clean up". */
    {LAC_INCOMING, IDLE, L2TP_ICRP, "", IDLE},
    {LAC_INCOMING, IDLE, L2TP_ICCN, "", IDLE},
    {LAC_INCOMING, IDLE, L2TP_CDN, "", IDLE},
    {LAC_INCOMING, WAIT_REPLY, L2TP_ICRP, "a!ses:1 a:ICCN ", ESTABLISHED},
    {LAC_INCOMING, WAIT_REPLY, L2TP_ICRQ, refused, IDLE},
    {LAC_INCOMING, WAIT_REPLY, L2TP_CDN, ended, IDLE},
    {LAC_INCOMING, WAIT_REPLY, L2TP_ICCN, "a!end:1/protocol-error ", IDLE},
    {LAC_INCOMING, ESTABLISHED, L2TP_CDN, ended, IDLE},
    {LAC_INCOMING, ESTABLISHED, L2TP_ICRQ, refused, IDLE},
    {LAC_INCOMING, ESTABLISHED, L2TP_ICRP, refused, IDLE},
    {LAC_INCOMING, ESTABLISHED, L2TP_ICCN, refused, IDLE},
    /* 7.4.2, LNS; wait-answer is the time that the owner takes. */
    {LNS_INCOMING, IDLE, L2TP_ICRQ, "a!req:1 ", WAIT_ANSWER},
    {LNS_INCOMING, IDLE, L2TP_ICRP, "a:CDN ", IDLE},
    {LNS_INCOMING, IDLE, L2TP_ICCN, "", IDLE},
    {LNS_INCOMING, IDLE, L2TP_CDN, "", IDLE},
    {LNS_INCOMING, WAIT_ANSWER, L2TP_CDN, ended, IDLE},
    {LNS_INCOMING, WAIT_ANSWER, L2TP_ICCN, refused, IDLE},
    {LNS_INCOMING, WAIT_CONNECT, L2TP_ICCN, "a!ses:1 ", ESTABLISHED},
    {LNS_INCOMING, WAIT_CONNECT, L2TP_ICRQ, refused, IDLE},
    {LNS_INCOMING, WAIT_CONNECT, L2TP_ICRP, refused, IDLE},
    {LNS_INCOMING, WAIT_CONNECT, L2TP_CDN, ended, IDLE},
    {LNS_INCOMING, ESTABLISHED, L2TP_CDN, ended, IDLE},
    {LNS_INCOMING, ESTABLISHED, L2TP_ICRQ, refused, IDLE},
    {LNS_INCOMING, ESTABLISHED, L2TP_ICRP, refused, IDLE},
    {LNS_INCOMING, ESTABLISHED, L2TP_ICCN, refused, IDLE},
    /* 7.5.1, LAC. */
    {LAC_OUTGOING, IDLE, L2TP_OCRQ, "a!req:1 ", WAIT_ANSWER},
    {LAC_OUTGOING, IDLE, L2TP_OCRP, "a:CDN ", IDLE},
    {LAC_OUTGOING, IDLE, L2TP_OCCN, "", IDLE},
    {LAC_OUTGOING, IDLE, L2TP_CDN, "", IDLE},
    {LAC_OUTGOING, WAIT_ANSWER, L2TP_CDN, ended, IDLE},
    {LAC_OUTGOING, WAIT_CS, L2TP_OCRQ, refused, IDLE},
    {LAC_OUTGOING, WAIT_CS, L2TP_OCRP, refused, IDLE},
    {LAC_OUTGOING, WAIT_CS, L2TP_OCCN, refused, IDLE},
    {LAC_OUTGOING, WAIT_CS, L2TP_CDN, ended, IDLE},
    {LAC_OUTGOING, ESTABLISHED, L2TP_OCRQ, refused, IDLE},
    {LAC_OUTGOING, ESTABLISHED, L2TP_OCRP, refused, IDLE},
    {LAC_OUTGOING, ESTABLISHED, L2TP_OCCN, refused, IDLE},
    {LAC_OUTGOING, ESTABLISHED, L2TP_CDN, ended, IDLE},
    /* 7.5.2, LNS. */
    {LNS_OUTGOING, IDLE, L2TP_OCCN, "", IDLE},
    {LNS_OUTGOING, IDLE, L2TP_CDN, "", IDLE},
    {LNS_OUTGOING, WAIT_REPLY, L2TP_OCRP, "a!proc:1 ", WAIT_CONNECT},
    {LNS_OUTGOING, WAIT_REPLY, L2TP_OCCN, refused, IDLE},
    {LNS_OUTGOING, WAIT_REPLY, L2TP_OCRQ, refused, IDLE},
    {LNS_OUTGOING, WAIT_REPLY, L2TP_CDN, ended, IDLE},
    {LNS_OUTGOING, WAIT_CONNECT, L2TP_OCCN, "a!ses:1 ", ESTABLISHED},
    {LNS_OUTGOING, WAIT_CONNECT, L2TP_OCRQ, refused, IDLE},
    {LNS_OUTGOING, WAIT_CONNECT, L2TP_OCRP, refused, IDLE},
    {LNS_OUTGOING, WAIT_CONNECT, L2TP_CDN, ended, IDLE},
    {LNS_OUTGOING, ESTABLISHED, L2TP_OCRQ, refused, IDLE},
    {LNS_OUTGOING, ESTABLISHED, L2TP_OCRP, refused, IDLE},
    {LNS_OUTGOING, ESTABLISHED, L2TP_OCCN, refused, IDLE},
    {LNS_OUTGOING, ESTABLISHED, L2TP_CDN, ended, IDLE},
    /* Sections 6.13 and 6.14: each goes one way. */
    {LNS_INCOMING, ESTABLISHED, L2TP_WEN, "a!wen:1 ", ESTABLISHED},
    {LAC_INCOMING, ESTABLISHED, L2TP_WEN, "", ESTABLISHED},
    {LAC_INCOMING, ESTABLISHED, L2TP_SLI, "a!sli:1 ", ESTABLISHED},
    {LNS_INCOMING, ESTABLISHED, L2TP_SLI, "", ESTABLISHED},
    {LAC_INCOMING, WAIT_REPLY, L2TP_SLI, "", WAIT_REPLY},
};

static void every_cell_of_the_sessions(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof session_cells / sizeof session_cells[0]; i++) {
        const struct session_cell *cell = &session_cells[i];
        struct bench b;
        struct l2tp_config config = l2tp_config_rfc();
        /* In state idle the roles of an end decide, since no session does. */
        config.lac = cell->machine == LAC_INCOMING || cell->machine == LAC_OUTGOING;
        config.lns = !config.lac;
        config.require_known_bearer = false;
        open_alone(&b, config);
        enter_session_state(&b, cell->machine, cell->from);
        bool request =
            cell->from == IDLE && (cell->message == L2TP_ICRQ || cell->message == L2TP_OCRQ);
        say(&b.a, 1, request ? 0 : 1, cell->message);
        if (strcmp(b.log, cell->log) != 0)
            print_error("cell %zu\n", i);
        bench_expect(&b, cell->log);
        assert_string_equal(l2tp_session_state_text(b.a.sessions[0].state),
                            l2tp_session_state_text(cell->to));
        const struct l2tp_tunnel *tunnel = l2tp_endpoint_tunnel(&b.a.endpoint, 1);
        assert_int_equal(tunnel->state, L2TP_TUNNEL_ESTABLISHED);
        bench_close(&b);
    }
}

/* "Local close request or bearer line drop: Send CDN, Clean up". */
static void an_owner_may_end_a_session_in_any_state(void **state)
{
    (void)state;
    static const struct {
        enum machine machine;
        enum l2tp_session_state from;
        const char *log;
    } cells[] = {
        {LAC_INCOMING, L2TP_SESSION_WAIT_TUNNEL, "a!end:1/local "}, /* nobody knows of it */
        {LAC_INCOMING, WAIT_REPLY, "a!end:1/local a:CDN "},
        {LAC_INCOMING, ESTABLISHED, "a!end:1/local a:CDN "},
        {LNS_INCOMING, WAIT_ANSWER, "a!end:1/local a:CDN "},
        {LNS_INCOMING, WAIT_CONNECT, "a!end:1/local a:CDN "},
        {LNS_INCOMING, ESTABLISHED, "a!end:1/local a:CDN "},
        {LAC_OUTGOING, WAIT_ANSWER, "a!end:1/local a:CDN "},
        {LAC_OUTGOING, WAIT_CS, "a!end:1/local a:CDN "},
        {LAC_OUTGOING, ESTABLISHED, "a!end:1/local a:CDN "},
        {LNS_OUTGOING, L2TP_SESSION_WAIT_TUNNEL, "a!end:1/local "},
        {LNS_OUTGOING, WAIT_REPLY, "a!end:1/local a:CDN "},
        {LNS_OUTGOING, WAIT_CONNECT, "a!end:1/local a:CDN "},
        {LNS_OUTGOING, ESTABLISHED, "a!end:1/local a:CDN "},
    };
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
        struct bench b;
        char codes[16];
        struct l2tp_config config = l2tp_config_rfc();
        config.require_known_bearer = false;
        config.channel.slow_start = false;
        open_alone(&b, config);
        enter_session_state(&b, cells[i].machine, cells[i].from);
        assert_int_equal(l2tp_endpoint_disconnect(&b.a.endpoint, 0, 1, L2TP_DISCONNECT_BUSY, 0, 17),
                         STATUS_OK);
        assert_int_equal(l2tp_endpoint_disconnect(&b.a.endpoint, 0, 1, 1, 0, 0), STATUS_NOT_FOUND);
        bench_poll(&b.a);
        bench_expect(&b, cells[i].log);
        if (strstr(cells[i].log, "CDN"))
            assert_string_equal(last_codes(&b.a, codes), "8/0");
        assert_int_equal(b.a.sessions[0].state, IDLE);
        bench_close(&b);
    }
}

static void a_session_waits_for_its_tunnel(void **state)
{
    (void)state;
    for (int outgoing = 0; outgoing < 2; outgoing++) {
        struct bench b;
        struct l2tp_config config = l2tp_config_rfc();
        config.require_known_bearer = false;
        open_alone(&b, config);
        enter_session_state(&b, outgoing ? LNS_OUTGOING : LAC_INCOMING, L2TP_SESSION_WAIT_TUNNEL);
        say(&b.a, 1, 0, L2TP_SCCRP);
        bench_expect(&b, outgoing ? "a!up:1 a:SCCCN a:OCRQ " : "a!up:1 a:SCCCN a:ICRQ ");
        assert_int_equal(b.a.sessions[0].state, WAIT_REPLY);
        bench_close(&b);
    }
}

static void a_request_that_is_not_acceptable_is_answered_with_cdn(void **state)
{
    (void)state;
    static const struct {
        bool lac, lns;
        unsigned message;
        uint32_t framing;
        const char *codes;
    } cases[] = {
        {true, false, L2TP_ICRQ, 1, "5/0"}, /* no LNS */
        {false, true, L2TP_OCRQ, 1, "5/0"}, /* no LAC */
        {true, true, L2TP_OCRQ, 4, "2/3"},  /* no such framing (section 4.4.3) */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bench b;
        char codes[16];
        struct l2tp_config config = l2tp_config_rfc();
        config.lac = cases[i].lac;
        config.lns = cases[i].lns;
        open_alone(&b, config);
        enter_tunnel_state(&b, L2TP_TUNNEL_ESTABLISHED);
        struct l2tp_message message = sample(cases[i].message);
        message.framing = cases[i].framing;
        say_message(&b.a, 1, 0, &message);
        bench_expect(&b, "a:CDN ");
        assert_string_equal(last_codes(&b.a, codes), cases[i].codes);
        assert_int_equal(wire_load_u16(b.a.last + 6), 55); /* to the session that the peer named */
        bench_close(&b);
    }
}

static void a_session_id_used_twice_is_refused(void **state)
{
    (void)state;
    struct bench b;
    char codes[16];
    open_alone(&b, l2tp_config_rfc());
    enter_session_state(&b, LNS_INCOMING, ESTABLISHED);
    say(&b.a, 1, 0, L2TP_ICRQ);
    bench_expect(&b, "a:CDN ");
    assert_string_equal(last_codes(&b.a, codes), "2/5");
    /* A CDN may name the session by the peer's own id (section 4.4.4). */
    say(&b.a, 1, 0, L2TP_CDN);
    bench_expect(&b, ended);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell_of_the_control_connection),
        cmocka_unit_test(a_request_or_reply_that_is_not_acceptable_is_answered_with_stopccn),
        cmocka_unit_test(an_owner_may_end_a_tunnel_in_any_state),
        cmocka_unit_test(every_cell_of_the_sessions),
        cmocka_unit_test(an_owner_may_end_a_session_in_any_state),
        cmocka_unit_test(a_session_waits_for_its_tunnel),
        cmocka_unit_test(a_request_that_is_not_acceptable_is_answered_with_cdn),
        cmocka_unit_test(a_session_id_used_twice_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
