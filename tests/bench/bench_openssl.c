#include "bench_openssl.h"

#include <openssl/provider.h>

#include <stdlib.h>
#include <string.h>

#define LONGEST 65536

void bench_ciphers_init(struct bench_ciphers *ciphers)
{
    static const unsigned char any_key[16] = {0};
    ciphers->library = OSSL_LIB_CTX_new();
    bench_require(OSSL_PROVIDER_load(ciphers->library, "default") &&
                      OSSL_PROVIDER_load(ciphers->library, "legacy"),
                  "OpenSSL's providers are missing");
    EVP_MD *sha1 = EVP_MD_fetch(ciphers->library, "SHA1", NULL);
    EVP_CIPHER *rc4 = EVP_CIPHER_fetch(ciphers->library, "RC4", NULL);
    ciphers->sha1 = EVP_MD_CTX_new();
    ciphers->rc4 = EVP_CIPHER_CTX_new();
    bench_require(EVP_DigestInit_ex2(ciphers->sha1, sha1, NULL) == 1 &&
                      EVP_EncryptInit_ex2(ciphers->rc4, rc4, any_key, NULL, NULL) == 1,
                  "OpenSSL refuses SHA-1 or RC4");
    EVP_MD_free(sha1);
    EVP_CIPHER_free(rc4);
}

void bench_ciphers_destroy(struct bench_ciphers *ciphers)
{
    EVP_MD_CTX_free(ciphers->sha1);
    EVP_CIPHER_CTX_free(ciphers->rc4);
    OSSL_LIB_CTX_free(ciphers->library);
}

double bench_ciphers_run(struct bench_ciphers *ciphers, unsigned packets, size_t length,
                         bool stateless)
{
    uint8_t octets[2048] = {0};
    uint8_t input[112] = {0};
    uint8_t digest[20] = {0};
    int written = 0;
    int good = length <= sizeof octets;
    uint64_t start = bench_clock();
    for (unsigned i = 0; i < packets; i++) {
        if (stateless || (i & 0xff) == 0xff) {
            memcpy(input + 56, digest, 16);
            good &= EVP_DigestInit_ex2(ciphers->sha1, NULL, NULL);
            good &= EVP_DigestUpdate(ciphers->sha1, input, sizeof input);
            good &= EVP_DigestFinal_ex(ciphers->sha1, digest, NULL);
            good &= EVP_EncryptInit_ex2(ciphers->rc4, NULL, digest, NULL, NULL);
            good &= EVP_EncryptUpdate(ciphers->rc4, digest, &written, digest, 16);
            good &= EVP_EncryptInit_ex2(ciphers->rc4, NULL, digest, NULL, NULL);
        }
        good &= EVP_EncryptUpdate(ciphers->rc4, octets, &written, octets, (int)length);
    }
    uint64_t spent = bench_clock() - start;
    bench_require(good == 1, "OpenSSL failed");
    return (double)spent / packets;
}

enum call_kind {
    DIGEST_INIT,
    DIGEST_UPDATE,
    DIGEST_FINAL,
    CIPHER_INIT,
    CIPHER_UPDATE,
    ENCRYPT_INIT,
    ENCRYPT_UPDATE,
};

struct call {
    enum call_kind kind;
    int length;
    void *context;
};

/* The wrapped functions have no argument that could lead to it. */
static struct {
    bool on;
    struct call *calls;
    size_t count;
    size_t capacity;
} recording;

static void note(enum call_kind kind, void *context, size_t length)
{
    if (!recording.on)
        return;
    if (recording.count == recording.capacity) {
        recording.capacity = recording.capacity ? 2 * recording.capacity : 4096;
        recording.calls = realloc(recording.calls, recording.capacity * sizeof *recording.calls);
        bench_require(recording.calls != NULL, "out of memory");
    }
    bench_require(length <= LONGEST, "a longer call than expected");
    recording.calls[recording.count++] =
        (struct call){.kind = kind, .context = context, .length = (int)length};
}

/*
 * The linker is told (--wrap) to send the library's calls of F to __wrap_F, and those of __real_F
 * to libcrypto.
 */
#define WRAP(function) __wrap_##function
#define REAL(function) __real_##function

int REAL(EVP_DigestInit_ex2)(EVP_MD_CTX *context, const EVP_MD *type, const OSSL_PARAM *params);
int REAL(EVP_DigestUpdate)(EVP_MD_CTX *context, const void *octets, size_t length);
int REAL(EVP_DigestFinal_ex)(EVP_MD_CTX *context, unsigned char *digest, unsigned *length);
int REAL(EVP_CipherInit_ex2)(EVP_CIPHER_CTX *context, const EVP_CIPHER *type,
                             const unsigned char *key, const unsigned char *iv, int encrypt,
                             const OSSL_PARAM *params);
int REAL(EVP_CipherUpdate)(EVP_CIPHER_CTX *context, unsigned char *out, int *out_length,
                           const unsigned char *in, int length);
int REAL(EVP_EncryptInit_ex2)(EVP_CIPHER_CTX *context, const EVP_CIPHER *type,
                              const unsigned char *key, const unsigned char *iv,
                              const OSSL_PARAM *params);
int REAL(EVP_EncryptUpdate)(EVP_CIPHER_CTX *context, unsigned char *out, int *out_length,
                            const unsigned char *in, int length);
int WRAP(EVP_DigestInit_ex2)(EVP_MD_CTX *context, const EVP_MD *type, const OSSL_PARAM *params);
int WRAP(EVP_DigestUpdate)(EVP_MD_CTX *context, const void *octets, size_t length);
int WRAP(EVP_DigestFinal_ex)(EVP_MD_CTX *context, unsigned char *digest, unsigned *length);
int WRAP(EVP_CipherInit_ex2)(EVP_CIPHER_CTX *context, const EVP_CIPHER *type,
                             const unsigned char *key, const unsigned char *iv, int encrypt,
                             const OSSL_PARAM *params);
int WRAP(EVP_CipherUpdate)(EVP_CIPHER_CTX *context, unsigned char *out, int *out_length,
                           const unsigned char *in, int length);
int WRAP(EVP_EncryptInit_ex2)(EVP_CIPHER_CTX *context, const EVP_CIPHER *type,
                              const unsigned char *key, const unsigned char *iv,
                              const OSSL_PARAM *params);
int WRAP(EVP_EncryptUpdate)(EVP_CIPHER_CTX *context, unsigned char *out, int *out_length,
                            const unsigned char *in, int length);

int WRAP(EVP_DigestInit_ex2)(EVP_MD_CTX *context, const EVP_MD *type, const OSSL_PARAM *params)
{
    note(DIGEST_INIT, context, 0);
    return REAL(EVP_DigestInit_ex2)(context, type, params);
}

int WRAP(EVP_DigestUpdate)(EVP_MD_CTX *context, const void *octets, size_t length)
{
    note(DIGEST_UPDATE, context, length);
    return REAL(EVP_DigestUpdate)(context, octets, length);
}

int WRAP(EVP_DigestFinal_ex)(EVP_MD_CTX *context, unsigned char *digest, unsigned *length)
{
    note(DIGEST_FINAL, context, 0);
    return REAL(EVP_DigestFinal_ex)(context, digest, length);
}

int WRAP(EVP_CipherInit_ex2)(EVP_CIPHER_CTX *context, const EVP_CIPHER *type,
                             const unsigned char *key, const unsigned char *iv, int encrypt,
                             const OSSL_PARAM *params)
{
    note(CIPHER_INIT, context, 0);
    return REAL(EVP_CipherInit_ex2)(context, type, key, iv, encrypt, params);
}

int WRAP(EVP_CipherUpdate)(EVP_CIPHER_CTX *context, unsigned char *out, int *out_length,
                           const unsigned char *in, int length)
{
    note(CIPHER_UPDATE, context, (size_t)length);
    return REAL(EVP_CipherUpdate)(context, out, out_length, in, length);
}

int WRAP(EVP_EncryptInit_ex2)(EVP_CIPHER_CTX *context, const EVP_CIPHER *type,
                              const unsigned char *key, const unsigned char *iv,
                              const OSSL_PARAM *params)
{
    note(ENCRYPT_INIT, context, 0);
    return REAL(EVP_EncryptInit_ex2)(context, type, key, iv, params);
}

int WRAP(EVP_EncryptUpdate)(EVP_CIPHER_CTX *context, unsigned char *out, int *out_length,
                            const unsigned char *in, int length)
{
    note(ENCRYPT_UPDATE, context, (size_t)length);
    return REAL(EVP_EncryptUpdate)(context, out, out_length, in, length);
}

void bench_openssl_record(void)
{
    recording.on = true;
    recording.count = 0;
}

size_t bench_openssl_stop(void)
{
    recording.on = false;
    return recording.count;
}

/* Any 16 octets are a key of RC4, and the first 8 of them one of DES. */
static int repeat(const struct call *call, uint8_t *octets)
{
    static const unsigned char key[16] = "0123456789abcde";
    uint8_t digest[EVP_MAX_MD_SIZE];
    int written = 0;
    switch (call->kind) {
    case DIGEST_INIT:
        return REAL(EVP_DigestInit_ex2)(call->context, NULL, NULL);
    case DIGEST_UPDATE:
        return REAL(EVP_DigestUpdate)(call->context, octets, (size_t)call->length);
    case DIGEST_FINAL:
        return REAL(EVP_DigestFinal_ex)(call->context, digest, NULL);
    case CIPHER_INIT:
        return REAL(EVP_CipherInit_ex2)(call->context, NULL, key, NULL, -1, NULL);
    case CIPHER_UPDATE:
        return REAL(EVP_CipherUpdate)(call->context, octets, &written, octets, call->length);
    case ENCRYPT_INIT:
        return REAL(EVP_EncryptInit_ex2)(call->context, NULL, key, NULL, NULL);
    case ENCRYPT_UPDATE:
        return REAL(EVP_EncryptUpdate)(call->context, octets, &written, octets, call->length);
    }
    return 0;
}

double bench_openssl_replay(void)
{
    static uint8_t octets[LONGEST];
    int good = 1;
    uint64_t start = bench_clock();
    for (size_t i = 0; i < recording.count; i++)
        good &= repeat(&recording.calls[i], octets);
    uint64_t spent = bench_clock() - start;
    bench_require(good == 1, "OpenSSL failed");
    return (double)spent;
}

void bench_openssl_forget(void)
{
    free(recording.calls);
    memset(&recording, 0, sizeof recording);
}
