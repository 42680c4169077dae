#ifndef VPNSIM_IPX_IPX_H
#define VPNSIM_IPX_IPX_H

#include "base/packet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IPX_HEADER_SIZE      30
#define IPX_NODE_NUMBER_SIZE 6
/** Longest datagram: what every link that carries IPX takes (RFC 1552 section 2.1). */
#define IPX_DATAGRAM_SIZE 576

/** Packet types. */
#define IPX_TYPE_UNKNOWN 0
#define IPX_TYPE_RIP     1
#define IPX_TYPE_ECHO    2
#define IPX_TYPE_SPX     5

/** The socket that answers echoes. */
#define IPX_SOCKET_ECHO 0x0002

/** An end point: network, node and socket. */
struct ipx_address {
    uint32_t network;
    uint8_t node[IPX_NODE_NUMBER_SIZE];
    uint16_t socket;
};

/** A header in host order; the checksum field, which Novell leaves unused, is always FFFF. */
struct ipx_header {
    uint16_t length; /**< octets, header included */
    uint8_t hops;    /**< Transport Control: routers passed */
    uint8_t type;
    struct ipx_address destination;
    struct ipx_address source;
};

/** Decodes the header of a datagram of @p length octets (padding may follow the datagram). False:
 *  truncated, a length that does not fit, or a checksum, which nobody can verify here. */
bool ipx_decode(const uint8_t *octets, size_t length, struct ipx_header *header);

/** Puts @p header in front of @p packet; its length is that of the result. */
void ipx_push(struct packet *packet, const struct ipx_header *header);

/* The echo protocol: a datagram of IPX_TYPE_ECHO to IPX_SOCKET_ECHO whose data starts with an
   operation; whoever gets a request sends the data back as a reply. */
#define IPX_ECHO_REQUEST        1
#define IPX_ECHO_REPLY          2
#define IPX_ECHO_OPERATION_SIZE 2

#endif
