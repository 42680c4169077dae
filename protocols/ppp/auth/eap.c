/*
 * RFC 3748 section 4:
 *
 *   Request, Response:  Code Identifier Length(2) Type Type-Data
 *   Success, Failure:   Code Identifier Length(2), which is 4
 */
#include "ppp/auth/eap.h"

const char *eap_decode(const uint8_t *octets, size_t length, struct eap_message *message)
{
    struct wire_reader reader = wire_reader_make(octets, length);
    *message = (struct eap_message){.code = wire_get_u8(&reader)};
    message->identifier = wire_get_u8(&reader);
    uint16_t stated = wire_get_u16(&reader);
    if (reader.failed)
        return "too-short";
    if (stated < EAP_HEADER_SIZE || stated > length)
        return "bad-length";
    reader = wire_sub_reader(&reader, stated - EAP_HEADER_SIZE);
    switch (message->code) {
    case EAP_REQUEST:
    case EAP_RESPONSE:
        message->type = wire_get_u8(&reader);
        message->length = wire_remaining(&reader);
        message->data = wire_get_octets(&reader, message->length);
        return message->type == 0 ? "no-type" : NULL;
    case EAP_SUCCESS:
    case EAP_FAILURE:
        return stated == EAP_HEADER_SIZE ? NULL : "bad-length";
    default:
        return "unknown-code";
    }
}

void eap_encode(struct wire_writer *writer, const struct eap_message *message)
{
    size_t start = wire_written(writer);
    wire_put_u8(writer, message->code);
    wire_put_u8(writer, message->identifier);
    wire_put_u16(writer, 0);
    if (message->code == EAP_REQUEST || message->code == EAP_RESPONSE) {
        wire_put_u8(writer, message->type);
        wire_put_octets(writer, message->data, message->length);
    }
    wire_patch_u16(writer, start + 2, (uint16_t)(wire_written(writer) - start));
}

const char *eap_type_name(uint8_t type)
{
    switch (type) {
    case EAP_IDENTITY:
        return "Identity";
    case EAP_NOTIFICATION:
        return "Notification";
    case EAP_NAK:
        return "Nak";
    case EAP_MD5_CHALLENGE:
        return "MD5-Challenge";
    case EAP_ONE_TIME_PASSWORD:
        return "One-Time-Password";
    case EAP_GENERIC_TOKEN_CARD:
        return "Generic-Token-Card";
    case EAP_TLS:
        return "TLS";
    case EAP_PEAP:
        return "PEAP";
    case EAP_MS_CHAP_V2:
        return "MS-CHAP-V2";
    default:
        return "unknown";
    }
}
