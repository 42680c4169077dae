#include "ike/ike_fragment.h"

#include <assert.h>
#include <string.h>

#define LAST_FRAGMENT 1

enum isakmp_error ike_fragment_decode(const struct isakmp_payload *payload,
                                      struct ike_fragment *fragment)
{
    struct wire_reader reader = wire_reader_make(payload->body, payload->length);
    fragment->id = wire_get_u16(&reader);
    fragment->number = wire_get_u8(&reader);
    fragment->last = wire_get_u8(&reader) & LAST_FRAGMENT;
    fragment->length = wire_remaining(&reader);
    fragment->data = wire_get_octets(&reader, fragment->length);
    if (reader.failed)
        return ISAKMP_TRUNCATED_PAYLOAD;
    return fragment->length > 0 ? ISAKMP_OK : ISAKMP_BAD_PAYLOAD_LENGTH;
}

size_t ike_fragment_count(size_t message_length, size_t data_max)
{
    assert(data_max > 0);
    size_t count = (message_length + data_max - 1) / data_max;
    return count <= IKE_FRAGMENTS_MAX ? count : 0;
}

size_t ike_fragment_encode(const uint8_t *message, size_t message_length, size_t data_max,
                           uint16_t id, unsigned number, uint8_t *octets, size_t size)
{
    struct isakmp_header header;
    struct isakmp_builder builder;
    size_t count = ike_fragment_count(message_length, data_max);
    size_t offset = (number - 1) * data_max;
    assert(number >= 1 && number <= count);
    if (isakmp_header_decode(message, message_length, &header) != ISAKMP_OK)
        return 0;
    header.flags &= (uint8_t)~ISAKMP_FLAG_ENCRYPTION;
    isakmp_build_start(&builder, &header, octets, size);
    isakmp_build_open(&builder, ISAKMP_PAYLOAD_FRAGMENT);
    wire_put_u16(&builder.writer, id);
    wire_put_u8(&builder.writer, (uint8_t)number);
    wire_put_u8(&builder.writer, number == count ? LAST_FRAGMENT : 0);
    wire_put_octets(&builder.writer, message + offset,
                    number == count ? message_length - offset : data_max);
    isakmp_build_close(&builder);
    return isakmp_build_finish(&builder);
}

void ike_reassembly_init(struct ike_reassembly *self, struct packet_pool *pool,
                         const struct trace *trace)
{
    *self = (struct ike_reassembly){.pool = pool, .trace = *trace};
}

static void empty(struct ike_reassembly_slot *slot)
{
    for (size_t i = 0; i < IKE_FRAGMENTS_MAX; i++)
        packet_free(slot->fragments[i]);
    *slot = (struct ike_reassembly_slot){.used = false};
}

void ike_reassembly_clear(struct ike_reassembly *self)
{
    for (size_t i = 0; i < IKE_REASSEMBLIES_MAX; i++)
        empty(&self->slots[i]);
}

/** The slot of the message, or a free one that is made its own; NULL when all are taken. */
static struct ike_reassembly_slot *slot_for(struct ike_reassembly *self, instant now,
                                            const struct ip_address *peer, uint16_t port,
                                            const struct isakmp_header *header, uint16_t id)
{
    struct ike_reassembly_slot *unused = NULL;
    for (size_t i = 0; i < IKE_REASSEMBLIES_MAX; i++) {
        struct ike_reassembly_slot *slot = &self->slots[i];
        if (!slot->used)
            unused = unused ? unused : slot;
        else if (slot->id == id && slot->port == port && ip_address_equal(&slot->peer, peer) &&
                 memcmp(slot->initiator_cookie, header->initiator_cookie, ISAKMP_COOKIE_SIZE) == 0)
            return slot;
    }
    if (unused) {
        *unused = (struct ike_reassembly_slot){.used = true,
                                               .peer = *peer,
                                               .port = port,
                                               .id = id,
                                               .deadline = now + IKE_REASSEMBLY_S * INSTANT_SECOND};
        memcpy(unused->initiator_cookie, header->initiator_cookie, ISAKMP_COOKIE_SIZE);
    }
    return unused;
}

/** Why @p fragment cannot join @p slot; NULL: it can. */
static const char *objection(const struct ike_reassembly_slot *slot,
                             const struct ike_fragment *fragment)
{
    unsigned highest = 0;
    for (unsigned i = 1; i <= IKE_FRAGMENTS_MAX; i++)
        if (slot->fragments[i - 1])
            highest = i;
    if (slot->fragments[fragment->number - 1])
        return "duplicate-fragment";
    if ((slot->last != 0 && (fragment->last || fragment->number > slot->last)) ||
        (fragment->last && highest > fragment->number))
        return "bad-fragment-number";
    return slot->length + fragment->length > IKE_REASSEMBLED_MAX ? "message-too-long" : NULL;
}

static struct packet *join(struct ike_reassembly *self, struct ike_reassembly_slot *slot)
{
    struct packet *message = packet_alloc(self->pool, slot->length);
    for (unsigned i = 0; message && i < slot->last; i++) {
        const struct packet *fragment = slot->fragments[i];
        memcpy(packet_append(message, fragment->length), fragment->data, fragment->length);
    }
    empty(slot);
    return message;
}

struct packet *ike_reassembly_input(struct ike_reassembly *self, instant now,
                                    const struct ip_address *peer, uint16_t port,
                                    const struct isakmp_header *header,
                                    const struct ike_fragment *fragment)
{
    const char *reason = "bad-fragment-number";
    if (fragment->number >= 1 && fragment->number <= IKE_FRAGMENTS_MAX) {
        struct ike_reassembly_slot *slot = slot_for(self, now, peer, port, header, fragment->id);
        reason = slot ? objection(slot, fragment) : "too-many-reassemblies";
        struct packet *kept =
            reason ? NULL : packet_from(self->pool, fragment->data, fragment->length);
        if (!reason && kept) {
            slot->fragments[fragment->number - 1] = kept;
            slot->count++;
            slot->length += fragment->length;
            if (fragment->last)
                slot->last = fragment->number;
            return slot->count == slot->last ? join(self, slot) : NULL;
        }
        reason = reason ? reason : "no-memory";
        if (slot && slot->count == 0)
            empty(slot);
    }
    trace_drop(&self->trace, now, "ike", reason, 0);
    return NULL;
}

void ike_reassembly_handle_timeout(struct ike_reassembly *self, instant now)
{
    for (size_t i = 0; i < IKE_REASSEMBLIES_MAX; i++)
        if (self->slots[i].used && self->slots[i].deadline <= now) {
            empty(&self->slots[i]);
            trace_drop(&self->trace, now, "ike", "reassembly-timeout", 0);
        }
}

instant ike_reassembly_next_timeout(const struct ike_reassembly *self)
{
    instant next = INSTANT_NEVER;
    for (size_t i = 0; i < IKE_REASSEMBLIES_MAX; i++)
        if (self->slots[i].used && self->slots[i].deadline < next)
            next = self->slots[i].deadline;
    return next;
}
