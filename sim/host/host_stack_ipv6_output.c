#include "host/host_stack_ipv6_internal.h"

static void refuse(struct host_stack *stack, const char *reason, struct packet *packet)
{
    stack_refuse_output(stack, "ipv6", reason, packet);
}

/* How many leading bits two addresses have in common. */
static unsigned common_prefix(const struct ip_address *a, const struct ip_address *b)
{
    unsigned bit = 0;
    while (bit < 128 && ((a->octets[bit / 8] ^ b->octets[bit / 8]) & 0x80 >> bit % 8) == 0)
        bit++;
    return bit;
}

/* Link-local addresses and their groups are on one link only. */
static bool is_on_link_scope(const struct ip_address *address)
{
    return ipv6_is_link_local(address) ||
           (ipv6_is_multicast(address) && (address->octets[1] & 0x0f) <= 2);
}

struct ip_address stack_ipv6_source_on(const struct stack_interface_ipv6 *interface,
                                       const struct ip_address *destination)
{
    struct ip_address best = {0};
    bool link_scope = is_on_link_scope(destination);
    for (unsigned i = 0; i < interface->count; i++) {
        const struct ip_address *candidate = &interface->addresses[i].address;
        /* RFC 6724 section 5: rule 1, the destination itself; rule 2, its scope. */
        if (ip_address_equal(candidate, destination))
            return *candidate;
        bool fits = ipv6_is_link_local(candidate) == link_scope;
        bool best_fits = best.version != 0 && ipv6_is_link_local(&best) == link_scope;
        /* Rule 8: the longest matching prefix. */
        if (best.version == 0 || (fits && !best_fits) ||
            (fits == best_fits &&
             common_prefix(candidate, destination) > common_prefix(&best, destination)))
            best = *candidate;
    }
    return best;
}

/* The interface on whose link @destination of link scope is. */
static struct stack_interface *link_of(const struct host_stack *stack, struct stack_interface *by,
                                       const struct ip_address *source)
{
    if (by)
        return by;
    for (const struct stack_interface_ipv6 *i = stack->ipv6->interfaces; i; i = i->next)
        if (i->interface->up && (source->version == 0 || stack_ipv6_has_address(i, source)))
            return i->interface;
    return NULL;
}

/* An address of another interface for what leaves by one that has none that fits. */
static struct ip_address any_source(const struct host_stack *stack,
                                    const struct ip_address *destination)
{
    for (const struct stack_interface_ipv6 *i = stack->ipv6->interfaces; i; i = i->next) {
        struct ip_address address = stack_ipv6_source_on(i, destination);
        if (i->interface->up && address.version != 0 && !ipv6_is_link_local(&address))
            return address;
    }
    return (struct ip_address){0};
}

static void complete_source(const struct host_stack *stack, const struct stack_interface *out,
                            const struct ip_address *destination, struct ip_address *source)
{
    if (source->version != 0)
        return;
    if (out->ipv6)
        *source = stack_ipv6_source_on(out->ipv6, destination);
    if (is_on_link_scope(destination) || (source->version != 0 && !ipv6_is_link_local(source)))
        return;
    struct ip_address other = any_source(stack, destination);
    if (other.version != 0)
        *source = other;
}

bool stack_ipv6_find_way(const struct host_stack *stack, struct stack_interface *by,
                         struct ip_address *source, const struct ip_address *destination,
                         struct stack_ipv6_way *way)
{
    *way = (struct stack_ipv6_way){.next_hop = *destination};
    if (!stack->ipv6)
        return false;
    if (host_stack_ipv6_is_local(stack, destination)) {
        if (source->version == 0)
            *source = *destination;
        return true;
    }
    if (is_on_link_scope(destination)) {
        way->out = link_of(stack, by, source);
    } else {
        const struct ipv6_route *route = ipv6_route_lookup(&stack->ipv6->routes, destination);
        way->out = route ? route->interface : NULL;
        if (route && route->gateway.version != 0)
            way->next_hop = route->gateway;
    }
    if (!way->out)
        return false;
    complete_source(stack, way->out, destination, source);
    return source->version != 0;
}

struct ip_address host_stack_ipv6_pick_source(const struct host_stack *stack,
                                              const struct ip_address *destination)
{
    struct stack_ipv6_way way;
    struct ip_address source = {0};
    if (!stack_ipv6_find_way(stack, NULL, &source, destination, &way))
        return (struct ip_address){0};
    return source;
}

uint16_t stack_ipv6_mtu(const struct host_stack *stack, const struct stack_interface *out,
                        const struct ip_address *destination)
{
    const struct path_mtu_entry *entry =
        path_mtu_find(&stack->ipv6->path_mtu, stack->simulation->now, destination);
    return entry && entry->mtu < out->mtu ? entry->mtu : out->mtu;
}

uint16_t host_stack_ipv6_path_mtu(const struct host_stack *stack,
                                  const struct ip_address *destination)
{
    struct stack_ipv6_way way;
    struct ip_address source = {0};
    if (!stack_ipv6_find_way(stack, NULL, &source, destination, &way))
        return 0;
    return way.out ? stack_ipv6_mtu(stack, way.out, destination) : IPV6_DATAGRAM_MAX;
}

void stack_ipv6_transmit(struct host_stack *stack, struct stack_interface *out,
                         const struct ip_address *next_hop, struct packet *packet)
{
    if (!stack_leave_ip(stack, out, "ipv6", packet))
        return;
    if (out->ethernet)
        stack_ipv6_ethernet_output(out, next_hop, packet);
    else
        stack_point_to_point_output(stack, out, "ipv6", packet);
}

enum status stack_ipv6_transmit_by_way(struct host_stack *stack, const struct stack_ipv6_way *way,
                                       const struct ipv6_header *header, uint16_t mtu,
                                       struct packet *packet)
{
    if (packet->length <= mtu) {
        stack_ipv6_transmit(stack, way->out, &way->next_hop, packet);
        return STATUS_OK;
    }
    struct packet_queue fragments = {0};
    size_t length = packet->length;
    enum status status = ipv6_fragment(packet, mtu, stack->ipv6->identification++, &fragments);
    if (status != STATUS_OK) {
        refuse(stack, status == STATUS_INVALID ? "too-long" : "no-memory", packet);
        return status;
    }
    char source[IP_TEXT_SIZE];
    char destination[IP_TEXT_SIZE];
    stack->counters.fragments_created += fragments.count;
    TRACE(&stack->trace, stack->simulation->now, "ipv6.fragmented",
          trace_text("source", ip_address_format(&header->source, source)),
          trace_text("destination", ip_address_format(&header->destination, destination)),
          trace_number("length", length), trace_number("mtu", mtu),
          trace_number("fragments", fragments.count));
    while ((packet = packet_queue_pop(&fragments)))
        stack_ipv6_transmit(stack, way->out, &way->next_hop, packet);
    return STATUS_OK;
}

enum status stack_ipv6_send_by_way(struct host_stack *stack, const struct stack_ipv6_way *way,
                                   struct ipv6_header *header, struct packet *packet,
                                   const struct stack_send_options *options)
{
    stack->counters.out_requests++;
    if (packet->length > IPV6_DATAGRAM_MAX - IPV6_HEADER_SIZE) {
        refuse(stack, "too-long", packet);
        return STATUS_INVALID;
    }
    packet = stack_reserve_headroom(stack, "ipv6", packet, IPV6_HEADER_SIZE + ETHERNET_HEADER_SIZE);
    if (!packet)
        return STATUS_NO_MEMORY;
    header->hop_limit = options && options->ttl ? options->ttl : stack->config.default_ttl;
    header->traffic_class = options ? options->tos : 0;
    ipv6_push(packet, header);
    if (!way->out) {
        packet_queue_push(&stack->ipv6->loopback, packet);
        stack_arm(stack);
        return STATUS_OK;
    }
    uint16_t mtu = stack_ipv6_mtu(stack, way->out, &header->destination);
    if (packet->length > mtu && options && options->dont_fragment) {
        refuse(stack, "packet-too-big", packet);
        return STATUS_NO_ROOM;
    }
    if (stack->security)
        packet = stack_secure(stack, way->out, false, packet);
    return packet ? stack_ipv6_transmit_by_way(stack, way, header, mtu, packet) : STATUS_OK;
}

enum status host_stack_ipv6_send(struct host_stack *stack, const struct ip_address *source,
                                 const struct ip_address *destination, uint8_t next_header,
                                 struct packet *packet, const struct stack_send_options *options)
{
    struct stack_ipv6_way way;
    struct ipv6_header header = {.next_header = next_header, .destination = *destination};
    if (source)
        header.source = *source;
    if (!stack_ipv6_find_way(stack, NULL, &header.source, destination, &way)) {
        stack->counters.out_no_routes++;
        refuse(stack, "no-route", packet);
        return STATUS_NOT_FOUND;
    }
    return stack_ipv6_send_by_way(stack, &way, &header, packet, options);
}
