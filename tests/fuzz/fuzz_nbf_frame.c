/* NetBIOS frames: what decodes encodes to the same, but for the response bit of the SSAP. */
#include "fuzz.h"
#include "nbf/nbf_frame.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nbf_frame frame;
    if (!nbf_frame_decode(data, size, &frame))
        return 0;
    struct packet_pool pool;
    packet_pool_init(&pool);
    struct packet *packet = packet_alloc(&pool, 0);
    nbf_frame_push(packet, &frame);
    assert(packet->length == NBF_FRAME_HEADER_SIZE && packet->data[0] == data[0]);
    assert(memcmp(packet->data + 2, data + 2, NBF_FRAME_HEADER_SIZE - 2) == 0);
    packet_pool_destroy(&pool);
    return 0;
}
