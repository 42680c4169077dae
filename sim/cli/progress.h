#ifndef VPNSIM_CLI_PROGRESS_H
#define VPNSIM_CLI_PROGRESS_H

#include "base/instant.h"

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/** One line on a terminal's standard error that is written over and over while a run lasts. */
struct cli_progress {
    bool active; /**< false: says nothing */
    bool shown;  /**< a line is on the terminal */
    const char *name;
    instant duration;
    struct timespec last;
};

/** Starts to show the progress of the scenario @p name; silent unless standard error is a terminal.
 */
void cli_progress_start(struct cli_progress *progress, const char *name, instant duration);

/** Shows how far the run is, a few times a second and not at all when it is over that soon. */
void cli_progress_show(struct cli_progress *progress, instant now, uint64_t events);

/** Removes the line. */
void cli_progress_end(struct cli_progress *progress);

#endif
