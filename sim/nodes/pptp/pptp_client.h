#ifndef VPNSIM_NODES_PPTP_CLIENT_H
#define VPNSIM_NODES_PPTP_CLIENT_H

#include "nodes/pptp/link_info.h"
#include "nodes/pptp/pptp_link.h"
#include "nodes/pptp/pptp_port.h"
#include "nodes/vpn_tunnel.h"

struct dialer;

/** What a VPN connection says of its PPTP tunnel. */
struct pptp_client_config {
    uint16_t port;                   /**< TCP port of the server */
    uint32_t echo_idle_ms;           /**< 0: the profile's */
    uint32_t echo_reply_ms;          /**< 0: the profile's */
    uint8_t connect_retransmissions; /**< of a SYN; 0: the profile's */
    uint8_t data_retransmissions;    /**< of a control message; 0: the profile's */
    bool validate_address;           /**< GRE packets from elsewhere than the server are dropped */
};

/** A PPTP tunnel of a VPN connection, in the role of the PNS. */
struct pptp_client {
    struct vpn_tunnel tunnel; /**< first: it is the tunnel of a connection */
    struct pptp_client_config config;
    struct pptp_link link;
    struct pptp_port port;
    struct link_info link_info;
    uint16_t call_id;
    uint16_t call_serial_number;
    struct pptp_client *next; /**< of the same dialer */
};

/** What the PPTP clients of a node have in common. */
struct pptp_clients {
    struct pptp_client *first; /**< in the order added */
    uint16_t first_call_id;    /**< Call IDs are chosen from here upwards */
    uint16_t next_call_id;
    uint16_t calls_placed;
};

/** A tunnel of @p connection, in the simulation's arena; NULL: no memory. */
struct vpn_tunnel *pptp_client_create(struct vpn_connection *connection, struct dialer *dialer,
                                      const struct pptp_client_config *config);

/** Takes a GRE packet from @p source if one of the clients has a call with that Call ID. */
bool pptp_clients_take_gre(struct pptp_clients *clients, ipv4_address source, uint16_t call_id,
                           struct packet *packet);

#endif
