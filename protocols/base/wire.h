#ifndef VPNSIM_BASE_WIRE_H
#define VPNSIM_BASE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/**
 * Bounded big-endian reader over octets it does not own.
 *
 * The failure flag is sticky: the first read past the end sets it, every later read returns zero
 * (or NULL) and consumes nothing, so a decoder may read a whole structure and ask once at the end.
 */
struct wire_reader {
    const uint8_t *position;
    const uint8_t *end;
    bool failed;
};

/**
 * Bounded big-endian writer into octets it does not own; the failure flag is sticky as in the
 * reader, and a failed write stores nothing.
 */
struct wire_writer {
    uint8_t *start;
    uint8_t *position;
    uint8_t *end;
    bool failed;
};

static inline struct wire_reader wire_reader_make(const void *octets, size_t length)
{
    const uint8_t *start = octets;
    return (struct wire_reader){.position = start, .end = length ? start + length : start};
}

/** Octets left to read; 0 once failed. */
static inline size_t wire_remaining(const struct wire_reader *reader)
{
    return reader->failed ? 0 : (size_t)(reader->end - reader->position);
}

/** Consumes @p length octets and returns where they start; NULL (and failed) when too few. */
static inline const uint8_t *wire_get_octets(struct wire_reader *reader, size_t length)
{
    if (reader->failed || length > (size_t)(reader->end - reader->position)) {
        reader->failed = true;
        return NULL;
    }
    const uint8_t *octets = reader->position;
    if (length > 0)
        reader->position += length;
    return octets;
}

static inline uint8_t wire_get_u8(struct wire_reader *reader)
{
    const uint8_t *p = wire_get_octets(reader, 1);
    return p ? p[0] : 0;
}

static inline uint16_t wire_get_u16(struct wire_reader *reader)
{
    const uint8_t *p = wire_get_octets(reader, 2);
    if (!p)
        return 0;
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t wire_get_u32(struct wire_reader *reader)
{
    const uint8_t *p = wire_get_octets(reader, 4);
    return p ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3] : 0;
}

static inline void wire_skip(struct wire_reader *reader, size_t length)
{
    (void)wire_get_octets(reader, length);
}

/** Copies @p length octets out; @p into is zeroed when too few are left. */
static inline void wire_copy(struct wire_reader *reader, void *into, size_t length)
{
    const uint8_t *p = wire_get_octets(reader, length);
    if (length == 0)
        return;
    if (p)
        memcpy(into, p, length);
    else
        memset(into, 0, length);
}

/** A reader over the next @p length octets, which are consumed here; failed when too few. */
static inline struct wire_reader wire_sub_reader(struct wire_reader *reader, size_t length)
{
    const uint8_t *p = wire_get_octets(reader, length);
    struct wire_reader sub = {.position = p, .end = p && length ? p + length : p, .failed = !p};
    return sub;
}

static inline struct wire_writer wire_writer_make(void *octets, size_t size)
{
    uint8_t *start = octets;
    return (struct wire_writer){
        .start = start, .position = start, .end = size ? start + size : start};
}

/** Octets written so far. */
static inline size_t wire_written(const struct wire_writer *writer)
{
    return (size_t)(writer->position - writer->start);
}

/** Room left; 0 once failed. */
static inline size_t wire_room(const struct wire_writer *writer)
{
    return writer->failed ? 0 : (size_t)(writer->end - writer->position);
}

/** Claims @p length octets, contents undefined; NULL (and failed) when they do not fit. */
static inline uint8_t *wire_put_space(struct wire_writer *writer, size_t length)
{
    if (writer->failed || length > (size_t)(writer->end - writer->position)) {
        writer->failed = true;
        return NULL;
    }
    uint8_t *octets = writer->position;
    if (length > 0)
        writer->position += length;
    return octets;
}

static inline void wire_put_octets(struct wire_writer *writer, const void *octets, size_t length)
{
    uint8_t *p = wire_put_space(writer, length);
    if (p && length > 0)
        memcpy(p, octets, length);
}

static inline void wire_put_zeros(struct wire_writer *writer, size_t length)
{
    uint8_t *p = wire_put_space(writer, length);
    if (p && length > 0)
        memset(p, 0, length);
}

static inline void wire_store_u16(uint8_t *p, uint16_t value)
{
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}

static inline void wire_store_u32(uint8_t *p, uint32_t value)
{
    p[0] = (uint8_t)(value >> 24);
    p[1] = (uint8_t)(value >> 16);
    p[2] = (uint8_t)(value >> 8);
    p[3] = (uint8_t)value;
}

static inline uint16_t wire_load_u16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t wire_load_u32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline void wire_put_u8(struct wire_writer *writer, uint8_t value)
{
    uint8_t *p = wire_put_space(writer, 1);
    if (p)
        *p = value;
}

static inline void wire_put_u16(struct wire_writer *writer, uint16_t value)
{
    uint8_t *p = wire_put_space(writer, 2);
    if (p)
        wire_store_u16(p, value);
}

static inline void wire_put_u32(struct wire_writer *writer, uint32_t value)
{
    uint8_t *p = wire_put_space(writer, 4);
    if (p)
        wire_store_u32(p, value);
}

/** Writes @p text padded with NUL to @p width octets; a longer text is cut at @p width. */
void wire_put_padded_text(struct wire_writer *writer, const char *text, size_t width);

/** Overwrites two octets at @p offset from the start, which must have been written already. */
static inline void wire_patch_u16(struct wire_writer *writer, size_t offset, uint16_t value)
{
    if (!writer->failed && offset + 2 <= wire_written(writer))
        wire_store_u16(writer->start + offset, value);
    else
        writer->failed = true;
}

#endif
