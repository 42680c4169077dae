#include "host/host_stack_ipv6_internal.h"

/* The socket for datagrams to @port; those bound to an address are of IPv4. */
static struct stack_udp_socket *find_socket(const struct host_stack *stack, uint16_t port)
{
    struct stack_udp_socket *socket = stack->udp_sockets;
    while (socket && (socket->port != port || !socket->receive_ipv6 || socket->address != IPV4_ANY))
        socket = socket->next;
    return socket;
}

void stack_ipv6_udp_input(struct host_stack *stack, const struct stack_ipv6_arrival *arrival,
                          struct packet *packet)
{
    const struct ipv6_header *header = &arrival->header;
    size_t offset = arrival->walk.offset;
    struct udp_header udp;
    enum udp_error error = udp_decode_ipv6(packet->data + offset, packet->length - offset,
                                           &header->source, &header->destination, &udp);
    if (error != UDP_OK) {
        stack->counters.udp_in_errors++;
        stack_drop(stack, "udp", error == UDP_MALFORMED ? "malformed" : "bad-checksum", packet);
        return;
    }
    struct stack_udp_socket *socket = find_socket(stack, udp.destination_port);
    if (!socket) {
        stack->counters.udp_in_errors++;
        const struct icmpv6_message message = {.type = ICMPV6_DESTINATION_UNREACHABLE,
                                               .code = ICMPV6_PORT_UNREACHABLE};
        stack_ipv6_icmp_error(stack, arrival->in, arrival->how, &header->destination, &message,
                              packet);
        stack_drop(stack, "udp", "port-unreachable", packet);
        return;
    }
    stack->counters.udp_in++;
    (void)packet_pull(packet, offset + UDP_HEADER_SIZE);
    packet_trim(packet, (size_t)udp.length - UDP_HEADER_SIZE);
    socket->receive_ipv6(socket->context, socket, arrival->in, header, udp.source_port, packet);
}

void stack_ipv6_udp_error(struct host_stack *stack, const struct stack_icmpv6_error *error)
{
    struct stack_udp_socket *socket = find_socket(stack, wire_load_u16(error->payload));
    if (socket && socket->error_ipv6)
        socket->error_ipv6(socket->context, socket, error);
}

enum status host_stack_ipv6_udp_send(struct host_stack *stack,
                                     const struct stack_udp_socket *socket,
                                     const struct ip_address *source,
                                     const struct ip_address *destination,
                                     uint16_t destination_port, struct packet *packet,
                                     const struct stack_send_options *options)
{
    /* The checksum covers the source, which must be known now; without a way it does not matter. */
    struct ip_address from = source ? *source : host_stack_ipv6_pick_source(stack, destination);
    if (packet->length > IPV6_DATAGRAM_MAX - IPV6_HEADER_SIZE - UDP_HEADER_SIZE) {
        stack_refuse_output(stack, "ipv6", "too-long", packet);
        return STATUS_INVALID;
    }
    packet = stack_reserve_headroom(stack, "ipv6", packet,
                                    UDP_HEADER_SIZE + IPV6_HEADER_SIZE + ETHERNET_HEADER_SIZE);
    if (!packet)
        return STATUS_NO_MEMORY;
    stack->counters.udp_out++;
    udp_push_ipv6(packet, &from, socket->port, destination, destination_port);
    return host_stack_ipv6_send(stack, &from, destination, IPV6_NEXT_UDP, packet, options);
}
