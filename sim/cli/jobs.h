#ifndef VPNSIM_CLI_JOBS_H
#define VPNSIM_CLI_JOBS_H

#include <stddef.h>
#include <stdio.h>

/** Work for several processes, one piece a child. */
struct cli_jobs {
    size_t count;
    unsigned parallel; /**< how many at the same time, at least 1 */
    /**
     * Does the piece at @p index in a child and returns its exit status; what it writes to @p
     * output, @p extra and standard error reaches the parent's in the order of the pieces.
     */
    int (*work)(void *context, size_t index, FILE *output, FILE *extra);
    /** Takes the exit status of each piece in their order, in the parent. */
    void (*done)(void *context, size_t index, int status);
    void *context;
    FILE *output;
    FILE *extra; /**< NULL: nobody wants it */
};

/**
 * Does it all. SIGINT, SIGTERM and SIGPIPE go to the children, and no further ones are started;
 * returns the number of the signal, 0 when none came, -1 when the machine refused (told on standard
 * error).
 */
int cli_jobs_run(const struct cli_jobs *jobs);

#endif
