#ifndef VPNSIM_NODES_L2TP_RRAS_L2TP_H
#define VPNSIM_NODES_L2TP_RRAS_L2TP_H

#include "nodes/l2tp/l2tp_port.h"
#include "nodes/rras_server.h"

/** What a server says of the L2TP calls that it takes. */
struct rras_l2tp_config {
    uint16_t ports; /**< most simultaneous calls */
    uint16_t mtu;   /**< longest IP datagram in a tunnel; 0: the profile's */
};

struct rras_l2tp;

/** An L2TP port: the place for one call. */
struct rras_l2tp_port {
    struct rras_caller caller;
    struct l2tp_port l2tp;
    ipv4_address peer;         /**< of the tunnel that has the call */
    struct rras_l2tp *service; /**< whose port it is */
};

/** The L2TP calls that a server takes, as LNS or, when it is asked for a call, as LAC. */
struct rras_l2tp {
    struct rras_service service; /**< first: it is a service of the server */
    struct rras_l2tp_config config;
    struct l2tp_link *link;
    struct rras_l2tp_port *ports;
    uint16_t first_free; /**< no port with a lower index is free */
};

/**
 * Has @p server, whose dialer has L2TP (dialer_use_l2tp()), take L2TP calls. STATUS_NO_MEMORY.
 * Events: server.call.refused.
 */
enum status rras_server_add_l2tp(struct rras_server *server, const struct rras_l2tp_config *config);

#endif
