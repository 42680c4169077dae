#ifndef VPNSIM_CORE_EVENT_QUEUE_H
#define VPNSIM_CORE_EVENT_QUEUE_H

#include "base/instant.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct simulation;
struct event;

/** Called once when the event's instant has come; it is no longer pending then and may be reused.
 */
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

/** The pending events of a simulation in (time, sequence) order. */
struct event_queue;

/** An empty queue; NULL when memory is exhausted. */
struct event_queue *event_queue_create(void);
void event_queue_destroy(struct event_queue *queue);

/** Makes @p event, which must not be pending, pending at event->at. False: out of memory. */
bool event_queue_insert(struct event_queue *queue, struct event *event);

/** Takes a pending @p event out. */
void event_queue_remove(struct event_queue *queue, struct event *event);

/** The instant of the earliest event; INSTANT_NEVER when there is none. */
instant event_queue_next(struct event_queue *queue);

/** Takes the earliest event out; NULL when there is none. */
struct event *event_queue_pop(struct event_queue *queue);

/** How many events are pending. */
size_t event_queue_count(const struct event_queue *queue);

#endif
