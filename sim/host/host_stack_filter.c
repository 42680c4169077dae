#include "host/host_stack_internal.h"
#include "inet/tcp_segment.h"

/* The address of the interface that filters: RFC 1812 section 4.3.2.4 wants one of ours. */
static ipv4_address filtering_address(const struct packet_filter_rule *rule,
                                      const struct stack_interface *in,
                                      const struct stack_interface *out)
{
    const struct stack_interface *interface = rule->interface ? rule->interface : in ? in : out;
    return interface ? interface->address : IPV4_ANY;
}

/* Answers a TCP segment with a reset as if its destination had (RFC 9293 section 3.10.7.1). */
static void send_reset(struct host_stack *stack, const struct ipv4_header *header,
                       const struct packet *packet)
{
    const uint8_t *octets = packet->data + header->header_length;
    size_t length = packet->length - header->header_length;
    struct tcp_segment segment;
    if (tcp_segment_decode(octets, length, &segment) || (segment.flags & TCP_FLAG_RST) != 0)
        return;
    struct tcp_segment reset = {
        .source_port = segment.destination_port,
        .destination_port = segment.source_port,
        .flags = TCP_FLAG_RST,
    };
    if ((segment.flags & TCP_FLAG_ACK) != 0) {
        reset.sequence = segment.acknowledgment;
    } else {
        reset.flags |= TCP_FLAG_ACK;
        reset.acknowledgment = segment.sequence + (uint32_t)(length - segment.header_length) +
                               ((segment.flags & TCP_FLAG_SYN) != 0) +
                               ((segment.flags & TCP_FLAG_FIN) != 0);
    }
    struct packet *answer = packet_alloc(&stack->simulation->packets, TCP_HEADER_SIZE);
    if (!answer)
        return;
    uint8_t *p = packet_append(answer, TCP_HEADER_SIZE);
    struct wire_writer writer = wire_writer_make(p, TCP_HEADER_SIZE);
    tcp_segment_encode(&writer, &reset);
    uint64_t sum = checksum_pseudo_header(header->destination, header->source, IPV4_PROTOCOL_TCP,
                                          TCP_HEADER_SIZE);
    wire_store_u16(p + 16, checksum_finish(checksum_add(sum, p, TCP_HEADER_SIZE)));
    (void)host_stack_send(stack, header->destination, header->source, IPV4_PROTOCOL_TCP, answer,
                          NULL);
}

static void answer(struct host_stack *stack, const struct packet_filter_rule *rule,
                   ipv4_address source, enum icmp_arrival how, const struct ipv4_header *header,
                   const struct packet *packet)
{
    struct icmp_message message = {.type = ICMP_DESTINATION_UNREACHABLE,
                                   .code = ICMP_ADMINISTRATIVELY_PROHIBITED};
    switch (rule->answer) {
    case PACKET_FILTER_ANSWER_PROHIBITED:
        break;
    case PACKET_FILTER_ANSWER_PROTOCOL:
        message.code = ICMP_PROTOCOL_UNREACHABLE;
        break;
    case PACKET_FILTER_ANSWER_PORT:
        message.code = ICMP_PORT_UNREACHABLE;
        break;
    case PACKET_FILTER_ANSWER_TCP_RESET:
        if (header->protocol != IPV4_PROTOCOL_TCP)
            break;
        if (header->fragment_offset == 0 && how == ICMP_ARRIVAL_UNICAST)
            send_reset(stack, header, packet);
        return;
    }
    stack_icmp_error(stack, how, source, &message, packet);
}

static const char *direction_name(enum packet_filter_direction direction)
{
    return direction == PACKET_FILTER_IN    ? "in"
           : direction == PACKET_FILTER_OUT ? "out"
                                            : "forward";
}

bool stack_filter_consumes(struct host_stack *stack, enum packet_filter_direction direction,
                           struct stack_interface *in, struct stack_interface *out,
                           enum icmp_arrival how, const struct ipv4_header *header,
                           struct packet *packet)
{
    const struct packet_filter_rule *matched = packet_filter_match(
        &stack->filter, direction, in, out, header, packet->data, packet->length);
    if (!matched || matched->action == PACKET_FILTER_ACCEPT)
        return false;
    /* What is sent in answer passes the filter too, so that the list may be looked at again. */
    const struct packet_filter_rule rule = *matched;
    const struct stack_interface *interface = rule.interface ? rule.interface : in ? in : out;
    const char *protocol = ipv4_protocol_name(header->protocol);
    bool reject = rule.action == PACKET_FILTER_REJECT;
    stack->counters.filtered++;
    stack->counters.in_filtered += direction == PACKET_FILTER_IN;
    TRACE(&stack->trace, stack->simulation->now, "filter.matched", trace_text("rule", rule.name),
          trace_text("interface", interface ? interface->name : ""),
          trace_text("direction", direction_name(direction)),
          trace_text("action", reject ? "reject" : "drop"), trace_text("protocol", protocol),
          trace_address("source", header->source),
          trace_address("destination", header->destination));
    if (reject)
        answer(stack, &rule, filtering_address(&rule, in, out), how, header, packet);
    stack_drop(stack, protocol, "filter", packet);
    return true;
}
