#include "host/packet_injection.h"

#include "base/wire.h"

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
    uint8_t *octets = packet_append(packet, config->length);
    if (config->length > 0)
        memcpy(octets, config->octets, config->length);
    if (config->numbered) {
        uint8_t *number = octets + config->number_at;
        wire_store_u32(number, wire_load_u32(number) + injection->sent);
    }
    ipv4_address source = config->source;
    if (config->senders > 1)
        source += injection->sent % config->senders;
    (void)host_stack_send(&injection->host->stack, source, config->destination, config->protocol,
                          packet, NULL);
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
