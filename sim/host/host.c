#include "host/host.h"

#include "host/host_stack_tcp.h"
#include "host/tcp_script.h"
#include "host/tcp_server.h"
#include "host/udp_server.h"
#include "net/telephone.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct node_class host_class = {
    .kind = "host",
    .start = host_start,
    .layer = host_layer,
    .state = host_state,
    .destroy = host_destroy,
};

const struct node_class router_class = {
    .kind = "router",
    .start = host_start,
    .layer = host_layer,
    .state = host_state,
    .destroy = host_destroy,
};

void host_init(struct host *host, const struct node_class *class, struct simulation *simulation,
               const char *name, const struct host_stack_config *config)
{
    *host = (struct host){
        .node = {.class = class,
                 .name = name,
                 .simulation = simulation,
                 .trace = simulation_trace(simulation, name)},
        .tcp_options = tcp_options_windows_2000(),
        .next_echo_identifier = 512, /* where Windows 2000 starts */
    };
    host_stack_init(&host->stack, simulation, name, config);
}

struct host *host_create(struct simulation *simulation, const struct node_class *class,
                         const char *name, const struct host_stack_config *config)
{
    struct host *host = simulation_allocate(simulation, sizeof *host);
    if (host)
        host_init(host, class, simulation, name, config);
    return host;
}

void host_start(struct node *node)
{
    struct host *host = (struct host *)node;
    for (struct udp_server *server = host->udp_servers; server; server = server->next)
        udp_server_start(server);
    for (struct tcp_server *server = host->tcp_servers; server; server = server->next)
        tcp_server_start(server);
    for (struct tcp_script *script = host->tcp_scripts; script; script = tcp_script_next(script))
        tcp_script_listen(script);
    for (struct host_extension *e = host->extensions; e; e = e->next)
        if (e->start)
            e->start(e);
}

struct tap_point *host_layer(struct node *node, const char *layer)
{
    struct host *host = (struct host *)node;
    if (strcmp(layer, "ip") == 0)
        return &host->stack.ip_taps;
    struct tap_point *point = NULL;
    for (struct host_extension *e = host->extensions; e && !point; e = e->next)
        point = e->layer ? e->layer(e, layer) : NULL;
    return point;
}

/* "udp-server.PORT.received" and the like: the server's port, and what follows it. */
static bool service_state(const char *name, const char *kind, uint16_t *port, const char **what)
{
    size_t length = strlen(kind);
    if (strncmp(name, kind, length) != 0 || name[length] != '.')
        return false;
    char *end;
    unsigned long value = strtoul(name + length + 1, &end, 10);
    if (*end != '.' || value == 0 || value > 65535)
        return false;
    *port = (uint16_t)value;
    *what = end + 1;
    return true;
}

bool host_state(struct node *node, const char *name, char *text, size_t size)
{
    struct host *host = (struct host *)node;
    uint16_t port;
    const char *what;
    if (service_state(name, "udp-server", &port, &what) && strcmp(what, "received") == 0) {
        for (struct udp_server *server = host->udp_servers; server; server = server->next)
            if (server->socket.port == port)
                return snprintf(text, size, "%" PRIu64, server->received) > 0;
    } else if (service_state(name, "tcp-server", &port, &what) && strcmp(what, "octets") == 0) {
        for (struct tcp_server *server = host->tcp_servers; server; server = server->next)
            if (server->port == port)
                return snprintf(text, size, "%" PRIu64, server->octets) > 0;
    }
    for (struct host_extension *e = host->extensions; e; e = e->next)
        if (e->state && e->state(e, name, text, size))
            return true;
    return false;
}

void host_add_extension(struct host *host, struct host_extension *extension)
{
    struct host_extension **end = &host->extensions;
    while (*end)
        end = &(*end)->next;
    *end = extension;
}

void host_add_modem(struct host *host, struct modem *modem)
{
    struct modem **end = &host->modems;
    while (*end)
        end = &(*end)->sibling;
    *end = modem;
}

struct modem *host_find_modem(const struct host *host, const char *name)
{
    struct modem *modem = host->modems;
    while (modem && strcmp(modem->config.name, name) != 0)
        modem = modem->sibling;
    return modem;
}

void host_destroy(struct node *node)
{
    struct host *host = (struct host *)node;
    for (struct host_extension *e = host->extensions; e; e = e->next)
        if (e->destroy)
            e->destroy(e);
    host_stack_destroy(&host->stack);
}
