#ifndef VPNSIM_NODES_L2TP_CLIENT_H
#define VPNSIM_NODES_L2TP_CLIENT_H

#include "nodes/l2tp/l2tp_port.h"
#include "nodes/vpn_tunnel.h"

struct dialer;

/** What a VPN connection says of its L2TP tunnel. */
struct l2tp_client_config {
    uint16_t port;             /**< UDP port of the server */
    const char *secret;        /**< of that server; NULL: that of the host */
    bool outgoing_call;        /**< asks the server for a call (OCRQ), instead of telling of one */
    bool own_tunnel;           /**< does not use a tunnel to that server that is there already */
    bool sequencing_required;  /**< as LAC: data has sequence numbers */
    enum l2tp_framing framing; /**< Framing Type of the call */
    uint32_t ipsec_rule;       /**< of the host's IKE, which protects L2TP; 0: it goes in clear */
};

/**
 * An L2TP call of a VPN connection. A Windows client is the LAC that tells of an incoming call
 * (MS-L2TPIE section 1.3).
 */
struct l2tp_client {
    struct vpn_tunnel tunnel; /**< first: it is the tunnel of a connection */
    struct l2tp_client_config config;
    struct l2tp_port port;
    struct l2tp_call call;
    uint8_t correlation_id[L2TP_CORRELATION_ID_LENGTH];
    uint16_t tunnel_id;
    ipv4_address local; /**< address of this machine on the way to the server */
    struct l2tp_guard guard;
    enum { L2TP_CLIENT_CLEAR, L2TP_CLIENT_ASKING, L2TP_CLIENT_SECURING } securing;
    enum ike_cause cause; /**< why there are no security associations */
};

/**
 * A call of @p connection, in the simulation's arena; the dialer has L2TP (dialer_use_l2tp()).
 * NULL: no memory.
 */
struct vpn_tunnel *l2tp_client_create(struct vpn_connection *connection, struct dialer *dialer,
                                      const struct l2tp_client_config *config);

#endif
