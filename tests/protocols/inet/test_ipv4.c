#include "inet/ipv4.h"
#include "support/unit.h"

/* A ping of Windows XP, recorded. */
#define PING                                                                                       \
    "4500003c 206e0000 8001ae2b ac100a02 ac100a05 08000a5c 03004000 6162636465666768"              \
    "696a6b6c6d6e6f70 7172737475767761 6263646566676869"
/* The header of a TCP segment with Don't Fragment, recorded. */
#define DF_HEADER "4500002c1f2b40004001c37aac140002ac140001"

static void a_recorded_datagram_decodes(void **state)
{
    (void)state;
    uint8_t octets[128];
    size_t length = unit_hex(PING, octets, sizeof octets);
    struct ipv4_header header;
    assert_int_equal(ipv4_decode(octets, length, &header), IPV4_OK);
    assert_int_equal(header.header_length, 20);
    assert_int_equal(header.tos, 0);
    assert_int_equal(header.total_length, 60);
    assert_int_equal(header.identification, 0x206e);
    assert_false(header.dont_fragment);
    assert_false(header.more_fragments);
    assert_int_equal(header.fragment_offset, 0);
    assert_int_equal(header.ttl, 128);
    assert_int_equal(header.protocol, IPV4_PROTOCOL_ICMP);
    assert_int_equal(header.checksum, 0xae2b);
    assert_int_equal(header.source, 0xac100a02);
    assert_int_equal(header.destination, 0xac100a05);
}

static void a_header_is_written_as_recorded(void **state)
{
    (void)state;
    struct packet_pool pool;
    packet_pool_init(&pool);
    uint8_t octets[128];
    size_t length = unit_hex(PING, octets, sizeof octets);
    struct ipv4_header header;
    assert_int_equal(ipv4_decode(octets, length, &header), IPV4_OK);
    struct packet *packet = packet_from(&pool, octets + 20, length - 20);
    ipv4_push(packet, &header);
    unit_assert_hex(packet->data, packet->length, PING);
    packet_pool_destroy(&pool);
}

static void every_flag_and_offset_survives(void **state)
{
    (void)state;
    struct packet_pool pool;
    packet_pool_init(&pool);
    for (unsigned bits = 0; bits < 4; bits++) {
        const struct ipv4_header header = {.tos = 0xb8,
                                           .identification = 0xfffe,
                                           .dont_fragment = bits & 1,
                                           .more_fragments = bits & 2,
                                           .fragment_offset = 65528,
                                           .ttl = 1,
                                           .protocol = 47,
                                           .source = 1,
                                           .destination = 0xfffffffe};
        struct packet *packet = packet_from(&pool, "ab", 2);
        ipv4_push(packet, &header);
        struct ipv4_header again;
        assert_int_equal(ipv4_decode(packet->data, packet->length, &again), IPV4_OK);
        assert_int_equal(again.dont_fragment, bits & 1);
        assert_int_equal(again.more_fragments, bits >> 1);
        assert_int_equal(again.fragment_offset, 65528);
        assert_int_equal(again.total_length, 22);
        assert_int_equal(again.tos, 0xb8);
        assert_int_equal(again.identification, 0xfffe);
        assert_int_equal(again.source, 1);
        assert_int_equal(again.destination, 0xfffffffe);
        packet_free(packet);
    }
    packet_pool_destroy(&pool);
}

static void damaged_headers_are_refused(void **state)
{
    (void)state;
    uint8_t octets[128];
    size_t length = unit_hex(PING, octets, sizeof octets);
    struct ipv4_header header;
    /* One flipped bit anywhere in the header is noticed. */
    for (size_t bit = 0; bit < 160; bit++) {
        octets[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
        assert_int_not_equal(ipv4_decode(octets, length, &header), IPV4_OK);
        octets[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
    }
    octets[8]++;
    assert_int_equal(ipv4_decode(octets, length, &header), IPV4_BAD_CHECKSUM);
    octets[8]--;
    assert_int_equal(ipv4_decode(octets, 19, &header), IPV4_MALFORMED);
    assert_int_equal(ipv4_decode(octets, 59, &header), IPV4_MALFORMED);
    octets[0] = 0x65;
    assert_int_equal(ipv4_decode(octets, length, &header), IPV4_MALFORMED);
    octets[0] = 0x44;
    assert_int_equal(ipv4_decode(octets, length, &header), IPV4_MALFORMED);
    octets[0] = 0x45;
    octets[3] = 19;
    assert_int_equal(ipv4_decode(octets, length, &header), IPV4_MALFORMED);
    /* A header of 60 octets of which 59 have come. */
    uint8_t options[60] = {0x4f, 0, 0, 60};
    assert_int_equal(ipv4_decode(options, 59, &header), IPV4_MALFORMED);
}

static void padding_behind_the_datagram_is_no_error(void **state)
{
    (void)state;
    uint8_t octets[128] = {0};
    size_t length = unit_hex(PING, octets, sizeof octets);
    struct ipv4_header header;
    assert_int_equal(ipv4_decode(octets, length + 6, &header), IPV4_OK);
    assert_int_equal(header.total_length, 60);
}

static void the_time_to_live_goes_down_and_the_checksum_stays_right(void **state)
{
    (void)state;
    struct packet_pool pool;
    packet_pool_init(&pool);
    /* All checksums are met on the way, 0x0000 and 0xffff among them (RFC 1624 section 3). */
    for (unsigned id = 0; id <= 0xffff; id++) {
        struct packet *packet = packet_alloc(&pool, 0);
        const struct ipv4_header header = {
            .identification = (uint16_t)id, .ttl = 2, .protocol = 17, .source = 0x0a000001};
        ipv4_push(packet, &header);
        ipv4_decrement_ttl(packet->data);
        assert_int_equal(packet->data[8], 1);
        struct ipv4_header again;
        assert_int_equal(ipv4_decode(packet->data, packet->length, &again), IPV4_OK);
        packet_free(packet);
    }
    packet_pool_destroy(&pool);
}

static void a_quoted_header_may_be_cut_off(void **state)
{
    (void)state;
    uint8_t octets[128];
    (void)unit_hex(DF_HEADER, octets, sizeof octets);
    octets[10] ^= 0xff;
    struct ipv4_header header;
    assert_true(ipv4_decode_quoted(octets, 20, &header));
    assert_true(header.dont_fragment);
    assert_int_equal(header.total_length, 44);
    assert_false(ipv4_decode_quoted(octets, 19, &header));
    octets[0] = 0x46;
    assert_false(ipv4_decode_quoted(octets, 20, &header));
}

static struct packet *numbered(struct packet_pool *pool, size_t length)
{
    struct packet *packet = packet_alloc(pool, length);
    uint8_t *p = packet_append(packet, length);
    for (size_t i = 0; i < length; i++)
        p[i] = (uint8_t)(i ^ i >> 8);
    return packet;
}

static void a_datagram_is_cut_at_multiples_of_eight(void **state)
{
    (void)state;
    struct packet_pool pool;
    packet_pool_init(&pool);
    struct packet *packet = numbered(&pool, 50);
    packet->checksum_known = true;
    struct ipv4_header header = {
        .identification = 0x1234, .ttl = 9, .protocol = 47, .source = 1, .destination = 2};
    ipv4_push(packet, &header);
    assert_int_equal(ipv4_decode(packet->data, packet->length, &header), IPV4_OK);
    struct packet_queue fragments = {0};
    assert_int_equal(ipv4_fragment(packet, &header, 45, &fragments), STATUS_OK);
    assert_int_equal(fragments.count, 3);
    const size_t offsets[] = {0, 24, 48};
    const size_t lengths[] = {24, 24, 2};
    for (int i = 0; i < 3; i++) {
        struct packet *fragment = packet_queue_pop(&fragments);
        assert_int_equal(ipv4_decode(fragment->data, fragment->length, &header), IPV4_OK);
        assert_int_equal(header.total_length, fragment->length);
        assert_int_equal(fragment->length, 20 + lengths[i]);
        assert_int_equal(header.fragment_offset, offsets[i]);
        assert_int_equal(header.more_fragments, i < 2);
        assert_int_equal(header.identification, 0x1234);
        assert_int_equal(header.ttl, 9);
        assert_int_equal(fragment->data[20], (uint8_t)offsets[i]);
        assert_false(fragment->checksum_known);
        packet_free(fragment);
    }
    packet_pool_destroy(&pool);
}

static void a_fragment_can_be_cut_again(void **state)
{
    (void)state;
    struct packet_pool pool;
    packet_pool_init(&pool);
    struct packet *packet = numbered(&pool, 32);
    struct ipv4_header header = {
        .more_fragments = true, .fragment_offset = 800, .ttl = 9, .protocol = 47};
    ipv4_push(packet, &header);
    assert_int_equal(ipv4_decode(packet->data, packet->length, &header), IPV4_OK);
    struct packet_queue fragments = {0};
    assert_int_equal(ipv4_fragment(packet, &header, 44, &fragments), STATUS_OK);
    assert_int_equal(fragments.count, 2);
    assert_int_equal(ipv4_decode(fragments.head->data, fragments.head->length, &header), IPV4_OK);
    assert_int_equal(header.fragment_offset, 800);
    assert_true(header.more_fragments);
    assert_int_equal(ipv4_decode(fragments.tail->data, fragments.tail->length, &header), IPV4_OK);
    assert_int_equal(header.fragment_offset, 824);
    assert_true(header.more_fragments);
    packet_queue_clear(&fragments);
    packet_pool_destroy(&pool);
}

static void only_copied_options_are_repeated(void **state)
{
    (void)state;
    struct packet_pool pool;
    packet_pool_init(&pool);
    /* NOP, record route (not copied, 7 octets), router alert (copied, 4), strict route (copied, 7),
     * end. */
    uint8_t octets[128];
    size_t length = unit_hex("4a000000 00010000 402f0000 01010101 02020202"
                             "01 07070400000000 94040000 89070401010101 00",
                             octets, sizeof octets);
    struct packet *packet = packet_from(&pool, octets, length);
    uint8_t *tail = packet_append(packet, 32);
    for (uint8_t i = 0; i < 32; i++)
        tail[i] = i;
    packet->data[3] = (uint8_t)packet->length;
    uint16_t sum = checksum(packet->data, 40);
    packet->data[10] = (uint8_t)(sum >> 8);
    packet->data[11] = (uint8_t)sum;
    struct ipv4_header header;
    assert_int_equal(ipv4_decode(packet->data, packet->length, &header), IPV4_OK);
    struct packet_queue fragments = {0};
    assert_int_equal(ipv4_fragment(packet, &header, 64, &fragments), STATUS_OK);
    assert_int_equal(fragments.count, 2);
    assert_int_equal(fragments.head->length, 64);
    unit_assert_hex(fragments.head->data + 20, 20, "01 07070400000000 94040000 89070401010101 00");
    struct packet *second = fragments.tail;
    assert_int_equal(ipv4_decode(second->data, second->length, &header), IPV4_OK);
    assert_int_equal(header.header_length, 32);
    assert_int_equal(header.fragment_offset, 24);
    unit_assert_hex(second->data + 20, second->length - 20,
                    "94040000 89070401010101 00 18191a1b1c1d1e1f");
    packet_queue_clear(&fragments);
    packet_pool_destroy(&pool);
}

static void without_room_for_eight_octets_nothing_is_cut(void **state)
{
    (void)state;
    struct packet_pool pool;
    packet_pool_init(&pool);
    struct packet *packet = numbered(&pool, 100);
    struct ipv4_header header = {.ttl = 9, .protocol = 47};
    ipv4_push(packet, &header);
    assert_int_equal(ipv4_decode(packet->data, packet->length, &header), IPV4_OK);
    struct packet_queue fragments = {0};
    assert_int_equal(ipv4_fragment(packet, &header, 27, &fragments), STATUS_INVALID);
    /* An exhausted pool leaves the datagram as it was. */
    pool.limit = 3;
    assert_int_equal(ipv4_fragment(packet, &header, 28, &fragments), STATUS_NO_MEMORY);
    assert_int_equal(fragments.count, 0);
    assert_int_equal(pool.in_use, 1);
    assert_int_equal(ipv4_decode(packet->data, packet->length, &header), IPV4_OK);
    assert_int_equal(header.total_length, 120);
    packet_free(packet);
    packet_pool_destroy(&pool);
}

static void a_fragment_past_the_longest_datagram_is_not_cut(void **state)
{
    (void)state;
    struct packet_pool pool;
    packet_pool_init(&pool);
    struct packet *packet = numbered(&pool, 100);
    struct ipv4_header header = {.fragment_offset = 65440, .ttl = 9, .protocol = 47};
    ipv4_push(packet, &header);
    assert_int_equal(ipv4_decode(packet->data, packet->length, &header), IPV4_OK);
    struct packet_queue fragments = {0};
    assert_int_equal(ipv4_fragment(packet, &header, 68, &fragments), STATUS_INVALID);
    header.fragment_offset = 65432;
    assert_int_equal(ipv4_fragment(packet, &header, 68, &fragments), STATUS_OK);
    assert_int_equal(fragments.count, 3);
    packet_queue_clear(&fragments);
    packet_pool_destroy(&pool);
}

static void payloads_have_names(void **state)
{
    (void)state;
    assert_string_equal(ipv4_protocol_name(1), "icmp");
    assert_string_equal(ipv4_protocol_name(6), "tcp");
    assert_string_equal(ipv4_protocol_name(17), "udp");
    assert_string_equal(ipv4_protocol_name(47), "gre");
    assert_string_equal(ipv4_protocol_name(50), "esp");
    assert_string_equal(ipv4_protocol_name(51), "ah");
    assert_string_equal(ipv4_protocol_name(99), "ipv4");
    assert_true(ipv4_is_martian_source(0x7f000001));
    assert_true(ipv4_is_martian_source(0xe0000005));
    assert_true(ipv4_is_martian_source(IPV4_BROADCAST));
    assert_false(ipv4_is_martian_source(0x0a000001));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recorded_datagram_decodes),
        cmocka_unit_test(a_header_is_written_as_recorded),
        cmocka_unit_test(every_flag_and_offset_survives),
        cmocka_unit_test(damaged_headers_are_refused),
        cmocka_unit_test(padding_behind_the_datagram_is_no_error),
        cmocka_unit_test(the_time_to_live_goes_down_and_the_checksum_stays_right),
        cmocka_unit_test(a_quoted_header_may_be_cut_off),
        cmocka_unit_test(a_datagram_is_cut_at_multiples_of_eight),
        cmocka_unit_test(a_fragment_can_be_cut_again),
        cmocka_unit_test(only_copied_options_are_repeated),
        cmocka_unit_test(without_room_for_eight_octets_nothing_is_cut),
        cmocka_unit_test(a_fragment_past_the_longest_datagram_is_not_cut),
        cmocka_unit_test(payloads_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
