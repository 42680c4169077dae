/*
 * CBCP: the first octet chooses the role, then packets follow, each behind an octet of length;
 * length 0 lets the timer expire.
 */
#include "base/wire.h"
#include "fuzz.h"
#include "ppp/cbcp.h"

#include <assert.h>

static void poll(struct cbcp *cbcp)
{
    struct output output;
    while (cbcp_poll(cbcp, &output)) {
        if (output.kind != OUTPUT_SEND)
            continue;
        assert(wire_load_u16(output.packet->data + 2) == output.packet->length);
        packet_free(output.packet);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wire_reader reader = wire_reader_make(data, size);
    struct packet_pool pool;
    packet_pool_init(&pool);
    uint8_t role = wire_get_u8(&reader);
    struct cbcp_config config = {.answerer = role & 1,
                                 .allowed = role >> 1 & 14,
                                 .number = role & 16 ? "2009042" : NULL,
                                 .pool = &pool,
                                 .label = "fuzz"};
    struct cbcp cbcp;
    cbcp_init(&cbcp, &config);
    cbcp_start(&cbcp, 0);
    poll(&cbcp);
    while (!reader.failed && wire_remaining(&reader) > 0) {
        size_t length = wire_get_u8(&reader);
        if (length > wire_remaining(&reader))
            length = wire_remaining(&reader);
        if (length == 0 && cbcp_next_timeout(&cbcp) != INSTANT_NEVER) {
            cbcp_handle_timeout(&cbcp, cbcp_next_timeout(&cbcp));
        } else {
            struct packet *packet = packet_from(&pool, wire_get_octets(&reader, length), length);
            cbcp_input(&cbcp, 0, packet);
            packet_free(packet);
        }
        poll(&cbcp);
    }
    cbcp_clear(&cbcp);
    assert(pool.in_use == 0);
    packet_pool_destroy(&pool);
    return 0;
}
