#include "nodes/rras_call.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

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

/* ---- Accounts and addresses ---- */

static bool find_account(void *context, const char *domain, const char *user,
                         struct ppp_auth_account *account)
{
    (void)domain; /* a stand-alone server: every domain means its own database */
    struct rras_server *server = context;
    for (struct rras_user *known = server->users; known; known = known->next)
        if (strcasecmp(known->name, user) == 0) {
            *account = (struct ppp_auth_account){.password = known->password};
            return true;
        }
    return false;
}

static ipv4_address assign_address(void *context, const char *peer_name)
{
    (void)peer_name;
    struct rras_port *port = context;
    if (port->address == IPV4_ANY)
        port->address = address_pool_take(&port->server->pool);
    if (port->address == IPV4_ANY)
        TRACE_BARE(server_trace(port->server), server_now(port->server), "server.pool.exhausted");
    return port->address;
}

/* ---- The data path of a call ---- */

/* Neighbours of the caller's address on an Ethernet ask for it by ARP: the server answers. */
static void answer_arp(struct rras_port *port, bool on)
{
    struct host_stack *stack = &port->server->host.stack;
    for (struct stack_interface *i = stack->interfaces; i; i = i->next) {
        if (!i->ethernet || ((i->address ^ port->address) & ipv4_netmask(i->prefix_length)) != 0)
            continue;
        if (on)
            host_stack_add_proxy_arp(stack, i, port->address);
        else
            host_stack_remove_proxy_arp(stack, i, port->address);
    }
}

static void caller_connected(struct rras_port *port)
{
    struct rras_server *server = port->server;
    if (!ppp_port_add_interface(&port->pptp.ppp, port->name)) {
        ppp_port_hang_up(&port->pptp.ppp, PPP_ERROR_NO_PROTOCOLS_CONFIGURED);
        return;
    }
    answer_arp(port, true);
    unsigned strength = ppp_session_strength_bits(&port->pptp.ppp.session);
    TRACE(server_trace(server), server_now(server), "server.caller.connected",
          trace_text("port", port->name),
          trace_text("user", ppp_session_peer_name(&port->pptp.ppp.session)),
          trace_address("from", port->pptp.peer), trace_address("address", port->address),
          trace_number("strength", strength));
}

static void caller_disconnected(struct rras_port *port)
{
    struct rras_server *server = port->server;
    if (!port->pptp.ppp.interface)
        return;
    answer_arp(port, false);
    ppp_port_remove_interface(&port->pptp.ppp);
    TRACE(server_trace(server), server_now(server), "server.caller.disconnected",
          trace_text("port", port->name),
          trace_text("user", ppp_session_peer_name(&port->pptp.ppp.session)),
          trace_address("address", port->address));
}

static void port_event(void *owner, enum ppp_event event, uint32_t value)
{
    (void)value;
    struct rras_port *port = owner;
    struct rras_control *control = port->control;
    struct rras_server *server = port->server;
    switch (event) {
    case PPP_EVENT_LCP_UP:
        link_info_lcp_up(&port->link_info);
        break;
    case PPP_EVENT_AUTHENTICATED:
    case PPP_EVENT_PROTOCOL_UP:
    case PPP_EVENT_PROTOCOL_DOWN:
        break;
    case PPP_EVENT_NETWORK_UP:
        caller_connected(port);
        link_info_network_up(&port->link_info);
        break;
    case PPP_EVENT_NETWORK_DOWN:
        caller_disconnected(port);
        link_info_network_down(&port->link_info);
        break;
    case PPP_EVENT_FINISHED:
        caller_disconnected(port);
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
    port->server = server;
    /* Windows counts its miniport's ports from 0: VPN1-0, VPN1-1, ... */
    snprintf(port->name, sizeof port->name, "VPN1-%u", index);
    pptp_port_init(&port->pptp, &server->host, &server->ppp_taps, port_event, port);
    link_info_init(&port->link_info, &port->pptp.ppp.session, server->profile, false);
    wan_errors_init(&port->wan_errors);
}

static struct ppp_session_config session_config(struct rras_port *port)
{
    struct rras_server *server = port->server;
    struct ppp_session_config config = profile_ppp(server->profile, server->identification);
    config.lcp.identification[0] = NULL; /* only clients identify themselves */
    config.lcp.identification[1] = NULL;
    config.label = port->name;
    config.entropy = entropy_make(entropy_u64(&server->entropy), port->name);
    memcpy(config.auth.methods.require, server->config.methods, sizeof config.auth.methods.require);
    config.auth.methods.require_count = server->config.method_count;
    config.auth.local_name = server->host.node.name;
    config.auth.lookup = find_account;
    config.auth.lookup_context = server;
    config.ccp = server->config.encryption;
    config.ipcp.local_address = server->internal_address;
    config.ipcp.local_address_fixed = true;
    memcpy(config.ipcp.servers, server->config.name_servers, sizeof config.ipcp.servers);
    config.assign_address = assign_address;
    config.assign_context = port;
    return config;
}

static bool open_port(struct rras_port *port)
{
    struct rras_server *server = port->server;
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
    struct ppp_session_config ppp = session_config(port);
    const struct ppp_port_habits habits = {
        .passive = server->profile->server_waits,
        .mtu = server->profile->tunnel_mtu,
        .mtu_ignores_mppe = server->profile->windows,
    };
    return pptp_port_open(&port->pptp, local, caller, &habits, &gre, &ppp);
}

static void free_port(struct rras_port *port)
{
    if (!port || !port->control)
        return;
    caller_disconnected(port);
    wan_errors_end(&port->wan_errors);
    ppp_port_close(&port->pptp.ppp);
    if (port->address != IPV4_ANY)
        address_pool_give_back(&port->server->pool, port->address);
    port->address = IPV4_ANY;
    port->control->port = NULL;
    port->control = NULL;
    port->server->calls--;
}

/* ---- The control connections ---- */

/* The lowest free port takes the call; the Call ID modulo the number of ports names it. */
static bool choose_call_id(void *context, uint16_t *call_id)
{
    struct rras_control *control = context;
    struct rras_server *server = control->server;
    unsigned generations = 65536u / server->config.pptp_ports;
    for (unsigned i = 0; i < server->config.pptp_ports && !control->port; i++) {
        struct rras_port *port = &server->ports[i];
        if (port->control)
            continue;
        port->control = control;
        port->call_id =
            (uint16_t)(port->generation++ % generations * server->config.pptp_ports + i);
        control->port = port;
        server->calls++;
        *call_id = port->call_id;
        return true;
    }
    TRACE(server_trace(server), server_now(server), "server.call.refused",
          trace_text("reason", "ports-in-use"),
          trace_address("from", tcp_remote_address(control->link.tcp)));
    return false;
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
