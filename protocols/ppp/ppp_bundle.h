#ifndef VPNSIM_PPP_PPP_BUNDLE_H
#define VPNSIM_PPP_PPP_BUNDLE_H

#include "ppp/auth/ppp_auth.h"
#include "ppp/compression/mppe_keys.h"
#include "ppp/lcp.h"

#include <stdbool.h>
#include <stdint.h>

/**
 * What an authenticated link brings along for a bundle (RFC 1990), and what a bundle has from its
 * first link for as long as it lasts. Filled in by ppp_session_describe().
 */
struct ppp_bundle {
    /** Both ends have agreed on multilink. False: the bundle is this link alone, and what it
     *  carries has no multilink headers. */
    bool multilink;
    bool short_sequence; /**< fragments that the peer sends have short headers */
    bool peer_short_sequence;
    bool peer_pfc;     /**< leading zeros of the protocol field are left out (section 2) */
    uint16_t mru;      /**< longest information field that the peer may send: our MRRU, or MRU */
    uint16_t peer_mru; /**< and that we may send */
    struct lcp_endpoint peer_endpoint;
    char peer_name[PPP_AUTH_NAME_MAX + 1]; /**< that it authenticated with; "": it did not */
    bool has_keys;
    struct mppe_start_keys keys; /**< that authentication left for MPPE */
};

/**
 * Why @p link cannot be part of @p bundle, which has other links: "no-multilink", "other-endpoint",
 * "other-user" or "other-mrru" (also for other headers); NULL: it belongs to it (RFC 1990 sections
 * 5.1.1 to 5.1.3).
 */
const char *ppp_bundle_refusal(const struct ppp_bundle *bundle, const struct ppp_bundle *link);

#endif
