#include "nodes/pptp/pptp_script.h"

#include "base/wire.h"
#include "pptp/pptp_message.h"

#include <string.h>

_Static_assert(PPTP_SCRIPT_MESSAGE_MAX == PPTP_MESSAGE_MAXIMUM, "every message fits");

#define COOKIE_OFFSET 4

struct pptp_script_message pptp_script_defaults(const char *type)
{
    return (struct pptp_script_message){
        .type = type,
        .result = 1, /* success in every reply, "none" as a reason to stop */
        .send_accm = UINT32_MAX,
        .receive_accm = UINT32_MAX,
        .version = PPTP_PROTOCOL_VERSION,
        .cookie = PPTP_MAGIC_COOKIE,
    };
}

static unsigned find_type(const char *name)
{
    for (unsigned type = 1; type <= PPTP_MESSAGE_TYPES; type++)
        if (strcmp(pptp_message_name(type), name) == 0)
            return type;
    return 0;
}

static void fill_call_message(struct pptp_message *message, const struct pptp_script_message *from)
{
    switch (message->type) {
    case PPTP_OUTGOING_CALL_REQUEST:
        message->body.outgoing_call_request = (struct pptp_outgoing_call_request){
            .call_id = from->call_id,
            .minimum_bps = 300,
            .maximum_bps = 100000000,
            .bearer_type = PPTP_BEARER_ANALOG | PPTP_BEARER_DIGITAL,
            .framing_type = PPTP_FRAMING_ASYNCHRONOUS | PPTP_FRAMING_SYNCHRONOUS,
            .receive_window = 64};
        break;
    case PPTP_OUTGOING_CALL_REPLY:
        message->body.outgoing_call_reply =
            (struct pptp_outgoing_call_reply){.call_id = from->call_id,
                                              .peer_call_id = from->peer_call_id,
                                              .result = from->result,
                                              .error = from->error,
                                              .connect_speed = 100000000,
                                              .receive_window = 64};
        break;
    case PPTP_INCOMING_CALL_REQUEST:
        message->body.incoming_call_request = (struct pptp_incoming_call_request){
            .call_id = from->call_id, .bearer_type = PPTP_BEARER_DIGITAL};
        break;
    case PPTP_INCOMING_CALL_REPLY:
        message->body.incoming_call_reply =
            (struct pptp_incoming_call_reply){.call_id = from->call_id,
                                              .peer_call_id = from->peer_call_id,
                                              .result = from->result,
                                              .error = from->error,
                                              .receive_window = 64};
        break;
    case PPTP_INCOMING_CALL_CONNECTED:
        message->body.incoming_call_connected =
            (struct pptp_incoming_call_connected){.peer_call_id = from->peer_call_id,
                                                  .connect_speed = 64000,
                                                  .receive_window = 64,
                                                  .framing_type = PPTP_FRAMING_SYNCHRONOUS};
        break;
    case PPTP_CALL_CLEAR_REQUEST:
        message->body.call_clear_request.call_id = from->call_id;
        break;
    case PPTP_CALL_DISCONNECT_NOTIFY:
        message->body.call_disconnect_notify = (struct pptp_call_disconnect_notify){
            .call_id = from->call_id, .result = from->result, .error = from->error};
        break;
    case PPTP_WAN_ERROR_NOTIFY:
        message->body.wan_error_notify =
            (struct pptp_wan_error_notify){.peer_call_id = from->peer_call_id, .crc_errors = 1};
        break;
    case PPTP_SET_LINK_INFO:
        message->body.set_link_info =
            (struct pptp_set_link_info){.peer_call_id = from->peer_call_id,
                                        .send_accm = from->send_accm,
                                        .receive_accm = from->receive_accm};
        break;
    case PPTP_START_CONTROL_CONNECTION_REQUEST:
    case PPTP_START_CONTROL_CONNECTION_REPLY:
    case PPTP_STOP_CONTROL_CONNECTION_REQUEST:
    case PPTP_STOP_CONTROL_CONNECTION_REPLY:
    case PPTP_ECHO_REQUEST:
    case PPTP_ECHO_REPLY:
        break;
    }
}

static void fill_connection_message(struct pptp_message *message,
                                    const struct pptp_script_message *from)
{
    switch (message->type) {
    case PPTP_START_CONTROL_CONNECTION_REQUEST:
    case PPTP_START_CONTROL_CONNECTION_REPLY:
        message->body.start = (struct pptp_start){
            .protocol_version = from->version,
            .result = message->type == PPTP_START_CONTROL_CONNECTION_REPLY ? from->result : 0,
            .error = from->error,
            .framing_capabilities = PPTP_FRAMING_ASYNCHRONOUS,
            .bearer_capabilities = PPTP_BEARER_ANALOG};
        break;
    case PPTP_STOP_CONTROL_CONNECTION_REQUEST:
        message->body.stop_request.reason = from->result;
        break;
    case PPTP_STOP_CONTROL_CONNECTION_REPLY:
        message->body.stop_reply =
            (struct pptp_stop_reply){.result = from->result, .error = from->error};
        break;
    case PPTP_ECHO_REQUEST:
    case PPTP_ECHO_REPLY:
        message->body.echo = (struct pptp_echo){
            .identifier = from->identifier, .result = from->result, .error = from->error};
        break;
    case PPTP_OUTGOING_CALL_REQUEST:
    case PPTP_OUTGOING_CALL_REPLY:
    case PPTP_INCOMING_CALL_REQUEST:
    case PPTP_INCOMING_CALL_REPLY:
    case PPTP_INCOMING_CALL_CONNECTED:
    case PPTP_CALL_CLEAR_REQUEST:
    case PPTP_CALL_DISCONNECT_NOTIFY:
    case PPTP_WAN_ERROR_NOTIFY:
    case PPTP_SET_LINK_INFO:
        break;
    }
}

size_t pptp_script_encode(const struct pptp_script_message *message,
                          uint8_t octets[PPTP_SCRIPT_MESSAGE_MAX])
{
    unsigned type = find_type(message->type);
    if (type == 0)
        return 0;
    struct pptp_message encoded = {.type = (enum pptp_message_type)type};
    fill_connection_message(&encoded, message);
    fill_call_message(&encoded, message);
    size_t length = pptp_message_encode(&encoded, octets, PPTP_SCRIPT_MESSAGE_MAX);
    struct wire_writer writer = wire_writer_make(octets, length);
    if (message->has_length)
        wire_put_u16(&writer, message->length);
    writer = wire_writer_make(octets + COOKIE_OFFSET, length - COOKIE_OFFSET);
    wire_put_u32(&writer, message->cookie);
    return length;
}
