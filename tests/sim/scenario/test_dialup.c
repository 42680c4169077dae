/* What a scenario says about modems and dialling, field by field. */
#include "support/unit.h"

#include "loaded.h"
#include "scenario/model_action.h"

#define FILE_NAME VPNSIM_SOURCE_DIR "/tests/sim/scenario/data/dialup.xml"

static int load(void **state)
{
    return load_data(state, FILE_NAME);
}

static void a_modem_has_what_is_said_and_else_what_its_kind_has(void **state)
{
    const struct scenario_node *client = scenario_find_node(*state, "client");
    assert_int_equal(client->modem_count, 2);
    const struct scenario_modem *modem = scenario_find_modem(client, "modem");
    assert_string_equal(modem->number, "555-0100");
    assert_int_equal(modem->kind, SCENARIO_MODEM_ANALOG);
    assert_int_equal(modem->rate_bps, 28800);
    assert_int_equal(modem->delay, 3 * INSTANT_MILLISECOND);
    assert_int_equal(modem->noise_ppm, 2500);
    assert_int_equal(modem->connect_time, 7 * INSTANT_SECOND);
    assert_true(modem->software_flow_control);
    assert_int_equal(modem->accm, 0x000a0000);
    assert_false(modem->answers);
    const struct scenario_modem *adapter = scenario_find_modem(client, "adapter");
    assert_null(adapter->number);
    assert_int_equal(adapter->kind, SCENARIO_MODEM_ISDN);
    assert_int_equal(adapter->rate_bps, 64000);
    assert_int_equal(adapter->delay, 5 * INSTANT_MILLISECOND);
    assert_int_equal(adapter->noise_ppm, 0);
    assert_int_equal(adapter->connect_time, 2 * INSTANT_SECOND);
    assert_false(adapter->software_flow_control);
    assert_int_equal(adapter->accm, 5);
    const struct scenario_node *isp = scenario_find_node(*state, "isp");
    const struct scenario_modem *m2 = scenario_find_modem(isp, "m2");
    assert_int_equal(m2->rate_bps, 33600);
    assert_int_equal(m2->delay, 25 * INSTANT_MILLISECOND);
    assert_int_equal(m2->connect_time, 20 * INSTANT_SECOND);
    assert_int_equal(m2->accm, 0);
    assert_false(m2->answers);
    assert_int_equal(m2->address, IPV4_ANY);
    const struct scenario_modem *m1 = scenario_find_modem(isp, "m1");
    assert_true(m1->answers);
    assert_int_equal(m1->address, 0xc0000241);
}

static void a_connection_calls_a_number_or_a_server(void **state)
{
    const struct scenario_node *client = scenario_find_node(*state, "client");
    const struct scenario_connection *isp = scenario_find_connection(client, "isp");
    assert_string_equal(isp->phone_number, "+15550001");
    assert_string_equal(isp->callback_number, "555-0100");
    assert_int_equal(isp->modem_count, 1);
    assert_ptr_equal(isp->modems[0], scenario_find_modem(client, "adapter"));
    assert_false(isp->ppp.short_sequence);
    assert_int_equal(isp->server, IPV4_ANY);
    assert_int_equal(isp->idle_disconnect, 90 * INSTANT_SECOND);
    assert_int_equal(isp->address, 0xc000024d);
    assert_false(isp->demand_dial);
    assert_int_equal(isp->networks.count, 0);
    const struct scenario_connection *corp = scenario_find_connection(client, "corp");
    assert_null(corp->phone_number);
    assert_null(corp->callback_number);
    assert_int_equal(corp->modem_count, 0);
    assert_int_equal(corp->server, 0xc0000201);
    assert_int_equal(corp->idle_disconnect, 0);
    assert_true(corp->demand_dial);
    assert_int_equal(corp->networks.count, 2);
    assert_int_equal(corp->networks.routes[0].destination, 0x0a000000);
    assert_int_equal(corp->networks.routes[0].prefix_length, 8);
    assert_int_equal(corp->networks.routes[0].metric, 1);
    assert_int_equal(corp->networks.routes[1].metric, 7);
}

static void several_modems_call_in_the_order_named(void **state)
{
    const struct scenario_node *client = scenario_find_node(*state, "client");
    const struct scenario_connection *both = scenario_find_connection(client, "both");
    assert_int_equal(both->modem_count, 2);
    assert_ptr_equal(both->modems[0], scenario_find_modem(client, "adapter"));
    assert_ptr_equal(both->modems[1], scenario_find_modem(client, "modem"));
    assert_int_equal(both->ppp.multilink, SCENARIO_YES);
    assert_true(both->ppp.short_sequence);
}

static void an_access_server_has_users_a_pool_and_may_dial(void **state)
{
    const struct scenario_node *isp = scenario_find_node(*state, "isp");
    assert_int_equal(isp->kind, SCENARIO_ISP_NAS);
    assert_true(isp->forwarding);
    assert_null(isp->server->pptp.at.file);
    const struct scenario_user *alice = &isp->server->users[0];
    assert_int_equal(alice->address, 0xc0000246);
    assert_int_equal(alice->session_limit, 90 * INSTANT_SECOND);
    assert_int_equal(alice->networks.count, 1);
    assert_int_equal(alice->networks.routes[0].destination, 0xc0000280);
    assert_int_equal(alice->networks.routes[0].prefix_length, 25);
    assert_int_equal(isp->server->users[1].address, IPV4_ANY);
    assert_int_equal(isp->server->users[1].session_limit, 0);
    assert_false(alice->callback_by_caller);
    assert_null(alice->callback_number);
    assert_true(isp->server->users[1].callback_by_caller);
    assert_null(isp->server->users[1].callback_number);
    assert_false(isp->server->users[2].callback_by_caller);
    assert_string_equal(isp->server->users[2].callback_number, "555-0100");
    assert_int_equal(isp->server->pool_count, 1);
    const struct scenario_connection *customer = scenario_find_connection(isp, "customer");
    assert_int_equal(customer->modem_count, 1);
    assert_ptr_equal(customer->modems[0], scenario_find_modem(isp, "m2"));
    assert_true(customer->demand_dial);
}

static void a_modem_can_be_captured_and_changed(void **state)
{
    const struct scenario *scenario = *state;
    const struct scenario_node *client = scenario_find_node(scenario, "client");
    const struct scenario_node *isp = scenario_find_node(scenario, "isp");
    assert_int_equal(scenario->captures[0].kind, SCENARIO_CAPTURE_MODEM);
    assert_ptr_equal(scenario->captures[0].modem, scenario_find_modem(client, "modem"));
    assert_int_equal(scenario->captures[1].kind, SCENARIO_CAPTURE_LAYER);
    const struct scenario_action *actions = scenario->actions;
    assert_int_equal(actions[0].kind, SCENARIO_DIAL);
    assert_ptr_equal(actions[0].call.connection, scenario_find_connection(isp, "customer"));
    assert_int_equal(actions[1].kind, SCENARIO_SET_MODEM);
    assert_ptr_equal(actions[1].set_modem.modem, scenario_find_modem(client, "modem"));
    assert_true(actions[1].set_modem.has_noise);
    assert_int_equal(actions[1].set_modem.noise_ppm, 10000);
    assert_int_equal(actions[1].set_modem.plugged, SCENARIO_UNSET);
    assert_int_equal(actions[1].set_modem.looped, SCENARIO_UNSET);
    assert_false(actions[2].set_modem.has_noise);
    assert_int_equal(actions[2].set_modem.plugged, SCENARIO_NO);
    assert_int_equal(actions[2].set_modem.looped, SCENARIO_YES);
    assert_ptr_equal(actions[3].disconnect.node, isp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_modem_has_what_is_said_and_else_what_its_kind_has),
        cmocka_unit_test(a_connection_calls_a_number_or_a_server),
        cmocka_unit_test(several_modems_call_in_the_order_named),
        cmocka_unit_test(an_access_server_has_users_a_pool_and_may_dial),
        cmocka_unit_test(a_modem_can_be_captured_and_changed),
    };
    return cmocka_run_group_tests(tests, load, release_data);
}
