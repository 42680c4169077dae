#include "l2tp/l2tp_message.h"

#include "base/wire.h"
#include "l2tp/l2tp_value.h"

#include <string.h>

/* Message types, RFC 2661 sections 3.2 and 6. */

#define HAS L2TP_HAS

static const struct {
    const char *name;
    uint64_t required; /**< AVPs that must be there, beside the Message Type */
} messages[L2TP_MESSAGE_TYPES] = {
    [L2TP_SCCRQ] = {"SCCRQ", HAS(L2TP_PROTOCOL_VERSION) | HAS(L2TP_HOST_NAME) |
                                 HAS(L2TP_FRAMING_CAPABILITIES) | HAS(L2TP_ASSIGNED_TUNNEL_ID)},
    [L2TP_SCCRP] = {"SCCRP", HAS(L2TP_PROTOCOL_VERSION) | HAS(L2TP_HOST_NAME) |
                                 HAS(L2TP_FRAMING_CAPABILITIES) | HAS(L2TP_ASSIGNED_TUNNEL_ID)},
    [L2TP_SCCCN] = {"SCCCN", 0},
    [L2TP_STOPCCN] = {"StopCCN", HAS(L2TP_ASSIGNED_TUNNEL_ID) | HAS(L2TP_RESULT_CODE)},
    [L2TP_HELLO] = {"HELLO", 0},
    [L2TP_OCRQ] = {"OCRQ", HAS(L2TP_ASSIGNED_SESSION_ID) | HAS(L2TP_CALL_SERIAL_NUMBER) |
                               HAS(L2TP_MINIMUM_BPS) | HAS(L2TP_MAXIMUM_BPS) |
                               HAS(L2TP_BEARER_TYPE) | HAS(L2TP_FRAMING_TYPE) |
                               HAS(L2TP_CALLED_NUMBER)},
    [L2TP_OCRP] = {"OCRP", HAS(L2TP_ASSIGNED_SESSION_ID)},
    [L2TP_OCCN] = {"OCCN", HAS(L2TP_TX_CONNECT_SPEED) | HAS(L2TP_FRAMING_TYPE)},
    [L2TP_ICRQ] = {"ICRQ", HAS(L2TP_ASSIGNED_SESSION_ID) | HAS(L2TP_CALL_SERIAL_NUMBER)},
    [L2TP_ICRP] = {"ICRP", HAS(L2TP_ASSIGNED_SESSION_ID)},
    [L2TP_ICCN] = {"ICCN", HAS(L2TP_TX_CONNECT_SPEED) | HAS(L2TP_FRAMING_TYPE)},
    [L2TP_CDN] = {"CDN", HAS(L2TP_RESULT_CODE) | HAS(L2TP_ASSIGNED_SESSION_ID)},
    [L2TP_WEN] = {"WEN", HAS(L2TP_CALL_ERRORS)},
    [L2TP_SLI] = {"SLI", HAS(L2TP_ACCM)},
};

static bool known_type(unsigned type)
{
    return type < L2TP_MESSAGE_TYPES && messages[type].name;
}

const char *l2tp_message_name(unsigned type)
{
    return known_type(type) ? messages[type].name : "unknown";
}

bool l2tp_message_of_session(unsigned type)
{
    return type >= L2TP_OCRQ && type <= L2TP_SLI;
}

const char *l2tp_fault_text(enum l2tp_fault_kind kind)
{
    switch (kind) {
    case L2TP_FAULT_NONE:
        return "";
    case L2TP_FAULT_NO_MESSAGE_TYPE:
        return "no-message-type";
    case L2TP_FAULT_UNKNOWN_MESSAGE:
        return "unknown-message";
    case L2TP_FAULT_BAD_AVP_LENGTH:
        return "bad-avp-length";
    case L2TP_FAULT_UNKNOWN_AVP:
        return "unknown-avp";
    case L2TP_FAULT_BAD_VALUE_LENGTH:
        return "bad-value-length";
    case L2TP_FAULT_BAD_VALUE:
        return "bad-value";
    case L2TP_FAULT_HIDDEN:
        return "hidden-avp";
    case L2TP_FAULT_MISSING_AVP:
        return "missing-avp";
    }
    return "";
}

/* Reading. */

/* What is known while the AVPs of one message are read. */
struct reading {
    const struct l2tp_judgment *judgment;
    struct l2tp_message *message;
    struct l2tp_fault *fault;
    uint8_t *revealed; /* where the next hidden value goes */
    uint8_t *revealed_end;
};

/* The first fault counts, but a fatal one more than one that is overlooked. */
static void found(struct reading *reading, enum l2tp_fault_kind kind, bool mandatory,
                  const struct l2tp_avp *avp)
{
    struct l2tp_fault *fault = reading->fault;
    if (fault->kind != L2TP_FAULT_NONE && (fault->mandatory || !mandatory))
        return;
    *fault = (struct l2tp_fault){
        .kind = kind,
        .mandatory = mandatory,
        .vendor_id = avp ? avp->vendor_id : 0,
        .attribute = avp ? avp->attribute : 0,
    };
}

/* MS-L2TPIE section 3.1.5.2: what Windows overlooks when it is hidden. */
#define OVERLOOKED_HIDDEN                                                                          \
    (HAS(L2TP_PROXY_AUTHEN_NAME) | HAS(L2TP_PROXY_AUTHEN_CHALLENGE) | HAS(L2TP_PROXY_AUTHEN_ID) |  \
     HAS(L2TP_PROXY_AUTHEN_RESPONSE) | HAS(L2TP_CALLED_NUMBER) | HAS(L2TP_CALLING_NUMBER) |        \
     HAS(L2TP_SUB_ADDRESS) | HAS(L2TP_INITIAL_RECEIVED_LCP_CONFREQ) |                              \
     HAS(L2TP_LAST_SENT_LCP_CONFREQ) | HAS(L2TP_LAST_RECEIVED_LCP_CONFREQ) | HAS(L2TP_ACCM) |      \
     HAS(L2TP_PRIVATE_GROUP_ID))

/* Replaces the value of a hidden AVP by what it hides; false when it cannot be used. */
static bool reveal(struct reading *reading, const struct l2tp_attribute_rule *rule,
                   struct l2tp_avp *avp)
{
    const struct l2tp_judgment *judgment = reading->judgment;
    if (judgment->ignore_hidden) {
        bool overlooked = OVERLOOKED_HIDDEN & HAS(avp->attribute);
        found(reading, overlooked ? L2TP_FAULT_HIDDEN : L2TP_FAULT_UNKNOWN_AVP,
              avp->mandatory && !overlooked, avp);
        return false;
    }
    const struct l2tp_octets *vector = &reading->message->random_vector;
    size_t length;
    if (!rule->may_hide || judgment->secret.length == 0 ||
        !(reading->message->present & HAS(L2TP_RANDOM_VECTOR)) ||
        avp->length > (size_t)(reading->revealed_end - reading->revealed) ||
        !l2tp_avp_reveal(&judgment->secret, avp->attribute, vector->octets, vector->length,
                         avp->value, avp->length, reading->revealed, &length)) {
        found(reading, L2TP_FAULT_HIDDEN, avp->mandatory, avp);
        return false;
    }
    avp->value = reading->revealed + 2;
    reading->revealed += avp->length;
    avp->length = (uint16_t)length;
    return true;
}

static bool length_good(const struct l2tp_avp *avp, const struct l2tp_attribute_rule *rule)
{
    if (avp->attribute == L2TP_RESULT_CODE && avp->length == 3)
        return false; /* half an Error Code */
    return avp->length >= rule->minimum && avp->length <= rule->maximum;
}

/*
 * Ids are never 0 (sections 4.4.3 and 4.4.4), but an end that has none yet has no other to say when
 * it ends what it never began. Nor is a control connection's window 0 (section 5.8).
 */
static bool value_good(const struct l2tp_message *message, const struct l2tp_avp *avp)
{
    bool ending = message->type == L2TP_STOPCCN || message->type == L2TP_CDN;
    switch (avp->attribute) {
    case L2TP_ASSIGNED_TUNNEL_ID:
    case L2TP_ASSIGNED_SESSION_ID:
        return ending || wire_load_u16(avp->value) != 0;
    case L2TP_RECEIVE_WINDOW_SIZE:
        return l2tp_message_of_session(message->type) || wire_load_u16(avp->value) != 0;
    default:
        return true;
    }
}

static void read_vendor_avp(struct reading *reading, const struct l2tp_avp *avp)
{
    if (avp->vendor_id == L2TP_VENDOR_MICROSOFT && avp->attribute == L2TP_MICROSOFT_CORRELATION &&
        !avp->mandatory && !avp->hidden && avp->length == L2TP_CORRELATION_ID_LENGTH) {
        reading->message->has_correlation_id = true;
        memcpy(reading->message->correlation_id, avp->value, L2TP_CORRELATION_ID_LENGTH);
    } else {
        found(reading, L2TP_FAULT_UNKNOWN_AVP, avp->mandatory, avp);
    }
}

static void read_avp(struct reading *reading, struct l2tp_avp *avp)
{
    const struct l2tp_attribute_rule *rule = l2tp_attribute_rule(avp->attribute);
    if (avp->reserved != 0) {
        found(reading, L2TP_FAULT_UNKNOWN_AVP,
              avp->mandatory || reading->judgment->fatal_reserved_bits, avp);
        return;
    }
    if (avp->vendor_id != 0) {
        read_vendor_avp(reading, avp);
        return;
    }
    if (!rule || avp->attribute == L2TP_MESSAGE_TYPE) { /* which is the first one and no other */
        found(reading, L2TP_FAULT_UNKNOWN_AVP, avp->mandatory, avp);
        return;
    }
    if (avp->hidden && !reveal(reading, rule, avp))
        return;
    if (!length_good(avp, rule)) {
        found(reading, L2TP_FAULT_BAD_VALUE_LENGTH, avp->mandatory, avp);
        return;
    }
    if (!value_good(reading->message, avp)) {
        found(reading, L2TP_FAULT_BAD_VALUE, avp->mandatory, avp);
        return;
    }
    struct wire_reader value = wire_reader_make(avp->value, avp->length);
    l2tp_value_get(&value, avp->attribute, reading->message);
    reading->message->present |= HAS(avp->attribute);
}

/* Section 4.4.1: the Message Type is the first AVP. */
static bool read_type(struct wire_reader *reader, struct reading *reading)
{
    struct l2tp_avp avp;
    if (!l2tp_avp_read(reader, &avp) || avp.vendor_id != 0 || avp.reserved != 0 || avp.hidden ||
        avp.attribute != L2TP_MESSAGE_TYPE || avp.length != 2) {
        found(reading, L2TP_FAULT_NO_MESSAGE_TYPE, true, NULL);
        return false;
    }
    reading->message->type = wire_load_u16(avp.value);
    if (!known_type(reading->message->type)) {
        found(reading, L2TP_FAULT_UNKNOWN_MESSAGE, avp.mandatory, &avp);
        return false;
    }
    return true;
}

static void find_missing(struct reading *reading)
{
    const struct l2tp_message *message = reading->message;
    uint64_t missing = messages[message->type].required & ~message->present;
    if (reading->judgment->miss_little) {
        missing &= ~HAS(L2TP_HOST_NAME);
        if (message->type == L2TP_ICCN || message->type == L2TP_OCCN || message->type == L2TP_WEN)
            missing = 0;
        if (message->type == L2TP_OCRQ)
            missing &= ~HAS(L2TP_CALLED_NUMBER); /* which its LNS does not send */
    }
    for (uint16_t attribute = 0; attribute < L2TP_ATTRIBUTES; attribute++) {
        struct l2tp_avp avp = {.attribute = attribute};
        if (missing & HAS(attribute))
            found(reading, L2TP_FAULT_MISSING_AVP, true, &avp);
    }
}

bool l2tp_message_decode(const uint8_t *octets, size_t length, const struct l2tp_judgment *judgment,
                         uint8_t *revealed, struct l2tp_message *message, struct l2tp_fault *fault)
{
    struct reading reading = {
        .judgment = judgment,
        .message = message,
        .fault = fault,
        .revealed = revealed,
        .revealed_end = revealed + L2TP_REVEALED_SIZE,
    };
    struct wire_reader reader = wire_reader_make(octets, length);
    struct l2tp_avp avp;
    memset(message, 0, sizeof *message);
    *fault = (struct l2tp_fault){.kind = L2TP_FAULT_NONE};
    if (!read_type(&reader, &reading))
        return !fault->mandatory;
    while (l2tp_avp_read(&reader, &avp))
        read_avp(&reading, &avp);
    if (reader.failed)
        found(&reading, L2TP_FAULT_BAD_AVP_LENGTH, true, NULL);
    find_missing(&reading);
    return !fault->mandatory;
}

/* Writing. */

/*
 * One order for all messages, Windows' own: that of MS-L2TPIE section 4 and, for AVPs that its
 * messages lack, of RFC 2661 section 6.
 */
static const uint8_t order[] = {
    L2TP_PROTOCOL_VERSION,
    L2TP_FRAMING_CAPABILITIES,
    L2TP_BEARER_CAPABILITIES,
    L2TP_TIE_BREAKER,
    L2TP_FIRMWARE_REVISION,
    L2TP_HOST_NAME,
    L2TP_VENDOR_NAME,
    L2TP_ASSIGNED_TUNNEL_ID,
    L2TP_RECEIVE_WINDOW_SIZE,
    L2TP_RESULT_CODE,
    L2TP_CHALLENGE,
    L2TP_CHALLENGE_RESPONSE,
    L2TP_ASSIGNED_SESSION_ID,
    L2TP_Q931_CAUSE_CODE,
    L2TP_CALL_SERIAL_NUMBER,
    L2TP_MINIMUM_BPS,
    L2TP_MAXIMUM_BPS,
    L2TP_BEARER_TYPE,
    L2TP_TX_CONNECT_SPEED,
    L2TP_FRAMING_TYPE,
    L2TP_PHYSICAL_CHANNEL_ID,
    L2TP_CALLING_NUMBER,
    L2TP_CALLED_NUMBER,
    L2TP_SUB_ADDRESS,
    L2TP_INITIAL_RECEIVED_LCP_CONFREQ,
    L2TP_LAST_SENT_LCP_CONFREQ,
    L2TP_LAST_RECEIVED_LCP_CONFREQ,
    L2TP_PROXY_AUTHEN_TYPE,
    L2TP_PROXY_AUTHEN_NAME,
    L2TP_PROXY_AUTHEN_CHALLENGE,
    L2TP_PROXY_AUTHEN_ID,
    L2TP_PROXY_AUTHEN_RESPONSE,
    L2TP_PRIVATE_GROUP_ID,
    L2TP_RX_CONNECT_SPEED,
    L2TP_SEQUENCING_REQUIRED,
    L2TP_CALL_ERRORS,
    L2TP_ACCM,
};

static bool hides(const struct l2tp_wording *wording, unsigned attribute)
{
    return wording->hidden & HAS(attribute) && wording->secret.length > 0 &&
           l2tp_attribute_rule(attribute)->may_hide;
}

/* Writes one AVP of the IETF, whose value goes through a buffer since it may have to be hidden. */
static void put_avp(struct wire_writer *writer, const struct l2tp_message *message,
                    const struct l2tp_wording *wording, uint16_t attribute,
                    const struct l2tp_octets *vector)
{
    uint8_t value[L2TP_AVP_VALUE_MAXIMUM];
    uint8_t hidden[L2TP_AVP_VALUE_MAXIMUM];
    struct wire_writer value_writer = wire_writer_make(value, sizeof value);
    l2tp_value_put(&value_writer, attribute, message);
    struct l2tp_avp avp = {
        .mandatory = l2tp_attribute_rule(attribute)->mandatory !=
                     ((wording->flip_mandatory & HAS(attribute)) != 0),
        .attribute = attribute,
        .value = value,
        .length = (uint16_t)wire_written(&value_writer),
    };
    if (value_writer.failed)
        writer->failed = true;
    if (hides(wording, attribute)) {
        size_t length = 2U + avp.length;
        if (length + wording->hidden_padding <= sizeof hidden)
            entropy_fill(wording->entropy, hidden + length, wording->hidden_padding);
        avp.hidden = true;
        if (!l2tp_avp_hide(&wording->secret, attribute, vector->octets, vector->length, value,
                           avp.length, wording->hidden_padding, hidden, sizeof hidden))
            writer->failed = true;
        avp.value = hidden;
        avp.length = (uint16_t)(length + wording->hidden_padding);
    }
    if (!writer->failed)
        l2tp_avp_write(writer, &avp);
}

/* The Random Vector goes before everything that may be hidden. */
static void put_random_vector(struct wire_writer *writer, const struct l2tp_wording *wording,
                              uint8_t octets[CRYPTO_MD5_SIZE])
{
    entropy_fill(wording->entropy, octets, CRYPTO_MD5_SIZE);
    l2tp_avp_write(writer, &(struct l2tp_avp){.mandatory = true,
                                              .attribute = L2TP_RANDOM_VECTOR,
                                              .value = octets,
                                              .length = CRYPTO_MD5_SIZE});
}

static void put_correlation_id(struct wire_writer *writer, const struct l2tp_message *message)
{
    l2tp_avp_write(writer, &(struct l2tp_avp){.vendor_id = L2TP_VENDOR_MICROSOFT,
                                              .attribute = L2TP_MICROSOFT_CORRELATION,
                                              .value = message->correlation_id,
                                              .length = L2TP_CORRELATION_ID_LENGTH});
}

size_t l2tp_message_encode(const struct l2tp_message *message, const struct l2tp_wording *wording,
                           uint8_t *octets, size_t size)
{
    struct wire_writer writer = wire_writer_make(octets, size);
    uint8_t type[2];
    wire_store_u16(type, message->type);
    l2tp_avp_write(&writer, &(struct l2tp_avp){.mandatory = true, .value = type, .length = 2});
    uint8_t random[CRYPTO_MD5_SIZE];
    struct l2tp_octets vector = {random, sizeof random};
    bool hiding = false;
    for (size_t i = 0; i < sizeof order; i++)
        hiding = hiding || (message->present & HAS(order[i]) && hides(wording, order[i]));
    if (hiding)
        put_random_vector(&writer, wording, random);
    uint64_t left = message->present;
    if (wording->session_before_result && message->type == L2TP_CDN) {
        put_avp(&writer, message, wording, L2TP_ASSIGNED_SESSION_ID, &vector);
        left &= ~HAS(L2TP_ASSIGNED_SESSION_ID);
    }
    for (size_t i = 0; i < sizeof order; i++)
        if (left & HAS(order[i]))
            put_avp(&writer, message, wording, order[i], &vector);
    if (message->has_correlation_id)
        put_correlation_id(&writer, message);
    return writer.failed ? 0 : wire_written(&writer);
}
