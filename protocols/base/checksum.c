#include "base/checksum.h"

#include <string.h>

/* Two words of 64 bits, for processors that add both at once. */
typedef uint64_t pair __attribute__((vector_size(16)));

static pair load_pair(const uint8_t *octets)
{
    pair words;
    memcpy(&words, octets, sizeof words);
    return words;
}

/* The halves of each word, added: no carry is lost, for 2^32 is 1 modulo 65,535. */
static pair fold_pair(pair words)
{
    const pair low = {UINT32_MAX, UINT32_MAX};
    return (words & low) + (words >> 32);
}

/* The sum of whole 16-bit words as this machine loads them, modulo 65,535. */
static uint64_t sum_native(const uint8_t *octets, size_t length)
{
    pair even = {0, 0};
    pair odd = {0, 0};
    size_t i = 0;
    for (; i + 32 <= length; i += 32) {
        even += fold_pair(load_pair(octets + i));
        odd += fold_pair(load_pair(octets + i + 16));
    }
    even = fold_pair(even + odd);
    uint64_t sum = even[0] + even[1];
    for (; i + 4 <= length; i += 4) {
        uint32_t words;
        memcpy(&words, octets + i, sizeof words);
        sum += words;
    }
    if (length & 2) {
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

uint64_t checksum_pseudo_header_ipv6(const struct ip_address *source,
                                     const struct ip_address *destination, uint8_t next_header,
                                     uint32_t length)
{
    uint64_t sum = checksum_add(0, source->octets, sizeof source->octets);
    return checksum_add(sum, destination->octets, sizeof destination->octets) + length +
           next_header;
}

uint64_t checksum_pseudo_header_ip(const struct ip_address *source,
                                   const struct ip_address *destination, uint8_t protocol,
                                   uint32_t length)
{
    if (source->version == 6)
        return checksum_pseudo_header_ipv6(source, destination, protocol, length);
    return checksum_pseudo_header(ip_address_to_ipv4(source), ip_address_to_ipv4(destination),
                                  protocol, (uint16_t)length);
}

uint16_t checksum_update(uint16_t old_checksum, uint16_t old_word, uint16_t new_word)
{
    /* HC' = ~(~HC + ~m + m') */
    uint32_t sum = (uint16_t)~old_checksum;
    sum += (uint16_t)~old_word;
    sum += new_word;
    return checksum_finish(sum);
}
