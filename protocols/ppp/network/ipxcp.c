#include "ppp/network/ipxcp.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define IPXCP_PROTOCOL 0x802b
#define IPX_PROTOCOL   0x002b

/* Windows error code of an address that could not be had. */
#define ERROR_REQUIRED_ADDRESS_REJECTED 735

/* Options of our own request, as bits of ipxcp.asks. */
enum ask {
    ASK_NETWORK = 1 << 0,
    ASK_NODE = 1 << 1,
    ASK_ROUTING = 1 << 2,
    ASK_NAME = 1 << 3,
    ASK_COMPLETE = 1 << 4,
};

/*
 * Options (RFC 1552 section 3), data behind Type and Length:
 *
 *   1  IPX-Network-Number           4 octets, zero asks
 *   2  IPX-Node-Number              6 octets, zero asks
 *   3  IPX-Compression-Protocol     2 octets, then data: always rejected here
 *   4  IPX-Routing-Protocol         2 octets, then data; may come several times
 *   5  IPX-Router-Name              1 to 47 characters; never in a Nak
 *   6  IPX-Configuration-Complete   none; never in a Nak
 */

static struct ipxcp *ipxcp_of(struct ppp_control *control)
{
    return (struct ipxcp *)(void *)control;
}

static const char *option_name(uint8_t type)
{
    static const char *const names[] = {
        [IPXCP_OPTION_NETWORK_NUMBER] = "ipx-network-number",
        [IPXCP_OPTION_NODE_NUMBER] = "ipx-node-number",
        [IPXCP_OPTION_COMPRESSION_PROTOCOL] = "ipx-compression-protocol",
        [IPXCP_OPTION_ROUTING_PROTOCOL] = "ipx-routing-protocol",
        [IPXCP_OPTION_ROUTER_NAME] = "ipx-router-name",
        [IPXCP_OPTION_CONFIGURATION_COMPLETE] = "ipx-configuration-complete",
    };
    return type >= 1 && type < sizeof names / sizeof *names ? names[type] : "unknown";
}

static bool may_repeat(uint8_t type)
{
    return type == IPXCP_OPTION_ROUTING_PROTOCOL;
}

static bool is_zero(const uint8_t node[IPX_NODE_SIZE])
{
    static const uint8_t zero[IPX_NODE_SIZE] = {0};
    return memcmp(node, zero, IPX_NODE_SIZE) == 0;
}

static void reset(struct ppp_control *control)
{
    struct ipxcp *ipxcp = ipxcp_of(control);
    const struct ipxcp_config *config = ipxcp->config;
    ipxcp->asks = ASK_NETWORK | ASK_NODE | ASK_ROUTING | ASK_COMPLETE;
    if (config->router_name)
        ipxcp->asks |= ASK_NAME;
    ipxcp->network = config->network;
    memcpy(ipxcp->node, config->node, IPX_NODE_SIZE);
}

static void put_octets(struct wire_writer *writer, uint8_t type, const void *data, size_t length)
{
    uint8_t *p = wire_put_space(writer, 2 + length);
    if (!p)
        return;
    p[0] = type;
    p[1] = (uint8_t)(2 + length);
    memcpy(p + 2, data, length);
}

static void write_request(struct ppp_control *control, struct wire_writer *writer)
{
    const struct ipxcp *ipxcp = ipxcp_of(control);
    if (ipxcp->asks & ASK_NETWORK)
        ppp_option_put_u32(writer, IPXCP_OPTION_NETWORK_NUMBER, ipxcp->network);
    if (ipxcp->asks & ASK_NODE)
        put_octets(writer, IPXCP_OPTION_NODE_NUMBER, ipxcp->node, IPX_NODE_SIZE);
    if (ipxcp->asks & ASK_ROUTING)
        ppp_option_put_u16(writer, IPXCP_OPTION_ROUTING_PROTOCOL, (uint16_t)ipxcp->config->routing);
    if (ipxcp->asks & ASK_NAME)
        put_octets(writer, IPXCP_OPTION_ROUTER_NAME, ipxcp->config->router_name,
                   strlen(ipxcp->config->router_name));
    /* Section 3.6: told once nothing is missing any more. */
    if (ipxcp->asks & ASK_COMPLETE && ipxcp->network && !is_zero(ipxcp->node))
        ppp_option_put(writer, IPXCP_OPTION_CONFIGURATION_COMPLETE);
}

/* Section 3.1: both ends have one number, the higher one. */
static enum ppp_verdict judge_network(const struct ipxcp *ipxcp, const struct ppp_option *option,
                                      struct wire_writer *nak)
{
    if (option->length == 6 && wire_load_u32(option->data) >= ipxcp->network)
        return PPP_OPTION_ACCEPT;
    ppp_option_put_u32(nak, IPXCP_OPTION_NETWORK_NUMBER, ipxcp->network);
    return PPP_OPTION_NAK;
}

/* Section 3.2: node numbers differ; zero in an Ack means that there is none. */
static enum ppp_verdict judge_node(const struct ipxcp *ipxcp, const struct ppp_option *option,
                                   struct wire_writer *nak)
{
    const uint8_t *assigned = ipxcp->config->peer_node;
    if (option->length == 2 + IPX_NODE_SIZE) {
        bool zero = is_zero(option->data);
        bool ours = !zero && memcmp(option->data, ipxcp->node, IPX_NODE_SIZE) == 0;
        bool free_choice = is_zero(assigned) || (!zero && ipxcp->config->peer_may_choose);
        if (!ours && (free_choice || memcmp(option->data, assigned, IPX_NODE_SIZE) == 0))
            return PPP_OPTION_ACCEPT;
    }
    if (is_zero(assigned))
        return PPP_OPTION_REJECT;
    put_octets(nak, IPXCP_OPTION_NODE_NUMBER, assigned, IPX_NODE_SIZE);
    return PPP_OPTION_NAK;
}

/* Section 3.4: what the peer wishes to hear has to be something that we can say. */
static enum ppp_verdict judge_routing(const struct ipxcp *ipxcp, const struct ppp_option *option,
                                      struct wire_writer *nak)
{
    if (option->length >= 4) {
        uint16_t wish = wire_load_u16(option->data);
        if (wish == IPXCP_ROUTING_NONE || wish == ipxcp->config->routing)
            return PPP_OPTION_ACCEPT;
    }
    ppp_option_put_u16(nak, IPXCP_OPTION_ROUTING_PROTOCOL, (uint16_t)ipxcp->config->routing);
    return PPP_OPTION_NAK;
}

static enum ppp_verdict judge(struct ppp_control *control, const struct ppp_option *option,
                              struct wire_writer *nak)
{
    const struct ipxcp *ipxcp = ipxcp_of(control);
    switch (option->type) {
    case IPXCP_OPTION_NETWORK_NUMBER:
        return judge_network(ipxcp, option, nak);
    case IPXCP_OPTION_NODE_NUMBER:
        return judge_node(ipxcp, option, nak);
    case IPXCP_OPTION_ROUTING_PROTOCOL:
        return judge_routing(ipxcp, option, nak);
    case IPXCP_OPTION_ROUTER_NAME:
        return option->length >= 3 && option->length <= 2 + IPXCP_NAME_MAX ? PPP_OPTION_ACCEPT
                                                                           : PPP_OPTION_REJECT;
    case IPXCP_OPTION_CONFIGURATION_COMPLETE:
        return option->length == 2 ? PPP_OPTION_ACCEPT : PPP_OPTION_REJECT;
    default:
        return PPP_OPTION_REJECT;
    }
}

static void accept_none(struct ppp_control *control)
{
    struct ipxcp *ipxcp = ipxcp_of(control);
    memset(ipxcp->peer_node, 0, IPX_NODE_SIZE);
    /* Section 3.4: RIP and SAP unless something else is said. */
    ipxcp->peer_routing = IPXCP_ROUTING_RIP_SAP;
    ipxcp->peer_complete = false;
    ipxcp->peer_router[0] = '\0';
}

static void accept_name(struct ipxcp *ipxcp, const struct ppp_option *option)
{
    size_t length = option->length - 2u;
    for (size_t i = 0; i < length; i++) {
        uint8_t c = option->data[i];
        ipxcp->peer_router[i] = c > 0x20 && c < 0x7f ? (char)c : '?';
    }
    ipxcp->peer_router[length] = '\0';
}

static void accept(struct ppp_control *control, const struct ppp_option *option)
{
    struct ipxcp *ipxcp = ipxcp_of(control);
    switch (option->type) {
    case IPXCP_OPTION_NETWORK_NUMBER:
        ipxcp->network = wire_load_u32(option->data);
        break;
    case IPXCP_OPTION_NODE_NUMBER:
        memcpy(ipxcp->peer_node, option->data, IPX_NODE_SIZE);
        break;
    case IPXCP_OPTION_ROUTING_PROTOCOL:
        ipxcp->peer_routing = wire_load_u16(option->data);
        break;
    case IPXCP_OPTION_ROUTER_NAME:
        accept_name(ipxcp, option);
        break;
    case IPXCP_OPTION_CONFIGURATION_COMPLETE:
        ipxcp->peer_complete = true;
        break;
    default:
        break;
    }
}

static void check_address(struct ipxcp *ipxcp, instant now)
{
    if (ipxcp->config->address_required && (ipxcp->network == 0 || is_zero(ipxcp->node)))
        ipxcp->control.link->notify(ipxcp->control.link->context, now, &ipxcp->control,
                                    PPP_NOTICE_REFUSED, ERROR_REQUIRED_ADDRESS_REJECTED);
}

static void acked(struct ppp_control *control, instant now, const struct ppp_option *option)
{
    struct ipxcp *ipxcp = ipxcp_of(control);
    /* An end system needs both (sections 3.1 and 3.2); an Ack of zero says that there is none. */
    if (option->type == IPXCP_OPTION_NODE_NUMBER)
        check_address(ipxcp, now);
}

static void naked(struct ppp_control *control, instant now, const struct ppp_option *option)
{
    struct ipxcp *ipxcp = ipxcp_of(control);
    (void)now;
    if (option->type == IPXCP_OPTION_NETWORK_NUMBER && option->length == 6) {
        uint32_t network = wire_load_u32(option->data);
        if (network > ipxcp->network)
            ipxcp->network = network;
    } else if (option->type == IPXCP_OPTION_NODE_NUMBER && option->length == 2 + IPX_NODE_SIZE &&
               !is_zero(option->data)) {
        memcpy(ipxcp->node, option->data, IPX_NODE_SIZE);
    } else if (option->type == IPXCP_OPTION_ROUTING_PROTOCOL) {
        /* The peer does not speak what we wished to hear: the default then holds. */
        ipxcp->asks &= (uint8_t)~ASK_ROUTING;
    }
}

static void rejected(struct ppp_control *control, instant now, const struct ppp_option *option)
{
    static const uint8_t bits[] = {
        [IPXCP_OPTION_NETWORK_NUMBER] = ASK_NETWORK,          [IPXCP_OPTION_NODE_NUMBER] = ASK_NODE,
        [IPXCP_OPTION_ROUTING_PROTOCOL] = ASK_ROUTING,        [IPXCP_OPTION_ROUTER_NAME] = ASK_NAME,
        [IPXCP_OPTION_CONFIGURATION_COMPLETE] = ASK_COMPLETE,
    };
    struct ipxcp *ipxcp = ipxcp_of(control);
    if (option->type < sizeof bits)
        ipxcp->asks &= (uint8_t)~bits[option->type];
    if (option->type == IPXCP_OPTION_NETWORK_NUMBER || option->type == IPXCP_OPTION_NODE_NUMBER)
        check_address(ipxcp, now);
}

static const struct ppp_control_operations operations = {
    .name = "ipxcp",
    .protocol = IPXCP_PROTOCOL,
    .option_name = option_name,
    .write_request = write_request,
    .judge = judge,
    .may_repeat = may_repeat,
    .accept_none = accept_none,
    .accept = accept,
    .acked = acked,
    .naked = naked,
    .rejected = rejected,
    .reset = reset,
};

void ipxcp_init(struct ipxcp *ipxcp, struct ppp_control_link *link,
                const struct ipxcp_config *config)
{
    assert(!config->router_name || strlen(config->router_name) <= IPXCP_NAME_MAX);
    *ipxcp = (struct ipxcp){.config = config};
    ppp_control_init(&ipxcp->control, &operations, link, ipxcp->request, sizeof ipxcp->request);
}

static const char *print_node(const uint8_t node[IPX_NODE_SIZE], char text[13])
{
    for (unsigned i = 0; i < IPX_NODE_SIZE; i++)
        snprintf(text + 2 * i, 3, "%02X", node[i]);
    return text;
}

static void opened(struct ppp_control *control, instant now)
{
    const struct ipxcp *ipxcp = ipxcp_of(control);
    const struct ppp_control_link *link = control->link;
    char network[9];
    char node[13];
    char peer_node[13];
    snprintf(network, sizeof network, "%08X", (unsigned)ipxcp->network);
    TRACE(link->trace, now, "ppp.ipxcp.opened", trace_text("session", link->session),
          trace_text("network", network), trace_text("node", print_node(ipxcp->node, node)),
          trace_text("peer-node", print_node(ipxcp->peer_node, peer_node)),
          trace_text("router", ipxcp->peer_router));
}

static void closed(struct ppp_control *control, instant now)
{
    TRACE(control->link->trace, now, "ppp.ipxcp.closed",
          trace_text("session", control->link->session));
}

const struct ppp_ncp_class ipxcp_class = {
    .protocols = {IPX_PROTOCOL},
    .opened = opened,
    .closed = closed,
};
