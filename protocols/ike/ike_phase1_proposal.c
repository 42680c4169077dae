/* SA payloads of phase 1 (RFC 2409 appendix A). */
#include "ike/ike_attribute.h"
#include "ike/ike_keys.h"
#include "ike/ike_proposal.h"
#include "ike/ike_proposal_wire.h"

#define TRANSFORM_KEY_IKE 1

static enum isakmp_error decode_transform(const struct ike_nested *nested,
                                          struct ike_phase1_transform *transform)
{
    *transform = (struct ike_phase1_transform){.octets = nested->body, .length = nested->length};
    /* Groups of one's own, other PRFs, names for Kerberos: section 5 has them refused. */
    const struct ike_attribute_place places[] = {
        {IKE_PHASE1_ENCRYPTION, &transform->encryption},
        {IKE_PHASE1_HASH, &transform->hash},
        {IKE_PHASE1_AUTHENTICATION, &transform->authentication},
        {IKE_PHASE1_GROUP, &transform->group},
        {IKE_PHASE1_KEY_LENGTH, &transform->key_bits},
    };
    struct ike_transform_head head;
    struct ike_algorithms algorithms;
    enum isakmp_error error = ike_transform_get(nested, IKE_PHASE1_LIFE_TYPE, places,
                                                sizeof places / sizeof places[0], &head);
    transform->number = head.number;
    transform->seconds = head.seconds;
    transform->kilobytes = head.kilobytes;
    transform->unsupported = head.unsupported || head.id != TRANSFORM_KEY_IKE ||
                             !ike_algorithms_from(transform, &algorithms);
    return error;
}

static enum isakmp_error decode_proposal(struct ike_proposal_head *head,
                                         struct ike_phase1_offer *offer)
{
    for (unsigned i = 0; i < head->transform_count; i++) {
        struct ike_nested nested;
        enum isakmp_error error = ike_proposal_transform(head, i, &nested);
        if (error != ISAKMP_OK)
            return error;
        if (offer->count == IKE_PHASE1_TRANSFORMS_MAX)
            return ISAKMP_TOO_MANY_PAYLOADS;
        error = decode_transform(&nested, &offer->transforms[offer->count++]);
        if (error != ISAKMP_OK)
            return error;
    }
    return ISAKMP_OK;
}

enum isakmp_error ike_phase1_decode(const uint8_t *body, size_t length,
                                    struct ike_phase1_offer *offer)
{
    struct wire_reader reader = wire_reader_make(body, length);
    struct ike_proposal_head head = {.more = true};
    bool first = true;
    offer->count = 0;
    enum isakmp_error error = ike_sa_get(&reader);
    while (error == ISAKMP_OK && head.more) {
        error = ike_proposal_get(&reader, &head);
        if (error != ISAKMP_OK)
            break;
        /* An SPI may be there, and is the cookies' affair (RFC 2408 section 3.5). */
        if (head.protocol != ISAKMP_PROTOCOL_ISAKMP)
            return ISAKMP_BAD_PROPOSAL;
        if (first)
            offer->proposal_number = head.number;
        first = false;
        error = decode_proposal(&head, offer);
    }
    return error;
}

void ike_phase1_encode(struct wire_writer *writer, const struct ike_phase1_transform *transforms,
                       size_t count, uint16_t authentication, bool long_durations)
{
    ike_sa_put(writer);
    size_t proposal = ike_proposal_open(writer, false, 1, ISAKMP_PROTOCOL_ISAKMP, NULL, 0, count);
    for (size_t i = 0; i < count; i++) {
        const struct ike_phase1_transform *from = &transforms[i];
        uint8_t number = from->number ? from->number : (uint8_t)(i + 1);
        size_t transform = ike_transform_open(writer, i + 1 < count, number, TRANSFORM_KEY_IKE);
        ike_attribute_put(writer, IKE_PHASE1_ENCRYPTION, from->encryption);
        if (from->key_bits > 0)
            ike_attribute_put(writer, IKE_PHASE1_KEY_LENGTH, from->key_bits);
        ike_attribute_put(writer, IKE_PHASE1_HASH, from->hash);
        ike_attribute_put(writer, IKE_PHASE1_GROUP, from->group);
        ike_attribute_put(writer, IKE_PHASE1_AUTHENTICATION,
                          authentication ? authentication : from->authentication);
        ike_attribute_put_lives(writer, IKE_PHASE1_LIFE_TYPE, from->seconds, from->kilobytes,
                                long_durations);
        ike_nested_close(writer, transform);
    }
    ike_nested_close(writer, proposal);
}

void ike_phase1_encode_chosen(struct wire_writer *writer, const struct ike_phase1_offer *offer,
                              size_t chosen)
{
    const struct ike_phase1_transform *transform = &offer->transforms[chosen];
    ike_sa_put(writer);
    size_t proposal = ike_proposal_open(writer, false, offer->proposal_number,
                                        ISAKMP_PROTOCOL_ISAKMP, NULL, 0, 1);
    ike_transform_put_body(writer, transform->octets, transform->length);
    ike_nested_close(writer, proposal);
}

static bool same_algorithms(const struct ike_phase1_transform *a,
                            const struct ike_phase1_transform *b, uint16_t authentication)
{
    return a->encryption == b->encryption && a->key_bits == b->key_bits && a->hash == b->hash &&
           a->group == b->group &&
           a->authentication == (authentication ? authentication : b->authentication);
}

bool ike_phase1_select(const struct ike_phase1_offer *offer, const struct ike_phase1_list *taken,
                       uint16_t authentication, size_t *chosen)
{
    for (size_t i = 0; i < offer->count; i++)
        for (size_t k = 0; k < taken->count && !offer->transforms[i].unsupported; k++)
            if (same_algorithms(&offer->transforms[i], &taken->transforms[k], authentication)) {
                *chosen = i;
                return true;
            }
    return false;
}

bool ike_phase1_was_offered(const struct ike_phase1_transform *chosen,
                            const struct ike_phase1_transform *offered, size_t count,
                            uint16_t authentication)
{
    for (size_t i = 0; i < count && !chosen->unsupported; i++)
        if (same_algorithms(chosen, &offered[i], authentication) &&
            chosen->seconds == offered[i].seconds && chosen->kilobytes == offered[i].kilobytes)
            return true;
    return false;
}
