/*
 * Ethernet frames into a whole router: ARP, IPv4, ICMP, IPv6, Neighbor Discovery, UDP, TCP,
 * filters, forwarding into a tunnel and back out. The input is frames, each behind two octets with
 * its length; checksums of IPv4 headers and ICMPv6 are put right, so that more than the first check
 * is reached.
 */
#include "base/wire.h"
#include "fuzz.h"
#include "host/host_stack_ipv6.h"
#include "host/host_stack_tcp.h"
#include "inet/icmpv6.h"

#include <assert.h>

static void turn_around(void *context, struct packet *packet)
{
    struct stack_interface *interface = context;
    host_stack_receive(interface->stack, interface, packet);
}

static void discard_udp(void *context, struct stack_udp_socket *socket,
                        struct stack_interface *interface, const struct ipv4_header *header,
                        uint16_t source_port, struct packet *packet)
{
    (void)context;
    (void)socket;
    (void)interface;
    (void)header;
    (void)source_port;
    packet_free(packet);
}

static void discard_udp_ipv6(void *context, struct stack_udp_socket *socket,
                             struct stack_interface *interface, const struct ipv6_header *header,
                             uint16_t source_port, struct packet *packet)
{
    (void)header;
    discard_udp(context, socket, interface, NULL, source_port, packet);
}

static void add_ipv6(struct host_stack *stack, struct stack_interface *lan,
                     struct stack_interface *ppp)
{
    static const struct ip_address on_lan = {6, {0x20, 0x01, 0x0d, 0xb8, [7] = 1, [15] = 2}};
    static const struct ip_address on_ppp = {6, {0x20, 0x01, 0x0d, 0xb8, [7] = 2, [15] = 1}};
    static const struct ip_address any = {.version = 6};
    (void)host_stack_ipv6_add_address(stack, lan, &on_lan, 64);
    (void)host_stack_ipv6_add_address(stack, ppp, &on_ppp, 64);
    (void)host_stack_ipv6_add_route(stack, &any, 0, NULL, ppp, 1);
}

static void discard_event(void *context, struct tcp_connection *connection, enum tcp_event event)
{
    (void)event;
    host_stack_tcp_release(context, connection);
}

static void repair_icmpv6(uint8_t *frame, size_t length)
{
    struct ipv6_header header;
    if (length < 14 + IPV6_HEADER_SIZE + ICMPV6_HEADER_SIZE ||
        wire_load_u16(frame + 12) != 0x86dd ||
        !ipv6_decode_quoted(frame + 14, length - 14, &header) ||
        header.next_header != IPV6_NEXT_ICMPV6 || header.payload_length < ICMPV6_HEADER_SIZE ||
        header.payload_length > length - 14 - IPV6_HEADER_SIZE)
        return;
    icmpv6_store_checksum(frame + 14 + IPV6_HEADER_SIZE, header.payload_length, &header.source,
                          &header.destination);
}

static void repair_checksum(uint8_t *frame, size_t length)
{
    repair_icmpv6(frame, length);
    if (length < 34 || frame[12] != 8 || frame[13] != 0)
        return;
    size_t header_length = (size_t)(frame[14] & 15) * 4;
    if (header_length < 20 || header_length > length - 14)
        return;
    wire_store_u16(frame + 24, 0);
    wire_store_u16(frame + 24, checksum(frame + 14, header_length));
}

static void add_rules(struct host_stack *stack)
{
    struct packet_filter_rule rule =
        packet_filter_rule_any("reset", PACKET_FILTER_IN | PACKET_FILTER_OUT, PACKET_FILTER_REJECT);
    rule.answer = PACKET_FILTER_ANSWER_TCP_RESET;
    rule.destination_ports = (struct packet_filter_ports){0, 1024};
    (void)packet_filter_add(&stack->filter, &rule);
    rule = packet_filter_rule_any("no-gre", PACKET_FILTER_FORWARD, PACKET_FILTER_REJECT);
    rule.protocol = IPV4_PROTOCOL_GRE;
    (void)packet_filter_add(&stack->filter, &rule);
}

static void drive(struct simulation *simulation, struct device *device, const uint8_t *data,
                  size_t size)
{
    struct wire_reader reader = wire_reader_make(data, size);
    for (int count = 0; count < 64 && wire_remaining(&reader) >= 2; count++) {
        size_t length = wire_get_u16(&reader) & 0x7ff;
        if (length > wire_remaining(&reader))
            length = wire_remaining(&reader);
        if (length > PACKET_ROOM)
            break;
        struct packet *frame =
            packet_from(&simulation->packets, wire_get_octets(&reader, length), length);
        assert(frame);
        repair_checksum(frame->data, frame->length);
        device->receive(device, frame);
        (void)simulation_run(simulation, simulation->now + INSTANT_MILLISECOND);
    }
    (void)simulation_run(simulation, simulation->now + 100 * INSTANT_SECOND);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct simulation simulation;
    struct host_stack stack;
    if (simulation_init(&simulation, 1) != STATUS_OK)
        return 0;
    struct host_stack_config config = host_stack_default_config();
    config.forwarding = true;
    host_stack_init(&stack, &simulation, "r", &config);
    const uint8_t mac[6] = {2, 0, 0, 0, 0, 2};
    struct stack_interface *lan = host_stack_add_ethernet(&stack, "lan", mac, 0x0a000002, 24, 1500);
    struct stack_interface *ppp = host_stack_add_point_to_point(&stack, "ppp", 0xc0a80001,
                                                                0xc0a80002, 600, turn_around, NULL);
    assert(lan && ppp);
    ppp->output_context = ppp;
    (void)host_stack_add_route(&stack, 0, 0, 0xc0a80002, ppp, 1);
    (void)host_stack_add_proxy_arp(&stack, lan, 0x0a000063);
    add_rules(&stack);
    add_ipv6(&stack, lan, ppp);
    struct stack_udp_socket socket = {
        .port = 1701, .receive = discard_udp, .receive_ipv6 = discard_udp_ipv6};
    (void)host_stack_udp_bind(&stack, &socket);
    struct stack_tcp_handler handler = {.event = discard_event, .context = &stack};
    (void)host_stack_tcp_listen(&stack, IPV4_ANY, 1723, NULL, &handler);
    drive(&simulation, host_stack_device(lan), data, size);
    host_stack_destroy(&stack);
    assert(simulation.packets.in_use == 0);
    simulation_destroy(&simulation);
    return 0;
}
