#include "inet/path_mtu.h"

#include <stdlib.h>
#include <string.h>

/* RFC 1191 section 7, table 7-1: the MTUs that networks really have, without near duplicates. */
static const uint16_t plateaus[] = {32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296, 68};

void path_mtu_init(struct path_mtu_cache *cache, instant lifetime, uint16_t floor)
{
    *cache = (struct path_mtu_cache){.lifetime = lifetime, .floor = floor};
}

void path_mtu_destroy(struct path_mtu_cache *cache)
{
    free(cache->entries);
    path_mtu_init(cache, cache->lifetime, cache->floor);
}

/* The position of the first entry not below @destination; the entries are sorted. */
static uint16_t position_of(const struct path_mtu_cache *cache,
                            const struct ip_address *destination)
{
    uint16_t low = 0;
    uint16_t high = cache->count;
    while (low < high) {
        uint16_t middle = (uint16_t)((low + high) / 2);
        if (ip_address_compare(&cache->entries[middle].destination, destination) < 0)
            low = (uint16_t)(middle + 1);
        else
            high = middle;
    }
    return low;
}

const struct path_mtu_entry *path_mtu_find(const struct path_mtu_cache *cache, instant now,
                                           const struct ip_address *destination)
{
    if (cache->count == 0)
        return NULL;
    uint16_t position = position_of(cache, destination);
    if (position == cache->count ||
        !ip_address_equal(&cache->entries[position].destination, destination) ||
        cache->entries[position].expires <= now)
        return NULL;
    return &cache->entries[position];
}

static void remove_at(struct path_mtu_cache *cache, uint16_t position)
{
    cache->count--;
    memmove(&cache->entries[position], &cache->entries[position + 1],
            (size_t)(cache->count - position) * sizeof cache->entries[0]);
}

static bool make_room(struct path_mtu_cache *cache)
{
    if (cache->count == PATH_MTU_LIMIT) {
        uint16_t oldest = 0;
        for (uint16_t i = 1; i < cache->count; i++)
            if (cache->entries[i].expires < cache->entries[oldest].expires)
                oldest = i;
        remove_at(cache, oldest);
    }
    if (cache->count < cache->capacity)
        return true;
    uint16_t capacity = cache->capacity ? (uint16_t)(cache->capacity * 2) : 4;
    struct path_mtu_entry *entries = realloc(cache->entries, capacity * sizeof *entries);
    if (!entries)
        return false;
    cache->entries = entries;
    cache->capacity = capacity;
    return true;
}

static uint16_t next_plateau(uint16_t tried)
{
    size_t last = sizeof plateaus / sizeof plateaus[0] - 1;
    size_t i = 0;
    while (i < last && plateaus[i] >= tried)
        i++;
    return plateaus[i];
}

uint16_t path_mtu_reduce(struct path_mtu_cache *cache, instant now,
                         const struct ip_address *destination, uint16_t reported, uint16_t tried)
{
    uint16_t estimate = reported != 0 ? reported : next_plateau(tried);
    bool below_floor = estimate < cache->floor;
    if (below_floor)
        estimate = cache->floor;
    uint16_t position = position_of(cache, destination);
    bool known = position < cache->count &&
                 ip_address_equal(&cache->entries[position].destination, destination);
    /* RFC 1191 section 3: an old or forged message must not raise the estimate. */
    if (known && cache->entries[position].expires > now &&
        cache->entries[position].mtu <= estimate && !below_floor)
        return cache->entries[position].mtu;
    if (!known) {
        if (!make_room(cache))
            return estimate;
        position = position_of(cache, destination);
        memmove(&cache->entries[position + 1], &cache->entries[position],
                (size_t)(cache->count - position) * sizeof cache->entries[0]);
        cache->count++;
    }
    cache->entries[position] = (struct path_mtu_entry){
        .destination = *destination,
        .mtu = estimate,
        .below_floor = below_floor,
        .expires = instant_after(now, cache->lifetime),
    };
    return estimate;
}
