#ifndef VPNSIM_IKE_IKE_VENDOR_H
#define VPNSIM_IKE_IKE_VENDOR_H

#include "ike/isakmp_payload.h"

#include <stddef.h>
#include <stdint.h>

/** Vendor IDs that are known. */
enum ike_vendor {
    IKE_VENDOR_MS_NT5,          /**< "MS NT5 ISAKMPOAKLEY" and a version of four octets */
    IKE_VENDOR_FRAGMENTATION,   /**< takes fragments; some add flags of four octets */
    IKE_VENDOR_INITIAL_CONTACT, /**< "Vid-Initial-Contact" of Windows */
    IKE_VENDOR_NLB_PRESENT,     /**< a cluster of Windows that balances load */
    IKE_VENDOR_GSSAPI,          /**< Kerberos */
    IKE_VENDOR_NAT_T_00,        /**< draft-ietf-ipsec-nat-t-ike-00 */
    IKE_VENDOR_NAT_T_02,        /**< -02 with the end of line that went into its hash: common */
    IKE_VENDOR_NAT_T_02_PLAIN,  /**< -02 as the draft has it */
    IKE_VENDOR_NAT_T_03,        /**< -03 */
    IKE_VENDOR_NAT_T_RFC,       /**< RFC 3947 */
    IKE_VENDOR_DPD,             /**< RFC 3706 */
    IKE_VENDOR_XAUTH,           /**< draft-ietf-ipsra-isakmp-xauth-06, as Linux sends it */
};
#define IKE_VENDORS 12

/** The bit of @p vendor in a set. */
#define IKE_VENDOR_BIT(vendor) (UINT32_C(1) << (vendor))

/** Versions behind MS NT5 ISAKMPOAKLEY ([MS-IKEE] section 2.2.1). */
enum ike_ms_version {
    IKE_MS_WINDOWS_2000 = 2,
    IKE_MS_WINDOWS_XP = 3,
    IKE_MS_SERVER_2003 = 4, /**< and XP with Service Pack 2 */
    IKE_MS_WINDOWS_VISTA = 5,
    IKE_MS_SERVER_2008 = 6,
    IKE_MS_WINDOWS_7 = 7,
    IKE_MS_SERVER_2008_R2 = 8,
};

/** The octets of @p vendor, without any version or flags. */
const uint8_t *ike_vendor_octets(enum ike_vendor vendor, size_t *length);

/** "MS NT5 ISAKMPOAKLEY", "RFC 3947". */
const char *ike_vendor_name(enum ike_vendor vendor);

/** Which one a Vendor ID payload is; -1: none that is known. */
int ike_vendor_recognise(const struct isakmp_payload *payload);

/**
 * The set of known vendor IDs in a message, bits as IKE_VENDOR_BIT() has them; both forms of
 * draft 02 set both bits.
 *
 * @param ms_version  receives the version of Windows, 0 when there is none; may be NULL
 */
uint32_t ike_vendor_set(const struct isakmp_message *message, uint32_t *ms_version);

/** Adds a Vendor ID payload; @p version goes behind MS_NT5 only. */
void ike_vendor_build(struct isakmp_builder *builder, enum ike_vendor vendor, uint32_t version);

#endif
