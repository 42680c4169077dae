#include "ike/ike_internal.h"

#include <string.h>

/* Quick Mode, RFC 2409 section 5.5. */

bool ike_quick_start(struct ike_state *state, struct ike_phase1 *phase1,
                     const struct ike_quick *quick)
{
    struct ike_exchange *exchange = ike_exchange_begin(state, phase1, &ike_quick_mode, true, 0);
    if (!exchange)
        return false;
    exchange->state = IKE_EXCHANGE_WAITING;
    exchange->quick = *quick;
    if (phase1->state == IKE_PHASE1_ESTABLISHED)
        ike_exchange_wake(state, exchange);
    return true;
}

bool ike_quick_begin(struct ike_state *state, struct ike_phase1 *phase1,
                     const struct ike_endpoint *local, const struct ike_endpoint *remote,
                     const struct ike_quick *quick)
{
    if (phase1)
        return ike_quick_start(state, phase1, quick);
    const struct ike_peer *peer = ike_peer_of(state, &remote->address);
    if (peer)
        phase1 = ike_phase1_begin(state, peer, true, peer->mode, local, remote, NULL);
    if (!phase1)
        return false;
    if (ike_quick_start(state, phase1, quick) && ike_phase1_start(state, phase1))
        return true;
    ike_phase1_free(state, phase1);
    return false;
}

/* KB 885407: whether this host may have security associations across the NATs that there are. */
static bool allows_nat(const struct ike_state *state, const struct ike_phase1 *phase1)
{
    switch (state->behaviour->assume_udp_encapsulation) {
    case IKE_ASSUME_UDP_NEVER:
        return !phase1->nat.peer;
    case IKE_ASSUME_UDP_SERVER:
        return !(phase1->nat.peer && phase1->nat.self);
    case IKE_ASSUME_UDP_BOTH:
        break;
    }
    return true;
}

uint16_t ike_quick_encapsulation(const struct ike_phase1 *phase1, bool tunnel)
{
    if (ike_has_nat(phase1))
        return ike_nat_encapsulation(phase1->nat_traversal, tunnel);
    return tunnel ? IKE_TUNNEL : IKE_TRANSPORT;
}

/* Message ID and IV of a quick mode that begins. */
static void enter(struct ike_state *state, struct ike_exchange *exchange, uint32_t message_id)
{
    const struct ike_phase1 *phase1 = exchange->phase1;
    exchange->message_id = message_id;
    ike_iv_exchange(state->config->crypto, &phase1->keys.algorithms, &phase1->last_iv, message_id,
                    &exchange->iv);
    exchange->step_count = IKE_QUICK_STEPS; /* one more when the responder sets the commit bit */
}

void ike_quick_release(struct ike_state *state, struct ike_exchange *exchange)
{
    struct ike_phase1 *phase1 = exchange->phase1;
    struct ike_quick *quick = &exchange->quick;
    exchange->state = IKE_EXCHANGE_ACTIVE;
    enter(state, exchange, ike_exchange_draw_message_id(state, phase1));
    ike_trace_started(state, exchange);
    struct ike_verdict verdict = ike_well();
    if (!allows_nat(state, phase1))
        verdict = ike_failed(IKE_CAUSE_BEHIND_NAT, 0);
    quick->child = ike_child_reserve(state);
    if (quick->child == IKE_INDEX_END)
        verdict = ike_failed(IKE_CAUSE_NO_RESOURCES, 0);
    if (!ike_is_well(verdict)) {
        ike_exchange_fail(state, exchange, verdict, false);
        return;
    }
    quick->group = quick->rule->pfs_group;
    quick->encapsulation = ike_quick_encapsulation(phase1, quick->rule->tunnel);
    ike_exchange_advance(state, exchange);
}

void ike_quick_input(struct ike_state *state, struct ike_phase1 *phase1,
                     struct ike_incoming *incoming)
{
    struct ike_exchange *exchange =
        ike_exchange_begin(state, phase1, &ike_quick_mode, false, incoming->header.message_id);
    if (!exchange) {
        ike_drop(state, incoming, "exchanges-full");
        return;
    }
    enter(state, exchange, incoming->header.message_id);
    uint32_t message_id = exchange->message_id;
    ike_exchange_input(state, exchange, incoming);
    /* What could not be read has begun nothing. */
    exchange = ike_exchange_find(state, phase1, message_id);
    if (exchange && exchange->step == 0)
        ike_exchange_end(state, exchange);
}

static void hash(struct ike_state *state, const struct ike_exchange *exchange, unsigned step,
                 struct crypto_piece rest, uint8_t value[IKE_DIGEST_MAX])
{
    struct crypto *crypto = state->config->crypto;
    const struct ike_keys *keys = &exchange->phase1->keys;
    struct crypto_piece initiator = {exchange->nonces[0], exchange->nonce_lengths[0]};
    struct crypto_piece responder = {exchange->nonces[1], exchange->nonce_lengths[1]};
    switch (step) {
    case 1:
        ike_hash_2(crypto, keys, exchange->message_id, initiator, rest, value);
        break;
    case 2:
        ike_hash_3(crypto, keys, exchange->message_id, initiator, responder, value);
        break;
    default: /* message 1, and CONNECTED */
        ike_hash_1(crypto, keys, exchange->message_id, rest, value);
        break;
    }
}

static void offer(const struct ike_state *state, const struct ike_exchange *exchange,
                  struct ike_phase2_offer *made)
{
    const struct ike_quick *quick = &exchange->quick;
    struct ike_phase2_terms terms = {.encapsulation = quick->encapsulation,
                                     .group = quick->group,
                                     .without_ah = ike_encapsulation_is_udp(quick->encapsulation)};
    uint32_t spi = ike_child_spi(state, quick->child);
    ike_phase2_offer_make(made, quick->rule->phase2, &terms, spi, spi);
}

static void build_selector(struct isakmp_builder *builder, const struct ike_identity *identity)
{
    isakmp_build_open(builder, ISAKMP_PAYLOAD_ID);
    ike_identity_encode(identity, &builder->writer);
    isakmp_build_close(builder);
}

/* The identities that the initiator sends: its own, and the responder's. */
static void make_selectors(const struct ike_state *state, const struct ike_exchange *exchange,
                           struct ike_identity identities[2])
{
    const struct ike_traffic *traffic = &exchange->quick.traffic;
    identities[0] = ike_selector_identity(&traffic->local);
    identities[1] = ike_selector_identity(&traffic->remote);
    const char *host = state->config->host_name;
    if (state->behaviour->fqdn_behind_nat && exchange->phase1->nat.self && host)
        identities[0] = ike_identity_name(IKE_ID_FQDN, host, strlen(host), traffic->local.protocol,
                                          traffic->local.port);
}

static void build_selectors(const struct ike_state *state, const struct ike_exchange *exchange,
                            struct isakmp_builder *builder)
{
    struct ike_identity identities[2];
    make_selectors(state, exchange, identities);
    build_selector(builder, &identities[0]);
    build_selector(builder, &identities[1]);
}

static void build_original(const struct ike_phase1 *phase1, struct isakmp_builder *builder,
                           const struct ip_address *address)
{
    isakmp_build_open(builder, ike_nat_oa_payload(phase1->nat_traversal));
    ike_nat_oa_encode(address, &builder->writer);
    isakmp_build_close(builder);
}

/* Transport mode in UDP: a NAT has changed addresses that both ends mean. */
static bool is_translated_transport(const struct ike_exchange *exchange)
{
    uint16_t encapsulation = exchange->quick.encapsulation;
    return ike_encapsulation_is_udp(encapsulation) && !ike_encapsulation_is_tunnel(encapsulation);
}

/* RFC 3947 section 5.2: with UDP-encapsulated transport mode only. */
static void build_originals(const struct ike_state *state, const struct ike_exchange *exchange,
                            struct isakmp_builder *builder)
{
    const struct ike_phase1 *phase1 = exchange->phase1;
    if (!is_translated_transport(exchange))
        return;
    const struct ip_address *local = &phase1->local.address;
    const struct ip_address *remote = &phase1->remote.address;
    if (state->behaviour->original_address_if_hidden ||
        phase1->nat_traversal != IKE_NAT_TRAVERSAL_RFC) {
        if (phase1->nat.self)
            build_original(phase1, builder, local);
        return;
    }
    build_original(phase1, builder, exchange->initiator ? local : remote);
    build_original(phase1, builder, exchange->initiator ? remote : local);
}

static struct ike_verdict build_1(struct ike_state *state, struct ike_exchange *exchange,
                                  struct isakmp_builder *builder)
{
    struct ike_phase2_offer made;
    struct ike_verdict verdict = ike_well();
    offer(state, exchange, &made);
    if (made.count == 0)
        return ike_failed(IKE_CAUSE_NO_PROPOSAL_CHOSEN, 0);
    isakmp_build_open(builder, ISAKMP_PAYLOAD_SA);
    ike_phase2_encode(&builder->writer, &made, state->behaviour->long_durations);
    isakmp_build_close(builder);
    ike_build_nonce(state, exchange, builder);
    if (exchange->quick.group)
        verdict = ike_build_key(state, exchange, builder, exchange->quick.group);
    build_selectors(state, exchange, builder);
    build_originals(state, exchange, builder);
    return verdict;
}

static struct ike_verdict build_2(struct ike_state *state, struct ike_exchange *exchange,
                                  struct isakmp_builder *builder)
{
    struct ike_verdict verdict = ike_well();
    isakmp_build_payload(builder, ISAKMP_PAYLOAD_SA, exchange->answer_sa->data,
                         exchange->answer_sa->length);
    ike_build_nonce(state, exchange, builder);
    if (exchange->quick.group)
        verdict = ike_build_key(state, exchange, builder, exchange->quick.group);
    for (unsigned i = 0; i < 2; i++)
        if (exchange->identities[i])
            isakmp_build_payload(builder, ISAKMP_PAYLOAD_ID, exchange->identities[i]->data,
                                 exchange->identities[i]->length);
    build_originals(state, exchange, builder);
    ike_build_responder_lifetime(state, exchange, builder);
    return ike_is_well(verdict) ? ike_quick_key(state, exchange) : verdict;
}

/* The identities that come back must be those sent (RFC 2409 section 5.5). */
static bool selectors_come_back(const struct ike_state *state, const struct ike_exchange *exchange,
                                const struct ike_incoming *incoming)
{
    size_t count = isakmp_message_count(&incoming->message, ISAKMP_PAYLOAD_ID);
    if (count == 0)
        return true; /* RFC 2409 lets them be left out where they are the peers' own addresses */
    if (count != 2)
        return false;
    struct ike_identity sent[2];
    make_selectors(state, exchange, sent);
    const struct ike_nat_found *nat = &exchange->phase1->nat;
    bool transport = is_translated_transport(exchange);
    const struct isakmp_payload *id = NULL;
    for (unsigned i = 0; i < 2; i++) {
        struct ike_identity answer;
        bool translated = transport && (i == 0 ? nat->self : nat->peer);
        id = isakmp_message_find(&incoming->message, ISAKMP_PAYLOAD_ID, id);
        if (ike_identity_decode(id->body, id->length, &answer) != ISAKMP_OK ||
            !ike_identity_comes_back(&sent[i], &answer, translated))
            return false;
    }
    return true;
}

static struct ike_verdict accept_2(struct ike_state *state, struct ike_exchange *exchange,
                                   const struct ike_incoming *incoming)
{
    struct ike_quick *quick = &exchange->quick;
    const struct isakmp_payload *sa =
        isakmp_message_find(&incoming->message, ISAKMP_PAYLOAD_SA, NULL);
    struct ike_phase2_offer made;
    struct ike_phase2_offer answer;
    struct ike_phase2_chosen chosen;
    if (ike_phase2_decode(sa->body, sa->length, &answer) != ISAKMP_OK || answer.count != 1)
        return ike_failed(IKE_CAUSE_MALFORMED, ISAKMP_BAD_PROPOSAL_SYNTAX);
    offer(state, exchange, &made);
    if (!ike_phase2_was_offered(&answer, &made, &chosen))
        return ike_failed(IKE_CAUSE_NO_PROPOSAL_CHOSEN, ISAKMP_NO_PROPOSAL_CHOSEN);
    if (!selectors_come_back(state, exchange, incoming))
        return ike_failed(IKE_CAUSE_INVALID_ID, ISAKMP_INVALID_ID_INFORMATION);
    struct ike_verdict verdict = ike_accept_nonce(exchange, incoming);
    if (ike_is_well(verdict) && quick->group)
        verdict = ike_accept_key(exchange, incoming, quick->group);
    if (!ike_is_well(verdict))
        return verdict;
    struct ike_phase2_chosen only = {0};
    ike_quick_agree(state, exchange, &answer, &only);
    ike_quick_accept_originals(state, exchange, incoming);
    ike_notify_all(state, exchange, incoming);
    quick->commit = incoming->header.flags & ISAKMP_FLAG_COMMIT;
    if (quick->commit)
        exchange->step_count = IKE_QUICK_STEPS_COMMIT;
    return ike_quick_key(state, exchange);
}

static struct ike_verdict build_3(struct ike_state *state, struct ike_exchange *exchange,
                                  struct isakmp_builder *builder)
{
    (void)state;
    (void)exchange;
    (void)builder; /* HASH(3) alone */
    return ike_well();
}

static struct ike_verdict accept_3(struct ike_state *state, struct ike_exchange *exchange,
                                   const struct ike_incoming *incoming)
{
    (void)state;
    (void)exchange;
    (void)incoming;
    return ike_well();
}

static struct ike_verdict build_4(struct ike_state *state, struct ike_exchange *exchange,
                                  struct isakmp_builder *builder)
{
    const struct ike_child *child = &state->children[exchange->quick.child];
    const struct ike_child_protocol *protocol = &child->sa.protocols[0];
    uint8_t spi[4];
    wire_store_u32(spi, protocol->inbound.spi);
    struct isakmp_notify connected = {.doi = ISAKMP_DOI_IPSEC,
                                      .protocol = (uint8_t)protocol->protocol,
                                      .type = ISAKMP_CONNECTED,
                                      .spi = spi,
                                      .spi_length = sizeof spi};
    isakmp_build_notify(builder, &connected);
    return ike_well();
}

static struct ike_verdict accept_4(struct ike_state *state, struct ike_exchange *exchange,
                                   const struct ike_incoming *incoming)
{
    (void)state;
    (void)exchange;
    struct isakmp_notify notify;
    const struct isakmp_payload *payload =
        isakmp_message_find(&incoming->message, ISAKMP_PAYLOAD_NOTIFY, NULL);
    if (isakmp_notify_decode(payload, &notify) != ISAKMP_OK)
        return ike_dropped("bad-notify");
    return notify.type == ISAKMP_CONNECTED || notify.type == ISAKMP_INITIAL_CONTACT
               ? ike_well()
               : ike_dropped("not-connected");
}

void ike_quick_connected(struct ike_state *state, struct ike_exchange *exchange)
{
    if (exchange->state == IKE_EXCHANGE_ACTIVE && exchange->initiator && exchange->quick.commit &&
        exchange->step == IKE_QUICK_STEPS)
        ike_exchange_complete(state, exchange);
}

static void complete(struct ike_state *state, struct ike_exchange *exchange)
{
    struct ike_child *child = &state->children[exchange->quick.child];
    /* Nothing but CONNECTED tells the initiator that the peer has it. */
    bool known = !exchange->initiator || exchange->quick.commit;
    if (known || !ike_child_stand_by(state, child))
        ike_child_establish(state, child);
}

static void fail(struct ike_state *state, struct ike_exchange *exchange, enum ike_cause cause,
                 bool told_by_peer)
{
    struct ike_phase1 *phase1 = exchange->phase1;
    struct ike_quick *quick = &exchange->quick;
    struct ike_output output = {.event = IKE_EVENT_FAILED,
                                .cause = cause,
                                .told_by_peer = told_by_peer,
                                .acquisition = quick->acquisition,
                                .phase1 = phase1->id,
                                .local = phase1->local,
                                .remote = phase1->remote};
    ike_queue_event(state, &output, IKE_INDEX_END);
    ike_child_rekey_failed(state, quick->replaces);
    if (quick->child != IKE_INDEX_END)
        ike_child_remove(state, &state->children[quick->child], cause);
    bool silent = cause == IKE_CAUSE_TIMEOUT && exchange->initiator &&
                  phase1->state == IKE_PHASE1_ESTABLISHED;
    ike_exchange_end(state, exchange);
    /* A peer that answers no quick mode has lost the ISAKMP SA: the next one begins with phase 1.
     */
    if (silent)
        ike_phase1_doom(state, phase1, IKE_CAUSE_TIMEOUT, false);
}

#define OFFER (IKE_HAS_HASH | IKE_HAS_SA | IKE_HAS_NONCE)
#define BESIDE                                                                                     \
    (IKE_HAS_KE | IKE_HAS_ID | IKE_HAS_NAT_OA | IKE_HAS_NOTIFY | IKE_HAS_VENDOR_ID |               \
     IKE_HAS_CERTREQ)

static const struct ike_step steps[IKE_QUICK_STEPS_COMMIT] = {
    {"quick-mode-1", OFFER, BESIDE, IKE_ENCRYPTED, build_1, ike_quick_accept_offer},
    {"quick-mode-2", OFFER, BESIDE, IKE_ENCRYPTED, build_2, accept_2},
    {"quick-mode-3", IKE_HAS_HASH, IKE_HAS_NOTIFY, IKE_ENCRYPTED, build_3, accept_3},
    {"quick-mode-4", IKE_HAS_HASH | IKE_HAS_NOTIFY, 0, IKE_ENCRYPTED, build_4, accept_4},
};

const struct ike_script ike_quick_mode = {
    .name = "quick-mode",
    .type = ISAKMP_EXCHANGE_QUICK_MODE,
    .step_count = IKE_QUICK_STEPS_COMMIT,
    .steps = steps,
    .hash = hash,
    .complete = complete,
    .fail = fail,
};
