#include "bench.h"

#include "base/packet.h"
#include "bench_openssl.h"
#include "ppp/compression/mppe.h"

#include <stdio.h>
#include <string.h>

#define PACKETS   100000
#define START_KEY ((const uint8_t *)"any start key 16")

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
    struct bench_ciphers ciphers;
    struct packet_pool pool;
    struct link link;
    bench_ciphers_init(&ciphers);
    packet_pool_init(&pool);
    link.packet = packet_alloc(&pool, length);
    bench_require(link.packet && mppe_compressor_init(&link.compressor, &config) == STATUS_OK &&
                      mppe_decompressor_init(&link.decompressor, &config) == STATUS_OK,
                  "out of memory");
    memset(packet_append(link.packet, length), 0, length);
    double ratios[BENCH_RUNS];
    double ours[BENCH_RUNS];
    for (int i = 0; i < BENCH_RUNS; i++) {
        double theirs = bench_ciphers_run(&ciphers, PACKETS, length, stateless);
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
    bench_ciphers_destroy(&ciphers);
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
