#ifndef VPNSIM_NET_CAPTURE_TAP_H
#define VPNSIM_NET_CAPTURE_TAP_H

#include "base/instant.h"

#include <stddef.h>
#include <stdint.h>

/** Which way a frame went past a tap, seen from what is tapped (a device, a layer). */
enum tap_direction {
    TAP_SENT,
    TAP_RECEIVED,
};

/**
 * Something that wants a copy of every frame that passes a place. The tapped object keeps a list;
 * the record function copies at once and must not touch the simulation.
 */
struct capture_tap {
    void (*record)(struct capture_tap *tap, instant at, enum tap_direction direction,
                   const uint8_t *frame, size_t length);
    struct capture_tap *next;
};

/** A place that can be tapped; zero-initialised has no taps. */
struct tap_point {
    struct capture_tap *taps;
};

static inline void tap_point_add(struct tap_point *point, struct capture_tap *tap)
{
    tap->next = point->taps;
    point->taps = tap;
}

static inline void tap_point_record(const struct tap_point *point, instant at,
                                    enum tap_direction direction, const uint8_t *frame,
                                    size_t length)
{
    for (struct capture_tap *tap = point->taps; tap; tap = tap->next)
        tap->record(tap, at, direction, frame, length);
}

#endif
