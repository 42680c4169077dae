/* Scripted TCP peers and raw packets between two hosts on one wire. */
#include "host/packet_injection.h"
#include "host/tcp_script.h"
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define A UINT32_C(0xc0000201)
#define B UINT32_C(0xc0000202)

/* Two hosts, and what they tell, one line an event: "a tcp-script.ended name=x reason=y". */
struct wire {
    struct simulation simulation;
    struct trace_subscriber subscriber;
    struct host *a;
    struct host *b;
    char lines[65536];
};

static void record(void *context, const struct trace_event *event)
{
    struct wire *wire = context;
    size_t used = strlen(wire->lines);
    assert_in_range(used, 0, sizeof wire->lines - 256);
    if (strncmp(event->name, "tcp-script.", 11) != 0 && strcmp(event->name, "packet.dropped") != 0)
        return;
    used += (size_t)snprintf(wire->lines + used, sizeof wire->lines - used, "%s %s", event->node,
                             event->name);
    for (size_t i = 0; i < event->field_count; i++) {
        const struct trace_field *field = &event->fields[i];
        if (field->kind == TRACE_TEXT)
            used +=
                (size_t)snprintf(wire->lines + used, sizeof wire->lines - used, " %s", field->text);
        else if (strcmp(field->key, "octets") == 0)
            used += (size_t)snprintf(wire->lines + used, sizeof wire->lines - used, " %llu",
                                     (unsigned long long)field->number);
    }
    snprintf(wire->lines + used, sizeof wire->lines - used, "\n");
}

static struct host *make_host(struct wire *wire, struct link *link, unsigned side, const char *name,
                              ipv4_address address)
{
    const uint8_t mac[6] = {2, 0, 0, 0, 0, (uint8_t)(side + 1)};
    const struct host_stack_config config = host_stack_default_config();
    struct host *host = host_create(&wire->simulation, &host_class, name, &config);
    struct stack_interface *interface =
        host_stack_add_ethernet(&host->stack, "lan", mac, address, 24, 1500);
    link_attach(link, side, host_stack_device(interface));
    return host;
}

static int set_up(void **state)
{
    struct wire *wire = calloc(1, sizeof *wire);
    assert_non_null(wire);
    assert_int_equal(simulation_init(&wire->simulation, 1), STATUS_OK);
    wire->subscriber = (struct trace_subscriber){.receive = record, .context = wire};
    simulation_subscribe(&wire->simulation, &wire->subscriber);
    const struct link_config config = {
        .name = "wire", .delay = INSTANT_MILLISECOND, .mtu = 1500, .queue_limit = 100};
    struct link *link = link_create(&wire->simulation, &config);
    wire->a = make_host(wire, link, 0, "a", A);
    wire->b = make_host(wire, link, 1, "b", B);
    *state = wire;
    return 0;
}

static int tear_down(void **state)
{
    struct wire *wire = *state;
    host_destroy(&wire->a->node);
    host_destroy(&wire->b->node);
    simulation_destroy(&wire->simulation);
    free(wire);
    return 0;
}

static void run(struct wire *wire, instant duration)
{
    assert_int_equal(simulation_run(&wire->simulation, wire->simulation.now + duration), STATUS_OK);
}

static struct tcp_script_step say(const char *text)
{
    return (struct tcp_script_step){
        .kind = TCP_SCRIPT_SEND, .octets = (const uint8_t *)text, .length = strlen(text)};
}

static struct tcp_script_step await(uint64_t octets)
{
    return (struct tcp_script_step){.kind = TCP_SCRIPT_AWAIT, .awaited = octets};
}

static const struct tcp_script_step close_it = {.kind = TCP_SCRIPT_CLOSE};
static const struct tcp_script_step reset_it = {.kind = TCP_SCRIPT_RESET};

/* b listens with @steps, and starts. */
static void listen(struct wire *wire, const struct tcp_script_step *steps, size_t count)
{
    const struct tcp_script_config config = {
        .name = "server", .port = 1723, .steps = steps, .step_count = count};
    assert_int_equal(tcp_script_add(wire->b, &config), STATUS_OK);
    host_start(&wire->b->node);
}

static void connect(struct wire *wire, const struct tcp_script_step *steps, size_t count,
                    uint32_t connections)
{
    const struct tcp_script_config config = {.name = "client",
                                             .destination = B,
                                             .port = 1723,
                                             .steps = steps,
                                             .step_count = count,
                                             .count = connections,
                                             .interval = INSTANT_SECOND};
    assert_int_equal(tcp_script_start(wire->a, &config), STATUS_OK);
}

static void steps_are_done_in_order_and_wait_for_what_they_await(void **state)
{
    struct wire *wire = *state;
    const struct tcp_script_step server[] = {await(3), say("hi"), await(2), close_it};
    const struct tcp_script_step client[] = {
        say("ab"),
        {.kind = TCP_SCRIPT_WAIT, .pause = 500 * INSTANT_MILLISECOND},
        say("cde"),
        await(2),
    };
    listen(wire, server, 4);
    connect(wire, client, 4, 1);
    run(wire, 100 * INSTANT_MILLISECOND);
    assert_string_equal(wire->lines, "a tcp-script.connected client\n"
                                     "b tcp-script.connected server\n"
                                     "b tcp-script.received server 2\n");
    wire->lines[0] = '\0';
    run(wire, INSTANT_SECOND);
    assert_string_equal(wire->lines, "b tcp-script.received server 3\n"
                                     "a tcp-script.received client 2\n"
                                     "a tcp-script.ended client peer-closed\n"
                                     "b tcp-script.ended server peer-closed\n");
}

static void a_series_uses_its_connections_again(void **state)
{
    struct wire *wire = *state;
    const struct tcp_script_step client[] = {say("x"), reset_it};
    listen(wire, NULL, 0);
    connect(wire, client, 2, 3);
    run(wire, 1500 * INSTANT_MILLISECOND);
    static const char one[] = "a tcp-script.connected client\n"
                              "a tcp-script.ended client reset-here\n"
                              "b tcp-script.connected server\n";
    assert_non_null(strstr(wire->lines, one));
    size_t connections = 0;
    run(wire, 5 * INSTANT_SECOND);
    for (const char *p = wire->lines; (p = strstr(p, "reset-here")); p++)
        connections++;
    assert_int_equal(connections, 3);
    assert_non_null(strstr(wire->lines, "b tcp-script.ended server reset\n"));
}

static void what_does_not_fit_is_sent_when_there_is_room(void **state)
{
    struct wire *wire = *state;
    static char much[200001];
    memset(much, 'm', sizeof much - 1);
    const struct tcp_script_step server[] = {await(200000), say("all")};
    const struct tcp_script_step client[] = {say(much), await(3), close_it};
    listen(wire, server, 2);
    connect(wire, client, 3, 1);
    for (int i = 0; i < 60; i++) {
        wire->lines[0] = '\0'; /* only the end counts */
        run(wire, 100 * INSTANT_MILLISECOND);
        if (strstr(wire->lines, "a tcp-script.received client 3\n"))
            return;
    }
    fail_msg("the server never got all of it");
}

static void a_connection_that_cannot_be_made_ends(void **state)
{
    struct wire *wire = *state;
    connect(wire, NULL, 0, 1); /* nobody listens */
    run(wire, 10 * INSTANT_SECOND);
    assert_non_null(strstr(wire->lines, "\na tcp-script.ended client refused\n"));
    wire->lines[0] = '\0';
    const struct tcp_script_config nowhere = {
        .name = "nowhere", .destination = 0x0a000001, .port = 1, .count = 1};
    assert_int_equal(tcp_script_start(wire->a, &nowhere), STATUS_OK);
    run(wire, INSTANT_SECOND);
    assert_string_equal(wire->lines, "a tcp-script.ended nowhere no-route\n");
}

static void injected_packets_count_and_come_from_several_senders(void **state)
{
    struct wire *wire = *state;
    /* An echo request whose checksum is right when it ends in 0100: the third. */
    const uint8_t octets[] = {8, 0, 0xf6, 0xff, 0, 0, 0, 0xfe};
    const struct packet_injection_config config = {.source = 0xc0000263,
                                                   .destination = B,
                                                   .protocol = 1,
                                                   .octets = octets,
                                                   .length = sizeof octets,
                                                   .count = 4,
                                                   .interval = 10 * INSTANT_MILLISECOND,
                                                   .senders = 3,
                                                   .numbered = true,
                                                   .number_at = 4};
    assert_int_equal(packet_injection_start(wire->a, &config), STATUS_OK);
    run(wire, 100 * INSTANT_MILLISECOND);
    assert_string_equal(wire->lines, "b packet.dropped icmp bad-checksum\n"
                                     "b packet.dropped icmp bad-checksum\n"
                                     "b packet.dropped icmp bad-checksum\n");
    assert_int_equal(wire->a->stack.counters.out_requests, 4);
}

static void packets_are_injected_as_they_are_written(void **state)
{
    struct wire *wire = *state;
    const uint8_t octets[] = {0x30, 0x01, 0x88, 0x0b};
    const struct packet_injection_config config = {.source = 0xc0000263,
                                                   .destination = B,
                                                   .protocol = 47,
                                                   .octets = octets,
                                                   .length = sizeof octets,
                                                   .count = 3,
                                                   .interval = 10 * INSTANT_MILLISECOND};
    assert_int_equal(packet_injection_start(wire->a, &config), STATUS_OK);
    run(wire, 100 * INSTANT_MILLISECOND);
    assert_string_equal(wire->lines, "b packet.dropped ipv4 protocol-unreachable\n"
                                     "b packet.dropped ipv4 protocol-unreachable\n"
                                     "b packet.dropped ipv4 protocol-unreachable\n");
    assert_int_equal(wire->a->stack.counters.out_requests, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(steps_are_done_in_order_and_wait_for_what_they_await),
        TEST(a_series_uses_its_connections_again),
        TEST(what_does_not_fit_is_sent_when_there_is_room),
        TEST(a_connection_that_cannot_be_made_ends),
        TEST(packets_are_injected_as_they_are_written),
        TEST(injected_packets_count_and_come_from_several_senders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
