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

static void assert_keys_match(const struct auth_bench *bench)
{
    const struct mppe_start_keys *client = ppp_auth_keys(&bench->client.auth);
    const struct mppe_start_keys *server = ppp_auth_keys(&bench->server.auth);
    assert_non_null(client);
    assert_non_null(server);
    assert_memory_equal(client->send, server->receive, MPPE_KEY_SIZE);
    assert_memory_equal(client->receive, server->send, MPPE_KEY_SIZE);
    assert_memory_not_equal(client->send, client->receive, MPPE_KEY_SIZE);
}

static void expect_both_succeed(struct auth_bench *bench)
{
    auth_bench_expect_event(&bench->client, PPP_AUTH_SUCCEEDED, 0);
    auth_bench_expect_event(&bench->server, PPP_AUTH_SUCCEEDED, 0);
}

/** Carries one packet and frees it. */
static void carry_one(struct auth_end *from, struct auth_end *to, instant now)
{
    struct packet *packet = auth_bench_take(from);
    auth_bench_give(to, now, packet);
    packet_free(packet);
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
    expect_both_succeed(bench);
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
    expect_both_succeed(bench);
    assert_keys_match(bench);
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
    carry_one(&bench->server, &bench->client, 0);
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
    expect_both_succeed(bench);
    assert_string_equal(bench->domain, "BIGCO");
    assert_string_equal(bench->user, "User");
    assert_string_equal(ppp_auth_peer_name(&bench->server.auth), "BIGCO\\User");
    assert_keys_match(bench);
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
        carry_one(&bench->server, &bench->client, 0);
        carry_one(&bench->client, &bench->server, 0);
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
    carry_one(&bench->server, &bench->client, 0);
    carry_one(&bench->client, &bench->server, 0);
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
    expect_both_succeed(bench);
    assert_keys_match(bench);
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

/* RFC 1994 section 4.1: Identifier and value change each time a Challenge is sent. */
static void an_unanswered_challenge_is_replaced_by_a_new_one(void **state)
{
    struct auth_bench *bench = *state;
    bench->server.config.transmissions = 3;
    bench->server.config.restart = INSTANT_SECOND;
    auth_bench_start(bench, 0);
    assert_true(auth_bench_expire(&bench->server) == INSTANT_SECOND);
    assert_true(auth_bench_expire(&bench->server) == 2 * INSTANT_SECOND);
    assert_int_equal(bench->server.sent_count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(bench->server.sent[i]->data[1], i);
    assert_memory_not_equal(bench->server.sent[0]->data + 5, bench->server.sent[1]->data + 5, 16);
    assert_memory_not_equal(bench->server.sent[1]->data + 5, bench->server.sent[2]->data + 5, 16);
    /* The answer to an earlier one comes too late. */
    carry_one(&bench->server, &bench->client, 0);
    carry_one(&bench->client, &bench->server, 0);
    auth_bench_expect_log(bench, "drop chap unexpected-identifier");
    carry_one(&bench->server, &bench->client, 0);
    packet_free(auth_bench_take(&bench->client));
    auth_bench_run(bench, 0);
    expect_both_succeed(bench);
    assert_keys_match(bench);
}

static void an_authenticator_gives_up_after_its_last_challenge(void **state)
{
    struct auth_bench *bench = *state;
    bench->server.config.transmissions = 2;
    auth_bench_start(bench, 0);
    auth_bench_expire(&bench->server);
    assert_true(auth_bench_expire(&bench->server) == 6 * INSTANT_SECOND);
    auth_bench_expect_event(&bench->server, PPP_AUTH_FAILED, 718);
    assert_int_equal(bench->server.sent_count, 2);
    assert_true(ppp_auth_next_timeout(&bench->server.auth) == INSTANT_NEVER);
    /* Nobody is let in by an answer after the end. */
    packet_free(auth_bench_take(&bench->server));
    carry_one(&bench->server, &bench->client, 0);
    carry_one(&bench->client, &bench->server, 0);
    auth_bench_expect_log(bench, "drop chap unexpected-response");
    auth_bench_expect_silence(&bench->server);
}

static void an_authenticatee_does_not_wait_for_ever(void **state)
{
    struct auth_bench *bench = *state;
    bench->client.config.transmissions = 2;
    assert_int_equal(ppp_auth_init(&bench->client.auth, &bench->client.config), STATUS_OK);
    ppp_auth_start(&bench->client.auth, 0);
    assert_true(auth_bench_expire(&bench->client) == 6 * INSTANT_SECOND);
    auth_bench_expect_event(&bench->client, PPP_AUTH_FAILED, 718);
    auth_bench_expect_silence(&bench->client);
}

static void a_lost_verdict_is_repeated_for_a_repeated_response(void **state)
{
    struct auth_bench *bench = *state;
    auth_bench_start(bench, 0);
    carry_one(&bench->server, &bench->client, 0);
    carry_one(&bench->client, &bench->server, 0);
    struct packet *lost = auth_bench_take(&bench->server);
    auth_bench_expect_event(&bench->server, PPP_AUTH_SUCCEEDED, 0);
    instant now = auth_bench_expire(&bench->client);
    assert_true(now == 3 * INSTANT_SECOND);
    auth_bench_expect_log(bench, "ppp.auth.retransmitted session=s1 role=authenticatee");
    carry_one(&bench->client, &bench->server, now);
    assert_int_equal(bench->server.event_count, 0);
    assert_int_equal(bench->server.sent[0]->length, lost->length);
    assert_memory_equal(bench->server.sent[0]->data, lost->data, lost->length);
    packet_free(lost);
    auth_bench_run(bench, now);
    auth_bench_expect_event(&bench->client, PPP_AUTH_SUCCEEDED, 0);
    assert_keys_match(bench);
}

static void a_repeated_response_gets_the_same_reply_code(void **state)
{
    struct auth_bench *bench = *state;
    for (int right = 0; right < 2; right++) {
        bench->client.config.secret = right ? "clientPass" : "wrong";
        auth_bench_start(bench, 0);
        carry_one(&bench->server, &bench->client, 0);
        struct packet *response = auth_bench_take(&bench->client);
        auth_bench_give(&bench->server, 0, response);
        auth_bench_expect_event(&bench->server, right ? PPP_AUTH_SUCCEEDED : PPP_AUTH_FAILED,
                                right ? 0 : 691);
        response->data[29] ^= 0xff; /* another NT-Response: it must not be judged */
        bench->lookups = 0;
        auth_bench_give(&bench->server, 0, response);
        packet_free(response);
        assert_int_equal(bench->lookups, 0);
        assert_int_equal(bench->server.event_count, 0);
        struct packet *first = auth_bench_take(&bench->server);
        struct packet *second = auth_bench_take(&bench->server);
        assert_int_equal(first->data[0], right ? CHAP_SUCCESS : CHAP_FAILURE);
        assert_int_equal(first->length, second->length);
        assert_memory_equal(first->data, second->data, first->length);
        packet_free(first);
        packet_free(second);
        ppp_auth_clear(&bench->server.auth);
        ppp_auth_clear(&bench->client.auth);
    }
}

static void a_repeated_challenge_gets_the_same_response(void **state)
{
    struct auth_bench *bench = *state;
    auth_bench_start(bench, 0);
    struct packet *challenge = auth_bench_take(&bench->server);
    auth_bench_give(&bench->client, 0, challenge);
    auth_bench_give(&bench->client, 0, challenge);
    assert_int_equal(bench->client.sent_count, 2);
    assert_int_equal(bench->client.sent[0]->length, bench->client.sent[1]->length);
    assert_memory_equal(bench->client.sent[0]->data, bench->client.sent[1]->data,
                        bench->client.sent[0]->length);
    auth_bench_run(bench, 0);
    expect_both_succeed(bench);
    /* Even after the end, and the Success that comes again does no harm. */
    auth_bench_give(&bench->client, 1, challenge);
    packet_free(challenge);
    auth_bench_run(bench, 1);
    auth_bench_expect_log(bench, "drop chap unexpected-verdict");
    auth_bench_expect_silence(&bench->client);
    auth_bench_expect_silence(&bench->server);
    assert_true(ppp_auth_next_timeout(&bench->client.auth) == INSTANT_NEVER);
    assert_keys_match(bench);
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

static void a_rechallenge_is_silent_and_keeps_the_keys(void **state)
{
    struct auth_bench *bench = *state;
    bench->server.config.rechallenge = 30 * INSTANT_SECOND;
    auth_bench_start(bench, 0);
    auth_bench_run(bench, 0);
    expect_both_succeed(bench);
    struct mppe_start_keys keys = *ppp_auth_keys(&bench->client.auth);
    assert_true(auth_bench_expire(&bench->server) == 30 * INSTANT_SECOND);
    auth_bench_expect_log(bench, "ppp.auth.rechallenged session=s1 role=authenticator");
    assert_int_equal(bench->server.sent[0]->data[0], CHAP_CHALLENGE);
    assert_int_equal(bench->server.sent[0]->data[1], 1);
    auth_bench_run(bench, 30 * INSTANT_SECOND);
    auth_bench_expect_silence(&bench->client);
    auth_bench_expect_silence(&bench->server);
    assert_memory_equal(ppp_auth_keys(&bench->client.auth), &keys, sizeof keys);
    assert_keys_match(bench);
    assert_true(ppp_auth_next_timeout(&bench->server.auth) == 60 * INSTANT_SECOND);
    assert_true(ppp_auth_next_timeout(&bench->client.auth) == INSTANT_NEVER);
}

static void a_rechallenge_can_fail(void **state)
{
    struct auth_bench *bench = *state;
    bench->server.config.rechallenge = 30 * INSTANT_SECOND;
    auth_bench_start(bench, 0);
    auth_bench_run(bench, 0);
    expect_both_succeed(bench);
    bench->client.auth.config.secret = "another";
    auth_bench_expire(&bench->server);
    auth_bench_run(bench, 30 * INSTANT_SECOND);
    auth_bench_expect_event(&bench->client, PPP_AUTH_FAILED, 691);
    auth_bench_expect_event(&bench->server, PPP_AUTH_FAILED, 691);
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
    expect_both_succeed(bench);
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, auth_bench_set_up, auth_bench_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(md5_lets_the_right_secret_in),
        TEST(md5_refuses_a_wrong_secret_without_a_retry),
        TEST(ms_chap_v2_authenticates_both_and_leaves_matching_keys),
        TEST(the_response_of_a_real_windows_client_is_accepted),
        TEST(the_success_of_a_real_windows_server_is_verified),
        TEST(a_server_that_does_not_know_the_password_is_refused),
        TEST(the_domain_goes_to_the_lookup_and_not_into_the_hash),
        TEST(failures_carry_the_number_of_the_account),
        TEST(a_failure_without_retries_says_so_and_ends_it),
        TEST(a_retry_with_the_right_password_gets_in),
        TEST(retries_run_out),
        TEST(an_offer_of_a_retry_can_be_declined_or_ignored),
        TEST(an_unanswered_challenge_is_replaced_by_a_new_one),
        TEST(an_authenticator_gives_up_after_its_last_challenge),
        TEST(an_authenticatee_does_not_wait_for_ever),
        TEST(a_lost_verdict_is_repeated_for_a_repeated_response),
        TEST(a_repeated_response_gets_the_same_reply_code),
        TEST(a_repeated_challenge_gets_the_same_response),
        TEST(a_new_challenge_gets_a_new_peer_challenge),
        TEST(a_rechallenge_is_silent_and_keeps_the_keys),
        TEST(a_rechallenge_can_fail),
        TEST(packets_that_make_no_sense_are_dropped),
        TEST(a_response_of_the_wrong_size_is_a_wrong_answer),
        TEST(a_verdict_must_have_the_identifier_of_the_response),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
