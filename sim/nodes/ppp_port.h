#ifndef VPNSIM_NODES_PPP_PORT_H
#define VPNSIM_NODES_PPP_PORT_H

#include "core/timer.h"
#include "host/host.h"
#include "net/capture_tap.h"
#include "ppp/ppp_session.h"

#include <stdbool.h>
#include <stdint.h>

/** Events of a session that one run can bring about: one of each kind, and then some. */
#define PPP_PORT_EVENTS 16

struct bundle_link;
struct ppp_port;
struct tunnel_watch;

/** Takes a datagram of @p protocol, which is not IP, and owns it. */
typedef void ppp_port_datagram(void *context, uint16_t protocol, struct packet *packet);

/** What the owner of a port is told; it may command the port, and close it, from this call. */
typedef void ppp_port_event(void *owner, enum ppp_event event, uint32_t value);

/**
 * What carries the frames of a port: a PPTP call, a telephone line. The structure that knows how
 * embeds struct ppp_port first. None of these functions may call back into the port.
 */
struct ppp_lower_layer {
    /** Takes a PPP frame, from its address or protocol field on, and sends it. */
    void (*send)(struct ppp_port *port, instant now, struct packet *frame);
    /** Hands over the next frame that has come in; NULL: there is none. NULL member: frames come by
     * ppp_port_input(). */
    struct packet *(*receive)(struct ppp_port *port, instant now);
    /** When the layer wants to be woken, and the waking; NULL members: never. */
    instant (*next_timeout)(const struct ppp_port *port);
    void (*handle_timeout)(struct ppp_port *port, instant now);
    /** Frees what the layer holds; the port is being closed. */
    void (*close)(struct ppp_port *port);
};

/** What differs between ports and implementations once a call is established. */
struct ppp_port_habits {
    bool passive;  /**< PPP begins only when the peer's first frame comes, as on a Windows server */
    instant delay; /**< otherwise after so long; 0: in the same instant, behind pending messages */
    uint16_t mtu;  /**< longest IP datagram on the interface, whatever the peer takes */
    /** The interface takes datagrams as long as the peer's MRU although MPPE adds four octets to
     * each (Windows); else the MTU leaves room for them. */
    bool mtu_ignores_mppe;
    /** Hangs up, with PPP_ERROR_IDLE_TIMEOUT, when no IP datagram has passed for so long; 0: never.
     */
    instant idle_limit;
};

/**
 * One end of a PPP link in a host: the PPP session between a lower layer and, while the network
 * phase lasts, a virtual interface of the host's IP stack.
 */
struct ppp_port {
    const struct ppp_lower_layer *lower;
    struct host *host;
    struct tap_point *taps;   /**< sees the PPP frames before encryption */
    struct tap_point *framed; /**< sees them as they are handed to the lower layer; NULL: nobody */
    struct tunnel_watch *watch; /**< of a port whose link is a tunnel; NULL: of others */
    ppp_port_event *event;
    void *owner;
    ppp_port_datagram *datagram; /**< NULL: datagrams of other protocols are dropped */
    void *datagram_context;
    struct bundle_link *membership; /**< its sessions are links of a bundle; NULL: whole ones */
    struct ppp_session session;
    struct timer timer;
    struct stack_interface *interface; /**< NULL while the network is down */
    struct stack_interface *lent;      /**< an interface to use instead of adding one; NULL: none */
    struct ppp_port_habits habits;
    instant start_at;  /**< when PPP begins by itself; INSTANT_NEVER: waits for the peer's */
    instant active_at; /**< when the last IP datagram passed, or the network came up */
    instant ends_at;   /**< when the session's time is up; INSTANT_NEVER: it has no limit */
    bool started;      /**< PPP has been told that its lower layer is up */
    bool open;
    bool running;
    struct output events[PPP_PORT_EVENTS];
    unsigned event_count;
};

void ppp_port_init(struct ppp_port *port, const struct ppp_lower_layer *lower, struct host *host,
                   struct tap_point *taps, ppp_port_event *event, void *owner);

/**
 * The lower layer stands: PPP begins. Pool, trace, crypto and taps of @p config are filled in.
 * False: the PPP configuration is refused, and the port stays closed.
 */
bool ppp_port_open(struct ppp_port *port, const struct ppp_port_habits *habits,
                   const struct ppp_session_config *config);

/** Moves what the layers have decided until all are at rest, then tells the owner the events. To be
 * called after every input of the lower layer. */
void ppp_port_run(struct ppp_port *port);

/** A frame from the peer, for lower layers without receive; takes @p frame. */
void ppp_port_input(struct ppp_port *port, struct packet *frame);

/** Gives datagrams of other protocols than IP to @p datagram, for all the port's life. */
void ppp_port_set_datagrams(struct ppp_port *port, ppp_port_datagram *datagram, void *context);

/** Sends @p packet, a datagram of @p protocol; while that is not up it is a traced drop. */
void ppp_port_send_as(struct ppp_port *port, uint16_t protocol, struct packet *packet);

/** Sends @p packet, which it takes and which begins at its protocol field, for the bundle that this
 * port is a link of. */
void ppp_port_send_for_bundle(struct ppp_port *port, struct packet *packet);

/** A frame was damaged on the way here: see ppp_session_link_error(). */
void ppp_port_link_error(struct ppp_port *port);

/** Ends PPP in order; PPP_EVENT_FINISHED follows. */
void ppp_port_hang_up(struct ppp_port *port, enum ppp_error error);

/**
 * The session has @p limit left, and is hung up then with PPP_ERROR_REMOTE_DISCONNECTION. @p tells:
 * the peer learns that at once, by Time-Remaining of LCP.
 */
void ppp_port_limit(struct ppp_port *port, instant limit, bool tells);

/** The lower layer is lost: PPP ends at once; PPP_EVENT_FINISHED follows. */
void ppp_port_lower_down(struct ppp_port *port);

/**
 * Gives the port an interface that stays while the network comes and goes, for demand-dialling. It
 * has addresses and MTU of the link while the network is up, no addresses otherwise. What is routed
 * there goes to its own output function, which may call ppp_port_send().
 */
void ppp_port_lend_interface(struct ppp_port *port, struct stack_interface *interface);

/** The longest datagram that goes over the link, whose network is up. */
uint16_t ppp_port_mtu(const struct ppp_port *port);

/**
 * Adds the virtual interface @p name (borrowed), or takes the one that was lent, with the addresses
 * that IPCP agreed on; to be called at PPP_EVENT_NETWORK_UP. NULL: no memory.
 */
struct stack_interface *ppp_port_add_interface(struct ppp_port *port, const char *name);

/** Sends IP datagram @p packet, which it takes, over the link, whose network is up. */
void ppp_port_send(struct ppp_port *port, struct packet *packet);

/** Removes the virtual interface, if there is one, with its routes; a lent one stays. */
void ppp_port_remove_interface(struct ppp_port *port);

/** The link is over: frees everything at once and tells nothing. */
void ppp_port_close(struct ppp_port *port);

#endif
