#ifndef VPNSIM_CLI_REPEAT_H
#define VPNSIM_CLI_REPEAT_H

#include "cli/execution.h"

/**
 * Runs the scenario of @p first again, with the same seed and with the next one, into folders
 * within its output that are removed afterwards, and compares the files. CLI_HOLDS: @p reproducible
 * tells whether the same seed gives the same octets and the other does not, and @p seen in one line
 * what was seen instead; or a signal came, see cli_interrupt_signal(). Otherwise @p seen says what
 * went wrong.
 */
enum cli_exit cli_repeat(const struct cli_execution_config *config,
                         const struct cli_execution_result *first, bool *reproducible, char *seen,
                         size_t seen_size);

#endif
