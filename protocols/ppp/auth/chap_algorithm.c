#include "ppp/auth/chap_algorithm.h"

#include "ppp/auth/chap.h"

#include <string.h>

/* MD5 (RFC 1994 section 4.1): the Response value is a hash over Identifier, secret, Challenge. */

static void md5_respond(const struct chap_exchange *exchange, struct entropy *entropy,
                        uint8_t *value)
{
    (void)entropy;
    const struct crypto_piece pieces[] = {
        {&exchange->identifier, 1},
        {exchange->secret, strlen(exchange->secret)},
        {exchange->challenge, exchange->challenge_length},
    };
    crypto_md5(exchange->crypto, pieces, 3, value);
}

static bool md5_verify(const struct chap_exchange *exchange, const uint8_t *value)
{
    uint8_t expected[CRYPTO_MD5_SIZE];
    if (!exchange->secret) /* a hash of the password does not do */
        return false;
    md5_respond(exchange, NULL, expected);
    return memcmp(expected, value, sizeof expected) == 0;
}

static void md5_write_success(const struct chap_exchange *exchange, const uint8_t *value,
                              const char *text, struct wire_writer *writer)
{
    (void)exchange;
    (void)value;
    if (text)
        wire_put_octets(writer, text, strlen(text));
}

static bool md5_check_success(const struct chap_exchange *exchange, const uint8_t *value,
                              const uint8_t *message, size_t length)
{
    /* The message is for people and must not affect the protocol (RFC 1994 section 4.2). */
    (void)exchange;
    (void)value;
    (void)message;
    (void)length;
    return true;
}

static const struct chap_algorithm chap_algorithm_md5 = {
    .number = CHAP_ALGORITHM_MD5,
    .response_length = CRYPTO_MD5_SIZE,
    .respond = md5_respond,
    .verify = md5_verify,
    .write_success = md5_write_success,
    .check_success = md5_check_success,
};

const struct chap_algorithm *chap_algorithm_find(uint8_t number)
{
    static const struct chap_algorithm *const algorithms[] = {
        &chap_algorithm_md5, &chap_algorithm_ms_v1, &chap_algorithm_ms_v2};
    for (size_t i = 0; i < sizeof algorithms / sizeof algorithms[0]; i++)
        if (algorithms[i]->number == number)
            return algorithms[i];
    return NULL;
}
