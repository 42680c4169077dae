#ifndef VPNSIM_PPP_NETWORK_IPV6CP_H
#define VPNSIM_PPP_NETWORK_IPV6CP_H

#include "base/entropy.h"
#include "ppp/network/ppp_ncp.h"

/* Option types (RFC 5072 section 4; compression of RFC 2472, withdrawn since). */
#define IPV6CP_OPTION_INTERFACE_IDENTIFIER 1
#define IPV6CP_OPTION_COMPRESSION          2

/** How this end wants IPv6 configured. */
struct ipv6cp_config {
    bool enabled;        /**< false: refused with Protocol-Reject */
    uint64_t identifier; /**< our interface identifier; 0: a random one */
};

/** IPV6CP of one link (RFC 5072 section 4). */
struct ipv6cp {
    struct ppp_control control;
    uint8_t request[10];
    const struct ipv6cp_config *config; /**< borrowed */
    struct entropy *entropy;            /**< borrowed */
    bool asks;                          /**< the identifier is in our request */
    uint64_t identifier;                /**< ours, 0: none could be agreed */
    uint64_t peer_identifier;
    uint64_t suggested; /**< to the peer in our last Nak */
};

/** The network phase's view of IPV6CP. */
extern const struct ppp_ncp_class ipv6cp_class;

void ipv6cp_init(struct ipv6cp *ipv6cp, struct ppp_control_link *link,
                 const struct ipv6cp_config *config, struct entropy *entropy);

#endif
