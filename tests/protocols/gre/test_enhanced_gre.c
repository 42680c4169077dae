#include "gre/enhanced_gre.h"
#include "support/unit.h"

#include <string.h>

static enum enhanced_gre_error decode(const char *hex, struct enhanced_gre_header *header)
{
    uint8_t octets[128];
    return enhanced_gre_decode(octets, unit_hex(hex, octets, sizeof octets), header);
}

/* A Windows 2000 client's first LCP packet. */
#define FIRST_LCP                                                                                  \
    "3001 880b 0030 0004 00000000 ff03 c021 0100002c 0506 0015706a 0702 0802 0d0306 1104064e "     \
    "1317017f6769e949404affbb24d0941651d7aa00000004"

static void data_without_acknowledgment_is_decoded(void **state)
{
    (void)state;
    struct enhanced_gre_header header;
    assert_int_equal(decode(FIRST_LCP, &header), ENHANCED_GRE_OK);
    assert_true(header.sequence_present);
    assert_false(header.acknowledgment_present);
    assert_int_equal(header.payload_length, 48);
    assert_int_equal(header.call_id, 4);
    assert_int_equal(header.sequence, 0);
    assert_int_equal(enhanced_gre_header_length(&header), 12);
}

static void data_with_acknowledgment_is_decoded(void **state)
{
    (void)state;
    struct enhanced_gre_header header;
    assert_int_equal(decode("3081 880b 0014 0004 00000005 00000006 c0210c0300120015706a4d53524153"
                            "56352e3030",
                            &header),
                     ENHANCED_GRE_OK);
    assert_true(header.sequence_present);
    assert_true(header.acknowledgment_present);
    assert_int_equal(header.payload_length, 20);
    assert_int_equal(header.sequence, 5);
    assert_int_equal(header.acknowledgment, 6);
    assert_int_equal(enhanced_gre_header_length(&header), 16);
}

static void a_bare_acknowledgment_is_decoded(void **state)
{
    (void)state;
    struct enhanced_gre_header header;
    assert_int_equal(decode("2081 880b 0000 3b37 80000385", &header), ENHANCED_GRE_OK);
    assert_false(header.sequence_present);
    assert_true(header.acknowledgment_present);
    assert_int_equal(header.payload_length, 0);
    assert_int_equal(header.call_id, 0x3b37);
    assert_int_equal(header.acknowledgment, 0x80000385);
    assert_int_equal(enhanced_gre_header_length(&header), 12);
}

static void every_form_round_trips_to_its_octets(void **state)
{
    (void)state;
    static const char *const forms[] = {
        FIRST_LCP,
        "3081 880b 0002 fcb0 80000001 7fffffff c021",
        "2081 880b 0000 0000 ffffffff",
    };
    struct packet_pool pool;
    packet_pool_init(&pool);
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        uint8_t octets[128];
        size_t length = unit_hex(forms[i], octets, sizeof octets);
        struct enhanced_gre_header header;
        assert_int_equal(enhanced_gre_decode(octets, length, &header), ENHANCED_GRE_OK);
        size_t header_length = enhanced_gre_header_length(&header);
        struct packet *packet = packet_from(&pool, octets + header_length, length - header_length);
        enhanced_gre_push(packet, &header);
        assert_int_equal(packet->length, length);
        assert_memory_equal(packet->data, octets, length);
        packet_free(packet);
    }
    packet_pool_destroy(&pool);
}

static void each_malformed_header_has_its_reason(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        const char *reason;
    } cases[] = {
        {"", "truncated-header"},
        {"3001 88", "truncated-header"},
        {"3001 880b 0001 00", "truncated-header"},
        {"3001 880b 0000 0004 000000", "truncated-header"},
        {"3081 880b 0000 0004 00000000 000000", "truncated-header"},
        {"3000 880b 0001 0004 00000000 c0", "bad-version"},
        {"2000 0800 0001 0004 00000000 c0", "bad-version"},
        {"3002 880b 0001 0004 00000000 c0", "bad-version"},
        {"3001 0800 0001 0004 00000000 c0", "wrong-protocol"},
        {"b001 880b 0001 0004 00000000 c0", "checksum-present"},
        {"7001 880b 0001 0004 00000000 c0", "routing-present"},
        {"1001 880b 0001 0004 00000000 c0", "key-missing"},
        {"3801 880b 0001 0004 00000000 c0", "strict-source-route"},
        {"3101 880b 0001 0004 00000000 c0", "recursion-control"},
        {"3401 880b 0001 0004 00000000 c0", "recursion-control"},
        {"3009 880b 0001 0004 00000000 c0", "reserved-flags"},
        {"3041 880b 0001 0004 00000000 c0", "reserved-flags"},
        {"3001 880b 0002 0004 00000000 c0", "payload-length-exceeds-packet"},
        {"2081 880b 0001 0004 00000000", "payload-length-exceeds-packet"},
        {"2081 880b 0001 0004 00000000 c0", "sequence-missing"},
        {"3001 880b 0000 0004 00000000", "sequence-without-payload"},
        {"2001 880b 0000 0004", "empty-packet"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct enhanced_gre_header header;
        assert_string_equal(enhanced_gre_error_text(decode(cases[i].hex, &header)),
                            cases[i].reason);
    }
}

static void octets_behind_the_payload_are_padding(void **state)
{
    (void)state;
    struct enhanced_gre_header header;
    assert_int_equal(decode("3001 880b 0001 0004 00000007 c0 000000", &header), ENHANCED_GRE_OK);
    assert_int_equal(header.payload_length, 1);
}

static void the_call_id_shows_in_the_eight_octets_that_icmp_quotes(void **state)
{
    (void)state;
    uint8_t octets[8];
    uint16_t call_id = 0;
    unit_hex("3081 880b 0065 abcd", octets, sizeof octets);
    assert_true(enhanced_gre_peek_call_id(octets, 8, &call_id));
    assert_int_equal(call_id, 0xabcd);
    assert_false(enhanced_gre_peek_call_id(octets, 7, &call_id));
    static const char *const others[] = {"3080 880b 0065 abcd", "3081 0800 0065 abcd",
                                         "1081 880b 0065 abcd", "b081 880b 0065 abcd",
                                         "7081 880b 0065 abcd"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        unit_hex(others[i], octets, sizeof octets);
        assert_false(enhanced_gre_peek_call_id(octets, 8, &call_id));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(data_without_acknowledgment_is_decoded),
        cmocka_unit_test(data_with_acknowledgment_is_decoded),
        cmocka_unit_test(a_bare_acknowledgment_is_decoded),
        cmocka_unit_test(every_form_round_trips_to_its_octets),
        cmocka_unit_test(each_malformed_header_has_its_reason),
        cmocka_unit_test(octets_behind_the_payload_are_padding),
        cmocka_unit_test(the_call_id_shows_in_the_eight_octets_that_icmp_quotes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
