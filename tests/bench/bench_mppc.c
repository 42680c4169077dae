#include "bench.h"

#include "base/packet.h"
#include "ppp/compression/mppc.h"

#include <zlib.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DATA_SIZE   (2u << 20)
#define PACKET_DATA 1402u /* protocol field and an MRU of 1,400 */
#define PACKETS     ((DATA_SIZE + PACKET_DATA - 1) / PACKET_DATA)

/** Something to compress, always the same, and what came of it. */
struct data {
    uint32_t random;
    size_t length;
    uint8_t octets[DATA_SIZE];
    size_t coded_lengths[PACKETS];
    uint16_t headers[PACKETS];
    uint8_t coded[DATA_SIZE];
    uint8_t deflated[2 * DATA_SIZE];
};

static uint32_t draw(struct data *data, uint32_t below)
{
    data->random = data->random * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)data->random * below >> 32);
}

static void add(struct data *data, const void *octets, size_t length)
{
    size_t room = DATA_SIZE - data->length;
    if (length > room)
        length = room;
    memcpy(data->octets + data->length, octets, length);
    data->length += length;
}

/** A sentence: the words further ahead in the list come much more often, as in any language. */
static void add_sentence(struct data *data)
{
    static const char words[][12] = {
        "the",     "of",      "and",      "to",     "a",       "in",      "is",      "that",
        "for",     "it",      "with",     "as",     "was",     "on",      "be",      "at",
        "by",      "this",    "from",     "or",     "have",    "an",      "they",    "which",
        "one",     "you",     "were",     "all",    "their",   "there",   "can",     "more",
        "server",  "client",  "network",  "router", "tunnel",  "address", "message", "answer",
        "packet",  "request", "password", "office", "company", "monday",  "meeting", "report",
        "account", "number",  "between",  "during", "another", "without", "because", "through",
        "version", "support", "service",  "remote", "travel",  "station", "weather", "machine",
    };
    size_t count = 4 + draw(data, 14);
    for (size_t i = 0; i < count; i++) {
        uint32_t rank = draw(data, 64) * draw(data, 64) / 64;
        char word[16];
        int length = snprintf(word, sizeof word, "%s%s", words[rank],
                              i + 1 < count ? (draw(data, 9) ? " " : ", ") : ".\r\n");
        if (i == 0)
            word[0] = (char)(word[0] - 'a' + 'A');
        add(data, word, (size_t)length);
    }
}

static void add_random(struct data *data, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        uint8_t octet = (uint8_t)draw(data, 256);
        add(data, &octet, 1);
    }
}

/** A table of small numbers, as programs and spreadsheets keep them. */
static void add_records(struct data *data, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint8_t record[16] = {1, 0, 0, 0, (uint8_t)i, (uint8_t)(i >> 8)};
        record[8] = (uint8_t)draw(data, 16);
        record[12] = (uint8_t)draw(data, 256);
        add(data, record, sizeof record);
    }
}

static void make_text(struct data *data)
{
    data->random = 1;
    data->length = 0;
    while (data->length < DATA_SIZE)
        add_sentence(data);
}

/** A quarter what cannot be compressed, a quarter tables, the rest text. */
static void make_mixed(struct data *data)
{
    data->random = 1;
    data->length = 0;
    while (data->length < DATA_SIZE) {
        add_random(data, 8192);
        add_records(data, 512);
        for (size_t end = data->length + 16384; data->length < end && data->length < DATA_SIZE;)
            add_sentence(data);
    }
}

static size_t packet_length(size_t number)
{
    return number + 1 < PACKETS ? PACKET_DATA : DATA_SIZE - number * PACKET_DATA;
}

static void fill(struct packet *packet, const void *octets, size_t length)
{
    packet->data = packet->storage + PACKET_HEADROOM;
    packet->length = (uint32_t)length;
    memcpy(packet->data, octets, length);
}

/** Compresses everything packet by packet; what it took. */
static uint64_t compress_all(struct data *data, const struct mppc_config *config,
                             struct packet *packet, size_t *total)
{
    struct mppc_compressor compressor;
    bench_require(mppc_compressor_init(&compressor, config) == STATUS_OK, "out of memory");
    *total = 0;
    uint64_t start = bench_clock();
    for (size_t i = 0; i < PACKETS; i++) {
        fill(packet, data->octets + i * PACKET_DATA, packet_length(i));
        data->headers[i] = mppc_compress(&compressor, packet, false);
        data->coded_lengths[i] = packet->length;
        memcpy(data->coded + *total, packet->data, packet->length);
        *total += packet->length;
    }
    uint64_t spent = bench_clock() - start;
    mppc_compressor_clear(&compressor);
    return spent;
}

static uint64_t decompress_all(struct data *data, const struct mppc_config *config,
                               struct packet *packet)
{
    struct mppc_decompressor decompressor;
    const char *reason;
    size_t at = 0;
    bool same = true;
    bench_require(mppc_decompressor_init(&decompressor, config) == STATUS_OK, "out of memory");
    uint64_t start = bench_clock();
    for (size_t i = 0; i < PACKETS; i++) {
        fill(packet, data->coded + at, data->coded_lengths[i]);
        at += data->coded_lengths[i];
        same &=
            mppc_decompress(&decompressor, 0, packet, data->headers[i], &reason) == MPPC_DELIVER &&
            packet->length == packet_length(i) &&
            memcmp(packet->data, data->octets + i * PACKET_DATA, packet->length) == 0;
    }
    uint64_t spent = bench_clock() - start;
    bench_require(same, "MPPC lost octets");
    mppc_decompressor_clear(&decompressor);
    return spent;
}

/** zlib at its fastest over all of it at once, which spares it the ends of packets. */
static uint64_t deflate_all(struct data *data, size_t *total)
{
    z_stream stream = {0};
    bench_require(deflateInit(&stream, 1) == Z_OK, "zlib refuses");
    stream.next_in = data->octets;
    stream.avail_in = DATA_SIZE;
    stream.next_out = data->deflated;
    stream.avail_out = sizeof data->deflated;
    uint64_t start = bench_clock();
    bench_require(deflate(&stream, Z_FINISH) == Z_STREAM_END, "zlib failed");
    uint64_t spent = bench_clock() - start;
    *total = stream.total_out;
    deflateEnd(&stream);
    return spent;
}

static void measure(struct bench *bench, struct data *data, struct packet *packet, const char *what,
                    bool stateless)
{
    const struct mppc_config config = {.stateless = stateless, .max_length = PACKET_DATA};
    double ratios[BENCH_RUNS];
    double compressions[BENCH_RUNS];
    double decompressions[BENCH_RUNS];
    size_t ours = 0;
    size_t theirs = 0;
    for (int i = 0; i < BENCH_RUNS; i++) {
        double deflated = (double)deflate_all(data, &theirs);
        double compressed = (double)compress_all(data, &config, packet, &ours);
        ratios[i] = deflated / compressed;
        compressions[i] = DATA_SIZE * 1e3 / compressed;
        decompressions[i] = DATA_SIZE * 1e3 / (double)decompress_all(data, &config, packet);
    }
    char name[80];
    const char *mode = stateless ? "stateless" : "stateful";
    snprintf(name, sizeof name, "MPPC %s, %s: speed against zlib level 1", mode, what);
    bench_row(bench, name, bench_median(ratios), "x", BENCH_AT_LEAST, 0.5);
    snprintf(name, sizeof name, "MPPC %s, %s: compression", mode, what);
    bench_row(bench, name, bench_median(compressions), "MB/s", BENCH_FOR_INFORMATION, 0);
    snprintf(name, sizeof name, "MPPC %s, %s: decompression", mode, what);
    bench_row(bench, name, bench_median(decompressions), "MB/s", BENCH_FOR_INFORMATION, 0);
    snprintf(name, sizeof name, "MPPC %s, %s: what is left of 100 octets", mode, what);
    bench_row(bench, name, 100.0 * (double)ours / DATA_SIZE, "octets", BENCH_FOR_INFORMATION, 0);
    if (stateless)
        return;
    snprintf(name, sizeof name, "zlib level 1, %s: what is left of 100 octets", what);
    bench_row(bench, name, 100.0 * (double)theirs / DATA_SIZE, "octets", BENCH_FOR_INFORMATION, 0);
}

void bench_mppc(struct bench *bench)
{
    struct packet_pool pool;
    struct data *data = malloc(sizeof *data);
    packet_pool_init(&pool);
    struct packet *packet = packet_alloc(&pool, PACKET_ROOM);
    bench_require(data && packet, "out of memory");
    make_text(data);
    measure(bench, data, packet, "text", false);
    measure(bench, data, packet, "text", true);
    make_mixed(data);
    measure(bench, data, packet, "mixed data", false);
    packet_pool_destroy(&pool);
    free(data);
}
