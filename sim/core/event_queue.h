#ifndef VPNSIM_CORE_EVENT_QUEUE_H
#define VPNSIM_CORE_EVENT_QUEUE_H

#include "base/instant.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct simulation;
struct event;

/** Called once when the event's instant has come; it is no longer pending then and may be reused. */
typedef void event_action(struct simulation *simulation, struct event *event);

/**
 * Something that is to happen at an instant. The owner embeds it (link, timer) and keeps it alive
 * while it is pending; zero-initialised is not pending.
 */
struct event {
    instant at;
    uint64_t sequence; /**< order of scheduling among equal instants; the queue's */
    event_action *action;
    size_t position; /**< the queue's; 0: not pending */
};

static inline bool event_is_pending(const struct event *event)
{
    return event->position != 0;
}

#endif
