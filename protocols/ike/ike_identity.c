#include "ike/ike_identity.h"

#include "crypto/certificate.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/** 4 or 6 for the types that hold addresses, else 0. */
static uint8_t version_of(unsigned type)
{
    switch (type) {
    case IKE_ID_IPV4_ADDR:
    case IKE_ID_IPV4_ADDR_SUBNET:
    case IKE_ID_IPV4_ADDR_RANGE:
        return 4;
    case IKE_ID_IPV6_ADDR:
    case IKE_ID_IPV6_ADDR_SUBNET:
    case IKE_ID_IPV6_ADDR_RANGE:
        return 6;
    default:
        return 0;
    }
}

static bool is_single(unsigned type)
{
    return type == IKE_ID_IPV4_ADDR || type == IKE_ID_IPV6_ADDR;
}

static bool is_subnet(unsigned type)
{
    return type == IKE_ID_IPV4_ADDR_SUBNET || type == IKE_ID_IPV6_ADDR_SUBNET;
}

static void get_address(struct wire_reader *reader, uint8_t version, struct ip_address *address)
{
    *address = (struct ip_address){.version = version};
    wire_copy(reader, address->octets, ip_address_length(address));
}

enum isakmp_error ike_identity_decode(const uint8_t *body, size_t length,
                                      struct ike_identity *identity)
{
    struct wire_reader reader = wire_reader_make(body, length);
    *identity = (struct ike_identity){.type = wire_get_u8(&reader)};
    identity->protocol = wire_get_u8(&reader);
    identity->port = wire_get_u16(&reader);
    uint8_t version = version_of(identity->type);
    if (reader.failed)
        return ISAKMP_TRUNCATED_PAYLOAD;
    if (identity->type == IKE_ID_NONE || identity->type > IKE_ID_KEY_ID)
        return ISAKMP_BAD_IDENTITY;
    if (version == 0) {
        size_t name_length = wire_remaining(&reader);
        if (name_length == 0 || name_length > IKE_IDENTITY_NAME_MAX)
            return ISAKMP_BAD_IDENTITY;
        identity->name_length = (uint16_t)name_length;
        wire_copy(&reader, identity->name, name_length);
        return ISAKMP_OK;
    }
    get_address(&reader, version, &identity->first);
    if (!is_single(identity->type))
        get_address(&reader, version, &identity->second);
    return reader.failed || wire_remaining(&reader) > 0 ? ISAKMP_BAD_IDENTITY : ISAKMP_OK;
}

void ike_identity_encode(const struct ike_identity *identity, struct wire_writer *writer)
{
    wire_put_u8(writer, identity->type);
    wire_put_u8(writer, identity->protocol);
    wire_put_u16(writer, identity->port);
    if (version_of(identity->type) == 0) {
        wire_put_octets(writer, identity->name, identity->name_length);
        return;
    }
    wire_put_octets(writer, identity->first.octets, ip_address_length(&identity->first));
    if (!is_single(identity->type))
        wire_put_octets(writer, identity->second.octets, ip_address_length(&identity->second));
}

struct ike_identity ike_identity_address(const struct ip_address *address, uint8_t protocol,
                                         uint16_t port)
{
    return (struct ike_identity){.type =
                                     address->version == 4 ? IKE_ID_IPV4_ADDR : IKE_ID_IPV6_ADDR,
                                 .protocol = protocol,
                                 .port = port,
                                 .first = *address};
}

static struct ip_address mask_of(uint8_t version, unsigned prefix_length)
{
    struct ip_address mask = {.version = version};
    assert(prefix_length <= ip_address_length(&mask) * 8);
    for (unsigned i = 0; i < prefix_length; i++)
        mask.octets[i / 8] |= (uint8_t)(0x80 >> i % 8);
    return mask;
}

struct ike_identity ike_identity_subnet(const struct ip_address *address, unsigned prefix_length,
                                        uint8_t protocol, uint16_t port)
{
    struct ike_identity identity = {.type = address->version == 4 ? IKE_ID_IPV4_ADDR_SUBNET
                                                                  : IKE_ID_IPV6_ADDR_SUBNET,
                                    .protocol = protocol,
                                    .port = port,
                                    .first = *address,
                                    .second = mask_of(address->version, prefix_length)};
    for (size_t i = 0; i < sizeof identity.first.octets; i++)
        identity.first.octets[i] &= identity.second.octets[i];
    return identity;
}

struct ike_identity ike_identity_range(const struct ip_address *first,
                                       const struct ip_address *last, uint8_t protocol,
                                       uint16_t port)
{
    assert(first->version == last->version);
    return (struct ike_identity){.type = first->version == 4 ? IKE_ID_IPV4_ADDR_RANGE
                                                             : IKE_ID_IPV6_ADDR_RANGE,
                                 .protocol = protocol,
                                 .port = port,
                                 .first = *first,
                                 .second = *last};
}

struct ike_identity ike_identity_name(enum ike_identity_type type, const void *name, size_t length,
                                      uint8_t protocol, uint16_t port)
{
    struct ike_identity identity = {
        .type = (uint8_t)type, .protocol = protocol, .port = port, .name_length = (uint16_t)length};
    assert(version_of(type) == 0);
    if (length > IKE_IDENTITY_NAME_MAX)
        identity.name_length = IKE_IDENTITY_NAME_MAX;
    if (identity.name_length > 0)
        memcpy(identity.name, name, identity.name_length);
    return identity;
}

bool ike_identity_equal(const struct ike_identity *a, const struct ike_identity *b)
{
    if (a->type != b->type || a->protocol != b->protocol || a->port != b->port ||
        a->name_length != b->name_length || !ip_address_equal(&a->first, &b->first) ||
        !ip_address_equal(&a->second, &b->second))
        return false;
    if (a->type == IKE_ID_FQDN || a->type == IKE_ID_USER_FQDN)
        return strncasecmp((const char *)a->name, (const char *)b->name, a->name_length) == 0;
    return memcmp(a->name, b->name, a->name_length) == 0;
}

static bool is_address(const struct ike_identity *identity)
{
    return identity->type == IKE_ID_IPV4_ADDR || identity->type == IKE_ID_IPV6_ADDR;
}

bool ike_identity_comes_back(const struct ike_identity *sent, const struct ike_identity *answer,
                             bool translated)
{
    if (ike_identity_equal(sent, answer))
        return true;
    return translated && is_address(answer) && answer->protocol == sent->protocol &&
           (answer->port == sent->port || answer->port == 0);
}

/** True when @p mask is ones, then zeros. */
static bool is_prefix(const struct ip_address *mask, unsigned *prefix_length)
{
    unsigned bits = (unsigned)ip_address_length(mask) * 8;
    *prefix_length = 0;
    while (*prefix_length < bits && mask->octets[*prefix_length / 8] & 0x80 >> *prefix_length % 8)
        ++*prefix_length;
    struct ip_address wanted = mask_of(mask->version, *prefix_length);
    return ip_address_equal(mask, &wanted);
}

bool ike_identity_addresses(const struct ike_identity *identity, struct ip_address *first,
                            struct ip_address *last)
{
    unsigned prefix_length;
    if (version_of(identity->type) == 0)
        return false;
    *first = identity->first;
    *last = is_single(identity->type) ? identity->first : identity->second;
    if (!is_subnet(identity->type))
        return ip_address_compare(first, last) <= 0;
    if (!is_prefix(&identity->second, &prefix_length))
        return false;
    for (size_t i = 0; i < ip_address_length(first); i++) {
        first->octets[i] &= identity->second.octets[i];
        last->octets[i] = (uint8_t)(first->octets[i] | ~identity->second.octets[i]);
    }
    return true;
}

bool ike_identity_contains(const struct ike_identity *outer, const struct ike_identity *inner)
{
    struct ip_address outer_first;
    struct ip_address outer_last;
    struct ip_address first;
    struct ip_address last;
    return ike_identity_addresses(outer, &outer_first, &outer_last) &&
           ike_identity_addresses(inner, &first, &last) && outer_first.version == first.version &&
           ip_address_compare(&outer_first, &first) <= 0 &&
           ip_address_compare(&last, &outer_last) <= 0 &&
           (outer->protocol == 0 || outer->protocol == inner->protocol) &&
           (outer->port == 0 || outer->port == inner->port);
}

const char *ike_identity_type_name(unsigned type)
{
    static const char *const names[] = {
        [IKE_ID_NONE] = "unknown",
        [IKE_ID_IPV4_ADDR] = "ipv4-addr",
        [IKE_ID_FQDN] = "fqdn",
        [IKE_ID_USER_FQDN] = "user-fqdn",
        [IKE_ID_IPV4_ADDR_SUBNET] = "ipv4-addr-subnet",
        [IKE_ID_IPV6_ADDR] = "ipv6-addr",
        [IKE_ID_IPV6_ADDR_SUBNET] = "ipv6-addr-subnet",
        [IKE_ID_IPV4_ADDR_RANGE] = "ipv4-addr-range",
        [IKE_ID_IPV6_ADDR_RANGE] = "ipv6-addr-range",
        [IKE_ID_DER_ASN1_DN] = "der-asn1-dn",
        [IKE_ID_DER_ASN1_GN] = "der-asn1-gn",
        [IKE_ID_KEY_ID] = "key-id",
    };
    return type < sizeof names / sizeof names[0] ? names[type] : "unknown";
}

static void format_addresses(const struct ike_identity *identity, char *text, size_t size)
{
    char first[IP_TEXT_SIZE];
    char second[IP_TEXT_SIZE];
    unsigned prefix_length;
    ip_address_format(&identity->first, first);
    ip_address_format(&identity->second, second);
    if (is_single(identity->type))
        snprintf(text, size, "%s", first);
    else if (!is_subnet(identity->type))
        snprintf(text, size, "%s-%s", first, second);
    else if (is_prefix(&identity->second, &prefix_length))
        snprintf(text, size, "%s/%u", first, prefix_length);
    else
        snprintf(text, size, "%s/%s", first, second);
}

/* Names come from the peer: what is not printable ASCII shows as a question mark. */
static void format_name(const struct ike_identity *identity, char *text, size_t size)
{
    size_t count = identity->name_length < size - 1 ? identity->name_length : size - 1;
    if (identity->type == IKE_ID_DER_ASN1_DN &&
        certificate_name_format(identity->name, identity->name_length, text, size))
        return;
    for (size_t i = 0; i < count; i++)
        text[i] =
            (char)(identity->name[i] >= ' ' && identity->name[i] <= '~' ? identity->name[i] : '?');
    text[count] = '\0';
}

const char *ike_identity_format(const struct ike_identity *identity,
                                char text[IKE_IDENTITY_TEXT_SIZE])
{
    char what[IKE_IDENTITY_TEXT_SIZE - 16];
    if (version_of(identity->type) != 0)
        format_addresses(identity, what, sizeof what);
    else
        format_name(identity, what, sizeof what);
    if (identity->protocol == 0 && identity->port == 0)
        snprintf(text, IKE_IDENTITY_TEXT_SIZE, "%s", what);
    else
        snprintf(text, IKE_IDENTITY_TEXT_SIZE, "%s[%u/%u]", what, (unsigned)identity->protocol,
                 (unsigned)identity->port);
    return text;
}
