#include "ppp/ppp_session.h"

#include "ppp/ppp_session_internal.h"

static void start_network(struct ppp_session *self, instant now);

static void trace_session(struct ppp_session *self, instant now, const char *event)
{
    TRACE(&self->config.trace, now, event, trace_text("session", self->config.label));
}

static void push_event(struct ppp_session *self, enum ppp_event event, uint32_t value)
{
    output_push_event(&self->output, (int)event, value);
}

/* The first reason counts. LCP is closed once the input under way is done with, because the
   reason may come up inside one of LCP's own transitions. */
static void fail(struct ppp_session *self, uint32_t error)
{
    if (self->error == PPP_ERROR_NONE)
        self->error = (enum ppp_error)error;
    self->close_pending = true;
}

static void update_network(struct ppp_session *self, instant now)
{
    bool encrypted = self->ccp.encrypts && self->ccp.decrypts;
    bool up = self->phase == PPP_PHASE_NETWORK && ppp_session_lcp_is_opened(self) &&
              ppp_control_is_opened(&self->ipcp.control) &&
              (encrypted || !self->config.ccp.required);
    (void)now;
    if (up == self->network_up)
        return;
    self->network_up = up;
    if (up)
        self->negotiate_at = INSTANT_NEVER;
    push_event(self, up ? PPP_EVENT_NETWORK_UP : PPP_EVENT_NETWORK_DOWN, 0);
}

static void finish(struct ppp_session *self, instant now)
{
    if (self->finished)
        return;
    self->finished = true;
    self->close_pending = false;
    self->phase = PPP_PHASE_DEAD;
    self->negotiate_at = INSTANT_NEVER;
    update_network(self, now);
    TRACE(&self->config.trace, now, "ppp.terminated", trace_text("session", self->config.label),
          trace_number("error", self->error));
    push_event(self, PPP_EVENT_FINISHED, self->error);
}

/* Carries out what fail() decided. */
void ppp_session_settle(struct ppp_session *self, instant now)
{
    if (!self->close_pending || self->finished)
        return;
    self->close_pending = false;
    self->link.termination_error =
        self->error == PPP_ERROR_USER_DISCONNECTION ? PPP_ERROR_NONE : self->error;
    ppp_control_close(&self->lcp.control, now);
    unsigned state = self->lcp.control.automaton.state;
    if (state == PPP_INITIAL || state == PPP_CLOSED)
        finish(self, now);
    else if (!self->finished)
        self->phase = PPP_PHASE_TERMINATE;
}

/* --- authentication ------------------------------------------------------------------------- */

static void check_authenticated(struct ppp_session *self, instant now)
{
    if (self->phase != PPP_PHASE_AUTHENTICATE || self->close_pending ||
        (self->demanding && !self->demand_done) || (self->proving && !self->prove_done))
        return;
    start_network(self, now);
}

static void pump_authentication(struct ppp_session *self, instant now, struct ppp_auth *auth,
                                bool *done)
{
    struct output output;
    while (ppp_auth_poll(auth, &output)) {
        if (output.kind == OUTPUT_SEND) {
            uint16_t protocol = ppp_auth_protocol(auth);
            ppp_session_trace_authentication(self, now, "ppp.packet.sent", protocol, output.packet);
            ppp_session_send_frame(self, now, protocol, output.packet);
        } else if (output.event == PPP_AUTH_SUCCEEDED) {
            *done = true;
        } else if (output.event == PPP_AUTH_FAILED) {
            fail(self, output.value);
        } else if (output.event == PPP_AUTH_RETRY_OFFERED) {
            ppp_auth_give_up(auth, now);
        }
    }
}

void ppp_session_pump(struct ppp_session *self, instant now)
{
    if (self->demanding)
        pump_authentication(self, now, &self->demand, &self->demand_done);
    if (self->proving)
        pump_authentication(self, now, &self->prove, &self->prove_done);
    check_authenticated(self, now);
}

static struct ppp_auth_config auth_config(struct ppp_session *self, enum ppp_auth_role role,
                                          enum ppp_auth_method method)
{
    const struct ppp_session_auth_config *auth = &self->config.auth;
    bool demand = role == PPP_AUTHENTICATOR;
    return (struct ppp_auth_config){
        .role = role,
        .method = method,
        .name = demand ? auth->local_name : auth->user,
        .secret = demand ? NULL : auth->password,
        .lookup = demand ? auth->lookup : NULL,
        .lookup_context = auth->lookup_context,
        .crypto = self->config.crypto,
        .entropy = &self->config.entropy,
        .pool = self->config.pool,
        .trace = &self->config.trace,
        .label = self->config.label,
        .restart = self->config.automaton.restart_ms * INSTANT_MILLISECOND,
        .transmissions = self->config.automaton.max_configure,
        .first_identifier = auth->first_identifier,
        .retries = demand ? auth->retries : 0,
        .rechallenge = demand ? auth->rechallenge_ms * INSTANT_MILLISECOND : 0,
        .success_text = auth->success_text,
        .failure_text = auth->failure_text,
    };
}

static bool begin_authentication(struct ppp_session *self, struct ppp_auth *auth,
                                 enum ppp_auth_role role, enum ppp_auth_method method)
{
    struct ppp_auth_config config = auth_config(self, role, method);
    if (ppp_auth_init(auth, &config) == STATUS_OK)
        return true;
    fail(self, PPP_ERROR_AUTHENTICATION_FAILURE);
    return false;
}

static void clear_authentication(struct ppp_session *self)
{
    if (self->demanding)
        ppp_auth_clear(&self->demand);
    if (self->proving)
        ppp_auth_clear(&self->prove);
    self->demanding = self->demand_done = false;
    self->proving = self->prove_done = false;
}

static void start_authentication(struct ppp_session *self, instant now)
{
    clear_authentication(self);
    enum ppp_auth_method method;
    if (lcp_required_method(&self->lcp, &method))
        self->demanding = begin_authentication(self, &self->demand, PPP_AUTHENTICATOR, method);
    if (self->lcp.must_prove)
        self->proving =
            begin_authentication(self, &self->prove, PPP_AUTHENTICATEE, self->lcp.prove_method);
    if (self->demanding)
        ppp_auth_start(&self->demand, now);
    if (self->proving)
        ppp_auth_start(&self->prove, now);
    ppp_session_pump(self, now);
}

/* --- network phase --------------------------------------------------------------------------- */

/* Where both ends prove themselves there are two sets of keys; both ends must take the same. */
static const struct mppe_start_keys *encryption_keys(const struct ppp_session *self)
{
    const struct mppe_start_keys *prove = self->proving ? ppp_auth_keys(&self->prove) : NULL;
    const struct mppe_start_keys *demand = self->demanding ? ppp_auth_keys(&self->demand) : NULL;
    if (prove && demand)
        return self->config.caller ? prove : demand;
    return prove ? prove : demand;
}

static void choose_peer_address(struct ppp_session *self, instant now)
{
    if (self->address_chosen || !self->config.assign_address)
        return;
    const char *name = ppp_session_peer_name(self);
    self->address_chosen = true;
    self->ipcp.assigned_address = self->config.assign_address(self->config.assign_context, name);
    self->ip_refused = self->ipcp.assigned_address == IPV4_ANY;
    if (self->ip_refused)
        TRACE(&self->config.trace, now, "ppp.ipcp.no-address",
              trace_text("session", self->config.label), trace_text("user", name));
}

static void start_protocol(struct ppp_control *control, instant now)
{
    control->rejected = false;
    ppp_control_open(control, now);
    ppp_control_up(control, now);
}

static void start_network(struct ppp_session *self, instant now)
{
    self->phase = PPP_PHASE_NETWORK;
    push_event(self, PPP_EVENT_AUTHENTICATED, 0);
    choose_peer_address(self, now);
    const struct mppe_start_keys *keys = encryption_keys(self);
    if (self->config.ccp.required && !keys) {
        fail(self, PPP_ERROR_NO_LOCAL_ENCRYPTION);
        return;
    }
    if (self->config.ccp.enabled && keys) {
        ccp_set_keys(&self->ccp, self->config.crypto, keys);
        start_protocol(&self->ccp.control, now);
    }
    if (!self->ip_refused)
        start_protocol(&self->ipcp.control, now);
}

static void stop_network(struct ppp_session *self, instant now)
{
    ppp_control_down(&self->ccp.control, now);
    ppp_control_down(&self->ipcp.control, now);
    ccp_set_keys(&self->ccp, NULL, NULL);
    update_network(self, now);
}

/* --- what the protocols tell ------------------------------------------------------------------ */

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
    push_event(self, PPP_EVENT_LCP_UP, 0);
    lcp_opened(&self->lcp, now);
    start_authentication(self, now);
}

static void lcp_down(struct ppp_session *self, instant now)
{
    unsigned state = self->lcp.control.automaton.state;
    trace_session(self, now, "ppp.lcp.closed");
    self->phase =
        state == PPP_CLOSING || state == PPP_STOPPING ? PPP_PHASE_TERMINATE : PPP_PHASE_ESTABLISH;
    stop_network(self, now);
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
    finish(self, now);
}

static void lcp_protocol_rejected(struct ppp_session *self, instant now, uint32_t protocol)
{
    TRACE(&self->config.trace, now, "ppp.protocol-rejected",
          trace_text("session", self->config.label), trace_text("by", "peer"),
          trace_number("protocol", protocol));
    if (protocol == PPP_PROTOCOL_IPCP) {
        ppp_control_protocol_rejected(&self->ipcp.control, now, false);
        fail(self, PPP_ERROR_NO_PROTOCOLS_CONFIGURED);
    } else if (protocol == PPP_PROTOCOL_CCP || protocol == PPP_PROTOCOL_COMPRESSED) {
        ppp_control_protocol_rejected(&self->ccp.control, now, false);
        if (self->config.ccp.required)
            fail(self, PPP_ERROR_NO_REMOTE_ENCRYPTION);
        update_network(self, now);
    } else if ((self->demanding && protocol == ppp_auth_protocol(&self->demand)) ||
               (self->proving && protocol == ppp_auth_protocol(&self->prove))) {
        fail(self, PPP_ERROR_AUTHENTICATION_FAILURE);
    }
}

static void lcp_notice(struct ppp_session *self, instant now, enum ppp_control_notice notice,
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
            self->error = value              ? (enum ppp_error)value
                          : self->network_up ? PPP_ERROR_REMOTE_DISCONNECTION
                                             : PPP_ERROR_REMOTE_TERMINATED;
        break;
    case PPP_NOTICE_NOT_CONVERGING:
        fail(self, PPP_ERROR_NOT_CONVERGING);
        break;
    case PPP_NOTICE_LOOPBACK:
        trace_session(self, now, "ppp.lcp.loopback");
        fail(self, PPP_ERROR_LOOPBACK_DETECTED);
        break;
    case PPP_NOTICE_PROTOCOL_REJECTED:
        lcp_protocol_rejected(self, now, value);
        break;
    case PPP_NOTICE_ECHO_LOST:
        fail(self, PPP_ERROR_TIMEOUT);
        break;
    case PPP_NOTICE_REFUSED:
        fail(self, value ? value : PPP_ERROR_LCP_TERMINATED);
        break;
    }
}

static void ccp_up(struct ppp_session *self, instant now)
{
    bool started = ccp_start(&self->ccp) == STATUS_OK;
    if (!started)
        ccp_stop(&self->ccp);
    TRACE(&self->config.trace, now, "ppp.ccp.opened", trace_text("session", self->config.label),
          trace_number("strength", ppp_session_strength_bits(self)),
          trace_text("stateless", ppp_session_is_stateless(self) ? "yes" : "no"));
    if (!started && self->config.ccp.required)
        fail(self, PPP_ERROR_NO_LOCAL_ENCRYPTION);
    else if (self->config.ccp.required && !(self->ccp.encrypts && self->ccp.decrypts))
        fail(self, PPP_ERROR_NO_REMOTE_ENCRYPTION);
}

static void ccp_notice(struct ppp_session *self, instant now, enum ppp_control_notice notice,
                       uint32_t value)
{
    bool required = self->config.ccp.required;
    switch (notice) {
    case PPP_NOTICE_UP:
        ccp_up(self, now);
        break;
    case PPP_NOTICE_DOWN:
        ccp_stop(&self->ccp);
        trace_session(self, now, "ppp.ccp.closed");
        break;
    case PPP_NOTICE_FINISHED:
    case PPP_NOTICE_TERMINATED:
    case PPP_NOTICE_NOT_CONVERGING:
    case PPP_NOTICE_REFUSED:
        if (required && self->phase == PPP_PHASE_NETWORK)
            fail(self, value ? value : PPP_ERROR_NO_REMOTE_ENCRYPTION);
        else if (notice == PPP_NOTICE_NOT_CONVERGING)
            ppp_control_close(&self->ccp.control, now);
        break;
    case PPP_NOTICE_STARTED:
    case PPP_NOTICE_LOOPBACK:
    case PPP_NOTICE_PROTOCOL_REJECTED:
    case PPP_NOTICE_ECHO_LOST:
        break;
    }
    update_network(self, now);
}

static void ipcp_notice(struct ppp_session *self, instant now, enum ppp_control_notice notice,
                        uint32_t value)
{
    const struct ipcp *ipcp = &self->ipcp;
    switch (notice) {
    case PPP_NOTICE_UP:
        TRACE(
            &self->config.trace, now, "ppp.ipcp.opened", trace_text("session", self->config.label),
            trace_address("local", ipcp->local_address), trace_address("peer", ipcp->peer_address),
            trace_address("dns", ipcp->servers[IPCP_DNS1]),
            trace_address("dns2", ipcp->servers[IPCP_DNS2]),
            trace_address("wins", ipcp->servers[IPCP_NBNS1]),
            trace_address("wins2", ipcp->servers[IPCP_NBNS2]));
        break;
    case PPP_NOTICE_DOWN:
        trace_session(self, now, "ppp.ipcp.closed");
        break;
    case PPP_NOTICE_FINISHED:
        if (self->phase == PPP_PHASE_NETWORK)
            fail(self, PPP_ERROR_TIMEOUT);
        break;
    case PPP_NOTICE_TERMINATED:
        if (ppp_control_is_opened(&ipcp->control))
            fail(self, value ? value : PPP_ERROR_NCP_TERMINATED);
        break;
    case PPP_NOTICE_NOT_CONVERGING:
        fail(self, PPP_ERROR_NOT_CONVERGING);
        break;
    case PPP_NOTICE_REFUSED:
        fail(self, value ? value : PPP_ERROR_CP_REJECTED);
        break;
    case PPP_NOTICE_STARTED:
    case PPP_NOTICE_LOOPBACK:
    case PPP_NOTICE_PROTOCOL_REJECTED:
    case PPP_NOTICE_ECHO_LOST:
        break;
    }
    update_network(self, now);
}

static void notify(void *context, instant now, struct ppp_control *control,
                   enum ppp_control_notice notice, uint32_t value)
{
    struct ppp_session *self = context;
    if (control == &self->lcp.control)
        lcp_notice(self, now, notice, value);
    else if (control == &self->ccp.control)
        ccp_notice(self, now, notice, value);
    else
        ipcp_notice(self, now, notice, value);
    /* These come between two transitions: what follows them would be sent in vain. */
    if ((notice == PPP_NOTICE_REFUSED && value) || notice == PPP_NOTICE_NOT_CONVERGING ||
        notice == PPP_NOTICE_LOOPBACK)
        ppp_session_settle(self, now);
}

static void send_control(void *context, instant now, uint16_t protocol, struct packet *packet)
{
    ppp_session_send_frame(context, now, protocol, packet);
}

/* --- verbs --------------------------------------------------------------------------------------
 */

struct ppp_session_config ppp_session_defaults(void)
{
    return (struct ppp_session_config){
        .label = "",
        .automaton = ppp_automaton_defaults(),
        .lcp = {.mru = 1400, .magic_number = true, .pfc = true, .acfc = true},
        .auth = {.local_name = ""},
        .negotiate_ms = 150000,
    };
}

/* MS-CHAP and CHAP compute, PAP does not; whoever demands must be able to look accounts up. */
static bool is_consistent(const struct ppp_session_config *config)
{
    const struct lcp_methods *methods = &config->auth.methods;
    if (!config->pool || !config->label || methods->require_count > LCP_METHODS ||
        methods->allow_count > LCP_METHODS)
        return false;
    if (methods->require_count > 0 && !(config->auth.lookup && config->auth.local_name))
        return false;
    if (methods->allow_count > 0 && !(config->auth.user && config->auth.password))
        return false;
    if (config->ccp.required && !(config->ccp.enabled && config->ccp.strengths))
        return false;
    return config->crypto || !config->ccp.enabled;
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
    ccp_init(&self->ccp, &self->link, &self->config.ccp);
    ipcp_init(&self->ipcp, &self->link, &self->config.ipcp);
    return STATUS_OK;
}

void ppp_session_destroy(struct ppp_session *self)
{
    clear_authentication(self);
    ccp_destroy(&self->ccp);
    ppp_control_destroy(&self->ipcp.control);
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
    ppp_control_up(&self->lcp.control, now);
    begin_establishment(self, now);
    ppp_session_settle(self, now);
}

void ppp_session_lower_down(struct ppp_session *self, instant now)
{
    if (!self->lower_is_up)
        return;
    bool was_up = self->network_up;
    self->lower_is_up = false;
    if (self->error == PPP_ERROR_NONE && self->phase != PPP_PHASE_TERMINATE)
        self->error = was_up ? PPP_ERROR_DISCONNECTION : PPP_ERROR_PORT_DISCONNECTED;
    ppp_control_down(&self->lcp.control, now);
    if (self->phase != PPP_PHASE_DEAD)
        finish(self, now);
}

void ppp_session_close(struct ppp_session *self, instant now, enum ppp_error error)
{
    if (self->finished)
        return;
    fail(self, error);
    ppp_session_settle(self, now);
}

void ppp_session_handle_timeout(struct ppp_session *self, instant now)
{
    lcp_handle_timeout(&self->lcp, now);
    ppp_control_handle_timeout(&self->ccp.control, now);
    ppp_control_handle_timeout(&self->ipcp.control, now);
    if (ppp_session_lcp_is_opened(self)) {
        if (self->demanding)
            ppp_auth_handle_timeout(&self->demand, now);
        if (self->proving)
            ppp_auth_handle_timeout(&self->prove, now);
        ppp_session_pump(self, now);
    }
    if (self->negotiate_at <= now) {
        self->negotiate_at = INSTANT_NEVER;
        fail(self, self->heard ? PPP_ERROR_TIMEOUT : PPP_ERROR_NO_RESPONSE);
    }
    ppp_session_settle(self, now);
}

instant ppp_session_next_timeout(const struct ppp_session *self)
{
    instant next = instant_earlier(lcp_next_timeout(&self->lcp), self->negotiate_at);
    next = instant_earlier(next, ppp_control_next_timeout(&self->ccp.control));
    next = instant_earlier(next, ppp_control_next_timeout(&self->ipcp.control));
    if (ppp_session_lcp_is_opened(self) && self->demanding)
        next = instant_earlier(next, ppp_auth_next_timeout(&self->demand));
    if (ppp_session_lcp_is_opened(self) && self->proving)
        next = instant_earlier(next, ppp_auth_next_timeout(&self->prove));
    return next;
}

bool ppp_session_poll(struct ppp_session *self, struct output *output)
{
    return output_pop(&self->output, output);
}
