#ifndef VPNSIM_CAPTURE_KEY_LOG_H
#define VPNSIM_CAPTURE_KEY_LOG_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Writes the secrets of TLS sessions to a file that Wireshark reads (NSS key log format). */
struct key_log;

/**
 * Creates @p path (an existing file is replaced). STATUS_IO with one line "PATH: why" in @p error,
 * which holds @p error_size octets. The log belongs to the caller.
 */
enum status key_log_open(const char *path, struct key_log **log, char *error, size_t error_size);

/** Appends @p line; @p log is a struct key_log. */
void key_log_receive(void *log, const char *line);

/** Lines written so far. */
uint64_t key_log_count(const struct key_log *log);

/** Whether a write has failed already; key_log_close() tells why. */
bool key_log_failed(const struct key_log *log);

/**
 * Closes the file and frees the log. A write that failed at any time is reported here: STATUS_IO
 * with one line "PATH: why" in @p error.
 */
enum status key_log_close(struct key_log *log, char *error, size_t error_size);

#endif
