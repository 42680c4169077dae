#include "base/checksum.h"

#include <string.h>

/* The sum of whole words as this machine loads them; the order of octets is mended at the end. */
static uint64_t sum_native(const uint8_t *octets, size_t length)
{
    uint64_t sum = 0;
    for (size_t i = 0; i + 4 <= length; i += 4) {
        uint32_t word;
        memcpy(&word, octets + i, 4);
        sum += word;
    }
    if (length & 2) {
        uint16_t word;
        memcpy(&word, octets + (length & ~(size_t)3), 2);
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
