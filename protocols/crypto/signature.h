#ifndef VPNSIM_CRYPTO_SIGNATURE_H
#define VPNSIM_CRYPTO_SIGNATURE_H

#include "base/status.h"
#include "crypto/certificate.h"
#include "crypto/crypto.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Octets of the longest signature, of a key of CERTIFICATE_KEY_BITS_MAX. */
#define SIGNATURE_MAX (CERTIFICATE_KEY_BITS_MAX / 8)

/**
 * Signs @p hash as IKE does it: RSA with the padding of PKCS #1 v1.5 over the octets themselves,
 * without the DigestInfo that would name the hash (RFC 2409 section 5.1).
 *
 * @param signature  room for SIGNATURE_MAX octets
 * @param length     receives how many it is: those of the key's modulus
 * @return STATUS_OK; STATUS_CRYPTO when the hash is longer than the key can sign
 */
enum status signature_sign(struct crypto *crypto, const struct certificate *signer,
                           const uint8_t *hash, size_t hash_length, uint8_t *signature,
                           size_t *length);

/** True when @p signature over @p hash was made with the key of @p signer's certificate. */
bool signature_verify(const struct peer_certificate *signer, const uint8_t *hash,
                      size_t hash_length, const uint8_t *signature, size_t length);

#endif
