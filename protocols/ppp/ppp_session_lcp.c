/* What LCP tells: the link opens, closes, fails. */
#include "ppp/ppp_session_internal.h"

static void lcp_up(struct ppp_session *self, instant now)
{
    enum ppp_auth_method method;
    const char *name = "none";
    if (self->lcp.must_prove)
        name = ppp_auth_method_name(self->lcp.prove_method);
    else if (lcp_required_method(&self->lcp, &method))
        name = ppp_auth_method_name(method);
    TRACE(&self->config.trace, now, "ppp.lcp.opened", trace_text("session", self->config.label),
          trace_number("mru", self->lcp.mru), trace_number("peer-mru", self->lcp.peer_mru),
          trace_text("authentication", name), trace_number("magic", self->lcp.magic));
    self->phase = PPP_PHASE_AUTHENTICATE;
    output_push_event(&self->output, PPP_EVENT_LCP_UP, 0);
    lcp_opened(&self->lcp, now);
    ppp_session_start_authentication(self, now);
}

static void lcp_down(struct ppp_session *self, instant now)
{
    unsigned state = self->lcp.control.automaton.state;
    if (!self->config.bundle)
        ppp_session_trace(self, now, "ppp.lcp.closed");
    self->phase =
        state == PPP_CLOSING || state == PPP_STOPPING ? PPP_PHASE_TERMINATE : PPP_PHASE_ESTABLISH;
    ppp_session_stop_callback(self);
    ppp_session_stop_network(self, now);
}

/* The lower layer is no longer needed: after termination, or because nobody answers. */
static void lcp_finished(struct ppp_session *self, instant now)
{
    if (self->phase == PPP_PHASE_ESTABLISH && self->error == PPP_ERROR_NONE &&
        !self->close_pending) {
        TRACE(&self->config.trace, now, "ppp.lcp.timeout",
              trace_text("session", self->config.label),
              trace_text("heard", self->heard ? "yes" : "no"));
        self->error = self->heard ? PPP_ERROR_TIMEOUT : PPP_ERROR_NO_RESPONSE;
    }
    ppp_session_finish(self, now);
}

static void lcp_protocol_rejected(struct ppp_session *self, instant now, uint32_t protocol)
{
    TRACE(&self->config.trace, now, "ppp.protocol-rejected",
          trace_text("session", self->config.label), trace_text("by", "peer"),
          trace_number("protocol", protocol));
    if (self->config.member && ppp_session_is_network_protocol((uint16_t)protocol))
        output_push_event(&self->output, PPP_EVENT_PROTOCOL_REJECTED, protocol);
    else if (!ppp_session_network_rejected(self, now, (uint16_t)protocol))
        ppp_session_authentication_rejected(self, (uint16_t)protocol);
}

/* With @error the peer will not authenticate, which a caller has an error of its own for. */
static void lcp_refused(struct ppp_session *self, uint32_t error)
{
    if (error == 0)
        error = PPP_ERROR_LCP_TERMINATED;
    else if (self->config.caller)
        error = PPP_ERROR_PEER_REFUSED_AUTH;
    ppp_session_fail(self, error);
}

void ppp_session_lcp_notice(struct ppp_session *self, instant now, enum ppp_control_notice notice,
                            uint32_t value)
{
    switch (notice) {
    case PPP_NOTICE_STARTED:
        break;
    case PPP_NOTICE_UP:
        lcp_up(self, now);
        break;
    case PPP_NOTICE_DOWN:
        lcp_down(self, now);
        break;
    case PPP_NOTICE_FINISHED:
        lcp_finished(self, now);
        break;
    case PPP_NOTICE_TERMINATED:
        if (self->error == PPP_ERROR_NONE)
            self->error = value                          ? (enum ppp_error)value
                          : ppp_session_is_working(self) ? PPP_ERROR_REMOTE_DISCONNECTION
                                                         : PPP_ERROR_REMOTE_TERMINATED;
        break;
    case PPP_NOTICE_NOT_CONVERGING:
        ppp_session_fail(self, PPP_ERROR_NOT_CONVERGING);
        break;
    case PPP_NOTICE_LOOPBACK:
        ppp_session_trace(self, now, "ppp.lcp.loopback");
        ppp_session_fail(self, PPP_ERROR_LOOPBACK_DETECTED);
        break;
    case PPP_NOTICE_PROTOCOL_REJECTED:
        lcp_protocol_rejected(self, now, value);
        break;
    case PPP_NOTICE_ECHO_LOST:
        ppp_session_fail(self, PPP_ERROR_TIMEOUT);
        break;
    case PPP_NOTICE_REFUSED:
        lcp_refused(self, value);
        break;
    }
}
