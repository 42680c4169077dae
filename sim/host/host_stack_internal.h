#ifndef VPNSIM_HOST_HOST_STACK_INTERNAL_H
#define VPNSIM_HOST_HOST_STACK_INTERNAL_H

#include "base/cache_line.h"
#include "host/host_stack.h"
#include "host/host_stack_hooks.h"

/*
 * What the parts of the host stack share; nobody else includes this.
 *
 *   host_stack.c            the stack itself, its timer, its events
 *   host_stack_interface.c  interfaces, addresses, connected routes
 *   host_stack_route.c      routes, source addresses, path MTU, proxy ARP
 *   host_stack_ethernet.c   Ethernet frames and ARP
 *   host_stack_input.c      IP datagrams that come in: local delivery, forwarding
 *   host_stack_output.c     IP datagrams that go out
 *   host_stack_filter.c     what packet filters do to datagrams
 *   host_stack_hooks.c      IP security and address translation
 *   host_stack_icmp.c, host_stack_udp.c, host_stack_tcp.c
 *   host_stack_ipv6*.c      IPv6; see host_stack_ipv6_internal.h
 */

/** The Ethernet part of an interface, with the interface itself in front. */
struct stack_ethernet {
    struct stack_interface interface;
    struct device device;
    struct arp_cache arp;
    struct stack_ethernet *next_ethernet;
};

/**
 * Asks for the cache lines that every datagram touches, which in a large simulation are cold:
 * together they take no longer than one.
 */
static inline void stack_prefetch(const struct host_stack *stack)
{
    cache_prefetch(stack, sizeof *stack);
}

/** The same for an interface. */
static inline void stack_prefetch_interface(const struct stack_interface *interface)
{
    cache_prefetch(interface, sizeof(struct stack_ethernet));
}

/** An IP datagram on its way in. */
struct stack_arrival {
    struct stack_interface *in; /**< NULL: from ourselves */
    enum icmp_arrival how;
    bool secured; /**< it came in under IPsec, which has checked it */
    struct ipv4_header header;
};

/** Frees @p packet after tracing why. */
void stack_drop(struct host_stack *stack, const char *protocol, const char *reason,
                struct packet *packet);

/** Sets the timer to the earliest of what anything in the stack waits for. */
void stack_arm(struct host_stack *stack);

/* host_stack_ethernet.c */

/** The device's receive function. */
void stack_ethernet_receive(struct device *device, struct packet *frame);

/** The device's prepare function. */
void stack_ethernet_prepare(const struct device *device);

/** The device's look-ahead: what passing @p frame on will touch. */
bool stack_ethernet_look_ahead(const struct device *device, const struct packet *frame,
                               unsigned step);

/** Transmits @p packet, which has room for the Ethernet header, in a frame of @p type. */
void stack_ethernet_transmit(struct stack_interface *interface, struct packet *packet,
                             const uint8_t destination[ETHERNET_ADDRESS_SIZE], uint16_t type);

/** Resolves @p next_hop and transmits the IP datagram @p packet. */
void stack_ethernet_output(struct stack_interface *out, ipv4_address next_hop,
                           struct packet *packet);

/** Does what the ARP cache has decided. */
void stack_arp_pump(struct stack_interface *interface);

/* host_stack_input.c */

/** An IP datagram has come in by @p in (NULL: from ourselves). */
void stack_ip_input(struct host_stack *stack, struct stack_interface *in, enum icmp_arrival how,
                    struct packet *packet);

/** The same for one whose header is decoded and whose addresses are plausible. */
void stack_ip_deliver(struct host_stack *stack, struct stack_arrival *arrival,
                      struct packet *packet);

/** The whole datagram that @p packet completes, with its header in @p header; NULL: not yet. */
struct packet *stack_reassemble(struct host_stack *stack, struct ipv4_header *header,
                                struct packet *packet);

/* host_stack_route.c */

/** What Path MTU Discovery has learnt about @p destination; NULL: nothing. */
const struct path_mtu_entry *stack_path_mtu_entry(const struct host_stack *stack,
                                                  ipv4_address destination);

/* host_stack_output.c */

/** Makes sure that @p packet has @p headroom octets in front, by a copy if need be; NULL and the
 * packet dropped as one of @p protocol, "ipv4" or "ipv6": no memory. */
struct packet *stack_reserve_headroom(struct host_stack *stack, const char *protocol,
                                      struct packet *packet, size_t headroom);

/** Drops what was to go out, for @p reason, and counts it. */
void stack_refuse_output(struct host_stack *stack, const char *protocol, const char *reason,
                         struct packet *packet);

/** Shows a finished datagram of either version to the taps; false: dropped, @p out is down. */
bool stack_leave_ip(struct host_stack *stack, const struct stack_interface *out,
                    const char *protocol, struct packet *packet);

/** Hands a datagram of either version of IP to what is behind a point-to-point interface. */
void stack_point_to_point_output(struct host_stack *stack, struct stack_interface *out,
                                 const char *protocol, struct packet *packet);

/**
 * Sends a finished datagram, not longer than the interface's MTU or to be fragmented to @p mtu, by
 * @p out. The caller has seen to Don't Fragment.
 */
void stack_output_datagram(struct host_stack *stack, struct stack_interface *out,
                           ipv4_address next_hop, struct packet *packet,
                           const struct ipv4_header *header, size_t mtu);

/* host_stack_filter.c */

/** Asks the filter; true: it has taken the datagram, which starts at its IP header. */
bool stack_filter_consumes(struct host_stack *stack, enum packet_filter_direction direction,
                           struct stack_interface *in, struct stack_interface *out,
                           enum icmp_arrival how, const struct ipv4_header *header,
                           struct packet *packet);

/* host_stack_hooks.c; the stack has the hook in question. */

/** What goes out in place of @p packet; NULL: security has taken it. */
struct packet *stack_secure(struct host_stack *stack, struct stack_interface *out, bool forwarded,
                            struct packet *packet);

/** Gives ESP and AH for us to security; false: it has not been taken. */
bool stack_open(struct host_stack *stack, const struct stack_arrival *arrival,
                struct packet *packet);

/** Asks security about a datagram that has come in; true: it has been taken. */
bool stack_secures(struct host_stack *stack, struct stack_interface *in, bool forwarded,
                   struct packet *packet);

/** The datagram with other addresses; NULL: it has been dropped, or is not whole yet. */
struct packet *stack_translate_input(struct host_stack *stack, struct ipv4_header *header,
                                     struct packet *packet);
struct packet *stack_translate_output(struct host_stack *stack, bool own,
                                      struct ipv4_header *header, struct packet *packet);

/* host_stack_icmp.c */

/** Who listens for replies to @p identifier; NULL: nobody. */
struct stack_echo *stack_find_echo(const struct host_stack *stack, uint16_t identifier);

/** Tells whoever sent the quoted datagram. */
void stack_dispatch_error(struct host_stack *stack, const struct stack_icmp_error *error);

void stack_icmp_input(struct host_stack *stack, const struct stack_arrival *arrival,
                      struct packet *packet);

/**
 * Sends an ICMP error about @p datagram, which starts at its IP header and stays the caller's,
 * where the rules allow it. @p source 0: pick by route.
 */
void stack_icmp_error(struct host_stack *stack, enum icmp_arrival how, ipv4_address source,
                      const struct icmp_message *message, const struct packet *datagram);

/* host_stack_udp.c */

void stack_udp_input(struct host_stack *stack, const struct stack_arrival *arrival,
                     struct packet *packet);
void stack_udp_error(struct host_stack *stack, const struct stack_icmp_error *error);

/* host_stack_tcp.c; nothing happens there while stack->tcp is NULL, input excepted. */

void stack_tcp_input(struct host_stack *stack, const struct stack_arrival *arrival,
                     struct packet *packet);
void stack_tcp_error(struct host_stack *stack, const struct stack_icmp_error *error);
instant stack_tcp_next_timeout(struct host_stack *stack);
void stack_tcp_handle_timeout(struct host_stack *stack);
void stack_tcp_destroy(struct host_stack *stack);

/* host_stack_ipv6.c and its like; to be called only for a stack, or an interface, with IPv6. */

/** An IPv6 datagram has come in by @p in (NULL: from ourselves). */
void stack_ipv6_input(struct host_stack *stack, struct stack_interface *in, enum icmp_arrival how,
                      struct packet *packet);

/** host_stack_send_secured() and its like for IPv6; the stack may have none. */
void stack_ipv6_send_secured(struct host_stack *stack, struct packet *packet);
void stack_ipv6_receive_secured(struct host_stack *stack, struct stack_interface *in,
                                struct packet *packet);
void stack_ipv6_refuse_length(struct host_stack *stack, struct stack_interface *out, bool forwarded,
                              uint16_t mtu, struct packet *packet);

/** @p interface has changed: the routes of its addresses come or go. */
void stack_ipv6_set_up(struct host_stack *stack, struct stack_interface *interface, bool up);
void stack_ipv6_remove_interface(struct host_stack *stack, struct stack_interface *interface);
instant stack_ipv6_next_timeout(const struct host_stack *stack);
void stack_ipv6_handle_timeout(struct host_stack *stack);
void stack_ipv6_destroy(struct host_stack *stack);

#endif
