#ifndef VPNSIM_NODES_RRAS_SERVER_H
#define VPNSIM_NODES_RRAS_SERVER_H

#include "host/host.h"
#include "nodes/address_pool.h"
#include "nodes/dialer.h"
#include "nodes/link_info.h"
#include "nodes/ppp_settings.h"
#include "nodes/pptp_link.h"
#include "nodes/pptp_port.h"
#include "nodes/profile.h"
#include "nodes/rras_caller.h"
#include "nodes/rras_dialup.h"
#include "nodes/wan_errors.h"

#include <stdbool.h>
#include <stdint.h>

/** One account of the server's own database; texts are borrowed for the run. */
struct rras_user {
    const char *name;
    const char *password; /**< NULL: only .nt_hash is known */
    uint32_t error;       /**< why a right password is refused; 0: it is not */
    bool has_lm_hash;
    uint8_t nt_hash[MSCHAP_HASH_SIZE]; /**< what a change without the text has left */
    uint8_t lm_hash[MSCHAP_HASH_SIZE];
    ipv4_address address;                  /**< assigned to this caller; 0: one of the pool */
    instant session_limit;                 /**< the longest session; 0: none */
    bool callback_by_caller;               /**< over a modem: called back if it names a number */
    const char *callback_number;           /**< over a modem: always called back here; NULL: not */
    const struct connection_route *routes; /**< networks behind it, while it is connected */
    size_t route_count;
    struct rras_user *next;
};

/**
 * GRE is told apart by Call ID and sender. A router that answers and places calls, perhaps to one
 * and the same peer, keeps them apart: below are the calls taken, from here on those placed.
 */
#define RRAS_PLACED_CALL_IDS 0x8000

/** What a server offers; see the functions below for users and addresses. */
struct rras_server_config {
    uint16_t pptp_ports; /**< most simultaneous calls; 0: no PPTP */
    uint16_t tcp_port;
    uint32_t echo_idle_ms;       /**< 0: the profile's */
    uint32_t echo_reply_ms;      /**< 0: the profile's */
    uint16_t tunnel_mtu;         /**< longest IP datagram in a tunnel; 0: the profile's */
    uint32_t start_ms;           /**< a silent control connection is closed; 0: the profile's */
    bool only_allowed;           /**< only callers from the addresses in allowed */
    const ipv4_address *allowed; /**< borrowed for the run */
    size_t allowed_count;
    bool gre_from_route;   /**< GRE comes from the address that the route to the caller chooses,
                              whatever address it called */
    bool validate_address; /**< GRE packets from elsewhere than the caller are dropped */
    enum ppp_auth_method methods[LCP_METHODS]; /**< demanded, best first */
    uint8_t method_count;
    struct ppp_auth_eap_methods eap_methods; /**< inside EAP */
    const struct eap_tls_config *eap_tls;    /**< borrowed for the run; NULL: no EAP-TLS */
    enum oem_code_page code_page;            /**< of the computer */
    bool masquerades;                        /**< takes every name and password for right */
    bool knows_no_domains;                   /**< a name with a domain is looked for as it stands */
    uint8_t change_version;                  /**< of MS-CHAP-1's Change-Password; 0: 2 */
    const char *notification;                /**< EAP: shown to the caller; NULL: nothing */
    /** What the server agrees to prove itself with when a caller demands that. */
    enum ppp_auth_method proves[LCP_METHODS];
    uint8_t proves_count;
    struct ppp_auth_eap_methods proves_eap;
    const char *own_user; /**< as whom; NULL: nobody */
    const char *own_password;
    struct ccp_config encryption;
    struct ppp_settings ppp;
    ipv4_address name_servers[IPCP_SERVERS]; /**< told by IPCP; 0: none */
};

struct rras_server;
struct rras_control;

/** A PPTP port: the place for one call. */
struct rras_port {
    struct rras_caller caller;
    struct pptp_port pptp;
    struct link_info link_info;
    struct wan_errors wan_errors;
    struct rras_control *control; /**< whose call it carries; NULL: the port is free */
    uint16_t call_id;
    uint16_t generation; /**< calls that it has carried */
};

/** A control connection of a caller. */
struct rras_control {
    struct rras_server *server;
    struct pptp_link link;
    struct rras_port *port;        /**< NULL: no call */
    struct rras_control *next;     /**< in the server's idle_controls */
    struct rras_control *all_next; /**< in the server's controls */
};

/**
 * A Windows server with Routing and Remote Access, or an ISP's access server: an IP router that
 * answers PPTP calls in the role of the PAC and calls over its modems, authenticates callers
 * against local users and gives them addresses of a static pool. It may place calls as well.
 */
struct rras_server {
    struct host host;
    const struct node_profile *profile;
    struct rras_server_config config;
    struct tunnel_watch watch;
    struct stack_protocol gre;
    struct stack_tcp_handler listener;
    struct entropy entropy;
    struct rras_user *users;
    struct address_pool pool;
    ipv4_address internal_address; /**< of the virtual interface: the pool's first; 0: not yet */
    struct rras_port *ports;
    struct rras_modem_port *modem_ports;
    struct rras_bundle *bundles;
    struct dialer dialer;
    struct stack_interface *internal; /**< "Internal": the virtual interface without a caller */
    uint16_t calls;                   /**< ports in use: the state pptp.calls */
    uint16_t first_free;              /**< no port with a lower index is free */
    struct rras_control *controls;    /**< all there ever were */
    struct rras_control *idle_controls;
    uint64_t discarded; /**< control messages of connections that have ended */
};

/** The classes of servers: VPN server and ISP access server. */
extern const struct node_class rras_server_class;
extern const struct node_class isp_nas_class;

/** A server of @p class in the simulation's arena; NULL when memory is short. @p name is borrowed.
 */
struct rras_server *rras_server_create(struct simulation *simulation,
                                       const struct node_class *class, const char *name,
                                       const struct node_profile *profile,
                                       const struct rras_server_config *config);

/** Adds a copy of @p user. STATUS_NO_MEMORY. */
enum status rras_server_add_user(struct rras_server *server, const struct rras_user *user);

/** Adds addresses for callers, both ends included. STATUS_NO_MEMORY. */
enum status rras_server_add_pool(struct rras_server *server, ipv4_address from, ipv4_address to);

#endif
