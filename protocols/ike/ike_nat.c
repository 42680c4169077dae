#include "ike/ike_internal.h"

/* NAT traversal in phase 1, RFC 3947 sections 3.2 and 4. */

static void build_one(struct ike_state *state, const struct ike_phase1 *phase1,
                      struct isakmp_builder *builder, const struct ike_endpoint *endpoint)
{
    uint8_t digest[IKE_NAT_D_MAX];
    enum hash_algorithm hash = phase1->keys.algorithms.hash;
    ike_nat_d(state->config->crypto, hash, phase1->initiator_cookie, phase1->responder_cookie,
              &endpoint->address, endpoint->port, digest);
    isakmp_build_payload(builder, ike_nat_d_payload(phase1->nat_traversal), digest,
                         hash_size(hash));
}

void ike_build_nat_d(struct ike_state *state, const struct ike_exchange *exchange,
                     struct isakmp_builder *builder)
{
    const struct ike_phase1 *phase1 = exchange->phase1;
    if (phase1->nat_traversal == IKE_NAT_TRAVERSAL_NONE)
        return;
    build_one(state, phase1, builder, &phase1->remote);
    build_one(state, phase1, builder, &phase1->local);
}

void ike_accept_nat_d(struct ike_state *state, struct ike_exchange *exchange,
                      const struct ike_incoming *incoming)
{
    struct ike_phase1 *phase1 = exchange->phase1;
    if (phase1->nat_traversal == IKE_NAT_TRAVERSAL_NONE)
        return;
    phase1->nat =
        ike_nat_detect(state->config->crypto, phase1->keys.algorithms.hash, &incoming->message,
                       phase1->nat_traversal, &incoming->local->address, incoming->local->port,
                       &incoming->remote->address, incoming->remote->port);
    if (!phase1->nat.present) {
        /* Without the payloads there is no knowing, and no NAT traversal. */
        phase1->nat_traversal = IKE_NAT_TRAVERSAL_NONE;
        return;
    }
    if (!ike_has_nat(phase1))
        return;
    struct ike_trace_text text;
    struct trace_field fields[IKE_TRACE_ABOUT + 2];
    size_t about = ike_trace_about(phase1, &text, fields);
    const char *who = phase1->nat.self ? "self" : "peer";
    if (phase1->nat.self && phase1->nat.peer)
        who = "both";
    fields[about++] = trace_text("behind", who);
    fields[about++] = trace_text("revision", ike_nat_traversal_name(phase1->nat_traversal));
    trace_emit(&state->config->trace, state->now, "ike.nat.detected", fields, about);
}

void ike_float(struct ike_state *state, struct ike_phase1 *phase1)
{
    if (phase1->nat_traversal == IKE_NAT_TRAVERSAL_NONE || !ike_has_nat(phase1) ||
        phase1->local.port == IKE_NAT_TRAVERSAL_PORT)
        return;
    phase1->local.port = IKE_NAT_TRAVERSAL_PORT;
    phase1->remote.port = IKE_NAT_TRAVERSAL_PORT;
    ike_trace_peer(state, phase1, "ike.nat.floated");
}

void ike_keepalive(struct ike_state *state, struct ike_phase1 *phase1)
{
    instant interval = state->behaviour->nat_keepalive_ms * INSTANT_MILLISECOND;
    instant due = instant_after(phase1->sent, interval);
    if (due > state->now) {
        phase1->deadlines[IKE_PHASE1_KEEPALIVE] = due;
        return;
    }
    static const uint8_t octet = IKE_NAT_KEEPALIVE;
    struct packet *packet = packet_from(state->config->pool, &octet, sizeof octet);
    if (packet) {
        ike_trace_peer(state, phase1, "ike.nat.keepalive");
        ike_queue_packet(state, packet, &phase1->local, &phase1->remote);
    }
    phase1->sent = state->now;
    phase1->deadlines[IKE_PHASE1_KEEPALIVE] = instant_after(state->now, interval);
}
