#ifndef VPNSIM_NODES_DIALER_H
#define VPNSIM_NODES_DIALER_H

#include "nodes/connection.h"
#include "nodes/l2tp/l2tp_link.h"
#include "nodes/pptp/pptp_client.h"
#include "nodes/tunnel_watch.h"

/** The part of a node that places calls: its phone book and what all connections share. */
struct dialer {
    struct host *host;
    const struct node_profile *profile;
    struct tunnel_watch *watch; /**< the node's */
    struct entropy entropy;
    struct other_networks_node networks; /**< IPX and NetBEUI of all connections */
    struct connection *connections;      /**< in the order added */
    char identification[64];             /**< "MSRAS-0-NAME" */
    struct pptp_clients pptp;            /**< the PPTP tunnels of the connections */
    struct l2tp_link *l2tp;              /**< the node's L2TP; NULL: it has none */
};

/** An empty phone book of @p host; @p component names its stream of random numbers. */
void dialer_init(struct dialer *dialer, struct host *host, const struct node_profile *profile,
                 struct tunnel_watch *watch, const char *component);

/** Gives the node L2TP with the settings @p config, on its UDP port @p port. STATUS_NO_MEMORY. */
enum status dialer_use_l2tp(struct dialer *dialer, const struct l2tp_config *config, uint16_t port);

/** Makes the connections ready: to be called when the node starts. */
void dialer_start(struct dialer *dialer);

/** Frees what the connections hold; no event is told. */
void dialer_destroy(struct dialer *dialer);

/** The connection called @p name; NULL when there is none. */
struct connection *dialer_find(struct dialer *dialer, const char *name);

/** The state connection.NAME or one of the other networks; false: that is no name of a state. */
bool dialer_state(struct dialer *dialer, const char *name, char *text, size_t size);

#endif
