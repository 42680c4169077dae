/* What a scenario says about L2TP, field by field. */
#include "support/unit.h"

#include "loaded.h"

#define FILE_NAME VPNSIM_SOURCE_DIR "/tests/sim/scenario/data/l2tp.xml"

static int load(void **state)
{
    return load_data(state, FILE_NAME);
}

static void a_machine_has_what_is_said(void **state)
{
    const struct scenario_l2tp *l2tp = &scenario_find_node(*state, "client")->l2tp;
    assert_non_null(l2tp->at.file);
    assert_int_equal(l2tp->ports, 0);
    assert_int_equal(l2tp->port, 40000);
    assert_string_equal(l2tp->host_name, "client.example.com");
    assert_int_equal(l2tp->first_tunnel_id, 17);
    assert_int_equal(l2tp->first_session_id, 18);
    assert_string_equal(l2tp->secret, "word");
    assert_int_equal(l2tp->challenge, SCENARIO_YES);
    assert_int_equal(l2tp->hide_avps, SCENARIO_L2TP_HIDES_ALL);
    assert_int_equal(l2tp->tie_breaker, SCENARIO_NO);
    assert_int_equal(l2tp->hello_interval, 0);
    assert_int_equal(l2tp->receive_window, 9);
    assert_int_equal(l2tp->out_of_order_limit, 0);
    assert_int_equal(l2tp->acknowledge_delay, 100 * INSTANT_MILLISECOND);
    assert_int_equal(l2tp->retransmit_interval, 2 * INSTANT_SECOND);
    assert_int_equal(l2tp->retransmit_cap, 16 * INSTANT_SECOND);
    assert_int_equal(l2tp->retransmissions, 3);
    assert_int_equal(l2tp->data_sequencing, SCENARIO_YES);
    assert_int_equal(l2tp->reorder_limit, 7);
    assert_int_equal(l2tp->payload_receive_window, 11);
    assert_int_equal(l2tp->framing_mismatch, SCENARIO_L2TP_MISMATCH_CLOSE_TUNNEL);
}

static void what_is_not_said_is_left_to_the_profile(void **state)
{
    const struct scenario_l2tp *l2tp = &scenario_find_node(*state, "server")->l2tp;
    assert_int_equal(l2tp->ports, 5);
    assert_int_equal(l2tp->mtu, 1300);
    assert_int_equal(l2tp->port, 1701);
    assert_null(l2tp->host_name);
    assert_null(l2tp->secret);
    assert_int_equal(l2tp->challenge, SCENARIO_UNSET);
    assert_int_equal(l2tp->hide_avps, SCENARIO_L2TP_HIDES_NOTHING);
    assert_int_equal(l2tp->hello_interval, INSTANT_NEVER);
    assert_int_equal(l2tp->acknowledge_delay, INSTANT_NEVER);
    assert_int_equal(l2tp->retransmissions, 0);
    assert_int_equal(l2tp->receive_window, SCENARIO_L2TP_UNSET);
    assert_int_equal(l2tp->reorder_limit, SCENARIO_L2TP_UNSET);
    assert_int_equal(l2tp->framing_mismatch, SCENARIO_L2TP_MISMATCH_UNSET);
}

static void a_connection_tries_its_types_in_the_order_written(void **state)
{
    const struct scenario_node *client = scenario_find_node(*state, "client");
    const struct scenario_connection *a = scenario_find_connection(client, "a");
    assert_int_equal(a->type_count, 2);
    assert_int_equal(a->types[0], SCENARIO_TUNNEL_L2TP);
    assert_int_equal(a->types[1], SCENARIO_TUNNEL_PPTP);
    assert_int_equal(a->l2tp.port, 1702);
    assert_true(a->l2tp.outgoing);
    assert_true(a->l2tp.own_tunnel);
    assert_string_equal(a->l2tp.secret, "other");
    assert_true(a->l2tp.sequencing);
    assert_true(a->l2tp.asynchronous);
    const struct scenario_connection *b = scenario_find_connection(client, "b");
    assert_int_equal(b->type_count, 1);
    assert_int_equal(b->types[0], SCENARIO_TUNNEL_L2TP);
    assert_null(b->l2tp.at.file);
    const struct scenario_connection *c = scenario_find_connection(client, "c");
    assert_int_equal(c->type_count, 1);
    assert_int_equal(c->types[0], SCENARIO_TUNNEL_PPTP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_machine_has_what_is_said),
        cmocka_unit_test(what_is_not_said_is_left_to_the_profile),
        cmocka_unit_test(a_connection_tries_its_types_in_the_order_written),
    };
    return cmocka_run_group_tests(tests, load, release_data);
}
