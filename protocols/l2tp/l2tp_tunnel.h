#ifndef VPNSIM_L2TP_L2TP_TUNNEL_H
#define VPNSIM_L2TP_L2TP_TUNNEL_H

#include "base/instant.h"
#include "base/ip_address.h"
#include "l2tp/l2tp_channel.h"
#include "l2tp/l2tp_session.h"

#include <stdbool.h>
#include <stdint.h>

/** State of a control connection, RFC 2661 section 7.2. */
enum l2tp_tunnel_state {
    L2TP_TUNNEL_IDLE,           /**< nothing has happened, or the slot is free */
    L2TP_TUNNEL_WAIT_CTL_REPLY, /**< SCCRQ sent */
    L2TP_TUNNEL_WAIT_CTL_CONN,  /**< SCCRP sent */
    L2TP_TUNNEL_ESTABLISHED,
    L2TP_TUNNEL_STOPPED, /**< StopCCN sent or received: only the reliable delivery goes on */
};

/** Why a tunnel ended. */
enum l2tp_close_reason {
    L2TP_CLOSE_NONE,
    L2TP_CLOSE_LOCAL,           /**< l2tp_endpoint_stop() at this end */
    L2TP_CLOSE_UNUSED,          /**< its last session has ended */
    L2TP_CLOSE_PEER_STOP,       /**< StopCCN received; its codes are in the tunnel */
    L2TP_CLOSE_NO_RESPONSE,     /**< a message was not acknowledged, whatever it was */
    L2TP_CLOSE_NOT_AUTHORIZED,  /**< the peer does not know the secret, or this end has none */
    L2TP_CLOSE_BAD_VERSION,     /**< a Protocol Version that is not supported */
    L2TP_CLOSE_ILLEGAL_MESSAGE, /**< one that its state does not allow */
    L2TP_CLOSE_BAD_MESSAGE,     /**< an unknown mandatory AVP, a malformed or missing one */
    L2TP_CLOSE_FRAMING,         /**< a call's Framing Type, where configured so */
    L2TP_CLOSE_TIMEOUT,         /**< acknowledged, but not answered for too long */
    L2TP_CLOSE_TIE_LOST,        /**< the peer's SCCRQ won: nothing is sent */
    L2TP_CLOSE_NO_MEMORY,       /**< the packet pool is exhausted: nothing is sent */
};

/** The phrase of @p reason in trace events ("no-response"). */
const char *l2tp_close_reason_text(enum l2tp_close_reason reason);

/** The RFC's name of @p state ("wait-ctl-reply"), for messages and tests. */
const char *l2tp_tunnel_state_text(enum l2tp_tunnel_state state);

/** Octets of a Challenge sent. */
#define L2TP_CHALLENGE_LENGTH 16

/**
 * One tunnel with its control connection. Storage belongs to the owner of the endpoint, the
 * contents to the engine; others only read, but for @c owner.
 */
struct l2tp_tunnel {
    enum l2tp_tunnel_state state;
    enum l2tp_close_reason reason;
    bool in_use;
    bool originator; /**< this end sent the SCCRQ */
    bool ever_established;
    bool challenged;   /**< a Challenge was sent: the peer owes a response */
    bool had_session;  /**< there was one: the last one may end the tunnel */
    bool queued;       /**< in the endpoint's list of tunnels that have something to do */
    bool closed_told;  /**< TUNNEL_CLOSED has been handed out */
    bool settled_told; /**< TUNNEL_SETTLED has been handed out */
    uint16_t ended;    /**< sessions whose end has not been told, or whose slot is not free yet */
    uint16_t local_id; /**< chosen here; unique in the endpoint */
    uint16_t peer_id;  /**< chosen by the peer; 0: not known yet */
    struct ip_address peer_address;
    uint16_t peer_port;
    uint32_t path;   /**< packet.mark of what came last; see l2tp_endpoint_input() */
    uint16_t result; /**< of the StopCCN that ended it, sent or received */
    uint16_t error;
    uint16_t peer_firmware;
    uint32_t peer_framing; /**< Framing Capabilities */
    uint32_t peer_bearer;  /**< Bearer Capabilities; 0 when not told */
    uint8_t tie_breaker[L2TP_TIE_BREAKER_LENGTH];
    uint8_t challenge[L2TP_CHALLENGE_LENGTH]; /**< the one sent */
    const char *secret;                       /**< of this peer; NULL: none */
    instant last_received;                    /**< any message of the peer */
    instant hello_due;
    instant state_due;   /**< when waiting takes too long, or a stopped tunnel is forgotten */
    instant session_due; /**< not later than the earliest timer of its sessions */
    struct l2tp_channel channel;
    struct l2tp_session *sessions;
    struct l2tp_tunnel *next_queued;
    uint16_t heap_index; /**< its place among the timers of the endpoint */
    uint16_t heap_entry; /**< of the endpoint: which tunnel has this place */
    instant due;
    bool requested;      /**< the peer began it: it can be found by request_id */
    uint16_t request_id; /**< Assigned Tunnel ID of the peer's SCCRQ */
    uint16_t chain_next; /**< the next one with the same hash */
    uint16_t chain_head; /**< of the endpoint: the first tunnel with this slot's hash */
    void *owner;         /**< for whoever uses the endpoint */
};

#endif
