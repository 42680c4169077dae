#include "base/entropy.h"
#include "protocols/inet/reassembly_bench.h"

/* A datagram of protocol @protocol with @length octets of a known payload. */
static struct packet *datagram(struct bench *bench, uint8_t protocol, uint16_t identification,
                               size_t length)
{
    struct packet *packet = packet_alloc(&bench->pool, length);
    uint8_t *p = packet_append(packet, length);
    for (size_t i = 0; i < length; i++)
        p[i] = octet_at(i);
    const struct ipv4_header header = {.identification = identification,
                                       .ttl = 64,
                                       .protocol = protocol,
                                       .source = 0x0a000001,
                                       .destination = 0x0a000002};
    ipv4_push(packet, &header);
    return packet;
}

/* A fragment of such a datagram: octets [offset, offset + length). */
static struct packet *piece(struct bench *bench, uint8_t protocol, uint16_t identification,
                            size_t offset, size_t length, bool more)
{
    struct packet *packet = packet_alloc(&bench->pool, length);
    uint8_t *p = packet_append(packet, length);
    for (size_t i = 0; i < length; i++)
        p[i] = octet_at(offset + i);
    const struct ipv4_header header = {.identification = identification,
                                       .ttl = 64,
                                       .protocol = protocol,
                                       .more_fragments = more,
                                       .fragment_offset = (uint16_t)offset,
                                       .source = 0x0a000001,
                                       .destination = 0x0a000002};
    ipv4_push(packet, &header);
    return packet;
}

static struct packet *input(struct bench *bench, instant now, struct packet *fragment)
{
    struct ipv4_header header;
    assert_int_equal(ipv4_decode(fragment->data, fragment->length, &header), IPV4_OK);
    return reassembly_input(&bench->reassembly, now, fragment, &header);
}

/* Asserts that @whole is the known datagram of @length octets of payload, and frees it. */
static void assert_whole(struct packet *whole, size_t length)
{
    assert_non_null(whole);
    struct ipv4_header header;
    assert_int_equal(ipv4_decode(whole->data, whole->length, &header), IPV4_OK);
    assert_int_equal(header.total_length, 20 + length);
    assert_int_equal(whole->length, 20 + length);
    assert_false(header.more_fragments);
    assert_int_equal(header.fragment_offset, 0);
    for (size_t i = 0; i < length; i++)
        assert_int_equal(whole->data[20 + i], octet_at(i));
    packet_free(whole);
}

static void cut_and_join(struct bench *bench, size_t length, size_t mtu, struct entropy *order)
{
    struct packet *packet = datagram(bench, 47, 7, length);
    struct ipv4_header header;
    assert_int_equal(ipv4_decode(packet->data, packet->length, &header), IPV4_OK);
    struct packet_queue fragments = {0};
    assert_int_equal(ipv4_fragment(packet, &header, mtu, &fragments), STATUS_OK);
    size_t count = fragments.count;
    struct packet *pieces[3000];
    assert_in_range(count, 2, 3000);
    for (size_t i = 0; i < count; i++) {
        pieces[i] = packet_queue_pop(&fragments);
        assert_in_range(pieces[i]->length, 21, mtu);
    }
    for (size_t left = count; left > 0; left--) {
        size_t choice = entropy_below(order, left);
        struct packet *whole = input(bench, 0, pieces[choice]);
        pieces[choice] = pieces[left - 1];
        if (left > 1)
            assert_null(whole);
        else
            assert_whole(whole, length);
    }
    assert_int_equal(bench->reassembly.storage, 0);
    assert_int_equal(bench->reassembly.count, 0);
}

static void cutting_and_joining_is_the_identity_for_all_sizes(void **state)
{
    struct bench *bench = *state;
    struct entropy order = entropy_make(1, "order");
    bench->config.storage_limit = UINT32_MAX;
    for (size_t length = 9; length <= 3000; length++)
        cut_and_join(bench, length, length > 600 ? 576 : 28, &order);
    for (size_t mtu = 28; mtu < 120; mtu++)
        cut_and_join(bench, 100, mtu, &order);
    cut_and_join(bench, 65515, 1500, &order);
    cut_and_join(bench, 65515, 68, &order);
    cut_and_join(bench, 65508, 1492, &order);
    assert_int_equal(bench->log.drops, 0);
}

static void fragments_of_several_datagrams_do_not_mix(void **state)
{
    struct bench *bench = *state;
    assert_null(input(bench, 0, piece(bench, 17, 1, 0, 16, true)));
    assert_null(input(bench, 0, piece(bench, 17, 2, 0, 24, true)));
    assert_null(input(bench, 0, piece(bench, 47, 1, 0, 8, true)));
    assert_whole(input(bench, 0, piece(bench, 17, 1, 16, 1, false)), 17);
    assert_whole(input(bench, 0, piece(bench, 47, 1, 8, 100, false)), 108);
    assert_whole(input(bench, 0, piece(bench, 17, 2, 24, 9, false)), 33);
}

static void after_thirty_seconds_the_first_fragment_is_reported(void **state)
{
    struct bench *bench = *state;
    assert_int_equal(reassembly_next_timeout(&bench->reassembly), INSTANT_NEVER);
    assert_null(input(bench, SECOND, piece(bench, 17, 1, 0, 16, true)));
    assert_null(input(bench, 20 * SECOND, piece(bench, 17, 1, 32, 16, true)));
    /* A later fragment does not prolong the wait. */
    assert_int_equal(reassembly_next_timeout(&bench->reassembly), 31 * SECOND);
    reassembly_handle_timeout(&bench->reassembly, 31 * SECOND - 1);
    assert_null(reassembly_poll_expired(&bench->reassembly));
    reassembly_handle_timeout(&bench->reassembly, 31 * SECOND);
    struct packet *first = reassembly_poll_expired(&bench->reassembly);
    assert_non_null(first);
    struct ipv4_header header;
    assert_int_equal(ipv4_decode(first->data, first->length, &header), IPV4_OK);
    assert_int_equal(header.fragment_offset, 0);
    assert_int_equal(header.total_length, 36);
    packet_free(first);
    assert_null(reassembly_poll_expired(&bench->reassembly));
    assert_int_equal(drop_log_count(&bench->log, "reassembly-timeout"), 2);
    assert_int_equal(bench->reassembly.failed, 1);
    assert_int_equal(reassembly_next_timeout(&bench->reassembly), INSTANT_NEVER);
}

static void without_fragment_zero_a_timeout_is_silent(void **state)
{
    struct bench *bench = *state;
    assert_null(input(bench, 0, piece(bench, 17, 1, 16, 16, true)));
    reassembly_handle_timeout(&bench->reassembly, 30 * SECOND);
    assert_null(reassembly_poll_expired(&bench->reassembly));
    assert_int_equal(drop_log_count(&bench->log, "reassembly-timeout"), 1);
}

static void a_repeated_fragment_is_dropped_alone(void **state)
{
    struct bench *bench = *state;
    assert_null(input(bench, 0, piece(bench, 17, 1, 0, 32, true)));
    assert_null(input(bench, 0, piece(bench, 17, 1, 0, 32, true)));
    /* So is one that repeats a part of it. */
    assert_null(input(bench, 0, piece(bench, 17, 1, 8, 16, true)));
    assert_int_equal(drop_log_count(&bench->log, "duplicate-fragment"), 2);
    assert_whole(input(bench, 0, piece(bench, 17, 1, 32, 5, false)), 37);
    assert_int_equal(bench->log.drops, 2);
}

static void an_overlap_condemns_the_whole_datagram(void **state)
{
    struct bench *bench = *state;
    assert_null(input(bench, 0, piece(bench, 17, 1, 0, 32, true)));
    assert_null(input(bench, 0, piece(bench, 17, 1, 24, 16, true)));
    assert_int_equal(drop_log_count(&bench->log, "fragment-overlap"), 2);
    assert_int_equal(bench->reassembly.storage, 0);
    /* What else comes of it is not a new datagram. */
    assert_null(input(bench, 1, piece(bench, 17, 1, 0, 32, true)));
    assert_null(input(bench, 1, piece(bench, 17, 1, 32, 8, false)));
    assert_int_equal(drop_log_count(&bench->log, "fragment-overlap"), 4);
    reassembly_handle_timeout(&bench->reassembly, 30 * SECOND);
    assert_null(reassembly_poll_expired(&bench->reassembly));
    assert_int_equal(bench->reassembly.failed, 1);
    /* After that the identification may be used again. */
    assert_null(input(bench, 31 * SECOND, piece(bench, 17, 1, 0, 32, true)));
    assert_whole(input(bench, 31 * SECOND, piece(bench, 17, 1, 32, 8, false)), 40);
}

static void the_same_place_with_other_octets_is_an_overlap(void **state)
{
    struct bench *bench = *state;
    assert_null(input(bench, 0, piece(bench, 17, 1, 0, 16, true)));
    struct packet *forged = piece(bench, 17, 1, 0, 16, true);
    forged->data[35] ^= 1;
    assert_null(input(bench, 0, forged));
    assert_int_equal(drop_log_count(&bench->log, "fragment-overlap"), 2);
}

static void two_ends_or_data_behind_the_end_are_malformed(void **state)
{
    struct bench *bench = *state;
    assert_null(input(bench, 0, piece(bench, 17, 1, 32, 8, false)));
    assert_null(input(bench, 0, piece(bench, 17, 1, 16, 8, false)));
    assert_int_equal(drop_log_count(&bench->log, "malformed"), 2);
    assert_null(input(bench, 0, piece(bench, 17, 2, 32, 8, false)));
    assert_null(input(bench, 0, piece(bench, 17, 2, 40, 8, true)));
    assert_int_equal(drop_log_count(&bench->log, "malformed"), 4);
    assert_null(input(bench, 0, piece(bench, 17, 3, 40, 8, true)));
    assert_null(input(bench, 0, piece(bench, 17, 3, 16, 8, false)));
    assert_int_equal(drop_log_count(&bench->log, "malformed"), 6);
}

static void lengths_that_cannot_be_are_malformed(void **state)
{
    struct bench *bench = *state;
    assert_null(input(bench, 0, piece(bench, 17, 1, 0, 15, true)));
    assert_null(input(bench, 0, piece(bench, 17, 1, 8, 0, false)));
    assert_null(input(bench, 0, piece(bench, 17, 1, 65512, 4, false)));
    assert_int_equal(drop_log_count(&bench->log, "malformed"), 3);
    assert_int_equal(bench->reassembly.count, 0);
}

static void tiny_fragments_of_tcp_are_refused(void **state)
{
    struct bench *bench = *state;
    assert_null(input(bench, 0, piece(bench, 6, 1, 0, 8, true)));
    assert_null(input(bench, 0, piece(bench, 6, 1, 8, 64, false)));
    assert_int_equal(drop_log_count(&bench->log, "tiny-fragment"), 2);
    assert_null(input(bench, 0, piece(bench, 6, 1, 0, 16, true)));
    assert_whole(input(bench, 0, piece(bench, 6, 1, 16, 4, false)), 20);
}

static void one_datagram_too_many_pushes_the_oldest_out(void **state)
{
    struct bench *bench = *state;
    bench->config.datagram_limit = 4;
    for (uint16_t id = 1; id <= 5; id++)
        assert_null(input(bench, id, piece(bench, 17, id, 0, 16, true)));
    assert_int_equal(drop_log_count(&bench->log, "reassembly-overflow"), 1);
    assert_int_equal(bench->reassembly.count, 4);
    assert_whole(input(bench, 9, piece(bench, 17, 2, 16, 1, false)), 17);
    assert_whole(input(bench, 9, piece(bench, 17, 5, 16, 1, false)), 17);
    assert_null(input(bench, 9, piece(bench, 17, 1, 16, 1, false)));
}

static void held_storage_is_bounded(void **state)
{
    struct bench *bench = *state;
    bench->config.storage_limit = 10 * (PACKET_SIZE + (uint32_t)sizeof(struct packet));
    for (uint16_t i = 0; i < 100; i++) {
        assert_null(input(bench, i, piece(bench, 17, (uint16_t)(i / 3), i % 3 * 16, 16, true)));
        assert_in_range(bench->reassembly.storage, 1, bench->config.storage_limit);
        assert_in_range(bench->pool.in_use, 1, 10);
    }
    assert_true(drop_log_count(&bench->log, "reassembly-overflow") > 0);
}

static void padding_of_a_fragment_is_not_data(void **state)
{
    struct bench *bench = *state;
    assert_null(input(bench, 0, piece(bench, 17, 1, 0, 16, true)));
    struct packet *last = piece(bench, 17, 1, 16, 2, false);
    struct ipv4_header header;
    assert_int_equal(ipv4_decode(last->data, last->length, &header), IPV4_OK);
    memset(packet_append(last, 24), 0xee, 24);
    assert_whole(reassembly_input(&bench->reassembly, 0, last, &header), 18);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(cutting_and_joining_is_the_identity_for_all_sizes),
        TEST(fragments_of_several_datagrams_do_not_mix),
        TEST(after_thirty_seconds_the_first_fragment_is_reported),
        TEST(without_fragment_zero_a_timeout_is_silent),
        TEST(a_repeated_fragment_is_dropped_alone),
        TEST(an_overlap_condemns_the_whole_datagram),
        TEST(the_same_place_with_other_octets_is_an_overlap),
        TEST(two_ends_or_data_behind_the_end_are_malformed),
        TEST(lengths_that_cannot_be_are_malformed),
        TEST(tiny_fragments_of_tcp_are_refused),
        TEST(one_datagram_too_many_pushes_the_oldest_out),
        TEST(held_storage_is_bounded),
        TEST(padding_of_a_fragment_is_not_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
