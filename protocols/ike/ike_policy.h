#ifndef VPNSIM_IKE_IKE_POLICY_H
#define VPNSIM_IKE_IKE_POLICY_H

#include "base/ip_address.h"
#include "crypto/certificate.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a host wants and accepts: pure data, borrowed by the engine for its life. */

struct ike_phase1_list; /* ike/ike_proposal.h */
struct ike_phase2_list;

/** The exchange that builds an ISAKMP SA (RFC 2409 sections 5.1 to 5.4). */
enum ike_phase1_mode {
    IKE_MAIN_MODE,
    IKE_AGGRESSIVE_MODE,
};

/** Kinds of identity in phase 1 (RFC 2407 section 4.6.2.1). */
enum ike_name_kind {
    IKE_NAME_ADDRESS,     /**< own: the address used; the peer's: the one it is seen at; or .text */
    IKE_NAME_FQDN,        /**< "client.example.com" */
    IKE_NAME_USER_FQDN,   /**< "user@example.com" */
    IKE_NAME_CERTIFICATE, /**< the subject of the certificate, a DER_ASN1_DN */
};

/** Who a host is in phase 1. */
struct ike_name {
    enum ike_name_kind kind;
    /** Address, FQDN, user FQDN, the peer's subject as "CN=client, O=Lab"; else NULL. */
    const char *text;
};

/**
 * How to speak phase 1 with the peers at some addresses. The first entry whose addresses contain
 * the peer counts.
 */
struct ike_peer {
    struct ip_address remote; /**< none: any address of either version */
    uint8_t prefix_length;
    enum ike_phase1_mode mode;            /**< of exchanges begun here */
    bool accepts_aggressive;              /**< answer Aggressive Mode too */
    const struct ike_phase1_list *phase1; /**< what is offered in this order, and taken */
    uint16_t authentication;              /**< enum ike_authentication */
    const uint8_t *pre_shared_key;        /**< with IKE_AUTHENTICATION_PRE_SHARED_KEY */
    size_t pre_shared_key_length;
    const struct certificate *certificate; /**< own, with its key; NULL: none, so it fails */
    bool wraps_certificates; /**< its chain is sent as one PKCS #7, as some implementations do */
    const struct certificate *const *trusted; /**< authorities that a peer's chain may end at */
    size_t trusted_count;
    struct ike_name own_name;
    bool checks_name; /**< the peer must prove to be peer_name; else anybody with a credential */
    struct ike_name peer_name;
};

/** One end of protected traffic: addresses, protocol and port. */
struct ike_selector {
    struct ip_address address; /**< none in a rule: any, or for the local end the host's own */
    uint8_t prefix_length;     /**< of the address: 32 or 128 for a single one */
    uint8_t protocol;          /**< of IP; 0: any */
    uint16_t port;             /**< 0: any */
};

/** Both ends as this host sees them. */
struct ike_traffic {
    struct ike_selector local;
    struct ike_selector remote;
};

/** Traffic that is to be protected, and how: a phase 2 policy. */
struct ike_rule {
    uint32_t id; /**< the caller's, told with every child SA */
    /**
     * Bounds: what a peer proposes must lie within, and the first rule where it does counts. What
     * is negotiated from here is told to ike_acquire().
     */
    struct ike_traffic traffic;
    bool tunnel;                          /**< tunnel mode; else transport */
    const struct ike_phase2_list *phase2; /**< what is offered in this order, and taken */
    uint8_t pfs_group;                    /**< enum dh_group; 0: keys come from phase 1 alone */
};

/** Implementations whose behaviour is known (ike_behaviour_of()). */
enum ike_profile {
    IKE_PROFILE_RFC,
    IKE_PROFILE_LINUX,        /**< strongSwan */
    IKE_PROFILE_WINDOWS_2000, /**< before Service Pack 4: no NAT traversal */
    IKE_PROFILE_WINDOWS_2000_SP4,
    IKE_PROFILE_WINDOWS_XP, /**< before Service Pack 2: no NAT traversal */
    IKE_PROFILE_WINDOWS_XP_SP2,
    IKE_PROFILE_SERVER_2003,
    IKE_PROFILE_WINDOWS_VISTA,
    IKE_PROFILE_SERVER_2008,
};
#define IKE_PROFILES 9

/** Which peers get UDP encapsulation (KB 885407: AssumeUDPEncapsulationContextOnSendRule). */
enum ike_assume_udp_encapsulation {
    IKE_ASSUME_UDP_NEVER = 0,  /**< nothing is begun with a peer behind a NAT */
    IKE_ASSUME_UDP_SERVER = 1, /**< the peer may be behind one when this host is not */
    IKE_ASSUME_UDP_BOTH = 2,   /**< whoever is behind one */
};

/** Most vendor IDs of one host. */
#define IKE_VENDORS_SENT_MAX 10

/**
 * Behaviour where documents leave a choice or implementations differ: data that a profile fills in
 * and a caller may change. Times and counts of 0 switch off what they are for.
 */
struct ike_behaviour {
    /**
     * What the first two messages show, enum ike_vendor in this order; they switch on what they
     * stand for: NAT traversal, fragments, dead peer detection, clusters, acknowledged Delete.
     */
    uint8_t vendors[IKE_VENDORS_SENT_MAX];
    uint8_t vendor_count;
    uint32_t microsoft_version; /**< behind "MS NT5 ISAKMPOAKLEY" */

    uint32_t retransmit_ms;         /**< first interval */
    uint16_t retransmit_growth;     /**< each next one is so many percent of it: 200 doubles */
    uint32_t retransmit_maximum_ms; /**< longest interval; 0: no bound */
    uint8_t retransmit_count;       /**< retransmissions before the exchange fails */
    uint32_t retransmit_final_ms;   /**< wait after the last; 0: one more interval */
    bool responder_retransmits;     /**< responders repeat what waits for an answer, too */
    uint32_t half_open_ms;          /**< a responder forgets an unfinished exchange after it */
    bool long_durations;            /**< life durations always take four octets (Windows) */
    bool refuses_aggressive;        /**< whatever the policy says */
    bool sends_initial_contact;     /**< INITIAL-CONTACT in the last own phase 1 message */
    bool sends_status_notify;       /**< NOTIFY_STATUS with a Windows error after a failure */
    bool requests_certificate_late; /**< the initiator asks in message 5 instead of 3 (Windows) */

    bool responder_fragments;       /**< responders have a fragmentation timer, too */
    bool fragment_timer_from_start; /**< it runs from message 1 instead of the message (Vista) */

    enum ike_assume_udp_encapsulation assume_udp_encapsulation;
    bool original_address_if_hidden; /**< NAT-OA from the one behind a NAT alone (MS-IKEE 3.1.5) */
    bool fqdn_behind_nat;            /**< own name and client ID are ike_config.host_name then */
    bool
        foreign_client_id; /**< takes a client ID that is not the address seen, in transport mode */
    uint32_t nat_keepalive_ms; /**< without a packet to the peer, when behind a NAT */

    bool acknowledged_delete;   /**< MS-IKEE 3.8, with peers that show the Microsoft vendor ID */
    uint8_t delete_count;       /**< its retransmissions: after 1 s, doubling, at most 16 s apart */
    bool delete_keeps_children; /**< children outlive their ISAKMP SA */
    uint32_t dpd_ms;            /**< silence of the peer before R-U-THERE (RFC 3706) */
    uint8_t dpd_count;          /**< unanswered ones, dpd_retry_ms apart, that make a peer dead */
    uint32_t dpd_retry_ms;

    bool commit_bit;                /**< as responder of quick mode: the initiator waits */
    bool responder_lifetime;        /**< tells its shorter lifetime (RFC 2407 section 4.6.3.1) */
    bool early_inbound;             /**< responder: inbound SAs exist once message 2 is out */
    uint32_t child_idle_ms;         /**< a child SA without traffic is deleted */
    uint32_t child_idle_cluster_ms; /**< the same when the peer shows NLBS_PRESENT */
    uint32_t rekey_margin_s;        /**< rekeying begins so long before the end of a lifetime */
    uint8_t rekey_margin_percent; /**< but not with more than this share of it left, or of the kB */
    uint32_t replaced_keep_ms;    /**< a replaced child SA still receives so long */
    uint32_t overlap_ms; /**< initiator of a renewal: the older one sends until the peer uses the
                            newer, at most so long */

    uint16_t half_open_limit;         /**< more of them: no new one, or only with a cookie */
    uint16_t half_open_resume;        /**< fewer than this: as before */
    uint16_t half_open_address_limit; /**< of one address: more are dropped */
    bool dos_protection;              /**< MS-IKEE 3.9: NOTIFY_DOS_COOKIE above the limit */
};

/** What is known of @p profile. */
struct ike_behaviour ike_behaviour_of(enum ike_profile profile);

/** "rfc", "linux", "windows-2000", "windows-2000-sp4", "windows-xp", "windows-xp-sp2",
 * "server-2003", "windows-vista", "server-2008"; static storage. */
const char *ike_profile_name(enum ike_profile profile);

/** What @p profile offers in phase 1; static storage. */
const struct ike_phase1_list *ike_profile_phase1(enum ike_profile profile);

/** What @p profile offers for L2TP in phase 2, or takes as @p server; static storage. */
const struct ike_phase2_list *ike_profile_phase2(enum ike_profile profile, bool server);

#endif
