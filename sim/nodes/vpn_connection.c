#include "nodes/vpn_client.h"

#include <string.h>

/* Windows gives the control connection a minute to come up (MS-PTPT 3.3.2). */
#define DIAL_TIMEOUT_MS 60000
/* From the end of PPP to the Call-Clear-Request; a recorded Windows client took 27 ms. */
#define CLEAR_PAUSE (27 * INSTANT_MILLISECOND)
/* Who ends the last call also stops the control connection (MS-PTPT 3.2.4); a server that does not
 * is given so long. */
#define STOP_PATIENCE (5 * INSTANT_SECOND)

static instant connection_now(const struct vpn_connection *connection)
{
    return connection->client->host.node.simulation->now;
}

static const struct trace *connection_trace(const struct vpn_connection *connection)
{
    return &connection->client->host.node.trace;
}

/* Tells once how a dial ended: dial.failed before it was connected, dial.disconnected after. */
static void tell_end(struct vpn_connection *connection, uint32_t error, const char *reason)
{
    if (connection->told)
        return;
    connection->told = true;
    bool was_connected = connection->state == VPN_CONNECTED;
    TRACE(connection_trace(connection), connection_now(connection),
          was_connected ? "dial.disconnected" : "dial.failed",
          trace_text("connection", connection->config.name), trace_number("error", error),
          trace_text("reason", reason));
    connection->state = VPN_DISCONNECTING;
    timer_set(connection->client->host.node.simulation, &connection->dial_timer, INSTANT_NEVER);
}

/* The reason in plain words for the errors that a dial over PPTP can end with. */
static const char *error_reason(uint32_t error)
{
    switch (error) {
    case PPP_ERROR_NONE:
    case PPP_ERROR_USER_DISCONNECTION:
        return "hung up";
    case PPP_ERROR_PORT_DISCONNECTED:
        return "the control connection was lost";
    case PPP_ERROR_DISCONNECTION:
        return "the connection was lost";
    case PPP_ERROR_REMOTE_DISCONNECTION:
        return "the server hung up";
    case PPP_ERROR_AUTHENTICATION_FAILURE:
        return "access denied: wrong user name or password";
    case PPP_ERROR_TIMEOUT:
        return "the server stopped answering PPP";
    case PPP_ERROR_NO_RESPONSE:
        return "no PPP packet ever came from the server";
    case PPP_ERROR_NO_PROTOCOLS_CONFIGURED:
        return "no network protocol could be agreed";
    case PPP_ERROR_NO_LOCAL_ENCRYPTION:
        return "encryption is required but not possible here";
    case PPP_ERROR_NO_REMOTE_ENCRYPTION:
        return "encryption is required but the server does not offer it";
    case PPP_ERROR_IDLE_TIMEOUT:
        return "the connection was idle for too long";
    case PPP_ERROR_UNABLE_TO_AUTHENTICATE_SERVER:
        return "the server could not prove that it knows the password";
    default:
        return "PPP ended the connection";
    }
}

static void network_down(struct vpn_connection *connection)
{
    ppp_port_remove_interface(&connection->port.ppp);
    if (connection->route_interface)
        host_stack_remove_route(&connection->client->host.stack, connection->port.peer, 32,
                                connection->route_gateway, connection->route_interface);
    connection->route_interface = NULL;
}

/* The call is over: PPP and its interface go, the control connection stays. */
static void close_port(struct vpn_connection *connection)
{
    network_down(connection);
    timer_set(connection->client->host.node.simulation, &connection->end_timer, INSTANT_NEVER);
    ppp_port_close(&connection->port.ppp);
}

static void stop_control(struct vpn_connection *connection)
{
    pptp_control_stop(&connection->link.control, connection_now(connection), PPTP_STOP_NONE);
    pptp_link_run(&connection->link);
}

static void end_after(struct vpn_connection *connection, instant pause)
{
    timer_set(connection->client->host.node.simulation, &connection->end_timer,
              instant_after(connection_now(connection), pause));
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
    if (connection->state != VPN_CONNECTING)
        return;
    tell_end(connection, DIAL_ERROR_NO_ANSWER, "the server did not answer in time");
    pptp_link_abort(&connection->link);
}

static void place_call(struct vpn_connection *connection)
{
    const struct node_profile *profile = connection->client->profile;
    struct pptp_outgoing_call_request request = {
        .call_serial_number = connection->call_serial_number,
        .minimum_bps = 300,
        .maximum_bps = 100000000,
        .bearer_type = PPTP_BEARER_ANALOG | PPTP_BEARER_DIGITAL,
        .framing_type = PPTP_FRAMING_ASYNCHRONOUS | PPTP_FRAMING_SYNCHRONOUS,
        .receive_window = 64,
    };
    if (profile->guid_in_subaddress)
        entropy_fill(&connection->client->entropy, request.subaddress, 16);
    connection->state = VPN_CALLING;
    if (pptp_control_place_call(&connection->link.control, connection_now(connection), &request,
                                &connection->call_id) != STATUS_OK) {
        tell_end(connection, DIAL_ERROR_NO_ANSWER, "the call could not be placed");
        stop_control(connection);
    }
}

static struct ppp_session_config session_config(struct vpn_connection *connection)
{
    struct vpn_client *client = connection->client;
    struct ppp_session_config config = profile_ppp(client->profile, client->identification);
    config.label = connection->config.name;
    config.entropy = entropy_make(entropy_u64(&client->entropy), connection->config.name);
    memcpy(config.auth.methods.allow, connection->config.methods, sizeof config.auth.methods.allow);
    config.auth.methods.allow_count = connection->config.method_count;
    config.auth.user = connection->config.user;
    config.auth.password = connection->config.password;
    config.caller = true;
    config.ccp = connection->config.encryption;
    config.ipcp.ask_servers[IPCP_DNS1] = true;
    config.ipcp.ask_servers[IPCP_NBNS1] = true;
    config.ipcp.ask_servers[IPCP_DNS2] = true;
    config.ipcp.ask_servers[IPCP_NBNS2] = true;
    return config;
}

static void call_connected(struct vpn_connection *connection)
{
    struct vpn_client *client = connection->client;
    const struct pptp_call *call =
        pptp_control_call(&connection->link.control, connection->call_id);
    connection->state = VPN_NEGOTIATING;
    link_info_connected(&connection->link_info, &connection->link, connection->call_id);
    struct gre_tunnel_config gre = profile_gre(client->profile);
    gre.local_call_id = call->local_call_id;
    gre.peer_call_id = call->peer_call_id;
    gre.peer_window = call->peer_window;
    gre.peer_processing_delay = call->peer_delay;
    struct ppp_session_config ppp = session_config(connection);
    const struct ppp_port_habits habits = {
        .delay = client->profile->ppp_start_delay_ms * INSTANT_MILLISECOND,
        .mtu = connection->config.mtu ? connection->config.mtu : client->profile->tunnel_mtu,
        .mtu_ignores_mppe = client->profile->windows,
    };
    if (!pptp_port_open(&connection->port, tcp_local_address(connection->link.tcp),
                        connection->config.server, &habits, &gre, &ppp)) {
        tell_end(connection, PPP_ERROR_NO_PROTOCOLS_CONFIGURED, "the PPP settings are refused");
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
    tell_end(connection, error, "the server refuses the call");
    stop_control(connection);
}

static void call_cleared(struct vpn_connection *connection)
{
    if (connection->state == VPN_CONNECTED)
        tell_end(connection, PPP_ERROR_REMOTE_DISCONNECTION,
                 error_reason(PPP_ERROR_REMOTE_DISCONNECTION));
    else if (connection->state != VPN_DISCONNECTING)
        tell_end(connection, PPP_ERROR_PORT_DISCONNECTED,
                 error_reason(PPP_ERROR_PORT_DISCONNECTED));
    close_port(connection);
    const struct pptp_call *call =
        pptp_control_call(&connection->link.control, connection->call_id);
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
        timer_set(connection->client->host.node.simulation, &connection->dial_timer, INSTANT_NEVER);
        place_call(connection);
        return;
    case PPTP_EVENT_CONTROL_FAILED:
        tell_end(connection, DIAL_ERROR_NO_ANSWER, "no control connection could be established");
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
        tell_end(connection, PPP_ERROR_DISCONNECTION, error_reason(PPP_ERROR_DISCONNECTION));
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
    tell_end(owner, DIAL_ERROR_NO_ANSWER,
             why == TCP_EVENT_REFUSED ? "the server refuses TCP connections"
                                      : "the server does not answer");
}

static void link_released(void *owner)
{
    struct vpn_connection *connection = owner;
    tell_end(connection, PPP_ERROR_DISCONNECTION, error_reason(PPP_ERROR_DISCONNECTION));
    close_port(connection);
    connection->state = VPN_DISCONNECTED;
}

static const struct pptp_link_owner link_owner = {
    .event = link_event,
    .unreachable = link_unreachable,
    .released = link_released,
};

static void network_up(struct vpn_connection *connection)
{
    struct pptp_port *port = &connection->port;
    struct host_stack *stack = &connection->client->host.stack;
    struct stack_interface *interface = ppp_port_add_interface(&port->ppp, connection->config.name);
    if (!interface) {
        ppp_port_hang_up(&port->ppp, PPP_ERROR_NO_PROTOCOLS_CONFIGURED);
        return;
    }
    /*
     * The GRE packets keep the way they have, by a host route; then everything else goes into the
     * tunnel, because its metric is lower than that of any gateway.
     */
    if (host_stack_pick_source(stack, port->peer, &connection->route_interface,
                               &connection->route_gateway) == IPV4_ANY ||
        host_stack_add_route(stack, port->peer, 32, connection->route_gateway,
                             connection->route_interface, 1) != STATUS_OK)
        connection->route_interface = NULL;
    if (connection->config.default_route)
        host_stack_add_route(stack, IPV4_ANY, 0, IPV4_ANY, interface, 0);
    connection->state = VPN_CONNECTED;
    unsigned strength = ppp_session_strength_bits(&port->ppp.session);
    TRACE(connection_trace(connection), connection_now(connection), "dial.connected",
          trace_text("connection", connection->config.name), trace_address("server", port->peer),
          trace_address("address", ppp_session_local_address(&port->ppp.session)),
          trace_text("encryption", strength ? "mppe" : "none"), trace_number("strength", strength));
    TRACE(connection_trace(connection), connection_now(connection), "vpn.verdict",
          trace_text("connection", connection->config.name),
          trace_text("verdict", strength ? "VPN connection" : "tunnel, not a VPN connection"));
}

static void port_event(void *owner, enum ppp_event event, uint32_t value)
{
    struct vpn_connection *connection = owner;
    switch (event) {
    case PPP_EVENT_LCP_UP:
        link_info_lcp_up(&connection->link_info);
        break;
    case PPP_EVENT_AUTHENTICATED:
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
        tell_end(connection, value, error_reason(value));
        if (connection->client->profile->windows)
            end_after(connection, CLEAR_PAUSE);
        else
            end_call(connection, connection_now(connection));
        break;
    }
    pptp_link_run(&connection->link);
}

static bool choose_call_id(void *context, uint16_t *call_id)
{
    struct vpn_connection *connection = context;
    *call_id = connection->client->next_call_id++;
    return true;
}

enum status vpn_client_add_connection(struct vpn_client *client,
                                      const struct vpn_connection_config *config)
{
    struct vpn_connection *connection =
        simulation_allocate(client->host.node.simulation, sizeof *connection);
    if (!connection)
        return STATUS_NO_MEMORY;
    connection->client = client;
    connection->config = *config;
    pptp_link_init(&connection->link, &client->host, &link_owner, connection);
    pptp_port_init(&connection->port, &client->host, &client->ppp_taps, port_event, connection);
    link_info_init(&connection->link_info, &connection->port.ppp.session, client->profile, true);
    timer_init(&connection->dial_timer, dial_timed_out, connection);
    timer_init(&connection->end_timer, end_call, connection);
    struct vpn_connection **end = &client->connections;
    while (*end)
        end = &(*end)->next;
    *end = connection;
    return STATUS_OK;
}

void vpn_connection_dial(struct vpn_connection *connection)
{
    struct vpn_client *client = connection->client;
    struct simulation *simulation = client->host.node.simulation;
    if (connection->state != VPN_DISCONNECTED)
        return;
    TRACE(connection_trace(connection), simulation->now, "dial.started",
          trace_text("connection", connection->config.name),
          trace_address("server", connection->config.server), trace_text("protocol", "PPTP"));
    connection->state = VPN_CONNECTING;
    connection->told = false;
    connection->call_serial_number = (uint16_t)entropy_u32(&client->entropy);
    struct pptp_control_config control = profile_control(client->profile, PPTP_PNS);
    control.choose_call_id = choose_call_id;
    control.choose_context = connection;
    if (connection->config.echo_idle_ms)
        control.echo_idle_ms = connection->config.echo_idle_ms;
    struct tcp_options options = profile_control_tcp(client->profile);
    uint32_t timeout_ms =
        connection->config.dial_timeout_ms ? connection->config.dial_timeout_ms : DIAL_TIMEOUT_MS;
    timer_set(simulation, &connection->dial_timer,
              simulation->now + timeout_ms * INSTANT_MILLISECOND);
    if (!pptp_link_connect(&connection->link, connection->config.server, connection->config.port,
                           &options, &control)) {
        tell_end(connection, DIAL_ERROR_BAD_ADDRESS, "there is no route to the server");
        connection->state = VPN_DISCONNECTED;
    }
}

void vpn_connection_hang_up(struct vpn_connection *connection)
{
    switch (connection->state) {
    case VPN_DISCONNECTED:
    case VPN_DISCONNECTING:
        return;
    case VPN_CONNECTING:
        tell_end(connection, PPP_ERROR_USER_DISCONNECTION,
                 error_reason(PPP_ERROR_USER_DISCONNECTION));
        pptp_link_abort(&connection->link);
        return;
    case VPN_CALLING:
        tell_end(connection, PPP_ERROR_USER_DISCONNECTION,
                 error_reason(PPP_ERROR_USER_DISCONNECTION));
        stop_control(connection);
        return;
    case VPN_NEGOTIATING:
    case VPN_CONNECTED:
        link_info_network_down(&connection->link_info); /* before Terminate-Request, as recorded */
        pptp_link_run(&connection->link);
        ppp_port_hang_up(&connection->port.ppp, PPP_ERROR_USER_DISCONNECTION);
        return;
    }
}
