#include "capture/capture_filter.h"
#include "capture/packet_counter.h"
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

/* An Ethernet frame with IPv4 10.0.0.1 to 10.0.0.2: GRE, and TCP from 1025 to 1723. */
static const char gre_frame[] = "020000000002 020000000001 0800"
                                "4500001800000000402f0000 0a000001 0a000002 3001880b";
static const char tcp_frame[] = "020000000002 020000000001 0800"
                                "450000280000000040060000 0a000001 0a000002"
                                "0401 06bb 00000000 00000000 5002 4470 0000 0000";

static struct capture_filter *compile(const char *expression, int link_type)
{
    struct capture_filter *filter = NULL;
    char error[256] = "";
    if (capture_filter_compile(expression, link_type, &filter, error, sizeof error) != STATUS_OK)
        fail_msg("%s: %s", expression, error);
    return filter;
}

static bool matches(const char *expression, int link_type, enum tap_direction direction,
                    const char *hex)
{
    struct capture_filter *filter = compile(expression, link_type);
    uint8_t frame[256];
    size_t length = unit_hex(hex, frame, sizeof frame);
    bool result = capture_filter_matches(filter, direction, frame, length);
    capture_filter_destroy(filter);
    return result;
}

static bool ethernet(const char *expression, const char *hex)
{
    return matches(expression, CAPTURE_ETHERNET, TAP_SENT, hex);
}

static bool ppp(const char *expression, enum tap_direction direction, const char *hex)
{
    return matches(expression, CAPTURE_PPP_WITH_DIR, direction, hex);
}

static void ethernet_frames_match_by_protocol_address_and_port(void **state)
{
    (void)state;
    assert_true(ethernet("proto 47", gre_frame));
    assert_false(ethernet("proto 47", tcp_frame));
    assert_true(ethernet("proto 47 and src host 10.0.0.1", gre_frame));
    assert_false(ethernet("proto 47 and src host 10.0.0.2", gre_frame));
    assert_true(ethernet("tcp dst port 1723", tcp_frame));
    assert_true(ethernet("tcp[tcpflags] & tcp-syn != 0 and net 10.0.0.0/24", tcp_frame));
    assert_true(ethernet("ether host 02:00:00:00:00:01", tcp_frame));
    assert_false(ethernet("ether host ae:00:00:00:00:01", tcp_frame));
    assert_true(ethernet("", gre_frame));
}

static void ppp_frames_match_whatever_header_was_compressed_away(void **state)
{
    (void)state;
    static const char *const forms[] = {
        "ff030021 45000014000000004006000001010101 02020202",
        "0021 45000014000000004006000001010101 02020202",
        "ff0321 45000014000000004006000001010101 02020202",
        "21 45000014000000004006000001010101 02020202",
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        assert_true(ppp("ip and src host 1.1.1.1", TAP_SENT, forms[i]));
        assert_true(ppp("proto 6", TAP_SENT, forms[i]));
        assert_false(ppp("proto 47", TAP_SENT, forms[i]));
        assert_true(ppp("ppp[2:2] = 0x0021", TAP_SENT, forms[i]));
    }
    assert_true(ppp("ppp[2:2] = 0xc021 and ppp[4] = 1", TAP_SENT, "ff03c021 01010004"));
    assert_true(ppp("ppp[2:2] = 0xc021 and ppp[4] = 1", TAP_SENT, "c021 01010004"));
}

static void ppp_frames_match_by_direction(void **state)
{
    (void)state;
    assert_true(ppp("outbound", TAP_SENT, "c0210101"));
    assert_false(ppp("outbound", TAP_RECEIVED, "c0210101"));
    assert_true(ppp("inbound and ppp[2:2] = 0xc021", TAP_RECEIVED, "c0210101"));
}

static void ppp_frames_without_a_protocol_match_nothing(void **state)
{
    (void)state;
    assert_false(ppp("", TAP_SENT, ""));
    assert_false(ppp("", TAP_SENT, "ff03"));
    assert_false(ppp("", TAP_SENT, "c0"));
    assert_true(ppp("", TAP_SENT, "21"));
}

static void datagrams_match_by_protocol_and_address(void **state)
{
    (void)state;
    const char *datagram = gre_frame + strlen("020000000002 020000000001 0800");
    assert_true(matches("proto 47 and src host 10.0.0.1", CAPTURE_RAW_IP, TAP_SENT, datagram));
    assert_false(matches("tcp", CAPTURE_RAW_IP, TAP_SENT, datagram));
    assert_true(matches("ip[20:2] = 0x3001", CAPTURE_RAW_IP, TAP_RECEIVED, datagram));
}

static void gre_packets_match_by_their_octets(void **state)
{
    (void)state;
    assert_true(matches("link[0:2] = 0x3001 and link[6:2] = 7", CAPTURE_GRE, TAP_SENT,
                        "3001880b 0001 0007 00000000 21"));
    assert_false(
        matches("link[0:2] = 0x3081", CAPTURE_GRE, TAP_SENT, "3001880b 0001 0007 00000000 21"));
    assert_true(matches("greater 13", CAPTURE_GRE, TAP_SENT, "3001880b 0001 0007 00000000 21"));
    assert_false(matches("greater 14", CAPTURE_GRE, TAP_SENT, "3001880b 0001 0007 00000000 21"));
}

static void assert_refused(const char *expression, const char *expected)
{
    struct capture_filter *filter = NULL;
    char error[256] = "";
    assert_int_equal(
        capture_filter_compile(expression, CAPTURE_ETHERNET, &filter, error, sizeof error),
        STATUS_INVALID);
    assert_null(filter);
    assert_string_equal(error, expected);
}

static void mistakes_are_explained(void **state)
{
    (void)state;
    assert_refused("proto 47 and and", "can't parse filter expression: syntax error");
    assert_refused("tcp port 123456", "illegal port number 123456 > 65535");
}

static void names_that_mean_something_else_on_each_machine_are_refused(void **state)
{
    (void)state;
    const char *why = " is no word of the filter language; write addresses, ports and protocols "
                      "as numbers";
    const char *const cases[][2] = {
        {"host www.example.org", "\"www.example.org\""},
        {"tcp port http", "\"http\""},
        {"ip proto \\tcp", "\"\\tcp\""},
        {"ip proto gre", "\"gre\""},
        {"gre", "\"gre\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char expected[256];
        snprintf(expected, sizeof expected, "%s%s", cases[i][1], why);
        assert_refused(cases[i][0], expected);
    }
}

static void a_counter_counts_what_matches_within_its_window(void **state)
{
    (void)state;
    struct packet_counter counter;
    packet_counter_init(&counter, compile("proto 47", CAPTURE_ETHERNET), 10, 20);
    struct tap_point point = {0};
    tap_point_add(&point, &counter.tap);
    uint8_t gre[64];
    uint8_t tcp[64];
    size_t gre_length = unit_hex(gre_frame, gre, sizeof gre);
    size_t tcp_length = unit_hex(tcp_frame, tcp, sizeof tcp);
    for (instant at = 9; at <= 21; at++) {
        tap_point_record(&point, at, TAP_SENT, gre, gre_length);
        tap_point_record(&point, at, TAP_SENT, tcp, tcp_length);
    }
    assert_int_equal(counter.seen, 26);
    assert_int_equal(counter.matched, 11);
    assert_int_equal(counter.outside, 2);
    assert_int_equal(counter.first, 10);
    assert_int_equal(counter.last, 20);
    packet_counter_destroy(&counter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ethernet_frames_match_by_protocol_address_and_port),
        cmocka_unit_test(ppp_frames_match_whatever_header_was_compressed_away),
        cmocka_unit_test(ppp_frames_match_by_direction),
        cmocka_unit_test(ppp_frames_without_a_protocol_match_nothing),
        cmocka_unit_test(datagrams_match_by_protocol_and_address),
        cmocka_unit_test(gre_packets_match_by_their_octets),
        cmocka_unit_test(mistakes_are_explained),
        cmocka_unit_test(names_that_mean_something_else_on_each_machine_are_refused),
        cmocka_unit_test(a_counter_counts_what_matches_within_its_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
