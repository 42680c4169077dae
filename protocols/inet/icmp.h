#ifndef VPNSIM_INET_ICMP_H
#define VPNSIM_INET_ICMP_H

#include "base/instant.h"
#include "base/packet.h"
#include "inet/ipv4.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ICMP_HEADER_SIZE 8

/** Message types (RFC 792). */
enum icmp_type {
    ICMP_ECHO_REPLY = 0,
    ICMP_DESTINATION_UNREACHABLE = 3,
    ICMP_SOURCE_QUENCH = 4,
    ICMP_REDIRECT = 5,
    ICMP_ECHO_REQUEST = 8,
    ICMP_TIME_EXCEEDED = 11,
    ICMP_PARAMETER_PROBLEM = 12,
};

/** Codes of ICMP_DESTINATION_UNREACHABLE (RFC 792, RFC 1812 section 5.2.7.1). */
enum icmp_unreachable_code {
    ICMP_NET_UNREACHABLE = 0,
    ICMP_HOST_UNREACHABLE = 1,
    ICMP_PROTOCOL_UNREACHABLE = 2,
    ICMP_PORT_UNREACHABLE = 3,
    ICMP_FRAGMENTATION_NEEDED = 4,
    ICMP_ADMINISTRATIVELY_PROHIBITED = 13,
};

/** Codes of ICMP_TIME_EXCEEDED (RFC 792). */
enum icmp_time_exceeded_code {
    ICMP_TTL_EXCEEDED = 0,
    ICMP_REASSEMBLY_TIME_EXCEEDED = 1,
};

/** A message's fixed part; which fields hold depends on the type. */
struct icmp_message {
    uint8_t type;
    uint8_t code;
    uint16_t identifier;   /**< echo */
    uint16_t sequence;     /**< echo */
    uint16_t next_hop_mtu; /**< unreachable code 4 (RFC 1191 section 4); 0: the router is older */
    uint8_t pointer;       /**< parameter problem */
};

/** Why a message was refused. */
enum icmp_error {
    ICMP_OK,
    ICMP_MALFORMED, /**< fewer than 8 octets */
    ICMP_BAD_CHECKSUM,
};

/** Decodes and verifies a whole message; what follows the first 8 octets is data or the quote. */
enum icmp_error icmp_decode(const uint8_t *octets, size_t length, struct icmp_message *message);

/** Puts the 8 octets in front of @p packet, whose data becomes the message's, and the checksum. */
void icmp_push(struct packet *packet, const struct icmp_message *message);

/** Turns the echo request at @p octets, already verified, into its reply in place. */
void icmp_make_reply(uint8_t *octets);

/** True for the types that report an error: these never cause another one. */
bool icmp_is_error(uint8_t type);

/** How the datagram in question came to us, as far as its own octets do not say. */
enum icmp_arrival {
    ICMP_ARRIVAL_UNICAST,
    ICMP_ARRIVAL_LINK_GROUP,         /**< in a link-layer broadcast or multicast */
    ICMP_ARRIVAL_DIRECTED_BROADCAST, /**< to the broadcast address of a network of ours */
};

/**
 * RFC 1122 section 3.2.2 and RFC 1812 section 4.3.2.7: no error is sent about an ICMP error, a
 * datagram to a broadcast or multicast address, one in a link-layer broadcast, a fragment other
 * than the first, or one whose source does not name a single host.
 */
bool icmp_error_is_allowed(const uint8_t *datagram, size_t length, enum icmp_arrival arrival);

/**
 * A new packet with an error message (no IP header) that quotes the start of @p datagram: its
 * header and as much as makes the whole IP datagram no longer than @p limit octets (RFC 1812
 * section 4.3.2.3 says 576), at least 8 octets of payload (RFC 792). NULL: pool exhausted.
 */
struct packet *icmp_error_create(struct packet_pool *pool, const struct icmp_message *message,
                                 const uint8_t *datagram, size_t length, size_t limit);

/** A token bucket over the errors a node sends (RFC 1812 section 4.3.2.8). */
struct icmp_rate_limit {
    uint32_t per_second; /**< 0: no limit */
    uint32_t burst;
    uint64_t tokens; /**< in billionths */
    instant updated;
};

/** A full bucket. */
void icmp_rate_limit_init(struct icmp_rate_limit *limit, uint32_t per_second, uint32_t burst);

/** Takes one token; false: none left, send nothing. */
bool icmp_rate_limit_take(struct icmp_rate_limit *limit, instant now);

#endif
