/* Demand-dialling: the interface that is always there, and connections that need each other. */
#include "nodes/connection.h"
#include "nodes/dialer.h"

/* Datagrams that wait until the connection is up; more are dropped. */
#define HELD_MAX 16

static void drop(struct connection *connection, const char *reason, struct packet *packet)
{
    trace_drop(connection_trace(connection), connection_now(connection), "dial", reason,
               packet->serial);
    packet_free(packet);
}

/* What is routed to the interface goes through the connection, or waits and makes it dial. */
static void demand_output(void *context, struct packet *packet)
{
    struct connection *connection = context;
    if (connection->port->interface) {
        ppp_port_send(connection->port, packet);
        return;
    }
    if (connection->state == CONNECTION_DISCONNECTING) {
        drop(connection, "disconnecting", packet);
        return;
    }
    if (connection->held.count >= HELD_MAX) {
        drop(connection, "queue-full", packet);
        return;
    }
    packet_queue_push(&connection->held, packet);
    if (connection->state != CONNECTION_DISCONNECTED)
        return;
    TRACE(connection_trace(connection), connection_now(connection), "dial.demanded",
          trace_text("connection", connection->config.name),
          trace_number("serial", packet->serial));
    connection_dial(connection);
}

static void add_routes(struct connection *connection, struct stack_interface *interface)
{
    const struct connection_config *config = &connection->config;
    struct host_stack *stack = &connection->dialer->host->stack;
    for (size_t i = 0; i < config->route_count; i++)
        (void)host_stack_add_route(stack, config->routes[i].destination,
                                   config->routes[i].prefix_length, IPV4_ANY, interface,
                                   config->routes[i].metric);
}

void connection_start(struct connection *connection)
{
    const struct connection_config *config = &connection->config;
    struct host_stack *stack = &connection->dialer->host->stack;
    if (!config->demand_dial)
        return;
    connection->demand_interface = host_stack_add_point_to_point(
        stack, config->name, IPV4_ANY, IPV4_ANY,
        config->mtu ? config->mtu : connection->dialer->profile->tunnel_mtu, demand_output,
        connection);
    if (!connection->demand_interface)
        return;
    connection_use_port(connection, connection->port);
    add_routes(connection, connection->demand_interface);
    if (config->default_route)
        (void)host_stack_add_route(stack, IPV4_ANY, 0, IPV4_ANY, connection->demand_interface, 1);
}

/*
 * The newest default route comes first; those of earlier connections step back by one, as Windows
 * has it, and forward again when it goes.
 */
static void shift_default_routes(struct connection *connection, bool back)
{
    struct dialer *dialer = connection->dialer;
    struct host_stack *stack = &dialer->host->stack;
    for (struct connection *c = dialer->connections; c; c = c->next) {
        if (c == connection || !c->config.default_route || !c->port->interface ||
            c->demand_interface || (!back && c->metric < connection->metric))
            continue;
        c->metric = back ? c->metric + 1 : c->metric - 1;
        (void)host_stack_remove_route(stack, IPV4_ANY, 0, IPV4_ANY, c->port->interface);
        (void)host_stack_add_route(stack, IPV4_ANY, 0, IPV4_ANY, c->port->interface, c->metric);
    }
}

void connection_add_routes(struct connection *connection)
{
    struct stack_interface *interface = connection->port->interface;
    if (connection->demand_interface || !interface)
        return; /* they are always there, or there is no IP */
    add_routes(connection, interface);
    if (!connection->config.default_route)
        return;
    connection->metric = 0;
    shift_default_routes(connection, true);
    host_stack_add_route(&connection->dialer->host->stack, IPV4_ANY, 0, IPV4_ANY, interface, 0);
}

void connection_release_waiting(struct connection *connection)
{
    for (struct packet *packet; (packet = packet_queue_pop(&connection->held));)
        ppp_port_send(connection->port, packet);
    for (struct connection *c = connection->dialer->connections; c; c = c->next)
        if (c->waits_for == connection) {
            c->waits_for = NULL;
            c->class->reached(c);
        }
}

void connection_down(struct connection *connection)
{
    struct dialer *dialer = connection->dialer;
    if (!connection->port->interface)
        return;
    ipv4_address address = connection->port->interface->address;
    if (connection->config.default_route && !connection->demand_interface)
        shift_default_routes(connection, false);
    ppp_port_remove_interface(connection->port);
    for (struct connection *c = dialer->connections; c; c = c->next)
        if (c != connection && c->class->address_lost)
            c->class->address_lost(c, address);
}

void connection_ended(struct connection *connection)
{
    connection->state = CONNECTION_DISCONNECTED;
    for (struct packet *packet; (packet = packet_queue_pop(&connection->held));)
        drop(connection, "not-connected", packet);
    for (struct connection *c = connection->dialer->connections; c; c = c->next)
        if (c->waits_for == connection) {
            c->waits_for = NULL;
            connection_tell_end(c, connection->error, "the connection that it needs has failed");
            connection_ended(c);
        }
}

/* Whether @first waits for @second, perhaps by way of others. */
static bool waits(const struct connection *first, const struct connection *second)
{
    while (first && first != second)
        first = first->waits_for;
    return first != NULL;
}

bool connection_reach(struct connection *connection, ipv4_address server)
{
    struct dialer *dialer = connection->dialer;
    struct stack_interface *way = NULL;
    host_stack_pick_source(&dialer->host->stack, server, &way, NULL);
    for (struct connection *c = dialer->connections; way && c; c = c->next) {
        if (c->demand_interface != way || c->port->interface || waits(c, connection))
            continue;
        connection->waits_for = c;
        connection_dial(c);
        return false;
    }
    return true;
}
