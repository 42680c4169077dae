#include "base/entropy.h"

#include <assert.h>

static uint64_t splitmix64(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static uint64_t rotate_left(uint64_t value, int count)
{
    return value << count | value >> (64 - count);
}

struct entropy entropy_make(uint64_t seed, const char *name)
{
    /* FNV-1a keeps the name's influence; SplitMix64 spreads it over the state. */
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *name; name++)
        hash = (hash ^ (uint8_t)*name) * UINT64_C(0x100000001b3);
    uint64_t mixed = seed;
    uint64_t start = splitmix64(&mixed) ^ hash;
    struct entropy entropy;
    for (int i = 0; i < 4; i++)
        entropy.state[i] = splitmix64(&start);
    return entropy;
}

uint64_t entropy_u64(struct entropy *entropy)
{
    uint64_t *s = entropy->state;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

uint32_t entropy_u32(struct entropy *entropy)
{
    return (uint32_t)(entropy_u64(entropy) >> 32);
}

uint64_t entropy_below(struct entropy *entropy, uint64_t bound)
{
    assert(bound > 0);
    /* Draws below this threshold would favour small results; there are fewer than bound of them. */
    uint64_t threshold = (UINT64_C(0) - bound) % bound;
    uint64_t value;
    do
        value = entropy_u64(entropy);
    while (value < threshold);
    return value % bound;
}

void entropy_fill(struct entropy *entropy, void *octets, size_t length)
{
    uint8_t *p = octets;
    while (length > 0) {
        uint64_t value = entropy_u64(entropy);
        for (int i = 0; i < 8 && length > 0; i++, length--) {
            *p++ = (uint8_t)value;
            value >>= 8;
        }
    }
}
