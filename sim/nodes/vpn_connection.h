#ifndef VPNSIM_NODES_VPN_CONNECTION_H
#define VPNSIM_NODES_VPN_CONNECTION_H

#include "nodes/connection.h"
#include "nodes/l2tp/l2tp_client.h"
#include "nodes/pptp/pptp_client.h"
#include "nodes/vpn_tunnel.h"

enum vpn_tunnel_type { VPN_TUNNEL_PPTP, VPN_TUNNEL_L2TP };

/** How many types of tunnel there are, and so the most that one connection tries. */
#define VPN_TUNNEL_TYPES 2

/** What a VPN connection of the phone book says. */
struct vpn_connection_config {
    struct connection_config common;
    ipv4_address server;
    uint32_t dial_timeout_ms; /**< until the tunnel stands; 0: 60 s */
    /** Tried one after the other, until there is a call; count 0: PPTP. */
    enum vpn_tunnel_type types[VPN_TUNNEL_TYPES];
    unsigned type_count;
    struct pptp_client_config pptp;
    struct l2tp_client_config l2tp;
};

/**
 * A connection to a VPN server, whatever the type of its tunnel: PPP, the interface, its routes,
 * and what the user is told.
 */
struct vpn_connection {
    struct connection base; /**< first: it is an entry of the phone book */
    struct vpn_connection_config config;
    struct vpn_tunnel *tunnels[VPN_TUNNEL_TYPES];
    unsigned tunnel_count;
    unsigned trying;           /**< index of the tunnel */
    struct vpn_tunnel *tunnel; /**< the one in use, or used last; base.port is its port */
    bool try_next;             /**< once the tunnel is gone */
    struct timer dial_timer;
    struct timer end_timer;                  /**< pauses while the call and then the tunnel end */
    struct stack_interface *route_interface; /**< of the host route to the server; NULL: none */
    ipv4_address route_gateway;
};

/** Adds a connection to the phone book of @p dialer. STATUS_NO_MEMORY. */
enum status vpn_connection_add(struct dialer *dialer, const struct vpn_connection_config *config);

/* For the types of tunnels. */

/** The handler of the tunnel's port, whose owner is the connection. */
void vpn_connection_port_event(void *owner, enum ppp_event event, uint32_t value);

/** The tunnel stands, and the call in it is about to be placed. */
void vpn_connection_calling(struct vpn_connection *connection);

/** The call is connected: returns the settings of the PPP session over it. */
struct ppp_session_config vpn_connection_negotiating(struct vpn_connection *connection,
                                                     struct ppp_port_habits *habits);

/**
 * Tells why there is no tunnel or no call, which end now. When there is another type of tunnel to
 * try, the dial goes on with that instead of failing; event: dial.type-failed.
 */
void vpn_connection_failed(struct vpn_connection *connection, uint32_t error, const char *reason);

/** The call is over. The other end has ended it: tells so, unless PPP has told why before. */
void vpn_connection_cleared(struct vpn_connection *connection);

/** The tunnel was lost, and the call with it: tells so. */
void vpn_connection_lost(struct vpn_connection *connection);

/** PPP and its interface go, while the tunnel may stay for a while. */
void vpn_connection_close_port(struct vpn_connection *connection);

/** Calls end_call() of the tunnel after @p pause. */
void vpn_connection_end_after(struct vpn_connection *connection, instant pause);

/** The tunnel is gone, and may be used again. */
void vpn_connection_released(struct vpn_connection *connection);

#endif
