#ifndef VPNSIM_CLI_REPORT_H
#define VPNSIM_CLI_REPORT_H

#include "cli/options.h"
#include "expect/evaluation.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/** How the summary of a scenario is written. */
struct cli_report {
    FILE *stream;
    enum cli_verbosity verbosity;
    bool utf8; /**< whether marks beyond ASCII may be used */
};

/** Whether the user's locale shows UTF-8. */
bool cli_report_utf8(void);

/** Writes name, title and source of a scenario, and the heading of what happened. */
void cli_report_title(const struct cli_report *report, const char *name, const char *title,
                      const char *described_in);

/**
 * Writes each verdict (when quiet, those that failed and one line for the scenario @p name), with
 * what was seen instead where one failed.
 */
void cli_report_verdicts(const struct cli_report *report, const char *name,
                         const struct verdict *verdicts, size_t count);

/** Writes a file that the run has written, with what is in it ("12 frames"). */
void cli_report_file(const struct cli_report *report, const char *path, const char *contents);

/** What became of the scenarios of one command. */
struct cli_totals {
    size_t scenarios;
    size_t held;   /**< scenarios of which every expectation holds */
    size_t failed; /**< with an expectation that failed */
    size_t broken; /**< that could not be run to their end */
};

/** Writes the totals when there are several scenarios. */
void cli_report_totals(const struct cli_report *report, const struct cli_totals *totals);

#endif
