/* CHAP in both roles: what is lost, what comes twice, and what is asked again. */
#include "support/auth_bench.h"

#include <string.h>

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
    auth_bench_carry_one(&bench->server, &bench->client, 0);
    auth_bench_carry_one(&bench->client, &bench->server, 0);
    auth_bench_expect_log(bench, "drop chap unexpected-identifier");
    auth_bench_carry_one(&bench->server, &bench->client, 0);
    packet_free(auth_bench_take(&bench->client));
    auth_bench_run(bench, 0);
    auth_bench_expect_success(bench);
    auth_bench_expect_matching_keys(bench);
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
    auth_bench_carry_one(&bench->server, &bench->client, 0);
    auth_bench_carry_one(&bench->client, &bench->server, 0);
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
    auth_bench_carry_one(&bench->server, &bench->client, 0);
    auth_bench_carry_one(&bench->client, &bench->server, 0);
    struct packet *lost = auth_bench_take(&bench->server);
    auth_bench_expect_event(&bench->server, PPP_AUTH_SUCCEEDED, 0);
    instant now = auth_bench_expire(&bench->client);
    assert_true(now == 3 * INSTANT_SECOND);
    auth_bench_expect_log(bench, "ppp.auth.retransmitted session=s1 role=authenticatee");
    auth_bench_carry_one(&bench->client, &bench->server, now);
    assert_int_equal(bench->server.event_count, 0);
    assert_int_equal(bench->server.sent[0]->length, lost->length);
    assert_memory_equal(bench->server.sent[0]->data, lost->data, lost->length);
    packet_free(lost);
    auth_bench_run(bench, now);
    auth_bench_expect_event(&bench->client, PPP_AUTH_SUCCEEDED, 0);
    auth_bench_expect_matching_keys(bench);
}

static void a_repeated_response_gets_the_same_reply_code(void **state)
{
    struct auth_bench *bench = *state;
    for (int right = 0; right < 2; right++) {
        bench->client.config.secret = right ? "clientPass" : "wrong";
        auth_bench_start(bench, 0);
        auth_bench_carry_one(&bench->server, &bench->client, 0);
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
    auth_bench_expect_success(bench);
    /* Even after the end, and the Success that comes again does no harm. */
    auth_bench_give(&bench->client, 1, challenge);
    packet_free(challenge);
    auth_bench_run(bench, 1);
    auth_bench_expect_log(bench, "drop chap unexpected-verdict");
    auth_bench_expect_silence(&bench->client);
    auth_bench_expect_silence(&bench->server);
    assert_true(ppp_auth_next_timeout(&bench->client.auth) == INSTANT_NEVER);
    auth_bench_expect_matching_keys(bench);
}

static void a_rechallenge_is_silent_and_keeps_the_keys(void **state)
{
    struct auth_bench *bench = *state;
    bench->server.config.rechallenge = 30 * INSTANT_SECOND;
    auth_bench_start(bench, 0);
    auth_bench_run(bench, 0);
    auth_bench_expect_success(bench);
    struct mppe_start_keys keys = *ppp_auth_keys(&bench->client.auth);
    assert_true(auth_bench_expire(&bench->server) == 30 * INSTANT_SECOND);
    auth_bench_expect_log(bench, "ppp.auth.rechallenged session=s1 role=authenticator");
    assert_int_equal(bench->server.sent[0]->data[0], CHAP_CHALLENGE);
    assert_int_equal(bench->server.sent[0]->data[1], 1);
    auth_bench_run(bench, 30 * INSTANT_SECOND);
    auth_bench_expect_silence(&bench->client);
    auth_bench_expect_silence(&bench->server);
    assert_memory_equal(ppp_auth_keys(&bench->client.auth), &keys, sizeof keys);
    auth_bench_expect_matching_keys(bench);
    assert_true(ppp_auth_next_timeout(&bench->server.auth) == 60 * INSTANT_SECOND);
    assert_true(ppp_auth_next_timeout(&bench->client.auth) == INSTANT_NEVER);
}

static void a_rechallenge_can_fail(void **state)
{
    struct auth_bench *bench = *state;
    bench->server.config.rechallenge = 30 * INSTANT_SECOND;
    auth_bench_start(bench, 0);
    auth_bench_run(bench, 0);
    auth_bench_expect_success(bench);
    bench->client.auth.config.secret = "another";
    auth_bench_expire(&bench->server);
    auth_bench_run(bench, 30 * INSTANT_SECOND);
    auth_bench_expect_event(&bench->client, PPP_AUTH_FAILED, 691);
    auth_bench_expect_event(&bench->server, PPP_AUTH_FAILED, 691);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        AUTH_BENCH_TEST(an_unanswered_challenge_is_replaced_by_a_new_one),
        AUTH_BENCH_TEST(an_authenticator_gives_up_after_its_last_challenge),
        AUTH_BENCH_TEST(an_authenticatee_does_not_wait_for_ever),
        AUTH_BENCH_TEST(a_lost_verdict_is_repeated_for_a_repeated_response),
        AUTH_BENCH_TEST(a_repeated_response_gets_the_same_reply_code),
        AUTH_BENCH_TEST(a_repeated_challenge_gets_the_same_response),
        AUTH_BENCH_TEST(a_rechallenge_is_silent_and_keeps_the_keys),
        AUTH_BENCH_TEST(a_rechallenge_can_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
