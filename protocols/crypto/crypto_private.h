#ifndef VPNSIM_CRYPTO_CRYPTO_PRIVATE_H
#define VPNSIM_CRYPTO_CRYPTO_PRIVATE_H

#include "base/entropy.h"
#include "crypto/certificate.h"
#include "crypto/crypto.h"

#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/x509.h>

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

struct certificate {
    X509 *x509;
    EVP_PKEY *key;
    const struct certificate *issuer; /**< NULL: itself */
    enum certificate_usage usage;
};

#endif
