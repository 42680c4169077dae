#include "ppp/compression/mppe.h"

#include "base/checksum.h"
#include "base/wire.h"
#include "support/unit.h"

#include <stdlib.h>
#include <string.h>

/** Both ends of one direction and the packets between them. */
struct fixture {
    struct crypto *crypto;
    struct packet_pool pool;
    struct mppe_compressor compressor;
    struct mppe_decompressor decompressor;
    bool open;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    if (!fixture)
        return -1;
    fixture->crypto = crypto_create(NULL, NULL);
    packet_pool_init(&fixture->pool);
    *state = fixture;
    return fixture->crypto ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    if (fixture->open) {
        mppe_compressor_clear(&fixture->compressor);
        mppe_decompressor_clear(&fixture->decompressor);
    }
    assert_int_equal(fixture->pool.in_use, 0);
    packet_pool_destroy(&fixture->pool);
    crypto_destroy(fixture->crypto);
    free(fixture);
    return 0;
}

static void open_with_key(struct fixture *fixture, enum mppe_strength strength, bool stateless,
                          const uint8_t *start_key)
{
    struct mppe_config config = {
        .crypto = fixture->crypto,
        .strength = strength,
        .stateless = stateless,
        .start_key = start_key,
    };
    assert_int_equal(mppe_compressor_init(&fixture->compressor, &config), STATUS_OK);
    assert_int_equal(mppe_decompressor_init(&fixture->decompressor, &config), STATUS_OK);
    fixture->open = true;
}

/** Opens the direction in which the server of a session with @p master sends, or its client. */
static void open_recorded(struct fixture *fixture, enum mppe_strength strength, bool stateless,
                          const char *master, bool server)
{
    uint8_t key[MPPE_KEY_SIZE];
    struct mppe_start_keys keys;
    unit_hex(master, key, sizeof key);
    mppe_start_keys_from_master(fixture->crypto, key, server, &keys);
    open_with_key(fixture, strength, stateless, keys.send);
}

static void open_any(struct fixture *fixture, enum mppe_strength strength, bool stateless)
{
    open_with_key(fixture, strength, stateless, (const uint8_t *)"any start key 16");
}

static enum mppe_result decrypt(struct fixture *fixture, struct packet *packet, const char **reason)
{
    return mppe_decrypt(&fixture->decompressor, 0, packet, reason);
}

/** The sender's next packet: protocol 0021 and eight octets that tell @p number. */
static struct packet *next_packet(struct fixture *fixture, uint32_t number)
{
    uint8_t octets[10] = {0x00, 0x21, 0xaa, 0xbb, 0xcc, 0xdd};
    wire_store_u32(octets + 6, number);
    struct packet *packet = packet_from(&fixture->pool, octets, sizeof octets);
    mppe_encrypt(&fixture->compressor, packet);
    return packet;
}

static void assert_number(const struct packet *packet, uint32_t number)
{
    assert_int_equal(packet->length, 10);
    unit_assert_hex(packet->data, 6, "0021aabbccdd");
    assert_int_equal(wire_load_u32(packet->data + 6), number);
}

/** Sends packet @p number through; it must arrive. */
static void pass(struct fixture *fixture, uint32_t number)
{
    struct packet *packet = next_packet(fixture, number);
    const char *reason;
    assert_int_equal(decrypt(fixture, packet, &reason), MPPE_DELIVER);
    assert_null(reason);
    assert_number(packet, number);
    packet_free(packet);
}

static void lose(struct fixture *fixture, unsigned count)
{
    for (; count > 0; count--)
        packet_free(next_packet(fixture, 0));
}

/** The next packet must be dropped for @p wanted with @p result. */
static void expect_drop_at(struct fixture *fixture, instant now, enum mppe_result result,
                           const char *wanted)
{
    struct packet *packet = next_packet(fixture, 0);
    const char *reason = NULL;
    assert_int_equal(mppe_decrypt(&fixture->decompressor, now, packet, &reason), result);
    assert_string_equal(reason, wanted);
    packet_free(packet);
}

/**
 * Decrypts a packet off the wire into an IPv4 packet whose header checksum is right, and encrypts
 * it again into the same octets.
 */
static void reproduce(struct fixture *fixture, const char *wire, const char *plain_start)
{
    uint8_t octets[512];
    size_t length = unit_hex(wire, octets, sizeof octets);
    struct packet *packet = packet_from(&fixture->pool, octets, length);
    const char *reason;
    assert_int_equal(decrypt(fixture, packet, &reason), MPPE_DELIVER);
    unit_assert_hex(packet->data, strlen(plain_start) / 2, plain_start);
    assert_int_equal(packet->length, length - MPPE_HEADER_SIZE);
    assert_int_equal(wire_load_u16(packet->data + 4), packet->length - 2);
    assert_int_equal(checksum(packet->data + 2, 4 * (packet->data[2] & 0xfu)), 0);
    mppe_encrypt(&fixture->compressor, packet);
    assert_int_equal(packet->length, length);
    assert_memory_equal(packet->data, octets, length);
    packet_free(packet);
}

/** Moves both ends over one stateful packet of @p length octets, whatever they are. */
static void pass_over(struct fixture *fixture, size_t length)
{
    struct packet *packet = packet_alloc(&fixture->pool, length);
    memset(packet_append(packet, length), 0, length);
    mppe_encrypt(&fixture->compressor, packet);
    const char *reason;
    assert_int_equal(decrypt(fixture, packet, &reason), MPPE_DELIVER);
    packet_free(packet);
}

static void windows_packets_decrypt_in_both_directions(void **state)
{
    struct fixture *fixture = *state;
    /* Windows RRAS, 128 bits, stateless. */
    open_recorded(fixture, MPPE_128_BIT, true, "f3c4e5896e1da799567075738bac82c2", true);
    reproduce(
        fixture,
        "9000aa08ca24b704f5036dbc3b8b7943151cf6aed8e8d92763cc9b475b391fb7c143e8157045efb75b2740"
        "cf4ea4ee4df5479fa20c5f792c",
        "0021450000343a19000074062954cbd02b6fc0a82b6f01bb");
    reproduce(
        fixture,
        "9001c54d1b965595f29bd15fc8cad9bc34eefd333e1ca1942924e7704f7b10fc392934a259ff8f3345c553"
        "2d41485d76601c0d2f969c434c",
        "0021450000348a2100007406d94bcbd02b6fc0a82b6f01bb");
    reproduce(
        fixture,
        "9002b01c613bf12919a2d373bd22f5875ade9590be65329134b1d4c88b929a2c7e1294acc403d0f8a3823a"
        "4bf191350700829a725760dd23",
        "0021450000348ad900007406d893cbd02b6fc0a82b6f01bb");
    /* Its client begins with IGMP, whose IPv4 header has an option. */
    open_recorded(fixture, MPPE_128_BIT, true, "f3c4e5896e1da799567075738bac82c2", false);
    reproduce(
        fixture,
        "90000e55bc7331b4cb89d6f49a82be2c59345b08192f4a7447d9c2d1a27088607ca1618f7a5fd741127f78"
        "7c",
        "002146000028");
}

static void linux_stateless_packets_decrypt(void **state)
{
    struct fixture *fixture = *state;
    open_recorded(fixture, MPPE_128_BIT, true, "80879b0c23602447ad1941b67359d27e", true);
    reproduce(
        fixture,
        "900054f8caf6751137f2f6ec3bba7510159b7d672b0be60091db4cc8ae855e31929816d756a9e94c6a19a2"
        "0ae1e4f3f7f382f7e2a33941f2c89f0a8be054f315fb17cd836fdfd358",
        "002145000044778800004001e7d4c0a84d01c0a84d0a0000");
    reproduce(
        fixture,
        "9001ea8be7e39696ea92912a6d4f48bd391c73a49ef22f482839af7e10a17d3e0bbcf4d008248ade65c950"
        "1484f139071448b9018b1e7d6a90bdb4d93c3e2bb6d48f93940a308c48",
        "002145000044779c00004001e7c0c0a84d01c0a84d0a0000");
}

static void linux_stateful_packets_decrypt_across_the_key_change(void **state)
{
    struct fixture *fixture = *state;
    open_recorded(fixture, MPPE_128_BIT, false, "70990560a52f4c6786178da93a872f1f", true);
    pass_over(fixture, 54);
    reproduce(
        fixture,
        "100189333b98f63d48c78208909c5b758575ce17daec4a18a47a825d52e89d68d03cce8d9d2a9fa44e3d45"
        "9e5b7b3384027cc7f5fc48f4b6ff82027c03a31f9a31c7e7b3b6f04e1f",
        "00214500004478af00004001e6adc0a84d01c0a84d0a0000");
    reproduce(
        fixture,
        "10020b04665c86ca63dc3fc29dd31b81dfc2cbf0f56ca940b3a57abc8807b0868ef88262b51232a7ff48f2"
        "c8c969b864d7b6b30ee2bcb5f6b5600cb86c7acd20e80e3fc527241bf3",
        "00214500004478b100004001e6abc0a84d01c0a84d0a0000");
    pass_over(fixture, 70);
    for (unsigned count = 4; count < 255; count++)
        pass_over(fixture, 60);
    /* The flag packet and its successor, which goes on in the same keystream. */
    reproduce(
        fixture,
        "90ff420f1c1b622c3da5859d63ecabc9f9d7385710e50e9095921c6778e1c8ce001b8b26399fcdfe8e5f42"
        "a1c49f330a45ec96096d830186707af61dd3bc",
        "00214500003a");
    reproduce(
        fixture,
        "1100de27ccc56127b573098925e37ba9cad6f8dd19da769ce1e6f33f682c52ed534612c37fd0ea1165237a"
        "f2947a9cb2d3362de84880f10e0ed2f410c6f0",
        "00214500003a");
}

static void stateless_packets_are_flushed_and_numbered_modulo_4096(void **state)
{
    struct fixture *fixture = *state;
    open_any(fixture, MPPE_128_BIT, true);
    for (uint32_t i = 0; i < 4200; i++) {
        struct packet *packet = next_packet(fixture, i);
        const char *reason;
        assert_int_equal(wire_load_u16(packet->data), 0x9000 | (i & 0xfff));
        assert_int_equal(decrypt(fixture, packet, &reason), MPPE_DELIVER);
        assert_number(packet, i);
        packet_free(packet);
    }
}

static void stateful_packets_are_flushed_only_when_the_low_octet_is_ff(void **state)
{
    struct fixture *fixture = *state;
    open_any(fixture, MPPE_128_BIT, false);
    for (uint32_t i = 0; i < 4200; i++) {
        struct packet *packet = next_packet(fixture, i);
        const char *reason;
        assert_int_equal(wire_load_u16(packet->data),
                         ((i & 0xff) == 0xff ? 0x9000u : 0x1000u) | (i & 0xfff));
        assert_int_equal(decrypt(fixture, packet, &reason), MPPE_DELIVER);
        assert_number(packet, i);
        packet_free(packet);
    }
}

static void every_stateless_packet_has_a_key_of_its_own(void **state)
{
    struct fixture *fixture = *state;
    open_any(fixture, MPPE_56_BIT, true);
    uint8_t keys[3][8];
    for (size_t i = 0; i < 3; i++) {
        memcpy(keys[i], fixture->compressor.state.session_key, 8);
        assert_int_equal(keys[i][0], 0xd1);
        pass(fixture, 7);
    }
    assert_memory_not_equal(keys[0], keys[1], 8);
    assert_memory_not_equal(keys[1], keys[2], 8);
    /* Equal plaintexts differ on the wire beyond the count. */
    struct packet *one = next_packet(fixture, 7);
    struct packet *other = next_packet(fixture, 7);
    assert_memory_not_equal(one->data + 2, other->data + 2, 8);
    packet_free(one);
    packet_free(other);
}

static void encryption_happens_in_place(void **state)
{
    struct fixture *fixture = *state;
    open_any(fixture, MPPE_40_BIT, true);
    struct packet *packet = packet_from(&fixture->pool, "\x00\x21payload", 9);
    uint8_t *data = packet->data;
    mppe_encrypt(&fixture->compressor, packet);
    assert_ptr_equal(packet->data, data - MPPE_HEADER_SIZE);
    assert_int_equal(packet->length, 11);
    const char *reason;
    assert_int_equal(decrypt(fixture, packet, &reason), MPPE_DELIVER);
    assert_ptr_equal(packet->data, data);
    assert_memory_equal(packet->data, "\x00\x21payload", 9);
    packet_free(packet);
}

static void stateless_losses_cost_nothing_but_themselves(void **state)
{
    struct fixture *fixture = *state;
    static const enum mppe_strength strengths[] = {MPPE_40_BIT, MPPE_56_BIT, MPPE_128_BIT};
    for (size_t i = 0; i < 3; i++) {
        open_any(fixture, strengths[i], true);
        lose(fixture, 3);
        pass(fixture, 1);
        lose(fixture, 1);
        pass(fixture, 2);
        lose(fixture, 2047);
        pass(fixture, 3);
        lose(fixture, 2047);
        pass(fixture, 4);
    }
}

static void old_and_repeated_packets_are_dropped_without_harm(void **state)
{
    struct fixture *fixture = *state;
    for (int stateless = 0; stateless < 2; stateless++) {
        open_any(fixture, MPPE_128_BIT, stateless);
        struct packet *old = next_packet(fixture, 0);
        const char *reason;
        struct packet *copy = packet_clone(old);
        assert_int_equal(decrypt(fixture, old, &reason), MPPE_DELIVER);
        packet_free(old);
        old = packet_clone(copy);
        assert_int_equal(decrypt(fixture, old, &reason), MPPE_DROP);
        assert_string_equal(reason, "old-coherency-count");
        packet_free(old);
        pass(fixture, 1);
        pass(fixture, 2);
        assert_int_equal(decrypt(fixture, copy, &reason), MPPE_DROP);
        assert_string_equal(reason, "old-coherency-count");
        packet_free(copy);
        pass(fixture, 3);
        mppe_compressor_clear(&fixture->compressor);
        mppe_decompressor_clear(&fixture->decompressor);
        fixture->open = false;
    }
}

static void expect_refusal(struct fixture *fixture, const char *wire, const char *wanted)
{
    uint8_t octets[16];
    size_t length = unit_hex(wire, octets, sizeof octets);
    struct packet *packet = packet_from(&fixture->pool, octets, length);
    const char *reason = NULL;
    assert_int_equal(decrypt(fixture, packet, &reason), MPPE_DROP);
    assert_string_equal(reason, wanted);
    packet_free(packet);
}

static void packets_that_cannot_be_of_the_peer_are_dropped_without_harm(void **state)
{
    struct fixture *fixture = *state;
    open_any(fixture, MPPE_128_BIT, true);
    expect_refusal(fixture, "", "too-short");
    expect_refusal(fixture, "90", "too-short");
    expect_refusal(fixture, "9000", "too-short");
    expect_refusal(fixture, "800000214500", "not-encrypted");
    expect_refusal(fixture, "100000214500", "not-flushed");
    pass(fixture, 0);
}

static void a_stateful_gap_asks_for_a_reset_and_waits_for_flushed(void **state)
{
    struct fixture *fixture = *state;
    open_any(fixture, MPPE_128_BIT, false);
    pass(fixture, 0);
    lose(fixture, 1);
    expect_drop_at(fixture, 0, MPPE_DROP_AND_REQUEST_RESET, "coherency-gap");
    expect_drop_at(fixture, 1, MPPE_DROP, "awaiting-flushed-packet");
    uint8_t key[MPPE_KEY_SIZE];
    memcpy(key, fixture->compressor.state.session_key, sizeof key);
    mppe_compressor_reset(&fixture->compressor);
    struct packet *packet = next_packet(fixture, 9);
    assert_int_equal(wire_load_u16(packet->data), 0x9004);
    const char *reason;
    assert_int_equal(decrypt(fixture, packet, &reason), MPPE_DELIVER);
    assert_number(packet, 9);
    packet_free(packet);
    /* RFC 3078 section 8.2: the tables start anew with the current key, which stays. */
    assert_memory_equal(fixture->compressor.state.session_key, key, sizeof key);
    assert_memory_equal(fixture->decompressor.state.session_key, key, sizeof key);
    packet = next_packet(fixture, 10);
    assert_int_equal(wire_load_u16(packet->data), 0x1005);
    assert_int_equal(decrypt(fixture, packet, &reason), MPPE_DELIVER);
    assert_number(packet, 10);
    packet_free(packet);
}

static void the_flushed_packet_starts_the_keystream_anew(void **state)
{
    struct fixture *fixture = *state;
    open_any(fixture, MPPE_128_BIT, false);
    struct packet *first = next_packet(fixture, 5);
    mppe_compressor_reset(&fixture->compressor);
    struct packet *again = next_packet(fixture, 5);
    assert_memory_equal(first->data + 2, again->data + 2, 10);
    packet_free(first);
    packet_free(again);
}

/* Linux: a flushed packet has a new key, one only if it is a flag packet too. */
static void a_flushed_packet_may_have_a_new_key(void **state)
{
    struct fixture *fixture = *state;
    const struct mppe_config config = {
        .crypto = fixture->crypto,
        .strength = MPPE_128_BIT,
        .new_key_when_flushed = true,
        .start_key = (const uint8_t *)"any start key 16",
    };
    assert_int_equal(mppe_compressor_init(&fixture->compressor, &config), STATUS_OK);
    assert_int_equal(mppe_decompressor_init(&fixture->decompressor, &config), STATUS_OK);
    fixture->open = true;
    struct packet *first = next_packet(fixture, 5);
    const char *reason;
    mppe_compressor_reset(&fixture->compressor);
    struct packet *again = next_packet(fixture, 5);
    assert_memory_not_equal(first->data + 2, again->data + 2, 10);
    assert_int_equal(fixture->compressor.state.key_changes, 1);
    assert_int_equal(decrypt(fixture, first, &reason), MPPE_DELIVER);
    assert_int_equal(decrypt(fixture, again, &reason), MPPE_DELIVER);
    assert_number(again, 5);
    packet_free(first);
    packet_free(again);
    /* The flag packet 255 is lost: its key change and that of the flushed one are made up for. */
    for (uint32_t i = 2; i < 250; i++)
        pass(fixture, i);
    lose(fixture, 10);
    expect_drop_at(fixture, 0, MPPE_DROP_AND_REQUEST_RESET, "coherency-gap");
    mppe_compressor_reset(&fixture->compressor);
    pass(fixture, 261);
    assert_int_equal(fixture->compressor.state.key_changes, 3);
    /* Flushed and flag at once: one change. */
    for (uint32_t i = 262; i < 511; i++)
        pass(fixture, i);
    mppe_compressor_reset(&fixture->compressor);
    pass(fixture, 511);
    pass(fixture, 512);
    assert_int_equal(fixture->compressor.state.key_changes, 4);
    assert_int_equal(fixture->decompressor.state.key_changes, 4);
}

static void reset_requests_are_repeated_at_a_limited_rate(void **state)
{
    struct fixture *fixture = *state;
    open_any(fixture, MPPE_128_BIT, false);
    instant start = 5 * INSTANT_SECOND;
    lose(fixture, 1);
    expect_drop_at(fixture, start, MPPE_DROP_AND_REQUEST_RESET, "coherency-gap");
    expect_drop_at(fixture, start + 1, MPPE_DROP, "awaiting-flushed-packet");
    expect_drop_at(fixture, start + INSTANT_SECOND - 1, MPPE_DROP, "awaiting-flushed-packet");
    expect_drop_at(fixture, start + INSTANT_SECOND, MPPE_DROP_AND_REQUEST_RESET,
                   "awaiting-flushed-packet");
    expect_drop_at(fixture, start + INSTANT_SECOND + 1, MPPE_DROP, "awaiting-flushed-packet");
    /* Mended, then lost again: a new loss asks at once. */
    mppe_compressor_reset(&fixture->compressor);
    pass(fixture, 1);
    lose(fixture, 1);
    expect_drop_at(fixture, start + INSTANT_SECOND + 2, MPPE_DROP_AND_REQUEST_RESET,
                   "coherency-gap");
}

static void lost_flag_packets_are_made_up_for(void **state)
{
    struct fixture *fixture = *state;
    static const unsigned passed_and_lost[][2] = {
        {254, 1},   /* the last before the flag packet is lost: the flag packet itself mends it */
        {255, 1},   /* the flag packet itself */
        {250, 10},  /* some around it */
        {10, 300},  /* more than 256, one flag packet among them */
        {200, 900}, /* several flag packets */
        {4090, 10}, /* over the end of the count, whose last one is a flag packet */
        {255, 257}, /* two flag packets */
    };
    for (size_t i = 0; i < sizeof passed_and_lost / sizeof passed_and_lost[0]; i++) {
        open_any(fixture, MPPE_128_BIT, false);
        for (unsigned n = 0; n < passed_and_lost[i][0]; n++)
            pass(fixture, n);
        lose(fixture, passed_and_lost[i][1]);
        if (i > 0) {
            expect_drop_at(fixture, 0, MPPE_DROP_AND_REQUEST_RESET, "coherency-gap");
            mppe_compressor_reset(&fixture->compressor);
        }
        for (unsigned n = 0; n < 600; n++)
            pass(fixture, n);
        mppe_compressor_clear(&fixture->compressor);
        mppe_decompressor_clear(&fixture->decompressor);
        fixture->open = false;
    }
}

static void flag_packets_passing_while_waiting_change_the_key_too(void **state)
{
    struct fixture *fixture = *state;
    open_any(fixture, MPPE_40_BIT, false);
    for (unsigned n = 0; n < 250; n++)
        pass(fixture, n);
    lose(fixture, 1);
    expect_drop_at(fixture, 0, MPPE_DROP_AND_REQUEST_RESET, "coherency-gap");
    expect_drop_at(fixture, 0, MPPE_DROP, "awaiting-flushed-packet");
    lose(fixture, 1);
    expect_drop_at(fixture, 0, MPPE_DROP, "awaiting-flushed-packet");
    /* Count 255: it is flushed anyhow, so no Reset-Request need arrive. */
    for (unsigned n = 0; n < 300; n++)
        pass(fixture, n);
}

static void a_flag_packet_without_the_flushed_bit_changes_the_key(void **state)
{
    struct fixture *fixture = *state;
    open_any(fixture, MPPE_128_BIT, false);
    for (unsigned n = 0; n < 255; n++)
        pass(fixture, n);
    struct packet *packet = next_packet(fixture, 255);
    const char *reason;
    wire_store_u16(packet->data, 0x10ff);
    assert_int_equal(decrypt(fixture, packet, &reason), MPPE_DELIVER);
    assert_number(packet, 255);
    packet_free(packet);
    pass(fixture, 256);
}

static void a_reset_in_stateless_mode_has_no_effect(void **state)
{
    struct fixture *fixture = *state;
    open_any(fixture, MPPE_128_BIT, true);
    pass(fixture, 0);
    mppe_compressor_reset(&fixture->compressor);
    pass(fixture, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(windows_packets_decrypt_in_both_directions, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(linux_stateless_packets_decrypt, set_up, tear_down),
        cmocka_unit_test_setup_teardown(linux_stateful_packets_decrypt_across_the_key_change,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(stateless_packets_are_flushed_and_numbered_modulo_4096,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(stateful_packets_are_flushed_only_when_the_low_octet_is_ff,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_stateless_packet_has_a_key_of_its_own, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(encryption_happens_in_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(stateless_losses_cost_nothing_but_themselves, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(old_and_repeated_packets_are_dropped_without_harm, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(packets_that_cannot_be_of_the_peer_are_dropped_without_harm,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_stateful_gap_asks_for_a_reset_and_waits_for_flushed,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_flushed_packet_starts_the_keystream_anew, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_flushed_packet_may_have_a_new_key, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reset_requests_are_repeated_at_a_limited_rate, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(lost_flag_packets_are_made_up_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(flag_packets_passing_while_waiting_change_the_key_too,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_flag_packet_without_the_flushed_bit_changes_the_key,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_reset_in_stateless_mode_has_no_effect, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
