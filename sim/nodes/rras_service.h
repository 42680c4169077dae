#ifndef VPNSIM_NODES_RRAS_SERVICE_H
#define VPNSIM_NODES_RRAS_SERVICE_H

#include <stdbool.h>
#include <stddef.h>

struct rras_server;
struct rras_service;

/**
 * What a kind of ports does for a server; the structure of the kind embeds rras_service first.
 * start, state and end_control may be NULL: there is nothing to do.
 */
struct rras_service_class {
    /** Begins to answer: the node starts. */
    void (*start)(struct rras_service *service);
    /** The value of the state @p name; false: it is none of this service. */
    bool (*state)(const struct rras_service *service, const char *name, char *text, size_t size);
    /** Hangs up the calls of @p user, NULL: of everybody. */
    void (*disconnect)(struct rras_service *service, const char *user);
    /** Ends the tunnels, if the calls have such: in order, or with @p reset without a word. */
    void (*end_control)(struct rras_service *service, bool reset);
    /** Frees what the ports hold, when the node ends. */
    void (*destroy)(struct rras_service *service);
};

/** A way in which callers reach a server. */
struct rras_service {
    const struct rras_service_class *class;
    struct rras_server *server;
    struct rras_service *next; /**< in the order added */
};

/** Adds @p service, which is part of @p server, to it. */
void rras_service_init(struct rras_service *service, const struct rras_service_class *class,
                       struct rras_server *server);

#endif
