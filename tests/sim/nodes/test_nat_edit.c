#include "inet/icmp.h"
#include "inet/udp.h"
#include "nodes/nat_edit.h"
#include "support/unit.h"

#include <string.h>

#define INSIDE  UINT32_C(0xc0a8000b)
#define OUTSIDE UINT32_C(0x836b010a)
#define REMOTE  UINT32_C(0x836b0514)

static uint8_t datagram[128];
static size_t length;
static struct ipv4_header header;

/* A datagram from INSIDE to REMOTE with a right IP checksum. */
static void make(uint8_t protocol, const char *payload)
{
    struct packet_pool pool;
    packet_pool_init(&pool);
    uint8_t octets[100];
    struct packet *packet = packet_from(&pool, octets, unit_hex(payload, octets, sizeof octets));
    const struct ipv4_header wanted = {
        .ttl = 128, .protocol = protocol, .source = INSIDE, .destination = REMOTE};
    ipv4_push(packet, &wanted);
    length = packet->length;
    memcpy(datagram, packet->data, length);
    assert_int_equal(ipv4_decode(datagram, length, &header), IPV4_OK);
    packet_free(packet);
    packet_pool_destroy(&pool);
}

/* The same with a UDP datagram whose checksum is right. */
static void make_udp(void)
{
    make(17, "0401 0007 000c 0000 61626364");
    uint64_t sum = checksum_pseudo_header(INSIDE, REMOTE, 17, 12);
    wire_store_u16(datagram + 26, checksum_finish(checksum_add(sum, datagram + 20, 12)));
}

/* What a receiver finds when it checks everything. */
static enum udp_error check_udp(struct udp_header *udp)
{
    struct ipv4_header decoded;
    assert_int_equal(ipv4_decode(datagram, length, &decoded), IPV4_OK);
    assert_int_equal(decoded.source, header.source);
    assert_int_equal(decoded.destination, header.destination);
    return udp_decode(datagram + 20, length - 20, decoded.source, decoded.destination, udp);
}

static void a_udp_datagram_is_right_after_both_ends_have_changed(void **state)
{
    (void)state;
    struct udp_header udp;
    make_udp();
    assert_int_equal(check_udp(&udp), UDP_OK);
    nat_edit(&header, datagram, length, NAT_SOURCE, OUTSIDE, 5000);
    assert_int_equal(header.source, OUTSIDE);
    assert_int_equal(check_udp(&udp), UDP_OK);
    assert_int_equal(udp.source_port, 5000);
    nat_edit(&header, datagram, length, NAT_DESTINATION, INSIDE, 9);
    assert_int_equal(check_udp(&udp), UDP_OK);
    assert_int_equal(udp.destination_port, 9);
}

static void a_wrong_checksum_stays_wrong_and_none_stays_none(void **state)
{
    (void)state;
    struct udp_header udp;
    make_udp();
    datagram[30] ^= 1;
    nat_edit(&header, datagram, length, NAT_SOURCE, OUTSIDE, 5000);
    assert_int_equal(check_udp(&udp), UDP_BAD_CHECKSUM);
    make(17, "0401 0007 000c 0000 61626364");
    nat_edit(&header, datagram, length, NAT_SOURCE, OUTSIDE, 5000);
    assert_int_equal(check_udp(&udp), UDP_OK);
    assert_int_equal(udp.checksum, 0);
}

static void a_checksum_that_becomes_zero_is_sent_as_ones(void **state)
{
    (void)state;
    struct udp_header udp;
    make_udp();
    /* The port that lets the sum of all words be ones. */
    uint32_t port = UINT32_C(0x0401) + wire_load_u16(datagram + 26);
    nat_edit(&header, datagram, length, NAT_SOURCE, INSIDE, (uint16_t)(port + (port >> 16)));
    assert_int_equal(check_udp(&udp), UDP_OK);
    assert_int_equal(udp.checksum, UINT16_MAX);
}

static void an_echo_changes_its_identifier_but_has_no_pseudo_header(void **state)
{
    (void)state;
    struct icmp_message message;
    make(1, "0800 89e6 0200 0001 61626364 0000 00ef");
    uint8_t *icmp = datagram + 20;
    wire_store_u16(icmp + 2, 0);
    wire_store_u16(icmp + 2, checksum(icmp, length - 20));
    nat_edit(&header, datagram, length, NAT_SOURCE, OUTSIDE, 5001);
    assert_int_equal(icmp_decode(icmp, length - 20, &message), ICMP_OK);
    assert_int_equal(message.identifier, 5001);
    assert_int_equal(message.sequence, 1);
}

static void other_protocols_change_their_address_only(void **state)
{
    (void)state;
    make(47, "3001880b 00040001 00000000");
    nat_edit(&header, datagram, length, NAT_SOURCE, OUTSIDE, 0);
    unit_assert_hex(datagram + 20, length - 20, "3001880b 00040001 00000000");
    assert_int_equal(ipv4_decode(datagram, length, &header), IPV4_OK);
    assert_int_equal(header.source, OUTSIDE);
    uint16_t port = 1;
    assert_true(nat_port(&header, datagram, length, NAT_SOURCE, &port));
    assert_int_equal(port, 0);
}

static void what_is_cut_off_is_left_alone(void **state)
{
    (void)state;
    uint16_t port;
    /* As an ICMP error quotes it: eight octets of TCP, whose checksum is further behind. */
    make(6, "0401 01bb 00000001");
    assert_true(nat_port(&header, datagram, length, NAT_DESTINATION, &port));
    assert_int_equal(port, 443);
    nat_edit(&header, datagram, length, NAT_SOURCE, OUTSIDE, 5002);
    unit_assert_hex(datagram + 20, 8, "138a 01bb 00000001");
    make(6, "0401 01");
    assert_true(nat_port(&header, datagram, length, NAT_SOURCE, &port));
    assert_false(nat_port(&header, datagram, length, NAT_DESTINATION, &port));
    make(1, "0800 89e6 02");
    assert_false(nat_port(&header, datagram, length, NAT_SOURCE, &port));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_udp_datagram_is_right_after_both_ends_have_changed),
        cmocka_unit_test(a_wrong_checksum_stays_wrong_and_none_stays_none),
        cmocka_unit_test(a_checksum_that_becomes_zero_is_sent_as_ones),
        cmocka_unit_test(an_echo_changes_its_identifier_but_has_no_pseudo_header),
        cmocka_unit_test(other_protocols_change_their_address_only),
        cmocka_unit_test(what_is_cut_off_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
