#ifndef VPNSIM_NODES_VPN_CLIENT_H
#define VPNSIM_NODES_VPN_CLIENT_H

#include "nodes/dialer.h"

/** A computer that dials: PPTP connections to VPN servers, calls over a modem. */
struct vpn_client {
    struct host host;
    struct tunnel_watch watch;
    struct stack_protocol gre;
    struct dialer dialer;
};

/** A client in the simulation's arena; NULL when memory is short. @p name is borrowed. */
struct vpn_client *vpn_client_create(struct simulation *simulation, const char *name,
                                     const struct node_profile *profile);

#endif
