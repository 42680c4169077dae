#include "pptp/pptp_trace.h"

#include "pptp/pptp_internal.h"

const struct trace_declaration pptp_trace_declarations[] = {
    {"pptp.message.sent", "type number length call-id result error",
     "A control message was handed to TCP; type is the name the RFC gives it."},
    {"pptp.message.received", "type number length call-id result error",
     "A well-formed control message has arrived."},
    {"pptp.control.established", "version firmware vendor host",
     "The Start messages were exchanged; the fields are what the peer says about itself."},
    {"pptp.control.closed", "reason", "The control connection has ended, with all its calls."},
    {"pptp.call.established", "call-id peer-call-id", "A call is connected; GRE may flow."},
    {"pptp.call.refused", "call-id result error", "A call was refused, by the peer or here."},
    {"pptp.call.cleared", "call-id peer-call-id reason result", "A call has ended."},
    {"pptp.echo.timeout", "identifier", "No Echo-Reply came: the peer is taken for gone."},
    {"pptp.link-info", "call-id send-accm receive-accm",
     "Set-Link-Info has come and its maps of escaped characters hold for the call from now on."},
    {"pptp.wan-error", "call-id crc framing hardware-overruns buffer-overruns timeouts alignment",
     "WAN-Error-Notify has come with the other end's counters since the call began."},
    {NULL, NULL, NULL},
};

void pptp_trace_message(struct pptp_control *self, instant now, const char *event,
                        const struct pptp_message *message)
{
    uint16_t call_id;
    uint8_t result;
    uint8_t error;
    struct trace_field fields[6] = {
        trace_text("type", pptp_message_name(message->type)),
        trace_number("number", message->type),
        trace_number("length", pptp_message_length(message->type)),
    };
    size_t count = 3;
    if (pptp_message_call_id(message, &call_id))
        fields[count++] = trace_number("call-id", call_id);
    if (pptp_message_result(message, &result, &error)) {
        fields[count++] = trace_number("result", result);
        fields[count++] = trace_number("error", error);
    }
    trace_emit(&self->config.trace, now, event, fields, count);
}

void pptp_trace_wan_error(struct pptp_control *self, instant now, const struct pptp_call *call,
                          const struct pptp_wan_error_notify *errors)
{
    TRACE(&self->config.trace, now, "pptp.wan-error", trace_number("call-id", call->local_call_id),
          trace_number("crc", errors->crc_errors), trace_number("framing", errors->framing_errors),
          trace_number("hardware-overruns", errors->hardware_overruns),
          trace_number("buffer-overruns", errors->buffer_overruns),
          trace_number("timeouts", errors->timeout_errors),
          trace_number("alignment", errors->alignment_errors));
}

/* Names come from the peer: anything that is not printable ASCII is shown as a question mark. */
static void printable(const char *name, char *text)
{
    for (; *name; name++)
        *text++ = *name >= ' ' && *name <= '~' ? *name : '?';
    *text = '\0';
}

void pptp_trace_established(struct pptp_control *self, instant now, const struct pptp_start *start)
{
    char vendor[PPTP_NAME_LENGTH + 1];
    char host[PPTP_NAME_LENGTH + 1];
    printable(start->vendor_name, vendor);
    printable(start->host_name, host);
    TRACE(&self->config.trace, now, "pptp.control.established",
          trace_number("version", start->protocol_version),
          trace_number("firmware", start->firmware_revision), trace_text("vendor", vendor),
          trace_text("host", host));
}

const char *pptp_close_reason_text(enum pptp_close_reason reason)
{
    switch (reason) {
    case PPTP_CLOSE_NONE:
        return "none";
    case PPTP_CLOSE_LOCAL_STOP:
        return "local-stop";
    case PPTP_CLOSE_PEER_STOP:
        return "peer-stop";
    case PPTP_CLOSE_START_TIMEOUT:
        return "start-timeout";
    case PPTP_CLOSE_STOP_TIMEOUT:
        return "stop-timeout";
    case PPTP_CLOSE_ECHO_TIMEOUT:
        return "echo-timeout";
    case PPTP_CLOSE_CALL_TIMEOUT:
        return "call-timeout";
    case PPTP_CLOSE_REFUSED:
        return "refused";
    case PPTP_CLOSE_REFUSED_HERE:
        return "refused-here";
    case PPTP_CLOSE_BAD_VERSION:
        return "bad-version";
    case PPTP_CLOSE_LOST_SYNC:
        return "lost-synchronisation";
    case PPTP_CLOSE_ILLEGAL_MESSAGE:
        return "illegal-message";
    case PPTP_CLOSE_COLLISION:
        return "collision";
    case PPTP_CLOSE_TRANSPORT_LOST:
        return "transport-lost";
    case PPTP_CLOSE_NO_MEMORY:
        return "no-memory";
    }
    return "none";
}

const char *pptp_control_state_text(enum pptp_control_state state)
{
    switch (state) {
    case PPTP_CONTROL_IDLE:
        return "idle";
    case PPTP_CONTROL_WAIT_CTL_REPLY:
        return "wait_ctl_reply";
    case PPTP_CONTROL_WAIT_REQUEST:
        return "wait_request";
    case PPTP_CONTROL_ESTABLISHED:
        return "established";
    case PPTP_CONTROL_CLEARING:
        return "clearing";
    case PPTP_CONTROL_WAIT_STOP_REPLY:
        return "wait_stop_reply";
    case PPTP_CONTROL_CLOSED:
        return "closed";
    }
    return "unknown";
}

const char *pptp_clear_reason_text(enum pptp_clear_reason reason)
{
    switch (reason) {
    case PPTP_CLEAR_NONE:
        return "none";
    case PPTP_CLEAR_LOCAL:
        return "local";
    case PPTP_CLEAR_PEER_REQUEST:
        return "peer-request";
    case PPTP_CLEAR_PEER_DISCONNECT:
        return "peer-disconnect";
    case PPTP_CLEAR_REFUSED:
        return "refused";
    case PPTP_CLEAR_TIMEOUT:
        return "timeout";
    case PPTP_CLEAR_CONTROL_CLOSED:
        return "control-closed";
    }
    return "none";
}

const char *pptp_call_state_text(enum pptp_call_state state)
{
    switch (state) {
    case PPTP_CALL_IDLE:
        return "idle";
    case PPTP_CALL_WAIT_REPLY:
        return "wait_reply";
    case PPTP_CALL_WAIT_CS_ANS:
        return "wait_cs_ans";
    case PPTP_CALL_WAIT_ANSWER:
        return "wait_answer";
    case PPTP_CALL_WAIT_CONNECT:
        return "wait_connect";
    case PPTP_CALL_ESTABLISHED:
        return "established";
    case PPTP_CALL_WAIT_DISCONNECT:
        return "wait_disconnect";
    case PPTP_CALL_ENDED:
        return "ended";
    }
    return "unknown";
}
