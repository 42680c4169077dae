#include "protocols/inet/reassembly_bench.h"

#include <string.h>

static const struct ip_address one = {6, {0x20, 0x01, 0x0d, 0xb8, [15] = 1}};
static const struct ip_address two = {6, {0x20, 0x01, 0x0d, 0xb8, [15] = 2}};

/* IPv6 waits longer for fragments. */
static int set_up_ipv6(void **state)
{
    int result = set_up(state);
    struct bench *bench = *state;
    bench->config.timeout = 60 * SECOND;
    return result;
}

static struct packet *input(struct bench *bench, instant now, struct packet *fragment)
{
    struct ipv6_header header;
    struct ipv6_walk walk;
    assert_true(ipv6_decode(fragment->data, fragment->length, &header));
    assert_int_equal(ipv6_walk(fragment->data, fragment->length, &walk), IPV6_WALK_FRAGMENT);
    return reassembly_input_ipv6(&bench->reassembly, now, fragment, &header, &walk);
}

/* Octets [offset, offset + length) of a UDP datagram of known payload. */
static struct packet *piece(struct bench *bench, uint32_t identification, size_t offset,
                            size_t length, bool more)
{
    struct packet *packet = packet_alloc(&bench->pool, length + 8);
    uint8_t *p = packet_append(packet, length + 8);
    p[0] = IPV6_NEXT_UDP;
    p[1] = 0;
    p[2] = (uint8_t)(offset >> 8);
    p[3] = (uint8_t)(offset | more);
    for (unsigned i = 0; i < 4; i++)
        p[4 + i] = (uint8_t)(identification >> (24 - 8 * i));
    for (size_t i = 0; i < length; i++)
        p[8 + i] = octet_at(offset + i);
    const struct ipv6_header header = {
        .next_header = IPV6_NEXT_FRAGMENT, .hop_limit = 64, .source = one, .destination = two};
    ipv6_push(packet, &header);
    return packet;
}

static void assert_whole(struct packet *whole, size_t length)
{
    assert_non_null(whole);
    assert_int_equal(whole->length, 40 + length);
    struct ipv6_header header;
    assert_true(ipv6_decode(whole->data, whole->length, &header));
    assert_int_equal(header.payload_length, length);
    assert_int_equal(header.next_header, IPV6_NEXT_UDP);
    for (size_t i = 0; i < length; i++)
        assert_int_equal(whole->data[40 + i], octet_at(i));
    packet_free(whole);
}

static void what_is_cut_is_joined_in_any_order(void **state)
{
    struct bench *bench = *state;
    for (unsigned order = 0; order < 6; order++) {
        /* A hop-by-hop header stays in front of the payload. */
        struct packet *packet = packet_alloc(&bench->pool, 3000);
        uint8_t *p = packet_append(packet, 3000);
        for (size_t i = 0; i < 3000; i++)
            p[i] = octet_at(i);
        (void)unit_hex("1100010400000000", p, 8);
        const struct ipv6_header header = {
            .next_header = IPV6_NEXT_HOP_BY_HOP, .hop_limit = 9, .source = one, .destination = two};
        ipv6_push(packet, &header);
        uint8_t before[3040];
        memcpy(before, packet->data, sizeof before);
        struct packet_queue fragments = {0};
        assert_int_equal(ipv6_fragment(packet, 1280, order, &fragments), STATUS_OK);
        assert_int_equal(fragments.count, 3);
        struct packet *pieces[3];
        for (size_t i = 0; i < 3; i++)
            pieces[i] = packet_queue_pop(&fragments);
        unsigned first = order / 2;
        unsigned second = (first + 1 + order % 2) % 3;
        assert_null(input(bench, 0, pieces[first]));
        assert_null(input(bench, 0, pieces[second]));
        packet = input(bench, 0, pieces[3 - first - second]);
        assert_non_null(packet);
        assert_int_equal(packet->length, sizeof before);
        assert_memory_equal(packet->data, before, sizeof before);
        packet_free(packet);
    }
}

static void only_an_exact_duplicate_is_forgiven(void **state)
{
    struct bench *bench = *state;
    assert_null(input(bench, 0, piece(bench, 1, 0, 800, true)));
    assert_null(input(bench, 0, piece(bench, 1, 0, 800, true)));
    assert_int_equal(drop_log_count(&bench->log, "duplicate-fragment"), 1);
    assert_whole(input(bench, 0, piece(bench, 1, 800, 100, false)), 900);
    /* RFC 5722: the same octets cut otherwise condemn the datagram, all of it and what follows. */
    assert_null(input(bench, 0, piece(bench, 2, 0, 800, true)));
    assert_null(input(bench, 0, piece(bench, 2, 400, 400, true)));
    assert_int_equal(drop_log_count(&bench->log, "fragment-overlap"), 2);
    assert_null(input(bench, 0, piece(bench, 2, 0, 800, true)));
    assert_null(input(bench, 0, piece(bench, 2, 800, 100, false)));
    assert_int_equal(drop_log_count(&bench->log, "fragment-overlap"), 4);
    assert_int_equal(bench->reassembly.completed, 1);
    assert_int_equal(bench->reassembly.failed, 1);
}

static void identifications_of_32_bits_tell_datagrams_apart(void **state)
{
    struct bench *bench = *state;
    assert_null(input(bench, 0, piece(bench, 0x00010005, 0, 800, true)));
    assert_null(input(bench, 0, piece(bench, 0x00020005, 800, 100, false)));
    assert_whole(input(bench, 0, piece(bench, 0x00010005, 800, 50, false)), 850);
    assert_whole(input(bench, 0, piece(bench, 0x00020005, 0, 800, true)), 900);
}

static void a_first_fragment_is_given_back_whole_when_time_is_up(void **state)
{
    struct bench *bench = *state;
    assert_null(input(bench, 7, piece(bench, 1, 0, 800, true)));
    assert_null(input(bench, 8, piece(bench, 2, 800, 8, true)));
    assert_int_equal(reassembly_next_timeout(&bench->reassembly), 7 + 60 * SECOND);
    reassembly_handle_timeout(&bench->reassembly, 8 + 60 * SECOND);
    assert_int_equal(drop_log_count(&bench->log, "reassembly-timeout"), 2);
    struct packet *first = reassembly_poll_expired(&bench->reassembly);
    assert_non_null(first);
    assert_int_equal(first->length, 848);
    assert_int_equal(first->data[6], IPV6_NEXT_FRAGMENT);
    packet_free(first);
    assert_null(reassembly_poll_expired(&bench->reassembly));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_ipv6, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_cut_is_joined_in_any_order),
        TEST(only_an_exact_duplicate_is_forgiven),
        TEST(identifications_of_32_bits_tell_datagrams_apart),
        TEST(a_first_fragment_is_given_back_whole_when_time_is_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
