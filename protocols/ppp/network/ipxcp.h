#ifndef VPNSIM_PPP_NETWORK_IPXCP_H
#define VPNSIM_PPP_NETWORK_IPXCP_H

#include "ppp/network/ppp_ncp.h"

/* Option types (RFC 1552 section 3). */
#define IPXCP_OPTION_NETWORK_NUMBER         1
#define IPXCP_OPTION_NODE_NUMBER            2
#define IPXCP_OPTION_COMPRESSION_PROTOCOL   3
#define IPXCP_OPTION_ROUTING_PROTOCOL       4
#define IPXCP_OPTION_ROUTER_NAME            5
#define IPXCP_OPTION_CONFIGURATION_COMPLETE 6

/** Octets of a node number. */
#define IPX_NODE_SIZE 6
/** Longest router name (RFC 1552 section 3.5). */
#define IPXCP_NAME_MAX 47

/** Values of the IPX-Routing-Protocol option. */
enum ipxcp_routing {
    IPXCP_ROUTING_NONE = 0,
    IPXCP_ROUTING_RIP_SAP = 2,
    IPXCP_ROUTING_NLSP = 4,
};

/** How this end wants IPX configured. */
struct ipxcp_config {
    bool enabled;     /**< false: refused with Protocol-Reject */
    uint32_t network; /**< network number of the link; 0: the peer names it. The higher one wins */
    uint8_t node[IPX_NODE_SIZE];      /**< our node number; zeroes: the peer assigns one */
    uint8_t peer_node[IPX_NODE_SIZE]; /**< assigned to a peer that asks; zeroes: it gets none */
    bool peer_may_choose;             /**< the peer may insist on another than .peer_node */
    bool address_required; /**< without network and node number the protocol is given up (735) */
    enum ipxcp_routing routing; /**< what we wish to hear */
    const char *router_name;    /**< borrowed; NULL: not told */
};

/** IPXCP of one link (RFC 1552). */
struct ipxcp {
    struct ppp_control control;
    uint8_t request[6 + 8 + 4 + 2 + IPXCP_NAME_MAX + 2];
    const struct ipxcp_config *config; /**< borrowed */
    uint8_t asks;                      /**< set of options in our request, internal */
    uint32_t network;                  /**< of the link, the same at both ends; 0: none */
    uint8_t node[IPX_NODE_SIZE];       /**< ours */
    uint8_t peer_node[IPX_NODE_SIZE];
    uint16_t peer_routing;                /**< what the peer wishes to hear: enum ipxcp_routing */
    bool peer_complete;                   /**< the peer says that it lacks nothing */
    char peer_router[IPXCP_NAME_MAX + 1]; /**< "" when not told */
};

/** The network phase's view of IPXCP. */
extern const struct ppp_ncp_class ipxcp_class;

void ipxcp_init(struct ipxcp *ipxcp, struct ppp_control_link *link,
                const struct ipxcp_config *config);

#endif
