/* What a scenario says octet by octet: TCP scripts and raw packets. */
#include "nodes/pptp/pptp_script.h"
#include "scenario/parse.h"
#include "scenario/values.h"

#include <string.h>

static const char *const step_names[] = {"send", "await", "wait", "close", "reset", NULL};

static uint32_t element_bits(struct loader *loader, const xmlNode *element, const char *name)
{
    const char *text = element_text(loader, element, name);
    uint32_t bits = 0;
    if (text && !value_bits(text, &bits))
        element_wrong_value(loader, element, name);
    return bits;
}

/* The octets of the attribute hex. */
static const uint8_t *parse_hex(struct loader *loader, const xmlNode *element, size_t *length)
{
    const char *text = element_text(loader, element, "hex");
    *length = 0;
    if (!text)
        return NULL;
    uint8_t *octets = loader_allocate(loader, strlen(text) / 2 + 1, 1);
    if (octets && !value_hex(text, octets, length))
        element_wrong_value(loader, element, "hex");
    return octets;
}

static const uint8_t *parse_pptp(struct loader *loader, const xmlNode *element, size_t *length)
{
    const char *type = element_text(loader, element, "message");
    uint8_t *octets = loader_allocate(loader, PPTP_SCRIPT_MESSAGE_MAX, 1);
    if (!type || !octets)
        return NULL;
    struct pptp_script_message message = pptp_script_defaults(type);
    message.call_id = (uint16_t)element_number(loader, element, "call-id", 0);
    message.peer_call_id = (uint16_t)element_number(loader, element, "peer-call-id", 0);
    message.result = (uint8_t)element_number(loader, element, "result", 0);
    message.error = (uint8_t)element_number(loader, element, "error", 0);
    message.identifier = element_bits(loader, element, "identifier");
    message.send_accm = element_bits(loader, element, "send-accm");
    message.receive_accm = element_bits(loader, element, "receive-accm");
    message.version = (uint16_t)element_number(loader, element, "version", 0);
    message.cookie = element_bits(loader, element, "cookie");
    message.has_length = xml_attribute(element, "length") != NULL;
    message.length = (uint16_t)element_number(loader, element, "length", 0);
    *length = pptp_script_encode(&message, octets);
    if (*length == 0)
        element_wrong_value(loader, element, "message");
    return octets;
}

static void parse_step(struct loader *loader, const xmlNode *element,
                       struct scenario_script_step *step)
{
    unsigned kind = SCENARIO_SCRIPT_SEND;
    step->at = loader_position(loader, element);
    if (xml_is(element, "send-pptp")) {
        step->octets = parse_pptp(loader, element, &step->length);
    } else if (value_choice(xml_text(element->name), step_names, &kind)) {
        step->octets = parse_hex(loader, element, &step->length);
        step->awaited = (uint32_t)element_number(loader, element, "octets", 0);
        step->pause = element_duration(loader, element, "for", 0);
    }
    step->kind = (enum scenario_script_step_kind)kind;
}

static void parse_script(struct loader *loader, const xmlNode *element,
                         struct scenario_script *script)
{
    size_t count = 0;
    script->at = loader_position(loader, element);
    script->name = element_text(loader, element, "name");
    script->port = (uint16_t)element_number(loader, element, "port", 0);
    for (xmlNode *child = xml_first_child(element); child; child = xml_next_sibling(child))
        count++;
    script->steps = loader_allocate(loader, count, sizeof *script->steps);
    for (xmlNode *child = xml_first_child(element); child && script->steps;
         child = xml_next_sibling(child))
        parse_step(loader, child, &script->steps[script->step_count++]);
}

void parse_listening_scripts(struct loader *loader, const xmlNode *element,
                             struct scenario_node *node)
{
    node->scripts =
        loader_allocate(loader, parse_count(element, "tcp-script"), sizeof *node->scripts);
    for (xmlNode *child = xml_first_child(element); child && node->scripts;
         child = xml_next_sibling(child)) {
        if (!xml_is(child, "tcp-script"))
            continue;
        struct scenario_script *script = &node->scripts[node->script_count++];
        parse_script(loader, child, script);
        for (size_t i = 0; i < node->service_count; i++)
            if (node->services[i].protocol == SCENARIO_SERVICE_TCP &&
                node->services[i].port == script->port)
                loader_error(loader, script->at, "port %u of \"%s\" has a <tcp-server> already",
                             script->port, node->name);
    }
}

void parse_tcp_script(struct loader *loader, const xmlNode *element,
                      struct scenario_action_tcp_script *action)
{
    parse_script(loader, element, &action->script);
    action->node = parse_sender(loader, element);
    action->destination = element_address(loader, element, "destination");
    action->count = (uint32_t)element_number(loader, element, "count", 0);
    action->interval = element_duration(loader, element, "interval", 0);
}

void parse_send_packet(struct loader *loader, const xmlNode *element,
                       struct scenario_action_send_packet *action)
{
    bool any = false;
    const char *protocol = element_text(loader, element, "protocol");
    action->node = parse_sender(loader, element);
    action->source = element_address(loader, element, "source");
    action->destination = element_address(loader, element, "destination");
    if (protocol && (!value_ip_protocol(protocol, &any, &action->protocol) || any))
        loader_error(loader, loader_attribute_position(loader, element, "protocol"),
                     "protocol=\"%.80s\" of <send-packet> is not one protocol; expected icmp, tcp, "
                     "udp, gre, esp or a number from 0 to 255",
                     protocol);
    action->octets = parse_hex(loader, element, &action->length);
    action->count = (uint32_t)element_number(loader, element, "count", 0);
    action->interval = element_duration(loader, element, "interval", 0);
    action->senders = (uint32_t)element_number(loader, element, "senders", 0);
    action->numbered = xml_attribute(element, "number-at") != NULL;
    action->number_at = (size_t)element_number(loader, element, "number-at", 0);
    if (action->numbered && (action->length < 4 || action->number_at > action->length - 4))
        loader_error(loader, loader_attribute_position(loader, element, "number-at"),
                     "number-at=\"%zu\" of <send-packet>: expected four octets within hex, which "
                     "has %zu",
                     action->number_at, action->length);
    if (action->senders > 1 && action->source == IPV4_ANY)
        loader_error(
            loader, loader_attribute_position(loader, element, "senders"),
            "senders=\"%u\" of <send-packet>: expected source, which says where they begin",
            action->senders);
}
