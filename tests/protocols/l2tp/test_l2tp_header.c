/* The header of control and data messages, RFC 2661 section 3.1. */
#include "l2tp/l2tp_header.h"
#include "support/unit.h"

#define WINDOWS_FLAGS (L2TP_FLAG_TYPE | L2TP_FLAG_LENGTH | L2TP_FLAG_SEQUENCE)

static enum l2tp_header_error decode(const char *hex, uint16_t accepted, struct l2tp_header *header)
{
    uint8_t octets[64];
    return l2tp_header_decode(octets, unit_hex(hex, octets, sizeof octets), accepted, header);
}

static void a_control_header_has_length_and_sequence_numbers(void **state)
{
    (void)state;
    struct l2tp_header header;
    assert_int_equal(decode("c802 000c 0cb9 0019 0003 0002", WINDOWS_FLAGS, &header),
                     L2TP_HEADER_OK);
    assert_int_equal(header.flags, 0xC800);
    assert_int_equal(header.length, 12);
    assert_int_equal(header.tunnel_id, 0x0cb9);
    assert_int_equal(header.session_id, 0x19);
    assert_int_equal(header.ns, 3);
    assert_int_equal(header.nr, 2);
    assert_int_equal(header.header_length, 12);
    uint8_t octets[12];
    assert_int_equal(l2tp_header_encode(&header, octets, sizeof octets), 12);
    unit_assert_hex(octets, 12, "c802000c0cb9001900030002");
    assert_int_equal(l2tp_header_encode(&header, octets, 11), 0);
}

static void every_optional_field_of_data_is_there_when_its_bit_says_so(void **state)
{
    (void)state;
    struct l2tp_header header;
    assert_int_equal(decode("0002 0001 0002 ff", UINT16_MAX, &header), L2TP_HEADER_OK);
    assert_int_equal(header.header_length, 6);
    assert_int_equal(decode("4002 0009 0001 0002 ff", UINT16_MAX, &header), L2TP_HEADER_OK);
    assert_int_equal(header.header_length, 8);
    assert_int_equal(decode("0802 0001 0002 0003 0004 ff", UINT16_MAX, &header), L2TP_HEADER_OK);
    assert_int_equal(header.header_length, 10);
    assert_int_equal(header.ns, 3);
    assert_int_equal(decode("4b02 0013 0001 0002 0003 0004 0004 00000000 ff", UINT16_MAX, &header),
                     L2TP_HEADER_OK);
    assert_int_equal(header.header_length, 18);
    assert_int_equal(header.offset_size, 4);
    assert_int_equal(header.flags, 0x4b00);
    uint8_t octets[18];
    assert_int_equal(l2tp_header_length(&header), 18);
    assert_int_equal(l2tp_header_encode(&header, octets, sizeof octets), 18);
    unit_assert_hex(octets, 18, "4b02 0013 0001 0002 0003 0004 0004 00000000");
}

static void what_is_not_l2tp_is_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *octets;
        uint16_t accepted;
        const char *text;
    } cases[] = {
        {"c8", UINT16_MAX, "truncated"},
        {"c802 000c 0001", UINT16_MAX, "truncated"},
        {"0202 0001 0002 0005 0000", UINT16_MAX, "truncated"}, /* less pad than it says */
        {"c801 000c 0001 0000 0000 0000", UINT16_MAX, "bad-version"},
        {"c803 000c 0001 0000 0000 0000", UINT16_MAX, "bad-version"},
        {"c802 000d 0001 0000 0000 0000", UINT16_MAX, "bad-length"}, /* longer than the datagram */
        {"c802 000b 0001 0000 0000 0000", UINT16_MAX, "bad-length"}, /* shorter than the header */
        {"8802 0001 0000 0000 0000", UINT16_MAX, "bad-control-header"},
        {"c002 000c 0001 0000 0000 0000", UINT16_MAX, "bad-control-header"},
        {"ca02 000e 0001 0000 0000 0000 0000", UINT16_MAX, "bad-control-header"},
        {"c902 000c 0001 0000 0000 0000", UINT16_MAX, "bad-control-header"},
        /* MS-L2TPIE section 3.1.5.1: any bit but T, L and S. */
        {"d802 000c 0001 0000 0000 0000", WINDOWS_FLAGS, "reserved-bits"},
        {"0012 0001 0002 ff", WINDOWS_FLAGS, "reserved-bits"},
        {"0102 0001 0002 ff", WINDOWS_FLAGS, "reserved-bits"},
        {"0202 0001 0002 0000 ff", WINDOWS_FLAGS, "reserved-bits"},
        {"2002 0001 0002 ff", WINDOWS_FLAGS, "reserved-bits"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct l2tp_header header;
        enum l2tp_header_error error = decode(cases[i].octets, cases[i].accepted, &header);
        assert_string_equal(l2tp_header_error_text(error), cases[i].text);
    }
}

static void the_rfc_has_reserved_bits_ignored(void **state)
{
    (void)state;
    struct l2tp_header header;
    assert_int_equal(decode("f8f2 000c 0001 0000 0000 0000", UINT16_MAX, &header), L2TP_HEADER_OK);
    assert_int_equal(decode("3402 0001 0002 ff", UINT16_MAX, &header), L2TP_HEADER_OK);
    assert_int_equal(header.header_length, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_control_header_has_length_and_sequence_numbers),
        cmocka_unit_test(every_optional_field_of_data_is_there_when_its_bit_says_so),
        cmocka_unit_test(what_is_not_l2tp_is_told_apart),
        cmocka_unit_test(the_rfc_has_reserved_bits_ignored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
