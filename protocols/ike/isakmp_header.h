#ifndef VPNSIM_IKE_ISAKMP_HEADER_H
#define VPNSIM_IKE_ISAKMP_HEADER_H

#include "base/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The header of every ISAKMP message, RFC 2408 section 3.1:
 *
 *  0  Initiator Cookie      8  Responder Cookie      16  Next Payload     17  Version
 * 18  Exchange Type        19  Flags                 20  Message ID       24  Length
 */

#define ISAKMP_COOKIE_SIZE   8
#define ISAKMP_HEADER_LENGTH 28
/** Major version 1, minor version 0. */
#define ISAKMP_VERSION 0x10
/** The DOI of IPsec and its situation SIT_IDENTITY_ONLY (RFC 2407 sections 4.1 and 4.2). */
#define ISAKMP_DOI_IPSEC               1
#define ISAKMP_SITUATION_IDENTITY_ONLY 1

/** Exchange Type (RFC 2408 section 3.1, RFC 2409 appendix A). */
enum isakmp_exchange {
    ISAKMP_EXCHANGE_BASE = 1,
    ISAKMP_EXCHANGE_IDENTITY_PROTECTION = 2, /**< main mode */
    ISAKMP_EXCHANGE_AUTHENTICATION_ONLY = 3,
    ISAKMP_EXCHANGE_AGGRESSIVE = 4,
    ISAKMP_EXCHANGE_INFORMATIONAL = 5,
    ISAKMP_EXCHANGE_TRANSACTION = 6,
    ISAKMP_EXCHANGE_QUICK_MODE = 32,
    ISAKMP_EXCHANGE_NEW_GROUP_MODE = 33,
};

/** Flags. */
enum isakmp_flag {
    ISAKMP_FLAG_ENCRYPTION = 1,
    ISAKMP_FLAG_COMMIT = 2,
    ISAKMP_FLAG_AUTHENTICATION_ONLY = 4,
};

/** Payload types (RFC 2408 section 3.1, RFC 3947 section 3.2, [MS-IKEE] section 2.2.3). */
enum isakmp_payload_type {
    ISAKMP_PAYLOAD_NONE = 0,
    ISAKMP_PAYLOAD_SA = 1,
    ISAKMP_PAYLOAD_PROPOSAL = 2,
    ISAKMP_PAYLOAD_TRANSFORM = 3,
    ISAKMP_PAYLOAD_KE = 4,
    ISAKMP_PAYLOAD_ID = 5,
    ISAKMP_PAYLOAD_CERT = 6,
    ISAKMP_PAYLOAD_CERTREQ = 7,
    ISAKMP_PAYLOAD_HASH = 8,
    ISAKMP_PAYLOAD_SIG = 9,
    ISAKMP_PAYLOAD_NONCE = 10,
    ISAKMP_PAYLOAD_NOTIFY = 11,
    ISAKMP_PAYLOAD_DELETE = 12,
    ISAKMP_PAYLOAD_VENDOR_ID = 13,
    ISAKMP_PAYLOAD_NAT_D = 20,
    ISAKMP_PAYLOAD_NAT_OA = 21,
    ISAKMP_PAYLOAD_NAT_D_DRAFT = 130,
    ISAKMP_PAYLOAD_NAT_OA_DRAFT = 131,
    ISAKMP_PAYLOAD_FRAGMENT = 132,
};

/** Protocol identifiers of proposals, notifications and deletions (RFC 2407 section 4.4.1). */
enum isakmp_protocol {
    ISAKMP_PROTOCOL_ISAKMP = 1,
    ISAKMP_PROTOCOL_AH = 2,
    ISAKMP_PROTOCOL_ESP = 3,
    ISAKMP_PROTOCOL_IPCOMP = 4,
};

/** The header in host order. */
struct isakmp_header {
    uint8_t initiator_cookie[ISAKMP_COOKIE_SIZE];
    uint8_t responder_cookie[ISAKMP_COOKIE_SIZE]; /**< zero in the first message */
    uint8_t next_payload;                         /**< enum isakmp_payload_type */
    uint8_t version;
    uint8_t exchange; /**< enum isakmp_exchange */
    uint8_t flags;    /**< enum isakmp_flag, ORed */
    uint32_t message_id;
    uint32_t length; /**< of the whole message, with padding when it is encrypted */
};

/** What is wrong with the octets of a message. */
enum isakmp_error {
    ISAKMP_OK,
    ISAKMP_TRUNCATED_HEADER,
    ISAKMP_BAD_VERSION, /**< the major version is not 1 */
    ISAKMP_BAD_LENGTH,  /**< Length is not the datagram's, or the encrypted part no whole blocks */
    ISAKMP_TRUNCATED_PAYLOAD,  /**< a payload or what is in it runs past its end */
    ISAKMP_TOO_MANY_PAYLOADS,  /**< more than ISAKMP_PAYLOADS_MAX, or than a list takes */
    ISAKMP_BAD_NEXT_PAYLOAD,   /**< a type that is none, or cannot stand there */
    ISAKMP_BAD_RESERVED,       /**< octets that must be zero are not: most often a wrong key */
    ISAKMP_BAD_PAYLOAD_LENGTH, /**< one that the payload cannot have */
    ISAKMP_BAD_DOI,            /**< neither 0 nor that of IPsec */
    ISAKMP_BAD_SITUATION,
    ISAKMP_BAD_PROPOSAL,  /**< proposals, transforms or SPIs that cannot be */
    ISAKMP_BAD_ATTRIBUTE, /**< an attribute is truncated or has no value it could have */
    ISAKMP_BAD_IDENTITY,
};

/** The fixed phrase of @p error for a traced drop ("truncated-payload"); "" for OK. */
const char *isakmp_error_text(enum isakmp_error error);

/** The names that the RFCs give: "identity-protection", "quick-mode"; "unknown" for others. */
const char *isakmp_exchange_name(unsigned exchange);

/** "SA", "KE", "NAT-D"; "unknown" for others. */
const char *isakmp_payload_name(unsigned type);

/**
 * Decodes the header and judges version and Length, which must be that of the datagram
 * (RFC 2408 section 5.1 has such messages discarded). Neither cookies nor types are judged.
 */
enum isakmp_error isakmp_header_decode(const uint8_t *octets, size_t length,
                                       struct isakmp_header *header);

/** Writes the 28 octets. */
void isakmp_header_encode(const struct isakmp_header *header, struct wire_writer *writer);

#endif
