/* Change-Password packets as the authenticator sees them (RFC 2433 sections 9, 10; RFC 2759 7). */
#include "crypto/utf16.h"
#include "ppp/auth/mschap_change.h"
#include "ppp/auth/ppp_auth_private.h"

#include <string.h>

/* The account whose password expired, as judged before, and its old hashes. */
struct old_password {
    struct chap_exchange exchange; /**< whose hashes are the old ones */
    uint8_t nt_hash[MSCHAP_HASH_SIZE];
};

/* A new password in UTF-8: at most three octets for each UTF-16 unit. */
struct new_text {
    char text[3 * MSCHAP_PASSWORD_MAX + 1];
};

/* Code 5 brings hashes alone, under the challenge as key. */
static bool read_change_1(struct ppp_auth *auth, const struct chap_message *message,
                          const struct old_password *old,
                          struct ppp_auth_new_password *new_password)
{
    struct crypto *crypto = auth->config.crypto;
    const uint8_t *challenge = auth->chap.challenge;
    struct mschap_change_1 change;
    uint8_t hash[MSCHAP_HASH_SIZE];
    uint8_t lm_hash[MSCHAP_HASH_SIZE];
    if (!mschap_decode_change_1(message->rest, message->rest_length, &change) ||
        !(change.flags & MSCHAP_CHANGE_1_NT_VALID))
        return false;
    mschap_decrypt_hash_with_challenge(crypto, change.nt_old, challenge, hash);
    if (memcmp(hash, old->nt_hash, sizeof hash) != 0)
        return false;
    mschap_decrypt_hash_with_challenge(crypto, change.nt_new, challenge, new_password->nt_hash);
    if (change.password_length > MSCHAP_LM_PASSWORD_MAX || !chap_lm_hash(&old->exchange, lm_hash))
        return true;
    mschap_decrypt_hash_with_challenge(crypto, change.lm_old, challenge, hash);
    if (memcmp(hash, lm_hash, sizeof hash) != 0)
        return false;
    mschap_decrypt_hash_with_challenge(crypto, change.lm_new, challenge, new_password->lm_hash);
    new_password->has_lm_hash = true;
    return true;
}

/* The block under the old hash holds the new password, whose hash is the key of the old hash. */
static bool open_block(struct ppp_auth *auth, const uint8_t *block, const uint8_t *encrypted_hash,
                       const struct old_password *old, struct new_text *text,
                       struct ppp_auth_new_password *new_password)
{
    struct crypto *crypto = auth->config.crypto;
    uint8_t clear[MSCHAP_PASSWORD_BLOCK_SIZE];
    uint8_t hash[MSCHAP_HASH_SIZE];
    const uint8_t *unicode;
    size_t length;
    if (!mschap_decrypt_password(crypto, block, old->nt_hash, clear, &unicode, &length) ||
        !utf8_from_utf16le(unicode, length, text->text, sizeof text->text) ||
        !mschap_nt_password_hash(crypto, text->text, new_password->nt_hash))
        return false;
    mschap_encrypt_hash(crypto, old->nt_hash, new_password->nt_hash, hash);
    new_password->password = text->text;
    new_password->has_lm_hash =
        mschap_lm_password_hash(crypto, auth->config.code_page, text->text, new_password->lm_hash);
    return memcmp(hash, encrypted_hash, sizeof hash) == 0;
}

/* Whether the response in value, laid out as in a Response packet, is to the new password. */
static bool verify(struct ppp_auth *auth, const struct ppp_auth_new_password *new_password,
                   const struct old_password *old, const uint8_t *value)
{
    struct chap_exchange exchange = old->exchange;
    exchange.nt_hash = new_password->nt_hash;
    exchange.lm_hash = NULL;
    return ppp_auth_chap_algorithm(auth)->verify(&exchange, value);
}

static bool read_change_2(struct ppp_auth *auth, const struct chap_message *message,
                          const struct old_password *old, struct new_text *text,
                          struct ppp_auth_new_password *new_password)
{
    uint8_t value[MSCHAP_V1_RESPONSE_SIZE] = {0};
    struct mschap_change_2 change;
    if (!mschap_decode_change_2(message->rest, message->rest_length, &change) ||
        !open_block(auth, change.nt_block, change.nt_hash, old, text, new_password))
        return false;
    memcpy(value, change.lm_response, MSCHAP_NT_RESPONSE_SIZE);
    memcpy(value + MSCHAP_NT_RESPONSE_SIZE, change.nt_response, MSCHAP_NT_RESPONSE_SIZE);
    value[MSCHAP_V1_RESPONSE_SIZE - 1] = change.flags & MSCHAP_CHANGE_2_USE_NT;
    return (change.flags & MSCHAP_CHANGE_2_USE_NT) && verify(auth, new_password, old, value);
}

static bool read_change_3(struct ppp_auth *auth, const struct chap_message *message,
                          const struct old_password *old, struct new_text *text,
                          struct ppp_auth_new_password *new_password, uint8_t *value)
{
    struct mschap_change_3 change;
    if (!mschap_decode_change_3(message->rest, message->rest_length, &change) ||
        !open_block(auth, change.nt_block, change.nt_hash, old, text, new_password))
        return false;
    memset(value, 0, MSCHAP_V2_RESPONSE_SIZE);
    memcpy(value, change.peer_challenge, MSCHAP_V2_CHALLENGE_SIZE);
    memcpy(value + MSCHAP_NT_RESPONSE_SIZE, change.nt_response, MSCHAP_NT_RESPONSE_SIZE);
    return verify(auth, new_password, old, value);
}

static bool read_change(struct ppp_auth *auth, const struct chap_message *message,
                        const struct old_password *old, struct new_text *text,
                        struct ppp_auth_new_password *new_password, uint8_t *value)
{
    bool is_v2 = ppp_auth_chap_algorithm(auth)->number == CHAP_ALGORITHM_MS_V2;
    /* A server that speaks version 1 does not know the later packet. */
    bool is_old = auth->config.change_version == 1;
    switch (message->code) {
    case CHAP_CHANGE_PASSWORD_1:
        return !is_v2 && read_change_1(auth, message, old, new_password);
    case CHAP_CHANGE_PASSWORD_2:
        return !is_v2 && !is_old && read_change_2(auth, message, old, text, new_password);
    case CHAP_CHANGE_PASSWORD_3:
        return is_v2 && read_change_3(auth, message, old, text, new_password, value);
    default:
        return false;
    }
}

uint32_t ppp_auth_chap_judge_change(struct ppp_auth *auth, const struct chap_message *message,
                                    struct ppp_auth_new_password *new_password, uint8_t *value)
{
    const uint8_t *name = (const uint8_t *)auth->peer_name;
    struct ppp_auth_account account = {0};
    struct new_text text;
    auth->reason = "unknown-user";
    if (!ppp_auth_find_account(auth, name, strlen(auth->peer_name), &account))
        return MSCHAP_CHANGING_PASSWORD;
    struct old_password old = {
        .exchange =
            {
                .crypto = auth->config.crypto,
                .challenge = auth->chap.challenge,
                .challenge_length = auth->chap.challenge_length,
                .name = name,
                .name_length = strlen(auth->peer_name),
                .secret = account.password,
                .nt_hash = account.nt_hash,
                .lm_hash = account.lm_hash,
                .code_page = auth->config.code_page,
            },
    };
    auth->reason = "bad-change-password";
    if (!chap_nt_hash(&old.exchange, old.nt_hash) ||
        !read_change(auth, message, &old, &text, new_password, value))
        return MSCHAP_CHANGING_PASSWORD;
    auth->reason = "new-password-refused";
    if (!ppp_auth_change_password(auth, new_password))
        return MSCHAP_CHANGING_PASSWORD;
    /* The text ends here; its hashes have been taken. */
    new_password->password = NULL;
    return 0;
}
