#ifndef VPNSIM_EXPECT_WATCH_H
#define VPNSIM_EXPECT_WATCH_H

#include "expect/event_pattern.h"

#include <stdio.h>

/** How many events a watch keeps to show. */
#define WATCH_KEPT 3

/** An event as it is shown to people, with when it happened and how near it came. */
struct sighting {
    instant at;
    uint32_t score;
    uint64_t times; /**< events of the same text */
    char *text;     /**< owned */
};

/**
 * Counts the events that match one pattern, and keeps the first few of them and of those that come
 * nearest without matching.
 */
struct watch {
    struct event_pattern pattern; /**< shallow copy */
    uint64_t matched;
    instant last;
    struct sighting matches[WATCH_KEPT];
    size_t match_count;
    uint64_t missed; /**< events of that name that do not match */
    struct sighting near[WATCH_KEPT];
    size_t near_count;
    uint32_t formatted; /**< near misses turned into text so far */
    bool out_of_memory;
};

/** Takes an event whose name is the pattern's; true when it matches. */
bool watch_see(struct watch *watch, const struct trace_event *event);

/** Writes "3 times: at 1 s EVENT; at 2 s EVENT; ..." of what matched. */
void watch_describe_matches(const struct watch *watch, FILE *stream);

/** Writes "; nearest: at 1 s EVENT" of what nearly matched, or that no such event was seen. */
void watch_describe_near(const struct watch *watch, FILE *stream);

/** Frees what it keeps. */
void watch_clear(struct watch *watch);

#endif
