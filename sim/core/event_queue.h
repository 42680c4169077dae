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
 * Called up to EVENT_PREPARATIONS times, @p turn counting from 0, a few events ahead of the event's
 * own turn, when so many are pending that what its action touches has long left the caches: to
 * prefetch, in each turn what can be named without touching anything that is cold. It changes
 * nothing; turns may be left out, or all of them.
 */
typedef void event_prepare(const struct event *event, unsigned turn);

#define EVENT_PREPARATIONS 3

/**
 * Something that is to happen at an instant. The owner embeds it (link, timer) and keeps it alive
 * while it is pending; zero-initialised is not pending.
 */
struct event {
    instant at;
    event_action *action;
    event_prepare *prepare; /**< NULL: nothing to prepare */
    uint32_t position;      /**< the queue's; 0: not pending */
};

static inline bool event_is_pending(const struct event *event)
{
    return event->position != 0;
}

/**
 * The pending events of a simulation: they come out by instant, those of one instant in the order
 * in which they went in. Made for virtual time that only moves forward: inserting, removing and
 * popping all take constant time on average whatever the number of events, and no distribution of
 * instants costs more than a fixed number of steps an event.
 */
struct event_queue;

/** An empty queue; NULL when memory is exhausted. */
struct event_queue *event_queue_create(void);
void event_queue_destroy(struct event_queue *queue);

/**
 * Makes @p event, which must not be pending, pending at event->at: neither before the event popped
 * last nor before the @c until of a pop that returned NULL. False: out of memory, nothing changed.
 */
bool event_queue_insert(struct event_queue *queue, struct event *event);

/** Takes a pending @p event out. */
void event_queue_remove(struct event_queue *queue, struct event *event);

/** The instant of the earliest event; INSTANT_NEVER when there is none. */
instant event_queue_next(struct event_queue *queue);

/**
 * Takes the earliest event out if its instant is not after @p until. NULL: there is none, or
 * memory is exhausted, which event_queue_exhausted() tells.
 */
struct event *event_queue_pop(struct event_queue *queue, instant until);

/** True once event_queue_pop() has run out of memory; the queue is intact. */
bool event_queue_exhausted(const struct event_queue *queue);

/** How many events are pending. */
size_t event_queue_count(const struct event_queue *queue);

/** Memory the queue holds at the moment, in octets. */
size_t event_queue_bytes(const struct event_queue *queue);

#endif
