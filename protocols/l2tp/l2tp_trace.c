#include "l2tp/l2tp_trace.h"

#include "base/wire.h"
#include "l2tp/l2tp_internal.h"

const struct trace_declaration l2tp_trace_declarations[] = {
    {"l2tp.message.sent", "type number tunnel session ns nr length result error",
     "A control message was sent for the first time; type is the RFC's short name, tunnel and "
     "session are the receiver's ids. Result and error are there in StopCCN and CDN."},
    {"l2tp.message.retransmitted", "type number tunnel session ns nr length result error",
     "A control message was sent once more, since it has not been acknowledged in time."},
    {"l2tp.message.received", "type number tunnel session ns nr length result error",
     "A control message for a tunnel of this end has come, maybe again."},
    {"l2tp.zlb.sent", "tunnel ns nr",
     "An acknowledgment was sent that no message was there to carry."},
    {"l2tp.zlb.received", "tunnel ns nr", "An acknowledgment has come without a message."},
    {"l2tp.tunnel.peer", "tunnel peer-tunnel host vendor firmware framing bearer window",
     "SCCRQ or SCCRP has come; the fields are what the peer says about itself."},
    {"l2tp.tunnel.established", "tunnel peer-tunnel",
     "A tunnel is open: SCCRQ, SCCRP and SCCCN were exchanged."},
    {"l2tp.tunnel.closed", "tunnel peer-tunnel reason result error",
     "A tunnel has ended, with all its sessions; result and error are those of StopCCN."},
    {"l2tp.session.begun", "tunnel session peer-session serial outgoing correlation-id",
     "This end begins a call, which waits for its tunnel if that is not open."},
    {"l2tp.session.requested", "tunnel session peer-session serial outgoing correlation-id",
     "The peer wants a call: ICRQ, or OCRQ when outgoing is 1."},
    {"l2tp.session.established", "tunnel session peer-session serial outgoing correlation-id",
     "A session is established: PPP frames may flow."},
    {"l2tp.session.ended", "tunnel session peer-session reason result error",
     "A session has ended; result and error are those of CDN."},
    {"l2tp.avp.ignored", "type attribute vendor reason",
     "An AVP of a message that has come was of no use, and was overlooked."},
    {"l2tp.avp.rejected", "type attribute vendor reason",
     "A message that has come cannot be used because of this AVP: its session or the tunnel ends."},
    {"l2tp.sequencing", "session on",
     "The LAC sends sequence numbers on data from now on, or no more, as the LNS does."},
    {"l2tp.link-info", "session send-accm receive-accm",
     "SLI has come and its maps of escaped characters hold for the session from now on."},
    {"l2tp.wan-error", "session crc framing hardware-overruns buffer-overruns timeouts alignment",
     "WEN has come with the other end's counters since the call began."},
    {NULL, NULL, NULL},
};

/* Finds the codes in a StopCCN or CDN on the wire. */
static bool find_result(struct wire_reader avps, uint16_t *result, uint16_t *error)
{
    struct l2tp_avp avp;
    while (l2tp_avp_read(&avps, &avp)) {
        if (avp.vendor_id != 0 || avp.attribute != L2TP_RESULT_CODE || avp.length < 2)
            continue;
        *result = wire_load_u16(avp.value);
        *error = avp.length < 4 ? 0 : wire_load_u16(avp.value + 2);
        return true;
    }
    return false;
}

void l2tp_trace_packet(struct l2tp_endpoint *self, instant now, const char *event,
                       const struct packet *packet)
{
    if (!self->config.trace.emit)
        return;
    struct l2tp_header header;
    l2tp_header_decode(packet->data, packet->length, UINT16_MAX, &header);
    if (packet->length <= header.header_length) {
        TRACE(&self->config.trace, now, event, trace_number("tunnel", header.tunnel_id),
              trace_number("ns", header.ns), trace_number("nr", header.nr));
        return;
    }
    struct wire_reader avps = wire_reader_make(packet->data + header.header_length,
                                               packet->length - header.header_length);
    struct wire_reader first = avps;
    struct l2tp_avp avp;
    uint16_t type = 0;
    uint16_t result;
    uint16_t error;
    if (l2tp_avp_read(&first, &avp) && avp.attribute == L2TP_MESSAGE_TYPE && avp.length == 2)
        type = wire_load_u16(avp.value);
    struct trace_field fields[9] = {
        trace_text("type", l2tp_message_name(type)),
        trace_number("number", type),
        trace_number("tunnel", header.tunnel_id),
        trace_number("session", header.session_id),
        trace_number("ns", header.ns),
        trace_number("nr", header.nr),
        trace_number("length", packet->length),
    };
    size_t count = 7;
    if ((type == L2TP_STOPCCN || type == L2TP_CDN) && find_result(avps, &result, &error)) {
        fields[count++] = trace_number("result", result);
        fields[count++] = trace_number("error", error);
    }
    trace_emit(&self->config.trace, now, event, fields, count);
}

/* Names come from the peer: anything that is not printable ASCII is shown as a question mark. */
static void printable(const struct l2tp_octets *name, char *text, size_t size)
{
    size_t length = name->length < size - 1 ? name->length : size - 1;
    for (size_t i = 0; i < length; i++) {
        char c = (char)name->octets[i];
        text[i] = c >= ' ' && c <= '~' ? c : '?';
    }
    text[length] = '\0';
}

void l2tp_trace_peer(struct l2tp_endpoint *self, instant now, const struct l2tp_tunnel *tunnel,
                     const struct l2tp_message *message)
{
    char host[128];
    char vendor[128];
    printable(&message->host_name, host, sizeof host);
    printable(&message->vendor_name, vendor, sizeof vendor);
    TRACE(&self->config.trace, now, "l2tp.tunnel.peer", trace_number("tunnel", tunnel->local_id),
          trace_number("peer-tunnel", tunnel->peer_id), trace_text("host", host),
          trace_text("vendor", vendor), trace_number("firmware", tunnel->peer_firmware),
          trace_number("framing", tunnel->peer_framing),
          trace_number("bearer", tunnel->peer_bearer),
          trace_number("window", tunnel->channel.peer_window));
}

void l2tp_trace_established(struct l2tp_endpoint *self, instant now,
                            const struct l2tp_tunnel *tunnel)
{
    TRACE(&self->config.trace, now, "l2tp.tunnel.established",
          trace_number("tunnel", tunnel->local_id), trace_number("peer-tunnel", tunnel->peer_id));
}

void l2tp_trace_closed(struct l2tp_endpoint *self, instant now, const struct l2tp_tunnel *tunnel)
{
    TRACE(&self->config.trace, now, "l2tp.tunnel.closed", trace_number("tunnel", tunnel->local_id),
          trace_number("peer-tunnel", tunnel->peer_id),
          trace_text("reason", l2tp_close_reason_text(tunnel->reason)),
          trace_number("result", tunnel->result), trace_number("error", tunnel->error));
}

void l2tp_trace_session(struct l2tp_endpoint *self, instant now, const char *event,
                        const struct l2tp_session *session)
{
    struct trace_field fields[6] = {
        trace_number("tunnel", session->local_tunnel_id),
        trace_number("session", session->local_id),
        trace_number("peer-session", session->peer_id),
        trace_number("serial", session->serial_number),
        trace_number("outgoing", session->outgoing),
    };
    size_t count = 5;
    if (session->has_correlation_id)
        fields[count++] =
            trace_octets("correlation-id", session->correlation_id, sizeof session->correlation_id);
    trace_emit(&self->config.trace, now, event, fields, count);
}

void l2tp_trace_ended(struct l2tp_endpoint *self, instant now, const struct l2tp_session *session)
{
    TRACE(&self->config.trace, now, "l2tp.session.ended",
          trace_number("tunnel", session->local_tunnel_id),
          trace_number("session", session->local_id),
          trace_number("peer-session", session->peer_id),
          trace_text("reason", l2tp_end_reason_text(session->reason)),
          trace_number("result", session->result), trace_number("error", session->error));
}

void l2tp_trace_wan_error(struct l2tp_endpoint *self, instant now,
                          const struct l2tp_session *session, const struct l2tp_call_errors *errors)
{
    TRACE(&self->config.trace, now, "l2tp.wan-error", trace_number("session", session->local_id),
          trace_number("crc", errors->crc_errors), trace_number("framing", errors->framing_errors),
          trace_number("hardware-overruns", errors->hardware_overruns),
          trace_number("buffer-overruns", errors->buffer_overruns),
          trace_number("timeouts", errors->timeout_errors),
          trace_number("alignment", errors->alignment_errors));
}

void l2tp_trace_link_info(struct l2tp_endpoint *self, instant now,
                          const struct l2tp_session *session)
{
    TRACE(&self->config.trace, now, "l2tp.link-info", trace_number("session", session->local_id),
          trace_number("send-accm", session->send_accm),
          trace_number("receive-accm", session->receive_accm));
}

void l2tp_trace_sequencing(struct l2tp_endpoint *self, instant now,
                           const struct l2tp_session *session)
{
    TRACE(&self->config.trace, now, "l2tp.sequencing", trace_number("session", session->local_id),
          trace_number("on", session->data.sequencing));
}

void l2tp_trace_fault(struct l2tp_endpoint *self, instant now, const char *event,
                      const struct l2tp_message *message, const struct l2tp_fault *fault)
{
    TRACE(&self->config.trace, now, event, trace_text("type", l2tp_message_name(message->type)),
          trace_number("attribute", fault->attribute), trace_number("vendor", fault->vendor_id),
          trace_text("reason", l2tp_fault_text(fault->kind)));
}

const char *l2tp_close_reason_text(enum l2tp_close_reason reason)
{
    switch (reason) {
    case L2TP_CLOSE_NONE:
        return "none";
    case L2TP_CLOSE_LOCAL:
        return "local";
    case L2TP_CLOSE_UNUSED:
        return "unused";
    case L2TP_CLOSE_PEER_STOP:
        return "peer-stop";
    case L2TP_CLOSE_NO_RESPONSE:
        return "no-response";
    case L2TP_CLOSE_NOT_AUTHORIZED:
        return "not-authorized";
    case L2TP_CLOSE_BAD_VERSION:
        return "bad-version";
    case L2TP_CLOSE_ILLEGAL_MESSAGE:
        return "illegal-message";
    case L2TP_CLOSE_BAD_MESSAGE:
        return "bad-message";
    case L2TP_CLOSE_FRAMING:
        return "framing";
    case L2TP_CLOSE_TIMEOUT:
        return "timeout";
    case L2TP_CLOSE_TIE_LOST:
        return "tie-lost";
    case L2TP_CLOSE_NO_MEMORY:
        return "no-memory";
    }
    return "none";
}

const char *l2tp_tunnel_state_text(enum l2tp_tunnel_state state)
{
    switch (state) {
    case L2TP_TUNNEL_IDLE:
        return "idle";
    case L2TP_TUNNEL_WAIT_CTL_REPLY:
        return "wait-ctl-reply";
    case L2TP_TUNNEL_WAIT_CTL_CONN:
        return "wait-ctl-conn";
    case L2TP_TUNNEL_ESTABLISHED:
        return "established";
    case L2TP_TUNNEL_STOPPED:
        return "stopped";
    }
    return "unknown";
}

const char *l2tp_end_reason_text(enum l2tp_end_reason reason)
{
    switch (reason) {
    case L2TP_END_NONE:
        return "none";
    case L2TP_END_LOCAL:
        return "local";
    case L2TP_END_PEER_DISCONNECT:
        return "peer-disconnect";
    case L2TP_END_PROTOCOL_ERROR:
        return "protocol-error";
    case L2TP_END_FRAMING:
        return "framing";
    case L2TP_END_BEARER:
        return "bearer";
    case L2TP_END_TIMEOUT:
        return "timeout";
    case L2TP_END_TUNNEL_CLOSED:
        return "tunnel-closed";
    }
    return "none";
}

const char *l2tp_session_state_text(enum l2tp_session_state state)
{
    switch (state) {
    case L2TP_SESSION_IDLE:
        return "idle";
    case L2TP_SESSION_WAIT_TUNNEL:
        return "wait-tunnel";
    case L2TP_SESSION_WAIT_REPLY:
        return "wait-reply";
    case L2TP_SESSION_WAIT_ANSWER:
        return "wait-answer";
    case L2TP_SESSION_WAIT_CONNECT:
        return "wait-connect";
    case L2TP_SESSION_WAIT_CS_ANSWER:
        return "wait-cs-answer";
    case L2TP_SESSION_ESTABLISHED:
        return "established";
    case L2TP_SESSION_ENDED:
        return "ended";
    }
    return "unknown";
}
