/* Two sessions back to back: every authentication with every encryption setting, and the order of
   what a session tells. */
#include "support/ppp_pair.h"
#include "support/unit.h"

#include <string.h>

static void use_method(struct ppp_pair *pair, enum ppp_auth_method method)
{
    pair->end[PPP_CLIENT].config.auth.methods.allow[0] = method;
    pair->end[PPP_SERVER].config.auth.methods.require[0] = method;
    pair->end[PPP_CLIENT].config.auth.eap_allow =
        (struct ppp_auth_eap_methods){{PPP_AUTH_EAP_MS_CHAP_V2}, 1};
    pair->end[PPP_SERVER].config.auth.eap_require = pair->end[PPP_CLIENT].config.auth.eap_allow;
}

static void use_encryption(struct ppp_pair *pair, unsigned end, bool required, uint32_t strengths,
                           bool stateless)
{
    pair->end[end].config.ccp = (struct ccp_config){
        .enabled = true, .required = required, .strengths = strengths, .stateless = stateless};
}

static void connect(struct ppp_pair *pair)
{
    ppp_pair_start(pair);
    ppp_pair_run(pair, 2 * INSTANT_SECOND);
}

static void assert_up(struct ppp_pair *pair, unsigned strength, bool stateless)
{
    for (unsigned i = 0; i < 2; i++) {
        const struct ppp_session *session = &pair->end[i].session;
        if (!ppp_session_network_is_up(session))
            ppp_pair_print(pair);
        assert_true(ppp_session_network_is_up(session));
        assert_int_equal(ppp_session_strength_bits(session), strength);
        assert_int_equal(ppp_session_is_stateless(session), stateless);
        assert_int_equal(pair->end[i].events[PPP_EVENT_NETWORK_UP], 1);
        assert_int_equal(pair->end[i].error, -1);
    }
}

static void assert_data_flows(struct ppp_pair *pair)
{
    for (unsigned i = 0; i < 40; i++) {
        for (unsigned from = 0; from < 2; from++) {
            const struct ppp_pair_end *to = &pair->end[1 - from];
            unsigned before = to->delivered;
            ppp_pair_send(pair, from, (uint8_t)(0x40 + i), 200 + i);
            ppp_pair_run(pair, pair->now + 20 * INSTANT_MILLISECOND);
            assert_int_equal(to->delivered, before + 1);
            assert_int_equal(to->last_length, 200 + i);
            for (unsigned j = 0; j < sizeof to->last_delivered; j++)
                assert_int_equal(to->last_delivered[j], 0x40 + i);
        }
    }
}

static void an_encrypted_session_comes_up_step_by_step(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ppp_pair_init(&pair);
    use_encryption(&pair, PPP_CLIENT, true, CCP_MPPE_128, true);
    use_encryption(&pair, PPP_SERVER, true, CCP_MPPE_128, true);
    connect(&pair);
    assert_up(&pair, 128, true);
    const struct ppp_pair_end *client = &pair.end[PPP_CLIENT];
    const struct ppp_pair_end *server = &pair.end[PPP_SERVER];
    /* A round trip is 20 ms: LCP one, MS-CHAP-V2 one and a half, IPCP with a Reject and a Nak two
       and a half more; the server is ready when it acknowledges the client's last request. */
    assert_true(client->event_at[PPP_EVENT_LCP_UP] == 20 * INSTANT_MILLISECOND);
    assert_true(client->event_at[PPP_EVENT_AUTHENTICATED] == 50 * INSTANT_MILLISECOND);
    assert_true(server->event_at[PPP_EVENT_AUTHENTICATED] == 40 * INSTANT_MILLISECOND);
    assert_true(client->event_at[PPP_EVENT_NETWORK_UP] == 110 * INSTANT_MILLISECOND);
    assert_true(server->event_at[PPP_EVENT_NETWORK_UP] == 100 * INSTANT_MILLISECOND);
    assert_int_equal(ppp_session_local_address(&client->session), 0x0a010002);
    assert_int_equal(ppp_session_peer_address(&client->session), 0x0a010001);
    assert_int_equal(ppp_session_server(&client->session, IPCP_DNS1), 0x0a010035);
    assert_int_equal(ppp_session_server(&client->session, IPCP_NBNS1), 0);
    assert_int_equal(ppp_session_peer_address(&server->session), 0x0a010002);
    assert_string_equal(ppp_session_peer_name(&server->session), "User");
    assert_int_equal(ppp_session_peer_mru(&server->session), 1400);
    assert_int_equal(ppp_session_mtu(&server->session), 1396);
    assert_int_equal(ppp_session_phase(&server->session), PPP_PHASE_NETWORK);
    assert_true(ppp_session_next_timeout(&client->session) == INSTANT_NEVER);
    assert_int_equal(
        ppp_pair_count(&pair, PPP_CLIENT, "ppp.ccp.opened", "strength=128 stateless=yes"), 1);
    assert_int_equal(ppp_pair_count(&pair, PPP_CLIENT, "ppp.ipcp.opened",
                                    "local=10.1.0.2 peer=10.1.0.1 dns=10.1.0.53 dns2=0.0.0.0"),
                     1);
    static const char *const codes[] = {"protocol=chap code=Challenge identifier=0",
                                        "protocol=chap code=Response identifier=0",
                                        "protocol=chap code=Success identifier=0"};
    for (unsigned i = 0; i < 3; i++) {
        unsigned from = i == 1 ? PPP_CLIENT : PPP_SERVER;
        assert_int_equal(ppp_pair_count(&pair, from, "ppp.packet.sent", codes[i]), 1);
        assert_int_equal(ppp_pair_count(&pair, 1 - from, "ppp.packet.received", codes[i]), 1);
    }
    assert_int_equal(ppp_pair_count(&pair, PPP_CLIENT, "packet.dropped", ""), 0);
    assert_int_equal(ppp_pair_count(&pair, PPP_SERVER, "packet.dropped", ""), 0);
    assert_data_flows(&pair);
    ppp_pair_destroy(&pair);
}

static void every_method_works_without_encryption(void **state)
{
    (void)state;
    for (unsigned method = 0; method < PPP_AUTH_METHOD_COUNT; method++) {
        struct ppp_pair pair;
        ppp_pair_init(&pair);
        use_method(&pair, (enum ppp_auth_method)method);
        connect(&pair);
        assert_up(&pair, 0, false);
        assert_data_flows(&pair);
        /* Without CCP the frames are as short as can be: one octet of protocol. */
        assert_int_equal(pair.frames[pair.frame_count - 1].octets[0], 0x21);
        ppp_pair_destroy(&pair);
    }
}

/* Only MS-CHAP leaves keys: with the others optional encryption stays away, and required
   encryption ends the connection at whoever requires it. */
static void only_ms_chap_can_encrypt(void **state)
{
    (void)state;
    for (unsigned method = 0; method < PPP_AUTH_METHOD_COUNT; method++) {
        bool keys = method == PPP_AUTH_MS_CHAP_V1 || method == PPP_AUTH_MS_CHAP_V2 ||
                    method == PPP_AUTH_EAP; /* with MS-CHAP-V2 inside */
        struct ppp_pair pair;
        ppp_pair_init(&pair);
        use_method(&pair, (enum ppp_auth_method)method);
        use_encryption(&pair, PPP_CLIENT, false, CCP_MPPE_STRENGTHS, true);
        use_encryption(&pair, PPP_SERVER, false, CCP_MPPE_STRENGTHS, true);
        connect(&pair);
        assert_up(&pair, keys ? 128 : 0, keys);
        assert_data_flows(&pair);
        ppp_pair_destroy(&pair);

        ppp_pair_init(&pair);
        use_method(&pair, (enum ppp_auth_method)method);
        use_encryption(&pair, PPP_CLIENT, true, CCP_MPPE_STRENGTHS, true);
        use_encryption(&pair, PPP_SERVER, false, CCP_MPPE_STRENGTHS, true);
        pair.end[PPP_CLIENT].config.windows_termination = true;
        connect(&pair);
        if (keys) {
            assert_up(&pair, 128, true);
        } else {
            assert_int_equal(pair.end[PPP_CLIENT].error, PPP_ERROR_NO_LOCAL_ENCRYPTION);
            assert_int_equal(pair.end[PPP_CLIENT].events[PPP_EVENT_NETWORK_UP], 0);
            ppp_pair_run(&pair, 10 * INSTANT_SECOND);
            assert_int_equal(pair.end[PPP_SERVER].error, PPP_ERROR_NO_LOCAL_ENCRYPTION);
        }
        ppp_pair_destroy(&pair);
    }
}

static void the_strongest_common_strength_wins(void **state)
{
    (void)state;
    static const struct {
        uint32_t client, server;
        bool client_stateless, server_stateless;
        unsigned strength;
        bool stateless;
    } cases[] = {
        {CCP_MPPE_40, CCP_MPPE_40, true, true, 40, true},
        {CCP_MPPE_56, CCP_MPPE_56, false, false, 56, false},
        {CCP_MPPE_128, CCP_MPPE_128, false, false, 128, false},
        {CCP_MPPE_STRENGTHS, CCP_MPPE_STRENGTHS, true, true, 128, true},
        {CCP_MPPE_40 | CCP_MPPE_56, CCP_MPPE_STRENGTHS, false, false, 56, false},
        {CCP_MPPE_STRENGTHS, CCP_MPPE_40, false, false, 40, false},
        {CCP_MPPE_40 | CCP_MPPE_128, CCP_MPPE_40 | CCP_MPPE_56, true, true, 40, true},
        /* One end that wants stateless is enough. */
        {CCP_MPPE_128, CCP_MPPE_128, true, false, 128, true},
        {CCP_MPPE_STRENGTHS, CCP_MPPE_128, false, true, 128, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ppp_pair pair;
        ppp_pair_init(&pair);
        use_encryption(&pair, PPP_CLIENT, true, cases[i].client, cases[i].client_stateless);
        use_encryption(&pair, PPP_SERVER, true, cases[i].server, cases[i].server_stateless);
        pair.end[PPP_CLIENT].config.ccp.compress = true;
        connect(&pair);
        assert_up(&pair, cases[i].strength, cases[i].stateless);
        assert_data_flows(&pair);
        ppp_pair_destroy(&pair);
    }
}

static void both_ends_may_authenticate_each_other(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ppp_pair_init(&pair);
    for (unsigned i = 0; i < 2; i++) {
        struct ppp_session_auth_config *auth = &pair.end[i].config.auth;
        auth->methods.allow[0] = auth->methods.require[0] = PPP_AUTH_MS_CHAP_V2;
        auth->methods.allow_count = auth->methods.require_count = 1;
        auth->lookup = pair.end[PPP_SERVER].config.auth.lookup;
        auth->local_name = i == PPP_CLIENT ? "CLIENT" : "SERVER";
        auth->user = "DOMAIN\\User";
        auth->password = "clientPass";
        use_encryption(&pair, i, true, CCP_MPPE_128, true);
    }
    connect(&pair);
    assert_up(&pair, 128, true);
    assert_string_equal(ppp_session_peer_name(&pair.end[PPP_CLIENT].session), "DOMAIN\\User");
    assert_string_equal(ppp_session_peer_name(&pair.end[PPP_SERVER].session), "DOMAIN\\User");
    /* The keys of both ends fit each other. */
    assert_data_flows(&pair);
    ppp_pair_destroy(&pair);
}

static void no_authentication_is_possible_too(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ppp_pair_init(&pair);
    pair.end[PPP_SERVER].config.auth.methods.require_count = 0;
    connect(&pair);
    assert_up(&pair, 0, false);
    assert_string_equal(ppp_session_peer_name(&pair.end[PPP_SERVER].session), "");
    assert_data_flows(&pair);
    ppp_pair_destroy(&pair);
}

static void hanging_up_ends_both_sessions_in_order(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ppp_pair_init(&pair);
    connect(&pair);
    ppp_session_close(&pair.end[PPP_CLIENT].session, pair.now, PPP_ERROR_USER_DISCONNECTION);
    ppp_pair_poll(&pair, PPP_CLIENT);
    assert_int_equal(pair.end[PPP_CLIENT].events[PPP_EVENT_NETWORK_DOWN], 1);
    ppp_pair_send(&pair, PPP_CLIENT, 1, 40);
    assert_int_equal(
        ppp_pair_count(&pair, PPP_CLIENT, "packet.dropped", "protocol=ppp reason=network-not-up"),
        1);
    ppp_pair_run(&pair, 10 * INSTANT_SECOND);
    /* The client is done with the Terminate-Ack; the server waits one restart period for the
       client to hang up. */
    assert_int_equal(pair.end[PPP_CLIENT].error, PPP_ERROR_USER_DISCONNECTION);
    assert_true(pair.end[PPP_CLIENT].event_at[PPP_EVENT_FINISHED] == 2020 * INSTANT_MILLISECOND);
    assert_int_equal(pair.end[PPP_SERVER].error, PPP_ERROR_REMOTE_DISCONNECTION);
    assert_true(pair.end[PPP_SERVER].event_at[PPP_EVENT_NETWORK_DOWN] ==
                2010 * INSTANT_MILLISECOND);
    assert_true(pair.end[PPP_SERVER].event_at[PPP_EVENT_FINISHED] == 5010 * INSTANT_MILLISECOND);
    assert_int_equal(ppp_pair_count(&pair, PPP_SERVER, "ppp.terminated", "error=629"), 1);
    ppp_pair_destroy(&pair);
}

static void a_session_can_be_used_again(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ppp_pair_init(&pair);
    use_encryption(&pair, PPP_CLIENT, true, CCP_MPPE_128, false);
    use_encryption(&pair, PPP_SERVER, true, CCP_MPPE_128, false);
    connect(&pair);
    for (unsigned i = 0; i < 2; i++) {
        ppp_session_lower_down(&pair.end[i].session, pair.now);
        ppp_pair_poll(&pair, i);
        assert_int_equal(pair.end[i].error, PPP_ERROR_DISCONNECTION);
        pair.end[i].error = -1;
        pair.end[i].events[PPP_EVENT_NETWORK_UP] = 0;
    }
    for (unsigned i = 0; i < 2; i++) {
        ppp_session_lower_up(&pair.end[i].session, pair.now);
        ppp_pair_poll(&pair, i);
    }
    ppp_pair_run(&pair, pair.now + INSTANT_SECOND);
    assert_up(&pair, 128, false);
    assert_data_flows(&pair);
    /* What was heard last time does not count. */
    for (unsigned i = 0; i < 2; i++) {
        ppp_session_lower_down(&pair.end[i].session, pair.now);
        ppp_pair_poll(&pair, i);
    }
    ppp_session_lower_up(&pair.end[PPP_CLIENT].session, pair.now);
    ppp_pair_poll(&pair, PPP_CLIENT);
    ppp_pair_run(&pair, pair.now + 60 * INSTANT_SECOND);
    assert_int_equal(pair.end[PPP_CLIENT].error, PPP_ERROR_NO_RESPONSE);
    ppp_pair_destroy(&pair);
}

struct tapped {
    unsigned sent, received;
    uint8_t last[64];
    size_t length;
};

static void tap(void *context, instant now, bool sent, const uint8_t *frame, size_t length)
{
    struct tapped *tapped = context;
    (void)now;
    assert_true(length >= 4);
    assert_int_equal(frame[0], 0xff);
    assert_int_equal(frame[1], 0x03);
    *(sent ? &tapped->sent : &tapped->received) += 1;
    tapped->length = length;
    memcpy(tapped->last, frame, length < sizeof tapped->last ? length : sizeof tapped->last);
}

static void the_tap_sees_complete_frames_before_encryption(void **state)
{
    (void)state;
    struct ppp_pair pair;
    struct tapped tapped = {0};
    ppp_pair_init(&pair);
    use_encryption(&pair, PPP_CLIENT, true, CCP_MPPE_128, true);
    use_encryption(&pair, PPP_SERVER, true, CCP_MPPE_128, true);
    pair.end[PPP_CLIENT].config.tap = tap;
    pair.end[PPP_CLIENT].config.tap_context = &tapped;
    connect(&pair);
    assert_int_equal(tapped.sent + tapped.received, pair.frame_count);
    ppp_pair_send(&pair, PPP_CLIENT, 0x45, 4);
    unit_assert_hex(tapped.last, tapped.length, "ff030021 45454545");
    ppp_pair_send(&pair, PPP_SERVER, 0x46, 5);
    ppp_pair_run(&pair, pair.now + INSTANT_SECOND);
    unit_assert_hex(tapped.last, tapped.length, "ff030021 4646464646");
    assert_int_equal(tapped.sent + tapped.received, pair.frame_count);
    ppp_pair_destroy(&pair);
}

static ipv4_address assign(void *context, const char *peer_name)
{
    assert_string_equal(peer_name, "User");
    return *(ipv4_address *)context;
}

static void the_address_is_chosen_when_the_peer_is_known(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ipv4_address address = 0xc0a80163;
    ppp_pair_init(&pair);
    pair.end[PPP_SERVER].config.assign_address = assign;
    pair.end[PPP_SERVER].config.assign_context = &address;
    connect(&pair);
    assert_up(&pair, 0, false);
    assert_int_equal(ppp_session_local_address(&pair.end[PPP_CLIENT].session), 0xc0a80163);
    ppp_pair_destroy(&pair);
}

static void a_session_is_small_and_its_data_path_allocates_nothing(void **state)
{
    (void)state;
    struct ppp_pair pair;
    assert_true(sizeof(struct ppp_session) <= 4608);
    ppp_pair_init(&pair);
    use_encryption(&pair, PPP_CLIENT, true, CCP_MPPE_128, true);
    use_encryption(&pair, PPP_SERVER, true, CCP_MPPE_128, true);
    connect(&pair);
    assert_int_equal(pair.pool.in_use, 0);
    struct packet *packet = packet_alloc(&pair.pool, 1400);
    uint8_t *datagram = packet_append(packet, 1000);
    memset(datagram, 0x45, 1000);
    assert_true(ppp_session_encapsulate(&pair.end[PPP_CLIENT].session, pair.now, packet));
    /* FD, two octets of MPPE header, 0021 encrypted, and the datagram where it was. */
    assert_int_equal(packet->length, 1005);
    assert_ptr_equal(packet->data, datagram - 5);
    unit_assert_hex(packet->data, 3, "fd9000");
    assert_int_equal(pair.pool.in_use, 1);
    ppp_session_input(&pair.end[PPP_SERVER].session, pair.now, packet);
    struct output output;
    assert_true(ppp_session_poll(&pair.end[PPP_SERVER].session, &output));
    assert_int_equal(output.kind, OUTPUT_DELIVER);
    assert_ptr_equal(output.packet, packet);
    assert_ptr_equal(output.packet->data, datagram);
    assert_int_equal(output.packet->length, 1000);
    assert_int_equal(datagram[0], 0x45);
    packet_free(packet);
    ppp_pair_destroy(&pair);
}

static void contradictory_configurations_are_refused(void **state)
{
    (void)state;
    struct ppp_pair pair;
    struct ppp_session session;
    ppp_pair_init(&pair);
    struct ppp_session_config config = pair.end[PPP_CLIENT].config;
    config.auth.password = NULL;
    assert_int_equal(ppp_session_init(&session, &config), STATUS_INVALID);
    config = pair.end[PPP_SERVER].config;
    config.auth.lookup = NULL;
    assert_int_equal(ppp_session_init(&session, &config), STATUS_INVALID);
    config = pair.end[PPP_SERVER].config;
    config.ccp.required = true;
    assert_int_equal(ppp_session_init(&session, &config), STATUS_INVALID);
    config.ccp.enabled = true;
    config.ccp.strengths = CCP_MPPE_40;
    config.crypto = NULL;
    assert_int_equal(ppp_session_init(&session, &config), STATUS_INVALID);
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(ppp_session_init(&pair.end[i].session, &pair.end[i].config), STATUS_OK);
    ppp_pair_destroy(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_encrypted_session_comes_up_step_by_step),
        cmocka_unit_test(every_method_works_without_encryption),
        cmocka_unit_test(only_ms_chap_can_encrypt),
        cmocka_unit_test(the_strongest_common_strength_wins),
        cmocka_unit_test(both_ends_may_authenticate_each_other),
        cmocka_unit_test(no_authentication_is_possible_too),
        cmocka_unit_test(hanging_up_ends_both_sessions_in_order),
        cmocka_unit_test(a_session_can_be_used_again),
        cmocka_unit_test(the_tap_sees_complete_frames_before_encryption),
        cmocka_unit_test(the_address_is_chosen_when_the_peer_is_known),
        cmocka_unit_test(a_session_is_small_and_its_data_path_allocates_nothing),
        cmocka_unit_test(contradictory_configurations_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
