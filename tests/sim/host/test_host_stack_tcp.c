#include "host/host_stack_hooks.h"
#include "host/host_stack_tcp.h"
#include "stack_bench.h"

/* One side of a connection. */
struct side {
    struct host_stack *stack;
    struct stack_tcp_handler handler;
    struct tcp_connection *connection;
    size_t to_send;
    size_t received;
    bool wrong;
    unsigned events[16];
    bool inside; /* an event callback is running */
};

static uint8_t octet_at(size_t position)
{
    return (uint8_t)(position * 7 + (position >> 8));
}

static void send_more(struct side *side, size_t total)
{
    while (side->to_send > 0) {
        uint8_t octets[1000];
        size_t start = total - side->to_send;
        size_t count = side->to_send < sizeof octets ? side->to_send : sizeof octets;
        for (size_t i = 0; i < count; i++)
            octets[i] = octet_at(start + i);
        size_t taken = host_stack_tcp_send(side->stack, side->connection, octets, count);
        side->to_send -= taken;
        if (taken < count)
            return;
    }
    host_stack_tcp_close(side->stack, side->connection);
}

#define TOTAL 300000

static void handle(void *context, struct tcp_connection *connection, enum tcp_event event)
{
    struct side *side = context;
    assert_false(side->inside);
    side->inside = true;
    side->events[event]++;
    side->connection = connection;
    switch (event) {
    case TCP_EVENT_CONNECTED:
    case TCP_EVENT_WRITABLE:
        send_more(side, TOTAL);
        break;
    case TCP_EVENT_READABLE: {
        uint8_t octets[700];
        size_t count;
        while ((count = host_stack_tcp_receive(side->stack, connection, octets, sizeof octets)))
            for (size_t i = 0; i < count; i++, side->received++)
                side->wrong |= octets[i] != octet_at(side->received);
        break;
    }
    case TCP_EVENT_PEER_CLOSED:
        host_stack_tcp_close(side->stack, connection);
        break;
    case TCP_EVENT_CLOSED:
    case TCP_EVENT_RESET:
    case TCP_EVENT_REFUSED:
    case TCP_EVENT_TIMED_OUT:
    case TCP_EVENT_UNREACHABLE:
        host_stack_tcp_release(side->stack, connection);
        side->connection = NULL;
        break;
    case TCP_EVENT_ACCEPTED:
        break;
    }
    side->inside = false;
}

static void prepare(struct side *side, struct host_stack *stack)
{
    *side = (struct side){.stack = stack};
    side->handler = (struct stack_tcp_handler){.event = handle, .context = side};
}

static void connect(struct side *client, struct side *server, struct stack_bench *bench)
{
    prepare(client, &bench->a);
    prepare(server, &bench->b);
    assert_int_equal(host_stack_tcp_listen(&bench->b, IPV4_ANY, 1723, NULL, &server->handler),
                     STATUS_OK);
    client->connection = host_stack_tcp_connect(&bench->a, 0, B, 1723, NULL, &client->handler);
    assert_non_null(client->connection);
    assert_int_equal(tcp_local_address(client->connection), A);
}

static void a_transfer_arrives_intact(void **state)
{
    struct stack_bench *bench = *state;
    struct side client;
    struct side server;
    connect(&client, &server, bench);
    client.to_send = TOTAL;
    /* No event comes from within the call. */
    assert_int_equal(client.events[TCP_EVENT_CONNECTED], 0);
    bench_run(bench, 10 * SECOND);
    assert_int_equal(client.events[TCP_EVENT_CONNECTED], 1);
    assert_int_equal(server.events[TCP_EVENT_ACCEPTED], 1);
    assert_int_equal(server.events[TCP_EVENT_PEER_CLOSED], 1);
    assert_int_equal(server.received, TOTAL);
    assert_false(server.wrong);
    assert_int_equal(client.events[TCP_EVENT_CLOSED], 1);
    assert_int_equal(server.events[TCP_EVENT_CLOSED], 1);
    bench_expect(bench, 0, "a packet.dropped");
    bench_expect(bench, 0, "b packet.dropped");
    /* TIME-WAIT ends some time, and with it the last timer. */
    bench_run(bench, 600 * SECOND);
}

static void a_transfer_survives_losses(void **state)
{
    struct stack_bench *bench = *state;
    struct side client;
    struct side server;
    link_set_loss(bench->wan, 20000);
    connect(&client, &server, bench);
    client.to_send = TOTAL;
    bench_run(bench, 600 * SECOND);
    assert_int_equal(server.received, TOTAL);
    assert_false(server.wrong);
    assert_true(bench_count(bench, "link:wan packet.dropped") > 0);
}

static void a_smaller_path_mtu_does_not_stop_a_transfer(void **state)
{
    struct stack_bench *bench = *state;
    struct side client;
    struct side server;
    host_stack_set_mtu(bench->r_wan, 1400);
    connect(&client, &server, bench);
    client.to_send = TOTAL;
    bench_run(bench, 60 * SECOND);
    assert_int_equal(server.received, TOTAL);
    assert_false(server.wrong);
    bench_expect(bench, 1, "a ipv4.path-mtu destination=10.0.2.20 mtu=1400");
}

static void ignore(void *context, struct tcp_connection *connection, enum tcp_event event)
{
    (void)context;
    (void)connection;
    (void)event;
}

static void a_path_mtu_that_others_have_learnt_does_not_stop_a_transfer(void **state)
{
    struct stack_bench *bench = *state;
    struct side client;
    struct side server;
    connect(&client, &server, bench);
    client.handler.event = ignore;
    bench_run(bench, SECOND);
    host_stack_set_mtu(bench->r_wan, 1400);
    const struct stack_send_options df = {.dont_fragment = true};
    assert_int_equal(host_stack_send(&bench->a, 0, B, 47, bench_packet(bench, 1381), &df),
                     STATUS_OK);
    bench_run(bench, SECOND);
    assert_int_equal(host_stack_path_mtu(&bench->a, B), 1400);
    client.handler.event = handle;
    client.to_send = TOTAL;
    send_more(&client, TOTAL);
    bench_run(bench, 60 * SECOND);
    assert_int_equal(server.received, TOTAL);
    assert_false(server.wrong);
    assert_int_equal(bench_count(bench, "a tcp.path-mtu-reduced"), 1);
    bench_expect(bench, 0, "a tcp.retransmitted reason=timeout");
}

/* Something on the way writes into the first segments with data, and leaves their checksums. */
static void spoil(unsigned *left, struct packet *packet)
{
    if (*left == 0 || packet->length < 1000)
        return;
    --*left;
    packet->data[packet->length - 1] ^= 1;
}

static bool spoil_outgoing(void *context, struct stack_interface *out, bool forwarded,
                           struct packet *packet)
{
    (void)out;
    (void)forwarded;
    spoil(context, packet);
    return false;
}

static bool let_in(void *context, struct stack_interface *in, bool forwarded, struct packet *packet)
{
    (void)context;
    (void)in;
    (void)forwarded;
    (void)packet;
    return false;
}

static bool spoil_translated(void *context, bool own, struct ipv4_header *header,
                             struct packet *packet)
{
    (void)own;
    (void)header;
    spoil(context, packet);
    return true;
}

static void expect_spoilt_segments_to_be_dropped(struct stack_bench *bench)
{
    struct side client;
    struct side server;
    connect(&client, &server, bench);
    client.to_send = TOTAL;
    bench_run(bench, 60 * SECOND);
    assert_int_equal(server.received, TOTAL);
    assert_false(server.wrong);
    bench_expect(bench, 2, "b packet.dropped protocol=tcp reason=bad-checksum");
}

static void what_security_has_written_into_a_segment_is_noticed(void **state)
{
    struct stack_bench *bench = *state;
    unsigned left = 2;
    struct stack_security security = {.output = spoil_outgoing, .input = let_in, .context = &left};
    bench->r.security = &security;
    expect_spoilt_segments_to_be_dropped(bench);
    bench->r.security = NULL;
}

static void what_a_translator_has_written_into_a_segment_is_noticed(void **state)
{
    struct stack_bench *bench = *state;
    unsigned left = 2;
    struct stack_translator translator = {
        .outside = bench->r_wan, .output = spoil_translated, .context = &left};
    bench->r.translator = &translator;
    expect_spoilt_segments_to_be_dropped(bench);
    bench->r.translator = NULL;
}

static void swallow(void *context, struct packet *packet)
{
    unsigned *count = context;
    assert_false(packet->checksum_known);
    ++*count;
    packet_free(packet);
}

static void a_tunnel_gets_segments_that_are_to_be_verified(void **state)
{
    struct stack_bench *bench = *state;
    unsigned count = 0;
    struct side client;
    assert_non_null(host_stack_add_point_to_point(&bench->a, "ppp0", UINT32_C(0x0a090002),
                                                  UINT32_C(0x0a090001), 1400, swallow, &count));
    prepare(&client, &bench->a);
    assert_non_null(
        host_stack_tcp_connect(&bench->a, 0, UINT32_C(0x0a090001), 1723, NULL, &client.handler));
    bench_run(bench, SECOND);
    assert_true(count > 0);
}

static void nobody_listening_means_refused(void **state)
{
    struct stack_bench *bench = *state;
    struct side client;
    prepare(&client, &bench->a);
    client.connection = host_stack_tcp_connect(&bench->a, 0, B, 81, NULL, &client.handler);
    bench_run(bench, 3 * SECOND);
    assert_int_equal(client.events[TCP_EVENT_REFUSED], 1);
    assert_null(client.connection);
}

static void a_filter_can_refuse_a_connection(void **state)
{
    struct stack_bench *bench = *state;
    struct packet_filter_rule rule =
        packet_filter_rule_any("no-pptp", PACKET_FILTER_FORWARD, PACKET_FILTER_REJECT);
    rule.protocol = 6;
    rule.destination_ports = (struct packet_filter_ports){1723, 1723};
    rule.answer = PACKET_FILTER_ANSWER_TCP_RESET;
    assert_int_equal(packet_filter_add(&bench->r.filter, &rule), STATUS_OK);
    struct side client;
    struct side server;
    connect(&client, &server, bench);
    bench_run(bench, 3 * SECOND);
    assert_int_equal(client.events[TCP_EVENT_REFUSED], 1);
    assert_int_equal(server.events[TCP_EVENT_ACCEPTED], 0);
}

static void an_unreachable_port_ends_an_opening_connection(void **state)
{
    struct stack_bench *bench = *state;
    struct packet_filter_rule rule =
        packet_filter_rule_any("no-tcp", PACKET_FILTER_FORWARD, PACKET_FILTER_REJECT);
    rule.protocol = 6;
    rule.answer = PACKET_FILTER_ANSWER_PORT;
    assert_int_equal(packet_filter_add(&bench->r.filter, &rule), STATUS_OK);
    struct side client;
    struct side server;
    connect(&client, &server, bench);
    bench_run(bench, 3 * SECOND);
    /* RFC 1122 section 4.2.3.9: a hard error. */
    assert_int_equal(client.events[TCP_EVENT_UNREACHABLE], 1);
}

static void without_a_route_there_is_no_connection(void **state)
{
    struct stack_bench *bench = *state;
    struct side client;
    prepare(&client, &bench->r);
    assert_null(host_stack_tcp_connect(&bench->r, 0, 0x08080808, 80, NULL, &client.handler));
}

static void a_host_can_connect_to_itself(void **state)
{
    struct stack_bench *bench = *state;
    struct side client;
    struct side server;
    prepare(&client, &bench->b);
    prepare(&server, &bench->b);
    assert_int_equal(host_stack_tcp_listen(&bench->b, IPV4_ANY, 80, NULL, &server.handler),
                     STATUS_OK);
    client.to_send = TOTAL;
    client.connection = host_stack_tcp_connect(&bench->b, 0, 0x7f000001, 80, NULL, &client.handler);
    bench_run(bench, 3 * SECOND);
    assert_int_equal(server.received, TOTAL);
    assert_false(server.wrong);
    assert_int_equal(bench->to_b.count, 0);
}

static void segments_to_a_broadcast_address_are_dropped(void **state)
{
    struct stack_bench *bench = *state;
    bench_inject(bench, "45000000 00070000 40060000 0a00010a ffffffff"
                        "040106bb 00001000 00000000 50021000 00000000");
    bench_expect(bench, 1, "r packet.dropped protocol=tcp reason=not-for-us");
    assert_null(bench->r.tcp);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_transfer_arrives_intact),
        TEST(a_transfer_survives_losses),
        TEST(a_smaller_path_mtu_does_not_stop_a_transfer),
        TEST(a_path_mtu_that_others_have_learnt_does_not_stop_a_transfer),
        TEST(what_security_has_written_into_a_segment_is_noticed),
        TEST(what_a_translator_has_written_into_a_segment_is_noticed),
        TEST(a_tunnel_gets_segments_that_are_to_be_verified),
        TEST(nobody_listening_means_refused),
        TEST(a_filter_can_refuse_a_connection),
        TEST(an_unreachable_port_ends_an_opening_connection),
        TEST(without_a_route_there_is_no_connection),
        TEST(a_host_can_connect_to_itself),
        TEST(segments_to_a_broadcast_address_are_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
