#include "crypto/hmac.h"

#include "crypto/crypto_private.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <string.h>

#define IPAD 0x36
#define OPAD 0x5c

void hmac_init(struct hmac *self, struct crypto *crypto, enum hash_algorithm algorithm,
               const void *key, size_t length)
{
    uint8_t block[HASH_BLOCK_SIZE] = {0};
    if (length > sizeof block)
        crypto_hash(crypto, algorithm, &(struct crypto_piece){key, length}, 1, block);
    else if (length > 0)
        memcpy(block, key, length);
    self->crypto = crypto;
    self->algorithm = algorithm;
    for (size_t i = 0; i < sizeof block; i++) {
        self->inner[i] = block[i] ^ IPAD;
        self->outer[i] = block[i] ^ OPAD;
    }
}

/*
 * The padded key is hashed anew each time: a copy of a context that has already taken it would cost
 * an allocation, which takes longer than the block.
 */
void hmac_compute(const struct hmac *self, const struct crypto_piece *pieces, size_t count,
                  uint8_t *digest)
{
    EVP_MD_CTX *context = crypto_hash_context(self->crypto, self->algorithm);
    struct crypto_piece inner[1 + HMAC_PIECES_MAXIMUM] = {{self->inner, sizeof self->inner}};
    uint8_t inner_digest[HASH_SIZE_MAXIMUM];
    assert(count <= HMAC_PIECES_MAXIMUM);
    if (count > 0)
        memcpy(inner + 1, pieces, count * sizeof *pieces);
    crypto_digest(context, inner, 1 + count, inner_digest);
    const struct crypto_piece outer[] = {{self->outer, sizeof self->outer},
                                         {inner_digest, hash_size(self->algorithm)}};
    crypto_digest(context, outer, 2, digest);
}

void crypto_hmac(struct crypto *crypto, enum hash_algorithm algorithm, const void *key,
                 size_t key_length, const struct crypto_piece *pieces, size_t count,
                 uint8_t *digest)
{
    struct hmac hmac;
    hmac_init(&hmac, crypto, algorithm, key, key_length);
    hmac_compute(&hmac, pieces, count, digest);
}

bool crypto_equal(const void *a, const void *b, size_t length)
{
    return CRYPTO_memcmp(a, b, length) == 0;
}
