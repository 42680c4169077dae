/* LCP option by option, packet by packet (RFC 1661 sections 5 and 6). */
#include "ppp/lcp.h"
#include "support/ppp_bench.h"
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

struct end {
    struct ppp_bench bench;
    struct lcp_config config;
    struct lcp_methods methods;
    struct entropy entropy;
    struct lcp lcp;
};

#define MAGIC 0x11223344

/* LCP that asks for nothing until told otherwise. */
static void prepare(struct end *end)
{
    memset(end, 0, sizeof *end);
    ppp_bench_init(&end->bench);
    end->entropy = ppp_bench_entropy(MAGIC);
}

static void start(struct end *end)
{
    lcp_init(&end->lcp, &end->bench.link, &end->config, &end->methods, &end->entropy);
    ppp_control_open(&end->lcp.control, 0);
    ppp_control_up(&end->lcp.control, 0);
}

static void input(struct end *end, const char *octets)
{
    ppp_bench_input(&end->bench, &end->lcp.control, octets);
}

static void expect(struct end *end, const char *packets)
{
    ppp_bench_expect(&end->bench, packets);
}

static void finish(struct end *end)
{
    ppp_control_destroy(&end->lcp.control);
    ppp_bench_destroy(&end->bench);
}

/* Both requests empty and acknowledged. */
static void open_plainly(struct end *end)
{
    start(end);
    end->bench.sent[0] = '\0';
    char ack[2 * LCP_REQUEST_SIZE + 16];
    int used = snprintf(ack, sizeof ack, "0201%04x", end->lcp.control.request_length + 4u);
    for (unsigned i = 0; i < end->lcp.control.request_length; i++)
        used += snprintf(ack + used, 3, "%02x", end->lcp.control.request[i]);
    input(end, ack);
    input(end, "01010004");
    assert_true(ppp_control_is_opened(&end->lcp.control));
    expect(end, "02010004");
}

static void a_full_request_lists_the_options_in_order(void **state)
{
    (void)state;
    struct end end;
    prepare(&end);
    end.config = (struct lcp_config){.mru = 1400,
                                     .accm_on = true,
                                     .accm = 0x000a0000,
                                     .magic_number = true,
                                     .pfc = true,
                                     .acfc = true};
    end.methods.require[0] = PPP_AUTH_MS_CHAP_V2;
    end.methods.require_count = 1;
    start(&end);
    expect(&end, "0101 001d 01040578 0206000a0000 0305c22381 050611223344 0702 0802");
    finish(&end);
}

static void what_the_peer_asks_is_acknowledged_and_in_force(void **state)
{
    (void)state;
    struct end end;
    prepare(&end);
    end.config.pfc = end.config.acfc = true;
    end.methods.allow[0] = PPP_AUTH_PAP;
    end.methods.allow_count = 1;
    start(&end);
    expect(&end, "0101 0008 0702 0802");
    assert_int_equal(end.lcp.peer_mru, 1500);
    input(&end, "0105 001c 010405dc 0206000a0000 0304c023 0506aabbccdd 0702 0802");
    expect(&end, "0205 001c 010405dc 0206000a0000 0304c023 0506aabbccdd 0702 0802");
    assert_int_equal(end.lcp.peer_mru, 1500);
    assert_int_equal(end.lcp.peer_accm, 0x000a0000);
    assert_int_equal(end.lcp.peer_magic, 0xaabbccdd);
    assert_true(end.lcp.peer_pfc && end.lcp.peer_acfc);
    assert_true(end.lcp.must_prove);
    assert_int_equal(end.lcp.prove_method, PPP_AUTH_PAP);
    assert_false(end.lcp.pfc || end.lcp.acfc);
    assert_int_equal(end.bench.notices[PPP_NOTICE_UP], 0);
    input(&end, "0201 0008 0702 0802");
    assert_true(end.lcp.pfc && end.lcp.acfc);
    assert_int_equal(end.bench.notices[PPP_NOTICE_UP], 1);
    /* The next request without options puts the defaults back. */
    input(&end, "0106 0004");
    assert_false(end.lcp.peer_pfc || end.lcp.peer_acfc || end.lcp.must_prove);
    assert_true(end.lcp.peer_accm == UINT32_MAX);
    assert_int_equal(end.bench.notices[PPP_NOTICE_DOWN], 1);
    finish(&end);
}

static void options_that_are_not_negotiable_are_rejected_in_order_and_unchanged(void **state)
{
    (void)state;
    static const struct {
        const char *option, *name;
    } cases[] = {
        {"0408c025 00000064", "quality-protocol"},
        {"0702", "protocol-field-compression"},
        {"0802", "address-and-control-field-compression"},
        {"0d0306", "callback"},
        {"1104064e", "multilink-mrru"},
        {"1202", "short-sequence-number-header"},
        {"131701f3198e8764b2429f8d09ef637b516ea700000000", "endpoint-discriminator"},
        {"17040001", "link-discriminator"},
        {"0304c023", "authentication-protocol"},
        {"fe03aa", "unknown"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct end end;
        char request[128];
        char reply[128];
        uint8_t octets[64];
        prepare(&end);
        start(&end);
        expect(&end, "01010004");
        size_t length = unit_hex(cases[i].option, octets, sizeof octets);
        /* Before it an MRU that needs a Nak, behind it a magic number: neither is in the Reject. */
        snprintf(request, sizeof request, "0107 %04zx 01040001 %s 050600000001", length + 14,
                 cases[i].option);
        snprintf(reply, sizeof reply, "0407 %04zx %s", length + 4, cases[i].option);
        input(&end, request);
        expect(&end, reply);
        assert_string_equal(end.bench.text, cases[i].name);
        finish(&end);
    }
}

static void unacceptable_values_are_answered_with_acceptable_ones(void **state)
{
    (void)state;
    static const struct {
        const char *request, *reply;
    } cases[] = {
        /* An MRU too small to live with, and options of the wrong length (section 6). */
        {"0101 0008 01040010", "0301 0008 01040080"},
        {"0101 0007 010305", "0301 0008 010405dc"},
        {"0101 0008 02040000", "0301 000a 020600000000"},
        /* A list with a good and a bad value: only the bad one comes back. */
        {"0101 000e 020600000000 01040001", "0301 0008 01040080"},
        /* EAP, CHAP with an unknown algorithm, PAP: we prefer MS-CHAP-V2. */
        {"0101 0008 0304c227", "0301 0009 0305c22381"},
        {"0101 0009 0305c22306", "0301 0009 0305c22381"},
        {"0101 0006 0302", "0301 0009 0305c22381"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct end end;
        prepare(&end);
        end.methods.allow[0] = PPP_AUTH_MS_CHAP_V2;
        end.methods.allow[1] = PPP_AUTH_CHAP_MD5;
        end.methods.allow_count = 2;
        start(&end);
        expect(&end, "01010004");
        input(&end, cases[i].request);
        expect(&end, cases[i].reply);
        finish(&end);
    }
}

static void a_zero_or_equal_magic_number_gets_another(void **state)
{
    (void)state;
    struct end end;
    prepare(&end);
    end.config.magic_number = true;
    start(&end);
    expect(&end, "0101 000a 050611223344");
    input(&end, "0101 000a 050600000000");
    assert_memory_equal(end.bench.sent, "0301000a0506", 12);
    end.bench.sent[0] = '\0';
    assert_int_equal(end.lcp.magic_collisions, 0);
    input(&end, "0102 000a 050611223344");
    assert_memory_equal(end.bench.sent, "0302000a0506", 12);
    assert_memory_not_equal(end.bench.sent + 12, "11223344", 8);
    assert_memory_not_equal(end.bench.sent + 12, "00000000", 8);
    assert_int_equal(end.lcp.magic_collisions, 1);
    end.bench.sent[0] = '\0';
    input(&end, "0103 000a 050611223345");
    expect(&end, "0203 000a 050611223345");
    assert_int_equal(end.lcp.magic_collisions, 0);
    finish(&end);
}

static void naks_turn_into_rejects_after_max_failure(void **state)
{
    (void)state;
    struct end end;
    prepare(&end);
    start(&end);
    end.bench.sent[0] = '\0';
    for (unsigned i = 0; i < 5; i++) {
        input(&end, "0101 0008 01040010");
        expect(&end, "0301 0008 01040080");
    }
    input(&end, "0101 0008 01040010");
    expect(&end, "0401 0008 01040010");
    input(&end, "0102 0004");
    expect(&end, "0202 0004");
    assert_int_equal(end.lcp.control.naks_sent, 0);
    finish(&end);
}

static void an_option_listed_twice_is_rejected(void **state)
{
    (void)state;
    struct end end;
    prepare(&end);
    start(&end);
    end.bench.sent[0] = '\0';
    input(&end, "0101 000c 010405dc 01040400");
    expect(&end, "0401 0008 01040400");
    finish(&end);
}

static void replies_change_the_next_request(void **state)
{
    (void)state;
    struct end end;
    prepare(&end);
    end.config = (struct lcp_config){.mru = 1400,
                                     .accm_on = true,
                                     .accm = 0x000a0000,
                                     .magic_number = true,
                                     .pfc = true,
                                     .acfc = true};
    start(&end);
    expect(&end, "0101 0018 01040578 0206000a0000 050611223344 0702 0802");
    /* Rejected options are not asked for again. */
    input(&end, "0401 0006 0702");
    expect(&end, "0102 0016 01040578 0206000a0000 050611223344 0802");
    /* A smaller MRU is taken; characters to be escaped add up; an option unasked for is not. */
    input(&end, "0302 0012 01040400 020600000011 0304c023");
    expect(&end, "0103 0016 01040400 0206000a0011 050611223344 0802");
    /* An MRU beyond what we can take is not. */
    input(&end, "0303 0008 01040800");
    expect(&end, "0104 0016 01040400 0206000a0011 050611223344 0802");
    /* A Nak of the magic number draws another. */
    input(&end, "0304 000a 050611223344");
    assert_memory_not_equal(end.bench.sent + 8 + 8 + 12 + 4, "11223344", 8);
    end.bench.sent[0] = '\0';
    input(&end, "0405 0010 01040400 0206000a0011 0802");
    assert_memory_equal(end.bench.sent, "0106000a0506", 12);
    assert_true(end.lcp.accm == UINT32_MAX);
    finish(&end);
}

static void a_server_walks_through_its_methods(void **state)
{
    (void)state;
    struct end end;
    prepare(&end);
    end.methods.require[0] = PPP_AUTH_MS_CHAP_V2;
    end.methods.require[1] = PPP_AUTH_CHAP_MD5;
    end.methods.require[2] = PPP_AUTH_PAP;
    end.methods.require_count = 3;
    start(&end);
    expect(&end, "0101 0009 0305c22381");
    /* The client would rather use PAP, which is ours too, though last. */
    input(&end, "0301 0008 0304c023");
    expect(&end, "0102 0008 0304c023");
    /* Then EAP, which is not: the first that has not been asked for. */
    input(&end, "0302 0008 0304c227");
    expect(&end, "0103 0009 0305c22305");
    input(&end, "0203 0009 0305c22305");
    enum ppp_auth_method method;
    assert_true(lcp_required_method(&end.lcp, &method));
    assert_int_equal(method, PPP_AUTH_CHAP_MD5);
    finish(&end);

    prepare(&end);
    end.methods.require[0] = PPP_AUTH_MS_CHAP_V2;
    end.methods.require_count = 1;
    start(&end);
    input(&end, "0301 0008 0304c023");
    assert_int_equal(end.bench.notices[PPP_NOTICE_REFUSED], 1);
    assert_int_equal(end.bench.notice_value, 691);
    finish(&end);
}

static void replies_that_do_not_answer_the_request_are_dropped(void **state)
{
    (void)state;
    static const struct {
        const char *packet, *reason;
    } cases[] = {
        {"0202 0008 0702 0802", "stale-identifier"},
        {"0201 0006 0702", "ack-differs-from-request"},
        {"0201 0008 0802 0702", "ack-differs-from-request"},
        {"0201 0009 0702 0803 00", "ack-differs-from-request"},
        {"0301 0004", "no-options"},
        {"0401 0004", "no-options"},
        {"0401 0008 0802 0702", "reject-differs-from-request"},
        {"0401 0007 070300", "reject-differs-from-request"},
        {"0401 0007 0d0306", "reject-differs-from-request"},
        {"0301 0005 07", "malformed-options"},
        {"0301 0006 0701", "malformed-options"},
        {"0301 0006 0704", "malformed-options"},
        {"0101 0006 0101", "malformed-options"},
        {"0101 0003", "bad-length"},
        {"0101 0009 0702", "truncated"},
        {"0101 00", "truncated"},
        {"0701 0004", "truncated"},
        {"0901 0007 000000", "truncated"},
        {"0801 0006 8021", "not-opened"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct end end;
        prepare(&end);
        end.config.pfc = end.config.acfc = true;
        start(&end);
        expect(&end, "0101 0008 0702 0802");
        input(&end, cases[i].packet);
        assert_string_equal(end.bench.dropped, cases[i].reason);
        expect(&end, "");
        assert_int_equal(end.lcp.control.automaton.state, PPP_REQ_SENT);
        /* Padding behind the Length is ignored (section 5). */
        input(&end, "0201 0008 0702 0802 ffff");
        assert_int_equal(end.lcp.control.automaton.state, PPP_ACK_RCVD);
        input(&end, "0201 0008 0702 0802");
        assert_string_equal(end.bench.dropped, "duplicate-reply");
        assert_int_equal(end.lcp.control.automaton.state, PPP_ACK_RCVD);
        finish(&end);
    }
}

static void retransmissions_keep_their_identifier_unless_configured(void **state)
{
    (void)state;
    struct end end;
    prepare(&end);
    start(&end);
    ppp_control_handle_timeout(&end.lcp.control, 3 * INSTANT_SECOND);
    expect(&end, "01010004\n01010004");
    ppp_control_close(&end.lcp.control, 4 * INSTANT_SECOND);
    ppp_control_handle_timeout(&end.lcp.control, 7 * INSTANT_SECOND);
    expect(&end, "05020004\n05020004");
    ppp_control_handle_timeout(&end.lcp.control, 10 * INSTANT_SECOND);
    assert_int_equal(end.bench.notices[PPP_NOTICE_FINISHED], 1);
    finish(&end);

    prepare(&end);
    end.bench.link.shared_identifier = end.bench.link.renumber_retransmits = true;
    start(&end);
    ppp_control_handle_timeout(&end.lcp.control, 3 * INSTANT_SECOND);
    ppp_control_close(&end.lcp.control, 4 * INSTANT_SECOND);
    ppp_control_handle_timeout(&end.lcp.control, 7 * INSTANT_SECOND);
    expect(&end, "01000004\n01010004\n05020004\n05030004");
    finish(&end);
}

static void unknown_codes_are_rejected(void **state)
{
    (void)state;
    struct end end;
    prepare(&end);
    open_plainly(&end);
    input(&end, "2a09 0006 abcd");
    expect(&end, "0702 000a 2a090006abcd");
    /* What a tolerable Code-Reject names is given up quietly. */
    input(&end, "0705 0008 0c010004");
    assert_true(ppp_control_is_opened(&end.lcp.control));
    assert_int_equal(end.bench.notices[PPP_NOTICE_REFUSED], 0);
    /* Cut to the peer's MRU. */
    end.bench.link.peer_mru = 12;
    input(&end, "2a09 000e 00112233445566778899");
    expect(&end, "0703 000c 2a09000e00112233");
    finish(&end);
}

static void echoes_are_answered_in_opened_only(void **state)
{
    (void)state;
    struct end end;
    prepare(&end);
    end.config.magic_number = true;
    start(&end);
    end.bench.sent[0] = '\0';
    input(&end, "0907 000a aabbccdd 1234");
    expect(&end, "");
    finish(&end);

    prepare(&end);
    end.config.magic_number = true;
    open_plainly(&end);
    input(&end, "0907 000a aabbccdd 1234");
    expect(&end, "0a07 000a 11223344 1234");
    input(&end, "0b07 0008 aabbccdd");
    input(&end, "0a07 0008 aabbccdd");
    expect(&end, "");
    /* Our own magic number: the line is looped. */
    input(&end, "0908 0008 11223344");
    expect(&end, "");
    assert_int_equal(end.bench.notices[PPP_NOTICE_LOOPBACK], 1);
    finish(&end);
}

static void identification_goes_out_and_comes_in_as_text(void **state)
{
    (void)state;
    struct end end;
    prepare(&end);
    end.config.magic_number = true;
    end.config.identification[0] = "MSRASV5.00";
    end.config.identification[1] = "MSRAS-0-PC";
    open_plainly(&end);
    lcp_opened(&end.lcp, 0);
    expect(&end, "0c02 0012 11223344 4d53524153 56352e3030\n"
                 "0c03 0012 11223344 4d535241532d302d5043");
    input(&end, "0c04 0014 0015706a 4d535241532d312d50432d34");
    assert_string_equal(end.bench.text, "MSRAS-1-PC-4");
    input(&end, "0c04 000c 0015706a 41070042");
    assert_string_equal(end.bench.text, "A??B");
    input(&end, "0d05 0010 0015706a 00000258 736f6f6e");
    assert_string_equal(end.bench.text, "soon");
    expect(&end, "");
    finish(&end);
}

static void protocol_rejects_go_both_ways(void **state)
{
    (void)state;
    struct end end;
    prepare(&end);
    open_plainly(&end);
    uint8_t rejected[] = {0x01, 0x04, 0x00, 0x04};
    lcp_send_protocol_reject(&end.lcp, 0, 0x8057, rejected, sizeof rejected);
    expect(&end, "0802 000a 8057 01040004");
    input(&end, "0803 000a 8021 01040004");
    assert_int_equal(end.bench.notices[PPP_NOTICE_PROTOCOL_REJECTED], 1);
    assert_int_equal(end.bench.notice_value, 0x8021);
    /* Of LCP itself it is fatal. */
    input(&end, "0804 000a c021 01040004");
    assert_int_equal(end.lcp.control.automaton.state, PPP_STOPPING);
    expect(&end, "0503 0004");
    lcp_send_protocol_reject(&end.lcp, 0, 0x8057, rejected, sizeof rejected);
    expect(&end, "");
    finish(&end);
}

static void the_keep_alive_counts_what_is_unanswered(void **state)
{
    (void)state;
    struct end end;
    prepare(&end);
    end.config.echo_interval_ms = 1000;
    end.config.echo_failures = 2;
    open_plainly(&end);
    lcp_opened(&end.lcp, 0);
    assert_true(lcp_next_timeout(&end.lcp) == INSTANT_SECOND);
    lcp_handle_timeout(&end.lcp, INSTANT_SECOND);
    expect(&end, "0902 0008 00000000");
    input(&end, "0a02 0008 12345678");
    lcp_handle_timeout(&end.lcp, 2 * INSTANT_SECOND);
    lcp_handle_timeout(&end.lcp, 3 * INSTANT_SECOND);
    expect(&end, "0903 0008 00000000\n0904 0008 00000000");
    /* The answer to an old one is none. */
    input(&end, "0a03 0008 12345678");
    lcp_handle_timeout(&end.lcp, 4 * INSTANT_SECOND);
    assert_int_equal(end.bench.notices[PPP_NOTICE_ECHO_LOST], 1);
    assert_true(lcp_next_timeout(&end.lcp) == INSTANT_NEVER);
    finish(&end);
}

static void closed_and_stopped_answer_with_terminate_ack(void **state)
{
    (void)state;
    struct end end;
    prepare(&end);
    open_plainly(&end);
    ppp_control_close(&end.lcp.control, 0);
    expect(&end, "0502 0004");
    input(&end, "0107 0004");
    expect(&end, "");
    input(&end, "0602 0004");
    assert_int_equal(end.lcp.control.automaton.state, PPP_CLOSED);
    input(&end, "0109 0008 010405dc");
    expect(&end, "0609 0004");
    ppp_control_open(&end.lcp.control, 0);
    expect(&end, "0103 0004");
    finish(&end);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_request_lists_the_options_in_order),
        cmocka_unit_test(what_the_peer_asks_is_acknowledged_and_in_force),
        cmocka_unit_test(options_that_are_not_negotiable_are_rejected_in_order_and_unchanged),
        cmocka_unit_test(unacceptable_values_are_answered_with_acceptable_ones),
        cmocka_unit_test(a_zero_or_equal_magic_number_gets_another),
        cmocka_unit_test(naks_turn_into_rejects_after_max_failure),
        cmocka_unit_test(an_option_listed_twice_is_rejected),
        cmocka_unit_test(replies_change_the_next_request),
        cmocka_unit_test(a_server_walks_through_its_methods),
        cmocka_unit_test(replies_that_do_not_answer_the_request_are_dropped),
        cmocka_unit_test(retransmissions_keep_their_identifier_unless_configured),
        cmocka_unit_test(unknown_codes_are_rejected),
        cmocka_unit_test(echoes_are_answered_in_opened_only),
        cmocka_unit_test(identification_goes_out_and_comes_in_as_text),
        cmocka_unit_test(protocol_rejects_go_both_ways),
        cmocka_unit_test(the_keep_alive_counts_what_is_unanswered),
        cmocka_unit_test(closed_and_stopped_answer_with_terminate_ack),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
