#ifndef VPNSIM_GRE_ENHANCED_GRE_H
#define VPNSIM_GRE_ENHANCED_GRE_H

#include "base/packet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The enhanced GRE header of PPTP, RFC 2637 section 4.1 (IP protocol 47).
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |C|R|K|S|s|Recur|A| Flags | Ver |         Protocol Type         |
 * |    Key (HW) Payload Length    |       Key (LW) Call ID        |
 * |               Sequence Number, present if S                   |
 * |               Acknowledgment Number, present if A             |
 */

/** IP protocol number that carries GRE. */
#define ENHANCED_GRE_IP_PROTOCOL 47
/** Protocol Type of PPP in enhanced GRE. */
#define ENHANCED_GRE_PROTOCOL_PPP 0x880B
/** Octets of the header without its two optional fields. */
#define ENHANCED_GRE_HEADER_MINIMUM 8
/** Octets of the header with both optional fields. */
#define ENHANCED_GRE_HEADER_MAXIMUM 16

/** The variable part of the header in host order; everything else is fixed by the RFC. */
struct enhanced_gre_header {
    bool sequence_present;       /**< S: a payload follows and is numbered */
    bool acknowledgment_present; /**< A */
    uint16_t payload_length;     /**< octets of payload; 0 for a bare acknowledgment */
    uint16_t call_id;            /**< the receiver's Call ID of the session */
    uint32_t sequence;           /**< valid when sequence_present */
    uint32_t acknowledgment;     /**< valid when acknowledgment_present */
};

/** What is wrong with a header; ENHANCED_GRE_OK is nothing. */
enum enhanced_gre_error {
    ENHANCED_GRE_OK,
    ENHANCED_GRE_TRUNCATED,                /**< shorter than the header its flags announce */
    ENHANCED_GRE_BAD_VERSION,              /**< Ver is not 1 (plain GRE is 0) */
    ENHANCED_GRE_WRONG_PROTOCOL,           /**< Protocol Type is not 880B */
    ENHANCED_GRE_CHECKSUM_PRESENT,         /**< C is set */
    ENHANCED_GRE_ROUTING_PRESENT,          /**< R is set */
    ENHANCED_GRE_KEY_MISSING,              /**< K is clear */
    ENHANCED_GRE_STRICT_SOURCE_ROUTE,      /**< s is set */
    ENHANCED_GRE_RECURSION,                /**< Recur is not zero */
    ENHANCED_GRE_RESERVED_FLAGS,           /**< Flags is not zero */
    ENHANCED_GRE_PAYLOAD_TOO_LONG,         /**< Payload Length exceeds the octets that follow */
    ENHANCED_GRE_SEQUENCE_MISSING,         /**< payload without a Sequence Number */
    ENHANCED_GRE_SEQUENCE_WITHOUT_PAYLOAD, /**< Sequence Number without payload */
    ENHANCED_GRE_EMPTY,                    /**< neither payload nor acknowledgment */
};

/** The fixed reason phrase of @p error for a traced drop ("bad-version"); "" for OK. */
const char *enhanced_gre_error_text(enum enhanced_gre_error error);

/** Octets that @p header takes on the wire: 8, 12 or 16. */
size_t enhanced_gre_header_length(const struct enhanced_gre_header *header);

/**
 * Prepends @p header to @p packet, whose data is the payload (empty for a bare acknowledgment).
 * The packet needs ENHANCED_GRE_HEADER_MAXIMUM octets of headroom; payload_length is written as
 * given.
 */
void enhanced_gre_push(struct packet *packet, const struct enhanced_gre_header *header);

/**
 * Decodes the header at the start of @p octets. On ENHANCED_GRE_OK the payload is the
 * header->payload_length octets after enhanced_gre_header_length(header); octets behind them are
 * padding. On an error the contents of @p header are unspecified.
 */
enum enhanced_gre_error enhanced_gre_decode(const uint8_t *octets, size_t length,
                                            struct enhanced_gre_header *header);

/**
 * Reads only the Call ID, for finding the tunnel of an arriving packet or of the eight octets that
 * an ICMP error quotes. False when the first eight octets are no enhanced GRE header with a key.
 */
bool enhanced_gre_peek_call_id(const uint8_t *octets, size_t length, uint16_t *call_id);

#endif
