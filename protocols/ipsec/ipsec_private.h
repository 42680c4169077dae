#ifndef VPNSIM_IPSEC_IPSEC_PRIVATE_H
#define VPNSIM_IPSEC_IPSEC_PRIVATE_H

/* Internals of the processor, shared by its files only. */

#include "ipsec/ipsec_datagram.h"
#include "ipsec/ipsec_processor.h"

/* Memory is allocated when SAs are added; there a failure must not end the process. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>
#include <utlist.h>

/** Where the SAD for what arrives finds one SA. */
struct ipsec_inbound_entry {
    uint64_t key; /**< ipsec_inbound_key() */
    struct ipsec_bundle *bundle;
    uint8_t pair;
    UT_hash_handle hh;
};

/** One peer under one policy: a hash key, hence without padding. */
struct ipsec_peer_key {
    uint32_t policy;
    uint32_t version;
    uint8_t address[16];
};

/** The bundles with one peer under one policy, the newest first. */
struct ipsec_peer {
    struct ipsec_peer_key key;
    struct ipsec_bundle *newest;
    uint32_t last_ended; /**< the last id that had been given when one of them ended */
    UT_hash_handle hh;
};

/** The SAs of one protocol. */
struct ipsec_pair {
    struct security_association inbound;
    struct security_association outbound;
    struct ipsec_inbound_entry entry;
};

/** Why a bundle goes; for events. */
enum ipsec_end {
    IPSEC_END_DELETED,
    IPSEC_END_TIME,
    IPSEC_END_OCTETS,
    IPSEC_END_SEQUENCE,
    IPSEC_END_IDLE,
};

struct ipsec_bundle {
    uint32_t id;
    uint32_t flow;
    uint32_t policy;
    enum ipsec_mode mode;
    enum ipsec_ecn ecn;
    struct ip_address local;
    struct ip_address peer;
    struct ipsec_selector selector;
    struct ipsec_lifetime lifetime;
    uint16_t local_port;
    uint16_t peer_port;
    uint16_t keep_alive_s;
    uint8_t pair_count;
    bool standby;
    bool rekey_told;
    enum ipsec_checksum_repair checksum_repair;
    struct ip_address original_peer;
    struct ip_address original_local;
    instant added;
    instant last_used;
    instant last_sent;
    instant due;
    uint32_t path_mtu; /**< 0: nothing learnt */
    instant path_mtu_expires;
    struct ipsec_peer *peer_entry;
    struct ipsec_bundle *next; /**< with the same peer: older */
    struct ipsec_bundle *prev;
    struct ipsec_bundle *next_due;
    struct ipsec_bundle *prev_due;
    UT_hash_handle hh;
    struct ipsec_pair pairs[]; /**< as applied outbound */
};

static inline uint64_t ipsec_inbound_key(enum ipsec_protocol protocol, uint32_t spi)
{
    return (uint64_t)protocol << 32 | spi;
}

/** The bundle with number @p id; NULL when there is none. */
struct ipsec_bundle *ipsec_bundle_get(const struct ipsec_processor *self, uint32_t id);

/** The bundles with @p peer under @p policy, the newest first; NULL when there are none. */
struct ipsec_bundle *ipsec_bundle_newest(const struct ipsec_processor *self, uint32_t policy,
                                         const struct ip_address *peer);

/** The TOS of a tunnel's outer header, by that of the inner one; not @p copies: the field of ECN
 * alone, where it is meant to be seen. */
uint8_t ipsec_ecn_outer(enum ipsec_ecn ecn, bool copies, uint8_t inner);

/**
 * Tells the inner header of @p packet of congestion that the outer one with @p outer tells of.
 * False: the outer one tells of some that it cannot have seen, and the packet goes no further.
 */
bool ipsec_ecn_leave(enum ipsec_ecn ecn, uint8_t outer, struct packet *packet,
                     struct ipsec_datagram *datagram);

/** The inbound SA with @p spi; NULL when there is none. */
struct ipsec_inbound_entry *ipsec_bundle_find_inbound(const struct ipsec_processor *self,
                                                      enum ipsec_protocol protocol, uint32_t spi);

/** Removes @p bundle and frees it; an event unless it was deleted. */
void ipsec_bundle_end(struct ipsec_processor *self, instant now, struct ipsec_bundle *bundle,
                      enum ipsec_end reason);

/** Removes every bundle without a word. */
void ipsec_bundle_clear(struct ipsec_processor *self);

/** Puts @p bundle where it belongs in the order of due times. */
void ipsec_bundle_reschedule(struct ipsec_processor *self, struct ipsec_bundle *bundle);

/** Does what @p bundle is due for; it may be gone afterwards. */
void ipsec_bundle_handle_due(struct ipsec_processor *self, instant now,
                             struct ipsec_bundle *bundle);

/** After a packet: tells of a soft limit, and ends @p bundle at a hard one. */
void ipsec_bundle_count(struct ipsec_processor *self, instant now, struct ipsec_bundle *bundle,
                        const struct security_association *sa);

/** Brings standby to its end, and what waits for @p bundle on its way. */
void ipsec_bundle_activate(struct ipsec_processor *self, instant now, struct ipsec_bundle *bundle);

/** Adds to what is to be polled; the fields that describe @p bundle (NULL: none) are set here. */
struct ipsec_output *ipsec_output_push(struct ipsec_processor *self, enum output_kind kind,
                                       const struct ipsec_bundle *bundle);

/** Traces the drop of @p packet and frees it. */
void ipsec_drop(struct ipsec_processor *self, instant now, const char *protocol, const char *reason,
                struct packet *packet);

/** Whether @p traffic needs no policy. */
bool ipsec_is_exempt(const struct ipsec_processor *self, const struct packet *packet,
                     const struct ipsec_datagram *datagram, const struct ipsec_traffic *traffic);

/** What @p packet is to the policies. */
struct ipsec_traffic ipsec_traffic_of(const struct packet *packet,
                                      const struct ipsec_datagram *datagram,
                                      enum ipsec_direction direction);

/** Protects what waits for @p bundle and puts it out. */
void ipsec_release_held(struct ipsec_processor *self, instant now,
                        const struct ipsec_bundle *bundle);

/** Puts a UDP header with the ports of @p bundle in front of the payload (RFC 3948 section 2.1). */
void ipsec_push_udp(const struct ipsec_bundle *bundle, struct packet *packet,
                    struct ipsec_datagram *datagram);

#endif
