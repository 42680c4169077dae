#include "ike/ike_internal.h"

#include <string.h>

/* The number of an acquisition that is under way for the same traffic; 0: none. */
static uint32_t find_acquisition(const struct ike_state *state, const struct ike_rule *rule,
                                 const struct ike_acquisition *wanted)
{
    for (const struct ike_phase1 *phase1 = ike_phase1_first(state, &wanted->remote); phase1;
         phase1 = ike_phase1_next(state, phase1))
        for (uint32_t i = phase1->exchanges; i != IKE_INDEX_END; i = state->exchanges[i].next) {
            const struct ike_exchange *exchange = &state->exchanges[i];
            bool under_way =
                exchange->state == IKE_EXCHANGE_WAITING || exchange->state == IKE_EXCHANGE_ACTIVE;
            if (under_way && exchange->script == &ike_quick_mode &&
                exchange->quick.acquisition != 0 && exchange->quick.rule == rule &&
                ike_traffic_equal(&exchange->quick.traffic, &wanted->traffic))
                return exchange->quick.acquisition;
        }
    return 0;
}

/* Fails at once what cannot even begin (a certificate that is not there). */
static void refuse(struct ike_state *state, const struct ike_acquisition *acquisition,
                   uint32_t number, enum ike_cause cause)
{
    char text[IP_TEXT_SIZE];
    TRACE(&state->config->trace, state->now, "ike.failed", trace_text("exchange", "main-mode"),
          trace_text("peer", ip_address_format(&acquisition->remote, text)),
          trace_text("role", "initiator"), trace_text("cause", ike_cause_text(cause)),
          trace_text("by", "here"));
    struct ike_output output = {.event = IKE_EVENT_FAILED,
                                .cause = cause,
                                .acquisition = number,
                                .remote = {acquisition->remote, IKE_PORT}};
    ike_queue_event(state, &output, IKE_INDEX_END);
}

enum status ike_acquire(struct ike *self, instant now, const struct ike_acquisition *acquisition,
                        uint32_t *number)
{
    struct ike_state *state = self->state;
    state->now = now;
    const struct ike_rule *rule = ike_rule_of(state, acquisition->rule);
    const struct ike_peer *peer = ike_peer_of(state, &acquisition->remote);
    if (!rule || !peer)
        return STATUS_NOT_FOUND;
    *number = find_acquisition(state, rule, acquisition);
    if (*number)
        return STATUS_OK;
    if (++state->acquisitions == 0)
        state->acquisitions = 1;
    *number = state->acquisitions;
    if (peer->authentication == IKE_AUTHENTICATION_RSA_SIGNATURE && !peer->certificate) {
        refuse(state, acquisition, *number, IKE_CAUSE_CERTIFICATE_MISSING);
        return STATUS_OK;
    }

    struct ike_phase1 *phase1 = ike_phase1_with(state, &acquisition->remote);
    if (!phase1)
        phase1 = ike_phase1_negotiating(state, &acquisition->remote, 0);
    struct ike_endpoint local = {acquisition->local, IKE_PORT};
    struct ike_endpoint remote = {acquisition->remote, IKE_PORT};
    struct ike_quick quick = {.rule = rule,
                              .traffic = acquisition->traffic,
                              .acquisition = *number,
                              .child = IKE_INDEX_END};
    return ike_quick_begin(state, phase1, &local, &remote, &quick) ? STATUS_OK : STATUS_NO_ROOM;
}

void ike_child_used(struct ike *self, instant now, uint32_t child, uint64_t octets, bool inbound)
{
    struct ike_state *state = self->state;
    state->now = now;
    struct ike_child *used = ike_child_get(state, child);
    if (used)
        ike_child_count(state, used, octets, inbound);
}

void ike_rekey_child(struct ike *self, instant now, uint32_t child)
{
    struct ike_state *state = self->state;
    state->now = now;
    struct ike_child *old = ike_child_get(state, child);
    if (old && old->state == IKE_CHILD_ESTABLISHED)
        ike_child_rekey(state, old);
}

enum status ike_delete_child(struct ike *self, instant now, uint32_t child)
{
    struct ike_state *state = self->state;
    state->now = now;
    struct ike_child *gone = ike_child_get(state, child);
    if (!gone || gone->state == IKE_CHILD_RESERVED)
        return STATUS_NOT_FOUND;
    ike_child_doom(state, gone, IKE_CAUSE_LOCAL, true);
    return STATUS_OK;
}

enum status ike_delete_phase1(struct ike *self, instant now, uint32_t phase1)
{
    struct ike_state *state = self->state;
    state->now = now;
    struct ike_phase1 *gone = ike_phase1_get(state, phase1);
    if (!gone || gone->state == IKE_PHASE1_ENDING)
        return STATUS_NOT_FOUND;
    ike_phase1_doom(state, gone, IKE_CAUSE_LOCAL, true);
    return STATUS_OK;
}

static bool is_at(const struct ike_endpoint *endpoint, const struct ip_address *remote)
{
    return !remote || ip_address_equal(&endpoint->address, remote);
}

/* Whether an ISAKMP SA is with somebody who has proven to be @p name. */
static bool is_named(const struct ike_phase1 *phase1, const char *name)
{
    return !name || (phase1 && phase1->state == IKE_PHASE1_ESTABLISHED &&
                     strcmp(phase1->peer_name, name) == 0);
}

void ike_delete_peer(struct ike *self, instant now, const struct ip_address *remote,
                     const char *name)
{
    struct ike_state *state = self->state;
    state->now = now;
    for (uint32_t i = 0; i < self->config.max_children; i++) {
        struct ike_child *child = &state->children[i];
        if (ike_child_is_alive(child) && is_at(&child->sa.remote, remote) &&
            is_named(ike_phase1_of_child(state, &child->sa), name))
            ike_child_doom(state, child, IKE_CAUSE_LOCAL, true);
    }
    for (uint32_t i = 0; i < self->config.max_phase1; i++) {
        struct ike_phase1 *phase1 = &state->phase1s[i];
        if (phase1->state != IKE_PHASE1_FREE && phase1->state != IKE_PHASE1_ENDING &&
            is_at(&phase1->remote, remote) && is_named(phase1, name))
            ike_phase1_doom(state, phase1, IKE_CAUSE_LOCAL, true);
    }
}

void ike_shut_down(struct ike *self, instant now)
{
    ike_delete_peer(self, now, NULL, NULL);
}

bool ike_phase1_find(const struct ike *self, uint32_t phase1, struct ike_phase1_info *info)
{
    const struct ike_phase1 *found = ike_phase1_get(self->state, phase1);
    if (!found)
        return false;
    const struct ike_algorithms *algorithms = &found->keys.algorithms;
    *info = (struct ike_phase1_info){
        .id = found->id,
        .established = found->state == IKE_PHASE1_ESTABLISHED,
        .initiator = found->initiator,
        .mode = found->mode,
        .local = found->local,
        .remote = found->remote,
        .cipher = algorithms->cipher,
        .hash = algorithms->hash,
        .group = (uint8_t)algorithms->group,
        .authentication = algorithms->authentication,
        .life_s = found->life_s,
        .cipher_key_length = found->has_keys ? (uint8_t)algorithms->cipher_key_length : 0,
        .local_behind_nat = found->nat.self,
        .remote_behind_nat = found->nat.peer,
        .nat_traversal = ike_nat_traversal_name(found->nat_traversal),
        .peer_name = found->peer_name,
    };
    memcpy(info->cookies, found->initiator_cookie, ISAKMP_COOKIE_SIZE);
    memcpy(info->cookies + ISAKMP_COOKIE_SIZE, found->responder_cookie, ISAKMP_COOKIE_SIZE);
    memcpy(info->cipher_key, found->keys.cipher_key, info->cipher_key_length);
    return true;
}

const struct ike_child_sa *ike_child_find(const struct ike *self, uint32_t child)
{
    const struct ike_child *found = ike_child_get(self->state, child);
    return found ? &found->sa : NULL;
}

struct ike_counts ike_count(const struct ike *self)
{
    const struct ike_state *state = self->state;
    struct ike_counts counts = {.half_open = state->half_open,
                                .dos_protection = state->dos_protection};
    for (uint32_t i = 0; i < self->config.max_phase1; i++)
        counts.phase1 += state->phase1s[i].state == IKE_PHASE1_ESTABLISHED;
    for (uint32_t i = 0; i < self->config.max_children; i++)
        counts.children += state->children[i].state == IKE_CHILD_ESTABLISHED ||
                           state->children[i].state == IKE_CHILD_REPLACED;
    return counts;
}
