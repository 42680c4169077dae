#ifndef VPNSIM_CRYPTO_UTF16_H
#define VPNSIM_CRYPTO_UTF16_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Converts UTF-8 to UTF-16 little endian without a terminator, the form in which Windows hashes
 * passwords.
 *
 * @param written  receives the octets stored, 2 for each UTF-16 unit
 * @return false, with @p written 0, when @p text is not strict UTF-8 (RFC 3629: overlong forms,
 *         surrogates and values above 10FFFF are errors) or does not fit into @p size octets
 */
bool utf16le_from_utf8(const char *text, size_t length, uint8_t *octets, size_t size,
                       size_t *written);

/**
 * Converts UTF-16 little endian to terminated UTF-8. False, with an empty text, when @p length is
 * odd, a surrogate stands alone, a character is NUL or the text does not fit into @p size octets
 * with its terminator.
 */
bool utf8_from_utf16le(const uint8_t *octets, size_t length, char *text, size_t size);

#endif
