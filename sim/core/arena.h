#ifndef VPNSIM_CORE_ARENA_H
#define VPNSIM_CORE_ARENA_H

#include <stddef.h>

/** Memory that is handed out piece by piece and given back all at once. */
struct arena;

/** An empty arena; NULL when memory is exhausted. */
struct arena *arena_create(void);
void arena_destroy(struct arena *arena);

/** @p size zeroed octets, 16-aligned, alive until arena_destroy(); NULL when exhausted. */
void *arena_allocate(struct arena *arena, size_t size);

/** Memory taken from the system so far, in octets. */
size_t arena_bytes(const struct arena *arena);

#endif
