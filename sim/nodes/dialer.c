#include "nodes/dialer.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

void dialer_init(struct dialer *dialer, struct host *host, const struct node_profile *profile,
                 struct tunnel_watch *watch, const char *component)
{
    *dialer = (struct dialer){
        .host = host,
        .profile = profile,
        .watch = watch,
        .entropy = simulation_entropy(host->node.simulation, component),
    };
    other_networks_node_init(&dialer->networks, host);
    snprintf(dialer->identification, sizeof dialer->identification, "MSRAS-0-%s", host->node.name);
    for (char *p = dialer->identification; *p; p++)
        *p = (char)toupper((unsigned char)*p);
}

enum status dialer_use_l2tp(struct dialer *dialer, const struct l2tp_config *config, uint16_t port)
{
    dialer->l2tp = l2tp_link_create(dialer->host, dialer->watch, config, port);
    return dialer->l2tp ? STATUS_OK : STATUS_NO_MEMORY;
}

void dialer_start(struct dialer *dialer)
{
    if (dialer->l2tp)
        l2tp_link_start(dialer->l2tp);
    for (struct connection *c = dialer->connections; c; c = c->next)
        connection_start(c);
}

void dialer_destroy(struct dialer *dialer)
{
    for (struct connection *c = dialer->connections; c; c = c->next) {
        c->class->destroy(c);
        packet_queue_clear(&c->held);
    }
    if (dialer->l2tp)
        l2tp_link_destroy(dialer->l2tp);
}

struct connection *dialer_find(struct dialer *dialer, const char *name)
{
    struct connection *c = dialer->connections;
    while (c && strcmp(c->config.name, name) != 0)
        c = c->next;
    return c;
}

bool dialer_state(struct dialer *dialer, const char *name, char *text, size_t size)
{
    static const char prefix[] = "connection.";
    if (strncmp(name, prefix, sizeof prefix - 1) != 0)
        return other_networks_state(&dialer->networks, name, text, size) ||
               l2tp_link_state(dialer->l2tp, name, text, size);
    const struct connection *connection = dialer_find(dialer, name + sizeof prefix - 1);
    return connection && snprintf(text, size, "%s", connection_state_text(connection->state)) > 0;
}
