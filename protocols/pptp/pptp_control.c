#include "pptp/pptp_control.h"

#include "base/wire.h"
#include "pptp/pptp_internal.h"

#include <assert.h>
#include <string.h>

_Static_assert(sizeof(struct pptp_control) <= 576, "a server holds one for each client");

struct pptp_control_config pptp_control_config_rfc(enum pptp_role role, bool originator)
{
    return (struct pptp_control_config){
        .role = role,
        .originator = originator,
        .protocol_version = PPTP_PROTOCOL_VERSION,
        .framing_capabilities = PPTP_FRAMING_ASYNCHRONOUS | PPTP_FRAMING_SYNCHRONOUS,
        .bearer_capabilities = PPTP_BEARER_ANALOG | PPTP_BEARER_DIGITAL,
        .start_ms = 60000,
        .stop_ms = 60000,
        .call_ms = 60000,
        .echo_idle_ms = 60000,
        .echo_reply_ms = 60000,
        .collision_resolution = true,
        .clear_result = PPTP_DISCONNECT_REQUEST,
        .first_call_id = 1,
    };
}

struct pptp_control_config pptp_control_config_windows(enum pptp_role role, bool originator)
{
    struct pptp_control_config config = pptp_control_config_rfc(role, originator);
    config.framing_capabilities = PPTP_FRAMING_ASYNCHRONOUS;
    config.bearer_capabilities = PPTP_BEARER_ANALOG;
    config.vendor_name = "Microsoft Windows NT";
    config.firmware_revision = 2195;
    config.start_ms = 30000;
    config.discard_illegal = true;
    config.link_info_from_pac = true;
    config.ignore_wan_errors = true;
    config.collision_resolution = false;
    config.clear_result = PPTP_DISCONNECT_UNSPECIFIED;
    config.first_call_id = 0;
    return config;
}

void pptp_control_init(struct pptp_control *self, const struct pptp_control_config *config)
{
    assert(config->pool && (config->calls || config->max_calls == 0));
    *self = (struct pptp_control){
        .config = *config,
        .next_call_id = config->first_call_id,
        .state_due = INSTANT_NEVER,
        .echo_due = INSTANT_NEVER,
    };
    for (unsigned i = 0; i < config->max_calls; i++)
        config->calls[i] = (struct pptp_call){.deadline = INSTANT_NEVER};
}

void pptp_control_close(struct pptp_control *self)
{
    for (; self->pending_count > 0; self->pending_count--) {
        packet_free(self->pending[self->pending_head].packet);
        self->pending_head = (uint8_t)((self->pending_head + 1) % PPTP_PENDING_CAPACITY);
    }
}

/* Output. */

static struct pptp_pending *claim(struct pptp_control *self)
{
    assert(pptp_room(self) > 0); /* the caller did not poll */
    unsigned index = (self->pending_head + self->pending_count) % PPTP_PENDING_CAPACITY;
    self->pending_count++;
    return &self->pending[index];
}

bool pptp_send(struct pptp_control *self, instant now, const struct pptp_message *message)
{
    size_t length = pptp_message_length(message->type);
    struct packet *packet = packet_alloc(self->config.pool, length);
    if (!packet)
        return false;
    pptp_message_encode(message, packet_append(packet, length), length);
    *claim(self) = (struct pptp_pending){.packet = packet};
    pptp_trace_message(self, now, "pptp.message.sent", message);
    return true;
}

void pptp_send_or_abort(struct pptp_control *self, instant now, const struct pptp_message *message)
{
    if (!pptp_send(self, now, message))
        pptp_finish(self, now, PPTP_CLOSE_NO_MEMORY, true);
}

void pptp_notify(struct pptp_control *self, enum pptp_event event, uint32_t value)
{
    *claim(self) = (struct pptp_pending){.event = event, .value = value};
}

void pptp_finish(struct pptp_control *self, instant now, enum pptp_close_reason reason, bool abort)
{
    if (self->state == PPTP_CONTROL_CLOSED)
        return;
    self->close_reason = self->rival_connection ? PPTP_CLOSE_COLLISION : reason;
    self->abort = abort;
    self->failure_told = self->ever_established;
    self->state = PPTP_CONTROL_CLOSED;
    self->state_due = INSTANT_NEVER;
    self->echo_due = INSTANT_NEVER;
    pptp_call_end_all(self, now);
    TRACE(&self->config.trace, now, "pptp.control.closed",
          trace_text("reason", pptp_close_reason_text(self->close_reason)));
}

void pptp_discard(struct pptp_control *self, instant now, const char *reason)
{
    self->discarded++;
    trace_drop(&self->config.trace, now, "pptp", reason, 0);
}

/* RFC 2637 section 3: an invalid message closes the connection. Windows only discards it. */
void pptp_illegal(struct pptp_control *self, instant now, const char *reason)
{
    pptp_discard(self, now, reason);
    if (!self->config.discard_illegal)
        pptp_finish(self, now, PPTP_CLOSE_ILLEGAL_MESSAGE, false);
}

/* Start-Control-Connection-Request and -Reply, sections 2.1, 2.2, 3.1.1 and 3.1.2. */

static void copy_name(char *into, const char *name)
{
    struct wire_writer writer = wire_writer_make(into, PPTP_NAME_LENGTH);
    wire_put_padded_text(&writer, name ? name : "", PPTP_NAME_LENGTH);
}

static struct pptp_message start_message(const struct pptp_control *self,
                                         enum pptp_message_type type, uint8_t result)
{
    struct pptp_message message = {.type = type};
    struct pptp_start *start = &message.body.start;
    start->protocol_version = self->config.protocol_version;
    start->result = result;
    start->framing_capabilities = self->config.framing_capabilities;
    start->bearer_capabilities = self->config.bearer_capabilities;
    start->maximum_channels = self->config.maximum_channels;
    start->firmware_revision = self->config.firmware_revision;
    copy_name(start->host_name, self->config.host_name);
    copy_name(start->vendor_name, self->config.vendor_name);
    return message;
}

void pptp_control_start(struct pptp_control *self, instant now)
{
    assert(self->state == PPTP_CONTROL_IDLE);
    self->now = now;
    /* Section 3.1.4, rule 1: neither side waits for ever for a Start message. */
    self->state_due = pptp_due(now, self->config.start_ms);
    if (!self->config.originator) {
        self->state = PPTP_CONTROL_WAIT_REQUEST;
        return;
    }
    self->state = PPTP_CONTROL_WAIT_CTL_REPLY;
    struct pptp_message request = start_message(self, PPTP_START_CONTROL_CONNECTION_REQUEST, 0);
    pptp_send_or_abort(self, now, &request);
}

static void established(struct pptp_control *self, instant now, const struct pptp_start *start)
{
    self->ever_established = true;
    self->peer_version = start->protocol_version;
    self->state_due = INSTANT_NEVER;
    self->echo_due = pptp_due(now, self->config.echo_idle_ms);
    pptp_trace_established(self, now, start);
    pptp_notify(self, PPTP_EVENT_CONTROL_ESTABLISHED, start->protocol_version);
}

/* The high octet of Protocol Version is the version, the low one a revision (section 1.4). */
static unsigned version(uint16_t protocol_version)
{
    return protocol_version >> 8;
}

static bool start_requested(struct pptp_control *self, instant now,
                            const struct pptp_message *message)
{
    uint8_t result = self->config.refuse_start ? self->config.refuse_start : PPTP_START_OK;
    enum pptp_close_reason reason = PPTP_CLOSE_REFUSED_HERE;
    /* Section 3.1.2: a later version is answered with ours, an earlier one cannot be spoken. */
    if (version(message->body.start.protocol_version) < version(self->config.protocol_version)) {
        result = PPTP_START_BAD_VERSION;
        reason = PPTP_CLOSE_BAD_VERSION;
    }
    struct pptp_message reply = start_message(self, PPTP_START_CONTROL_CONNECTION_REPLY, result);
    pptp_send_or_abort(self, now, &reply);
    if (self->state == PPTP_CONTROL_CLOSED)
        return false;
    if (result != PPTP_START_OK) {
        pptp_finish(self, now, reason, false);
        return false;
    }
    established(self, now, &message->body.start);
    return true;
}

/* Sends Stop-Control-Connection-Request and waits for the reply. */
static void send_stop(struct pptp_control *self, instant now, uint8_t reason)
{
    struct pptp_message request = {.type = PPTP_STOP_CONTROL_CONNECTION_REQUEST};
    request.body.stop_request.reason = reason;
    self->state = PPTP_CONTROL_WAIT_STOP_REPLY;
    self->state_due = pptp_due(now, self->config.stop_ms);
    self->echo_due = INSTANT_NEVER;
    pptp_send_or_abort(self, now, &request);
}

static bool start_replied(struct pptp_control *self, instant now,
                          const struct pptp_message *message)
{
    const struct pptp_start *start = &message->body.start;
    if (start->result != PPTP_START_OK) {
        pptp_finish(self, now, PPTP_CLOSE_REFUSED, false);
        return false;
    }
    if (version(start->protocol_version) != version(self->config.protocol_version)) {
        /* Section 3.1.1: a version that is not supported is stopped in order. */
        self->close_reason = PPTP_CLOSE_BAD_VERSION;
        send_stop(self, now, PPTP_STOP_PROTOCOL);
        return false;
    }
    established(self, now, start);
    return true;
}

/* Stopping, sections 2.3, 2.4 and 3.1. */

/*
 * Clears calls as far as there is room for output and sends Stop-Control-Connection-Request once
 * none is left. A PAC's calls end at once; a PNS waits for each Call-Disconnect-Notify.
 */
static void advance_clearing(struct pptp_control *self, instant now)
{
    while (self->state == PPTP_CONTROL_CLEARING && pptp_room(self) >= 2) {
        if (pptp_call_clear_next(self, now))
            continue;
        if (pptp_control_calls_in_use(self) > 0)
            return;
        send_stop(self, now, self->stop_reason);
    }
}

void pptp_control_stop(struct pptp_control *self, instant now, enum pptp_stop_reason reason)
{
    self->now = now;
    switch (self->state) {
    case PPTP_CONTROL_WAIT_CTL_REPLY:
    case PPTP_CONTROL_WAIT_REQUEST:
        pptp_finish(self, now, PPTP_CLOSE_LOCAL_STOP, false);
        break;
    case PPTP_CONTROL_ESTABLISHED:
        self->state = PPTP_CONTROL_CLEARING;
        self->stop_reason = (uint8_t)reason;
        self->state_due = pptp_due(now, self->config.stop_ms);
        advance_clearing(self, now);
        break;
    case PPTP_CONTROL_IDLE:
    case PPTP_CONTROL_CLEARING:
    case PPTP_CONTROL_WAIT_STOP_REPLY:
    case PPTP_CONTROL_CLOSED:
        break;
    }
}

static bool stop_requested(struct pptp_control *self, instant now,
                           const struct pptp_message *message)
{
    (void)message; /* whatever the reason, the answer is the same */
    struct pptp_message reply = {.type = PPTP_STOP_CONTROL_CONNECTION_REPLY};
    reply.body.stop_reply.result = PPTP_RESULT_OK;
    pptp_send_or_abort(self, now, &reply);
    pptp_finish(self, now, PPTP_CLOSE_PEER_STOP, false);
    return true;
}

static bool stop_replied(struct pptp_control *self, instant now, const struct pptp_message *message)
{
    (void)message; /* even a general error leaves nothing but closing TCP */
    bool known = self->close_reason != PPTP_CLOSE_NONE;
    pptp_finish(self, now, known ? self->close_reason : PPTP_CLOSE_LOCAL_STOP, false);
    return true;
}

/* Keep-alive, sections 2.5, 2.6 and 3.1.4. */

void pptp_control_send_echo(struct pptp_control *self, instant now)
{
    if (self->state != PPTP_CONTROL_ESTABLISHED && self->state != PPTP_CONTROL_CLEARING)
        return;
    self->now = now;
    struct pptp_message request = {.type = PPTP_ECHO_REQUEST};
    request.body.echo.identifier = ++self->echo_identifier;
    self->echo_outstanding = true;
    self->echo_due = pptp_due(now, self->config.echo_reply_ms);
    pptp_send_or_abort(self, now, &request);
}

static bool echo_requested(struct pptp_control *self, instant now,
                           const struct pptp_message *message)
{
    struct pptp_message reply = {.type = PPTP_ECHO_REPLY};
    reply.body.echo.identifier = message->body.echo.identifier;
    reply.body.echo.result = PPTP_RESULT_OK;
    pptp_send_or_abort(self, now, &reply);
    return true;
}

static bool echo_replied(struct pptp_control *self, instant now, const struct pptp_message *message)
{
    if (!self->echo_outstanding || message->body.echo.identifier != self->echo_identifier) {
        pptp_discard(self, now, "unexpected-echo-reply");
        return false;
    }
    self->echo_outstanding = false;
    self->echo_due = pptp_due(now, self->config.echo_idle_ms);
    return true;
}

static bool call_message(struct pptp_control *self, instant now, const struct pptp_message *message)
{
    pptp_call_input(self, now, message);
    advance_clearing(self, now);
    return true;
}

/* What each message may do, section 3.1. */

#define IN(state) (1U << (state))
#define RUNNING   (IN(PPTP_CONTROL_ESTABLISHED) | IN(PPTP_CONTROL_CLEARING))
#define STAY      PPTP_CONTROL_IDLE /* no message leads back to idle */

static const struct {
    unsigned states; /**< where the message is legal */
    bool (*handler)(struct pptp_control *self, instant now, const struct pptp_message *message);
    enum pptp_control_state next; /**< when the handler accepts it */
} rows[PPTP_MESSAGE_TYPES + 1] = {
    [PPTP_START_CONTROL_CONNECTION_REQUEST] = {IN(PPTP_CONTROL_WAIT_REQUEST), start_requested,
                                               PPTP_CONTROL_ESTABLISHED},
    [PPTP_START_CONTROL_CONNECTION_REPLY] = {IN(PPTP_CONTROL_WAIT_CTL_REPLY), start_replied,
                                             PPTP_CONTROL_ESTABLISHED},
    [PPTP_STOP_CONTROL_CONNECTION_REQUEST] = {RUNNING | IN(PPTP_CONTROL_WAIT_CTL_REPLY) |
                                                  IN(PPTP_CONTROL_WAIT_STOP_REPLY),
                                              stop_requested, PPTP_CONTROL_CLOSED},
    [PPTP_STOP_CONTROL_CONNECTION_REPLY] = {IN(PPTP_CONTROL_WAIT_STOP_REPLY), stop_replied,
                                            PPTP_CONTROL_CLOSED},
    [PPTP_ECHO_REQUEST] = {RUNNING, echo_requested, STAY},
    [PPTP_ECHO_REPLY] = {RUNNING, echo_replied, STAY},
    [PPTP_OUTGOING_CALL_REQUEST] = {RUNNING, call_message, STAY},
    [PPTP_OUTGOING_CALL_REPLY] = {RUNNING, call_message, STAY},
    [PPTP_INCOMING_CALL_REQUEST] = {RUNNING, call_message, STAY},
    [PPTP_INCOMING_CALL_REPLY] = {RUNNING, call_message, STAY},
    [PPTP_INCOMING_CALL_CONNECTED] = {RUNNING, call_message, STAY},
    [PPTP_CALL_CLEAR_REQUEST] = {RUNNING, call_message, STAY},
    [PPTP_CALL_DISCONNECT_NOTIFY] = {RUNNING, call_message, STAY},
    [PPTP_WAN_ERROR_NOTIFY] = {RUNNING, call_message, STAY},
    [PPTP_SET_LINK_INFO] = {RUNNING, call_message, STAY},
};

static void handle_message(struct pptp_control *self, instant now,
                           const struct pptp_message *message)
{
    pptp_trace_message(self, now, "pptp.message.received", message);
    if (self->rival_connection) {
        /* Section 3.1.3: the winner says nothing on the connection that the loser opened. */
        pptp_discard(self, now, "collision-loser");
        return;
    }
    /* Section 3.1.4, rule 2: any control message shows that the peer lives. */
    if (self->echo_due != INSTANT_NEVER && !self->echo_outstanding)
        self->echo_due = pptp_due(now, self->config.echo_idle_ms);
    if (!(rows[message->type].states & IN(self->state))) {
        if (self->state == PPTP_CONTROL_WAIT_STOP_REPLY)
            pptp_discard(self, now, "stopping"); /* it was on its way before our request */
        else
            pptp_illegal(self, now, "illegal-in-control-state");
        return;
    }
    bool accepted = rows[message->type].handler(self, now, message);
    enum pptp_control_state next = rows[message->type].next;
    if (accepted && next != STAY && self->state != PPTP_CONTROL_CLOSED)
        self->state = next;
}

/* The TCP stream, section 1.4. */

/* Copies octets until @p total of the message are there; false when they run out before. */
static bool gather(struct pptp_control *self, size_t total, const uint8_t *octets, size_t length,
                   size_t *taken)
{
    size_t wanted = total - self->received_length;
    size_t count = wanted < length - *taken ? wanted : length - *taken;
    memcpy(self->received + self->received_length, octets + *taken, count);
    self->received_length = (uint16_t)(self->received_length + count);
    *taken += count;
    return count == wanted;
}

static void handle_received(struct pptp_control *self, instant now)
{
    struct pptp_message message;
    enum pptp_message_error error =
        pptp_message_decode(self->received, self->received_length, &message);
    assert(error == PPTP_MESSAGE_OK); /* the frame was judged before */
    self->message_complete = true;
    handle_message(self, now, &message);
}

size_t pptp_control_input(struct pptp_control *self, instant now, const uint8_t *octets,
                          size_t length)
{
    assert(self->state != PPTP_CONTROL_IDLE);
    self->now = now;
    if (self->message_complete) {
        self->message_complete = false;
        self->received_length = 0;
    }
    size_t taken = 0;
    while (self->state != PPTP_CONTROL_CLOSED) {
        size_t total;
        enum pptp_message_error error =
            pptp_message_frame(self->received, self->received_length, &total);
        switch (error) {
        case PPTP_MESSAGE_OK:
            handle_received(self, now);
            return taken;
        case PPTP_MESSAGE_INCOMPLETE:
            if (!gather(self, total, octets, length, &taken))
                return taken;
            break;
        case PPTP_MESSAGE_BAD_LENGTH:
        case PPTP_MESSAGE_BAD_COOKIE:
            /* Synchronisation is lost and must not be looked for again: close at once. */
            pptp_discard(self, now, pptp_message_error_text(error));
            pptp_finish(self, now, PPTP_CLOSE_LOST_SYNC, true);
            break;
        case PPTP_MESSAGE_NOT_CONTROL:
        case PPTP_MESSAGE_UNKNOWN_TYPE:
            /* The Length holds, so the stream can be followed past the message. */
            if (!gather(self, total, octets, length, &taken))
                return taken;
            self->received_length = 0;
            pptp_illegal(self, now, pptp_message_error_text(error));
            return taken;
        }
    }
    return length;
}

void pptp_control_lower_down(struct pptp_control *self, instant now)
{
    self->now = now;
    if (self->state != PPTP_CONTROL_IDLE)
        pptp_finish(self, now, PPTP_CLOSE_TRANSPORT_LOST, true);
}

void pptp_control_collide(struct pptp_control *originated, struct pptp_control *accepted,
                          instant now, ipv4_address local, ipv4_address peer)
{
    if (!originated->config.collision_resolution ||
        originated->state != PPTP_CONTROL_WAIT_CTL_REPLY ||
        accepted->state != PPTP_CONTROL_WAIT_REQUEST)
        return;
    originated->now = now;
    accepted->now = now;
    if (local > peer)
        accepted->rival_connection = true;
    else
        pptp_finish(originated, now, PPTP_CLOSE_COLLISION, false);
}

enum pptp_close_reason pptp_control_close_reason(const struct pptp_control *self)
{
    return self->state == PPTP_CONTROL_CLOSED ? self->close_reason : PPTP_CLOSE_NONE;
}

bool pptp_control_last_message(const struct pptp_control *self, struct pptp_message *message)
{
    return self->message_complete &&
           pptp_message_decode(self->received, self->received_length, message) == PPTP_MESSAGE_OK;
}

/* Time. */

static void state_timeout(struct pptp_control *self, instant now)
{
    switch (self->state) {
    case PPTP_CONTROL_WAIT_CTL_REPLY:
    case PPTP_CONTROL_WAIT_REQUEST:
        pptp_finish(self, now, PPTP_CLOSE_START_TIMEOUT, false);
        break;
    case PPTP_CONTROL_CLEARING:
        /* Calls that are not confirmed are cleared implicitly by the request (section 2.3). */
        send_stop(self, now, self->stop_reason);
        break;
    case PPTP_CONTROL_WAIT_STOP_REPLY:
        pptp_finish(self, now, PPTP_CLOSE_STOP_TIMEOUT, true);
        break;
    case PPTP_CONTROL_IDLE:
    case PPTP_CONTROL_ESTABLISHED:
    case PPTP_CONTROL_CLOSED:
        self->state_due = INSTANT_NEVER;
        break;
    }
}

void pptp_control_handle_timeout(struct pptp_control *self, instant now)
{
    assert(now != INSTANT_NEVER);
    self->now = now;
    if (self->state_due <= now)
        state_timeout(self, now);
    if (self->echo_due <= now && self->echo_outstanding) {
        TRACE(&self->config.trace, now, "pptp.echo.timeout",
              trace_number("identifier", self->echo_identifier));
        pptp_finish(self, now, PPTP_CLOSE_ECHO_TIMEOUT, true);
    } else if (self->echo_due <= now) {
        pptp_control_send_echo(self, now);
    }
    if (self->state == PPTP_CONTROL_ESTABLISHED)
        pptp_call_timeouts(self, now);
}

instant pptp_control_next_timeout(const struct pptp_control *self)
{
    instant next = instant_earlier(self->state_due, self->echo_due);
    if (self->state == PPTP_CONTROL_ESTABLISHED)
        next = instant_earlier(next, pptp_call_next_timeout(self));
    return next;
}

/* Polling. */

static bool poll_pending(struct pptp_control *self, struct output *output)
{
    if (self->pending_count == 0)
        return false;
    struct pptp_pending pending = self->pending[self->pending_head];
    self->pending_head = (uint8_t)((self->pending_head + 1) % PPTP_PENDING_CAPACITY);
    self->pending_count--;
    if (pending.packet) {
        *output = (struct output){.kind = OUTPUT_SEND, .packet = pending.packet};
        return true;
    }
    *output =
        (struct output){.kind = OUTPUT_EVENT, .event = (int)pending.event, .value = pending.value};
    if (pending.event == PPTP_EVENT_CALL_CLEARED || pending.event == PPTP_EVENT_CALL_REFUSED)
        pptp_call_told(self, (uint16_t)pending.value);
    return true;
}

/* What the end of the connection entails: any number of calls, so it is not queued. */
static bool poll_end(struct pptp_control *self, struct output *output)
{
    if (self->state != PPTP_CONTROL_CLOSED)
        return false;
    *output = (struct output){.kind = OUTPUT_EVENT, .value = self->close_reason};
    struct pptp_call *call = pptp_call_untold(self);
    if (call) {
        output->event = PPTP_EVENT_CALL_CLEARED;
        output->value = call->local_call_id;
        pptp_call_told(self, call->local_call_id);
    } else if (!self->failure_told) {
        output->event = PPTP_EVENT_CONTROL_FAILED;
        self->failure_told = true;
    } else if (!self->end_told) {
        output->event = self->abort ? PPTP_EVENT_ABORT : PPTP_EVENT_STOPPED;
        self->end_told = true;
    } else {
        return false;
    }
    return true;
}

bool pptp_control_poll(struct pptp_control *self, struct output *output)
{
    if (self->pending_count == 0)
        advance_clearing(self, self->now);
    if (poll_pending(self, output) || poll_end(self, output))
        return true;
    *output = (struct output){.kind = OUTPUT_NONE};
    return false;
}
