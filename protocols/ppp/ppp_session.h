#ifndef VPNSIM_PPP_PPP_SESSION_H
#define VPNSIM_PPP_PPP_SESSION_H

#include "base/entropy.h"
#include "base/output.h"
#include "base/packet.h"
#include "base/status.h"
#include "base/trace.h"
#include "crypto/crypto.h"
#include "ppp/auth/ppp_auth.h"
#include "ppp/cbcp.h"
#include "ppp/ccp.h"
#include "ppp/lcp.h"
#include "ppp/network/atcp.h"
#include "ppp/network/ipcp.h"
#include "ppp/network/ipv6cp.h"
#include "ppp/network/ipxcp.h"
#include "ppp/network/nbfcp.h"
#include "ppp/network/ppp_ncp.h"
#include "ppp/ppp_bundle.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* PPP protocol numbers (RFC 1661 section 2). */
#define PPP_PROTOCOL_IP         0x0021
#define PPP_PROTOCOL_APPLETALK  0x0029
#define PPP_PROTOCOL_IPX        0x002b
#define PPP_PROTOCOL_NBF        0x003f
#define PPP_PROTOCOL_IPV6       0x0057
#define PPP_PROTOCOL_COMPRESSED 0x00fd
#define PPP_PROTOCOL_IPCP       0x8021
#define PPP_PROTOCOL_CCP        0x80fd
#define PPP_PROTOCOL_LCP        0xc021

/** Phases of the link (RFC 1661 section 3.2). */
enum ppp_phase {
    PPP_PHASE_DEAD,
    PPP_PHASE_ESTABLISH,
    PPP_PHASE_AUTHENTICATE,
    PPP_PHASE_NETWORK,
    PPP_PHASE_TERMINATE,
};

/** What OUTPUT_EVENT of a session means; output.value is 0 unless said otherwise. */
enum ppp_event {
    PPP_EVENT_LCP_UP, /**< options are agreed; see the accessors (Set-Link-Info) */
    /** Both directions done, or none wanted. With .member this is as far as the link goes by
     *  itself: ppp_session_describe() says which bundle it may be part of. */
    PPP_EVENT_AUTHENTICATED,
    /** With .member: the peer's Protocol-Reject names a protocol of the bundle's network phase;
     *  value: which, for ppp_session_protocol_rejected() of the bundle. */
    PPP_EVENT_PROTOCOL_REJECTED,
    /** CBCP has agreed on a call the other way round, see ppp_session_callback(): the caller ends
     * the link, the end that was called waits for that. */
    PPP_EVENT_CALLBACK,
    /** A network protocol is open and, if required, so is CCP: its datagrams may flow, or no longer
     *  may. value: the protocol of the datagrams, e.g. PPP_PROTOCOL_IP. */
    PPP_EVENT_PROTOCOL_UP,
    PPP_EVENT_PROTOCOL_DOWN,
    /** The first protocol is up and nothing is known to be negotiated still; none is up any more.
     *  PROTOCOL_UP comes before, PROTOCOL_DOWN too. */
    PPP_EVENT_NETWORK_UP,
    PPP_EVENT_NETWORK_DOWN,
    PPP_EVENT_FINISHED, /**< the link is over; value: enum ppp_error, 0 after a plain close */
};

/** Most network protocols of a session: IP, IPX, NetBIOS Frames, AppleTalk, IPv6. */
#define PPP_NETWORKS 5

/**
 * The network protocols of a session beside IP, kept apart because most sessions have none: the
 * owner fills in the configurations, the rest is the session's.
 */
struct ppp_networks {
    struct ipxcp_config ipxcp_config;
    struct nbfcp_config nbfcp_config;
    struct atcp_config atcp_config;
    struct ipv6cp_config ipv6cp_config;
    struct ipxcp ipxcp;
    struct nbfcp nbfcp;
    struct atcp atcp;
    struct ipv6cp ipv6cp;
};

/** Why a link ended: the codes a Windows client shows (raserror.h). */
enum ppp_error {
    PPP_ERROR_NONE = 0,
    PPP_ERROR_ACCESS_DENIED = 5,          /**< Windows NT 4.0: a refusal without a number */
    PPP_ERROR_PORT_DISCONNECTED = 619,    /**< the lower layer went while connecting */
    PPP_ERROR_DISCONNECTION = 628,        /**< the lower layer went while connected */
    PPP_ERROR_REMOTE_DISCONNECTION = 629, /**< the peer hung up a working link */
    PPP_ERROR_USER_DISCONNECTION = 631,   /**< hung up here */
    PPP_ERROR_LOGON_HOURS = 646,
    PPP_ERROR_ACCOUNT_DISABLED = 647,
    PPP_ERROR_PASSWORD_EXPIRED = 648,
    PPP_ERROR_NO_DIALIN_PERMISSION = 649,
    PPP_ERROR_AUTHENTICATION_FAILURE = 691,
    PPP_ERROR_CHANGING_PASSWORD = 709,
    PPP_ERROR_TIMEOUT = 718,                 /**< the peer was heard, then silence */
    PPP_ERROR_REMOTE_TERMINATED = 719,       /**< Terminate-Request before the network was up */
    PPP_ERROR_NO_PROTOCOLS_CONFIGURED = 720, /**< no network control protocol was agreed */
    PPP_ERROR_NO_RESPONSE = 721,             /**< no PPP packet ever arrived */
    PPP_ERROR_NOT_CONVERGING = 732,
    PPP_ERROR_CP_REJECTED = 733,
    PPP_ERROR_LCP_TERMINATED = 734,
    PPP_ERROR_REQUIRED_ADDRESS_REJECTED = 735,
    PPP_ERROR_NCP_TERMINATED = 736,
    PPP_ERROR_LOOPBACK_DETECTED = 737,
    PPP_ERROR_NO_ADDRESS_ASSIGNED = 738,
    PPP_ERROR_NO_LOCAL_ENCRYPTION = 741,  /**< required, and no keys here */
    PPP_ERROR_NO_REMOTE_ENCRYPTION = 742, /**< required, and the peer will not */
    PPP_ERROR_REMOTE_REQUIRES_ENCRYPTION = 743,
    PPP_ERROR_UNABLE_TO_AUTHENTICATE_SERVER = 778, /**< MS-CHAP-V2 S= value is wrong */
    PPP_ERROR_NO_EAP_TLS_CERTIFICATE = 798,        /**< none that could be shown */
    PPP_ERROR_VALIDATING_SERVER_CERTIFICATE = 801, /**< the server's is not good */
    PPP_ERROR_IDLE_TIMEOUT = 828,                  /**< nothing was said for too long */
    PPP_ERROR_PEER_REFUSED_AUTH = 919, /**< the peer that we called will not authenticate */
};

/** Authentication in both directions. Arrays and texts are borrowed for the session's life. */
struct ppp_session_auth_config {
    struct lcp_methods methods;
    const char *local_name;   /**< Name in our Challenges: the computer's name */
    const char *user;         /**< who we are; may be DOMAIN\user */
    const char *password;     /**< UTF-8 */
    const char *new_password; /**< MS-CHAP: to change to when .password has expired; NULL: none */
    /** Finds the account of a peer that must authenticate. */
    ppp_auth_lookup *lookup;
    void *lookup_context;
    /** Methods inside EAP that we demand and that we agree to; each best first. */
    struct ppp_auth_eap_methods eap_require;
    struct ppp_auth_eap_methods eap_allow;
    const struct eap_tls_config *tls; /**< EAP-TLS; NULL: the method is not there */
    const char *notification;         /**< EAP: a text for the peer's user; NULL: none */
    ppp_auth_change *change;          /**< changes an expired password; NULL: it is refused */
    enum oem_code_page code_page;     /**< see struct ppp_auth_config, as the next three */
    bool lan_manager;
    uint8_t change_version;
    uint32_t bare_refusal;
    uint8_t retries;          /**< MS-CHAP tries granted after a wrong password (R=1) */
    const char *success_text; /**< see struct ppp_auth_config; NULL as Windows has it */
    const char *failure_text;
    uint32_t rechallenge_ms;  /**< period of CHAP re-challenges; 0: none */
    uint8_t first_identifier; /**< of the first Challenge or Request */
};

/** Everything a session needs; copied by ppp_session_init(), what it points at is borrowed. */
struct ppp_session_config {
    struct packet_pool *pool;
    struct crypto *crypto; /**< may be NULL when no method needs it, nor encryption */
    struct trace trace;
    struct entropy entropy;                /**< own stream of this session; copied */
    const char *label;                     /**< field "session" of every trace event */
    struct ppp_automaton_config automaton; /**< Restart timer and counters of all protocols */
    struct lcp_config lcp;
    struct ppp_session_auth_config auth;
    /** CBCP, when LCP agreed on it: .allowed for who was called, .number and .delay_s for the
     *  caller; the rest is filled in. */
    struct cbcp_config cbcp;
    struct ccp_config ccp;
    struct ipcp_config ipcp;
    /** Network protocols beside IP; borrowed for the session's life. NULL: there are none, and the
     *  peer's are refused with Protocol-Reject. */
    struct ppp_networks *networks;
    /** One link of a bundle: it ends with authentication and callback. What comes for the network
     *  phase is delivered, whatever its protocol, and what the bundle sends is encapsulated by
     *  ppp_session_encapsulate_for_bundle(). */
    bool member;
    /** The bundle itself, whose lower layer is its links together: the network phase alone, with
     *  what the first link has brought; borrowed for the session's life. NULL: a link. */
    const struct ppp_bundle *bundle;
    /** Called once, when the peer has authenticated, to choose the address it is assigned; 0: there
     *  is none left (IPCP is then refused, the peer sees error 720). NULL: .ipcp.peer_address. */
    ipv4_address (*assign_address)(void *context, const char *peer_name);
    void *assign_context;
    /** Asked of the end that was called, when the peer has authenticated: how it may be called
     * back, a set of CBCP_ALLOW(); with .assign_context. A peer that has to be called and did not
     * agree to CBCP is refused. NULL: .cbcp.allowed. */
    unsigned (*allow_callback)(void *context, const char *peer_name);
    bool caller;            /**< we placed the call: whose keys count when both ends authenticate */
    uint32_t negotiate_ms;  /**< limit from lower-up to network-up; 0: none; Windows 150,000 */
    bool shared_identifier; /**< one Identifier counter for LCP and the NCPs, as Windows has */
    bool renumber_retransmits; /**< a retransmission gets a new Identifier, as Windows does */
    bool windows_termination;  /**< Terminate-Request carries magic, 003CCD74 and the error */
    /**
     * Sees every PPP frame before encryption and after decryption, control frames too, with
     * complete header: FF 03, two octets of protocol. NULL: nobody looks. The frame is borrowed.
     */
    void (*tap)(void *context, instant now, bool sent, const uint8_t *frame, size_t length);
    void *tap_context;
};

/** Defaults: RFC 1661 timers, MRU 1400, magic, PFC, ACFC, 150 s; IP alone; no authentication, no
 * CCP. */
struct ppp_session_config ppp_session_defaults(void);

/**
 * One end of a PPP link (RFC 1661): LCP, authentication, CCP with MPPE, the network control
 * protocols, and the data path. Or, of a bundle, its one or its other half: see .member and
 * .bundle.
 * It has pointers into itself: it must stay where it was initialised.
 *
 * After every call below but the accessors, poll until OUTPUT_NONE:
 *   OUTPUT_SEND     a PPP frame for the lower layer, from its address or protocol field on, without
 *                   flags and FCS
 *   OUTPUT_DELIVER  a datagram for the stack; value: its protocol, e.g. PPP_PROTOCOL_IP
 *   OUTPUT_EVENT    enum ppp_event
 */
struct ppp_session;

/** Prepares the Dead phase. STATUS_INVALID when the configuration contradicts itself. */
enum status ppp_session_init(struct ppp_session *self, const struct ppp_session_config *config);

/** Frees queued packets and keys, whatever the phase. */
void ppp_session_destroy(struct ppp_session *self);

/** Administrative Open: the link may be established, as soon as the lower layer is up. */
void ppp_session_open(struct ppp_session *self, instant now);

/** The lower layer (PPTP call, L2TP session, line) can carry frames, or no longer can. */
void ppp_session_lower_up(struct ppp_session *self, instant now);
void ppp_session_lower_down(struct ppp_session *self, instant now);

/** Administrative Close: terminates the link in order. @p error is reported with
 *  PPP_EVENT_FINISHED and, with .windows_termination, told to the peer; 0 or 631 for a hang-up. */
void ppp_session_close(struct ppp_session *self, instant now, enum ppp_error error);

/** The line lost or damaged a frame: what compression of headers cannot trust any more is tossed
 *  (RFC 1144 section 4.1). */
void ppp_session_link_error(struct ppp_session *self);

/** A frame from the peer, of a bundle a packet put together: with or without FF 03, protocol of one
 * or two octets. Takes @p frame. */
void ppp_session_input(struct ppp_session *self, instant now, struct packet *frame);

/**
 * Makes a PPP frame of @p packet, a datagram of @p protocol (PPP_PROTOCOL_IP, ...), in place:
 * pushes the protocol, encrypts, pushes the header. True: @p packet is now the frame to send, still
 * the caller's. False: it was dropped, traced and freed. Nothing is queued, so no poll is needed.
 */
bool ppp_session_encapsulate_as(struct ppp_session *self, instant now, uint16_t protocol,
                                struct packet *packet);

/** ppp_session_encapsulate_as() of an IP datagram. */
bool ppp_session_encapsulate(struct ppp_session *self, instant now, struct packet *packet);

/** ppp_session_encapsulate_as() with the frame queued for poll. Takes @p packet. */
void ppp_session_send(struct ppp_session *self, instant now, uint16_t protocol,
                      struct packet *packet);

/** ppp_session_encapsulate() with the frame queued for poll. Takes @p packet. */
void ppp_session_send_ip(struct ppp_session *self, instant now, struct packet *packet);

/** What a link with .member whose phase is PPP_PHASE_NETWORK brings along for a bundle. */
void ppp_session_describe(const struct ppp_session *self, struct ppp_bundle *bundle);

/**
 * Makes a frame for a link with .member of what its bundle sends: @p packet begins at its protocol
 * field, that of a fragment included. True and false as ppp_session_encapsulate_as().
 */
bool ppp_session_encapsulate_for_bundle(struct ppp_session *self, instant now,
                                        struct packet *packet);

/** The peer has rejected @p protocol of this bundle over one of its links. */
void ppp_session_protocol_rejected(struct ppp_session *self, instant now, uint16_t protocol);

/** Tells the peer that @p seconds of the session are left (RFC 1570); UINT32_MAX: forever. */
void ppp_session_tell_time_remaining(struct ppp_session *self, instant now, uint32_t seconds,
                                     const char *text);

void ppp_session_handle_timeout(struct ppp_session *self, instant now);
instant ppp_session_next_timeout(const struct ppp_session *self);

/** Moves the next decision to @p output; false (OUTPUT_NONE) when there is none. */
bool ppp_session_poll(struct ppp_session *self, struct output *output);

/** What was negotiated; meaningful from the event on that reports it. */
enum ppp_phase ppp_session_phase(const struct ppp_session *self);
bool ppp_session_network_is_up(const struct ppp_session *self);
/** True when datagrams of @p protocol may flow. */
bool ppp_session_protocol_is_up(const struct ppp_session *self, uint16_t protocol);
ipv4_address ppp_session_local_address(const struct ppp_session *self);
ipv4_address ppp_session_peer_address(const struct ppp_session *self);
/** A name server learnt from the peer, 0 when none. */
ipv4_address ppp_session_server(const struct ppp_session *self, enum ipcp_server server);
/** 40, 56 or 128 when data is encrypted, otherwise 0. */
unsigned ppp_session_strength_bits(const struct ppp_session *self);
bool ppp_session_is_stateless(const struct ppp_session *self);
/** How often MPPE's session key has changed since CCP opened, for what we send or receive. */
uint32_t ppp_session_key_changes(const struct ppp_session *self, bool sent);
/** Longest information field the peer takes (its MRU, limited by .lcp.mtu). */
uint16_t ppp_session_peer_mru(const struct ppp_session *self);
/** Longest IP datagram that fits, MPPE's four octets taken off when data is encrypted. */
uint16_t ppp_session_mtu(const struct ppp_session *self);
/** Send ACCM (what we must escape) and receive ACCM for Set-Link-Info (RFC 2637 section 2.15). */
uint32_t ppp_session_send_accm(const struct ppp_session *self);
uint32_t ppp_session_receive_accm(const struct ppp_session *self);
/** Name the peer authenticated with, "" when it did not. */
const char *ppp_session_peer_name(const struct ppp_session *self);
/** What was agreed on, from PPP_EVENT_CALLBACK on: .type, .number, .delay_s. */
const struct cbcp *ppp_session_callback(const struct ppp_session *self);
/** Why the link ended or is ending, PPP_ERROR_NONE while it is well. */
enum ppp_error ppp_session_error(const struct ppp_session *self);

struct ppp_session {
    struct ppp_session_config config;
    struct ppp_control_link link;
    struct lcp lcp;
    struct cbcp cbcp; /**< between authentication and network phase */
    struct ccp ccp;
    struct ipcp ipcp;
    struct ppp_ncp ncps[PPP_NETWORKS]; /**< those there are, in the order of being opened */
    uint8_t ncp_count;
    struct ppp_auth demand; /**< the peer proves itself to us */
    struct ppp_auth prove;  /**< we prove ourselves to the peer */
    struct output_queue output;
    instant negotiate_at; /**< when the negotiation must be over */
    uint8_t phase;        /**< enum ppp_phase */
    bool heard;           /**< a PPP packet arrived since the lower layer came up */
    bool lower_is_up;
    bool demanding; /**< .demand is initialised */
    bool proving;   /**< .prove is initialised */
    bool demand_done;
    bool prove_done;
    bool calling_back; /**< .cbcp is under way */
    bool network_up;
    bool address_chosen;  /**< .assign_address was asked */
    bool ip_refused;      /**< there is no address for the peer */
    bool close_pending;   /**< LCP is to be closed when the current input is done with */
    bool finished;        /**< PPP_EVENT_FINISHED was reported */
    enum ppp_error error; /**< first reason that ended the link */
};

#endif
