/* Callback between authentication and the network phase, in whole sessions. */
#include "ppp/ppp_session.h"
#include "support/ppp_pair.h"
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#define MS INSTANT_MILLISECOND
#define S  INSTANT_SECOND

/* The caller asks for callback, the other end agrees. */
static void prepare(struct ppp_pair *pair)
{
    ppp_pair_init(pair);
    pair->end[PPP_CLIENT].config.lcp.callback = true;
    pair->end[PPP_SERVER].config.lcp.callback_allowed = true;
}

static instant first(const struct ppp_pair *pair, unsigned end, const char *name,
                     const char *detail)
{
    for (unsigned i = 0; i < pair->end[end].seen_count; i++) {
        const struct ppp_pair_event *seen = &pair->end[end].seen[i];
        if (strcmp(seen->name, name) == 0 && strstr(seen->detail, detail))
            return seen->last;
    }
    return INSTANT_NEVER;
}

static void a_round_of_no_callback_leads_on_to_the_network(void **state)
{
    (void)state;
    struct ppp_pair pair;
    prepare(&pair);
    ppp_pair_start(&pair);
    ppp_pair_run(&pair, 2 * S);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(ppp_pair_count(&pair, i, "ppp.cbcp.agreed", "type=1"), 1);
        assert_true(ppp_session_network_is_up(&pair.end[i].session));
        assert_int_equal(pair.end[i].events[PPP_EVENT_AUTHENTICATED], 1);
    }
    assert_int_equal(
        ppp_pair_count(&pair, PPP_CLIENT, "ppp.packet.received", "code=Callback-Request"), 1);
    assert_int_equal(
        ppp_pair_count(&pair, PPP_SERVER, "ppp.packet.received", "code=Callback-Response"), 1);
    assert_int_equal(ppp_pair_count(&pair, PPP_CLIENT, "ppp.packet.received", "code=Callback-Ack"),
                     1);
    /* No network protocol begins before it. */
    assert_true(first(&pair, PPP_CLIENT, "ppp.packet.sent", "protocol=ipcp") >=
                first(&pair, PPP_CLIENT, "ppp.cbcp.agreed", ""));
    assert_true(first(&pair, PPP_SERVER, "ppp.packet.sent", "protocol=ipcp") >=
                first(&pair, PPP_SERVER, "ppp.cbcp.agreed", ""));
    ppp_pair_destroy(&pair);
}

static void a_refused_option_means_no_round(void **state)
{
    (void)state;
    struct ppp_pair pair;
    prepare(&pair);
    pair.end[PPP_SERVER].config.lcp.callback_allowed = false;
    ppp_pair_start(&pair);
    ppp_pair_run(&pair, 2 * S);
    assert_int_equal(ppp_pair_count(&pair, PPP_SERVER, "ppp.option.refused",
                                    "option=callback type=13 answer=reject"),
                     1);
    assert_int_equal(ppp_pair_count(&pair, PPP_CLIENT, "ppp.cbcp.agreed", ""), 0);
    assert_true(ppp_session_network_is_up(&pair.end[PPP_CLIENT].session));
    /* Nobody speaks CBCP then: the protocol is unknown. */
    ppp_pair_inject(&pair, PPP_SERVER, "c029 0201 0006 0102");
    assert_int_equal(ppp_pair_count(&pair, PPP_SERVER, "packet.dropped", "unknown-protocol"), 1);
    ppp_pair_destroy(&pair);
}

/* MS-CBCP section 1.3: the caller hangs up to be called. */
static void an_agreed_callback_ends_the_link(void **state)
{
    (void)state;
    struct ppp_pair pair;
    prepare(&pair);
    pair.end[PPP_SERVER].config.cbcp.allowed =
        CBCP_ALLOW(CBCP_NO_CALLBACK) | CBCP_ALLOW(CBCP_USER_SPECIFIED);
    pair.end[PPP_CLIENT].config.cbcp.number = "5550100";
    pair.end[PPP_CLIENT].config.cbcp.delay_s = 10;
    ppp_pair_start(&pair);
    ppp_pair_run(&pair, 10 * S);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(
            ppp_pair_count(&pair, i, "ppp.cbcp.agreed", "type=2 number=5550100 delay=10"), 1);
        assert_int_equal(pair.end[i].events[PPP_EVENT_FINISHED], 1);
        assert_int_equal(pair.end[i].events[PPP_EVENT_CALLBACK], 1);
        const struct cbcp *agreed = ppp_session_callback(&pair.end[i].session);
        assert_int_equal(agreed->type, CBCP_USER_SPECIFIED);
        assert_string_equal(agreed->number, "5550100");
        assert_int_equal(agreed->delay_s, 10);
        assert_int_equal(pair.end[i].events[PPP_EVENT_NETWORK_UP], 0);
    }
    assert_int_equal(pair.end[PPP_CLIENT].error, PPP_ERROR_NONE);
    ppp_pair_destroy(&pair);
}

static unsigned always_call_back(void *context, const char *peer_name)
{
    snprintf(context, 80, "%s", peer_name);
    return CBCP_ALLOW(CBCP_PRE_SPECIFIED);
}

/* What is allowed depends on who has proved to be there. */
static void an_account_decides_how_it_is_called_back(void **state)
{
    (void)state;
    for (unsigned asks = 0; asks < 2; asks++) {
        char asked_for[80] = "";
        struct ppp_pair pair;
        prepare(&pair);
        pair.end[PPP_CLIENT].config.lcp.callback = asks;
        pair.end[PPP_CLIENT].config.cbcp.number = "5550177";
        pair.end[PPP_SERVER].config.allow_callback = always_call_back;
        pair.end[PPP_SERVER].config.assign_context = asked_for;
        pair.end[PPP_SERVER].config.windows_termination = true;
        ppp_pair_start(&pair);
        ppp_pair_run(&pair, 10 * S);
        assert_string_equal(asked_for, pair.end[PPP_CLIENT].config.auth.user);
        assert_int_equal(ppp_pair_count(&pair, PPP_SERVER, "ppp.cbcp.agreed", "type=3 number= "),
                         asks);
        /* Who does not agree to CBCP stays outside. */
        assert_int_equal(pair.end[PPP_CLIENT].error,
                         asks ? PPP_ERROR_NONE : PPP_ERROR_LCP_TERMINATED);
        for (unsigned i = 0; i < 2; i++) {
            assert_int_equal(pair.end[i].events[PPP_EVENT_CALLBACK], asks);
            assert_int_equal(pair.end[i].events[PPP_EVENT_FINISHED], 1);
            assert_int_equal(pair.end[i].events[PPP_EVENT_NETWORK_UP], 0);
        }
        ppp_pair_destroy(&pair);
    }
}

static bool lose_cbcp(struct ppp_pair *pair, unsigned from, unsigned index,
                      const struct packet *frame)
{
    (void)index;
    bool cbcp = frame->length > 3 && frame->data[0] == 0xc0 && frame->data[1] == 0x29;
    if (!cbcp || from != (pair->lose_index & 1))
        return false;
    if (pair->lose_index < 2)
        return true;
    pair->lose_index -= 2;
    return true;
}

/* One packet of each end lost: two seconds later all is well. */
static void lost_packets_are_repeated_after_two_seconds(void **state)
{
    (void)state;
    for (unsigned from = 0; from < 2; from++) {
        struct ppp_pair pair;
        prepare(&pair);
        pair.lose = lose_cbcp;
        pair.lose_index = from;
        ppp_pair_start(&pair);
        ppp_pair_run(&pair, 1 * S);
        assert_int_equal(ppp_pair_count(&pair, PPP_CLIENT, "ppp.cbcp.agreed", ""), 0);
        pair.lose = NULL;
        ppp_pair_run(&pair, 5 * S);
        assert_true(ppp_session_network_is_up(&pair.end[PPP_CLIENT].session));
        assert_true(ppp_session_network_is_up(&pair.end[PPP_SERVER].session));
        assert_true(pair.end[PPP_CLIENT].event_at[PPP_EVENT_NETWORK_UP] < 3 * S);
        ppp_pair_destroy(&pair);
    }
}

static void silence_ends_the_link_with_718(void **state)
{
    (void)state;
    struct ppp_pair pair;
    prepare(&pair);
    pair.lose = lose_cbcp;
    pair.lose_index = PPP_CLIENT;
    ppp_pair_start(&pair);
    ppp_pair_run(&pair, 60 * S);
    assert_int_equal(pair.end[PPP_SERVER].error, PPP_ERROR_TIMEOUT);
    ppp_pair_destroy(&pair);
}

static void the_peer_is_told_how_long_the_session_may_last(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ppp_pair_init(&pair);
    ppp_pair_start(&pair);
    ppp_pair_run(&pair, 2 * S);
    ppp_session_tell_time_remaining(&pair.end[PPP_SERVER].session, pair.now, 600, "ten minutes");
    ppp_pair_poll(&pair, PPP_SERVER);
    ppp_pair_run(&pair, 3 * S);
    assert_int_equal(
        ppp_pair_count(&pair, PPP_CLIENT, "ppp.lcp.time-remaining", "seconds=600 text=ten minutes"),
        1);
    ppp_pair_destroy(&pair);
}

/* RFC 1570 section 2.2: behind encrypted datagrams that end with a small octet. */
static void self_describing_pads_come_and_go(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ppp_pair_init(&pair);
    pair.end[PPP_CLIENT].config.lcp.padding_allowed = true;
    pair.end[PPP_SERVER].config.lcp.padding = 255;
    for (unsigned i = 0; i < 2; i++)
        pair.end[i].config.ccp = (struct ccp_config){
            .enabled = true, .required = true, .strengths = CCP_MPPE_128, .stateless = true};
    ppp_pair_start(&pair);
    ppp_pair_run(&pair, 2 * S);
    unsigned frame = pair.frame_count;
    unsigned padded = 0;
    for (unsigned i = 0; i < 20; i++)
        ppp_pair_send(&pair, PPP_CLIENT, (uint8_t)i, 40);
    ppp_pair_run(&pair, 3 * S);
    assert_int_equal(pair.end[PPP_SERVER].delivered, 20);
    assert_int_equal(pair.end[PPP_SERVER].last_length, 40);
    for (unsigned i = 0; i < 20; i++)
        padded += pair.frames[frame + i].length == 1 + 2 + 2 + 40 + 1;
    /* Only a last octet of zero goes without; ciphertext rarely ends so. */
    assert_true(padded >= 19);
    /* A pad whose octets do not count is no pad. */
    ppp_pair_inject(&pair, PPP_SERVER, "fd 9014 11223344 02 01 05");
    assert_int_equal(ppp_pair_count(&pair, PPP_SERVER, "packet.dropped", "bad-padding"), 1);
    ppp_pair_destroy(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_round_of_no_callback_leads_on_to_the_network),
        cmocka_unit_test(a_refused_option_means_no_round),
        cmocka_unit_test(an_agreed_callback_ends_the_link),
        cmocka_unit_test(an_account_decides_how_it_is_called_back),
        cmocka_unit_test(lost_packets_are_repeated_after_two_seconds),
        cmocka_unit_test(silence_ends_the_link_with_718),
        cmocka_unit_test(the_peer_is_told_how_long_the_session_may_last),
        cmocka_unit_test(self_describing_pads_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
