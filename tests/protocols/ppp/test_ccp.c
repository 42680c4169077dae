/* CCP and Microsoft's option 18, bit by bit (RFC 1962, RFC 3078). */
#include "ppp/ccp.h"
#include "support/ppp_bench.h"
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

struct end {
    struct ppp_bench bench;
    struct ccp_config config;
    struct ccp ccp;
    struct mppe_start_keys keys;
};

static void prepare(struct end *end, uint32_t strengths)
{
    memset(end, 0, sizeof *end);
    ppp_bench_init(&end->bench);
    end->config = (struct ccp_config){.enabled = true, .required = true, .strengths = strengths};
}

static void start(struct end *end)
{
    ccp_init(&end->ccp, &end->bench.link, &end->config);
    ccp_set_keys(&end->ccp, NULL, &end->keys);
    ppp_control_open(&end->ccp.control, 0);
    ppp_control_up(&end->ccp.control, 0);
}

static void input(struct end *end, const char *octets)
{
    ppp_bench_input(&end->bench, &end->ccp.control, octets);
}

static void expect(struct end *end, const char *packets)
{
    ppp_bench_expect(&end->bench, packets);
}

static void finish(struct end *end)
{
    ccp_destroy(&end->ccp);
    ppp_bench_destroy(&end->bench);
}

/* Windows' first request and what a Nak makes of it, as recorded. */
static void a_windows_offer_shrinks_to_what_the_nak_names(void **state)
{
    (void)state;
    struct end end;
    prepare(&end, CCP_MPPE_STRENGTHS);
    end.config.stateless = end.config.compress = true;
    start(&end);
    expect(&end, "0101 000a 1206010000e1");
    input(&end, "0301 000a 120601000040");
    expect(&end, "0102 000a 120601000040");
    input(&end, "0202 000a 120601000040");
    assert_int_equal(end.ccp.agreed, 0x01000040);
    finish(&end);
}

static void an_offer_is_answered_with_one_strength(void **state)
{
    (void)state;
    static const struct {
        uint32_t ours;
        bool stateless;
        const char *theirs, *answer;
    } cases[] = {
        /* Exactly what we would choose. */
        {CCP_MPPE_STRENGTHS, true, "01000040", "0201 000a 120601000040"},
        {CCP_MPPE_STRENGTHS, false, "00000040", "0201 000a 120600000040"},
        {CCP_MPPE_40, false, "00000020", "0201 000a 120600000020"},
        {CCP_MPPE_56, false, "00000080", "0201 000a 120600000080"},
        /* Stateless is taken from whoever wants it. */
        {CCP_MPPE_STRENGTHS, false, "01000040", "0201 000a 120601000040"},
        {CCP_MPPE_STRENGTHS, true, "00000040", "0301 000a 120601000040"},
        /* The strongest in common; compression and the obsolete bit go. */
        {CCP_MPPE_STRENGTHS, true, "010000e1", "0301 000a 120601000040"},
        {CCP_MPPE_40 | CCP_MPPE_56, true, "010000e1", "0301 000a 120601000080"},
        {CCP_MPPE_40, false, "000000e0", "0301 000a 120600000020"},
        {CCP_MPPE_128, true, "01000041", "0301 000a 120601000040"},
        {CCP_MPPE_128, true, "01000050", "0301 000a 120601000040"},
        /* Nothing in common: our strongest. */
        {CCP_MPPE_128, true, "01000020", "0301 000a 120601000040"},
        {CCP_MPPE_128, false, "00000000", "0301 000a 120600000040"},
        {CCP_MPPE_40 | CCP_MPPE_56, false, "00000001", "0301 000a 120600000080"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct end end;
        char request[48];
        prepare(&end, cases[i].ours);
        end.config.stateless = cases[i].stateless;
        start(&end);
        end.bench.sent[0] = '\0';
        snprintf(request, sizeof request, "0101 000a 1206%s", cases[i].theirs);
        input(&end, request);
        expect(&end, cases[i].answer);
        finish(&end);
    }
}

/* Who compresses answers with C beside the strength, or alone where nothing else is wanted. */
static void an_offer_of_compression_is_taken_beside_encryption_or_alone(void **state)
{
    (void)state;
    static const struct {
        uint32_t ours;
        bool required;
        const char *theirs, *answer;
    } cases[] = {
        {CCP_MPPE_128, true, "00000041", "0201 000a 120600000041"},
        {CCP_MPPE_128, true, "000000e1", "0301 000a 120600000041"},
        /* Who does not offer it does not get it. */
        {CCP_MPPE_128, true, "00000040", "0201 000a 120600000040"},
        {CCP_MPPE_128, true, "00000001", "0301 000a 120600000041"},
        {CCP_MPPE_128, false, "00000001", "0201 000a 120600000001"},
        {CCP_MPPE_128, false, "01000001", "0201 000a 120601000001"},
        {CCP_MPPE_128, false, "00000000", "0301 000a 120600000040"},
        /* No strength in common, which the peer may think over. */
        {CCP_MPPE_128, false, "00000021", "0301 000a 120600000041"},
        {0, false, "00000001", "0201 000a 120600000001"},
        {0, false, "00000041", "0301 000a 120600000001"},
        {0, false, "00000040", "0401 000a 120600000040"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct end end;
        char request[48];
        prepare(&end, cases[i].ours);
        end.config.required = cases[i].required;
        end.config.compress = true;
        start(&end);
        end.bench.sent[0] = '\0';
        snprintf(request, sizeof request, "0101 000a 1206%s", cases[i].theirs);
        input(&end, request);
        expect(&end, cases[i].answer);
        finish(&end);
    }
}

static void what_is_left_of_an_offer_may_be_compression_alone(void **state)
{
    (void)state;
    for (unsigned required = 0; required < 2; required++) {
        struct end end;
        prepare(&end, CCP_MPPE_128);
        end.config.required = required;
        end.config.compress = true;
        start(&end);
        expect(&end, "0101 000a 120600000041");
        input(&end, "0301 000a 120600000001");
        assert_int_equal(end.bench.notices[PPP_NOTICE_REFUSED], required);
        expect(&end, required ? "0102 0004" : "0102 000a 120600000001");
        finish(&end);
    }
}

static void other_algorithms_are_rejected(void **state)
{
    (void)state;
    struct end end;
    prepare(&end, CCP_MPPE_128);
    start(&end);
    end.bench.sent[0] = '\0';
    input(&end, "0101 0021 0102 0202 000600c0de01 1105000101 1a047800 120600000040 7004ffff");
    expect(&end, "0401 001b 0102 0202 000600c0de01 1105000101 1a047800 7004ffff");
    finish(&end);
}

static void a_peer_without_the_option_is_told_what_is_required(void **state)
{
    (void)state;
    struct end end;
    prepare(&end, CCP_MPPE_128 | CCP_MPPE_40);
    end.config.stateless = true;
    start(&end);
    end.bench.sent[0] = '\0';
    input(&end, "0101 0004");
    expect(&end, "0301 000a 120601000040");
    finish(&end);

    prepare(&end, CCP_MPPE_128);
    end.config.required = false;
    start(&end);
    end.bench.sent[0] = '\0';
    input(&end, "0101 0004");
    expect(&end, "0201 0004");
    assert_int_equal(end.ccp.peer_agreed, 0);
    finish(&end);
}

static void a_refusal_counts_only_when_encryption_is_required(void **state)
{
    (void)state;
    /* Rejected; a strength that we may not use; no strength at all. */
    static const char *const answers[] = {"0401 000a 120600000040", "0301 000a 120600000020",
                                          "0301 000a 120600000000"};
    for (unsigned required = 0; required < 2; required++) {
        for (unsigned i = 0; i < 3; i++) {
            struct end end;
            prepare(&end, CCP_MPPE_128);
            end.config.required = required;
            start(&end);
            expect(&end, "0101 000a 120600000040");
            input(&end, answers[i]);
            assert_int_equal(end.bench.notices[PPP_NOTICE_REFUSED], required);
            assert_int_equal(end.bench.notice_value, required ? 742 : 0);
            expect(&end, "0102 0004");
            finish(&end);
        }
    }
}

static void without_keys_nothing_is_asked_and_nothing_granted(void **state)
{
    (void)state;
    struct end end;
    prepare(&end, CCP_MPPE_128);
    end.config.required = false;
    ccp_init(&end.ccp, &end.bench.link, &end.config);
    ppp_control_open(&end.ccp.control, 0);
    ppp_control_up(&end.ccp.control, 0);
    expect(&end, "0101 0004");
    input(&end, "0101 000a 120601000040");
    expect(&end, "0401 000a 120601000040");
    finish(&end);
}

static void resets_count_in_opened_only(void **state)
{
    (void)state;
    struct end end;
    prepare(&end, CCP_MPPE_128);
    start(&end);
    end.bench.sent[0] = '\0';
    input(&end, "0e05 0004");
    assert_string_equal(end.bench.dropped, "not-opened");
    input(&end, "0201 000a 120600000040");
    input(&end, "0101 000a 120600000040");
    end.bench.sent[0] = '\0';
    assert_true(ppp_control_is_opened(&end.ccp.control));
    /* No Reset-Ack is sent, and one that comes is let pass (RFC 3078 section 8.2). */
    input(&end, "0e06 0004");
    input(&end, "0f06 0004");
    assert_string_equal(end.bench.dropped, "");
    expect(&end, "");
    ccp_send_reset_request(&end.ccp, 0);
    expect(&end, "0e02 0004");
    /* Codes of LCP are none of CCP. */
    input(&end, "0907 0008 00000000");
    expect(&end, "0703 000c 0907000800000000");
    finish(&end);
}

static void names_and_numbers_of_strengths(void **state)
{
    (void)state;
    assert_int_equal(ccp_strength_bits(CCP_MPPE_128 | CCP_MPPE_STATELESS), 128);
    assert_int_equal(ccp_strength_bits(CCP_MPPE_56), 56);
    assert_int_equal(ccp_strength_bits(CCP_MPPE_40), 40);
    assert_int_equal(ccp_strength_bits(CCP_MPPE_STATELESS | CCP_MPPC), 0);
    assert_string_equal(ppp_code_name(0x80fd, 14), "Reset-Request");
    assert_string_equal(ppp_code_name(0xc021, 14), "unknown");
    assert_string_equal(ppp_code_name(0xc021, 12), "Identification");
    assert_string_equal(ppp_code_name(0x8021, 8), "unknown");
    assert_string_equal(ppp_code_name(0x8021, 7), "Code-Reject");
    assert_string_equal(ppp_code_name(0x8021, 0), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_windows_offer_shrinks_to_what_the_nak_names),
        cmocka_unit_test(an_offer_is_answered_with_one_strength),
        cmocka_unit_test(an_offer_of_compression_is_taken_beside_encryption_or_alone),
        cmocka_unit_test(what_is_left_of_an_offer_may_be_compression_alone),
        cmocka_unit_test(other_algorithms_are_rejected),
        cmocka_unit_test(a_peer_without_the_option_is_told_what_is_required),
        cmocka_unit_test(a_refusal_counts_only_when_encryption_is_required),
        cmocka_unit_test(without_keys_nothing_is_asked_and_nothing_granted),
        cmocka_unit_test(resets_count_in_opened_only),
        cmocka_unit_test(names_and_numbers_of_strengths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
