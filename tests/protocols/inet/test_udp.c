#include "inet/udp.h"
#include "support/unit.h"

#include <string.h>

/* A DNS query of a Windows client, recorded. */
#define SOURCE      UINT32_C(0xc0a82b27)
#define DESTINATION UINT32_C(0xc0a82b6e)
#define QUERY       "c1a6010000010000000000000762656163 6f6e730367637004677674320363 6f6d0000010001"
#define DATAGRAM    "c8690035002e7997" QUERY

static void a_recorded_datagram_decodes_and_encodes(void **state)
{
    (void)state;
    struct packet_pool pool;
    packet_pool_init(&pool);
    uint8_t octets[128];
    size_t length = unit_hex(DATAGRAM, octets, sizeof octets);
    struct udp_header header;
    assert_int_equal(udp_decode(octets, length, SOURCE, DESTINATION, &header), UDP_OK);
    assert_int_equal(header.source_port, 51305);
    assert_int_equal(header.destination_port, 53);
    assert_int_equal(header.length, 46);
    assert_int_equal(header.checksum, 0x7997);
    struct packet *packet = packet_from(&pool, octets + 8, length - 8);
    udp_push(packet, SOURCE, 51305, DESTINATION, 53);
    unit_assert_hex(packet->data, packet->length, DATAGRAM);
    packet_pool_destroy(&pool);
}

static void any_damage_is_noticed(void **state)
{
    (void)state;
    uint8_t octets[128];
    size_t length = unit_hex(DATAGRAM, octets, sizeof octets);
    struct udp_header header;
    for (size_t bit = 0; bit < length * 8; bit++) {
        octets[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
        assert_int_not_equal(udp_decode(octets, length, SOURCE, DESTINATION, &header), UDP_OK);
        octets[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
    }
    assert_int_equal(udp_decode(octets, length, SOURCE, DESTINATION + 1, &header),
                     UDP_BAD_CHECKSUM);
    assert_int_equal(udp_decode(octets, length - 1, SOURCE, DESTINATION, &header), UDP_MALFORMED);
    assert_int_equal(udp_decode(octets, 7, SOURCE, DESTINATION, &header), UDP_MALFORMED);
    octets[5] = 7;
    assert_int_equal(udp_decode(octets, length, SOURCE, DESTINATION, &header), UDP_MALFORMED);
}

static void without_a_checksum_nothing_is_verified(void **state)
{
    (void)state;
    uint8_t octets[128];
    size_t length = unit_hex(DATAGRAM, octets, sizeof octets);
    struct udp_header header;
    memset(octets + 6, 0, 2);
    octets[20] ^= 1;
    assert_int_equal(udp_decode(octets, length, SOURCE, DESTINATION, &header), UDP_OK);
}

static void octets_behind_the_length_do_not_count(void **state)
{
    (void)state;
    uint8_t octets[128] = {0};
    size_t length = unit_hex(DATAGRAM "ffff", octets, sizeof octets);
    struct udp_header header;
    assert_int_equal(udp_decode(octets, length, SOURCE, DESTINATION, &header), UDP_OK);
    assert_int_equal(header.length, length - 2);
}

static void a_checksum_of_zero_is_sent_as_all_ones(void **state)
{
    (void)state;
    struct packet_pool pool;
    packet_pool_init(&pool);
    /* The payload makes the sum 0xffff, whose complement is zero. */
    uint8_t payload[2] = {0};
    struct packet *packet = packet_from(&pool, payload, 2);
    udp_push(packet, 0, 0, 0, 0);
    unit_assert_hex(packet->data, packet->length, "00000000000a ffda 0000");
    packet_free(packet);
    packet = packet_from(&pool, "\xff\xda", 2);
    udp_push(packet, 0, 0, 0, 0);
    unit_assert_hex(packet->data, packet->length, "00000000000a ffff ffda");
    struct udp_header header;
    assert_int_equal(udp_decode(packet->data, packet->length, 0, 0, &header), UDP_OK);
    packet_pool_destroy(&pool);
}

/* A name query of Windows over IPv6, to the group of LLMNR, recorded. */
#define QUERY_IPV6 "fa0414eb0020f799ebb100000001000000000000066973617461700000010001"

static void over_ipv6_a_checksum_is_mandatory(void **state)
{
    (void)state;
    struct ip_address source;
    struct ip_address destination;
    assert_true(ip_address_parse("fe80::a166:b18:20e8:e454", &source));
    assert_true(ip_address_parse("ff02::1:3", &destination));
    uint8_t octets[128];
    size_t length = unit_hex(QUERY_IPV6, octets, sizeof octets);
    struct udp_header header;
    assert_int_equal(udp_decode_ipv6(octets, length, &source, &destination, &header), UDP_OK);
    assert_int_equal(header.source_port, 64004);
    struct packet_pool pool;
    packet_pool_init(&pool);
    struct packet *packet = packet_from(&pool, octets + 8, length - 8);
    udp_push_ipv6(packet, &source, 64004, &destination, 5355);
    unit_assert_hex(packet->data, packet->length, QUERY_IPV6);
    packet_pool_destroy(&pool);
    assert_int_equal(udp_decode_ipv6(octets, length, &source, &source, &header), UDP_BAD_CHECKSUM);
    memset(octets + 6, 0, 2);
    assert_int_equal(udp_decode_ipv6(octets, length, &source, &destination, &header),
                     UDP_BAD_CHECKSUM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recorded_datagram_decodes_and_encodes),
        cmocka_unit_test(any_damage_is_noticed),
        cmocka_unit_test(without_a_checksum_nothing_is_verified),
        cmocka_unit_test(octets_behind_the_length_do_not_count),
        cmocka_unit_test(a_checksum_of_zero_is_sent_as_all_ones),
        cmocka_unit_test(over_ipv6_a_checksum_is_mandatory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
