/*
 * ICMPv6 and Neighbor Discovery: what decodes encodes to the same, and an error can be made about
 * any datagram. The input is an IPv6 datagram, its checksum not looked at.
 */
#include "fuzz.h"
#include "inet/icmpv6.h"
#include "inet/neighbor_discovery.h"

#include <assert.h>
#include <string.h>

static void check_message(struct packet_pool *pool, const struct ipv6_header *header,
                          const uint8_t *octets, size_t length)
{
    struct packet *packet = packet_from(pool, octets, length);
    assert(packet);
    icmpv6_store_checksum(packet->data, length, &header->source, &header->destination);
    struct icmpv6_message message;
    enum icmp_error error =
        icmpv6_decode(packet->data, length, &header->source, &header->destination, &message);
    assert(error == ICMP_OK);
    packet->data += ICMPV6_HEADER_SIZE;
    packet->length -= ICMPV6_HEADER_SIZE;
    icmpv6_push(packet, &header->source, &header->destination, &message);
    assert(packet->data[0] == octets[0] && packet->data[1] == octets[1]);
    assert(packet->length == length && memcmp(packet->data + 8, octets + 8, length - 8) == 0);
    packet_free(packet);
}

static void check_neighbor(struct packet_pool *pool, const struct ipv6_header *header,
                           const uint8_t *octets, size_t length)
{
    struct neighbor_message message;
    struct neighbor_message again;
    if (!neighbor_message_decode(octets, length, &message))
        return;
    struct packet *packet = packet_alloc(pool, NEIGHBOR_MESSAGE_SIZE);
    assert(packet);
    neighbor_message_append(packet, &header->source, &header->destination, &message);
    bool valid = neighbor_message_decode(packet->data, packet->length, &again);
    assert(valid && memcmp(&message, &again, sizeof message) == 0);
    packet_free(packet);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ipv6_header header;
    if (size > PACKET_ROOM || !ipv6_decode_quoted(data, size, &header))
        return 0;
    struct packet_pool pool;
    packet_pool_init(&pool);
    const uint8_t *octets = data + IPV6_HEADER_SIZE;
    size_t length = size - IPV6_HEADER_SIZE;
    if (length >= ICMPV6_HEADER_SIZE)
        check_message(&pool, &header, octets, length);
    check_neighbor(&pool, &header, octets, length);
    (void)icmpv6_error_is_allowed(data, size, ICMP_ARRIVAL_UNICAST, false);
    const struct icmpv6_message message = {.type = ICMPV6_TIME_EXCEEDED};
    struct packet *packet =
        icmpv6_error_create(&pool, &message, &header.destination, &header.source, data, size);
    assert(packet && packet->length <= IPV6_MINIMUM_MTU - IPV6_HEADER_SIZE);
    packet_pool_destroy(&pool);
    return 0;
}
