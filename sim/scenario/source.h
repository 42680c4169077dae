#ifndef VPNSIM_SCENARIO_SOURCE_H
#define VPNSIM_SCENARIO_SOURCE_H

#include "scenario/loader.h"

/** The text of a file, in the loader's arena. */
struct source {
    const char *text;
    size_t length;
    dev_t device;
    ino_t inode;
};

/**
 * Reads the regular file @p path whole. On failure @p reason (static text or arena) says why in a
 * few words: STATUS_NOT_FOUND: no such file; STATUS_IO: cannot be read, not a regular file;
 * STATUS_INVALID: larger than the limits; STATUS_NO_MEMORY.
 */
enum status source_read(struct loader *loader, const char *path, struct source *source,
                        const char **reason);

/**
 * Parses @p text as the file @p name without opening anything else, and notes for every element
 * and attribute where it is written. NULL: a diagnostic or the failure says why. The document has
 * no document type and no entities; its owner frees it.
 */
xmlDoc *document_parse(struct loader *loader, const char *name, const char *text, size_t length);

/** Notes the places of all elements and attributes of @p document, which was parsed from @p text.
 */
void document_note_places(struct loader *loader, xmlDoc *document, const char *name,
                          const char *text, size_t length);

#endif
