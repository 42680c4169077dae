#ifndef VPNSIM_PPP_AUTH_EAP_TLS_H
#define VPNSIM_PPP_AUTH_EAP_TLS_H

#include "base/instant.h"
#include "base/wire.h"
#include "crypto/tls.h"
#include "ppp/compression/mppe_keys.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Bits of Flags (RFC 5216 section 3.1). */
#define EAP_TLS_LENGTH_INCLUDED 0x80
#define EAP_TLS_MORE_FRAGMENTS  0x40
#define EAP_TLS_START           0x20

/** Octets of Flags and TLS Message Length. */
#define EAP_TLS_HEADER_MAX 5

/** Least room for Type-Data in a packet. */
#define EAP_TLS_ROOM_MIN 64

/** Longest TLS message, all fragments together, that is taken (RFC 5216 section 2.1.5). */
#define EAP_TLS_MESSAGE_MAX 65536

/** Octets of the MSK that both ends derive (RFC 5216 section 2.3). */
#define EAP_TLS_MSK_SIZE MPPE_MSK_SIZE

/** The Type-Data of an EAP-TLS Request or Response; the data are borrowed. */
struct eap_tls_message {
    uint8_t flags;
    uint32_t tls_length; /**< TLS Message Length, when the flags say that it is there */
    const uint8_t *data;
    size_t length;
};

/** Decodes Type-Data. NULL, or the fixed reason to drop the packet. */
const char *eap_tls_decode(const uint8_t *octets, size_t length, struct eap_tls_message *message);

/** Appends Type-Data. */
void eap_tls_encode(struct wire_writer *writer, const struct eap_tls_message *message);

/** What an end of EAP-TLS has and trusts; everything is borrowed. */
struct eap_tls_config {
    const struct certificate *own; /**< NULL: none, which only an authenticatee may say */
    const struct certificate *const *trusted;
    size_t trusted_count;
    enum tls_version minimum;
    enum tls_version maximum;
    uint16_t fragment;    /**< most octets of an EAP packet sent; 0: what the link takes */
    int64_t start;        /**< calendar time of instant 0: seconds since 1970 */
    tls_key_log *key_log; /**< may be NULL */
    void *key_log_context;
};

/** What is to be done after an input. */
enum eap_tls_step {
    EAP_TLS_SEND,    /**< the Type-Data written is the next Request or Response */
    EAP_TLS_END,     /**< server: nothing more follows; eap_tls.state says how it ended */
    EAP_TLS_DISCARD, /**< eap_tls.reason says why; nothing has changed */
};

/** A TLS message on its way in or out: a flight of the handshake. */
struct eap_tls_flight {
    size_t octets;
    unsigned fragments;
};

/**
 * One conversation of EAP-TLS in either role (RFC 5216 section 2.1): the fragments and
 * acknowledgments that carry the flights of a TLS handshake.
 *
 * The lock-step, retransmission and Identifiers are EAP's. Members are to be read only.
 */
struct eap_tls {
    struct tls *tls;
    enum tls_state state;
    const char *reason;         /**< of a DISCARD */
    struct tls_failure failure; /**< of TLS_FAILED */
    bool server;
    bool started;             /**< client: the Start has come */
    size_t room;              /**< most octets of Type-Data */
    size_t unsent;            /**< octets of the outgoing flight that are still to be sent */
    uint32_t announced;       /**< TLS Message Length of the flight that comes in pieces; 0: none */
    struct eap_tls_flight in; /**< the flight that comes, or came last */
    struct eap_tls_flight out;
    bool took_flight; /**< the last input made .in complete */
    bool made_flight; /**< the last input made .out */
};

/**
 * Begins a conversation at @p now (certificates are judged by that instant). @p room is the most
 * octets of Type-Data that a packet may carry, at least EAP_TLS_ROOM_MIN.
 *
 * @return NULL with @p status: STATUS_INVALID, STATUS_NO_MEMORY or STATUS_CRYPTO
 */
struct eap_tls *eap_tls_create(const struct eap_tls_config *config, struct crypto *crypto,
                               struct entropy *entropy, bool server, instant now, size_t room,
                               enum status *status);

/** NULL is allowed. */
void eap_tls_destroy(struct eap_tls *self);

/** Server: the Type-Data of the first Request, EAP-TLS/Start. */
void eap_tls_start(struct wire_writer *writer);

/** Takes the Type-Data of a Response (server) or a Request (client). */
enum eap_tls_step eap_tls_input(struct eap_tls *self, const uint8_t *data, size_t length,
                                struct wire_writer *writer);

/** After TLS_FINISHED: the MSK (RFC 5216 section 2.3). False when OpenSSL fails. */
bool eap_tls_msk(struct eap_tls *self, uint8_t msk[EAP_TLS_MSK_SIZE]);

#endif
