#include "host/packet_injection.h"

#include <string.h>

struct packet_injection {
    struct event event; /* first: the clock's event is the injection */
    struct host *host;
    struct packet_injection_config config;
    uint32_t sent;
};

static void step(struct simulation *simulation, struct event *event)
{
    struct packet_injection *injection = (struct packet_injection *)event;
    const struct packet_injection_config *config = &injection->config;
    struct packet *packet = packet_alloc(&simulation->packets, config->length);
    if (!packet) {
        simulation->failure = STATUS_NO_MEMORY;
        return;
    }
    if (config->length > 0)
        memcpy(packet_append(packet, config->length), config->octets, config->length);
    (void)host_stack_send(&injection->host->stack, config->source, config->destination,
                          config->protocol, packet, NULL);
    if (++injection->sent < config->count)
        simulation_schedule(simulation, event, instant_after(simulation->now, config->interval));
}

enum status packet_injection_start(struct host *host, const struct packet_injection_config *config)
{
    struct packet_injection *injection =
        simulation_allocate(host->node.simulation, sizeof *injection);
    if (!injection)
        return STATUS_NO_MEMORY;
    *injection =
        (struct packet_injection){.event = {.action = step}, .host = host, .config = *config};
    simulation_schedule(host->node.simulation, &injection->event, host->node.simulation->now);
    return STATUS_OK;
}
