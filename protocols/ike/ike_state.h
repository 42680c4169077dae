#ifndef VPNSIM_IKE_IKE_STATE_H
#define VPNSIM_IKE_IKE_STATE_H

#include "ike/ike.h"
#include "ike/ike_fragment.h"
#include "ike/ike_identity.h"
#include "ike/ike_keys.h"
#include "ike/ike_nat_traversal.h"
#include "ike/ike_proposal.h"
#include "ike/ike_table.h"
#include "ike/ike_vendor.h"
#include "ike/isakmp_payload.h"

/* What the engine knows; shared by its files, not for others. */

/** Octets of a nonce that is sent; what is received may have up to ISAKMP_NONCE_MAX. */
#define IKE_NONCE_SIZE 32
/** Octets of the digest that received messages are recognised by. */
#define IKE_RECEIVED_SIZE 20
/** Messages of one exchange that an end may receive. */
#define IKE_RECEIVED_MAX 4
/** How long a finished exchange answers a message that comes again. */
#define IKE_LINGER_MS 60000
/** How long an ISAKMP SA that was deleted answers the peer's Deletes. */
#define IKE_ENDING_MS 70000
/** Outputs of the ring, and how many one step may need at most. */
#define IKE_OUTPUTS      16
#define IKE_OUTPUTS_STEP 6
/** Octets of the secret that cookies against floods are made from ([MS-IKEE] note 27). */
#define IKE_COOKIE_SECRET_SIZE 50
/** Fields that ike_trace_about() fills at most. */
#define IKE_TRACE_ABOUT 5
/** Messages of quick mode without and with CONNECTED. */
#define IKE_QUICK_STEPS        3
#define IKE_QUICK_STEPS_COMMIT 4

enum ike_phase1_state {
    IKE_PHASE1_FREE,
    IKE_PHASE1_NEGOTIATING,
    IKE_PHASE1_ESTABLISHED,
    IKE_PHASE1_ENDING, /**< deleted: it still answers Deletes, and nothing else uses it */
};

enum ike_phase1_deadline {
    IKE_PHASE1_SOFT,
    IKE_PHASE1_HARD,
    IKE_PHASE1_DPD,
    IKE_PHASE1_KEEPALIVE,
    IKE_PHASE1_DOOM, /**< it is to be deleted for doom_cause */
    IKE_PHASE1_FORGET,
    IKE_PHASE1_DEADLINES,
};

/** An ISAKMP SA, or the negotiation of one. */
struct ike_phase1 {
    struct ike_timer timer;
    uint32_t id;
    enum ike_phase1_state state;
    const struct ike_peer *peer;
    bool initiator;
    enum ike_phase1_mode mode;
    bool has_keys;
    bool half_open; /**< as responder, with one message received: counted */
    uint8_t initiator_cookie[ISAKMP_COOKIE_SIZE];
    uint8_t responder_cookie[ISAKMP_COOKIE_SIZE];
    struct ike_endpoint local;
    struct ike_endpoint remote;
    struct ike_keys keys;
    struct ike_iv last_iv; /**< where phase 1 has ended: what other exchanges begin with */
    uint32_t life_s;
    uint32_t peer_vendors; /**< set of IKE_VENDOR_BIT() */
    uint32_t peer_ms_version;
    enum ike_nat_traversal nat_traversal;
    struct ike_nat_found nat;
    bool fragmenting; /**< messages with an ID go out in fragments */
    uint8_t demands;  /**< how often the responder has demanded a cookie */
    instant begun;
    instant heard; /**< when the peer last showed that it lives */
    instant sent;  /**< when the last packet went to the peer */
    uint32_t dpd_sequence;
    uint32_t dpd_peer_sequence;
    uint8_t dpd_unanswered;
    enum ike_cause doom_cause;
    bool doom_tells;    /**< the peer is told of it */
    uint32_t exchanges; /**< the first, as an index; IKE_INDEX_END: none */
    instant deadlines[IKE_PHASE1_DEADLINES];
    char peer_name[IKE_IDENTITY_TEXT_SIZE];
};

struct ike_incoming;

/** What became of a message or a step. */
struct ike_verdict {
    enum ike_cause cause; /**< NONE: it is well */
    uint16_t notify;      /**< the error that the peer is told of; 0: none */
    const char *drop;     /**< not NULL: the message is dropped for it, the exchange goes on */
};

static inline struct ike_verdict ike_well(void)
{
    return (struct ike_verdict){.cause = IKE_CAUSE_NONE};
}

static inline struct ike_verdict ike_dropped(const char *reason)
{
    return (struct ike_verdict){.drop = reason};
}

static inline struct ike_verdict ike_failed(enum ike_cause cause, uint16_t notify)
{
    return (struct ike_verdict){.cause = cause, .notify = notify};
}

static inline bool ike_is_well(struct ike_verdict verdict)
{
    return verdict.cause == IKE_CAUSE_NONE && !verdict.drop;
}

/** Sets of payload types; NAT-D and NAT-OA of either revision share a bit. */
enum ike_payload_bit {
    IKE_HAS_SA = 1 << 0,
    IKE_HAS_KE = 1 << 1,
    IKE_HAS_ID = 1 << 2,
    IKE_HAS_CERT = 1 << 3,
    IKE_HAS_CERTREQ = 1 << 4,
    IKE_HAS_HASH = 1 << 5,
    IKE_HAS_SIG = 1 << 6,
    IKE_HAS_NONCE = 1 << 7,
    IKE_HAS_NOTIFY = 1 << 8,
    IKE_HAS_DELETE = 1 << 9,
    IKE_HAS_VENDOR_ID = 1 << 10,
    IKE_HAS_NAT_D = 1 << 11,
    IKE_HAS_NAT_OA = 1 << 12,
};

/** HASH or SIG, as the authentication method wants it. */
#define IKE_HAS_PROOF (1 << 13)

struct ike_exchange;

/** One message of an exchange: what it carries, who makes it, who takes it. */
struct ike_step {
    const char *name;
    unsigned required; /**< payloads that must be there, each once but ID, NAT-D, NAT-OA */
    unsigned allowed;  /**< payloads that may be there beside; others make it a dropped message */
    enum { IKE_CLEAR, IKE_ENCRYPTED, IKE_EITHER } protection; /**< EITHER: sent in the clear */
    /** Writes the payloads; false when there is no memory or a local part fails. */
    struct ike_verdict (*build)(struct ike_state *state, struct ike_exchange *exchange,
                                struct isakmp_builder *builder);
    /** Judges a message that has the payloads and, in phase 2, the right HASH. */
    struct ike_verdict (*accept)(struct ike_state *state, struct ike_exchange *exchange,
                                 const struct ike_incoming *incoming);
};

/** An exchange: its messages in turn, the first by the initiator. */
struct ike_script {
    const char *name;
    uint8_t type; /**< enum isakmp_exchange */
    uint8_t step_count;
    uint32_t first_ms;   /**< first interval of retransmission, which doubles; 0: as configured */
    uint32_t maximum_ms; /**< with first_ms: the longest */
    const struct ike_step *steps;
    /** The HASH of message @p step in phase 2 over the payloads behind it; NULL in phase 1. */
    void (*hash)(struct ike_state *state, const struct ike_exchange *exchange, unsigned step,
                 struct crypto_piece rest, uint8_t hash[IKE_DIGEST_MAX]);
    /** After the last message; the exchange lingers then. */
    void (*complete)(struct ike_state *state, struct ike_exchange *exchange);
    /** The exchange has failed and is about to be freed. */
    void (*fail)(struct ike_state *state, struct ike_exchange *exchange, enum ike_cause cause,
                 bool told_by_peer);
};

enum ike_exchange_state {
    IKE_EXCHANGE_FREE,
    IKE_EXCHANGE_WAITING, /**< a quick mode that phase 1 must come before */
    IKE_EXCHANGE_ACTIVE,
    IKE_EXCHANGE_LINGERING, /**< done, but may have to repeat its last message */
};

enum ike_exchange_deadline {
    IKE_EXCHANGE_RETRANSMIT,
    IKE_EXCHANGE_ABANDON, /**< a responder waits no longer; the end of lingering */
    IKE_EXCHANGE_WAKE,    /**< phase 1 is there, or has failed */
    IKE_EXCHANGE_DEADLINES,
};

/** What quick mode knows beside what all exchanges do. */
struct ike_quick {
    const struct ike_rule *rule;
    struct ike_traffic traffic;
    uint32_t acquisition;
    uint32_t child;    /**< index of the child SA's storage; IKE_INDEX_END: none yet */
    uint32_t replaces; /**< id of the child SA that this one is to take over from */
    uint8_t group;     /**< of perfect forward secrecy in this exchange; 0: none */
    uint16_t encapsulation;
    uint32_t responder_life_s; /**< to tell in RESPONDER-LIFETIME; 0: nothing */
    bool commit;               /**< the responder has set the commit bit */
};

/** An exchange of any kind. */
struct ike_exchange {
    struct ike_timer timer;
    enum ike_exchange_state state;
    struct ike_phase1 *phase1;
    uint32_t next; /**< of the same phase 1 */
    const struct ike_script *script;
    uint8_t step; /**< the message that comes next */
    uint8_t step_count;
    bool initiator;
    uint32_t message_id;
    struct ike_iv iv;

    struct packet *sent; /**< the last message, as it goes into UDP on port 500; NULL: none */
    bool sent_has_id;
    bool answered; /**< sent is the answer to the last message received */
    bool repeated; /**< it has gone out more than once */
    uint8_t retransmissions;
    uint8_t retransmissions_max;
    uint32_t interval_ms;
    instant first_sent; /**< of the message in @c sent */
    uint8_t received_count;
    uint8_t received[IKE_RECEIVED_MAX][IKE_RECEIVED_SIZE];
    enum ike_cause suspicion; /**< what a timeout would mean; NONE: just that */
    bool told_by_peer;        /**< and who has said so */

    uint16_t nonce_lengths[2]; /**< of the initiator's nonce, the responder's */
    uint8_t nonces[2][ISAKMP_NONCE_MAX];
    bool drawn; /**< the private value is there */
    uint8_t private_value[DH_PRIVATE_SIZE];
    uint8_t publics[2][DH_PRIME_MAX]; /**< g^xi, g^xr */
    uint8_t shared[DH_PRIME_MAX];
    struct packet *initiator_sa;  /**< phase 1: SAi_b */
    struct packet *identities[2]; /**< bodies of the initiator's ID payload, the responder's */
    struct packet *answer_sa;     /**< responder: the body of its SA payload */
    struct ike_quick quick;
    uint8_t delete_protocol; /**< what a Delete that is to be acknowledged names */
    uint8_t delete_spi[2 * ISAKMP_COOKIE_SIZE];
    instant deadlines[IKE_EXCHANGE_DEADLINES];
};

enum ike_child_state {
    IKE_CHILD_FREE,
    IKE_CHILD_RESERVED, /**< its SPIs are offered */
    IKE_CHILD_INBOUND,  /**< may receive */
    IKE_CHILD_ESTABLISHED,
    IKE_CHILD_REPLACED, /**< receives until another has taken over for good */
    IKE_CHILD_TOLD,     /**< gone; its slot is free once the event has been polled */
};

enum ike_child_deadline {
    IKE_CHILD_SOFT,
    IKE_CHILD_HARD,
    IKE_CHILD_IDLE,
    IKE_CHILD_DOOM,      /**< it is to be deleted for doom_cause */
    IKE_CHILD_TAKE_OVER, /**< it sends instead of the one that it replaces */
    IKE_CHILD_DEADLINES,
};

/** A child SA in its storage. */
struct ike_child {
    struct ike_timer timer;
    enum ike_child_state state;
    uint16_t generation;
    bool indexed;
    uint32_t spi; /**< of this end, for all its protocols */
    struct ike_child_sa sa;
    uint64_t octets[2]; /**< outbound, inbound */
    instant used;
    uint32_t idle_ms;
    uint32_t replaced_by;
    bool rekeying; /**< an exchange to replace it is under way */
    enum ike_cause doom_cause;
    bool doom_tells;
    uint8_t lowest_nonce[16]; /**< the lower of both, cut: decides between simultaneous ones */
    instant deadlines[IKE_CHILD_DEADLINES];
};

/** An output that waits to be polled; the child is looked up when it is. */
struct ike_pending {
    struct ike_output output;
    uint32_t child; /**< index; IKE_INDEX_END: none */
    /* Of a packet that goes out in fragments: */
    uint16_t fragment_id;
    uint16_t fragment_data; /**< most octets of data in each; 0: it goes out whole */
    uint8_t fragment_number;
    uint8_t fragment_count;
};

struct ike_state {
    struct ike *self;
    struct ike_config *config;
    struct ike_behaviour *behaviour;
    instant now;
    struct ike_phase1 *phase1s;
    struct ike_exchange *exchanges;
    struct ike_child *children;
    uint32_t phase1_generation;
    uint32_t acquisitions;
    struct ike_index by_cookie; /**< phase 1 by the initiator's cookie */
    struct ike_index by_peer;   /**< phase 1 by remote address */
    struct ike_index child_by_spi;
    struct ike_index child_by_peer;
    struct ike_timers timers;
    uint32_t free_phase1; /**< where to look for a free one first */
    uint32_t free_exchange;
    uint32_t free_child;

    struct ike_pending ring[IKE_OUTPUTS];
    uint32_t ring_head;
    uint32_t ring_count;
    struct ike_child_sa told; /**< what ike_output.child points at */

    struct ike_reassembly reassembly;
    struct ike_timer reassembly_timer;
    uint16_t fragment_id;

    uint32_t half_open;
    bool dos_protection;
    uint8_t cookie_secret[IKE_COOKIE_SECRET_SIZE];
};

/** A message that is being taken. */
struct ike_incoming {
    const struct ike_endpoint *local;
    const struct ike_endpoint *remote;
    struct packet *packet; /**< owned by ike_input() */
    struct isakmp_header header;
    struct isakmp_message message; /**< once decoded */
    uint8_t digest[IKE_RECEIVED_SIZE];
    struct ike_iv iv; /**< of an informational message, behind it */
    bool reassembled;
};

#endif
