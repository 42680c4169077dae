#include "capture/key_log.h"

#include "capture/line_log.h"

#include <stdlib.h>
#include <string.h>

struct key_log {
    struct line_log lines;
    uint64_t count;
};

enum status key_log_open(const char *path, struct key_log **log, char *error, size_t error_size)
{
    struct key_log *made = calloc(1, sizeof *made);
    if (!made) {
        snprintf(error, error_size, "%s: %s", path, status_text(STATUS_NO_MEMORY));
        return STATUS_NO_MEMORY;
    }
    enum status status = line_log_open(&made->lines, path, error, error_size);
    if (status != STATUS_OK) {
        free(made);
        return status;
    }
    *log = made;
    return STATUS_OK;
}

void key_log_receive(void *context, const char *line)
{
    struct key_log *log = context;
    line_log_write(&log->lines, line, strlen(line));
    log->count += log->lines.failure ? 0 : 1;
}

uint64_t key_log_count(const struct key_log *log)
{
    return log->count;
}

bool key_log_failed(const struct key_log *log)
{
    return log->lines.failure != 0;
}

enum status key_log_close(struct key_log *log, char *error, size_t error_size)
{
    enum status status = line_log_close(&log->lines, error, error_size);
    free(log);
    return status;
}
