/* Validates a scenario with libxml2 and says in our own words what is wrong. */
#include "scenario/element.h"
#include "scenario/language.h"
#include "scenario/loader.h"
#include "scenario/schema.h"
#include "scenario/suggest.h"

#include <stdio.h>
#include <string.h>

#include <libxml/xmlschemas.h>

#define XSI_NAMESPACE "http://www.w3.org/2001/XMLSchema-instance"

/* Most elements that one validation may find misplaced, and most validations. */
#define MISPLACED_MAX 16
#define ROUNDS_MAX    16

/* An element that is not allowed where it stands. */
struct misplaced {
    xmlNode *element;
    struct scenario_position at;
    const char *text;
};

/* One validation; the callback's context. */
struct validation {
    struct loader *loader;
    struct diagnostics found; /* of this round, misplaced elements excepted */
    struct misplaced misplaced[MISPLACED_MAX];
    size_t misplaced_count;
};

/* The type and the declaration of what a message is about. */
static const xmlNode *type_at(const struct validation *validation, const xmlNode *element)
{
    return language_type_at(validation->loader->language, element);
}

/* Lists the children of type as "<a>, <b> or <c>". */
static void list_children(const struct validation *validation, const xmlNode *type, char *text,
                          size_t size)
{
    struct language_list children = language_children(validation->loader->language, type);
    size_t used = 0;
    snprintf(text, size, "%s", "nothing there");
    for (size_t i = 0; i < children.count && used < size; i++) {
        const char *separator = i == 0 ? "" : i + 1 == children.count ? " or " : ", ";
        int written = snprintf(text + used, size - used, "%s<%s>", separator,
                               language_property(children.items[i], "name"));
        used += written > 0 ? (size_t)written : 0;
    }
}

/* Says that element is not allowed where it stands. */
static void add_misplaced(struct validation *validation, xmlNode *element)
{
    struct loader *loader = validation->loader;
    const xmlNode *parent = element->parent;
    if (validation->misplaced_count == MISPLACED_MAX || parent->type != XML_ELEMENT_NODE)
        return;
    const xmlNode *type = type_at(validation, parent);
    if (!type)
        return;
    for (size_t i = 0; i < validation->misplaced_count; i++) {
        if (validation->misplaced[i].element == element)
            return;
    }
    struct language_list children = language_children(loader->language, type);
    struct suggestion suggestion = suggest_start(xml_text(element->name));
    bool is_known = false;
    for (size_t i = 0; i < children.count; i++) {
        const char *name = language_property(children.items[i], "name");
        is_known = is_known || xml_is(element, name);
        suggest_consider(&suggestion, name);
    }
    char text[500];
    char list[300];
    list_children(validation, type, list, sizeof list);
    if (is_known)
        snprintf(text, sizeof text,
                 "<%.64s> is not allowed at this place of <%s>; expected this order: %s",
                 element->name, parent->name, list);
    else if (element->ns)
        snprintf(text, sizeof text, "<%.64s> is in a namespace; expected none", element->name);
    else if (suggestion.best && suggestion.distance > 0)
        snprintf(text, sizeof text, "<%.64s> is not allowed in <%s>; did you mean <%s>?",
                 element->name, parent->name, suggestion.best);
    else
        snprintf(text, sizeof text, "<%.64s> is not allowed in <%s>; expected %s", element->name,
                 parent->name, list);
    const char *copy = loader_copy(loader, text, strlen(text));
    if (copy)
        validation->misplaced[validation->misplaced_count++] = (struct misplaced){
            .element = element, .at = loader_position(loader, element), .text = copy};
}

/* The name between the first pair of quotes behind marker in message; false: not there. */
static bool quoted_name(const char *message, const char *marker, char *name, size_t size)
{
    const char *start = message ? strstr(message, marker) : NULL;
    if (!start)
        return false;
    start += strlen(marker);
    size_t length = strcspn(start, "'");
    if (start[length] != '\'' || length >= size)
        return false;
    memcpy(name, start, length);
    name[length] = '\0';
    return true;
}

static void add_unknown_attribute(struct validation *validation, const xmlNode *element,
                                  const char *name)
{
    struct loader *loader = validation->loader;
    const xmlNode *type = type_at(validation, element);
    struct language_list attributes = {0};
    struct suggestion suggestion = suggest_start(name);
    char text[SUGGESTION_TEXT_SIZE];
    char list[300] = "";
    size_t used = 0;
    if (type)
        attributes = language_attributes(loader->language, type);
    for (size_t i = 0; i < attributes.count; i++) {
        const char *other = language_property(attributes.items[i], "name");
        suggest_consider(&suggestion, other);
        if (used < sizeof list) {
            const char *separator = i == 0                      ? "; expected "
                                    : i + 1 == attributes.count ? " or "
                                                                : ", ";
            int written = snprintf(list + used, sizeof list - used, "%s%s", separator, other);
            used += written > 0 ? (size_t)written : 0;
        }
    }
    diagnostics_add(&validation->found, loader_attribute_position(loader, element, name),
                    "<%s> has no attribute \"%s\"%s", element->name, name,
                    suggestion.best         ? suggest_text(&suggestion, text)
                    : attributes.count == 0 ? "; expected none"
                                            : list);
}

static void add_missing_attribute(struct validation *validation, const xmlNode *element,
                                  const char *name)
{
    const struct language *language = validation->loader->language;
    const xmlNode *type = type_at(validation, element);
    const xmlNode *attribute = type ? language_attribute(language, type, name) : NULL;
    const char *type_name = attribute ? language_property(attribute, "type") : NULL;
    char text[300] = "a value";
    if (type_name)
        language_expected(language, type_name, text, sizeof text);
    diagnostics_add(&validation->found, loader_position(validation->loader, element),
                    "<%s> lacks the attribute \"%s\"; expected %s", element->name, name, text);
}

static void add_wrong_value(struct validation *validation, const xmlNode *element, const char *name)
{
    struct loader *loader = validation->loader;
    char text[500];
    element_wrong_value_text(loader, element, name, text, sizeof text);
    diagnostics_add(&validation->found, loader_attribute_position(loader, element, name), "%s",
                    text);
}

/* What is not one of the usual mistakes is told in libxml2's words. */
static void add_other(struct validation *validation, const xmlNode *element, const char *message)
{
    size_t length = message ? strcspn(message, "\r\n") : 0;
    diagnostics_add(&validation->found, loader_position(validation->loader, element), "%.*s",
                    (int)(length > 300 ? 300 : length), message ? message : "");
}

static void on_error(void *context, xmlErrorPtr error)
{
    struct validation *validation = context;
    xmlNode *element = error->node;
    char name[128];
    if (error->code == XML_ERR_NO_MEMORY || error->code == XML_SCHEMAV_INTERNAL) {
        validation->loader->failure = STATUS_NO_MEMORY;
        return;
    }
    if (element && element->type == XML_ATTRIBUTE_NODE)
        element = element->parent;
    if (validation->found.count == DIAGNOSTICS_CAPACITY &&
        error->code != XML_SCHEMAV_ELEMENT_CONTENT) {
        validation->found.omitted++;
        return;
    }
    if (!element || element->type != XML_ELEMENT_NODE) {
        add_other(validation, NULL, error->message);
        return;
    }
    switch (error->code) {
    case XML_SCHEMAV_ELEMENT_CONTENT:
        if (error->message && strstr(error->message, ": This element is not expected."))
            add_misplaced(validation, element);
        else
            add_other(validation, element, error->message);
        return;
    case XML_SCHEMAV_CVC_COMPLEX_TYPE_3_2_1:
    case XML_SCHEMAV_CVC_COMPLEX_TYPE_3_2_2:
        if (quoted_name(error->message, ": The attribute '", name, sizeof name))
            add_unknown_attribute(validation, element, name);
        else
            add_other(validation, element, error->message);
        return;
    case XML_SCHEMAV_CVC_COMPLEX_TYPE_4:
        if (quoted_name(error->message, ": The attribute '", name, sizeof name))
            add_missing_attribute(validation, element, name);
        else
            add_other(validation, element, error->message);
        return;
    case XML_SCHEMAV_CVC_COMPLEX_TYPE_2_1:
    case XML_SCHEMAV_CVC_COMPLEX_TYPE_2_3:
        diagnostics_add(&validation->found, loader_position(validation->loader, element),
                        "<%s> holds text; expected none", element->name);
        return;
    default:
        if (quoted_name(error->message, "', attribute '", name, sizeof name))
            add_wrong_value(validation, element, name);
        else
            add_other(validation, element, error->message);
        return;
    }
}

/*
 * XML Schema's own attributes would change what the schema asks for; only the hint that editors use
 * is allowed, and taken out.
 */
static void check_schema_attributes(struct loader *loader, xmlNode *root)
{
    for (xmlNode *element = root; element; element = xml_next_element(root, element)) {
        xmlAttr *next;
        for (xmlAttr *attribute = element->properties; attribute; attribute = next) {
            next = attribute->next;
            if (!attribute->ns || strcmp(xml_text(attribute->ns->href), XSI_NAMESPACE) != 0)
                continue;
            bool is_root = xml_is(element, "scenario") || xml_is(element, "topology");
            if (is_root && strcmp(xml_text(attribute->name), "noNamespaceSchemaLocation") == 0)
                xmlRemoveProp(attribute);
            else
                loader_error(loader, loader_position(loader, (xmlNode *)attribute),
                             "the attribute \"%s\" of XML Schema is not allowed", attribute->name);
        }
    }
}

/*
 * For every error libxml2 looks at all the siblings in front of the element, for the marks of its
 * own XInclude: a file with a mistake in each of its elements would keep it busy for minutes. There
 * are no such marks in this tree, so the way back is cut while it validates, which needs the way
 * forward only.
 */
static void cut_way_back(xmlNode *root)
{
    for (xmlNode *element = root; element; element = xml_next_element(root, element)) {
        for (xmlNode *child = element->children; child; child = child->next)
            child->prev = NULL;
    }
}

static void restore_way_back(xmlNode *root)
{
    for (xmlNode *element = root; element; element = xml_next_element(root, element)) {
        xmlNode *previous = NULL;
        for (xmlNode *child = element->children; child; child = child->next) {
            child->prev = previous;
            previous = child;
        }
    }
}

/* Validates once; misplaced elements are reported and taken out, so that the next round sees behind
 * them. True: there were such. */
static bool validate_round(struct validation *validation, xmlSchemaValidCtxt *context,
                           xmlDoc *document)
{
    diagnostics_destroy(&validation->found);
    validation->misplaced_count = 0;
    xmlNode *root = xmlDocGetRootElement(document);
    cut_way_back(root);
    if (xmlSchemaValidateDoc(context, document) < 0)
        validation->loader->failure = STATUS_NO_MEMORY;
    restore_way_back(root);
    for (size_t i = 0; i < validation->misplaced_count; i++) {
        struct misplaced *misplaced = &validation->misplaced[i];
        loader_error(validation->loader, misplaced->at, "%s", misplaced->text);
        xmlUnlinkNode(misplaced->element);
        xmlFreeNode(misplaced->element);
    }
    return validation->misplaced_count > 0;
}

static void validate(struct loader *loader, xmlSchemaValidCtxt *context)
{
    struct validation *validation = loader_allocate(loader, 1, sizeof *validation);
    if (!validation)
        return;
    validation->loader = loader;
    diagnostics_init(&validation->found);
    xmlSchemaSetValidStructuredErrors(context, on_error, validation);
    /* The schema is the only place where defaults are written. */
    xmlSchemaSetValidOptions(context, XML_SCHEMA_VAL_VC_I_CREATE);
    int rounds = 0;
    while (loader->failure == STATUS_OK && rounds < ROUNDS_MAX &&
           loader->diagnostics->count < DIAGNOSTICS_CAPACITY &&
           validate_round(validation, context, loader->files[0].document))
        rounds++;
    for (size_t i = 0; i < validation->found.count; i++)
        loader_error(loader, validation->found.items[i].at, "%s", validation->found.items[i].text);
    loader->diagnostics->omitted += validation->found.omitted;
    diagnostics_destroy(&validation->found);
}

void loader_validate(struct loader *loader)
{
    check_schema_attributes(loader, xmlDocGetRootElement(loader->files[0].document));
    if (!loader_is_clean(loader))
        return;
    size_t length;
    const char *text = scenario_schema_text(&length);
    xmlSchemaParserCtxt *parser = xmlSchemaNewMemParserCtxt(text, (int)length);
    xmlSchema *schema = parser ? xmlSchemaParse(parser) : NULL;
    xmlSchemaFreeParserCtxt(parser);
    xmlSchemaValidCtxt *context = schema ? xmlSchemaNewValidCtxt(schema) : NULL;
    if (context)
        validate(loader, context);
    else
        loader->failure = STATUS_NO_MEMORY;
    xmlSchemaFreeValidCtxt(context);
    xmlSchemaFree(schema);
}
