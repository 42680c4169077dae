#include "host/packet_filter.h"

#include "base/wire.h"

#include <stdlib.h>
#include <string.h>

#define TCP_FLAGS_OFFSET  13
#define TCP_FLAGS_ACK_RST 0x14

struct packet_filter_rule packet_filter_rule_any(const char *name, unsigned directions,
                                                 enum packet_filter_action action)
{
    return (struct packet_filter_rule){
        .name = name,
        .directions = directions,
        .protocol = PACKET_FILTER_ANY_PROTOCOL,
        .source_ports = {0, UINT16_MAX},
        .destination_ports = {0, UINT16_MAX},
        .icmp_type = PACKET_FILTER_ANY_ICMP,
        .icmp_code = PACKET_FILTER_ANY_ICMP,
        .action = action,
    };
}

void packet_filter_destroy(struct packet_filter *filter)
{
    free(filter->rules);
    *filter = (struct packet_filter){0};
}

enum status packet_filter_add(struct packet_filter *filter, const struct packet_filter_rule *rule)
{
    if (!rule->name || rule->directions == 0 || rule->source_prefix > 32 ||
        rule->destination_prefix > 32 || rule->source_ports.first > rule->source_ports.last ||
        rule->destination_ports.first > rule->destination_ports.last)
        return STATUS_INVALID;
    if (filter->count == filter->capacity) {
        size_t capacity = filter->capacity ? filter->capacity * 2 : 4;
        struct packet_filter_rule *rules = realloc(filter->rules, capacity * sizeof *rules);
        if (!rules)
            return STATUS_NO_MEMORY;
        filter->rules = rules;
        filter->capacity = capacity;
    }
    filter->rules[filter->count++] = *rule;
    filter->directions |= rule->directions;
    return STATUS_OK;
}

static void remove_at(struct packet_filter *filter, size_t position)
{
    filter->count--;
    memmove(&filter->rules[position], &filter->rules[position + 1],
            (filter->count - position) * sizeof filter->rules[0]);
    filter->directions = 0;
    for (size_t i = 0; i < filter->count; i++)
        filter->directions |= filter->rules[i].directions;
}

enum status packet_filter_remove(struct packet_filter *filter, const char *name)
{
    for (size_t i = 0; i < filter->count; i++) {
        if (strcmp(filter->rules[i].name, name) == 0) {
            remove_at(filter, i);
            return STATUS_OK;
        }
    }
    return STATUS_NOT_FOUND;
}

void packet_filter_remove_interface(struct packet_filter *filter,
                                    const struct stack_interface *interface)
{
    for (size_t i = filter->count; i-- > 0;)
        if (filter->rules[i].interface == interface)
            remove_at(filter, i);
}

static bool prefix_matches(ipv4_address address, ipv4_address prefix, unsigned length)
{
    return ((address ^ prefix) & ipv4_netmask(length)) == 0;
}

static bool is_any(struct packet_filter_ports ports)
{
    return ports.first == 0 && ports.last == UINT16_MAX;
}

static bool port_matches(struct packet_filter_ports ports, uint16_t port)
{
    return port >= ports.first && port <= ports.last;
}

static bool icmp_matches(const struct packet_filter_rule *rule, const struct ipv4_header *header,
                         const uint8_t *datagram, size_t length)
{
    if (rule->icmp_type == PACKET_FILTER_ANY_ICMP && rule->icmp_code == PACKET_FILTER_ANY_ICMP)
        return true;
    if (header->protocol != IPV4_PROTOCOL_ICMP || header->fragment_offset != 0 ||
        length < (size_t)header->header_length + 2)
        return false;
    const uint8_t *icmp = datagram + header->header_length;
    return (rule->icmp_type == PACKET_FILTER_ANY_ICMP || rule->icmp_type == icmp[0]) &&
           (rule->icmp_code == PACKET_FILTER_ANY_ICMP || rule->icmp_code == icmp[1]);
}

/* The part of a rule that looks for ports and flags. */
static bool transport_matches(const struct packet_filter_rule *rule,
                              const struct ipv4_header *header, const uint8_t *datagram,
                              size_t length)
{
    if (is_any(rule->source_ports) && is_any(rule->destination_ports) && !rule->established)
        return true;
    bool tcp = header->protocol == IPV4_PROTOCOL_TCP;
    if (!(tcp || (header->protocol == IPV4_PROTOCOL_UDP && !rule->established)) ||
        header->fragment_offset != 0 || length < (size_t)header->header_length + 4)
        return false;
    const uint8_t *transport = datagram + header->header_length;
    if (!port_matches(rule->source_ports, wire_load_u16(transport)) ||
        !port_matches(rule->destination_ports, wire_load_u16(transport + 2)))
        return false;
    if (!rule->established)
        return true;
    return length > (size_t)header->header_length + TCP_FLAGS_OFFSET &&
           (transport[TCP_FLAGS_OFFSET] & TCP_FLAGS_ACK_RST) != 0;
}

static bool interface_matches(const struct packet_filter_rule *rule, unsigned direction,
                              const struct stack_interface *in, const struct stack_interface *out)
{
    if (!rule->interface)
        return true;
    if (direction == PACKET_FILTER_IN)
        return rule->interface == in;
    if (direction == PACKET_FILTER_OUT)
        return rule->interface == out;
    return rule->interface == in || rule->interface == out;
}

struct packet_filter_rule *packet_filter_match(struct packet_filter *filter, unsigned direction,
                                               const struct stack_interface *in,
                                               const struct stack_interface *out,
                                               const struct ipv4_header *header,
                                               const uint8_t *datagram, size_t length)
{
    for (size_t i = 0; i < filter->count; i++) {
        struct packet_filter_rule *rule = &filter->rules[i];
        if ((rule->directions & direction) == 0 ||
            (rule->protocol != PACKET_FILTER_ANY_PROTOCOL && rule->protocol != header->protocol) ||
            !prefix_matches(header->source, rule->source, rule->source_prefix) ||
            !prefix_matches(header->destination, rule->destination, rule->destination_prefix) ||
            !interface_matches(rule, direction, in, out) ||
            !transport_matches(rule, header, datagram, length) ||
            !icmp_matches(rule, header, datagram, length))
            continue;
        rule->matches++;
        return rule;
    }
    return NULL;
}
