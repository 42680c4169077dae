#ifndef VPNSIM_IKE_IKE_POLICY_H
#define VPNSIM_IKE_IKE_POLICY_H

#include "base/ip_address.h"
#include "crypto/certificate.h"
#include "crypto/cipher.h"
#include "crypto/hash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a host wants and accepts: pure data, borrowed by the engine for its life. */

/** How the peers prove who they are in phase 1, with the numbers of RFC 2409 appendix A. */
enum ike_authentication {
    IKE_PRE_SHARED_KEY = 1,
    IKE_RSA_SIGNATURES = 3,
};

/** The exchange that builds an ISAKMP SA (RFC 2409 sections 5.1 to 5.4). */
enum ike_phase1_mode {
    IKE_MAIN_MODE,
    IKE_AGGRESSIVE_MODE,
};

/** One transform of a phase 1 offer; an offer is an array of them, the most wanted first. */
struct ike_phase1_transform {
    enum cipher_algorithm cipher; /**< never CIPHER_NULL */
    uint16_t key_bits;            /**< of AES; 0: the cipher has one key length, and says none */
    enum hash_algorithm hash;
    enum ike_authentication authentication;
    uint8_t group;   /**< enum dh_group */
    uint32_t life_s; /**< 0: not said, which means 28,800 (RFC 2407 section 4.5) */
    uint32_t life_kb;
};

/** The security protocols of phase 2, with the numbers of RFC 2407 section 4.4.1. */
enum ike_protocol {
    IKE_PROTOCOL_ISAKMP = 1,
    IKE_PROTOCOL_AH = 2,
    IKE_PROTOCOL_ESP = 3,
};

/** What AH or ESP does with a packet. */
struct ike_algorithms {
    enum ike_protocol protocol;   /**< AH or ESP */
    enum cipher_algorithm cipher; /**< of ESP */
    uint16_t key_bits;            /**< of AES: 128, 192 or 256; 0: 128, and not said */
    bool authenticated;           /**< always for AH */
    enum hash_algorithm hash;     /**< of the HMAC, when authenticated */
};

/** Most protocols in one proposal: AH around ESP. */
#define IKE_BUNDLE_MAX 2

/** One proposal of a phase 2 offer; an offer is an array of them, the most wanted first. */
struct ike_child_proposal {
    struct ike_algorithms protocols[IKE_BUNDLE_MAX]; /**< AH before ESP when both */
    uint8_t protocol_count;
    uint32_t life_s;  /**< 0: not said */
    uint32_t life_kb; /**< 0: not said */
};

/** What phase 2 protects: the payload of a packet or the whole packet. */
enum ike_encapsulation {
    IKE_TRANSPORT,
    IKE_TUNNEL,
};

/** One end of protected traffic: addresses, protocol and port. */
struct ike_selector {
    struct ip_address address; /**< none in a rule: any, or for the local end the host's own */
    uint8_t prefix_length;     /**< of the address: 32 or 128 for a single one */
    uint8_t protocol;          /**< 0: any */
    uint16_t port;             /**< 0: any */
};

/** Both ends as this host sees them. */
struct ike_traffic {
    struct ike_selector local;
    struct ike_selector remote;
};

/** Kinds of identity, with the numbers of RFC 2407 section 4.6.2.1. */
enum ike_name_kind {
    IKE_NAME_ADDRESS = 1,    /**< own: the address used; peer's: the one it is seen at */
    IKE_NAME_FQDN = 2,       /**< "client.example.com" */
    IKE_NAME_USER_FQDN = 3,  /**< "user@example.com" */
    IKE_NAME_CERTIFICATE = 9 /**< own: the certificate's subject; peer's: a subject */
};

/** Who a host is in phase 1. */
struct ike_name {
    enum ike_name_kind kind;
    const char *text; /**< of an FQDN or user FQDN, or the peer's subject as "CN=..."; else NULL */
};

/**
 * How to speak phase 1 with the peers at some addresses. The first entry whose addresses contain
 * the peer counts.
 */
struct ike_peer {
    struct ip_address remote; /**< none: any address of either version */
    uint8_t prefix_length;
    enum ike_phase1_mode mode; /**< of exchanges started here */
    bool accepts_aggressive;   /**< answer Aggressive Mode */
    const struct ike_phase1_transform *transforms;
    size_t transform_count;
    const uint8_t *pre_shared_key; /**< NULL: none */
    size_t pre_shared_key_length;
    const struct certificate *certificate; /**< with its key; NULL: none */
    const struct certificate *const *trusted;
    size_t trusted_count;
    struct ike_name own_name;
    bool checks_name; /**< the peer's identity must be peer_name */
    struct ike_name peer_name;
};

/** Traffic that is to be protected, and how: a phase 2 policy. */
struct ike_rule {
    uint32_t id; /**< the caller's, told with every child SA */
    /**
     * Bounds. What a peer proposes must lie within; what is acquired here is told to
     * ike_acquire(). With several that fit, the first counts.
     */
    struct ike_traffic traffic;
    enum ike_encapsulation encapsulation;
    const struct ike_child_proposal *proposals;
    size_t proposal_count;
    uint8_t pfs_group; /**< enum dh_group; 0: keys come from phase 1 alone */
};

/** NAT traversal revisions that a host knows; a set. */
enum ike_nat_traversal_revisions {
    IKE_NAT_TRAVERSAL_NONE = 0,
    IKE_NAT_TRAVERSAL_RFC_3947 = 1,
    IKE_NAT_TRAVERSAL_DRAFT_02 = 2,
};

/** Implementations whose behaviour is known (ike_behaviour_of()). */
enum ike_profile {
    IKE_PROFILE_RFC,
    IKE_PROFILE_LINUX,        /**< strongSwan */
    IKE_PROFILE_WINDOWS_2000, /**< before the update of KB 818043: no NAT traversal */
    IKE_PROFILE_WINDOWS_2000_SP4,
    IKE_PROFILE_WINDOWS_XP, /**< before Service Pack 2 */
    IKE_PROFILE_WINDOWS_XP_SP2,
    IKE_PROFILE_SERVER_2003,
    IKE_PROFILE_WINDOWS_VISTA,
    IKE_PROFILE_SERVER_2008,
};

/** Which peers get UDP encapsulation (KB 885407: AssumeUDPEncapsulationContextOnSendRule). */
enum ike_assume_udp_encapsulation {
    IKE_ASSUME_UDP_NEVER = 0,  /**< no security associations with a peer behind a NAT */
    IKE_ASSUME_UDP_SERVER = 1, /**< the peer may be behind one when this host is not */
    IKE_ASSUME_UDP_BOTH = 2,   /**< whoever is behind one */
};

/** How NAT-OA payloads are sent with UDP-encapsulated transport mode. */
enum ike_original_address {
    IKE_ORIGINAL_ADDRESS_BOTH,      /**< RFC 3947 section 5.2: the initiator's, the responder's */
    IKE_ORIGINAL_ADDRESS_IF_HIDDEN, /**< MS-IKEE 3.1.5: its own, by the one behind a NAT */
};

/**
 * Behaviour where documents leave a choice or implementations differ: data that a profile fills in
 * and a caller may change. Times of 0 switch the timer off.
 */
struct ike_behaviour {
    /** The version in the vendor ID "MS NT5 ISAKMPOAKLEY", 2 to 9; 0: it is not sent. */
    uint32_t microsoft_version;
    bool sends_initial_contact_vendor_id; /**< "Vid-Initial-Contact", without an SA to the peer */
    bool nlb_present;                     /**< "NLBS_PRESENT": this host is part of a cluster */
    bool sends_initial_contact_notify;    /**< INITIAL-CONTACT with the last phase 1 message */
    bool sends_xauth_vendor_id;           /**< as strongSwan does; nothing follows from it */

    uint32_t retransmit_ms;         /**< first interval, which then doubles */
    uint32_t retransmit_maximum_ms; /**< longest interval; 0: no bound */
    uint8_t retransmit_count;       /**< retransmissions before the exchange fails */
    bool responder_retransmits;     /**< phase 1 responders repeat what waits for an answer */
    uint32_t half_open_ms;          /**< a responder forgets an unfinished exchange after it */

    bool fragments;           /**< "FRAGMENTATION" (MS-IKEE 3.3), both directions */
    bool fragment_from_first; /**< the timer runs from message 1, in the initiator only (Vista) */
    uint32_t reassembly_ms;   /**< fragments of an unfinished message are kept so long */

    unsigned nat_traversal; /**< set of enum ike_nat_traversal_revisions */
    enum ike_assume_udp_encapsulation assume_udp_encapsulation;
    enum ike_original_address original_address;
    bool fqdn_behind_nat;      /**< name and client ID are the host's FQDN behind a NAT (XP) */
    uint32_t nat_keepalive_ms; /**< without a packet to the peer on port 4500 */

    bool acknowledged_delete;   /**< MS-IKEE 3.8, with peers that show the Microsoft vendor ID */
    uint8_t delete_count;       /**< its retransmissions: at 1 s, doubling, at most 16 s apart */
    bool delete_keeps_children; /**< the children outlive their ISAKMP SA's Delete */
    uint32_t dpd_ms;            /**< RFC 3706: silence of the peer before R-U-THERE */
    uint8_t dpd_count;          /**< unanswered R-U-THERE that make a peer dead */
    bool answers_dpd;           /**< shows the vendor ID and acknowledges */
    bool sends_status_notify;   /**< NOTIFY_STATUS with a Windows error after a failure */
    bool old_notify_iv;         /**< MS-IKEE note 12: IV of notifies before the SA is complete */

    bool commit_bit;         /**< as responder of quick mode: makes the initiator wait */
    bool responder_lifetime; /**< tells the shorter lifetime (RFC 2407 section 4.6.3.1) */
    bool echoes_attributes;  /**< the chosen transform comes back as offered; else in own order */
    bool early_inbound;      /**< responder: inbound SAs exist when message 2 is out */
    uint32_t child_idle_ms;  /**< a child SA without traffic is deleted */
    uint32_t child_idle_cluster_ms; /**< the same when the peer is a cluster (NLBS_PRESENT) */
    uint32_t rekey_margin_s;        /**< rekeying starts so long before a lifetime ends */
    uint8_t rekey_margin_percent;   /**< and with this share of the kilobytes left */
    uint32_t replaced_keep_ms;      /**< a replaced child SA still receives so long */

    uint16_t half_open_limit;         /**< more of them: no new one without a cookie (or at all) */
    uint16_t half_open_resume;        /**< fewer than this: as before */
    uint16_t half_open_address_limit; /**< of one address: more are dropped; 0: no bound */
    bool dos_protection;              /**< MS-IKEE 3.9: NOTIFY_DOS_COOKIE above the limit */
};

/** What is known of @p profile. */
struct ike_behaviour ike_behaviour_of(enum ike_profile profile);

/** "rfc", "linux", "windows-2000", ...; static storage. */
const char *ike_profile_name(enum ike_profile profile);

/**
 * The phase 1 offer of @p profile with @p authentication and how many transforms it has; static
 * storage.
 */
const struct ike_phase1_transform *ike_profile_transforms(enum ike_profile profile,
                                                          enum ike_authentication authentication,
                                                          size_t *count);

/** The phase 2 offer of @p profile for L2TP, and how many proposals it has; static storage. */
const struct ike_child_proposal *ike_profile_proposals(enum ike_profile profile, size_t *count);

#endif
