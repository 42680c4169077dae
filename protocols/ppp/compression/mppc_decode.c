#include "ppp/compression/mppc_private.h"

#include <string.h>

/** The code's bits, the next one topmost. Behind the last there are zeros. */
struct bit_reader {
    uint64_t bits;
    unsigned available;
    const uint8_t *position;
    const uint8_t *end;
};

/* Afterwards there are 48 bits or all that are left. */
static inline void refill(struct bit_reader *reader)
{
    while (reader->available <= 56 && reader->position < reader->end) {
        reader->bits |= (uint64_t)*reader->position++ << (56 - reader->available);
        reader->available += 8;
    }
}

/* The topmost bits; 1 to 32 of them. */
static inline uint32_t peek(const struct bit_reader *reader, unsigned bits)
{
    return (uint32_t)(reader->bits >> (64 - bits));
}

/* False when there are not so many. */
static inline bool skip(struct bit_reader *reader, unsigned bits)
{
    if (bits > reader->available)
        return false;
    reader->bits <<= bits;
    reader->available -= bits;
    return true;
}

static const char *read_offset(struct bit_reader *reader, uint32_t *offset)
{
    unsigned bits;
    if (peek(reader, 4) == 0xf) {
        *offset = peek(reader, 10) & 0x3f;
        bits = 10;
    } else if (peek(reader, 4) == 0xe) {
        *offset = 64 + (peek(reader, 12) & 0xff);
        bits = 12;
    } else {
        *offset = 320 + (peek(reader, 16) & 0x1fff);
        bits = 16;
    }
    if (!skip(reader, bits))
        return "truncated-code";
    return *offset == 0 || *offset >= MPPC_HISTORY_SIZE ? "invalid-offset" : NULL;
}

static const char *read_match_length(struct bit_reader *reader, uint32_t *length)
{
    unsigned ones = (unsigned)__builtin_clzll(~reader->bits | 1);
    if (ones == 0) {
        *length = MPPC_MIN_MATCH;
        return skip(reader, 1) ? NULL : "truncated-code";
    }
    if (ones > 11)
        return "invalid-length";
    unsigned bits = ones + 1;
    uint32_t rest = peek(reader, 2 * bits) & ((1u << bits) - 1);
    *length = (1u << bits) + rest;
    return skip(reader, 2 * bits) ? NULL : "truncated-code";
}

/** The packet as far as it is decoded. */
struct decoding {
    uint8_t *history;
    uint32_t position;
    uint32_t filled;
    uint32_t end;
};

static const char *copy(struct decoding *decoding, uint32_t offset, uint32_t length)
{
    uint8_t *to = decoding->history + decoding->position;
    const uint8_t *from = to - offset;
    if (length > decoding->end - decoding->position)
        return "too-long";
    if (offset > decoding->position) {
        /* The offset wraps: these octets are of the last time around. */
        uint32_t source = decoding->position + MPPC_HISTORY_SIZE - offset;
        if (source + length > decoding->filled)
            return "copy-from-nowhere";
        from = decoding->history + source;
        memmove(to, from, length);
    } else if (offset >= length) {
        memcpy(to, from, length);
    } else {
        /* A copy may run into what it has just written and repeat it. */
        for (uint32_t i = 0; i < length; i++)
            to[i] = from[i];
    }
    decoding->position += length;
    return NULL;
}

static const char *decode_copy(struct bit_reader *reader, struct decoding *decoding)
{
    uint32_t offset;
    uint32_t length;
    const char *reason = read_offset(reader, &offset);
    if (!reason)
        reason = read_match_length(reader, &length);
    return reason ? reason : copy(decoding, offset, length);
}

static const char *decode_literal(struct bit_reader *reader, struct decoding *decoding)
{
    bool high = peek(reader, 1);
    uint8_t octet = (uint8_t)(high ? 0x80 | (peek(reader, 9) & 0x7f) : peek(reader, 8));
    if (!skip(reader, high ? 9 : 8))
        return "truncated-code";
    if (decoding->position == decoding->end)
        return "too-long";
    decoding->history[decoding->position++] = octet;
    return NULL;
}

const char *mppc_decode(uint8_t history[MPPC_HISTORY_SIZE], uint32_t position, uint32_t filled,
                        uint32_t limit, const uint8_t *code, size_t code_length, uint32_t *length)
{
    struct bit_reader reader = {.position = code, .end = code + code_length};
    uint32_t room = MPPC_HISTORY_SIZE - position;
    struct decoding decoding = {
        .history = history,
        .position = position,
        .filled = filled,
        .end = position + (limit < room ? limit : room),
    };
    refill(&reader);
    /* No code has less than eight bits, so that fewer are the padding. */
    while (reader.available >= 8) {
        const char *reason = peek(&reader, 2) == 3 ? decode_copy(&reader, &decoding)
                                                   : decode_literal(&reader, &decoding);
        if (reason)
            return reason;
        refill(&reader);
    }
    if (reader.bits)
        return "invalid-padding";
    *length = decoding.position - position;
    return NULL;
}
