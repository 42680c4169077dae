#include "host/host_stack_ipv6_internal.h"

void stack_ipv6_receive_secured(struct host_stack *stack, struct stack_interface *in,
                                struct packet *packet)
{
    struct stack_ipv6_arrival arrival = {.in = in, .how = ICMP_ARRIVAL_UNICAST, .secured = true};
    const char *reason = NULL;
    if (!ipv6_decode(packet->data, packet->length, &arrival.header))
        reason = "malformed";
    else if (!stack->ipv6)
        reason = "not-for-us";
    if (reason) {
        stack->counters.in_discards++;
        stack_drop(stack, "ipv6", reason, packet);
        return;
    }
    packet_trim(packet, (size_t)arrival.header.payload_length + IPV6_HEADER_SIZE);
    stack_ipv6_deliver(stack, &arrival, packet);
}

void stack_ipv6_send_secured(struct host_stack *stack, struct packet *packet)
{
    struct ipv6_header header;
    struct stack_ipv6_way way;
    const char *reason = NULL;
    if (!ipv6_decode(packet->data, packet->length, &header))
        reason = "malformed";
    else if (!stack_ipv6_find_way(stack, NULL, &header.source, &header.destination, &way))
        reason = "no-route";
    if (reason) {
        stack_refuse_output(stack, "ipv6", reason, packet);
        return;
    }
    packet = stack_reserve_headroom(stack, "ipv6", packet, ETHERNET_HEADER_SIZE);
    if (!packet)
        return;
    if (way.out) {
        uint16_t mtu = stack_ipv6_mtu(stack, way.out, &header.destination);
        (void)stack_ipv6_transmit_by_way(stack, &way, &header, mtu, packet);
        return;
    }
    packet_queue_push(&stack->ipv6->loopback, packet);
    stack_arm(stack);
}

/* What the router in front would have said, from this machine to itself. */
static void tell_sender(struct host_stack *stack, const struct ipv6_header *header,
                        const struct ipv6_walk *walk, uint16_t mtu, const struct packet *packet)
{
    const struct stack_icmpv6_error error = {
        .type = ICMPV6_PACKET_TOO_BIG,
        .reporter = header->source,
        .path_mtu = stack_ipv6_learn_path_mtu(stack, mtu, &header->destination),
        .source = header->source,
        .destination = header->destination,
        .protocol = walk->next_header,
        .payload = packet->data + walk->offset,
        .payload_length = packet->length - walk->offset,
        .quoted = packet->data,
        .quoted_length = packet->length,
    };
    if (error.payload_length >= 8)
        stack_ipv6_dispatch_error(stack, &error);
}

/* Cuts a datagram of ours so that each piece has room for protection. */
static void secure_fragments(struct host_stack *stack, struct stack_interface *out, uint16_t mtu,
                             struct packet *packet)
{
    struct packet_queue fragments = {0};
    if (ipv6_fragment(packet, mtu, stack->ipv6->identification++, &fragments) != STATUS_OK) {
        stack_refuse_output(stack, "ipv6", "packet-too-big", packet);
        return;
    }
    stack->counters.fragments_created += fragments.count;
    while ((packet = packet_queue_pop(&fragments))) {
        packet = stack_secure(stack, out, false, packet);
        if (packet)
            stack_ipv6_send_secured(stack, packet);
    }
}

void stack_ipv6_refuse_length(struct host_stack *stack, struct stack_interface *out, bool forwarded,
                              uint16_t mtu, struct packet *packet)
{
    const struct icmpv6_message message = {.type = ICMPV6_PACKET_TOO_BIG, .mtu = mtu};
    struct ipv6_header header;
    struct ipv6_walk walk;
    bool whole = ipv6_decode(packet->data, packet->length, &header) &&
                 ipv6_walk(packet->data, packet->length, &walk) == IPV6_WALK_UPPER;
    if (!forwarded && whole && walk.next_header != IPV6_NEXT_TCP) {
        secure_fragments(stack, out, mtu, packet);
        return;
    }
    if (forwarded) {
        stack->counters.in_discards++;
        stack_ipv6_icmp_error(stack, NULL, ICMP_ARRIVAL_UNICAST, NULL, &message, packet);
    } else {
        stack->counters.out_discards++;
        if (whole)
            tell_sender(stack, &header, &walk, mtu, packet);
    }
    stack_drop(stack, "ipv6", "packet-too-big", packet);
}
