#ifndef VPNSIM_CRYPTO_DH_H
#define VPNSIM_CRYPTO_DH_H

#include "base/entropy.h"
#include "base/status.h"
#include "crypto/crypto.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * The MODP groups of IKE by their numbers on the wire (RFC 2409 sections 6.1 and 6.2, RFC 3526
 * sections 2 and 3); the generator of all is 2.
 */
enum dh_group {
    DH_GROUP_1 = 1,   /**< 768 bits */
    DH_GROUP_2 = 2,   /**< 1,024 bits */
    DH_GROUP_5 = 5,   /**< 1,536 bits */
    DH_GROUP_14 = 14, /**< 2,048 bits */
};

/** Octets of the longest prime, and so of the longest public value and shared secret. */
#define DH_PRIME_MAX 256
/** Octets of a private value: 320 bits, which RFC 3526 section 8 has as ample for 2,048. */
#define DH_PRIVATE_SIZE 40

/** Octets of the group's prime; 0 when @p number is none of enum dh_group. */
size_t dh_prime_length(unsigned number);

/** Draws a private value, which is never small: its highest bit is set. */
void dh_draw_private(struct entropy *entropy, uint8_t private_value[DH_PRIVATE_SIZE]);

/**
 * Computes 2^private mod p.
 *
 * @param private_value  big endian, 1 to DH_PRIME_MAX octets
 * @param public_value   receives dh_prime_length() octets, with leading zeros where it is shorter
 * @return STATUS_OK, or STATUS_NO_MEMORY
 */
enum status dh_public_value(struct crypto *crypto, enum dh_group group,
                            const uint8_t *private_value, size_t private_length,
                            uint8_t *public_value);

/**
 * Computes peer^private mod p, the secret g^xy.
 *
 * @param peer    the peer's public value; one shorter than the prime is taken as if padded
 * @param shared  receives dh_prime_length() octets, with leading zeros where it is shorter
 * @return STATUS_OK; STATUS_INVALID when the peer's value is longer than the prime, 0, 1, p-1, p
 *         or more, which give the secret away; STATUS_NO_MEMORY
 */
enum status dh_shared_secret(struct crypto *crypto, enum dh_group group,
                             const uint8_t *private_value, size_t private_length,
                             const uint8_t *peer, size_t peer_length, uint8_t *shared);

#endif
