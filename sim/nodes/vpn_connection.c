#include "nodes/vpn_connection.h"

#include "nodes/dialer.h"

/* Windows gives the control connection a minute to come up (MS-PTPT 3.3.2). */
#define DIAL_TIMEOUT_MS 60000
/* From the end of PPP to the Call-Clear-Request; a recorded Windows client took 27 ms. */
#define CLEAR_PAUSE (27 * INSTANT_MILLISECOND)
/* Who ends the last call also stops the control connection (MS-PTPT 3.2.4); a server that does not
 * is given so long. */
#define STOP_PATIENCE (5 * INSTANT_SECOND)

/* The interface to the server may have gone, with its routes, before the tunnel that it carried. */
static bool has_interface(const struct host_stack *stack, const struct stack_interface *interface)
{
    const struct stack_interface *i = stack->interfaces;
    while (i && i != interface)
        i = i->next;
    return i != NULL;
}

static void network_down(struct vpn_connection *connection)
{
    struct host_stack *stack = &connection->base.dialer->host->stack;
    connection_down(&connection->base);
    if (connection->route_interface && has_interface(stack, connection->route_interface))
        host_stack_remove_route(stack, connection->port.peer, 32, connection->route_gateway,
                                connection->route_interface);
    connection->route_interface = NULL;
}

/* The call is over: PPP and its interface go, the control connection stays. */
static void close_port(struct vpn_connection *connection)
{
    network_down(connection);
    timer_set(connection_simulation(&connection->base), &connection->end_timer, INSTANT_NEVER);
    ppp_port_close(&connection->port.ppp);
}

static void stop_control(struct vpn_connection *connection)
{
    pptp_control_stop(&connection->link.control, connection_now(&connection->base), PPTP_STOP_NONE);
    pptp_link_run(&connection->link);
}

static void end_after(struct vpn_connection *connection, instant pause)
{
    timer_set(connection_simulation(&connection->base), &connection->end_timer,
              instant_after(connection_now(&connection->base), pause));
}

/* Clears the call, or stops the control connection when there is none any more. */
static void end_call(void *context, instant now)
{
    struct vpn_connection *connection = context;
    if (!pptp_link_in_use(&connection->link))
        return;
    if (pptp_control_clear_call(&connection->link.control, now, connection->call_id, 0, 0) ==
        STATUS_NOT_FOUND)
        stop_control(connection);
    pptp_link_run(&connection->link);
}

static void dial_timed_out(void *context, instant now)
{
    (void)now;
    struct vpn_connection *connection = context;
    if (connection->base.state != CONNECTION_CONNECTING)
        return;
    connection_tell_end(&connection->base, DIAL_ERROR_NO_ANSWER,
                        "the server did not answer in time");
    pptp_link_abort(&connection->link);
}

static void place_call(struct vpn_connection *connection)
{
    const struct node_profile *profile = connection->base.dialer->profile;
    struct pptp_outgoing_call_request request = {
        .call_serial_number = connection->call_serial_number,
        .minimum_bps = 300,
        .maximum_bps = 100000000,
        .bearer_type = PPTP_BEARER_ANALOG | PPTP_BEARER_DIGITAL,
        .framing_type = PPTP_FRAMING_ASYNCHRONOUS | PPTP_FRAMING_SYNCHRONOUS,
        .receive_window = 64,
    };
    if (profile->guid_in_subaddress)
        entropy_fill(&connection->base.dialer->entropy, request.subaddress, 16);
    connection->base.state = CONNECTION_CALLING;
    if (pptp_control_place_call(&connection->link.control, connection_now(&connection->base),
                                &request, &connection->call_id) != STATUS_OK) {
        connection_tell_end(&connection->base, DIAL_ERROR_NO_ANSWER,
                            "the call could not be placed");
        stop_control(connection);
    }
}

static void call_connected(struct vpn_connection *connection)
{
    const struct node_profile *profile = connection->base.dialer->profile;
    const struct pptp_call *call =
        pptp_control_call(&connection->link.control, connection->call_id);
    connection->base.state = CONNECTION_NEGOTIATING;
    link_info_connected(&connection->link_info, &connection->link, connection->call_id);
    struct gre_tunnel_config gre = profile_gre(profile);
    gre.local_call_id = call->local_call_id;
    gre.peer_call_id = call->peer_call_id;
    gre.peer_window = call->peer_window;
    gre.peer_processing_delay = call->peer_delay;
    struct ppp_session_config ppp = connection_session(&connection->base);
    const struct ppp_port_habits habits = connection_habits(&connection->base, profile->tunnel_mtu);
    profile_tunnel(profile, habits.mtu, &ppp);
    connection->port.validate_address = connection->config.validate_address;
    if (!pptp_port_open(&connection->port, tcp_local_address(connection->link.tcp),
                        connection->config.server, &habits, &gre, &ppp)) {
        connection_tell_end(&connection->base, PPP_ERROR_NO_PROTOCOLS_CONFIGURED,
                            "the PPP settings are refused");
        stop_control(connection);
    }
}

static void call_refused(struct vpn_connection *connection)
{
    const struct pptp_call *call =
        pptp_control_call(&connection->link.control, connection->call_id);
    uint32_t error = DIAL_ERROR_NO_ANSWER;
    if (call && call->result == PPTP_OUTGOING_BUSY)
        error = DIAL_ERROR_LINE_BUSY;
    else if (call && call->result == PPTP_OUTGOING_NO_CARRIER)
        error = DIAL_ERROR_NO_CARRIER;
    else if (call && call->result == PPTP_OUTGOING_NO_DIAL_TONE)
        error = DIAL_ERROR_NO_DIAL_TONE;
    connection_tell_end(&connection->base, error, "the server refuses the call");
    stop_control(connection);
}

/* The control connection is lost, and the call with it (MS-PTPT 3.1.7.1). */
static void tell_control_lost(struct vpn_connection *connection)
{
    if (connection->link.timed_out) /* KB Q162847 */
        connection_tell_end(&connection->base, PPP_ERROR_TIMEOUT,
                            "the server does not answer on the control connection");
    else
        connection_tell_error(&connection->base, connection->base.state == CONNECTION_CONNECTED
                                                     ? PPP_ERROR_DISCONNECTION
                                                     : PPP_ERROR_PORT_DISCONNECTED);
}

/* The call goes while PPP negotiates: a Terminate-Request may have told why before. */
static void tell_cleared(struct vpn_connection *connection)
{
    const struct ppp_port *port = &connection->port.ppp;
    enum ppp_error error = port->open ? ppp_session_error(&port->session) : PPP_ERROR_NONE;
    connection_tell_error(&connection->base,
                          error != PPP_ERROR_NONE ? error : PPP_ERROR_PORT_DISCONNECTED);
}

static void call_cleared(struct vpn_connection *connection)
{
    const struct pptp_call *call =
        pptp_control_call(&connection->link.control, connection->call_id);
    if (call && call->reason == PPTP_CLEAR_CONTROL_CLOSED &&
        pptp_control_close_reason(&connection->link.control) != PPTP_CLOSE_PEER_STOP)
        tell_control_lost(connection);
    else if (connection->base.state == CONNECTION_CONNECTED)
        connection_tell_error(&connection->base, PPP_ERROR_REMOTE_DISCONNECTION);
    else
        tell_cleared(connection);
    close_port(connection);
    if (call && call->reason == PPTP_CLEAR_PEER_DISCONNECT)
        end_after(connection, STOP_PATIENCE);
    else
        stop_control(connection);
}

static void link_event(void *owner, enum pptp_event event, uint32_t value)
{
    (void)value;
    struct vpn_connection *connection = owner;
    switch (event) {
    case PPTP_EVENT_CONTROL_ESTABLISHED:
        timer_set(connection_simulation(&connection->base), &connection->dial_timer, INSTANT_NEVER);
        place_call(connection);
        return;
    case PPTP_EVENT_CONTROL_FAILED:
        connection_tell_end(&connection->base, DIAL_ERROR_NO_ANSWER,
                            "no control connection could be established");
        return;
    case PPTP_EVENT_CALL_CONNECTED:
        call_connected(connection);
        return;
    case PPTP_EVENT_CALL_REFUSED:
        call_refused(connection);
        return;
    case PPTP_EVENT_CALL_CLEARED:
        call_cleared(connection);
        return;
    case PPTP_EVENT_STOPPED:
    case PPTP_EVENT_ABORT:
        connection_tell_error(&connection->base, PPP_ERROR_DISCONNECTION);
        close_port(connection);
        return;
    case PPTP_EVENT_CALL_REQUESTED:
    case PPTP_EVENT_CALL_ACCEPTED:
    case PPTP_EVENT_WAN_ERROR:
        return;
    case PPTP_EVENT_LINK_INFO:
        link_info_received(&connection->link_info);
        return;
    }
}

static void link_unreachable(void *owner, enum tcp_event why)
{
    connection_tell_end(owner, DIAL_ERROR_NO_ANSWER,
                        why == TCP_EVENT_REFUSED ? "the server refuses TCP connections"
                                                 : "the server does not answer");
}

static void link_released(void *owner)
{
    struct vpn_connection *connection = owner;
    timer_set(connection_simulation(&connection->base), &connection->dial_timer, INSTANT_NEVER);
    connection_tell_error(&connection->base, PPP_ERROR_DISCONNECTION);
    close_port(connection);
    connection_ended(&connection->base);
}

static const struct pptp_link_owner link_owner = {
    .event = link_event,
    .unreachable = link_unreachable,
    .released = link_released,
};

static bool ip_up(struct vpn_connection *connection)
{
    struct pptp_port *port = &connection->port;
    struct host_stack *stack = &port->ppp.host->stack;
    if (!connection_add_interface(&connection->base))
        return false;
    /*
     * The GRE packets keep the way they have, by a host route; then everything else goes into the
     * tunnel, because its metric is lower than that of any gateway.
     */
    if (host_stack_pick_source(stack, port->peer, &connection->route_interface,
                               &connection->route_gateway) == IPV4_ANY ||
        host_stack_add_route(stack, port->peer, 32, connection->route_gateway,
                             connection->route_interface, 1) != STATUS_OK)
        connection->route_interface = NULL;
    return true;
}

static void network_up(struct vpn_connection *connection)
{
    struct pptp_port *port = &connection->port;
    if (connection_ip_is_up(&connection->base) && !ip_up(connection))
        return;
    connection_up(&connection->base, port->peer);
    bool encrypted = ppp_session_strength_bits(&port->ppp.session) > 0;
    TRACE(connection_trace(&connection->base), connection_now(&connection->base), "vpn.verdict",
          trace_text("connection", connection->base.config.name),
          trace_text("verdict", encrypted ? "VPN connection" : "tunnel, not a VPN connection"));
}

/* IP comes and goes while another protocol keeps the connection up. */
static void protocol_changed(struct vpn_connection *connection, bool up, uint32_t protocol)
{
    if (protocol != PPP_PROTOCOL_IP || connection->base.state != CONNECTION_CONNECTED)
        return;
    if (!up)
        network_down(connection);
    else if (!connection->port.ppp.interface && ip_up(connection))
        connection_add_routes(&connection->base);
}

static void port_event(void *owner, enum ppp_event event, uint32_t value)
{
    struct vpn_connection *connection = owner;
    switch (event) {
    case PPP_EVENT_LCP_UP:
        link_info_lcp_up(&connection->link_info);
        break;
    case PPP_EVENT_AUTHENTICATED:
    case PPP_EVENT_PROTOCOL_REJECTED:
    case PPP_EVENT_CALLBACK:
        break;
    case PPP_EVENT_PROTOCOL_UP:
    case PPP_EVENT_PROTOCOL_DOWN:
        protocol_changed(connection, event == PPP_EVENT_PROTOCOL_UP, value);
        break;
    case PPP_EVENT_NETWORK_UP:
        network_up(connection);
        link_info_network_up(&connection->link_info);
        break;
    case PPP_EVENT_NETWORK_DOWN:
        network_down(connection);
        link_info_network_down(&connection->link_info);
        break;
    case PPP_EVENT_FINISHED:
        network_down(connection);
        connection_tell_error(&connection->base, value);
        if (connection->base.dialer->profile->windows)
            end_after(connection, CLEAR_PAUSE);
        else
            end_call(connection, connection_now(&connection->base));
        break;
    }
    pptp_link_run(&connection->link);
}

static bool choose_call_id(void *context, uint16_t *call_id)
{
    struct dialer *dialer = ((struct vpn_connection *)context)->base.dialer;
    if (dialer->next_call_id < dialer->first_call_id)
        dialer->next_call_id = dialer->first_call_id;
    *call_id = dialer->next_call_id++;
    return true;
}

/* The server is within reach, as far as this machine can tell. */
static void reached(struct connection *base)
{
    struct vpn_connection *connection = (struct vpn_connection *)base;
    const struct vpn_connection_config *config = &connection->config;
    struct dialer *dialer = base->dialer;
    /* Windows Vista counts its calls from 1 (MS-PTPT note 10); recorded before, they look random.
     */
    dialer->calls_placed++;
    connection->call_serial_number = dialer->profile->guid_in_subaddress
                                         ? dialer->calls_placed
                                         : (uint16_t)entropy_u32(&dialer->entropy);
    struct pptp_control_config control = profile_control(dialer->profile, PPTP_PNS);
    control.choose_call_id = choose_call_id;
    control.choose_context = connection;
    if (config->echo_idle_ms)
        control.echo_idle_ms = config->echo_idle_ms;
    if (config->echo_reply_ms)
        control.echo_reply_ms = config->echo_reply_ms;
    struct tcp_options options = profile_control_tcp(dialer->profile);
    if (config->connect_retransmissions)
        options.syn_retransmissions = config->connect_retransmissions;
    if (config->data_retransmissions)
        options.data_retransmissions = config->data_retransmissions;
    uint32_t timeout_ms = config->dial_timeout_ms ? config->dial_timeout_ms : DIAL_TIMEOUT_MS;
    timer_set(connection_simulation(base), &connection->dial_timer,
              connection_now(base) + timeout_ms * INSTANT_MILLISECOND);
    if (!pptp_link_connect(&connection->link, config->server, config->port, &options, &control)) {
        connection_tell_end(base, DIAL_ERROR_BAD_ADDRESS, "there is no route to the server");
        connection_ended(base);
    }
}

static void dial(struct connection *base)
{
    const struct vpn_connection *connection = (struct vpn_connection *)base;
    TRACE(connection_trace(base), connection_now(base), "dial.started",
          trace_text("connection", base->config.name),
          trace_address("server", connection->config.server), trace_text("protocol", "PPTP"));
    if (connection_reach(base, connection->config.server))
        reached(base);
}

static void hang_up(struct connection *base)
{
    struct vpn_connection *connection = (struct vpn_connection *)base;
    switch (base->state) {
    case CONNECTION_DISCONNECTED:
    case CONNECTION_DISCONNECTING:
    case CONNECTION_AWAITING_CALLBACK: /* nobody calls a tunnel back */
        return;
    case CONNECTION_CONNECTING:
        connection_tell_error(base, PPP_ERROR_USER_DISCONNECTION);
        pptp_link_abort(&connection->link);
        return;
    case CONNECTION_CALLING:
        connection_tell_error(base, PPP_ERROR_USER_DISCONNECTION);
        stop_control(connection);
        return;
    case CONNECTION_NEGOTIATING:
    case CONNECTION_CONNECTED:
        link_info_network_down(&connection->link_info); /* before Terminate-Request, as recorded */
        pptp_link_run(&connection->link);
        ppp_port_hang_up(&connection->port.ppp, PPP_ERROR_USER_DISCONNECTION);
        return;
    }
}

static void end_control(struct connection *base, bool reset)
{
    struct vpn_connection *connection = (struct vpn_connection *)base;
    if (!pptp_link_in_use(&connection->link))
        return;
    connection_tell_error(base, PPP_ERROR_USER_DISCONNECTION);
    if (reset)
        pptp_link_abort(&connection->link);
    else
        stop_control(connection);
}

/* What carried the tunnel is gone, and the packets with it. */
static void address_lost(struct connection *base, ipv4_address local)
{
    struct vpn_connection *connection = (struct vpn_connection *)base;
    if (!pptp_link_in_use(&connection->link) || tcp_local_address(connection->link.tcp) != local)
        return;
    connection_tell_error(base, PPP_ERROR_DISCONNECTION);
    pptp_link_abort(&connection->link);
}

static bool take_gre(struct connection *base, ipv4_address source, uint16_t call_id,
                     struct packet *packet)
{
    struct vpn_connection *connection = (struct vpn_connection *)base;
    if (!connection->port.ppp.open || connection->call_id != call_id)
        return false;
    pptp_port_input(&connection->port, source, packet);
    return true;
}

static void destroy(struct connection *base)
{
    struct vpn_connection *connection = (struct vpn_connection *)base;
    ppp_port_close(&connection->port.ppp);
    packet_queue_clear(&connection->link.unsent);
}

static const struct connection_class vpn_connection_class = {
    .dial = dial,
    .reached = reached,
    .hang_up = hang_up,
    .end_control = end_control,
    .address_lost = address_lost,
    .take_gre = take_gre,
    .destroy = destroy,
};

enum status vpn_connection_add(struct dialer *dialer, const struct vpn_connection_config *config)
{
    struct host *host = dialer->host;
    struct vpn_connection *connection =
        simulation_allocate(host->node.simulation, sizeof *connection);
    if (!connection)
        return STATUS_NO_MEMORY;
    connection_init(&connection->base, &vpn_connection_class, dialer, &config->common,
                    &connection->port.ppp);
    connection->config = *config;
    pptp_link_init(&connection->link, host, &link_owner, connection);
    pptp_port_init(&connection->port, dialer->watch, port_event, connection);
    link_info_init(&connection->link_info, &connection->port.ppp.session, dialer->profile, true);
    timer_init(&connection->dial_timer, dial_timed_out, connection);
    timer_init(&connection->end_timer, end_call, connection);
    return STATUS_OK;
}
