#include "inet/udp.h"

#include "base/checksum.h"
#include "base/wire.h"

/*
 *  0                   1                   2                   3
 * +-------------------------------+-------------------------------+
 * |         source port           |       destination port        |
 * +-------------------------------+-------------------------------+
 * |           length              |           checksum            |
 * +-------------------------------+-------------------------------+
 * RFC 768.
 */
#define UDP_PROTOCOL 17

/* @addresses is the sum of both, to which the rest of the pseudo-header is added here. */
static enum udp_error decode(const uint8_t *octets, size_t length, uint64_t addresses,
                             bool checksum_is_optional, struct udp_header *header)
{
    struct wire_reader reader = wire_reader_make(octets, length);
    header->source_port = wire_get_u16(&reader);
    header->destination_port = wire_get_u16(&reader);
    header->length = wire_get_u16(&reader);
    header->checksum = wire_get_u16(&reader);
    if (reader.failed || header->length < UDP_HEADER_SIZE || header->length > length)
        return UDP_MALFORMED;
    if (header->checksum == 0)
        return checksum_is_optional ? UDP_OK : UDP_BAD_CHECKSUM;
    uint64_t sum = addresses + UDP_PROTOCOL + header->length;
    return checksum_finish(checksum_add(sum, octets, header->length)) == 0 ? UDP_OK
                                                                           : UDP_BAD_CHECKSUM;
}

enum udp_error udp_decode(const uint8_t *octets, size_t length, ipv4_address source,
                          ipv4_address destination, struct udp_header *header)
{
    return decode(octets, length, checksum_pseudo_header(source, destination, 0, 0), true, header);
}

enum udp_error udp_decode_ipv6(const uint8_t *octets, size_t length,
                               const struct ip_address *source,
                               const struct ip_address *destination, struct udp_header *header)
{
    uint64_t addresses = checksum_pseudo_header_ipv6(source, destination, 0, 0);
    return decode(octets, length, addresses, false, header);
}

static void push(struct packet *packet, uint64_t addresses, uint16_t source_port,
                 uint16_t destination_port)
{
    uint8_t *p = packet_push(packet, UDP_HEADER_SIZE);
    assert(packet->length <= UINT16_MAX);
    uint16_t length = (uint16_t)packet->length;
    wire_store_u16(p, source_port);
    wire_store_u16(p + 2, destination_port);
    wire_store_u16(p + 4, length);
    wire_store_u16(p + 6, 0);
    uint64_t sum = addresses + UDP_PROTOCOL + length;
    uint16_t value = checksum_finish(checksum_add(sum, p, length));
    /* RFC 768: zero would say that there is none. */
    wire_store_u16(p + 6, value ? value : 0xffff);
}

void udp_push(struct packet *packet, ipv4_address source, uint16_t source_port,
              ipv4_address destination, uint16_t destination_port)
{
    push(packet, checksum_pseudo_header(source, destination, 0, 0), source_port, destination_port);
}

void udp_push_ipv6(struct packet *packet, const struct ip_address *source, uint16_t source_port,
                   const struct ip_address *destination, uint16_t destination_port)
{
    push(packet, checksum_pseudo_header_ipv6(source, destination, 0, 0), source_port,
         destination_port);
}
