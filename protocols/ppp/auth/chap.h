#ifndef VPNSIM_PPP_AUTH_CHAP_H
#define VPNSIM_PPP_AUTH_CHAP_H

#include "base/wire.h"

#include <stddef.h>
#include <stdint.h>

/** PPP protocol number of CHAP with every algorithm (RFC 1994 section 3). */
#define CHAP_PROTOCOL 0xc223

/** Algorithm octet of the Authentication-Protocol option (RFC 1994 section 3, RFC 2433, 2759). */
enum chap_algorithm_number {
    CHAP_ALGORITHM_MD5 = 0x05,
    CHAP_ALGORITHM_MS_V1 = 0x80,
    CHAP_ALGORITHM_MS_V2 = 0x81,
};

enum chap_code {
    CHAP_CHALLENGE = 1,
    CHAP_RESPONSE = 2,
    CHAP_SUCCESS = 3,
    CHAP_FAILURE = 4,
    CHAP_CHANGE_PASSWORD_1 = 5, /**< MS-CHAP-1 only (RFC 2433 section 9) */
    CHAP_CHANGE_PASSWORD_2 = 6, /**< MS-CHAP-1 only (RFC 2433 section 10) */
    CHAP_CHANGE_PASSWORD_3 = 7, /**< MS-CHAP-V2 only (RFC 2759 section 7) */
};

/** A CHAP packet; what it points to is borrowed and not terminated. */
struct chap_message {
    uint8_t code;
    uint8_t identifier;
    uint8_t value_length; /**< Challenge and Response only: Value-Size, at least 1 */
    const uint8_t *value; /**< Challenge and Response only */
    /** The Name of a Challenge or Response, the Message of a Success or Failure, the fields of a
     *  Change-Password: the rest. */
    const uint8_t *rest;
    size_t rest_length;
};

/**
 * Decodes the CHAP packet in @p octets, which start at Code (RFC 1994 section 4). Octets beyond
 * Length are padding.
 *
 * @return NULL, with @p message pointing into @p octets; or the fixed reason to drop the packet
 */
const char *chap_decode(const uint8_t *octets, size_t length, struct chap_message *message);

/** Appends @p message to @p writer, Code to the end of its data. */
void chap_encode(struct wire_writer *writer, const struct chap_message *message);

#endif
