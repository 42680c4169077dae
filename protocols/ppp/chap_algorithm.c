#include "ppp/chap_algorithm.h"

#include "ppp/chap.h"
#include "ppp/mschap.h"

#include <assert.h>
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

/* MS-CHAP-V2 (RFC 2759): Peer-Challenge 16, Reserved 8, NT-Response 24, Flags 1. */
#define NT_RESPONSE_OFFSET 24

static struct mschap_v2_exchange v2_exchange(const struct chap_exchange *exchange,
                                             const uint8_t *value)
{
    return (struct mschap_v2_exchange){
        .authenticator_challenge = exchange->challenge,
        .peer_challenge = value,
        .user_name = exchange->name,
        .user_name_length = exchange->name_length,
    };
}

/** False when the account's password is not one that Windows could hash. */
static bool hash_secret(const struct chap_exchange *exchange, uint8_t hash[MSCHAP_HASH_SIZE])
{
    return mschap_nt_password_hash(exchange->crypto, exchange->secret, hash);
}

static void v2_respond(const struct chap_exchange *exchange, struct entropy *entropy,
                       uint8_t *value)
{
    uint8_t hash[MSCHAP_HASH_SIZE] = {0};
    memset(value, 0, MSCHAP_V2_RESPONSE_SIZE);
    entropy_fill(entropy, value, MSCHAP_V2_CHALLENGE_SIZE);
    const struct mschap_v2_exchange v2 = v2_exchange(exchange, value);
    bool hashed = hash_secret(exchange, hash);
    assert(hashed); /* checked when the secret was configured */
    (void)hashed;
    mschap_v2_nt_response(exchange->crypto, &v2, hash, value + NT_RESPONSE_OFFSET);
}

static bool v2_verify(const struct chap_exchange *exchange, const uint8_t *value)
{
    uint8_t hash[MSCHAP_HASH_SIZE];
    uint8_t expected[MSCHAP_NT_RESPONSE_SIZE];
    const struct mschap_v2_exchange v2 = v2_exchange(exchange, value);
    if (!hash_secret(exchange, hash))
        return false;
    mschap_v2_nt_response(exchange->crypto, &v2, hash, expected);
    return memcmp(expected, value + NT_RESPONSE_OFFSET, sizeof expected) == 0;
}

static void v2_prove(const struct chap_exchange *exchange, const uint8_t *value,
                     uint8_t digest[CRYPTO_SHA1_SIZE])
{
    uint8_t hash[MSCHAP_HASH_SIZE] = {0};
    const struct mschap_v2_exchange v2 = v2_exchange(exchange, value);
    (void)hash_secret(exchange, hash);
    mschap_v2_authenticator_response(exchange->crypto, &v2, hash, value + NT_RESPONSE_OFFSET,
                                     digest);
}

static void v2_write_success(const struct chap_exchange *exchange, const uint8_t *value,
                             const char *text, struct wire_writer *writer)
{
    uint8_t digest[CRYPTO_SHA1_SIZE];
    v2_prove(exchange, value, digest);
    mschap_v2_write_success(writer, digest, text);
}

static bool v2_check_success(const struct chap_exchange *exchange, const uint8_t *value,
                             const uint8_t *message, size_t length)
{
    /* RFC 2759 section 5: missing or incorrect, the peer MUST end the session. */
    uint8_t expected[CRYPTO_SHA1_SIZE];
    uint8_t digest[CRYPTO_SHA1_SIZE];
    v2_prove(exchange, value, expected);
    return mschap_v2_read_success(message, length, digest) &&
           memcmp(digest, expected, sizeof expected) == 0;
}

static void v2_derive_keys(const struct chap_exchange *exchange, const uint8_t *value, bool server,
                           struct mppe_start_keys *keys)
{
    uint8_t hash[MSCHAP_HASH_SIZE] = {0};
    uint8_t hash_hash[MSCHAP_HASH_SIZE];
    uint8_t master_key[MPPE_KEY_SIZE];
    (void)hash_secret(exchange, hash);
    mschap_hash_nt_password_hash(exchange->crypto, hash, hash_hash);
    mppe_master_key(exchange->crypto, hash_hash, value + NT_RESPONSE_OFFSET, master_key);
    mppe_start_keys_from_master(exchange->crypto, master_key, server, keys);
}

static const struct chap_algorithm algorithms[] = {
    {
        .number = CHAP_ALGORITHM_MD5,
        .response_length = CRYPTO_MD5_SIZE,
        .respond = md5_respond,
        .verify = md5_verify,
        .write_success = md5_write_success,
        .check_success = md5_check_success,
    },
    {
        .number = CHAP_ALGORITHM_MS_V2,
        .challenge_length = MSCHAP_V2_CHALLENGE_SIZE,
        .response_length = MSCHAP_V2_RESPONSE_SIZE,
        .has_failure_fields = true,
        .respond = v2_respond,
        .verify = v2_verify,
        .write_success = v2_write_success,
        .check_success = v2_check_success,
        .derive_keys = v2_derive_keys,
    },
};

const struct chap_algorithm *chap_algorithm_find(uint8_t number)
{
    for (size_t i = 0; i < sizeof algorithms / sizeof algorithms[0]; i++)
        if (algorithms[i].number == number)
            return &algorithms[i];
    return NULL;
}
