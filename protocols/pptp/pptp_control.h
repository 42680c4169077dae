#ifndef VPNSIM_PPTP_PPTP_CONTROL_H
#define VPNSIM_PPTP_PPTP_CONTROL_H

#include "base/instant.h"
#include "base/ipv4_address.h"
#include "base/output.h"
#include "base/packet.h"
#include "base/status.h"
#include "base/trace.h"
#include "pptp/pptp_call.h"
#include "pptp/pptp_message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** State of a control connection, RFC 2637 section 3.1. */
enum pptp_control_state {
    PPTP_CONTROL_IDLE,           /**< not started */
    PPTP_CONTROL_WAIT_CTL_REPLY, /**< originator: Start-Control-Connection-Request sent */
    PPTP_CONTROL_WAIT_REQUEST,   /**< receiver: TCP is up, nothing received (the RFC's idle) */
    PPTP_CONTROL_ESTABLISHED,
    PPTP_CONTROL_CLEARING,        /**< stopping: calls are being cleared first */
    PPTP_CONTROL_WAIT_STOP_REPLY, /**< Stop-Control-Connection-Request sent */
    PPTP_CONTROL_CLOSED,          /**< over for good; only polling makes sense */
};

/** Why a control connection ended. */
enum pptp_close_reason {
    PPTP_CLOSE_NONE,
    PPTP_CLOSE_LOCAL_STOP,      /**< pptp_control_stop(), confirmed by the peer */
    PPTP_CLOSE_PEER_STOP,       /**< Stop-Control-Connection-Request received */
    PPTP_CLOSE_START_TIMEOUT,   /**< no Start message within the start time */
    PPTP_CLOSE_STOP_TIMEOUT,    /**< no Stop-Control-Connection-Reply within the stop time */
    PPTP_CLOSE_ECHO_TIMEOUT,    /**< no Echo-Reply: the peer is gone */
    PPTP_CLOSE_CALL_TIMEOUT,    /**< a call made no progress for too long (section 3.2.1) */
    PPTP_CLOSE_REFUSED,         /**< the peer's Start-Control-Connection-Reply said no */
    PPTP_CLOSE_REFUSED_HERE,    /**< config.refuse_start told to refuse the peer */
    PPTP_CLOSE_BAD_VERSION,     /**< the peer's Protocol Version is not supported */
    PPTP_CLOSE_LOST_SYNC,       /**< bad cookie or length: the stream makes no sense */
    PPTP_CLOSE_ILLEGAL_MESSAGE, /**< a message that the state does not allow */
    PPTP_CLOSE_COLLISION,       /**< the other connection won (section 3.1.3) */
    PPTP_CLOSE_TRANSPORT_LOST,  /**< pptp_control_lower_down() */
    PPTP_CLOSE_NO_MEMORY,       /**< the packet pool is exhausted */
};

/** The phrase of @p reason in trace events ("echo-timeout"). */
const char *pptp_close_reason_text(enum pptp_close_reason reason);

/** The RFC's name of @p state ("wait_ctl_reply"), for messages and tests. */
const char *pptp_control_state_text(enum pptp_control_state state);

/**
 * Events of the engine (output.event). For call events output.value is the local Call ID; details
 * are in pptp_control_call() and, of the message just received, in pptp_control_last_message().
 *
 * Every started connection ends with exactly one STOPPED or ABORT, after a CALL_CLEARED for each
 * call that was left and, when it had never been established, after CONTROL_FAILED.
 */
enum pptp_event {
    PPTP_EVENT_CONTROL_ESTABLISHED, /**< Start messages exchanged; value: the peer's version */
    PPTP_EVENT_CONTROL_FAILED,      /**< never established; value: enum pptp_close_reason */
    PPTP_EVENT_CALL_REQUESTED,      /**< the peer wants a call: answer it */
    PPTP_EVENT_CALL_ACCEPTED,       /**< PAC: the PNS takes the incoming call: pick up */
    PPTP_EVENT_CALL_CONNECTED,      /**< the call is established, GRE may flow */
    PPTP_EVENT_CALL_REFUSED,        /**< the peer's reply said no: result, error, cause */
    PPTP_EVENT_CALL_CLEARED,        /**< the call is over: reason */
    PPTP_EVENT_LINK_INFO,           /**< Set-Link-Info received: send_accm, receive_accm */
    PPTP_EVENT_WAN_ERROR,           /**< WAN-Error-Notify received: the last message */
    PPTP_EVENT_STOPPED,             /**< close TCP in order; value: enum pptp_close_reason */
    PPTP_EVENT_ABORT,               /**< reset TCP; value: enum pptp_close_reason */
};

/**
 * What an end says and how it behaves. Start from pptp_control_config_rfc() or
 * pptp_control_config_windows() and fill in the rest. Times of 0 switch the timer off. Strings and
 * storage must outlive the engine; one configuration may serve many engines apart from @c calls.
 */
struct pptp_control_config {
    struct trace trace;
    struct packet_pool *pool;
    enum pptp_role role;
    bool originator;         /**< this end opened the TCP connection */
    struct pptp_call *calls; /**< storage for max_calls calls, for this engine alone */
    uint16_t max_calls;

    /* What the Start messages carry (sections 2.1 and 2.2). */
    uint16_t protocol_version;
    uint16_t maximum_channels;
    uint16_t firmware_revision;
    uint32_t framing_capabilities;
    uint32_t bearer_capabilities;
    const char *host_name;   /**< NULL: 64 zero octets */
    const char *vendor_name; /**< NULL: 64 zero octets */

    /**
     * Receiver: answer a Start-Control-Connection-Request with this Result Code and close
     * (PPTP_START_NOT_AUTHORIZED, PPTP_START_CHANNEL_EXISTS); 0: accept.
     */
    uint8_t refuse_start;

    uint32_t start_ms;      /**< longest wait for the Start message; RFC 60 s, Windows 30 s */
    uint32_t stop_ms;       /**< longest wait for the peer while stopping */
    uint32_t call_ms;       /**< longest wait for a call's next message (section 3.2.1) */
    uint32_t echo_idle_ms;  /**< without any message received: send an Echo-Request */
    uint32_t echo_reply_ms; /**< longest wait for its Echo-Reply */

    /**
     * A message that its state or role does not allow, or of unknown type: discard it and go on
     * (Windows) instead of closing the connection (section 3). Lost synchronisation always closes.
     */
    bool discard_illegal;
    /** PNS: accept Set-Link-Info, as Windows does; section 2.15 lets only the PNS send it, and
     * without this one from the PAC is discarded. */
    bool link_info_from_pac;
    bool ignore_wan_errors;    /**< PNS: discard WAN-Error-Notify (MS-PTPT 3.2.5.6) */
    bool collision_resolution; /**< section 3.1.3; Windows keeps both connections */
    /** Result Code of Call-Disconnect-Notify after a Call-Clear-Request: RFC 4, Windows 0. */
    uint8_t clear_result;

    /**
     * Call IDs given to local calls: from first_call_id upwards, skipping those in use, or from
     * @c choose_call_id when set (false: none is free, the call is refused for lack of resources).
     * A server sets it to keep ids unique over all its control connections.
     */
    uint16_t first_call_id;
    bool (*choose_call_id)(void *context, uint16_t *call_id);
    void *choose_context;
};

/** Values of RFC 2637 and nothing of a vendor: first Call ID 1, 60 s for every timer. */
struct pptp_control_config pptp_control_config_rfc(enum pptp_role role, bool originator);

/**
 * Values of Windows 2000: vendor "Microsoft Windows NT", firmware 2195, no host name, capabilities
 * 1/1, start timer 30 s, first Call ID 0, illegal messages discarded, no collision rule, disconnect
 * Result Code 0.
 */
struct pptp_control_config pptp_control_config_windows(enum pptp_role role, bool originator);

/** A decided output waiting to be polled. */
struct pptp_pending {
    struct packet *packet; /**< NULL: an event */
    uint32_t value;
    enum pptp_event event;
};
#define PPTP_PENDING_CAPACITY 8

/**
 * One end of a control connection: RFC 2637 sections 2 and 3 over a TCP connection that the caller
 * owns.
 *
 * Engine contract: after every command, input and timeout poll until OUTPUT_NONE. Outputs are
 * OUTPUT_SEND (the octets of one message, to be written to TCP in this order) and OUTPUT_EVENT.
 * Received octets are untrusted: no sequence of them makes the engine fail, grow or read out of
 * bounds. Fields are private except @c discarded; use the functions.
 */
struct pptp_control {
    struct pptp_control_config config;
    enum pptp_control_state state;
    enum pptp_close_reason close_reason;
    bool ever_established;
    bool failure_told;     /**< CONTROL_FAILED has been handed out or does not apply */
    bool end_told;         /**< STOPPED or ABORT has been handed out */
    bool abort;            /**< the end is an ABORT */
    bool rival_connection; /**< the peer's connection that lost a collision: say nothing on it */
    uint8_t stop_reason;
    uint16_t peer_version;
    uint16_t next_call_id;
    uint16_t received_length; /**< octets of the message being received, or of the last one */
    bool message_complete;    /**< received[] holds a whole message that has been handled */
    uint32_t discarded;       /**< messages that were no use, each with a "packet.dropped" event */
    uint32_t echo_identifier;
    instant now;           /**< of the latest call, for what polling decides */
    instant state_due;     /**< start or stop timer */
    instant echo_due;      /**< when to send an Echo-Request, or to give up on its reply */
    bool echo_outstanding; /**< an Echo-Reply is awaited */
    uint8_t pending_head;
    uint8_t pending_count;
    struct pptp_pending pending[PPTP_PENDING_CAPACITY];
    uint8_t received[PPTP_MESSAGE_MAXIMUM];
};

/** @p config is copied; its call storage is cleared. */
void pptp_control_init(struct pptp_control *self, const struct pptp_control_config *config);

/** Frees packets not yet polled. The engine may be initialised again. */
void pptp_control_close(struct pptp_control *self);

/**
 * TCP is up: the originator sends Start-Control-Connection-Request, the receiver waits for it.
 * Only once, right after init.
 */
void pptp_control_start(struct pptp_control *self, instant now);

/**
 * Takes octets that TCP has received, at most to the end of the next whole message, and returns how
 * many: poll until OUTPUT_NONE, then come again with the rest. Always takes at least one octet
 * (all of them once closed), so that the loop ends:
 *
 *     while (length > 0) {
 *         size_t taken = pptp_control_input(control, now, octets, length);
 *         ... poll until OUTPUT_NONE ...
 *         octets += taken, length -= taken;
 *     }
 */
__attribute__((warn_unused_result)) size_t
pptp_control_input(struct pptp_control *self, instant now, const uint8_t *octets, size_t length);

/** TCP was closed or reset by the peer or gave up: all calls end (CALL_CLEARED), then ABORT. */
void pptp_control_lower_down(struct pptp_control *self, instant now);

/** To be called at or after pptp_control_next_timeout(). */
void pptp_control_handle_timeout(struct pptp_control *self, instant now);

/** When the engine next wants to be woken; INSTANT_NEVER when it does not. */
instant pptp_control_next_timeout(const struct pptp_control *self);

/** The next message to send or event; false and OUTPUT_NONE when there is none. */
bool pptp_control_poll(struct pptp_control *self, struct output *output);

/**
 * PNS: sends an Outgoing-Call-Request with the fields of @p request (its call_id is ignored) and
 * stores the Call ID of the new call in *@p call_id. Answer: CALL_CONNECTED or CALL_REFUSED.
 * STATUS_INVALID unless the connection is established and this is the PNS; STATUS_NO_ROOM when
 * max_calls calls exist or no Call ID is free; STATUS_NO_MEMORY.
 */
enum status pptp_control_place_call(struct pptp_control *self, instant now,
                                    const struct pptp_outgoing_call_request *request,
                                    uint16_t *call_id);

/**
 * PAC: answers the call of a CALL_REQUESTED with an Outgoing-Call-Reply with the fields of
 * @p reply (both call ids are ignored). Result PPTP_OUTGOING_CONNECTED establishes it
 * (CALL_CONNECTED follows), any other refuses and ends it (CALL_CLEARED, reason refused).
 * STATUS_NOT_FOUND when no such call waits for an answer.
 */
enum status pptp_control_answer_call(struct pptp_control *self, instant now, uint16_t call_id,
                                     const struct pptp_outgoing_call_reply *reply);

/**
 * PAC: tells the PNS of a ringing line with an Incoming-Call-Request. Errors as in
 * pptp_control_place_call(). Answer: CALL_ACCEPTED or CALL_REFUSED.
 */
enum status pptp_control_ring(struct pptp_control *self, instant now,
                              const struct pptp_incoming_call_request *request, uint16_t *call_id);

/**
 * PNS: answers the call of a CALL_REQUESTED that began with an Incoming-Call-Request (see
 * pptp_call.incoming). Result PPTP_INCOMING_CONNECT waits for the PAC (CALL_CONNECTED), any other
 * refuses and ends it (CALL_CLEARED, reason refused). STATUS_NOT_FOUND as above.
 */
enum status pptp_control_answer_incoming_call(struct pptp_control *self, instant now,
                                              uint16_t call_id,
                                              const struct pptp_incoming_call_reply *reply);

/**
 * PAC: after CALL_ACCEPTED, the telephone line is connected: sends Incoming-Call-Connected,
 * CALL_CONNECTED follows. STATUS_NOT_FOUND when the call does not wait for it.
 */
enum status
pptp_control_connect_incoming_call(struct pptp_control *self, instant now, uint16_t call_id,
                                   const struct pptp_incoming_call_connected *connected);

/**
 * Ends a call in any state. PNS: Call-Clear-Request, and CALL_CLEARED once the
 * Call-Disconnect-Notify has come. PAC: Call-Disconnect-Notify with @p result and @p error, and
 * CALL_CLEARED at once. STATUS_NOT_FOUND when there is no such call or it is being cleared.
 */
enum status pptp_control_clear_call(struct pptp_control *self, instant now, uint16_t call_id,
                                    uint8_t result, uint8_t error);

/** Sends Set-Link-Info for an established call; STATUS_NOT_FOUND when there is none. */
enum status pptp_control_send_link_info(struct pptp_control *self, instant now, uint16_t call_id,
                                        uint32_t send_accm, uint32_t receive_accm);

/**
 * PAC: sends WAN-Error-Notify with the counters of @p errors (its peer_call_id is ignored) for an
 * established call. The RFC wants at most one a minute, which is the caller's business.
 */
enum status pptp_control_send_wan_error(struct pptp_control *self, instant now, uint16_t call_id,
                                        const struct pptp_wan_error_notify *errors);

/** Sends an Echo-Request now, whatever the idle timer says. No effect unless established. */
void pptp_control_send_echo(struct pptp_control *self, instant now);

/**
 * Ends the connection in order: clears the calls, sends Stop-Control-Connection-Request with
 * @p reason, waits for the reply or the timer, then STOPPED. Before it is established, TCP is just
 * closed. No effect while stopping or closed.
 */
void pptp_control_stop(struct pptp_control *self, instant now, enum pptp_stop_reason reason);

/**
 * Tells both ends' connections of a collision (section 3.1.3): call it when a TCP connection from
 * @p peer has been accepted and started (@p accepted) while @p originated, to the same peer, still
 * waits for its reply. With config.collision_resolution the higher address wins: the loser's
 * connection is closed (COLLISION, at the loser) or kept silent (at the winner). Without, nothing
 * happens. Poll both afterwards.
 */
void pptp_control_collide(struct pptp_control *originated, struct pptp_control *accepted,
                          instant now, ipv4_address local, ipv4_address peer);

/** The call with that local Call ID, also just after its end; NULL when there is none. */
const struct pptp_call *pptp_control_call(const struct pptp_control *self, uint16_t call_id);

/** Why the connection has ended; PPTP_CLOSE_NONE while it has not. */
enum pptp_close_reason pptp_control_close_reason(const struct pptp_control *self);

/** Calls that have not ended. */
unsigned pptp_control_calls_in_use(const struct pptp_control *self);

/**
 * The message that the latest pptp_control_input() completed, for details of the event it caused;
 * false when that call did not complete one.
 */
bool pptp_control_last_message(const struct pptp_control *self, struct pptp_message *message);

#endif
