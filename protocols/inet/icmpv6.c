#include "inet/icmpv6.h"

#include "base/checksum.h"
#include "base/wire.h"

#include <string.h>

/*
 *  0                   1                   2                   3
 * +---------------+---------------+-------------------------------+
 * |     type      |     code      |           checksum            |
 * +---------------+---------------+-------------------------------+
 * |  echo: identifier, sequence; too big: MTU; parameter problem: |
 * |  pointer; else unused                                         |
 * +---------------------------------------------------------------+
 * |  echo: data; errors: start of the datagram in question        |
 * +---------------------------------------------------------------+
 * RFC 4443 sections 2.1, 3 and 4.
 */

static bool is_echo(uint8_t type)
{
    return type == ICMPV6_ECHO_REQUEST || type == ICMPV6_ECHO_REPLY;
}

static uint16_t sum_of(const uint8_t *octets, size_t length, const struct ip_address *source,
                       const struct ip_address *destination)
{
    uint64_t sum =
        checksum_pseudo_header_ipv6(source, destination, IPV6_NEXT_ICMPV6, (uint32_t)length);
    return checksum_finish(checksum_add(sum, octets, length));
}

enum icmp_error icmpv6_decode(const uint8_t *octets, size_t length, const struct ip_address *source,
                              const struct ip_address *destination, struct icmpv6_message *message)
{
    if (length < ICMPV6_HEADER_SIZE)
        return ICMP_MALFORMED;
    if (sum_of(octets, length, source, destination) != 0)
        return ICMP_BAD_CHECKSUM;
    *message = (struct icmpv6_message){.type = octets[0], .code = octets[1]};
    if (is_echo(message->type)) {
        message->identifier = wire_load_u16(octets + 4);
        message->sequence = wire_load_u16(octets + 6);
    } else if (message->type == ICMPV6_PACKET_TOO_BIG) {
        message->mtu = wire_load_u32(octets + 4);
    } else if (message->type == ICMPV6_PARAMETER_PROBLEM) {
        message->pointer = wire_load_u32(octets + 4);
    }
    return ICMP_OK;
}

void icmpv6_store_checksum(uint8_t *octets, size_t length, const struct ip_address *source,
                           const struct ip_address *destination)
{
    wire_store_u16(octets + 2, 0);
    wire_store_u16(octets + 2, sum_of(octets, length, source, destination));
}

void icmpv6_push(struct packet *packet, const struct ip_address *source,
                 const struct ip_address *destination, const struct icmpv6_message *message)
{
    uint8_t *p = packet_push(packet, ICMPV6_HEADER_SIZE);
    memset(p, 0, ICMPV6_HEADER_SIZE);
    p[0] = message->type;
    p[1] = message->code;
    if (is_echo(message->type)) {
        wire_store_u16(p + 4, message->identifier);
        wire_store_u16(p + 6, message->sequence);
    } else if (message->type == ICMPV6_PACKET_TOO_BIG) {
        wire_store_u32(p + 4, message->mtu);
    } else if (message->type == ICMPV6_PARAMETER_PROBLEM) {
        wire_store_u32(p + 4, message->pointer);
    }
    icmpv6_store_checksum(p, packet->length, source, destination);
}

bool icmpv6_error_is_allowed(const uint8_t *datagram, size_t length, enum icmp_arrival arrival,
                             bool for_groups)
{
    struct ipv6_header header;
    if (!ipv6_decode_quoted(datagram, length, &header))
        return false;
    if (!for_groups && (arrival != ICMP_ARRIVAL_UNICAST || ipv6_is_multicast(&header.destination)))
        return false;
    if (ipv6_is_unspecified(&header.source) || ipv6_is_multicast(&header.source))
        return false;
    struct ipv6_walk walk;
    enum ipv6_walk_result result = ipv6_walk(datagram, length, &walk);
    uint8_t upper = walk.next_header;
    size_t at = walk.offset;
    if (result == IPV6_WALK_FRAGMENT) {
        if (walk.fragment.offset != 0)
            return true; /* what it carries cannot be seen; RFC 4443 does not forbid it */
        upper = walk.fragment.next_header;
        at += IPV6_FRAGMENT_HEADER_SIZE;
    } else if (result != IPV6_WALK_UPPER) {
        return true;
    }
    if (upper != IPV6_NEXT_ICMPV6)
        return true;
    /* A message that ends before its type may be an error as well as not. */
    return length > at && !icmpv6_is_error(datagram[at]) && datagram[at] != ICMPV6_REDIRECT;
}

struct packet *icmpv6_error_create(struct packet_pool *pool, const struct icmpv6_message *message,
                                   const struct ip_address *source,
                                   const struct ip_address *destination, const uint8_t *datagram,
                                   size_t length)
{
    size_t most = IPV6_MINIMUM_MTU - IPV6_HEADER_SIZE - ICMPV6_HEADER_SIZE;
    size_t quoted = length < most ? length : most;
    struct packet *packet = packet_alloc(pool, quoted);
    if (!packet)
        return NULL;
    memcpy(packet_append(packet, quoted), datagram, quoted);
    icmpv6_push(packet, source, destination, message);
    return packet;
}
