#include "nodes/ppp_port.h"

#include "nodes/bundle_port.h"
#include "nodes/tunnel_watch.h"

#include <assert.h>

static struct simulation *port_simulation(const struct ppp_port *port)
{
    return port->host->node.simulation;
}

static void tap(void *context, instant now, bool sent, const uint8_t *frame, size_t length)
{
    struct ppp_port *port = context;
    tap_point_record(port->taps, now, sent ? TAP_SENT : TAP_RECEIVED, frame, length);
}

static void drop(struct ppp_port *port, const char *reason, struct packet *packet)
{
    trace_drop(&port->host->node.trace, port_simulation(port)->now, "ppp", reason, packet->serial);
    packet_free(packet);
}

static void send_frame(struct ppp_port *port, instant now, struct packet *frame)
{
    if (port->framed)
        tap_point_record(port->framed, now, TAP_SENT, frame->data, frame->length);
    port->lower->send(port, now, frame);
}

static void deliver_ip(struct ppp_port *port, instant now, struct packet *datagram)
{
    if (port->watch) {
        tap_point_record(&port->watch->inner, now, TAP_RECEIVED, datagram->data, datagram->length);
        tunnel_watch_deliver(port->watch, port->interface, datagram);
    } else {
        port->host->stack.counters.link_delivers++;
        host_stack_receive(&port->host->stack, port->interface, datagram);
    }
}

static void deliver(struct ppp_port *port, uint16_t protocol, struct packet *packet)
{
    if (port->membership) {
        bundle_link_receive(port->membership, protocol, packet);
        return;
    }
    port->active_at = port_simulation(port)->now;
    if (port->watch)
        port->watch->decrypted++;
    if (protocol != PPP_PROTOCOL_IP && port->datagram) {
        port->datagram(port->datagram_context, protocol, packet);
    } else if (protocol == PPP_PROTOCOL_IP && port->interface) {
        deliver_ip(port, port->active_at, packet);
    } else {
        if (port->watch)
            port->watch->undelivered++;
        drop(port, "no-stack", packet);
    }
}

/* One decision of the session; events wait until the layers are at rest. */
static void take_output(struct ppp_port *port, const struct output *output)
{
    instant now = port_simulation(port)->now;
    switch (output->kind) {
    case OUTPUT_SEND:
        send_frame(port, now, output->packet);
        return;
    case OUTPUT_DELIVER:
        deliver(port, (uint16_t)output->value, output->packet);
        return;
    case OUTPUT_EVENT:
        assert(port->event_count < PPP_PORT_EVENTS);
        port->events[port->event_count++] = *output;
        return;
    case OUTPUT_NONE:
        return;
    }
}

static bool drain_session(struct ppp_port *port)
{
    struct output output;
    bool worked = false;
    while (ppp_session_poll(&port->session, &output)) {
        take_output(port, &output);
        worked = true;
    }
    return worked;
}

/* PPP begins: by the clock or because the peer has begun. */
static void start(struct ppp_port *port)
{
    port->started = true;
    port->start_at = INSTANT_NEVER;
    ppp_session_lower_up(&port->session, port_simulation(port)->now);
}

static void frame_came(struct ppp_port *port, struct packet *frame)
{
    if (!port->started)
        start(port);
    instant now = port_simulation(port)->now;
    if (port->framed)
        tap_point_record(port->framed, now, TAP_RECEIVED, frame->data, frame->length);
    if (port->watch)
        port->watch->serial = frame->serial;
    ppp_session_input(&port->session, now, frame);
    if (port->watch)
        port->watch->serial = 0;
}

static void run_layers(struct ppp_port *port)
{
    instant now = port_simulation(port)->now;
    bool worked;
    do {
        worked = drain_session(port);
        struct packet *frame;
        while (port->lower->receive && (frame = port->lower->receive(port, now))) {
            frame_came(port, frame);
            worked = true;
            /* Each frame's outputs go before the next frame, so that no queue fills. */
            drain_session(port);
        }
    } while (worked);
}

static struct output pop_event(struct ppp_port *port)
{
    struct output event = port->events[0];
    port->event_count--;
    for (unsigned i = 0; i < port->event_count; i++)
        port->events[i] = port->events[i + 1];
    return event;
}

/* When the link will have been idle too long; INSTANT_NEVER: it has no limit or no network. */
static instant idle_at(const struct ppp_port *port)
{
    if (port->habits.idle_limit == 0 || !port->interface)
        return INSTANT_NEVER;
    return instant_after(port->active_at, port->habits.idle_limit);
}

static instant next_timeout(const struct ppp_port *port)
{
    instant next = instant_earlier(port->start_at, ppp_session_next_timeout(&port->session));
    if (port->lower->next_timeout)
        next = instant_earlier(next, port->lower->next_timeout(port));
    return instant_earlier(next, instant_earlier(idle_at(port), port->ends_at));
}

/* A nested call (the stack answers a delivered datagram through this very port) leaves its share to
 * the outer one. */
void ppp_port_run(struct ppp_port *port)
{
    if (port->running)
        return;
    while (port->open) {
        port->running = true;
        run_layers(port);
        port->running = false;
        if (port->event_count == 0)
            break;
        struct output event = pop_event(port);
        port->event(port->owner, (enum ppp_event)event.event, event.value);
    }
    if (port->open)
        timer_set(port_simulation(port), &port->timer, next_timeout(port));
}

static void timer_came(void *context, instant now)
{
    struct ppp_port *port = context;
    if (!port->open)
        return;
    if (port->start_at <= now)
        start(port);
    if (port->lower->next_timeout && port->lower->next_timeout(port) <= now)
        port->lower->handle_timeout(port, now);
    if (ppp_session_next_timeout(&port->session) <= now)
        ppp_session_handle_timeout(&port->session, now);
    if (idle_at(port) <= now) {
        port->habits.idle_limit = 0;
        ppp_session_close(&port->session, now, PPP_ERROR_IDLE_TIMEOUT);
    }
    if (port->ends_at <= now) {
        port->ends_at = INSTANT_NEVER;
        ppp_session_close(&port->session, now, PPP_ERROR_REMOTE_DISCONNECTION);
    }
    ppp_port_run(port);
}

void ppp_port_init(struct ppp_port *port, const struct ppp_lower_layer *lower, struct host *host,
                   struct tap_point *taps, ppp_port_event *event, void *owner)
{
    *port = (struct ppp_port){
        .lower = lower,
        .host = host,
        .taps = taps,
        .event = event,
        .owner = owner,
    };
    timer_init(&port->timer, timer_came, port);
}

bool ppp_port_open(struct ppp_port *port, const struct ppp_port_habits *habits,
                   const struct ppp_session_config *config)
{
    struct simulation *simulation = port_simulation(port);
    struct ppp_session_config complete = *config;
    complete.trace = port->watch ? tunnel_watch_trace(port->watch) : port->host->node.trace;
    complete.pool = &simulation->packets;
    complete.crypto = simulation->crypto;
    complete.tap = port->taps->taps ? tap : NULL;
    complete.tap_context = port;
    complete.member = port->membership != NULL;
    if (ppp_session_init(&port->session, &complete) != STATUS_OK)
        return false;
    port->habits = *habits;
    port->event_count = 0;
    port->started = false;
    port->ends_at = INSTANT_NEVER;
    port->start_at =
        habits->passive ? INSTANT_NEVER : instant_after(simulation->now, habits->delay);
    port->open = true;
    ppp_session_open(&port->session, simulation->now);
    ppp_port_run(port);
    return true;
}

void ppp_port_input(struct ppp_port *port, struct packet *frame)
{
    if (!port->open) {
        packet_free(frame);
        return;
    }
    frame_came(port, frame);
    ppp_port_run(port);
}

void ppp_port_link_error(struct ppp_port *port)
{
    if (port->membership)
        bundle_link_damaged(port->membership);
    else
        ppp_session_link_error(&port->session);
}

void ppp_port_limit(struct ppp_port *port, instant limit, bool tells)
{
    instant now = port_simulation(port)->now;
    port->ends_at = instant_after(now, limit);
    if (tells)
        ppp_session_tell_time_remaining(&port->session, now, (uint32_t)(limit / INSTANT_SECOND),
                                        "");
    ppp_port_run(port);
}

void ppp_port_hang_up(struct ppp_port *port, enum ppp_error error)
{
    if (!port->open)
        return;
    ppp_session_close(&port->session, port_simulation(port)->now, error);
    ppp_port_run(port);
}

void ppp_port_lower_down(struct ppp_port *port)
{
    if (!port->open)
        return;
    ppp_session_lower_down(&port->session, port_simulation(port)->now);
    ppp_port_run(port);
}

void ppp_port_set_datagrams(struct ppp_port *port, ppp_port_datagram *datagram, void *context)
{
    port->datagram = datagram;
    port->datagram_context = context;
}

void ppp_port_send_as(struct ppp_port *port, uint16_t protocol, struct packet *packet)
{
    instant now = port_simulation(port)->now;
    if (!port->open) {
        drop(port, "network-not-up", packet);
        return;
    }
    if (port->watch && protocol == PPP_PROTOCOL_IP)
        tap_point_record(&port->watch->inner, now, TAP_SENT, packet->data, packet->length);
    if (!ppp_session_encapsulate_as(&port->session, now, protocol, packet))
        return;
    port->active_at = now;
    send_frame(port, now, packet);
    ppp_port_run(port);
}

void ppp_port_send(struct ppp_port *port, struct packet *packet)
{
    ppp_port_send_as(port, PPP_PROTOCOL_IP, packet);
}

void ppp_port_send_for_bundle(struct ppp_port *port, struct packet *packet)
{
    instant now = port_simulation(port)->now;
    if (!port->open)
        drop(port, "network-not-up", packet);
    else if (ppp_session_encapsulate_for_bundle(&port->session, now, packet))
        send_frame(port, now, packet);
}

/* The stack's datagrams for the link. */
static void interface_output(void *context, struct packet *packet)
{
    ppp_port_send(context, packet);
}

void ppp_port_lend_interface(struct ppp_port *port, struct stack_interface *interface)
{
    port->lent = interface;
}

/* The lent interface gets the addresses of the link. */
static struct stack_interface *use_lent(struct ppp_port *port, uint16_t mtu)
{
    const struct ppp_session *session = &port->session;
    host_stack_set_mtu(port->lent, mtu);
    if (host_stack_set_address(&port->host->stack, port->lent, ppp_session_local_address(session),
                               32, ppp_session_peer_address(session)) != STATUS_OK) {
        port_simulation(port)->failure = STATUS_NO_MEMORY;
        return NULL;
    }
    return port->lent;
}

uint16_t ppp_port_mtu(const struct ppp_port *port)
{
    const struct ppp_session *session = &port->session;
    uint16_t mtu =
        port->habits.mtu_ignores_mppe ? ppp_session_peer_mru(session) : ppp_session_mtu(session);
    return mtu < port->habits.mtu ? mtu : port->habits.mtu;
}

struct stack_interface *ppp_port_add_interface(struct ppp_port *port, const char *name)
{
    const struct ppp_session *session = &port->session;
    uint16_t mtu = ppp_port_mtu(port);
    port->active_at = port_simulation(port)->now;
    port->interface = port->lent ? use_lent(port, mtu)
                                 : host_stack_add_point_to_point(&port->host->stack, name,
                                                                 ppp_session_local_address(session),
                                                                 ppp_session_peer_address(session),
                                                                 mtu, interface_output, port);
    return port->interface;
}

void ppp_port_remove_interface(struct ppp_port *port)
{
    struct stack_interface *interface = port->interface;
    port->interface = NULL;
    if (interface && interface == port->lent)
        (void)host_stack_set_address(&port->host->stack, interface, IPV4_ANY, 32, IPV4_ANY);
    else if (interface)
        host_stack_remove_interface(&port->host->stack, interface);
}

void ppp_port_close(struct ppp_port *port)
{
    if (!port->open)
        return;
    /* Only events reach the owner, and they are told between two runs of the layers. */
    assert(!port->running);
    port->open = false;
    timer_set(port_simulation(port), &port->timer, INSTANT_NEVER);
    ppp_port_remove_interface(port);
    port->lower->close(port);
    ppp_session_destroy(&port->session);
}
