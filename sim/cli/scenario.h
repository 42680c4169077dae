#ifndef VPNSIM_CLI_SCENARIO_H
#define VPNSIM_CLI_SCENARIO_H

#include "cli/options.h"
#include "cli/report.h"
#include "scenario/model.h"

#include <stdio.h>

/**
 * Runs one scenario, writes its files and its summary, and judges it. Returns the exit status that
 * the command would have if it were the only one; a local failure has been told on standard error.
 * @p junit NULL: no <testsuite> is written.
 */
int cli_scenario_run(const struct scenario *scenario, const struct cli_run_options *options,
                     const struct cli_report *report, FILE *junit);

#endif
