/*
 * MPPC's receiving end, alone and behind MPPE's header, and its sending end. The first octet
 * selects the mode, then come packets, each behind an octet with its length. Whatever they were,
 * the real sender must be understood again after a reset; and what is sent must arrive.
 */
#include "base/packet.h"
#include "base/wire.h"
#include "fuzz.h"
#include "ppp/compression/mppc.h"

#include <assert.h>
#include <string.h>

#define MAX_LENGTH 1402

static const uint8_t *next_piece(struct wire_reader *reader, size_t *length)
{
    *length = wire_get_u8(reader);
    if (*length > wire_remaining(reader))
        *length = wire_remaining(reader);
    return wire_get_octets(reader, *length);
}

/** Any octets as packets from the peer. */
static void receive(const struct mppc_config *config, struct packet_pool *pool,
                    struct wire_reader reader, bool headless)
{
    struct mppc_decompressor decompressor;
    const char *reason;
    enum status status = mppc_decompressor_init(&decompressor, config);
    assert(status == STATUS_OK);
    for (instant now = 0; wire_remaining(&reader) > 0; now += INSTANT_SECOND / 8) {
        size_t length;
        const uint8_t *octets = next_piece(&reader, &length);
        struct packet *packet = packet_from(pool, octets, length);
        enum mppc_result result;
        if (headless && length > 2) {
            uint16_t header = wire_load_u16(packet_pull(packet, 2));
            result = mppc_decompress(&decompressor, now, packet, header, &reason);
        } else {
            result = mppc_receive(&decompressor, now, packet, &reason);
        }
        assert((result == MPPC_DELIVER) == (reason == NULL));
        assert(result != MPPC_DELIVER || (packet->length > 0 && packet->length <= MAX_LENGTH));
        assert(!config->stateless || result != MPPC_DROP_AND_REQUEST_RESET);
        assert(decompressor.position <= decompressor.filled || decompressor.awaiting_flush);
        assert(decompressor.filled <= MPPC_HISTORY_SIZE);
        packet_free(packet);
    }
    struct packet *packet = packet_from(pool, "\x80\x00\x00\x21mended", 10);
    enum mppc_result result =
        mppc_decompress(&decompressor, 0, packet, wire_load_u16(packet_pull(packet, 2)), &reason);
    assert(result == MPPC_DELIVER && packet->length == 8);
    packet_free(packet);
    mppc_decompressor_clear(&decompressor);
}

/** Any octets as packets to the peer, each of them eight times over so that the history fills. */
static void send_and_receive(const struct mppc_config *config, struct packet_pool *pool,
                             struct wire_reader reader)
{
    struct mppc_compressor compressor;
    struct mppc_decompressor decompressor;
    enum status status = mppc_compressor_init(&compressor, config);
    assert(status == STATUS_OK);
    status = mppc_decompressor_init(&decompressor, config);
    assert(status == STATUS_OK);
    while (wire_remaining(&reader) > 0) {
        const char *reason;
        size_t length;
        const uint8_t *octets = next_piece(&reader, &length);
        if (length == 0) {
            mppc_compressor_reset(&compressor);
            continue;
        }
        size_t times = octets[0] % 8 * length <= MAX_LENGTH ? octets[0] % 8 : 1;
        struct packet *packet = packet_from(pool, octets, length);
        for (size_t i = 1; i < times; i++)
            memcpy(packet_append(packet, length), octets, length);
        struct packet *original = packet_clone(packet);
        mppc_send(&compressor, packet);
        assert(packet->length <= original->length + MPPC_HEADER_SIZE);
        enum mppc_result result = mppc_receive(&decompressor, 0, packet, &reason);
        assert(result == MPPC_DELIVER && packet->length == original->length);
        assert(memcmp(packet->data, original->data, packet->length) == 0);
        packet_free(original);
        packet_free(packet);
    }
    mppc_compressor_clear(&compressor);
    mppc_decompressor_clear(&decompressor);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    struct packet_pool pool;
    struct wire_reader reader = wire_reader_make(data + 1, size - 1);
    const struct mppc_config config = {.stateless = data[0] & 1, .max_length = MAX_LENGTH};
    packet_pool_init(&pool);
    receive(&config, &pool, reader, data[0] & 2);
    send_and_receive(&config, &pool, reader);
    assert(pool.in_use == 0);
    packet_pool_destroy(&pool);
    return 0;
}
