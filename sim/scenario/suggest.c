#include "scenario/suggest.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Longer names are not compared: nobody types them by hand. */
#define NAME_MAX_LENGTH 64

/* Fewest insertions, removals, substitutions and swaps of neighbours that make a into b. */
static size_t edit_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t rows[3][NAME_MAX_LENGTH + 1];
    size_t *before = rows[0];
    size_t *previous = rows[1];
    size_t *current = rows[2];
    for (size_t j = 0; j <= b_length; j++) {
        previous[j] = j;
        before[j] = 0;
    }
    for (size_t i = 1; i <= a_length; i++) {
        current[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t best = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            if (previous[j] + 1 < best)
                best = previous[j] + 1;
            if (current[j - 1] + 1 < best)
                best = current[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            current[j] = best;
        }
        size_t *oldest = before;
        before = previous;
        previous = current;
        current = oldest;
    }
    return previous[b_length];
}

struct suggestion suggest_start(const char *wanted)
{
    return (struct suggestion){.wanted = wanted, .distance = SIZE_MAX};
}

void suggest_consider(struct suggestion *suggestion, const char *candidate)
{
    if (!candidate)
        return;
    size_t wanted_length = strlen(suggestion->wanted);
    size_t length = strlen(candidate);
    if (wanted_length > NAME_MAX_LENGTH || length > NAME_MAX_LENGTH)
        return;
    size_t distance = edit_distance(suggestion->wanted, wanted_length, candidate, length);
    /* A third of the letters may be wrong; a whole other word is no help. */
    size_t longer = wanted_length > length ? wanted_length : length;
    if (distance <= (longer + 2) / 3 && distance < longer && distance < suggestion->distance) {
        suggestion->best = candidate;
        suggestion->distance = distance;
    }
}

const char *suggest_text(const struct suggestion *suggestion, char text[SUGGESTION_TEXT_SIZE])
{
    text[0] = '\0';
    if (suggestion->best)
        snprintf(text, SUGGESTION_TEXT_SIZE, "; did you mean \"%s\"?", suggestion->best);
    return text;
}
