#ifndef VPNSIM_BASE_INSTANT_H
#define VPNSIM_BASE_INSTANT_H

#include <stdint.h>

/**
 * A point in virtual time, in nanoseconds since the scenario's start. Durations use the same type.
 * Engines never read a clock: the instant is an argument of every call that needs one.
 */
typedef uint64_t instant;

/** "No timeout is pending": later than every real instant. */
#define INSTANT_NEVER UINT64_MAX

#define INSTANT_MICROSECOND UINT64_C(1000)
#define INSTANT_MILLISECOND UINT64_C(1000000)
#define INSTANT_SECOND      UINT64_C(1000000000)

/** The earlier of two instants; INSTANT_NEVER is later than all. */
static inline instant instant_earlier(instant a, instant b)
{
    return a < b ? a : b;
}

/** @p start + @p duration, saturating at INSTANT_NEVER. */
static inline instant instant_after(instant start, instant duration)
{
    return duration > INSTANT_NEVER - start ? INSTANT_NEVER : start + duration;
}

#endif
