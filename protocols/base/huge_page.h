#ifndef VPNSIM_BASE_HUGE_PAGE_H
#define VPNSIM_BASE_HUGE_PAGE_H

#include <stddef.h>

/** Octets of a huge page of the processor; a guess that only speed depends on. */
#define HUGE_PAGE ((size_t)2 * 1024 * 1024)

/**
 * HUGE_PAGE octets, zeroed and aligned to their size, for much data that is all used: one fault at
 * the first touch where pages of the usual size cost hundreds. The system may still give those.
 * NULL: no memory, or a system that knows no huge pages.
 */
void *huge_page_take(void);

/** Gives @p page back. */
void huge_page_return(void *page);

#endif
