#include "nodes/l2tp/rras_l2tp.h"

#include <stdio.h>

static struct simulation *server_simulation(const struct rras_server *server)
{
    return server->host.node.simulation;
}

/* ---- A port and its call ---- */

static void ppp_event(void *owner, enum ppp_event event, uint32_t value)
{
    struct rras_l2tp_port *port = owner;
    const struct rras_server *server = port->caller.server;
    rras_caller_ppp_event(&port->caller, trace_address("from", port->peer), event, value);
    if (event == PPP_EVENT_FINISHED)
        l2tp_port_disconnect(&port->l2tp, L2TP_DISCONNECT_ADMINISTRATIVE);
    /* An LNS tells what LCP has agreed on, section 6.14; Windows never does (MS-L2TPIE 3.1.5.9). */
    if (event != PPP_EVENT_LCP_UP || server->profile->windows)
        return;
    (void)l2tp_endpoint_send_link_info(&port->l2tp.link->endpoint, server_simulation(server)->now,
                                       port->l2tp.session_id,
                                       ppp_session_send_accm(&port->l2tp.ppp.session),
                                       ppp_session_receive_accm(&port->l2tp.ppp.session));
    l2tp_link_run(port->l2tp.link);
}

static void call_established(struct rras_l2tp_port *port)
{
    struct ppp_port_habits habits;
    const struct ppp_session_config ppp =
        rras_caller_negotiating(&port->caller, port->service->config.mtu, &habits);
    if (!l2tp_port_open(&port->l2tp, &habits, &ppp))
        l2tp_port_disconnect(&port->l2tp, L2TP_DISCONNECT_ADMINISTRATIVE);
}

static void free_port(struct rras_l2tp_port *port)
{
    rras_caller_close(&port->caller);
    uint16_t index = (uint16_t)(port - port->service->ports);
    if (index < port->service->first_free)
        port->service->first_free = index;
}

static void call_event(void *owner, enum l2tp_event event, const struct l2tp_session *session)
{
    (void)session;
    struct rras_l2tp_port *port = owner;
    if (event == L2TP_EVENT_SESSION_ESTABLISHED)
        call_established(port);
    else if (event == L2TP_EVENT_SESSION_ENDED)
        free_port(port);
}

/* ---- Who calls ---- */

/* NULL: all are in use. */
static struct rras_l2tp_port *lowest_free_port(struct rras_l2tp *l2tp)
{
    while (l2tp->first_free < l2tp->config.ports &&
           l2tp->ports[l2tp->first_free].l2tp.session_id != 0)
        l2tp->first_free++;
    return l2tp->first_free < l2tp->config.ports ? &l2tp->ports[l2tp->first_free] : NULL;
}

static void refuse(struct rras_l2tp *l2tp, ipv4_address caller, uint16_t session_id)
{
    const struct rras_server *server = l2tp->service.server;
    instant now = server_simulation(server)->now;
    TRACE(&server->host.node.trace, now, "server.call.refused",
          trace_text("reason", "ports-in-use"), trace_address("from", caller));
    l2tp_endpoint_disconnect(&l2tp->link->endpoint, now, session_id, L2TP_DISCONNECT_NO_FACILITIES,
                             L2TP_ERROR_NONE, 0);
}

/* The other end wants a call. As LAC of one, the server has no line to place it on: it is the party
 * that is called, and answers at once. */
static void answer(void *context, const struct l2tp_session *session)
{
    struct rras_l2tp *l2tp = context;
    struct l2tp_endpoint *endpoint = &l2tp->link->endpoint;
    instant now = server_simulation(l2tp->service.server)->now;
    const struct l2tp_tunnel *tunnel = l2tp_endpoint_tunnel(endpoint, session->local_tunnel_id);
    ipv4_address caller = tunnel ? ip_address_to_ipv4(&tunnel->peer_address) : IPV4_ANY;
    struct rras_l2tp_port *port = lowest_free_port(l2tp);
    if (!port) {
        refuse(l2tp, caller, session->local_id);
        return;
    }
    bool outgoing = session->outgoing;
    const struct l2tp_call call = {
        .framing_type = session->framing_type,
        .tx_connect_speed = PROFILE_CONNECT_SPEED_BPS,
        .physical_channel_id = L2TP_NO_PHYSICAL_CHANNEL,
    };
    port->peer = caller;
    l2tp_port_take(&port->l2tp, session->local_id);
    l2tp_endpoint_accept(endpoint, now, port->l2tp.session_id, outgoing ? &call : NULL);
    if (outgoing)
        l2tp_endpoint_connect(endpoint, now, port->l2tp.session_id, &call);
}

/* ---- The service ---- */

static void disconnect(struct rras_service *service, const char *user)
{
    struct rras_l2tp *l2tp = (struct rras_l2tp *)service;
    for (unsigned i = 0; i < l2tp->config.ports; i++)
        rras_caller_hang_up(&l2tp->ports[i].caller, user);
}

static void end_control(struct rras_service *service, bool reset)
{
    (void)reset; /* UDP has no way to give a tunnel up without a word */
    l2tp_link_stop(((struct rras_l2tp *)service)->link);
}

static void destroy(struct rras_service *service)
{
    struct rras_l2tp *l2tp = (struct rras_l2tp *)service;
    for (unsigned i = 0; i < l2tp->config.ports; i++)
        ppp_port_close(&l2tp->ports[i].l2tp.ppp);
}

static const struct rras_service_class l2tp_class = {
    .disconnect = disconnect,
    .end_control = end_control,
    .destroy = destroy,
};

enum status rras_server_add_l2tp(struct rras_server *server, const struct rras_l2tp_config *config)
{
    struct simulation *simulation = server_simulation(server);
    struct rras_l2tp *l2tp = simulation_allocate(simulation, sizeof *l2tp);
    if (!l2tp)
        return STATUS_NO_MEMORY;
    l2tp->config = *config;
    l2tp->link = server->dialer.l2tp;
    l2tp->ports = simulation_allocate(simulation, config->ports * sizeof *l2tp->ports);
    if (!l2tp->ports)
        return STATUS_NO_MEMORY;
    for (unsigned i = 0; i < config->ports; i++) {
        struct rras_l2tp_port *port = &l2tp->ports[i];
        port->caller = (struct rras_caller){.server = server, .port = &port->l2tp.ppp};
        port->service = l2tp;
        /* The miniport behind that of PPTP. */
        snprintf(port->caller.name, sizeof port->caller.name, "VPN2-%u", i);
        l2tp_port_init(&port->l2tp, l2tp->link, ppp_event, port, call_event, port);
    }
    l2tp_link_set_answer(l2tp->link, answer, l2tp);
    rras_service_init(&l2tp->service, &l2tp_class, server);
    return STATUS_OK;
}
