/* HDLC-like framing and unframing against the FCS alone, over the same frames. */
#include "bench.h"

#include "base/entropy.h"
#include "ppp/hdlc.h"

#include <string.h>

#define FRAMES       64
#define FRAME_LENGTH 1504
#define ROUNDS       100
#define LINE_SIZE    HDLC_ENCODED_MAX(FRAME_LENGTH)

/* The frames, how they look on a line, and what is done with them. */
struct work {
    uint8_t frames[FRAMES][FRAME_LENGTH];
    uint8_t lines[FRAMES][LINE_SIZE];
    size_t lengths[FRAMES];
    uint32_t accm;
    uint16_t table[256];
    struct packet_pool pool;
};

typedef void run(struct work *work);

/* What the ratios are about: RFC 1662's table method, an octet at a time ... */
static void fcs_by_octets(struct work *work)
{
    for (size_t i = 0; i < FRAMES; i++) {
        unsigned fcs = HDLC_FCS_INITIAL;
        for (size_t j = 0; j < FRAME_LENGTH; j++)
            fcs = fcs >> 8 ^ work->table[(fcs ^ work->frames[i][j]) & 0xff];
        bench_require(fcs == hdlc_fcs(HDLC_FCS_INITIAL, work->frames[i], FRAME_LENGTH),
                      "the two ways to the FCS disagree");
    }
}

/* ... and the library's own, which takes eight at a time. */
static void fcs_alone(struct work *work)
{
    uint16_t sum = 0;
    for (size_t i = 0; i < FRAMES; i++)
        sum |= hdlc_fcs(HDLC_FCS_INITIAL, work->frames[i], FRAME_LENGTH);
    bench_require(sum != 0, "the FCS is wrong");
}

static void encode(struct work *work)
{
    for (size_t i = 0; i < FRAMES; i++)
        work->lengths[i] =
            hdlc_encode(work->frames[i], FRAME_LENGTH, work->accm, true, work->lines[i], LINE_SIZE);
}

static void decode(struct work *work)
{
    static const struct trace silent = {0};
    struct hdlc_decoder decoder;
    hdlc_decoder_init(&decoder, &work->pool, &silent, 1500);
    decoder.accm = work->accm;
    for (size_t i = 0; i < FRAMES; i++) {
        struct packet *frame;
        size_t taken = hdlc_decoder_input(&decoder, 0, work->lines[i], work->lengths[i], &frame);
        bench_require(taken == work->lengths[i] && frame && frame->length == FRAME_LENGTH,
                      "a frame was lost");
        packet_free(frame);
    }
}

static double measure(struct work *work, run *what)
{
    uint64_t start = bench_clock();
    for (unsigned round = 0; round < ROUNDS; round++)
        what(work);
    return (double)(bench_clock() - start);
}

/* How fast @a is, in units of @b's speed. */
static double speed(struct work *work, run *a, run *b)
{
    double ratios[BENCH_RUNS];
    for (unsigned i = 0; i < BENCH_RUNS; i++) {
        double yardstick = measure(work, b);
        ratios[i] = yardstick / measure(work, a);
    }
    return bench_median(ratios);
}

static void encode_and_decode(struct work *work)
{
    encode(work);
    decode(work);
}

void bench_hdlc(struct bench *bench)
{
    static struct work work;
    packet_pool_init(&work.pool);
    struct entropy entropy = entropy_make(1, "frames");
    for (size_t i = 0; i < FRAMES; i++)
        entropy_fill(&entropy, work.frames[i], FRAME_LENGTH);
    for (unsigned i = 0; i < 256; i++) {
        uint8_t octet = (uint8_t)i;
        work.table[i] = hdlc_fcs(0, &octet, 1);
    }
    encode(&work);
    bench_row(bench, "hdlc: framing and unframing, of the FCS by octets",
              speed(&work, encode_and_decode, fcs_by_octets), "x", BENCH_AT_LEAST, 0.5);
    bench_row(bench, "hdlc: framing, of the FCS alone", speed(&work, encode, fcs_alone), "x",
              BENCH_AT_LEAST, 0.5);
    bench_row(bench, "hdlc: unframing, of the FCS alone", speed(&work, decode, fcs_alone), "x",
              BENCH_AT_LEAST, 0.5);
    work.accm = HDLC_DEFAULT_ACCM;
    encode(&work);
    bench_row(bench, "hdlc: both with the default ACCM, of the FCS by octets",
              speed(&work, encode_and_decode, fcs_by_octets), "x", BENCH_AT_LEAST, 0.5);
    packet_pool_destroy(&work.pool);
}
