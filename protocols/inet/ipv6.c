#include "inet/ipv6.h"

#include "base/wire.h"

#include <string.h>

/*
 *  0                   1                   2                   3
 * +-------+---------------+---------------------------------------+
 * |version| traffic class |              flow label               |
 * +-------+---------------+-------+---------------+---------------+
 * |        payload length         |  next header  |   hop limit   |
 * +-------------------------------+---------------+---------------+
 * |                  source address, 128 bits                     |
 * +---------------------------------------------------------------+
 * |                destination address, 128 bits                  |
 * +---------------------------------------------------------------+
 * RFC 8200 section 3.
 */
#define OFFSET_SOURCE      8
#define OFFSET_DESTINATION 24

bool ipv6_decode_quoted(const uint8_t *octets, size_t length, struct ipv6_header *header)
{
    if (length < IPV6_HEADER_SIZE || octets[0] >> 4 != 6)
        return false;
    uint32_t first = wire_load_u32(octets);
    *header = (struct ipv6_header){
        .traffic_class = (uint8_t)(first >> 20),
        .flow_label = first & 0xfffff,
        .payload_length = wire_load_u16(octets + 4),
        .next_header = octets[6],
        .hop_limit = octets[7],
        .source = ip_address_from_ipv6(octets + OFFSET_SOURCE),
        .destination = ip_address_from_ipv6(octets + OFFSET_DESTINATION),
    };
    return true;
}

bool ipv6_decode(const uint8_t *octets, size_t length, struct ipv6_header *header)
{
    return ipv6_decode_quoted(octets, length, header) &&
           (size_t)header->payload_length + IPV6_HEADER_SIZE <= length;
}

void ipv6_push(struct packet *packet, const struct ipv6_header *header)
{
    size_t payload_length = packet->length;
    assert(payload_length <= IPV6_DATAGRAM_MAX - IPV6_HEADER_SIZE);
    uint8_t *p = packet_push(packet, IPV6_HEADER_SIZE);
    wire_store_u32(p, UINT32_C(6) << 28 | (uint32_t)header->traffic_class << 20 |
                          (header->flow_label & 0xfffff));
    wire_store_u16(p + 4, (uint16_t)payload_length);
    p[6] = header->next_header;
    p[7] = header->hop_limit;
    memcpy(p + OFFSET_SOURCE, header->source.octets, 16);
    memcpy(p + OFFSET_DESTINATION, header->destination.octets, 16);
}

/*
 * The fragment header:
 * +---------------+---------------+-------------------------+---+-+
 * |  next header  |   reserved    |     fragment offset     |res|M|
 * +---------------+---------------+-------------------------+---+-+
 * |                        identification                         |
 * +---------------------------------------------------------------+
 * RFC 8200 section 4.5.
 */
#define FRAGMENT_OFFSET_MASK 0xfff8
#define FRAGMENT_MORE        0x0001

/* How far into a datagram every fragment repeats it, and the position of the field that says what
 * comes then; 0: malformed, or a fragment header is there already. */
static size_t repeated_length(const uint8_t *octets, size_t length, size_t *next_header_offset)
{
    size_t at = IPV6_HEADER_SIZE;
    *next_header_offset = 6;
    for (;;) {
        uint8_t kind = octets[*next_header_offset];
        if (kind == IPV6_NEXT_FRAGMENT)
            return 0;
        if (kind != IPV6_NEXT_HOP_BY_HOP && kind != IPV6_NEXT_ROUTING)
            return at;
        if (length - at < 8 || length - at < ((size_t)octets[at + 1] + 1) * 8)
            return 0;
        *next_header_offset = at;
        at += ((size_t)octets[at + 1] + 1) * 8;
    }
}

enum status ipv6_fragment(struct packet *packet, size_t mtu, uint32_t identification,
                          struct packet_queue *fragments)
{
    size_t next_header_offset;
    size_t repeated = repeated_length(packet->data, packet->length, &next_header_offset);
    size_t header_length = repeated + IPV6_FRAGMENT_HEADER_SIZE;
    if (repeated == 0 || mtu < header_length + 8)
        return STATUS_INVALID;
    size_t most = (mtu - header_length) & ~(size_t)7;
    const uint8_t *payload = packet->data + repeated;
    size_t payload_length = packet->length - repeated;
    struct packet_queue made = {0};
    for (size_t done = 0; done < payload_length;) {
        size_t left = payload_length - done;
        /* The last piece may use what rounding down to 8 octets leaves of the others. */
        size_t take = left <= mtu - header_length ? left : most;
        struct packet *fragment = packet_alloc(packet->pool, header_length + take);
        if (!fragment) {
            packet_queue_clear(&made);
            return STATUS_NO_MEMORY;
        }
        uint8_t *p = packet_append(fragment, header_length + take);
        memcpy(p, packet->data, repeated);
        wire_store_u16(p + 4, (uint16_t)(header_length + take - IPV6_HEADER_SIZE));
        p[next_header_offset] = IPV6_NEXT_FRAGMENT;
        p[repeated] = packet->data[next_header_offset];
        p[repeated + 1] = 0;
        wire_store_u16(p + repeated + 2, (uint16_t)(done | (take < left ? FRAGMENT_MORE : 0)));
        wire_store_u32(p + repeated + 4, identification);
        memcpy(p + header_length, payload + done, take);
        fragment->nesting = packet->nesting;
        packet_queue_push(&made, fragment);
        done += take;
    }
    packet_free(packet);
    for (struct packet *fragment; (fragment = packet_queue_pop(&made));)
        packet_queue_push(fragments, fragment);
    return STATUS_OK;
}

/* Options (RFC 8200 section 4.2): the top bits of an unknown one say what becomes of the datagram.
 */
#define OPTION_PAD_1         0
#define OPTION_ACTION(type)  ((type) >> 6)
#define ACTION_SKIP          0
#define ACTION_DISCARD       1
#define ACTION_ALWAYS_REPORT 2

/* Codes of a Parameter Problem (RFC 4443 section 3.4, RFC 7112 section 5). */
#define PROBLEM_ERRONEOUS_FIELD  0
#define PROBLEM_NEXT_HEADER      1
#define PROBLEM_OPTION           2
#define PROBLEM_INCOMPLETE_CHAIN 3

static enum ipv6_walk_result problem(struct ipv6_walk *walk, uint8_t code, size_t pointer)
{
    walk->problem_code = code;
    walk->problem_pointer = (uint32_t)pointer;
    return IPV6_WALK_PROBLEM;
}

/* Looks at the options between @at and @end; UPPER: go on. */
static enum ipv6_walk_result walk_options(const uint8_t *octets, size_t at, size_t end,
                                          struct ipv6_walk *walk)
{
    while (at < end) {
        uint8_t type = octets[at];
        if (type == OPTION_PAD_1) {
            at++;
            continue;
        }
        if (end - at < 2 || end - at - 2 < octets[at + 1])
            return IPV6_WALK_MALFORMED;
        /* Every option that is known here (PadN, Router Alert) may be skipped. */
        switch (OPTION_ACTION(type)) {
        case ACTION_SKIP:
            break;
        case ACTION_DISCARD:
            return IPV6_WALK_DISCARD;
        default:
            walk->problem_for_multicast = OPTION_ACTION(type) == ACTION_ALWAYS_REPORT;
            return problem(walk, PROBLEM_OPTION, at);
        }
        at += (size_t)octets[at + 1] + 2;
    }
    return IPV6_WALK_UPPER;
}

/* Octets that an upper-layer header has at least. */
static size_t upper_header_size(uint8_t next_header)
{
    switch (next_header) {
    case IPV6_NEXT_TCP:
        return 20;
    case IPV6_NEXT_UDP:
    case IPV6_NEXT_ESP:
    case IPV6_NEXT_ICMPV6:
        return 8;
    case IPV6_NEXT_AH:
        return 12;
    default:
        return 0;
    }
}

/* One extension header with options or a route; UPPER: walk->offset is behind it. */
static enum ipv6_walk_result walk_header(const uint8_t *octets, size_t length,
                                         struct ipv6_walk *walk)
{
    size_t at = walk->offset;
    if (length - at < 8 || length - at < ((size_t)octets[at + 1] + 1) * 8)
        return IPV6_WALK_MALFORMED;
    size_t end = at + ((size_t)octets[at + 1] + 1) * 8;
    enum ipv6_walk_result result = IPV6_WALK_UPPER;
    if (walk->next_header == IPV6_NEXT_HOP_BY_HOP && at != IPV6_HEADER_SIZE)
        return problem(walk, PROBLEM_NEXT_HEADER, walk->next_header_offset);
    if (walk->next_header != IPV6_NEXT_ROUTING)
        result = walk_options(octets, at + 2, end, walk);
    else if (octets[at + 3] != 0)
        /* No kind of route is known here (section 4.4; type 0 is gone with RFC 5095). */
        return problem(walk, PROBLEM_ERRONEOUS_FIELD, at + 2);
    walk->next_header = octets[at];
    walk->next_header_offset = at;
    walk->offset = end;
    return result;
}

/* A fragment header; UPPER: the datagram is whole, and walk->offset behind it. */
static enum ipv6_walk_result walk_fragment(const uint8_t *octets, size_t length,
                                           struct ipv6_walk *walk)
{
    size_t at = walk->offset;
    if (length - at < IPV6_FRAGMENT_HEADER_SIZE)
        return IPV6_WALK_MALFORMED;
    uint16_t word = wire_load_u16(octets + at + 2);
    walk->fragment = (struct ipv6_fragment_header){
        .next_header = octets[at],
        .more_fragments = (word & FRAGMENT_MORE) != 0,
        .offset = word & FRAGMENT_OFFSET_MASK,
        .identification = wire_load_u32(octets + at + 4),
    };
    size_t payload = length - at - IPV6_FRAGMENT_HEADER_SIZE;
    if (!walk->fragment.more_fragments && walk->fragment.offset == 0) {
        walk->next_header = octets[at];
        walk->next_header_offset = at;
        walk->offset = at + IPV6_FRAGMENT_HEADER_SIZE;
        return IPV6_WALK_UPPER;
    }
    if (walk->fragment.more_fragments && payload % 8 != 0)
        return problem(walk, PROBLEM_ERRONEOUS_FIELD, 4);
    if (walk->fragment.offset + payload > IPV6_DATAGRAM_MAX - IPV6_HEADER_SIZE)
        return problem(walk, PROBLEM_ERRONEOUS_FIELD, at + 2);
    return IPV6_WALK_FRAGMENT;
}

static bool is_walked(uint8_t next_header)
{
    return next_header == IPV6_NEXT_HOP_BY_HOP || next_header == IPV6_NEXT_ROUTING ||
           next_header == IPV6_NEXT_DESTINATION_OPTIONS;
}

/* Whether the headers behind that of a first fragment are all there. */
static bool chain_is_complete(const uint8_t *octets, size_t length, const struct ipv6_walk *walk)
{
    uint8_t kind = walk->fragment.next_header;
    size_t at = walk->offset + IPV6_FRAGMENT_HEADER_SIZE;
    while (is_walked(kind)) {
        if (length - at < 8 || length - at < ((size_t)octets[at + 1] + 1) * 8)
            return false;
        kind = octets[at];
        at += ((size_t)octets[at + 1] + 1) * 8;
    }
    return length - at >= upper_header_size(kind);
}

enum ipv6_walk_result ipv6_walk(const uint8_t *octets, size_t length, struct ipv6_walk *walk)
{
    *walk = (struct ipv6_walk){
        .next_header = octets[6], .offset = IPV6_HEADER_SIZE, .next_header_offset = 6};
    enum ipv6_walk_result result = IPV6_WALK_UPPER;
    while (result == IPV6_WALK_UPPER) {
        if (is_walked(walk->next_header))
            result = walk_header(octets, length, walk);
        else if (walk->next_header == IPV6_NEXT_FRAGMENT)
            result = walk_fragment(octets, length, walk);
        else
            break;
    }
    if (result == IPV6_WALK_FRAGMENT && walk->fragment.offset == 0 &&
        !chain_is_complete(octets, length, walk))
        return problem(walk, PROBLEM_INCOMPLETE_CHAIN, 0);
    return result;
}

const char *ipv6_next_header_name(uint8_t next_header)
{
    switch (next_header) {
    case IPV6_NEXT_TCP:
        return "tcp";
    case IPV6_NEXT_UDP:
        return "udp";
    case IPV6_NEXT_ESP:
        return "esp";
    case IPV6_NEXT_AH:
        return "ah";
    case IPV6_NEXT_ICMPV6:
        return "icmpv6";
    default:
        return "ipv6";
    }
}

struct ip_address ipv6_all_nodes(void)
{
    return (struct ip_address){.version = 6, .octets = {0xff, 0x02, [15] = 1}};
}

struct ip_address ipv6_solicited_node(const struct ip_address *address)
{
    const uint8_t *o = address->octets;
    return (struct ip_address){.version = 6,
                               .octets = {0xff, 0x02, [11] = 1, 0xff, o[13], o[14], o[15]}};
}

struct ip_address ipv6_link_local_from_mac(const uint8_t mac[6])
{
    const uint8_t identifier[8] = {mac[0] ^ 0x02, mac[1], mac[2], 0xff,
                                   0xfe,          mac[3], mac[4], mac[5]};
    return ipv6_link_local(identifier);
}

struct ip_address ipv6_link_local(const uint8_t identifier[8])
{
    struct ip_address address = {.version = 6, .octets = {0xfe, 0x80}};
    memcpy(address.octets + 8, identifier, 8);
    return address;
}
