#ifndef VPNSIM_SCENARIO_DIAGNOSTICS_H
#define VPNSIM_SCENARIO_DIAGNOSTICS_H

#include <stddef.h>
#include <stdio.h>

struct arena;

/** Most diagnostics that one load keeps; further ones are only counted. */
#define DIAGNOSTICS_CAPACITY 20

/** A place in a scenario file, for messages. Line 0: the file as a whole. */
struct scenario_position {
    const char *file;
    unsigned line;
};

/** One thing that is wrong with a scenario: where, what, and what was expected. */
struct diagnostic {
    struct scenario_position at; /**< the file's text is owned by the diagnostics */
    const char *text;            /**< one line without an end of line */
};

/**
 * What is wrong with a scenario, in the order found. It owns its texts, so it outlives the loader
 * and every file.
 */
struct diagnostics {
    struct arena *arena; /**< NULL until the first one is added */
    struct diagnostic items[DIAGNOSTICS_CAPACITY];
    size_t count;
    size_t omitted; /**< found beyond the capacity */
};

/** Makes @p diagnostics empty. */
void diagnostics_init(struct diagnostics *diagnostics);

/** Frees the texts; the diagnostics are empty afterwards. */
void diagnostics_destroy(struct diagnostics *diagnostics);

/**
 * Adds the message made from @p format at @p at. Control characters of the message are replaced,
 * so that a hostile file cannot write to the terminal. The same message at the same place is added
 * once.
 */
void diagnostics_add(struct diagnostics *diagnostics, struct scenario_position at,
                     const char *format, ...) __attribute__((format(printf, 3, 4)));

/** Orders the diagnostics by line within each file; files keep the order of their first one. */
void diagnostics_sort(struct diagnostics *diagnostics);

/** How many were found, the omitted ones counted in. */
size_t diagnostics_total(const struct diagnostics *diagnostics);

/** Writes one "file:line: text" line each to @p stream, and how many were omitted. */
void diagnostics_print(const struct diagnostics *diagnostics, FILE *stream);

#endif
