#ifndef VPNSIM_PPP_MULTILINK_H
#define VPNSIM_PPP_MULTILINK_H

#include "base/instant.h"
#include "base/output.h"
#include "base/packet.h"
#include "base/trace.h"

#include <stdbool.h>
#include <stdint.h>

/** PPP protocol number of fragments (RFC 1990 section 3). */
#define MULTILINK_PROTOCOL 0x003d
/** Octets of a fragment's header: sequence numbers of 24 bits, or of 12 when negotiated. */
#define MULTILINK_LONG_HEADER_SIZE  4
#define MULTILINK_SHORT_HEADER_SIZE 2
/** Most links of a bundle. */
#define MULTILINK_LINKS 8
/** What multilink_add_link() returns when the bundle is full. */
#define MULTILINK_NO_LINK UINT32_MAX

/** The header of a fragment. */
struct multilink_header {
    bool begins; /**< B: the first fragment of a packet */
    bool ends;   /**< E: the last one */
    uint32_t sequence;
};

/** Reads a fragment's header and pulls it; false: the fragment is too short. Reserved bits count
 *  for nothing. */
bool multilink_pull_header(struct packet *fragment, bool short_sequence,
                           struct multilink_header *header);

/** Pushes a header, of whose sequence number only the low 24 or 12 bits count. */
void multilink_push_header(struct packet *fragment, bool short_sequence,
                           const struct multilink_header *header);

/** Behaviour and surroundings of one end of a bundle; start from multilink_defaults(). */
struct multilink_config {
    struct packet_pool *pool;
    struct trace trace;
    const char *label;         /**< field "bundle" of trace events; borrowed */
    bool short_sequence;       /**< of the fragments that come: our option was acknowledged */
    bool peer_short_sequence;  /**< of those that we send */
    uint16_t mrru;             /**< longest information field of a packet put together */
    uint16_t fragment_minimum; /**< no packet is cut into fragments shorter than this; 0: 1 */
    uint32_t held_limit;       /**< most fragments that wait for an earlier one */
    uint32_t held_ms;          /**< longest time that nothing is delivered while some wait */
};

/** Long sequence numbers, MRRU 1500, fragments of at least 64 octets, 128 of which wait 3 s. */
struct multilink_config multilink_defaults(void);

/** What an end of a bundle has done so far. */
struct multilink_counters {
    uint64_t packets_sent;
    uint64_t fragments_sent;
    uint64_t fragments_received; /**< well-formed ones */
    uint64_t packets_received;   /**< put together and delivered */
    uint64_t lost;               /**< sequence numbers given up, whether or not they had come */
};

/** A member link as the bundle sees it. */
struct multilink_link {
    bool joined;
    const char *label;     /**< borrowed */
    uint32_t max_fragment; /**< longest fragment with its header */
    uint64_t rate_bps;
    uint64_t busy_ns; /**< line time of what it was given, above the least busy link's */
    uint32_t latest;  /**< the highest sequence number received on it, or expected - 1 */
};

/**
 * The fragmentation and reassembly of one end of a bundle (RFC 1990). It carries PPP packets that
 * begin at their protocol field over the member links, whose fragments begin behind protocol 003D.
 * What is negotiated, on the links and above, is not its business.
 *
 * Engine contract: after every send, input, timeout and change of links, poll until OUTPUT_NONE:
 *   OUTPUT_SEND     a fragment for link .value; all fragments of a packet have its serial number
 *   OUTPUT_DELIVER  a packet from its protocol field on
 *   OUTPUT_EVENT    a packet was lost in front of what is delivered next (section 5)
 * Nothing is allocated but packets from the pool. packet.mark, .extent and .due of a packet inside
 * belong to the engine.
 *
 * Fragments that are given up are drops of protocol "multilink" with reason
 *   truncated             no complete header
 *   old-sequence          it comes after all up to it was delivered or given up
 *   duplicate-sequence    one with this number waits already
 *   lost-fragment         another fragment of its packet is lost: all links are past it (4.1)
 *   stalled               or nothing came in its place for too long
 *   buffer-full           or too many wait for it
 *   no-begin, no-end      the B and E bits contradict each other
 *   too-long              the packet exceeds the MRRU
 *   no-memory
 * and packets that cannot be sent have the reasons no-link, too-long and no-memory.
 *
 * Fields are private except @c counters.
 */
struct multilink {
    struct multilink_config config;
    struct multilink_counters counters;
    struct multilink_link links[MULTILINK_LINKS];
    uint32_t link_count;
    uint32_t next_sequence; /**< of the next fragment sent */
    uint32_t expected;      /**< all before it was delivered or given up */
    struct packet *held;    /**< fragments received from .expected on, ascending */
    struct packet *held_last;
    uint32_t held_count;
    bool lost; /**< not told yet */
    instant stalled_at;
    struct packet_queue to_send;
    struct packet_queue to_deliver;
};

/** Both directions start at sequence number 0 (section 4.1). @p config is copied. */
void multilink_init(struct multilink *self, const struct multilink_config *config);

/** Frees every packet inside. */
void multilink_destroy(struct multilink *self);

/**
 * Adds a link and returns its number, MULTILINK_NO_LINK when there are MULTILINK_LINKS already. The
 * sequence numbers go on. @p peer_mru is the longest information field that the link's peer takes.
 */
uint32_t multilink_add_link(struct multilink *self, instant now, const char *label,
                            uint16_t peer_mru, uint64_t rate_bps);

/** The link is gone, and with it what was on its way. */
void multilink_remove_link(struct multilink *self, instant now, uint32_t link);

/**
 * Sends @p packet, which begins at its protocol field. It is cut into one fragment for each link,
 * in proportion to the links' rates, unless fragments would be too short: then fewer links, those
 * that were given the least to do, carry it.
 */
void multilink_send(struct multilink *self, instant now, struct packet *packet);

/** A fragment that came on @p link, from its multilink header on. Takes it. */
void multilink_input(struct multilink *self, instant now, uint32_t link, struct packet *fragment);

void multilink_handle_timeout(struct multilink *self, instant now);
instant multilink_next_timeout(const struct multilink *self);

/** Fragments come first: true while the next output is one, so that a sender may stop there. */
static inline bool multilink_is_sending(const struct multilink *self)
{
    return self->to_send.head != NULL;
}

bool multilink_poll(struct multilink *self, struct output *output);

#endif
