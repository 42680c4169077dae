#ifndef VPNSIM_INET_NEIGHBOR_DISCOVERY_H
#define VPNSIM_INET_NEIGHBOR_DISCOVERY_H

#include "base/ip_address.h"
#include "base/packet.h"
#include "inet/ethernet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Octets of a Neighbor Solicitation or Advertisement with one link-layer address option. */
#define NEIGHBOR_MESSAGE_SIZE 32
/** Messages of Neighbor Discovery are sent, and taken, with this hop limit only: no router can have
 * passed them on (RFC 4861 section 7.1). */
#define NEIGHBOR_HOP_LIMIT 255

/** A Neighbor Solicitation or Advertisement (RFC 4861 sections 4.3 and 4.4). */
struct neighbor_message {
    uint8_t type;   /**< ICMPV6_NEIGHBOR_SOLICITATION or _ADVERTISEMENT */
    bool router;    /**< advertisement: the sender forwards */
    bool solicited; /**< advertisement: an answer to a solicitation */
    bool override;  /**< advertisement: takes the place of what is known */
    struct ip_address target;
    bool has_mac; /**< the option: Source (solicitation) or Target Link-Layer Address */
    uint8_t mac[ETHERNET_ADDRESS_SIZE];
};

/**
 * Decodes an ICMPv6 message whose checksum is right. False where RFC 4861 sections 7.1.1 and 7.1.2
 * want it discarded for what it holds: too short, another code or type, an option of length 0 or
 * that ends behind it, a target that is a group. Unknown options are passed by.
 */
bool neighbor_message_decode(const uint8_t *octets, size_t length,
                             struct neighbor_message *message);

/**
 * Appends the ICMPv6 message, checksum included, to @p packet, which is empty and has room for
 * NEIGHBOR_MESSAGE_SIZE octets.
 */
void neighbor_message_append(struct packet *packet, const struct ip_address *source,
                             const struct ip_address *destination,
                             const struct neighbor_message *message);

#endif
