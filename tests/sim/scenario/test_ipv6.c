/* Addresses, routes and destinations of IPv6, field by field. */
#include "support/unit.h"

#include "loaded.h"
#include "scenario/model_action.h"

#define FILE_NAME VPNSIM_SOURCE_DIR "/tests/sim/scenario/data/ipv6.xml"

static int load(void **state)
{
    return load_data(state, FILE_NAME);
}

static void assert_address(const struct ip_address *address, const char *expected)
{
    char text[IP_TEXT_SIZE];
    assert_string_equal(ip_address_format(address, text), expected);
}

static void an_interface_has_addresses_of_either_version_or_both(void **state)
{
    const struct scenario_node *r = scenario_find_node(*state, "r");
    const struct scenario_node *h = scenario_find_node(*state, "h");
    assert_int_equal(r->interfaces[0].address, IPV4_ANY);
    assert_address(&r->interfaces[0].ipv6, "2001:db8:1::1");
    assert_int_equal(r->interfaces[0].ipv6_prefix_length, 64);
    assert_address(&r->interfaces[0].ipv6_gateway, "fe80::9");
    assert_int_equal(r->interfaces[1].address, 0x0a000001);
    assert_address(&r->interfaces[1].ipv6, "2001:db8:2::1");
    assert_int_equal(r->interfaces[1].ipv6_prefix_length, 48);
    assert_int_equal(r->interfaces[1].ipv6_gateway.version, 0);
    assert_int_equal(h->interfaces[1].ipv6.version, 0);
}

static void a_route_leads_to_a_network_of_either_version(void **state)
{
    const struct scenario_node *r = scenario_find_node(*state, "r");
    assert_int_equal(r->route_count, 3);
    assert_address(&r->routes[0].destination, "2001:db8:3::");
    assert_int_equal(r->routes[0].prefix_length, 56);
    assert_address(&r->routes[0].via, "2001:db8:2::2");
    assert_int_equal(r->routes[0].metric, 4);
    assert_address(&r->routes[1].via, "fe80::2");
    assert_ptr_equal(r->routes[1].interface, &r->interfaces[1]);
    assert_int_equal(r->routes[1].prefix_length, 0);
    assert_true(r->routes[2].unreachable);
}

static void pings_and_streams_have_destinations_of_either_version(void **state)
{
    const struct scenario *scenario = *state;
    assert_address(&scenario->actions[0].ping.destination, "2001:db8:1::1");
    assert_address(&scenario->actions[1].udp_stream.destination, "2001:db8:1::1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_interface_has_addresses_of_either_version_or_both),
        cmocka_unit_test(a_route_leads_to_a_network_of_either_version),
        cmocka_unit_test(pings_and_streams_have_destinations_of_either_version),
    };
    return cmocka_run_group_tests(tests, load, release_data);
}
