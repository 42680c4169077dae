#include "base/checksum.h"
#include "base/wire.h"
#include "ipsec/ipsec_private.h"

#include <stdlib.h>
#include <string.h>

#define KILOBYTE UINT64_C(1024)
/** From here on a successor is due: half a billion numbers are left. */
#define SEQUENCE_SOFT UINT32_C(0xe0000000)

static struct ipsec_peer_key peer_key(uint32_t policy, const struct ip_address *peer)
{
    struct ipsec_peer_key key = {.policy = policy, .version = peer->version};
    memcpy(key.address, peer->octets, sizeof key.address);
    return key;
}

static struct ipsec_peer *find_peer(const struct ipsec_processor *self,
                                    const struct ipsec_peer_key *key)
{
    struct ipsec_peer *entry;
    HASH_FIND(hh, self->peers, key, sizeof *key, entry);
    return entry;
}

struct ipsec_bundle *ipsec_bundle_get(const struct ipsec_processor *self, uint32_t id)
{
    struct ipsec_bundle *bundle;
    HASH_FIND(hh, self->bundles, &id, sizeof id, bundle);
    return bundle;
}

struct ipsec_bundle *ipsec_bundle_newest(const struct ipsec_processor *self, uint32_t policy,
                                         const struct ip_address *peer)
{
    const struct ipsec_peer_key key = peer_key(policy, peer);
    const struct ipsec_peer *entry = find_peer(self, &key);
    return entry ? entry->newest : NULL;
}

struct ipsec_inbound_entry *ipsec_bundle_find_inbound(const struct ipsec_processor *self,
                                                      enum ipsec_protocol protocol, uint32_t spi)
{
    const uint64_t key = ipsec_inbound_key(protocol, spi);
    struct ipsec_inbound_entry *entry;
    HASH_FIND(hh, self->inbound, &key, sizeof key, entry);
    return entry;
}

/* --- Time --- */

static instant seconds(uint32_t s)
{
    return s * INSTANT_SECOND;
}

static instant next_due(const struct ipsec_bundle *bundle)
{
    const struct ipsec_lifetime *lifetime = &bundle->lifetime;
    instant due = INSTANT_NEVER;
    if (lifetime->soft_s != 0 && !bundle->rekey_told)
        due = instant_earlier(due, instant_after(bundle->added, seconds(lifetime->soft_s)));
    if (lifetime->hard_s != 0)
        due = instant_earlier(due, instant_after(bundle->added, seconds(lifetime->hard_s)));
    if (lifetime->idle_s != 0)
        due = instant_earlier(due, instant_after(bundle->last_used, seconds(lifetime->idle_s)));
    if (bundle->keep_alive_s != 0)
        due = instant_earlier(due, instant_after(bundle->last_sent, seconds(bundle->keep_alive_s)));
    return due;
}

static void unschedule(struct ipsec_processor *self, struct ipsec_bundle *bundle)
{
    DL_DELETE2(self->by_due, bundle, prev_due, next_due);
}

/* From the end: most lifetimes are alike, so that what is new is due last. */
static void schedule(struct ipsec_processor *self, struct ipsec_bundle *bundle)
{
    bundle->due = next_due(bundle);
    struct ipsec_bundle *before = self->by_due ? self->by_due->prev_due : NULL;
    while (before && before->due > bundle->due)
        before = before == self->by_due ? NULL : before->prev_due;
    if (before)
        DL_APPEND_ELEM2(self->by_due, before, bundle, prev_due, next_due);
    else
        DL_PREPEND2(self->by_due, bundle, prev_due, next_due);
}

void ipsec_bundle_reschedule(struct ipsec_processor *self, struct ipsec_bundle *bundle)
{
    unschedule(self, bundle);
    schedule(self, bundle);
}

static void tell_rekey(struct ipsec_processor *self, instant now, struct ipsec_bundle *bundle,
                       const char *reason)
{
    if (bundle->rekey_told)
        return;
    bundle->rekey_told = true;
    TRACE(&self->config.trace, now, "ipsec.sa.rekey-due", trace_number("id", bundle->id),
          trace_text("reason", reason), trace_number("spi", bundle->pairs[0].inbound.spi));
    ipsec_output_push(self, OUTPUT_EVENT, bundle)->event = IPSEC_EVENT_REKEY;
}

/** One octet FF, so that the NAT in front of this host keeps its mapping (RFC 3948 section 4). */
static void send_keep_alive(struct ipsec_processor *self, const struct ipsec_bundle *bundle)
{
    struct packet *packet = packet_alloc(self->config.pool, 1);
    if (!packet)
        return;
    packet_append(packet, 1)[0] = 0xff;
    struct ipsec_datagram datagram = {
        .source = bundle->local, .destination = bundle->peer, .ttl = self->config.tunnel_ttl};
    ipsec_datagram_push(packet, &datagram, IPSEC_NEXT_UDP, ++self->identification);
    ipsec_push_udp(bundle, packet, &datagram);
    ipsec_output_push(self, OUTPUT_SEND, NULL)->packet = packet;
}

void ipsec_bundle_handle_due(struct ipsec_processor *self, instant now, struct ipsec_bundle *bundle)
{
    const struct ipsec_lifetime *lifetime = &bundle->lifetime;
    if (lifetime->hard_s != 0 && now >= instant_after(bundle->added, seconds(lifetime->hard_s))) {
        ipsec_bundle_end(self, now, bundle, IPSEC_END_TIME);
        return;
    }
    if (lifetime->idle_s != 0 &&
        now >= instant_after(bundle->last_used, seconds(lifetime->idle_s))) {
        ipsec_bundle_end(self, now, bundle, IPSEC_END_IDLE);
        return;
    }
    if (lifetime->soft_s != 0 && now >= instant_after(bundle->added, seconds(lifetime->soft_s)))
        tell_rekey(self, now, bundle, "time");
    if (bundle->keep_alive_s != 0 &&
        now >= instant_after(bundle->last_sent, seconds(bundle->keep_alive_s))) {
        bundle->last_sent = now;
        send_keep_alive(self, bundle);
    }
    ipsec_bundle_reschedule(self, bundle);
}

void ipsec_bundle_count(struct ipsec_processor *self, instant now, struct ipsec_bundle *bundle,
                        const struct security_association *sa)
{
    const struct ipsec_lifetime *lifetime = &bundle->lifetime;
    if (lifetime->hard_kilobytes != 0 && sa->octets >= lifetime->hard_kilobytes * KILOBYTE) {
        ipsec_bundle_end(self, now, bundle, IPSEC_END_OCTETS);
        return;
    }
    if ((lifetime->soft_kilobytes != 0 && sa->octets >= lifetime->soft_kilobytes * KILOBYTE) ||
        sa->sequence >= SEQUENCE_SOFT)
        tell_rekey(self, now, bundle, "octets");
}

/* --- Adding --- */

static void trace_added(struct ipsec_processor *self, instant now,
                        const struct ipsec_bundle *bundle,
                        const struct security_association_config *config,
                        enum ipsec_direction direction)
{
    const bool in = direction == IPSEC_INBOUND;
    char local[IP_TEXT_SIZE];
    char peer[IP_TEXT_SIZE];
    ip_address_format(&bundle->local, local);
    ip_address_format(&bundle->peer, peer);
    TRACE(&self->config.trace, now, "ipsec.sa.added", trace_number("id", bundle->id),
          trace_text("direction", in ? "in" : "out"),
          trace_text("protocol", ipsec_protocol_name(config->protocol)),
          trace_number("spi", config->spi),
          trace_text("mode", bundle->mode == IPSEC_TUNNEL ? "tunnel" : "transport"),
          trace_text("source", in ? peer : local), trace_text("destination", in ? local : peer),
          trace_text("encryption", cipher_name(config->cipher)),
          trace_octets("encryption-key", config->cipher_key, config->cipher_key_length),
          trace_text("integrity", config->integrity ? hash_name(config->hash) : "none"),
          trace_octets("integrity-key", config->integrity_key,
                       config->integrity ? config->integrity_key_length : 0),
          trace_number("udp-encapsulation", bundle->local_port),
          trace_number("policy", bundle->policy));
}

static bool is_valid(const struct ipsec_processor *self, const struct ipsec_bundle_config *config)
{
    const struct ipsec_policy *policy = ipsec_processor_policy(self, config->policy);
    if (!policy || policy->action != IPSEC_PROTECT || policy->mode != config->mode)
        return false;
    if (config->pair_count < 1 || config->pair_count > IPSEC_BUNDLE_MAXIMUM ||
        config->local.version == 0 || config->local.version != config->peer.version)
        return false;
    bool esp = false;
    bool ah = false;
    for (uint8_t i = 0; i < config->pair_count; i++) {
        const struct ipsec_pair_config *pair = &config->pairs[i];
        const enum ipsec_protocol protocol = pair->inbound.protocol;
        if (!security_association_config_valid(&pair->inbound) ||
            !security_association_config_valid(&pair->outbound) ||
            pair->outbound.protocol != protocol ||
            ipsec_bundle_find_inbound(self, protocol, pair->inbound.spi))
            return false;
        /* ESP inside of AH, each at most once (RFC 2401 section 4.5, case 1). */
        if ((protocol == IPSEC_ESP && (esp || ah)) || (protocol == IPSEC_AH && ah))
            return false;
        esp |= protocol == IPSEC_ESP;
        ah |= protocol == IPSEC_AH;
    }
    if ((policy->esp && !esp) || (policy->ah && !ah))
        return false;
    /* A NAT changes what AH protects; and both ports or none. */
    return (config->local_port != 0) == (config->peer_port != 0) &&
           (config->local_port == 0 || !ah);
}

static bool same_selector(const struct ipsec_selector *a, const struct ipsec_selector *b)
{
    return a->protocol == b->protocol && a->local_port == b->local_port &&
           a->remote_port == b->remote_port && ip_address_equal(&a->local.first, &b->local.first) &&
           ip_address_equal(&a->local.last, &b->local.last) &&
           ip_address_equal(&a->remote.first, &b->remote.first) &&
           ip_address_equal(&a->remote.last, &b->remote.last);
}

/** A successor takes over the flow: same peer behind its address, for the same traffic. */
static uint32_t flow_of(const struct ipsec_bundle *bundle)
{
    const struct ipsec_bundle *older;
    DL_FOREACH(bundle->peer_entry->newest, older)
    {
        if (older != bundle && older->peer_port == bundle->peer_port &&
            ip_address_equal(&older->original_peer, &bundle->original_peer) &&
            same_selector(&older->selector, &bundle->selector))
            return older->flow;
    }
    return bundle->id;
}

/** Puts @p bundle first under its peer. False: no memory. */
static bool enter_peer(struct ipsec_processor *self, struct ipsec_bundle *bundle)
{
    const struct ipsec_peer_key key = peer_key(bundle->policy, &bundle->peer);
    struct ipsec_peer *entry = find_peer(self, &key);
    if (!entry) {
        entry = calloc(1, sizeof *entry);
        if (!entry)
            return false;
        entry->key = key;
        HASH_ADD(hh, self->peers, key, sizeof entry->key, entry);
        if (!entry->hh.tbl) {
            free(entry);
            return false;
        }
    }
    DL_PREPEND(entry->newest, bundle);
    bundle->peer_entry = entry;
    return true;
}

static void leave_peer(struct ipsec_processor *self, struct ipsec_bundle *bundle)
{
    struct ipsec_peer *entry = bundle->peer_entry;
    if (!entry)
        return;
    DL_DELETE(entry->newest, bundle);
    bundle->peer_entry = NULL;
    entry->last_ended = self->last_id;
    if (!entry->newest) {
        HASH_DELETE(hh, self->peers, entry);
        free(entry);
    }
}

/** Frees @p bundle, wherever it has been entered. */
static void discard(struct ipsec_processor *self, struct ipsec_bundle *bundle)
{
    for (uint8_t i = 0; i < bundle->pair_count; i++) {
        struct ipsec_pair *pair = &bundle->pairs[i];
        if (pair->entry.hh.tbl)
            HASH_DELETE(hh, self->inbound, &pair->entry);
        security_association_clear(&pair->inbound);
        security_association_clear(&pair->outbound);
    }
    leave_peer(self, bundle);
    if (bundle->hh.tbl)
        HASH_DELETE(hh, self->bundles, bundle);
    free(bundle);
}

static bool key_pairs(struct ipsec_processor *self, struct ipsec_bundle *bundle,
                      const struct ipsec_bundle_config *config)
{
    struct crypto *crypto = self->config.crypto;
    for (uint8_t i = 0; i < config->pair_count; i++) {
        struct ipsec_pair *pair = &bundle->pairs[i];
        const struct ipsec_pair_config *keys = &config->pairs[i];
        struct ipsec_inbound_entry *entry = &pair->entry;
        entry->key = ipsec_inbound_key(keys->inbound.protocol, keys->inbound.spi);
        entry->bundle = bundle;
        entry->pair = i;
        if (security_association_init(&pair->inbound, crypto, &keys->inbound, IPSEC_INBOUND) !=
                STATUS_OK ||
            security_association_init(&pair->outbound, crypto, &keys->outbound, IPSEC_OUTBOUND) !=
                STATUS_OK)
            return false;
        HASH_ADD(hh, self->inbound, key, sizeof entry->key, entry);
        if (!entry->hh.tbl)
            return false;
    }
    return true;
}

static struct ipsec_bundle *make(const struct ipsec_bundle_config *config, uint32_t id, instant now)
{
    struct ipsec_bundle *bundle =
        calloc(1, sizeof *bundle + config->pair_count * sizeof bundle->pairs[0]);
    if (!bundle)
        return NULL;
    bundle->id = id;
    bundle->policy = config->policy;
    bundle->mode = config->mode;
    bundle->local = config->local;
    bundle->peer = config->peer;
    bundle->selector = config->selector;
    bundle->lifetime = config->lifetime;
    bundle->local_port = config->local_port;
    bundle->peer_port = config->peer_port;
    bundle->keep_alive_s = config->local_port != 0 ? config->keep_alive_s : 0;
    bundle->pair_count = config->pair_count;
    bundle->standby = config->standby;
    bundle->checksum_repair = config->checksum_repair;
    bundle->original_peer = config->original_peer;
    bundle->original_local = config->original_local;
    bundle->added = now;
    bundle->last_used = now;
    bundle->last_sent = now;
    return bundle;
}

enum status ipsec_processor_add(struct ipsec_processor *self, instant now,
                                const struct ipsec_bundle_config *config, uint32_t *id)
{
    if (!is_valid(self, config))
        return STATUS_INVALID;
    struct ipsec_bundle *bundle = make(config, self->last_id + 1, now);
    if (!bundle)
        return STATUS_NO_MEMORY;
    if (!key_pairs(self, bundle, config) || !enter_peer(self, bundle)) {
        discard(self, bundle);
        return STATUS_NO_MEMORY;
    }
    HASH_ADD(hh, self->bundles, id, sizeof bundle->id, bundle);
    if (!bundle->hh.tbl) {
        discard(self, bundle);
        return STATUS_NO_MEMORY;
    }
    self->last_id = bundle->id;
    *id = bundle->id;
    bundle->flow = flow_of(bundle);
    bundle->ecn = ipsec_processor_policy(self, bundle->policy)->tunnel_ecn;
    schedule(self, bundle);
    for (uint8_t i = 0; i < config->pair_count; i++) {
        trace_added(self, now, bundle, &config->pairs[i].inbound, IPSEC_INBOUND);
        trace_added(self, now, bundle, &config->pairs[i].outbound, IPSEC_OUTBOUND);
    }
    if (!bundle->standby)
        ipsec_release_held(self, now, bundle);
    return STATUS_OK;
}

void ipsec_bundle_activate(struct ipsec_processor *self, instant now, struct ipsec_bundle *bundle)
{
    if (!bundle->standby)
        return;
    bundle->standby = false;
    ipsec_release_held(self, now, bundle);
}

enum status ipsec_processor_activate(struct ipsec_processor *self, instant now, uint32_t id)
{
    struct ipsec_bundle *bundle = ipsec_bundle_get(self, id);
    if (!bundle)
        return STATUS_NOT_FOUND;
    ipsec_bundle_activate(self, now, bundle);
    return STATUS_OK;
}

/* --- Removing and describing --- */

void ipsec_bundle_end(struct ipsec_processor *self, instant now, struct ipsec_bundle *bundle,
                      enum ipsec_end reason)
{
    static const char *const reasons[] = {[IPSEC_END_DELETED] = "deleted",
                                          [IPSEC_END_TIME] = "time",
                                          [IPSEC_END_OCTETS] = "octets",
                                          [IPSEC_END_SEQUENCE] = "sequence",
                                          [IPSEC_END_IDLE] = "idle"};
    TRACE(&self->config.trace, now, "ipsec.sa.removed", trace_number("id", bundle->id),
          trace_text("reason", reasons[reason]), trace_number("spi", bundle->pairs[0].inbound.spi));
    if (reason != IPSEC_END_DELETED)
        ipsec_output_push(self, OUTPUT_EVENT, bundle)->event = IPSEC_EVENT_EXPIRED;
    unschedule(self, bundle);
    discard(self, bundle);
}

void ipsec_bundle_clear(struct ipsec_processor *self)
{
    struct ipsec_bundle *bundle;
    struct ipsec_bundle *following;
    HASH_ITER(hh, self->bundles, bundle, following)
    discard(self, bundle);
    self->by_due = NULL;
}

enum status ipsec_processor_delete(struct ipsec_processor *self, instant now, uint32_t id)
{
    struct ipsec_bundle *bundle = ipsec_bundle_get(self, id);
    if (!bundle)
        return STATUS_NOT_FOUND;
    ipsec_bundle_end(self, now, bundle, IPSEC_END_DELETED);
    return STATUS_OK;
}

bool ipsec_processor_describe(const struct ipsec_processor *self, uint32_t id,
                              struct ipsec_bundle_state *state)
{
    const struct ipsec_bundle *bundle = ipsec_bundle_get(self, id);
    if (!bundle)
        return false;
    *state = (struct ipsec_bundle_state){
        .id = bundle->id,
        .flow = bundle->flow,
        .policy = bundle->policy,
        .local = bundle->local,
        .peer = bundle->peer,
        .peer_port = bundle->peer_port,
        .pair_count = bundle->pair_count,
        .added = bundle->added,
        .last_used = bundle->last_used,
        .standby = bundle->standby,
    };
    for (uint8_t i = 0; i < bundle->pair_count; i++) {
        const struct ipsec_pair *pair = &bundle->pairs[i];
        state->pairs[i].protocol = pair->inbound.protocol;
        state->pairs[i].inbound_spi = pair->inbound.spi;
        state->pairs[i].outbound_spi = pair->outbound.spi;
        state->pairs[i].packets_in = pair->inbound.packets;
        state->pairs[i].packets_out = pair->outbound.packets;
        state->pairs[i].octets_in = pair->inbound.octets;
        state->pairs[i].octets_out = pair->outbound.octets;
    }
    return true;
}

uint32_t ipsec_processor_find_outbound(const struct ipsec_processor *self,
                                       const struct ip_address *peer, enum ipsec_protocol protocol,
                                       uint32_t spi)
{
    for (uint32_t i = 0; i < self->policies.count; i++) {
        const struct ipsec_bundle *bundle =
            ipsec_bundle_newest(self, self->policies.entries[i].id, peer);
        for (; bundle; bundle = bundle->next) {
            for (uint8_t j = 0; j < bundle->pair_count; j++) {
                const struct security_association *sa = &bundle->pairs[j].outbound;
                if (sa->protocol == protocol && sa->spi == spi)
                    return bundle->id;
            }
        }
    }
    return 0;
}
