#include "support/unit.h"

#include "scenario/values.h"

#include <stdbool.h>
#include <string.h>

static instant duration(const char *text)
{
    instant value = 12345;
    if (!value_duration(text, &value)) {
        assert_int_equal(value, 12345); /* untouched on failure */
        return INSTANT_NEVER;
    }
    return value;
}

static void durations_are_whole_nanoseconds(void **state)
{
    (void)state;
    assert_int_equal(duration("10ns"), 10);
    assert_int_equal(duration("250us"), 250000);
    assert_int_equal(duration("100ms"), 100000000);
    assert_int_equal(duration("2s"), 2000000000);
    assert_int_equal(duration("2.5s"), 2500000000);
    assert_int_equal(duration("0.000000001s"), 1);
    assert_int_equal(duration("1m30s"), UINT64_C(90000000000));
    assert_int_equal(duration("1h1m1s1ms1us1ns"), UINT64_C(3661001001001));
    assert_int_equal(duration("1.5h"), UINT64_C(5400) * INSTANT_SECOND);
    assert_int_equal(duration("0s"), 0);
    assert_int_equal(duration("876000h"), VALUE_DURATION_MAX);
}

static void durations_without_unit_order_or_whole_value_are_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",     "5",    "s",     "1 s",   "1s ",      "-1s",     "1s1m",
        "1s1s", "1.s",  ".5s",   "0.1ns", "1.5us0.5", "876001h", "99999999999999999999s",
        "1d",   "1e3s", "1.0.0s"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (duration(wrong[i]) != INSTANT_NEVER)
            fail_msg("\"%s\" was taken", wrong[i]);
    }
}

static void socket_addresses_have_an_address_and_a_port(void **state)
{
    (void)state;
    ipv4_address address = 7;
    uint16_t port = 7;
    assert_true(value_socket_address("127.0.0.1:5001", &address, &port));
    assert_int_equal(address, 0x7f000001);
    assert_int_equal(port, 5001);
    assert_true(value_socket_address("255.255.255.255:65535", &address, &port));
    assert_int_equal(port, 65535);
    static const char *const wrong[] = {
        "",         "1.2.3.4",     "1.2.3.4:",     "1.2.3.4:0",
        ":17",      "1.2.3.4:-1",  "1.2.3.4:17 ",  "1.2.3.4:65536",
        "1.2.3:17", "1.2.3.4 :17", "256.2.3.4:17", "255.255.255.255.255:17"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        if (value_socket_address(wrong[i], &address, &port))
            fail_msg("\"%s\" was taken", wrong[i]);
    assert_int_equal(address, 0xffffffff); /* untouched on failure */
    assert_int_equal(port, 65535);
}

static void rates_are_bits_a_second(void **state)
{
    (void)state;
    uint64_t bps = 0;
    assert_true(value_rate("9600bit/s", &bps));
    assert_int_equal(bps, 9600);
    assert_true(value_rate("33.6kbit/s", &bps));
    assert_int_equal(bps, 33600);
    assert_true(value_rate("10Mbit/s", &bps));
    assert_int_equal(bps, 10000000);
    assert_true(value_rate("1Gbit/s", &bps));
    assert_int_equal(bps, 1000000000);
    assert_false(value_rate("0bit/s", &bps));
    assert_false(value_rate("10Mb", &bps));
    assert_false(value_rate("0.5bit/s", &bps));
    assert_false(value_rate("10000Gbit/s", &bps));
    assert_int_equal(bps, 1000000000);
}

static void sizes_have_decimal_and_binary_units(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t octets;
    } right[] = {{"1500", 1500},           {"1500B", 1500},      {"64kB", 64000},
                 {"4MB", 4000000},         {"1GB", 1000000000},  {"64KiB", 65536},
                 {"4MiB", 4194304},        {"1GiB", 1073741824}, {"0.5KiB", 512},
                 {"0.25KiB", 256},         {"1.5kB", 1500},      {"0.0009765625KiB", 0},
                 {"1000GB", 1000000000000}};
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        uint64_t octets = 0;
        /* Ten decimals are too many: the value is refused and the output stays. */
        assert_int_equal(value_size(right[i].text, &octets), right[i].octets != 0);
        assert_int_equal(octets, right[i].octets);
    }
    uint64_t octets = 7;
    assert_false(value_size("0.3KiB", &octets));
    assert_false(value_size("1001GB", &octets));
    assert_false(value_size("4mb", &octets));
    assert_false(value_size("0.5", &octets));
    assert_false(value_size("", &octets));
    assert_int_equal(octets, 7);
}

static void probabilities_are_parts_per_million(void **state)
{
    (void)state;
    uint32_t ppm = 0;
    assert_true(value_probability("1%", &ppm));
    assert_int_equal(ppm, 10000);
    assert_true(value_probability("0.25%", &ppm));
    assert_int_equal(ppm, 2500);
    assert_true(value_probability("0.0001%", &ppm));
    assert_int_equal(ppm, 1);
    assert_true(value_probability("100%", &ppm));
    assert_int_equal(ppm, 1000000);
    assert_false(value_probability("100.0001%", &ppm));
    assert_false(value_probability("0.00001%", &ppm));
    assert_false(value_probability("0.5", &ppm));
    assert_int_equal(ppm, 1000000);
}

static void calendar_times_know_leap_years(void **state)
{
    (void)state;
    uint64_t seconds = 0;
    assert_true(value_calendar("1970-01-01T00:00:00Z", &seconds));
    assert_int_equal(seconds, 0);
    assert_true(value_calendar("2000-02-17T00:00:00Z", &seconds));
    assert_int_equal(seconds, 950745600);
    assert_true(value_calendar("2000-02-29T23:59:59Z", &seconds));
    assert_int_equal(seconds, 951868799);
    assert_true(value_calendar("2038-01-19T03:14:08Z", &seconds));
    assert_int_equal(seconds, UINT64_C(1) << 31);
    assert_true(value_calendar("2105-12-31T23:59:59Z", &seconds));
    assert_int_equal(seconds, UINT64_C(4291747199));
    assert_false(value_calendar("2001-02-29T00:00:00Z", &seconds));
    assert_false(value_calendar("2000-13-01T00:00:00Z", &seconds));
    assert_false(value_calendar("2000-04-31T00:00:00Z", &seconds));
    assert_false(value_calendar("2000-01-01T24:00:00Z", &seconds));
    assert_false(value_calendar("1969-12-31T00:00:00Z", &seconds));
    assert_false(value_calendar("2106-01-01T00:00:00Z", &seconds));
    assert_false(value_calendar("2000-1-1T00:00:00Z", &seconds));
    assert_false(value_calendar("2000-01-01T00:00:00", &seconds));
    assert_false(value_calendar("2000-01-01T00:00:00Z ", &seconds));
}

static void ethernet_addresses_are_of_one_station(void **state)
{
    (void)state;
    uint8_t mac[6];
    assert_true(value_mac("00:0c:29:AB:cd:ef", mac));
    unit_assert_hex(mac, sizeof mac, "000c29abcdef");
    assert_false(value_mac("01:00:5e:00:00:01", mac));
    assert_false(value_mac("00:00:00:00:00:00", mac));
    assert_false(value_mac("00:0c:29:ab:cd", mac));
    assert_false(value_mac("00:0c:29:ab:cd:ef:01", mac));
    assert_false(value_mac("00-0c-29-ab-cd-ef", mac));
    unit_assert_hex(mac, sizeof mac, "000c29abcdef");
}

static void port_ranges_and_protocols(void **state)
{
    (void)state;
    struct scenario_port_range range = {0};
    assert_true(value_port_range("1723", &range));
    assert_int_equal(range.first, 1723);
    assert_int_equal(range.last, 1723);
    assert_true(value_port_range("1024-65535", &range));
    assert_int_equal(range.first, 1024);
    assert_int_equal(range.last, 65535);
    assert_false(value_port_range("65536", &range));
    assert_false(value_port_range("2-1", &range));
    assert_false(value_port_range("1-", &range));

    bool any;
    uint8_t protocol;
    assert_true(value_ip_protocol("gre", &any, &protocol));
    assert_false(any);
    assert_int_equal(protocol, 47);
    assert_true(value_ip_protocol("any", &any, &protocol));
    assert_true(any);
    assert_true(value_ip_protocol("255", &any, &protocol));
    assert_false(any);
    assert_int_equal(protocol, 255);
    assert_false(value_ip_protocol("256", &any, &protocol));
    assert_false(value_ip_protocol("", &any, &protocol));
}

static void numbers_stop_at_their_limit(void **state)
{
    (void)state;
    uint64_t number = 0;
    assert_true(value_number("18446744073709551615", UINT64_MAX, &number));
    assert_true(number == UINT64_MAX);
    assert_false(value_number("18446744073709551616", UINT64_MAX, &number));
    assert_true(value_number(" 42\t", 42, &number));
    assert_int_equal(number, 42);
    assert_false(value_number("43", 42, &number));
    assert_false(value_number("5", 4, &number));
    assert_false(value_number("4 2", 42, &number));
    assert_false(value_number("", 42, &number));
    assert_int_equal(number, 42);
}

static void lists_keep_their_order_and_repeat_nothing(void **state)
{
    (void)state;
    static const char *const names[] = {"pap", "chap-md5", "ms-chap", NULL};
    unsigned indexes[3];
    size_t count = 0;
    assert_true(value_choices(" ms-chap  pap ", names, indexes, 3, &count));
    assert_int_equal(count, 2);
    assert_int_equal(indexes[0], 2);
    assert_int_equal(indexes[1], 0);
    assert_false(value_choices("pap pap", names, indexes, 3, &count));
    assert_false(value_choices("eap", names, indexes, 3, &count));
    assert_false(value_choices("", names, indexes, 3, &count));
    assert_false(value_choices("pap chap-md5", names, indexes, 1, &count));
    assert_int_equal(count, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_are_whole_nanoseconds),
        cmocka_unit_test(durations_without_unit_order_or_whole_value_are_refused),
        cmocka_unit_test(socket_addresses_have_an_address_and_a_port),
        cmocka_unit_test(rates_are_bits_a_second),
        cmocka_unit_test(sizes_have_decimal_and_binary_units),
        cmocka_unit_test(probabilities_are_parts_per_million),
        cmocka_unit_test(calendar_times_know_leap_years),
        cmocka_unit_test(ethernet_addresses_are_of_one_station),
        cmocka_unit_test(port_ranges_and_protocols),
        cmocka_unit_test(numbers_stop_at_their_limit),
        cmocka_unit_test(lists_keep_their_order_and_repeat_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
