#include "base/ipv4_address.h"
#include "support/unit.h"

static void dotted_quads_are_parsed_and_printed(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        ipv4_address address;
    } cases[] = {
        {"0.0.0.0", 0},
        {"10.0.0.1", 0x0a000001},
        {"131.107.5.20", 0x836b0514},
        {"255.255.255.255", IPV4_BROADCAST},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ipv4_address address = 1;
        char text[IPV4_TEXT_SIZE];
        assert_true(ipv4_parse(cases[i].text, &address));
        assert_true(address == cases[i].address);
        assert_string_equal(ipv4_format(address, text), cases[i].text);
    }
}

static void malformed_addresses_change_nothing(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",         "1",         "1.2.3",    "1.2.3.",   "1.2.3.4.", "1.2.3.4 ",
        " 1.2.3.4", "1.2.3.256", "01.2.3.4", "1.2.3.00", "1..3.4",   "1.2.3.-4",
        "a.b.c.d",  "1.2.3.4/8", "1,2,3,4",  "1.2.3.4x", "1.2.3.+4", "999999999999999999999.1.1.1",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ipv4_address address = 77;
        assert_false(ipv4_parse(bad[i], &address));
        assert_int_equal(address, 77);
    }
}

static void prefixes_are_parsed(void **state)
{
    (void)state;
    ipv4_address address;
    unsigned length;
    assert_true(ipv4_parse_prefix("10.1.2.3/24", &address, &length));
    assert_true(address == 0x0a010203);
    assert_int_equal(length, 24);
    assert_true(ipv4_parse_prefix("0.0.0.0/0", &address, &length));
    assert_int_equal(length, 0);
    assert_true(ipv4_parse_prefix("1.2.3.4/32", &address, &length));
    assert_int_equal(length, 32);
    static const char *const bad[] = {"1.2.3.4",    "1.2.3.4/",    "1.2.3.4/33", "1.2.3.4/08",
                                      "1.2.3.4/8 ", "1.2.3.4/8/8", "1.2.3/8",    "/8"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        address = 77;
        length = 99;
        assert_false(ipv4_parse_prefix(bad[i], &address, &length));
        assert_int_equal(address, 77);
        assert_int_equal(length, 99);
    }
}

static void netmasks_have_their_leading_ones(void **state)
{
    (void)state;
    assert_true(ipv4_netmask(0) == 0);
    assert_true(ipv4_netmask(1) == 0x80000000);
    assert_true(ipv4_netmask(24) == 0xffffff00);
    assert_true(ipv4_netmask(32) == 0xffffffff);
}

static void multicast_is_224_to_239(void **state)
{
    (void)state;
    assert_false(ipv4_is_multicast(0xdfffffff));
    assert_true(ipv4_is_multicast(0xe0000000));
    assert_true(ipv4_is_multicast(0xefffffff));
    assert_false(ipv4_is_multicast(0xf0000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dotted_quads_are_parsed_and_printed),
        cmocka_unit_test(malformed_addresses_change_nothing),
        cmocka_unit_test(prefixes_are_parsed),
        cmocka_unit_test(netmasks_have_their_leading_ones),
        cmocka_unit_test(multicast_is_224_to_239),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
