#include "ipsec/policy_agent.h"

#include "crypto/crypto.h"
#include "host/ping.h"
#include "ike/ike_proposal.h"
#include "ike/ike_state.h"
#include "sim/host/stack_bench.h"

/* Hosts a (10.0.1.10) and b (10.0.1.1) on one Ethernet, which protect all that they exchange. */

static const uint8_t secret[] = "secret";

struct end {
    struct host *host;
    struct ipsec_driver *driver;
    struct policy_agent *agent;
    struct ike_peer peer;
    struct ike_rule rule;
    struct policy_agent_config config;
    struct policy_agent_entry entry;
};

struct agents {
    struct stack_bench bench; /* its simulation and its events */
    struct end a;
    struct end b;
};

static void make_end(struct agents *agents, struct end *end, unsigned side, ipv4_address own,
                     ipv4_address other)
{
    struct simulation *simulation = &agents->bench.simulation;
    const struct host_stack_config stack = host_stack_default_config();
    const struct ipsec_driver_config driver = {.steers_flows = true, .hold_packets = 1};
    end->host = host_create(simulation, &host_class, side == 0 ? "a" : "b", &stack);
    assert_non_null(end->host);
    (void)bench_ethernet(&end->host->stack, agents->bench.lan, side, "lan", (uint8_t)(side + 1),
                         own);
    end->driver = ipsec_driver_create(end->host, &driver);
    assert_non_null(end->driver);
    end->peer = (struct ike_peer){.phase1 = ike_profile_phase1(IKE_PROFILE_RFC),
                                  .authentication = IKE_AUTHENTICATION_PRE_SHARED_KEY,
                                  .pre_shared_key = secret,
                                  .pre_shared_key_length = sizeof secret - 1};
    end->rule = (struct ike_rule){.id = 7, .phase2 = ike_profile_phase2(IKE_PROFILE_RFC, side)};
    end->config = (struct policy_agent_config){.behaviour = ike_behaviour_of(IKE_PROFILE_RFC),
                                               .peers = &end->peer,
                                               .peer_count = 1,
                                               .rules = &end->rule,
                                               .rule_count = 1,
                                               .peers_at_once = 4};
    assert_int_equal(policy_agent_create(end->driver, &end->config, &end->agent), STATUS_OK);
    const struct ip_address here = ip_address_from_ipv4(own);
    const struct ip_address there = ip_address_from_ipv4(other);
    const struct ipsec_policy policy = {
        .selector = {.local = ipsec_range_address(&here), .remote = ipsec_range_address(&there)},
        .action = IPSEC_PROTECT,
        .mode = IPSEC_TRANSPORT,
        .esp = true,
    };
    end->entry.rule = end->rule.id;
    assert_int_equal(ipsec_driver_add_policy(end->driver, &policy, &end->entry.policy), STATUS_OK);
    policy_agent_attach(end->agent, &end->entry);
    end->host->node.class->start(&end->host->node);
}

static int set_up(void **state)
{
    struct agents *agents = calloc(1, sizeof *agents);
    assert_non_null(agents);
    struct stack_bench *bench = &agents->bench;
    assert_int_equal(simulation_init(&bench->simulation, 1), STATUS_OK);
    bench->simulation.crypto = crypto_create(NULL, NULL);
    bench->subscriber.receive = bench_receive_event;
    bench->subscriber.context = bench;
    simulation_subscribe(&bench->simulation, &bench->subscriber);
    const struct link_config lan = {.name = "lan", .delay = MS, .mtu = 1500, .queue_limit = 100};
    bench->lan = link_create(&bench->simulation, &lan);
    make_end(agents, &agents->a, 0, A, R_LAN);
    make_end(agents, &agents->b, 1, R_LAN, A);
    *state = agents;
    return 0;
}

static int tear_down(void **state)
{
    struct agents *agents = *state;
    struct simulation *simulation = &agents->bench.simulation;
    agents->a.host->node.class->destroy(&agents->a.host->node);
    agents->b.host->node.class->destroy(&agents->b.host->node);
    int leaked = (int)simulation->packets.in_use;
    crypto_destroy(simulation->crypto);
    simulation_destroy(simulation);
    free(agents);
    return leaked;
}

/* Pings b from a once, and lets it take its time. */
static void ping(struct agents *agents, uint32_t size, bool dont_fragment)
{
    const struct ping_config config = {.name = "p",
                                       .destination = ip_address_from_ipv4(R_LAN),
                                       .count = 1,
                                       .interval = SECOND,
                                       .size = size,
                                       .dont_fragment = dont_fragment};
    assert_int_equal(ping_start(agents->a.host, &config), STATUS_OK);
    bench_run(&agents->bench, 10 * SECOND);
}

static void a_packet_waits_for_its_associations_and_then_goes(void **state)
{
    struct agents *agents = *state;
    const struct ipsec_counters *a = &agents->a.driver->processor.counters;
    const struct ipsec_counters *b = &agents->b.driver->processor.counters;
    ping(agents, 56, false);
    bench_expect(&agents->bench, 1, "a ipsec.acquire ");
    bench_expect(&agents->bench, 0, "b ipsec.acquire ");
    bench_expect(&agents->bench, 1, "a ping.reply");
    assert_int_equal(a->held, 1);
    assert_int_equal(a->protected_out, 1);
    assert_int_equal(a->opened_in, 1);
    assert_int_equal(b->opened_in, 1);
    ping(agents, 56, false);
    bench_expect(&agents->bench, 1, "a ipsec.acquire ");
    bench_expect(&agents->bench, 2, "a ping.reply");
    assert_int_equal(a->held, 1);
    assert_int_equal(a->protected_out, 2);
}

static void a_packet_that_has_waited_counts_as_well(void **state)
{
    struct agents *agents = *state;
    const struct ike_child *a = &agents->a.agent->ike.state->children[0];
    const struct ike_child *b = &agents->b.agent->ike.state->children[0];
    ping(agents, 56, false);
    assert_int_equal(agents->a.driver->processor.counters.held, 1);
    assert_int_not_equal(a->octets[0], 0);
    ping(agents, 56, false);
    /* Both pings and answers were of one length. */
    assert_int_equal(a->octets[0], b->octets[0]);
    assert_int_equal(a->octets[1], b->octets[1]);
}

static void associations_that_are_deleted_are_asked_for_again(void **state)
{
    struct agents *agents = *state;
    const struct ip_address b = ip_address_from_ipv4(R_LAN);
    ping(agents, 56, false);
    bench_expect(&agents->bench, 0, "a ipsec.sa.removed");
    policy_agent_delete_peer(agents->a.agent, &b, NULL);
    bench_run(&agents->bench, SECOND);
    bench_expect(&agents->bench, 1, "a ipsec.sa.removed");
    bench_expect(&agents->bench, 1, "b ipsec.sa.removed");
    ping(agents, 56, false);
    bench_expect(&agents->bench, 2, "a ipsec.acquire ");
    bench_expect(&agents->bench, 2, "a ping.reply");
    assert_int_equal(agents->a.driver->processor.counters.held, 2);
}

static void what_protection_makes_too_long_comes_back(void **state)
{
    struct agents *agents = *state;
    ping(agents, 56, false);
    ping(agents, 1472, true);
    bench_expect(&agents->bench, 1, "a packet.dropped protocol=ipv4 reason=fragmentation-needed");
    bench_expect(&agents->bench, 1, "a ping.error");
    bench_expect(&agents->bench, 1, "a ping.reply");
    assert_int_equal(agents->a.driver->processor.counters.protected_out, 1);
    ping(agents, 1472, false);
    bench_expect(&agents->bench, 2, "a ping.reply");
}

static void a_policy_that_nobody_negotiates_holds_nothing_back(void **state)
{
    struct agents *agents = *state;
    policy_agent_detach(agents->a.agent, &agents->a.entry);
    ping(agents, 56, false);
    bench_expect(&agents->bench, 1, "a ipsec.acquire.failed");
    bench_expect(&agents->bench, 1,
                 "a packet.dropped protocol=ipsec reason=no-security-association");
    bench_expect(&agents->bench, 0, "a ping.reply");
    assert_int_equal(agents->bench.simulation.packets.in_use, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_packet_waits_for_its_associations_and_then_goes),
        TEST(a_packet_that_has_waited_counts_as_well),
        TEST(associations_that_are_deleted_are_asked_for_again),
        TEST(what_protection_makes_too_long_comes_back),
        TEST(a_policy_that_nobody_negotiates_holds_nothing_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
