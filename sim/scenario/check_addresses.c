/* Addresses of interfaces, gateways, routes and pools. */
#include "scenario/check.h"

#include <stdlib.h>
#include <string.h>

bool check_is_host_address(ipv4_address address, unsigned prefix_length, const char **why)
{
    ipv4_address host_bits = ~ipv4_netmask(prefix_length);
    if (address >> 24 == 0)
        *why = "0.0.0.0/8 means this network";
    else if (address >> 24 == 127)
        *why = "127.0.0.0/8 is for loopback";
    else if (ipv4_is_multicast(address))
        *why = "224.0.0.0/4 is for multicast";
    else if (address >> 28 == 0xf)
        *why = "240.0.0.0/4 is reserved";
    else if (prefix_length <= 30 && (address & host_bits) == 0)
        *why = "it is the network's own address";
    else if (prefix_length <= 30 && (address & host_bits) == host_bits)
        *why = "it is the network's broadcast address";
    else
        return true;
    return false;
}

static bool is_in_subnet(const struct scenario_interface *interface, ipv4_address address)
{
    return interface->address != IPV4_ANY &&
           ((interface->address ^ address) & ipv4_netmask(interface->prefix_length)) == 0;
}

static void check_interface(struct loader *loader, const struct scenario_interface *interface)
{
    char address[IPV4_TEXT_SIZE];
    char gateway[IPV4_TEXT_SIZE];
    const char *why;
    ipv4_format(interface->address, address);
    ipv4_format(interface->gateway, gateway);
    if (interface->address == IPV4_ANY) {
        if (interface->gateway != IPV4_ANY)
            loader_error(loader, interface->at,
                         "the interface has the gateway %s and no IPv4 address", gateway);
        return;
    }
    if (!check_is_host_address(interface->address, interface->prefix_length, &why))
        loader_error(loader, interface->at, "no interface can have the address %s/%u: %s", address,
                     interface->prefix_length, why);
    if (interface->gateway == IPV4_ANY)
        return;
    if (!is_in_subnet(interface, interface->gateway))
        loader_error(loader, interface->at,
                     "the gateway %s is not in the interface's subnet; expected one of %s/%u",
                     gateway, address, interface->prefix_length);
    else if (interface->gateway == interface->address)
        loader_error(loader, interface->at, "the gateway %s is the interface itself", gateway);
    else if (!check_is_host_address(interface->gateway, interface->prefix_length, &why))
        loader_error(loader, interface->at, "no gateway can have the address %s: %s", gateway, why);
}

static void check_route(struct loader *loader, const struct scenario_node *node,
                        const struct scenario_route *route)
{
    char via[IPV4_TEXT_SIZE];
    ipv4_address router = ip_address_to_ipv4(&route->via);
    ipv4_format(router, via);
    if (router == IPV4_ANY)
        return;
    for (size_t i = 0; i < node->interface_count; i++) {
        const struct scenario_interface *interface = &node->interfaces[i];
        if (interface->address == router) {
            loader_error(loader, route->at, "via=\"%s\" of <route> is \"%s\" itself", via,
                         node->name);
            return;
        }
    }
    if (route->interface && !is_in_subnet(route->interface, router))
        loader_error(loader, route->at,
                     "via=\"%s\" of <route> is not in the subnet of the interface \"%s\"", via,
                     route->interface->name);
    bool found = route->interface != NULL;
    for (size_t i = 0; i < node->interface_count && !found; i++)
        found = is_in_subnet(&node->interfaces[i], router);
    if (!found)
        loader_error(loader, route->at,
                     "via=\"%s\" of <route> is in no subnet of an interface of \"%s\"", via,
                     node->name);
}

static int compare_pools(const void *a, const void *b)
{
    const struct scenario_address_pool *first = *(struct scenario_address_pool *const *)a;
    const struct scenario_address_pool *second = *(struct scenario_address_pool *const *)b;
    if (first->from != second->from)
        return first->from < second->from ? -1 : 1;
    return (first > second) - (first < second);
}

static void check_pool(struct loader *loader, const struct scenario_address_pool *pool)
{
    char from[IPV4_TEXT_SIZE];
    char to[IPV4_TEXT_SIZE];
    const char *why;
    ipv4_format(pool->from, from);
    ipv4_format(pool->to, to);
    if (pool->from > pool->to)
        loader_error(loader, pool->at, "<address-pool> from %s to %s is reversed", from, to);
    else if (!check_is_host_address(pool->from, 32, &why) ||
             !check_is_host_address(pool->to, 32, &why))
        loader_error(loader, pool->at, "<address-pool> from %s to %s holds unusable addresses: %s",
                     from, to, why);
}

/* Pools of one server must not overlap. */
static void check_pools(struct loader *loader, const struct scenario_vpn_server *server)
{
    struct scenario_address_pool **sorted =
        loader_allocate(loader, server->pool_count, sizeof *sorted);
    for (size_t i = 0; i < server->pool_count && sorted; i++) {
        check_pool(loader, &server->pools[i]);
        sorted[i] = &server->pools[i];
    }
    if (!sorted)
        return;
    qsort(sorted, server->pool_count, sizeof *sorted, compare_pools);
    const struct scenario_address_pool *widest = sorted[0];
    for (size_t i = 1; i < server->pool_count; i++) {
        if (sorted[i]->from <= widest->to) {
            bool is_later = sorted[i] > widest;
            const struct scenario_address_pool *at = is_later ? sorted[i] : widest;
            const struct scenario_address_pool *other = is_later ? widest : sorted[i];
            loader_error(loader, at->at, "<address-pool> overlaps the one at %s:%u", other->at.file,
                         other->at.line);
        }
        if (sorted[i]->to > widest->to)
            widest = sorted[i];
    }
}

static void check_server(struct loader *loader, const struct scenario_node *node)
{
    const struct scenario_pptp_server *pptp = &node->server->pptp;
    check_pools(loader, node->server);
    for (size_t i = 0; i < node->service_count && pptp->at.file; i++) {
        const struct scenario_service *service = &node->services[i];
        if (service->protocol == SCENARIO_SERVICE_TCP && service->port == pptp->port)
            loader_error(loader, service->at, "the port %u of \"%s\" is that of <pptp> already",
                         service->port, node->name);
    }
}

/* An interface with its machine, for finding addresses that are used twice. */
struct owner {
    const struct scenario_node *node;
    const struct scenario_interface *interface;
    size_t order;
};

static int compare_addresses(const void *a, const void *b)
{
    const struct owner *first = a;
    const struct owner *second = b;
    if (first->interface->address != second->interface->address)
        return first->interface->address < second->interface->address ? -1 : 1;
    return (first->order > second->order) - (first->order < second->order);
}

static int compare_macs(const void *a, const void *b)
{
    const struct owner *first = a;
    const struct owner *second = b;
    int order = memcmp(first->interface->mac, second->interface->mac, 6);
    if (order != 0)
        return order;
    return (first->order > second->order) - (first->order < second->order);
}

static void check_unique_addresses(struct loader *loader, struct owner *owners, size_t count)
{
    char address[IPV4_TEXT_SIZE];
    qsort(owners, count, sizeof *owners, compare_addresses);
    size_t first = 0;
    for (size_t i = 1; i < count; i++) {
        if (owners[i].interface->address != owners[first].interface->address) {
            first = i;
            continue;
        }
        if (owners[i].interface->address == IPV4_ANY)
            continue;
        loader_error(loader, owners[i].interface->at, "\"%s:%s\" has the address %s of \"%s:%s\"",
                     owners[i].node->name, owners[i].interface->name,
                     ipv4_format(owners[i].interface->address, address), owners[first].node->name,
                     owners[first].interface->name);
    }
}

static void check_unique_macs(struct loader *loader, struct owner *owners, size_t count)
{
    size_t given = 0;
    for (size_t i = 0; i < count; i++) {
        if (owners[i].interface->has_mac)
            owners[given++] = owners[i];
    }
    qsort(owners, given, sizeof *owners, compare_macs);
    size_t first = 0;
    for (size_t i = 1; i < given; i++) {
        if (memcmp(owners[i].interface->mac, owners[first].interface->mac, 6) != 0)
            first = i;
        else
            loader_error(loader, owners[i].interface->at,
                         "\"%s:%s\" has the Ethernet address of \"%s:%s\"", owners[i].node->name,
                         owners[i].interface->name, owners[first].node->name,
                         owners[first].interface->name);
    }
}

void check_addresses(struct loader *loader)
{
    const struct scenario *scenario = loader->scenario;
    size_t count = 0;
    for (size_t i = 0; i < scenario->node_count; i++) {
        const struct scenario_node *node = &scenario->nodes[i];
        if (node->kind == SCENARIO_SWITCH)
            continue;
        for (size_t j = 0; j < node->interface_count; j++)
            check_interface(loader, &node->interfaces[j]);
        for (size_t j = 0; j < node->route_count; j++)
            if (node->routes[j].destination.version == 4)
                check_route(loader, node, &node->routes[j]);
        if (node->server)
            check_server(loader, node);
        count += node->interface_count;
    }
    struct owner *owners = loader_allocate(loader, count, sizeof *owners);
    if (!owners)
        return;
    size_t used = 0;
    for (size_t i = 0; i < scenario->node_count; i++) {
        const struct scenario_node *node = &scenario->nodes[i];
        for (size_t j = 0; j < node->interface_count && node->kind != SCENARIO_SWITCH; j++) {
            owners[used] =
                (struct owner){.node = node, .interface = &node->interfaces[j], .order = used};
            used++;
        }
    }
    check_unique_addresses(loader, owners, used);
    check_unique_macs(loader, owners, used);
    check_ipv6_addresses(loader);
}
