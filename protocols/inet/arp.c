#include "inet/arp.h"

#include "base/wire.h"

#include <string.h>

/*
 *  0                   1                   2                   3
 * +-------------------------------+-------------------------------+
 * | hardware address space (1)    | protocol address space (0800) |
 * +---------------+---------------+-------------------------------+
 * | hardware len 6| proto len 4   | opcode                        |
 * +---------------+---------------+-------------------------------+
 * | sender hardware address (6), sender protocol address (4)      |
 * +---------------------------------------------------------------+
 * | target hardware address (6), target protocol address (4)      |
 * +---------------------------------------------------------------+
 * RFC 826, "Packet format".
 */
#define ARP_HARDWARE_ETHERNET 1

bool arp_decode(const uint8_t *octets, size_t length, struct arp_message *message)
{
    struct wire_reader reader = wire_reader_make(octets, length);
    uint16_t hardware = wire_get_u16(&reader);
    uint16_t protocol = wire_get_u16(&reader);
    uint8_t hardware_length = wire_get_u8(&reader);
    uint8_t protocol_length = wire_get_u8(&reader);
    message->operation = wire_get_u16(&reader);
    wire_copy(&reader, message->sender_mac, ETHERNET_ADDRESS_SIZE);
    message->sender = wire_get_u32(&reader);
    wire_copy(&reader, message->target_mac, ETHERNET_ADDRESS_SIZE);
    message->target = wire_get_u32(&reader);
    return !reader.failed && hardware == ARP_HARDWARE_ETHERNET && protocol == ETHERNET_TYPE_IPV4 &&
           hardware_length == ETHERNET_ADDRESS_SIZE && protocol_length == sizeof(ipv4_address);
}

void arp_append(struct packet *packet, const struct arp_message *message)
{
    uint8_t octets[ARP_MESSAGE_SIZE];
    struct wire_writer writer = wire_writer_make(octets, sizeof octets);
    wire_put_u16(&writer, ARP_HARDWARE_ETHERNET);
    wire_put_u16(&writer, ETHERNET_TYPE_IPV4);
    wire_put_u8(&writer, ETHERNET_ADDRESS_SIZE);
    wire_put_u8(&writer, sizeof(ipv4_address));
    wire_put_u16(&writer, message->operation);
    wire_put_octets(&writer, message->sender_mac, ETHERNET_ADDRESS_SIZE);
    wire_put_u32(&writer, message->sender);
    wire_put_octets(&writer, message->target_mac, ETHERNET_ADDRESS_SIZE);
    wire_put_u32(&writer, message->target);
    memcpy(packet_append(packet, sizeof octets), octets, sizeof octets);
}
