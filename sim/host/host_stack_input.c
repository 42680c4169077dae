#include "host/host_stack_internal.h"

#include <stdlib.h>

static void refuse(struct host_stack *stack, uint64_t *counter, const char *reason,
                   struct packet *packet)
{
    (*counter)++;
    stack_drop(stack, "ipv4", reason, packet);
}

/* Tells the sender why a datagram to forward goes no further, and drops it. */
static void refuse_with_error(struct host_stack *stack, enum icmp_arrival how, uint8_t type,
                              uint8_t code, uint16_t next_hop_mtu, const char *reason,
                              struct packet *packet)
{
    const struct icmp_message message = {.type = type, .code = code, .next_hop_mtu = next_hop_mtu};
    stack_icmp_error(stack, how, IPV4_ANY, &message, packet);
    refuse(stack, &stack->counters.in_discards, reason, packet);
}

/* RFC 1812 section 5.2.1: what is not for us and may be passed on. */
static void forward(struct host_stack *stack, struct stack_arrival *arrival,
                    const struct route *route, struct packet *packet)
{
    struct host_stack_counters *counters = &stack->counters;
    struct stack_interface *in = arrival->in;
    enum icmp_arrival how = arrival->how;
    struct ipv4_header *header = &arrival->header;
    /* Section 5.3.4: what came in a link-layer broadcast is never forwarded. */
    if (!stack->config.forwarding || how != ICMP_ARRIVAL_UNICAST) {
        refuse(stack, &counters->in_address_errors, "not-for-us", packet);
        return;
    }
    if (header->source >> 24 == 0) {
        refuse(stack, &counters->in_address_errors, "martian-source", packet);
        return;
    }
    if (header->ttl <= 1) {
        refuse_with_error(stack, how, ICMP_TIME_EXCEEDED, ICMP_TTL_EXCEEDED, 0, "ttl-expired",
                          packet);
        return;
    }
    if (!route || route->kind == ROUTE_UNREACHABLE) {
        counters->out_no_routes++;
        refuse_with_error(stack, how, ICMP_DESTINATION_UNREACHABLE, ICMP_NET_UNREACHABLE, 0,
                          "no-route", packet);
        return;
    }
    if (stack->security && !arrival->secured && stack_secures(stack, arrival->in, true, packet))
        return;
    struct stack_interface *out = route->interface;
    ipv4_address next_hop = route->gateway != IPV4_ANY ? route->gateway : header->destination;
    if ((stack->filter.directions & PACKET_FILTER_FORWARD) != 0 &&
        stack_filter_consumes(stack, PACKET_FILTER_FORWARD, in, out, how, header, packet))
        return;
    if (header->total_length > out->mtu && header->dont_fragment) {
        refuse_with_error(stack, how, ICMP_DESTINATION_UNREACHABLE, ICMP_FRAGMENTATION_NEEDED,
                          out->mtu, "fragmentation-needed", packet);
        return;
    }
    if (stack->translator && stack->translator->outside == out && in != out) {
        packet = stack_translate_output(stack, false, header, packet);
        if (!packet)
            return;
    }
    if ((stack->filter.directions & PACKET_FILTER_OUT) != 0 &&
        stack_filter_consumes(stack, PACKET_FILTER_OUT, in, out, how, header, packet))
        return;
    ipv4_decrement_ttl(packet->data);
    header->ttl--;
    counters->forwarded++;
    if (stack->security) {
        packet = stack_secure(stack, out, true, packet);
        if (!packet)
            return;
    }
    stack_output_datagram(stack, out, next_hop, packet, header, out->mtu);
}

static struct stack_protocol *find_protocol(const struct host_stack *stack, uint8_t protocol)
{
    struct stack_protocol *handler = stack->protocols;
    while (handler && handler->protocol != protocol)
        handler = handler->next;
    return handler;
}

/* Gives a whole datagram for us to its protocol. */
static void deliver(struct host_stack *stack, const struct stack_arrival *arrival,
                    struct packet *packet)
{
    const struct ipv4_header *header = &arrival->header;
    const struct stack_protocol *handler = find_protocol(stack, header->protocol);
    if (handler && handler->receive) {
        stack->counters.in_delivers++;
        (void)packet_pull(packet, header->header_length);
        handler->receive(handler->context, arrival->in, header, packet);
        return;
    }
    switch (header->protocol) {
    case IPV4_PROTOCOL_ICMP:
        stack->counters.in_delivers++;
        stack_icmp_input(stack, arrival, packet);
        break;
    case IPV4_PROTOCOL_UDP:
        stack->counters.in_delivers++;
        stack_udp_input(stack, arrival, packet);
        break;
    case IPV4_PROTOCOL_TCP:
        stack->counters.in_delivers++;
        stack_tcp_input(stack, arrival, packet);
        break;
    default: {
        const struct icmp_message message = {.type = ICMP_DESTINATION_UNREACHABLE,
                                             .code = ICMP_PROTOCOL_UNREACHABLE};
        stack_icmp_error(stack, arrival->how, header->destination, &message, packet);
        refuse(stack, &stack->counters.in_unknown_protocols, "protocol-unreachable", packet);
        break;
    }
    }
}

struct packet *stack_reassemble(struct host_stack *stack, struct ipv4_header *header,
                                struct packet *packet)
{
    if (!header->more_fragments && header->fragment_offset == 0)
        return packet;
    if (!stack->reassembly) {
        stack->reassembly = malloc(sizeof *stack->reassembly);
        if (!stack->reassembly) {
            refuse(stack, &stack->counters.in_discards, "no-memory", packet);
            return NULL;
        }
        reassembly_init(stack->reassembly, &stack->config.reassembly, &stack->trace);
    }
    packet = reassembly_input(stack->reassembly, stack->simulation->now, packet, header);
    stack_arm(stack);
    if (!packet || ipv4_decode(packet->data, packet->length, header) != IPV4_OK)
        return NULL;
    TRACE(&stack->trace, stack->simulation->now, "ipv4.reassembled",
          trace_address("source", header->source),
          trace_address("destination", header->destination),
          trace_number("length", header->total_length));
    return packet;
}

static void deliver_locally(struct host_stack *stack, struct stack_arrival *arrival,
                            struct packet *packet)
{
    packet = stack_reassemble(stack, &arrival->header, packet);
    if (!packet || (stack->security && arrival->in && !arrival->secured &&
                    stack_secures(stack, arrival->in, false, packet)))
        return;
    deliver(stack, arrival, packet);
}

/* What a destination that is not a unicast address of somebody else is. */
static bool is_for_us(const struct route *route, struct stack_arrival *arrival)
{
    const struct stack_interface *in = arrival->in;
    const struct ipv4_header *header = &arrival->header;
    if (route && route->kind == ROUTE_LOCAL)
        return true;
    if (route && route->kind == ROUTE_BROADCAST && (!in || route->interface == in)) {
        arrival->how = ICMP_ARRIVAL_DIRECTED_BROADCAST;
        return true;
    }
    if (header->destination == IPV4_BROADCAST || ipv4_is_multicast(header->destination))
        return true;
    /* An adapter without an address takes what is sent to its hardware: a DHCP offer may be
     * unicast (RFC 2131 section 4.1). */
    return !in || (in->ethernet && in->address == IPV4_ANY && arrival->how == ICMP_ARRIVAL_UNICAST);
}

void stack_ip_deliver(struct host_stack *stack, struct stack_arrival *arrival,
                      struct packet *packet)
{
    struct stack_interface *in = arrival->in;
    const struct ipv4_header *header = &arrival->header;
    if (in && (stack->filter.directions & PACKET_FILTER_IN) != 0 &&
        stack_filter_consumes(stack, PACKET_FILTER_IN, in, NULL, arrival->how, header, packet))
        return;
    if (stack->translator && stack->translator->outside == in && in->address != IPV4_ANY &&
        header->destination == in->address) {
        packet = stack_translate_input(stack, &arrival->header, packet);
        if (!packet)
            return;
    }
    if (in && in->address != IPV4_ANY && header->destination == in->address) {
        deliver_locally(stack, arrival, packet);
        return;
    }
    const struct route *route = route_lookup(&stack->routes, header->destination);
    if (is_for_us(route, arrival))
        deliver_locally(stack, arrival, packet);
    else if (route && route->kind == ROUTE_BROADCAST)
        /* RFC 2644: a broadcast directed at another network of ours is not forwarded. */
        refuse(stack, &stack->counters.in_address_errors, "broadcast-not-forwarded", packet);
    else
        forward(stack, arrival, route, packet);
}

void stack_ip_input(struct host_stack *stack, struct stack_interface *in, enum icmp_arrival how,
                    struct packet *packet)
{
    struct stack_arrival arrival = {.in = in, .how = how};
    stack->counters.in_receives++;
    if (in)
        tap_point_record(&stack->ip_taps, stack->simulation->now, TAP_RECEIVED, packet->data,
                         packet->length);
    enum ipv4_error error = ipv4_decode(packet->data, packet->length, &arrival.header);
    if (error != IPV4_OK) {
        refuse(stack, &stack->counters.in_header_errors,
               error == IPV4_MALFORMED ? "malformed" : "bad-checksum", packet);
        return;
    }
    /* What is behind is the padding of a short frame. */
    packet_trim(packet, arrival.header.total_length);
    if (in && ipv4_is_martian_source(arrival.header.source)) {
        refuse(stack, &stack->counters.in_address_errors, "martian-source", packet);
        return;
    }
    ipv4_address destination = arrival.header.destination;
    if (in && (destination >> 24 == 127 || destination >> 24 == 0)) {
        refuse(stack, &stack->counters.in_address_errors, "martian-destination", packet);
        return;
    }
    if (stack->security && in && stack_open(stack, &arrival, packet))
        return;
    stack_ip_deliver(stack, &arrival, packet);
}

void host_stack_receive(struct host_stack *stack, struct stack_interface *interface,
                        struct packet *packet)
{
    interface->in_octets += packet->length;
    tap_point_record(&interface->taps, stack->simulation->now, TAP_RECEIVED, packet->data,
                     packet->length);
    if (!interface->up) {
        refuse(stack, &stack->counters.in_discards, "interface-down", packet);
        return;
    }
    if (interface->ipv6 && packet->length > 0 && packet->data[0] >> 4 == 6)
        stack_ipv6_input(stack, interface, ICMP_ARRIVAL_UNICAST, packet);
    else
        stack_ip_input(stack, interface, ICMP_ARRIVAL_UNICAST, packet);
}
