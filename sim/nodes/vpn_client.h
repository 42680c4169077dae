#ifndef VPNSIM_NODES_VPN_CLIENT_H
#define VPNSIM_NODES_VPN_CLIENT_H

#include "nodes/host.h"
#include "nodes/link_info.h"
#include "nodes/pptp_link.h"
#include "nodes/pptp_port.h"
#include "nodes/profile.h"

#include <stdbool.h>
#include <stdint.h>

/** Errors of a dial beside those of enum ppp_error (raserror.h). */
enum dial_error {
    DIAL_ERROR_LINE_BUSY = 676,
    DIAL_ERROR_NO_ANSWER = 678, /**< no control connection, or no call on it */
    DIAL_ERROR_NO_CARRIER = 679,
    DIAL_ERROR_NO_DIAL_TONE = 680,
    DIAL_ERROR_BAD_ADDRESS = 769, /**< no route to the server */
};

/** What a connection of the client's phone book says; texts are borrowed for the run. */
struct vpn_connection_config {
    const char *name;
    ipv4_address server;
    uint16_t port;
    const char *user;
    const char *password;
    enum ppp_auth_method methods[LCP_METHODS]; /**< allowed, best first */
    uint8_t method_count;
    struct ccp_config encryption;
    bool default_route;       /**< all traffic goes through the tunnel */
    uint32_t echo_idle_ms;    /**< 0: the profile's */
    uint32_t dial_timeout_ms; /**< until the control connection stands; 0: 60 s */
    uint16_t mtu;             /**< 0: the profile's */
};

enum vpn_connection_state {
    VPN_DISCONNECTED,
    VPN_CONNECTING,    /**< TCP and control connection */
    VPN_CALLING,       /**< Outgoing-Call-Request sent */
    VPN_NEGOTIATING,   /**< PPP */
    VPN_CONNECTED,     /**< IP may flow */
    VPN_DISCONNECTING, /**< the end has been told, the rest is being closed */
};

struct vpn_client;

/** One connection of a client. */
struct vpn_connection {
    struct vpn_client *client;
    struct vpn_connection_config config;
    enum vpn_connection_state state;
    struct pptp_link link;
    struct pptp_port port;
    struct link_info link_info;
    struct timer dial_timer;
    struct timer end_timer; /**< pauses while the call and then the control connection end */
    uint16_t call_id;
    uint16_t call_serial_number;
    struct stack_interface *route_interface; /**< of the host route to the server; NULL: none */
    ipv4_address route_gateway;
    bool told; /**< dial.failed or dial.disconnected has been emitted for this dial */
    struct vpn_connection *next;
};

/** A computer with PPTP connections to VPN servers, in the role of the PNS. */
struct vpn_client {
    struct host host;
    const struct node_profile *profile;
    struct tap_point ppp_taps; /**< layer "ppp" */
    struct stack_protocol gre;
    struct entropy entropy;
    struct vpn_connection *connections;
    char identification[64]; /**< "MSRAS-0-NAME" */
    uint16_t next_call_id;
};

/** A client in the simulation's arena; NULL when memory is short. @p name is borrowed. */
struct vpn_client *vpn_client_create(struct simulation *simulation, const char *name,
                                     const struct node_profile *profile);

/** Adds a connection. STATUS_NO_MEMORY. */
enum status vpn_client_add_connection(struct vpn_client *client,
                                      const struct vpn_connection_config *config);

/** The connection called @p name; NULL when there is none. */
struct vpn_connection *vpn_client_connection(struct vpn_client *client, const char *name);

/**
 * Dials; nothing happens when the connection is in use. Events: dial.started, then dial.connected
 * or dial.failed (field "error"); a connection that ends later tells dial.disconnected.
 */
void vpn_connection_dial(struct vpn_connection *connection);

/** Hangs up in whatever state; nothing happens when disconnected. */
void vpn_connection_hang_up(struct vpn_connection *connection);

/** "disconnected", "connecting", ...: the state connection.NAME. */
const char *vpn_connection_state_text(enum vpn_connection_state state);

#endif
