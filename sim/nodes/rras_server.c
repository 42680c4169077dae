#include "nodes/rras_server.h"

#include "gre/enhanced_gre.h"
#include "nodes/rras_admin.h"
#include "nodes/rras_call.h"

#include <stdio.h>
#include <string.h>

static bool server_state(struct node *node, const char *name, char *text, size_t size)
{
    struct rras_server *server = (struct rras_server *)node;
    if (strcmp(name, "modem.calls") == 0)
        return snprintf(text, size, "%u", rras_server_modem_calls(server)) > 0;
    return rras_server_pptp_state(server, name, text, size) ||
           dialer_state(&server->dialer, name, text, size) ||
           tunnel_watch_state(&server->watch, name, text, size) ||
           host_state(node, name, text, size);
}

static struct tap_point *server_layer(struct node *node, const char *layer)
{
    struct rras_server *server = (struct rras_server *)node;
    struct tap_point *taps = tunnel_watch_layer(&server->watch, layer);
    return taps ? taps : host_layer(node, layer);
}

static void server_destroy(struct node *node)
{
    struct rras_server *server = (struct rras_server *)node;
    for (unsigned i = 0; i < server->config.pptp_ports; i++)
        ppp_port_close(&server->ports[i].pptp.ppp);
    rras_dialup_destroy(server);
    dialer_destroy(&server->dialer);
    host_destroy(node);
}

/* What is routed to the virtual interface itself has no caller to go to. */
static void internal_output(void *context, struct packet *packet)
{
    struct rras_server *server = context;
    trace_drop(&server->host.node.trace, server->host.node.simulation->now, "ipv4", "no-route",
               packet->serial);
    packet_free(packet);
}

static void server_start(struct node *node)
{
    struct rras_server *server = (struct rras_server *)node;
    host_start(node);
    server->internal_address = address_pool_take(&server->pool);
    if (server->internal_address != IPV4_ANY)
        server->internal = host_stack_add_point_to_point(
            &server->host.stack, "Internal", server->internal_address, IPV4_ANY,
            server->config.tunnel_mtu, internal_output, server);
    dialer_start(&server->dialer);
    if (server->config.pptp_ports == 0)
        return;
    struct tcp_options options = profile_control_tcp(server->profile);
    enum status status = host_stack_tcp_listen(
        &server->host.stack, IPV4_ANY, server->config.tcp_port, &options, &server->listener);
    if (status != STATUS_OK)
        TRACE(&server->host.node.trace, node->simulation->now, "server.failed",
              trace_number("port", server->config.tcp_port),
              trace_text("reason", status_text(status)));
}

const struct node_class rras_server_class = {
    .kind = "vpn-server",
    .start = server_start,
    .layer = server_layer,
    .state = server_state,
    .destroy = server_destroy,
};

const struct node_class isp_nas_class = {
    .kind = "isp-nas",
    .start = server_start,
    .layer = server_layer,
    .state = server_state,
    .destroy = server_destroy,
};

/* A GRE packet belongs to the port whose call has its Call ID. */
static void receive_gre(void *context, struct stack_interface *interface,
                        const struct ipv4_header *header, struct packet *packet)
{
    (void)interface;
    struct rras_server *server = context;
    uint16_t call_id;
    if (!tunnel_watch_call_id(&server->watch, packet, &call_id))
        return;
    struct rras_port *port = rras_port_of_call(server, call_id);
    if (port && port->pptp.ppp.open)
        pptp_port_input(&port->pptp, header->source, packet);
    else if (!dialer_take_gre(&server->dialer, header->source, call_id, packet))
        tunnel_watch_refuse(&server->watch, "no-such-call", packet);
}

static bool create_ports(struct rras_server *server, struct simulation *simulation)
{
    server->ports =
        simulation_allocate(simulation, server->config.pptp_ports * sizeof *server->ports);
    for (unsigned i = 0; server->ports && i < server->config.pptp_ports; i++)
        rras_port_init(&server->ports[i], server, i);
    return server->ports != NULL;
}

struct rras_server *rras_server_create(struct simulation *simulation,
                                       const struct node_class *class, const char *name,
                                       const struct node_profile *profile,
                                       const struct rras_server_config *config)
{
    struct rras_server *server = simulation_allocate(simulation, sizeof *server);
    if (!server)
        return NULL;
    struct host_stack_config stack = profile_stack(profile, true);
    host_init(&server->host, class, simulation, name, &stack);
    server->host.tcp_options = profile_tcp(profile);
    tunnel_watch_init(&server->watch, &server->host);
    server->profile = profile;
    server->config = *config;
    if (config->tunnel_mtu == 0)
        server->config.tunnel_mtu = profile->tunnel_mtu;
    server->entropy = simulation_entropy(simulation, name);
    server->gre = (struct stack_protocol){
        .protocol = ENHANCED_GRE_IP_PROTOCOL, .receive = receive_gre, .context = server};
    host_stack_set_protocol(&server->host.stack, &server->gre);
    server->listener =
        (struct stack_tcp_handler){.event = rras_control_accepted, .context = server};
    char component[80];
    snprintf(component, sizeof component, "dialer %s", name);
    dialer_init(&server->dialer, &server->host, profile, &server->watch, component);
    server->dialer.first_call_id = RRAS_PLACED_CALL_IDS;
    return create_ports(server, simulation) ? server : NULL;
}

enum status rras_server_add_user(struct rras_server *server, const struct rras_user *user)
{
    struct rras_user *copy = simulation_allocate(server->host.node.simulation, sizeof *copy);
    if (!copy)
        return STATUS_NO_MEMORY;
    *copy = *user;
    copy->next = server->users;
    server->users = copy;
    return STATUS_OK;
}

enum status rras_server_add_pool(struct rras_server *server, ipv4_address from, ipv4_address to)
{
    return address_pool_add(&server->pool, server->host.node.simulation, from, to);
}
