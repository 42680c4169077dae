/* MS-CHAP as algorithms of CHAP: version 1 (RFC 2433) and version 2 (RFC 2759). */
#include "ppp/auth/chap.h"
#include "ppp/auth/chap_algorithm.h"

#include <assert.h>
#include <string.h>

bool chap_nt_hash(const struct chap_exchange *exchange, uint8_t hash[MSCHAP_HASH_SIZE])
{
    if (exchange->nt_hash) {
        memcpy(hash, exchange->nt_hash, MSCHAP_HASH_SIZE);
        return true;
    }
    return exchange->secret && mschap_nt_password_hash(exchange->crypto, exchange->secret, hash);
}

bool chap_lm_hash(const struct chap_exchange *exchange, uint8_t hash[MSCHAP_HASH_SIZE])
{
    if (exchange->lm_hash) {
        memcpy(hash, exchange->lm_hash, MSCHAP_HASH_SIZE);
        return true;
    }
    return !exchange->nt_hash && exchange->secret &&
           mschap_lm_password_hash(exchange->crypto, exchange->code_page, exchange->secret, hash);
}

/* MS-CHAP-1 (RFC 2433 section 6): LM-Response 24, NT-Response 24, Use-NT 1. */
#define V1_NT_OFFSET  24
#define V1_USE_OFFSET 48

/* The LAN Manager response is zero unless asked for: it gives the password away. */
static void v1_respond(const struct chap_exchange *exchange, struct entropy *entropy,
                       uint8_t *value)
{
    uint8_t hash[MSCHAP_HASH_SIZE] = {0};
    (void)entropy;
    memset(value, 0, MSCHAP_V1_RESPONSE_SIZE);
    if (exchange->lan_manager && chap_lm_hash(exchange, hash))
        mschap_challenge_response(exchange->crypto, exchange->challenge, hash, value);
    bool hashed = chap_nt_hash(exchange, hash);
    assert(hashed); /* checked when the secret was configured */
    (void)hashed;
    mschap_challenge_response(exchange->crypto, exchange->challenge, hash, value + V1_NT_OFFSET);
    value[V1_USE_OFFSET] = 1;
}

static bool v1_verify(const struct chap_exchange *exchange, const uint8_t *value)
{
    uint8_t hash[MSCHAP_HASH_SIZE];
    uint8_t expected[MSCHAP_NT_RESPONSE_SIZE];
    bool use_nt = value[V1_USE_OFFSET] & 1;
    if (use_nt ? !chap_nt_hash(exchange, hash) : !chap_lm_hash(exchange, hash))
        return false;
    mschap_challenge_response(exchange->crypto, exchange->challenge, hash, expected);
    return memcmp(expected, use_nt ? value + V1_NT_OFFSET : value, sizeof expected) == 0;
}

/* Success proves nothing: MS-CHAP-1 does not authenticate the authenticator. */
static void v1_write_success(const struct chap_exchange *exchange, const uint8_t *value,
                             const char *text, struct wire_writer *writer)
{
    (void)exchange;
    (void)value;
    if (text)
        wire_put_octets(writer, text, strlen(text));
}

static bool v1_check_success(const struct chap_exchange *exchange, const uint8_t *value,
                             const uint8_t *message, size_t length)
{
    (void)exchange;
    (void)value;
    (void)message;
    (void)length;
    return true;
}

static void v1_derive_keys(const struct chap_exchange *exchange, const uint8_t *value, bool server,
                           struct mppe_start_keys *keys)
{
    uint8_t nt_hash[MSCHAP_HASH_SIZE] = {0};
    uint8_t lm_hash[MSCHAP_HASH_SIZE];
    uint8_t hash_hash[MSCHAP_HASH_SIZE];
    (void)value;
    (void)server;
    (void)chap_nt_hash(exchange, nt_hash);
    mschap_hash_nt_password_hash(exchange->crypto, nt_hash, hash_hash);
    bool has_lm = chap_lm_hash(exchange, lm_hash);
    mppe_start_keys_from_mschap_v1(exchange->crypto, has_lm ? lm_hash : NULL, hash_hash,
                                   exchange->challenge, keys);
}

const struct chap_algorithm chap_algorithm_ms_v1 = {
    .number = CHAP_ALGORITHM_MS_V1,
    .challenge_length = MSCHAP_V1_CHALLENGE_SIZE,
    .response_length = MSCHAP_V1_RESPONSE_SIZE,
    .has_failure_fields = true,
    .failure_version = 2,
    .respond = v1_respond,
    .verify = v1_verify,
    .write_success = v1_write_success,
    .check_success = v1_check_success,
    .derive_keys = v1_derive_keys,
};

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

static void v2_respond(const struct chap_exchange *exchange, struct entropy *entropy,
                       uint8_t *value)
{
    uint8_t hash[MSCHAP_HASH_SIZE] = {0};
    memset(value, 0, MSCHAP_V2_RESPONSE_SIZE);
    entropy_fill(entropy, value, MSCHAP_V2_CHALLENGE_SIZE);
    const struct mschap_v2_exchange v2 = v2_exchange(exchange, value);
    bool hashed = chap_nt_hash(exchange, hash);
    assert(hashed); /* checked when the secret was configured */
    (void)hashed;
    mschap_v2_nt_response(exchange->crypto, &v2, hash, value + NT_RESPONSE_OFFSET);
}

static bool v2_verify(const struct chap_exchange *exchange, const uint8_t *value)
{
    uint8_t hash[MSCHAP_HASH_SIZE];
    uint8_t expected[MSCHAP_NT_RESPONSE_SIZE];
    const struct mschap_v2_exchange v2 = v2_exchange(exchange, value);
    if (!chap_nt_hash(exchange, hash))
        return false;
    mschap_v2_nt_response(exchange->crypto, &v2, hash, expected);
    return memcmp(expected, value + NT_RESPONSE_OFFSET, sizeof expected) == 0;
}

static void v2_prove(const struct chap_exchange *exchange, const uint8_t *value,
                     uint8_t digest[CRYPTO_SHA1_SIZE])
{
    uint8_t hash[MSCHAP_HASH_SIZE] = {0};
    const struct mschap_v2_exchange v2 = v2_exchange(exchange, value);
    (void)chap_nt_hash(exchange, hash);
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
    (void)chap_nt_hash(exchange, hash);
    mschap_hash_nt_password_hash(exchange->crypto, hash, hash_hash);
    mppe_master_key(exchange->crypto, hash_hash, value + NT_RESPONSE_OFFSET, master_key);
    mppe_start_keys_from_master(exchange->crypto, master_key, server, keys);
}

const struct chap_algorithm chap_algorithm_ms_v2 = {
    .number = CHAP_ALGORITHM_MS_V2,
    .challenge_length = MSCHAP_V2_CHALLENGE_SIZE,
    .response_length = MSCHAP_V2_RESPONSE_SIZE,
    .has_failure_fields = true,
    .failure_version = 3,
    .respond = v2_respond,
    .verify = v2_verify,
    .write_success = v2_write_success,
    .check_success = v2_check_success,
    .derive_keys = v2_derive_keys,
};
