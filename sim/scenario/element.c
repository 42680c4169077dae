#include "scenario/element.h"

#include "scenario/language.h"
#include "scenario/values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void element_wrong_value_text(struct loader *loader, const xmlNode *element, const char *name,
                              char *text, size_t size)
{
    const struct language *language = loader->language;
    const xmlNode *type = language_type_at(language, element);
    const xmlNode *declaration = type ? language_attribute(language, type, name) : NULL;
    const xmlAttr *attribute = xml_attribute(element, name);
    const char *value = attribute ? xml_value(loader, attribute) : NULL;
    char expected[300] = "another value";
    if (declaration)
        language_expected(language, language_property(declaration, "type"), expected,
                          sizeof expected);
    snprintf(text, size, "%s=\"%.80s\" of <%s>: expected %s", name, value ? value : "",
             element->name, expected);
}

void element_wrong_value(struct loader *loader, const xmlNode *element, const char *name)
{
    char text[500];
    loader->has_wrong_values = true;
    if (loader_is_full(loader))
        return;
    element_wrong_value_text(loader, element, name, text, sizeof text);
    loader_error(loader, loader_attribute_position(loader, element, name), "%s", text);
}

const char *element_text(struct loader *loader, const xmlNode *element, const char *name)
{
    const xmlAttr *attribute = xml_attribute(element, name);
    return attribute ? xml_value(loader, attribute) : NULL;
}

uint64_t element_number(struct loader *loader, const xmlNode *element, const char *name,
                        uint64_t absent)
{
    const char *text = element_text(loader, element, name);
    uint64_t number = absent;
    if (text && !value_number(text, UINT64_MAX, &number))
        element_wrong_value(loader, element, name);
    return number;
}

instant element_duration(struct loader *loader, const xmlNode *element, const char *name,
                         instant absent)
{
    const char *text = element_text(loader, element, name);
    instant duration = absent;
    if (text && !value_duration(text, &duration))
        element_wrong_value(loader, element, name);
    return duration;
}

uint64_t element_rate(struct loader *loader, const xmlNode *element, const char *name)
{
    const char *text = element_text(loader, element, name);
    uint64_t bps = 0;
    if (text && !value_rate(text, &bps))
        element_wrong_value(loader, element, name);
    return bps;
}

uint64_t element_size(struct loader *loader, const xmlNode *element, const char *name)
{
    const char *text = element_text(loader, element, name);
    uint64_t octets = 0;
    if (text && !value_size(text, &octets))
        element_wrong_value(loader, element, name);
    return octets;
}

uint32_t element_probability(struct loader *loader, const xmlNode *element, const char *name)
{
    const char *text = element_text(loader, element, name);
    uint32_t ppm = 0;
    if (text && !value_probability(text, &ppm))
        element_wrong_value(loader, element, name);
    return ppm;
}

enum scenario_choice element_yes_no(struct loader *loader, const xmlNode *element, const char *name)
{
    const char *text = element_text(loader, element, name);
    if (!text)
        return SCENARIO_UNSET;
    return strcmp(text, "yes") == 0 ? SCENARIO_YES : SCENARIO_NO;
}

bool element_is_yes(struct loader *loader, const xmlNode *element, const char *name)
{
    return element_yes_no(loader, element, name) == SCENARIO_YES;
}

ipv4_address element_address(struct loader *loader, const xmlNode *element, const char *name)
{
    const char *text = element_text(loader, element, name);
    ipv4_address address = IPV4_ANY;
    if (text && !ipv4_parse(text, &address))
        element_wrong_value(loader, element, name);
    return address;
}

struct ip_address element_ip_address(struct loader *loader, const xmlNode *element,
                                     const char *name)
{
    struct ip_address address = {.version = 0};
    const char *text = element_text(loader, element, name);
    if (text && !ip_address_parse(text, &address))
        element_wrong_value(loader, element, name);
    return address;
}

bool element_ip_network(struct loader *loader, const xmlNode *element, const char *name,
                        struct ip_address *address, unsigned *prefix_length)
{
    const char *text = element_text(loader, element, name);
    if (!text)
        return false;
    if (ip_address_parse_prefix(text, address, prefix_length))
        return true;
    element_wrong_value(loader, element, name);
    return false;
}

char *element_word(struct loader *loader, const char **text)
{
    static const char blanks[] = " \t\r\n";
    *text += strspn(*text, blanks);
    size_t length = strcspn(*text, blanks);
    char *word = length > 0 ? loader_copy(loader, *text, length) : NULL;
    *text += length;
    return word;
}

ipv4_address *element_addresses(struct loader *loader, const xmlNode *element, const char *name,
                                size_t *count)
{
    const char *text = element_text(loader, element, name);
    *count = 0;
    if (!text)
        return NULL;
    ipv4_address *addresses = loader_allocate(loader, strlen(text) / 2 + 1, sizeof *addresses);
    for (const char *word; addresses && (word = element_word(loader, &text));) {
        if (!ipv4_parse(word, &addresses[*count])) {
            element_wrong_value(loader, element, name);
            return addresses;
        }
        (*count)++;
    }
    return addresses;
}

bool element_prefix(struct loader *loader, const xmlNode *element, const char *name,
                    ipv4_address *address, unsigned *prefix_length)
{
    const char *text = element_text(loader, element, name);
    if (!text)
        return false;
    if (ipv4_parse_prefix(text, address, prefix_length))
        return true;
    element_wrong_value(loader, element, name);
    return false;
}

unsigned element_index(struct loader *loader, const xmlNode *element, const char *name,
                       const char *const *names, unsigned absent)
{
    const char *text = element_text(loader, element, name);
    unsigned index = absent;
    if (text && !value_choice(text, names, &index))
        element_wrong_value(loader, element, name);
    return index;
}

static int compare_names(const void *a, const void *b)
{
    const struct element_name *first = a;
    const struct element_name *second = b;
    int order = strcmp(first->name, second->name);
    if (order != 0)
        return order;
    return (first->order > second->order) - (first->order < second->order);
}

void element_check_unique(struct loader *loader, struct element_name *names, size_t count,
                          const char *what)
{
    if (count < 2)
        return;
    qsort(names, count, sizeof *names, compare_names);
    size_t first = 0;
    for (size_t i = 1; i < count; i++) {
        if (strcmp(names[first].name, names[i].name) != 0)
            first = i;
        else
            loader_error(loader, names[i].at, "a second %s \"%.80s\"; the first one is at %s:%u",
                         what, names[i].name, names[first].at.file, names[first].at.line);
    }
}
