/* ICMP: the codec, and errors about whatever datagram the input is. */
#include "fuzz.h"
#include "inet/icmp.h"

#include <assert.h>
#include <string.h>

static void round_trip(struct packet_pool *pool, const uint8_t *data, size_t size)
{
    struct icmp_message message;
    if (icmp_decode(data, size, &message) != ICMP_OK || size > PACKET_ROOM)
        return;
    struct packet *packet = packet_from(pool, data + ICMP_HEADER_SIZE, size - ICMP_HEADER_SIZE);
    assert(packet);
    icmp_push(packet, &message);
    struct icmp_message again;
    enum icmp_error error = icmp_decode(packet->data, packet->length, &again);
    assert(error == ICMP_OK && again.type == message.type && again.code == message.code);
    assert(again.identifier == message.identifier && again.sequence == message.sequence);
    assert(again.next_hop_mtu == message.next_hop_mtu && again.pointer == message.pointer);
    if (message.type == ICMP_ECHO_REQUEST) {
        icmp_make_reply(packet->data);
        error = icmp_decode(packet->data, packet->length, &again);
        assert(error == ICMP_OK && again.type == ICMP_ECHO_REPLY);
    }
    packet_free(packet);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct packet_pool pool;
    packet_pool_init(&pool);
    round_trip(&pool, data, size);
    (void)icmp_error_is_allowed(data, size, ICMP_ARRIVAL_UNICAST);
    const struct icmp_message message = {.type = ICMP_TIME_EXCEEDED};
    struct packet *packet = icmp_error_create(&pool, &message, data, size, 576);
    if (packet) {
        assert(packet->length <= 556 && packet->length <= size + ICMP_HEADER_SIZE);
        struct icmp_message again;
        enum icmp_error error = icmp_decode(packet->data, packet->length, &again);
        assert(error == ICMP_OK);
        assert(memcmp(packet->data + ICMP_HEADER_SIZE, data, packet->length - ICMP_HEADER_SIZE) ==
               0);
        packet_free(packet);
    }
    packet_pool_destroy(&pool);
    return 0;
}
