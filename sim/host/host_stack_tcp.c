#include "host/host_stack_tcp.h"

#include "host/host_stack_internal.h"

#include <stdio.h>
#include <stdlib.h>

/* The TCP engine of a stack, and whether its decisions are being carried out right now. */
struct stack_tcp {
    struct tcp_endpoint endpoint;
    bool pumping;
};

static uint32_t mtu_towards(void *context, ipv4_address local, ipv4_address remote)
{
    struct host_stack *stack = context;
    uint16_t mtu = host_stack_path_mtu(stack, remote);
    const struct stack_security *security = stack->security;
    uint16_t overhead = 0;
    if (security) {
        struct ip_address source = ip_address_from_ipv4(local);
        struct ip_address destination = ip_address_from_ipv4(remote);
        overhead = security->overhead(security->context, &source, &destination, IPV4_PROTOCOL_TCP);
    }
    return mtu > overhead ? mtu - overhead : 0;
}

struct tcp_endpoint *host_stack_tcp(struct host_stack *stack)
{
    if (stack->tcp)
        return &stack->tcp->endpoint;
    stack->tcp = calloc(1, sizeof *stack->tcp);
    if (!stack->tcp) {
        stack->simulation->failure = STATUS_NO_MEMORY;
        return NULL;
    }
    char component[128];
    snprintf(component, sizeof component, "%s/tcp", stack->trace.node);
    const struct tcp_config config = {
        .pool = &stack->simulation->packets,
        .entropy = simulation_entropy(stack->simulation, component),
        .trace = stack->trace,
        .mtu_towards = mtu_towards,
        .mtu_context = stack,
        .options = tcp_options_windows_2000(),
    };
    tcp_endpoint_init(&stack->tcp->endpoint, &config);
    return &stack->tcp->endpoint;
}

/* The host itself may refuse a segment: what it knows of the path has changed since the last. */
static void send_segment(struct host_stack *stack, const struct tcp_output *output)
{
    const struct stack_send_options options = {.dont_fragment = output->dont_fragment};
    enum status status = host_stack_send(stack, output->source, output->destination,
                                         IPV4_PROTOCOL_TCP, output->packet, &options);
    if (status == STATUS_NO_ROOM && output->connection)
        tcp_path_mtu_exceeded(output->connection, stack->simulation->now);
}

/*
 * Carries out what the engine has decided. When an event callback calls the engine, the loop that
 * made the callback does it; so segments and events keep their order.
 */
static void pump(struct host_stack *stack)
{
    struct stack_tcp *tcp = stack->tcp;
    if (tcp->pumping)
        return;
    tcp->pumping = true;
    struct tcp_output output;
    while (tcp_poll(&tcp->endpoint, stack->simulation->now, &output)) {
        if (output.kind == OUTPUT_SEND) {
            send_segment(stack, &output);
        } else if (output.kind == OUTPUT_EVENT) {
            const struct stack_tcp_handler *handler = tcp_context(output.connection);
            if (handler)
                handler->event(handler->context, output.connection, output.event);
        }
    }
    tcp->pumping = false;
    stack_arm(stack);
}

void stack_tcp_input(struct host_stack *stack, const struct stack_arrival *arrival,
                     struct packet *packet)
{
    const struct ipv4_header *header = &arrival->header;
    /* RFC 9293 section 3.9.2.3: a connection is between two hosts, never a group. */
    if (arrival->how != ICMP_ARRIVAL_UNICAST || header->destination == IPV4_BROADCAST ||
        ipv4_is_multicast(header->destination)) {
        stack_drop(stack, "tcp", "not-for-us", packet);
        return;
    }
    struct tcp_endpoint *endpoint = host_stack_tcp(stack);
    if (!endpoint) {
        stack_drop(stack, "tcp", "no-memory", packet);
        return;
    }
    (void)packet_pull(packet, header->header_length);
    tcp_input(endpoint, stack->simulation->now, header->source, header->destination, packet);
    pump(stack);
}

void stack_tcp_error(struct host_stack *stack, const struct stack_icmp_error *error)
{
    if (!stack->tcp)
        return;
    tcp_icmp_error(&stack->tcp->endpoint, stack->simulation->now, error->type, error->code,
                   error->next_hop_mtu, error->quoted.source, error->quoted.destination,
                   error->payload, error->payload_length);
    pump(stack);
}

instant stack_tcp_next_timeout(struct host_stack *stack)
{
    /* While the engine is being polled its timers are about to change. */
    if (!stack->tcp || stack->tcp->pumping)
        return INSTANT_NEVER;
    return tcp_next_timeout(&stack->tcp->endpoint);
}

void stack_tcp_handle_timeout(struct host_stack *stack)
{
    if (!stack->tcp || tcp_next_timeout(&stack->tcp->endpoint) > stack->simulation->now)
        return;
    tcp_handle_timeout(&stack->tcp->endpoint, stack->simulation->now);
    pump(stack);
}

void stack_tcp_destroy(struct host_stack *stack)
{
    if (stack->tcp)
        tcp_endpoint_destroy(&stack->tcp->endpoint);
    free(stack->tcp);
    stack->tcp = NULL;
}

enum status host_stack_tcp_listen(struct host_stack *stack, ipv4_address address, uint16_t port,
                                  const struct tcp_options *options,
                                  struct stack_tcp_handler *handler)
{
    struct tcp_endpoint *endpoint = host_stack_tcp(stack);
    return endpoint ? tcp_listen(endpoint, address, port, options, handler) : STATUS_NO_MEMORY;
}

void host_stack_tcp_unlisten(struct host_stack *stack, ipv4_address address, uint16_t port)
{
    if (!stack->tcp)
        return;
    tcp_unlisten(&stack->tcp->endpoint, stack->simulation->now, address, port);
    pump(stack);
}

struct tcp_connection *host_stack_tcp_connect(struct host_stack *stack, ipv4_address source,
                                              ipv4_address destination, uint16_t port,
                                              const struct tcp_options *options,
                                              struct stack_tcp_handler *handler)
{
    if (source == IPV4_ANY)
        source = host_stack_pick_source(stack, destination, NULL, NULL);
    struct tcp_endpoint *endpoint = host_stack_tcp(stack);
    if (!endpoint || source == IPV4_ANY)
        return NULL;
    struct tcp_connection *connection = tcp_connect(endpoint, stack->simulation->now, source, 0,
                                                    destination, port, options, handler);
    pump(stack);
    return connection;
}

void host_stack_tcp_set_handler(struct tcp_connection *connection,
                                struct stack_tcp_handler *handler)
{
    tcp_set_context(connection, handler);
}

size_t host_stack_tcp_send(struct host_stack *stack, struct tcp_connection *connection,
                           const void *octets, size_t length)
{
    size_t taken = tcp_send(connection, stack->simulation->now, octets, length);
    pump(stack);
    return taken;
}

bool host_stack_tcp_send_from(struct host_stack *stack, struct tcp_connection *connection,
                              const struct tcp_source *source)
{
    bool taken = tcp_send_from(connection, stack->simulation->now, source);
    pump(stack);
    return taken;
}

size_t host_stack_tcp_receive(struct host_stack *stack, struct tcp_connection *connection,
                              void *into, size_t size)
{
    size_t received = tcp_receive(connection, stack->simulation->now, into, size);
    pump(stack);
    return received;
}

void host_stack_tcp_consume(struct host_stack *stack, struct tcp_connection *connection,
                            size_t length)
{
    tcp_consume(connection, stack->simulation->now, length);
    pump(stack);
}

void host_stack_tcp_close(struct host_stack *stack, struct tcp_connection *connection)
{
    tcp_close(connection, stack->simulation->now);
    pump(stack);
}

void host_stack_tcp_abort(struct host_stack *stack, struct tcp_connection *connection)
{
    tcp_abort(connection, stack->simulation->now);
    pump(stack);
}

void host_stack_tcp_release(struct host_stack *stack, struct tcp_connection *connection)
{
    tcp_release(connection, stack->simulation->now);
    pump(stack);
}
