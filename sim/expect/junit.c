#include "expect/junit.h"

#include <libxml/xmlstring.h>
#include <libxml/xmlwriter.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A copy that XML can hold: names off the wire may be no UTF-8 and may have control characters. */
static char *clean(const char *text)
{
    char *copy = strdup(text);
    if (!copy)
        return NULL;
    bool utf8 = xmlCheckUTF8((const xmlChar *)copy) != 0;
    for (char *at = copy; *at; at++) {
        unsigned char octet = (unsigned char)*at;
        if (octet < 0x20 || octet == 0x7f || (octet >= 0x80 && !utf8))
            *at = '?';
    }
    return copy;
}

static bool attribute(xmlTextWriterPtr writer, const char *name, const char *text)
{
    char *copy = clean(text);
    bool good = copy && xmlTextWriterWriteAttribute(writer, (const xmlChar *)name,
                                                    (const xmlChar *)copy) >= 0;
    free(copy);
    return good;
}

static bool number_attribute(xmlTextWriterPtr writer, const char *name, size_t number)
{
    char text[24];
    snprintf(text, sizeof text, "%zu", number);
    return attribute(writer, name, text);
}

static bool open_element(xmlTextWriterPtr writer, const char *name)
{
    return xmlTextWriterStartElement(writer, (const xmlChar *)name) >= 0;
}

static bool close_element(xmlTextWriterPtr writer)
{
    return xmlTextWriterEndElement(writer) >= 0;
}

static bool write_text(xmlTextWriterPtr writer, const char *label, const char *text)
{
    char *copy = clean(text);
    bool good = copy && xmlTextWriterWriteString(writer, (const xmlChar *)label) >= 0 &&
                xmlTextWriterWriteString(writer, (const xmlChar *)copy) >= 0 &&
                xmlTextWriterWriteString(writer, (const xmlChar *)"\n") >= 0;
    free(copy);
    return good;
}

static bool write_case(xmlTextWriterPtr writer, const char *suite, const struct verdict *verdict)
{
    const struct expectation *expectation = verdict->expectation;
    bool good = open_element(writer, "testcase") && attribute(writer, "classname", suite) &&
                attribute(writer, "name", verdict->title);
    if (good && expectation->file)
        good = attribute(writer, "file", expectation->file) &&
               number_attribute(writer, "line", expectation->line);
    if (good && !verdict->holds)
        good = open_element(writer, "failure") && attribute(writer, "message", verdict->seen) &&
               write_text(writer, "expected: ", verdict->expected) &&
               write_text(writer, "seen: ", verdict->seen) && close_element(writer);
    return good && close_element(writer);
}

static bool write_error(xmlTextWriterPtr writer, const char *suite, const char *error)
{
    return open_element(writer, "testcase") && attribute(writer, "classname", suite) &&
           attribute(writer, "name", "the scenario runs to its end") &&
           open_element(writer, "error") && attribute(writer, "message", error) &&
           close_element(writer) && close_element(writer);
}

static bool write_suite(xmlTextWriterPtr writer, const char *name, const struct verdict *verdicts,
                        size_t count, const char *error)
{
    size_t failed = 0;
    for (size_t i = 0; !error && i < count; i++)
        failed += !verdicts[i].holds;
    bool good = xmlTextWriterSetIndent(writer, 1) >= 0 && open_element(writer, "testsuite") &&
                attribute(writer, "name", name) &&
                number_attribute(writer, "tests", error ? 1 : count) &&
                number_attribute(writer, "failures", failed) &&
                number_attribute(writer, "errors", error ? 1 : 0);
    if (good && error)
        good = write_error(writer, name, error);
    for (size_t i = 0; good && !error && i < count; i++)
        good = write_case(writer, name, &verdicts[i]);
    return good && close_element(writer);
}

enum status junit_write_suite(FILE *stream, const char *name, const struct verdict *verdicts,
                              size_t count, const char *error)
{
    xmlBufferPtr buffer = xmlBufferCreate();
    xmlTextWriterPtr writer = buffer ? xmlNewTextWriterMemory(buffer, 0) : NULL;
    bool good = writer && write_suite(writer, name, verdicts, count, error);
    if (writer)
        xmlFreeTextWriter(writer); /* flushes into the buffer */
    if (good)
        fwrite(xmlBufferContent(buffer), 1, (size_t)xmlBufferLength(buffer), stream);
    if (buffer)
        xmlBufferFree(buffer);
    return good ? STATUS_OK : STATUS_NO_MEMORY;
}

void junit_begin(FILE *stream)
{
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n", stream);
}

void junit_end(FILE *stream)
{
    fputs("</testsuites>\n", stream);
}
