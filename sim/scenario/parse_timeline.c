/* The timeline's actions. */
#include "scenario/parse.h"
#include "scenario/values.h"

#include <inttypes.h>
#include <string.h>

/* So that looking an action up one by one stays cheap. */
#define ACTIONS_MAX 16384

/* Most octets of data that an IPv4 datagram takes behind a header of 8 octets (ICMP, UDP). */
#define DATAGRAM_DATA_MAX 65507

static const char *const action_names[] = {"dial",
                                           "hang-up",
                                           "ping",
                                           "transfer",
                                           "udp-stream",
                                           "link-down",
                                           "link-up",
                                           "set-link",
                                           "set-modem",
                                           "drop",
                                           "disconnect-caller",
                                           "stop-control",
                                           "reset-control",
                                           "tcp-script",
                                           "send-packet",
                                           "delay",
                                           "duplicate",
                                           "corrupt",
                                           "network-ping",
                                           "delete-security-associations",
                                           NULL};

/* The octets of a datagram's data. */
static uint32_t datagram_size(struct loader *loader, const xmlNode *element)
{
    uint64_t size = element_size(loader, element, "size");
    if (size <= DATAGRAM_DATA_MAX)
        return (uint32_t)size;
    loader_error(loader, loader_attribute_position(loader, element, "size"),
                 "size of <%s> is %" PRIu64 " octets; expected at most %d", element->name, size,
                 DATAGRAM_DATA_MAX);
    return 0;
}

/* A machine with an IP stack, which can send. */
struct scenario_node *parse_sender(struct loader *loader, const xmlNode *element)
{
    struct scenario_node *node = parse_node_reference(loader, element, "node");
    if (node && node->kind == SCENARIO_SWITCH)
        loader_error(loader, loader_attribute_position(loader, element, "node"),
                     "\"%s\" is a switch; expected a machine with an IP stack", node->name);
    return node;
}

static void parse_call(struct loader *loader, const xmlNode *element,
                       struct scenario_action_call *call)
{
    call->node = parse_node_reference(loader, element, "node");
    if (call->node && call->node->connection_count == 0) {
        loader_error(loader, loader_attribute_position(loader, element, "node"),
                     "\"%s\" is a %s without connections; expected a machine that has some",
                     call->node->name, scenario_node_kind_text(call->node->kind));
        return;
    }
    call->connection = parse_connection_reference(loader, element, "connection", call->node);
}

static void parse_disconnect(struct loader *loader, const xmlNode *element,
                             struct scenario_action_disconnect *disconnect)
{
    disconnect->node = parse_node_reference(loader, element, "node");
    disconnect->user = element_text(loader, element, "user");
    if (disconnect->node && !disconnect->node->server)
        loader_error(loader, loader_attribute_position(loader, element, "node"),
                     "\"%s\" is a %s; expected a vpn-server or isp-nas", disconnect->node->name,
                     scenario_node_kind_text(disconnect->node->kind));
}

static void parse_delete(struct loader *loader, const xmlNode *element,
                         struct scenario_action_delete *deletion)
{
    struct scenario_node *node = parse_node_reference(loader, element, "node");
    deletion->node = node;
    deletion->peer = element_ip_address(loader, element, "peer");
    deletion->peer_identity = element_text(loader, element, "peer-identity");
    if (node && (!node->ipsec || node->ipsec->peer_count == 0))
        loader_error(loader, loader_attribute_position(loader, element, "node"),
                     "\"%s\" negotiates no security associations; expected a machine with a "
                     "<peer> in its <ipsec>",
                     node->name);
}

static void parse_end_control(struct loader *loader, const xmlNode *element,
                              struct scenario_action_call *call)
{
    call->node = parse_node_reference(loader, element, "node");
    if (!call->node)
        return;
    if (call->node->kind == SCENARIO_VPN_CLIENT || call->node->kind == SCENARIO_VPN_SERVER)
        call->connection = parse_connection_reference(loader, element, "connection", call->node);
    else
        loader_error(loader, loader_attribute_position(loader, element, "node"),
                     "\"%s\" is a %s; expected a vpn-client or vpn-server", call->node->name,
                     scenario_node_kind_text(call->node->kind));
}

static void parse_ping(struct loader *loader, const xmlNode *element,
                       struct scenario_action_ping *ping)
{
    ping->name = element_text(loader, element, "name");
    ping->node = parse_sender(loader, element);
    ping->destination = element_ip_address(loader, element, "destination");
    ping->count = (uint32_t)element_number(loader, element, "count", 0);
    ping->interval = element_duration(loader, element, "interval", 0);
    ping->size = datagram_size(loader, element);
    ping->dont_fragment = element_is_yes(loader, element, "dont-fragment");
    ping->ttl = (uint8_t)element_number(loader, element, "ttl", 0);
}

static void parse_transfer(struct loader *loader, const xmlNode *element,
                           struct scenario_action_transfer *transfer)
{
    static const char *const directions[] = {"send", "receive", NULL};
    transfer->name = element_text(loader, element, "name");
    transfer->node = parse_sender(loader, element);
    transfer->destination = element_address(loader, element, "destination");
    transfer->port = (uint16_t)element_number(loader, element, "port", 0);
    transfer->size = element_size(loader, element, "size");
    transfer->direction = (enum scenario_transfer_direction)element_index(
        loader, element, "direction", directions, 0);
}

static void parse_udp_stream(struct loader *loader, const xmlNode *element,
                             struct scenario_action_udp_stream *stream)
{
    stream->name = element_text(loader, element, "name");
    stream->node = parse_sender(loader, element);
    stream->destination = element_ip_address(loader, element, "destination");
    stream->port = (uint16_t)element_number(loader, element, "port", 0);
    stream->size = datagram_size(loader, element);
    stream->count = (uint32_t)element_number(loader, element, "count", 0);
    stream->interval = element_duration(loader, element, "interval", 0);
}

static void parse_set_link(struct loader *loader, const xmlNode *element,
                           struct scenario_action_set_link *set)
{
    set->link = parse_link_reference(loader, element, "link");
    set->has_mtu = xml_attribute(element, "mtu");
    set->mtu = (uint32_t)element_number(loader, element, "mtu", 0);
    set->has_loss = xml_attribute(element, "loss");
    set->loss_ppm = element_probability(loader, element, "loss");
    if (!set->has_mtu && !set->has_loss)
        loader_error(loader, loader_position(loader, element),
                     "<set-link> changes nothing; expected mtu or loss");
}

static void parse_action(struct loader *loader, const xmlNode *element,
                         struct scenario_action *action)
{
    action->at = loader_position(loader, element);
    action->when = element_duration(loader, element, "at", 0);
    action->cue = element_text(loader, element, "on");
    action->occurrence = element_number(loader, element, "occurrence", 1);
    if (!action->cue && xml_attribute(element, "occurrence"))
        loader_error(loader, action->at, "occurrence counts the events of on, which is missing");
    if (action->cue)
        parse_event_name(loader, element, "on", action->cue);
    switch (action->kind) {
    case SCENARIO_DIAL:
    case SCENARIO_HANG_UP:
        parse_call(loader, element, &action->call);
        break;
    case SCENARIO_PING:
        parse_ping(loader, element, &action->ping);
        break;
    case SCENARIO_NETWORK_PING:
        parse_network_ping(loader, element, &action->network_ping);
        break;
    case SCENARIO_TRANSFER:
        parse_transfer(loader, element, &action->transfer);
        break;
    case SCENARIO_UDP_STREAM:
        parse_udp_stream(loader, element, &action->udp_stream);
        break;
    case SCENARIO_LINK_DOWN:
    case SCENARIO_LINK_UP:
        action->link = parse_link_reference(loader, element, "link");
        break;
    case SCENARIO_SET_LINK:
        parse_set_link(loader, element, &action->set_link);
        break;
    case SCENARIO_SET_MODEM:
        parse_set_modem(loader, element, &action->set_modem);
        break;
    case SCENARIO_DROP:
    case SCENARIO_DELAY:
    case SCENARIO_DUPLICATE:
    case SCENARIO_CORRUPT:
        parse_fault(loader, element, &action->fault);
        break;
    case SCENARIO_DELETE_ASSOCIATIONS:
        parse_delete(loader, element, &action->deletion);
        break;
    case SCENARIO_DISCONNECT_CALLER:
        parse_disconnect(loader, element, &action->disconnect);
        break;
    case SCENARIO_STOP_CONTROL:
    case SCENARIO_RESET_CONTROL:
        parse_end_control(loader, element, &action->call);
        break;
    case SCENARIO_TCP_SCRIPT:
        parse_tcp_script(loader, element, &action->tcp_script);
        break;
    case SCENARIO_SEND_PACKET:
        parse_send_packet(loader, element, &action->send_packet);
        break;
    }
    if (action->when >= loader->scenario->duration)
        loader_error(loader, loader_attribute_position(loader, element, "at"),
                     "at=\"%s\" of <%s> is not before the scenario's end; expected less than its "
                     "duration",
                     element_text(loader, element, "at"), element->name);
}

void parse_timeline(struct loader *loader, const xmlNode *root)
{
    struct scenario *scenario = loader->scenario;
    const xmlNode *timeline = xml_first_child(root);
    while (timeline && !xml_is(timeline, "timeline"))
        timeline = xml_next_sibling(timeline);
    if (!timeline)
        return;
    size_t count = 0;
    for (xmlNode *e = xml_first_child(timeline); e; e = xml_next_sibling(e))
        count++;
    if (count > ACTIONS_MAX) {
        loader_error(loader, loader_position(loader, timeline),
                     "the timeline has %zu actions; expected at most %d", count, ACTIONS_MAX);
        return;
    }
    struct element_name *names = loader_allocate(loader, count, sizeof *names);
    scenario->actions = loader_allocate(loader, count, sizeof *scenario->actions);
    if (!names || !scenario->actions)
        return;
    size_t named = 0;
    for (xmlNode *e = xml_first_child(timeline); e; e = xml_next_sibling(e)) {
        unsigned kind;
        if (e->ns || !value_choice(xml_text(e->name), action_names, &kind))
            continue;
        struct scenario_action *action = &scenario->actions[scenario->action_count++];
        action->kind = (enum scenario_action_kind)kind;
        parse_action(loader, e, action);
        const char *name = element_text(loader, e, "name");
        if (name) {
            names[named] = (struct element_name){.name = name, .at = action->at, .order = named};
            named++;
        }
    }
    element_check_unique(loader, names, named, "timeline action");
}
