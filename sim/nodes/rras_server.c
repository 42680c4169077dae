#include "nodes/rras_server.h"

#include <stdio.h>
#include <string.h>

void rras_service_init(struct rras_service *service, const struct rras_service_class *class,
                       struct rras_server *server)
{
    *service = (struct rras_service){.class = class, .server = server};
    struct rras_service **end = &server->services;
    while (*end)
        end = &(*end)->next;
    *end = service;
}

static bool server_state(struct node *node, const char *name, char *text, size_t size)
{
    struct rras_server *server = (struct rras_server *)node;
    for (const struct rras_service *s = server->services; s; s = s->next)
        if (s->class->state && s->class->state(s, name, text, size))
            return true;
    return dialer_state(&server->dialer, name, text, size) ||
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
    for (struct rras_service *s = server->services; s; s = s->next)
        s->class->destroy(s);
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
            server->profile->tunnel_mtu, internal_output, server);
    dialer_start(&server->dialer);
    for (struct rras_service *s = server->services; s; s = s->next)
        if (s->class->start)
            s->class->start(s);
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
    server->entropy = simulation_entropy(simulation, name);
    char component[80];
    snprintf(component, sizeof component, "dialer %s", name);
    dialer_init(&server->dialer, &server->host, profile, &server->watch, component);
    if (rras_pptp_init(&server->pptp, server, &server->config.pptp) != STATUS_OK)
        return NULL;
    rras_dialup_init(&server->dialup, server);
    return server;
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
