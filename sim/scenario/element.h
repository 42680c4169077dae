#ifndef VPNSIM_SCENARIO_ELEMENT_H
#define VPNSIM_SCENARIO_ELEMENT_H

#include "base/instant.h"
#include "base/ip_address.h"
#include "scenario/loader.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Attributes of validated elements as native values. An absent attribute gives the value named
 * absent; what the schema let pass and is wrong all the same (an overflow, an address octet of 300)
 * becomes a diagnostic, and the absent value or 0 is returned.
 */

/** Writes `NAME="VALUE" of <ELEMENT>: expected ...` into @p text, from the schema's words. */
void element_wrong_value_text(struct loader *loader, const xmlNode *element, const char *name,
                              char *text, size_t size);

/** Adds that diagnostic. */
void element_wrong_value(struct loader *loader, const xmlNode *element, const char *name);

/** The text; NULL when absent (or out of memory). */
const char *element_text(struct loader *loader, const xmlNode *element, const char *name);

uint64_t element_number(struct loader *loader, const xmlNode *element, const char *name,
                        uint64_t absent);
instant element_duration(struct loader *loader, const xmlNode *element, const char *name,
                         instant absent);
uint64_t element_rate(struct loader *loader, const xmlNode *element, const char *name);
uint64_t element_size(struct loader *loader, const xmlNode *element, const char *name);
uint32_t element_probability(struct loader *loader, const xmlNode *element, const char *name);

/** Whether it is "yes"; false when absent. */
bool element_is_yes(struct loader *loader, const xmlNode *element, const char *name);

/** SCENARIO_UNSET when absent. */
enum scenario_choice element_yes_no(struct loader *loader, const xmlNode *element,
                                    const char *name);

/** IPV4_ANY when absent. */
ipv4_address element_address(struct loader *loader, const xmlNode *element, const char *name);

/** An address of either version; version 0 when absent. */
struct ip_address element_ip_address(struct loader *loader, const xmlNode *element,
                                     const char *name);

/** An address of either version and prefix length; false when absent or wrong. */
bool element_ip_network(struct loader *loader, const xmlNode *element, const char *name,
                        struct ip_address *address, unsigned *prefix_length);

/** The next word of *@p text, in the arena; *@p text then begins behind it. NULL: there is none. */
char *element_word(struct loader *loader, const char **text);

/** The addresses of a list in the arena, and how many; none when absent. */
ipv4_address *element_addresses(struct loader *loader, const xmlNode *element, const char *name,
                                size_t *count);

/** An address and prefix length; false when absent or wrong. */
bool element_prefix(struct loader *loader, const xmlNode *element, const char *name,
                    ipv4_address *address, unsigned *prefix_length);

/** The index of the value in @p names, which ends with NULL. */
unsigned element_index(struct loader *loader, const xmlNode *element, const char *name,
                       const char *const *names, unsigned absent);

/** A name of something, for element_check_unique(). */
struct element_name {
    const char *name;
    struct scenario_position at;
    size_t order;
};

/** Reports each of the @p count names that stands there already; @p names is sorted. */
void element_check_unique(struct loader *loader, struct element_name *names, size_t count,
                          const char *what);

#endif
