#include "nodes/nat_table.h"

#include "inet/ipv4.h"

#include <stdlib.h>
#include <string.h>

/* Out of memory the entry is simply not there; see add_index(). */
#define HASH_NONFATAL_OOM          1
#define uthash_nonfatal_oom(entry) ((entry)->mapping = NULL)
#include <uthash.h>

/* All octets count, so that the holes between the members must be zero. */
struct nat_key {
    ipv4_address address; /* inside; 0 in the index by outside */
    ipv4_address remote;
    uint16_t port;
    uint16_t protocol;
};

struct nat_index {
    struct nat_key key;
    struct nat_mapping *mapping;
    UT_hash_handle hh;
};

struct nat_config nat_default_config(void)
{
    return (struct nat_config){
        .udp_timeout = 60 * INSTANT_SECOND,
        .tcp_timeout = 24 * UINT64_C(3600) * INSTANT_SECOND,
        .tcp_transitory_timeout = 240 * INSTANT_SECOND,
        .icmp_timeout = 60 * INSTANT_SECOND,
        .other_timeout = 600 * INSTANT_SECOND,
        .first_port = 5000,
        .last_port = UINT16_MAX,
    };
}

static bool has_ports(uint8_t protocol)
{
    return protocol == IPV4_PROTOCOL_TCP || protocol == IPV4_PROTOCOL_UDP ||
           protocol == IPV4_PROTOCOL_ICMP;
}

static struct nat_key key_inside(uint8_t protocol, ipv4_address inside, uint16_t port,
                                 ipv4_address remote)
{
    return (struct nat_key){.address = inside,
                            .remote = has_ports(protocol) ? IPV4_ANY : remote,
                            .port = port,
                            .protocol = protocol};
}

static struct nat_key key_outside(uint8_t protocol, uint16_t port, ipv4_address remote)
{
    return key_inside(protocol, IPV4_ANY, port, remote);
}

static struct nat_mapping *find(struct nat_index *index, struct nat_key key)
{
    struct nat_index *found;
    HASH_FIND(hh, index, &key, sizeof key, found);
    if (!found && key.remote != IPV4_ANY) { /* one made by hand is for any remote host */
        key.remote = IPV4_ANY;
        HASH_FIND(hh, index, &key, sizeof key, found);
    }
    return found ? found->mapping : NULL;
}

struct nat_mapping *nat_find_inside(const struct nat_table *table, uint8_t protocol,
                                    ipv4_address inside, uint16_t port, ipv4_address remote)
{
    return find(table->by_inside, key_inside(protocol, inside, port, remote));
}

struct nat_mapping *nat_find_outside(const struct nat_table *table, uint8_t protocol, uint16_t port,
                                     ipv4_address remote)
{
    return find(table->by_outside, key_outside(protocol, port, remote));
}

void nat_table_init(struct nat_table *table, const struct nat_config *config,
                    const struct trace *trace)
{
    *table = (struct nat_table){.config = *config, .next_port = config->first_port, .trace = trace};
    for (size_t i = 0; i < NAT_KINDS; i++)
        TAILQ_INIT(&table->lists[i]);
}

static struct nat_index *add_index(struct nat_index **index, struct nat_key key,
                                   struct nat_mapping *mapping)
{
    struct nat_index *entry = calloc(1, sizeof *entry);
    if (!entry)
        return NULL;
    entry->key = key;
    entry->mapping = mapping;
    HASH_ADD(hh, *index, key, sizeof entry->key, entry);
    if (entry->mapping)
        return entry;
    free(entry);
    return NULL;
}

static void delete_index(struct nat_index **index, struct nat_index *entry)
{
    if (entry)
        HASH_DEL(*index, entry);
    free(entry);
}

static void drop_mapping(struct nat_table *table, struct nat_mapping *mapping)
{
    TAILQ_REMOVE(&table->lists[mapping->kind], mapping, order);
    delete_index(&table->by_inside, mapping->inside_index);
    delete_index(&table->by_outside, mapping->outside_index);
    free(mapping);
}

void nat_table_destroy(struct nat_table *table)
{
    for (size_t i = 0; i < NAT_KINDS; i++)
        while (!TAILQ_EMPTY(&table->lists[i]))
            drop_mapping(table, TAILQ_FIRST(&table->lists[i]));
}

/* Enters a copy of @wanted; NULL: no memory. */
static struct nat_mapping *enter(struct nat_table *table, const struct nat_mapping *wanted)
{
    struct nat_mapping *mapping = malloc(sizeof *mapping);
    if (!mapping)
        return NULL;
    *mapping = *wanted;
    TAILQ_INSERT_TAIL(&table->lists[mapping->kind], mapping, order);
    mapping->inside_index = add_index(
        &table->by_inside,
        key_inside(wanted->protocol, wanted->inside, wanted->inside_port, wanted->remote), mapping);
    mapping->outside_index =
        add_index(&table->by_outside,
                  key_outside(wanted->protocol, wanted->outside_port, wanted->remote), mapping);
    if (mapping->inside_index && mapping->outside_index)
        return mapping;
    drop_mapping(table, mapping);
    return NULL;
}

static void tell(const struct nat_table *table, instant now, const char *event,
                 const struct nat_mapping *mapping)
{
    TRACE(table->trace, now, event, trace_text("protocol", ipv4_protocol_name(mapping->protocol)),
          trace_address("inside", mapping->inside), trace_number("port", mapping->inside_port),
          trace_number("outside-port", mapping->outside_port),
          trace_address("remote", mapping->remote));
}

/* A port outside that nothing has; 0: there is none. */
static uint16_t free_port(struct nat_table *table, uint8_t protocol, uint16_t preferred)
{
    const struct nat_config *config = &table->config;
    if (config->preserve_ports && preferred != 0 &&
        !nat_find_outside(table, protocol, preferred, IPV4_ANY))
        return preferred;
    for (uint32_t tried = config->first_port; tried <= config->last_port; tried++) {
        uint16_t port = table->next_port;
        table->next_port = port == config->last_port ? config->first_port : (uint16_t)(port + 1);
        if (!nat_find_outside(table, protocol, port, IPV4_ANY))
            return port;
    }
    return 0;
}

static enum nat_kind first_kind(uint8_t protocol)
{
    return protocol == IPV4_PROTOCOL_UDP    ? NAT_UDP
           : protocol == IPV4_PROTOCOL_TCP  ? NAT_TCP_TRANSITORY
           : protocol == IPV4_PROTOCOL_ICMP ? NAT_ICMP
                                            : NAT_OTHER;
}

struct nat_mapping *nat_create(struct nat_table *table, instant now, uint8_t protocol,
                               ipv4_address inside, uint16_t port, ipv4_address remote,
                               const char **reason)
{
    struct nat_mapping wanted = {
        .protocol = protocol,
        .inside = inside,
        .inside_port = port,
        .kind = first_kind(protocol),
        .used = now,
    };
    if (has_ports(protocol)) {
        wanted.outside_port = free_port(table, protocol, port);
        *reason = "no-port";
        if (wanted.outside_port == 0)
            return NULL;
    } else {
        wanted.remote = remote;
        *reason = "address-in-use";
        if (nat_find_outside(table, protocol, 0, remote))
            return NULL;
    }
    struct nat_mapping *mapping = enter(table, &wanted);
    *reason = "no-memory";
    if (!mapping)
        return NULL;
    table->count++;
    if (table->count > table->most)
        table->most = table->count;
    tell(table, now, "nat.mapping.created", mapping);
    return mapping;
}

enum status nat_publish(struct nat_table *table, uint8_t protocol, uint16_t outside_port,
                        ipv4_address inside, uint16_t inside_port)
{
    const struct nat_mapping wanted = {
        .protocol = protocol,
        .inside = inside,
        .inside_port = inside_port,
        .outside_port = outside_port,
        .kind = NAT_PUBLISHED,
    };
    if (nat_find_outside(table, protocol, outside_port, IPV4_ANY) ||
        nat_find_inside(table, protocol, inside, inside_port, IPV4_ANY))
        return STATUS_NO_ROOM;
    return enter(table, &wanted) ? STATUS_OK : STATUS_NO_MEMORY;
}

void nat_use(struct nat_table *table, struct nat_mapping *mapping, enum nat_kind kind, instant now)
{
    if (mapping->kind == NAT_PUBLISHED)
        return;
    TAILQ_REMOVE(&table->lists[mapping->kind], mapping, order);
    mapping->kind = kind;
    mapping->used = now;
    TAILQ_INSERT_TAIL(&table->lists[kind], mapping, order);
}

static instant timeout_of(const struct nat_config *config, enum nat_kind kind)
{
    switch (kind) {
    case NAT_UDP:
        return config->udp_timeout;
    case NAT_TCP:
        return config->tcp_timeout;
    case NAT_TCP_TRANSITORY:
        return config->tcp_transitory_timeout;
    case NAT_ICMP:
        return config->icmp_timeout;
    case NAT_OTHER:
        return config->other_timeout;
    case NAT_PUBLISHED:
    case NAT_KINDS:
        break;
    }
    return INSTANT_NEVER;
}

/* When the mapping of @kind that was not used for longest ends. */
static instant next_end(const struct nat_table *table, enum nat_kind kind)
{
    const struct nat_mapping *first = TAILQ_FIRST(&table->lists[kind]);
    return first && kind != NAT_PUBLISHED ? first->used + timeout_of(&table->config, kind)
                                          : INSTANT_NEVER;
}

instant nat_next_timeout(const struct nat_table *table)
{
    instant next = INSTANT_NEVER;
    for (unsigned kind = 0; kind < NAT_KINDS; kind++)
        next = instant_earlier(next, next_end(table, (enum nat_kind)kind));
    return next;
}

void nat_handle_timeout(struct nat_table *table, instant now)
{
    for (unsigned kind = 0; kind < NAT_KINDS; kind++) {
        while (next_end(table, (enum nat_kind)kind) <= now) {
            struct nat_mapping *mapping = TAILQ_FIRST(&table->lists[kind]);
            tell(table, now, "nat.mapping.expired", mapping);
            drop_mapping(table, mapping);
            table->count--;
        }
    }
}
