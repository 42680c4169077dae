#include "scenario/values.h"

#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* XML's white space. */
static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Takes the digits at *cursor; false: none there, or more than max. */
static bool take_number(const char **cursor, uint64_t max, uint64_t *number)
{
    const char *p = *cursor;
    uint64_t value = 0;
    if (!is_digit(*p))
        return false;
    for (; is_digit(*p); p++) {
        uint64_t digit = (uint64_t)(*p - '0');
        if (value > (max - digit) / 10 || digit > max)
            return false;
        value = value * 10 + digit;
    }
    *cursor = p;
    *number = value;
    return true;
}

bool value_number(const char *text, uint64_t max, uint64_t *number)
{
    uint64_t value;
    while (is_blank(*text))
        text++;
    if (!take_number(&text, max, &value))
        return false;
    while (is_blank(*text))
        text++;
    if (*text)
        return false;
    *number = value;
    return true;
}

/* A decimal number as an integer and how many of its digits were behind the point. */
struct decimal {
    uint64_t digits;
    unsigned decimals;
};

/* Most digits behind a decimal point, so that no power of ten overflows. */
#define DECIMALS_MAX 9

static bool take_decimal(const char **cursor, struct decimal *decimal)
{
    const char *p = *cursor;
    *decimal = (struct decimal){0};
    if (!take_number(&p, UINT64_MAX / 1000, &decimal->digits))
        return false;
    if (*p == '.') {
        p++;
        if (!is_digit(*p))
            return false;
        for (; is_digit(*p); p++) {
            uint64_t digit = (uint64_t)(*p - '0');
            if (decimal->decimals == DECIMALS_MAX || decimal->digits > (UINT64_MAX - digit) / 10)
                return false;
            decimal->digits = decimal->digits * 10 + digit;
            decimal->decimals++;
        }
    }
    *cursor = p;
    return true;
}

/* decimal * unit; false unless it is a whole number of at most max. */
static bool scale(struct decimal decimal, uint64_t unit, uint64_t max, uint64_t *result)
{
    while (decimal.decimals > 0 && decimal.digits % 10 == 0) {
        decimal.digits /= 10;
        decimal.decimals--;
    }
    for (; decimal.decimals > 0; decimal.decimals--) {
        /* Take the factor ten from whichever number has it; powers of ten may need both parts. */
        if (unit % 10 == 0)
            unit /= 10;
        else if (unit % 2 == 0 && decimal.digits % 5 == 0) {
            unit /= 2;
            decimal.digits /= 5;
        } else if (unit % 5 == 0 && decimal.digits % 2 == 0) {
            unit /= 5;
            decimal.digits /= 2;
        } else if (decimal.digits % 10 == 0) {
            decimal.digits /= 10;
        } else {
            return false;
        }
    }
    if (decimal.digits > max / unit)
        return false;
    *result = decimal.digits * unit;
    return true;
}

/* A suffix and what it multiplies by. */
struct unit {
    const char *suffix;
    uint64_t factor;
};

bool value_duration(const char *text, instant *duration)
{
    static const struct unit units[] = {
        {"h", 3600 * INSTANT_SECOND}, {"m", 60 * INSTANT_SECOND},  {"s", INSTANT_SECOND},
        {"ms", INSTANT_MILLISECOND},  {"us", INSTANT_MICROSECOND}, {"ns", 1},
    };
    const size_t unit_count = sizeof units / sizeof units[0];
    size_t next_unit = 0;
    instant total = 0;
    do {
        struct decimal decimal;
        uint64_t part;
        if (!take_decimal(&text, &decimal))
            return false;
        size_t length = 0;
        while (text[length] >= 'a' && text[length] <= 'z')
            length++;
        size_t i = next_unit;
        while (i < unit_count &&
               (strlen(units[i].suffix) != length || strncmp(units[i].suffix, text, length) != 0))
            i++;
        if (i == unit_count || !scale(decimal, units[i].factor, VALUE_DURATION_MAX - total, &part))
            return false;
        total += part;
        text += length;
        next_unit = i + 1;
    } while (*text);
    *duration = total;
    return true;
}

/* A decimal number with one of several suffixes and nothing behind. */
static bool parse_with_unit(const char *text, const struct unit *units, size_t count, uint64_t max,
                            uint64_t *result)
{
    struct decimal decimal;
    if (!take_decimal(&text, &decimal))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(text, units[i].suffix) == 0)
            return scale(decimal, units[i].factor, max, result);
    }
    return false;
}

bool value_rate(const char *text, uint64_t *bps)
{
    static const struct unit units[] = {
        {"bit/s", 1},
        {"kbit/s", 1000},
        {"Mbit/s", 1000000},
        {"Gbit/s", 1000000000},
    };
    uint64_t value;
    if (!parse_with_unit(text, units, sizeof units / sizeof units[0], UINT64_C(1000000000000),
                         &value) ||
        value == 0)
        return false;
    *bps = value;
    return true;
}

bool value_size(const char *text, uint64_t *octets)
{
    static const struct unit units[] = {
        {"", 1},       {"B", 1},         {"kB", 1000},     {"MB", 1000000}, {"GB", 1000000000},
        {"KiB", 1024}, {"MiB", 1 << 20}, {"GiB", 1 << 30},
    };
    return parse_with_unit(text, units, sizeof units / sizeof units[0], UINT64_C(1000000000000),
                           octets);
}

bool value_probability(const char *text, uint32_t *ppm)
{
    static const struct unit units[] = {{"%", 10000}};
    uint64_t value;
    if (!parse_with_unit(text, units, 1, 1000000, &value))
        return false;
    *ppm = (uint32_t)value;
    return true;
}

/* Exactly count digits, then the separator. */
static bool take_digits(const char **cursor, unsigned count, char separator, unsigned *value)
{
    const char *p = *cursor;
    unsigned number = 0;
    for (; count > 0; count--, p++) {
        if (!is_digit(*p))
            return false;
        number = number * 10 + (unsigned)(*p - '0');
    }
    if (*p != separator)
        return false;
    *cursor = p + 1;
    *value = number;
    return true;
}

static bool is_leap(unsigned year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

bool value_calendar(const char *text, uint64_t *seconds)
{
    static const unsigned lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned year, month, day, hour, minute, second;
    if (!take_digits(&text, 4, '-', &year) || !take_digits(&text, 2, '-', &month) ||
        !take_digits(&text, 2, 'T', &day) || !take_digits(&text, 2, ':', &hour) ||
        !take_digits(&text, 2, ':', &minute) || !take_digits(&text, 2, 'Z', &second) || *text)
        return false;
    if (year < 1970 || year > 2105 || month < 1 || month > 12 || hour > 23 || minute > 59 ||
        second > 59)
        return false;
    unsigned length = lengths[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
    if (day < 1 || day > length)
        return false;
    uint64_t days = day - 1;
    for (unsigned y = 1970; y < year; y++)
        days += is_leap(y) ? 366 : 365;
    for (unsigned m = 1; m < month; m++)
        days += lengths[m - 1] + (m == 2 && is_leap(year) ? 1 : 0);
    *seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
    return true;
}

static int hex_digit(char c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool value_mac(const char *text, uint8_t mac[6])
{
    uint8_t octets[6];
    unsigned any = 0;
    for (size_t i = 0; i < sizeof octets; i++) {
        int high = hex_digit(text[0]);
        int low = high < 0 ? -1 : hex_digit(text[1]);
        if (low < 0 || text[2] != (i < 5 ? ':' : '\0'))
            return false;
        octets[i] = (uint8_t)(high << 4 | low);
        any |= octets[i];
        text += 3;
    }
    if (any == 0 || (octets[0] & 1) != 0)
        return false;
    memcpy(mac, octets, sizeof octets);
    return true;
}

bool value_port_range(const char *text, struct scenario_port_range *range)
{
    uint64_t first, last;
    if (!take_number(&text, UINT16_MAX, &first))
        return false;
    last = first;
    if (*text == '-') {
        text++;
        if (!take_number(&text, UINT16_MAX, &last))
            return false;
    }
    if (*text || last < first)
        return false;
    *range = (struct scenario_port_range){.first = (uint16_t)first, .last = (uint16_t)last};
    return true;
}

bool value_socket_address(const char *text, ipv4_address *address, uint16_t *port)
{
    char quad[IPV4_TEXT_SIZE];
    uint64_t number;
    size_t length = strcspn(text, ":");
    if (length >= sizeof quad || text[length] != ':')
        return false;
    memcpy(quad, text, length);
    quad[length] = '\0';
    text += length + 1;
    if (!take_number(&text, UINT16_MAX, &number) || *text || number == 0 ||
        !ipv4_parse(quad, address))
        return false;
    *port = (uint16_t)number;
    return true;
}

bool value_ip_protocol(const char *text, bool *any, uint8_t *protocol)
{
    /* Numbers of the IANA registry "Assigned Internet Protocol Numbers". */
    static const struct unit names[] = {
        {"icmp", 1}, {"tcp", 6}, {"udp", 17}, {"gre", 47}, {"esp", 50},
    };
    uint64_t number = 0;
    bool is_any = strcmp(text, "any") == 0;
    bool known = is_any;
    for (size_t i = 0; !known && i < sizeof names / sizeof names[0]; i++) {
        known = strcmp(text, names[i].suffix) == 0;
        number = names[i].factor;
    }
    if (!known && !value_number(text, UINT8_MAX, &number))
        return false;
    *any = is_any;
    *protocol = (uint8_t)number;
    return true;
}

bool value_choice(const char *text, const char *const *names, unsigned *index)
{
    for (unsigned i = 0; names[i]; i++) {
        if (strcmp(text, names[i]) == 0) {
            *index = i;
            return true;
        }
    }
    return false;
}

/* The longest list of the language. */
#define CHOICES_MAX 8

bool value_choices(const char *text, const char *const *names, unsigned *indexes, size_t capacity,
                   size_t *count)
{
    unsigned chosen[CHOICES_MAX];
    size_t found = 0;
    for (;;) {
        while (is_blank(*text))
            text++;
        if (!*text)
            break;
        char word[32];
        size_t length = 0;
        while (text[length] && !is_blank(text[length]))
            length++;
        if (length >= sizeof word || found == capacity || found == CHOICES_MAX)
            return false;
        memcpy(word, text, length);
        word[length] = '\0';
        text += length;
        if (!value_choice(word, names, &chosen[found]))
            return false;
        for (size_t i = 0; i < found; i++) {
            if (chosen[i] == chosen[found])
                return false;
        }
        found++;
    }
    if (found == 0)
        return false;
    memcpy(indexes, chosen, found * sizeof *indexes);
    *count = found;
    return true;
}

bool value_bits(const char *text, uint32_t *bits)
{
    uint64_t value = 0;
    if (text[0] != '0' || text[1] != 'x') {
        if (!value_number(text, UINT32_MAX, &value))
            return false;
    } else {
        text += 2;
        if (!*text)
            return false;
        for (; *text; text++) {
            if (hex_digit(*text) < 0 || value > UINT32_MAX >> 4)
                return false;
            value = value << 4 | (uint64_t)hex_digit(*text);
        }
    }
    *bits = (uint32_t)value;
    return true;
}

bool value_hex(const char *text, uint8_t *octets, size_t *length)
{
    size_t count = 0;
    for (;;) {
        while (is_blank(*text))
            text++;
        if (!*text)
            break;
        int high = hex_digit(text[0]);
        int low = high < 0 ? -1 : hex_digit(text[1]);
        if (low < 0)
            return false;
        octets[count++] = (uint8_t)(high << 4 | low);
        text += 2;
    }
    *length = count;
    return count > 0;
}
