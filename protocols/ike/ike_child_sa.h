#ifndef VPNSIM_IKE_IKE_CHILD_SA_H
#define VPNSIM_IKE_IKE_CHILD_SA_H

#include "base/instant.h"
#include "base/ip_address.h"
#include "crypto/cipher.h"
#include "crypto/hash.h"
#include "ike/ike_policy.h"

#include <stdbool.h>
#include <stdint.h>

/** The protocols of a child SA, with the numbers of RFC 2407 section 4.4.1. */
enum ike_child_protocol_number {
    IKE_CHILD_AH = 2,
    IKE_CHILD_ESP = 3,
};

/** Most of them in one child SA: AH around ESP. */
#define IKE_CHILD_PROTOCOLS_MAX 2

/** An address and a UDP port. */
struct ike_endpoint {
    struct ip_address address;
    uint16_t port;
};

/** Keys of one direction of one protocol (RFC 2409 section 5.5: KEYMAT). */
struct ike_child_keys {
    uint32_t spi; /**< chosen by the receiver of this direction */
    uint8_t cipher_key[CIPHER_KEY_SIZE_MAXIMUM];
    uint8_t hash_key[HASH_SIZE_MAXIMUM];
};

/** AH or ESP in both directions. */
struct ike_child_protocol {
    enum ike_child_protocol_number protocol;
    enum cipher_algorithm cipher; /**< of ESP */
    bool authenticated;           /**< always for AH */
    enum hash_algorithm hash;     /**< of the HMAC, when authenticated */
    uint8_t cipher_key_length;    /**< octets; 0 for AH and CIPHER_NULL */
    uint8_t hash_key_length;      /**< octets; 0 when not authenticated */
    struct ike_child_keys inbound;
    struct ike_child_keys outbound;
};

/**
 * What quick mode has agreed on: all that AH and ESP need for a pair of security associations, or
 * two pairs when AH is wrapped around ESP.
 */
struct ike_child_sa {
    uint32_t id;          /**< of this engine, never 0, not used again soon */
    uint32_t rule;        /**< ike_rule.id */
    uint32_t acquisition; /**< what ike_acquire() gave; 0: the peer or a rekeying began it */
    uint32_t phase1;      /**< the ISAKMP SA that protects its exchange */
    uint32_t replaces;    /**< the child SA that this one takes over from; 0: none */
    bool initiator;       /**< began the quick mode exchange */

    bool tunnel; /**< tunnel mode; else transport */
    uint8_t protocol_count;
    struct ike_child_protocol
        protocols[IKE_CHILD_PROTOCOLS_MAX]; /**< outermost first: AH before ESP */

    struct ike_endpoint local;  /**< outer address, and UDP port when encapsulated */
    struct ike_endpoint remote; /**< likewise; the port at which the peer's NAT is seen */
    bool udp_encapsulation;     /**< RFC 3948 */
    uint16_t encapsulation; /**< Encapsulation Mode as it was agreed on (RFC 2407 section 4.5) */
    struct ike_traffic traffic; /**< what goes through it, by the addresses seen here */

    /**
     * NAT-OA (RFC 3947 section 5.2), for the checksums inside UDP-encapsulated transport mode: the
     * addresses as the peer sees both ends. None when not said.
     */
    struct ip_address original_local;
    struct ip_address original_remote;

    instant established;
    uint32_t life_s;  /**< ends so long after that; 0: no bound */
    uint32_t life_kb; /**< or with so many kilobytes in a direction; 0: no bound */
};

#endif
