#ifndef VPNSIM_SCENARIO_LANGUAGE_H
#define VPNSIM_SCENARIO_LANGUAGE_H

#include <stdbool.h>
#include <stddef.h>

#include <libxml/tree.h>

/**
 * The schema read as a document: which elements and attributes there are, their documentation and
 * what their values look like. For messages and for the reference page; it knows the constructs
 * that scenario.xsd uses, not all of XML Schema.
 */
struct language {
    xmlDoc *document;
};

/** Reads the built-in schema. False: no memory. Release with language_destroy(). */
bool language_init(struct language *language);
void language_destroy(struct language *language);

/** The global definition ("complexType", "simpleType", "element", ...) called @p name, or NULL. */
const xmlNode *language_find(const struct language *language, const char *construct,
                             const char *name);

/** Most children or attributes of one type. */
#define LANGUAGE_LIST_MAX 32

/** Declarations of a type, those of its groups in place. */
struct language_list {
    const xmlNode *items[LANGUAGE_LIST_MAX];
    size_t count;
};

/** The xs:element declarations of the complex type @p type. */
struct language_list language_children(const struct language *language, const xmlNode *type);

/** The xs:attribute declarations of the complex type @p type. */
struct language_list language_attributes(const struct language *language, const xmlNode *type);

/** The value of attribute @p name of a declaration; NULL: absent. Lives as long as the language. */
const char *language_property(const xmlNode *declaration, const char *name);

/** The xs:documentation ("documentation") or xs:appinfo ("appinfo") of a declaration; NULL. */
const char *language_note(const xmlNode *declaration, const char *kind);

/** The complex type that declaration @p element refers to; NULL for a simple one. */
const xmlNode *language_type_of(const struct language *language, const xmlNode *element);

/** The complex type of @p element of a scenario, by the path that leads to it; NULL: unknown. */
const xmlNode *language_type_at(const struct language *language, const xmlNode *element);

/** The declaration of attribute @p name in @p type; NULL: there is none. */
const xmlNode *language_attribute(const struct language *language, const xmlNode *type,
                                  const char *name);

/** Writes what values of the simple type @p type_name look like into @p text and returns it. */
const char *language_expected(const struct language *language, const char *type_name, char *text,
                              size_t size);

#endif
