#include "ppp/compression/vj_private.h"

#include "base/checksum.h"

#include <stdlib.h>
#include <string.h>

enum status vj_decompressor_init(struct vj_decompressor *decompressor,
                                 const struct vj_config *config)
{
    *decompressor = (struct vj_decompressor){
        .slots = vj_slots_create(config),
        .slot_count = (uint16_t)(config->max_slot_id + 1),
        .compress_slot_id = config->compress_slot_id,
        .tossing = true, /* no slot has been named yet */
    };
    return decompressor->slots ? STATUS_OK : STATUS_NO_MEMORY;
}

void vj_decompressor_clear(struct vj_decompressor *decompressor)
{
    free(decompressor->slots);
    *decompressor = (struct vj_decompressor){0};
}

void vj_decompressor_link_error(struct vj_decompressor *decompressor)
{
    decompressor->tossing = true;
}

/* The headers are all there: the Protocol field is put right again and everything remembered. */
static const char *receive_uncompressed(struct vj_decompressor *decompressor, struct packet *packet)
{
    uint8_t *ip = packet->data;
    size_t ip_length;
    size_t length = vj_headers_length(packet, &ip_length);
    if (length == 0)
        return "invalid-headers";
    uint8_t id = ip[VJ_IP_PROTOCOL];
    if (id >= decompressor->slot_count)
        return "invalid-slot";
    ip[VJ_IP_PROTOCOL] = VJ_PROTOCOL_TCP;
    if (checksum(ip, ip_length) != 0)
        return "wrong-checksum";
    struct vj_slot *slot = &decompressor->slots[id];
    memcpy(slot->headers, ip, length);
    slot->ip_length = (uint8_t)ip_length;
    slot->length = (uint8_t)length;
    decompressor->last_id = id;
    decompressor->tossing = false;
    return NULL;
}

static uint16_t get_number(struct wire_reader *reader)
{
    uint8_t octet = wire_get_u8(reader);
    return octet ? octet : wire_get_u16(reader);
}

static void add_u16(uint8_t *field, uint16_t growth)
{
    wire_store_u16(field, (uint16_t)(wire_load_u16(field) + growth));
}

static void add_u32(uint8_t *field, uint32_t growth)
{
    wire_store_u32(field, wire_load_u32(field) + growth);
}

/** Applies the numbers to the slot's headers, in the order of RFC 1144 section 3.2.2. */
static void apply_changes(struct vj_slot *slot, uint8_t changes, struct wire_reader *reader)
{
    uint8_t *tcp = vj_tcp(slot);
    uint16_t last = vj_data_length(slot);
    tcp[VJ_TCP_FLAGS] &= (uint8_t) ~(VJ_FLAG_PSH | VJ_FLAG_URG);
    if (changes & VJ_PUSH)
        tcp[VJ_TCP_FLAGS] |= VJ_FLAG_PSH;
    switch (changes & VJ_NUMBERS) {
    case VJ_ECHO:
        add_u32(tcp + VJ_TCP_ACK, last);
        add_u32(tcp + VJ_TCP_SEQUENCE, last);
        break;
    case VJ_BULK:
        add_u32(tcp + VJ_TCP_SEQUENCE, last);
        break;
    default:
        if (changes & VJ_URGENT) {
            tcp[VJ_TCP_FLAGS] |= VJ_FLAG_URG;
            wire_store_u16(tcp + VJ_TCP_URGENT, get_number(reader));
        }
        if (changes & VJ_WINDOW)
            add_u16(tcp + VJ_TCP_WINDOW, get_number(reader));
        if (changes & VJ_ACKNOWLEDGMENT)
            add_u32(tcp + VJ_TCP_ACK, get_number(reader));
        if (changes & VJ_SEQUENCE)
            add_u32(tcp + VJ_TCP_SEQUENCE, get_number(reader));
    }
    add_u16(slot->headers + VJ_IP_IDENTIFICATION,
            changes & VJ_IDENTIFICATION ? get_number(reader) : 1);
}

/* Finds the slot of a compressed packet, behind whose bits @p reader stands. */
static const char *select_slot(struct vj_decompressor *decompressor, uint8_t changes,
                               struct wire_reader *reader)
{
    if (changes & VJ_SLOT_CHANGED) {
        uint8_t id = wire_get_u8(reader);
        if (reader->failed)
            return "truncated";
        if (id >= decompressor->slot_count)
            return "invalid-slot";
        decompressor->last_id = id;
        decompressor->tossing = false;
    } else if (!decompressor->compress_slot_id) {
        return "slot-not-named";
    }
    if (decompressor->tossing)
        return "tossing";
    return decompressor->slots[decompressor->last_id].length > 0 ? NULL : "empty-slot";
}

static const char *receive_compressed(struct vj_decompressor *decompressor, struct packet *packet)
{
    struct wire_reader reader = wire_reader_make(packet->data, packet->length);
    uint8_t changes = wire_get_u8(&reader);
    if (reader.failed)
        return "truncated";
    const char *reason = select_slot(decompressor, changes, &reader);
    if (reason)
        return reason;
    struct vj_slot *slot = &decompressor->slots[decompressor->last_id];
    wire_copy(&reader, vj_tcp(slot) + VJ_TCP_CHECKSUM, 2);
    apply_changes(slot, changes, &reader);
    if (reader.failed)
        return "truncated";
    size_t data_length = wire_remaining(&reader);
    if (slot->length + data_length > UINT16_MAX)
        return "too-long";
    (void)packet_pull(packet, packet->length - data_length);
    if (packet_headroom(packet) < slot->length)
        return "no-headroom";
    uint8_t *ip = slot->headers;
    wire_store_u16(ip + VJ_IP_LENGTH, (uint16_t)(slot->length + data_length));
    wire_store_u16(ip + VJ_IP_CHECKSUM, 0);
    wire_store_u16(ip + VJ_IP_CHECKSUM, checksum(ip, slot->ip_length));
    memcpy(packet_push(packet, slot->length), ip, slot->length);
    return NULL;
}

const char *vj_decompress(struct vj_decompressor *decompressor, uint16_t protocol,
                          struct packet *packet)
{
    const char *reason = protocol == VJ_PROTOCOL_UNCOMPRESSED_TCP
                             ? receive_uncompressed(decompressor, packet)
                             : receive_compressed(decompressor, packet);
    if (reason)
        decompressor->tossing = true;
    return reason;
}
