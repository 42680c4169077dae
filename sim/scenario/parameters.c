/* Parameters: ${name} in any attribute, before the schema sees it. */
#include "scenario/loader.h"
#include "scenario/suggest.h"

#include <string.h>

/* So that looking a parameter up one by one stays cheap. */
#define PARAMETERS_MAX 256

/* Most octets that the values put in may have together: a guard against a bomb. */
#define SUBSTITUTED_TOTAL_MAX ((size_t)16 << 20)

static bool is_parameter_element(const xmlNode *element)
{
    return xml_is(element, "parameter") || xml_is(element, "set");
}

static struct scenario_parameter *find(const struct loader *loader, const char *name, size_t length)
{
    struct scenario *scenario = loader->scenario;
    for (size_t i = 0; i < scenario->parameter_count; i++) {
        struct scenario_parameter *parameter = &scenario->parameters[i];
        if (strlen(parameter->name) == length && memcmp(parameter->name, name, length) == 0)
            return parameter;
    }
    return NULL;
}

static const char *suggest(const struct loader *loader, const char *name,
                           char text[SUGGESTION_TEXT_SIZE])
{
    struct suggestion suggestion = suggest_start(name);
    for (size_t i = 0; i < loader->scenario->parameter_count; i++)
        suggest_consider(&suggestion, loader->scenario->parameters[i].name);
    return suggest_text(&suggestion, text);
}

/* Collects the declarations; a malformed one is left to the schema. */
static void collect(struct loader *loader, const xmlNode *root)
{
    size_t count = 0;
    for (xmlNode *e = xml_next_element(root, (xmlNode *)root); e; e = xml_next_element(root, e))
        count += xml_is(e, "parameter") ? 1 : 0;
    struct scenario *scenario = loader->scenario;
    if (count > PARAMETERS_MAX) {
        loader_error(loader, loader->fallback, "there are %zu parameters; expected at most %d",
                     count, PARAMETERS_MAX);
        return;
    }
    scenario->parameters = loader_allocate(loader, count, sizeof *scenario->parameters);
    if (!scenario->parameters)
        return;
    for (xmlNode *e = xml_next_element(root, (xmlNode *)root); e; e = xml_next_element(root, e)) {
        const xmlAttr *name = xml_is(e, "parameter") ? xml_attribute(e, "name") : NULL;
        const xmlAttr *value = name ? xml_attribute(e, "default") : NULL;
        const xmlAttr *description = name ? xml_attribute(e, "description") : NULL;
        if (!value)
            continue;
        struct scenario_parameter parameter = {.at = loader_position(loader, e),
                                               .name = xml_value(loader, name),
                                               .value = xml_value(loader, value)};
        if (description)
            parameter.description = xml_value(loader, description);
        if (loader->failure != STATUS_OK)
            return;
        const struct scenario_parameter *other =
            find(loader, parameter.name, strlen(parameter.name));
        if (other)
            loader_error(loader, parameter.at,
                         "the parameter \"%s\" is declared twice; the other one is at %s:%u",
                         parameter.name, other->at.file, other->at.line);
        else
            scenario->parameters[scenario->parameter_count++] = parameter;
    }
}

/* Applies the set elements in parent; none of them sets what another one there does. */
static void apply_sets(struct loader *loader, const xmlNode *parent)
{
    bool *is_set = loader_allocate(loader, loader->scenario->parameter_count + 1, sizeof *is_set);
    char text[SUGGESTION_TEXT_SIZE];
    for (xmlNode *e = xml_first_child(parent); e && is_set; e = xml_next_sibling(e)) {
        const xmlAttr *name = xml_is(e, "set") ? xml_attribute(e, "parameter") : NULL;
        const xmlAttr *value = name ? xml_attribute(e, "value") : NULL;
        if (!value)
            continue;
        const char *wanted = xml_value(loader, name);
        const char *new_value = xml_value(loader, value);
        if (!wanted || !new_value)
            return;
        struct scenario_parameter *parameter = find(loader, wanted, strlen(wanted));
        struct scenario_position at = loader_position(loader, e);
        if (!parameter) {
            loader_error(loader, at, "there is no parameter \"%s\"%s", wanted,
                         suggest(loader, wanted, text));
            continue;
        }
        bool *seen = &is_set[parameter - loader->scenario->parameters];
        if (*seen)
            loader_error(loader, at, "the parameter \"%s\" is set twice", wanted);
        *seen = true;
        parameter->value = new_value;
    }
}

static void apply_overrides(struct loader *loader)
{
    char text[SUGGESTION_TEXT_SIZE];
    for (size_t i = 0; i < loader->options.override_count; i++) {
        const char *override = loader->options.overrides[i];
        const char *equals = strchr(override, '=');
        struct scenario_position at = loader->fallback;
        if (!equals || equals == override) {
            loader_error(loader, at, "the override \"%s\" is malformed; expected NAME=VALUE",
                         override);
            continue;
        }
        const char *name = loader_copy(loader, override, (size_t)(equals - override));
        const char *value = loader_copy(loader, equals + 1, strlen(equals + 1));
        if (!name || !value)
            return;
        struct scenario_parameter *parameter = find(loader, name, strlen(name));
        if (!parameter)
            loader_error(loader, at, "the override \"%s\" names no parameter of this scenario%s",
                         override, suggest(loader, name, text));
        else if (!xmlCheckUTF8((const unsigned char *)value))
            loader_error(loader, at, "the override of \"%s\" is not UTF-8 text", name);
        else
            parameter->value = value;
    }
}

/* Where a value is put together. */
struct substitution {
    struct loader *loader;
    struct scenario_position at;
    char text[LOADER_ATTRIBUTE_SIZE_MAX + 1];
    size_t length;
};

static bool append(struct substitution *substitution, const char *text, size_t length)
{
    if (length > LOADER_ATTRIBUTE_SIZE_MAX - substitution->length) {
        loader_error(substitution->loader, substitution->at,
                     "an attribute is too long with its parameters; expected at most %zu octets",
                     LOADER_ATTRIBUTE_SIZE_MAX);
        return false;
    }
    memcpy(substitution->text + substitution->length, text, length);
    substitution->length += length;
    return true;
}

/* Puts the value of the reference at *cursor (behind "${") in. */
static bool append_parameter(struct substitution *substitution, const char **cursor)
{
    char text[SUGGESTION_TEXT_SIZE];
    const char *end = strchr(*cursor, '}');
    if (!end) {
        loader_error(substitution->loader, substitution->at,
                     "\"${\" without \"}\"; expected ${name}");
        return false;
    }
    size_t length = (size_t)(end - *cursor);
    const struct scenario_parameter *parameter = find(substitution->loader, *cursor, length);
    if (!parameter) {
        const char *name = loader_copy(substitution->loader, *cursor, length);
        if (name)
            loader_error(substitution->loader, substitution->at, "there is no parameter \"%s\"%s",
                         name, suggest(substitution->loader, name, text));
        return false;
    }
    *cursor = end + 1;
    return append(substitution, parameter->value, strlen(parameter->value));
}

/* The value with its parameters put in, in the substitution's text; false: a diagnostic says why.
 */
static bool substitute(struct substitution *substitution, const char *value)
{
    substitution->length = 0;
    for (;;) {
        const char *reference = strstr(value, "${");
        if (!append(substitution, value, reference ? (size_t)(reference - value) : strlen(value)))
            return false;
        if (!reference)
            break;
        value = reference + 2;
        if (!append_parameter(substitution, &value))
            return false;
    }
    substitution->text[substitution->length] = '\0';
    return true;
}

static void substitute_attributes(struct substitution *substitution, xmlNode *element,
                                  size_t *total)
{
    struct loader *loader = substitution->loader;
    for (xmlAttr *attribute = element->properties; attribute; attribute = attribute->next) {
        const char *value = xml_value(loader, attribute);
        if (!value)
            return;
        if (!strstr(value, "${"))
            continue;
        substitution->at = loader_position(loader, (const xmlNode *)attribute);
        if (!substitute(substitution, value))
            continue;
        *total += substitution->length;
        if (*total > SUBSTITUTED_TOTAL_MAX) {
            loader_error(loader, substitution->at, "the parameters make the scenario too large");
            return;
        }
        if (!xmlSetNsProp(element, attribute->ns, attribute->name,
                          (const xmlChar *)substitution->text))
            loader->failure = STATUS_NO_MEMORY;
    }
}

void loader_substitute_parameters(struct loader *loader)
{
    xmlNode *root = xmlDocGetRootElement(loader->files[0].document);
    size_t total = 0;
    collect(loader, root);
    apply_sets(loader, root);
    if (loader->selected_case)
        apply_sets(loader, loader->selected_case);
    apply_overrides(loader);
    struct substitution *substitution = loader_allocate(loader, 1, sizeof *substitution);
    if (!substitution)
        return;
    substitution->loader = loader;
    for (xmlNode *element = root; element && loader->failure == STATUS_OK;
         element = xml_next_element(root, element)) {
        if (!is_parameter_element(element))
            substitute_attributes(substitution, element, &total);
        if (total > SUBSTITUTED_TOTAL_MAX)
            return;
    }
}
