#include "ike/ike_internal.h"

#include <string.h>

static uint32_t index_of(const struct ike_state *state, const struct ike_phase1 *phase1)
{
    return (uint32_t)(phase1 - state->phase1s);
}

static uint32_t cookie_key(const uint8_t *cookie)
{
    return ike_index_key(cookie, ISAKMP_COOKIE_SIZE);
}

const struct ike_peer *ike_peer_of(const struct ike_state *state, const struct ip_address *remote)
{
    for (size_t i = 0; i < state->config->peer_count; i++) {
        const struct ike_peer *peer = &state->config->peers[i];
        if (peer->remote.version == 0 ||
            ip_address_in_prefix(remote, &peer->remote, peer->prefix_length))
            return peer;
    }
    return NULL;
}

/* A slot that is free; one whose SA only answers Deletes any more makes room. */
static struct ike_phase1 *find_free(struct ike_state *state)
{
    struct ike_phase1 *ending = NULL;
    for (uint32_t i = 0; i < state->config->max_phase1; i++) {
        uint32_t place = (state->free_phase1 + i) % state->config->max_phase1;
        struct ike_phase1 *phase1 = &state->phase1s[place];
        if (phase1->state == IKE_PHASE1_FREE) {
            state->free_phase1 = (place + 1) % state->config->max_phase1;
            return phase1;
        }
        if (phase1->state == IKE_PHASE1_ENDING && !ending)
            ending = phase1;
    }
    if (ending)
        ike_phase1_free(state, ending);
    return ending;
}

struct ike_phase1 *ike_phase1_begin(struct ike_state *state, const struct ike_peer *peer,
                                    bool initiator, enum ike_phase1_mode mode,
                                    const struct ike_endpoint *local,
                                    const struct ike_endpoint *remote,
                                    const uint8_t *initiator_cookie)
{
    struct ike_phase1 *phase1 = find_free(state);
    if (!phase1)
        return NULL;
    struct ike_timer timer = phase1->timer;
    *phase1 = (struct ike_phase1){.timer = timer,
                                  .state = IKE_PHASE1_NEGOTIATING,
                                  .peer = peer,
                                  .initiator = initiator,
                                  .mode = mode,
                                  .local = *local,
                                  .remote = *remote,
                                  .begun = state->now,
                                  .heard = state->now,
                                  .exchanges = IKE_INDEX_END};
    state->phase1_generation = (state->phase1_generation + 1) & 0xfff;
    uint32_t index = index_of(state, phase1);
    phase1->id = state->phase1_generation << 20 | (index + 1);
    for (unsigned i = 0; i < IKE_PHASE1_DEADLINES; i++)
        phase1->deadlines[i] = INSTANT_NEVER;
    /* A cookie of zeros would say that there is none. */
    uint8_t *own = initiator ? phase1->initiator_cookie : phase1->responder_cookie;
    entropy_fill(state->config->entropy, own, ISAKMP_COOKIE_SIZE);
    own[0] |= 1;
    if (!initiator)
        memcpy(phase1->initiator_cookie, initiator_cookie, ISAKMP_COOKIE_SIZE);
    ike_index_add(&state->by_cookie, cookie_key(phase1->initiator_cookie), index);
    ike_index_add(&state->by_peer, ike_peer_key(&remote->address), index);
    return phase1;
}

void ike_phase1_free(struct ike_state *state, struct ike_phase1 *phase1)
{
    while (phase1->exchanges != IKE_INDEX_END)
        ike_exchange_end(state, &state->exchanges[phase1->exchanges]);
    ike_phase1_answered(state, phase1);
    uint32_t index = index_of(state, phase1);
    ike_index_remove(&state->by_cookie, cookie_key(phase1->initiator_cookie), index);
    ike_index_remove(&state->by_peer, ike_peer_key(&phase1->remote.address), index);
    ike_timers_set(&state->timers, &phase1->timer, INSTANT_NEVER);
    crypto_wipe(&phase1->keys, sizeof phase1->keys);
    phase1->state = IKE_PHASE1_FREE;
}

void ike_phase1_answered(struct ike_state *state, struct ike_phase1 *phase1)
{
    if (!phase1->half_open)
        return;
    phase1->half_open = false;
    state->half_open--;
    ike_responder_watch(state);
}

struct ike_phase1 *ike_phase1_by_cookies(struct ike_state *state,
                                         const struct isakmp_header *header,
                                         const struct ike_endpoint *remote)
{
    static const uint8_t none[ISAKMP_COOKIE_SIZE];
    uint32_t index = ike_index_first(&state->by_cookie, cookie_key(header->initiator_cookie));
    for (; index != IKE_INDEX_END; index = ike_index_next(&state->by_cookie, index)) {
        struct ike_phase1 *phase1 = &state->phase1s[index];
        if (memcmp(phase1->initiator_cookie, header->initiator_cookie, ISAKMP_COOKIE_SIZE) != 0)
            continue;
        if (memcmp(phase1->responder_cookie, header->responder_cookie, ISAKMP_COOKIE_SIZE) == 0)
            return phase1;
        /* Message 1 again; the answer to message 1, or an error about it (RFC 2408 section 3.1). */
        bool first_again = memcmp(header->responder_cookie, none, ISAKMP_COOKIE_SIZE) == 0;
        bool first_answer = memcmp(phase1->responder_cookie, none, ISAKMP_COOKIE_SIZE) == 0;
        if ((first_again || first_answer) &&
            ip_address_equal(&phase1->remote.address, &remote->address))
            return phase1;
    }
    return NULL;
}

/* The next of a chain of the index that has that address. */
static struct ike_phase1 *with_address(const struct ike_state *state, uint32_t index,
                                       const struct ip_address *remote)
{
    for (; index != IKE_INDEX_END; index = ike_index_next(&state->by_peer, index))
        if (ip_address_equal(&state->phase1s[index].remote.address, remote))
            return &state->phase1s[index];
    return NULL;
}

struct ike_phase1 *ike_phase1_first(const struct ike_state *state, const struct ip_address *remote)
{
    return with_address(state, ike_index_first(&state->by_peer, ike_peer_key(remote)), remote);
}

struct ike_phase1 *ike_phase1_next(const struct ike_state *state, const struct ike_phase1 *after)
{
    return with_address(state, ike_index_next(&state->by_peer, index_of(state, after)),
                        &after->remote.address);
}

/* The newest with that address, and port when it is not 0, begun here or by whoever. */
static struct ike_phase1 *newest(struct ike_state *state, const struct ip_address *remote,
                                 uint16_t port, enum ike_phase1_state wanted, bool begun_here)
{
    struct ike_phase1 *best = NULL;
    for (struct ike_phase1 *phase1 = ike_phase1_first(state, remote); phase1;
         phase1 = ike_phase1_next(state, phase1)) {
        if (phase1->state == wanted && (phase1->initiator || !begun_here) &&
            (port == 0 || phase1->remote.port == port) &&
            phase1->deadlines[IKE_PHASE1_DOOM] == INSTANT_NEVER &&
            (!best || phase1->begun >= best->begun))
            best = phase1;
    }
    return best;
}

struct ike_phase1 *ike_phase1_with(struct ike_state *state, const struct ip_address *remote)
{
    return newest(state, remote, 0, IKE_PHASE1_ESTABLISHED, false);
}

struct ike_phase1 *ike_phase1_of_child(struct ike_state *state, const struct ike_child_sa *sa)
{
    struct ike_phase1 *own = ike_phase1_get(state, sa->phase1);
    if (own && own->state == IKE_PHASE1_ESTABLISHED)
        return own;
    /* Peers behind one NAT differ in their ports. */
    return newest(state, &sa->remote.address, sa->udp_encapsulation ? sa->remote.port : 0,
                  IKE_PHASE1_ESTABLISHED, false);
}

struct ike_phase1 *ike_phase1_negotiating(struct ike_state *state, const struct ip_address *remote,
                                          uint16_t port)
{
    return newest(state, remote, port, IKE_PHASE1_NEGOTIATING, true);
}

bool ike_phase1_same_peer(const struct ike_phase1 *a, const struct ike_phase1 *b)
{
    if (!ip_address_equal(&a->remote.address, &b->remote.address))
        return false;
    if (a->state == IKE_PHASE1_NEGOTIATING || b->state == IKE_PHASE1_NEGOTIATING)
        return a->remote.port == b->remote.port;
    return strcmp(a->peer_name, b->peer_name) == 0;
}

/* Another that is established with the same peer, and is to stay. */
static bool has_other(const struct ike_state *state, const struct ike_phase1 *phase1)
{
    for (const struct ike_phase1 *other = ike_phase1_first(state, &phase1->remote.address); other;
         other = ike_phase1_next(state, other))
        if (other != phase1 && other->state == IKE_PHASE1_ESTABLISHED &&
            other->deadlines[IKE_PHASE1_DOOM] == INSTANT_NEVER &&
            ike_phase1_same_peer(other, phase1))
            return true;
    return false;
}

struct ike_phase1 *ike_phase1_get(const struct ike_state *state, uint32_t id)
{
    uint32_t index = (id & 0xfffff) - 1;
    if (index >= state->config->max_phase1)
        return NULL;
    struct ike_phase1 *phase1 = &state->phase1s[index];
    return phase1->id == id && phase1->state != IKE_PHASE1_FREE ? phase1 : NULL;
}

bool ike_phase1_start(struct ike_state *state, struct ike_phase1 *phase1)
{
    const struct ike_script *script =
        phase1->mode == IKE_MAIN_MODE ? &ike_main_mode : &ike_aggressive_mode;
    struct ike_exchange *exchange = ike_exchange_begin(state, phase1, script, true, 0);
    if (!exchange)
        return false;
    ike_trace_started(state, exchange);
    ike_exchange_advance(state, exchange);
    return true;
}

void ike_phase1_arm(struct ike_state *state, struct ike_phase1 *phase1)
{
    ike_arm(state, &phase1->timer, phase1->deadlines, IKE_PHASE1_DEADLINES);
}

void ike_phase1_heard(struct ike_state *state, struct ike_phase1 *phase1,
                      const struct ike_incoming *incoming)
{
    phase1->heard = state->now;
    phase1->dpd_unanswered = 0;
    /* RFC 3947 section 4: answers go to where the last authentic message has come from. */
    if (ip_address_equal(&phase1->remote.address, &incoming->remote->address)) {
        phase1->remote.port = incoming->remote->port;
        phase1->local.port = incoming->local->port;
    }
    if (phase1->state == IKE_PHASE1_ESTABLISHED)
        ike_dpd_schedule(state, phase1);
}

void ike_phase1_set_life(struct ike_state *state, struct ike_phase1 *phase1, uint32_t life_s)
{
    phase1->life_s = life_s;
    phase1->deadlines[IKE_PHASE1_SOFT] = INSTANT_NEVER;
    phase1->deadlines[IKE_PHASE1_HARD] = INSTANT_NEVER;
    if (life_s) {
        instant life = life_s * INSTANT_SECOND;
        phase1->deadlines[IKE_PHASE1_HARD] = instant_after(state->now, life);
        phase1->deadlines[IKE_PHASE1_SOFT] =
            instant_after(state->now, life - ike_rekey_margin(state, life, phase1->initiator));
    }
    ike_phase1_arm(state, phase1);
}

instant ike_rekey_margin(const struct ike_state *state, instant life, bool initiator)
{
    instant margin = state->behaviour->rekey_margin_s * INSTANT_SECOND;
    instant most = life / 100 * state->behaviour->rekey_margin_percent;
    margin = margin < most ? margin : most;
    /* The one that began comes first, so that both do not begin anew at a time. */
    return initiator ? margin : margin / 2;
}

/* Others with the same peer are superseded by one that has just been established. */
static void supersede(struct ike_state *state, const struct ike_phase1 *successor)
{
    for (struct ike_phase1 *phase1 = ike_phase1_first(state, &successor->remote.address); phase1;
         phase1 = ike_phase1_next(state, phase1)) {
        if (phase1 == successor || phase1->state != IKE_PHASE1_ESTABLISHED ||
            phase1->deadlines[IKE_PHASE1_DOOM] != INSTANT_NEVER ||
            !ike_phase1_same_peer(phase1, successor))
            continue;
        TRACE(&state->config->trace, state->now, "ike.rekeyed", trace_number("phase", 1),
              trace_number("old", phase1->id), trace_number("new", successor->id));
        ike_child_move(state, phase1, successor);
        phase1->deadlines[IKE_PHASE1_SOFT] = INSTANT_NEVER;
        phase1->doom_cause = IKE_CAUSE_REPLACED;
        phase1->doom_tells = phase1->initiator;
        phase1->deadlines[IKE_PHASE1_DOOM] =
            instant_after(ike_due(state, state->behaviour->replaced_keep_ms), 1);
        ike_phase1_arm(state, phase1);
    }
}

void ike_phase1_establish(struct ike_state *state, struct ike_exchange *exchange)
{
    struct ike_phase1 *phase1 = exchange->phase1;
    phase1->state = IKE_PHASE1_ESTABLISHED;
    phase1->last_iv = exchange->iv;
    ike_phase1_answered(state, phase1);
    ike_phase1_set_life(state, phase1, phase1->life_s);
    if (phase1->nat.self && phase1->local.port == IKE_NAT_TRAVERSAL_PORT)
        phase1->deadlines[IKE_PHASE1_KEEPALIVE] =
            ike_due(state, state->behaviour->nat_keepalive_ms);
    ike_dpd_schedule(state, phase1);
    ike_trace_phase1_established(state, phase1);
    struct ike_output output = {.event = IKE_EVENT_PHASE1_ESTABLISHED,
                                .phase1 = phase1->id,
                                .local = phase1->local,
                                .remote = phase1->remote};
    ike_queue_event(state, &output, IKE_INDEX_END);
    supersede(state, phase1);
    /* What has waited begins by its own timer, one at a time. */
    for (uint32_t i = phase1->exchanges; i != IKE_INDEX_END; i = state->exchanges[i].next)
        if (state->exchanges[i].state == IKE_EXCHANGE_WAITING)
            ike_exchange_wake(state, &state->exchanges[i]);
}

void ike_phase1_fail(struct ike_state *state, struct ike_phase1 *phase1, enum ike_cause cause,
                     bool told_by_peer)
{
    bool told = false;
    for (uint32_t i = phase1->exchanges; i != IKE_INDEX_END; i = state->exchanges[i].next) {
        struct ike_exchange *exchange = &state->exchanges[i];
        if (exchange->script != &ike_quick_mode)
            continue;
        /* An acquisition fails by itself, with a turn of its own. */
        exchange->suspicion = cause;
        exchange->told_by_peer = told_by_peer;
        told = true;
    }
    uint32_t next;
    for (uint32_t i = phase1->exchanges; i != IKE_INDEX_END; i = next) {
        next = state->exchanges[i].next;
        if (state->exchanges[i].script != &ike_quick_mode)
            ike_exchange_end(state, &state->exchanges[i]);
    }
    ike_phase1_answered(state, phase1);
    if (!told) {
        struct ike_output output = {.event = IKE_EVENT_FAILED,
                                    .cause = cause,
                                    .told_by_peer = told_by_peer,
                                    .local = phase1->local,
                                    .remote = phase1->remote};
        ike_queue_event(state, &output, IKE_INDEX_END);
        ike_phase1_free(state, phase1);
        return;
    }
    phase1->state = IKE_PHASE1_ENDING;
    for (uint32_t i = phase1->exchanges; i != IKE_INDEX_END; i = state->exchanges[i].next)
        ike_exchange_wake(state, &state->exchanges[i]);
    phase1->deadlines[IKE_PHASE1_FORGET] = instant_after(state->now, 1);
    ike_phase1_arm(state, phase1);
}

void ike_phase1_doom(struct ike_state *state, struct ike_phase1 *phase1, enum ike_cause cause,
                     bool tells)
{
    phase1->doom_cause = cause;
    phase1->doom_tells = tells;
    /* A moment later than its child SAs, which go first. */
    phase1->deadlines[IKE_PHASE1_DOOM] = instant_after(state->now, 1);
    ike_phase1_arm(state, phase1);
}

void ike_phase1_remove(struct ike_state *state, struct ike_phase1 *phase1, enum ike_cause cause,
                       bool tells)
{
    struct ike_trace_text text;
    struct trace_field fields[IKE_TRACE_ABOUT + 1];
    size_t about = ike_trace_about(phase1, &text, fields);
    fields[about] = trace_text("cause", ike_cause_text(cause));
    trace_emit(&state->config->trace, state->now, "ike.phase1.deleted", fields, about + 1);
    struct ike_output output = {.event = IKE_EVENT_PHASE1_DELETED,
                                .cause = cause,
                                .phase1 = phase1->id,
                                .local = phase1->local,
                                .remote = phase1->remote};
    ike_queue_event(state, &output, IKE_INDEX_END);
    for (unsigned i = 0; i < IKE_PHASE1_DEADLINES; i++)
        phase1->deadlines[i] = INSTANT_NEVER;
    phase1->state = IKE_PHASE1_ENDING;
    if (tells)
        ike_delete_send_phase1(state, phase1);
    phase1->deadlines[IKE_PHASE1_FORGET] = ike_due(state, IKE_ENDING_MS);
    /* Quick modes under way end with it. */
    for (uint32_t i = phase1->exchanges; i != IKE_INDEX_END; i = state->exchanges[i].next) {
        struct ike_exchange *exchange = &state->exchanges[i];
        if (exchange->script == &ike_quick_mode && exchange->state != IKE_EXCHANGE_LINGERING) {
            exchange->suspicion = cause;
            ike_exchange_wake(state, exchange);
        }
    }
    ike_phase1_arm(state, phase1);
    if (!state->behaviour->delete_keeps_children && cause != IKE_CAUSE_REPLACED &&
        !has_other(state, phase1))
        ike_child_doom_all(state, phase1, cause, false);
}

static bool is_due(struct ike_state *state, struct ike_phase1 *phase1,
                   enum ike_phase1_deadline deadline)
{
    if (phase1->deadlines[deadline] > state->now)
        return false;
    phase1->deadlines[deadline] = INSTANT_NEVER;
    return true;
}

/* Its lifetime is about to end: another takes over where child SAs need one. */
static void renew(struct ike_state *state, struct ike_phase1 *phase1)
{
    uint16_t port = ike_has_nat(phase1) ? phase1->remote.port : 0;
    if (!ike_child_exists_with(state, phase1) ||
        ike_phase1_negotiating(state, &phase1->remote.address, port))
        return;
    struct ike_phase1 *successor = ike_phase1_begin(state, phase1->peer, true, phase1->peer->mode,
                                                    &phase1->local, &phase1->remote, NULL);
    if (successor && !ike_phase1_start(state, successor))
        ike_phase1_free(state, successor);
}

void ike_phase1_handle_timeout(struct ike_state *state, struct ike_phase1 *phase1)
{
    if (is_due(state, phase1, IKE_PHASE1_FORGET)) {
        ike_phase1_free(state, phase1);
        return;
    }
    if (is_due(state, phase1, IKE_PHASE1_DOOM)) {
        if (phase1->state == IKE_PHASE1_NEGOTIATING)
            ike_phase1_fail(state, phase1, phase1->doom_cause, false);
        else
            ike_phase1_remove(state, phase1, phase1->doom_cause, phase1->doom_tells);
        return;
    }
    if (is_due(state, phase1, IKE_PHASE1_HARD)) {
        ike_phase1_remove(state, phase1, IKE_CAUSE_EXPIRED, true);
        return;
    }
    if (is_due(state, phase1, IKE_PHASE1_SOFT))
        renew(state, phase1);
    if (is_due(state, phase1, IKE_PHASE1_KEEPALIVE))
        ike_keepalive(state, phase1);
    if (is_due(state, phase1, IKE_PHASE1_DPD))
        ike_dpd_handle_timeout(state, phase1);
    ike_phase1_arm(state, phase1);
}
