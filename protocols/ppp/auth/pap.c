/*
 * RFC 1334 section 2.2:
 *
 *   Authenticate-Request:    Code Identifier Length(2) Peer-ID-Length Peer-ID Passwd-Length
 * Password Authenticate-Ack, -Nak:  Code Identifier Length(2) Msg-Length Message
 */
#include "ppp/auth/pap.h"

#define HEADER_SIZE 4

static const char *decode_request(struct wire_reader *reader, struct pap_message *message)
{
    message->peer_id_length = wire_get_u8(reader);
    message->peer_id = wire_get_octets(reader, message->peer_id_length);
    message->password_length = wire_get_u8(reader);
    message->password = wire_get_octets(reader, message->password_length);
    return reader->failed ? "bad-field-length" : NULL;
}

static const char *decode_answer(struct wire_reader *reader, struct pap_message *message)
{
    if (wire_remaining(reader) == 0)
        return NULL;
    message->text_length = wire_get_u8(reader);
    message->text = wire_get_octets(reader, message->text_length);
    return reader->failed ? "bad-field-length" : NULL;
}

const char *pap_decode(const uint8_t *octets, size_t length, struct pap_message *message)
{
    struct wire_reader reader = wire_reader_make(octets, length);
    *message = (struct pap_message){.code = wire_get_u8(&reader)};
    message->identifier = wire_get_u8(&reader);
    uint16_t stated = wire_get_u16(&reader);
    if (reader.failed)
        return "too-short";
    if (stated < HEADER_SIZE || stated > length)
        return "bad-length";
    reader = wire_sub_reader(&reader, stated - HEADER_SIZE);
    switch (message->code) {
    case PAP_AUTHENTICATE_REQUEST:
        return decode_request(&reader, message);
    case PAP_AUTHENTICATE_ACK:
    case PAP_AUTHENTICATE_NAK:
        return decode_answer(&reader, message);
    default:
        return "unknown-code";
    }
}

void pap_encode(struct wire_writer *writer, const struct pap_message *message)
{
    size_t start = wire_written(writer);
    wire_put_u8(writer, message->code);
    wire_put_u8(writer, message->identifier);
    wire_put_u16(writer, 0);
    if (message->code == PAP_AUTHENTICATE_REQUEST) {
        wire_put_u8(writer, message->peer_id_length);
        wire_put_octets(writer, message->peer_id, message->peer_id_length);
        wire_put_u8(writer, message->password_length);
        wire_put_octets(writer, message->password, message->password_length);
    } else {
        wire_put_u8(writer, message->text_length);
        wire_put_octets(writer, message->text, message->text_length);
    }
    wire_patch_u16(writer, start + 2, (uint16_t)(wire_written(writer) - start));
}
