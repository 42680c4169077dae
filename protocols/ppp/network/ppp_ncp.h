#ifndef VPNSIM_PPP_NETWORK_PPP_NCP_H
#define VPNSIM_PPP_NETWORK_PPP_NCP_H

#include "ppp/ppp_control.h"

#include <stdbool.h>
#include <stdint.h>

/** Most protocol numbers that the datagrams of one network protocol travel under. */
#define PPP_NCP_PROTOCOLS 3

/**
 * A network control protocol as the network phase sees it. Its control protocol's number and name
 * are those of its struct ppp_control.
 */
struct ppp_ncp_class {
    /** Protocols of its datagrams, the plain one first; 0 ends the list. */
    uint16_t protocols[PPP_NCP_PROTOCOLS];
    /** It has become Opened, or left Opened: tells what was agreed. */
    void (*opened)(struct ppp_control *control, instant now);
    void (*closed)(struct ppp_control *control, instant now);
    /** Prepares an outgoing datagram in place and returns the protocol it travels as. NULL: it
     *  travels as it is. */
    uint16_t (*prepare)(struct ppp_control *control, struct packet *packet);
    /** Restores a datagram that came as @p protocol, not the plain one, in place; otherwise returns
     *  the fixed reason of the drop. @p known: false when that protocol is not agreed on. NULL:
     *  only the plain one comes. */
    const char *(*restore)(struct ppp_control *control, uint16_t protocol, struct packet *packet,
                           bool *known);
    const char *restore_layer; /**< the layer that drops what cannot be restored */
};

/**
 * One network protocol of a session. Each is negotiated by itself: one that fails leaves the others
 * alone (RFC 1661 section 3.6).
 */
struct ppp_ncp {
    const struct ppp_ncp_class *class;
    struct ppp_control *control; /**< in the session */
    bool enabled;                /**< wanted; otherwise the peer's is refused by Protocol-Reject */
    bool up;                     /**< its datagrams may flow */
    bool failed;                 /**< it will not open any more */
    uint32_t error;              /**< why it failed, enum ppp_error */
};

/** True when datagrams of @p ncp travel as @p protocol. */
bool ppp_ncp_carries(const struct ppp_ncp *ncp, uint16_t protocol);

/** True while it is not decided whether it will open. */
bool ppp_ncp_is_pending(const struct ppp_ncp *ncp);

#endif
