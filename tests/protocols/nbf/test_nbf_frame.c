#include "nbf/nbf_frame.h"
#include "support/unit.h"

#include <string.h>

/* NAME_QUERY for "SERVER<20>" from "CLIENT<00>", response correlator 0x0102. */
#define QUERY                                                                                      \
    "f0f003 2c00 ffef 0a 00 0000 0000 0201"                                                        \
    "53455256455220202020202020202020 434c49454e5420202020202020202000"

static void a_name_query_decodes_field_by_field(void **state)
{
    (void)state;
    uint8_t octets[64];
    size_t length = unit_hex(QUERY, octets, sizeof octets);
    struct nbf_frame frame;
    assert_int_equal(length, NBF_FRAME_HEADER_SIZE);
    assert_true(nbf_frame_decode(octets, length, &frame));
    assert_int_equal(frame.command, NBF_NAME_QUERY);
    assert_int_equal(frame.data2, 0);
    assert_int_equal(frame.transmit_correlator, 0);
    assert_int_equal(frame.response_correlator, 0x0102);
    assert_memory_equal(frame.destination, "SERVER          ", NBF_NAME_SIZE);
    assert_memory_equal(frame.source, "CLIENT         \0", NBF_NAME_SIZE);
}

static void what_was_decoded_encodes_to_the_same_octets(void **state)
{
    (void)state;
    uint8_t octets[64];
    size_t length = unit_hex(QUERY, octets, sizeof octets);
    struct nbf_frame frame;
    assert_true(nbf_frame_decode(octets, length, &frame));
    struct packet_pool pool;
    packet_pool_init(&pool);
    struct packet *packet = packet_alloc(&pool, 0);
    nbf_frame_push(packet, &frame);
    assert_int_equal(packet->length, length);
    assert_memory_equal(packet->data, octets, length);
    packet_free(packet);
    packet_pool_destroy(&pool);
}

static void other_frames_are_refused(void **state)
{
    (void)state;
    /* Which octet is changed, and to what. */
    static const uint8_t changes[][2] = {{0, 0xaa}, {1, 0xaa}, {2, 0x7f},
                                         {3, 0x0e}, {5, 0xfe}, {7, 0x16}};
    uint8_t octets[64];
    size_t length = unit_hex(QUERY, octets, sizeof octets);
    struct nbf_frame frame;
    for (size_t i = 0; i < length; i++)
        assert_false(nbf_frame_decode(octets, i, &frame));
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        uint8_t before = octets[changes[i][0]];
        octets[changes[i][0]] = changes[i][1];
        assert_false(nbf_frame_decode(octets, length, &frame));
        octets[changes[i][0]] = before;
    }
    assert_true(nbf_frame_decode(octets, length, &frame));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_query_decodes_field_by_field),
        cmocka_unit_test(what_was_decoded_encodes_to_the_same_octets),
        cmocka_unit_test(other_frames_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
