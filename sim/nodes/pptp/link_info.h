#ifndef VPNSIM_NODES_PPTP_LINK_INFO_H
#define VPNSIM_NODES_PPTP_LINK_INFO_H

#include "nodes/pptp/pptp_link.h"
#include "nodes/profile.h"
#include "ppp/ppp_session.h"

#include <stdbool.h>
#include <stdint.h>

/**
 * When an end of a call sends Set-Link-Info. RFC 2637 section 2.15 leaves it to the PNS whose link
 * has escapes to agree on: an end with the rfc profile says nothing. Windows tells its settings on
 * every occasion, both ends alike; the occasions are those of KB Q241252 and of a recording.
 *
 * The owner tells what happens to the call, and calls pptp_link_run() afterwards.
 */
struct link_info {
    struct pptp_link *link; /**< of the current call */
    const struct node_profile *profile;
    const struct ppp_session *ppp;
    uint16_t call_id;
    bool caller;
    bool network_up;
    bool repeated; /**< the repetition of this network phase has been sent */
};

/** For the calls, one after the other, whose PPP session is @p ppp, of a node of @p profile. */
void link_info_init(struct link_info *self, const struct ppp_session *ppp,
                    const struct node_profile *profile, bool caller);

/** The call @p call_id over @p link is connected: a caller resets the other end's settings. */
void link_info_connected(struct link_info *self, struct pptp_link *link, uint16_t call_id);

/** LCP has agreed on the maps: both ends tell them. */
void link_info_lcp_up(struct link_info *self);

/** The network phase has begun: Windows 2000 and NT 4 callers tell them once more. */
void link_info_network_up(struct link_info *self);

/** A Set-Link-Info has come: an answering Windows 2000 or NT 4 repeats its own, once. */
void link_info_received(struct link_info *self);

/** The network phase is over: both ends go back to the settings before LCP. */
void link_info_network_down(struct link_info *self);

#endif
