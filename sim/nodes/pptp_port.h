#ifndef VPNSIM_NODES_PPTP_PORT_H
#define VPNSIM_NODES_PPTP_PORT_H

#include "core/timer.h"
#include "gre/gre_tunnel.h"
#include "net/capture_tap.h"
#include "nodes/host.h"
#include "ppp/ppp_session.h"

#include <stdbool.h>
#include <stdint.h>

/** Events of a session that one run can bring about: one of each kind, and then some. */
#define PPTP_PORT_EVENTS 8

/** What the owner of a port is told; it may command the port, and close it, from this call. */
typedef void pptp_port_event(void *owner, enum ppp_event event, uint32_t value);

/**
 * The data path of one PPTP call: PPP session, enhanced GRE and, while the network phase lasts, a
 * virtual interface of the host's IP stack.
 */
struct pptp_port {
    struct host *host;
    struct tap_point *taps; /**< sees the PPP frames before encryption */
    pptp_port_event *event;
    void *owner;
    struct gre_tunnel gre;
    struct ppp_session ppp;
    struct timer timer;
    struct stack_interface *interface; /**< NULL while the network is down */
    ipv4_address local;                /**< of the GRE packets */
    ipv4_address peer;
    uint16_t tunnel_mtu;
    bool mtu_ignores_mppe;
    instant start_at; /**< when PPP begins by itself; INSTANT_NEVER: waits for the peer's */
    bool started;     /**< PPP has been told that its lower layer is up */
    bool open;
    bool running;
    struct output events[PPTP_PORT_EVENTS];
    unsigned event_count;
};

void pptp_port_init(struct pptp_port *port, struct host *host, struct tap_point *taps,
                    pptp_port_event *event, void *owner);

/** What differs between implementations once a call is established. */
struct pptp_port_habits {
    bool passive;  /**< only when the peer's first frame comes, as a Windows server does */
    instant delay; /**< otherwise after so long; 0: in the same instant, behind the PPTP messages */
    /** The virtual interface takes datagrams as long as the peer's MRU although MPPE adds four
     * octets to each (Windows); else the MTU leaves room for them. */
    bool mtu_ignores_mppe;
};

/**
 * The call is established: PPP over GRE between @p local and @p peer. Pools, traces and taps of the
 * configurations are filled in. False: the PPP configuration is refused.
 */
bool pptp_port_open(struct pptp_port *port, ipv4_address local, ipv4_address peer,
                    uint16_t tunnel_mtu, const struct pptp_port_habits *habits,
                    const struct gre_tunnel_config *gre, const struct ppp_session_config *ppp);

/** A GRE packet for this call has come in; takes @p packet. */
void pptp_port_input(struct pptp_port *port, struct packet *packet);

/** Ends PPP in order; PPP_EVENT_FINISHED follows. */
void pptp_port_hang_up(struct pptp_port *port, enum ppp_error error);

/**
 * Adds the virtual interface @p name (borrowed) with the addresses that IPCP agreed on; to be
 * called at PPP_EVENT_NETWORK_UP. NULL: no memory.
 */
struct stack_interface *pptp_port_add_interface(struct pptp_port *port, const char *name);

/** Removes the virtual interface, if there is one, with its routes. */
void pptp_port_remove_interface(struct pptp_port *port);

/** The call is over: frees everything at once and tells nothing. */
void pptp_port_close(struct pptp_port *port);

#endif
