#include "ike/ike_internal.h"

#include <string.h>

/* Child SAs as objects: storage, lifetimes, and which of several sends. */

/* Bits of an SPI that name the storage; the others are chance. */
static unsigned index_bits(const struct ike_state *state)
{
    unsigned bits = 0;
    while ((UINT32_C(1) << bits) < state->config->max_children)
        bits++;
    return bits;
}

static uint32_t spi_key(uint32_t spi)
{
    return ike_index_key(&spi, sizeof spi);
}

uint32_t ike_child_reserve(struct ike_state *state)
{
    for (uint32_t i = 0; i < state->config->max_children; i++) {
        uint32_t index = (state->free_child + i) % state->config->max_children;
        struct ike_child *child = &state->children[index];
        if (child->state != IKE_CHILD_FREE)
            continue;
        state->free_child = (index + 1) % state->config->max_children;
        struct ike_timer timer = child->timer;
        uint16_t generation = (child->generation + 1) & 0xfff;
        *child = (struct ike_child){
            .timer = timer, .state = IKE_CHILD_RESERVED, .generation = generation};
        child->sa.id = (uint32_t)generation << 20 | (index + 1);
        for (unsigned j = 0; j < IKE_CHILD_DEADLINES; j++)
            child->deadlines[j] = INSTANT_NEVER;
        do /* 0 to 255 are reserved (RFC 2406 section 2.1) */
            child->spi = entropy_u32(state->config->entropy) << index_bits(state) | index;
        while (child->spi < 256);
        return index;
    }
    return IKE_INDEX_END;
}

uint32_t ike_child_spi(const struct ike_state *state, uint32_t index)
{
    return state->children[index].spi;
}

struct ike_child *ike_child_get(const struct ike_state *state, uint32_t id)
{
    uint32_t index = (id & 0xfffff) - 1;
    if (index >= state->config->max_children)
        return NULL;
    struct ike_child *child = &state->children[index];
    bool lives = child->state != IKE_CHILD_FREE && child->state != IKE_CHILD_TOLD;
    return lives && child->sa.id == id ? child : NULL;
}

static void arm(struct ike_state *state, struct ike_child *child)
{
    ike_arm(state, &child->timer, child->deadlines, IKE_CHILD_DEADLINES);
}

/* Whether it receives alone, while the one that it replaces goes on sending. */
static bool stands_by(const struct ike_child *child)
{
    return child->deadlines[IKE_CHILD_TAKE_OVER] != INSTANT_NEVER;
}

static bool is_like(const struct ike_child *child, uint32_t rule, const struct ike_traffic *traffic,
                    const struct ike_endpoint *remote)
{
    /* Clients behind one NAT differ in their ports alone. */
    return child->sa.rule == rule &&
           ip_address_equal(&child->sa.remote.address, &remote->address) &&
           (!child->sa.udp_encapsulation || child->sa.remote.port == remote->port) &&
           ike_traffic_equal(&child->sa.traffic, traffic);
}

static struct ike_child *find_like(struct ike_state *state, uint32_t rule,
                                   const struct ike_traffic *traffic,
                                   const struct ike_endpoint *remote,
                                   const struct ike_child *except)
{
    struct ike_child *newest = NULL;
    uint32_t index = ike_index_first(&state->child_by_peer, ike_peer_key(&remote->address));
    for (; index != IKE_INDEX_END; index = ike_index_next(&state->child_by_peer, index)) {
        struct ike_child *child = &state->children[index];
        if (child != except && child->state == IKE_CHILD_ESTABLISHED &&
            is_like(child, rule, traffic, remote) &&
            (!newest || child->sa.established >= newest->sa.established))
            newest = child;
    }
    return newest;
}

struct ike_child *ike_child_like(struct ike_state *state, const struct ike_rule *rule,
                                 const struct ike_traffic *traffic,
                                 const struct ike_endpoint *remote)
{
    return find_like(state, rule->id, traffic, remote, NULL);
}

uint32_t ike_child_before(struct ike_state *state, struct ike_child *current,
                          const struct ike_exchange *exchange)
{
    instant keep = state->behaviour->replaced_keep_ms * INSTANT_MILLISECOND;
    bool crosses = current->sa.replaces != 0 && current->sa.initiator && !exchange->initiator &&
                   state->now < instant_after(current->sa.established, keep);
    if (crosses)
        return current->sa.replaces;
    current->rekeying = true;
    return current->sa.id;
}

/* Into the indices, once. */
static void enter(struct ike_state *state, struct ike_child *child)
{
    if (child->indexed)
        return;
    uint32_t index = ike_child_index(state, child);
    child->indexed = true;
    ike_index_add(&state->child_by_peer, ike_peer_key(&child->sa.remote.address), index);
    ike_index_add(&state->child_by_spi, spi_key(child->sa.protocols[0].outbound.spi), index);
}

static void tell(struct ike_state *state, const struct ike_child *child, enum ike_event event,
                 enum ike_cause cause)
{
    struct ike_output output = {.event = event,
                                .cause = cause,
                                .acquisition = child->sa.acquisition,
                                .phase1 = child->sa.phase1,
                                .local = child->sa.local,
                                .remote = child->sa.remote};
    ike_queue_event(state, &output, ike_child_index(state, child));
}

void ike_child_install_inbound(struct ike_state *state, struct ike_child *child)
{
    child->state = IKE_CHILD_INBOUND;
    enter(state, child);
    tell(state, child, IKE_EVENT_CHILD_INBOUND, IKE_CAUSE_NONE);
}

static void set_lifetimes(struct ike_state *state, struct ike_child *child)
{
    struct ike_child_sa *sa = &child->sa;
    if (sa->life_s) {
        instant life = sa->life_s * INSTANT_SECOND;
        child->deadlines[IKE_CHILD_HARD] = instant_after(state->now, life);
        child->deadlines[IKE_CHILD_SOFT] =
            instant_after(state->now, life - ike_rekey_margin(state, life, sa->initiator));
    }
    const struct ike_phase1 *phase1 = ike_phase1_get(state, sa->phase1);
    bool cluster = phase1 && phase1->peer_vendors & IKE_VENDOR_BIT(IKE_VENDOR_NLB_PRESENT);
    child->idle_ms =
        cluster ? state->behaviour->child_idle_cluster_ms : state->behaviour->child_idle_ms;
    child->deadlines[IKE_CHILD_IDLE] = ike_due(state, child->idle_ms);
    child->used = state->now;
}

/* @p old sends no more, and receives for a while. */
static void retire(struct ike_state *state, struct ike_child *old, const struct ike_child *by,
                   bool tells)
{
    old->state = IKE_CHILD_REPLACED;
    old->rekeying = false;
    old->replaced_by = by->sa.id;
    old->deadlines[IKE_CHILD_SOFT] = INSTANT_NEVER;
    old->deadlines[IKE_CHILD_IDLE] = INSTANT_NEVER;
    old->deadlines[IKE_CHILD_DOOM] =
        instant_after(ike_due(state, state->behaviour->replaced_keep_ms), 1);
    if (state->behaviour->replaced_keep_ms == 0)
        old->deadlines[IKE_CHILD_DOOM] = instant_after(state->now, 1);
    old->doom_cause = IKE_CAUSE_REPLACED;
    old->doom_tells = tells;
    arm(state, old);
    TRACE(&state->config->trace, state->now, "ike.rekeyed", trace_number("phase", 2),
          trace_number("old", old->sa.id), trace_number("new", by->sa.id));
}

bool ike_child_stand_by(struct ike_state *state, struct ike_child *child)
{
    const struct ike_child *old = ike_child_get(state, child->sa.replaces);
    if (state->behaviour->overlap_ms == 0 || !old || old->state != IKE_CHILD_ESTABLISHED)
        return false;
    ike_child_install_inbound(state, child);
    set_lifetimes(state, child);
    instant due = ike_due(state, state->behaviour->overlap_ms);
    instant soft = child->deadlines[IKE_CHILD_SOFT]; /* none is renewed that is not used */
    child->deadlines[IKE_CHILD_TAKE_OVER] = due < soft ? due : soft;
    arm(state, child);
    return true;
}

void ike_child_establish(struct ike_state *state, struct ike_child *child)
{
    struct ike_child_sa *sa = &child->sa;
    bool told = child->state == IKE_CHILD_INBOUND;
    sa->established = state->now;
    enter(state, child);
    if (!stands_by(child)) /* else they have run since its negotiation */
        set_lifetimes(state, child);
    child->deadlines[IKE_CHILD_TAKE_OVER] = INSTANT_NEVER;
    struct ike_child *current = find_like(state, sa->rule, &sa->traffic, &sa->remote, child);
    child->state = IKE_CHILD_ESTABLISHED;
    bool crossed = current && sa->replaces && current->sa.id != sa->replaces &&
                   current->sa.replaces == sa->replaces;
    if (crossed &&
        memcmp(child->lowest_nonce, current->lowest_nonce, sizeof child->lowest_nonce) < 0) {
        /* Both ends began at a time. Of two, the one with the lowest nonce sends nothing (the rule
         * that RFC 4306 section 2.8 found for this; RFC 2409 has none). */
        ike_trace_child_established(state, child);
        retire(state, child, current, sa->initiator);
        if (!told)
            tell(state, child, IKE_EVENT_CHILD_INBOUND, IKE_CAUSE_NONE);
        return;
    }
    sa->replaces = current ? current->sa.id : 0;
    ike_trace_child_established(state, child);
    if (current)
        retire(state, current, child, crossed ? current->sa.initiator : sa->initiator);
    arm(state, child);
    tell(state, child, IKE_EVENT_CHILD_ESTABLISHED, IKE_CAUSE_NONE);
}

static bool stands_by_for(const struct ike_child *child, const struct ike_child *gone)
{
    return stands_by(child) && child->sa.replaces == gone->sa.id &&
           child->deadlines[IKE_CHILD_DOOM] == INSTANT_NEVER;
}

static bool has_lost_to(const struct ike_child *child, const struct ike_child *gone)
{
    return child->state == IKE_CHILD_REPLACED && child->replaced_by == gone->sa.id &&
           child->deadlines[IKE_CHILD_HARD] != INSTANT_NEVER;
}

static struct ike_child *find_heir(struct ike_state *state, const struct ike_child *gone,
                                   bool (*is_heir)(const struct ike_child *child,
                                                   const struct ike_child *gone))
{
    uint32_t index = ike_index_first(&state->child_by_peer, ike_peer_key(&gone->sa.remote.address));
    for (; index != IKE_INDEX_END; index = ike_index_next(&state->child_by_peer, index))
        if (is_heir(&state->children[index], gone))
            return &state->children[index];
    return NULL;
}

/* @p gone sends no more. */
static void succeed(struct ike_state *state, const struct ike_child *gone, enum ike_cause cause)
{
    struct ike_child *child = find_heir(state, gone, stands_by_for);
    if (child) {
        ike_child_establish(state, child);
        return;
    }
    /* The peer has decided otherwise between two that crossed: the loser sends after all. */
    child = cause == IKE_CAUSE_PEER_DELETED ? find_heir(state, gone, has_lost_to) : NULL;
    if (!child)
        return;
    child->state = IKE_CHILD_ESTABLISHED;
    child->sa.replaces = 0;
    child->deadlines[IKE_CHILD_DOOM] = INSTANT_NEVER;
    child->deadlines[IKE_CHILD_SOFT] = child->deadlines[IKE_CHILD_HARD];
    arm(state, child);
    tell(state, child, IKE_EVENT_CHILD_ESTABLISHED, IKE_CAUSE_NONE);
}

void ike_child_remove(struct ike_state *state, struct ike_child *child, enum ike_cause cause)
{
    ike_timers_set(&state->timers, &child->timer, INSTANT_NEVER);
    if (child->indexed) {
        uint32_t index = ike_child_index(state, child);
        ike_index_remove(&state->child_by_peer, ike_peer_key(&child->sa.remote.address), index);
        ike_index_remove(&state->child_by_spi, spi_key(child->sa.protocols[0].outbound.spi), index);
        child->indexed = false;
    }
    bool sent = child->state == IKE_CHILD_ESTABLISHED;
    if (child->state == IKE_CHILD_RESERVED) {
        crypto_wipe(child->sa.protocols, sizeof child->sa.protocols);
        child->state = IKE_CHILD_FREE;
        return;
    }
    child->state = IKE_CHILD_TOLD;
    ike_trace_child_deleted(state, child, cause);
    tell(state, child, IKE_EVENT_CHILD_DELETED, cause);
    if (stands_by(child))
        ike_child_rekey_failed(state, child->sa.replaces);
    if (sent)
        succeed(state, child, cause);
}

void ike_child_doom(struct ike_state *state, struct ike_child *child, enum ike_cause cause,
                    bool tells)
{
    child->doom_cause = cause;
    child->doom_tells = tells;
    child->deadlines[IKE_CHILD_DOOM] = state->now;
    arm(state, child);
}

bool ike_child_is_alive(const struct ike_child *child)
{
    return child->state == IKE_CHILD_INBOUND || child->state == IKE_CHILD_ESTABLISHED ||
           child->state == IKE_CHILD_REPLACED;
}

bool ike_child_is_with(const struct ike_state *state, const struct ike_child *child,
                       const struct ike_phase1 *phase1)
{
    const struct ike_child_sa *sa = &child->sa;
    if (!ip_address_equal(&sa->remote.address, &phase1->remote.address))
        return false;
    const struct ike_phase1 *own = ike_phase1_get(state, sa->phase1);
    if (own)
        return own == phase1 || ike_phase1_same_peer(own, phase1);
    /* It has outlived its ISAKMP SA, and nobody's name is known of it. */
    return !sa->udp_encapsulation || sa->remote.port == phase1->remote.port;
}

void ike_child_doom_all(struct ike_state *state, const struct ike_phase1 *phase1,
                        enum ike_cause cause, bool tells)
{
    for (uint32_t i = 0; i < state->config->max_children; i++) {
        struct ike_child *child = &state->children[i];
        if (ike_child_is_alive(child) && ike_child_is_with(state, child, phase1))
            ike_child_doom(state, child, cause, tells);
    }
}

void ike_child_deleted_by_peer(struct ike_state *state, const struct ike_phase1 *phase1,
                               uint8_t protocol, uint32_t spi)
{
    uint32_t index = ike_index_first(&state->child_by_spi, spi_key(spi));
    for (; index != IKE_INDEX_END; index = ike_index_next(&state->child_by_spi, index)) {
        struct ike_child *child = &state->children[index];
        if (child->sa.protocols[0].outbound.spi == spi &&
            (uint8_t)child->sa.protocols[0].protocol == protocol && ike_child_is_alive(child) &&
            ike_child_is_with(state, child, phase1)) {
            ike_child_doom(state, child, IKE_CAUSE_PEER_DELETED, false);
            return;
        }
    }
}

void ike_child_move(struct ike_state *state, const struct ike_phase1 *from,
                    const struct ike_phase1 *to)
{
    uint32_t index = ike_index_first(&state->child_by_peer, ike_peer_key(&from->remote.address));
    for (; index != IKE_INDEX_END; index = ike_index_next(&state->child_by_peer, index))
        if (state->children[index].sa.phase1 == from->id)
            state->children[index].sa.phase1 = to->id;
}

bool ike_child_exists_with(const struct ike_state *state, const struct ike_phase1 *phase1)
{
    uint32_t index = ike_index_first(&state->child_by_peer, ike_peer_key(&phase1->remote.address));
    for (; index != IKE_INDEX_END; index = ike_index_next(&state->child_by_peer, index))
        if (ike_child_is_with(state, &state->children[index], phase1))
            return true;
    return false;
}

/* Traffic and time. */

void ike_child_rekey(struct ike_state *state, struct ike_child *child)
{
    struct ike_child_sa *sa = &child->sa;
    const struct ike_rule *rule = ike_rule_of(state, sa->rule);
    if (child->rekeying || child->state != IKE_CHILD_ESTABLISHED || !rule)
        return;
    struct ike_phase1 *phase1 = ike_phase1_of_child(state, sa);
    if (!phase1)
        phase1 = ike_phase1_negotiating(state, &sa->remote.address,
                                        sa->udp_encapsulation ? sa->remote.port : 0);
    struct ike_quick quick = {
        .rule = rule, .traffic = sa->traffic, .replaces = sa->id, .child = IKE_INDEX_END};
    child->rekeying = ike_quick_begin(state, phase1, &sa->local, &sa->remote, &quick);
}

void ike_child_rekey_failed(struct ike_state *state, uint32_t id)
{
    struct ike_child *child = ike_child_get(state, id);
    if (!child)
        return;
    child->rekeying = false;
    /* Another attempt in the middle of what is left, until nearly nothing is. */
    instant hard = child->deadlines[IKE_CHILD_HARD];
    if (child->state == IKE_CHILD_ESTABLISHED && hard != INSTANT_NEVER &&
        hard > instant_after(state->now, 2 * INSTANT_SECOND))
        child->deadlines[IKE_CHILD_SOFT] = state->now + (hard - state->now) / 2;
    arm(state, child);
}

static void note_peer(struct ike_state *state, const struct ike_child *child, bool inbound)
{
    struct ike_phase1 *phase1 = ike_phase1_get(state, child->sa.phase1);
    if (!phase1)
        return;
    if (inbound) {
        phase1->heard = state->now;
        phase1->dpd_unanswered = 0;
    } else if (child->sa.udp_encapsulation) {
        phase1->sent = state->now;
    }
}

void ike_child_count(struct ike_state *state, struct ike_child *child, uint64_t octets,
                     bool inbound)
{
    uint64_t *counter = &child->octets[inbound ? 1 : 0];
    *counter += octets;
    child->used = state->now;
    note_peer(state, child, inbound);
    if (inbound && stands_by(child)) /* the peer has it */
        ike_child_establish(state, child);
    if (child->sa.life_kb == 0 || child->state != IKE_CHILD_ESTABLISHED)
        return;
    uint64_t limit = (uint64_t)child->sa.life_kb * 1024;
    uint64_t margin = limit / 100 * state->behaviour->rekey_margin_percent;
    if (!child->sa.initiator)
        margin /= 2;
    if (*counter >= limit)
        ike_child_doom(state, child, IKE_CAUSE_EXPIRED, true);
    else if (*counter >= limit - margin)
        ike_child_rekey(state, child);
}

static bool is_due(const struct ike_state *state, struct ike_child *child,
                   enum ike_child_deadline deadline)
{
    if (child->deadlines[deadline] > state->now)
        return false;
    child->deadlines[deadline] = INSTANT_NEVER;
    return true;
}

static void remove_and_tell(struct ike_state *state, struct ike_child *child, enum ike_cause cause,
                            bool tells)
{
    if (tells && ike_child_is_alive(child))
        ike_delete_send_child(state, child);
    ike_child_remove(state, child, cause);
}

void ike_child_handle_timeout(struct ike_state *state, struct ike_child *child)
{
    if (is_due(state, child, IKE_CHILD_DOOM)) {
        remove_and_tell(state, child, child->doom_cause, child->doom_tells);
        return;
    }
    if (is_due(state, child, IKE_CHILD_HARD)) {
        remove_and_tell(state, child, IKE_CAUSE_EXPIRED, true);
        return;
    }
    if (is_due(state, child, IKE_CHILD_IDLE)) {
        instant end = instant_after(child->used, child->idle_ms * INSTANT_MILLISECOND);
        if (end <= state->now) {
            remove_and_tell(state, child, IKE_CAUSE_IDLE, true);
            return;
        }
        child->deadlines[IKE_CHILD_IDLE] = end;
    }
    if (child->deadlines[IKE_CHILD_TAKE_OVER] <= state->now)
        ike_child_establish(state, child);
    if (is_due(state, child, IKE_CHILD_SOFT))
        ike_child_rekey(state, child);
    arm(state, child);
}
