/* Links, packet filters and capture points. */
#include "scenario/parse.h"
#include "scenario/values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* So that looking a capture point up one by one stays cheap. */
#define CAPTURES_MAX 1024

/* Joins an interface to a link, unless another one has it. */
static void attach(struct loader *loader, struct scenario_link *link, unsigned side)
{
    struct scenario_link_end *end = &link->ends[side];
    if (!end->interface)
        return;
    if (end->interface->link) {
        loader_error(loader, end->at,
                     "\"%s:%s\" is an end of the link \"%s\" already; expected one link an "
                     "interface",
                     end->node->name, end->interface->name, end->interface->link->name);
        return;
    }
    end->interface->link = link;
    end->interface->side = side;
}

static void parse_ends(struct loader *loader, const xmlNode *element, struct scenario_link *link)
{
    size_t count = 0;
    for (xmlNode *child = xml_first_child(element); child; child = xml_next_sibling(child)) {
        struct scenario_link_end end = {.at = loader_position(loader, child)};
        if (xml_is(child, "end")) {
            end.node = parse_node_reference(loader, child, "node");
            end.interface = parse_interface_reference(loader, child, "interface", end.node);
        } else {
            end.attachment = parse_attachment(loader, child);
        }
        if (count < 2) {
            link->ends[count] = end;
            attach(loader, link, (unsigned)count);
        }
        count++;
    }
    if (count != 2)
        loader_error(loader, link->at, "the link \"%s\" has %zu end%s; expected two", link->name,
                     count, count == 1 ? "" : "s");
}

static void parse_link(struct loader *loader, const xmlNode *element, struct scenario_link *link)
{
    link->at = loader_position(loader, element);
    link->name = element_text(loader, element, "name");
    link->description = element_text(loader, element, "description");
    link->rate_bps = element_rate(loader, element, "rate");
    link->delay = element_duration(loader, element, "delay", 0);
    link->mtu = (uint32_t)element_number(loader, element, "mtu", 0);
    link->queue_limit = (uint32_t)element_number(loader, element, "queue", 0);
    link->loss_ppm = element_probability(loader, element, "loss");
    link->duplicate_ppm = element_probability(loader, element, "duplicate");
    link->reorder_ppm = element_probability(loader, element, "reorder");
    link->reorder_delay = element_duration(loader, element, "reorder-delay", 0);
    link->corrupt_ppm = element_probability(loader, element, "corrupt");
    link->jitter = element_duration(loader, element, "jitter", 0);
    if (!link->name)
        return;
    if (link->reorder_ppm > 0 && link->reorder_delay == 0)
        loader_error(loader, loader_attribute_position(loader, element, "reorder"),
                     "reorder of <link> without a delay; expected reorder-delay above 0s");
    parse_ends(loader, element, link);
}

static int compare_links(const void *a, const void *b)
{
    const struct scenario_link *first = *(struct scenario_link *const *)a;
    const struct scenario_link *second = *(struct scenario_link *const *)b;
    int order = strcmp(first->name, second->name);
    return order != 0 ? order : (first > second) - (first < second);
}

static void index_links(struct loader *loader)
{
    struct scenario *scenario = loader->scenario;
    struct element_name *names = loader_allocate(loader, scenario->link_count, sizeof *names);
    struct scenario_link **sorted = loader_allocate(loader, scenario->link_count, sizeof *sorted);
    if (!names || !sorted)
        return;
    for (size_t i = 0; i < scenario->link_count; i++) {
        struct scenario_link *link = &scenario->links[i];
        names[i] = (struct element_name){.name = link->name, .at = link->at, .order = i};
        sorted[i] = link;
    }
    element_check_unique(loader, names, scenario->link_count, "link");
    qsort(sorted, scenario->link_count, sizeof *sorted, compare_links);
    scenario->links_by_name = sorted;
}

void parse_links(struct loader *loader, const xmlNode *root)
{
    size_t mistakes = diagnostics_total(loader->diagnostics);
    struct scenario *scenario = loader->scenario;
    size_t count = 0;
    xmlNode *first = xml_next_element(root, (xmlNode *)root);
    for (xmlNode *e = first; e; e = xml_next_element(root, e))
        count += parse_is_top_level(e, "link") ? 1 : 0;
    scenario->links = loader_allocate(loader, count, sizeof *scenario->links);
    for (xmlNode *e = first; e && scenario->links; e = xml_next_element(root, e)) {
        if (!parse_is_top_level(e, "link"))
            continue;
        parse_link(loader, e, &scenario->links[scenario->link_count]);
        if (loader->failure != STATUS_OK)
            return;
        scenario->link_count++;
    }
    if (scenario->link_count > 0)
        index_links(loader);
    loader->links_are_whole = diagnostics_total(loader->diagnostics) == mistakes;
}

/* A network of a filter; bits behind the prefix are a mistake. */
static void parse_network(struct loader *loader, const xmlNode *element, const char *name,
                          ipv4_address *network, unsigned *prefix_length)
{
    if (element_prefix(loader, element, name, network, prefix_length) &&
        (*network & ~ipv4_netmask(*prefix_length)) != 0)
        loader_error(loader, loader_attribute_position(loader, element, name),
                     "%s=\"%s\" of <%s> has bits behind its prefix; expected the network's own "
                     "address",
                     name, element_text(loader, element, name), element->name);
}

static void parse_ports(struct loader *loader, const xmlNode *element, const char *name,
                        const struct scenario_filter *filter, struct scenario_port_range *range)
{
    const char *text = element_text(loader, element, name);
    *range = (struct scenario_port_range){.first = 0, .last = UINT16_MAX};
    if (!text)
        return;
    if (!value_port_range(text, range))
        element_wrong_value(loader, element, name);
    else if (filter->any_protocol || (filter->protocol != 6 && filter->protocol != 17))
        loader_error(loader, loader_attribute_position(loader, element, name),
                     "%s of <filter> needs ports; expected protocol=\"tcp\" or protocol=\"udp\"",
                     name);
}

/* An ICMP type or code; false: any. */
static bool parse_icmp_number(struct loader *loader, const xmlNode *element, const char *name,
                              const struct scenario_filter *filter, uint8_t *number)
{
    *number = (uint8_t)element_number(loader, element, name, 0);
    if (!xml_attribute(element, name))
        return false;
    if (filter->any_protocol || filter->protocol != 1)
        loader_error(loader, loader_attribute_position(loader, element, name),
                     "%s of <filter> needs ICMP; expected protocol=\"icmp\"", name);
    return true;
}

static void parse_filter(struct loader *loader, const xmlNode *element,
                         struct scenario_filter *filter)
{
    static const char *const directions[] = {"in", "out", "forward", "both", NULL};
    static const char *const actions[] = {"drop", "reject", "accept", NULL};
    filter->at = loader_position(loader, element);
    filter->name = element_text(loader, element, "name");
    filter->node = parse_node_reference(loader, element, "node");
    if (filter->node && filter->node->kind == SCENARIO_SWITCH)
        loader_error(loader, loader_attribute_position(loader, element, "node"),
                     "\"%s\" is a switch and knows no IP packets; expected a machine with an IP "
                     "stack",
                     filter->node->name);
    filter->interface = parse_interface_reference(loader, element, "interface", filter->node);
    filter->direction = (enum scenario_filter_direction)element_index(
        loader, element, "direction", directions, SCENARIO_FILTER_BOTH);
    filter->action =
        (enum scenario_filter_action)element_index(loader, element, "action", actions, 0);
    const char *protocol = element_text(loader, element, "protocol");
    if (protocol && !value_ip_protocol(protocol, &filter->any_protocol, &filter->protocol))
        element_wrong_value(loader, element, "protocol");
    parse_network(loader, element, "source", &filter->source, &filter->source_prefix_length);
    parse_network(loader, element, "destination", &filter->destination,
                  &filter->destination_prefix_length);
    parse_ports(loader, element, "source-port", filter, &filter->source_ports);
    parse_ports(loader, element, "destination-port", filter, &filter->destination_ports);
    filter->has_icmp_type =
        parse_icmp_number(loader, element, "icmp-type", filter, &filter->icmp_type);
    filter->has_icmp_code =
        parse_icmp_number(loader, element, "icmp-code", filter, &filter->icmp_code);
}

void parse_filters(struct loader *loader, const xmlNode *root)
{
    struct scenario *scenario = loader->scenario;
    size_t count = 0;
    xmlNode *first = xml_next_element(root, (xmlNode *)root);
    for (xmlNode *e = first; e; e = xml_next_element(root, e))
        count += parse_is_top_level(e, "filter") ? 1 : 0;
    scenario->filters = loader_allocate(loader, count, sizeof *scenario->filters);
    for (xmlNode *e = first; e && scenario->filters; e = xml_next_element(root, e)) {
        if (parse_is_top_level(e, "filter"))
            parse_filter(loader, e, &scenario->filters[scenario->filter_count++]);
    }
}

/* Whether nodes of this kind have that layer; says which there are when not. */
static void check_layer(struct loader *loader, const struct scenario_capture *capture)
{
    const struct scenario_vocabulary *vocabulary = loader->options.vocabulary;
    if (!vocabulary || !vocabulary->layers || !capture->node)
        return;
    char list[200] = "";
    size_t used = 0;
    for (const struct scenario_layer *layer = vocabulary->layers; layer->name; layer++) {
        if (layer->kind != capture->node->kind)
            continue;
        if (strcmp(layer->name, capture->layer) == 0)
            return;
        if (used < sizeof list) {
            int written = snprintf(list + used, sizeof list - used, "%s%s",
                                   used > 0 ? ", " : "; expected ", layer->name);
            used += written > 0 ? (size_t)written : 0;
        }
    }
    loader_error(loader, capture->at, "\"%s\" (a %s) has no layer \"%s\" to capture at%s",
                 capture->node->name, scenario_node_kind_text(capture->node->kind), capture->layer,
                 used > 0 ? list : "; expected link:NAME or NODE:INTERFACE");
}

/* Resolves "link:NAME", "NODE:INTERFACE" or "NODE/LAYER". */
static void resolve_point(struct loader *loader, struct scenario_capture *capture)
{
    size_t length = strcspn(capture->point, ":/");
    const char *first = loader_copy(loader, capture->point, length);
    const char *second = capture->point + length + 1;
    if (!first)
        return;
    if (capture->point[length] == ':' && strcmp(first, "link") == 0) {
        capture->kind = SCENARIO_CAPTURE_LINK;
        capture->link = scenario_find_link(loader->scenario, second);
        if (!capture->link)
            parse_unknown_link(loader, capture->at, second);
        return;
    }
    capture->node = scenario_find_node(loader->scenario, first);
    if (!capture->node)
        parse_unknown_node(loader, capture->at, first);
    if (capture->point[length] == '/') {
        capture->kind = SCENARIO_CAPTURE_LAYER;
        capture->layer = second;
        check_layer(loader, capture);
        return;
    }
    capture->kind = SCENARIO_CAPTURE_INTERFACE;
    if (!capture->node)
        return;
    capture->modem = scenario_find_modem(capture->node, second);
    if (capture->modem) {
        capture->kind = SCENARIO_CAPTURE_MODEM;
        return;
    }
    capture->interface = scenario_find_interface(capture->node, second);
    if (!capture->interface)
        parse_unknown_interface(loader, capture->at, capture->node, second);
}

void parse_captures(struct loader *loader, const xmlNode *root)
{
    struct scenario *scenario = loader->scenario;
    size_t count = parse_count(root, "capture");
    if (count > CAPTURES_MAX) {
        loader_error(loader, scenario->at, "there are %zu captures; expected at most %d", count,
                     CAPTURES_MAX);
        return;
    }
    struct element_name *names = loader_allocate(loader, count, sizeof *names);
    scenario->captures = loader_allocate(loader, count, sizeof *scenario->captures);
    if (!names || !scenario->captures)
        return;
    for (xmlNode *e = xml_first_child(root); e; e = xml_next_sibling(e)) {
        if (!xml_is(e, "capture"))
            continue;
        struct scenario_capture *capture = &scenario->captures[scenario->capture_count];
        capture->at = loader_position(loader, e);
        capture->point = element_text(loader, e, "point");
        if (!capture->point)
            return;
        resolve_point(loader, capture);
        names[scenario->capture_count] = (struct element_name){
            .name = capture->point, .at = capture->at, .order = scenario->capture_count};
        scenario->capture_count++;
    }
    element_check_unique(loader, names, count, "capture of");
}
