#include "ppp/compression/vj_private.h"

#include "base/checksum.h"

#include <stdlib.h>
#include <string.h>

enum status vj_compressor_init(struct vj_compressor *compressor, const struct vj_config *config)
{
    *compressor = (struct vj_compressor){
        .slots = vj_slots_create(config),
        .slot_count = (uint16_t)(config->max_slot_id + 1),
        .newest = config->max_slot_id,
        .last_id = -1,
        .compress_slot_id = config->compress_slot_id,
    };
    if (!compressor->slots)
        return STATUS_NO_MEMORY;
    /* All empty, slot 0 the oldest, so that they come into use in ascending order. */
    for (unsigned i = 1; i < compressor->slot_count; i++)
        compressor->slots[i].next = (uint8_t)(i - 1);
    return STATUS_OK;
}

void vj_compressor_clear(struct vj_compressor *compressor)
{
    free(compressor->slots);
    *compressor = (struct vj_compressor){0};
}

/**
 * RFC 1144 section 3.2.2: a whole datagram with a segment of an established connection. Whatever
 * the receiver could not restore to the last bit must not pass for one either: padding, a wrong
 * header checksum, flags that did not exist then.
 */
static bool is_candidate(const struct packet *packet, size_t *length, size_t *ip_length)
{
    const uint8_t *ip = packet->data;
    *length = vj_headers_length(packet, ip_length);
    if (*length == 0 || ip[VJ_IP_PROTOCOL] != VJ_PROTOCOL_TCP ||
        wire_load_u16(ip + VJ_IP_LENGTH) != packet->length ||
        (wire_load_u16(ip + VJ_IP_FRAGMENT) & 0x3fff) != 0)
        return false;
    const uint8_t *tcp = ip + *ip_length;
    return (tcp[VJ_TCP_FLAGS] & ~(VJ_FLAG_PSH | VJ_FLAG_URG)) == VJ_FLAG_ACK &&
           (tcp[VJ_TCP_OFFSET] & 0xf) == 0 && checksum(ip, *ip_length) == 0;
}

/* The two addresses and, right behind the IPv4 header, the two ports. */
static bool is_same_connection(const struct vj_slot *slot, const uint8_t *ip, size_t ip_length)
{
    return slot->length > 0 && memcmp(slot->headers + VJ_IP_SOURCE, ip + VJ_IP_SOURCE, 8) == 0 &&
           memcmp(slot->headers + slot->ip_length, ip + ip_length, 4) == 0;
}

/** Finds the connection's slot, or takes the one longest unused; it becomes the newest. */
static uint8_t find_slot(struct vj_compressor *compressor, const uint8_t *ip, size_t ip_length,
                         bool *found)
{
    struct vj_slot *slots = compressor->slots;
    uint8_t id = compressor->newest;
    uint8_t before = id;
    *found = is_same_connection(&slots[id], ip, ip_length);
    for (unsigned seen = 1; !*found && seen < compressor->slot_count; seen++) {
        before = id;
        id = slots[id].next;
        *found = is_same_connection(&slots[id], ip, ip_length);
    }
    if (id != compressor->newest) {
        slots[before].next = slots[id].next;
        slots[id].next = compressor->newest;
        compressor->newest = id;
    }
    return id;
}

/** Fields that must not change, options included (section 3.2.2). */
static bool is_same_otherwise(struct vj_slot *slot, const uint8_t *ip, size_t ip_length,
                              size_t length)
{
    const uint8_t *tcp = ip + ip_length;
    const uint8_t *old = slot->headers;
    const uint8_t *old_tcp = vj_tcp(slot);
    size_t ip_options = ip_length - VJ_IP_SIZE;
    size_t tcp_options = length - ip_length - VJ_TCP_SIZE;
    return slot->length == length &&
           memcmp(old, ip, VJ_IP_LENGTH) == 0 && /* version, IHL, type of service */
           memcmp(old + VJ_IP_FRAGMENT, ip + VJ_IP_FRAGMENT, 4) == 0 && /* to the protocol */
           memcmp(old + VJ_IP_SIZE, ip + VJ_IP_SIZE, ip_options) == 0 &&
           memcmp(old_tcp + VJ_TCP_SIZE, tcp + VJ_TCP_SIZE, tcp_options) == 0;
}

static void put_number(struct wire_writer *writer, uint32_t number)
{
    if (number == 0 || number > 0xff) {
        wire_put_u8(writer, 0);
        wire_put_u16(writer, (uint16_t)number);
    } else {
        wire_put_u8(writer, (uint8_t)number);
    }
}

/** What a segment has more than the one before it. */
struct growth {
    uint16_t window;
    uint32_t acknowledgment;
    uint32_t sequence;
    uint16_t identification;
};

static struct growth measure(struct vj_slot *slot, const uint8_t *ip, const uint8_t *tcp)
{
    const uint8_t *old = vj_tcp(slot);
    return (struct growth){
        .window =
            (uint16_t)(wire_load_u16(tcp + VJ_TCP_WINDOW) - wire_load_u16(old + VJ_TCP_WINDOW)),
        .acknowledgment = wire_load_u32(tcp + VJ_TCP_ACK) - wire_load_u32(old + VJ_TCP_ACK),
        .sequence = wire_load_u32(tcp + VJ_TCP_SEQUENCE) - wire_load_u32(old + VJ_TCP_SEQUENCE),
        .identification = (uint16_t)(wire_load_u16(ip + VJ_IP_IDENTIFICATION) -
                                     wire_load_u16(slot->headers + VJ_IP_IDENTIFICATION)),
    };
}

/**
 * Writes the numbers that changed, in the order of section 3.2.2, and returns their bits; false
 * when the segment must be sent uncompressed.
 */
static bool put_changes(struct vj_slot *slot, const uint8_t *ip, const uint8_t *tcp,
                        uint16_t data_length, struct wire_writer *writer, uint8_t *changes)
{
    struct growth growth = measure(slot, ip, tcp);
    uint32_t last = vj_data_length(slot);
    bool urgent = tcp[VJ_TCP_FLAGS] & VJ_FLAG_URG;
    unsigned bits = (urgent ? VJ_URGENT : 0) | (growth.window ? VJ_WINDOW : 0) |
                    (growth.acknowledgment ? VJ_ACKNOWLEDGMENT : 0) |
                    (growth.sequence ? VJ_SEQUENCE : 0);
    if (growth.acknowledgment > 0xffff || growth.sequence > 0xffff)
        return false;
    /* A pointer without URG means nothing, but must arrive. */
    if (!urgent &&
        wire_load_u16(tcp + VJ_TCP_URGENT) != wire_load_u16(vj_tcp(slot) + VJ_TCP_URGENT))
        return false;
    /* Nothing new is a retransmission or a probe, which may mean that the peer lost something,
       unless it is the first data behind a mere acknowledgment. */
    if (bits == 0 && !(last == 0 && data_length > 0))
        return false;
    if (bits == VJ_BULK || bits == VJ_ECHO)
        return false;
    if (bits == VJ_SEQUENCE && growth.sequence == last) {
        bits = VJ_BULK;
    } else if (bits == (VJ_SEQUENCE | VJ_ACKNOWLEDGMENT) && growth.sequence == last &&
               growth.acknowledgment == last) {
        bits = VJ_ECHO;
    } else {
        if (bits & VJ_URGENT)
            put_number(writer, wire_load_u16(tcp + VJ_TCP_URGENT));
        if (bits & VJ_WINDOW)
            put_number(writer, growth.window);
        if (bits & VJ_ACKNOWLEDGMENT)
            put_number(writer, growth.acknowledgment);
        if (bits & VJ_SEQUENCE)
            put_number(writer, growth.sequence);
    }
    if (growth.identification != 1) {
        put_number(writer, growth.identification);
        bits |= VJ_IDENTIFICATION;
    }
    if (tcp[VJ_TCP_FLAGS] & VJ_FLAG_PSH)
        bits |= VJ_PUSH;
    *changes = (uint8_t)bits;
    return true;
}

static void remember(struct vj_slot *slot, const uint8_t *ip, size_t ip_length, size_t length)
{
    memcpy(slot->headers, ip, length);
    slot->ip_length = (uint8_t)ip_length;
    slot->length = (uint8_t)length;
}

uint16_t vj_compress(struct vj_compressor *compressor, struct packet *packet)
{
    uint8_t *ip = packet->data;
    size_t length;
    size_t ip_length;
    if (!is_candidate(packet, &length, &ip_length))
        return VJ_PROTOCOL_IP;
    bool found;
    uint8_t id = find_slot(compressor, ip, ip_length, &found);
    struct vj_slot *slot = &compressor->slots[id];
    uint8_t numbers[VJ_MAX_COMPRESSED];
    struct wire_writer writer = wire_writer_make(numbers, sizeof numbers);
    uint8_t changes;
    bool small = found && is_same_otherwise(slot, ip, ip_length, length) &&
                 put_changes(slot, ip, ip + ip_length, (uint16_t)(packet->length - length), &writer,
                             &changes);
    bool named = !compressor->compress_slot_id || compressor->last_id != id;
    remember(slot, ip, ip_length, length);
    compressor->last_id = id;
    if (!small) {
        ip[VJ_IP_PROTOCOL] = id;
        return VJ_PROTOCOL_UNCOMPRESSED_TCP;
    }
    (void)packet_pull(packet, length);
    size_t size = wire_written(&writer);
    memcpy(packet_push(packet, size), numbers, size);
    memcpy(packet_push(packet, 2), vj_tcp(slot) + VJ_TCP_CHECKSUM, 2);
    if (named)
        *packet_push(packet, 1) = id;
    *packet_push(packet, 1) = (uint8_t)(changes | (named ? VJ_SLOT_CHANGED : 0));
    return VJ_PROTOCOL_COMPRESSED_TCP;
}
