#include "host/host_stack_internal.h"

#include <stdlib.h>

const struct trace_declaration host_stack_trace_declarations[] = {
    {"filter.matched", "rule interface direction action protocol source destination",
     "A packet filter rule has dropped or rejected a datagram."},
    {"icmp.error.sent", "type code source destination",
     "An ICMP error was sent to the source of a datagram."},
    {"icmp.error.received", "type code reporter destination",
     "An ICMP error about a datagram that this node had sent to destination came in."},
    {"icmp.echo.answered", "source destination sequence", "An echo request was answered."},
    {"ipv4.path-mtu", "destination mtu",
     "Path MTU Discovery has lowered the estimate for a destination."},
    {"ipv4.fragmented", "source destination length mtu fragments",
     "A datagram was cut into fragments."},
    {"ipv4.reassembled", "source destination length",
     "The fragments of a datagram were put together."},
    {"arp.conflict", "interface address mac", "Another machine claims this interface's address."},
    {"interface.up", "interface address", "An interface was added or set up."},
    {"interface.down", "interface address", "An interface was removed or set down."},
    {"interface.address", "interface address prefix", "An interface's address has changed."},
    {NULL, NULL, NULL},
};

struct host_stack_config host_stack_default_config(void)
{
    return (struct host_stack_config){
        .default_ttl = 128,
        .icmp_errors = true,
        .echo_replies = true,
        .first_identification = 1,
        .icmp_error_octets = IPV4_MINIMUM_REASSEMBLY,
        .icmp_errors_per_s = 100,
        .icmp_error_burst = 100,
        .path_mtu_floor = 576,
        .path_mtu_lifetime = 600 * INSTANT_SECOND,
        .arp = arp_default_config(),
        .reassembly = reassembly_default_config(),
    };
}

void stack_drop(struct host_stack *stack, const char *protocol, const char *reason,
                struct packet *packet)
{
    trace_drop(&stack->trace, stack->simulation->now, protocol, reason, packet->serial);
    packet_free(packet);
}

static void expire_fragments(struct host_stack *stack)
{
    reassembly_handle_timeout(stack->reassembly, stack->simulation->now);
    struct packet *first;
    while ((first = reassembly_poll_expired(stack->reassembly))) {
        const struct icmp_message message = {.type = ICMP_TIME_EXCEEDED,
                                             .code = ICMP_REASSEMBLY_TIME_EXCEEDED};
        stack_icmp_error(stack, ICMP_ARRIVAL_UNICAST, IPV4_ANY, &message, first);
        packet_free(first);
    }
}

static void wake(void *context, instant now)
{
    struct host_stack *stack = context;
    /* What is sent while these are delivered waits for the next turn. */
    struct packet_queue arrived = stack->loopback;
    stack->loopback = (struct packet_queue){0};
    struct packet *packet;
    while ((packet = packet_queue_pop(&arrived)))
        stack_ip_input(stack, NULL, ICMP_ARRIVAL_UNICAST, packet);
    for (struct stack_ethernet *e = stack->ethernets; e; e = e->next_ethernet) {
        if (arp_cache_next_timeout(&e->arp) > now)
            continue;
        arp_cache_handle_timeout(&e->arp, now);
        stack_arp_pump(&e->interface);
    }
    if (stack->reassembly && reassembly_next_timeout(stack->reassembly) <= now)
        expire_fragments(stack);
    if (stack->ipv6)
        stack_ipv6_handle_timeout(stack);
    stack_tcp_handle_timeout(stack);
    stack_arm(stack);
}

void stack_arm(struct host_stack *stack)
{
    instant next = stack->loopback.count > 0 ? stack->simulation->now : INSTANT_NEVER;
    for (const struct stack_ethernet *e = stack->ethernets; e; e = e->next_ethernet)
        next = instant_earlier(next, arp_cache_next_timeout(&e->arp));
    if (stack->reassembly)
        next = instant_earlier(next, reassembly_next_timeout(stack->reassembly));
    if (stack->ipv6)
        next = instant_earlier(next, stack_ipv6_next_timeout(stack));
    next = instant_earlier(next, stack_tcp_next_timeout(stack));
    timer_set(stack->simulation, &stack->timer, next);
}

void host_stack_init(struct host_stack *stack, struct simulation *simulation, const char *node_name,
                     const struct host_stack_config *config)
{
    *stack = (struct host_stack){
        .config = *config,
        .simulation = simulation,
        .trace = simulation_trace(simulation, node_name),
        .identification = config->first_identification,
        .next_index = 1,
    };
    path_mtu_init(&stack->path_mtu, config->path_mtu_lifetime, config->path_mtu_floor);
    icmp_rate_limit_init(&stack->icmp_limit, config->icmp_errors_per_s, config->icmp_error_burst);
    timer_init(&stack->timer, wake, stack);
}

void host_stack_destroy(struct host_stack *stack)
{
    timer_destroy(stack->simulation, &stack->timer);
    stack_tcp_destroy(stack);
    if (stack->ipv6)
        stack_ipv6_destroy(stack);
    if (stack->reassembly)
        reassembly_destroy(stack->reassembly);
    free(stack->reassembly);
    for (struct stack_ethernet *e = stack->ethernets; e; e = e->next_ethernet)
        arp_cache_destroy(&e->arp);
    struct stack_interface *interface = stack->interfaces;
    while (interface) {
        struct stack_interface *next = interface->next;
        if (!interface->ethernet)
            free(interface);
        interface = next;
    }
    packet_queue_clear(&stack->loopback);
    packet_filter_destroy(&stack->filter);
    route_table_destroy(&stack->routes);
    route_table_destroy(&stack->proxies);
    path_mtu_destroy(&stack->path_mtu);
    *stack = (struct host_stack){.simulation = stack->simulation};
}

void host_stack_set_protocol(struct host_stack *stack, struct stack_protocol *handler)
{
    struct stack_protocol **link = &stack->protocols;
    while (*link && (*link)->protocol != handler->protocol)
        link = &(*link)->next;
    handler->next = *link ? (*link)->next : NULL;
    *link = handler;
}

void host_stack_clear_protocol(struct host_stack *stack, struct stack_protocol *handler)
{
    struct stack_protocol **link = &stack->protocols;
    while (*link && *link != handler)
        link = &(*link)->next;
    if (*link)
        *link = handler->next;
}
