#include "nodes/pptp/wan_errors.h"

#define PERIOD (60 * INSTANT_SECOND)

static struct simulation *errors_simulation(const struct wan_errors *self)
{
    return self->link->host->node.simulation;
}

static void minute_over(void *context, instant now)
{
    struct wan_errors *self = context;
    const struct gre_tunnel_counters *counters = &self->gre->counters;
    const struct pptp_wan_error_notify errors = {
        .framing_errors = counters->dropped,
        .buffer_overruns = counters->skipped,
        .timeout_errors = counters->timeouts,
    };
    uint64_t total =
        (uint64_t)errors.framing_errors + errors.buffer_overruns + errors.timeout_errors;
    timer_set(errors_simulation(self), &self->timer, instant_after(now, PERIOD));
    if (total == self->told)
        return;
    self->told = total;
    if (pptp_control_send_wan_error(&self->link->control, now, self->call_id, &errors) == STATUS_OK)
        pptp_link_run(self->link);
}

void wan_errors_init(struct wan_errors *self)
{
    *self = (struct wan_errors){.link = NULL};
    timer_init(&self->timer, minute_over, self);
}

void wan_errors_begin(struct wan_errors *self, struct pptp_link *link, uint16_t call_id,
                      const struct gre_tunnel *gre)
{
    self->link = link;
    self->gre = gre;
    self->call_id = call_id;
    self->told = 0;
    timer_set(errors_simulation(self), &self->timer,
              instant_after(errors_simulation(self)->now, PERIOD));
}

void wan_errors_end(struct wan_errors *self)
{
    if (self->link)
        timer_set(errors_simulation(self), &self->timer, INSTANT_NEVER);
    self->link = NULL;
}
