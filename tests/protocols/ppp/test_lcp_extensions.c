/* LCP's options of RFC 1570, RFC 1990 and RFC 2125: asked for, allowed and refused. */
#include "ppp/lcp.h"
#include "support/ppp_bench.h"
#include "support/unit.h"

#include <string.h>

struct end {
    struct ppp_bench bench;
    struct lcp_config config;
    struct lcp_methods methods;
    struct entropy entropy;
    struct lcp lcp;
};

static void prepare(struct end *end)
{
    memset(end, 0, sizeof *end);
    ppp_bench_init(&end->bench);
    end->entropy = ppp_bench_entropy(0x75eb25d5);
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

static void allow_all(struct end *end)
{
    prepare(end);
    end->config.fcs_allowed = LCP_FCS_CCITT_16 | LCP_FCS_CCITT_32;
    end->config.padding_allowed = true;
    end->config.callback_allowed = true;
    end->config.multilink_allowed = true;
    end->config.endpoint_allowed = true;
    end->config.link_discriminator_allowed = true;
    start(end);
    expect(end, "01010004");
}

static void ask_all(struct end *end)
{
    prepare(end);
    end->config.fcs = LCP_FCS_CCITT_32;
    end->config.padding = 8;
    end->config.callback = true;
    end->config.mrru = 1614;
    end->config.short_sequence = true;
    end->config.endpoint = (struct lcp_endpoint){true, LCP_ENDPOINT_IPV4, 4, {192, 0, 2, 1}};
    end->config.link_discriminator_on = true;
    end->config.link_discriminator = 0x0102;
    start(end);
    expect(end, "0101 001e 090304 0a0308 0d0306 1104064e 1202 130702c0000201 17040102");
}

#define ALL "090304 0a0308 0d0306 1104064e 1202 130702c0000201 17040102"

static void what_is_asked_for_and_acknowledged_is_in_force(void **state)
{
    (void)state;
    struct end end;
    ask_all(&end);
    assert_int_equal(end.lcp.mrru, 0);
    input(&end, "0201 001e" ALL);
    assert_int_equal(end.lcp.fcs, LCP_FCS_CCITT_32);
    assert_int_equal(end.lcp.padding, 8);
    assert_true(end.lcp.callback);
    assert_int_equal(end.lcp.mrru, 1614);
    assert_true(end.lcp.short_sequence);
    finish(&end);
}

static void what_the_peer_asks_for_is_acknowledged_where_allowed(void **state)
{
    (void)state;
    struct end end;
    allow_all(&end);
    input(&end, "0101 001e" ALL);
    expect(&end, "0201 001e" ALL);
    assert_int_equal(end.lcp.peer_fcs, LCP_FCS_CCITT_32);
    assert_int_equal(end.lcp.peer_padding, 8);
    assert_true(end.lcp.peer_callback);
    assert_int_equal(end.lcp.peer_mrru, 1614);
    assert_true(end.lcp.peer_short_sequence);
    assert_int_equal(end.lcp.peer_link_discriminator, 0x0102);
    assert_true(end.lcp.peer_endpoint.known);
    assert_int_equal(end.lcp.peer_endpoint.class, LCP_ENDPOINT_IPV4);
    assert_int_equal(end.lcp.peer_endpoint.length, 4);
    assert_memory_equal(end.lcp.peer_endpoint.address, "\xc0\x00\x02\x01", 4);
    finish(&end);
}

/* A later request without them puts the defaults back. */
static void a_new_request_without_them_ends_them(void **state)
{
    (void)state;
    struct end end;
    allow_all(&end);
    input(&end, "0101 001e" ALL);
    expect(&end, "0201 001e" ALL);
    input(&end, "0102 0004");
    expect(&end, "0202 0004");
    assert_int_equal(end.lcp.peer_mrru, 0);
    assert_false(end.lcp.peer_callback || end.lcp.peer_endpoint.known);
    finish(&end);
}

static void without_permission_all_are_rejected(void **state)
{
    (void)state;
    struct end end;
    prepare(&end);
    start(&end);
    expect(&end, "01010004");
    input(&end, "0101 0020" ALL "0f02");
    expect(&end, "0401 0020" ALL "0f02");
    finish(&end);
}

/* Compound-Frames and Quality-Protocol are refused whatever is allowed. */
static void compound_frames_and_link_quality_are_always_rejected(void **state)
{
    (void)state;
    struct end end;
    allow_all(&end);
    input(&end, "0101 0011 0408c02500000064 0f02 0a0302");
    expect(&end, "0401 000e 0408c02500000064 0f02");
    finish(&end);
}

static void unacceptable_values_get_acceptable_ones(void **state)
{
    (void)state;
    static const char *const rounds[][2] = {
        {"0101 0007 090305", "0301 0007 090304"},         /* null and 32 bits: 32 bits */
        {"0101 0007 090301", "0301 0007 090306"},         /* null alone: those there are */
        {"0101 0007 0d0300", "0301 0007 0d0306"},         /* callback by authentication: CBCP */
        {"0101 0008 1104003c", "0301 0008 110405dc"},     /* an MRRU below every MRU */
        {"0101 0007 0a0300", "0401 0007 0a0300"},         /* a pad of nothing */
        {"0101 0006 1302", "0401 0006 1302"},             /* an endpoint without class */
        {"0101 0009 1305020102", "0401 0009 1305020102"}, /* an IP address of two octets */
        {"0101 0007 130300", "0201 0007 130300"},         /* the null class */
        {"0101 000c 1308045566778899", "0401 000c 1308045566778899"}, /* half a magic number */
    };
    for (size_t i = 0; i < sizeof rounds / sizeof *rounds; i++) {
        struct end end;
        allow_all(&end);
        input(&end, rounds[i][0]);
        expect(&end, rounds[i][1]);
        finish(&end);
    }
}

static void rejected_options_are_left_out_and_short_numbers_go_with_multilink(void **state)
{
    (void)state;
    struct end end;
    ask_all(&end);
    input(&end, "0401 000b 0d0306 1104064e");
    expect(&end, "0102 0015 090304 0a0308 130702c0000201 17040102");
    input(&end, "0402 0015 090304 0a0308 130702c0000201 17040102");
    expect(&end, "0103 0004");
    finish(&end);
}

static void a_nak_of_the_mrru_is_taken_over(void **state)
{
    (void)state;
    struct end end;
    ask_all(&end);
    input(&end, "0301 0008 110405dc");
    expect(&end, "0102 001e 090304 0a0308 0d0306 110405dc 1202 130702c0000201 17040102");
    finish(&end);
}

/* RFC 1570 section 1.2: our magic number, the seconds, the text; only while Opened. */
static void time_remaining_is_told_while_opened(void **state)
{
    (void)state;
    struct end end;
    prepare(&end);
    end.config.magic_number = true;
    start(&end);
    expect(&end, "0101 000a 050675eb25d5");
    lcp_send_time_remaining(&end.lcp, 0, 60, "soon");
    expect(&end, "");
    input(&end, "0201 000a 050675eb25d5");
    input(&end, "01010004");
    expect(&end, "02010004");
    lcp_send_time_remaining(&end.lcp, 0, 60, "soon");
    expect(&end, "0d02 0010 75eb25d5 0000003c 736f6f6e");
    /* And the other way. */
    input(&end, "0d07 0010 01020304 ffffffff 65766572");
    assert_string_equal(end.bench.text, "ever");
    input(&end, "0d08 000b 01020304 ffffff");
    assert_string_equal(end.bench.dropped, "truncated");
    expect(&end, "");
    finish(&end);
}

/* The first request of a recorded Windows 2000 client: magic, PFC, ACFC, callback, MRRU, endpoint.
 */
static void windows_2000_asks_as_recorded(void **state)
{
    (void)state;
    struct end end;
    prepare(&end);
    end.entropy = ppp_bench_entropy(0x0015706a);
    end.config = (struct lcp_config){.magic_number = true,
                                     .pfc = true,
                                     .acfc = true,
                                     .callback = true,
                                     .mrru = 1614,
                                     .endpoint = {true, LCP_ENDPOINT_LOCAL, 20, {0}}};
    unit_hex("7f6769e949404affbb24d0941651d7aa00000004", end.config.endpoint.address,
             LCP_ENDPOINT_MAX);
    start(&end);
    expect(&end, "0101 002c 05060015706a 0702 0802 0d0306 1104064e"
                 "1317017f6769e949404affbb24d0941651d7aa00000004");
    finish(&end);
}

/* That of a recorded Windows server, but for the link discriminator, which it left out. */
static void a_windows_server_asks_as_recorded(void **state)
{
    (void)state;
    struct end end;
    prepare(&end);
    end.entropy = ppp_bench_entropy(0x70ed20e6);
    end.config = (struct lcp_config){.mru = 1400,
                                     .magic_number = true,
                                     .pfc = true,
                                     .acfc = true,
                                     .callback = true,
                                     .mrru = 1614,
                                     .endpoint = {true, LCP_ENDPOINT_LOCAL, 20, {0}},
                                     .link_discriminator_on = true,
                                     .link_discriminator = 1};
    end.methods = (struct lcp_methods){.require = {PPP_AUTH_EAP}, .require_count = 1};
    unit_hex("f3198e8764b2429f8d09ef637b516ea700000000", end.config.endpoint.address,
             LCP_ENDPOINT_MAX);
    start(&end);
    expect(&end, "0101 0038 01040578 0304c227 050670ed20e6 0702 0802 0d0306 1104064e"
                 "131701f3198e8764b2429f8d09ef637b516ea700000000 17040001");
    finish(&end);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_asked_for_and_acknowledged_is_in_force),
        cmocka_unit_test(what_the_peer_asks_for_is_acknowledged_where_allowed),
        cmocka_unit_test(a_new_request_without_them_ends_them),
        cmocka_unit_test(without_permission_all_are_rejected),
        cmocka_unit_test(compound_frames_and_link_quality_are_always_rejected),
        cmocka_unit_test(unacceptable_values_get_acceptable_ones),
        cmocka_unit_test(rejected_options_are_left_out_and_short_numbers_go_with_multilink),
        cmocka_unit_test(a_nak_of_the_mrru_is_taken_over),
        cmocka_unit_test(time_remaining_is_told_while_opened),
        cmocka_unit_test(windows_2000_asks_as_recorded),
        cmocka_unit_test(a_windows_server_asks_as_recorded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
