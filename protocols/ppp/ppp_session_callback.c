/* Callback control between authentication and the network phase (MS-CBCP). */
#include "ppp/ppp_session_internal.h"

static void agreed(struct ppp_session *self, instant now)
{
    const struct cbcp *cbcp = &self->cbcp;
    TRACE(&self->config.trace, now, "ppp.cbcp.agreed", trace_text("session", self->config.label),
          trace_number("type", (uint64_t)cbcp->type), trace_text("number", cbcp->number),
          trace_number("delay", cbcp->delay_s));
    if (cbcp->type == CBCP_NO_CALLBACK) {
        ppp_session_start_network(self, now);
        return;
    }
    output_push_event(&self->output, PPP_EVENT_CALLBACK, 0);
    /* The answerer awaits that (MS-CBCP sections 1.3 and 3.2.7.3). */
    if (self->config.caller)
        ppp_session_fail(self, PPP_ERROR_NONE);
}

static void pump(struct ppp_session *self, instant now)
{
    struct output output;
    while (self->calling_back && cbcp_poll(&self->cbcp, &output)) {
        if (output.kind == OUTPUT_SEND)
            ppp_session_send_frame(self, now, CBCP_PROTOCOL, output.packet);
        else if (output.event == CBCP_DONE)
            agreed(self, now);
        else
            ppp_session_fail(self, PPP_ERROR_TIMEOUT);
    }
}

/* How the peer, who is known by now, may be called back; 0: not at all. */
static unsigned allowed_types(const struct ppp_session *self)
{
    const struct ppp_session_config *config = &self->config;
    return config->allow_callback
               ? config->allow_callback(config->assign_context, ppp_session_peer_name(self))
               : config->cbcp.allowed;
}

/* It runs when either side's option was acknowledged (MS-CBCP sections 3.1.3 and 3.2.3). */
void ppp_session_start_callback(struct ppp_session *self, instant now)
{
    if (self->calling_back)
        return;
    unsigned allowed = allowed_types(self);
    if (!self->lcp.callback && !self->lcp.peer_callback) {
        if (allowed && !(allowed & CBCP_ALLOW(CBCP_NO_CALLBACK)))
            ppp_session_fail(self, PPP_ERROR_LCP_TERMINATED);
        else
            ppp_session_start_network(self, now);
        return;
    }
    struct cbcp_config config = self->config.cbcp;
    config.answerer = !self->config.caller;
    config.allowed = allowed;
    config.pool = self->config.pool;
    config.trace = &self->config.trace;
    config.label = self->config.label;
    cbcp_init(&self->cbcp, &config);
    self->calling_back = true;
    cbcp_start(&self->cbcp, now);
    pump(self, now);
}

void ppp_session_stop_callback(struct ppp_session *self)
{
    if (self->calling_back)
        cbcp_clear(&self->cbcp);
    self->calling_back = false;
}

void ppp_session_receive_callback(struct ppp_session *self, instant now,
                                  const struct packet *packet)
{
    /* It also tells that the peer is through with authentication. */
    if (!self->calling_back && self->phase == PPP_PHASE_AUTHENTICATE)
        ppp_session_network_heard(self, now);
    if (!self->calling_back) {
        trace_drop(&self->config.trace, now, "cbcp", "unexpected", packet->serial);
        return;
    }
    cbcp_input(&self->cbcp, now, packet);
    pump(self, now);
}

void ppp_session_callback_timeout(struct ppp_session *self, instant now)
{
    if (!self->calling_back)
        return;
    cbcp_handle_timeout(&self->cbcp, now);
    pump(self, now);
}

instant ppp_session_next_callback_timeout(const struct ppp_session *self)
{
    return self->calling_back ? cbcp_next_timeout(&self->cbcp) : INSTANT_NEVER;
}
