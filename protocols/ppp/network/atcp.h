#ifndef VPNSIM_PPP_NETWORK_ATCP_H
#define VPNSIM_PPP_NETWORK_ATCP_H

#include "ppp/network/ppp_ncp.h"

/* Option types (RFC 1378 section 2). */
#define ATCP_OPTION_ADDRESS             1
#define ATCP_OPTION_ROUTING_PROTOCOL    2
#define ATCP_OPTION_SUPPRESS_BROADCASTS 3
#define ATCP_OPTION_COMPRESSION         4

/** How this end wants AppleTalk configured: an address and nothing else. */
struct atcp_config {
    bool enabled;          /**< false: refused with Protocol-Reject */
    uint16_t network;      /**< our address; 0: the peer assigns it */
    uint8_t node;          /**< 0: the peer assigns it */
    uint16_t peer_network; /**< assigned to a peer that asks; 0: none */
    uint8_t peer_node;
};

/** ATCP of one link (RFC 1378). */
struct atcp {
    struct ppp_control control;
    uint8_t request[6];
    const struct atcp_config *config; /**< borrowed */
    bool asks;                        /**< the address is in our request */
    uint16_t network;                 /**< ours */
    uint8_t node;
    uint16_t peer_network;
    uint8_t peer_node;
};

/** The network phase's view of ATCP. */
extern const struct ppp_ncp_class atcp_class;

void atcp_init(struct atcp *atcp, struct ppp_control_link *link, const struct atcp_config *config);

#endif
