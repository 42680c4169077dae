#include "host/host_stack_ipv6_internal.h"

static void refuse(struct host_stack *stack, uint64_t *counter, const char *reason,
                   struct packet *packet)
{
    (*counter)++;
    stack_drop(stack, "ipv6", reason, packet);
}

/* Tells the sender why a datagram goes no further, and drops it. */
static void refuse_with_error(struct host_stack *stack, const struct stack_ipv6_arrival *arrival,
                              const struct icmpv6_message *message, uint64_t *counter,
                              const char *reason, struct packet *packet)
{
    bool ours = host_stack_ipv6_is_local(stack, &arrival->header.destination);
    stack_ipv6_icmp_error(stack, arrival->in, arrival->how,
                          ours ? &arrival->header.destination : NULL, message, packet);
    refuse(stack, counter, reason, packet);
}

/* What is not for us and may be passed on. Only its source may cut a datagram (RFC 8200). */
static void forward(struct host_stack *stack, const struct stack_ipv6_arrival *arrival,
                    struct packet *packet)
{
    struct host_stack_counters *counters = &stack->counters;
    const struct ipv6_header *header = &arrival->header;
    /* RFC 4291 section 2.5.6: nothing link-local leaves its link. */
    if (!stack->config.forwarding || arrival->how != ICMP_ARRIVAL_UNICAST ||
        ipv6_is_link_local(&header->destination) || ipv6_is_unspecified(&header->source)) {
        refuse(stack, &counters->in_address_errors, "not-for-us", packet);
        return;
    }
    if (header->hop_limit <= 1) {
        const struct icmpv6_message message = {.type = ICMPV6_TIME_EXCEEDED,
                                               .code = ICMPV6_HOP_LIMIT_EXCEEDED};
        refuse_with_error(stack, arrival, &message, &counters->in_discards, "hop-limit-expired",
                          packet);
        return;
    }
    const struct ipv6_route *route = ipv6_route_lookup(&stack->ipv6->routes, &header->destination);
    if (!route || route->kind == ROUTE_UNREACHABLE) {
        const struct icmpv6_message message = {.type = ICMPV6_DESTINATION_UNREACHABLE,
                                               .code = ICMPV6_NO_ROUTE};
        refuse_with_error(stack, arrival, &message, &counters->out_no_routes, "no-route", packet);
        return;
    }
    if (ipv6_is_link_local(&header->source)) {
        const struct icmpv6_message message = {.type = ICMPV6_DESTINATION_UNREACHABLE,
                                               .code = ICMPV6_BEYOND_SCOPE};
        refuse_with_error(stack, arrival, &message, &counters->in_discards, "beyond-scope", packet);
        return;
    }
    if (stack->security && !arrival->secured && stack_secures(stack, arrival->in, true, packet))
        return;
    struct stack_interface *out = route->interface;
    if (packet->length > out->mtu) {
        const struct icmpv6_message message = {.type = ICMPV6_PACKET_TOO_BIG, .mtu = out->mtu};
        refuse_with_error(stack, arrival, &message, &counters->in_discards, "packet-too-big",
                          packet);
        return;
    }
    struct ip_address next_hop = route->gateway.version != 0 ? route->gateway : header->destination;
    packet->data[7]--;
    counters->forwarded++;
    if (stack->security)
        packet = stack_secure(stack, out, true, packet);
    if (packet)
        stack_ipv6_transmit(stack, out, &next_hop, packet);
}

/* Gives a whole datagram for us to the protocol that it carries. */
static void deliver(struct host_stack *stack, const struct stack_ipv6_arrival *arrival,
                    struct packet *packet)
{
    const struct ipv6_walk *walk = &arrival->walk;
    stack->counters.in_delivers++;
    for (const struct stack_protocol *handler = stack->protocols; handler;
         handler = handler->next) {
        if (handler->protocol != walk->next_header || !handler->receive_ipv6)
            continue;
        (void)packet_pull(packet, walk->offset);
        handler->receive_ipv6(handler->context, arrival->in, &arrival->header, packet);
        return;
    }
    if (walk->next_header == IPV6_NEXT_ICMPV6) {
        stack_ipv6_icmp_input(stack, arrival, packet);
    } else if (walk->next_header == IPV6_NEXT_UDP) {
        stack_ipv6_udp_input(stack, arrival, packet);
    } else if (walk->next_header == IPV6_NEXT_NONE) {
        stack->counters.in_delivers--;
        refuse(stack, &stack->counters.in_discards, "no-next-header", packet);
    } else {
        const struct icmpv6_message message = {.type = ICMPV6_PARAMETER_PROBLEM,
                                               .code = ICMPV6_UNKNOWN_NEXT_HEADER,
                                               .pointer = (uint32_t)walk->next_header_offset};
        stack->counters.in_delivers--;
        refuse_with_error(stack, arrival, &message, &stack->counters.in_unknown_protocols,
                          "unknown-next-header", packet);
    }
}

/* Follows the extension headers; NULL: the datagram goes no further. */
static struct packet *walk_headers(struct host_stack *stack, struct stack_ipv6_arrival *arrival,
                                   struct packet *packet)
{
    struct host_stack_counters *counters = &stack->counters;
    struct ipv6_walk *walk = &arrival->walk;
    switch (ipv6_walk(packet->data, packet->length, walk)) {
    case IPV6_WALK_UPPER:
    case IPV6_WALK_FRAGMENT:
        return packet;
    case IPV6_WALK_MALFORMED:
        refuse(stack, &counters->in_header_errors, "malformed", packet);
        break;
    case IPV6_WALK_DISCARD:
        refuse(stack, &counters->in_discards, "option", packet);
        break;
    case IPV6_WALK_PROBLEM: {
        const struct icmpv6_message message = {.type = ICMPV6_PARAMETER_PROBLEM,
                                               .code = walk->problem_code,
                                               .pointer = walk->problem_pointer};
        refuse_with_error(stack, arrival, &message, &counters->in_header_errors,
                          "parameter-problem", packet);
        break;
    }
    }
    return NULL;
}

static bool is_fragment(const struct ipv6_walk *walk)
{
    return walk->next_header == IPV6_NEXT_FRAGMENT;
}

/* The whole datagram that @packet completes, with its header in @arrival; NULL: not yet. */
static struct packet *reassemble(struct host_stack *stack, struct stack_ipv6_arrival *arrival,
                                 struct packet *packet)
{
    packet = reassembly_input_ipv6(&stack->ipv6->reassembly, stack->simulation->now, packet,
                                   &arrival->header, &arrival->walk);
    stack_arm(stack);
    if (!packet || !ipv6_decode(packet->data, packet->length, &arrival->header))
        return NULL;
    char source[IP_TEXT_SIZE];
    char destination[IP_TEXT_SIZE];
    TRACE(&stack->trace, stack->simulation->now, "ipv6.reassembled",
          trace_text("source", ip_address_format(&arrival->header.source, source)),
          trace_text("destination", ip_address_format(&arrival->header.destination, destination)),
          trace_number("length", packet->length));
    packet = walk_headers(stack, arrival, packet);
    if (packet && is_fragment(&arrival->walk)) {
        refuse(stack, &stack->counters.in_discards, "nested-fragments", packet);
        return NULL;
    }
    return packet;
}

static void deliver_locally(struct host_stack *stack, struct stack_ipv6_arrival *arrival,
                            struct packet *packet)
{
    packet = walk_headers(stack, arrival, packet);
    if (packet && is_fragment(&arrival->walk))
        packet = reassemble(stack, arrival, packet);
    if (!packet || (stack->security && arrival->in && !arrival->secured &&
                    stack_secures(stack, arrival->in, false, packet)))
        return;
    deliver(stack, arrival, packet);
}

/* The reason to refuse the addresses of what has come in by an interface; NULL: they are right. */
static const char *refusal(const struct ipv6_header *header)
{
    /* Only Neighbor Discovery is sent by a node without an address, and to a group. */
    if (ipv6_is_multicast(&header->source) || ipv6_is_loopback(&header->source) ||
        (ipv6_is_unspecified(&header->source) && !ipv6_is_multicast(&header->destination)))
        return "martian-source";
    if (ipv6_is_unspecified(&header->destination) || ipv6_is_loopback(&header->destination))
        return "martian-destination";
    return NULL;
}

void stack_ipv6_deliver(struct host_stack *stack, struct stack_ipv6_arrival *arrival,
                        struct packet *packet)
{
    const struct stack_interface *in = arrival->in;
    const struct ip_address *destination = &arrival->header.destination;
    if (!ipv6_is_multicast(destination)) {
        if (!in || host_stack_ipv6_is_local(stack, destination))
            deliver_locally(stack, arrival, packet);
        else
            forward(stack, arrival, packet);
    } else if (!in || (in->ipv6 && stack_ipv6_is_joined(in->ipv6, destination))) {
        deliver_locally(stack, arrival, packet);
    } else {
        refuse(stack, &stack->counters.in_address_errors, "not-for-us", packet);
    }
}

void stack_ipv6_input(struct host_stack *stack, struct stack_interface *in, enum icmp_arrival how,
                      struct packet *packet)
{
    struct stack_ipv6_arrival arrival = {.in = in, .how = how};
    struct ipv6_header *header = &arrival.header;
    struct host_stack_counters *counters = &stack->counters;
    counters->in_receives++;
    if (in)
        tap_point_record(&stack->ip_taps, stack->simulation->now, TAP_RECEIVED, packet->data,
                         packet->length);
    if (!ipv6_decode(packet->data, packet->length, header)) {
        refuse(stack, &counters->in_header_errors, "malformed", packet);
        return;
    }
    /* What is behind is the padding of a short frame. */
    packet_trim(packet, (size_t)header->payload_length + IPV6_HEADER_SIZE);
    const char *reason = in ? refusal(header) : NULL;
    if (reason) {
        refuse(stack, &counters->in_address_errors, reason, packet);
        return;
    }
    stack_ipv6_deliver(stack, &arrival, packet);
}
