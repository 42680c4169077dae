#include "ike/ike_internal.h"

#include <string.h>

/* What main mode and aggressive mode share, and the key exchange of quick mode. */

bool ike_shows(const struct ike_behaviour *behaviour, enum ike_vendor vendor)
{
    for (unsigned i = 0; i < behaviour->vendor_count; i++)
        if (behaviour->vendors[i] == vendor)
            return true;
    return false;
}

static uint32_t shown_vendors(const struct ike_behaviour *behaviour)
{
    uint32_t set = 0;
    for (unsigned i = 0; i < behaviour->vendor_count; i++)
        set |= IKE_VENDOR_BIT(behaviour->vendors[i]);
    return set;
}

static struct crypto_piece piece_of(const struct packet *packet)
{
    return packet ? (struct crypto_piece){packet->data, packet->length} : (struct crypto_piece){0};
}

struct ike_phase1_material ike_material(const struct ike_exchange *exchange)
{
    const struct ike_phase1 *phase1 = exchange->phase1;
    size_t prime = dh_prime_length(phase1->keys.algorithms.group);
    struct ike_phase1_material material = {
        .initiator_cookie = phase1->initiator_cookie,
        .responder_cookie = phase1->responder_cookie,
        .initiator_nonce = {exchange->nonces[0], exchange->nonce_lengths[0]},
        .responder_nonce = {exchange->nonces[1], exchange->nonce_lengths[1]},
        .initiator_public = {exchange->publics[0], prime},
        .responder_public = {exchange->publics[1], prime},
        .shared = {exchange->shared, prime},
        .initiator_sa = piece_of(exchange->initiator_sa),
    };
    if (phase1->peer->authentication == IKE_AUTHENTICATION_PRE_SHARED_KEY)
        material.pre_shared_key = (struct crypto_piece){phase1->peer->pre_shared_key,
                                                        phase1->peer->pre_shared_key_length};
    return material;
}

/* Vendor IDs. */

void ike_build_vendor_ids(struct ike_state *state, const struct ike_exchange *exchange,
                          struct isakmp_builder *builder)
{
    const struct ike_behaviour *behaviour = state->behaviour;
    const struct ip_address *remote = &exchange->phase1->remote.address;
    for (unsigned i = 0; i < behaviour->vendor_count; i++) {
        enum ike_vendor vendor = behaviour->vendors[i];
        bool nat_traversal = vendor == IKE_VENDOR_NAT_T_02 || vendor == IKE_VENDOR_NAT_T_02_PLAIN ||
                             vendor == IKE_VENDOR_NAT_T_03 || vendor == IKE_VENDOR_NAT_T_RFC;
        /* [MS-IKEE] note 15: there is none for IPv6; section 3.5.4.1: not while there is an SA. */
        if ((nat_traversal && remote->version == 6) ||
            (vendor == IKE_VENDOR_INITIAL_CONTACT && ike_phase1_with(state, remote)))
            continue;
        ike_vendor_build(builder, vendor, behaviour->microsoft_version);
    }
}

void ike_accept_vendor_ids(struct ike_state *state, struct ike_exchange *exchange,
                           const struct ike_incoming *incoming)
{
    struct ike_phase1 *phase1 = exchange->phase1;
    phase1->peer_vendors = ike_vendor_set(&incoming->message, &phase1->peer_ms_version);
    if (phase1->remote.address.version == 4)
        phase1->nat_traversal =
            ike_nat_traversal_select(shown_vendors(state->behaviour), phase1->peer_vendors);
}

/* The SA payloads. */

static struct packet *keep(struct ike_state *state, const void *octets, size_t length)
{
    return packet_from(state->config->pool, octets, length);
}

struct ike_verdict ike_build_offer(struct ike_state *state, struct ike_exchange *exchange,
                                   struct isakmp_builder *builder)
{
    const struct ike_peer *peer = exchange->phase1->peer;
    isakmp_build_open(builder, ISAKMP_PAYLOAD_SA);
    const uint8_t *body = builder->writer.position;
    ike_phase1_encode(&builder->writer, peer->phase1->transforms, peer->phase1->count,
                      peer->authentication, state->behaviour->long_durations);
    if (!builder->writer.failed && !exchange->initiator_sa) {
        exchange->initiator_sa = keep(state, body, (size_t)(builder->writer.position - body));
        if (!exchange->initiator_sa)
            return ike_failed(IKE_CAUSE_NO_RESOURCES, 0);
    }
    isakmp_build_close(builder);
    return ike_well();
}

/* Takes over what both ends have agreed on. */
static bool agree(struct ike_phase1 *phase1, const struct ike_phase1_transform *chosen,
                  uint32_t own_life_s)
{
    if (!ike_algorithms_from(chosen, &phase1->keys.algorithms))
        return false;
    /* Both keep their own; the shorter ends it (RFC 2407 section 4.5.4). */
    phase1->life_s = chosen->seconds ? chosen->seconds : 28800;
    if (own_life_s && own_life_s < phase1->life_s)
        phase1->life_s = own_life_s;
    return true;
}

struct ike_verdict ike_accept_offer(struct ike_state *state, struct ike_exchange *exchange,
                                    const struct ike_incoming *incoming)
{
    const struct ike_peer *peer = exchange->phase1->peer;
    const struct isakmp_payload *sa =
        isakmp_message_find(&incoming->message, ISAKMP_PAYLOAD_SA, NULL);
    struct ike_phase1_offer offer;
    size_t chosen;
    if (ike_phase1_decode(sa->body, sa->length, &offer) != ISAKMP_OK)
        return ike_failed(IKE_CAUSE_MALFORMED, ISAKMP_BAD_PROPOSAL_SYNTAX);
    if (peer->authentication == IKE_AUTHENTICATION_RSA_SIGNATURE && !peer->certificate)
        return ike_failed(IKE_CAUSE_CERTIFICATE_MISSING, ISAKMP_NO_PROPOSAL_CHOSEN);
    if (!ike_phase1_select(&offer, peer->phase1, peer->authentication, &chosen) ||
        !agree(exchange->phase1, &offer.transforms[chosen], peer->phase1->transforms[0].seconds))
        return ike_failed(IKE_CAUSE_NO_PROPOSAL_CHOSEN, ISAKMP_NO_PROPOSAL_CHOSEN);
    uint8_t answer[512];
    struct wire_writer writer = wire_writer_make(answer, sizeof answer);
    ike_phase1_encode_chosen(&writer, &offer, chosen);
    if (writer.failed)
        return ike_failed(IKE_CAUSE_NO_PROPOSAL_CHOSEN, ISAKMP_NO_PROPOSAL_CHOSEN);
    exchange->answer_sa = keep(state, answer, wire_written(&writer));
    exchange->initiator_sa = keep(state, sa->body, sa->length);
    if (!exchange->answer_sa || !exchange->initiator_sa)
        return ike_failed(IKE_CAUSE_NO_RESOURCES, 0);
    ike_accept_vendor_ids(state, exchange, incoming);
    return ike_well();
}

void ike_build_choice(struct ike_exchange *exchange, struct isakmp_builder *builder)
{
    isakmp_build_payload(builder, ISAKMP_PAYLOAD_SA, exchange->answer_sa->data,
                         exchange->answer_sa->length);
}

struct ike_verdict ike_accept_choice(struct ike_state *state, struct ike_exchange *exchange,
                                     const struct ike_incoming *incoming)
{
    struct ike_phase1 *phase1 = exchange->phase1;
    const struct ike_peer *peer = phase1->peer;
    const struct isakmp_payload *sa =
        isakmp_message_find(&incoming->message, ISAKMP_PAYLOAD_SA, NULL);
    static const uint8_t none[ISAKMP_COOKIE_SIZE];
    struct ike_phase1_offer answer;
    if (memcmp(incoming->header.responder_cookie, none, sizeof none) == 0)
        return ike_dropped("no-responder-cookie");
    if (ike_phase1_decode(sa->body, sa->length, &answer) != ISAKMP_OK || answer.count != 1)
        return ike_failed(IKE_CAUSE_MALFORMED, ISAKMP_BAD_PROPOSAL_SYNTAX);
    if (!ike_phase1_was_offered(&answer.transforms[0], peer->phase1->transforms,
                                peer->phase1->count, peer->authentication) ||
        !agree(phase1, &answer.transforms[0], 0))
        return ike_failed(IKE_CAUSE_NO_PROPOSAL_CHOSEN, ISAKMP_NO_PROPOSAL_CHOSEN);
    memcpy(phase1->responder_cookie, incoming->header.responder_cookie, ISAKMP_COOKIE_SIZE);
    ike_accept_vendor_ids(state, exchange, incoming);
    return ike_well();
}

/* Key exchange and nonces. */

struct ike_verdict ike_build_key(struct ike_state *state, struct ike_exchange *exchange,
                                 struct isakmp_builder *builder, unsigned group)
{
    uint8_t *public_value = exchange->publics[exchange->initiator ? 0 : 1];
    if (!exchange->drawn) {
        dh_draw_private(state->config->entropy, exchange->private_value);
        if (dh_public_value(state->config->crypto, (enum dh_group)group, exchange->private_value,
                            DH_PRIVATE_SIZE, public_value) != STATUS_OK)
            return ike_failed(IKE_CAUSE_NO_RESOURCES, 0);
        exchange->drawn = true;
    }
    isakmp_build_payload(builder, ISAKMP_PAYLOAD_KE, public_value, dh_prime_length(group));
    return ike_well();
}

void ike_build_nonce(struct ike_state *state, struct ike_exchange *exchange,
                     struct isakmp_builder *builder)
{
    unsigned side = exchange->initiator ? 0 : 1;
    if (exchange->nonce_lengths[side] == 0) {
        entropy_fill(state->config->entropy, exchange->nonces[side], IKE_NONCE_SIZE);
        exchange->nonce_lengths[side] = IKE_NONCE_SIZE;
    }
    isakmp_build_payload(builder, ISAKMP_PAYLOAD_NONCE, exchange->nonces[side],
                         exchange->nonce_lengths[side]);
}

struct ike_verdict ike_accept_key(struct ike_exchange *exchange,
                                  const struct ike_incoming *incoming, unsigned group)
{
    const struct isakmp_payload *key =
        isakmp_message_find(&incoming->message, ISAKMP_PAYLOAD_KE, NULL);
    if (!key || key->length != dh_prime_length(group))
        return ike_failed(IKE_CAUSE_INVALID_KEY, ISAKMP_INVALID_KEY_INFORMATION);
    memcpy(exchange->publics[exchange->initiator ? 1 : 0], key->body, key->length);
    return ike_well();
}

struct ike_verdict ike_accept_nonce(struct ike_exchange *exchange,
                                    const struct ike_incoming *incoming)
{
    unsigned side = exchange->initiator ? 1 : 0;
    const struct isakmp_payload *nonce =
        isakmp_message_find(&incoming->message, ISAKMP_PAYLOAD_NONCE, NULL);
    if (nonce->length < ISAKMP_NONCE_MIN || nonce->length > ISAKMP_NONCE_MAX)
        return ike_failed(IKE_CAUSE_MALFORMED, ISAKMP_PAYLOAD_MALFORMED);
    memcpy(exchange->nonces[side], nonce->body, nonce->length);
    exchange->nonce_lengths[side] = (uint16_t)nonce->length;
    return ike_well();
}

struct ike_verdict ike_share(struct ike_state *state, struct ike_exchange *exchange, unsigned group)
{
    const uint8_t *peer = exchange->publics[exchange->initiator ? 1 : 0];
    switch (dh_shared_secret(state->config->crypto, (enum dh_group)group, exchange->private_value,
                             DH_PRIVATE_SIZE, peer, dh_prime_length(group), exchange->shared)) {
    case STATUS_OK:
        return ike_well();
    case STATUS_INVALID:
        return ike_failed(IKE_CAUSE_INVALID_KEY, ISAKMP_INVALID_KEY_INFORMATION);
    case STATUS_NO_MEMORY:
    case STATUS_NO_ROOM:
    case STATUS_IO:
    case STATUS_CRYPTO:
    case STATUS_NOT_FOUND:
        break;
    }
    return ike_failed(IKE_CAUSE_NO_RESOURCES, 0);
}

struct ike_verdict ike_derive(struct ike_state *state, struct ike_exchange *exchange)
{
    struct ike_phase1 *phase1 = exchange->phase1;
    if (phase1->has_keys)
        return ike_well();
    struct ike_algorithms algorithms = phase1->keys.algorithms;
    struct ike_verdict verdict = ike_share(state, exchange, algorithms.group);
    if (!ike_is_well(verdict))
        return verdict;
    struct ike_phase1_material material = ike_material(exchange);
    if (!ike_keys_derive(state->config->crypto, &algorithms, &material, &phase1->keys))
        return ike_failed(IKE_CAUSE_INVALID_KEY, ISAKMP_INVALID_KEY_INFORMATION);
    ike_iv_phase1(state->config->crypto, &algorithms, material.initiator_public,
                  material.responder_public, &exchange->iv);
    phase1->has_keys = true;
    if (state->config->key_log)
        state->config->key_log(state->config->key_log_context, material.initiator_cookie,
                               phase1->keys.cipher_key, algorithms.cipher_key_length);
    return verdict;
}

/* Identities and what proves them. */

/* The address that a name says, or the one that an end is seen at. */
static struct ike_identity address_of(const struct ike_name *name, const struct ip_address *seen)
{
    struct ip_address said;
    bool says = name->text && ip_address_parse(name->text, &said);
    return ike_identity_address(says ? &said : seen, 0, 0);
}

struct ike_identity ike_own_identity(const struct ike_state *state, const struct ike_phase1 *phase1)
{
    const struct ike_name *name = &phase1->peer->own_name;
    size_t length;
    switch (name->kind) {
    case IKE_NAME_FQDN:
        return ike_identity_name(IKE_ID_FQDN, name->text, strlen(name->text), 0, 0);
    case IKE_NAME_USER_FQDN:
        return ike_identity_name(IKE_ID_USER_FQDN, name->text, strlen(name->text), 0, 0);
    case IKE_NAME_CERTIFICATE:
        if (!phase1->peer->certificate)
            break;
        const uint8_t *subject = certificate_subject_der(phase1->peer->certificate, &length);
        return ike_identity_name(IKE_ID_DER_ASN1_DN, subject, length, 0, 0);
    case IKE_NAME_ADDRESS:
        if (name->text)
            return address_of(name, &phase1->local.address);
        break;
    }
    const char *host = state->config->host_name;
    if (state->behaviour->fqdn_behind_nat && phase1->nat.self && host)
        return ike_identity_name(IKE_ID_FQDN, host, strlen(host), 0, 0);
    return ike_identity_address(&phase1->local.address, 0, 0);
}

struct ike_verdict ike_build_identity(struct ike_state *state, struct ike_exchange *exchange,
                                      struct isakmp_builder *builder)
{
    struct ike_identity identity = ike_own_identity(state, exchange->phase1);
    struct packet **kept = &exchange->identities[exchange->initiator ? 0 : 1];
    isakmp_build_open(builder, ISAKMP_PAYLOAD_ID);
    const uint8_t *body = builder->writer.position;
    ike_identity_encode(&identity, &builder->writer);
    if (!builder->writer.failed && !*kept)
        *kept = keep(state, body, (size_t)(builder->writer.position - body));
    isakmp_build_close(builder);
    return *kept || builder->writer.failed ? ike_well() : ike_failed(IKE_CAUSE_NO_RESOURCES, 0);
}

struct ike_verdict ike_accept_identity(struct ike_state *state, struct ike_exchange *exchange,
                                       const struct ike_incoming *incoming)
{
    const struct isakmp_payload *id =
        isakmp_message_find(&incoming->message, ISAKMP_PAYLOAD_ID, NULL);
    struct ike_identity identity;
    if (isakmp_message_count(&incoming->message, ISAKMP_PAYLOAD_ID) != 1 ||
        ike_identity_decode(id->body, id->length, &identity) != ISAKMP_OK)
        return ike_failed(IKE_CAUSE_MALFORMED, ISAKMP_INVALID_ID_INFORMATION);
    struct packet **kept = &exchange->identities[exchange->initiator ? 1 : 0];
    packet_free(*kept);
    *kept = keep(state, id->body, id->length);
    if (!*kept)
        return ike_failed(IKE_CAUSE_NO_RESOURCES, 0);
    /* Protocol and port, 0 or UDP 500 in phase 1, do not belong to the name. */
    identity.protocol = 0;
    identity.port = 0;
    (void)ike_identity_format(&identity, exchange->phase1->peer_name);
    return ike_well();
}

/* HASH_I or HASH_R over the identity of that side. */
static void hash_of_side(struct ike_state *state, const struct ike_exchange *exchange,
                         bool initiator, uint8_t hash[IKE_DIGEST_MAX])
{
    struct ike_phase1_material material = ike_material(exchange);
    struct crypto_piece identity = piece_of(exchange->identities[initiator ? 0 : 1]);
    if (initiator)
        ike_hash_i(state->config->crypto, &exchange->phase1->keys, &material, identity, hash);
    else
        ike_hash_r(state->config->crypto, &exchange->phase1->keys, &material, identity, hash);
}

static bool signs(const struct ike_exchange *exchange)
{
    return exchange->phase1->peer->authentication == IKE_AUTHENTICATION_RSA_SIGNATURE;
}

struct ike_verdict ike_build_proof(struct ike_state *state, struct ike_exchange *exchange,
                                   struct isakmp_builder *builder)
{
    uint8_t hash[IKE_DIGEST_MAX];
    hash_of_side(state, exchange, exchange->initiator, hash);
    if (signs(exchange))
        return ike_sign(state, exchange, builder, hash);
    isakmp_build_payload(builder, ISAKMP_PAYLOAD_HASH, hash,
                         exchange->phase1->keys.algorithms.digest_length);
    return ike_well();
}

/* Whether the peer is who the policy wants. */
static bool is_expected(const struct ike_phase1 *phase1, const struct ike_identity *identity)
{
    const struct ike_name *name = &phase1->peer->peer_name;
    switch (name->kind) {
    case IKE_NAME_ADDRESS: {
        struct ike_identity wanted = address_of(name, &phase1->remote.address);
        return ike_identity_equal(identity, &wanted);
    }
    case IKE_NAME_FQDN:
    case IKE_NAME_USER_FQDN: {
        enum ike_identity_type type = name->kind == IKE_NAME_FQDN ? IKE_ID_FQDN : IKE_ID_USER_FQDN;
        struct ike_identity wanted = ike_identity_name(type, name->text, strlen(name->text), 0, 0);
        return ike_identity_equal(identity, &wanted);
    }
    case IKE_NAME_CERTIFICATE:
        return identity->type == IKE_ID_DER_ASN1_DN && strcmp(phase1->peer_name, name->text) == 0;
    }
    return false;
}

struct ike_verdict ike_accept_proof(struct ike_state *state, struct ike_exchange *exchange,
                                    const struct ike_incoming *incoming)
{
    struct ike_phase1 *phase1 = exchange->phase1;
    struct crypto_piece body = piece_of(exchange->identities[exchange->initiator ? 1 : 0]);
    struct ike_identity identity;
    if (ike_identity_decode(body.octets, body.length, &identity) != ISAKMP_OK)
        return ike_failed(IKE_CAUSE_MALFORMED, ISAKMP_INVALID_ID_INFORMATION);
    identity.protocol = 0;
    identity.port = 0;
    uint8_t hash[IKE_DIGEST_MAX];
    hash_of_side(state, exchange, !exchange->initiator, hash);
    if (signs(exchange)) {
        struct ike_verdict verdict =
            ike_accept_signature(state, exchange, incoming, &identity, hash);
        if (!ike_is_well(verdict))
            return verdict;
    } else {
        const struct isakmp_payload *proof =
            isakmp_message_find(&incoming->message, ISAKMP_PAYLOAD_HASH, NULL);
        if (!ike_hash_matches(&phase1->keys, hash, proof->body, proof->length))
            return ike_failed(IKE_CAUSE_AUTHENTICATION_FAILED, ISAKMP_AUTHENTICATION_FAILED);
    }
    if (phase1->peer->checks_name && !is_expected(phase1, &identity))
        return ike_failed(IKE_CAUSE_INVALID_ID, ISAKMP_INVALID_ID_INFORMATION);
    return ike_well();
}
