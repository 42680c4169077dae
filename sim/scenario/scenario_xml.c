#include "scenario/scenario_xml.h"

#include "core/arena.h"
#include "scenario/check.h"
#include "scenario/language.h"
#include "scenario/parse.h"
#include "scenario/values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>

/* A case has the scenario's name and its own: both together name folder and report. */
static void parse_case(struct loader *loader, const xmlNode *element)
{
    struct scenario *scenario = loader->scenario;
    const char *name = element_text(loader, element, "name");
    const char *title = element_text(loader, element, "title");
    if (!name || !scenario->name)
        return;
    size_t size = strlen(scenario->name) + strlen(name) + 2;
    char *joined = loader_allocate(loader, size, 1);
    if (!joined)
        return;
    snprintf(joined, size, "%s/%s", scenario->name, name);
    scenario->name = joined;
    if (title)
        scenario->title = title;
}

/* Attributes of the root and the text of its description. */
static void parse_root(struct loader *loader, const xmlNode *root)
{
    struct scenario *scenario = loader->scenario;
    uint64_t start = 0;
    scenario->at = loader_position(loader, root);
    scenario->name = element_text(loader, root, "name");
    scenario->title = element_text(loader, root, "title");
    scenario->described_in = element_text(loader, root, "described-in");
    if (loader->selected_case)
        parse_case(loader, loader->selected_case);
    /* A duration that cannot be read must not make instants wrong that may be right. */
    scenario->duration = element_duration(loader, root, "duration", VALUE_DURATION_MAX);
    static const char *const ends[] = {"at-duration", "when-all-holds", NULL};
    scenario->ends_when_all_holds = element_index(loader, root, "ends", ends, 0) == 1;
    const char *text = element_text(loader, root, "start");
    if (text && !value_calendar(text, &start))
        element_wrong_value(loader, root, "start");
    scenario->start_ns = start * INSTANT_SECOND;
    /* Time stamps of a trace have 32 bits for the seconds. */
    if (!loader->has_wrong_values && start + scenario->duration / INSTANT_SECOND >= UINT32_MAX)
        loader_error(loader, loader_attribute_position(loader, root, "duration"),
                     "the scenario ends after 2106; expected an earlier start or end");
    if (scenario->duration == 0)
        loader_error(loader, loader_attribute_position(loader, root, "duration"),
                     "the duration is zero; expected more");
    const xmlNode *description = xml_first_child(root);
    if (!description || !xml_is(description, "description"))
        return;
    xmlChar *content = xmlNodeGetContent(description);
    if (content)
        scenario->description = loader_copy(loader, xml_text(content), (size_t)xmlStrlen(content));
    xmlFree(content);
}

void loader_parse(struct loader *loader)
{
    const xmlNode *root = xmlDocGetRootElement(loader->files[0].document);
    parse_root(loader, root);
    parse_certificates(loader, root);
    parse_nodes(loader, root);
    if (loader->failure == STATUS_OK && loader->scenario->node_count > 0) {
        parse_links(loader, root);
        parse_filters(loader, root);
        parse_captures(loader, root);
        parse_timeline(loader, root);
    }
    if (loader->failure == STATUS_OK)
        parse_expectations(loader, root);
}

void loader_check(struct loader *loader)
{
    /* What is wrong with a value is told once: what would follow from it is not. */
    if (loader->has_wrong_values)
        return;
    check_addresses(loader);
    check_segments(loader);
    check_attachments(loader);
}

/* An arena, an empty scenario in it and the schema. */
static struct loader *loader_create(const struct scenario_load_options *options,
                                    struct language *language, const char *name,
                                    struct diagnostics *diagnostics)
{
    struct arena *arena = arena_create();
    struct loader *loader = arena ? arena_allocate(arena, sizeof *loader) : NULL;
    struct scenario *scenario = loader ? arena_allocate(arena, sizeof *scenario) : NULL;
    if (!scenario) {
        arena_destroy(arena);
        return NULL;
    }
    scenario->arena = arena;
    loader->arena = arena;
    loader->scenario = scenario;
    loader->diagnostics = diagnostics;
    loader->diagnostics_before = diagnostics_total(diagnostics);
    loader->language = language;
    loader->fallback = (struct scenario_position){.file = name};
    if (options)
        loader->options = *options;
    return loader;
}

static void free_documents(struct loader *loader)
{
    for (size_t i = 0; i < loader->file_count; i++)
        xmlFreeDoc(loader->files[i].document);
    loader->file_count = 0;
}

static void run_passes(struct loader *loader)
{
    if (loader_is_clean(loader))
        loader_select_case(loader);
    if (loader_is_clean(loader))
        loader_substitute_parameters(loader);
    if (loader_is_clean(loader))
        loader_validate(loader);
    if (loader_is_clean(loader))
        loader_parse(loader);
    if (loader->failure == STATUS_OK && loader->scenario->nodes_by_name)
        loader_check(loader);
}

/* Loads from memory when text is given, from the file name otherwise. */
static enum status load(const char *name, const char *text, size_t length,
                        const struct scenario_load_options *options, struct scenario **scenario,
                        struct diagnostics *diagnostics)
{
    struct language language = {0};
    *scenario = NULL;
    xmlInitParser();
    struct loader *loader =
        language_init(&language) ? loader_create(options, &language, name, diagnostics) : NULL;
    if (!loader) {
        language_destroy(&language);
        return STATUS_NO_MEMORY;
    }
    if (text)
        loader_read_memory(loader, name, text, length);
    else
        loader_read_file(loader, name);
    run_passes(loader);

    bool is_clean = loader_is_clean(loader);
    enum status status = loader->failure;
    if (status == STATUS_OK && !is_clean)
        status = STATUS_INVALID;
    free_documents(loader);
    language_destroy(&language);
    diagnostics_sort(diagnostics);
    if (status == STATUS_OK)
        *scenario = loader->scenario;
    else
        arena_destroy(loader->arena);
    return status;
}

enum status scenario_load(const char *path, const struct scenario_load_options *options,
                          struct scenario **scenario, struct diagnostics *diagnostics)
{
    return load(path, NULL, 0, options, scenario, diagnostics);
}

enum status scenario_load_memory(const char *name, const char *text, size_t length,
                                 const struct scenario_load_options *options,
                                 struct scenario **scenario, struct diagnostics *diagnostics)
{
    return load(name, length > 0 ? text : "", length, options, scenario, diagnostics);
}

void scenario_free(struct scenario *scenario)
{
    if (scenario)
        arena_destroy(scenario->arena);
}

/* The value of an attribute without entities in it; NULL: absent. */
static const char *attribute_text(const xmlNode *element, const char *name)
{
    const xmlAttr *attribute = xml_attribute(element, name);
    return attribute && attribute->children ? xml_text(attribute->children->content) : NULL;
}

/* The protocols that the machines speak, e.g. "PPTP". */
static const char *derive_protocols(const xmlNode *root)
{
    bool has_pptp = false;
    bool has_l2tp = false;
    bool has_dialup = false;
    for (xmlNode *e = xml_next_element(root, (xmlNode *)root); e; e = xml_next_element(root, e)) {
        has_dialup = has_dialup || xml_is(e, "modem");
        bool dials = xml_is(e, "connection") && xml_attribute(e, "server");
        const char *type = dials ? attribute_text(e, "type") : NULL;
        bool by_l2tp = type && strstr(type, "l2tp");
        bool answers = xml_is(e->parent, "vpn-server");
        has_l2tp = has_l2tp || by_l2tp || (answers && xml_is(e, "l2tp"));
        has_pptp = has_pptp || (answers && xml_is(e, "pptp")) ||
                   (dials && (!by_l2tp || strstr(type, "pptp")));
    }
    static const char *const protocols[] = {"",    "PPTP",     "L2TP",     "L2TP PPTP",
                                            "PPP", "PPP PPTP", "L2TP PPP", "L2TP PPP PPTP"};
    return protocols[(has_dialup ? 4 : 0) + (has_l2tp ? 2 : 0) + (has_pptp ? 1 : 0)];
}

static void summarize(struct loader *loader, struct scenario_summary *summary)
{
    const xmlNode *root = xmlDocGetRootElement(loader->files[0].document);
    summary->arena = loader->arena;
    summary->name = element_text(loader, root, "name");
    summary->title = element_text(loader, root, "title");
    summary->described_in = element_text(loader, root, "described-in");
    summary->protocols = derive_protocols(root);
    if (loader->failure == STATUS_OK && !summary->name)
        loader_error(loader, loader_position(loader, root),
                     "<scenario> lacks the attribute "
                     "\"name\"");
    if (!summary->title)
        summary->title = "";
    if (!summary->described_in)
        summary->described_in = "";
    loader_list_cases(loader, summary);
}

enum status scenario_summarize(const char *path, struct scenario_summary *summary,
                               struct diagnostics *diagnostics)
{
    *summary = (struct scenario_summary){0};
    xmlInitParser();
    struct loader *loader = loader_create(NULL, NULL, path, diagnostics);
    if (!loader)
        return STATUS_NO_MEMORY;
    loader_read_file(loader, path);
    if (loader_is_clean(loader))
        loader_substitute_parameters(loader);
    if (loader_is_clean(loader))
        summarize(loader, summary);
    bool is_clean = loader_is_clean(loader);
    enum status status = loader->failure;
    if (status == STATUS_OK && !is_clean)
        status = STATUS_INVALID;
    free_documents(loader);
    if (status != STATUS_OK) {
        arena_destroy(loader->arena);
        *summary = (struct scenario_summary){0};
    }
    return status;
}

void scenario_summary_free(struct scenario_summary *summary)
{
    arena_destroy(summary->arena);
    *summary = (struct scenario_summary){0};
}

bool scenario_is_scenario_file(const char *path)
{
    struct diagnostics diagnostics;
    diagnostics_init(&diagnostics);
    xmlInitParser();
    struct loader *loader = loader_create(NULL, NULL, path, &diagnostics);
    bool is_scenario = false;
    if (loader) {
        loader_read_root(loader, path);
        is_scenario = loader->file_count > 0 &&
                      xml_is(xmlDocGetRootElement(loader->files[0].document), "scenario");
        free_documents(loader);
        arena_destroy(loader->arena);
    }
    diagnostics_destroy(&diagnostics);
    return is_scenario;
}
