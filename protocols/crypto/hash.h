#ifndef VPNSIM_CRYPTO_HASH_H
#define VPNSIM_CRYPTO_HASH_H

#include "crypto/crypto.h"

#include <stddef.h>
#include <stdint.h>

/** The hashes of IPsec and IKE. */
enum hash_algorithm {
    HASH_MD5,    /**< RFC 1321 */
    HASH_SHA1,   /**< FIPS 180, RFC 3174 */
    HASH_SHA256, /**< FIPS 180, RFC 6234 */
};

#define HASH_ALGORITHMS 3

/** Octets of the longest digest. */
#define HASH_SIZE_MAXIMUM 32
/** Octets of a block, the same for all of them. */
#define HASH_BLOCK_SIZE 64

/** Octets of a digest: 16, 20 or 32. */
size_t hash_size(enum hash_algorithm algorithm);

/** The name for people: "MD5", "SHA-1" or "SHA-256"; static storage. */
const char *hash_name(enum hash_algorithm algorithm);

/** Hashes @p count pieces as if concatenated; writes hash_size() octets to @p digest. */
void crypto_hash(struct crypto *crypto, enum hash_algorithm algorithm,
                 const struct crypto_piece *pieces, size_t count, uint8_t *digest);

#endif
