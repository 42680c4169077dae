#ifndef VPNSIM_BASE_IP_ADDRESS_H
#define VPNSIM_BASE_IP_ADDRESS_H

#include "base/ipv4_address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Octets ip_address_format() needs: the longest form of RFC 4291 section 2.2 and its end. */
#define IP_TEXT_SIZE 46

/** An address of either version of IP, for engines that work with both. All zero: no address. */
struct ip_address {
    uint8_t version;    /**< 0 (none), 4 or 6 */
    uint8_t octets[16]; /**< network order; of IPv4 the first four, the rest zero */
};

/** @p address as an address of version 4. */
struct ip_address ip_address_from_ipv4(ipv4_address address);

/** The address of version 6 in the 16 @p octets. */
struct ip_address ip_address_from_ipv6(const uint8_t octets[16]);

/** The IPv4 address of @p address; IPV4_ANY when it is none of version 4. */
ipv4_address ip_address_to_ipv4(const struct ip_address *address);

/** 4 or 16: how many octets count; 0 for no address. */
size_t ip_address_length(const struct ip_address *address);

/** Orders by version, then by value: negative, 0 or positive as memcmp(). */
int ip_address_compare(const struct ip_address *a, const struct ip_address *b);

static inline bool ip_address_equal(const struct ip_address *a, const struct ip_address *b)
{
    return ip_address_compare(a, b) == 0;
}

/** True when @p address has the version of @p prefix and agrees with its first @p length bits. */
bool ip_address_in_prefix(const struct ip_address *address, const struct ip_address *prefix,
                          unsigned length);

/** Parses a strict dotted quad, or RFC 4291 section 2.2. False: @p address kept. */
bool ip_address_parse(const char *text, struct ip_address *address);

/** Parses "address/n". False when either part is malformed or n is too long; outputs then kept. */
bool ip_address_parse_prefix(const char *text, struct ip_address *address, unsigned *length);

/** Writes @p address (IPv6 as RFC 5952 wants it; "none" for no address) and returns @p text. */
const char *ip_address_format(const struct ip_address *address, char text[IP_TEXT_SIZE]);

/* Kinds of IPv6 addresses (RFC 4291 section 2.4); @p address is of version 6. */

/** ff00::/8. */
static inline bool ipv6_is_multicast(const struct ip_address *address)
{
    return address->octets[0] == 0xff;
}

/** fe80::/10. */
static inline bool ipv6_is_link_local(const struct ip_address *address)
{
    return address->octets[0] == 0xfe && (address->octets[1] & 0xc0) == 0x80;
}

/** :: */
bool ipv6_is_unspecified(const struct ip_address *address);

/** ::1 */
bool ipv6_is_loopback(const struct ip_address *address);

#endif
