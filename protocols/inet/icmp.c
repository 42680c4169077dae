#include "inet/icmp.h"

#include <string.h>

/*
 *  0                   1                   2                   3
 * +---------------+---------------+-------------------------------+
 * |     type      |     code      |           checksum            |
 * +---------------+---------------+-------------------------------+
 * |  echo: identifier, sequence; code 4: unused, next-hop MTU;    |
 * |  parameter problem: pointer; else unused                      |
 * +---------------------------------------------------------------+
 * |  echo: data; errors: start of the datagram in question        |
 * +---------------------------------------------------------------+
 * RFC 792; next-hop MTU: RFC 1191 section 4.
 */

static bool is_echo(uint8_t type)
{
    return type == ICMP_ECHO_REQUEST || type == ICMP_ECHO_REPLY;
}

static bool has_mtu(uint8_t type, uint8_t code)
{
    return type == ICMP_DESTINATION_UNREACHABLE && code == ICMP_FRAGMENTATION_NEEDED;
}

enum icmp_error icmp_decode(const uint8_t *octets, size_t length, struct icmp_message *message)
{
    if (length < ICMP_HEADER_SIZE)
        return ICMP_MALFORMED;
    if (checksum(octets, length) != 0)
        return ICMP_BAD_CHECKSUM;
    *message = (struct icmp_message){.type = octets[0], .code = octets[1]};
    if (is_echo(message->type)) {
        message->identifier = wire_load_u16(octets + 4);
        message->sequence = wire_load_u16(octets + 6);
    } else if (has_mtu(message->type, message->code)) {
        message->next_hop_mtu = wire_load_u16(octets + 6);
    } else if (message->type == ICMP_PARAMETER_PROBLEM) {
        message->pointer = octets[4];
    }
    return ICMP_OK;
}

void icmp_push(struct packet *packet, const struct icmp_message *message)
{
    uint8_t *p = packet_push(packet, ICMP_HEADER_SIZE);
    memset(p, 0, ICMP_HEADER_SIZE);
    p[0] = message->type;
    p[1] = message->code;
    if (is_echo(message->type)) {
        wire_store_u16(p + 4, message->identifier);
        wire_store_u16(p + 6, message->sequence);
    } else if (has_mtu(message->type, message->code)) {
        wire_store_u16(p + 6, message->next_hop_mtu);
    } else if (message->type == ICMP_PARAMETER_PROBLEM) {
        p[4] = message->pointer;
    }
    wire_store_u16(p + 2, checksum(p, packet->length));
}

void icmp_make_reply(uint8_t *octets)
{
    uint16_t old_word = wire_load_u16(octets);
    octets[0] = ICMP_ECHO_REPLY;
    wire_store_u16(octets + 2,
                   checksum_update(wire_load_u16(octets + 2), old_word, wire_load_u16(octets)));
}

bool icmp_is_error(uint8_t type)
{
    return type == ICMP_DESTINATION_UNREACHABLE || type == ICMP_SOURCE_QUENCH ||
           type == ICMP_REDIRECT || type == ICMP_TIME_EXCEEDED || type == ICMP_PARAMETER_PROBLEM;
}

bool icmp_error_is_allowed(const uint8_t *datagram, size_t length, enum icmp_arrival arrival)
{
    struct ipv4_header header;
    if (arrival != ICMP_ARRIVAL_UNICAST || !ipv4_decode_quoted(datagram, length, &header))
        return false;
    if (ipv4_is_multicast(header.destination) || header.destination == IPV4_BROADCAST)
        return false;
    if (header.fragment_offset != 0)
        return false;
    /* A source of 0/8 or of class E names no host either. */
    if (header.source >> 24 == 0 || header.source >> 28 == 0xf ||
        ipv4_is_martian_source(header.source))
        return false;
    if (header.protocol != IPV4_PROTOCOL_ICMP)
        return true;
    /* An ICMP message that ends before its type may be an error as well as not. */
    return length > header.header_length && !icmp_is_error(datagram[header.header_length]);
}

struct packet *icmp_error_create(struct packet_pool *pool, const struct icmp_message *message,
                                 const uint8_t *datagram, size_t length, size_t limit)
{
    struct ipv4_header header;
    if (!ipv4_decode_quoted(datagram, length, &header))
        return NULL;
    if (length > header.total_length && header.total_length >= header.header_length)
        length = header.total_length;
    size_t overhead = IPV4_HEADER_SIZE + ICMP_HEADER_SIZE;
    size_t least = (size_t)header.header_length + 8;
    size_t most = limit > overhead + least ? limit - overhead : least;
    size_t quoted = length < most ? length : most;
    struct packet *packet = packet_alloc(pool, quoted);
    if (!packet)
        return NULL;
    memcpy(packet_append(packet, quoted), datagram, quoted);
    icmp_push(packet, message);
    return packet;
}

#define TOKEN UINT64_C(1000000000)

void icmp_rate_limit_init(struct icmp_rate_limit *limit, uint32_t per_second, uint32_t burst)
{
    *limit =
        (struct icmp_rate_limit){.per_second = per_second, .burst = burst, .tokens = burst * TOKEN};
}

bool icmp_rate_limit_take(struct icmp_rate_limit *limit, instant now)
{
    if (limit->per_second == 0)
        return true;
    uint64_t full = limit->burst * TOKEN;
    uint64_t missing = full - limit->tokens;
    instant elapsed = now - limit->updated;
    /* Compared before multiplied: a long silence must not overflow. */
    if (elapsed >= missing / limit->per_second + 1)
        limit->tokens = full;
    else
        limit->tokens += elapsed * limit->per_second;
    limit->updated = now;
    if (limit->tokens < TOKEN)
        return false;
    limit->tokens -= TOKEN;
    return true;
}
