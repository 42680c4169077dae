#ifndef VPNSIM_EXPECT_DESCRIBE_H
#define VPNSIM_EXPECT_DESCRIBE_H

#include "base/trace.h"
#include "expect/expectation.h"

#include <stdio.h>

/** Writes @p at as seconds without trailing zeros: "3 s", "1.00025 s". */
void describe_instant(FILE *stream, instant at);

/**
 * Writes "NODE NAME key=value ..."; packet serial numbers are left out, and whatever could disturb
 * a terminal is replaced.
 */
void describe_event(FILE *stream, const struct trace_event *event);

/** Writes text, each control character as "?". */
void describe_text(FILE *stream, const char *text);

/** Writes "NAME at NODE with key = value between 1 s and 3 s". */
void describe_pattern(FILE *stream, const struct event_pattern *pattern);

/** Writes "never", "once", "3 times", "at least once", "2 to 5 times". */
void describe_count(FILE *stream, struct count_range count);

/** Writes how often something was seen: "not at all", "once", "4 times". */
void describe_times(FILE *stream, uint64_t count);

/** Writes what an expectation demands, in one line without an end of line. */
void describe_expectation(FILE *stream, const struct expectation *expectation);

#endif
