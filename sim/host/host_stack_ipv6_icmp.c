#include "host/host_stack_ipv6_internal.h"

void stack_ipv6_icmp_error(struct host_stack *stack, struct stack_interface *in,
                           enum icmp_arrival how, const struct ip_address *source,
                           const struct icmpv6_message *message, const struct packet *datagram)
{
    struct host_stack_counters *counters = &stack->counters;
    instant now = stack->simulation->now;
    if (!stack->config.icmp_errors)
        return;
    bool for_groups =
        message->type == ICMPV6_PACKET_TOO_BIG ||
        (message->type == ICMPV6_PARAMETER_PROBLEM && message->code == ICMPV6_UNKNOWN_OPTION);
    if (!icmpv6_error_is_allowed(datagram->data, datagram->length, how, for_groups) ||
        !icmp_rate_limit_take(&stack->ipv6->icmp_limit, now)) {
        counters->icmp_errors_suppressed++;
        return;
    }
    struct stack_ipv6_way way;
    struct ipv6_header header = {.next_header = IPV6_NEXT_ICMPV6,
                                 .destination = ip_address_from_ipv6(datagram->data + 8)};
    if (source && !ipv6_is_multicast(source))
        header.source = *source;
    if (!stack_ipv6_find_way(stack, in, &header.source, &header.destination, &way))
        return;
    struct packet *packet =
        icmpv6_error_create(&stack->simulation->packets, message, &header.source,
                            &header.destination, datagram->data, datagram->length);
    if (!packet)
        return;
    counters->icmp_errors_sent++;
    char from[IP_TEXT_SIZE];
    char to[IP_TEXT_SIZE];
    TRACE(&stack->trace, now, "icmpv6.error.sent", trace_number("type", message->type),
          trace_number("code", message->code),
          trace_text("source", ip_address_format(&header.source, from)),
          trace_text("destination", ip_address_format(&header.destination, to)));
    (void)stack_ipv6_send_by_way(stack, &way, &header, packet, NULL);
}

uint16_t stack_ipv6_learn_path_mtu(struct host_stack *stack, uint32_t reported,
                                   const struct ip_address *destination)
{
    struct path_mtu_cache *cache = &stack->ipv6->path_mtu;
    instant now = stack->simulation->now;
    uint16_t mtu = reported < IPV6_DATAGRAM_MAX ? (uint16_t)reported : IPV6_DATAGRAM_MAX;
    const struct path_mtu_entry *entry = path_mtu_find(cache, now, destination);
    uint16_t before = entry ? entry->mtu : 0;
    uint16_t estimate = path_mtu_reduce(cache, now, destination, mtu, mtu);
    char text[IP_TEXT_SIZE];
    if (estimate != before)
        TRACE(&stack->trace, now, "ipv6.path-mtu",
              trace_text("destination", ip_address_format(destination, text)),
              trace_number("mtu", estimate));
    return estimate;
}

void stack_ipv6_dispatch_error(struct host_stack *stack, const struct stack_icmpv6_error *error)
{
    for (const struct stack_protocol *h = stack->protocols; h; h = h->next) {
        if (h->protocol == error->protocol && h->error_ipv6) {
            h->error_ipv6(h->context, error);
            return;
        }
    }
    if (error->protocol == IPV6_NEXT_UDP) {
        stack_ipv6_udp_error(stack, error);
    } else if (error->protocol == IPV6_NEXT_ICMPV6 && error->payload[0] == ICMPV6_ECHO_REQUEST) {
        const struct stack_echo *echo = stack_find_echo(stack, wire_load_u16(error->payload + 4));
        if (echo && echo->error_ipv6)
            echo->error_ipv6(echo->context, wire_load_u16(error->payload + 6), error);
    }
}

/* Where the upper-layer header of the quoted datagram is, and which; payload NULL: not to be seen.
 */
static void find_payload(const uint8_t *quote, size_t length, struct stack_icmpv6_error *error)
{
    struct ipv6_walk walk;
    enum ipv6_walk_result result = ipv6_walk(quote, length, &walk);
    size_t offset = walk.offset;
    error->protocol = walk.next_header;
    if (result == IPV6_WALK_FRAGMENT && walk.fragment.offset == 0) {
        error->protocol = walk.fragment.next_header;
        offset += IPV6_FRAGMENT_HEADER_SIZE;
    } else if (result != IPV6_WALK_UPPER) {
        return;
    }
    if (length < offset + 8)
        return;
    error->payload = quote + offset;
    error->payload_length = length - offset;
}

static void error_input(struct host_stack *stack, const struct stack_ipv6_arrival *arrival,
                        const struct icmpv6_message *message, struct packet *packet)
{
    struct ipv6_header quoted;
    const uint8_t *quote = packet->data + ICMPV6_HEADER_SIZE;
    size_t length = packet->length - ICMPV6_HEADER_SIZE;
    if (!ipv6_decode_quoted(quote, length, &quoted)) {
        stack_drop(stack, "icmpv6", "malformed", packet);
        return;
    }
    struct stack_icmpv6_error error = {
        .type = message->type,
        .code = message->code,
        .reporter = arrival->header.source,
        .source = quoted.source,
        .destination = quoted.destination,
        .quoted = quote,
        .quoted_length = length,
    };
    find_payload(quote, length, &error);
    /* What we have not sent says nothing about us; it may be forged. */
    if (!host_stack_ipv6_is_local(stack, &error.source)) {
        stack_drop(stack, "icmpv6", "not-for-us", packet);
        return;
    }
    /* RFC 8201 section 4: a link narrower than that cannot be one of IPv6. */
    if (message->type == ICMPV6_PACKET_TOO_BIG && message->mtu < IPV6_MINIMUM_MTU) {
        stack_drop(stack, "icmpv6", "below-minimum-mtu", packet);
        return;
    }
    stack->counters.icmp_errors_received++;
    char reporter[IP_TEXT_SIZE];
    char destination[IP_TEXT_SIZE];
    TRACE(&stack->trace, stack->simulation->now, "icmpv6.error.received",
          trace_number("type", error.type), trace_number("code", error.code),
          trace_text("reporter", ip_address_format(&error.reporter, reporter)),
          trace_text("destination", ip_address_format(&error.destination, destination)));
    if (message->type == ICMPV6_PACKET_TOO_BIG)
        error.path_mtu = stack_ipv6_learn_path_mtu(stack, message->mtu, &error.destination);
    if (error.payload)
        stack_ipv6_dispatch_error(stack, &error);
    packet_free(packet);
}

static void echo_request(struct host_stack *stack, const struct stack_ipv6_arrival *arrival,
                         const struct icmpv6_message *message, struct packet *packet)
{
    const struct ipv6_header *header = &arrival->header;
    if (!stack->config.echo_replies) {
        stack_drop(stack, "icmpv6", "echo-off", packet);
        return;
    }
    struct stack_ipv6_way way;
    struct ipv6_header answer = {.next_header = IPV6_NEXT_ICMPV6, .destination = header->source};
    if (!ipv6_is_multicast(&header->destination))
        answer.source = header->destination;
    if (!stack_ipv6_find_way(stack, arrival->in, &answer.source, &answer.destination, &way)) {
        stack->counters.out_no_routes++;
        stack_drop(stack, "ipv6", "no-route", packet);
        return;
    }
    char source[IP_TEXT_SIZE];
    char destination[IP_TEXT_SIZE];
    TRACE(&stack->trace, stack->simulation->now, "icmpv6.echo.answered",
          trace_text("source", ip_address_format(&header->source, source)),
          trace_text("destination", ip_address_format(&header->destination, destination)),
          trace_number("sequence", message->sequence));
    struct icmpv6_message reply = *message;
    reply.type = ICMPV6_ECHO_REPLY;
    (void)packet_pull(packet, ICMPV6_HEADER_SIZE);
    icmpv6_push(packet, &answer.source, &answer.destination, &reply);
    const struct stack_send_options options = {.tos = header->traffic_class};
    (void)stack_ipv6_send_by_way(stack, &way, &answer, packet, &options);
}

static void echo_reply(struct host_stack *stack, const struct stack_ipv6_arrival *arrival,
                       const struct icmpv6_message *message, struct packet *packet)
{
    const struct stack_echo *echo = stack_find_echo(stack, message->identifier);
    if (!echo || !echo->reply_ipv6) {
        stack_drop(stack, "icmpv6", "no-listener", packet);
        return;
    }
    (void)packet_pull(packet, ICMPV6_HEADER_SIZE);
    echo->reply_ipv6(echo->context, &arrival->header, message->sequence, packet);
}

void stack_ipv6_icmp_input(struct host_stack *stack, const struct stack_ipv6_arrival *arrival,
                           struct packet *packet)
{
    struct icmpv6_message message;
    (void)packet_pull(packet, arrival->walk.offset);
    enum icmp_error error = icmpv6_decode(packet->data, packet->length, &arrival->header.source,
                                          &arrival->header.destination, &message);
    if (error != ICMP_OK)
        stack_drop(stack, "icmpv6", error == ICMP_MALFORMED ? "malformed" : "bad-checksum", packet);
    else if (message.type == ICMPV6_ECHO_REQUEST)
        echo_request(stack, arrival, &message, packet);
    else if (message.type == ICMPV6_ECHO_REPLY)
        echo_reply(stack, arrival, &message, packet);
    else if (message.type == ICMPV6_NEIGHBOR_SOLICITATION ||
             message.type == ICMPV6_NEIGHBOR_ADVERTISEMENT)
        stack_ipv6_neighbor_input(stack, arrival, packet);
    else if (message.type >= ICMPV6_DESTINATION_UNREACHABLE &&
             message.type <= ICMPV6_PARAMETER_PROBLEM)
        error_input(stack, arrival, &message, packet);
    else
        /* Redirects are not followed, and routers do not advertise themselves: the routes of a
         * scenario are what it says they are. */
        stack_drop(stack, "icmpv6", "unknown-type", packet);
}

enum status host_stack_ipv6_ping(struct host_stack *stack, const struct stack_echo *echo,
                                 const struct ip_address *destination, uint16_t sequence,
                                 struct packet *packet, const struct stack_send_options *options)
{
    const struct icmpv6_message message = {
        .type = ICMPV6_ECHO_REQUEST, .identifier = echo->identifier, .sequence = sequence};
    /* The checksum covers the source, which must be known now; without a way it does not matter. */
    struct ip_address source = host_stack_ipv6_pick_source(stack, destination);
    packet = stack_reserve_headroom(stack, "ipv6", packet,
                                    ICMPV6_HEADER_SIZE + IPV6_HEADER_SIZE + ETHERNET_HEADER_SIZE);
    if (!packet)
        return STATUS_NO_MEMORY;
    icmpv6_push(packet, &source, destination, &message);
    return host_stack_ipv6_send(stack, &source, destination, IPV6_NEXT_ICMPV6, packet, options);
}
