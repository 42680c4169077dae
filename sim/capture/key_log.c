#include "capture/key_log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct key_log {
    FILE *file;
    char *path;
    uint64_t count;
    int failure; /* errno of the first write that failed */
};

static void destroy(struct key_log *log)
{
    free(log->path);
    free(log);
}

enum status key_log_open(const char *path, struct key_log **log, char *error, size_t error_size)
{
    struct key_log *made = calloc(1, sizeof *made);
    if (!made || !(made->path = strdup(path))) {
        free(made);
        snprintf(error, error_size, "%s: %s", path, status_text(STATUS_NO_MEMORY));
        return STATUS_NO_MEMORY;
    }
    made->file = fopen(path, "wb");
    if (!made->file) {
        snprintf(error, error_size, "%s: %s", path, strerror(errno));
        destroy(made);
        return STATUS_IO;
    }
    *log = made;
    return STATUS_OK;
}

void key_log_receive(void *context, const char *line)
{
    struct key_log *log = context;
    if (log->failure)
        return;
    if (fprintf(log->file, "%s\n", line) < 0)
        log->failure = errno ? errno : EIO;
    else
        log->count++;
}

uint64_t key_log_count(const struct key_log *log)
{
    return log->count;
}

bool key_log_failed(const struct key_log *log)
{
    return log->failure != 0;
}

enum status key_log_close(struct key_log *log, char *error, size_t error_size)
{
    if (fclose(log->file) != 0 && !log->failure)
        log->failure = errno;
    int failure = log->failure;
    if (failure)
        snprintf(error, error_size, "%s: %s", log->path, strerror(failure));
    destroy(log);
    return failure ? STATUS_IO : STATUS_OK;
}
