#include "ppp/compression/vj_private.h"

#include <stdlib.h>

size_t vj_headers_length(const struct packet *packet, size_t *ip_length)
{
    const uint8_t *ip = packet->data;
    if (packet->length < VJ_IP_SIZE + VJ_TCP_SIZE || ip[0] >> 4 != 4)
        return 0;
    *ip_length = 4 * (ip[0] & 0xfu);
    if (*ip_length < VJ_IP_SIZE || *ip_length + VJ_TCP_SIZE > packet->length)
        return 0;
    size_t tcp_length = 4 * (size_t)(ip[*ip_length + VJ_TCP_OFFSET] >> 4);
    size_t total = wire_load_u16(ip + VJ_IP_LENGTH);
    if (tcp_length < VJ_TCP_SIZE || *ip_length + tcp_length > total || total > packet->length)
        return 0;
    return *ip_length + tcp_length;
}

struct vj_slot *vj_slots_create(const struct vj_config *config)
{
    return calloc((size_t)config->max_slot_id + 1, sizeof(struct vj_slot));
}
