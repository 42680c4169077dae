#ifndef VPNSIM_NODES_VPN_TUNNEL_H
#define VPNSIM_NODES_VPN_TUNNEL_H

#include "nodes/ppp_port.h"

#include <stdbool.h>

struct vpn_connection;
struct vpn_tunnel;

/**
 * What a type of tunnel does for the end that dials: it builds a tunnel to the server, has one call
 * in it, and lets that carry the frames of a PPP port. The structure of the type embeds struct
 * vpn_tunnel first. It tells what happens by the functions of vpn_connection.h.
 */
struct vpn_tunnel_class {
    const char *protocol; /**< "PPTP" */
    /** Starts to build the tunnel. False: nothing has begun, because there is no route to the
     * server or for the reason that has been told. */
    bool (*dial)(struct vpn_tunnel *tunnel);
    /** PPP is over: ends the call in order and then, if nothing else is in it, the tunnel. */
    void (*end_call)(struct vpn_tunnel *tunnel);
    /** Gives up a call that is not connected yet, and then the tunnel. */
    void (*cancel_call)(struct vpn_tunnel *tunnel);
    /** Ends the tunnel in order, and what is in it. */
    void (*stop)(struct vpn_tunnel *tunnel);
    /** Gives the tunnel up at once, without a word. */
    void (*abort)(struct vpn_tunnel *tunnel);
    /** True from dial() until vpn_connection_released(). */
    bool (*in_use)(const struct vpn_tunnel *tunnel);
    /** The address of this machine that the tunnel in use begins at. */
    ipv4_address (*local_address)(const struct vpn_tunnel *tunnel);
    /** Bits of the keys that encrypt the tunnel itself. NULL: nothing does. */
    unsigned (*strength)(const struct vpn_tunnel *tunnel);
    /** The error of a dial that takes too long as it is now. NULL: DIAL_ERROR_NO_ANSWER. */
    uint32_t (*timeout_error)(const struct vpn_tunnel *tunnel);
    /** The user hangs up: PPP is about to end. NULL: of no interest. */
    void (*leaving)(struct vpn_tunnel *tunnel);
    /** PPP has told @p event, and the connection knows. NULL: of no interest. */
    void (*ppp_event)(struct vpn_tunnel *tunnel, enum ppp_event event);
    /** Frees everything but the port at once, when the node ends. NULL: nothing to free. */
    void (*destroy)(struct vpn_tunnel *tunnel);
};

/** The dialling end of one tunnel at a time. */
struct vpn_tunnel {
    const struct vpn_tunnel_class *class;
    struct vpn_connection *connection;
    struct ppp_port *port; /**< of the call */
};

#endif
