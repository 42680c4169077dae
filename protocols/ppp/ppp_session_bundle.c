/* A session as one link of a bundle, and as the bundle itself (RFC 1990). */
#include "ppp/ppp_session_internal.h"

#include <stdio.h>

/* ---- A link ---- */

void ppp_session_describe(const struct ppp_session *self, struct ppp_bundle *bundle)
{
    const struct lcp *lcp = &self->lcp;
    const struct mppe_start_keys *keys = ppp_session_encryption_keys(self);
    bool multilink = lcp->mrru != 0 && lcp->peer_mrru != 0;
    *bundle = (struct ppp_bundle){
        .multilink = multilink,
        .short_sequence = multilink && lcp->short_sequence,
        .peer_short_sequence = multilink && lcp->peer_short_sequence,
        .peer_pfc = lcp->peer_pfc,
        .mru = multilink ? lcp->mrru : lcp->mru,
        .peer_mru = multilink ? lcp->peer_mrru : lcp->peer_mru,
        .peer_endpoint = lcp->peer_endpoint,
        .has_keys = keys != NULL,
    };
    if (keys)
        bundle->keys = *keys;
    snprintf(bundle->peer_name, sizeof bundle->peer_name, "%s", ppp_session_peer_name(self));
}

void ppp_session_start_member(struct ppp_session *self)
{
    self->phase = PPP_PHASE_NETWORK;
    self->negotiate_at = INSTANT_NEVER;
    output_push_event(&self->output, PPP_EVENT_AUTHENTICATED, 0);
}

bool ppp_session_encapsulate_for_bundle(struct ppp_session *self, instant now,
                                        struct packet *packet)
{
    uint16_t protocol;
    const char *reason = NULL;
    if (self->phase != PPP_PHASE_NETWORK)
        reason = "network-not-up";
    else if (!ppp_session_pull_protocol(packet, &protocol))
        reason = "invalid-protocol";
    if (reason) {
        trace_drop(&self->config.trace, now, "ppp", reason, packet->serial);
        packet_free(packet);
        return false;
    }
    ppp_session_push_header(self, now, protocol, packet, false);
    return true;
}

/* ---- A bundle ---- */

void ppp_session_start_bundle(struct ppp_session *self, instant now)
{
    const struct ppp_bundle *bundle = self->config.bundle;
    lcp_configure(&self->lcp, bundle->mru, bundle->peer_mru, bundle->peer_pfc);
    ppp_session_start_network(self, now);
}

/* LCP does not negotiate on a bundle: it is left as it was entered, without a word. */
void ppp_session_end_bundle(struct ppp_session *self, instant now)
{
    ppp_control_down(&self->lcp.control, now);
    ppp_session_finish(self, now);
}

void ppp_session_protocol_rejected(struct ppp_session *self, instant now, uint16_t protocol)
{
    (void)ppp_session_network_rejected(self, now, protocol);
    ppp_session_settle(self, now);
}
