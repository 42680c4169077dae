/* What the owner of an endpoint wants, and the messages that say so. */
#include "base/wire.h"
#include "l2tp/l2tp_internal.h"

#include <assert.h>
#include <string.h>

/* Messages. */

struct l2tp_octets l2tp_octets_of(const char *text)
{
    return (struct l2tp_octets){.octets = (const uint8_t *)text,
                                .length = text ? (uint16_t)strlen(text) : 0};
}

struct l2tp_secret l2tp_secret_of(const struct l2tp_endpoint *self,
                                  const struct l2tp_tunnel *tunnel)
{
    const char *secret = tunnel ? tunnel->secret : self->config.secret;
    return (struct l2tp_secret){
        .crypto = self->config.crypto,
        .octets = secret,
        .length = secret ? strlen(secret) : 0,
    };
}

void l2tp_send_message(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                       uint16_t peer_session_id, const struct l2tp_message *message)
{
    struct packet *packet = packet_alloc(self->config.pool, PACKET_ROOM);
    if (!packet) {
        l2tp_tunnel_abandon(self, now, tunnel, L2TP_CLOSE_NO_MEMORY);
        return;
    }
    struct l2tp_wording wording = self->config.wording;
    wording.secret = l2tp_secret_of(self, tunnel);
    wording.entropy = self->config.entropy;
    size_t length = l2tp_message_encode(message, &wording, packet->data, PACKET_ROOM);
    assert(length > 0); /* texts of the configuration that no packet takes */
    packet_append(packet, length);
    l2tp_channel_send(&tunnel->channel, packet, peer_session_id);
    l2tp_wake(self, tunnel);
}

static const struct l2tp_call nothing_to_say = {.physical_channel_id = L2TP_NO_PHYSICAL_CHANNEL};

static void put_text(struct l2tp_message *message, enum l2tp_attribute attribute,
                     struct l2tp_octets *field, const char *text)
{
    if (!text)
        return;
    *field = l2tp_octets_of(text);
    message->present |= L2TP_HAS(attribute);
}

static void put_octets(struct l2tp_message *message, enum l2tp_attribute attribute,
                       struct l2tp_octets *field, const struct l2tp_octets *octets)
{
    if (!octets->octets)
        return;
    *field = *octets;
    message->present |= L2TP_HAS(attribute);
}

static void put_physical_channel(struct l2tp_message *message, uint32_t channel)
{
    if (channel == L2TP_NO_PHYSICAL_CHANNEL)
        return;
    message->physical_channel_id = channel;
    message->present |= L2TP_HAS(L2TP_PHYSICAL_CHANNEL_ID);
}

/* Windows: sequence numbers and flow control of data, MS-L2TPIE notes 14, 18 and 20. */
static void put_payload_window(const struct l2tp_endpoint *self, struct l2tp_message *message)
{
    if (self->config.payload_receive_window == 0)
        return;
    message->receive_window = self->config.payload_receive_window;
    message->present |= L2TP_HAS(L2TP_RECEIVE_WINDOW_SIZE);
}

/* Sections 6.6 and 6.9. */
static void send_request(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                         struct l2tp_session *session)
{
    const struct l2tp_call *call = session->call;
    struct l2tp_message message = {
        .type = session->outgoing ? L2TP_OCRQ : L2TP_ICRQ,
        .present = L2TP_HAS(L2TP_ASSIGNED_SESSION_ID) | L2TP_HAS(L2TP_CALL_SERIAL_NUMBER) |
                   L2TP_HAS(L2TP_BEARER_TYPE),
        .assigned_session_id = session->local_id,
        .call_serial_number = session->serial_number,
        .bearer = call->bearer_type,
    };
    put_text(&message, L2TP_CALLED_NUMBER, &message.called_number, call->called_number);
    put_text(&message, L2TP_SUB_ADDRESS, &message.sub_address, call->sub_address);
    if (session->outgoing) {
        message.present |= L2TP_HAS(L2TP_MINIMUM_BPS) | L2TP_HAS(L2TP_MAXIMUM_BPS) |
                           L2TP_HAS(L2TP_FRAMING_TYPE) | L2TP_HAS(L2TP_CALLED_NUMBER);
        message.minimum_bps = session->minimum_bps;
        message.maximum_bps = session->maximum_bps;
        message.framing = session->framing_type;
        put_payload_window(self, &message);
    } else {
        put_text(&message, L2TP_CALLING_NUMBER, &message.calling_number, call->calling_number);
        put_physical_channel(&message, call->physical_channel_id);
        message.has_correlation_id = session->has_correlation_id;
        memcpy(message.correlation_id, session->correlation_id, sizeof message.correlation_id);
    }
    l2tp_session_enter(self, now, tunnel, session, L2TP_SESSION_WAIT_REPLY);
    l2tp_send_message(self, now, tunnel, 0, &message);
}

static void put_proxy(struct l2tp_message *message, const struct l2tp_call *call)
{
    put_octets(message, L2TP_INITIAL_RECEIVED_LCP_CONFREQ, &message->initial_received_lcp,
               &call->initial_received_lcp);
    put_octets(message, L2TP_LAST_SENT_LCP_CONFREQ, &message->last_sent_lcp, &call->last_sent_lcp);
    put_octets(message, L2TP_LAST_RECEIVED_LCP_CONFREQ, &message->last_received_lcp,
               &call->last_received_lcp);
    put_text(message, L2TP_PRIVATE_GROUP_ID, &message->private_group_id, call->private_group_id);
    if (call->proxy_authen_type == 0)
        return;
    message->proxy_authen_type = call->proxy_authen_type;
    message->present |= L2TP_HAS(L2TP_PROXY_AUTHEN_TYPE);
    if (call->proxy_authen_type == L2TP_PROXY_NONE)
        return;
    put_octets(message, L2TP_PROXY_AUTHEN_NAME, &message->proxy_authen_name,
               &call->proxy_authen_name);
    put_octets(message, L2TP_PROXY_AUTHEN_CHALLENGE, &message->proxy_authen_challenge,
               &call->proxy_authen_challenge);
    put_octets(message, L2TP_PROXY_AUTHEN_RESPONSE, &message->proxy_authen_response,
               &call->proxy_authen_response);
    if (call->proxy_authen_type != L2TP_PROXY_TEXT) {
        message->proxy_authen_id = call->proxy_authen_id;
        message->present |= L2TP_HAS(L2TP_PROXY_AUTHEN_ID);
    }
}

/* Sections 6.8 and 6.11. */
void l2tp_send_connected(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                         struct l2tp_session *session, const struct l2tp_call *call)
{
    struct l2tp_message message = {
        .type = session->outgoing ? L2TP_OCCN : L2TP_ICCN,
        .present = L2TP_HAS(L2TP_TX_CONNECT_SPEED) | L2TP_HAS(L2TP_FRAMING_TYPE),
        .tx_connect_speed = call->tx_connect_speed,
        .framing = call->framing_type != 0 ? call->framing_type : L2TP_FRAMING_SYNCHRONOUS,
    };
    session->tx_connect_speed = session->rx_connect_speed = call->tx_connect_speed;
    session->framing_type = message.framing;
    if (call->rx_connect_speed != 0) {
        session->rx_connect_speed = message.rx_connect_speed = call->rx_connect_speed;
        message.present |= L2TP_HAS(L2TP_RX_CONNECT_SPEED);
    }
    session->sequencing_required =
        call->sequencing_required || self->config.payload_receive_window > 0;
    if (session->sequencing_required)
        message.present |= L2TP_HAS(L2TP_SEQUENCING_REQUIRED);
    put_payload_window(self, &message);
    if (!session->outgoing)
        put_proxy(&message, call);
    l2tp_send_message(self, now, tunnel, session->peer_id, &message);
}

/* Section 6.9: an LNS may ask for no bearer that the LAC has not told. */
static bool bearer_known(const struct l2tp_endpoint *self, const struct l2tp_tunnel *tunnel,
                         const struct l2tp_session *session)
{
    return !self->config.require_known_bearer || !session->outgoing ||
           (tunnel->peer_bearer & session->bearer_type) != 0;
}

void l2tp_session_tunnel_open(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel)
{
    for (struct l2tp_session *session = tunnel->sessions; session; session = session->next) {
        if (session->state != L2TP_SESSION_WAIT_TUNNEL)
            continue;
        if (bearer_known(self, tunnel, session))
            send_request(self, now, tunnel, session);
        else
            l2tp_session_end(self, now, tunnel, session, L2TP_END_BEARER);
    }
}

/* Commands about tunnels. */

enum status l2tp_endpoint_open(struct l2tp_endpoint *self, instant now,
                               const struct ip_address *address, uint16_t port, const char *secret,
                               uint16_t *tunnel_id)
{
    self->now = now;
    struct l2tp_tunnel *tunnel = l2tp_tunnel_begin(self, address, port);
    if (!tunnel)
        return STATUS_NO_ROOM;
    if (secret) {
        assert(self->config.crypto);
        tunnel->secret = secret;
    }
    *tunnel_id = tunnel->local_id;
    l2tp_tunnel_originate(self, now, tunnel);
    return STATUS_OK;
}

enum status l2tp_endpoint_stop(struct l2tp_endpoint *self, instant now, uint16_t tunnel_id,
                               uint16_t result, uint16_t error)
{
    struct l2tp_tunnel *tunnel = l2tp_tunnel_find(self, tunnel_id);
    self->now = now;
    if (!tunnel || tunnel->state == L2TP_TUNNEL_STOPPED)
        return STATUS_NOT_FOUND;
    l2tp_tunnel_stop(self, now, tunnel, L2TP_CLOSE_LOCAL, result, error, NULL);
    return STATUS_OK;
}

void l2tp_endpoint_hello(struct l2tp_endpoint *self, instant now, uint16_t tunnel_id)
{
    struct l2tp_tunnel *tunnel = l2tp_tunnel_find(self, tunnel_id);
    self->now = now;
    if (tunnel && tunnel->state == L2TP_TUNNEL_ESTABLISHED)
        l2tp_send_message(self, now, tunnel, 0, &(struct l2tp_message){.type = L2TP_HELLO});
}

/* Commands about sessions. */

/* Begins a call of this end; section 7.4.1 and 7.5.2, "Initiate local tunnel open". */
static enum status begin_call(struct l2tp_endpoint *self, instant now, uint16_t tunnel_id,
                              const struct l2tp_call *call, bool outgoing, uint16_t *session_id)
{
    struct l2tp_tunnel *tunnel = l2tp_tunnel_find(self, tunnel_id);
    self->now = now;
    if (!tunnel || tunnel->state == L2TP_TUNNEL_STOPPED)
        return STATUS_NOT_FOUND;
    struct l2tp_session *session =
        l2tp_session_begin(self, tunnel, outgoing ? L2TP_LNS : L2TP_LAC, outgoing);
    if (!session)
        return STATUS_NO_ROOM;
    session->call = call ? call : &nothing_to_say;
    session->serial_number = self->serial_number++;
    session->bearer_type = session->call->bearer_type;
    session->minimum_bps = session->call->minimum_bps;
    session->maximum_bps = session->call->maximum_bps;
    session->framing_type =
        session->call->framing_type != 0 ? session->call->framing_type : L2TP_FRAMING_SYNCHRONOUS;
    session->physical_channel_id = session->call->physical_channel_id;
    session->has_correlation_id = session->call->correlation_id && !outgoing;
    if (session->has_correlation_id)
        memcpy(session->correlation_id, session->call->correlation_id,
               sizeof session->correlation_id);
    if (tunnel->state == L2TP_TUNNEL_ESTABLISHED && !bearer_known(self, tunnel, session)) {
        l2tp_session_free(tunnel, session);
        return STATUS_INVALID;
    }
    *session_id = session->local_id;
    l2tp_trace_session(self, now, "l2tp.session.begun", session);
    session->state = L2TP_SESSION_WAIT_TUNNEL;
    if (tunnel->state == L2TP_TUNNEL_ESTABLISHED)
        send_request(self, now, tunnel, session);
    return STATUS_OK;
}

enum status l2tp_endpoint_ring(struct l2tp_endpoint *self, instant now, uint16_t tunnel_id,
                               const struct l2tp_call *call, uint16_t *session_id)
{
    return begin_call(self, now, tunnel_id, call, false, session_id);
}

enum status l2tp_endpoint_place_call(struct l2tp_endpoint *self, instant now, uint16_t tunnel_id,
                                     const struct l2tp_call *call, uint16_t *session_id)
{
    return begin_call(self, now, tunnel_id, call, true, session_id);
}

/* A command about the session with that id, which must be in that state: it and its tunnel; NULL
 * when there is none. */
static struct l2tp_session *in_state(struct l2tp_endpoint *self, instant now, uint16_t session_id,
                                     enum l2tp_session_state state, struct l2tp_tunnel **tunnel)
{
    self->now = now;
    struct l2tp_session *session = l2tp_session_by_id(self, session_id);
    if (!session || session->state != state)
        return NULL;
    *tunnel = l2tp_tunnel_find(self, session->local_tunnel_id);
    return session;
}

enum status l2tp_endpoint_accept(struct l2tp_endpoint *self, instant now, uint16_t session_id,
                                 const struct l2tp_call *call)
{
    struct l2tp_tunnel *tunnel;
    struct l2tp_session *session =
        in_state(self, now, session_id, L2TP_SESSION_WAIT_ANSWER, &tunnel);
    if (!session)
        return STATUS_NOT_FOUND;
    struct l2tp_message message = {
        .type = session->outgoing ? L2TP_OCRP : L2TP_ICRP,
        .present = L2TP_HAS(L2TP_ASSIGNED_SESSION_ID),
        .assigned_session_id = session->local_id,
    };
    if (session->outgoing)
        put_physical_channel(&message, (call ? call : &nothing_to_say)->physical_channel_id);
    else
        put_payload_window(self, &message);
    l2tp_session_enter(self, now, tunnel, session,
                       session->outgoing ? L2TP_SESSION_WAIT_CS_ANSWER : L2TP_SESSION_WAIT_CONNECT);
    l2tp_send_message(self, now, tunnel, session->peer_id, &message);
    return STATUS_OK;
}

enum status l2tp_endpoint_connect(struct l2tp_endpoint *self, instant now, uint16_t session_id,
                                  const struct l2tp_call *call)
{
    struct l2tp_tunnel *tunnel;
    struct l2tp_session *session =
        in_state(self, now, session_id, L2TP_SESSION_WAIT_CS_ANSWER, &tunnel);
    if (!session)
        return STATUS_NOT_FOUND;
    l2tp_send_connected(self, now, tunnel, session, call ? call : &nothing_to_say);
    if (session->state != L2TP_SESSION_ENDED) /* for lack of memory */
        l2tp_session_established(self, now, tunnel, session);
    return STATUS_OK;
}

enum status l2tp_endpoint_disconnect(struct l2tp_endpoint *self, instant now, uint16_t session_id,
                                     uint16_t result, uint16_t error, uint16_t cause)
{
    struct l2tp_session *session = l2tp_session_by_id(self, session_id);
    self->now = now;
    if (!session || session->state == L2TP_SESSION_ENDED)
        return STATUS_NOT_FOUND;
    l2tp_session_disconnect(self, now, l2tp_tunnel_find(self, session->local_tunnel_id), session,
                            L2TP_END_LOCAL, result, error, cause);
    return STATUS_OK;
}

/* Sends @p message about an established session. */
static enum status send_of_session(struct l2tp_endpoint *self, instant now, uint16_t session_id,
                                   const struct l2tp_message *message)
{
    struct l2tp_tunnel *tunnel;
    const struct l2tp_session *session =
        in_state(self, now, session_id, L2TP_SESSION_ESTABLISHED, &tunnel);
    if (!session)
        return STATUS_NOT_FOUND;
    l2tp_send_message(self, now, tunnel, session->peer_id, message);
    return STATUS_OK;
}

enum status l2tp_endpoint_send_link_info(struct l2tp_endpoint *self, instant now,
                                         uint16_t session_id, uint32_t send_accm,
                                         uint32_t receive_accm)
{
    struct l2tp_message message = {
        .type = L2TP_SLI,
        .present = L2TP_HAS(L2TP_ACCM),
        .send_accm = send_accm,
        .receive_accm = receive_accm,
    };
    return send_of_session(self, now, session_id, &message);
}

enum status l2tp_endpoint_send_wan_error(struct l2tp_endpoint *self, instant now,
                                         uint16_t session_id, const struct l2tp_call_errors *errors)
{
    struct l2tp_message message = {
        .type = L2TP_WEN, .present = L2TP_HAS(L2TP_CALL_ERRORS), .call_errors = *errors};
    return send_of_session(self, now, session_id, &message);
}
