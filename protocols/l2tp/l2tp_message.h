#ifndef VPNSIM_L2TP_L2TP_MESSAGE_H
#define VPNSIM_L2TP_L2TP_MESSAGE_H

#include "base/entropy.h"
#include "l2tp/l2tp_avp.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Value of the Message Type AVP, RFC 2661 section 3.2. */
enum l2tp_message_type {
    L2TP_SCCRQ = 1,
    L2TP_SCCRP = 2,
    L2TP_SCCCN = 3,
    L2TP_STOPCCN = 4,
    L2TP_HELLO = 6,
    L2TP_OCRQ = 7,
    L2TP_OCRP = 8,
    L2TP_OCCN = 9,
    L2TP_ICRQ = 10,
    L2TP_ICRP = 11,
    L2TP_ICCN = 12,
    L2TP_CDN = 14,
    L2TP_WEN = 15,
    L2TP_SLI = 16,
};
/** One more than the highest message type; 0, 5 and 13 are reserved. */
#define L2TP_MESSAGE_TYPES 17

/** The Protocol Version of RFC 2661: version 1, revision 0. */
#define L2TP_PROTOCOL_VERSION_1_0 0x0100
/** Receive Window Size of a peer that tells none, section 4.4.3. */
#define L2TP_DEFAULT_WINDOW 4

/** Framing Capabilities and Framing Type, sections 4.4.3 and 4.4.4. */
enum l2tp_framing { L2TP_FRAMING_SYNCHRONOUS = 1, L2TP_FRAMING_ASYNCHRONOUS = 2 };

/** Bearer Capabilities and Bearer Type, sections 4.4.3 and 4.4.4. */
enum l2tp_bearer { L2TP_BEARER_DIGITAL = 1, L2TP_BEARER_ANALOG = 2 };

/** Result Code of StopCCN, section 4.4.2. */
enum l2tp_stop_result {
    L2TP_STOP_GENERAL = 1,
    L2TP_STOP_GENERAL_ERROR = 2, /**< the Error Code says what */
    L2TP_STOP_CHANNEL_EXISTS = 3,
    L2TP_STOP_NOT_AUTHORIZED = 4,
    L2TP_STOP_BAD_VERSION = 5, /**< the Error Code is the highest version supported */
    L2TP_STOP_SHUTTING_DOWN = 6,
    L2TP_STOP_FSM_ERROR = 7,
};

/** Result Code of CDN, section 4.4.2. */
enum l2tp_disconnect_result {
    L2TP_DISCONNECT_LOST_CARRIER = 1,
    L2TP_DISCONNECT_GENERAL_ERROR = 2, /**< the Error Code says what */
    L2TP_DISCONNECT_ADMINISTRATIVE = 3,
    L2TP_DISCONNECT_NO_FACILITIES = 4, /**< for now */
    L2TP_DISCONNECT_NO_FACILITIES_EVER = 5,
    L2TP_DISCONNECT_INVALID_DESTINATION = 6,
    L2TP_DISCONNECT_NO_CARRIER = 7,
    L2TP_DISCONNECT_BUSY = 8,
    L2TP_DISCONNECT_NO_DIAL_TONE = 9,
    L2TP_DISCONNECT_TIMEOUT = 10,
    L2TP_DISCONNECT_NO_FRAMING = 11,
};

/** General Error Codes, section 4.4.2. */
enum l2tp_general_error {
    L2TP_ERROR_NONE = 0,
    L2TP_ERROR_NO_CONTROL_CONNECTION = 1,
    L2TP_ERROR_BAD_LENGTH = 2,
    L2TP_ERROR_BAD_VALUE = 3,
    L2TP_ERROR_NO_RESOURCES = 4,
    L2TP_ERROR_BAD_SESSION_ID = 5,
    L2TP_ERROR_VENDOR = 6,
    L2TP_ERROR_TRY_ANOTHER = 7,
    L2TP_ERROR_UNKNOWN_MANDATORY_AVP = 8,
};

/** Proxy Authen Type, section 4.4.5. */
enum l2tp_proxy_authen {
    L2TP_PROXY_TEXT = 1,
    L2TP_PROXY_CHAP = 2,
    L2TP_PROXY_PAP = 3,
    L2TP_PROXY_NONE = 4,
    L2TP_PROXY_MSCHAP_V1 = 5,
};

/** Octets of a value without a fixed length; borrowed. */
struct l2tp_octets {
    const uint8_t *octets;
    uint16_t length;
};

/** Call Errors, section 4.4.6: counters since the call began. */
struct l2tp_call_errors {
    uint32_t crc_errors;
    uint32_t framing_errors;
    uint32_t hardware_overruns;
    uint32_t buffer_overruns;
    uint32_t timeout_errors;
    uint32_t alignment_errors;
};

/** Which AVPs of the IETF a message has: a bit for each attribute. */
#define L2TP_HAS(attribute) (UINT64_C(1) << (attribute))
/** The attributes that only messages about calls have (RFC 2661 sections 4.4.4 to 4.4.6). */
#define L2TP_ATTRIBUTES_OF_CALLS (UINT64_MAX << L2TP_ASSIGNED_SESSION_ID)

/**
 * A control message: its AVPs in host order. A field counts when its bit is set in @c present;
 * fields of absent AVPs are 0. One field serves each attribute, whatever the message.
 */
struct l2tp_message {
    uint16_t type;    /**< enum l2tp_message_type, or one that is unknown */
    uint64_t present; /**< L2TP_HAS() of each AVP, the Message Type apart */
    uint16_t result;
    uint16_t error; /**< 0 when the Result Code AVP ends before it */
    struct l2tp_octets error_message;
    uint16_t protocol_version;
    uint32_t framing; /**< Framing Capabilities, or Framing Type in calls */
    uint32_t bearer;  /**< Bearer Capabilities, or Bearer Type in calls */
    uint8_t tie_breaker[L2TP_TIE_BREAKER_LENGTH];
    uint16_t firmware_revision;
    struct l2tp_octets host_name;
    struct l2tp_octets vendor_name;
    uint16_t assigned_tunnel_id;
    uint16_t receive_window;
    struct l2tp_octets challenge;
    uint16_t cause_code; /**< Q.931 */
    uint8_t cause_message;
    struct l2tp_octets cause_text;
    uint8_t challenge_response[L2TP_CHALLENGE_RESPONSE_LENGTH];
    uint16_t assigned_session_id;
    uint32_t call_serial_number;
    uint32_t minimum_bps;
    uint32_t maximum_bps;
    struct l2tp_octets called_number;
    struct l2tp_octets calling_number;
    struct l2tp_octets sub_address;
    uint32_t tx_connect_speed; /**< bit/s */
    uint32_t rx_connect_speed; /**< bit/s */
    uint32_t physical_channel_id;
    struct l2tp_octets initial_received_lcp; /**< options of the Configure-Request */
    struct l2tp_octets last_sent_lcp;
    struct l2tp_octets last_received_lcp;
    uint16_t proxy_authen_type;
    struct l2tp_octets proxy_authen_name;
    struct l2tp_octets proxy_authen_challenge;
    uint16_t proxy_authen_id;
    struct l2tp_octets proxy_authen_response;
    struct l2tp_call_errors call_errors;
    uint32_t send_accm;
    uint32_t receive_accm;
    struct l2tp_octets random_vector; /**< the last one */
    struct l2tp_octets private_group_id;
    bool has_correlation_id; /**< Microsoft's AVP is there */
    uint8_t correlation_id[L2TP_CORRELATION_ID_LENGTH];
};

/** The RFC's short name of @p type ("SCCRQ"); "unknown" when it has none. */
const char *l2tp_message_name(unsigned type);

/** True for messages about one call (7 to 16), false for those about the tunnel. */
bool l2tp_message_of_session(unsigned type);

/** How a receiver judges AVPs. */
struct l2tp_judgment {
    struct l2tp_secret secret; /**< to reveal hidden AVPs with */
    /** MS-L2TPIE section 3.1.5.2: twelve attributes are ignored when hidden, no other is known so.
     */
    bool ignore_hidden;
    /** The same: a reserved bit makes an AVP fatal even without its M bit. */
    bool fatal_reserved_bits;
    /** MS-L2TPIE notes 6, 7, 19, 22 and 23: no Host Name, and nothing in ICCN, OCCN and WEN, is
     * missed. */
    bool miss_little;
};

/** What is wrong with a message. */
enum l2tp_fault_kind {
    L2TP_FAULT_NONE,
    L2TP_FAULT_NO_MESSAGE_TYPE,  /**< the first AVP is another: nothing can be done with it */
    L2TP_FAULT_UNKNOWN_MESSAGE,  /**< a type that is not defined */
    L2TP_FAULT_BAD_AVP_LENGTH,   /**< an AVP longer than the message or shorter than its header */
    L2TP_FAULT_UNKNOWN_AVP,      /**< not recognised, or with a reserved bit */
    L2TP_FAULT_BAD_VALUE_LENGTH, /**< a value too long or too short */
    L2TP_FAULT_BAD_VALUE,        /**< a value out of range */
    L2TP_FAULT_HIDDEN,           /**< cannot be revealed */
    L2TP_FAULT_MISSING_AVP,      /**< one that the message must have */
};

/** The phrase of @p kind in trace events ("unknown-avp"). */
const char *l2tp_fault_text(enum l2tp_fault_kind kind);

/** The first thing that makes a message unusable, or what was overlooked in it. */
struct l2tp_fault {
    enum l2tp_fault_kind kind;
    bool mandatory; /**< the M bit of the AVP: the message cannot be used */
    uint16_t vendor_id;
    uint16_t attribute;
};

/** Octets that revealing may need: those of the longest message in a packet. */
#define L2TP_REVEALED_SIZE 2048

/**
 * Reads the AVPs of a control message, its header left out. @p revealed, of L2TP_REVEALED_SIZE
 * octets, takes what was hidden; message fields point into @p octets or there. True when the
 * message can be used, then @p fault tells the first AVP that was ignored, if any. False when it
 * cannot (sections 4.1, 4.2 and 7.1): the fault says why; what was read so far is in @p message,
 * and of identifying AVPs (Assigned Tunnel and Session ID) also what came later.
 */
bool l2tp_message_decode(const uint8_t *octets, size_t length, const struct l2tp_judgment *judgment,
                         uint8_t *revealed, struct l2tp_message *message, struct l2tp_fault *fault);

/** How a sender writes AVPs. */
struct l2tp_wording {
    struct l2tp_secret secret;
    struct entropy *entropy; /**< for Random Vectors and padding; needed when hiding */
    /** L2TP_HAS() of attributes to hide where section 4.4 allows; needs a secret. */
    uint64_t hidden;
    uint8_t hidden_padding; /**< octets added to each hidden value */
    /** L2TP_HAS() of attributes whose M bit is sent other than section 4.4 says. */
    uint64_t flip_mandatory;
    bool session_before_result; /**< CDN: Assigned Session ID, then Result Code */
};

/**
 * Writes the AVPs of @p message, Message Type first, the others in the order of MS-L2TPIE section
 * 4. Returns how many octets; 0 when they exceed @p size.
 */
size_t l2tp_message_encode(const struct l2tp_message *message, const struct l2tp_wording *wording,
                           uint8_t *octets, size_t size);

#endif
