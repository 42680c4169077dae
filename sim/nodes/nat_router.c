#include "nodes/nat_router.h"

#include "inet/icmp.h"
#include "inet/tcp_segment.h"
#include "nodes/nat_edit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Where the flags of a TCP header are. */
#define TCP_FLAGS_OFFSET 13

const struct trace_declaration nat_trace_declarations[] = {
    {"nat.mapping.created", "protocol inside port outside-port remote",
     "An address translator has given a port (or an echo's identifier) of a host inside one of its "
     "own; without ports, \"remote\" is the host outside that the protocol is mapped for."},
    {"nat.mapping.expired", "protocol inside port outside-port remote",
     "A mapping has not been used for too long."},
    {NULL, NULL, NULL},
};

static bool refuse(struct nat_router *router, const char *reason, struct packet *packet)
{
    router->host.stack.counters.in_discards++;
    trace_drop(&router->host.node.trace, router->host.node.simulation->now, "nat", reason,
               packet->serial);
    packet_free(packet);
    return false;
}

static void arm(struct nat_router *router)
{
    timer_set(router->host.node.simulation, &router->timer, nat_next_timeout(&router->table));
}

/* What a mapping is after a TCP segment from inside or outside (RFC 5382 section 5). */
static enum nat_kind tcp_kind(struct nat_mapping *mapping, const struct ipv4_header *header,
                              const uint8_t *datagram, size_t length, bool from_inside)
{
    if (length <= (size_t)header->header_length + TCP_FLAGS_OFFSET)
        return mapping->kind;
    uint8_t flags = datagram[header->header_length + TCP_FLAGS_OFFSET];
    if (flags & TCP_FLAG_SYN)
        mapping->closing = 0;
    if (flags & TCP_FLAG_FIN)
        mapping->closing |= from_inside ? 1 : 2;
    if (flags & TCP_FLAG_RST)
        mapping->closing = 3;
    if (mapping->closing == 3)
        return NAT_TCP_TRANSITORY;
    /* An answer has come: the connection stands. */
    return from_inside ? mapping->kind : NAT_TCP;
}

static void use(struct nat_router *router, struct nat_mapping *mapping,
                const struct ipv4_header *header, const struct packet *packet, bool from_inside)
{
    enum nat_kind kind = mapping->kind;
    if (header->protocol == IPV4_PROTOCOL_TCP && kind != NAT_PUBLISHED)
        kind = tcp_kind(mapping, header, packet->data, packet->length, from_inside);
    nat_use(&router->table, mapping, kind, router->host.node.simulation->now);
    arm(router);
}

/* The datagram that an ICMP error quotes, and where it begins. */
struct quote {
    struct ipv4_header header;
    uint8_t *datagram;
    size_t length;
};

/* False: there is no whole header and port. */
static bool find_quote(const struct ipv4_header *header, const struct packet *packet,
                       enum nat_end end, struct quote *quote, uint16_t *port)
{
    size_t offset = (size_t)header->header_length + ICMP_HEADER_SIZE;
    if (packet->length <= offset)
        return false;
    quote->datagram = packet->data + offset;
    quote->length = packet->length - offset;
    return ipv4_decode_quoted(quote->datagram, quote->length, &quote->header) &&
           nat_port(&quote->header, quote->datagram, quote->length, end, port);
}

/* Changes an end of the quoted datagram, whose checksum that of the ICMP message covers. */
static void edit_quote(const struct ipv4_header *header, struct packet *packet, struct quote *quote,
                       enum nat_end end, ipv4_address address, uint16_t port)
{
    uint8_t *icmp = packet->data + header->header_length;
    nat_edit(&quote->header, quote->datagram, quote->length, end, address, port);
    wire_store_u16(icmp + 2, 0);
    wire_store_u16(icmp + 2, checksum(icmp, packet->length - header->header_length));
}

/* An error from inside, or from this router itself, about what came from outside. */
static bool send_error(struct nat_router *router, bool own, struct ipv4_header *header,
                       struct packet *packet)
{
    struct quote quote;
    uint16_t port;
    if (!find_quote(header, packet, NAT_DESTINATION, &quote, &port))
        return refuse(router, "malformed", packet);
    const struct nat_mapping *mapping = nat_find_inside(
        &router->table, quote.header.protocol, quote.header.destination, port, quote.header.source);
    if (mapping)
        edit_quote(header, packet, &quote, NAT_DESTINATION, router->translator.outside->address,
                   mapping->outside_port);
    else if (!own)
        return refuse(router, "no-mapping", packet);
    if (!own)
        nat_edit(header, packet->data, header->header_length, NAT_SOURCE,
                 router->translator.outside->address, 0);
    return true;
}

/* An error about what had been sent from inside; one about this router's own is not changed. */
static bool receive_error(struct nat_router *router, struct ipv4_header *header,
                          struct packet *packet)
{
    struct quote quote;
    uint16_t port;
    if (!find_quote(header, packet, NAT_SOURCE, &quote, &port))
        return refuse(router, "malformed", packet);
    const struct nat_mapping *mapping =
        nat_find_outside(&router->table, quote.header.protocol, port, quote.header.destination);
    if (!mapping)
        return true;
    edit_quote(header, packet, &quote, NAT_SOURCE, mapping->inside, mapping->inside_port);
    nat_edit(header, packet->data, header->header_length, NAT_DESTINATION, mapping->inside, 0);
    return true;
}

static bool translate_out(struct nat_router *router, struct ipv4_header *header,
                          struct packet *packet)
{
    const char *reason;
    uint16_t port;
    if (!nat_port(header, packet->data, packet->length, NAT_SOURCE, &port))
        return refuse(router, "malformed", packet);
    struct nat_mapping *mapping = nat_find_inside(&router->table, header->protocol, header->source,
                                                  port, header->destination);
    if (!mapping)
        mapping = nat_create(&router->table, router->host.node.simulation->now, header->protocol,
                             header->source, port, header->destination, &reason);
    if (!mapping)
        return refuse(router, reason, packet);
    use(router, mapping, header, packet, true);
    nat_edit(header, packet->data, packet->length, NAT_SOURCE, router->translator.outside->address,
             mapping->outside_port);
    router->sent++;
    return true;
}

static bool translate_in(struct nat_router *router, struct ipv4_header *header,
                         struct packet *packet)
{
    uint16_t port;
    if (!nat_port(header, packet->data, packet->length, NAT_DESTINATION, &port))
        return refuse(router, "malformed", packet);
    struct nat_mapping *mapping =
        nat_find_outside(&router->table, header->protocol, port, header->source);
    if (!mapping)
        /* A reply to this router's own ping, or nobody has asked for it. */
        return header->protocol == IPV4_PROTOCOL_ICMP || refuse(router, "no-mapping", packet);
    use(router, mapping, header, packet, false);
    nat_edit(header, packet->data, packet->length, NAT_DESTINATION, mapping->inside,
             mapping->inside_port);
    router->received++;
    return true;
}

/* Decodes the ICMP message of a datagram; false: dropped. */
static bool decode_icmp(struct nat_router *router, const struct ipv4_header *header,
                        struct packet *packet, struct icmp_message *message)
{
    enum icmp_error error = icmp_decode(packet->data + header->header_length,
                                        packet->length - header->header_length, message);
    return error == ICMP_OK ||
           refuse(router, error == ICMP_MALFORMED ? "malformed" : "bad-checksum", packet);
}

static bool output(void *context, bool own, struct ipv4_header *header, struct packet *packet)
{
    struct nat_router *router = context;
    struct icmp_message message;
    if (header->protocol != IPV4_PROTOCOL_ICMP)
        return own || translate_out(router, header, packet);
    if (!decode_icmp(router, header, packet, &message))
        return false;
    if (icmp_is_error(message.type))
        return send_error(router, own, header, packet);
    if (own)
        return true;
    if (message.type == ICMP_ECHO_REQUEST)
        return translate_out(router, header, packet);
    return refuse(router, "unknown-icmp", packet);
}

static bool input(void *context, struct ipv4_header *header, struct packet *packet)
{
    struct nat_router *router = context;
    struct icmp_message message;
    if (header->protocol != IPV4_PROTOCOL_ICMP)
        return translate_in(router, header, packet);
    if (!decode_icmp(router, header, packet, &message))
        return false;
    if (icmp_is_error(message.type))
        return receive_error(router, header, packet);
    return message.type != ICMP_ECHO_REPLY || translate_in(router, header, packet);
}

static void expire(void *context, instant now)
{
    struct nat_router *router = context;
    nat_handle_timeout(&router->table, now);
    arm(router);
}

static bool nat_router_state(struct node *node, const char *name, char *text, size_t size)
{
    const struct nat_router *router = (const struct nat_router *)node;
    uint64_t value;
    if (strcmp(name, "nat.mappings") == 0)
        value = router->table.count;
    else if (strcmp(name, "nat.mappings.most") == 0)
        value = router->table.most;
    else if (strcmp(name, "nat.sent") == 0)
        value = router->sent;
    else if (strcmp(name, "nat.received") == 0)
        value = router->received;
    else
        return host_state(node, name, text, size);
    return snprintf(text, size, "%" PRIu64, value) > 0;
}

static void nat_router_destroy(struct node *node)
{
    struct nat_router *router = (struct nat_router *)node;
    timer_destroy(node->simulation, &router->timer);
    nat_table_destroy(&router->table);
    host_destroy(node);
}

const struct node_class nat_router_class = {
    .kind = "nat-router",
    .start = host_start,
    .layer = host_layer,
    .state = nat_router_state,
    .destroy = nat_router_destroy,
};

struct nat_router *nat_router_create(struct simulation *simulation, const char *name,
                                     const struct host_stack_config *stack,
                                     const struct nat_config *config)
{
    struct nat_router *router = simulation_allocate(simulation, sizeof *router);
    if (!router)
        return NULL;
    host_init(&router->host, &nat_router_class, simulation, name, stack);
    nat_table_init(&router->table, config, &router->host.node.trace);
    router->translator =
        (struct stack_translator){.input = input, .output = output, .context = router};
    timer_init(&router->timer, expire, router);
    return router;
}

void nat_router_set_outside(struct nat_router *router, struct stack_interface *outside)
{
    router->translator.outside = outside;
    router->host.stack.translator = &router->translator;
}
