#include "ppp/network/ipv6cp.h"
#include "support/ppp_bench.h"
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

struct end {
    struct ppp_bench bench;
    struct entropy entropy;
    struct ipv6cp_config config;
    struct ipv6cp ipv6cp;
};

static void start(struct end *end, uint64_t identifier)
{
    memset(end, 0, sizeof *end);
    ppp_bench_init(&end->bench);
    end->entropy = entropy_make(7, "ipv6cp");
    end->config = (struct ipv6cp_config){.enabled = true, .identifier = identifier};
    ipv6cp_init(&end->ipv6cp, &end->bench.link, &end->config, &end->entropy);
    ppp_control_open(&end->ipv6cp.control, 0);
    ppp_control_up(&end->ipv6cp.control, 0);
}

static void finish(struct end *end)
{
    ppp_control_destroy(&end->ipv6cp.control);
    ppp_bench_destroy(&end->bench);
}

/* The identifier of a recorded Windows 7 client. */
static void two_identifiers_that_differ_are_acknowledged(void **state)
{
    (void)state;
    struct end end;
    start(&end, 0x020086fffe4711aa);
    ppp_bench_expect(&end.bench, "0101 000e 010a020086fffe4711aa");
    ppp_bench_input(&end.bench, &end.ipv6cp.control, "0104 000e 010afcd3335cf10e5c31");
    ppp_bench_expect(&end.bench, "0204 000e 010afcd3335cf10e5c31");
    ppp_bench_input(&end.bench, &end.ipv6cp.control, "0201 000e 010a020086fffe4711aa");
    assert_int_equal(end.bench.notices[PPP_NOTICE_UP], 1);
    assert_true(end.ipv6cp.peer_identifier == UINT64_C(0xfcd3335cf10e5c31));
    finish(&end);
}

static void zero_is_answered_with_an_identifier_that_is_not_ours(void **state)
{
    (void)state;
    struct end end;
    start(&end, 0x020086fffe4711aa);
    ppp_bench_expect(&end.bench, "0101 000e 010a020086fffe4711aa");
    ppp_bench_input(&end.bench, &end.ipv6cp.control, "0101 000e 010a0000000000000000");
    assert_memory_equal(end.bench.sent, "0301000e010a", 12);
    assert_true(end.ipv6cp.suggested != 0 && end.ipv6cp.suggested != end.ipv6cp.identifier);
    /* Section 4.1: a suggestion does not claim to be universal. */
    assert_true((end.ipv6cp.suggested & UINT64_C(0x0200000000000000)) == 0);
    finish(&end);
}

/* Section 4.1: equal identifiers are a collision; each end suggests another to its peer. */
static void a_collision_ends_with_different_identifiers(void **state)
{
    (void)state;
    struct end end;
    start(&end, 0x1111);
    ppp_bench_expect(&end.bench, "0101 000e 010a0000000000001111");
    ppp_bench_input(&end.bench, &end.ipv6cp.control, "0101 000e 010a0000000000001111");
    uint64_t suggested = end.ipv6cp.suggested;
    assert_true(suggested != 0 && suggested != 0x1111);
    end.bench.sent[0] = '\0';
    ppp_bench_input(&end.bench, &end.ipv6cp.control, "0301 000e 010a0000000000002222");
    ppp_bench_expect(&end.bench, "0102 000e 010a0000000000002222");
    finish(&end);
}

/* Both suggest the same to each other: that would be the next collision. */
static void a_suggestion_equal_to_our_own_is_not_taken(void **state)
{
    (void)state;
    struct end end;
    char nak[64];
    start(&end, 0x1111);
    ppp_bench_expect(&end.bench, "0101 000e 010a0000000000001111");
    ppp_bench_input(&end.bench, &end.ipv6cp.control, "0101 000e 010a0000000000001111");
    uint64_t suggested = end.ipv6cp.suggested;
    snprintf(nak, sizeof nak, "0301 000e 010a%016llx", (unsigned long long)suggested);
    ppp_bench_input(&end.bench, &end.ipv6cp.control, nak);
    assert_true(end.ipv6cp.identifier != suggested && end.ipv6cp.identifier != 0x1111);
    finish(&end);
}

static void compression_and_odd_lengths_are_rejected(void **state)
{
    (void)state;
    struct end end;
    start(&end, 0x1111);
    ppp_bench_expect(&end.bench, "0101 000e 010a0000000000001111");
    ppp_bench_input(&end.bench, &end.ipv6cp.control, "0101 000c 0204004f 01040203");
    ppp_bench_expect(&end.bench, "0401 000c 0204004f 01040203");
    finish(&end);
}

static void without_a_configured_identifier_a_random_one_is_used(void **state)
{
    (void)state;
    struct end end;
    start(&end, 0);
    assert_true(end.ipv6cp.identifier != 0);
    assert_true((end.ipv6cp.identifier & UINT64_C(0x0200000000000000)) == 0);
    ppp_bench_input(&end.bench, &end.ipv6cp.control, "0201 0004");
    assert_string_equal(end.bench.dropped, "ack-differs-from-request");
    finish(&end);
}

/* A rejected option is left out, and a zero from the peer then cannot be resolved. */
static void after_a_reject_there_is_no_identifier(void **state)
{
    (void)state;
    struct end end;
    start(&end, 0x1111);
    ppp_bench_expect(&end.bench, "0101 000e 010a0000000000001111");
    ppp_bench_input(&end.bench, &end.ipv6cp.control, "0401 000e 010a0000000000001111");
    ppp_bench_expect(&end.bench, "0102 0004");
    ppp_bench_input(&end.bench, &end.ipv6cp.control, "0101 000e 010a0000000000000000");
    ppp_bench_expect(&end.bench, "0401 000e 010a0000000000000000");
    finish(&end);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_identifiers_that_differ_are_acknowledged),
        cmocka_unit_test(zero_is_answered_with_an_identifier_that_is_not_ours),
        cmocka_unit_test(a_collision_ends_with_different_identifiers),
        cmocka_unit_test(a_suggestion_equal_to_our_own_is_not_taken),
        cmocka_unit_test(compression_and_odd_lengths_are_rejected),
        cmocka_unit_test(without_a_configured_identifier_a_random_one_is_used),
        cmocka_unit_test(after_a_reject_there_is_no_identifier),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
