/* What a session makes of frames: headers in both directions, protocols that are not spoken, and
   packets that come too early. */
#include "support/ppp_pair.h"
#include "support/unit.h"

#include <string.h>

#define S INSTANT_SECOND

static void connect(struct ppp_pair *pair, bool acfc, bool pfc, bool windows, bool encrypt)
{
    ppp_pair_init(pair);
    for (unsigned i = 0; i < 2; i++) {
        struct ppp_session_config *config = &pair->end[i].config;
        config->lcp.acfc = acfc;
        config->lcp.pfc = pfc;
        config->lcp.compress_headers = windows;
        config->ccp = (struct ccp_config){.enabled = encrypt,
                                          .required = encrypt,
                                          .strengths = encrypt ? CCP_MPPE_128 : 0,
                                          .stateless = true};
    }
    ppp_pair_start(pair);
    ppp_pair_run(pair, 1 * S);
    assert_true(ppp_session_network_is_up(&pair->end[PPP_CLIENT].session));
}

static void assert_last_frame(const struct ppp_pair *pair, const char *start)
{
    uint8_t expected[64];
    size_t length = unit_hex(start, expected, sizeof expected);
    const struct ppp_pair_frame *frame = &pair->frames[pair->frame_count - 1];
    assert_true(frame->length >= length);
    assert_memory_equal(frame->octets, expected, length);
}

static void headers_are_as_short_as_the_peer_agreed(void **state)
{
    (void)state;
    static const struct {
        bool acfc, pfc;
        const char *clear, *encrypted, *control;
    } cases[] = {
        {true, true, "21 4545", "fd 9000", "8021 05"},
        {true, false, "0021 4545", "00fd 9000", "8021 05"},
        {false, true, "ff03 21 4545", "ff03 fd 9000", "ff03 8021 05"},
        {false, false, "ff03 0021 4545", "ff03 00fd 9000", "ff03 8021 05"},
    };
    for (unsigned i = 0; i < 4; i++) {
        for (unsigned encrypt = 0; encrypt < 2; encrypt++) {
            struct ppp_pair pair;
            connect(&pair, cases[i].acfc, cases[i].pfc, true, encrypt);
            ppp_pair_send(&pair, PPP_CLIENT, 0x45, 60);
            assert_last_frame(&pair, encrypt ? cases[i].encrypted : cases[i].clear);
            ppp_pair_run(&pair, pair.now + 1 * S);
            assert_int_equal(pair.end[PPP_SERVER].delivered, 1);
            ppp_control_close(&pair.end[PPP_CLIENT].session.ipcp.control, pair.now);
            ppp_pair_poll(&pair, PPP_CLIENT);
            assert_last_frame(&pair, cases[i].control);
            ppp_pair_destroy(&pair);
        }
    }
}

/* RFC 1661 section 6.6 keeps the header on all of LCP, Windows on the Configure packets only. */
static void lcp_keeps_its_header_by_the_rfc_and_loses_it_with_windows(void **state)
{
    (void)state;
    for (unsigned windows = 0; windows < 2; windows++) {
        struct ppp_pair pair;
        connect(&pair, true, true, windows, false);
        for (unsigned i = 0; i < pair.frame_count; i++) {
            const uint8_t *octets = pair.frames[i].octets;
            if (octets[0] == 0xff)
                assert_in_range(octets[4], PPP_CONFIGURE_REQUEST, PPP_CONFIGURE_REJECT);
        }
        ppp_pair_inject(&pair, PPP_CLIENT, "c021 0901 0008 00000001");
        assert_last_frame(&pair, windows ? "c021 0a01" : "ff03 c021 0a01");
        ppp_pair_inject(&pair, PPP_CLIENT, "8057 0101 0004");
        assert_last_frame(&pair, windows ? "c021 08" : "ff03 c021 08");
        /* Once LCP is no longer open nothing is compressed. */
        ppp_session_close(&pair.end[PPP_CLIENT].session, pair.now, PPP_ERROR_NONE);
        ppp_pair_poll(&pair, PPP_CLIENT);
        assert_last_frame(&pair, "ff03 c021 05");
        ppp_pair_destroy(&pair);
    }
}

static void every_form_of_header_is_understood(void **state)
{
    (void)state;
    static const char *const frames[] = {"21 45000014", "0021 45000014", "ff03 21 45000014",
                                         "ff03 0021 45000014"};
    struct ppp_pair pair;
    connect(&pair, false, false, false, false);
    for (unsigned i = 0; i < 4; i++) {
        ppp_pair_inject(&pair, PPP_SERVER, frames[i]);
        assert_int_equal(pair.end[PPP_SERVER].delivered, i + 1);
        unit_assert_hex(pair.end[PPP_SERVER].last_delivered, pair.end[PPP_SERVER].last_length,
                        "45000014");
    }
    ppp_pair_destroy(&pair);
}

static void what_has_no_protocol_number_is_dropped(void **state)
{
    (void)state;
    static const char *const frames[] = {
        "", "ff", "00", "ff03", "ff0300", "c020 01010004", "0020 45", "ff03 8020 0101"};
    struct ppp_pair pair;
    connect(&pair, true, true, true, false);
    unsigned before = pair.frame_count;
    for (unsigned i = 0; i < sizeof frames / sizeof frames[0]; i++)
        ppp_pair_inject(&pair, PPP_SERVER, frames[i]);
    /* A single FF is protocol 00FF, reserved and so unknown; all others are no number at all. */
    assert_int_equal(
        ppp_pair_count(&pair, PPP_SERVER, "packet.dropped", "protocol=ppp reason=invalid-protocol"),
        7);
    assert_int_equal(ppp_pair_count(&pair, PPP_SERVER, "packet.dropped", "unknown-protocol"), 1);
    assert_int_equal(pair.frame_count, before + 1);
    ppp_pair_destroy(&pair);
}

/* The octets are those of a recorded Windows server. */
static void an_unknown_protocol_is_answered_with_protocol_reject(void **state)
{
    (void)state;
    struct ppp_pair pair;
    connect(&pair, true, true, true, false);
    unsigned identifier = pair.end[PPP_SERVER].session.lcp.control.own_identifier;
    assert_int_equal(identifier, 1);
    ppp_pair_inject(&pair, PPP_SERVER, "8057 0104000e010afcd3335cf10e5c31");
    assert_last_frame(&pair, "c021 0802 0014 8057 0104000e010afcd3335cf10e5c31");
    assert_int_equal(
        ppp_pair_count(&pair, PPP_SERVER, "ppp.protocol-rejected", "by=us protocol=32855"), 1);
    /* The client is not impressed: it never spoke IPV6CP. */
    ppp_pair_run(&pair, 2 * S);
    assert_int_equal(
        ppp_pair_count(&pair, PPP_CLIENT, "ppp.protocol-rejected", "by=peer protocol=32855"), 1);
    assert_true(ppp_session_network_is_up(&pair.end[PPP_CLIENT].session));
    ppp_pair_destroy(&pair);
}

static void a_protocol_reject_fits_the_mru_of_the_peer(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ppp_pair_init(&pair);
    pair.end[PPP_CLIENT].config.lcp.mru = 128;
    ppp_pair_start(&pair);
    ppp_pair_run(&pair, 1 * S);
    struct packet *frame = packet_alloc(&pair.pool, 600);
    memset(packet_append(frame, 600), 0x57, 600);
    frame->data[0] = 0x00;
    ppp_session_input(&pair.end[PPP_SERVER].session, pair.now, frame);
    struct output output;
    assert_true(ppp_session_poll(&pair.end[PPP_SERVER].session, &output));
    /* FF 03 C0 21 and 128 octets of information. */
    assert_int_equal(output.packet->length, 132);
    assert_int_equal(wire_load_u16(output.packet->data + 6), 128);
    packet_free(output.packet);
    ppp_pair_destroy(&pair);
}

static void before_its_phase_a_protocol_is_silent(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ppp_pair_init(&pair);
    ppp_pair_start(&pair);
    unsigned sent = pair.frame_count;
    static const char *const frames[] = {"8021 0101 0004", "80fd 0101 0004", "21 45000014",
                                         "fd 9000 1234",   "8057 0101 0004", "c025 0101 0004"};
    for (unsigned i = 0; i < 6; i++)
        ppp_pair_inject(&pair, PPP_SERVER, frames[i]);
    ppp_pair_inject(&pair, PPP_SERVER, "c223 0100 0004");
    assert_int_equal(ppp_pair_count(&pair, PPP_SERVER, "packet.dropped", "lcp-not-opened"), 7);
    assert_int_equal(pair.frame_count, sent);
    /* LCP is open, authentication is under way (RFC 1661 section 3.4). */
    ppp_pair_run(&pair, 25 * INSTANT_MILLISECOND);
    assert_int_equal(ppp_session_phase(&pair.end[PPP_SERVER].session), PPP_PHASE_AUTHENTICATE);
    sent = pair.frame_count;
    for (unsigned i = 0; i < 5; i++)
        ppp_pair_inject(&pair, PPP_SERVER, frames[i]);
    assert_int_equal(ppp_pair_count(&pair, PPP_SERVER, "packet.dropped", "before-network-phase"),
                     5);
    assert_int_equal(pair.frame_count, sent);
    /* Data before IPCP is open, and encrypted data without CCP. */
    ppp_pair_run(&pair, 45 * INSTANT_MILLISECOND);
    assert_int_equal(ppp_session_phase(&pair.end[PPP_SERVER].session), PPP_PHASE_NETWORK);
    ppp_pair_inject(&pair, PPP_SERVER, "21 45000014");
    assert_int_equal(ppp_pair_count(&pair, PPP_SERVER, "packet.dropped", "network-not-up"), 1);
    ppp_pair_run(&pair, 1 * S);
    ppp_pair_inject(&pair, PPP_SERVER, "fd 9000 12345678");
    assert_int_equal(
        ppp_pair_count(&pair, PPP_SERVER, "packet.dropped", "protocol=mppe reason=not-negotiated"),
        1);
    assert_int_equal(pair.end[PPP_SERVER].delivered, 0);
    ppp_pair_destroy(&pair);
}

static void authentication_that_nobody_asked_for_is_dropped(void **state)
{
    (void)state;
    struct ppp_pair pair;
    connect(&pair, true, true, true, false);
    ppp_pair_inject(&pair, PPP_SERVER, "c023 0101 0011 04557365720a 636c69656e7450617373");
    assert_int_equal(
        ppp_pair_count(&pair, PPP_SERVER, "packet.dropped", "unexpected-authentication"), 1);
    assert_true(ppp_session_network_is_up(&pair.end[PPP_SERVER].session));
    ppp_pair_destroy(&pair);
}

static void a_datagram_longer_than_the_mru_does_not_leave(void **state)
{
    (void)state;
    struct ppp_pair pair;
    connect(&pair, true, true, true, true);
    ppp_pair_send(&pair, PPP_CLIENT, 0x45, 1401);
    assert_int_equal(ppp_pair_count(&pair, PPP_CLIENT, "packet.dropped", "exceeds-mru"), 1);
    ppp_pair_send(&pair, PPP_CLIENT, 0x45, 1400);
    ppp_pair_run(&pair, 2 * S);
    assert_int_equal(pair.end[PPP_SERVER].delivered, 1);
    ppp_pair_destroy(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_are_as_short_as_the_peer_agreed),
        cmocka_unit_test(lcp_keeps_its_header_by_the_rfc_and_loses_it_with_windows),
        cmocka_unit_test(every_form_of_header_is_understood),
        cmocka_unit_test(what_has_no_protocol_number_is_dropped),
        cmocka_unit_test(an_unknown_protocol_is_answered_with_protocol_reject),
        cmocka_unit_test(a_protocol_reject_fits_the_mru_of_the_peer),
        cmocka_unit_test(before_its_phase_a_protocol_is_silent),
        cmocka_unit_test(authentication_that_nobody_asked_for_is_dropped),
        cmocka_unit_test(a_datagram_longer_than_the_mru_does_not_leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
