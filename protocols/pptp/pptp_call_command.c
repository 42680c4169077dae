#include "pptp/pptp_internal.h"

/* What the owner can do with calls, and what happens to calls that wait too long. */

/* Begins a call of our own; STATUS_OK leaves it, still without a state, in *@p call. */
static enum status begin_own_call(struct pptp_control *self, instant now, enum pptp_role role,
                                  struct pptp_call **call)
{
    self->now = now;
    if (self->config.role != role || self->state != PPTP_CONTROL_ESTABLISHED)
        return STATUS_INVALID;
    *call = pptp_call_begin(self);
    return *call ? STATUS_OK : STATUS_NO_ROOM;
}

enum status pptp_control_place_call(struct pptp_control *self, instant now,
                                    const struct pptp_outgoing_call_request *request,
                                    uint16_t *call_id)
{
    struct pptp_call *call;
    enum status status = begin_own_call(self, now, PPTP_PNS, &call);
    if (status != STATUS_OK)
        return status;
    struct pptp_message message = {.type = PPTP_OUTGOING_CALL_REQUEST};
    message.body.outgoing_call_request = *request;
    message.body.outgoing_call_request.call_id = call->local_call_id;
    if (!pptp_send(self, now, &message))
        return STATUS_NO_MEMORY;
    call->serial_number = request->call_serial_number;
    pptp_call_enter(self, now, call, PPTP_CALL_WAIT_REPLY);
    *call_id = call->local_call_id;
    return STATUS_OK;
}

enum status pptp_control_ring(struct pptp_control *self, instant now,
                              const struct pptp_incoming_call_request *request, uint16_t *call_id)
{
    struct pptp_call *call;
    enum status status = begin_own_call(self, now, PPTP_PAC, &call);
    if (status != STATUS_OK)
        return status;
    struct pptp_message message = {.type = PPTP_INCOMING_CALL_REQUEST};
    message.body.incoming_call_request = *request;
    message.body.incoming_call_request.call_id = call->local_call_id;
    if (!pptp_send(self, now, &message))
        return STATUS_NO_MEMORY;
    call->incoming = true;
    call->serial_number = request->call_serial_number;
    pptp_call_enter(self, now, call, PPTP_CALL_WAIT_REPLY);
    *call_id = call->local_call_id;
    return STATUS_OK;
}

enum status pptp_control_answer_call(struct pptp_control *self, instant now, uint16_t call_id,
                                     const struct pptp_outgoing_call_reply *reply)
{
    self->now = now;
    struct pptp_call *call = pptp_call_find(self, call_id, PPTP_CALL_IN(PPTP_CALL_WAIT_CS_ANS));
    if (!call)
        return STATUS_NOT_FOUND;
    struct pptp_message message = {.type = PPTP_OUTGOING_CALL_REPLY};
    message.body.outgoing_call_reply = *reply;
    message.body.outgoing_call_reply.call_id = call->local_call_id;
    message.body.outgoing_call_reply.peer_call_id = call->peer_call_id;
    if (!pptp_send(self, now, &message))
        return STATUS_NO_MEMORY;
    call->result = reply->result;
    call->error = reply->error;
    call->cause = reply->cause;
    call->connect_speed = reply->connect_speed;
    if (reply->result == PPTP_OUTGOING_CONNECTED)
        pptp_call_connected(self, now, call);
    else
        pptp_call_cleared(self, now, call, PPTP_CLEAR_REFUSED);
    return STATUS_OK;
}

/* A call in wait_answer is the PNS's to answer or, once accepted, the PAC's to connect. */
static struct pptp_call *find_waiting_for_answer(struct pptp_control *self, instant now,
                                                 uint16_t call_id, enum pptp_role role)
{
    self->now = now;
    return self->config.role == role
               ? pptp_call_find(self, call_id, PPTP_CALL_IN(PPTP_CALL_WAIT_ANSWER))
               : NULL;
}

enum status pptp_control_answer_incoming_call(struct pptp_control *self, instant now,
                                              uint16_t call_id,
                                              const struct pptp_incoming_call_reply *reply)
{
    struct pptp_call *call = find_waiting_for_answer(self, now, call_id, PPTP_PNS);
    if (!call)
        return STATUS_NOT_FOUND;
    struct pptp_message message = {.type = PPTP_INCOMING_CALL_REPLY};
    message.body.incoming_call_reply = *reply;
    message.body.incoming_call_reply.call_id = call->local_call_id;
    message.body.incoming_call_reply.peer_call_id = call->peer_call_id;
    if (!pptp_send(self, now, &message))
        return STATUS_NO_MEMORY;
    call->result = reply->result;
    call->error = reply->error;
    if (reply->result == PPTP_INCOMING_CONNECT)
        pptp_call_enter(self, now, call, PPTP_CALL_WAIT_CONNECT);
    else
        pptp_call_cleared(self, now, call, PPTP_CLEAR_REFUSED);
    return STATUS_OK;
}

enum status pptp_control_connect_incoming_call(struct pptp_control *self, instant now,
                                               uint16_t call_id,
                                               const struct pptp_incoming_call_connected *connected)
{
    struct pptp_call *call = find_waiting_for_answer(self, now, call_id, PPTP_PAC);
    if (!call)
        return STATUS_NOT_FOUND;
    struct pptp_message message = {.type = PPTP_INCOMING_CALL_CONNECTED};
    message.body.incoming_call_connected = *connected;
    message.body.incoming_call_connected.peer_call_id = call->peer_call_id;
    if (!pptp_send(self, now, &message))
        return STATUS_NO_MEMORY;
    call->connect_speed = connected->connect_speed;
    pptp_call_connected(self, now, call);
    return STATUS_OK;
}

/* Clearing. */

/* Says no to a request that has not been answered: the peer knows no id of ours yet, so that
 * neither Call-Clear-Request nor Call-Disconnect-Notify would mean anything to it. */
static bool send_refusal(struct pptp_control *self, instant now, struct pptp_call *call,
                         uint8_t outgoing_result)
{
    struct pptp_message message;
    if (call->state == PPTP_CALL_WAIT_CS_ANS) {
        message = (struct pptp_message){.type = PPTP_OUTGOING_CALL_REPLY};
        message.body.outgoing_call_reply.peer_call_id = call->peer_call_id;
        message.body.outgoing_call_reply.result = outgoing_result;
    } else {
        message = (struct pptp_message){.type = PPTP_INCOMING_CALL_REPLY};
        message.body.incoming_call_reply.peer_call_id = call->peer_call_id;
        message.body.incoming_call_reply.result = PPTP_INCOMING_DO_NOT_ACCEPT;
    }
    return pptp_send(self, now, &message);
}

static bool unanswered_here(const struct pptp_control *self, const struct pptp_call *call)
{
    return call->state == PPTP_CALL_WAIT_CS_ANS ||
           (call->state == PPTP_CALL_WAIT_ANSWER && self->config.role == PPTP_PNS);
}

/* False when there was no memory and nothing happened. */
static bool clear(struct pptp_control *self, instant now, struct pptp_call *call, uint8_t result,
                  uint8_t error)
{
    if (unanswered_here(self, call)) {
        if (!send_refusal(self, now, call, PPTP_OUTGOING_DO_NOT_ACCEPT))
            return false;
        pptp_call_cleared(self, now, call, PPTP_CLEAR_LOCAL);
        return true;
    }
    if (self->config.role == PPTP_PAC) {
        if (!pptp_call_send_disconnect(self, now, call, result, error))
            return false;
        call->result = result;
        call->error = error;
        pptp_call_cleared(self, now, call, PPTP_CLEAR_LOCAL);
        return true;
    }
    struct pptp_message message = {.type = PPTP_CALL_CLEAR_REQUEST};
    message.body.call_clear_request.call_id = call->local_call_id;
    if (!pptp_send(self, now, &message))
        return false;
    pptp_call_enter(self, now, call, PPTP_CALL_WAIT_DISCONNECT);
    return true;
}

enum status pptp_control_clear_call(struct pptp_control *self, instant now, uint16_t call_id,
                                    uint8_t result, uint8_t error)
{
    self->now = now;
    struct pptp_call *call =
        pptp_call_find(self, call_id, PPTP_CALL_LIVE & ~PPTP_CALL_IN(PPTP_CALL_WAIT_DISCONNECT));
    if (!call || self->state == PPTP_CONTROL_WAIT_STOP_REPLY)
        return STATUS_NOT_FOUND;
    return clear(self, now, call, result, error) ? STATUS_OK : STATUS_NO_MEMORY;
}

bool pptp_call_clear_next(struct pptp_control *self, instant now)
{
    /* A server that is stopped by its administrator says so, unless it never says anything. */
    uint8_t result = self->config.clear_result == PPTP_DISCONNECT_UNSPECIFIED
                         ? PPTP_DISCONNECT_UNSPECIFIED
                         : PPTP_DISCONNECT_ADMIN_SHUTDOWN;
    for (unsigned i = 0; i < self->config.max_calls; i++) {
        struct pptp_call *call = &self->config.calls[i];
        if (!pptp_call_in(call, PPTP_CALL_LIVE) || call->state == PPTP_CALL_WAIT_DISCONNECT)
            continue;
        if (!clear(self, now, call, result, PPTP_ERROR_NONE))
            pptp_finish(self, now, PPTP_CLOSE_NO_MEMORY, true);
        return true;
    }
    return false;
}

/* Messages about an established call. */

enum status pptp_control_send_link_info(struct pptp_control *self, instant now, uint16_t call_id,
                                        uint32_t send_accm, uint32_t receive_accm)
{
    self->now = now;
    const struct pptp_call *call =
        pptp_call_find(self, call_id, PPTP_CALL_IN(PPTP_CALL_ESTABLISHED));
    if (!call || self->state == PPTP_CONTROL_WAIT_STOP_REPLY)
        return STATUS_NOT_FOUND;
    struct pptp_message message = {.type = PPTP_SET_LINK_INFO};
    message.body.set_link_info = (struct pptp_set_link_info){
        .peer_call_id = call->peer_call_id, .send_accm = send_accm, .receive_accm = receive_accm};
    return pptp_send(self, now, &message) ? STATUS_OK : STATUS_NO_MEMORY;
}

enum status pptp_control_send_wan_error(struct pptp_control *self, instant now, uint16_t call_id,
                                        const struct pptp_wan_error_notify *errors)
{
    self->now = now;
    const struct pptp_call *call =
        pptp_call_find(self, call_id, PPTP_CALL_IN(PPTP_CALL_ESTABLISHED));
    if (!call || self->config.role != PPTP_PAC || self->state == PPTP_CONTROL_WAIT_STOP_REPLY)
        return STATUS_NOT_FOUND;
    struct pptp_message message = {.type = PPTP_WAN_ERROR_NOTIFY};
    message.body.wan_error_notify = *errors;
    message.body.wan_error_notify.peer_call_id = call->peer_call_id;
    return pptp_send(self, now, &message) ? STATUS_OK : STATUS_NO_MEMORY;
}

/* Waiting too long, section 3.2.1. */

static void call_timeout(struct pptp_control *self, instant now, struct pptp_call *call)
{
    bool sent;
    switch (call->state) {
    case PPTP_CALL_WAIT_CS_ANS:
        /* Section 3.2.4.1: a timer that expires here is an Outgoing-Call-Reply with an error. */
        call->result = PPTP_OUTGOING_TIMEOUT;
        sent = send_refusal(self, now, call, PPTP_OUTGOING_TIMEOUT);
        break;
    case PPTP_CALL_WAIT_ANSWER:
        if (self->config.role == PPTP_PNS) {
            call->result = PPTP_INCOMING_DO_NOT_ACCEPT;
            sent = send_refusal(self, now, call, PPTP_OUTGOING_TIMEOUT);
        } else {
            call->result = PPTP_DISCONNECT_LOST_CARRIER;
            sent = pptp_call_send_disconnect(self, now, call, PPTP_DISCONNECT_LOST_CARRIER,
                                             PPTP_ERROR_NONE);
        }
        break;
    case PPTP_CALL_IDLE:
    case PPTP_CALL_WAIT_REPLY:
    case PPTP_CALL_WAIT_CONNECT:
    case PPTP_CALL_ESTABLISHED:
    case PPTP_CALL_WAIT_DISCONNECT:
    case PPTP_CALL_ENDED:
    default:
        /* The peer owes a message: the entire control connection is suspect. */
        pptp_finish(self, now, PPTP_CLOSE_CALL_TIMEOUT, true);
        return;
    }
    if (sent)
        pptp_call_cleared(self, now, call, PPTP_CLEAR_TIMEOUT);
    else
        pptp_finish(self, now, PPTP_CLOSE_NO_MEMORY, true);
}

void pptp_call_timeouts(struct pptp_control *self, instant now)
{
    for (unsigned i = 0; i < self->config.max_calls && pptp_room(self) >= 2; i++) {
        struct pptp_call *call = &self->config.calls[i];
        if (self->state == PPTP_CONTROL_ESTABLISHED && pptp_call_in(call, PPTP_CALL_LIVE) &&
            call->deadline <= now)
            call_timeout(self, now, call);
    }
}

instant pptp_call_next_timeout(const struct pptp_control *self)
{
    instant next = INSTANT_NEVER;
    for (unsigned i = 0; i < self->config.max_calls; i++)
        if (pptp_call_in(&self->config.calls[i], PPTP_CALL_LIVE))
            next = instant_earlier(next, self->config.calls[i].deadline);
    return next;
}
