/* The verbs of a session, and how a link ends. */
#include "ppp/ppp_session_internal.h"

void ppp_session_trace(struct ppp_session *self, instant now, const char *event)
{
    TRACE(&self->config.trace, now, event, trace_text("session", self->config.label));
}

void ppp_session_fail(struct ppp_session *self, uint32_t error)
{
    if (self->error == PPP_ERROR_NONE)
        self->error = (enum ppp_error)error;
    self->close_pending = true;
}

void ppp_session_finish(struct ppp_session *self, instant now)
{
    if (self->finished)
        return;
    self->finished = true;
    self->close_pending = false;
    self->phase = PPP_PHASE_DEAD;
    self->negotiate_at = INSTANT_NEVER;
    ppp_session_update_network(self);
    TRACE(&self->config.trace, now, "ppp.terminated", trace_text("session", self->config.label),
          trace_number("error", self->error));
    output_push_event(&self->output, PPP_EVENT_FINISHED, self->error);
}

/* Carries out what fail() decided. */
void ppp_session_settle(struct ppp_session *self, instant now)
{
    if (!self->close_pending || self->finished)
        return;
    self->close_pending = false;
    if (self->config.bundle) {
        ppp_session_end_bundle(self, now);
        return;
    }
    self->link.termination_error =
        self->error == PPP_ERROR_USER_DISCONNECTION ? PPP_ERROR_NONE : self->error;
    ppp_control_close(&self->lcp.control, now);
    unsigned state = self->lcp.control.automaton.state;
    if (state == PPP_INITIAL || state == PPP_CLOSED)
        ppp_session_finish(self, now);
    else if (!self->finished)
        self->phase = PPP_PHASE_TERMINATE;
}

static void notify(void *context, instant now, struct ppp_control *control,
                   enum ppp_control_notice notice, uint32_t value)
{
    struct ppp_session *self = context;
    if (control == &self->lcp.control)
        ppp_session_lcp_notice(self, now, notice, value);
    else
        ppp_session_network_notice(self, now, control, notice, value);
    /* These come between two transitions: what follows them would be sent in vain. */
    if ((notice == PPP_NOTICE_REFUSED && value) || notice == PPP_NOTICE_NOT_CONVERGING ||
        notice == PPP_NOTICE_LOOPBACK)
        ppp_session_settle(self, now);
}

static void send_control(void *context, instant now, uint16_t protocol, struct packet *packet)
{
    ppp_session_send_frame(context, now, protocol, packet);
}

/* --- verbs -------------------------------------------------------------------------------------
 */

struct ppp_session_config ppp_session_defaults(void)
{
    return (struct ppp_session_config){
        .label = "",
        .automaton = ppp_automaton_defaults(),
        .lcp = {.mru = 1400, .magic_number = true, .pfc = true, .acfc = true},
        .auth = {.local_name = ""},
        .ipcp = {.enabled = true},
        .negotiate_ms = 150000,
    };
}

/* MS-CHAP and CHAP compute, PAP does not; whoever demands must be able to look accounts up. */
static bool names_eap(const enum ppp_auth_method *methods, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (methods[i] == PPP_AUTH_EAP)
            return true;
    return false;
}

/* EAP needs a method inside. */
static bool has_eap_methods(const struct ppp_session_auth_config *auth)
{
    return (!names_eap(auth->methods.require, auth->methods.require_count) ||
            auth->eap_require.count > 0) &&
           (!names_eap(auth->methods.allow, auth->methods.allow_count) ||
            auth->eap_allow.count > 0);
}

static bool is_consistent(const struct ppp_session_config *config)
{
    const struct lcp_methods *methods = &config->auth.methods;
    if (!config->pool || !config->label || methods->require_count > LCP_METHODS ||
        methods->allow_count > LCP_METHODS || !has_eap_methods(&config->auth))
        return false;
    if (methods->require_count > 0 && !(config->auth.lookup && config->auth.local_name))
        return false;
    if (methods->allow_count > 0 && !(config->auth.user && config->auth.password))
        return false;
    if (config->ccp.required && !(config->ccp.enabled && config->ccp.strengths))
        return false;
    return config->crypto || !(config->ccp.enabled && config->ccp.strengths);
}

enum status ppp_session_init(struct ppp_session *self, const struct ppp_session_config *config)
{
    if (!is_consistent(config))
        return STATUS_INVALID;
    *self = (struct ppp_session){.config = *config, .negotiate_at = INSTANT_NEVER};
    self->link = (struct ppp_control_link){
        .pool = config->pool,
        .trace = &self->config.trace,
        .session = config->label,
        .automaton = &self->config.automaton,
        .send = send_control,
        .notify = notify,
        .context = self,
        .peer_mru = LCP_DEFAULT_MRU,
        .shared_identifier = config->shared_identifier,
        .renumber_retransmits = config->renumber_retransmits,
        .windows_termination = config->windows_termination,
    };
    lcp_init(&self->lcp, &self->link, &self->config.lcp, &self->config.auth.methods,
             &self->config.entropy);
    ppp_session_init_network(self);
    return STATUS_OK;
}

void ppp_session_destroy(struct ppp_session *self)
{
    ppp_session_clear_authentication(self);
    ppp_session_stop_callback(self);
    ppp_session_destroy_network(self);
    ppp_control_destroy(&self->lcp.control);
    output_clear(&self->output);
}

static void begin_establishment(struct ppp_session *self, instant now)
{
    unsigned state = self->lcp.control.automaton.state;
    if (!self->lower_is_up || state == PPP_INITIAL || state == PPP_CLOSED)
        return;
    self->phase = PPP_PHASE_ESTABLISH;
    self->negotiate_at = self->config.negotiate_ms > 0
                             ? instant_after(now, self->config.negotiate_ms * INSTANT_MILLISECOND)
                             : INSTANT_NEVER;
}

void ppp_session_open(struct ppp_session *self, instant now)
{
    ppp_control_open(&self->lcp.control, now);
    begin_establishment(self, now);
    ppp_session_settle(self, now);
}

void ppp_session_lower_up(struct ppp_session *self, instant now)
{
    if (self->lower_is_up)
        return;
    self->lower_is_up = true;
    self->heard = false;
    self->finished = false;
    self->error = PPP_ERROR_NONE;
    if (!self->config.bundle)
        ppp_control_up(&self->lcp.control, now);
    begin_establishment(self, now);
    if (self->config.bundle)
        ppp_session_start_bundle(self, now);
    ppp_session_settle(self, now);
}

void ppp_session_lower_down(struct ppp_session *self, instant now)
{
    if (!self->lower_is_up)
        return;
    bool was_up = ppp_session_is_working(self);
    self->lower_is_up = false;
    if (self->error == PPP_ERROR_NONE && self->phase != PPP_PHASE_TERMINATE)
        self->error = was_up ? PPP_ERROR_DISCONNECTION : PPP_ERROR_PORT_DISCONNECTED;
    ppp_control_down(&self->lcp.control, now);
    if (self->phase != PPP_PHASE_DEAD)
        ppp_session_finish(self, now);
}

void ppp_session_close(struct ppp_session *self, instant now, enum ppp_error error)
{
    if (self->finished)
        return;
    ppp_session_fail(self, error);
    ppp_session_settle(self, now);
}

void ppp_session_tell_time_remaining(struct ppp_session *self, instant now, uint32_t seconds,
                                     const char *text)
{
    lcp_send_time_remaining(&self->lcp, now, seconds, text);
}

bool ppp_session_is_working(const struct ppp_session *self)
{
    return self->network_up || (self->config.member && self->phase == PPP_PHASE_NETWORK);
}

void ppp_session_link_error(struct ppp_session *self)
{
    if (self->ipcp.decompresses)
        vj_decompressor_link_error(&self->ipcp.vj_decompressor);
}

void ppp_session_handle_timeout(struct ppp_session *self, instant now)
{
    lcp_handle_timeout(&self->lcp, now);
    ppp_session_network_timeout(self, now);
    ppp_session_authentication_timeout(self, now);
    ppp_session_callback_timeout(self, now);
    if (self->negotiate_at <= now) {
        self->negotiate_at = INSTANT_NEVER;
        ppp_session_fail(self, self->heard ? PPP_ERROR_TIMEOUT : PPP_ERROR_NO_RESPONSE);
    }
    ppp_session_settle(self, now);
}

instant ppp_session_next_timeout(const struct ppp_session *self)
{
    instant next = instant_earlier(lcp_next_timeout(&self->lcp), self->negotiate_at);
    next = instant_earlier(next, ppp_session_next_network_timeout(self));
    next = instant_earlier(next, ppp_session_next_callback_timeout(self));
    return instant_earlier(next, ppp_session_next_authentication_timeout(self));
}

bool ppp_session_poll(struct ppp_session *self, struct output *output)
{
    return output_pop(&self->output, output);
}
