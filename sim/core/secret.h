#ifndef VPNSIM_CORE_SECRET_H
#define VPNSIM_CORE_SECRET_H

#include "base/ip_address.h"
#include "crypto/cipher.h"
#include "crypto/hash.h"

#include <stdbool.h>
#include <stdint.h>

/** Octets of the cookie that an IKE negotiation is known by: its initiator's. */
#define SECRET_COOKIE_SIZE 8

/** What opens a part of the traces. */
enum secret_kind {
    SECRET_TLS, /**< one session */
    SECRET_IKE, /**< the encrypted messages of all exchanges under one ISAKMP SA */
    SECRET_ESP, /**< one security association, which has one direction */
};

/** The key of one ISAKMP SA. */
struct ike_secret {
    uint8_t cookie[SECRET_COOKIE_SIZE];
    uint8_t key_length;
    uint8_t key[CIPHER_KEY_SIZE_MAXIMUM];
};

/** Algorithms and keys of one ESP SA. */
struct esp_secret {
    struct ip_address source; /**< outer addresses, as the host that tells sees them */
    struct ip_address destination;
    uint32_t spi;
    enum cipher_algorithm cipher;
    uint8_t cipher_key_length;
    uint8_t cipher_key[CIPHER_KEY_SIZE_MAXIMUM];
    bool integrity;
    enum hash_algorithm hash;
    uint8_t integrity_key_length;
    uint8_t integrity_key[HASH_SIZE_MAXIMUM];
};

/** A secret; the kind says which member counts. */
struct secret {
    enum secret_kind kind;
    const char *tls; /**< a line of a key log in the NSS format; borrowed */
    struct ike_secret ike;
    struct esp_secret esp;
};

/** Who writes secrets down, for the readers of traces. */
struct secret_sink {
    void (*receive)(void *context, const struct secret *secret);
    void *context;
};

struct simulation;

/**
 * Tells the secret to whoever wants it. Both ends of a connection may tell the same. What nodes are
 * built with is kept for the sink until there is one; once the run has begun nobody else may come.
 */
void simulation_tell_secret(struct simulation *simulation, const struct secret *secret);

/** Sends every secret to @p sink (copied), first those told so far. Before the run begins. */
void simulation_log_secrets(struct simulation *simulation, const struct secret_sink *sink);

#endif
