/* The reference page of the language, made from the schema's annotations. */
#include "scenario/reference.h"

#include "scenario/language.h"
#include "scenario/loader.h"
#include "scenario/states.h"

#include <stdlib.h>
#include <string.h>

/* Most elements that share one type. */
#define USERS_MAX 16

/* An element declaration and the type that it stands in (NULL: it is a root). */
struct use {
    const xmlNode *element;
    const xmlNode *parent;
};

/* Text for a table's cell: "|" and line ends would end it, "<" would start markup. */
static void write_cell(FILE *stream, const char *text)
{
    for (; text && *text; text++) {
        if (*text == '|')
            fputs("\\|", stream);
        else if (*text == '<')
            fputs("&lt;", stream);
        else
            fputc(*text == '\n' ? ' ' : *text, stream);
    }
}

static bool is_definition(const xmlNode *node, const char *construct)
{
    return node->ns && strcmp(xml_text(node->name), construct) == 0 &&
           language_property(node, "name");
}

/* Every element of the given type, with where it may stand. */
static size_t find_uses(const struct language *language, const xmlNode *type,
                        struct use uses[USERS_MAX])
{
    const xmlNode *root = xmlDocGetRootElement(language->document);
    size_t count = 0;
    for (const xmlNode *node = xml_first_child(root); node; node = xml_next_sibling(node)) {
        if (is_definition(node, "element") && language_type_of(language, node) == type &&
            count < USERS_MAX)
            uses[count++] = (struct use){.element = node};
        if (!is_definition(node, "complexType"))
            continue;
        struct language_list children = language_children(language, node);
        for (size_t i = 0; i < children.count && count < USERS_MAX; i++) {
            if (language_type_of(language, children.items[i]) == type)
                uses[count++] = (struct use){.element = children.items[i], .parent = node};
        }
    }
    return count;
}

static bool same_name(const xmlNode *a, const xmlNode *b)
{
    return strcmp(language_property(a, "name"), language_property(b, "name")) == 0;
}

/* True when an earlier use has the same element name and, when asked, the same documentation. */
static bool is_repeated(const struct use *uses, size_t index, bool with_note)
{
    for (size_t i = 0; i < index; i++) {
        if (!same_name(uses[i].element, uses[index].element))
            continue;
        const char *first = language_note(uses[i].element, "documentation");
        const char *second = language_note(uses[index].element, "documentation");
        if (!with_note || (first && second && strcmp(first, second) == 0))
            return true;
    }
    return false;
}

/* Adds the names of the elements of type parent to those already there; returns how many. */
static size_t add_parents(const struct language *language, const xmlNode *parent,
                          const char *parents[USERS_MAX], size_t count)
{
    struct use outer[USERS_MAX];
    size_t outer_count = parent ? find_uses(language, parent, outer) : 0;
    for (size_t i = 0; i < outer_count; i++) {
        const char *name = language_property(outer[i].element, "name");
        size_t known = 0;
        while (known < count && strcmp(parents[known], name) != 0)
            known++;
        if (known == count && count < USERS_MAX)
            parents[count++] = name;
    }
    return count;
}

/* "<ping> in <timeline>": the parents tell elements of one name apart. */
static void write_heading(FILE *stream, const struct language *language, const struct use *uses,
                          size_t count)
{
    fputs("\n### ", stream);
    for (size_t i = 0, written = 0; i < count; i++) {
        if (!is_repeated(uses, i, false))
            fprintf(stream, "%s`<%s>`", written++ > 0 ? ", " : "",
                    language_property(uses[i].element, "name"));
    }
    const char *parents[USERS_MAX];
    size_t parent_count = 0;
    for (size_t i = 0; i < count; i++)
        parent_count = add_parents(language, uses[i].parent, parents, parent_count);
    for (size_t i = 0; i < parent_count; i++)
        fprintf(stream, "%s`<%s>`", i > 0 ? ", " : " in ", parents[i]);
    fputs("\n\n", stream);
}

static void write_notes(FILE *stream, const struct use *uses, size_t count)
{
    bool several = false;
    for (size_t i = 1; i < count; i++)
        several = several || !same_name(uses[0].element, uses[i].element);
    for (size_t i = 0; i < count; i++) {
        if (is_repeated(uses, i, true))
            continue;
        if (several)
            fprintf(stream, "`<%s>`: ", language_property(uses[i].element, "name"));
        write_cell(stream, language_note(uses[i].element, "documentation"));
        fputs("\n\n", stream);
    }
}

static void write_attributes(FILE *stream, const struct language *language, const xmlNode *type)
{
    struct language_list attributes = language_attributes(language, type);
    if (attributes.count == 0)
        return;
    fputs("| attribute | value | default | meaning |\n| --- | --- | --- | --- |\n", stream);
    for (size_t i = 0; i < attributes.count; i++) {
        const xmlNode *attribute = attributes.items[i];
        const char *value = language_property(attribute, "type");
        const char *use = language_property(attribute, "use");
        const char *absent = language_property(attribute, "default");
        fprintf(stream, "| `%s` | [%s](#%s) | ", language_property(attribute, "name"), value,
                value);
        if (use && strcmp(use, "required") == 0)
            fputs("required", stream);
        else if (absent)
            fprintf(stream, absent[0] ? "`%s`" : "empty", absent);
        fputs(" | ", stream);
        write_cell(stream, language_note(attribute, "documentation"));
        fputs(" |\n", stream);
    }
    fputs("\n", stream);
}

static void write_children(FILE *stream, const struct language *language, const xmlNode *type)
{
    struct language_list children = language_children(language, type);
    if (children.count == 0)
        return;
    fputs("Holds: ", stream);
    for (size_t i = 0; i < children.count; i++)
        fprintf(stream, "%s`<%s>`", i > 0 ? ", " : "",
                language_property(children.items[i], "name"));
    fputs(".\n", stream);
}

static void write_elements(FILE *stream, const struct language *language)
{
    const xmlNode *root = xmlDocGetRootElement(language->document);
    fputs("\n## Elements\n", stream);
    for (const xmlNode *type = xml_first_child(root); type; type = xml_next_sibling(type)) {
        struct use uses[USERS_MAX];
        if (!is_definition(type, "complexType"))
            continue;
        size_t count = find_uses(language, type, uses);
        write_heading(stream, language, uses, count);
        write_notes(stream, uses, count);
        write_attributes(stream, language, type);
        write_children(stream, language, type);
    }
}

static void write_values(FILE *stream, const struct language *language)
{
    const xmlNode *root = xmlDocGetRootElement(language->document);
    fputs("\n## Values\n", stream);
    for (const xmlNode *type = xml_first_child(root); type; type = xml_next_sibling(type)) {
        if (!is_definition(type, "simpleType"))
            continue;
        const char *name = language_property(type, "name");
        fprintf(stream, "\n### %s\n\n", name);
        write_cell(stream, language_note(type, "documentation"));
        if (!language_note(type, "appinfo")) {
            char text[300];
            fprintf(stream, " One of: %s.", language_expected(language, name, text, sizeof text));
        }
        fputs("\n", stream);
    }
}

static void write_layers(FILE *stream, const struct scenario_layer *layers)
{
    fputs("\n## Layers\n\nWhere `<capture>` can look inside a machine: `NODE/LAYER`.\n\n"
          "| machine | layer | shows |\n| --- | --- | --- |\n",
          stream);
    for (; layers->name; layers++)
        fprintf(stream, "| `<%s>` | `%s` | %s |\n", scenario_node_kind_text(layers->kind),
                layers->name, layers->meaning);
}

static void write_states(FILE *stream, const struct scenario_state *states)
{
    fputs("\n## States\n\nWhat `<state>` can ask machines for; PORT stands for a number, NAME for "
          "a connection's name.\n\n"
          "| state | machines | tells |\n| --- | --- | --- |\n",
          stream);
    for (; states->name; states++) {
        fprintf(stream, "| `%s` |", states->name);
        for (unsigned kind = SCENARIO_HOST; kind <= SCENARIO_NAT_ROUTER; kind++)
            if (scenario_state_is_of(states, (enum scenario_node_kind)kind))
                fprintf(stream, " `<%s>`", scenario_node_kind_text((enum scenario_node_kind)kind));
        fprintf(stream, " | %s |\n", states->meaning);
    }
}

static int compare_events(const void *a, const void *b)
{
    const struct trace_declaration *first = *(const struct trace_declaration *const *)a;
    const struct trace_declaration *second = *(const struct trace_declaration *const *)b;
    int order = strcmp(first->name, second->name);
    return order != 0 ? order : strcmp(first->meaning, second->meaning);
}

static void write_fields(FILE *stream, const char *fields)
{
    while (*fields) {
        fields += strspn(fields, " ");
        size_t length = strcspn(fields, " ");
        if (length > 0)
            fprintf(stream, "`%.*s` ", (int)length, fields);
        fields += length;
    }
}

static enum status write_events(FILE *stream, const struct trace_declaration *const *tables)
{
    size_t count = 0;
    for (size_t i = 0; tables[i]; i++) {
        for (const struct trace_declaration *event = tables[i]; event->name; event++)
            count++;
    }
    const struct trace_declaration **sorted = calloc(count + 1, sizeof(void *));
    if (!sorted)
        return STATUS_NO_MEMORY;
    count = 0;
    for (size_t i = 0; tables[i]; i++) {
        for (const struct trace_declaration *event = tables[i]; event->name; event++)
            sorted[count++] = event;
    }
    qsort(sorted, count, sizeof(void *), compare_events);
    fputs("\n## Events\n\nWhat `<event>` can ask for: everything that the machines and links "
          "tell, as in `events.jsonl`.\n\n"
          "| event | fields | meaning |\n| --- | --- | --- |\n",
          stream);
    for (size_t i = 0; i < count; i++) {
        fprintf(stream, "| `%s` | ", sorted[i]->name);
        write_fields(stream, sorted[i]->fields);
        fputs("| ", stream);
        write_cell(stream, sorted[i]->meaning);
        fputs(" |\n", stream);
    }
    free(sorted);
    return STATUS_OK;
}

enum status scenario_reference_write(const struct scenario_vocabulary *vocabulary, FILE *stream)
{
    struct language language = {0};
    if (!language_init(&language)) {
        language_destroy(&language);
        return STATUS_NO_MEMORY;
    }
    fputs("# The scenario language\n\n"
          "This page is made from `sim/scenario/scenario.xsd` and the events that the program "
          "declares; `./dev reference` writes it again.\n\n"
          "A scenario is an XML file in UTF-8 whose root is `<scenario>`. Its network stands in "
          "`<topology>` elements, or in files of their own with that root, which\n"
          "`<xi:include href=\"../topologies/remote-access.xml\"/>` brings in "
          "(`xmlns:xi=\"http://www.w3.org/2001/XInclude\"`, relative paths of local files only).\n"
          "Any attribute may hold `${NAME}`, the value of a `<parameter>`; what comes out of that "
          "is what must fit the attribute. Document types and entities are refused.\n"
          "An editor that knows XML Schema shows what is allowed where when the root has\n"
          "`xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
          "xsi:noNamespaceSchemaLocation=\"../../sim/scenario/scenario.xsd\"`.\n",
          stream);
    write_elements(stream, &language);
    write_values(stream, &language);
    language_destroy(&language);
    if (vocabulary && vocabulary->layers)
        write_layers(stream, vocabulary->layers);
    if (vocabulary && vocabulary->states)
        write_states(stream, vocabulary->states);
    enum status status = STATUS_OK;
    if (vocabulary && vocabulary->events)
        status = write_events(stream, vocabulary->events);
    return status == STATUS_OK && ferror(stream) ? STATUS_IO : status;
}
