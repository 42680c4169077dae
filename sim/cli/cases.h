#ifndef VPNSIM_CLI_CASES_H
#define VPNSIM_CLI_CASES_H

#include "cli/cli.h"
#include "cli/files.h"

#include <stddef.h>

/** One run of a scenario file: as it stands, or in one of its cases. */
struct cli_case {
    const char *path; /**< borrowed from the files */
    char *name;       /**< of the case, owned; NULL: the scenario has none */
};

/** What the files hold, in their order; zero-initialised is empty. */
struct cli_cases {
    struct cli_case *items;
    size_t count;
    size_t capacity;
};

/**
 * Finds the cases of @p files, or only those called @p only (NULL: all). Mistakes are printed to
 * standard error; CLI_INVALID or CLI_LOCAL then. Release with cli_cases_clear() in any case.
 */
enum cli_exit cli_cases_find(struct cli_cases *cases, const struct cli_files *files,
                             const char *only);

void cli_cases_clear(struct cli_cases *cases);

#endif
