#ifndef VPNSIM_NODES_OTHER_NETWORKS_H
#define VPNSIM_NODES_OTHER_NETWORKS_H

#include "nodes/ppp_port.h"
#include "nodes/ppp_settings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct network_ping;
struct other_networks;

/** What all ports of a node have in common: the states ipx.datagrams and netbeui.frames. */
struct other_networks_node {
    struct host *host;
    uint64_t ipx_datagrams;  /**< that came in over PPP */
    uint64_t netbeui_frames; /**< that came in over PPP */
    struct other_networks *first;
    uint16_t next_ping;   /**< tells the pings of the node apart */
    uint16_t next_caller; /**< last two octets of the next caller's node number */
};

/**
 * One end of a PPP link as an IPX and NetBEUI machine: it answers IPX echoes and NetBIOS name
 * queries, and carries the network-pings of the timeline. IPv6 has an interface of the host's stack
 * while IPV6CP is open.
 */
struct other_networks {
    struct other_networks_node *node;
    struct ppp_port *port;
    struct ppp_networks ppp; /**< what the session negotiates */
    struct network_ping *pings;
    struct stack_interface *ipv6; /**< NULL while IPV6CP is not open */
    struct other_networks *next;
};

void other_networks_node_init(struct other_networks_node *node, struct host *host);

/** A state of the node; false: that is no name of one. */
bool other_networks_state(const struct other_networks_node *node, const char *name, char *text,
                          size_t size);

/**
 * Adds one for @p port, in the simulation's arena, with the settings of a caller, or of a server
 * whose @p index -th port it is. NULL: no memory.
 */
struct other_networks *other_networks_add_caller(struct other_networks_node *node,
                                                 struct ppp_port *port,
                                                 const struct ppp_settings *settings);
struct other_networks *other_networks_add_server(struct other_networks_node *node,
                                                 struct ppp_port *port,
                                                 const struct ppp_settings *settings);

/** Has the port's other datagrams come here; returns what its next session negotiates. NULL: NULL.
 */
struct ppp_networks *other_networks_attach(struct other_networks *networks);

/** The port's session says that @p protocol has come up, or gone. @p networks NULL: nothing is
 * done.
 */
void other_networks_changed(struct other_networks *networks, uint32_t protocol, bool up);

/** A NetBIOS name of this node, from its node name: "CLIENT" and @p suffix. */
struct nbfcp_name other_networks_name(const struct other_networks_node *node, uint8_t suffix);

/** For network_ping.c: sends @p packet as @p protocol. */
void other_networks_send(struct other_networks *networks, uint16_t protocol, struct packet *packet);

#endif
