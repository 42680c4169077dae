#include "ike/ike_internal.h"

/* Main Mode, RFC 2409 sections 5.1 and 5.4: the Identity Protection Exchange of RFC 2408. */

static struct ike_verdict build_1(struct ike_state *state, struct ike_exchange *exchange,
                                  struct isakmp_builder *builder)
{
    struct ike_verdict verdict = ike_build_offer(state, exchange, builder);
    ike_build_vendor_ids(state, exchange, builder);
    return verdict;
}

static struct ike_verdict build_2(struct ike_state *state, struct ike_exchange *exchange,
                                  struct isakmp_builder *builder)
{
    ike_build_choice(exchange, builder);
    ike_build_vendor_ids(state, exchange, builder);
    return ike_well();
}

static struct ike_verdict build_keys(struct ike_state *state, struct ike_exchange *exchange,
                                     struct isakmp_builder *builder)
{
    struct ike_verdict verdict =
        ike_build_key(state, exchange, builder, exchange->phase1->keys.algorithms.group);
    ike_build_nonce(state, exchange, builder);
    return verdict;
}

static struct ike_verdict build_3(struct ike_state *state, struct ike_exchange *exchange,
                                  struct isakmp_builder *builder)
{
    struct ike_verdict verdict = build_keys(state, exchange, builder);
    if (!state->behaviour->requests_certificate_late)
        ike_build_certificate_requests(exchange, builder);
    ike_build_nat_d(state, exchange, builder);
    return verdict;
}

static struct ike_verdict accept_3(struct ike_state *state, struct ike_exchange *exchange,
                                   const struct ike_incoming *incoming)
{
    struct ike_verdict verdict =
        ike_accept_key(exchange, incoming, exchange->phase1->keys.algorithms.group);
    if (ike_is_well(verdict))
        verdict = ike_accept_nonce(exchange, incoming);
    if (!ike_is_well(verdict))
        return verdict;
    ike_phase1_answered(state, exchange->phase1);
    ike_accept_nat_d(state, exchange, incoming);
    return verdict;
}

static struct ike_verdict build_4(struct ike_state *state, struct ike_exchange *exchange,
                                  struct isakmp_builder *builder)
{
    struct ike_verdict verdict = build_keys(state, exchange, builder);
    ike_build_certificate_requests(exchange, builder);
    ike_build_nat_d(state, exchange, builder);
    return ike_is_well(verdict) ? ike_derive(state, exchange) : verdict;
}

static struct ike_verdict accept_4(struct ike_state *state, struct ike_exchange *exchange,
                                   const struct ike_incoming *incoming)
{
    struct ike_verdict verdict =
        ike_accept_key(exchange, incoming, exchange->phase1->keys.algorithms.group);
    if (ike_is_well(verdict))
        verdict = ike_accept_nonce(exchange, incoming);
    if (ike_is_well(verdict))
        verdict = ike_derive(state, exchange);
    if (ike_is_well(verdict))
        ike_accept_nat_d(state, exchange, incoming);
    return verdict;
}

static struct ike_verdict build_5(struct ike_state *state, struct ike_exchange *exchange,
                                  struct isakmp_builder *builder)
{
    ike_float(state, exchange->phase1);
    struct ike_verdict verdict = ike_build_identity(state, exchange, builder);
    if (ike_is_well(verdict))
        verdict = ike_build_proof(state, exchange, builder);
    if (state->behaviour->requests_certificate_late)
        ike_build_certificate_requests(exchange, builder);
    ike_build_initial_contact(state, exchange, builder);
    return verdict;
}

static struct ike_verdict accept_proof(struct ike_state *state, struct ike_exchange *exchange,
                                       const struct ike_incoming *incoming)
{
    struct ike_verdict verdict = ike_accept_identity(state, exchange, incoming);
    if (ike_is_well(verdict))
        verdict = ike_accept_proof(state, exchange, incoming);
    if (ike_is_well(verdict))
        ike_notify_all(state, exchange, incoming);
    return verdict;
}

static struct ike_verdict build_6(struct ike_state *state, struct ike_exchange *exchange,
                                  struct isakmp_builder *builder)
{
    struct ike_verdict verdict = ike_build_identity(state, exchange, builder);
    if (ike_is_well(verdict))
        verdict = ike_build_proof(state, exchange, builder);
    ike_build_initial_contact(state, exchange, builder);
    return verdict;
}

static void fail(struct ike_state *state, struct ike_exchange *exchange, enum ike_cause cause,
                 bool told_by_peer)
{
    ike_phase1_fail(state, exchange->phase1, cause, told_by_peer);
}

#define KEYS       (IKE_HAS_KE | IKE_HAS_NONCE)
#define BESIDE     (IKE_HAS_VENDOR_ID | IKE_HAS_NOTIFY)
#define PROOF      (IKE_HAS_ID | IKE_HAS_PROOF)
#define WITH_PROOF (IKE_HAS_CERT | IKE_HAS_CERTREQ | BESIDE)

static const struct ike_step steps[] = {
    {"main-mode-1", IKE_HAS_SA, BESIDE, IKE_CLEAR, build_1, ike_accept_offer},
    {"main-mode-2", IKE_HAS_SA, BESIDE, IKE_CLEAR, build_2, ike_accept_choice},
    {"main-mode-3", KEYS, IKE_HAS_CERTREQ | IKE_HAS_NAT_D | BESIDE, IKE_CLEAR, build_3, accept_3},
    {"main-mode-4", KEYS, IKE_HAS_CERTREQ | IKE_HAS_NAT_D | BESIDE, IKE_CLEAR, build_4, accept_4},
    {"main-mode-5", PROOF, WITH_PROOF, IKE_ENCRYPTED, build_5, accept_proof},
    {"main-mode-6", PROOF, WITH_PROOF, IKE_ENCRYPTED, build_6, accept_proof},
};

const struct ike_script ike_main_mode = {
    .name = "main-mode",
    .type = ISAKMP_EXCHANGE_IDENTITY_PROTECTION,
    .step_count = sizeof steps / sizeof steps[0],
    .steps = steps,
    .complete = ike_phase1_establish,
    .fail = fail,
};
