#include "ppp/compression/mppc_private.h"

#include "base/wire.h"

#include <string.h>

/*
 * RFC 2118 section 4, most significant bit first:
 *
 *   literal 00-7F     0 and 7 bits               literal 80-FF  10 and 7 bits
 *   offset 0-63       1111 and 6 bits            length 3       0
 *   offset 64-319     1110 and 8 bits            length 4-7     10 and 2 bits
 *   offset 320-8191   110 and 13 bits            length 8-15    110 and 3 bits, and so on to
 *                                                length 4096-8191, eleven 1, 0 and 12 bits
 */

/** Bits on their way into octets. */
struct bit_writer {
    uint64_t pending;
    unsigned pending_bits; /* less than 32 between two calls */
    uint8_t *position;
    uint8_t *end;
    bool full;
};

/* Appends up to 32 bits. A whole word that does not fit is one octet too much at least. */
static inline void put_bits(struct bit_writer *writer, uint32_t value, unsigned bits)
{
    writer->pending = writer->pending << bits | value;
    writer->pending_bits += bits;
    if (writer->pending_bits < 32)
        return;
    writer->pending_bits -= 32;
    if (writer->end - writer->position < 4) {
        writer->full = true;
        return;
    }
    wire_store_u32(writer->position, (uint32_t)(writer->pending >> writer->pending_bits));
    writer->position += 4;
}

static inline void put_literal(struct bit_writer *writer, uint8_t octet)
{
    if (octet < 0x80)
        put_bits(writer, octet, 8);
    else
        put_bits(writer, 0x100 | (octet & 0x7fu), 9);
}

static inline void put_offset(struct bit_writer *writer, uint32_t offset)
{
    if (offset < 64)
        put_bits(writer, 0x3c0 | offset, 10);
    else if (offset < 320)
        put_bits(writer, 0xe00 | (offset - 64), 12);
    else
        put_bits(writer, 0xc000 | (offset - 320), 16);
}

static inline void put_match_length(struct bit_writer *writer, uint32_t length)
{
    if (length == MPPC_MIN_MATCH) {
        put_bits(writer, 0, 1);
        return;
    }
    /* 2^bits to 2^(bits+1) - 1: as many digits of prefix, 1...10, as of the rest. */
    unsigned bits = 31u - (unsigned)__builtin_clz(length);
    uint32_t prefix = (1u << bits) - 2;
    put_bits(writer, prefix << bits | (length - (1u << bits)), 2 * bits);
}

/* Writes what is left, padded with zeros (section 4); false when the code did not fit. */
static bool finish(struct bit_writer *writer)
{
    unsigned octets = (writer->pending_bits + 7) / 8;
    if (writer->full || writer->end - writer->position < octets)
        return false;
    uint64_t left = writer->pending << (8 * octets - writer->pending_bits);
    while (octets > 0)
        *writer->position++ = (uint8_t)(left >> 8 * --octets);
    return true;
}

/* Octet by octet, so that every machine finds the same matches; compilers make one load of it. */
static inline uint32_t load_three(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16;
}

static inline uint64_t load_eight(const uint8_t *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
           (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
           (uint64_t)p[7] << 56;
}

static inline uint32_t slot_of(uint32_t three)
{
    return (three * UINT32_C(0x9e3779b1)) >> 20 & (MPPC_SLOTS - 1);
}

static uint32_t common_length(const uint8_t *a, const uint8_t *b, uint32_t limit)
{
    uint32_t length = 0;
    while (length + 8 <= limit) {
        uint64_t difference = load_eight(a + length) ^ load_eight(b + length);
        if (difference)
            return length + (unsigned)__builtin_ctzll(difference) / 8;
        length += 8;
    }
    while (length < limit && a[length] == b[length])
        length++;
    return length;
}

size_t mppc_encode(struct mppc_dictionary *dictionary, uint32_t position, uint32_t filled,
                   uint32_t length, uint8_t *code)
{
    const uint8_t *history = dictionary->history;
    uint16_t *slots = dictionary->slots;
    struct bit_writer writer = {.position = code, .end = code + length};
    uint32_t end = position + length;
    while (position + MPPC_MIN_MATCH <= end && !writer.full) {
        uint32_t three = load_three(history + position);
        uint32_t slot = slot_of(three);
        uint32_t match = slots[slot];
        slots[slot] = (uint16_t)position;
        uint32_t limit = end - position;
        /* Behind this packet the peer still has what it had the last time around, and finds it
           because offsets wrap; where the packet lies, it has not got it yet. */
        if (match >= position) {
            uint32_t left = match >= end && match < filled ? filled - match : 0;
            if (left < limit)
                limit = left;
        }
        if (limit < MPPC_MIN_MATCH || load_three(history + match) != three) {
            put_literal(&writer, history[position++]);
            continue;
        }
        uint32_t same = common_length(history + match, history + position, limit);
        put_offset(&writer, (position - match) & (MPPC_HISTORY_SIZE - 1));
        put_match_length(&writer, same);
        uint32_t next = position + same;
        for (position++; position < next; position++)
            if (position + MPPC_MIN_MATCH <= end)
                slots[slot_of(load_three(history + position))] = (uint16_t)position;
    }
    while (position < end && !writer.full)
        put_literal(&writer, history[position++]);
    return finish(&writer) ? (size_t)(writer.position - code) : 0;
}
