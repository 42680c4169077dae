#include "nodes/l2tp/l2tp_link.h"

#include "nodes/l2tp/l2tp_port.h"

#include <stdio.h>
#include <string.h>

/* Calls beside those on the ports, so that there is something to refuse. */
#define REFUSED 4

/* There are no more of anything than ids. */
static uint16_t id_bound(unsigned count)
{
    return count < UINT16_MAX ? (uint16_t)count : UINT16_MAX;
}

static struct simulation *link_simulation(const struct l2tp_link *link)
{
    return link->host->node.simulation;
}

static void send_packet(struct l2tp_link *link, const struct l2tp_output *output)
{
    struct packet *packet = output->packet;
    tap_point_record(&link->watch->l2tp, link_simulation(link)->now, TAP_SENT, packet->data,
                     packet->length);
    host_stack_udp_send(&link->host->stack, &link->socket, ip_address_to_ipv4(&output->address),
                        output->port, packet, NULL);
}

static struct l2tp_port *port_of(const struct l2tp_session *session)
{
    return session ? session->owner : NULL;
}

static void deliver(struct l2tp_link *link, const struct l2tp_output *output)
{
    struct l2tp_port *port = port_of(l2tp_endpoint_session(&link->endpoint, output->session_id));
    if (port)
        l2tp_port_input(port, output->packet);
    else
        packet_free(output->packet);
}

/* The calls that wait for a tunnel learn that it stands. */
static void tunnel_established(struct l2tp_link *link, uint16_t tunnel_id)
{
    const struct l2tp_tunnel *tunnel = l2tp_endpoint_tunnel(&link->endpoint, tunnel_id);
    for (const struct l2tp_session *s = tunnel ? tunnel->sessions : NULL; s; s = s->next) {
        struct l2tp_port *port = port_of(s);
        if (port)
            port->call_event(port->owner, L2TP_EVENT_TUNNEL_ESTABLISHED, s);
    }
}

static void handle_event(struct l2tp_link *link, const struct l2tp_output *output)
{
    const struct l2tp_session *session = l2tp_endpoint_session(&link->endpoint, output->session_id);
    struct l2tp_port *port = port_of(session);
    switch (output->event) {
    case L2TP_EVENT_TUNNEL_ESTABLISHED:
        tunnel_established(link, output->tunnel_id);
        return;
    case L2TP_EVENT_TUNNEL_CLOSED: /* its calls have been told before */
        return;
    case L2TP_EVENT_TUNNEL_SETTLED:
        l2tp_link_review_guards(link);
        return;
    case L2TP_EVENT_SESSION_REQUESTED:
        if (session && link->answer)
            link->answer(link->answer_context, session);
        return;
    case L2TP_EVENT_SESSION_ENDED:
        if (!port)
            return;
        port->session_id = 0;
        port->call_event(port->owner, output->event, session);
        return;
    case L2TP_EVENT_SESSION_PROCEEDING:
    case L2TP_EVENT_SESSION_ESTABLISHED:
    case L2TP_EVENT_LINK_INFO:
    case L2TP_EVENT_WAN_ERROR:
        if (port)
            port->call_event(port->owner, output->event, session);
        return;
    }
}

/* Whether something may still be said in a tunnel to @peer. */
static bool speaks_to(const struct l2tp_link *link, const struct ip_address *peer)
{
    const struct l2tp_config *config = &link->endpoint.config;
    for (unsigned i = 0; i < config->max_tunnels; i++) {
        const struct l2tp_tunnel *tunnel = &config->tunnels[i];
        if (tunnel->in_use && !tunnel->settled_told &&
            ip_address_equal(&tunnel->peer_address, peer))
            return true;
    }
    return false;
}

void l2tp_link_add_guard(struct l2tp_link *link, struct l2tp_guard *guard)
{
    guard->next = link->guards;
    link->guards = guard;
}

/* Whether another connection goes to the same server, be it that it only negotiates yet. */
static bool is_shared(const struct l2tp_link *link, const struct l2tp_guard *guard)
{
    for (const struct l2tp_guard *other = link->guards; other; other = other->next)
        if (other != guard && other->protection.agent &&
            ip_address_equal(&other->protection.peer, &guard->protection.peer))
            return true;
    return false;
}

void l2tp_link_review_guards(struct l2tp_link *link)
{
    for (struct l2tp_guard *guard = link->guards; guard; guard = guard->next)
        if (guard->protection.agent && !guard->wanted && !speaks_to(link, &guard->protection.peer))
            l2tp_protection_end(&guard->protection, !is_shared(link, guard));
}

void l2tp_link_run(struct l2tp_link *link)
{
    if (link->running || !link->started)
        return; /* whoever runs it already goes on until there is nothing left */
    link->running = true;
    struct l2tp_output output;
    while (l2tp_endpoint_poll(&link->endpoint, &output)) {
        if (output.kind == OUTPUT_SEND)
            send_packet(link, &output);
        else if (output.kind == OUTPUT_DELIVER)
            deliver(link, &output);
        else
            handle_event(link, &output);
    }
    link->running = false;
    timer_set(link_simulation(link), &link->timer, l2tp_endpoint_next_timeout(&link->endpoint));
}

static void timer_came(void *context, instant now)
{
    struct l2tp_link *link = context;
    l2tp_endpoint_handle_timeout(&link->endpoint, now);
    l2tp_link_run(link);
}

static void receive(void *context, struct stack_udp_socket *socket,
                    struct stack_interface *interface, const struct ipv4_header *header,
                    uint16_t source_port, struct packet *packet)
{
    (void)socket, (void)interface;
    struct l2tp_link *link = context;
    instant now = link_simulation(link)->now;
    const struct ip_address source = ip_address_from_ipv4(header->source);
    tap_point_record(&link->watch->l2tp, now, TAP_RECEIVED, packet->data, packet->length);
    link->watch->l2tp_messages++;
    link->watch->serial = packet->serial;
    l2tp_endpoint_input(&link->endpoint, now, &source, source_port, packet);
    link->watch->serial = 0;
    l2tp_link_run(link);
}

struct l2tp_link *l2tp_link_create(struct host *host, struct tunnel_watch *watch,
                                   const struct l2tp_config *config, uint16_t port)
{
    struct l2tp_link *link = simulation_allocate(host->node.simulation, sizeof *link);
    if (!link)
        return NULL;
    char component[80];
    snprintf(component, sizeof component, "l2tp %s", host->node.name);
    *link = (struct l2tp_link){
        .host = host,
        .watch = watch,
        .config = *config,
        .entropy = simulation_entropy(host->node.simulation, component),
        .socket = {.port = port, .receive = receive, .context = link},
    };
    timer_init(&link->timer, timer_came, link);
    return link;
}

void l2tp_link_set_answer(struct l2tp_link *link, l2tp_link_answer *answer, void *context)
{
    link->answer = answer;
    link->answer_context = context;
}

void l2tp_link_start(struct l2tp_link *link)
{
    struct simulation *simulation = link_simulation(link);
    struct l2tp_config config = link->config;
    config.trace = tunnel_watch_trace(link->watch);
    config.pool = &simulation->packets;
    config.entropy = &link->entropy;
    config.crypto = simulation->crypto;
    config.max_sessions = id_bound(link->ports + (link->answer ? REFUSED : 0));
    /* A tunnel that has ended keeps its slot while late copies may come. */
    config.max_tunnels = id_bound(2 * link->ports + 2);
    config.accept_tunnels = config.lac = config.lns = link->answer != NULL;
    config.tunnels = simulation_allocate(simulation, config.max_tunnels * sizeof *config.tunnels);
    config.sessions =
        simulation_allocate(simulation, config.max_sessions * sizeof *config.sessions);
    if (!config.tunnels || !config.sessions) {
        simulation->failure = STATUS_NO_MEMORY;
        return;
    }
    enum status status = host_stack_udp_bind(&link->host->stack, &link->socket);
    if (status != STATUS_OK) {
        TRACE(&link->host->node.trace, simulation->now, "server.failed",
              trace_number("port", link->socket.port), trace_text("reason", status_text(status)));
        return;
    }
    l2tp_endpoint_init(&link->endpoint, &config);
    link->started = true;
    if (link->agent && link->rules.to_port != 0 &&
        l2tp_protection_serve(&link->protection, link->agent, link->socket.port, &link->rules) !=
            STATUS_OK)
        simulation->failure = STATUS_NO_MEMORY;
}

uint16_t l2tp_link_tunnel_to(const struct l2tp_link *link, ipv4_address server, uint16_t port)
{
    const struct ip_address address = ip_address_from_ipv4(server);
    const struct l2tp_config *config = &link->endpoint.config;
    for (unsigned i = 0; i < config->max_tunnels; i++) {
        const struct l2tp_tunnel *tunnel = &config->tunnels[i];
        bool lives = tunnel->in_use && tunnel->state != L2TP_TUNNEL_STOPPED;
        /* One that has lost its last call is about to end. */
        if (lives && tunnel->originator && tunnel->peer_port == port &&
            ip_address_equal(&tunnel->peer_address, &address) &&
            l2tp_endpoint_sessions(&link->endpoint, tunnel->local_id) > 0)
            return tunnel->local_id;
    }
    return 0;
}

void l2tp_link_stop(struct l2tp_link *link)
{
    if (!link->started)
        return;
    const struct l2tp_config *config = &link->endpoint.config;
    for (unsigned i = 0; i < config->max_tunnels; i++)
        if (config->tunnels[i].in_use)
            l2tp_endpoint_stop(&link->endpoint, link_simulation(link)->now,
                               config->tunnels[i].local_id, L2TP_STOP_GENERAL, L2TP_ERROR_NONE);
    l2tp_link_run(link);
}

void l2tp_link_destroy(struct l2tp_link *link)
{
    if (link->started)
        l2tp_endpoint_close(&link->endpoint);
}

bool l2tp_link_state(const struct l2tp_link *link, const char *name, char *text, size_t size)
{
    unsigned tunnels = 0;
    unsigned calls = 0;
    const struct l2tp_config *config = link && link->started ? &link->endpoint.config : NULL;
    for (unsigned i = 0; config && i < config->max_tunnels; i++)
        if (config->tunnels[i].in_use && config->tunnels[i].state == L2TP_TUNNEL_ESTABLISHED)
            tunnels++;
    for (unsigned i = 0; config && i < config->max_sessions; i++)
        if (config->sessions[i].state == L2TP_SESSION_ESTABLISHED)
            calls++;
    if (strcmp(name, "l2tp.tunnels") == 0)
        return snprintf(text, size, "%u", tunnels) > 0;
    return strcmp(name, "l2tp.calls") == 0 && snprintf(text, size, "%u", calls) > 0;
}
