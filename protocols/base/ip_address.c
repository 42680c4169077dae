#include "base/ip_address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

struct ip_address ip_address_from_ipv4(ipv4_address address)
{
    return (struct ip_address){.version = 4,
                               .octets = {(uint8_t)(address >> 24), (uint8_t)(address >> 16),
                                          (uint8_t)(address >> 8), (uint8_t)address}};
}

struct ip_address ip_address_from_ipv6(const uint8_t octets[16])
{
    struct ip_address result = {.version = 6};
    memcpy(result.octets, octets, sizeof(result.octets));
    return result;
}

ipv4_address ip_address_to_ipv4(const struct ip_address *address)
{
    const uint8_t *o = address->octets;
    if (address->version != 4)
        return IPV4_ANY;
    return (ipv4_address)o[0] << 24 | (ipv4_address)o[1] << 16 | (ipv4_address)o[2] << 8 | o[3];
}

size_t ip_address_length(const struct ip_address *address)
{
    return address->version == 4 ? 4 : address->version == 6 ? 16 : 0;
}

int ip_address_compare(const struct ip_address *a, const struct ip_address *b)
{
    if (a->version != b->version)
        return a->version < b->version ? -1 : 1;
    return memcmp(a->octets, b->octets, ip_address_length(a));
}

bool ip_address_in_prefix(const struct ip_address *address, const struct ip_address *prefix,
                          unsigned length)
{
    if (address->version != prefix->version)
        return false;
    if (length > 8 * ip_address_length(prefix))
        return false;
    size_t whole = length / 8;
    if (memcmp(address->octets, prefix->octets, whole) != 0)
        return false;
    unsigned rest = length % 8;
    return rest == 0 || ((address->octets[whole] ^ prefix->octets[whole]) & 0xff00U >> rest) == 0;
}

bool ip_address_parse(const char *text, struct ip_address *address)
{
    ipv4_address v4;
    uint8_t v6[16];
    if (ipv4_parse(text, &v4)) {
        *address = ip_address_from_ipv4(v4);
        return true;
    }
    if (inet_pton(AF_INET6, text, v6) != 1)
        return false;
    *address = ip_address_from_ipv6(v6);
    return true;
}

/* A decimal number up to 128 without leading zeros that fills the text. */
static bool parse_length(const char *text, unsigned *length)
{
    unsigned value = 0;
    if (text[0] == '\0' || (text[0] == '0' && text[1] != '\0'))
        return false;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return false;
        value = value * 10 + (unsigned)(*text - '0');
        if (value > 128)
            return false;
    }
    *length = value;
    return true;
}

bool ip_address_parse_prefix(const char *text, struct ip_address *address, unsigned *length)
{
    char head[IP_TEXT_SIZE];
    struct ip_address parsed;
    unsigned bits;
    const char *slash = strchr(text, '/');
    if (slash == NULL || (size_t)(slash - text) >= sizeof(head))
        return false;
    memcpy(head, text, (size_t)(slash - text));
    head[slash - text] = '\0';
    if (!ip_address_parse(head, &parsed) || !parse_length(slash + 1, &bits) ||
        bits > 8 * ip_address_length(&parsed))
        return false;
    *address = parsed;
    *length = bits;
    return true;
}

const char *ip_address_format(const struct ip_address *address, char text[IP_TEXT_SIZE])
{
    if (address->version == 4)
        return ipv4_format(ip_address_to_ipv4(address), text);
    if (address->version == 6 && inet_ntop(AF_INET6, address->octets, text, IP_TEXT_SIZE) != NULL)
        return text;
    snprintf(text, IP_TEXT_SIZE, "none");
    return text;
}

static bool all_zero(const uint8_t *octets, size_t length)
{
    uint8_t any = 0;
    for (size_t i = 0; i < length; i++)
        any |= octets[i];
    return any == 0;
}

bool ipv6_is_unspecified(const struct ip_address *address)
{
    return all_zero(address->octets, 16);
}

bool ipv6_is_loopback(const struct ip_address *address)
{
    return all_zero(address->octets, 15) && address->octets[15] == 1;
}
