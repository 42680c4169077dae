#include "ppp/hdlc.h"

#include <string.h>

#define ADDRESS_SIZE 2 /* Address and Control */
#define HEADER_SIZE  4 /* the longest: with a Protocol of two octets */
/* FCS included: what is shorter cannot hold a protocol and information (RFC 1662 section 4.3). */
#define SHORTEST_FRAME 4
#define LEAST_MRU      1500
/* What a packet takes at most. */
#define MOST_INFORMATION (65536 - HEADER_SIZE - HDLC_FCS_SIZE)
#define WORD             sizeof(uint64_t)

/*
 * The FCS is linear: an octet's table entry is the sum (exclusive or) of those of its bits. So a
 * table is told by eight entries, and the compiler makes the 256. Table k holds the FCS of an octet
 * that k others follow, which lets eight octets be looked up independently of each other.
 */
#define BIT(i, n, entry) ((i) >> (n)&1 ? (entry) : 0)
#define ENTRY(i, a, b, c, d, e, f, g, h)                                                           \
    (BIT(i, 0, a) ^ BIT(i, 1, b) ^ BIT(i, 2, c) ^ BIT(i, 3, d) ^ BIT(i, 4, e) ^ BIT(i, 5, f) ^     \
     BIT(i, 6, g) ^ BIT(i, 7, h))
#define FOUR(i, ...)                                                                               \
    ENTRY(i, __VA_ARGS__), ENTRY((i) + 1, __VA_ARGS__), ENTRY((i) + 2, __VA_ARGS__),               \
        ENTRY((i) + 3, __VA_ARGS__)
#define SIXTEEN(i, ...)                                                                            \
    FOUR(i, __VA_ARGS__), FOUR((i) + 4, __VA_ARGS__), FOUR((i) + 8, __VA_ARGS__),                  \
        FOUR((i) + 12, __VA_ARGS__)
#define SIXTY_FOUR(i, ...)                                                                         \
    SIXTEEN(i, __VA_ARGS__), SIXTEEN((i) + 16, __VA_ARGS__), SIXTEEN((i) + 32, __VA_ARGS__),       \
        SIXTEEN((i) + 48, __VA_ARGS__)
#define TABLE(...)                                                                                 \
    {                                                                                              \
        SIXTY_FOUR(0, __VA_ARGS__), SIXTY_FOUR(64, __VA_ARGS__), SIXTY_FOUR(128, __VA_ARGS__),     \
            SIXTY_FOUR(192, __VA_ARGS__)                                                           \
    }

static const uint16_t fcs_table[8][256] = {
    TABLE(0x1189, 0x2312, 0x4624, 0x8c48, 0x1081, 0x2102, 0x4204, 0x8408),
    TABLE(0x19d8, 0x33b0, 0x6760, 0xcec0, 0x9591, 0x2333, 0x4666, 0x8ccc),
    TABLE(0x5adc, 0xb5b8, 0x6361, 0xc6c2, 0x8595, 0x033b, 0x0676, 0x0cec),
    TABLE(0x1cbb, 0x3976, 0x72ec, 0xe5d8, 0xc3a1, 0x8f53, 0x16b7, 0x2d6e),
    TABLE(0x0b44, 0x1688, 0x2d10, 0x5a20, 0xb440, 0x6091, 0xc122, 0x8a55),
    TABLE(0x042b, 0x0856, 0x10ac, 0x2158, 0x42b0, 0x8560, 0x02d1, 0x05a2),
    TABLE(0x9fd5, 0x37bb, 0x6f76, 0xdeec, 0xb5c9, 0x6383, 0xc706, 0x861d),
    TABLE(0x81bf, 0x0b6f, 0x16de, 0x2dbc, 0x5b78, 0xb6f0, 0x65f1, 0xcbe2),
};

uint16_t hdlc_fcs(uint16_t fcs, const void *octets, size_t length)
{
    const uint8_t *p = octets;
    for (; length >= 8; p += 8, length -= 8)
        fcs = fcs_table[7][(p[0] ^ fcs) & 0xff] ^ fcs_table[6][p[1] ^ fcs >> 8] ^
              fcs_table[5][p[2]] ^ fcs_table[4][p[3]] ^ fcs_table[3][p[4]] ^ fcs_table[2][p[5]] ^
              fcs_table[1][p[6]] ^ fcs_table[0][p[7]];
    for (; length > 0; p++, length--)
        fcs = (uint16_t)(fcs >> 8 ^ fcs_table[0][(fcs ^ *p) & 0xff]);
    return fcs;
}

/* The complement goes out, least significant octet first (RFC 1662 section 3.1). */
static void store_fcs(const uint8_t *frame, size_t length, uint8_t octets[HDLC_FCS_SIZE])
{
    unsigned fcs = hdlc_fcs(HDLC_FCS_INITIAL, frame, length) ^ 0xffffu;
    octets[0] = (uint8_t)fcs;
    octets[1] = (uint8_t)(fcs >> 8);
}

void hdlc_append_fcs(struct packet *frame)
{
    uint8_t fcs[HDLC_FCS_SIZE];
    store_fcs(frame->data, frame->length, fcs);
    memcpy(packet_append(frame, sizeof fcs), fcs, sizeof fcs);
}

bool hdlc_remove_fcs(struct packet *frame)
{
    if (frame->length < SHORTEST_FRAME ||
        hdlc_fcs(HDLC_FCS_INITIAL, frame->data, frame->length) != HDLC_FCS_GOOD)
        return false;
    packet_trim(frame, frame->length - HDLC_FCS_SIZE);
    return true;
}

uint32_t hdlc_frame_accm(const uint8_t *frame, size_t length, uint32_t negotiated)
{
    static const uint8_t lcp[] = {0xc0, 0x21};
    if (length >= ADDRESS_SIZE && frame[0] == 0xff && frame[1] == 0x03) {
        frame += ADDRESS_SIZE;
        length -= ADDRESS_SIZE;
    }
    bool fixed = length > sizeof lcp && memcmp(frame, lcp, sizeof lcp) == 0 &&
                 frame[sizeof lcp] >= 1 && frame[sizeof lcp] <= 7;
    return fixed ? HDLC_DEFAULT_ACCM : negotiated;
}

/* ---- Eight octets at a time ---- */

#define EACH(octet) (UINT64_C(0x0101010101010101) * (octet))

/* Not 0 when an octet of @word is less than @limit, which is at most 80. */
static inline uint64_t has_less(uint64_t word, uint8_t limit)
{
    return (word - EACH(limit)) & ~word & EACH(0x80);
}

/* Not 0 when an octet of @word needs a look of its own: flag, escape or, with a map, control. */
static inline uint64_t has_special(uint64_t word, uint32_t accm)
{
    uint64_t special = has_less(word ^ EACH(HDLC_FLAG), 1) | has_less(word ^ EACH(HDLC_ESCAPE), 1);
    return accm ? special | has_less(word, 0x20) : special;
}

static inline uint64_t load_word(const uint8_t *octets)
{
    uint64_t word;
    memcpy(&word, octets, WORD);
    return word;
}

/* Which octet of a word the first one is that has_special() has found. Where octets are stored from
 * the least significant on, a borrow can only spoil what stands behind it. */
static inline size_t first_special(uint64_t word, uint64_t special, uint32_t accm)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    (void)word, (void)accm;
    return (size_t)__builtin_ctzll(special) / 8;
#else
    (void)special;
    return (size_t)__builtin_ctzll(has_special(__builtin_bswap64(word), accm)) / 8;
#endif
}

static inline bool is_flagged(uint8_t octet, uint32_t accm)
{
    return octet < 0x20 && (accm >> octet & 1);
}

/* ---- Encoding ---- */

static inline uint8_t *stuff_octet(uint8_t octet, uint32_t accm, uint8_t *out)
{
    if (octet == HDLC_FLAG || octet == HDLC_ESCAPE || is_flagged(octet, accm)) {
        *out++ = HDLC_ESCAPE;
        octet ^= HDLC_COMPLEMENT;
    }
    *out++ = octet;
    return out;
}

/* Escapes @length octets to @out; NULL when they and one more do not fit before @end. */
static uint8_t *stuff(const uint8_t *octets, size_t length, uint32_t accm, uint8_t *out,
                      const uint8_t *end)
{
    const uint8_t *stop = octets + length;
    while ((size_t)(stop - octets) >= WORD && (size_t)(end - out) > WORD) {
        uint64_t word = load_word(octets);
        uint64_t special = has_special(word, accm);
        memcpy(out, &word, WORD);
        size_t ordinary = special ? first_special(word, special, accm) : WORD;
        octets += ordinary;
        out += ordinary;
        if (special)
            out = stuff_octet(*octets++, accm, out);
    }
    while (octets < stop) {
        if ((size_t)(end - out) < 2)
            return NULL;
        out = stuff_octet(*octets++, accm, out);
    }
    return out < end ? out : NULL;
}

size_t hdlc_encode(const uint8_t *frame, size_t length, uint32_t accm, bool opening_flag,
                   uint8_t *octets, size_t size)
{
    uint8_t fcs[HDLC_FCS_SIZE];
    store_fcs(frame, length, fcs);
    uint8_t *out = octets;
    const uint8_t *end = octets + size;
    if (size < 2)
        return 0;
    if (opening_flag)
        *out++ = HDLC_FLAG;
    out = stuff(frame, length, accm, out, end);
    if (out)
        out = stuff(fcs, sizeof fcs, accm, out, end);
    if (!out)
        return 0;
    *out++ = HDLC_FLAG;
    return (size_t)(out - octets);
}

size_t hdlc_encode_abort(uint8_t octets[2])
{
    octets[0] = HDLC_ESCAPE;
    octets[1] = HDLC_FLAG;
    return 2;
}

/* ---- Decoding ---- */

void hdlc_decoder_init(struct hdlc_decoder *self, struct packet_pool *pool,
                       const struct trace *trace, uint32_t max_information)
{
    if (max_information < LEAST_MRU)
        max_information = LEAST_MRU;
    if (max_information > MOST_INFORMATION)
        max_information = MOST_INFORMATION;
    *self = (struct hdlc_decoder){
        .pool = pool,
        .trace = *trace,
        .max_frame = max_information + HEADER_SIZE + HDLC_FCS_SIZE,
        .accm = HDLC_DEFAULT_ACCM,
    };
}

/* The frame being received is of no use. */
static void discard(struct hdlc_decoder *self, instant now, const char *reason, uint64_t *counter)
{
    trace_drop(&self->trace, now, "hdlc", reason, self->frame ? self->frame->serial : 0);
    (*counter)++;
    packet_free(self->frame);
    self->frame = NULL;
}

/* A flag has come. Returns the frame that it ends, if that is good. */
static struct packet *end_frame(struct hdlc_decoder *self, instant now)
{
    struct hdlc_counters *counters = &self->counters;
    struct packet *frame = self->frame;
    bool aborted = self->escaped;
    self->escaped = false;
    if (self->skipping) {
        self->skipping = false;
        return NULL; /* told when it became useless */
    }
    if (aborted) {
        discard(self, now, "aborted", &counters->aborted);
    } else if (!frame) {
        return NULL; /* two flags in a row: time fill (section 3.1) */
    } else if (frame->length < SHORTEST_FRAME) {
        discard(self, now, "runt", &counters->runts);
    } else if (!hdlc_remove_fcs(frame)) {
        discard(self, now, "bad-fcs", &counters->bad_fcs);
    } else {
        counters->frames++;
        self->frame = NULL;
        return frame;
    }
    return NULL;
}

/* An octet of a frame. */
static void append(struct hdlc_decoder *self, instant now, uint8_t octet)
{
    if (self->skipping)
        return;
    if (!self->frame) {
        self->frame = packet_alloc(self->pool, self->max_frame);
        if (!self->frame) {
            self->skipping = true;
            discard(self, now, "no-memory", &self->counters.lost);
            return;
        }
    }
    if (self->frame->length == self->max_frame) {
        self->skipping = true;
        discard(self, now, "overlong", &self->counters.overlong);
        return;
    }
    *packet_append(self->frame, 1) = octet;
}

/* Takes the ordinary octets in front, eight at a time; returns where they end. */
static const uint8_t *append_words(struct hdlc_decoder *self, const uint8_t *octets,
                                   const uint8_t *end)
{
    struct packet *frame = self->frame;
    if (!frame || self->escaped)
        return octets;
    uint8_t *out = frame->data + frame->length;
    const uint8_t *limit = frame->data + self->max_frame;
    while ((size_t)(end - octets) >= WORD && (size_t)(limit - out) >= WORD) {
        uint64_t word = load_word(octets);
        uint64_t special = has_special(word, self->accm);
        memcpy(out, &word, WORD);
        size_t ordinary = special ? first_special(word, special, self->accm) : WORD;
        octets += ordinary;
        out += ordinary;
        if (!special)
            continue;
        /* An escaped octet is part of the row; whatever else is special is not. */
        if (end - octets < 2 || octets[0] != HDLC_ESCAPE || octets[1] == HDLC_FLAG ||
            is_flagged(octets[1], self->accm))
            break;
        *out++ = octets[1] ^ HDLC_COMPLEMENT;
        octets += 2;
    }
    frame->length = (uint32_t)(out - frame->data);
    return octets;
}

size_t hdlc_decoder_input(struct hdlc_decoder *self, instant now, const uint8_t *octets,
                          size_t length, struct packet **frame)
{
    const uint8_t *p = octets;
    const uint8_t *end = octets + length;
    *frame = NULL;
    while (p < end) {
        p = append_words(self, p, end);
        if (p == end)
            break;
        uint8_t octet = *p++;
        if (octet == HDLC_FLAG) {
            *frame = end_frame(self, now);
            if (*frame)
                return (size_t)(p - octets);
        } else if (is_flagged(octet, self->accm)) {
            /* Put in by equipment on the way (section 4.2). */
            self->counters.removed++;
        } else if (self->escaped) {
            self->escaped = false;
            append(self, now, octet ^ HDLC_COMPLEMENT);
        } else if (octet == HDLC_ESCAPE) {
            self->escaped = true;
        } else {
            append(self, now, octet);
        }
    }
    return length;
}

void hdlc_decoder_reset(struct hdlc_decoder *self, instant now)
{
    if (self->frame)
        discard(self, now, "incomplete", &self->counters.lost);
    self->escaped = false;
    self->skipping = false;
    self->accm = HDLC_DEFAULT_ACCM;
}
