#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#define INTERVAL_MS 250

void cli_progress_start(struct cli_progress *progress, const char *name, instant duration)
{
    *progress = (struct cli_progress){
        .active = isatty(STDERR_FILENO) == 1,
        .name = name,
        .duration = duration > 0 ? duration : 1,
    };
    if (progress->active)
        clock_gettime(CLOCK_MONOTONIC, &progress->last);
}

void cli_progress_show(struct cli_progress *progress, instant now, uint64_t events)
{
    if (!progress->active)
        return;
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    long elapsed_ms = (long)(time.tv_sec - progress->last.tv_sec) * 1000 +
                      (time.tv_nsec - progress->last.tv_nsec) / 1000000;
    if (elapsed_ms < INTERVAL_MS)
        return;
    progress->last = time;
    progress->shown = true;
    fprintf(stderr,
            "\r%s: %" PRIu64 " s of %" PRIu64 " s (%" PRIu64 "%%), %" PRIu64 " events\033[K",
            progress->name, now / INSTANT_SECOND, progress->duration / INSTANT_SECOND,
            now / (progress->duration / 100 + 1), events);
}

void cli_progress_end(struct cli_progress *progress)
{
    if (progress->shown)
        fputs("\r\033[K", stderr);
    progress->shown = false;
}
