#include "host/host_stack_ipv6.h"
#include "inet/icmpv6.h"
#include "sim/host/stack_bench.h"

/* The bench's network: 2001:db8:1::a - router 2001:db8:1::1, 2001:db8:2::1 - 2001:db8:2::b. */

static void add_address(struct host_stack *stack, struct stack_interface *interface,
                        const char *text)
{
    struct ip_address own = unit_address(text);
    assert_int_equal(host_stack_ipv6_add_address(stack, interface, &own, 64), STATUS_OK);
}

static void add_default_route(struct host_stack *stack, const char *gateway)
{
    struct ip_address any = unit_address("::");
    struct ip_address via = unit_address(gateway);
    assert_int_equal(host_stack_ipv6_add_route(stack, &any, 0, &via, NULL, 1), STATUS_OK);
}

static int set_up(void **state)
{
    int result = bench_set_up(state);
    struct stack_bench *bench = *state;
    add_address(&bench->a, bench->a_lan, "2001:db8:1::a");
    add_address(&bench->r, bench->r_lan, "2001:db8:1::1");
    add_address(&bench->r, bench->r_wan, "2001:db8:2::1");
    add_address(&bench->b, bench->b_lan, "2001:db8:2::b");
    add_default_route(&bench->a, "2001:db8:1::1");
    add_default_route(&bench->b, "2001:db8:2::1");
    bench->line_count = 0;
    return result;
}

/* What an echo client has seen. */
struct seen {
    size_t replies;
    size_t octets;
    struct ip_address from;
    uint8_t hop_limit;
    size_t errors;
    struct stack_icmpv6_error error;
    uint16_t sequence;
};

static void see_reply(void *context, const struct ipv6_header *header, uint16_t sequence,
                      struct packet *packet)
{
    struct seen *seen = context;
    seen->replies++;
    seen->octets = packet->length;
    seen->from = header->source;
    seen->hop_limit = header->hop_limit;
    seen->sequence = sequence;
    packet_free(packet);
}

static void see_error(void *context, uint16_t sequence, const struct stack_icmpv6_error *error)
{
    struct seen *seen = context;
    seen->errors++;
    seen->error = *error;
    seen->sequence = sequence;
}

/* Pings from a with @length octets of data and lets it take its time. */
static enum status ping(struct stack_bench *bench, struct seen *seen, const char *destination,
                        size_t length, const struct stack_send_options *options)
{
    struct stack_echo echo = {
        .identifier = 7, .reply_ipv6 = see_reply, .error_ipv6 = see_error, .context = seen};
    struct ip_address to = unit_address(destination);
    *seen = (struct seen){0};
    host_stack_echo_open(&bench->a, &echo);
    enum status status =
        host_stack_ipv6_ping(&bench->a, &echo, &to, 5, bench_packet(bench, length), options);
    bench_run(bench, 4 * SECOND);
    host_stack_echo_close(&bench->a, &echo);
    return status;
}

static void a_ping_crosses_the_router(void **state)
{
    struct stack_bench *bench = *state;
    struct seen seen;
    struct ip_address b = unit_address("2001:db8:2::b");
    assert_int_equal(ping(bench, &seen, "2001:db8:2::b", 56, NULL), STATUS_OK);
    assert_int_equal(seen.replies, 1);
    assert_int_equal(seen.octets, 56);
    assert_int_equal(seen.sequence, 5);
    assert_int_equal(seen.hop_limit, 127);
    assert_true(ip_address_equal(&seen.from, &b));
    bench_expect(bench, 1, "b icmpv6.echo.answered source=2001:db8:1::a destination=2001:db8:2::b");
    bench_expect(bench, 1, "a neighbor.resolved address=2001:db8:1::1 mac=02:00:00:00:00:01");
    /* The router has learnt a's address from its solicitation, and need not ask. */
    bench_expect(bench, 1, "r neighbor.resolved address=2001:db8:1::a mac=02:00:00:00:00:0a");
    bench_expect(bench, 0, "r packet.dropped");
    bench_expect(bench, 0, "a packet.dropped");
}

static void a_solicitation_is_sent_to_the_group_of_its_target(void **state)
{
    struct stack_bench *bench = *state;
    struct seen seen;
    assert_int_equal(ping(bench, &seen, "2001:db8:2::b", 1, NULL), STATUS_OK);
    /* To b: what the router asks is the first that comes. */
    unit_assert_hex(bench->to_b.octets[0], bench->to_b.lengths[0],
                    "3333ff00000b 020000000002 86dd 60000000 0020 3a ff"
                    "20010db8000200000000000000000001 ff0200000000000000000001ff00000b"
                    "8700 1c10 00000000 20010db800020000000000000000000b 0101 020000000002");
    /* To a: what the router answers. */
    unit_assert_hex(bench->to_a.octets[0], bench->to_a.lengths[0],
                    "02000000000a 020000000001 86dd 60000000 0020 3a ff"
                    "20010db8000100000000000000000001 20010db800010000000000000000000a"
                    "8800 0a68 e0000000 20010db8000100000000000000000001 0201 020000000001");
}

static void link_local_addresses_follow_from_the_adapter(void **state)
{
    struct stack_bench *bench = *state;
    struct seen seen;
    char text[IP_TEXT_SIZE];
    assert_string_equal(ip_address_format(host_stack_ipv6_address(bench->a_lan, 0), text),
                        "fe80::ff:fe00:a");
    assert_string_equal(ip_address_format(host_stack_ipv6_address(bench->a_lan, 1), text),
                        "2001:db8:1::a");
    assert_null(host_stack_ipv6_address(bench->a_lan, 2));
    assert_int_equal(ping(bench, &seen, "fe80::ff:fe00:1", 1, NULL), STATUS_OK);
    assert_int_equal(seen.replies, 1);
    bench_expect(bench, 1, "r icmpv6.echo.answered source=fe80::ff:fe00:a");
    /* All nodes of the link answer, here the router alone. */
    assert_int_equal(ping(bench, &seen, "ff02::1", 1, NULL), STATUS_OK);
    assert_int_equal(seen.replies, 1);
    assert_string_equal(ip_address_format(&seen.from, text), "fe80::ff:fe00:1");
}

static void only_the_source_cuts_a_datagram(void **state)
{
    struct stack_bench *bench = *state;
    struct seen seen;
    assert_int_equal(ping(bench, &seen, "2001:db8:2::b", 3000, NULL), STATUS_OK);
    assert_int_equal(seen.replies, 1);
    assert_int_equal(seen.octets, 3000);
    /* 3,008 octets in pieces of 1,448, 1,448 and 112. */
    bench_expect(bench, 1,
                 "a ipv6.fragmented source=2001:db8:1::a destination=2001:db8:2::b length=3048 "
                 "mtu=1500 fragments=3");
    bench_expect(bench, 1, "b ipv6.reassembled source=2001:db8:1::a destination=2001:db8:2::b");
    bench_expect(bench, 0, "r ipv6.fragmented");
    const struct stack_send_options whole = {.dont_fragment = true};
    assert_int_equal(ping(bench, &seen, "2001:db8:2::b", 1452, &whole), STATUS_OK);
    assert_int_equal(seen.replies, 1);
    assert_int_equal(ping(bench, &seen, "2001:db8:2::b", 1453, &whole), STATUS_NO_ROOM);
    bench_expect(bench, 1, "a packet.dropped protocol=ipv6 reason=packet-too-big");
}

static void packet_too_big_lowers_the_path_mtu(void **state)
{
    struct stack_bench *bench = *state;
    struct seen seen;
    struct ip_address b = unit_address("2001:db8:2::b");
    host_stack_set_mtu(bench->r_wan, 1300);
    assert_int_equal(host_stack_ipv6_path_mtu(&bench->a, &b), 1500);
    assert_int_equal(ping(bench, &seen, "2001:db8:2::b", 1452, NULL), STATUS_OK);
    assert_int_equal(seen.replies, 0);
    assert_int_equal(seen.errors, 1);
    assert_int_equal(seen.error.type, ICMPV6_PACKET_TOO_BIG);
    assert_int_equal(seen.error.path_mtu, 1300);
    assert_int_equal(seen.sequence, 5);
    bench_expect(bench, 1, "r packet.dropped protocol=ipv6 reason=packet-too-big");
    bench_expect(bench, 1, "a ipv6.path-mtu destination=2001:db8:2::b mtu=1300");
    assert_int_equal(host_stack_ipv6_path_mtu(&bench->a, &b), 1300);
    assert_int_equal(ping(bench, &seen, "2001:db8:2::b", 1452, NULL), STATUS_OK);
    assert_int_equal(seen.replies, 1);
    bench_expect(bench, 1,
                 "a ipv6.fragmented source=2001:db8:1::a destination=2001:db8:2::b "
                 "length=1500 mtu=1300 fragments=2");
    /* After ten minutes the old estimate is tried again (RFC 8201 section 5.3). */
    bench_run(bench, 600 * SECOND);
    assert_int_equal(host_stack_ipv6_path_mtu(&bench->a, &b), 1500);
}

static void nobody_believes_in_links_below_1280_octets(void **state)
{
    struct stack_bench *bench = *state;
    struct seen seen;
    struct ip_address b = unit_address("2001:db8:2::b");
    host_stack_set_mtu(bench->r_wan, 1000);
    assert_int_equal(ping(bench, &seen, "2001:db8:2::b", 1200, NULL), STATUS_OK);
    bench_expect(bench, 1, "a packet.dropped protocol=icmpv6 reason=below-minimum-mtu");
    assert_int_equal(host_stack_ipv6_path_mtu(&bench->a, &b), 1500);
}

static void the_router_says_why_it_does_not_forward(void **state)
{
    struct stack_bench *bench = *state;
    struct seen seen;
    const struct stack_send_options short_lived = {.ttl = 1};
    assert_int_equal(ping(bench, &seen, "2001:db8:2::b", 1, &short_lived), STATUS_OK);
    assert_int_equal(seen.error.type, ICMPV6_TIME_EXCEEDED);
    assert_int_equal(seen.error.code, ICMPV6_HOP_LIMIT_EXCEEDED);
    struct ip_address router = unit_address("2001:db8:1::1");
    assert_true(ip_address_equal(&seen.error.reporter, &router));
    assert_int_equal(ping(bench, &seen, "2001:db8:3::1", 1, NULL), STATUS_OK);
    assert_int_equal(seen.error.type, ICMPV6_DESTINATION_UNREACHABLE);
    assert_int_equal(seen.error.code, ICMPV6_NO_ROUTE);
    /* Three solicitations of the router are in vain. */
    assert_int_equal(ping(bench, &seen, "2001:db8:2::c", 1, NULL), STATUS_OK);
    assert_int_equal(seen.error.type, ICMPV6_DESTINATION_UNREACHABLE);
    assert_int_equal(seen.error.code, ICMPV6_ADDRESS_UNREACHABLE);
    bench_expect(bench, 1, "r packet.dropped protocol=ipv6 reason=hop-limit-expired");
    bench_expect(bench, 1, "r packet.dropped protocol=ipv6 reason=no-route");
    bench_expect(bench, 1, "r packet.dropped protocol=ipv6 reason=neighbor-unreachable");
    bench_expect(bench, 1, "r neighbor.failed address=2001:db8:2::c");
}

/* Sends hexadecimal @payload behind an IPv6 header from a to b. */
static void inject(struct stack_bench *bench, uint8_t next_header, const char *payload)
{
    uint8_t octets[1000];
    struct ip_address b = unit_address("2001:db8:2::b");
    size_t length = unit_hex(payload, octets, sizeof octets);
    (void)host_stack_ipv6_send(&bench->a, NULL, &b, next_header,
                               packet_from(&bench->simulation.packets, octets, length), NULL);
    bench_run(bench, 20 * MS);
}

static void unknown_headers_and_options_are_parameter_problems(void **state)
{
    struct stack_bench *bench = *state;
    inject(bench, 99, "0102");
    bench_expect(bench, 1, "b packet.dropped protocol=ipv6 reason=unknown-next-header");
    bench_expect(bench, 1, "a icmpv6.error.received type=4 code=1 reporter=2001:db8:2::b");
    inject(bench, 60, "3b009e0400000000");
    bench_expect(bench, 1, "a icmpv6.error.received type=4 code=2 reporter=2001:db8:2::b");
    inject(bench, 60, "3b005e0400000000");
    bench_expect(bench, 1, "b packet.dropped protocol=ipv6 reason=option");
    inject(bench, 59, "0102");
    bench_expect(bench, 1, "b packet.dropped protocol=ipv6 reason=no-next-header");
    inject(bench, 60, "3b010000");
    bench_expect(bench, 1, "b packet.dropped protocol=ipv6 reason=malformed");
    /* A fragment inside what fragments were put together to. */
    inject(bench, 44, "2c000001 00000001 1100000000000002");
    inject(bench, 44, "2c000008 00000001 1100000100000002");
    bench_expect(bench, 0, "b packet.dropped protocol=ipv6 reason=nested-fragments");
    inject(bench, 44, "2c000001 00000009 1100000100000002");
    inject(bench, 44, "2c000008 00000009 0102030405060708");
    bench_expect(bench, 1, "b packet.dropped protocol=ipv6 reason=nested-fragments");
}

static void a_lost_fragment_is_told_after_a_minute(void **state)
{
    struct stack_bench *bench = *state;
    inject(bench, 44, "11000001 00000001 0400000900200000");
    bench_run(bench, 59 * SECOND);
    bench_expect(bench, 0, "a icmpv6.error.received");
    bench_run(bench, SECOND);
    bench_expect(bench, 1, "a icmpv6.error.received type=3 code=1 reporter=2001:db8:2::b");
}

struct udp_seen {
    struct host_stack *stack;
    size_t datagrams;
    size_t errors;
};

static void echo_udp(void *context, struct stack_udp_socket *socket,
                     struct stack_interface *interface, const struct ipv6_header *header,
                     uint16_t source_port, struct packet *packet)
{
    (void)interface;
    struct udp_seen *seen = context;
    seen->datagrams++;
    (void)host_stack_ipv6_udp_send(seen->stack, socket, NULL, &header->source, source_port, packet,
                                   NULL);
}

static void count_udp(void *context, struct stack_udp_socket *socket,
                      struct stack_interface *interface, const struct ipv6_header *header,
                      uint16_t source_port, struct packet *packet)
{
    (void)socket, (void)interface, (void)header, (void)source_port;
    struct udp_seen *seen = context;
    seen->datagrams++;
    packet_free(packet);
}

static void count_udp_error(void *context, struct stack_udp_socket *socket,
                            const struct stack_icmpv6_error *error)
{
    (void)socket;
    struct udp_seen *seen = context;
    assert_int_equal(error->type, ICMPV6_DESTINATION_UNREACHABLE);
    assert_int_equal(error->code, ICMPV6_PORT_UNREACHABLE);
    seen->errors++;
}

static void udp_reaches_ports_that_take_ipv6(void **state)
{
    struct stack_bench *bench = *state;
    struct udp_seen server = {.stack = &bench->b};
    struct udp_seen client = {.stack = &bench->a};
    struct stack_udp_socket echo = {.port = 7, .receive_ipv6 = echo_udp, .context = &server};
    struct stack_udp_socket ipv4_only = {.port = 8, .context = &server};
    struct stack_udp_socket socket = {
        .receive_ipv6 = count_udp, .error_ipv6 = count_udp_error, .context = &client};
    struct ip_address b = unit_address("2001:db8:2::b");
    assert_int_equal(host_stack_udp_bind(&bench->b, &echo), STATUS_OK);
    assert_int_equal(host_stack_udp_bind(&bench->b, &ipv4_only), STATUS_OK);
    assert_int_equal(host_stack_udp_bind(&bench->a, &socket), STATUS_OK);
    (void)host_stack_ipv6_udp_send(&bench->a, &socket, NULL, &b, 7, bench_packet(bench, 2000),
                                   NULL);
    bench_run(bench, SECOND);
    assert_int_equal(server.datagrams, 1);
    assert_int_equal(client.datagrams, 1);
    (void)host_stack_ipv6_udp_send(&bench->a, &socket, NULL, &b, 8, bench_packet(bench, 20), NULL);
    bench_run(bench, SECOND);
    assert_int_equal(client.errors, 1);
    bench_expect(bench, 1, "b packet.dropped protocol=udp reason=port-unreachable");
}

static void a_host_talks_to_itself(void **state)
{
    struct stack_bench *bench = *state;
    struct seen seen;
    assert_int_equal(ping(bench, &seen, "::1", 9, NULL), STATUS_OK);
    assert_int_equal(seen.replies, 1);
    assert_int_equal(ping(bench, &seen, "2001:db8:1::a", 9, NULL), STATUS_OK);
    assert_int_equal(seen.replies, 1);
}

static void an_interface_that_goes_down_takes_its_routes_along(void **state)
{
    struct stack_bench *bench = *state;
    struct seen seen;
    struct ip_address b = unit_address("2001:db8:2::b");
    struct ip_address a = unit_address("2001:db8:1::a");
    struct ip_address r = unit_address("2001:db8:1::1");
    host_stack_set_up(&bench->a, bench->a_lan, false);
    assert_false(host_stack_ipv6_is_local(&bench->a, &a));
    assert_int_equal(ping(bench, &seen, "2001:db8:2::b", 1, NULL), STATUS_NOT_FOUND);
    assert_int_equal(host_stack_ipv6_path_mtu(&bench->a, &b), 0);
    host_stack_set_up(&bench->a, bench->a_lan, true);
    assert_true(host_stack_ipv6_is_local(&bench->a, &a));
    assert_int_equal(host_stack_ipv6_path_mtu(&bench->a, &r), 1500);
    assert_int_equal(ping(bench, &seen, "2001:db8:1::1", 1, NULL), STATUS_OK);
    assert_int_equal(seen.replies, 1);
}

static void what_there_is_no_memory_for_was_ipv6(void **state)
{
    struct stack_bench *bench = *state;
    struct ip_address b = unit_address("2001:db8:2::b");
    struct packet *packet = bench_packet(bench, 8);
    packet_push(packet, packet_headroom(packet));
    bench->simulation.packets.limit = bench->simulation.packets.in_use;
    assert_int_equal(host_stack_ipv6_send(&bench->a, NULL, &b, 17, packet, NULL), STATUS_NO_MEMORY);
    bench_expect(bench, 1, "a packet.dropped protocol=ipv6 reason=no-memory");
}

static void again(void *context, struct packet *packet)
{
    struct ip_address peer = unit_address("2001:db8:3::b");
    (void)host_stack_ipv6_send(context, NULL, &peer, 47, packet, NULL);
}

static void a_tunnel_routed_into_itself_loses_ipv6(void **state)
{
    struct stack_bench *bench = *state;
    struct stack_interface *ppp = host_stack_add_point_to_point(&bench->a, "ppp0", 0x0a000201,
                                                                0x0a000202, 1400, again, &bench->a);
    add_address(&bench->a, ppp, "2001:db8:3::a");
    again(&bench->a, bench_packet(bench, 8));
    bench_run(bench, SECOND);
    bench_expect(bench, 1, "a packet.dropped protocol=ipv6 reason=tunnel-loop");
    bench_expect(bench, 0, "a packet.dropped protocol=ipv4");
}

static void addresses_that_no_interface_can_have_are_refused(void **state)
{
    struct stack_bench *bench = *state;
    static const char *const wrong[] = {"ff02::1", "::", "::1", "10.0.0.1", "2001:db8:1::a"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct ip_address own = unit_address(wrong[i]);
        assert_int_equal(host_stack_ipv6_add_address(&bench->a, bench->a_lan, &own, 24),
                         STATUS_INVALID);
    }
    struct ip_address gateway = unit_address("2001:db8:9::1");
    struct ip_address any = unit_address("::");
    assert_int_equal(host_stack_ipv6_add_route(&bench->a, &any, 1, &gateway, NULL, 1),
                     STATUS_NOT_FOUND);
}

static void a_host_without_an_address_knows_nothing_of_ipv6(void **state)
{
    struct stack_bench *bench = *state;
    struct ip_address group = ipv6_all_nodes();
    struct ip_address own = unit_address("fe80::5");
    struct ip_address any = unit_address("::");
    assert_int_equal(host_stack_ipv6_add_route(&bench->a, &any, 0, &own, NULL, 1),
                     STATUS_NOT_FOUND);
    assert_null(bench->a.ipv6);
    assert_false(host_stack_ipv6_is_local(&bench->a, &own));
    assert_int_equal(host_stack_ipv6_send(&bench->a, NULL, &own, 17, bench_packet(bench, 8), NULL),
                     STATUS_NOT_FOUND);
    assert_int_equal(host_stack_ipv6_add_address(&bench->r, bench->r_lan, &own, 64), STATUS_OK);
    assert_int_equal(
        host_stack_ipv6_send(&bench->r, &own, &group, 17, bench_packet(bench, 8), NULL), STATUS_OK);
    bench_run(bench, SECOND);
    bench_expect(bench, 1, "a packet.dropped protocol=ethernet reason=unknown-ethertype");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, bench_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_ping_crosses_the_router),
        TEST(a_solicitation_is_sent_to_the_group_of_its_target),
        TEST(link_local_addresses_follow_from_the_adapter),
        TEST(only_the_source_cuts_a_datagram),
        TEST(packet_too_big_lowers_the_path_mtu),
        TEST(nobody_believes_in_links_below_1280_octets),
        TEST(the_router_says_why_it_does_not_forward),
        TEST(unknown_headers_and_options_are_parameter_problems),
        TEST(a_lost_fragment_is_told_after_a_minute),
        TEST(udp_reaches_ports_that_take_ipv6),
        TEST(a_host_talks_to_itself),
        TEST(an_interface_that_goes_down_takes_its_routes_along),
        TEST(what_there_is_no_memory_for_was_ipv6),
        TEST(a_tunnel_routed_into_itself_loses_ipv6),
        TEST(addresses_that_no_interface_can_have_are_refused),
        cmocka_unit_test_setup_teardown(a_host_without_an_address_knows_nothing_of_ipv6,
                                        bench_set_up, bench_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
