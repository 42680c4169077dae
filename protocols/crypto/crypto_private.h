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

/** The context that is kept for @p algorithm; between two digests anyone may use it. */
EVP_MD_CTX *crypto_hash_context(struct crypto *crypto, enum hash_algorithm algorithm);

/** Hashes @p count pieces with the digest that @p context keeps. */
void crypto_digest(EVP_MD_CTX *context, const struct crypto_piece *pieces, size_t count,
                   uint8_t *digest);

/** What is fetched for @p algorithm under keys of @p key_length octets; NULL for CIPHER_NULL. */
const EVP_CIPHER *crypto_cipher(struct crypto *crypto, enum cipher_algorithm algorithm,
                                size_t key_length);

/** The context that crypto_cipher_once() keys anew each time. */
EVP_CIPHER_CTX *crypto_once_context(struct crypto *crypto);

/** The primes of enum dh_group, prepared for exponentiation, and room for it. */
struct dh_groups;

/** To be freed with dh_groups_destroy(); NULL when memory is exhausted. */
struct dh_groups *dh_groups_create(void);

/** NULL is allowed. */
void dh_groups_destroy(struct dh_groups *dh);

/** Those that @p crypto keeps. */
struct dh_groups *crypto_dh_groups(struct crypto *crypto);

struct certificate {
    X509 *x509;
    EVP_PKEY *key;
    EVP_PKEY_CTX *signer;             /**< ready for signature_sign() */
    const struct certificate *issuer; /**< NULL: itself */
    enum certificate_usage usage;
    uint8_t *der; /**< the whole certificate */
    size_t der_length;
};

struct peer_certificate {
    X509 *x509;
    EVP_PKEY *key;          /**< the public one */
    EVP_PKEY_CTX *verifier; /**< ready for signature_verify() */
    unsigned users;         /**< who must call peer_certificate_destroy() */
    size_t der_length;      /**< the octets that it was parsed from */
    uint8_t der[];
};

/** A context for signatures of @p key, or for verifying them; NULL when it cannot be. */
EVP_PKEY_CTX *signature_context(struct crypto *crypto, EVP_PKEY *key, bool sign);

#define PARSED_CERTIFICATES 16

/** Peers' certificates that were parsed last. */
struct parsed_certificates {
    struct peer_certificate *known[PARSED_CERTIFICATES];
    size_t next; /**< the oldest */
};

/** Those that @p crypto keeps. */
struct parsed_certificates *crypto_parsed_certificates(struct crypto *crypto);

/** Gives all back. */
void parsed_certificates_forget(struct parsed_certificates *parsed);

#endif
