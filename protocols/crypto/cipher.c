#include "crypto/cipher.h"

#include "crypto/crypto_private.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>

struct cipher {
    EVP_CIPHER_CTX *encryption; /* NULL: not for that, or CIPHER_NULL */
    EVP_CIPHER_CTX *decryption;
    uint8_t block_size;
};

size_t cipher_block_size(enum cipher_algorithm algorithm)
{
    static const uint8_t sizes[CIPHER_ALGORITHMS] = {
        [CIPHER_NULL] = 1, [CIPHER_DES_CBC] = 8, [CIPHER_3DES_CBC] = 8, [CIPHER_AES_CBC] = 16};
    return sizes[algorithm];
}

size_t cipher_iv_size(enum cipher_algorithm algorithm)
{
    return algorithm == CIPHER_NULL ? 0 : cipher_block_size(algorithm);
}

bool cipher_takes_key_length(enum cipher_algorithm algorithm, size_t length)
{
    switch (algorithm) {
    case CIPHER_NULL:
        return length == 0;
    case CIPHER_DES_CBC:
        return length == 8;
    case CIPHER_3DES_CBC:
        return length == 24;
    case CIPHER_AES_CBC:
        return length == 16 || length == 24 || length == 32;
    }
    return false;
}

const char *cipher_name(enum cipher_algorithm algorithm)
{
    static const char *const names[CIPHER_ALGORITHMS] = {[CIPHER_NULL] = "NULL",
                                                         [CIPHER_DES_CBC] = "DES-CBC",
                                                         [CIPHER_3DES_CBC] = "3DES-CBC",
                                                         [CIPHER_AES_CBC] = "AES-CBC"};
    return names[algorithm];
}

/** A context under @p key that pads nothing; NULL when memory is exhausted. */
static EVP_CIPHER_CTX *keyed_context(const EVP_CIPHER *algorithm, const uint8_t *key, bool encrypt)
{
    static const uint8_t any_iv[CIPHER_BLOCK_SIZE_MAXIMUM] = {0};
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    if (context && (EVP_CipherInit_ex2(context, algorithm, key, any_iv, encrypt, NULL) != 1 ||
                    EVP_CIPHER_CTX_set_padding(context, 0) != 1)) {
        EVP_CIPHER_CTX_free(context);
        context = NULL;
    }
    return context;
}

struct cipher *cipher_create(struct crypto *crypto, enum cipher_algorithm algorithm,
                             const uint8_t *key, size_t key_length, enum cipher_use use)
{
    assert(cipher_takes_key_length(algorithm, key_length));
    struct cipher *cipher = calloc(1, sizeof *cipher);
    if (!cipher)
        return NULL;
    cipher->block_size = (uint8_t)cipher_block_size(algorithm);
    if (algorithm == CIPHER_NULL)
        return cipher;
    const EVP_CIPHER *fetched = crypto_cipher(crypto, algorithm, key_length);
    if (use & CIPHER_ENCRYPTS)
        cipher->encryption = keyed_context(fetched, key, true);
    if (use & CIPHER_DECRYPTS)
        cipher->decryption = keyed_context(fetched, key, false);
    if (((use & CIPHER_ENCRYPTS) && !cipher->encryption) ||
        ((use & CIPHER_DECRYPTS) && !cipher->decryption)) {
        cipher_destroy(cipher);
        return NULL;
    }
    return cipher;
}

void cipher_destroy(struct cipher *cipher)
{
    if (!cipher)
        return;
    EVP_CIPHER_CTX_free(cipher->encryption);
    EVP_CIPHER_CTX_free(cipher->decryption);
    free(cipher);
}

/* The context keeps its key and its direction (-1); only the IV is new. */
static void run(EVP_CIPHER_CTX *context, const uint8_t *iv, uint8_t *octets, size_t length)
{
    int written = 0;
    crypto_require(context != NULL);
    crypto_require(EVP_CipherInit_ex2(context, NULL, NULL, iv, -1, NULL) == 1);
    crypto_require(EVP_CipherUpdate(context, octets, &written, octets, (int)length) == 1);
    crypto_require(written == (int)length);
}

void cipher_encrypt(struct cipher *cipher, const uint8_t *iv, uint8_t *octets, size_t length)
{
    assert(length % cipher->block_size == 0 && length <= INT_MAX);
    if (cipher->block_size > 1 && length > 0)
        run(cipher->encryption, iv, octets, length);
}

void cipher_decrypt(struct cipher *cipher, const uint8_t *iv, uint8_t *octets, size_t length)
{
    assert(length % cipher->block_size == 0 && length <= INT_MAX);
    if (cipher->block_size > 1 && length > 0)
        run(cipher->decryption, iv, octets, length);
}

void crypto_cipher_once(struct crypto *crypto, enum cipher_algorithm algorithm, const uint8_t *key,
                        size_t key_length, enum cipher_use use, const uint8_t *iv, uint8_t *octets,
                        size_t length)
{
    EVP_CIPHER_CTX *context = crypto_once_context(crypto);
    int written = 0;
    assert(cipher_takes_key_length(algorithm, key_length) && use != CIPHER_DOES_BOTH);
    assert(length % cipher_block_size(algorithm) == 0 && length <= INT_MAX);
    if (algorithm == CIPHER_NULL || length == 0)
        return;
    crypto_require(EVP_CipherInit_ex2(context, crypto_cipher(crypto, algorithm, key_length), key,
                                      iv, use == CIPHER_ENCRYPTS, NULL) == 1);
    crypto_require(EVP_CIPHER_CTX_set_padding(context, 0) == 1);
    crypto_require(EVP_CipherUpdate(context, octets, &written, octets, (int)length) == 1);
    crypto_require(written == (int)length);
}
