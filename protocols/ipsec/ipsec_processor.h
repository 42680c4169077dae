#ifndef VPNSIM_IPSEC_IPSEC_PROCESSOR_H
#define VPNSIM_IPSEC_IPSEC_PROCESSOR_H

#include "base/entropy.h"
#include "base/instant.h"
#include "base/output.h"
#include "base/packet.h"
#include "base/status.h"
#include "base/trace.h"
#include "ipsec/esp.h"
#include "ipsec/security_association.h"
#include "ipsec/security_policy.h"
#include "ipsec/udp_encapsulation.h"

#include <stdbool.h>
#include <stdint.h>

/** Protocols that one packet is protected with at most: ESP and AH around it. */
#define IPSEC_BUNDLE_MAXIMUM 2
/** Negotiations that packets can wait for at the same time. */
#define IPSEC_PENDING_MAXIMUM 8
/** Most packets that can be configured to wait for one negotiation. */
#define IPSEC_HOLD_MAXIMUM 4

/** What a tunnel's outer header says about fragmentation (RFC 2401 appendix B.1). */
enum ipsec_df_policy {
    IPSEC_DF_COPY, /**< as the inner header; from IPv6, set */
    IPSEC_DF_SET,
    IPSEC_DF_CLEAR,
};

/** Behaviour and surroundings of one host. Start from ipsec_processor_config_default(). */
struct ipsec_processor_config {
    struct trace trace;
    struct crypto *crypto;
    struct entropy *entropy;     /**< for IVs and IP identifications */
    struct packet_pool *pool;    /**< for keep-alives */
    uint16_t encapsulation_port; /**< UDP port on which ESP is taken in; 0: none */
    bool exempts_ike; /**< UDP from or to port 500, or the encapsulation port, needs no policy */
    bool exempts_neighbor_discovery; /**< nor do ICMPv6 types 133 to 137 */
    uint16_t hold_packets;           /**< that wait for an SA; 0: dropped at once */
    uint32_t acquire_timeout_ms;     /**< how long they wait; then the next packet asks anew */
    uint8_t tunnel_ttl;              /**< of outer headers */
    enum ipsec_df_policy tunnel_df;
    bool tunnel_copies_tos; /**< otherwise the outer one is 0 */
    /**
     * Outbound packets follow the flow that they are given (see ipsec_inbound). Without, the newest
     * SA to the peer's address is used, and of two clients behind one NAT one gets the answers of
     * both.
     */
    bool steers_flows;
    uint32_t path_mtu_lifetime_s; /**< what a router said is forgotten after so long */
};

/**
 * Port 4500, IKE and Neighbor Discovery exempt, 3 packets held for 30 s, tunnels with TTL 128,
 * copied TOS and DF, steering, path MTU for 10 minutes. The surroundings are left to be filled in.
 */
struct ipsec_processor_config ipsec_processor_config_default(void);

/** When SAs end. 0 in any field: never for that reason. */
struct ipsec_lifetime {
    uint32_t soft_s;         /**< IPSEC_EVENT_REKEY, once */
    uint32_t hard_s;         /**< removed */
    uint32_t soft_kilobytes; /**< of 1,024 octets, in either direction */
    uint32_t hard_kilobytes;
    uint32_t idle_s; /**< removed when unused for so long */
};

/** The SAs of one protocol. */
struct ipsec_pair_config {
    struct security_association_config inbound;
    struct security_association_config outbound;
};

/** The outcome of one negotiation, or a manual setting: SAs in both directions. */
struct ipsec_bundle_config {
    uint32_t policy; /**< the entry of the SPD that wanted it */
    enum ipsec_mode mode;
    struct ip_address local; /**< outer addresses: those of the packets with ESP or AH */
    struct ip_address peer;
    struct ipsec_selector selector; /**< what may use it; all zero: whatever the policy is for */
    uint8_t pair_count;             /**< 1 or 2 */
    struct ipsec_pair_config pairs[IPSEC_BUNDLE_MAXIMUM]; /**< as applied outbound: ESP, then AH */
    struct ipsec_lifetime lifetime;
    uint16_t local_port; /**< UDP encapsulation of ESP; 0: none */
    uint16_t peer_port;
    uint16_t keep_alive_s; /**< a NAT keep-alive goes out when idle for so long; 0: never */
    enum ipsec_checksum_repair checksum_repair; /**< inbound, transport mode */
    struct ip_address original_peer;  /**< NAT-OA: how the peer knows itself; none: as seen */
    struct ip_address original_local; /**< NAT-OA: how the peer knows this host; none: as seen */
    bool standby; /**< inbound only, until a packet has come or ipsec_processor_activate() */
};

/** Numbers of a bundle for its owner. */
struct ipsec_bundle_state {
    uint32_t id;
    uint32_t flow;
    uint32_t policy;
    struct ip_address local;
    struct ip_address peer;
    uint16_t peer_port; /**< as last seen */
    uint8_t pair_count;
    struct {
        enum ipsec_protocol protocol;
        uint32_t inbound_spi;
        uint32_t outbound_spi;
        uint64_t packets_in;
        uint64_t packets_out;
        uint64_t octets_in;
        uint64_t octets_out;
    } pairs[IPSEC_BUNDLE_MAXIMUM];
    instant added;
    instant last_used;
    bool standby;
};

/** What became of a packet. */
enum ipsec_verdict {
    IPSEC_PASS,      /**< nothing was done; the caller still owns it */
    IPSEC_PROCESSED, /**< protected or opened; the caller still owns it */
    IPSEC_TOO_BIG,  /**< outbound: unchanged and still the caller's, who tells its source the MTU */
    IPSEC_HELD,     /**< outbound: taken, until an SA exists */
    IPSEC_DROPPED,  /**< freed, with a traced drop */
    IPSEC_ABSORBED, /**< inbound: freed, having served its purpose: a keep-alive */
};

/** Answer of ipsec_outbound(). */
struct ipsec_outbound {
    enum ipsec_verdict verdict;
    enum ipsec_mode mode; /**< IPSEC_PROCESSED; in tunnel mode the destination is another one now */
    uint32_t bundle;      /**< IPSEC_PROCESSED: with which SAs */
    uint32_t mtu;         /**< IPSEC_TOO_BIG: what would fit, as the packet is now */
    const char *reason;   /**< IPSEC_DROPPED: as traced */
};

/** Answer of ipsec_inbound(). */
struct ipsec_inbound {
    enum ipsec_verdict verdict;
    enum ipsec_mode mode; /**< IPSEC_PROCESSED; tunnel mode: route the inner datagram anew */
    uint32_t bundle;      /**< IPSEC_PROCESSED: through which SAs */
    /**
     * IPSEC_PROCESSED: what an answer is to be steered by. It stays the same when the peer's SAs
     * are replaced, and differs between peers behind one address.
     */
    uint32_t flow;
    const char *reason; /**< IPSEC_DROPPED: as traced */
};

/** What the caller is told by ipsec_processor_poll(). */
enum ipsec_event {
    IPSEC_EVENT_ACQUIRE, /**< negotiate SAs for .policy with .peer (.traffic is what asked) */
    IPSEC_EVENT_REKEY,   /**< .bundle has reached a soft limit: negotiate its successor */
    IPSEC_EVENT_EXPIRED, /**< .bundle is gone: tell the peer (.pairs) */
    IPSEC_EVENT_MOVED,   /**< the peer of .bundle sends from .peer and .peer_port now */
};

/** One decision, in the order decided. */
struct ipsec_output {
    enum output_kind kind; /**< OUTPUT_NONE; OUTPUT_SEND: .packet, a whole datagram to be routed,
                                which the caller owns now, and .bundle, with which SAs it has been
                                protected, 0: with none; OUTPUT_EVENT */
    enum ipsec_event event;
    struct packet *packet;
    uint32_t policy;
    uint32_t bundle;
    struct ip_address local;
    struct ip_address peer;
    uint16_t peer_port;
    struct ipsec_traffic traffic;
    uint8_t pair_count;
    struct {
        enum ipsec_protocol protocol;
        uint32_t inbound_spi;
        uint32_t outbound_spi;
    } pairs[IPSEC_BUNDLE_MAXIMUM];
};

/** Most decisions that one call leaves to be polled. */
#define IPSEC_OUTPUT_CAPACITY 16

/** What a host has done so far. */
struct ipsec_counters {
    uint64_t bypassed_out;
    uint64_t protected_out;
    uint64_t held;
    uint64_t dropped_out;
    uint64_t bypassed_in;
    uint64_t unknown_spi;   /**< ESP or AH for which there is no SA */
    uint64_t opened_in;     /**< all of its SAs were removed and its policy is content */
    uint64_t dropped_in;    /**< for any reason */
    struct ipsec_steps esp; /**< how far packets with ESP came */
    struct ipsec_steps ah;
};

/** Packets that wait for one negotiation; for the structure below. */
struct ipsec_pending {
    uint32_t policy; /**< 0: unused */
    struct ip_address peer;
    struct packet_queue held;
    instant due; /**< given up */
};

/**
 * IP security of one host: its SPD, its SAD, and what RFC 2401 section 5 does with every datagram
 * that leaves or enters.
 *
 * Engine contract: after every call that takes @c now, poll until OUTPUT_NONE. Packets are worked
 * on in place and nothing is allocated for them; policies and bundles are allocated when they are
 * added. Fields are private except @c counters.
 */
struct ipsec_processor {
    struct ipsec_processor_config config;
    struct ipsec_counters counters;
    struct ipsec_policy_database policies;
    struct ipsec_bundle *bundles;        /**< by id */
    struct ipsec_bundle *by_due;         /**< list, ascending by when they want to be looked at */
    struct ipsec_inbound_entry *inbound; /**< the SAD for what arrives, by protocol and SPI */
    struct ipsec_peer *peers;            /**< the SAD for what leaves, by policy and peer */
    struct ipsec_pending pending[IPSEC_PENDING_MAXIMUM];
    struct ipsec_output outputs[IPSEC_OUTPUT_CAPACITY];
    uint32_t output_head;
    uint32_t output_count;
    uint32_t last_id;
    uint16_t identification;
};

/** No policies and no SAs: every packet passes. @p config is copied. */
void ipsec_processor_init(struct ipsec_processor *self,
                          const struct ipsec_processor_config *config);

/** Frees everything, without a word to peers. The processor may be initialised again. */
void ipsec_processor_close(struct ipsec_processor *self);

/** Appends to the SPD: see ipsec_policy_database_add(). */
enum status ipsec_processor_add_policy(struct ipsec_processor *self,
                                       const struct ipsec_policy *policy, uint32_t *id);

/** Removes a policy with its SAs and what waits for them. STATUS_NOT_FOUND: there is none. */
enum status ipsec_processor_remove_policy(struct ipsec_processor *self, instant now, uint32_t id);

/** The policy with number @p id; NULL when there is none. Valid until the SPD changes. */
const struct ipsec_policy *ipsec_processor_policy(const struct ipsec_processor *self, uint32_t id);

/** The first policy for @p traffic; 0 when there is none. */
uint32_t ipsec_processor_find_policy(const struct ipsec_processor *self,
                                     const struct ipsec_traffic *traffic);

/**
 * Adds SAs, which are used for what they match before older ones. Packets that waited for them come
 * out of ipsec_processor_poll().
 *
 * @param id  receives the number of the bundle, never 0
 * @return STATUS_OK; STATUS_INVALID: the policy does not exist or does not protect, the mode is not
 *         the policy's, the configuration contradicts itself, or an inbound SPI is in use;
 *         STATUS_NO_MEMORY
 */
enum status ipsec_processor_add(struct ipsec_processor *self, instant now,
                                const struct ipsec_bundle_config *config, uint32_t *id);

/** Ends the standby of bundle @p id. STATUS_NOT_FOUND when there is none. */
enum status ipsec_processor_activate(struct ipsec_processor *self, instant now, uint32_t id);

/** Removes bundle @p id, without an event to poll. STATUS_NOT_FOUND when there is none. */
enum status ipsec_processor_delete(struct ipsec_processor *self, instant now, uint32_t id);

/** Describes bundle @p id. False when there is none. */
bool ipsec_processor_describe(const struct ipsec_processor *self, uint32_t id,
                              struct ipsec_bundle_state *state);

/** The bundle whose outbound SA of @p protocol to @p peer has @p spi; 0 when there is none. */
uint32_t ipsec_processor_find_outbound(const struct ipsec_processor *self,
                                       const struct ip_address *peer, enum ipsec_protocol protocol,
                                       uint32_t spi);

/**
 * No SAs will come for @p policy with @p peer: what waits is dropped, and the next packet asks
 * anew.
 */
void ipsec_processor_acquire_failed(struct ipsec_processor *self, instant now, uint32_t policy,
                                    const struct ip_address *peer);

/**
 * Takes a datagram that is about to leave, before it is fragmented (RFC 2401 section 5.1). The
 * packet moves to the engine only when the answer says so.
 *
 * @param mtu   of the interface it is routed to; 0: unknown
 * @param flow  what the packet it answers came with (struct ipsec_inbound); 0: nothing known
 */
struct ipsec_outbound ipsec_processor_outbound(struct ipsec_processor *self, instant now,
                                               struct packet *packet, uint32_t mtu, uint32_t flow);

/**
 * Takes a datagram that has arrived, reassembled when it is for this host (RFC 2401 section 5.2).
 * ESP, AH and UDP-encapsulated ESP for this host are opened; everything is then held against the
 * policies. What has been opened must not be given to this function again.
 *
 * @param to_this_host  false: it is to be forwarded and only the policies matter
 */
struct ipsec_inbound ipsec_processor_inbound(struct ipsec_processor *self, instant now,
                                             struct packet *packet, bool to_this_host);

/**
 * A router says that a packet was too long (RFC 1191, RFC 8201).
 *
 * @param quoted  the start of that packet, from its IP header
 * @param mtu     of the next hop
 * @return whether it was one that this host had protected; the message is then done with, and a
 *         longer packet will be IPSEC_TOO_BIG
 */
bool ipsec_processor_input_too_big(struct ipsec_processor *self, instant now, const uint8_t *quoted,
                                   size_t length, uint32_t mtu);

/** To be called at or after ipsec_processor_next_timeout(). */
void ipsec_processor_handle_timeout(struct ipsec_processor *self, instant now);

/** When the processor next wants to be woken; INSTANT_NEVER when it does not. */
instant ipsec_processor_next_timeout(const struct ipsec_processor *self);

/** The next decision; false and OUTPUT_NONE when there is none. */
bool ipsec_processor_poll(struct ipsec_processor *self, struct ipsec_output *output);

#endif
