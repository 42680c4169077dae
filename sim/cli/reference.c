/* "vpnsim reference": the page scenarios/REFERENCE.md, for those who work on the language. */
#include "cli/cli.h"

#include "run/build.h"
#include "scenario/reference.h"

#include <stdio.h>

int cli_reference(int argc, char **argv)
{
    (void)argv;
    if (argc != 1) {
        cli_error("\"reference\" takes no arguments");
        return CLI_INVALID;
    }
    enum status status = scenario_reference_write(run_vocabulary(), stdout);
    if (status == STATUS_NO_MEMORY) {
        cli_error("the reference could not be written: %s", status_text(status));
        return CLI_LOCAL;
    }
    return cli_flush(CLI_HOLDS);
}
