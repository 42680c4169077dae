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
