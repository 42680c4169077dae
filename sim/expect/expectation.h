#ifndef VPNSIM_EXPECT_EXPECTATION_H
#define VPNSIM_EXPECT_EXPECTATION_H

#include "base/instant.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a scenario asserts, as plain data. All texts and arrays are borrowed from whoever built them
 * (the scenario) and must outlive the evaluation. An absent text is NULL.
 */

/** How often something is to be seen: min <= count <= max; UINT64_MAX means no upper bound. */
struct count_range {
    uint64_t min;
    uint64_t max;
};

#define COUNT_ANY          ((struct count_range){.min = 0, .max = UINT64_MAX})
#define COUNT_AT_LEAST_ONE ((struct count_range){.min = 1, .max = UINT64_MAX})

/** Part of the run that counts: after <= instant <= before, from the scenario's start. */
struct time_window {
    instant after;  /**< 0: from the start */
    instant before; /**< INSTANT_NEVER: to the end */
};

#define TIME_WINDOW_ALL ((struct time_window){.after = 0, .before = INSTANT_NEVER})

/**
 * What one field of an event must be; every part that is set must hold, and the field must exist.
 * Values compare as the text that events.jsonl shows (numbers in decimal, addresses as dotted
 * quads, octets as lower-case hexadecimal); min and max need a number.
 */
struct field_pattern {
    const char *name;
    const char *is;     /**< NULL: not asked */
    const char *is_not; /**< NULL: not asked */
    bool has_min;
    bool has_max;
    uint64_t min;
    uint64_t max;
};

/** Which events of the stream are meant. */
struct event_pattern {
    const char *node; /**< NULL: any node */
    const char *name; /**< the full dotted name */
    struct time_window window;
    const struct field_pattern *fields;
    size_t field_count;
};

enum expectation_kind {
    EXPECT_EVENT,        /**< events that match happen so many times */
    EXPECT_NEVER,        /**< none of several events happens */
    EXPECT_IN_ORDER,     /**< events happen one after the other */
    EXPECT_PACKETS,      /**< so many frames at a capture point match a BPF filter */
    EXPECT_STATE,        /**< a node's named state has a value when the run ends */
    EXPECT_TRANSFER,     /**< a transfer of the timeline ends so */
    EXPECT_PING,         /**< a ping of the timeline gets so many replies */
    EXPECT_CLIENT_ERROR, /**< a dial fails with this error code */
    EXPECT_CAUSE,        /**< packets are dropped at this place for this reason */
    EXPECT_REPRODUCIBLE, /**< the same seed gives the same files, another seed does not */
};

enum transfer_result {
    TRANSFER_INTACT, /**< all octets arrived, unaltered */
    TRANSFER_FAILED,
};

/** One assertion of a scenario. */
struct expectation {
    enum expectation_kind kind;
    const char *file; /**< where it is written, for messages */
    unsigned line;
    const char *says; /**< the author's sentence for the report; NULL: one is made */
    union {
        struct {
            struct event_pattern pattern;
            struct count_range count;
        } event;
        /** EXPECT_NEVER and EXPECT_IN_ORDER */
        struct {
            const struct event_pattern *patterns;
            size_t count;
        } events;
        struct {
            const char *point;  /**< a capture point, as in <capture point="…"/> */
            const char *filter; /**< see capture/capture_filter.h */
            struct time_window window;
            struct count_range count;
        } packets;
        struct {
            const char *node;
            const char *name;
            const char *is;
        } state;
        struct {
            const char *name;
            enum transfer_result result;
            instant before; /**< INSTANT_NEVER: any time */
        } transfer;
        struct {
            const char *name; /**< NULL: by node */
            const char *node; /**< NULL: by name */
            struct count_range replies;
        } ping;
        struct {
            const char *node;
            const char *connection; /**< NULL: any */
            uint64_t code;
            struct time_window window;
        } client_error;
        struct {
            const char *node;     /**< a node, or "link:NAME" */
            const char *reason;   /**< NULL: any */
            const char *protocol; /**< NULL: any */
            uint64_t min;
        } cause;
    };
};

#endif
