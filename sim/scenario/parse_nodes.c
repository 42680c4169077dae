/* Machines with what all kinds of them have. */
#include "scenario/parse.h"
#include "scenario/values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[] = {"host",       "router",  "switch",     "vpn-client",
                                         "vpn-server", "isp-nas", "nat-router", NULL};
static const char *const profile_names[] = {
    "rfc",        "windows-95",           "windows-98",      "windows-nt4", "windows-2000",
    "windows-xp", "server-2003-standard", "server-2003-web", "server-2008", "linux",
    NULL};
static const char *const service_names[] = {"tcp-server", "udp-server", NULL};
static const char *const service_modes[] = {"discard", "echo", NULL};

/* The kind of machine that element is; false: it is something else. */
static bool node_kind(const xmlNode *element, enum scenario_node_kind *kind)
{
    unsigned index;
    if (!xml_is(element->parent, "topology") || element->ns ||
        !value_choice(xml_text(element->name), kind_names, &index))
        return false;
    *kind = (enum scenario_node_kind)index;
    return true;
}

static void parse_interface(struct loader *loader, const xmlNode *element,
                            struct scenario_interface *interface)
{
    interface->at = loader_position(loader, element);
    interface->name = element_text(loader, element, "name");
    element_prefix(loader, element, "address", &interface->address, &interface->prefix_length);
    interface->gateway = element_address(loader, element, "gateway");
    (void)element_ip_network(loader, element, "ipv6", &interface->ipv6,
                             &interface->ipv6_prefix_length);
    interface->ipv6_gateway = element_ip_address(loader, element, "ipv6-gateway");
    if (xml_is(element, "interface") && !xml_attribute(element, "address") &&
        !xml_attribute(element, "ipv6"))
        loader_error(loader, interface->at,
                     "<interface> has no address; expected address, ipv6 or both");
    interface->mtu = (uint32_t)element_number(loader, element, "mtu", 0);
    const char *mac = element_text(loader, element, "mac");
    if (mac) {
        interface->has_mac = value_mac(mac, interface->mac);
        if (!interface->has_mac)
            element_wrong_value(loader, element, "mac");
    }
}

static void parse_interfaces(struct loader *loader, const xmlNode *element, const char *name,
                             struct scenario_node *node)
{
    size_t count = parse_count(element, name);
    if (count > PARSE_INTERFACES_MAX) {
        loader_error(loader, node->at, "\"%s\" has %zu interfaces; expected at most %d", node->name,
                     count, PARSE_INTERFACES_MAX);
        return;
    }
    struct element_name *names = loader_allocate(loader, count, sizeof *names);
    node->interfaces = loader_allocate(loader, count, sizeof *node->interfaces);
    if (!names || !node->interfaces)
        return;
    for (xmlNode *child = xml_first_child(element); child; child = xml_next_sibling(child)) {
        if (!xml_is(child, name))
            continue;
        struct scenario_interface *interface = &node->interfaces[node->interface_count];
        parse_interface(loader, child, interface);
        if (!interface->name)
            return;
        names[node->interface_count] = (struct element_name){
            .name = interface->name, .at = interface->at, .order = node->interface_count};
        node->interface_count++;
    }
    element_check_unique(loader, names, count, name);
}

static bool has_host_bits(const struct ip_address *address, unsigned prefix_length)
{
    bool any = false;
    for (unsigned bit = prefix_length; bit < 128; bit++)
        any = any || (address->octets[bit / 8] & 0x80 >> bit % 8) != 0;
    return any;
}

static void parse_route(struct loader *loader, const xmlNode *element, struct scenario_node *node,
                        struct scenario_route *route)
{
    route->at = loader_position(loader, element);
    if (element_ip_network(loader, element, "destination", &route->destination,
                           &route->prefix_length) &&
        has_host_bits(&route->destination, route->prefix_length))
        loader_error(loader, route->at,
                     "destination=\"%s\" of <route> has bits behind its prefix; expected the "
                     "network's own address",
                     element_text(loader, element, "destination"));
    route->via = element_ip_address(loader, element, "via");
    route->interface = parse_interface_reference(loader, element, "interface", node);
    route->unreachable = element_is_yes(loader, element, "unreachable");
    bool leads = xml_attribute(element, "via") || xml_attribute(element, "interface");
    if (leads == route->unreachable)
        loader_error(loader, route->at,
                     leads ? "<route> is unreachable and leads somewhere; expected one of both"
                           : "<route> leads nowhere; expected via or interface");
    route->metric = (uint32_t)element_number(loader, element, "metric", 1);
}

static void parse_routes(struct loader *loader, const xmlNode *element, struct scenario_node *node)
{
    node->routes = loader_allocate(loader, parse_count(element, "route"), sizeof *node->routes);
    for (xmlNode *child = xml_first_child(element); child && node->routes;
         child = xml_next_sibling(child)) {
        if (xml_is(child, "route"))
            parse_route(loader, child, node, &node->routes[node->route_count++]);
    }
}

static void parse_services(struct loader *loader, const xmlNode *element,
                           struct scenario_node *node)
{
    size_t count = parse_count(element, "tcp-server") + parse_count(element, "udp-server");
    node->services = loader_allocate(loader, count, sizeof *node->services);
    struct element_name *names = loader_allocate(loader, count, sizeof *names);
    if (!node->services || !names)
        return;
    for (xmlNode *child = xml_first_child(element); child; child = xml_next_sibling(child)) {
        unsigned protocol;
        if (child->ns || !value_choice(xml_text(child->name), service_names, &protocol))
            continue;
        struct scenario_service *service = &node->services[node->service_count];
        service->at = loader_position(loader, child);
        service->protocol = (enum scenario_service_protocol)protocol;
        service->port = (uint16_t)element_number(loader, child, "port", 0);
        service->mode =
            (enum scenario_service_mode)element_index(loader, child, "mode", service_modes, 0);
        /* One name for a port of a protocol: "tcp-server 80". */
        char *name = loader_allocate(loader, 24, 1);
        if (!name)
            return;
        snprintf(name, 24, "%s %u", service_names[protocol], service->port);
        names[node->service_count] =
            (struct element_name){.name = name, .at = service->at, .order = node->service_count};
        node->service_count++;
    }
    element_check_unique(loader, names, count, "server");
}

static const char *const code_page_names[] = {"437", "850", NULL};

static void parse_node(struct loader *loader, const xmlNode *element, enum scenario_node_kind kind,
                       struct scenario_node *node)
{
    node->at = loader_position(loader, element);
    node->kind = kind;
    node->name = element_text(loader, element, "name");
    node->description = element_text(loader, element, "description");
    if (!node->name)
        return;
    if (strcmp(node->name, "link") == 0)
        loader_error(loader, node->at, "the name \"link\" is reserved; expected another one");
    if (kind == SCENARIO_SWITCH) {
        parse_interfaces(loader, element, "port", node);
        return;
    }
    node->profile =
        (enum scenario_profile)element_index(loader, element, "profile", profile_names, 0);
    node->forwarding = kind == SCENARIO_NAT_ROUTER || element_is_yes(loader, element, "forwarding");
    node->code_page =
        (enum scenario_code_page)element_index(loader, element, "code-page", code_page_names, 0);
    parse_interfaces(loader, element, "interface", node);
    parse_routes(loader, element, node);
    parse_services(loader, element, node);
    parse_listening_scripts(loader, element, node);
    if (scenario_kind_dials(kind)) {
        parse_modems(loader, element, node);
        parse_connections(loader, element, node);
        parse_l2tp(loader, element, node);
    }
    if (kind == SCENARIO_VPN_SERVER || kind == SCENARIO_ISP_NAS)
        parse_vpn_server(loader, element, node);
    if (kind == SCENARIO_NAT_ROUTER)
        parse_nat(loader, element, node);
    parse_ipsec(loader, element, node);
}

static int compare_nodes(const void *a, const void *b)
{
    const struct scenario_node *first = *(struct scenario_node *const *)a;
    const struct scenario_node *second = *(struct scenario_node *const *)b;
    int order = strcmp(first->name, second->name);
    /* Both are in one array: of two with one name the first in the file comes first. */
    return order != 0 ? order : (first > second) - (first < second);
}

static void index_nodes(struct loader *loader)
{
    struct scenario *scenario = loader->scenario;
    struct element_name *names = loader_allocate(loader, scenario->node_count, sizeof *names);
    struct scenario_node **sorted = loader_allocate(loader, scenario->node_count, sizeof *sorted);
    if (!names || !sorted)
        return;
    for (size_t i = 0; i < scenario->node_count; i++) {
        struct scenario_node *node = &scenario->nodes[i];
        names[i] = (struct element_name){.name = node->name, .at = node->at, .order = i};
        sorted[i] = node;
    }
    element_check_unique(loader, names, scenario->node_count, "machine");
    qsort(sorted, scenario->node_count, sizeof *sorted, compare_nodes);
    scenario->nodes_by_name = sorted;
}

void parse_nodes(struct loader *loader, const xmlNode *root)
{
    struct scenario *scenario = loader->scenario;
    enum scenario_node_kind kind;
    size_t count = 0;
    xmlNode *first = xml_next_element(root, (xmlNode *)root);
    for (xmlNode *e = first; e; e = xml_next_element(root, e))
        count += node_kind(e, &kind) ? 1 : 0;
    if (count == 0) {
        loader_error(loader, scenario->at,
                     "the scenario has no machines; expected a <topology> with some");
        return;
    }
    scenario->nodes = loader_allocate(loader, count, sizeof *scenario->nodes);
    for (xmlNode *e = first; e && scenario->nodes; e = xml_next_element(root, e)) {
        if (!node_kind(e, &kind))
            continue;
        parse_node(loader, e, kind, &scenario->nodes[scenario->node_count]);
        if (loader->failure != STATUS_OK)
            return;
        scenario->node_count++;
    }
    if (scenario->nodes)
        index_nodes(loader);
}
