#include "inet/icmpv6.h"
#include "protocols/inet/pool_bench.h"

#include <string.h>

/* Recorded from Linux: a UDP datagram to a port nobody listens on, and what came back. */
#define REFUSED                                                                                    \
    "60008e3b00091140 00000000000000000000000000000001 00000000000000000000000000000001"           \
    "923900090009001c78"
#define UNREACHABLE "0104f49700000000" REFUSED

static const struct ip_address loopback = {6, {[15] = 1}};
static const struct ip_address one = {6, {0x20, 0x01, 0x0d, 0xb8, [15] = 1}};
static const struct ip_address two = {6, {0x20, 0x01, 0x0d, 0xb8, [15] = 2}};

static void a_recorded_error_decodes_and_is_made_again(void **state)
{
    (void)state;
    uint8_t octets[128];
    size_t length = unit_hex(UNREACHABLE, octets, sizeof octets);
    struct icmpv6_message message;
    assert_int_equal(icmpv6_decode(octets, length, &loopback, &loopback, &message), ICMP_OK);
    assert_int_equal(message.type, ICMPV6_DESTINATION_UNREACHABLE);
    assert_int_equal(message.code, ICMPV6_PORT_UNREACHABLE);
    struct packet *packet =
        icmpv6_error_create(&pool, &message, &loopback, &loopback, octets + 8, length - 8);
    unit_assert_hex(packet->data, packet->length, UNREACHABLE);
    packet_free(packet);
}

static void the_checksum_covers_every_bit_and_the_addresses(void **state)
{
    (void)state;
    uint8_t octets[128];
    size_t length = unit_hex(UNREACHABLE, octets, sizeof octets);
    struct icmpv6_message message;
    for (size_t bit = 0; bit < length * 8; bit++) {
        octets[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
        assert_int_equal(icmpv6_decode(octets, length, &loopback, &loopback, &message),
                         ICMP_BAD_CHECKSUM);
        octets[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
    }
    assert_int_equal(icmpv6_decode(octets, length, &loopback, &one, &message), ICMP_BAD_CHECKSUM);
    assert_int_equal(icmpv6_decode(octets, 7, &loopback, &loopback, &message), ICMP_MALFORMED);
}

static void each_type_keeps_its_fields(void **state)
{
    (void)state;
    static const struct icmpv6_message messages[] = {
        {.type = ICMPV6_ECHO_REQUEST, .identifier = 0x7003, .sequence = 1},
        {.type = ICMPV6_ECHO_REPLY, .identifier = 0xfffe, .sequence = 0xfffd},
        {.type = ICMPV6_PACKET_TOO_BIG, .mtu = 0x00010500},
        {.type = ICMPV6_PARAMETER_PROBLEM, .code = 1, .pointer = 0x01020306},
        {.type = ICMPV6_TIME_EXCEEDED, .code = 1},
    };
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
        struct packet *packet = packet_from(&pool, "data", 4);
        icmpv6_push(packet, &one, &two, &messages[i]);
        struct icmpv6_message decoded;
        assert_int_equal(icmpv6_decode(packet->data, packet->length, &one, &two, &decoded),
                         ICMP_OK);
        assert_int_equal(decoded.type, messages[i].type);
        assert_int_equal(decoded.code, messages[i].code);
        assert_int_equal(decoded.identifier, messages[i].identifier);
        assert_int_equal(decoded.sequence, messages[i].sequence);
        assert_int_equal(decoded.mtu, messages[i].mtu);
        assert_int_equal(decoded.pointer, messages[i].pointer);
        packet_free(packet);
    }
    struct packet *packet = packet_from(&pool, NULL, 0);
    icmpv6_push(packet, &one, &two, &messages[2]);
    /* 2001:0db8 twice, 1, 2, 58, 8, 0x0200 and the MTU add up to 0x62b8. */
    unit_assert_hex(packet->data, packet->length, "02009d47 00010500");
    packet_free(packet);
}

static void an_error_quotes_no_more_than_fits_into_1280_octets(void **state)
{
    (void)state;
    uint8_t datagram[1500] = {0x60};
    const struct icmpv6_message message = {.type = ICMPV6_PACKET_TOO_BIG, .mtu = 1400};
    struct packet *packet =
        icmpv6_error_create(&pool, &message, &one, &two, datagram, sizeof datagram);
    assert_int_equal(packet->length, 1280 - 40);
    packet_free(packet);
    packet = icmpv6_error_create(&pool, &message, &one, &two, datagram, 1232);
    assert_int_equal(packet->length, 1240);
    packet_free(packet);
}

/* Whether an error about a datagram between these, carrying hexadecimal @payload, is allowed. */
static bool allowed(const char *source, const char *destination, uint8_t next_header,
                    const char *payload, enum icmp_arrival how, bool for_groups)
{
    uint8_t octets[256];
    struct ipv6_header header = {.next_header = next_header, .hop_limit = 1};
    assert_true(ip_address_parse(source, &header.source));
    assert_true(ip_address_parse(destination, &header.destination));
    struct packet *packet = packet_from(&pool, octets, unit_hex(payload, octets, sizeof octets));
    ipv6_push(packet, &header);
    bool result = icmpv6_error_is_allowed(packet->data, packet->length, how, for_groups);
    packet_free(packet);
    return result;
}

static void errors_about_errors_and_groups_are_not_sent(void **state)
{
    (void)state;
    const enum icmp_arrival unicast = ICMP_ARRIVAL_UNICAST;
    const char *echo = "8000000000000000";
    assert_true(allowed("2001:db8::1", "2001:db8::2", 58, echo, unicast, false));
    assert_true(allowed("2001:db8::1", "2001:db8::2", 17, "", unicast, false));
    assert_false(allowed("2001:db8::1", "2001:db8::2", 58, "01", unicast, false));
    assert_false(allowed("2001:db8::1", "2001:db8::2", 58, "89", unicast, false));
    assert_false(allowed("2001:db8::1", "2001:db8::2", 58, "", unicast, false));
    assert_false(allowed("2001:db8::1", "2001:db8::2", 60, "3a00010400000000 7f", unicast, false));
    assert_false(allowed("2001:db8::1", "2001:db8::2", 44, "3a000001 00000001 0100000000000000",
                         unicast, false));
    assert_true(allowed("2001:db8::1", "2001:db8::2", 44, "3a000009 00000001 0100000000000000",
                        unicast, false));
    assert_false(allowed("2001:db8::1", "ff02::1", 17, "", unicast, false));
    assert_true(allowed("2001:db8::1", "ff02::1", 17, "", unicast, true));
    assert_false(allowed("2001:db8::1", "2001:db8::2", 17, "", ICMP_ARRIVAL_LINK_GROUP, false));
    assert_true(allowed("2001:db8::1", "2001:db8::2", 17, "", ICMP_ARRIVAL_LINK_GROUP, true));
    assert_false(allowed("::", "2001:db8::2", 17, "", unicast, true));
    assert_false(allowed("ff02::1", "2001:db8::2", 17, "", unicast, true));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_recorded_error_decodes_and_is_made_again),
        TEST(the_checksum_covers_every_bit_and_the_addresses),
        TEST(each_type_keeps_its_fields),
        TEST(an_error_quotes_no_more_than_fits_into_1280_octets),
        TEST(errors_about_errors_and_groups_are_not_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
