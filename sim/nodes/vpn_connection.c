#include "nodes/vpn_connection.h"

#include "nodes/dialer.h"

/* Windows gives the tunnel a minute to come up (MS-PTPT 3.3.2). */
#define DIAL_TIMEOUT_MS 60000
/* From the end of PPP to the end of the call; a recorded Windows client took 27 ms. */
#define END_PAUSE (27 * INSTANT_MILLISECOND)

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
        host_stack_remove_route(stack, connection->config.server, 32, connection->route_gateway,
                                connection->route_interface);
    connection->route_interface = NULL;
}

/* ---- What the tunnel tells ---- */

void vpn_connection_close_port(struct vpn_connection *connection)
{
    network_down(connection);
    timer_set(connection_simulation(&connection->base), &connection->end_timer, INSTANT_NEVER);
    ppp_port_close(connection->base.port);
}

void vpn_connection_end_after(struct vpn_connection *connection, instant pause)
{
    timer_set(connection_simulation(&connection->base), &connection->end_timer,
              instant_after(connection_now(&connection->base), pause));
}

void vpn_connection_calling(struct vpn_connection *connection)
{
    timer_set(connection_simulation(&connection->base), &connection->dial_timer, INSTANT_NEVER);
    connection->base.state = CONNECTION_CALLING;
}

struct ppp_session_config vpn_connection_negotiating(struct vpn_connection *connection,
                                                     struct ppp_port_habits *habits)
{
    const struct node_profile *profile = connection->base.dialer->profile;
    connection->base.state = CONNECTION_NEGOTIATING;
    struct ppp_session_config config = connection_session(&connection->base);
    *habits = connection_habits(&connection->base, profile->tunnel_mtu);
    profile_tunnel(profile, habits->mtu, &config);
    return config;
}

/* Another type of tunnel may work where this one gave no call. */
static bool may_try_next(const struct vpn_connection *connection)
{
    enum connection_state state = connection->base.state;
    return (state == CONNECTION_CONNECTING || state == CONNECTION_CALLING) &&
           connection->trying + 1 < connection->tunnel_count;
}

void vpn_connection_failed(struct vpn_connection *connection, uint32_t error, const char *reason)
{
    if (connection->try_next)
        return;
    if (!may_try_next(connection)) {
        connection_tell_end(&connection->base, error, reason);
        return;
    }
    connection->try_next = true;
    TRACE(connection_trace(&connection->base), connection_now(&connection->base),
          "dial.type-failed", trace_text("connection", connection->base.config.name),
          trace_text("protocol", connection->tunnel->class->protocol), trace_number("error", error),
          trace_text("reason", reason));
}

void vpn_connection_lost(struct vpn_connection *connection)
{
    connection_tell_error(&connection->base, connection->base.state == CONNECTION_CONNECTED
                                                 ? PPP_ERROR_DISCONNECTION
                                                 : PPP_ERROR_PORT_DISCONNECTED);
}

/* While PPP negotiates, a Terminate-Request may have told why before. */
static uint32_t cleared_error(const struct vpn_connection *connection)
{
    const struct ppp_port *port = connection->base.port;
    if (connection->base.state == CONNECTION_CONNECTED)
        return PPP_ERROR_REMOTE_DISCONNECTION;
    enum ppp_error error = port->open ? ppp_session_error(&port->session) : PPP_ERROR_NONE;
    return error != PPP_ERROR_NONE ? error : PPP_ERROR_PORT_DISCONNECTED;
}

void vpn_connection_cleared(struct vpn_connection *connection)
{
    connection_tell_error(&connection->base, cleared_error(connection));
}

static void try_tunnel(struct vpn_connection *connection, unsigned index)
{
    connection->trying = index;
    connection->try_next = false;
    connection->tunnel = connection->tunnels[index];
    connection->base.state = CONNECTION_CONNECTING;
    connection_use_port(&connection->base, connection->tunnel->port);
    uint32_t timeout_ms = connection->config.dial_timeout_ms;
    timer_set(connection_simulation(&connection->base), &connection->dial_timer,
              connection_now(&connection->base) +
                  (timeout_ms ? timeout_ms : DIAL_TIMEOUT_MS) * INSTANT_MILLISECOND);
    if (connection->tunnel->class->dial(connection->tunnel))
        return;
    vpn_connection_failed(connection, DIAL_ERROR_BAD_ADDRESS, "there is no route to the server");
    vpn_connection_released(connection);
}

void vpn_connection_released(struct vpn_connection *connection)
{
    timer_set(connection_simulation(&connection->base), &connection->dial_timer, INSTANT_NEVER);
    if (connection->try_next && !connection->base.told) {
        try_tunnel(connection, connection->trying + 1);
        return;
    }
    connection_tell_error(&connection->base, PPP_ERROR_DISCONNECTION);
    vpn_connection_close_port(connection);
    connection_ended(&connection->base);
}

static void end_pause_over(void *context, instant now)
{
    (void)now;
    struct vpn_connection *connection = context;
    if (connection->tunnel->class->in_use(connection->tunnel))
        connection->tunnel->class->end_call(connection->tunnel);
}

static void dial_timed_out(void *context, instant now)
{
    (void)now;
    struct vpn_connection *connection = context;
    if (connection->base.state != CONNECTION_CONNECTING)
        return;
    const struct vpn_tunnel *tunnel = connection->tunnel;
    vpn_connection_failed(connection,
                          tunnel->class->timeout_error ? tunnel->class->timeout_error(tunnel)
                                                       : DIAL_ERROR_NO_ANSWER,
                          "the server did not answer in time");
    connection->tunnel->class->abort(connection->tunnel);
}

/* ---- What PPP tells ---- */

static bool ip_up(struct vpn_connection *connection)
{
    ipv4_address server = connection->config.server;
    struct host_stack *stack = &connection->base.dialer->host->stack;
    if (!connection_add_interface(&connection->base))
        return false;
    /*
     * The packets of the tunnel keep the way they have, by a host route; then everything else goes
     * into the tunnel, because its metric is lower than that of any gateway.
     */
    if (host_stack_pick_source(stack, server, &connection->route_interface,
                               &connection->route_gateway) == IPV4_ANY ||
        host_stack_add_route(stack, server, 32, connection->route_gateway,
                             connection->route_interface, 1) != STATUS_OK)
        connection->route_interface = NULL;
    return true;
}

static void network_up(struct vpn_connection *connection)
{
    if (connection_ip_is_up(&connection->base) && !ip_up(connection))
        return;
    const struct vpn_tunnel *tunnel = connection->tunnel;
    unsigned ipsec_bits = tunnel->class->strength ? tunnel->class->strength(tunnel) : 0;
    connection_up(&connection->base, connection->config.server, ipsec_bits);
    bool encrypted =
        ipsec_bits > 0 || ppp_session_strength_bits(&connection->base.port->session) > 0;
    TRACE(connection_trace(&connection->base), connection_now(&connection->base), "vpn.verdict",
          trace_text("connection", connection->base.config.name),
          trace_text("verdict", encrypted ? "VPN connection" : "tunnel, not a VPN connection"));
}

/* IP comes and goes while another protocol keeps the connection up. */
static void protocol_changed(struct vpn_connection *connection, bool up, uint32_t protocol)
{
    other_networks_changed(connection->base.networks, protocol, up);
    if (protocol != PPP_PROTOCOL_IP || connection->base.state != CONNECTION_CONNECTED)
        return;
    if (!up)
        network_down(connection);
    else if (!connection->base.port->interface && ip_up(connection))
        connection_add_routes(&connection->base);
}

static void ppp_finished(struct vpn_connection *connection, uint32_t error)
{
    network_down(connection);
    connection_tell_error(&connection->base, error);
    if (connection->base.dialer->profile->windows)
        vpn_connection_end_after(connection, END_PAUSE);
    else
        end_pause_over(connection, connection_now(&connection->base));
}

void vpn_connection_port_event(void *owner, enum ppp_event event, uint32_t value)
{
    struct vpn_connection *connection = owner;
    switch (event) {
    case PPP_EVENT_LCP_UP:
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
        break;
    case PPP_EVENT_NETWORK_DOWN:
        network_down(connection);
        break;
    case PPP_EVENT_FINISHED:
        ppp_finished(connection, value);
        break;
    }
    if (connection->tunnel->class->ppp_event)
        connection->tunnel->class->ppp_event(connection->tunnel, event);
}

/* ---- What the user wants ---- */

/* The server is within reach, as far as this machine can tell. */
static void reached(struct connection *base)
{
    try_tunnel((struct vpn_connection *)base, 0);
}

static void dial(struct connection *base)
{
    const struct vpn_connection *connection = (struct vpn_connection *)base;
    TRACE(connection_trace(base), connection_now(base), "dial.started",
          trace_text("connection", base->config.name),
          trace_address("server", connection->config.server),
          trace_text("protocol", connection->tunnels[0]->class->protocol));
    if (connection_reach(base, connection->config.server))
        reached(base);
}

static void hang_up(struct connection *base)
{
    struct vpn_connection *connection = (struct vpn_connection *)base;
    struct vpn_tunnel *tunnel = connection->tunnel;
    switch (base->state) {
    case CONNECTION_DISCONNECTED:
    case CONNECTION_DISCONNECTING:
    case CONNECTION_AWAITING_CALLBACK: /* nobody calls a tunnel back */
        return;
    case CONNECTION_CONNECTING:
        connection_tell_error(base, PPP_ERROR_USER_DISCONNECTION);
        tunnel->class->abort(tunnel);
        return;
    case CONNECTION_CALLING:
        connection_tell_error(base, PPP_ERROR_USER_DISCONNECTION);
        tunnel->class->cancel_call(tunnel);
        return;
    case CONNECTION_NEGOTIATING:
    case CONNECTION_CONNECTED:
        if (tunnel->class->leaving)
            tunnel->class->leaving(tunnel);
        ppp_port_hang_up(tunnel->port, PPP_ERROR_USER_DISCONNECTION);
        return;
    }
}

static void end_control(struct connection *base, bool reset)
{
    struct vpn_tunnel *tunnel = ((struct vpn_connection *)base)->tunnel;
    if (!tunnel->class->in_use(tunnel))
        return;
    connection_tell_error(base, PPP_ERROR_USER_DISCONNECTION);
    if (reset)
        tunnel->class->abort(tunnel);
    else
        tunnel->class->stop(tunnel);
}

/* What carried the tunnel is gone, and the packets with it. */
static void address_lost(struct connection *base, ipv4_address local)
{
    struct vpn_tunnel *tunnel = ((struct vpn_connection *)base)->tunnel;
    if (!tunnel->class->in_use(tunnel) || tunnel->class->local_address(tunnel) != local)
        return;
    connection_tell_error(base, PPP_ERROR_DISCONNECTION);
    tunnel->class->abort(tunnel);
}

static void destroy(struct connection *base)
{
    const struct vpn_connection *connection = (struct vpn_connection *)base;
    for (unsigned i = 0; i < connection->tunnel_count; i++) {
        struct vpn_tunnel *tunnel = connection->tunnels[i];
        ppp_port_close(tunnel->port);
        if (tunnel->class->destroy)
            tunnel->class->destroy(tunnel);
    }
}

static const struct connection_class vpn_connection_class = {
    .dial = dial,
    .reached = reached,
    .hang_up = hang_up,
    .end_control = end_control,
    .address_lost = address_lost,
    .destroy = destroy,
};

enum status vpn_connection_add(struct dialer *dialer, const struct vpn_connection_config *config)
{
    struct vpn_connection *connection =
        simulation_allocate(dialer->host->node.simulation, sizeof *connection);
    if (!connection)
        return STATUS_NO_MEMORY;
    connection->config = *config;
    connection->tunnel_count = config->type_count > 0 ? config->type_count : 1;
    for (unsigned i = 0; i < connection->tunnel_count; i++) {
        connection->tunnels[i] = config->types[i] == VPN_TUNNEL_L2TP
                                     ? l2tp_client_create(connection, dialer, &config->l2tp)
                                     : pptp_client_create(connection, dialer, &config->pptp);
        if (!connection->tunnels[i])
            return STATUS_NO_MEMORY;
    }
    connection->tunnel = connection->tunnels[0];
    connection_init(&connection->base, &vpn_connection_class, dialer, &config->common,
                    connection->tunnel->port);
    timer_init(&connection->dial_timer, dial_timed_out, connection);
    timer_init(&connection->end_timer, end_pause_over, connection);
    return STATUS_OK;
}
