/* TCP scripts and raw packets of a scenario, field by field. */
#include "support/unit.h"

#include "loaded.h"
#include "scenario/model_action.h"
#include "scenario/values.h"

#include <string.h>

#define FILE_NAME VPNSIM_SOURCE_DIR "/tests/sim/scenario/data/scripts.xml"

static int load(void **state)
{
    return load_data(state, FILE_NAME);
}

static void scripts_that_listen_belong_to_their_machine(void **state)
{
    const struct scenario *scenario = *state;
    const struct scenario_node *peer = scenario_find_node(scenario, "peer");
    assert_int_equal(peer->script_count, 2);
    assert_string_equal(peer->scripts[0].name, "deaf");
    assert_int_equal(peer->scripts[0].port, 1723);
    assert_int_equal(peer->scripts[0].step_count, 0);
    assert_string_equal(peer->scripts[1].name, "rude");
    assert_int_equal(peer->scripts[1].step_count, 2);
    assert_int_equal(peer->scripts[1].steps[0].kind, SCENARIO_SCRIPT_AWAIT);
    assert_int_equal(peer->scripts[1].steps[0].awaited, 156);
    assert_int_equal(peer->scripts[1].steps[1].kind, SCENARIO_SCRIPT_RESET);
    assert_int_equal(peer->scripts[1].steps[1].at.line, 8);
    assert_int_equal(scenario_find_node(scenario, "other")->script_count, 0);
}

static void a_script_of_the_timeline_has_its_steps_in_order(void **state)
{
    const struct scenario *scenario = *state;
    const struct scenario_action *action = &scenario->actions[0];
    assert_int_equal(action->kind, SCENARIO_TCP_SCRIPT);
    const struct scenario_action_tcp_script *raw = &action->tcp_script;
    assert_string_equal(raw->script.name, "raw");
    assert_ptr_equal(raw->node, scenario_find_node(scenario, "other"));
    assert_int_equal(raw->destination, 0xc0000201);
    assert_int_equal(raw->script.port, 1723);
    assert_int_equal(raw->count, 3);
    assert_int_equal(raw->interval, 250 * INSTANT_MILLISECOND);
    assert_int_equal(raw->script.step_count, 4);
    const struct scenario_script_step *steps = raw->script.steps;
    assert_int_equal(steps[0].kind, SCENARIO_SCRIPT_SEND);
    unit_assert_hex(steps[0].octets, steps[0].length, "001a2b3c4d");
    assert_int_equal(steps[1].kind, SCENARIO_SCRIPT_SEND);
    unit_assert_hex(steps[1].octets, steps[1].length,
                    "001800011a2b3c4d000f000002010000000a000000000011");
    assert_int_equal(steps[2].kind, SCENARIO_SCRIPT_WAIT);
    assert_int_equal(steps[2].pause, 1500 * INSTANT_MILLISECOND);
    assert_int_equal(steps[3].kind, SCENARIO_SCRIPT_CLOSE);
    assert_int_equal(scenario->actions[1].tcp_script.script.step_count, 0);
    assert_int_equal(scenario->actions[1].tcp_script.count, 1);
    assert_int_equal(scenario->actions[1].tcp_script.interval, INSTANT_SECOND);
}

static void raw_packets(void **state)
{
    const struct scenario *scenario = *state;
    const struct scenario_action *action = &scenario->actions[2];
    assert_int_equal(action->kind, SCENARIO_SEND_PACKET);
    assert_ptr_equal(action->send_packet.node, scenario_find_node(scenario, "other"));
    assert_int_equal(action->send_packet.source, 0xc000024d);
    assert_int_equal(action->send_packet.destination, 0xc0000201);
    assert_int_equal(action->send_packet.protocol, 47);
    unit_assert_hex(action->send_packet.octets, action->send_packet.length, "3001880b");
    assert_int_equal(action->send_packet.count, 1000);
    assert_int_equal(action->send_packet.interval, INSTANT_MILLISECOND);
    assert_int_equal(scenario->actions[3].send_packet.source, IPV4_ANY);
    assert_int_equal(scenario->actions[3].send_packet.protocol, 253);
    assert_int_equal(scenario->actions[3].send_packet.count, 1);
}

static void bits_are_decimal_or_hexadecimal(void **state)
{
    (void)state;
    uint32_t bits = 1;
    assert_true(value_bits("0x1A2b3c4D", &bits));
    assert_int_equal(bits, 0x1a2b3c4d);
    assert_true(value_bits("4294967295", &bits));
    assert_int_equal(bits, UINT32_MAX);
    assert_true(value_bits("0", &bits));
    assert_int_equal(bits, 0);
    assert_false(value_bits("4294967296", &bits));
    assert_false(value_bits("0x100000000", &bits));
    assert_false(value_bits("0x", &bits));
    assert_false(value_bits("0x1g", &bits));
    assert_false(value_bits("", &bits));
    assert_int_equal(bits, 0);
}

static void octets_are_pairs_of_digits(void **state)
{
    (void)state;
    uint8_t octets[8];
    size_t length = 9;
    assert_true(value_hex(" 1A2B 3c\n", octets, &length));
    unit_assert_hex(octets, length, "1a2b3c");
    assert_false(value_hex("1A2", octets, &length));
    assert_false(value_hex("1 A", octets, &length));
    assert_false(value_hex("zz", octets, &length));
    assert_false(value_hex("  ", octets, &length));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scripts_that_listen_belong_to_their_machine),
        cmocka_unit_test(a_script_of_the_timeline_has_its_steps_in_order),
        cmocka_unit_test(raw_packets),
        cmocka_unit_test(bits_are_decimal_or_hexadecimal),
        cmocka_unit_test(octets_are_pairs_of_digits),
    };
    return cmocka_run_group_tests(tests, load, release_data);
}
