#ifndef VPNSIM_INET_UDP_H
#define VPNSIM_INET_UDP_H

#include "base/ip_address.h"
#include "base/packet.h"

#include <stddef.h>
#include <stdint.h>

#define UDP_HEADER_SIZE 8

/** A header in host order (RFC 768). */
struct udp_header {
    uint16_t source_port;
    uint16_t destination_port;
    uint16_t length;   /**< octets, header included */
    uint16_t checksum; /**< 0: the sender computed none */
};

/** Why a datagram was refused. */
enum udp_error {
    UDP_OK,
    UDP_MALFORMED,    /**< fewer than 8 octets, or a length that does not fit */
    UDP_BAD_CHECKSUM, /**< RFC 1122 section 4.1.3.4: discarded silently */
};

/** Decodes and verifies @p octets, the whole payload of an IP datagram between the addresses. */
enum udp_error udp_decode(const uint8_t *octets, size_t length, ipv4_address source,
                          ipv4_address destination, struct udp_header *header);

/** The same for IPv6, which knows no datagram without a checksum (RFC 8200 section 8.1). */
enum udp_error udp_decode_ipv6(const uint8_t *octets, size_t length,
                               const struct ip_address *source,
                               const struct ip_address *destination, struct udp_header *header);

/** Puts a header with its checksum in front of @p packet, whose data becomes the payload. */
void udp_push(struct packet *packet, ipv4_address source, uint16_t source_port,
              ipv4_address destination, uint16_t destination_port);

/** The same between addresses of version 6. */
void udp_push_ipv6(struct packet *packet, const struct ip_address *source, uint16_t source_port,
                   const struct ip_address *destination, uint16_t destination_port);

#endif
