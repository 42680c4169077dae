#ifndef VPNSIM_CRYPTO_CIPHER_H
#define VPNSIM_CRYPTO_CIPHER_H

#include "crypto/crypto.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The ciphers of IPsec and IKE, all in CBC mode. */
enum cipher_algorithm {
    CIPHER_NULL,     /**< RFC 2410 */
    CIPHER_DES_CBC,  /**< RFC 2405 */
    CIPHER_3DES_CBC, /**< RFC 2451: three keys, encrypt-decrypt-encrypt */
    CIPHER_AES_CBC,  /**< RFC 3602; the length of the key says which AES */
};

#define CIPHER_ALGORITHMS 4

#define CIPHER_BLOCK_SIZE_MAXIMUM 16
#define CIPHER_KEY_SIZE_MAXIMUM   32

/** Octets of a block: 1 for CIPHER_NULL. */
size_t cipher_block_size(enum cipher_algorithm algorithm);

/** Octets of an initialization vector: a block, but none for CIPHER_NULL. */
size_t cipher_iv_size(enum cipher_algorithm algorithm);

/** Whether @p length octets are a key: 0; 8; 24; 16, 24 or 32. Parity of DES keys is ignored. */
bool cipher_takes_key_length(enum cipher_algorithm algorithm, size_t length);

/**
 * Whether @p key, of a length that it takes, must not be used: one of the sixteen weak and
 * semi-weak keys of DES (RFC 2409 appendix A), or three for 3DES of which two neighbours are the
 * same, so that it is DES (RFC 2451 section 3).
 */
bool cipher_is_weak_key(enum cipher_algorithm algorithm, const uint8_t *key);

/** The name for people: "NULL", "DES-CBC", "3DES-CBC" or "AES-CBC"; static storage. */
const char *cipher_name(enum cipher_algorithm algorithm);

/** What a keyed cipher is for. */
enum cipher_use {
    CIPHER_ENCRYPTS = 1,
    CIPHER_DECRYPTS = 2,
    CIPHER_DOES_BOTH = CIPHER_ENCRYPTS | CIPHER_DECRYPTS,
};

/** A cipher under one key, prepared for one direction or both. Costs about 0.7 kB a direction. */
struct cipher;

/**
 * A cipher under @p key, which is copied and must have a length that cipher_takes_key_length(). To
 * be freed with cipher_destroy() before the context; NULL when memory is exhausted.
 */
struct cipher *cipher_create(struct crypto *crypto, enum cipher_algorithm algorithm,
                             const uint8_t *key, size_t key_length, enum cipher_use use);

/** NULL is allowed. */
void cipher_destroy(struct cipher *cipher);

/**
 * Encrypts in place. @p length is a multiple of the block; @p iv has cipher_iv_size() octets (NULL
 * for CIPHER_NULL) and may be the block in front of @p octets. The IV that continues the chain is
 * the last block of what comes out. Nothing is allocated.
 */
void cipher_encrypt(struct cipher *cipher, const uint8_t *iv, uint8_t *octets, size_t length);

/** Decrypts in place, otherwise as cipher_encrypt(). */
void cipher_decrypt(struct cipher *cipher, const uint8_t *iv, uint8_t *octets, size_t length);

/**
 * Encrypts or decrypts (@p use is one of the two) in place under a key that is used once; allocates
 * nothing as long as the algorithm stays the same.
 */
void crypto_cipher_once(struct crypto *crypto, enum cipher_algorithm algorithm, const uint8_t *key,
                        size_t key_length, enum cipher_use use, const uint8_t *iv, uint8_t *octets,
                        size_t length);

#endif
