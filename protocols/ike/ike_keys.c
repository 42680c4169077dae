#include "ike/ike_keys.h"

#include "base/wire.h"
#include "crypto/hmac.h"

#include <assert.h>
#include <string.h>

#define FLAGS_OFFSET  19
#define LENGTH_OFFSET 24

static bool hash_from(uint16_t wire, enum hash_algorithm *hash)
{
    switch (wire) {
    case IKE_HASH_MD5:
        *hash = HASH_MD5;
        return true;
    case IKE_HASH_SHA1:
        *hash = HASH_SHA1;
        return true;
    case IKE_HASH_SHA256:
        *hash = HASH_SHA256;
        return true;
    default:
        return false;
    }
}

static bool cipher_from(const struct ike_phase1_transform *transform,
                        struct ike_algorithms *algorithms)
{
    switch (transform->encryption) {
    case IKE_ENCRYPTION_DES:
        algorithms->cipher = CIPHER_DES_CBC;
        algorithms->cipher_key_length = 8;
        break;
    case IKE_ENCRYPTION_3DES:
        algorithms->cipher = CIPHER_3DES_CBC;
        algorithms->cipher_key_length = 24;
        break;
    case IKE_ENCRYPTION_AES:
        algorithms->cipher = CIPHER_AES_CBC;
        algorithms->cipher_key_length = transform->key_bits / 8;
        break;
    default:
        return false;
    }
    /* Ciphers of one key length say none (RFC 2409 appendix A). */
    return transform->encryption == IKE_ENCRYPTION_AES
               ? transform->key_bits % 8 == 0 &&
                     cipher_takes_key_length(CIPHER_AES_CBC, algorithms->cipher_key_length)
               : transform->key_bits == 0;
}

bool ike_algorithms_from(const struct ike_phase1_transform *transform,
                         struct ike_algorithms *algorithms)
{
    if (!hash_from(transform->hash, &algorithms->hash) || !cipher_from(transform, algorithms) ||
        dh_prime_length(transform->group) == 0)
        return false;
    algorithms->digest_length = hash_size(algorithms->hash);
    algorithms->block_length = cipher_block_size(algorithms->cipher);
    algorithms->group = (enum dh_group)transform->group;
    algorithms->authentication = transform->authentication;
    return true;
}

/* prf(key, previous | g^xy | CKY-I | CKY-R | number), RFC 2409 section 5. */
static void derive_skeyid(struct crypto *crypto, struct ike_keys *keys,
                          const struct ike_phase1_material *material, const uint8_t *previous,
                          uint8_t number, uint8_t *skeyid)
{
    size_t length = keys->algorithms.digest_length;
    const struct crypto_piece pieces[] = {{previous, previous ? length : 0},
                                          material->shared,
                                          {material->initiator_cookie, ISAKMP_COOKIE_SIZE},
                                          {material->responder_cookie, ISAKMP_COOKIE_SIZE},
                                          {&number, 1}};
    crypto_hmac(crypto, keys->algorithms.hash, keys->skeyid, length, pieces, 5, skeyid);
}

bool ike_des_key(const uint8_t *skeyid_e, size_t length, uint8_t key[8])
{
    for (size_t at = 0; at + 8 <= length; at += 8) {
        memcpy(key, skeyid_e + at, 8);
        if (!cipher_is_weak_key(CIPHER_DES_CBC, key))
            return true;
    }
    return false;
}

/* A cipher that needs more than SKEYID_e takes K1 | K2 | ..., where K1 = prf(SKEYID_e, 0) and
 * Kn = prf(SKEYID_e, Kn-1); others take its first octets (RFC 2409 appendix B). */
static bool derive_cipher_key(struct crypto *crypto, struct ike_keys *keys)
{
    static const uint8_t zero[1] = {0};
    const struct ike_algorithms *algorithms = &keys->algorithms;
    size_t wanted = algorithms->cipher_key_length;
    size_t digest_length = algorithms->digest_length;
    uint8_t block[IKE_DIGEST_MAX];
    if (algorithms->cipher == CIPHER_DES_CBC)
        return ike_des_key(keys->skeyid_e, digest_length, keys->cipher_key);
    if (wanted <= digest_length) {
        memcpy(keys->cipher_key, keys->skeyid_e, wanted);
        return true;
    }
    struct crypto_piece piece = {zero, sizeof zero};
    for (size_t done = 0; done < wanted; done += digest_length) {
        crypto_hmac(crypto, algorithms->hash, keys->skeyid_e, digest_length, &piece, 1, block);
        memcpy(keys->cipher_key + done, block,
               wanted - done < digest_length ? wanted - done : digest_length);
        piece = (struct crypto_piece){block, digest_length};
    }
    return true;
}

bool ike_keys_derive(struct crypto *crypto, const struct ike_algorithms *algorithms,
                     const struct ike_phase1_material *material, struct ike_keys *keys)
{
    uint8_t nonces[2 * 256];
    size_t split = material->initiator_nonce.length;
    size_t both = split + material->responder_nonce.length;
    const struct crypto_piece pieces[] = {material->initiator_nonce, material->responder_nonce};
    assert(split <= 256 && material->responder_nonce.length <= 256);
    *keys = (struct ike_keys){.algorithms = *algorithms};
    if (algorithms->authentication == IKE_AUTHENTICATION_PRE_SHARED_KEY) {
        crypto_hmac(crypto, algorithms->hash, material->pre_shared_key.octets,
                    material->pre_shared_key.length, pieces, 2, keys->skeyid);
    } else {
        memcpy(nonces, pieces[0].octets, split);
        memcpy(nonces + split, pieces[1].octets, pieces[1].length);
        crypto_hmac(crypto, algorithms->hash, nonces, both, &material->shared, 1, keys->skeyid);
    }
    derive_skeyid(crypto, keys, material, NULL, 0, keys->skeyid_d);
    derive_skeyid(crypto, keys, material, keys->skeyid_d, 1, keys->skeyid_a);
    derive_skeyid(crypto, keys, material, keys->skeyid_a, 2, keys->skeyid_e);
    return derive_cipher_key(crypto, keys);
}

void ike_hash_i(struct crypto *crypto, const struct ike_keys *keys,
                const struct ike_phase1_material *material, struct crypto_piece identity,
                uint8_t hash[IKE_DIGEST_MAX])
{
    const struct crypto_piece pieces[] = {material->initiator_public,
                                          material->responder_public,
                                          {material->initiator_cookie, ISAKMP_COOKIE_SIZE},
                                          {material->responder_cookie, ISAKMP_COOKIE_SIZE},
                                          material->initiator_sa,
                                          identity};
    crypto_hmac(crypto, keys->algorithms.hash, keys->skeyid, keys->algorithms.digest_length, pieces,
                6, hash);
}

void ike_hash_r(struct crypto *crypto, const struct ike_keys *keys,
                const struct ike_phase1_material *material, struct crypto_piece identity,
                uint8_t hash[IKE_DIGEST_MAX])
{
    const struct crypto_piece pieces[] = {material->responder_public,
                                          material->initiator_public,
                                          {material->responder_cookie, ISAKMP_COOKIE_SIZE},
                                          {material->initiator_cookie, ISAKMP_COOKIE_SIZE},
                                          material->initiator_sa,
                                          identity};
    crypto_hmac(crypto, keys->algorithms.hash, keys->skeyid, keys->algorithms.digest_length, pieces,
                6, hash);
}

void ike_hash_of(struct crypto *crypto, const struct ike_keys *keys,
                 const struct crypto_piece *pieces, size_t count, uint8_t hash[IKE_DIGEST_MAX])
{
    crypto_hmac(crypto, keys->algorithms.hash, keys->skeyid_a, keys->algorithms.digest_length,
                pieces, count, hash);
}

void ike_hash_1(struct crypto *crypto, const struct ike_keys *keys, uint32_t message_id,
                struct crypto_piece rest, uint8_t hash[IKE_DIGEST_MAX])
{
    uint8_t id[4];
    wire_store_u32(id, message_id);
    const struct crypto_piece pieces[] = {{id, sizeof id}, rest};
    ike_hash_of(crypto, keys, pieces, 2, hash);
}

void ike_hash_2(struct crypto *crypto, const struct ike_keys *keys, uint32_t message_id,
                struct crypto_piece initiator_nonce, struct crypto_piece rest,
                uint8_t hash[IKE_DIGEST_MAX])
{
    uint8_t id[4];
    wire_store_u32(id, message_id);
    const struct crypto_piece pieces[] = {{id, sizeof id}, initiator_nonce, rest};
    ike_hash_of(crypto, keys, pieces, 3, hash);
}

void ike_hash_3(struct crypto *crypto, const struct ike_keys *keys, uint32_t message_id,
                struct crypto_piece initiator_nonce, struct crypto_piece responder_nonce,
                uint8_t hash[IKE_DIGEST_MAX])
{
    uint8_t zero_and_id[5] = {0};
    wire_store_u32(zero_and_id + 1, message_id);
    const struct crypto_piece pieces[] = {
        {zero_and_id, sizeof zero_and_id}, initiator_nonce, responder_nonce};
    ike_hash_of(crypto, keys, pieces, 3, hash);
}

bool ike_hash_matches(const struct ike_keys *keys, const uint8_t hash[IKE_DIGEST_MAX],
                      const uint8_t *octets, size_t length)
{
    return length == keys->algorithms.digest_length && crypto_equal(hash, octets, length);
}

void ike_keymat(struct crypto *crypto, const struct ike_keys *keys, uint8_t protocol, uint32_t spi,
                struct crypto_piece shared, struct crypto_piece initiator_nonce,
                struct crypto_piece responder_nonce, uint8_t *keymat, size_t length)
{
    uint8_t protocol_and_spi[5] = {protocol};
    uint8_t block[IKE_DIGEST_MAX];
    size_t digest_length = keys->algorithms.digest_length;
    struct hmac prf;
    assert(length <= IKE_KEYMAT_MAX);
    wire_store_u32(protocol_and_spi + 1, spi);
    hmac_init(&prf, crypto, keys->algorithms.hash, keys->skeyid_d, digest_length);
    for (size_t done = 0; done < length; done += digest_length) {
        const struct crypto_piece pieces[] = {{block, done == 0 ? 0 : digest_length},
                                              shared,
                                              {protocol_and_spi, sizeof protocol_and_spi},
                                              initiator_nonce,
                                              responder_nonce};
        hmac_compute(&prf, pieces, 5, block);
        memcpy(keymat + done, block, length - done < digest_length ? length - done : digest_length);
    }
}

static void iv_from(struct crypto *crypto, const struct ike_algorithms *algorithms,
                    struct crypto_piece first, struct crypto_piece second, struct ike_iv *iv)
{
    uint8_t digest[IKE_DIGEST_MAX];
    const struct crypto_piece pieces[] = {first, second};
    assert(algorithms->block_length <= algorithms->digest_length);
    crypto_hash(crypto, algorithms->hash, pieces, 2, digest);
    *iv = (struct ike_iv){0};
    memcpy(iv->octets, digest, algorithms->block_length);
}

void ike_iv_phase1(struct crypto *crypto, const struct ike_algorithms *algorithms,
                   struct crypto_piece initiator_public, struct crypto_piece responder_public,
                   struct ike_iv *iv)
{
    iv_from(crypto, algorithms, initiator_public, responder_public, iv);
}

void ike_iv_exchange(struct crypto *crypto, const struct ike_algorithms *algorithms,
                     const struct ike_iv *phase1_last, uint32_t message_id, struct ike_iv *iv)
{
    uint8_t id[4];
    wire_store_u32(id, message_id);
    const struct ike_iv last = *phase1_last;
    iv_from(crypto, algorithms, (struct crypto_piece){last.octets, algorithms->block_length},
            (struct crypto_piece){id, sizeof id}, iv);
}

size_t ike_encrypt(struct crypto *crypto, const struct ike_keys *keys, struct ike_iv *iv,
                   uint8_t *message, size_t length, size_t size)
{
    const struct ike_algorithms *algorithms = &keys->algorithms;
    size_t block = algorithms->block_length;
    assert(length > ISAKMP_HEADER_LENGTH);
    size_t padded =
        ISAKMP_HEADER_LENGTH + (length - ISAKMP_HEADER_LENGTH + block - 1) / block * block;
    if (padded > size)
        return 0;
    memset(message + length, 0, padded - length);
    message[FLAGS_OFFSET] |= ISAKMP_FLAG_ENCRYPTION;
    wire_store_u32(message + LENGTH_OFFSET, (uint32_t)padded);
    crypto_cipher_once(crypto, algorithms->cipher, keys->cipher_key, algorithms->cipher_key_length,
                       CIPHER_ENCRYPTS, iv->octets, message + ISAKMP_HEADER_LENGTH,
                       padded - ISAKMP_HEADER_LENGTH);
    memcpy(iv->octets, message + padded - block, block);
    return padded;
}

bool ike_decrypt(struct crypto *crypto, const struct ike_keys *keys, struct ike_iv *iv,
                 uint8_t *message, size_t length)
{
    const struct ike_algorithms *algorithms = &keys->algorithms;
    size_t block = algorithms->block_length;
    struct ike_iv last = {0};
    if (length <= ISAKMP_HEADER_LENGTH || (length - ISAKMP_HEADER_LENGTH) % block != 0)
        return false;
    memcpy(last.octets, message + length - block, block);
    crypto_cipher_once(crypto, algorithms->cipher, keys->cipher_key, algorithms->cipher_key_length,
                       CIPHER_DECRYPTS, iv->octets, message + ISAKMP_HEADER_LENGTH,
                       length - ISAKMP_HEADER_LENGTH);
    *iv = last;
    return true;
}
