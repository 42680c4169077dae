#include "ipsec/ipsec_datagram.h"

#include "base/checksum.h"
#include "base/wire.h"

#include <assert.h>
#include <string.h>

/* RFC 791 section 3.1 and RFC 8200 section 3: lengths, and offsets of the fields that matter. */
#define IPV4_HEADER      20
#define IPV4_TOS         1
#define IPV4_LENGTH      2
#define IPV4_FRAGMENT    6
#define IPV4_TTL         8
#define IPV4_PROTOCOL    9
#define IPV4_CHECKSUM    10
#define IPV4_SOURCE      12
#define IPV4_DESTINATION 16
#define IPV4_DF          0x4000
#define IPV4_MF          0x2000
#define IPV4_OFFSET      0x1fff

#define IPV6_HEADER      40
#define IPV6_LENGTH      4
#define IPV6_NEXT        6
#define IPV6_HOP_LIMIT   7
#define IPV6_SOURCE      8
#define IPV6_DESTINATION 24

#define LENGTH_MAXIMUM 65535

static bool decode_ipv4(const uint8_t *octets, size_t length, struct ipsec_datagram *datagram,
                        size_t *total)
{
    if (length < IPV4_HEADER)
        return false;
    const size_t header = (size_t)(octets[0] & 0x0f) * 4;
    const unsigned fragment = wire_load_u16(octets + IPV4_FRAGMENT);
    *total = wire_load_u16(octets + IPV4_LENGTH);
    if (header < IPV4_HEADER || header > length || *total < header)
        return false;
    *datagram = (struct ipsec_datagram){
        .source = ip_address_from_ipv4(wire_load_u32(octets + IPV4_SOURCE)),
        .destination = ip_address_from_ipv4(wire_load_u32(octets + IPV4_DESTINATION)),
        .header_length = (uint16_t)header,
        .protocol_at = IPV4_PROTOCOL,
        .protocol = octets[IPV4_PROTOCOL],
        .tos = octets[IPV4_TOS],
        .ttl = octets[IPV4_TTL],
        .dont_fragment = (fragment & IPV4_DF) != 0,
        .fragment = (fragment & (IPV4_MF | IPV4_OFFSET)) != 0,
        .first = (fragment & IPV4_OFFSET) == 0,
    };
    return true;
}

static bool is_extension(uint8_t next)
{
    return next == IPSEC_NEXT_HOP_BY_HOP || next == IPSEC_NEXT_ROUTING ||
           next == IPSEC_NEXT_FRAGMENT || next == IPSEC_NEXT_DESTINATION_OPTIONS;
}

/*
 * Destination options stand before what routers read, when they are for each destination of a
 * route, or behind it (RFC 8200 section 4.1): only what comes next tells. Before AH or ESP they
 * belong to the header.
 */
static bool walk_extensions(const uint8_t *octets, size_t length, struct ipsec_datagram *datagram)
{
    uint8_t next = datagram->protocol;
    size_t next_at = datagram->protocol_at;
    size_t position = datagram->header_length;
    while (is_extension(next)) {
        if (position + 8 > length || position > IPSEC_DATAGRAM_HEADER_MAXIMUM)
            return false;
        const uint8_t *header = octets + position;
        const bool optional = next == IPSEC_NEXT_DESTINATION_OPTIONS;
        size_t size = (size_t)(header[1] + 1) * 8;
        if (next == IPSEC_NEXT_FRAGMENT) {
            const unsigned fragment = wire_load_u16(header + 2);
            size = 8;
            datagram->fragment |= (fragment & 0xfff9) != 0; /* offset or M flag */
            datagram->first = fragment >> 3 == 0;
        }
        if (position + size > length)
            return false;
        next = header[0];
        next_at = position;
        position += size;
        if (!optional || next == IPSEC_NEXT_ESP || next == IPSEC_NEXT_AH) {
            datagram->protocol = next;
            datagram->protocol_at = (uint16_t)next_at;
            datagram->header_length = (uint16_t)position;
        }
        if (!datagram->first) /* what follows is the middle of something */
            break;
    }
    return datagram->header_length <= IPSEC_DATAGRAM_HEADER_MAXIMUM;
}

static bool decode_ipv6(const uint8_t *octets, size_t length, struct ipsec_datagram *datagram,
                        size_t *total)
{
    if (length < IPV6_HEADER)
        return false;
    *total = IPV6_HEADER + (size_t)wire_load_u16(octets + IPV6_LENGTH);
    *datagram = (struct ipsec_datagram){
        .source = ip_address_from_ipv6(octets + IPV6_SOURCE),
        .destination = ip_address_from_ipv6(octets + IPV6_DESTINATION),
        .header_length = IPV6_HEADER,
        .protocol_at = IPV6_NEXT,
        .protocol = octets[IPV6_NEXT],
        .tos = (uint8_t)(wire_load_u16(octets) >> 4),
        .ttl = octets[IPV6_HOP_LIMIT],
        .dont_fragment = true,
        .first = true,
    };
    return walk_extensions(octets, *total < length ? *total : length, datagram);
}

static bool decode(const uint8_t *octets, size_t length, struct ipsec_datagram *datagram,
                   size_t *total)
{
    if (length == 0)
        return false;
    switch (octets[0] >> 4) {
    case 4:
        return decode_ipv4(octets, length, datagram, total);
    case 6:
        return decode_ipv6(octets, length, datagram, total);
    default:
        return false;
    }
}

bool ipsec_datagram_decode(struct packet *packet, struct ipsec_datagram *datagram)
{
    size_t total;
    if (!decode(packet->data, packet->length, datagram, &total) || total > packet->length)
        return false;
    packet_trim(packet, total);
    return true;
}

bool ipsec_datagram_decode_quoted(const uint8_t *octets, size_t length,
                                  struct ipsec_datagram *datagram)
{
    size_t total;
    return decode(octets, length, datagram, &total);
}

bool ipsec_datagram_upper(const uint8_t *payload, size_t length, uint8_t *protocol,
                          uint16_t *source_port, uint16_t *destination_port)
{
    *source_port = 0;
    *destination_port = 0;
    while (*protocol == IPSEC_NEXT_DESTINATION_OPTIONS) {
        if (length < 8 || length < (size_t)(payload[1] + 1) * 8)
            return false;
        const size_t size = (size_t)(payload[1] + 1) * 8;
        *protocol = payload[0];
        payload += size;
        length -= size;
    }
    if (*protocol != IPSEC_NEXT_TCP && *protocol != IPSEC_NEXT_UDP)
        return true;
    if (length < 4)
        return false;
    *source_port = wire_load_u16(payload);
    *destination_port = wire_load_u16(payload + 2);
    return true;
}

void ipsec_datagram_finish(struct packet *packet, struct ipsec_datagram *datagram, uint8_t protocol)
{
    uint8_t *octets = packet->data;
    octets[datagram->protocol_at] = protocol;
    datagram->protocol = protocol;
    if (datagram->source.version == 6) {
        wire_store_u16(octets + IPV6_LENGTH, (uint16_t)(packet->length - IPV6_HEADER));
        return;
    }
    const size_t header = (size_t)(octets[0] & 0x0f) * 4;
    wire_store_u16(octets + IPV4_LENGTH, (uint16_t)packet->length);
    wire_store_u16(octets + IPV4_CHECKSUM, 0);
    wire_store_u16(octets + IPV4_CHECKSUM, checksum(octets, header));
}

void ipsec_datagram_push(struct packet *packet, struct ipsec_datagram *datagram, uint8_t protocol,
                         uint16_t identification)
{
    const bool ipv6 = datagram->source.version == 6;
    const size_t size = ipv6 ? IPV6_HEADER : IPV4_HEADER;
    uint8_t *octets = packet_push(packet, size);
    memset(octets, 0, size);
    datagram->header_length = (uint16_t)size;
    datagram->protocol_at = ipv6 ? IPV6_NEXT : IPV4_PROTOCOL;
    datagram->fragment = false;
    datagram->first = true;
    if (ipv6) {
        datagram->dont_fragment = true;
        wire_store_u16(octets, (uint16_t)(0x6000 | datagram->tos << 4));
        octets[IPV6_HOP_LIMIT] = datagram->ttl;
        memcpy(octets + IPV6_SOURCE, datagram->source.octets, 16);
        memcpy(octets + IPV6_DESTINATION, datagram->destination.octets, 16);
    } else {
        octets[0] = 0x45;
        octets[IPV4_TOS] = datagram->tos;
        wire_store_u16(octets + 4, identification);
        wire_store_u16(octets + IPV4_FRAGMENT, datagram->dont_fragment ? IPV4_DF : 0);
        octets[IPV4_TTL] = datagram->ttl;
        memcpy(octets + IPV4_SOURCE, datagram->source.octets, 4);
        memcpy(octets + IPV4_DESTINATION, datagram->destination.octets, 4);
    }
    ipsec_datagram_finish(packet, datagram, protocol);
}

void ipsec_datagram_set_tos(struct packet *packet, struct ipsec_datagram *datagram, uint8_t tos)
{
    uint8_t *octets = packet->data;
    const uint16_t old = wire_load_u16(octets);
    datagram->tos = tos;
    if (datagram->source.version == 6) {
        wire_store_u16(octets, (uint16_t)((old & 0xf00f) | tos << 4));
        return;
    }
    octets[IPV4_TOS] = tos;
    wire_store_u16(octets + IPV4_CHECKSUM, checksum_update(wire_load_u16(octets + IPV4_CHECKSUM),
                                                           old, wire_load_u16(octets)));
}

uint8_t *ipsec_datagram_insert(struct packet *packet, size_t offset, size_t length)
{
    uint8_t *start = packet_push(packet, length);
    memmove(start, start + length, offset);
    return start + offset;
}

void ipsec_datagram_remove(struct packet *packet, size_t offset, size_t length)
{
    assert(offset + length <= packet->length);
    memmove(packet->data + length, packet->data, offset);
    packet_pull(packet, length);
}

bool ipsec_datagram_fits(unsigned version, size_t length)
{
    return length <= LENGTH_MAXIMUM + (version == 6 ? IPV6_HEADER : 0);
}
