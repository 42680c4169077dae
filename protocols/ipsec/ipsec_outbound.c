#include "base/checksum.h"
#include "base/wire.h"
#include "ipsec/ah.h"
#include "ipsec/esp.h"
#include "ipsec/ipsec_private.h"

#include <string.h>

/* Every link carries datagrams of these lengths (RFC 791, RFC 8200 section 5). */
#define IPV4_MINIMUM_MTU 68
#define IPV6_MINIMUM_MTU 1280

static size_t outer_header_length(const struct ipsec_bundle *bundle)
{
    return bundle->local.version == 6 ? 40 : 20;
}

/** How long a datagram of @p length octets, @p header of them its header, will be. */
static size_t protected_length(const struct ipsec_bundle *bundle, size_t length, size_t header)
{
    const unsigned version = bundle->local.version;
    size_t outer = header;
    size_t payload = length - header;
    if (bundle->mode == IPSEC_TUNNEL) {
        outer = outer_header_length(bundle);
        payload = length;
    }
    for (uint8_t i = 0; i < bundle->pair_count; i++) {
        const struct security_association *sa = &bundle->pairs[i].outbound;
        payload += sa->protocol == IPSEC_ESP ? esp_overhead(sa, payload) : ah_overhead(sa, version);
    }
    return outer + payload + (bundle->local_port != 0 ? IPSEC_UDP_HEADER_SIZE : 0);
}

/**
 * Whether a datagram that would become longer than @p mtu goes no further. What may be fragmented
 * may pass; a source of IPv6 fragments what it has protected, but TCP can send less instead.
 */
static bool must_fit(const struct ipsec_processor *self, const struct ipsec_bundle *bundle,
                     const struct packet *packet, const struct ipsec_datagram *datagram,
                     uint32_t mtu)
{
    const bool ipv6 = datagram->source.version == 6;
    if (packet->length <= (ipv6 ? IPV6_MINIMUM_MTU : IPV4_MINIMUM_MTU))
        return false;
    if (bundle->mode == IPSEC_TRANSPORT)
        return ipv6 ? datagram->protocol == IPSEC_NEXT_TCP && packet->length <= mtu
                    : datagram->dont_fragment;
    switch (self->config.tunnel_df) {
    case IPSEC_DF_SET:
        return true;
    case IPSEC_DF_COPY:
        return datagram->dont_fragment;
    case IPSEC_DF_CLEAR:
        break;
    }
    return false;
}

/** What is known to be narrower of @p mtu (0: unknown) and the path to the peer. */
static uint32_t path_mtu(const struct ipsec_bundle *bundle, instant now, uint32_t mtu)
{
    if (bundle->path_mtu == 0 || now >= bundle->path_mtu_expires)
        return mtu;
    return mtu == 0 || bundle->path_mtu < mtu ? bundle->path_mtu : mtu;
}

/** The longest datagram with such a header that is not longer than @p mtu when protected. */
static uint32_t inner_mtu(const struct ipsec_bundle *bundle, const struct ipsec_datagram *datagram,
                          uint32_t mtu)
{
    const uint32_t floor = datagram->source.version == 6 ? IPV6_MINIMUM_MTU : IPV4_MINIMUM_MTU;
    const size_t header = datagram->header_length;
    uint32_t length = mtu;
    while (length > floor && length > header && protected_length(bundle, length, header) > mtu)
        length--;
    return length;
}

static void push_outer_header(struct ipsec_processor *self, const struct ipsec_bundle *bundle,
                              struct packet *packet, struct ipsec_datagram *datagram)
{
    const struct ipsec_processor_config *config = &self->config;
    const uint8_t inner = datagram->source.version == 6 ? IPSEC_NEXT_IPV6 : IPSEC_NEXT_IPV4;
    struct ipsec_datagram outer = {
        .source = bundle->local,
        .destination = bundle->peer,
        .tos = ipsec_ecn_outer(bundle->ecn, config->tunnel_copies_tos, datagram->tos),
        .ttl = config->tunnel_ttl,
        .dont_fragment = config->tunnel_df == IPSEC_DF_SET ||
                         (config->tunnel_df == IPSEC_DF_COPY && datagram->dont_fragment),
    };
    ipsec_datagram_push(packet, &outer, inner, ++self->identification);
    *datagram = outer;
}

void ipsec_push_udp(const struct ipsec_bundle *bundle, struct packet *packet,
                    struct ipsec_datagram *datagram)
{
    /* A packet without ESP is a keep-alive, which has a UDP header to itself all the same. */
    const size_t offset = datagram->header_length;
    uint8_t *udp = ipsec_datagram_insert(packet, offset, IPSEC_UDP_HEADER_SIZE);
    const size_t length = packet->length - offset;
    wire_store_u16(udp, bundle->local_port);
    wire_store_u16(udp + 2, bundle->peer_port);
    wire_store_u16(udp + 4, (uint16_t)length);
    wire_store_u16(udp + 6, 0); /* RFC 3948 section 2.1: none */
    if (datagram->source.version == 6) {
        /* IPv6 has no UDP without (RFC 8200 section 8.1). */
        uint64_t sum = checksum_pseudo_header_ipv6(&datagram->source, &datagram->destination,
                                                   IPSEC_NEXT_UDP, (uint32_t)length);
        uint16_t value = checksum_finish(checksum_add(sum, udp, length));
        wire_store_u16(udp + 6, value == 0 ? 0xffff : value);
    }
    ipsec_datagram_finish(packet, datagram, IPSEC_NEXT_UDP);
}

static struct ipsec_outbound dropped(struct ipsec_processor *self, instant now,
                                     const char *protocol, const char *reason,
                                     struct packet *packet)
{
    self->counters.dropped_out++;
    ipsec_drop(self, now, protocol, reason, packet);
    return (struct ipsec_outbound){.verdict = IPSEC_DROPPED, .reason = reason};
}

static enum ipsec_result apply(struct ipsec_processor *self, struct security_association *sa,
                               struct packet *packet, struct ipsec_datagram *datagram)
{
    if (sa->protocol == IPSEC_AH)
        return ah_protect(sa, packet, datagram);
    const enum ipsec_result result =
        esp_protect(sa, self->config.entropy, packet, datagram->header_length, datagram->protocol);
    if (result == IPSEC_OK)
        ipsec_datagram_finish(packet, datagram, IPSEC_NEXT_ESP);
    return result;
}

static struct ipsec_outbound protect(struct ipsec_processor *self, instant now,
                                     struct ipsec_bundle *bundle, struct packet *packet,
                                     struct ipsec_datagram *datagram, uint32_t mtu)
{
    const size_t length = protected_length(bundle, packet->length, datagram->header_length);
    mtu = path_mtu(bundle, now, mtu);
    if (mtu != 0 && length > mtu && must_fit(self, bundle, packet, datagram, mtu))
        return (struct ipsec_outbound){.verdict = IPSEC_TOO_BIG,
                                       .bundle = bundle->id,
                                       .mtu = inner_mtu(bundle, datagram, mtu)};
    /* Too strict by the trailer, which goes behind; it spares one question at each step. */
    if (!ipsec_datagram_fits(bundle->local.version, length) ||
        packet_headroom(packet) < length - packet->length)
        return dropped(self, now, "ipsec", "no-room", packet);
    if (bundle->mode == IPSEC_TUNNEL)
        push_outer_header(self, bundle, packet, datagram);
    const struct security_association *first = &bundle->pairs[0].outbound;
    for (uint8_t i = 0; i < bundle->pair_count; i++) {
        struct security_association *sa = &bundle->pairs[i].outbound;
        const enum ipsec_result result = apply(self, sa, packet, datagram);
        if (result != IPSEC_OK) {
            const char *protocol = ipsec_protocol_name(sa->protocol);
            if (result == IPSEC_SEQUENCE_EXHAUSTED)
                ipsec_bundle_end(self, now, bundle, IPSEC_END_SEQUENCE);
            return dropped(self, now, protocol, ipsec_result_reason(result), packet);
        }
    }
    if (bundle->local_port != 0)
        ipsec_push_udp(bundle, packet, datagram);
    self->counters.protected_out++;
    bundle->last_used = now;
    bundle->last_sent = now;
    const struct ipsec_outbound result = {
        .verdict = IPSEC_PROCESSED, .mode = bundle->mode, .bundle = bundle->id};
    ipsec_bundle_count(self, now, bundle, first);
    return result;
}

/**
 * Whether @p bundle cannot succeed to a flow that has ended: it is with a peer behind a NAT, and
 * was there already when that flow was. Whoever has the address in common is not to get what is for
 * another.
 */
static bool is_anothers(const struct ipsec_bundle *bundle)
{
    return bundle->local_port != 0 && bundle->flow <= bundle->peer_entry->last_ended;
}

/**
 * The SAs for @p traffic; of those with the same peer, the ones of @p flow before the newest. NULL:
 * there are none, or @p ended, those of the flow are gone and others are somebody else's.
 */
static struct ipsec_bundle *choose(const struct ipsec_processor *self, uint32_t policy,
                                   const struct ip_address *peer,
                                   const struct ipsec_traffic *traffic, uint32_t flow, bool *ended)
{
    const bool steered = flow != 0 && self->config.steers_flows;
    struct ipsec_bundle *newest = NULL;
    *ended = false;
    struct ipsec_bundle *bundle = ipsec_bundle_newest(self, policy, peer);
    for (; bundle; bundle = bundle->next) {
        if (bundle->standby || !ipsec_selector_matches(&bundle->selector, traffic))
            continue;
        if (bundle->flow == flow)
            return bundle;
        if (steered && is_anothers(bundle))
            *ended = true;
        else if (!newest)
            newest = bundle;
        if (!steered)
            break;
    }
    return newest;
}

static struct ipsec_pending *find_pending(struct ipsec_processor *self, uint32_t policy,
                                          const struct ip_address *peer)
{
    for (int i = 0; i < IPSEC_PENDING_MAXIMUM; i++) {
        struct ipsec_pending *pending = &self->pending[i];
        if (pending->policy == policy && (policy == 0 || ip_address_equal(&pending->peer, peer)))
            return pending;
    }
    return NULL;
}

static void ask(struct ipsec_processor *self, instant now, struct ipsec_pending *pending,
                const struct ipsec_policy *policy, const struct ipsec_traffic *traffic)
{
    char local[IP_TEXT_SIZE];
    char remote[IP_TEXT_SIZE];
    struct ipsec_output *output = ipsec_output_push(self, OUTPUT_EVENT, NULL);
    output->event = IPSEC_EVENT_ACQUIRE;
    output->policy = pending->policy;
    output->local = policy->mode == IPSEC_TUNNEL ? policy->tunnel_local : traffic->local;
    output->peer = pending->peer;
    output->traffic = *traffic;
    pending->due = instant_after(now, self->config.acquire_timeout_ms * INSTANT_MILLISECOND);
    TRACE(&self->config.trace, now, "ipsec.acquire", trace_number("policy", pending->policy),
          trace_text("local", ip_address_format(&traffic->local, local)),
          trace_text("remote", ip_address_format(&traffic->remote, remote)),
          trace_number("protocol", traffic->protocol),
          trace_number("local-port", traffic->local_port),
          trace_number("remote-port", traffic->remote_port));
}

/** No SA exists: it is asked for, once, and the packet waits as far as there is room. */
static struct ipsec_outbound acquire(struct ipsec_processor *self, instant now,
                                     const struct ipsec_policy_entry *entry,
                                     const struct ip_address *peer,
                                     const struct ipsec_traffic *traffic, struct packet *packet)
{
    struct ipsec_pending *pending = find_pending(self, entry->id, peer);
    if (!pending) {
        pending = find_pending(self, 0, NULL);
        if (!pending)
            return dropped(self, now, "ipsec", "too-many-negotiations", packet);
        pending->policy = entry->id;
        pending->peer = *peer;
        ask(self, now, pending, &entry->policy, traffic);
    }
    if (pending->held.count >= self->config.hold_packets)
        return dropped(self, now, "ipsec", "no-security-association", packet);
    packet_queue_push(&pending->held, packet);
    self->counters.held++;
    return (struct ipsec_outbound){.verdict = IPSEC_HELD};
}

void ipsec_release_held(struct ipsec_processor *self, instant now,
                        const struct ipsec_bundle *bundle)
{
    struct ipsec_pending *pending = find_pending(self, bundle->policy, &bundle->peer);
    if (!pending)
        return;
    struct packet_queue held = pending->held;
    struct packet *packet;
    *pending = (struct ipsec_pending){0};
    while ((packet = packet_queue_pop(&held)) != NULL) {
        struct ipsec_outbound result = ipsec_processor_outbound(self, now, packet, 0, 0);
        if (result.verdict == IPSEC_PROCESSED || result.verdict == IPSEC_PASS) {
            struct ipsec_output *output = ipsec_output_push(self, OUTPUT_SEND, NULL);
            output->packet = packet;
            output->bundle = result.bundle;
        } else if (result.verdict == IPSEC_TOO_BIG) {
            dropped(self, now, "ipsec", "too-big", packet);
        }
    }
}

struct ipsec_outbound ipsec_processor_outbound(struct ipsec_processor *self, instant now,
                                               struct packet *packet, uint32_t mtu, uint32_t flow)
{
    struct ipsec_datagram datagram;
    if (self->policies.count == 0)
        return (struct ipsec_outbound){.verdict = IPSEC_PASS};
    if (!ipsec_datagram_decode(packet, &datagram))
        return dropped(self, now, "ipsec", "malformed", packet);
    const struct ipsec_traffic traffic = ipsec_traffic_of(packet, &datagram, IPSEC_OUTBOUND);
    const struct ipsec_policy_entry *entry =
        ipsec_is_exempt(self, packet, &datagram, &traffic)
            ? NULL
            : ipsec_policy_database_find(&self->policies, &traffic);
    if (!entry || entry->policy.action == IPSEC_BYPASS) {
        self->counters.bypassed_out++;
        return (struct ipsec_outbound){.verdict = IPSEC_PASS};
    }
    if (entry->policy.action == IPSEC_DISCARD)
        return dropped(self, now, "ipsec", "policy-discard", packet);
    const bool tunnel = entry->policy.mode == IPSEC_TUNNEL;
    /* Transport mode protects whole datagrams; a tunnel takes what comes (RFC 2406 3.3.4). */
    if (datagram.fragment && !tunnel)
        return dropped(self, now, "ipsec", "fragment", packet);
    const struct ip_address *peer = tunnel ? &entry->policy.tunnel_remote : &traffic.remote;
    bool ended;
    struct ipsec_bundle *bundle = choose(self, entry->id, peer, &traffic, flow, &ended);
    if (bundle)
        return protect(self, now, bundle, packet, &datagram, mtu);
    if (ended)
        return dropped(self, now, "ipsec", "flow-ended", packet);
    return acquire(self, now, entry, peer, &traffic, packet);
}

/** Where the SPI stands, counted from the IP header's end; -1: no protected packet. */
static int spi_offset(const struct ipsec_datagram *datagram, const uint8_t *payload, size_t length,
                      uint16_t encapsulation_port, enum ipsec_protocol *protocol)
{
    *protocol = IPSEC_ESP;
    switch (datagram->protocol) {
    case IPSEC_NEXT_ESP:
        return length >= 4 ? 0 : -1;
    case IPSEC_NEXT_AH:
        *protocol = IPSEC_AH;
        return length >= 8 ? 4 : -1;
    case IPSEC_NEXT_UDP:
        return length >= IPSEC_UDP_HEADER_SIZE + 4 && encapsulation_port != 0 &&
                       wire_load_u16(payload) == encapsulation_port
                   ? IPSEC_UDP_HEADER_SIZE
                   : -1;
    default:
        return -1;
    }
}

bool ipsec_processor_input_too_big(struct ipsec_processor *self, instant now, const uint8_t *quoted,
                                   size_t length, uint32_t mtu)
{
    struct ipsec_datagram datagram;
    enum ipsec_protocol protocol;
    if (!ipsec_datagram_decode_quoted(quoted, length, &datagram))
        return false;
    const uint8_t *payload = quoted + datagram.header_length;
    const int offset = spi_offset(&datagram, payload, length - datagram.header_length,
                                  self->config.encapsulation_port, &protocol);
    if (offset < 0)
        return false;
    const uint32_t id = ipsec_processor_find_outbound(self, &datagram.destination, protocol,
                                                      wire_load_u32(payload + offset));
    struct ipsec_bundle *bundle = ipsec_bundle_get(self, id);
    if (!bundle)
        return false;
    const uint32_t floor = bundle->local.version == 6 ? IPV6_MINIMUM_MTU : IPV4_MINIMUM_MTU;
    bundle->path_mtu = mtu < floor ? floor : mtu;
    bundle->path_mtu_expires =
        instant_after(now, self->config.path_mtu_lifetime_s * INSTANT_SECOND);
    TRACE(&self->config.trace, now, "ipsec.path-mtu", trace_number("id", bundle->id),
          trace_number("mtu", bundle->path_mtu));
    return true;
}
