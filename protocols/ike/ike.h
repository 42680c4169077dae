#ifndef VPNSIM_IKE_IKE_H
#define VPNSIM_IKE_IKE_H

#include "base/entropy.h"
#include "base/instant.h"
#include "base/ip_address.h"
#include "base/output.h"
#include "base/packet.h"
#include "base/status.h"
#include "base/trace.h"
#include "crypto/crypto.h"
#include "ike/ike_child_sa.h"
#include "ike/ike_policy.h"
#include "ike/isakmp_header.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Why a negotiation failed or a security association ended. */
enum ike_cause {
    IKE_CAUSE_NONE,
    /* A negotiation has failed. */
    IKE_CAUSE_TIMEOUT,               /**< no answer to any retransmission */
    IKE_CAUSE_NO_POLICY,             /**< no ike_peer or ike_rule for it */
    IKE_CAUSE_NO_PROPOSAL_CHOSEN,    /**< nothing offered is acceptable */
    IKE_CAUSE_AGGRESSIVE_REFUSED,    /**< Aggressive Mode is not for this peer */
    IKE_CAUSE_INVALID_KEY,           /**< a public value that gives the secret away */
    IKE_CAUSE_KEY_MISMATCH,          /**< nothing deciphers: the pre-shared keys differ */
    IKE_CAUSE_AUTHENTICATION_FAILED, /**< a hash is wrong */
    IKE_CAUSE_INVALID_SIGNATURE,
    IKE_CAUSE_INVALID_ID,          /**< the peer is not who it should be, or wants other traffic */
    IKE_CAUSE_CERTIFICATE_MISSING, /**< this host has none */
    IKE_CAUSE_CERTIFICATE_UNAVAILABLE, /**< the peer has sent none */
    IKE_CAUSE_CERTIFICATE_EXPIRED,
    IKE_CAUSE_CERTIFICATE_NOT_YET_VALID,
    IKE_CAUSE_CERTIFICATE_UNKNOWN_AUTHORITY,
    IKE_CAUSE_CERTIFICATE_INVALID, /**< bad signature, wrong use, malformed */
    IKE_CAUSE_MALFORMED,           /**< an authentic message that makes no sense */
    IKE_CAUSE_BEHIND_NAT,          /**< behaviour.assume_udp_encapsulation forbids it */
    IKE_CAUSE_PEER_REFUSED,        /**< an error that has no cause of its own here */
    IKE_CAUSE_NO_RESOURCES,        /**< storage is exhausted */
    /* A security association, or a negotiation under way, has ended. */
    IKE_CAUSE_LOCAL,           /**< a command */
    IKE_CAUSE_PEER_DELETED,    /**< the peer's Delete */
    IKE_CAUSE_EXPIRED,         /**< the end of its lifetime */
    IKE_CAUSE_REPLACED,        /**< another has taken over */
    IKE_CAUSE_IDLE,            /**< no traffic */
    IKE_CAUSE_PEER_DEAD,       /**< no answer to R-U-THERE */
    IKE_CAUSE_INITIAL_CONTACT, /**< the peer has forgotten it */
};

/** The phrase of @p cause in trace events ("no-proposal-chosen"); static storage. */
const char *ike_cause_text(enum ike_cause cause);

/** Events (ike_output.event) and which fields of the output they fill beside .remote. */
enum ike_event {
    /** .phase1: an ISAKMP SA exists; ike_phase1_find() tells its keys. */
    IKE_EVENT_PHASE1_ESTABLISHED,
    /** .phase1, .cause */
    IKE_EVENT_PHASE1_DELETED,
    /**
     * .child: its inbound SAs may receive from now on, its outbound ones must wait for
     * CHILD_ESTABLISHED. Only where the two moments differ.
     */
    IKE_EVENT_CHILD_INBOUND,
    /**
     * .child: packets may go both ways; with .child->replaces, the older one must not send any
     * more but still receives, until its CHILD_DELETED.
     */
    IKE_EVENT_CHILD_ESTABLISHED,
    /** .child, .cause: both directions are gone, whichever had been told of. */
    IKE_EVENT_CHILD_DELETED,
    /**
     * .cause, .acquisition (0: begun by the peer or by rekeying), .told_by_peer: neither this
     * exchange nor what waited for it comes about. One event for each acquisition.
     */
    IKE_EVENT_FAILED,
    /** The peer answers no more (RFC 3706); deletions follow. */
    IKE_EVENT_PEER_DEAD,
};

/** One decision of the engine, in the order decided. */
struct ike_output {
    enum output_kind kind; /**< OUTPUT_SEND, OUTPUT_EVENT or OUTPUT_NONE */

    /**
     * OUTPUT_SEND: the payload of a UDP datagram; the caller now owns it. On port 4500 the
     * non-ESP marker is there already, and a keep-alive is the one octet FF (RFC 3948 section 2).
     */
    struct packet *packet;
    struct ike_endpoint local;
    struct ike_endpoint remote;

    enum ike_event event;
    enum ike_cause cause;
    bool told_by_peer; /**< the peer has said so in a Notify */
    uint32_t acquisition;
    uint32_t phase1;                  /**< number of the ISAKMP SA */
    const struct ike_child_sa *child; /**< valid until the next call of any function */
};

/**
 * Takes the key that opens the encrypted messages of an ISAKMP SA (RFC 2409 appendix B), as soon as
 * it is there: the exchange may fail yet. Everything is borrowed for the call.
 */
typedef void ike_key_log(void *context, const uint8_t initiator_cookie[ISAKMP_COOKIE_SIZE],
                         const uint8_t *key, size_t key_length);

/** Everything is borrowed for the engine's life. */
struct ike_config {
    struct trace trace;
    struct packet_pool *pool;
    struct crypto *crypto;
    struct entropy *entropy;
    int64_t calendar_start; /**< of instant 0, in seconds since 1970: for certificates */
    struct ike_behaviour behaviour;
    const char *host_name; /**< FQDN, for behaviour.fqdn_behind_nat; may be NULL */
    const struct ike_peer *peers;
    size_t peer_count;
    const struct ike_rule *rules;
    size_t rule_count;
    uint32_t max_phase1;    /**< ISAKMP SAs and negotiations of them at once, at least 1 */
    uint32_t max_exchanges; /**< exchanges under way or able to repeat their last message */
    uint32_t max_children;  /**< child SAs, the replaced ones included */
    ike_key_log *key_log;   /**< may be NULL */
    void *key_log_context;
};

/** What there is to know of an ISAKMP SA. */
struct ike_phase1_info {
    uint32_t id;
    bool established;
    bool initiator;
    enum ike_phase1_mode mode;
    uint8_t cookies[16]; /**< the initiator's and the responder's (RFC 2408 section 3.1) */
    struct ike_endpoint local;
    struct ike_endpoint remote;
    enum cipher_algorithm cipher;
    enum hash_algorithm hash;
    uint8_t group;           /**< enum dh_group */
    uint16_t authentication; /**< enum ike_authentication */
    uint32_t life_s;
    uint8_t cipher_key[CIPHER_KEY_SIZE_MAXIMUM]; /**< decrypts its messages */
    uint8_t cipher_key_length;
    bool local_behind_nat;
    bool remote_behind_nat;
    const char *nat_traversal; /**< "none", "draft-02", "rfc-3947" */
    const char *peer_name;     /**< its identity as text: address, FQDN, or subject */
};

/** What ike_acquire() is asked for. */
struct ike_acquisition {
    uint32_t rule; /**< ike_rule.id */
    struct ip_address local;
    struct ip_address remote;   /**< the peer; the far end of a tunnel */
    struct ike_traffic traffic; /**< the identities of quick mode */
};

struct ike_phase1;
struct ike_exchange;
struct ike_child;
struct ike_state;

/**
 * Internet Key Exchange, version 1, of one host: RFC 2407 to 2409 with NAT traversal (RFC 3947 and
 * its draft 02), dead peer detection (RFC 3706) and Microsoft's extensions (MS-IKEE).
 *
 * Engine contract: after every command, input and timeout poll until OUTPUT_NONE. Received octets
 * are untrusted. Storage is taken once, by ike_init(); what is full refuses, with a trace.
 */
struct ike {
    struct ike_config config;
    struct ike_state *state; /**< private */
};

/**
 * @p config is copied, what it points at borrowed. STATUS_INVALID when its sizes or contents make
 * no sense, STATUS_NO_MEMORY; then there is nothing to close.
 */
enum status ike_init(struct ike *self, const struct ike_config *config);

/** Forgets everything, without a word to the peers, and frees the storage. */
void ike_close(struct ike *self);

/**
 * Takes the payload of a UDP datagram that @p remote has sent to @p local; on port 4500 with its
 * non-ESP marker, which the caller has used to tell it from ESP. The packet is the engine's.
 */
void ike_input(struct ike *self, instant now, const struct ike_endpoint *local,
               const struct ike_endpoint *remote, struct packet *packet);

/** To be called at or after ike_next_timeout(). */
void ike_handle_timeout(struct ike *self, instant now);

/** When the engine next wants to be woken; INSTANT_NEVER when it does not. */
instant ike_next_timeout(const struct ike *self);

/** The next packet to send or event; false and OUTPUT_NONE when there is none. */
bool ike_poll(struct ike *self, struct ike_output *output);

/**
 * Negotiates child SAs for some traffic, after phase 1 with that peer where there is none. Either
 * CHILD_ESTABLISHED or FAILED follows with the number stored in *@p number, never 0. The same
 * traffic as one under way gives that one's number.
 *
 * @return STATUS_OK; STATUS_NOT_FOUND when there is no such rule or no ike_peer for the address;
 *         STATUS_NO_ROOM when storage is exhausted
 */
enum status ike_acquire(struct ike *self, instant now, const struct ike_acquisition *acquisition,
                        uint32_t *number);

/**
 * Tells of @p octets that a child SA has protected or, @p inbound, has accepted: idle times and
 * lifetimes in kilobytes are counted by it, and rekeying begins in time. Unknown ids are ignored.
 */
void ike_child_used(struct ike *self, instant now, uint32_t child, uint64_t octets, bool inbound);

/** Replaces a child SA before its time (its sequence numbers run out). Unknown ids are ignored. */
void ike_rekey_child(struct ike *self, instant now, uint32_t child);

/** Deletes a child SA and tells the peer. STATUS_NOT_FOUND when there is none. */
enum status ike_delete_child(struct ike *self, instant now, uint32_t child);

/** Deletes an ISAKMP SA and tells the peer. STATUS_NOT_FOUND when there is none. */
enum status ike_delete_phase1(struct ike *self, instant now, uint32_t phase1);

/**
 * Deletes everything with the peer at @p remote, children first, and tells it. Peers behind one NAT
 * have its address: @p name is who has proven to be that (struct ike_phase1_info.peer_name). NULL:
 * at any address, whoever it is.
 */
void ike_delete_peer(struct ike *self, instant now, const struct ip_address *remote,
                     const char *name);

/** ike_delete_peer() for all peers: the service stops. */
void ike_shut_down(struct ike *self, instant now);

/** Fills @p info of an ISAKMP SA, established or not; false when there is none. */
bool ike_phase1_find(const struct ike *self, uint32_t phase1, struct ike_phase1_info *info);

/** A child SA; NULL when there is none. Valid until the next call of any other function. */
const struct ike_child_sa *ike_child_find(const struct ike *self, uint32_t child);

/** How many ISAKMP SAs are established, how many negotiations half open, how many child SAs. */
struct ike_counts {
    uint32_t phase1;
    uint32_t half_open; /**< as responder, with one message received */
    uint32_t children;
    bool dos_protection; /**< cookies are demanded at the moment */
};
struct ike_counts ike_count(const struct ike *self);

#endif
