#include "nodes/network_ping.h"

#include "base/wire.h"

#include <string.h>

/* How long the last answer is waited for. */
#define REPLY_WAIT (4 * INSTANT_SECOND)
/* Where the sockets of pings begin: Novell's dynamic ones. */
#define FIRST_SOCKET 0x4000
/* Correlators hold the ping's number above the request's. */
#define SEQUENCE_MASK 0xff
/* An echo's data start with the request's number. */
#define NUMBER_SIZE 4

#define SUFFIX_WORKSTATION 0x00
#define SUFFIX_SERVER      0x20

struct network_ping {
    struct event event; /* first: the clock's event is the ping */
    struct other_networks *networks;
    struct network_ping_config config;
    uint16_t number; /* of the ping in its node */
    uint32_t sent;
    uint32_t received;
    bool finished;
    struct network_ping *next;
};

static instant now_of(const struct network_ping *ping)
{
    return ping->networks->node->host->node.simulation->now;
}

static const struct trace *trace_of(const struct network_ping *ping)
{
    return &ping->networks->node->host->node.trace;
}

static const char *protocol_text(const struct network_ping *ping)
{
    return ping->config.protocol == PPP_PROTOCOL_IPX ? "ipx" : "netbeui";
}

static void finish(struct network_ping *ping)
{
    ping->finished = true;
    simulation_cancel(ping->networks->node->host->node.simulation, &ping->event);
    TRACE(trace_of(ping), now_of(ping), "network-ping.finished",
          trace_text("name", ping->config.name), trace_text("protocol", protocol_text(ping)),
          trace_number("sent", ping->sent), trace_number("received", ping->received));
}

static void take_reply(struct network_ping *ping, uint32_t sequence)
{
    if (ping->finished)
        return;
    ping->received++;
    TRACE(trace_of(ping), now_of(ping), "network-ping.reply", trace_text("name", ping->config.name),
          trace_text("protocol", protocol_text(ping)), trace_number("sequence", sequence));
    if (ping->received == ping->config.count)
        finish(ping);
}

void network_ping_ipx_reply(struct other_networks *networks, const struct ipx_header *header,
                            const uint8_t *data, size_t length)
{
    uint16_t number = (uint16_t)(header->destination.socket - FIRST_SOCKET);
    for (struct network_ping *p = networks->pings; p; p = p->next)
        if (p->number == number && p->config.protocol == PPP_PROTOCOL_IPX && length >= NUMBER_SIZE)
            take_reply(p, wire_load_u32(data));
}

void network_ping_name_recognized(struct other_networks *networks, const struct nbf_frame *frame)
{
    for (struct network_ping *p = networks->pings; p; p = p->next)
        if ((p->number & 0xff) == frame->transmit_correlator >> 8 &&
            p->config.protocol == PPP_PROTOCOL_NBF)
            take_reply(p, frame->transmit_correlator & SEQUENCE_MASK);
}

static struct packet *make_ipx_echo(const struct network_ping *ping, struct packet *packet)
{
    const struct ipxcp *ipxcp = &ping->networks->ppp.ipxcp;
    size_t size = ping->config.size < NUMBER_SIZE ? NUMBER_SIZE : ping->config.size;
    uint8_t *data = packet_append(packet, IPX_ECHO_OPERATION_SIZE + size);
    wire_store_u16(data, IPX_ECHO_REQUEST);
    data += IPX_ECHO_OPERATION_SIZE;
    for (size_t i = 0; i < size; i++)
        data[i] = (uint8_t)('a' + i % 23);
    wire_store_u32(data, ping->sent);
    struct ipx_header header = {
        .type = IPX_TYPE_ECHO,
        .destination = {.network = ipxcp->network, .socket = IPX_SOCKET_ECHO},
        .source = {.network = ipxcp->network, .socket = (uint16_t)(FIRST_SOCKET + ping->number)},
    };
    memcpy(header.destination.node, ipxcp->peer_node, IPX_NODE_NUMBER_SIZE);
    memcpy(header.source.node, ipxcp->node, IPX_NODE_NUMBER_SIZE);
    ipx_push(packet, &header);
    return packet;
}

static struct packet *make_name_query(const struct network_ping *ping, struct packet *packet)
{
    const struct nbfcp *nbfcp = &ping->networks->ppp.nbfcp;
    struct nbf_frame query = {
        .command = NBF_NAME_QUERY,
        .response_correlator =
            (uint16_t)((ping->number & 0xffu) << 8 | (ping->sent & SEQUENCE_MASK)),
    };
    struct nbfcp_name wanted = nbfcp_name_make(nbfcp->peer_name, SUFFIX_SERVER, NBFCP_NAME_UNIQUE);
    struct nbfcp_name own = other_networks_name(ping->networks->node, SUFFIX_WORKSTATION);
    memcpy(query.destination, wanted.octets, NBF_NAME_SIZE);
    memcpy(query.source, own.octets, NBF_NAME_SIZE);
    nbf_frame_push(packet, &query);
    return packet;
}

static void send_one(struct network_ping *ping)
{
    struct packet *packet = packet_alloc(&ping->networks->node->host->node.simulation->packets,
                                         IPX_ECHO_OPERATION_SIZE + NETWORK_PING_SIZE_MAX);
    if (!packet)
        return;
    if (ping->config.protocol == PPP_PROTOCOL_IPX)
        packet = make_ipx_echo(ping, packet);
    else
        packet = make_name_query(ping, packet);
    other_networks_send(ping->networks, ping->config.protocol, packet);
}

static void step(struct simulation *simulation, struct event *event)
{
    struct network_ping *ping = (struct network_ping *)event;
    if (ping->sent == ping->config.count) {
        finish(ping);
        return;
    }
    send_one(ping);
    ping->sent++;
    if (ping->finished)
        return;
    simulation_schedule(simulation, event,
                        instant_after(simulation->now, ping->sent < ping->config.count
                                                           ? ping->config.interval
                                                           : REPLY_WAIT));
}

enum status network_ping_start(struct other_networks *networks,
                               const struct network_ping_config *config)
{
    struct simulation *simulation = networks->node->host->node.simulation;
    struct network_ping *ping = simulation_allocate(simulation, sizeof *ping);
    if (!ping)
        return STATUS_NO_MEMORY;
    *ping = (struct network_ping){
        .event = {.action = step},
        .networks = networks,
        .config = *config,
        .number = networks->node->next_ping++,
        .next = networks->pings,
    };
    networks->pings = ping;
    simulation_schedule(simulation, &ping->event, simulation->now);
    return STATUS_OK;
}
