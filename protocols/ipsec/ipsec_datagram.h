#ifndef VPNSIM_IPSEC_IPSEC_DATAGRAM_H
#define VPNSIM_IPSEC_IPSEC_DATAGRAM_H

#include "base/ip_address.h"
#include "base/packet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The few fields of an IP header, of either version, that IPsec reads and writes. It stands alone:
 * a folder of protocols/ knows no other.
 */

/** Protocol numbers that IPsec deals with itself (IANA "protocol-numbers"). */
enum ipsec_next_header {
    IPSEC_NEXT_HOP_BY_HOP = 0,
    IPSEC_NEXT_ICMP = 1,
    IPSEC_NEXT_IPV4 = 4,
    IPSEC_NEXT_TCP = 6,
    IPSEC_NEXT_UDP = 17,
    IPSEC_NEXT_IPV6 = 41,
    IPSEC_NEXT_ROUTING = 43,
    IPSEC_NEXT_FRAGMENT = 44,
    IPSEC_NEXT_ESP = 50,
    IPSEC_NEXT_AH = 51,
    IPSEC_NEXT_ICMPV6 = 58,
    IPSEC_NEXT_DESTINATION_OPTIONS = 60,
};

#define IPSEC_UDP_HEADER_SIZE 8

/** Octets of the longest header that is taken: with IPv6, its extension headers included. */
#define IPSEC_DATAGRAM_HEADER_MAXIMUM 512

/** A header as IPsec sees it. */
struct ipsec_datagram {
    struct ip_address source;
    struct ip_address destination;
    uint16_t header_length; /**< octets in front of the payload. IPv6: with the extension headers up
                                 to the last one that routers read (RFC 2402 section 3.1.1) */
    uint16_t protocol_at;   /**< offset of the octet that says what the payload is */
    uint8_t protocol;       /**< that octet */
    uint8_t tos;            /**< IPv6: Traffic Class */
    uint8_t ttl;            /**< IPv6: Hop Limit */
    bool dont_fragment;     /**< IPv6: always */
    bool fragment;          /**< a piece of a datagram, first or not */
    bool first;             /**< the payload starts with the upper protocol's header */
};

/**
 * Decodes the header of @p packet and cuts what follows the datagram (padding of Ethernet). The
 * checksum is not verified. False: malformed, not IP, or with too long a header.
 */
bool ipsec_datagram_decode(struct packet *packet, struct ipsec_datagram *datagram);

/**
 * The same for the start of a datagram that an ICMP error quotes: what is cut off is not missed.
 */
bool ipsec_datagram_decode_quoted(const uint8_t *octets, size_t length,
                                  struct ipsec_datagram *datagram);

/**
 * The ports of UDP or TCP at @p payload, 0 for other protocols; behind IPv6 destination options
 * too.
 *
 * @param protocol  what the payload is; receives the upper protocol
 * @return whether the upper protocol's header is there
 */
bool ipsec_datagram_upper(const uint8_t *payload, size_t length, uint8_t *protocol,
                          uint16_t *source_port, uint16_t *destination_port);

/** Sets the length, @p protocol and the checksum of the header that @p packet starts with. */
void ipsec_datagram_finish(struct packet *packet, struct ipsec_datagram *datagram,
                           uint8_t protocol);

/**
 * Pushes a header without options in front of @p packet: addresses, tos, ttl and dont_fragment of
 * @p datagram, whose other fields are set.
 */
void ipsec_datagram_push(struct packet *packet, struct ipsec_datagram *datagram, uint8_t protocol,
                         uint16_t identification);

/** Changes the TOS, or Traffic Class, of the header that @p packet starts with. */
void ipsec_datagram_set_tos(struct packet *packet, struct ipsec_datagram *datagram, uint8_t tos);

/** Inserts @p length octets, contents undefined, behind the first @p offset ones of @p packet. */
uint8_t *ipsec_datagram_insert(struct packet *packet, size_t offset, size_t length);

/** Removes @p length octets behind the first @p offset ones of @p packet, which has as many. */
void ipsec_datagram_remove(struct packet *packet, size_t offset, size_t length);

/** Whether @p length octets fit into one datagram of IP @p version. */
bool ipsec_datagram_fits(unsigned version, size_t length);

#endif
