/* MS-CHAP-1 in both roles of the authentication engine, and passwords that have expired. */
#include "support/auth_bench.h"

#include "ppp/auth/mschap_change.h"

#include <stdio.h>
#include <string.h>

/** An account whose password may be changed. */
struct expired {
    struct auth_bench *bench;
    char password[32];
    bool only_hashes; /**< what a packet of version 1 leaves */
    uint8_t nt_hash[16];
    uint8_t lm_hash[16];
    bool has_lm_hash;
    bool has_expired;
    bool refuse;
    unsigned changes;
};

static bool find_expired(void *context, const char *domain, const char *user,
                         struct ppp_auth_account *account)
{
    struct expired *expired = context;
    (void)domain;
    account->password = expired->only_hashes ? NULL : expired->password;
    if (expired->only_hashes)
        account->nt_hash = expired->nt_hash;
    if (expired->only_hashes && expired->has_lm_hash)
        account->lm_hash = expired->lm_hash;
    account->error = expired->has_expired ? MSCHAP_PASSWORD_EXPIRED : 0;
    return strcmp(user, "User") == 0;
}

static bool change(void *context, const char *domain, const char *user,
                   const struct ppp_auth_new_password *new_password)
{
    struct expired *expired = context;
    assert_string_equal(domain, "CORP");
    assert_string_equal(user, "User");
    expired->changes++;
    if (expired->refuse)
        return false;
    expired->has_expired = false;
    expired->only_hashes = !new_password->password;
    if (new_password->password)
        snprintf(expired->password, sizeof expired->password, "%s", new_password->password);
    memcpy(expired->nt_hash, new_password->nt_hash, 16);
    memcpy(expired->lm_hash, new_password->lm_hash, 16);
    expired->has_lm_hash = new_password->has_lm_hash;
    return true;
}

/** Both ends of @p method, with an account whose password has expired and a client that knows. */
static void set_up_expired(struct auth_bench *bench, struct expired *expired,
                           enum ppp_auth_method method)
{
    *expired = (struct expired){.bench = bench, .password = "clientPass", .has_expired = true};
    bench->server.config.method = bench->client.config.method = method;
    bench->server.config.lookup = find_expired;
    bench->server.config.change = change;
    bench->server.config.lookup_context = expired;
    bench->client.config.name = "CORP\\User";
    bench->client.config.new_secret = "newPass";
}

static void expect_keys(const struct auth_bench *bench, enum mppe_strength strength)
{
    const struct mppe_start_keys *client = ppp_auth_keys(&bench->client.auth);
    const struct mppe_start_keys *server = ppp_auth_keys(&bench->server.auth);
    assert_non_null(client);
    assert_non_null(server);
    for (int direction = 0; direction < 2; direction++) {
        const uint8_t *sender = mppe_start_key(client, strength, direction);
        const uint8_t *receiver = mppe_start_key(server, strength, !direction);
        assert_non_null(sender);
        assert_non_null(receiver);
        assert_memory_equal(sender, receiver, MPPE_KEY_SIZE);
    }
}

static struct packet *pass_one(struct auth_end *from, struct auth_end *to)
{
    struct packet *packet = auth_bench_take(from);
    auth_bench_give(to, 0, packet);
    return packet;
}

static void the_right_password_gets_in_and_leaves_one_key_for_both_ways(void **state)
{
    struct auth_bench *bench = *state;
    bench->client.config.method = bench->server.config.method = PPP_AUTH_MS_CHAP_V1;
    auth_bench_start(bench, 0);
    struct packet *challenge = pass_one(&bench->server, &bench->client);
    unit_assert_hex(challenge->data, 5, "0100001008");
    packet_free(challenge);
    struct packet *response = pass_one(&bench->client, &bench->server);
    unit_assert_hex(response->data, 5, "0200003a31");
    /* The LAN Manager response is not given away. */
    unit_assert_hex(response->data + 5, 24, "000000000000000000000000000000000000000000000000");
    assert_int_equal(response->data[53], 1);
    packet_free(response);
    auth_bench_run(bench, 0);
    auth_bench_expect_success(bench);
    expect_keys(bench, MPPE_128_BIT);
    expect_keys(bench, MPPE_40_BIT);
    const struct mppe_start_keys *keys = ppp_auth_keys(&bench->client.auth);
    assert_memory_equal(keys->send, keys->receive, MPPE_KEY_SIZE);
}

static void a_lan_manager_response_is_sent_when_configured(void **state)
{
    struct auth_bench *bench = *state;
    bench->client.config.method = bench->server.config.method = PPP_AUTH_MS_CHAP_V1;
    bench->client.config.lan_manager = true;
    auth_bench_start(bench, 0);
    packet_free(pass_one(&bench->server, &bench->client));
    struct packet *response = auth_bench_take(&bench->client);
    const uint8_t nothing[24] = {0};
    assert_memory_not_equal(response->data + 5, nothing, 24);
    /* A client of LAN Manager has no other response. */
    memset(response->data + 5 + 24, 0, 25);
    auth_bench_give(&bench->server, 0, response);
    packet_free(response);
    auth_bench_run(bench, 0);
    auth_bench_expect_success(bench);
}

static void a_failure_carries_eight_octets_of_challenge_and_version_2(void **state)
{
    struct auth_bench *bench = *state;
    bench->client.config.method = bench->server.config.method = PPP_AUTH_MS_CHAP_V1;
    bench->client.config.secret = "wrong";
    bench->client.config.retries = bench->server.config.retries = 1;
    auth_bench_start(bench, 0);
    packet_free(pass_one(&bench->server, &bench->client));
    packet_free(pass_one(&bench->client, &bench->server));
    struct packet *failure = pass_one(&bench->server, &bench->client);
    assert_int_equal(failure->length, 4 + 12 + 16 + 4);
    assert_memory_equal(failure->data + 4, "E=691 R=1 C=", 12);
    assert_memory_equal(failure->data + 32, " V=2", 4);
    packet_free(failure);
    auth_bench_expect_event(&bench->client, PPP_AUTH_RETRY_OFFERED, 691);
    assert_memory_equal(bench->client.auth.chap.challenge, bench->server.auth.chap.challenge, 8);
    assert_int_equal(ppp_auth_retry(&bench->client.auth, 0, "User", "clientPass"), STATUS_OK);
    auth_bench_collect(&bench->client);
    auth_bench_run(bench, 0);
    auth_bench_expect_success(bench);
    expect_keys(bench, MPPE_56_BIT);
}

/* RFC 2433 section 8: "first challenge + 23", in the first octet. */
static void without_a_challenge_the_next_one_is_implied(void **state)
{
    struct auth_bench *bench = *state;
    bench->client.config.method = PPP_AUTH_MS_CHAP_V1;
    bench->client.config.retries = 2;
    assert_int_equal(ppp_auth_init(&bench->client.auth, &bench->client.config), STATUS_OK);
    ppp_auth_start(&bench->client.auth, 0);
    auth_bench_give_hex(bench, &bench->client, 0, "01050010 08 f001020304050607 524153");
    packet_free(auth_bench_take(&bench->client));
    /* E=691 R=1 V=2 */
    auth_bench_give_hex(bench, &bench->client, 0, "04050011 453d36393120523d3120563d32");
    auth_bench_expect_event(&bench->client, PPP_AUTH_RETRY_OFFERED, 691);
    unit_assert_hex(bench->client.auth.chap.challenge, 8, "0701020304050607");
    assert_int_equal(ppp_auth_retry(&bench->client.auth, 0, "User", "other"), STATUS_OK);
    auth_bench_collect(&bench->client);
    assert_int_equal(bench->client.sent[0]->data[1], 6);
    packet_free(auth_bench_take(&bench->client));
    auth_bench_give_hex(bench, &bench->client, 0, "04060011 453d36393120523d3120563d32");
    auth_bench_expect_event(&bench->client, PPP_AUTH_RETRY_OFFERED, 691);
    unit_assert_hex(bench->client.auth.chap.challenge, 8, "1e01020304050607");
}

/** Runs an expired password through and returns the client's Change-Password packet. */
static struct packet *change_packet(struct auth_bench *bench)
{
    auth_bench_start(bench, 0);
    packet_free(pass_one(&bench->server, &bench->client));
    packet_free(pass_one(&bench->client, &bench->server));
    struct packet *failure = pass_one(&bench->server, &bench->client);
    assert_memory_equal(failure->data + 4, "E=648 R=0 C=", 12);
    packet_free(failure);
    assert_int_equal(bench->server.event_count, 0);
    assert_int_equal(bench->client.event_count, 0);
    return auth_bench_take(&bench->client);
}

static void an_expired_password_is_changed_by_each_version(void **state)
{
    static const struct {
        enum ppp_auth_method method;
        uint8_t version;
        const char *header;
        bool hashes;
    } rows[] = {
        {PPP_AUTH_MS_CHAP_V1, 1, "05010048", true},
        {PPP_AUTH_MS_CHAP_V1, 0, "0601045e", false},
        {PPP_AUTH_MS_CHAP_V2, 0, "0701024a", false},
    };
    struct auth_bench *bench = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct expired expired;
        set_up_expired(bench, &expired, rows[i].method);
        bench->server.config.change_version = rows[i].version;
        struct packet *packet = change_packet(bench);
        unit_assert_hex(packet->data, 4, rows[i].header);
        auth_bench_give(&bench->server, 0, packet);
        packet_free(packet);
        auth_bench_run(bench, 0);
        auth_bench_expect_success(bench);
        assert_int_equal(expired.changes, 1);
        expect_keys(bench, MPPE_128_BIT);
        expect_keys(bench, MPPE_40_BIT);
        uint8_t hash[16];
        assert_true(mschap_nt_password_hash(bench->crypto, "newPass", hash));
        assert_memory_equal(expired.nt_hash, hash, 16);
        assert_true(mschap_lm_password_hash(bench->crypto, OEM_CODE_PAGE_437, "newPass", hash));
        assert_true(expired.has_lm_hash);
        assert_memory_equal(expired.lm_hash, hash, 16);
        assert_int_equal(expired.only_hashes, rows[i].hashes);
        if (!rows[i].hashes)
            assert_string_equal(expired.password, "newPass");
        ppp_auth_clear(&bench->client.auth);
        /* The old password is of no use any more, the new one is. */
        bench->client.config.new_secret = NULL;
        auth_bench_start(bench, 0);
        auth_bench_run(bench, 0);
        auth_bench_expect_event(&bench->client, PPP_AUTH_FAILED, 691);
        auth_bench_expect_event(&bench->server, PPP_AUTH_FAILED, 691);
        bench->client.config.secret = "newPass";
        auth_bench_start(bench, 0);
        auth_bench_run(bench, 0);
        auth_bench_expect_success(bench);
        expect_keys(bench, MPPE_128_BIT);
        bench->client.config.secret = "clientPass";
        bench->log_count = 0;
    }
}

static void the_change_is_told_at_both_ends(void **state)
{
    static const char *const expected[] = {
        "ppp.auth.change-granted session=s1 role=authenticator method=ms-chap-v2 user=CORP\\User "
        "peer=CORP\\User error=648 reason=account-restricted",
        "ppp.auth.password-expired session=s1 role=authenticatee method=ms-chap-v2 "
        "user=CORP\\User peer=RAS error=648 reason=refused-by-peer",
        "ppp.auth.password-changing session=s1 role=authenticatee method=ms-chap-v2",
        "ppp.auth.password-changed session=s1 role=authenticator method=ms-chap-v2",
    };
    struct auth_bench *bench = *state;
    struct expired expired;
    set_up_expired(bench, &expired, PPP_AUTH_MS_CHAP_V2);
    auth_bench_start(bench, 0);
    auth_bench_run(bench, 0);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        bool found = false;
        for (size_t k = 0; k < bench->log_count; k++)
            found |= strncmp(bench->log[k], expected[i], strlen(expected[i])) == 0;
        if (!found)
            fail_msg("not told: %s", expected[i]);
    }
}

static void a_repeated_change_is_the_same_packet_and_gets_the_same_verdict(void **state)
{
    struct auth_bench *bench = *state;
    struct expired expired;
    set_up_expired(bench, &expired, PPP_AUTH_MS_CHAP_V2);
    struct packet *first = change_packet(bench);
    auth_bench_expire(&bench->client);
    struct packet *second = auth_bench_take(&bench->client);
    assert_int_equal(first->length, second->length);
    assert_memory_equal(first->data, second->data, first->length);
    auth_bench_give(&bench->server, 0, first);
    auth_bench_give(&bench->server, 0, second);
    packet_free(first);
    packet_free(second);
    assert_int_equal(expired.changes, 1);
    assert_int_equal(bench->server.sent_count, 2);
    assert_int_equal(bench->server.sent[0]->length, bench->server.sent[1]->length);
    auth_bench_run(bench, 0);
    auth_bench_expect_success(bench);
}

static void a_change_that_is_refused_ends_it_with_709(void **state)
{
    struct auth_bench *bench = *state;
    struct expired expired;
    set_up_expired(bench, &expired, PPP_AUTH_MS_CHAP_V2);
    bench->server.config.retries = bench->client.config.retries = 3;
    expired.refuse = true;
    auth_bench_start(bench, 0);
    auth_bench_run(bench, 0);
    auth_bench_expect_event(&bench->client, PPP_AUTH_FAILED, 709);
    auth_bench_expect_event(&bench->server, PPP_AUTH_FAILED, 709);
    auth_bench_expect_log(bench, "ppp.auth.failed session=s1 role=authenticatee method=ms-chap-v2 "
                                 "user=CORP\\User peer=RAS error=709 reason=refused-by-peer");
    assert_int_equal(expired.changes, 1);
    assert_true(expired.has_expired);
    assert_null(ppp_auth_keys(&bench->server.auth));
}

/* Every octet of the packet that proves something is looked at. */
static void a_forged_change_is_refused(void **state)
{
    static const struct {
        enum ppp_auth_method method;
        uint8_t version;
        size_t offset;
        uint8_t mask;
    } rows[] = {
        {PPP_AUTH_MS_CHAP_V1, 1, 4 + 48, 1},     /* NT-Old */
        {PPP_AUTH_MS_CHAP_V1, 1, 4 + 16, 1},     /* LM-Old */
        {PPP_AUTH_MS_CHAP_V1, 1, 4 + 67, 1},     /* NT not valid */
        {PPP_AUTH_MS_CHAP_V1, 2, 4 + 510, 1},    /* the password */
        {PPP_AUTH_MS_CHAP_V1, 2, 4 + 515, 0x80}, /* its length */
        {PPP_AUTH_MS_CHAP_V1, 2, 4 + 531, 1},    /* NT-Hash */
        {PPP_AUTH_MS_CHAP_V1, 2, 4 + 1111, 1},   /* NT-Response */
        {PPP_AUTH_MS_CHAP_V1, 2, 4 + 1113, 1},   /* do not use it */
        {PPP_AUTH_MS_CHAP_V2, 0, 4 + 510, 1},    /* the password */
        {PPP_AUTH_MS_CHAP_V2, 0, 4 + 516, 1},    /* NT-Hash */
        {PPP_AUTH_MS_CHAP_V2, 0, 4 + 532, 1},    /* Peer-Challenge */
        {PPP_AUTH_MS_CHAP_V2, 0, 4 + 579, 1},    /* NT-Response */
        {PPP_AUTH_MS_CHAP_V2, 0, 0, 7 ^ 6},      /* another version's code */
        {PPP_AUTH_MS_CHAP_V1, 1, 0, 5 ^ 6},      /* one that was not granted */
    };
    struct auth_bench *bench = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct expired expired;
        set_up_expired(bench, &expired, rows[i].method);
        bench->server.config.change_version = rows[i].version;
        struct packet *packet = change_packet(bench);
        packet->data[rows[i].offset] ^= rows[i].mask;
        auth_bench_give(&bench->server, 0, packet);
        packet_free(packet);
        if (bench->server.event_count != 1)
            fail_msg("row %zu went unnoticed", i);
        auth_bench_expect_event(&bench->server, PPP_AUTH_FAILED, 709);
        auth_bench_expect_log(bench, "ppp.auth.failed session=s1 role=authenticator");
        assert_int_equal(expired.changes, 0);
        packet_free(auth_bench_take(&bench->server));
        ppp_auth_clear(&bench->client.auth);
        bench->log_count = 0;
    }
}

static void a_change_that_nobody_granted_is_dropped(void **state)
{
    struct auth_bench *bench = *state;
    struct expired expired;
    set_up_expired(bench, &expired, PPP_AUTH_MS_CHAP_V2);
    struct packet *packet = change_packet(bench);
    ppp_auth_clear(&bench->server.auth);
    assert_int_equal(ppp_auth_init(&bench->server.auth, &bench->server.config), STATUS_OK);
    ppp_auth_start(&bench->server.auth, 0);
    auth_bench_collect(&bench->server);
    packet_free(auth_bench_take(&bench->server));
    packet->data[1] = 0;
    auth_bench_give(&bench->server, 0, packet);
    packet_free(packet);
    auth_bench_expect_log(bench, "drop chap unexpected-response");
    auth_bench_expect_silence(&bench->server);
    assert_int_equal(expired.changes, 0);
}

static void a_server_waits_for_the_new_password_and_then_gives_up(void **state)
{
    struct auth_bench *bench = *state;
    struct expired expired;
    set_up_expired(bench, &expired, PPP_AUTH_MS_CHAP_V2);
    packet_free(change_packet(bench));
    assert_true(auth_bench_expire(&bench->server) == 60 * INSTANT_SECOND);
    auth_bench_expect_event(&bench->server, PPP_AUTH_FAILED, 648);
    auth_bench_expect_log(bench, "ppp.auth.failed session=s1 role=authenticator method=ms-chap-v2 "
                                 "user=CORP\\User peer=CORP\\User error=648 reason=no-change");
}

static void without_a_new_password_an_expired_one_is_the_end(void **state)
{
    struct auth_bench *bench = *state;
    struct expired expired;
    set_up_expired(bench, &expired, PPP_AUTH_MS_CHAP_V2);
    bench->client.config.new_secret = NULL;
    auth_bench_start(bench, 0);
    auth_bench_run(bench, 0);
    auth_bench_expect_event(&bench->client, PPP_AUTH_FAILED, 648);
}

static void a_new_password_of_the_wrong_kind_is_refused_at_once(void **state)
{
    struct auth_bench *bench = *state;
    struct ppp_auth auth;
    bench->client.config.new_secret = "\xff";
    assert_int_equal(ppp_auth_init(&auth, &bench->client.config), STATUS_INVALID);
}

/* A masquerading server: it takes anything, and has no keys for want of the password. */
static bool find_anybody(void *context, const char *domain, const char *user,
                         struct ppp_auth_account *account)
{
    (void)context;
    (void)domain;
    (void)user;
    *account = (struct ppp_auth_account){.password = "", .accept_anything = true};
    return true;
}

static void a_server_that_takes_any_password_is_found_out_by_ms_chap_v2_alone(void **state)
{
    static const struct {
        enum ppp_auth_method method;
        uint32_t error; /* at the client; 0: it gets in */
    } rows[] = {
        {PPP_AUTH_PAP, 0},
        {PPP_AUTH_CHAP_MD5, 0},
        {PPP_AUTH_MS_CHAP_V1, 0},
        {PPP_AUTH_MS_CHAP_V2, 778},
    };
    struct auth_bench *bench = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bench->client.config.method = bench->server.config.method = rows[i].method;
        bench->server.config.lookup = find_anybody;
        auth_bench_start(bench, 0);
        auth_bench_run(bench, 0);
        auth_bench_expect_event(&bench->server, PPP_AUTH_SUCCEEDED, 0);
        auth_bench_expect_event(
            &bench->client, rows[i].error ? PPP_AUTH_FAILED : PPP_AUTH_SUCCEEDED, rows[i].error);
        assert_null(ppp_auth_keys(&bench->server.auth));
        bench->log_count = 0;
    }
}

static void a_refusal_without_a_number_has_the_configured_one(void **state)
{
    static const enum ppp_auth_method methods[] = {PPP_AUTH_PAP, PPP_AUTH_CHAP_MD5,
                                                   PPP_AUTH_MS_CHAP_V2};
    struct auth_bench *bench = *state;
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        bench->client.config.method = bench->server.config.method = methods[i];
        bench->client.config.secret = "wrong";
        bench->client.config.bare_refusal = 5;
        auth_bench_start(bench, 0);
        auth_bench_run(bench, 0);
        auth_bench_expect_event(&bench->client, PPP_AUTH_FAILED, i < 2 ? 5 : 691);
        bench->server.event_count = 0;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        AUTH_BENCH_TEST(the_right_password_gets_in_and_leaves_one_key_for_both_ways),
        AUTH_BENCH_TEST(a_lan_manager_response_is_sent_when_configured),
        AUTH_BENCH_TEST(a_failure_carries_eight_octets_of_challenge_and_version_2),
        AUTH_BENCH_TEST(without_a_challenge_the_next_one_is_implied),
        AUTH_BENCH_TEST(an_expired_password_is_changed_by_each_version),
        AUTH_BENCH_TEST(the_change_is_told_at_both_ends),
        AUTH_BENCH_TEST(a_repeated_change_is_the_same_packet_and_gets_the_same_verdict),
        AUTH_BENCH_TEST(a_change_that_is_refused_ends_it_with_709),
        AUTH_BENCH_TEST(a_forged_change_is_refused),
        AUTH_BENCH_TEST(a_change_that_nobody_granted_is_dropped),
        AUTH_BENCH_TEST(a_server_waits_for_the_new_password_and_then_gives_up),
        AUTH_BENCH_TEST(without_a_new_password_an_expired_one_is_the_end),
        AUTH_BENCH_TEST(a_new_password_of_the_wrong_kind_is_refused_at_once),
        AUTH_BENCH_TEST(a_server_that_takes_any_password_is_found_out_by_ms_chap_v2_alone),
        AUTH_BENCH_TEST(a_refusal_without_a_number_has_the_configured_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
