#include "support/tcp_datagram.h"

#include "base/checksum.h"
#include "base/wire.h"
#include "support/unit.h"

static void put_options(struct wire_writer *writer, const char *options)
{
    uint8_t octets[40];
    if (options)
        wire_put_octets(writer, octets, unit_hex(options, octets, sizeof octets));
}

static void put_data(struct wire_writer *writer, const struct tcp_datagram *datagram)
{
    for (uint16_t i = 0; i < datagram->data_length; i++)
        wire_put_u8(writer, (uint8_t)((datagram->sequence + i) * 2654435761u >> 24));
}

struct packet *tcp_datagram_build(struct packet_pool *pool, const struct tcp_datagram *datagram)
{
    struct packet *packet = packet_alloc(pool, PACKET_ROOM);
    assert_non_null(packet);
    struct wire_writer writer = wire_writer_make(packet->data, PACKET_ROOM);
    uint8_t protocol = datagram->protocol ? datagram->protocol : 6;
    wire_put_u8(&writer, 0);
    wire_put_u8(&writer, datagram->type_of_service);
    wire_put_u16(&writer, 0);
    wire_put_u16(&writer, datagram->identification);
    wire_put_u16(&writer, datagram->fragment);
    wire_put_u8(&writer, datagram->ttl);
    wire_put_u8(&writer, protocol);
    wire_put_u16(&writer, 0);
    wire_put_u32(&writer, datagram->source);
    wire_put_u32(&writer, datagram->destination);
    put_options(&writer, datagram->ip_options);
    size_t ip_length = wire_written(&writer);
    wire_put_u16(&writer, datagram->source_port);
    wire_put_u16(&writer, datagram->destination_port);
    wire_put_u32(&writer, datagram->sequence);
    wire_put_u32(&writer, datagram->acknowledgment);
    wire_put_u8(&writer, 0);
    wire_put_u8(&writer, datagram->flags);
    wire_put_u16(&writer, datagram->window);
    wire_put_u16(&writer, datagram->tcp_checksum);
    wire_put_u16(&writer, datagram->urgent);
    put_options(&writer, datagram->tcp_options);
    size_t tcp_length = wire_written(&writer) - ip_length;
    put_data(&writer, datagram);
    assert_false(writer.failed);
    packet->length = (uint32_t)wire_written(&writer);
    uint8_t *ip = packet->data;
    uint8_t *tcp = ip + ip_length;
    ip[0] = (uint8_t)(0x40 | ip_length / 4);
    tcp[12] = (uint8_t)(tcp_length / 4 << 4 | datagram->reserved);
    wire_store_u16(ip + 2, (uint16_t)packet->length);
    wire_store_u16(ip + 10, checksum(ip, ip_length));
    if (datagram->tcp_checksum == 0) {
        uint16_t length = (uint16_t)(packet->length - ip_length);
        uint64_t sum =
            checksum_pseudo_header(datagram->source, datagram->destination, protocol, length);
        wire_store_u16(tcp + 16, checksum_finish(checksum_add(sum, tcp, length)));
    }
    return packet;
}
