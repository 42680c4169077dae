#ifndef VPNSIM_BASE_IPV4_ADDRESS_H
#define VPNSIM_BASE_IPV4_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

/** An IPv4 address in host order: 10.0.0.1 is 0x0a000001. Zero is "unspecified". */
typedef uint32_t ipv4_address;

#define IPV4_ANY       UINT32_C(0)
#define IPV4_BROADCAST UINT32_C(0xffffffff)

/** Octets ipv4_format() needs: "255.255.255.255" and its terminator. */
#define IPV4_TEXT_SIZE 16

/** Parses strict dotted-quad @p text (no leading zeros, nothing behind). False: @p address kept. */
bool ipv4_parse(const char *text, ipv4_address *address);

/** Parses "a.b.c.d/n". False when either part is malformed or n > 32; outputs are then kept. */
bool ipv4_parse_prefix(const char *text, ipv4_address *address, unsigned *prefix_length);

/** Writes @p address as a dotted quad into @p text and returns it. */
const char *ipv4_format(ipv4_address address, char text[IPV4_TEXT_SIZE]);

/** The netmask of @p prefix_length (0 to 32) leading one bits. */
static inline ipv4_address ipv4_netmask(unsigned prefix_length)
{
    return prefix_length == 0 ? 0 : UINT32_MAX << (32 - prefix_length);
}

/** True for 224.0.0.0/4 (RFC 1112 section 4). */
static inline bool ipv4_is_multicast(ipv4_address address)
{
    return (address >> 28) == 0xe;
}

#endif
