#include "host/host_stack_internal.h"
#include "stack_bench.h"

/* The far end of a point-to-point interface: keeps what it is given. */
struct far_end {
    struct packet *packet;
    unsigned count;
};

static void keep(void *context, struct packet *packet)
{
    struct far_end *end = context;
    packet_free(end->packet);
    end->packet = packet;
    end->count++;
}

#define POINT UINT32_C(0xc0a80001)
#define PEER  UINT32_C(0xc0a80002)

static void an_idle_host_stays_small(void **state)
{
    struct stack_bench *bench = *state;
    size_t octets = sizeof(struct host_stack) + sizeof(struct stack_ethernet) +
                    bench->a.routes.capacity * sizeof(struct route);
    assert_null(bench->a.tcp);
    assert_null(bench->a.reassembly);
    assert_null(bench->a.routes.index);
    assert_null(bench->a.path_mtu.entries);
    assert_null(bench->a_lan->ethernet->arp.entries);
    assert_in_range(octets, 1, 1500);
    /* What each caller of a server costs here. */
    assert_in_range(sizeof(struct stack_interface), 1, 160);
}

static void datagrams_cross_a_point_to_point_interface(void **state)
{
    struct stack_bench *bench = *state;
    bench_warm_up(bench);
    struct far_end end = {0};
    struct stack_interface *ppp =
        host_stack_add_point_to_point(&bench->r, "ppp0", POINT, PEER, 1400, keep, &end);
    bench_expect(bench, 1, "r interface.up interface=ppp0 address=192.168.0.1");
    assert_int_equal(host_stack_send(&bench->a, 0, PEER, 47, bench_packet(bench, 100), NULL),
                     STATUS_OK);
    bench_run(bench, 20 * MS);
    assert_int_equal(end.count, 1);
    struct ipv4_header header;
    assert_int_equal(ipv4_decode(end.packet->data, end.packet->length, &header), IPV4_OK);
    assert_int_equal(header.destination, PEER);
    assert_int_equal(header.ttl, 127);
    /* Room for what a tunnel puts in front. */
    assert_true(packet_headroom(end.packet) >= 96);
    /* And back, through the router. */
    packet_free(end.packet);
    end.packet = NULL;
    struct packet *packet = bench_packet(bench, 8);
    ipv4_push(packet,
              &(struct ipv4_header){.ttl = 9, .protocol = 47, .source = PEER, .destination = A});
    host_stack_receive(&bench->r, ppp, packet);
    bench_run(bench, 20 * MS);
    bench_expect(bench, 1, "a packet.dropped protocol=ipv4 reason=protocol-unreachable");
    assert_int_equal(end.count, 2);
    packet_free(end.packet);
}

static void the_mtu_of_a_tunnel_is_named_to_the_sender(void **state)
{
    struct stack_bench *bench = *state;
    struct far_end end = {0};
    (void)host_stack_add_point_to_point(&bench->r, "ppp0", POINT, PEER, 1400, keep, &end);
    const struct stack_send_options df = {.dont_fragment = true};
    (void)host_stack_send(&bench->a, 0, PEER, 47, bench_packet(bench, 1400), &df);
    bench_run(bench, 20 * MS);
    assert_int_equal(end.count, 0);
    assert_int_equal(host_stack_path_mtu(&bench->a, PEER), 1400);
}

static void callers_share_the_servers_address(void **state)
{
    struct stack_bench *bench = *state;
    struct far_end ends[3] = {0};
    struct stack_interface *ppp[3];
    for (unsigned i = 0; i < 3; i++) {
        ppp[i] =
            host_stack_add_point_to_point(&bench->r, "ppp", R_WAN, PEER + i, 1400, keep, &ends[i]);
        assert_int_equal(ppp[i]->index, 3 + i);
    }
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(host_stack_send(&bench->r, 0, PEER + i, 47, bench_packet(bench, 8), NULL),
                         STATUS_OK);
        assert_int_equal(ends[i].count, 1);
        assert_int_equal(wire_load_u32(ends[i].packet->data + 12), R_WAN);
        packet_free(ends[i].packet);
    }
    /* The address stays as long as one of them, or the adapter, has it. */
    host_stack_remove_interface(&bench->r, ppp[1]);
    assert_int_equal(host_stack_send(&bench->r, 0, PEER + 1, 47, bench_packet(bench, 8), NULL),
                     STATUS_NOT_FOUND);
    host_stack_set_up(&bench->r, bench->r_wan, false);
    assert_true(host_stack_is_local(&bench->r, R_WAN));
    host_stack_remove_interface(&bench->r, ppp[0]);
    assert_true(host_stack_is_local(&bench->r, R_WAN));
    host_stack_remove_interface(&bench->r, ppp[2]);
    assert_false(host_stack_is_local(&bench->r, R_WAN));
    assert_int_equal(bench->r.routes.count, 3);
    assert_ptr_equal(host_stack_find_interface(&bench->r, "wan"), bench->r_wan);
    assert_null(host_stack_find_interface(&bench->r, "ppp"));
}

static void routes_by_hand_go_with_their_interface(void **state)
{
    struct stack_bench *bench = *state;
    struct far_end end = {0};
    struct stack_interface *ppp =
        host_stack_add_point_to_point(&bench->a, "ppp0", POINT, PEER, 1400, keep, &end);
    /* As a dialled connection does: a better default route, and a host route to the server. */
    assert_int_equal(host_stack_add_route(&bench->a, 0, 0, PEER, ppp, 0), STATUS_OK);
    assert_int_equal(host_stack_add_route(&bench->a, B, 32, R_LAN, NULL, 1), STATUS_OK);
    struct stack_interface *out;
    ipv4_address gateway;
    assert_int_equal(host_stack_pick_source(&bench->a, 0x08080808, &out, &gateway), POINT);
    assert_ptr_equal(out, ppp);
    assert_int_equal(gateway, PEER);
    assert_int_equal(host_stack_pick_source(&bench->a, B, &out, &gateway), A);
    assert_int_equal(gateway, R_LAN);
    host_stack_remove_interface(&bench->a, ppp);
    bench_expect(bench, 1, "a interface.down interface=ppp0");
    assert_int_equal(host_stack_pick_source(&bench->a, 0x08080808, &out, &gateway), A);
    assert_ptr_equal(out, bench->a_lan);
    assert_int_equal(host_stack_remove_route(&bench->a, B, 32, R_LAN, NULL), STATUS_OK);
    assert_int_equal(host_stack_remove_route(&bench->a, B, 32, R_LAN, NULL), STATUS_NOT_FOUND);
    /* A gateway that is nobody's neighbour, and a prefix that is none. */
    assert_int_equal(host_stack_add_route(&bench->a, B, 32, 0x01020304, NULL, 1), STATUS_NOT_FOUND);
    assert_int_equal(host_stack_add_route(&bench->a, B, 33, R_LAN, NULL, 1), STATUS_INVALID);
}

struct loop {
    struct host_stack *stack;
    unsigned count;
};

static void again(void *context, struct packet *packet)
{
    struct loop *loop = context;
    loop->count++;
    (void)host_stack_send(loop->stack, 0, PEER, 47, packet, NULL);
}

static void a_tunnel_routed_into_itself_is_noticed(void **state)
{
    struct stack_bench *bench = *state;
    /* What is sent into the tunnel is sent again, to the same place. */
    struct loop loop = {.stack = &bench->a};
    assert_non_null(
        host_stack_add_point_to_point(&bench->a, "ppp0", POINT, PEER, 1400, again, &loop));
    (void)host_stack_send(&bench->a, 0, PEER, 47, bench_packet(bench, 8), NULL);
    assert_int_equal(loop.count, 6);
    bench_expect(bench, 1, "a packet.dropped protocol=ipv4 reason=tunnel-loop");
}

/* A tunnel whose driver works when the stack is done with it, as one that is busy does. */
static void later(void *context, struct packet *packet)
{
    packet_queue_push(context, packet);
}

static void a_tunnel_that_takes_its_time_is_noticed_too(void **state)
{
    struct stack_bench *bench = *state;
    struct packet_queue queue = {0};
    assert_non_null(
        host_stack_add_point_to_point(&bench->a, "ppp0", POINT, PEER, 1400, later, &queue));
    (void)host_stack_send(&bench->a, 0, PEER, 47, bench_packet(bench, 8), NULL);
    unsigned count = 0;
    for (struct packet *packet; (packet = packet_queue_pop(&queue)); count++)
        (void)host_stack_send(&bench->a, 0, PEER, 47, packet, NULL);
    assert_int_equal(count, 6);
    bench_expect(bench, 1, "a packet.dropped protocol=ipv4 reason=tunnel-loop");
}

static void an_interface_that_is_down_passes_nothing(void **state)
{
    struct stack_bench *bench = *state;
    bench_warm_up(bench);
    host_stack_set_up(&bench->r, bench->r_wan, false);
    bench_expect(bench, 1, "r interface.down interface=wan address=10.0.2.1");
    (void)host_stack_send(&bench->a, 0, B, 47, bench_packet(bench, 8), NULL);
    (void)host_stack_send(&bench->b, 0, R_WAN, 47, bench_packet(bench, 8), NULL);
    bench_run(bench, 20 * MS);
    bench_expect(bench, 1, "r packet.dropped protocol=ipv4 reason=no-route");
    bench_expect(bench, 1, "r packet.dropped protocol=ethernet reason=interface-down");
    assert_false(host_stack_is_local(&bench->r, R_WAN));
    host_stack_set_up(&bench->r, bench->r_wan, true);
    (void)host_stack_send(&bench->a, 0, B, 47, bench_packet(bench, 8), NULL);
    bench_run(bench, 20 * MS);
    bench_expect(bench, 1, "b packet.dropped protocol=ipv4 reason=protocol-unreachable");
    /* What waited for an answer when it went down is lost. */
    (void)host_stack_send(&bench->a, 0, 0x0a000163, 47, bench_packet(bench, 8), NULL);
    host_stack_set_up(&bench->a, bench->a_lan, false);
    bench_expect(bench, 1, "a packet.dropped protocol=ipv4 reason=interface-down");
    bench_run(bench, 20 * MS);
}

static void an_address_can_change(void **state)
{
    struct stack_bench *bench = *state;
    assert_int_equal(host_stack_set_address(&bench->b, bench->b_lan, 0x0a000263, 25, 0), STATUS_OK);
    bench_expect(bench, 1, "b interface.address interface=lan address=10.0.2.99 prefix=25");
    assert_false(host_stack_is_local(&bench->b, B));
    assert_true(host_stack_is_local(&bench->b, 0x0a000263));
    (void)host_stack_send(&bench->a, 0, 0x0a000263, 47, bench_packet(bench, 8), NULL);
    bench_run(bench, 20 * MS);
    bench_expect(bench, 1, "b packet.dropped protocol=ipv4 reason=protocol-unreachable");
}

static void the_router_answers_for_its_callers(void **state)
{
    struct stack_bench *bench = *state;
    struct far_end end = {0};
    const ipv4_address caller = 0x0a000232;
    struct stack_interface *ppp =
        host_stack_add_point_to_point(&bench->r, "ppp0", R_WAN, caller, 1400, keep, &end);
    assert_int_equal(host_stack_add_proxy_arp(&bench->r, ppp, caller), STATUS_INVALID);
    assert_int_equal(host_stack_add_proxy_arp(&bench->r, bench->r_wan, caller), STATUS_OK);
    (void)host_stack_send(&bench->b, 0, caller, 47, bench_packet(bench, 8), NULL);
    bench_run(bench, 20 * MS);
    unit_assert_hex(bench->to_b.octets[0], bench->to_b.lengths[0],
                    "020000000014 020000000002 0806"
                    "0001080006040002 020000000002 0a000232 020000000014 0a000214");
    assert_int_equal(end.count, 1);
    packet_free(end.packet);
    /* On that interface only, and only while it stands. */
    (void)host_stack_send(&bench->a, 0, 0x0a000132, 47, bench_packet(bench, 8), NULL);
    assert_int_equal(host_stack_remove_proxy_arp(&bench->r, bench->r_lan, caller),
                     STATUS_NOT_FOUND);
    assert_int_equal(host_stack_remove_proxy_arp(&bench->r, bench->r_wan, caller), STATUS_OK);
    arp_cache_flush(&bench->b_lan->ethernet->arp, bench->simulation.now);
    (void)host_stack_send(&bench->b, 0, caller, 47, bench_packet(bench, 8), NULL);
    bench_run(bench, 10 * SECOND);
    bench_expect(bench, 1, "b arp.failed address=10.0.2.50");
}

static void the_same_address_twice_is_a_conflict(void **state)
{
    struct stack_bench *bench = *state;
    assert_int_equal(host_stack_set_address(&bench->r, bench->r_wan, B, 24, 0), STATUS_OK);
    host_stack_announce(&bench->r, bench->r_wan);
    bench_run(bench, 20 * MS);
    unit_assert_hex(bench->to_b.octets[0], bench->to_b.lengths[0],
                    "ffffffffffff 020000000002 0806"
                    "0001080006040001 020000000002 0a000214 000000000000 0a000214");
    bench_expect(bench, 1, "b arp.conflict interface=lan address=10.0.2.20 mac=02:00:00:00:00:02");
}

static void frames_for_others_and_unknown_ones_are_dropped(void **state)
{
    struct stack_bench *bench = *state;
    const uint8_t other[6] = {2, 0, 0, 0, 0, 0x77};
    struct device *from = host_stack_device(bench->a_lan);
    struct packet *frame = bench_packet(bench, 46);
    ethernet_push(frame, other, from->mac, ETHERNET_TYPE_IPV4);
    device_transmit(from, frame);
    frame = bench_packet(bench, 46);
    ethernet_push(frame, ethernet_broadcast, from->mac, ETHERNET_TYPE_IPV6);
    device_transmit(from, frame);
    frame = bench_packet(bench, 20);
    ethernet_push(frame, ethernet_broadcast, from->mac, ETHERNET_TYPE_ARP);
    device_transmit(from, frame);
    device_transmit(from, bench_packet(bench, 13));
    bench_run(bench, 20 * MS);
    bench_expect(bench, 1, "r packet.dropped protocol=ethernet reason=not-for-us");
    bench_expect(bench, 1, "r packet.dropped protocol=ethernet reason=unknown-ethertype");
    bench_expect(bench, 1, "r packet.dropped protocol=arp reason=malformed");
    bench_expect(bench, 1, "r packet.dropped protocol=ethernet reason=malformed");
    /* An adapter that has been removed still hangs on its link. */
    host_stack_remove_interface(&bench->r, bench->r_lan);
    host_stack_announce(&bench->a, bench->a_lan);
    bench_run(bench, 20 * MS);
    bench_expect(bench, 1, "r packet.dropped protocol=ethernet reason=interface-down");
}

static void a_datagram_can_be_sent_by_a_chosen_interface(void **state)
{
    struct stack_bench *bench = *state;
    assert_int_equal(host_stack_send_by(&bench->r, bench->r_wan, R_WAN, 0x0a0002ff, 47,
                                        bench_packet(bench, 8), NULL),
                     STATUS_OK);
    assert_int_equal(host_stack_send_by(&bench->r, bench->r_wan, 0, IPV4_BROADCAST, 47,
                                        bench_packet(bench, 8), NULL),
                     STATUS_OK);
    bench_run(bench, 20 * MS);
    assert_int_equal(bench->to_b.count, 2);
    for (int i = 0; i < 2; i++)
        unit_assert_hex(bench->to_b.octets[i], 14, "ffffffffffff 020000000002 0800");
    unit_assert_hex(bench->to_b.octets[1] + 26, 8, "00000000 ffffffff");
    /* By a gateway where the route through that interface has one. */
    assert_int_equal(
        host_stack_send_by(&bench->a, bench->a_lan, A, B, 47, bench_packet(bench, 8), NULL),
        STATUS_OK);
    bench_run(bench, 20 * MS);
    bench_expect(bench, 3, "b packet.dropped protocol=ipv4 reason=protocol-unreachable");
}

static void multicasts_go_to_their_group_address(void **state)
{
    struct stack_bench *bench = *state;
    (void)host_stack_send(&bench->r, R_WAN, 0xe0000009, 47, bench_packet(bench, 8), NULL);
    bench_run(bench, 20 * MS);
    unit_assert_hex(bench->to_b.octets[0], 14, "01005e000009 020000000002 0800");
    bench_expect(bench, 1, "b packet.dropped protocol=ipv4 reason=protocol-unreachable");
    bench_expect(bench, 0, "b icmp.error.sent");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_idle_host_stays_small),
        TEST(datagrams_cross_a_point_to_point_interface),
        TEST(the_mtu_of_a_tunnel_is_named_to_the_sender),
        TEST(callers_share_the_servers_address),
        TEST(routes_by_hand_go_with_their_interface),
        TEST(a_tunnel_routed_into_itself_is_noticed),
        TEST(a_tunnel_that_takes_its_time_is_noticed_too),
        TEST(an_interface_that_is_down_passes_nothing),
        TEST(an_address_can_change),
        TEST(the_router_answers_for_its_callers),
        TEST(the_same_address_twice_is_a_conflict),
        TEST(frames_for_others_and_unknown_ones_are_dropped),
        TEST(a_datagram_can_be_sent_by_a_chosen_interface),
        TEST(multicasts_go_to_their_group_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
