#ifndef VPNSIM_EXPECT_JUDGE_H
#define VPNSIM_EXPECT_JUDGE_H

#include "expect/evaluation.h"
#include "expect/watch.h"

#include <stdio.h>

/* Inside of evaluation.c: one expectation, what was noted for it, and how it is judged. */

/** Fields that the patterns made here ask for. */
#define JUDGED_FIELDS 2

/** What the watches of an expectation stand for, by kind. */
enum judged_watch {
    TRANSFER_FINISHED = 0,
    TRANSFER_GAVE_UP,
    TRANSFER_STARTED,
    PING_FINISHED = 0,
    CLIENT_ERROR_FAILED = 0,
    CLIENT_ERROR_CONNECTED,
};

/** An expectation under evaluation. */
struct judged {
    const struct expectation *expectation;
    struct watch *watches; /**< one a pattern; those of judged_watch for the kinds named there */
    size_t watch_count;
    struct field_pattern fields[JUDGED_FIELDS]; /**< of the patterns that are made here */
    size_t position;                            /**< EXPECT_IN_ORDER: steps seen so far */
    uint64_t consumed; /**< EXPECT_IN_ORDER: number of the event that was the last step */
    instant reached;   /**< EXPECT_IN_ORDER: when it was */
    bool intact;       /**< EXPECT_TRANSFER: it finished, and every octet was right */
    uint64_t replies;  /**< EXPECT_PING: of all pings meant */
};

/** How many watches an expectation needs. */
size_t judged_watch_count(const struct expectation *expectation);

/**
 * Prepares @p judged for its expectation. @p watches are zeroed, as many as judged_watch_count()
 * says, and stay where they are, as does @p judged.
 */
void judged_init(struct judged *judged, const struct expectation *expectation,
                 struct watch *watches);

/** Shows an event, the @p number -th of the run (from 1), to the watch at @p index. */
void judged_see(struct judged *judged, size_t index, const struct trace_event *event,
                uint64_t number);

/** Whether the expectation holds; if not, writes in one line what was seen instead. */
bool judged_decide(const struct judged *judged, size_t index,
                   const struct evaluation_sources *sources, FILE *seen);

#endif
