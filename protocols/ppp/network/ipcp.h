#ifndef VPNSIM_PPP_NETWORK_IPCP_H
#define VPNSIM_PPP_NETWORK_IPCP_H

#include "base/ipv4_address.h"
#include "ppp/compression/vj.h"
#include "ppp/network/ppp_ncp.h"

/* Option types (RFC 1332 section 3, RFC 1877 section 1). */
#define IPCP_OPTION_IP_ADDRESSES   1
#define IPCP_OPTION_IP_COMPRESSION 2
#define IPCP_OPTION_IP_ADDRESS     3
#define IPCP_OPTION_PRIMARY_DNS    129
#define IPCP_OPTION_PRIMARY_NBNS   130
#define IPCP_OPTION_SECONDARY_DNS  131
#define IPCP_OPTION_SECONDARY_NBNS 132

/** Name servers on one link, in the order of the options 129 to 132. */
enum ipcp_server { IPCP_DNS1, IPCP_NBNS1, IPCP_DNS2, IPCP_NBNS2 };
#define IPCP_SERVERS 4

/** How this end wants IP configured; addresses in host order, zero is "none". */
struct ipcp_config {
    bool enabled;                       /**< false: refused with Protocol-Reject */
    ipv4_address local_address;         /**< our address; 0: ask the peer for one */
    bool local_address_fixed;           /**< do not accept another one than .local_address */
    ipv4_address peer_address;          /**< assigned to the peer; 0: it must bring its own */
    bool peer_may_choose;               /**< the peer may insist on another than .peer_address */
    bool vj;                            /**< ask for Van Jacobson compression of what we get */
    bool vj_allowed;                    /**< the peer may ask for it */
    bool ask_servers[IPCP_SERVERS];     /**< ask the peer for these name servers */
    ipv4_address servers[IPCP_SERVERS]; /**< handed out when asked; 0: that option is rejected */
};

/** IPCP of one link (RFC 1332, RFC 1877). */
struct ipcp {
    struct ppp_control control;
    uint8_t request[6 + 6 + 6 * IPCP_SERVERS];
    const struct ipcp_config *config;       /**< borrowed */
    uint8_t asks;                           /**< set of options in our request, internal */
    uint8_t address_naks;                   /**< how often the peer named another address for us */
    ipv4_address local_address;             /**< ours as negotiated */
    ipv4_address peer_address;              /**< the peer's as negotiated */
    ipv4_address assigned_address;          /**< the peer's as we assign it, 0: free choice */
    ipv4_address servers[IPCP_SERVERS];     /**< learnt from the peer */
    bool vj_agreed;                         /**< the peer acknowledged that it may compress */
    bool vj_peer_agreed;                    /**< we acknowledged that we may */
    struct vj_config vj_peer;               /**< how, as the peer asked for it */
    struct vj_compressor vj_compressor;     /**< valid while .compresses */
    struct vj_decompressor vj_decompressor; /**< valid while .decompresses */
    bool compresses;
    bool decompresses;
};

/** The network phase's view of IPCP. */
extern const struct ppp_ncp_class ipcp_class;

/** Frees what it holds. */
void ipcp_destroy(struct ipcp *ipcp);

void ipcp_init(struct ipcp *ipcp, struct ppp_control_link *link, const struct ipcp_config *config);

#endif
