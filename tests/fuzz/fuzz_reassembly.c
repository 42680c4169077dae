/*
 * Reassembly under any sequence of fragments. The input is fragments of five octets each:
 * identification (2 bits), protocol (1 bit: TCP or GRE) and seconds since the last (4 bits), last
 * or not; then offset in units of 8 and length. What comes out must be what one sender would have
 * sent: its octets follow from their position.
 */
#include "base/wire.h"
#include "fuzz.h"
#include "inet/reassembly.h"

#include <assert.h>

static struct packet *fragment(struct packet_pool *pool, uint8_t what, uint16_t offset,
                               uint16_t length)
{
    struct packet *packet = packet_alloc(pool, length);
    assert(packet);
    uint8_t *p = packet_append(packet, length);
    for (uint32_t i = 0; i < length; i++)
        p[i] = (uint8_t)((offset + i) * 7);
    ipv4_push(packet, &(struct ipv4_header){.identification = what & 3,
                                            .protocol = what & 4 ? 6 : 47,
                                            .more_fragments = !(what & 8),
                                            .fragment_offset = offset,
                                            .ttl = 1});
    return packet;
}

static void check(struct packet *whole)
{
    struct ipv4_header header;
    enum ipv4_error error = ipv4_decode(whole->data, whole->length, &header);
    assert(error == IPV4_OK && header.total_length == whole->length);
    assert(!header.more_fragments && header.fragment_offset == 0);
    for (uint32_t i = 0; i < whole->length - header.header_length; i++)
        assert(whole->data[header.header_length + i] == (uint8_t)(i * 7));
    packet_free(whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct packet_pool pool;
    struct reassembly_config config = {
        .timeout = 30 * INSTANT_SECOND, .datagram_limit = 4, .storage_limit = 200000};
    struct reassembly reassembly;
    packet_pool_init(&pool);
    reassembly_init(&reassembly, &config, NULL);
    instant now = 0;
    struct wire_reader reader = wire_reader_make(data, size);
    while (wire_remaining(&reader) >= 5) {
        uint8_t what = wire_get_u8(&reader);
        uint16_t offset = (uint16_t)((wire_get_u16(&reader) & 0x1fff) * 8);
        uint16_t length = wire_get_u16(&reader) % 3000;
        now += (instant)(what >> 4) * INSTANT_SECOND;
        reassembly_handle_timeout(&reassembly, now);
        struct packet *packet;
        while ((packet = reassembly_poll_expired(&reassembly)))
            packet_free(packet);
        packet = fragment(&pool, what, offset, length);
        struct ipv4_header header;
        enum ipv4_error error = ipv4_decode(packet->data, packet->length, &header);
        assert(error == IPV4_OK);
        packet = reassembly_input(&reassembly, now, packet, &header);
        if (packet)
            check(packet);
        assert(reassembly.storage <= config.storage_limit && reassembly.count <= 4);
    }
    reassembly_destroy(&reassembly);
    assert(pool.in_use == 0);
    packet_pool_destroy(&pool);
    return 0;
}
