/* The network phase: CCP and the network control protocols, each independent of the others. */
#include "ppp/ppp_session_internal.h"

#include <assert.h>

static bool may_flow(const struct ppp_session *self, const struct ppp_ncp *ncp)
{
    bool encrypted = self->ccp.encrypts && self->ccp.decrypts;
    return self->phase == PPP_PHASE_NETWORK && ppp_session_lcp_is_opened(self) &&
           ppp_control_is_opened(ncp->control) && (encrypted || !self->config.ccp.required);
}

void ppp_session_update_network(struct ppp_session *self)
{
    bool any = false;
    bool pending = false;
    for (unsigned i = 0; i < self->ncp_count; i++) {
        struct ppp_ncp *ncp = &self->ncps[i];
        bool up = may_flow(self, ncp);
        any = any || up;
        pending = pending || ppp_ncp_is_pending(ncp);
        if (up == ncp->up)
            continue;
        ncp->up = up;
        output_push_event(&self->output, up ? PPP_EVENT_PROTOCOL_UP : PPP_EVENT_PROTOCOL_DOWN,
                          ncp->class->protocols[0]);
    }
    bool up = any && (self->network_up || !pending);
    if (up == self->network_up)
        return;
    self->network_up = up;
    if (up)
        self->negotiate_at = INSTANT_NEVER;
    output_push_event(&self->output, up ? PPP_EVENT_NETWORK_UP : PPP_EVENT_NETWORK_DOWN, 0);
}

/* One network protocol less. Without any other the link is of no use: its error is then the link's,
   unless several have failed. */
static void ncp_failed(struct ppp_session *self, instant now, struct ppp_ncp *ncp, uint32_t error)
{
    unsigned wanted = 0;
    bool hope = false;
    if (ncp->failed || !ncp->enabled)
        return;
    ncp->failed = true;
    ncp->error = error;
    for (unsigned i = 0; i < self->ncp_count; i++) {
        wanted += self->ncps[i].enabled;
        hope = hope || (self->ncps[i].enabled && !self->ncps[i].failed);
    }
    TRACE(&self->config.trace, now, "ppp.ncp.failed", trace_text("session", self->config.label),
          trace_text("protocol", ncp->control->operations->name), trace_number("error", error));
    if (!hope)
        ppp_session_fail(self, wanted == 1 ? error : PPP_ERROR_NO_PROTOCOLS_CONFIGURED);
}

static void choose_peer_address(struct ppp_session *self, instant now)
{
    if (!self->ipcp.config->enabled || self->address_chosen || !self->config.assign_address)
        return;
    const char *name = ppp_session_peer_name(self);
    self->address_chosen = true;
    self->ipcp.assigned_address = self->config.assign_address(self->config.assign_context, name);
    if (self->ipcp.assigned_address != IPV4_ANY)
        return;
    self->ip_refused = true;
    TRACE(&self->config.trace, now, "ppp.ipcp.no-address",
          trace_text("session", self->config.label), trace_text("user", name));
}

static void start_protocol(struct ppp_control *control, instant now)
{
    control->rejected = false;
    ppp_control_open(control, now);
    ppp_control_up(control, now);
}

void ppp_session_start_network(struct ppp_session *self, instant now)
{
    if (self->config.member) {
        ppp_session_start_member(self);
        return;
    }
    self->phase = PPP_PHASE_NETWORK;
    output_push_event(&self->output, PPP_EVENT_AUTHENTICATED, 0);
    choose_peer_address(self, now);
    const struct mppe_start_keys *keys = ppp_session_encryption_keys(self);
    if (self->config.ccp.required && !ccp_can_encrypt(&self->config.ccp, keys)) {
        ppp_session_fail(self, PPP_ERROR_NO_LOCAL_ENCRYPTION);
        return;
    }
    for (unsigned i = 0; i < self->ncp_count; i++) {
        struct ppp_ncp *ncp = &self->ncps[i];
        bool is_ip = ncp->control == &self->ipcp.control;
        /* As Windows orders them: IPv6 before CCP, the others after it. */
        if (is_ip && ccp_is_of_use(&self->config.ccp, keys)) {
            ccp_set_keys(&self->ccp, self->config.crypto, keys);
            start_protocol(&self->ccp.control, now);
        }
        /* Without an address there is no IP: the peer learns it by a Protocol-Reject. */
        ncp->failed = is_ip && self->ip_refused;
        ncp->error = PPP_ERROR_NONE;
        if (ncp->enabled && !ncp->failed)
            start_protocol(ncp->control, now);
    }
}

void ppp_session_stop_network(struct ppp_session *self, instant now)
{
    ppp_control_down(&self->ccp.control, now);
    for (unsigned i = 0; i < self->ncp_count; i++)
        ppp_control_down(self->ncps[i].control, now);
    ccp_set_keys(&self->ccp, NULL, NULL);
    ppp_session_update_network(self);
}

static void ccp_up(struct ppp_session *self, instant now)
{
    bool started = ccp_start(&self->ccp, self->lcp.mru + 2u) == STATUS_OK;
    if (!started)
        ccp_stop(&self->ccp);
    TRACE(&self->config.trace, now, "ppp.ccp.opened", trace_text("session", self->config.label),
          trace_number("strength", ppp_session_strength_bits(self)),
          trace_text("stateless", ppp_session_is_stateless(self) ? "yes" : "no"),
          trace_text("compression", self->ccp.compresses ? "yes" : "no"));
    if (!started && self->config.ccp.required)
        ppp_session_fail(self, PPP_ERROR_NO_LOCAL_ENCRYPTION);
    else if (self->config.ccp.required && !(self->ccp.encrypts && self->ccp.decrypts))
        ppp_session_fail(self, PPP_ERROR_NO_REMOTE_ENCRYPTION);
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
        ppp_session_trace(self, now, "ppp.ccp.closed");
        break;
    case PPP_NOTICE_FINISHED:
    case PPP_NOTICE_TERMINATED:
    case PPP_NOTICE_NOT_CONVERGING:
    case PPP_NOTICE_REFUSED:
        if (required && self->phase == PPP_PHASE_NETWORK)
            ppp_session_fail(self, value ? value : PPP_ERROR_NO_REMOTE_ENCRYPTION);
        else if (notice == PPP_NOTICE_NOT_CONVERGING)
            ppp_control_close(&self->ccp.control, now);
        break;
    case PPP_NOTICE_STARTED:
    case PPP_NOTICE_LOOPBACK:
    case PPP_NOTICE_PROTOCOL_REJECTED:
    case PPP_NOTICE_ECHO_LOST:
        break;
    }
    ppp_session_update_network(self);
}

static void ncp_notice(struct ppp_session *self, instant now, struct ppp_ncp *ncp,
                       enum ppp_control_notice notice, uint32_t value)
{
    switch (notice) {
    case PPP_NOTICE_UP:
        ncp->failed = false;
        ncp->class->opened(ncp->control, now);
        break;
    case PPP_NOTICE_DOWN:
        ncp->class->closed(ncp->control, now);
        break;
    case PPP_NOTICE_FINISHED:
        if (self->phase == PPP_PHASE_NETWORK)
            ncp_failed(self, now, ncp, PPP_ERROR_TIMEOUT);
        break;
    case PPP_NOTICE_TERMINATED:
        if (ppp_control_is_opened(ncp->control))
            ncp_failed(self, now, ncp, value ? value : PPP_ERROR_NCP_TERMINATED);
        break;
    case PPP_NOTICE_NOT_CONVERGING:
    case PPP_NOTICE_REFUSED:
        if (notice == PPP_NOTICE_NOT_CONVERGING)
            value = PPP_ERROR_NOT_CONVERGING;
        ncp_failed(self, now, ncp, value ? value : PPP_ERROR_CP_REJECTED);
        if (!self->close_pending)
            ppp_control_close(ncp->control, now);
        break;
    case PPP_NOTICE_STARTED:
    case PPP_NOTICE_LOOPBACK:
    case PPP_NOTICE_PROTOCOL_REJECTED:
    case PPP_NOTICE_ECHO_LOST:
        break;
    }
    ppp_session_update_network(self);
}

void ppp_session_network_notice(struct ppp_session *self, instant now, struct ppp_control *control,
                                enum ppp_control_notice notice, uint32_t value)
{
    if (control == &self->ccp.control)
        ccp_notice(self, now, notice, value);
    for (unsigned i = 0; i < self->ncp_count; i++) {
        if (control == self->ncps[i].control)
            ncp_notice(self, now, &self->ncps[i], notice, value);
    }
}

bool ppp_session_network_rejected(struct ppp_session *self, instant now, uint16_t protocol)
{
    if (protocol == PPP_PROTOCOL_CCP || protocol == PPP_PROTOCOL_COMPRESSED) {
        ppp_control_protocol_rejected(&self->ccp.control, now, false);
        if (self->config.ccp.required)
            ppp_session_fail(self, PPP_ERROR_NO_REMOTE_ENCRYPTION);
        ppp_session_update_network(self);
        return true;
    }
    for (unsigned i = 0; i < self->ncp_count; i++) {
        struct ppp_ncp *ncp = &self->ncps[i];
        if (protocol != ncp->control->operations->protocol)
            continue;
        ppp_control_protocol_rejected(ncp->control, now, false);
        ncp_failed(self, now, ncp, PPP_ERROR_NO_PROTOCOLS_CONFIGURED);
        ppp_session_update_network(self);
        return true;
    }
    return false;
}

struct ppp_control *ppp_session_network_control(struct ppp_session *self, uint16_t protocol)
{
    if (protocol == PPP_PROTOCOL_CCP)
        return &self->ccp.control;
    for (unsigned i = 0; i < self->ncp_count; i++) {
        if (self->ncps[i].control->operations->protocol == protocol)
            return self->ncps[i].control;
    }
    return NULL;
}

struct ppp_ncp *ppp_session_network_of(struct ppp_session *self, uint16_t protocol)
{
    for (unsigned i = 0; i < self->ncp_count; i++) {
        if (self->ncps[i].enabled && ppp_ncp_carries(&self->ncps[i], protocol))
            return &self->ncps[i];
    }
    return NULL;
}

void ppp_session_network_timeout(struct ppp_session *self, instant now)
{
    ppp_control_handle_timeout(&self->ccp.control, now);
    for (unsigned i = 0; i < self->ncp_count; i++)
        ppp_control_handle_timeout(self->ncps[i].control, now);
}

instant ppp_session_next_network_timeout(const struct ppp_session *self)
{
    instant next = ppp_control_next_timeout(&self->ccp.control);
    for (unsigned i = 0; i < self->ncp_count; i++)
        next = instant_earlier(next, ppp_control_next_timeout(self->ncps[i].control));
    return next;
}

static void add_network(struct ppp_session *self, const struct ppp_ncp_class *class,
                        struct ppp_control *control, bool enabled)
{
    assert(self->ncp_count < PPP_NETWORKS);
    self->ncps[self->ncp_count++] =
        (struct ppp_ncp){.class = class, .control = control, .enabled = enabled};
}

void ppp_session_init_network(struct ppp_session *self)
{
    const struct ppp_session_config *config = &self->config;
    struct ppp_networks *networks = config->networks;
    if (networks) {
        ipv6cp_init(&networks->ipv6cp, &self->link, &networks->ipv6cp_config,
                    &self->config.entropy);
        add_network(self, &ipv6cp_class, &networks->ipv6cp.control,
                    networks->ipv6cp_config.enabled);
    }
    ccp_init(&self->ccp, &self->link, &config->ccp);
    ipcp_init(&self->ipcp, &self->link, &config->ipcp);
    add_network(self, &ipcp_class, &self->ipcp.control, config->ipcp.enabled);
    if (!networks)
        return;
    ipxcp_init(&networks->ipxcp, &self->link, &networks->ipxcp_config);
    add_network(self, &ipxcp_class, &networks->ipxcp.control, networks->ipxcp_config.enabled);
    nbfcp_init(&networks->nbfcp, &self->link, &networks->nbfcp_config);
    add_network(self, &nbfcp_class, &networks->nbfcp.control, networks->nbfcp_config.enabled);
    atcp_init(&networks->atcp, &self->link, &networks->atcp_config);
    add_network(self, &atcp_class, &networks->atcp.control, networks->atcp_config.enabled);
}

void ppp_session_destroy_network(struct ppp_session *self)
{
    ccp_destroy(&self->ccp);
    ipcp_destroy(&self->ipcp);
    for (unsigned i = 0; i < self->ncp_count; i++)
        ppp_control_destroy(self->ncps[i].control);
}
