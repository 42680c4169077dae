#ifndef VPNSIM_INET_IPV4_H
#define VPNSIM_INET_IPV4_H

#include "base/checksum.h"
#include "base/ipv4_address.h"
#include "base/packet.h"
#include "base/status.h"
#include "base/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Octets of a header without options (RFC 791 section 3.1). */
#define IPV4_HEADER_SIZE 20
/** Octets of the longest header. */
#define IPV4_HEADER_MAX 60
/** The longest datagram. */
#define IPV4_DATAGRAM_MAX 65535
/** Every host must be able to take a datagram of this size (RFC 791 section 3.2). */
#define IPV4_MINIMUM_REASSEMBLY 576

/** Protocol numbers (IANA "protocol-numbers") that something here knows by name. */
enum ipv4_protocol {
    IPV4_PROTOCOL_ICMP = 1,
    IPV4_PROTOCOL_TCP = 6,
    IPV4_PROTOCOL_UDP = 17,
    IPV4_PROTOCOL_GRE = 47,
    IPV4_PROTOCOL_ESP = 50,
    IPV4_PROTOCOL_AH = 51,
};

/** A header in host order (RFC 791 section 3.1). */
struct ipv4_header {
    uint8_t header_length; /**< octets, options included: 20 to 60 */
    uint8_t tos;
    uint16_t total_length; /**< octets, header included */
    uint16_t identification;
    bool dont_fragment;
    bool more_fragments;
    uint16_t fragment_offset; /**< in octets */
    uint8_t ttl;
    uint8_t protocol;
    uint16_t checksum; /**< as received; ignored by ipv4_push() */
    ipv4_address source;
    ipv4_address destination;
};

/** Why a header was refused. */
enum ipv4_error {
    IPV4_OK,
    IPV4_MALFORMED,    /**< short, wrong version, lengths that contradict each other */
    IPV4_BAD_CHECKSUM, /**< RFC 1122 section 3.2.1.2: discarded silently */
};

/**
 * Decodes and verifies the header at @p octets. @p length is what has arrived and may be longer
 * than the datagram (padding) but not shorter. Options are counted and not looked at.
 */
enum ipv4_error ipv4_decode(const uint8_t *octets, size_t length, struct ipv4_header *header);

/**
 * The same for the start of a datagram quoted by an ICMP error: neither the checksum nor the
 * total length is checked, because what is quoted is cut off and may have been changed on its way.
 */
bool ipv4_decode_quoted(const uint8_t *octets, size_t length, struct ipv4_header *header);

/**
 * Puts a header without options in front of @p packet, whose data becomes the payload: total
 * length and checksum are computed, header_length is not looked at. The packet has 20 octets of
 * headroom and at most 65,515 of data.
 */
void ipv4_push(struct packet *packet, const struct ipv4_header *header);

/**
 * Takes one from the time to live of the datagram at @p octets and corrects its checksum
 * (RFC 1624). The time to live is not 0.
 */
static inline void ipv4_decrement_ttl(uint8_t *octets)
{
    /* Equation 3, HC' = ~(~HC + ~m + m'), where m' is always m - 0x100. */
    uint32_t sum = (uint16_t)~wire_load_u16(octets + 10) + UINT32_C(0xfeff);
    octets[8]--;
    wire_store_u16(octets + 10, (uint16_t) ~(sum + (sum >> 16)));
}

/**
 * Cuts the datagram @p packet, with the decoded @p header and longer than @p mtu, into fragments
 * of at most @p mtu octets, appended to @p fragments in order (RFC 791 section 3.2). A datagram
 * that is a fragment itself may be cut again. Options are repeated when their copied bit is set.
 *
 * STATUS_OK: @p packet has been freed (or reused as the first fragment). Otherwise nothing has
 * changed and the caller still owns @p packet: STATUS_INVALID when @p mtu has no room for 8 octets
 * of payload or a fragment ends behind the longest datagram, STATUS_NO_MEMORY when the pool is
 * empty. Don't Fragment is the caller's to honour.
 */
enum status ipv4_fragment(struct packet *packet, const struct ipv4_header *header, size_t mtu,
                          struct packet_queue *fragments);

/** The lower-case name that packet.dropped uses for a payload: "tcp", "gre", ..., else "ipv4". */
const char *ipv4_protocol_name(uint8_t protocol);

/** True when the source cannot be a host's: multicast, broadcast, 127/8 (RFC 1122 3.2.1.3). */
static inline bool ipv4_is_martian_source(ipv4_address source)
{
    return ipv4_is_multicast(source) || source == IPV4_BROADCAST || source >> 24 == 127;
}

#endif
