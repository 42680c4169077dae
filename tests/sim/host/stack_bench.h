#ifndef VPNSIM_TESTS_NODES_STACK_BENCH_H
#define VPNSIM_TESTS_NODES_STACK_BENCH_H

#include "host/host_stack.h"
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The smallest internetwork: host a (10.0.1.10) - lan - router r (10.0.1.1, 10.0.2.1) - wan -
 * host b (10.0.2.20). Links take a millisecond and are infinitely fast. Every event is kept as a
 * line "node name key=value ...", and every frame that a and b have received.
 */
#define A     UINT32_C(0x0a00010a)
#define R_LAN UINT32_C(0x0a000101)
#define R_WAN UINT32_C(0x0a000201)
#define B     UINT32_C(0x0a000214)

#define MS     INSTANT_MILLISECOND
#define SECOND INSTANT_SECOND

#define BENCH_LINES  512
#define BENCH_FRAMES 128

struct bench_frames {
    struct capture_tap tap;
    uint8_t octets[BENCH_FRAMES][1600];
    size_t lengths[BENCH_FRAMES];
    size_t count;
};

struct stack_bench {
    struct simulation simulation;
    struct trace_subscriber subscriber;
    char lines[BENCH_LINES][200];
    size_t line_count;
    struct host_stack a;
    struct host_stack r;
    struct host_stack b;
    struct stack_interface *a_lan;
    struct stack_interface *r_lan;
    struct stack_interface *r_wan;
    struct stack_interface *b_lan;
    struct link *lan;
    struct link *wan;
    struct bench_frames to_a;
    struct bench_frames to_b;
};

static inline void bench_receive_event(void *context, const struct trace_event *event)
{
    struct stack_bench *bench = context;
    assert_in_range(bench->line_count, 0, BENCH_LINES - 1);
    char *line = bench->lines[bench->line_count++];
    int length = snprintf(line, 200, "%s %s", event->node, event->name);
    for (size_t i = 0; i < event->field_count && length < 200; i++) {
        const struct trace_field *field = &event->fields[i];
        char address[IPV4_TEXT_SIZE];
        if (strcmp(field->key, "serial") == 0)
            continue;
        if (field->kind == TRACE_TEXT)
            length +=
                snprintf(line + length, (size_t)(200 - length), " %s=%s", field->key, field->text);
        else if (field->kind == TRACE_ADDRESS)
            length += snprintf(line + length, (size_t)(200 - length), " %s=%s", field->key,
                               ipv4_format((ipv4_address)field->number, address));
        else
            length += snprintf(line + length, (size_t)(200 - length), " %s=%llu", field->key,
                               (unsigned long long)field->number);
    }
}

static inline void bench_record(struct capture_tap *tap, instant at, enum tap_direction direction,
                                const uint8_t *frame, size_t length)
{
    struct bench_frames *frames = (struct bench_frames *)(void *)tap;
    (void)at;
    if (direction != TAP_RECEIVED || length > sizeof frames->octets[0])
        return;
    size_t index = frames->count++ % BENCH_FRAMES;
    memcpy(frames->octets[index], frame, length);
    frames->lengths[index] = length;
}

static inline struct stack_interface *bench_ethernet(struct host_stack *stack, struct link *link,
                                                     unsigned side, const char *name,
                                                     uint8_t last_octet, ipv4_address address)
{
    const uint8_t mac[6] = {2, 0, 0, 0, 0, last_octet};
    struct stack_interface *interface =
        host_stack_add_ethernet(stack, name, mac, address, 24, 1500);
    link_attach(link, side, host_stack_device(interface));
    return interface;
}

static inline int bench_set_up(void **state)
{
    struct stack_bench *bench = calloc(1, sizeof *bench);
    assert_non_null(bench);
    assert_int_equal(simulation_init(&bench->simulation, 1), STATUS_OK);
    bench->subscriber.receive = bench_receive_event;
    bench->subscriber.context = bench;
    simulation_subscribe(&bench->simulation, &bench->subscriber);
    struct link_config config = {.name = "lan", .delay = MS, .mtu = 1500, .queue_limit = 1000};
    bench->lan = link_create(&bench->simulation, &config);
    config.name = "wan";
    bench->wan = link_create(&bench->simulation, &config);
    struct host_stack_config host = host_stack_default_config();
    host_stack_init(&bench->a, &bench->simulation, "a", &host);
    host_stack_init(&bench->b, &bench->simulation, "b", &host);
    host.forwarding = true;
    host_stack_init(&bench->r, &bench->simulation, "r", &host);
    bench->a_lan = bench_ethernet(&bench->a, bench->lan, 0, "lan", 0x0a, A);
    bench->r_lan = bench_ethernet(&bench->r, bench->lan, 1, "lan", 0x01, R_LAN);
    bench->r_wan = bench_ethernet(&bench->r, bench->wan, 0, "wan", 0x02, R_WAN);
    bench->b_lan = bench_ethernet(&bench->b, bench->wan, 1, "lan", 0x14, B);
    (void)host_stack_add_route(&bench->a, 0, 0, R_LAN, NULL, 1);
    (void)host_stack_add_route(&bench->b, 0, 0, R_WAN, NULL, 1);
    bench->to_a.tap.record = bench_record;
    bench->to_b.tap.record = bench_record;
    tap_point_add(host_stack_tap_point(bench->a_lan), &bench->to_a.tap);
    tap_point_add(host_stack_tap_point(bench->b_lan), &bench->to_b.tap);
    bench->line_count = 0;
    *state = bench;
    return 0;
}

static inline int bench_tear_down(void **state)
{
    struct stack_bench *bench = *state;
    host_stack_destroy(&bench->a);
    host_stack_destroy(&bench->r);
    host_stack_destroy(&bench->b);
    int leaked = (int)bench->simulation.packets.in_use;
    assert_int_equal(event_queue_count(bench->simulation.queue), 0);
    simulation_destroy(&bench->simulation);
    free(bench);
    return leaked;
}

/** Lets the clock run for @p duration. */
static inline void bench_run(struct stack_bench *bench, instant duration)
{
    assert_int_equal(simulation_run(&bench->simulation, bench->simulation.now + duration),
                     STATUS_OK);
}

/** How many events start with @p text. */
static inline size_t bench_count(const struct stack_bench *bench, const char *text)
{
    size_t count = 0;
    for (size_t i = 0; i < bench->line_count; i++)
        count += strncmp(bench->lines[i], text, strlen(text)) == 0;
    return count;
}

/** Fails, with all events printed, unless exactly @p count events start with @p text. */
static inline void bench_expect(const struct stack_bench *bench, size_t count, const char *text)
{
    if (bench_count(bench, text) == count)
        return;
    for (size_t i = 0; i < bench->line_count; i++)
        fprintf(stderr, "  %s\n", bench->lines[i]);
    fail_msg("\"%s\": %zu times instead of %zu", text, bench_count(bench, text), count);
}

/** Exchanges ARP in both directions beforehand, and forgets what was recorded. */
static inline void bench_warm_up(struct stack_bench *bench)
{
    struct packet *packet = packet_from(&bench->simulation.packets, "x", 1);
    struct stack_echo echo = {.identifier = 1};
    host_stack_echo_open(&bench->a, &echo);
    assert_int_equal(host_stack_ping(&bench->a, &echo, 0, B, 1, packet, NULL), STATUS_OK);
    bench_run(bench, 20 * MS);
    host_stack_echo_close(&bench->a, &echo);
    bench_expect(bench, 1, "b icmp.echo.answered");
    bench->line_count = 0;
    bench->to_a.count = 0;
    bench->to_b.count = 0;
}

/** A packet of @p length octets. */
static inline struct packet *bench_packet(struct stack_bench *bench, size_t length)
{
    struct packet *packet = packet_alloc(&bench->simulation.packets, length);
    memset(packet_append(packet, length), 0x5a, length);
    return packet;
}

/** Sends @p hex, an IP datagram whose header checksum is put right, from a to the router. */
static inline void bench_inject(struct stack_bench *bench, const char *hex)
{
    uint8_t octets[2000];
    size_t length = unit_hex(hex, octets, sizeof octets);
    struct packet *packet = packet_from(&bench->simulation.packets, octets, length);
    uint8_t *p = packet->data;
    if (length >= 20) {
        wire_store_u16(p + 2, (uint16_t)length);
        wire_store_u16(p + 10, 0);
        wire_store_u16(p + 10, checksum(p, 20));
    }
    ethernet_push(packet, host_stack_device(bench->r_lan)->mac,
                  host_stack_device(bench->a_lan)->mac, ETHERNET_TYPE_IPV4);
    device_transmit(host_stack_device(bench->a_lan), packet);
    bench_run(bench, 20 * MS);
}

/** The last frame that came; NULL: none. */
static inline const uint8_t *bench_last(const struct bench_frames *frames, size_t *length)
{
    if (frames->count == 0)
        return NULL;
    *length = frames->lengths[(frames->count - 1) % BENCH_FRAMES];
    return frames->octets[(frames->count - 1) % BENCH_FRAMES];
}

#endif
