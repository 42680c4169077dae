#ifndef VPNSIM_NODES_VPN_CONNECTION_H
#define VPNSIM_NODES_VPN_CONNECTION_H

#include "nodes/connection.h"
#include "nodes/link_info.h"
#include "nodes/pptp_link.h"
#include "nodes/pptp_port.h"

/** What a PPTP connection of the phone book says. */
struct vpn_connection_config {
    struct connection_config common;
    ipv4_address server;
    uint16_t port;
    uint32_t echo_idle_ms;           /**< 0: the profile's */
    uint32_t echo_reply_ms;          /**< 0: the profile's */
    uint8_t connect_retransmissions; /**< of a SYN; 0: the profile's */
    uint8_t data_retransmissions;    /**< of a control message; 0: the profile's */
    uint32_t dial_timeout_ms;        /**< until the control connection stands; 0: 60 s */
    bool validate_address;           /**< GRE packets from elsewhere than the server are dropped */
};

/** A PPTP connection to a VPN server, in the role of the PNS. */
struct vpn_connection {
    struct connection base; /**< first: it is an entry of the phone book */
    struct vpn_connection_config config;
    struct pptp_link link;
    struct pptp_port port;
    struct link_info link_info;
    struct timer dial_timer;
    struct timer end_timer; /**< pauses while the call and then the control connection end */
    uint16_t call_id;
    uint16_t call_serial_number;
    struct stack_interface *route_interface; /**< of the host route to the server; NULL: none */
    ipv4_address route_gateway;
};

/** Adds a connection to the phone book of @p dialer. STATUS_NO_MEMORY. */
enum status vpn_connection_add(struct dialer *dialer, const struct vpn_connection_config *config);

#endif
