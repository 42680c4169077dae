#include "inet/ipv6_route.h"
#include "support/unit.h"

static struct ipv6_route route(const char *prefix, const char *gateway, void *interface,
                               uint32_t metric)
{
    struct ipv6_route line = {.interface = interface, .metric = metric};
    unsigned length;
    assert_true(ip_address_parse_prefix(prefix, &line.destination, &length));
    line.prefix_length = (uint8_t)length;
    if (gateway)
        assert_true(ip_address_parse(gateway, &line.gateway));
    return line;
}

/* The metric of the route to @destination, which tells the routes of a test apart; 0: none. */
static uint32_t found(const struct ipv6_route_table *table, const char *destination)
{
    struct ip_address address;
    assert_true(ip_address_parse(destination, &address));
    const struct ipv6_route *line = ipv6_route_lookup(table, &address);
    return line ? line->metric : 0;
}

static void the_longest_prefix_wins_whatever_its_metric(void **state)
{
    (void)state;
    static char eth0;
    static char eth1;
    static const struct {
        const char *prefix;
        uint32_t metric;
    } lines[] = {{"2001:db8:1::/48", 3},
                 {"::/0", 1},
                 {"2001:db8:1:8000::/49", 4},
                 {"2001:db8:1::5/128", 9},
                 {"2001:db8::/32", 2}};
    struct ipv6_route_table table = {0};
    assert_int_equal(found(&table, "2001:db8::1"), 0);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct ipv6_route line =
            route(lines[i].prefix, NULL, i % 2 ? &eth0 : &eth1, lines[i].metric);
        assert_int_equal(ipv6_route_add(&table, &line), STATUS_OK);
        assert_int_equal(ipv6_route_add(&table, &line), STATUS_INVALID);
    }
    assert_int_equal(found(&table, "2001:db8:1::5"), 9);
    assert_int_equal(found(&table, "2001:db8:1::6"), 3);
    assert_int_equal(found(&table, "2001:db8:1:8000::"), 4);
    assert_int_equal(found(&table, "2001:db8:1:7fff:ffff::"), 3);
    assert_int_equal(found(&table, "2001:db8:2::"), 2);
    assert_int_equal(found(&table, "2001:db9::"), 1);
    assert_int_equal(ipv6_route_remove_interface(&table, &eth0), 2);
    assert_int_equal(found(&table, "2001:db8:1::5"), 3);
    assert_int_equal(found(&table, "2001:db9::"), 0);
    ipv6_route_table_destroy(&table);
}

static void of_equal_prefixes_the_lower_metric_and_then_the_earlier_wins(void **state)
{
    (void)state;
    static char eth0;
    struct ipv6_route_table table = {0};
    const struct ipv6_route far = route("2001:db8::1/32", "fe80::1", &eth0, 7);
    const struct ipv6_route near = route("2001:db8::/32", "fe80::2", &eth0, 5);
    const struct ipv6_route late = route("2001:db8::/32", "fe80::3", &eth0, 5);
    struct ip_address destination = far.destination;
    assert_int_equal(ipv6_route_add(&table, &far), STATUS_OK);
    assert_int_equal(ipv6_route_add(&table, &near), STATUS_OK);
    assert_int_equal(ipv6_route_add(&table, &late), STATUS_OK);
    const struct ipv6_route *line = ipv6_route_lookup(&table, &destination);
    assert_int_equal(line->gateway.octets[15], 2);
    assert_int_equal(line->destination.octets[15], 0);
    assert_int_equal(ipv6_route_remove(&table, &near), STATUS_OK);
    assert_int_equal(ipv6_route_remove(&table, &near), STATUS_NOT_FOUND);
    assert_int_equal(ipv6_route_lookup(&table, &destination)->gateway.octets[15], 3);
    assert_int_equal(ipv6_route_remove(&table, &late), STATUS_OK);
    assert_int_equal(ipv6_route_lookup(&table, &destination)->gateway.octets[15], 1);
    ipv6_route_table_destroy(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_longest_prefix_wins_whatever_its_metric),
        cmocka_unit_test(of_equal_prefixes_the_lower_metric_and_then_the_earlier_wins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
