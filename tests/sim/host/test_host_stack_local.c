#include "stack_bench.h"

/* What a callback has been given. */
struct seen {
    unsigned count;
    ipv4_address source;
    ipv4_address destination;
    ipv4_address reporter;
    uint16_t port;
    uint16_t sequence;
    uint16_t path_mtu;
    uint8_t type;
    uint8_t code;
    size_t length;
    uint8_t first;
    const struct stack_interface *interface;
};

static void see_udp(void *context, struct stack_udp_socket *socket,
                    struct stack_interface *interface, const struct ipv4_header *header,
                    uint16_t source_port, struct packet *packet)
{
    struct seen *seen = context;
    (void)socket;
    seen->count++;
    seen->source = header->source;
    seen->destination = header->destination;
    seen->port = source_port;
    seen->length = packet->length;
    seen->first = packet->length > 0 ? packet->data[0] : 0;
    seen->interface = interface;
    packet_free(packet);
}

static void see_udp_error(void *context, struct stack_udp_socket *socket,
                          const struct stack_icmp_error *error)
{
    struct seen *seen = context;
    (void)socket;
    seen->count++;
    seen->type = error->type;
    seen->code = error->code;
    seen->reporter = error->reporter;
    seen->destination = error->quoted.destination;
    seen->port = wire_load_u16(error->payload + 2);
}

static void see_protocol(void *context, struct stack_interface *interface,
                         const struct ipv4_header *header, struct packet *packet)
{
    struct seen *seen = context;
    seen->count++;
    seen->source = header->source;
    seen->destination = header->destination;
    seen->length = packet->length;
    seen->first = packet->data[0];
    seen->interface = interface;
    packet_free(packet);
}

static void see_protocol_error(void *context, const struct stack_icmp_error *error)
{
    struct seen *seen = context;
    seen->count++;
    seen->type = error->type;
    seen->code = error->code;
    seen->path_mtu = error->path_mtu;
    seen->first = error->payload[0];
}

static void see_reply(void *context, const struct ipv4_header *header, uint16_t sequence,
                      struct packet *packet)
{
    struct seen *seen = context;
    seen->count++;
    seen->source = header->source;
    seen->sequence = sequence;
    seen->length = packet->length;
    packet_free(packet);
}

static void see_echo_error(void *context, uint16_t sequence, const struct stack_icmp_error *error)
{
    struct seen *seen = context;
    seen->count++;
    seen->sequence = sequence;
    seen->type = error->type;
    seen->code = error->code;
    seen->reporter = error->reporter;
}

static void a_udp_datagram_reaches_its_socket(void **state)
{
    struct stack_bench *bench = *state;
    struct seen seen = {0};
    struct stack_udp_socket server = {.port = 1701, .receive = see_udp, .context = &seen};
    struct stack_udp_socket client = {0};
    assert_int_equal(host_stack_udp_bind(&bench->b, &server), STATUS_OK);
    assert_int_equal(host_stack_udp_bind(&bench->a, &client), STATUS_OK);
    assert_int_equal(client.port, 1025);
    assert_int_equal(host_stack_udp_send(&bench->a, &client, B, 1701, bench_packet(bench, 5), NULL),
                     STATUS_OK);
    bench_run(bench, 20 * MS);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.source, A);
    assert_int_equal(seen.destination, B);
    assert_int_equal(seen.port, 1025);
    assert_int_equal(seen.length, 5);
    assert_int_equal(seen.first, 0x5a);
    assert_ptr_equal(seen.interface, bench->b_lan);
    bench_expect(bench, 0, "b packet.dropped");
    /* Several datagrams put together from fragments too. */
    assert_int_equal(
        host_stack_udp_send(&bench->a, &client, B, 1701, bench_packet(bench, 60000), NULL),
        STATUS_OK);
    bench_run(bench, 20 * MS);
    assert_int_equal(seen.length, 60000);
    host_stack_udp_unbind(&bench->b, &server);
    (void)host_stack_udp_send(&bench->a, &client, B, 1701, bench_packet(bench, 5), NULL);
    bench_run(bench, 20 * MS);
    bench_expect(bench, 1, "b packet.dropped protocol=udp reason=port-unreachable");
    host_stack_udp_unbind(&bench->a, &client);
}

static void ports_are_taken_once(void **state)
{
    struct stack_bench *bench = *state;
    struct seen any_seen = {0};
    struct seen one_seen = {0};
    struct stack_udp_socket any = {.port = 500, .receive = see_udp, .context = &any_seen};
    struct stack_udp_socket again = {.port = 500};
    struct stack_udp_socket one = {
        .address = B, .port = 500, .receive = see_udp, .context = &one_seen};
    struct stack_udp_socket foreign = {.address = A, .port = 500};
    assert_int_equal(host_stack_udp_bind(&bench->b, &any), STATUS_OK);
    assert_int_equal(host_stack_udp_bind(&bench->b, &again), STATUS_NO_ROOM);
    assert_int_equal(host_stack_udp_bind(&bench->b, &one), STATUS_OK);
    assert_int_equal(host_stack_udp_bind(&bench->b, &foreign), STATUS_NOT_FOUND);
    struct stack_udp_socket client = {.port = 500};
    assert_int_equal(host_stack_udp_bind(&bench->a, &client), STATUS_OK);
    (void)host_stack_udp_send(&bench->a, &client, B, 500, bench_packet(bench, 5), NULL);
    bench_run(bench, 20 * MS);
    /* The socket bound to the address comes before the one bound to any. */
    assert_int_equal(one_seen.count, 1);
    assert_int_equal(any_seen.count, 0);
    host_stack_udp_unbind(&bench->b, &any);
    assert_int_equal(host_stack_udp_bind(&bench->b, &any), STATUS_OK);
    (void)host_stack_udp_send(&bench->a, &client, B, 500, bench_packet(bench, 5), NULL);
    bench_run(bench, 20 * MS);
    assert_int_equal(one_seen.count, 2);
    assert_int_equal(any_seen.count, 0);
    /* 3,976 ports may be had without asking for one. */
    static struct stack_udp_socket sockets[3977];
    memset(sockets, 0, sizeof sockets);
    for (size_t i = 0; i < 3976; i++)
        assert_int_equal(host_stack_udp_bind(&bench->a, &sockets[i]), STATUS_OK);
    assert_int_equal(sockets[3975].port, 5000);
    assert_int_equal(host_stack_udp_bind(&bench->a, &sockets[3976]), STATUS_NO_ROOM);
}

static void an_unbound_port_is_reported_to_the_sender(void **state)
{
    struct stack_bench *bench = *state;
    struct seen seen = {0};
    struct stack_udp_socket client = {.error = see_udp_error, .context = &seen};
    assert_int_equal(host_stack_udp_bind(&bench->a, &client), STATUS_OK);
    (void)host_stack_udp_send(&bench->a, &client, B, 9, bench_packet(bench, 5), NULL);
    bench_run(bench, 20 * MS);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.type, 3);
    assert_int_equal(seen.code, 3);
    assert_int_equal(seen.reporter, B);
    assert_int_equal(seen.destination, B);
    assert_int_equal(seen.port, 9);
    /* A broadcast to it is not. */
    (void)host_stack_udp_send(&bench->a, &client, IPV4_BROADCAST, 9, bench_packet(bench, 5), NULL);
    bench_run(bench, 20 * MS);
    bench_expect(bench, 1, "r packet.dropped protocol=udp reason=port-unreachable");
    assert_int_equal(seen.count, 1);
}

static void damaged_udp_is_silently_discarded(void **state)
{
    struct stack_bench *bench = *state;
    bench_warm_up(bench);
    bench_inject(bench, "45000000 00070000 40110000 0a00010a 0a000214 1389138800091111 aa");
    bench_expect(bench, 1, "b packet.dropped protocol=udp reason=bad-checksum");
    bench_inject(bench, "45000000 00070000 40110000 0a00010a 0a000214 1389138800300000 aa");
    bench_expect(bench, 1, "b packet.dropped protocol=udp reason=malformed");
    bench_expect(bench, 0, "b icmp.error.sent");
}

static void a_protocol_has_one_handler(void **state)
{
    struct stack_bench *bench = *state;
    struct seen first = {0};
    struct seen second = {0};
    struct seen errors = {0};
    struct stack_protocol one = {.protocol = 47, .receive = see_protocol, .context = &first};
    struct stack_protocol two = {.protocol = 47, .receive = see_protocol, .context = &second};
    struct stack_protocol sender = {
        .protocol = 47, .error = see_protocol_error, .context = &errors};
    host_stack_set_protocol(&bench->a, &sender);
    (void)host_stack_send(&bench->a, 0, B, 47, bench_packet(bench, 12), NULL);
    bench_run(bench, 20 * MS);
    bench_expect(bench, 1, "b packet.dropped protocol=ipv4 reason=protocol-unreachable");
    assert_int_equal(errors.count, 1);
    assert_int_equal(errors.type, 3);
    assert_int_equal(errors.code, 2);
    assert_int_equal(errors.first, 0x5a);
    host_stack_set_protocol(&bench->b, &one);
    (void)host_stack_send(&bench->a, 0, B, 47, bench_packet(bench, 12), NULL);
    bench_run(bench, 20 * MS);
    assert_int_equal(first.count, 1);
    assert_int_equal(first.length, 12);
    assert_int_equal(first.source, A);
    assert_int_equal(first.first, 0x5a);
    host_stack_set_protocol(&bench->b, &two);
    (void)host_stack_send(&bench->a, 0, B, 47, bench_packet(bench, 12), NULL);
    bench_run(bench, 20 * MS);
    assert_int_equal(first.count, 1);
    assert_int_equal(second.count, 1);
    host_stack_clear_protocol(&bench->b, &two);
    (void)host_stack_send(&bench->a, 0, B, 47, bench_packet(bench, 12), NULL);
    bench_run(bench, 20 * MS);
    bench_expect(bench, 2, "b packet.dropped protocol=ipv4 reason=protocol-unreachable");
}

static void path_mtu_reaches_the_protocol_that_sent(void **state)
{
    struct stack_bench *bench = *state;
    struct seen errors = {0};
    struct stack_protocol sender = {
        .protocol = 47, .error = see_protocol_error, .context = &errors};
    host_stack_set_protocol(&bench->a, &sender);
    host_stack_set_mtu(bench->r_wan, 1000);
    const struct stack_send_options df = {.dont_fragment = true};
    (void)host_stack_send(&bench->a, 0, B, 47, bench_packet(bench, 1200), &df);
    bench_run(bench, 20 * MS);
    assert_int_equal(errors.count, 1);
    assert_int_equal(errors.code, 4);
    assert_int_equal(errors.path_mtu, 1000);
}

static void pings_are_answered_unless_told_otherwise(void **state)
{
    struct stack_bench *bench = *state;
    struct seen seen = {0};
    struct stack_echo echo = {.identifier = 7, .reply = see_reply, .context = &seen};
    host_stack_echo_open(&bench->a, &echo);
    assert_int_equal(host_stack_ping(&bench->a, &echo, 0, B, 3, bench_packet(bench, 32), NULL),
                     STATUS_OK);
    bench_run(bench, 20 * MS);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.sequence, 3);
    assert_int_equal(seen.length, 32);
    assert_int_equal(seen.source, B);
    /* 65,507 octets, the most there can be, come back as well. */
    assert_int_equal(host_stack_ping(&bench->a, &echo, 0, B, 4, bench_packet(bench, 65507), NULL),
                     STATUS_OK);
    bench_run(bench, 20 * MS);
    assert_int_equal(seen.count, 2);
    assert_int_equal(seen.length, 65507);
    assert_int_equal(host_stack_ping(&bench->a, &echo, 0, B, 4, bench_packet(bench, 65508), NULL),
                     STATUS_INVALID);
    bench_expect(bench, 1, "a packet.dropped protocol=ipv4 reason=too-long");
    bench->b.config.echo_replies = false;
    (void)host_stack_ping(&bench->a, &echo, 0, B, 5, bench_packet(bench, 8), NULL);
    bench_run(bench, 20 * MS);
    bench_expect(bench, 1, "b packet.dropped protocol=icmp reason=echo-off");
    /* RFC 1122 section 3.2.2.6: a broadcast ping may be ignored. */
    (void)host_stack_ping(&bench->a, &echo, 0, 0x0a0001ff, 6, bench_packet(bench, 8), NULL);
    bench_run(bench, 20 * MS);
    bench_expect(bench, 1, "r packet.dropped protocol=icmp reason=broadcast-echo");
    assert_int_equal(seen.count, 2);
    host_stack_echo_close(&bench->a, &echo);
}

static void a_failing_ping_says_who_gave_up(void **state)
{
    struct stack_bench *bench = *state;
    struct seen seen = {0};
    struct stack_echo echo = {.identifier = 7, .error = see_echo_error, .context = &seen};
    host_stack_echo_open(&bench->a, &echo);
    const struct stack_send_options one_hop = {.ttl = 1};
    (void)host_stack_ping(&bench->a, &echo, 0, B, 8, bench_packet(bench, 8), &one_hop);
    bench_run(bench, 20 * MS);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.type, 11);
    assert_int_equal(seen.sequence, 8);
    assert_int_equal(seen.reporter, R_LAN);
    /* A neighbour that does not exist: the host itself says so. */
    (void)host_stack_ping(&bench->a, &echo, 0, 0x0a000163, 9, bench_packet(bench, 8), NULL);
    bench_run(bench, 4 * SECOND);
    assert_int_equal(seen.count, 2);
    assert_int_equal(seen.type, 3);
    assert_int_equal(seen.code, 1);
    assert_int_equal(seen.sequence, 9);
    assert_int_equal(seen.reporter, A);
    bench_expect(bench, 1, "a packet.dropped protocol=ipv4 reason=arp-timeout");
    host_stack_echo_close(&bench->a, &echo);
}

static void bad_icmp_is_dropped(void **state)
{
    struct stack_bench *bench = *state;
    bench_warm_up(bench);
    bench_inject(bench, "45000000 00070000 40010000 0a00010a 0a000214 0800f7");
    bench_expect(bench, 1, "b packet.dropped protocol=icmp reason=malformed");
    bench_inject(bench, "45000000 00070000 40010000 0a00010a 0a000214 0800f7fe00000000");
    bench_expect(bench, 1, "b packet.dropped protocol=icmp reason=bad-checksum");
    bench_inject(bench, "45000000 00070000 40010000 0a00010a 0a000214 0d00f2ff00000000");
    bench_expect(bench, 1, "b packet.dropped protocol=icmp reason=unknown-type");
    /* An error that quotes too little. */
    bench_inject(bench, "45000000 00070000 40010000 0a00010a 0a000214 0301fcfe00000000");
    bench_expect(bench, 2, "b packet.dropped protocol=icmp reason=malformed");
    bench_inject(bench, "45000000 00070000 40010000 0a00010a 0a000214 03019fc300000000"
                        "4500001c 00000000 01010000 0a000214 0a00010a 00000000000000");
    bench_expect(bench, 3, "b packet.dropped protocol=icmp reason=malformed");
    /* An error about what b has never sent: its quoted source is another's. */
    bench_inject(bench, "45000000 00070000 40010000 0a00010a 0a000214 0301a06000000000"
                        "4500001c 00000000 01010000 0a000177 0a00010a 0000000000000000");
    bench_expect(bench, 0, "b icmp.error.received");
    bench_expect(bench, 1, "b packet.dropped protocol=icmp reason=not-for-us");
}

static void what_a_host_sends_to_itself_comes_back_at_once(void **state)
{
    struct stack_bench *bench = *state;
    struct seen seen = {0};
    struct stack_udp_socket socket = {.port = 53, .receive = see_udp, .context = &seen};
    assert_int_equal(host_stack_udp_bind(&bench->a, &socket), STATUS_OK);
    assert_int_equal(host_stack_udp_send(&bench->a, &socket, A, 53, bench_packet(bench, 5), NULL),
                     STATUS_OK);
    /* Not from within the call. */
    assert_int_equal(seen.count, 0);
    bench_run(bench, 0);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.source, A);
    assert_null(seen.interface);
    assert_int_equal(
        host_stack_udp_send(&bench->a, &socket, 0x7f000001, 53, bench_packet(bench, 5), NULL),
        STATUS_OK);
    bench_run(bench, 0);
    assert_int_equal(seen.count, 2);
    assert_int_equal(seen.source, 0x7f000001);
    assert_int_equal(seen.destination, 0x7f000001);
    assert_true(host_stack_is_local(&bench->a, 0x7f123456));
    assert_int_equal(host_stack_path_mtu(&bench->a, A), 65535);
    /* Nothing of it has been on the wire. */
    bench_run(bench, SECOND);
    bench_expect(bench, 0, "r ");
}

static void a_host_without_an_address_hears_an_offer(void **state)
{
    struct stack_bench *bench = *state;
    struct seen seen = {0};
    struct stack_udp_socket client = {.port = 68, .receive = see_udp, .context = &seen};
    struct stack_udp_socket server = {.port = 67, .receive = see_udp, .context = &seen};
    assert_int_equal(host_stack_set_address(&bench->a, bench->a_lan, 0, 0, 0), STATUS_OK);
    assert_int_equal(host_stack_udp_bind(&bench->a, &client), STATUS_OK);
    assert_int_equal(host_stack_udp_bind(&bench->r, &server), STATUS_OK);
    assert_int_equal(host_stack_udp_send_by(&bench->a, &client, bench->a_lan, 0, IPV4_BROADCAST, 67,
                                            bench_packet(bench, 5), NULL),
                     STATUS_OK);
    bench_run(bench, 20 * MS);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.source, 0);
    assert_int_equal(seen.destination, IPV4_BROADCAST);
    /* The offer, to the hardware address and an address that a does not have yet. */
    struct packet *offer = bench_packet(bench, 5);
    udp_push(offer, R_LAN, 67, 0x0a000155, 68);
    const struct ipv4_header header = {
        .ttl = 128, .protocol = 17, .source = R_LAN, .destination = 0x0a000155};
    ipv4_push(offer, &header);
    ethernet_push(offer, host_stack_device(bench->a_lan)->mac, host_stack_device(bench->r_lan)->mac,
                  ETHERNET_TYPE_IPV4);
    device_transmit(host_stack_device(bench->r_lan), offer);
    bench_run(bench, 20 * MS);
    assert_int_equal(seen.count, 2);
    assert_int_equal(seen.destination, 0x0a000155);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_udp_datagram_reaches_its_socket),
        TEST(ports_are_taken_once),
        TEST(an_unbound_port_is_reported_to_the_sender),
        TEST(damaged_udp_is_silently_discarded),
        TEST(a_protocol_has_one_handler),
        TEST(path_mtu_reaches_the_protocol_that_sent),
        TEST(pings_are_answered_unless_told_otherwise),
        TEST(a_failing_ping_says_who_gave_up),
        TEST(bad_icmp_is_dropped),
        TEST(what_a_host_sends_to_itself_comes_back_at_once),
        TEST(a_host_without_an_address_hears_an_offer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
