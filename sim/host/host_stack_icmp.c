#include "host/host_stack_internal.h"

void stack_icmp_error(struct host_stack *stack, enum icmp_arrival how, ipv4_address source,
                      const struct icmp_message *message, const struct packet *datagram)
{
    struct host_stack_counters *counters = &stack->counters;
    instant now = stack->simulation->now;
    if (!stack->config.icmp_errors)
        return;
    if (!icmp_error_is_allowed(datagram->data, datagram->length, how) ||
        !icmp_rate_limit_take(&stack->icmp_limit, now)) {
        counters->icmp_errors_suppressed++;
        return;
    }
    ipv4_address destination = wire_load_u32(datagram->data + 12);
    struct packet *packet = icmp_error_create(&stack->simulation->packets, message, datagram->data,
                                              datagram->length, stack->config.icmp_error_octets);
    if (!packet)
        return;
    if (source == IPV4_ANY)
        source = host_stack_pick_source(stack, destination, NULL, NULL);
    counters->icmp_errors_sent++;
    TRACE(&stack->trace, now, "icmp.error.sent", trace_number("type", message->type),
          trace_number("code", message->code), trace_address("source", source),
          trace_address("destination", destination));
    (void)host_stack_send(stack, source, destination, IPV4_PROTOCOL_ICMP, packet, NULL);
}

struct stack_echo *stack_find_echo(const struct host_stack *stack, uint16_t identifier)
{
    struct stack_echo *echo = stack->echoes;
    while (echo && echo->identifier != identifier)
        echo = echo->next;
    return echo;
}

/* Learns the path MTU and returns the estimate that now holds. */
static uint16_t learn_path_mtu(struct host_stack *stack, const struct icmp_message *message,
                               const struct ipv4_header *quoted)
{
    instant now = stack->simulation->now;
    struct ip_address destination = ip_address_from_ipv4(quoted->destination);
    const struct path_mtu_entry *entry = path_mtu_find(&stack->path_mtu, now, &destination);
    uint16_t before = entry ? entry->mtu : 0;
    uint16_t estimate = path_mtu_reduce(&stack->path_mtu, now, &destination, message->next_hop_mtu,
                                        quoted->total_length);
    if (estimate != before)
        TRACE(&stack->trace, now, "ipv4.path-mtu",
              trace_address("destination", quoted->destination), trace_number("mtu", estimate));
    return estimate;
}

void stack_dispatch_error(struct host_stack *stack, const struct stack_icmp_error *error)
{
    uint8_t protocol = error->quoted.protocol;
    for (const struct stack_protocol *h = stack->protocols; h; h = h->next) {
        if (h->protocol == protocol) {
            if (h->error)
                h->error(h->context, error);
            return;
        }
    }
    if (protocol == IPV4_PROTOCOL_UDP) {
        stack_udp_error(stack, error);
    } else if (protocol == IPV4_PROTOCOL_TCP) {
        stack_tcp_error(stack, error);
    } else if (protocol == IPV4_PROTOCOL_ICMP && error->payload[0] == ICMP_ECHO_REQUEST) {
        const struct stack_echo *echo = stack_find_echo(stack, wire_load_u16(error->payload + 4));
        if (echo && echo->error)
            echo->error(echo->context, wire_load_u16(error->payload + 6), error);
    }
}

static void error_input(struct host_stack *stack, const struct stack_arrival *arrival,
                        const struct icmp_message *message, struct packet *packet)
{
    struct stack_icmp_error error = {
        .type = message->type,
        .code = message->code,
        .reporter = arrival->header.source,
        .next_hop_mtu = message->next_hop_mtu,
    };
    const uint8_t *quote = packet->data + ICMP_HEADER_SIZE;
    size_t length = packet->length - ICMP_HEADER_SIZE;
    if (!ipv4_decode_quoted(quote, length, &error.quoted) ||
        length < (size_t)error.quoted.header_length + 8) {
        stack_drop(stack, "icmp", "malformed", packet);
        return;
    }
    error.payload = quote + error.quoted.header_length;
    error.payload_length = length - error.quoted.header_length;
    /* What we have not sent says nothing about us; it may be forged. */
    if (!host_stack_is_local(stack, error.quoted.source)) {
        stack_drop(stack, "icmp", "not-for-us", packet);
        return;
    }
    stack->counters.icmp_errors_received++;
    TRACE(&stack->trace, stack->simulation->now, "icmp.error.received",
          trace_number("type", error.type), trace_number("code", error.code),
          trace_address("reporter", error.reporter),
          trace_address("destination", error.quoted.destination));
    if (error.type == ICMP_DESTINATION_UNREACHABLE && error.code == ICMP_FRAGMENTATION_NEEDED)
        error.path_mtu = learn_path_mtu(stack, message, &error.quoted);
    stack_dispatch_error(stack, &error);
    packet_free(packet);
}

static void echo_request(struct host_stack *stack, const struct stack_arrival *arrival,
                         const struct icmp_message *message, struct packet *packet)
{
    const struct ipv4_header *header = &arrival->header;
    if (!stack->config.echo_replies) {
        stack_drop(stack, "icmp", "echo-off", packet);
        return;
    }
    /* RFC 1122 section 3.2.2.6 allows silence here, and Windows is silent. */
    if (arrival->how != ICMP_ARRIVAL_UNICAST || header->destination == IPV4_BROADCAST ||
        ipv4_is_multicast(header->destination) || header->source >> 24 == 0) {
        stack_drop(stack, "icmp", "broadcast-echo", packet);
        return;
    }
    TRACE(&stack->trace, stack->simulation->now, "icmp.echo.answered",
          trace_address("source", header->source),
          trace_address("destination", header->destination),
          trace_number("sequence", message->sequence));
    icmp_make_reply(packet->data);
    const struct stack_send_options options = {.tos = header->tos};
    (void)host_stack_send(stack, header->destination, header->source, IPV4_PROTOCOL_ICMP, packet,
                          &options);
}

static void echo_reply(struct host_stack *stack, const struct stack_arrival *arrival,
                       const struct icmp_message *message, struct packet *packet)
{
    const struct stack_echo *echo = stack_find_echo(stack, message->identifier);
    if (!echo || !echo->reply) {
        stack_drop(stack, "icmp", "no-listener", packet);
        return;
    }
    (void)packet_pull(packet, ICMP_HEADER_SIZE);
    echo->reply(echo->context, &arrival->header, message->sequence, packet);
}

void stack_icmp_input(struct host_stack *stack, const struct stack_arrival *arrival,
                      struct packet *packet)
{
    struct icmp_message message;
    (void)packet_pull(packet, arrival->header.header_length);
    enum icmp_error error = icmp_decode(packet->data, packet->length, &message);
    if (error != ICMP_OK)
        stack_drop(stack, "icmp", error == ICMP_MALFORMED ? "malformed" : "bad-checksum", packet);
    else if (message.type == ICMP_ECHO_REQUEST)
        echo_request(stack, arrival, &message, packet);
    else if (message.type == ICMP_ECHO_REPLY)
        echo_reply(stack, arrival, &message, packet);
    else if (icmp_is_error(message.type) && message.type != ICMP_REDIRECT)
        error_input(stack, arrival, &message, packet);
    else
        /* Redirects are not followed: the routes of a scenario are what it says they are. */
        stack_drop(stack, "icmp", "unknown-type", packet);
}

void host_stack_echo_open(struct host_stack *stack, struct stack_echo *echo)
{
    echo->next = stack->echoes;
    stack->echoes = echo;
}

void host_stack_echo_close(struct host_stack *stack, struct stack_echo *echo)
{
    struct stack_echo **link = &stack->echoes;
    while (*link && *link != echo)
        link = &(*link)->next;
    if (*link)
        *link = echo->next;
}

enum status host_stack_ping(struct host_stack *stack, const struct stack_echo *echo,
                            ipv4_address source, ipv4_address destination, uint16_t sequence,
                            struct packet *packet, const struct stack_send_options *options)
{
    const struct icmp_message message = {
        .type = ICMP_ECHO_REQUEST, .identifier = echo->identifier, .sequence = sequence};
    packet = stack_reserve_headroom(stack, "ipv4", packet,
                                    ICMP_HEADER_SIZE + IPV4_HEADER_SIZE + ETHERNET_HEADER_SIZE);
    if (!packet)
        return STATUS_NO_MEMORY;
    icmp_push(packet, &message);
    return host_stack_send(stack, source, destination, IPV4_PROTOCOL_ICMP, packet, options);
}
