#include "l2tp/l2tp_internal.h"

/*
 * A binary heap of the tunnels that have a timer, so that a server with thousands of them finds the
 * earliest at once. Its entries are spread over the tunnels' own storage: place n of the heap is
 * config.tunnels[n].heap_entry, the slot of a tunnel, whose heap_index is n + 1 (0: no timer).
 */

static struct l2tp_tunnel *at(const struct l2tp_endpoint *self, unsigned place)
{
    return &self->config.tunnels[self->config.tunnels[place].heap_entry];
}

static void put(struct l2tp_endpoint *self, unsigned place, struct l2tp_tunnel *tunnel)
{
    self->config.tunnels[place].heap_entry = (uint16_t)(tunnel - self->config.tunnels);
    tunnel->heap_index = (uint16_t)(place + 1);
}

/* Equal times in the order of the slots, so that a run depends on nothing else. */
static bool earlier(const struct l2tp_tunnel *a, const struct l2tp_tunnel *b)
{
    return a->due != b->due ? a->due < b->due : a < b;
}

static void sift_up(struct l2tp_endpoint *self, unsigned place, struct l2tp_tunnel *tunnel)
{
    while (place > 0 && earlier(tunnel, at(self, (place - 1) / 2))) {
        put(self, place, at(self, (place - 1) / 2));
        place = (place - 1) / 2;
    }
    put(self, place, tunnel);
}

static void sift_down(struct l2tp_endpoint *self, unsigned place, struct l2tp_tunnel *tunnel)
{
    for (;;) {
        unsigned child = 2 * place + 1;
        if (child + 1 < self->heap_count && earlier(at(self, child + 1), at(self, child)))
            child++;
        if (child >= self->heap_count || !earlier(at(self, child), tunnel))
            break;
        put(self, place, at(self, child));
        place = child;
    }
    put(self, place, tunnel);
}

static void take_out(struct l2tp_endpoint *self, struct l2tp_tunnel *tunnel)
{
    unsigned place = tunnel->heap_index - 1U;
    struct l2tp_tunnel *last = at(self, --self->heap_count);
    tunnel->heap_index = 0;
    if (last == tunnel)
        return;
    put(self, place, last);
    sift_up(self, place, last);
    sift_down(self, last->heap_index - 1U, last);
}

static instant due_of(const struct l2tp_tunnel *tunnel)
{
    if (!tunnel->in_use)
        return INSTANT_NEVER;
    instant due = l2tp_channel_next_timeout(&tunnel->channel);
    due = instant_earlier(due, tunnel->hello_due);
    due = instant_earlier(due, tunnel->state_due);
    return instant_earlier(due, tunnel->session_due);
}

void l2tp_timer_update(struct l2tp_endpoint *self, struct l2tp_tunnel *tunnel)
{
    instant due = due_of(tunnel);
    if (due == tunnel->due)
        return;
    if (tunnel->heap_index > 0)
        take_out(self, tunnel);
    tunnel->due = due;
    if (due != INSTANT_NEVER)
        sift_up(self, self->heap_count++, tunnel);
}

struct l2tp_tunnel *l2tp_timer_first(const struct l2tp_endpoint *self)
{
    return self->heap_count > 0 ? at(self, 0) : NULL;
}
