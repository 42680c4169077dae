#ifndef VPNSIM_PPTP_PPTP_CALL_H
#define VPNSIM_PPTP_PPTP_CALL_H

#include "base/instant.h"
#include "pptp/pptp_message.h"

#include <stdbool.h>
#include <stdint.h>

/** The part an end plays for the calls of a control connection (RFC 2637 section 1.2). */
enum pptp_role {
    PPTP_PNS, /**< places outgoing calls; a Windows VPN client */
    PPTP_PAC, /**< answers them; a Windows VPN server */
};

/**
 * State of a call, RFC 2637 sections 3.2.3 and 3.2.4. The RFC's names; WAIT_ANSWER is the time
 * that the local side takes to decide or to pick up, which its figures leave out.
 */
enum pptp_call_state {
    PPTP_CALL_IDLE,            /**< the slot is free */
    PPTP_CALL_WAIT_REPLY,      /**< Outgoing- or Incoming-Call-Request sent */
    PPTP_CALL_WAIT_CS_ANS,     /**< PAC: Outgoing-Call-Request received, not yet answered */
    PPTP_CALL_WAIT_ANSWER,     /**< ICRQ received and not yet answered (PNS), ICRP received (PAC) */
    PPTP_CALL_WAIT_CONNECT,    /**< PNS: Incoming-Call-Reply sent */
    PPTP_CALL_ESTABLISHED,     /**< both Call IDs are known, GRE may flow */
    PPTP_CALL_WAIT_DISCONNECT, /**< PNS: Call-Clear-Request sent */
    PPTP_CALL_ENDED,           /**< over; the event that says so has not been polled yet */
};

/** Why a call ended. */
enum pptp_clear_reason {
    PPTP_CLEAR_NONE,
    PPTP_CLEAR_LOCAL,           /**< pptp_control_clear_call() at this end */
    PPTP_CLEAR_PEER_REQUEST,    /**< Call-Clear-Request received */
    PPTP_CLEAR_PEER_DISCONNECT, /**< Call-Disconnect-Notify received; its codes are in the call */
    PPTP_CLEAR_REFUSED,         /**< the reply said no; its codes are in the call */
    PPTP_CLEAR_TIMEOUT,         /**< not answered in time at this end */
    PPTP_CLEAR_CONTROL_CLOSED,  /**< the control connection ended */
};

/** The phrase of @p reason in trace events ("peer-disconnect"). */
const char *pptp_clear_reason_text(enum pptp_clear_reason reason);

/** The RFC's name of @p state ("wait_reply"), for messages and tests. */
const char *pptp_call_state_text(enum pptp_call_state state);

/**
 * One call of a control connection. Storage belongs to the owner of the control connection, the
 * contents to the engine; others only read. After the end of a call its contents stay readable
 * until the next command or input.
 */
struct pptp_call {
    enum pptp_call_state state;
    bool incoming;           /**< started with an Incoming-Call-Request */
    bool peer_call_id_known; /**< false until the peer has told its id */
    uint8_t result;          /**< Result Code of the last reply or Call-Disconnect-Notify */
    uint8_t error;           /**< its Error Code */
    uint16_t cause;          /**< its Cause Code */
    uint16_t local_call_id;  /**< chosen here: what the peer's GRE packets carry */
    uint16_t peer_call_id;   /**< chosen by the peer: what sent GRE packets carry */
    uint16_t serial_number;
    uint16_t peer_window;          /**< the peer's Packet Recv. Window Size */
    uint16_t peer_delay;           /**< the peer's Packet Processing or Transmit Delay, 1/10 s */
    uint32_t connect_speed;        /**< bit/s, as agreed */
    uint32_t send_accm;            /**< of the last Set-Link-Info received; FFFFFFFF before */
    uint32_t receive_accm;         /**< of the last Set-Link-Info received; FFFFFFFF before */
    enum pptp_clear_reason reason; /**< why it ended */
    instant deadline;              /**< when waiting in this state takes too long */
};

#endif
