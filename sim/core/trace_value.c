#include "core/trace_value.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *octets_text(const struct trace_field *field, char *buffer, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    size_t room = (size - 1) / 2;
    bool all = field->number <= room;
    size_t shown = all ? (size_t)field->number : room - 1;
    char *end = buffer;
    for (size_t i = 0; i < shown; i++) {
        *end++ = digits[field->octets[i] >> 4];
        *end++ = digits[field->octets[i] & 15];
    }
    if (!all) {
        *end++ = '.';
        *end++ = '.';
    }
    *end = '\0';
    return buffer;
}

const char *trace_value(const struct trace_field *field, char *buffer, size_t size)
{
    switch (field->kind) {
    case TRACE_UNSIGNED:
        snprintf(buffer, size, "%" PRIu64, field->number);
        return buffer;
    case TRACE_TEXT:
        return field->text ? field->text : "";
    case TRACE_ADDRESS:
        return size < IPV4_TEXT_SIZE ? "" : ipv4_format((ipv4_address)field->number, buffer);
    case TRACE_OCTETS:
        return octets_text(field, buffer, size);
    }
    return "";
}

const struct trace_field *trace_find(const struct trace_event *event, const char *key)
{
    for (size_t i = 0; i < event->field_count; i++)
        if (strcmp(event->fields[i].key, key) == 0)
            return &event->fields[i];
    return NULL;
}
