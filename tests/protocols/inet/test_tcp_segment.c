#include "inet/tcp_segment.h"
#include "support/unit.h"

#include <string.h>

static void assert_decodes(const char *hex, struct tcp_segment *segment)
{
    uint8_t octets[128];
    size_t length = unit_hex(hex, octets, sizeof octets);
    const char *problem = tcp_segment_decode(octets, length, segment);
    if (problem)
        fail_msg("%s: %s", hex, problem);
}

static void assert_refused(const char *hex, const char *reason)
{
    uint8_t octets[128];
    size_t length = unit_hex(hex, octets, sizeof octets);
    struct tcp_segment segment;
    const char *problem = tcp_segment_decode(octets, length, &segment);
    assert_non_null(problem);
    assert_string_equal(problem, reason);
}

static void a_syn_of_windows_2000_is_encoded_octet_for_octet(void **state)
{
    (void)state;
    struct tcp_segment segment = {
        .source_port = 1025,
        .destination_port = 1723,
        .sequence = 0x01020304,
        .flags = TCP_FLAG_SYN,
        .window = 16384,
        .has_mss = true,
        .mss = 1460,
        .sack_permitted = true,
    };
    uint8_t octets[TCP_HEADER_MAX_SIZE];
    struct wire_writer writer = wire_writer_make(octets, sizeof octets);
    tcp_segment_encode(&writer, &segment);
    assert_false(writer.failed);
    assert_int_equal(segment.header_length, 28);
    unit_assert_hex(octets, wire_written(&writer),
                    "0401 06bb 01020304 00000000 70 02 4000 0000 0000 020405b4 01010402");
}

static void every_field_and_option_survives_the_round_trip(void **state)
{
    (void)state;
    struct tcp_segment segment = {
        .source_port = 65535,
        .destination_port = 1,
        .sequence = 0xfffffffe,
        .acknowledgment = 0x80000001,
        .flags = 0xff,
        .window = 0xabcd,
        .checksum = 0x1234,
        .urgent_pointer = 0x4321,
        .has_mss = true,
        .mss = 9000,
        .has_window_scale = true,
        .window_scale = 14,
        .sack_permitted = true,
        .has_timestamps = true,
        .timestamp = 0x11223344,
        .timestamp_echo = 0x55667788,
        .sack_block_count = 1,
        .sack_blocks = {{0x01000000, 0x02000000}},
    };
    uint8_t octets[TCP_HEADER_MAX_SIZE];
    struct wire_writer writer = wire_writer_make(octets, sizeof octets);
    /* 4 + 4 + 4 + 12 + 12 = 36 octets of options. */
    tcp_segment_encode(&writer, &segment);
    assert_false(writer.failed);
    assert_int_equal(segment.header_length, 56);
    struct tcp_segment decoded;
    assert_null(tcp_segment_decode(octets, wire_written(&writer), &decoded));
    assert_memory_equal(&decoded, &segment, sizeof segment);
}

static void options_beyond_forty_octets_fail(void **state)
{
    (void)state;
    struct tcp_segment segment = {.has_timestamps = true, .sack_block_count = 4};
    uint8_t octets[100];
    struct wire_writer writer = wire_writer_make(octets, sizeof octets);
    tcp_segment_encode(&writer, &segment);
    assert_true(writer.failed);
}

static void unknown_and_oddly_long_options_are_skipped(void **state)
{
    (void)state;
    struct tcp_segment segment;
    /* Kind 253 of 4 octets, an MSS of the wrong length, a good MSS. */
    assert_decodes("0401 06bb 00000000 00000000 80 02 4000 0000 0000 fd04abcd 020305 02040200 01",
                   &segment);
    assert_true(segment.has_mss);
    assert_int_equal(segment.mss, 512);
}

static void the_end_of_options_ends_them(void **state)
{
    (void)state;
    struct tcp_segment segment;
    assert_decodes("0401 06bb 00000000 00000000 70 02 4000 0000 0000 00 ff 00 00 02040200",
                   &segment);
    assert_false(segment.has_mss);
}

static void malformed_headers_are_refused_by_name(void **state)
{
    (void)state;
    assert_refused("", "short-header");
    assert_refused("0401 06bb 00000000 00000000 50 02 4000 0000 00", "short-header");
    assert_refused("0401 06bb 00000000 00000000 40 02 4000 0000 0000", "bad-header-length");
    assert_refused("0401 06bb 00000000 00000000 60 02 4000 0000 0000 0101", "bad-header-length");
    /* An option of length 0 would loop for ever, one of length 5 reads behind the header. */
    assert_refused("0401 06bb 00000000 00000000 60 02 4000 0000 0000 02000000", "bad-option");
    assert_refused("0401 06bb 00000000 00000000 60 02 4000 0000 0000 02050000", "bad-option");
    assert_refused("0401 06bb 00000000 00000000 60 02 4000 0000 0000 01010102", "bad-option");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_syn_of_windows_2000_is_encoded_octet_for_octet),
        cmocka_unit_test(every_field_and_option_survives_the_round_trip),
        cmocka_unit_test(options_beyond_forty_octets_fail),
        cmocka_unit_test(unknown_and_oddly_long_options_are_skipped),
        cmocka_unit_test(the_end_of_options_ends_them),
        cmocka_unit_test(malformed_headers_are_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
