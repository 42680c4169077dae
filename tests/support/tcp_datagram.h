#ifndef VPNSIM_TESTS_SUPPORT_TCP_DATAGRAM_H
#define VPNSIM_TESTS_SUPPORT_TCP_DATAGRAM_H

#include "base/ipv4_address.h"
#include "base/packet.h"

#include <stdint.h>

#define TCP_DATAGRAM_PSH 0x08
#define TCP_DATAGRAM_ACK 0x10
#define TCP_DATAGRAM_URG 0x20

/** An IPv4 datagram with a TCP segment, every field at the test's choice. */
struct tcp_datagram {
    ipv4_address source;
    ipv4_address destination;
    uint8_t type_of_service;
    uint8_t ttl;
    uint8_t protocol; /**< 0: TCP's 6 */
    uint16_t identification;
    uint16_t fragment; /**< flags and offset */
    uint16_t source_port;
    uint16_t destination_port;
    uint32_t sequence;
    uint32_t acknowledgment;
    uint8_t reserved; /**< the four bits behind Data Offset */
    uint8_t flags;
    uint16_t window;
    uint16_t urgent;
    uint16_t tcp_checksum;   /**< 0: the right one */
    const char *ip_options;  /**< hexadecimal, a multiple of four octets; NULL: none */
    const char *tcp_options; /**< likewise */
    uint16_t data_length;    /**< octets of data, which depend on the sequence number alone */
};

/** The datagram's octets in a packet of @p pool. */
struct packet *tcp_datagram_build(struct packet_pool *pool, const struct tcp_datagram *datagram);

#endif
