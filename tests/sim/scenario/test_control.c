/* What a scenario says about PPTP's control connections, field by field. */
#include "support/unit.h"

#include "loaded.h"
#include "scenario/model_action.h"

#define FILE_NAME VPNSIM_SOURCE_DIR "/tests/sim/scenario/data/control.xml"

static int load(void **state)
{
    return load_data(state, FILE_NAME);
}

static void timers_and_retransmissions_of_a_connection(void **state)
{
    const struct scenario_node *client = scenario_find_node(*state, "client");
    const struct scenario_connection *corp = scenario_find_connection(client, "corp");
    assert_int_equal(corp->echo_interval, 61 * INSTANT_SECOND);
    assert_int_equal(corp->echo_timeout, 62 * INSTANT_SECOND);
    assert_int_equal(corp->connect_retransmissions, 5);
    assert_int_equal(corp->data_retransmissions, 39);
    const struct scenario_connection *plain = scenario_find_connection(client, "plain");
    assert_int_equal(plain->echo_timeout, 0);
    assert_int_equal(plain->connect_retransmissions, 0);
    assert_int_equal(plain->data_retransmissions, 0);
    assert_int_equal(corp->validate_address, SCENARIO_YES);
    assert_int_equal(plain->validate_address, SCENARIO_UNSET);
    assert_int_equal(corp->mtu, 1300);
    assert_int_equal(plain->mtu, 0);
}

static void timers_of_a_server_and_whom_it_admits(void **state)
{
    const struct scenario_pptp_server *server = &scenario_find_node(*state, "server")->server->pptp;
    assert_int_equal(server->start_timeout, 31 * INSTANT_SECOND);
    assert_int_equal(server->echo_interval, 63 * INSTANT_SECOND);
    assert_int_equal(server->echo_timeout, 64 * INSTANT_SECOND);
    assert_true(server->only_allowed);
    assert_int_equal(server->allowed_count, 2);
    assert_int_equal(server->allowed[0], 0xc0000201);
    assert_int_equal(server->allowed[1], 0xc0000209);
    assert_int_equal(server->reply_from_route, SCENARIO_YES);
    assert_int_equal(server->mtu, 1500);
    const struct scenario_pptp_server *closed = &scenario_find_node(*state, "closed")->server->pptp;
    assert_true(closed->only_allowed);
    assert_int_equal(closed->allowed_count, 0);
    assert_int_equal(closed->reply_from_route, SCENARIO_NO);
    assert_int_equal(closed->validate_address, SCENARIO_NO);
    assert_int_equal(server->validate_address, SCENARIO_UNSET);
    const struct scenario_pptp_server *open = &scenario_find_node(*state, "open")->server->pptp;
    assert_false(open->only_allowed);
    assert_int_equal(open->reply_from_route, SCENARIO_UNSET);
    assert_int_equal(open->start_timeout, 0);
    assert_int_equal(open->mtu, 0);
}

static void actions_on_callers_and_control_connections(void **state)
{
    const struct scenario *scenario = *state;
    const struct scenario_node *client = scenario_find_node(scenario, "client");
    const struct scenario_node *server = scenario_find_node(scenario, "server");
    const struct scenario_action *actions = scenario->actions;
    assert_int_equal(actions[0].kind, SCENARIO_DISCONNECT_CALLER);
    assert_ptr_equal(actions[0].disconnect.node, server);
    assert_string_equal(actions[0].disconnect.user, "alice");
    assert_null(actions[1].disconnect.user);
    assert_int_equal(actions[2].kind, SCENARIO_STOP_CONTROL);
    assert_ptr_equal(actions[2].call.node, client);
    assert_ptr_equal(actions[2].call.connection, scenario_find_connection(client, "corp"));
    assert_ptr_equal(actions[3].call.node, server);
    assert_null(actions[3].call.connection);
    assert_int_equal(actions[4].kind, SCENARIO_RESET_CONTROL);
    assert_null(actions[4].call.connection);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(timers_and_retransmissions_of_a_connection),
        cmocka_unit_test(timers_of_a_server_and_whom_it_admits),
        cmocka_unit_test(actions_on_callers_and_control_connections),
    };
    return cmocka_run_group_tests(tests, load, release_data);
}
