#ifndef VPNSIM_NODES_CONNECTION_H
#define VPNSIM_NODES_CONNECTION_H

#include "host/host.h"
#include "nodes/other_networks.h"
#include "nodes/ppp_port.h"
#include "nodes/ppp_settings.h"
#include "nodes/profile.h"

#include <stdbool.h>
#include <stdint.h>

struct dialer;
struct connection;

/** Errors of a dial beside those of enum ppp_error (raserror.h). */
enum dial_error {
    DIAL_ERROR_PORT_NOT_AVAILABLE = 633,
    DIAL_ERROR_REQUEST_TIMEOUT = 638, /**< the call back did not come */
    DIAL_ERROR_LINE_BUSY = 676,
    DIAL_ERROR_NO_ANSWER =
        678, /**< nobody answers; PPTP: no control connection, or no call on it */
    DIAL_ERROR_NO_CARRIER = 679,
    DIAL_ERROR_NO_DIAL_TONE = 680,
    DIAL_ERROR_BAD_ADDRESS = 769, /**< no route to the server */
    /* L2TP could not begin, because of IPsec. */
    DIAL_ERROR_OAKLEY_NO_CERT = 786,            /**< this machine has no certificate */
    DIAL_ERROR_OAKLEY_AUTH_FAIL = 787,          /**< the server did not prove itself */
    DIAL_ERROR_OAKLEY_ATTRIB_FAIL = 788,        /**< no proposal is common to both */
    DIAL_ERROR_OAKLEY_GENERAL_PROCESSING = 789, /**< something else went wrong */
    DIAL_ERROR_OAKLEY_NO_PEER_CERT = 790,       /**< the server has sent no certificate */
    DIAL_ERROR_OAKLEY_NO_POLICY = 791,
    DIAL_ERROR_OAKLEY_TIMED_OUT = 792,
    DIAL_ERROR_OAKLEY_ERROR = 793,
    DIAL_ERROR_VPN_TIMEOUT = 809, /**< Windows Vista and later: the server does not answer L2TP */
};

/** A network behind the other end. */
struct connection_route {
    ipv4_address destination;
    uint8_t prefix_length;
    uint32_t metric;
};

/** What every connection of a phone book says; texts and arrays are borrowed for the run. */
struct connection_config {
    const char *name;
    const char *user;
    const char *password;
    const char *new_password;                  /**< instead of an expired one; NULL: none */
    enum ppp_auth_method methods[LCP_METHODS]; /**< allowed, best first */
    uint8_t method_count;
    struct ppp_auth_eap_methods eap_methods; /**< inside EAP */
    const struct eap_tls_config *eap_tls;    /**< borrowed for the run; NULL: no EAP-TLS */
    enum oem_code_page code_page;            /**< of the computer */
    /** The server must prove itself too, with one of these. */
    enum ppp_auth_method demanded[LCP_METHODS];
    uint8_t demanded_count;
    struct ppp_auth_eap_methods demanded_eap;
    const char *server_user; /**< who the server has to be; NULL: nobody is demanded */
    const char *server_password;
    struct ccp_config encryption;
    struct ppp_settings ppp;
    bool default_route;   /**< all traffic goes through it while it is up */
    uint16_t mtu;         /**< 0: the profile's */
    instant idle_limit;   /**< hang up when no datagram has passed for so long; 0: never */
    ipv4_address address; /**< insist on this one; 0: the server chooses */
    /** The interface is always there, and a datagram that is routed to it dials. */
    bool demand_dial;
    const struct connection_route
        *routes; /**< through it: always with demand_dial, else while up */
    size_t route_count;
};

enum connection_state {
    CONNECTION_DISCONNECTED,
    CONNECTION_CONNECTING,        /**< reaching the server: TCP and control connection; dialling */
    CONNECTION_CALLING,           /**< PPTP: Outgoing-Call-Request sent */
    CONNECTION_NEGOTIATING,       /**< PPP */
    CONNECTION_AWAITING_CALLBACK, /**< hung up; the server is to call now */
    CONNECTION_CONNECTED,         /**< IP may flow */
    CONNECTION_DISCONNECTING,     /**< the end has been told, the rest is being closed */
};

/** What a kind of connection does; see vpn_connection.h and dialup_connection.h. */
struct connection_class {
    /** Starts to dial; the connection is disconnected. */
    void (*dial)(struct connection *connection);
    /** The connection that connection_reach() waited for is up. NULL: never waits. */
    void (*reached)(struct connection *connection);
    /** Hangs up in any state but DISCONNECTED and DISCONNECTING. */
    void (*hang_up)(struct connection *connection);
    /** Ends the control connection: in order, or by a reset. NULL: the kind has none. */
    void (*end_control)(struct connection *connection, bool reset);
    /** The address @p local has gone, and with it what the connection was carried by. NULL: never.
     */
    void (*address_lost)(struct connection *connection, ipv4_address local);
    /** Frees everything at once, when the node ends. */
    void (*destroy)(struct connection *connection);
};

/** An entry of a phone book. The kinds embed it first. */
struct connection {
    const struct connection_class *class;
    struct dialer *dialer;
    struct connection_config config;
    enum connection_state state;
    struct ppp_port *port;                    /**< that of the kind */
    struct other_networks *networks;          /**< NULL: IP alone */
    bool told;                                /**< how this dial has ended has been told */
    uint32_t error;                           /**< with which this dial has ended */
    uint32_t metric;                          /**< of its default route */
    struct connection *waits_for;             /**< the one that must be up before this one dials */
    struct stack_interface *demand_interface; /**< NULL: does not dial on demand */
    struct packet_queue held;                 /**< datagrams that wait for the connection */
    struct connection *next;
};

/**
 * Dials; nothing happens when the connection is in use. Events: dial.started, then dial.connected
 * or dial.failed (field "error"); a connection that ends later tells dial.disconnected.
 */
void connection_dial(struct connection *connection);

/** Hangs up in whatever state; nothing happens when disconnected. */
void connection_hang_up(struct connection *connection);

/**
 * Ends the control connection under it: in order, by what the protocol has for that, or with
 * @p reset by a TCP RST and without a word. Nothing happens when there is none.
 */
void connection_end_control(struct connection *connection, bool reset);

/** "disconnected", "connecting", ...: the state connection.NAME. */
const char *connection_state_text(enum connection_state state);

/** Adds interface and routes of a demand-dial connection; the clock is about to start. */
void connection_start(struct connection *connection);

/* For the kinds of connections. */

struct simulation *connection_simulation(const struct connection *connection);
instant connection_now(const struct connection *connection);
const struct trace *connection_trace(const struct connection *connection);

/** Appends a connection of @p class, whose port is @p port, to the dialer's phone book. */
void connection_init(struct connection *connection, const struct connection_class *class,
                     struct dialer *dialer, const struct connection_config *config,
                     struct ppp_port *port);

/** Has PPP go over @p port from now on: the connection is about to dial. */
void connection_use_port(struct connection *connection, struct ppp_port *port);

/** The PPP session of a caller with this connection's credentials. */
struct ppp_session_config connection_session(struct connection *connection);

/** How the PPP of this connection behaves: @p mtu is the longest datagram of its kind. */
struct ppp_port_habits connection_habits(const struct connection *connection, uint16_t mtu);

/** Whether IP is among the protocols that were agreed on. */
bool connection_ip_is_up(const struct connection *connection);

/**
 * Adds the interface and says whether that worked; if not, PPP is being ended. First half of
 * connecting, so that a kind may add routes of its own before connection_up().
 */
bool connection_add_interface(struct connection *connection);

/** Routes through the interface, if there is one; those of a demand-dial connection are there
 * already. */
void connection_add_routes(struct connection *connection);

/** Sends the datagrams that wait for the connection, and dials the connections that do. */
void connection_release_waiting(struct connection *connection);

/**
 * The network phase has begun: routes through the interface, state CONNECTED, dial.connected.
 * @p ipsec_bits tells of the keys that encrypt what carries PPP; 0: nothing does.
 */
void connection_up(struct connection *connection, ipv4_address server, unsigned ipsec_bits);

/** The network phase is over: the interface goes or, with demand_dial, loses its addresses. */
void connection_down(struct connection *connection);

/** Everything has been closed: state DISCONNECTED; what waited for it learns that it failed. */
void connection_ended(struct connection *connection);

/**
 * Makes sure that @p server can be reached: when the way leads through a demand-dial connection
 * that is not up, that one is dialled first. False: then this connection's dial function is called
 * again when the other is up, or the dial fails with the other's error.
 */
bool connection_reach(struct connection *connection, ipv4_address server);

/** Tells once how a dial ended: dial.failed before it was connected, dial.disconnected after. The
 * state becomes DISCONNECTING. */
void connection_tell_end(struct connection *connection, uint32_t error, const char *reason);

/** The same with the reason in plain words that the error has. */
void connection_tell_error(struct connection *connection, uint32_t error);

/** The reason in plain words for an error that a dial can end with. */
const char *connection_error_reason(uint32_t error);

#endif
