#ifndef VPNSIM_INET_PATH_MTU_H
#define VPNSIM_INET_PATH_MTU_H

#include "base/instant.h"
#include "base/ip_address.h"

#include <stdbool.h>
#include <stdint.h>

/** Most destinations remembered at once. */
#define PATH_MTU_LIMIT 256

/**
 * What Path MTU Discovery has learnt (RFC 1191, RFC 8201): destinations whose path is narrower than
 * the first link. Empty and without memory until the first message arrives.
 */
struct path_mtu_cache {
    instant lifetime; /**< an entry is forgotten when older (RFC 1191 section 6.3) */
    uint16_t floor;   /**< no estimate goes below this */
    uint16_t count;
    uint16_t capacity;
    struct path_mtu_entry *entries;
};

/** One destination. */
struct path_mtu_entry {
    struct ip_address destination;
    uint16_t mtu;
    bool below_floor; /**< the path is narrower than the floor: send without Don't Fragment */
    instant expires;
};

/** 10 minutes and 576 octets (IPv6: 1,280) are the usual @p lifetime and @p floor. */
void path_mtu_init(struct path_mtu_cache *cache, instant lifetime, uint16_t floor);
void path_mtu_destroy(struct path_mtu_cache *cache);

/** The entry of @p destination; NULL: nothing is known and the first link's MTU holds. */
const struct path_mtu_entry *path_mtu_find(const struct path_mtu_cache *cache, instant now,
                                           const struct ip_address *destination);

/**
 * Learns from a Fragmentation Needed or Packet Too Big message: @p reported is its next-hop MTU, @p
 * tried the total length of the quoted datagram. A reported 0 means an older router; then the
 * estimate becomes the next lower plateau below @p tried (RFC 1191 section 7). Estimates only go
 * down (section 3). Returns the estimate that now holds; @p reported when out of memory.
 */
uint16_t path_mtu_reduce(struct path_mtu_cache *cache, instant now,
                         const struct ip_address *destination, uint16_t reported, uint16_t tried);

#endif
