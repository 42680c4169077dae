#ifndef VPNSIM_NODES_NAT_ROUTER_H
#define VPNSIM_NODES_NAT_ROUTER_H

#include "host/host.h"
#include "host/host_stack_hooks.h"
#include "nodes/nat_table.h"

/**
 * A router that hides the networks behind it: what leaves by its outside interface carries the
 * address of that interface (RFC 3022, "traditional NAT" with ports). It knows TCP, UDP and
 * ICMP, and maps other protocols by address; it looks into no payload (it has no "editors"). To
 * the outside it answers pings and nothing else. Layers and states are those of a router, and:
 *
 *   nat.mappings, nat.mappings.most   those that stand, and the most that stood at once
 *   nat.sent, nat.received            datagrams translated on their way out and in
 *
 * Dropped packets have protocol "nat" and reason malformed, bad-checksum, unknown-icmp, no-mapping
 * (for something that nobody inside has asked for), no-port, address-in-use or no-memory.
 */
struct nat_router {
    struct host host;
    struct nat_table table;
    struct stack_translator translator;
    struct timer timer;
    uint64_t sent;
    uint64_t received;
};

/** The class of these routers. */
extern const struct node_class nat_router_class;

/** A router in the simulation's arena, not translating yet; NULL when memory is short. */
struct nat_router *nat_router_create(struct simulation *simulation, const char *name,
                                     const struct host_stack_config *stack,
                                     const struct nat_config *config);

/** Translates at @p outside, an interface of this router, from now on. */
void nat_router_set_outside(struct nat_router *router, struct stack_interface *outside);

/** The events of the translation; ended by a NULL name. */
extern const struct trace_declaration nat_trace_declarations[];

#endif
