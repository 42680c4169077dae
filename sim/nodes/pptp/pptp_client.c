#include "nodes/pptp/pptp_client.h"

#include "nodes/dialer.h"
#include "nodes/vpn_connection.h"

/* Who ends the last call also stops the control connection (MS-PTPT 3.2.4); a server that does not
 * is given so long. */
#define STOP_PATIENCE (5 * INSTANT_SECOND)

static struct dialer *dialer_of(const struct pptp_client *client)
{
    return client->tunnel.connection->base.dialer;
}

static instant client_now(const struct pptp_client *client)
{
    return connection_now(&client->tunnel.connection->base);
}

static void stop(struct vpn_tunnel *tunnel)
{
    struct pptp_client *client = (struct pptp_client *)tunnel;
    pptp_control_stop(&client->link.control, client_now(client), PPTP_STOP_NONE);
    pptp_link_run(&client->link);
}

/* Clears the call, or stops the control connection when there is none any more. */
static void end_call(struct vpn_tunnel *tunnel)
{
    struct pptp_client *client = (struct pptp_client *)tunnel;
    if (pptp_control_clear_call(&client->link.control, client_now(client), client->call_id, 0, 0) ==
        STATUS_NOT_FOUND)
        stop(tunnel);
    pptp_link_run(&client->link);
}

static void place_call(struct pptp_client *client)
{
    struct dialer *dialer = dialer_of(client);
    struct pptp_outgoing_call_request request = {
        .call_serial_number = client->call_serial_number,
        .minimum_bps = PROFILE_MINIMUM_BPS,
        .maximum_bps = PROFILE_CONNECT_SPEED_BPS,
        .bearer_type = PPTP_BEARER_ANALOG | PPTP_BEARER_DIGITAL,
        .framing_type = PPTP_FRAMING_ASYNCHRONOUS | PPTP_FRAMING_SYNCHRONOUS,
        .receive_window = 64,
    };
    if (dialer->profile->client_call_window)
        request.receive_window = dialer->profile->client_call_window;
    if (dialer->profile->guid_in_subaddress)
        entropy_fill(&dialer->entropy, request.subaddress, 16);
    if (pptp_control_place_call(&client->link.control, client_now(client), &request,
                                &client->call_id) != STATUS_OK) {
        vpn_connection_failed(client->tunnel.connection, DIAL_ERROR_NO_ANSWER,
                              "the call could not be placed");
        stop(&client->tunnel);
    }
}

static void call_connected(struct pptp_client *client)
{
    struct vpn_connection *connection = client->tunnel.connection;
    const struct pptp_call *call = pptp_control_call(&client->link.control, client->call_id);
    link_info_connected(&client->link_info, &client->link, client->call_id);
    const struct gre_tunnel_config gre = profile_gre(dialer_of(client)->profile, call);
    struct ppp_port_habits habits;
    struct ppp_session_config ppp = vpn_connection_negotiating(connection, &habits);
    client->port.validate_address = client->config.validate_address;
    if (!pptp_port_open(&client->port, tcp_local_address(client->link.tcp),
                        connection->config.server, &habits, &gre, &ppp)) {
        vpn_connection_failed(connection, PPP_ERROR_NO_PROTOCOLS_CONFIGURED,
                              "the PPP settings are refused");
        stop(&client->tunnel);
    }
}

static void call_refused(struct pptp_client *client)
{
    const struct pptp_call *call = pptp_control_call(&client->link.control, client->call_id);
    uint32_t error = DIAL_ERROR_NO_ANSWER;
    if (call && call->result == PPTP_OUTGOING_BUSY)
        error = DIAL_ERROR_LINE_BUSY;
    else if (call && call->result == PPTP_OUTGOING_NO_CARRIER)
        error = DIAL_ERROR_NO_CARRIER;
    else if (call && call->result == PPTP_OUTGOING_NO_DIAL_TONE)
        error = DIAL_ERROR_NO_DIAL_TONE;
    vpn_connection_failed(client->tunnel.connection, error, "the server refuses the call");
    stop(&client->tunnel);
}

/* The control connection is lost, and the call with it (MS-PTPT 3.1.7.1). */
static void control_lost(struct pptp_client *client)
{
    if (client->link.timed_out) /* KB Q162847 */
        vpn_connection_failed(client->tunnel.connection, PPP_ERROR_TIMEOUT,
                              "the server does not answer on the control connection");
    else
        vpn_connection_lost(client->tunnel.connection);
}

static void call_cleared(struct pptp_client *client)
{
    struct vpn_connection *connection = client->tunnel.connection;
    const struct pptp_call *call = pptp_control_call(&client->link.control, client->call_id);
    if (call && call->reason == PPTP_CLEAR_CONTROL_CLOSED &&
        pptp_control_close_reason(&client->link.control) != PPTP_CLOSE_PEER_STOP)
        control_lost(client);
    else
        vpn_connection_cleared(connection);
    vpn_connection_close_port(connection);
    if (call && call->reason == PPTP_CLEAR_PEER_DISCONNECT)
        vpn_connection_end_after(connection, STOP_PATIENCE);
    else
        stop(&client->tunnel);
}

static void link_event(void *owner, enum pptp_event event, uint32_t value)
{
    (void)value;
    struct pptp_client *client = owner;
    struct vpn_connection *connection = client->tunnel.connection;
    switch (event) {
    case PPTP_EVENT_CONTROL_ESTABLISHED:
        vpn_connection_calling(connection);
        place_call(client);
        return;
    case PPTP_EVENT_CONTROL_FAILED:
        vpn_connection_failed(connection, DIAL_ERROR_NO_ANSWER,
                              "no control connection could be established");
        return;
    case PPTP_EVENT_CALL_CONNECTED:
        call_connected(client);
        return;
    case PPTP_EVENT_CALL_REFUSED:
        call_refused(client);
        return;
    case PPTP_EVENT_CALL_CLEARED:
        call_cleared(client);
        return;
    case PPTP_EVENT_STOPPED:
    case PPTP_EVENT_ABORT:
        connection_tell_error(&connection->base, PPP_ERROR_DISCONNECTION);
        vpn_connection_close_port(connection);
        return;
    case PPTP_EVENT_CALL_REQUESTED:
    case PPTP_EVENT_CALL_ACCEPTED:
    case PPTP_EVENT_WAN_ERROR:
        return;
    case PPTP_EVENT_LINK_INFO:
        link_info_received(&client->link_info);
        return;
    }
}

static void link_unreachable(void *owner, enum tcp_event why)
{
    struct pptp_client *client = owner;
    vpn_connection_failed(client->tunnel.connection, DIAL_ERROR_NO_ANSWER,
                          why == TCP_EVENT_REFUSED ? "the server refuses TCP connections"
                                                   : "the server does not answer");
}

static void link_released(void *owner)
{
    vpn_connection_released(((struct pptp_client *)owner)->tunnel.connection);
}

static const struct pptp_link_owner link_owner = {
    .event = link_event,
    .unreachable = link_unreachable,
    .released = link_released,
};

static void ppp_event(struct vpn_tunnel *tunnel, enum ppp_event event)
{
    struct pptp_client *client = (struct pptp_client *)tunnel;
    if (event == PPP_EVENT_LCP_UP)
        link_info_lcp_up(&client->link_info);
    else if (event == PPP_EVENT_NETWORK_UP)
        link_info_network_up(&client->link_info);
    else if (event == PPP_EVENT_NETWORK_DOWN)
        link_info_network_down(&client->link_info);
    pptp_link_run(&client->link);
}

/* Set-Link-Info goes out before the Terminate-Request, as recorded. */
static void leaving(struct vpn_tunnel *tunnel)
{
    struct pptp_client *client = (struct pptp_client *)tunnel;
    link_info_network_down(&client->link_info);
    pptp_link_run(&client->link);
}

static bool choose_call_id(void *context, uint16_t *call_id)
{
    struct pptp_clients *clients = &dialer_of(context)->pptp;
    if (clients->next_call_id < clients->first_call_id)
        clients->next_call_id = clients->first_call_id;
    *call_id = clients->next_call_id++;
    return true;
}

static bool dial(struct vpn_tunnel *tunnel)
{
    struct pptp_client *client = (struct pptp_client *)tunnel;
    const struct pptp_client_config *config = &client->config;
    struct dialer *dialer = dialer_of(client);
    /* Windows Vista counts its calls from 1 (MS-PTPT note 10); recorded before, they look random.
     */
    dialer->pptp.calls_placed++;
    client->call_serial_number = dialer->profile->guid_in_subaddress
                                     ? dialer->pptp.calls_placed
                                     : (uint16_t)entropy_u32(&dialer->entropy);
    struct pptp_control_config control = profile_control(dialer->profile, PPTP_PNS);
    control.choose_call_id = choose_call_id;
    control.choose_context = client;
    if (config->echo_idle_ms)
        control.echo_idle_ms = config->echo_idle_ms;
    if (config->echo_reply_ms)
        control.echo_reply_ms = config->echo_reply_ms;
    struct tcp_options options = profile_control_tcp(dialer->profile);
    if (config->connect_retransmissions)
        options.syn_retransmissions = config->connect_retransmissions;
    if (config->data_retransmissions)
        options.data_retransmissions = config->data_retransmissions;
    return pptp_link_connect(&client->link, tunnel->connection->config.server, config->port,
                             &options, &control);
}

static void abort_tunnel(struct vpn_tunnel *tunnel)
{
    pptp_link_abort(&((struct pptp_client *)tunnel)->link);
}

static bool in_use(const struct vpn_tunnel *tunnel)
{
    return pptp_link_in_use(&((const struct pptp_client *)tunnel)->link);
}

static ipv4_address local_address(const struct vpn_tunnel *tunnel)
{
    return tcp_local_address(((const struct pptp_client *)tunnel)->link.tcp);
}

static void destroy(struct vpn_tunnel *tunnel)
{
    packet_queue_clear(&((struct pptp_client *)tunnel)->link.unsent);
}

static const struct vpn_tunnel_class pptp_client_class = {
    .protocol = "PPTP",
    .dial = dial,
    .end_call = end_call,
    .cancel_call = stop,
    .stop = stop,
    .abort = abort_tunnel,
    .in_use = in_use,
    .local_address = local_address,
    .leaving = leaving,
    .ppp_event = ppp_event,
    .destroy = destroy,
};

struct vpn_tunnel *pptp_client_create(struct vpn_connection *connection, struct dialer *dialer,
                                      const struct pptp_client_config *config)
{
    struct pptp_client *client = simulation_allocate(dialer->host->node.simulation, sizeof *client);
    if (!client)
        return NULL;
    client->tunnel = (struct vpn_tunnel){
        .class = &pptp_client_class,
        .connection = connection,
        .port = &client->port.ppp,
    };
    client->config = *config;
    pptp_link_init(&client->link, dialer->host, &link_owner, client);
    pptp_port_init(&client->port, dialer->watch, vpn_connection_port_event, connection);
    link_info_init(&client->link_info, &client->port.ppp.session, dialer->profile, true);
    struct pptp_client **end = &dialer->pptp.first;
    while (*end)
        end = &(*end)->next;
    *end = client;
    return &client->tunnel;
}

bool pptp_clients_take_gre(struct pptp_clients *clients, ipv4_address source, uint16_t call_id,
                           struct packet *packet)
{
    for (struct pptp_client *c = clients->first; c; c = c->next)
        if (c->port.ppp.open && c->call_id == call_id) {
            pptp_port_input(&c->port, source, packet);
            return true;
        }
    return false;
}
