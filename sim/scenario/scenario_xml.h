#ifndef VPNSIM_SCENARIO_SCENARIO_XML_H
#define VPNSIM_SCENARIO_SCENARIO_XML_H

#include "base/status.h"
#include "base/trace.h"
#include "scenario/diagnostics.h"
#include "scenario/model.h"

#include <stdbool.h>
#include <stddef.h>

/** A layer that nodes of one kind can be captured at ("client/ppp"). */
struct scenario_layer {
    enum scenario_node_kind kind;
    const char *name;
    const char *meaning; /**< what is seen there */
};

/** A state that nodes of some kinds tell of when a run ends. */
struct scenario_state {
    unsigned kinds;   /**< a bit for each enum scenario_node_kind, the lowest for the first */
    const char *name; /**< NAME and PORT in it stand for a connection's name and a port's number */
    const char *meaning;
};

/**
 * What the rest of the program knows and a scenario may name. A NULL member skips the checks that
 * need it.
 */
struct scenario_vocabulary {
    /** Tables of events, each ended by a NULL name; the array is ended by NULL. */
    const struct trace_declaration *const *events;
    /** Capturable layers, ended by a NULL name. */
    const struct scenario_layer *layers;
    /** States, ended by a NULL name. */
    const struct scenario_state *states;
    /**
     * True when @p filter compiles as BPF for the frames of @p point (NULL: of an Ethernet link);
     * otherwise false with a one-line reason in @p message.
     */
    bool (*filter_compiles)(void *context, const struct scenario_capture *point, const char *filter,
                            char *message, size_t message_size);
    void *context;
};

/** How to load a scenario; zero-initialised: no overrides, no vocabulary. */
struct scenario_load_options {
    /** "NAME=VALUE" texts that override parameters. */
    const char *const *overrides;
    size_t override_count;
    /** Which <case> of the file to take; NULL: the scenario without any. */
    const char *case_name;
    const struct scenario_vocabulary *vocabulary;
};

/**
 * Reads, validates and checks the scenario at @p path with everything it includes.
 *
 * STATUS_OK: *@p scenario is the model, to be released with scenario_free(), and no diagnostic was
 * added. Otherwise *@p scenario is NULL and @p diagnostics (initialised by the caller) says why:
 * STATUS_INVALID: the scenario is wrong; STATUS_NOT_FOUND, STATUS_IO: the file itself cannot be
 * read; STATUS_NO_MEMORY.
 *
 * The files may come from strangers: document types, entities, remote and endless inclusions are
 * refused, and only regular files are read.
 */
enum status scenario_load(const char *path, const struct scenario_load_options *options,
                          struct scenario **scenario, struct diagnostics *diagnostics);

/** scenario_load() of @p length octets in memory, named @p name in messages; includes nothing. */
enum status scenario_load_memory(const char *name, const char *text, size_t length,
                                 const struct scenario_load_options *options,
                                 struct scenario **scenario, struct diagnostics *diagnostics);

/** Releases a scenario; NULL is allowed. */
void scenario_free(struct scenario *scenario);

/** One <case> of a scenario. */
struct scenario_case {
    const char *name;
    const char *title; /**< the scenario's when it has none of its own */
};

/** What a list of scenarios shows of one. */
struct scenario_summary {
    struct arena *arena;
    const char *name;
    const char *title;
    const char *described_in;
    const char *protocols;       /**< derived from the nodes, e.g. "PPTP"; "" when there is none */
    struct scenario_case *cases; /**< in the order of the file */
    size_t case_count;
};

/**
 * Reads only what a list shows, without the checks of scenario_load(); the results are as there.
 * Release with scenario_summary_free().
 */
enum status scenario_summarize(const char *path, struct scenario_summary *summary,
                               struct diagnostics *diagnostics);

void scenario_summary_free(struct scenario_summary *summary);

/** True when @p path looks like a scenario (root element <scenario>), false for a topology. */
bool scenario_is_scenario_file(const char *path);

#endif
