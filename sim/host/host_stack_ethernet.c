#include "host/host_stack_internal.h"

#include <string.h>

static void send_arp(struct stack_interface *interface, const struct arp_message *message,
                     const uint8_t destination[ETHERNET_ADDRESS_SIZE])
{
    struct host_stack *stack = interface->stack;
    struct packet *frame = packet_alloc(&stack->simulation->packets, ARP_MESSAGE_SIZE);
    if (!frame)
        return;
    arp_append(frame, message);
    struct device *device = &interface->ethernet->device;
    ethernet_push(frame, destination, device->mac, ETHERNET_TYPE_ARP);
    interface->out_octets += frame->length;
    device_transmit(device, frame);
}

static void send_request(struct stack_interface *interface, ipv4_address target)
{
    struct arp_message message = {
        .operation = ARP_REQUEST, .sender = interface->address, .target = target};
    memcpy(message.sender_mac, interface->ethernet->device.mac, ETHERNET_ADDRESS_SIZE);
    send_arp(interface, &message, ethernet_broadcast);
}

void stack_ethernet_transmit(struct stack_interface *interface, struct packet *packet,
                             const uint8_t destination[ETHERNET_ADDRESS_SIZE], uint16_t type)
{
    struct device *device = &interface->ethernet->device;
    ethernet_push(packet, destination, device->mac, type);
    interface->out_octets += packet->length;
    device_transmit(device, packet);
}

/* Nobody has answered for the next hop: RFC 1812 section 3.3.2 wants a Host Unreachable. */
static void fail(struct stack_interface *interface, struct packet *packet)
{
    struct host_stack *stack = interface->stack;
    const struct icmp_message message = {.type = ICMP_DESTINATION_UNREACHABLE,
                                         .code = ICMP_HOST_UNREACHABLE};
    stack->counters.out_discards++;
    stack_icmp_error(stack, ICMP_ARRIVAL_UNICAST, IPV4_ANY, &message, packet);
    stack_drop(stack, "ipv4", "arp-timeout", packet);
}

void stack_arp_pump(struct stack_interface *interface)
{
    struct arp_output output;
    while (arp_cache_poll(&interface->ethernet->arp, &output)) {
        switch (output.kind) {
        case ARP_OUTPUT_REQUEST:
            send_request(interface, output.address);
            break;
        case ARP_OUTPUT_SEND:
            stack_ethernet_transmit(interface, output.packet, output.mac, ETHERNET_TYPE_IPV4);
            break;
        case ARP_OUTPUT_FAILED:
            fail(interface, output.packet);
            break;
        case ARP_OUTPUT_NONE:
            break;
        }
    }
}

void stack_ethernet_output(struct stack_interface *out, ipv4_address next_hop,
                           struct packet *packet)
{
    struct stack_ethernet *ethernet = out->ethernet;
    packet->nesting = 0; /* it leaves the machine */
    uint8_t mac[ETHERNET_ADDRESS_SIZE];
    if (next_hop >= UINT32_C(0xe0000000)) {
        if (ipv4_is_multicast(next_hop))
            ethernet_from_multicast(next_hop, mac);
        else
            memcpy(mac, ethernet_broadcast, sizeof mac);
        stack_ethernet_transmit(out, packet, mac, ETHERNET_TYPE_IPV4);
        return;
    }
    if (arp_cache_resolve(&ethernet->arp, out->stack->simulation->now, next_hop, packet, mac)) {
        stack_ethernet_transmit(out, packet, mac, ETHERNET_TYPE_IPV4);
        return;
    }
    stack_arp_pump(out);
    stack_arm(out->stack);
}

static bool answers_for(const struct stack_interface *interface, ipv4_address target)
{
    if (target == IPV4_ANY)
        return false;
    if (target == interface->address)
        return true;
    struct host_stack *stack = interface->stack;
    const struct route line = {.destination = target,
                               .prefix_length = 32,
                               .interface = (struct stack_interface *)interface};
    return stack->proxies.count > 0 && route_exists(&stack->proxies, &line);
}

static void arp_input(struct stack_interface *interface, struct packet *packet)
{
    struct host_stack *stack = interface->stack;
    const uint8_t *own_mac = interface->ethernet->device.mac;
    instant now = stack->simulation->now;
    struct arp_message message;
    if (!arp_decode(packet->data, packet->length, &message)) {
        stack_drop(stack, "arp", "malformed", packet);
        return;
    }
    packet_free(packet);
    /* Our own broadcast, come back over a loop in the network. */
    if (memcmp(message.sender_mac, own_mac, ETHERNET_ADDRESS_SIZE) == 0)
        return;
    if (message.sender != IPV4_ANY && message.sender == interface->address) {
        char text[ETHERNET_TEXT_SIZE];
        TRACE(&stack->trace, now, "arp.conflict", trace_text("interface", interface->name),
              trace_address("address", message.sender),
              trace_text("mac", ethernet_format(message.sender_mac, text)));
    }
    bool ours = answers_for(interface, message.target);
    arp_cache_learn(&interface->ethernet->arp, now, &message, ours);
    stack_arp_pump(interface);
    if (!ours || message.operation != ARP_REQUEST)
        return;
    struct arp_message reply = {
        .operation = ARP_REPLY, .sender = message.target, .target = message.sender};
    memcpy(reply.sender_mac, own_mac, ETHERNET_ADDRESS_SIZE);
    memcpy(reply.target_mac, message.sender_mac, ETHERNET_ADDRESS_SIZE);
    send_arp(interface, &reply, message.sender_mac);
}

static void drop_frame(struct host_stack *stack, const char *reason, struct packet *frame)
{
    stack->counters.link_discards++;
    stack_drop(stack, "ethernet", reason, frame);
}

void stack_ethernet_prepare(const struct device *device)
{
    const struct stack_interface *interface = device->owner;
    stack_prefetch_interface(interface);
    stack_prefetch(interface->stack);
    /* What comes in by an interface is often answered by it. */
    __builtin_prefetch(interface->ethernet->arp.buckets);
}

bool stack_ethernet_look_ahead(const struct device *device, const struct packet *frame,
                               unsigned step)
{
    const struct stack_interface *interface = device->owner;
    const struct route_table *routes = &interface->stack->routes;
    if (!routes->index)
        return false; /* few routes lead to few interfaces */
    if (frame->length < ETHERNET_HEADER_SIZE + IPV4_HEADER_SIZE ||
        wire_load_u16(frame->data + 12) != ETHERNET_TYPE_IPV4)
        return true;
    ipv4_address destination = wire_load_u32(frame->data + ETHERNET_HEADER_SIZE + 16);
    if (step < 2) {
        route_prefetch(routes, destination, step);
        return true;
    }
    const struct route *route = route_lookup(routes, destination);
    const struct stack_interface *out = route ? route->interface : NULL;
    if (!out)
        return true;
    if (step == 2) {
        stack_prefetch_interface(out);
    } else if (out->ethernet) {
        __builtin_prefetch(out->ethernet->arp.buckets);
        device_prepare(&out->ethernet->device);
    }
    return true;
}

void host_stack_prepare(const struct host_stack *stack, unsigned turn)
{
    const struct stack_ethernet *ethernet = turn > 0 ? stack->ethernets : NULL;
    if (turn == 0)
        stack_prefetch(stack);
    if (!ethernet)
        return;
    if (turn == 1) {
        stack_prefetch_interface(&ethernet->interface);
        __builtin_prefetch(stack->routes.memo.route);
        return;
    }
    __builtin_prefetch(ethernet->arp.buckets);
    device_prepare(&ethernet->device);
}

void stack_ethernet_receive(struct device *device, struct packet *frame)
{
    struct stack_interface *interface = device->owner;
    struct host_stack *stack = interface->stack;
    stack_prefetch(stack);
    interface->in_octets += frame->length;
    const uint8_t *header = packet_pull(frame, ETHERNET_HEADER_SIZE);
    if (!header) {
        drop_frame(stack, "malformed", frame);
        return;
    }
    if (!interface->up) {
        drop_frame(stack, "interface-down", frame);
        return;
    }
    bool group = ethernet_is_group(header);
    if (!group && memcmp(header, device->mac, ETHERNET_ADDRESS_SIZE) != 0) {
        drop_frame(stack, "not-for-us", frame);
        return;
    }
    switch (wire_load_u16(header + 12)) {
    case ETHERNET_TYPE_IPV4:
        stack->counters.link_delivers++;
        stack_ip_input(stack, interface, group ? ICMP_ARRIVAL_LINK_GROUP : ICMP_ARRIVAL_UNICAST,
                       frame);
        break;
    case ETHERNET_TYPE_ARP:
        arp_input(interface, frame);
        break;
    case ETHERNET_TYPE_IPV6:
        if (!interface->ipv6) {
            drop_frame(stack, "unknown-ethertype", frame);
            break;
        }
        stack->counters.link_delivers++;
        stack_ipv6_input(stack, interface, group ? ICMP_ARRIVAL_LINK_GROUP : ICMP_ARRIVAL_UNICAST,
                         frame);
        break;
    default:
        drop_frame(stack, "unknown-ethertype", frame);
        break;
    }
}

void host_stack_announce(struct host_stack *stack, struct stack_interface *interface)
{
    (void)stack;
    if (interface->ethernet && interface->up && interface->address != IPV4_ANY)
        send_request(interface, interface->address);
}
