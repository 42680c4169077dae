/*
 * IPv4: what decodes is cut into fragments, and these decode and add up to the datagram. The header
 * checksum of the input is put right, so that more than the check of it is reached.
 */
#include "fuzz.h"
#include "inet/ipv4.h"

#include <assert.h>

static void cut(const struct packet *whole, const struct ipv4_header *header, size_t mtu)
{
    struct packet *packet = packet_from(whole->pool, whole->data, header->total_length);
    assert(packet);
    struct packet_queue fragments = {0};
    if (ipv4_fragment(packet, header, mtu, &fragments) != STATUS_OK) {
        packet_free(packet);
        return;
    }
    uint32_t end = header->fragment_offset;
    bool more = true;
    while ((packet = packet_queue_pop(&fragments))) {
        struct ipv4_header fragment;
        enum ipv4_error error = ipv4_decode(packet->data, packet->length, &fragment);
        assert(error == IPV4_OK && fragment.total_length <= mtu);
        assert(fragment.fragment_offset == end);
        end += (uint32_t)fragment.total_length - fragment.header_length;
        more = fragment.more_fragments;
        packet_free(packet);
    }
    assert(more == header->more_fragments);
    assert(end == (uint32_t)header->fragment_offset + header->total_length - header->header_length);
}

static void repair_checksum(uint8_t *octets, size_t length)
{
    size_t header_length = length > 0 ? (size_t)(octets[0] & 15) * 4 : 0;
    if (header_length < IPV4_HEADER_SIZE || header_length > length)
        return;
    wire_store_u16(octets + 10, 0);
    wire_store_u16(octets + 10, checksum(octets, header_length));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ipv4_header header;
    (void)ipv4_decode_quoted(data, size, &header);
    (void)ipv4_decode(data, size, &header);
    struct packet_pool pool;
    packet_pool_init(&pool);
    struct packet *packet = packet_from(&pool, data, size);
    if (packet) {
        repair_checksum(packet->data, packet->length);
        if (ipv4_decode(packet->data, packet->length, &header) == IPV4_OK)
            for (size_t mtu = 20; mtu < header.total_length; mtu += 1 + mtu / 4)
                cut(packet, &header, mtu);
        packet_free(packet);
    }
    assert(pool.in_use == 0);
    packet_pool_destroy(&pool);
    return 0;
}
