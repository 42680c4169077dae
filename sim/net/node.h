#ifndef VPNSIM_NET_NODE_H
#define VPNSIM_NET_NODE_H

#include "core/simulation.h"
#include "net/capture_tap.h"
#include "net/link.h"

struct node;

/**
 * What every kind of node does; each kind (host, router, VPN client, server, switch) embeds struct
 * node first and points to its own table. A NULL member means "nothing to do".
 */
struct node_class {
    const char *kind;
    /** Called once after the topology is complete and before the clock starts. */
    void (*start)(struct node *node);
    /** The tap point of an inner layer ("ppp"); NULL when this kind has none of that name. */
    struct tap_point *(*layer)(struct node *node, const char *layer);
    /** The value of a named state at the moment ("connected"), into text; false: unknown name. */
    bool (*state)(struct node *node, const char *name, char *text, size_t size);
    /** Releases what does not live in the simulation's arena. */
    void (*destroy)(struct node *node);
};

/** A machine of the scenario; lives in the simulation's arena. */
struct node {
    const struct node_class *class;
    const char *name;
    struct simulation *simulation;
    struct trace trace;
    struct node *next;
};

#endif
