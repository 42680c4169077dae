#ifndef VPNSIM_IPSEC_AH_H
#define VPNSIM_IPSEC_AH_H

#include "ipsec/esp.h"
#include "ipsec/ipsec_datagram.h"

/** Octets of the header without the ICV (RFC 2402 section 2). */
#define AH_HEADER_SIZE 12

/** How much longer AH of @p sa makes a datagram of IP @p version, 4 or 6. */
size_t ah_overhead(const struct security_association *sa, unsigned version);

/**
 * Protects the whole datagram @p packet in place (RFC 2402 section 3.3): the header is inserted
 * behind the IP header and the extension headers that routers read, IP's length, protocol and
 * checksum are set, and the ICV is computed over everything that does not change on the way.
 *
 * @param datagram  the header of @p packet as it is now; updated
 * @return IPSEC_OK; IPSEC_NO_ROOM, IPSEC_SEQUENCE_EXHAUSTED or, because of an IP option,
 *         IPSEC_MALFORMED, which change nothing
 */
enum ipsec_result ah_protect(struct security_association *sa, struct packet *packet,
                             struct ipsec_datagram *datagram);

/**
 * Checks the datagram @p packet, whose AH starts at datagram->header_length, and removes AH:
 * Sequence Number, then integrity. IP's length, protocol and checksum are set.
 * When the result is not IPSEC_OK, the packet's contents are undefined.
 *
 * @param datagram  the header of @p packet as it is now; updated
 */
enum ipsec_result ah_open(struct security_association *sa, struct ipsec_steps *steps,
                          struct packet *packet, struct ipsec_datagram *datagram);

#endif
