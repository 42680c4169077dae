#include "host/host_stack_internal.h"

#include <string.h>

/* What tunnels and PPP put in front of a datagram: room for the deepest, L2TP over NAT-T ESP. */
#define TUNNEL_HEADROOM 96
/* Tunnels in tunnels; more than this is a tunnel that is routed into itself. */
#define TUNNEL_DEPTH 6

void stack_refuse_output(struct host_stack *stack, const char *protocol, const char *reason,
                         struct packet *packet)
{
    stack->counters.out_discards++;
    stack_drop(stack, protocol, reason, packet);
}

static void refuse(struct host_stack *stack, const char *reason, struct packet *packet)
{
    stack_refuse_output(stack, "ipv4", reason, packet);
}

struct packet *stack_reserve_headroom(struct host_stack *stack, const char *protocol,
                                      struct packet *packet, size_t headroom)
{
    if (packet_headroom(packet) >= headroom)
        return packet;
    struct packet *copy = packet_alloc(&stack->simulation->packets, packet->length);
    if (!copy) {
        stack_refuse_output(stack, protocol, "no-memory", packet);
        return NULL;
    }
    memcpy(packet_append(copy, packet->length), packet->data, packet->length);
    copy->serial = packet->serial;
    copy->mark = packet->mark;
    copy->nesting = packet->nesting;
    packet_free(packet);
    return copy;
}

void stack_point_to_point_output(struct host_stack *stack, struct stack_interface *out,
                                 const char *protocol, struct packet *packet)
{
    if (packet->nesting >= TUNNEL_DEPTH) {
        stack_refuse_output(stack, protocol, "tunnel-loop", packet);
        return;
    }
    packet = stack_reserve_headroom(stack, "ipv4", packet, TUNNEL_HEADROOM);
    if (!packet)
        return;
    out->out_octets += packet->length;
    tap_point_record(&out->taps, stack->simulation->now, TAP_SENT, packet->data, packet->length);
    packet->checksum_known = false; /* a tunnel may do anything to it */
    packet->nesting++;
    out->output(out->output_context, packet);
}

bool stack_leave_ip(struct host_stack *stack, const struct stack_interface *out,
                    const char *protocol, struct packet *packet)
{
    if (!out->up) {
        stack_refuse_output(stack, protocol, "interface-down", packet);
        return false;
    }
    tap_point_record(&stack->ip_taps, stack->simulation->now, TAP_SENT, packet->data,
                     packet->length);
    return true;
}

static void transmit(struct host_stack *stack, struct stack_interface *out, ipv4_address next_hop,
                     struct packet *packet)
{
    if (!stack_leave_ip(stack, out, "ipv4", packet))
        return;
    if (out->ethernet)
        stack_ethernet_output(out, next_hop, packet);
    else
        stack_point_to_point_output(stack, out, "ipv4", packet);
}

void stack_output_datagram(struct host_stack *stack, struct stack_interface *out,
                           ipv4_address next_hop, struct packet *packet,
                           const struct ipv4_header *header, size_t mtu)
{
    if (header->total_length <= mtu) {
        transmit(stack, out, next_hop, packet);
        return;
    }
    struct packet_queue fragments = {0};
    enum status status = ipv4_fragment(packet, header, mtu, &fragments);
    if (status != STATUS_OK) {
        refuse(stack, status == STATUS_INVALID ? "too-long" : "no-memory", packet);
        return;
    }
    stack->counters.fragments_created += fragments.count;
    TRACE(&stack->trace, stack->simulation->now, "ipv4.fragmented",
          trace_address("source", header->source),
          trace_address("destination", header->destination),
          trace_number("length", header->total_length), trace_number("mtu", mtu),
          trace_number("fragments", fragments.count));
    while ((packet = packet_queue_pop(&fragments)))
        transmit(stack, out, next_hop, packet);
}

/* Where a datagram of ours goes. */
struct way {
    struct stack_interface *out; /* NULL: to ourselves, when local */
    ipv4_address next_hop;
    bool local;
};

/* The interface that has @address. */
static struct stack_interface *interface_of(const struct host_stack *stack, ipv4_address address)
{
    struct stack_interface *interface = stack->interfaces;
    while (interface && (!interface->up || interface->address != address))
        interface = interface->next;
    return interface;
}

/* Finds the way to @destination and completes @source; false: there is none. */
static bool find_way(const struct host_stack *stack, ipv4_address *source, ipv4_address destination,
                     struct way *way)
{
    const struct route *route = route_lookup(&stack->routes, destination);
    if (route && route->interface)
        stack_prefetch_interface(route->interface);
    *way = (struct way){.next_hop = destination};
    if ((route && route->kind == ROUTE_LOCAL) || destination >> 24 == 127) {
        way->local = true;
        if (*source == IPV4_ANY)
            *source = destination;
        return true;
    }
    bool group = destination == IPV4_BROADCAST || ipv4_is_multicast(destination);
    if (group && *source != IPV4_ANY) {
        way->out = interface_of(stack, *source);
        if (way->out)
            return true;
    }
    if (route && *source != IPV4_ANY) {
        way->out = route->interface;
    } else {
        ipv4_address picked = host_stack_pick_source(stack, destination, &way->out, NULL);
        if (*source == IPV4_ANY)
            *source = picked;
    }
    if (route && route->gateway != IPV4_ANY && !group)
        way->next_hop = route->gateway;
    if (route && route->kind == ROUTE_BROADCAST)
        way->next_hop = IPV4_BROADCAST;
    return way->out != NULL;
}

/* Puts the IP header in front; NULL: dropped. */
static struct packet *push_header(struct host_stack *stack, struct packet *packet,
                                  struct ipv4_header *header,
                                  const struct stack_send_options *options)
{
    static const struct stack_send_options defaults = {0};
    if (!options)
        options = &defaults;
    stack->counters.out_requests++;
    if (packet->length > IPV4_DATAGRAM_MAX - IPV4_HEADER_SIZE) {
        refuse(stack, "too-long", packet);
        return NULL;
    }
    packet = stack_reserve_headroom(stack, "ipv4", packet, IPV4_HEADER_SIZE + ETHERNET_HEADER_SIZE);
    if (!packet)
        return NULL;
    header->header_length = IPV4_HEADER_SIZE;
    header->tos = options->tos;
    header->ttl = options->ttl ? options->ttl : stack->config.default_ttl;
    header->dont_fragment = options->dont_fragment;
    header->total_length = (uint16_t)(packet->length + IPV4_HEADER_SIZE);
    header->identification = stack->identification++;
    return packet;
}

/* Sends what push_header() has prepared by @way. */
static enum status send_by_way(struct host_stack *stack, const struct way *way,
                               struct ipv4_header *header, struct packet *packet)
{
    uint16_t mtu = way->out->mtu;
    const struct path_mtu_entry *entry = stack_path_mtu_entry(stack, header->destination);
    if (entry) {
        if (entry->mtu < mtu)
            mtu = entry->mtu;
        if (entry->below_floor)
            header->dont_fragment = false;
    }
    ipv4_push(packet, header);
    if (header->total_length > mtu && header->dont_fragment) {
        refuse(stack, "fragmentation-needed", packet);
        return STATUS_NO_ROOM;
    }
    if (stack->translator && stack->translator->outside == way->out) {
        packet = stack_translate_output(stack, true, header, packet);
        if (!packet)
            return STATUS_OK;
    }
    if ((stack->filter.directions & PACKET_FILTER_OUT) != 0 &&
        stack_filter_consumes(stack, PACKET_FILTER_OUT, NULL, way->out, ICMP_ARRIVAL_UNICAST,
                              header, packet))
        return STATUS_OK;
    if (stack->security) {
        packet = stack_secure(stack, way->out, false, packet);
        if (!packet)
            return STATUS_OK;
    }
    stack_output_datagram(stack, way->out, way->next_hop, packet, header, mtu);
    return STATUS_OK;
}

enum status host_stack_send(struct host_stack *stack, ipv4_address source, ipv4_address destination,
                            uint8_t protocol, struct packet *packet,
                            const struct stack_send_options *options)
{
    struct way way;
    stack_prefetch(stack);
    if (!find_way(stack, &source, destination, &way)) {
        stack->counters.out_no_routes++;
        refuse(stack, "no-route", packet);
        return STATUS_NOT_FOUND;
    }
    struct ipv4_header header = {
        .protocol = protocol, .source = source, .destination = destination};
    packet = push_header(stack, packet, &header, options);
    if (!packet)
        return STATUS_INVALID;
    if (!way.local)
        return send_by_way(stack, &way, &header, packet);
    ipv4_push(packet, &header);
    packet_queue_push(&stack->loopback, packet);
    stack_arm(stack);
    return STATUS_OK;
}

void host_stack_send_secured(struct host_stack *stack, struct packet *packet)
{
    struct ipv4_header header;
    struct way way;
    if (packet->length > 0 && packet->data[0] >> 4 == 6) {
        stack_ipv6_send_secured(stack, packet);
        return;
    }
    if (ipv4_decode(packet->data, packet->length, &header) != IPV4_OK) {
        refuse(stack, "malformed", packet);
        return;
    }
    if (!find_way(stack, &header.source, header.destination, &way)) {
        stack->counters.out_no_routes++;
        refuse(stack, "no-route", packet);
        return;
    }
    packet = stack_reserve_headroom(stack, "ipv4", packet, ETHERNET_HEADER_SIZE);
    if (!packet)
        return;
    if (way.local) {
        packet_queue_push(&stack->loopback, packet);
        stack_arm(stack);
        return;
    }
    uint16_t mtu = host_stack_path_mtu(stack, header.destination);
    if (header.total_length > mtu && header.dont_fragment)
        refuse(stack, "fragmentation-needed", packet);
    else
        stack_output_datagram(stack, way.out, way.next_hop, packet, &header, mtu);
}

enum status host_stack_send_by(struct host_stack *stack, struct stack_interface *interface,
                               ipv4_address source, ipv4_address destination, uint8_t protocol,
                               struct packet *packet, const struct stack_send_options *options)
{
    struct way way = {.out = interface, .next_hop = destination};
    const struct route *route = route_lookup(&stack->routes, destination);
    if (route && route->interface == interface) {
        if (route->kind == ROUTE_BROADCAST)
            way.next_hop = IPV4_BROADCAST;
        else if (route->gateway != IPV4_ANY && destination != IPV4_BROADCAST)
            way.next_hop = route->gateway;
    }
    struct ipv4_header header = {
        .protocol = protocol, .source = source, .destination = destination};
    packet = push_header(stack, packet, &header, options);
    return packet ? send_by_way(stack, &way, &header, packet) : STATUS_INVALID;
}
