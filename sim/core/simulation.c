#include "core/simulation.h"

#include "core/arena.h"

#include <assert.h>
#include <string.h>

enum status simulation_init(struct simulation *simulation, uint64_t seed)
{
    *simulation = (struct simulation){.seed = seed};
    packet_pool_init(&simulation->packets);
    simulation->queue = event_queue_create();
    simulation->arena = arena_create();
    if (simulation->queue && simulation->arena)
        return STATUS_OK;
    simulation_destroy(simulation);
    return STATUS_NO_MEMORY;
}

void simulation_destroy(struct simulation *simulation)
{
    event_queue_destroy(simulation->queue);
    arena_destroy(simulation->arena);
    packet_pool_destroy(&simulation->packets);
    *simulation = (struct simulation){0};
}

void simulation_schedule(struct simulation *simulation, struct event *event, instant at)
{
    assert(at >= simulation->now && event->action);
    if (event_is_pending(event))
        event_queue_remove(simulation->queue, event);
    event->at = at;
    if (!event_queue_insert(simulation->queue, event))
        simulation->failure = STATUS_NO_MEMORY;
}

void simulation_cancel(struct simulation *simulation, struct event *event)
{
    if (event_is_pending(event))
        event_queue_remove(simulation->queue, event);
}

enum status simulation_run(struct simulation *simulation, instant until)
{
    simulation->stopping = false;
    while (!simulation->stopping && simulation->failure == STATUS_OK) {
        struct event *event = event_queue_pop(simulation->queue, until);
        if (!event) {
            if (event_queue_exhausted(simulation->queue))
                simulation->failure = STATUS_NO_MEMORY;
            break;
        }
        simulation->now = event->at;
        simulation->events_run++;
        event->action(simulation, event);
    }
    if (!simulation->stopping && until != INSTANT_NEVER && simulation->failure == STATUS_OK)
        simulation->now = until;
    return simulation->failure;
}

void simulation_stop(struct simulation *simulation)
{
    simulation->stopping = true;
}

struct entropy simulation_entropy(const struct simulation *simulation, const char *component)
{
    return entropy_make(simulation->seed, component);
}

void *simulation_allocate(struct simulation *simulation, size_t size)
{
    return arena_allocate(simulation->arena, size);
}

char *simulation_copy_text(struct simulation *simulation, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = simulation_allocate(simulation, size);
    return copy ? memcpy(copy, text, size) : NULL;
}

void simulation_subscribe(struct simulation *simulation, struct trace_subscriber *subscriber)
{
    struct trace_subscriber **end = &simulation->subscribers;
    while (*end)
        end = &(*end)->next;
    subscriber->next = NULL;
    *end = subscriber;
}

static void publish(void *context, const struct trace_event *event)
{
    struct simulation *simulation = context;
    for (struct trace_subscriber *s = simulation->subscribers; s; s = s->next)
        s->receive(s->context, event);
}

struct trace simulation_trace(struct simulation *simulation, const char *node)
{
    return (struct trace){.emit = publish, .context = simulation, .node = node};
}
