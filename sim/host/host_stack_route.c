#include "host/host_stack_internal.h"

/* The interface whose own network holds @address. */
static struct stack_interface *interface_towards(const struct host_stack *stack,
                                                 ipv4_address address)
{
    const struct route *route = route_lookup(&stack->routes, address);
    bool direct = route && route->kind == ROUTE_UNICAST && route->gateway == IPV4_ANY;
    return direct ? route->interface : NULL;
}

/* Completes @route with the interface that its gateway tells when none is given. */
static enum status complete(const struct host_stack *stack, struct route *route)
{
    if (route->prefix_length > 32)
        return STATUS_INVALID;
    if (!route->interface)
        route->interface = interface_towards(stack, route->gateway);
    return route->interface ? STATUS_OK : STATUS_NOT_FOUND;
}

enum status host_stack_add_route(struct host_stack *stack, ipv4_address destination,
                                 unsigned prefix_length, ipv4_address gateway,
                                 struct stack_interface *interface, uint32_t metric)
{
    struct route route = {
        .destination = destination,
        .prefix_length = (uint8_t)(prefix_length > 32 ? 33 : prefix_length),
        .gateway = gateway,
        .interface = interface,
        .metric = metric,
    };
    enum status status = complete(stack, &route);
    if (status == STATUS_OK)
        status = route_add(&stack->routes, &route);
    if (status == STATUS_OK)
        ((struct stack_interface *)route.interface)->extra_routes++;
    return status;
}

enum status host_stack_add_unreachable(struct host_stack *stack, ipv4_address destination,
                                       unsigned prefix_length, uint32_t metric)
{
    const struct route route = {
        .destination = destination,
        .prefix_length = (uint8_t)prefix_length,
        .metric = metric,
        .kind = ROUTE_UNREACHABLE,
    };
    return prefix_length > 32 ? STATUS_INVALID : route_add(&stack->routes, &route);
}

enum status host_stack_remove_route(struct host_stack *stack, ipv4_address destination,
                                    unsigned prefix_length, ipv4_address gateway,
                                    struct stack_interface *interface)
{
    struct route route = {
        .destination = destination,
        .prefix_length = (uint8_t)(prefix_length > 32 ? 33 : prefix_length),
        .gateway = gateway,
        .interface = interface,
    };
    enum status status = complete(stack, &route);
    if (status != STATUS_OK)
        return status;
    /* The line that the address itself put there is not the caller's to remove. */
    if (((struct stack_interface *)route.interface)->extra_routes == 0)
        return STATUS_NOT_FOUND;
    status = route_remove(&stack->routes, &route);
    if (status == STATUS_OK)
        ((struct stack_interface *)route.interface)->extra_routes--;
    return status;
}

bool host_stack_is_local(const struct host_stack *stack, ipv4_address address)
{
    if (address >> 24 == 127)
        return true;
    const struct route *route = route_lookup(&stack->routes, address);
    return route && route->kind == ROUTE_LOCAL;
}

/* The interface a broadcast or multicast goes out by when no route says so. */
static struct stack_interface *first_interface(const struct host_stack *stack)
{
    struct stack_interface *interface = stack->interfaces;
    while (interface && (!interface->up || !interface->ethernet))
        interface = interface->next;
    return interface;
}

/* An address for what leaves by an interface without one of its own (RFC 1812 section 2.2.7). */
static ipv4_address any_address(const struct host_stack *stack)
{
    for (const struct stack_interface *i = stack->interfaces; i; i = i->next)
        if (i->up && i->address != IPV4_ANY)
            return i->address;
    return IPV4_ANY;
}

ipv4_address host_stack_pick_source(const struct host_stack *stack, ipv4_address destination,
                                    struct stack_interface **interface, ipv4_address *gateway)
{
    const struct route *route = route_lookup(&stack->routes, destination);
    struct stack_interface *out = route ? route->interface : NULL;
    if (!out && (destination == IPV4_BROADCAST || ipv4_is_multicast(destination)))
        out = first_interface(stack);
    if (interface)
        *interface = out;
    if (gateway)
        *gateway = route ? route->gateway : IPV4_ANY;
    if ((route && route->kind == ROUTE_LOCAL) || destination >> 24 == 127)
        return destination;
    if (!out)
        return IPV4_ANY;
    return out->address != IPV4_ANY ? out->address : any_address(stack);
}

const struct path_mtu_entry *stack_path_mtu_entry(const struct host_stack *stack,
                                                  ipv4_address destination)
{
    if (stack->path_mtu.count == 0)
        return NULL;
    struct ip_address address = ip_address_from_ipv4(destination);
    return path_mtu_find(&stack->path_mtu, stack->simulation->now, &address);
}

uint16_t host_stack_path_mtu(const struct host_stack *stack, ipv4_address destination)
{
    struct stack_interface *out;
    if (host_stack_is_local(stack, destination))
        return IPV4_DATAGRAM_MAX;
    (void)host_stack_pick_source(stack, destination, &out, NULL);
    if (!out)
        return 0;
    const struct path_mtu_entry *entry = stack_path_mtu_entry(stack, destination);
    return entry && entry->mtu < out->mtu ? entry->mtu : out->mtu;
}

enum status host_stack_add_proxy_arp(struct host_stack *stack, struct stack_interface *interface,
                                     ipv4_address address)
{
    const struct route line = {.destination = address, .prefix_length = 32, .interface = interface};
    return interface->ethernet ? route_add(&stack->proxies, &line) : STATUS_INVALID;
}

enum status host_stack_remove_proxy_arp(struct host_stack *stack, struct stack_interface *interface,
                                        ipv4_address address)
{
    const struct route line = {.destination = address, .prefix_length = 32, .interface = interface};
    return route_remove(&stack->proxies, &line);
}

void host_stack_proxy_address(struct host_stack *stack, ipv4_address address, bool on)
{
    for (struct stack_ethernet *e = stack->ethernets; e; e = e->next_ethernet) {
        struct stack_interface *interface = &e->interface;
        if (((interface->address ^ address) & ipv4_netmask(interface->prefix_length)) != 0)
            continue;
        if (on)
            (void)host_stack_add_proxy_arp(stack, interface, address);
        else
            (void)host_stack_remove_proxy_arp(stack, interface, address);
    }
}
