#include "ppp/compression/mppc.h"
#include "ppp/compression/mppe.h"

#include "base/wire.h"
#include "support/unit.h"

#include <stdlib.h>
#include <string.h>

/** Compression and encryption of one direction, as RFC 2118 and RFC 3078 share a header. */
struct fixture {
    struct crypto *crypto;
    struct packet_pool pool;
    struct mppc_compressor compressor;
    struct mppe_compressor encryptor;
    struct mppe_decompressor decryptor;
    struct mppc_decompressor decompressor;
    bool open;
    instant now;
    uint32_t random;
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

static void close_all(struct fixture *fixture)
{
    if (!fixture->open)
        return;
    mppc_compressor_clear(&fixture->compressor);
    mppe_compressor_clear(&fixture->encryptor);
    mppe_decompressor_clear(&fixture->decryptor);
    mppc_decompressor_clear(&fixture->decompressor);
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    close_all(fixture);
    assert_int_equal(fixture->pool.in_use, 0);
    packet_pool_destroy(&fixture->pool);
    crypto_destroy(fixture->crypto);
    free(fixture);
    return 0;
}

static void open_all(struct fixture *fixture, bool stateless)
{
    const struct mppc_config compression = {.stateless = stateless, .max_length = 1402};
    const struct mppe_config encryption = {
        .crypto = fixture->crypto,
        .strength = MPPE_128_BIT,
        .stateless = stateless,
        .start_key = (const uint8_t *)"any start key 16",
    };
    close_all(fixture);
    assert_int_equal(mppc_compressor_init(&fixture->compressor, &compression), STATUS_OK);
    assert_int_equal(mppe_compressor_init(&fixture->encryptor, &encryption), STATUS_OK);
    assert_int_equal(mppe_decompressor_init(&fixture->decryptor, &encryption), STATUS_OK);
    assert_int_equal(mppc_decompressor_init(&fixture->decompressor, &compression), STATUS_OK);
    fixture->open = true;
    fixture->random = 1;
}

static struct packet *sent(struct fixture *fixture, const void *plain, size_t length)
{
    struct packet *packet = packet_from(&fixture->pool, plain, length);
    uint16_t bits =
        mppc_compress(&fixture->compressor, packet, mppe_flushes_next(&fixture->encryptor));
    mppe_encrypt_with(&fixture->encryptor, packet, bits);
    return packet;
}

static enum mppe_result decrypt(struct fixture *fixture, struct packet *packet)
{
    const char *reason;
    return mppe_decrypt(&fixture->decryptor, fixture->now, packet, &reason);
}

static enum mppc_result decompress(struct fixture *fixture, struct packet *packet)
{
    const char *reason;
    return mppc_decompress(&fixture->decompressor, 0, packet, fixture->decryptor.header, &reason);
}

static void reset(struct fixture *fixture)
{
    mppc_compressor_reset(&fixture->compressor);
    mppe_compressor_reset(&fixture->encryptor);
}

#define TOLLS        "\x00\x21tolls.tolls.tolls"
#define TOLLS_LENGTH 19
#define TOLLS_CODE   "0021746f6c6c732ef1b3"
/* 19 octets 19 back. */
#define TOLLS_AGAIN "f4f8c0"

/** Sends TOLLS and expects it to travel with @p header and @p code and to arrive. */
static void pass_tolls(struct fixture *fixture, uint16_t header, const char *code)
{
    struct packet *packet = sent(fixture, TOLLS, TOLLS_LENGTH);
    assert_int_equal(wire_load_u16(packet->data), header);
    assert_int_equal(decrypt(fixture, packet), MPPE_DELIVER);
    assert_int_equal(fixture->decryptor.header, header);
    unit_assert_hex(packet->data, packet->length, code);
    assert_int_equal(decompress(fixture, packet), MPPC_DELIVER);
    assert_int_equal(packet->length, TOLLS_LENGTH);
    assert_memory_equal(packet->data, TOLLS, TOLLS_LENGTH);
    packet_free(packet);
}

static void packets_are_compressed_first_and_then_encrypted(void **state)
{
    struct fixture *fixture = *state;
    open_all(fixture, false);
    pass_tolls(fixture, 0x3000, TOLLS_CODE);
    pass_tolls(fixture, 0x3001, TOLLS_AGAIN);
    pass_tolls(fixture, 0x3002, TOLLS_AGAIN);
}

static void stateless_packets_have_keys_and_histories_of_their_own(void **state)
{
    struct fixture *fixture = *state;
    open_all(fixture, true);
    for (unsigned i = 0; i < 4200; i++)
        pass_tolls(fixture, (uint16_t)(0xb000 | (i & 0xfff)), TOLLS_CODE);
    /* A loss costs nothing but itself. */
    packet_free(sent(fixture, TOLLS, TOLLS_LENGTH));
    pass_tolls(fixture, 0xb069, TOLLS_CODE);
}

static void a_key_change_starts_the_history_anew(void **state)
{
    struct fixture *fixture = *state;
    open_all(fixture, false);
    pass_tolls(fixture, 0x3000, TOLLS_CODE);
    for (unsigned i = 1; i < 4200; i++) {
        bool flag = (i & 0xff) == 0xff;
        struct packet *packet = sent(fixture, TOLLS, TOLLS_LENGTH);
        assert_int_equal(wire_load_u16(packet->data) & 0x9fff,
                         (flag ? 0x9000 : 0x1000) | (i & 0xfff));
        assert_int_equal(decrypt(fixture, packet), MPPE_DELIVER);
        assert_int_equal(packet->length, flag ? 10 : 3);
        assert_int_equal(decompress(fixture, packet), MPPC_DELIVER);
        assert_memory_equal(packet->data, TOLLS, TOLLS_LENGTH);
        packet_free(packet);
    }
}

static void what_cannot_be_compressed_has_the_next_packet_flush_the_tables_too(void **state)
{
    struct fixture *fixture = *state;
    uint8_t noise[64];
    open_all(fixture, false);
    pass_tolls(fixture, 0x3000, TOLLS_CODE);
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (uint8_t)(0x80 + i);
    struct packet *packet = sent(fixture, noise, sizeof noise);
    assert_int_equal(wire_load_u16(packet->data), 0x1001);
    assert_int_equal(decrypt(fixture, packet), MPPE_DELIVER);
    assert_int_equal(decompress(fixture, packet), MPPC_DELIVER);
    assert_int_equal(packet->length, sizeof noise);
    assert_memory_equal(packet->data, noise, sizeof noise);
    packet_free(packet);
    pass_tolls(fixture, 0xb002, TOLLS_CODE);
    pass_tolls(fixture, 0x3003, TOLLS_AGAIN);
}

static void one_reset_request_mends_both(void **state)
{
    struct fixture *fixture = *state;
    open_all(fixture, false);
    pass_tolls(fixture, 0x3000, TOLLS_CODE);
    packet_free(sent(fixture, TOLLS, TOLLS_LENGTH));
    struct packet *packet = sent(fixture, TOLLS, TOLLS_LENGTH);
    assert_int_equal(decrypt(fixture, packet), MPPE_DROP_AND_REQUEST_RESET);
    packet_free(packet);
    reset(fixture);
    pass_tolls(fixture, 0xb003, TOLLS_CODE);
    pass_tolls(fixture, 0x3004, TOLLS_AGAIN);
    /* A code gone wrong is found behind the decryption, which goes on. */
    fixture->decompressor.filled = 0;
    fixture->decompressor.position = 0;
    packet = sent(fixture, TOLLS, TOLLS_LENGTH);
    assert_int_equal(decrypt(fixture, packet), MPPE_DELIVER);
    assert_int_equal(decompress(fixture, packet), MPPC_DROP_AND_REQUEST_RESET);
    packet_free(packet);
    packet = sent(fixture, TOLLS, TOLLS_LENGTH);
    assert_int_equal(decrypt(fixture, packet), MPPE_DELIVER);
    assert_int_equal(decompress(fixture, packet), MPPC_DROP);
    packet_free(packet);
    reset(fixture);
    pass_tolls(fixture, 0xb007, TOLLS_CODE);
}

static uint32_t draw(struct fixture *fixture, uint32_t below)
{
    fixture->random = fixture->random * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)fixture->random * below >> 32);
}

/** Something to send: words, a long run, octets at random, or all of them. */
static size_t make_plain(struct fixture *fixture, uint8_t *octets)
{
    static const char *const words[] = {"the", "bell", "tolls", "for", "thee", "whom"};
    size_t length = 1 + draw(fixture, 1402);
    size_t at = 0;
    while (at < length) {
        uint8_t piece[64];
        size_t size = 1 + draw(fixture, sizeof piece);
        uint32_t kind = draw(fixture, 16);
        memset(piece, (int)draw(fixture, 256), sizeof piece);
        if (kind < 12) {
            const char *word = words[draw(fixture, 6)];
            size = strlen(word);
            memcpy(piece, word, size);
        } else if (kind < 15) {
            for (size_t i = 0; i < size; i++)
                piece[i] = (uint8_t)draw(fixture, 256);
        }
        size = size < length - at ? size : length - at;
        memcpy(octets + at, piece, size);
        at += size;
    }
    return length;
}

/**
 * Thousands of packets of all kinds, of which one in @p loss gets lost: whatever is delivered is
 * what was sent, and something is, because resets are answered.
 */
static void exchange(struct fixture *fixture, uint32_t loss, unsigned *delivered)
{
    *delivered = 0;
    for (unsigned i = 0; i < 6000; i++) {
        uint8_t plain[1402];
        size_t length = make_plain(fixture, plain);
        struct packet *packet = sent(fixture, plain, length);
        assert_true(packet->length <= length + 2);
        fixture->now += MPPE_RESET_REQUEST_INTERVAL;
        bool lost = loss && draw(fixture, loss) == 0;
        if (!lost) {
            enum mppe_result result = decrypt(fixture, packet);
            if (result == MPPE_DELIVER) {
                assert_int_equal(decompress(fixture, packet), MPPC_DELIVER);
                assert_int_equal(packet->length, length);
                assert_memory_equal(packet->data, plain, length);
                (*delivered)++;
            } else if (result == MPPE_DROP_AND_REQUEST_RESET) {
                reset(fixture);
            }
        }
        packet_free(packet);
    }
}

static void every_octet_survives_thousands_of_packets(void **state)
{
    struct fixture *fixture = *state;
    unsigned delivered;
    for (int stateless = 0; stateless < 2; stateless++) {
        open_all(fixture, stateless);
        exchange(fixture, 0, &delivered);
        assert_int_equal(delivered, 6000);
    }
}

static void losses_are_survived_in_both_modes(void **state)
{
    struct fixture *fixture = *state;
    unsigned delivered;
    open_all(fixture, true);
    exchange(fixture, 10, &delivered);
    assert_in_range(delivered, 5200, 5600);
    open_all(fixture, false);
    exchange(fixture, 10, &delivered);
    /* The packet that tells of the loss is lost as well. */
    assert_in_range(delivered, 4600, 5200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(packets_are_compressed_first_and_then_encrypted, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(stateless_packets_have_keys_and_histories_of_their_own,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_key_change_starts_the_history_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            what_cannot_be_compressed_has_the_next_packet_flush_the_tables_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_reset_request_mends_both, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_octet_survives_thousands_of_packets, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(losses_are_survived_in_both_modes, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
