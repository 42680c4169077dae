#include "host/host_stack_ipv6_internal.h"

#include <string.h>

/* Sends a message of Neighbor Discovery, to @mac when that is known already. */
static void send_message(struct stack_interface *out, const struct ip_address *source,
                         const struct ip_address *destination, const uint8_t *mac,
                         const struct neighbor_message *message)
{
    struct host_stack *stack = out->stack;
    struct packet *packet = packet_alloc(&stack->simulation->packets, NEIGHBOR_MESSAGE_SIZE);
    if (!packet)
        return;
    neighbor_message_append(packet, source, destination, message);
    const struct ipv6_header header = {
        .next_header = IPV6_NEXT_ICMPV6,
        .hop_limit = NEIGHBOR_HOP_LIMIT,
        .source = *source,
        .destination = *destination,
    };
    ipv6_push(packet, &header);
    if (!mac) {
        stack_ipv6_transmit(stack, out, destination, packet);
        return;
    }
    tap_point_record(&stack->ip_taps, stack->simulation->now, TAP_SENT, packet->data,
                     packet->length);
    stack_ethernet_transmit(out, packet, mac, ETHERNET_TYPE_IPV6);
}

static void solicit(struct stack_interface *out, const struct neighbor_output *output)
{
    struct neighbor_message message = {
        .type = ICMPV6_NEIGHBOR_SOLICITATION, .target = output->address, .has_mac = true};
    memcpy(message.mac, out->ethernet->device.mac, ETHERNET_ADDRESS_SIZE);
    struct ip_address source = stack_ipv6_source_on(out->ipv6, &output->address);
    struct ip_address group = ipv6_solicited_node(&output->address);
    if (output->unicast)
        send_message(out, &source, &output->address, output->mac, &message);
    else
        send_message(out, &source, &group, NULL, &message);
}

/* Nobody has answered for the next hop: RFC 4861 section 7.2.2. */
static void fail(struct stack_interface *out, struct packet *packet)
{
    struct host_stack *stack = out->stack;
    const struct icmpv6_message message = {.type = ICMPV6_DESTINATION_UNREACHABLE,
                                           .code = ICMPV6_ADDRESS_UNREACHABLE};
    stack->counters.out_discards++;
    stack_ipv6_icmp_error(stack, NULL, ICMP_ARRIVAL_UNICAST, NULL, &message, packet);
    stack_drop(stack, "ipv6", "neighbor-unreachable", packet);
}

void stack_ipv6_neighbor_pump(struct stack_interface_ipv6 *interface)
{
    struct stack_interface *out = interface->interface;
    struct neighbor_output output;
    while (neighbor_cache_poll(&interface->neighbors, &output)) {
        switch (output.kind) {
        case NEIGHBOR_OUTPUT_SOLICIT:
            solicit(out, &output);
            break;
        case NEIGHBOR_OUTPUT_SEND:
            stack_ethernet_transmit(out, output.packet, output.mac, ETHERNET_TYPE_IPV6);
            break;
        case NEIGHBOR_OUTPUT_FAILED:
            fail(out, output.packet);
            break;
        case NEIGHBOR_OUTPUT_NONE:
            break;
        }
    }
}

void stack_ipv6_ethernet_output(struct stack_interface *out, const struct ip_address *next_hop,
                                struct packet *packet)
{
    struct host_stack *stack = out->stack;
    uint8_t mac[ETHERNET_ADDRESS_SIZE];
    packet->nesting = 0; /* it leaves the machine */
    if (ipv6_is_multicast(next_hop)) {
        ethernet_from_ipv6_multicast(next_hop, mac);
        stack_ethernet_transmit(out, packet, mac, ETHERNET_TYPE_IPV6);
        return;
    }
    if (neighbor_cache_resolve(&out->ipv6->neighbors, stack->simulation->now, next_hop, packet,
                               mac))
        stack_ethernet_transmit(out, packet, mac, ETHERNET_TYPE_IPV6);
    else
        stack_ipv6_neighbor_pump(out->ipv6);
    stack_arm(stack);
}

/* The answer to a solicitation for one of our addresses (RFC 4861 section 7.2.4). */
static void advertise(struct host_stack *stack, struct stack_interface *in,
                      const struct ip_address *asker, const struct ip_address *target)
{
    bool known = !ipv6_is_unspecified(asker);
    struct ip_address destination = known ? *asker : ipv6_all_nodes();
    struct neighbor_message message = {
        .type = ICMPV6_NEIGHBOR_ADVERTISEMENT,
        .router = stack->config.forwarding,
        .solicited = known,
        .override = true,
        .target = *target,
        .has_mac = in->ethernet != NULL,
    };
    if (in->ethernet)
        memcpy(message.mac, in->ethernet->device.mac, ETHERNET_ADDRESS_SIZE);
    send_message(in, target, &destination, NULL, &message);
}

static void solicitation(struct host_stack *stack, const struct stack_ipv6_arrival *arrival,
                         const struct neighbor_message *message)
{
    struct stack_interface *in = arrival->in;
    const struct ip_address *source = &arrival->header.source;
    if (!stack_ipv6_has_address(in->ipv6, &message->target))
        return; /* somebody else's, as with ARP no cause to complain */
    if (message->has_mac && in->ethernet) {
        neighbor_cache_learn(&in->ipv6->neighbors, stack->simulation->now, source, message->mac);
        stack_ipv6_neighbor_pump(in->ipv6);
    }
    advertise(stack, in, source, &message->target);
}

static void advertisement(struct host_stack *stack, const struct stack_ipv6_arrival *arrival,
                          const struct neighbor_message *message)
{
    struct stack_interface *in = arrival->in;
    instant now = stack->simulation->now;
    if (stack_ipv6_has_address(in->ipv6, &message->target)) {
        char text[IP_TEXT_SIZE];
        TRACE(&stack->trace, now, "neighbor.conflict", trace_text("interface", in->name),
              trace_text("address", ip_address_format(&message->target, text)));
        return;
    }
    neighbor_cache_advertised(&in->ipv6->neighbors, now, message);
    stack_ipv6_neighbor_pump(in->ipv6);
}

/* RFC 4861 sections 7.1.1 and 7.1.2, as far as the header of the datagram decides. */
static bool is_valid(const struct ipv6_header *header, const struct neighbor_message *message)
{
    bool group = ipv6_is_multicast(&header->destination);
    if (message->type == ICMPV6_NEIGHBOR_ADVERTISEMENT)
        return !(group && message->solicited);
    return !ipv6_is_unspecified(&header->source) || (group && !message->has_mac);
}

void stack_ipv6_neighbor_input(struct host_stack *stack, const struct stack_ipv6_arrival *arrival,
                               struct packet *packet)
{
    struct neighbor_message message;
    if (!arrival->in || arrival->header.hop_limit != NEIGHBOR_HOP_LIMIT) {
        stack_drop(stack, "icmpv6", "bad-hop-limit", packet);
        return;
    }
    if (!neighbor_message_decode(packet->data, packet->length, &message) ||
        !is_valid(&arrival->header, &message)) {
        stack_drop(stack, "icmpv6", "malformed", packet);
        return;
    }
    if (message.type == ICMPV6_NEIGHBOR_SOLICITATION)
        solicitation(stack, arrival, &message);
    else
        advertisement(stack, arrival, &message);
    packet_free(packet);
}
