#ifndef VPNSIM_PPTP_PPTP_INTERNAL_H
#define VPNSIM_PPTP_PPTP_INTERNAL_H

#include "pptp/pptp_control.h"

/* Shared by the files of this folder; not for others. */

/** A time of the configuration as an instant: 0 switches the timer off. */
static inline instant pptp_due(instant now, uint32_t milliseconds)
{
    return milliseconds == 0 ? INSTANT_NEVER
                             : instant_after(now, milliseconds * INSTANT_MILLISECOND);
}

/** Outputs that still fit before the caller must poll. */
static inline unsigned pptp_room(const struct pptp_control *self)
{
    return PPTP_PENDING_CAPACITY - self->pending_count;
}

/** Queues @p message for TCP and traces it; false when the pool is exhausted. */
bool pptp_send(struct pptp_control *self, instant now, const struct pptp_message *message);

/** pptp_send() of a message that the peer is owed: without memory the connection ends. */
void pptp_send_or_abort(struct pptp_control *self, instant now, const struct pptp_message *message);

/** Queues an event. */
void pptp_notify(struct pptp_control *self, enum pptp_event event, uint32_t value);

/** Ends the connection and every call on it; the events follow from polling. */
void pptp_finish(struct pptp_control *self, instant now, enum pptp_close_reason reason, bool abort);

/** Traces a message that cannot be used, and nothing more. */
void pptp_discard(struct pptp_control *self, instant now, const char *reason);

/** Traces a message that is not allowed here; ends the connection unless config says otherwise. */
void pptp_illegal(struct pptp_control *self, instant now, const char *reason);

/** Sets of call states. */
#define PPTP_CALL_IN(state) (1U << (state))
#define PPTP_CALL_LIVE                                                                             \
    (PPTP_CALL_IN(PPTP_CALL_WAIT_REPLY) | PPTP_CALL_IN(PPTP_CALL_WAIT_CS_ANS) |                    \
     PPTP_CALL_IN(PPTP_CALL_WAIT_ANSWER) | PPTP_CALL_IN(PPTP_CALL_WAIT_CONNECT) |                  \
     PPTP_CALL_IN(PPTP_CALL_ESTABLISHED) | PPTP_CALL_IN(PPTP_CALL_WAIT_DISCONNECT))

static inline bool pptp_call_in(const struct pptp_call *call, unsigned states)
{
    return states & PPTP_CALL_IN(call->state);
}

/** The call with that local Call ID in one of @p states; NULL when there is none. */
struct pptp_call *pptp_call_find(const struct pptp_control *self, uint16_t call_id,
                                 unsigned states);

/** The live call that the peer knows by @p call_id; NULL when there is none. */
struct pptp_call *pptp_call_find_peer(const struct pptp_control *self, uint16_t call_id);

/** A slot with a fresh Call ID, not yet in any state; NULL when slots or ids have run out. */
struct pptp_call *pptp_call_begin(struct pptp_control *self);

/** Moves @p call to @p state and sets its deadline. */
void pptp_call_enter(struct pptp_control *self, instant now, struct pptp_call *call,
                     enum pptp_call_state state);

/** Moves @p call to established, traces it and queues CALL_CONNECTED. */
void pptp_call_connected(struct pptp_control *self, instant now, struct pptp_call *call);

/** Moves @p call to ended and traces it, without queueing an event. */
void pptp_call_end(struct pptp_control *self, instant now, struct pptp_call *call,
                   enum pptp_clear_reason reason);

/** pptp_call_end() and CALL_CLEARED. */
void pptp_call_cleared(struct pptp_control *self, instant now, struct pptp_call *call,
                       enum pptp_clear_reason reason);

/** Sends Call-Disconnect-Notify; false when the pool is exhausted. */
bool pptp_call_send_disconnect(struct pptp_control *self, instant now, const struct pptp_call *call,
                               uint8_t result, uint8_t error);

/** Handles one of the nine call messages on an established connection. */
void pptp_call_input(struct pptp_control *self, instant now, const struct pptp_message *message);

/** Ends every call, without messages and without queueing events. */
void pptp_call_end_all(struct pptp_control *self, instant now);

/** Clears the next call that has not been asked to end; false when there is none. */
bool pptp_call_clear_next(struct pptp_control *self, instant now);

/** Acts on calls that have waited too long, as far as there is room for output. */
void pptp_call_timeouts(struct pptp_control *self, instant now);

/** The earliest deadline of a call. */
instant pptp_call_next_timeout(const struct pptp_control *self);

/** A call that ended without an event queued, in order of its slot; NULL when there is none. */
struct pptp_call *pptp_call_untold(struct pptp_control *self);

/** The event that told the end of a call has been polled: its slot is free again. */
void pptp_call_told(struct pptp_control *self, uint16_t call_id);

/** Emits "pptp.message.sent" or "pptp.message.received". */
void pptp_trace_message(struct pptp_control *self, instant now, const char *event,
                        const struct pptp_message *message);

/** Emits "pptp.wan-error" with the peer's counters. */
void pptp_trace_wan_error(struct pptp_control *self, instant now, const struct pptp_call *call,
                          const struct pptp_wan_error_notify *errors);

/** Emits "pptp.control.established" with what the peer says about itself. */
void pptp_trace_established(struct pptp_control *self, instant now, const struct pptp_start *start);

#endif
