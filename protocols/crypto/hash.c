#include "crypto/hash.h"

#include "crypto/crypto_private.h"

size_t hash_size(enum hash_algorithm algorithm)
{
    static const uint8_t sizes[HASH_ALGORITHMS] = {
        [HASH_MD5] = CRYPTO_MD5_SIZE, [HASH_SHA1] = CRYPTO_SHA1_SIZE, [HASH_SHA256] = 32};
    return sizes[algorithm];
}

const char *hash_name(enum hash_algorithm algorithm)
{
    static const char *const names[HASH_ALGORITHMS] = {
        [HASH_MD5] = "MD5", [HASH_SHA1] = "SHA-1", [HASH_SHA256] = "SHA-256"};
    return names[algorithm];
}

void crypto_hash(struct crypto *crypto, enum hash_algorithm algorithm,
                 const struct crypto_piece *pieces, size_t count, uint8_t *digest)
{
    crypto_digest(crypto_hash_context(crypto, algorithm), pieces, count, digest);
}
