#ifndef VPNSIM_IKE_IKE_NAT_TRAVERSAL_H
#define VPNSIM_IKE_IKE_NAT_TRAVERSAL_H

#include "base/ip_address.h"
#include "base/wire.h"
#include "crypto/crypto.h"
#include "crypto/hash.h"
#include "ike/ike_vendor.h"
#include "ike/isakmp_payload.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** UDP port of IKE, and the one it floats to when there is a NAT (RFC 3947 section 4). */
#define IKE_PORT               500
#define IKE_NAT_TRAVERSAL_PORT 4500

/** Octets of zero in front of IKE messages on port 4500 (RFC 3948 section 2.2). */
#define IKE_NON_ESP_MARKER_LENGTH 4
/** The one octet of a keep-alive (RFC 3948 section 2.3). */
#define IKE_NAT_KEEPALIVE 0xff
/** How often the side behind a NAT sends one when it is idle (RFC 3948 section 4). */
#define IKE_NAT_KEEPALIVE_S 20
/** Octets of the longest NAT-D payload. */
#define IKE_NAT_D_MAX HASH_SIZE_MAXIMUM

/** Which document two peers traverse NATs by: they number payloads and modes differently. */
enum ike_nat_traversal {
    IKE_NAT_TRAVERSAL_NONE,
    IKE_NAT_TRAVERSAL_DRAFT_02,
    IKE_NAT_TRAVERSAL_DRAFT_03, /**< with the numbers of draft 02 */
    IKE_NAT_TRAVERSAL_RFC,      /**< RFC 3947 */
};

/** "none", "draft-02", "draft-03", "rfc-3947". */
const char *ike_nat_traversal_name(enum ike_nat_traversal version);

/**
 * The best that both sides have a vendor ID for: RFC 3947, then draft 03, then draft 02. (Draft 00
 * floats to no port; its vendor ID is known and makes nothing happen.)
 *
 * @param own, peer  sets of vendor IDs as ike_vendor_set() has them
 */
enum ike_nat_traversal ike_nat_traversal_select(uint32_t own, uint32_t peer);

/** Payload types under @p version, which is not NONE. */
uint8_t ike_nat_d_payload(enum ike_nat_traversal version);
uint8_t ike_nat_oa_payload(enum ike_nat_traversal version);

/** The Encapsulation Mode over UDP under @p version, which is not NONE. */
uint16_t ike_nat_encapsulation(enum ike_nat_traversal version, bool tunnel);

/**
 * The body of a NAT-D payload: HASH(CKY-I | CKY-R | IP | Port) (RFC 3947 section 3.2).
 *
 * @param digest  receives hash_size(@p hash) octets
 */
void ike_nat_d(struct crypto *crypto, enum hash_algorithm hash,
               const uint8_t initiator_cookie[ISAKMP_COOKIE_SIZE],
               const uint8_t responder_cookie[ISAKMP_COOKIE_SIZE], const struct ip_address *address,
               uint16_t port, uint8_t digest[IKE_NAT_D_MAX]);

/** Who is behind a NAT. */
struct ike_nat_found {
    bool present; /**< at least two NAT-D payloads were there */
    bool self;    /**< the first is not of the address and port that we have ourselves */
    bool peer;    /**< none of the others is of the address and port that we see of it */
};

/** Judges the NAT-D payloads of a message: the first is for its destination. */
struct ike_nat_found ike_nat_detect(struct crypto *crypto, enum hash_algorithm hash,
                                    const struct isakmp_message *message,
                                    enum ike_nat_traversal version, const struct ip_address *own,
                                    uint16_t own_port, const struct ip_address *peer,
                                    uint16_t peer_port);

/** The body of a NAT-OA payload: ID Type, three zeros, address (RFC 3947 section 5.2). */
void ike_nat_oa_encode(const struct ip_address *address, struct wire_writer *writer);
enum isakmp_error ike_nat_oa_decode(const struct isakmp_payload *payload,
                                    struct ip_address *address);

/** What a datagram on port 4500 is (RFC 3948 section 2). */
enum ike_udp_kind {
    IKE_UDP_MESSAGE, /**< an IKE message behind the marker */
    IKE_UDP_ESP,     /**< an ESP packet */
    IKE_UDP_KEEPALIVE,
    IKE_UDP_RUNT, /**< too short for any of them */
};

enum ike_udp_kind ike_udp_classify(const uint8_t *octets, size_t length);

#endif
