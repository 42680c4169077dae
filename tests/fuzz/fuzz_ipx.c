/* IPX: what decodes encodes to the same. */
#include "fuzz.h"
#include "ipx/ipx.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ipx_header header;
    if (!ipx_decode(data, size, &header) || header.length > IPX_DATAGRAM_SIZE)
        return 0;
    struct packet_pool pool;
    packet_pool_init(&pool);
    struct packet *packet =
        packet_from(&pool, data + IPX_HEADER_SIZE, (size_t)header.length - IPX_HEADER_SIZE);
    ipx_push(packet, &header);
    assert(packet->length == header.length && memcmp(packet->data, data, header.length) == 0);
    packet_pool_destroy(&pool);
    return 0;
}
