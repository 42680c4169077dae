/*
 * MPPE's receiving direction in every mode. The first octet selects the mode, then come packets,
 * each behind an octet with its length. Whatever they were, the real sender must get through again
 * after a reset.
 */
#include "base/packet.h"
#include "base/wire.h"
#include "fuzz.h"
#include "ppp/compression/mppe.h"

#include <assert.h>
#include <string.h>

/** Feeds the packets; returns how far the count has moved on over all of them. */
static uint32_t feed(struct mppe_decompressor *decompressor, struct packet_pool *pool,
                     struct wire_reader *reader)
{
    const char *reason;
    uint32_t total = 0;
    for (instant now = 0; wire_remaining(reader) > 0 && now < 64; now++) {
        size_t length = wire_get_u8(reader);
        if (length > wire_remaining(reader))
            length = wire_remaining(reader);
        struct packet *packet = packet_from(pool, wire_get_octets(reader, length), length);
        uint32_t before = decompressor->state.count;
        enum mppe_result result =
            mppe_decrypt(decompressor, now * INSTANT_MILLISECOND, packet, &reason);
        assert((result == MPPE_DELIVER) == (reason == NULL));
        assert(result != MPPE_DELIVER || packet->length + MPPE_HEADER_SIZE == length);
        total += (decompressor->state.count - before) & MPPE_COUNT_MASK;
        packet_free(packet);
    }
    return total;
}

/** The real sender, having sent as many packets, is understood again once it has flushed. */
static void mend(struct mppe_compressor *compressor, struct mppe_decompressor *decompressor,
                 struct packet_pool *pool, uint32_t total)
{
    const char *reason;
    for (uint32_t i = 0; i <= total; i++) {
        struct packet *packet = packet_from(pool, "\x00\x21mended", 8);
        if (i == total)
            mppe_compressor_reset(compressor);
        mppe_encrypt(compressor, packet);
        if (i == total) {
            enum mppe_result result = mppe_decrypt(decompressor, 0, packet, &reason);
            assert(result == MPPE_DELIVER);
            assert(packet->length == 8 && memcmp(packet->data, "\x00\x21mended", 8) == 0);
        }
        packet_free(packet);
    }
}

/** Loading providers takes longer than a run, so that one context serves all of them. */
static struct crypto *shared_crypto(void)
{
    static struct crypto *crypto;
    if (!crypto)
        crypto = crypto_create(NULL, NULL);
    assert(crypto);
    return crypto;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    static const enum mppe_strength strengths[] = {MPPE_40_BIT, MPPE_56_BIT, MPPE_128_BIT};
    struct crypto *crypto = shared_crypto();
    struct packet_pool pool;
    struct mppe_compressor compressor;
    struct mppe_decompressor decompressor;
    struct wire_reader reader = wire_reader_make(data + 1, size - 1);
    const struct mppe_config config = {
        .crypto = crypto,
        .strength = strengths[data[0] / 2 % 3],
        .stateless = data[0] % 2 == 0,
        .start_key = (const uint8_t *)"any start key 16",
    };
    packet_pool_init(&pool);
    enum status status = mppe_compressor_init(&compressor, &config);
    assert(status == STATUS_OK);
    status = mppe_decompressor_init(&decompressor, &config);
    assert(status == STATUS_OK);
    uint32_t total = feed(&decompressor, &pool, &reader);
    if (total < 5000)
        mend(&compressor, &decompressor, &pool, total);
    mppe_compressor_clear(&compressor);
    mppe_decompressor_clear(&decompressor);
    packet_pool_destroy(&pool);
    return 0;
}
