#include "core/arena.h"

#include "base/cache_line.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BLOCK_SIZE ((size_t)64 * 1024)

struct arena_block {
    struct arena_block *next;
    size_t used;
    size_t size;
    _Alignas(CACHE_LINE) uint8_t octets[];
};

struct arena {
    struct arena_block *blocks;
    size_t bytes;
};

struct arena *arena_create(void)
{
    return calloc(1, sizeof(struct arena));
}

void arena_destroy(struct arena *arena)
{
    if (!arena)
        return;
    struct arena_block *block = arena->blocks;
    while (block) {
        struct arena_block *next = block->next;
        free(block);
        block = next;
    }
    free(arena);
}

void *arena_allocate(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2)
        return NULL;
    size = (size + 15) & ~(size_t)15;
    struct arena_block *block = arena->blocks;
    if (block && size >= CACHE_LINE)
        block->used = (block->used + CACHE_LINE - 1) & ~(size_t)(CACHE_LINE - 1);
    if (!block || block->size - block->used < size) {
        bool alone = size > ARENA_BLOCK_SIZE / 4;
        size_t block_size =
            alone ? (size + CACHE_LINE - 1) & ~(size_t)(CACHE_LINE - 1) : ARENA_BLOCK_SIZE;
        struct arena_block *fresh = aligned_alloc(CACHE_LINE, sizeof *fresh + block_size);
        if (!fresh)
            return NULL;
        fresh->used = 0;
        fresh->size = block_size;
        arena->bytes += sizeof *fresh + block_size;
        if (alone && block) {
            /* Behind the first, which still has room for small pieces. */
            fresh->next = block->next;
            block->next = fresh;
        } else {
            fresh->next = block;
            arena->blocks = fresh;
        }
        block = fresh;
    }
    void *octets = block->octets + block->used;
    block->used += size;
    return memset(octets, 0, size);
}

size_t arena_bytes(const struct arena *arena)
{
    return arena->bytes;
}
