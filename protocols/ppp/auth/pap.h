#ifndef VPNSIM_PPP_AUTH_PAP_H
#define VPNSIM_PPP_AUTH_PAP_H

#include "base/wire.h"

#include <stddef.h>
#include <stdint.h>

/** PPP protocol number of the Password Authentication Protocol (RFC 1334 section 2). */
#define PAP_PROTOCOL 0xc023

enum pap_code {
    PAP_AUTHENTICATE_REQUEST = 1,
    PAP_AUTHENTICATE_ACK = 2,
    PAP_AUTHENTICATE_NAK = 3,
};

/** A PAP packet; what it points to is borrowed and not terminated. */
struct pap_message {
    uint8_t code;
    uint8_t identifier;
    uint8_t peer_id_length;  /**< Authenticate-Request only */
    uint8_t password_length; /**< Authenticate-Request only */
    uint8_t text_length;     /**< Authenticate-Ack and -Nak only */
    const uint8_t *peer_id;
    const uint8_t *password;
    const uint8_t *text;
};

/**
 * Decodes the PAP packet in @p octets, which start at Code. Octets beyond Length are padding. An
 * Ack or Nak without Msg-Length is taken as one with an empty message, as real peers send it.
 *
 * @return NULL, with @p message pointing into @p octets; or the fixed reason to drop the packet
 */
const char *pap_decode(const uint8_t *octets, size_t length, struct pap_message *message);

/** Appends @p message to @p writer, Code to the end of its data. */
void pap_encode(struct wire_writer *writer, const struct pap_message *message);

#endif
