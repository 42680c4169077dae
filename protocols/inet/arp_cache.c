#include "inet/arp.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Entries and chains are linked by index + 1; 0 ends. */
enum entry_state {
    ENTRY_FREE,
    ENTRY_PENDING,  /* asked for; deadline is the next request's */
    ENTRY_RESOLVED, /* deadline is its end of life */
    ENTRY_STATIC,
    ENTRY_FAILED, /* nobody answered; gone as soon as its packets have been polled */
};

struct arp_entry {
    ipv4_address address;
    uint8_t mac[ETHERNET_ADDRESS_SIZE];
    uint8_t state;
    uint8_t attempts;
    uint16_t next; /* in the bucket or the free list */
    uint16_t next_work;
    bool has_work;
    bool wants_request;
    instant deadline;
    struct packet_queue waiting;
};

#define CACHE_LINE 64
/* A multiple of 4, so that entries behind the buckets are aligned. */
#define ARP_FIRST_CAPACITY 4
#define ARP_MOST_ENTRIES   32768

struct arp_config arp_default_config(void)
{
    return (struct arp_config){
        .lifetime = 600 * INSTANT_SECOND,
        .retry = INSTANT_SECOND,
        .attempts = 3,
        .queue_limit = 3,
        .limit = 1024,
    };
}

void arp_cache_init(struct arp_cache *cache, const struct arp_config *config,
                    const struct trace *trace)
{
    *cache = (struct arp_cache){.config = config, .trace = trace, .next_timeout = INSTANT_NEVER};
}

void arp_cache_destroy(struct arp_cache *cache)
{
    for (uint16_t i = 0; i < cache->used; i++)
        packet_queue_clear(&cache->entries[i].waiting);
    free(cache->buckets);
    arp_cache_init(cache, cache->config, cache->trace);
}

static void discard(struct arp_cache *cache, instant now, const char *reason, struct packet *packet)
{
    trace_drop(cache->trace, now, "ipv4", reason, packet->serial);
    packet_free(packet);
}

/* capacity is a power of two, and there are as many buckets as entries. */
static uint16_t *bucket_of(const struct arp_cache *cache, ipv4_address address)
{
    return &cache->buckets[(address * UINT32_C(2654435761)) >> 16 & (cache->capacity - 1U)];
}

static struct arp_entry *find(const struct arp_cache *cache, ipv4_address address)
{
    if (cache->capacity == 0)
        return NULL;
    for (uint16_t i = *bucket_of(cache, address); i != 0; i = cache->entries[i - 1].next)
        if (cache->entries[i - 1].address == address)
            return &cache->entries[i - 1];
    return NULL;
}

static uint16_t index_of(const struct arp_cache *cache, const struct arp_entry *entry)
{
    return (uint16_t)(entry - cache->entries + 1);
}

static void link_entry(struct arp_cache *cache, struct arp_entry *entry)
{
    uint16_t *bucket = bucket_of(cache, entry->address);
    entry->next = *bucket;
    *bucket = index_of(cache, entry);
}

static bool grow(struct arp_cache *cache)
{
    uint32_t capacity = cache->capacity ? cache->capacity * UINT32_C(2) : ARP_FIRST_CAPACITY;
    /* One block, so that in a small cache the entry lies beside its bucket, in one cache line. */
    size_t buckets_size = capacity * sizeof(uint16_t);
    size_t block_size = buckets_size + capacity * sizeof(struct arp_entry);
    uint16_t *buckets =
        aligned_alloc(CACHE_LINE, (block_size + CACHE_LINE - 1) & ~(size_t)(CACHE_LINE - 1));
    if (!buckets)
        return false;
    struct arp_entry *entries = (struct arp_entry *)(void *)(buckets + capacity);
    memset(buckets, 0, buckets_size);
    if (cache->used > 0)
        memcpy(entries, cache->entries, cache->used * sizeof *entries);
    free(cache->buckets);
    cache->buckets = buckets;
    cache->entries = entries;
    cache->capacity = (uint16_t)capacity;
    /* The table grows only when every entry is in use, so the free list is empty. */
    for (uint16_t i = 0; i < cache->used; i++)
        link_entry(cache, &entries[i]);
    return true;
}

static void release(struct arp_cache *cache, struct arp_entry *entry)
{
    assert(entry->waiting.count == 0 && !entry->has_work);
    uint16_t *link = bucket_of(cache, entry->address);
    while (*link != index_of(cache, entry))
        link = &cache->entries[*link - 1].next;
    *link = entry->next;
    if (entry->state == ENTRY_PENDING)
        cache->pending--;
    entry->state = ENTRY_FREE;
    entry->next = cache->free_head;
    cache->free_head = index_of(cache, entry);
}

/* Makes room in a full table: the mapping that ends first goes. False: all are being asked for. */
static bool evict(struct arp_cache *cache)
{
    struct arp_entry *victim = NULL;
    for (uint16_t i = 0; i < cache->used; i++) {
        struct arp_entry *entry = &cache->entries[i];
        if (entry->state == ENTRY_RESOLVED && !entry->has_work &&
            (!victim || entry->deadline < victim->deadline))
            victim = entry;
    }
    if (victim)
        release(cache, victim);
    return victim != NULL;
}

/* A new entry without a state; NULL: no memory, or the table is full of pending ones. */
static struct arp_entry *make(struct arp_cache *cache, ipv4_address address)
{
    unsigned limit =
        cache->config->limit < ARP_MOST_ENTRIES ? cache->config->limit : ARP_MOST_ENTRIES;
    if (cache->free_head == 0) {
        if (cache->used >= limit) {
            if (!evict(cache))
                return NULL;
        } else if (cache->used == cache->capacity && !grow(cache)) {
            return NULL;
        }
    }
    struct arp_entry *entry;
    if (cache->free_head != 0) {
        entry = &cache->entries[cache->free_head - 1];
        cache->free_head = entry->next;
    } else {
        entry = &cache->entries[cache->used++];
    }
    *entry = (struct arp_entry){.address = address};
    link_entry(cache, entry);
    return entry;
}

static void add_work(struct arp_cache *cache, struct arp_entry *entry)
{
    if (entry->has_work)
        return;
    entry->has_work = true;
    entry->next_work = 0;
    if (cache->work_tail)
        cache->entries[cache->work_tail - 1].next_work = index_of(cache, entry);
    else
        cache->work_head = index_of(cache, entry);
    cache->work_tail = index_of(cache, entry);
}

static void finish_work(struct arp_cache *cache)
{
    struct arp_entry *entry = &cache->entries[cache->work_head - 1];
    entry->has_work = false;
    cache->work_head = entry->next_work;
    if (cache->work_head == 0)
        cache->work_tail = 0;
    if (entry->state == ENTRY_FAILED)
        release(cache, entry);
}

static void ask(struct arp_cache *cache, struct arp_entry *entry, instant now)
{
    entry->wants_request = true;
    entry->attempts++;
    entry->deadline = instant_after(now, cache->config->retry);
    cache->next_timeout = cache->pending == 1
                              ? entry->deadline
                              : instant_earlier(cache->next_timeout, entry->deadline);
    add_work(cache, entry);
}

static void wait_for_answer(struct arp_cache *cache, struct arp_entry *entry, instant now,
                            struct packet *packet)
{
    if (!packet)
        return;
    packet_queue_push(&entry->waiting, packet);
    /* RFC 1122 section 2.3.2.2: the latest packet at least is kept, unless none is wanted. */
    if (entry->waiting.count > cache->config->queue_limit)
        discard(cache, now, "arp-queue-full", packet_queue_pop(&entry->waiting));
}

bool arp_cache_resolve(struct arp_cache *cache, instant now, ipv4_address address,
                       struct packet *packet, uint8_t mac[ETHERNET_ADDRESS_SIZE])
{
    struct arp_entry *entry = find(cache, address);
    if (entry && (entry->state == ENTRY_STATIC ||
                  (entry->state == ENTRY_RESOLVED && now < entry->deadline))) {
        memcpy(mac, entry->mac, ETHERNET_ADDRESS_SIZE);
        return true;
    }
    if (!entry)
        entry = make(cache, address);
    if (!entry) {
        if (packet)
            discard(cache, now, "arp-queue-full", packet);
        return false;
    }
    if (entry->state != ENTRY_PENDING) {
        entry->state = ENTRY_PENDING;
        entry->attempts = 0;
        cache->pending++;
        ask(cache, entry, now);
    }
    wait_for_answer(cache, entry, now, packet);
    return false;
}

static void resolved(struct arp_cache *cache, struct arp_entry *entry, instant now,
                     const uint8_t mac[ETHERNET_ADDRESS_SIZE])
{
    bool changed =
        entry->state != ENTRY_RESOLVED || memcmp(entry->mac, mac, ETHERNET_ADDRESS_SIZE) != 0;
    if (entry->state == ENTRY_PENDING)
        cache->pending--;
    entry->state = ENTRY_RESOLVED;
    entry->wants_request = false;
    entry->deadline = instant_after(now, cache->config->lifetime);
    memcpy(entry->mac, mac, ETHERNET_ADDRESS_SIZE);
    if (entry->waiting.count > 0)
        add_work(cache, entry);
    if (changed) {
        char text[ETHERNET_TEXT_SIZE];
        TRACE(cache->trace, now, "arp.resolved", trace_address("address", entry->address),
              trace_text("mac", ethernet_format(mac, text)));
    }
}

void arp_cache_learn(struct arp_cache *cache, instant now, const struct arp_message *message,
                     bool for_us)
{
    /* A probe has no sender address yet, and a group address names no neighbour. */
    if (message->sender == IPV4_ANY || ethernet_is_group(message->sender_mac))
        return;
    struct arp_entry *entry = find(cache, message->sender);
    if (!entry && for_us)
        entry = make(cache, message->sender);
    if (entry && entry->state != ENTRY_STATIC)
        resolved(cache, entry, now, message->sender_mac);
}

bool arp_cache_add_static(struct arp_cache *cache, ipv4_address address,
                          const uint8_t mac[ETHERNET_ADDRESS_SIZE])
{
    struct arp_entry *entry = find(cache, address);
    if (!entry)
        entry = make(cache, address);
    if (!entry)
        return false;
    if (entry->state == ENTRY_PENDING)
        cache->pending--;
    entry->state = ENTRY_STATIC;
    entry->wants_request = false;
    memcpy(entry->mac, mac, ETHERNET_ADDRESS_SIZE);
    if (entry->waiting.count > 0)
        add_work(cache, entry);
    return true;
}

void arp_cache_flush(struct arp_cache *cache, instant now)
{
    for (uint16_t i = 0; i < cache->used; i++) {
        struct packet *packet;
        while ((packet = packet_queue_pop(&cache->entries[i].waiting)))
            discard(cache, now, "interface-down", packet);
    }
    arp_cache_destroy(cache);
}

bool arp_cache_poll(struct arp_cache *cache, struct arp_output *output)
{
    while (cache->work_head != 0) {
        struct arp_entry *entry = &cache->entries[cache->work_head - 1];
        *output = (struct arp_output){.address = entry->address};
        if (entry->wants_request) {
            entry->wants_request = false;
            output->kind = ARP_OUTPUT_REQUEST;
            return true;
        }
        if (entry->state != ENTRY_PENDING && entry->waiting.count > 0) {
            output->kind = entry->state == ENTRY_FAILED ? ARP_OUTPUT_FAILED : ARP_OUTPUT_SEND;
            output->packet = packet_queue_pop(&entry->waiting);
            memcpy(output->mac, entry->mac, ETHERNET_ADDRESS_SIZE);
            return true;
        }
        finish_work(cache);
    }
    *output = (struct arp_output){.kind = ARP_OUTPUT_NONE};
    return false;
}

void arp_cache_handle_timeout(struct arp_cache *cache, instant now)
{
    if (cache->pending == 0 || cache->next_timeout > now)
        return;
    instant next = INSTANT_NEVER;
    for (uint16_t i = 0; i < cache->used; i++) {
        struct arp_entry *entry = &cache->entries[i];
        if (entry->state != ENTRY_PENDING)
            continue;
        if (entry->deadline <= now && entry->attempts >= cache->config->attempts) {
            TRACE(cache->trace, now, "arp.failed", trace_address("address", entry->address));
            entry->state = ENTRY_FAILED;
            cache->pending--;
            add_work(cache, entry);
            continue;
        }
        if (entry->deadline <= now)
            ask(cache, entry, now);
        next = instant_earlier(next, entry->deadline);
    }
    cache->next_timeout = next;
}

bool arp_cache_peek(const struct arp_cache *cache, instant now, ipv4_address address,
                    uint8_t mac[ETHERNET_ADDRESS_SIZE])
{
    const struct arp_entry *entry = find(cache, address);
    if (!entry || (entry->state != ENTRY_STATIC &&
                   (entry->state != ENTRY_RESOLVED || now >= entry->deadline)))
        return false;
    memcpy(mac, entry->mac, ETHERNET_ADDRESS_SIZE);
    return true;
}
