#ifndef VPNSIM_NODES_NAT_TABLE_H
#define VPNSIM_NODES_NAT_TABLE_H

#include "base/instant.h"
#include "base/ipv4_address.h"
#include "base/status.h"
#include "base/trace.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

/*
 * The mappings of an address translator: which host inside stands behind which port outside (RFC
 * 3022 section 2.2). A port inside has one port outside whoever it talks to, and whoever sends
 * there reaches it (RFC 4787: endpoint-independent mapping and filtering). What has no ports, GRE
 * and ESP above all, is mapped by the addresses alone: one host inside for each outside.
 */

/** What mappings live for while nothing uses them; and the ports that they get. */
struct nat_config {
    instant udp_timeout;            /**< 1 minute */
    instant tcp_timeout;            /**< 24 hours: a connection that stands */
    instant tcp_transitory_timeout; /**< 4 minutes: one that opens or closes (RFC 5382) */
    instant icmp_timeout;           /**< 1 minute: echoes */
    instant other_timeout;          /**< 10 minutes: protocols without ports */
    uint16_t first_port;            /**< 5000 */
    uint16_t last_port;             /**< 65535 */
    bool preserve_ports;            /**< false: keep the port of inside where it is free */
};

struct nat_config nat_default_config(void);

/** Mappings of a kind live equally long, so that the one used last ends last. */
enum nat_kind {
    NAT_UDP,
    NAT_TCP,
    NAT_TCP_TRANSITORY,
    NAT_ICMP,
    NAT_OTHER,
    NAT_PUBLISHED, /**< made by hand; they do not end */
    NAT_KINDS,
};

/** One mapping; see nat_find_inside() for what the ports are. */
struct nat_mapping {
    uint8_t protocol;
    ipv4_address inside;
    uint16_t inside_port;
    uint16_t outside_port;
    ipv4_address remote; /**< of protocols without ports: the host outside; 0: any */
    enum nat_kind kind;
    instant used;
    unsigned closing; /**< TCP: FINs seen, bit 0 from inside and bit 1 from outside */
    TAILQ_ENTRY(nat_mapping) order;
    struct nat_index *inside_index;
    struct nat_index *outside_index;
};

TAILQ_HEAD(nat_mapping_list, nat_mapping);

struct nat_table {
    struct nat_config config;
    struct nat_index *by_inside;
    struct nat_index *by_outside;
    struct nat_mapping_list lists[NAT_KINDS]; /**< each in the order of use */
    uint16_t next_port;
    size_t count; /**< those by hand excepted */
    size_t most;
    const struct trace *trace; /**< borrowed */
};

/** Events: nat.mapping.created, nat.mapping.expired. */
void nat_table_init(struct nat_table *table, const struct nat_config *config,
                    const struct trace *trace);
void nat_table_destroy(struct nat_table *table);

/**
 * The mapping for what @p inside sends from @p port (a TCP or UDP port, an echo's identifier, 0
 * without ports) to @p remote; NULL: none.
 */
struct nat_mapping *nat_find_inside(const struct nat_table *table, uint8_t protocol,
                                    ipv4_address inside, uint16_t port, ipv4_address remote);

/** The mapping for what @p remote sends to @p port; NULL: none. */
struct nat_mapping *nat_find_outside(const struct nat_table *table, uint8_t protocol, uint16_t port,
                                     ipv4_address remote);

/**
 * Makes the mapping that nat_find_inside() has not found. NULL and @p reason, a fixed phrase:
 * "no-port" when all are taken, "address-in-use" when another host inside has this protocol to
 * @p remote, or "no-memory".
 */
struct nat_mapping *nat_create(struct nat_table *table, instant now, uint8_t protocol,
                               ipv4_address inside, uint16_t port, ipv4_address remote,
                               const char **reason);

/**
 * Lets whoever sends to @p outside_port reach @p inside at @p inside_port (0 both without ports).
 * STATUS_NO_ROOM: something has that port already.
 */
enum status nat_publish(struct nat_table *table, uint8_t protocol, uint16_t outside_port,
                        ipv4_address inside, uint16_t inside_port);

/** Notes that a mapping is used, as one of @p kind from now on. */
void nat_use(struct nat_table *table, struct nat_mapping *mapping, enum nat_kind kind, instant now);

/** When nat_handle_timeout() is to be called next; INSTANT_NEVER: never. */
instant nat_next_timeout(const struct nat_table *table);

/** Ends what has not been used for too long. */
void nat_handle_timeout(struct nat_table *table, instant now);

#endif
