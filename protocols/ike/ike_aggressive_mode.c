#include "ike/ike_internal.h"

/* Aggressive Mode, RFC 2409 sections 5.1 and 5.4: three messages, identities in the clear. */

/* All transforms offered must have one group, as the public value is of one (section 5). */
static unsigned offered_group(const struct ike_exchange *exchange)
{
    return exchange->phase1->peer->phase1->transforms[0].group;
}

static struct ike_verdict build_1(struct ike_state *state, struct ike_exchange *exchange,
                                  struct isakmp_builder *builder)
{
    struct ike_verdict verdict = ike_build_offer(state, exchange, builder);
    if (ike_is_well(verdict))
        verdict = ike_build_key(state, exchange, builder, offered_group(exchange));
    ike_build_nonce(state, exchange, builder);
    if (ike_is_well(verdict))
        verdict = ike_build_identity(state, exchange, builder);
    ike_build_certificate_requests(exchange, builder);
    ike_build_vendor_ids(state, exchange, builder);
    return verdict;
}

static struct ike_verdict accept_1(struct ike_state *state, struct ike_exchange *exchange,
                                   const struct ike_incoming *incoming)
{
    struct ike_verdict verdict = ike_accept_offer(state, exchange, incoming);
    if (ike_is_well(verdict))
        verdict = ike_accept_key(exchange, incoming, exchange->phase1->keys.algorithms.group);
    if (ike_is_well(verdict))
        verdict = ike_accept_nonce(exchange, incoming);
    if (ike_is_well(verdict))
        verdict = ike_accept_identity(state, exchange, incoming);
    return verdict;
}

static struct ike_verdict build_2(struct ike_state *state, struct ike_exchange *exchange,
                                  struct isakmp_builder *builder)
{
    ike_build_choice(exchange, builder);
    struct ike_verdict verdict =
        ike_build_key(state, exchange, builder, exchange->phase1->keys.algorithms.group);
    ike_build_nonce(state, exchange, builder);
    if (ike_is_well(verdict))
        verdict = ike_build_identity(state, exchange, builder);
    if (ike_is_well(verdict))
        verdict = ike_derive(state, exchange);
    if (ike_is_well(verdict))
        verdict = ike_build_proof(state, exchange, builder);
    ike_build_certificate_requests(exchange, builder);
    ike_build_nat_d(state, exchange, builder);
    ike_build_vendor_ids(state, exchange, builder);
    return verdict;
}

static struct ike_verdict accept_2(struct ike_state *state, struct ike_exchange *exchange,
                                   const struct ike_incoming *incoming)
{
    struct ike_verdict verdict = ike_accept_choice(state, exchange, incoming);
    if (!ike_is_well(verdict))
        return verdict;
    if (exchange->phase1->keys.algorithms.group != offered_group(exchange))
        return ike_failed(IKE_CAUSE_NO_PROPOSAL_CHOSEN, ISAKMP_NO_PROPOSAL_CHOSEN);
    verdict = ike_accept_key(exchange, incoming, offered_group(exchange));
    if (ike_is_well(verdict))
        verdict = ike_accept_nonce(exchange, incoming);
    if (ike_is_well(verdict))
        verdict = ike_accept_identity(state, exchange, incoming);
    if (ike_is_well(verdict))
        verdict = ike_derive(state, exchange);
    if (ike_is_well(verdict))
        verdict = ike_accept_proof(state, exchange, incoming);
    if (ike_is_well(verdict))
        ike_accept_nat_d(state, exchange, incoming);
    return verdict;
}

static struct ike_verdict build_3(struct ike_state *state, struct ike_exchange *exchange,
                                  struct isakmp_builder *builder)
{
    ike_float(state, exchange->phase1);
    struct ike_verdict verdict = ike_build_proof(state, exchange, builder);
    ike_build_nat_d(state, exchange, builder);
    ike_build_initial_contact(state, exchange, builder);
    return verdict;
}

static struct ike_verdict accept_3(struct ike_state *state, struct ike_exchange *exchange,
                                   const struct ike_incoming *incoming)
{
    ike_phase1_answered(state, exchange->phase1);
    struct ike_verdict verdict = ike_accept_proof(state, exchange, incoming);
    if (!ike_is_well(verdict))
        return verdict;
    ike_accept_nat_d(state, exchange, incoming);
    ike_notify_all(state, exchange, incoming);
    return verdict;
}

static void fail(struct ike_state *state, struct ike_exchange *exchange, enum ike_cause cause,
                 bool told_by_peer)
{
    ike_phase1_fail(state, exchange->phase1, cause, told_by_peer);
}

#define KEYS   (IKE_HAS_SA | IKE_HAS_KE | IKE_HAS_NONCE | IKE_HAS_ID)
#define BESIDE (IKE_HAS_CERT | IKE_HAS_CERTREQ | IKE_HAS_VENDOR_ID | IKE_HAS_NOTIFY)

static const struct ike_step steps[] = {
    {"aggressive-mode-1", KEYS, BESIDE, IKE_CLEAR, build_1, accept_1},
    {"aggressive-mode-2", KEYS | IKE_HAS_PROOF, IKE_HAS_NAT_D | BESIDE, IKE_CLEAR, build_2,
     accept_2},
    {"aggressive-mode-3", IKE_HAS_PROOF, IKE_HAS_NAT_D | BESIDE, IKE_EITHER, build_3, accept_3},
};

const struct ike_script ike_aggressive_mode = {
    .name = "aggressive-mode",
    .type = ISAKMP_EXCHANGE_AGGRESSIVE,
    .step_count = sizeof steps / sizeof steps[0],
    .steps = steps,
    .complete = ike_phase1_establish,
    .fail = fail,
};
