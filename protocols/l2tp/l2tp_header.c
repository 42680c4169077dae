#include "l2tp/l2tp_header.h"

#include "base/wire.h"

/*
 * RFC 2661 section 3.1. Each field but the first and the two ids is there when its bit is set:
 *
 *  Flags and Ver | Length (L) | Tunnel ID | Session ID | Ns, Nr (S) | Offset Size, pad (O)
 */

#define VERSION_MASK 0x000F

const char *l2tp_header_error_text(enum l2tp_header_error error)
{
    switch (error) {
    case L2TP_HEADER_OK:
        return "";
    case L2TP_HEADER_TRUNCATED:
        return "truncated";
    case L2TP_HEADER_BAD_VERSION:
        return "bad-version";
    case L2TP_HEADER_BAD_LENGTH:
        return "bad-length";
    case L2TP_HEADER_BAD_CONTROL:
        return "bad-control-header";
    case L2TP_HEADER_RESERVED_BITS:
        return "reserved-bits";
    }
    return "";
}

static bool control_bits_good(uint16_t flags)
{
    uint16_t needed = L2TP_FLAG_LENGTH | L2TP_FLAG_SEQUENCE;
    return (flags & needed) == needed && !(flags & (L2TP_FLAG_OFFSET | L2TP_FLAG_PRIORITY));
}

enum l2tp_header_error l2tp_header_decode(const uint8_t *octets, size_t length, uint16_t accepted,
                                          struct l2tp_header *header)
{
    struct wire_reader reader = wire_reader_make(octets, length);
    uint16_t word = wire_get_u16(&reader);
    *header = (struct l2tp_header){.flags = word & (uint16_t)~VERSION_MASK};
    if (reader.failed)
        return L2TP_HEADER_TRUNCATED;
    if ((word & VERSION_MASK) != L2TP_VERSION)
        return L2TP_HEADER_BAD_VERSION;
    if (header->flags & (uint16_t)~accepted)
        return L2TP_HEADER_RESERVED_BITS;
    if (header->flags & L2TP_FLAG_TYPE && !control_bits_good(header->flags))
        return L2TP_HEADER_BAD_CONTROL;
    if (header->flags & L2TP_FLAG_LENGTH)
        header->length = wire_get_u16(&reader);
    header->tunnel_id = wire_get_u16(&reader);
    header->session_id = wire_get_u16(&reader);
    if (header->flags & L2TP_FLAG_SEQUENCE) {
        header->ns = wire_get_u16(&reader);
        header->nr = wire_get_u16(&reader);
    }
    if (header->flags & L2TP_FLAG_OFFSET) {
        header->offset_size = wire_get_u16(&reader);
        wire_skip(&reader, header->offset_size);
    }
    if (reader.failed)
        return L2TP_HEADER_TRUNCATED;
    header->header_length = (uint16_t)(reader.position - octets);
    if (header->flags & L2TP_FLAG_LENGTH &&
        (header->length > length || header->length < header->header_length))
        return L2TP_HEADER_BAD_LENGTH;
    return L2TP_HEADER_OK;
}

size_t l2tp_header_length(const struct l2tp_header *header)
{
    size_t length = 6;
    if (header->flags & L2TP_FLAG_LENGTH)
        length += 2;
    if (header->flags & L2TP_FLAG_SEQUENCE)
        length += 4;
    if (header->flags & L2TP_FLAG_OFFSET)
        length += 2U + header->offset_size;
    return length;
}

size_t l2tp_header_encode(const struct l2tp_header *header, uint8_t *octets, size_t size)
{
    struct wire_writer writer = wire_writer_make(octets, size);
    wire_put_u16(&writer, header->flags | L2TP_VERSION);
    if (header->flags & L2TP_FLAG_LENGTH)
        wire_put_u16(&writer, header->length);
    wire_put_u16(&writer, header->tunnel_id);
    wire_put_u16(&writer, header->session_id);
    if (header->flags & L2TP_FLAG_SEQUENCE) {
        wire_put_u16(&writer, header->ns);
        wire_put_u16(&writer, header->nr);
    }
    if (header->flags & L2TP_FLAG_OFFSET) {
        wire_put_u16(&writer, header->offset_size);
        wire_put_zeros(&writer, header->offset_size);
    }
    return writer.failed ? 0 : wire_written(&writer);
}
