#include "scenario/diagnostics.h"

#include "core/arena.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

/* The longest message kept; what is longer ends in "...". */
#define DIAGNOSTIC_SIZE 600

void diagnostics_init(struct diagnostics *diagnostics)
{
    *diagnostics = (struct diagnostics){0};
}

void diagnostics_destroy(struct diagnostics *diagnostics)
{
    arena_destroy(diagnostics->arena);
    diagnostics_init(diagnostics);
}

/* A file's name and a value of a hostile file are shown to a terminal. */
static void replace_control_characters(char *text)
{
    for (; *text; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = ' ';
    }
}

static const char *keep_text(struct diagnostics *diagnostics, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = arena_allocate(diagnostics->arena, size);
    if (copy) {
        memcpy(copy, text, size);
        replace_control_characters(copy);
    }
    return copy;
}

static bool is_known(const struct diagnostics *diagnostics, struct scenario_position at,
                     const char *text)
{
    for (size_t i = 0; i < diagnostics->count; i++) {
        const struct diagnostic *item = &diagnostics->items[i];
        if (item->at.line == at.line && strcmp(item->text, text) == 0 &&
            strcmp(item->at.file, at.file) == 0)
            return true;
    }
    return false;
}

/* Cuts a message that was too long where no UTF-8 sequence is broken. */
static void mark_cut(char text[DIAGNOSTIC_SIZE])
{
    size_t end = DIAGNOSTIC_SIZE - 4;
    while (end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80)
        end--;
    memcpy(text + end, "...", 4);
}

void diagnostics_add(struct diagnostics *diagnostics, struct scenario_position at,
                     const char *format, ...)
{
    char text[DIAGNOSTIC_SIZE];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length >= DIAGNOSTIC_SIZE)
        mark_cut(text);
    replace_control_characters(text);

    if (!diagnostics->arena)
        diagnostics->arena = arena_create();
    if (!diagnostics->arena || diagnostics->count == DIAGNOSTICS_CAPACITY) {
        diagnostics->omitted++;
        return;
    }
    at.file = keep_text(diagnostics, at.file ? at.file : "");
    const char *copy = keep_text(diagnostics, text);
    if (!at.file || !copy) {
        diagnostics->omitted++;
        return;
    }
    if (is_known(diagnostics, at, copy))
        return;
    diagnostics->items[diagnostics->count++] = (struct diagnostic){.at = at, .text = copy};
}

size_t diagnostics_total(const struct diagnostics *diagnostics)
{
    return diagnostics->count + diagnostics->omitted;
}

/* Files keep the order in which they first appear. */
static size_t file_rank(const struct diagnostics *diagnostics, const char *file)
{
    size_t rank = 0;
    while (strcmp(diagnostics->items[rank].at.file, file) != 0)
        rank++;
    return rank;
}

void diagnostics_sort(struct diagnostics *diagnostics)
{
    size_t ranks[DIAGNOSTICS_CAPACITY];
    for (size_t i = 0; i < diagnostics->count; i++)
        ranks[i] = file_rank(diagnostics, diagnostics->items[i].at.file);
    for (size_t i = 1; i < diagnostics->count; i++) {
        struct diagnostic item = diagnostics->items[i];
        size_t rank = ranks[i];
        size_t j = i;
        for (; j > 0; j--) {
            if (ranks[j - 1] < rank ||
                (ranks[j - 1] == rank && diagnostics->items[j - 1].at.line <= item.at.line))
                break;
            diagnostics->items[j] = diagnostics->items[j - 1];
            ranks[j] = ranks[j - 1];
        }
        diagnostics->items[j] = item;
        ranks[j] = rank;
    }
}

void diagnostics_print(const struct diagnostics *diagnostics, FILE *stream)
{
    for (size_t i = 0; i < diagnostics->count; i++) {
        const struct diagnostic *item = &diagnostics->items[i];
        if (item->at.line > 0)
            fprintf(stream, "%s:%u: %s\n", item->at.file, item->at.line, item->text);
        else
            fprintf(stream, "%s: %s\n", item->at.file, item->text);
    }
    if (diagnostics->omitted > 0)
        fprintf(stream, "... and %zu more\n", diagnostics->omitted);
}
