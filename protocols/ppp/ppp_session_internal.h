#ifndef VPNSIM_PPP_PPP_SESSION_INTERNAL_H
#define VPNSIM_PPP_PPP_SESSION_INTERNAL_H

#include "base/wire.h"
#include "ppp/ppp_session.h"

/* What the parts of a session need of each other: ppp_session.c (verbs and the link's end),
   ppp_session_lcp.c, _auth.c, _callback.c, _network.c, _frame.c, _data.c and _bundle.c. */

static inline bool ppp_session_lcp_is_opened(const struct ppp_session *self)
{
    return ppp_control_is_opened(&self->lcp.control);
}

/* --- ppp_session.c --- */

/** Tells event @p event, which has no field but the session's label. */
void ppp_session_trace(struct ppp_session *self, instant now, const char *event);

/**
 * The link has to end because of @p error; the first reason counts. LCP is closed once the input
 * under way is done with, because the reason may come up inside one of LCP's own transitions.
 */
void ppp_session_fail(struct ppp_session *self, uint32_t error);

/** Ends the link when something asked for that; last step of every verb. */
void ppp_session_settle(struct ppp_session *self, instant now);

/** The link is over: PPP_EVENT_FINISHED, once. */
void ppp_session_finish(struct ppp_session *self, instant now);

/** The peer may hold the link for connected: its end is no failure to connect. */
bool ppp_session_is_working(const struct ppp_session *self);

/* --- ppp_session_bundle.c --- */

/** A link of a bundle is authenticated: the rest is the bundle's. */
void ppp_session_start_member(struct ppp_session *self);

/** A bundle has its first link: the network phase begins. */
void ppp_session_start_bundle(struct ppp_session *self, instant now);
void ppp_session_end_bundle(struct ppp_session *self, instant now);

/* --- ppp_session_lcp.c --- */

void ppp_session_lcp_notice(struct ppp_session *self, instant now, enum ppp_control_notice notice,
                            uint32_t value);

/* --- ppp_session_auth.c --- */

/** LCP is open: starts what was agreed, in both directions. */
void ppp_session_start_authentication(struct ppp_session *self, instant now);

void ppp_session_clear_authentication(struct ppp_session *self);

/** True when @p protocol carries authentication. */
bool ppp_session_is_authentication(uint16_t protocol);

/** The peer's Protocol-Reject names @p protocol; false when no authentication under way uses it. */
bool ppp_session_authentication_rejected(struct ppp_session *self, uint16_t protocol);

/** A packet of such a protocol, from its Code on; stays the caller's. */
void ppp_session_receive_authentication(struct ppp_session *self, instant now, uint16_t protocol,
                                        const struct packet *packet);

/** The peer has sent a packet of the network phase: it holds us for authenticated. */
void ppp_session_network_heard(struct ppp_session *self, instant now);

void ppp_session_authentication_timeout(struct ppp_session *self, instant now);
instant ppp_session_next_authentication_timeout(const struct ppp_session *self);

/** The keys that authentication left for MPPE; NULL: none. */
const struct mppe_start_keys *ppp_session_encryption_keys(const struct ppp_session *self);

/* --- ppp_session_callback.c --- */

/** Authentication is through: CBCP if LCP agreed on it, otherwise the network phase at once. */
void ppp_session_start_callback(struct ppp_session *self, instant now);
void ppp_session_stop_callback(struct ppp_session *self);
void ppp_session_receive_callback(struct ppp_session *self, instant now,
                                  const struct packet *packet);
void ppp_session_callback_timeout(struct ppp_session *self, instant now);
instant ppp_session_next_callback_timeout(const struct ppp_session *self);

/* --- ppp_session_data.c --- */

/** A datagram in clear, and one of protocol 00FD. Both take @p packet. */
void ppp_session_receive_clear(struct ppp_session *self, instant now, uint16_t protocol,
                               const struct ppp_ncp *ncp, struct packet *packet);
void ppp_session_receive_compressed(struct ppp_session *self, instant now, struct packet *packet);

/** Answers with a Protocol-Reject; @p packet stays the caller's. */
void ppp_session_reject_protocol(struct ppp_session *self, instant now, uint16_t protocol,
                                 const struct packet *packet);

/* --- ppp_session_network.c --- */

void ppp_session_init_network(struct ppp_session *self);
void ppp_session_destroy_network(struct ppp_session *self);

/** Authentication is through: opens CCP and every enabled network control protocol. */
void ppp_session_start_network(struct ppp_session *self, instant now);
void ppp_session_stop_network(struct ppp_session *self, instant now);

/** Tells which protocols may carry datagrams, where that has changed. */
void ppp_session_update_network(struct ppp_session *self);

/** The notices of CCP and of the network control protocols. */
void ppp_session_network_notice(struct ppp_session *self, instant now, struct ppp_control *control,
                                enum ppp_control_notice notice, uint32_t value);

/** The peer's Protocol-Reject names @p protocol; false when it is none of the network phase. */
bool ppp_session_network_rejected(struct ppp_session *self, instant now, uint16_t protocol);

void ppp_session_network_timeout(struct ppp_session *self, instant now);
instant ppp_session_next_network_timeout(const struct ppp_session *self);

/** The control protocol with number @p protocol, CCP included; NULL: there is none. */
struct ppp_control *ppp_session_network_control(struct ppp_session *self, uint16_t protocol);

/** The enabled network protocol whose datagrams travel as @p protocol; NULL: there is none. */
struct ppp_ncp *ppp_session_network_of(struct ppp_session *self, uint16_t protocol);

/* --- ppp_session_frame.c --- */

/* A complete header: FF 03 and two octets of protocol. */
#define PPP_HEADER_SIZE 4
#define PPP_ADDRESS     0xff
#define PPP_CONTROL     0x03

/** Prepends Address, Control and a Protocol of two octets (RFC 1662 section 3.1), as taps see
 * frames. */
static inline void ppp_session_push_full_header(struct packet *packet, uint16_t protocol)
{
    uint8_t *header = packet_push(packet, PPP_HEADER_SIZE);
    header[0] = PPP_ADDRESS;
    header[1] = PPP_CONTROL;
    wire_store_u16(header + 2, protocol);
}

/** True for the protocols that belong to the network phase. */
bool ppp_session_is_network_protocol(uint16_t protocol);

/** Shows @p packet, which has a complete header, to the tap. */
void ppp_session_show(struct ppp_session *self, instant now, bool sent,
                      const struct packet *packet);

/** Shows a received packet without its header, which was of @p protocol. */
void ppp_session_tap_received(struct ppp_session *self, instant now, uint16_t protocol,
                              struct packet *packet);

/** Pushes as much of a header as the peer needs; @p visible shows the whole one to the tap. */
void ppp_session_push_header(struct ppp_session *self, instant now, uint16_t protocol,
                             struct packet *packet, bool visible);

/** Pulls a protocol field of one or two octets; false: it is none. */
bool ppp_session_pull_protocol(struct packet *packet, uint16_t *protocol);

/** Pushes the header of @p protocol and queues the frame for the lower layer. Takes @p packet. */
void ppp_session_send_frame(struct ppp_session *self, instant now, uint16_t protocol,
                            struct packet *packet);

#endif
