#ifndef VPNSIM_PPP_COMPRESSION_VJ_PRIVATE_H
#define VPNSIM_PPP_COMPRESSION_VJ_PRIVATE_H

#include "ppp/compression/vj.h"

#include "base/wire.h"

/*
 * A compressed packet (RFC 1144 section 3.2.1); each field but the first and the checksum is there
 * only if its bit is set:
 *
 *   0  bits: C 40, I 20, P 10, S 08, A 04, W 02, U 01; P is the segment's PSH
 *      slot number (C)
 *      TCP checksum (2)
 *      urgent pointer (U), growth of window (W), acknowledgment number (A), sequence number (S),
 *      Identification (I): an octet 1 to 255, or 0 and two octets
 *      data
 *
 * Two sets that cannot come up otherwise stand for a growth of the sequence number by the length of
 * the last segment's data: S, A, W, U (bulk data) alone, S, W, U (echoed typing) together with the
 * acknowledgment number.
 */
#define VJ_SLOT_CHANGED   0x40u
#define VJ_IDENTIFICATION 0x20u
#define VJ_PUSH           0x10u
#define VJ_SEQUENCE       0x08u
#define VJ_ACKNOWLEDGMENT 0x04u
#define VJ_WINDOW         0x02u
#define VJ_URGENT         0x01u

#define VJ_NUMBERS (VJ_SEQUENCE | VJ_ACKNOWLEDGMENT | VJ_WINDOW | VJ_URGENT)
#define VJ_BULK    (VJ_SEQUENCE | VJ_ACKNOWLEDGMENT | VJ_WINDOW | VJ_URGENT)
#define VJ_ECHO    (VJ_SEQUENCE | VJ_WINDOW | VJ_URGENT)

/** Bits, slot number, checksum and five numbers of three octets. */
#define VJ_MAX_COMPRESSED 19

/* Where the fields are in an IPv4 header, and in the TCP header behind it. */
#define VJ_IP_SIZE           20
#define VJ_IP_LENGTH         2
#define VJ_IP_IDENTIFICATION 4
#define VJ_IP_FRAGMENT       6
#define VJ_IP_PROTOCOL       9
#define VJ_IP_CHECKSUM       10
#define VJ_IP_SOURCE         12
#define VJ_TCP_SIZE          20
#define VJ_TCP_SEQUENCE      4
#define VJ_TCP_ACK           8
#define VJ_TCP_OFFSET        12
#define VJ_TCP_FLAGS         13
#define VJ_TCP_WINDOW        14
#define VJ_TCP_CHECKSUM      16
#define VJ_TCP_URGENT        18

#define VJ_PROTOCOL_TCP 6

#define VJ_FLAG_PSH 0x08
#define VJ_FLAG_ACK 0x10
#define VJ_FLAG_URG 0x20

/** The last headers of one connection. */
struct vj_slot {
    uint8_t headers[VJ_MAX_HEADERS]; /**< IPv4 and TCP with their options */
    uint8_t length;                  /**< of both; 0: the slot is empty */
    uint8_t ip_length;
    uint8_t next; /**< compressor: the slot used before this one */
};

static inline uint8_t *vj_tcp(struct vj_slot *slot)
{
    return slot->headers + slot->ip_length;
}

/** Octets of data in the segment that the slot remembers. */
static inline uint16_t vj_data_length(const struct vj_slot *slot)
{
    return (uint16_t)(wire_load_u16(slot->headers + VJ_IP_LENGTH) - slot->length);
}

/**
 * The length of the IPv4 and TCP headers at the start of @p packet, whose Protocol field is not
 * looked at; 0 when they are not whole or not such headers.
 *
 * @param ip_length  receives the length of the first
 */
size_t vj_headers_length(const struct packet *packet, size_t *ip_length);

/** Allocates empty slots; NULL when that fails. */
struct vj_slot *vj_slots_create(const struct vj_config *config);

#endif
