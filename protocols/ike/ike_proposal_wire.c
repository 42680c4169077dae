#include "ike/ike_proposal_wire.h"

#include "ike/ike_attribute.h"

#include <assert.h>

/** Reads one nested payload of @p type, after which only another of its kind may follow. */
static enum isakmp_error nested_get(struct wire_reader *reader, unsigned type,
                                    struct ike_nested *nested)
{
    uint8_t next = wire_get_u8(reader);
    uint8_t reserved = wire_get_u8(reader);
    size_t total = wire_get_u16(reader);
    if (reader->failed)
        return ISAKMP_TRUNCATED_PAYLOAD;
    if (next != type && next != ISAKMP_PAYLOAD_NONE)
        return ISAKMP_BAD_NEXT_PAYLOAD;
    if (reserved != 0)
        return ISAKMP_BAD_RESERVED;
    if (total < ISAKMP_GENERIC_LENGTH + 4)
        return ISAKMP_BAD_PAYLOAD_LENGTH;
    nested->more = next == type;
    nested->length = total - ISAKMP_GENERIC_LENGTH;
    nested->body = wire_get_octets(reader, nested->length);
    if (!nested->body)
        return ISAKMP_TRUNCATED_PAYLOAD;
    /* The last one ends where what holds it does. */
    return nested->more == (wire_remaining(reader) > 0) ? ISAKMP_OK : ISAKMP_BAD_PAYLOAD_LENGTH;
}

enum isakmp_error ike_sa_get(struct wire_reader *reader)
{
    uint32_t doi = wire_get_u32(reader);
    uint32_t situation = wire_get_u32(reader);
    if (reader->failed)
        return ISAKMP_TRUNCATED_PAYLOAD;
    if (doi != ISAKMP_DOI_IPSEC)
        return ISAKMP_BAD_DOI;
    return situation == ISAKMP_SITUATION_IDENTITY_ONLY ? ISAKMP_OK : ISAKMP_BAD_SITUATION;
}

enum isakmp_error ike_proposal_get(struct wire_reader *reader, struct ike_proposal_head *head)
{
    struct ike_nested nested;
    enum isakmp_error error = nested_get(reader, ISAKMP_PAYLOAD_PROPOSAL, &nested);
    if (error != ISAKMP_OK)
        return error;
    struct wire_reader inner = wire_reader_make(nested.body, nested.length);
    head->more = nested.more;
    head->number = wire_get_u8(&inner);
    head->protocol = wire_get_u8(&inner);
    head->spi_length = wire_get_u8(&inner);
    head->transform_count = wire_get_u8(&inner);
    head->spi = wire_get_octets(&inner, head->spi_length);
    if (inner.failed)
        return ISAKMP_TRUNCATED_PAYLOAD;
    head->transforms = inner;
    return head->transform_count > 0 ? ISAKMP_OK : ISAKMP_BAD_PROPOSAL;
}

enum isakmp_error ike_proposal_transform(struct ike_proposal_head *head, unsigned index,
                                         struct ike_nested *nested)
{
    enum isakmp_error error = nested_get(&head->transforms, ISAKMP_PAYLOAD_TRANSFORM, nested);
    if (error != ISAKMP_OK)
        return error;
    return nested->more == (index + 1 < head->transform_count) ? ISAKMP_OK : ISAKMP_BAD_PROPOSAL;
}

static uint16_t *place_of(uint16_t type, const struct ike_attribute_place *places, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (places[i].type == type)
            return places[i].value;
    return NULL;
}

enum isakmp_error ike_transform_get(const struct ike_nested *nested, uint16_t life_type,
                                    const struct ike_attribute_place *places, size_t count,
                                    struct ike_transform_head *head)
{
    struct wire_reader reader = wire_reader_make(nested->body, nested->length);
    struct ike_life life = {0};
    *head = (struct ike_transform_head){.number = wire_get_u8(&reader)};
    head->id = wire_get_u8(&reader);
    if (wire_get_u16(&reader) != 0)
        return ISAKMP_BAD_RESERVED;
    while (wire_remaining(&reader) > 0) {
        const struct ike_attribute attribute = ike_attribute_get(&reader);
        uint16_t *place = place_of(attribute.type, places, count);
        if (reader.failed)
            return ISAKMP_BAD_ATTRIBUTE;
        /* What fits into an enumeration of 16 bits must not come cut. */
        bool cut = attribute.too_large || attribute.value > UINT16_MAX;
        if (attribute.type == life_type + 1)
            ike_life_duration(&life, &attribute);
        else if (!cut && attribute.type == life_type)
            ike_life_type(&life, &attribute);
        else if (!cut && place)
            *place = (uint16_t)attribute.value;
        else
            head->unsupported = true;
    }
    head->seconds = life.seconds;
    head->kilobytes = life.kilobytes;
    head->unsupported = head->unsupported || life.unsupported;
    return ISAKMP_OK;
}

void ike_sa_put(struct wire_writer *writer)
{
    wire_put_u32(writer, ISAKMP_DOI_IPSEC);
    wire_put_u32(writer, ISAKMP_SITUATION_IDENTITY_ONLY);
}

static size_t nested_open(struct wire_writer *writer, unsigned next)
{
    size_t offset = wire_written(writer);
    wire_put_u8(writer, (uint8_t)next);
    wire_put_zeros(writer, ISAKMP_GENERIC_LENGTH - 1);
    return offset;
}

size_t ike_proposal_open(struct wire_writer *writer, bool more, uint8_t number, uint8_t protocol,
                         const uint8_t *spi, size_t spi_length, size_t transform_count)
{
    assert(spi_length <= UINT8_MAX && transform_count <= UINT8_MAX);
    size_t offset = nested_open(writer, more ? ISAKMP_PAYLOAD_PROPOSAL : ISAKMP_PAYLOAD_NONE);
    wire_put_u8(writer, number);
    wire_put_u8(writer, protocol);
    wire_put_u8(writer, (uint8_t)spi_length);
    wire_put_u8(writer, (uint8_t)transform_count);
    wire_put_octets(writer, spi, spi_length);
    return offset;
}

size_t ike_transform_open(struct wire_writer *writer, bool more, uint8_t number, uint8_t id)
{
    size_t offset = nested_open(writer, more ? ISAKMP_PAYLOAD_TRANSFORM : ISAKMP_PAYLOAD_NONE);
    wire_put_u8(writer, number);
    wire_put_u8(writer, id);
    wire_put_u16(writer, 0);
    return offset;
}

void ike_nested_close(struct wire_writer *writer, size_t offset)
{
    wire_patch_u16(writer, offset + 2, (uint16_t)(wire_written(writer) - offset));
}

void ike_transform_put_body(struct wire_writer *writer, const uint8_t *body, size_t length)
{
    size_t offset = nested_open(writer, ISAKMP_PAYLOAD_NONE);
    wire_put_octets(writer, body, length);
    ike_nested_close(writer, offset);
}
