#ifndef VPNSIM_IKE_IKE_KEYS_H
#define VPNSIM_IKE_IKE_KEYS_H

#include "crypto/cipher.h"
#include "crypto/crypto.h"
#include "crypto/dh.h"
#include "crypto/hash.h"
#include "ike/ike_proposal.h"
#include "ike/isakmp_header.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Octets of the longest digest, cipher key and block. */
#define IKE_DIGEST_MAX     HASH_SIZE_MAXIMUM
#define IKE_CIPHER_KEY_MAX CIPHER_KEY_SIZE_MAXIMUM
#define IKE_BLOCK_MAX      CIPHER_BLOCK_SIZE_MAXIMUM
/** Most octets of keying material for one SA: AES-256 and HMAC-SHA-256. */
#define IKE_KEYMAT_MAX (IKE_CIPHER_KEY_MAX + IKE_DIGEST_MAX)

/** What a phase 1 has agreed on, in the terms of crypto/. */
struct ike_algorithms {
    enum hash_algorithm hash; /**< prf is HMAC with it */
    size_t digest_length;     /**< and the length of each SKEYID */
    enum cipher_algorithm cipher;
    size_t cipher_key_length;
    size_t block_length;
    enum dh_group group;
    uint16_t authentication; /**< enum ike_authentication */
};

/** False when the transform asks for what is not known here. */
bool ike_algorithms_from(const struct ike_phase1_transform *transform,
                         struct ike_algorithms *algorithms);

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
    struct ike_algorithms algorithms;
    uint8_t skeyid[IKE_DIGEST_MAX];
    uint8_t skeyid_d[IKE_DIGEST_MAX];
    uint8_t skeyid_a[IKE_DIGEST_MAX];
    uint8_t skeyid_e[IKE_DIGEST_MAX];
    uint8_t cipher_key[IKE_CIPHER_KEY_MAX]; /**< of algorithms.cipher_key_length octets */
};

/**
 * The key of DES in SKEYID_e: its first eight octets that are no weak key (RFC 2409 appendix B),
 * taken eight by eight. False: there are none.
 */
bool ike_des_key(const uint8_t *skeyid_e, size_t length, uint8_t key[8]);

/**
 * SKEYID by the authentication method (a signature for all but the pre-shared key), SKEYID_d, _a
 * and _e (RFC 2409 section 5), and the cipher's key (appendix B). False: there is none.
 */
bool ike_keys_derive(struct crypto *crypto, const struct ike_algorithms *algorithms,
                     const struct ike_phase1_material *material, struct ike_keys *keys);

/**
 * HASH_I and HASH_R: what proves an identity, as it is or signed (RFC 2409 section 5).
 *
 * @param identity  the body of the ID payload
 * @param hash      receives algorithms.digest_length octets, as in all functions below
 */
void ike_hash_i(struct crypto *crypto, const struct ike_keys *keys,
                const struct ike_phase1_material *material, struct crypto_piece identity,
                uint8_t hash[IKE_DIGEST_MAX]);
void ike_hash_r(struct crypto *crypto, const struct ike_keys *keys,
                const struct ike_phase1_material *material, struct crypto_piece identity,
                uint8_t hash[IKE_DIGEST_MAX]);

/**
 * prf(SKEYID_a, M-ID | rest): HASH(1) of a quick mode and the HASH of an informational exchange
 * (RFC 2409 sections 5.5 and 5.7).
 *
 * @param rest  all payloads behind the HASH payload, with their generic headers
 */
void ike_hash_1(struct crypto *crypto, const struct ike_keys *keys, uint32_t message_id,
                struct crypto_piece rest, uint8_t hash[IKE_DIGEST_MAX]);

/** prf(SKEYID_a, M-ID | Ni_b | rest): HASH(2) of a quick mode. */
void ike_hash_2(struct crypto *crypto, const struct ike_keys *keys, uint32_t message_id,
                struct crypto_piece initiator_nonce, struct crypto_piece rest,
                uint8_t hash[IKE_DIGEST_MAX]);

/** prf(SKEYID_a, 0 | M-ID | Ni_b | Nr_b): HASH(3) of a quick mode. */
void ike_hash_3(struct crypto *crypto, const struct ike_keys *keys, uint32_t message_id,
                struct crypto_piece initiator_nonce, struct crypto_piece responder_nonce,
                uint8_t hash[IKE_DIGEST_MAX]);

/** prf(SKEYID_a, pieces), for what vendors put under a HASH of their own ([MS-IKEE] 3.8). */
void ike_hash_of(struct crypto *crypto, const struct ike_keys *keys,
                 const struct crypto_piece *pieces, size_t count, uint8_t hash[IKE_DIGEST_MAX]);

/** True when the @p length octets are exactly @p hash. */
bool ike_hash_matches(const struct ike_keys *keys, const uint8_t hash[IKE_DIGEST_MAX],
                      const uint8_t *octets, size_t length);

/**
 * Keying material of one SA (RFC 2409 section 5.5): first the cipher's key, then that of the HMAC.
 *
 * @param protocol  enum isakmp_protocol
 * @param spi       chosen by the receiver of this direction
 * @param shared    g(qm)^xy; of no octets without perfect forward secrecy
 * @param keymat    receives @p length octets, at most IKE_KEYMAT_MAX
 */
void ike_keymat(struct crypto *crypto, const struct ike_keys *keys, uint8_t protocol, uint32_t spi,
                struct crypto_piece shared, struct crypto_piece initiator_nonce,
                struct crypto_piece responder_nonce, uint8_t *keymat, size_t length);

/** The initialisation vector that an exchange has come to: the last block of ciphertext. */
struct ike_iv {
    uint8_t octets[IKE_BLOCK_MAX];
};

/** Of the first encrypted message of phase 1: hash(g^xi | g^xr) (RFC 2409 appendix B). */
void ike_iv_phase1(struct crypto *crypto, const struct ike_algorithms *algorithms,
                   struct crypto_piece initiator_public, struct crypto_piece responder_public,
                   struct ike_iv *iv);

/** Of the first message of any other exchange: hash(last block of phase 1 | M-ID). */
void ike_iv_exchange(struct crypto *crypto, const struct ike_algorithms *algorithms,
                     const struct ike_iv *phase1_last, uint32_t message_id, struct ike_iv *iv);

/**
 * Encrypts a whole message in place behind its header: pads it with zeros to whole blocks (RFC 2409
 * appendix B), which takes nothing when there are whole blocks already, sets the Encryption flag,
 * corrects Length, and moves @p iv on.
 *
 * @param size  room at @p message
 * @return the message's length; 0 when the padding does not fit
 */
size_t ike_encrypt(struct crypto *crypto, const struct ike_keys *keys, struct ike_iv *iv,
                   uint8_t *message, size_t length, size_t size);

/**
 * Decrypts a whole message in place behind its header and moves @p iv on; the Encryption flag
 * stays. False, with nothing done, when that part is not one or more whole blocks. Whoever may have
 * to take the message for nothing keeps the vector from before.
 */
bool ike_decrypt(struct crypto *crypto, const struct ike_keys *keys, struct ike_iv *iv,
                 uint8_t *message, size_t length);

#endif
