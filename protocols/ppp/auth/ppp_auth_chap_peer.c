/* What an authenticatee computes for CHAP, whatever carries it (RFC 1994, 2433, 2759). */
#include "ppp/auth/mschap_change.h"
#include "ppp/auth/ppp_auth_private.h"

#include <assert.h>
#include <string.h>

/* RFC 2433 section 8: without C= the next challenge is the first one and this in its first octet.
 */
#define IMPLIED_CHALLENGE_STEP 23

static struct chap_exchange own_exchange(const struct ppp_auth *auth)
{
    return (struct chap_exchange){
        .crypto = auth->config.crypto,
        .identifier = auth->identifier,
        .challenge = auth->chap.challenge,
        .challenge_length = auth->chap.challenge_length,
        .name = (const uint8_t *)auth->config.name,
        .name_length = strlen(auth->config.name),
        .secret = auth->config.secret,
        .code_page = auth->config.code_page,
        .lan_manager = auth->config.lan_manager,
    };
}

const char *ppp_auth_chap_take_challenge(struct ppp_auth *auth, const struct chap_message *message)
{
    uint8_t wanted = ppp_auth_chap_algorithm(auth)->challenge_length;
    if (wanted && message->value_length != wanted)
        return "bad-challenge-size";
    memcpy(auth->chap.challenge, message->value, message->value_length);
    auth->chap.challenge_length = message->value_length;
    ppp_auth_set_peer_name(auth, message->rest, message->rest_length);
    return NULL;
}

void ppp_auth_chap_compute(struct ppp_auth *auth)
{
    const struct chap_algorithm *algorithm = ppp_auth_chap_algorithm(auth);
    const struct chap_exchange exchange = own_exchange(auth);
    algorithm->respond(&exchange, auth->config.entropy, auth->chap.response);
    auth->chap.response_length = algorithm->response_length;
}

struct chap_message ppp_auth_chap_response(const struct ppp_auth *auth)
{
    return (struct chap_message){
        .code = CHAP_RESPONSE,
        .identifier = auth->identifier,
        .value = auth->chap.response,
        .value_length = auth->chap.response_length,
        .rest = (const uint8_t *)auth->config.name,
        .rest_length = strlen(auth->config.name),
    };
}

bool ppp_auth_chap_take_success(struct ppp_auth *auth, const struct chap_message *message)
{
    const struct chap_algorithm *algorithm = ppp_auth_chap_algorithm(auth);
    const struct chap_exchange exchange = own_exchange(auth);
    if (!algorithm->check_success(&exchange, auth->chap.response, message->rest,
                                  message->rest_length))
        return false;
    if (algorithm->derive_keys && !auth->authenticated_once) {
        algorithm->derive_keys(&exchange, auth->chap.response, false, &auth->keys);
        auth->has_keys = true;
    }
    return true;
}

static bool take_new_challenge(struct ppp_auth *auth, const struct mschap_failure *failure)
{
    uint8_t wanted = ppp_auth_chap_algorithm(auth)->challenge_length;
    if (failure->challenge_length != wanted)
        return false;
    memcpy(auth->chap.challenge, failure->challenge, wanted);
    auth->chap.challenge_length = wanted;
    return true;
}

static enum ppp_auth_chap_failure offer_retry(struct ppp_auth *auth, instant now)
{
    /* RFC 2759 section 6: short timeouts are off while the user is asked. */
    auth->chap.retries_left--;
    auth->phase = PPP_AUTH_PHASE_RETRY_OFFERED;
    auth->deadline = INSTANT_NEVER;
    ppp_auth_trace(auth, now, "ppp.auth.retry-offered", auth->error, "refused-by-peer");
    ppp_auth_push_event(auth, PPP_AUTH_RETRY_OFFERED, auth->error);
    return PPP_AUTH_CHAP_RETRY;
}

enum ppp_auth_chap_failure ppp_auth_chap_take_failure(struct ppp_auth *auth, instant now,
                                                      const struct chap_message *message)
{
    const struct chap_algorithm *algorithm = ppp_auth_chap_algorithm(auth);
    struct mschap_failure failure = {.error = auth->config.bare_refusal};
    if (algorithm->has_failure_fields)
        mschap_read_failure(message->rest, message->rest_length, &failure);
    auth->error = failure.error ? failure.error : PPP_AUTH_ERROR_AUTHENTICATION_FAILURE;
    /* MS-CHAP-1 has implied challenges, MS-CHAP-V2 must send one. */
    bool is_v1 = algorithm->number == CHAP_ALGORITHM_MS_V1;
    bool is_fresh = take_new_challenge(auth, &failure);
    if (!algorithm->has_failure_fields || auth->chap.changing || (!is_fresh && !is_v1))
        return PPP_AUTH_CHAP_FINAL;
    if (auth->error == MSCHAP_PASSWORD_EXPIRED && auth->config.new_secret) {
        auth->chap.changing = true;
        auth->chap.change_version = failure.version > 3 ? 3 : (uint8_t)failure.version;
        ppp_auth_trace(auth, now, "ppp.auth.password-expired", auth->error, "refused-by-peer");
        return PPP_AUTH_CHAP_CHANGE;
    }
    if (!failure.retry || auth->chap.retries_left == 0)
        return PPP_AUTH_CHAP_FINAL;
    if (!is_fresh)
        auth->chap.challenge[0] = (uint8_t)(auth->chap.challenge[0] + IMPLIED_CHALLENGE_STEP);
    return offer_retry(auth, now);
}

/* The hashes of the expired password and of its successor. */
struct change_hashes {
    uint8_t old_nt[MSCHAP_HASH_SIZE];
    uint8_t new_nt[MSCHAP_HASH_SIZE];
};

static struct change_hashes change_hashes(const struct ppp_auth *auth)
{
    struct change_hashes hashes = {{0}, {0}};
    bool hashed =
        mschap_nt_password_hash(auth->config.crypto, auth->config.secret, hashes.old_nt) &&
        mschap_nt_password_hash(auth->config.crypto, auth->config.new_secret, hashes.new_nt);
    assert(hashed); /* checked when they were configured */
    (void)hashed;
    return hashes;
}

static void write_change_1(const struct ppp_auth *auth, const struct change_hashes *hashes,
                           struct wire_writer *writer)
{
    struct crypto *crypto = auth->config.crypto;
    const uint8_t *challenge = auth->chap.challenge;
    struct mschap_change_1 change = {.flags = MSCHAP_CHANGE_1_NT_VALID};
    uint8_t old_lm[MSCHAP_HASH_SIZE];
    uint8_t new_lm[MSCHAP_HASH_SIZE];
    enum oem_code_page code_page = auth->config.code_page;
    mschap_encrypt_hash_with_challenge(crypto, hashes->new_nt, challenge, change.nt_new);
    mschap_encrypt_hash_with_challenge(crypto, hashes->old_nt, challenge, change.nt_old);
    /* Beyond fourteen octets: the fields of LAN Manager are not valid. */
    change.password_length = UINT16_MAX;
    if (mschap_lm_password_hash(crypto, code_page, auth->config.secret, old_lm) &&
        mschap_lm_password_hash(crypto, code_page, auth->config.new_secret, new_lm)) {
        uint8_t oem[MSCHAP_LM_PASSWORD_MAX];
        size_t length;
        (void)oem_upper_from_utf8(code_page, auth->config.new_secret,
                                  strlen(auth->config.new_secret), oem, sizeof oem, &length);
        change.password_length = (uint16_t)length;
        mschap_encrypt_hash_with_challenge(crypto, new_lm, challenge, change.lm_new);
        mschap_encrypt_hash_with_challenge(crypto, old_lm, challenge, change.lm_old);
    }
    mschap_encode_change_1(writer, &change);
}

/* The parts that versions 2 and 3 have in common. */
struct change_proof {
    uint8_t block[MSCHAP_PASSWORD_BLOCK_SIZE];
    uint8_t hash[MSCHAP_HASH_SIZE];
};

static void make_proof(const struct ppp_auth *auth, const struct change_hashes *hashes,
                       struct change_proof *proof)
{
    (void)mschap_encrypt_password(auth->config.crypto, auth->config.entropy,
                                  auth->config.new_secret, hashes->old_nt, proof->block);
    mschap_encrypt_hash(auth->config.crypto, hashes->old_nt, hashes->new_nt, proof->hash);
}

/* What carries LAN Manager hashes stays zero (RFC 2433 section 10). The response is to the new
   password already. */
static void write_change_2(const struct ppp_auth *auth, const struct change_proof *proof,
                           struct wire_writer *writer)
{
    const struct mschap_change_2 change = {
        .nt_block = proof->block,
        .nt_hash = proof->hash,
        .nt_response = auth->chap.response + MSCHAP_NT_RESPONSE_SIZE,
        .flags = MSCHAP_CHANGE_2_USE_NT,
    };
    mschap_encode_change_2(writer, &change);
}

static void write_change_3(const struct ppp_auth *auth, const struct change_proof *proof,
                           struct wire_writer *writer)
{
    const struct mschap_change_3 change = {
        .nt_block = proof->block,
        .nt_hash = proof->hash,
        .peer_challenge = auth->chap.response,
        .nt_response = auth->chap.response + MSCHAP_NT_RESPONSE_SIZE,
    };
    mschap_encode_change_3(writer, &change);
}

void ppp_auth_chap_write_change(struct ppp_auth *auth, instant now, struct wire_writer *writer)
{
    const struct change_hashes hashes = change_hashes(auth);
    bool is_v2 = ppp_auth_chap_algorithm(auth)->number == CHAP_ALGORITHM_MS_V2;
    uint8_t code = is_v2                            ? CHAP_CHANGE_PASSWORD_3
                   : auth->chap.change_version >= 2 ? CHAP_CHANGE_PASSWORD_2
                                                    : CHAP_CHANGE_PASSWORD_1;
    size_t start = wire_written(writer);
    struct change_proof proof;
    chap_encode(writer, &(struct chap_message){.code = code, .identifier = auth->identifier});
    make_proof(auth, &hashes, &proof);
    if (code == CHAP_CHANGE_PASSWORD_1)
        write_change_1(auth, &hashes, writer);
    auth->config.secret = auth->config.new_secret;
    auth->config.new_secret = NULL;
    ppp_auth_chap_compute(auth);
    if (code == CHAP_CHANGE_PASSWORD_2)
        write_change_2(auth, &proof, writer);
    else if (code == CHAP_CHANGE_PASSWORD_3)
        write_change_3(auth, &proof, writer);
    wire_patch_u16(writer, start + 2, (uint16_t)(wire_written(writer) - start));
    ppp_auth_trace(auth, now, "ppp.auth.password-changing", 0, NULL);
}
