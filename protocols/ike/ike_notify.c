#include "ike/ike_attribute.h"
#include "ike/ike_internal.h"

#include <string.h>

/* Notify payloads, RFC 2408 section 3.14 and RFC 2407 section 4.6.3. */

/* The cause that an error of the peer stands for. */
static enum ike_cause cause_of(uint16_t type)
{
    switch (type) {
    case ISAKMP_NO_PROPOSAL_CHOSEN:
    case ISAKMP_ATTRIBUTES_NOT_SUPPORTED:
        return IKE_CAUSE_NO_PROPOSAL_CHOSEN;
    case ISAKMP_AUTHENTICATION_FAILED:
    case ISAKMP_INVALID_HASH_INFORMATION:
        return IKE_CAUSE_AUTHENTICATION_FAILED;
    case ISAKMP_INVALID_SIGNATURE:
        return IKE_CAUSE_INVALID_SIGNATURE;
    case ISAKMP_INVALID_ID_INFORMATION:
        return IKE_CAUSE_INVALID_ID;
    case ISAKMP_INVALID_KEY_INFORMATION:
        return IKE_CAUSE_INVALID_KEY;
    case ISAKMP_INVALID_CERTIFICATE:
        return IKE_CAUSE_CERTIFICATE_INVALID;
    case ISAKMP_INVALID_CERT_AUTHORITY:
        return IKE_CAUSE_CERTIFICATE_UNKNOWN_AUTHORITY;
    case ISAKMP_CERTIFICATE_UNAVAILABLE:
        return IKE_CAUSE_CERTIFICATE_UNAVAILABLE;
    default:
        return IKE_CAUSE_PEER_REFUSED;
    }
}

/* The quick mode begun here that an error is about: by SPI, by message ID, or the only one. */
static struct ike_exchange *quick_of(struct ike_state *state, const struct ike_phase1 *phase1,
                                     const struct isakmp_notify *notify)
{
    struct ike_exchange *only = NULL;
    unsigned count = 0;
    for (uint32_t i = phase1->exchanges; i != IKE_INDEX_END; i = state->exchanges[i].next) {
        struct ike_exchange *exchange = &state->exchanges[i];
        if (exchange->script != &ike_quick_mode || exchange->state != IKE_EXCHANGE_ACTIVE ||
            !exchange->initiator)
            continue;
        if (notify->spi_length == 4 &&
            wire_load_u32(notify->spi) == ike_child_spi(state, exchange->quick.child))
            return exchange;
        if (notify->data_length >= 4 && wire_load_u32(notify->data) == exchange->message_id)
            return exchange;
        only = exchange;
        count++;
    }
    return count == 1 ? only : NULL;
}

/* INITIAL-CONTACT: what there was with that peer before is worth nothing (RFC 2407 4.6.3.3). */
static void forget_others(struct ike_state *state, const struct ike_phase1 *phase1)
{
    ike_trace_peer(state, phase1, "ike.initial-contact");
    for (struct ike_phase1 *other = ike_phase1_first(state, &phase1->remote.address); other;
         other = ike_phase1_next(state, other)) {
        if (other == phase1 || other->state != IKE_PHASE1_ESTABLISHED ||
            !ike_phase1_same_peer(other, phase1))
            continue;
        for (uint32_t j = 0; j < state->config->max_children; j++) {
            struct ike_child *child = &state->children[j];
            if (child->indexed && child->sa.phase1 == other->id)
                ike_child_doom(state, child, IKE_CAUSE_INITIAL_CONTACT, false);
        }
        ike_phase1_doom(state, other, IKE_CAUSE_INITIAL_CONTACT, false);
    }
}

/* RESPONDER-LIFETIME (RFC 2407 section 4.6.3.1): pairs of life type and duration. */
static void shorten(struct ike_state *state, struct ike_exchange *exchange,
                    const struct isakmp_notify *notify)
{
    struct wire_reader reader = wire_reader_make(notify->data, notify->data_length);
    struct ike_life life = {0};
    while (wire_remaining(&reader) > 0) {
        struct ike_attribute attribute = ike_attribute_get(&reader);
        if (reader.failed)
            return;
        if (attribute.type == IKE_PHASE2_LIFE_TYPE)
            ike_life_type(&life, &attribute);
        else if (attribute.type == IKE_PHASE2_LIFE_DURATION)
            ike_life_duration(&life, &attribute);
    }
    if (life.unsupported)
        return;
    struct ike_child_sa *sa = &state->children[exchange->quick.child].sa;
    if (life.seconds && (sa->life_s == 0 || life.seconds < sa->life_s))
        sa->life_s = life.seconds;
    if (life.kilobytes && (sa->life_kb == 0 || life.kilobytes < sa->life_kb))
        sa->life_kb = life.kilobytes;
}

void ike_notify_input(struct ike_state *state, struct ike_phase1 *phase1,
                      struct ike_exchange *exchange, const struct isakmp_notify *notify,
                      uint32_t message_id)
{
    switch (notify->type) {
    case ISAKMP_CONNECTED: {
        /* RFC 2408 section 3.1: it names its quick mode by the message ID. */
        struct ike_exchange *quick = ike_exchange_find(state, phase1, message_id);
        if (quick && quick->script == &ike_quick_mode)
            ike_quick_connected(state, quick);
        return;
    }
    case ISAKMP_INITIAL_CONTACT:
        if (phase1->has_keys)
            forget_others(state, phase1);
        return;
    case ISAKMP_RESPONDER_LIFETIME:
        if (exchange && exchange->script == &ike_quick_mode && exchange->initiator)
            shorten(state, exchange, notify);
        return;
    case ISAKMP_R_U_THERE:
    case ISAKMP_R_U_THERE_ACK:
        if (phase1->state == IKE_PHASE1_ESTABLISHED)
            ike_dpd_input(state, phase1, notify);
        return;
    case ISAKMP_REPLAY_STATUS:
        return;
    default:
        break;
    }
    if (notify->type >= ISAKMP_CONNECTED && notify->type != ISAKMP_MS_STATUS)
        return; /* a status that is not known means nothing */
    if (!exchange)
        exchange = quick_of(state, phase1, notify);
    /* Errors come back in answer: only who began can have caused them. */
    if (!exchange || !exchange->initiator || exchange->state != IKE_EXCHANGE_ACTIVE)
        return;
    ike_exchange_fail(state, exchange, (struct ike_verdict){.cause = cause_of(notify->type)}, true);
}

void ike_notify_all(struct ike_state *state, struct ike_exchange *exchange,
                    const struct ike_incoming *incoming)
{
    const struct isakmp_payload *payload = NULL;
    while ((payload = isakmp_message_find(&incoming->message, ISAKMP_PAYLOAD_NOTIFY, payload))) {
        struct isakmp_notify notify;
        /* Beside other payloads there are no errors, but statuses. */
        if (isakmp_notify_decode(payload, &notify) != ISAKMP_OK || notify.type < ISAKMP_CONNECTED ||
            notify.type == ISAKMP_MS_STATUS || notify.type == ISAKMP_CONNECTED)
            continue;
        ike_trace_notify(state, exchange->phase1, "ike.notify.received", &notify);
        ike_notify_input(state, exchange->phase1, exchange, &notify, exchange->message_id);
    }
}

static void build(const void *context, struct isakmp_builder *builder)
{
    isakmp_build_notify(builder, context);
}

void ike_notify_send(struct ike_state *state, struct ike_phase1 *phase1,
                     const struct isakmp_notify *notify)
{
    ike_trace_notify(state, phase1, "ike.notify.sent", notify);
    ike_informational_send(state, phase1, build, notify);
}

void ike_build_initial_contact(struct ike_state *state, const struct ike_exchange *exchange,
                               struct isakmp_builder *builder)
{
    const struct ike_phase1 *phase1 = exchange->phase1;
    if (!state->behaviour->sends_initial_contact || ike_phase1_with(state, &phase1->remote.address))
        return;
    uint8_t spi[2 * ISAKMP_COOKIE_SIZE];
    ike_cookies(phase1, spi);
    struct isakmp_notify notify = {.doi = ISAKMP_DOI_IPSEC,
                                   .protocol = ISAKMP_PROTOCOL_ISAKMP,
                                   .type = ISAKMP_INITIAL_CONTACT,
                                   .spi = spi,
                                   .spi_length = sizeof spi};
    isakmp_build_notify(builder, &notify);
}

void ike_cookies(const struct ike_phase1 *phase1, uint8_t spi[2 * ISAKMP_COOKIE_SIZE])
{
    memcpy(spi, phase1->initiator_cookie, ISAKMP_COOKIE_SIZE);
    memcpy(spi + ISAKMP_COOKIE_SIZE, phase1->responder_cookie, ISAKMP_COOKIE_SIZE);
}

/* What Windows says of it in NOTIFY_STATUS ([MS-ERREF]: ERROR_IPSEC_IKE_...). */
static uint32_t windows_error(enum ike_cause cause)
{
    switch ((int)cause) {
    case IKE_CAUSE_NO_POLICY:
        return 13825; /* NO_POLICY */
    case IKE_CAUSE_NO_PROPOSAL_CHOSEN:
        return 13868; /* POLICY_MATCH */
    case IKE_CAUSE_AUTHENTICATION_FAILED:
        return 13801; /* AUTH_FAIL */
    case IKE_CAUSE_INVALID_SIGNATURE:
        return 13826; /* INVALID_SIGNATURE */
    case IKE_CAUSE_INVALID_ID:
        return 13834; /* PROCESS_ERR_ID */
    case IKE_CAUSE_INVALID_KEY:
        return 13822; /* DH_FAIL */
    case IKE_CAUSE_CERTIFICATE_MISSING:
        return 13806; /* NO_CERT */
    case IKE_CAUSE_CERTIFICATE_UNAVAILABLE:
        return 13847; /* NO_PEER_CERT */
    default:
        return 13804; /* GENERAL_PROCESSING_ERROR */
    }
}

void ike_notify_failure(struct ike_state *state, struct ike_exchange *exchange,
                        struct ike_verdict verdict)
{
    struct ike_phase1 *phase1 = exchange->phase1;
    if (verdict.notify == 0 || phase1->state == IKE_PHASE1_ENDING)
        return;
    bool quick = exchange->script == &ike_quick_mode;
    uint8_t spi[4];
    struct isakmp_notify notify = {.doi = ISAKMP_DOI_IPSEC,
                                   .protocol = quick ? ISAKMP_PROTOCOL_ESP : ISAKMP_PROTOCOL_ISAKMP,
                                   .type = verdict.notify};
    if (quick && exchange->initiator && exchange->quick.child != IKE_INDEX_END) {
        wire_store_u32(spi, ike_child_spi(state, exchange->quick.child));
        notify.spi = spi;
        notify.spi_length = sizeof spi;
    }
    ike_notify_send(state, phase1, &notify);
    if (!state->behaviour->sends_status_notify)
        return;
    /* MS-IKEE section 2.2.6: a quick mode is named by its message ID in front of the error. */
    uint8_t data[8];
    struct wire_writer writer = wire_writer_make(data, sizeof data);
    if (quick)
        wire_put_u32(&writer, exchange->message_id);
    wire_put_u32(&writer, windows_error(verdict.cause));
    struct isakmp_notify status = {.doi = ISAKMP_DOI_IPSEC,
                                   .protocol = notify.protocol,
                                   .type = ISAKMP_MS_STATUS,
                                   .data = data,
                                   .data_length = wire_written(&writer)};
    ike_notify_send(state, phase1, &status);
}
