#ifndef VPNSIM_NODES_PPTP_RRAS_PPTP_H
#define VPNSIM_NODES_PPTP_RRAS_PPTP_H

#include "host/host_stack_tcp.h"
#include "nodes/pptp/link_info.h"
#include "nodes/pptp/pptp_link.h"
#include "nodes/pptp/pptp_port.h"
#include "nodes/pptp/wan_errors.h"
#include "nodes/rras_caller.h"
#include "nodes/rras_service.h"

#include <stdbool.h>
#include <stdint.h>

/**
 * GRE is told apart by Call ID and sender. A router that answers and places calls, perhaps to one
 * and the same peer, keeps them apart: below are the calls taken, from here on those placed.
 */
#define RRAS_PLACED_CALL_IDS 0x8000

/** What a server says of PPTP. */
struct rras_pptp_config {
    uint16_t ports; /**< most simultaneous calls; 0: no PPTP */
    uint16_t tcp_port;
    uint32_t echo_idle_ms;       /**< 0: the profile's */
    uint32_t echo_reply_ms;      /**< 0: the profile's */
    uint16_t mtu;                /**< longest IP datagram in a tunnel; 0: the profile's */
    uint32_t start_ms;           /**< a silent control connection is closed; 0: the profile's */
    bool only_allowed;           /**< only callers from the addresses in allowed */
    const ipv4_address *allowed; /**< borrowed for the run */
    size_t allowed_count;
    bool gre_from_route;   /**< GRE comes from the address that the route to the caller chooses,
                              whatever address it called */
    bool validate_address; /**< GRE packets from elsewhere than the caller are dropped */
};

struct rras_pptp_control;

/** A PPTP port: the place for one call. */
struct rras_pptp_port {
    struct rras_caller caller;
    struct pptp_port pptp;
    struct link_info link_info;
    struct wan_errors wan_errors;
    struct rras_pptp_control *control; /**< whose call it carries; NULL: the port is free */
    uint16_t call_id;
    uint16_t generation; /**< calls that it has carried */
};

/** A control connection of a caller. */
struct rras_pptp_control {
    struct rras_server *server;
    struct pptp_link link;
    struct rras_pptp_port *port;        /**< NULL: no call */
    struct rras_pptp_control *next;     /**< in the idle ones */
    struct rras_pptp_control *all_next; /**< in all of them */
};

/** PPTP of a server, in the role of the PAC: its control connections and the calls on its ports. */
struct rras_pptp {
    struct rras_service service;           /**< first: it is a service of the server */
    const struct rras_pptp_config *config; /**< in that of the server */
    struct stack_protocol gre;
    struct stack_tcp_handler listener;
    struct rras_pptp_port *ports;
    uint16_t calls;                     /**< ports in use: the state pptp.calls */
    uint16_t first_free;                /**< no port with a lower index is free */
    struct rras_pptp_control *controls; /**< all there ever were */
    struct rras_pptp_control *idle_controls;
    uint64_t discarded; /**< control messages of connections that have ended */
};

/**
 * Prepares PPTP of @p server, which has a host, a profile and a dialer already; @p config is
 * borrowed. The node's GRE goes
 * to its ports, or to the tunnels that the dialer has. STATUS_NO_MEMORY.
 *
 * States: pptp.calls, pptp.control-connections (open now), pptp.control-connections.most (the most
 * at any time) and pptp.discarded (control messages that were no use).
 */
enum status rras_pptp_init(struct rras_pptp *pptp, struct rras_server *server,
                           const struct rras_pptp_config *config);

#endif
