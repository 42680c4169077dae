#ifndef VPNSIM_CRYPTO_HMAC_H
#define VPNSIM_CRYPTO_HMAC_H

#include "crypto/hash.h"

#include <stdbool.h>

/**
 * HMAC (RFC 2104) under one key. A plain value: it may be copied, and holds nothing that must be
 * freed. The hash itself runs on the context of @c crypto, so no call allocates.
 */
struct hmac {
    struct crypto *crypto;
    enum hash_algorithm algorithm;
    uint8_t inner[HASH_BLOCK_SIZE]; /**< the key with ipad */
    uint8_t outer[HASH_BLOCK_SIZE]; /**< the key with opad */
};

/** Most pieces that one hmac_compute() takes. */
#define HMAC_PIECES_MAXIMUM 16

/** Keys @p self; @p key has any length, and one longer than a block is hashed first. */
void hmac_init(struct hmac *self, struct crypto *crypto, enum hash_algorithm algorithm,
               const void *key, size_t length);

/**
 * The HMAC of @p count pieces (at most HMAC_PIECES_MAXIMUM) as if concatenated; writes
 * hash_size() octets to @p digest, which may overlap a piece.
 */
void hmac_compute(const struct hmac *self, const struct crypto_piece *pieces, size_t count,
                  uint8_t *digest);

/** hmac_init() and hmac_compute() for a key that is used once. */
void crypto_hmac(struct crypto *crypto, enum hash_algorithm algorithm, const void *key,
                 size_t key_length, const struct crypto_piece *pieces, size_t count,
                 uint8_t *digest);

/**
 * Whether @p a and @p b are the same @p length octets, in a time that does not depend on where they
 * differ.
 */
bool crypto_equal(const void *a, const void *b, size_t length);

#endif
