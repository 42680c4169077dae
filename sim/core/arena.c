#include "core/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BLOCK_SIZE ((size_t)64 * 1024)

struct arena_block {
    struct arena_block *next;
    size_t used;
    size_t size;
    _Alignas(16) uint8_t octets[];
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
    size = (size + 15) & ~(size_t)15;
    struct arena_block *block = arena->blocks;
    if (!block || block->size - block->used < size) {
        size_t block_size = size > ARENA_BLOCK_SIZE ? size : ARENA_BLOCK_SIZE;
        block = malloc(sizeof *block + block_size);
        if (!block)
            return NULL;
        block->next = arena->blocks;
        block->used = 0;
        block->size = block_size;
        arena->blocks = block;
        arena->bytes += sizeof *block + block_size;
    }
    void *octets = block->octets + block->used;
    block->used += size;
    return memset(octets, 0, size);
}

size_t arena_bytes(const struct arena *arena)
{
    return arena->bytes;
}
