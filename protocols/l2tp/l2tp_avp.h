#ifndef VPNSIM_L2TP_L2TP_AVP_H
#define VPNSIM_L2TP_L2TP_AVP_H

#include "base/wire.h"
#include "crypto/crypto.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Attribute Value Pairs, RFC 2661 section 4.1:
 *
 *  0  M (8000), H (4000), four reserved bits, Length (10 bits, 6 to 1023, of the whole AVP)
 *  2  Vendor ID     4  Attribute Type     6  Attribute Value
 */

#define L2TP_AVP_HEADER_LENGTH 6
#define L2TP_AVP_MAXIMUM       1023
/** Most octets of an Attribute Value. */
#define L2TP_AVP_VALUE_MAXIMUM (L2TP_AVP_MAXIMUM - L2TP_AVP_HEADER_LENGTH)

/** Attribute Types of the IETF (Vendor ID 0), RFC 2661 section 4.4. */
enum l2tp_attribute {
    L2TP_MESSAGE_TYPE = 0,
    L2TP_RESULT_CODE = 1,
    L2TP_PROTOCOL_VERSION = 2,
    L2TP_FRAMING_CAPABILITIES = 3,
    L2TP_BEARER_CAPABILITIES = 4,
    L2TP_TIE_BREAKER = 5,
    L2TP_FIRMWARE_REVISION = 6,
    L2TP_HOST_NAME = 7,
    L2TP_VENDOR_NAME = 8,
    L2TP_ASSIGNED_TUNNEL_ID = 9,
    L2TP_RECEIVE_WINDOW_SIZE = 10,
    L2TP_CHALLENGE = 11,
    L2TP_Q931_CAUSE_CODE = 12,
    L2TP_CHALLENGE_RESPONSE = 13,
    L2TP_ASSIGNED_SESSION_ID = 14,
    L2TP_CALL_SERIAL_NUMBER = 15,
    L2TP_MINIMUM_BPS = 16,
    L2TP_MAXIMUM_BPS = 17,
    L2TP_BEARER_TYPE = 18,
    L2TP_FRAMING_TYPE = 19,
    L2TP_CALLED_NUMBER = 21,
    L2TP_CALLING_NUMBER = 22,
    L2TP_SUB_ADDRESS = 23,
    L2TP_TX_CONNECT_SPEED = 24,
    L2TP_PHYSICAL_CHANNEL_ID = 25,
    L2TP_INITIAL_RECEIVED_LCP_CONFREQ = 26,
    L2TP_LAST_SENT_LCP_CONFREQ = 27,
    L2TP_LAST_RECEIVED_LCP_CONFREQ = 28,
    L2TP_PROXY_AUTHEN_TYPE = 29,
    L2TP_PROXY_AUTHEN_NAME = 30,
    L2TP_PROXY_AUTHEN_CHALLENGE = 31,
    L2TP_PROXY_AUTHEN_ID = 32,
    L2TP_PROXY_AUTHEN_RESPONSE = 33,
    L2TP_CALL_ERRORS = 34,
    L2TP_ACCM = 35,
    L2TP_RANDOM_VECTOR = 36,
    L2TP_PRIVATE_GROUP_ID = 37,
    L2TP_RX_CONNECT_SPEED = 38,
    L2TP_SEQUENCING_REQUIRED = 39,
};
/** One more than the highest Attribute Type of the IETF; 20 is not assigned. */
#define L2TP_ATTRIBUTES 40

/** Vendor ID of Microsoft, and its one Attribute Type (MS-L2TPIE section 2.2.1.1). */
#define L2TP_VENDOR_MICROSOFT          311
#define L2TP_MICROSOFT_CORRELATION     1
#define L2TP_CORRELATION_ID_LENGTH     16
#define L2TP_CHALLENGE_RESPONSE_LENGTH 16
#define L2TP_TIE_BREAKER_LENGTH        8

/** One AVP as it is on the wire; the value is borrowed. */
struct l2tp_avp {
    bool mandatory;   /**< M */
    bool hidden;      /**< H: the value is a Hidden AVP Subformat, enciphered */
    uint8_t reserved; /**< the four reserved bits */
    uint16_t vendor_id;
    uint16_t attribute;
    uint16_t length; /**< of the value */
    const uint8_t *value;
};

/**
 * Takes the next AVP off @p reader. False at the end of the message, and with reader->failed when
 * its Length is below 6 or beyond what is left.
 */
bool l2tp_avp_read(struct wire_reader *reader, struct l2tp_avp *avp);

/** Appends @p avp; the writer fails when it does not fit or the value is too long. */
void l2tp_avp_write(struct wire_writer *writer, const struct l2tp_avp *avp);

/** What RFC 2661 section 4.4 says about an attribute of the IETF. */
struct l2tp_attribute_rule {
    const char *name; /**< the RFC's; NULL for 20, which is not assigned */
    bool mandatory;   /**< the M bit to be sent */
    bool may_hide;    /**< the H bit may be 1 */
    uint16_t minimum; /**< octets of the value before hiding */
    uint16_t maximum; /**< the same as minimum when the length is fixed */
};

/** The rule of @p attribute of the IETF; NULL when it is unknown. */
const struct l2tp_attribute_rule *l2tp_attribute_rule(unsigned attribute);

/** What hiding and tunnel authentication work with; everything is borrowed. */
struct l2tp_secret {
    struct crypto *crypto;
    const void *octets;
    size_t length; /**< 0: there is no secret */
};

/**
 * Hides @p value as section 4.3 says: writes 2 + @p length + @p padding octets to @p hidden, the
 * padding being whatever is there already. False when they exceed @p size.
 */
bool l2tp_avp_hide(const struct l2tp_secret *secret, uint16_t attribute, const void *vector,
                   size_t vector_length, const void *value, size_t length, size_t padding,
                   uint8_t *hidden, size_t size);

/**
 * Recovers a hidden value: deciphers all @p length octets of @p hidden to @p revealed, the value
 * being @p *value_length octets from revealed + 2. False when the deciphered length makes no sense,
 * as with a wrong secret.
 */
bool l2tp_avp_reveal(const struct l2tp_secret *secret, uint16_t attribute, const void *vector,
                     size_t vector_length, const uint8_t *hidden, size_t length, uint8_t *revealed,
                     size_t *value_length);

/**
 * The Challenge Response to @p challenge in a message of type @p message_type (2 in SCCRP, 3 in
 * SCCCN), section 5.1.1.
 */
void l2tp_challenge_response(const struct l2tp_secret *secret, uint8_t message_type,
                             const void *challenge, size_t length,
                             uint8_t response[L2TP_CHALLENGE_RESPONSE_LENGTH]);

#endif
