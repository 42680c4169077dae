#include "ppp/compression/mppc.h"

#include "base/wire.h"
#include "support/unit.h"

#include <stdlib.h>
#include <string.h>

#define MAX_LENGTH 1402

/** Both ends of one direction and the packets between them. */
struct fixture {
    struct packet_pool pool;
    struct mppc_compressor compressor;
    struct mppc_decompressor decompressor;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    if (!fixture)
        return -1;
    packet_pool_init(&fixture->pool);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    mppc_compressor_clear(&fixture->compressor);
    mppc_decompressor_clear(&fixture->decompressor);
    assert_int_equal(fixture->pool.in_use, 0);
    packet_pool_destroy(&fixture->pool);
    free(fixture);
    return 0;
}

static void open_both(struct fixture *fixture, bool stateless)
{
    const struct mppc_config config = {.stateless = stateless, .max_length = MAX_LENGTH};
    mppc_compressor_clear(&fixture->compressor);
    mppc_decompressor_clear(&fixture->decompressor);
    assert_int_equal(mppc_compressor_init(&fixture->compressor, &config), STATUS_OK);
    assert_int_equal(mppc_decompressor_init(&fixture->decompressor, &config), STATUS_OK);
}

/** What the sender makes of @p plain, header and all. */
static struct packet *sent(struct fixture *fixture, const void *plain, size_t length)
{
    struct packet *packet = packet_from(&fixture->pool, plain, length);
    mppc_send(&fixture->compressor, packet);
    return packet;
}

/** Octets of which no three in a row repeat nearby, all of nine bits: not to be compressed. */
static void make_noise(uint8_t *octets, size_t length, uint32_t seed)
{
    for (size_t i = 0; i < length; i++) {
        seed = seed * 1664525u + 1013904223u;
        octets[i] = (uint8_t)(seed >> 24 | 0x80);
    }
}

/** Sends @p plain and expects it to arrive; returns the header it travelled with. */
static uint16_t pass(struct fixture *fixture, const void *plain, size_t length)
{
    const char *reason = "unset";
    struct packet *packet = sent(fixture, plain, length);
    uint16_t header = wire_load_u16(packet->data);
    assert_int_equal(mppc_receive(&fixture->decompressor, 0, packet, &reason), MPPC_DELIVER);
    assert_null(reason);
    assert_int_equal(packet->length, length);
    assert_memory_equal(packet->data, plain, length);
    packet_free(packet);
    return header;
}

static void expect_wire(struct fixture *fixture, const char *plain, const char *wire)
{
    const char *reason;
    struct packet *packet = sent(fixture, plain, strlen(plain));
    unit_assert_hex(packet->data, packet->length, wire);
    assert_int_equal(mppc_receive(&fixture->decompressor, 0, packet, &reason), MPPC_DELIVER);
    assert_int_equal(packet->length, strlen(plain));
    assert_memory_equal(packet->data, plain, packet->length);
    packet_free(packet);
}

/** Hands the receiver @p wire and expects the drop. */
static void expect_drop(struct fixture *fixture, instant now, const char *wire,
                        enum mppc_result result, const char *wanted)
{
    uint8_t octets[64];
    const char *reason = NULL;
    size_t length = unit_hex(wire, octets, sizeof octets);
    struct packet *packet = packet_from(&fixture->pool, octets, length);
    assert_int_equal(mppc_receive(&fixture->decompressor, now, packet, &reason), result);
    assert_non_null(reason);
    assert_string_equal(reason, wanted);
    packet_free(packet);
}

static void expect_delivery(struct fixture *fixture, const char *wire, const char *plain)
{
    uint8_t octets[64];
    const char *reason;
    size_t length = unit_hex(wire, octets, sizeof octets);
    struct packet *packet = packet_from(&fixture->pool, octets, length);
    assert_int_equal(mppc_receive(&fixture->decompressor, 0, packet, &reason), MPPC_DELIVER);
    assert_int_equal(packet->length, strlen(plain));
    assert_memory_equal(packet->data, plain, packet->length);
    packet_free(packet);
}

static void a_stateful_sender_refers_to_the_packets_before(void **state)
{
    struct fixture *fixture = *state;
    open_both(fixture, false);
    expect_wire(fixture, "!for.whom.the.bell.tolls",
                "2000 21666f722e77686f6d2e7468652e62656c6c2e746f6c6c73");
    /* The same again: 24 octets 24 back. */
    expect_wire(fixture, "!for.whom.the.bell.tolls", "2001 f63a00");
    expect_wire(fixture, "!the.bell.rings", "2002 21f3f172696e6773");
}

static void a_stateless_packet_needs_no_other(void **state)
{
    struct fixture *fixture = *state;
    open_both(fixture, true);
    expect_wire(fixture, "!tolls.tolls.tolls", "a000 21746f6c6c732ef1b3");
    expect_wire(fixture, "!tolls.tolls.tolls", "a001 21746f6c6c732ef1b3");
}

static void a_history_that_is_full_starts_again_at_the_front(void **state)
{
    struct fixture *fixture = *state;
    uint8_t text[1024];
    open_both(fixture, false);
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (uint8_t)(i % 128);
    /* Seven packets of 1,024 octets fit into 8,191. */
    for (unsigned i = 0; i < 7; i++)
        assert_int_equal(pass(fixture, text, sizeof text), 0x2000 | i);
    assert_int_equal(pass(fixture, text, sizeof text), 0x6007);
    for (unsigned i = 8; i < 14; i++)
        assert_int_equal(pass(fixture, text, sizeof text), 0x2000 | i);
    assert_int_equal(pass(fixture, text, sizeof text), 0x600e);
}

static void at_the_front_the_last_time_around_is_still_known(void **state)
{
    struct fixture *fixture = *state;
    uint8_t noise[1363];
    uint8_t text[1402];
    const char *reason;
    open_both(fixture, false);
    /* Six packets end at 8,178; the seventh, at the front, repeats the end of the sixth. */
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (uint8_t)(i / 2 % 128);
    memset(noise, 0, sizeof noise);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(pass(fixture, noise, sizeof noise), 0x2000 | i);
    memcpy(noise, text, sizeof noise);
    assert_int_equal(pass(fixture, noise, sizeof noise), 0x2005);
    struct packet *packet = sent(fixture, noise + sizeof noise - 20, 20);
    /* Offset 34 (8,192 - 8,178 + 20), length 20. */
    unit_assert_hex(packet->data, packet->length, "6006 f8b900");
    assert_int_equal(mppc_receive(&fixture->decompressor, 0, packet, &reason), MPPC_DELIVER);
    assert_int_equal(packet->length, 20);
    assert_memory_equal(packet->data, noise + sizeof noise - 20, 20);
    packet_free(packet);
    /* And so it is for the packet behind that one: 8,138 is 74 back over the front. */
    packet = sent(fixture, noise + sizeof noise - 40, 10);
    unit_assert_hex(packet->data, packet->length, "2007 e0ac80");
    assert_int_equal(mppc_receive(&fixture->decompressor, 0, packet, &reason), MPPC_DELIVER);
    assert_int_equal(packet->length, 10);
    assert_memory_equal(packet->data, noise + sizeof noise - 40, 10);
    packet_free(packet);
}

static void what_cannot_be_compressed_is_sent_as_it_is_and_costs_the_history(void **state)
{
    struct fixture *fixture = *state;
    uint8_t noise[256];
    open_both(fixture, false);
    make_noise(noise, sizeof noise, 1);
    assert_int_equal(pass(fixture, "!tolls.tolls", 12), 0x2000);
    struct packet *packet = sent(fixture, noise, sizeof noise);
    const char *reason;
    assert_int_equal(wire_load_u16(packet->data), 0x0001);
    assert_int_equal(packet->length, 2 + sizeof noise);
    assert_memory_equal(packet->data + 2, noise, sizeof noise);
    assert_int_equal(mppc_receive(&fixture->decompressor, 0, packet, &reason), MPPC_DELIVER);
    assert_memory_equal(packet->data, noise, sizeof noise);
    packet_free(packet);
    /* The next one starts anew and says so, whether or not it can be compressed itself. */
    assert_int_equal(pass(fixture, noise, sizeof noise), 0x8002);
    packet = sent(fixture, "!tolls.tolls", 12);
    unit_assert_hex(packet->data, packet->length, "a003 21746f6c6c732ef1a4");
    assert_int_equal(mppc_receive(&fixture->decompressor, 0, packet, &reason), MPPC_DELIVER);
    packet_free(packet);
    assert_int_equal(pass(fixture, "!tolls.tolls", 12), 0x2004);
}

static void a_packet_longer_than_the_history_is_sent_as_it_is(void **state)
{
    struct fixture *fixture = *state;
    uint8_t zeros[MPPC_HISTORY_SIZE] = {0};
    open_both(fixture, false);
    struct packet *packet = packet_from(&fixture->pool, zeros, sizeof zeros);
    assert_int_equal(mppc_compress(&fixture->compressor, packet, false), 0);
    assert_int_equal(packet->length, sizeof zeros);
    packet_free(packet);
    packet = packet_from(&fixture->pool, zeros, sizeof zeros - 1);
    assert_int_equal(mppc_compress(&fixture->compressor, packet, false),
                     MPPC_FLUSHED | MPPC_COMPRESSED);
    /* Literal, offset 1, length 8,190. */
    unit_assert_hex(packet->data, packet->length, "00f07ffbff80");
    packet_free(packet);
}

static void the_sender_flushes_when_asked_to(void **state)
{
    struct fixture *fixture = *state;
    open_both(fixture, false);
    assert_int_equal(pass(fixture, "!tolls.tolls", 12), 0x2000);
    mppc_compressor_reset(&fixture->compressor);
    expect_wire(fixture, "!tolls.tolls", "a001 21746f6c6c732ef1a4");
    assert_int_equal(pass(fixture, "!tolls.tolls", 12), 0x2002);
    /* MPPE's key change carries the same bit. */
    struct packet *packet = packet_from(&fixture->pool, "!tolls.tolls", 12);
    assert_int_equal(mppc_compress(&fixture->compressor, packet, true),
                     MPPC_FLUSHED | MPPC_COMPRESSED);
    unit_assert_hex(packet->data, packet->length, "21746f6c6c732ef1a4");
    packet_free(packet);
}

static void packets_are_numbered_modulo_4096(void **state)
{
    struct fixture *fixture = *state;
    for (int stateless = 0; stateless < 2; stateless++) {
        open_both(fixture, stateless);
        for (uint32_t i = 0; i < 4200; i++) {
            uint16_t header = pass(fixture, "!aaaaaaaa", 9);
            assert_int_equal(header & MPPC_COUNT_MASK, i & 0xfff);
            assert_int_equal(header & MPPC_FLUSHED, stateless ? MPPC_FLUSHED : 0);
        }
    }
}

static void a_gap_is_reported_and_ends_with_a_flushed_packet(void **state)
{
    struct fixture *fixture = *state;
    open_both(fixture, false);
    expect_delivery(fixture, "2000 216161", "!aa");
    expect_drop(fixture, INSTANT_SECOND, "2002 216161", MPPC_DROP_AND_REQUEST_RESET,
                "coherency-gap");
    /* No second request within a second. */
    expect_drop(fixture, 2 * INSTANT_SECOND - 1, "2003 216161", MPPC_DROP,
                "awaiting-flushed-packet");
    expect_drop(fixture, 2 * INSTANT_SECOND, "2004 216161", MPPC_DROP_AND_REQUEST_RESET,
                "awaiting-flushed-packet");
    expect_drop(fixture, 2 * INSTANT_SECOND, "0006 216161", MPPC_DROP, "awaiting-flushed-packet");
    expect_delivery(fixture, "a009 21616162", "!aab");
    /* FLUSHED began a new history: "!aab" again is four octets four back. */
    expect_delivery(fixture, "200a f120", "!aab");
    /* A new loss is worth a new request at once, but not one that a flushed packet makes good. */
    expect_drop(fixture, 2 * INSTANT_SECOND, "200c 2161", MPPC_DROP_AND_REQUEST_RESET,
                "coherency-gap");
    expect_delivery(fixture, "a010 2161", "!a");
    expect_delivery(fixture, "8100 2161", "!a");
    expect_delivery(fixture, "2101 2161", "!a");
}

static void a_stateless_receiver_takes_gaps_as_they_come(void **state)
{
    struct fixture *fixture = *state;
    open_both(fixture, true);
    expect_delivery(fixture, "a005 2161", "!a");
    expect_delivery(fixture, "8801 2161", "!a");
    expect_drop(fixture, 0, "2802 2161", MPPC_DROP, "not-flushed");
    expect_drop(fixture, 0, "a803 80", MPPC_DROP, "truncated-code");
    expect_delivery(fixture, "a804 2161", "!a");
}

static void old_and_repeated_packets_are_dropped_without_harm(void **state)
{
    struct fixture *fixture = *state;
    open_both(fixture, false);
    expect_delivery(fixture, "2000 216161", "!aa");
    expect_delivery(fixture, "2001 f0c0", "!aa");
    expect_drop(fixture, 0, "2001 f0c0", MPPC_DROP, "old-coherency-count");
    expect_drop(fixture, 0, "2000 216161", MPPC_DROP, "old-coherency-count");
    expect_drop(fixture, 0, "a802 216161", MPPC_DROP, "old-coherency-count");
    expect_delivery(fixture, "2002 f0c0", "!aa");
    expect_delivery(fixture, "a802 2161", "!a");
}

static void malformed_packets_are_dropped_and_the_history_is_asked_for(void **state)
{
    static const struct {
        const char *wire;
        enum mppc_result result;
        const char *reason;
    } cases[] = {
        {"", MPPC_DROP, "too-short"},
        {"20", MPPC_DROP, "too-short"},
        {"2001", MPPC_DROP, "too-short"},
        {"3001 216161", MPPC_DROP, "encrypted"},
        {"2001 80", MPPC_DROP_AND_REQUEST_RESET, "truncated-code"},
        {"2001 f000", MPPC_DROP_AND_REQUEST_RESET, "invalid-offset"},
        {"2001 f07ffc", MPPC_DROP_AND_REQUEST_RESET, "invalid-length"},
        {"2001 f100", MPPC_DROP_AND_REQUEST_RESET, "copy-from-nowhere"},
        {"a001 f040", MPPC_DROP_AND_REQUEST_RESET, "copy-from-nowhere"},
        {"6001 61f180", MPPC_DROP_AND_REQUEST_RESET, "copy-from-nowhere"},
        {"2001 8001", MPPC_DROP_AND_REQUEST_RESET, "invalid-padding"},
        {"2001 f0ffe5ec", MPPC_DROP_AND_REQUEST_RESET, "too-long"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        open_both(fixture, false);
        expect_delivery(fixture, "2000 216161", "!aa");
        expect_drop(fixture, 0, cases[i].wire, cases[i].result, cases[i].reason);
        if (cases[i].result == MPPC_DROP) {
            expect_delivery(fixture, "2001 f0c0", "!aa");
            continue;
        }
        expect_drop(fixture, 0, "2002 f0c0", MPPC_DROP, "awaiting-flushed-packet");
        expect_delivery(fixture, "a003 2161", "!a");
    }
}

static void nothing_is_known_of_before_a_flush(void **state)
{
    struct fixture *fixture = *state;
    open_both(fixture, false);
    expect_delivery(fixture, "2000 2161616161616161", "!aaaaaaa");
    /* Offset 8,191 from the front: octets 1 to 3. */
    expect_drop(fixture, 0, "a001 debf00", MPPC_DROP_AND_REQUEST_RESET, "copy-from-nowhere");
}

static void no_code_at_all_is_too_short(void **state)
{
    struct fixture *fixture = *state;
    const char *reason;
    open_both(fixture, false);
    struct packet *packet = packet_alloc(&fixture->pool, 0);
    assert_int_equal(mppc_decompress(&fixture->decompressor, 0, packet, MPPC_COMPRESSED, &reason),
                     MPPC_DROP_AND_REQUEST_RESET);
    assert_string_equal(reason, "too-short");
    packet_free(packet);
}

static void nothing_longer_than_the_mru_comes_out(void **state)
{
    struct fixture *fixture = *state;
    uint8_t text[MAX_LENGTH + 1];
    const char *reason;
    open_both(fixture, false);
    memset(text, '!', sizeof text);
    pass(fixture, text, MAX_LENGTH);
    struct packet *packet = sent(fixture, text, sizeof text);
    assert_int_equal(mppc_receive(&fixture->decompressor, 0, packet, &reason),
                     MPPC_DROP_AND_REQUEST_RESET);
    assert_string_equal(reason, "too-long");
    packet_free(packet);
    open_both(fixture, false);
    /* What comes as it is has touched no history, so that no reset is needed. */
    make_noise(text, sizeof text, 1);
    packet = sent(fixture, text, sizeof text);
    assert_int_equal(mppc_receive(&fixture->decompressor, 0, packet, &reason), MPPC_DROP);
    assert_string_equal(reason, "too-long");
    packet_free(packet);
    assert_int_equal(pass(fixture, "!aaaa", 5), 0xa001);
}

static void a_packet_grows_wherever_its_data_lay(void **state)
{
    struct fixture *fixture = *state;
    uint8_t text[MAX_LENGTH];
    const char *reason;
    memset(text, '!', sizeof text);
    open_both(fixture, false);
    struct packet *small = sent(fixture, text, sizeof text);
    /* The code at the very end of the storage. */
    struct packet *packet = packet_alloc(&fixture->pool, 0);
    packet->data = packet->storage + packet->storage_size - small->length;
    packet->length = small->length;
    memcpy(packet->data, small->data, small->length);
    packet_free(small);
    assert_int_equal(mppc_receive(&fixture->decompressor, 0, packet, &reason), MPPC_DELIVER);
    assert_int_equal(packet->length, sizeof text);
    assert_memory_equal(packet->data, text, sizeof text);
    assert_int_equal(packet_headroom(packet), PACKET_HEADROOM);
    packet_free(packet);
}

static void what_the_storage_has_no_room_for_is_dropped(void **state)
{
    struct fixture *fixture = *state;
    const struct mppc_config config = {.max_length = MPPC_HISTORY_SIZE};
    const char *reason;
    assert_int_equal(mppc_decompressor_init(&fixture->decompressor, &config), STATUS_OK);
    /* 1,921 octets, of which a standard packet takes 1,920 behind its headroom. */
    struct packet *packet = packet_from(&fixture->pool, "\x20\x00\x61\xf0\x7f\xee\x00", 7);
    assert_int_equal(mppc_receive(&fixture->decompressor, 0, packet, &reason),
                     MPPC_DROP_AND_REQUEST_RESET);
    assert_string_equal(reason, "no-room");
    packet_free(packet);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_stateful_sender_refers_to_the_packets_before, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_stateless_packet_needs_no_other, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_history_that_is_full_starts_again_at_the_front, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(at_the_front_the_last_time_around_is_still_known, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            what_cannot_be_compressed_is_sent_as_it_is_and_costs_the_history, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_packet_longer_than_the_history_is_sent_as_it_is, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_sender_flushes_when_asked_to, set_up, tear_down),
        cmocka_unit_test_setup_teardown(packets_are_numbered_modulo_4096, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_gap_is_reported_and_ends_with_a_flushed_packet, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_stateless_receiver_takes_gaps_as_they_come, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(old_and_repeated_packets_are_dropped_without_harm, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(malformed_packets_are_dropped_and_the_history_is_asked_for,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_known_of_before_a_flush, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_code_at_all_is_too_short, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_longer_than_the_mru_comes_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_packet_grows_wherever_its_data_lay, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_the_storage_has_no_room_for_is_dropped, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
