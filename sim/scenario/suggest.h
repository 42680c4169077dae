#ifndef VPNSIM_SCENARIO_SUGGEST_H
#define VPNSIM_SCENARIO_SUGGEST_H

#include <stddef.h>

/** Finds, among candidates, the name that somebody probably meant. */
struct suggestion {
    const char *wanted;
    const char *best; /**< borrowed from suggest_consider(); NULL: nothing is near */
    size_t distance;
};

/** Begins the search for what @p wanted, which is borrowed, may have been meant to be. */
struct suggestion suggest_start(const char *wanted);

/** Offers @p candidate; the first of several equally near ones is kept. NULL is ignored. */
void suggest_consider(struct suggestion *suggestion, const char *candidate);

/** Octets that suggest_text() needs at most. */
#define SUGGESTION_TEXT_SIZE 96

/** Writes "; did you mean \"NAME\"?", or "" when nothing is near, into @p text and returns it. */
const char *suggest_text(const struct suggestion *suggestion, char text[SUGGESTION_TEXT_SIZE]);

#endif
