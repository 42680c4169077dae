#ifndef VPNSIM_PPP_PPP_SESSION_INTERNAL_H
#define VPNSIM_PPP_PPP_SESSION_INTERNAL_H

#include "ppp/ppp_session.h"

/* What ppp_session.c (phases) and ppp_session_frame.c (frames) need of each other. */

static inline bool ppp_session_lcp_is_opened(const struct ppp_session *self)
{
    return ppp_control_is_opened(&self->lcp.control);
}

/** Pushes the header of @p protocol and queues the frame for the lower layer. Takes @p packet. */
void ppp_session_send_frame(struct ppp_session *self, instant now, uint16_t protocol,
                            struct packet *packet);

/** Tells of a packet of PAP or CHAP, which starts at its Code: ppp.packet.sent or .received. */
void ppp_session_trace_authentication(struct ppp_session *self, instant now, const char *event,
                                      uint16_t protocol, const struct packet *packet);

/** Takes up what authentication decided. */
void ppp_session_pump(struct ppp_session *self, instant now);

/** Ends the link when something asked for that; last step of every verb. */
void ppp_session_settle(struct ppp_session *self, instant now);

#endif
