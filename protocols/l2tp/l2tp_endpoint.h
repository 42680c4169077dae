#ifndef VPNSIM_L2TP_L2TP_ENDPOINT_H
#define VPNSIM_L2TP_L2TP_ENDPOINT_H

#include "base/entropy.h"
#include "base/instant.h"
#include "base/ip_address.h"
#include "base/output.h"
#include "base/packet.h"
#include "base/status.h"
#include "base/trace.h"
#include "l2tp/l2tp_channel.h"
#include "l2tp/l2tp_data.h"
#include "l2tp/l2tp_message.h"
#include "l2tp/l2tp_session.h"
#include "l2tp/l2tp_tunnel.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Events of the engine (l2tp_output.event). Those of sessions name the session too.
 *
 * Every tunnel that was begun ends with one TUNNEL_CLOSED, after a SESSION_ENDED for each session
 * that was left, and one TUNNEL_SETTLED some time later.
 */
enum l2tp_event {
    L2TP_EVENT_TUNNEL_ESTABLISHED,  /**< SCCRQ, SCCRP and SCCCN exchanged */
    L2TP_EVENT_TUNNEL_CLOSED,       /**< over: reason, result and error are in the tunnel */
    L2TP_EVENT_TUNNEL_SETTLED,      /**< closed, and nothing is left to be acknowledged */
    L2TP_EVENT_SESSION_REQUESTED,   /**< the peer wants a call: accept or disconnect it */
    L2TP_EVENT_SESSION_PROCEEDING,  /**< LNS: the LAC places the outgoing call (OCRP) */
    L2TP_EVENT_SESSION_ESTABLISHED, /**< data may flow */
    L2TP_EVENT_SESSION_ENDED,       /**< over: reason, result and error are in the session */
    L2TP_EVENT_LINK_INFO,           /**< SLI received: send_accm, receive_accm */
    L2TP_EVENT_WAN_ERROR,           /**< WEN received: l2tp_endpoint_last_message() */
};

/** One decision of the engine. */
struct l2tp_output {
    enum output_kind kind; /**< SEND: to .address; DELIVER: a PPP frame of .session_id */
    enum l2tp_event event;
    uint16_t tunnel_id;  /**< the local one */
    uint16_t session_id; /**< the local one; 0: of the tunnel */
    struct packet *packet;
    struct ip_address address; /**< SEND: where to */
    uint16_t port;
};

/** What happens to a call whose Framing Type this end does not support. */
enum l2tp_framing_policy {
    L2TP_FRAMING_REJECT_CALL,  /**< section 4.4.3 of the RFC */
    L2TP_FRAMING_IGNORE,       /**< Windows, unless told otherwise (MS-L2TPIE note 19) */
    L2TP_FRAMING_CLOSE_TUNNEL, /**< Windows with IgnoreFramingMismatch 0 */
};

/**
 * What an end says and how it behaves. Start from l2tp_config_rfc() or l2tp_config_windows() and
 * fill in the rest. Times of 0 switch the timer off. Strings and storage must outlive the engine.
 */
struct l2tp_config {
    struct trace trace;
    struct packet_pool *pool;
    struct entropy *entropy;       /**< for challenges, tie breakers and Random Vectors */
    struct crypto *crypto;         /**< needed with a secret only */
    struct l2tp_tunnel *tunnels;   /**< storage for max_tunnels, stopped ones included */
    struct l2tp_session *sessions; /**< storage for max_sessions, of all tunnels together */
    uint16_t max_tunnels;
    uint16_t max_sessions;
    uint16_t first_tunnel_id; /**< ids count up from here, but for those in use; 0: 1 */
    uint16_t first_session_id;
    uint32_t first_serial_number;
    bool accept_tunnels; /**< take an SCCRQ of the peer; else it is dropped */
    bool lac;            /**< take outgoing calls (OCRQ) */
    bool lns;            /**< take incoming calls (ICRQ) */

    /* What SCCRQ and SCCRP carry (sections 6.1 and 6.2). */
    const char *host_name;   /**< must be given: section 4.4.3 wants at least an octet */
    const char *vendor_name; /**< NULL: no AVP */
    uint16_t firmware_revision;
    bool firmware_in_request;
    bool firmware_in_reply;
    uint32_t framing_capabilities;
    uint32_t bearer_capabilities;
    uint16_t receive_window; /**< 0: no AVP */
    const char *secret;      /**< shared with the peers; NULL: none */
    bool challenge;          /**< make the peer prove that it knows the secret */
    bool tie_breaker;        /**< send and honour Tie Breakers (section 4.4.3) */

    struct l2tp_wording wording;   /**< its secret and entropy are filled in here */
    struct l2tp_judgment judgment; /**< its secret is filled in here */
    uint16_t accepted_flags;       /**< bits of the header that may be set in what is received */
    enum l2tp_framing_policy framing_policy;
    bool follow_port;           /**< the SCCRP may come from another port (section 8.1) */
    bool ignore_own_tunnel_id;  /**< drop an SCCRQ with the id of an SCCRQ sent (note 12) */
    bool require_known_bearer;  /**< LNS: no OCRQ for a bearer that the LAC has not told */
    bool ignore_link_info;      /**< drop SLI */
    bool ignore_wan_errors;     /**< drop WEN */
    bool zero_session_id_stops; /**< an OCRP with Session ID 0 ends the tunnel (note 21) */
    bool error_messages;        /**< say in words what was wrong in StopCCN and CDN */

    uint32_t hello_ms;      /**< without any message of the peer: send HELLO */
    uint32_t linger_ms;     /**< how long a stopped tunnel answers late copies */
    uint32_t establish_ms;  /**< longest wait for SCCRP, SCCCN and a call's next message */
    bool stop_unused;       /**< end a tunnel that this end began when its last session ends */
    uint16_t unused_result; /**< Result Code of the StopCCN then */
    struct l2tp_channel_config channel;
    struct l2tp_data_config data;
    bool data_sequencing; /**< LNS: data carries sequence numbers from the start */
    /** Windows: Receive Window Size in ICRP, OCRQ, ICCN and OCCN, and flow control of data. */
    uint16_t payload_receive_window;
};

/** Values of RFC 2661 and nothing of a vendor: HELLO after 60 s, tie breaker, 31 s of linger. */
struct l2tp_config l2tp_config_rfc(void);

/** Which Windows says what. */
enum l2tp_windows {
    L2TP_WINDOWS_2000,  /**< and XP, 2003: M bits as in the RFC and on Firmware Revision, too */
    L2TP_WINDOWS_VISTA, /**< and 2008: the messages of MS-L2TPIE section 4 */
};

/**
 * Values of Windows: vendor "Microsoft", synchronous framing, window 8, HELLO after 40 s, messages
 * kept up to 100 ahead, acknowledgments within 500 ms, only T, L and S in headers, hidden AVPs not
 * understood, no tie breaker, SLI and WEN ignored.
 */
struct l2tp_config l2tp_config_windows(enum l2tp_windows version);

/** Most decisions waiting to be polled. */
#define L2TP_OUTPUT_CAPACITY 32

/**
 * One end of any number of tunnels with any number of peers: what uses one UDP port of a host.
 *
 * Engine contract: after every command, input and timeout poll until OUTPUT_NONE. Received octets
 * are untrusted: no sequence of them makes the engine fail, grow or read out of bounds. Fields are
 * private; use the functions.
 */
struct l2tp_endpoint {
    struct l2tp_config config;
    uint32_t serial_number;
    uint16_t next_tunnel_id;
    uint16_t next_session_id;
    uint16_t heap_count;            /**< tunnels with a timer */
    uint16_t originated;            /**< tunnels that this end began */
    instant now;                    /**< of the latest call, for what polling decides */
    struct l2tp_tunnel *queue_head; /**< tunnels with something to do */
    struct l2tp_tunnel *queue_tail;
    uint8_t output_head;
    uint8_t output_count;
    struct l2tp_output outputs[L2TP_OUTPUT_CAPACITY];
    struct packet_queue crowded;   /**< to be sent after the outputs; mark: Tunnel and Session ID */
    struct packet *message_packet; /**< of the latest message, for those who ask */
    struct l2tp_message message;
    uint8_t revealed[L2TP_REVEALED_SIZE];
};

/** @p config is copied; its storage is cleared. */
void l2tp_endpoint_init(struct l2tp_endpoint *self, const struct l2tp_config *config);

/** Frees every packet held. The engine may be initialised again. */
void l2tp_endpoint_close(struct l2tp_endpoint *self);

/**
 * Takes the payload of a UDP datagram from @p address and @p port; owns @p packet from now on.
 *
 * Peers behind one NAT may have one address and port in common. packet.mark tells them apart: the
 * way by which the datagram has come, 0 when that does not matter. What is sent in a tunnel has the
 * mark of what came last in it.
 */
void l2tp_endpoint_input(struct l2tp_endpoint *self, instant now, const struct ip_address *address,
                         uint16_t port, struct packet *packet);

/** To be called at or after l2tp_endpoint_next_timeout(). */
void l2tp_endpoint_handle_timeout(struct l2tp_endpoint *self, instant now);

/** When the engine next wants to be woken; INSTANT_NEVER when it does not. */
instant l2tp_endpoint_next_timeout(const struct l2tp_endpoint *self);

/** The next decision; false and OUTPUT_NONE when there is none. */
bool l2tp_endpoint_poll(struct l2tp_endpoint *self, struct l2tp_output *output);

/**
 * Begins a tunnel to @p address and @p port with an SCCRQ. @p secret is of this peer, NULL: the
 * configuration's. Answer: TUNNEL_ESTABLISHED or TUNNEL_CLOSED. STATUS_NO_ROOM when no slot is
 * free.
 */
enum status l2tp_endpoint_open(struct l2tp_endpoint *self, instant now,
                               const struct ip_address *address, uint16_t port, const char *secret,
                               uint16_t *tunnel_id);

/**
 * Ends a tunnel and its sessions: StopCCN with @p result and @p error, then TUNNEL_CLOSED.
 * STATUS_NOT_FOUND when there is none.
 */
enum status l2tp_endpoint_stop(struct l2tp_endpoint *self, instant now, uint16_t tunnel_id,
                               uint16_t result, uint16_t error);

/** Sends a HELLO now; no effect unless the tunnel is established. */
void l2tp_endpoint_hello(struct l2tp_endpoint *self, instant now, uint16_t tunnel_id);

/**
 * LAC: tells the LNS of an incoming call (ICRQ), once the tunnel is open. @p call and what it
 * points to are borrowed until the session is established or has ended. Answer:
 * SESSION_ESTABLISHED or SESSION_ENDED. STATUS_NOT_FOUND: no such tunnel; STATUS_NO_ROOM: no
 * session is free.
 */
enum status l2tp_endpoint_ring(struct l2tp_endpoint *self, instant now, uint16_t tunnel_id,
                               const struct l2tp_call *call, uint16_t *session_id);

/**
 * LNS: asks the LAC to place a call (OCRQ), once the tunnel is open. As l2tp_endpoint_ring(), with
 * SESSION_PROCEEDING in between. STATUS_INVALID when config.require_known_bearer forbids it.
 */
enum status l2tp_endpoint_place_call(struct l2tp_endpoint *self, instant now, uint16_t tunnel_id,
                                     const struct l2tp_call *call, uint16_t *session_id);

/**
 * Accepts the session of a SESSION_REQUESTED. LNS: ICRP, SESSION_ESTABLISHED follows. LAC: OCRP,
 * then place the call. @p call (NULL: nothing to say) is not kept. STATUS_NOT_FOUND when no such
 * session waits for it. l2tp_endpoint_disconnect() refuses it.
 */
enum status l2tp_endpoint_accept(struct l2tp_endpoint *self, instant now, uint16_t session_id,
                                 const struct l2tp_call *call);

/**
 * LAC: the outgoing call is answered and framing detected: OCCN, SESSION_ESTABLISHED follows.
 * @p call is not kept. STATUS_NOT_FOUND when the session does not wait for it.
 */
enum status l2tp_endpoint_connect(struct l2tp_endpoint *self, instant now, uint16_t session_id,
                                  const struct l2tp_call *call);

/**
 * Ends a session in any state: CDN with these codes (no Q.931 cause when @p cause is 0), then
 * SESSION_ENDED. STATUS_NOT_FOUND when there is none.
 */
enum status l2tp_endpoint_disconnect(struct l2tp_endpoint *self, instant now, uint16_t session_id,
                                     uint16_t result, uint16_t error, uint16_t cause);

/** Sends SLI for an established session; STATUS_NOT_FOUND when there is none. */
enum status l2tp_endpoint_send_link_info(struct l2tp_endpoint *self, instant now,
                                         uint16_t session_id, uint32_t send_accm,
                                         uint32_t receive_accm);

/**
 * Sends WEN for an established session; STATUS_NOT_FOUND when there is none. The RFC wants at most
 * one a minute, which is the caller's business.
 */
enum status l2tp_endpoint_send_wan_error(struct l2tp_endpoint *self, instant now,
                                         uint16_t session_id,
                                         const struct l2tp_call_errors *errors);

/**
 * Sends a PPP frame (from its address field or its protocol on, without FCS) over an established
 * session; owns @p packet, whose headroom takes the header. @p priority sets the P bit.
 * STATUS_NOT_FOUND when there is no such session, STATUS_NO_ROOM when flow control keeps too many
 * frames already: the packet is gone, and its drop traced.
 */
enum status l2tp_endpoint_send(struct l2tp_endpoint *self, instant now, uint16_t session_id,
                               struct packet *packet, bool priority);

/**
 * LNS: sequence numbers on sent data from now on, or not, which the LAC will follow (section 5.4).
 * STATUS_INVALID at the LAC or when they are required.
 */
enum status l2tp_endpoint_set_sequencing(struct l2tp_endpoint *self, uint16_t session_id,
                                         bool sequencing);

/** The tunnel with that local id, also while it lingers; NULL when there is none. */
const struct l2tp_tunnel *l2tp_endpoint_tunnel(const struct l2tp_endpoint *self,
                                               uint16_t tunnel_id);

/** The session with that local id, up to its SESSION_ENDED; NULL when there is none. */
const struct l2tp_session *l2tp_endpoint_session(const struct l2tp_endpoint *self,
                                                 uint16_t session_id);

/** Sets l2tp_session.owner; no effect when there is no such session. */
void l2tp_endpoint_set_owner(struct l2tp_endpoint *self, uint16_t session_id, void *owner);

/** Sessions of a tunnel that have not ended. */
unsigned l2tp_endpoint_sessions(const struct l2tp_endpoint *self, uint16_t tunnel_id);

/**
 * The control message that caused the event just polled, until the next call of the engine; NULL
 * when none has come since the last call.
 */
const struct l2tp_message *l2tp_endpoint_last_message(const struct l2tp_endpoint *self);

#endif
