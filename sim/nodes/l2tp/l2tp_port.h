#ifndef VPNSIM_NODES_L2TP_PORT_H
#define VPNSIM_NODES_L2TP_PORT_H

#include "nodes/l2tp/l2tp_link.h"
#include "nodes/ppp_port.h"

/**
 * What the owner of a port is told of its call: the events of its session, of which SESSION_ENDED
 * is the last, and TUNNEL_ESTABLISHED while it waits for the tunnel. @p session may be read during
 * the call.
 */
typedef void l2tp_port_call_event(void *owner, enum l2tp_event event,
                                  const struct l2tp_session *session);

/** A place for one L2TP call: a PPP port whose frames a session of the host's tunnels carries. */
struct l2tp_port {
    struct ppp_port ppp; /**< first: the port is a PPP port */
    struct l2tp_link *link;
    l2tp_port_call_event *call_event;
    void *owner;         /**< of the call; that of the PPP port may be another */
    uint16_t session_id; /**< the local one; 0: no call */
};

/** To be called once, before @p link starts. */
void l2tp_port_init(struct l2tp_port *port, struct l2tp_link *link, ppp_port_event *event,
                    void *event_owner, l2tp_port_call_event *call_event, void *owner);

/** The port carries the session @p session_id of its link from now on. */
void l2tp_port_take(struct l2tp_port *port, uint16_t session_id);

/**
 * The session is established: PPP begins. L2TP protects nothing, and leaves that to IPsec: CCP
 * offers no MPPE, whatever @p ppp says (Windows 2000 Resource Kit, chapter 9). False: the PPP
 * configuration is refused.
 */
bool l2tp_port_open(struct l2tp_port *port, const struct ppp_port_habits *habits,
                    const struct ppp_session_config *ppp);

/** A frame of the session has come; takes @p frame. */
void l2tp_port_input(struct l2tp_port *port, struct packet *frame);

/** Ends the session with CDN and @p result; SESSION_ENDED follows. Nothing happens without one. */
void l2tp_port_disconnect(struct l2tp_port *port, uint16_t result);

#endif
