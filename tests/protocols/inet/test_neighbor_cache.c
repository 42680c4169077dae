#include "inet/icmpv6.h"
#include "inet/neighbor_cache.h"
#include "protocols/inet/drop_log.h"
#include "support/unit.h"

#define SECOND INSTANT_SECOND

static const uint8_t mac_1[6] = {2, 0, 0, 0, 0, 1};
static const uint8_t mac_2[6] = {2, 0, 0, 0, 0, 2};
static const struct ip_address router = {6, {0xfe, 0x80, [15] = 1}};

struct bench {
    struct packet_pool pool;
    struct drop_log log;
    struct trace trace;
    struct neighbor_config config;
    struct entropy entropy;
    struct neighbor_cache cache;
};

static int set_up(void **state)
{
    static struct bench bench;
    packet_pool_init(&bench.pool);
    bench.trace = drop_log_trace(&bench.log);
    bench.config = neighbor_default_config();
    bench.entropy = entropy_make(1, "test");
    neighbor_cache_init(&bench.cache, &bench.config, &bench.trace, &bench.entropy);
    *state = &bench;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *bench = *state;
    neighbor_cache_destroy(&bench->cache);
    int leaked = (int)bench->pool.in_use;
    packet_pool_destroy(&bench->pool);
    return leaked;
}

/* Sends a packet to @address at @now; true: it could go, to @mac. */
static bool resolve(struct bench *bench, instant now, const struct ip_address *address,
                    uint8_t mac[6])
{
    struct packet *packet = packet_from(&bench->pool, "x", 1);
    bool known = neighbor_cache_resolve(&bench->cache, now, address, packet, mac);
    if (known)
        packet_free(packet);
    return known;
}

static void assert_state(struct bench *bench, instant now, const char *state)
{
    assert_string_equal(neighbor_cache_state(&bench->cache, now, &router), state);
}

static void assert_solicits(struct bench *bench, bool unicast)
{
    struct neighbor_output output;
    assert_true(neighbor_cache_poll(&bench->cache, &output));
    assert_int_equal(output.kind, NEIGHBOR_OUTPUT_SOLICIT);
    assert_true(ip_address_equal(&output.address, &router));
    assert_int_equal(output.unicast, unicast);
    if (unicast)
        assert_memory_equal(output.mac, mac_1, 6);
}

static void assert_hands_out(struct bench *bench, enum neighbor_output_kind kind)
{
    struct neighbor_output output;
    assert_true(neighbor_cache_poll(&bench->cache, &output));
    assert_int_equal(output.kind, kind);
    if (kind == NEIGHBOR_OUTPUT_SEND)
        assert_memory_equal(output.mac, mac_1, 6);
    packet_free(output.packet);
}

static void assert_idle(struct bench *bench)
{
    struct neighbor_output output;
    assert_false(neighbor_cache_poll(&bench->cache, &output));
    assert_int_equal(output.kind, NEIGHBOR_OUTPUT_NONE);
}

static void advertise(struct bench *bench, instant now, const uint8_t *mac, bool solicited,
                      bool override)
{
    struct neighbor_message message = {.type = ICMPV6_NEIGHBOR_ADVERTISEMENT,
                                       .target = router,
                                       .solicited = solicited,
                                       .override = override,
                                       .has_mac = mac != NULL};
    if (mac)
        memcpy(message.mac, mac, 6);
    neighbor_cache_advertised(&bench->cache, now, &message);
}

/* Makes the router known and reachable at @now. */
static void make_reachable(struct bench *bench, instant now)
{
    uint8_t mac[6];
    assert_false(resolve(bench, now, &router, mac));
    assert_solicits(bench, false);
    advertise(bench, now, mac_1, true, true);
    assert_hands_out(bench, NEIGHBOR_OUTPUT_SEND);
    assert_idle(bench);
}

static void packets_wait_for_the_advertisement_and_go_in_order(void **state)
{
    struct bench *bench = *state;
    uint8_t mac[6];
    assert_false(resolve(bench, 0, &router, mac));
    assert_false(resolve(bench, 1, &router, mac));
    assert_solicits(bench, false);
    assert_idle(bench);
    assert_state(bench, 1, "incomplete");
    /* Without an address it says nothing. */
    advertise(bench, 2, NULL, true, true);
    assert_state(bench, 2, "incomplete");
    advertise(bench, 2, mac_1, true, true);
    assert_state(bench, 2, "reachable");
    assert_hands_out(bench, NEIGHBOR_OUTPUT_SEND);
    assert_hands_out(bench, NEIGHBOR_OUTPUT_SEND);
    assert_idle(bench);
    assert_true(resolve(bench, 3, &router, mac));
    assert_memory_equal(mac, mac_1, 6);
    assert_string_equal(bench->log.events[0], "neighbor.resolved");
}

static void three_solicitations_a_second_apart_and_then_failure(void **state)
{
    struct bench *bench = *state;
    uint8_t mac[6];
    assert_false(resolve(bench, 0, &router, mac));
    assert_solicits(bench, false);
    for (instant now = SECOND; now <= 2 * SECOND; now += SECOND) {
        assert_int_equal(neighbor_cache_next_timeout(&bench->cache), now);
        neighbor_cache_handle_timeout(&bench->cache, now - 1);
        assert_idle(bench);
        neighbor_cache_handle_timeout(&bench->cache, now);
        assert_solicits(bench, false);
        assert_idle(bench);
    }
    neighbor_cache_handle_timeout(&bench->cache, 3 * SECOND);
    assert_hands_out(bench, NEIGHBOR_OUTPUT_FAILED);
    assert_idle(bench);
    assert_null(neighbor_cache_state(&bench->cache, 3 * SECOND, &router));
    assert_int_equal(neighbor_cache_next_timeout(&bench->cache), INSTANT_NEVER);
    assert_string_equal(bench->log.events[0], "neighbor.failed");
    /* The next packet asks anew. */
    assert_false(resolve(bench, 4 * SECOND, &router, mac));
    assert_solicits(bench, false);
}

static void the_oldest_of_four_waiting_packets_makes_room(void **state)
{
    struct bench *bench = *state;
    uint8_t mac[6];
    for (int i = 0; i < 4; i++)
        assert_false(resolve(bench, 0, &router, mac));
    assert_int_equal(drop_log_count(&bench->log, "neighbor-queue-full"), 1);
    neighbor_cache_flush(&bench->cache, 1);
    assert_int_equal(drop_log_count(&bench->log, "interface-down"), 3);
    assert_int_equal(neighbor_cache_next_timeout(&bench->cache), INSTANT_NEVER);
}

static void a_stale_neighbor_is_used_for_five_seconds_and_then_probed(void **state)
{
    struct bench *bench = *state;
    uint8_t mac[6];
    make_reachable(bench, 0);
    instant stale = bench->cache.reachable;
    assert_in_range(stale, 15 * SECOND, 45 * SECOND);
    assert_state(bench, stale - 1, "reachable");
    assert_state(bench, stale, "stale");
    assert_int_equal(drop_log_count(&bench->log, ""), 0);
    assert_true(resolve(bench, stale, &router, mac));
    assert_state(bench, stale, "delay");
    assert_idle(bench);
    instant probe = stale + 5 * SECOND;
    neighbor_cache_handle_timeout(&bench->cache, probe);
    assert_state(bench, probe, "probe");
    assert_solicits(bench, true);
    assert_true(resolve(bench, probe, &router, mac));
    /* It answers without an option: still there, and still at the same address. */
    advertise(bench, probe + 1, NULL, true, false);
    assert_state(bench, probe + 1, "reachable");
    assert_idle(bench);
}

static void three_probes_without_an_answer_make_it_unreachable(void **state)
{
    struct bench *bench = *state;
    uint8_t mac[6];
    make_reachable(bench, 0);
    instant now = bench->cache.reachable;
    assert_true(resolve(bench, now, &router, mac));
    now += 5 * SECOND;
    for (int probes = 0; probes < 3; probes++, now += SECOND) {
        neighbor_cache_handle_timeout(&bench->cache, now);
        assert_solicits(bench, true);
        assert_idle(bench);
    }
    neighbor_cache_handle_timeout(&bench->cache, now);
    assert_idle(bench);
    assert_null(neighbor_cache_state(&bench->cache, now, &router));
    assert_string_equal(bench->log.events[1], "neighbor.unreachable");
}

static void another_address_counts_when_it_insists(void **state)
{
    struct bench *bench = *state;
    uint8_t mac[6];
    make_reachable(bench, 0);
    /* RFC 4861 section 7.2.5: without Override only doubt is left. */
    advertise(bench, 1, mac_2, true, false);
    assert_state(bench, 1, "stale");
    assert_true(resolve(bench, 1, &router, mac));
    assert_memory_equal(mac, mac_1, 6);
    advertise(bench, 2, mac_2, false, true);
    assert_state(bench, 2, "stale");
    assert_true(resolve(bench, 2, &router, mac));
    assert_memory_equal(mac, mac_2, 6);
    advertise(bench, 3, mac_2, true, true);
    assert_state(bench, 3, "reachable");
}

static void a_solicitation_of_a_neighbor_makes_it_stale(void **state)
{
    struct bench *bench = *state;
    uint8_t mac[6];
    neighbor_cache_learn(&bench->cache, 0, &router, mac_1);
    assert_state(bench, 0, "stale");
    assert_true(resolve(bench, 0, &router, mac));
    assert_state(bench, 0, "delay");
    /* The same address again changes nothing, another one does. */
    neighbor_cache_learn(&bench->cache, 1, &router, mac_1);
    assert_state(bench, 1, "delay");
    neighbor_cache_learn(&bench->cache, 2, &router, mac_2);
    assert_state(bench, 2, "stale");
    /* An advertisement of somebody unknown is not learnt. */
    neighbor_cache_flush(&bench->cache, 3);
    advertise(bench, 4, mac_1, true, true);
    assert_null(neighbor_cache_state(&bench->cache, 4, &router));
}

static void a_full_cache_forgets_the_oldest_that_nobody_waits_for(void **state)
{
    struct bench *bench = *state;
    uint8_t mac[6];
    bench->config.limit = 2;
    struct ip_address others[3] = {router, router, router};
    for (uint8_t i = 0; i < 3; i++)
        others[i].octets[15] = (uint8_t)(2 + i);
    make_reachable(bench, 0);
    assert_false(resolve(bench, 1, &others[0], mac));
    assert_false(resolve(bench, 2, &others[1], mac));
    assert_null(neighbor_cache_state(&bench->cache, 2, &router));
    /* Both that are left are being asked for. */
    assert_false(resolve(bench, 3, &others[2], mac));
    assert_int_equal(drop_log_count(&bench->log, "neighbor-queue-full"), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(packets_wait_for_the_advertisement_and_go_in_order),
        TEST(three_solicitations_a_second_apart_and_then_failure),
        TEST(the_oldest_of_four_waiting_packets_makes_room),
        TEST(a_stale_neighbor_is_used_for_five_seconds_and_then_probed),
        TEST(three_probes_without_an_answer_make_it_unreachable),
        TEST(another_address_counts_when_it_insists),
        TEST(a_solicitation_of_a_neighbor_makes_it_stale),
        TEST(a_full_cache_forgets_the_oldest_that_nobody_waits_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
