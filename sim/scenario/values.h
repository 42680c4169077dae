#ifndef VPNSIM_SCENARIO_VALUES_H
#define VPNSIM_SCENARIO_VALUES_H

#include "base/instant.h"
#include "base/ipv4_address.h"
#include "scenario/model.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The values of the scenario language, from text to native types. Everything is integer arithmetic:
 * a fraction that does not come out even, an overflow or anything behind the value makes the
 * function return false and leaves the output alone.
 */

/** The longest duration: a hundred years of 365 days. */
#define VALUE_DURATION_MAX (UINT64_C(36500) * 24 * 3600 * INSTANT_SECOND)

/** Decimal digits, blanks around them allowed; at most @p max. */
bool value_number(const char *text, uint64_t max, uint64_t *number);

/** "1m30s", "2.5s", "250us": the units h, m, s, ms, us, ns in this order, each at most once. */
bool value_duration(const char *text, instant *duration);

/** "9600bit/s", "64kbit/s", "1.5Mbit/s": bits a second, at least 1. */
bool value_rate(const char *text, uint64_t *bps);

/** "1500", "64kB" (64,000), "4MiB": octets, at most 1,000 GB. */
bool value_size(const char *text, uint64_t *octets);

/** "0.25%": parts per million, at most 1,000,000. */
bool value_probability(const char *text, uint32_t *ppm);

/** "2000-02-17T00:00:00Z" of the years 1970 to 2105: seconds since 1970 began. */
bool value_calendar(const char *text, uint64_t *seconds);

/** "00:0c:29:12:34:56"; the group bit must be clear and some bit set. */
bool value_mac(const char *text, uint8_t mac[6]);

/** "1723" or "1024-65535", not reversed. */
bool value_port_range(const char *text, struct scenario_port_range *range);

/** "127.0.0.1:5001": an address and a port that is not 0. */
bool value_socket_address(const char *text, ipv4_address *address, uint16_t *port);

/** "any", a known protocol's name or a number from 0 to 255. */
bool value_ip_protocol(const char *text, bool *any, uint8_t *protocol);

/** "17" or "0x000A0000": 32 bits. */
bool value_bits(const char *text, uint32_t *bits);

/** "1A2B 3C4D": the octets into @p octets, which has room for half the text's characters. */
bool value_hex(const char *text, uint8_t *octets, size_t *length);

/** The index of @p text in @p names, which ends with NULL; false when it is not there. */
bool value_choice(const char *text, const char *const *names, unsigned *index);

/** Names separated by blanks: for each in turn, its index; none twice, at least one. */
bool value_choices(const char *text, const char *const *names, unsigned *indexes, size_t capacity,
                   size_t *count);

#endif
