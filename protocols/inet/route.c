#include "inet/route.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Up to this many routes are scanned rather than hashed. */
#define SCAN_LIMIT 8
/* Buckets for each route that there is room for: a probe that finds nothing is most often one look.
 */
#define BUCKETS_PER_ROUTE 4
#define PREFIX_LENGTHS    33

/* Answers of route_lookup() that a large table remembers, by the hash of the destination. */
#define MEMO_BITS 4

struct route_index {
    struct route_memo memos[1 << MEMO_BITS];
    uint32_t counts[PREFIX_LENGTHS]; /* routes of each prefix length */
    uint8_t lengths[PREFIX_LENGTHS]; /* those in use, longest first */
    uint8_t length_count;
    uint32_t bucket_mask;
    uint32_t buckets[]; /* first of a chain, position + 1; 0: empty */
};

static uint32_t *bucket_of(struct route_index *index, ipv4_address destination,
                           unsigned prefix_length)
{
    uint32_t hash = (destination ^ prefix_length) * UINT32_C(2654435761);
    return &index->buckets[(hash ^ hash >> 15) & index->bucket_mask];
}

void route_table_destroy(struct route_table *table)
{
    free(table->routes);
    free(table->index);
    *table = (struct route_table){.generation = table->generation + 1};
}

static void list_lengths(struct route_index *index)
{
    index->length_count = 0;
    for (int length = PREFIX_LENGTHS - 1; length >= 0; length--)
        if (index->counts[length] > 0)
            index->lengths[index->length_count++] = (uint8_t)length;
}

static void index_route(struct route_table *table, uint32_t position)
{
    struct route *route = &table->routes[position];
    uint32_t *bucket = bucket_of(table->index, route->destination, route->prefix_length);
    route->next = *bucket;
    *bucket = position + 1;
    if (table->index->counts[route->prefix_length]++ == 0)
        list_lengths(table->index);
}

static void unindex_route(struct route_table *table, uint32_t position)
{
    struct route *route = &table->routes[position];
    uint32_t *link = bucket_of(table->index, route->destination, route->prefix_length);
    while (*link != position + 1)
        link = &table->routes[*link - 1].next;
    *link = route->next;
    if (--table->index->counts[route->prefix_length] == 0)
        list_lengths(table->index);
}

/* Makes an index for @bucket_count (a power of two) buckets over the routes there are. */
static bool build_index(struct route_table *table, uint32_t bucket_count)
{
    struct route_index *index = calloc(1, sizeof *index + bucket_count * sizeof index->buckets[0]);
    if (!index)
        return false;
    index->bucket_mask = bucket_count - 1;
    free(table->index);
    table->index = index;
    for (uint32_t i = 0; i < table->count; i++)
        index_route(table, i);
    return true;
}

static bool make_room(struct route_table *table)
{
    if (table->count < table->capacity)
        return true;
    uint32_t capacity = table->capacity ? table->capacity * 2 : 4;
    struct route *routes = realloc(table->routes, capacity * sizeof *routes);
    if (!routes)
        return false;
    table->routes = routes;
    table->capacity = capacity;
    table->generation++; /* whatever becomes of the index: the routes have moved */
    return capacity <= SCAN_LIMIT || build_index(table, capacity * BUCKETS_PER_ROUTE);
}

static bool same_line(const struct route *a, const struct route *b)
{
    return a->destination == b->destination && a->prefix_length == b->prefix_length &&
           a->gateway == b->gateway && a->interface == b->interface && a->kind == b->kind;
}

/* The position of the line that @wanted (host bits clear) names; table->count when there is none.
 */
static uint32_t position_of(const struct route_table *table, const struct route *wanted)
{
    if (!table->index) {
        uint32_t i = 0;
        while (i < table->count && !same_line(&table->routes[i], wanted))
            i++;
        return i;
    }
    uint32_t i = *bucket_of(table->index, wanted->destination, wanted->prefix_length);
    while (i != 0 && !same_line(&table->routes[i - 1], wanted))
        i = table->routes[i - 1].next;
    return i != 0 ? i - 1 : table->count;
}

/* Among equal prefixes: the lower metric, then the earlier. */
static bool is_better(const struct route *route, const struct route *best)
{
    return !best || route->metric < best->metric ||
           (route->metric == best->metric && route->sequence < best->sequence);
}

static void remove_at(struct route_table *table, uint32_t position)
{
    uint32_t last = table->count - 1;
    table->generation++;
    table->count--;
    if (!table->index) {
        memmove(&table->routes[position], &table->routes[position + 1],
                (last - position) * sizeof table->routes[0]);
        return;
    }
    unindex_route(table, position);
    if (position == last)
        return;
    unindex_route(table, last);
    table->routes[position] = table->routes[last];
    index_route(table, position);
}

/* Enters @line, whose fields are complete; there is room for it. */
static void insert(struct route_table *table, const struct route *line)
{
    uint32_t position = table->count;
    if (!table->index) {
        /* Longest prefix first, then by preference: the first that matches is the best. */
        position = 0;
        while (position < table->count &&
               (table->routes[position].prefix_length > line->prefix_length ||
                (table->routes[position].prefix_length == line->prefix_length &&
                 !is_better(line, &table->routes[position]))))
            position++;
        memmove(&table->routes[position + 1], &table->routes[position],
                (table->count - position) * sizeof table->routes[0]);
    }
    table->routes[position] = *line;
    table->count++;
    if (table->index)
        index_route(table, position);
    table->generation++;
}

enum status route_add(struct route_table *table, const struct route *route)
{
    assert(route->prefix_length < PREFIX_LENGTHS);
    struct route line = *route;
    line.mask = ipv4_netmask(line.prefix_length);
    line.destination &= line.mask;
    uint32_t position = position_of(table, &line);
    if (position < table->count) {
        struct route known = table->routes[position];
        if (known.references == UINT32_MAX)
            return STATUS_NO_ROOM;
        known.references++;
        known.metric = line.metric;
        remove_at(table, position);
        insert(table, &known);
        return STATUS_OK;
    }
    if (!make_room(table))
        return STATUS_NO_MEMORY;
    line.references = 1;
    line.sequence = table->next_sequence++;
    insert(table, &line);
    return STATUS_OK;
}

bool route_exists(const struct route_table *table, const struct route *route)
{
    struct route line = *route;
    line.destination &= ipv4_netmask(line.prefix_length);
    return position_of(table, &line) < table->count;
}

enum status route_remove(struct route_table *table, const struct route *route)
{
    struct route line = *route;
    line.destination &= ipv4_netmask(line.prefix_length);
    uint32_t position = position_of(table, &line);
    if (position == table->count)
        return STATUS_NOT_FOUND;
    if (--table->routes[position].references == 0)
        remove_at(table, position);
    return STATUS_OK;
}

size_t route_remove_interface(struct route_table *table, const void *interface)
{
    size_t removed = 0;
    for (uint32_t i = table->count; i-- > 0;) {
        if (table->routes[i].interface != interface)
            continue;
        remove_at(table, i);
        removed++;
    }
    return removed;
}

static const struct route *scan(const struct route_table *table, ipv4_address destination)
{
    for (uint32_t i = 0; i < table->count; i++) {
        const struct route *route = &table->routes[i];
        if ((destination & route->mask) == route->destination)
            return route;
    }
    return NULL;
}

const struct route *route_find(const struct route_table *table, ipv4_address destination,
                               unsigned prefix_length)
{
    assert(prefix_length < PREFIX_LENGTHS);
    destination &= ipv4_netmask(prefix_length);
    const struct route *best = NULL;
    if (!table->index) {
        for (uint32_t i = 0; i < table->count; i++) {
            const struct route *route = &table->routes[i];
            if (route->destination == destination && route->prefix_length == prefix_length &&
                is_better(route, best))
                best = route;
        }
        return best;
    }
    for (uint32_t i = *bucket_of(table->index, destination, prefix_length); i != 0;) {
        const struct route *route = &table->routes[i - 1];
        if (route->destination == destination && route->prefix_length == prefix_length &&
            is_better(route, best))
            best = route;
        i = route->next;
    }
    return best;
}

/* Always inline, for gcc 12 takes a call that only prefetches for one without effect. */
__attribute__((always_inline)) static inline void prefetch(const struct route_table *table,
                                                           ipv4_address destination, unsigned step)
{
    struct route_index *index = table->index;
    for (unsigned i = 0; index && i < index->length_count; i++) {
        unsigned length = index->lengths[i];
        const uint32_t *bucket = bucket_of(index, destination & ipv4_netmask(length), length);
        if (step == 0)
            __builtin_prefetch(bucket);
        else if (*bucket != 0)
            __builtin_prefetch(&table->routes[*bucket - 1]);
    }
}

void route_prefetch(const struct route_table *table, ipv4_address destination, unsigned step)
{
    prefetch(table, destination, step);
}

static const struct route *probe(const struct route_table *table, ipv4_address destination)
{
    /* The buckets of a large table are cold and far apart: ask for all of them at once. */
    prefetch(table, destination, 0);
    for (unsigned i = 0; i < table->index->length_count; i++) {
        const struct route *route = route_find(table, destination, table->index->lengths[i]);
        if (route)
            return route;
    }
    return NULL;
}

const struct route *route_lookup(const struct route_table *table, ipv4_address destination)
{
    /* Remembering an answer does not change the table that the caller sees. */
    struct route_memo *memo =
        table->index
            ? &table->index->memos[(destination * UINT32_C(2654435761)) >> (32 - MEMO_BITS)]
            : &((struct route_table *)table)->memo;
    if (memo->destination == destination && memo->generation == table->generation)
        return memo->route;
    const struct route *route = table->index ? probe(table, destination) : scan(table, destination);
    *memo = (struct route_memo){
        .destination = destination, .generation = table->generation, .route = route};
    return route;
}
