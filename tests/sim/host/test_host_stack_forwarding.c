#include "stack_bench.h"

static void a_ping_crosses_the_router_octet_by_octet(void **state)
{
    struct stack_bench *bench = *state;
    struct stack_echo echo = {.identifier = 0x0300};
    host_stack_echo_open(&bench->a, &echo);
    struct packet *packet = packet_from(&bench->simulation.packets, "abcdefgh", 8);
    assert_int_equal(host_stack_ping(&bench->a, &echo, 0, B, 0x4000, packet, NULL), STATUS_OK);
    bench_run(bench, SECOND);
    /* What b received: the router's ARP request, then the datagram with its TTL counted down. */
    assert_int_equal(bench->to_b.count, 2);
    unit_assert_hex(bench->to_b.octets[0], bench->to_b.lengths[0],
                    "ffffffffffff 020000000002 0806"
                    "0001080006040001 020000000002 0a000201 000000000000 0a000214");
    unit_assert_hex(bench->to_b.octets[1], bench->to_b.lengths[1],
                    "020000000014 020000000002 0800"
                    "45000024 00010000 7f0124bb 0a00010a 0a000214"
                    "0800236a 03004000 6162636465666768");
    /* What a received: the ARP reply of the router, and the echo reply, id 1 of b's own. */
    assert_int_equal(bench->to_a.count, 2);
    unit_assert_hex(bench->to_a.octets[0], bench->to_a.lengths[0],
                    "02000000000a 020000000001 0806"
                    "0001080006040002 020000000001 0a000101 02000000000a 0a00010a");
    unit_assert_hex(bench->to_a.octets[1], bench->to_a.lengths[1],
                    "02000000000a 020000000001 0800"
                    "45000024 00010000 7f0124bb 0a000214 0a00010a"
                    "00002b6a 03004000 6162636465666768");
    /* Nobody listens for the reply any more than echo_open() says. */
    bench_expect(bench, 1, "a packet.dropped protocol=icmp reason=no-listener");
    assert_int_equal(bench->r.counters.forwarded, 2);
    host_stack_echo_close(&bench->a, &echo);
}

static void time_to_live_ends_at_the_router(void **state)
{
    struct stack_bench *bench = *state;
    bench_warm_up(bench);
    for (unsigned ttl = 0; ttl <= 2; ttl++) {
        char datagram[] = "45000000 00070000 00110000 0a00010a 0a000214 1389138800080000";
        datagram[19] = (char)('0' + ttl);
        bench_inject(bench, datagram);
    }
    bench_expect(bench, 2, "r packet.dropped protocol=ipv4 reason=ttl-expired");
    bench_expect(bench, 2,
                 "r icmp.error.sent type=11 code=0 source=10.0.1.1 destination=10.0.1.10");
    bench_expect(bench, 1, "b packet.dropped protocol=udp reason=port-unreachable");
    assert_int_equal(bench->to_b.octets[0][14 + 8], 1);
    /* The error about the one with TTL 1 quotes what had come, not what would have gone on. */
    unit_assert_hex(bench->to_a.octets[1] + 34, bench->to_a.lengths[1] - 34,
                    "0b00cde6 00000000 4500001c 00070000 0111a2ad 0a00010a 0a000214"
                    "1389138800080000");
}

static void without_a_route_the_net_is_unreachable(void **state)
{
    struct stack_bench *bench = *state;
    bench_inject(bench, "45000000 00070000 40110000 0a00010a ac100001 1389138800080000");
    bench_expect(bench, 1, "r packet.dropped protocol=ipv4 reason=no-route");
    bench_expect(bench, 1, "r icmp.error.sent type=3 code=0 source=10.0.1.1 destination=10.0.1.10");
    assert_int_equal(bench->r.counters.out_no_routes, 1);
    /* A host without a route tells its own caller. */
    struct packet *packet = bench_packet(bench, 8);
    assert_int_equal(host_stack_send(&bench->r, 0, 0xac100001, 47, packet, NULL), STATUS_NOT_FOUND);
    bench_expect(bench, 2, "r packet.dropped protocol=ipv4 reason=no-route");
}

static void an_unreachable_network_is_refused_whatever_the_default_route_says(void **state)
{
    struct stack_bench *bench = *state;
    bench_warm_up(bench);
    assert_int_equal(host_stack_add_route(&bench->r, 0, 0, B, NULL, 1), STATUS_OK);
    assert_int_equal(host_stack_add_unreachable(&bench->r, 0xac100000, 16, 1), STATUS_OK);
    bench_inject(bench, "45000000 00070000 40110000 0a00010a ac100001 1389138800080000");
    bench_expect(bench, 1, "r packet.dropped protocol=ipv4 reason=no-route");
    bench_expect(bench, 1, "r icmp.error.sent type=3 code=0 source=10.0.1.1 destination=10.0.1.10");
    struct packet *packet = bench_packet(bench, 8);
    assert_int_equal(host_stack_send(&bench->r, 0, 0xac100001, 47, packet, NULL), STATUS_NOT_FOUND);
    assert_int_equal(host_stack_pick_source(&bench->r, 0xac100001, NULL, NULL), IPV4_ANY);
    /* A better route is not hindered, and beside the network the default holds. */
    assert_int_equal(host_stack_add_route(&bench->r, 0xac100002, 32, B, NULL, 1), STATUS_OK);
    bench_inject(bench, "45000000 00070000 40110000 0a00010a ac100002 1389138800080000");
    bench_inject(bench, "45000000 00070000 40110000 0a00010a ac110001 1389138800080000");
    bench_expect(bench, 2, "r packet.dropped protocol=ipv4 reason=no-route");
    bench_expect(bench, 2, "b packet.dropped protocol=ipv4 reason=not-for-us");
}

static void a_next_hop_that_does_not_answer_is_an_unreachable_host(void **state)
{
    struct stack_bench *bench = *state;
    bench_inject(bench, "45000000 00070000 40110000 0a00010a 0a000263 1389138800080000");
    bench_run(bench, 2900 * MS);
    bench_expect(bench, 0, "r packet.dropped");
    bench_run(bench, 200 * MS);
    bench_expect(bench, 1, "r arp.failed address=10.0.2.99");
    bench_expect(bench, 1, "r packet.dropped protocol=ipv4 reason=arp-timeout");
    bench_expect(bench, 1, "r icmp.error.sent type=3 code=1 source=10.0.1.1 destination=10.0.1.10");
    bench_expect(bench, 1,
                 "a icmp.error.received type=3 code=1 reporter=10.0.1.1 destination=10.0.2.99");
    /* The three requests, a second apart. */
    assert_int_equal(bench->to_b.count, 3);
}

static void too_long_and_not_to_be_fragmented_names_the_mtu(void **state)
{
    struct stack_bench *bench = *state;
    bench_warm_up(bench);
    host_stack_set_mtu(bench->r_wan, 1400);
    const struct stack_send_options df = {.dont_fragment = true};
    assert_int_equal(host_stack_send(&bench->a, 0, B, 47, bench_packet(bench, 1380), &df),
                     STATUS_OK);
    bench_run(bench, 20 * MS);
    assert_int_equal(bench->to_b.count, 1);
    assert_int_equal(host_stack_path_mtu(&bench->a, B), 1500);
    assert_int_equal(host_stack_send(&bench->a, 0, B, 47, bench_packet(bench, 1381), &df),
                     STATUS_OK);
    bench_run(bench, 20 * MS);
    assert_int_equal(bench->to_b.count, 1);
    bench_expect(bench, 1, "r packet.dropped protocol=ipv4 reason=fragmentation-needed");
    /* RFC 1191 section 4: the MTU is in the low half of the second word. */
    unit_assert_hex(bench->to_a.octets[1] + 34 + 4, 4, "00000578");
    bench_expect(bench, 1, "a ipv4.path-mtu destination=10.0.2.20 mtu=1400");
    assert_int_equal(host_stack_path_mtu(&bench->a, B), 1400);
    /* From now on the sender itself refuses, or fragments what may be. */
    assert_int_equal(host_stack_send(&bench->a, 0, B, 47, bench_packet(bench, 1381), &df),
                     STATUS_NO_ROOM);
    bench_expect(bench, 1, "a packet.dropped protocol=ipv4 reason=fragmentation-needed");
    assert_int_equal(host_stack_send(&bench->a, 0, B, 47, bench_packet(bench, 1381), NULL),
                     STATUS_OK);
    bench_expect(bench, 1,
                 "a ipv4.fragmented source=10.0.1.10 destination=10.0.2.20 length=1401 "
                 "mtu=1400 fragments=2");
    /* After ten minutes it tries again. */
    bench_run(bench, 600 * SECOND);
    assert_int_equal(host_stack_path_mtu(&bench->a, B), 1500);
}

static void a_path_below_576_octets_is_used_without_dont_fragment(void **state)
{
    struct stack_bench *bench = *state;
    bench_warm_up(bench);
    host_stack_set_mtu(bench->r_wan, 296);
    const struct stack_send_options df = {.dont_fragment = true};
    (void)host_stack_send(&bench->a, 0, B, 47, bench_packet(bench, 500), &df);
    bench_run(bench, 20 * MS);
    assert_int_equal(bench->to_b.count, 0);
    assert_int_equal(host_stack_path_mtu(&bench->a, B), 576);
    assert_int_equal(host_stack_send(&bench->a, 0, B, 47, bench_packet(bench, 500), &df),
                     STATUS_OK);
    bench_run(bench, 20 * MS);
    assert_int_equal(bench->to_b.count, 2);
    bench_expect(bench, 1, "b ipv4.reassembled source=10.0.1.10 destination=10.0.2.20 length=520");
}

static void the_router_cuts_what_may_be_cut(void **state)
{
    struct stack_bench *bench = *state;
    bench_warm_up(bench);
    host_stack_set_mtu(bench->r_wan, 576);
    assert_int_equal(host_stack_send(&bench->a, 0, B, 99, bench_packet(bench, 1480), NULL),
                     STATUS_OK);
    bench_run(bench, 20 * MS);
    assert_int_equal(bench->to_b.count, 3);
    assert_int_equal(bench->to_b.lengths[0], 14 + 20 + 552);
    assert_int_equal(bench->to_b.lengths[2], 14 + 20 + 376);
    /* All three have been counted down. */
    for (int i = 0; i < 3; i++)
        assert_int_equal(bench->to_b.octets[i][14 + 8], 127);
    assert_int_equal(bench->r.counters.fragments_created, 3);
    bench_expect(bench, 1, "b ipv4.reassembled source=10.0.1.10 destination=10.0.2.20 length=1500");
}

static void a_missing_fragment_is_reported_after_thirty_seconds(void **state)
{
    struct stack_bench *bench = *state;
    bench_warm_up(bench);
    bench_inject(bench, "45000000 00072000 40110000 0a00010a 0a000214 1389138800400000");
    bench_run(bench, 29 * SECOND);
    bench_expect(bench, 0, "b packet.dropped");
    bench_run(bench, SECOND);
    bench_expect(bench, 1, "b packet.dropped protocol=ipv4 reason=reassembly-timeout");
    bench_expect(bench, 1,
                 "a icmp.error.received type=11 code=1 reporter=10.0.2.20 destination=10.0.2.20");
    /* Without fragment zero there is nothing to report. */
    bench_inject(bench, "45000000 00082001 40110000 0a00010a 0a000214 1389138800400000");
    bench_run(bench, 31 * SECOND);
    bench_expect(bench, 2, "b packet.dropped protocol=ipv4 reason=reassembly-timeout");
    bench_expect(bench, 1, "b icmp.error.sent");
}

static void damaged_and_impossible_datagrams_end_here(void **state)
{
    struct stack_bench *bench = *state;
    bench_warm_up(bench);
    bench_inject(bench, "4500");
    bench_inject(bench, "65000000 00070000 40110000 0a00010a 0a000214");
    bench_expect(bench, 2, "r packet.dropped protocol=ipv4 reason=malformed");
    assert_int_equal(bench->r.counters.in_header_errors, 2);
    bench_inject(bench, "45000000 00070000 40110000 7f000001 0a000214");
    bench_inject(bench, "45000000 00070000 40110000 e0000001 0a000214");
    bench_inject(bench, "45000000 00070000 40110000 ffffffff 0a000214");
    bench_inject(bench, "45000000 00070000 40110000 00000000 0a000214");
    bench_expect(bench, 4, "r packet.dropped protocol=ipv4 reason=martian-source");
    bench_inject(bench, "45000000 00070000 40110000 0a00010a 7f000001");
    bench_inject(bench, "45000000 00070000 40110000 0a00010a 00000000");
    bench_expect(bench, 2, "r packet.dropped protocol=ipv4 reason=martian-destination");
    bench_expect(bench, 0, "r icmp.error.sent");
    assert_int_equal(bench->to_b.count, 0);
}

static void a_wrong_header_checksum_is_silently_discarded(void **state)
{
    struct stack_bench *bench = *state;
    struct packet *packet = bench_packet(bench, 40);
    uint8_t *p = packet->data;
    (void)unit_hex("45000028 00070000 40110001 0a00010a 0a000214", p, 40);
    ethernet_push(packet, host_stack_device(bench->r_lan)->mac,
                  host_stack_device(bench->a_lan)->mac, ETHERNET_TYPE_IPV4);
    device_transmit(host_stack_device(bench->a_lan), packet);
    bench_run(bench, 20 * MS);
    bench_expect(bench, 1, "r packet.dropped protocol=ipv4 reason=bad-checksum");
    bench_expect(bench, 0, "r icmp.error.sent");
}

static void broadcasts_are_not_forwarded(void **state)
{
    struct stack_bench *bench = *state;
    bench_warm_up(bench);
    /* RFC 2644: the broadcast address of the other network. */
    bench_inject(bench, "45000000 00070000 40110000 0a00010a 0a0002ff 1389138800080000");
    bench_expect(bench, 1, "r packet.dropped protocol=ipv4 reason=broadcast-not-forwarded");
    /* A unicast datagram in a link-layer broadcast (RFC 1812 section 5.3.4). */
    struct packet *packet = bench_packet(bench, 28);
    (void)unit_hex("4500001c 00070000 4011639d 0a00010a 0a000214 1389138800080000", packet->data,
                   28);
    wire_store_u16(packet->data + 10, 0);
    wire_store_u16(packet->data + 10, checksum(packet->data, 20));
    ethernet_push(packet, ethernet_broadcast, host_stack_device(bench->a_lan)->mac,
                  ETHERNET_TYPE_IPV4);
    device_transmit(host_stack_device(bench->a_lan), packet);
    bench_run(bench, 20 * MS);
    bench_expect(bench, 1, "r packet.dropped protocol=ipv4 reason=not-for-us");
    /* The limited broadcast stays on its network, and no error answers it. */
    packet = bench_packet(bench, 8);
    assert_int_equal(host_stack_send(&bench->a, 0, IPV4_BROADCAST, 99, packet, NULL), STATUS_OK);
    /* So does the network's own. */
    packet = bench_packet(bench, 8);
    assert_int_equal(host_stack_send(&bench->a, 0, 0x0a0001ff, 99, packet, NULL), STATUS_OK);
    bench_run(bench, 20 * MS);
    bench_expect(bench, 2, "r packet.dropped protocol=ipv4 reason=protocol-unreachable");
    bench_expect(bench, 0, "r icmp.error.sent");
    assert_int_equal(bench->to_b.count, 0);
}

static void our_own_broadcast_address_is_answered_by_no_error(void **state)
{
    struct stack_bench *bench = *state;
    /* In a unicast frame, as from a router that forwards such broadcasts. */
    bench_inject(bench, "45000000 00070000 40110000 0a00010a 0a0001ff 1389138800080000");
    bench_expect(bench, 1, "r packet.dropped protocol=udp reason=port-unreachable");
    bench_expect(bench, 0, "r icmp.error.sent");
    assert_int_equal(bench->r.counters.icmp_errors_suppressed, 1);
}

static void padding_is_cut_off_a_short_frame(void **state)
{
    struct stack_bench *bench = *state;
    bench_warm_up(bench);
    uint8_t octets[64] = {0};
    (void)unit_hex("4500001e 00070000 40010000 0a00010a 0a000101 08000a5c03004000 6162", octets,
                   64);
    wire_store_u16(octets + 10, checksum(octets, 20));
    wire_store_u16(octets + 22, 0);
    wire_store_u16(octets + 22, checksum(octets + 20, 10));
    memset(octets + 30, 0xee, 16);
    struct packet *frame = packet_from(&bench->simulation.packets, octets, 46);
    ethernet_push(frame, host_stack_device(bench->r_lan)->mac, host_stack_device(bench->a_lan)->mac,
                  ETHERNET_TYPE_IPV4);
    device_transmit(host_stack_device(bench->a_lan), frame);
    bench_run(bench, 20 * MS);
    assert_int_equal(bench->to_a.count, 1);
    assert_int_equal(bench->to_a.lengths[0], 14 + 30);
}

static void a_host_does_not_forward(void **state)
{
    struct stack_bench *bench = *state;
    bench->r.config.forwarding = false;
    bench_inject(bench, "45000000 00070000 40110000 0a00010a 0a000214 1389138800080000");
    bench_expect(bench, 1, "r packet.dropped protocol=ipv4 reason=not-for-us");
    bench_expect(bench, 0, "r icmp.error.sent");
}

static void five_thousand_host_routes_are_all_followed(void **state)
{
    struct stack_bench *bench = *state;
    bench_warm_up(bench);
    for (uint32_t i = 0; i < 5000; i++)
        assert_int_equal(
            host_stack_add_route(&bench->r, UINT32_C(0xc0000000) + i * 3, 32, B, NULL, 1),
            STATUS_OK);
    for (uint32_t i = 0; i < 5000; i += 50)
        assert_int_equal(host_stack_send(&bench->a, 0, UINT32_C(0xc0000000) + i * 3, 47,
                                         bench_packet(bench, 8), NULL),
                         STATUS_OK);
    (void)host_stack_send(&bench->a, 0, UINT32_C(0xc0000001), 47, bench_packet(bench, 8), NULL);
    bench_run(bench, 20 * MS);
    assert_int_equal(bench->to_b.count, 100);
    bench_expect(bench, 1, "r packet.dropped protocol=ipv4 reason=no-route");
    host_stack_set_up(&bench->r, bench->r_wan, false);
    assert_int_equal(bench->r.routes.count, 3);
}

static void a_storm_of_errors_is_limited(void **state)
{
    struct stack_bench *bench = *state;
    bench->r.config.icmp_errors_per_s = 10;
    icmp_rate_limit_init(&bench->r.icmp_limit, 10, 5);
    for (int i = 0; i < 50; i++)
        (void)host_stack_send(&bench->a, 0, 0xac100001, 47, bench_packet(bench, 8), NULL);
    /* Three may wait for the router's ARP reply, so the rest has gone before. */
    bench_run(bench, 20 * MS);
    for (int i = 0; i < 50; i++)
        (void)host_stack_send(&bench->a, 0, 0xac100001, 47, bench_packet(bench, 8), NULL);
    bench_run(bench, 20 * MS);
    bench_expect(bench, 53, "r packet.dropped protocol=ipv4 reason=no-route");
    bench_expect(bench, 5, "r icmp.error.sent");
    assert_int_equal(bench->r.counters.icmp_errors_sent, 5);
    assert_int_equal(bench->r.counters.icmp_errors_suppressed, 48);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_ping_crosses_the_router_octet_by_octet),
        TEST(time_to_live_ends_at_the_router),
        TEST(without_a_route_the_net_is_unreachable),
        TEST(an_unreachable_network_is_refused_whatever_the_default_route_says),
        TEST(a_next_hop_that_does_not_answer_is_an_unreachable_host),
        TEST(too_long_and_not_to_be_fragmented_names_the_mtu),
        TEST(a_path_below_576_octets_is_used_without_dont_fragment),
        TEST(the_router_cuts_what_may_be_cut),
        TEST(a_missing_fragment_is_reported_after_thirty_seconds),
        TEST(damaged_and_impossible_datagrams_end_here),
        TEST(a_wrong_header_checksum_is_silently_discarded),
        TEST(broadcasts_are_not_forwarded),
        TEST(our_own_broadcast_address_is_answered_by_no_error),
        TEST(padding_is_cut_off_a_short_frame),
        TEST(a_host_does_not_forward),
        TEST(five_thousand_host_routes_are_all_followed),
        TEST(a_storm_of_errors_is_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
