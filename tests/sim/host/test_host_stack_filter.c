#include "stack_bench.h"

#define ANY_DIRECTION (PACKET_FILTER_IN | PACKET_FILTER_OUT | PACKET_FILTER_FORWARD)

/* Adds a rule of the router for @protocol. */
static struct packet_filter_rule *filter(struct stack_bench *bench, int protocol,
                                         struct stack_interface *interface, unsigned directions,
                                         enum packet_filter_action action,
                                         enum packet_filter_answer answer)
{
    struct packet_filter_rule rule = packet_filter_rule_any("rule", directions, action);
    rule.protocol = protocol;
    rule.interface = interface;
    rule.answer = answer;
    assert_int_equal(packet_filter_add(&bench->r.filter, &rule), STATUS_OK);
    return &bench->r.filter.rules[bench->r.filter.count - 1];
}

static void send(struct stack_bench *bench, uint8_t protocol)
{
    (void)host_stack_send(&bench->a, 0, B, protocol, bench_packet(bench, 24), NULL);
    bench_run(bench, 20 * MS);
}

static void a_dropped_protocol_vanishes_without_a_word(void **state)
{
    struct stack_bench *bench = *state;
    bench_warm_up(bench);
    const struct packet_filter_rule *rule =
        filter(bench, 47, bench->r_wan, PACKET_FILTER_OUT, PACKET_FILTER_DROP,
               PACKET_FILTER_ANSWER_PROHIBITED);
    send(bench, 47);
    send(bench, 50);
    bench_expect(bench, 1, "r packet.dropped protocol=gre reason=filter");
    bench_expect(bench, 1,
                 "r filter.matched rule=rule interface=wan direction=out action=drop protocol=gre "
                 "source=10.0.1.10 destination=10.0.2.20");
    bench_expect(bench, 0, "r icmp.error.sent");
    bench_expect(bench, 1, "b packet.dropped protocol=ipv4 reason=protocol-unreachable");
    assert_int_equal(rule->matches, 1);
    assert_int_equal(bench->r.counters.filtered, 1);
}

static void each_protocol_is_named_in_the_drop(void **state)
{
    struct stack_bench *bench = *state;
    bench_warm_up(bench);
    (void)filter(bench, PACKET_FILTER_ANY_PROTOCOL, NULL, PACKET_FILTER_IN, PACKET_FILTER_DROP,
                 PACKET_FILTER_ANSWER_PROHIBITED);
    const uint8_t protocols[] = {1, 6, 17, 47, 50, 51, 99};
    for (size_t i = 0; i < sizeof protocols; i++)
        send(bench, protocols[i]);
    const char *const names[] = {"icmp", "tcp", "udp", "gre", "esp", "ah", "ipv4"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char text[80];
        snprintf(text, sizeof text, "r packet.dropped protocol=%s reason=filter", names[i]);
        bench_expect(bench, 1, text);
    }
}

static void a_rejected_sender_is_told_by_the_filtering_interface(void **state)
{
    struct stack_bench *bench = *state;
    bench_warm_up(bench);
    (void)filter(bench, 47, bench->r_wan, PACKET_FILTER_OUT, PACKET_FILTER_REJECT,
                 PACKET_FILTER_ANSWER_PROHIBITED);
    send(bench, 47);
    bench_expect(bench, 1, "r packet.dropped protocol=gre reason=filter");
    bench_expect(bench, 1,
                 "r icmp.error.sent type=3 code=13 source=10.0.2.1 destination=10.0.1.10");
    bench_expect(bench, 1,
                 "a icmp.error.received type=3 code=13 reporter=10.0.2.1 destination=10.0.2.20");
    assert_int_equal(packet_filter_remove(&bench->r.filter, "rule"), STATUS_OK);
    (void)filter(bench, 47, bench->r_lan, PACKET_FILTER_FORWARD, PACKET_FILTER_REJECT,
                 PACKET_FILTER_ANSWER_PROHIBITED);
    send(bench, 47);
    bench_expect(bench, 1,
                 "r icmp.error.sent type=3 code=13 source=10.0.1.1 destination=10.0.1.10");
    /* A filter on the way in answers with that interface's address. */
    assert_int_equal(packet_filter_remove(&bench->r.filter, "rule"), STATUS_OK);
    (void)filter(bench, 47, NULL, PACKET_FILTER_IN, PACKET_FILTER_REJECT,
                 PACKET_FILTER_ANSWER_PROTOCOL);
    send(bench, 47);
    bench_expect(bench, 1, "r icmp.error.sent type=3 code=2 source=10.0.1.1 destination=10.0.1.10");
}

static void an_answer_that_is_filtered_itself_does_not_multiply(void **state)
{
    struct stack_bench *bench = *state;
    bench_warm_up(bench);
    (void)filter(bench, PACKET_FILTER_ANY_PROTOCOL, NULL, ANY_DIRECTION, PACKET_FILTER_REJECT,
                 PACKET_FILTER_ANSWER_PORT);
    send(bench, 17);
    bench_expect(bench, 1, "r icmp.error.sent type=3 code=3");
    bench_expect(bench, 1, "r packet.dropped protocol=udp reason=filter");
    bench_expect(bench, 1, "r packet.dropped protocol=icmp reason=filter");
    assert_int_equal(bench->to_a.count, 0);
}

static void forwarding_can_be_filtered_while_the_router_itself_is_reached(void **state)
{
    struct stack_bench *bench = *state;
    bench_warm_up(bench);
    (void)filter(bench, PACKET_FILTER_ANY_PROTOCOL, bench->r_wan, PACKET_FILTER_FORWARD,
                 PACKET_FILTER_DROP, PACKET_FILTER_ANSWER_PROHIBITED);
    send(bench, 47);
    bench_expect(bench, 1, "r packet.dropped protocol=gre reason=filter");
    (void)host_stack_send(&bench->a, 0, R_WAN, 47, bench_packet(bench, 24), NULL);
    (void)host_stack_send(&bench->b, 0, R_LAN, 47, bench_packet(bench, 24), NULL);
    bench_run(bench, 20 * MS);
    bench_expect(bench, 2, "r packet.dropped protocol=ipv4 reason=protocol-unreachable");
    bench_expect(bench, 1, "r packet.dropped protocol=gre reason=filter");
}

static void the_senders_own_filter_stops_what_leaves(void **state)
{
    struct stack_bench *bench = *state;
    bench_warm_up(bench);
    const struct packet_filter_rule rule =
        packet_filter_rule_any("own", PACKET_FILTER_OUT, PACKET_FILTER_DROP);
    assert_int_equal(packet_filter_add(&bench->a.filter, &rule), STATUS_OK);
    send(bench, 47);
    bench_expect(bench, 1, "a packet.dropped protocol=gre reason=filter");
    assert_int_equal(bench->to_b.count, 0);
}

#define SYN                                                                                        \
    "45000000 00070000 40060000 0a00010a 0a000214 040106bb 00001000 00000000 50021000 00000000"
#define ACK                                                                                        \
    "45000000 00070000 40060000 0a00010a 0a000214 040106bb 00001000 00002000 50101000 00000000"
#define RST                                                                                        \
    "45000000 00070000 40060000 0a00010a 0a000214 040106bb 00001000 00002000 50041000 00000000"

static void a_reset_answers_for_the_destination(void **state)
{
    struct stack_bench *bench = *state;
    bench_warm_up(bench);
    (void)filter(bench, PACKET_FILTER_ANY_PROTOCOL, bench->r_lan, PACKET_FILTER_IN,
                 PACKET_FILTER_REJECT, PACKET_FILTER_ANSWER_TCP_RESET);
    size_t length;
    bench_inject(bench, SYN);
    assert_int_equal(bench->to_a.count, 1);
    /* From the server, acknowledging the SYN (RFC 9293 section 3.10.7.1). */
    unit_assert_hex(bench_last(&bench->to_a, &length) + 26, 28,
                    "0a000214 0a00010a 06bb0401 00000000 00001001 50140000 7df6 0000");
    bench_inject(bench, ACK);
    assert_int_equal(bench->to_a.count, 2);
    unit_assert_hex(bench_last(&bench->to_a, &length) + 26, 28,
                    "0a000214 0a00010a 06bb0401 00002000 00000000 50040000 6e07 0000");
    /* A reset is not answered, and what is not TCP gets the ICMP error. */
    bench_inject(bench, RST);
    assert_int_equal(bench->to_a.count, 2);
    send(bench, 47);
    assert_int_equal(bench->to_a.count, 3);
    bench_expect(bench, 1, "r icmp.error.sent type=3 code=13");
    bench_expect(bench, 3, "r packet.dropped protocol=tcp reason=filter");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_dropped_protocol_vanishes_without_a_word),
        TEST(each_protocol_is_named_in_the_drop),
        TEST(a_rejected_sender_is_told_by_the_filtering_interface),
        TEST(an_answer_that_is_filtered_itself_does_not_multiply),
        TEST(forwarding_can_be_filtered_while_the_router_itself_is_reached),
        TEST(the_senders_own_filter_stops_what_leaves),
        TEST(a_reset_answers_for_the_destination),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
