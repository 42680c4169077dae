/* The authentication phase: one engine for each direction that option 3 asks for. */
#include "ppp/ppp_session_internal.h"

static const char *protocol_name(uint16_t protocol)
{
    switch (protocol) {
    case PAP_PROTOCOL:
        return "pap";
    case SPAP_PROTOCOL:
        return "spap";
    case EAP_PROTOCOL:
        return "eap";
    default:
        return "chap";
    }
}

/* Tells of a packet of authentication, which starts at its Code; EAP's Requests and Responses also
   have a Type. */
static void trace_packet(struct ppp_session *self, instant now, const char *event,
                         uint16_t protocol, const struct packet *packet)
{
    if (!self->config.trace.emit || packet->length < PPP_CONTROL_HEADER_SIZE)
        return;
    uint8_t code = packet->data[0];
    bool typed = protocol == EAP_PROTOCOL && (code == EAP_REQUEST || code == EAP_RESPONSE) &&
                 packet->length >= EAP_TYPE_HEADER_SIZE;
    const struct trace_field fields[] = {
        trace_text("session", self->config.label),
        trace_text("protocol", protocol_name(protocol)),
        trace_text("code", ppp_code_name(protocol, code)),
        trace_number("identifier", packet->data[1]),
        trace_text("type", typed ? eap_type_name(packet->data[EAP_HEADER_SIZE]) : ""),
    };
    size_t count = sizeof fields / sizeof fields[0];
    trace_emit(&self->config.trace, now, event, fields, typed ? count : count - 1);
}

static void check_authenticated(struct ppp_session *self, instant now)
{
    if (self->phase != PPP_PHASE_AUTHENTICATE || self->close_pending ||
        (self->demanding && !self->demand_done) || (self->proving && !self->prove_done))
        return;
    ppp_session_start_callback(self, now);
}

static void pump_engine(struct ppp_session *self, instant now, struct ppp_auth *auth, bool *done)
{
    struct output output;
    while (ppp_auth_poll(auth, &output)) {
        if (output.kind == OUTPUT_SEND) {
            uint16_t protocol = ppp_auth_protocol(auth);
            trace_packet(self, now, "ppp.packet.sent", protocol, output.packet);
            ppp_session_send_frame(self, now, protocol, output.packet);
        } else if (output.event == PPP_AUTH_SUCCEEDED) {
            *done = true;
        } else if (output.event == PPP_AUTH_FAILED) {
            ppp_session_fail(self, output.value);
        } else if (output.event == PPP_AUTH_RETRY_OFFERED) {
            ppp_auth_give_up(auth, now);
        }
    }
}

/* Takes up what authentication decided. */
static void pump(struct ppp_session *self, instant now)
{
    if (self->demanding)
        pump_engine(self, now, &self->demand, &self->demand_done);
    if (self->proving)
        pump_engine(self, now, &self->prove, &self->prove_done);
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
        .new_secret = demand ? NULL : auth->new_password,
        .lookup = demand ? auth->lookup : NULL,
        .lookup_context = auth->lookup_context,
        .eap_methods = demand ? auth->eap_require : auth->eap_allow,
        .tls = auth->tls,
        .mtu = ppp_session_peer_mru(self),
        .notification = auth->notification,
        .change = demand ? auth->change : NULL,
        .code_page = auth->code_page,
        .lan_manager = auth->lan_manager,
        .change_version = auth->change_version,
        .bare_refusal = auth->bare_refusal,
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
    ppp_session_fail(self, PPP_ERROR_AUTHENTICATION_FAILURE);
    return false;
}

void ppp_session_clear_authentication(struct ppp_session *self)
{
    if (self->demanding)
        ppp_auth_clear(&self->demand);
    if (self->proving)
        ppp_auth_clear(&self->prove);
    self->demanding = self->demand_done = false;
    self->proving = self->prove_done = false;
}

void ppp_session_start_authentication(struct ppp_session *self, instant now)
{
    ppp_session_clear_authentication(self);
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
    pump(self, now);
}

bool ppp_session_is_authentication(uint16_t protocol)
{
    return protocol == PAP_PROTOCOL || protocol == SPAP_PROTOCOL || protocol == CHAP_PROTOCOL ||
           protocol == EAP_PROTOCOL;
}

bool ppp_session_authentication_rejected(struct ppp_session *self, uint16_t protocol)
{
    if (!(self->demanding && protocol == ppp_auth_protocol(&self->demand)) &&
        !(self->proving && protocol == ppp_auth_protocol(&self->prove)))
        return false;
    ppp_session_fail(self, PPP_ERROR_AUTHENTICATION_FAILURE);
    return true;
}

void ppp_session_receive_authentication(struct ppp_session *self, instant now, uint16_t protocol,
                                        const struct packet *packet)
{
    bool taken = false;
    if (!ppp_session_lcp_is_opened(self)) {
        trace_drop(&self->config.trace, now, "ppp", "lcp-not-opened", packet->serial);
        return;
    }
    trace_packet(self, now, "ppp.packet.received", protocol, packet);
    if (self->demanding && ppp_auth_accepts(&self->demand, protocol, packet)) {
        ppp_auth_input(&self->demand, now, protocol, packet);
        taken = true;
    }
    if (self->proving && ppp_auth_accepts(&self->prove, protocol, packet)) {
        ppp_auth_input(&self->prove, now, protocol, packet);
        taken = true;
    }
    if (!taken)
        trace_drop(&self->config.trace, now, "ppp", "unexpected-authentication", packet->serial);
    pump(self, now);
}

void ppp_session_network_heard(struct ppp_session *self, instant now)
{
    if (!self->proving || self->prove_done || !ppp_session_lcp_is_opened(self))
        return;
    ppp_auth_network_heard(&self->prove, now);
    pump(self, now);
}

void ppp_session_authentication_timeout(struct ppp_session *self, instant now)
{
    if (!ppp_session_lcp_is_opened(self))
        return;
    if (self->demanding)
        ppp_auth_handle_timeout(&self->demand, now);
    if (self->proving)
        ppp_auth_handle_timeout(&self->prove, now);
    pump(self, now);
}

instant ppp_session_next_authentication_timeout(const struct ppp_session *self)
{
    instant next = INSTANT_NEVER;
    if (ppp_session_lcp_is_opened(self) && self->demanding)
        next = instant_earlier(next, ppp_auth_next_timeout(&self->demand));
    if (ppp_session_lcp_is_opened(self) && self->proving)
        next = instant_earlier(next, ppp_auth_next_timeout(&self->prove));
    return next;
}

/* Where both ends prove themselves there are two sets of keys; both ends must take the same. */
const struct mppe_start_keys *ppp_session_encryption_keys(const struct ppp_session *self)
{
    if (self->config.bundle)
        return self->config.bundle->has_keys ? &self->config.bundle->keys : NULL;
    const struct mppe_start_keys *prove = self->proving ? ppp_auth_keys(&self->prove) : NULL;
    const struct mppe_start_keys *demand = self->demanding ? ppp_auth_keys(&self->demand) : NULL;
    if (prove && demand)
        return self->config.caller ? prove : demand;
    return prove ? prove : demand;
}
