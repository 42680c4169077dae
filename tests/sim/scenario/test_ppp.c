/* What a scenario says about PPP, field by field. */
#include "support/unit.h"

#include "loaded.h"
#include "scenario/model_action.h"

#define FILE_NAME VPNSIM_SOURCE_DIR "/tests/sim/scenario/data/ppp.xml"

static int load(void **state)
{
    return load_data(state, FILE_NAME);
}

static void network_protocols_of_both_ends(void **state)
{
    const struct scenario_node *client = scenario_find_node(*state, "client");
    const struct scenario_connection *corp = scenario_find_connection(client, "corp");
    assert_int_equal(corp->ppp.networks, SCENARIO_NETWORK_IP | SCENARIO_NETWORK_IPX |
                                             SCENARIO_NETWORK_NETBEUI | SCENARIO_NETWORK_APPLETALK);
    assert_int_equal(corp->ppp.at.line, 6);
    const struct scenario_connection *plain = scenario_find_connection(client, "plain");
    assert_int_equal(plain->ppp.networks, 0);
    assert_null(plain->ppp.at.file);
    const struct scenario_ppp *server = &scenario_find_node(*state, "server")->server->ppp;
    assert_int_equal(server->networks, SCENARIO_NETWORK_IPX | SCENARIO_NETWORK_IPV6);
    assert_int_equal(server->ipx_network, 0xc0ffee01);
}

static void options_and_timers(void **state)
{
    const struct scenario_node *client = scenario_find_node(*state, "client");
    const struct scenario_ppp *corp = &scenario_find_connection(client, "corp")->ppp;
    assert_int_equal(corp->pfc, SCENARIO_NO);
    assert_int_equal(corp->acfc, SCENARIO_YES);
    assert_int_equal(corp->callback, SCENARIO_NO);
    assert_int_equal(corp->multilink, SCENARIO_YES);
    assert_true(corp->compression);
    assert_true(corp->vj);
    assert_false(corp->encryption_not_enforced);
    assert_int_equal(corp->restart_timer, INSTANT_SECOND);
    assert_int_equal(corp->echo_interval, 20 * INSTANT_SECOND);
    assert_int_equal(corp->echo_failures, 4);
    const struct scenario_ppp *server = &scenario_find_node(*state, "server")->server->ppp;
    assert_int_equal(server->pfc, SCENARIO_UNSET);
    assert_int_equal(server->acfc, SCENARIO_UNSET);
    assert_false(server->compression || server->vj);
    assert_int_equal(server->restart_timer, 0);
    assert_true(server->encryption_not_enforced);
}

static void pings_by_other_networks(void **state)
{
    const struct scenario *scenario = *state;
    assert_int_equal(scenario->actions[0].kind, SCENARIO_NETWORK_PING);
    const struct scenario_action_network_ping *ping = &scenario->actions[0].network_ping;
    assert_string_equal(ping->name, "novell");
    assert_string_equal(ping->connection->name, "corp");
    assert_int_equal(ping->network, SCENARIO_NETWORK_IPX);
    assert_int_equal(ping->count, 2);
    assert_int_equal(ping->interval, 3 * INSTANT_SECOND);
    assert_int_equal(ping->size, 500);
    ping = &scenario->actions[1].network_ping;
    assert_int_equal(ping->network, SCENARIO_NETWORK_NETBEUI);
    assert_int_equal(ping->count, 4);
    assert_int_equal(ping->interval, INSTANT_SECOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(network_protocols_of_both_ends),
        cmocka_unit_test(options_and_timers),
        cmocka_unit_test(pings_by_other_networks),
    };
    return cmocka_run_group_tests(tests, load, release_data);
}
