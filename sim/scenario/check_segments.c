/* Which interfaces hear each other, and whether they are in one subnet. */
#include "scenario/check.h"

#include <stdlib.h>

/* An interface or switch port as a member of a disjoint set: one set a broadcast domain. */
struct member {
    const struct scenario_node *node;
    const struct scenario_interface *interface;
    size_t parent;
};

/* The whole network: members of one machine follow each other, first[] says from where. */
struct network {
    struct member *members;
    size_t count;
    size_t *first;
};

static size_t find_root(struct network *network, size_t member)
{
    while (network->members[member].parent != member) {
        size_t parent = network->members[member].parent;
        network->members[member].parent = network->members[parent].parent;
        member = parent;
    }
    return member;
}

/* The smaller number becomes the root, so that a set's root is its first member in the file. */
static void join(struct network *network, size_t a, size_t b)
{
    size_t first = find_root(network, a);
    size_t second = find_root(network, b);
    if (first < second)
        network->members[second].parent = first;
    else
        network->members[first].parent = second;
}

static bool collect(struct loader *loader, struct network *network)
{
    const struct scenario *scenario = loader->scenario;
    size_t count = 0;
    network->first = loader_allocate(loader, scenario->node_count, sizeof *network->first);
    for (size_t i = 0; i < scenario->node_count && network->first; i++) {
        network->first[i] = count;
        count += scenario->nodes[i].interface_count;
    }
    network->members = loader_allocate(loader, count, sizeof *network->members);
    if (!network->first || !network->members)
        return false;
    for (size_t i = 0; i < scenario->node_count; i++) {
        const struct scenario_node *node = &scenario->nodes[i];
        for (size_t j = 0; j < node->interface_count; j++) {
            network->members[network->count] = (struct member){
                .node = node, .interface = &node->interfaces[j], .parent = network->count};
            network->count++;
        }
    }
    return true;
}

static size_t member_of(const struct loader *loader, const struct network *network,
                        const struct scenario_link_end *end)
{
    size_t node = (size_t)(end->node - loader->scenario->nodes);
    return network->first[node] + (size_t)(end->interface - end->node->interfaces);
}

static void join_all(const struct loader *loader, struct network *network)
{
    const struct scenario *scenario = loader->scenario;
    for (size_t i = 0; i < scenario->node_count; i++) {
        const struct scenario_node *node = &scenario->nodes[i];
        for (size_t j = 1; j < node->interface_count && node->kind == SCENARIO_SWITCH; j++)
            join(network, network->first[i], network->first[i] + j);
    }
    for (size_t i = 0; i < scenario->link_count; i++) {
        const struct scenario_link_end *ends = scenario->links[i].ends;
        if (ends[0].interface && ends[1].interface)
            join(network, member_of(loader, network, &ends[0]),
                 member_of(loader, network, &ends[1]));
    }
}

static void check_unlinked(struct loader *loader, const struct network *network)
{
    for (size_t i = 0; i < network->count; i++) {
        const struct member *member = &network->members[i];
        if (!member->interface->link)
            loader_error(loader, member->interface->at,
                         "\"%s:%s\" is the end of no link; expected one", member->node->name,
                         member->interface->name);
    }
}

static void check_subnet(struct loader *loader, const struct member *member,
                         const struct member *other)
{
    char address[IPV4_TEXT_SIZE];
    char subnet[IPV4_TEXT_SIZE];
    const struct scenario_interface *interface = member->interface;
    ipv4_address mask = ipv4_netmask(other->interface->prefix_length);
    if (interface->prefix_length == other->interface->prefix_length &&
        ((interface->address ^ other->interface->address) & mask) == 0)
        return;
    loader_error(loader, interface->at,
                 "\"%s:%s\" has the address %s/%u, but is on one wire with \"%s:%s\"; expected an "
                 "address of %s/%u",
                 member->node->name, interface->name, ipv4_format(interface->address, address),
                 interface->prefix_length, other->node->name, other->interface->name,
                 ipv4_format(other->interface->address & mask, subnet),
                 other->interface->prefix_length);
}

static void check_ipv6_subnet(struct loader *loader, const struct member *member,
                              const struct member *other)
{
    char address[IP_TEXT_SIZE];
    char subnet[IP_TEXT_SIZE];
    const struct scenario_interface *interface = member->interface;
    const struct scenario_interface *first = other->interface;
    if (interface->ipv6_prefix_length == first->ipv6_prefix_length &&
        ip_address_in_prefix(&interface->ipv6, &first->ipv6, first->ipv6_prefix_length))
        return;
    loader_error(loader, interface->at,
                 "\"%s:%s\" has the address %s/%u, but is on one wire with \"%s:%s\"; expected an "
                 "address of the subnet of %s/%u",
                 member->node->name, interface->name, ip_address_format(&interface->ipv6, address),
                 interface->ipv6_prefix_length, other->node->name, first->name,
                 ip_address_format(&first->ipv6, subnet), first->ipv6_prefix_length);
}

/* The same for IPv6 as check_segments() does for IPv4. */
static void check_ipv6_segments(struct loader *loader, struct network *network)
{
    const struct member **subnets = loader_allocate(loader, network->count, sizeof(void *));
    for (size_t i = 0; i < network->count && subnets; i++) {
        const struct member *member = &network->members[i];
        if (member->interface->ipv6.version == 0)
            continue;
        const struct member **subnet = &subnets[find_root(network, i)];
        if (*subnet)
            check_ipv6_subnet(loader, member, *subnet);
        else
            *subnet = member;
    }
}

void check_segments(struct loader *loader)
{
    struct network network = {0};
    if (!collect(loader, &network))
        return;
    if (loader->links_are_whole)
        check_unlinked(loader, &network);
    join_all(loader, &network);
    /* The first machine with an address says which subnet a wire is. */
    const struct member **subnets = loader_allocate(loader, network.count, sizeof(void *));
    for (size_t i = 0; i < network.count && subnets; i++) {
        const struct member *member = &network.members[i];
        const char *why;
        if (member->node->kind == SCENARIO_SWITCH ||
            !check_is_host_address(member->interface->address, member->interface->prefix_length,
                                   &why))
            continue;
        const struct member **subnet = &subnets[find_root(&network, i)];
        if (*subnet)
            check_subnet(loader, member, *subnet);
        else
            *subnet = member;
    }
    check_ipv6_segments(loader, &network);
}
