#ifndef VPNSIM_SCENARIO_MODEL_TUNNEL_H
#define VPNSIM_SCENARIO_MODEL_TUNNEL_H

#include "base/instant.h"
#include "base/ipv4_address.h"
#include "scenario/choice.h"
#include "scenario/diagnostics.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What scenarios say of tunnels: part of the model. */

/** The PPTP part of a vpn-server. */
struct scenario_pptp_server {
    struct scenario_position at; /**< file NULL: the scenario has no <pptp> here, no PPTP at all */
    uint32_t ports;              /**< most simultaneous calls */
    uint16_t port;               /**< TCP port; default 1723 */
    instant start_timeout;       /**< of a connection that is not started; 0: the profile's */
    instant echo_interval;       /**< 0: the profile's */
    instant echo_timeout;        /**< 0: the profile's */
    bool only_allowed;           /**< callers must be in allowed */
    ipv4_address *allowed;
    size_t allowed_count;
    enum scenario_choice reply_from_route; /**< UNSET: the profile's */
    enum scenario_choice validate_address; /**< UNSET: the profile's */
    uint32_t mtu;                          /**< of the tunnels; 0: the profile's */
};

/** Types of tunnels. */
enum scenario_tunnel_type {
    SCENARIO_TUNNEL_PPTP,
    SCENARIO_TUNNEL_L2TP,
};

/** How many types of tunnels there are: the longest list. */
#define SCENARIO_TUNNEL_TYPES 2

enum scenario_l2tp_framing_mismatch {
    SCENARIO_L2TP_MISMATCH_UNSET, /**< the profile's */
    SCENARIO_L2TP_MISMATCH_REJECT_CALL,
    SCENARIO_L2TP_MISMATCH_IGNORE,
    SCENARIO_L2TP_MISMATCH_CLOSE_TUNNEL,
};

/** Whose AVPs are hidden. */
enum scenario_l2tp_hiding {
    SCENARIO_L2TP_HIDES_NOTHING,
    SCENARIO_L2TP_HIDES_CALLS,
    SCENARIO_L2TP_HIDES_ALL,
};

/** A number of struct scenario_l2tp that is left to the profile. */
#define SCENARIO_L2TP_UNSET UINT32_MAX

/** How a machine's L2TP behaves. Times that are INSTANT_NEVER are left to the profile. */
struct scenario_l2tp {
    enum scenario_choice ipsec;  /**< servers: calls come under IPsec; UNSET: with Windows */
    struct scenario_position at; /**< file NULL: absent */
    uint32_t ports;              /**< of a server: most simultaneous calls; 0: takes none */
    uint32_t mtu;                /**< of a server: of the tunnels; 0: the profile's */
    uint16_t port;               /**< its own UDP port; 0 when absent: 1701 */
    uint16_t first_tunnel_id;
    uint16_t first_session_id;
    const char *host_name; /**< NULL: the machine's name */
    const char *secret;    /**< NULL: none */
    enum scenario_choice challenge;
    enum scenario_choice tie_breaker;
    enum scenario_choice data_sequencing;
    enum scenario_l2tp_hiding hide_avps;
    instant hello_interval; /**< 0: never */
    instant acknowledge_delay;
    instant retransmit_interval;
    instant retransmit_cap;
    uint32_t retransmissions; /**< 0: the profile's */
    uint32_t receive_window;
    uint32_t out_of_order_limit;
    uint32_t reorder_limit;
    uint32_t payload_receive_window;
    enum scenario_l2tp_framing_mismatch framing_mismatch;
};

/** How a connection asks for its L2TP call. */
struct scenario_l2tp_call {
    struct scenario_position at; /**< file NULL: absent */
    uint16_t port;               /**< UDP port of the server; 0 when absent: 1701 */
    bool outgoing;
    bool own_tunnel;
    bool sequencing;
    bool asynchronous;  /**< its Framing Type */
    const char *secret; /**< NULL: the machine's */
};

#endif
