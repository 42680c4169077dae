#include "expect/event_pattern.h"

#include "core/trace_value.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Longer octet strings than half of this cannot be compared; trace_value() cuts them off. */
#define VALUE_SIZE 1024

#define NODE_WEIGHT  1000000u
#define FIELD_WEIGHT 10u

/* Field values that are text may still be numbers ("128"); anything else has none. */
static bool value_number(const struct trace_field *field, const char *value, uint64_t *number)
{
    if (field->kind == TRACE_UNSIGNED) {
        *number = field->number;
        return true;
    }
    if (field->kind != TRACE_TEXT || !isdigit((unsigned char)value[0]))
        return false;
    char *end;
    *number = strtoull(value, &end, 10);
    return *end == '\0';
}

static bool field_matches(const struct field_pattern *pattern, const struct trace_event *event)
{
    const struct trace_field *field = trace_find(event, pattern->name);
    if (!field)
        return false;
    char buffer[VALUE_SIZE];
    const char *value = trace_value(field, buffer, sizeof buffer);
    if (pattern->is && strcmp(value, pattern->is) != 0)
        return false;
    if (pattern->is_not && strcmp(value, pattern->is_not) == 0)
        return false;
    if (!pattern->has_min && !pattern->has_max)
        return true;
    uint64_t number;
    return value_number(field, value, &number) && (!pattern->has_min || number >= pattern->min) &&
           (!pattern->has_max || number <= pattern->max);
}

uint32_t event_pattern_score(const struct event_pattern *pattern, const struct trace_event *event)
{
    uint32_t score = 0;
    bool all = true;
    if (!pattern->node || strcmp(pattern->node, event->node) == 0)
        score += NODE_WEIGHT;
    else
        all = false;
    for (size_t i = 0; i < pattern->field_count; i++)
        if (field_matches(&pattern->fields[i], event))
            score += FIELD_WEIGHT;
        else
            all = false;
    if (event->at >= pattern->window.after && event->at <= pattern->window.before)
        score++;
    else
        all = false;
    return all ? EVENT_PATTERN_MATCH : score;
}

bool event_pattern_matches(const struct event_pattern *pattern, const struct trace_event *event)
{
    return strcmp(pattern->name, event->name) == 0 &&
           event_pattern_score(pattern, event) == EVENT_PATTERN_MATCH;
}
