#include "scenario/language.h"

#include "scenario/loader.h"
#include "scenario/schema.h"

#include <stdio.h>
#include <string.h>

#include <libxml/parser.h>

/* Deepest nesting of groups within groups in the schema. */
#define GROUP_DEPTH_MAX 8

/* An element of XML Schema called name; the schema uses no other namespace. */
static bool is_construct(const xmlNode *node, const char *name)
{
    return node->ns && strcmp(xml_text(node->name), name) == 0;
}

bool language_init(struct language *language)
{
    size_t length;
    const char *text = scenario_schema_text(&length);
    language->document = xmlReadMemory(text, (int)length, "scenario.xsd", "UTF-8", XML_PARSE_NONET);
    return language->document && xmlDocGetRootElement(language->document);
}

void language_destroy(struct language *language)
{
    xmlFreeDoc(language->document);
    language->document = NULL;
}

const char *language_property(const xmlNode *declaration, const char *name)
{
    const xmlAttr *attribute = xml_attribute(declaration, name);
    if (!attribute)
        return NULL;
    return attribute->children ? xml_text(attribute->children->content) : "";
}

const xmlNode *language_find(const struct language *language, const char *construct,
                             const char *name)
{
    const xmlNode *root = xmlDocGetRootElement(language->document);
    for (xmlNode *node = xml_first_child(root); node; node = xml_next_sibling(node)) {
        const char *node_name = language_property(node, "name");
        if (is_construct(node, construct) && node_name && strcmp(node_name, name) == 0)
            return node;
    }
    return NULL;
}

/* A place in a definition that the walk returns to after a group. */
struct frame {
    const xmlNode *root;
    xmlNode *node;
};

/* Collects the declarations called construct; what refers to a group is followed. */
static struct language_list collect(const struct language *language, const xmlNode *type,
                                    const char *construct)
{
    struct language_list list = {0};
    struct frame frames[GROUP_DEPTH_MAX];
    size_t depth = 1;
    frames[0] = (struct frame){.root = type, .node = xml_first_child(type)};
    while (depth > 0) {
        struct frame *frame = &frames[depth - 1];
        xmlNode *node = frame->node;
        if (!node) {
            depth--;
            continue;
        }
        if (is_construct(node, construct)) {
            if (list.count < LANGUAGE_LIST_MAX)
                list.items[list.count++] = node;
            frame->node = xml_next_element_outside(frame->root, node);
            continue;
        }
        frame->node = xml_next_element(frame->root, node);
        const char *reference = language_property(node, "ref");
        const xmlNode *group =
            reference ? language_find(language, xml_text(node->name), reference) : NULL;
        if (group && depth < GROUP_DEPTH_MAX)
            frames[depth++] = (struct frame){.root = group, .node = xml_first_child(group)};
    }
    return list;
}

struct language_list language_children(const struct language *language, const xmlNode *type)
{
    return collect(language, type, "element");
}

struct language_list language_attributes(const struct language *language, const xmlNode *type)
{
    return collect(language, type, "attribute");
}

const char *language_note(const xmlNode *declaration, const char *kind)
{
    const xmlNode *annotation = xml_first_child(declaration);
    if (!annotation || !is_construct(annotation, "annotation"))
        return NULL;
    for (xmlNode *note = xml_first_child(annotation); note; note = xml_next_sibling(note)) {
        if (is_construct(note, kind) && note->children)
            return xml_text(note->children->content);
    }
    return NULL;
}

const xmlNode *language_type_of(const struct language *language, const xmlNode *element)
{
    const char *type = language_property(element, "type");
    return type ? language_find(language, "complexType", type) : NULL;
}

const xmlNode *language_type_at(const struct language *language, const xmlNode *element)
{
    const xmlNode *path[LOADER_ELEMENT_DEPTH_MAX * LOADER_INCLUDE_DEPTH_MAX];
    size_t depth = 0;
    for (; element && element->type == XML_ELEMENT_NODE; element = element->parent) {
        if (depth == sizeof path / sizeof path[0])
            return NULL;
        path[depth++] = element;
    }
    const xmlNode *type = NULL;
    for (; depth > 0; depth--) {
        const char *name = xml_text(path[depth - 1]->name);
        const xmlNode *declaration = NULL;
        if (!type) {
            declaration = language_find(language, "element", name);
        } else {
            struct language_list children = language_children(language, type);
            for (size_t i = 0; i < children.count && !declaration; i++) {
                if (strcmp(language_property(children.items[i], "name"), name) == 0)
                    declaration = children.items[i];
            }
        }
        type = declaration ? language_type_of(language, declaration) : NULL;
        if (!type)
            return NULL;
    }
    return type;
}

const xmlNode *language_attribute(const struct language *language, const xmlNode *type,
                                  const char *name)
{
    struct language_list attributes = language_attributes(language, type);
    for (size_t i = 0; i < attributes.count; i++) {
        if (strcmp(language_property(attributes.items[i], "name"), name) == 0)
            return attributes.items[i];
    }
    return NULL;
}

const char *language_expected(const struct language *language, const char *type_name, char *text,
                              size_t size)
{
    const xmlNode *type = language_find(language, "simpleType", type_name);
    const char *phrase = type ? language_note(type, "appinfo") : NULL;
    if (phrase || !type) {
        snprintf(text, size, "%s", phrase ? phrase : "another value");
        return text;
    }
    size_t used = 0;
    text[0] = '\0';
    for (xmlNode *node = xml_next_element(type, (xmlNode *)type); node && used < size;
         node = xml_next_element(type, node)) {
        if (!is_construct(node, "enumeration"))
            continue;
        const char *separator = used == 0 ? "" : xml_next_sibling(node) ? ", " : " or ";
        int written =
            snprintf(text + used, size - used, "%s%s", separator, language_property(node, "value"));
        used += written > 0 ? (size_t)written : 0;
    }
    return text;
}
