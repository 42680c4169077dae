/* SA payloads of phase 2 (RFC 2407 sections 4.4 and 4.5). */
#include "ike/ike_attribute.h"
#include "ike/ike_proposal.h"
#include "ike/ike_proposal_wire.h"

#include "crypto/dh.h"

#define SPI_LENGTH 4

bool ike_encapsulation_is_udp(uint16_t encapsulation)
{
    return encapsulation == IKE_UDP_TUNNEL || encapsulation == IKE_UDP_TRANSPORT ||
           encapsulation == IKE_UDP_TUNNEL_DRAFT || encapsulation == IKE_UDP_TRANSPORT_DRAFT;
}

bool ike_encapsulation_is_tunnel(uint16_t encapsulation)
{
    return encapsulation == IKE_TUNNEL || encapsulation == IKE_UDP_TUNNEL ||
           encapsulation == IKE_UDP_TUNNEL_DRAFT;
}

static bool integrity_key_length(uint16_t integrity, size_t *length)
{
    switch (integrity) {
    case IKE_INTEGRITY_NONE:
        *length = 0;
        return true;
    case IKE_INTEGRITY_HMAC_MD5:
        *length = 16;
        return true;
    case IKE_INTEGRITY_HMAC_SHA:
        *length = 20;
        return true;
    case IKE_INTEGRITY_HMAC_SHA256:
        *length = 32;
        return true;
    default:
        return false;
    }
}

/* The transform and the algorithm must be the same hash (RFC 2407 section 4.4.3). */
static bool ah_key_lengths(const struct ike_phase2_transform *transform, size_t *integrity_key)
{
    static const uint8_t transforms_of[] = {
        [IKE_INTEGRITY_HMAC_MD5] = IKE_AH_MD5,
        [IKE_INTEGRITY_HMAC_SHA] = IKE_AH_SHA,
        [IKE_INTEGRITY_HMAC_SHA256] = IKE_AH_SHA256,
    };
    return transform->integrity != IKE_INTEGRITY_NONE &&
           integrity_key_length(transform->integrity, integrity_key) &&
           transforms_of[transform->integrity] == transform->id && transform->key_bits == 0;
}

bool ike_phase2_key_lengths(uint8_t protocol, const struct ike_phase2_transform *transform,
                            size_t *cipher_key, size_t *integrity_key)
{
    *cipher_key = 0;
    *integrity_key = 0;
    if (protocol == ISAKMP_PROTOCOL_AH)
        return ah_key_lengths(transform, integrity_key);
    if (protocol != ISAKMP_PROTOCOL_ESP ||
        !integrity_key_length(transform->integrity, integrity_key))
        return false;
    switch (transform->id) {
    case IKE_ESP_DES:
        *cipher_key = 8;
        break;
    case IKE_ESP_3DES:
        *cipher_key = 24;
        break;
    case IKE_ESP_NULL:
        /* Neither of the two may be missing as well (RFC 2406 section 3.2.3). */
        return transform->key_bits == 0 && transform->integrity != IKE_INTEGRITY_NONE;
    case IKE_ESP_AES:
        /* Without the attribute it is 128 (RFC 3602 section 5.3). */
        *cipher_key = transform->key_bits ? transform->key_bits / 8 : 16;
        return transform->key_bits % 8 == 0 &&
               (*cipher_key == 16 || *cipher_key == 24 || *cipher_key == 32);
    default:
        return false;
    }
    return transform->key_bits == 0;
}

static enum isakmp_error decode_transform(const struct ike_nested *nested, uint8_t protocol,
                                          struct ike_phase2_transform *transform)
{
    *transform = (struct ike_phase2_transform){.octets = nested->body, .length = nested->length};
    const struct ike_attribute_place places[] = {
        {IKE_PHASE2_GROUP, &transform->group},
        {IKE_PHASE2_ENCAPSULATION, &transform->encapsulation},
        {IKE_PHASE2_AUTHENTICATION, &transform->integrity},
        {IKE_PHASE2_KEY_LENGTH, &transform->key_bits},
    };
    struct ike_transform_head head;
    size_t cipher_key;
    size_t integrity_key;
    enum isakmp_error error = ike_transform_get(nested, IKE_PHASE2_LIFE_TYPE, places,
                                                sizeof places / sizeof places[0], &head);
    transform->number = head.number;
    transform->id = head.id;
    transform->seconds = head.seconds;
    transform->kilobytes = head.kilobytes;
    transform->unsupported =
        head.unsupported || (transform->group != 0 && dh_prime_length(transform->group) == 0) ||
        !ike_phase2_key_lengths(protocol, transform, &cipher_key, &integrity_key);
    return error;
}

static enum isakmp_error decode_protocol(struct ike_proposal_head *head,
                                         struct ike_phase2_protocol *protocol)
{
    *protocol = (struct ike_phase2_protocol){.protocol = head->protocol};
    if (head->spi_length == SPI_LENGTH)
        protocol->spi = wire_load_u32(head->spi);
    for (unsigned i = 0; i < head->transform_count; i++) {
        struct ike_nested nested;
        struct ike_phase2_transform transform;
        enum isakmp_error error = ike_proposal_transform(head, i, &nested);
        if (error != ISAKMP_OK)
            return error;
        error = decode_transform(&nested, head->protocol, &transform);
        if (error != ISAKMP_OK)
            return error;
        /* Of very many the first ones are those that matter. */
        if (protocol->count < IKE_PHASE2_TRANSFORMS_MAX)
            protocol->transforms[protocol->count++] = transform;
    }
    return ISAKMP_OK;
}

/** What the proposals of one number add up to while they are read. */
struct bundle {
    struct ike_phase2_proposal proposal;
    bool started;
    bool impossible; /* nothing here could take it */
};

static enum isakmp_error finish_bundle(struct bundle *bundle, struct ike_phase2_offer *offer)
{
    if (bundle->started && !bundle->impossible) {
        if (offer->count == IKE_PHASE2_PROPOSALS_MAX)
            return ISAKMP_TOO_MANY_PAYLOADS;
        offer->proposals[offer->count++] = bundle->proposal;
    }
    *bundle = (struct bundle){.started = false};
    return ISAKMP_OK;
}

static enum isakmp_error add_protocol(struct bundle *bundle, struct ike_proposal_head *head)
{
    struct ike_phase2_protocol protocol;
    enum isakmp_error error = decode_protocol(head, &protocol);
    struct ike_phase2_proposal *proposal = &bundle->proposal;
    proposal->number = head->number;
    bundle->started = true;
    if (error != ISAKMP_OK)
        return error;
    if (head->spi_length != SPI_LENGTH || proposal->count == IKE_PHASE2_PROTOCOLS_MAX)
        bundle->impossible = true;
    else
        proposal->protocols[proposal->count++] = protocol;
    return ISAKMP_OK;
}

enum isakmp_error ike_phase2_decode(const uint8_t *body, size_t length,
                                    struct ike_phase2_offer *offer)
{
    struct wire_reader reader = wire_reader_make(body, length);
    struct ike_proposal_head head = {.more = true};
    struct bundle bundle = {.started = false};
    offer->count = 0;
    enum isakmp_error error = ike_sa_get(&reader);
    while (error == ISAKMP_OK && head.more) {
        error = ike_proposal_get(&reader, &head);
        if (error != ISAKMP_OK)
            return error;
        /* Numbers only grow; equal ones are wanted together (RFC 2408 section 4.2). */
        if (bundle.started && head.number < bundle.proposal.number)
            return ISAKMP_BAD_PROPOSAL;
        if (bundle.started && head.number != bundle.proposal.number)
            error = finish_bundle(&bundle, offer);
        if (error == ISAKMP_OK)
            error = add_protocol(&bundle, &head);
    }
    return error == ISAKMP_OK ? finish_bundle(&bundle, offer) : error;
}

static bool has_ah(const struct ike_phase2_choice *choice)
{
    for (size_t i = 0; i < IKE_PHASE2_PROTOCOLS_MAX; i++)
        if (choice->protocols[i].protocol == ISAKMP_PROTOCOL_AH)
            return true;
    return false;
}

void ike_phase2_offer_make(struct ike_phase2_offer *offer, const struct ike_phase2_list *list,
                           const struct ike_phase2_terms *terms, uint32_t ah_spi, uint32_t esp_spi)
{
    offer->count = 0;
    for (size_t i = 0; i < list->count && offer->count < IKE_PHASE2_PROPOSALS_MAX; i++) {
        const struct ike_phase2_choice *choice = &list->choices[i];
        struct ike_phase2_proposal *proposal = &offer->proposals[offer->count];
        if (terms->without_ah && has_ah(choice))
            continue;
        *proposal = (struct ike_phase2_proposal){.number = (uint8_t)++offer->count};
        for (size_t k = 0; k < IKE_PHASE2_PROTOCOLS_MAX && choice->protocols[k].protocol; k++) {
            bool is_ah = choice->protocols[k].protocol == ISAKMP_PROTOCOL_AH;
            proposal->protocols[k] = (struct ike_phase2_protocol){
                .protocol = choice->protocols[k].protocol,
                .spi = is_ah ? ah_spi : esp_spi,
                .count = 1,
                .transforms[0] = {.number = 1,
                                  .id = choice->protocols[k].id,
                                  .key_bits = choice->protocols[k].key_bits,
                                  .integrity = choice->protocols[k].integrity,
                                  .encapsulation = terms->encapsulation,
                                  .group = terms->group,
                                  .seconds = terms->seconds ? terms->seconds : choice->seconds,
                                  .kilobytes =
                                      terms->kilobytes ? terms->kilobytes : choice->kilobytes},
            };
            proposal->count = k + 1;
        }
    }
}

static void encode_transform(struct wire_writer *writer, bool more, size_t index,
                             const struct ike_phase2_transform *from, bool long_durations)
{
    uint8_t number = from->number ? from->number : (uint8_t)(index + 1);
    size_t transform = ike_transform_open(writer, more, number, from->id);
    ike_attribute_put_lives(writer, IKE_PHASE2_LIFE_TYPE, from->seconds, from->kilobytes,
                            long_durations);
    if (from->group != 0)
        ike_attribute_put(writer, IKE_PHASE2_GROUP, from->group);
    if (from->encapsulation != 0)
        ike_attribute_put(writer, IKE_PHASE2_ENCAPSULATION, from->encapsulation);
    if (from->integrity != IKE_INTEGRITY_NONE)
        ike_attribute_put(writer, IKE_PHASE2_AUTHENTICATION, from->integrity);
    if (from->key_bits != 0)
        ike_attribute_put(writer, IKE_PHASE2_KEY_LENGTH, from->key_bits);
    ike_nested_close(writer, transform);
}

void ike_phase2_encode(struct wire_writer *writer, const struct ike_phase2_offer *offer,
                       bool long_durations)
{
    ike_sa_put(writer);
    for (size_t i = 0; i < offer->count; i++) {
        const struct ike_phase2_proposal *proposal = &offer->proposals[i];
        uint8_t number = proposal->number ? proposal->number : (uint8_t)(i + 1);
        for (size_t k = 0; k < proposal->count; k++) {
            const struct ike_phase2_protocol *protocol = &proposal->protocols[k];
            uint8_t spi[SPI_LENGTH];
            wire_store_u32(spi, protocol->spi);
            bool more = i + 1 < offer->count || k + 1 < proposal->count;
            size_t opened = ike_proposal_open(writer, more, number, protocol->protocol, spi,
                                              SPI_LENGTH, protocol->count);
            for (size_t t = 0; t < protocol->count; t++)
                encode_transform(writer, t + 1 < protocol->count, t, &protocol->transforms[t],
                                 long_durations);
            ike_nested_close(writer, opened);
        }
    }
}

void ike_phase2_encode_chosen(struct wire_writer *writer, const struct ike_phase2_offer *offer,
                              const struct ike_phase2_chosen *chosen,
                              const uint32_t spis[IKE_PHASE2_PROTOCOLS_MAX])
{
    const struct ike_phase2_proposal *proposal = &offer->proposals[chosen->proposal];
    ike_sa_put(writer);
    for (size_t k = 0; k < proposal->count; k++) {
        const struct ike_phase2_protocol *protocol = &proposal->protocols[k];
        const struct ike_phase2_transform *transform = &protocol->transforms[chosen->transforms[k]];
        uint8_t spi[SPI_LENGTH];
        wire_store_u32(spi, spis[k]);
        size_t opened = ike_proposal_open(writer, k + 1 < proposal->count, proposal->number,
                                          protocol->protocol, spi, SPI_LENGTH, 1);
        ike_transform_put_body(writer, transform->octets, transform->length);
        ike_nested_close(writer, opened);
    }
}
