#ifndef VPNSIM_IKE_IKE_ATTRIBUTE_H
#define VPNSIM_IKE_IKE_ATTRIBUTE_H

#include "base/wire.h"

#include <stdbool.h>
#include <stdint.h>

/* Attributes of SA payloads and RESPONDER-LIFETIME: only the sources of the folder include this. */

/** Attributes of phase 1 (RFC 2409 appendix A). */
enum ike_phase1_attribute {
    IKE_PHASE1_ENCRYPTION = 1,
    IKE_PHASE1_HASH = 2,
    IKE_PHASE1_AUTHENTICATION = 3,
    IKE_PHASE1_GROUP = 4,
    IKE_PHASE1_LIFE_TYPE = 11,
    IKE_PHASE1_LIFE_DURATION = 12,
    IKE_PHASE1_KEY_LENGTH = 14,
};

/** Attributes of phase 2 (RFC 2407 section 4.5). */
enum ike_phase2_attribute {
    IKE_PHASE2_LIFE_TYPE = 1,
    IKE_PHASE2_LIFE_DURATION = 2,
    IKE_PHASE2_GROUP = 3,
    IKE_PHASE2_ENCAPSULATION = 4,
    IKE_PHASE2_AUTHENTICATION = 5,
    IKE_PHASE2_KEY_LENGTH = 6,
};

/** Life Type, the same numbers in both phases. */
enum ike_life_type { IKE_LIFE_SECONDS = 1, IKE_LIFE_KILOBYTES = 2 };

/** One attribute (RFC 2408 section 3.3). */
struct ike_attribute {
    uint16_t type;
    bool basic;     /**< the value stood in place of a length */
    bool too_large; /**< the value does not fit into 32 bits */
    uint32_t value;
};

/** Reads one; what fails is the reader's sticky flag. */
static inline struct ike_attribute ike_attribute_get(struct wire_reader *reader)
{
    struct ike_attribute attribute = {.type = wire_get_u16(reader)};
    uint16_t length = wire_get_u16(reader);
    if (attribute.type & 0x8000) {
        attribute.type &= 0x7fff;
        attribute.basic = true;
        attribute.value = length;
        return attribute;
    }
    const uint8_t *octets = wire_get_octets(reader, length);
    for (size_t i = 0; octets && i < length; i++) {
        attribute.too_large = attribute.too_large || attribute.value >> 24 != 0;
        attribute.value = attribute.value << 8 | octets[i];
    }
    attribute.too_large = attribute.too_large || length == 0;
    return attribute;
}

/** Writes a value of two octets in place of the length. */
static inline void ike_attribute_put(struct wire_writer *writer, uint16_t type, uint16_t value)
{
    wire_put_u16(writer, 0x8000 | type);
    wire_put_u16(writer, value);
}

/** Writes a life type and its duration, nothing when it is 0. */
static inline void ike_attribute_put_life(struct wire_writer *writer, uint16_t type,
                                          uint16_t life_type, uint32_t duration, bool long_form)
{
    if (duration == 0)
        return;
    ike_attribute_put(writer, type, life_type);
    if (!long_form && duration <= UINT16_MAX) {
        ike_attribute_put(writer, (uint16_t)(type + 1), (uint16_t)duration);
        return;
    }
    wire_put_u16(writer, (uint16_t)(type + 1));
    wire_put_u16(writer, 4);
    wire_put_u32(writer, duration);
}

/** Writes both lifetimes of a transform. */
static inline void ike_attribute_put_lives(struct wire_writer *writer, uint16_t type,
                                           uint32_t seconds, uint32_t kilobytes, bool long_form)
{
    ike_attribute_put_life(writer, type, IKE_LIFE_SECONDS, seconds, long_form);
    ike_attribute_put_life(writer, type, IKE_LIFE_KILOBYTES, kilobytes, long_form);
}

/** Takes a pair of attributes for a lifetime: what the last Life Type was, and its duration. */
struct ike_life {
    uint16_t type; /**< 0: none has come */
    uint32_t seconds;
    uint32_t kilobytes;
    bool unsupported;
};

static inline void ike_life_type(struct ike_life *life, const struct ike_attribute *attribute)
{
    life->type = (uint16_t)attribute->value;
}

/** A duration without a type before it means nothing (RFC 2409 appendix A). */
static inline void ike_life_duration(struct ike_life *life, const struct ike_attribute *attribute)
{
    if (attribute->too_large || attribute->value == 0)
        life->unsupported = true;
    else if (life->type == IKE_LIFE_SECONDS)
        life->seconds = attribute->value;
    else if (life->type == IKE_LIFE_KILOBYTES)
        life->kilobytes = attribute->value;
    else
        life->unsupported = true;
    life->type = 0;
}

#endif
