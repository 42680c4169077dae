/* Windows as MS-L2TPIE describes it and as Windows XP was recorded. */
#include "bench.h"

#define HOSTS_A "74657374636c69656e742e636f6e746f736f2e636f6d" /* testclient.contoso.com */
#define HOSTS_B "746573747365727665722e636f6e746f736f2e636f6d" /* testserver.contoso.com */
#define VENDOR  "000f 0000 0008 4d6963726f736f6674"

/*
 * The example of MS-L2TPIE section 4, AVP for AVP, both ends with tunnel id 13 and session id 1.
 * Where its header lengths are not those of the AVPs that it lists (SCCRQ 0x84, SCCRP 0x68) or are
 * decimal numbers behind 0x (ICRP 0x28, ICCN 0x48, CDN 0x38), the AVPs are followed. ICCN and CDN
 * carry the Session ID of the LNS, without which they would find no session.
 */
static const char *const example[] = {
    "c802 0073 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100"
    "800a 0000 0003 00000001 000a 0000 0004 00000000 0008 0000 0006 0600 801c 0000 0007" HOSTS_A
        VENDOR "8008 0000 0009 000d 8008 0000 000a 0008",
    "c802 006b 000d 0000 0000 0001 8008 0000 0000 0002 8008 0000 0002 0100"
    "800a 0000 0003 00000001 000a 0000 0004 00000000 801c 0000 0007" HOSTS_B VENDOR
    "8008 0000 0009 000d 8008 0000 000a 0008",
    "c802 0014 000d 0000 0001 0001 8008 0000 0000 0003",
    "c802 0046 000d 0000 0002 0001 8008 0000 0000 000a 8008 0000 000e 0001"
    "800a 0000 000f 00000000 000a 0000 0012 00000002"
    "0016 0137 0001 157828bf3c66c04a9dd96d9335d432b3",
    "c802 001c 000d 0001 0001 0003 8008 0000 0000 000b 8008 0000 000e 0001",
    "c802 0030 000d 0001 0003 0002 8008 0000 0000 000c 800a 0000 0018 05f5e100"
    "800a 0000 0013 00000001 0008 0000 001d 0004",
    "c802 0026 000d 0001 0004 0002 8008 0000 0000 000e 8008 0000 000e 0001"
    "800a 0000 0001 0003 0000",
    "c802 0026 000d 0000 0005 0002 8008 0000 0000 0004 8008 0000 0009 000d"
    "800a 0000 0001 0001 0000",
};

/* Carries what both ends send at once, and compares it with the expected messages. */
static void carry(struct bench *b, const char *const *expected, unsigned *next, unsigned until)
{
    struct bench_end *ends[] = {&b->a, &b->b};
    for (int rounds = 0; rounds < 40; rounds++) {
        struct bench_end *end = ends[rounds % 2];
        struct l2tp_output output;
        while (l2tp_endpoint_poll(&end->endpoint, &output)) {
            if (output.kind == OUTPUT_EVENT) {
                bench_event(end, &output);
                continue;
            }
            if (output.packet->length > 12) {
                assert_true(*next < until);
                unit_assert_hex(output.packet->data, output.packet->length, expected[(*next)++]);
            }
            l2tp_endpoint_input(&bench_other(end)->endpoint, b->now, &end->address, 1701,
                                output.packet);
            rounds = 0;
        }
    }
    assert_int_equal(*next, until);
}

static struct l2tp_config windows(enum l2tp_windows version, const char *host)
{
    struct l2tp_config config = l2tp_config_windows(version);
    config.host_name = host;
    config.channel.acknowledge_ms = 0; /* which the examples do not tell */
    return config;
}

static void the_example_messages_come_out_byte_for_byte(void **state)
{
    (void)state;
    struct bench b;
    struct l2tp_config a = windows(L2TP_WINDOWS_VISTA, "testclient.contoso.com");
    struct l2tp_config server = windows(L2TP_WINDOWS_VISTA, "testserver.contoso.com");
    a.first_tunnel_id = server.first_tunnel_id = 13;
    server.accept_tunnels = true;
    bench_open(&b, a, server);
    b.b.answers = true;
    uint8_t correlation[16];
    unit_hex("157828bf3c66c04a9dd96d9335d432b3", correlation, 16);
    struct l2tp_call call = {
        .bearer_type = L2TP_BEARER_ANALOG,
        .tx_connect_speed = 100000000,
        .physical_channel_id = L2TP_NO_PHYSICAL_CHANNEL,
        .proxy_authen_type = L2TP_PROXY_NONE,
        .correlation_id = correlation,
    };
    unsigned next = 0;
    uint16_t session;
    uint16_t tunnel = bench_begin(&b.a);
    l2tp_endpoint_ring(&b.a.endpoint, 0, tunnel, &call, &session);
    carry(&b, example, &next, 6);
    assert_memory_equal(l2tp_endpoint_session(&b.b.endpoint, 1)->correlation_id, correlation, 16);
    l2tp_endpoint_disconnect(&b.a.endpoint, 0, session, L2TP_DISCONNECT_ADMINISTRATIVE, 0, 0);
    carry(&b, example, &next, 8); /* the tunnel ends by itself (section 3.1.4) */
    bench_expect(&b, "a:SCCRQ b:SCCRP a!up:13 a:SCCCN a:ICRQ b!up:13 b!req:1 b:ICRP a!ses:1 a:ICCN "
                     "b!ses:1 b:zlb a!end:1/local a:CDN b!end:1/peer-disconnect b:zlb "
                     "a!down:13/unused a:StopCCN b!down:13/peer-stop b:zlb b!settled:13 "
                     "a!settled:13 ");
    bench_close(&b);
}

/* Windows XP's own, with a host name of the same length; the peer is played by hand. */
static void windows_xp_is_met_to_the_octet(void **state)
{
    (void)state;
    static const char *const sent[] = {
        "c802 0075 0000 0000 0000 0000 8008 0000 0000 0001 8008 0000 0002 0100"
        "800a 0000 0003 00000001 800a 0000 0004 00000000 8008 0000 0006 0500 801e 0000 0007"
        "636c69656e742d30312e636f72702e6578616d706c652e6e" VENDOR
        "8008 0000 0009 0001 8008 0000 000a 0008",
        "c802 0014 0cb9 0000 0001 0001 8008 0000 0000 0003",
        "c802 0030 0cb9 0000 0002 0001 8008 0000 0000 000a 8008 0000 000e 0001"
        "800a 0000 000f 00000000 800a 0000 0012 00000002",
        "c802 0030 0cb9 0019 0003 0002 8008 0000 0000 000c 800a 0000 0018 05f5e100"
        "800a 0000 0013 00000001 0008 0000 001d 0004",
        "c802 0026 0cb9 0019 0004 0002 8008 0000 0000 000e 800a 0000 0001 0003 0000"
        "8008 0000 000e 0001",
        "c802 0026 0cb9 0000 0005 0002 8008 0000 0000 0004 8008 0000 0009 0001"
        "800a 0000 0001 0006 0000",
    };
    struct bench b;
    bench_open(&b, windows(L2TP_WINDOWS_2000, "client-01.corp.example.n"), bench_b_rfc());
    b.b.deaf = true;
    struct l2tp_call call = {
        .bearer_type = L2TP_BEARER_ANALOG,
        .tx_connect_speed = 100000000,
        .physical_channel_id = L2TP_NO_PHYSICAL_CHANNEL,
        .proxy_authen_type = L2TP_PROXY_NONE,
    };
    uint16_t session;
    uint16_t tunnel = bench_begin(&b.a);
    l2tp_endpoint_ring(&b.a.endpoint, 0, tunnel, &call, &session);
    bench_poll(&b.a);
    unit_assert_hex(b.a.last, b.a.last_length, sent[0]);
    /* What the router at the other end answered, its names shortened. */
    bench_feed_hex(&b.a, "c802 0056 0001 0000 0000 0001 8008 0000 0000 0002 8008 0000 0002 0100"
                         "800a 0000 0003 00000000 800a 0000 0004 00000000 0008 0000 0006 1120"
                         "8007 0000 0007 63 0007 0000 0008 43 8008 0000 0009 0cb9"
                         "8008 0000 000a 012c");
    unit_assert_hex(b.a.last, b.a.last_length, sent[2]); /* SCCCN and ICRQ back to back */
    bench_expect(&b, "a:SCCRQ a!up:1 a:SCCCN a:ICRQ ");
    bench_feed_hex(&b.a, "c802 001c 0001 0001 0001 0003 8008 0000 0000 000b 8008 0000 000e 0019");
    unit_assert_hex(b.a.last, b.a.last_length, sent[3]);
    bench_feed_hex(&b.a, "c802 000c 0001 0000 0002 0004");
    l2tp_endpoint_disconnect(&b.a.endpoint, 0, session, L2TP_DISCONNECT_ADMINISTRATIVE, 0, 0);
    bench_poll(&b.a);
    unit_assert_hex(b.a.last, b.a.last_length, sent[4]);
    bench_feed_hex(&b.a, "c802 000c 0001 0000 0002 0005");
    unit_assert_hex(b.a.last, b.a.last_length, sent[5]);
    bench_feed_hex(&b.a, "c802 000c 0001 0000 0002 0006");
    bench_expect(&b, "a!ses:1 a:ICCN a!end:1/local a:CDN a!down:1/unused a:StopCCN a!settled:1 ");
    bench_close(&b);
}

/* Two Windows machines, a tunnel and a session between them; the log is empty afterwards. */
static uint16_t connect_pair(struct bench *b, struct l2tp_config server)
{
    static const struct l2tp_call call = {.proxy_authen_type = L2TP_PROXY_NONE};
    server.accept_tunnels = true;
    server.first_tunnel_id = 101;
    server.first_session_id = 201;
    struct l2tp_config client = l2tp_config_windows(L2TP_WINDOWS_2000);
    client.host_name = "client";
    server.host_name = "server";
    bench_open(b, client, server);
    return bench_session(b, bench_establish(b), &call);
}

static void set_link_info_and_wan_errors_are_ignored(void **state)
{
    (void)state;
    struct bench b;
    uint16_t session = connect_pair(&b, l2tp_config_windows(L2TP_WINDOWS_2000));
    struct l2tp_call_errors errors = {.crc_errors = 1};
    l2tp_endpoint_send_link_info(&b.b.endpoint, b.now, b.b.session_id, 0, 0);
    l2tp_endpoint_send_wan_error(&b.a.endpoint, b.now, session, &errors);
    bench_run(&b, b.now + SECONDS(1));
    bench_expect(&b, "a:WEN b:SLI a:zlb b:zlb ");
    assert_string_equal(b.a.drops, "link-info-ignored ");
    assert_string_equal(b.b.drops, "wan-error-ignored ");
    bench_close(&b);
}

/* MS-L2TPIE note 19. */
static void a_framing_mismatch_is_ignored_or_ends_the_tunnel(void **state)
{
    (void)state;
    static const struct {
        enum l2tp_framing_policy policy;
        const char *log;
    } cases[] = {
        {L2TP_FRAMING_IGNORE, "a:ICRQ b!req:201 b:ICRP a!ses:1 a:ICCN b!ses:201 b:zlb "},
        {L2TP_FRAMING_CLOSE_TUNNEL,
         "a:ICRQ b!req:201 b:ICRP a!ses:1 a:ICCN b!end:201/tunnel-closed b!down:101/framing "
         "b:StopCCN a!end:1/tunnel-closed a!down:1/peer-stop a:zlb a!settled:1 b!settled:101 "},
        {L2TP_FRAMING_REJECT_CALL, "a:ICRQ b!req:201 b:ICRP a!ses:1 a:ICCN b!end:201/framing b:CDN "
                                   "a!end:1/peer-disconnect a:zlb "},
    };
    for (size_t i = 0; i < 3; i++) {
        struct bench b;
        struct l2tp_config server = windows(L2TP_WINDOWS_2000, "b");
        struct l2tp_config client = windows(L2TP_WINDOWS_2000, "a");
        struct l2tp_call call = {.framing_type = L2TP_FRAMING_ASYNCHRONOUS};
        uint16_t session;
        server.accept_tunnels = true;
        server.first_tunnel_id = 101;
        server.first_session_id = 201;
        server.framing_policy = cases[i].policy;
        client.stop_unused = false;
        bench_open(&b, client, server);
        uint16_t tunnel = bench_establish(&b);
        b.b.answers = true;
        l2tp_endpoint_ring(&b.a.endpoint, b.now, tunnel, &call, &session);
        bench_run(&b, b.now + MS(900));
        bench_expect(&b, cases[i].log);
        bench_close(&b);
    }
}

/* MS-L2TPIE note 12. */
static void two_requests_that_cross_make_two_tunnels(void **state)
{
    (void)state;
    struct bench b;
    struct l2tp_config a = windows(L2TP_WINDOWS_2000, "a");
    struct l2tp_config c = windows(L2TP_WINDOWS_2000, "b");
    a.accept_tunnels = c.accept_tunnels = true;
    c.first_tunnel_id = 101;
    bench_open(&b, a, c);
    bench_begin(&b.a);
    bench_begin(&b.b);
    bench_run(&b, SECONDS(1));
    bench_expect(&b, "a:SCCRQ b:SCCRQ a:SCCRP b:SCCRP a!up:1 a:SCCCN b!up:101 b:SCCCN "
                     "a!up:2 a:zlb b!up:102 b:zlb ");
    bench_close(&b);
    /* The peer's SCCRQ with the id of the own one is ignored. */
    a.first_tunnel_id = c.first_tunnel_id = 7;
    bench_open(&b, a, c);
    bench_begin(&b.a);
    bench_begin(&b.b);
    bench_run(&b, MS(900));
    bench_expect(&b, "a:SCCRQ b:SCCRQ ");
    assert_string_equal(b.a.drops, "own-tunnel-id ");
    bench_close(&b);
}

/* MS-L2TPIE note 21. */
static void an_ocrp_with_session_id_0_ends_the_tunnel(void **state)
{
    (void)state;
    struct bench b;
    struct l2tp_config client = windows(L2TP_WINDOWS_2000, "a");
    client.stop_unused = false;
    bench_open(&b, client, bench_b_rfc());
    uint16_t tunnel = bench_establish(&b);
    uint16_t session;
    l2tp_endpoint_place_call(&b.a.endpoint, b.now, tunnel, NULL, &session);
    b.b.deaf = true;
    bench_poll(&b.a);
    bench_feed_hex(&b.a, "c802 001c 0001 0001 0001 0003 8008 0000 0000 0008 8008 0000 000e 0000");
    bench_expect(&b, "a:OCRQ a!end:1/tunnel-closed a!down:1/bad-message a:StopCCN ");
    bench_close(&b);
}

static void hello_comes_after_40_seconds(void **state)
{
    (void)state;
    struct bench b;
    connect_pair(&b, l2tp_config_windows(L2TP_WINDOWS_2000));
    instant quiet = b.b.endpoint.config.tunnels[4].last_received;
    assert_in_range(quiet, 1, SECONDS(2));
    bench_run(&b, quiet + MS(39999));
    bench_expect(&b, "");
    bench_run(&b, b.now + SECONDS(1));
    assert_string_equal(b.log, "b:HELLO a:zlb ");
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_messages_come_out_byte_for_byte),
        cmocka_unit_test(windows_xp_is_met_to_the_octet),
        cmocka_unit_test(set_link_info_and_wan_errors_are_ignored),
        cmocka_unit_test(a_framing_mismatch_is_ignored_or_ends_the_tunnel),
        cmocka_unit_test(two_requests_that_cross_make_two_tunnels),
        cmocka_unit_test(an_ocrp_with_session_id_0_ends_the_tunnel),
        cmocka_unit_test(hello_comes_after_40_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
