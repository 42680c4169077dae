#ifndef VPNSIM_CRYPTO_CRYPTO_H
#define VPNSIM_CRYPTO_CRYPTO_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

#define CRYPTO_MD4_SIZE  16
#define CRYPTO_MD5_SIZE  16
#define CRYPTO_SHA1_SIZE 20
/** Octets of a DES key without its parity bits, and of a block. */
#define CRYPTO_DES_KEY_SIZE   7
#define CRYPTO_DES_BLOCK_SIZE 8

/**
 * The algorithms of the engines, fetched once into a library context of their own, with the
 * contexts that their use needs. Not shared between threads; every thread makes its own. Nothing
 * is allocated once it exists, but by certificates and TLS sessions. No configuration file of
 * OpenSSL counts, and randomness comes from the streams of whoever draws it.
 */
struct crypto;

/** One of the pieces that a hash takes as if they were concatenated; borrowed for the call. */
struct crypto_piece {
    const void *octets;
    size_t length;
};

/**
 * Loads the default and the legacy provider and fetches every hash and cipher of this folder.
 *
 * @return the context, to be freed with crypto_destroy(); or NULL with @p status (STATUS_CRYPTO or
 *         STATUS_NO_MEMORY) and @p what_failed, one line of static text for the user: which
 *         algorithm is missing and what to install or enable. Both pointers may be NULL.
 */
struct crypto *crypto_create(enum status *status, const char **what_failed);

/** Frees the context; every struct rc4 made from it must be gone. NULL is allowed. */
void crypto_destroy(struct crypto *crypto);

/** Overwrites what was secret; unlike memset(), also where nobody reads it any more. */
void crypto_wipe(void *octets, size_t length);

/** MD4 (RFC 1320) over @p count pieces. */
void crypto_md4(struct crypto *crypto, const struct crypto_piece *pieces, size_t count,
                uint8_t digest[CRYPTO_MD4_SIZE]);

/** MD5 (RFC 1321) over @p count pieces. */
void crypto_md5(struct crypto *crypto, const struct crypto_piece *pieces, size_t count,
                uint8_t digest[CRYPTO_MD5_SIZE]);

/** SHA-1 (FIPS 180) over @p count pieces. */
void crypto_sha1(struct crypto *crypto, const struct crypto_piece *pieces, size_t count,
                 uint8_t digest[CRYPTO_SHA1_SIZE]);

/** The 8-octet DES key of a 7-octet one: seven key bits an octet, then odd parity. */
void crypto_des_expand_key(const uint8_t key[CRYPTO_DES_KEY_SIZE], uint8_t expanded[8]);

/** Encrypts one block with DES in ECB mode; @p key has 56 bits without parity. */
void crypto_des_ecb_encrypt(struct crypto *crypto, const uint8_t key[CRYPTO_DES_KEY_SIZE],
                            const uint8_t block[CRYPTO_DES_BLOCK_SIZE],
                            uint8_t encrypted[CRYPTO_DES_BLOCK_SIZE]);

/** Decrypts one block with DES in ECB mode; @p key has 56 bits without parity. */
void crypto_des_ecb_decrypt(struct crypto *crypto, const uint8_t key[CRYPTO_DES_KEY_SIZE],
                            const uint8_t block[CRYPTO_DES_BLOCK_SIZE],
                            uint8_t decrypted[CRYPTO_DES_BLOCK_SIZE]);

/**
 * An RC4 keystream position: one object a direction that must keep it between packets. Costs about
 * 1.5 kB.
 */
struct rc4;

/** An object without a key, to be freed with rc4_destroy(); NULL when memory is exhausted. */
struct rc4 *rc4_create(struct crypto *crypto);

/** NULL is allowed. */
void rc4_destroy(struct rc4 *rc4);

/** Starts the keystream of @p key, 1 to 32 octets, from its beginning. Allocates nothing. */
void rc4_set_key(struct rc4 *rc4, const uint8_t *key, size_t length);

/** Encrypts or decrypts @p length octets in place and moves on in the keystream. */
void rc4_crypt(struct rc4 *rc4, uint8_t *octets, size_t length);

/**
 * The context's own RC4 object, for uses that keep no position between two calls (a stateless
 * MPPE packet, a key change): set the key each time.
 */
struct rc4 *crypto_scratch_rc4(struct crypto *crypto);

#endif
