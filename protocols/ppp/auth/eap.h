#ifndef VPNSIM_PPP_AUTH_EAP_H
#define VPNSIM_PPP_AUTH_EAP_H

#include "base/wire.h"

#include <stddef.h>
#include <stdint.h>

/** PPP protocol number of the Extensible Authentication Protocol (RFC 3748 section 3.1). */
#define EAP_PROTOCOL 0xc227

/** Octets of Code, Identifier and Length, and with the Type of a Request or Response. */
#define EAP_HEADER_SIZE      4
#define EAP_TYPE_HEADER_SIZE 5

enum eap_code {
    EAP_REQUEST = 1,
    EAP_RESPONSE = 2,
    EAP_SUCCESS = 3,
    EAP_FAILURE = 4,
};

/** Types (RFC 3748 section 5 and the registry). */
enum eap_type {
    EAP_IDENTITY = 1,
    EAP_NOTIFICATION = 2,
    EAP_NAK = 3,
    EAP_MD5_CHALLENGE = 4,
    EAP_ONE_TIME_PASSWORD = 5,
    EAP_GENERIC_TOKEN_CARD = 6,
    EAP_TLS = 13,
    EAP_PEAP = 25,
    EAP_MS_CHAP_V2 = 26,
};

/** An EAP packet; what it points to is borrowed. */
struct eap_message {
    uint8_t code;
    uint8_t identifier;
    uint8_t type;        /**< Request and Response only */
    const uint8_t *data; /**< Type-Data, behind the Type */
    size_t length;       /**< of the Type-Data */
};

/**
 * Decodes the EAP packet in @p octets, which start at Code (RFC 3748 section 4). Octets beyond
 * Length are padding.
 *
 * @return NULL, with @p message pointing into @p octets; or the fixed reason to drop the packet
 */
const char *eap_decode(const uint8_t *octets, size_t length, struct eap_message *message);

/** Appends @p message to @p writer, Code to the end of its data. */
void eap_encode(struct wire_writer *writer, const struct eap_message *message);

/** "Identity", "MD5-Challenge"; "unknown" for a Type without a name here. */
const char *eap_type_name(uint8_t type);

#endif
