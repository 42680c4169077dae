/* EAP-TLS as a method of the authentication engine. */
#include "support/auth_bench.h"
#include "support/certificates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** The bench of all methods, and what this one needs. */
struct tls_bench {
    struct auth_bench *auth;
    struct certificates certificates;
    struct eap_tls_config server;
    struct eap_tls_config client;
};

static struct eap_tls_config ends_config(const struct certificates *certificates,
                                         const struct certificate *own)
{
    return (struct eap_tls_config){
        .own = own,
        .trusted = certificates->trusted,
        .trusted_count = 1,
        .minimum = TLS_1_0,
        .maximum = TLS_1_0,
        .start = CERTIFICATES_TODAY,
    };
}

static void use_tls(struct auth_end *end, const struct eap_tls_config *config)
{
    end->config.method = PPP_AUTH_EAP;
    end->config.eap_methods = (struct ppp_auth_eap_methods){{PPP_AUTH_EAP_TLS}, 1};
    end->config.tls = config;
}

static int set_up(void **state)
{
    struct tls_bench *bench = calloc(1, sizeof *bench);
    void *auth = NULL;
    if (!bench || auth_bench_set_up(&auth) != 0)
        return -1;
    bench->auth = auth;
    certificates_make(&bench->certificates, bench->auth->crypto);
    bench->server = ends_config(&bench->certificates, bench->certificates.server);
    bench->client = ends_config(&bench->certificates, bench->certificates.client);
    use_tls(&bench->auth->server, &bench->server);
    use_tls(&bench->auth->client, &bench->client);
    bench->auth->client.config.secret = NULL;
    *state = bench;
    return 0;
}

static int tear_down(void **state)
{
    struct tls_bench *bench = *state;
    void *auth = bench->auth;
    certificates_free(&bench->certificates);
    /* The engines hold their sessions until the bench is taken down. */
    int result = auth_bench_tear_down(&auth);
    free(bench);
    return result;
}

static void run(struct tls_bench *bench)
{
    auth_bench_start(bench->auth, 0);
    auth_bench_run(bench->auth, 0);
}

static void expect_logged(const struct auth_bench *bench, const char *line)
{
    for (size_t i = 0; i < bench->log_count; i++)
        if (strcmp(bench->log[i], line) == 0)
            return;
    fail_msg("not logged: %s", line);
}

static void expect_refused(struct tls_bench *bench, uint32_t client_error, const char *reason)
{
    char line[160];
    run(bench);
    auth_bench_expect_event(&bench->auth->client, PPP_AUTH_FAILED, client_error);
    auth_bench_expect_event(&bench->auth->server, PPP_AUTH_FAILED, 691);
    assert_null(ppp_auth_keys(&bench->auth->server.auth));
    snprintf(line, sizeof line,
             "ppp.auth.failed session=s1 role=authenticator method=eap-tls user=%s peer=%s "
             "error=691 reason=%s",
             bench->auth->client.config.name, bench->auth->client.config.name, reason);
    expect_logged(bench->auth, line);
}

#define SERVER "session=s1 role=authenticator method=eap-tls user=User peer=User "
#define CLIENT "session=s1 role=authenticatee method=eap-tls user=User peer= "

static void both_certificates_are_proved_and_leave_keys(void **state)
{
    struct tls_bench *bench = *state;
    run(bench);
    auth_bench_expect_event(&bench->auth->client, PPP_AUTH_SUCCEEDED, 0);
    auth_bench_expect_event(&bench->auth->server, PPP_AUTH_SUCCEEDED, 0);
    expect_logged(bench->auth, "ppp.auth.eap-tls-finished " SERVER
                               "version=TLS 1.0 cipher=TLS_RSA_WITH_AES_128_CBC_SHA subject=User");
    expect_logged(bench->auth,
                  "ppp.auth.eap-tls-finished " CLIENT
                  "version=TLS 1.0 cipher=TLS_RSA_WITH_AES_128_CBC_SHA subject=vpn.example");
    expect_logged(bench->auth,
                  "ppp.auth.eap-tls-flight " CLIENT "direction=sent octets=54 fragments=1");
    expect_logged(bench->auth,
                  "ppp.auth.eap-tls-flight " SERVER "direction=received octets=54 fragments=1");
    const struct mppe_start_keys *client = ppp_auth_keys(&bench->auth->client.auth);
    const struct mppe_start_keys *server = ppp_auth_keys(&bench->auth->server.auth);
    assert_non_null(client);
    assert_non_null(server);
    assert_memory_equal(client->send, server->receive, MPPE_KEY_SIZE);
    assert_memory_equal(client->receive, server->send, MPPE_KEY_SIZE);
    assert_memory_not_equal(client->send, client->receive, MPPE_KEY_SIZE);
    assert_int_equal(client->weak_keys, MPPE_WEAK_FROM_START);
    /* What only the handshake needs is gone. */
    assert_null(bench->auth->client.auth.eap.tls);
    assert_null(bench->auth->server.auth.eap.tls);
}

static void packets_look_like_rfc_5216(void **state)
{
    struct tls_bench *bench = *state;
    static const struct {
        size_t length;
        const char *start;
    } packets[] = {
        {5, "01000005 01"},           {9, "02000009 01 55736572"},
        {6, "01010006 0d 20"},        {64, "02010040 0d 80 00000036 16 0301"},
        {400, "01020190 0d c0 0000"}, {6, "02020006 0d 00"},
        {400, "01030190 0d 40"},      {6, "02030006 0d 00"},
    };
    bench->server.fragment = 400;
    auth_bench_start(bench->auth, 0);
    struct auth_end *from = &bench->auth->server;
    struct auth_end *to = &bench->auth->client;
    for (size_t i = 0; i < sizeof packets / sizeof packets[0]; i++) {
        uint8_t octets[32];
        struct packet *packet = auth_bench_take(from);
        assert_int_equal(packet->length, packets[i].length);
        unit_assert_hex(packet->data, unit_hex(packets[i].start, octets, sizeof octets),
                        packets[i].start);
        auth_bench_give(to, 0, packet);
        packet_free(packet);
        struct auth_end *other = from;
        from = to;
        to = other;
    }
}

static void packets_keep_to_the_link(void **state)
{
    struct tls_bench *bench = *state;
    bench->auth->server.config.mtu = 576;
    bench->server.fragment = 1400;
    auth_bench_start(bench->auth, 0);
    size_t longest = 0;
    while (bench->auth->server.sent_count > 0) {
        struct packet *packet = auth_bench_take(&bench->auth->server);
        longest = packet->length > longest ? packet->length : longest;
        auth_bench_give(&bench->auth->client, 0, packet);
        packet_free(packet);
        if (bench->auth->client.sent_count > 0) {
            packet = auth_bench_take(&bench->auth->client);
            auth_bench_give(&bench->auth->server, 0, packet);
            packet_free(packet);
        }
    }
    assert_int_equal(longest, 576);
    auth_bench_expect_event(&bench->auth->client, PPP_AUTH_SUCCEEDED, 0);
}

static void a_lost_fragment_is_sent_again(void **state)
{
    struct tls_bench *bench = *state;
    bench->server.fragment = 400;
    auth_bench_start(bench->auth, 0);
    for (int i = 0; i < 3; i++) {
        struct packet *packet = auth_bench_take(&bench->auth->server);
        if (i < 2)
            auth_bench_give(&bench->auth->client, 0, packet);
        packet_free(packet);
        if (i < 2) {
            packet = auth_bench_take(&bench->auth->client);
            auth_bench_give(&bench->auth->server, 0, packet);
            packet_free(packet);
        }
    }
    auth_bench_expire(&bench->auth->server);
    auth_bench_run(bench->auth, 3 * INSTANT_SECOND);
    auth_bench_expect_event(&bench->auth->client, PPP_AUTH_SUCCEEDED, 0);
    auth_bench_expect_event(&bench->auth->server, PPP_AUTH_SUCCEEDED, 0);
}

static void an_expired_server_is_refused_with_error_801(void **state)
{
    struct tls_bench *bench = *state;
    bench->client.start += 2 * CERTIFICATES_YEAR;
    expect_refused(bench, 801, "refused-by-peer");
    expect_logged(bench->auth, "ppp.auth.eap-tls-failed " CLIENT "failure=certificate-expired "
                               "alert=certificate-expired subject=vpn.example");
    expect_logged(bench->auth, "ppp.auth.eap-tls-failed " SERVER "failure=refused-by-peer "
                               "alert=certificate-expired subject=");
}

static void the_clock_of_the_conversation_moves(void **state)
{
    struct tls_bench *bench = *state;
    instant late = (instant)(2 * CERTIFICATES_YEAR) * INSTANT_SECOND;
    auth_bench_start(bench->auth, late);
    auth_bench_run(bench->auth, late);
    auth_bench_expect_event(&bench->auth->client, PPP_AUTH_FAILED, 801);
}

static void an_untrusted_client_is_refused_with_error_691(void **state)
{
    struct tls_bench *bench = *state;
    const struct certificate *other[] = {bench->certificates.other};
    bench->server.trusted = other;
    expect_refused(bench, 691, "unknown-authority");
    expect_logged(bench->auth,
                  "ppp.auth.eap-tls-failed " SERVER "failure=unknown-authority alert=unknown-ca "
                  "subject=User");
}

static void a_client_without_certificate_gives_up_with_error_798(void **state)
{
    struct tls_bench *bench = *state;
    bench->client.own = NULL;
    run(bench);
    auth_bench_expect_event(&bench->auth->client, PPP_AUTH_FAILED, 798);
    assert_int_equal(bench->auth->server.event_count, 0);
}

static void a_certificate_proves_its_own_name_alone(void **state)
{
    struct tls_bench *bench = *state;
    bench->auth->client.config.name = "vpnuser";
    expect_refused(bench, 691, "certificate-of-another");
}

static void the_domain_of_a_name_is_not_in_the_certificate(void **state)
{
    struct tls_bench *bench = *state;
    bench->auth->client.config.name = "CORP\\User";
    run(bench);
    auth_bench_expect_event(&bench->auth->server, PPP_AUTH_SUCCEEDED, 0);
    assert_string_equal(bench->auth->domain, "CORP");
    assert_string_equal(bench->auth->user, "User");
}

static void a_client_that_wants_another_method_says_so(void **state)
{
    struct tls_bench *bench = *state;
    bench->auth->client.config.eap_methods =
        (struct ppp_auth_eap_methods){{PPP_AUTH_EAP_MS_CHAP_V2}, 1};
    bench->auth->client.config.secret = "clientPass";
    bench->auth->server.config.eap_methods =
        (struct ppp_auth_eap_methods){{PPP_AUTH_EAP_TLS, PPP_AUTH_EAP_MS_CHAP_V2}, 2};
    run(bench);
    auth_bench_expect_event(&bench->auth->client, PPP_AUTH_SUCCEEDED, 0);
    assert_string_equal(ppp_auth_current_method_name(&bench->auth->server.auth), "eap-ms-chap-v2");
}

static void a_nak_is_too_late_when_the_handshake_has_begun(void **state)
{
    struct tls_bench *bench = *state;
    auth_bench_start(bench->auth, 0);
    for (int i = 0; i < 2; i++) {
        struct packet *packet = auth_bench_take(&bench->auth->server);
        auth_bench_give(&bench->auth->client, 0, packet);
        packet_free(packet);
        packet = auth_bench_take(&bench->auth->client);
        auth_bench_give(&bench->auth->server, 0, packet);
        packet_free(packet);
    }
    auth_bench_give_hex(bench->auth, &bench->auth->server, 0, "02020006 03 04");
    auth_bench_expect_log(bench->auth, "drop eap unexpected-nak");
    auth_bench_run(bench->auth, 0);
    auth_bench_expect_event(&bench->auth->server, PPP_AUTH_SUCCEEDED, 0);
}

static void an_engine_without_certificates_is_not_made(void **state)
{
    struct tls_bench *bench = *state;
    struct ppp_auth auth;
    struct ppp_auth_config config = bench->auth->server.config;
    bench->server.own = NULL;
    assert_int_equal(ppp_auth_init(&auth, &config), STATUS_INVALID);
    config.tls = NULL;
    assert_int_equal(ppp_auth_init(&auth, &config), STATUS_INVALID);
    config = bench->auth->client.config;
    config.eap_methods = (struct ppp_auth_eap_methods){{PPP_AUTH_EAP_TLS, PPP_AUTH_EAP_MD5}, 2};
    assert_int_equal(ppp_auth_init(&auth, &config), STATUS_INVALID);
    config.secret = "clientPass";
    assert_int_equal(ppp_auth_init(&auth, &config), STATUS_OK);
}

int main(void)
{
#define BENCH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        BENCH(both_certificates_are_proved_and_leave_keys),
        BENCH(packets_look_like_rfc_5216),
        BENCH(packets_keep_to_the_link),
        BENCH(a_lost_fragment_is_sent_again),
        BENCH(an_expired_server_is_refused_with_error_801),
        BENCH(the_clock_of_the_conversation_moves),
        BENCH(an_untrusted_client_is_refused_with_error_691),
        BENCH(a_client_without_certificate_gives_up_with_error_798),
        BENCH(a_certificate_proves_its_own_name_alone),
        BENCH(the_domain_of_a_name_is_not_in_the_certificate),
        BENCH(a_client_that_wants_another_method_says_so),
        BENCH(a_nak_is_too_late_when_the_handshake_has_begun),
        BENCH(an_engine_without_certificates_is_not_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
