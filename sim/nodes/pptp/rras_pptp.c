#include "nodes/pptp/rras_pptp.h"

#include "gre/enhanced_gre.h"
#include "nodes/rras_server.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static instant server_now(const struct rras_server *server)
{
    return server->host.node.simulation->now;
}

static const struct trace *server_trace(const struct rras_server *server)
{
    return &server->host.node.trace;
}

static struct rras_pptp_port *port_of_call(const struct rras_pptp *pptp, uint16_t call_id)
{
    /* Call IDs are made so that the remainder names the port, see choose_call_id(). */
    if (pptp->config->ports == 0)
        return NULL;
    struct rras_pptp_port *port = &pptp->ports[call_id % pptp->config->ports];
    return port->control && port->call_id == call_id ? port : NULL;
}

/* ---- The data path of a call ---- */

static void port_event(void *owner, enum ppp_event event, uint32_t value)
{
    struct rras_pptp_port *port = owner;
    struct rras_pptp_control *control = port->control;
    struct rras_server *server = port->caller.server;
    rras_caller_ppp_event(&port->caller, trace_address("from", port->pptp.peer), event, value);
    if (event == PPP_EVENT_LCP_UP)
        link_info_lcp_up(&port->link_info);
    else if (event == PPP_EVENT_NETWORK_UP)
        link_info_network_up(&port->link_info);
    else if (event == PPP_EVENT_NETWORK_DOWN)
        link_info_network_down(&port->link_info);
    else if (event == PPP_EVENT_FINISHED)
        /* Windows gives result code 0 whatever the reason (MS-PTPT 3.2.5.5). */
        pptp_control_clear_call(&control->link.control, server_now(server), port->call_id,
                                server->profile->windows ? PPTP_DISCONNECT_UNSPECIFIED
                                                         : PPTP_DISCONNECT_ADMIN_SHUTDOWN,
                                PPTP_ERROR_NONE);
    pptp_link_run(&control->link);
}

static void init_port(struct rras_pptp_port *port, struct rras_server *server, unsigned index)
{
    port->caller = (struct rras_caller){.server = server, .port = &port->pptp.ppp};
    /* Windows counts its miniport's ports from 0: VPN1-0, VPN1-1, ... */
    snprintf(port->caller.name, sizeof port->caller.name, "VPN1-%u", index);
    pptp_port_init(&port->pptp, &server->watch, port_event, port);
    link_info_init(&port->link_info, &port->pptp.ppp.session, server->profile, false);
    wan_errors_init(&port->wan_errors);
}

static bool open_port(struct rras_pptp_port *port)
{
    struct rras_server *server = port->caller.server;
    const struct rras_pptp_config *config = server->pptp.config;
    struct pptp_link *link = &port->control->link;
    const struct pptp_call *call = pptp_control_call(&link->control, port->call_id);
    ipv4_address caller = tcp_remote_address(link->tcp);
    ipv4_address local = config->gre_from_route
                             ? host_stack_pick_source(&server->host.stack, caller, NULL, NULL)
                             : tcp_local_address(link->tcp);
    link_info_connected(&port->link_info, link, port->call_id);
    if (server->profile->sends_wan_errors)
        wan_errors_begin(&port->wan_errors, link, port->call_id, &port->pptp.gre);
    const struct gre_tunnel_config gre = profile_gre(server->profile, call);
    struct ppp_port_habits habits;
    const struct ppp_session_config ppp =
        rras_caller_negotiating(&port->caller, config->mtu, &habits);
    port->pptp.validate_address = config->validate_address;
    return pptp_port_open(&port->pptp, local, caller, &habits, &gre, &ppp);
}

static void free_port(struct rras_pptp_port *port)
{
    if (!port || !port->control)
        return;
    wan_errors_end(&port->wan_errors);
    rras_caller_close(&port->caller);
    port->control->port = NULL;
    port->control = NULL;
    struct rras_pptp *pptp = &port->caller.server->pptp;
    pptp->calls--;
    uint16_t index = (uint16_t)(port - pptp->ports);
    if (index < pptp->first_free)
        pptp->first_free = index;
}

/* ---- The control connections ---- */

/* NULL: all are in use. */
static struct rras_pptp_port *lowest_free_port(struct rras_pptp *pptp)
{
    while (pptp->first_free < pptp->config->ports && pptp->ports[pptp->first_free].control)
        pptp->first_free++;
    return pptp->first_free < pptp->config->ports ? &pptp->ports[pptp->first_free] : NULL;
}

/* The lowest free port takes the call; the Call ID modulo the number of ports names it. */
static bool choose_call_id(void *context, uint16_t *call_id)
{
    struct rras_pptp_control *control = context;
    struct rras_server *server = control->server;
    struct rras_pptp *pptp = &server->pptp;
    struct rras_pptp_port *port = control->port ? NULL : lowest_free_port(pptp);
    if (!port) {
        TRACE(server_trace(server), server_now(server), "server.call.refused",
              trace_text("reason", "ports-in-use"),
              trace_address("from", tcp_remote_address(control->link.tcp)));
        return false;
    }
    unsigned generations =
        (server->dialer.connections ? RRAS_PLACED_CALL_IDS : 65536u) / pptp->config->ports;
    port->control = control;
    port->call_id =
        (uint16_t)(port->generation++ % generations * pptp->config->ports + pptp->first_free);
    control->port = port;
    pptp->calls++;
    *call_id = port->call_id;
    return true;
}

static void answer_call(struct rras_pptp_control *control, uint16_t call_id)
{
    struct pptp_outgoing_call_reply reply = {
        .result = PPTP_OUTGOING_CONNECTED,
        .connect_speed = profile_connect_speed(control->server->profile, PROFILE_CONNECT_SPEED_BPS),
        .receive_window = control->server->profile->server_call_window,
    };
    pptp_control_answer_call(&control->link.control, server_now(control->server), call_id, &reply);
}

static void stop_control(struct rras_pptp_control *control)
{
    pptp_control_stop(&control->link.control, server_now(control->server), PPTP_STOP_NONE);
}

static void link_event(void *owner, enum pptp_event event, uint32_t value)
{
    struct rras_pptp_control *control = owner;
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
    struct rras_pptp_control *control = owner;
    free_port(control->port);
    struct rras_pptp *pptp = &control->server->pptp;
    pptp->discarded += control->link.control.discarded;
    control->next = pptp->idle_controls;
    pptp->idle_controls = control;
}

static const struct pptp_link_owner link_owner = {
    .event = link_event,
    .unreachable = link_unreachable,
    .released = link_released,
};

/* A control connection that is not in use, or a new one. */
static struct rras_pptp_control *take_control(struct rras_server *server)
{
    struct rras_pptp *pptp = &server->pptp;
    struct rras_pptp_control *control = pptp->idle_controls;
    if (control) {
        pptp->idle_controls = control->next;
        return control;
    }
    control = simulation_allocate(server->host.node.simulation, sizeof *control);
    if (control) {
        control->server = server;
        control->all_next = pptp->controls;
        pptp->controls = control;
        pptp_link_init(&control->link, &server->host, &link_owner, control);
    }
    return control;
}

/* False, and told, for a caller that is not on the list of those admitted. */
static bool is_allowed(const struct rras_server *server, const struct tcp_connection *connection)
{
    const struct rras_pptp_config *config = server->pptp.config;
    ipv4_address caller = tcp_remote_address(connection);
    bool allowed = !config->only_allowed;
    for (size_t i = 0; i < config->allowed_count; i++)
        allowed = allowed || config->allowed[i] == caller;
    if (!allowed)
        TRACE(server_trace(server), server_now(server), "server.call.refused",
              trace_text("reason", "address-not-allowed"), trace_address("from", caller));
    return allowed;
}

static void control_accepted(void *context, struct tcp_connection *connection, enum tcp_event event)
{
    struct rras_server *server = context;
    if (event != TCP_EVENT_ACCEPTED)
        return;
    struct rras_pptp_control *control = take_control(server);
    if (!control) {
        host_stack_tcp_abort(&server->host.stack, connection);
        host_stack_tcp_release(&server->host.stack, connection);
        return;
    }
    const struct rras_pptp_config *wanted = server->pptp.config;
    struct pptp_control_config config = profile_control(server->profile, PPTP_PAC);
    config.choose_call_id = choose_call_id;
    config.choose_context = control;
    if (wanted->echo_idle_ms)
        config.echo_idle_ms = wanted->echo_idle_ms;
    if (wanted->echo_reply_ms)
        config.echo_reply_ms = wanted->echo_reply_ms;
    if (wanted->start_ms)
        config.start_ms = wanted->start_ms;
    if (!is_allowed(server, connection))
        config.refuse_start = PPTP_START_NOT_AUTHORIZED;
    pptp_link_accept(&control->link, connection, &config);
}

/* ---- The service ---- */

/* A GRE packet belongs to the port whose call has its Call ID. */
static void receive_gre(void *context, struct stack_interface *interface,
                        const struct ipv4_header *header, struct packet *packet)
{
    (void)interface;
    struct rras_server *server = context;
    uint16_t call_id;
    if (!tunnel_watch_call_id(&server->watch, packet, &call_id))
        return;
    struct rras_pptp_port *port = port_of_call(&server->pptp, call_id);
    if (port && port->pptp.ppp.open)
        pptp_port_input(&port->pptp, header->source, packet);
    else if (!pptp_clients_take_gre(&server->dialer.pptp, header->source, call_id, packet))
        tunnel_watch_refuse(&server->watch, "no-such-call", packet);
}

static void start(struct rras_service *service)
{
    struct rras_pptp *pptp = (struct rras_pptp *)service;
    struct rras_server *server = service->server;
    if (pptp->config->ports == 0)
        return;
    struct tcp_options options = profile_control_tcp(server->profile);
    enum status status = host_stack_tcp_listen(&server->host.stack, IPV4_ANY,
                                               pptp->config->tcp_port, &options, &pptp->listener);
    if (status != STATUS_OK)
        TRACE(server_trace(server), server_now(server), "server.failed",
              trace_number("port", pptp->config->tcp_port),
              trace_text("reason", status_text(status)));
}

static bool state(const struct rras_service *service, const char *name, char *text, size_t size)
{
    const struct rras_pptp *pptp = (const struct rras_pptp *)service;
    uint64_t open = 0;
    uint64_t most = 0;
    uint64_t discarded = pptp->discarded;
    for (const struct rras_pptp_control *c = pptp->controls; c; c = c->all_next) {
        most++;
        if (pptp_link_in_use(&c->link)) {
            open++;
            discarded += c->link.control.discarded;
        }
    }
    uint64_t value;
    if (strcmp(name, "pptp.calls") == 0)
        value = pptp->calls;
    else if (strcmp(name, "pptp.control-connections") == 0)
        value = open;
    else if (strcmp(name, "pptp.control-connections.most") == 0)
        value = most;
    else if (strcmp(name, "pptp.discarded") == 0)
        value = discarded;
    else
        return false;
    return snprintf(text, size, "%" PRIu64, value) > 0;
}

static void disconnect(struct rras_service *service, const char *user)
{
    struct rras_pptp *pptp = (struct rras_pptp *)service;
    for (unsigned i = 0; i < pptp->config->ports; i++)
        rras_caller_hang_up(&pptp->ports[i].caller, user);
}

static void end_control(struct rras_service *service, bool reset)
{
    struct rras_pptp *pptp = (struct rras_pptp *)service;
    for (struct rras_pptp_control *c = pptp->controls; c; c = c->all_next) {
        if (!pptp_link_in_use(&c->link))
            continue;
        if (reset) {
            pptp_link_abort(&c->link);
        } else {
            stop_control(c);
            pptp_link_run(&c->link);
        }
    }
}

static void destroy(struct rras_service *service)
{
    struct rras_pptp *pptp = (struct rras_pptp *)service;
    for (unsigned i = 0; i < pptp->config->ports; i++)
        ppp_port_close(&pptp->ports[i].pptp.ppp);
}

static const struct rras_service_class pptp_class = {
    .start = start,
    .state = state,
    .disconnect = disconnect,
    .end_control = end_control,
    .destroy = destroy,
};

enum status rras_pptp_init(struct rras_pptp *pptp, struct rras_server *server,
                           const struct rras_pptp_config *config)
{
    *pptp = (struct rras_pptp){
        .config = config,
        .gre = {.protocol = ENHANCED_GRE_IP_PROTOCOL, .receive = receive_gre, .context = server},
        .listener = {.event = control_accepted, .context = server},
    };
    rras_service_init(&pptp->service, &pptp_class, server);
    host_stack_set_protocol(&server->host.stack, &pptp->gre);
    server->dialer.pptp.first_call_id = RRAS_PLACED_CALL_IDS;
    pptp->ports =
        simulation_allocate(server->host.node.simulation, config->ports * sizeof *pptp->ports);
    if (!pptp->ports)
        return STATUS_NO_MEMORY;
    for (unsigned i = 0; i < config->ports; i++)
        init_port(&pptp->ports[i], server, i);
    return STATUS_OK;
}
