#include "nodes/nat_edit.h"

#include "inet/icmp.h"

/* Where the checksum of a protocol's header is. */
#define TCP_CHECKSUM_OFFSET  16
#define UDP_CHECKSUM_OFFSET  6
#define ICMP_CHECKSUM_OFFSET 2
#define ICMP_ID_OFFSET       4

static bool has_ports(const struct ipv4_header *header)
{
    return header->protocol == IPV4_PROTOCOL_TCP || header->protocol == IPV4_PROTOCOL_UDP;
}

/* Where the port of an end is behind the IP header; 0 with nothing to change: there is none. */
static size_t port_offset(const struct ipv4_header *header, enum nat_end end)
{
    if (header->protocol == IPV4_PROTOCOL_ICMP)
        return ICMP_ID_OFFSET;
    return end == NAT_SOURCE ? 0 : 2;
}

bool nat_port(const struct ipv4_header *header, const uint8_t *datagram, size_t length,
              enum nat_end end, uint16_t *port)
{
    *port = 0;
    if (!has_ports(header) && header->protocol != IPV4_PROTOCOL_ICMP)
        return true;
    size_t offset = header->header_length + port_offset(header, end);
    if (length < offset + 2)
        return false;
    *port = wire_load_u16(datagram + offset);
    return true;
}

/* The checksum behind the IP header; NULL: there is none, or it is cut off. */
static uint8_t *payload_checksum(const struct ipv4_header *header, uint8_t *datagram, size_t length)
{
    size_t offset = header->protocol == IPV4_PROTOCOL_TCP   ? TCP_CHECKSUM_OFFSET
                    : header->protocol == IPV4_PROTOCOL_UDP ? UDP_CHECKSUM_OFFSET
                                                            : ICMP_CHECKSUM_OFFSET;
    if (!has_ports(header) && header->protocol != IPV4_PROTOCOL_ICMP)
        return NULL;
    if (length < header->header_length + offset + 2)
        return NULL;
    uint8_t *field = datagram + header->header_length + offset;
    /* RFC 768: a UDP checksum of 0 is none, and none it stays. */
    return header->protocol == IPV4_PROTOCOL_UDP && wire_load_u16(field) == 0 ? NULL : field;
}

static void correct(uint8_t *field, uint16_t before, uint16_t after)
{
    if (field)
        wire_store_u16(field, checksum_update(wire_load_u16(field), before, after));
}

/* Stores @value at @field and corrects the checksums that cover it. */
static void store(uint8_t *field, uint16_t value, uint8_t *first, uint8_t *second)
{
    uint16_t before = wire_load_u16(field);
    wire_store_u16(field, value);
    correct(first, before, value);
    correct(second, before, value);
}

void nat_edit(struct ipv4_header *header, uint8_t *datagram, size_t length, enum nat_end end,
              ipv4_address address, uint16_t port)
{
    uint8_t *at = datagram + (end == NAT_SOURCE ? 12 : 16);
    uint8_t *payload = payload_checksum(header, datagram, length);
    bool ports = has_ports(header);
    /* The pseudo-header of TCP and UDP has the addresses; ICMP has none. */
    uint8_t *covers = ports ? payload : NULL;
    store(at, (uint16_t)(address >> 16), datagram + 10, covers);
    store(at + 2, (uint16_t)address, datagram + 10, covers);
    size_t offset = header->header_length + port_offset(header, end);
    if ((ports || header->protocol == IPV4_PROTOCOL_ICMP) && length >= offset + 2)
        store(datagram + offset, port, payload, NULL);
    /* A computed 0 is sent as all ones, since 0 would mean none. */
    if (payload && header->protocol == IPV4_PROTOCOL_UDP && wire_load_u16(payload) == 0)
        wire_store_u16(payload, UINT16_MAX);
    header->checksum = wire_load_u16(datagram + 10);
    if (end == NAT_SOURCE)
        header->source = address;
    else
        header->destination = address;
}
