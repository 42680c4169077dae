#ifndef VPNSIM_SCENARIO_LOADER_H
#define VPNSIM_SCENARIO_LOADER_H

#include "base/status.h"
#include "scenario/diagnostics.h"
#include "scenario/scenario_xml.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <libxml/tree.h>

/*
 * Inner interface of the loader. A load runs in passes: read and include (document.c, xinclude.c),
 * substitute parameters (parameters.c), validate against the schema (schema.c), build the model
 * (parse_*.c), check it (check_*.c). Each pass finds as many mistakes as it can; the next one runs
 * only when there was none.
 */

/** Most octets of one file, and of all files of a scenario together. */
#define LOADER_FILE_SIZE_MAX  ((size_t)4 << 20)
#define LOADER_TOTAL_SIZE_MAX ((size_t)16 << 20)
/** Most files of a scenario, and how deep they may include each other. */
#define LOADER_FILE_COUNT_MAX    64
#define LOADER_INCLUDE_DEPTH_MAX 8
/** How deep elements of one file may be nested. */
#define LOADER_ELEMENT_DEPTH_MAX 32
/** Most octets of an attribute, also after parameters have been put in. */
#define LOADER_ATTRIBUTE_SIZE_MAX ((size_t)4096)

/** One file of the scenario; an included one points to its includer. */
struct loader_file {
    const char *name;
    dev_t device; /**< device and inode tell a file from another, for cycles */
    ino_t inode;
    const struct loader_file *parent;
    unsigned depth;
    xmlDoc *document;
};

/** One load, shared by all passes. */
struct loader {
    struct arena *arena; /**< becomes the scenario's */
    struct diagnostics *diagnostics;
    size_t diagnostics_before; /**< those of the caller */
    struct scenario_load_options options;
    struct scenario *scenario;
    bool in_memory;               /**< the text came from memory: nothing can be included */
    bool links_are_whole;         /**< no link has a mistake of its own */
    bool has_wrong_values;        /**< some attributes could not be read: they count as zero */
    const xmlNode *selected_case; /**< NULL: none */
    struct loader_file files[LOADER_FILE_COUNT_MAX];
    size_t file_count;
    size_t total_size;
    const struct language *language; /**< the schema as a document */
    enum status failure;             /**< first local failure */
    struct scenario_position fallback;
};

/** Zeroed memory for @p count elements in the arena; NULL: failure is set. 0 elements: NULL. */
void *loader_allocate(struct loader *loader, size_t count, size_t size);

/** A copy of @p length octets and a terminator in the arena; NULL: failure is set. */
char *loader_copy(struct loader *loader, const char *text, size_t length);

/** True when nothing is wrong yet: no diagnostic, no failure. */
bool loader_is_clean(const struct loader *loader);

/** True when no further diagnostic would be kept: it is counted, and need not be worked out. */
bool loader_is_full(struct loader *loader);

/** Where @p node (an element or attribute) is written. */
struct scenario_position loader_position(const struct loader *loader, const xmlNode *node);

/** Where the attribute @p name of @p element is written; the element when it has none. */
struct scenario_position loader_attribute_position(const struct loader *loader,
                                                   const xmlNode *element, const char *name);

/** Adds a diagnostic. */
#define loader_error(loader, at, ...) diagnostics_add((loader)->diagnostics, (at), __VA_ARGS__)

/** A libxml2 text as an ordinary one; NULL stays NULL. */
static inline const char *xml_text(const xmlChar *text)
{
    return (const char *)text;
}

/** True when @p node is an element in no namespace called @p name. */
bool xml_is(const xmlNode *node, const char *name);

/**
 * The element after @p node in document order within the tree of @p root, @p root itself excluded;
 * NULL at the end. Start with @p node == @p root.
 */
xmlNode *xml_next_element(const xmlNode *root, xmlNode *node);

/** xml_next_element() that leaves out what is inside @p node. */
xmlNode *xml_next_element_outside(const xmlNode *root, xmlNode *node);

/** The first child element of @p parent, and the next sibling element; NULL: none. */
xmlNode *xml_first_child(const xmlNode *parent);
xmlNode *xml_next_sibling(const xmlNode *element);

/** The attribute in no namespace called @p name; NULL: absent. */
xmlAttr *xml_attribute(const xmlNode *element, const char *name);

/** The value of @p attribute, copied to the arena; NULL: failure is set. */
const char *xml_value(struct loader *loader, const xmlAttr *attribute);

/* The passes; each returns with loader_is_clean() false when it found something wrong. */

/**
 * Reads the scenario and expands its inclusions; files[0].document is the whole.
 */
void loader_read_file(struct loader *loader, const char *path);
/** loader_read_file() that includes nothing. */
void loader_read_root(struct loader *loader, const char *path);
void loader_read_memory(struct loader *loader, const char *name, const char *text, size_t length);

/** Finds the case that the options ask for and takes the others away. */
void loader_select_case(struct loader *loader);

/** Adds the cases of the file to a summary that has its title. */
void loader_list_cases(struct loader *loader, struct scenario_summary *summary);

/** Applies parameter, set and the overrides to every attribute. */
void loader_substitute_parameters(struct loader *loader);

/** Validates against the schema and puts the defaults of absent attributes in. */
void loader_validate(struct loader *loader);

/** Builds the model. */
void loader_parse(struct loader *loader);

/** Checks what the schema cannot say. */
void loader_check(struct loader *loader);

#endif
