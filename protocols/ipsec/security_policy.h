#ifndef VPNSIM_IPSEC_SECURITY_POLICY_H
#define VPNSIM_IPSEC_SECURITY_POLICY_H

#include "base/ip_address.h"
#include "ipsec/security_association.h"

#include <stdbool.h>
#include <stdint.h>

/** Addresses from @c first to @c last, both included. All zero: every address of both versions. */
struct ipsec_address_range {
    struct ip_address first;
    struct ip_address last;
};

/** The one @p address. */
struct ipsec_address_range ipsec_range_address(const struct ip_address *address);

/** The addresses that agree with @p prefix in @p length bits. */
struct ipsec_address_range ipsec_range_prefix(const struct ip_address *prefix, unsigned length);

bool ipsec_range_contains(const struct ipsec_address_range *range,
                          const struct ip_address *address);

/** What a packet is to policies, as seen from this host. */
struct ipsec_traffic {
    struct ip_address local; /**< outbound: the source */
    struct ip_address remote;
    uint8_t protocol;     /**< of the upper layer */
    bool opaque;          /**< a later fragment: protocol's header is not there */
    uint16_t local_port;  /**< UDP and TCP; otherwise 0 */
    uint16_t remote_port; /**< likewise */
};

/** Which packets are meant (RFC 2401 section 4.4.2). All zero: every packet. */
struct ipsec_selector {
    struct ipsec_address_range local;
    struct ipsec_address_range remote;
    uint8_t protocol;     /**< 0: any */
    uint16_t local_port;  /**< 0: any */
    uint16_t remote_port; /**< 0: any */
};

/** A selector that names ports does not match a packet whose ports cannot be seen. */
bool ipsec_selector_matches(const struct ipsec_selector *selector,
                            const struct ipsec_traffic *traffic);

/** RFC 2401 section 4.4.1. */
enum ipsec_action {
    IPSEC_BYPASS,
    IPSEC_DISCARD,
    IPSEC_PROTECT,
};

/** What becomes of explicit congestion notification in a tunnel. */
enum ipsec_ecn {
    IPSEC_ECN_COPIED,  /**< RFC 2401, which knows none: out with the TOS, and never back */
    IPSEC_ECN_LIMITED, /**< RFC 3168 section 9.2, forbidden: the outer header has none */
    IPSEC_ECN_FULL,    /**< allowed: congestion in the tunnel is told to the inner header */
};

/** One entry of the SPD. It is for both directions: inbound, the remote end is the source. */
struct ipsec_policy {
    struct ipsec_selector selector;
    enum ipsec_action action;
    /* The rest matters to IPSEC_PROTECT only. */
    enum ipsec_mode mode;
    bool esp;                       /**< ESP must have been applied */
    bool ah;                        /**< AH must have been applied, outside of ESP */
    struct ip_address tunnel_local; /**< tunnel mode: the outer addresses */
    struct ip_address tunnel_remote;
    enum ipsec_ecn tunnel_ecn;
    bool accepts_unprotected; /**< inbound packets may come in the clear ("request security") */
};

/** A policy with its number. */
struct ipsec_policy_entry {
    uint32_t id; /**< never 0, never given again */
    struct ipsec_policy policy;
};

/** The ordered SPD of one host. Zero-initialised is empty. */
struct ipsec_policy_database {
    struct ipsec_policy_entry *entries;
    uint32_t count;
    uint32_t capacity;
    uint32_t last_id;
};

/** Frees everything and leaves an empty database. */
void ipsec_policy_database_clear(struct ipsec_policy_database *self);

/**
 * Appends @p policy, which is copied: an earlier entry wins.
 *
 * @param id  receives its number
 * @return STATUS_OK; STATUS_INVALID when tunnel endpoints are missing or of different versions, or
 *         a protecting policy names no protocol; STATUS_NO_MEMORY
 */
enum status ipsec_policy_database_add(struct ipsec_policy_database *self,
                                      const struct ipsec_policy *policy, uint32_t *id);

/** Removes entry @p id. STATUS_NOT_FOUND when there is none. */
enum status ipsec_policy_database_remove(struct ipsec_policy_database *self, uint32_t id);

/** The entry with number @p id; NULL when there is none. Valid until the database changes. */
const struct ipsec_policy *ipsec_policy_database_get(const struct ipsec_policy_database *self,
                                                     uint32_t id);

/** The first entry that matches @p traffic; NULL when none does. */
const struct ipsec_policy_entry *
ipsec_policy_database_find(const struct ipsec_policy_database *self,
                           const struct ipsec_traffic *traffic);

#endif
