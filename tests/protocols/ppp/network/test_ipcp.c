/* IPCP option by option, in both roles (RFC 1332, RFC 1877). */
#include "ppp/network/ipcp.h"
#include "support/ppp_bench.h"
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

struct end {
    struct ppp_bench bench;
    struct ipcp_config config;
    struct ipcp ipcp;
};

static void prepare(struct end *end)
{
    memset(end, 0, sizeof *end);
    ppp_bench_init(&end->bench);
}

static void start(struct end *end)
{
    ipcp_init(&end->ipcp, &end->bench.link, &end->config);
    ppp_control_open(&end->ipcp.control, 0);
    ppp_control_up(&end->ipcp.control, 0);
}

static void input(struct end *end, const char *octets)
{
    ppp_bench_input(&end->bench, &end->ipcp.control, octets);
}

static void expect(struct end *end, const char *packets)
{
    ppp_bench_expect(&end->bench, packets);
}

static void finish(struct end *end)
{
    ipcp_destroy(&end->ipcp);
    ppp_bench_destroy(&end->bench);
}

static void use_windows_client(struct end *end)
{
    prepare(end);
    for (unsigned i = 0; i < IPCP_SERVERS; i++)
        end->config.ask_servers[i] = true;
}

/* The client's part of a dial-in to a Windows server, with the octets of a recording; Identifiers
   count from 1 here. */
static void a_client_is_given_its_address_and_servers(void **state)
{
    (void)state;
    struct end end;
    use_windows_client(&end);
    start(&end);
    expect(&end, "0101 0022 030600000000 810600000000 820600000000 830600000000 840600000000");
    input(&end, "0105 000a 0306c0a82b6c");
    expect(&end, "0205 000a 0306c0a82b6c");
    assert_int_equal(end.ipcp.peer_address, 0xc0a82b6c);
    input(&end, "0401 0016 820600000000 830600000000 840600000000");
    expect(&end, "0102 0010 030600000000 810600000000");
    input(&end, "0302 0010 0306c0a82b6f 8106c0a82b6e");
    expect(&end, "0103 0010 0306c0a82b6f 8106c0a82b6e");
    input(&end, "0203 0010 0306c0a82b6f 8106c0a82b6e");
    assert_int_equal(end.bench.notices[PPP_NOTICE_UP], 1);
    assert_int_equal(end.ipcp.local_address, 0xc0a82b6f);
    assert_int_equal(end.ipcp.servers[IPCP_DNS1], 0xc0a82b6e);
    assert_int_equal(end.ipcp.servers[IPCP_NBNS1], 0);
    finish(&end);
}

static void a_server_rejects_first_and_then_names_values(void **state)
{
    (void)state;
    struct end end;
    prepare(&end);
    end.config.local_address = 0xc0a82b6c;
    end.config.peer_address = 0xc0a82b6f;
    end.config.servers[IPCP_DNS1] = 0xc0a82b6e;
    start(&end);
    expect(&end, "0101 000a 0306c0a82b6c");
    input(&end, "0106 0022 030600000000 810600000000 820600000000 830600000000 840600000000");
    expect(&end, "0406 0016 820600000000 830600000000 840600000000");
    input(&end, "0107 0010 030600000000 810600000000");
    expect(&end, "0307 0010 0306c0a82b6f 8106c0a82b6e");
    input(&end, "0108 0010 0306c0a82b6f 8106c0a82b6e");
    expect(&end, "0208 0010 0306c0a82b6f 8106c0a82b6e");
    assert_int_equal(end.ipcp.peer_address, 0xc0a82b6f);
    assert_int_equal(end.bench.notices[PPP_NOTICE_UP], 0);
    input(&end, "0201 000a 0306c0a82b6c");
    assert_int_equal(end.bench.notices[PPP_NOTICE_UP], 1);
    finish(&end);
}

static void all_four_servers_are_handed_out(void **state)
{
    (void)state;
    struct end end;
    prepare(&end);
    end.config = (struct ipcp_config){.local_address = 0x0a000001,
                                      .peer_address = 0x0a000002,
                                      .servers = {0x0a000081, 0x0a000082, 0x0a000083, 0x0a000084}};
    start(&end);
    end.bench.sent[0] = '\0';
    input(&end, "0101 0022 030600000000 810600000000 820600000000 830600000000 840600000000");
    expect(&end, "0301 0022 03060a000002 81060a000081 82060a000082 83060a000083 84060a000084");
    /* One right, one wrong, one of the wrong length: only the last two are named. */
    input(&end, "0102 0015 03060a000002 81060a000099 820500aabb");
    expect(&end, "0302 0010 81060a000081 82060a000082");
    finish(&end);
}

static void what_is_not_spoken_is_rejected(void **state)
{
    (void)state;
    static const char *const options[] = {"010a0a0000010a000002", "0206002d0f01", "90060a000001"};
    static const char *const names[] = {"ip-addresses", "ip-compression-protocol", "unknown"};
    for (unsigned i = 0; i < 3; i++) {
        struct end end;
        char request[64];
        char reply[64];
        prepare(&end);
        end.config.local_address = 0x0a000001;
        end.config.peer_address = 0x0a000002;
        start(&end);
        end.bench.sent[0] = '\0';
        size_t length = strlen(options[i]) / 2;
        snprintf(request, sizeof request, "0101 %04zx %s 030600000000", length + 10, options[i]);
        snprintf(reply, sizeof reply, "0401 %04zx %s", length + 4, options[i]);
        input(&end, request);
        expect(&end, reply);
        assert_string_equal(end.bench.text, names[i]);
        finish(&end);
    }
}

static void a_peer_that_does_not_ask_for_its_address_is_told_to(void **state)
{
    (void)state;
    struct end end;
    prepare(&end);
    end.config.local_address = 0x0a000001;
    end.config.peer_address = 0x0a000002;
    start(&end);
    end.bench.sent[0] = '\0';
    for (unsigned i = 0; i < 5; i++) {
        input(&end, "0101 0004");
        expect(&end, "0301 000a 03060a000002");
    }
    /* After Max-Failure Naks what we want is no longer appended (RFC 1661 section 4.6). */
    input(&end, "0101 0004");
    expect(&end, "0201 0004");
    assert_int_equal(end.ipcp.peer_address, 0x0a000002);
    finish(&end);
}

static void a_peer_may_bring_its_own_address_where_none_is_assigned(void **state)
{
    (void)state;
    struct end end;
    prepare(&end);
    end.config.local_address = 0x0a000001;
    start(&end);
    end.bench.sent[0] = '\0';
    input(&end, "0101 000a 030600000000");
    expect(&end, "0401 000a 030600000000");
    input(&end, "0102 000a 0306c0a80005");
    expect(&end, "0202 000a 0306c0a80005");
    assert_int_equal(end.ipcp.peer_address, 0xc0a80005);
    finish(&end);

    prepare(&end);
    end.config.local_address = 0x0a000001;
    end.config.peer_address = 0x0a000002;
    end.config.peer_may_choose = true;
    start(&end);
    end.bench.sent[0] = '\0';
    input(&end, "0101 000a 0306c0a80005");
    expect(&end, "0201 000a 0306c0a80005");
    finish(&end);
}

static void refusals_of_our_address_carry_windows_errors(void **state)
{
    (void)state;
    struct end end;
    /* 738: the option is rejected, the Nak is zero, or zero is acknowledged. */
    static const char *const none[] = {"0401 000a 030600000000", "0301 000a 030600000000",
                                       "0201 000a 030600000000"};
    for (unsigned i = 0; i < 3; i++) {
        prepare(&end);
        start(&end);
        expect(&end, "0101 000a 030600000000");
        input(&end, none[i]);
        assert_int_equal(end.bench.notices[PPP_NOTICE_REFUSED], 1);
        assert_int_equal(end.bench.notice_value, 738);
        finish(&end);
    }
    /* 735: our own address is refused, or the peer names another each time. */
    prepare(&end);
    end.config.local_address = 0x0a000007;
    end.config.local_address_fixed = true;
    start(&end);
    input(&end, "0301 000a 03060a000008");
    assert_int_equal(end.bench.notice_value, 735);
    finish(&end);

    prepare(&end);
    start(&end);
    for (unsigned i = 1; i <= 6; i++) {
        char nak[32];
        assert_int_equal(end.bench.notices[PPP_NOTICE_REFUSED], 0);
        snprintf(nak, sizeof nak, "03%02x 000a 03060a0000%02x", i, i);
        input(&end, nak);
    }
    assert_int_equal(end.bench.notices[PPP_NOTICE_REFUSED], 1);
    assert_int_equal(end.bench.notice_value, 735);
    finish(&end);

    /* Our own address may live without the option. */
    prepare(&end);
    end.config.local_address = 0x0a000007;
    start(&end);
    end.bench.sent[0] = '\0';
    input(&end, "0401 000a 03060a000007");
    expect(&end, "0102 0004");
    assert_int_equal(end.bench.notices[PPP_NOTICE_REFUSED], 0);
    finish(&end);
}

static void naks_without_end_are_noticed(void **state)
{
    (void)state;
    struct end end;
    use_windows_client(&end);
    start(&end);
    for (unsigned i = 1; i <= 11; i++) {
        char nak[64];
        assert_int_equal(end.bench.notices[PPP_NOTICE_NOT_CONVERGING], 0);
        snprintf(nak, sizeof nak, "03%02x 000a 81060a0000%02x", i, i);
        input(&end, nak);
    }
    assert_int_equal(end.bench.notices[PPP_NOTICE_NOT_CONVERGING], 1);
    finish(&end);
}

/* RFC 1332 section 4: 002D, the highest slot, and whether its number may be left out. */
static void header_compression_is_asked_for_and_granted(void **state)
{
    (void)state;
    struct end end;
    prepare(&end);
    end.config.vj = end.config.vj_allowed = true;
    end.config.local_address = 0x0a000001;
    start(&end);
    expect(&end, "0101 0010 0206002d0f01 03060a000001");
    input(&end, "0101 0010 0206002d0700 03060a000002");
    expect(&end, "0201 0010 0206002d0700 03060a000002");
    input(&end, "0201 0010 0206002d0f01 03060a000001");
    assert_int_equal(end.bench.notices[PPP_NOTICE_UP], 1);
    assert_true(end.ipcp.vj_agreed && end.ipcp.vj_peer_agreed);
    ipcp_class.opened(&end.ipcp.control, 0);
    assert_true(end.ipcp.compresses && end.ipcp.decompresses);
    assert_int_equal(end.ipcp.vj_compressor.slot_count, 8);
    assert_false(end.ipcp.vj_compressor.compress_slot_id);
    assert_int_equal(end.ipcp.vj_decompressor.slot_count, 16);
    ipcp_class.closed(&end.ipcp.control, 0);
    assert_false(end.ipcp.compresses || end.ipcp.decompresses);
    finish(&end);
}

/* Another compression, too few slots, a flag that is none, a wrong length. */
static void header_compression_that_is_not_known_is_answered_with_ours(void **state)
{
    (void)state;
    static const char *const options[] = {"020600030f01", "0206002d0101", "0206002d0f02",
                                          "0204002d"};
    for (unsigned i = 0; i < 4; i++) {
        struct end end;
        char request[64];
        prepare(&end);
        end.config.vj_allowed = true;
        end.config.local_address = 0x0a000001;
        start(&end);
        expect(&end, "0101 000a 03060a000001");
        snprintf(request, sizeof request, "0101 %04zx %s 03060a000002", strlen(options[i]) / 2 + 10,
                 options[i]);
        input(&end, request);
        expect(&end, "0301 000a 0206002d0f01");
        finish(&end);
    }
}

static void a_refusal_of_header_compression_leaves_it_out(void **state)
{
    (void)state;
    static const char *const answers[] = {"0401 000a 0206002d0f01", "0301 000a 0206002d0301"};
    for (unsigned i = 0; i < 2; i++) {
        struct end end;
        prepare(&end);
        end.config.vj = end.config.vj_allowed = true;
        end.config.local_address = 0x0a000001;
        start(&end);
        expect(&end, "0101 0010 0206002d0f01 03060a000001");
        input(&end, answers[i]);
        expect(&end, "0102 000a 03060a000001");
        input(&end, "0101 000a 03060a000002");
        input(&end, "0202 000a 03060a000001");
        ipcp_class.opened(&end.ipcp.control, 0);
        assert_false(end.ipcp.compresses || end.ipcp.decompresses);
        finish(&end);
    }
}

static void a_new_request_renegotiates_from_the_start(void **state)
{
    (void)state;
    struct end end;
    use_windows_client(&end);
    end.config.ask_servers[IPCP_DNS2] = end.config.ask_servers[IPCP_NBNS2] = false;
    start(&end);
    expect(&end, "0101 0016 030600000000 810600000000 820600000000");
    input(&end, "0301 0016 03060a000002 81060a000081 82060a000082");
    input(&end, "0202 0016 03060a000002 81060a000081 82060a000082");
    input(&end, "0101 000a 03060a000001");
    assert_true(ppp_control_is_opened(&end.ipcp.control));
    end.bench.sent[0] = '\0';
    input(&end, "0102 000a 03060a000001");
    assert_int_equal(end.bench.notices[PPP_NOTICE_DOWN], 1);
    expect(&end, "0103 0016 030600000000 810600000000 820600000000\n0202 000a 03060a000001");
    finish(&end);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_client_is_given_its_address_and_servers),
        cmocka_unit_test(a_server_rejects_first_and_then_names_values),
        cmocka_unit_test(all_four_servers_are_handed_out),
        cmocka_unit_test(what_is_not_spoken_is_rejected),
        cmocka_unit_test(a_peer_that_does_not_ask_for_its_address_is_told_to),
        cmocka_unit_test(a_peer_may_bring_its_own_address_where_none_is_assigned),
        cmocka_unit_test(refusals_of_our_address_carry_windows_errors),
        cmocka_unit_test(naks_without_end_are_noticed),
        cmocka_unit_test(header_compression_is_asked_for_and_granted),
        cmocka_unit_test(header_compression_that_is_not_known_is_answered_with_ours),
        cmocka_unit_test(a_refusal_of_header_compression_leaves_it_out),
        cmocka_unit_test(a_new_request_renegotiates_from_the_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
