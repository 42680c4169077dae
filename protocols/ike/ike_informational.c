#include "ike/ike_internal.h"

#include <string.h>

/* The Informational Exchange, RFC 2408 section 4.8 and RFC 2409 section 5.7. */

static uint32_t message_id_of(struct ike_state *state, const struct ike_phase1 *phase1)
{
    return ike_exchange_draw_message_id(state, phase1);
}

void ike_informational_send(struct ike_state *state, struct ike_phase1 *phase1,
                            ike_informational_build *build, const void *context)
{
    struct packet *packet = packet_alloc(state->config->pool, PACKET_ROOM);
    if (!packet)
        return;
    struct isakmp_header header = {.version = ISAKMP_VERSION,
                                   .exchange = ISAKMP_EXCHANGE_INFORMATIONAL,
                                   .message_id = message_id_of(state, phase1)};
    memcpy(header.initiator_cookie, phase1->initiator_cookie, ISAKMP_COOKIE_SIZE);
    memcpy(header.responder_cookie, phase1->responder_cookie, ISAKMP_COOKIE_SIZE);
    uint8_t *octets = packet_append(packet, PACKET_ROOM);
    struct isakmp_builder builder;
    isakmp_build_start(&builder, &header, octets, PACKET_ROOM - IKE_BLOCK_MAX);
    const struct ike_keys *keys = &phase1->keys;
    uint8_t *hash = NULL;
    if (phase1->has_keys)
        hash = isakmp_build_space(&builder, ISAKMP_PAYLOAD_HASH, keys->algorithms.digest_length);
    build(context, &builder);
    size_t length = isakmp_build_finish(&builder);
    if (length && hash) {
        const uint8_t *behind = hash + keys->algorithms.digest_length;
        struct crypto_piece rest = {behind, (size_t)(octets + length - behind)};
        uint8_t value[IKE_DIGEST_MAX];
        ike_hash_1(state->config->crypto, keys, header.message_id, rest, value);
        memcpy(hash, value, keys->algorithms.digest_length);
        struct ike_iv iv;
        ike_iv_exchange(state->config->crypto, &keys->algorithms, ike_current_iv(state, phase1),
                        header.message_id, &iv);
        length = ike_encrypt(state->config->crypto, keys, &iv, octets, length, PACKET_ROOM);
    }
    packet_trim(packet, length);
    if (length)
        ike_transmit(state, phase1, packet, false);
    packet_free(packet);
}

const struct ike_iv *ike_current_iv(struct ike_state *state, const struct ike_phase1 *phase1)
{
    /* Before phase 1 is done, what it has come to (MS-IKEE note 12). */
    const struct ike_exchange *negotiation = ike_exchange_find(state, phase1, 0);
    if (phase1->state == IKE_PHASE1_NEGOTIATING && negotiation)
        return &negotiation->iv;
    return &phase1->last_iv;
}

/* An unprotected Notify can end what is not protected yet, and nothing else. */
static void take_clear(struct ike_state *state, struct ike_phase1 *phase1,
                       struct ike_incoming *incoming)
{
    enum isakmp_error error =
        isakmp_message_decode(incoming->packet->data, incoming->packet->length, &incoming->message);
    if (error != ISAKMP_OK) {
        ike_drop(state, incoming, isakmp_error_text(error));
        return;
    }
    struct ike_exchange *negotiation = ike_exchange_find(state, phase1, 0);
    if (phase1->state != IKE_PHASE1_NEGOTIATING || !negotiation ||
        isakmp_message_count(&incoming->message, ISAKMP_PAYLOAD_NOTIFY) == 0) {
        ike_drop(state, incoming, "not-protected");
        return;
    }
    const struct isakmp_payload *payload =
        isakmp_message_find(&incoming->message, ISAKMP_PAYLOAD_NOTIFY, NULL);
    struct isakmp_notify notify;
    if (isakmp_notify_decode(payload, &notify) != ISAKMP_OK) {
        ike_drop(state, incoming, "bad-notify");
        return;
    }
    ike_trace_notify(state, phase1, "ike.notify.received", &notify);
    if (notify.type == ISAKMP_MS_DOS_COOKIE)
        ike_demanded_cookie(state, negotiation, incoming, &notify);
    else
        ike_notify_input(state, phase1, negotiation, &notify, 0);
}

/* Notify and Delete payloads of an authentic message. */
static void take_payloads(struct ike_state *state, struct ike_phase1 *phase1,
                          struct ike_incoming *incoming)
{
    uint32_t id = phase1->id;
    for (size_t i = 1; i < incoming->message.count; i++) {
        const struct isakmp_payload *payload = &incoming->message.payloads[i];
        struct isakmp_notify notify;
        struct isakmp_delete deletion;
        if (payload->type == ISAKMP_PAYLOAD_NOTIFY &&
            isakmp_notify_decode(payload, &notify) == ISAKMP_OK) {
            ike_trace_notify(state, phase1, "ike.notify.received", &notify);
            struct ike_exchange *negotiation = phase1->state == IKE_PHASE1_NEGOTIATING
                                                   ? ike_exchange_find(state, phase1, 0)
                                                   : NULL;
            ike_notify_input(state, phase1, negotiation, &notify, incoming->header.message_id);
        } else if (payload->type == ISAKMP_PAYLOAD_DELETE &&
                   isakmp_delete_decode(payload, &deletion) == ISAKMP_OK) {
            ike_delete_input(state, phase1, &deletion);
        }
        /* It has ended by what it says, or says more than one answer takes. */
        if (ike_phase1_get(state, id) != phase1 ||
            state->ring_count + IKE_OUTPUTS_STEP > IKE_OUTPUTS)
            return;
    }
}

static void take_protected(struct ike_state *state, struct ike_phase1 *phase1,
                           struct ike_incoming *incoming)
{
    const struct ike_keys *keys = &phase1->keys;
    struct crypto *crypto = state->config->crypto;
    uint32_t message_id = incoming->header.message_id;
    ike_iv_exchange(crypto, &keys->algorithms, ike_current_iv(state, phase1), message_id,
                    &incoming->iv);
    if (!ike_decrypt(crypto, keys, &incoming->iv, incoming->packet->data,
                     incoming->packet->length)) {
        ike_drop(state, incoming, isakmp_error_text(ISAKMP_BAD_LENGTH));
        return;
    }
    if (isakmp_message_decode(incoming->packet->data, incoming->packet->length,
                              &incoming->message) != ISAKMP_OK) {
        ike_drop(state, incoming, "not-decipherable");
        return;
    }
    const struct isakmp_payload *first = &incoming->message.payloads[0];
    uint8_t hash[IKE_DIGEST_MAX];
    if (incoming->message.count < 2 || first->type != ISAKMP_PAYLOAD_HASH) {
        ike_drop(state, incoming, "payload-missing");
        return;
    }
    ike_hash_1(crypto, keys, message_id, ike_rest(incoming), hash);
    if (!ike_hash_matches(keys, hash, first->body, first->length)) {
        ike_drop(state, incoming, "wrong-hash");
        return;
    }
    ike_phase1_heard(state, phase1, incoming);
    if (state->behaviour->acknowledged_delete &&
        isakmp_message_count(&incoming->message, ISAKMP_PAYLOAD_NONCE) == 1)
        ike_delete_acknowledge(state, phase1, incoming);
    else
        take_payloads(state, phase1, incoming);
}

void ike_informational_input(struct ike_state *state, struct ike_phase1 *phase1,
                             struct ike_incoming *incoming)
{
    struct ike_exchange *exchange = ike_exchange_find(state, phase1, incoming->header.message_id);
    if (!(incoming->header.flags & ISAKMP_FLAG_ENCRYPTION))
        take_clear(state, phase1, incoming);
    else if (!phase1->has_keys)
        ike_drop(state, incoming, "unexpected-encryption");
    else if (exchange && exchange->script == &ike_delete_exchange)
        ike_exchange_input(state, exchange, incoming);
    else
        take_protected(state, phase1, incoming);
}
