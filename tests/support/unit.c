#include "support/unit.h"

#include <stdio.h>
#include <string.h>

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

size_t unit_hex(const char *text, uint8_t *octets, size_t size)
{
    size_t count = 0;
    while (*text) {
        if (*text == ' ' || *text == '\n') {
            text++;
            continue;
        }
        int high = digit(text[0]);
        int low = high < 0 ? -1 : digit(text[1]);
        if (low < 0 || count >= size)
            fail_msg("bad hexadecimal at \"%.8s\", octet %zu", text, count);
        octets[count++] = (uint8_t)(high << 4 | low);
        text += 2;
    }
    return count;
}

void unit_assert_hex(const uint8_t *octets, size_t length, const char *expected)
{
    uint8_t wanted[4096];
    size_t count = unit_hex(expected, wanted, sizeof wanted);
    assert_int_equal(length, count);
    assert_memory_equal(octets, wanted, count);
}

struct ip_address unit_address(const char *text)
{
    struct ip_address address;
    assert_true(ip_address_parse(text, &address));
    return address;
}
