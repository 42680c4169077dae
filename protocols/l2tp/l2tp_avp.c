#include "l2tp/l2tp_avp.h"

#include <string.h>

#define MANDATORY   0x8000
#define HIDDEN      0x4000
#define LENGTH_MASK 0x03FF

#define BLOCK CRYPTO_MD5_SIZE
_Static_assert(L2TP_CHALLENGE_RESPONSE_LENGTH == CRYPTO_MD5_SIZE, "a response is an MD5 hash");

bool l2tp_avp_read(struct wire_reader *reader, struct l2tp_avp *avp)
{
    if (wire_remaining(reader) == 0)
        return false;
    uint16_t word = wire_get_u16(reader);
    uint16_t length = word & LENGTH_MASK;
    if (length < L2TP_AVP_HEADER_LENGTH) {
        reader->failed = true;
        return false;
    }
    *avp = (struct l2tp_avp){
        .mandatory = word & MANDATORY,
        .hidden = word & HIDDEN,
        .reserved = (uint8_t)(word >> 10 & 15),
        .length = (uint16_t)(length - L2TP_AVP_HEADER_LENGTH),
    };
    avp->vendor_id = wire_get_u16(reader);
    avp->attribute = wire_get_u16(reader);
    avp->value = wire_get_octets(reader, avp->length);
    return !reader->failed;
}

void l2tp_avp_write(struct wire_writer *writer, const struct l2tp_avp *avp)
{
    if (avp->length > L2TP_AVP_VALUE_MAXIMUM) {
        writer->failed = true;
        return;
    }
    wire_put_u16(writer,
                 (uint16_t)((avp->mandatory ? MANDATORY : 0) | (avp->hidden ? HIDDEN : 0) |
                            (avp->reserved & 15) << 10 | (L2TP_AVP_HEADER_LENGTH + avp->length)));
    wire_put_u16(writer, avp->vendor_id);
    wire_put_u16(writer, avp->attribute);
    wire_put_octets(writer, avp->value, avp->length);
}

#define OPEN L2TP_AVP_VALUE_MAXIMUM

/* RFC 2661 section 4.4: M bit, may be hidden, shortest and longest value. */
static const struct l2tp_attribute_rule rules[L2TP_ATTRIBUTES] = {
    [L2TP_MESSAGE_TYPE] = {"Message Type", true, false, 2, 2},
    [L2TP_RESULT_CODE] = {"Result Code", true, false, 2, OPEN},
    [L2TP_PROTOCOL_VERSION] = {"Protocol Version", true, false, 2, 2},
    [L2TP_FRAMING_CAPABILITIES] = {"Framing Capabilities", true, true, 4, 4},
    [L2TP_BEARER_CAPABILITIES] = {"Bearer Capabilities", true, true, 4, 4},
    [L2TP_TIE_BREAKER] = {"Tie Breaker", false, false, 8, 8},
    [L2TP_FIRMWARE_REVISION] = {"Firmware Revision", false, true, 2, 2},
    [L2TP_HOST_NAME] = {"Host Name", true, false, 1, OPEN},
    [L2TP_VENDOR_NAME] = {"Vendor Name", false, true, 0, OPEN},
    [L2TP_ASSIGNED_TUNNEL_ID] = {"Assigned Tunnel ID", true, true, 2, 2},
    [L2TP_RECEIVE_WINDOW_SIZE] = {"Receive Window Size", true, false, 2, 2},
    [L2TP_CHALLENGE] = {"Challenge", true, true, 1, OPEN},
    [L2TP_Q931_CAUSE_CODE] = {"Q.931 Cause Code", true, false, 3, OPEN},
    [L2TP_CHALLENGE_RESPONSE] = {"Challenge Response", true, true, 16, 16},
    [L2TP_ASSIGNED_SESSION_ID] = {"Assigned Session ID", true, true, 2, 2},
    [L2TP_CALL_SERIAL_NUMBER] = {"Call Serial Number", true, true, 4, 4},
    [L2TP_MINIMUM_BPS] = {"Minimum BPS", true, true, 4, 4},
    [L2TP_MAXIMUM_BPS] = {"Maximum BPS", true, true, 4, 4},
    [L2TP_BEARER_TYPE] = {"Bearer Type", true, true, 4, 4},
    [L2TP_FRAMING_TYPE] = {"Framing Type", true, true, 4, 4},
    [L2TP_CALLED_NUMBER] = {"Called Number", true, true, 0, OPEN},
    [L2TP_CALLING_NUMBER] = {"Calling Number", true, true, 0, OPEN},
    [L2TP_SUB_ADDRESS] = {"Sub-Address", true, true, 0, OPEN},
    [L2TP_TX_CONNECT_SPEED] = {"(Tx) Connect Speed", true, true, 4, 4},
    [L2TP_PHYSICAL_CHANNEL_ID] = {"Physical Channel ID", false, true, 4, 4},
    [L2TP_INITIAL_RECEIVED_LCP_CONFREQ] = {"Initial Received LCP CONFREQ", false, true, 0, OPEN},
    [L2TP_LAST_SENT_LCP_CONFREQ] = {"Last Sent LCP CONFREQ", false, true, 0, OPEN},
    [L2TP_LAST_RECEIVED_LCP_CONFREQ] = {"Last Received LCP CONFREQ", false, true, 0, OPEN},
    [L2TP_PROXY_AUTHEN_TYPE] = {"Proxy Authen Type", false, true, 2, 2},
    [L2TP_PROXY_AUTHEN_NAME] = {"Proxy Authen Name", false, true, 0, OPEN},
    [L2TP_PROXY_AUTHEN_CHALLENGE] = {"Proxy Authen Challenge", false, true, 1, OPEN},
    [L2TP_PROXY_AUTHEN_ID] = {"Proxy Authen ID", false, true, 2, 2},
    [L2TP_PROXY_AUTHEN_RESPONSE] = {"Proxy Authen Response", false, true, 0, OPEN},
    [L2TP_CALL_ERRORS] = {"Call Errors", true, true, 26, 26},
    [L2TP_ACCM] = {"ACCM", true, true, 10, 10},
    [L2TP_RANDOM_VECTOR] = {"Random Vector", true, false, 0, OPEN},
    [L2TP_PRIVATE_GROUP_ID] = {"Private Group ID", false, true, 0, OPEN},
    [L2TP_RX_CONNECT_SPEED] = {"Rx Connect Speed", false, true, 4, 4},
    [L2TP_SEQUENCING_REQUIRED] = {"Sequencing Required", true, false, 0, 0},
};

const struct l2tp_attribute_rule *l2tp_attribute_rule(unsigned attribute)
{
    return attribute < L2TP_ATTRIBUTES && rules[attribute].name ? &rules[attribute] : NULL;
}

/* Section 4.3: b1 = MD5(AV + S + RV). */
static void first_mask(const struct l2tp_secret *secret, uint16_t attribute, const void *vector,
                       size_t vector_length, uint8_t mask[BLOCK])
{
    uint8_t number[2];
    wire_store_u16(number, attribute);
    struct crypto_piece pieces[] = {
        {number, sizeof number},
        {secret->octets, secret->length},
        {vector, vector_length},
    };
    crypto_md5(secret->crypto, pieces, 3, mask);
}

/* Section 4.3: bi = MD5(S + c(i-1)). */
static void next_mask(const struct l2tp_secret *secret, const uint8_t cipher[BLOCK],
                      uint8_t mask[BLOCK])
{
    struct crypto_piece pieces[] = {{secret->octets, secret->length}, {cipher, BLOCK}};
    crypto_md5(secret->crypto, pieces, 2, mask);
}

bool l2tp_avp_hide(const struct l2tp_secret *secret, uint16_t attribute, const void *vector,
                   size_t vector_length, const void *value, size_t length, size_t padding,
                   uint8_t *hidden, size_t size)
{
    size_t total = 2 + length + padding;
    if (total > size)
        return false;
    wire_store_u16(hidden, (uint16_t)length);
    if (length > 0)
        memcpy(hidden + 2, value, length);
    uint8_t mask[BLOCK];
    first_mask(secret, attribute, vector, vector_length, mask);
    for (size_t start = 0; start < total; start += BLOCK) {
        if (start > 0)
            next_mask(secret, hidden + start - BLOCK, mask);
        for (size_t i = start; i < total && i < start + BLOCK; i++)
            hidden[i] ^= mask[i - start];
    }
    return true;
}

bool l2tp_avp_reveal(const struct l2tp_secret *secret, uint16_t attribute, const void *vector,
                     size_t vector_length, const uint8_t *hidden, size_t length, uint8_t *revealed,
                     size_t *value_length)
{
    if (length < 2)
        return false;
    uint8_t mask[BLOCK];
    first_mask(secret, attribute, vector, vector_length, mask);
    for (size_t start = 0; start < length; start += BLOCK) {
        if (start > 0)
            next_mask(secret, hidden + start - BLOCK, mask);
        for (size_t i = start; i < length && i < start + BLOCK; i++)
            revealed[i] = hidden[i] ^ mask[i - start];
    }
    *value_length = wire_load_u16(revealed);
    return *value_length <= length - 2;
}

void l2tp_challenge_response(const struct l2tp_secret *secret, uint8_t message_type,
                             const void *challenge, size_t length,
                             uint8_t response[L2TP_CHALLENGE_RESPONSE_LENGTH])
{
    struct crypto_piece pieces[] = {
        {&message_type, 1},
        {secret->octets, secret->length},
        {challenge, length},
    };
    crypto_md5(secret->crypto, pieces, 3, response);
}
