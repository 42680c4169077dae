#include "nodes/pptp_port.h"

#include <assert.h>

#define GRE_PROTOCOL 47

static struct simulation *port_simulation(const struct pptp_port *port)
{
    return port->host->node.simulation;
}

static void tap(void *context, instant now, bool sent, const uint8_t *frame, size_t length)
{
    struct pptp_port *port = context;
    tap_point_record(port->taps, now, sent ? TAP_SENT : TAP_RECEIVED, frame, length);
}

static void send_gre(struct pptp_port *port, struct packet *packet)
{
    host_stack_send(&port->host->stack, port->local, port->peer, GRE_PROTOCOL, packet, NULL);
}

/* One decision of the session; events wait until the engines are at rest. */
static void take_ppp_output(struct pptp_port *port, const struct output *output)
{
    switch (output->kind) {
    case OUTPUT_SEND:
        gre_tunnel_send(&port->gre, port_simulation(port)->now, output->packet);
        return;
    case OUTPUT_DELIVER:
        if (port->interface)
            host_stack_receive(&port->host->stack, port->interface, output->packet);
        else
            packet_free(output->packet);
        return;
    case OUTPUT_EVENT:
        assert(port->event_count < PPTP_PORT_EVENTS);
        port->events[port->event_count++] = *output;
        return;
    case OUTPUT_NONE:
        return;
    }
}

/* PPP begins: by the clock or because the peer has begun. */
static void start(struct pptp_port *port)
{
    port->started = true;
    port->start_at = INSTANT_NEVER;
    ppp_session_lower_up(&port->ppp, port_simulation(port)->now);
}

static void take_gre_output(struct pptp_port *port, const struct output *output)
{
    if (output->kind == OUTPUT_SEND) {
        send_gre(port, output->packet);
    } else if (output->kind == OUTPUT_DELIVER) {
        if (!port->started)
            start(port);
        ppp_session_input(&port->ppp, port_simulation(port)->now, output->packet);
    }
}

/*
 * Moves what the engines have decided until they are at rest, then tells the owner the events. A
 * nested call (the stack answers a delivered datagram through this very port) leaves its share to
 * the outer one.
 */
static void run(struct pptp_port *port)
{
    if (port->running)
        return;
    while (port->open) {
        port->running = true;
        struct output output;
        bool worked;
        do {
            worked = false;
            while (gre_tunnel_poll(&port->gre, &output)) {
                take_gre_output(port, &output);
                worked = true;
                /* Each frame's outputs go before the next frame, so that no queue fills. */
                while (ppp_session_poll(&port->ppp, &output))
                    take_ppp_output(port, &output);
            }
            while (ppp_session_poll(&port->ppp, &output)) {
                take_ppp_output(port, &output);
                worked = true;
            }
        } while (worked);
        port->running = false;
        if (port->event_count == 0)
            break;
        struct output event = port->events[0];
        port->event_count--;
        for (unsigned i = 0; i < port->event_count; i++)
            port->events[i] = port->events[i + 1];
        port->event(port->owner, (enum ppp_event)event.event, event.value);
    }
    if (port->open)
        timer_set(
            port_simulation(port), &port->timer,
            instant_earlier(port->start_at, instant_earlier(gre_tunnel_next_timeout(&port->gre),
                                                            ppp_session_next_timeout(&port->ppp))));
}

static void timer_came(void *context, instant now)
{
    struct pptp_port *port = context;
    if (!port->open)
        return;
    if (port->start_at <= now)
        start(port);
    if (gre_tunnel_next_timeout(&port->gre) <= now)
        gre_tunnel_handle_timeout(&port->gre, now);
    if (ppp_session_next_timeout(&port->ppp) <= now)
        ppp_session_handle_timeout(&port->ppp, now);
    run(port);
}

void pptp_port_init(struct pptp_port *port, struct host *host, struct tap_point *taps,
                    pptp_port_event *event, void *owner)
{
    *port = (struct pptp_port){
        .host = host,
        .taps = taps,
        .event = event,
        .owner = owner,
    };
    timer_init(&port->timer, timer_came, port);
}

bool pptp_port_open(struct pptp_port *port, ipv4_address local, ipv4_address peer,
                    uint16_t tunnel_mtu, const struct pptp_port_habits *habits,
                    const struct gre_tunnel_config *gre, const struct ppp_session_config *ppp)
{
    struct simulation *simulation = port_simulation(port);
    struct gre_tunnel_config gre_config = *gre;
    gre_config.trace = port->host->node.trace;
    gre_config.pool = &simulation->packets;
    struct ppp_session_config ppp_config = *ppp;
    ppp_config.trace = port->host->node.trace;
    ppp_config.pool = &simulation->packets;
    ppp_config.crypto = simulation->crypto;
    ppp_config.tap = port->taps->taps ? tap : NULL;
    ppp_config.tap_context = port;
    if (ppp_session_init(&port->ppp, &ppp_config) != STATUS_OK)
        return false;
    gre_tunnel_init(&port->gre, &gre_config);
    port->local = local;
    port->peer = peer;
    port->tunnel_mtu = tunnel_mtu;
    port->mtu_ignores_mppe = habits->mtu_ignores_mppe;
    port->event_count = 0;
    port->started = false;
    port->start_at =
        habits->passive ? INSTANT_NEVER : instant_after(simulation->now, habits->delay);
    port->open = true;
    ppp_session_open(&port->ppp, simulation->now);
    run(port);
    return true;
}

void pptp_port_input(struct pptp_port *port, struct packet *packet)
{
    if (!port->open) {
        packet_free(packet);
        return;
    }
    gre_tunnel_input(&port->gre, port_simulation(port)->now, packet);
    run(port);
}

void pptp_port_hang_up(struct pptp_port *port, enum ppp_error error)
{
    if (!port->open)
        return;
    ppp_session_close(&port->ppp, port_simulation(port)->now, error);
    run(port);
}

/* The stack's datagrams for the tunnel. */
static void interface_output(void *context, struct packet *packet)
{
    struct pptp_port *port = context;
    instant now = port_simulation(port)->now;
    if (!ppp_session_encapsulate(&port->ppp, now, packet))
        return;
    gre_tunnel_send(&port->gre, now, packet);
    run(port);
}

struct stack_interface *pptp_port_add_interface(struct pptp_port *port, const char *name)
{
    uint16_t mtu =
        port->mtu_ignores_mppe ? ppp_session_peer_mru(&port->ppp) : ppp_session_mtu(&port->ppp);
    if (mtu > port->tunnel_mtu)
        mtu = port->tunnel_mtu;
    port->interface = host_stack_add_point_to_point(
        &port->host->stack, name, ppp_session_local_address(&port->ppp),
        ppp_session_peer_address(&port->ppp), mtu, interface_output, port);
    return port->interface;
}

void pptp_port_remove_interface(struct pptp_port *port)
{
    if (port->interface)
        host_stack_remove_interface(&port->host->stack, port->interface);
    port->interface = NULL;
}

void pptp_port_close(struct pptp_port *port)
{
    if (!port->open)
        return;
    /* Only events reach the owner, and they are told between two runs of the engines. */
    assert(!port->running);
    port->open = false;
    timer_set(port_simulation(port), &port->timer, INSTANT_NEVER);
    pptp_port_remove_interface(port);
    gre_tunnel_close(&port->gre);
    ppp_session_destroy(&port->ppp);
}
