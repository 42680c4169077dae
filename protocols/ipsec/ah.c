#include "ipsec/ah.h"

#include "base/wire.h"

#include <assert.h>
#include <string.h>

/*
 * RFC 2402 section 2:
 *
 *   Next Header      1 octet
 *   Payload Length   1        whole header in 32-bit words, minus 2
 *   RESERVED         2
 *   SPI              4
 *   Sequence Number  4
 *   ICV              any, padded so that the header is a multiple of 4 octets, for IPv6 of 8
 */
#define AH_SPI      4
#define AH_SEQUENCE 8

/** Option types of IPv4 (RFC 2402 appendix A.1). */
enum ipv4_option {
    OPTION_END = 0,
    OPTION_NO_OPERATION = 1,
    OPTION_SECURITY = 130,
    OPTION_LOOSE_SOURCE_ROUTE = 131,
    OPTION_EXTENDED_SECURITY = 133,
    OPTION_COMMERCIAL_SECURITY = 134,
    OPTION_STRICT_SOURCE_ROUTE = 137,
    OPTION_ROUTER_ALERT = 148,
    OPTION_SELECTIVE_DIRECTED_BROADCAST = 149,
};

static bool is_immutable(uint8_t option)
{
    switch (option) {
    case OPTION_SECURITY:
    case OPTION_EXTENDED_SECURITY:
    case OPTION_COMMERCIAL_SECURITY:
    case OPTION_ROUTER_ALERT:
    case OPTION_SELECTIVE_DIRECTED_BROADCAST:
        return true;
    default:
        return false;
    }
}

/**
 * Makes the options of @p header what the receiver takes them for; a mutable one becomes zero as a
 * whole, and the end of a source route is the destination (RFC 2402 section 3.3.3.1.1.2).
 */
static bool settle_ipv4_options(uint8_t *header, size_t length)
{
    for (size_t at = 20; at < length && header[at] != OPTION_END;) {
        uint8_t *option = header + at;
        if (option[0] == OPTION_NO_OPERATION) {
            at++;
            continue;
        }
        if (at + 2 > length || option[1] < 2 || at + option[1] > length)
            return false;
        const size_t size = option[1];
        const bool route =
            option[0] == OPTION_LOOSE_SOURCE_ROUTE || option[0] == OPTION_STRICT_SOURCE_ROUTE;
        if (route && size >= 7 && option[2] < size)
            memcpy(header + 16, option + size - 4, 4);
        if (!is_immutable(option[0]))
            memset(option, 0, size);
        at += size;
    }
    return true;
}

static bool settle_ipv4(uint8_t *header, size_t length)
{
    header[1] = 0;             /* TOS */
    memset(header + 6, 0, 3);  /* flags, fragment offset, TTL */
    memset(header + 10, 0, 2); /* checksum */
    return settle_ipv4_options(header, length);
}

/** Options whose third bit says that they change on the way count as zero (RFC 2402 3.3.3.1.2.2).
 */
static bool settle_ipv6_options(uint8_t *options, size_t length)
{
    for (size_t at = 0; at < length;) {
        if (options[at] == 0) { /* Pad1 */
            at++;
            continue;
        }
        if (at + 2 > length || at + 2 + options[at + 1] > length)
            return false;
        if (options[at] & 0x20)
            memset(options + at + 2, 0, options[at + 1]);
        at += 2 + (size_t)options[at + 1];
    }
    return true;
}

/** Makes a routing header what it will be at the last of its addresses (RFC 2402 3.3.3.1.2.3). */
static bool settle_routing(uint8_t *header, uint8_t *routing, size_t length)
{
    const size_t count = (length - 8) / 16;
    if (routing[2] != 0) /* another type than source routing: nothing is predicted */
        return true;
    if (routing[3] > count)
        return false;
    for (size_t left = routing[3]; left > 0; left--) {
        uint8_t swapped[16];
        uint8_t *address = routing + 8 + 16 * (count - left);
        memcpy(swapped, address, 16);
        memcpy(address, header + 24, 16);
        memcpy(header + 24, swapped, 16);
    }
    routing[3] = 0;
    return true;
}

static bool settle_ipv6(uint8_t *header, size_t length)
{
    uint8_t next = header[6];
    header[0] = 0x60; /* Traffic Class and Flow Label */
    memset(header + 1, 0, 3);
    header[7] = 0; /* Hop Limit */
    /* ipsec_datagram_decode() has seen that every extension header ends within the header. */
    for (size_t at = 40; at < length;) {
        uint8_t *extension = header + at;
        const bool fragment = next == IPSEC_NEXT_FRAGMENT; /* of a datagram in one piece */
        const size_t size = fragment ? 8 : (size_t)(extension[1] + 1) * 8;
        bool sound = true;
        if (next == IPSEC_NEXT_ROUTING)
            sound = settle_routing(header, extension, size);
        else if (next == IPSEC_NEXT_HOP_BY_HOP || next == IPSEC_NEXT_DESTINATION_OPTIONS)
            sound = settle_ipv6_options(extension + 2, size - 2);
        if (!sound)
            return false;
        next = extension[0];
        at += size;
    }
    return true;
}

size_t ah_overhead(const struct security_association *sa, unsigned version)
{
    const size_t boundary = version == 6 ? 8 : 4;
    return (AH_HEADER_SIZE + sa->icv_size + boundary - 1) / boundary * boundary;
}

/**
 * The HMAC over datagram @p packet, whose AH starts at @p offset; the ICV field counts as zero.
 * False: the IP header makes no sense.
 */
static bool compute_icv(const struct security_association *sa, const struct packet *packet,
                        const struct ipsec_datagram *datagram, uint8_t digest[HASH_SIZE_MAXIMUM])
{
    static const uint8_t zeros[IPSEC_ICV_MAXIMUM] = {0};
    const size_t offset = datagram->header_length;
    const size_t behind = offset + AH_HEADER_SIZE + sa->icv_size;
    uint8_t header[IPSEC_DATAGRAM_HEADER_MAXIMUM];
    assert(offset <= sizeof header && behind <= packet->length);
    memcpy(header, packet->data, offset);
    if (!(datagram->source.version == 6 ? settle_ipv6 : settle_ipv4)(header, offset))
        return false;
    const struct crypto_piece pieces[] = {{header, offset},
                                          {packet->data + offset, AH_HEADER_SIZE},
                                          {zeros, sa->icv_size},
                                          {packet->data + behind, packet->length - behind}};
    hmac_compute(&sa->hmac, pieces, 4, digest);
    return true;
}

enum ipsec_result ah_protect(struct security_association *sa, struct packet *packet,
                             struct ipsec_datagram *datagram)
{
    const size_t size = ah_overhead(sa, datagram->source.version);
    const size_t payload_length = packet->length - datagram->header_length;
    const uint8_t next_header = datagram->protocol;
    uint8_t digest[HASH_SIZE_MAXIMUM];
    if (packet_headroom(packet) < size)
        return IPSEC_NO_ROOM;
    if (sa->sequence == UINT32_MAX)
        return IPSEC_SEQUENCE_EXHAUSTED;

    uint8_t *ah = ipsec_datagram_insert(packet, datagram->header_length, size);
    memset(ah, 0, size);
    ah[0] = next_header;
    ah[1] = (uint8_t)(size / 4 - 2);
    wire_store_u32(ah + AH_SPI, sa->spi);
    wire_store_u32(ah + AH_SEQUENCE, sa->sequence + 1);
    ipsec_datagram_finish(packet, datagram, IPSEC_NEXT_AH);
    if (!compute_icv(sa, packet, datagram, digest)) {
        ipsec_datagram_remove(packet, datagram->header_length, size);
        ipsec_datagram_finish(packet, datagram, next_header);
        return IPSEC_MALFORMED;
    }
    memcpy(ah + AH_HEADER_SIZE, digest, sa->icv_size);
    sa->sequence++;
    sa->packets++;
    sa->octets += payload_length;
    return IPSEC_OK;
}

enum ipsec_result ah_open(struct security_association *sa, struct ipsec_steps *steps,
                          struct packet *packet, struct ipsec_datagram *datagram)
{
    const size_t size = ah_overhead(sa, datagram->source.version);
    const size_t length = packet->length - datagram->header_length;
    uint8_t *ah = packet->data + datagram->header_length;
    uint8_t digest[HASH_SIZE_MAXIMUM];
    steps->received++;
    if (length < size || (size_t)(ah[1] + 2) * 4 != size)
        return IPSEC_MALFORMED;

    const uint32_t sequence = wire_load_u32(ah + AH_SEQUENCE);
    const enum replay_result replay = replay_window_check(&sa->window, sequence);
    if (replay != REPLAY_FRESH)
        return replay == REPLAY_TOO_OLD ? IPSEC_TOO_LATE : IPSEC_REPLAYED;
    steps->fresh++;

    if (!compute_icv(sa, packet, datagram, digest))
        return IPSEC_MALFORMED;
    if (!crypto_equal(digest, ah + AH_HEADER_SIZE, sa->icv_size))
        return IPSEC_BAD_INTEGRITY;
    replay_window_mark(&sa->window, sequence);
    steps->authenticated++;

    const uint8_t next_header = ah[0];
    ipsec_datagram_remove(packet, datagram->header_length, size);
    ipsec_datagram_finish(packet, datagram, next_header);
    sa->packets++;
    sa->octets += length - size;
    return IPSEC_OK;
}
