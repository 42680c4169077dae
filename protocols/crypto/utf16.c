#include "crypto/utf16.h"

/**
 * Decodes the character at @p octets. Returns how many octets it takes, 0 when they are not strict
 * UTF-8 (RFC 3629 section 3).
 */
static size_t decode(const uint8_t *octets, size_t length, uint32_t *character)
{
    uint8_t first = octets[0];
    size_t size = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (size == 0 || first > 0xf4 || size > length)
        return 0;
    uint32_t value = size == 1 ? first : first & (0xffu >> (size + 1));
    for (size_t i = 1; i < size; i++) {
        if ((octets[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (octets[i] & 0x3fu);
    }
    /* Overlong forms of two octets begin with C0 or C1 and are gone already. */
    bool overlong = (size == 3 && value < 0x800) || (size == 4 && value < 0x10000);
    if (overlong || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
        return 0;
    *character = value;
    return size;
}

static void store(uint8_t *octets, uint32_t unit)
{
    octets[0] = (uint8_t)unit;
    octets[1] = (uint8_t)(unit >> 8);
}

bool utf16le_from_utf8(const char *text, size_t length, uint8_t *octets, size_t size,
                       size_t *written)
{
    const uint8_t *from = (const uint8_t *)text;
    size_t used = 0;
    *written = 0;
    while (length > 0) {
        uint32_t character = 0;
        size_t taken = decode(from, length, &character);
        size_t needed = character < 0x10000 ? 2 : 4;
        if (taken == 0 || needed > size - used)
            return false;
        if (needed == 2) {
            store(octets + used, character);
        } else {
            store(octets + used, 0xd800 + ((character - 0x10000) >> 10));
            store(octets + used + 2, 0xdc00 + ((character - 0x10000) & 0x3ff));
        }
        used += needed;
        from += taken;
        length -= taken;
    }
    *written = used;
    return true;
}

/** The octets that @p character takes in UTF-8, stored at @p octets. */
static size_t encode(uint32_t character, uint8_t octets[4])
{
    if (character < 0x80) {
        octets[0] = (uint8_t)character;
        return 1;
    }
    size_t size = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--) {
        octets[i] = (uint8_t)(0x80 | (character & 0x3f));
        character >>= 6;
    }
    octets[0] = (uint8_t)(0xf00u >> size | character);
    return size;
}

/** Decodes the character at @p octets; the octets it takes, 0 when it is none. */
static size_t decode_utf16(const uint8_t *octets, size_t length, uint32_t *character)
{
    if (length < 2)
        return 0;
    uint32_t first = octets[0] | (uint32_t)octets[1] << 8;
    *character = first;
    if (first < 0xd800 || first > 0xdfff)
        return first == 0 ? 0 : 2;
    uint32_t second = length < 4 ? 0 : octets[2] | (uint32_t)octets[3] << 8;
    if (first > 0xdbff || second < 0xdc00 || second > 0xdfff)
        return 0;
    *character = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
    return 4;
}

bool utf8_from_utf16le(const uint8_t *octets, size_t length, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    while (length > 0) {
        uint32_t character = 0;
        uint8_t encoded[4];
        size_t taken = decode_utf16(octets, length, &character);
        size_t needed = taken ? encode(character, encoded) : 0;
        if (taken == 0 || needed >= size - used) {
            text[0] = '\0';
            return false;
        }
        for (size_t i = 0; i < needed; i++)
            text[used++] = (char)encoded[i];
        octets += taken;
        length -= taken;
    }
    text[used] = '\0';
    return true;
}
