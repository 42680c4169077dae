#ifndef VPNSIM_NODES_PPTP_PORT_H
#define VPNSIM_NODES_PPTP_PORT_H

#include "gre/gre_tunnel.h"
#include "nodes/ppp_port.h"
#include "nodes/tunnel_watch.h"

/** The data path of one PPTP call: a PPP port whose frames enhanced GRE carries. */
struct pptp_port {
    struct ppp_port ppp; /**< first: the port is a PPP port */
    struct gre_tunnel gre;
    ipv4_address local; /**< of the GRE packets */
    ipv4_address peer;
    bool validate_address; /**< packets from elsewhere are dropped (ValidateAddress of Windows) */
    struct pptp_port *sibling; /**< of the same node */
};

/** To be called once; @p watch sees and counts what passes. */
void pptp_port_init(struct pptp_port *port, struct tunnel_watch *watch, ppp_port_event *event,
                    void *owner);

/**
 * The call is established: PPP over GRE between @p local and @p peer. Pools, traces and taps of the
 * configurations are filled in. False: the PPP configuration is refused.
 */
bool pptp_port_open(struct pptp_port *port, ipv4_address local, ipv4_address peer,
                    const struct ppp_port_habits *habits, const struct gre_tunnel_config *gre,
                    const struct ppp_session_config *ppp);

/** A GRE packet with this call's Call ID has come in; takes @p packet. */
void pptp_port_input(struct pptp_port *port, ipv4_address source, struct packet *packet);

#endif
