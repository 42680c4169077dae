#include "ike/ike_internal.h"

#include <string.h>

static uint32_t index_of(const struct ike_state *state, const struct ike_exchange *exchange)
{
    return (uint32_t)(exchange - state->exchanges);
}

static void arm(struct ike_state *state, struct ike_exchange *exchange)
{
    ike_arm(state, &exchange->timer, exchange->deadlines, IKE_EXCHANGE_DEADLINES);
}

/* A free slot, or that of the exchange that has lingered longest. */
static struct ike_exchange *find_free(struct ike_state *state)
{
    struct ike_exchange *oldest = NULL;
    for (uint32_t i = 0; i < state->config->max_exchanges; i++) {
        uint32_t place = (state->free_exchange + i) % state->config->max_exchanges;
        struct ike_exchange *exchange = &state->exchanges[place];
        if (exchange->state == IKE_EXCHANGE_FREE) {
            state->free_exchange = (place + 1) % state->config->max_exchanges;
            return exchange;
        }
        if (exchange->state == IKE_EXCHANGE_LINGERING &&
            (!oldest ||
             exchange->deadlines[IKE_EXCHANGE_ABANDON] < oldest->deadlines[IKE_EXCHANGE_ABANDON]))
            oldest = exchange;
    }
    if (oldest)
        ike_exchange_end(state, oldest);
    return oldest;
}

struct ike_exchange *ike_exchange_begin(struct ike_state *state, struct ike_phase1 *phase1,
                                        const struct ike_script *script, bool initiator,
                                        uint32_t message_id)
{
    struct ike_exchange *exchange = find_free(state);
    if (!exchange)
        return NULL;
    struct ike_timer timer = exchange->timer;
    *exchange = (struct ike_exchange){.timer = timer,
                                      .state = IKE_EXCHANGE_ACTIVE,
                                      .phase1 = phase1,
                                      .next = phase1->exchanges,
                                      .script = script,
                                      .step_count = script->step_count,
                                      .initiator = initiator,
                                      .message_id = message_id,
                                      .retransmissions_max = state->behaviour->retransmit_count,
                                      .quick = {.child = IKE_INDEX_END}};
    phase1->exchanges = index_of(state, exchange);
    for (unsigned i = 0; i < IKE_EXCHANGE_DEADLINES; i++)
        exchange->deadlines[i] = INSTANT_NEVER;
    if (!initiator)
        exchange->deadlines[IKE_EXCHANGE_ABANDON] = ike_due(state, state->behaviour->half_open_ms);
    arm(state, exchange);
    return exchange;
}

static void drop_packet(struct packet **packet)
{
    packet_free(*packet);
    *packet = NULL;
}

void ike_exchange_release(struct ike_exchange *exchange)
{
    drop_packet(&exchange->sent);
    drop_packet(&exchange->initiator_sa);
    drop_packet(&exchange->answer_sa);
    drop_packet(&exchange->identities[0]);
    drop_packet(&exchange->identities[1]);
    crypto_wipe(exchange->private_value, sizeof exchange->private_value);
    crypto_wipe(exchange->shared, sizeof exchange->shared);
}

void ike_exchange_end(struct ike_state *state, struct ike_exchange *exchange)
{
    uint32_t *link = &exchange->phase1->exchanges;
    while (*link != index_of(state, exchange))
        link = &state->exchanges[*link].next;
    *link = exchange->next;
    ike_exchange_release(exchange);
    ike_timers_set(&state->timers, &exchange->timer, INSTANT_NEVER);
    exchange->state = IKE_EXCHANGE_FREE;
}

uint32_t ike_exchange_draw_message_id(struct ike_state *state, const struct ike_phase1 *phase1)
{
    uint32_t message_id;
    do
        message_id = entropy_u32(state->config->entropy);
    while (message_id == 0 || ike_exchange_find(state, phase1, message_id));
    return message_id;
}

struct ike_exchange *ike_exchange_find(struct ike_state *state, const struct ike_phase1 *phase1,
                                       uint32_t message_id)
{
    for (uint32_t i = phase1->exchanges; i != IKE_INDEX_END; i = state->exchanges[i].next) {
        struct ike_exchange *exchange = &state->exchanges[i];
        if (exchange->message_id == message_id && exchange->state != IKE_EXCHANGE_WAITING)
            return exchange;
    }
    return NULL;
}

void ike_exchange_wake(struct ike_state *state, struct ike_exchange *exchange)
{
    exchange->deadlines[IKE_EXCHANGE_WAKE] = state->now;
    arm(state, exchange);
}

/* Whose turn it is: the initiator's messages are the even ones. */
static bool is_own_turn(const struct ike_exchange *exchange)
{
    return exchange->step < exchange->step_count &&
           (exchange->step % 2 == 0) == exchange->initiator;
}

/* Sending. */

/* Writes the message into @p packet; its length is 0 when it does not fit. */
static struct ike_verdict build(struct ike_state *state, struct ike_exchange *exchange,
                                struct packet *packet, size_t size)
{
    const struct ike_step *step = &exchange->script->steps[exchange->step];
    struct ike_phase1 *phase1 = exchange->phase1;
    struct isakmp_header header = {.version = ISAKMP_VERSION,
                                   .exchange = exchange->script->type,
                                   .message_id = exchange->message_id};
    memcpy(header.initiator_cookie, phase1->initiator_cookie, ISAKMP_COOKIE_SIZE);
    if (exchange->step > 0 || phase1->demands || exchange->message_id != 0)
        memcpy(header.responder_cookie, phase1->responder_cookie, ISAKMP_COOKIE_SIZE);
    if (exchange->quick.commit && !exchange->initiator)
        header.flags = ISAKMP_FLAG_COMMIT;

    uint8_t *octets = packet_append(packet, size);
    struct isakmp_builder builder;
    /* Encryption pads behind what is written. */
    isakmp_build_start(&builder, &header, octets, size - IKE_BLOCK_MAX);
    size_t digest = phase1->keys.algorithms.digest_length;
    uint8_t *hash = NULL;
    if (exchange->script->hash)
        hash = isakmp_build_space(&builder, ISAKMP_PAYLOAD_HASH, digest);
    struct ike_verdict verdict = step->build(state, exchange, &builder);
    size_t length = isakmp_build_finish(&builder);
    if (!ike_is_well(verdict) || length == 0) {
        packet_trim(packet, 0);
        return verdict;
    }
    if (hash) {
        const uint8_t *behind = hash + digest;
        struct crypto_piece rest = {behind, (size_t)(octets + length - behind)};
        uint8_t value[IKE_DIGEST_MAX];
        exchange->script->hash(state, exchange, exchange->step, rest, value);
        memcpy(hash, value, digest);
    }
    if (step->protection == IKE_ENCRYPTED)
        length =
            ike_encrypt(state->config->crypto, &phase1->keys, &exchange->iv, octets, length, size);
    packet_trim(packet, length);
    return verdict;
}

/* The message whose turn it is; NULL with a verdict when it cannot be made. */
static struct packet *make_message(struct ike_state *state, struct ike_exchange *exchange,
                                   struct ike_verdict *verdict)
{
    static const size_t sizes[] = {PACKET_ROOM, IKE_REASSEMBLED_MAX};
    for (unsigned i = 0; i < 2; i++) {
        struct packet *packet = packet_alloc(state->config->pool, sizes[i]);
        if (!packet)
            break;
        *verdict = build(state, exchange, packet, sizes[i]);
        if (ike_is_well(*verdict) && packet->length > 0)
            return packet;
        packet_free(packet);
        if (!ike_is_well(*verdict))
            return NULL;
    }
    *verdict = ike_failed(IKE_CAUSE_NO_RESOURCES, 0);
    return NULL;
}

/* The fragmentation timer of [MS-IKEE] section 3.3.2: the sum of the first two intervals. */
static bool needs_fragments(const struct ike_state *state, const struct ike_exchange *exchange)
{
    const struct ike_behaviour *behaviour = state->behaviour;
    const struct ike_phase1 *phase1 = exchange->phase1;
    if (!exchange->sent_has_id || !ike_shows(behaviour, IKE_VENDOR_FRAGMENTATION) ||
        !(phase1->peer_vendors & IKE_VENDOR_BIT(IKE_VENDOR_FRAGMENTATION)))
        return false;
    if (phase1->fragmenting)
        return true;
    if (!exchange->repeated || (!exchange->initiator && !behaviour->responder_fragments))
        return false;
    instant since = behaviour->fragment_timer_from_start ? phase1->begun : exchange->first_sent;
    uint64_t timer_ms = behaviour->retransmit_ms +
                        (uint64_t)behaviour->retransmit_ms * behaviour->retransmit_growth / 100;
    return state->now >= instant_after(since, timer_ms * INSTANT_MILLISECOND);
}

static void transmit(struct ike_state *state, struct ike_exchange *exchange)
{
    bool in_fragments = needs_fragments(state, exchange);
    if (in_fragments)
        exchange->phase1->fragmenting = true;
    ike_transmit(state, exchange->phase1, exchange->sent, in_fragments);
}

/* Nothing more comes: the last message is kept for a while in case it has to be repeated. */
void ike_exchange_complete(struct ike_state *state, struct ike_exchange *exchange)
{
    exchange->state = IKE_EXCHANGE_LINGERING;
    exchange->deadlines[IKE_EXCHANGE_RETRANSMIT] = INSTANT_NEVER;
    exchange->deadlines[IKE_EXCHANGE_ABANDON] = ike_due(state, IKE_LINGER_MS);
    arm(state, exchange);
    exchange->script->complete(state, exchange);
}

void ike_exchange_advance(struct ike_state *state, struct ike_exchange *exchange)
{
    if (!is_own_turn(exchange))
        return;
    struct ike_verdict verdict;
    struct packet *packet = make_message(state, exchange, &verdict);
    if (!packet) {
        ike_exchange_fail(state, exchange, verdict, false);
        return;
    }
    const struct ike_step *step = &exchange->script->steps[exchange->step];
    drop_packet(&exchange->sent);
    exchange->sent = packet;
    exchange->sent_has_id = (step->required | step->allowed) & IKE_HAS_ID;
    exchange->answered = true;
    exchange->retransmissions = 0;
    exchange->repeated = false;
    exchange->interval_ms =
        exchange->script->first_ms ? exchange->script->first_ms : state->behaviour->retransmit_ms;
    exchange->first_sent = state->now;
    exchange->step++;
    ike_trace_message(state, exchange, "ike.message.sent", step->name, packet->length);
    transmit(state, exchange);
    bool last = exchange->step >= exchange->step_count;
    if (last) {
        ike_exchange_complete(state, exchange);
        return;
    }
    if (exchange->initiator || state->behaviour->responder_retransmits)
        exchange->deadlines[IKE_EXCHANGE_RETRANSMIT] = ike_due(state, exchange->interval_ms);
    arm(state, exchange);
}

/* Receiving. */

static unsigned payload_bit(unsigned type, enum ike_nat_traversal nat_traversal)
{
    switch (type) {
    case ISAKMP_PAYLOAD_SA:
        return IKE_HAS_SA;
    case ISAKMP_PAYLOAD_KE:
        return IKE_HAS_KE;
    case ISAKMP_PAYLOAD_ID:
        return IKE_HAS_ID;
    case ISAKMP_PAYLOAD_CERT:
        return IKE_HAS_CERT;
    case ISAKMP_PAYLOAD_CERTREQ:
        return IKE_HAS_CERTREQ;
    case ISAKMP_PAYLOAD_HASH:
        return IKE_HAS_HASH;
    case ISAKMP_PAYLOAD_SIG:
        return IKE_HAS_SIG;
    case ISAKMP_PAYLOAD_NONCE:
        return IKE_HAS_NONCE;
    case ISAKMP_PAYLOAD_NOTIFY:
        return IKE_HAS_NOTIFY;
    case ISAKMP_PAYLOAD_DELETE:
        return IKE_HAS_DELETE;
    case ISAKMP_PAYLOAD_VENDOR_ID:
        return IKE_HAS_VENDOR_ID;
    default:
        break;
    }
    if (nat_traversal != IKE_NAT_TRAVERSAL_NONE && type == ike_nat_d_payload(nat_traversal))
        return IKE_HAS_NAT_D;
    if (nat_traversal != IKE_NAT_TRAVERSAL_NONE && type == ike_nat_oa_payload(nat_traversal))
        return IKE_HAS_NAT_OA;
    return 0;
}

#define MAY_REPEAT                                                                                 \
    (IKE_HAS_ID | IKE_HAS_CERT | IKE_HAS_CERTREQ | IKE_HAS_NOTIFY | IKE_HAS_VENDOR_ID |            \
     IKE_HAS_NAT_D | IKE_HAS_NAT_OA)

/* Whether the message has the payloads of its step; the reason why not, or NULL. */
static const char *check_payloads(const struct ike_exchange *exchange, const struct ike_step *step,
                                  const struct isakmp_message *message)
{
    unsigned required = step->required;
    if (required & IKE_HAS_PROOF) {
        bool signs = exchange->phase1->peer->authentication == IKE_AUTHENTICATION_RSA_SIGNATURE;
        required &= ~(unsigned)IKE_HAS_PROOF;
        required |= signs ? IKE_HAS_SIG : IKE_HAS_HASH;
    }
    unsigned seen = 0;
    for (size_t i = 0; i < message->count; i++) {
        unsigned type = message->payloads[i].type;
        unsigned bit = payload_bit(type, exchange->phase1->nat_traversal);
        /* Others' private payloads, and those of a NAT traversal not agreed on, mean nothing. */
        if (bit == 0 && type >= ISAKMP_PAYLOAD_NAT_D)
            continue;
        if (!(bit & (required | step->allowed)))
            return "unexpected-payload";
        if (seen & bit & ~(unsigned)MAY_REPEAT)
            return "payload-twice";
        seen |= bit;
    }
    return (seen & required) == required ? NULL : "payload-missing";
}

struct crypto_piece ike_rest(const struct ike_incoming *incoming)
{
    const struct isakmp_payload *first = &incoming->message.payloads[0];
    const uint8_t *behind = first->body + first->length;
    const uint8_t *end = incoming->packet->data + incoming->message.end;
    return (struct crypto_piece){behind, (size_t)(end - behind)};
}

/* RFC 2409 section 5.5: HASH comes first, and is over what follows it. */
static bool hash_is_right(struct ike_state *state, const struct ike_exchange *exchange,
                          const struct ike_incoming *incoming)
{
    const struct isakmp_payload *first = &incoming->message.payloads[0];
    if (incoming->message.count == 0 || first->type != ISAKMP_PAYLOAD_HASH)
        return false;
    uint8_t hash[IKE_DIGEST_MAX];
    exchange->script->hash(state, exchange, exchange->step, ike_rest(incoming), hash);
    return ike_hash_matches(&exchange->phase1->keys, hash, first->body, first->length);
}

static bool was_received(const struct ike_exchange *exchange, const struct ike_incoming *incoming,
                         bool *latest)
{
    for (unsigned i = 0; i < exchange->received_count; i++)
        if (memcmp(exchange->received[i], incoming->digest, IKE_RECEIVED_SIZE) == 0) {
            *latest = i + 1U == exchange->received_count;
            return true;
        }
    return false;
}

/* A message that comes again is answered again, when it has been answered (RFC 2408 section 5.1).
 */
static void take_again(struct ike_state *state, struct ike_exchange *exchange,
                       struct ike_incoming *incoming, bool latest)
{
    if (!latest || !exchange->answered || !exchange->sent) {
        ike_drop(state, incoming, "duplicate-message");
        return;
    }
    const struct ike_step *step = &exchange->script->steps[exchange->step - 1];
    ike_trace_message(state, exchange, "ike.answered-again", step->name, exchange->sent->length);
    exchange->repeated = true;
    transmit(state, exchange);
}

static bool decrypt(struct ike_state *state, struct ike_exchange *exchange,
                    struct ike_incoming *incoming, struct ike_iv *iv)
{
    *iv = exchange->iv;
    return ike_decrypt(state->config->crypto, &exchange->phase1->keys, iv, incoming->packet->data,
                       incoming->packet->length);
}

/* Header, protection, payloads, HASH: the reason why the message is dropped, or NULL. */
static const char *open_message(struct ike_state *state, struct ike_exchange *exchange,
                                const struct ike_step *step, struct ike_incoming *incoming,
                                struct ike_iv *iv)
{
    bool encrypted = incoming->header.flags & ISAKMP_FLAG_ENCRYPTION;
    *iv = exchange->iv;
    if (encrypted && (step->protection == IKE_CLEAR || !exchange->phase1->has_keys))
        return "unexpected-encryption";
    if (!encrypted && step->protection == IKE_ENCRYPTED)
        return "not-encrypted";
    if (encrypted && !decrypt(state, exchange, incoming, iv))
        return isakmp_error_text(ISAKMP_BAD_LENGTH);
    enum isakmp_error error =
        isakmp_message_decode(incoming->packet->data, incoming->packet->length, &incoming->message);
    if (error != ISAKMP_OK && encrypted) {
        /* With another key every octet is chance. */
        exchange->suspicion =
            exchange->message_id == 0 ? IKE_CAUSE_KEY_MISMATCH : IKE_CAUSE_MALFORMED;
        return "not-decipherable";
    }
    if (error != ISAKMP_OK)
        return isakmp_error_text(error);
    const char *problem = check_payloads(exchange, step, &incoming->message);
    if (problem)
        return problem;
    if (exchange->script->hash && !hash_is_right(state, exchange, incoming))
        return "wrong-hash";
    return NULL;
}

static void accepted(struct ike_state *state, struct ike_exchange *exchange,
                     const struct ike_step *step, struct ike_incoming *incoming,
                     const struct ike_iv *iv)
{
    if (incoming->header.flags & ISAKMP_FLAG_ENCRYPTION)
        exchange->iv = *iv;
    assert(exchange->received_count < IKE_RECEIVED_MAX);
    memcpy(exchange->received[exchange->received_count++], incoming->digest, IKE_RECEIVED_SIZE);
    exchange->answered = false;
    exchange->suspicion = IKE_CAUSE_NONE;
    exchange->deadlines[IKE_EXCHANGE_RETRANSMIT] = INSTANT_NEVER;
    if (!exchange->initiator)
        exchange->deadlines[IKE_EXCHANGE_ABANDON] = ike_due(state, state->behaviour->half_open_ms);
    ike_trace_message(state, exchange, "ike.message.received", step->name, incoming->header.length);
    exchange->step++;
    /* [MS-IKEE] section 3.3.5.3: an answer to a fragmented message ends the doubt. */
    ike_phase1_heard(state, exchange->phase1, incoming);
    arm(state, exchange);
    if (exchange->step < exchange->step_count)
        ike_exchange_advance(state, exchange);
    else
        ike_exchange_complete(state, exchange);
}

void ike_exchange_input(struct ike_state *state, struct ike_exchange *exchange,
                        struct ike_incoming *incoming)
{
    bool latest = false;
    if (was_received(exchange, incoming, &latest)) {
        take_again(state, exchange, incoming, latest);
        return;
    }
    if (exchange->state != IKE_EXCHANGE_ACTIVE || exchange->step >= exchange->step_count ||
        is_own_turn(exchange)) {
        ike_drop(state, incoming, "unexpected-message");
        return;
    }
    const struct ike_step *step = &exchange->script->steps[exchange->step];
    struct ike_iv iv;
    const char *problem = open_message(state, exchange, step, incoming, &iv);
    if (problem) {
        ike_drop(state, incoming, problem);
        return;
    }
    struct ike_verdict verdict = step->accept(state, exchange, incoming);
    if (verdict.drop) {
        ike_drop(state, incoming, verdict.drop);
    } else if (verdict.cause != IKE_CAUSE_NONE) {
        if (incoming->header.flags & ISAKMP_FLAG_ENCRYPTION)
            exchange->iv = iv;
        ike_exchange_fail(state, exchange, verdict, false);
    } else {
        accepted(state, exchange, step, incoming, &iv);
    }
}

/* Failure and time. */

void ike_exchange_fail(struct ike_state *state, struct ike_exchange *exchange,
                       struct ike_verdict verdict, bool told_by_peer)
{
    ike_trace_failed(state, exchange, verdict.cause, told_by_peer);
    if (!told_by_peer)
        ike_notify_failure(state, exchange, verdict);
    exchange->script->fail(state, exchange, verdict.cause, told_by_peer);
}

static uint32_t next_interval(const struct ike_behaviour *behaviour,
                              const struct ike_exchange *exchange)
{
    bool own = exchange->script->first_ms != 0;
    uint64_t interval =
        (uint64_t)exchange->interval_ms * (own ? 200 : behaviour->retransmit_growth) / 100;
    uint32_t maximum = own ? exchange->script->maximum_ms : behaviour->retransmit_maximum_ms;
    if (maximum && interval > maximum)
        interval = maximum;
    if (!own && exchange->retransmissions == exchange->retransmissions_max &&
        behaviour->retransmit_final_ms)
        interval = behaviour->retransmit_final_ms;
    return (uint32_t)interval;
}

static void retransmit(struct ike_state *state, struct ike_exchange *exchange)
{
    const struct ike_behaviour *behaviour = state->behaviour;
    if (exchange->retransmissions >= exchange->retransmissions_max) {
        struct ike_verdict verdict = {.cause = exchange->suspicion};
        if (verdict.cause == IKE_CAUSE_NONE)
            verdict.cause = IKE_CAUSE_TIMEOUT;
        ike_exchange_fail(state, exchange, verdict, false);
        return;
    }
    exchange->retransmissions++;
    exchange->repeated = true;
    exchange->interval_ms = next_interval(behaviour, exchange);
    const struct ike_step *step = &exchange->script->steps[exchange->step - 1];
    ike_trace_message(state, exchange, "ike.retransmitted", step->name, exchange->sent->length);
    transmit(state, exchange);
    exchange->deadlines[IKE_EXCHANGE_RETRANSMIT] = ike_due(state, exchange->interval_ms);
    arm(state, exchange);
}

static bool is_due(const struct ike_state *state, struct ike_exchange *exchange,
                   enum ike_exchange_deadline deadline)
{
    if (exchange->deadlines[deadline] > state->now)
        return false;
    exchange->deadlines[deadline] = INSTANT_NEVER;
    return true;
}

void ike_exchange_handle_timeout(struct ike_state *state, struct ike_exchange *exchange)
{
    if (is_due(state, exchange, IKE_EXCHANGE_WAKE)) {
        arm(state, exchange);
        if (exchange->phase1->state != IKE_PHASE1_ESTABLISHED)
            ike_exchange_fail(state, exchange, (struct ike_verdict){.cause = exchange->suspicion},
                              exchange->told_by_peer);
        else if (exchange->state == IKE_EXCHANGE_WAITING)
            ike_quick_release(state, exchange);
    } else if (is_due(state, exchange, IKE_EXCHANGE_RETRANSMIT)) {
        retransmit(state, exchange);
    } else if (is_due(state, exchange, IKE_EXCHANGE_ABANDON)) {
        if (exchange->state == IKE_EXCHANGE_LINGERING) {
            ike_exchange_end(state, exchange);
            return;
        }
        struct ike_verdict verdict = {.cause = exchange->suspicion};
        if (verdict.cause == IKE_CAUSE_NONE)
            verdict.cause = IKE_CAUSE_TIMEOUT;
        ike_exchange_fail(state, exchange, verdict, false);
    }
}
