/*
 * The texts that MS-CHAP puts into the Message of Success and Failure, which unlike CHAP's do
 * affect the protocol (RFC 2759 sections 5 and 6).
 */
#include "ppp/auth/mschap.h"

#include <stdio.h>
#include <string.h>

static void write_text(struct wire_writer *writer, const char *text)
{
    wire_put_octets(writer, text, strlen(text));
}

static void write_hexadecimal(struct wire_writer *writer, const uint8_t *octets, size_t length)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < length; i++) {
        wire_put_u8(writer, (uint8_t)digits[octets[i] >> 4]);
        wire_put_u8(writer, (uint8_t)digits[octets[i] & 15]);
    }
}

static int digit_value(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

/** Exactly 2 * @p size hexadecimal digits and nothing else; @p octets kept otherwise. */
static bool read_hexadecimal(const uint8_t *text, size_t length, uint8_t *octets, size_t size)
{
    if (length != 2 * size)
        return false;
    for (size_t i = 0; i < length; i++)
        if (digit_value(text[i]) < 0)
            return false;
    for (size_t i = 0; i < size; i++)
        octets[i] = (uint8_t)(digit_value(text[2 * i]) << 4 | digit_value(text[2 * i + 1]));
    return true;
}

/** Leading decimal digits, saturating; 0 when there are none. */
static uint32_t read_decimal(const uint8_t *text, size_t length)
{
    uint32_t value = 0;
    for (size_t i = 0; i < length && text[i] >= '0' && text[i] <= '9'; i++) {
        uint32_t digit = (uint32_t)(text[i] - '0');
        if (value > (UINT32_MAX - digit) / 10)
            return UINT32_MAX;
        value = value * 10 + digit;
    }
    return value;
}

/** One "K=value" of a message; M= takes the rest, blanks included. */
struct message_field {
    uint8_t key;
    const uint8_t *value;
    size_t length;
};

/** The next field at or after @p *position, which moves behind it; false at the end. */
static bool next_field(const uint8_t *message, size_t length, size_t *position,
                       struct message_field *field)
{
    size_t at = *position;
    while (at < length) {
        size_t end = at;
        while (end < length && message[end] != ' ')
            end++;
        if (end - at >= 2 && message[at + 1] == '=') {
            if (message[at] == 'M')
                end = length;
            *field = (struct message_field){message[at], message + at + 2, end - at - 2};
            *position = end;
            return true;
        }
        at = end < length ? end + 1 : end;
    }
    return false;
}

void mschap_v2_write_success(struct wire_writer *writer, const uint8_t digest[CRYPTO_SHA1_SIZE],
                             const char *text)
{
    write_text(writer, "S=");
    write_hexadecimal(writer, digest, CRYPTO_SHA1_SIZE);
    if (text) {
        write_text(writer, " M=");
        write_text(writer, text);
    }
}

bool mschap_v2_read_success(const uint8_t *message, size_t length, uint8_t digest[CRYPTO_SHA1_SIZE])
{
    struct message_field field;
    size_t position = 0;
    while (next_field(message, length, &position, &field))
        if (field.key == 'S')
            return read_hexadecimal(field.value, field.length, digest, CRYPTO_SHA1_SIZE);
    return false;
}

void mschap_write_failure(struct wire_writer *writer, const struct mschap_failure *failure)
{
    char number[32];
    snprintf(number, sizeof number, "E=%u R=%d", (unsigned)failure->error, failure->retry);
    write_text(writer, number);
    if (failure->challenge_length > 0)
        write_text(writer, " C=");
    write_hexadecimal(writer, failure->challenge, failure->challenge_length);
    snprintf(number, sizeof number, " V=%u", (unsigned)failure->version);
    write_text(writer, number);
    if (failure->text) {
        write_text(writer, " M=");
        wire_put_octets(writer, failure->text, failure->text_length);
    }
}

/** Sixteen digits of MS-CHAP-1, thirty-two of MS-CHAP-V2; anything else counts as none. */
static void read_challenge(const struct message_field *field, struct mschap_failure *failure)
{
    size_t size = field->length == 2 * MSCHAP_V1_CHALLENGE_SIZE ? MSCHAP_V1_CHALLENGE_SIZE
                                                                : MSCHAP_V2_CHALLENGE_SIZE;
    bool read = read_hexadecimal(field->value, field->length, failure->challenge, size);
    failure->challenge_length = read ? (uint8_t)size : 0;
}

void mschap_read_failure(const uint8_t *message, size_t length, struct mschap_failure *failure)
{
    struct message_field field;
    size_t position = 0;
    *failure = (struct mschap_failure){.error = MSCHAP_AUTHENTICATION_FAILURE};
    while (next_field(message, length, &position, &field)) {
        switch (field.key) {
        case 'E':
            failure->error = read_decimal(field.value, field.length);
            break;
        case 'R':
            failure->retry = field.length > 0 && field.value[0] == '1';
            break;
        case 'C':
            read_challenge(&field, failure);
            break;
        case 'V':
            failure->version = read_decimal(field.value, field.length);
            break;
        case 'M':
            failure->text = field.value;
            failure->text_length = field.length;
            break;
        default:
            break;
        }
    }
}
