#include "capture/line_log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum status line_log_open(struct line_log *log, const char *path, char *error, size_t error_size)
{
    *log = (struct line_log){.path = strdup(path)};
    if (!log->path) {
        snprintf(error, error_size, "%s: %s", path, status_text(STATUS_NO_MEMORY));
        return STATUS_NO_MEMORY;
    }
    log->file = fopen(path, "wb");
    if (log->file)
        return STATUS_OK;
    snprintf(error, error_size, "%s: %s", path, strerror(errno));
    free(log->path);
    return STATUS_IO;
}

void line_log_write(struct line_log *log, const char *line, size_t length)
{
    if (log->failure ||
        (fwrite(line, 1, length, log->file) == length && putc('\n', log->file) != EOF))
        return;
    log->failure = errno ? errno : EIO;
}

enum status line_log_close(struct line_log *log, char *error, size_t error_size)
{
    if (fclose(log->file) != 0 && !log->failure)
        log->failure = errno;
    if (log->failure)
        snprintf(error, error_size, "%s: %s", log->path, strerror(log->failure));
    free(log->path);
    return log->failure ? STATUS_IO : STATUS_OK;
}
