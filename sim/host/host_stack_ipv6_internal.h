#ifndef VPNSIM_HOST_HOST_STACK_IPV6_INTERNAL_H
#define VPNSIM_HOST_HOST_STACK_IPV6_INTERNAL_H

#include "host/host_stack_internal.h"
#include "host/host_stack_ipv6.h"
#include "inet/icmpv6.h"
#include "inet/ipv6_route.h"
#include "inet/neighbor_cache.h"

/*
 * What the parts of IPv6 in the host stack share; nobody else includes this.
 *
 *   host_stack_ipv6.c           addresses and routes, timers, events
 *   host_stack_ipv6_input.c     datagrams that come in: local delivery, forwarding
 *   host_stack_ipv6_output.c    datagrams that go out
 *   host_stack_ipv6_neighbor.c  Neighbor Discovery on an interface
 *   host_stack_ipv6_security.c  what IP security hands over
 *   host_stack_ipv6_icmp.c, host_stack_ipv6_udp.c
 */

/** An address with the prefix that is on its link. */
struct stack_ipv6_address {
    struct ip_address address;
    uint8_t prefix_length;
};

/** IPv6 on one interface. */
struct stack_interface_ipv6 {
    struct stack_interface *interface;
    struct stack_ipv6_address *addresses; /**< the first is link-local */
    unsigned count;
    struct neighbor_cache neighbors; /**< Ethernet */
    struct stack_interface_ipv6 *next;
};

/** IPv6 of a stack. */
struct stack_ipv6 {
    struct neighbor_config neighbor;
    struct reassembly_config reassembly_config;
    struct entropy entropy;
    struct ipv6_route_table routes;
    struct reassembly reassembly;
    struct path_mtu_cache path_mtu;
    struct icmp_rate_limit icmp_limit;
    struct packet_queue loopback;
    uint32_t identification;
    struct stack_interface_ipv6 *interfaces; /**< in the order of adding */
};

/** A datagram on its way in. */
struct stack_ipv6_arrival {
    struct stack_interface *in; /**< NULL: from ourselves */
    enum icmp_arrival how;
    bool secured; /**< it came in under IPsec, which has checked it */
    struct ipv6_header header;
    struct ipv6_walk walk; /**< for local delivery: where the upper-layer header is */
};

/** Where a datagram of ours goes. */
struct stack_ipv6_way {
    struct stack_interface *out; /**< NULL: to ourselves */
    struct ip_address next_hop;
};

/** True for a group that @p interface listens to: all nodes, and the solicited-node groups. */
bool stack_ipv6_is_joined(const struct stack_interface_ipv6 *interface,
                          const struct ip_address *group);

/** True for an address of @p interface. */
bool stack_ipv6_has_address(const struct stack_interface_ipv6 *interface,
                            const struct ip_address *address);

/** The address of @p interface that suits @p destination best (RFC 6724); version 0: none. */
struct ip_address stack_ipv6_source_on(const struct stack_interface_ipv6 *interface,
                                       const struct ip_address *destination);

/** The same for one whose header is decoded and whose addresses are plausible. */
void stack_ipv6_deliver(struct host_stack *stack, struct stack_ipv6_arrival *arrival,
                        struct packet *packet);

/* host_stack_ipv6_output.c */

/**
 * Finds the way to @p destination and, when its version is 0, completes @p source. @p by says which
 * link a link-local address or group is on; NULL: the source tells, or the first that has IPv6.
 * False: there is no way.
 */
bool stack_ipv6_find_way(const struct host_stack *stack, struct stack_interface *by,
                         struct ip_address *source, const struct ip_address *destination,
                         struct stack_ipv6_way *way);

/** Sends a finished datagram by @p out. */
void stack_ipv6_transmit(struct host_stack *stack, struct stack_interface *out,
                         const struct ip_address *next_hop, struct packet *packet);

/** Sends a finished datagram by @p way, in fragments where it is longer than @p mtu. */
enum status stack_ipv6_transmit_by_way(struct host_stack *stack, const struct stack_ipv6_way *way,
                                       const struct ipv6_header *header, uint16_t mtu,
                                       struct packet *packet);

/** The path MTU to @p destination by @p out. */
uint16_t stack_ipv6_mtu(const struct host_stack *stack, const struct stack_interface *out,
                        const struct ip_address *destination);

/** host_stack_ipv6_send() from a known @p source by a known @p way. */
enum status stack_ipv6_send_by_way(struct host_stack *stack, const struct stack_ipv6_way *way,
                                   struct ipv6_header *header, struct packet *packet,
                                   const struct stack_send_options *options);

/* host_stack_ipv6_neighbor.c */

/** Resolves @p next_hop and transmits the datagram @p packet. */
void stack_ipv6_ethernet_output(struct stack_interface *out, const struct ip_address *next_hop,
                                struct packet *packet);

/** Does what the Neighbor Cache has decided. */
void stack_ipv6_neighbor_pump(struct stack_interface_ipv6 *interface);

/** A Neighbor Solicitation or Advertisement, its checksum verified. */
void stack_ipv6_neighbor_input(struct host_stack *stack, const struct stack_ipv6_arrival *arrival,
                               struct packet *packet);

/* host_stack_ipv6_icmp.c */

/** @p packet starts at the ICMPv6 message. */
void stack_ipv6_icmp_input(struct host_stack *stack, const struct stack_ipv6_arrival *arrival,
                           struct packet *packet);

/**
 * Sends an ICMPv6 error about @p datagram, which starts at its IPv6 header and stays the caller's,
 * where the rules allow it. @p source NULL: pick by route.
 */
void stack_ipv6_icmp_error(struct host_stack *stack, struct stack_interface *in,
                           enum icmp_arrival how, const struct ip_address *source,
                           const struct icmpv6_message *message, const struct packet *datagram);

/** Learns that datagrams to @p destination are to be no longer; returns the estimate that holds. */
uint16_t stack_ipv6_learn_path_mtu(struct host_stack *stack, uint32_t reported,
                                   const struct ip_address *destination);

/** Tells whoever sent the quoted datagram, whose payload is known. */
void stack_ipv6_dispatch_error(struct host_stack *stack, const struct stack_icmpv6_error *error);

/* host_stack_ipv6_udp.c */

/** @p packet starts at its IPv6 header. */
void stack_ipv6_udp_input(struct host_stack *stack, const struct stack_ipv6_arrival *arrival,
                          struct packet *packet);
void stack_ipv6_udp_error(struct host_stack *stack, const struct stack_icmpv6_error *error);

#endif
