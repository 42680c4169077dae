#ifndef VPNSIM_IKE_IKE_NAT_TRAVERSAL_H
#define VPNSIM_IKE_IKE_NAT_TRAVERSAL_H

#include "base/ip_address.h"
#include "base/wire.h"
#include "crypto/crypto.h"
#include "crypto/hash.h"
#include "ike/ike_child_sa.h"
#include "ike/ike_policy.h"
#include "ike/isakmp_payload.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A revision is one of enum ike_nat_traversal_revisions: they differ in numbers on the wire. */

/** Octets of zero in front of IKE messages on port 4500 (RFC 3948 section 2.2). */
#define IKE_NON_ESP_MARKER_LENGTH 4
/** The one octet of a keep-alive (RFC 3948 section 2.3). */
#define IKE_NAT_KEEPALIVE 0xff

/** "none", "draft-02", "rfc-3947". */
const char *ike_nat_revision_name(unsigned revision);

/**
 * The best revision that both sides know: RFC 3947 before the draft.
 *
 * @param own      set of enum ike_nat_traversal_revisions
 * @param vendors  what the peer has shown, as ike_vendor_set() has it
 */
unsigned ike_nat_revision_select(unsigned own, uint32_t vendors);

/** Payload types under @p revision, which is not NONE. */
uint8_t ike_nat_d_payload(unsigned revision);
uint8_t ike_nat_oa_payload(unsigned revision);

/** The Encapsulation Mode on the wire; @p revision NONE: without UDP. */
uint16_t ike_mode_attribute(enum ike_encapsulation encapsulation, unsigned revision);

/** The body of a NAT-D payload: HASH(CKY-I | CKY-R | IP | Port) (RFC 3947 section 3.2). */
void ike_nat_d(struct crypto *crypto, enum hash_algorithm hash, const struct isakmp_header *header,
               const struct ike_endpoint *endpoint, uint8_t digest[HASH_SIZE_MAXIMUM]);

/** Who is behind a NAT. */
struct ike_nat_found {
    bool present; /**< there were two NAT-D payloads or more */
    bool local;   /**< the first is not for the address and port that we have */
    bool remote;  /**< none of the others is for the address and port that we see */
};

/** Judges the NAT-D payloads of a message (RFC 3947 section 3.2): the first is for its receiver. */
struct ike_nat_found ike_nat_detect(struct crypto *crypto, enum hash_algorithm hash,
                                    const struct isakmp_message *message, unsigned revision,
                                    const struct ike_endpoint *local,
                                    const struct ike_endpoint *remote);

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
