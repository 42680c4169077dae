#include "base/checksum.h"

#include <string.h>

static uint64_t load_native(const uint8_t *octets)
{
    uint64_t word;
    memcpy(&word, octets, sizeof word);
    return word;
}

/*
 * The sum of whole 16-bit words as this machine loads them. The words are added four at a time with
 * their carries counted apart: 2^64, 2^32 and 2^16 are all 1 modulo 65,535.
 */
static uint64_t sum_native(const uint8_t *octets, size_t length)
{
    uint64_t even = 0;
    uint64_t odd = 0;
    uint64_t even_carries = 0;
    uint64_t odd_carries = 0;
    size_t i = 0;
    for (; i + 32 <= length; i += 32) {
        even_carries += __builtin_add_overflow(even, load_native(octets + i), &even);
        odd_carries += __builtin_add_overflow(odd, load_native(octets + i + 8), &odd);
        even_carries += __builtin_add_overflow(even, load_native(octets + i + 16), &even);
        odd_carries += __builtin_add_overflow(odd, load_native(octets + i + 24), &odd);
    }
    for (; i + 8 <= length; i += 8)
        even_carries += __builtin_add_overflow(even, load_native(octets + i), &even);
    uint64_t sum = (even & UINT32_MAX) + (even >> 32) + (odd & UINT32_MAX) + (odd >> 32) +
                   even_carries + odd_carries;
    for (; i + 2 <= length; i += 2) {
        uint16_t word;
        memcpy(&word, octets + i, sizeof word);
        sum += word;
    }
    return sum;
}

uint64_t checksum_add(uint64_t sum, const void *octets, size_t length)
{
    const uint8_t *p = octets;
    uint64_t wide = sum_native(p, length);
    while (wide >> 16)
        wide = (wide & 0xffff) + (wide >> 16);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    /* RFC 1071 section 2(B): swapping the octets of the words swaps those of the sum. */
    wide = wide >> 8 | (wide & 0xff) << 8;
#endif
    if (length & 1)
        wide += (uint64_t)p[length - 1] << 8;
    return sum + wide;
}

uint16_t checksum_finish(uint64_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

uint16_t checksum(const void *octets, size_t length)
{
    return checksum_finish(checksum_add(0, octets, length));
}

uint64_t checksum_pseudo_header(ipv4_address source, ipv4_address destination, uint8_t protocol,
                                uint16_t length)
{
    return (uint64_t)source + destination + protocol + length;
}

uint16_t checksum_update(uint16_t old_checksum, uint16_t old_word, uint16_t new_word)
{
    /* HC' = ~(~HC + ~m + m') */
    uint32_t sum = (uint16_t)~old_checksum;
    sum += (uint16_t)~old_word;
    sum += new_word;
    return checksum_finish(sum);
}
