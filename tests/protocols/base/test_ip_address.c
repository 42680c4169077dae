#include "base/ip_address.h"

#include "support/unit.h"

static struct ip_address parsed(const char *text)
{
    struct ip_address address = {0};
    assert_true(ip_address_parse(text, &address));
    return address;
}

static void formats_what_it_parses(void **state)
{
    (void)state;
    static const char *const texts[] = {"10.0.0.1", "2001:db8::1", "fe80::2aa:ff:fe3f:2a1c", "::"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        char text[IP_TEXT_SIZE];
        struct ip_address address = parsed(texts[i]);
        assert_string_equal(ip_address_format(&address, text), texts[i]);
    }
    char text[IP_TEXT_SIZE];
    assert_string_equal(ip_address_format(&(struct ip_address){0}, text), "none");
}

static void refuses_what_is_no_address_and_keeps_the_output(void **state)
{
    (void)state;
    static const char *const texts[] = {"",     "10.0.0",      "010.0.0.1", "2001:db8:::1",
                                        "fe80", "fe80::1%eth", " ::1"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct ip_address address = {.version = 9};
        assert_false(ip_address_parse(texts[i], &address));
        assert_int_equal(address.version, 9);
    }
}

static void parses_prefixes_up_to_the_length_of_the_version(void **state)
{
    (void)state;
    struct ip_address address;
    unsigned length;
    assert_true(ip_address_parse_prefix("2001:db8::/48", &address, &length));
    assert_int_equal(address.version, 6);
    assert_int_equal(length, 48);
    assert_true(ip_address_parse_prefix("10.0.0.0/8", &address, &length));
    assert_int_equal(length, 8);
    static const char *const texts[] = {"10.0.0.0/33", "::/129", "::/", "::/01", "::", "::/1x"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_false(ip_address_parse_prefix(texts[i], &address, &length));
    assert_int_equal(length, 8);
}

static void compares_whole_and_odd_bits_of_a_prefix(void **state)
{
    (void)state;
    struct ip_address net = parsed("2001:db8:8000::");
    struct ip_address inside = parsed("2001:db8:ffff::1");
    struct ip_address outside = parsed("2001:db8:7fff::1");
    assert_true(ip_address_in_prefix(&inside, &net, 33));
    assert_false(ip_address_in_prefix(&outside, &net, 33));
    assert_true(ip_address_in_prefix(&outside, &net, 32));
    struct ip_address v4 = parsed("32.1.13.184");
    assert_false(ip_address_in_prefix(&v4, &net, 0));
}

static void orders_versions_before_values(void **state)
{
    (void)state;
    struct ip_address a = parsed("255.255.255.255");
    struct ip_address b = parsed("::");
    struct ip_address c = parsed("::1");
    assert_true(ip_address_compare(&a, &b) < 0);
    assert_true(ip_address_compare(&c, &b) > 0);
    assert_true(ip_address_equal(&c, &c));
    assert_int_equal(ip_address_to_ipv4(&a), 0xffffffff);
    assert_int_equal(ip_address_to_ipv4(&c), IPV4_ANY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_what_it_parses),
        cmocka_unit_test(refuses_what_is_no_address_and_keeps_the_output),
        cmocka_unit_test(parses_prefixes_up_to_the_length_of_the_version),
        cmocka_unit_test(compares_whole_and_odd_bits_of_a_prefix),
        cmocka_unit_test(orders_versions_before_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
