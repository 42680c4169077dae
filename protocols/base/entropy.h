#ifndef VPNSIM_BASE_ENTROPY_H
#define VPNSIM_BASE_ENTROPY_H

#include <stddef.h>
#include <stdint.h>

/**
 * A deterministic stream of random octets (xoshiro256**, seeded through SplitMix64).
 *
 * Every component draws from its own stream, derived from the run's seed and the component's name,
 * so that adding or renaming one disturbs no other. It is for simulation: never a source of real
 * secrets.
 */
struct entropy {
    uint64_t state[4];
};

/** The stream of component @p name in a run with @p seed. */
struct entropy entropy_make(uint64_t seed, const char *name);

/** The next 64 bits. */
uint64_t entropy_u64(struct entropy *entropy);

/** The next 32 bits. */
uint32_t entropy_u32(struct entropy *entropy);

/** Uniform in [0, @p bound); @p bound > 0. Unbiased, integers only. */
uint64_t entropy_below(struct entropy *entropy, uint64_t bound);

/** Fills @p octets. */
void entropy_fill(struct entropy *entropy, void *octets, size_t length);

#endif
