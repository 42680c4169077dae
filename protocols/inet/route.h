#ifndef VPNSIM_INET_ROUTE_H
#define VPNSIM_INET_ROUTE_H

#include "base/ipv4_address.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What a destination that matches is. */
enum route_kind {
    ROUTE_UNICAST,     /**< forward, to the gateway or straight to the destination */
    ROUTE_LOCAL,       /**< an address of this host */
    ROUTE_BROADCAST,   /**< the broadcast address of a connected network */
    ROUTE_UNREACHABLE, /**< nowhere: whatever no longer prefix leads to is not passed on */
};

/** One line of the table. */
struct route {
    ipv4_address destination; /**< host bits clear */
    ipv4_address gateway;     /**< 0: the destination is on the interface's own network */
    void *interface;          /**< the owner's; NULL for ROUTE_LOCAL and UNREACHABLE */
    uint32_t metric;          /**< the lowest wins among equal prefixes */
    uint32_t next;            /**< the table's: chain of a bucket, index + 1 */
    uint32_t sequence;        /**< the table's: the earliest wins among equal metrics */
    uint32_t references;      /**< how often the very same line was added */
    uint32_t mask;            /**< the table's: of prefix_length */
    uint8_t prefix_length;
    uint8_t kind; /**< enum route_kind */
};

struct route_index;

/** An answer of route_lookup(): most packets go where one shortly before went. */
struct route_memo {
    ipv4_address destination;
    uint32_t generation; /**< of the table when it was given */
    const struct route *route;
};

/**
 * A routing table with longest-prefix match (RFC 1812 section 5.2.4.3).
 *
 * A few routes are kept in the order of preference and scanned; more are hashed by prefix, and a
 * lookup then probes once for every prefix length in use, from the longest, whatever the number of
 * routes.
 */
struct route_table {
    struct route *routes;
    struct route_index *index; /**< NULL while there are few routes */
    uint32_t count;
    uint32_t capacity;
    uint32_t next_sequence;
    uint32_t generation;    /**< changes with every change of the table */
    struct route_memo memo; /**< the table's; zeroed, it is right for an empty table */
};

/** A zero-initialised table is empty and has no memory. */
void route_table_destroy(struct route_table *table);

/**
 * Adds @p route (the table's own fields are ignored, host bits are cleared). The same destination,
 * prefix, gateway, interface and kind again changes the metric and counts a reference.
 */
enum status route_add(struct route_table *table, const struct route *route);

/**
 * Gives one reference of the route with this destination, prefix, gateway, interface and kind back
 * and removes it with the last. STATUS_NOT_FOUND: there is none.
 */
enum status route_remove(struct route_table *table, const struct route *route);

/** True when the table holds the line with this destination, prefix, gateway, interface and kind.
 */
bool route_exists(const struct route_table *table, const struct route *route);

/** Removes every route through @p interface; returns how many. */
size_t route_remove_interface(struct route_table *table, const void *interface);

/**
 * The best route to @p destination, valid until the table changes; NULL: none. Longest prefix
 * first, then lowest metric, then the one added first.
 */
const struct route *route_lookup(const struct route_table *table, ipv4_address destination);

/**
 * Fetches what route_lookup() will touch into the cache, where a large table is out of it: with @p
 * step 0 where it looks first, and a while later with 1 what that leads to.
 */
void route_prefetch(const struct route_table *table, ipv4_address destination, unsigned step);

/** The best route with exactly this prefix; NULL: none. */
const struct route *route_find(const struct route_table *table, ipv4_address destination,
                               unsigned prefix_length);

#endif
