#ifndef VPNSIM_NODES_RRAS_SERVER_H
#define VPNSIM_NODES_RRAS_SERVER_H

#include "host/host.h"
#include "nodes/address_pool.h"
#include "nodes/dialer.h"
#include "nodes/ppp_settings.h"
#include "nodes/pptp/rras_pptp.h"
#include "nodes/profile.h"
#include "nodes/rras_caller.h"
#include "nodes/rras_dialup.h"
#include "nodes/rras_service.h"

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

/** What a server offers; see the functions below for users and addresses. */
struct rras_server_config {
    struct rras_pptp_config pptp;
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

/**
 * A Windows server with Routing and Remote Access, or an ISP's access server: an IP router that
 * answers calls in tunnels and over its modems, authenticates callers against local users and gives
 * them addresses of a static pool. It may place calls as well.
 */
struct rras_server {
    struct host host;
    const struct node_profile *profile;
    struct rras_server_config config;
    struct tunnel_watch watch;
    struct entropy entropy;
    struct rras_user *users;
    struct address_pool pool;
    ipv4_address internal_address; /**< of the virtual interface: the pool's first; 0: not yet */
    struct rras_service *services; /**< those below */
    struct rras_pptp pptp;
    struct rras_dialup dialup;
    struct dialer dialer;
    struct stack_interface *internal; /**< "Internal": the virtual interface without a caller */
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
