/*
 * IPv6: the header encodes to what it was, the walk ends inside the datagram, and what is cut and
 * put together again is the same datagram. The first two octets of the input are the MTU.
 */
#include "base/wire.h"
#include "fuzz.h"
#include "inet/ipv6.h"
#include "inet/reassembly.h"

#include <assert.h>
#include <string.h>

/* Cuts a copy of the datagram for @mtu and joins the pieces. */
static void cut_and_join(struct packet_pool *pool, const uint8_t *octets, size_t length, size_t mtu)
{
    struct reassembly_config config = reassembly_default_config();
    struct reassembly reassembly;
    reassembly_init(&reassembly, &config, NULL);
    struct packet *packet = packet_from(pool, octets, length);
    assert(packet);
    struct packet_queue fragments = {0};
    struct packet *whole = NULL;
    if (ipv6_fragment(packet, mtu, 1, &fragments) != STATUS_OK)
        whole = packet;
    while ((packet = packet_queue_pop(&fragments))) {
        assert(packet->length <= mtu);
        struct ipv6_header header;
        struct ipv6_walk walk;
        bool valid = ipv6_decode(packet->data, packet->length, &header);
        assert(valid);
        /* Headers may be cut apart, and one fragment that holds all is none. */
        if (ipv6_walk(packet->data, packet->length, &walk) != IPV6_WALK_FRAGMENT || whole) {
            packet_free(packet);
            continue;
        }
        whole = reassembly_input_ipv6(&reassembly, 0, packet, &header, &walk);
    }
    if (whole)
        assert(whole->length == length && memcmp(whole->data, octets, length) == 0);
    packet_free(whole);
    packet_queue_clear(&fragments);
    reassembly_destroy(&reassembly);
    assert(pool->in_use == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wire_reader reader = wire_reader_make(data, size);
    size_t mtu = wire_get_u16(&reader);
    size_t length = wire_remaining(&reader);
    const uint8_t *octets = wire_get_octets(&reader, length);
    struct ipv6_header header;
    if (!octets || !ipv6_decode(octets, length, &header))
        return 0;
    length = (size_t)header.payload_length + IPV6_HEADER_SIZE;
    if (length > IPV6_DATAGRAM_MAX)
        return 0;
    struct ipv6_walk walk;
    enum ipv6_walk_result result = ipv6_walk(octets, length, &walk);
    assert(walk.offset <= length && walk.next_header_offset < length);
    if (result == IPV6_WALK_UPPER)
        assert(octets[walk.next_header_offset] == walk.next_header);
    struct packet_pool pool;
    packet_pool_init(&pool);
    struct packet *packet =
        packet_from(&pool, octets + IPV6_HEADER_SIZE, length - IPV6_HEADER_SIZE);
    assert(packet);
    ipv6_push(packet, &header);
    assert(packet->length == length && memcmp(packet->data, octets, length) == 0);
    packet_free(packet);
    cut_and_join(&pool, octets, length, mtu);
    packet_pool_destroy(&pool);
    return 0;
}
