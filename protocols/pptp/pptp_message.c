#include "pptp/pptp_message.h"

#include "base/wire.h"

#include <string.h>

static const struct {
    const char *name;
    size_t length;
} message_kinds[PPTP_MESSAGE_TYPES + 1] = {
    [PPTP_START_CONTROL_CONNECTION_REQUEST] = {"Start-Control-Connection-Request", 156},
    [PPTP_START_CONTROL_CONNECTION_REPLY] = {"Start-Control-Connection-Reply", 156},
    [PPTP_STOP_CONTROL_CONNECTION_REQUEST] = {"Stop-Control-Connection-Request", 16},
    [PPTP_STOP_CONTROL_CONNECTION_REPLY] = {"Stop-Control-Connection-Reply", 16},
    [PPTP_ECHO_REQUEST] = {"Echo-Request", 16},
    [PPTP_ECHO_REPLY] = {"Echo-Reply", 20},
    [PPTP_OUTGOING_CALL_REQUEST] = {"Outgoing-Call-Request", 168},
    [PPTP_OUTGOING_CALL_REPLY] = {"Outgoing-Call-Reply", 32},
    [PPTP_INCOMING_CALL_REQUEST] = {"Incoming-Call-Request", 220},
    [PPTP_INCOMING_CALL_REPLY] = {"Incoming-Call-Reply", 24},
    [PPTP_INCOMING_CALL_CONNECTED] = {"Incoming-Call-Connected", 28},
    [PPTP_CALL_CLEAR_REQUEST] = {"Call-Clear-Request", 16},
    [PPTP_CALL_DISCONNECT_NOTIFY] = {"Call-Disconnect-Notify", 148},
    [PPTP_WAN_ERROR_NOTIFY] = {"WAN-Error-Notify", 40},
    [PPTP_SET_LINK_INFO] = {"Set-Link-Info", 24},
};

const char *pptp_message_error_text(enum pptp_message_error error)
{
    switch (error) {
    case PPTP_MESSAGE_OK:
        return "";
    case PPTP_MESSAGE_INCOMPLETE:
        return "incomplete-message";
    case PPTP_MESSAGE_BAD_LENGTH:
        return "bad-length";
    case PPTP_MESSAGE_BAD_COOKIE:
        return "bad-cookie";
    case PPTP_MESSAGE_NOT_CONTROL:
        return "not-a-control-message";
    case PPTP_MESSAGE_UNKNOWN_TYPE:
        return "unknown-message-type";
    }
    return "";
}

const char *pptp_message_name(unsigned type)
{
    return type >= 1 && type <= PPTP_MESSAGE_TYPES ? message_kinds[type].name : "unknown";
}

size_t pptp_message_length(unsigned type)
{
    return type >= 1 && type <= PPTP_MESSAGE_TYPES ? message_kinds[type].length : 0;
}

enum pptp_message_error pptp_message_frame(const uint8_t *octets, size_t length, size_t *total)
{
    *total = 8; /* Length and Magic Cookie */
    if (length < 8)
        return PPTP_MESSAGE_INCOMPLETE;
    uint16_t claimed = wire_load_u16(octets);
    if (wire_load_u32(octets + 4) != PPTP_MAGIC_COOKIE)
        return PPTP_MESSAGE_BAD_COOKIE;
    if (claimed < PPTP_HEADER_LENGTH || claimed > PPTP_MESSAGE_MAXIMUM)
        return PPTP_MESSAGE_BAD_LENGTH;
    *total = PPTP_HEADER_LENGTH;
    if (length < PPTP_HEADER_LENGTH)
        return PPTP_MESSAGE_INCOMPLETE;
    *total = claimed;
    if (wire_load_u16(octets + 2) != PPTP_CONTROL_MESSAGE)
        return PPTP_MESSAGE_NOT_CONTROL;
    size_t expected = pptp_message_length(wire_load_u16(octets + 8));
    if (expected == 0)
        return PPTP_MESSAGE_UNKNOWN_TYPE;
    if (claimed != expected)
        return PPTP_MESSAGE_BAD_LENGTH;
    return length < expected ? PPTP_MESSAGE_INCOMPLETE : PPTP_MESSAGE_OK;
}

/*
 * Bodies. The offsets in the comments count from the start of the message, as the figures of the
 * RFC do. Each pair of functions reads and writes the same fields in the same order.
 */

/* 12 Protocol Version, 14 Reserved1 (Request) or Result and Error Code (Reply), 16 Framing,
 * 20 Bearer, 24 Maximum Channels, 26 Firmware Revision, 28 Host Name, 92 Vendor Name; sections 2.1
 * and 2.2. */
static void get_start(struct wire_reader *reader, struct pptp_start *start, bool reply)
{
    start->protocol_version = wire_get_u16(reader);
    uint8_t result = wire_get_u8(reader);
    uint8_t error = wire_get_u8(reader);
    start->result = reply ? result : 0;
    start->error = reply ? error : 0;
    start->framing_capabilities = wire_get_u32(reader);
    start->bearer_capabilities = wire_get_u32(reader);
    start->maximum_channels = wire_get_u16(reader);
    start->firmware_revision = wire_get_u16(reader);
    wire_copy(reader, start->host_name, PPTP_NAME_LENGTH);
    wire_copy(reader, start->vendor_name, PPTP_NAME_LENGTH);
}

static void put_start(struct wire_writer *writer, const struct pptp_start *start, bool reply)
{
    wire_put_u16(writer, start->protocol_version);
    wire_put_u8(writer, reply ? start->result : 0);
    wire_put_u8(writer, reply ? start->error : 0);
    wire_put_u32(writer, start->framing_capabilities);
    wire_put_u32(writer, start->bearer_capabilities);
    wire_put_u16(writer, start->maximum_channels);
    wire_put_u16(writer, start->firmware_revision);
    wire_put_octets(writer, start->host_name, PPTP_NAME_LENGTH);
    wire_put_octets(writer, start->vendor_name, PPTP_NAME_LENGTH);
}

/* 12 Identifier; Reply only: 16 Result Code, 17 Error Code, 18 Reserved1; sections 2.5 and 2.6. */
static void get_echo(struct wire_reader *reader, struct pptp_echo *echo, bool reply)
{
    echo->identifier = wire_get_u32(reader);
    if (!reply)
        return;
    echo->result = wire_get_u8(reader);
    echo->error = wire_get_u8(reader);
}

static void put_echo(struct wire_writer *writer, const struct pptp_echo *echo, bool reply)
{
    wire_put_u32(writer, echo->identifier);
    if (!reply)
        return;
    wire_put_u8(writer, echo->result);
    wire_put_u8(writer, echo->error);
    wire_put_u16(writer, 0);
}

/* 12 Call ID, 14 Call Serial Number, 16 Minimum BPS, 20 Maximum BPS, 24 Bearer Type, 28 Framing
 * Type, 32 Packet Recv. Window Size, 34 Packet Processing Delay, 36 Phone Number Length,
 * 38 Reserved1, 40 Phone Number, 104 Subaddress; section 2.7. */
static void get_outgoing_request(struct wire_reader *reader,
                                 struct pptp_outgoing_call_request *request)
{
    request->call_id = wire_get_u16(reader);
    request->call_serial_number = wire_get_u16(reader);
    request->minimum_bps = wire_get_u32(reader);
    request->maximum_bps = wire_get_u32(reader);
    request->bearer_type = wire_get_u32(reader);
    request->framing_type = wire_get_u32(reader);
    request->receive_window = wire_get_u16(reader);
    request->processing_delay = wire_get_u16(reader);
    request->phone_number_length = wire_get_u16(reader);
    wire_skip(reader, 2);
    wire_copy(reader, request->phone_number, PPTP_NAME_LENGTH);
    wire_copy(reader, request->subaddress, PPTP_NAME_LENGTH);
}

static void put_outgoing_request(struct wire_writer *writer,
                                 const struct pptp_outgoing_call_request *request)
{
    wire_put_u16(writer, request->call_id);
    wire_put_u16(writer, request->call_serial_number);
    wire_put_u32(writer, request->minimum_bps);
    wire_put_u32(writer, request->maximum_bps);
    wire_put_u32(writer, request->bearer_type);
    wire_put_u32(writer, request->framing_type);
    wire_put_u16(writer, request->receive_window);
    wire_put_u16(writer, request->processing_delay);
    wire_put_u16(writer, request->phone_number_length);
    wire_put_u16(writer, 0);
    wire_put_octets(writer, request->phone_number, PPTP_NAME_LENGTH);
    wire_put_octets(writer, request->subaddress, PPTP_NAME_LENGTH);
}

/* 12 Call ID, 14 Peer's Call ID, 16 Result Code, 17 Error Code, 18 Cause Code, 20 Connect Speed,
 * 24 Packet Recv. Window Size, 26 Packet Processing Delay, 28 Physical Channel ID; section 2.8. */
static void get_outgoing_reply(struct wire_reader *reader, struct pptp_outgoing_call_reply *reply)
{
    reply->call_id = wire_get_u16(reader);
    reply->peer_call_id = wire_get_u16(reader);
    reply->result = wire_get_u8(reader);
    reply->error = wire_get_u8(reader);
    reply->cause = wire_get_u16(reader);
    reply->connect_speed = wire_get_u32(reader);
    reply->receive_window = wire_get_u16(reader);
    reply->processing_delay = wire_get_u16(reader);
    reply->physical_channel_id = wire_get_u32(reader);
}

static void put_outgoing_reply(struct wire_writer *writer,
                               const struct pptp_outgoing_call_reply *reply)
{
    wire_put_u16(writer, reply->call_id);
    wire_put_u16(writer, reply->peer_call_id);
    wire_put_u8(writer, reply->result);
    wire_put_u8(writer, reply->error);
    wire_put_u16(writer, reply->cause);
    wire_put_u32(writer, reply->connect_speed);
    wire_put_u16(writer, reply->receive_window);
    wire_put_u16(writer, reply->processing_delay);
    wire_put_u32(writer, reply->physical_channel_id);
}

/* 12 Call ID, 14 Call Serial Number, 16 Call Bearer Type, 20 Physical Channel ID, 24 Dialed Number
 * Length, 26 Dialing Number Length, 28 Dialed Number, 92 Dialing Number, 156 Subaddress;
 * section 2.9. */
static void get_incoming_request(struct wire_reader *reader,
                                 struct pptp_incoming_call_request *request)
{
    request->call_id = wire_get_u16(reader);
    request->call_serial_number = wire_get_u16(reader);
    request->bearer_type = wire_get_u32(reader);
    request->physical_channel_id = wire_get_u32(reader);
    request->dialed_number_length = wire_get_u16(reader);
    request->dialing_number_length = wire_get_u16(reader);
    wire_copy(reader, request->dialed_number, PPTP_NAME_LENGTH);
    wire_copy(reader, request->dialing_number, PPTP_NAME_LENGTH);
    wire_copy(reader, request->subaddress, PPTP_NAME_LENGTH);
}

static void put_incoming_request(struct wire_writer *writer,
                                 const struct pptp_incoming_call_request *request)
{
    wire_put_u16(writer, request->call_id);
    wire_put_u16(writer, request->call_serial_number);
    wire_put_u32(writer, request->bearer_type);
    wire_put_u32(writer, request->physical_channel_id);
    wire_put_u16(writer, request->dialed_number_length);
    wire_put_u16(writer, request->dialing_number_length);
    wire_put_octets(writer, request->dialed_number, PPTP_NAME_LENGTH);
    wire_put_octets(writer, request->dialing_number, PPTP_NAME_LENGTH);
    wire_put_octets(writer, request->subaddress, PPTP_NAME_LENGTH);
}

/* 12 Call ID, 14 Peer's Call ID, 16 Result Code, 17 Error Code, 18 Packet Recv. Window Size,
 * 20 Packet Transmit Delay, 22 Reserved1; section 2.10. */
static void get_incoming_reply(struct wire_reader *reader, struct pptp_incoming_call_reply *reply)
{
    reply->call_id = wire_get_u16(reader);
    reply->peer_call_id = wire_get_u16(reader);
    reply->result = wire_get_u8(reader);
    reply->error = wire_get_u8(reader);
    reply->receive_window = wire_get_u16(reader);
    reply->transmit_delay = wire_get_u16(reader);
}

static void put_incoming_reply(struct wire_writer *writer,
                               const struct pptp_incoming_call_reply *reply)
{
    wire_put_u16(writer, reply->call_id);
    wire_put_u16(writer, reply->peer_call_id);
    wire_put_u8(writer, reply->result);
    wire_put_u8(writer, reply->error);
    wire_put_u16(writer, reply->receive_window);
    wire_put_u16(writer, reply->transmit_delay);
    wire_put_u16(writer, 0);
}

/* 12 Peer's Call ID, 14 Reserved1, 16 Connect Speed, 20 Packet Recv. Window Size, 22 Packet
 * Transmit Delay, 24 Framing Type; section 2.11. */
static void get_incoming_connected(struct wire_reader *reader,
                                   struct pptp_incoming_call_connected *connected)
{
    connected->peer_call_id = wire_get_u16(reader);
    wire_skip(reader, 2);
    connected->connect_speed = wire_get_u32(reader);
    connected->receive_window = wire_get_u16(reader);
    connected->transmit_delay = wire_get_u16(reader);
    connected->framing_type = wire_get_u32(reader);
}

static void put_incoming_connected(struct wire_writer *writer,
                                   const struct pptp_incoming_call_connected *connected)
{
    wire_put_u16(writer, connected->peer_call_id);
    wire_put_u16(writer, 0);
    wire_put_u32(writer, connected->connect_speed);
    wire_put_u16(writer, connected->receive_window);
    wire_put_u16(writer, connected->transmit_delay);
    wire_put_u32(writer, connected->framing_type);
}

/* 12 Call ID, 14 Result Code, 15 Error Code, 16 Cause Code, 18 Reserved1, 20 Call Statistics;
 * section 2.13. */
static void get_disconnect(struct wire_reader *reader, struct pptp_call_disconnect_notify *notify)
{
    notify->call_id = wire_get_u16(reader);
    notify->result = wire_get_u8(reader);
    notify->error = wire_get_u8(reader);
    notify->cause = wire_get_u16(reader);
    wire_skip(reader, 2);
    wire_copy(reader, notify->statistics, PPTP_STATISTICS_LENGTH);
}

static void put_disconnect(struct wire_writer *writer,
                           const struct pptp_call_disconnect_notify *notify)
{
    wire_put_u16(writer, notify->call_id);
    wire_put_u8(writer, notify->result);
    wire_put_u8(writer, notify->error);
    wire_put_u16(writer, notify->cause);
    wire_put_u16(writer, 0);
    wire_put_octets(writer, notify->statistics, PPTP_STATISTICS_LENGTH);
}

/* 12 Peer's Call ID, 14 Reserved1, 16 CRC Errors, 20 Framing Errors, 24 Hardware Overruns,
 * 28 Buffer Overruns, 32 Time-out Errors, 36 Alignment Errors; section 2.14. */
static void get_wan_error(struct wire_reader *reader, struct pptp_wan_error_notify *notify)
{
    notify->peer_call_id = wire_get_u16(reader);
    wire_skip(reader, 2);
    notify->crc_errors = wire_get_u32(reader);
    notify->framing_errors = wire_get_u32(reader);
    notify->hardware_overruns = wire_get_u32(reader);
    notify->buffer_overruns = wire_get_u32(reader);
    notify->timeout_errors = wire_get_u32(reader);
    notify->alignment_errors = wire_get_u32(reader);
}

static void put_wan_error(struct wire_writer *writer, const struct pptp_wan_error_notify *notify)
{
    wire_put_u16(writer, notify->peer_call_id);
    wire_put_u16(writer, 0);
    wire_put_u32(writer, notify->crc_errors);
    wire_put_u32(writer, notify->framing_errors);
    wire_put_u32(writer, notify->hardware_overruns);
    wire_put_u32(writer, notify->buffer_overruns);
    wire_put_u32(writer, notify->timeout_errors);
    wire_put_u32(writer, notify->alignment_errors);
}

/* 12 Peer's Call ID, 14 Reserved1, 16 Send ACCM, 20 Receive ACCM; section 2.15. */
static void get_link_info(struct wire_reader *reader, struct pptp_set_link_info *info)
{
    info->peer_call_id = wire_get_u16(reader);
    wire_skip(reader, 2);
    info->send_accm = wire_get_u32(reader);
    info->receive_accm = wire_get_u32(reader);
}

static void put_link_info(struct wire_writer *writer, const struct pptp_set_link_info *info)
{
    wire_put_u16(writer, info->peer_call_id);
    wire_put_u16(writer, 0);
    wire_put_u32(writer, info->send_accm);
    wire_put_u32(writer, info->receive_accm);
}

static void get_body(struct wire_reader *reader, struct pptp_message *message)
{
    switch (message->type) {
    case PPTP_START_CONTROL_CONNECTION_REQUEST:
    case PPTP_START_CONTROL_CONNECTION_REPLY:
        get_start(reader, &message->body.start,
                  message->type == PPTP_START_CONTROL_CONNECTION_REPLY);
        break;
    case PPTP_STOP_CONTROL_CONNECTION_REQUEST:
        /* 12 Reason, 13 Reserved1, 14 Reserved2; section 2.3. */
        message->body.stop_request.reason = wire_get_u8(reader);
        break;
    case PPTP_STOP_CONTROL_CONNECTION_REPLY:
        /* 12 Result Code, 13 Error Code, 14 Reserved1; section 2.4. */
        message->body.stop_reply.result = wire_get_u8(reader);
        message->body.stop_reply.error = wire_get_u8(reader);
        break;
    case PPTP_ECHO_REQUEST:
    case PPTP_ECHO_REPLY:
        get_echo(reader, &message->body.echo, message->type == PPTP_ECHO_REPLY);
        break;
    case PPTP_OUTGOING_CALL_REQUEST:
        get_outgoing_request(reader, &message->body.outgoing_call_request);
        break;
    case PPTP_OUTGOING_CALL_REPLY:
        get_outgoing_reply(reader, &message->body.outgoing_call_reply);
        break;
    case PPTP_INCOMING_CALL_REQUEST:
        get_incoming_request(reader, &message->body.incoming_call_request);
        break;
    case PPTP_INCOMING_CALL_REPLY:
        get_incoming_reply(reader, &message->body.incoming_call_reply);
        break;
    case PPTP_INCOMING_CALL_CONNECTED:
        get_incoming_connected(reader, &message->body.incoming_call_connected);
        break;
    case PPTP_CALL_CLEAR_REQUEST:
        /* 12 Call ID, 14 Reserved1; section 2.12. */
        message->body.call_clear_request.call_id = wire_get_u16(reader);
        break;
    case PPTP_CALL_DISCONNECT_NOTIFY:
        get_disconnect(reader, &message->body.call_disconnect_notify);
        break;
    case PPTP_WAN_ERROR_NOTIFY:
        get_wan_error(reader, &message->body.wan_error_notify);
        break;
    case PPTP_SET_LINK_INFO:
        get_link_info(reader, &message->body.set_link_info);
        break;
    }
}

static void put_body(struct wire_writer *writer, const struct pptp_message *message)
{
    switch (message->type) {
    case PPTP_START_CONTROL_CONNECTION_REQUEST:
    case PPTP_START_CONTROL_CONNECTION_REPLY:
        put_start(writer, &message->body.start,
                  message->type == PPTP_START_CONTROL_CONNECTION_REPLY);
        break;
    case PPTP_STOP_CONTROL_CONNECTION_REQUEST:
        wire_put_u8(writer, message->body.stop_request.reason);
        wire_put_zeros(writer, 3);
        break;
    case PPTP_STOP_CONTROL_CONNECTION_REPLY:
        wire_put_u8(writer, message->body.stop_reply.result);
        wire_put_u8(writer, message->body.stop_reply.error);
        wire_put_u16(writer, 0);
        break;
    case PPTP_ECHO_REQUEST:
    case PPTP_ECHO_REPLY:
        put_echo(writer, &message->body.echo, message->type == PPTP_ECHO_REPLY);
        break;
    case PPTP_OUTGOING_CALL_REQUEST:
        put_outgoing_request(writer, &message->body.outgoing_call_request);
        break;
    case PPTP_OUTGOING_CALL_REPLY:
        put_outgoing_reply(writer, &message->body.outgoing_call_reply);
        break;
    case PPTP_INCOMING_CALL_REQUEST:
        put_incoming_request(writer, &message->body.incoming_call_request);
        break;
    case PPTP_INCOMING_CALL_REPLY:
        put_incoming_reply(writer, &message->body.incoming_call_reply);
        break;
    case PPTP_INCOMING_CALL_CONNECTED:
        put_incoming_connected(writer, &message->body.incoming_call_connected);
        break;
    case PPTP_CALL_CLEAR_REQUEST:
        wire_put_u16(writer, message->body.call_clear_request.call_id);
        wire_put_u16(writer, 0);
        break;
    case PPTP_CALL_DISCONNECT_NOTIFY:
        put_disconnect(writer, &message->body.call_disconnect_notify);
        break;
    case PPTP_WAN_ERROR_NOTIFY:
        put_wan_error(writer, &message->body.wan_error_notify);
        break;
    case PPTP_SET_LINK_INFO:
        put_link_info(writer, &message->body.set_link_info);
        break;
    }
}

enum pptp_message_error pptp_message_decode(const uint8_t *octets, size_t length,
                                            struct pptp_message *message)
{
    size_t total;
    enum pptp_message_error error = pptp_message_frame(octets, length, &total);
    if (error != PPTP_MESSAGE_OK)
        return error;
    if (length != total)
        return PPTP_MESSAGE_BAD_LENGTH;
    *message = (struct pptp_message){.type = (enum pptp_message_type)wire_load_u16(octets + 8)};
    struct wire_reader reader =
        wire_reader_make(octets + PPTP_HEADER_LENGTH, total - PPTP_HEADER_LENGTH);
    get_body(&reader, message);
    return reader.failed ? PPTP_MESSAGE_BAD_LENGTH : PPTP_MESSAGE_OK;
}

size_t pptp_message_encode(const struct pptp_message *message, uint8_t *octets, size_t size)
{
    size_t length = pptp_message_length(message->type);
    if (length == 0 || length > size)
        return 0;
    struct wire_writer writer = wire_writer_make(octets, length);
    wire_put_u16(&writer, (uint16_t)length);
    wire_put_u16(&writer, PPTP_CONTROL_MESSAGE);
    wire_put_u32(&writer, PPTP_MAGIC_COOKIE);
    wire_put_u16(&writer, (uint16_t)message->type);
    wire_put_u16(&writer, 0);
    put_body(&writer, message);
    return writer.failed || wire_written(&writer) != length ? 0 : length;
}

bool pptp_message_call_id(const struct pptp_message *message, uint16_t *call_id)
{
    switch (message->type) {
    case PPTP_OUTGOING_CALL_REQUEST:
        *call_id = message->body.outgoing_call_request.call_id;
        return true;
    case PPTP_OUTGOING_CALL_REPLY:
        *call_id = message->body.outgoing_call_reply.call_id;
        return true;
    case PPTP_INCOMING_CALL_REQUEST:
        *call_id = message->body.incoming_call_request.call_id;
        return true;
    case PPTP_INCOMING_CALL_REPLY:
        *call_id = message->body.incoming_call_reply.call_id;
        return true;
    case PPTP_INCOMING_CALL_CONNECTED:
        *call_id = message->body.incoming_call_connected.peer_call_id;
        return true;
    case PPTP_CALL_CLEAR_REQUEST:
        *call_id = message->body.call_clear_request.call_id;
        return true;
    case PPTP_CALL_DISCONNECT_NOTIFY:
        *call_id = message->body.call_disconnect_notify.call_id;
        return true;
    case PPTP_WAN_ERROR_NOTIFY:
        *call_id = message->body.wan_error_notify.peer_call_id;
        return true;
    case PPTP_SET_LINK_INFO:
        *call_id = message->body.set_link_info.peer_call_id;
        return true;
    case PPTP_START_CONTROL_CONNECTION_REQUEST:
    case PPTP_START_CONTROL_CONNECTION_REPLY:
    case PPTP_STOP_CONTROL_CONNECTION_REQUEST:
    case PPTP_STOP_CONTROL_CONNECTION_REPLY:
    case PPTP_ECHO_REQUEST:
    case PPTP_ECHO_REPLY:
        return false;
    }
    return false;
}

bool pptp_message_result(const struct pptp_message *message, uint8_t *result, uint8_t *error)
{
    switch (message->type) {
    case PPTP_START_CONTROL_CONNECTION_REPLY:
        *result = message->body.start.result;
        *error = message->body.start.error;
        return true;
    case PPTP_STOP_CONTROL_CONNECTION_REPLY:
        *result = message->body.stop_reply.result;
        *error = message->body.stop_reply.error;
        return true;
    case PPTP_ECHO_REPLY:
        *result = message->body.echo.result;
        *error = message->body.echo.error;
        return true;
    case PPTP_OUTGOING_CALL_REPLY:
        *result = message->body.outgoing_call_reply.result;
        *error = message->body.outgoing_call_reply.error;
        return true;
    case PPTP_INCOMING_CALL_REPLY:
        *result = message->body.incoming_call_reply.result;
        *error = message->body.incoming_call_reply.error;
        return true;
    case PPTP_CALL_DISCONNECT_NOTIFY:
        *result = message->body.call_disconnect_notify.result;
        *error = message->body.call_disconnect_notify.error;
        return true;
    case PPTP_START_CONTROL_CONNECTION_REQUEST:
    case PPTP_STOP_CONTROL_CONNECTION_REQUEST:
    case PPTP_ECHO_REQUEST:
    case PPTP_OUTGOING_CALL_REQUEST:
    case PPTP_INCOMING_CALL_REQUEST:
    case PPTP_INCOMING_CALL_CONNECTED:
    case PPTP_CALL_CLEAR_REQUEST:
    case PPTP_WAN_ERROR_NOTIFY:
    case PPTP_SET_LINK_INFO:
        return false;
    }
    return false;
}
