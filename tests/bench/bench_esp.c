#include "bench.h"

#include "base/packet.h"
#include "ipsec/ipsec_datagram.h"
#include "ipsec/ipsec_processor.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <stdio.h>
#include <string.h>

#define PACKETS    20000
#define DATAGRAM   1400
#define IP_HEADER  20
#define SPI        0x1001
#define ESP_HEADER 8

static const uint8_t key[CIPHER_KEY_SIZE_MAXIMUM] = "0123456789abcdefghijklmnopqrstu";

/** One suite of algorithms, as the engine and as OpenSSL name it. */
struct suite {
    const char *name;
    enum cipher_algorithm cipher;
    const char *openssl_name;
    uint8_t key_length;
    uint8_t block;
};

/** What OpenSSL needs for the ciphers and HMACs of a packet, and nothing else: keyed once. */
struct bare {
    OSSL_LIB_CTX *library;
    EVP_CIPHER_CTX *encryption;
    EVP_CIPHER_CTX *decryption;
    EVP_MAC_CTX *mac;
};

static void bare_init(struct bare *bare, const struct suite *suite)
{
    char digest[] = "SHA1";
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                 OSSL_PARAM_END};
    bare->library = OSSL_LIB_CTX_new();
    bench_require(OSSL_PROVIDER_load(bare->library, "default") != NULL, "no default provider");
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(bare->library, suite->openssl_name, NULL);
    EVP_MAC *hmac = EVP_MAC_fetch(bare->library, "HMAC", NULL);
    bare->encryption = EVP_CIPHER_CTX_new();
    bare->decryption = EVP_CIPHER_CTX_new();
    bare->mac = EVP_MAC_CTX_new(hmac);
    bench_require(EVP_EncryptInit_ex2(bare->encryption, cipher, key, key, NULL) == 1 &&
                      EVP_DecryptInit_ex2(bare->decryption, cipher, key, key, NULL) == 1 &&
                      EVP_CIPHER_CTX_set_padding(bare->encryption, 0) == 1 &&
                      EVP_CIPHER_CTX_set_padding(bare->decryption, 0) == 1 &&
                      EVP_MAC_init(bare->mac, key, 20, params) == 1,
                  "OpenSSL refuses a cipher or HMAC");
    EVP_CIPHER_free(cipher);
    EVP_MAC_free(hmac);
}

static void bare_destroy(struct bare *bare)
{
    EVP_MAC_CTX_free(bare->mac);
    EVP_CIPHER_CTX_free(bare->encryption);
    EVP_CIPHER_CTX_free(bare->decryption);
    OSSL_LIB_CTX_free(bare->library);
}

/** Encrypts or decrypts and authenticates what ESP would; one packet's time in one direction. */
static double bare_run(struct bare *bare, const struct suite *suite)
{
    uint8_t octets[2048] = {0};
    uint8_t icv[EVP_MAX_MD_SIZE];
    size_t icv_length;
    int written;
    int good = 1;
    const size_t payload = DATAGRAM - IP_HEADER + 2;
    const int length = (int)((payload + suite->block - 1) / suite->block * suite->block);
    const size_t covered = ESP_HEADER + (size_t)suite->block + (size_t)length;
    uint64_t start = bench_clock();
    for (int i = 0; i < PACKETS; i++) {
        EVP_CIPHER_CTX *cipher = i & 1 ? bare->decryption : bare->encryption;
        good &= EVP_CipherInit_ex2(cipher, NULL, NULL, octets, -1, NULL);
        good &= EVP_CipherUpdate(cipher, octets + 64, &written, octets + 64, length);
        good &= EVP_MAC_init(bare->mac, NULL, 0, NULL);
        good &= EVP_MAC_update(bare->mac, octets, covered);
        good &= EVP_MAC_final(bare->mac, icv, &icv_length, sizeof icv);
    }
    uint64_t spent = bench_clock() - start;
    bench_require(good == 1, "OpenSSL failed");
    return (double)spent / PACKETS;
}

/** One host that sends to itself, in its own words: its two directions are one SA. */
struct host {
    struct packet_pool pool;
    struct entropy entropy;
    struct crypto *crypto;
    struct ipsec_processor processor;
    struct packet *packet;
};

static void host_init(struct host *host, const struct suite *suite)
{
    const struct ip_address address = ip_address_from_ipv4(0x0a000001);
    const struct ipsec_policy policy = {.action = IPSEC_PROTECT, .esp = true};
    struct security_association_config sa = {
        .protocol = IPSEC_ESP,
        .spi = SPI,
        .cipher = suite->cipher,
        .cipher_key_length = suite->key_length,
        .integrity = true,
        .hash = HASH_SHA1,
        .integrity_key_length = 20,
        .replay_window = REPLAY_WINDOW_DEFAULT,
    };
    memcpy(sa.cipher_key, key, sizeof key);
    memcpy(sa.integrity_key, key, sizeof key);
    host->entropy = entropy_make(1, "bench");
    host->crypto = crypto_create(NULL, NULL);
    bench_require(host->crypto != NULL, "OpenSSL's legacy provider is missing");
    packet_pool_init(&host->pool);
    struct ipsec_processor_config config = ipsec_processor_config_default();
    config.crypto = host->crypto;
    config.entropy = &host->entropy;
    config.pool = &host->pool;
    ipsec_processor_init(&host->processor, &config);
    struct ipsec_bundle_config bundle = {
        .local = address, .peer = address, .pair_count = 1, .pairs[0] = {sa, sa}};
    uint32_t id;
    bench_require(ipsec_processor_add_policy(&host->processor, &policy, &bundle.policy) ==
                          STATUS_OK &&
                      ipsec_processor_add(&host->processor, 0, &bundle, &id) == STATUS_OK,
                  "the SAs are refused");
    host->packet = packet_alloc(&host->pool, DATAGRAM - IP_HEADER);
    bench_require(host->packet != NULL, "out of memory");
    memset(packet_append(host->packet, DATAGRAM - IP_HEADER), 0, DATAGRAM - IP_HEADER);
    struct ipsec_datagram datagram = {.source = address, .destination = address, .ttl = 64};
    ipsec_datagram_push(host->packet, &datagram, IPSEC_NEXT_UDP, 1);
}

static void host_destroy(struct host *host)
{
    packet_free(host->packet);
    ipsec_processor_close(&host->processor);
    packet_pool_destroy(&host->pool);
    crypto_destroy(host->crypto);
}

/** The datagram goes out and comes in over and over; the time of one direction. */
static double host_run(struct host *host)
{
    unsigned good = 0;
    uint64_t start = bench_clock();
    for (int i = 0; i < PACKETS / 2; i++) {
        good += ipsec_processor_outbound(&host->processor, 0, host->packet, 1500, 0).verdict ==
                IPSEC_PROCESSED;
        good += ipsec_processor_inbound(&host->processor, 0, host->packet, true).verdict ==
                IPSEC_PROCESSED;
    }
    uint64_t spent = bench_clock() - start;
    bench_require(good == PACKETS && host->packet->length == DATAGRAM, "ESP lost packets");
    return (double)spent / PACKETS;
}

static void measure(struct bench *bench, const struct suite *suite)
{
    struct bare bare;
    struct host host;
    double ratios[BENCH_RUNS];
    double ours[BENCH_RUNS];
    char name[80];
    bare_init(&bare, suite);
    host_init(&host, suite);
    for (int i = 0; i < BENCH_RUNS; i++) {
        const double theirs = bare_run(&bare, suite);
        ours[i] = host_run(&host);
        ratios[i] = theirs / ours[i];
    }
    snprintf(name, sizeof name, "ESP %s, %u octets: against its ciphers", suite->name, DATAGRAM);
    bench_row(bench, name, bench_median(ratios), "x", BENCH_AT_LEAST, 0.85);
    snprintf(name, sizeof name, "ESP %s, %u octets: one packet", suite->name, DATAGRAM);
    bench_row(bench, name, bench_median(ours), "ns", BENCH_FOR_INFORMATION, 0);
    host_destroy(&host);
    bare_destroy(&bare);
}

void bench_esp(struct bench *bench)
{
    static const struct suite suites[] = {
        {"3DES, HMAC-SHA1-96", CIPHER_3DES_CBC, "DES-EDE3-CBC", 24, 8},
        {"AES-128, HMAC-SHA1-96", CIPHER_AES_CBC, "AES-128-CBC", 16, 16},
    };
    for (size_t i = 0; i < sizeof suites / sizeof suites[0]; i++)
        measure(bench, &suites[i]);
}
