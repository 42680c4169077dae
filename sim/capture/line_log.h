#ifndef VPNSIM_CAPTURE_LINE_LOG_H
#define VPNSIM_CAPTURE_LINE_LOG_H

#include "base/status.h"

#include <stddef.h>
#include <stdio.h>

/** A text file that grows by lines, and what went wrong first: behind the event log and the profile
 * for Wireshark. */
struct line_log {
    FILE *file;
    char *path;
    int failure; /**< errno of the first write that failed; 0: none has */
};

/**
 * Creates @p path (an existing file is replaced). STATUS_IO or STATUS_NO_MEMORY with one line
 * "PATH: why" in @p error, which holds @p error_size octets; @p log then holds nothing.
 */
enum status line_log_open(struct line_log *log, const char *path, char *error, size_t error_size);

/** Appends @p length octets and the end of a line; nothing after a failure. */
void line_log_write(struct line_log *log, const char *line, size_t length);

/**
 * Closes the file. A write that failed at any time is reported here: STATUS_IO with one line "PATH:
 * why" in @p error.
 */
enum status line_log_close(struct line_log *log, char *error, size_t error_size);

#endif
