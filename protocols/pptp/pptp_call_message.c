#include "pptp/pptp_internal.h"

/*
 * A PNS that gave up before the reply never learned the PAC's id, which is all that the
 * Call-Disconnect-Notify carries (section 2.13): it belongs to a call cleared in that way.
 */
static struct pptp_call *find_disconnected(const struct pptp_control *self, uint16_t call_id)
{
    struct pptp_call *call = pptp_call_find_peer(self, call_id);
    for (unsigned i = 0; !call && i < self->config.max_calls; i++) {
        struct pptp_call *candidate = &self->config.calls[i];
        if (candidate->state == PPTP_CALL_WAIT_DISCONNECT && !candidate->peer_call_id_known)
            call = candidate;
    }
    return call;
}

/* Refuses a request that got no call: the reply names only the peer's id. */
static void refuse_request(struct pptp_control *self, instant now,
                           const struct pptp_message *request, uint8_t error)
{
    struct pptp_message reply;
    uint16_t call_id = 0;
    pptp_message_call_id(request, &call_id);
    if (request->type == PPTP_OUTGOING_CALL_REQUEST) {
        reply = (struct pptp_message){.type = PPTP_OUTGOING_CALL_REPLY};
        reply.body.outgoing_call_reply.peer_call_id = call_id;
        reply.body.outgoing_call_reply.result = PPTP_OUTGOING_GENERAL_ERROR;
        reply.body.outgoing_call_reply.error = error;
    } else {
        reply = (struct pptp_message){.type = PPTP_INCOMING_CALL_REPLY};
        reply.body.incoming_call_reply.peer_call_id = call_id;
        reply.body.incoming_call_reply.result = PPTP_INCOMING_GENERAL_ERROR;
        reply.body.incoming_call_reply.error = error;
    }
    TRACE(&self->config.trace, now, "pptp.call.refused", trace_number("call-id", call_id),
          trace_number("result", PPTP_OUTGOING_GENERAL_ERROR), trace_number("error", error));
    pptp_send_or_abort(self, now, &reply);
}

/* Handlers. Each is reached with its call in a legal state; see the table below. */

static void requested(struct pptp_control *self, instant now, const struct pptp_message *message)
{
    uint16_t peer_call_id = 0;
    pptp_message_call_id(message, &peer_call_id);
    if (self->state == PPTP_CONTROL_CLEARING) {
        pptp_discard(self, now, "stopping");
        return;
    }
    /* Section 3.2.2: the id must be unique on this connection. */
    if (pptp_call_find_peer(self, peer_call_id)) {
        refuse_request(self, now, message, PPTP_ERROR_BAD_CALL_ID);
        return;
    }
    struct pptp_call *call = pptp_call_begin(self);
    if (!call) {
        refuse_request(self, now, message, PPTP_ERROR_NO_RESOURCE);
        return;
    }
    call->peer_call_id = peer_call_id;
    call->peer_call_id_known = true;
    call->incoming = message->type == PPTP_INCOMING_CALL_REQUEST;
    if (call->incoming) {
        call->serial_number = message->body.incoming_call_request.call_serial_number;
    } else {
        call->serial_number = message->body.outgoing_call_request.call_serial_number;
        call->peer_window = message->body.outgoing_call_request.receive_window;
        call->peer_delay = message->body.outgoing_call_request.processing_delay;
    }
    pptp_call_enter(self, now, call,
                    call->incoming ? PPTP_CALL_WAIT_ANSWER : PPTP_CALL_WAIT_CS_ANS);
    pptp_notify(self, PPTP_EVENT_CALL_REQUESTED, call->local_call_id);
}

static void take_codes(struct pptp_call *call, uint8_t result, uint8_t error, uint16_t cause)
{
    call->result = result;
    call->error = error;
    call->cause = cause;
}

static void refused(struct pptp_control *self, instant now, struct pptp_call *call)
{
    pptp_call_end(self, now, call, PPTP_CLEAR_REFUSED);
    pptp_notify(self, PPTP_EVENT_CALL_REFUSED, call->local_call_id);
}

static void outgoing_replied(struct pptp_control *self, instant now, struct pptp_call *call,
                             const struct pptp_message *message)
{
    const struct pptp_outgoing_call_reply *reply = &message->body.outgoing_call_reply;
    take_codes(call, reply->result, reply->error, reply->cause);
    bool connects = reply->result == PPTP_OUTGOING_CONNECTED;
    if (connects) {
        call->peer_call_id = reply->call_id;
        call->peer_call_id_known = true;
        call->peer_window = reply->receive_window;
        call->peer_delay = reply->processing_delay;
        call->connect_speed = reply->connect_speed;
    }
    if (call->state == PPTP_CALL_WAIT_DISCONNECT) {
        /* The reply and our Call-Clear-Request crossed: the notification is still to come, or,
         * after a refusal, there is nothing left to disconnect. */
        if (!connects)
            pptp_call_cleared(self, now, call, PPTP_CLEAR_LOCAL);
    } else if (connects) {
        pptp_call_connected(self, now, call);
    } else {
        refused(self, now, call);
    }
}

static void incoming_replied(struct pptp_control *self, instant now, struct pptp_call *call,
                             const struct pptp_message *message)
{
    const struct pptp_incoming_call_reply *reply = &message->body.incoming_call_reply;
    take_codes(call, reply->result, reply->error, 0);
    if (reply->result != PPTP_INCOMING_CONNECT) {
        refused(self, now, call);
        return;
    }
    call->peer_call_id = reply->call_id;
    call->peer_call_id_known = true;
    call->peer_window = reply->receive_window;
    call->peer_delay = reply->transmit_delay;
    pptp_call_enter(self, now, call, PPTP_CALL_WAIT_ANSWER);
    pptp_notify(self, PPTP_EVENT_CALL_ACCEPTED, call->local_call_id);
}

static void incoming_connected(struct pptp_control *self, instant now, struct pptp_call *call,
                               const struct pptp_message *message)
{
    call->peer_window = message->body.incoming_call_connected.receive_window;
    call->peer_delay = message->body.incoming_call_connected.transmit_delay;
    call->connect_speed = message->body.incoming_call_connected.connect_speed;
    pptp_call_connected(self, now, call);
}

static void clear_requested(struct pptp_control *self, instant now, struct pptp_call *call,
                            const struct pptp_message *message)
{
    (void)message;
    if (!pptp_call_send_disconnect(self, now, call, self->config.clear_result, PPTP_ERROR_NONE)) {
        pptp_finish(self, now, PPTP_CLOSE_NO_MEMORY, true);
        return;
    }
    call->result = self->config.clear_result;
    pptp_call_cleared(self, now, call, PPTP_CLEAR_PEER_REQUEST);
}

static void disconnected(struct pptp_control *self, instant now, struct pptp_call *call,
                         const struct pptp_message *message)
{
    const struct pptp_call_disconnect_notify *notify = &message->body.call_disconnect_notify;
    bool asked = call->state == PPTP_CALL_WAIT_DISCONNECT;
    take_codes(call, notify->result, notify->error, notify->cause);
    pptp_call_cleared(self, now, call, asked ? PPTP_CLEAR_LOCAL : PPTP_CLEAR_PEER_DISCONNECT);
}

static void wan_error(struct pptp_control *self, instant now, struct pptp_call *call,
                      const struct pptp_message *message)
{
    if (self->config.ignore_wan_errors) {
        pptp_discard(self, now, "wan-error-ignored");
        return;
    }
    pptp_trace_wan_error(self, now, call, &message->body.wan_error_notify);
    pptp_notify(self, PPTP_EVENT_WAN_ERROR, call->local_call_id);
}

static void link_info(struct pptp_control *self, instant now, struct pptp_call *call,
                      const struct pptp_message *message)
{
    call->send_accm = message->body.set_link_info.send_accm;
    call->receive_accm = message->body.set_link_info.receive_accm;
    TRACE(&self->config.trace, now, "pptp.link-info", trace_number("call-id", call->local_call_id),
          trace_number("send-accm", call->send_accm),
          trace_number("receive-accm", call->receive_accm));
    pptp_notify(self, PPTP_EVENT_LINK_INFO, call->local_call_id);
}

/*
 * What each call message may do, sections 3.2.3 and 3.2.4. The id in a message is the receiver's
 * or the sender's own, depending on the message.
 */

#define PNS (1U << PPTP_PNS)
#define PAC (1U << PPTP_PAC)

enum call_key { RECEIVERS_ID, SENDERS_ID };

static const struct call_row {
    enum pptp_message_type message;
    unsigned roles; /**< who may receive it */
    enum call_key key;
    unsigned states; /**< of the call, where the message is legal */
    void (*handler)(struct pptp_control *self, instant now, struct pptp_call *call,
                    const struct pptp_message *message);
} rows[] = {
    {PPTP_OUTGOING_CALL_REPLY, PNS, RECEIVERS_ID,
     PPTP_CALL_IN(PPTP_CALL_WAIT_REPLY) | PPTP_CALL_IN(PPTP_CALL_WAIT_DISCONNECT),
     outgoing_replied},
    {PPTP_INCOMING_CALL_REPLY, PAC, RECEIVERS_ID, PPTP_CALL_IN(PPTP_CALL_WAIT_REPLY),
     incoming_replied},
    {PPTP_INCOMING_CALL_CONNECTED, PNS, RECEIVERS_ID, PPTP_CALL_IN(PPTP_CALL_WAIT_CONNECT),
     incoming_connected},
    {PPTP_CALL_CLEAR_REQUEST, PAC, SENDERS_ID, PPTP_CALL_LIVE, clear_requested},
    {PPTP_CALL_DISCONNECT_NOTIFY, PNS, SENDERS_ID, PPTP_CALL_LIVE, disconnected},
    {PPTP_WAN_ERROR_NOTIFY, PNS, RECEIVERS_ID, PPTP_CALL_IN(PPTP_CALL_ESTABLISHED), wan_error},
    {PPTP_SET_LINK_INFO, PAC | PNS, RECEIVERS_ID, PPTP_CALL_IN(PPTP_CALL_ESTABLISHED), link_info},
};

static const struct call_row *find_row(enum pptp_message_type type)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].message == type)
            return &rows[i];
    return NULL;
}

/* The receiver's id in @p message. */
static uint16_t receivers_id(const struct pptp_message *message)
{
    uint16_t call_id = 0;
    if (message->type == PPTP_OUTGOING_CALL_REPLY)
        return message->body.outgoing_call_reply.peer_call_id;
    if (message->type == PPTP_INCOMING_CALL_REPLY)
        return message->body.incoming_call_reply.peer_call_id;
    pptp_message_call_id(message, &call_id);
    return call_id;
}

static bool role_allows(const struct pptp_control *self, enum pptp_message_type type)
{
    enum pptp_role role = self->config.role;
    if (type == PPTP_OUTGOING_CALL_REQUEST)
        return role == PPTP_PAC;
    if (type == PPTP_INCOMING_CALL_REQUEST)
        return role == PPTP_PNS;
    return find_row(type)->roles & 1U << role;
}

void pptp_call_input(struct pptp_control *self, instant now, const struct pptp_message *message)
{
    /* Section 2.15 has only the PNS send it; Windows servers do too. */
    if (message->type == PPTP_SET_LINK_INFO && self->config.role == PPTP_PNS &&
        !self->config.link_info_from_pac) {
        pptp_discard(self, now, "link-info-from-pac");
        return;
    }
    if (!role_allows(self, message->type)) {
        pptp_illegal(self, now, "illegal-for-role");
        return;
    }
    const struct call_row *row = find_row(message->type);
    if (!row) {
        requested(self, now, message);
        return;
    }
    struct pptp_call *call;
    if (row->key == RECEIVERS_ID) {
        call = pptp_call_find(self, receivers_id(message), PPTP_CALL_LIVE);
    } else {
        uint16_t call_id = 0;
        pptp_message_call_id(message, &call_id);
        call = row->roles & PNS ? find_disconnected(self, call_id)
                                : pptp_call_find_peer(self, call_id);
    }
    if (!call)
        pptp_discard(self, now, "unknown-call"); /* also after a clearing that crossed it */
    else if (pptp_call_in(call, row->states))
        row->handler(self, now, call, message);
    else if (call->state == PPTP_CALL_WAIT_DISCONNECT)
        pptp_discard(self, now, "call-being-cleared");
    else
        pptp_illegal(self, now, "illegal-in-call-state");
}
