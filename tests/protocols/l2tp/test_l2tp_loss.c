/* Two endpoints that lose one control packet after the other: RFC 2661 section 5.8. */
#include "bench.h"

static const struct l2tp_call call = {.proxy_authen_type = L2TP_PROXY_NONE};

/* A tunnel, a session and their end, with the n-th control packet of one end lost. */
static void live(struct bench *b, unsigned lose_a, unsigned lose_b)
{
    uint16_t session;
    b->b.answers = true;
    b->a.lose = lose_a;
    b->b.lose = lose_b;
    uint16_t tunnel = bench_begin(&b->a);
    assert_int_equal(l2tp_endpoint_ring(&b->a.endpoint, 0, tunnel, &call, &session), STATUS_OK);
    bench_run(b, SECONDS(10));
    assert_int_equal(l2tp_endpoint_session(&b->a.endpoint, session)->state,
                     L2TP_SESSION_ESTABLISHED);
    assert_int_equal(l2tp_endpoint_session(&b->b.endpoint, b->b.session_id)->state,
                     L2TP_SESSION_ESTABLISHED);
    assert_int_equal(l2tp_endpoint_disconnect(&b->a.endpoint, b->now, session,
                                              L2TP_DISCONNECT_ADMINISTRATIVE, 0, 0),
                     STATUS_OK);
    bench_run(b, SECONDS(20));
    assert_int_equal(l2tp_endpoint_sessions(&b->b.endpoint, b->b.tunnel_id), 0);
    assert_int_equal(l2tp_endpoint_stop(&b->a.endpoint, b->now, tunnel, L2TP_STOP_GENERAL, 0),
                     STATUS_OK);
    bench_run(b, SECONDS(30));
    assert_int_equal(l2tp_endpoint_tunnel(&b->b.endpoint, b->b.tunnel_id)->reason,
                     L2TP_CLOSE_PEER_STOP);
    /* Both have forgotten the tunnel when the time of late copies is over. */
    bench_run(b, SECONDS(70));
    assert_null(l2tp_endpoint_tunnel(&b->a.endpoint, tunnel));
    assert_null(l2tp_endpoint_tunnel(&b->b.endpoint, b->b.tunnel_id));
    assert_int_equal(l2tp_endpoint_next_timeout(&b->a.endpoint), INSTANT_NEVER);
    assert_int_equal(l2tp_endpoint_next_timeout(&b->b.endpoint), INSTANT_NEVER);
    assert_int_equal(b->pool.in_use, 0);
}

static unsigned count(const char *text, const char *what)
{
    unsigned found = 0;
    for (const char *at = text; (at = strstr(at, what)); at += strlen(what))
        found++;
    return found;
}

static void each_packet_may_be_lost(void **state)
{
    (void)state;
    unsigned packets[2] = {0, 0};
    for (unsigned lost = 0; lost <= packets[0] + packets[1]; lost++) {
        struct bench b;
        bench_open(&b, bench_a_rfc(), bench_b_rfc());
        live(&b, lost <= packets[0] ? lost : 0, lost > packets[0] ? lost - packets[0] : 0);
        /* Whatever is lost, everything happens once. */
        assert_int_equal(count(b.log, "!up:"), 2);
        assert_int_equal(count(b.log, "!ses:"), 2);
        assert_int_equal(count(b.log, "!end:"), 2);
        assert_int_equal(count(b.log, "!down:"), 2);
        assert_int_equal(count(b.log, "!settled:"), 2);
        if (lost == 0) {
            packets[0] = b.a.control_sent;
            packets[1] = b.b.control_sent;
            assert_int_equal(packets[0], 6);
            assert_int_equal(packets[1], 6);
            bench_expect(&b, "a:SCCRQ b:SCCRP a!up:1 a:SCCCN a:ICRQ b!up:101 b:zlb b!req:201 "
                             "b:ICRP a!ses:1 a:ICCN b!ses:201 b:zlb a!end:1/local a:CDN "
                             "b!end:201/peer-disconnect b:zlb a!down:1/local a:StopCCN "
                             "b!down:101/peer-stop b:zlb b!settled:101 a!settled:1 ");
        } else {
            /* All ZLBs but the last one are made up for by what follows them. */
            assert_in_range(count(b.log, "~"), 0, 2);
        }
        bench_close(&b);
    }
}

static void each_packet_between_windows_machines_may_be_lost(void **state)
{
    (void)state;
    for (unsigned lost = 1; lost <= 12; lost++) {
        struct bench b;
        struct l2tp_config a = l2tp_config_windows(L2TP_WINDOWS_2000);
        struct l2tp_config server = l2tp_config_windows(L2TP_WINDOWS_2000);
        a.host_name = "a";
        a.stop_unused = false;
        server.host_name = "b";
        server.accept_tunnels = true;
        bench_open(&b, a, server);
        live(&b, lost <= 6 ? lost : 0, lost > 6 ? lost - 6 : 0);
        assert_int_equal(count(b.log, "!settled:"), 2);
        bench_close(&b);
    }
}

/* The times of the six messages of the set-up, each lost once. */
static void a_lost_message_comes_again_after_a_second(void **state)
{
    (void)state;
    static const struct {
        unsigned a, b;
        const char *again; /**< what is sent again */
    } cases[] = {
        {1, 0, "a~SCCRQ"}, {0, 1, "a~SCCRQ"}, {2, 0, "a~SCCCN"},
        {3, 0, "a~ICRQ"},  {0, 3, "b~ICRP"},  {4, 0, "a~ICCN"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bench b;
        uint16_t session;
        bench_open(&b, bench_a_rfc(), bench_b_rfc());
        b.b.answers = true;
        b.a.lose = cases[i].a;
        b.b.lose = cases[i].b;
        uint16_t tunnel = bench_begin(&b.a);
        l2tp_endpoint_ring(&b.a.endpoint, 0, tunnel, &call, &session);
        bench_run(&b, MS(999));
        assert_int_equal(count(b.log, "~"), 0);
        bench_run(&b, MS(1100));

        assert_non_null(strstr(b.log, cases[i].again));
        bench_run(&b, MS(2100));
        assert_int_equal(b.b.sessions[(201 - 1) % BENCH_SESSIONS].state, L2TP_SESSION_ESTABLISHED);
        bench_close(&b);
    }
}

/* "The tunnel and all sessions within MUST be cleared." */
static void a_peer_that_is_gone_is_given_up_after_31_seconds(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_a_rfc(), bench_b_rfc());
    b.b.deaf = true;
    uint16_t session;
    uint16_t tunnel = bench_begin(&b.a);
    l2tp_endpoint_ring(&b.a.endpoint, 0, tunnel, &call, &session);
    bench_run(&b, MS(30999));
    bench_expect(&b, "a:SCCRQ a~SCCRQ a~SCCRQ a~SCCRQ a~SCCRQ a~SCCRQ ");
    bench_run(&b, SECONDS(31));
    bench_expect(&b, "a!end:1/tunnel-closed a!down:1/no-response a!settled:1 ");
    assert_null(l2tp_endpoint_tunnel(&b.a.endpoint, tunnel));
    assert_int_equal(l2tp_endpoint_next_timeout(&b.a.endpoint), INSTANT_NEVER);
    bench_close(&b);
}

static void a_hello_that_is_not_acknowledged_ends_the_tunnel(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_a_rfc(), bench_b_rfc());
    bench_session(&b, bench_establish(&b), &call);
    b.b.deaf = b.a.deaf = true;
    bench_run(&b, SECONDS(61));
    assert_int_equal(count(b.log, "a:HELLO"), 1);
    assert_int_equal(count(b.log, "b:HELLO"), 1);
    bench_run(&b, SECONDS(100));
    assert_int_equal(count(b.log, "a~HELLO"), 5);
    assert_int_equal(count(b.log, "a!end:1/tunnel-closed a!down:1/no-response"), 1);
    assert_int_equal(count(b.log, "b!end:201/tunnel-closed b!down:101/no-response"), 1);
    bench_close(&b);
}

static void any_message_of_the_peer_postpones_hello(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_a_rfc(), bench_b_rfc());
    bench_session(&b, bench_establish(&b), &call);
    for (int i = 0; i < 5; i++) {
        bench_run(&b, b.now + SECONDS(50));
        bench_feed_hex(&b.a, "0002 0001 0001 ff03"); /* data counts, too */
        bench_feed_hex(&b.b, "0002 0065 00c9 ff03");
    }
    bench_expect(&b, "");
    instant quiet = b.now;
    bench_run(&b, quiet + MS(59999));
    bench_expect(&b, "");
    bench_run(&b, quiet + SECONDS(62));
    assert_int_equal(count(b.log, "HELLO"), 2);
    bench_close(&b);
}

/* The StopCCN's own acknowledgment is lost: the other end still gives it (section 5.7). */
static void a_stopped_tunnel_answers_late_copies(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_a_rfc(), bench_b_rfc());
    uint16_t tunnel = bench_establish(&b);
    b.b.lose = b.b.control_sent + 1;
    l2tp_endpoint_stop(&b.a.endpoint, b.now, tunnel, L2TP_STOP_GENERAL, 0);
    bench_run(&b, b.now + SECONDS(3));
    bench_expect(&b, "a!down:1/local a:StopCCN b!down:101/peer-stop b:zlb b!settled:101 a~StopCCN "
                     "b:zlb a!settled:1 ");
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_packet_may_be_lost),
        cmocka_unit_test(each_packet_between_windows_machines_may_be_lost),
        cmocka_unit_test(a_lost_message_comes_again_after_a_second),
        cmocka_unit_test(a_peer_that_is_gone_is_given_up_after_31_seconds),
        cmocka_unit_test(a_hello_that_is_not_acknowledged_ends_the_tunnel),
        cmocka_unit_test(any_message_of_the_peer_postpones_hello),
        cmocka_unit_test(a_stopped_tunnel_answers_late_copies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
