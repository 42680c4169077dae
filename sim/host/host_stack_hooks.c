#include "host/host_stack_hooks.h"

#include "host/host_stack_internal.h"

struct packet *stack_secure(struct host_stack *stack, struct stack_interface *out, bool forwarded,
                            struct packet *packet)
{
    const struct stack_security *security = stack->security;
    packet->checksum_known = false;
    return security->output(security->context, out, forwarded, packet) ? NULL : packet;
}

bool stack_open(struct host_stack *stack, const struct stack_arrival *arrival,
                struct packet *packet)
{
    struct ipv4_header header = arrival->header;
    if ((header.protocol != IPV4_PROTOCOL_ESP && header.protocol != IPV4_PROTOCOL_AH) ||
        !host_stack_is_local(stack, header.destination))
        return false;
    packet = stack_reassemble(stack, &header, packet);
    if (packet && !stack_secures(stack, arrival->in, false, packet))
        stack_drop(stack, "ipv4", "protocol-unreachable", packet);
    return true;
}

bool stack_secures(struct host_stack *stack, struct stack_interface *in, bool forwarded,
                   struct packet *packet)
{
    const struct stack_security *security = stack->security;
    return security->input(security->context, in, forwarded, packet);
}

struct packet *stack_translate_input(struct host_stack *stack, struct ipv4_header *header,
                                     struct packet *packet)
{
    const struct stack_translator *translator = stack->translator;
    packet = stack_reassemble(stack, header, packet);
    if (!packet)
        return NULL;
    packet->checksum_known = false;
    return translator->input(translator->context, header, packet) ? packet : NULL;
}

struct packet *stack_translate_output(struct host_stack *stack, bool own,
                                      struct ipv4_header *header, struct packet *packet)
{
    const struct stack_translator *translator = stack->translator;
    packet = stack_reassemble(stack, header, packet);
    if (!packet)
        return NULL;
    packet->checksum_known = false;
    return translator->output(translator->context, own, header, packet) ? packet : NULL;
}

void host_stack_receive_secured(struct host_stack *stack, struct stack_interface *in,
                                struct packet *packet)
{
    if (packet->length > 0 && packet->data[0] >> 4 == 6) {
        stack_ipv6_receive_secured(stack, in, packet);
        return;
    }
    struct stack_arrival arrival = {.in = in, .how = ICMP_ARRIVAL_UNICAST, .secured = true};
    if (ipv4_decode(packet->data, packet->length, &arrival.header) != IPV4_OK) {
        stack->counters.in_header_errors++;
        stack_drop(stack, "ipv4", "malformed", packet);
        return;
    }
    packet_trim(packet, arrival.header.total_length);
    stack_ip_deliver(stack, &arrival, packet);
}

/* What the router in front would have said, from this machine to itself. */
static void tell_sender(struct host_stack *stack, const struct ipv4_header *header, uint16_t mtu,
                        const struct packet *packet)
{
    const struct stack_icmp_error error = {
        .type = ICMP_DESTINATION_UNREACHABLE,
        .code = ICMP_FRAGMENTATION_NEEDED,
        .reporter = header->source,
        .next_hop_mtu = mtu,
        .path_mtu = mtu,
        .quoted = *header,
        .payload = packet->data + header->header_length,
        .payload_length = packet->length - header->header_length,
    };
    if (error.payload_length >= 8)
        stack_dispatch_error(stack, &error);
}

static void refuse_ipv4(struct host_stack *stack, bool forwarded, uint16_t mtu,
                        struct packet *packet)
{
    const struct icmp_message message = {.type = ICMP_DESTINATION_UNREACHABLE,
                                         .code = ICMP_FRAGMENTATION_NEEDED,
                                         .next_hop_mtu = mtu};
    struct ipv4_header header;
    if (forwarded) {
        stack->counters.in_discards++;
        stack_icmp_error(stack, ICMP_ARRIVAL_UNICAST, IPV4_ANY, &message, packet);
    } else {
        stack->counters.out_discards++;
        if (ipv4_decode(packet->data, packet->length, &header) == IPV4_OK)
            tell_sender(stack, &header, mtu, packet);
    }
    stack_drop(stack, "ipv4", "fragmentation-needed", packet);
}

void host_stack_refuse_length(struct host_stack *stack, struct stack_interface *out, bool forwarded,
                              uint16_t mtu, struct packet *packet)
{
    if (packet->data[0] >> 4 == 6)
        stack_ipv6_refuse_length(stack, out, forwarded, mtu, packet);
    else
        refuse_ipv4(stack, forwarded, mtu, packet);
}
