#ifndef VPNSIM_IKE_IKE_KEYS_H
#define VPNSIM_IKE_IKE_KEYS_H

#include "crypto/cipher.h"
#include "crypto/crypto.h"
#include "crypto/hash.h"
#include "ike/ike_policy.h"
#include "ike/isakmp_header.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Most octets of keying material for one SA: AES-256 and HMAC-SHA-256. */
#define IKE_KEYMAT_MAX (CIPHER_KEY_SIZE_MAXIMUM + HASH_SIZE_MAXIMUM)

/** What the two sides of a phase 1 have said; everything is borrowed for the call. */
struct ike_phase1_material {
    const uint8_t *initiator_cookie; /**< ISAKMP_COOKIE_SIZE octets each */
    const uint8_t *responder_cookie;
    struct crypto_piece initiator_nonce;  /**< Ni_b */
    struct crypto_piece responder_nonce;  /**< Nr_b */
    struct crypto_piece initiator_public; /**< g^xi, as long as the prime */
    struct crypto_piece responder_public; /**< g^xr */
    struct crypto_piece shared;           /**< g^xy */
    struct crypto_piece pre_shared_key;   /**< with that method only */
    struct crypto_piece initiator_sa;     /**< SAi_b: the body of the SA payload as offered */
};

/** The keys of an ISAKMP SA. A plain value: it holds nothing that must be freed. */
struct ike_keys {
    enum hash_algorithm hash; /**< prf is HMAC with it */
    enum cipher_algorithm cipher;
    size_t hash_length; /**< octets of a digest and of each SKEYID */
    size_t block_length;
    size_t cipher_key_length;
    uint8_t skeyid[HASH_SIZE_MAXIMUM];
    uint8_t skeyid_d[HASH_SIZE_MAXIMUM];
    uint8_t skeyid_a[HASH_SIZE_MAXIMUM];
    uint8_t skeyid_e[HASH_SIZE_MAXIMUM];
    uint8_t cipher_key[CIPHER_KEY_SIZE_MAXIMUM];
};

/**
 * SKEYID by the authentication method, SKEYID_d, _a and _e (RFC 2409 section 5), and the cipher's
 * key (appendix B). Of @p material the initiator's SA does not count.
 */
void ike_keys_derive(struct ike_keys *self, struct crypto *crypto,
                     const struct ike_phase1_transform *transform,
                     const struct ike_phase1_material *material);

/**
 * HASH_I and HASH_R: what proves an identity, as it is or signed (RFC 2409 section 5).
 *
 * @param identity  the body of the ID payload
 * @param hash      receives hash_length octets
 */
void ike_hash_i(const struct ike_keys *self, struct crypto *crypto,
                const struct ike_phase1_material *material, struct crypto_piece identity,
                uint8_t hash[HASH_SIZE_MAXIMUM]);
void ike_hash_r(const struct ike_keys *self, struct crypto *crypto,
                const struct ike_phase1_material *material, struct crypto_piece identity,
                uint8_t hash[HASH_SIZE_MAXIMUM]);

/**
 * prf(SKEYID_a, M-ID | rest): HASH(1) of a quick mode and the HASH of an informational exchange
 * (RFC 2409 sections 5.5 and 5.7).
 *
 * @param rest  all payloads behind the HASH payload, with their generic headers
 */
void ike_hash_1(const struct ike_keys *self, struct crypto *crypto, uint32_t message_id,
                struct crypto_piece rest, uint8_t hash[HASH_SIZE_MAXIMUM]);

/** prf(SKEYID_a, M-ID | Ni_b | rest): HASH(2) of a quick mode. */
void ike_hash_2(const struct ike_keys *self, struct crypto *crypto, uint32_t message_id,
                struct crypto_piece initiator_nonce, struct crypto_piece rest,
                uint8_t hash[HASH_SIZE_MAXIMUM]);

/** prf(SKEYID_a, 0 | M-ID | Ni_b | Nr_b): HASH(3) of a quick mode. */
void ike_hash_3(const struct ike_keys *self, struct crypto *crypto, uint32_t message_id,
                struct crypto_piece initiator_nonce, struct crypto_piece responder_nonce,
                uint8_t hash[HASH_SIZE_MAXIMUM]);

/** prf(SKEYID_a, pieces), for what vendors put under a HASH of their own ([MS-IKEE] 3.8). */
void ike_hash_pieces(const struct ike_keys *self, struct crypto *crypto,
                     const struct crypto_piece *pieces, size_t count,
                     uint8_t hash[HASH_SIZE_MAXIMUM]);

/** True when the @p length octets are exactly @p hash. */
bool ike_hash_equal(const struct ike_keys *self, const uint8_t hash[HASH_SIZE_MAXIMUM],
                    const uint8_t *octets, size_t length);

/** What a quick mode adds to SKEYID_d; borrowed for the call. */
struct ike_child_material {
    struct crypto_piece initiator_nonce; /**< Ni_b */
    struct crypto_piece responder_nonce; /**< Nr_b */
    struct crypto_piece shared; /**< g(qm)^xy; of no octets without perfect forward secrecy */
};

/**
 * Keying material of one SA (RFC 2409 section 5.5): first the cipher's key, then that of the HMAC.
 *
 * @param spi     chosen by the receiver of this direction
 * @param keymat  receives @p length octets, at most IKE_KEYMAT_MAX
 */
void ike_keymat(const struct ike_keys *self, struct crypto *crypto,
                const struct ike_child_material *material, enum ike_protocol protocol, uint32_t spi,
                uint8_t *keymat, size_t length);

/** The initialisation vector that an exchange has come to: the last block of ciphertext. */
struct ike_iv {
    uint8_t octets[CIPHER_BLOCK_SIZE_MAXIMUM];
};

/** Of the first encrypted message of phase 1: hash(g^xi | g^xr) (RFC 2409 appendix B). */
void ike_iv_phase1(const struct ike_keys *self, struct crypto *crypto,
                   const struct ike_phase1_material *material, struct ike_iv *iv);

/** Of the first message of any other exchange: hash(last block of phase 1 | M-ID). */
void ike_iv_exchange(const struct ike_keys *self, struct crypto *crypto,
                     const struct ike_iv *phase1_last, uint32_t message_id, struct ike_iv *iv);

/**
 * Encrypts a whole message in place behind its header: pads it with zeros to whole blocks, which
 * takes nothing when there are whole blocks already, sets the Encryption flag, corrects Length,
 * and moves @p iv on.
 *
 * @param size  room at @p message
 * @return the message's length; 0 when the padding does not fit
 */
size_t ike_encrypt(const struct ike_keys *self, struct crypto *crypto, struct ike_iv *iv,
                   uint8_t *message, size_t length, size_t size);

/**
 * Decrypts a whole message in place behind its header and moves @p iv on; the Encryption flag
 * stays. False, with nothing done, when that part is not one or more whole blocks. Whoever may have
 * to take the message for nothing keeps the vector from before.
 */
bool ike_decrypt(const struct ike_keys *self, struct crypto *crypto, struct ike_iv *iv,
                 uint8_t *message, size_t length);

#endif
