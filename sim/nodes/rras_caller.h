#ifndef VPNSIM_NODES_RRAS_CALLER_H
#define VPNSIM_NODES_RRAS_CALLER_H

#include "base/trace.h"
#include "nodes/other_networks.h"
#include "nodes/ppp_port.h"

struct rras_server;
struct rras_user;

/** The PPP side of one of a server's ports, whatever carries it: who called, with which address. */
struct rras_caller {
    struct rras_server *server;
    struct ppp_port *port;
    struct other_networks *networks; /**< NULL: IP alone, or no call yet */
    ipv4_address local;   /**< ours on the link; 0: that of the server's virtual interface */
    ipv4_address address; /**< assigned to the caller; 0: none */
    bool connected;       /**< server.caller.connected has been told */
    bool member;          /**< one call of a bundle, whose caller has the network phase */
    char name[16];        /**< "VPN1-0": interface and PPP session */
};

/** The account behind the name that the peer has proved to be, which may hold a domain; NULL: none.
 */
const struct rras_user *rras_caller_user(const struct rras_caller *caller);

/** The settings of a session with the next caller. */
struct ppp_session_config rras_caller_session(struct rras_caller *caller);

/**
 * The same for a caller in a tunnel, whose IP datagrams are no longer than @p mtu, 0: than the
 * profile says; @p habits tells how the port behaves.
 */
struct ppp_session_config rras_caller_negotiating(struct rras_caller *caller, uint16_t mtu,
                                                  struct ppp_port_habits *habits);

/**
 * What the port has told; @p from says where the call comes from. When the network phase begins:
 * interface, the routes of the account, proxy ARP, and server.caller.connected; when it ends, the
 * reverse.
 */
void rras_caller_ppp_event(struct rras_caller *caller, struct trace_field from,
                           enum ppp_event event, uint32_t value);

/** Hangs up if the caller is @p user, NULL: whoever it is, and if there is a call at all. */
void rras_caller_hang_up(struct rras_caller *caller, const char *user);

/** The call is over: the port is closed and the address given back. */
void rras_caller_close(struct rras_caller *caller);

#endif
