#include "ike/ike_internal.h"

#include <string.h>

/* Deletes: plain (RFC 2408 section 3.15), and acknowledged ([MS-IKEE] section 3.8). */

static void build(const void *context, struct isakmp_builder *builder)
{
    isakmp_build_delete(builder, context);
}

static bool wants_acknowledgment(const struct ike_state *state, const struct ike_phase1 *phase1)
{
    return state->behaviour->acknowledged_delete &&
           phase1->peer_vendors & IKE_VENDOR_BIT(IKE_VENDOR_MS_NT5);
}

static void send(struct ike_state *state, struct ike_phase1 *phase1,
                 const struct isakmp_delete *deletion)
{
    if (!phase1->has_keys)
        return;
    ike_trace_delete(state, phase1, "ike.delete.sent", deletion);
    struct ike_exchange *exchange = NULL;
    if (wants_acknowledgment(state, phase1))
        exchange = ike_exchange_begin(state, phase1, &ike_delete_exchange, true,
                                      ike_exchange_draw_message_id(state, phase1));
    if (!exchange) {
        ike_informational_send(state, phase1, build, deletion);
        return;
    }
    ike_iv_exchange(state->config->crypto, &phase1->keys.algorithms, &phase1->last_iv,
                    exchange->message_id, &exchange->iv);
    exchange->retransmissions_max = state->behaviour->delete_count;
    exchange->delete_protocol = deletion->protocol;
    memcpy(exchange->delete_spi, deletion->spis, deletion->spi_length);
    ike_exchange_advance(state, exchange);
}

void ike_delete_send_child(struct ike_state *state, const struct ike_child *child)
{
    struct ike_phase1 *phase1 = ike_phase1_of_child(state, &child->sa);
    if (!phase1)
        return;
    for (unsigned i = 0; i < child->sa.protocol_count; i++) {
        const struct ike_child_protocol *protocol = &child->sa.protocols[i];
        uint8_t spi[4];
        wire_store_u32(spi, protocol->inbound.spi);
        struct isakmp_delete deletion = {.doi = ISAKMP_DOI_IPSEC,
                                         .protocol = (uint8_t)protocol->protocol,
                                         .spi_length = sizeof spi,
                                         .spi_count = 1,
                                         .spis = spi};
        send(state, phase1, &deletion);
    }
}

void ike_delete_send_phase1(struct ike_state *state, struct ike_phase1 *phase1)
{
    uint8_t spi[2 * ISAKMP_COOKIE_SIZE];
    ike_cookies(phase1, spi);
    struct isakmp_delete deletion = {.doi = ISAKMP_DOI_IPSEC,
                                     .protocol = ISAKMP_PROTOCOL_ISAKMP,
                                     .spi_length = sizeof spi,
                                     .spi_count = 1,
                                     .spis = spi};
    send(state, phase1, &deletion);
}

void ike_delete_input(struct ike_state *state, struct ike_phase1 *phase1,
                      const struct isakmp_delete *deletion)
{
    ike_trace_delete(state, phase1, "ike.delete.received", deletion);
    for (unsigned i = 0; i < deletion->spi_count; i++) {
        const uint8_t *spi = deletion->spis + (size_t)i * deletion->spi_length;
        if (deletion->protocol != ISAKMP_PROTOCOL_ISAKMP && deletion->spi_length == 4) {
            ike_child_deleted_by_peer(state, phase1, deletion->protocol, wire_load_u32(spi));
        } else if (deletion->protocol == ISAKMP_PROTOCOL_ISAKMP &&
                   deletion->spi_length == 2 * ISAKMP_COOKIE_SIZE) {
            struct isakmp_header named = {0};
            memcpy(named.initiator_cookie, spi, ISAKMP_COOKIE_SIZE);
            memcpy(named.responder_cookie, spi + ISAKMP_COOKIE_SIZE, ISAKMP_COOKIE_SIZE);
            struct ike_phase1 *gone = ike_phase1_by_cookies(state, &named, &phase1->remote);
            if (gone && gone->state == IKE_PHASE1_ESTABLISHED &&
                (gone == phase1 || ike_phase1_same_peer(gone, phase1)))
                ike_phase1_doom(state, gone, IKE_CAUSE_PEER_DELETED, false);
        }
    }
}

/* The exchange: HASH, nonce, Delete, and the same back. */

static struct ike_verdict build_request(struct ike_state *state, struct ike_exchange *exchange,
                                        struct isakmp_builder *builder)
{
    ike_build_nonce(state, exchange, builder);
    bool phase1 = exchange->delete_protocol == ISAKMP_PROTOCOL_ISAKMP;
    struct isakmp_delete deletion = {.doi = ISAKMP_DOI_IPSEC,
                                     .protocol = exchange->delete_protocol,
                                     .spi_length = phase1 ? 2 * ISAKMP_COOKIE_SIZE : 4,
                                     .spi_count = 1,
                                     .spis = exchange->delete_spi};
    isakmp_build_delete(builder, &deletion);
    return ike_well();
}

/* HASH(2) = prf(SKEYID_a, Ni | M-ID | Nr | Delete). */
static void hash_answer(struct ike_state *state, const struct ike_keys *keys,
                        struct crypto_piece nonce, uint32_t message_id, struct crypto_piece rest,
                        uint8_t hash[IKE_DIGEST_MAX])
{
    uint8_t id[4];
    wire_store_u32(id, message_id);
    const struct crypto_piece pieces[] = {nonce, {id, sizeof id}, rest};
    ike_hash_of(state->config->crypto, keys, pieces, 3, hash);
}

static void hash(struct ike_state *state, const struct ike_exchange *exchange, unsigned step,
                 struct crypto_piece rest, uint8_t value[IKE_DIGEST_MAX])
{
    const struct ike_keys *keys = &exchange->phase1->keys;
    struct crypto_piece nonce = {exchange->nonces[0], exchange->nonce_lengths[0]};
    if (step == 0)
        ike_hash_1(state->config->crypto, keys, exchange->message_id, rest, value);
    else
        hash_answer(state, keys, nonce, exchange->message_id, rest, value);
}

static struct ike_verdict accept_answer(struct ike_state *state, struct ike_exchange *exchange,
                                        const struct ike_incoming *incoming)
{
    (void)state;
    (void)exchange;
    (void)incoming; /* its HASH has said it all */
    return ike_well();
}

static void forget(struct ike_state *state, const struct ike_exchange *exchange)
{
    struct ike_phase1 *phase1 = exchange->phase1;
    if (exchange->delete_protocol == ISAKMP_PROTOCOL_ISAKMP && phase1->state == IKE_PHASE1_ENDING) {
        phase1->deadlines[IKE_PHASE1_FORGET] = instant_after(state->now, 1);
        ike_phase1_arm(state, phase1);
    }
}

static void complete(struct ike_state *state, struct ike_exchange *exchange)
{
    ike_trace_peer(state, exchange->phase1, "ike.delete.acknowledged");
    forget(state, exchange);
}

static void fail(struct ike_state *state, struct ike_exchange *exchange, enum ike_cause cause,
                 bool told_by_peer)
{
    (void)cause;
    (void)told_by_peer;
    forget(state, exchange);
    ike_exchange_end(state, exchange);
}

#define PAYLOADS (IKE_HAS_HASH | IKE_HAS_NONCE | IKE_HAS_DELETE)

static const struct ike_step steps[] = {
    {"delete-1", PAYLOADS, 0, IKE_ENCRYPTED, build_request, NULL},
    {"delete-2", PAYLOADS, 0, IKE_ENCRYPTED, NULL, accept_answer},
};

const struct ike_script ike_delete_exchange = {
    .name = "delete",
    .type = ISAKMP_EXCHANGE_INFORMATIONAL,
    .step_count = sizeof steps / sizeof steps[0],
    .first_ms = 1000,
    .maximum_ms = 16000,
    .steps = steps,
    .hash = hash,
    .complete = complete,
    .fail = fail,
};

/* The answer needs no memory of it: a request that comes again is answered anew. */
void ike_delete_acknowledge(struct ike_state *state, struct ike_phase1 *phase1,
                            struct ike_incoming *incoming)
{
    const struct isakmp_payload *nonce =
        isakmp_message_find(&incoming->message, ISAKMP_PAYLOAD_NONCE, NULL);
    const struct isakmp_payload *payload =
        isakmp_message_find(&incoming->message, ISAKMP_PAYLOAD_DELETE, NULL);
    struct isakmp_delete deletion;
    struct packet *packet = packet_alloc(state->config->pool, PACKET_ROOM);
    if (!packet || !payload || isakmp_delete_decode(payload, &deletion) != ISAKMP_OK) {
        ike_drop(state, incoming, packet ? "payload-missing" : "no-memory");
        packet_free(packet);
        return;
    }
    ike_delete_input(state, phase1, &deletion);
    struct isakmp_builder builder;
    uint8_t *octets = packet_append(packet, PACKET_ROOM);
    size_t digest = phase1->keys.algorithms.digest_length;
    isakmp_build_start(&builder, &incoming->header, octets, PACKET_ROOM - IKE_BLOCK_MAX);
    uint8_t *hash_at = isakmp_build_space(&builder, ISAKMP_PAYLOAD_HASH, digest);
    uint8_t own[IKE_NONCE_SIZE];
    entropy_fill(state->config->entropy, own, sizeof own);
    isakmp_build_payload(&builder, ISAKMP_PAYLOAD_NONCE, own, sizeof own);
    isakmp_build_payload(&builder, ISAKMP_PAYLOAD_DELETE, payload->body, payload->length);
    size_t length = isakmp_build_finish(&builder);
    if (length) {
        struct crypto_piece rest = {hash_at + digest,
                                    (size_t)(octets + length - (hash_at + digest))};
        struct crypto_piece peer_nonce = {nonce->body, nonce->length};
        uint8_t value[IKE_DIGEST_MAX];
        hash_answer(state, &phase1->keys, peer_nonce, incoming->header.message_id, rest, value);
        memcpy(hash_at, value, digest);
        length = ike_encrypt(state->config->crypto, &phase1->keys, &incoming->iv, octets, length,
                             PACKET_ROOM);
    }
    packet_trim(packet, length);
    if (length)
        ike_transmit(state, phase1, packet, false);
    packet_free(packet);
}
