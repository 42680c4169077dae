/*
 * Reads a scenario's first file and puts the files that it includes in their places. libxml2's own
 * XInclude would go through a process-wide loader and knows no limits, so this is done here: only
 * whole local files, named relative to the including one.
 */
#include "scenario/source.h"

#include <string.h>

#define XINCLUDE_NAMESPACE "http://www.w3.org/2001/XInclude"

static bool is_xinclude(const xmlNode *element)
{
    return element->ns && element->ns->href &&
           strcmp(xml_text(element->ns->href), XINCLUDE_NAMESPACE) == 0;
}

static const struct loader_file *file_of(const struct loader *loader,
                                         struct scenario_position position)
{
    for (size_t i = 0; i < loader->file_count; i++) {
        if (loader->files[i].name == position.file)
            return &loader->files[i];
    }
    return &loader->files[0];
}

/* Whether the include element itself is in order; says what is wrong otherwise. */
static bool check_element(struct loader *loader, const xmlNode *element)
{
    struct scenario_position at = loader_position(loader, element);
    if (strcmp(xml_text(element->name), "include") != 0) {
        loader_error(loader, at, "xi:%s is not allowed; expected xi:include", element->name);
        return false;
    }
    if (!element->parent ||
        (!xml_is(element->parent, "scenario") && !xml_is(element->parent, "topology"))) {
        loader_error(loader, at, "xi:include is allowed in <scenario> and <topology> only");
        return false;
    }
    for (const xmlAttr *attribute = element->properties; attribute; attribute = attribute->next) {
        if (attribute->ns || strcmp(xml_text(attribute->name), "href") != 0) {
            loader_error(loader, at, "xi:include has the attribute \"%s\"; expected href alone",
                         attribute->name);
            return false;
        }
    }
    if (xml_first_child(element)) {
        loader_error(loader, at, "xi:include has content; expected none");
        return false;
    }
    if (!xml_attribute(element, "href")) {
        loader_error(loader, at, "xi:include lacks the attribute \"href\"");
        return false;
    }
    return true;
}

static bool has_scheme(const char *href)
{
    size_t length = strcspn(href, ":/");
    return href[length] == ':';
}

/* The path that href means in the file includer; NULL: a diagnostic says why there is none. */
static const char *resolve(struct loader *loader, struct scenario_position at, const char *href,
                           const struct loader_file *includer)
{
    if (loader->in_memory) {
        loader_error(loader, at, "cannot include \"%s\": this scenario does not come from a file",
                     href);
        return NULL;
    }
    if (has_scheme(href)) {
        loader_error(loader, at,
                     "cannot include \"%s\": only local files are; expected a relative path", href);
        return NULL;
    }
    if (href[0] == '\0' || href[0] == '/' || strchr(href, '#') || strchr(href, '?') ||
        strstr(href, "${")) {
        loader_error(loader, at, "cannot include \"%s\": expected a relative path of a whole file",
                     href);
        return NULL;
    }
    const char *slash = strrchr(includer->name, '/');
    size_t folder = slash ? (size_t)(slash - includer->name) + 1 : 0;
    size_t length = strlen(href);
    char *path = loader_allocate(loader, folder + length + 1, 1);
    if (!path)
        return NULL;
    memcpy(path, includer->name, folder);
    memcpy(path + folder, href, length);
    return path;
}

/* Whether a further file may be included here; says why not otherwise. */
static bool check_limits(struct loader *loader, struct scenario_position at, const char *path,
                         const struct source *source, const struct loader_file *includer)
{
    for (const struct loader_file *file = includer; file; file = file->parent) {
        if (file->device == source->device && file->inode == source->inode) {
            loader_error(loader, at,
                         "cannot include \"%s\": it is being included already (a cycle)", path);
            return false;
        }
    }
    if (includer->depth + 1 >= LOADER_INCLUDE_DEPTH_MAX) {
        loader_error(loader, at,
                     "cannot include \"%s\": inclusions are nested too deeply; "
                     "expected at most %d levels",
                     path, LOADER_INCLUDE_DEPTH_MAX);
        return false;
    }
    if (loader->file_count == LOADER_FILE_COUNT_MAX) {
        loader_error(loader, at, "cannot include \"%s\": too many files; expected at most %d", path,
                     LOADER_FILE_COUNT_MAX);
        return false;
    }
    return true;
}

/* Parses a file and remembers it; NULL: a diagnostic or the failure says why. */
static struct loader_file *add_file(struct loader *loader, const char *name,
                                    const struct source *source, const struct loader_file *parent)
{
    xmlDoc *document = document_parse(loader, name, source->text, source->length);
    if (!document)
        return NULL;
    struct loader_file *file = &loader->files[loader->file_count++];
    *file = (struct loader_file){.name = name,
                                 .device = source->device,
                                 .inode = source->inode,
                                 .parent = parent,
                                 .depth = parent ? parent->depth + 1 : 0,
                                 .document = document};
    return file;
}

/* The root of the file that element includes, put in its place; NULL: it could not be. */
static xmlNode *include(struct loader *loader, xmlNode *element)
{
    if (!check_element(loader, element))
        return NULL;
    struct scenario_position at = loader_attribute_position(loader, element, "href");
    const struct loader_file *includer = file_of(loader, at);
    const char *href = xml_value(loader, xml_attribute(element, "href"));
    const char *path = href ? resolve(loader, at, href, includer) : NULL;
    if (!path)
        return NULL;
    struct source source;
    const char *reason;
    enum status status = source_read(loader, path, &source, &reason);
    if (status != STATUS_OK) {
        if (status == STATUS_NO_MEMORY)
            loader->failure = status;
        else
            loader_error(loader, at, "cannot include \"%s\": %s", path, reason);
        return NULL;
    }
    if (!check_limits(loader, at, path, &source, includer))
        return NULL;
    struct loader_file *file = add_file(loader, path, &source, includer);
    if (!file)
        return NULL;
    xmlNode *root = xmlDocGetRootElement(file->document);
    if (!xml_is(root, "topology")) {
        loader_error(loader, loader_position(loader, root),
                     "the root element is <%s>; expected <topology> in an included file",
                     root->name);
        return NULL;
    }
    xmlUnlinkNode(root);
    xmlReplaceNode(element, root);
    xmlFreeNode(element);
    return root;
}

static void expand(struct loader *loader)
{
    xmlNode *root = xmlDocGetRootElement(loader->files[0].document);
    xmlNode *element = root;
    while (element && loader->failure == STATUS_OK) {
        if (element != root && is_xinclude(element)) {
            xmlNode *included = include(loader, element);
            element = included ? included : xml_next_element_outside(root, element);
            if (!included && loader->file_count == LOADER_FILE_COUNT_MAX)
                return;
            if (!included)
                continue;
        }
        element = xml_next_element(root, element);
    }
}

static void check_root(struct loader *loader)
{
    const xmlNode *root = xmlDocGetRootElement(loader->files[0].document);
    if (xml_is(root, "topology"))
        loader_error(loader, loader_position(loader, root),
                     "this is a topology, which scenarios include; expected the root element "
                     "<scenario>");
    else if (!xml_is(root, "scenario"))
        loader_error(loader, loader_position(loader, root),
                     "the root element is <%s>; expected <scenario> in no namespace", root->name);
}

void loader_read_root(struct loader *loader, const char *path)
{
    struct source source;
    const char *reason;
    const char *name = loader_copy(loader, path, strlen(path));
    if (!name)
        return;
    enum status status = source_read(loader, name, &source, &reason);
    if (status == STATUS_OK) {
        if (add_file(loader, name, &source, NULL))
            check_root(loader);
        return;
    }
    if (status != STATUS_INVALID)
        loader->failure = status;
    if (status != STATUS_NO_MEMORY)
        loader_error(loader, (struct scenario_position){.file = name},
                     "this scenario cannot be read: %s", reason);
}

void loader_read_file(struct loader *loader, const char *path)
{
    loader_read_root(loader, path);
    if (loader_is_clean(loader))
        expand(loader);
}

void loader_read_memory(struct loader *loader, const char *name, const char *text, size_t length)
{
    struct source source = {.text = text, .length = length};
    const char *copy = loader_copy(loader, name, strlen(name));
    if (!copy)
        return;
    loader->in_memory = true;
    if (length > LOADER_FILE_SIZE_MAX) {
        loader_error(loader, (struct scenario_position){.file = copy}, "it is larger than 4 MiB");
        return;
    }
    if (add_file(loader, copy, &source, NULL))
        check_root(loader);
    if (loader_is_clean(loader))
        expand(loader);
}
