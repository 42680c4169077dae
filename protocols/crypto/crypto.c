#include "crypto/crypto.h"

#include "crypto/crypto_private.h"

#include <assert.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <stdlib.h>

struct rc4 {
    EVP_CIPHER_CTX *context;
    size_t key_length;
};

/* What crypto_cipher() chooses from. */
enum cbc_cipher {
    CBC_DES,
    CBC_3DES,
    CBC_AES_128,
    CBC_AES_192,
    CBC_AES_256,
    CBC_CIPHERS,
};

struct crypto {
    OSSL_LIB_CTX *library;
    OSSL_PROVIDER *default_provider;
    OSSL_PROVIDER *legacy_provider;
    OSSL_PROVIDER *seeded_provider;
    struct entropy *entropy; /* what OpenSSL draws from now */
    EVP_CIPHER *des;
    EVP_CIPHER *rc4;
    EVP_CIPHER *cbc[CBC_CIPHERS];
    EVP_MD_CTX *md4_context;
    EVP_MD_CTX *hash_contexts[HASH_ALGORITHMS];
    EVP_CIPHER_CTX *des_context;
    EVP_CIPHER_CTX *undes_context; /* decrypts */
    EVP_CIPHER_CTX *once_context;  /* for crypto_cipher_once() */
    struct rc4 *scratch;
    struct dh_groups *dh;
    struct parsed_certificates parsed;
};

void crypto_wipe(void *octets, size_t length)
{
    OPENSSL_cleanse(octets, length);
}

/** A context that keeps the digest; it holds the only reference to what is fetched here. */
static EVP_MD_CTX *digest_context(OSSL_LIB_CTX *library, const char *name)
{
    EVP_MD *digest = EVP_MD_fetch(library, name, NULL);
    EVP_MD_CTX *context = digest ? EVP_MD_CTX_new() : NULL;
    if (context && EVP_DigestInit_ex2(context, digest, NULL) != 1) {
        EVP_MD_CTX_free(context);
        context = NULL;
    }
    EVP_MD_free(digest);
    return context;
}

static bool load_hashes(struct crypto *crypto)
{
    static const char *const names[HASH_ALGORITHMS] = {
        [HASH_MD5] = "MD5", [HASH_SHA1] = "SHA1", [HASH_SHA256] = "SHA256"};
    for (int i = 0; i < HASH_ALGORITHMS; i++) {
        crypto->hash_contexts[i] = digest_context(crypto->library, names[i]);
        if (!crypto->hash_contexts[i])
            return false;
    }
    return true;
}

static bool load_cbc_ciphers(struct crypto *crypto)
{
    static const char *const names[CBC_CIPHERS] = {[CBC_DES] = "DES-CBC",
                                                   [CBC_3DES] = "DES-EDE3-CBC",
                                                   [CBC_AES_128] = "AES-128-CBC",
                                                   [CBC_AES_192] = "AES-192-CBC",
                                                   [CBC_AES_256] = "AES-256-CBC"};
    for (int i = 0; i < CBC_CIPHERS; i++) {
        crypto->cbc[i] = EVP_CIPHER_fetch(crypto->library, names[i], NULL);
        if (!crypto->cbc[i])
            return false;
    }
    return true;
}

static EVP_CIPHER_CTX *des_context(EVP_CIPHER *cipher, bool encrypt)
{
    static const unsigned char any_key[8] = {0};
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    if (context && (EVP_CipherInit_ex2(context, cipher, any_key, NULL, encrypt, NULL) != 1 ||
                    EVP_CIPHER_CTX_set_padding(context, 0) != 1)) {
        EVP_CIPHER_CTX_free(context);
        context = NULL;
    }
    return context;
}

/** NULL, or the line that tells the user what is missing. */
static const char *load(struct crypto *crypto)
{
    crypto->library = OSSL_LIB_CTX_new();
    if (!crypto->library)
        return "OpenSSL could not create a library context: out of memory";
    crypto->default_provider = OSSL_PROVIDER_load(crypto->library, "default");
    if (!crypto->default_provider)
        return "OpenSSL's default provider cannot be loaded: check the OpenSSL 3 installation";
    crypto->legacy_provider = OSSL_PROVIDER_load(crypto->library, "legacy");
    if (!crypto->legacy_provider)
        return "OpenSSL's legacy provider (MD4, DES, RC4) is missing: install legacy.so of OpenSSL "
               "3 (packages libssl3, openssl-libs or openssl-provider-legacy), or set "
               "OPENSSL_MODULES to its folder";
    crypto->seeded_provider = seeded_random_load(crypto->library, &crypto->entropy);
    if (!crypto->seeded_provider)
        return "OpenSSL does not take the simulation's random numbers: version 3.0 or later is "
               "needed";
    crypto->md4_context = digest_context(crypto->library, "MD4");
    if (!crypto->md4_context)
        return "OpenSSL's legacy provider lacks MD4: install a build that has it";
    if (!load_hashes(crypto))
        return "OpenSSL's default provider lacks MD5, SHA-1 or SHA-256: install a build that has "
               "them";
    crypto->des = EVP_CIPHER_fetch(crypto->library, "DES-ECB", NULL);
    crypto->des_context = crypto->des ? des_context(crypto->des, true) : NULL;
    crypto->undes_context = crypto->des ? des_context(crypto->des, false) : NULL;
    if (!crypto->des_context || !crypto->undes_context)
        return "OpenSSL's legacy provider lacks DES-ECB: install a build that has it";
    crypto->once_context = EVP_CIPHER_CTX_new();
    crypto->dh = dh_groups_create();
    if (!crypto->once_context || !crypto->dh)
        return "no memory for the groups of Diffie and Hellman";
    crypto->rc4 = EVP_CIPHER_fetch(crypto->library, "RC4", NULL);
    crypto->scratch = crypto->rc4 ? rc4_create(crypto) : NULL;
    if (!crypto->scratch)
        return "OpenSSL's legacy provider lacks RC4: install a build that has it";
    if (!load_cbc_ciphers(crypto))
        return "OpenSSL lacks DES-CBC (legacy provider), 3DES-CBC or AES-CBC: install a build that "
               "has them";
    return NULL;
}

struct crypto *crypto_create(enum status *status, const char **what_failed)
{
    enum status result = STATUS_OK;
    const char *text = NULL;
    struct crypto *crypto = calloc(1, sizeof *crypto);
    if (!crypto) {
        result = STATUS_NO_MEMORY;
        text = "no memory for the cryptographic context";
    } else if ((text = load(crypto)) != NULL) {
        result = crypto->library ? STATUS_CRYPTO : STATUS_NO_MEMORY;
        crypto_destroy(crypto);
        crypto = NULL;
    }
    if (status)
        *status = result;
    if (what_failed)
        *what_failed = text;
    return crypto;
}

void crypto_destroy(struct crypto *crypto)
{
    if (!crypto)
        return;
    parsed_certificates_forget(&crypto->parsed);
    dh_groups_destroy(crypto->dh);
    rc4_destroy(crypto->scratch);
    EVP_CIPHER_CTX_free(crypto->once_context);
    EVP_CIPHER_CTX_free(crypto->des_context);
    EVP_CIPHER_CTX_free(crypto->undes_context);
    for (int i = 0; i < HASH_ALGORITHMS; i++)
        EVP_MD_CTX_free(crypto->hash_contexts[i]);
    EVP_MD_CTX_free(crypto->md4_context);
    for (int i = 0; i < CBC_CIPHERS; i++)
        EVP_CIPHER_free(crypto->cbc[i]);
    EVP_CIPHER_free(crypto->rc4);
    EVP_CIPHER_free(crypto->des);
    if (crypto->seeded_provider)
        OSSL_PROVIDER_unload(crypto->seeded_provider);
    if (crypto->legacy_provider)
        OSSL_PROVIDER_unload(crypto->legacy_provider);
    if (crypto->default_provider)
        OSSL_PROVIDER_unload(crypto->default_provider);
    OSSL_LIB_CTX_free(crypto->library);
    free(crypto);
}

void crypto_digest(EVP_MD_CTX *context, const struct crypto_piece *pieces, size_t count,
                   uint8_t *digest)
{
    /* Without a type the kept digest starts anew. */
    crypto_require(EVP_DigestInit_ex2(context, NULL, NULL) == 1);
    for (size_t i = 0; i < count; i++)
        crypto_require(EVP_DigestUpdate(context, pieces[i].octets, pieces[i].length) == 1);
    crypto_require(EVP_DigestFinal_ex(context, digest, NULL) == 1);
}

void crypto_md4(struct crypto *crypto, const struct crypto_piece *pieces, size_t count,
                uint8_t digest[CRYPTO_MD4_SIZE])
{
    crypto_digest(crypto->md4_context, pieces, count, digest);
}

void crypto_md5(struct crypto *crypto, const struct crypto_piece *pieces, size_t count,
                uint8_t digest[CRYPTO_MD5_SIZE])
{
    crypto_hash(crypto, HASH_MD5, pieces, count, digest);
}

void crypto_sha1(struct crypto *crypto, const struct crypto_piece *pieces, size_t count,
                 uint8_t digest[CRYPTO_SHA1_SIZE])
{
    crypto_hash(crypto, HASH_SHA1, pieces, count, digest);
}

void crypto_des_expand_key(const uint8_t key[CRYPTO_DES_KEY_SIZE], uint8_t expanded[8])
{
    uint64_t bits = 0;
    for (int i = 0; i < CRYPTO_DES_KEY_SIZE; i++)
        bits = bits << 8 | key[i];
    for (int i = 0; i < 8; i++) {
        unsigned seven = (unsigned)(bits >> (49 - 7 * i)) & 0x7f;
        unsigned parity = seven ^ seven >> 4;
        parity ^= parity >> 2;
        parity ^= parity >> 1;
        expanded[i] = (uint8_t)(seven << 1 | (~parity & 1));
    }
}

/* One block in the direction that the context was made for (-1 leaves it as it is). */
static void des_block(EVP_CIPHER_CTX *context, const uint8_t key[8],
                      const uint8_t block[CRYPTO_DES_BLOCK_SIZE],
                      uint8_t result[CRYPTO_DES_BLOCK_SIZE])
{
    int length = 0;
    crypto_require(EVP_CipherInit_ex2(context, NULL, key, NULL, -1, NULL) == 1);
    crypto_require(EVP_CipherUpdate(context, result, &length, block, CRYPTO_DES_BLOCK_SIZE) == 1);
    crypto_require(length == CRYPTO_DES_BLOCK_SIZE);
}

void crypto_des_ecb_encrypt(struct crypto *crypto, const uint8_t key[CRYPTO_DES_KEY_SIZE],
                            const uint8_t block[CRYPTO_DES_BLOCK_SIZE],
                            uint8_t encrypted[CRYPTO_DES_BLOCK_SIZE])
{
    uint8_t expanded[8];
    crypto_des_expand_key(key, expanded);
    des_block(crypto->des_context, expanded, block, encrypted);
}

void crypto_des_ecb_decrypt(struct crypto *crypto, const uint8_t key[CRYPTO_DES_KEY_SIZE],
                            const uint8_t block[CRYPTO_DES_BLOCK_SIZE],
                            uint8_t decrypted[CRYPTO_DES_BLOCK_SIZE])
{
    uint8_t expanded[8];
    crypto_des_expand_key(key, expanded);
    des_block(crypto->undes_context, expanded, block, decrypted);
}

struct rc4 *rc4_create(struct crypto *crypto)
{
    /* A key at once makes the cipher's memory be there before the first packet. */
    static const unsigned char any_key[16] = {0};
    struct rc4 *rc4 = calloc(1, sizeof *rc4);
    if (!rc4)
        return NULL;
    rc4->context = EVP_CIPHER_CTX_new();
    rc4->key_length = sizeof any_key;
    if (!rc4->context || EVP_EncryptInit_ex2(rc4->context, crypto->rc4, any_key, NULL, NULL) != 1 ||
        EVP_CIPHER_CTX_get_key_length(rc4->context) != (int)sizeof any_key) {
        rc4_destroy(rc4);
        return NULL;
    }
    return rc4;
}

void rc4_destroy(struct rc4 *rc4)
{
    if (!rc4)
        return;
    EVP_CIPHER_CTX_free(rc4->context);
    free(rc4);
}

void rc4_set_key(struct rc4 *rc4, const uint8_t *key, size_t length)
{
    assert(length >= 1 && length <= 32);
    if (length != rc4->key_length) {
        crypto_require(EVP_CIPHER_CTX_set_key_length(rc4->context, (int)length) == 1);
        rc4->key_length = length;
    }
    crypto_require(EVP_EncryptInit_ex2(rc4->context, NULL, key, NULL, NULL) == 1);
}

void rc4_crypt(struct rc4 *rc4, uint8_t *octets, size_t length)
{
    int written = 0;
    assert(length <= INT_MAX);
    if (length > 0)
        crypto_require(EVP_EncryptUpdate(rc4->context, octets, &written, octets, (int)length) == 1);
}

struct rc4 *crypto_scratch_rc4(struct crypto *crypto)
{
    return crypto->scratch;
}

struct dh_groups *crypto_dh_groups(struct crypto *crypto)
{
    return crypto->dh;
}

struct parsed_certificates *crypto_parsed_certificates(struct crypto *crypto)
{
    return &crypto->parsed;
}

EVP_CIPHER_CTX *crypto_once_context(struct crypto *crypto)
{
    return crypto->once_context;
}

OSSL_LIB_CTX *crypto_library(struct crypto *crypto)
{
    return crypto->library;
}

void crypto_draw_from(struct crypto *crypto, struct entropy *entropy)
{
    crypto->entropy = entropy;
}

EVP_MD_CTX *crypto_hash_context(struct crypto *crypto, enum hash_algorithm algorithm)
{
    return crypto->hash_contexts[algorithm];
}

const EVP_CIPHER *crypto_cipher(struct crypto *crypto, enum cipher_algorithm algorithm,
                                size_t key_length)
{
    switch (algorithm) {
    case CIPHER_DES_CBC:
        return crypto->cbc[CBC_DES];
    case CIPHER_3DES_CBC:
        return crypto->cbc[CBC_3DES];
    case CIPHER_AES_CBC:
        return crypto->cbc[CBC_AES_128 + (key_length - 16) / 8];
    case CIPHER_NULL:
        break;
    }
    return NULL;
}
