#include "ipsec/security_policy.h"

#include <stdlib.h>
#include <string.h>

struct ipsec_address_range ipsec_range_address(const struct ip_address *address)
{
    return (struct ipsec_address_range){.first = *address, .last = *address};
}

struct ipsec_address_range ipsec_range_prefix(const struct ip_address *prefix, unsigned length)
{
    struct ipsec_address_range range = ipsec_range_address(prefix);
    const unsigned bits = 8 * (unsigned)ip_address_length(prefix);
    for (unsigned bit = length; bit < bits; bit++) {
        const uint8_t mask = (uint8_t)(0x80 >> bit % 8);
        range.first.octets[bit / 8] &= (uint8_t)~mask;
        range.last.octets[bit / 8] |= mask;
    }
    return range;
}

bool ipsec_range_contains(const struct ipsec_address_range *range, const struct ip_address *address)
{
    if (range->first.version == 0)
        return true;
    return address->version == range->first.version &&
           ip_address_compare(&range->first, address) <= 0 &&
           ip_address_compare(address, &range->last) <= 0;
}

bool ipsec_selector_matches(const struct ipsec_selector *selector,
                            const struct ipsec_traffic *traffic)
{
    if (selector->protocol != 0 && selector->protocol != traffic->protocol)
        return false;
    if (selector->local_port != 0 &&
        (traffic->opaque || selector->local_port != traffic->local_port))
        return false;
    if (selector->remote_port != 0 &&
        (traffic->opaque || selector->remote_port != traffic->remote_port))
        return false;
    return ipsec_range_contains(&selector->local, &traffic->local) &&
           ipsec_range_contains(&selector->remote, &traffic->remote);
}

void ipsec_policy_database_clear(struct ipsec_policy_database *self)
{
    free(self->entries);
    memset(self, 0, sizeof *self);
}

static bool make_room(struct ipsec_policy_database *self)
{
    if (self->count < self->capacity)
        return true;
    const uint32_t capacity = self->capacity ? 2 * self->capacity : 4;
    struct ipsec_policy_entry *entries = realloc(self->entries, capacity * sizeof *self->entries);
    if (!entries)
        return false;
    self->entries = entries;
    self->capacity = capacity;
    return true;
}

static bool is_valid(const struct ipsec_policy *policy)
{
    if (policy->action != IPSEC_PROTECT)
        return true;
    if (!policy->esp && !policy->ah)
        return false;
    return policy->mode == IPSEC_TRANSPORT ||
           (policy->tunnel_local.version != 0 &&
            policy->tunnel_local.version == policy->tunnel_remote.version);
}

enum status ipsec_policy_database_add(struct ipsec_policy_database *self,
                                      const struct ipsec_policy *policy, uint32_t *id)
{
    if (!is_valid(policy))
        return STATUS_INVALID;
    if (!make_room(self))
        return STATUS_NO_MEMORY;
    *id = ++self->last_id;
    self->entries[self->count++] = (struct ipsec_policy_entry){.id = *id, .policy = *policy};
    return STATUS_OK;
}

enum status ipsec_policy_database_remove(struct ipsec_policy_database *self, uint32_t id)
{
    for (uint32_t i = 0; i < self->count; i++) {
        if (self->entries[i].id == id) {
            self->count--;
            memmove(&self->entries[i], &self->entries[i + 1],
                    (self->count - i) * sizeof self->entries[0]);
            return STATUS_OK;
        }
    }
    return STATUS_NOT_FOUND;
}

const struct ipsec_policy *ipsec_policy_database_get(const struct ipsec_policy_database *self,
                                                     uint32_t id)
{
    for (uint32_t i = 0; i < self->count; i++) {
        if (self->entries[i].id == id)
            return &self->entries[i].policy;
    }
    return NULL;
}

const struct ipsec_policy_entry *
ipsec_policy_database_find(const struct ipsec_policy_database *self,
                           const struct ipsec_traffic *traffic)
{
    for (uint32_t i = 0; i < self->count; i++) {
        if (ipsec_selector_matches(&self->entries[i].policy.selector, traffic))
            return &self->entries[i];
    }
    return NULL;
}
