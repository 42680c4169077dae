/* Tunnels and sessions between two endpoints: RFC 2661 sections 4.4.3, 5 and 7. */
#include "bench.h"

static void a_tunnel_and_a_session_take_six_messages(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_a_rfc(), bench_b_rfc());
    b.b.answers = true;
    uint16_t tunnel = bench_begin(&b.a);
    struct l2tp_call call = {.tx_connect_speed = 100000000,
                             .rx_connect_speed = 64000,
                             .bearer_type = 1,
                             .physical_channel_id = 3,
                             .calling_number = "5551000"};
    uint16_t session;
    assert_int_equal(l2tp_endpoint_ring(&b.a.endpoint, 0, tunnel, &call, &session), STATUS_OK);
    assert_int_equal(l2tp_endpoint_session(&b.a.endpoint, session)->state,
                     L2TP_SESSION_WAIT_TUNNEL);
    bench_run(&b, SECONDS(1));
    bench_expect(&b, "a:SCCRQ b:SCCRP a!up:1 a:SCCCN a:ICRQ b!up:101 b:zlb b!req:201 b:ICRP "
                     "a!ses:1 a:ICCN b!ses:201 b:zlb ");
    const struct l2tp_session *s = l2tp_endpoint_session(&b.b.endpoint, 201);
    assert_int_equal(s->role, L2TP_LNS);
    assert_int_equal(s->peer_id, session);
    assert_int_equal(s->tx_connect_speed, 100000000);
    assert_int_equal(s->rx_connect_speed, 64000);
    assert_int_equal(s->bearer_type, 1);
    assert_int_equal(s->framing_type, L2TP_FRAMING_SYNCHRONOUS);
    assert_int_equal(s->physical_channel_id, 3);
    assert_int_equal(l2tp_endpoint_session(&b.a.endpoint, session)->peer_id, 201);
    bench_close(&b);
}

static void an_outgoing_call_takes_three_messages(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_a_rfc(), bench_b_rfc());
    uint16_t tunnel = bench_establish(&b);
    struct l2tp_call call = {.minimum_bps = 9600,
                             .maximum_bps = 64000,
                             .bearer_type = L2TP_BEARER_ANALOG,
                             .called_number = "5552000",
                             .sub_address = "7"};
    uint16_t session;
    assert_int_equal(l2tp_endpoint_place_call(&b.a.endpoint, b.now, tunnel, &call, &session),
                     STATUS_OK);
    bench_run(&b, b.now + MS(100));
    bench_expect(&b, "a:OCRQ b!req:201 b:zlb ");
    const struct l2tp_session *s = l2tp_endpoint_session(&b.b.endpoint, 201);
    assert_int_equal(s->role, L2TP_LAC);
    assert_int_equal(s->minimum_bps, 9600);
    assert_int_equal(s->maximum_bps, 64000);
    struct l2tp_call placed = {.tx_connect_speed = 33600, .physical_channel_id = 9};
    assert_int_equal(l2tp_endpoint_accept(&b.b.endpoint, b.now, 201, &placed), STATUS_OK);
    bench_run(&b, b.now + MS(100));
    bench_expect(&b, "b:OCRP a!proc:1 a:zlb ");
    assert_int_equal(l2tp_endpoint_session(&b.a.endpoint, session)->physical_channel_id, 9);
    assert_int_equal(l2tp_endpoint_connect(&b.b.endpoint, b.now, 201, &placed), STATUS_OK);
    bench_run(&b, b.now + MS(100));
    bench_expect(&b, "b!ses:201 b:OCCN a!ses:1 a:zlb ");
    assert_int_equal(l2tp_endpoint_session(&b.a.endpoint, session)->tx_connect_speed, 33600);
    assert_int_equal(l2tp_endpoint_session(&b.a.endpoint, session)->rx_connect_speed, 33600);
    bench_close(&b);
}

/* Section 6.9: not for a bearer that the LAC has not told. */
static void an_outgoing_call_needs_a_bearer_of_the_lac(void **state)
{
    (void)state;
    struct bench b;
    struct l2tp_config lac = bench_b_rfc();
    lac.bearer_capabilities = L2TP_BEARER_DIGITAL;
    bench_open(&b, bench_a_rfc(), lac);
    struct l2tp_call call = {.bearer_type = L2TP_BEARER_ANALOG};
    uint16_t session;
    uint16_t tunnel = bench_begin(&b.a);
    assert_int_equal(l2tp_endpoint_place_call(&b.a.endpoint, 0, tunnel, &call, &session),
                     STATUS_OK); /* not known yet */
    bench_run(&b, SECONDS(1));
    bench_expect(&b, "a:SCCRQ b:SCCRP a!up:1 a!end:1/bearer a:SCCCN b!up:101 b:zlb ");
    assert_int_equal(l2tp_endpoint_place_call(&b.a.endpoint, b.now, tunnel, &call, &session),
                     STATUS_INVALID);
    call.bearer_type = L2TP_BEARER_DIGITAL;
    assert_int_equal(l2tp_endpoint_place_call(&b.a.endpoint, b.now, tunnel, &call, &session),
                     STATUS_OK);
    bench_close(&b);
}

static void a_tunnel_carries_many_calls_and_two_peers_many_tunnels(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_a_rfc(), bench_b_rfc());
    uint16_t first = bench_establish(&b);
    uint16_t second = bench_establish(&b);
    uint16_t sessions[5];
    for (int i = 0; i < 5; i++)
        sessions[i] = bench_session(&b, i < 3 ? first : second, NULL);
    assert_int_equal(l2tp_endpoint_sessions(&b.b.endpoint, 101), 3);
    assert_int_equal(l2tp_endpoint_sessions(&b.b.endpoint, 102), 2);
    for (int i = 0; i < 5; i++) {
        l2tp_endpoint_send(&b.a.endpoint, b.now, sessions[i], packet_from(&b.pool, "\xff\x03", 2),
                           false);
        bench_run(&b, b.now + MS(10));
        assert_int_equal(b.b.session_id, 201 + i);
    }
    l2tp_endpoint_disconnect(&b.a.endpoint, b.now, sessions[1], 3, 0, 0);
    bench_run(&b, b.now + MS(100));
    bench_expect(&b, "a!end:2/local a:CDN b!end:202/peer-disconnect b:zlb ");
    l2tp_endpoint_stop(&b.b.endpoint, b.now, 101, L2TP_STOP_SHUTTING_DOWN, 0);
    bench_run(&b, b.now + MS(100));
    bench_expect(&b, "b!end:203/tunnel-closed b!end:201/tunnel-closed b!down:101/local b:StopCCN "
                     "a!end:3/tunnel-closed a!end:1/tunnel-closed a!down:1/peer-stop a:zlb "
                     "a!settled:1 b!settled:101 ");
    assert_int_equal(l2tp_endpoint_sessions(&b.b.endpoint, 102), 2);
    bench_close(&b);
}

/* Ids go on counting, so that nothing late finds a new tunnel or session under an old id. */
static void ids_are_not_used_again_at_once(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_a_rfc(), bench_b_rfc());
    uint16_t tunnel = bench_establish(&b);
    for (unsigned i = 1; i <= 40; i++) {
        uint16_t session = bench_session(&b, tunnel, NULL);
        assert_int_equal(session, i);
        l2tp_endpoint_disconnect(&b.a.endpoint, b.now, session, 3, 0, 0);
        bench_run(&b, b.now + MS(100));
    }
    for (unsigned i = 2; i <= 20; i++) { /* stopped tunnels make room when slots run out */
        uint16_t next = bench_establish(&b);
        assert_true(next > tunnel);
        tunnel = next;
        l2tp_endpoint_stop(&b.a.endpoint, b.now, tunnel, 1, 0);
        bench_run(&b, b.now + MS(100));
    }
    bench_close(&b);
}

static void slots_that_run_out_are_told(void **state)
{
    (void)state;
    struct bench b;
    struct l2tp_config a = bench_a_rfc();
    struct l2tp_config server = bench_b_rfc();
    a.max_tunnels = 2;
    a.max_sessions = 3;
    server.max_sessions = 2;
    bench_open(&b, a, server);
    uint16_t tunnel = bench_establish(&b);
    uint16_t id;
    bench_begin(&b.a);
    assert_int_equal(l2tp_endpoint_open(&b.a.endpoint, b.now, &b.b.address, 1701, NULL, &id),
                     STATUS_NO_ROOM);
    bench_session(&b, tunnel, NULL);
    bench_session(&b, tunnel, NULL);
    assert_int_equal(l2tp_endpoint_ring(&b.a.endpoint, b.now, tunnel, NULL, &id), STATUS_OK);
    bench_run(&b, b.now + MS(100));
    bench_expect(&b, "a:ICRQ b:CDN a!end:3/peer-disconnect a:zlb ");
    bench_close(&b);
}

/* Section 5.1.1. */
static void both_ends_prove_that_they_know_the_secret(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool a_asks, b_asks;
        const char *log;
    } cases[] = {
        {"s", "s", true, true, "a:SCCRQ b:SCCRP a!up:1 a:SCCCN b!up:101 b:zlb "},
        {"s", "s", true, false, "a:SCCRQ b:SCCRP a!up:1 a:SCCCN b!up:101 b:zlb "},
        {"s", "s", false, true, "a:SCCRQ b:SCCRP a!up:1 a:SCCCN b!up:101 b:zlb "},
        /* The originator finds it out first when it asks, else the receiver does. */
        {"s", "t", true, true,
         "a:SCCRQ b:SCCRP a!down:1/not-authorized a:StopCCN b!down:101/peer-stop b:zlb "
         "b!settled:101 a!settled:1 "},
        {"s", "t", false, true,
         "a:SCCRQ b:SCCRP a!up:1 a:SCCCN b!down:101/not-authorized b:StopCCN a!down:1/peer-stop "
         "a:zlb a!settled:1 b!settled:101 "},
        {"s", NULL, true, false,
         "a:SCCRQ b!down:101/not-authorized b:StopCCN a!down:1/peer-stop a:zlb a!settled:1 "
         "b!settled:101 "},
        {NULL, "s", false, true,
         "a:SCCRQ b:SCCRP a!down:1/not-authorized a:StopCCN b!down:101/peer-stop b:zlb "
         "b!settled:101 a!settled:1 "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bench b;
        struct l2tp_config a = bench_a_rfc();
        struct l2tp_config server = bench_b_rfc();
        a.secret = cases[i].a;
        a.challenge = cases[i].a_asks;
        server.secret = cases[i].b;
        server.challenge = cases[i].b_asks;
        bench_open(&b, a, server);
        bench_begin(&b.a);
        bench_run(&b, SECONDS(1));
        bench_expect(&b, cases[i].log);
        bench_close(&b);
    }
}

static void a_secret_may_be_one_peers_own(void **state)
{
    (void)state;
    struct bench b;
    struct l2tp_config a = bench_a_rfc();
    struct l2tp_config server = bench_b_rfc();
    uint16_t id;
    a.secret = "wrong";
    server.secret = "right";
    server.challenge = true;
    bench_open(&b, a, server);
    l2tp_endpoint_open(&b.a.endpoint, 0, &b.b.address, 1701, "right", &id);
    bench_run(&b, SECONDS(1));
    bench_expect(&b, "a:SCCRQ b:SCCRP a!up:1 a:SCCCN b!up:101 b:zlb ");
    bench_close(&b);
}

static void everything_may_be_hidden(void **state)
{
    (void)state;
    struct bench b;
    struct l2tp_config a = bench_a_rfc();
    struct l2tp_config server = bench_b_rfc();
    a.secret = server.secret = "secret";
    a.challenge = server.challenge = true;
    a.wording.hidden = server.wording.hidden = UINT64_MAX;
    a.wording.hidden_padding = 5;
    bench_open(&b, a, server);
    uint16_t tunnel = bench_establish(&b);
    struct l2tp_call call = {.calling_number = "5551000", .tx_connect_speed = 4711};
    bench_session(&b, tunnel, &call);
    assert_int_equal(l2tp_endpoint_session(&b.b.endpoint, 201)->tx_connect_speed, 4711);
    bench_close(&b);
}

/* Section 4.4.3, Tie Breaker: the lower value wins, and one tunnel is left. */
static void a_tie_is_broken(void **state)
{
    (void)state;
    struct bench b;
    struct l2tp_config a = bench_a_rfc();
    a.accept_tunnels = true;
    bench_open(&b, a, bench_b_rfc());
    bench_begin(&b.a);
    uint16_t lost = bench_begin(&b.b);
    /* Fix who wins; the values on the wire are drawn before. */
    bool a_wins = memcmp(b.a.tunnels[0].tie_breaker, b.b.tunnels[4].tie_breaker, 8) < 0;
    assert_true(a_wins); /* with these seeds */
    uint16_t session;
    b.a.answers = true;
    l2tp_endpoint_ring(&b.b.endpoint, 0, lost, NULL, &session); /* waits, and is not lost */
    bench_run(&b, SECONDS(1) - 1);
    bench_expect(&b, "a:SCCRQ b:SCCRQ b!down:101/tie-lost b!settled:101 b:SCCRP a!up:1 a:SCCCN "
                     "b!up:102 b:ICRQ a!req:1 a:ICRP b!ses:201 b:ICCN a!ses:1 a:zlb ");
    assert_string_equal(b.a.drops, "tie-won ");
    assert_int_equal(l2tp_endpoint_session(&b.b.endpoint, session)->local_tunnel_id, 102);
    bench_close(&b);
}

static void equal_ties_discard_both(void **state)
{
    (void)state;
    struct bench b;
    struct l2tp_config a = bench_a_rfc();
    a.accept_tunnels = true;
    bench_open(&b, a, bench_b_rfc());
    b.b.entropy = b.a.entropy; /* both draw the same */
    bench_begin(&b.a);
    bench_begin(&b.b);
    bench_run(&b, SECONDS(1) - 1);
    bench_expect(&b, "a:SCCRQ b:SCCRQ a!down:1/tie-lost a!settled:1 b!down:101/tie-lost "
                     "b!settled:101 ");
    bench_close(&b);
}

static void who_has_a_tie_breaker_wins_against_who_has_none(void **state)
{
    (void)state;
    struct bench b;
    struct l2tp_config a = bench_a_rfc();
    struct l2tp_config c = bench_b_rfc();
    a.accept_tunnels = true;
    c.tie_breaker = false;
    bench_open(&b, a, c);
    bench_begin(&b.a);
    bench_begin(&b.b);
    bench_run(&b, MS(900));
    /* b, which does not know ties, takes both; a has won and says nothing on b's. */
    bench_expect(&b, "a:SCCRQ b:SCCRQ b:SCCRP a!up:1 a:SCCCN b!up:102 b:zlb ");
    assert_string_equal(b.a.drops, "tie-won ");
    bench_close(&b);
}

/* Section 8.1: the recipient of an SCCRQ may answer from another port. */
static void the_reply_may_come_from_another_port(void **state)
{
    (void)state;
    static const char sccrp[] =
        "c802 003c 0001 0000 0000 0001 8008 0000 0000 0002 8008 0000 0002 0100"
        "800a 0000 0003 00000001 8007 0000 0007 63 8008 0000 0009 0065 0007 0000 0008 43";
    for (int follow = 0; follow < 2; follow++) {
        struct bench b;
        struct l2tp_config a = bench_a_rfc();
        uint8_t octets[128];
        size_t length = unit_hex(sccrp, octets, sizeof octets);
        a.follow_port = follow;
        bench_open(&b, a, bench_b_rfc());
        b.b.deaf = true;
        bench_begin(&b.a);
        bench_poll(&b.a);
        l2tp_endpoint_input(&b.a.endpoint, 0, &b.b.address, 40000,
                            packet_from(&b.pool, octets, length));
        struct l2tp_output output;
        unsigned sent = 0;
        while (l2tp_endpoint_poll(&b.a.endpoint, &output)) {
            if (output.kind == OUTPUT_SEND) {
                assert_int_equal(output.port, 40000);
                sent++;
            }
            packet_free(output.packet);
        }
        assert_int_equal(sent, follow);
        assert_string_equal(b.a.drops, follow ? "" : "wrong-peer ");
        bench_close(&b);
    }
}

/* Section 4.2: a call for a bad message of a call, the tunnel for one of the tunnel. */
static void a_mandatory_avp_that_is_unknown_is_fatal(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_a_rfc(), bench_b_rfc());
    bench_establish(&b);
    b.a.deaf = true;
    /* In ICRQ; the Error Message names the attribute. */
    bench_feed_hex(&b.b, "c802 002c 0065 0000 0002 0001 8008 0000 0000 000a 8008 0000 000e 0005"
                         "800a 0000 000f 00000001 8006 0000 1234");
    bench_expect(&b, "b:CDN ");
    uint8_t revealed[L2TP_REVEALED_SIZE];
    struct l2tp_message message;
    struct l2tp_fault fault;
    assert_true(l2tp_message_decode(b.b.last + 12, b.b.last_length - 12, &(struct l2tp_judgment){0},
                                    revealed, &message, &fault));
    assert_int_equal(message.result, 2);
    assert_int_equal(message.error, 8);
    assert_int_equal(message.assigned_session_id, 201);
    assert_int_equal(message.error_message.length, 39);
    assert_memory_equal(message.error_message.octets, "attribute 4660 of vendor 0: unknown-avp",
                        39);
    /* Without the M bit, ignored. */
    bench_feed_hex(&b.b, "c802 002c 0065 0000 0003 0002 8008 0000 0000 000a 8008 0000 000e 0005"
                         "800a 0000 000f 00000001 0006 0000 1234");
    bench_expect(&b, "b!req:202 b:zlb ");
    /* In HELLO: the tunnel. */
    bench_feed_hex(&b.b, "c802 001a 0065 0000 0004 0002 8008 0000 0000 0006 8006 0000 1234");
    bench_expect(&b, "b!end:202/tunnel-closed b!down:101/bad-message b:StopCCN ");
    bench_close(&b);
}

static void an_unknown_message_is_fatal_when_it_says_so(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_a_rfc(), bench_b_rfc());
    bench_establish(&b);
    b.a.deaf = true;
    bench_feed_hex(&b.b, "c802 0014 0065 0000 0002 0001 0008 0000 0000 0029");
    bench_expect(&b, "b:zlb "); /* ignored, but acknowledged */
    assert_string_equal(b.b.drops, "unknown-message ");
    bench_feed_hex(&b.b, "c802 0014 0065 0000 0003 0001 8008 0000 0000 0029");
    bench_expect(&b, "b!down:101/bad-message b:StopCCN ");
    bench_close(&b);
}

static void feed_request(struct bench_end *end, unsigned id)
{
    char hex[160];
    snprintf(hex, sizeof hex,
             "c802 0035 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100"
             "800a 0000 0003 00000001 8007 0000 0007 63 8008 0000 0009 %04x",
             id);
    bench_feed_hex(end, hex);
}

static void copies_of_requests_find_their_tunnels(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_a_rfc(), bench_b_rfc());
    b.a.deaf = true;
    for (int round = 0; round < 3; round++) {
        for (unsigned i = 0; i < BENCH_TUNNELS; i++)
            feed_request(&b.b, 1000 + 7 * i);
        assert_string_equal(b.b.drops, "");
        for (unsigned i = BENCH_TUNNELS; i-- > 0;)
            feed_request(&b.b, 1000 + 7 * i);
        assert_string_equal(b.b.drops, "duplicate duplicate duplicate duplicate duplicate "
                                       "duplicate duplicate duplicate ");
        b.b.drops[0] = '\0';
        bench_run(&b, b.now + SECONDS(100)); /* nobody goes on: all are given up */
        assert_int_equal(b.pool.in_use, 0);
        b.log[0] = '\0';
    }
    bench_close(&b);
}

static void nobody_has_to_take_tunnels(void **state)
{
    (void)state;
    struct bench b;
    struct l2tp_config server = bench_b_rfc();
    server.accept_tunnels = false;
    bench_open(&b, bench_a_rfc(), server);
    bench_begin(&b.a);
    bench_run(&b, MS(500));
    bench_expect(&b, "a:SCCRQ ");
    assert_string_equal(b.b.drops, "not-accepted ");
    bench_close(&b);
}

static void a_tunnel_that_is_acknowledged_and_not_answered_times_out(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_a_rfc(), bench_b_rfc());
    b.b.deaf = true;
    bench_begin(&b.a);
    bench_poll(&b.a);
    bench_feed_hex(&b.a, "c802 000c 0001 0000 0000 0001");
    bench_run(&b, MS(59999));
    bench_expect(&b, "a:SCCRQ ");
    bench_run(&b, SECONDS(60));
    bench_expect(&b, "a!down:1/timeout a:StopCCN ");
    bench_close(&b);
}

static void a_call_that_is_not_answered_times_out(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_a_rfc(), bench_b_rfc());
    uint16_t tunnel = bench_establish(&b);
    uint16_t session;
    l2tp_endpoint_ring(&b.a.endpoint, b.now, tunnel, NULL, &session);
    instant start = b.now;
    bench_run(&b, start + MS(59999)); /* b's owner does not decide */
    bench_expect(&b, "a:ICRQ b!req:201 b:zlb ");
    bench_run(&b, start + SECONDS(60) + MS(20));
    bench_expect(&b, "a!end:1/timeout a:CDN b!end:201/peer-disconnect b:zlb ");
    bench_close(&b);
}

/* With each of many tunnels due at another time, the earliest is served first. */
static void the_timers_of_all_tunnels_are_kept_apart(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_a_rfc(), bench_b_rfc());
    b.b.deaf = true;
    for (unsigned i = 0; i < BENCH_TUNNELS; i++) {
        bench_begin(&b.a);
        bench_run(&b, b.now + MS(100 * (i % 3) + 10));
    }
    b.log[0] = '\0';
    for (unsigned i = 2; i <= BENCH_TUNNELS; i += 2)
        l2tp_endpoint_stop(&b.a.endpoint, b.now, (uint16_t)i, 1, 0);
    bench_run(&b, SECONDS(40));
    unsigned gone = 0;
    for (unsigned i = 1; i <= BENCH_TUNNELS; i++)
        gone += !l2tp_endpoint_tunnel(&b.a.endpoint, (uint16_t)i);
    assert_int_equal(gone, BENCH_TUNNELS);
    assert_int_equal(b.pool.in_use, 0);
    bench_close(&b);
}

static void without_memory_a_tunnel_is_given_up(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_a_rfc(), bench_b_rfc());
    uint16_t tunnel = bench_establish(&b);
    uint16_t session;
    struct packet *only = packet_alloc(&b.pool, 1);
    b.pool.limit = 1;
    l2tp_endpoint_ring(&b.a.endpoint, b.now, tunnel, NULL, &session);
    bench_poll(&b.a);
    bench_expect(&b, "a!end:1/tunnel-closed a!down:1/no-memory a!settled:1 ");
    packet_free(only);
    b.pool.limit = 0;
    bench_close(&b);
}

static void link_info_and_wan_errors_reach_the_other_end(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_a_rfc(), bench_b_rfc());
    uint16_t session = bench_session(&b, bench_establish(&b), NULL);
    struct l2tp_call_errors errors = {1, 2, 3, 4, 5, 6};
    assert_int_equal(l2tp_endpoint_session(&b.a.endpoint, session)->send_accm, UINT32_MAX);
    l2tp_endpoint_send_link_info(&b.b.endpoint, b.now, b.b.session_id, 0x000a0000, 7);
    l2tp_endpoint_send_wan_error(&b.a.endpoint, b.now, session, &errors);
    bench_run(&b, b.now + MS(100));
    bench_expect(&b, "a:WEN b:SLI a!sli:1 a:zlb b!wen:201 b:zlb ");
    assert_int_equal(l2tp_endpoint_session(&b.a.endpoint, session)->send_accm, 0x000a0000);
    assert_int_equal(l2tp_endpoint_session(&b.a.endpoint, session)->receive_accm, 7);
    assert_non_null(strstr(b.b.events, "l2tp.wan-error"));
    assert_non_null(strstr(b.a.events, "l2tp.link-info"));
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tunnel_and_a_session_take_six_messages),
        cmocka_unit_test(an_outgoing_call_takes_three_messages),
        cmocka_unit_test(an_outgoing_call_needs_a_bearer_of_the_lac),
        cmocka_unit_test(a_tunnel_carries_many_calls_and_two_peers_many_tunnels),
        cmocka_unit_test(ids_are_not_used_again_at_once),
        cmocka_unit_test(slots_that_run_out_are_told),
        cmocka_unit_test(both_ends_prove_that_they_know_the_secret),
        cmocka_unit_test(a_secret_may_be_one_peers_own),
        cmocka_unit_test(everything_may_be_hidden),
        cmocka_unit_test(a_tie_is_broken),
        cmocka_unit_test(equal_ties_discard_both),
        cmocka_unit_test(who_has_a_tie_breaker_wins_against_who_has_none),
        cmocka_unit_test(the_reply_may_come_from_another_port),
        cmocka_unit_test(a_mandatory_avp_that_is_unknown_is_fatal),
        cmocka_unit_test(an_unknown_message_is_fatal_when_it_says_so),
        cmocka_unit_test(copies_of_requests_find_their_tunnels),
        cmocka_unit_test(nobody_has_to_take_tunnels),
        cmocka_unit_test(a_tunnel_that_is_acknowledged_and_not_answered_times_out),
        cmocka_unit_test(a_call_that_is_not_answered_times_out),
        cmocka_unit_test(the_timers_of_all_tunnels_are_kept_apart),
        cmocka_unit_test(without_memory_a_tunnel_is_given_up),
        cmocka_unit_test(link_info_and_wan_errors_reach_the_other_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
