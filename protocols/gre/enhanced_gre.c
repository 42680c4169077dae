#include "gre/enhanced_gre.h"

#include "base/wire.h"

/* The first sixteen bits of the header, RFC 2637 section 4.1. */
#define FLAG_CHECKSUM            0x8000
#define FLAG_ROUTING             0x4000
#define FLAG_KEY                 0x2000
#define FLAG_SEQUENCE            0x1000
#define FLAG_STRICT_SOURCE_ROUTE 0x0800
#define MASK_RECURSION           0x0700
#define FLAG_ACKNOWLEDGMENT      0x0080
#define MASK_RESERVED            0x0078
#define MASK_VERSION             0x0007
#define VERSION_ENHANCED         1

const char *enhanced_gre_error_text(enum enhanced_gre_error error)
{
    switch (error) {
    case ENHANCED_GRE_OK:
        return "";
    case ENHANCED_GRE_TRUNCATED:
        return "truncated-header";
    case ENHANCED_GRE_BAD_VERSION:
        return "bad-version";
    case ENHANCED_GRE_WRONG_PROTOCOL:
        return "wrong-protocol";
    case ENHANCED_GRE_CHECKSUM_PRESENT:
        return "checksum-present";
    case ENHANCED_GRE_ROUTING_PRESENT:
        return "routing-present";
    case ENHANCED_GRE_KEY_MISSING:
        return "key-missing";
    case ENHANCED_GRE_STRICT_SOURCE_ROUTE:
        return "strict-source-route";
    case ENHANCED_GRE_RECURSION:
        return "recursion-control";
    case ENHANCED_GRE_RESERVED_FLAGS:
        return "reserved-flags";
    case ENHANCED_GRE_PAYLOAD_TOO_LONG:
        return "payload-length-exceeds-packet";
    case ENHANCED_GRE_SEQUENCE_MISSING:
        return "sequence-missing";
    case ENHANCED_GRE_SEQUENCE_WITHOUT_PAYLOAD:
        return "sequence-without-payload";
    case ENHANCED_GRE_EMPTY:
        return "empty-packet";
    }
    return "";
}

size_t enhanced_gre_header_length(const struct enhanced_gre_header *header)
{
    return ENHANCED_GRE_HEADER_MINIMUM + (header->sequence_present ? 4U : 0U) +
           (header->acknowledgment_present ? 4U : 0U);
}

void enhanced_gre_push(struct packet *packet, const struct enhanced_gre_header *header)
{
    size_t length = enhanced_gre_header_length(header);
    struct wire_writer writer = wire_writer_make(packet_push(packet, length), length);
    uint16_t flags =
        (uint16_t)(FLAG_KEY | (header->sequence_present ? FLAG_SEQUENCE : 0) |
                   (header->acknowledgment_present ? FLAG_ACKNOWLEDGMENT : 0) | VERSION_ENHANCED);
    wire_put_u16(&writer, flags);
    wire_put_u16(&writer, ENHANCED_GRE_PROTOCOL_PPP);
    wire_put_u16(&writer, header->payload_length);
    wire_put_u16(&writer, header->call_id);
    if (header->sequence_present)
        wire_put_u32(&writer, header->sequence);
    if (header->acknowledgment_present)
        wire_put_u32(&writer, header->acknowledgment);
}

/* Version and protocol come first: without them no other bit has a meaning here. */
static enum enhanced_gre_error check_flags(uint16_t flags, uint16_t protocol)
{
    if ((flags & MASK_VERSION) != VERSION_ENHANCED)
        return ENHANCED_GRE_BAD_VERSION;
    if (protocol != ENHANCED_GRE_PROTOCOL_PPP)
        return ENHANCED_GRE_WRONG_PROTOCOL;
    if (flags & FLAG_CHECKSUM)
        return ENHANCED_GRE_CHECKSUM_PRESENT;
    if (flags & FLAG_ROUTING)
        return ENHANCED_GRE_ROUTING_PRESENT;
    if (!(flags & FLAG_KEY))
        return ENHANCED_GRE_KEY_MISSING;
    if (flags & FLAG_STRICT_SOURCE_ROUTE)
        return ENHANCED_GRE_STRICT_SOURCE_ROUTE;
    if (flags & MASK_RECURSION)
        return ENHANCED_GRE_RECURSION;
    if (flags & MASK_RESERVED)
        return ENHANCED_GRE_RESERVED_FLAGS;
    return ENHANCED_GRE_OK;
}

enum enhanced_gre_error enhanced_gre_decode(const uint8_t *octets, size_t length,
                                            struct enhanced_gre_header *header)
{
    struct wire_reader reader = wire_reader_make(octets, length);
    uint16_t flags = wire_get_u16(&reader);
    uint16_t protocol = wire_get_u16(&reader);
    if (reader.failed)
        return ENHANCED_GRE_TRUNCATED;
    enum enhanced_gre_error error = check_flags(flags, protocol);
    if (error != ENHANCED_GRE_OK)
        return error;

    *header = (struct enhanced_gre_header){
        .sequence_present = flags & FLAG_SEQUENCE,
        .acknowledgment_present = flags & FLAG_ACKNOWLEDGMENT,
    };
    header->payload_length = wire_get_u16(&reader);
    header->call_id = wire_get_u16(&reader);
    if (header->sequence_present)
        header->sequence = wire_get_u32(&reader);
    if (header->acknowledgment_present)
        header->acknowledgment = wire_get_u32(&reader);
    if (reader.failed)
        return ENHANCED_GRE_TRUNCATED;
    if (header->payload_length > wire_remaining(&reader))
        return ENHANCED_GRE_PAYLOAD_TOO_LONG;
    /* S is set exactly when there is a payload (section 4.1). */
    if (header->payload_length > 0 && !header->sequence_present)
        return ENHANCED_GRE_SEQUENCE_MISSING;
    if (header->payload_length == 0 && header->sequence_present)
        return ENHANCED_GRE_SEQUENCE_WITHOUT_PAYLOAD;
    if (!header->sequence_present && !header->acknowledgment_present)
        return ENHANCED_GRE_EMPTY;
    return ENHANCED_GRE_OK;
}

bool enhanced_gre_peek_call_id(const uint8_t *octets, size_t length, uint16_t *call_id)
{
    if (length < ENHANCED_GRE_HEADER_MINIMUM)
        return false;
    uint16_t flags = wire_load_u16(octets);
    if ((flags & MASK_VERSION) != VERSION_ENHANCED || !(flags & FLAG_KEY) ||
        flags & (FLAG_CHECKSUM | FLAG_ROUTING) ||
        wire_load_u16(octets + 2) != ENHANCED_GRE_PROTOCOL_PPP)
        return false;
    *call_id = wire_load_u16(octets + 6);
    return true;
}
