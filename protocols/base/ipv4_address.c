#include "base/ipv4_address.h"

#include <stdio.h>

/* One decimal number of at most three digits without a leading zero; advances *text. */
static bool parse_number(const char **text, unsigned limit, unsigned *value)
{
    const char *p = *text;
    unsigned n = 0;
    if (*p < '0' || *p > '9' || (p[0] == '0' && p[1] >= '0' && p[1] <= '9'))
        return false;
    while (*p >= '0' && *p <= '9') {
        n = n * 10 + (unsigned)(*p++ - '0');
        if (n > limit)
            return false;
    }
    *text = p;
    *value = n;
    return true;
}

static bool parse_quad(const char **text, ipv4_address *address)
{
    ipv4_address result = 0;
    for (int i = 0; i < 4; i++) {
        unsigned octet;
        if (i > 0 && *(*text)++ != '.')
            return false;
        if (!parse_number(text, 255, &octet))
            return false;
        result = result << 8 | octet;
    }
    *address = result;
    return true;
}

bool ipv4_parse(const char *text, ipv4_address *address)
{
    ipv4_address result;
    if (!parse_quad(&text, &result) || *text != '\0')
        return false;
    *address = result;
    return true;
}

bool ipv4_parse_prefix(const char *text, ipv4_address *address, unsigned *prefix_length)
{
    ipv4_address result;
    unsigned length;
    if (!parse_quad(&text, &result) || *text++ != '/' || !parse_number(&text, 32, &length) ||
        *text != '\0')
        return false;
    *address = result;
    *prefix_length = length;
    return true;
}

const char *ipv4_format(ipv4_address address, char text[IPV4_TEXT_SIZE])
{
    snprintf(text, IPV4_TEXT_SIZE, "%u.%u.%u.%u", address >> 24, address >> 16 & 0xff,
             address >> 8 & 0xff, address & 0xff);
    return text;
}
