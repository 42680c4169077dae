#include "ipsec/ipsec_processor.h"

#include "base/wire.h"
#include "ipsec/ipsec_private.h"

#include <assert.h>
#include <string.h>

#define IKE_PORT 500
/** Neighbor Discovery (RFC 4861): Router Solicitation to Redirect. */
#define ICMPV6_FIRST 133
#define ICMPV6_LAST  137

/** Bundles looked at in one timeout: each leaves at most two outputs. */
#define BUNDLES_AT_ONCE (IPSEC_OUTPUT_CAPACITY / 2)

struct ipsec_processor_config ipsec_processor_config_default(void)
{
    return (struct ipsec_processor_config){
        .encapsulation_port = UDP_ENCAPSULATION_PORT,
        .exempts_ike = true,
        .exempts_neighbor_discovery = true,
        .hold_packets = 3,
        .acquire_timeout_ms = 30000,
        .tunnel_ttl = 128,
        .tunnel_df = IPSEC_DF_COPY,
        .tunnel_copies_tos = true,
        .steers_flows = true,
        .path_mtu_lifetime_s = 600,
    };
}

void ipsec_processor_init(struct ipsec_processor *self, const struct ipsec_processor_config *config)
{
    assert(config->crypto && config->entropy);
    assert(config->hold_packets <= IPSEC_HOLD_MAXIMUM);
    memset(self, 0, sizeof *self);
    self->config = *config;
    self->identification = (uint16_t)entropy_u32(config->entropy);
}

void ipsec_processor_close(struct ipsec_processor *self)
{
    struct ipsec_output output;
    while (ipsec_processor_poll(self, &output))
        packet_free(output.packet);
    for (int i = 0; i < IPSEC_PENDING_MAXIMUM; i++)
        packet_queue_clear(&self->pending[i].held);
    ipsec_bundle_clear(self);
    ipsec_policy_database_clear(&self->policies);
}

struct ipsec_output *ipsec_output_push(struct ipsec_processor *self, enum output_kind kind,
                                       const struct ipsec_bundle *bundle)
{
    assert(self->output_count < IPSEC_OUTPUT_CAPACITY);
    uint32_t position = (self->output_head + self->output_count++) % IPSEC_OUTPUT_CAPACITY;
    struct ipsec_output *output = &self->outputs[position];
    *output = (struct ipsec_output){.kind = kind};
    if (!bundle)
        return output;
    output->policy = bundle->policy;
    output->bundle = bundle->id;
    output->local = bundle->local;
    output->peer = bundle->peer;
    output->peer_port = bundle->peer_port;
    output->pair_count = bundle->pair_count;
    for (uint8_t i = 0; i < bundle->pair_count; i++) {
        output->pairs[i].protocol = bundle->pairs[i].inbound.protocol;
        output->pairs[i].inbound_spi = bundle->pairs[i].inbound.spi;
        output->pairs[i].outbound_spi = bundle->pairs[i].outbound.spi;
    }
    return output;
}

bool ipsec_processor_poll(struct ipsec_processor *self, struct ipsec_output *output)
{
    if (self->output_count == 0) {
        *output = (struct ipsec_output){.kind = OUTPUT_NONE};
        return false;
    }
    *output = self->outputs[self->output_head];
    self->output_head = (self->output_head + 1) % IPSEC_OUTPUT_CAPACITY;
    self->output_count--;
    return true;
}

void ipsec_drop(struct ipsec_processor *self, instant now, const char *protocol, const char *reason,
                struct packet *packet)
{
    trace_drop(&self->config.trace, now, protocol, reason, packet->serial);
    packet_free(packet);
}

struct ipsec_traffic ipsec_traffic_of(const struct packet *packet,
                                      const struct ipsec_datagram *datagram,
                                      enum ipsec_direction direction)
{
    const bool out = direction == IPSEC_OUTBOUND;
    struct ipsec_traffic traffic = {
        .local = out ? datagram->source : datagram->destination,
        .remote = out ? datagram->destination : datagram->source,
        .protocol = datagram->protocol,
    };
    traffic.opaque =
        !datagram->first ||
        !ipsec_datagram_upper(packet->data + datagram->header_length,
                              packet->length - datagram->header_length, &traffic.protocol,
                              out ? &traffic.local_port : &traffic.remote_port,
                              out ? &traffic.remote_port : &traffic.local_port);
    return traffic;
}

bool ipsec_is_exempt(const struct ipsec_processor *self, const struct packet *packet,
                     const struct ipsec_datagram *datagram, const struct ipsec_traffic *traffic)
{
    const struct ipsec_processor_config *config = &self->config;
    if (traffic->opaque)
        return false;
    if (config->exempts_ike && traffic->protocol == IPSEC_NEXT_UDP)
        return traffic->local_port == IKE_PORT || traffic->remote_port == IKE_PORT ||
               (config->encapsulation_port != 0 &&
                (traffic->local_port == config->encapsulation_port ||
                 traffic->remote_port == config->encapsulation_port));
    if (config->exempts_neighbor_discovery && datagram->protocol == IPSEC_NEXT_ICMPV6 &&
        packet->length > datagram->header_length) {
        const uint8_t type = packet->data[datagram->header_length];
        return type >= ICMPV6_FIRST && type <= ICMPV6_LAST;
    }
    return false;
}

enum status ipsec_processor_add_policy(struct ipsec_processor *self,
                                       const struct ipsec_policy *policy, uint32_t *id)
{
    return ipsec_policy_database_add(&self->policies, policy, id);
}

static void give_up(struct ipsec_processor *self, instant now, struct ipsec_pending *pending)
{
    char text[IP_TEXT_SIZE];
    struct packet *packet;
    TRACE(&self->config.trace, now, "ipsec.acquire.failed", trace_number("policy", pending->policy),
          trace_text("remote", ip_address_format(&pending->peer, text)),
          trace_number("held", pending->held.count));
    while ((packet = packet_queue_pop(&pending->held)) != NULL) {
        self->counters.dropped_out++;
        ipsec_drop(self, now, "ipsec", "no-security-association", packet);
    }
    pending->policy = 0;
}

enum status ipsec_processor_remove_policy(struct ipsec_processor *self, instant now, uint32_t id)
{
    struct ipsec_bundle *bundle;
    struct ipsec_bundle *following;
    const enum status status = ipsec_policy_database_remove(&self->policies, id);
    if (status != STATUS_OK)
        return status;
    HASH_ITER(hh, self->bundles, bundle, following)
    {
        if (bundle->policy == id)
            ipsec_bundle_end(self, now, bundle, IPSEC_END_DELETED);
    }
    for (int i = 0; i < IPSEC_PENDING_MAXIMUM; i++) {
        if (self->pending[i].policy == id)
            give_up(self, now, &self->pending[i]);
    }
    return STATUS_OK;
}

const struct ipsec_policy *ipsec_processor_policy(const struct ipsec_processor *self, uint32_t id)
{
    return ipsec_policy_database_get(&self->policies, id);
}

uint32_t ipsec_processor_find_policy(const struct ipsec_processor *self,
                                     const struct ipsec_traffic *traffic)
{
    const struct ipsec_policy_entry *entry = ipsec_policy_database_find(&self->policies, traffic);
    return entry ? entry->id : 0;
}

void ipsec_processor_acquire_failed(struct ipsec_processor *self, instant now, uint32_t policy,
                                    const struct ip_address *peer)
{
    for (int i = 0; i < IPSEC_PENDING_MAXIMUM; i++) {
        struct ipsec_pending *pending = &self->pending[i];
        if (pending->policy == policy && ip_address_equal(&pending->peer, peer))
            give_up(self, now, pending);
    }
}

void ipsec_processor_handle_timeout(struct ipsec_processor *self, instant now)
{
    for (int i = 0; i < BUNDLES_AT_ONCE && self->by_due && self->by_due->due <= now; i++)
        ipsec_bundle_handle_due(self, now, self->by_due);
    for (int i = 0; i < IPSEC_PENDING_MAXIMUM; i++) {
        if (self->pending[i].policy != 0 && self->pending[i].due <= now)
            give_up(self, now, &self->pending[i]);
    }
}

instant ipsec_processor_next_timeout(const struct ipsec_processor *self)
{
    instant next = self->by_due ? self->by_due->due : INSTANT_NEVER;
    for (int i = 0; i < IPSEC_PENDING_MAXIMUM; i++) {
        if (self->pending[i].policy != 0)
            next = instant_earlier(next, self->pending[i].due);
    }
    return next;
}
