#ifndef VPNSIM_IPSEC_UDP_ENCAPSULATION_H
#define VPNSIM_IPSEC_UDP_ENCAPSULATION_H

#include "ipsec/ipsec_datagram.h"

/** The port that IKE and ESP share behind a NAT (RFC 3948). */
#define UDP_ENCAPSULATION_PORT 4500
/** Octets of zero in front of an IKE message on that port (RFC 3948 section 2.2). */
#define UDP_ENCAPSULATION_MARKER_SIZE 4

/** What a UDP payload on the shared port is. */
enum udp_encapsulation_kind {
    UDP_ENCAPSULATION_IKE,        /**< starts with the Non-ESP Marker */
    UDP_ENCAPSULATION_ESP,        /**< starts with an SPI */
    UDP_ENCAPSULATION_KEEP_ALIVE, /**< one octet FF (RFC 3948 section 2.3) */
    UDP_ENCAPSULATION_MALFORMED,  /**< too short for any of them */
};

/** Tells what the @p length octets of a UDP payload on the shared port are. */
enum udp_encapsulation_kind udp_encapsulation_classify(const uint8_t *payload, size_t length);

/** How the checksum of UDP or TCP is mended after transport mode through a NAT (RFC 3948 3.1.2). */
enum ipsec_checksum_repair {
    IPSEC_CHECKSUM_KEPT,       /**< no NAT on the way */
    IPSEC_CHECKSUM_UPDATED,    /**< from the original addresses to those seen: an error stays one */
    IPSEC_CHECKSUM_RECOMPUTED, /**< made right; UDP over IPv4: none */
};

/**
 * Mends the checksum of the UDP or TCP payload of @p packet, a datagram whose addresses a NAT has
 * changed; other payloads are left alone.
 *
 * @param original_source       what the sender computed it with; for IPSEC_CHECKSUM_UPDATED
 * @param original_destination  likewise
 */
void udp_encapsulation_repair_checksum(struct packet *packet, const struct ipsec_datagram *datagram,
                                       enum ipsec_checksum_repair repair,
                                       const struct ip_address *original_source,
                                       const struct ip_address *original_destination);

#endif
