#ifndef VPNSIM_PPP_LCP_H
#define VPNSIM_PPP_LCP_H

#include "base/entropy.h"
#include "ppp/ppp_auth.h"
#include "ppp/ppp_control.h"

/* Option types (RFC 1661 section 6, RFC 1662 section 7.1, RFC 1570, RFC 1990, RFC 2125). */
#define LCP_OPTION_MRU                1
#define LCP_OPTION_ACCM               2
#define LCP_OPTION_AUTHENTICATION     3
#define LCP_OPTION_QUALITY            4
#define LCP_OPTION_MAGIC_NUMBER       5
#define LCP_OPTION_PFC                7
#define LCP_OPTION_ACFC               8
#define LCP_OPTION_CALLBACK           13
#define LCP_OPTION_MRRU               17
#define LCP_OPTION_SHORT_SEQUENCE     18
#define LCP_OPTION_ENDPOINT           19
#define LCP_OPTION_LINK_DISCRIMINATOR 23

/** MRU in force until another is negotiated (RFC 1661 section 6.1). */
#define LCP_DEFAULT_MRU 1500
/** The longest option list of a Configure-Request of our own. */
#define LCP_REQUEST_SIZE 80
/** Most Identification messages sent once LCP is open. */
#define LCP_IDENTIFICATIONS 2
/** Most authentication methods in a list. */
#define LCP_METHODS 6

/** Name of LCP option @p type ("magic-number"); "unknown" when it has none. */
const char *lcp_option_name(uint8_t type);

/** How this end wants the link; zeroes mean "do not negotiate". */
struct lcp_config {
    uint16_t mru;      /**< asked for; 0: not asked, so 1500 */
    uint16_t mtu;      /**< longest information field we send whatever the peer takes; 0: 1500 */
    bool accm_on;      /**< ask for .accm; off on tunnels, which have no control characters */
    uint32_t accm;     /**< characters the peer must escape, e.g. 0 or 0x000a0000 */
    bool magic_number; /**< ask for one: loops are detected, echoes identified */
    bool pfc;          /**< ask for Protocol-Field-Compression, and allow it to the peer */
    bool acfc;         /**< ask for Address-and-Control-Field-Compression, and allow it */
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
    uint8_t asks;                      /**< set of options in our request, internal */
    uint8_t magic_collisions;
    uint8_t echo_unanswered;
    uint8_t echo_identifier;
    uint16_t wanted_mru; /**< in our request */
    uint16_t mru;        /**< what the peer may send us */
    uint16_t peer_mru;   /**< what we may send the peer */
    uint32_t accm;
    uint32_t peer_accm; /**< characters we must escape */
    uint32_t magic;     /**< ours, 0 when not negotiated */
    uint32_t peer_magic;
    bool pfc;                          /**< the peer may compress the protocol field */
    bool acfc;                         /**< the peer may leave out FF 03 */
    bool peer_pfc;                     /**< we may compress the protocol field */
    bool peer_acfc;                    /**< we may leave out FF 03 */
    bool must_prove;                   /**< the peer wants us to authenticate */
    enum ppp_auth_method prove_method; /**< with this */
    instant echo_at;                   /**< when the next Echo-Request is due */
};

void lcp_init(struct lcp *lcp, struct ppp_control_link *link, const struct lcp_config *config,
              const struct lcp_methods *methods, struct entropy *entropy);

/** True when our acknowledged request makes the peer authenticate; @p method says how. */
bool lcp_required_method(const struct lcp *lcp, enum ppp_auth_method *method);

/** Sends the configured Identifications and starts the keep-alive; called on Opened. */
void lcp_opened(struct lcp *lcp, instant now);

/** Sends a Protocol-Reject of @p protocol with @p data as the Rejected-Information (section 5.7);
 *  nothing when LCP is not Opened. */
void lcp_send_protocol_reject(struct lcp *lcp, instant now, uint16_t protocol, const uint8_t *data,
                              size_t length);

void lcp_handle_timeout(struct lcp *lcp, instant now);
instant lcp_next_timeout(const struct lcp *lcp);

#endif
