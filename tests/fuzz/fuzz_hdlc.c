/*
 * A line end against arbitrary octets, cut into pieces. The first four octets are the receiving
 * ACCM; then come records: one octet of length, the octets. Every frame that comes out is encoded
 * and decoded again.
 */
#include "fuzz.h"
#include "ppp/hdlc.h"

#include <stdlib.h>
#include <string.h>

#define FRAME_MAX (1500 + 4)

static void check_round_trip(struct packet_pool *pool, const struct packet *frame, uint32_t accm)
{
    static const struct trace silent = {0};
    uint8_t line[HDLC_ENCODED_MAX(FRAME_MAX)];
    size_t length =
        hdlc_encode(frame->data, frame->length, accm, frame->length & 1, line, sizeof line);
    if (length == 0)
        abort();
    struct hdlc_decoder decoder;
    hdlc_decoder_init(&decoder, pool, &silent, 1500);
    decoder.accm = accm;
    struct packet *again;
    if (hdlc_decoder_input(&decoder, 0, line, length, &again) != length || !again ||
        again->length != frame->length || memcmp(again->data, frame->data, frame->length) != 0)
        abort();
    packet_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct trace silent = {0};
    if (size < 4)
        return 0;
    struct packet_pool pool;
    packet_pool_init(&pool);
    struct hdlc_decoder decoder;
    hdlc_decoder_init(&decoder, &pool, &silent, 1500);
    uint32_t accm =
        (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 | (uint32_t)data[2] << 8 | data[3];
    decoder.accm = accm;
    data += 4, size -= 4;
    while (size >= 1) {
        size_t length = data[0] < size - 1 ? data[0] : size - 1;
        for (size_t at = 0; at < length;) {
            struct packet *frame;
            size_t taken = hdlc_decoder_input(&decoder, 0, data + 1 + at, length - at, &frame);
            if (taken == 0 || taken > length - at || (!frame && taken != length - at))
                abort();
            at += taken;
            if (!frame)
                continue;
            if (frame->length < 2 || frame->length > FRAME_MAX)
                abort();
            check_round_trip(&pool, frame, accm);
            packet_free(frame);
        }
        data += 1 + length;
        size -= 1 + length;
    }
    hdlc_decoder_reset(&decoder, 0);
    if (pool.in_use != 0)
        abort();
    packet_pool_destroy(&pool);
    return 0;
}
