#include "ppp/auth/mschap.h"

#include "crypto/utf16.h"

#include <string.h>

/* The constants of GenerateAuthenticatorResponse, without a terminator (RFC 2759 section 8.7). */
#define MAGIC_1 "Magic server to client signing constant"
#define MAGIC_2 "Pad to make it do more than one iteration"

bool mschap_nt_password_hash(struct crypto *crypto, const char *password,
                             uint8_t hash[MSCHAP_HASH_SIZE])
{
    uint8_t unicode[2 * MSCHAP_PASSWORD_MAX];
    size_t length;
    if (!utf16le_from_utf8(password, strlen(password), unicode, sizeof unicode, &length))
        return false;
    crypto_md4(crypto, &(struct crypto_piece){unicode, length}, 1, hash);
    return true;
}

void mschap_hash_nt_password_hash(struct crypto *crypto, const uint8_t hash[MSCHAP_HASH_SIZE],
                                  uint8_t hash_hash[MSCHAP_HASH_SIZE])
{
    crypto_md4(crypto, &(struct crypto_piece){hash, MSCHAP_HASH_SIZE}, 1, hash_hash);
}

void mschap_challenge_response(struct crypto *crypto, const uint8_t challenge[8],
                               const uint8_t hash[MSCHAP_HASH_SIZE],
                               uint8_t response[MSCHAP_NT_RESPONSE_SIZE])
{
    uint8_t padded[3 * CRYPTO_DES_KEY_SIZE] = {0};
    memcpy(padded, hash, MSCHAP_HASH_SIZE);
    for (size_t i = 0; i < 3; i++)
        crypto_des_ecb_encrypt(crypto, padded + i * CRYPTO_DES_KEY_SIZE, challenge,
                               response + i * CRYPTO_DES_BLOCK_SIZE);
}

const uint8_t *mschap_user_without_domain(const uint8_t *name, size_t *length)
{
    for (size_t i = *length; i > 0; i--) {
        if (name[i - 1] == '\\') {
            *length -= i;
            return name + i;
        }
    }
    return name;
}

void mschap_v2_challenge_hash(struct crypto *crypto, const struct mschap_v2_exchange *exchange,
                              uint8_t challenge[8])
{
    size_t length = exchange->user_name_length;
    const uint8_t *user = mschap_user_without_domain(exchange->user_name, &length);
    const struct crypto_piece pieces[] = {
        {exchange->peer_challenge, MSCHAP_V2_CHALLENGE_SIZE},
        {exchange->authenticator_challenge, MSCHAP_V2_CHALLENGE_SIZE},
        {user, length},
    };
    uint8_t digest[CRYPTO_SHA1_SIZE];
    crypto_sha1(crypto, pieces, 3, digest);
    memcpy(challenge, digest, 8);
}

void mschap_v2_nt_response(struct crypto *crypto, const struct mschap_v2_exchange *exchange,
                           const uint8_t nt_password_hash[MSCHAP_HASH_SIZE],
                           uint8_t response[MSCHAP_NT_RESPONSE_SIZE])
{
    uint8_t challenge[8];
    mschap_v2_challenge_hash(crypto, exchange, challenge);
    mschap_challenge_response(crypto, challenge, nt_password_hash, response);
}

void mschap_v2_authenticator_response(struct crypto *crypto,
                                      const struct mschap_v2_exchange *exchange,
                                      const uint8_t nt_password_hash[MSCHAP_HASH_SIZE],
                                      const uint8_t nt_response[MSCHAP_NT_RESPONSE_SIZE],
                                      uint8_t digest[CRYPTO_SHA1_SIZE])
{
    uint8_t hash_hash[MSCHAP_HASH_SIZE];
    uint8_t challenge[8];
    uint8_t inner[CRYPTO_SHA1_SIZE];
    mschap_hash_nt_password_hash(crypto, nt_password_hash, hash_hash);
    mschap_v2_challenge_hash(crypto, exchange, challenge);
    const struct crypto_piece first[] = {
        {hash_hash, sizeof hash_hash},
        {nt_response, MSCHAP_NT_RESPONSE_SIZE},
        {MAGIC_1, sizeof MAGIC_1 - 1},
    };
    crypto_sha1(crypto, first, 3, inner);
    const struct crypto_piece second[] = {
        {inner, sizeof inner},
        {challenge, sizeof challenge},
        {MAGIC_2, sizeof MAGIC_2 - 1},
    };
    crypto_sha1(crypto, second, 3, digest);
}
