#ifndef VPNSIM_SCENARIO_MODEL_IPSEC_H
#define VPNSIM_SCENARIO_MODEL_IPSEC_H

#include "base/instant.h"
#include "base/ip_address.h"
#include "crypto/cipher.h"
#include "crypto/hash.h"
#include "scenario/diagnostics.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a machine says of IP security; a part of struct scenario_node. */

/** Addresses of either version; version 0: any of both. */
struct scenario_ip_prefix {
    struct ip_address address;
    unsigned length;
};

/** What ESP or AH does: "esp-3des-sha1", "ah-md5". */
struct scenario_ipsec_transform {
    bool ah;
    enum cipher_algorithm cipher; /**< ESP */
    uint16_t key_bits;            /**< of AES; otherwise 0 */
    bool authenticated;
    enum hash_algorithm hash;
};

/** Security associations in both directions that an administrator has typed. */
struct scenario_ipsec_manual {
    struct scenario_position at;
    struct scenario_ipsec_transform transform;
    uint32_t inbound_spi;
    uint32_t outbound_spi;
    const uint8_t *cipher_key; /**< of both directions, as long as the cipher wants */
    size_t cipher_key_length;
    const uint8_t *integrity_key;
    size_t integrity_key_length;
    uint16_t replay_window; /**< 0: no check */
};

/** What a policy offers and takes in IKE's quick mode: "esp-3des-sha1", "ah-sha1+esp-3des". */
struct scenario_ipsec_proposal {
    struct scenario_ipsec_transform parts[2]; /**< AH first */
    size_t count;
};

/** One transform of IKE's main mode: "3des-sha1-2". */
struct scenario_ike_transform {
    enum cipher_algorithm cipher;
    uint16_t key_bits; /**< of AES */
    enum hash_algorithm hash;
    uint16_t group; /**< of Diffie-Hellman */
};

struct scenario_certificate;

/** How to speak IKE with the machines at some addresses. */
struct scenario_ike_peer {
    struct scenario_position at;
    struct scenario_ip_prefix remote;
    const char *pre_shared_key;                     /**< NULL: certificates */
    const struct scenario_certificate *certificate; /**< NULL: it has none */
    const struct scenario_certificate **trusted;
    size_t trusted_count;
    bool wraps_certificates; /**< they are sent in PKCS #7 */
    bool aggressive;
    bool accepts_aggressive;
    struct scenario_ike_transform *transforms; /**< none: the implementation's */
    size_t transform_count;
    instant lifetime;          /**< with transforms */
    const char *identity;      /**< "host.example.com" or "user@example.com"; NULL: the usual */
    const char *peer_identity; /**< NULL: anyone's */
};

enum scenario_assume_udp {
    SCENARIO_ASSUME_UDP_UNSET,
    SCENARIO_ASSUME_UDP_NEVER,
    SCENARIO_ASSUME_UDP_SERVER,
    SCENARIO_ASSUME_UDP_BOTH,
};

enum scenario_ipsec_action {
    SCENARIO_IPSEC_PROTECT,
    SCENARIO_IPSEC_BYPASS,
    SCENARIO_IPSEC_DISCARD,
};

/** What a tunnel does with explicit congestion notification. */
enum scenario_ecn {
    SCENARIO_ECN_COPIED,
    SCENARIO_ECN_LIMITED,
    SCENARIO_ECN_FULL,
};

/** Protocols of a manual policy at most: ESP, and AH around it. */
#define SCENARIO_IPSEC_BUNDLE 2

/** What quick mode offers and takes. */
struct scenario_ipsec_offer {
    struct scenario_ipsec_proposal *proposals; /**< none: the implementation's */
    size_t proposal_count;
    uint16_t pfs_group;          /**< 0: none */
    instant lifetime;            /**< 0: the implementation's */
    uint32_t lifetime_kilobytes; /**< 0: the implementation's */
};

/** One entry of the security policy database; the first that matches decides. */
struct scenario_ipsec_policy {
    struct scenario_position at;
    const char *name;
    enum scenario_ipsec_action action;
    bool tunnel;
    struct scenario_ip_prefix local;
    struct scenario_ip_prefix remote;
    bool any_protocol;
    uint8_t protocol;
    uint16_t local_port;  /**< 0: any */
    uint16_t remote_port; /**< 0: any */
    struct ip_address tunnel_local;
    struct ip_address tunnel_remote;
    enum scenario_ecn tunnel_ecn;
    bool accepts_unprotected;
    struct scenario_ipsec_manual manual[SCENARIO_IPSEC_BUNDLE]; /**< ESP first */
    size_t manual_count;
    struct scenario_ipsec_offer offer; /**< IKE */
};

/** The <ipsec> of a machine. */
struct scenario_ipsec {
    struct scenario_position at;
    const char *implementation; /**< of IKE, by name; NULL: the profile's */
    enum scenario_assume_udp assume_udp;
    bool steers_flows;     /**< answers go through the association that the question came by */
    bool flood_protection; /**< of IKE, by cookies */
    bool in_cluster;       /**< shows NLBS_PRESENT */
    uint32_t peers_at_once;
    instant dead_peer_detection; /**< silence before the first question; 0: none */
    instant renewal_overlap;     /**< how long at most the older SAs go on sending */
    struct scenario_ipsec_policy *policies;
    size_t policy_count;
    struct scenario_ike_peer *peers; /**< none: no IKE */
    size_t peer_count;
    struct scenario_ipsec_offer l2tp; /**< for the L2TP of connections and ports */
};

#endif
