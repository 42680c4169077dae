/*
 * ARP: the codec, and the cache under a sequence of messages, look-ups and the passing of time. The
 * input is messages of 28 octets, each behind an octet that says what else happens.
 */
#include "base/wire.h"
#include "fuzz.h"
#include "inet/arp.h"

#include <assert.h>
#include <string.h>

static void round_trip(struct packet_pool *pool, const struct arp_message *message)
{
    struct packet *packet = packet_alloc(pool, ARP_MESSAGE_SIZE);
    assert(packet);
    arp_append(packet, message);
    struct arp_message again;
    bool decoded = arp_decode(packet->data, packet->length, &again);
    assert(decoded && again.operation == message->operation);
    assert(again.sender == message->sender && again.target == message->target);
    assert(memcmp(again.sender_mac, message->sender_mac, ETHERNET_ADDRESS_SIZE) == 0);
    assert(memcmp(again.target_mac, message->target_mac, ETHERNET_ADDRESS_SIZE) == 0);
    packet_free(packet);
}

static void poll_all(struct arp_cache *cache)
{
    struct arp_output output;
    while (arp_cache_poll(cache, &output))
        packet_free(output.packet);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct packet_pool pool;
    struct arp_config config = arp_default_config();
    struct arp_cache cache;
    config.limit = 16;
    packet_pool_init(&pool);
    arp_cache_init(&cache, &config, NULL);
    instant now = 0;
    struct wire_reader reader = wire_reader_make(data, size);
    while (wire_remaining(&reader) > 0) {
        uint8_t what = wire_get_u8(&reader);
        size_t length = wire_remaining(&reader);
        if (length > ARP_MESSAGE_SIZE)
            length = ARP_MESSAGE_SIZE;
        struct arp_message message;
        uint8_t mac[ETHERNET_ADDRESS_SIZE];
        if (arp_decode(wire_get_octets(&reader, length), length, &message)) {
            round_trip(&pool, &message);
            arp_cache_learn(&cache, now, &message, what & 1);
            if (what & 2) {
                struct packet *packet = packet_alloc(&pool, 4);
                if (arp_cache_resolve(&cache, now, message.target, packet, mac))
                    packet_free(packet);
            }
        }
        if (!(what & 4))
            poll_all(&cache);
        if (what & 8)
            now += INSTANT_SECOND * (what >> 4);
        arp_cache_handle_timeout(&cache, now);
    }
    poll_all(&cache);
    arp_cache_destroy(&cache);
    assert(pool.in_use == 0);
    packet_pool_destroy(&pool);
    return 0;
}
