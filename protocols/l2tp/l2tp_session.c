#include "l2tp/l2tp_session.h"

#include "l2tp/l2tp_internal.h"

#include <string.h>

/* Slots and ids: as of tunnels, and over all tunnels of the endpoint. */

static struct l2tp_session *slot_of(const struct l2tp_endpoint *self, uint16_t session_id)
{
    return &self->config.sessions[(session_id - 1U) % self->config.max_sessions];
}

static uint16_t fresh_id(struct l2tp_endpoint *self)
{
    uint16_t id = self->next_session_id == 0 ? 1 : self->next_session_id;
    self->next_session_id = (uint16_t)(id + 1);
    return id;
}

struct l2tp_session *l2tp_session_by_id(const struct l2tp_endpoint *self, uint16_t session_id)
{
    if (session_id == 0)
        return NULL;
    struct l2tp_session *session = slot_of(self, session_id);
    return session->state != L2TP_SESSION_IDLE && session->local_id == session_id ? session : NULL;
}

struct l2tp_session *l2tp_session_find(const struct l2tp_endpoint *self,
                                       const struct l2tp_tunnel *tunnel, uint16_t session_id)
{
    struct l2tp_session *session = l2tp_session_by_id(self, session_id);
    return session && session->local_tunnel_id == tunnel->local_id ? session : NULL;
}

static struct l2tp_session *find_by_peer(const struct l2tp_tunnel *tunnel, uint16_t peer_id)
{
    struct l2tp_session *session = tunnel->sessions;
    while (session && (session->state == L2TP_SESSION_ENDED || session->peer_id != peer_id))
        session = session->next;
    return session;
}

struct l2tp_session *l2tp_session_begin(struct l2tp_endpoint *self, struct l2tp_tunnel *tunnel,
                                        enum l2tp_role role, bool outgoing)
{
    for (unsigned tries = 0; tries < self->config.max_sessions + 1U; tries++) {
        uint16_t id = fresh_id(self);
        struct l2tp_session *session = slot_of(self, id);
        if (session->state != L2TP_SESSION_IDLE)
            continue;
        *session = (struct l2tp_session){
            .role = role,
            .outgoing = outgoing,
            .local_id = id,
            .local_tunnel_id = tunnel->local_id,
            .physical_channel_id = L2TP_NO_PHYSICAL_CHANNEL,
            .send_accm = UINT32_MAX, /* section 4.4.6, ACCM */
            .receive_accm = UINT32_MAX,
            .deadline = INSTANT_NEVER,
            .next = tunnel->sessions,
        };
        l2tp_data_init(&session->data, &self->config.data);
        tunnel->sessions = session;
        tunnel->had_session = true;
        return session;
    }
    return NULL;
}

void l2tp_session_free(struct l2tp_tunnel *tunnel, struct l2tp_session *session)
{
    struct l2tp_session **place = &tunnel->sessions;
    while (*place != session)
        place = &(*place)->next;
    *place = session->next;
    session->state = L2TP_SESSION_IDLE;
}

/* State and time. */

void l2tp_session_enter(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                        struct l2tp_session *session, enum l2tp_session_state state)
{
    bool waiting = state == L2TP_SESSION_WAIT_REPLY || state == L2TP_SESSION_WAIT_CONNECT;
    session->state = state;
    session->deadline = waiting ? l2tp_due(now, self->config.establish_ms) : INSTANT_NEVER;
    tunnel->session_due = instant_earlier(tunnel->session_due, session->deadline);
    l2tp_wake(self, tunnel);
}

void l2tp_session_established(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                              struct l2tp_session *session)
{
    /* Section 5.4: required, or as the LNS likes it. */
    session->data.sequencing =
        session->sequencing_required ||
        (session->role == L2TP_LNS && self->config.data_sequencing) ||
        (session->data_window > 0 && self->config.payload_receive_window > 0);
    if (session->data_window > 0 && self->config.payload_receive_window > 0)
        l2tp_data_control_flow(&session->data, session->data_window);
    session->call = NULL;
    l2tp_session_enter(self, now, tunnel, session, L2TP_SESSION_ESTABLISHED);
    l2tp_trace_session(self, now, "l2tp.session.established", session);
    l2tp_notify(self, L2TP_EVENT_SESSION_ESTABLISHED, tunnel, session);
}

void l2tp_session_end(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                      struct l2tp_session *session, enum l2tp_end_reason reason)
{
    session->reason = reason;
    session->call = NULL;
    l2tp_data_close(&session->data);
    l2tp_session_enter(self, now, tunnel, session, L2TP_SESSION_ENDED);
    tunnel->ended++;
    l2tp_trace_ended(self, now, session);
}

void l2tp_session_end_all(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel)
{
    for (struct l2tp_session *session = tunnel->sessions; session; session = session->next)
        if (session->state != L2TP_SESSION_ENDED)
            l2tp_session_end(self, now, tunnel, session, L2TP_END_TUNNEL_CLOSED);
}

/* Sends CDN for ids that need not be those of a session any more. */
static void send_cdn(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                     uint16_t peer_id, uint16_t own_id, uint16_t result, uint16_t error,
                     uint16_t cause, const char *text)
{
    struct l2tp_message message = {
        .type = L2TP_CDN,
        .present = L2TP_HAS(L2TP_RESULT_CODE) | L2TP_HAS(L2TP_ASSIGNED_SESSION_ID),
        .result = result,
        .error = error,
        .error_message = l2tp_octets_of(self->config.error_messages ? text : NULL),
        .assigned_session_id = own_id,
        .cause_code = cause,
    };
    if (cause != 0)
        message.present |= L2TP_HAS(L2TP_Q931_CAUSE_CODE);
    l2tp_send_message(self, now, tunnel, peer_id, &message);
}

void l2tp_session_disconnect(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                             struct l2tp_session *session, enum l2tp_end_reason reason,
                             uint16_t result, uint16_t error, uint16_t cause)
{
    bool told_nothing = session->state == L2TP_SESSION_WAIT_TUNNEL;
    session->result = result;
    session->error = error;
    session->cause = cause;
    l2tp_session_end(self, now, tunnel, session, reason);
    if (!told_nothing)
        send_cdn(self, now, tunnel, session->peer_id, session->local_id, result, error, cause,
                 NULL);
}

void l2tp_session_timeouts(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel)
{
    tunnel->session_due = INSTANT_NEVER;
    for (struct l2tp_session *session = tunnel->sessions; session; session = session->next) {
        if (session->deadline <= now)
            l2tp_session_disconnect(self, now, tunnel, session, L2TP_END_TIMEOUT,
                                    L2TP_DISCONNECT_TIMEOUT, L2TP_ERROR_NONE, 0);
        if (l2tp_data_next_timeout(&session->data) <= now)
            l2tp_session_data_timeout(self, now, tunnel, session);
        instant due = instant_earlier(session->deadline, l2tp_data_next_timeout(&session->data));
        tunnel->session_due = instant_earlier(tunnel->session_due, due);
    }
}

/* Requests of the peer. */

/* Windows: the Receive Window Size of a call is about its data (MS-L2TPIE notes 14 to 20). */
static void take_window(struct l2tp_session *session, const struct l2tp_message *message)
{
    if (message->present & L2TP_HAS(L2TP_RECEIVE_WINDOW_SIZE))
        session->data_window =
            message->receive_window != 0 ? message->receive_window : L2TP_UNBOUNDED_DATA_WINDOW;
}

static void take_request(struct l2tp_session *session, const struct l2tp_message *message)
{
    take_window(session, message);
    session->peer_id = message->assigned_session_id;
    session->serial_number = message->call_serial_number;
    session->minimum_bps = message->minimum_bps;
    session->maximum_bps = message->maximum_bps;
    session->bearer_type = message->bearer;
    session->framing_type = message->framing;
    session->has_correlation_id = message->has_correlation_id;
    memcpy(session->correlation_id, message->correlation_id, sizeof session->correlation_id);
    if (message->present & L2TP_HAS(L2TP_PHYSICAL_CHANNEL_ID))
        session->physical_channel_id = message->physical_channel_id;
}

/* "Receive ICRQ (or OCRQ), not acceptable: Send CDN, Clean up"; the session never had a slot. */
static void refuse(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                   uint16_t result, uint16_t error, const char *text)
{
    send_cdn(self, now, tunnel, self->message.assigned_session_id, fresh_id(self), result, error, 0,
             text);
}

static void requested(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel)
{
    const struct l2tp_message *message = &self->message;
    bool outgoing = message->type == L2TP_OCRQ;
    if (outgoing ? !self->config.lac : !self->config.lns) {
        refuse(self, now, tunnel, L2TP_DISCONNECT_NO_FACILITIES_EVER, L2TP_ERROR_NONE, NULL);
        return;
    }
    if (find_by_peer(tunnel, message->assigned_session_id)) {
        refuse(self, now, tunnel, L2TP_DISCONNECT_GENERAL_ERROR, L2TP_ERROR_BAD_SESSION_ID, NULL);
        return;
    }
    if (outgoing && !l2tp_framing_good(self, message->framing) &&
        self->config.framing_policy == L2TP_FRAMING_REJECT_CALL) {
        refuse(self, now, tunnel, L2TP_DISCONNECT_GENERAL_ERROR, L2TP_ERROR_BAD_VALUE, NULL);
        return;
    }
    struct l2tp_session *session =
        l2tp_session_begin(self, tunnel, outgoing ? L2TP_LAC : L2TP_LNS, outgoing);
    if (!session) {
        refuse(self, now, tunnel, L2TP_DISCONNECT_NO_FACILITIES, L2TP_ERROR_NONE, NULL);
        return;
    }
    take_request(session, message);
    l2tp_session_enter(self, now, tunnel, session, L2TP_SESSION_WAIT_ANSWER);
    l2tp_trace_session(self, now, "l2tp.session.requested", session);
    l2tp_notify(self, L2TP_EVENT_SESSION_REQUESTED, tunnel, session);
}

/* Handlers. Each is reached with its session in the state of its row; see the table below. */

bool l2tp_framing_good(const struct l2tp_endpoint *self, uint32_t framing_type)
{
    return (framing_type & self->config.framing_capabilities) != 0;
}

static void take_connection(struct l2tp_session *session, const struct l2tp_message *message)
{
    bool asymmetric = message->present & L2TP_HAS(L2TP_RX_CONNECT_SPEED);
    session->tx_connect_speed = message->present & L2TP_HAS(L2TP_TX_CONNECT_SPEED)
                                    ? message->tx_connect_speed
                                    : L2TP_DEFAULT_CONNECT_SPEED;
    session->rx_connect_speed = asymmetric ? message->rx_connect_speed : session->tx_connect_speed;
    session->framing_type = message->framing;
    session->proxy_authen_type = message->proxy_authen_type;
    take_window(session, message);
    session->sequencing_required = message->present & L2TP_HAS(L2TP_SEQUENCING_REQUIRED);
}

/* ICCN and OCCN at the LNS. */
static void connected(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                      struct l2tp_session *session)
{
    const struct l2tp_message *message = &self->message;
    take_connection(session, message);
    bool framed = !(message->present & L2TP_HAS(L2TP_FRAMING_TYPE)) ||
                  l2tp_framing_good(self, message->framing);
    if (!framed && self->config.framing_policy == L2TP_FRAMING_CLOSE_TUNNEL)
        l2tp_tunnel_stop(self, now, tunnel, L2TP_CLOSE_FRAMING, L2TP_STOP_GENERAL_ERROR,
                         L2TP_ERROR_BAD_VALUE, NULL);
    else if (!framed && self->config.framing_policy == L2TP_FRAMING_REJECT_CALL)
        l2tp_session_disconnect(self, now, tunnel, session, L2TP_END_FRAMING,
                                L2TP_DISCONNECT_NO_FRAMING, L2TP_ERROR_NONE, 0);
    else
        l2tp_session_established(self, now, tunnel, session);
}

/* LAC: "Receive ICRP, acceptable: Send ICCN". */
static void icrp(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                 struct l2tp_session *session)
{
    session->peer_id = self->message.assigned_session_id;
    take_window(session, &self->message);
    l2tp_send_connected(self, now, tunnel, session, session->call);
    if (session->state != L2TP_SESSION_ENDED) /* for lack of memory */
        l2tp_session_established(self, now, tunnel, session);
}

static void ocrp(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                 struct l2tp_session *session)
{
    session->peer_id = self->message.assigned_session_id;
    if (self->message.present & L2TP_HAS(L2TP_PHYSICAL_CHANNEL_ID))
        session->physical_channel_id = self->message.physical_channel_id;
    l2tp_session_enter(self, now, tunnel, session, L2TP_SESSION_WAIT_CONNECT);
    l2tp_notify(self, L2TP_EVENT_SESSION_PROCEEDING, tunnel, session);
}

static void cdn(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                struct l2tp_session *session)
{
    session->result = self->message.result;
    session->error = self->message.error;
    session->cause = self->message.cause_code;
    l2tp_session_end(self, now, tunnel, session, L2TP_END_PEER_DISCONNECT);
}

static void wen(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                struct l2tp_session *session)
{
    l2tp_trace_wan_error(self, now, session, &self->message.call_errors);
    l2tp_notify(self, L2TP_EVENT_WAN_ERROR, tunnel, session);
}

static void sli(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                struct l2tp_session *session)
{
    session->send_accm = self->message.send_accm;
    session->receive_accm = self->message.receive_accm;
    l2tp_trace_link_info(self, now, session);
    l2tp_notify(self, L2TP_EVENT_LINK_INFO, tunnel, session);
}

/* "Receive ICCN (in wait-reply of the LAC): Clean up". */
static void clean_up(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                     struct l2tp_session *session)
{
    l2tp_session_end(self, now, tunnel, session, L2TP_END_PROTOCOL_ERROR);
}

/*
 * Sections 7.4 and 7.5: what is legal in which state of which machine. Everything else of ICRQ to
 * OCCN is answered with CDN.
 */

#define IN(state) (1U << (state))
#define LIVE                                                                                       \
    (IN(L2TP_SESSION_WAIT_TUNNEL) | IN(L2TP_SESSION_WAIT_REPLY) | IN(L2TP_SESSION_WAIT_ANSWER) |   \
     IN(L2TP_SESSION_WAIT_CONNECT) | IN(L2TP_SESSION_WAIT_CS_ANSWER) |                             \
     IN(L2TP_SESSION_ESTABLISHED))
#define INCOMING (1U << false)
#define OUTGOING (1U << true)
#define LAC      (1U << L2TP_LAC)
#define LNS      (1U << L2TP_LNS)

static const struct session_row {
    enum l2tp_message_type message;
    unsigned roles;      /**< of the receiver */
    unsigned directions; /**< of the call */
    unsigned states;     /**< where it is legal */
    void (*handler)(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                    struct l2tp_session *session);
} rows[] = {
    {L2TP_ICRP, LAC, INCOMING, IN(L2TP_SESSION_WAIT_REPLY), icrp},
    {L2TP_ICCN, LAC, INCOMING, IN(L2TP_SESSION_WAIT_REPLY), clean_up},
    {L2TP_ICCN, LNS, INCOMING, IN(L2TP_SESSION_WAIT_CONNECT), connected},
    {L2TP_OCRP, LNS, OUTGOING, IN(L2TP_SESSION_WAIT_REPLY), ocrp},
    {L2TP_OCCN, LNS, OUTGOING, IN(L2TP_SESSION_WAIT_CONNECT), connected},
    {L2TP_CDN, LAC | LNS, INCOMING | OUTGOING, LIVE, cdn},
    {L2TP_WEN, LNS, INCOMING | OUTGOING, IN(L2TP_SESSION_ESTABLISHED), wen},
    {L2TP_SLI, LAC, INCOMING | OUTGOING, IN(L2TP_SESSION_ESTABLISHED), sli},
};

static const struct session_row *find_row(const struct l2tp_session *session, unsigned type)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].message == type && rows[i].roles & 1U << session->role &&
            rows[i].directions & 1U << session->outgoing && rows[i].states & IN(session->state))
            return &rows[i];
    return NULL;
}

/*
 * The session that a message is about. Before the peer knows the id of this end it can but name its
 * own (section 4.4.4, Assigned Session ID).
 */
static struct l2tp_session *find_addressed(const struct l2tp_endpoint *self,
                                           const struct l2tp_tunnel *tunnel,
                                           const struct l2tp_header *header)
{
    struct l2tp_session *session = NULL;
    if (header->session_id != 0)
        session = l2tp_session_find(self, tunnel, header->session_id);
    else if (self->message.type == L2TP_CDN)
        session = find_by_peer(tunnel, self->message.assigned_session_id);
    return session && session->state != L2TP_SESSION_ENDED ? session : NULL;
}

static void discard(struct l2tp_endpoint *self, instant now, const char *reason)
{
    trace_drop(&self->config.trace, now, "l2tp", reason, self->message_packet->serial);
}

/* State idle, where only requests do anything but "Clean up", but for what gets a CDN. */
static void idle_input(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                       const struct l2tp_header *header)
{
    unsigned type = self->message.type;
    bool request = type == L2TP_ICRQ || type == L2TP_OCRQ;
    bool answered =
        (type == L2TP_ICRP && self->config.lns) || (type == L2TP_OCRP && self->config.lac);
    if (request && header->session_id == 0) {
        requested(self, now, tunnel);
        return;
    }
    discard(self, now, "unknown-session");
    if (answered)
        send_cdn(self, now, tunnel, self->message.assigned_session_id,
                 header->session_id != 0 ? header->session_id : fresh_id(self),
                 L2TP_DISCONNECT_GENERAL_ERROR, L2TP_ERROR_BAD_SESSION_ID, 0, NULL);
}

void l2tp_session_input(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                        const struct l2tp_header *header)
{
    unsigned type = self->message.type;
    if (type == L2TP_SLI && self->config.ignore_link_info) {
        discard(self, now, "link-info-ignored");
        return;
    }
    if (type == L2TP_WEN && self->config.ignore_wan_errors) {
        discard(self, now, "wan-error-ignored");
        return;
    }
    struct l2tp_session *session = find_addressed(self, tunnel, header);
    if (!session) {
        idle_input(self, now, tunnel, header);
        return;
    }
    const struct session_row *row = find_row(session, type);
    if (row)
        row->handler(self, now, tunnel, session);
    else if (type == L2TP_WEN || type == L2TP_SLI)
        discard(self, now, "illegal-in-session-state"); /* no row of the tables: harmless */
    else
        l2tp_session_disconnect(self, now, tunnel, session, L2TP_END_PROTOCOL_ERROR,
                                L2TP_DISCONNECT_GENERAL_ERROR, L2TP_ERROR_BAD_SESSION_ID, 0);
}

void l2tp_session_reject(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                         const struct l2tp_header *header, uint16_t error, const char *text)
{
    struct l2tp_session *session = find_addressed(self, tunnel, header);
    if (session) {
        session->result = L2TP_DISCONNECT_GENERAL_ERROR;
        session->error = error;
        l2tp_session_end(self, now, tunnel, session, L2TP_END_PROTOCOL_ERROR);
        if (self->message.type != L2TP_CDN) /* which needs no answer, whatever it says */
            send_cdn(self, now, tunnel, session->peer_id, session->local_id,
                     L2TP_DISCONNECT_GENERAL_ERROR, error, 0, text);
    } else if (self->message.type == L2TP_ICRQ || self->message.type == L2TP_OCRQ) {
        refuse(self, now, tunnel, L2TP_DISCONNECT_GENERAL_ERROR, error, text);
    } else {
        discard(self, now, "unknown-session");
    }
}
