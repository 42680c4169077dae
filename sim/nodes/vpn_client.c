#include "nodes/vpn_client.h"

#include "base/wire.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define GRE_PROTOCOL 47
/* Where the Call ID stands in the enhanced GRE header (RFC 2637 section 4.1). */
#define GRE_CALL_ID_OFFSET 6

static bool client_state(struct node *node, const char *name, char *text, size_t size)
{
    struct vpn_client *client = (struct vpn_client *)node;
    if (strncmp(name, "connection.", 11) == 0) {
        struct vpn_connection *connection = vpn_client_connection(client, name + 11);
        if (!connection)
            return false;
        snprintf(text, size, "%s", vpn_connection_state_text(connection->state));
        return true;
    }
    return host_state(node, name, text, size);
}

static struct tap_point *client_layer(struct node *node, const char *layer)
{
    struct vpn_client *client = (struct vpn_client *)node;
    return strcmp(layer, "ppp") == 0 ? &client->ppp_taps : NULL;
}

static void client_destroy(struct node *node)
{
    struct vpn_client *client = (struct vpn_client *)node;
    for (struct vpn_connection *c = client->connections; c; c = c->next) {
        ppp_port_close(&c->port.ppp);
        packet_queue_clear(&c->link.unsent);
    }
    host_destroy(node);
}

static const struct node_class vpn_client_class = {
    .kind = "vpn-client",
    .start = host_start,
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
    struct simulation *simulation = client->host.node.simulation;
    struct wire_reader reader = wire_reader_make(packet->data, packet->length);
    wire_skip(&reader, GRE_CALL_ID_OFFSET);
    uint16_t call_id = wire_get_u16(&reader);
    for (struct vpn_connection *c = client->connections; c && !reader.failed; c = c->next)
        if (c->port.ppp.open && c->call_id == call_id && c->port.peer == header->source) {
            pptp_port_input(&c->port, packet);
            return;
        }
    trace_drop(&client->host.node.trace, simulation->now, "gre",
               reader.failed ? "truncated" : "no-such-call", packet->serial);
    packet_free(packet);
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
    client->profile = profile;
    client->entropy = simulation_entropy(simulation, name);
    client->gre = (struct stack_protocol){
        .protocol = GRE_PROTOCOL, .receive = receive_gre, .context = client};
    host_stack_set_protocol(&client->host.stack, &client->gre);
    snprintf(client->identification, sizeof client->identification, "MSRAS-0-%s", name);
    for (char *p = client->identification; *p; p++)
        *p = (char)toupper((unsigned char)*p);
    return client;
}

struct vpn_connection *vpn_client_connection(struct vpn_client *client, const char *name)
{
    for (struct vpn_connection *c = client->connections; c; c = c->next)
        if (strcmp(c->config.name, name) == 0)
            return c;
    return NULL;
}

const char *vpn_connection_state_text(enum vpn_connection_state state)
{
    switch (state) {
    case VPN_DISCONNECTED:
        return "disconnected";
    case VPN_CONNECTING:
        return "connecting";
    case VPN_CALLING:
        return "calling";
    case VPN_NEGOTIATING:
        return "negotiating";
    case VPN_CONNECTED:
        return "connected";
    case VPN_DISCONNECTING:
        return "disconnecting";
    }
    return "unknown";
}
