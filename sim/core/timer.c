#include "core/timer.h"

#include "core/simulation.h"

#include <assert.h>

static void wake(struct simulation *simulation, struct event *event)
{
    struct timer *timer = (struct timer *)(void *)event;
    instant wanted = timer->wanted;
    if (wanted == INSTANT_NEVER)
        return;
    if (wanted > simulation->now) {
        simulation_schedule(simulation, event, wanted);
        return;
    }
    timer->wanted = INSTANT_NEVER;
    timer->callback(timer->context, simulation->now);
}

void timer_init(struct timer *timer, timer_callback *callback, void *context)
{
    assert(callback);
    *timer = (struct timer){.event = {.action = wake},
                            .wanted = INSTANT_NEVER,
                            .callback = callback,
                            .context = context};
}

void timer_set(struct simulation *simulation, struct timer *timer, instant at)
{
    if (at < simulation->now)
        at = simulation->now;
    timer->wanted = at;
    if (at == INSTANT_NEVER || (event_is_pending(&timer->event) && timer->event.at <= at))
        return;
    simulation_schedule(simulation, &timer->event, at);
}

void timer_destroy(struct simulation *simulation, struct timer *timer)
{
    simulation_cancel(simulation, &timer->event);
    timer->wanted = INSTANT_NEVER;
}
