#include "cli/repeat.h"

#include "cli/interrupt.h"

#include <inttypes.h>
#include <stdio.h>

/* Runs once more with @p seed; *@p different is the first file unlike the first run's. */
static enum cli_exit run_again(const struct cli_execution_config *config,
                               const struct cli_execution_result *first, uint64_t seed,
                               size_t *different, char *error, size_t error_size)
{
    struct cli_execution_config again = *config;
    again.seed = seed;
    again.base = first->output.folder;
    again.name = ".repeated";
    again.narration = NULL;
    again.evaluation = NULL;
    again.real_time = false;
    struct cli_execution_result result;
    enum cli_exit exit = cli_execution_run(&again, &result);
    if (exit != CLI_HOLDS) {
        snprintf(error, error_size, "%s", result.error);
        return exit;
    }
    if (result.signal == 0 && cli_output_compare(&first->output, &result.output, different, error,
                                                 error_size) != STATUS_OK)
        exit = CLI_LOCAL;
    cli_execution_close(&result, false);
    return exit;
}

enum cli_exit cli_repeat(const struct cli_execution_config *config,
                         const struct cli_execution_result *first, bool *reproducible, char *seen,
                         size_t seen_size)
{
    size_t count = first->output.files.count;
    size_t different = count;
    seen[0] = '\0';
    *reproducible = false;
    enum cli_exit exit = run_again(config, first, config->seed, &different, seen, seen_size);
    if (exit != CLI_HOLDS || cli_interrupt_signal())
        return exit;
    if (different < count) {
        snprintf(seen, seen_size, "a second run with seed %" PRIu64 " wrote another %s",
                 config->seed, first->output.files.paths[different]);
        return CLI_HOLDS;
    }
    exit = run_again(config, first, config->seed + 1, &different, seen, seen_size);
    if (exit != CLI_HOLDS || cli_interrupt_signal())
        return exit;
    *reproducible = different < count;
    if (!*reproducible)
        snprintf(seen, seen_size, "a run with seed %" PRIu64 " wrote the same files",
                 config->seed + 1);
    return CLI_HOLDS;
}
