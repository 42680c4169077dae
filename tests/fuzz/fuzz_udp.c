/* UDP: what decodes encodes to the same. The first 8 octets of the input are the addresses. */
#include "base/wire.h"
#include "fuzz.h"
#include "inet/udp.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wire_reader reader = wire_reader_make(data, size);
    ipv4_address source = wire_get_u32(&reader);
    ipv4_address destination = wire_get_u32(&reader);
    size_t length = wire_remaining(&reader);
    const uint8_t *octets = wire_get_octets(&reader, length);
    struct udp_header header;
    if (!octets || udp_decode(octets, length, source, destination, &header) != UDP_OK ||
        length > PACKET_ROOM)
        return 0;
    struct packet_pool pool;
    packet_pool_init(&pool);
    struct packet *packet =
        packet_from(&pool, octets + UDP_HEADER_SIZE, (size_t)header.length - UDP_HEADER_SIZE);
    assert(packet);
    udp_push(packet, source, header.source_port, destination, header.destination_port);
    assert(packet->length == header.length && memcmp(packet->data, octets, 6) == 0);
    struct udp_header again;
    enum udp_error error = udp_decode(packet->data, packet->length, source, destination, &again);
    assert(error == UDP_OK && again.checksum != 0);
    /* Zero and all ones are the same sum. */
    assert(header.checksum == 0 || again.checksum == header.checksum);
    packet_pool_destroy(&pool);
    return 0;
}
