#include "ike/ike_internal.h"

#include <string.h>

/* What quick mode's identities say of traffic (RFC 2407 section 4.6.2, RFC 2409 section 5.5). */

static bool selector_equal(const struct ike_selector *a, const struct ike_selector *b)
{
    return ip_address_equal(&a->address, &b->address) && a->prefix_length == b->prefix_length &&
           a->protocol == b->protocol && a->port == b->port;
}

bool ike_traffic_equal(const struct ike_traffic *a, const struct ike_traffic *b)
{
    return selector_equal(&a->local, &b->local) && selector_equal(&a->remote, &b->remote);
}

static uint8_t address_bits(const struct ip_address *address)
{
    return (uint8_t)(8 * ip_address_length(address));
}

struct ike_identity ike_selector_identity(const struct ike_selector *selector)
{
    if (selector->prefix_length >= address_bits(&selector->address))
        return ike_identity_address(&selector->address, selector->protocol, selector->port);
    return ike_identity_subnet(&selector->address, selector->prefix_length, selector->protocol,
                               selector->port);
}

bool ike_selector_from(const struct ike_identity *identity, struct ike_selector *selector)
{
    struct ip_address first;
    struct ip_address last;
    if (!ike_identity_addresses(identity, &first, &last))
        return false;
    for (int bits = address_bits(&first); bits >= 0; bits--) {
        struct ike_identity subnet = ike_identity_subnet(&first, (unsigned)bits, 0, 0);
        struct ip_address from;
        struct ip_address to;
        if (ike_identity_addresses(&subnet, &from, &to) && ip_address_equal(&from, &first) &&
            ip_address_equal(&to, &last)) {
            *selector = (struct ike_selector){.address = first,
                                              .prefix_length = (uint8_t)bits,
                                              .protocol = identity->protocol,
                                              .port = identity->port};
            return true;
        }
    }
    return false; /* a range that no prefix has */
}

bool ike_selector_within(const struct ike_selector *bounds, const struct ike_selector *selector)
{
    if (bounds->protocol && bounds->protocol != selector->protocol)
        return false;
    if (bounds->port && bounds->port != selector->port)
        return false;
    if (bounds->address.version == 0)
        return true;
    return selector->prefix_length >= bounds->prefix_length &&
           ip_address_in_prefix(&selector->address, &bounds->address, bounds->prefix_length);
}

const struct ike_rule *ike_rule_of(const struct ike_state *state, uint32_t id)
{
    for (size_t i = 0; i < state->config->rule_count; i++)
        if (state->config->rules[i].id == id)
            return &state->config->rules[i];
    return NULL;
}
