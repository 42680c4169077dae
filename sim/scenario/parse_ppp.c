/* How the ends of a PPP link negotiate, and what is sent over it beside IP. */
#include "scenario/parse.h"
#include "scenario/values.h"

#include <inttypes.h>
#include <stdlib.h>

/* Most octets of an IPX echo's data. */
#define ECHO_DATA_MAX 512

static const char *const network_names[] = {"ip", "ipx", "netbeui", "appletalk", "ipv6", NULL};

static void parse_networks(struct loader *loader, const xmlNode *element, struct scenario_ppp *ppp)
{
    unsigned indexes[5];
    size_t count;
    const char *text = element_text(loader, element, "networks");
    if (!text)
        return;
    if (!value_choices(text, network_names, indexes, 5, &count)) {
        element_wrong_value(loader, element, "networks");
        return;
    }
    for (size_t i = 0; i < count; i++)
        ppp->networks |= 1u << indexes[i];
}

void parse_ppp(struct loader *loader, const xmlNode *element, bool server, struct scenario_ppp *ppp)
{
    ppp->at = loader_position(loader, element);
    parse_networks(loader, element, ppp);
    ppp->pfc = element_yes_no(loader, element, "pfc");
    ppp->acfc = element_yes_no(loader, element, "acfc");
    ppp->callback = element_yes_no(loader, element, "callback");
    ppp->multilink = element_yes_no(loader, element, "multilink");
    ppp->short_sequence = element_is_yes(loader, element, "short-sequence");
    if (ppp->short_sequence && ppp->multilink != SCENARIO_YES)
        loader_error(loader, loader_attribute_position(loader, element, "short-sequence"),
                     "short-sequence of <ppp> means nothing without multilink; expected "
                     "multilink=\"yes\"");
    ppp->compression = element_is_yes(loader, element, "compression");
    ppp->vj = element_is_yes(loader, element, "vj");
    ppp->restart_timer = element_duration(loader, element, "restart-timer", 0);
    ppp->echo_interval = element_duration(loader, element, "lcp-echo-interval", 0);
    ppp->echo_failures = (uint32_t)element_number(loader, element, "lcp-echo-failures", 0);
    if (!server)
        return;
    ppp->encryption_not_enforced =
        element_yes_no(loader, element, "encryption-enforced") == SCENARIO_NO;
    const char *network = element_text(loader, element, "ipx-network");
    ppp->ipx_network = network ? (uint32_t)strtoul(network, NULL, 16) : 0;
    if (ppp->networks & SCENARIO_NETWORK_APPLETALK)
        loader_error(loader, loader_attribute_position(loader, element, "networks"),
                     "a server has no AppleTalk; expected ip, ipx, netbeui and ipv6 only");
}

static unsigned pinged_network(struct loader *loader, const xmlNode *element)
{
    static const char *const names[] = {"ipx", "netbeui", NULL};
    return element_index(loader, element, "protocol", names, 0) == 0 ? SCENARIO_NETWORK_IPX
                                                                     : SCENARIO_NETWORK_NETBEUI;
}

void parse_network_ping(struct loader *loader, const xmlNode *element,
                        struct scenario_action_network_ping *ping)
{
    ping->name = element_text(loader, element, "name");
    ping->node = parse_node_reference(loader, element, "node");
    ping->network = pinged_network(loader, element);
    ping->count = (uint32_t)element_number(loader, element, "count", 0);
    ping->interval = element_duration(loader, element, "interval", 0);
    uint64_t size = element_size(loader, element, "size");
    ping->size = (uint32_t)size;
    if (size > ECHO_DATA_MAX)
        loader_error(loader, loader_attribute_position(loader, element, "size"),
                     "size of <network-ping> is %" PRIu64 " octets; expected at most %d", size,
                     ECHO_DATA_MAX);
    if (ping->node && ping->node->kind != SCENARIO_VPN_CLIENT) {
        loader_error(loader, loader_attribute_position(loader, element, "node"),
                     "\"%s\" is a %s; expected a vpn-client", ping->node->name,
                     scenario_node_kind_text(ping->node->kind));
        return;
    }
    ping->connection = parse_connection_reference(loader, element, "connection", ping->node);
    if (ping->connection && !(ping->connection->ppp.networks & ping->network))
        loader_error(loader, loader_attribute_position(loader, element, "connection"),
                     "the connection \"%s\" does not have this protocol; expected it among "
                     "networks of its <ppp>",
                     ping->connection->name);
}
