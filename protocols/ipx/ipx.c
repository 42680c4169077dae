#include "ipx/ipx.h"

#include "base/wire.h"

#include <string.h>

/*
 *    0                   1                   2                   3
 *   +-------------------------------+-------------------------------+
 *   |        Checksum (FFFF)        |            Length             |
 *   +---------------+---------------+-------------------------------+
 *   | Trans. Control|  Packet Type  |      Destination Network
 *   +---------------+---------------+-------------------------------+
 *            (cont.)                |      Destination Node
 *   +-------------------------------+-------------------------------+
 *            (cont.)                                                |
 *   +-------------------------------+-------------------------------+
 *   |      Destination Socket       |      Source Network, Node, Socket ...
 *
 * as the IPX Router Specification of Novell lays it out.
 */
#define NO_CHECKSUM 0xffff

static void get_address(struct wire_reader *reader, struct ipx_address *address)
{
    address->network = wire_get_u32(reader);
    const uint8_t *node = wire_get_octets(reader, IPX_NODE_NUMBER_SIZE);
    if (node)
        memcpy(address->node, node, IPX_NODE_NUMBER_SIZE);
    address->socket = wire_get_u16(reader);
}

static void put_address(struct wire_writer *writer, const struct ipx_address *address)
{
    wire_put_u32(writer, address->network);
    wire_put_octets(writer, address->node, IPX_NODE_NUMBER_SIZE);
    wire_put_u16(writer, address->socket);
}

bool ipx_decode(const uint8_t *octets, size_t length, struct ipx_header *header)
{
    struct wire_reader reader = wire_reader_make(octets, length);
    *header = (struct ipx_header){0};
    uint16_t checksum = wire_get_u16(&reader);
    header->length = wire_get_u16(&reader);
    header->hops = wire_get_u8(&reader);
    header->type = wire_get_u8(&reader);
    get_address(&reader, &header->destination);
    get_address(&reader, &header->source);
    return !reader.failed && checksum == NO_CHECKSUM && header->length >= IPX_HEADER_SIZE &&
           header->length <= length;
}

void ipx_push(struct packet *packet, const struct ipx_header *header)
{
    uint8_t *p = packet_push(packet, IPX_HEADER_SIZE);
    assert(packet->length <= UINT16_MAX);
    struct wire_writer writer = wire_writer_make(p, IPX_HEADER_SIZE);
    wire_put_u16(&writer, NO_CHECKSUM);
    wire_put_u16(&writer, (uint16_t)packet->length);
    wire_put_u8(&writer, header->hops);
    wire_put_u8(&writer, header->type);
    put_address(&writer, &header->destination);
    put_address(&writer, &header->source);
}
