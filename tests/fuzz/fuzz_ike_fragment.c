/*
 * Fragments of IKE messages in any order. The input is fragments of four octets each: the message
 * (2 bits), whether the peer is another (1 bit), last or not (1 bit) and seconds since the one
 * before (4 bits); then number, and the length of the data. What comes out must be the data of
 * fragments 1, 2, 3 and so on: each is filled with its number.
 */
#include "base/wire.h"
#include "fuzz.h"
#include "ike/ike_fragment.h"

#include <assert.h>
#include <string.h>

static void check(struct packet *whole)
{
    assert(whole->length > 0 && whole->length <= IKE_REASSEMBLED_MAX);
    assert(whole->data[0] == 1);
    for (uint32_t i = 1; i < whole->length; i++)
        assert(whole->data[i] == whole->data[i - 1] || whole->data[i] == whole->data[i - 1] + 1);
    packet_free(whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct trace nowhere = {0};
    struct packet_pool pool;
    struct ike_reassembly reassembly;
    uint8_t octets[3000];
    instant now = 0;
    packet_pool_init(&pool);
    ike_reassembly_init(&reassembly, &pool, &nowhere);
    struct wire_reader reader = wire_reader_make(data, size);
    while (wire_remaining(&reader) >= 4) {
        const struct isakmp_header header = {.initiator_cookie = {1}};
        uint8_t what = wire_get_u8(&reader);
        struct ike_fragment fragment = {.id = what & 3, .last = what & 8, .data = octets};
        const struct ip_address peer = {.version = 4, .octets = {what & 4}};
        fragment.number = wire_get_u8(&reader);
        fragment.length = 1 + wire_get_u16(&reader) % sizeof octets;
        memset(octets, fragment.number, fragment.length);
        now += (instant)(what >> 4) * INSTANT_SECOND;
        ike_reassembly_handle_timeout(&reassembly, now);
        struct packet *whole =
            ike_reassembly_input(&reassembly, now, &peer, 500, &header, &fragment);
        if (whole)
            check(whole);
        assert(pool.in_use <= (uint64_t)IKE_REASSEMBLIES_MAX * IKE_FRAGMENTS_MAX);
    }
    ike_reassembly_clear(&reassembly);
    assert(pool.in_use == 0);
    packet_pool_destroy(&pool);
    return 0;
}
