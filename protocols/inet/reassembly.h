#ifndef VPNSIM_INET_REASSEMBLY_H
#define VPNSIM_INET_REASSEMBLY_H

#include "base/instant.h"
#include "base/packet.h"
#include "base/trace.h"
#include "inet/ipv4.h"
#include "inet/ipv6.h"

#include <stdint.h>

/** Bounds and times of one reassembler. */
struct reassembly_config {
    instant timeout;         /**< from the first fragment to arrive (RFC 1122 section 3.3.2); IPv6
                                  wants 60 seconds, so it has a reassembler of its own */
    uint32_t datagram_limit; /**< most datagrams at once; the oldest makes room */
    uint32_t storage_limit;  /**< most octets of packet storage held by fragments; likewise */
};

/** 30 seconds, 64 datagrams, 1 MiB. */
struct reassembly_config reassembly_default_config(void);

struct reassembly_datagram;

/**
 * Puts fragments together: RFC 791 section 3.2, "An Example Reassembly Procedure", and RFC 8200
 * section 4.5.
 *
 * RFC 791 lets a later fragment overwrite an earlier one, which firewalls can be deceived with
 * (RFC 1858). Here a fragment that repeats what is already there octet for octet (a retransmission
 * by the network) is dropped alone, reason "duplicate-fragment"; any other overlap condemns the
 * whole datagram, as RFC 5722 demands for IPv6, reason "fragment-overlap". A first fragment of TCP
 * over IPv4 with fewer than 16 octets of payload, or one at offset 8, is refused (RFC 1858 section
 * 3), reason "tiny-fragment". Other reasons: "malformed" (length not a multiple of 8, past 65,535,
 * or two ends), "reassembly-timeout", "reassembly-overflow".
 */
struct reassembly {
    const struct reassembly_config *config; /**< borrowed */
    const struct trace *trace;              /**< borrowed; may be NULL */
    struct reassembly_datagram *oldest;     /**< in the order of their deadlines */
    struct reassembly_datagram *newest;
    struct reassembly_datagram *expired; /**< those whose first fragment is still to be polled */
    struct reassembly_datagram *spare;   /**< records to be used again */
    uint32_t count;
    uint32_t storage;
    uint64_t completed; /**< datagrams put together */
    uint64_t failed;    /**< datagrams given up, whatever the reason */
};

/** The owner keeps @p config and @p trace alive as long as the reassembler. */
void reassembly_init(struct reassembly *self, const struct reassembly_config *config,
                     const struct trace *trace);
void reassembly_destroy(struct reassembly *self);

/**
 * Takes one fragment, header included and trimmed to its total length, whose ownership moves.
 *
 * Returns the whole datagram (one header, fragmentation fields clear, checksum right, serial number
 * of the fragment that completed it), which the caller owns, or NULL while something is missing.
 */
struct packet *reassembly_input(struct reassembly *self, instant now, struct packet *fragment,
                                const struct ipv4_header *header);

/**
 * The same for a fragment of IPv6, trimmed to its payload length, whose headers ipv6_walk() has
 * followed to the fragment header. In the whole datagram that header is gone.
 */
struct packet *reassembly_input_ipv6(struct reassembly *self, instant now, struct packet *fragment,
                                     const struct ipv6_header *header,
                                     const struct ipv6_walk *walk);

/** The instant of the next deadline; INSTANT_NEVER when nothing waits. */
instant reassembly_next_timeout(const struct reassembly *self);

/** Gives up what is overdue. */
void reassembly_handle_timeout(struct reassembly *self, instant now);

/**
 * The first fragment of a datagram that has timed out, for an ICMP Time Exceeded of code 1, which
 * is sent only when fragment zero had arrived (RFC 792). The caller owns it. NULL: no more.
 */
struct packet *reassembly_poll_expired(struct reassembly *self);

#endif
