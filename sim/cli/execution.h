#ifndef VPNSIM_CLI_EXECUTION_H
#define VPNSIM_CLI_EXECUTION_H

#include "capture/wireshark_profile.h"
#include "cli/cli.h"
#include "cli/narration.h"
#include "cli/output.h"
#include "expect/evaluation.h"
#include "scenario/model.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** One run of a scenario from its first event to its last, into a folder of its own. */
struct cli_execution_config {
    const struct scenario *scenario;
    uint64_t seed;
    const char *base;                /**< the folder to write below */
    const char *name;                /**< of the folder to write */
    struct cli_narration *narration; /**< NULL: nothing is told */
    struct evaluation *evaluation;   /**< NULL: nothing is judged */
    bool progress;                   /**< show how far it is, on a terminal */
    bool real_time;                  /**< not faster than the clock, even if nothing is attached */
};

/** What a run has left behind. */
struct cli_execution_result {
    struct cli_output output; /**< one file a capture point, in their order, the event log, and
                                   the profile for Wireshark;
                                   to be closed or discarded by the caller when the run succeeded */
    uint64_t *frames;         /**< of each capture point; owned */
    uint64_t events;          /**< that were logged */
    struct wireshark_counts secrets; /**< in that profile */
    instant ended_at;
    int signal;     /**< that ended the run early; 0: none */
    char loss[256]; /**< the attachment whose loss ended the run early; "": none */
    char error[512];
};

/**
 * Runs @p config->scenario. CLI_HOLDS: the files are complete, and unless a signal or the
 * loss of an attachment ended it the evaluation has its verdicts; release with
 * cli_execution_close(). Otherwise nothing is left behind, and result->error is one line about why:
 * CLI_INVALID or CLI_LOCAL.
 */
enum cli_exit cli_execution_run(const struct cli_execution_config *config,
                                struct cli_execution_result *result);

/** Keeps the files, or removes them. */
void cli_execution_close(struct cli_execution_result *result, bool keep);

#endif
