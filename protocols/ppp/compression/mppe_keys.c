#include "ppp/compression/mppe_keys.h"

#include <assert.h>
#include <string.h>

/* Magic constants of RFC 3079 section 3.4, without a terminator. */
#define MAGIC_1 "This is the MPPE Master Key"
#define MAGIC_2                                                                                    \
    "On the client side, this is the send key; on the server side, it is the receive key."
#define MAGIC_3                                                                                    \
    "On the client side, this is the receive key; on the server side, it is the send key."

_Static_assert(sizeof MAGIC_1 - 1 == 27 && sizeof MAGIC_2 - 1 == 84 && sizeof MAGIC_3 - 1 == 84,
               "the constants have the lengths of RFC 3079");

#define PAD_SIZE 40

static const uint8_t pad_1[PAD_SIZE] = {0};
static const uint8_t pad_2[PAD_SIZE] = {0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2,
                                        0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2,
                                        0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2,
                                        0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2};

size_t mppe_key_length(enum mppe_strength strength)
{
    return strength == MPPE_128_BIT ? MPPE_KEY_SIZE : 8;
}

void mppe_master_key(struct crypto *crypto, const uint8_t hash_hash[16],
                     const uint8_t nt_response[24], uint8_t master_key[MPPE_KEY_SIZE])
{
    const struct crypto_piece pieces[] = {
        {hash_hash, 16},
        {nt_response, 24},
        {MAGIC_1, sizeof MAGIC_1 - 1},
    };
    uint8_t digest[CRYPTO_SHA1_SIZE];
    crypto_sha1(crypto, pieces, 3, digest);
    memcpy(master_key, digest, MPPE_KEY_SIZE);
}

static void start_key(struct crypto *crypto, const uint8_t *master_key, const char *magic,
                      uint8_t *key)
{
    const struct crypto_piece pieces[] = {
        {master_key, MPPE_KEY_SIZE},
        {pad_1, PAD_SIZE},
        {magic, sizeof MAGIC_2 - 1},
        {pad_2, PAD_SIZE},
    };
    uint8_t digest[CRYPTO_SHA1_SIZE];
    crypto_sha1(crypto, pieces, 4, digest);
    memcpy(key, digest, MPPE_KEY_SIZE);
}

void mppe_start_keys_from_master(struct crypto *crypto, const uint8_t master_key[MPPE_KEY_SIZE],
                                 bool server, struct mppe_start_keys *keys)
{
    *keys = (struct mppe_start_keys){.weak_keys = MPPE_WEAK_FROM_START};
    start_key(crypto, master_key, server ? MAGIC_3 : MAGIC_2, keys->send);
    start_key(crypto, master_key, server ? MAGIC_2 : MAGIC_3, keys->receive);
}

const uint8_t *mppe_start_key(const struct mppe_start_keys *keys, enum mppe_strength strength,
                              bool send)
{
    if (strength != MPPE_128_BIT && keys->weak_keys != MPPE_WEAK_FROM_START)
        return keys->weak_keys == MPPE_WEAK_OWN ? keys->weak : NULL;
    return send ? keys->send : keys->receive;
}

void mppe_start_keys_from_mschap_v1(struct crypto *crypto, const uint8_t *lm_hash,
                                    const uint8_t hash_hash[16], const uint8_t challenge[8],
                                    struct mppe_start_keys *keys)
{
    /* Get_Start_Key takes the hash twice. */
    const struct crypto_piece pieces[] = {{hash_hash, 16}, {hash_hash, 16}, {challenge, 8}};
    uint8_t digest[CRYPTO_SHA1_SIZE];
    crypto_sha1(crypto, pieces, 3, digest);
    *keys = (struct mppe_start_keys){.weak_keys = lm_hash ? MPPE_WEAK_OWN : MPPE_WEAK_NONE};
    memcpy(keys->send, digest, MPPE_KEY_SIZE);
    memcpy(keys->receive, digest, MPPE_KEY_SIZE);
    if (lm_hash)
        memcpy(keys->weak, lm_hash, 8);
}

void mppe_start_keys_from_msk(const uint8_t msk[MPPE_MSK_SIZE], bool server,
                              struct mppe_start_keys *keys)
{
    const uint8_t *by_peer = msk;
    const uint8_t *by_authenticator = msk + MPPE_MSK_SIZE / 2;
    *keys = (struct mppe_start_keys){.weak_keys = MPPE_WEAK_FROM_START};
    memcpy(keys->send, server ? by_authenticator : by_peer, MPPE_KEY_SIZE);
    memcpy(keys->receive, server ? by_peer : by_authenticator, MPPE_KEY_SIZE);
}

/** GetNewKeyFromSHA (RFC 3078 section 7.3): writes mppe_key_length() octets to @p interim. */
static void new_key_from_sha(struct crypto *crypto, size_t length, const uint8_t *start,
                             const uint8_t *session_key, uint8_t *interim)
{
    const struct crypto_piece pieces[] = {
        {start, length},
        {pad_1, PAD_SIZE},
        {session_key, length},
        {pad_2, PAD_SIZE},
    };
    uint8_t digest[CRYPTO_SHA1_SIZE];
    crypto_sha1(crypto, pieces, 4, digest);
    memcpy(interim, digest, length);
}

/** Makes a weaker key's leading octets known (RFC 3079 section 3.1). */
static void reduce(enum mppe_strength strength, uint8_t *key)
{
    switch (strength) {
    case MPPE_40_BIT:
        key[0] = 0xd1;
        key[1] = 0x26;
        key[2] = 0x9e;
        break;
    case MPPE_56_BIT:
        key[0] = 0xd1;
        break;
    case MPPE_128_BIT:
        break;
    }
}

void mppe_initial_session_key(struct crypto *crypto, enum mppe_strength strength,
                              const uint8_t *start_key_octets, uint8_t *session_key)
{
    size_t length = mppe_key_length(strength);
    new_key_from_sha(crypto, length, start_key_octets, start_key_octets, session_key);
    reduce(strength, session_key);
}

void mppe_change_key(struct crypto *crypto, enum mppe_strength strength, const uint8_t *start,
                     uint8_t *session_key)
{
    size_t length = mppe_key_length(strength);
    uint8_t interim[MPPE_KEY_SIZE];
    struct rc4 *rc4 = crypto_scratch_rc4(crypto);
    new_key_from_sha(crypto, length, start, session_key, interim);
    rc4_set_key(rc4, interim, length);
    rc4_crypt(rc4, interim, length);
    memcpy(session_key, interim, length);
    reduce(strength, session_key);
}
