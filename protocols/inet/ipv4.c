#include "inet/ipv4.h"

#include <string.h>

/*
 *  0                   1                   2                   3
 * +-------+-------+---------------+-------------------------------+
 * |version|  IHL  |type of service|         total length          |
 * +-------+-------+---------------+-----+-------------------------+
 * |        identification         |0 D M|    fragment offset      |
 * +---------------+---------------+-----+-------------------------+
 * | time to live  |   protocol    |        header checksum        |
 * +---------------+---------------+-------------------------------+
 * |                        source address                         |
 * +---------------------------------------------------------------+
 * |                      destination address                      |
 * +---------------------------------------------------------------+
 * |                     options and padding                       |
 * +---------------------------------------------------------------+
 * RFC 791 section 3.1.
 */
#define FLAG_DONT_FRAGMENT  0x4000
#define FLAG_MORE_FRAGMENTS 0x2000
#define OFFSET_MASK         0x1fff

/* An option with this bit is repeated in every fragment (RFC 791 section 3.1). */
#define OPTION_COPIED       0x80
#define OPTION_END          0
#define OPTION_NO_OPERATION 1

static void decode_fields(const uint8_t *p, struct ipv4_header *header)
{
    uint16_t fragment = wire_load_u16(p + 6);
    *header = (struct ipv4_header){
        .header_length = (uint8_t)((p[0] & 0x0f) * 4),
        .tos = p[1],
        .total_length = wire_load_u16(p + 2),
        .identification = wire_load_u16(p + 4),
        .dont_fragment = (fragment & FLAG_DONT_FRAGMENT) != 0,
        .more_fragments = (fragment & FLAG_MORE_FRAGMENTS) != 0,
        .fragment_offset = (uint16_t)((fragment & OFFSET_MASK) * 8),
        .ttl = p[8],
        .protocol = p[9],
        .checksum = wire_load_u16(p + 10),
        .source = wire_load_u32(p + 12),
        .destination = wire_load_u32(p + 16),
    };
}

/* The sum of a header (RFC 1071), by 32-bit words: the same modulo 65,535. */
static uint16_t sum_header(const uint8_t *p, size_t header_length)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < IPV4_HEADER_SIZE; i += 4)
        sum += wire_load_u32(p + i);
    for (size_t i = IPV4_HEADER_SIZE; i < header_length; i += 4)
        sum += wire_load_u32(p + i);
    /* Fifteen words at most: three foldings leave 16 bits. */
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)sum;
}

enum ipv4_error ipv4_decode(const uint8_t *octets, size_t length, struct ipv4_header *header)
{
    if (length < IPV4_HEADER_SIZE || octets[0] >> 4 != 4)
        return IPV4_MALFORMED;
    decode_fields(octets, header);
    if (header->header_length < IPV4_HEADER_SIZE || header->total_length < header->header_length ||
        header->total_length > length)
        return IPV4_MALFORMED;
    if (sum_header(octets, header->header_length) != 0xffff)
        return IPV4_BAD_CHECKSUM;
    return IPV4_OK;
}

bool ipv4_decode_quoted(const uint8_t *octets, size_t length, struct ipv4_header *header)
{
    if (length < IPV4_HEADER_SIZE || octets[0] >> 4 != 4)
        return false;
    decode_fields(octets, header);
    return header->header_length >= IPV4_HEADER_SIZE && header->header_length <= length;
}

static void store_fragment_word(uint8_t *p, bool dont_fragment, bool more_fragments, size_t offset)
{
    wire_store_u16(p + 6, (uint16_t)((dont_fragment ? FLAG_DONT_FRAGMENT : 0) |
                                     (more_fragments ? FLAG_MORE_FRAGMENTS : 0) | offset / 8));
}

static void store_checksum(uint8_t *p)
{
    wire_store_u16(p + 10, 0);
    wire_store_u16(p + 10, (uint16_t)~sum_header(p, (size_t)(p[0] & 0x0f) * 4));
}

void ipv4_push(struct packet *packet, const struct ipv4_header *header)
{
    uint8_t *p = packet_push(packet, IPV4_HEADER_SIZE);
    assert(packet->length <= IPV4_DATAGRAM_MAX);
    p[0] = 0x45;
    p[1] = header->tos;
    wire_store_u16(p + 2, (uint16_t)packet->length);
    wire_store_u16(p + 4, header->identification);
    store_fragment_word(p, header->dont_fragment, header->more_fragments, header->fragment_offset);
    p[8] = header->ttl;
    p[9] = header->protocol;
    wire_store_u32(p + 12, header->source);
    wire_store_u32(p + 16, header->destination);
    store_checksum(p);
}

/* Writes the header of a fragment that is not the first: the copied options only. */
static size_t copied_header(const uint8_t *original, size_t header_length,
                            uint8_t copy[IPV4_HEADER_MAX])
{
    memcpy(copy, original, IPV4_HEADER_SIZE);
    size_t size = IPV4_HEADER_SIZE;
    size_t i = IPV4_HEADER_SIZE;
    while (i < header_length && original[i] != OPTION_END) {
        size_t length = 1;
        if (original[i] != OPTION_NO_OPERATION) {
            length = i + 1 < header_length ? original[i + 1] : 0;
            /* A malformed option ends what can be understood. */
            if (length < 2 || length > header_length - i)
                break;
        }
        if (original[i] & OPTION_COPIED) {
            memcpy(copy + size, original + i, length);
            size += length;
        }
        i += length;
    }
    while (size % 4 != 0)
        copy[size++] = OPTION_END;
    copy[0] = (uint8_t)(0x40 | size / 4);
    return size;
}

static struct packet *make_fragment(const struct packet *packet, const uint8_t *header,
                                    size_t header_length, const uint8_t *payload, size_t length)
{
    struct packet *fragment = packet_alloc(packet->pool, header_length + length);
    if (!fragment)
        return NULL;
    uint8_t *p = packet_append(fragment, header_length + length);
    memcpy(p, header, header_length);
    memcpy(p + header_length, payload, length);
    fragment->nesting = packet->nesting;
    wire_store_u16(p + 2, (uint16_t)(header_length + length));
    return fragment;
}

enum status ipv4_fragment(struct packet *packet, const struct ipv4_header *header, size_t mtu,
                          struct packet_queue *fragments)
{
    uint8_t later_header[IPV4_HEADER_MAX];
    size_t later_length = copied_header(packet->data, header->header_length, later_header);
    size_t payload_length = (size_t)header->total_length - header->header_length;
    if (mtu < (size_t)header->header_length + 8 ||
        header->fragment_offset + payload_length > IPV4_DATAGRAM_MAX)
        return STATUS_INVALID;
    size_t first = (mtu - header->header_length) & ~(size_t)7;
    size_t later = (mtu - later_length) & ~(size_t)7;
    const uint8_t *payload = packet->data + header->header_length;
    packet->checksum_known = false; /* other fragments are beside it now */
    struct packet_queue rest = {0};
    for (size_t done = first; done < payload_length;) {
        /* The last piece may use what rounding down to 8 octets leaves of the others. */
        size_t left = payload_length - done;
        size_t take = left <= mtu - later_length ? left : later;
        struct packet *fragment =
            make_fragment(packet, later_header, later_length, payload + done, take);
        if (!fragment) {
            packet_queue_clear(&rest);
            return STATUS_NO_MEMORY;
        }
        bool more = header->more_fragments || done + take < payload_length;
        store_fragment_word(fragment->data, header->dont_fragment, more,
                            header->fragment_offset + done);
        store_checksum(fragment->data);
        packet_queue_push(&rest, fragment);
        done += take;
    }
    packet_trim(packet, header->header_length + first);
    wire_store_u16(packet->data + 2, (uint16_t)packet->length);
    store_fragment_word(packet->data, header->dont_fragment, true, header->fragment_offset);
    store_checksum(packet->data);
    packet_queue_push(fragments, packet);
    for (struct packet *fragment; (fragment = packet_queue_pop(&rest));)
        packet_queue_push(fragments, fragment);
    return STATUS_OK;
}

const char *ipv4_protocol_name(uint8_t protocol)
{
    switch (protocol) {
    case IPV4_PROTOCOL_ICMP:
        return "icmp";
    case IPV4_PROTOCOL_TCP:
        return "tcp";
    case IPV4_PROTOCOL_UDP:
        return "udp";
    case IPV4_PROTOCOL_GRE:
        return "gre";
    case IPV4_PROTOCOL_ESP:
        return "esp";
    case IPV4_PROTOCOL_AH:
        return "ah";
    default:
        return "ipv4";
    }
}
