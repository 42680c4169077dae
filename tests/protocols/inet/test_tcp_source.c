#include "support/tcp_net.h"
#include "support/unit.h"

#include <string.h>

/* tcp_send_from(): octets that are made when they are sent. */

static struct tcp_net net;

/* What B has got, and whether it was what A promised. */
static uint64_t received;
static uint64_t wrong;
/* Octets that came in front of the source's. */
static uint64_t in_front;

static uint8_t pattern(uint64_t position)
{
    return (uint8_t)(position * 2654435761U >> 13 ^ position);
}

static void read_pattern(void *context, uint64_t offset, uint8_t *into, size_t length)
{
    assert_ptr_equal(context, &net);
    for (size_t i = 0; i < length; i++)
        into[i] = pattern(offset + i);
}

static struct tcp_source source_of(uint64_t length)
{
    return (struct tcp_source){.read = read_pattern, .context = &net, .length = length};
}

static void compare(struct tcp_net *n, enum tcp_net_side side, enum tcp_event event,
                    struct tcp_connection *connection)
{
    size_t length;
    const uint8_t *octets;
    if (side != SIDE_B || event != TCP_EVENT_READABLE)
        return;
    while ((octets = tcp_peek(connection, &length))) {
        for (size_t i = 0; i < length; i++, received++)
            wrong += octets[i] !=
                     (received < in_front ? (uint8_t)received : pattern(received - in_front));
        tcp_consume(connection, n->now, length);
    }
}

static struct tcp_connection *connect_pair(struct tcp_options options, uint64_t seed)
{
    received = wrong = in_front = 0;
    tcp_net_init(&net, &options, seed);
    tcp_net_connect(&net);
    tcp_net_forget(&net);
    return net.connections[SIDE_A];
}

static void only_the_last_octet_is_pushed_and_a_fin_follows(void **state)
{
    (void)state;
    struct tcp_options options = tcp_options_rfc();
    options.send_buffer = 2 * 1460;
    struct tcp_connection *a = connect_pair(options, 5);
    const struct tcp_source source = source_of(3 * 1460 + 10);
    assert_true(tcp_send_from(a, net.now, &source));
    tcp_close(a, net.now);
    assert_int_equal(tcp_unacknowledged(a), 3 * 1460 + 10);
    tcp_net_run_ms(&net, 60);
    /* The send buffer holds two segments: the rest waits for the acknowledgment. */
    tcp_net_expect(&net, "40 A A 1+1460 ack 1 win 65535\n"
                         "40 A A 1461+1460 ack 1 win 65535\n"
                         "50 B readable\n"
                         "50 B A 1+0 ack 2921 win 62615\n"
                         "50 B readable\n"
                         "60 A A 2921+1460 ack 1 win 65535\n"
                         "60 A FPA 4381+10 ack 1 win 65535\n"
                         "70 B readable\n"
                         "70 B A 1+0 ack 4392 win 61145\n"
                         "70 B readable\n"
                         "70 B peer-closed\n");
    tcp_net_destroy(&net);
}

static void nothing_else_is_taken_until_the_last_octet_is_acknowledged(void **state)
{
    (void)state;
    struct tcp_connection *a = connect_pair(tcp_options_rfc(), 5);
    const struct tcp_source source = source_of(2 * 1460);
    assert_true(tcp_send_from(a, net.now, &source));
    assert_false(tcp_send_from(a, net.now, &source));
    assert_int_equal(tcp_send_room(a), 0);
    assert_int_equal(tcp_send(a, net.now, "late", 4), 0);
    tcp_net_forget(&net);
    tcp_net_run_ms(&net, 20);
    assert_int_equal(tcp_unacknowledged(a), 0);
    assert_non_null(strstr(net.narration, "60 A writable\n"));
    assert_int_equal(tcp_send(a, net.now, "late", 4), 4);
    tcp_net_destroy(&net);
}

static void a_source_needs_a_connection_that_may_send(void **state)
{
    (void)state;
    struct tcp_connection *a = connect_pair(tcp_options_rfc(), 5);
    const struct tcp_source nothing = source_of(0);
    const struct tcp_source source = source_of(1);
    assert_true(tcp_send_from(a, net.now, &nothing));
    assert_int_not_equal(tcp_send_room(a), 0);
    tcp_close(a, net.now);
    assert_false(tcp_send_from(a, net.now, &source));
    tcp_net_destroy(&net);
}

static void a_source_behind_queued_octets_arrives_intact_over_a_bad_wire(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct tcp_options options = tcp_options_rfc();
        options.send_buffer = (uint32_t)(3000 + 997 * seed);
        struct tcp_connection *a = connect_pair(options, seed);
        net.quiet = true;
        net.application = compare;
        net.fate = tcp_net_random_fate;
        net.loss_ppm = 50000;
        net.duplicate_ppm = 20000;
        net.reorder_ppm = 50000;
        uint8_t octets[2500];
        for (size_t i = 0; i < sizeof octets; i++)
            octets[i] = (uint8_t)i;
        in_front = 100 * seed;
        assert_int_equal(tcp_send(a, net.now, octets, (size_t)in_front), in_front);
        const struct tcp_source source = source_of(300000);
        assert_true(tcp_send_from(a, net.now, &source));
        tcp_close(a, net.now);
        tcp_net_run_ms(&net, 300000);
        assert_int_equal(received, in_front + 300000);
        assert_int_equal(wrong, 0);
        assert_int_equal(tcp_state(a), TCP_STATE_FIN_WAIT_2);
        tcp_net_destroy(&net);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_last_octet_is_pushed_and_a_fin_follows),
        cmocka_unit_test(nothing_else_is_taken_until_the_last_octet_is_acknowledged),
        cmocka_unit_test(a_source_needs_a_connection_that_may_send),
        cmocka_unit_test(a_source_behind_queued_octets_arrives_intact_over_a_bad_wire),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
