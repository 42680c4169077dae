#include "l2tp/l2tp_tunnel.h"

#include "l2tp/l2tp_internal.h"

#include <stdio.h>
#include <string.h>

/* Slots and ids. */

/*
 * Ids count up from the first one and are never 0. The id n has the slot (n - 1) modulo the number
 * of slots: so a tunnel is found at once, and late messages of one that is gone find nothing.
 */
static unsigned slot_of(const struct l2tp_endpoint *self, uint16_t tunnel_id)
{
    return (tunnel_id - 1U) % self->config.max_tunnels;
}

struct l2tp_tunnel *l2tp_tunnel_find(const struct l2tp_endpoint *self, uint16_t tunnel_id)
{
    if (tunnel_id == 0)
        return NULL;
    struct l2tp_tunnel *tunnel = &self->config.tunnels[slot_of(self, tunnel_id)];
    return tunnel->in_use && tunnel->local_id == tunnel_id ? tunnel : NULL;
}

static struct l2tp_tunnel *take_slot(struct l2tp_endpoint *self, uint16_t *id)
{
    *id = self->next_tunnel_id;
    for (unsigned tries = 0; tries <= self->config.max_tunnels; tries++) {
        if (*id == 0)
            *id = 1;
        struct l2tp_tunnel *tunnel = &self->config.tunnels[slot_of(self, *id)];
        if (!tunnel->in_use) {
            self->next_tunnel_id = (uint16_t)(*id + 1);
            return tunnel;
        }
        ++*id;
    }
    return NULL;
}

/* When slots run out, the tunnel that has been lingering longest makes room; false: none is. */
static bool forget_settled(struct l2tp_endpoint *self)
{
    struct l2tp_tunnel *oldest = NULL;
    for (unsigned i = 0; i < self->config.max_tunnels; i++) {
        struct l2tp_tunnel *tunnel = &self->config.tunnels[i];
        if (tunnel->settled_told && !tunnel->queued &&
            (!oldest || tunnel->state_due < oldest->state_due))
            oldest = tunnel;
    }
    if (oldest)
        l2tp_tunnel_free(self, oldest);
    return oldest != NULL;
}

struct l2tp_tunnel *l2tp_tunnel_begin(struct l2tp_endpoint *self, const struct ip_address *address,
                                      uint16_t port)
{
    uint16_t id;
    struct l2tp_tunnel *tunnel = take_slot(self, &id);
    if (!tunnel && forget_settled(self))
        tunnel = take_slot(self, &id);
    if (!tunnel)
        return NULL;
    uint16_t heap_entry = tunnel->heap_entry; /* these two may be about others */
    uint16_t chain_head = tunnel->chain_head;
    *tunnel = (struct l2tp_tunnel){
        .in_use = true,
        .local_id = id,
        .peer_address = *address,
        .peer_port = port,
        .secret = self->config.secret,
        .last_received = self->now,
        .hello_due = INSTANT_NEVER,
        .state_due = INSTANT_NEVER,
        .session_due = INSTANT_NEVER,
        .due = INSTANT_NEVER,
        .heap_entry = heap_entry,
        .chain_head = chain_head,
    };
    l2tp_channel_init(&tunnel->channel, &self->config.channel, self->config.pool);
    return tunnel;
}

void l2tp_tunnel_free(struct l2tp_endpoint *self, struct l2tp_tunnel *tunnel)
{
    while (tunnel->sessions) {
        l2tp_data_close(&tunnel->sessions->data);
        l2tp_session_free(tunnel, tunnel->sessions);
    }
    l2tp_channel_close(&tunnel->channel);
    l2tp_directory_remove(self, tunnel);
    if (tunnel->originator)
        self->originated--;
    tunnel->settled_told = false;
    tunnel->in_use = false;
    tunnel->state = L2TP_TUNNEL_IDLE;
    l2tp_timer_update(self, tunnel);
}

/* Ending. */

/* What all ends have in common: the sessions end, and only the reliable delivery goes on. */
static void end(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                enum l2tp_close_reason reason)
{
    l2tp_session_end_all(self, now, tunnel);
    tunnel->state = L2TP_TUNNEL_STOPPED;
    tunnel->reason = reason;
    tunnel->hello_due = INSTANT_NEVER;
    tunnel->session_due = INSTANT_NEVER;
    tunnel->state_due = instant_after(now, self->config.linger_ms * INSTANT_MILLISECOND);
    l2tp_trace_closed(self, now, tunnel);
    l2tp_wake(self, tunnel);
}

void l2tp_tunnel_abandon(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                         enum l2tp_close_reason reason)
{
    l2tp_channel_close(&tunnel->channel);
    l2tp_channel_init(&tunnel->channel, &self->config.channel, self->config.pool);
    if (tunnel->state != L2TP_TUNNEL_STOPPED)
        end(self, now, tunnel, reason);
    tunnel->state_due = now; /* nothing to wait for */
    l2tp_wake(self, tunnel);
}

void l2tp_tunnel_stop(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                      enum l2tp_close_reason reason, uint16_t result, uint16_t error,
                      const char *text)
{
    struct l2tp_message message = {
        .type = L2TP_STOPCCN,
        .present = L2TP_HAS(L2TP_ASSIGNED_TUNNEL_ID) | L2TP_HAS(L2TP_RESULT_CODE),
        .assigned_tunnel_id = tunnel->local_id,
        .result = result,
        .error = error,
        .error_message = l2tp_octets_of(self->config.error_messages ? text : NULL),
    };
    tunnel->result = result;
    tunnel->error = error;
    end(self, now, tunnel, reason);
    l2tp_send_message(self, now, tunnel, 0, &message);
}

/* The three messages that begin a tunnel, sections 6.1 to 6.3. */

static void put_own_properties(const struct l2tp_config *config, struct l2tp_message *message,
                               bool firmware)
{
    message->present |= L2TP_HAS(L2TP_PROTOCOL_VERSION) | L2TP_HAS(L2TP_FRAMING_CAPABILITIES) |
                        L2TP_HAS(L2TP_BEARER_CAPABILITIES) | L2TP_HAS(L2TP_HOST_NAME) |
                        L2TP_HAS(L2TP_ASSIGNED_TUNNEL_ID);
    message->protocol_version = L2TP_PROTOCOL_VERSION_1_0;
    message->framing = config->framing_capabilities;
    message->bearer = config->bearer_capabilities;
    message->host_name = l2tp_octets_of(config->host_name);
    message->vendor_name = l2tp_octets_of(config->vendor_name);
    message->firmware_revision = config->firmware_revision;
    message->receive_window = config->receive_window;
    if (config->vendor_name)
        message->present |= L2TP_HAS(L2TP_VENDOR_NAME);
    if (firmware)
        message->present |= L2TP_HAS(L2TP_FIRMWARE_REVISION);
    if (config->receive_window > 0)
        message->present |= L2TP_HAS(L2TP_RECEIVE_WINDOW_SIZE);
}

/* Section 5.1.1: the peer shall prove that it knows the secret. */
static void put_challenge(struct l2tp_endpoint *self, struct l2tp_tunnel *tunnel,
                          struct l2tp_message *message)
{
    if (!self->config.challenge || !tunnel->secret)
        return;
    tunnel->challenged = true;
    entropy_fill(self->config.entropy, tunnel->challenge, sizeof tunnel->challenge);
    message->present |= L2TP_HAS(L2TP_CHALLENGE);
    message->challenge = (struct l2tp_octets){tunnel->challenge, sizeof tunnel->challenge};
}

/* Section 5.1.1: a Challenge in @p received is answered; the caller knows that there is a secret.
 */
static void put_response(struct l2tp_endpoint *self, struct l2tp_tunnel *tunnel,
                         const struct l2tp_message *received, struct l2tp_message *message)
{
    if (!(received->present & L2TP_HAS(L2TP_CHALLENGE)))
        return;
    struct l2tp_secret secret = l2tp_secret_of(self, tunnel);
    message->present |= L2TP_HAS(L2TP_CHALLENGE_RESPONSE);
    l2tp_challenge_response(&secret, (uint8_t)message->type, received->challenge.octets,
                            received->challenge.length, message->challenge_response);
}

void l2tp_tunnel_originate(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel)
{
    struct l2tp_message message = {.type = L2TP_SCCRQ};
    tunnel->originator = true;
    self->originated++;
    message.assigned_tunnel_id = tunnel->local_id;
    put_own_properties(&self->config, &message, self->config.firmware_in_request);
    if (self->config.tie_breaker) {
        entropy_fill(self->config.entropy, tunnel->tie_breaker, sizeof tunnel->tie_breaker);
        memcpy(message.tie_breaker, tunnel->tie_breaker, sizeof message.tie_breaker);
        message.present |= L2TP_HAS(L2TP_TIE_BREAKER);
    }
    put_challenge(self, tunnel, &message);
    tunnel->state = L2TP_TUNNEL_WAIT_CTL_REPLY;
    tunnel->state_due = l2tp_due(now, self->config.establish_ms);
    l2tp_send_message(self, now, tunnel, 0, &message);
}

static void take_peer_properties(struct l2tp_tunnel *tunnel, const struct l2tp_message *message)
{
    tunnel->peer_id = message->assigned_tunnel_id;
    tunnel->channel.peer_tunnel_id = message->assigned_tunnel_id;
    tunnel->peer_framing = message->framing;
    tunnel->peer_bearer = message->bearer;
    tunnel->peer_firmware = message->firmware_revision;
    if (message->present & L2TP_HAS(L2TP_RECEIVE_WINDOW_SIZE))
        l2tp_channel_set_peer_window(&tunnel->channel, message->receive_window);
}

static bool version_good(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                         const struct l2tp_message *message)
{
    if (message->protocol_version >> 8 == L2TP_PROTOCOL_VERSION_1_0 >> 8)
        return true;
    l2tp_tunnel_stop(self, now, tunnel, L2TP_CLOSE_BAD_VERSION, L2TP_STOP_BAD_VERSION,
                     L2TP_PROTOCOL_VERSION_1_0, NULL);
    return false;
}

/* Whether the peer's Challenge can be answered, and it has answered the one sent to it. */
static bool authorized(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                       const struct l2tp_message *message)
{
    struct l2tp_secret secret = l2tp_secret_of(self, tunnel);
    bool challenged = message->present & L2TP_HAS(L2TP_CHALLENGE) && message->type != L2TP_SCCCN;
    bool good = !challenged || secret.length > 0;
    if (good && tunnel->challenged && message->type != L2TP_SCCRQ) {
        uint8_t expected[L2TP_CHALLENGE_RESPONSE_LENGTH];
        l2tp_challenge_response(&secret, (uint8_t)message->type, tunnel->challenge,
                                sizeof tunnel->challenge, expected);
        good = message->present & L2TP_HAS(L2TP_CHALLENGE_RESPONSE) &&
               memcmp(expected, message->challenge_response, sizeof expected) == 0;
    }
    if (!good)
        l2tp_tunnel_stop(self, now, tunnel, L2TP_CLOSE_NOT_AUTHORIZED, L2TP_STOP_NOT_AUTHORIZED,
                         L2TP_ERROR_NONE, NULL);
    return good;
}

static void established(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel)
{
    tunnel->state = L2TP_TUNNEL_ESTABLISHED;
    tunnel->ever_established = true;
    tunnel->state_due = INSTANT_NEVER;
    tunnel->hello_due = l2tp_due(now, self->config.hello_ms);
    l2tp_trace_established(self, now, tunnel);
    l2tp_notify(self, L2TP_EVENT_TUNNEL_ESTABLISHED, tunnel, NULL);
    l2tp_session_tunnel_open(self, now, tunnel);
}

/* Handlers; see the table below. */

static void sccrq(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel)
{
    const struct l2tp_message *request = &self->message;
    struct l2tp_message reply = {.type = L2TP_SCCRP, .assigned_tunnel_id = tunnel->local_id};
    take_peer_properties(tunnel, request);
    l2tp_trace_peer(self, now, tunnel, request);
    if (!version_good(self, now, tunnel, request) || !authorized(self, now, tunnel, request))
        return;
    put_own_properties(&self->config, &reply, self->config.firmware_in_reply);
    put_challenge(self, tunnel, &reply);
    put_response(self, tunnel, request, &reply);
    tunnel->state = L2TP_TUNNEL_WAIT_CTL_CONN;
    tunnel->state_due = l2tp_due(now, self->config.establish_ms);
    l2tp_send_message(self, now, tunnel, 0, &reply);
}

static void sccrp(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel)
{
    const struct l2tp_message *reply = &self->message;
    struct l2tp_message connected = {.type = L2TP_SCCCN};
    take_peer_properties(tunnel, reply);
    l2tp_trace_peer(self, now, tunnel, reply);
    if (!version_good(self, now, tunnel, reply) || !authorized(self, now, tunnel, reply))
        return;
    put_response(self, tunnel, reply, &connected);
    l2tp_send_message(self, now, tunnel, 0, &connected);
    established(self, now, tunnel);
}

static void scccn(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel)
{
    if (authorized(self, now, tunnel, &self->message))
        established(self, now, tunnel);
}

/* Messages that end a tunnel may be the first to tell the peer's id (section 4.4.3). */
static void take_peer_id(struct l2tp_tunnel *tunnel, const struct l2tp_message *message)
{
    if (tunnel->peer_id == 0)
        tunnel->peer_id = tunnel->channel.peer_tunnel_id = message->assigned_tunnel_id;
}

static void stopccn(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel)
{
    tunnel->result = self->message.result;
    tunnel->error = self->message.error;
    take_peer_id(tunnel, &self->message);
    end(self, now, tunnel, L2TP_CLOSE_PEER_STOP);
}

static void hello(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel)
{
    (void)self; /* its acknowledgment is all that it wants (section 6.5) */
    (void)now;
    (void)tunnel;
}

/* Improper sequence, section 7.1: "Send StopCCN, Clean up". */
static void illegal(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel)
{
    take_peer_id(tunnel, &self->message);
    l2tp_tunnel_stop(self, now, tunnel, L2TP_CLOSE_ILLEGAL_MESSAGE, L2TP_STOP_FSM_ERROR,
                     L2TP_ERROR_NONE, l2tp_message_name(self->message.type));
}

/* "Clean up" without a message. */
static void clean_up(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel)
{
    l2tp_tunnel_abandon(self, now, tunnel, L2TP_CLOSE_ILLEGAL_MESSAGE);
}

/*
 * Section 7.2.1: what each message does in each state. The handlers look whether it is acceptable;
 * a collision of SCCRQs never gets here, see l2tp_endpoint.c.
 */

#define STATES (L2TP_TUNNEL_ESTABLISHED + 1)

typedef void handler(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel);

static handler *const rows[L2TP_HELLO + 1][STATES] = {
    /*                  idle      wait-ctl-reply  wait-ctl-conn  established */
    [L2TP_SCCRQ] = {sccrq, illegal, illegal, illegal},
    [L2TP_SCCRP] = {illegal, sccrp, illegal, illegal},
    [L2TP_SCCCN] = {clean_up, illegal, scccn, illegal},
    [L2TP_STOPCCN] = {stopccn, stopccn, stopccn, stopccn},
    [L2TP_HELLO] = {clean_up, hello, hello, hello},
};

/* An AVP or a message type that cannot be lived with, sections 4.2, 4.4.1 and 7.1. */
static void reject(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                   const struct l2tp_header *header, const struct l2tp_fault *fault)
{
    char text[64];
    snprintf(text, sizeof text, "attribute %u of vendor %u: %s", fault->attribute, fault->vendor_id,
             l2tp_fault_text(fault->kind));
    uint16_t error = L2TP_ERROR_BAD_VALUE;
    if (fault->kind == L2TP_FAULT_UNKNOWN_AVP || fault->kind == L2TP_FAULT_UNKNOWN_MESSAGE ||
        fault->kind == L2TP_FAULT_HIDDEN)
        error = L2TP_ERROR_UNKNOWN_MANDATORY_AVP;
    else if (fault->kind == L2TP_FAULT_BAD_AVP_LENGTH || fault->kind == L2TP_FAULT_BAD_VALUE_LENGTH)
        error = L2TP_ERROR_BAD_LENGTH;
    l2tp_trace_fault(self, now, "l2tp.avp.rejected", &self->message, fault);
    bool stops = self->config.zero_session_id_stops && self->message.type == L2TP_OCRP &&
                 fault->kind == L2TP_FAULT_BAD_VALUE;
    if (l2tp_message_of_session(self->message.type) && fault->kind != L2TP_FAULT_UNKNOWN_MESSAGE &&
        tunnel->state == L2TP_TUNNEL_ESTABLISHED && !stops) {
        l2tp_session_reject(self, now, tunnel, header, error, text);
        return;
    }
    take_peer_id(tunnel, &self->message);
    if (self->message.type == L2TP_STOPCCN) /* which needs no answer, whatever it says */
        stopccn(self, now, tunnel);
    else
        l2tp_tunnel_stop(self, now, tunnel, L2TP_CLOSE_BAD_MESSAGE, L2TP_STOP_GENERAL_ERROR, error,
                         text);
}

static void handle(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                   const struct packet *packet)
{
    const struct l2tp_message *message = &self->message;
    struct l2tp_header header;
    struct l2tp_fault fault;
    struct l2tp_judgment judgment = self->config.judgment;
    judgment.secret = l2tp_secret_of(self, tunnel);
    l2tp_header_decode(packet->data, packet->length, UINT16_MAX, &header);
    bool usable = l2tp_message_decode(packet->data + header.header_length,
                                      packet->length - header.header_length, &judgment,
                                      self->revealed, &self->message, &fault);
    if (tunnel->state == L2TP_TUNNEL_STOPPED) {
        trace_drop(&self->config.trace, now, "l2tp", "tunnel-stopped", packet->serial);
        return;
    }
    if (!usable) {
        reject(self, now, tunnel, &header, &fault);
        return;
    }
    if (fault.kind != L2TP_FAULT_NONE)
        l2tp_trace_fault(self, now, "l2tp.avp.ignored", message, &fault);
    if (fault.kind == L2TP_FAULT_UNKNOWN_MESSAGE)
        trace_drop(&self->config.trace, now, "l2tp", "unknown-message", packet->serial);
    else if (!l2tp_message_of_session(message->type))
        rows[message->type][tunnel->state](self, now, tunnel);
    else if (tunnel->state == L2TP_TUNNEL_ESTABLISHED)
        l2tp_session_input(self, now, tunnel, &header);
    else
        illegal(self, now, tunnel);
}

/* What there is to do. */

/* Tells the end of one session, or frees the slot of one that has been told; false: none. */
static bool end_sessions(struct l2tp_endpoint *self, struct l2tp_tunnel *tunnel)
{
    if (tunnel->ended == 0)
        return false;
    for (struct l2tp_session *session = tunnel->sessions; session; session = session->next) {
        if (session->state != L2TP_SESSION_ENDED)
            continue;
        if (session->told) {
            l2tp_session_free(tunnel, session);
            tunnel->ended--;
        } else {
            session->told = true;
            l2tp_notify(self, L2TP_EVENT_SESSION_ENDED, tunnel, session);
        }
        return true;
    }
    return false;
}

/* MS-L2TPIE section 3.1.4: the tunnel ends with its last session, once that is acknowledged. */
static bool stop_unused(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel)
{
    if (!self->config.stop_unused || !tunnel->originator || !tunnel->had_session ||
        tunnel->state != L2TP_TUNNEL_ESTABLISHED || tunnel->sessions ||
        l2tp_channel_outstanding(&tunnel->channel) > 0 || tunnel->channel.unsent.head)
        return false;
    l2tp_tunnel_stop(self, now, tunnel, L2TP_CLOSE_UNUSED, self->config.unused_result,
                     L2TP_ERROR_NONE, NULL);
    return true;
}

static bool send_next(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel)
{
    enum l2tp_departure departure;
    struct packet *packet = l2tp_channel_poll(&tunnel->channel, now, &departure);
    if (!packet)
        return departure != L2TP_DEPARTURE_NONE;
    const char *event = departure == L2TP_DEPARTURE_ZLB       ? "l2tp.zlb.sent"
                        : departure == L2TP_DEPARTURE_MESSAGE ? "l2tp.message.sent"
                                                              : "l2tp.message.retransmitted";
    l2tp_trace_packet(self, now, event, packet);
    l2tp_output_packet(self, OUTPUT_SEND, tunnel, NULL, packet);
    return true;
}

/* A stopped tunnel is told as such, then as settled, and forgotten when its time is over. */
static bool finish(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel)
{
    if (tunnel->state != L2TP_TUNNEL_STOPPED)
        return false;
    if (!tunnel->settled_told && l2tp_channel_settled(&tunnel->channel)) {
        tunnel->settled_told = true;
        l2tp_notify(self, L2TP_EVENT_TUNNEL_SETTLED, tunnel, NULL);
        return true;
    }
    if (tunnel->settled_told && tunnel->state_due <= now)
        l2tp_tunnel_free(self, tunnel);
    return false;
}

bool l2tp_tunnel_work(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel)
{
    if (!tunnel->in_use)
        return false;
    if (end_sessions(self, tunnel))
        return true;
    if (tunnel->state == L2TP_TUNNEL_STOPPED && !tunnel->closed_told) {
        tunnel->closed_told = true;
        l2tp_notify(self, L2TP_EVENT_TUNNEL_CLOSED, tunnel, NULL);
        return true;
    }
    struct packet *packet = l2tp_channel_receive(&tunnel->channel);
    if (packet) {
        self->message_packet = packet; /* freed with the next thing to do */
        handle(self, now, tunnel, packet);
        return true;
    }
    return stop_unused(self, now, tunnel) || send_next(self, now, tunnel) ||
           finish(self, now, tunnel);
}

/* Time. */

/* Section 5.5: nothing has come for a while, data included. */
static void hello_timeout(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel)
{
    instant quiet_until = l2tp_due(tunnel->last_received, self->config.hello_ms);
    tunnel->hello_due = quiet_until > now ? quiet_until : l2tp_due(now, self->config.hello_ms);
    /* A message that waits for its acknowledgment asks the same question. */
    if (quiet_until <= now && l2tp_channel_outstanding(&tunnel->channel) == 0)
        l2tp_endpoint_hello(self, now, tunnel->local_id);
}

static void state_timeout(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel)
{
    switch (tunnel->state) {
    case L2TP_TUNNEL_WAIT_CTL_REPLY:
    case L2TP_TUNNEL_WAIT_CTL_CONN:
        l2tp_tunnel_stop(self, now, tunnel, L2TP_CLOSE_TIMEOUT, L2TP_STOP_GENERAL, L2TP_ERROR_NONE,
                         NULL);
        break;
    case L2TP_TUNNEL_STOPPED: /* whatever is not acknowledged by now never will be */
        l2tp_tunnel_abandon(self, now, tunnel, tunnel->reason);
        break;
    case L2TP_TUNNEL_IDLE:
    case L2TP_TUNNEL_ESTABLISHED:
        tunnel->state_due = INSTANT_NEVER;
        break;
    }
}

void l2tp_tunnel_timeout(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel)
{
    if (!l2tp_channel_handle_timeout(&tunnel->channel, now)) {
        l2tp_tunnel_abandon(self, now, tunnel, L2TP_CLOSE_NO_RESPONSE);
        return;
    }
    if (tunnel->hello_due <= now)
        hello_timeout(self, now, tunnel);
    if (tunnel->state_due <= now)
        state_timeout(self, now, tunnel);
    if (tunnel->session_due <= now)
        l2tp_session_timeouts(self, now, tunnel);
}
