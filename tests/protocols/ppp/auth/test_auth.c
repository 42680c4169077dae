/* What the authentication engine does with every method, and PAP. */
#include "support/auth_bench.h"

#include <stdio.h>
#include <string.h>

static void methods_have_names_and_option_values(void **state)
{
    (void)state;
    static const struct {
        enum ppp_auth_method method;
        const char *name;
        const char *option;
    } rows[] = {
        {PPP_AUTH_PAP, "pap", "c023"},
        {PPP_AUTH_SPAP, "spap", "c027"},
        {PPP_AUTH_CHAP_MD5, "chap-md5", "c22305"},
        {PPP_AUTH_MS_CHAP_V1, "ms-chap", "c22380"},
        {PPP_AUTH_MS_CHAP_V2, "ms-chap-v2", "c22381"},
        {PPP_AUTH_EAP, "eap", "c227"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t option[PPP_AUTH_OPTION_MAX];
        enum ppp_auth_method method = PPP_AUTH_METHOD_COUNT;
        assert_string_equal(ppp_auth_method_name(rows[i].method), rows[i].name);
        assert_true(ppp_auth_method_from_name(rows[i].name, &method));
        assert_int_equal(method, rows[i].method);
        size_t length = ppp_auth_method_option(rows[i].method, option);
        unit_assert_hex(option, length, rows[i].option);
        method = PPP_AUTH_METHOD_COUNT;
        assert_true(ppp_auth_method_from_option(option, length, &method));
        assert_int_equal(method, rows[i].method);
    }
    enum ppp_auth_method method;
    static const char *const unknown[] = {"",       "c0",       "c223",   "c02305",
                                          "c22382", "c2230505", "c22700", "c228"};
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        uint8_t option[8];
        size_t length = unit_hex(unknown[i], option, sizeof option);
        if (ppp_auth_method_from_option(option, length, &method))
            fail_msg("%s was taken for a method", unknown[i]);
    }
    assert_false(ppp_auth_method_from_name("chap", &method));
}

static void senseless_configurations_are_refused(void **state)
{
    struct auth_bench *bench = *state;
    struct ppp_auth auth;
    char long_text[300];
    memset(long_text, 'x', sizeof long_text);
    long_text[256] = 0;
    struct ppp_auth_config config = bench->client.config;
    config.name = long_text;
    assert_int_equal(ppp_auth_init(&auth, &config), STATUS_INVALID);
    config.name = long_text + 1;
    assert_int_equal(ppp_auth_init(&auth, &config), STATUS_OK);
    config.name = NULL;
    assert_int_equal(ppp_auth_init(&auth, &config), STATUS_INVALID);
    config = bench->client.config;
    config.secret = "\xff";
    assert_int_equal(ppp_auth_init(&auth, &config), STATUS_INVALID);
    config.method = PPP_AUTH_CHAP_MD5;
    assert_int_equal(ppp_auth_init(&auth, &config), STATUS_OK);
    config.crypto = NULL;
    assert_int_equal(ppp_auth_init(&auth, &config), STATUS_INVALID);
    config.method = PPP_AUTH_PAP;
    assert_int_equal(ppp_auth_init(&auth, &config), STATUS_OK);
    config.secret = long_text;
    assert_int_equal(ppp_auth_init(&auth, &config), STATUS_INVALID);
    config = bench->server.config;
    config.lookup = NULL;
    assert_int_equal(ppp_auth_init(&auth, &config), STATUS_INVALID);
    config = bench->server.config;
    config.failure_text = long_text;
    assert_int_equal(ppp_auth_init(&auth, &config), STATUS_INVALID);
    config.failure_text = NULL;
    config.method = PPP_AUTH_METHOD_COUNT;
    assert_int_equal(ppp_auth_init(&auth, &config), STATUS_INVALID);
}

static void accepts_tells_the_directions_of_one_protocol_apart(void **state)
{
    struct auth_bench *bench = *state;
    static const struct {
        enum ppp_auth_method method;
        uint16_t protocol;
        const char *octets;
        bool client;
        bool server;
    } rows[] = {
        {PPP_AUTH_MS_CHAP_V2, 0xc223, "01000004", true, false},
        {PPP_AUTH_MS_CHAP_V2, 0xc223, "02000004", false, true},
        {PPP_AUTH_MS_CHAP_V2, 0xc223, "03000004", true, false},
        {PPP_AUTH_MS_CHAP_V2, 0xc223, "04000004", true, false},
        {PPP_AUTH_MS_CHAP_V2, 0xc023, "01000004", false, false},
        {PPP_AUTH_MS_CHAP_V2, 0xc223, "", false, false},
        {PPP_AUTH_PAP, 0xc023, "01000004", false, true},
        {PPP_AUTH_PAP, 0xc023, "02000004", true, false},
        {PPP_AUTH_PAP, 0xc023, "03000004", true, false},
        {PPP_AUTH_PAP, 0xc223, "03000004", false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t octets[8];
        size_t length = unit_hex(rows[i].octets, octets, sizeof octets);
        struct packet *packet = packet_from(&bench->pool, octets, length);
        bench->client.config.method = rows[i].method;
        bench->server.config.method = rows[i].method;
        assert_int_equal(ppp_auth_init(&bench->client.auth, &bench->client.config), STATUS_OK);
        assert_int_equal(ppp_auth_init(&bench->server.auth, &bench->server.config), STATUS_OK);
        assert_int_equal(ppp_auth_accepts(&bench->client.auth, rows[i].protocol, packet),
                         rows[i].client);
        assert_int_equal(ppp_auth_accepts(&bench->server.auth, rows[i].protocol, packet),
                         rows[i].server);
        packet_free(packet);
    }
}

static void packets_out_of_place_are_traced_drops(void **state)
{
    struct auth_bench *bench = *state;
    bench->client.config.method = PPP_AUTH_PAP;
    bench->server.config.method = PPP_AUTH_PAP;
    assert_int_equal(ppp_auth_init(&bench->server.auth, &bench->server.config), STATUS_OK);
    auth_bench_give_hex(bench, &bench->server, 0, "01070008 01 61 01 62");
    auth_bench_expect_log(bench, "drop pap not-started");
    auth_bench_start(bench, 0);
    struct packet *request = auth_bench_take(&bench->client);
    ppp_auth_input(&bench->server.auth, 0, CHAP_PROTOCOL, request);
    auth_bench_expect_log(bench, "drop pap unexpected-protocol");
    packet_free(request);
    auth_bench_give_hex(bench, &bench->server, 0, "02000005 00");
    auth_bench_expect_log(bench, "drop pap unexpected-code");
    auth_bench_give_hex(bench, &bench->client, 0, "01000008 01 61 01 62");
    auth_bench_expect_log(bench, "drop pap unexpected-code");
    auth_bench_give_hex(bench, &bench->client, 0, "0200");
    auth_bench_expect_log(bench, "drop pap too-short");
    auth_bench_expect_silence(&bench->client);
    auth_bench_expect_silence(&bench->server);
    assert_int_equal(bench->lookups, 0);
}

static void an_exhausted_pool_is_survived_by_retransmission(void **state)
{
    struct auth_bench *bench = *state;
    struct packet *hog = packet_alloc(&bench->pool, 1);
    bench->pool.limit = 1;
    auth_bench_start(bench, 0);
    auth_bench_expect_silence(&bench->server);
    bench->pool.limit = 0;
    packet_free(hog);
    instant now = auth_bench_expire(&bench->server);
    auth_bench_run(bench, now);
    auth_bench_expect_event(&bench->client, PPP_AUTH_SUCCEEDED, 0);
    auth_bench_expect_event(&bench->server, PPP_AUTH_SUCCEEDED, 0);
}

static void pap_lets_the_right_password_in(void **state)
{
    struct auth_bench *bench = *state;
    bench->client.config.method = PPP_AUTH_PAP;
    bench->client.config.first_identifier = 7;
    bench->server.config.method = PPP_AUTH_PAP;
    bench->server.config.success_text = "hello";
    auth_bench_start(bench, 0);
    struct packet *request = auth_bench_take(&bench->client);
    unit_assert_hex(request->data, request->length, "01070014 04 55736572 0a 636c69656e7450617373");
    auth_bench_give(&bench->server, 0, request);
    packet_free(request);
    struct packet *verdict = auth_bench_take(&bench->server);
    unit_assert_hex(verdict->data, verdict->length, "0207000a 05 68656c6c6f");
    auth_bench_give(&bench->client, 0, verdict);
    packet_free(verdict);
    auth_bench_expect_event(&bench->client, PPP_AUTH_SUCCEEDED, 0);
    auth_bench_expect_event(&bench->server, PPP_AUTH_SUCCEEDED, 0);
    assert_string_equal(ppp_auth_peer_name(&bench->server.auth), "User");
    assert_null(ppp_auth_keys(&bench->client.auth));
    assert_null(ppp_auth_keys(&bench->server.auth));
    assert_true(ppp_auth_next_timeout(&bench->client.auth) == INSTANT_NEVER);
    assert_true(ppp_auth_next_timeout(&bench->server.auth) == INSTANT_NEVER);
    auth_bench_expect_log(bench, "ppp.auth.succeeded session=s1 role=authenticatee method=pap "
                                 "user=User peer=");
}

static void pap_refuses_everything_else(void **state)
{
    static const struct {
        const char *user;
        const char *password;
        uint32_t error;
        const char *reason;
    } rows[] = {
        {"User", "clientPas", 691, "wrong-password"},
        {"User", "clientPasS", 691, "wrong-password"},
        {"User", "clientPass1", 691, "wrong-password"},
        {"User", "", 691, "wrong-password"},
        {"Nobody", "clientPass", 691, "unknown-user"},
        {"", "clientPass", 691, "unknown-user"},
        {"disabled", "clientPass", 647, "account-restricted"},
        {"disabled", "wrong", 691, "wrong-password"},
    };
    struct auth_bench *bench = *state;
    bench->client.config.method = PPP_AUTH_PAP;
    bench->server.config.method = PPP_AUTH_PAP;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char line[200];
        bench->log_count = 0;
        bench->client.config.name = rows[i].user;
        bench->client.config.secret = rows[i].password;
        auth_bench_start(bench, 0);
        auth_bench_run(bench, 0);
        /* A Nak tells the client nothing but that it failed. */
        auth_bench_expect_event(&bench->client, PPP_AUTH_FAILED, 691);
        auth_bench_expect_event(&bench->server, PPP_AUTH_FAILED, rows[i].error);
        auth_bench_expect_log(bench, "ppp.auth.failed session=s1 role=authenticatee method=pap");
        bench->log_count--;
        snprintf(line, sizeof line,
                 "ppp.auth.failed session=s1 role=authenticator method=pap user=%s peer=%s "
                 "error=%u reason=%s",
                 rows[i].user, rows[i].user, (unsigned)rows[i].error, rows[i].reason);
        auth_bench_expect_log(bench, line);
        ppp_auth_clear(&bench->client.auth);
        ppp_auth_clear(&bench->server.auth);
    }
}

static void pap_repeats_its_request_until_it_gives_up(void **state)
{
    struct auth_bench *bench = *state;
    bench->client.config.method = PPP_AUTH_PAP;
    bench->client.config.restart = 2 * INSTANT_SECOND;
    bench->client.config.transmissions = 3;
    bench->client.config.first_identifier = 254;
    assert_int_equal(ppp_auth_init(&bench->client.auth, &bench->client.config), STATUS_OK);
    ppp_auth_start(&bench->client.auth, 0);
    auth_bench_collect(&bench->client);
    /* RFC 1334 section 2.2.1: the Identifier changes with every Request. */
    static const uint8_t identifiers[] = {254, 255, 0};
    for (size_t i = 0; i < 3; i++) {
        struct packet *request = auth_bench_take(&bench->client);
        assert_int_equal(request->data[0], PAP_AUTHENTICATE_REQUEST);
        assert_int_equal(request->data[1], identifiers[i]);
        packet_free(request);
        auth_bench_expect_silence(&bench->client);
        assert_true(auth_bench_expire(&bench->client) == (i + 1) * 2 * INSTANT_SECOND);
    }
    auth_bench_expect_event(&bench->client, PPP_AUTH_FAILED, 718);
    auth_bench_expect_silence(&bench->client);
    assert_true(ppp_auth_next_timeout(&bench->client.auth) == INSTANT_NEVER);
}

static void pap_takes_a_late_answer_but_no_foreign_one(void **state)
{
    struct auth_bench *bench = *state;
    bench->client.config.method = PPP_AUTH_PAP;
    bench->client.config.first_identifier = 10;
    assert_int_equal(ppp_auth_init(&bench->client.auth, &bench->client.config), STATUS_OK);
    ppp_auth_start(&bench->client.auth, 0);
    auth_bench_collect(&bench->client);
    instant now = auth_bench_expire(&bench->client);
    auth_bench_give_hex(bench, &bench->client, now, "020c0005 00");
    auth_bench_expect_log(bench, "drop pap unexpected-identifier");
    auth_bench_give_hex(bench, &bench->client, now, "03090005 00");
    auth_bench_expect_log(bench, "drop pap unexpected-identifier");
    assert_int_equal(bench->client.event_count, 0);
    auth_bench_give_hex(bench, &bench->client, now, "020a0005 00");
    auth_bench_expect_event(&bench->client, PPP_AUTH_SUCCEEDED, 0);
    auth_bench_give_hex(bench, &bench->client, now, "030b0005 00");
    auth_bench_expect_log(bench, "drop pap unexpected-verdict");
    assert_int_equal(bench->client.event_count, 0);
}

static void pap_answers_a_repeated_request_alike(void **state)
{
    struct auth_bench *bench = *state;
    bench->server.config.method = PPP_AUTH_PAP;
    for (int right = 0; right < 2; right++) {
        assert_int_equal(ppp_auth_init(&bench->server.auth, &bench->server.config), STATUS_OK);
        ppp_auth_start(&bench->server.auth, 0);
        /* The second one has the opposite password, which must not be tried. */
        static const char *const requests[] = {"01070010 04 55736572 06 6e6f6e6f6e6f",
                                               "01080014 04 55736572 0a 636c69656e7450617373"};
        bench->lookups = 0;
        auth_bench_give_hex(bench, &bench->server, 0, requests[right]);
        auth_bench_expect_event(&bench->server, right ? PPP_AUTH_SUCCEEDED : PPP_AUTH_FAILED,
                                right ? 0 : 691);
        auth_bench_give_hex(bench, &bench->server, 1, requests[1 - right]);
        assert_int_equal(bench->lookups, 1);
        assert_int_equal(bench->server.event_count, 0);
        struct packet *first = auth_bench_take(&bench->server);
        struct packet *second = auth_bench_take(&bench->server);
        uint8_t code = right ? PAP_AUTHENTICATE_ACK : PAP_AUTHENTICATE_NAK;
        assert_int_equal(first->data[0], code);
        assert_int_equal(first->data[1], right ? 8 : 7);
        assert_int_equal(second->data[0], code);
        assert_int_equal(second->data[1], right ? 7 : 8);
        packet_free(first);
        packet_free(second);
    }
}

static void an_authenticator_does_not_wait_for_ever(void **state)
{
    struct auth_bench *bench = *state;
    bench->server.config.method = PPP_AUTH_PAP;
    bench->server.config.restart = INSTANT_SECOND;
    bench->server.config.transmissions = 4;
    assert_int_equal(ppp_auth_init(&bench->server.auth, &bench->server.config), STATUS_OK);
    ppp_auth_start(&bench->server.auth, 0);
    assert_true(auth_bench_expire(&bench->server) == 4 * INSTANT_SECOND);
    auth_bench_expect_event(&bench->server, PPP_AUTH_FAILED, 718);
    auth_bench_give_hex(bench, &bench->server, 0, "01080014 04 55736572 0a 636c69656e7450617373");
    auth_bench_expect_log(bench, "drop pap unexpected-request");
    auth_bench_expect_silence(&bench->server);
}

static void names_off_the_wire_are_made_printable(void **state)
{
    struct auth_bench *bench = *state;
    static const char *const rows[][2] = {
        {"4a 6f 0a 7f", "Jo??"},
        {"c3 a4 62", "\xc3\xa4"
                     "b"},
        {"e4 62", "?b"},
        {"61 00 62", "a?b"},
    };
    bench->server.config.method = PPP_AUTH_PAP;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t name[16];
        uint8_t octets[32];
        struct pap_message message = {.code = PAP_AUTHENTICATE_REQUEST, .peer_id = name};
        message.peer_id_length = (uint8_t)unit_hex(rows[i][0], name, sizeof name);
        struct wire_writer writer = wire_writer_make(octets, sizeof octets);
        pap_encode(&writer, &message);
        struct packet *packet = packet_from(&bench->pool, octets, wire_written(&writer));
        assert_int_equal(ppp_auth_init(&bench->server.auth, &bench->server.config), STATUS_OK);
        ppp_auth_start(&bench->server.auth, 0);
        auth_bench_give(&bench->server, 0, packet);
        packet_free(packet);
        assert_string_equal(ppp_auth_peer_name(&bench->server.auth), rows[i][1]);
        auth_bench_expect_event(&bench->server, PPP_AUTH_FAILED, 691);
        bench->log_count = 0;
    }
}

/* "User" followed by NUL must not pass for "User". */
static void a_name_with_nul_is_nobody(void **state)
{
    struct auth_bench *bench = *state;
    bench->server.config.method = PPP_AUTH_PAP;
    assert_int_equal(ppp_auth_init(&bench->server.auth, &bench->server.config), STATUS_OK);
    ppp_auth_start(&bench->server.auth, 0);
    auth_bench_give_hex(bench, &bench->server, 0,
                        "01080016 06 557365720078 0a 636c69656e7450617373");
    auth_bench_expect_event(&bench->server, PPP_AUTH_FAILED, 691);
    assert_int_equal(bench->lookups, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        AUTH_BENCH_TEST(methods_have_names_and_option_values),
        AUTH_BENCH_TEST(senseless_configurations_are_refused),
        AUTH_BENCH_TEST(accepts_tells_the_directions_of_one_protocol_apart),
        AUTH_BENCH_TEST(packets_out_of_place_are_traced_drops),
        AUTH_BENCH_TEST(an_exhausted_pool_is_survived_by_retransmission),
        AUTH_BENCH_TEST(pap_lets_the_right_password_in),
        AUTH_BENCH_TEST(pap_refuses_everything_else),
        AUTH_BENCH_TEST(pap_repeats_its_request_until_it_gives_up),
        AUTH_BENCH_TEST(pap_takes_a_late_answer_but_no_foreign_one),
        AUTH_BENCH_TEST(pap_answers_a_repeated_request_alike),
        AUTH_BENCH_TEST(an_authenticator_does_not_wait_for_ever),
        AUTH_BENCH_TEST(names_off_the_wire_are_made_printable),
        AUTH_BENCH_TEST(a_name_with_nul_is_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
