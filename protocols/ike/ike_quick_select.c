#include "ike/ike_attribute.h"
#include "ike/ike_internal.h"

#include <string.h>

/* What a responder of quick mode chooses, and what both ends make of it. */

/* IDci or IDcr as the initiator has it; where there is none, the address of that end. */
static bool read_identity(struct ike_state *state, struct ike_exchange *exchange,
                          const struct ike_incoming *incoming, unsigned side,
                          const struct ip_address *address, struct ike_identity *identity)
{
    const struct isakmp_payload *id =
        isakmp_message_find(&incoming->message, ISAKMP_PAYLOAD_ID, NULL);
    if (id && side == 1)
        id = isakmp_message_find(&incoming->message, ISAKMP_PAYLOAD_ID, id);
    if (!id) {
        *identity = ike_identity_address(address, 0, 0);
        return true;
    }
    exchange->identities[side] = packet_from(state->config->pool, id->body, id->length);
    return exchange->identities[side] &&
           ike_identity_decode(id->body, id->length, identity) == ISAKMP_OK;
}

/*
 * The selector of one end. Behind a NAT an end names itself by an address that means nothing here,
 * or (Windows XP) by its name: in transport mode it is the address seen that counts.
 */
static bool read_selector(const struct ike_identity *identity, const struct ip_address *seen,
                          bool behind_nat, bool tunnel, bool foreign, struct ike_selector *selector)
{
    bool is_name = identity->type == IKE_ID_FQDN || identity->type == IKE_ID_USER_FQDN;
    if (!tunnel && (behind_nat || is_name)) {
        *selector = (struct ike_selector){.address = *seen,
                                          .prefix_length = (uint8_t)(8 * ip_address_length(seen)),
                                          .protocol = identity->protocol,
                                          .port = identity->port};
        return true;
    }
    return ike_selector_from(identity, selector) &&
           (tunnel || foreign || ip_address_equal(&selector->address, seen));
}

static bool fits(const struct ike_state *state, const struct ike_rule *rule,
                 const struct ike_exchange *exchange, const struct ike_identity identities[2],
                 struct ike_traffic *traffic)
{
    const struct ike_phase1 *phase1 = exchange->phase1;
    struct ike_traffic bounds = rule->traffic;
    if (bounds.local.address.version == 0 && !rule->tunnel) {
        bounds.local.address = phase1->local.address;
        bounds.local.prefix_length = (uint8_t)(8 * ip_address_length(&phase1->local.address));
    }
    return read_selector(&identities[0], &phase1->remote.address, phase1->nat.peer, rule->tunnel,
                         state->behaviour->foreign_client_id, &traffic->remote) &&
           read_selector(&identities[1], &phase1->local.address, phase1->nat.self, rule->tunnel,
                         false, &traffic->local) &&
           ike_selector_within(&bounds.remote, &traffic->remote) &&
           ike_selector_within(&bounds.local, &traffic->local);
}

/* The first rule for the traffic that takes one of the proposals. */
static struct ike_verdict choose(struct ike_state *state, struct ike_exchange *exchange,
                                 const struct ike_phase2_offer *offer,
                                 const struct ike_identity identities[2],
                                 struct ike_phase2_chosen *chosen)
{
    struct ike_quick *quick = &exchange->quick;
    struct ike_verdict verdict = ike_failed(IKE_CAUSE_INVALID_ID, ISAKMP_INVALID_ID_INFORMATION);
    for (size_t i = 0; i < state->config->rule_count; i++) {
        const struct ike_rule *rule = &state->config->rules[i];
        if (!fits(state, rule, exchange, identities, &quick->traffic))
            continue;
        struct ike_phase2_terms terms = {
            .encapsulation = ike_quick_encapsulation(exchange->phase1, rule->tunnel),
            .group = rule->pfs_group};
        terms.without_ah = ike_encapsulation_is_udp(terms.encapsulation);
        if (!ike_phase2_select(offer, rule->phase2, &terms, true, chosen)) {
            verdict = ike_failed(IKE_CAUSE_NO_PROPOSAL_CHOSEN, ISAKMP_NO_PROPOSAL_CHOSEN);
            continue;
        }
        quick->rule = rule;
        quick->encapsulation = terms.encapsulation;
        return ike_well();
    }
    return verdict;
}

static enum hash_algorithm hash_of(const struct ike_phase2_transform *transform, uint8_t protocol)
{
    if (protocol == ISAKMP_PROTOCOL_AH)
        return transform->id == IKE_AH_MD5   ? HASH_MD5
               : transform->id == IKE_AH_SHA ? HASH_SHA1
                                             : HASH_SHA256;
    return transform->integrity == IKE_INTEGRITY_HMAC_MD5   ? HASH_MD5
           : transform->integrity == IKE_INTEGRITY_HMAC_SHA ? HASH_SHA1
                                                            : HASH_SHA256;
}

static enum cipher_algorithm cipher_of(const struct ike_phase2_transform *transform)
{
    switch (transform->id) {
    case IKE_ESP_DES:
        return CIPHER_DES_CBC;
    case IKE_ESP_3DES:
        return CIPHER_3DES_CBC;
    case IKE_ESP_AES:
        return CIPHER_AES_CBC;
    default:
        return CIPHER_NULL;
    }
}

static uint32_t shorter(uint32_t a, uint32_t b)
{
    return a == 0 || (b != 0 && b < a) ? b : a;
}

void ike_quick_agree(struct ike_state *state, struct ike_exchange *exchange,
                     const struct ike_phase2_offer *offer, const struct ike_phase2_chosen *chosen)
{
    struct ike_quick *quick = &exchange->quick;
    const struct ike_phase2_proposal *proposal = &offer->proposals[chosen->proposal];
    struct ike_child_sa *sa = &state->children[quick->child].sa;
    sa->protocol_count = (uint8_t)proposal->count;
    for (size_t i = 0; i < proposal->count; i++) {
        const struct ike_phase2_protocol *from = &proposal->protocols[i];
        const struct ike_phase2_transform *transform = &from->transforms[chosen->transforms[i]];
        struct ike_child_protocol *to = &sa->protocols[i];
        size_t cipher_key = 0;
        size_t hash_key = 0;
        (void)ike_phase2_key_lengths(from->protocol, transform, &cipher_key, &hash_key);
        *to = (struct ike_child_protocol){
            .protocol = from->protocol == ISAKMP_PROTOCOL_AH ? IKE_CHILD_AH : IKE_CHILD_ESP,
            .cipher = from->protocol == ISAKMP_PROTOCOL_AH ? CIPHER_NULL : cipher_of(transform),
            .authenticated = hash_key > 0,
            .cipher_key_length = (uint8_t)cipher_key,
            .hash_key_length = (uint8_t)hash_key};
        if (to->authenticated)
            to->hash = hash_of(transform, from->protocol);
        to->inbound.spi = ike_child_spi(state, quick->child);
        to->outbound.spi = from->spi;
        sa->life_s = shorter(sa->life_s, transform->seconds);
        sa->life_kb = shorter(sa->life_kb, transform->kilobytes);
        quick->group = (uint8_t)transform->group;
    }
    /* AH goes around ESP, whatever the order on the wire. */
    if (sa->protocol_count == 2 && sa->protocols[0].protocol == IKE_CHILD_ESP) {
        struct ike_child_protocol inner = sa->protocols[0];
        sa->protocols[0] = sa->protocols[1];
        sa->protocols[1] = inner;
    }
}

/* Own lifetimes where they are shorter, and what the initiator is to be told of them. */
static void shorten(struct ike_state *state, struct ike_exchange *exchange)
{
    struct ike_quick *quick = &exchange->quick;
    struct ike_child_sa *sa = &state->children[quick->child].sa;
    const struct ike_phase2_choice *own = &quick->rule->phase2->choices[0];
    uint32_t offered = sa->life_s;
    sa->life_s = shorter(sa->life_s, own->seconds);
    sa->life_kb = shorter(sa->life_kb, own->kilobytes);
    if (state->behaviour->responder_lifetime && sa->life_s != offered)
        quick->responder_life_s = sa->life_s;
}

/* NAT-OA (RFC 3947 section 5.2): the peer's view of both ends, or only of its own. */
void ike_quick_accept_originals(struct ike_state *state, struct ike_exchange *exchange,
                                const struct ike_incoming *incoming)
{
    const struct ike_phase1 *phase1 = exchange->phase1;
    if (phase1->nat_traversal == IKE_NAT_TRAVERSAL_NONE)
        return;
    struct ike_child_sa *sa = &state->children[exchange->quick.child].sa;
    uint8_t type = ike_nat_oa_payload(phase1->nat_traversal);
    const struct isakmp_payload *first = isakmp_message_find(&incoming->message, type, NULL);
    const struct isakmp_payload *second =
        first ? isakmp_message_find(&incoming->message, type, first) : NULL;
    struct ip_address addresses[2];
    if (!first || ike_nat_oa_decode(first, &addresses[0]) != ISAKMP_OK)
        return;
    if (!second) {
        sa->original_remote = addresses[0];
        return;
    }
    if (ike_nat_oa_decode(second, &addresses[1]) != ISAKMP_OK)
        return;
    sa->original_local = addresses[exchange->initiator ? 0 : 1];
    sa->original_remote = addresses[exchange->initiator ? 1 : 0];
}

static struct ike_verdict keep_answer(struct ike_state *state, struct ike_exchange *exchange,
                                      const struct ike_phase2_offer *offer,
                                      const struct ike_phase2_chosen *chosen)
{
    uint32_t spi = ike_child_spi(state, exchange->quick.child);
    const uint32_t spis[IKE_PHASE2_PROTOCOLS_MAX] = {spi, spi};
    uint8_t octets[1024];
    struct wire_writer writer = wire_writer_make(octets, sizeof octets);
    ike_phase2_encode_chosen(&writer, offer, chosen, spis);
    if (writer.failed)
        return ike_failed(IKE_CAUSE_NO_PROPOSAL_CHOSEN, ISAKMP_NO_PROPOSAL_CHOSEN);
    exchange->answer_sa = packet_from(state->config->pool, octets, wire_written(&writer));
    return exchange->answer_sa ? ike_well() : ike_failed(IKE_CAUSE_NO_RESOURCES, 0);
}

struct ike_verdict ike_quick_accept_offer(struct ike_state *state, struct ike_exchange *exchange,
                                          const struct ike_incoming *incoming)
{
    struct ike_quick *quick = &exchange->quick;
    const struct ike_phase1 *phase1 = exchange->phase1;
    const struct isakmp_payload *sa =
        isakmp_message_find(&incoming->message, ISAKMP_PAYLOAD_SA, NULL);
    struct ike_phase2_offer offer;
    struct ike_phase2_chosen chosen;
    struct ike_identity identities[2];
    size_t ids = isakmp_message_count(&incoming->message, ISAKMP_PAYLOAD_ID);
    if (ike_phase2_decode(sa->body, sa->length, &offer) != ISAKMP_OK)
        return ike_failed(IKE_CAUSE_MALFORMED, ISAKMP_BAD_PROPOSAL_SYNTAX);
    if ((ids != 0 && ids != 2) ||
        !read_identity(state, exchange, incoming, 0, &phase1->remote.address, &identities[0]) ||
        !read_identity(state, exchange, incoming, 1, &phase1->local.address, &identities[1]))
        return ike_failed(IKE_CAUSE_INVALID_ID, ISAKMP_INVALID_ID_INFORMATION);
    struct ike_verdict verdict = choose(state, exchange, &offer, identities, &chosen);
    if (!ike_is_well(verdict))
        return verdict;
    quick->child = ike_child_reserve(state);
    if (quick->child == IKE_INDEX_END)
        return ike_failed(IKE_CAUSE_NO_RESOURCES, 0);
    ike_quick_agree(state, exchange, &offer, &chosen);
    shorten(state, exchange);
    verdict = keep_answer(state, exchange, &offer, &chosen);
    if (ike_is_well(verdict))
        verdict = ike_accept_nonce(exchange, incoming);
    if (ike_is_well(verdict) && quick->group)
        verdict = ike_accept_key(exchange, incoming, quick->group);
    if (!ike_is_well(verdict))
        return verdict;
    ike_quick_accept_originals(state, exchange, incoming);
    ike_notify_all(state, exchange, incoming);
    if (state->behaviour->commit_bit) {
        quick->commit = true;
        exchange->step_count = IKE_QUICK_STEPS_COMMIT;
    }
    struct ike_child *old = ike_child_like(state, quick->rule, &quick->traffic, &phase1->remote);
    if (old)
        quick->replaces = ike_child_before(state, old, exchange);
    ike_trace_started(state, exchange);
    return verdict;
}

void ike_build_responder_lifetime(struct ike_state *state, const struct ike_exchange *exchange,
                                  struct isakmp_builder *builder)
{
    const struct ike_quick *quick = &exchange->quick;
    if (quick->responder_life_s == 0)
        return;
    const struct ike_child_protocol *protocol = &state->children[quick->child].sa.protocols[0];
    uint8_t spi[4];
    uint8_t data[12];
    wire_store_u32(spi, protocol->inbound.spi);
    struct wire_writer writer = wire_writer_make(data, sizeof data);
    ike_attribute_put_life(&writer, IKE_PHASE2_LIFE_TYPE, IKE_LIFE_SECONDS, quick->responder_life_s,
                           state->behaviour->long_durations);
    struct isakmp_notify notify = {.doi = ISAKMP_DOI_IPSEC,
                                   .protocol = (uint8_t)protocol->protocol,
                                   .type = ISAKMP_RESPONDER_LIFETIME,
                                   .spi = spi,
                                   .spi_length = sizeof spi,
                                   .data = data,
                                   .data_length = wire_written(&writer)};
    isakmp_build_notify(builder, &notify);
}

static void key_one(struct ike_state *state, const struct ike_exchange *exchange,
                    const struct ike_child_protocol *protocol, struct ike_child_keys *keys)
{
    struct crypto_piece shared = {exchange->shared, dh_prime_length(exchange->quick.group)};
    struct crypto_piece initiator = {exchange->nonces[0], exchange->nonce_lengths[0]};
    struct crypto_piece responder = {exchange->nonces[1], exchange->nonce_lengths[1]};
    uint8_t keymat[IKE_KEYMAT_MAX];
    ike_keymat(state->config->crypto, &exchange->phase1->keys, (uint8_t)protocol->protocol,
               keys->spi, shared, initiator, responder, keymat,
               (size_t)protocol->cipher_key_length + protocol->hash_key_length);
    memcpy(keys->cipher_key, keymat, protocol->cipher_key_length);
    memcpy(keys->hash_key, keymat + protocol->cipher_key_length, protocol->hash_key_length);
    crypto_wipe(keymat, sizeof keymat);
}

/* The lower of both nonces decides between child SAs negotiated at the same time. */
static void note_nonce(const struct ike_exchange *exchange, struct ike_child *child)
{
    uint8_t nonces[2][sizeof child->lowest_nonce] = {{0}};
    for (unsigned i = 0; i < 2; i++) {
        size_t length = exchange->nonce_lengths[i];
        memcpy(nonces[i], exchange->nonces[i], length < 16 ? length : 16);
    }
    bool first = memcmp(nonces[0], nonces[1], sizeof nonces[0]) <= 0;
    memcpy(child->lowest_nonce, nonces[first ? 0 : 1], sizeof nonces[0]);
}

struct ike_verdict ike_quick_key(struct ike_state *state, struct ike_exchange *exchange)
{
    const struct ike_quick *quick = &exchange->quick;
    const struct ike_phase1 *phase1 = exchange->phase1;
    struct ike_child *child = &state->children[quick->child];
    struct ike_child_sa *sa = &child->sa;
    if (child->state != IKE_CHILD_RESERVED)
        return ike_well(); /* the message did not fit the first time */
    if (quick->group) {
        struct ike_verdict verdict = ike_share(state, exchange, quick->group);
        if (!ike_is_well(verdict))
            return verdict;
    }
    for (unsigned i = 0; i < sa->protocol_count; i++) {
        struct ike_child_protocol *protocol = &sa->protocols[i];
        key_one(state, exchange, protocol, &protocol->inbound);
        key_one(state, exchange, protocol, &protocol->outbound);
    }
    sa->rule = quick->rule->id;
    sa->acquisition = quick->acquisition;
    sa->phase1 = phase1->id;
    sa->initiator = exchange->initiator;
    sa->tunnel = quick->rule->tunnel;
    sa->local = phase1->local;
    sa->remote = phase1->remote;
    sa->udp_encapsulation = ike_encapsulation_is_udp(quick->encapsulation);
    sa->encapsulation = quick->encapsulation;
    sa->traffic = quick->traffic;
    sa->replaces = quick->replaces;
    note_nonce(exchange, child);
    if (!exchange->initiator && state->behaviour->early_inbound)
        ike_child_install_inbound(state, child);
    return ike_well();
}
