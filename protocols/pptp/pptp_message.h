#ifndef VPNSIM_PPTP_PPTP_MESSAGE_H
#define VPNSIM_PPTP_PPTP_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The control messages of PPTP, RFC 2637 section 2. All start with the same twelve octets:
 *
 *  0  Length, of the whole message     2  PPTP Message Type (1: control)
 *  4  Magic Cookie 1A2B3C4D            8  Control Message Type       10  Reserved0
 */

/** TCP port of the control connection's receiver. */
#define PPTP_TCP_PORT 1723
/** Protocol Version of RFC 2637: version 1, revision 0. */
#define PPTP_PROTOCOL_VERSION 0x0100
#define PPTP_MAGIC_COOKIE     UINT32_C(0x1A2B3C4D)
/** PPTP Message Type of every message defined so far. */
#define PPTP_CONTROL_MESSAGE 1
/** Octets of the part common to all messages. */
#define PPTP_HEADER_LENGTH 12
/** Octets of the longest message, Incoming-Call-Request. */
#define PPTP_MESSAGE_MAXIMUM 220
/** Octets of a Host Name, Vendor String, number or subaddress on the wire. */
#define PPTP_NAME_LENGTH 64
/** Octets of the Call Statistics on the wire. */
#define PPTP_STATISTICS_LENGTH 128

/** Control Message Type. */
enum pptp_message_type {
    PPTP_START_CONTROL_CONNECTION_REQUEST = 1,
    PPTP_START_CONTROL_CONNECTION_REPLY = 2,
    PPTP_STOP_CONTROL_CONNECTION_REQUEST = 3,
    PPTP_STOP_CONTROL_CONNECTION_REPLY = 4,
    PPTP_ECHO_REQUEST = 5,
    PPTP_ECHO_REPLY = 6,
    PPTP_OUTGOING_CALL_REQUEST = 7,
    PPTP_OUTGOING_CALL_REPLY = 8,
    PPTP_INCOMING_CALL_REQUEST = 9,
    PPTP_INCOMING_CALL_REPLY = 10,
    PPTP_INCOMING_CALL_CONNECTED = 11,
    PPTP_CALL_CLEAR_REQUEST = 12,
    PPTP_CALL_DISCONNECT_NOTIFY = 13,
    PPTP_WAN_ERROR_NOTIFY = 14,
    PPTP_SET_LINK_INFO = 15,
};
#define PPTP_MESSAGE_TYPES 15

/** Framing Capabilities and Framing Type, sections 2.1 and 2.7. */
enum pptp_framing { PPTP_FRAMING_ASYNCHRONOUS = 1, PPTP_FRAMING_SYNCHRONOUS = 2 };

/** Bearer Capabilities and Bearer Type, sections 2.1 and 2.7. */
enum pptp_bearer { PPTP_BEARER_ANALOG = 1, PPTP_BEARER_DIGITAL = 2 };

/** Result Code of Start-Control-Connection-Reply, section 2.2. */
enum pptp_start_result {
    PPTP_START_OK = 1,
    PPTP_START_GENERAL_ERROR = 2,
    PPTP_START_CHANNEL_EXISTS = 3,
    PPTP_START_NOT_AUTHORIZED = 4,
    PPTP_START_BAD_VERSION = 5,
};

/** Reason of Stop-Control-Connection-Request, section 2.3. */
enum pptp_stop_reason {
    PPTP_STOP_NONE = 1,
    PPTP_STOP_PROTOCOL = 2,
    PPTP_STOP_LOCAL_SHUTDOWN = 3,
};

/** Result Code of Stop-Control-Connection-Reply and Echo-Reply, sections 2.4 and 2.6. */
enum pptp_simple_result { PPTP_RESULT_OK = 1, PPTP_RESULT_GENERAL_ERROR = 2 };

/** Result Code of Outgoing-Call-Reply, section 2.8. */
enum pptp_outgoing_result {
    PPTP_OUTGOING_CONNECTED = 1,
    PPTP_OUTGOING_GENERAL_ERROR = 2,
    PPTP_OUTGOING_NO_CARRIER = 3,
    PPTP_OUTGOING_BUSY = 4,
    PPTP_OUTGOING_NO_DIAL_TONE = 5,
    PPTP_OUTGOING_TIMEOUT = 6,
    PPTP_OUTGOING_DO_NOT_ACCEPT = 7,
};

/** Result Code of Incoming-Call-Reply, section 2.10. */
enum pptp_incoming_result {
    PPTP_INCOMING_CONNECT = 1,
    PPTP_INCOMING_GENERAL_ERROR = 2,
    PPTP_INCOMING_DO_NOT_ACCEPT = 3,
};

/** Result Code of Call-Disconnect-Notify, section 2.13. */
enum pptp_disconnect_result {
    PPTP_DISCONNECT_UNSPECIFIED = 0, /**< not in the RFC; what Windows servers send */
    PPTP_DISCONNECT_LOST_CARRIER = 1,
    PPTP_DISCONNECT_GENERAL_ERROR = 2,
    PPTP_DISCONNECT_ADMIN_SHUTDOWN = 3,
    PPTP_DISCONNECT_REQUEST = 4,
};

/** General Error Codes, section 2.16. */
enum pptp_general_error {
    PPTP_ERROR_NONE = 0,
    PPTP_ERROR_NOT_CONNECTED = 1,
    PPTP_ERROR_BAD_FORMAT = 2,
    PPTP_ERROR_BAD_VALUE = 3,
    PPTP_ERROR_NO_RESOURCE = 4,
    PPTP_ERROR_BAD_CALL_ID = 5,
    PPTP_ERROR_PAC_ERROR = 6,
};

/**
 * Sections 2.1 and 2.2: Start-Control-Connection-Request and, with the two codes, -Reply.
 * The names are the 64 octets of the wire and a terminating NUL.
 */
struct pptp_start {
    uint16_t protocol_version;
    uint8_t result; /**< Reply only: enum pptp_start_result */
    uint8_t error;  /**< Reply only: enum pptp_general_error */
    uint32_t framing_capabilities;
    uint32_t bearer_capabilities;
    uint16_t maximum_channels;
    uint16_t firmware_revision;
    char host_name[PPTP_NAME_LENGTH + 1];
    char vendor_name[PPTP_NAME_LENGTH + 1];
};

/** Section 2.3. */
struct pptp_stop_request {
    uint8_t reason; /**< enum pptp_stop_reason */
};

/** Section 2.4. */
struct pptp_stop_reply {
    uint8_t result; /**< enum pptp_simple_result */
    uint8_t error;
};

/** Sections 2.5 and 2.6: Echo-Request and, with the two codes, Echo-Reply. */
struct pptp_echo {
    uint32_t identifier;
    uint8_t result; /**< Reply only: enum pptp_simple_result */
    uint8_t error;  /**< Reply only */
};

/** Section 2.7. */
struct pptp_outgoing_call_request {
    uint16_t call_id; /**< the PNS's */
    uint16_t call_serial_number;
    uint32_t minimum_bps;
    uint32_t maximum_bps;
    uint32_t bearer_type;
    uint32_t framing_type;
    uint16_t receive_window;      /**< packets */
    uint16_t processing_delay;    /**< tenths of a second */
    uint16_t phone_number_length; /**< digits valid in phone_number, as the peer claims */
    char phone_number[PPTP_NAME_LENGTH + 1];
    uint8_t subaddress[PPTP_NAME_LENGTH]; /**< binary from some implementations */
};

/** Section 2.8. */
struct pptp_outgoing_call_reply {
    uint16_t call_id;      /**< the PAC's */
    uint16_t peer_call_id; /**< the PNS's, from the request */
    uint8_t result;        /**< enum pptp_outgoing_result */
    uint8_t error;
    uint16_t cause; /**< Q.931 cause code of ISDN calls */
    uint32_t connect_speed;
    uint16_t receive_window;
    uint16_t processing_delay;
    uint32_t physical_channel_id;
};

/** Section 2.9. */
struct pptp_incoming_call_request {
    uint16_t call_id; /**< the PAC's */
    uint16_t call_serial_number;
    uint32_t bearer_type;
    uint32_t physical_channel_id;
    uint16_t dialed_number_length;
    uint16_t dialing_number_length;
    char dialed_number[PPTP_NAME_LENGTH + 1];
    char dialing_number[PPTP_NAME_LENGTH + 1];
    uint8_t subaddress[PPTP_NAME_LENGTH];
};

/** Section 2.10. */
struct pptp_incoming_call_reply {
    uint16_t call_id;      /**< the PNS's */
    uint16_t peer_call_id; /**< the PAC's, from the request */
    uint8_t result;        /**< enum pptp_incoming_result */
    uint8_t error;
    uint16_t receive_window;
    uint16_t transmit_delay; /**< tenths of a second */
};

/** Section 2.11. */
struct pptp_incoming_call_connected {
    uint16_t peer_call_id; /**< the PNS's, from the reply */
    uint32_t connect_speed;
    uint16_t receive_window;
    uint16_t transmit_delay;
    uint32_t framing_type;
};

/** Section 2.12. */
struct pptp_call_clear_request {
    uint16_t call_id; /**< the PNS's: the sender's own */
};

/** Section 2.13. */
struct pptp_call_disconnect_notify {
    uint16_t call_id; /**< the PAC's: the sender's own */
    uint8_t result;   /**< enum pptp_disconnect_result */
    uint8_t error;
    uint16_t cause;
    char statistics[PPTP_STATISTICS_LENGTH + 1];
};

/** Section 2.14. Counters are cumulative since the call began. */
struct pptp_wan_error_notify {
    uint16_t peer_call_id; /**< the PNS's */
    uint32_t crc_errors;
    uint32_t framing_errors;
    uint32_t hardware_overruns;
    uint32_t buffer_overruns;
    uint32_t timeout_errors;
    uint32_t alignment_errors;
};

/** Section 2.15. */
struct pptp_set_link_info {
    uint16_t peer_call_id; /**< the receiver's */
    uint32_t send_accm;
    uint32_t receive_accm;
};

/** Any control message in host order; @c type says which member of @c body is valid. */
struct pptp_message {
    enum pptp_message_type type;
    union {
        struct pptp_start start; /**< both Start messages */
        struct pptp_stop_request stop_request;
        struct pptp_stop_reply stop_reply;
        struct pptp_echo echo; /**< both Echo messages */
        struct pptp_outgoing_call_request outgoing_call_request;
        struct pptp_outgoing_call_reply outgoing_call_reply;
        struct pptp_incoming_call_request incoming_call_request;
        struct pptp_incoming_call_reply incoming_call_reply;
        struct pptp_incoming_call_connected incoming_call_connected;
        struct pptp_call_clear_request call_clear_request;
        struct pptp_call_disconnect_notify call_disconnect_notify;
        struct pptp_wan_error_notify wan_error_notify;
        struct pptp_set_link_info set_link_info;
    } body;
};

/** What is wrong with the octets of a message. */
enum pptp_message_error {
    PPTP_MESSAGE_OK,
    PPTP_MESSAGE_INCOMPLETE,   /**< nothing wrong so far, more octets are needed */
    PPTP_MESSAGE_BAD_LENGTH,   /**< Length is not the one of the message type */
    PPTP_MESSAGE_BAD_COOKIE,   /**< Magic Cookie is not 1A2B3C4D */
    PPTP_MESSAGE_NOT_CONTROL,  /**< PPTP Message Type is not 1 */
    PPTP_MESSAGE_UNKNOWN_TYPE, /**< Control Message Type is not 1 to 15 */
};

/** The fixed phrase of @p error for a traced drop ("bad-cookie"); "" for OK. */
const char *pptp_message_error_text(enum pptp_message_error error);

/** The RFC's name of @p type ("Set-Link-Info"); "unknown" outside 1 to 15. */
const char *pptp_message_name(unsigned type);

/** Octets of every message of @p type; 0 outside 1 to 15. */
size_t pptp_message_length(unsigned type);

/**
 * Judges the message that begins at @p octets by its header, of which @p length octets have
 * arrived. As soon as eight are there a bad cookie or an impossible length shows. OK: the message
 * is complete and takes *@p total octets. INCOMPLETE: *@p total octets are needed before it is
 * worth asking again. Any other value: the stream has lost synchronisation (section 1.4), except
 * for NOT_CONTROL and UNKNOWN_TYPE, where *@p total is the claimed Length (12 to 220).
 */
enum pptp_message_error pptp_message_frame(const uint8_t *octets, size_t length, size_t *total);

/**
 * Decodes one whole message of exactly @p length octets. Reserved fields are ignored and codes are
 * not judged. On an error *@p message is unspecified.
 */
enum pptp_message_error pptp_message_decode(const uint8_t *octets, size_t length,
                                            struct pptp_message *message);

/**
 * Encodes @p message into @p octets, which has room for @p size octets, and returns its length;
 * 0 when it does not fit or its type is none of the fifteen. Reserved fields are zero.
 */
size_t pptp_message_encode(const struct pptp_message *message, uint8_t *octets, size_t size);

/** The Call ID or, in messages without one, the Peer's Call ID; false when it has neither. */
bool pptp_message_call_id(const struct pptp_message *message, uint16_t *call_id);

/** The Result Code of a reply or notification; false when the message has none. */
bool pptp_message_result(const struct pptp_message *message, uint8_t *result, uint8_t *error);

#endif
