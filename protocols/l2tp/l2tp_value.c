#include "l2tp/l2tp_value.h"

#include <string.h>

/* Where the value of each attribute is kept, and in which form. */

enum form {
    FORM_NONE, /* being there says it all */
    FORM_U16,
    FORM_U32,
    FORM_OCTETS, /* struct l2tp_octets */
    FORM_ARRAY,  /* as many octets as the attribute's rule says */
    FORM_RESULT,
    FORM_CAUSE,
    FORM_CALL_ERRORS,
    FORM_ACCM,
};

#define AT(member) offsetof(struct l2tp_message, member)

static const struct {
    enum form form;
    size_t offset;
} fields[L2TP_ATTRIBUTES] = {
    [L2TP_RESULT_CODE] = {FORM_RESULT, 0},
    [L2TP_PROTOCOL_VERSION] = {FORM_U16, AT(protocol_version)},
    [L2TP_FRAMING_CAPABILITIES] = {FORM_U32, AT(framing)},
    [L2TP_BEARER_CAPABILITIES] = {FORM_U32, AT(bearer)},
    [L2TP_TIE_BREAKER] = {FORM_ARRAY, AT(tie_breaker)},
    [L2TP_FIRMWARE_REVISION] = {FORM_U16, AT(firmware_revision)},
    [L2TP_HOST_NAME] = {FORM_OCTETS, AT(host_name)},
    [L2TP_VENDOR_NAME] = {FORM_OCTETS, AT(vendor_name)},
    [L2TP_ASSIGNED_TUNNEL_ID] = {FORM_U16, AT(assigned_tunnel_id)},
    [L2TP_RECEIVE_WINDOW_SIZE] = {FORM_U16, AT(receive_window)},
    [L2TP_CHALLENGE] = {FORM_OCTETS, AT(challenge)},
    [L2TP_Q931_CAUSE_CODE] = {FORM_CAUSE, 0},
    [L2TP_CHALLENGE_RESPONSE] = {FORM_ARRAY, AT(challenge_response)},
    [L2TP_ASSIGNED_SESSION_ID] = {FORM_U16, AT(assigned_session_id)},
    [L2TP_CALL_SERIAL_NUMBER] = {FORM_U32, AT(call_serial_number)},
    [L2TP_MINIMUM_BPS] = {FORM_U32, AT(minimum_bps)},
    [L2TP_MAXIMUM_BPS] = {FORM_U32, AT(maximum_bps)},
    [L2TP_BEARER_TYPE] = {FORM_U32, AT(bearer)},
    [L2TP_FRAMING_TYPE] = {FORM_U32, AT(framing)},
    [L2TP_CALLED_NUMBER] = {FORM_OCTETS, AT(called_number)},
    [L2TP_CALLING_NUMBER] = {FORM_OCTETS, AT(calling_number)},
    [L2TP_SUB_ADDRESS] = {FORM_OCTETS, AT(sub_address)},
    [L2TP_TX_CONNECT_SPEED] = {FORM_U32, AT(tx_connect_speed)},
    [L2TP_PHYSICAL_CHANNEL_ID] = {FORM_U32, AT(physical_channel_id)},
    [L2TP_INITIAL_RECEIVED_LCP_CONFREQ] = {FORM_OCTETS, AT(initial_received_lcp)},
    [L2TP_LAST_SENT_LCP_CONFREQ] = {FORM_OCTETS, AT(last_sent_lcp)},
    [L2TP_LAST_RECEIVED_LCP_CONFREQ] = {FORM_OCTETS, AT(last_received_lcp)},
    [L2TP_PROXY_AUTHEN_TYPE] = {FORM_U16, AT(proxy_authen_type)},
    [L2TP_PROXY_AUTHEN_NAME] = {FORM_OCTETS, AT(proxy_authen_name)},
    [L2TP_PROXY_AUTHEN_CHALLENGE] = {FORM_OCTETS, AT(proxy_authen_challenge)},
    [L2TP_PROXY_AUTHEN_ID] = {FORM_U16, AT(proxy_authen_id)},
    [L2TP_PROXY_AUTHEN_RESPONSE] = {FORM_OCTETS, AT(proxy_authen_response)},
    [L2TP_CALL_ERRORS] = {FORM_CALL_ERRORS, 0},
    [L2TP_ACCM] = {FORM_ACCM, 0},
    [L2TP_RANDOM_VECTOR] = {FORM_OCTETS, AT(random_vector)},
    [L2TP_PRIVATE_GROUP_ID] = {FORM_OCTETS, AT(private_group_id)},
    [L2TP_RX_CONNECT_SPEED] = {FORM_U32, AT(rx_connect_speed)},
    [L2TP_SEQUENCING_REQUIRED] = {FORM_NONE, 0},
};

/* Values. Each pair of functions reads and writes the same fields in the same order. */

static struct l2tp_octets get_rest(struct wire_reader *reader)
{
    uint16_t length = (uint16_t)wire_remaining(reader);
    return (struct l2tp_octets){.octets = wire_get_octets(reader, length), .length = length};
}

static void put_octets(struct wire_writer *writer, const struct l2tp_octets *octets)
{
    wire_put_octets(writer, octets->octets, octets->length);
}

/* Result Code, then Error Code and Error Message unless the value ends before; section 4.4.2. */
static void get_result(struct wire_reader *reader, struct l2tp_message *message)
{
    message->result = wire_get_u16(reader);
    if (wire_remaining(reader) == 0)
        return;
    message->error = wire_get_u16(reader);
    message->error_message = get_rest(reader);
}

static void put_result(struct wire_writer *writer, const struct l2tp_message *message)
{
    wire_put_u16(writer, message->result);
    wire_put_u16(writer, message->error);
    put_octets(writer, &message->error_message);
}

/* Cause Code, Cause Msg, Advisory Msg; section 4.4.4. */
static void get_cause(struct wire_reader *reader, struct l2tp_message *message)
{
    message->cause_code = wire_get_u16(reader);
    message->cause_message = wire_get_u8(reader);
    message->cause_text = get_rest(reader);
}

static void put_cause(struct wire_writer *writer, const struct l2tp_message *message)
{
    wire_put_u16(writer, message->cause_code);
    wire_put_u8(writer, message->cause_message);
    put_octets(writer, &message->cause_text);
}

/* Reserved, then six counters; section 4.4.6. */
static void get_call_errors(struct wire_reader *reader, struct l2tp_call_errors *errors)
{
    wire_skip(reader, 2);
    errors->crc_errors = wire_get_u32(reader);
    errors->framing_errors = wire_get_u32(reader);
    errors->hardware_overruns = wire_get_u32(reader);
    errors->buffer_overruns = wire_get_u32(reader);
    errors->timeout_errors = wire_get_u32(reader);
    errors->alignment_errors = wire_get_u32(reader);
}

static void put_call_errors(struct wire_writer *writer, const struct l2tp_call_errors *errors)
{
    wire_put_u16(writer, 0);
    wire_put_u32(writer, errors->crc_errors);
    wire_put_u32(writer, errors->framing_errors);
    wire_put_u32(writer, errors->hardware_overruns);
    wire_put_u32(writer, errors->buffer_overruns);
    wire_put_u32(writer, errors->timeout_errors);
    wire_put_u32(writer, errors->alignment_errors);
}

/* Reserved, Send ACCM, Receive ACCM; section 4.4.6. */
static void get_accm(struct wire_reader *reader, struct l2tp_message *message)
{
    wire_skip(reader, 2);
    message->send_accm = wire_get_u32(reader);
    message->receive_accm = wire_get_u32(reader);
}

static void put_accm(struct wire_writer *writer, const struct l2tp_message *message)
{
    wire_put_u16(writer, 0);
    wire_put_u32(writer, message->send_accm);
    wire_put_u32(writer, message->receive_accm);
}

void l2tp_value_get(struct wire_reader *reader, unsigned attribute, struct l2tp_message *message)
{
    uint8_t *field = (uint8_t *)message + fields[attribute].offset;
    uint16_t u16;
    uint32_t u32;
    struct l2tp_octets octets;
    switch (fields[attribute].form) {
    case FORM_NONE:
        break;
    case FORM_U16:
        u16 = wire_get_u16(reader);
        memcpy(field, &u16, sizeof u16);
        break;
    case FORM_U32:
        u32 = wire_get_u32(reader);
        memcpy(field, &u32, sizeof u32);
        break;
    case FORM_OCTETS:
        octets = get_rest(reader);
        memcpy(field, &octets, sizeof octets);
        break;
    case FORM_ARRAY:
        wire_copy(reader, field, wire_remaining(reader));
        break;
    case FORM_RESULT:
        get_result(reader, message);
        break;
    case FORM_CAUSE:
        get_cause(reader, message);
        break;
    case FORM_CALL_ERRORS:
        get_call_errors(reader, &message->call_errors);
        break;
    case FORM_ACCM:
        get_accm(reader, message);
        break;
    }
}

void l2tp_value_put(struct wire_writer *writer, unsigned attribute,
                    const struct l2tp_message *message)
{
    const uint8_t *field = (const uint8_t *)message + fields[attribute].offset;
    uint16_t u16;
    uint32_t u32;
    struct l2tp_octets octets;
    switch (fields[attribute].form) {
    case FORM_NONE:
        break;
    case FORM_U16:
        memcpy(&u16, field, sizeof u16);
        wire_put_u16(writer, u16);
        break;
    case FORM_U32:
        memcpy(&u32, field, sizeof u32);
        wire_put_u32(writer, u32);
        break;
    case FORM_OCTETS:
        memcpy(&octets, field, sizeof octets);
        put_octets(writer, &octets);
        break;
    case FORM_ARRAY:
        wire_put_octets(writer, field, l2tp_attribute_rule(attribute)->minimum);
        break;
    case FORM_RESULT:
        put_result(writer, message);
        break;
    case FORM_CAUSE:
        put_cause(writer, message);
        break;
    case FORM_CALL_ERRORS:
        put_call_errors(writer, &message->call_errors);
        break;
    case FORM_ACCM:
        put_accm(writer, message);
        break;
    }
}
