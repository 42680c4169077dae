#include "inet/ethernet.h"
#include "support/unit.h"

static void a_header_is_pulled_and_pushed_back(void **state)
{
    (void)state;
    struct packet_pool pool;
    packet_pool_init(&pool);
    uint8_t octets[64];
    size_t length = unit_hex("00107b812445 0007e91478a2 0800 4500", octets, sizeof octets);
    struct packet *frame = packet_from(&pool, octets, length);
    struct ethernet_header header;
    assert_true(ethernet_pull(frame, &header));
    unit_assert_hex(header.destination, 6, "00107b812445");
    unit_assert_hex(header.source, 6, "0007e91478a2");
    assert_int_equal(header.type, ETHERNET_TYPE_IPV4);
    unit_assert_hex(frame->data, frame->length, "4500");
    ethernet_push(frame, header.destination, header.source, header.type);
    unit_assert_hex(frame->data, frame->length, "00107b812445 0007e91478a2 0800 4500");
    packet_pool_destroy(&pool);
}

static void thirteen_octets_are_no_frame(void **state)
{
    (void)state;
    struct packet_pool pool;
    packet_pool_init(&pool);
    struct packet *frame = packet_from(&pool, "0123456789abc", 13);
    struct ethernet_header header;
    assert_false(ethernet_pull(frame, &header));
    assert_int_equal(frame->length, 13);
    packet_pool_destroy(&pool);
}

static void multicast_groups_share_their_low_23_bits(void **state)
{
    (void)state;
    uint8_t mac[6];
    ethernet_from_multicast(0xe0000001, mac); /* 224.0.0.1 */
    unit_assert_hex(mac, 6, "01005e000001");
    ethernet_from_multicast(0xefff7f09, mac); /* 239.255.127.9: bit 23 is lost */
    unit_assert_hex(mac, 6, "01005e7f7f09");
    assert_true(ethernet_is_group(mac));
    assert_true(ethernet_is_group(ethernet_broadcast));
}

static void addresses_are_read_as_they_are_printed(void **state)
{
    (void)state;
    uint8_t mac[6] = {9};
    char text[ETHERNET_TEXT_SIZE];
    assert_true(ethernet_parse("00:0C:29-aB:02:03", mac));
    assert_string_equal(ethernet_format(mac, text), "00:0c:29:ab:02:03");
    const char *const bad[] = {"",
                               "00:0c:29:ab:02",
                               "00:0c:29:ab:02:03:",
                               "0:0c:29:ab:02:03",
                               "00:0c:29:ab:02:0g",
                               "000c29ab0203"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(ethernet_parse(bad[i], mac));
    unit_assert_hex(mac, 6, "000c29ab0203");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_header_is_pulled_and_pushed_back),
        cmocka_unit_test(thirteen_octets_are_no_frame),
        cmocka_unit_test(multicast_groups_share_their_low_23_bits),
        cmocka_unit_test(addresses_are_read_as_they_are_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
