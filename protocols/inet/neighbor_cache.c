#include "inet/neighbor_cache.h"

#include <stdlib.h>
#include <string.h>

/* An allocation that fails must not end the process. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>
#include <utlist.h>

/* RFC 4861 section 7.3.2, and what is on its way out. */
enum neighbor_state {
    NEIGHBOR_INCOMPLETE, /* asked for; deadline is the next solicitation's */
    NEIGHBOR_REACHABLE,  /* until the deadline, then stale */
    NEIGHBOR_STALE,
    NEIGHBOR_DELAY,  /* used while stale; deadline is the first probe's */
    NEIGHBOR_PROBE,  /* being probed; deadline is the next probe's */
    NEIGHBOR_FAILED, /* nobody answered; gone as soon as its packets have been polled */
};

struct neighbor_entry {
    UT_hash_handle hh;
    struct ip_address address;
    uint8_t mac[ETHERNET_ADDRESS_SIZE];
    enum neighbor_state state;
    unsigned attempts;
    bool has_work;
    bool wants_solicitation;
    instant deadline;
    struct packet_queue waiting;
    struct neighbor_entry *work_previous, *work_next;
};

struct neighbor_config neighbor_default_config(void)
{
    return (struct neighbor_config){
        .base_reachable = 30 * INSTANT_SECOND,
        .retransmit = INSTANT_SECOND,
        .delay_first_probe = 5 * INSTANT_SECOND,
        .multicast_solicits = 3,
        .unicast_solicits = 3,
        .queue_limit = 3,
        .limit = 1024,
    };
}

void neighbor_cache_init(struct neighbor_cache *cache, const struct neighbor_config *config,
                         const struct trace *trace, struct entropy *entropy)
{
    *cache = (struct neighbor_cache){
        .config = config,
        .trace = trace,
        .reachable =
            config->base_reachable / 2 + entropy_below(entropy, config->base_reachable + 1),
        .next_timeout = INSTANT_NEVER,
    };
}

static struct neighbor_entry *find(const struct neighbor_cache *cache,
                                   const struct ip_address *address)
{
    struct neighbor_entry *entry;
    HASH_FIND(hh, cache->entries, address->octets, sizeof address->octets, entry);
    return entry;
}

static void discard(struct neighbor_cache *cache, instant now, const char *reason,
                    struct packet *packet)
{
    trace_drop(cache->trace, now, "ipv6", reason, packet->serial);
    packet_free(packet);
}

/* Takes @entry, for which nothing waits any more, out of everything. */
static void release(struct neighbor_cache *cache, struct neighbor_entry *entry)
{
    if (entry->has_work)
        DL_DELETE2(cache->work, entry, work_previous, work_next);
    packet_queue_clear(&entry->waiting);
    HASH_DEL(cache->entries, entry);
    free(entry);
}

void neighbor_cache_destroy(struct neighbor_cache *cache)
{
    struct neighbor_entry *entry;
    struct neighbor_entry *next;
    HASH_ITER(hh, cache->entries, entry, next)
    release(cache, entry);
    cache->next_timeout = INSTANT_NEVER;
}

void neighbor_cache_flush(struct neighbor_cache *cache, instant now)
{
    for (struct neighbor_entry *e = cache->entries; e; e = e->hh.next)
        for (struct packet *packet; (packet = packet_queue_pop(&e->waiting));)
            discard(cache, now, "interface-down", packet);
    neighbor_cache_destroy(cache);
}

static void add_work(struct neighbor_cache *cache, struct neighbor_entry *entry)
{
    if (entry->has_work)
        return;
    entry->has_work = true;
    DL_APPEND2(cache->work, entry, work_previous, work_next);
}

/* Makes room in a full cache: the oldest entry that waits for nothing goes. */
static bool evict(struct neighbor_cache *cache)
{
    for (struct neighbor_entry *e = cache->entries; e; e = e->hh.next) {
        if (!e->has_work && (e->state == NEIGHBOR_REACHABLE || e->state == NEIGHBOR_STALE)) {
            release(cache, e);
            return true;
        }
    }
    return false;
}

/* A new entry; NULL: no memory, or the cache is full of others being asked for. */
static struct neighbor_entry *make(struct neighbor_cache *cache, const struct ip_address *address)
{
    if (HASH_COUNT(cache->entries) >= cache->config->limit && !evict(cache))
        return NULL;
    struct neighbor_entry *entry = calloc(1, sizeof *entry);
    if (!entry)
        return NULL;
    entry->address = *address;
    HASH_ADD(hh, cache->entries, address.octets, sizeof entry->address.octets, entry);
    if (entry->hh.tbl)
        return entry;
    free(entry);
    return NULL;
}

static void set_deadline(struct neighbor_cache *cache, struct neighbor_entry *entry, instant at)
{
    entry->deadline = at;
    cache->next_timeout = instant_earlier(cache->next_timeout, at);
}

static void solicit(struct neighbor_cache *cache, struct neighbor_entry *entry, instant now)
{
    entry->wants_solicitation = true;
    entry->attempts++;
    set_deadline(cache, entry, instant_after(now, cache->config->retransmit));
    add_work(cache, entry);
}

static void wait_for_answer(struct neighbor_cache *cache, struct neighbor_entry *entry, instant now,
                            struct packet *packet)
{
    packet_queue_push(&entry->waiting, packet);
    /* RFC 4861 section 7.2.2: the latest packet at least is kept. */
    if (entry->waiting.count > cache->config->queue_limit && entry->waiting.count > 1)
        discard(cache, now, "neighbor-queue-full", packet_queue_pop(&entry->waiting));
}

/* The state that holds at @now: reachability runs out without a timer. */
static enum neighbor_state state_at(const struct neighbor_entry *entry, instant now)
{
    return entry->state == NEIGHBOR_REACHABLE && now >= entry->deadline ? NEIGHBOR_STALE
                                                                        : entry->state;
}

bool neighbor_cache_resolve(struct neighbor_cache *cache, instant now,
                            const struct ip_address *address, struct packet *packet,
                            uint8_t mac[ETHERNET_ADDRESS_SIZE])
{
    struct neighbor_entry *entry = find(cache, address);
    if (!entry) {
        entry = make(cache, address);
        if (!entry) {
            discard(cache, now, "neighbor-queue-full", packet);
            return false;
        }
        entry->state = NEIGHBOR_INCOMPLETE;
        solicit(cache, entry, now);
    }
    entry->state = state_at(entry, now);
    if (entry->state == NEIGHBOR_INCOMPLETE || entry->state == NEIGHBOR_FAILED) {
        wait_for_answer(cache, entry, now, packet);
        return false;
    }
    if (entry->state == NEIGHBOR_STALE) {
        entry->state = NEIGHBOR_DELAY;
        set_deadline(cache, entry, instant_after(now, cache->config->delay_first_probe));
    }
    memcpy(mac, entry->mac, ETHERNET_ADDRESS_SIZE);
    return true;
}

static void set_mac(struct neighbor_cache *cache, struct neighbor_entry *entry, instant now,
                    const uint8_t mac[ETHERNET_ADDRESS_SIZE])
{
    char address[IP_TEXT_SIZE];
    char text[ETHERNET_TEXT_SIZE];
    memcpy(entry->mac, mac, ETHERNET_ADDRESS_SIZE);
    TRACE(cache->trace, now, "neighbor.resolved",
          trace_text("address", ip_address_format(&entry->address, address)),
          trace_text("mac", ethernet_format(mac, text)));
}

/* What waits can go, now that there is a link-layer address; nothing is asked for any more. */
static void enter_state(struct neighbor_cache *cache, struct neighbor_entry *entry, instant now,
                        enum neighbor_state state)
{
    entry->state = state;
    entry->wants_solicitation = false;
    entry->attempts = 0;
    entry->deadline = instant_after(now, cache->reachable);
    if (entry->waiting.count > 0)
        add_work(cache, entry);
}

void neighbor_cache_learn(struct neighbor_cache *cache, instant now,
                          const struct ip_address *source, const uint8_t mac[ETHERNET_ADDRESS_SIZE])
{
    struct neighbor_entry *entry = find(cache, source);
    if (entry && entry->state != NEIGHBOR_INCOMPLETE && entry->state != NEIGHBOR_FAILED &&
        memcmp(entry->mac, mac, ETHERNET_ADDRESS_SIZE) == 0)
        return;
    if (!entry && !(entry = make(cache, source)))
        return;
    set_mac(cache, entry, now, mac);
    enter_state(cache, entry, now, NEIGHBOR_STALE);
}

void neighbor_cache_advertised(struct neighbor_cache *cache, instant now,
                               const struct neighbor_message *message)
{
    struct neighbor_entry *entry = find(cache, &message->target);
    if (!entry || entry->state == NEIGHBOR_FAILED)
        return;
    if (entry->state == NEIGHBOR_INCOMPLETE) {
        if (!message->has_mac)
            return;
        set_mac(cache, entry, now, message->mac);
        enter_state(cache, entry, now, message->solicited ? NEIGHBOR_REACHABLE : NEIGHBOR_STALE);
        return;
    }
    bool differs = message->has_mac && memcmp(entry->mac, message->mac, ETHERNET_ADDRESS_SIZE) != 0;
    if (differs && !message->override) {
        /* Somebody else claims the address and does not insist: find out when it is used next. */
        if (state_at(entry, now) == NEIGHBOR_REACHABLE)
            entry->state = NEIGHBOR_STALE;
        return;
    }
    if (differs)
        set_mac(cache, entry, now, message->mac);
    if (message->solicited)
        enter_state(cache, entry, now, NEIGHBOR_REACHABLE);
    else if (differs)
        enter_state(cache, entry, now, NEIGHBOR_STALE);
}

bool neighbor_cache_poll(struct neighbor_cache *cache, struct neighbor_output *output)
{
    while (cache->work) {
        struct neighbor_entry *entry = cache->work;
        *output = (struct neighbor_output){.address = entry->address};
        memcpy(output->mac, entry->mac, ETHERNET_ADDRESS_SIZE);
        if (entry->wants_solicitation) {
            entry->wants_solicitation = false;
            output->kind = NEIGHBOR_OUTPUT_SOLICIT;
            output->unicast = entry->state == NEIGHBOR_PROBE;
            return true;
        }
        if (entry->state != NEIGHBOR_INCOMPLETE && entry->waiting.count > 0) {
            output->kind =
                entry->state == NEIGHBOR_FAILED ? NEIGHBOR_OUTPUT_FAILED : NEIGHBOR_OUTPUT_SEND;
            output->packet = packet_queue_pop(&entry->waiting);
            return true;
        }
        DL_DELETE2(cache->work, entry, work_previous, work_next);
        entry->has_work = false;
        if (entry->state == NEIGHBOR_FAILED)
            release(cache, entry);
    }
    *output = (struct neighbor_output){.kind = NEIGHBOR_OUTPUT_NONE};
    return false;
}

/* Nobody has answered; what waits is handed back, and the next packet asks anew. */
static void fail(struct neighbor_cache *cache, struct neighbor_entry *entry, instant now,
                 const char *event)
{
    char address[IP_TEXT_SIZE];
    TRACE(cache->trace, now, event,
          trace_text("address", ip_address_format(&entry->address, address)));
    entry->state = NEIGHBOR_FAILED;
    add_work(cache, entry);
}

static void handle_entry(struct neighbor_cache *cache, struct neighbor_entry *entry, instant now)
{
    switch (entry->state) {
    case NEIGHBOR_INCOMPLETE:
        if (entry->attempts < cache->config->multicast_solicits)
            solicit(cache, entry, now);
        else
            fail(cache, entry, now, "neighbor.failed");
        break;
    case NEIGHBOR_DELAY:
        entry->state = NEIGHBOR_PROBE;
        entry->attempts = 0;
        solicit(cache, entry, now);
        break;
    case NEIGHBOR_PROBE:
        if (entry->attempts < cache->config->unicast_solicits)
            solicit(cache, entry, now);
        else
            fail(cache, entry, now, "neighbor.unreachable");
        break;
    case NEIGHBOR_REACHABLE:
    case NEIGHBOR_STALE:
    case NEIGHBOR_FAILED:
        break;
    }
}

static bool is_pending(const struct neighbor_entry *entry)
{
    return entry->state == NEIGHBOR_INCOMPLETE || entry->state == NEIGHBOR_DELAY ||
           entry->state == NEIGHBOR_PROBE;
}

void neighbor_cache_handle_timeout(struct neighbor_cache *cache, instant now)
{
    if (cache->next_timeout > now)
        return;
    cache->next_timeout = INSTANT_NEVER;
    for (struct neighbor_entry *e = cache->entries; e; e = e->hh.next) {
        if (is_pending(e) && e->deadline <= now)
            handle_entry(cache, e, now);
        if (is_pending(e))
            cache->next_timeout = instant_earlier(cache->next_timeout, e->deadline);
    }
}

const char *neighbor_cache_state(const struct neighbor_cache *cache, instant now,
                                 const struct ip_address *address)
{
    static const char *const names[] = {
        [NEIGHBOR_INCOMPLETE] = "incomplete", [NEIGHBOR_REACHABLE] = "reachable",
        [NEIGHBOR_STALE] = "stale",           [NEIGHBOR_DELAY] = "delay",
        [NEIGHBOR_PROBE] = "probe",           [NEIGHBOR_FAILED] = "incomplete",
    };
    const struct neighbor_entry *entry = find(cache, address);
    return entry ? names[state_at(entry, now)] : NULL;
}
