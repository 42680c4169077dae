#include "base/wire.h"
#include "ipsec/ah.h"
#include "ipsec/esp.h"
#include "ipsec/ipsec_private.h"

/** Bundles that one datagram may be wrapped in: what has an SA of its own inside of a tunnel. */
#define NESTING_MAXIMUM 2

/** How a packet came, as far as it has been opened. */
struct passage {
    struct ipsec_bundle *bundle; /**< NULL: in the clear */
    uint8_t opened;              /**< bit n: pair n of the bundle */
    bool encapsulated;           /**< in UDP */
    uint16_t source_port;        /**< then */
};

static struct ipsec_inbound dropped(struct ipsec_processor *self, instant now, const char *protocol,
                                    const char *reason, struct packet *packet)
{
    self->counters.dropped_in++;
    ipsec_drop(self, now, protocol, reason, packet);
    return (struct ipsec_inbound){.verdict = IPSEC_DROPPED, .reason = reason};
}

/** NULL, or why what came through @p bundle may not go on (RFC 2401 section 5.2.1). */
static const char *objection(const struct ipsec_processor *self, const struct ipsec_bundle *bundle,
                             const struct ipsec_traffic *traffic)
{
    const struct ipsec_policy_entry *entry = ipsec_policy_database_find(&self->policies, traffic);
    if (!ipsec_selector_matches(&bundle->selector, traffic))
        return "selector-mismatch";
    if (!entry || entry->policy.action == IPSEC_BYPASS || entry->id == bundle->policy)
        return NULL;
    if (entry->policy.action == IPSEC_DISCARD)
        return "policy-discard";
    /* Another entry asks for the same: then what was done is what was required. */
    const struct ipsec_policy *own = ipsec_processor_policy(self, bundle->policy);
    const struct ipsec_policy *wanted = &entry->policy;
    return own && own->mode == wanted->mode && own->esp == wanted->esp && own->ah == wanted->ah &&
                   ip_address_equal(&own->tunnel_remote, &wanted->tunnel_remote)
               ? NULL
               : "policy-mismatch";
}

/** What came in the clear, or is only passing by. */
static struct ipsec_inbound check_clear(struct ipsec_processor *self, instant now,
                                        struct packet *packet,
                                        const struct ipsec_datagram *datagram)
{
    const struct ipsec_traffic traffic = ipsec_traffic_of(packet, datagram, IPSEC_INBOUND);
    const struct ipsec_policy_entry *entry =
        ipsec_is_exempt(self, packet, datagram, &traffic)
            ? NULL
            : ipsec_policy_database_find(&self->policies, &traffic);
    if (entry && entry->policy.action == IPSEC_DISCARD)
        return dropped(self, now, "ipsec", "policy-discard", packet);
    if (entry && entry->policy.action == IPSEC_PROTECT && !entry->policy.accepts_unprotected)
        return dropped(self, now, "ipsec", "unprotected", packet);
    self->counters.bypassed_in++;
    return (struct ipsec_inbound){.verdict = IPSEC_PASS};
}

/** A NAT may give its client another port while the SA lives. */
static void follow_peer(struct ipsec_processor *self, instant now, const struct passage *passage,
                        uint32_t sequence, const struct security_association *sa)
{
    struct ipsec_bundle *bundle = passage->bundle;
    /* Only the newest packet tells; a late one came from where the peer was before. */
    if (!passage->encapsulated || passage->source_port == bundle->peer_port ||
        sequence != sa->window.highest)
        return;
    char text[IP_TEXT_SIZE];
    bundle->peer_port = passage->source_port;
    TRACE(&self->config.trace, now, "ipsec.peer.moved", trace_number("id", bundle->id),
          trace_text("peer", ip_address_format(&bundle->peer, text)),
          trace_number("port", bundle->peer_port));
    ipsec_output_push(self, OUTPUT_EVENT, bundle)->event = IPSEC_EVENT_MOVED;
}

/** Opens the one protection that @p packet starts with. NULL, or why it could not be. */
static const char *open_one(struct ipsec_processor *self, instant now, struct packet *packet,
                            struct ipsec_datagram *datagram, struct passage *passage)
{
    const enum ipsec_protocol protocol = datagram->protocol == IPSEC_NEXT_AH ? IPSEC_AH : IPSEC_ESP;
    const size_t offset = datagram->header_length;
    const size_t length = packet->length - offset;
    const uint8_t *header = packet->data + offset;
    const size_t spi_at = protocol == IPSEC_AH ? 4 : 0;
    if (datagram->fragment)
        return "fragment"; /* RFC 2406 section 3.4.1 */
    if (length < spi_at + 8)
        return "malformed";
    const struct ipsec_inbound_entry *entry =
        ipsec_bundle_find_inbound(self, protocol, wire_load_u32(header + spi_at));
    if (!entry) {
        self->counters.unknown_spi++;
        return "unknown-spi";
    }
    struct ipsec_bundle *bundle = entry->bundle;
    /* An SA is one for its destination (RFC 2401 section 4.1). */
    if (!ip_address_equal(&datagram->destination, &bundle->local))
        return "endpoint-mismatch";
    if (passage->bundle && passage->bundle != bundle)
        return "bundle-mismatch";
    if ((bundle->local_port != 0) != passage->encapsulated)
        return "encapsulation-mismatch";
    passage->bundle = bundle;

    struct security_association *sa = &bundle->pairs[entry->pair].inbound;
    const uint32_t sequence = wire_load_u32(header + spi_at + 4);
    enum ipsec_result result;
    if (protocol == IPSEC_AH) {
        result = ah_open(sa, &self->counters.ah, packet, datagram);
    } else {
        uint8_t next_header = 0;
        result = esp_open(sa, &self->counters.esp, packet, offset, &next_header);
        if (result == IPSEC_OK)
            ipsec_datagram_finish(packet, datagram, next_header);
    }
    if (result != IPSEC_OK)
        return ipsec_result_reason(result);
    passage->opened |= (uint8_t)(1U << entry->pair);
    bundle->last_used = now;
    follow_peer(self, now, passage, sequence, sa);
    return NULL;
}

/** Takes the UDP header away from ESP. NULL, or why that cannot be. */
static const char *remove_udp(struct packet *packet, struct ipsec_datagram *datagram,
                              struct passage *passage)
{
    uint8_t *udp = packet->data + datagram->header_length;
    const size_t length = wire_load_u16(udp + 4);
    if (length < IPSEC_UDP_HEADER_SIZE || length > packet->length - datagram->header_length)
        return "malformed";
    passage->encapsulated = true;
    passage->source_port = wire_load_u16(udp);
    packet_trim(packet, datagram->header_length + length);
    ipsec_datagram_remove(packet, datagram->header_length, IPSEC_UDP_HEADER_SIZE);
    ipsec_datagram_finish(packet, datagram, IPSEC_NEXT_ESP);
    return NULL;
}

/** Whether @p datagram is UDP for the port that IKE and ESP share. */
static bool is_encapsulation(const struct ipsec_processor *self, const struct packet *packet,
                             const struct ipsec_datagram *datagram)
{
    const uint8_t *payload = packet->data + datagram->header_length;
    return self->config.encapsulation_port != 0 && datagram->protocol == IPSEC_NEXT_UDP &&
           !datagram->fragment &&
           packet->length >= (size_t)datagram->header_length + IPSEC_UDP_HEADER_SIZE &&
           wire_load_u16(payload + 2) == self->config.encapsulation_port;
}

/** NULL, or why the datagram inside the opened tunnel goes no further. */
static const char *leave_tunnel(struct ipsec_processor *self, struct packet *packet,
                                struct ipsec_datagram *datagram, const struct ipsec_bundle *bundle)
{
    const unsigned version = datagram->protocol == IPSEC_NEXT_IPV6   ? 6
                             : datagram->protocol == IPSEC_NEXT_IPV4 ? 4
                                                                     : 0;
    const uint8_t outer_tos = datagram->tos;
    packet_pull(packet, datagram->header_length);
    if (version == 0)
        return "not-a-tunnel";
    if (!ipsec_datagram_decode(packet, datagram) || datagram->source.version != version)
        return "malformed";
    if (!ipsec_ecn_leave(bundle->ecn, outer_tos, packet, datagram))
        return "unexpected-congestion-experienced";
    const struct ipsec_traffic traffic = ipsec_traffic_of(packet, datagram, IPSEC_INBOUND);
    return objection(self, bundle, &traffic);
}

/** NULL, or why the packet out of transport mode goes no further. */
static const char *leave_transport(struct ipsec_processor *self, struct packet *packet,
                                   const struct ipsec_datagram *datagram,
                                   const struct ipsec_bundle *bundle)
{
    const struct ipsec_traffic traffic = ipsec_traffic_of(packet, datagram, IPSEC_INBOUND);
    const char *reason = objection(self, bundle, &traffic);
    if (!reason)
        udp_encapsulation_repair_checksum(packet, datagram, bundle->checksum_repair,
                                          &bundle->original_peer, &bundle->original_local);
    return reason;
}

static struct ipsec_inbound finished(struct ipsec_processor *self, instant now,
                                     struct ipsec_bundle *bundle)
{
    const struct ipsec_inbound result = {.verdict = IPSEC_PROCESSED,
                                         .mode = bundle->mode,
                                         .bundle = bundle->id,
                                         .flow = bundle->flow};
    const bool standby = bundle->standby;
    self->counters.opened_in++;
    ipsec_bundle_count(self, now, bundle, &bundle->pairs[0].inbound);
    if (standby) /* unless the count has been its end */
        ipsec_processor_activate(self, now, result.bundle);
    return result;
}

static bool is_protected(const struct ipsec_datagram *datagram)
{
    return datagram->protocol == IPSEC_NEXT_ESP || datagram->protocol == IPSEC_NEXT_AH;
}

static const char *leave(struct ipsec_processor *self, struct packet *packet,
                         struct ipsec_datagram *datagram, const struct ipsec_bundle *bundle)
{
    return bundle->mode == IPSEC_TUNNEL ? leave_tunnel(self, packet, datagram, bundle)
                                        : leave_transport(self, packet, datagram, bundle);
}

/** Removes all that one bundle has put around the datagram, from the outside in. */
static struct ipsec_inbound open_bundle(struct ipsec_processor *self, instant now,
                                        struct packet *packet, struct ipsec_datagram *datagram,
                                        struct passage *passage)
{
    for (int i = 0; i < IPSEC_BUNDLE_MAXIMUM && is_protected(datagram); i++) {
        const char *protocol = datagram->protocol == IPSEC_NEXT_AH ? "ah" : "esp";
        const char *reason = open_one(self, now, packet, datagram, passage);
        if (reason)
            return dropped(self, now, protocol, reason, packet);
        struct ipsec_bundle *bundle = passage->bundle;
        if (passage->opened != (1U << bundle->pair_count) - 1)
            continue;
        reason = leave(self, packet, datagram, bundle);
        if (reason)
            return dropped(self, now, "ipsec", reason, packet);
        return finished(self, now, bundle);
    }
    return dropped(self, now, "ipsec", "policy-mismatch", packet);
}

/** Opens the datagram, and what the other end protected before it put it into a tunnel to here. */
static struct ipsec_inbound open_all(struct ipsec_processor *self, instant now,
                                     struct packet *packet, struct ipsec_datagram *datagram,
                                     struct passage *passage)
{
    const struct ip_address here = datagram->destination;
    for (int i = 0; i < NESTING_MAXIMUM; i++) {
        const struct ipsec_inbound result = open_bundle(self, now, packet, datagram, passage);
        if (result.verdict != IPSEC_PROCESSED || result.mode != IPSEC_TUNNEL ||
            !is_protected(datagram) || !ip_address_equal(&here, &datagram->destination))
            return result;
        *passage = (struct passage){0};
    }
    return dropped(self, now, "ipsec", "nested-too-deep", packet);
}

struct ipsec_inbound ipsec_processor_inbound(struct ipsec_processor *self, instant now,
                                             struct packet *packet, bool to_this_host)
{
    struct ipsec_datagram datagram;
    struct passage passage = {0};
    if (self->policies.count == 0)
        return (struct ipsec_inbound){.verdict = IPSEC_PASS};
    if (!ipsec_datagram_decode(packet, &datagram))
        return dropped(self, now, "ipsec", "malformed", packet);
    if (to_this_host && is_encapsulation(self, packet, &datagram)) {
        const size_t at = (size_t)datagram.header_length + IPSEC_UDP_HEADER_SIZE;
        const char *reason = NULL;
        switch (udp_encapsulation_classify(packet->data + at, packet->length - at)) {
        case UDP_ENCAPSULATION_IKE:
            break;
        case UDP_ENCAPSULATION_KEEP_ALIVE:
            packet_free(packet);
            return (struct ipsec_inbound){.verdict = IPSEC_ABSORBED};
        case UDP_ENCAPSULATION_MALFORMED:
            reason = "malformed";
            break;
        case UDP_ENCAPSULATION_ESP:
            reason = remove_udp(packet, &datagram, &passage);
            break;
        }
        if (reason)
            return dropped(self, now, "esp", reason, packet);
    }
    if (!to_this_host || !is_protected(&datagram))
        return check_clear(self, now, packet, &datagram);
    return open_all(self, now, packet, &datagram, &passage);
}
