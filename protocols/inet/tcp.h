#ifndef VPNSIM_INET_TCP_H
#define VPNSIM_INET_TCP_H

#include "base/entropy.h"
#include "base/instant.h"
#include "base/ipv4_address.h"
#include "base/output.h"
#include "base/packet.h"
#include "base/status.h"
#include "base/trace.h"
#include "inet/tcp_options.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * The Transmission Control Protocol (RFC 9293) of one host over IPv4, sans-I/O.
 *
 * One `struct tcp_endpoint` holds the host's listeners and connections. It is driven like every
 * engine: commands and inputs, then tcp_poll() until it says OUTPUT_NONE, then a wake-up at
 * tcp_next_timeout(). Segments are composed in tcp_poll(), so that what an application sends while
 * it handles an event rides on the acknowledgment that is due.
 *
 * Beyond RFC 9293: retransmission timer RFC 6298, congestion control RFC 5681 with NewReno (RFC
 * 6582), Limited Transmit (RFC 3042) and initial window RFC 6928, window scaling RFC 7323, reset
 * rules RFC 5961, initial sequence numbers RFC 6528, ICMP reactions RFC 1122 section 4.2.3.9 and
 * RFC 5927. Urgent data is delivered in line.
 *
 * Memory is allocated when a connection or listener is made; data waits in packets of the pool and
 * an idle connection holds none.
 */
struct tcp_endpoint;
struct tcp_connection;
struct tcp_listener;

/** IP protocol number. */
#define TCP_PROTOCOL 6
/** Octets of an IPv4 header and a TCP header without options: what the MTU loses to the MSS. */
#define TCP_IPV4_OVERHEAD 40
/** The MSS of a peer that announces none (RFC 9293 section 3.7.1). */
#define TCP_DEFAULT_MSS 536

/** The states of RFC 9293 section 3.3.2. A listener is not a connection, so none is in LISTEN. */
enum tcp_state {
    TCP_STATE_CLOSED,
    TCP_STATE_LISTEN,
    TCP_STATE_SYN_SENT,
    TCP_STATE_SYN_RECEIVED,
    TCP_STATE_ESTABLISHED,
    TCP_STATE_FIN_WAIT_1,
    TCP_STATE_FIN_WAIT_2,
    TCP_STATE_CLOSE_WAIT,
    TCP_STATE_CLOSING,
    TCP_STATE_LAST_ACK,
    TCP_STATE_TIME_WAIT,
};

/**
 * What a connection tells its application. CLOSED, RESET, REFUSED, TIMED_OUT and UNREACHABLE are
 * final: exactly one of them comes, it is the last event, and tcp_release() is all that is left to
 * do (unless the application has aborted or released before: then none comes).
 */
enum tcp_event {
    TCP_EVENT_CONNECTED,   /**< tcp_connect() succeeded */
    TCP_EVENT_ACCEPTED,    /**< a listener's new connection, which the application now holds */
    TCP_EVENT_READABLE,    /**< new data since the last such event: read until there is no more */
    TCP_EVENT_WRITABLE,    /**< after tcp_send() took less than offered: a quarter is free again */
    TCP_EVENT_PEER_CLOSED, /**< the peer's FIN came; unread data may be left, sending may go on */
    TCP_EVENT_CLOSED,      /**< both directions are closed in order (perhaps now in TIME-WAIT) */
    TCP_EVENT_RESET,       /**< the peer's RST ended an established connection */
    TCP_EVENT_REFUSED,     /**< the peer's RST answered our SYN */
    TCP_EVENT_TIMED_OUT,   /**< retransmissions, keep-alives or the user timeout ran out */
    TCP_EVENT_UNREACHABLE, /**< a hard ICMP error */
};

/** Octets that need not be kept because they can be made again: a pattern, a file. */
struct tcp_source {
    /** Writes the @p length octets from @p offset on, the same ones whenever it is asked, which may
     * be until the last is acknowledged. Must not call back. */
    void (*read)(void *context, uint64_t offset, uint8_t *into, size_t length);
    void *context;
    uint64_t length; /**< octets in all */
};

/** Counters of one connection since it was made. */
struct tcp_counters {
    uint64_t segments_sent;
    uint64_t segments_received;
    uint64_t octets_sent;     /**< data octets, the first time they were sent */
    uint64_t octets_received; /**< data octets, in order */
    uint32_t segments_retransmitted;
    uint32_t duplicate_acks;
};

/** Counters of a host, after the tcp group of MIB-II (RFC 1213). */
struct tcp_endpoint_counters {
    uint64_t active_opens;
    uint64_t passive_opens;
    uint64_t attempt_fails;
    uint64_t established_resets;
    uint64_t in_segments;
    uint64_t out_segments; /**< without retransmissions */
    uint64_t retransmitted_segments;
    uint64_t in_errors;
    uint64_t out_resets;
};

/** What an endpoint is made of; copied by tcp_endpoint_init(), pointers are borrowed. */
struct tcp_config {
    struct packet_pool *pool;
    struct entropy entropy; /**< initial sequence numbers come from it */
    struct trace trace;
    /** The MTU of the interface towards @p remote; NULL: always @c mtu. Asked at connection set-up
     * only, must not call back. */
    uint32_t (*mtu_towards)(void *context, ipv4_address local, ipv4_address remote);
    void *mtu_context;
    uint32_t mtu;               /**< 0: 1,500 */
    uint16_t ephemeral_first;   /**< 0: 1,025. Ports are given out upwards from here */
    uint16_t ephemeral_last;    /**< 0: 5,000; then from the first again */
    struct tcp_options options; /**< where tcp_connect() or tcp_listen() get none */
};

/** What tcp_poll() hands out. */
struct tcp_output {
    enum output_kind kind; /**< OUTPUT_NONE, OUTPUT_SEND or OUTPUT_EVENT */
    /** OUTPUT_SEND: the segment, complete with checksum, PACKET_HEADROOM in front; the caller now
     * owns it. */
    struct packet *packet;
    ipv4_address source;
    ipv4_address destination;
    bool dont_fragment;
    enum tcp_event event; /**< OUTPUT_EVENT: what happened */
    /** To which connection, or whose segment it is (NULL: of none); valid until tcp_release(). */
    struct tcp_connection *connection;
};

/** One host's TCP. The members belong to the engine; use the functions below. */
struct tcp_endpoint {
    struct tcp_config config;
    uint64_t isn_secret[2];
    uint16_t ephemeral_next;
    uint64_t next_serial;
    uint32_t connection_count;
    struct tcp_listener *listeners;     /* hash by address and port */
    struct tcp_connection *connections; /* hash by addresses and ports: all but CLOSED ones */
    struct tcp_connection *recent;      /* that of the latest segment, likely that of the next */
    struct tcp_connection *all;         /* every connection not yet freed, oldest first */
    struct tcp_connection *output;      /* those that may have a segment to send */
    struct tcp_connection *events;      /* those with an event to tell */
    struct tcp_connection *dead;        /* to be freed at the end of the call */
    struct tcp_connection **timers;     /* heap by deadline and serial number */
    uint32_t timer_count;
    uint32_t timer_capacity;
    struct packet_queue resets; /* RSTs ready to go; packet.due holds source and destination */
    struct tcp_endpoint_counters counters;
};

/**
 * Prepares an endpoint without connections. @p config is copied; its pool must outlive the
 * endpoint.
 */
void tcp_endpoint_init(struct tcp_endpoint *self, const struct tcp_config *config);

/** Frees every connection and listener, silently, as a crash of the host would. */
void tcp_endpoint_destroy(struct tcp_endpoint *self);

/**
 * Accepts connections to @p port of @p address (IPV4_ANY: of every address). @p options NULL: the
 * endpoint's. Each new connection starts with @p context as its tcp_context().
 * STATUS_INVALID: the pair is already listened on, or port 0. STATUS_NO_MEMORY.
 */
enum status tcp_listen(struct tcp_endpoint *self, ipv4_address address, uint16_t port,
                       const struct tcp_options *options, void *context);

/**
 * Stops listening; connections not yet accepted are reset, accepted ones live on. Nothing happens
 * when the pair is not listened on.
 */
void tcp_unlisten(struct tcp_endpoint *self, instant now, ipv4_address address, uint16_t port);

/**
 * Opens a connection (RFC 9293 section 3.10.1, active OPEN). @p local_port 0: the next ephemeral
 * port. @p options NULL: the endpoint's. The caller holds the connection and must tcp_release() it
 * some time, whatever becomes of it. NULL: out of memory, no port is free, the pair of sockets is
 * in use, or an address or @p remote_port is zero or multicast.
 */
struct tcp_connection *tcp_connect(struct tcp_endpoint *self, instant now, ipv4_address local,
                                   uint16_t local_port, ipv4_address remote, uint16_t remote_port,
                                   const struct tcp_options *options, void *context);

/**
 * Queues as much of @p octets as there is room for and returns how many octets that is; the rest
 * may be offered again after TCP_EVENT_WRITABLE. The last octet taken is pushed. Legal before the
 * connection is established; 0 after tcp_close() and in a connection that has ended.
 */
size_t tcp_send(struct tcp_connection *connection, instant now, const void *octets, size_t length);

/**
 * Sends the octets of @p source, which is copied, behind what has been queued before: at most
 * tcp_options.send_buffer of them unacknowledged at a time, and none of them kept. The last one is
 * pushed. tcp_send() takes nothing until it is acknowledged; then TCP_EVENT_WRITABLE comes to those
 * that have tried. False: nothing may be sent any more, or another source is not done.
 */
bool tcp_send_from(struct tcp_connection *connection, instant now, const struct tcp_source *source);

/** Octets tcp_send() would take now. */
size_t tcp_send_room(const struct tcp_connection *connection);

/** Octets taken by tcp_send() or promised by a source, and not yet acknowledged by the peer. */
size_t tcp_unacknowledged(const struct tcp_connection *connection);

/** Copies up to @p size octets out and consumes them; returns how many. */
size_t tcp_receive(struct tcp_connection *connection, instant now, void *into, size_t size);

/**
 * Lends the next unread octets that lie together, without a copy, until the next call on this
 * endpoint; NULL and @p length 0 when there are none. tcp_consume() then takes them away.
 */
const uint8_t *tcp_peek(struct tcp_connection *connection, size_t *length);

/** Discards @p length unread octets (at most tcp_receive_available()) and reopens the window. */
void tcp_consume(struct tcp_connection *connection, instant now, size_t length);

/** Octets that can be read now. */
size_t tcp_receive_available(const struct tcp_connection *connection);

/**
 * Closes the sending direction: a FIN follows the data queued (RFC 9293 section 3.10.4). Reading
 * may go on. TCP_EVENT_CLOSED tells when the peer has closed as well. In SYN-SENT the connection is
 * given up silently and only tcp_release() is left.
 */
void tcp_close(struct tcp_connection *connection, instant now);

/**
 * Ends the connection at once, with a RST where RFC 9293 section 3.10.5 asks for one. No event
 * follows. Nothing happens when it has ended already.
 */
void tcp_abort(struct tcp_connection *connection, instant now);

/**
 * The application forgets the connection; the pointer is dead afterwards and no event of it
 * follows. One that is still open is closed, by RST when received data is left unread or arrives
 * later (RFC 9293 section 3.6.1), else by FIN; it lives on inside until that is done.
 */
void tcp_release(struct tcp_connection *connection, instant now);

void tcp_set_context(struct tcp_connection *connection, void *context);
void *tcp_context(const struct tcp_connection *connection);
enum tcp_state tcp_state(const struct tcp_connection *connection);
/** "SYN-SENT", as RFC 9293 spells it; static storage. */
const char *tcp_state_name(enum tcp_state state);
/** "connected", "peer-closed", ...; static storage. */
const char *tcp_event_name(enum tcp_event event);
ipv4_address tcp_local_address(const struct tcp_connection *connection);
ipv4_address tcp_remote_address(const struct tcp_connection *connection);
uint16_t tcp_local_port(const struct tcp_connection *connection);
uint16_t tcp_remote_port(const struct tcp_connection *connection);
const struct tcp_counters *tcp_connection_counters(const struct tcp_connection *connection);

/** Iterates over all connections, oldest first; @p previous NULL starts, NULL ends. */
struct tcp_connection *tcp_next_connection(struct tcp_endpoint *self,
                                           struct tcp_connection *previous);

/**
 * A segment has come: @p packet starts at the TCP header and ends with the datagram (link padding
 * already cut); its ownership moves here. @p source and @p destination are the IP header's. Damaged
 * and unwanted segments end in a traced drop or a RST.
 */
void tcp_input(struct tcp_endpoint *self, instant now, ipv4_address source,
               ipv4_address destination, struct packet *packet);

/**
 * An ICMP error about a datagram of ours has come (RFC 1122 section 4.2.3.9). @p type and @p code
 * are those of ICMP, @p mtu the next-hop MTU of a Fragmentation Needed (0: not told, RFC 1191
 * section 5). @p source and @p destination are the quoted datagram's (source is ours); @p quoted
 * are the octets quoted behind its IP header, of which TCP needs 8. Messages that fit no segment in
 * flight are dropped (RFC 5927 section 4.1).
 */
void tcp_icmp_error(struct tcp_endpoint *self, instant now, uint8_t type, uint8_t code,
                    uint32_t mtu, ipv4_address source, ipv4_address destination, const void *quoted,
                    size_t quoted_length);

/**
 * The host has not sent the last segment of @p self, because it is longer than the path MTU that
 * errors about other datagrams have taught meanwhile (RFC 1191 section 6.4): asks mtu_towards again
 * and sends what is not acknowledged in shorter ones.
 */
void tcp_path_mtu_exceeded(struct tcp_connection *self, instant now);

/** Does everything that is due at @p now. */
void tcp_handle_timeout(struct tcp_endpoint *self, instant now);

/** When tcp_handle_timeout() wants to be called next, over all connections; INSTANT_NEVER: not. */
instant tcp_next_timeout(struct tcp_endpoint *self);

/**
 * The next decision: segments first, then events. False and OUTPUT_NONE when there is none. The
 * application may call any function between two polls.
 */
bool tcp_poll(struct tcp_endpoint *self, instant now, struct tcp_output *output);

#endif
