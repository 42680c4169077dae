/* Data messages of sessions, RFC 2661 sections 5.3 and 5.4. */
#include "l2tp/l2tp_internal.h"

static void deliver(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                    struct l2tp_session *session, struct packet *packet)
{
    if (packet->length == 0)
        l2tp_drop(self, now, "empty", packet);
    else
        l2tp_output_packet(self, OUTPUT_DELIVER, tunnel, session, packet);
}

/* The tunnel wakes up for its sessions, too. */
static void watch_timers(struct l2tp_endpoint *self, struct l2tp_tunnel *tunnel,
                         const struct l2tp_session *session)
{
    tunnel->session_due =
        instant_earlier(tunnel->session_due, l2tp_data_next_timeout(&session->data));
    l2tp_wake(self, tunnel);
}

static void send_frame(struct l2tp_endpoint *self, struct l2tp_tunnel *tunnel,
                       struct l2tp_session *session, struct packet *frame, bool priority)
{
    l2tp_data_push(&session->data, frame, tunnel->peer_id, session->peer_id, priority);
    l2tp_output_packet(self, OUTPUT_SEND, tunnel, session, frame);
}

/* The window has opened, or the wait for it is over. */
static void send_held(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                      struct l2tp_session *session)
{
    struct packet *frame;
    while ((frame = l2tp_data_unhold(&session->data, now)))
        send_frame(self, tunnel, session, frame, false);
}

/* An Nr that no data was there to carry. */
static void send_acknowledgment(struct l2tp_endpoint *self, struct l2tp_tunnel *tunnel,
                                struct l2tp_session *session)
{
    struct packet *packet = packet_alloc(self->config.pool, 0);
    if (packet)
        send_frame(self, tunnel, session, packet, false);
}

void l2tp_session_data_timeout(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                               struct l2tp_session *session)
{
    if (l2tp_data_handle_timeout(&session->data, now))
        send_acknowledgment(self, tunnel, session);
    send_held(self, now, tunnel, session);
    l2tp_session_release(self, now, tunnel, session);
}

/* Hands out kept messages whose turn has come; l2tp_endpoint_init() bounds their number. */
void l2tp_session_release(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                          struct l2tp_session *session)
{
    struct packet *packet;
    while (l2tp_output_room(self) && (packet = l2tp_data_release(&session->data, now)))
        deliver(self, now, tunnel, session, packet);
    watch_timers(self, tunnel, session);
}

/* Section 5.4: the LAC sends sequence numbers when the LNS does, unless they are required. */
static void follow_sequencing(struct l2tp_endpoint *self, instant now, struct l2tp_session *session,
                              bool sequencing)
{
    if (session->role != L2TP_LAC || session->sequencing_required ||
        session->data.sequencing == sequencing)
        return;
    session->data.sequencing = sequencing;
    l2tp_trace_sequencing(self, now, session);
}

void l2tp_session_data(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                       const struct l2tp_header *header, struct packet *packet)
{
    struct l2tp_session *session = l2tp_session_find(self, tunnel, header->session_id);
    if (!session || session->state == L2TP_SESSION_ENDED) {
        l2tp_drop(self, now, "unknown-session", packet);
        return;
    }
    if (session->state != L2TP_SESSION_ESTABLISHED) {
        l2tp_drop(self, now, "session-not-established", packet);
        return;
    }
    packet_pull(packet, header->header_length);
    follow_sequencing(self, now, session, header->flags & L2TP_FLAG_SEQUENCE);
    if (session->data.window > 0) {
        l2tp_data_take_header(&session->data, now, header, packet->length);
        send_held(self, now, tunnel, session);
        watch_timers(self, tunnel, session);
    }
    if (packet->length == 0 && session->data.window > 0) {
        packet_free(packet);
        return;
    }
    switch (l2tp_data_accept(&session->data, now, header, packet)) {
    case L2TP_DATA_IN_TURN:
        deliver(self, now, tunnel, session, packet);
        if (session->data.early.head)
            l2tp_session_release(self, now, tunnel, session);
        break;
    case L2TP_DATA_KEPT:
        l2tp_session_release(self, now, tunnel, session);
        break;
    case L2TP_DATA_LATE:
        l2tp_drop(self, now, "late", packet);
        break;
    }
}

/* Of the owner. */

enum status l2tp_endpoint_send(struct l2tp_endpoint *self, instant now, uint16_t session_id,
                               struct packet *packet, bool priority)
{
    struct l2tp_session *session = l2tp_session_by_id(self, session_id);
    self->now = now;
    if (!session || session->state != L2TP_SESSION_ESTABLISHED) {
        l2tp_drop(self, now, "session-not-established", packet);
        return STATUS_NOT_FOUND;
    }
    struct l2tp_tunnel *tunnel = l2tp_tunnel_find(self, session->local_tunnel_id);
    if (!session->data.held.head && l2tp_data_may_send(&session->data)) {
        send_frame(self, tunnel, session, packet, priority);
        return STATUS_OK;
    }
    if (!l2tp_data_hold(&session->data, now, packet)) {
        l2tp_drop(self, now, "window-full", packet);
        return STATUS_NO_ROOM;
    }
    watch_timers(self, tunnel, session);
    return STATUS_OK;
}

enum status l2tp_endpoint_set_sequencing(struct l2tp_endpoint *self, uint16_t session_id,
                                         bool sequencing)
{
    struct l2tp_session *session = l2tp_session_by_id(self, session_id);
    if (!session || session->state != L2TP_SESSION_ESTABLISHED)
        return STATUS_NOT_FOUND;
    if (session->role != L2TP_LNS || session->sequencing_required)
        return STATUS_INVALID;
    session->data.sequencing = sequencing;
    return STATUS_OK;
}
