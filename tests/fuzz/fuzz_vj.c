/*
 * Van Jacobson's compression in both directions. The first octet selects what IPCP agreed, then
 * come frames, each behind an octet that selects its protocol and an octet with its length: any
 * octets for the decompressor, then for the compressor as datagrams, with headers made valid so
 * that they are looked into. Whatever is compressed must arrive as it was.
 */
#include "base/checksum.h"
#include "base/packet.h"
#include "base/wire.h"
#include "fuzz.h"
#include "ppp/compression/vj.h"

#include <assert.h>
#include <string.h>

struct ends {
    struct packet_pool pool;
    struct vj_compressor compressor;
    struct vj_decompressor decompressor;
};

static void open_ends(struct ends *ends, const struct vj_config *config)
{
    enum status status = vj_compressor_init(&ends->compressor, config);
    assert(status == STATUS_OK);
    status = vj_decompressor_init(&ends->decompressor, config);
    assert(status == STATUS_OK);
}

static void close_ends(struct ends *ends)
{
    vj_compressor_clear(&ends->compressor);
    vj_decompressor_clear(&ends->decompressor);
}

static struct packet *next_frame(struct ends *ends, struct wire_reader *reader, uint8_t *selector)
{
    *selector = wire_get_u8(reader);
    size_t length = wire_get_u8(reader);
    if (length > wire_remaining(reader))
        length = wire_remaining(reader);
    return packet_from(&ends->pool, wire_get_octets(reader, length), length);
}

/** Any octets as frames of the peer's. */
static void decompress(struct ends *ends, struct wire_reader reader)
{
    while (wire_remaining(&reader) > 0) {
        uint8_t selector;
        struct packet *packet = next_frame(ends, &reader, &selector);
        uint16_t protocol =
            selector & 1 ? VJ_PROTOCOL_UNCOMPRESSED_TCP : VJ_PROTOCOL_COMPRESSED_TCP;
        if (selector & 2 && packet->length >= 20)
            wire_store_u16(packet->data + 10, 0);
        if (selector & 4)
            vj_decompressor_link_error(&ends->decompressor);
        if (!vj_decompress(&ends->decompressor, protocol, packet)) {
            assert(packet->length >= 40);
            assert(checksum(packet->data, 4 * (packet->data[0] & 0xfu)) == 0);
            assert(!ends->decompressor.tossing);
        }
        packet_free(packet);
    }
}

/** Makes @p packet begin like a datagram of TCP's, as far as @p selector says so. */
static void shape(struct packet *packet, uint8_t selector)
{
    uint8_t *ip = packet->data;
    if (packet->length < 40)
        return;
    if (selector & 1)
        ip[0] = 0x45;
    if (selector & 2)
        ip[9] = 6;
    if (selector & 4)
        ip[33] &= 0x38;
    if (selector & 8)
        ip[32] = 0x50;
    if (selector & 16)
        memset(ip + 12, 10, 12);
    if (selector & 32)
        wire_store_u16(ip + 6, 0);
    wire_store_u16(ip + 2, (uint16_t)packet->length);
    size_t ip_length = 4 * (ip[0] & 0xfu);
    wire_store_u16(ip + 10, 0);
    wire_store_u16(ip + 10, checksum(ip, ip_length < packet->length ? ip_length : 20));
}

static void compress(struct ends *ends, struct wire_reader reader)
{
    while (wire_remaining(&reader) > 0) {
        uint8_t selector;
        struct packet *packet = next_frame(ends, &reader, &selector);
        shape(packet, selector);
        struct packet *original = packet_clone(packet);
        uint16_t protocol = vj_compress(&ends->compressor, packet);
        assert(packet->length <= original->length);
        if (protocol != VJ_PROTOCOL_IP) {
            const char *reason = vj_decompress(&ends->decompressor, protocol, packet);
            assert(!reason);
        }
        assert(packet->length == original->length);
        assert(packet->length == 0 || memcmp(packet->data, original->data, packet->length) == 0);
        packet_free(original);
        packet_free(packet);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    struct ends ends;
    struct wire_reader reader = wire_reader_make(data + 1, size - 1);
    const struct vj_config config = {
        .max_slot_id = data[0] >> 1,
        .compress_slot_id = data[0] & 1,
    };
    packet_pool_init(&ends.pool);
    open_ends(&ends, &config);
    decompress(&ends, reader);
    close_ends(&ends);
    open_ends(&ends, &config);
    compress(&ends, reader);
    close_ends(&ends);
    assert(ends.pool.in_use == 0);
    packet_pool_destroy(&ends.pool);
    return 0;
}
