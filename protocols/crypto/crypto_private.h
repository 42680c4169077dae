#ifndef VPNSIM_CRYPTO_CRYPTO_PRIVATE_H
#define VPNSIM_CRYPTO_CRYPTO_PRIVATE_H

#include "base/entropy.h"
#include "crypto/certificate.h"
#include "crypto/cipher.h"
#include "crypto/crypto.h"
#include "crypto/hash.h"

#include <assert.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/x509.h>
#include <stdbool.h>

/* What the sources of this folder share; nobody else may see OpenSSL. */

/** The library context that everything of @p crypto is fetched from. */
OSSL_LIB_CTX *crypto_library(struct crypto *crypto);

/**
 * Every random octet that OpenSSL draws in this library context comes from @p entropy from now on.
 * NULL: there is none, and what needs randomness fails.
 */
void crypto_draw_from(struct crypto *crypto, struct entropy *entropy);

/**
 * Loads a provider into @p library that makes all its randomness come from the stream that
 * @p source points at when it is drawn; @p source is borrowed for the library's life.
 *
 * @return the provider, to be unloaded before the library is freed; NULL when that failed
 */
OSSL_PROVIDER *seeded_random_load(OSSL_LIB_CTX *library, struct entropy **source);

/**
 * The kept contexts hold all memory they need after their first initialisation, so what can fail
 * afterwards is a programmer's error or a broken library: there is no result that a caller could
 * use, and none is invented.
 */
static inline void crypto_require(bool held)
{
    assert(held);
    (void)held;
}

/** The context that is kept for  algorithm; between two digests anyone may use it. */
EVP_MD_CTX *crypto_hash_context(struct crypto *crypto, enum hash_algorithm algorithm);

/** Hashes  count pieces with the digest that  context keeps. */
void crypto_digest(EVP_MD_CTX *context, const struct crypto_piece *pieces, size_t count,
                   uint8_t *digest);

/** What is fetched for  algorithm under keys of  key_length octets; NULL for CIPHER_NULL. */
const EVP_CIPHER *crypto_cipher(struct crypto *crypto, enum cipher_algorithm algorithm,
                                size_t key_length);

struct certificate {
    X509 *x509;
    EVP_PKEY *key;
    const struct certificate *issuer; /**< NULL: itself */
    enum certificate_usage usage;
};

#endif
