#ifndef VPNSIM_L2TP_L2TP_INTERNAL_H
#define VPNSIM_L2TP_L2TP_INTERNAL_H

#include "l2tp/l2tp_endpoint.h"

/* Shared by the files of this folder; not for others. */

/** A time of the configuration as an instant: 0 switches the timer off. */
static inline instant l2tp_due(instant now, uint32_t milliseconds)
{
    return milliseconds == 0 ? INSTANT_NEVER
                             : instant_after(now, milliseconds * INSTANT_MILLISECOND);
}

/* l2tp_endpoint.c: outputs and the tunnels that have something to do. */

/** Queues an event. */
void l2tp_notify(struct l2tp_endpoint *self, enum l2tp_event event,
                 const struct l2tp_tunnel *tunnel, const struct l2tp_session *session);

/**
 * Queues a packet to be sent, of which there may be any number, or delivered, which needs
 * l2tp_output_room(); it moves to whoever polls.
 */
void l2tp_output_packet(struct l2tp_endpoint *self, enum output_kind kind,
                        const struct l2tp_tunnel *tunnel, const struct l2tp_session *session,
                        struct packet *packet);

/** True when a packet to be delivered still fits; false: polling has to make room. */
bool l2tp_output_room(const struct l2tp_endpoint *self);

/** Has l2tp_tunnel_work() called for @p tunnel by the next poll. */
void l2tp_wake(struct l2tp_endpoint *self, struct l2tp_tunnel *tunnel);

/** Traces a packet that cannot be used and frees it. */
void l2tp_drop(struct l2tp_endpoint *self, instant now, const char *reason, struct packet *packet);

/* l2tp_timer.c: the timers of all tunnels, earliest first. */

/** Computes anew when @p tunnel wants to be woken. */
void l2tp_timer_update(struct l2tp_endpoint *self, struct l2tp_tunnel *tunnel);

/** The tunnel with the earliest timer; NULL when none has one. */
struct l2tp_tunnel *l2tp_timer_first(const struct l2tp_endpoint *self);

/* l2tp_directory.c: the tunnels that peers began. */

/** Enters @p tunnel, whose SCCRQ had the Assigned Tunnel ID @p peer_id. */
void l2tp_directory_add(struct l2tp_endpoint *self, struct l2tp_tunnel *tunnel, uint16_t peer_id);

/** Takes @p tunnel out; no effect when it is not there. */
void l2tp_directory_remove(struct l2tp_endpoint *self, struct l2tp_tunnel *tunnel);

/** The tunnel that the peer on that path began under that id; NULL when there is none. */
struct l2tp_tunnel *l2tp_directory_find(const struct l2tp_endpoint *self,
                                        const struct ip_address *address, uint16_t port,
                                        uint32_t path, uint16_t peer_id);

/* l2tp_tunnel.c */

/** A free slot with a fresh id for a tunnel to that peer; NULL when there is none. */
struct l2tp_tunnel *l2tp_tunnel_begin(struct l2tp_endpoint *self, const struct ip_address *address,
                                      uint16_t port);

/** The tunnel with that local id; NULL when there is none. */
struct l2tp_tunnel *l2tp_tunnel_find(const struct l2tp_endpoint *self, uint16_t tunnel_id);

/** Sends SCCRQ. */
void l2tp_tunnel_originate(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel);

/** Ends @p tunnel with StopCCN. @p text, which may be NULL, is the Error Message. */
void l2tp_tunnel_stop(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                      enum l2tp_close_reason reason, uint16_t result, uint16_t error,
                      const char *text);

/** Ends @p tunnel without a word and without waiting for anything. */
void l2tp_tunnel_abandon(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                         enum l2tp_close_reason reason);

/** Does the next thing there is to do, if any: true when something was done. */
bool l2tp_tunnel_work(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel);

/** Acts on what is due. */
void l2tp_tunnel_timeout(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel);

/** Frees everything the tunnel holds, and its sessions, whoever knows about them. */
void l2tp_tunnel_free(struct l2tp_endpoint *self, struct l2tp_tunnel *tunnel);

/* l2tp_session.c */

/** The session of @p tunnel with that local id, also an ended one; NULL when there is none. */
struct l2tp_session *l2tp_session_find(const struct l2tp_endpoint *self,
                                       const struct l2tp_tunnel *tunnel, uint16_t session_id);

/** The session with that local id, whatever its tunnel; NULL when there is none. */
struct l2tp_session *l2tp_session_by_id(const struct l2tp_endpoint *self, uint16_t session_id);

/** A free slot with a fresh id, added to @p tunnel; NULL when there is none. */
struct l2tp_session *l2tp_session_begin(struct l2tp_endpoint *self, struct l2tp_tunnel *tunnel,
                                        enum l2tp_role role, bool outgoing);

/** Frees the slot of a session and takes it off its tunnel. */
void l2tp_session_free(struct l2tp_tunnel *tunnel, struct l2tp_session *session);

/** Moves @p session to @p state and sets its deadline. */
void l2tp_session_enter(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                        struct l2tp_session *session, enum l2tp_session_state state);

/** Moves @p session to established and tells so. */
void l2tp_session_established(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                              struct l2tp_session *session);

/** Ends @p session without a message; SESSION_ENDED follows from polling. */
void l2tp_session_end(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                      struct l2tp_session *session, enum l2tp_end_reason reason);

/** l2tp_session_end() and CDN, unless the peer has never heard of it. */
void l2tp_session_disconnect(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                             struct l2tp_session *session, enum l2tp_end_reason reason,
                             uint16_t result, uint16_t error, uint16_t cause);

/** True when this end supports that Framing Type. */
bool l2tp_framing_good(const struct l2tp_endpoint *self, uint32_t framing_type);

/** Handles one of the ten call messages on an established tunnel. */
void l2tp_session_input(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                        const struct l2tp_header *header);

/** Refuses a call message that cannot be used: the session it is about ends with CDN. */
void l2tp_session_reject(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                         const struct l2tp_header *header, uint16_t error, const char *text);

/** The tunnel is open: sends what its sessions have been waiting to say. */
void l2tp_session_tunnel_open(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel);

/** Ends every session of @p tunnel without a message. */
void l2tp_session_end_all(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel);

/** Acts on sessions that have waited too long, and sets tunnel->session_due anew. */
void l2tp_session_timeouts(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel);

/* l2tp_session_data.c */

/** Takes a data message for @p tunnel, whose header is still there. */
void l2tp_session_data(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                       const struct l2tp_header *header, struct packet *packet);

/** Acts on what is due about the data of @p session. */
void l2tp_session_data_timeout(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                               struct l2tp_session *session);

/** Hands out the data messages kept whose turn has come. */
void l2tp_session_release(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                          struct l2tp_session *session);

/* l2tp_command.c */

/** Queues @p message for the peer's session, or the tunnel; abandons the tunnel without memory. */
void l2tp_send_message(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                       uint16_t peer_session_id, const struct l2tp_message *message);

/** Sends ICCN or OCCN with what @p call says. */
void l2tp_send_connected(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                         struct l2tp_session *session, const struct l2tp_call *call);

/** The secret shared with the peer of @p tunnel. */
struct l2tp_secret l2tp_secret_of(const struct l2tp_endpoint *self,
                                  const struct l2tp_tunnel *tunnel);

/** Borrowed text as a value; none for NULL. */
struct l2tp_octets l2tp_octets_of(const char *text);

/* l2tp_trace.c */

/** Emits "l2tp.message.sent" and the like, or "l2tp.zlb.sent", for a packet on the wire. */
void l2tp_trace_packet(struct l2tp_endpoint *self, instant now, const char *event,
                       const struct packet *packet);

/** Emits "l2tp.tunnel.peer" with what the peer says about itself in  message. */
void l2tp_trace_peer(struct l2tp_endpoint *self, instant now, const struct l2tp_tunnel *tunnel,
                     const struct l2tp_message *message);

/** Emits "l2tp.tunnel.established". */
void l2tp_trace_established(struct l2tp_endpoint *self, instant now,
                            const struct l2tp_tunnel *tunnel);

/** Emits "l2tp.tunnel.closed". */
void l2tp_trace_closed(struct l2tp_endpoint *self, instant now, const struct l2tp_tunnel *tunnel);

/** Emits "l2tp.session.requested" and the like; @p event says what happened. */
void l2tp_trace_session(struct l2tp_endpoint *self, instant now, const char *event,
                        const struct l2tp_session *session);

/** Emits "l2tp.session.ended". */
void l2tp_trace_ended(struct l2tp_endpoint *self, instant now, const struct l2tp_session *session);

/** Emits "l2tp.wan-error" with the peer's counters. */
void l2tp_trace_wan_error(struct l2tp_endpoint *self, instant now,
                          const struct l2tp_session *session,
                          const struct l2tp_call_errors *errors);

/** Emits "l2tp.link-info". */
void l2tp_trace_link_info(struct l2tp_endpoint *self, instant now,
                          const struct l2tp_session *session);

/** Emits "l2tp.sequencing". */
void l2tp_trace_sequencing(struct l2tp_endpoint *self, instant now,
                           const struct l2tp_session *session);

/** Emits "l2tp.avp.ignored" or "l2tp.avp.rejected". */
void l2tp_trace_fault(struct l2tp_endpoint *self, instant now, const char *event,
                      const struct l2tp_message *message, const struct l2tp_fault *fault);

#endif
