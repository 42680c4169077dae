#ifndef VPNSIM_INET_IPV6_ROUTE_H
#define VPNSIM_INET_IPV6_ROUTE_H

#include "base/ip_address.h"
#include "base/status.h"
#include "inet/route.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** One line of the table; addresses are of version 6. */
struct ipv6_route {
    struct ip_address destination; /**< host bits clear */
    struct ip_address gateway;     /**< version 0: the destination is on the interface's own link */
    void *interface;               /**< the owner's; NULL for ROUTE_LOCAL and UNREACHABLE */
    uint32_t metric;               /**< the lowest wins among equal prefixes */
    uint8_t prefix_length;
    uint8_t kind; /**< enum route_kind; there is no ROUTE_BROADCAST */
};

/**
 * A routing table of IPv6 with longest-prefix match: an array in the order of preference, scanned
 * from its start. The machines here have a handful of prefixes each; struct route_table is the one
 * for thousands.
 */
struct ipv6_route_table {
    struct ipv6_route *routes;
    uint32_t count;
    uint32_t capacity;
};

/** A zero-initialised table is empty and has no memory. */
void ipv6_route_table_destroy(struct ipv6_route_table *table);

/**
 * Adds @p route, its host bits cleared, behind those that are preferred to it: longer prefixes,
 * lower metrics, and earlier ones of the same. STATUS_INVALID: it is there already, whatever
 * its metric.
 */
enum status ipv6_route_add(struct ipv6_route_table *table, const struct ipv6_route *route);

/** Removes the route with this destination, prefix, gateway, interface and kind. */
enum status ipv6_route_remove(struct ipv6_route_table *table, const struct ipv6_route *route);

/** Removes every route through @p interface; returns how many. */
size_t ipv6_route_remove_interface(struct ipv6_route_table *table, const void *interface);

/** The best route to @p destination, valid until the table changes; NULL: none. */
const struct ipv6_route *ipv6_route_lookup(const struct ipv6_route_table *table,
                                           const struct ip_address *destination);

#endif
