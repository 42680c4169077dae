#ifndef VPNSIM_NODES_PPTP_PORT_H
#define VPNSIM_NODES_PPTP_PORT_H

#include "gre/gre_tunnel.h"
#include "nodes/ppp_port.h"

/** The data path of one PPTP call: a PPP port whose frames enhanced GRE carries. */
struct pptp_port {
    struct ppp_port ppp; /**< first: the port is a PPP port */
    struct gre_tunnel gre;
    ipv4_address local; /**< of the GRE packets */
    ipv4_address peer;
};

void pptp_port_init(struct pptp_port *port, struct host *host, struct tap_point *taps,
                    ppp_port_event *event, void *owner);

/**
 * The call is established: PPP over GRE between @p local and @p peer. Pools, traces and taps of the
 * configurations are filled in. False: the PPP configuration is refused.
 */
bool pptp_port_open(struct pptp_port *port, ipv4_address local, ipv4_address peer,
                    const struct ppp_port_habits *habits, const struct gre_tunnel_config *gre,
                    const struct ppp_session_config *ppp);

/** A GRE packet for this call has come in; takes @p packet. */
void pptp_port_input(struct pptp_port *port, struct packet *packet);

#endif
