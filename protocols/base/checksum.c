#include "base/checksum.h"

#include "base/checksum_vector.h"

#include <string.h>

/* From so many octets on, calling checksum_quads() pays. */
#define QUADS_WORTH 256

/*
 * The body of checksum_pairs() and its like, with vectors of so many words of 64 bits. Each word is
 * taken for two of 32, for 2^32 is 1 modulo 65,535: summed are the whole words, modulo 2^64, and
 * their upper halves, which tells the sum of the lower ones. So no carry is lost.
 *
 * The loads are volatile because gcc 12 would else make each of them twice.
 */
#define SUM_VECTORS(octets, length, words)                                                         \
    {                                                                                              \
        typedef uint64_t vector __attribute__((vector_size((words) * sizeof(uint64_t))));          \
        typedef vector loose __attribute__((aligned(1), may_alias));                               \
        vector whole = {0}, upper = {0}, other_whole = {0}, other_upper = {0};                     \
        for (size_t i = 0; i + 2 * sizeof(vector) <= (length); i += 2 * sizeof(vector)) {          \
            const volatile loose *next = (const volatile loose *)(const void *)((octets) + i);     \
            vector one = next[0];                                                                  \
            vector other = next[1];                                                                \
            whole += one;                                                                          \
            upper += one >> 32;                                                                    \
            other_whole += other;                                                                  \
            other_upper += other >> 32;                                                            \
        }                                                                                          \
        upper += other_upper;                                                                      \
        whole += other_whole + upper - (upper << 32);                                              \
        uint64_t sum = 0;                                                                          \
        for (unsigned i = 0; i < (words); i++)                                                     \
            sum += whole[i];                                                                       \
        return sum;                                                                                \
    }

uint64_t checksum_pairs(const uint8_t *octets, size_t length)
{
    SUM_VECTORS(octets, length, 2)
}

#ifdef CHECKSUM_QUADS_STEP
__attribute__((target("avx2"))) uint64_t checksum_quads(const uint8_t *octets, size_t length)
{
    SUM_VECTORS(octets, length, 4)
}
#endif

/* The sum of whole 16-bit words as this machine loads them, modulo 65,535. */
static uint64_t sum_native(const uint8_t *octets, size_t length)
{
    uint64_t sum = 0;
    size_t i = 0;
#ifdef CHECKSUM_QUADS_STEP
    if (length >= QUADS_WORTH && __builtin_cpu_supports("avx2")) {
        sum = checksum_quads(octets, length);
        i = length / CHECKSUM_QUADS_STEP * CHECKSUM_QUADS_STEP;
    }
#endif
    if (length - i >= CHECKSUM_PAIRS_STEP) {
        sum += checksum_pairs(octets + i, length - i);
        i += (length - i) / CHECKSUM_PAIRS_STEP * CHECKSUM_PAIRS_STEP;
    }
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

/* The same modulo 65,535 in 16 bits, and 0 only for 0. No branch depends on the sum. */
static uint64_t fold(uint64_t sum)
{
    sum = (sum & UINT32_MAX) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return (sum & 0xffff) + (sum >> 16);
}

uint64_t checksum_add(uint64_t sum, const void *octets, size_t length)
{
    const uint8_t *p = octets;
    uint64_t wide = fold(sum_native(p, length));
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
    return (uint16_t)~fold(sum);
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
