/* How a session ends when it goes wrong: the Windows error codes, at exact instants. */
#include "support/ppp_pair.h"
#include "support/unit.h"

#include <stdio.h>

#define MS INSTANT_MILLISECOND
#define S  INSTANT_SECOND

static void require_encryption(struct ppp_pair *pair, unsigned end, uint32_t strengths)
{
    pair->end[end].config.ccp = (struct ccp_config){
        .enabled = true, .required = true, .strengths = strengths, .stateless = true};
    pair->end[end].config.windows_termination = true;
}

static bool lose_all(struct ppp_pair *pair, unsigned from, unsigned index,
                     const struct packet *frame)
{
    (void)pair, (void)from, (void)index, (void)frame;
    return true;
}

/* Loses what comes from the server after the first .lose_index frames of both. */
static bool lose_server_later(struct ppp_pair *pair, unsigned from, unsigned index,
                              const struct packet *frame)
{
    (void)frame;
    return from == PPP_SERVER && index >= pair->lose_index;
}

/* Loses every frame of the server whose protocol and code are in .lose_index. */
static bool lose_kind(struct ppp_pair *pair, unsigned from, unsigned index,
                      const struct packet *frame)
{
    (void)index;
    const uint8_t *p = frame->data + (frame->data[0] == 0xff ? 2 : 0);
    return from == PPP_SERVER &&
           ((unsigned)p[0] << 16 | (unsigned)p[1] << 8 | p[2]) == pair->lose_index;
}

static void assert_ends(struct ppp_pair *pair, unsigned end, enum ppp_error error, instant at)
{
    if (pair->end[end].error != (int)error || pair->end[end].event_at[PPP_EVENT_FINISHED] != at) {
        ppp_pair_print(pair);
        fail_msg("end %u: error %d at %llu ms", end, pair->end[end].error,
                 (unsigned long long)(pair->end[end].event_at[PPP_EVENT_FINISHED] / MS));
    }
    assert_int_equal(pair->end[end].events[PPP_EVENT_FINISHED], 1);
}

static void silence_from_the_start_is_721(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ppp_pair_init(&pair);
    pair.lose = lose_all;
    ppp_pair_start(&pair);
    ppp_pair_run(&pair, 200 * S);
    assert_ends(&pair, PPP_CLIENT, PPP_ERROR_NO_RESPONSE, 30 * S);
    assert_int_equal(ppp_pair_count(&pair, PPP_CLIENT, "ppp.packet.sent", "Configure-Request"), 10);
    assert_int_equal(ppp_pair_count(&pair, PPP_CLIENT, "ppp.lcp.timeout", "heard=no"), 1);
    assert_int_equal(ppp_pair_count(&pair, PPP_CLIENT, "ppp.terminated", "error=721"), 1);
    ppp_pair_destroy(&pair);
}

static void windows_timing_shortens_the_first_period(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ppp_pair_init(&pair);
    pair.lose = lose_all;
    pair.end[PPP_CLIENT].config.automaton.first_restart_ms = 2000;
    pair.end[PPP_CLIENT].config.shared_identifier = true;
    pair.end[PPP_CLIENT].config.renumber_retransmits = true;
    ppp_pair_start(&pair);
    ppp_pair_run(&pair, 200 * S);
    assert_ends(&pair, PPP_CLIENT, PPP_ERROR_NO_RESPONSE, 29 * S);
    /* Every transmission has an Identifier of its own, from 0. */
    assert_int_equal(
        ppp_pair_count(&pair, PPP_CLIENT, "ppp.packet.sent", "Configure-Request identifier=9"), 1);
    ppp_pair_destroy(&pair);
}

static void silence_after_the_first_packets_is_718(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ppp_pair_init(&pair);
    /* The server's Configure-Request arrives, nothing else does. */
    pair.lose = lose_server_later;
    pair.lose_index = 2;
    ppp_pair_start(&pair);
    ppp_pair_run(&pair, 200 * S);
    assert_ends(&pair, PPP_CLIENT, PPP_ERROR_TIMEOUT, 30 * S);
    assert_int_equal(ppp_pair_count(&pair, PPP_CLIENT, "ppp.lcp.timeout", "heard=yes"), 1);
    ppp_pair_destroy(&pair);
}

static void an_unanswered_response_is_718(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ppp_pair_init(&pair);
    pair.lose = lose_kind;
    pair.lose_index = 0xc22303;
    ppp_pair_start(&pair);
    ppp_pair_run(&pair, 400 * S);
    assert_int_equal(pair.end[PPP_CLIENT].events[PPP_EVENT_LCP_UP], 1);
    assert_int_equal(pair.end[PPP_CLIENT].events[PPP_EVENT_AUTHENTICATED], 0);
    assert_int_equal(pair.end[PPP_CLIENT].error, PPP_ERROR_TIMEOUT);
    ppp_pair_destroy(&pair);
}

static void a_server_that_never_challenges_is_718(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ppp_pair_init(&pair);
    pair.lose = lose_kind;
    pair.lose_index = 0xc22301;
    pair.end[PPP_SERVER].config.automaton.max_configure = 200;
    ppp_pair_start(&pair);
    ppp_pair_run(&pair, 400 * S);
    /* Ten periods of 3 s from LCP open, then Terminate-Request and its acknowledgement. */
    assert_ends(&pair, PPP_CLIENT, PPP_ERROR_TIMEOUT, 30 * S + 40 * MS);
    ppp_pair_destroy(&pair);
}

static void the_whole_negotiation_has_a_limit(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ppp_pair_init(&pair);
    pair.end[PPP_CLIENT].config.negotiate_ms = 5000;
    pair.lose = lose_kind;
    pair.lose_index = 0x802102;
    ppp_pair_start(&pair);
    ppp_pair_run(&pair, 60 * S);
    /* Terminate-Request at 5 s, its acknowledgement a round trip later. */
    assert_ends(&pair, PPP_CLIENT, PPP_ERROR_TIMEOUT, 5 * S + 20 * MS);
    assert_int_equal(pair.end[PPP_CLIENT].events[PPP_EVENT_AUTHENTICATED], 1);
    ppp_pair_destroy(&pair);
}

static void unanswered_ipcp_is_718(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ppp_pair_init(&pair);
    pair.lose = lose_server_later;
    pair.lose_index = 9;
    ppp_pair_start(&pair);
    ppp_pair_run(&pair, 100 * S);
    assert_int_equal(pair.end[PPP_CLIENT].events[PPP_EVENT_AUTHENTICATED], 1);
    /* Ten requests from 50 ms on, then two Terminate-Requests. */
    assert_ends(&pair, PPP_CLIENT, PPP_ERROR_TIMEOUT, 36 * S + 50 * MS);
    ppp_pair_destroy(&pair);
}

static void a_wrong_password_is_691_at_both_ends(void **state)
{
    (void)state;
    for (unsigned method = 0; method < PPP_AUTH_METHOD_COUNT; method++) {
        struct ppp_pair pair;
        ppp_pair_init(&pair);
        pair.end[PPP_CLIENT].config.auth.methods.allow[0] = (enum ppp_auth_method)method;
        pair.end[PPP_SERVER].config.auth.methods.require[0] = (enum ppp_auth_method)method;
        pair.end[PPP_CLIENT].config.auth.password = "clientpass";
        ppp_pair_start(&pair);
        ppp_pair_run(&pair, 20 * S);
        assert_int_equal(pair.end[PPP_CLIENT].error, PPP_ERROR_AUTHENTICATION_FAILURE);
        assert_int_equal(pair.end[PPP_SERVER].error, PPP_ERROR_AUTHENTICATION_FAILURE);
        assert_int_equal(pair.end[PPP_CLIENT].events[PPP_EVENT_AUTHENTICATED], 0);
        ppp_pair_destroy(&pair);
    }
}

static void no_common_method_is_691(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ppp_pair_init(&pair);
    pair.end[PPP_CLIENT].config.auth.methods.allow[0] = PPP_AUTH_PAP;
    pair.end[PPP_SERVER].config.auth.methods.require[1] = PPP_AUTH_CHAP_MD5;
    pair.end[PPP_SERVER].config.auth.methods.require_count = 2;
    pair.end[PPP_SERVER].config.windows_termination = true;
    ppp_pair_start(&pair);
    ppp_pair_run(&pair, 60 * S);
    assert_int_equal(pair.end[PPP_CLIENT].error, PPP_ERROR_AUTHENTICATION_FAILURE);
    assert_int_equal(pair.end[PPP_SERVER].error, PPP_ERROR_AUTHENTICATION_FAILURE);
    /* MS-CHAP-V2, then MD5, each answered with a Nak for PAP. */
    assert_int_equal(ppp_pair_count(&pair, PPP_CLIENT, "ppp.option.refused",
                                    "option=authentication-protocol type=3 answer=nak"),
                     2);
    ppp_pair_destroy(&pair);
}

static void a_client_that_authenticates_by_nothing_rejects_the_option(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ppp_pair_init(&pair);
    pair.end[PPP_CLIENT].config.auth.methods.allow_count = 0;
    ppp_pair_start(&pair);
    ppp_pair_run(&pair, 60 * S);
    assert_int_equal(ppp_pair_count(&pair, PPP_CLIENT, "ppp.option.refused",
                                    "option=authentication-protocol type=3 answer=reject"),
                     1);
    assert_int_equal(pair.end[PPP_SERVER].error, PPP_ERROR_AUTHENTICATION_FAILURE);
    assert_int_equal(pair.end[PPP_CLIENT].error, PPP_ERROR_REMOTE_TERMINATED);
    ppp_pair_destroy(&pair);
}

static void a_peer_without_encryption_is_742(void **state)
{
    (void)state;
    for (unsigned strict = 0; strict < 2; strict++) {
        struct ppp_pair pair;
        ppp_pair_init(&pair);
        require_encryption(&pair, strict, CCP_MPPE_128);
        ppp_pair_start(&pair);
        ppp_pair_run(&pair, 20 * S);
        /* The peer answers CCP with Protocol-Reject; it learns why from the Terminate-Request. */
        assert_int_equal(ppp_pair_count(&pair, strict, "ppp.protocol-rejected", "by=peer"), 1);
        assert_int_equal(pair.end[PPP_CLIENT].error, PPP_ERROR_NO_REMOTE_ENCRYPTION);
        assert_int_equal(pair.end[PPP_SERVER].error, PPP_ERROR_NO_REMOTE_ENCRYPTION);
        assert_int_equal(pair.end[strict].events[PPP_EVENT_NETWORK_UP], 0);
        ppp_pair_destroy(&pair);
    }
}

static void strengths_without_common_ground_are_742(void **state)
{
    (void)state;
    for (unsigned optional = 0; optional < 3; optional++) {
        struct ppp_pair pair;
        ppp_pair_init(&pair);
        require_encryption(&pair, PPP_CLIENT, CCP_MPPE_40);
        require_encryption(&pair, PPP_SERVER, CCP_MPPE_128);
        /* 0: both require; 1: the client would do without; 2: the server would. */
        if (optional > 0)
            pair.end[optional - 1].config.ccp.required = false;
        ppp_pair_start(&pair);
        ppp_pair_run(&pair, 60 * S);
        assert_int_equal(pair.end[PPP_CLIENT].error, PPP_ERROR_NO_REMOTE_ENCRYPTION);
        assert_int_equal(pair.end[PPP_SERVER].error, PPP_ERROR_NO_REMOTE_ENCRYPTION);
        ppp_pair_destroy(&pair);
    }
}

static void optional_encryption_of_different_strengths_connects_in_the_clear(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ppp_pair_init(&pair);
    require_encryption(&pair, PPP_CLIENT, CCP_MPPE_40);
    require_encryption(&pair, PPP_SERVER, CCP_MPPE_128);
    pair.end[PPP_CLIENT].config.ccp.required = pair.end[PPP_SERVER].config.ccp.required = false;
    ppp_pair_start(&pair);
    ppp_pair_run(&pair, 10 * S);
    for (unsigned i = 0; i < 2; i++) {
        assert_true(ppp_session_network_is_up(&pair.end[i].session));
        assert_int_equal(ppp_session_strength_bits(&pair.end[i].session), 0);
    }
    ppp_pair_send(&pair, PPP_CLIENT, 0x45, 100);
    ppp_pair_run(&pair, 11 * S);
    assert_int_equal(pair.end[PPP_SERVER].delivered, 1);
    ppp_pair_destroy(&pair);
}

static void unanswered_ccp_is_742_when_required(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ppp_pair_init(&pair);
    require_encryption(&pair, PPP_CLIENT, CCP_MPPE_128);
    require_encryption(&pair, PPP_SERVER, CCP_MPPE_128);
    pair.lose = lose_kind;
    pair.lose_index = 0x80fd02;
    ppp_pair_start(&pair);
    ppp_pair_run(&pair, 100 * S);
    assert_int_equal(pair.end[PPP_CLIENT].error, PPP_ERROR_NO_REMOTE_ENCRYPTION);
    /* IPCP was open long before, and nothing went out in the clear. */
    assert_int_equal(ppp_pair_count(&pair, PPP_CLIENT, "ppp.ipcp.opened", ""), 1);
    assert_int_equal(pair.end[PPP_CLIENT].events[PPP_EVENT_NETWORK_UP], 0);
    ppp_pair_destroy(&pair);
}

static ipv4_address assign_none(void *context, const char *peer_name)
{
    (void)context;
    (void)peer_name;
    return IPV4_ANY;
}

static void an_exhausted_pool_is_720_at_the_client(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ppp_pair_init(&pair);
    pair.end[PPP_SERVER].config.assign_address = assign_none;
    ppp_pair_start(&pair);
    ppp_pair_run(&pair, 20 * S);
    assert_int_equal(ppp_pair_count(&pair, PPP_SERVER, "ppp.ipcp.no-address", "user=User"), 1);
    assert_int_equal(
        ppp_pair_count(&pair, PPP_CLIENT, "ppp.protocol-rejected", "by=peer protocol=32801"), 1);
    assert_int_equal(pair.end[PPP_CLIENT].error, PPP_ERROR_NO_PROTOCOLS_CONFIGURED);
    ppp_pair_destroy(&pair);
}

static void a_server_without_an_address_to_give_is_738(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ppp_pair_init(&pair);
    pair.end[PPP_SERVER].config.ipcp.peer_address = 0;
    ppp_pair_start(&pair);
    ppp_pair_run(&pair, 20 * S);
    assert_int_equal(pair.end[PPP_CLIENT].error, PPP_ERROR_NO_ADDRESS_ASSIGNED);
    ppp_pair_destroy(&pair);
}

static void a_fixed_address_that_is_refused_is_735(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ppp_pair_init(&pair);
    pair.end[PPP_CLIENT].config.ipcp.local_address = 0x0a010009;
    pair.end[PPP_CLIENT].config.ipcp.local_address_fixed = true;
    ppp_pair_start(&pair);
    ppp_pair_run(&pair, 20 * S);
    assert_int_equal(pair.end[PPP_CLIENT].error, PPP_ERROR_REQUIRED_ADDRESS_REJECTED);
    ppp_pair_destroy(&pair);
}

static void a_terminate_request_before_the_network_is_719(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ppp_pair_init(&pair);
    ppp_pair_start(&pair);
    ppp_pair_run(&pair, 30 * MS);
    ppp_session_close(&pair.end[PPP_SERVER].session, pair.now, PPP_ERROR_NONE);
    ppp_pair_poll(&pair, PPP_SERVER);
    ppp_pair_run(&pair, 20 * S);
    assert_ends(&pair, PPP_CLIENT, PPP_ERROR_REMOTE_TERMINATED, 3040 * MS);
    assert_ends(&pair, PPP_SERVER, PPP_ERROR_NONE, 50 * MS);
    ppp_pair_destroy(&pair);
}

/* Real bytes of a Windows client that ended with 778, framed as it was sent. */
static void windows_tells_its_error_in_the_terminate_request(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ppp_pair_init(&pair);
    pair.end[PPP_SERVER].config.windows_termination = true;
    ppp_pair_start(&pair);
    ppp_pair_run(&pair, 30 * MS);
    unsigned before = pair.frame_count;
    ppp_pair_inject(&pair, PPP_SERVER, "ff03c021 0509 0010 162a1f3a 003ccd74 0000030a");
    /* The acknowledgement returns the data, as Windows' does. */
    assert_int_equal(pair.frame_count, before + 1);
    unit_assert_hex(pair.frames[before].octets, pair.frames[before].length,
                    "ff03c021 0609 0010 162a1f3a 003ccd74 0000030a");
    ppp_pair_run(&pair, 20 * S);
    assert_int_equal(pair.end[PPP_SERVER].error, PPP_ERROR_UNABLE_TO_AUTHENTICATE_SERVER);
    ppp_pair_destroy(&pair);
}

static void our_terminate_request_tells_windows_the_error(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ppp_pair_init(&pair);
    pair.end[PPP_CLIENT].config.windows_termination = true;
    pair.end[PPP_CLIENT].config.shared_identifier = true;
    ppp_pair_start(&pair);
    ppp_pair_run(&pair, 1 * S);
    uint32_t magic = pair.end[PPP_CLIENT].session.lcp.magic;
    unsigned before = pair.frame_count;
    ppp_session_close(&pair.end[PPP_CLIENT].session, pair.now, PPP_ERROR_NO_REMOTE_ENCRYPTION);
    ppp_pair_poll(&pair, PPP_CLIENT);
    /* LCP took Identifier 0, IPCP 1 to 3; a hang-up by the user would tell error 0. */
    char expected[64];
    snprintf(expected, sizeof expected, "ff03c021 0504 0010 %08x 003ccd74 000002e6", magic);
    unit_assert_hex(pair.frames[before].octets, pair.frames[before].length, expected);
    ppp_pair_destroy(&pair);
}

static void a_lost_lower_layer_is_619_or_628(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ppp_pair_init(&pair);
    ppp_pair_start(&pair);
    ppp_pair_run(&pair, 30 * MS);
    ppp_session_lower_down(&pair.end[PPP_CLIENT].session, pair.now);
    ppp_pair_poll(&pair, PPP_CLIENT);
    assert_ends(&pair, PPP_CLIENT, PPP_ERROR_PORT_DISCONNECTED, 30 * MS);
    assert_true(ppp_session_next_timeout(&pair.end[PPP_CLIENT].session) == INSTANT_NEVER);
    ppp_pair_inject(&pair, PPP_CLIENT, "ff03c021 0101 0004");
    assert_int_equal(ppp_pair_count(&pair, PPP_CLIENT, "packet.dropped", "reason=lower-layer-down"),
                     1);
    ppp_pair_destroy(&pair);

    ppp_pair_init(&pair);
    ppp_pair_start(&pair);
    ppp_pair_run(&pair, 1 * S);
    ppp_session_lower_down(&pair.end[PPP_CLIENT].session, pair.now);
    ppp_pair_poll(&pair, PPP_CLIENT);
    assert_ends(&pair, PPP_CLIENT, PPP_ERROR_DISCONNECTION, 1 * S);
    assert_int_equal(pair.end[PPP_CLIENT].events[PPP_EVENT_NETWORK_DOWN], 1);
    ppp_pair_destroy(&pair);
}

static void a_looped_line_is_737(void **state)
{
    (void)state;
    for (unsigned end = 0; end < 2; end++) {
        struct ppp_pair pair;
        ppp_pair_init(&pair);
        pair.lose = lose_all;
        ppp_pair_start(&pair);
        struct ppp_session *session = &pair.end[end].session;
        for (unsigned i = 0; i < pair.frame_count && i < PPP_PAIR_FRAMES; i++) {
            const struct ppp_pair_frame *frame = &pair.frames[i];
            if (frame->from != end)
                continue;
            ppp_session_input(session, pair.now,
                              packet_from(&pair.pool, frame->octets, frame->length));
            ppp_pair_poll(&pair, end);
        }
        ppp_pair_run(&pair, 20 * S);
        assert_int_equal(pair.end[end].error, PPP_ERROR_LOOPBACK_DETECTED);
        assert_int_equal(ppp_pair_count(&pair, end, "ppp.lcp.loopback", ""), 1);
        ppp_pair_destroy(&pair);
    }
}

static void a_dead_peer_is_found_by_the_keep_alive(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ppp_pair_init(&pair);
    pair.end[PPP_CLIENT].config.lcp.echo_interval_ms = 30000;
    ppp_pair_start(&pair);
    ppp_pair_run(&pair, 100 * S);
    assert_true(ppp_session_network_is_up(&pair.end[PPP_CLIENT].session));
    assert_int_equal(ppp_pair_count(&pair, PPP_CLIENT, "ppp.packet.received", "Echo-Reply"), 3);
    pair.lose = lose_all;
    ppp_pair_run(&pair, 400 * S);
    /* Unanswered at 120.02, 150.02 and 180.02 s; given up at 210.02 s; two Terminate-Requests. */
    assert_ends(&pair, PPP_CLIENT, PPP_ERROR_TIMEOUT, 216 * S + 20 * MS);
    ppp_pair_destroy(&pair);
}

static void a_fatal_code_reject_ends_lcp(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ppp_pair_init(&pair);
    pair.lose = lose_all;
    ppp_pair_start(&pair);
    ppp_pair_inject(&pair, PPP_CLIENT, "ff03c021 0701 0008 01010004");
    ppp_pair_run(&pair, 100 * MS);
    assert_ends(&pair, PPP_CLIENT, PPP_ERROR_LCP_TERMINATED, 0);
    ppp_pair_destroy(&pair);
}

static void a_terminated_ncp_ends_the_link(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ppp_pair_init(&pair);
    ppp_pair_start(&pair);
    ppp_pair_run(&pair, 1 * S);
    ppp_pair_inject(&pair, PPP_CLIENT, "8021 0509 0004");
    ppp_pair_run(&pair, 20 * S);
    assert_int_equal(pair.end[PPP_CLIENT].error, PPP_ERROR_NCP_TERMINATED);
    assert_int_equal(pair.end[PPP_CLIENT].events[PPP_EVENT_NETWORK_DOWN], 1);
    ppp_pair_destroy(&pair);
}

static void losing_required_encryption_ends_the_link(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ppp_pair_init(&pair);
    require_encryption(&pair, PPP_CLIENT, CCP_MPPE_128);
    require_encryption(&pair, PPP_SERVER, CCP_MPPE_128);
    ppp_pair_start(&pair);
    ppp_pair_run(&pair, 1 * S);
    ppp_pair_inject(&pair, PPP_CLIENT, "80fd 0509 0004");
    ppp_pair_run(&pair, 20 * S);
    assert_int_equal(pair.end[PPP_CLIENT].error, PPP_ERROR_NO_REMOTE_ENCRYPTION);
    assert_int_equal(pair.end[PPP_SERVER].error, PPP_ERROR_NO_REMOTE_ENCRYPTION);
    ppp_pair_destroy(&pair);
}

/* Q219353: a round trip longer than the Restart timer, with a new Identifier on every
   retransmission, answers only ever stale requests. */
static void a_slow_line_never_converges_when_retransmissions_are_renumbered(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ppp_pair_init(&pair);
    pair.delay = 600 * MS;
    for (unsigned i = 0; i < 2; i++) {
        pair.end[i].config.automaton.restart_ms = 1000;
        pair.end[i].config.renumber_retransmits = true;
    }
    ppp_pair_start(&pair);
    ppp_pair_run(&pair, 400 * S);
    assert_int_equal(pair.end[PPP_CLIENT].error, PPP_ERROR_TIMEOUT);
    assert_int_equal(pair.end[PPP_CLIENT].events[PPP_EVENT_LCP_UP], 0);
    ppp_pair_destroy(&pair);

    ppp_pair_init(&pair);
    pair.delay = 600 * MS;
    ppp_pair_start(&pair);
    ppp_pair_run(&pair, 40 * S);
    assert_int_equal(pair.end[PPP_CLIENT].events[PPP_EVENT_NETWORK_UP], 1);
    ppp_pair_destroy(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silence_from_the_start_is_721),
        cmocka_unit_test(windows_timing_shortens_the_first_period),
        cmocka_unit_test(silence_after_the_first_packets_is_718),
        cmocka_unit_test(an_unanswered_response_is_718),
        cmocka_unit_test(a_server_that_never_challenges_is_718),
        cmocka_unit_test(the_whole_negotiation_has_a_limit),
        cmocka_unit_test(unanswered_ipcp_is_718),
        cmocka_unit_test(a_wrong_password_is_691_at_both_ends),
        cmocka_unit_test(no_common_method_is_691),
        cmocka_unit_test(a_client_that_authenticates_by_nothing_rejects_the_option),
        cmocka_unit_test(a_peer_without_encryption_is_742),
        cmocka_unit_test(strengths_without_common_ground_are_742),
        cmocka_unit_test(optional_encryption_of_different_strengths_connects_in_the_clear),
        cmocka_unit_test(unanswered_ccp_is_742_when_required),
        cmocka_unit_test(an_exhausted_pool_is_720_at_the_client),
        cmocka_unit_test(a_server_without_an_address_to_give_is_738),
        cmocka_unit_test(a_fixed_address_that_is_refused_is_735),
        cmocka_unit_test(a_terminate_request_before_the_network_is_719),
        cmocka_unit_test(windows_tells_its_error_in_the_terminate_request),
        cmocka_unit_test(our_terminate_request_tells_windows_the_error),
        cmocka_unit_test(a_lost_lower_layer_is_619_or_628),
        cmocka_unit_test(a_looped_line_is_737),
        cmocka_unit_test(a_dead_peer_is_found_by_the_keep_alive),
        cmocka_unit_test(a_fatal_code_reject_ends_lcp),
        cmocka_unit_test(a_terminated_ncp_ends_the_link),
        cmocka_unit_test(losing_required_encryption_ends_the_link),
        cmocka_unit_test(a_slow_line_never_converges_when_retransmissions_are_renumbered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
