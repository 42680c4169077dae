/* What a nat-router has beside a router. */
#include "scenario/parse.h"
#include "scenario/values.h"

/* Numbers of IP protocols. */
#define ICMP 1
#define TCP  6
#define UDP  17

static void parse_publication(struct loader *loader, const xmlNode *element,
                              struct scenario_publication *publication)
{
    bool any = false;
    publication->at = loader_position(loader, element);
    const char *protocol = element_text(loader, element, "protocol");
    if (!protocol)
        return;
    if (!value_ip_protocol(protocol, &any, &publication->protocol))
        element_wrong_value(loader, element, "protocol");
    else if (any || publication->protocol == ICMP)
        loader_error(loader, publication->at,
                     "protocol=\"%s\" of <publish>: expected one that leads to a single machine",
                     protocol);
    publication->inside = element_address(loader, element, "inside");
    publication->port = (uint16_t)element_number(loader, element, "port", 0);
    publication->inside_port =
        (uint16_t)element_number(loader, element, "inside-port", publication->port);
    bool ports = publication->protocol == TCP || publication->protocol == UDP;
    if (ports && publication->port == 0)
        loader_error(loader, publication->at, "<publish> of %s lacks a port; expected one",
                     protocol);
    if (!ports && (publication->port != 0 || publication->inside_port != 0))
        loader_error(loader, publication->at,
                     "<publish> has a port and protocol=\"%s\"; expected tcp or udp", protocol);
}

void parse_nat(struct loader *loader, const xmlNode *element, struct scenario_node *node)
{
    struct scenario_nat *nat = loader_allocate(loader, 1, sizeof *nat);
    if (!nat)
        return;
    node->nat = nat;
    const char *outside = element_text(loader, element, "outside");
    if (outside && *outside)
        nat->outside = parse_interface_reference(loader, element, "outside", node);
    nat->udp_timeout = element_duration(loader, element, "udp-timeout", 0);
    nat->tcp_timeout = element_duration(loader, element, "tcp-timeout", 0);
    nat->icmp_timeout = element_duration(loader, element, "icmp-timeout", 0);
    nat->other_timeout = element_duration(loader, element, "other-timeout", 0);
    const char *ports = element_text(loader, element, "ports");
    if (ports && (!value_port_range(ports, &nat->ports) || nat->ports.first == 0))
        element_wrong_value(loader, element, "ports");
    nat->preserve_ports = element_is_yes(loader, element, "preserve-ports");
    nat->publications =
        loader_allocate(loader, parse_count(element, "publish"), sizeof *nat->publications);
    for (xmlNode *child = xml_first_child(element); child && nat->publications;
         child = xml_next_sibling(child)) {
        if (xml_is(child, "publish"))
            parse_publication(loader, child, &nat->publications[nat->publication_count++]);
    }
}
