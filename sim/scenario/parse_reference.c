/* References by name, and what to say when nothing has that name. */
#include "scenario/parse.h"
#include "scenario/suggest.h"

#include <string.h>

void parse_unknown_node(struct loader *loader, struct scenario_position at, const char *wanted)
{
    if (loader_is_full(loader))
        return;
    const struct scenario *scenario = loader->scenario;
    struct suggestion suggestion = suggest_start(wanted);
    char text[SUGGESTION_TEXT_SIZE];
    for (size_t i = 0; i < scenario->node_count; i++)
        suggest_consider(&suggestion, scenario->nodes[i].name);
    loader_error(loader, at, "there is no machine \"%s\"%s", wanted,
                 suggest_text(&suggestion, text));
}

void parse_unknown_link(struct loader *loader, struct scenario_position at, const char *wanted)
{
    if (loader_is_full(loader))
        return;
    const struct scenario *scenario = loader->scenario;
    struct suggestion suggestion = suggest_start(wanted);
    char text[SUGGESTION_TEXT_SIZE];
    for (size_t i = 0; i < scenario->link_count; i++)
        suggest_consider(&suggestion, scenario->links[i].name);
    loader_error(loader, at, "there is no link \"%s\"%s", wanted, suggest_text(&suggestion, text));
}

void parse_unknown_interface(struct loader *loader, struct scenario_position at,
                             const struct scenario_node *node, const char *wanted)
{
    if (loader_is_full(loader))
        return;
    struct suggestion suggestion = suggest_start(wanted);
    char text[SUGGESTION_TEXT_SIZE];
    for (size_t i = 0; i < node->interface_count; i++)
        suggest_consider(&suggestion, node->interfaces[i].name);
    loader_error(loader, at, "\"%s\" has no %s \"%s\"%s", node->name,
                 node->kind == SCENARIO_SWITCH ? "port" : "interface", wanted,
                 suggest_text(&suggestion, text));
}

struct scenario_node *parse_node_reference(struct loader *loader, const xmlNode *element,
                                           const char *name)
{
    const char *wanted = element_text(loader, element, name);
    if (!wanted)
        return NULL;
    struct scenario_node *node = scenario_find_node(loader->scenario, wanted);
    if (!node)
        parse_unknown_node(loader, loader_attribute_position(loader, element, name), wanted);
    return node;
}

struct scenario_link *parse_link_reference(struct loader *loader, const xmlNode *element,
                                           const char *name)
{
    const char *wanted = element_text(loader, element, name);
    if (!wanted)
        return NULL;
    struct scenario_link *link = scenario_find_link(loader->scenario, wanted);
    if (!link)
        parse_unknown_link(loader, loader_attribute_position(loader, element, name), wanted);
    return link;
}

struct scenario_interface *parse_interface_reference(struct loader *loader, const xmlNode *element,
                                                     const char *name,
                                                     const struct scenario_node *node)
{
    const char *wanted = element_text(loader, element, name);
    if (!wanted || !node)
        return NULL;
    struct scenario_interface *interface = scenario_find_interface(node, wanted);
    if (!interface)
        parse_unknown_interface(loader, loader_attribute_position(loader, element, name), node,
                                wanted);
    return interface;
}

struct scenario_connection *parse_connection_reference(struct loader *loader,
                                                       const xmlNode *element, const char *name,
                                                       const struct scenario_node *node)
{
    const char *wanted = element_text(loader, element, name);
    if (!wanted || !node)
        return NULL;
    struct scenario_connection *connection = scenario_find_connection(node, wanted);
    if (connection || loader_is_full(loader))
        return connection;
    struct suggestion suggestion = suggest_start(wanted);
    char text[SUGGESTION_TEXT_SIZE];
    for (size_t i = 0; i < node->connection_count; i++)
        suggest_consider(&suggestion, node->connections[i].name);
    loader_error(loader, loader_attribute_position(loader, element, name),
                 "\"%s\" has no connection \"%s\"%s", node->name, wanted,
                 suggest_text(&suggestion, text));
    return NULL;
}

bool parse_is_top_level(const xmlNode *element, const char *name)
{
    return xml_is(element, name) &&
           (xml_is(element->parent, "topology") || xml_is(element->parent, "scenario"));
}

size_t parse_count(const xmlNode *element, const char *name)
{
    size_t count = 0;
    for (xmlNode *child = xml_first_child(element); child; child = xml_next_sibling(child))
        count += xml_is(child, name) ? 1 : 0;
    return count;
}
