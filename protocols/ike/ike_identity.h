#ifndef VPNSIM_IKE_IKE_IDENTITY_H
#define VPNSIM_IKE_IKE_IDENTITY_H

#include "base/ip_address.h"
#include "base/wire.h"
#include "ike/isakmp_header.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The Identification payload, RFC 2407 section 4.6.2:
 *
 *  0  ID Type      1  Protocol ID      2  Port      4  data
 */

/** Longest name or key identifier of an identity. */
#define IKE_IDENTITY_NAME_MAX 256
/** Octets ike_identity_format() needs. */
#define IKE_IDENTITY_TEXT_SIZE 320

/** ID Type. */
enum ike_identity_type {
    IKE_ID_NONE = 0,
    IKE_ID_IPV4_ADDR = 1,
    IKE_ID_FQDN = 2,
    IKE_ID_USER_FQDN = 3,
    IKE_ID_IPV4_ADDR_SUBNET = 4,
    IKE_ID_IPV6_ADDR = 5,
    IKE_ID_IPV6_ADDR_SUBNET = 6,
    IKE_ID_IPV4_ADDR_RANGE = 7,
    IKE_ID_IPV6_ADDR_RANGE = 8,
    IKE_ID_DER_ASN1_DN = 9,
    IKE_ID_DER_ASN1_GN = 10,
    IKE_ID_KEY_ID = 11,
};

/** An identity in host order: who a peer is (phase 1), or which traffic an SA is for (phase 2). */
struct ike_identity {
    uint8_t type;             /**< enum ike_identity_type */
    uint8_t protocol;         /**< of IP; 0: all */
    uint16_t port;            /**< 0: all */
    struct ip_address first;  /**< address, subnet or range: the first that belongs to it */
    struct ip_address second; /**< subnet: its mask; range: the last address */
    uint16_t name_length;
    uint8_t name[IKE_IDENTITY_NAME_MAX]; /**< FQDN and others: as on the wire */
};

/** Decodes the body of an ID payload. */
enum isakmp_error ike_identity_decode(const uint8_t *body, size_t length,
                                      struct ike_identity *identity);

/** Writes the body of an ID payload. */
void ike_identity_encode(const struct ike_identity *identity, struct wire_writer *writer);

/** The identity of one address; with protocol and port 0 that of a host in phase 1. */
struct ike_identity ike_identity_address(const struct ip_address *address, uint8_t protocol,
                                         uint16_t port);

/** The identity of a subnet; bits of @p address behind the prefix count as 0. */
struct ike_identity ike_identity_subnet(const struct ip_address *address, unsigned prefix_length,
                                        uint8_t protocol, uint16_t port);

/** The identity of all addresses from @p first to @p last, both of one version. */
struct ike_identity ike_identity_range(const struct ip_address *first,
                                       const struct ip_address *last, uint8_t protocol,
                                       uint16_t port);

/**
 * An identity by name (FQDN, USER_FQDN, DER_ASN1_DN, KEY_ID).
 *
 * @param length  at most IKE_IDENTITY_NAME_MAX; more is cut, which makes another name
 */
struct ike_identity ike_identity_name(enum ike_identity_type type, const void *name, size_t length,
                                      uint8_t protocol, uint16_t port);

/** True when both say the same, names without regard to case where DNS has none. */
bool ike_identity_equal(const struct ike_identity *a, const struct ike_identity *b);

/**
 * True when @p answer, which the responder of quick mode has in the place of @p sent, means that
 * end (RFC 2409 section 5.5: the identities are the same in both messages).
 *
 * @param translated  the end is behind a NAT and in transport mode: its peer knows it by another
 *                    address, and may name it by that address, with the same port or none
 */
bool ike_identity_comes_back(const struct ike_identity *sent, const struct ike_identity *answer,
                             bool translated);

/**
 * The addresses that a selector means. False when it is a name, or a subnet whose mask is no
 * prefix.
 */
bool ike_identity_addresses(const struct ike_identity *identity, struct ip_address *first,
                            struct ip_address *last);

/** True when all addresses, protocols and ports of @p inner belong to @p outer too. */
bool ike_identity_contains(const struct ike_identity *outer, const struct ike_identity *inner);

/** "ipv4-addr", "fqdn"; "unknown" for others. */
const char *ike_identity_type_name(unsigned type);

/**
 * Writes it for people: "10.0.0.2", "10.0.0.0/24", "10.0.0.1-10.0.0.9", "pc.example",
 * "CN=client, O=Lab"; with protocol and port, where they are not 0, as "10.0.0.2[17/1701]".
 */
const char *ike_identity_format(const struct ike_identity *identity,
                                char text[IKE_IDENTITY_TEXT_SIZE]);

#endif
