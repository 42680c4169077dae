#ifndef VPNSIM_INET_ICMPV6_H
#define VPNSIM_INET_ICMPV6_H

#include "base/ip_address.h"
#include "base/packet.h"
#include "inet/icmp.h"
#include "inet/ipv6.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ICMPV6_HEADER_SIZE 8

/** Message types (RFC 4443, RFC 4861); those below 128 report errors. */
enum icmpv6_type {
    ICMPV6_DESTINATION_UNREACHABLE = 1,
    ICMPV6_PACKET_TOO_BIG = 2,
    ICMPV6_TIME_EXCEEDED = 3,
    ICMPV6_PARAMETER_PROBLEM = 4,
    ICMPV6_ECHO_REQUEST = 128,
    ICMPV6_ECHO_REPLY = 129,
    ICMPV6_ROUTER_SOLICITATION = 133,
    ICMPV6_ROUTER_ADVERTISEMENT = 134,
    ICMPV6_NEIGHBOR_SOLICITATION = 135,
    ICMPV6_NEIGHBOR_ADVERTISEMENT = 136,
    ICMPV6_REDIRECT = 137,
};

/** Codes of ICMPV6_DESTINATION_UNREACHABLE (RFC 4443 section 3.1). */
enum icmpv6_unreachable_code {
    ICMPV6_NO_ROUTE = 0,
    ICMPV6_PROHIBITED = 1,
    ICMPV6_BEYOND_SCOPE = 2,
    ICMPV6_ADDRESS_UNREACHABLE = 3,
    ICMPV6_PORT_UNREACHABLE = 4,
};

/** Codes of ICMPV6_TIME_EXCEEDED (RFC 4443 section 3.3). */
enum icmpv6_time_exceeded_code {
    ICMPV6_HOP_LIMIT_EXCEEDED = 0,
    ICMPV6_REASSEMBLY_TIME_EXCEEDED = 1,
};

/** Codes of ICMPV6_PARAMETER_PROBLEM (RFC 4443 section 3.4). */
enum icmpv6_problem_code {
    ICMPV6_ERRONEOUS_FIELD = 0,
    ICMPV6_UNKNOWN_NEXT_HEADER = 1,
    ICMPV6_UNKNOWN_OPTION = 2,
};

/** A message's fixed part; which fields hold depends on the type. */
struct icmpv6_message {
    uint8_t type;
    uint8_t code;
    uint16_t identifier; /**< echo */
    uint16_t sequence;   /**< echo */
    uint32_t mtu;        /**< packet too big */
    uint32_t pointer;    /**< parameter problem */
};

/**
 * Decodes and verifies a whole message between two addresses of version 6, which the checksum
 * covers (RFC 4443 section 2.3).
 */
enum icmp_error icmpv6_decode(const uint8_t *octets, size_t length, const struct ip_address *source,
                              const struct ip_address *destination, struct icmpv6_message *message);

/** Puts the 8 octets in front of @p packet, whose data becomes the message's, and the checksum. */
void icmpv6_push(struct packet *packet, const struct ip_address *source,
                 const struct ip_address *destination, const struct icmpv6_message *message);

/** Stores the checksum of the whole message of @p length octets at @p octets. */
void icmpv6_store_checksum(uint8_t *octets, size_t length, const struct ip_address *source,
                           const struct ip_address *destination);

/** True for the types that report an error: these never cause another one. */
static inline bool icmpv6_is_error(uint8_t type)
{
    return type < 128;
}

/**
 * RFC 4443 section 2.4 (e): no error is sent about an ICMPv6 error or a redirect, a datagram to a
 * multicast group or in a link-layer multicast (Packet Too Big, and a Parameter Problem about an
 * option, excepted: @p for_groups), or one whose source does not name a single host. @p datagram
 * starts with a valid header.
 */
bool icmpv6_error_is_allowed(const uint8_t *datagram, size_t length, enum icmp_arrival arrival,
                             bool for_groups);

/**
 * A new packet with an error message (no IPv6 header) from @p source to @p destination that quotes
 * as much of @p datagram as fits into the minimum MTU (RFC 4443 section 2.4 (c)). NULL: pool
 * exhausted.
 */
struct packet *icmpv6_error_create(struct packet_pool *pool, const struct icmpv6_message *message,
                                   const struct ip_address *source,
                                   const struct ip_address *destination, const uint8_t *datagram,
                                   size_t length);

#endif
