#ifndef VPNSIM_CORE_TIMER_H
#define VPNSIM_CORE_TIMER_H

#include "base/instant.h"
#include "core/event_queue.h"

#include <stdbool.h>

struct simulation;

/** Called when a timer's instant has come; the timer is then not set and may be set again. */
typedef void timer_callback(void *context, instant now);

/**
 * A timeout of a protocol engine that moves often and fires rarely, such as TCP's retransmission
 * timer. Setting it later, or not at all, only notes the wish: the event that is pending already
 * looks at the wish when it comes and goes back to sleep. So a timer that is restarted with each
 * packet costs one event per timeout period, not one per packet.
 *
 * The owner embeds it and keeps it alive until timer_destroy() or the simulation's end.
 */
struct timer {
    struct event event; /**< pending at or before wanted, or spuriously when wanted is NEVER */
    instant wanted;     /**< INSTANT_NEVER: not set */
    timer_callback *callback;
    void *context;
};

/** Makes @p timer, not set yet, call @p callback with @p context. */
void timer_init(struct timer *timer, timer_callback *callback, void *context);

/**
 * Wants the callback at @p at, exactly then and instead of any instant asked for before;
 * INSTANT_NEVER: not at all; an instant that has passed: at once, but not from within this call.
 * Made for "timer_set(simulation, &timer, engine_next_timeout(engine))" after every call of an
 * engine.
 */
void timer_set(struct simulation *simulation, struct timer *timer, instant at);

static inline bool timer_is_set(const struct timer *timer)
{
    return timer->wanted != INSTANT_NEVER;
}

/** Takes the timer out of the queue for good, so that its memory may go. */
void timer_destroy(struct simulation *simulation, struct timer *timer);

#endif
