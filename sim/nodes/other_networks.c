#include "nodes/other_networks.h"

#include "base/wire.h"
#include "host/host_stack_ipv6.h"
#include "nodes/network_ping.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Suffixes of NetBIOS names: the workstation, the messenger and the server service. */
#define SUFFIX_WORKSTATION 0x00
#define SUFFIX_MESSENGER   0x03
#define SUFFIX_SERVER      0x20

/* Node numbers of callers end with this and the following numbers. */
#define FIRST_CALLER 0x100

/* Windows' version in Peer-Information. */
#define VERSION_MAJOR 5

static instant now_of(const struct other_networks *networks)
{
    return networks->node->host->node.simulation->now;
}

static const struct trace *trace_of(const struct other_networks *networks)
{
    return &networks->node->host->node.trace;
}

void other_networks_node_init(struct other_networks_node *node, struct host *host)
{
    *node = (struct other_networks_node){.host = host, .next_caller = FIRST_CALLER};
}

bool other_networks_state(const struct other_networks_node *node, const char *name, char *text,
                          size_t size)
{
    uint64_t value;
    if (strcmp(name, "ipx.datagrams") == 0)
        value = node->ipx_datagrams;
    else if (strcmp(name, "netbeui.frames") == 0)
        value = node->netbeui_frames;
    else
        return false;
    return snprintf(text, size, "%" PRIu64, value) > 0;
}

struct nbfcp_name other_networks_name(const struct other_networks_node *node, uint8_t suffix)
{
    return nbfcp_name_make(node->host->node.name, suffix, NBFCP_NAME_UNIQUE);
}

void other_networks_send(struct other_networks *networks, uint16_t protocol, struct packet *packet)
{
    ppp_port_send_as(networks->port, protocol, packet);
}

/* ---- IPX ---- */

static void send_echo_reply(struct other_networks *networks, const struct ipx_header *request,
                            struct packet *packet)
{
    wire_store_u16(packet->data, IPX_ECHO_REPLY);
    const struct ipx_header reply = {
        .type = IPX_TYPE_ECHO,
        .destination = request->source,
        .source = request->destination,
    };
    ipx_push(packet, &reply);
    other_networks_send(networks, PPP_PROTOCOL_IPX, packet);
}

static const char *print_ipx(const struct ipx_address *address, char text[32])
{
    const uint8_t *n = address->node;
    snprintf(text, 32, "%08X.%02X%02X%02X%02X%02X%02X", (unsigned)address->network, n[0], n[1],
             n[2], n[3], n[4], n[5]);
    return text;
}

static void drop(struct other_networks *networks, const char *protocol, const char *reason,
                 struct packet *packet)
{
    trace_drop(trace_of(networks), now_of(networks), protocol, reason, packet->serial);
    packet_free(packet);
}

static void receive_ipx(struct other_networks *networks, struct packet *packet)
{
    struct ipx_header header;
    char source[32];
    char destination[32];
    if (!ipx_decode(packet->data, packet->length, &header)) {
        drop(networks, "ipx", "malformed", packet);
        return;
    }
    packet_trim(packet, header.length);
    networks->node->ipx_datagrams++;
    TRACE(trace_of(networks), now_of(networks), "ipx.received",
          trace_text("source", print_ipx(&header.source, source)),
          trace_text("destination", print_ipx(&header.destination, destination)),
          trace_number("type", header.type), trace_number("octets", header.length));
    if (memcmp(header.destination.node, networks->ppp.ipxcp.node, IPX_NODE_SIZE) != 0) {
        drop(networks, "ipx", "not-for-us", packet);
        return;
    }
    packet_pull(packet, IPX_HEADER_SIZE);
    uint16_t operation = 0;
    if (header.type == IPX_TYPE_ECHO && packet->length >= IPX_ECHO_OPERATION_SIZE)
        operation = wire_load_u16(packet->data);
    if (operation == IPX_ECHO_REQUEST && header.destination.socket == IPX_SOCKET_ECHO) {
        send_echo_reply(networks, &header, packet);
        return;
    }
    if (operation == IPX_ECHO_REPLY)
        network_ping_ipx_reply(networks, &header, packet->data + IPX_ECHO_OPERATION_SIZE,
                               packet->length - IPX_ECHO_OPERATION_SIZE);
    packet_free(packet);
}

/* ---- NetBEUI ---- */

static bool is_our_name(const struct other_networks *networks, const uint8_t name[NBF_NAME_SIZE])
{
    static const uint8_t suffixes[] = {SUFFIX_WORKSTATION, SUFFIX_MESSENGER, SUFFIX_SERVER};
    for (unsigned i = 0; i < sizeof suffixes; i++) {
        struct nbfcp_name ours = other_networks_name(networks->node, suffixes[i]);
        if (memcmp(ours.octets, name, NBF_NAME_SIZE) == 0)
            return true;
    }
    return false;
}

static void answer_name_query(struct other_networks *networks, const struct nbf_frame *query)
{
    struct packet *packet =
        packet_alloc(&networks->node->host->node.simulation->packets, NBF_FRAME_HEADER_SIZE);
    if (!packet)
        return;
    struct nbf_frame answer = {
        .command = NBF_NAME_RECOGNIZED,
        .transmit_correlator = query->response_correlator,
    };
    memcpy(answer.destination, query->source, NBF_NAME_SIZE);
    memcpy(answer.source, query->destination, NBF_NAME_SIZE);
    nbf_frame_push(packet, &answer);
    other_networks_send(networks, PPP_PROTOCOL_NBF, packet);
}

static const char *print_name(const uint8_t name[NBF_NAME_SIZE], char text[24])
{
    struct nbfcp_name copy;
    memcpy(copy.octets, name, NBF_NAME_SIZE);
    return nbfcp_name_print(&copy, text);
}

static void receive_netbeui(struct other_networks *networks, struct packet *packet)
{
    struct nbf_frame frame;
    char source[24];
    char destination[24];
    if (!nbf_frame_decode(packet->data, packet->length, &frame)) {
        drop(networks, "netbeui", "malformed", packet);
        return;
    }
    networks->node->netbeui_frames++;
    TRACE(trace_of(networks), now_of(networks), "netbeui.received",
          trace_text("source", print_name(frame.source, source)),
          trace_text("destination", print_name(frame.destination, destination)),
          trace_number("command", frame.command), trace_number("octets", packet->length));
    if (!is_our_name(networks, frame.destination)) {
        drop(networks, "netbeui", "not-for-us", packet);
        return;
    }
    if (frame.command == NBF_NAME_QUERY)
        answer_name_query(networks, &frame);
    else if (frame.command == NBF_NAME_RECOGNIZED)
        network_ping_name_recognized(networks, &frame);
    packet_free(packet);
}

/* ---- IPv6 ---- */

static void send_ipv6(void *context, struct packet *packet)
{
    other_networks_send(context, PPP_PROTOCOL_IPV6, packet);
}

static void remove_ipv6(struct other_networks *networks)
{
    if (networks->ipv6)
        host_stack_remove_interface(&networks->node->host->stack, networks->ipv6);
    networks->ipv6 = NULL;
}

/* RFC 5072 section 5: the link-local address is made of the identifier that IPV6CP agreed on. */
static void add_ipv6(struct other_networks *networks)
{
    struct host_stack *stack = &networks->node->host->stack;
    uint8_t identifier[8];
    wire_store_u32(identifier, (uint32_t)(networks->ppp.ipv6cp.identifier >> 32));
    wire_store_u32(identifier + 4, (uint32_t)networks->ppp.ipv6cp.identifier);
    struct ip_address address = ipv6_link_local(identifier);
    remove_ipv6(networks);
    networks->ipv6 = host_stack_add_point_to_point(
        stack, "ppp-ipv6", IPV4_ANY, IPV4_ANY, ppp_port_mtu(networks->port), send_ipv6, networks);
    if (networks->ipv6 &&
        host_stack_ipv6_add_address(stack, networks->ipv6, &address, 64) != STATUS_OK)
        remove_ipv6(networks);
}

void other_networks_changed(struct other_networks *networks, uint32_t protocol, bool up)
{
    if (!networks || protocol != PPP_PROTOCOL_IPV6)
        return;
    if (up)
        add_ipv6(networks);
    else
        remove_ipv6(networks);
}

static void receive(void *context, uint16_t protocol, struct packet *packet)
{
    struct other_networks *networks = context;
    if (protocol == PPP_PROTOCOL_IPX)
        receive_ipx(networks, packet);
    else if (protocol == PPP_PROTOCOL_NBF)
        receive_netbeui(networks, packet);
    else if (protocol == PPP_PROTOCOL_IPV6 && networks->ipv6)
        host_stack_receive(&networks->node->host->stack, networks->ipv6, packet);
    else
        drop(networks, protocol == PPP_PROTOCOL_IPV6 ? "ipv6" : "appletalk", "no-stack", packet);
}

/* ---- What is negotiated ---- */

/* Of the caller's names: not ours, not another caller's. */
static uint8_t check_name(void *context, const struct nbfcp_name *name)
{
    const struct other_networks *networks = context;
    if (is_our_name(networks, name->octets))
        return NBFCP_DUPLICATE_LOCAL;
    for (const struct other_networks *o = networks->node->first; o; o = o->next) {
        if (o == networks || !o->port->open ||
            !ppp_session_protocol_is_up(&o->port->session, PPP_PROTOCOL_NBF))
            continue;
        for (unsigned i = 0; i < o->ppp.nbfcp.peer_name_count; i++)
            if (memcmp(o->ppp.nbfcp.peer_names[i].octets, name->octets, NETBIOS_NAME_SIZE) == 0)
                return NBFCP_IN_USE_REMOTE;
    }
    return NBFCP_ADDED;
}

struct ppp_networks *other_networks_attach(struct other_networks *networks)
{
    if (!networks)
        return NULL;
    ppp_port_set_datagrams(networks->port, receive, networks);
    return &networks->ppp;
}

static struct other_networks *add(struct other_networks_node *node, struct ppp_port *port,
                                  const struct ppp_settings *settings)
{
    struct other_networks *networks =
        simulation_allocate(node->host->node.simulation, sizeof *networks);
    if (!networks)
        return NULL;
    networks->node = node;
    networks->port = port;
    networks->next = node->first;
    node->first = networks;
    networks->ppp.ipxcp_config.enabled = settings->ipx;
    networks->ppp.nbfcp_config = (struct nbfcp_config){
        .enabled = settings->netbeui,
        .tell_peer = true,
        .version_major = VERSION_MAJOR,
        .peer_name = node->host->node.name,
    };
    if (strlen(node->host->node.name) > NBFCP_PEER_NAME_MAX)
        networks->ppp.nbfcp_config.peer_name = NULL;
    networks->ppp.atcp_config.enabled = settings->appletalk;
    networks->ppp.ipv6cp_config.enabled = settings->ipv6;
    return networks;
}

struct other_networks *other_networks_add_caller(struct other_networks_node *node,
                                                 struct ppp_port *port,
                                                 const struct ppp_settings *settings)
{
    static const uint8_t suffixes[] = {SUFFIX_WORKSTATION, SUFFIX_MESSENGER, SUFFIX_SERVER};
    struct other_networks *networks = add(node, port, settings);
    if (!networks)
        return NULL;
    networks->ppp.ipxcp_config.address_required = true;
    struct nbfcp_config *nbfcp = &networks->ppp.nbfcp_config;
    nbfcp->peer_class = NBFCP_END_SYSTEM;
    nbfcp->names_required = true;
    for (unsigned i = 0; i < sizeof suffixes; i++)
        nbfcp->names[nbfcp->name_count++] = other_networks_name(node, suffixes[i]);
    return networks;
}

struct other_networks *other_networks_add_server(struct other_networks_node *node,
                                                 struct ppp_port *port,
                                                 const struct ppp_settings *settings)
{
    struct other_networks *networks = add(node, port, settings);
    if (!networks)
        return NULL;
    /* Locally administered node numbers: the server is 1, its callers count from 256. */
    struct ipxcp_config *ipxcp = &networks->ppp.ipxcp_config;
    ipxcp->network = settings->ipx_network;
    ipxcp->node[0] = 0x02;
    ipxcp->node[5] = 0x01;
    ipxcp->peer_node[0] = 0x02;
    wire_store_u16(ipxcp->peer_node + 4, node->next_caller++);
    ipxcp->routing = IPXCP_ROUTING_RIP_SAP;
    networks->ppp.nbfcp_config.peer_class = NBFCP_GATEWAY_SERVER;
    networks->ppp.nbfcp_config.check_name = check_name;
    networks->ppp.nbfcp_config.check_context = networks;
    return networks;
}
