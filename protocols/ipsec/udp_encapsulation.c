#include "ipsec/udp_encapsulation.h"

#include "base/checksum.h"
#include "base/wire.h"

#define UDP_CHECKSUM 6
#define TCP_CHECKSUM 16
#define TCP_MINIMUM  20

enum udp_encapsulation_kind udp_encapsulation_classify(const uint8_t *payload, size_t length)
{
    if (length == 1 && payload[0] == 0xff)
        return UDP_ENCAPSULATION_KEEP_ALIVE;
    if (length < UDP_ENCAPSULATION_MARKER_SIZE)
        return UDP_ENCAPSULATION_MALFORMED;
    return wire_load_u32(payload) == 0 ? UDP_ENCAPSULATION_IKE : UDP_ENCAPSULATION_ESP;
}

/** @p value with the sum of @p original replaced by that of @p seen (RFC 1624). */
static uint16_t replace_address(uint16_t value, const struct ip_address *original,
                                const struct ip_address *seen)
{
    if (original->version != seen->version)
        return value;
    for (size_t i = 0; i < ip_address_length(seen); i += 2)
        value = checksum_update(value, wire_load_u16(original->octets + i),
                                wire_load_u16(seen->octets + i));
    return value;
}

static uint16_t right_checksum(const struct ipsec_datagram *datagram, const uint8_t *payload,
                               size_t length)
{
    uint64_t sum = checksum_pseudo_header_ip(&datagram->source, &datagram->destination,
                                             datagram->protocol, (uint32_t)length);
    return checksum_finish(checksum_add(sum, payload, length));
}

void udp_encapsulation_repair_checksum(struct packet *packet, const struct ipsec_datagram *datagram,
                                       enum ipsec_checksum_repair repair,
                                       const struct ip_address *original_source,
                                       const struct ip_address *original_destination)
{
    const bool udp = datagram->protocol == IPSEC_NEXT_UDP;
    const size_t minimum = udp ? IPSEC_UDP_HEADER_SIZE : TCP_MINIMUM;
    const size_t length = packet->length - datagram->header_length;
    uint8_t *payload = packet->data + datagram->header_length;
    if (repair == IPSEC_CHECKSUM_KEPT || (!udp && datagram->protocol != IPSEC_NEXT_TCP) ||
        length < minimum)
        return;
    uint8_t *field = payload + (udp ? UDP_CHECKSUM : TCP_CHECKSUM);
    uint16_t value = wire_load_u16(field);
    if (udp && value == 0) /* RFC 768: the sender computed none */
        return;
    if (repair == IPSEC_CHECKSUM_UPDATED) {
        value = replace_address(value, original_source, &datagram->source);
        value = replace_address(value, original_destination, &datagram->destination);
    } else if (udp && datagram->source.version == 4) {
        wire_store_u16(field, 0);
        return;
    } else {
        wire_store_u16(field, 0);
        value = right_checksum(datagram, payload, length);
    }
    wire_store_u16(field, udp && value == 0 ? 0xffff : value);
}
