#include "nodes/rras_call.h"

#include <stdio.h>

/* What an accepted call claims to be connected at: a 100 Mbit/s adapter. */
#define CONNECT_SPEED_BPS 100000000

static instant server_now(const struct rras_server *server)
{
    return server->host.node.simulation->now;
}

static const struct trace *server_trace(const struct rras_server *server)
{
    return &server->host.node.trace;
}

struct rras_port *rras_port_of_call(struct rras_server *server, uint16_t call_id)
{
    /* Call IDs are made so that the remainder names the port, see choose_call_id(). */
    if (server->config.pptp_ports == 0)
        return NULL;
    struct rras_port *port = &server->ports[call_id % server->config.pptp_ports];
    return port->control && port->call_id == call_id ? port : NULL;
}

/* ---- The data path of a call ---- */

static void port_event(void *owner, enum ppp_event event, uint32_t value)
{
    struct rras_port *port = owner;
    struct rras_control *control = port->control;
    struct rras_server *server = port->caller.server;
    switch (event) {
    case PPP_EVENT_LCP_UP:
        link_info_lcp_up(&port->link_info);
        break;
    case PPP_EVENT_AUTHENTICATED:
    case PPP_EVENT_PROTOCOL_REJECTED:
    case PPP_EVENT_CALLBACK:
        break;
    case PPP_EVENT_PROTOCOL_UP:
    case PPP_EVENT_PROTOCOL_DOWN:
        rras_caller_protocol(&port->caller, event == PPP_EVENT_PROTOCOL_UP, value);
        break;
    case PPP_EVENT_NETWORK_UP:
        rras_caller_connected(&port->caller, trace_address("from", port->pptp.peer));
        link_info_network_up(&port->link_info);
        break;
    case PPP_EVENT_NETWORK_DOWN:
        rras_caller_disconnected(&port->caller);
        link_info_network_down(&port->link_info);
        break;
    case PPP_EVENT_FINISHED:
        rras_caller_disconnected(&port->caller);
        /* Windows gives result code 0 whatever the reason (MS-PTPT 3.2.5.5). */
        pptp_control_clear_call(&control->link.control, server_now(server), port->call_id,
                                server->profile->windows ? PPTP_DISCONNECT_UNSPECIFIED
                                                         : PPTP_DISCONNECT_ADMIN_SHUTDOWN,
                                PPTP_ERROR_NONE);
        break;
    }
    pptp_link_run(&control->link);
}

void rras_port_init(struct rras_port *port, struct rras_server *server, unsigned index)
{
    port->caller = (struct rras_caller){.server = server, .port = &port->pptp.ppp};
    /* Windows counts its miniport's ports from 0: VPN1-0, VPN1-1, ... */
    snprintf(port->caller.name, sizeof port->caller.name, "VPN1-%u", index);
    pptp_port_init(&port->pptp, &server->watch, port_event, port);
    link_info_init(&port->link_info, &port->pptp.ppp.session, server->profile, false);
    wan_errors_init(&port->wan_errors);
}

static bool open_port(struct rras_port *port)
{
    struct rras_server *server = port->caller.server;
    struct pptp_link *link = &port->control->link;
    const struct pptp_call *call = pptp_control_call(&link->control, port->call_id);
    ipv4_address caller = tcp_remote_address(link->tcp);
    ipv4_address local = server->config.gre_from_route
                             ? host_stack_pick_source(&server->host.stack, caller, NULL, NULL)
                             : tcp_local_address(link->tcp);
    link_info_connected(&port->link_info, link, port->call_id);
    if (server->profile->sends_wan_errors)
        wan_errors_begin(&port->wan_errors, link, port->call_id, &port->pptp.gre);
    struct gre_tunnel_config gre = profile_gre(server->profile);
    gre.local_call_id = call->local_call_id;
    gre.peer_call_id = call->peer_call_id;
    gre.peer_window = call->peer_window;
    gre.peer_processing_delay = call->peer_delay;
    struct ppp_session_config ppp = rras_caller_session(&port->caller);
    profile_tunnel(server->profile, server->config.tunnel_mtu, &ppp);
    const struct ppp_port_habits habits = {
        /* A Windows server's PPP begins with the caller's first frame. */
        .passive = server->profile->windows,
        .mtu = server->config.tunnel_mtu,
        .mtu_ignores_mppe = server->profile->windows,
    };
    port->pptp.validate_address = server->config.validate_address;
    return pptp_port_open(&port->pptp, local, caller, &habits, &gre, &ppp);
}

static void free_port(struct rras_port *port)
{
    if (!port || !port->control)
        return;
    wan_errors_end(&port->wan_errors);
    rras_caller_close(&port->caller);
    port->control->port = NULL;
    port->control = NULL;
    struct rras_server *server = port->caller.server;
    server->calls--;
    uint16_t index = (uint16_t)(port - server->ports);
    if (index < server->first_free)
        server->first_free = index;
}

/* ---- The control connections ---- */

/* NULL: all are in use. */
static struct rras_port *lowest_free_port(struct rras_server *server)
{
    while (server->first_free < server->config.pptp_ports &&
           server->ports[server->first_free].control)
        server->first_free++;
    return server->first_free < server->config.pptp_ports ? &server->ports[server->first_free]
                                                          : NULL;
}

/* The lowest free port takes the call; the Call ID modulo the number of ports names it. */
static bool choose_call_id(void *context, uint16_t *call_id)
{
    struct rras_control *control = context;
    struct rras_server *server = control->server;
    struct rras_port *port = control->port ? NULL : lowest_free_port(server);
    if (!port) {
        TRACE(server_trace(server), server_now(server), "server.call.refused",
              trace_text("reason", "ports-in-use"),
              trace_address("from", tcp_remote_address(control->link.tcp)));
        return false;
    }
    unsigned generations =
        (server->dialer.connections ? RRAS_PLACED_CALL_IDS : 65536u) / server->config.pptp_ports;
    port->control = control;
    port->call_id = (uint16_t)(port->generation++ % generations * server->config.pptp_ports +
                               server->first_free);
    control->port = port;
    server->calls++;
    *call_id = port->call_id;
    return true;
}

static void answer_call(struct rras_control *control, uint16_t call_id)
{
    struct pptp_outgoing_call_reply reply = {
        .result = PPTP_OUTGOING_CONNECTED,
        .connect_speed = profile_connect_speed(control->server->profile, CONNECT_SPEED_BPS),
        .receive_window = control->server->profile->server_call_window,
    };
    pptp_control_answer_call(&control->link.control, server_now(control->server), call_id, &reply);
}

static void stop_control(struct rras_control *control)
{
    pptp_control_stop(&control->link.control, server_now(control->server), PPTP_STOP_NONE);
}

static void link_event(void *owner, enum pptp_event event, uint32_t value)
{
    struct rras_control *control = owner;
    switch (event) {
    case PPTP_EVENT_CALL_REQUESTED:
        answer_call(control, (uint16_t)value);
        return;
    case PPTP_EVENT_CALL_CONNECTED:
        if (control->port && !open_port(control->port))
            stop_control(control);
        return;
    case PPTP_EVENT_CALL_CLEARED: {
        const struct pptp_call *call = pptp_control_call(&control->link.control, (uint16_t)value);
        bool ended_here = call && call->reason == PPTP_CLEAR_LOCAL;
        free_port(control->port);
        /* Who ended the last call also stops the connection (MS-PTPT 3.2.4). */
        if (ended_here)
            stop_control(control);
        return;
    }
    case PPTP_EVENT_LINK_INFO:
        if (control->port)
            link_info_received(&control->port->link_info);
        return;
    case PPTP_EVENT_STOPPED:
    case PPTP_EVENT_ABORT:
        free_port(control->port);
        return;
    case PPTP_EVENT_CONTROL_ESTABLISHED:
    case PPTP_EVENT_CONTROL_FAILED:
    case PPTP_EVENT_CALL_ACCEPTED:
    case PPTP_EVENT_CALL_REFUSED:
    case PPTP_EVENT_WAN_ERROR:
        return;
    }
}

static void link_unreachable(void *owner, enum tcp_event why)
{
    (void)owner, (void)why; /* the server calls nobody */
}

static void link_released(void *owner)
{
    struct rras_control *control = owner;
    free_port(control->port);
    control->server->discarded += control->link.control.discarded;
    control->next = control->server->idle_controls;
    control->server->idle_controls = control;
}

static const struct pptp_link_owner link_owner = {
    .event = link_event,
    .unreachable = link_unreachable,
    .released = link_released,
};

/* A control connection that is not in use, or a new one. */
static struct rras_control *take_control(struct rras_server *server)
{
    struct rras_control *control = server->idle_controls;
    if (control) {
        server->idle_controls = control->next;
        return control;
    }
    control = simulation_allocate(server->host.node.simulation, sizeof *control);
    if (control) {
        control->server = server;
        control->all_next = server->controls;
        server->controls = control;
        pptp_link_init(&control->link, &server->host, &link_owner, control);
    }
    return control;
}

/* False, and told, for a caller that is not on the list of those admitted. */
static bool is_allowed(const struct rras_server *server, const struct tcp_connection *connection)
{
    ipv4_address caller = tcp_remote_address(connection);
    bool allowed = !server->config.only_allowed;
    for (size_t i = 0; i < server->config.allowed_count; i++)
        allowed = allowed || server->config.allowed[i] == caller;
    if (!allowed)
        TRACE(server_trace(server), server_now(server), "server.call.refused",
              trace_text("reason", "address-not-allowed"), trace_address("from", caller));
    return allowed;
}

void rras_control_accepted(void *context, struct tcp_connection *connection, enum tcp_event event)
{
    struct rras_server *server = context;
    if (event != TCP_EVENT_ACCEPTED)
        return;
    struct rras_control *control = take_control(server);
    if (!control) {
        host_stack_tcp_abort(&server->host.stack, connection);
        host_stack_tcp_release(&server->host.stack, connection);
        return;
    }
    struct pptp_control_config config = profile_control(server->profile, PPTP_PAC);
    config.choose_call_id = choose_call_id;
    config.choose_context = control;
    if (server->config.echo_idle_ms)
        config.echo_idle_ms = server->config.echo_idle_ms;
    if (server->config.echo_reply_ms)
        config.echo_reply_ms = server->config.echo_reply_ms;
    if (server->config.start_ms)
        config.start_ms = server->config.start_ms;
    if (!is_allowed(server, connection))
        config.refuse_start = PPTP_START_NOT_AUTHORIZED;
    pptp_link_accept(&control->link, connection, &config);
}
