#ifndef VPNSIM_INET_IPV6_H
#define VPNSIM_INET_IPV6_H

#include "base/ip_address.h"
#include "base/packet.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Octets of the header (RFC 8200 section 3). */
#define IPV6_HEADER_SIZE 40
/** Octets of a fragment header (RFC 8200 section 4.5). */
#define IPV6_FRAGMENT_HEADER_SIZE 8
/** The longest datagram here, header included: what a packet takes. Jumbograms are not modelled. */
#define IPV6_DATAGRAM_MAX 65535
/** Every link carries datagrams of this size (RFC 8200 section 5). */
#define IPV6_MINIMUM_MTU 1280

/** Values of the next header field (IANA "protocol-numbers") that something here knows. */
enum ipv6_next_header {
    IPV6_NEXT_HOP_BY_HOP = 0,
    IPV6_NEXT_TCP = 6,
    IPV6_NEXT_UDP = 17,
    IPV6_NEXT_ROUTING = 43,
    IPV6_NEXT_FRAGMENT = 44,
    IPV6_NEXT_ESP = 50,
    IPV6_NEXT_AH = 51,
    IPV6_NEXT_ICMPV6 = 58,
    IPV6_NEXT_NONE = 59,
    IPV6_NEXT_DESTINATION_OPTIONS = 60,
};

/** A header in host order (RFC 8200 section 3). Both addresses are of version 6. */
struct ipv6_header {
    uint8_t traffic_class;
    uint32_t flow_label;     /**< 20 bits */
    uint16_t payload_length; /**< octets behind this header, extension headers included */
    uint8_t next_header;
    uint8_t hop_limit;
    struct ip_address source;
    struct ip_address destination;
};

/**
 * Decodes the header at @p octets, of which @p length have arrived: perhaps more than the datagram
 * has (padding). False: fewer, or not version 6.
 */
bool ipv6_decode(const uint8_t *octets, size_t length, struct ipv6_header *header);

/** The same for a datagram quoted by an ICMPv6 error, which is cut off. */
bool ipv6_decode_quoted(const uint8_t *octets, size_t length, struct ipv6_header *header);

/**
 * Puts a header in front of @p packet, whose data becomes the payload; payload_length is computed.
 * The packet has 40 octets of headroom and at most 65,535 - 40 of data.
 */
void ipv6_push(struct packet *packet, const struct ipv6_header *header);

/** What a fragment header says. */
struct ipv6_fragment_header {
    uint8_t next_header;
    bool more_fragments;
    uint16_t offset; /**< in octets */
    uint32_t identification;
};

/** How ipv6_walk() ended. */
enum ipv6_walk_result {
    IPV6_WALK_UPPER,     /**< at a header that is none of RFC 8200's extension headers */
    IPV6_WALK_FRAGMENT,  /**< at the fragment header of a fragment: reassemble first */
    IPV6_WALK_MALFORMED, /**< a header that ends behind the datagram */
    IPV6_WALK_DISCARD,   /**< an unknown option wants the datagram discarded without a word */
    IPV6_WALK_PROBLEM,   /**< discard it and send a Parameter Problem */
};

/** Where ipv6_walk() has got to; positions are octets from the start of the IPv6 header. */
struct ipv6_walk {
    uint8_t next_header;        /**< kind of the header at offset */
    size_t offset;              /**< UPPER: of the upper-layer header; FRAGMENT: of that header */
    size_t next_header_offset;  /**< of the field that announced it */
    uint8_t problem_code;       /**< PROBLEM: RFC 4443 section 3.4 */
    uint32_t problem_pointer;   /**< PROBLEM: the octet that is wrong */
    bool problem_for_multicast; /**< PROBLEM: to be told also of a datagram sent to a group */
    struct ipv6_fragment_header fragment; /**< FRAGMENT */
};

/**
 * Follows the extension headers of the datagram of @p length octets at @p octets (with a valid
 * header) as its destination does: options of RFC 8200 section 4.2, routing headers with segments
 * left (section 4.4), fragment headers. ESP and AH end the walk: IPsec processes them. A fragment
 * header that says "the whole" is passed by (RFC 6946). A first fragment must hold all headers up
 * to the upper-layer one (RFC 7112 section 5). Each header takes at least eight octets, so the work
 * is bounded by the length.
 */
enum ipv6_walk_result ipv6_walk(const uint8_t *octets, size_t length, struct ipv6_walk *walk);

/**
 * Cuts the datagram @p packet, longer than @p mtu, into fragments of at most @p mtu octets,
 * appended to @p fragments in order (RFC 8200 section 4.5): only its source may do that.
 *
 * STATUS_OK: @p packet has been freed. Otherwise nothing has changed and the caller still owns it:
 * STATUS_INVALID when @p mtu has no room for 8 octets of payload or the datagram is malformed or a
 * fragment already, STATUS_NO_MEMORY when the pool is empty.
 */
enum status ipv6_fragment(struct packet *packet, size_t mtu, uint32_t identification,
                          struct packet_queue *fragments);

/** The lower-case name that packet.dropped uses for a payload: "tcp", "icmpv6", ..., else "ipv6".
 */
const char *ipv6_next_header_name(uint8_t next_header);

/** The all-nodes group of the link, ff02::1. */
struct ip_address ipv6_all_nodes(void);

/** The solicited-node group of @p address (RFC 4291 section 2.7.1). */
struct ip_address ipv6_solicited_node(const struct ip_address *address);

/** fe80:: and the interface identifier made of an Ethernet address (RFC 2464 section 4 and 5). */
struct ip_address ipv6_link_local_from_mac(const uint8_t mac[6]);

/** fe80:: and the 64 bits of @p identifier. */
struct ip_address ipv6_link_local(const uint8_t identifier[8]);

#endif
