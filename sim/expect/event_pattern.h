#ifndef VPNSIM_EXPECT_EVENT_PATTERN_H
#define VPNSIM_EXPECT_EVENT_PATTERN_H

#include "base/trace.h"
#include "expect/expectation.h"

/** The score of an event that is all that was asked for. */
#define EVENT_PATTERN_MATCH UINT32_MAX

/**
 * How near @p event, whose name is the pattern's already, comes to @p pattern: EVENT_PATTERN_MATCH,
 * or a smaller number that grows with the conditions met. The node weighs more than all fields, the
 * window least.
 */
uint32_t event_pattern_score(const struct event_pattern *pattern, const struct trace_event *event);

/** Whether @p event is one of those meant, its name included. */
bool event_pattern_matches(const struct event_pattern *pattern, const struct trace_event *event);

#endif
