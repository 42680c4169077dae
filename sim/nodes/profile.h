#ifndef VPNSIM_NODES_PROFILE_H
#define VPNSIM_NODES_PROFILE_H

#include "gre/gre_tunnel.h"
#include "host/host_stack.h"
#include "inet/tcp_options.h"
#include "l2tp/l2tp_endpoint.h"
#include "net/telephone.h"
#include "ppp/ppp_session.h"
#include "pptp/pptp_control.h"

#include <stdbool.h>
#include <stdint.h>

/**
 * Whose behaviour a node copies where documents, RFCs and implementations differ. The table of
 * profile.c holds the differences; the functions below turn a row into the settings of the engines.
 */
struct node_profile {
    const char *name; /**< as scenarios spell it: "windows-2000" */
    bool windows;
    uint8_t ttl;
    bool asks_for_mru;              /**< LCP asks the peer for packets no longer than our own */
    bool asks_for_asyncmap;         /**< of no characters, although tunnels carry frames */
    bool mppe_new_key_when_flushed; /**< see struct mppe_config */
    bool asks_for_wins;             /**< IPCP asks for NetBIOS name servers too */
    uint16_t tunnel_mtu;            /**< longest IP datagram on a tunnel interface */
    const char *identification;     /**< LCP Identification, "MSRASV5.00"; NULL: none */
    const char *vendor;             /**< PPTP Vendor String */
    const char *server_vendor;      /**< the same of an answering end; NULL: .vendor */
    const char *host_name;          /**< PPTP Host Name; NULL: empty */
    uint16_t firmware;              /**< PPTP Firmware Revision */
    uint16_t server_call_window;    /**< Packet Recv. Window Size of Outgoing-Call-Reply */
    uint16_t client_call_window;    /**< of Outgoing-Call-Request; 0: 64 */
    bool guid_in_subaddress;        /**< Outgoing-Call-Request carries a random GUID */
    uint8_t server_framing;      /**< Framing Capabilities of an answering end; 0: asynchronous */
    uint8_t server_bearer;       /**< its Bearer Capabilities; 0: analog */
    bool connect_speed_swapped;  /**< Connect Speed goes out with its least octet first */
    bool link_info_repeated;     /**< Set-Link-Info once more when the network phase has begun */
    bool sends_wan_errors;       /**< an answering end sends WAN-Error-Notify */
    bool gre_from_route;         /**< an answering end's GRE comes from where its route leads */
    bool validates_address;      /**< GRE packets that do not come from the peer are dropped */
    bool lan_manager;            /**< the LM-Response of MS-CHAP-1 is sent too */
    uint16_t bare_refusal;       /**< error of a refusal without a number; 0: 691 */
    bool offers_multilink;       /**< MRRU and endpoint discriminator in the first LCP request */
    bool answers_multilink;      /**< the same as the end that was called */
    bool link_discriminator;     /**< and this one with them, as the end that was called */
    uint32_t tcp_receive_buffer; /**< of the host's TCP connections; 0: that of Windows 2000 */
    bool windows_vista;          /**< L2TP as Windows Vista and its successors have it */
    uint16_t pptp_ports;         /**< PPTP ports of a server by default */
};

/** The profile called @p name; NULL when there is none. */
const struct node_profile *node_profile_find(const char *name);

struct host_stack_config profile_stack(const struct node_profile *profile, bool forwarding);
struct tcp_options profile_tcp(const struct node_profile *profile);

/** TCP of a PPTP control connection: nine data retransmissions, see KB Q162847. */
struct tcp_options profile_control_tcp(const struct node_profile *profile);

struct pptp_control_config profile_control(const struct node_profile *profile, enum pptp_role role);

/** What an end of a VPN call claims to be connected at: a 100 Mbit/s adapter. */
#define PROFILE_CONNECT_SPEED_BPS 100000000
/** The slowest connection that who places a VPN call agrees to. */
#define PROFILE_MINIMUM_BPS 300

/** What Connect Speed says on the wire when an answering end means @p bps. */
uint32_t profile_connect_speed(const struct node_profile *profile, uint32_t bps);

/** L2TP, but for the name of the computer. */
struct l2tp_config profile_l2tp(const struct node_profile *profile);

/** The GRE tunnel of an established @p call. */
struct gre_tunnel_config profile_gre(const struct node_profile *profile,
                                     const struct pptp_call *call);

/**
 * Link and protocol settings of a PPP session over a tunnel, without credentials, encryption and
 * addresses. @p computer_name is the text of the second Identification, borrowed.
 */
struct ppp_session_config profile_ppp(const struct node_profile *profile,
                                      const char *computer_identification);

/**
 * Changes the settings of a PPP session over a tunnel to datagrams of at most @p mtu octets: what
 * is sent and, if the profile asks the peer for a Maximum-Receive-Unit at all, what is asked for.
 */
void profile_tunnel(const struct node_profile *profile, uint16_t mtu,
                    struct ppp_session_config *config);

/** Changes the settings of a PPP session to those of a telephone line over @p modem. */
void profile_line(const struct node_profile *profile, const struct modem *modem,
                  struct ppp_session_config *config);

/**
 * The LCP options beside those of profile_ppp(): callback, multilink, endpoint discriminator of the
 * node called @p node_name. @p answers: this end was called.
 */
void profile_options(const struct node_profile *profile, bool answers, const char *node_name,
                     struct lcp_config *lcp);

/** Has a link of the node called @p node_name ask for multilink and agree to it. */
void profile_multilink(const struct node_profile *profile, const char *node_name,
                       struct lcp_config *lcp);

#endif
