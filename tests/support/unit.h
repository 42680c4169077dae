#ifndef VPNSIM_TESTS_SUPPORT_UNIT_H
#define VPNSIM_TESTS_SUPPORT_UNIT_H

/* cmocka wants these before it; every unit test includes this header instead of cmocka.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/ip_address.h"

/**
 * Decodes hexadecimal @p text (blanks allowed) into @p octets, which has room for @p size octets,
 * and returns how many there are. A malformed text or too small a buffer fails the test.
 */
size_t unit_hex(const char *text, uint8_t *octets, size_t size);

/** Fails the test unless @p octets are exactly the hexadecimal @p expected. */
void unit_assert_hex(const uint8_t *octets, size_t length, const char *expected);

/** The address, of either version, that @p text is. */
struct ip_address unit_address(const char *text);

#endif
