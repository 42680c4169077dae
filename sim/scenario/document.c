/* Parses one file, with everything switched off by which XML reaches beyond itself. */
#include "scenario/source.h"

#include <limits.h>
#include <string.h>

#include <libxml/parser.h>

/* What the callbacks of one parse need; the parser context points to it. */
struct parse_state {
    struct loader *loader;
    const char *name;
    bool failed; /* the first mistake has been reported; the rest follows from it */
    startElementNsSAX2Func start_element;
};

static struct parse_state *state_of(void *context)
{
    return ((xmlParserCtxt *)context)->_private;
}

static void report(struct parse_state *state, int line, const char *what, const char *detail)
{
    if (state->failed)
        return;
    state->failed = true;
    struct scenario_position at = {.file = state->name, .line = line > 0 ? (unsigned)line : 1};
    loader_error(state->loader, at, "%s%s", what, detail);
}

/* libxml2's sentence without its end of line. */
static void copy_message(char *text, size_t size, const char *message)
{
    size_t length = message ? strcspn(message, "\r\n") : 0;
    if (length >= size)
        length = size - 1;
    if (length > 0)
        memcpy(text, message, length);
    text[length] = '\0';
}

static void on_error(void *context, xmlErrorPtr error)
{
    struct parse_state *state = state_of(context);
    char detail[200];
    if (error->level == XML_ERR_WARNING || error->code == XML_ERR_USER_STOP)
        return;
    switch (error->code) {
    case XML_ERR_NO_MEMORY:
        state->failed = true;
        state->loader->failure = STATUS_NO_MEMORY;
        return;
    case XML_ERR_DOCUMENT_EMPTY:
        report(state, error->line, "this is not an XML file; expected the root element <scenario>",
               "");
        return;
    case XML_ERR_INVALID_ENCODING:
    case XML_ERR_INVALID_CHAR:
        report(state, error->line, "a character that is not allowed; expected UTF-8 text", "");
        return;
    case XML_NS_ERR_UNDEFINED_NAMESPACE:
        copy_message(detail, sizeof detail, error->str1);
        report(state, error->line,
               "a prefix without a declaration; expected "
               "xmlns:xi=\"http://www.w3.org/2001/XInclude\" for this one: ",
               detail);
        return;
    default:
        copy_message(detail, sizeof detail, error->message);
        report(state, error->line, "this is not well-formed XML: ", detail);
        return;
    }
}

/* Called before the internal subset is parsed: no entity is ever declared. */
static void on_document_type(void *context, const xmlChar *name, const xmlChar *external_id,
                             const xmlChar *system_id)
{
    (void)name;
    (void)external_id;
    (void)system_id;
    xmlParserCtxt *parser = context;
    report(state_of(context), parser->input ? parser->input->line : 0,
           "a document type (<!DOCTYPE ...>) is not allowed, and no entities either; remove it",
           "");
    xmlStopParser(parser);
}

static void on_start_element(void *context, const xmlChar *name, const xmlChar *prefix,
                             const xmlChar *uri, int namespace_count, const xmlChar **namespaces,
                             int attribute_count, int defaulted_count, const xmlChar **attributes)
{
    xmlParserCtxt *parser = context;
    struct parse_state *state = state_of(context);
    int line = parser->input ? parser->input->line : 0;
    if (parser->nodeNr >= LOADER_ELEMENT_DEPTH_MAX) {
        report(state, line, "elements are nested too deeply; expected at most 32 levels", "");
        xmlStopParser(parser);
        return;
    }
    for (int i = 0; i < attribute_count; i++) {
        /* Five pointers an attribute: local name, prefix, URI, start and end of the value. */
        const xmlChar **attribute = attributes + (size_t)i * 5;
        if ((size_t)(attribute[4] - attribute[3]) > LOADER_ATTRIBUTE_SIZE_MAX) {
            report(state, line, "an attribute is too long; expected at most 4096 octets", "");
            xmlStopParser(parser);
            return;
        }
    }
    state->start_element(context, name, prefix, uri, namespace_count, namespaces, attribute_count,
                         defaulted_count, attributes);
}

/*
 * The most attributes that an element may have. libxml2 compares each with every other one, which
 * takes minutes for some hundred thousands, so they are counted before it sees them: what looks
 * like an attribute between one "<" and the next, which no attribute can contain.
 */
#define ATTRIBUTES_MAX 256

static bool check_attribute_count(struct parse_state *state, const char *text, size_t length)
{
    int line = 1;
    unsigned count = 0;
    bool after_equals = false;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (c == '\n')
            line++;
        if (c == '<')
            count = 0;
        else if (after_equals && (c == '"' || c == '\'') && ++count > ATTRIBUTES_MAX) {
            report(state, line, "an element has too many attributes; expected at most 256", "");
            return false;
        }
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
            after_equals = c == '=';
    }
    return true;
}

xmlDoc *document_parse(struct loader *loader, const char *name, const char *text, size_t length)
{
    struct parse_state state = {.loader = loader, .name = name};
    if (length > INT_MAX || !check_attribute_count(&state, text, length))
        return NULL;
    xmlParserCtxt *parser = xmlNewParserCtxt();
    if (!parser) {
        loader->failure = STATUS_NO_MEMORY;
        return NULL;
    }
    parser->_private = &state;
    state.start_element = parser->sax->startElementNs;
    parser->sax->serror = on_error;
    parser->sax->internalSubset = on_document_type;
    parser->sax->externalSubset = NULL;
    parser->sax->startElementNs = on_start_element;
    /* Without a dictionary a tree can move to another document. Naming the encoding here overrides
     * what the file declares: UTF-8 is the only one. */
    xmlDoc *document = xmlCtxtReadMemory(parser, text, (int)length, name, "UTF-8",
                                         XML_PARSE_NONET | XML_PARSE_NODICT | XML_PARSE_BIG_LINES);
    xmlFreeParserCtxt(parser);
    if (document && !state.failed && xmlDocGetRootElement(document)) {
        document_note_places(loader, document, name, text, length);
        return document;
    }
    xmlFreeDoc(document);
    if (loader->failure == STATUS_OK)
        report(&state, 1, "this is not an XML file; expected the root element <scenario>", "");
    return NULL;
}
