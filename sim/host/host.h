#ifndef VPNSIM_HOST_HOST_H
#define VPNSIM_HOST_HOST_H

#include "base/status.h"
#include "host/host_stack.h"
#include "inet/tcp_options.h"
#include "net/node.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tcp_script;
struct tcp_server;
struct udp_server;
struct modem;

/**
 * Something that a host has beside its stack and its services, such as IP security. It embeds this
 * first; NULL members mean "nothing to do".
 */
struct host_extension {
    void (*start)(struct host_extension *extension);
    /** As the members of struct node_class: NULL or false when it is not one of this extension. */
    struct tap_point *(*layer)(struct host_extension *extension, const char *layer);
    bool (*state)(struct host_extension *extension, const char *name, char *text, size_t size);
    /** Releases what does not live in the simulation's arena; the stack is still there. */
    void (*destroy)(struct host_extension *extension);
    struct host_extension *next;
};

/**
 * A computer or router: an IP stack and the simple services that traffic needs. VPN clients and
 * servers embed it first, so that every struct node of these kinds is a struct host.
 */
struct host {
    struct node node;
    struct host_stack stack;
    struct tcp_options tcp_options; /**< of every connection that the host makes or accepts */
    struct tcp_server *tcp_servers;
    struct udp_server *udp_servers;
    struct modem *modems; /**< chained by sibling, in the order added */
    struct host_extension *extensions;
    struct tcp_script *tcp_scripts; /**< those that listen */
    uint16_t next_echo_identifier;
};

/** The classes of plain hosts and of routers. */
extern const struct node_class host_class;
extern const struct node_class router_class;

/**
 * Prepares @p host, which lives in the simulation's arena, as a node of @p class called @p name
 * (borrowed). Interfaces are added to host->stack.
 */
void host_init(struct host *host, const struct node_class *class, struct simulation *simulation,
               const char *name, const struct host_stack_config *config);

/** A plain host or router in the simulation's arena; NULL when memory is short. */
struct host *host_create(struct simulation *simulation, const struct node_class *class,
                         const char *name, const struct host_stack_config *config);

/** Adds @p extension, which lives as long as the host. */
void host_add_extension(struct host *host, struct host_extension *extension);

/** Adds a modem to the machine. */
void host_add_modem(struct host *host, struct modem *modem);

/** The modem called @p name; NULL when there is none. */
struct modem *host_find_modem(const struct host *host, const char *name);

/** Members of the class tables of all nodes that embed a host. */
void host_start(struct node *node);
bool host_state(struct node *node, const char *name, char *text, size_t size);
struct tap_point *host_layer(struct node *node, const char *layer);
void host_destroy(struct node *node);

#endif
