#ifndef VPNSIM_INET_NEIGHBOR_CACHE_H
#define VPNSIM_INET_NEIGHBOR_CACHE_H

#include "base/entropy.h"
#include "base/instant.h"
#include "base/ip_address.h"
#include "base/packet.h"
#include "base/trace.h"
#include "inet/ethernet.h"
#include "inet/neighbor_discovery.h"

#include <stdbool.h>
#include <stdint.h>

/** How one cache behaves: the constants of RFC 4861 section 10, and bounds. */
struct neighbor_config {
    instant base_reachable;      /**< REACHABLE_TIME before it is varied */
    instant retransmit;          /**< RETRANS_TIMER */
    instant delay_first_probe;   /**< DELAY_FIRST_PROBE_TIME */
    unsigned multicast_solicits; /**< MAX_MULTICAST_SOLICIT */
    unsigned unicast_solicits;   /**< MAX_UNICAST_SOLICIT */
    unsigned queue_limit;        /**< packets waiting per address; the oldest makes room */
    unsigned limit;              /**< most entries; one that nobody waits for makes room */
};

/** 30 seconds, 1 second, 5 seconds, 3, 3; 3 packets, 1,024 entries. */
struct neighbor_config neighbor_default_config(void);

struct neighbor_entry;

/**
 * The Neighbor Cache of one interface (RFC 4861 section 5.1) with Neighbor Unreachability Detection
 * (section 7.3): each neighbor is INCOMPLETE, REACHABLE, STALE, DELAY or PROBE. Memory grows with
 * the number of neighbors; an empty cache has none.
 */
struct neighbor_cache {
    const struct neighbor_config *config; /**< borrowed */
    const struct trace *trace;            /**< borrowed; may be NULL */
    struct neighbor_entry *entries;       /**< a hash table in the order of making */
    struct neighbor_entry *work;          /**< those for which the poll has something to say */
    instant reachable; /**< REACHABLE_TIME: the base by a factor of 0.5 to 1.5 (section 6.3.2) */
    instant next_timeout;
};

/** The owner keeps @p config and @p trace alive as long as the cache. */
void neighbor_cache_init(struct neighbor_cache *cache, const struct neighbor_config *config,
                         const struct trace *trace, struct entropy *entropy);

/** Frees the entries and every waiting packet. */
void neighbor_cache_destroy(struct neighbor_cache *cache);

/**
 * Looks @p address up for sending @p packet there.
 *
 * True: @p mac is set and the caller still owns @p packet; a stale neighbor will be probed if
 * nothing confirms it (poll at the next timeout). False: the cache owns @p packet; poll it for a
 * solicitation to send.
 */
bool neighbor_cache_resolve(struct neighbor_cache *cache, instant now,
                            const struct ip_address *address, struct packet *packet,
                            uint8_t mac[ETHERNET_ADDRESS_SIZE]);

/**
 * @p source has said in a solicitation for one of our addresses that @p mac is its link-layer
 * address: it is entered, or changed, as STALE (RFC 4861 section 7.2.3). Poll afterwards.
 */
void neighbor_cache_learn(struct neighbor_cache *cache, instant now,
                          const struct ip_address *source,
                          const uint8_t mac[ETHERNET_ADDRESS_SIZE]);

/** An advertisement has come in (section 7.2.5). Poll afterwards. */
void neighbor_cache_advertised(struct neighbor_cache *cache, instant now,
                               const struct neighbor_message *message);

/** Forgets every neighbor and drops what waits (traced, reason "interface-down"). */
void neighbor_cache_flush(struct neighbor_cache *cache, instant now);

/** What neighbor_cache_poll() hands out. */
enum neighbor_output_kind {
    NEIGHBOR_OUTPUT_NONE,
    NEIGHBOR_OUTPUT_SOLICIT, /**< solicit .address: its group, or .mac when .unicast */
    NEIGHBOR_OUTPUT_SEND,    /**< send .packet, now the caller's, to .mac */
    NEIGHBOR_OUTPUT_FAILED,  /**< .packet, now the caller's, cannot be delivered: no answer */
};

struct neighbor_output {
    enum neighbor_output_kind kind;
    struct ip_address address;
    bool unicast;
    struct packet *packet;
    uint8_t mac[ETHERNET_ADDRESS_SIZE];
};

/** The next decision, in the order decided; NEIGHBOR_OUTPUT_NONE and false when there is none. */
bool neighbor_cache_poll(struct neighbor_cache *cache, struct neighbor_output *output);

/** When neighbor_cache_handle_timeout() is to be called next; INSTANT_NEVER: nothing is pending. */
static inline instant neighbor_cache_next_timeout(const struct neighbor_cache *cache)
{
    return cache->next_timeout;
}

void neighbor_cache_handle_timeout(struct neighbor_cache *cache, instant now);

/** "incomplete", "reachable", "stale", "delay" or "probe"; NULL: @p address is not known. */
const char *neighbor_cache_state(const struct neighbor_cache *cache, instant now,
                                 const struct ip_address *address);

#endif
