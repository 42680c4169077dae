#ifndef VPNSIM_L2TP_L2TP_SESSION_H
#define VPNSIM_L2TP_L2TP_SESSION_H

#include "base/instant.h"
#include "l2tp/l2tp_data.h"
#include "l2tp/l2tp_message.h"

#include <stdbool.h>
#include <stdint.h>

/** The part an end plays for a call, RFC 2661 section 1.2. */
enum l2tp_role {
    L2TP_LAC, /**< has the caller (incoming) or places the call (outgoing); a Windows client */
    L2TP_LNS, /**< ends PPP; a Windows server */
};

/**
 * State of a session, RFC 2661 sections 7.4 and 7.5. The RFC's names; WAIT_ANSWER is the time that
 * the local side takes to decide about a request, which its tables leave out.
 */
enum l2tp_session_state {
    L2TP_SESSION_IDLE,           /**< the slot is free */
    L2TP_SESSION_WAIT_TUNNEL,    /**< the tunnel is not open yet */
    L2TP_SESSION_WAIT_REPLY,     /**< ICRQ or OCRQ sent */
    L2TP_SESSION_WAIT_ANSWER,    /**< ICRQ or OCRQ received, the owner has not answered yet */
    L2TP_SESSION_WAIT_CONNECT,   /**< LNS: ICRP sent, or OCRP received */
    L2TP_SESSION_WAIT_CS_ANSWER, /**< LAC: OCRP sent, the call is being placed */
    L2TP_SESSION_ESTABLISHED,    /**< data may flow */
    L2TP_SESSION_ENDED,          /**< over; the event that says so has not been polled yet */
};

/** Why a session ended. */
enum l2tp_end_reason {
    L2TP_END_NONE,
    L2TP_END_LOCAL,           /**< l2tp_endpoint_disconnect() at this end */
    L2TP_END_PEER_DISCONNECT, /**< CDN received; its codes are in the session */
    L2TP_END_PROTOCOL_ERROR,  /**< a message that its state does not allow, or a bad AVP */
    L2TP_END_FRAMING,         /**< a Framing Type that this end does not take */
    L2TP_END_BEARER,          /**< the LAC has not the bearer of an outgoing call */
    L2TP_END_TIMEOUT,         /**< the peer said nothing more about the call for too long */
    L2TP_END_TUNNEL_CLOSED,   /**< the tunnel has ended */
};

/** The phrase of @p reason in trace events ("peer-disconnect"). */
const char *l2tp_end_reason_text(enum l2tp_end_reason reason);

/** The RFC's name of @p state ("wait-reply"), for messages and tests. */
const char *l2tp_session_state_text(enum l2tp_session_state state);

/** Speed of a call that tells none, as Windows takes it (MS-L2TPIE note 19). */
#define L2TP_DEFAULT_CONNECT_SPEED 9600

/** Data window of a peer that tells 0 (MS-L2TPIE note 19). */
#define L2TP_UNBOUNDED_DATA_WINDOW 10000

/** No Physical Channel ID: the AVP is not sent, and what is assumed when none has come. */
#define L2TP_NO_PHYSICAL_CHANNEL UINT32_MAX

/**
 * What an end says about a call. Zeroed and NULL fields leave their AVP out where the message need
 * not have it. Borrowed from the command that takes it until the session is established or has
 * ended.
 */
struct l2tp_call {
    uint32_t minimum_bps;          /**< OCRQ */
    uint32_t maximum_bps;          /**< OCRQ */
    uint32_t bearer_type;          /**< ICRQ and OCRQ: enum l2tp_bearer */
    uint32_t framing_type;         /**< OCRQ, ICCN and OCCN: enum l2tp_framing; 0: synchronous */
    uint32_t tx_connect_speed;     /**< ICCN and OCCN, bit/s */
    uint32_t rx_connect_speed;     /**< ICCN and OCCN, bit/s */
    uint32_t physical_channel_id;  /**< ICRQ and OCRP; L2TP_NO_PHYSICAL_CHANNEL: none */
    const char *called_number;     /**< ICRQ and OCRQ */
    const char *calling_number;    /**< ICRQ */
    const char *sub_address;       /**< ICRQ and OCRQ */
    const char *private_group_id;  /**< ICCN */
    const uint8_t *correlation_id; /**< ICRQ: 16 octets, Microsoft's AVP */
    bool sequencing_required;      /**< ICCN and OCCN */
    uint16_t proxy_authen_type;    /**< ICCN: enum l2tp_proxy_authen; 0: no proxy AVP is sent */
    uint16_t proxy_authen_id;
    struct l2tp_octets proxy_authen_name;
    struct l2tp_octets proxy_authen_challenge;
    struct l2tp_octets proxy_authen_response;
    struct l2tp_octets initial_received_lcp;
    struct l2tp_octets last_sent_lcp;
    struct l2tp_octets last_received_lcp;
};

/**
 * One session. Storage belongs to the owner of the endpoint, the contents to the engine; others
 * only read, but for @c owner. After the end of a session its contents stay readable until the
 * event that says so has been handled.
 */
struct l2tp_session {
    enum l2tp_session_state state;
    enum l2tp_role role; /**< of this end */
    bool outgoing;       /**< began with OCRQ */
    bool sequencing_required;
    bool has_correlation_id;
    enum l2tp_end_reason reason;
    uint16_t local_id; /**< chosen here: what the peer's messages carry; unique in the endpoint */
    uint16_t peer_id;  /**< chosen by the peer; 0: not known yet */
    uint16_t local_tunnel_id;
    uint16_t result; /**< of the CDN that ended it, sent or received */
    uint16_t error;
    uint16_t cause; /**< Q.931 */
    uint32_t serial_number;
    uint32_t minimum_bps;
    uint32_t maximum_bps;
    uint32_t bearer_type;
    uint32_t framing_type;
    uint32_t tx_connect_speed; /**< bit/s; Windows takes 9,600 when it is not told */
    uint32_t rx_connect_speed; /**< bit/s; as tx when it is not told */
    uint32_t physical_channel_id;
    uint32_t send_accm; /**< of the last SLI received; FFFFFFFF before */
    uint32_t receive_accm;
    uint16_t proxy_authen_type;
    uint16_t data_window; /**< Receive Window Size of the call (Windows); 0: none */
    uint8_t correlation_id[L2TP_CORRELATION_ID_LENGTH];
    const struct l2tp_call *call; /**< what is still to be said; NULL: nothing */
    struct l2tp_data data;
    bool told;                 /**< SESSION_ENDED has been handed out */
    instant deadline;          /**< when waiting in this state takes too long */
    struct l2tp_session *next; /**< of its tunnel */
    void *owner;               /**< for whoever uses the endpoint */
};

#endif
