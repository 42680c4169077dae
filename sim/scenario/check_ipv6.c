/* IPv6 addresses of interfaces, gateways and routes. */
#include "scenario/check.h"

#include <stdlib.h>

/* Every link of IPv6 carries datagrams of this size (RFC 8200 section 5). */
#define MINIMUM_MTU 1280

static bool has_only_zeros_behind(const struct ip_address *address, unsigned prefix_length)
{
    for (unsigned bit = prefix_length; bit < 128; bit++)
        if (address->octets[bit / 8] & 0x80 >> bit % 8)
            return false;
    return true;
}

/* False for addresses that no machine can be sent to by unicast; @why says why. */
static bool is_unicast(const struct ip_address *address, const char **why)
{
    if (address->version != 6)
        *why = "it is one of IPv4";
    else if (ipv6_is_multicast(address))
        *why = "ff00::/8 is for multicast";
    else if (ipv6_is_unspecified(address))
        *why = ":: means no address";
    else if (ipv6_is_loopback(address))
        *why = "::1 is for loopback";
    else
        return true;
    return false;
}

static void check_gateway(struct loader *loader, const struct scenario_interface *interface)
{
    char gateway[IP_TEXT_SIZE];
    char address[IP_TEXT_SIZE];
    const char *why;
    const struct ip_address *router = &interface->ipv6_gateway;
    ip_address_format(router, gateway);
    ip_address_format(&interface->ipv6, address);
    if (interface->ipv6.version == 0)
        loader_error(loader, interface->at,
                     "the interface has the gateway %s and no IPv6 address; expected ipv6",
                     gateway);
    else if (!is_unicast(router, &why))
        loader_error(loader, interface->at, "no gateway can have the address %s: %s", gateway, why);
    else if (ip_address_equal(router, &interface->ipv6))
        loader_error(loader, interface->at, "the gateway %s is the interface itself", gateway);
    else if (!ipv6_is_link_local(router) &&
             !ip_address_in_prefix(router, &interface->ipv6, interface->ipv6_prefix_length))
        loader_error(loader, interface->at,
                     "the gateway %s is not in the interface's subnet; expected one of %s/%u",
                     gateway, address, interface->ipv6_prefix_length);
}

static void check_interface(struct loader *loader, const struct scenario_interface *interface)
{
    char address[IP_TEXT_SIZE];
    const char *why = NULL;
    if (interface->ipv6_gateway.version != 0)
        check_gateway(loader, interface);
    if (interface->ipv6.version == 0)
        return;
    uint32_t mtu = interface->mtu ? interface->mtu : interface->link ? interface->link->mtu : 0;
    if (is_unicast(&interface->ipv6, &why) && ipv6_is_link_local(&interface->ipv6))
        why = "every interface with IPv6 has a link-local one by itself";
    else if (!why && interface->ipv6_prefix_length < 127 &&
             has_only_zeros_behind(&interface->ipv6, interface->ipv6_prefix_length))
        why = "it is that of any router of the subnet";
    if (why)
        loader_error(loader, interface->at, "no interface can have the IPv6 address %s/%u: %s",
                     ip_address_format(&interface->ipv6, address), interface->ipv6_prefix_length,
                     why);
    if (mtu != 0 && mtu < MINIMUM_MTU)
        loader_error(loader, interface->at,
                     "the interface has IPv6 and an MTU of %u; expected at least %d", mtu,
                     MINIMUM_MTU);
}

static bool is_in_subnet(const struct scenario_interface *interface,
                         const struct ip_address *address)
{
    return interface->ipv6.version != 0 &&
           ip_address_in_prefix(address, &interface->ipv6, interface->ipv6_prefix_length);
}

static bool is_on_a_link(const struct scenario_node *node, const struct scenario_route *route)
{
    if (route->interface)
        return route->interface->ipv6.version != 0 &&
               (ipv6_is_link_local(&route->via) || is_in_subnet(route->interface, &route->via));
    for (size_t i = 0; i < node->interface_count; i++)
        if (is_in_subnet(&node->interfaces[i], &route->via))
            return true;
    return false;
}

static void check_route(struct loader *loader, const struct scenario_node *node,
                        const struct scenario_route *route)
{
    char via[IP_TEXT_SIZE];
    const char *why;
    if (route->via.version == 0) {
        if (route->interface && route->interface->ipv6.version == 0)
            loader_error(loader, route->at,
                         "<route> leads an IPv6 network to \"%s\", which has no IPv6 address",
                         route->interface->name);
        return;
    }
    ip_address_format(&route->via, via);
    if (!is_unicast(&route->via, &why)) {
        loader_error(loader, route->at, "via=\"%s\" of <route> cannot be a router: %s", via, why);
        return;
    }
    for (size_t i = 0; i < node->interface_count; i++) {
        if (ip_address_equal(&node->interfaces[i].ipv6, &route->via)) {
            loader_error(loader, route->at, "via=\"%s\" of <route> is \"%s\" itself", via,
                         node->name);
            return;
        }
    }
    if (is_on_a_link(node, route))
        return;
    if (route->interface)
        loader_error(loader, route->at,
                     "via=\"%s\" of <route> is not in the subnet of the interface \"%s\"", via,
                     route->interface->name);
    else if (ipv6_is_link_local(&route->via))
        loader_error(loader, route->at,
                     "via=\"%s\" of <route> is link-local; expected interface with it", via);
    else
        loader_error(loader, route->at,
                     "via=\"%s\" of <route> is in no subnet of an interface of \"%s\"", via,
                     node->name);
}

/* Both ends of a route of IPv4, or of one of IPv6. */
static bool is_of_one_version(struct loader *loader, const struct scenario_route *route)
{
    if (route->via.version == 0 || route->via.version == route->destination.version)
        return true;
    loader_error(loader, route->at,
                 "destination and via of <route> are of different versions of IP; expected one");
    return false;
}

/* An interface with its machine, for finding addresses that are used twice. */
struct owner {
    const struct scenario_node *node;
    const struct scenario_interface *interface;
    size_t order;
};

static int compare_owners(const void *a, const void *b)
{
    const struct owner *first = a;
    const struct owner *second = b;
    int order = ip_address_compare(&first->interface->ipv6, &second->interface->ipv6);
    if (order != 0)
        return order;
    return (first->order > second->order) - (first->order < second->order);
}

static void check_unique(struct loader *loader, struct owner *owners, size_t count)
{
    char address[IP_TEXT_SIZE];
    qsort(owners, count, sizeof *owners, compare_owners);
    for (size_t i = 1; i < count; i++) {
        const struct scenario_interface *interface = owners[i].interface;
        if (ip_address_equal(&interface->ipv6, &owners[i - 1].interface->ipv6))
            loader_error(loader, interface->at, "\"%s:%s\" has the address %s of \"%s:%s\"",
                         owners[i].node->name, interface->name,
                         ip_address_format(&interface->ipv6, address), owners[i - 1].node->name,
                         owners[i - 1].interface->name);
    }
}

void check_ipv6_addresses(struct loader *loader)
{
    const struct scenario *scenario = loader->scenario;
    size_t count = 0;
    for (size_t i = 0; i < scenario->node_count; i++) {
        const struct scenario_node *node = &scenario->nodes[i];
        for (size_t j = 0; j < node->interface_count; j++) {
            check_interface(loader, &node->interfaces[j]);
            count += node->interfaces[j].ipv6.version != 0;
        }
        for (size_t j = 0; j < node->route_count; j++) {
            const struct scenario_route *route = &node->routes[j];
            if (is_of_one_version(loader, route) && route->destination.version == 6)
                check_route(loader, node, route);
        }
    }
    struct owner *owners = loader_allocate(loader, count, sizeof *owners);
    size_t used = 0;
    for (size_t i = 0; i < scenario->node_count && owners; i++) {
        const struct scenario_node *node = &scenario->nodes[i];
        for (size_t j = 0; j < node->interface_count; j++) {
            if (node->interfaces[j].ipv6.version == 0)
                continue;
            owners[used] =
                (struct owner){.node = node, .interface = &node->interfaces[j], .order = used};
            used++;
        }
    }
    if (owners)
        check_unique(loader, owners, used);
}
