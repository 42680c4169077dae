/* IPXCP by its packets. RFC 1552 prints none: the octets follow its option layouts. */
#include "ppp/network/ipxcp.h"
#include "support/ppp_bench.h"
#include "support/unit.h"

#include <string.h>

struct end {
    struct ppp_bench bench;
    struct ipxcp_config config;
    struct ipxcp ipxcp;
};

static void prepare(struct end *end)
{
    memset(end, 0, sizeof *end);
    ppp_bench_init(&end->bench);
    end->config.enabled = true;
}

static void start(struct end *end)
{
    ipxcp_init(&end->ipxcp, &end->bench.link, &end->config);
    ppp_control_open(&end->ipxcp.control, 0);
    ppp_control_up(&end->ipxcp.control, 0);
}

static void input(struct end *end, const char *octets)
{
    ppp_bench_input(&end->bench, &end->ipxcp.control, octets);
}

static void expect(struct end *end, const char *packets)
{
    ppp_bench_expect(&end->bench, packets);
}

static void finish(struct end *end)
{
    ppp_control_destroy(&end->ipxcp.control);
    ppp_bench_destroy(&end->bench);
}

static void use_server(struct end *end)
{
    static const uint8_t node[] = {0x02, 0, 0, 0, 0, 0x01};
    static const uint8_t peer[] = {0x02, 0, 0, 0, 0, 0x64};
    prepare(end);
    end->config.network = 0xc0ffee01;
    memcpy(end->config.node, node, sizeof node);
    memcpy(end->config.peer_node, peer, sizeof peer);
    end->config.routing = IPXCP_ROUTING_RIP_SAP;
    end->config.router_name = "RAS";
    start(end);
}

static void an_end_system_learns_its_network_and_node_number(void **state)
{
    (void)state;
    struct end end;
    prepare(&end);
    end.config.address_required = true;
    start(&end);
    expect(&end, "0101 0016 010600000000 0208000000000000 04040000");
    input(&end, "0301 0012 0106c0ffee01 0208020000000064");
    expect(&end, "0102 0018 0106c0ffee01 0208020000000064 04040000 0602");
    input(&end, "0107 0018 0106c0ffee01 0208020000000001 04040000 0503 41 0602");
    input(&end, "0107 001b 0106c0ffee01 0208020000000001 04040000 0503 41 0602");
    expect(&end, "0207 001b 0106c0ffee01 0208020000000001 04040000 0503 41 0602");
    input(&end, "0202 0018 0106c0ffee01 0208020000000064 04040000 0602");
    assert_int_equal(end.bench.notices[PPP_NOTICE_UP], 1);
    assert_int_equal(end.bench.notices[PPP_NOTICE_REFUSED], 0);
    assert_int_equal(end.ipxcp.network, 0xc0ffee01);
    assert_int_equal(end.ipxcp.node[5], 0x64);
    assert_int_equal(end.ipxcp.peer_node[5], 0x01);
    assert_string_equal(end.ipxcp.peer_router, "A");
    assert_true(end.ipxcp.peer_complete);
    finish(&end);
}

static void a_server_assigns_what_the_client_asks_for(void **state)
{
    (void)state;
    struct end end;
    use_server(&end);
    expect(&end, "0101 001d 0106c0ffee01 0208020000000001 04040002 0505 524153 0602");
    input(&end, "0101 0016 010600000000 0208000000000000 04040000");
    expect(&end, "0301 0012 0106c0ffee01 0208020000000064");
    input(&end, "0102 0018 0106c0ffee01 0208020000000064 04040000 0602");
    expect(&end, "0202 0018 0106c0ffee01 0208020000000064 04040000 0602");
    assert_int_equal(end.ipxcp.peer_node[5], 0x64);
    assert_int_equal(end.ipxcp.peer_routing, IPXCP_ROUTING_NONE);
    finish(&end);
}

/* Section 3.1: of two network numbers the higher one holds at both ends. */
static void the_higher_network_number_wins(void **state)
{
    (void)state;
    struct end end;
    use_server(&end);
    expect(&end, "0101 001d 0106c0ffee01 0208020000000001 04040002 0505 524153 0602");
    input(&end, "0101 0012 01060000beef 0208020000000064");
    expect(&end, "0301 000a 0106c0ffee01");
    input(&end, "0102 0012 0106d0000000 0208020000000064");
    expect(&end, "0202 0012 0106d0000000 0208020000000064");
    assert_int_equal(end.ipxcp.network, 0xd0000000);
    input(&end, "0301 000a 0106d0000000");
    expect(&end, "0102 001d 0106d0000000 0208020000000001 04040002 0505 524153 0602");
    finish(&end);
}

static void compression_is_refused_with_the_options_beside_it_left_alone(void **state)
{
    (void)state;
    struct end end;
    use_server(&end);
    expect(&end, "0101 001d 0106c0ffee01 0208020000000001 04040002 0505 524153 0602");
    input(&end, "0101 001e 0106c0ffee01 0208020000000064 03040002 03060235ffff 0602");
    expect(&end, "0401 000e 03040002 03060235ffff");
    finish(&end);
}

/* Section 3.4: several routing protocols may be named; one that is not spoken is Nak'ed. */
static void routing_protocols_may_be_named_several_times(void **state)
{
    (void)state;
    struct end end;
    use_server(&end);
    expect(&end, "0101 001d 0106c0ffee01 0208020000000001 04040002 0505 524153 0602");
    input(&end, "0101 000c 04040002 04040004");
    expect(&end, "0301 0008 04040002");
    input(&end, "0102 000c 04040002 04040002");
    expect(&end, "0202 000c 04040002 04040002");
    assert_int_equal(end.ipxcp.peer_routing, IPXCP_ROUTING_RIP_SAP);
    finish(&end);
}

static void our_own_node_number_is_not_given_to_the_peer(void **state)
{
    (void)state;
    struct end end;
    use_server(&end);
    end.config.peer_may_choose = true;
    expect(&end, "0101 001d 0106c0ffee01 0208020000000001 04040002 0505 524153 0602");
    input(&end, "0101 0012 0106c0ffee01 0208020000000001");
    expect(&end, "0301 000c 0208020000000064");
    input(&end, "0102 0012 0106c0ffee01 0208020000000077");
    expect(&end, "0202 0012 0106c0ffee01 0208020000000077");
    finish(&end);
}

static void an_end_system_without_address_gives_the_protocol_up(void **state)
{
    (void)state;
    struct end end;
    prepare(&end);
    end.config.address_required = true;
    start(&end);
    expect(&end, "0101 0016 010600000000 0208000000000000 04040000");
    input(&end, "0201 0016 010600000000 0208000000000000 04040000");
    assert_int_equal(end.bench.notices[PPP_NOTICE_REFUSED], 1);
    assert_int_equal(end.bench.notice_value, 735);
    finish(&end);
}

static void rejected_options_are_left_out(void **state)
{
    (void)state;
    struct end end;
    use_server(&end);
    expect(&end, "0101 001d 0106c0ffee01 0208020000000001 04040002 0505 524153 0602");
    input(&end, "0401 000f 04040002 0505 524153 0602");
    expect(&end, "0102 0012 0106c0ffee01 0208020000000001");
    input(&end, "0302 0008 04040002");
    expect(&end, "0103 0012 0106c0ffee01 0208020000000001");
    finish(&end);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_end_system_learns_its_network_and_node_number),
        cmocka_unit_test(a_server_assigns_what_the_client_asks_for),
        cmocka_unit_test(the_higher_network_number_wins),
        cmocka_unit_test(compression_is_refused_with_the_options_beside_it_left_alone),
        cmocka_unit_test(routing_protocols_may_be_named_several_times),
        cmocka_unit_test(our_own_node_number_is_not_given_to_the_peer),
        cmocka_unit_test(an_end_system_without_address_gives_the_protocol_up),
        cmocka_unit_test(rejected_options_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
