#include "inet/ipv6.h"
#include "protocols/inet/pool_bench.h"

#include <string.h>

/* A Multicast Listener Report with a Router Alert in a hop-by-hop header, recorded. */
#define REPORT                                                                                     \
    "6000000000240001 fe80000000000000a1660b1820e8e454 ff020000000000000000000000000016"           \
    "3a00050200000100 8f00bf4b0000000103000000ff020000000000000000000000010003"

static void a_recorded_header_decodes_and_encodes(void **state)
{
    (void)state;
    uint8_t octets[128];
    size_t length = unit_hex("6008af5800361103" /* hop limit 3 */
                             "240e00acd0030fa0287b6ff1b76e5b54 240e00acd0030fa0000000000000000f"
                             "d1da0035003678557b1b010000010000000000000d6473387a386b6a68776562"
                             "38630a636c6f756466726f6e74036e65740000010001",
                             octets, sizeof octets);
    struct ipv6_header header;
    assert_true(ipv6_decode(octets, length, &header));
    assert_int_equal(header.traffic_class, 0);
    assert_int_equal(header.flow_label, 0x8af58);
    assert_int_equal(header.payload_length, 54);
    assert_int_equal(header.next_header, IPV6_NEXT_UDP);
    assert_int_equal(header.hop_limit, 3);
    struct ip_address source = unit_address("240e:ac:d003:fa0:287b:6ff1:b76e:5b54");
    assert_true(ip_address_equal(&header.source, &source));
    struct packet *packet = packet_from(&pool, octets + 40, length - 40);
    header.traffic_class = 0xb8;
    ipv6_push(packet, &header);
    assert_int_equal(packet->data[0], 0x6b);
    assert_int_equal(packet->data[1], 0x88);
    octets[0] = 0x6b;
    octets[1] = 0x88;
    assert_int_equal(packet->length, length);
    assert_memory_equal(packet->data, octets, length);
    packet_free(packet);
}

static void what_is_short_or_not_version_6_is_refused(void **state)
{
    (void)state;
    uint8_t octets[128];
    size_t length = unit_hex(REPORT, octets, sizeof octets);
    struct ipv6_header header;
    assert_true(ipv6_decode(octets, length + 3, &header));
    assert_false(ipv6_decode(octets, length - 1, &header));
    assert_true(ipv6_decode_quoted(octets, length - 1, &header));
    assert_false(ipv6_decode_quoted(octets, 39, &header));
    octets[0] = 0x40;
    assert_false(ipv6_decode(octets, length, &header));
}

/* Walks hexadecimal @text, whose first header is of kind @first. */
static enum ipv6_walk_result walk(uint8_t first, const char *text, struct ipv6_walk *result)
{
    uint8_t octets[512] = {0x60};
    size_t length = 40 + unit_hex(text, octets + 40, sizeof octets - 40);
    octets[6] = first;
    return ipv6_walk(octets, length, result);
}

static void a_walk_passes_a_router_alert(void **state)
{
    (void)state;
    uint8_t octets[128];
    size_t length = unit_hex(REPORT, octets, sizeof octets);
    struct ipv6_walk result;
    assert_int_equal(ipv6_walk(octets, length, &result), IPV6_WALK_UPPER);
    assert_int_equal(result.next_header, IPV6_NEXT_ICMPV6);
    assert_int_equal(result.offset, 48);
    assert_int_equal(result.next_header_offset, 40);
}

static void every_extension_header_is_followed_in_any_order(void **state)
{
    (void)state;
    struct ipv6_walk result;
    /* Hop-by-hop, destination options of 16 octets, routing with no segment left, whole fragment,
     * destination options, TCP. */
    assert_int_equal(walk(0,
                          "3c00010400000000"
                          "2b010106000000000000000000000000"
                          "2c00000000000000"
                          "3c00000012345678"
                          "0600000000010000"
                          "00",
                          &result),
                     IPV6_WALK_UPPER);
    assert_int_equal(result.next_header, IPV6_NEXT_TCP);
    assert_int_equal(result.offset, 40 + 48);
    assert_int_equal(result.next_header_offset, 40 + 40);
    /* IPsec's headers are left to IPsec. */
    assert_int_equal(walk(60, "3300000000000000 11040000", &result), IPV6_WALK_UPPER);
    assert_int_equal(result.next_header, IPV6_NEXT_AH);
    assert_int_equal(result.offset, 48);
}

static void headers_that_end_behind_the_datagram_are_malformed(void **state)
{
    (void)state;
    struct ipv6_walk result;
    assert_int_equal(walk(60, "3b", &result), IPV6_WALK_MALFORMED);
    assert_int_equal(walk(60, "3b01000000000000", &result), IPV6_WALK_MALFORMED);
    assert_int_equal(walk(43, "3bff000000000000", &result), IPV6_WALK_MALFORMED);
    assert_int_equal(walk(44, "11000001123456", &result), IPV6_WALK_MALFORMED);
    /* An option of 5 octets where 4 are left. */
    assert_int_equal(walk(60, "3b00010505050505", &result), IPV6_WALK_MALFORMED);
    /* A type without its length. */
    assert_int_equal(walk(60, "3b00010300000005", &result), IPV6_WALK_MALFORMED);
}

static void the_top_bits_of_an_unknown_option_decide(void **state)
{
    (void)state;
    struct ipv6_walk result;
    assert_int_equal(walk(60, "3b001e0400000000", &result), IPV6_WALK_UPPER);
    assert_int_equal(walk(60, "3b005e0400000000", &result), IPV6_WALK_DISCARD);
    assert_int_equal(walk(60, "3b000100 9e010000", &result), IPV6_WALK_PROBLEM);
    assert_int_equal(result.problem_code, 2);
    assert_int_equal(result.problem_pointer, 44);
    assert_true(result.problem_for_multicast);
    assert_int_equal(walk(60, "3b00de0400000000", &result), IPV6_WALK_PROBLEM);
    assert_int_equal(result.problem_pointer, 42);
    assert_false(result.problem_for_multicast);
}

static void a_route_with_segments_left_and_a_late_hop_by_hop_header_are_problems(void **state)
{
    (void)state;
    struct ipv6_walk result;
    assert_int_equal(walk(43, "3b00000100000000", &result), IPV6_WALK_PROBLEM);
    assert_int_equal(result.problem_code, 0);
    assert_int_equal(result.problem_pointer, 42);
    assert_int_equal(walk(60, "0000010400000000 3b00010400000000", &result), IPV6_WALK_PROBLEM);
    assert_int_equal(result.problem_code, 1);
    assert_int_equal(result.problem_pointer, 40);
}

static void a_recorded_fragment_stops_the_walk(void **state)
{
    (void)state;
    uint8_t octets[1280] = {0};
    /* The first of two fragments of an echo request of 1,400 octets, recorded from Linux. */
    (void)unit_hex("60002a9c04d82c40 00000000000000000000000000000001"
                   "00000000000000000000000000000001 3a000001a6181797 8000d12970030001",
                   octets, sizeof octets);
    struct ipv6_walk result;
    assert_int_equal(ipv6_walk(octets, 1280, &result), IPV6_WALK_FRAGMENT);
    assert_int_equal(result.next_header, IPV6_NEXT_FRAGMENT);
    assert_int_equal(result.offset, 40);
    assert_int_equal(result.fragment.next_header, IPV6_NEXT_ICMPV6);
    assert_true(result.fragment.more_fragments);
    assert_int_equal(result.fragment.offset, 0);
    assert_int_equal(result.fragment.identification, 0xa6181797);
}

static void fragments_that_cannot_be_right_are_problems(void **state)
{
    (void)state;
    struct ipv6_walk result;
    /* Not the last, and 9 octets. */
    assert_int_equal(walk(44, "11000009 00000001 0102030405060708 09", &result), IPV6_WALK_PROBLEM);
    assert_int_equal(result.problem_code, 0);
    assert_int_equal(result.problem_pointer, 4);
    /* The whole would be longer than 65,535 - 40 octets. */
    assert_int_equal(walk(44, "1100ffd8 00000001 01020304", &result), IPV6_WALK_PROBLEM);
    assert_int_equal(result.problem_pointer, 42);
    assert_int_equal(walk(44, "1100ffd0 00000001 01020304", &result), IPV6_WALK_FRAGMENT);
    /* A first fragment without its upper-layer header; with it the walk stops as it should. */
    assert_int_equal(walk(44, "3c000001 00000001 0600010400000000 0102030405060708", &result),
                     IPV6_WALK_PROBLEM);
    assert_int_equal(result.problem_code, 3);
    assert_int_equal(walk(44, "3c000001 00000001 1100010400000000 0102030405060708", &result),
                     IPV6_WALK_FRAGMENT);
}

/* A datagram of @length octets whose headers are hexadecimal @headers. */
static struct packet *datagram(const char *headers, uint8_t first, size_t length)
{
    struct packet *packet = packet_alloc(&pool, length);
    uint8_t *p = packet_append(packet, length - 40);
    size_t used = unit_hex(headers, p, length - 40);
    for (size_t i = used; i < length - 40; i++)
        p[i] = (uint8_t)(i - used);
    const struct ipv6_header header = {.next_header = first,
                                       .hop_limit = 64,
                                       .flow_label = 0x12345,
                                       .source = unit_address("2001:db8::1"),
                                       .destination = unit_address("2001:db8::2")};
    ipv6_push(packet, &header);
    return packet;
}

static void a_source_cuts_behind_the_headers_of_every_hop(void **state)
{
    (void)state;
    /* 40 + 8 of hop-by-hop options + 2,000 octets of payload, to links of 1,280. */
    struct packet *packet = datagram("1100010400000000", 0, 2048);
    struct packet_queue fragments = {0};
    assert_int_equal(ipv6_fragment(packet, 1280, 0xcafe, &fragments), STATUS_OK);
    assert_int_equal(fragments.count, 2);
    struct packet *first = packet_queue_pop(&fragments);
    struct packet *second = packet_queue_pop(&fragments);
    /* 1,280 - 56 = 1,224 is a multiple of 8. */
    assert_int_equal(first->length, 1280);
    assert_int_equal(second->length, 56 + 776);
    unit_assert_hex(first->data, 60,
                    "60012345 04d8 00 40 20010db8000000000000000000000001"
                    "20010db8000000000000000000000002 2c00010400000000 11000001 0000cafe 00010203");
    unit_assert_hex(second->data, 60,
                    "60012345 0318 00 40 20010db8000000000000000000000001"
                    "20010db8000000000000000000000002 2c00010400000000 110004c8 0000cafe c8c9cacb");
    packet_free(first);
    packet_free(second);
}

static void what_cannot_be_cut_is_left_alone(void **state)
{
    (void)state;
    struct packet_queue fragments = {0};
    struct packet *packet = datagram("", 17, 200);
    assert_int_equal(ipv6_fragment(packet, 55, 1, &fragments), STATUS_INVALID);
    assert_int_equal(ipv6_fragment(packet, 56, 1, &fragments), STATUS_OK);
    assert_int_equal(fragments.count, 20);
    packet_queue_clear(&fragments);
    packet = datagram("1100000100000001", 44, 200);
    assert_int_equal(ipv6_fragment(packet, 100, 1, &fragments), STATUS_INVALID);
    packet_free(packet);
    packet = datagram("11ff", 0, 200);
    assert_int_equal(ipv6_fragment(packet, 100, 1, &fragments), STATUS_INVALID);
    pool.limit = pool.in_use + 1;
    packet->data[41] = 0;
    assert_int_equal(ipv6_fragment(packet, 100, 1, &fragments), STATUS_NO_MEMORY);
    assert_int_equal(packet->length, 200);
    packet_free(packet);
}

static void groups_and_link_local_addresses_follow_from_others(void **state)
{
    (void)state;
    char text[IP_TEXT_SIZE];
    /* The recorded advertiser: f8:c3:9e:86:88:36. */
    const uint8_t mac[6] = {0xf8, 0xc3, 0x9e, 0x86, 0x88, 0x36};
    struct ip_address own = ipv6_link_local_from_mac(mac);
    assert_string_equal(ip_address_format(&own, text), "fe80::fac3:9eff:fe86:8836");
    struct ip_address group = ipv6_solicited_node(&own);
    assert_string_equal(ip_address_format(&group, text), "ff02::1:ff86:8836");
    struct ip_address all = ipv6_all_nodes();
    assert_string_equal(ip_address_format(&all, text), "ff02::1");
    assert_true(ipv6_is_multicast(&group));
    assert_true(ipv6_is_link_local(&own));
    struct ip_address other = unit_address("fec0::1");
    assert_false(ipv6_is_link_local(&other));
    other = unit_address("::");
    assert_true(ipv6_is_unspecified(&other));
    assert_false(ipv6_is_loopback(&other));
    other = unit_address("::1");
    assert_true(ipv6_is_loopback(&other));
    assert_false(ipv6_is_unspecified(&other));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_recorded_header_decodes_and_encodes),
        TEST(what_is_short_or_not_version_6_is_refused),
        TEST(a_walk_passes_a_router_alert),
        TEST(every_extension_header_is_followed_in_any_order),
        TEST(headers_that_end_behind_the_datagram_are_malformed),
        TEST(the_top_bits_of_an_unknown_option_decide),
        TEST(a_route_with_segments_left_and_a_late_hop_by_hop_header_are_problems),
        TEST(a_recorded_fragment_stops_the_walk),
        TEST(fragments_that_cannot_be_right_are_problems),
        TEST(a_source_cuts_behind_the_headers_of_every_hop),
        TEST(what_cannot_be_cut_is_left_alone),
        TEST(groups_and_link_local_addresses_follow_from_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
