#include "capture/events_log.h"

#include "capture/line_log.h"
#include "core/trace_value.h"

#include <jansson.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER_SIZE (UINT64_C(1) << 18)
/* The longest value shown; longer octet strings are cut off with "..". */
#define VALUE_SIZE 4096
/* Kept small on purpose: a line that does not fit is built again on the heap. */
#define LINE_SIZE 2048

struct events_log {
    struct line_log lines;
    char *buffer;
};

/* A JSON string from text that may hold any octets (names that came off the wire). */
static json_t *text_value(const char *text)
{
    json_t *value = json_string(text);
    if (value)
        return value;
    size_t length = strlen(text);
    char *escaped = malloc(length * 4 + 1);
    if (!escaped)
        return NULL;
    char *end = escaped;
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < 0x80)
            *end++ = text[i];
        else
            end += snprintf(end, 5, "\\x%02x", (unsigned char)text[i]);
    *end = '\0';
    value = json_string(escaped);
    free(escaped);
    return value;
}

static json_t *field_value(const struct trace_field *field)
{
    if (field->kind == TRACE_UNSIGNED && field->number <= INT64_MAX)
        return json_integer((json_int_t)field->number);
    char buffer[VALUE_SIZE];
    return text_value(trace_value(field, buffer, sizeof buffer));
}

/* A field that is called like one of the fixed members must not replace it. */
static void add_field(json_t *object, const struct trace_field *field)
{
    char key[64];
    bool taken = json_object_get(object, field->key) != NULL;
    snprintf(key, sizeof key, "field.%s", field->key);
    json_object_set_new_nocheck(object, taken ? key : field->key, field_value(field));
}

static json_t *event_object(const struct trace_event *event)
{
    json_t *object = json_object();
    json_object_set_new_nocheck(object, "t", json_integer((json_int_t)event->at));
    json_object_set_new_nocheck(object, "node", text_value(event->node));
    json_object_set_new_nocheck(object, "event", text_value(event->name));
    for (size_t i = 0; i < event->field_count; i++)
        add_field(object, &event->fields[i]);
    return object;
}

void events_log_receive(void *context, const struct trace_event *event)
{
    struct events_log *log = context;
    if (log->lines.failure)
        return;
    json_t *object = event_object(event);
    char line[LINE_SIZE];
    size_t length = json_dumpb(object, line, sizeof line, JSON_COMPACT);
    if (length > 0 && length <= sizeof line) {
        line_log_write(&log->lines, line, length);
    } else {
        char *text = json_dumps(object, JSON_COMPACT);
        if (text)
            line_log_write(&log->lines, text, strlen(text));
        else
            log->lines.failure = ENOMEM;
        free(text);
    }
    json_decref(object);
}

static void destroy(struct events_log *log)
{
    free(log->buffer);
    free(log);
}

enum status events_log_open(const char *path, struct events_log **log, char *error,
                            size_t error_size)
{
    struct events_log *made = calloc(1, sizeof *made);
    if (!made || !(made->buffer = malloc(BUFFER_SIZE))) {
        free(made);
        snprintf(error, error_size, "%s: %s", path, status_text(STATUS_NO_MEMORY));
        return STATUS_NO_MEMORY;
    }
    enum status status = line_log_open(&made->lines, path, error, error_size);
    if (status != STATUS_OK) {
        destroy(made);
        return status;
    }
    setvbuf(made->lines.file, made->buffer, _IOFBF, BUFFER_SIZE);
    /* The library otherwise seeds its hash tables from the machine's randomness. */
    json_object_seed(1);
    *log = made;
    return STATUS_OK;
}

bool events_log_failed(const struct events_log *log)
{
    return log->lines.failure != 0;
}

enum status events_log_close(struct events_log *log, char *error, size_t error_size)
{
    enum status status = line_log_close(&log->lines, error, error_size);
    destroy(log);
    return status;
}
