/*
 * RFC 1994 section 4:
 *
 *   Challenge, Response:  Code Identifier Length(2) Value-Size Value Name
 *   Success, Failure:     Code Identifier Length(2) Message
 *
 * and the Change-Password packets of MS-CHAP, see mschap_change.h.
 */
#include "ppp/auth/chap.h"

#define HEADER_SIZE 4

const char *chap_decode(const uint8_t *octets, size_t length, struct chap_message *message)
{
    struct wire_reader reader = wire_reader_make(octets, length);
    *message = (struct chap_message){.code = wire_get_u8(&reader)};
    message->identifier = wire_get_u8(&reader);
    uint16_t stated = wire_get_u16(&reader);
    if (reader.failed)
        return "too-short";
    if (stated < HEADER_SIZE || stated > length)
        return "bad-length";
    reader = wire_sub_reader(&reader, stated - HEADER_SIZE);
    switch (message->code) {
    case CHAP_CHALLENGE:
    case CHAP_RESPONSE:
        message->value_length = wire_get_u8(&reader);
        message->value = wire_get_octets(&reader, message->value_length);
        if (reader.failed || message->value_length == 0)
            return "bad-value-size";
        break;
    case CHAP_SUCCESS:
    case CHAP_FAILURE:
    case CHAP_CHANGE_PASSWORD_1:
    case CHAP_CHANGE_PASSWORD_2:
    case CHAP_CHANGE_PASSWORD_3:
        break;
    default:
        return "unknown-code";
    }
    message->rest_length = wire_remaining(&reader);
    message->rest = wire_get_octets(&reader, message->rest_length);
    return NULL;
}

void chap_encode(struct wire_writer *writer, const struct chap_message *message)
{
    size_t start = wire_written(writer);
    wire_put_u8(writer, message->code);
    wire_put_u8(writer, message->identifier);
    wire_put_u16(writer, 0);
    if (message->code == CHAP_CHALLENGE || message->code == CHAP_RESPONSE) {
        wire_put_u8(writer, message->value_length);
        wire_put_octets(writer, message->value, message->value_length);
    }
    wire_put_octets(writer, message->rest, message->rest_length);
    wire_patch_u16(writer, start + 2, (uint16_t)(wire_written(writer) - start));
}
