/* Choosing among the proposals of phase 2, and checking what the peer has chosen. */
#include "ike/ike_proposal.h"

static uint16_t aes_bits(uint8_t protocol, uint8_t id, uint16_t key_bits)
{
    return key_bits == 0 && protocol == ISAKMP_PROTOCOL_ESP && id == IKE_ESP_AES ? 128 : key_bits;
}

/** The first transform of @p protocol that does as part @p index of @p choice wants it. */
static bool find_transform(const struct ike_phase2_protocol *protocol,
                           const struct ike_phase2_choice *choice, size_t index,
                           const struct ike_phase2_terms *terms, bool any_group, size_t *found)
{
    uint8_t wanted_id = choice->protocols[index].id;
    for (size_t i = 0; i < protocol->count; i++) {
        const struct ike_phase2_transform *transform = &protocol->transforms[i];
        bool group_fits = transform->group == terms->group || (terms->group == 0 && any_group);
        if (!transform->unsupported && transform->id == wanted_id &&
            transform->integrity == choice->protocols[index].integrity &&
            aes_bits(protocol->protocol, transform->id, transform->key_bits) ==
                aes_bits(protocol->protocol, wanted_id, choice->protocols[index].key_bits) &&
            transform->encapsulation == terms->encapsulation && group_fits) {
            *found = i;
            return true;
        }
    }
    return false;
}

/* AH and ESP may come in either order: what they do to a packet is the same. */
static bool fits(const struct ike_phase2_proposal *proposal, const struct ike_phase2_choice *choice,
                 const struct ike_phase2_terms *terms, bool any_group,
                 struct ike_phase2_chosen *chosen)
{
    size_t wanted = 0;
    while (wanted < IKE_PHASE2_PROTOCOLS_MAX && choice->protocols[wanted].protocol)
        wanted++;
    if (proposal->count != wanted)
        return false;
    for (size_t k = 0; k < proposal->count; k++) {
        const struct ike_phase2_protocol *protocol = &proposal->protocols[k];
        size_t index = 0;
        while (index < wanted && choice->protocols[index].protocol != protocol->protocol)
            index++;
        if (index == wanted ||
            !find_transform(protocol, choice, index, terms, any_group, &chosen->transforms[k]))
            return false;
    }
    /* One group holds for the whole exchange (RFC 2409 section 5.5). */
    return proposal->count < 2 ||
           proposal->protocols[0].transforms[chosen->transforms[0]].group ==
               proposal->protocols[1].transforms[chosen->transforms[1]].group;
}

bool ike_phase2_select(const struct ike_phase2_offer *offer, const struct ike_phase2_list *list,
                       const struct ike_phase2_terms *terms, bool any_group,
                       struct ike_phase2_chosen *chosen)
{
    for (size_t i = 0; i < offer->count; i++)
        for (size_t k = 0; k < list->count; k++) {
            struct ike_phase2_chosen candidate = {.proposal = i};
            if (fits(&offer->proposals[i], &list->choices[k], terms, any_group, &candidate)) {
                *chosen = candidate;
                return true;
            }
        }
    return false;
}

static bool same_transform(const struct ike_phase2_transform *a,
                           const struct ike_phase2_transform *b)
{
    return a->id == b->id && a->key_bits == b->key_bits && a->integrity == b->integrity &&
           a->encapsulation == b->encapsulation && a->group == b->group &&
           a->seconds == b->seconds && a->kilobytes == b->kilobytes;
}

static bool same_protocol(const struct ike_phase2_protocol *answer,
                          const struct ike_phase2_protocol *offered, size_t *found)
{
    if (answer->protocol != offered->protocol || answer->count != 1 ||
        answer->transforms[0].unsupported)
        return false;
    for (size_t i = 0; i < offered->count; i++)
        if (same_transform(&answer->transforms[0], &offered->transforms[i])) {
            *found = i;
            return true;
        }
    return false;
}

bool ike_phase2_was_offered(const struct ike_phase2_offer *answer,
                            const struct ike_phase2_offer *offered,
                            struct ike_phase2_chosen *chosen)
{
    const struct ike_phase2_proposal *from = &answer->proposals[0];
    if (answer->count != 1)
        return false;
    for (size_t i = 0; i < offered->count; i++) {
        const struct ike_phase2_proposal *proposal = &offered->proposals[i];
        struct ike_phase2_chosen candidate = {.proposal = i};
        bool same = proposal->count == from->count;
        for (size_t k = 0; same && k < proposal->count; k++)
            same = same_protocol(&from->protocols[k], &proposal->protocols[k],
                                 &candidate.transforms[k]);
        if (same) {
            *chosen = candidate;
            return true;
        }
    }
    return false;
}
