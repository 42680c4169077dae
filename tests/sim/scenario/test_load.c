/* One scenario that uses the whole language, and every field of the model that comes of it. */
#include "support/unit.h"

#include "expect/expectation.h"
#include "loaded.h"
#include "scenario/model_action.h"
#include "scenario/scenario_xml.h"

#include <string.h>

#define DATA VPNSIM_SOURCE_DIR "/tests/sim/scenario/data/"

#define ADDRESS(a, b, c, d)                                                                        \
    ((ipv4_address)(a) << 24 | (ipv4_address)(b) << 16 | (ipv4_address)(c) << 8 | (ipv4_address)(d))

static int load(void **state)
{
    return load_data(state, DATA "full.xml");
}

static void the_root_and_its_parameters(void **state)
{
    const struct scenario *scenario = *state;
    assert_string_equal(scenario->at.file, DATA "full.xml");
    assert_int_equal(scenario->at.line, 2);
    assert_string_equal(scenario->name, "full");
    assert_string_equal(scenario->title, "Everything \xc3\xa9");
    assert_string_equal(scenario->described_in, "this test");
    assert_string_equal(scenario->description, "All\nof it.");
    assert_int_equal(scenario->duration, 120 * INSTANT_SECOND);
    assert_int_equal(scenario->start_ns, UINT64_C(1049522828) * INSTANT_SECOND);
    assert_int_equal(scenario->parameter_count, 3);
    assert_string_equal(scenario->parameters[0].name, "delay");
    assert_string_equal(scenario->parameters[0].value, "25ms");
    assert_string_equal(scenario->parameters[0].description, "of the access link");
    assert_string_equal(scenario->parameters[0].at.file, DATA "full-topology.xml");
    assert_int_equal(scenario->parameters[0].at.line, 4);
    assert_string_equal(scenario->parameters[1].value, "0.5%");
    assert_null(scenario->parameters[1].description);
    assert_string_equal(scenario->parameters[2].name, "code");
}

static void machines_interfaces_and_services(void **state)
{
    const struct scenario *scenario = *state;
    static const enum scenario_node_kind kinds[] = {SCENARIO_VPN_CLIENT, SCENARIO_ROUTER,
                                                    SCENARIO_VPN_SERVER, SCENARIO_VPN_SERVER,
                                                    SCENARIO_SWITCH,     SCENARIO_HOST};
    static const char *const names[] = {"client", "isp", "server", "idle", "hub", "files"};
    static const bool forwarding[] = {false, true, false, true, false, false};
    assert_int_equal(scenario->node_count, 6);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(scenario->nodes[i].kind, kinds[i]);
        assert_string_equal(scenario->nodes[i].name, names[i]);
        assert_int_equal(scenario->nodes[i].forwarding, forwarding[i]);
        assert_ptr_equal(scenario_find_node(scenario, names[i]), &scenario->nodes[i]);
    }
    assert_null(scenario_find_node(scenario, "nobody"));

    const struct scenario_node *client = &scenario->nodes[0];
    assert_int_equal(client->at.line, 7);
    assert_int_equal(client->profile, SCENARIO_PROFILE_WINDOWS_2000);
    assert_string_equal(scenario_profile_text(client->profile), "windows-2000");
    assert_string_equal(client->description, "the caller");
    assert_null(client->server);
    assert_int_equal(client->interface_count, 1);
    const struct scenario_interface *wan = &client->interfaces[0];
    assert_string_equal(wan->name, "wan");
    assert_int_equal(wan->at.line, 8);
    assert_int_equal(wan->address, ADDRESS(203, 0, 113, 10));
    assert_int_equal(wan->prefix_length, 24);
    assert_int_equal(wan->gateway, ADDRESS(203, 0, 113, 1));
    assert_int_equal(wan->mtu, 1400);
    assert_true(wan->has_mac);
    unit_assert_hex(wan->mac, 6, "000c29000001");
    assert_ptr_equal(wan->link, &scenario->links[0]);
    assert_int_equal(wan->side, 0);
    assert_ptr_equal(scenario_find_interface(client, "wan"), wan);
    assert_null(scenario_find_interface(client, "lan"));

    const struct scenario_interface *backbone = &scenario->nodes[1].interfaces[1];
    assert_string_equal(backbone->name, "backbone");
    assert_int_equal(backbone->gateway, IPV4_ANY);
    assert_int_equal(backbone->mtu, 0);
    assert_false(backbone->has_mac);
    assert_ptr_equal(backbone->link, &scenario->links[1]);
    assert_int_equal(backbone->side, 1);

    const struct scenario_node *hub = &scenario->nodes[4];
    assert_string_equal(hub->description, "the intranet");
    assert_int_equal(hub->interface_count, 2);
    assert_string_equal(hub->interfaces[1].name, "2");
    assert_ptr_equal(hub->interfaces[1].link, &scenario->links[3]);

    const struct scenario_node *files = &scenario->nodes[5];
    assert_int_equal(files->profile, SCENARIO_PROFILE_RFC);
    assert_int_equal(files->service_count, 2);
    assert_int_equal(files->services[0].protocol, SCENARIO_SERVICE_TCP);
    assert_int_equal(files->services[0].port, 445);
    assert_int_equal(files->services[0].mode, SCENARIO_SERVICE_DISCARD);
    assert_int_equal(files->services[1].protocol, SCENARIO_SERVICE_UDP);
    assert_int_equal(files->services[1].port, 7);
    assert_int_equal(files->services[1].mode, SCENARIO_SERVICE_ECHO);
    assert_int_equal(files->services[1].at.line, 42);
}

static void routes(void **state)
{
    const struct scenario *scenario = *state;
    const struct scenario_node *isp = &scenario->nodes[1];
    assert_int_equal(isp->route_count, 3);
    assert_int_equal(ip_address_to_ipv4(&isp->routes[0].destination), ADDRESS(10, 0, 0, 0));
    assert_int_equal(isp->routes[0].prefix_length, 8);
    assert_int_equal(ip_address_to_ipv4(&isp->routes[0].via), ADDRESS(198, 51, 100, 2));
    assert_null(isp->routes[0].interface);
    assert_int_equal(isp->routes[0].metric, 5);
    assert_int_equal(isp->routes[0].at.line, 18);
    assert_int_equal(isp->routes[1].via.version, 0);
    assert_ptr_equal(isp->routes[1].interface, &isp->interfaces[1]);
    assert_int_equal(isp->routes[1].metric, 1);
    assert_int_equal(isp->routes[2].prefix_length, 0);
    assert_ptr_equal(isp->routes[2].interface, &isp->interfaces[1]);
}

static void connections_with_and_without_settings(void **state)
{
    const struct scenario *scenario = *state;
    const struct scenario_node *client = &scenario->nodes[0];
    assert_int_equal(client->connection_count, 2);
    const struct scenario_connection *corp = &client->connections[0];
    assert_string_equal(corp->name, "corp");
    assert_int_equal(corp->at.line, 10);
    assert_int_equal(corp->server, ADDRESS(198, 51, 100, 2));
    assert_int_equal(corp->port, 1724);
    assert_string_equal(corp->user, "CORP\\alice");
    assert_string_equal(corp->password, "s&cret");
    assert_int_equal(corp->authentication.count, 2);
    assert_int_equal(corp->authentication.methods[0], SCENARIO_AUTHENTICATION_MS_CHAP_V2);
    assert_int_equal(corp->authentication.methods[1], SCENARIO_AUTHENTICATION_MS_CHAP);
    assert_int_equal(corp->encryption.policy, SCENARIO_ENCRYPTION_REQUIRED);
    assert_int_equal(corp->encryption.strengths, SCENARIO_STRENGTH_40 | SCENARIO_STRENGTH_128);
    assert_int_equal(corp->encryption.stateless, SCENARIO_YES);
    assert_false(corp->default_route);
    assert_int_equal(corp->echo_interval, 30 * INSTANT_SECOND);
    assert_int_equal(corp->connect_timeout, 21 * INSTANT_SECOND);
    assert_int_equal(corp->mtu, 1300);

    const struct scenario_connection *plain = scenario_find_connection(client, "plain");
    assert_ptr_equal(plain, &client->connections[1]);
    assert_int_equal(plain->port, 1723);
    assert_string_equal(plain->user, "");
    assert_string_equal(plain->password, "");
    assert_int_equal(plain->authentication.count, 0);
    assert_int_equal(plain->encryption.policy, SCENARIO_ENCRYPTION_UNSET);
    assert_int_equal(plain->encryption.strengths, 0);
    assert_int_equal(plain->encryption.stateless, SCENARIO_UNSET);
    assert_true(plain->default_route);
    assert_int_equal(plain->echo_interval, 0);
    assert_int_equal(plain->connect_timeout, 0);
    assert_int_equal(plain->mtu, 0);
    assert_null(scenario_find_connection(client, "home"));
}

static void what_a_vpn_server_offers(void **state)
{
    const struct scenario *scenario = *state;
    const struct scenario_vpn_server *server = scenario->nodes[2].server;
    assert_non_null(server);
    assert_int_equal(scenario->nodes[2].profile, SCENARIO_PROFILE_SERVER_2003_WEB);
    assert_int_equal(server->pptp.at.line, 25);
    assert_int_equal(server->pptp.ports, 128);
    assert_int_equal(server->pptp.port, 1725);
    assert_int_equal(server->pptp.echo_interval, 60 * INSTANT_SECOND);
    assert_int_equal(server->authentication.methods.count, 2);
    assert_int_equal(server->authentication.methods.methods[0], SCENARIO_AUTHENTICATION_MS_CHAP_V2);
    assert_int_equal(server->authentication.methods.methods[1], SCENARIO_AUTHENTICATION_PAP);
    assert_int_equal(server->encryption.policy, SCENARIO_ENCRYPTION_MAXIMUM);
    assert_int_equal(server->encryption.strengths, SCENARIO_STRENGTH_56);
    assert_int_equal(server->encryption.stateless, SCENARIO_NO);
    assert_int_equal(server->user_count, 2);
    assert_string_equal(server->users[0].name, "CORP\\alice");
    assert_string_equal(server->users[0].password, "s&cret");
    assert_string_equal(server->users[1].password, "");
    assert_int_equal(server->users[1].at.line, 29);
    assert_int_equal(server->pool_count, 2);
    assert_int_equal(server->pools[0].from, ADDRESS(10, 0, 0, 100));
    assert_int_equal(server->pools[0].to, ADDRESS(10, 0, 0, 109));
    assert_int_equal(server->pools[1].at.line, 31);
    assert_int_equal(server->name_servers.at.line, 32);
    assert_int_equal(server->name_servers.dns, ADDRESS(10, 0, 0, 53));
    assert_int_equal(server->name_servers.dns2, ADDRESS(10, 0, 0, 54));
    assert_int_equal(server->name_servers.wins, ADDRESS(10, 0, 0, 55));
    assert_int_equal(server->name_servers.wins2, ADDRESS(10, 0, 0, 56));

    const struct scenario_vpn_server *idle = scenario->nodes[3].server;
    assert_non_null(idle);
    assert_null(idle->pptp.at.file);
    assert_null(idle->name_servers.at.file);
    assert_int_equal(idle->authentication.methods.count, 0);
    assert_int_equal(idle->encryption.policy, SCENARIO_ENCRYPTION_UNSET);
}

static void links_with_and_without_faults(void **state)
{
    const struct scenario *scenario = *state;
    assert_int_equal(scenario->link_count, 4);
    const struct scenario_link *access = scenario_find_link(scenario, "access");
    assert_ptr_equal(access, &scenario->links[0]);
    assert_int_equal(access->at.line, 45);
    assert_string_equal(access->description, "a modem line");
    assert_int_equal(access->rate_bps, 33600);
    assert_int_equal(access->delay, 25 * INSTANT_MILLISECOND); /* as the scenario has set it */
    assert_int_equal(access->mtu, 1500);
    assert_int_equal(access->queue_limit, 20);
    assert_int_equal(access->loss_ppm, 5000);
    assert_int_equal(access->duplicate_ppm, 1000);
    assert_int_equal(access->reorder_ppm, 10000);
    assert_int_equal(access->reorder_delay, 5 * INSTANT_MILLISECOND);
    assert_int_equal(access->corrupt_ppm, 100);
    assert_int_equal(access->jitter, 2 * INSTANT_MILLISECOND);
    assert_ptr_equal(access->ends[0].node, &scenario->nodes[0]);
    assert_ptr_equal(access->ends[0].interface, &scenario->nodes[0].interfaces[0]);
    assert_ptr_equal(access->ends[1].node, &scenario->nodes[1]);
    assert_int_equal(access->ends[1].at.line, 48);

    const struct scenario_link *edge = &scenario->links[1];
    assert_string_equal(edge->name, "edge");
    assert_int_equal(edge->rate_bps, 0);
    assert_int_equal(edge->delay, 0);
    assert_int_equal(edge->mtu, 1500);
    assert_int_equal(edge->queue_limit, 100);
    assert_int_equal(edge->loss_ppm, 0);
    assert_int_equal(edge->jitter, 0);
    assert_string_equal(scenario->links[2].name, "lan-1"); /* in a topology within the topology */
    assert_null(scenario_find_link(scenario, "nowhere"));
}

static void filters_in_the_order_of_the_file(void **state)
{
    const struct scenario *scenario = *state;
    assert_int_equal(scenario->filter_count, 3);
    const struct scenario_filter *first = &scenario->filters[0];
    assert_null(first->name);
    assert_ptr_equal(first->node, &scenario->nodes[1]);
    assert_null(first->interface);
    assert_int_equal(first->direction, SCENARIO_FILTER_BOTH);
    assert_int_equal(first->action, SCENARIO_FILTER_ACCEPT);
    assert_true(first->any_protocol);
    assert_int_equal(first->source_prefix_length, 0);
    assert_int_equal(first->destination_prefix_length, 0);
    assert_int_equal(first->source_ports.first, 0);
    assert_int_equal(first->source_ports.last, 65535);

    const struct scenario_filter *gre = &scenario->filters[1];
    assert_string_equal(gre->name, "no-gre");
    assert_int_equal(gre->at.line, 12);
    assert_ptr_equal(gre->interface, &scenario->nodes[1].interfaces[1]);
    assert_int_equal(gre->direction, SCENARIO_FILTER_OUT);
    assert_int_equal(gre->action, SCENARIO_FILTER_REJECT);
    assert_false(gre->any_protocol);
    assert_int_equal(gre->protocol, 47);
    assert_int_equal(gre->source, ADDRESS(203, 0, 113, 0));
    assert_int_equal(gre->source_prefix_length, 24);
    assert_int_equal(gre->destination, ADDRESS(198, 51, 100, 2));
    assert_int_equal(gre->destination_prefix_length, 32);

    const struct scenario_filter *tcp = &scenario->filters[2];
    assert_int_equal(tcp->direction, SCENARIO_FILTER_FORWARD);
    assert_int_equal(tcp->action, SCENARIO_FILTER_DROP);
    assert_int_equal(tcp->source_ports.first, 1024);
    assert_int_equal(tcp->destination_ports.first, 80);
    assert_int_equal(tcp->destination_ports.last, 80);
}

static void capture_points_of_all_three_kinds(void **state)
{
    const struct scenario *scenario = *state;
    assert_int_equal(scenario->capture_count, 3);
    assert_string_equal(scenario->captures[0].point, "link:access");
    assert_int_equal(scenario->captures[0].kind, SCENARIO_CAPTURE_LINK);
    assert_ptr_equal(scenario->captures[0].link, &scenario->links[0]);
    assert_int_equal(scenario->captures[0].at.line, 16);
    assert_int_equal(scenario->captures[1].kind, SCENARIO_CAPTURE_INTERFACE);
    assert_ptr_equal(scenario->captures[1].node, &scenario->nodes[2]);
    assert_ptr_equal(scenario->captures[1].interface, &scenario->nodes[2].interfaces[1]);
    assert_int_equal(scenario->captures[2].kind, SCENARIO_CAPTURE_LAYER);
    assert_ptr_equal(scenario->captures[2].node, &scenario->nodes[0]);
    assert_string_equal(scenario->captures[2].layer, "ppp");
}

static void calls_and_traffic_of_the_timeline(void **state)
{
    const struct scenario *scenario = *state;
    const struct scenario_action *actions = scenario->actions;
    const struct scenario_node *client = &scenario->nodes[0];
    assert_int_equal(scenario->action_count, 13);
    assert_int_equal(actions[0].kind, SCENARIO_DIAL);
    assert_int_equal(actions[0].when, INSTANT_SECOND);
    assert_int_equal(actions[0].at.line, 21);
    assert_ptr_equal(actions[0].call.node, client);
    assert_ptr_equal(actions[0].call.connection, &client->connections[0]);
    assert_int_equal(actions[1].kind, SCENARIO_HANG_UP);
    assert_null(actions[1].call.connection);
    assert_ptr_equal(actions[2].call.connection, &client->connections[1]);

    assert_int_equal(actions[3].kind, SCENARIO_PING);
    assert_string_equal(actions[3].ping.name, "probe");
    assert_ptr_equal(actions[3].ping.node, client);
    assert_int_equal(ip_address_to_ipv4(&actions[3].ping.destination), ADDRESS(10, 0, 0, 10));
    assert_int_equal(actions[3].ping.count, 3);
    assert_int_equal(actions[3].ping.interval, 500 * INSTANT_MILLISECOND);
    assert_int_equal(actions[3].ping.size, 1472);
    assert_true(actions[3].ping.dont_fragment);
    assert_null(actions[4].ping.name);
    assert_int_equal(actions[4].ping.count, 4);
    assert_int_equal(actions[4].ping.interval, INSTANT_SECOND);
    assert_int_equal(actions[4].ping.size, 32);
    assert_false(actions[4].ping.dont_fragment);

    assert_int_equal(actions[5].kind, SCENARIO_TRANSFER);
    assert_string_equal(actions[5].transfer.name, "download");
    assert_int_equal(actions[5].transfer.port, 445);
    assert_int_equal(actions[5].transfer.size, 4000000);
    assert_int_equal(actions[5].transfer.direction, SCENARIO_TRANSFER_RECEIVE);
    assert_int_equal(actions[6].kind, SCENARIO_UDP_STREAM);
    assert_string_equal(actions[6].udp_stream.name, "voice");
    assert_int_equal(actions[6].udp_stream.port, 7);
    assert_int_equal(actions[6].udp_stream.size, 160);
    assert_int_equal(actions[6].udp_stream.count, 50);
    assert_int_equal(actions[6].udp_stream.interval, 20 * INSTANT_MILLISECOND);
}

static void changes_and_drops_of_the_timeline(void **state)
{
    const struct scenario *scenario = *state;
    const struct scenario_action *actions = scenario->actions;
    assert_int_equal(actions[7].kind, SCENARIO_LINK_DOWN);
    assert_ptr_equal(actions[7].link, &scenario->links[1]);
    assert_int_equal(actions[8].kind, SCENARIO_LINK_UP);
    assert_ptr_equal(actions[8].link, &scenario->links[1]);
    assert_int_equal(actions[9].kind, SCENARIO_SET_LINK);
    assert_ptr_equal(actions[9].set_link.link, &scenario->links[0]);
    assert_true(actions[9].set_link.has_mtu);
    assert_int_equal(actions[9].set_link.mtu, 576);
    assert_false(actions[9].set_link.has_loss);
    assert_false(actions[10].set_link.has_mtu);
    assert_true(actions[10].set_link.has_loss);
    assert_int_equal(actions[10].set_link.loss_ppm, 0);
    assert_int_equal(actions[11].kind, SCENARIO_DROP);
    assert_ptr_equal(actions[11].fault.link, &scenario->links[0]);
    assert_ptr_equal(actions[11].fault.from, &scenario->nodes[1]);
    assert_string_equal(actions[11].fault.filter, "proto 47");
    assert_int_equal(actions[11].fault.first, 3);
    assert_int_equal(actions[11].fault.last, 5);
    assert_int_equal(actions[11].when, 0);
    assert_null(actions[12].fault.from);
    assert_int_equal(actions[12].fault.first, 2);
    assert_int_equal(actions[12].fault.last, 2);
}

static void expected_events(void **state)
{
    const struct scenario *scenario = *state;
    const struct expectation *e = scenario->expectations;
    assert_int_equal(scenario->expectation_count, 13);
    assert_int_equal(e[0].kind, EXPECT_EVENT);
    assert_string_equal(e[0].file, DATA "full.xml");
    assert_int_equal(e[0].line, 40);
    assert_string_equal(e[0].says, "it fails");
    assert_string_equal(e[0].event.pattern.node, "client");
    assert_string_equal(e[0].event.pattern.name, "dial.failed");
    assert_int_equal(e[0].event.pattern.window.after, INSTANT_SECOND);
    assert_int_equal(e[0].event.pattern.window.before, 90 * INSTANT_SECOND);
    assert_int_equal(e[0].event.count.min, 1);
    assert_int_equal(e[0].event.count.max, 1);
    assert_int_equal(e[0].event.pattern.field_count, 2);
    const struct field_pattern *fields = e[0].event.pattern.fields;
    assert_string_equal(fields[0].name, "connection");
    assert_string_equal(fields[0].is, "corp");
    assert_string_equal(fields[0].is_not, "plain");
    assert_false(fields[0].has_min);
    assert_false(fields[0].has_max);
    assert_null(fields[1].is);
    assert_null(fields[1].is_not);
    assert_true(fields[1].has_min && fields[1].has_max);
    assert_int_equal(fields[1].min, 600);
    assert_int_equal(fields[1].max, 800);

    assert_null(e[1].says);
    assert_null(e[1].event.pattern.node);
    assert_int_equal(e[1].event.count.min, 0);
    assert_int_equal(e[1].event.count.max, 3);
    assert_int_equal(e[1].event.pattern.window.after, 0);
    assert_true(e[1].event.pattern.window.before == INSTANT_NEVER);
    assert_string_equal(e[2].event.pattern.node, "link:edge");
    assert_int_equal(e[2].event.count.min, 1);
    assert_true(e[2].event.count.max == UINT64_MAX);

    assert_int_equal(e[3].kind, EXPECT_NEVER);
    assert_int_equal(e[3].events.count, 1);
    assert_int_equal(e[3].events.patterns[0].window.after, 10 * INSTANT_SECOND);
    assert_int_equal(e[4].kind, EXPECT_IN_ORDER);
    assert_int_equal(e[4].events.count, 2);
    assert_string_equal(e[4].events.patterns[0].name, "dial.failed");
    assert_string_equal(e[4].events.patterns[1].name, "ping.lost");
}

static void expected_results(void **state)
{
    const struct scenario *scenario = *state;
    const struct expectation *e = scenario->expectations;
    assert_int_equal(e[5].kind, EXPECT_PACKETS);
    assert_string_equal(e[5].packets.point, "client/ppp");
    assert_string_equal(e[5].packets.filter, "ip");
    assert_int_equal(e[5].packets.window.before, 30 * INSTANT_SECOND);
    assert_int_equal(e[5].packets.count.min, 2);
    assert_true(e[5].packets.count.max == UINT64_MAX);
    assert_int_equal(e[6].kind, EXPECT_STATE);
    assert_string_equal(e[6].state.node, "client");
    assert_string_equal(e[6].state.name, "connection.corp");
    assert_string_equal(e[6].state.is, "connected");
    assert_int_equal(e[7].kind, EXPECT_TRANSFER);
    assert_string_equal(e[7].transfer.name, "download");
    assert_int_equal(e[7].transfer.result, TRANSFER_FAILED);
    assert_int_equal(e[7].transfer.before, 60 * INSTANT_SECOND);
    assert_int_equal(e[8].kind, EXPECT_PING);
    assert_string_equal(e[8].ping.name, "probe");
    assert_null(e[8].ping.node);
    assert_int_equal(e[8].ping.replies.min, 3); /* as many as requests */
    assert_int_equal(e[8].ping.replies.max, 3);
    assert_null(e[9].ping.name);
    assert_string_equal(e[9].ping.node, "files");
    assert_int_equal(e[9].ping.replies.min, 2);
    assert_int_equal(e[9].ping.replies.max, 4);
    assert_int_equal(e[10].kind, EXPECT_CLIENT_ERROR);
    assert_string_equal(e[10].client_error.node, "client");
    assert_string_equal(e[10].client_error.connection, "corp");
    assert_int_equal(e[10].client_error.code, 721);
    assert_int_equal(e[10].client_error.window.before, 70 * INSTANT_SECOND);
    assert_int_equal(e[11].kind, EXPECT_CAUSE);
    assert_string_equal(e[11].cause.node, "link:access");
    assert_string_equal(e[11].cause.reason, "loss");
    assert_string_equal(e[11].cause.protocol, "link");
    assert_int_equal(e[11].cause.min, 2);
    assert_int_equal(e[12].kind, EXPECT_REPRODUCIBLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_root_and_its_parameters),
        cmocka_unit_test(machines_interfaces_and_services),
        cmocka_unit_test(routes),
        cmocka_unit_test(connections_with_and_without_settings),
        cmocka_unit_test(what_a_vpn_server_offers),
        cmocka_unit_test(links_with_and_without_faults),
        cmocka_unit_test(filters_in_the_order_of_the_file),
        cmocka_unit_test(capture_points_of_all_three_kinds),
        cmocka_unit_test(calls_and_traffic_of_the_timeline),
        cmocka_unit_test(changes_and_drops_of_the_timeline),
        cmocka_unit_test(expected_events),
        cmocka_unit_test(expected_results),
    };
    return cmocka_run_group_tests(tests, load, release_data);
}
