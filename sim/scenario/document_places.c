/*
 * Finds the line of every start tag and attribute. libxml2 knows only the line where a start tag
 * ends, which is far away in a tag of several lines. The text is known to be well-formed and
 * without a document type, so that a few rules suffice to find the tags; they come in the order in
 * which the tree has the elements.
 */
#include "scenario/source.h"

#include <string.h>

struct scanner {
    const char *position;
    const char *end;
    unsigned line;
    struct loader *loader;
    const char *file;
    struct scenario_position *last; /* of the element or attribute noted last */
};

static void advance(struct scanner *scanner)
{
    if (*scanner->position == '\n')
        scanner->line++;
    scanner->position++;
}

static bool at_end(const struct scanner *scanner)
{
    return scanner->position >= scanner->end;
}

static bool looks_at(const struct scanner *scanner, const char *text)
{
    size_t length = strlen(text);
    return (size_t)(scanner->end - scanner->position) >= length &&
           memcmp(scanner->position, text, length) == 0;
}

/* Moves behind the next occurrence of text. */
static void skip_behind(struct scanner *scanner, const char *text)
{
    while (!at_end(scanner) && !looks_at(scanner, text))
        advance(scanner);
    for (size_t i = strlen(text); i > 0 && !at_end(scanner); i--)
        advance(scanner);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_blanks(struct scanner *scanner)
{
    while (!at_end(scanner) && is_blank(*scanner->position))
        advance(scanner);
}

/* Moves to the "<" of the next start tag; false: there is none. */
static bool find_start_tag(struct scanner *scanner)
{
    while (!at_end(scanner)) {
        if (*scanner->position != '<')
            advance(scanner);
        else if (looks_at(scanner, "<!--"))
            skip_behind(scanner, "-->");
        else if (looks_at(scanner, "<![CDATA["))
            skip_behind(scanner, "]]>");
        else if (looks_at(scanner, "<?"))
            skip_behind(scanner, "?>");
        else if (looks_at(scanner, "</"))
            skip_behind(scanner, ">");
        else
            return true;
    }
    return false;
}

/* The current place; neighbours on one line share it. */
static struct scenario_position *place(struct scanner *scanner)
{
    if (!scanner->last || scanner->last->line != scanner->line) {
        scanner->last = loader_allocate(scanner->loader, 1, sizeof *scanner->last);
        if (scanner->last)
            *scanner->last =
                (struct scenario_position){.file = scanner->file, .line = scanner->line};
    }
    return scanner->last;
}

/* Reads one attribute; *attribute is the next of the tree, which has no namespace declarations. */
static void scan_attribute(struct scanner *scanner, xmlAttr **attribute)
{
    const char *name = scanner->position;
    struct scenario_position *at = place(scanner);
    while (!at_end(scanner) && *scanner->position != '=' && !is_blank(*scanner->position))
        advance(scanner);
    size_t length = (size_t)(scanner->position - name);
    while (!at_end(scanner) && *scanner->position != '"' && *scanner->position != '\'')
        advance(scanner);
    if (at_end(scanner))
        return;
    char quote = *scanner->position;
    do {
        advance(scanner);
    } while (!at_end(scanner) && *scanner->position != quote);
    if (!at_end(scanner))
        advance(scanner);

    bool is_namespace = (length == 5 && memcmp(name, "xmlns", 5) == 0) ||
                        (length > 5 && memcmp(name, "xmlns:", 6) == 0);
    if (*attribute && !is_namespace) {
        (*attribute)->_private = at;
        *attribute = (*attribute)->next;
    }
}

static void scan_start_tag(struct scanner *scanner, xmlNode *element)
{
    xmlAttr *attribute = element->properties;
    element->_private = place(scanner);
    while (!at_end(scanner) && *scanner->position != '>' && *scanner->position != '/' &&
           !is_blank(*scanner->position))
        advance(scanner);
    for (;;) {
        skip_blanks(scanner);
        if (at_end(scanner) || *scanner->position == '>' || *scanner->position == '/')
            return;
        scan_attribute(scanner, &attribute);
    }
}

void document_note_places(struct loader *loader, xmlDoc *document, const char *name,
                          const char *text, size_t length)
{
    struct scanner scanner = {
        .position = text, .end = text + length, .line = 1, .loader = loader, .file = name};
    xmlNode *root = xmlDocGetRootElement(document);
    for (xmlNode *element = root; element; element = xml_next_element(root, element)) {
        if (!find_start_tag(&scanner))
            return;
        scan_start_tag(&scanner, element);
    }
}
