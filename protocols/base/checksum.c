#include "base/checksum.h"

#include <string.h>

uint64_t checksum_add(uint64_t sum, const void *octets, size_t length)
{
    const uint8_t *p = octets;
    uint64_t wide = 0;
    /* Eight octets as two 32-bit words at a time: the sum is the same modulo 65,535. */
    while (length >= 8) {
        wide += (uint64_t)p[0] << 24 | (uint64_t)p[1] << 16 | (uint64_t)p[2] << 8 | p[3];
        wide += (uint64_t)p[4] << 24 | (uint64_t)p[5] << 16 | (uint64_t)p[6] << 8 | p[7];
        p += 8;
        length -= 8;
    }
    while (length >= 2) {
        wide += (uint64_t)p[0] << 8 | p[1];
        p += 2;
        length -= 2;
    }
    if (length)
        wide += (uint64_t)p[0] << 8;
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
