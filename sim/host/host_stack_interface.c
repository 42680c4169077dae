#include "host/host_stack_internal.h"

#include <stdlib.h>
#include <string.h>

/* Metric of the routes that an interface has by its address. */
#define CONNECTED_METRIC 1

static void tell(struct host_stack *stack, const char *event,
                 const struct stack_interface *interface)
{
    TRACE(&stack->trace, stack->simulation->now, event, trace_text("interface", interface->name),
          trace_address("address", interface->address));
}

/* The lines that an interface's address puts into the table; returns how many. */
static size_t connected_lines(struct stack_interface *interface, struct route lines[3])
{
    size_t count = 0;
    if (interface->address != IPV4_ANY)
        lines[count++] = (struct route){
            .destination = interface->address, .prefix_length = 32, .kind = ROUTE_LOCAL};
    if (!interface->ethernet) {
        if (interface->peer != IPV4_ANY)
            lines[count++] = (struct route){.destination = interface->peer,
                                            .prefix_length = 32,
                                            .interface = interface,
                                            .metric = CONNECTED_METRIC};
        return count;
    }
    if (interface->address == IPV4_ANY || interface->prefix_length == 32)
        return count;
    lines[count++] = (struct route){.destination = interface->address,
                                    .prefix_length = interface->prefix_length,
                                    .interface = interface,
                                    .metric = CONNECTED_METRIC};
    /* RFC 3021: a network of two addresses has no broadcast. */
    if (interface->prefix_length < 31)
        lines[count++] = (struct route){.destination = interface->address |
                                                       ~ipv4_netmask(interface->prefix_length),
                                        .prefix_length = 32,
                                        .interface = interface,
                                        .kind = ROUTE_BROADCAST};
    return count;
}

static enum status add_connected(struct host_stack *stack, struct stack_interface *interface)
{
    struct route lines[3];
    size_t count = connected_lines(interface, lines);
    for (size_t i = 0; i < count; i++) {
        enum status status = route_add(&stack->routes, &lines[i]);
        if (status == STATUS_OK)
            continue;
        while (i-- > 0)
            (void)route_remove(&stack->routes, &lines[i]);
        return status;
    }
    return STATUS_OK;
}

static void remove_connected(struct host_stack *stack, struct stack_interface *interface)
{
    struct route lines[3];
    size_t count = connected_lines(interface, lines);
    for (size_t i = 0; i < count; i++)
        (void)route_remove(&stack->routes, &lines[i]);
}

static void remove_routes(struct host_stack *stack, struct stack_interface *interface)
{
    remove_connected(stack, interface);
    /* The whole table is searched only for interfaces that somebody has routed through. */
    if (interface->extra_routes > 0)
        (void)route_remove_interface(&stack->routes, interface);
    interface->extra_routes = 0;
}

/* Appends @interface and brings it up; false: no memory, and it is not in the list. */
static bool enter(struct host_stack *stack, struct stack_interface *interface)
{
    interface->up = true;
    if (add_connected(stack, interface) != STATUS_OK) {
        stack->simulation->failure = STATUS_NO_MEMORY;
        return false;
    }
    interface->stack = stack;
    interface->index = stack->next_index++;
    interface->previous = stack->last_interface;
    if (stack->last_interface)
        stack->last_interface->next = interface;
    else
        stack->interfaces = interface;
    stack->last_interface = interface;
    tell(stack, "interface.up", interface);
    return true;
}

struct stack_interface *host_stack_add_ethernet(struct host_stack *stack, const char *name,
                                                const uint8_t mac[ETHERNET_ADDRESS_SIZE],
                                                ipv4_address address, unsigned prefix_length,
                                                uint16_t mtu)
{
    assert(prefix_length <= 32);
    /* It lives as long as the link that it will be attached to. */
    struct stack_ethernet *ethernet = simulation_allocate(stack->simulation, sizeof *ethernet);
    if (!ethernet) {
        stack->simulation->failure = STATUS_NO_MEMORY;
        return NULL;
    }
    ethernet->interface = (struct stack_interface){
        .name = name,
        .address = address,
        .prefix_length = (uint8_t)prefix_length,
        .mtu = mtu,
        .ethernet = ethernet,
    };
    ethernet->device = (struct device){
        .name = name,
        .node = stack->trace.node,
        .owner = &ethernet->interface,
        .receive = stack_ethernet_receive,
        .prepare = stack_ethernet_prepare,
        .look_ahead = stack_ethernet_look_ahead,
    };
    memcpy(ethernet->device.mac, mac, ETHERNET_ADDRESS_SIZE);
    arp_cache_init(&ethernet->arp, &stack->config.arp, &stack->trace);
    if (!enter(stack, &ethernet->interface))
        return NULL;
    struct stack_ethernet **end = &stack->ethernets;
    while (*end)
        end = &(*end)->next_ethernet;
    *end = ethernet;
    return &ethernet->interface;
}

struct stack_interface *host_stack_add_point_to_point(struct host_stack *stack, const char *name,
                                                      ipv4_address local, ipv4_address remote,
                                                      uint16_t mtu, stack_output *output,
                                                      void *context)
{
    struct stack_interface *interface = malloc(sizeof *interface);
    if (!interface) {
        stack->simulation->failure = STATUS_NO_MEMORY;
        return NULL;
    }
    *interface = (struct stack_interface){
        .name = name,
        .address = local,
        .peer = remote,
        .prefix_length = 32,
        .mtu = mtu,
        .output = output,
        .output_context = context,
    };
    if (!enter(stack, interface)) {
        free(interface);
        return NULL;
    }
    return interface;
}

/* What still comes to an adapter whose interface has been removed. */
static void discard(struct device *device, struct packet *frame)
{
    struct stack_interface *interface = device->owner;
    stack_drop(interface->stack, "ethernet", "interface-down", frame);
}

void host_stack_remove_interface(struct host_stack *stack, struct stack_interface *interface)
{
    host_stack_set_up(stack, interface, false);
    packet_filter_remove_interface(&stack->filter, interface);
    if (interface->previous)
        interface->previous->next = interface->next;
    else
        stack->interfaces = interface->next;
    if (interface->next)
        interface->next->previous = interface->previous;
    else
        stack->last_interface = interface->previous;
    if (interface->ipv6)
        stack_ipv6_remove_interface(stack, interface);
    if (!interface->ethernet) {
        free(interface);
        return;
    }
    (void)route_remove_interface(&stack->proxies, interface);
    struct stack_ethernet **link = &stack->ethernets;
    while (*link != interface->ethernet)
        link = &(*link)->next_ethernet;
    *link = interface->ethernet->next_ethernet;
    interface->ethernet->device.receive = discard;
}

struct device *host_stack_device(struct stack_interface *interface)
{
    return interface->ethernet ? &interface->ethernet->device : NULL;
}

struct tap_point *host_stack_tap_point(struct stack_interface *interface)
{
    return interface->ethernet ? &interface->ethernet->device.taps : &interface->taps;
}

struct stack_interface *host_stack_find_interface(struct host_stack *stack, const char *name)
{
    struct stack_interface *interface = stack->interfaces;
    while (interface && strcmp(interface->name, name) != 0)
        interface = interface->next;
    return interface;
}

enum status host_stack_set_address(struct host_stack *stack, struct stack_interface *interface,
                                   ipv4_address address, unsigned prefix_length, ipv4_address peer)
{
    assert(prefix_length <= 32);
    struct stack_interface before = *interface;
    if (interface->up)
        remove_connected(stack, interface);
    interface->address = address;
    interface->prefix_length = (uint8_t)prefix_length;
    interface->peer = peer;
    enum status status = interface->up ? add_connected(stack, interface) : STATUS_OK;
    if (status != STATUS_OK) {
        /* Room for the former lines is there, as they have just gone. */
        interface->address = before.address;
        interface->prefix_length = before.prefix_length;
        interface->peer = before.peer;
        (void)add_connected(stack, interface);
        return status;
    }
    TRACE(&stack->trace, stack->simulation->now, "interface.address",
          trace_text("interface", interface->name), trace_address("address", address),
          trace_number("prefix", prefix_length));
    return STATUS_OK;
}

void host_stack_set_mtu(struct stack_interface *interface, uint16_t mtu)
{
    interface->mtu = mtu;
}

void host_stack_set_up(struct host_stack *stack, struct stack_interface *interface, bool up)
{
    if (interface->up == up)
        return;
    if (up) {
        if (add_connected(stack, interface) != STATUS_OK) {
            stack->simulation->failure = STATUS_NO_MEMORY;
            return;
        }
    } else {
        remove_routes(stack, interface);
        if (interface->ethernet)
            arp_cache_flush(&interface->ethernet->arp, stack->simulation->now);
    }
    interface->up = up;
    if (interface->ipv6)
        stack_ipv6_set_up(stack, interface, up);
    tell(stack, up ? "interface.up" : "interface.down", interface);
}
