#include "inet/tcp_segment.h"

/*
 * The header (RFC 9293 section 3.1):
 *
 *     source port (2)  destination port (2)
 *     sequence number (4)
 *     acknowledgment number (4)
 *     data offset (4 bits, 32-bit words)  reserved (4 bits)  control bits (1)  window (2)
 *     checksum (2)  urgent pointer (2)
 *     options, padded to 32 bits
 */

enum option_kind {
    OPTION_END = 0,
    OPTION_NO_OPERATION = 1,
    OPTION_MSS = 2,
    OPTION_WINDOW_SCALE = 3,
    OPTION_SACK_PERMITTED = 4,
    OPTION_SACK = 5,
    OPTION_TIMESTAMPS = 8,
};

/* One known option whose body has @p length octets; others and odd lengths are skipped. */
static void decode_option(struct tcp_segment *segment, unsigned kind, struct wire_reader *body)
{
    size_t length = wire_remaining(body);
    if (kind == OPTION_MSS && length == 2) {
        segment->has_mss = true;
        segment->mss = wire_get_u16(body);
    } else if (kind == OPTION_WINDOW_SCALE && length == 1) {
        segment->has_window_scale = true;
        segment->window_scale = wire_get_u8(body);
    } else if (kind == OPTION_SACK_PERMITTED && length == 0) {
        segment->sack_permitted = true;
    } else if (kind == OPTION_TIMESTAMPS && length == 8) {
        segment->has_timestamps = true;
        segment->timestamp = wire_get_u32(body);
        segment->timestamp_echo = wire_get_u32(body);
    } else if (kind == OPTION_SACK && length % 8 == 0 && length / 8 <= TCP_SACK_BLOCKS) {
        segment->sack_block_count = (uint8_t)(length / 8);
        for (size_t i = 0; i < segment->sack_block_count; i++) {
            segment->sack_blocks[i].left = wire_get_u32(body);
            segment->sack_blocks[i].right = wire_get_u32(body);
        }
    }
}

/* False: an option runs over the end of the header. */
static bool decode_options(struct tcp_segment *segment, struct wire_reader *options)
{
    while (wire_remaining(options) > 0) {
        unsigned kind = wire_get_u8(options);
        if (kind == OPTION_END)
            break;
        if (kind == OPTION_NO_OPERATION)
            continue;
        /* RFC 9293 section 3.1, MUST-7: an illegal option length must not do harm. */
        unsigned length = wire_get_u8(options);
        if (options->failed || length < 2)
            return false;
        struct wire_reader body = wire_sub_reader(options, length - 2);
        if (body.failed)
            return false;
        decode_option(segment, kind, &body);
    }
    return true;
}

const char *tcp_segment_decode(const uint8_t *octets, size_t length, struct tcp_segment *segment)
{
    if (length < TCP_HEADER_SIZE)
        return "short-header";
    *segment = (struct tcp_segment){
        .source_port = wire_load_u16(octets),
        .destination_port = wire_load_u16(octets + 2),
        .sequence = wire_load_u32(octets + 4),
        .acknowledgment = wire_load_u32(octets + 8),
        .header_length = (uint8_t)((octets[12] >> 4) * 4),
        .flags = octets[13],
        .window = wire_load_u16(octets + 14),
        .checksum = wire_load_u16(octets + 16),
        .urgent_pointer = wire_load_u16(octets + 18),
    };
    if (segment->header_length < TCP_HEADER_SIZE || segment->header_length > length)
        return "bad-header-length";
    if (segment->header_length == TCP_HEADER_SIZE)
        return NULL;
    struct wire_reader options = wire_reader_make(octets + TCP_HEADER_SIZE,
                                                  segment->header_length - (size_t)TCP_HEADER_SIZE);
    return decode_options(segment, &options) ? NULL : "bad-option";
}

static void pad(struct wire_writer *writer, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        wire_put_u8(writer, OPTION_NO_OPERATION);
}

static void encode_options(struct wire_writer *writer, const struct tcp_segment *segment)
{
    if (segment->has_mss) {
        wire_put_u8(writer, OPTION_MSS);
        wire_put_u8(writer, 4);
        wire_put_u16(writer, segment->mss);
    }
    if (segment->has_window_scale) {
        pad(writer, 1);
        wire_put_u8(writer, OPTION_WINDOW_SCALE);
        wire_put_u8(writer, 3);
        wire_put_u8(writer, segment->window_scale);
    }
    if (segment->sack_permitted) {
        pad(writer, 2);
        wire_put_u8(writer, OPTION_SACK_PERMITTED);
        wire_put_u8(writer, 2);
    }
    if (segment->has_timestamps) {
        pad(writer, 2);
        wire_put_u8(writer, OPTION_TIMESTAMPS);
        wire_put_u8(writer, 10);
        wire_put_u32(writer, segment->timestamp);
        wire_put_u32(writer, segment->timestamp_echo);
    }
    if (segment->sack_block_count > 0) {
        pad(writer, 2);
        wire_put_u8(writer, OPTION_SACK);
        wire_put_u8(writer, (uint8_t)(2 + 8 * segment->sack_block_count));
        for (size_t i = 0; i < segment->sack_block_count && i < TCP_SACK_BLOCKS; i++) {
            wire_put_u32(writer, segment->sack_blocks[i].left);
            wire_put_u32(writer, segment->sack_blocks[i].right);
        }
    }
}

void tcp_segment_encode(struct wire_writer *writer, struct tcp_segment *segment)
{
    size_t start = wire_written(writer);
    uint8_t *header = wire_put_space(writer, TCP_HEADER_SIZE);
    if (!header)
        return;
    wire_store_u16(header, segment->source_port);
    wire_store_u16(header + 2, segment->destination_port);
    wire_store_u32(header + 4, segment->sequence);
    wire_store_u32(header + 8, segment->acknowledgment);
    header[13] = segment->flags;
    wire_store_u16(header + 14, segment->window);
    wire_store_u16(header + 16, segment->checksum);
    wire_store_u16(header + 18, segment->urgent_pointer);
    encode_options(writer, segment);
    size_t length = wire_written(writer) - start;
    if (writer->failed || length > TCP_HEADER_MAX_SIZE) {
        writer->failed = true;
        return;
    }
    segment->header_length = (uint8_t)length;
    header[12] = (uint8_t)(length / 4 << 4);
}
