#include "inet/neighbor_discovery.h"

#include "base/wire.h"
#include "inet/icmpv6.h"

#include <string.h>

/*
 *  0                   1                   2                   3
 * +---------------+---------------+-------------------------------+
 * |     type      |     code      |           checksum            |
 * +-+-+-+---------+---------------+-------------------------------+
 * |R|S|O|                       reserved                          |
 * +-+-+-+---------------------------------------------------------+
 * |                   target address, 128 bits                    |
 * +---------------+---------------+-------------------------------+
 * |  option type  | length (8 o.) |  link-layer address           |
 * +---------------+---------------+-------------------------------+
 * RFC 4861 sections 4.3, 4.4 and 4.6.1. R, S and O are the advertisement's.
 */
#define FIXED_SIZE     24
#define FLAG_ROUTER    0x80
#define FLAG_SOLICITED 0x40
#define FLAG_OVERRIDE  0x20

#define OPTION_SOURCE_LINK_LAYER 1
#define OPTION_TARGET_LINK_LAYER 2

static uint8_t option_of(uint8_t type)
{
    return type == ICMPV6_NEIGHBOR_SOLICITATION ? OPTION_SOURCE_LINK_LAYER
                                                : OPTION_TARGET_LINK_LAYER;
}

bool neighbor_message_decode(const uint8_t *octets, size_t length, struct neighbor_message *message)
{
    if (length < FIXED_SIZE || octets[1] != 0 ||
        (octets[0] != ICMPV6_NEIGHBOR_SOLICITATION && octets[0] != ICMPV6_NEIGHBOR_ADVERTISEMENT))
        return false;
    bool advertisement = octets[0] == ICMPV6_NEIGHBOR_ADVERTISEMENT;
    *message = (struct neighbor_message){
        .type = octets[0],
        .router = advertisement && (octets[4] & FLAG_ROUTER) != 0,
        .solicited = advertisement && (octets[4] & FLAG_SOLICITED) != 0,
        .override = advertisement && (octets[4] & FLAG_OVERRIDE) != 0,
        .target = ip_address_from_ipv6(octets + 8),
    };
    if (ipv6_is_multicast(&message->target))
        return false;
    struct wire_reader reader = wire_reader_make(octets + FIXED_SIZE, length - FIXED_SIZE);
    while (wire_remaining(&reader) > 0) {
        uint8_t type = wire_get_u8(&reader);
        uint8_t units = wire_get_u8(&reader);
        size_t size = (size_t)units * 8;
        const uint8_t *value = size >= 2 ? wire_get_octets(&reader, size - 2) : NULL;
        if (!value)
            return false;
        if (type == option_of(message->type) && units == 1) {
            message->has_mac = true;
            memcpy(message->mac, value, ETHERNET_ADDRESS_SIZE);
        }
    }
    return true;
}

void neighbor_message_append(struct packet *packet, const struct ip_address *source,
                             const struct ip_address *destination,
                             const struct neighbor_message *message)
{
    size_t length = message->has_mac ? NEIGHBOR_MESSAGE_SIZE : FIXED_SIZE;
    uint8_t *p = packet_append(packet, length);
    memset(p, 0, FIXED_SIZE);
    p[0] = message->type;
    p[4] =
        (uint8_t)((message->router ? FLAG_ROUTER : 0) | (message->solicited ? FLAG_SOLICITED : 0) |
                  (message->override ? FLAG_OVERRIDE : 0));
    memcpy(p + 8, message->target.octets, 16);
    if (message->has_mac) {
        p[FIXED_SIZE] = option_of(message->type);
        p[FIXED_SIZE + 1] = 1;
        memcpy(p + FIXED_SIZE + 2, message->mac, ETHERNET_ADDRESS_SIZE);
    }
    icmpv6_store_checksum(p, length, source, destination);
}
