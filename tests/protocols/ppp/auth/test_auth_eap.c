/* EAP in both roles of the authentication engine, with the methods of CHAP inside. */
#include "support/auth_bench.h"

#include <string.h>

/** Both ends speak EAP; the client agrees to what the server offers unless changed. */
static void use_eap(struct auth_bench *bench, enum ppp_auth_eap_method server,
                    enum ppp_auth_eap_method client)
{
    bench->server.config.method = bench->client.config.method = PPP_AUTH_EAP;
    bench->server.config.eap_methods = (struct ppp_auth_eap_methods){{server}, 1};
    bench->client.config.eap_methods = (struct ppp_auth_eap_methods){{client}, 1};
}

/** Fails unless the oldest packet of @p from begins so; hands it to @p to. */
static void pass(struct auth_end *from, struct auth_end *to, const char *start)
{
    uint8_t expected[64];
    size_t length = unit_hex(start, expected, sizeof expected);
    struct packet *packet = auth_bench_take(from);
    assert_true(packet->length >= length);
    unit_assert_hex(packet->data, length, start);
    if (to)
        auth_bench_give(to, 0, packet);
    packet_free(packet);
}

static void expect_logged(const struct auth_bench *bench, const char *start)
{
    for (size_t i = 0; i < bench->log_count; i++)
        if (strncmp(bench->log[i], start, strlen(start)) == 0)
            return;
    fail_msg("not logged: %s", start);
}

static void md5_challenge_goes_step_by_step(void **state)
{
    struct auth_bench *bench = *state;
    use_eap(bench, PPP_AUTH_EAP_MD5, PPP_AUTH_EAP_MD5);
    bench->server.config.first_identifier = 7;
    auth_bench_start(bench, 0);
    struct auth_end *client = &bench->client;
    struct auth_end *server = &bench->server;
    pass(server, client, "01070005 01");
    pass(client, server, "02070009 01 55736572");
    assert_string_equal(ppp_auth_peer_name(&server->auth), "User");
    pass(server, client, "01080019 04 10");
    assert_string_equal(ppp_auth_peer_name(&client->auth), "RAS");
    pass(client, server, "0208001a 04 10");
    pass(server, client, "03080004");
    auth_bench_expect_success(bench);
    assert_null(ppp_auth_keys(&client->auth));
    assert_null(ppp_auth_keys(&server->auth));
    assert_true(ppp_auth_next_timeout(&client->auth) == INSTANT_NEVER);
    assert_true(ppp_auth_next_timeout(&server->auth) == INSTANT_NEVER);
    expect_logged(bench, "ppp.auth.started session=s1 role=authenticator method=eap user= peer=");
    expect_logged(bench, "ppp.auth.eap-method session=s1 role=authenticatee method=eap-md5");
    auth_bench_expect_log(bench, "ppp.auth.succeeded session=s1 role=authenticatee "
                                 "method=eap-md5 user=User peer=RAS");
}

/* MD5 over EAP's Identifier, the secret and the challenge. */
static void md5_uses_the_identifier_of_eap(void **state)
{
    struct auth_bench *bench = *state;
    use_eap(bench, PPP_AUTH_EAP_MD5, PPP_AUTH_EAP_MD5);
    bench->client.config.secret = "secret";
    assert_int_equal(ppp_auth_init(&bench->client.auth, &bench->client.config), STATUS_OK);
    ppp_auth_start(&bench->client.auth, 0);
    auth_bench_give_hex(bench, &bench->client, 0,
                        "01010016 04 10 000102030405060708090a0b0c0d0e0f");
    pass(&bench->client, NULL, "0201001a 04 10 740e86463bda3a4d7017d6e0fba0699d 55736572");
}

static void ms_chap_v2_goes_step_by_step_and_leaves_keys(void **state)
{
    struct auth_bench *bench = *state;
    use_eap(bench, PPP_AUTH_EAP_MS_CHAP_V2, PPP_AUTH_EAP_MS_CHAP_V2);
    auth_bench_start(bench, 0);
    struct auth_end *client = &bench->client;
    struct auth_end *server = &bench->server;
    pass(server, client, "01000005 01");
    pass(client, server, "02000009 01 55736572");
    pass(server, client, "0101001d 1a 01 01 0018 10");
    pass(client, server, "0201003f 1a 02 01 003a 31");
    assert_int_equal(server->event_count, 0);
    pass(server, client, "01020033 1a 03 01 002e 533d"); /* S= */
    assert_int_equal(client->event_count, 0);
    pass(client, server, "02020006 1a 03");
    pass(server, client, "03020004");
    auth_bench_expect_success(bench);
    const struct mppe_start_keys *keys = ppp_auth_keys(&client->auth);
    assert_non_null(keys);
    assert_memory_equal(keys->send, ppp_auth_keys(&server->auth)->receive, MPPE_KEY_SIZE);
    assert_memory_equal(keys->receive, ppp_auth_keys(&server->auth)->send, MPPE_KEY_SIZE);
}

static void wrong_passwords_are_refused_by_each_method(void **state)
{
    static const enum ppp_auth_eap_method methods[] = {PPP_AUTH_EAP_MD5, PPP_AUTH_EAP_MS_CHAP_V2};
    struct auth_bench *bench = *state;
    for (size_t i = 0; i < 2; i++) {
        use_eap(bench, methods[i], methods[i]);
        bench->client.config.secret = "wrong";
        auth_bench_start(bench, 0);
        auth_bench_run(bench, 0);
        auth_bench_expect_event(&bench->client, PPP_AUTH_FAILED, 691);
        auth_bench_expect_event(&bench->server, PPP_AUTH_FAILED, 691);
        expect_logged(bench, "ppp.auth.failed session=s1 role=authenticator method=eap-m");
        bench->log_count = 0;
        ppp_auth_clear(&bench->client.auth);
        ppp_auth_clear(&bench->server.auth);
    }
}

/* The Failure with its number is acknowledged before EAP's own Failure comes. */
static void an_account_s_error_reaches_the_client(void **state)
{
    struct auth_bench *bench = *state;
    use_eap(bench, PPP_AUTH_EAP_MS_CHAP_V2, PPP_AUTH_EAP_MS_CHAP_V2);
    bench->client.config.name = "disabled";
    auth_bench_start(bench, 0);
    pass(&bench->server, &bench->client, "01");
    pass(&bench->client, &bench->server, "02");
    pass(&bench->server, &bench->client, "01");
    pass(&bench->client, &bench->server, "02");
    pass(&bench->server, &bench->client,
         "01020039 1a 04 01 0034 453d36343720523d30"); /* E=647 R=0 */
    assert_int_equal(bench->client.event_count, 0);
    assert_int_equal(bench->server.event_count, 0);
    pass(&bench->client, &bench->server, "02020006 1a 04");
    auth_bench_expect_event(&bench->server, PPP_AUTH_FAILED, 647);
    pass(&bench->server, &bench->client, "04020004");
    auth_bench_expect_event(&bench->client, PPP_AUTH_FAILED, 647);
}

static void a_retry_gets_in_and_a_resignation_ends_it(void **state)
{
    struct auth_bench *bench = *state;
    for (int again = 0; again < 2; again++) {
        use_eap(bench, PPP_AUTH_EAP_MS_CHAP_V2, PPP_AUTH_EAP_MS_CHAP_V2);
        bench->client.config.secret = "wrong";
        bench->client.config.retries = bench->server.config.retries = 1;
        auth_bench_start(bench, 0);
        auth_bench_run(bench, 0);
        auth_bench_expect_event(&bench->client, PPP_AUTH_RETRY_OFFERED, 691);
        assert_true(ppp_auth_next_timeout(&bench->server.auth) == 60 * INSTANT_SECOND);
        if (again) {
            assert_int_equal(ppp_auth_retry(&bench->client.auth, 1, "User", "clientPass"),
                             STATUS_OK);
            auth_bench_collect(&bench->client);
            auth_bench_run(bench, 1);
            auth_bench_expect_success(bench);
        } else {
            ppp_auth_give_up(&bench->client.auth, 1);
            auth_bench_collect(&bench->client);
            auth_bench_expect_event(&bench->client, PPP_AUTH_FAILED, 691);
            pass(&bench->client, &bench->server, "02020006 1a 04");
            auth_bench_expect_event(&bench->server, PPP_AUTH_FAILED, 691);
            packet_free(auth_bench_take(&bench->server));
        }
        bench->log_count = 0;
        ppp_auth_clear(&bench->client.auth);
        ppp_auth_clear(&bench->server.auth);
    }
}

static void while_the_user_is_asked_duplicates_are_dropped(void **state)
{
    struct auth_bench *bench = *state;
    use_eap(bench, PPP_AUTH_EAP_MS_CHAP_V2, PPP_AUTH_EAP_MS_CHAP_V2);
    bench->client.config.secret = "wrong";
    bench->client.config.retries = bench->server.config.retries = 1;
    auth_bench_start(bench, 0);
    for (int i = 0; i < 2; i++) {
        pass(&bench->server, &bench->client, "01");
        pass(&bench->client, &bench->server, "02");
    }
    struct packet *failure = auth_bench_take(&bench->server);
    auth_bench_give(&bench->client, 0, failure);
    auth_bench_expect_event(&bench->client, PPP_AUTH_RETRY_OFFERED, 691);
    auth_bench_give(&bench->client, 0, failure);
    packet_free(failure);
    auth_bench_expect_log(bench, "drop eap duplicate-request");
    auth_bench_expect_silence(&bench->client);
    /* And the server gives up in its time. */
    auth_bench_expire(&bench->server);
    auth_bench_expect_event(&bench->server, PPP_AUTH_FAILED, 691);
    pass(&bench->server, NULL, "04020004");
}

static bool change(void *context, const char *domain, const char *user,
                   const struct ppp_auth_new_password *new_password)
{
    struct auth_bench *bench = context;
    assert_string_equal(domain, "");
    assert_string_equal(user, "expired");
    assert_string_equal(new_password->password, "newPass");
    bench->lookups = 1000;
    return true;
}

static void an_expired_password_is_changed_inside_eap(void **state)
{
    struct auth_bench *bench = *state;
    use_eap(bench, PPP_AUTH_EAP_MS_CHAP_V2, PPP_AUTH_EAP_MS_CHAP_V2);
    bench->client.config.name = "expired";
    bench->client.config.new_secret = "newPass";
    bench->server.config.change = change;
    auth_bench_start(bench, 0);
    for (int i = 0; i < 2; i++) {
        pass(&bench->server, &bench->client, "01");
        pass(&bench->client, &bench->server, "02");
    }
    pass(&bench->server, &bench->client, "01020039 1a 04 01 0034 453d36343820523d30"); /* E=648 */
    pass(&bench->client, &bench->server, "0202024f 1a 07 02 024a");
    assert_int_equal(bench->lookups, 1000);
    auth_bench_run(bench, 0);
    auth_bench_expect_success(bench);
    assert_memory_equal(ppp_auth_keys(&bench->client.auth)->send,
                        ppp_auth_keys(&bench->server.auth)->receive, MPPE_KEY_SIZE);
}

static void a_masquerading_server_is_found_out(void **state)
{
    struct auth_bench *bench = *state;
    use_eap(bench, PPP_AUTH_EAP_MS_CHAP_V2, PPP_AUTH_EAP_MS_CHAP_V2);
    auth_bench_start(bench, 0);
    for (int i = 0; i < 2; i++) {
        pass(&bench->server, &bench->client, "01");
        pass(&bench->client, &bench->server, "02");
    }
    struct packet *success = auth_bench_take(&bench->server);
    success->data[success->length - 1] ^= 1;
    auth_bench_give(&bench->client, 0, success);
    packet_free(success);
    auth_bench_expect_event(&bench->client, PPP_AUTH_FAILED, 778);
    /* It ends without a Response. */
    auth_bench_expect_silence(&bench->client);
    assert_null(ppp_auth_keys(&bench->client.auth));
}

static void a_nak_names_every_method_and_the_authenticator_takes_one_of_them(void **state)
{
    struct auth_bench *bench = *state;
    use_eap(bench, PPP_AUTH_EAP_MD5, PPP_AUTH_EAP_MS_CHAP_V2);
    bench->server.config.eap_methods =
        (struct ppp_auth_eap_methods){{PPP_AUTH_EAP_MD5, PPP_AUTH_EAP_MS_CHAP_V2}, 2};
    auth_bench_start(bench, 0);
    pass(&bench->server, &bench->client, "01000005 01");
    pass(&bench->client, &bench->server, "0200");
    pass(&bench->server, &bench->client, "0101 0019 04");
    pass(&bench->client, &bench->server, "02010006 03 1a");
    expect_logged(bench, "ppp.auth.eap-nak session=s1 role=authenticatee method=eap user=User "
                         "peer= wanted=eap-ms-chap-v2");
    expect_logged(bench, "ppp.auth.eap-nak session=s1 role=authenticator method=eap-md5 user=User "
                         "peer=User wanted=MS-CHAP-V2");
    pass(&bench->server, &bench->client, "0102001d 1a 01 02");
    auth_bench_run(bench, 0);
    auth_bench_expect_success(bench);
}

static void without_a_common_method_it_fails(void **state)
{
    struct auth_bench *bench = *state;
    use_eap(bench, PPP_AUTH_EAP_MD5, PPP_AUTH_EAP_MS_CHAP_V2);
    auth_bench_start(bench, 0);
    auth_bench_run(bench, 0);
    auth_bench_expect_event(&bench->client, PPP_AUTH_FAILED, 691);
    auth_bench_expect_event(&bench->server, PPP_AUTH_FAILED, 691);
    expect_logged(bench, "ppp.auth.failed session=s1 role=authenticator method=eap-md5 user=User "
                         "peer=User error=691 reason=no-common-method");
}

static void one_nak_is_all_there_is(void **state)
{
    struct auth_bench *bench = *state;
    use_eap(bench, PPP_AUTH_EAP_MD5, PPP_AUTH_EAP_MS_CHAP_V2);
    assert_int_equal(ppp_auth_init(&bench->client.auth, &bench->client.config), STATUS_OK);
    ppp_auth_start(&bench->client.auth, 0);
    auth_bench_give_hex(bench, &bench->client, 0, "01010006 06 00");
    pass(&bench->client, NULL, "02010006 03 1a");
    auth_bench_give_hex(bench, &bench->client, 0, "01020006 06 00");
    auth_bench_expect_log(bench, "drop eap unwanted-type");
    auth_bench_expect_silence(&bench->client);
    /* What was dropped has not been answered: the same Identifier may come again. */
    auth_bench_give_hex(bench, &bench->client, 0, "01020009 1a 01 01 0003");
    auth_bench_expect_log(bench, "drop eap bad-length");
}

static void a_nak_after_the_method_has_begun_is_dropped(void **state)
{
    struct auth_bench *bench = *state;
    use_eap(bench, PPP_AUTH_EAP_MS_CHAP_V2, PPP_AUTH_EAP_MS_CHAP_V2);
    bench->server.config.eap_methods =
        (struct ppp_auth_eap_methods){{PPP_AUTH_EAP_MS_CHAP_V2, PPP_AUTH_EAP_MD5}, 2};
    auth_bench_start(bench, 0);
    for (int i = 0; i < 2; i++) {
        pass(&bench->server, &bench->client, "01");
        pass(&bench->client, &bench->server, "02");
    }
    auth_bench_give_hex(bench, &bench->server, 0, "02020006 03 04");
    auth_bench_expect_log(bench, "drop eap unexpected-nak");
    auth_bench_run(bench, 0);
    auth_bench_expect_success(bench);
}

static void a_notification_is_shown_and_answered(void **state)
{
    struct auth_bench *bench = *state;
    use_eap(bench, PPP_AUTH_EAP_MD5, PPP_AUTH_EAP_MD5);
    bench->server.config.notification = "Hi";
    auth_bench_start(bench, 0);
    pass(&bench->server, &bench->client, "01000005 01");
    pass(&bench->client, &bench->server, "0200");
    pass(&bench->server, &bench->client, "01010007 02 4869");
    expect_logged(bench, "ppp.auth.eap-notification session=s1 role=authenticatee method=eap "
                         "user=User peer= text=Hi");
    pass(&bench->client, &bench->server, "02010005 02");
    auth_bench_run(bench, 0);
    auth_bench_expect_success(bench);
}

/* RFC 3748 section 4.1: the authenticator alone sends again, the same octets. */
static void only_the_authenticator_sends_again(void **state)
{
    struct auth_bench *bench = *state;
    use_eap(bench, PPP_AUTH_EAP_MS_CHAP_V2, PPP_AUTH_EAP_MS_CHAP_V2);
    bench->server.config.transmissions = 2;
    auth_bench_start(bench, 0);
    pass(&bench->server, &bench->client, "01000005 01");
    pass(&bench->client, &bench->server, "0200");
    struct packet *first = auth_bench_take(&bench->server);
    assert_true(auth_bench_expire(&bench->server) == 3 * INSTANT_SECOND);
    struct packet *second = auth_bench_take(&bench->server);
    assert_int_equal(first->length, second->length);
    assert_memory_equal(first->data, second->data, first->length);
    auth_bench_expect_log(bench, "ppp.auth.retransmitted session=s1 role=authenticator");
    /* Both arrive: one answer, given twice, and judged once. */
    auth_bench_give(&bench->client, 0, first);
    auth_bench_give(&bench->client, 0, second);
    packet_free(first);
    packet_free(second);
    assert_int_equal(bench->client.sent_count, 2);
    assert_int_equal(bench->client.sent[0]->length, bench->client.sent[1]->length);
    assert_memory_equal(bench->client.sent[0]->data, bench->client.sent[1]->data,
                        bench->client.sent[0]->length);
    pass(&bench->client, &bench->server, "0201");
    pass(&bench->client, &bench->server, "0201");
    auth_bench_expect_log(bench, "drop eap unexpected-identifier");
    assert_int_equal(bench->lookups, 1);
    auth_bench_run(bench, 0);
    auth_bench_expect_success(bench);
}

static void both_ends_give_up_in_the_end(void **state)
{
    struct auth_bench *bench = *state;
    use_eap(bench, PPP_AUTH_EAP_MD5, PPP_AUTH_EAP_MD5);
    bench->server.config.transmissions = bench->client.config.transmissions = 2;
    auth_bench_start(bench, 0);
    auth_bench_expire(&bench->server);
    assert_true(auth_bench_expire(&bench->server) == 6 * INSTANT_SECOND);
    auth_bench_expect_event(&bench->server, PPP_AUTH_FAILED, 718);
    assert_int_equal(bench->server.sent_count, 2);
    assert_true(auth_bench_expire(&bench->client) == 6 * INSTANT_SECOND);
    auth_bench_expect_event(&bench->client, PPP_AUTH_FAILED, 718);
    auth_bench_expect_silence(&bench->client);
}

/* RFC 3748 section 4.2 */
static void a_lost_success_is_made_up_for_by_the_network_phase(void **state)
{
    struct auth_bench *bench = *state;
    use_eap(bench, PPP_AUTH_EAP_MS_CHAP_V2, PPP_AUTH_EAP_MS_CHAP_V2);
    auth_bench_start(bench, 0);
    for (int i = 0; i < 3; i++) {
        ppp_auth_network_heard(&bench->client.auth, 0);
        auth_bench_collect(&bench->client);
        auth_bench_expect_silence(&bench->client);
        pass(&bench->server, &bench->client, "01");
        pass(&bench->client, &bench->server, "02");
    }
    pass(&bench->server, NULL, "03020004");
    ppp_auth_network_heard(&bench->client.auth, 0);
    auth_bench_collect(&bench->client);
    auth_bench_expect_success(bench);
    assert_non_null(ppp_auth_keys(&bench->client.auth));
}

static void verdicts_out_of_place_are_dropped(void **state)
{
    struct auth_bench *bench = *state;
    static const char *const rows[][2] = {
        {"03000004", "drop eap unexpected-identifier"},
        {"01000005 01", NULL},
        {"03000004", "drop eap premature-success"},
        {"04010004", "drop eap unexpected-identifier"},
        {"01010005 03", "drop eap unexpected-type"},
        {"02010005 01", "drop eap unexpected-code"},
        {"01010006 04 00", "drop eap bad-md5-challenge"},
        {"01010005 1a", "drop eap unexpected-type"}, /* the method has been chosen */
        {"01030007 04 01 ff", NULL},
        {"01040006 0d 20", "drop eap unexpected-type"},
        {"01040005 01", "drop eap unexpected-identity"},
        {"0100", "drop eap too-short"},
    };
    use_eap(bench, PPP_AUTH_EAP_MD5, PPP_AUTH_EAP_MD5);
    assert_int_equal(ppp_auth_init(&bench->client.auth, &bench->client.config), STATUS_OK);
    ppp_auth_start(&bench->client.auth, 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        auth_bench_give_hex(bench, &bench->client, 0, rows[i][0]);
        if (rows[i][1])
            auth_bench_expect_log(bench, rows[i][1]);
        assert_int_equal(bench->client.sent_count, rows[i][1] ? 0 : 1);
        if (!rows[i][1])
            packet_free(auth_bench_take(&bench->client));
        assert_int_equal(bench->client.event_count, 0);
    }
    auth_bench_give_hex(bench, &bench->client, 0, "04030004");
    auth_bench_expect_event(&bench->client, PPP_AUTH_FAILED, 691);
    auth_bench_give_hex(bench, &bench->client, 0, "03030004");
    auth_bench_expect_log(bench, "drop eap unexpected-verdict");
    auth_bench_give_hex(bench, &bench->client, 0, "01090005 01");
    auth_bench_expect_log(bench, "drop eap unexpected-request");
}

static void responses_out_of_place_are_dropped(void **state)
{
    struct auth_bench *bench = *state;
    static const char *const rows[][2] = {
        {"02010005 01", "drop eap unexpected-identifier"},
        {"01000005 01", "drop eap unexpected-code"},
        {"02000006 03 04", "drop eap unexpected-nak"},
        {"02000005 02", "drop eap unexpected-type"},
        {"02000005 1a", "drop eap unexpected-type"},
        {"02000009 01 55736572", NULL},
        {"02010005 01", "drop eap unexpected-type"},
        {"02010005 04", "drop eap unexpected-type"},
        {"02010009 1a 03010004", "drop eap unexpected-opcode"},
        {"02010006 1a 03", "drop eap too-short"},
        {"02010009 1a 01010005", "drop eap bad-length"},
    };
    use_eap(bench, PPP_AUTH_EAP_MS_CHAP_V2, PPP_AUTH_EAP_MS_CHAP_V2);
    auth_bench_start(bench, 0);
    packet_free(auth_bench_take(&bench->server));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        auth_bench_give_hex(bench, &bench->server, 0, rows[i][0]);
        if (rows[i][1])
            auth_bench_expect_log(bench, rows[i][1]);
        assert_int_equal(bench->server.sent_count, rows[i][1] ? 0 : 1);
        if (!rows[i][1])
            packet_free(auth_bench_take(&bench->server));
        assert_int_equal(bench->server.event_count, 0);
    }
}

static void senseless_lists_of_methods_are_refused(void **state)
{
    struct auth_bench *bench = *state;
    struct ppp_auth auth;
    use_eap(bench, PPP_AUTH_EAP_MD5, PPP_AUTH_EAP_MD5);
    bench->client.config.eap_methods.count = 0;
    assert_int_equal(ppp_auth_init(&auth, &bench->client.config), STATUS_INVALID);
    bench->client.config.eap_methods.count = PPP_AUTH_EAP_METHOD_COUNT + 1;
    assert_int_equal(ppp_auth_init(&auth, &bench->client.config), STATUS_INVALID);
    bench->client.config.eap_methods =
        (struct ppp_auth_eap_methods){{PPP_AUTH_EAP_METHOD_COUNT}, 1};
    assert_int_equal(ppp_auth_init(&auth, &bench->client.config), STATUS_INVALID);
    use_eap(bench, PPP_AUTH_EAP_MD5, PPP_AUTH_EAP_MS_CHAP_V2);
    bench->client.config.secret = "\xff";
    assert_int_equal(ppp_auth_init(&auth, &bench->client.config), STATUS_INVALID);
}

/* SPAP is PAP with a scrambled password. */
static void spap_lets_the_right_password_in_and_does_not_show_it(void **state)
{
    struct auth_bench *bench = *state;
    for (int right = 1; right >= 0; right--) {
        bench->server.config.method = bench->client.config.method = PPP_AUTH_SPAP;
        bench->client.config.secret = right ? "clientPass" : "clientpass";
        auth_bench_start(bench, 0);
        assert_int_equal(ppp_auth_protocol(&bench->client.auth), 0xc027);
        struct packet *packet = auth_bench_take(&bench->client);
        unit_assert_hex(packet->data, 10, "01000014 04 55736572 0a");
        assert_memory_not_equal(packet->data + 10, "clientPass", 10);
        auth_bench_give(&bench->server, 0, packet);
        packet_free(packet);
        auth_bench_run(bench, 0);
        int event = right ? PPP_AUTH_SUCCEEDED : PPP_AUTH_FAILED;
        auth_bench_expect_event(&bench->client, event, right ? 0 : 691);
        auth_bench_expect_event(&bench->server, event, right ? 0 : 691);
        assert_null(ppp_auth_keys(&bench->client.auth));
    }
    auth_bench_give_hex(bench, &bench->client, 0, "02000004");
    auth_bench_expect_log(bench, "drop spap unexpected-verdict");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        AUTH_BENCH_TEST(md5_challenge_goes_step_by_step),
        AUTH_BENCH_TEST(md5_uses_the_identifier_of_eap),
        AUTH_BENCH_TEST(ms_chap_v2_goes_step_by_step_and_leaves_keys),
        AUTH_BENCH_TEST(wrong_passwords_are_refused_by_each_method),
        AUTH_BENCH_TEST(an_account_s_error_reaches_the_client),
        AUTH_BENCH_TEST(a_retry_gets_in_and_a_resignation_ends_it),
        AUTH_BENCH_TEST(while_the_user_is_asked_duplicates_are_dropped),
        AUTH_BENCH_TEST(an_expired_password_is_changed_inside_eap),
        AUTH_BENCH_TEST(a_masquerading_server_is_found_out),
        AUTH_BENCH_TEST(a_nak_names_every_method_and_the_authenticator_takes_one_of_them),
        AUTH_BENCH_TEST(without_a_common_method_it_fails),
        AUTH_BENCH_TEST(one_nak_is_all_there_is),
        AUTH_BENCH_TEST(a_nak_after_the_method_has_begun_is_dropped),
        AUTH_BENCH_TEST(a_notification_is_shown_and_answered),
        AUTH_BENCH_TEST(only_the_authenticator_sends_again),
        AUTH_BENCH_TEST(both_ends_give_up_in_the_end),
        AUTH_BENCH_TEST(a_lost_success_is_made_up_for_by_the_network_phase),
        AUTH_BENCH_TEST(verdicts_out_of_place_are_dropped),
        AUTH_BENCH_TEST(responses_out_of_place_are_dropped),
        AUTH_BENCH_TEST(senseless_lists_of_methods_are_refused),
        AUTH_BENCH_TEST(spap_lets_the_right_password_in_and_does_not_show_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
