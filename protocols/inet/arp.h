#ifndef VPNSIM_INET_ARP_H
#define VPNSIM_INET_ARP_H

#include "base/instant.h"
#include "base/ipv4_address.h"
#include "base/packet.h"
#include "base/trace.h"
#include "inet/ethernet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Octets of an ARP message for IPv4 over Ethernet (RFC 826). */
#define ARP_MESSAGE_SIZE 28

enum arp_operation {
    ARP_REQUEST = 1,
    ARP_REPLY = 2,
};

/** An ARP message for IPv4 over Ethernet (RFC 826, "Packet format"). */
struct arp_message {
    uint16_t operation;
    uint8_t sender_mac[ETHERNET_ADDRESS_SIZE];
    ipv4_address sender;
    uint8_t target_mac[ETHERNET_ADDRESS_SIZE];
    ipv4_address target;
};

/** False when too short, or not IPv4 over Ethernet; trailing octets (padding) are ignored. */
bool arp_decode(const uint8_t *octets, size_t length, struct arp_message *message);

/** Appends the message to @p packet, which has room for ARP_MESSAGE_SIZE octets. */
void arp_append(struct packet *packet, const struct arp_message *message);

/** How one cache behaves. arp_default_config() gives values; trace and pool are the owner's. */
struct arp_config {
    instant lifetime;     /**< a mapping is asked for again when older (RFC 1122 2.3.2.1) */
    instant retry;        /**< between two requests for one address */
    unsigned attempts;    /**< requests before the queued packets are given up */
    unsigned queue_limit; /**< packets waiting per address; the oldest makes room */
    unsigned limit;       /**< most entries; the one used up first makes room */
};

/** 10 minutes, 1 second, 3 requests, 3 packets, 1,024 entries. */
struct arp_config arp_default_config(void);

struct arp_entry;

/**
 * The address resolution cache of one interface. It has no memory of its own until the first
 * address is looked up and then grows with the number of neighbours, up to the limit.
 */
struct arp_cache {
    const struct arp_config *config; /**< borrowed */
    const struct trace *trace;       /**< borrowed; may be NULL */
    struct arp_entry *entries;
    uint16_t *buckets;
    uint16_t capacity;
    uint16_t used;
    uint16_t free_head;
    uint16_t work_head; /**< entries for which arp_cache_poll() has something to say */
    uint16_t work_tail;
    uint16_t pending; /**< entries being asked for */
    instant next_timeout;
};

/** The owner keeps @p config and @p trace alive as long as the cache. */
void arp_cache_init(struct arp_cache *cache, const struct arp_config *config,
                    const struct trace *trace);

/** Frees the table and every waiting packet. */
void arp_cache_destroy(struct arp_cache *cache);

/**
 * Looks @p address up for sending @p packet there.
 *
 * True: @p mac is set and the caller still owns @p packet. False: the cache owns @p packet; poll
 * it for a request to send. @p packet may be NULL to only ask.
 */
bool arp_cache_resolve(struct arp_cache *cache, instant now, ipv4_address address,
                       struct packet *packet, uint8_t mac[ETHERNET_ADDRESS_SIZE]);

/**
 * Learns from a received message as RFC 826 "Packet reception" says: an existing entry of the
 * sender is updated always (that is what a gratuitous ARP does), a new one made only when
 * @p for_us, i.e. when the target is one of our addresses. Poll afterwards.
 */
void arp_cache_learn(struct arp_cache *cache, instant now, const struct arp_message *message,
                     bool for_us);

/** Enters a mapping that never ages. False: out of memory. */
bool arp_cache_add_static(struct arp_cache *cache, ipv4_address address,
                          const uint8_t mac[ETHERNET_ADDRESS_SIZE]);

/** Forgets every mapping and drops what waits (traced, reason "interface-down"). */
void arp_cache_flush(struct arp_cache *cache, instant now);

/** What arp_cache_poll() hands out. */
enum arp_output_kind {
    ARP_OUTPUT_NONE,
    ARP_OUTPUT_REQUEST, /**< broadcast an ARP request for .address */
    ARP_OUTPUT_SEND,    /**< send .packet, now the caller's, to .mac */
    ARP_OUTPUT_FAILED,  /**< .packet, now the caller's, cannot be delivered: nobody answered */
};

struct arp_output {
    enum arp_output_kind kind;
    ipv4_address address;
    struct packet *packet;
    uint8_t mac[ETHERNET_ADDRESS_SIZE];
};

/** The next decision, in the order decided; ARP_OUTPUT_NONE and false when there is none. */
bool arp_cache_poll(struct arp_cache *cache, struct arp_output *output);

/** When arp_cache_handle_timeout() is to be called next; INSTANT_NEVER while nothing is pending. */
static inline instant arp_cache_next_timeout(const struct arp_cache *cache)
{
    return cache->pending > 0 ? cache->next_timeout : INSTANT_NEVER;
}

void arp_cache_handle_timeout(struct arp_cache *cache, instant now);

/** One mapping that arp_cache_resolve() would use at @p now; false: none. For MIB-like readers. */
bool arp_cache_peek(const struct arp_cache *cache, instant now, ipv4_address address,
                    uint8_t mac[ETHERNET_ADDRESS_SIZE]);

#endif
