#include "l2tp/l2tp_internal.h"

/*
 * The tunnels that peers began, by the id that the peer gave them: a message without a Tunnel ID of
 * this end, such as a copy of an SCCRQ, finds its tunnel at once among thousands. A hash table with
 * chains whose buckets are spread over the tunnels' own storage, as the timers are: the chain of
 * hash n begins at config.tunnels[n].chain_head. Entries are a slot and 1, 0 ends a chain.
 */

static unsigned bucket_of(const struct l2tp_endpoint *self, const struct ip_address *address,
                          uint16_t port, uint16_t peer_id)
{
    uint32_t hash = 2166136261U; /* FNV-1a */
    for (size_t i = 0; i < ip_address_length(address); i++)
        hash = (hash ^ address->octets[i]) * 16777619U;
    hash = (hash ^ port) * 16777619U;
    hash = (hash ^ peer_id) * 16777619U;
    return hash % self->config.max_tunnels;
}

static uint16_t *chain_of(const struct l2tp_endpoint *self, const struct l2tp_tunnel *tunnel)
{
    unsigned bucket = bucket_of(self, &tunnel->peer_address, tunnel->peer_port, tunnel->request_id);
    return &self->config.tunnels[bucket].chain_head;
}

void l2tp_directory_add(struct l2tp_endpoint *self, struct l2tp_tunnel *tunnel, uint16_t peer_id)
{
    tunnel->requested = true;
    tunnel->request_id = peer_id;
    uint16_t *head = chain_of(self, tunnel);
    tunnel->chain_next = *head;
    *head = (uint16_t)(tunnel - self->config.tunnels + 1);
}

void l2tp_directory_remove(struct l2tp_endpoint *self, struct l2tp_tunnel *tunnel)
{
    if (!tunnel->requested)
        return;
    uint16_t *place = chain_of(self, tunnel);
    while (&self->config.tunnels[*place - 1] != tunnel)
        place = &self->config.tunnels[*place - 1].chain_next;
    *place = tunnel->chain_next;
    tunnel->requested = false;
}

struct l2tp_tunnel *l2tp_directory_find(const struct l2tp_endpoint *self,
                                        const struct ip_address *address, uint16_t port,
                                        uint32_t path, uint16_t peer_id)
{
    uint16_t entry = self->config.tunnels[bucket_of(self, address, port, peer_id)].chain_head;
    while (entry != 0) {
        struct l2tp_tunnel *tunnel = &self->config.tunnels[entry - 1];
        if (tunnel->request_id == peer_id && tunnel->path == path && tunnel->peer_port == port &&
            ip_address_equal(&tunnel->peer_address, address))
            return tunnel;
        entry = tunnel->chain_next;
    }
    return NULL;
}
