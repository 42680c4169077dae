#ifndef VPNSIM_CAPTURE_EVENTS_LOG_H
#define VPNSIM_CAPTURE_EVENTS_LOG_H

#include "base/status.h"
#include "base/trace.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Writes the event stream to a file, one JSON object a line: "t" (nanoseconds since the scenario's
 * start), "node", "event", then the event's fields in their order. Numbers are JSON numbers, all
 * else is text as trace_value() gives it; text that is not UTF-8 has each wrong octet as \xNN.
 */
struct events_log;

/**
 * Creates @p path (an existing file is replaced). STATUS_IO with one line "PATH: why" in @p error,
 * which holds @p error_size octets. The log belongs to the caller.
 */
enum status events_log_open(const char *path, struct events_log **log, char *error,
                            size_t error_size);

/** Appends @p event; a receiver of struct trace_subscriber, @p log is its context. */
void events_log_receive(void *log, const struct trace_event *event);

/** Whether a write has failed already; events_log_close() tells why. */
bool events_log_failed(const struct events_log *log);

/**
 * Writes what is buffered, closes the file and frees the log. A write that failed at any time is
 * reported here: STATUS_IO with one line "PATH: why" in @p error.
 */
enum status events_log_close(struct events_log *log, char *error, size_t error_size);

#endif
