#ifndef VPNSIM_HOST_HOST_STACK_H
#define VPNSIM_HOST_HOST_STACK_H

#include "base/ip_address.h"
#include "base/packet.h"
#include "base/status.h"
#include "base/trace.h"
#include "core/simulation.h"
#include "core/timer.h"
#include "host/packet_filter.h"
#include "inet/arp.h"
#include "inet/icmp.h"
#include "inet/ipv4.h"
#include "inet/path_mtu.h"
#include "inet/reassembly.h"
#include "inet/route.h"
#include "inet/udp.h"
#include "net/link.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The IP host or router inside a node: ARP, IPv4, ICMP, UDP and (host_stack_tcp.h) TCP on any
 * number of Ethernet and point-to-point interfaces, and IPv6 (host_stack_ipv6.h). The node embeds a
 * struct host_stack.
 *
 * Calls into the stack and its callbacks may nest: a callback may send, add routes, add and remove
 * interfaces. A callback that takes a packet owns it. Tables get memory only when they are needed,
 * so that an idle host stays small.
 *
 * Every discarded packet is told by packet.dropped of this node. Protocol and reason:
 *   ethernet  malformed, unknown-ethertype, not-for-us, interface-down
 *   arp       malformed
 *   ipv4      malformed, bad-checksum, martian-source, martian-destination, not-for-us,
 * ttl-expired, no-route, fragmentation-needed, arp-timeout, arp-queue-full, interface-down,
 *             broadcast-not-forwarded, protocol-unreachable, too-long, tunnel-loop, no-memory, and
 *             those of inet/reassembly.h
 *   icmp      malformed, bad-checksum, unknown-type, not-for-us, broadcast-echo, echo-off,
 *             no-listener
 *   udp       malformed, bad-checksum, port-unreachable
 *   tcp       not-for-us (to a group), and those of inet/tcp.h
 *   gre, tcp, udp, icmp, esp, ah, ipv4 by what the datagram carries: filter
 */

struct host_stack;
struct ipv6_header;
struct stack_security;
struct stack_translator;
struct tcp_endpoint;
struct stack_ipv6;
struct stack_interface_ipv6;
struct stack_tcp;

/** Settings of a stack; host_stack_default_config() gives those of a Windows 2000 host. */
struct host_stack_config {
    uint8_t default_ttl;           /**< 128 */
    bool forwarding;               /**< false; a router sets it (RFC 1122 section 3.3.1.1) */
    bool icmp_errors;              /**< true: send ICMP errors at all */
    bool echo_replies;             /**< true: answer pings */
    uint16_t first_identification; /**< 1: IP identification, one counter for the whole host */
    uint16_t icmp_error_octets;    /**< 576: most octets of an error datagram (RFC 1812) */
    uint32_t icmp_errors_per_s;    /**< 100; 0: no limit */
    uint32_t icmp_error_burst;     /**< 100 */
    uint16_t path_mtu_floor;       /**< 576 */
    instant path_mtu_lifetime;     /**< 10 minutes */
    struct arp_config arp;         /**< arp_default_config() */
    struct reassembly_config reassembly; /**< reassembly_default_config() */
};

struct host_stack_config host_stack_default_config(void);

/** The IP and ICMP groups of MIB-II (RFC 1213), as far as they count something here. */
struct host_stack_counters {
    uint64_t link_delivers; /**< datagrams that the data link has handed to IP */
    uint64_t link_discards; /**< frames that it has dropped */
    uint64_t in_receives;
    uint64_t in_header_errors;
    uint64_t in_address_errors;
    uint64_t in_unknown_protocols;
    uint64_t in_discards;
    uint64_t in_delivers;
    uint64_t forwarded;
    uint64_t out_requests;
    uint64_t out_discards;
    uint64_t out_no_routes;
    uint64_t fragments_created;
    uint64_t filtered;
    uint64_t in_filtered; /**< of those, as they came in */
    uint64_t icmp_errors_sent;
    uint64_t icmp_errors_suppressed; /**< by the rules of RFC 1812 or by the rate limit */
    uint64_t icmp_errors_received;
    uint64_t udp_in;
    uint64_t udp_in_errors; /**< malformed, or for no port that is in use */
    uint64_t udp_out;
};

/** Takes IP datagrams that leave by a point-to-point interface, and owns them. */
typedef void stack_output(void *context, struct packet *packet);

struct stack_ethernet;

/** One interface of a stack. The fields are for reading; functions below change them. */
struct stack_interface {
    struct host_stack *stack;
    const char *name;      /**< borrowed from the caller of host_stack_add_... */
    ipv4_address address;  /**< 0: none (yet) */
    ipv4_address peer;     /**< point-to-point: the other end; 0: unknown */
    uint8_t prefix_length; /**< 32 on point-to-point interfaces */
    bool up;
    uint16_t mtu;                      /**< longest IP datagram */
    uint32_t index;                    /**< 1, 2, ... in the order of adding (MIB-II ifIndex) */
    struct stack_ethernet *ethernet;   /**< NULL: point-to-point */
    struct stack_interface_ipv6 *ipv6; /**< NULL: it has no IPv6 address */
    stack_output *output;              /**< point-to-point */
    void *output_context;
    struct tap_point taps; /**< point-to-point: the IP datagrams; see host_stack_tap_point() */
    uint32_t extra_routes; /**< routes added by hand that lead through it */
    struct stack_interface *previous;
    struct stack_interface *next;
    uint64_t in_octets;
    uint64_t out_octets;
};

/** What an ICMP error that has come in says; everything is borrowed for the call. */
struct stack_icmp_error {
    uint8_t type;
    uint8_t code;
    ipv4_address reporter;     /**< who sent the error */
    uint16_t next_hop_mtu;     /**< unreachable code 4 */
    uint16_t path_mtu;         /**< unreachable code 4: the estimate that now holds */
    struct ipv4_header quoted; /**< the header of our datagram it is about */
    const uint8_t *payload;    /**< what is quoted behind that header, at least 8 octets */
    size_t payload_length;
};

/** The same of an ICMPv6 error (RFC 4443); all addresses are of version 6. */
struct stack_icmpv6_error {
    uint8_t type;
    uint8_t code;
    struct ip_address reporter;    /**< who sent the error */
    uint16_t path_mtu;             /**< packet too big: the estimate that now holds */
    struct ip_address source;      /**< of our datagram that it is about */
    struct ip_address destination; /**< likewise */
    uint8_t protocol;              /**< what that carries, behind any extension headers */
    const uint8_t *payload;        /**< what is quoted from there on, at least 8 octets */
    size_t payload_length;
    const uint8_t *quoted; /**< all of the quote, from its IPv6 header on */
    size_t quoted_length;
};

/**
 * Someone who takes the datagrams of one IP protocol (GRE, ESP, ...). Owned by the node and linked
 * into the stack while set; NULL members are not called.
 */
struct stack_protocol {
    uint8_t protocol;
    /**
     * @p packet starts at the IP payload and belongs to the callee. @p interface is where it came
     * in; NULL for what we sent to ourselves. @p header is borrowed.
     */
    void (*receive)(void *context, struct stack_interface *interface,
                    const struct ipv4_header *header, struct packet *packet);
    void (*error)(void *context, const struct stack_icmp_error *error);
    /** The same for IPv6; NULL: the protocol is unknown there. */
    void (*receive_ipv6)(void *context, struct stack_interface *interface,
                         const struct ipv6_header *header, struct packet *packet);
    void (*error_ipv6)(void *context, const struct stack_icmpv6_error *error);
    void *context;
    struct stack_protocol *next;
};

/** A UDP port in use. Owned by the node and linked into the stack while bound. */
struct stack_udp_socket {
    ipv4_address address; /**< 0: any of ours */
    uint16_t port;        /**< 0 before host_stack_udp_bind(): pick one from 1025 on */
    /** @p packet starts at the UDP payload and belongs to the callee. */
    void (*receive)(void *context, struct stack_udp_socket *socket,
                    struct stack_interface *interface, const struct ipv4_header *header,
                    uint16_t source_port, struct packet *packet);
    /** @p error->payload starts with our UDP header. */
    void (*error)(void *context, struct stack_udp_socket *socket,
                  const struct stack_icmp_error *error);
    /** The same for IPv6, at any address of ours; NULL: the port is of IPv4 only. */
    void (*receive_ipv6)(void *context, struct stack_udp_socket *socket,
                         struct stack_interface *interface, const struct ipv6_header *header,
                         uint16_t source_port, struct packet *packet);
    void (*error_ipv6)(void *context, struct stack_udp_socket *socket,
                       const struct stack_icmpv6_error *error);
    void *context;
    struct stack_udp_socket *next;
};

/** Someone who pings. Owned by the node and linked into the stack while open. */
struct stack_echo {
    uint16_t identifier; /**< which replies are for this one */
    /** @p packet starts at the echo data and belongs to the callee. */
    void (*reply)(void *context, const struct ipv4_header *header, uint16_t sequence,
                  struct packet *packet);
    void (*error)(void *context, uint16_t sequence, const struct stack_icmp_error *error);
    /** The same for IPv6. */
    void (*reply_ipv6)(void *context, const struct ipv6_header *header, uint16_t sequence,
                       struct packet *packet);
    void (*error_ipv6)(void *context, uint16_t sequence, const struct stack_icmpv6_error *error);
    void *context;
    struct stack_echo *next;
};

/** How a datagram is sent; zero-initialised means the stack's defaults. */
struct stack_send_options {
    uint8_t ttl; /**< 0: the stack's default */
    uint8_t tos;
    bool dont_fragment;
};

/**
 * The stack. The fields above "private" may be read and, for config, changed at any time.
 */
struct host_stack {
    struct host_stack_config config;
    struct host_stack_counters counters;
    struct simulation *simulation;
    struct trace trace;
    struct packet_filter filter;         /**< rules are added with packet_filter_add() */
    struct stack_security *security;     /**< NULL: none; see host/host_stack_hooks.h */
    struct stack_translator *translator; /**< NULL: none */
    struct tap_point ip_taps;           /**< layer "ip": every datagram that comes in or goes out */
    struct route_table routes;          /**< for reading; see host_stack_add_route() */
    struct stack_interface *interfaces; /**< first; in the order of index */
    /* private */
    struct stack_interface *last_interface;
    uint32_t next_index;
    uint16_t identification;
    uint16_t next_udp_port;
    struct route_table proxies;
    struct stack_protocol *protocols;
    struct stack_udp_socket *udp_sockets;
    struct stack_echo *echoes;
    struct stack_tcp *tcp;
    struct stack_ipv6 *ipv6; /* NULL: no interface has an IPv6 address */
    struct reassembly *reassembly;
    struct path_mtu_cache path_mtu;
    struct icmp_rate_limit icmp_limit;
    struct packet_queue loopback;
    struct stack_ethernet *ethernets;
    struct timer timer;
};

/**
 * Makes an empty stack for node @p node_name (borrowed). Interfaces and tables are freed by
 * host_stack_destroy(), which calls no callbacks.
 */
void host_stack_init(struct host_stack *stack, struct simulation *simulation, const char *node_name,
                     const struct host_stack_config *config);
void host_stack_destroy(struct host_stack *stack);

/* ---- Interfaces ---- */

/**
 * Adds an Ethernet interface, up, with its connected route. Attach host_stack_device() of it to a
 * link. @p name is borrowed. @p address 0: none yet (a DHCP client). NULL: out of memory.
 */
struct stack_interface *host_stack_add_ethernet(struct host_stack *stack, const char *name,
                                                const uint8_t mac[ETHERNET_ADDRESS_SIZE],
                                                ipv4_address address, unsigned prefix_length,
                                                uint16_t mtu);

/**
 * Adds a point-to-point interface, up, with a host route to @p remote (0: none). What is routed
 * there is given to @p output as IP datagrams; what comes from there goes to host_stack_receive().
 * Several of these may share a local address, also with an Ethernet interface.
 */
struct stack_interface *host_stack_add_point_to_point(struct host_stack *stack, const char *name,
                                                      ipv4_address local, ipv4_address remote,
                                                      uint16_t mtu, stack_output *output,
                                                      void *context);

/** Removes @p interface with its routes, filter rules and proxy ARP entries, and frees it. */
void host_stack_remove_interface(struct host_stack *stack, struct stack_interface *interface);

/** The adapter to attach to a link; NULL for a point-to-point interface. */
struct device *host_stack_device(struct stack_interface *interface);

/**
 * Where a capture sees this interface: Ethernet frames at the device, or the IP datagrams of a
 * point-to-point interface.
 */
struct tap_point *host_stack_tap_point(struct stack_interface *interface);

/** The interface called @p name; NULL: none. */
struct stack_interface *host_stack_find_interface(struct host_stack *stack, const char *name);

/** Changes address and connected route; routes by hand stay. @p peer is for point-to-point. */
enum status host_stack_set_address(struct host_stack *stack, struct stack_interface *interface,
                                   ipv4_address address, unsigned prefix_length, ipv4_address peer);

void host_stack_set_mtu(struct stack_interface *interface, uint16_t mtu);

/** Down: its routes go away (connected ones come back with up) and nothing passes. */
void host_stack_set_up(struct host_stack *stack, struct stack_interface *interface, bool up);

/** Sends a gratuitous ARP (a request for our own address), as Windows does at start. */
void host_stack_announce(struct host_stack *stack, struct stack_interface *interface);

/** A datagram has come in over a point-to-point interface; the stack owns @p packet. */
void host_stack_receive(struct host_stack *stack, struct stack_interface *interface,
                        struct packet *packet);

/* ---- Routes ---- */

/**
 * Adds a route. @p gateway 0: the destination is on the interface's own network. @p interface
 * NULL: the one whose network holds @p gateway (STATUS_NOT_FOUND when there is none). A default
 * route is 0/0. The lowest metric wins.
 */
enum status host_stack_add_route(struct host_stack *stack, ipv4_address destination,
                                 unsigned prefix_length, ipv4_address gateway,
                                 struct stack_interface *interface, uint32_t metric);

/** Adds a route that leads nowhere: what no better route takes is unreachable, whatever the default
 * route says. */
enum status host_stack_add_unreachable(struct host_stack *stack, ipv4_address destination,
                                       unsigned prefix_length, uint32_t metric);

/** Removes the route added with these arguments. */
enum status host_stack_remove_route(struct host_stack *stack, ipv4_address destination,
                                    unsigned prefix_length, ipv4_address gateway,
                                    struct stack_interface *interface);

/** True for an address of one of our interfaces that is up, and for 127/8. */
bool host_stack_is_local(const struct host_stack *stack, ipv4_address address);

/**
 * The address that a datagram of ours to @p destination would carry; 0: no route. @p interface and
 * @p gateway, when not NULL, receive the way it would go (gateway 0: directly).
 */
ipv4_address host_stack_pick_source(const struct host_stack *stack, ipv4_address destination,
                                    struct stack_interface **interface, ipv4_address *gateway);

/**
 * The longest datagram that reaches @p destination unfragmented as far as known: the interface's
 * MTU or what Path MTU Discovery has learnt (RFC 1191); 0: no route.
 */
uint16_t host_stack_path_mtu(const struct host_stack *stack, ipv4_address destination);

/** Answers ARP requests for @p address on @p interface (RFC 1027). */
enum status host_stack_add_proxy_arp(struct host_stack *stack, struct stack_interface *interface,
                                     ipv4_address address);
enum status host_stack_remove_proxy_arp(struct host_stack *stack, struct stack_interface *interface,
                                        ipv4_address address);

/** Does so, or no longer, on each Ethernet interface whose network holds @p address. */
void host_stack_proxy_address(struct host_stack *stack, ipv4_address address, bool on);

/* ---- Sending and receiving ---- */

/**
 * Puts an IP header in front of @p packet and sends it; the ownership moves whatever is returned.
 * @p source 0: pick by route. @p options NULL: defaults. To one of our own addresses it comes
 * back at the same instant, after the running event. To 255.255.255.255 or a multicast group a
 * source (or a route) must say which interface is meant.
 *
 * STATUS_NOT_FOUND: no route. STATUS_NO_ROOM: longer than the path's MTU and not to be fragmented.
 * Both have been traced as drops.
 */
enum status host_stack_send(struct host_stack *stack, ipv4_address source, ipv4_address destination,
                            uint8_t protocol, struct packet *packet,
                            const struct stack_send_options *options);

/** The same by @p interface whatever the routes say (DHCP, broadcasts); @p source 0 is sent as 0.
 */
enum status host_stack_send_by(struct host_stack *stack, struct stack_interface *interface,
                               ipv4_address source, ipv4_address destination, uint8_t protocol,
                               struct packet *packet, const struct stack_send_options *options);

/**
 * Prefetches what sending by the first interface will touch: to be called from the prepare
 * function of an event whose action sends, in simulations of thousands of hosts.
 */
void host_stack_prepare(const struct host_stack *stack, unsigned turn);

/** Gives the datagrams of handler->protocol to @p handler, in the place of an earlier one. */
void host_stack_set_protocol(struct host_stack *stack, struct stack_protocol *handler);
void host_stack_clear_protocol(struct host_stack *stack, struct stack_protocol *handler);

/**
 * Binds @p socket to its address and port. STATUS_NO_ROOM: the port is taken (or none is free);
 * STATUS_NOT_FOUND: the address is not ours.
 */
enum status host_stack_udp_bind(struct host_stack *stack, struct stack_udp_socket *socket);
void host_stack_udp_unbind(struct host_stack *stack, struct stack_udp_socket *socket);

/** Sends @p packet (the UDP payload) from @p socket; results and ownership as host_stack_send(). */
enum status host_stack_udp_send(struct host_stack *stack, struct stack_udp_socket *socket,
                                ipv4_address destination, uint16_t destination_port,
                                struct packet *packet, const struct stack_send_options *options);

/** The same by @p interface from @p source (0 is sent as 0), as a DHCP client must. */
enum status host_stack_udp_send_by(struct host_stack *stack, struct stack_udp_socket *socket,
                                   struct stack_interface *interface, ipv4_address source,
                                   ipv4_address destination, uint16_t destination_port,
                                   struct packet *packet, const struct stack_send_options *options);

/** Starts to listen for replies to echo->identifier; the latest of equal ones gets them. */
void host_stack_echo_open(struct host_stack *stack, struct stack_echo *echo);
void host_stack_echo_close(struct host_stack *stack, struct stack_echo *echo);

/** Sends an echo request that carries @p packet; results and ownership as host_stack_send(). */
enum status host_stack_ping(struct host_stack *stack, const struct stack_echo *echo,
                            ipv4_address source, ipv4_address destination, uint16_t sequence,
                            struct packet *packet, const struct stack_send_options *options);

/** The events of a stack, those of its engines excepted; ended by a NULL name. */
extern const struct trace_declaration host_stack_trace_declarations[];

#endif
