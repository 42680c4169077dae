#include "inet/reassembly.h"

#include "base/checksum.h"
#include "base/wire.h"

#include <stdlib.h>
#include <string.h>

/*
 * What tells the fragments of one datagram from those of others: RFC 791 section 3.2; in IPv6 the
 * protocol does not count (RFC 8200 section 4.5), so it is 0 there.
 */
struct datagram_key {
    struct ip_address source;
    struct ip_address destination;
    uint32_t identification;
    uint8_t protocol;
};

/* A fragment as far as both versions of IP agree. */
struct piece {
    struct datagram_key key;
    uint32_t offset;
    bool more_fragments;
    uint32_t header_length; /* octets in front of the payload */
};

/*
 * Fragments wait as packets, sorted by offset: mark is the offset in octets, extent the length of
 * the payload. The header has been pulled off all but the first, whose header becomes the
 * datagram's and is what an ICMP error quotes.
 */
struct reassembly_datagram {
    struct datagram_key key;
    const char *condemned; /* why nothing more of it is accepted until the deadline; or NULL */
    instant deadline;
    struct packet *fragments;
    uint32_t received; /* octets of payload */
    uint32_t total;    /* octets of payload of the whole; 0 while the last has not come */
    struct reassembly_datagram *next;
    struct reassembly_datagram *previous;
};

struct reassembly_config reassembly_default_config(void)
{
    return (struct reassembly_config){
        .timeout = 30 * INSTANT_SECOND,
        .datagram_limit = 64,
        .storage_limit = 1024 * 1024,
    };
}

void reassembly_init(struct reassembly *self, const struct reassembly_config *config,
                     const struct trace *trace)
{
    *self = (struct reassembly){.config = config, .trace = trace};
}

static uint32_t storage_of(const struct packet *packet)
{
    return packet->storage_size + (uint32_t)sizeof *packet;
}

static const char *name_of(const struct datagram_key *key)
{
    return key->source.version == 6 ? "ipv6" : "ipv4";
}

static void drop(struct reassembly *self, instant now, const struct datagram_key *key,
                 struct packet *packet, const char *reason)
{
    trace_drop(self->trace, now, name_of(key), reason, packet->serial);
    packet_free(packet);
}

/* Takes the fragments away, all dropped for @reason; the first one is returned when wanted. */
static struct packet *drop_fragments(struct reassembly *self, instant now,
                                     struct reassembly_datagram *datagram, const char *reason,
                                     bool keep_first)
{
    struct packet *first = NULL;
    while (datagram->fragments) {
        struct packet *packet = datagram->fragments;
        datagram->fragments = packet->next;
        packet->next = NULL;
        self->storage -= storage_of(packet);
        if (keep_first && packet->mark == 0) {
            trace_drop(self->trace, now, name_of(&datagram->key), reason, packet->serial);
            first = packet;
        } else {
            drop(self, now, &datagram->key, packet, reason);
        }
    }
    return first;
}

static void unlink_datagram(struct reassembly *self, struct reassembly_datagram *datagram)
{
    if (datagram->previous)
        datagram->previous->next = datagram->next;
    else
        self->oldest = datagram->next;
    if (datagram->next)
        datagram->next->previous = datagram->previous;
    else
        self->newest = datagram->previous;
    self->count--;
}

static void recycle(struct reassembly *self, struct reassembly_datagram *datagram)
{
    datagram->next = self->spare;
    self->spare = datagram;
}

static void free_list(struct reassembly_datagram *datagram)
{
    while (datagram) {
        struct reassembly_datagram *next = datagram->next;
        while (datagram->fragments) {
            struct packet *packet = datagram->fragments;
            datagram->fragments = packet->next;
            packet_free(packet);
        }
        free(datagram);
        datagram = next;
    }
}

void reassembly_destroy(struct reassembly *self)
{
    free_list(self->oldest);
    free_list(self->expired);
    free_list(self->spare);
    reassembly_init(self, self->config, self->trace);
}

static void give_up_oldest(struct reassembly *self, instant now)
{
    struct reassembly_datagram *datagram = self->oldest;
    unlink_datagram(self, datagram);
    if (!datagram->condemned)
        self->failed++;
    drop_fragments(self, now, datagram, "reassembly-overflow", false);
    recycle(self, datagram);
}

static bool same_key(const struct datagram_key *a, const struct datagram_key *b)
{
    return a->identification == b->identification && a->protocol == b->protocol &&
           ip_address_equal(&a->source, &b->source) &&
           ip_address_equal(&a->destination, &b->destination);
}

static struct reassembly_datagram *find_or_make(struct reassembly *self, instant now,
                                                const struct datagram_key *key)
{
    for (struct reassembly_datagram *d = self->newest; d; d = d->previous)
        if (same_key(&d->key, key))
            return d;
    if (self->count > 0 && self->count >= self->config->datagram_limit)
        give_up_oldest(self, now);
    struct reassembly_datagram *datagram = self->spare;
    if (datagram)
        self->spare = datagram->next;
    else
        datagram = malloc(sizeof *datagram);
    if (!datagram)
        return NULL;
    *datagram = (struct reassembly_datagram){
        .key = *key,
        .deadline = instant_after(now, self->config->timeout),
        .previous = self->newest,
    };
    if (self->newest)
        self->newest->next = datagram;
    else
        self->oldest = datagram;
    self->newest = datagram;
    self->count++;
    return datagram;
}

/* The reason to refuse a fragment by itself; NULL: it may be looked at. */
static const char *refusal(const struct piece *piece, uint32_t payload)
{
    if (payload == 0 || (piece->more_fragments && payload % 8 != 0) ||
        piece->offset + payload + piece->header_length > IPV4_DATAGRAM_MAX)
        return "malformed";
    if (piece->key.protocol == IPV4_PROTOCOL_TCP) {
        /* RFC 1858 section 3: the flags of TCP must not hide in, or be changed by, a second
         * fragment. */
        if ((piece->offset == 0 && payload < 16) || piece->offset == 8)
            return "tiny-fragment";
    }
    return NULL;
}

static const uint8_t *payload_of(const struct packet *fragment)
{
    return fragment->data + (fragment->length - fragment->extent);
}

static uint32_t end_of(const struct packet *fragment)
{
    return fragment->mark + fragment->extent;
}

/*
 * Where @fragment goes in the sorted list; NULL when it overlaps with @with, which is then set.
 */
static struct packet **place_of(struct reassembly_datagram *datagram, const struct packet *fragment,
                                const struct packet **with)
{
    struct packet **link = &datagram->fragments;
    while (*link && end_of(*link) <= fragment->mark)
        link = &(*link)->next;
    if (*link && (*link)->mark < end_of(fragment)) {
        *with = *link;
        return NULL;
    }
    return link;
}

/* RFC 8200 section 4.5 forgives only exact duplicates; the same octets cut otherwise are what some
 * IPv4 routers make of a retransmission. */
static bool repeats(const struct datagram_key *key, const struct packet *fragment,
                    const struct packet *there)
{
    bool within = fragment->mark >= there->mark && end_of(fragment) <= end_of(there);
    if (key->source.version == 6)
        within = fragment->mark == there->mark && fragment->extent == there->extent;
    return within &&
           memcmp(payload_of(fragment), payload_of(there) + (fragment->mark - there->mark),
                  fragment->extent) == 0;
}

static void finish_ipv4(struct packet *whole, uint32_t header_length)
{
    wire_store_u16(whole->data + 2, (uint16_t)whole->length);
    wire_store_u16(whole->data + 6, 0);
    wire_store_u16(whole->data + 10, 0);
    wire_store_u16(whole->data + 10, checksum(whole->data, header_length));
}

/* Takes the fragment header out, which ends at @header_length. */
static void finish_ipv6(struct packet *whole, uint32_t header_length)
{
    struct ipv6_walk walk;
    enum ipv6_walk_result result = ipv6_walk(whole->data, header_length, &walk);
    assert(result == IPV6_WALK_FRAGMENT || result == IPV6_WALK_PROBLEM);
    uint32_t repeated = header_length - IPV6_FRAGMENT_HEADER_SIZE;
    whole->data[walk.next_header_offset] = whole->data[repeated];
    memmove(whole->data + IPV6_FRAGMENT_HEADER_SIZE, whole->data, repeated);
    (void)packet_pull(whole, IPV6_FRAGMENT_HEADER_SIZE);
    wire_store_u16(whole->data + 4, (uint16_t)(whole->length - IPV6_HEADER_SIZE));
}

/* The whole datagram out of a complete list; NULL: no memory. The list is consumed. */
static struct packet *assemble(struct reassembly *self, instant now,
                               struct reassembly_datagram *datagram)
{
    struct packet *first = datagram->fragments;
    uint32_t header_length = first->length - first->extent;
    uint32_t length = header_length + datagram->total;
    struct packet *whole = first;
    if (length - first->length > packet_tailroom(first)) {
        whole = packet_alloc(first->pool, length);
        if (!whole) {
            self->failed++;
            drop_fragments(self, now, datagram, "no-memory", false);
            return NULL;
        }
        memcpy(packet_append(whole, first->length), first->data, first->length);
    }
    struct packet *fragment = first;
    while (fragment) {
        struct packet *next = fragment->next;
        self->storage -= storage_of(fragment);
        if (fragment != first)
            memcpy(packet_append(whole, fragment->extent), payload_of(fragment), fragment->extent);
        if (fragment != whole)
            packet_free(fragment);
        fragment = next;
    }
    datagram->fragments = NULL;
    whole->next = NULL;
    whole->mark = 0;
    whole->extent = 0;
    if (datagram->key.source.version == 6)
        finish_ipv6(whole, header_length);
    else
        finish_ipv4(whole, header_length);
    self->completed++;
    return whole;
}

static void condemn(struct reassembly *self, instant now, struct reassembly_datagram *datagram,
                    const char *reason)
{
    drop_fragments(self, now, datagram, reason, false);
    datagram->condemned = reason;
    self->failed++;
}

/* Puts @fragment into the list; false: it has been dropped, perhaps with all the others. */
static bool insert(struct reassembly *self, instant now, struct reassembly_datagram *datagram,
                   struct packet *fragment, bool more_fragments)
{
    const struct packet *with = NULL;
    struct packet **place = place_of(datagram, fragment, &with);
    if (!place && repeats(&datagram->key, fragment, with)) {
        drop(self, now, &datagram->key, fragment, "duplicate-fragment");
        return false;
    }
    uint32_t end = end_of(fragment);
    /* Two ends, or data behind the end: somebody lies about this datagram. */
    bool contradicts = datagram->total != 0 &&
                       (end > datagram->total || (!more_fragments && end != datagram->total));
    if (place && !more_fragments && *place)
        contradicts = true;
    if (!place || contradicts) {
        const char *reason = place ? "malformed" : "fragment-overlap";
        drop(self, now, &datagram->key, fragment, reason);
        condemn(self, now, datagram, reason);
        return false;
    }
    fragment->next = *place;
    *place = fragment;
    datagram->received += fragment->extent;
    if (!more_fragments)
        datagram->total = end;
    self->storage += storage_of(fragment);
    return true;
}

/* The whole datagram that @fragment, described by @piece, completes; NULL: not yet. */
static struct packet *take(struct reassembly *self, instant now, struct packet *fragment,
                           const struct piece *piece)
{
    uint32_t payload = fragment->length - piece->header_length;
    const char *reason = refusal(piece, payload);
    struct reassembly_datagram *datagram = NULL;
    if (!reason && !(datagram = find_or_make(self, now, &piece->key)))
        reason = "no-memory";
    if (!reason)
        reason = datagram->condemned;
    if (reason) {
        drop(self, now, &piece->key, fragment, reason);
        return NULL;
    }
    uint64_t serial = fragment->serial;
    fragment->mark = piece->offset;
    fragment->extent = (uint16_t)payload;
    if (piece->offset > 0)
        (void)packet_pull(fragment, piece->header_length);
    if (!insert(self, now, datagram, fragment, piece->more_fragments))
        return NULL;
    if (datagram->total != 0 && datagram->received == datagram->total) {
        struct packet *whole = NULL;
        if (datagram->total + (datagram->fragments->length - datagram->fragments->extent) >
            IPV4_DATAGRAM_MAX) {
            condemn(self, now, datagram, "malformed");
            return NULL;
        }
        whole = assemble(self, now, datagram);
        unlink_datagram(self, datagram);
        recycle(self, datagram);
        if (whole)
            whole->serial = serial;
        return whole;
    }
    while (self->storage > self->config->storage_limit && self->count > 0)
        give_up_oldest(self, now);
    return NULL;
}

struct packet *reassembly_input(struct reassembly *self, instant now, struct packet *fragment,
                                const struct ipv4_header *header)
{
    const struct piece piece = {
        .key = {.source = ip_address_from_ipv4(header->source),
                .destination = ip_address_from_ipv4(header->destination),
                .identification = header->identification,
                .protocol = header->protocol},
        .offset = header->fragment_offset,
        .more_fragments = header->more_fragments,
        .header_length = header->header_length,
    };
    packet_trim(fragment, header->total_length);
    return take(self, now, fragment, &piece);
}

struct packet *reassembly_input_ipv6(struct reassembly *self, instant now, struct packet *fragment,
                                     const struct ipv6_header *header, const struct ipv6_walk *walk)
{
    const struct piece piece = {
        .key = {.source = header->source,
                .destination = header->destination,
                .identification = walk->fragment.identification},
        .offset = walk->fragment.offset,
        .more_fragments = walk->fragment.more_fragments,
        .header_length = (uint32_t)walk->offset + IPV6_FRAGMENT_HEADER_SIZE,
    };
    return take(self, now, fragment, &piece);
}

instant reassembly_next_timeout(const struct reassembly *self)
{
    return self->oldest ? self->oldest->deadline : INSTANT_NEVER;
}

void reassembly_handle_timeout(struct reassembly *self, instant now)
{
    while (self->oldest && self->oldest->deadline <= now) {
        struct reassembly_datagram *datagram = self->oldest;
        unlink_datagram(self, datagram);
        if (!datagram->condemned)
            self->failed++;
        datagram->fragments = drop_fragments(self, now, datagram, "reassembly-timeout", true);
        if (!datagram->fragments) {
            recycle(self, datagram);
            continue;
        }
        datagram->next = NULL;
        struct reassembly_datagram **end = &self->expired;
        while (*end)
            end = &(*end)->next;
        *end = datagram;
    }
}

struct packet *reassembly_poll_expired(struct reassembly *self)
{
    struct reassembly_datagram *datagram = self->expired;
    if (!datagram)
        return NULL;
    self->expired = datagram->next;
    struct packet *first = datagram->fragments;
    first->mark = 0;
    first->extent = 0;
    datagram->fragments = NULL;
    recycle(self, datagram);
    return first;
}
