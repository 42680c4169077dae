#ifndef VPNSIM_CLI_NARRATION_H
#define VPNSIM_CLI_NARRATION_H

#include "base/trace.h"

#include <stdbool.h>
#include <stdio.h>

/**
 * Tells the event stream on the console while a scenario runs: the telling events in plain words,
 * each kind a bounded number of times, or every event as it is.
 */
struct cli_narration;

/** NULL when memory is exhausted. @p stream is borrowed. */
struct cli_narration *cli_narration_create(FILE *stream, bool every_event);

/**
 * Has @p before called with @p context in front of each line that is told, to clear what else may
 * be on the terminal; NULL: nothing is called.
 */
void cli_narration_before(struct cli_narration *narration, void (*before)(void *context),
                          void *context);

/** Takes one event; a receiver of struct trace_subscriber, the narration is its context. */
void cli_narration_receive(void *narration, const struct trace_event *event);

/** Tells at the end how often what was told once or cut short has happened in all. */
void cli_narration_finish(struct cli_narration *narration);

/** NULL is allowed. */
void cli_narration_destroy(struct cli_narration *narration);

#endif
