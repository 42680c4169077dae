#include "host/host_stack_ipv6_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Metric of the routes that an interface has by its addresses. */
#define CONNECTED_METRIC 1
/* RFC 8200 section 4.5. */
#define REASSEMBLY_TIMEOUT (60 * INSTANT_SECOND)

const struct trace_declaration host_stack_ipv6_trace_declarations[] = {
    {"ipv6.address", "interface address prefix", "An interface has got an IPv6 address."},
    {"icmpv6.error.sent", "type code source destination",
     "An ICMPv6 error was sent to the source of a datagram."},
    {"icmpv6.error.received", "type code reporter destination",
     "An ICMPv6 error about a datagram that this node had sent to destination came in."},
    {"icmpv6.echo.answered", "source destination sequence",
     "An echo request over IPv6 was answered."},
    {"ipv6.path-mtu", "destination mtu",
     "A Packet Too Big message has lowered the estimate for a destination."},
    {"ipv6.fragmented", "source destination length mtu fragments",
     "A datagram of this node was cut into fragments."},
    {"ipv6.reassembled", "source destination length",
     "The fragments of an IPv6 datagram were put together."},
    {"neighbor.conflict", "interface address",
     "Another machine advertises an IPv6 address of this interface."},
    {NULL, NULL, NULL},
};

/* IPv6 of the stack, made when it is asked for first; NULL: no memory. */
static struct stack_ipv6 *ipv6_of(struct host_stack *stack)
{
    if (stack->ipv6)
        return stack->ipv6;
    struct stack_ipv6 *ipv6 = malloc(sizeof *ipv6);
    if (!ipv6)
        return NULL;
    char component[128];
    snprintf(component, sizeof component, "%s/ipv6", stack->trace.node);
    *ipv6 = (struct stack_ipv6){
        .neighbor = neighbor_default_config(),
        .reassembly_config = stack->config.reassembly,
        .entropy = simulation_entropy(stack->simulation, component),
        .identification = stack->config.first_identification,
    };
    ipv6->reassembly_config.timeout = REASSEMBLY_TIMEOUT;
    reassembly_init(&ipv6->reassembly, &ipv6->reassembly_config, &stack->trace);
    path_mtu_init(&ipv6->path_mtu, stack->config.path_mtu_lifetime, IPV6_MINIMUM_MTU);
    icmp_rate_limit_init(&ipv6->icmp_limit, stack->config.icmp_errors_per_s,
                         stack->config.icmp_error_burst);
    stack->ipv6 = ipv6;
    return ipv6;
}

/* IPv6 on @interface, made when it is asked for first; NULL: no memory. */
static struct stack_interface_ipv6 *interface_of(struct host_stack *stack,
                                                 struct stack_interface *interface)
{
    if (interface->ipv6)
        return interface->ipv6;
    struct stack_ipv6 *ipv6 = ipv6_of(stack);
    struct stack_interface_ipv6 *made = ipv6 ? malloc(sizeof *made) : NULL;
    if (!made)
        return NULL;
    *made = (struct stack_interface_ipv6){.interface = interface};
    neighbor_cache_init(&made->neighbors, &ipv6->neighbor, &stack->trace, &ipv6->entropy);
    struct stack_interface_ipv6 **end = &ipv6->interfaces;
    while (*end)
        end = &(*end)->next;
    *end = made;
    interface->ipv6 = made;
    return made;
}

/* The lines that an address puts into the table; returns how many. */
static size_t lines_of(struct stack_interface *interface, const struct stack_ipv6_address *address,
                       struct ipv6_route lines[2])
{
    size_t count = 0;
    lines[count++] = (struct ipv6_route){
        .destination = address->address, .prefix_length = 128, .kind = ROUTE_LOCAL};
    if (address->prefix_length < 128)
        lines[count++] = (struct ipv6_route){.destination = address->address,
                                             .prefix_length = address->prefix_length,
                                             .interface = interface,
                                             .metric = CONNECTED_METRIC};
    return count;
}

static enum status add_lines(struct host_stack *stack, struct stack_interface *interface,
                             const struct stack_ipv6_address *address)
{
    struct ipv6_route lines[2];
    size_t count = lines_of(interface, address, lines);
    enum status status = ipv6_route_add(&stack->ipv6->routes, &lines[0]);
    if (status != STATUS_OK || count == 1)
        return status;
    status = ipv6_route_add(&stack->ipv6->routes, &lines[1]);
    /* Two addresses may share the prefix, and then its route. */
    return status == STATUS_INVALID ? STATUS_OK : status;
}

static enum status add_address(struct host_stack *stack, struct stack_interface_ipv6 *ipv6,
                               const struct ip_address *address, unsigned prefix_length)
{
    const struct stack_ipv6_address entry = {*address, (uint8_t)prefix_length};
    struct stack_ipv6_address *addresses =
        realloc(ipv6->addresses, (ipv6->count + 1) * sizeof *addresses);
    if (!addresses)
        return STATUS_NO_MEMORY;
    ipv6->addresses = addresses;
    enum status status =
        ipv6->interface->up ? add_lines(stack, ipv6->interface, &entry) : STATUS_OK;
    if (status != STATUS_OK)
        return status;
    addresses[ipv6->count++] = entry;
    char text[IP_TEXT_SIZE];
    TRACE(&stack->trace, stack->simulation->now, "ipv6.address",
          trace_text("interface", ipv6->interface->name),
          trace_text("address", ip_address_format(address, text)),
          trace_number("prefix", prefix_length));
    return STATUS_OK;
}

enum status host_stack_ipv6_add_address(struct host_stack *stack, struct stack_interface *interface,
                                        const struct ip_address *address, unsigned prefix_length)
{
    if (address->version != 6 || prefix_length > 128 || ipv6_is_multicast(address) ||
        ipv6_is_unspecified(address) || ipv6_is_loopback(address))
        return STATUS_INVALID;
    struct stack_interface_ipv6 *ipv6 = interface_of(stack, interface);
    if (!ipv6)
        return STATUS_NO_MEMORY;
    if (ipv6->count == 0 && interface->ethernet && !ipv6_is_link_local(address)) {
        struct ip_address own = ipv6_link_local_from_mac(interface->ethernet->device.mac);
        enum status status = add_address(stack, ipv6, &own, 64);
        if (status != STATUS_OK)
            return status;
    }
    return add_address(stack, ipv6, address, prefix_length);
}

const struct ip_address *host_stack_ipv6_address(const struct stack_interface *interface,
                                                 unsigned position)
{
    const struct stack_interface_ipv6 *ipv6 = interface->ipv6;
    return ipv6 && position < ipv6->count ? &ipv6->addresses[position].address : NULL;
}

bool stack_ipv6_has_address(const struct stack_interface_ipv6 *interface,
                            const struct ip_address *address)
{
    for (unsigned i = 0; i < interface->count; i++)
        if (ip_address_equal(&interface->addresses[i].address, address))
            return true;
    return false;
}

bool stack_ipv6_is_joined(const struct stack_interface_ipv6 *interface,
                          const struct ip_address *group)
{
    struct ip_address all_nodes = ipv6_all_nodes();
    if (ip_address_equal(group, &all_nodes))
        return true;
    for (unsigned i = 0; i < interface->count; i++) {
        struct ip_address solicited = ipv6_solicited_node(&interface->addresses[i].address);
        if (ip_address_equal(group, &solicited))
            return true;
    }
    return false;
}

/* ---- Routes ---- */

/* The interface whose own link holds @address. */
static struct stack_interface *interface_towards(const struct stack_ipv6 *ipv6,
                                                 const struct ip_address *address)
{
    const struct ipv6_route *route = ipv6_route_lookup(&ipv6->routes, address);
    bool direct = route && route->kind == ROUTE_UNICAST && route->gateway.version == 0;
    return direct ? route->interface : NULL;
}

enum status host_stack_ipv6_add_route(struct host_stack *stack,
                                      const struct ip_address *destination, unsigned prefix_length,
                                      const struct ip_address *gateway,
                                      struct stack_interface *interface, uint32_t metric)
{
    if (destination->version != 6 || prefix_length > 128)
        return STATUS_INVALID;
    if (!stack->ipv6)
        return STATUS_NOT_FOUND;
    if (!interface && gateway)
        interface = interface_towards(stack->ipv6, gateway);
    if (!interface)
        return STATUS_NOT_FOUND;
    const struct ipv6_route route = {
        .destination = *destination,
        .prefix_length = (uint8_t)prefix_length,
        .gateway = gateway ? *gateway : (struct ip_address){0},
        .interface = interface,
        .metric = metric,
    };
    return ipv6_route_add(&stack->ipv6->routes, &route);
}

enum status host_stack_ipv6_add_unreachable(struct host_stack *stack,
                                            const struct ip_address *destination,
                                            unsigned prefix_length, uint32_t metric)
{
    if (destination->version != 6 || prefix_length > 128)
        return STATUS_INVALID;
    if (!stack->ipv6)
        return STATUS_NOT_FOUND;
    const struct ipv6_route route = {
        .destination = *destination,
        .prefix_length = (uint8_t)prefix_length,
        .metric = metric,
        .kind = ROUTE_UNREACHABLE,
    };
    return ipv6_route_add(&stack->ipv6->routes, &route);
}

bool host_stack_ipv6_is_local(const struct host_stack *stack, const struct ip_address *address)
{
    if (!stack->ipv6)
        return false;
    const struct ipv6_route *route = ipv6_route_lookup(&stack->ipv6->routes, address);
    return (route && route->kind == ROUTE_LOCAL) || ipv6_is_loopback(address);
}

/* ---- Interfaces that come and go, timers ---- */

void stack_ipv6_set_up(struct host_stack *stack, struct stack_interface *interface, bool up)
{
    struct stack_interface_ipv6 *ipv6 = interface->ipv6;
    struct ipv6_route_table *routes = &stack->ipv6->routes;
    for (unsigned i = 0; i < ipv6->count; i++) {
        struct ipv6_route lines[2];
        size_t count = lines_of(interface, &ipv6->addresses[i], lines);
        for (size_t j = 0; j < count; j++)
            (void)(up ? ipv6_route_add(routes, &lines[j]) : ipv6_route_remove(routes, &lines[j]));
    }
    if (up)
        return;
    (void)ipv6_route_remove_interface(routes, interface);
    neighbor_cache_flush(&ipv6->neighbors, stack->simulation->now);
}

static void free_interface(struct stack_interface_ipv6 *ipv6)
{
    neighbor_cache_destroy(&ipv6->neighbors);
    free(ipv6->addresses);
    free(ipv6);
}

void stack_ipv6_remove_interface(struct host_stack *stack, struct stack_interface *interface)
{
    struct stack_interface_ipv6 **link = &stack->ipv6->interfaces;
    while (*link != interface->ipv6)
        link = &(*link)->next;
    *link = interface->ipv6->next;
    free_interface(interface->ipv6);
    interface->ipv6 = NULL;
}

void stack_ipv6_destroy(struct host_stack *stack)
{
    struct stack_ipv6 *ipv6 = stack->ipv6;
    while (ipv6->interfaces) {
        struct stack_interface_ipv6 *next = ipv6->interfaces->next;
        free_interface(ipv6->interfaces);
        ipv6->interfaces = next;
    }
    ipv6_route_table_destroy(&ipv6->routes);
    reassembly_destroy(&ipv6->reassembly);
    path_mtu_destroy(&ipv6->path_mtu);
    packet_queue_clear(&ipv6->loopback);
    free(ipv6);
    stack->ipv6 = NULL;
}

static void expire_fragments(struct host_stack *stack)
{
    struct reassembly *reassembly = &stack->ipv6->reassembly;
    reassembly_handle_timeout(reassembly, stack->simulation->now);
    struct packet *first;
    while ((first = reassembly_poll_expired(reassembly))) {
        const struct icmpv6_message message = {.type = ICMPV6_TIME_EXCEEDED,
                                               .code = ICMPV6_REASSEMBLY_TIME_EXCEEDED};
        stack_ipv6_icmp_error(stack, NULL, ICMP_ARRIVAL_UNICAST, NULL, &message, first);
        packet_free(first);
    }
}

void stack_ipv6_handle_timeout(struct host_stack *stack)
{
    struct stack_ipv6 *ipv6 = stack->ipv6;
    instant now = stack->simulation->now;
    /* What is sent while these are delivered waits for the next turn. */
    struct packet_queue arrived = ipv6->loopback;
    ipv6->loopback = (struct packet_queue){0};
    struct packet *packet;
    while ((packet = packet_queue_pop(&arrived)))
        stack_ipv6_input(stack, NULL, ICMP_ARRIVAL_UNICAST, packet);
    for (struct stack_interface_ipv6 *i = ipv6->interfaces; i; i = i->next) {
        if (neighbor_cache_next_timeout(&i->neighbors) > now)
            continue;
        neighbor_cache_handle_timeout(&i->neighbors, now);
        stack_ipv6_neighbor_pump(i);
    }
    if (reassembly_next_timeout(&ipv6->reassembly) <= now)
        expire_fragments(stack);
}

instant stack_ipv6_next_timeout(const struct host_stack *stack)
{
    const struct stack_ipv6 *ipv6 = stack->ipv6;
    instant next = ipv6->loopback.count > 0 ? stack->simulation->now : INSTANT_NEVER;
    for (const struct stack_interface_ipv6 *i = ipv6->interfaces; i; i = i->next)
        next = instant_earlier(next, neighbor_cache_next_timeout(&i->neighbors));
    return instant_earlier(next, reassembly_next_timeout(&ipv6->reassembly));
}
