#ifndef VPNSIM_HOST_HOST_STACK_IPV6_H
#define VPNSIM_HOST_HOST_STACK_IPV6_H

#include "base/ip_address.h"
#include "host/host_stack.h"
#include "inet/ipv6.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * IPv6 of a host stack (RFC 8200, RFC 4443, RFC 4861): its memory comes with the first address, so
 * that hosts without one pay nothing. Addresses are given, link-local ones follow from the Ethernet
 * address; there is no autoconfiguration, and no packet filter looks at IPv6.
 *
 * Every discarded packet is told by packet.dropped. Protocol and reason:
 *   ipv6    malformed, martian-source, martian-destination, not-for-us, hop-limit-expired,
 * no-route, beyond-scope, packet-too-big, parameter-problem, option, no-next-header,
 *           unknown-next-header, nested-fragments, neighbor-unreachable, neighbor-queue-full,
 *           interface-down, too-long, no-memory, tunnel-loop, and those of inet/reassembly.h
 *   icmpv6  malformed, bad-checksum, bad-hop-limit, unknown-type, not-for-us, multicast-echo,
 *           echo-off, no-listener, below-minimum-mtu
 *   udp     malformed, bad-checksum, port-unreachable
 */

/**
 * Adds an address to @p interface with the routes that follow from it. The first one gives an
 * Ethernet interface its link-local address too. STATUS_INVALID: the stack has it already, or it is
 * none that an interface can have; STATUS_NO_MEMORY.
 */
enum status host_stack_ipv6_add_address(struct host_stack *stack, struct stack_interface *interface,
                                        const struct ip_address *address, unsigned prefix_length);

/** The @p position-th address of @p interface; the first is link-local. NULL: it has no more. */
const struct ip_address *host_stack_ipv6_address(const struct stack_interface *interface,
                                                 unsigned position);

/**
 * Adds a route. @p gateway NULL: the destination is on the interface's own link. @p interface NULL:
 * the one whose link holds @p gateway (STATUS_NOT_FOUND when there is none). A stack without any
 * IPv6 address has no routes: STATUS_NOT_FOUND.
 */
enum status host_stack_ipv6_add_route(struct host_stack *stack,
                                      const struct ip_address *destination, unsigned prefix_length,
                                      const struct ip_address *gateway,
                                      struct stack_interface *interface, uint32_t metric);

/** Adds a route that leads nowhere. */
enum status host_stack_ipv6_add_unreachable(struct host_stack *stack,
                                            const struct ip_address *destination,
                                            unsigned prefix_length, uint32_t metric);

/** True for an address of one of our interfaces that is up, and for ::1. */
bool host_stack_ipv6_is_local(const struct host_stack *stack, const struct ip_address *address);

/**
 * The address that a datagram of ours to @p destination would carry (RFC 6724, rules 1, 2 and 8);
 * version 0: no route.
 */
struct ip_address host_stack_ipv6_pick_source(const struct host_stack *stack,
                                              const struct ip_address *destination);

/**
 * The longest datagram that reaches @p destination in one piece as far as known (RFC 8201); 0: no
 * route.
 */
uint16_t host_stack_ipv6_path_mtu(const struct host_stack *stack,
                                  const struct ip_address *destination);

/**
 * Puts an IPv6 header in front of @p packet and sends it; the ownership moves whatever is returned.
 * @p source NULL: pick by route. @p options NULL: defaults; their ttl and tos are the hop limit and
 * the traffic class. What is longer than the path's MTU is sent in fragments, unless the options
 * say dont_fragment.
 *
 * STATUS_NOT_FOUND: no route. STATUS_NO_ROOM: longer than the path's MTU and not to be fragmented.
 * Both have been traced as drops.
 */
enum status host_stack_ipv6_send(struct host_stack *stack, const struct ip_address *source,
                                 const struct ip_address *destination, uint8_t next_header,
                                 struct packet *packet, const struct stack_send_options *options);

/** Sends @p packet (the UDP payload) from the port of @p socket; as host_stack_ipv6_send(). */
enum status host_stack_ipv6_udp_send(struct host_stack *stack,
                                     const struct stack_udp_socket *socket,
                                     const struct ip_address *source,
                                     const struct ip_address *destination,
                                     uint16_t destination_port, struct packet *packet,
                                     const struct stack_send_options *options);

/** Sends an echo request that carries @p packet; as host_stack_ipv6_send(). */
enum status host_stack_ipv6_ping(struct host_stack *stack, const struct stack_echo *echo,
                                 const struct ip_address *destination, uint16_t sequence,
                                 struct packet *packet, const struct stack_send_options *options);

/** The events of IPv6, those of its engines excepted; ended by a NULL name. */
extern const struct trace_declaration host_stack_ipv6_trace_declarations[];

#endif
