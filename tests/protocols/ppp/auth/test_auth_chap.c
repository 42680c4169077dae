/* CHAP-MD5 and MS-CHAP-V2 in both roles of the authentication engine. */
#include "support/auth_bench.h"

#include <string.h>

/** The Message of a Success or Failure. */
static void assert_message(const struct packet *packet, uint8_t code, const char *message)
{
    struct chap_message decoded;
    assert_null(chap_decode(packet->data, packet->length, &decoded));
    assert_int_equal(decoded.code, code);
    assert_int_equal(decoded.rest_length, strlen(message));
    assert_memory_equal(decoded.rest, message, strlen(message));
}

static void md5_lets_the_right_secret_in(void **state)
{
    struct auth_bench *bench = *state;
    bench->client.config.method = PPP_AUTH_CHAP_MD5;
    bench->server.config.method = PPP_AUTH_CHAP_MD5;
    bench->server.config.first_identifier = 9;
    bench->server.config.success_text = "Welcome";
    auth_bench_start(bench, 0);
    auth_bench_expect_log(bench, "ppp.auth.started session=s1 role=authenticatee "
                                 "method=chap-md5 user=User peer=");
    struct packet *challenge = auth_bench_take(&bench->server);
    unit_assert_hex(challenge->data, 5, "0109001810");
    assert_int_equal(challenge->length, 24);
    assert_memory_equal(challenge->data + 21, "RAS", 3);
    auth_bench_give(&bench->client, 0, challenge);
    packet_free(challenge);
    assert_string_equal(ppp_auth_peer_name(&bench->client.auth), "RAS");
    struct packet *response = auth_bench_take(&bench->client);
    unit_assert_hex(response->data, 5, "0209001910");
    assert_memory_equal(response->data + 21, "User", 4);
    auth_bench_give(&bench->server, 0, response);
    packet_free(response);
    assert_string_equal(ppp_auth_peer_name(&bench->server.auth), "User");
    struct packet *verdict = auth_bench_take(&bench->server);
    assert_int_equal(verdict->data[1], 9);
    assert_message(verdict, CHAP_SUCCESS, "Welcome");
    auth_bench_give(&bench->client, 0, verdict);
    packet_free(verdict);
    auth_bench_expect_success(bench);
    assert_null(ppp_auth_keys(&bench->client.auth));
    assert_null(ppp_auth_keys(&bench->server.auth));
    auth_bench_expect_log(bench, "ppp.auth.succeeded session=s1 role=authenticatee "
                                 "method=chap-md5 user=User peer=RAS");
}

static void md5_refuses_a_wrong_secret_without_a_retry(void **state)
{
    struct auth_bench *bench = *state;
    bench->client.config.method = PPP_AUTH_CHAP_MD5;
    bench->client.config.secret = "clientpass";
    bench->client.config.retries = 3;
    bench->server.config.method = PPP_AUTH_CHAP_MD5;
    bench->server.config.retries = 3;
    auth_bench_start(bench, 0);
    auth_bench_run(bench, 0);
    auth_bench_expect_event(&bench->client, PPP_AUTH_FAILED, 691);
    auth_bench_expect_event(&bench->server, PPP_AUTH_FAILED, 691);
    auth_bench_expect_log(bench, "ppp.auth.failed session=s1 role=authenticatee method=chap-md5 "
                                 "user=User peer=RAS error=691 reason=refused-by-peer");
}

static void ms_chap_v2_authenticates_both_and_leaves_matching_keys(void **state)
{
    struct auth_bench *bench = *state;
    auth_bench_start(bench, 0);
    assert_null(ppp_auth_keys(&bench->server.auth));
    auth_bench_run(bench, 0);
    auth_bench_expect_success(bench);
    auth_bench_expect_matching_keys(bench);
    assert_string_equal(ppp_auth_peer_name(&bench->server.auth), "User");
    assert_true(ppp_auth_next_timeout(&bench->client.auth) == INSTANT_NEVER);
    assert_true(ppp_auth_next_timeout(&bench->server.auth) == INSTANT_NEVER);
}

/* Windows client and Windows RRAS server: challenge, Response and Success as they were recorded. */
#define RECORDED_CHALLENGE "05b2f10bdc3d6c92b6cd160adee148b4"
#define RECORDED_VALUE                                                                             \
    "789223b02a0cc515404bca2c696edcff 0000000000000000 "                                           \
    "8cd6161253eac63fa53cfc6f74692fd73b0768ca63d612f0 00"
#define RECORDED_SUCCESS "S=974E79C350CC7DC53FBC5F3A114C63B1EFA16E19"

static void the_response_of_a_real_windows_client_is_accepted(void **state)
{
    struct auth_bench *bench = *state;
    auth_bench_start(bench, 0);
    packet_free(auth_bench_take(&bench->server));
    unit_hex(RECORDED_CHALLENGE, bench->server.auth.chap.challenge, 16);
    auth_bench_give_hex(bench, &bench->server, 0, "0200003d 31 " RECORDED_VALUE " 76706e75736572");
    auth_bench_expect_event(&bench->server, PPP_AUTH_SUCCEEDED, 0);
    struct packet *verdict = auth_bench_take(&bench->server);
    assert_int_equal(verdict->length, 46); /* S= and nothing behind, as Windows servers send it */
    assert_message(verdict, CHAP_SUCCESS, RECORDED_SUCCESS);
    packet_free(verdict);
    uint8_t key[MPPE_KEY_SIZE];
    const struct mppe_start_keys *keys = ppp_auth_keys(&bench->server.auth);
    mppe_initial_session_key(bench->crypto, MPPE_128_BIT, keys->send, key);
    unit_assert_hex(key, sizeof key, "7e162d5c5776f3de39e078971b0ca970");
    mppe_initial_session_key(bench->crypto, MPPE_128_BIT, keys->receive, key);
    unit_assert_hex(key, sizeof key, "c5bf9f928c2e71358c7c95b610c82e4d");
}

/** A client that has answered the recorded Challenge with the recorded Response. */
static void answer_recorded_challenge(struct auth_bench *bench)
{
    bench->client.config.name = "CORP\\vpnuser";
    bench->client.config.secret = "vpnuser123";
    assert_int_equal(ppp_auth_init(&bench->client.auth, &bench->client.config), STATUS_OK);
    ppp_auth_start(&bench->client.auth, 0);
    auth_bench_give_hex(bench, &bench->client, 0, "01000018 10 " RECORDED_CHALLENGE " 524153");
    packet_free(auth_bench_take(&bench->client));
    unit_hex(RECORDED_VALUE, bench->client.auth.chap.response, MSCHAP_V2_RESPONSE_SIZE);
}

static void give_success(struct auth_bench *bench, const char *message)
{
    uint8_t octets[128];
    struct wire_writer writer = wire_writer_make(octets, sizeof octets);
    struct chap_message success = {
        .code = CHAP_SUCCESS,
        .rest = (const uint8_t *)message,
        .rest_length = strlen(message),
    };
    chap_encode(&writer, &success);
    struct packet *packet = packet_from(&bench->pool, octets, wire_written(&writer));
    auth_bench_give(&bench->client, 0, packet);
    packet_free(packet);
}

static void the_success_of_a_real_windows_server_is_verified(void **state)
{
    struct auth_bench *bench = *state;
    answer_recorded_challenge(bench);
    give_success(bench, RECORDED_SUCCESS);
    auth_bench_expect_event(&bench->client, PPP_AUTH_SUCCEEDED, 0);
    uint8_t key[MPPE_KEY_SIZE];
    const struct mppe_start_keys *keys = ppp_auth_keys(&bench->client.auth);
    mppe_initial_session_key(bench->crypto, MPPE_128_BIT, keys->send, key);
    unit_assert_hex(key, sizeof key, "c5bf9f928c2e71358c7c95b610c82e4d");
}

static void a_server_that_does_not_know_the_password_is_refused(void **state)
{
    struct auth_bench *bench = *state;
    static const char *const bad[] = {
        "S=974E79C350CC7DC53FBC5F3A114C63B1EFA16E18",
        "S=074E79C350CC7DC53FBC5F3A114C63B1EFA16E19 M=Welcome",
        "M=Welcome",
        "",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        answer_recorded_challenge(bench);
        give_success(bench, bad[i]);
        auth_bench_expect_event(&bench->client, PPP_AUTH_FAILED, 778);
        auth_bench_expect_log(bench,
                              "ppp.auth.failed session=s1 role=authenticatee method=ms-chap-v2 "
                              "user=CORP\\vpnuser peer=RAS error=778 "
                              "reason=wrong-authenticator-response");
        assert_null(ppp_auth_keys(&bench->client.auth));
    }
}

static void the_domain_goes_to_the_lookup_and_not_into_the_hash(void **state)
{
    struct auth_bench *bench = *state;
    bench->client.config.name = "BIGCO\\User";
    auth_bench_start(bench, 0);
    auth_bench_carry_one(&bench->server, &bench->client, 0);
    struct packet *response = auth_bench_take(&bench->client);
    assert_int_equal(response->length, 4 + 1 + 49 + 10);
    assert_memory_equal(response->data + 54, "BIGCO\\User", 10);
    /* Recomputed with the bare name, the NT-Response is the same. */
    uint8_t hash[16];
    uint8_t expected[24];
    struct mschap_v2_exchange exchange = {bench->server.auth.chap.challenge, response->data + 5,
                                          (const uint8_t *)"User", 4};
    assert_true(mschap_nt_password_hash(bench->crypto, "clientPass", hash));
    mschap_v2_nt_response(bench->crypto, &exchange, hash, expected);
    assert_memory_equal(response->data + 29, expected, 24);
    unit_assert_hex(response->data + 21, 8, "0000000000000000");
    assert_int_equal(response->data[53], 0);
    auth_bench_give(&bench->server, 0, response);
    packet_free(response);
    auth_bench_run(bench, 0);
    auth_bench_expect_success(bench);
    assert_string_equal(bench->domain, "BIGCO");
    assert_string_equal(bench->user, "User");
    assert_string_equal(ppp_auth_peer_name(&bench->server.auth), "BIGCO\\User");
    auth_bench_expect_matching_keys(bench);
}

static void failures_carry_the_number_of_the_account(void **state)
{
    static const struct {
        const char *user;
        const char *password;
        const char *start;
        uint32_t error;
    } rows[] = {
        {"disabled", "clientPass", "E=647 R=0 C=", 647},
        {"expired", "clientPass", "E=648 R=0 C=", 648},
        {"barred", "clientPass", "E=649 R=0 C=", 649},
        {"disabled", "wrong", "E=691 R=1 C=", 691},
        {"User", "wrong", "E=691 R=1 C=", 691},
        {"Nobody", "clientPass", "E=691 R=1 C=", 691},
    };
    struct auth_bench *bench = *state;
    bench->server.config.retries = 1;
    bench->server.config.failure_text = "Go away";
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bench->client.config.name = rows[i].user;
        bench->client.config.secret = rows[i].password;
        auth_bench_start(bench, 0);
        auth_bench_carry_one(&bench->server, &bench->client, 0);
        auth_bench_carry_one(&bench->client, &bench->server, 0);
        struct packet *verdict = auth_bench_take(&bench->server);
        assert_int_equal(verdict->data[0], CHAP_FAILURE);
        assert_memory_equal(verdict->data + 4, rows[i].start, strlen(rows[i].start));
        assert_int_equal(verdict->length, 4 + 12 + 32 + 4 + 10);
        assert_memory_equal(verdict->data + 48, " V=3 M=Go away", 14);
        auth_bench_give(&bench->client, 0, verdict);
        packet_free(verdict);
        /* A client without retries takes R=1 for the end. */
        auth_bench_expect_event(&bench->client, PPP_AUTH_FAILED, rows[i].error);
        bench->server.event_count = 0;
        bench->log_count = 0;
        ppp_auth_clear(&bench->server.auth);
        ppp_auth_clear(&bench->client.auth);
    }
}

static void a_failure_without_retries_says_so_and_ends_it(void **state)
{
    struct auth_bench *bench = *state;
    bench->client.config.secret = "wrong";
    bench->client.config.retries = 5;
    auth_bench_start(bench, 0);
    auth_bench_carry_one(&bench->server, &bench->client, 0);
    auth_bench_carry_one(&bench->client, &bench->server, 0);
    auth_bench_expect_event(&bench->server, PPP_AUTH_FAILED, 691);
    struct packet *verdict = auth_bench_take(&bench->server);
    assert_int_equal(verdict->length, 4 + 12 + 32 + 4);
    assert_memory_equal(verdict->data + 4, "E=691 R=0 C=", 12);
    assert_memory_equal(verdict->data + 48, " V=3", 4);
    auth_bench_give(&bench->client, 0, verdict);
    packet_free(verdict);
    auth_bench_expect_event(&bench->client, PPP_AUTH_FAILED, 691);
    assert_null(ppp_auth_keys(&bench->client.auth));
    assert_null(ppp_auth_keys(&bench->server.auth));
}

static void a_retry_with_the_right_password_gets_in(void **state)
{
    struct auth_bench *bench = *state;
    bench->client.config.secret = "wrong";
    bench->client.config.retries = 2;
    bench->server.config.retries = 2;
    bench->server.config.first_identifier = 255;
    auth_bench_start(bench, 0);
    auth_bench_run(bench, 0);
    auth_bench_expect_event(&bench->client, PPP_AUTH_RETRY_OFFERED, 691);
    auth_bench_expect_silence(&bench->server);
    assert_true(ppp_auth_next_timeout(&bench->client.auth) == INSTANT_NEVER);
    /* RFC 2759 section 6: the short timeout is off; a minute is for the user. */
    assert_true(ppp_auth_next_timeout(&bench->server.auth) == 60 * INSTANT_SECOND);
    uint8_t challenge[16];
    memcpy(challenge, bench->server.auth.chap.challenge, 16);
    assert_memory_equal(bench->client.auth.chap.challenge, challenge, 16);
    instant later = 20 * INSTANT_SECOND;
    assert_int_equal(ppp_auth_retry(&bench->client.auth, later, "vpnuser", "vpnuser123"),
                     STATUS_OK);
    auth_bench_collect(&bench->client);
    /* With Identifier + 1, against the challenge in C=. */
    assert_int_equal(bench->client.sent[0]->data[1], 0);
    auth_bench_run(bench, later);
    auth_bench_expect_success(bench);
    auth_bench_expect_matching_keys(bench);
    assert_string_equal(ppp_auth_peer_name(&bench->server.auth), "vpnuser");
    assert_memory_equal(bench->server.auth.chap.challenge, challenge, 16);
}

static void retries_run_out(void **state)
{
    struct auth_bench *bench = *state;
    bench->client.config.secret = "wrong";
    bench->client.config.retries = 9;
    bench->server.config.retries = 2;
    auth_bench_start(bench, 0);
    auth_bench_run(bench, 0);
    for (int i = 0; i < 2; i++) {
        auth_bench_expect_event(&bench->client, PPP_AUTH_RETRY_OFFERED, 691);
        auth_bench_expect_silence(&bench->server);
        assert_int_equal(ppp_auth_retry(&bench->client.auth, 0, "User", "wrong too"), STATUS_OK);
        auth_bench_collect(&bench->client);
        auth_bench_run(bench, 0);
    }
    auth_bench_expect_event(&bench->client, PPP_AUTH_FAILED, 691);
    auth_bench_expect_event(&bench->server, PPP_AUTH_FAILED, 691);
    assert_int_equal(bench->lookups, 3);
}

static void an_offer_of_a_retry_can_be_declined_or_ignored(void **state)
{
    struct auth_bench *bench = *state;
    bench->client.config.secret = "wrong";
    bench->client.config.retries = 1;
    bench->server.config.retries = 1;
    bench->server.config.retry_wait = 5 * INSTANT_SECOND;
    auth_bench_start(bench, 0);
    auth_bench_run(bench, 0);
    auth_bench_expect_event(&bench->client, PPP_AUTH_RETRY_OFFERED, 691);
    /* A Challenge in between must not take the decision away from the user. */
    auth_bench_give_hex(bench, &bench->client, 0, "01050018 10 " RECORDED_CHALLENGE " 524153");
    auth_bench_expect_log(bench, "drop chap unexpected-challenge");
    assert_int_equal(ppp_auth_retry(&bench->client.auth, 0, "User", "\xff"), STATUS_INVALID);
    ppp_auth_give_up(&bench->client.auth, 0);
    auth_bench_collect(&bench->client);
    auth_bench_expect_event(&bench->client, PPP_AUTH_FAILED, 691);
    assert_true(auth_bench_expire(&bench->server) == 5 * INSTANT_SECOND);
    auth_bench_expect_event(&bench->server, PPP_AUTH_FAILED, 691);
    auth_bench_expect_log(bench, "ppp.auth.failed session=s1 role=authenticator method=ms-chap-v2 "
                                 "user=User peer=User error=691 reason=no-retry");
}

static void a_new_challenge_gets_a_new_peer_challenge(void **state)
{
    struct auth_bench *bench = *state;
    auth_bench_start(bench, 0);
    packet_free(auth_bench_take(&bench->server));
    auth_bench_give_hex(bench, &bench->client, 0, "01000018 10 " RECORDED_CHALLENGE " 524153");
    auth_bench_give_hex(bench, &bench->client, 0, "01010018 10 " RECORDED_CHALLENGE " 524153");
    assert_int_equal(bench->client.sent[1]->data[1], 1);
    assert_memory_not_equal(bench->client.sent[0]->data + 5, bench->client.sent[1]->data + 5, 16);
}

static void packets_that_make_no_sense_are_dropped(void **state)
{
    struct auth_bench *bench = *state;
    char hex[1600];
    auth_bench_start(bench, 0);
    static const char *const to_client[][2] = {
        {"01000009 04 01020304", "drop chap bad-challenge-size"},
        {"02000009 04 01020304", "drop chap unexpected-code"},
        {"03000004", "drop chap unexpected-verdict"},
        {"04000004", "drop chap unexpected-verdict"},
        {"01000004", "drop chap bad-value-size"},
        {"0900", "drop chap too-short"},
    };
    for (size_t i = 0; i < sizeof to_client / sizeof to_client[0]; i++) {
        auth_bench_give_hex(bench, &bench->client, 0, to_client[i][0]);
        auth_bench_expect_log(bench, to_client[i][1]);
    }
    auth_bench_give_hex(bench, &bench->server, 0, "01000009 04 01020304");
    auth_bench_expect_log(bench, "drop chap unexpected-code");
    strcpy(hex, "02000137 31 " RECORDED_VALUE);
    for (int i = 0; i < 257; i++)
        strcat(hex, "41");
    auth_bench_give_hex(bench, &bench->server, 0, hex);
    auth_bench_expect_log(bench, "drop chap name-too-long");
    auth_bench_expect_silence(&bench->client);
    assert_int_equal(bench->server.event_count, 0);
    /* None of it has done harm. */
    auth_bench_run(bench, 0);
    auth_bench_expect_success(bench);
}

static void a_response_of_the_wrong_size_is_a_wrong_answer(void **state)
{
    struct auth_bench *bench = *state;
    auth_bench_start(bench, 0);
    packet_free(auth_bench_take(&bench->server));
    auth_bench_give_hex(bench, &bench->server, 0,
                        "02000019 10 000102030405060708090a0b0c0d0e0f 55736572");
    auth_bench_expect_event(&bench->server, PPP_AUTH_FAILED, 691);
    assert_int_equal(bench->server.sent[0]->data[0], CHAP_FAILURE);
}

static void a_verdict_must_have_the_identifier_of_the_response(void **state)
{
    struct auth_bench *bench = *state;
    answer_recorded_challenge(bench);
    auth_bench_give_hex(bench, &bench->client, 0, "04010004");
    auth_bench_expect_log(bench, "drop chap unexpected-identifier");
    auth_bench_expect_silence(&bench->client);
    give_success(bench, RECORDED_SUCCESS);
    auth_bench_expect_event(&bench->client, PPP_AUTH_SUCCEEDED, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        AUTH_BENCH_TEST(md5_lets_the_right_secret_in),
        AUTH_BENCH_TEST(md5_refuses_a_wrong_secret_without_a_retry),
        AUTH_BENCH_TEST(ms_chap_v2_authenticates_both_and_leaves_matching_keys),
        AUTH_BENCH_TEST(the_response_of_a_real_windows_client_is_accepted),
        AUTH_BENCH_TEST(the_success_of_a_real_windows_server_is_verified),
        AUTH_BENCH_TEST(a_server_that_does_not_know_the_password_is_refused),
        AUTH_BENCH_TEST(the_domain_goes_to_the_lookup_and_not_into_the_hash),
        AUTH_BENCH_TEST(failures_carry_the_number_of_the_account),
        AUTH_BENCH_TEST(a_failure_without_retries_says_so_and_ends_it),
        AUTH_BENCH_TEST(a_retry_with_the_right_password_gets_in),
        AUTH_BENCH_TEST(retries_run_out),
        AUTH_BENCH_TEST(an_offer_of_a_retry_can_be_declined_or_ignored),
        AUTH_BENCH_TEST(a_new_challenge_gets_a_new_peer_challenge),
        AUTH_BENCH_TEST(packets_that_make_no_sense_are_dropped),
        AUTH_BENCH_TEST(a_response_of_the_wrong_size_is_a_wrong_answer),
        AUTH_BENCH_TEST(a_verdict_must_have_the_identifier_of_the_response),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
