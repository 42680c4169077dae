#include "inet/icmpv6.h"
#include "inet/neighbor_discovery.h"
#include "support/unit.h"

#include <string.h>

/* A Windows client asks for its gateway, and the gateway answers, recorded. */
#define ASKER        "fe80::a166:b18:20e8:e454"
#define GATEWAY      "fe80::fac3:9eff:fe86:8836"
#define SOLICITATION "87002ffc00000000 fe80000000000000fac39efffe868836 0101f01898a868e6"
#define ADVERTISEMENT                                                                              \
    "880087e1e0000000 fe80000000000000fac39efffe868836 0201f8c39e868836657c3a73ffd3422f"

static void a_recorded_solicitation_decodes_and_encodes(void **state)
{
    (void)state;
    uint8_t octets[64];
    size_t length = unit_hex(SOLICITATION, octets, sizeof octets);
    struct neighbor_message message;
    assert_true(neighbor_message_decode(octets, length, &message));
    assert_int_equal(message.type, ICMPV6_NEIGHBOR_SOLICITATION);
    struct ip_address gateway = unit_address(GATEWAY);
    assert_true(ip_address_equal(&message.target, &gateway));
    assert_true(message.has_mac);
    unit_assert_hex(message.mac, 6, "f01898a868e6");
    struct packet_pool pool;
    packet_pool_init(&pool);
    struct packet *packet = packet_alloc(&pool, NEIGHBOR_MESSAGE_SIZE);
    struct ip_address asker = unit_address(ASKER);
    struct ip_address group = ipv6_solicited_node(&gateway);
    neighbor_message_append(packet, &asker, &group, &message);
    unit_assert_hex(packet->data, packet->length, SOLICITATION);
    packet_pool_destroy(&pool);
}

static void a_recorded_advertisement_decodes_and_encodes(void **state)
{
    (void)state;
    uint8_t octets[64];
    (void)unit_hex(ADVERTISEMENT, octets, sizeof octets);
    struct neighbor_message message;
    /* Eight octets of padding follow the ICMPv6 message of 32. */
    assert_true(neighbor_message_decode(octets, 32, &message));
    assert_int_equal(message.type, ICMPV6_NEIGHBOR_ADVERTISEMENT);
    assert_true(message.router && message.solicited && message.override && message.has_mac);
    unit_assert_hex(message.mac, 6, "f8c39e868836");
    struct packet_pool pool;
    packet_pool_init(&pool);
    struct packet *packet = packet_alloc(&pool, NEIGHBOR_MESSAGE_SIZE);
    struct ip_address asker = unit_address(ASKER);
    struct ip_address gateway = unit_address(GATEWAY);
    neighbor_message_append(packet, &gateway, &asker, &message);
    assert_int_equal(packet->length, 32);
    assert_memory_equal(packet->data, octets, 32);
    packet_pool_destroy(&pool);
}

static void what_rfc_4861_discards_is_refused(void **state)
{
    (void)state;
    uint8_t octets[64] = {0};
    size_t length = unit_hex(SOLICITATION, octets, sizeof octets);
    struct neighbor_message message;
    assert_false(neighbor_message_decode(octets, 23, &message));
    assert_true(neighbor_message_decode(octets, 24, &message));
    assert_false(message.has_mac);
    assert_false(neighbor_message_decode(octets, 25, &message));
    assert_false(neighbor_message_decode(octets, 31, &message));
    /* An option of length 0, and one that ends behind the message. */
    octets[25] = 0;
    assert_false(neighbor_message_decode(octets, length, &message));
    octets[25] = 2;
    assert_false(neighbor_message_decode(octets, length, &message));
    /* Unknown options are passed by, and so is the other kind of address. */
    octets[25] = 1;
    octets[24] = 14;
    assert_true(neighbor_message_decode(octets, length, &message));
    assert_false(message.has_mac);
    octets[24] = 2;
    assert_true(neighbor_message_decode(octets, length, &message));
    assert_false(message.has_mac);
    octets[1] = 1;
    assert_false(neighbor_message_decode(octets, length, &message));
    octets[1] = 0;
    octets[8] = 0xff;
    assert_false(neighbor_message_decode(octets, length, &message));
    octets[8] = 0xfe;
    octets[0] = 137;
    assert_false(neighbor_message_decode(octets, length, &message));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recorded_solicitation_decodes_and_encodes),
        cmocka_unit_test(a_recorded_advertisement_decodes_and_encodes),
        cmocka_unit_test(what_rfc_4861_discards_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
