#ifndef VPNSIM_PPP_LCP_H
#define VPNSIM_PPP_LCP_H

#include "base/entropy.h"
#include "ppp/auth/ppp_auth.h"
#include "ppp/ppp_control.h"

/* Option types (RFC 1661 section 6, RFC 1662 section 7.1, RFC 1570, RFC 1990, RFC 2125). */
#define LCP_OPTION_MRU                1
#define LCP_OPTION_ACCM               2
#define LCP_OPTION_AUTHENTICATION     3
#define LCP_OPTION_QUALITY            4
#define LCP_OPTION_MAGIC_NUMBER       5
#define LCP_OPTION_PFC                7
#define LCP_OPTION_ACFC               8
#define LCP_OPTION_FCS_ALTERNATIVES   9
#define LCP_OPTION_PADDING            10
#define LCP_OPTION_CALLBACK           13
#define LCP_OPTION_COMPOUND_FRAMES    15
#define LCP_OPTION_MRRU               17
#define LCP_OPTION_SHORT_SEQUENCE     18
#define LCP_OPTION_ENDPOINT           19
#define LCP_OPTION_LINK_DISCRIMINATOR 23

/** MRU in force until another is negotiated (RFC 1661 section 6.1). */
#define LCP_DEFAULT_MRU 1500
/** The longest option list of a Configure-Request of our own. */
#define LCP_REQUEST_SIZE 96
/** Most Identification messages sent once LCP is open. */
#define LCP_IDENTIFICATIONS 2
/** Most authentication methods in a list. */
#define LCP_METHODS 6

/** Name of LCP option @p type ("magic-number"); "unknown" when it has none. */
const char *lcp_option_name(uint8_t type);

/** Alternatives of the option FCS-Alternatives (RFC 1570 section 2.1). */
#define LCP_FCS_NULL     1
#define LCP_FCS_CCITT_16 2
#define LCP_FCS_CCITT_32 4

/** The callback operation that leaves all to CBCP (MS-CBCP section 2.2.1). */
#define LCP_CALLBACK_CBCP 6

/** Longest address of an endpoint discriminator (RFC 1990 section 5.1.3). */
#define LCP_ENDPOINT_MAX 20

/** Classes of endpoint discriminators. */
enum lcp_endpoint_class {
    LCP_ENDPOINT_NULL,
    LCP_ENDPOINT_LOCAL, /**< locally assigned, up to 20 octets; what Windows uses */
    LCP_ENDPOINT_IPV4,
    LCP_ENDPOINT_MAC,
    LCP_ENDPOINT_MAGIC, /**< one to five magic numbers */
    LCP_ENDPOINT_PSN,   /**< a telephone number, up to 15 digits */
};

/** Which system an end of the link is, for telling the links of a bundle. */
struct lcp_endpoint {
    bool known; /**< false: none was told */
    uint8_t class;
    uint8_t length; /**< of .address */
    uint8_t address[LCP_ENDPOINT_MAX];
};

/** How this end wants the link; zeroes mean "do not negotiate". */
struct lcp_config {
    uint16_t mru;         /**< asked for; 0: not asked, so 1500 */
    uint16_t mtu;         /**< longest information field we send whatever the peer takes; 0: 1500 */
    bool accm_on;         /**< ask for .accm; off on tunnels, which have no control characters */
    uint32_t accm;        /**< characters the peer must escape, e.g. 0 or 0x000a0000 */
    bool magic_number;    /**< ask for one: loops are detected, echoes identified */
    bool pfc;             /**< ask for Protocol-Field-Compression, and allow it to the peer */
    bool acfc;            /**< ask for Address-and-Control-Field-Compression, and allow it */
    uint8_t fcs;          /**< FCS-Alternatives asked for, set of LCP_FCS_...; 0: not asked */
    uint8_t fcs_allowed;  /**< those the peer may ask for; 0: the option is rejected */
    uint8_t padding;      /**< Self-Describing-Padding asked for, largest pad; 0: not asked */
    bool padding_allowed; /**< the peer may ask for it */
    bool callback;        /**< ask for Callback with CBCP */
    bool callback_allowed;        /**< the peer may ask for that */
    uint16_t mrru;                /**< Multilink-MRRU asked for; 0: not asked */
    bool short_sequence;          /**< ask for short sequence numbers, with .mrru only */
    bool multilink_allowed;       /**< the peer may ask for both */
    struct lcp_endpoint endpoint; /**< told when known */
    bool endpoint_allowed;        /**< the peer may tell its own */
    bool link_discriminator_on;   /**< ask for .link_discriminator */
    uint16_t link_discriminator;
    bool link_discriminator_allowed; /**< the peer may tell its own */
    /** Texts of the Identifications sent once open ("MSRASV5.00", "MSRAS-0-NAME"); NULL: none. */
    const char *identification[LCP_IDENTIFICATIONS];
    uint32_t echo_interval_ms; /**< own keep-alive; 0: none, the Windows default */
    uint8_t echo_failures;     /**< unanswered Echo-Requests before the link is given up; 0: 3 */
    bool compress_headers;     /**< Windows: packets other than Configure lose FF 03 under ACFC */
};

/** Which authentication methods option 3 may settle on. */
struct lcp_methods {
    /** Methods one of which the peer must prove itself with, best first; none: not asked. */
    enum ppp_auth_method require[LCP_METHODS];
    /** Methods we agree to prove ourselves with, best first; none: we refuse. */
    enum ppp_auth_method allow[LCP_METHODS];
    uint8_t require_count;
    uint8_t allow_count;
};

/** LCP of one link (RFC 1661 sections 5 and 6). */
struct lcp {
    struct ppp_control control;
    uint8_t request[LCP_REQUEST_SIZE];
    const struct lcp_config *config;   /**< borrowed */
    struct entropy *entropy;           /**< borrowed */
    const struct lcp_methods *methods; /**< borrowed */
    uint8_t required;                  /**< index of the method asked for in the newest request */
    uint8_t tried;                     /**< set of indices asked for so far */
    uint16_t asks;                     /**< set of options in our request, internal */
    uint8_t magic_collisions;
    uint8_t echo_unanswered;
    uint8_t echo_identifier;
    uint16_t wanted_mru;  /**< in our request */
    uint16_t wanted_mrru; /**< in our request */
    uint16_t mru;         /**< what the peer may send us */
    uint16_t peer_mru;    /**< what we may send the peer */
    uint32_t accm;
    uint32_t peer_accm; /**< characters we must escape */
    uint32_t magic;     /**< ours, 0 when not negotiated */
    uint32_t peer_magic;
    bool pfc;       /**< the peer may compress the protocol field */
    bool acfc;      /**< the peer may leave out FF 03 */
    bool peer_pfc;  /**< we may compress the protocol field */
    bool peer_acfc; /**< we may leave out FF 03 */
    /* What our acknowledged options and those we acknowledged say; zero: not negotiated. */
    uint8_t fcs;          /**< what the peer may send us: set of LCP_FCS_... */
    uint8_t peer_fcs;     /**< what we may send the peer */
    uint8_t padding;      /**< largest pad behind compressed datagrams of the peer */
    uint8_t peer_padding; /**< largest pad behind ours */
    bool callback;        /**< the peer agreed to call us back, by CBCP */
    bool peer_callback;   /**< we agreed to call the peer back, by CBCP */
    bool short_sequence;  /**< multilink headers of the peer are short */
    bool peer_short_sequence;
    uint16_t mrru;      /**< longest packet that the peer may send us over a bundle */
    uint16_t peer_mrru; /**< longest one that we may send the peer */
    uint16_t peer_link_discriminator;
    struct lcp_endpoint peer_endpoint;
    bool must_prove;                   /**< the peer wants us to authenticate */
    enum ppp_auth_method prove_method; /**< with this */
    instant echo_at;                   /**< when the next Echo-Request is due */
};

void lcp_init(struct lcp *lcp, struct ppp_control_link *link, const struct lcp_config *config,
              const struct lcp_methods *methods, struct entropy *entropy);

/** True when our acknowledged request makes the peer authenticate; @p method says how. */
bool lcp_required_method(const struct lcp *lcp, enum ppp_auth_method *method);

/**
 * Makes LCP Opened without negotiation, as if its options had been configured by hand: the MRUs of
 * both directions and, for what we send, PFC and ACFC; nothing else (RFC 1990 section 2).
 */
void lcp_configure(struct lcp *lcp, uint16_t mru, uint16_t peer_mru, bool peer_pfc);

/** Sends the configured Identifications and starts the keep-alive; called on Opened. */
void lcp_opened(struct lcp *lcp, instant now);

/** Sends a Protocol-Reject of @p protocol with @p data as the Rejected-Information (section 5.7);
 *  nothing when LCP is not Opened. */
void lcp_send_protocol_reject(struct lcp *lcp, instant now, uint16_t protocol, const uint8_t *data,
                              size_t length);

/** Tells the peer how many seconds are left, with @p text (RFC 1570 section 1.2); nothing when LCP
 *  is not Opened. */
void lcp_send_time_remaining(struct lcp *lcp, instant now, uint32_t seconds, const char *text);

void lcp_handle_timeout(struct lcp *lcp, instant now);
instant lcp_next_timeout(const struct lcp *lcp);

#endif
