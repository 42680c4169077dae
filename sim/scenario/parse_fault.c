/* Actions of the timeline that befall chosen frames of a link. */
#include "scenario/parse.h"
#include "scenario/values.h"

#include <inttypes.h>
#include <string.h>

/* Filters are compiled by whoever has libpcap. */
static void check_filter(struct loader *loader, const xmlNode *element, const char *filter)
{
    const struct scenario_vocabulary *vocabulary = loader->options.vocabulary;
    char message[200];
    if (filter && vocabulary && vocabulary->filter_compiles &&
        !vocabulary->filter_compiles(vocabulary->context, NULL, filter, message, sizeof message))
        loader_error(loader, loader_attribute_position(loader, element, "filter"),
                     "filter=\"%.80s\" of <%s>: %s", filter, element->name, message);
}

/* The bits that <corrupt> flips. */
static void parse_bits(struct loader *loader, const xmlNode *element,
                       struct scenario_action_fault *fault)
{
    const char *text = element_text(loader, element, "bits");
    uint8_t *mask = text ? loader_allocate(loader, strlen(text) / 2 + 1, 1) : NULL;
    if (!mask)
        return;
    if (!value_hex(text, mask, &fault->mask_length)) {
        element_wrong_value(loader, element, "bits");
        return;
    }
    bool any = false;
    for (size_t i = 0; i < fault->mask_length; i++)
        any = any || mask[i] != 0;
    if (!any)
        loader_error(loader, loader_attribute_position(loader, element, "bits"),
                     "bits=\"%.80s\" of <corrupt> flips nothing; expected a bit that is 1", text);
    fault->mask = mask;
}

void parse_fault(struct loader *loader, const xmlNode *element, struct scenario_action_fault *fault)
{
    fault->link = parse_link_reference(loader, element, "link");
    fault->from = parse_node_reference(loader, element, "from");
    fault->filter = element_text(loader, element, "filter");
    fault->first = element_number(loader, element, "first", 0);
    fault->last = element_number(loader, element, "last", fault->first);
    fault->by = element_duration(loader, element, "by", 0);
    fault->offset = (uint32_t)element_number(loader, element, "offset", 0);
    check_filter(loader, element, fault->filter);
    parse_bits(loader, element, fault);
    if (fault->last < fault->first)
        loader_error(loader, loader_attribute_position(loader, element, "last"),
                     "last=\"%" PRIu64 "\" of <%s> is before first=\"%" PRIu64
                     "\"; expected first <= last",
                     fault->last, element->name, fault->first);
    if (fault->link && fault->from && fault->link->ends[0].node != fault->from &&
        fault->link->ends[1].node != fault->from)
        loader_error(loader, loader_attribute_position(loader, element, "from"),
                     "\"%s\" is no end of the link \"%s\"; expected one of its two machines",
                     fault->from->name, fault->link->name);
}
