#ifndef VPNSIM_IKE_ISAKMP_PAYLOAD_H
#define VPNSIM_IKE_ISAKMP_PAYLOAD_H

#include "ike/isakmp_header.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Octets of the generic payload header: Next Payload, reserved, Payload Length. */
#define ISAKMP_GENERIC_LENGTH 4
/** Most payloads of a message that is taken. */
#define ISAKMP_PAYLOADS_MAX 32
/** Bounds of a nonce (RFC 2409 section 5). */
#define ISAKMP_NONCE_MIN 8
#define ISAKMP_NONCE_MAX 256
/** Most SPIs of a Delete payload that are taken. */
#define ISAKMP_DELETE_SPIS_MAX 64

/** A payload without its generic header, where it lies in the message: borrowed. */
struct isakmp_payload {
    uint8_t type; /**< enum isakmp_payload_type */
    const uint8_t *body;
    size_t length;
};

/** A message in the clear, or decrypted. */
struct isakmp_message {
    struct isakmp_header header;
    struct isakmp_payload payloads[ISAKMP_PAYLOADS_MAX]; /**< in the order of the wire */
    size_t count;
    size_t end; /**< octets up to the end of the last payload: behind it there is padding */
};

/**
 * Decodes header and payload chain. SA payloads are one payload each: what is in them is for
 * ike_proposal.h. The lengths of key exchange, nonce, hash and vendor ID payloads are judged
 * where the payload alone allows it; octets behind the last payload are allowed in an encrypted
 * message only.
 */
enum isakmp_error isakmp_message_decode(const uint8_t *octets, size_t length,
                                        struct isakmp_message *message);

/** The first payload of @p type behind @p after (NULL: the first of all), or NULL. */
const struct isakmp_payload *isakmp_message_find(const struct isakmp_message *message,
                                                 unsigned type, const struct isakmp_payload *after);

/** How many payloads of @p type there are. */
size_t isakmp_message_count(const struct isakmp_message *message, unsigned type);

/** Notification payload, RFC 2408 section 3.14; pointers are borrowed. */
struct isakmp_notify {
    uint32_t doi;
    uint8_t protocol; /**< enum isakmp_protocol; 0 where there is none */
    uint16_t type;    /**< enum isakmp_notify_type */
    const uint8_t *spi;
    size_t spi_length;
    const uint8_t *data;
    size_t data_length;
};

enum isakmp_error isakmp_notify_decode(const struct isakmp_payload *payload,
                                       struct isakmp_notify *notify);

/** Delete payload, RFC 2408 section 3.15; pointers are borrowed. */
struct isakmp_delete {
    uint32_t doi;
    uint8_t protocol;   /**< enum isakmp_protocol */
    uint8_t spi_length; /**< 4 for AH and ESP, 16 (both cookies) for ISAKMP */
    uint16_t spi_count;
    const uint8_t *spis; /**< spi_count of them, one behind the other */
};

enum isakmp_error isakmp_delete_decode(const struct isakmp_payload *payload,
                                       struct isakmp_delete *deletion);

/** Certificate Encoding of CERT and CERTREQ payloads (RFC 2408 section 3.9). */
enum isakmp_certificate_encoding {
    ISAKMP_CERTIFICATE_PKCS7 = 1,
    ISAKMP_CERTIFICATE_X509_SIGNATURE = 4,
    ISAKMP_CERTIFICATE_X509_KEY_EXCHANGE = 5,
};

/** CERT and CERTREQ payloads, RFC 2408 sections 3.9 and 3.10; pointers are borrowed. */
struct isakmp_certificate {
    uint8_t encoding;    /**< enum isakmp_certificate_encoding */
    const uint8_t *data; /**< CERT: DER; CERTREQ: the DER Name of an authority, or nothing */
    size_t length;
};

enum isakmp_error isakmp_certificate_decode(const struct isakmp_payload *payload,
                                            struct isakmp_certificate *certificate);

/** Notify Message Types (RFC 2408 section 3.14.1, RFC 2407 section 4.6.3, RFC 3706, [MS-IKEE]). */
enum isakmp_notify_type {
    ISAKMP_INVALID_PAYLOAD_TYPE = 1,
    ISAKMP_DOI_NOT_SUPPORTED = 2,
    ISAKMP_SITUATION_NOT_SUPPORTED = 3,
    ISAKMP_INVALID_COOKIE = 4,
    ISAKMP_INVALID_MAJOR_VERSION = 5,
    ISAKMP_INVALID_MINOR_VERSION = 6,
    ISAKMP_INVALID_EXCHANGE_TYPE = 7,
    ISAKMP_INVALID_FLAGS = 8,
    ISAKMP_INVALID_MESSAGE_ID = 9,
    ISAKMP_INVALID_PROTOCOL_ID = 10,
    ISAKMP_INVALID_SPI = 11,
    ISAKMP_INVALID_TRANSFORM_ID = 12,
    ISAKMP_ATTRIBUTES_NOT_SUPPORTED = 13,
    ISAKMP_NO_PROPOSAL_CHOSEN = 14,
    ISAKMP_BAD_PROPOSAL_SYNTAX = 15,
    ISAKMP_PAYLOAD_MALFORMED = 16,
    ISAKMP_INVALID_KEY_INFORMATION = 17,
    ISAKMP_INVALID_ID_INFORMATION = 18,
    ISAKMP_INVALID_CERT_ENCODING = 19,
    ISAKMP_INVALID_CERTIFICATE = 20,
    ISAKMP_CERT_TYPE_UNSUPPORTED = 21,
    ISAKMP_INVALID_CERT_AUTHORITY = 22,
    ISAKMP_INVALID_HASH_INFORMATION = 23,
    ISAKMP_AUTHENTICATION_FAILED = 24,
    ISAKMP_INVALID_SIGNATURE = 25,
    ISAKMP_ADDRESS_NOTIFICATION = 26,
    ISAKMP_NOTIFY_SA_LIFETIME = 27,
    ISAKMP_CERTIFICATE_UNAVAILABLE = 28,
    ISAKMP_UNSUPPORTED_EXCHANGE_TYPE = 29,
    ISAKMP_UNEQUAL_PAYLOAD_LENGTHS = 30,
    ISAKMP_CONNECTED = 16384,
    ISAKMP_RESPONDER_LIFETIME = 24576,
    ISAKMP_REPLAY_STATUS = 24577,
    ISAKMP_INITIAL_CONTACT = 24578,
    ISAKMP_R_U_THERE = 36136,
    ISAKMP_R_U_THERE_ACK = 36137,
    ISAKMP_MS_STATUS = 40003,        /**< carries a 32-bit error of Windows */
    ISAKMP_MS_DOS_COOKIE = 40004,    /**< the initiator is to come again with this cookie */
    ISAKMP_MS_EXCHANGE_INFO = 40005, /**< what a quick mode is about */
};

/** "NO-PROPOSAL-CHOSEN"; "unknown" for others. */
const char *isakmp_notify_name(unsigned type);

/**
 * Writes a message: its header, then one payload behind the other. The failure flag of the writer
 * is sticky, so only isakmp_build_finish() need be asked. Where a function takes the octets of a
 * payload they are its body, without the generic header.
 */
struct isakmp_builder {
    struct wire_writer writer; /**< between open and close: the body goes here */
    size_t next_offset;        /**< where the type of the next payload belongs */
    size_t opened;             /**< where the open payload begins */
};

/** Starts a message; next_payload and length of @p header do not count. */
void isakmp_build_start(struct isakmp_builder *builder, const struct isakmp_header *header,
                        void *octets, size_t size);

/** Opens a payload whose body the caller writes to builder->writer, and closes it. */
void isakmp_build_open(struct isakmp_builder *builder, unsigned type);
void isakmp_build_close(struct isakmp_builder *builder);

/** A whole payload. */
void isakmp_build_payload(struct isakmp_builder *builder, unsigned type, const void *body,
                          size_t length);

/**
 * A payload whose body is to be filled in later (a HASH over what follows it). Returns where, or
 * NULL when it does not fit.
 */
uint8_t *isakmp_build_space(struct isakmp_builder *builder, unsigned type, size_t length);

void isakmp_build_notify(struct isakmp_builder *builder, const struct isakmp_notify *notify);
void isakmp_build_delete(struct isakmp_builder *builder, const struct isakmp_delete *deletion);
/** @p type is ISAKMP_PAYLOAD_CERT or ISAKMP_PAYLOAD_CERTREQ. */
void isakmp_build_certificate(struct isakmp_builder *builder, unsigned type,
                              const struct isakmp_certificate *certificate);

/** Patches Length and returns it; 0 when the message did not fit. */
size_t isakmp_build_finish(struct isakmp_builder *builder);

#endif
