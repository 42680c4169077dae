#ifndef VPNSIM_INET_ETHERNET_H
#define VPNSIM_INET_ETHERNET_H

#include "base/ip_address.h"
#include "base/packet.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define ETHERNET_ADDRESS_SIZE 6
#define ETHERNET_HEADER_SIZE  14

/** EtherTypes that something here looks at (IANA "ieee-802-numbers"). */
enum ethernet_type {
    ETHERNET_TYPE_IPV4 = 0x0800,
    ETHERNET_TYPE_ARP = 0x0806,
    ETHERNET_TYPE_IPV6 = 0x86dd,
    ETHERNET_TYPE_PPPOE_DISCOVERY = 0x8863,
    ETHERNET_TYPE_PPPOE_SESSION = 0x8864,
};

/** An Ethernet II header (RFC 894). The frame check sequence is not modelled; links corrupt bits.
 */
struct ethernet_header {
    uint8_t destination[ETHERNET_ADDRESS_SIZE];
    uint8_t source[ETHERNET_ADDRESS_SIZE];
    uint16_t type;
};

/** ff:ff:ff:ff:ff:ff. */
extern const uint8_t ethernet_broadcast[ETHERNET_ADDRESS_SIZE];

/** Removes the header from @p frame. False, @p frame untouched: fewer than 14 octets. */
bool ethernet_pull(struct packet *frame, struct ethernet_header *header);

/** Puts a header in front of @p packet, which has 14 octets of headroom. */
static inline void ethernet_push(struct packet *packet,
                                 const uint8_t destination[ETHERNET_ADDRESS_SIZE],
                                 const uint8_t source[ETHERNET_ADDRESS_SIZE], uint16_t type)
{
    uint8_t *p = packet_push(packet, ETHERNET_HEADER_SIZE);
    memcpy(p, destination, ETHERNET_ADDRESS_SIZE);
    memcpy(p + 6, source, ETHERNET_ADDRESS_SIZE);
    p[12] = (uint8_t)(type >> 8);
    p[13] = (uint8_t)type;
}

/** True for a multicast or broadcast address: the group bit of the first octet. */
static inline bool ethernet_is_group(const uint8_t address[ETHERNET_ADDRESS_SIZE])
{
    return (address[0] & 1) != 0;
}

/** The group address of IPv4 multicast group @p group (RFC 1112 section 6.4). */
void ethernet_from_multicast(ipv4_address group, uint8_t address[ETHERNET_ADDRESS_SIZE]);

/** The group address of the IPv6 multicast group @p group (RFC 2464 section 7). */
void ethernet_from_ipv6_multicast(const struct ip_address *group,
                                  uint8_t address[ETHERNET_ADDRESS_SIZE]);

/** Octets ethernet_format() needs. */
#define ETHERNET_TEXT_SIZE 18

/** Writes "00:0c:29:01:02:03" into @p text and returns it. */
const char *ethernet_format(const uint8_t address[ETHERNET_ADDRESS_SIZE],
                            char text[ETHERNET_TEXT_SIZE]);

/** Parses six two-digit hexadecimal octets separated by ':' or '-'. False: @p address kept. */
bool ethernet_parse(const char *text, uint8_t address[ETHERNET_ADDRESS_SIZE]);

#endif
