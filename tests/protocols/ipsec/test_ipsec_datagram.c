#include "ipsec/ipsec_datagram.h"

#include "support/unit.h"

#include <string.h>

#define LONGEST 256

#define IPV6_ADDRESSES                                                                             \
    "20010db8000000000000000000000001"                                                             \
    "20010db8000000000000000000000002"
#define UDP "0001000200080000"

static const struct {
    const char *octets;
    uint16_t header_length;
    uint16_t protocol_at;
    uint8_t protocol;
    bool dont_fragment, fragment, first;
} datagrams[] = {
    {"45b8001c 00014000 40110000 0a000001 0a000002" UDP, 20, 9, 17, true, false, true},
    {"46b80020 00010000 40110000 0a000001 0a000002 01010101" UDP, 24, 9, 17, false, false, true},
    {"45b8001c 00012000 40110000 0a000001 0a000002" UDP, 20, 9, 17, false, true, true},
    {"45b8001c 00010001 40110000 0a000001 0a000002" UDP, 20, 9, 17, false, true, false},
    {"6b800000 0008 11 40" IPV6_ADDRESSES UDP, 40, 6, 17, true, false, true},
    /* hop-by-hop options */
    {"6b800000 0010 00 40" IPV6_ADDRESSES "1100010400000000" UDP, 48, 40, 17, true, false, true},
    /* destination options are the destination's, and no header to stand behind ... */
    {"6b800000 0010 3c 40" IPV6_ADDRESSES "1100010400000000" UDP, 40, 6, 60, true, false, true},
    /* ... unless a route follows, or ESP has been put behind them */
    {"6b800000 0018 3c 40" IPV6_ADDRESSES "2b00010400000000"
     "1100040000000000" UDP,
     56, 48, 17, true, false, true},
    {"6b800000 0010 3c 40" IPV6_ADDRESSES "3200010400000000" UDP, 48, 40, 50, true, false, true},
    {"6b800000 0010 3c 40" IPV6_ADDRESSES "3300010400000000" UDP, 48, 40, 51, true, false, true},
    /* fragments: the first, a later one, and one that is whole */
    {"6b800000 0010 2c 40" IPV6_ADDRESSES "1100000100000007" UDP, 48, 40, 17, true, true, true},
    {"6b800000 0010 2c 40" IPV6_ADDRESSES "1100000800000007" UDP, 48, 40, 17, true, true, false},
    {"6b800000 0010 2c 40" IPV6_ADDRESSES "1100000000000007" UDP, 48, 40, 17, true, false, true},
};

#define DATAGRAMS (sizeof datagrams / sizeof datagrams[0])

static void headers_are_read_as_far_as_routers_read_them(void **state)
{
    (void)state;
    struct packet_pool pool;
    packet_pool_init(&pool);
    for (size_t i = 0; i < DATAGRAMS; i++) {
        uint8_t octets[LONGEST];
        struct ipsec_datagram datagram;
        const size_t length = unit_hex(datagrams[i].octets, octets, sizeof octets);
        struct packet *packet = packet_from(&pool, octets, length + 5); /* and padding */
        assert_true(ipsec_datagram_decode(packet, &datagram));
        assert_int_equal(packet->length, length);
        assert_int_equal(datagram.header_length, datagrams[i].header_length);
        assert_int_equal(datagram.protocol_at, datagrams[i].protocol_at);
        assert_int_equal(datagram.protocol, datagrams[i].protocol);
        assert_int_equal(datagram.dont_fragment, datagrams[i].dont_fragment);
        assert_int_equal(datagram.fragment, datagrams[i].fragment);
        assert_int_equal(datagram.first, datagrams[i].first);
        assert_int_equal(datagram.tos, 0xb8);
        assert_int_equal(datagram.ttl, 0x40);
        packet_free(packet);
    }
    packet_pool_destroy(&pool);
}

static void no_datagram_is_read_that_is_cut(void **state)
{
    (void)state;
    struct packet_pool pool;
    packet_pool_init(&pool);
    for (size_t i = 0; i < DATAGRAMS; i++) {
        uint8_t octets[LONGEST];
        const size_t length = unit_hex(datagrams[i].octets, octets, sizeof octets);
        for (size_t left = 0; left < length; left++) {
            struct ipsec_datagram datagram;
            struct packet *packet = packet_from(&pool, octets, left);
            assert_false(ipsec_datagram_decode(packet, &datagram));
            /* A quotation may end anywhere behind the header. */
            if (left >= datagrams[i].header_length + 8U)
                assert_true(ipsec_datagram_decode_quoted(octets, left, &datagram));
            packet_free(packet);
        }
    }
    packet_pool_destroy(&pool);
}

static void what_is_no_datagram_is_refused(void **state)
{
    (void)state;
    static const char *const refused[] = {
        "55b8001c 00014000 40110000 0a000001 0a000002" UDP,      /* version 5 */
        "44b8001c 00014000 40110000 0a000001 0a000002" UDP,      /* a header of 16 octets */
        "45b80013 00014000 40110000 0a000001 0a000002" UDP,      /* shorter than its header */
        "6b800000 0008 00 40" IPV6_ADDRESSES "1101010400000000", /* options beyond the end */
        "6b800000 0004 2c 40" IPV6_ADDRESSES "11000000",
    };
    struct packet_pool pool;
    packet_pool_init(&pool);
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        uint8_t octets[LONGEST];
        struct ipsec_datagram datagram;
        const size_t length = unit_hex(refused[i], octets, sizeof octets);
        struct packet *packet = packet_from(&pool, octets, length);
        assert_false(ipsec_datagram_decode(packet, &datagram));
        packet_free(packet);
    }
    /* A chain of headers longer than any that makes sense. */
    struct packet *packet = packet_alloc(&pool, 40 + 8 * 70);
    uint8_t *octets = packet_append(packet, 40 + 8 * 70);
    memset(octets, 0, packet->length);
    octets[0] = 0x60;
    octets[4] = (8 * 70) >> 8;
    octets[5] = (8 * 70) & 0xff;
    struct ipsec_datagram datagram;
    assert_false(ipsec_datagram_decode(packet, &datagram));
    packet_free(packet);
    packet_pool_destroy(&pool);
}

static void only_the_tos_of_a_header_is_changed(void **state)
{
    (void)state;
    static const char *const headers[][2] = {
        {"45000014 00000000 4011 663a 0a000001 0a010002",
         "45bb0014 00000000 4011 657f 0a000001 0a010002"},
        {"6a0fffff 00001140 00000000000000000000000000000001 00000000000000000000000000000002",
         "6bbfffff 00001140 00000000000000000000000000000001 00000000000000000000000000000002"},
    };
    struct packet_pool pool;
    packet_pool_init(&pool);
    for (size_t i = 0; i < 2; i++) {
        uint8_t octets[64];
        struct ipsec_datagram datagram;
        const size_t length = unit_hex(headers[i][0], octets, sizeof octets);
        struct packet *packet = packet_from(&pool, octets, length);
        assert_true(ipsec_datagram_decode(packet, &datagram));
        ipsec_datagram_set_tos(packet, &datagram, 0xbb);
        assert_int_equal(datagram.tos, 0xbb);
        unit_assert_hex(packet->data, length, headers[i][1]);
        packet_free(packet);
    }
    packet_pool_destroy(&pool);
}

static void sixty_five_thousand_octets_fit_and_no_more(void **state)
{
    (void)state;
    assert_true(ipsec_datagram_fits(4, 65535));
    assert_false(ipsec_datagram_fits(4, 65536));
    assert_true(ipsec_datagram_fits(6, 65575));
    assert_false(ipsec_datagram_fits(6, 65576));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_are_read_as_far_as_routers_read_them),
        cmocka_unit_test(no_datagram_is_read_that_is_cut),
        cmocka_unit_test(what_is_no_datagram_is_refused),
        cmocka_unit_test(only_the_tos_of_a_header_is_changed),
        cmocka_unit_test(sixty_five_thousand_octets_fit_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
