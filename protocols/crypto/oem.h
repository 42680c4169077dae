#ifndef VPNSIM_CRYPTO_OEM_H
#define VPNSIM_CRYPTO_OEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The OEM character set of a Windows computer, in which LAN Manager hashes passwords. */
enum oem_code_page {
    OEM_CODE_PAGE_437, /**< United States */
    OEM_CODE_PAGE_850, /**< Western Europe */
};

/**
 * Converts UTF-8 to upper-case OEM characters, one octet each, without a terminator. A letter whose
 * upper case the code page lacks stays as it is.
 *
 * @param written  receives the octets stored
 * @return false, with @p written 0, when @p text is not strict UTF-8, has a character that the code
 *         page lacks, or does not fit into @p size octets
 */
bool oem_upper_from_utf8(enum oem_code_page code_page, const char *text, size_t length,
                         uint8_t *octets, size_t size, size_t *written);

#endif
