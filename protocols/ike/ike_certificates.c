#include "ike/ike_internal.h"

#include "crypto/signature.h"

#include <stdlib.h>
#include <string.h>

/* Phase 1 with RSA signatures: CERTREQ, CERT and SIG payloads (RFC 2409 section 5.1). */

void ike_build_certificate_requests(const struct ike_exchange *exchange,
                                    struct isakmp_builder *builder)
{
    const struct ike_peer *peer = exchange->phase1->peer;
    if (peer->authentication != IKE_AUTHENTICATION_RSA_SIGNATURE)
        return;
    for (size_t i = 0; i < peer->trusted_count; i++) {
        struct isakmp_certificate request = {.encoding = ISAKMP_CERTIFICATE_X509_SIGNATURE};
        request.data = certificate_subject_der(peer->trusted[i], &request.length);
        isakmp_build_certificate(builder, ISAKMP_PAYLOAD_CERTREQ, &request);
    }
}

static struct ike_verdict build_wrapped(const struct certificate *certificate,
                                        struct isakmp_builder *builder)
{
    struct isakmp_certificate payload = {.encoding = ISAKMP_CERTIFICATE_PKCS7};
    uint8_t *octets = certificate_pkcs7(certificate, &payload.length);
    if (!octets)
        return ike_failed(IKE_CAUSE_NO_RESOURCES, 0);
    payload.data = octets;
    isakmp_build_certificate(builder, ISAKMP_PAYLOAD_CERT, &payload);
    free(octets);
    return ike_well();
}

/* Its own certificate first, then those that issued it, but for the one that signed itself. */
static void build_chain(const struct certificate *certificate, struct isakmp_builder *builder)
{
    for (unsigned depth = 0; certificate && depth < CERTIFICATE_CHAIN_MAX; depth++) {
        if (depth > 0 && !certificate_issuer(certificate))
            break;
        struct isakmp_certificate payload = {.encoding = ISAKMP_CERTIFICATE_X509_SIGNATURE};
        payload.data = certificate_der(certificate, &payload.length);
        isakmp_build_certificate(builder, ISAKMP_PAYLOAD_CERT, &payload);
        certificate = certificate_issuer(certificate);
    }
}

struct ike_verdict ike_sign(struct ike_state *state, struct ike_exchange *exchange,
                            struct isakmp_builder *builder, const uint8_t *hash)
{
    const struct ike_phase1 *phase1 = exchange->phase1;
    uint8_t signature[SIGNATURE_MAX];
    size_t length;
    if (!phase1->peer->certificate)
        return ike_failed(IKE_CAUSE_CERTIFICATE_MISSING, 0);
    if (!phase1->peer->wraps_certificates)
        build_chain(phase1->peer->certificate, builder);
    else if (!ike_is_well(build_wrapped(phase1->peer->certificate, builder)))
        return ike_failed(IKE_CAUSE_NO_RESOURCES, 0);
    if (signature_sign(state->config->crypto, phase1->peer->certificate, hash,
                       phase1->keys.algorithms.digest_length, signature, &length) != STATUS_OK)
        return ike_failed(IKE_CAUSE_CERTIFICATE_MISSING, 0);
    isakmp_build_payload(builder, ISAKMP_PAYLOAD_SIG, signature, length);
    return ike_well();
}

/* The certificates that a peer has sent, its own first once chain_order() has looked for it. */
struct chain {
    struct peer_certificate *certificates[CERTIFICATE_CHAIN_MAX];
    size_t count;
};

static void chain_parse(struct crypto *crypto, const struct ike_incoming *incoming,
                        struct chain *chain)
{
    const struct isakmp_payload *payload = NULL;
    chain->count = 0;
    while (chain->count < CERTIFICATE_CHAIN_MAX &&
           (payload = isakmp_message_find(&incoming->message, ISAKMP_PAYLOAD_CERT, payload))) {
        struct isakmp_certificate sent;
        struct peer_certificate **next = &chain->certificates[chain->count];
        if (isakmp_certificate_decode(payload, &sent) != ISAKMP_OK)
            continue;
        switch (sent.encoding) {
        case ISAKMP_CERTIFICATE_PKCS7:
            chain->count += peer_certificates_parse_pkcs7(crypto, sent.data, sent.length, next,
                                                          CERTIFICATE_CHAIN_MAX - chain->count);
            break;
        case ISAKMP_CERTIFICATE_X509_SIGNATURE:
        case ISAKMP_CERTIFICATE_X509_KEY_EXCHANGE:
            *next = peer_certificate_parse(crypto, sent.data, sent.length);
            chain->count += *next ? 1 : 0;
            break;
        default: /* lists of what has been revoked, and others (RFC 4945 section 3.3.10.1) */
            break;
        }
    }
}

static void chain_free(struct chain *chain)
{
    for (size_t i = 0; i < chain->count; i++)
        peer_certificate_destroy(chain->certificates[i]);
}

/* What stands of the identity among the subject's alternative names. */
static enum certificate_claim claim_of(const struct peer_certificate *certificate,
                                       const struct ike_identity *identity)
{
    switch (identity->type) {
    case IKE_ID_IPV4_ADDR:
    case IKE_ID_IPV6_ADDR:
        return peer_certificate_claims(certificate, CERTIFICATE_NAME_ADDRESS,
                                       identity->first.octets, ip_address_length(&identity->first));
    case IKE_ID_FQDN:
        return peer_certificate_claims(certificate, CERTIFICATE_NAME_HOST, identity->name,
                                       identity->name_length);
    case IKE_ID_USER_FQDN:
        return peer_certificate_claims(certificate, CERTIFICATE_NAME_EMAIL, identity->name,
                                       identity->name_length);
    default:
        return CERTIFICATE_CLAIMS_NONE;
    }
}

/*
 * Whether the identity is one that the certificate speaks for: its subject, or one of its
 * alternative names (RFC 4945 section 3.1). Where it has none of that kind, as at the time, a host
 * or address that is its common name.
 */
static bool is_named(const struct peer_certificate *certificate,
                     const struct ike_identity *identity)
{
    size_t length;
    const uint8_t *subject = peer_certificate_subject_der(certificate, &length);
    if (identity->type == IKE_ID_DER_ASN1_DN)
        return length == identity->name_length && memcmp(subject, identity->name, length) == 0;
    enum certificate_claim claim = claim_of(certificate, identity);
    if (claim != CERTIFICATE_CLAIMS_NONE)
        return claim == CERTIFICATE_CLAIMS_IT;
    char name[IKE_IDENTITY_TEXT_SIZE];
    char wanted[IKE_IDENTITY_TEXT_SIZE];
    (void)ike_identity_format(identity, wanted);
    size_t end = strlen(wanted);
    return certificate_name_format(subject, length, name, sizeof name) &&
           strncmp(name, "CN=", 3) == 0 && strncmp(name + 3, wanted, end) == 0 &&
           (name[3 + end] == '\0' || name[3 + end] == ',');
}

/* The order is the peer's (RFC 4945 section 3.3.10.3): its own is the one that speaks for it. */
static void chain_order(struct chain *chain, const struct ike_identity *identity)
{
    size_t own = 0;
    while (own < chain->count && !is_named(chain->certificates[own], identity))
        own++;
    if (own == chain->count)
        return;
    struct peer_certificate *first = chain->certificates[0];
    chain->certificates[0] = chain->certificates[own];
    chain->certificates[own] = first;
}

static enum ike_cause cause_of(enum certificate_verdict verdict)
{
    switch (verdict) {
    case CERTIFICATE_GOOD:
        break;
    case CERTIFICATE_EXPIRED:
        return IKE_CAUSE_CERTIFICATE_EXPIRED;
    case CERTIFICATE_NOT_YET_VALID:
        return IKE_CAUSE_CERTIFICATE_NOT_YET_VALID;
    case CERTIFICATE_UNKNOWN_AUTHORITY:
        return IKE_CAUSE_CERTIFICATE_UNKNOWN_AUTHORITY;
    case CERTIFICATE_WRONG_USAGE:
    case CERTIFICATE_BAD_SIGNATURE:
    case CERTIFICATE_NOT_AN_AUTHORITY:
    case CERTIFICATE_INVALID:
        return IKE_CAUSE_CERTIFICATE_INVALID;
    }
    return IKE_CAUSE_NONE;
}

static struct ike_verdict judge(struct ike_state *state, const struct ike_phase1 *phase1,
                                const struct chain *chain)
{
    int64_t seconds = (int64_t)(state->now / INSTANT_SECOND);
    const struct peer_certificate *others[CERTIFICATE_CHAIN_MAX];
    for (size_t i = 1; i < chain->count; i++)
        others[i - 1] = chain->certificates[i];
    struct certificate_check check = {
        .others = others,
        .other_count = chain->count - 1,
        .trusted = phase1->peer->trusted,
        .trusted_count = phase1->peer->trusted_count,
        .usage = CERTIFICATE_IPSEC,
        .time = state->config->calendar_start + seconds,
    };
    enum certificate_verdict verdict =
        certificate_verify(state->config->crypto, chain->certificates[0], &check);
    size_t length;
    const uint8_t *subject = peer_certificate_subject_der(chain->certificates[0], &length);
    char text[IKE_IDENTITY_TEXT_SIZE];
    (void)certificate_name_format(subject, length, text, sizeof text);
    if (verdict == CERTIFICATE_GOOD) {
        TRACE(&state->config->trace, state->now, "ike.certificate.accepted",
              trace_text("subject", text));
        return ike_well();
    }
    TRACE(&state->config->trace, state->now, "ike.certificate.refused", trace_text("subject", text),
          trace_text("reason", certificate_verdict_text(verdict)));
    uint16_t notify = verdict == CERTIFICATE_UNKNOWN_AUTHORITY ? ISAKMP_INVALID_CERT_AUTHORITY
                                                               : ISAKMP_INVALID_CERTIFICATE;
    return ike_failed(cause_of(verdict), notify);
}

struct ike_verdict ike_accept_signature(struct ike_state *state, struct ike_exchange *exchange,
                                        const struct ike_incoming *incoming,
                                        const struct ike_identity *identity, const uint8_t *hash)
{
    const struct ike_phase1 *phase1 = exchange->phase1;
    const struct isakmp_payload *proof =
        isakmp_message_find(&incoming->message, ISAKMP_PAYLOAD_SIG, NULL);
    struct chain chain;
    chain_parse(state->config->crypto, incoming, &chain);
    if (chain.count == 0)
        return ike_failed(IKE_CAUSE_CERTIFICATE_UNAVAILABLE, ISAKMP_CERTIFICATE_UNAVAILABLE);
    chain_order(&chain, identity);
    struct ike_verdict verdict = judge(state, phase1, &chain);
    if (ike_is_well(verdict) && !is_named(chain.certificates[0], identity))
        verdict = ike_failed(IKE_CAUSE_INVALID_ID, ISAKMP_INVALID_ID_INFORMATION);
    if (ike_is_well(verdict) &&
        !signature_verify(chain.certificates[0], hash, phase1->keys.algorithms.digest_length,
                          proof->body, proof->length))
        verdict = ike_failed(IKE_CAUSE_INVALID_SIGNATURE, ISAKMP_INVALID_SIGNATURE);
    chain_free(&chain);
    return verdict;
}
