#include "ipsec/ah.h"

#include "base/checksum.h"
#include "base/wire.h"
#include "support/ipsec_bench.h"
#include "support/unit.h"

#include <string.h>

#define LONGEST 256

static void open_bench(struct ipsec_sa_bench *bench, enum hash_algorithm hash)
{
    const struct security_association_config config =
        ipsec_bench_sa(IPSEC_AH, 0x1000, CIPHER_NULL, hash);
    ipsec_sa_bench_init(bench, &config);
}

static void mend_checksum(struct packet *packet)
{
    if (packet->data[0] >> 4 != 4)
        return;
    wire_store_u16(packet->data + 10, 0);
    wire_store_u16(packet->data + 10, checksum(packet->data, (packet->data[0] & 0x0fU) * 4));
}

static struct packet *from_hex(struct ipsec_sa_bench *bench, const char *hex,
                               struct ipsec_datagram *datagram)
{
    uint8_t octets[LONGEST];
    struct packet *packet = packet_from(&bench->pool, octets, unit_hex(hex, octets, LONGEST));
    assert_true(ipsec_datagram_decode(packet, datagram));
    return packet;
}

/* What the datagram at @p sent becomes on its way; @p change says how. */
static enum ipsec_result travel(const char *sent, enum hash_algorithm hash,
                                void (*change)(uint8_t *octets))
{
    struct ipsec_sa_bench bench;
    struct ipsec_datagram datagram;
    open_bench(&bench, hash);
    struct packet *packet = from_hex(&bench, sent, &datagram);
    uint8_t original[LONGEST];
    const size_t length = packet->length;
    mend_checksum(packet);
    memcpy(original, packet->data, length);
    assert_int_equal(ah_protect(&bench.outbound, packet, &datagram), IPSEC_OK);
    assert_int_equal(packet->length,
                     length + ah_overhead(&bench.outbound, datagram.source.version));
    if (change)
        change(packet->data);
    mend_checksum(packet);
    assert_true(ipsec_datagram_decode(packet, &datagram));
    assert_int_equal(datagram.protocol, IPSEC_NEXT_AH);
    const enum ipsec_result result = ah_open(&bench.inbound, &bench.steps, packet, &datagram);
    if (result == IPSEC_OK && !change) {
        assert_int_equal(packet->length, length);
        assert_memory_equal(packet->data, original, length);
    }
    assert_int_equal(bench.steps.authenticated, result == IPSEC_OK);
    packet_free(packet);
    ipsec_sa_bench_destroy(&bench);
    return result;
}

#define PLAIN "4500001c 00014000 40114b79 0a000001 0a000002 00010002 00080000"

static void change_mutable(uint8_t *octets)
{
    octets[1] = 0x10;  /* TOS */
    octets[6] &= 0xbf; /* Don't Fragment */
    octets[8] = 3;     /* TTL */
}

static void change_source(uint8_t *octets)
{
    octets[15] ^= 1;
}

static void change_identification(uint8_t *octets)
{
    octets[4] ^= 1;
}

static void change_payload(uint8_t *octets)
{
    octets[20 + 24] ^= 1;
}

static void change_next_header(uint8_t *octets)
{
    octets[20] ^= 1;
}

static void change_reserved(uint8_t *octets)
{
    octets[22] ^= 1;
}

static void routers_may_change_what_they_change_and_nothing_else(void **state)
{
    (void)state;
    assert_int_equal(travel(PLAIN, HASH_SHA1, NULL), IPSEC_OK);
    assert_int_equal(travel(PLAIN, HASH_MD5, NULL), IPSEC_OK);
    assert_int_equal(travel(PLAIN, HASH_SHA256, NULL), IPSEC_OK);
    assert_int_equal(travel(PLAIN, HASH_SHA1, change_mutable), IPSEC_OK);
    assert_int_equal(travel(PLAIN, HASH_SHA1, change_source), IPSEC_BAD_INTEGRITY);
    assert_int_equal(travel(PLAIN, HASH_SHA1, change_identification), IPSEC_BAD_INTEGRITY);
    assert_int_equal(travel(PLAIN, HASH_SHA1, change_payload), IPSEC_BAD_INTEGRITY);
    assert_int_equal(travel(PLAIN, HASH_SHA1, change_next_header), IPSEC_BAD_INTEGRITY);
    assert_int_equal(travel(PLAIN, HASH_SHA1, change_reserved), IPSEC_BAD_INTEGRITY);
}

static void change_record_route(uint8_t *octets)
{
    octets[22] = 8;
    octets[26] = 77;
}

static void change_router_alert(uint8_t *octets)
{
    octets[30] ^= 1;
}

static void options_count_as_appendix_a_says(void **state)
{
    (void)state;
    /* Record Route, Router Alert, NOP, Timestamp */
    static const char options[] = "4a000030 00014000 40110000 0a000001 0a000002"
                                  "07070400000000 94040000 01 44080500 00000000"
                                  "00010002 00080000";
    assert_int_equal(travel(options, HASH_SHA1, NULL), IPSEC_OK);
    assert_int_equal(travel(options, HASH_SHA1, change_record_route), IPSEC_OK);
    assert_int_equal(travel(options, HASH_SHA1, change_router_alert), IPSEC_BAD_INTEGRITY);
}

/* As a router of the source route does: it puts its own address where the next one was. */
static void follow_source_route(uint8_t *octets)
{
    memcpy(octets + 16, octets + 23, 4);
    memcpy(octets + 23, (const uint8_t[]){10, 0, 0, 9}, 4);
    octets[22] = 8;
}

static void a_source_route_is_predicted(void **state)
{
    (void)state;
    static const char route[] = "47000024 00014000 40110000 0a000001 0a000009"
                                "830704 0a000002 00 00010002 00080000";
    assert_int_equal(travel(route, HASH_SHA1, follow_source_route), IPSEC_OK);
}

static void malformed_options_are_refused_and_leave_the_packet_as_it_was(void **state)
{
    (void)state;
    static const char *const malformed[] = {
        "46000020 00014000 40110000 0a000001 0a000002 07050400 00010002 00080000",
        "46000020 00014000 40110000 0a000001 0a000002 07010400 00010002 00080000",
        "46000020 00014000 40110000 0a000001 0a000002 01010107 00010002 00080000",
    };
    for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++) {
        struct ipsec_sa_bench bench;
        struct ipsec_datagram datagram;
        uint8_t original[LONGEST];
        open_bench(&bench, HASH_SHA1);
        struct packet *packet = from_hex(&bench, malformed[i], &datagram);
        mend_checksum(packet);
        memcpy(original, packet->data, packet->length);
        assert_int_equal(ah_protect(&bench.outbound, packet, &datagram), IPSEC_MALFORMED);
        assert_int_equal(packet->length, 32);
        assert_memory_equal(packet->data, original, 32);
        assert_int_equal(datagram.protocol, IPSEC_NEXT_UDP);
        assert_int_equal(bench.outbound.sequence, 0);
        packet_free(packet);
        ipsec_sa_bench_destroy(&bench);
    }
}

#define IPV6_ADDRESSES                                                                             \
    "20010db8000000000000000000000001"                                                             \
    "20010db8000000000000000000000002"
#define IPV6_UDP "0001000200080000"

static void change_ipv6_mutable(uint8_t *octets)
{
    octets[0] |= 0x0a; /* Traffic Class */
    octets[2] = 0x55;  /* Flow Label */
    octets[7] = 1;     /* Hop Limit */
}

static void ipv6_counts_as_the_rfc_says(void **state)
{
    (void)state;
    static const char plain[] = "60000000 0008 11 40" IPV6_ADDRESSES IPV6_UDP;
    assert_int_equal(travel(plain, HASH_SHA1, NULL), IPSEC_OK);
    assert_int_equal(travel(plain, HASH_SHA256, NULL), IPSEC_OK); /* padded to 32 octets */
    assert_int_equal(travel(plain, HASH_SHA1, change_ipv6_mutable), IPSEC_OK);
    assert_int_equal(travel(plain, HASH_SHA1, change_source), IPSEC_BAD_INTEGRITY);
}

/* Hop-by-hop options: one of type 3e, which may change, one of type 1e, which may not, Pad1. */
#define HOP_BY_HOP "2b01 3e04aabbccdd 1e04aabbccdd 0000"
/* A routing header of type 0 with two addresses. */
#define ROUTING                                                                                    \
    "11040002 00000000"                                                                            \
    "20010db8000000000000000000000003"                                                             \
    "20010db8000000000000000000000004"

static void change_mutable_option(uint8_t *octets)
{
    octets[45] ^= 0xff;
}

static void change_immutable_option(uint8_t *octets)
{
    octets[51] ^= 0xff;
}

static void swap_address(uint8_t *octets, size_t at)
{
    uint8_t swapped[16];
    memcpy(swapped, octets + at, 16);
    memcpy(octets + at, octets + 24, 16);
    memcpy(octets + 24, swapped, 16);
}

/* As both of the routers named in it do (RFC 2460 section 4.4). */
static void follow_routing_header(uint8_t *octets)
{
    swap_address(octets, 40 + 16 + 8);
    swap_address(octets, 40 + 16 + 24);
    octets[40 + 16 + 3] = 0;
}

static void ipv6_extension_headers_count_as_the_rfc_says(void **state)
{
    (void)state;
    static const char extended[] = "60000000 0040 00 40" IPV6_ADDRESSES HOP_BY_HOP ROUTING IPV6_UDP;
    assert_int_equal(travel(extended, HASH_SHA1, NULL), IPSEC_OK);
    assert_int_equal(travel(extended, HASH_SHA1, change_mutable_option), IPSEC_OK);
    assert_int_equal(travel(extended, HASH_SHA1, change_immutable_option), IPSEC_BAD_INTEGRITY);
    assert_int_equal(travel(extended, HASH_SHA1, follow_routing_header), IPSEC_OK);
}

static void a_header_of_another_length_is_refused(void **state)
{
    (void)state;
    struct ipsec_sa_bench bench;
    struct ipsec_datagram datagram;
    for (unsigned length = 0; length < 256; length++) {
        open_bench(&bench, HASH_SHA1);
        struct packet *packet = from_hex(&bench, PLAIN, &datagram);
        ah_protect(&bench.outbound, packet, &datagram);
        packet->data[21] = (uint8_t)length;
        assert_int_equal(ah_open(&bench.inbound, &bench.steps, packet, &datagram),
                         length == 4 ? IPSEC_OK : IPSEC_MALFORMED);
        packet_free(packet);
        ipsec_sa_bench_destroy(&bench);
    }
}

static void a_packet_cut_anywhere_is_refused(void **state)
{
    (void)state;
    for (size_t left = 20; left < 20 + 24 + 8; left++) {
        struct ipsec_sa_bench bench;
        struct ipsec_datagram datagram;
        open_bench(&bench, HASH_SHA1);
        struct packet *packet = from_hex(&bench, PLAIN, &datagram);
        ah_protect(&bench.outbound, packet, &datagram);
        packet_trim(packet, left);
        wire_store_u16(packet->data + 2, (uint16_t)left);
        assert_true(ipsec_datagram_decode(packet, &datagram));
        const enum ipsec_result result = ah_open(&bench.inbound, &bench.steps, packet, &datagram);
        assert_int_equal(result, left < 44 ? IPSEC_MALFORMED : IPSEC_BAD_INTEGRITY);
        packet_free(packet);
        ipsec_sa_bench_destroy(&bench);
    }
}

static void a_sequence_number_is_taken_once(void **state)
{
    (void)state;
    struct ipsec_sa_bench bench;
    struct ipsec_datagram datagram;
    open_bench(&bench, HASH_SHA1);
    struct packet *packet = from_hex(&bench, PLAIN, &datagram);
    ah_protect(&bench.outbound, packet, &datagram);
    struct packet *again = packet_clone(packet);
    struct ipsec_datagram datagram_again = datagram;
    assert_int_equal(ah_open(&bench.inbound, &bench.steps, packet, &datagram), IPSEC_OK);
    assert_int_equal(ah_open(&bench.inbound, &bench.steps, again, &datagram_again), IPSEC_REPLAYED);
    bench.outbound.sequence = UINT32_MAX;
    assert_int_equal(ah_protect(&bench.outbound, packet, &datagram), IPSEC_SEQUENCE_EXHAUSTED);
    packet_free(packet);
    packet_free(again);
    ipsec_sa_bench_destroy(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(routers_may_change_what_they_change_and_nothing_else),
        cmocka_unit_test(options_count_as_appendix_a_says),
        cmocka_unit_test(a_source_route_is_predicted),
        cmocka_unit_test(malformed_options_are_refused_and_leave_the_packet_as_it_was),
        cmocka_unit_test(ipv6_counts_as_the_rfc_says),
        cmocka_unit_test(ipv6_extension_headers_count_as_the_rfc_says),
        cmocka_unit_test(a_header_of_another_length_is_refused),
        cmocka_unit_test(a_packet_cut_anywhere_is_refused),
        cmocka_unit_test(a_sequence_number_is_taken_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
