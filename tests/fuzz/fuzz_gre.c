/*
 * A tunnel end against arbitrary packets. The first octet chooses the configuration; then come
 * records: one octet of length, one of milliseconds to pass, the packet's octets.
 */
#include "fuzz.h"
#include "gre/enhanced_gre.h"
#include "gre/gre_tunnel.h"

#include <stdlib.h>
#include <string.h>

static void drain(struct gre_tunnel *tunnel)
{
    struct output output;
    while (gre_tunnel_poll(tunnel, &output)) {
        struct enhanced_gre_header header;
        /* What the tunnel sends must be well formed. */
        if (output.kind == OUTPUT_SEND &&
            enhanced_gre_decode(output.packet->data, output.packet->length, &header) !=
                ENHANCED_GRE_OK)
            abort();
        packet_free(output.packet);
    }
}

/* A decoded header encodes to the octets it came from. */
static void check_round_trip(struct packet_pool *pool, const uint8_t *octets, size_t length)
{
    struct enhanced_gre_header header;
    if (enhanced_gre_decode(octets, length, &header) != ENHANCED_GRE_OK)
        return;
    uint16_t call_id;
    if (!enhanced_gre_peek_call_id(octets, length, &call_id) || call_id != header.call_id)
        abort();
    struct packet *packet = packet_alloc(pool, 0);
    enhanced_gre_push(packet, &header);
    if (packet->length > length || memcmp(packet->data, octets, packet->length) != 0)
        abort();
    packet_free(packet);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct packet_pool pool;
    packet_pool_init(&pool);
    struct gre_tunnel_config config =
        data[0] & 1 ? gre_tunnel_config_rfc() : gre_tunnel_config_windows();
    config.pool = &pool;
    config.local_call_id = 4;
    config.peer_call_id = 4;
    if (data[0] & 2)
        config.reorder_packets = 4;
    struct gre_tunnel tunnel;
    gre_tunnel_init(&tunnel, &config);
    data++, size--;

    instant now = 0;
    while (size >= 2) {
        size_t length = data[0] < size - 2 ? data[0] : size - 2;
        now += data[1] * INSTANT_MILLISECOND;
        if (gre_tunnel_next_timeout(&tunnel) <= now)
            gre_tunnel_handle_timeout(&tunnel, now);
        if (length == 0)
            gre_tunnel_send(&tunnel, now, packet_from(&pool, "x", 1));
        check_round_trip(&pool, data + 2, length);
        gre_tunnel_input(&tunnel, now, packet_from(&pool, data + 2, length));
        drain(&tunnel);
        if (tunnel.reorder_count > config.reorder_packets)
            abort();
        data += 2 + length;
        size -= 2 + length;
    }
    gre_tunnel_close(&tunnel);
    if (pool.in_use != 0)
        abort();
    packet_pool_destroy(&pool);
    return 0;
}
