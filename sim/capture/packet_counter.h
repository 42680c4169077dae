#ifndef VPNSIM_CAPTURE_PACKET_COUNTER_H
#define VPNSIM_CAPTURE_PACKET_COUNTER_H

#include "capture/capture_filter.h"

/**
 * Counts the frames of one capture point that match a filter in a part of the run, while they pass,
 * so that nobody has to read the files again. Zero-initialise, then packet_counter_init(); its
 * owner keeps it in place while the tap is in use.
 */
struct packet_counter {
    struct capture_tap tap; /**< to be added to the capture point */
    struct capture_filter *filter;
    instant after;
    instant before;
    uint64_t matched; /**< frames that match, within after <= at <= before */
    uint64_t outside; /**< frames that match at other times */
    uint64_t seen;    /**< all frames, whether they match or not */
    instant first;    /**< when the first one within the window matched */
    instant last;     /**< when the last one did */
};

/** Takes the ownership of @p filter. */
void packet_counter_init(struct packet_counter *counter, struct capture_filter *filter,
                         instant after, instant before);

/** Frees the filter. */
void packet_counter_destroy(struct packet_counter *counter);

#endif
