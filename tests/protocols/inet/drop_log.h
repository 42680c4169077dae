#ifndef VPNSIM_TESTS_INET_DROP_LOG_H
#define VPNSIM_TESTS_INET_DROP_LOG_H

#include "base/trace.h"

#include <string.h>

/** Remembers the events of an engine: how many, and the reasons of its drops. */
struct drop_log {
    char reasons[64][32];
    size_t drops;
    char events[64][32];
    size_t event_count;
};

static inline void drop_log_emit(void *context, const struct trace_event *event)
{
    struct drop_log *log = context;
    if (strcmp(event->name, "packet.dropped") != 0) {
        strncpy(log->events[log->event_count++ % 64], event->name, 31);
        return;
    }
    for (size_t i = 0; i < event->field_count; i++)
        if (strcmp(event->fields[i].key, "reason") == 0)
            strncpy(log->reasons[log->drops++ % 64], event->fields[i].text, 31);
}

static inline struct trace drop_log_trace(struct drop_log *log)
{
    *log = (struct drop_log){0};
    return (struct trace){.emit = drop_log_emit, .context = log, .node = "test"};
}

/** How many drops had @p reason. */
static inline size_t drop_log_count(const struct drop_log *log, const char *reason)
{
    size_t count = 0;
    for (size_t i = 0; i < log->drops && i < 64; i++)
        count += strcmp(log->reasons[i], reason) == 0;
    return count;
}

#endif
