#include "scenario/loader.h"

#include "core/arena.h"

#include <stdint.h>
#include <string.h>

void *loader_allocate(struct loader *loader, size_t count, size_t size)
{
    if (count == 0)
        return NULL;
    void *memory = count > SIZE_MAX / size ? NULL : arena_allocate(loader->arena, count * size);
    if (!memory && loader->failure == STATUS_OK)
        loader->failure = STATUS_NO_MEMORY;
    return memory;
}

char *loader_copy(struct loader *loader, const char *text, size_t length)
{
    char *copy = loader_allocate(loader, length + 1, 1);
    if (copy && length > 0)
        memcpy(copy, text, length);
    return copy;
}

bool loader_is_clean(const struct loader *loader)
{
    return loader->failure == STATUS_OK &&
           diagnostics_total(loader->diagnostics) == loader->diagnostics_before;
}

bool loader_is_full(struct loader *loader)
{
    if (loader->diagnostics->count < DIAGNOSTICS_CAPACITY)
        return false;
    loader->diagnostics->omitted++;
    return true;
}

struct scenario_position loader_position(const struct loader *loader, const xmlNode *node)
{
    /* Attributes that the schema has put in have no place of their own. */
    for (; node; node = node->parent) {
        if ((node->type == XML_ELEMENT_NODE || node->type == XML_ATTRIBUTE_NODE) && node->_private)
            return *(const struct scenario_position *)node->_private;
    }
    return loader->fallback;
}

struct scenario_position loader_attribute_position(const struct loader *loader,
                                                   const xmlNode *element, const char *name)
{
    const xmlAttr *attribute = xml_attribute(element, name);
    return loader_position(loader, attribute ? (const xmlNode *)attribute : element);
}

bool xml_is(const xmlNode *node, const char *name)
{
    return node->type == XML_ELEMENT_NODE && !node->ns && strcmp(xml_text(node->name), name) == 0;
}

xmlNode *xml_next_element_outside(const xmlNode *root, xmlNode *node)
{
    while (node && node != root) {
        xmlNode *sibling = xml_next_sibling(node);
        if (sibling)
            return sibling;
        node = node->parent;
    }
    return NULL;
}

xmlNode *xml_next_element(const xmlNode *root, xmlNode *node)
{
    xmlNode *child = xml_first_child(node);
    return child ? child : xml_next_element_outside(root, node);
}

xmlNode *xml_first_child(const xmlNode *parent)
{
    xmlNode *child = parent->children;
    while (child && child->type != XML_ELEMENT_NODE)
        child = child->next;
    return child;
}

xmlNode *xml_next_sibling(const xmlNode *element)
{
    xmlNode *sibling = element->next;
    while (sibling && sibling->type != XML_ELEMENT_NODE)
        sibling = sibling->next;
    return sibling;
}

xmlAttr *xml_attribute(const xmlNode *element, const char *name)
{
    for (xmlAttr *attribute = element->properties; attribute; attribute = attribute->next) {
        if (!attribute->ns && strcmp(xml_text(attribute->name), name) == 0)
            return attribute;
    }
    return NULL;
}

const char *xml_value(struct loader *loader, const xmlAttr *attribute)
{
    const xmlNode *content = attribute->children;
    if (!content)
        return "";
    if (content->type == XML_TEXT_NODE && !content->next)
        return loader_copy(loader, xml_text(content->content), (size_t)xmlStrlen(content->content));
    xmlChar *text = xmlNodeListGetString(attribute->doc, content, 1);
    if (!text) {
        loader->failure = STATUS_NO_MEMORY;
        return NULL;
    }
    const char *copy = loader_copy(loader, xml_text(text), (size_t)xmlStrlen(text));
    xmlFree(text);
    return copy;
}
