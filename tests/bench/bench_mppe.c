#include "bench.h"

#include "base/packet.h"
#include "ppp/mppe.h"

#include <openssl/evp.h>
#include <openssl/provider.h>

#include <stdio.h>
#include <string.h>

#define PACKETS   100000
#define START_KEY ((const uint8_t *)"any start key 16")

/** The ciphers alone, as the plainest program would call them. */
struct ciphers {
    OSSL_LIB_CTX *library;
    EVP_MD_CTX *sha1;
    EVP_CIPHER_CTX *rc4;
};

static void ciphers_init(struct ciphers *ciphers)
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

static void ciphers_destroy(struct ciphers *ciphers)
{
    EVP_MD_CTX_free(ciphers->sha1);
    EVP_CIPHER_CTX_free(ciphers->rc4);
    OSSL_LIB_CTX_free(ciphers->library);
}

/** SHA-1 over a key change's 112 octets, RC4 over the key and over the packet: nothing else. */
static double run_ciphers(struct ciphers *ciphers, size_t length, bool stateless)
{
    uint8_t octets[PACKET_ROOM] = {0};
    uint8_t input[112] = {0};
    uint8_t digest[20] = {0};
    int written = 0;
    int good = 1;
    uint64_t start = bench_clock();
    for (int i = 0; i < PACKETS; i++) {
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
    return (double)spent / PACKETS;
}

struct link {
    struct mppe_compressor compressor;
    struct mppe_decompressor decompressor;
    struct packet *packet;
};

/** Encrypts and decrypts one packet in place over and over; one encryption or decryption's time. */
static double run_engine(struct link *link)
{
    const char *reason;
    uint64_t delivered = 0;
    uint64_t start = bench_clock();
    for (int i = 0; i < PACKETS / 2; i++) {
        mppe_encrypt(&link->compressor, link->packet);
        delivered += mppe_decrypt(&link->decompressor, 0, link->packet, &reason) == MPPE_DELIVER;
    }
    uint64_t spent = bench_clock() - start;
    bench_require(delivered == PACKETS / 2, "MPPE lost packets");
    return (double)spent / PACKETS;
}

static void measure(struct bench *bench, struct crypto *crypto, size_t length, bool stateless)
{
    const struct mppe_config config = {
        .crypto = crypto,
        .strength = MPPE_128_BIT,
        .stateless = stateless,
        .start_key = START_KEY,
    };
    struct ciphers ciphers;
    struct packet_pool pool;
    struct link link;
    ciphers_init(&ciphers);
    packet_pool_init(&pool);
    link.packet = packet_alloc(&pool, length);
    bench_require(link.packet && mppe_compressor_init(&link.compressor, &config) == STATUS_OK &&
                      mppe_decompressor_init(&link.decompressor, &config) == STATUS_OK,
                  "out of memory");
    memset(packet_append(link.packet, length), 0, length);
    double ratios[BENCH_RUNS];
    double ours[BENCH_RUNS];
    for (int i = 0; i < BENCH_RUNS; i++) {
        double theirs = run_ciphers(&ciphers, length, stateless);
        ours[i] = run_engine(&link);
        ratios[i] = theirs / ours[i];
    }
    const char *mode = stateless ? "stateless" : "stateful";
    char name[80];
    snprintf(name, sizeof name, "MPPE-128 %s, %zu octets: speed against its ciphers", mode, length);
    bench_row(bench, name, bench_median(ratios), "x", BENCH_AT_LEAST, 0.8);
    snprintf(name, sizeof name, "MPPE-128 %s, %zu octets: one packet", mode, length);
    bench_row(bench, name, bench_median(ours), "ns", BENCH_FOR_INFORMATION, 0);
    mppe_compressor_clear(&link.compressor);
    mppe_decompressor_clear(&link.decompressor);
    packet_pool_destroy(&pool);
    ciphers_destroy(&ciphers);
}

void bench_mppe(struct bench *bench)
{
    struct crypto *crypto = crypto_create(NULL, NULL);
    bench_require(crypto != NULL, "OpenSSL's legacy provider is missing");
    measure(bench, crypto, 64, true);
    measure(bench, crypto, 1400, true);
    measure(bench, crypto, 1400, false);
    crypto_destroy(crypto);
}
