/* Cases: variants of a scenario in one file, of which a load takes one or none. */
#include "scenario/loader.h"
#include "scenario/suggest.h"

#include <string.h>

static bool is_called(const xmlNode *element, const char *name)
{
    const xmlAttr *attribute = xml_attribute(element, "name");
    xmlChar *value = attribute ? xmlNodeGetContent((const xmlNode *)attribute) : NULL;
    bool same = value && strcmp(xml_text(value), name) == 0;
    xmlFree(value);
    return same;
}

static void report_missing(struct loader *loader, const xmlNode *root)
{
    char text[SUGGESTION_TEXT_SIZE];
    const char *wanted = loader->options.case_name;
    struct suggestion suggestion = suggest_start(wanted);
    for (const xmlNode *e = xml_first_child(root); e; e = xml_next_sibling(e)) {
        const xmlAttr *name = xml_is(e, "case") ? xml_attribute(e, "name") : NULL;
        const char *value = name ? xml_value(loader, name) : NULL;
        if (value)
            suggest_consider(&suggestion, value);
    }
    loader_error(loader, loader->fallback, "there is no case \"%s\"%s", wanted,
                 suggest_text(&suggestion, text));
}

void loader_select_case(struct loader *loader)
{
    xmlNode *root = xmlDocGetRootElement(loader->files[0].document);
    const char *wanted = loader->options.case_name;
    for (xmlNode *e = xml_first_child(root); e && wanted; e = xml_next_sibling(e)) {
        if (!xml_is(e, "case") || !is_called(e, wanted))
            continue;
        if (loader->selected_case)
            loader_error(loader, loader_position(loader, e),
                         "the case \"%s\" is declared twice; the other one is at line %u", wanted,
                         loader_position(loader, loader->selected_case).line);
        loader->selected_case = e;
    }
    if (wanted && !loader->selected_case)
        report_missing(loader, root);
    if (!loader_is_clean(loader))
        return;
    /* What the others say is of no concern: their values need not even fit here. */
    for (xmlNode *e = xml_first_child(root), *next; e; e = next) {
        next = xml_next_sibling(e);
        if (xml_is(e, "case") && e != loader->selected_case) {
            xmlUnlinkNode(e);
            xmlFreeNode(e);
        }
    }
}

void loader_list_cases(struct loader *loader, struct scenario_summary *summary)
{
    const xmlNode *root = xmlDocGetRootElement(loader->files[0].document);
    size_t count = 0;
    for (const xmlNode *e = xml_first_child(root); e; e = xml_next_sibling(e))
        count += xml_is(e, "case") ? 1 : 0;
    summary->cases = loader_allocate(loader, count, sizeof *summary->cases);
    for (const xmlNode *e = xml_first_child(root); e && summary->cases; e = xml_next_sibling(e)) {
        const xmlAttr *name = xml_is(e, "case") ? xml_attribute(e, "name") : NULL;
        const xmlAttr *title = name ? xml_attribute(e, "title") : NULL;
        if (!name)
            continue;
        struct scenario_case *item = &summary->cases[summary->case_count];
        item->name = xml_value(loader, name);
        item->title = title ? xml_value(loader, title) : summary->title;
        if (!item->name || !item->title)
            return;
        summary->case_count++;
    }
}
