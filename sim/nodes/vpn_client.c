#include "nodes/vpn_client.h"

#include "gre/enhanced_gre.h"

#include <string.h>

static bool client_state(struct node *node, const char *name, char *text, size_t size)
{
    struct vpn_client *client = (struct vpn_client *)node;
    return dialer_state(&client->dialer, name, text, size) ||
           tunnel_watch_state(&client->watch, name, text, size) ||
           host_state(node, name, text, size);
}

static struct tap_point *client_layer(struct node *node, const char *layer)
{
    struct vpn_client *client = (struct vpn_client *)node;
    struct tap_point *taps = tunnel_watch_layer(&client->watch, layer);
    return taps ? taps : host_layer(node, layer);
}

static void client_destroy(struct node *node)
{
    struct vpn_client *client = (struct vpn_client *)node;
    dialer_destroy(&client->dialer);
    host_destroy(node);
}

static void client_start(struct node *node)
{
    struct vpn_client *client = (struct vpn_client *)node;
    host_start(node);
    dialer_start(&client->dialer);
}

static const struct node_class vpn_client_class = {
    .kind = "vpn-client",
    .start = client_start,
    .layer = client_layer,
    .state = client_state,
    .destroy = client_destroy,
};

/* GRE belongs to the connection that chose its Call ID for that server. */
static void receive_gre(void *context, struct stack_interface *interface,
                        const struct ipv4_header *header, struct packet *packet)
{
    (void)interface;
    struct vpn_client *client = context;
    uint16_t call_id;
    if (tunnel_watch_call_id(&client->watch, packet, &call_id) &&
        !pptp_clients_take_gre(&client->dialer.pptp, header->source, call_id, packet))
        tunnel_watch_refuse(&client->watch, "no-such-call", packet);
}

struct vpn_client *vpn_client_create(struct simulation *simulation, const char *name,
                                     const struct node_profile *profile)
{
    struct vpn_client *client = simulation_allocate(simulation, sizeof *client);
    if (!client)
        return NULL;
    struct host_stack_config stack = profile_stack(profile, false);
    host_init(&client->host, &vpn_client_class, simulation, name, &stack);
    client->host.tcp_options = profile_tcp(profile);
    tunnel_watch_init(&client->watch, &client->host);
    dialer_init(&client->dialer, &client->host, profile, &client->watch, name);
    client->gre = (struct stack_protocol){
        .protocol = ENHANCED_GRE_IP_PROTOCOL, .receive = receive_gre, .context = client};
    host_stack_set_protocol(&client->host.stack, &client->gre);
    return client;
}
