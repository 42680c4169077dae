#ifndef VPNSIM_NODES_NAT_EDIT_H
#define VPNSIM_NODES_NAT_EDIT_H

#include "inet/ipv4.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * How a translator changes datagrams: an address of the IP header and a port behind it, with every
 * checksum that covers them corrected by what has changed (RFC 1624, RFC 3022 section 4.1), so that
 * one that was wrong before is wrong afterwards.
 */

/** Which end of a datagram is changed. */
enum nat_end {
    NAT_SOURCE,
    NAT_DESTINATION,
};

/** The port that translation goes by: of TCP and UDP at that end, the identifier of an echo, 0 of
 * everything else. False: the datagram is too short to have it. */
bool nat_port(const struct ipv4_header *header, const uint8_t *datagram, size_t length,
              enum nat_end end, uint16_t *port);

/**
 * Puts @p address, and @p port where the protocol has ports, into that end of the datagram and its
 * decoded @p header. It may be cut off behind the port, as one that an ICMP error quotes is.
 */
void nat_edit(struct ipv4_header *header, uint8_t *datagram, size_t length, enum nat_end end,
              ipv4_address address, uint16_t port);

#endif
