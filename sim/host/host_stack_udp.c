#include "host/host_stack_internal.h"

/* The ports Windows 2000 gives to sockets that ask for none. */
#define FIRST_PORT 1025
#define LAST_PORT  5000

/* The socket for a datagram to @address and @port: one bound to the address before one to any. */
static struct stack_udp_socket *find_socket(const struct host_stack *stack, ipv4_address address,
                                            uint16_t port)
{
    struct stack_udp_socket *any = NULL;
    for (struct stack_udp_socket *s = stack->udp_sockets; s; s = s->next) {
        if (s->port != port)
            continue;
        if (s->address == address)
            return s;
        if (s->address == IPV4_ANY && !any)
            any = s;
    }
    return any;
}

void stack_udp_input(struct host_stack *stack, const struct stack_arrival *arrival,
                     struct packet *packet)
{
    const struct ipv4_header *header = &arrival->header;
    struct udp_header udp;
    enum udp_error error =
        udp_decode(packet->data + header->header_length, packet->length - header->header_length,
                   header->source, header->destination, &udp);
    if (error != UDP_OK) {
        stack->counters.udp_in_errors++;
        stack_drop(stack, "udp", error == UDP_MALFORMED ? "malformed" : "bad-checksum", packet);
        return;
    }
    bool unicast = arrival->how == ICMP_ARRIVAL_UNICAST && header->destination != IPV4_BROADCAST &&
                   !ipv4_is_multicast(header->destination);
    /* A broadcast is for the sockets of the interface it came in by. */
    ipv4_address address = unicast || !arrival->in ? header->destination : arrival->in->address;
    struct stack_udp_socket *socket = find_socket(stack, address, udp.destination_port);
    if (!socket || !socket->receive) {
        const struct icmp_message message = {.type = ICMP_DESTINATION_UNREACHABLE,
                                             .code = ICMP_PORT_UNREACHABLE};
        stack_icmp_error(stack, arrival->how, header->destination, &message, packet);
        stack->counters.udp_in_errors++;
        stack_drop(stack, "udp", "port-unreachable", packet);
        return;
    }
    stack->counters.udp_in++;
    (void)packet_pull(packet, (size_t)header->header_length + UDP_HEADER_SIZE);
    packet_trim(packet, (size_t)udp.length - UDP_HEADER_SIZE);
    socket->receive(socket->context, socket, arrival->in, header, udp.source_port, packet);
}

void stack_udp_error(struct host_stack *stack, const struct stack_icmp_error *error)
{
    struct stack_udp_socket *socket =
        find_socket(stack, error->quoted.source, wire_load_u16(error->payload));
    if (socket && socket->error)
        socket->error(socket->context, socket, error);
}

static bool is_taken(const struct host_stack *stack, ipv4_address address, uint16_t port)
{
    for (const struct stack_udp_socket *s = stack->udp_sockets; s; s = s->next)
        if (s->port == port && s->address == address)
            return true;
    return false;
}

static uint16_t free_port(struct host_stack *stack, ipv4_address address)
{
    for (int tried = 0; tried <= LAST_PORT - FIRST_PORT; tried++) {
        if (stack->next_udp_port < FIRST_PORT || stack->next_udp_port > LAST_PORT)
            stack->next_udp_port = FIRST_PORT;
        uint16_t port = stack->next_udp_port++;
        if (!is_taken(stack, address, port))
            return port;
    }
    return 0;
}

enum status host_stack_udp_bind(struct host_stack *stack, struct stack_udp_socket *socket)
{
    if (socket->address != IPV4_ANY && !host_stack_is_local(stack, socket->address))
        return STATUS_NOT_FOUND;
    uint16_t port = socket->port != 0 ? socket->port : free_port(stack, socket->address);
    if (port == 0 || is_taken(stack, socket->address, port))
        return STATUS_NO_ROOM;
    socket->port = port;
    socket->next = stack->udp_sockets;
    stack->udp_sockets = socket;
    return STATUS_OK;
}

void host_stack_udp_unbind(struct host_stack *stack, struct stack_udp_socket *socket)
{
    struct stack_udp_socket **link = &stack->udp_sockets;
    while (*link && *link != socket)
        link = &(*link)->next;
    if (*link)
        *link = socket->next;
}

/* Puts the UDP header in front; NULL: dropped. */
static struct packet *push_header(struct host_stack *stack, const struct stack_udp_socket *socket,
                                  ipv4_address source, ipv4_address destination,
                                  uint16_t destination_port, struct packet *packet)
{
    if (packet->length > IPV4_DATAGRAM_MAX - IPV4_HEADER_SIZE - UDP_HEADER_SIZE) {
        stack_refuse_output(stack, "ipv4", "too-long", packet);
        return NULL;
    }
    packet = stack_reserve_headroom(stack, "ipv4", packet,
                                    UDP_HEADER_SIZE + IPV4_HEADER_SIZE + ETHERNET_HEADER_SIZE);
    if (!packet)
        return NULL;
    stack->counters.udp_out++;
    udp_push(packet, source, socket->port, destination, destination_port);
    return packet;
}

enum status host_stack_udp_send(struct host_stack *stack, struct stack_udp_socket *socket,
                                ipv4_address destination, uint16_t destination_port,
                                struct packet *packet, const struct stack_send_options *options)
{
    stack_prefetch(stack);
    ipv4_address source = socket->address;
    if (source == IPV4_ANY)
        source = host_stack_pick_source(stack, destination, NULL, NULL);
    packet = push_header(stack, socket, source, destination, destination_port, packet);
    return packet ? host_stack_send(stack, source, destination, IPV4_PROTOCOL_UDP, packet, options)
                  : STATUS_INVALID;
}

enum status host_stack_udp_send_by(struct host_stack *stack, struct stack_udp_socket *socket,
                                   struct stack_interface *interface, ipv4_address source,
                                   ipv4_address destination, uint16_t destination_port,
                                   struct packet *packet, const struct stack_send_options *options)
{
    packet = push_header(stack, socket, source, destination, destination_port, packet);
    return packet ? host_stack_send_by(stack, interface, source, destination, IPV4_PROTOCOL_UDP,
                                       packet, options)
                  : STATUS_INVALID;
}
