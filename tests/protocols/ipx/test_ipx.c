#include "ipx/ipx.h"
#include "support/unit.h"

#include <string.h>

/* An echo request from node 64 to node 1 of network C0FFEE01. */
#define ECHO "ffff 0024 00 02 c0ffee01 020000000001 0002 c0ffee01 020000000064 4001 0001 61626364"

static void an_echo_request_decodes_field_by_field(void **state)
{
    (void)state;
    uint8_t octets[64];
    size_t length = unit_hex(ECHO, octets, sizeof octets);
    struct ipx_header header;
    assert_true(ipx_decode(octets, length, &header));
    assert_int_equal(header.length, 36);
    assert_int_equal(header.hops, 0);
    assert_int_equal(header.type, IPX_TYPE_ECHO);
    assert_int_equal(header.destination.network, 0xc0ffee01);
    assert_int_equal(header.destination.node[5], 1);
    assert_int_equal(header.destination.socket, IPX_SOCKET_ECHO);
    assert_int_equal(header.source.node[5], 0x64);
    assert_int_equal(header.source.socket, 0x4001);
}

static void what_was_decoded_encodes_to_the_same_octets(void **state)
{
    (void)state;
    uint8_t octets[64];
    size_t length = unit_hex(ECHO, octets, sizeof octets);
    struct ipx_header header;
    assert_true(ipx_decode(octets, length, &header));
    struct packet_pool pool;
    packet_pool_init(&pool);
    struct packet *packet = packet_from(&pool, octets + IPX_HEADER_SIZE, length - IPX_HEADER_SIZE);
    ipx_push(packet, &header);
    assert_int_equal(packet->length, length);
    assert_memory_equal(packet->data, octets, length);
    packet_free(packet);
    packet_pool_destroy(&pool);
}

static void short_and_contradictory_datagrams_are_refused(void **state)
{
    (void)state;
    uint8_t octets[64];
    size_t length = unit_hex(ECHO, octets, sizeof octets);
    struct ipx_header header;
    for (size_t i = 0; i < length; i++)
        assert_false(ipx_decode(octets, i, &header));
    octets[3] = 29; /* shorter than the header */
    assert_false(ipx_decode(octets, length, &header));
    octets[3] = 36;
    octets[0] = 0x12; /* a checksum */
    assert_false(ipx_decode(octets, length, &header));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_echo_request_decodes_field_by_field),
        cmocka_unit_test(what_was_decoded_encodes_to_the_same_octets),
        cmocka_unit_test(short_and_contradictory_datagrams_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
