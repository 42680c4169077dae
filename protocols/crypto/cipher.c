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

/* The lowest bit of each octet of a DES key is for parity. */
static bool is_same_octet(uint8_t a, uint8_t b)
{
    return ((a ^ b) & 0xfe) == 0;
}

static bool is_same_des_key(const uint8_t *a, const uint8_t *b)
{
    for (size_t i = 0; i < 8; i++)
        if (!is_same_octet(a[i], b[i]))
            return false;
    return true;
}

/* They alternate between two of these octets, or one: in the first half, and in the second. */
static bool is_weak_des_key(const uint8_t *key)
{
    static const uint8_t octets[][2] = {{0x01, 0x01}, {0x1f, 0x0e}, {0xe0, 0xf1}, {0xfe, 0xfe}};
    for (size_t at = 0; at < 2; at++) {
        bool found = false;
        for (size_t i = 0; i < sizeof octets / sizeof octets[0]; i++)
            found |= is_same_octet(key[at], octets[i][0]) &&
                     is_same_octet(key[at + 2], octets[i][0]) &&
                     is_same_octet(key[at + 4], octets[i][1]) &&
                     is_same_octet(key[at + 6], octets[i][1]);
        if (!found)
            return false;
    }
    return true;
}

bool cipher_is_weak_key(enum cipher_algorithm algorithm, const uint8_t *key)
{
    switch (algorithm) {
    case CIPHER_NULL:
    case CIPHER_AES_CBC:
        break;
    case CIPHER_DES_CBC:
        return is_weak_des_key(key);
    case CIPHER_3DES_CBC:
        return is_same_des_key(key, key + 8) || is_same_des_key(key + 8, key + 16);
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
