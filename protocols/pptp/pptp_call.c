#include "pptp/pptp_call.h"

#include "pptp/pptp_internal.h"

/* Looking up. */

struct pptp_call *pptp_call_find(const struct pptp_control *self, uint16_t call_id, unsigned states)
{
    for (unsigned i = 0; i < self->config.max_calls; i++) {
        struct pptp_call *call = &self->config.calls[i];
        if (pptp_call_in(call, states) && call->local_call_id == call_id)
            return call;
    }
    return NULL;
}

struct pptp_call *pptp_call_find_peer(const struct pptp_control *self, uint16_t call_id)
{
    for (unsigned i = 0; i < self->config.max_calls; i++) {
        struct pptp_call *call = &self->config.calls[i];
        if (pptp_call_in(call, PPTP_CALL_LIVE) && call->peer_call_id_known &&
            call->peer_call_id == call_id)
            return call;
    }
    return NULL;
}

const struct pptp_call *pptp_control_call(const struct pptp_control *self, uint16_t call_id)
{
    const struct pptp_call *call = pptp_call_find(self, call_id, PPTP_CALL_LIVE);
    if (!call)
        call = pptp_call_find(self, call_id, PPTP_CALL_IN(PPTP_CALL_ENDED));
    if (call)
        return call;
    call = pptp_call_find(self, call_id, PPTP_CALL_IN(PPTP_CALL_IDLE));
    return call && call->reason != PPTP_CLEAR_NONE ? call : NULL;
}

unsigned pptp_control_calls_in_use(const struct pptp_control *self)
{
    unsigned count = 0;
    for (unsigned i = 0; i < self->config.max_calls; i++)
        count += pptp_call_in(&self->config.calls[i], PPTP_CALL_LIVE);
    return count;
}

/* Beginning and ending. */

/* A Call ID that no call of this connection uses, nor one whose end is still untold. */
static bool choose_call_id(struct pptp_control *self, uint16_t *call_id)
{
    unsigned taken = PPTP_CALL_LIVE | PPTP_CALL_IN(PPTP_CALL_ENDED);
    if (self->config.choose_call_id)
        return self->config.choose_call_id(self->config.choose_context, call_id) &&
               !pptp_call_find(self, *call_id, taken);
    /* One more candidate than there can be calls: one of them is free. */
    for (unsigned tries = 0; tries <= self->config.max_calls; tries++) {
        *call_id = self->next_call_id++;
        if (!pptp_call_find(self, *call_id, taken))
            return true;
    }
    return false;
}

struct pptp_call *pptp_call_begin(struct pptp_control *self)
{
    struct pptp_call *free_call = NULL;
    for (unsigned i = 0; i < self->config.max_calls; i++) {
        struct pptp_call *call = &self->config.calls[i];
        if (call->state != PPTP_CALL_IDLE)
            continue;
        call->reason = PPTP_CLEAR_NONE; /* calls of the past can be asked for no longer */
        if (!free_call)
            free_call = call;
    }
    uint16_t call_id;
    if (!free_call || !choose_call_id(self, &call_id))
        return NULL;
    /* Section 2.15: both ACCMs are FFFFFFFF until a Set-Link-Info says otherwise. */
    *free_call = (struct pptp_call){
        .local_call_id = call_id,
        .send_accm = UINT32_MAX,
        .receive_accm = UINT32_MAX,
        .deadline = INSTANT_NEVER,
    };
    return free_call;
}

void pptp_call_enter(struct pptp_control *self, instant now, struct pptp_call *call,
                     enum pptp_call_state state)
{
    call->state = state;
    bool waiting = state != PPTP_CALL_ESTABLISHED && state != PPTP_CALL_ENDED;
    call->deadline = waiting ? pptp_due(now, self->config.call_ms) : INSTANT_NEVER;
}

void pptp_call_connected(struct pptp_control *self, instant now, struct pptp_call *call)
{
    pptp_call_enter(self, now, call, PPTP_CALL_ESTABLISHED);
    TRACE(&self->config.trace, now, "pptp.call.established",
          trace_number("call-id", call->local_call_id),
          trace_number("peer-call-id", call->peer_call_id));
    pptp_notify(self, PPTP_EVENT_CALL_CONNECTED, call->local_call_id);
}

void pptp_call_end(struct pptp_control *self, instant now, struct pptp_call *call,
                   enum pptp_clear_reason reason)
{
    pptp_call_enter(self, now, call, PPTP_CALL_ENDED);
    call->reason = reason;
    if (reason == PPTP_CLEAR_REFUSED)
        TRACE(&self->config.trace, now, "pptp.call.refused",
              trace_number("call-id", call->local_call_id), trace_number("result", call->result),
              trace_number("error", call->error));
    else
        TRACE(&self->config.trace, now, "pptp.call.cleared",
              trace_number("call-id", call->local_call_id),
              trace_number("peer-call-id", call->peer_call_id),
              trace_text("reason", pptp_clear_reason_text(reason)),
              trace_number("result", call->result));
}

void pptp_call_cleared(struct pptp_control *self, instant now, struct pptp_call *call,
                       enum pptp_clear_reason reason)
{
    pptp_call_end(self, now, call, reason);
    pptp_notify(self, PPTP_EVENT_CALL_CLEARED, call->local_call_id);
}

void pptp_call_end_all(struct pptp_control *self, instant now)
{
    for (unsigned i = 0; i < self->config.max_calls; i++)
        if (pptp_call_in(&self->config.calls[i], PPTP_CALL_LIVE))
            pptp_call_end(self, now, &self->config.calls[i], PPTP_CLEAR_CONTROL_CLOSED);
}

struct pptp_call *pptp_call_untold(struct pptp_control *self)
{
    for (unsigned i = 0; i < self->config.max_calls; i++)
        if (self->config.calls[i].state == PPTP_CALL_ENDED)
            return &self->config.calls[i];
    return NULL;
}

void pptp_call_told(struct pptp_control *self, uint16_t call_id)
{
    struct pptp_call *call = pptp_call_find(self, call_id, PPTP_CALL_IN(PPTP_CALL_ENDED));
    if (call)
        call->state = PPTP_CALL_IDLE;
}

bool pptp_call_send_disconnect(struct pptp_control *self, instant now, const struct pptp_call *call,
                               uint8_t result, uint8_t error)
{
    struct pptp_message message = {.type = PPTP_CALL_DISCONNECT_NOTIFY};
    message.body.call_disconnect_notify.call_id = call->local_call_id;
    message.body.call_disconnect_notify.result = result;
    message.body.call_disconnect_notify.error = error;
    return pptp_send(self, now, &message);
}
