#ifndef VPNSIM_CLI_SENTENCE_H
#define VPNSIM_CLI_SENTENCE_H

#include "base/trace.h"

#include <stddef.h>
#include <stdio.h>

/** How an event is told: "{key}" stands for a field, "[...]" is left out when a field is absent. */
struct cli_sentence {
    const char *event;
    const char *text;
};

/** The events worth telling, ended by a NULL name. */
extern const struct cli_sentence cli_sentences[];

/** The place of the sentence for the event @p name in cli_sentences; SIZE_MAX: not worth telling.
 */
size_t cli_sentence_find(const char *name);

/** Writes @p text with the fields of @p event filled in. */
void cli_sentence_write(FILE *stream, const char *text, const struct trace_event *event);

#endif
