#ifndef VPNSIM_CAPTURE_FILTER_WORDS_H
#define VPNSIM_CAPTURE_FILTER_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/**
 * Looks in a filter expression for a word that is no part of the filter language: libpcap would ask
 * the machine what host, network, port or protocol it names. True when there is one, which is then
 * copied into @p word, cut to @p size octets.
 */
bool filter_words_find_name(const char *expression, char *word, size_t size);

#endif
