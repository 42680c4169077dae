#ifndef VPNSIM_BASE_CHECKSUM_H
#define VPNSIM_BASE_CHECKSUM_H

#include "base/ip_address.h"

#include <stddef.h>
#include <stdint.h>

/**
 * Adds @p octets to a running one's-complement sum (RFC 1071). Every piece but the last must have
 * an even length. Start with 0.
 */
uint64_t checksum_add(uint64_t sum, const void *octets, size_t length);

/** Folds a running sum to the value that goes into a header (complemented). */
uint16_t checksum_finish(uint64_t sum);

/** checksum_finish(checksum_add(0, ...)): 0 over a header whose checksum is right. */
uint16_t checksum(const void *octets, size_t length);

/** The sum over the IPv4 pseudo-header of UDP and TCP (RFC 768, RFC 9293 section 3.1). */
uint64_t checksum_pseudo_header(ipv4_address source, ipv4_address destination, uint8_t protocol,
                                uint16_t length);

/** The sum over the pseudo-header of IPv6 (RFC 8200 section 8.1); both addresses of version 6. */
uint64_t checksum_pseudo_header_ipv6(const struct ip_address *source,
                                     const struct ip_address *destination, uint8_t next_header,
                                     uint32_t length);

/** The sum over the pseudo-header between addresses of one version, whichever that is. */
uint64_t checksum_pseudo_header_ip(const struct ip_address *source,
                                   const struct ip_address *destination, uint8_t protocol,
                                   uint32_t length);

/** @p old_checksum after one 16-bit word changed (RFC 1624, equation 3). */
uint16_t checksum_update(uint16_t old_checksum, uint16_t old_word, uint16_t new_word);

#endif
