#ifndef VPNSIM_CORE_TRACE_VALUE_H
#define VPNSIM_CORE_TRACE_VALUE_H

#include "base/trace.h"

#include <stddef.h>

/**
 * The value of @p field as text, the same for the event log, expectations and the console: numbers
 * in decimal, addresses as dotted quads, octets as lower-case hexadecimal. The result is the
 * field's own text or @p buffer, which holds @p size octets (32 are enough for numbers and
 * addresses); octets that do not fit are cut off and end in "..".
 */
const char *trace_value(const struct trace_field *field, char *buffer, size_t size);

/** The first field with this key; NULL when the event has none. */
const struct trace_field *trace_find(const struct trace_event *event, const char *key);

#endif
