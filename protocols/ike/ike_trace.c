#include "ike/ike_trace.h"

#include "ike/ike_internal.h"

#include <stdio.h>

#define ABOUT "peer port role initiator-cookie phase1"

const struct trace_declaration ike_trace_declarations[] = {
    {"ike.message.sent", ABOUT " message message-id length",
     "A message of an exchange was sent; message is the exchange and its number in it."},
    {"ike.message.received", ABOUT " message message-id length",
     "A message of an exchange has come, was authentic as far as that can be, and was accepted."},
    {"ike.retransmitted", ABOUT " message message-id length number",
     "The answer is missing: the last message was sent again."},
    {"ike.answered-again", ABOUT " message message-id length number",
     "A message has come a second time and its answer was repeated."},
    {"ike.fragmented", ABOUT " fragments", "A message went out in fragments ([MS-IKEE] 3.3)."},
    {"ike.reassembled", ABOUT, "All fragments of a message have come."},
    {"ike.main-mode.started", ABOUT, "A Main Mode exchange begins, here or at the peer."},
    {"ike.main-mode.established", ABOUT " peer-name cipher hash group authentication nat-traversal",
     "Phase 1 is done: there is an ISAKMP SA with that peer."},
    {"ike.aggressive-mode.started", ABOUT, "An Aggressive Mode exchange begins."},
    {"ike.aggressive-mode.established",
     ABOUT " peer-name cipher hash group authentication nat-traversal",
     "Phase 1 is done: there is an ISAKMP SA with that peer."},
    {"ike.quick-mode.started", ABOUT " message-id", "A Quick Mode exchange begins."},
    {"ike.quick-mode.established",
     "peer port role protocol cipher authentication mode encapsulation udp spi-in spi-out child "
     "rule life",
     "Phase 2 is done: there is a pair of security associations, or two of AH around ESP."},
    {"ike.failed", "exchange peer role cause by",
     "An exchange has come to nothing; by says whether this end or the peer found the cause."},
    {"ike.refused", "peer cause", "The first message of a peer was ignored."},
    {"ike.rekeyed", "phase old new", "A security association was replaced by another in time."},
    {"ike.phase1.deleted", ABOUT " cause", "An ISAKMP SA is gone."},
    {"ike.child.deleted", "peer port role protocol spi-in spi-out child cause",
     "A pair of security associations is gone."},
    {"ike.delete.sent", ABOUT " protocol spi", "The peer was told that an SA is gone."},
    {"ike.delete.received", ABOUT " protocol spi", "The peer tells that an SA is gone."},
    {"ike.delete.acknowledged", ABOUT, "The peer has acknowledged a Delete ([MS-IKEE] 3.8)."},
    {"ike.notify.sent", ABOUT " type number", "A Notify was sent."},
    {"ike.notify.received", ABOUT " type number", "A Notify has come."},
    {"ike.initial-contact", ABOUT, "The peer has forgotten what there was before."},
    {"ike.certificate.accepted", "subject", "The peer's certificate and its chain are good."},
    {"ike.certificate.refused", "subject reason", "The peer's certificate is no good."},
    {"ike.nat.detected", ABOUT " behind revision",
     "There is a NAT on the way; behind says who has it in front: self, peer or both."},
    {"ike.nat.floated", ABOUT, "The negotiation goes on at UDP port 4500."},
    {"ike.nat.keepalive", ABOUT, "A keep-alive was sent for the NAT's sake."},
    {"ike.dpd.alive", ABOUT, "The peer has acknowledged R-U-THERE (RFC 3706)."},
    {"ike.dpd.dead", ABOUT, "The peer answers R-U-THERE no more and counts as dead."},
    {"ike.half-open.limit", "half-open",
     "Too many negotiations are half open: new ones need a cookie, or are dropped."},
    {"ike.half-open.normal", "half-open", "New negotiations are taken as before."},
    {"ike.cookie.demanded", "peer", "A first message was answered with NOTIFY_DOS_COOKIE only."},
    {NULL, NULL, NULL},
};

size_t ike_trace_about(const struct ike_phase1 *phase1, struct ike_trace_text *text,
                       struct trace_field fields[IKE_TRACE_ABOUT])
{
    fields[0] = trace_text("peer", ip_address_format(&phase1->remote.address, text->remote));
    fields[1] = trace_number("port", phase1->remote.port);
    fields[2] = trace_text("role", phase1->initiator ? "initiator" : "responder");
    fields[3] = trace_octets("initiator-cookie", phase1->initiator_cookie, ISAKMP_COOKIE_SIZE);
    fields[4] = trace_number("phase1", phase1->id);
    return IKE_TRACE_ABOUT;
}

void ike_trace_peer(struct ike_state *state, const struct ike_phase1 *phase1, const char *event)
{
    struct ike_trace_text text;
    struct trace_field fields[IKE_TRACE_ABOUT];
    size_t count = ike_trace_about(phase1, &text, fields);
    trace_emit(&state->config->trace, state->now, event, fields, count);
}

void ike_trace_message(struct ike_state *state, const struct ike_exchange *exchange,
                       const char *event, const char *step, size_t length)
{
    struct ike_trace_text text;
    struct trace_field fields[IKE_TRACE_ABOUT + 4];
    size_t count = ike_trace_about(exchange->phase1, &text, fields);
    fields[count++] = trace_text("message", step);
    fields[count++] = trace_number("message-id", exchange->message_id);
    fields[count++] = trace_number("length", length);
    if (exchange->retransmissions > 0)
        fields[count++] = trace_number("number", exchange->retransmissions);
    trace_emit(&state->config->trace, state->now, event, fields, count);
}

/* "ike.", the exchange, "." and what happened to it. */
static const char *event_of(const struct ike_script *script, const char *what, char name[48])
{
    (void)snprintf(name, 48, "ike.%s.%s", script->name, what);
    return name;
}

void ike_trace_started(struct ike_state *state, const struct ike_exchange *exchange)
{
    struct ike_trace_text text;
    struct trace_field fields[IKE_TRACE_ABOUT + 1];
    size_t count = ike_trace_about(exchange->phase1, &text, fields);
    fields[2] = trace_text("role", exchange->initiator ? "initiator" : "responder");
    if (exchange->message_id)
        fields[count++] = trace_number("message-id", exchange->message_id);
    char name[48];
    trace_emit(&state->config->trace, state->now, event_of(exchange->script, "started", name),
               fields, count);
}

void ike_trace_refused(struct ike_state *state, const struct ike_incoming *incoming,
                       enum ike_cause cause)
{
    char text[IP_TEXT_SIZE];
    TRACE(&state->config->trace, state->now, "ike.refused",
          trace_text("peer", ip_address_format(&incoming->remote->address, text)),
          trace_text("cause", ike_cause_text(cause)));
}

void ike_trace_failed(struct ike_state *state, const struct ike_exchange *exchange,
                      enum ike_cause cause, bool told_by_peer)
{
    char text[IP_TEXT_SIZE];
    TRACE(&state->config->trace, state->now, "ike.failed",
          trace_text("exchange", exchange->script->name),
          trace_text("peer", ip_address_format(&exchange->phase1->remote.address, text)),
          trace_text("role", exchange->initiator ? "initiator" : "responder"),
          trace_text("cause", ike_cause_text(cause)),
          trace_text("by", told_by_peer ? "peer" : "here"));
}

static const char *authentication_name(uint16_t authentication)
{
    return authentication == IKE_AUTHENTICATION_RSA_SIGNATURE ? "rsa-signature" : "pre-shared-key";
}

void ike_trace_phase1_established(struct ike_state *state, const struct ike_phase1 *phase1)
{
    const struct ike_algorithms *algorithms = &phase1->keys.algorithms;
    struct ike_trace_text text;
    struct trace_field fields[IKE_TRACE_ABOUT + 6];
    size_t count = ike_trace_about(phase1, &text, fields);
    fields[count++] = trace_text("peer-name", phase1->peer_name);
    fields[count++] = trace_text("cipher", cipher_name(algorithms->cipher));
    fields[count++] = trace_text("hash", hash_name(algorithms->hash));
    fields[count++] = trace_number("group", algorithms->group);
    fields[count++] = trace_text("authentication", authentication_name(algorithms->authentication));
    fields[count++] = trace_text("nat-traversal", ike_nat_traversal_name(phase1->nat_traversal));
    trace_emit(&state->config->trace, state->now,
               phase1->mode == IKE_MAIN_MODE ? "ike.main-mode.established"
                                             : "ike.aggressive-mode.established",
               fields, count);
}

static const char *protocol_name(const struct ike_child_sa *sa)
{
    if (sa->protocol_count == 2)
        return "ah+esp";
    return sa->protocols[0].protocol == IKE_CHILD_AH ? "ah" : "esp";
}

void ike_trace_child_established(struct ike_state *state, const struct ike_child *child)
{
    const struct ike_child_sa *sa = &child->sa;
    const struct ike_child_protocol *inner = &sa->protocols[sa->protocol_count - 1];
    const struct ike_child_protocol *outer = &sa->protocols[0];
    char text[IP_TEXT_SIZE];
    TRACE(&state->config->trace, state->now, "ike.quick-mode.established",
          trace_text("peer", ip_address_format(&sa->remote.address, text)),
          trace_number("port", sa->remote.port),
          trace_text("role", sa->initiator ? "initiator" : "responder"),
          trace_text("protocol", protocol_name(sa)),
          trace_text("cipher", cipher_name(inner->cipher)),
          trace_text("authentication", outer->authenticated ? hash_name(outer->hash) : "none"),
          trace_text("mode", sa->tunnel ? "tunnel" : "transport"),
          trace_number("encapsulation", sa->encapsulation),
          trace_text("udp", sa->udp_encapsulation ? "yes" : "no"),
          trace_number("spi-in", outer->inbound.spi), trace_number("spi-out", outer->outbound.spi),
          trace_number("child", sa->id), trace_number("rule", sa->rule),
          trace_number("life", sa->life_s));
}

void ike_trace_child_deleted(struct ike_state *state, const struct ike_child *child,
                             enum ike_cause cause)
{
    const struct ike_child_sa *sa = &child->sa;
    char text[IP_TEXT_SIZE];
    TRACE(&state->config->trace, state->now, "ike.child.deleted",
          trace_text("peer", ip_address_format(&sa->remote.address, text)),
          trace_number("port", sa->remote.port),
          trace_text("role", sa->initiator ? "initiator" : "responder"),
          trace_text("protocol", protocol_name(sa)),
          trace_number("spi-in", sa->protocols[0].inbound.spi),
          trace_number("spi-out", sa->protocols[0].outbound.spi), trace_number("child", sa->id),
          trace_text("cause", ike_cause_text(cause)));
}

void ike_trace_notify(struct ike_state *state, const struct ike_phase1 *phase1, const char *event,
                      const struct isakmp_notify *notify)
{
    struct ike_trace_text text;
    struct trace_field fields[IKE_TRACE_ABOUT + 2];
    size_t count = ike_trace_about(phase1, &text, fields);
    fields[count++] = trace_text("type", isakmp_notify_name(notify->type));
    fields[count++] = trace_number("number", notify->type);
    trace_emit(&state->config->trace, state->now, event, fields, count);
}

void ike_trace_delete(struct ike_state *state, const struct ike_phase1 *phase1, const char *event,
                      const struct isakmp_delete *deletion)
{
    struct ike_trace_text text;
    struct trace_field fields[IKE_TRACE_ABOUT + 2];
    size_t count = ike_trace_about(phase1, &text, fields);
    const char *protocol = deletion->protocol == ISAKMP_PROTOCOL_ISAKMP ? "isakmp"
                           : deletion->protocol == ISAKMP_PROTOCOL_AH   ? "ah"
                                                                        : "esp";
    fields[count++] = trace_text("protocol", protocol);
    fields[count++] =
        trace_octets("spi", deletion->spis, deletion->spi_count ? deletion->spi_length : 0);
    trace_emit(&state->config->trace, state->now, event, fields, count);
}

const char *ike_cause_text(enum ike_cause cause)
{
    static const char *const texts[] = {
        [IKE_CAUSE_NONE] = "none",
        [IKE_CAUSE_TIMEOUT] = "timeout",
        [IKE_CAUSE_NO_POLICY] = "no-policy",
        [IKE_CAUSE_NO_PROPOSAL_CHOSEN] = "no-proposal-chosen",
        [IKE_CAUSE_AGGRESSIVE_REFUSED] = "aggressive-mode-refused",
        [IKE_CAUSE_INVALID_KEY] = "invalid-key",
        [IKE_CAUSE_KEY_MISMATCH] = "key-mismatch",
        [IKE_CAUSE_AUTHENTICATION_FAILED] = "authentication-failed",
        [IKE_CAUSE_INVALID_SIGNATURE] = "invalid-signature",
        [IKE_CAUSE_INVALID_ID] = "invalid-id",
        [IKE_CAUSE_CERTIFICATE_MISSING] = "certificate-missing",
        [IKE_CAUSE_CERTIFICATE_UNAVAILABLE] = "certificate-unavailable",
        [IKE_CAUSE_CERTIFICATE_EXPIRED] = "certificate-expired",
        [IKE_CAUSE_CERTIFICATE_NOT_YET_VALID] = "certificate-not-yet-valid",
        [IKE_CAUSE_CERTIFICATE_UNKNOWN_AUTHORITY] = "certificate-unknown-authority",
        [IKE_CAUSE_CERTIFICATE_INVALID] = "certificate-invalid",
        [IKE_CAUSE_MALFORMED] = "malformed",
        [IKE_CAUSE_BEHIND_NAT] = "behind-nat",
        [IKE_CAUSE_PEER_REFUSED] = "peer-refused",
        [IKE_CAUSE_NO_RESOURCES] = "no-resources",
        [IKE_CAUSE_LOCAL] = "local",
        [IKE_CAUSE_PEER_DELETED] = "peer-deleted",
        [IKE_CAUSE_EXPIRED] = "expired",
        [IKE_CAUSE_REPLACED] = "replaced",
        [IKE_CAUSE_IDLE] = "idle",
        [IKE_CAUSE_PEER_DEAD] = "peer-dead",
        [IKE_CAUSE_INITIAL_CONTACT] = "initial-contact",
    };
    return texts[cause];
}
