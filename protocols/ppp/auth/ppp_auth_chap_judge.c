/* What an authenticator decides about CHAP, whatever carries it (RFC 1994, 2433, 2759). */
#include "ppp/auth/ppp_auth_private.h"

#include <assert.h>
#include <string.h>

/** RFC 1994 section 4.1: the value MUST change each time a Challenge is sent. */
struct chap_message ppp_auth_chap_challenge(struct ppp_auth *auth)
{
    const char *name = auth->config.name;
    uint8_t wanted = ppp_auth_chap_algorithm(auth)->challenge_length;
    auth->chap.challenge_length = wanted ? wanted : PPP_AUTH_CHALLENGE_SIZE;
    entropy_fill(auth->config.entropy, auth->chap.challenge, auth->chap.challenge_length);
    auth->chap.verdict = 0;
    auth->chap.changing = false;
    return (struct chap_message){
        .code = CHAP_CHALLENGE,
        .identifier = auth->identifier,
        .value = auth->chap.challenge,
        .value_length = auth->chap.challenge_length,
        .rest = (const uint8_t *)name,
        .rest_length = strlen(name),
    };
}

struct chap_message ppp_auth_chap_verdict(const struct ppp_auth *auth)
{
    return (struct chap_message){
        .code = auth->chap.verdict,
        .identifier = auth->identifier,
        .rest = auth->chap.message,
        .rest_length = auth->chap.message_length,
    };
}

/** The exchange that a received Response belongs to. */
static struct chap_exchange peer_exchange(const struct ppp_auth *auth,
                                          const struct chap_message *message,
                                          const struct ppp_auth_account *account)
{
    return (struct chap_exchange){
        .crypto = auth->config.crypto,
        .identifier = message->identifier,
        .challenge = auth->chap.challenge,
        .challenge_length = auth->chap.challenge_length,
        .name = message->rest,
        .name_length = message->rest_length,
        .secret = account->password,
        .nt_hash = account->nt_hash,
        .lm_hash = account->lm_hash,
        .code_page = auth->config.code_page,
    };
}

/** 0, or the error for which the Response is refused, with the phrase for the trace. */
static uint32_t judge_response(struct ppp_auth *auth, const struct chap_message *message,
                               struct ppp_auth_account *account)
{
    const struct chap_algorithm *algorithm = ppp_auth_chap_algorithm(auth);
    auth->reason = "unknown-user";
    if (!ppp_auth_find_account(auth, message->rest, message->rest_length, account))
        return PPP_AUTH_ERROR_AUTHENTICATION_FAILURE;
    const struct chap_exchange exchange = peer_exchange(auth, message, account);
    auth->reason = "wrong-password";
    if (message->value_length != algorithm->response_length ||
        (!account->accept_anything && !algorithm->verify(&exchange, message->value)))
        return PPP_AUTH_ERROR_AUTHENTICATION_FAILURE;
    auth->reason = "account-restricted";
    return account->error;
}

static void accept(struct ppp_auth *auth, const struct chap_exchange *exchange,
                   const uint8_t *value, bool knows_password)
{
    const struct chap_algorithm *algorithm = ppp_auth_chap_algorithm(auth);
    struct wire_writer writer = wire_writer_make(auth->chap.message, sizeof auth->chap.message);
    algorithm->write_success(exchange, value, auth->config.success_text, &writer);
    assert(!writer.failed);
    auth->chap.message_length = (uint8_t)wire_written(&writer);
    auth->chap.verdict = CHAP_SUCCESS;
    if (algorithm->derive_keys && !auth->authenticated_once && knows_password) {
        algorithm->derive_keys(exchange, value, true, &auth->keys);
        auth->has_keys = true;
    }
}

/** Writes the Message of a Failure; a new challenge is in C= , whether it may be used or not. */
static void write_failure(struct ppp_auth *auth, bool retry)
{
    const struct chap_algorithm *algorithm = ppp_auth_chap_algorithm(auth);
    const char *text = auth->config.failure_text;
    struct mschap_failure failure = {
        .error = auth->error,
        .retry = retry,
        .challenge_length = algorithm->challenge_length,
        .version = algorithm->failure_version,
        .text = (const uint8_t *)text,
        .text_length = text ? strlen(text) : 0,
    };
    struct wire_writer writer = wire_writer_make(auth->chap.message, sizeof auth->chap.message);
    if (algorithm->number == CHAP_ALGORITHM_MS_V1 && auth->config.change_version)
        failure.version = auth->config.change_version;
    if (algorithm->has_failure_fields) {
        entropy_fill(auth->config.entropy, auth->chap.challenge, algorithm->challenge_length);
        auth->chap.challenge_length = algorithm->challenge_length;
        memcpy(failure.challenge, auth->chap.challenge, algorithm->challenge_length);
        mschap_write_failure(&writer, &failure);
    } else if (text) {
        wire_put_octets(&writer, text, failure.text_length);
    }
    assert(!writer.failed);
    auth->chap.message_length = (uint8_t)wire_written(&writer);
}

static enum ppp_auth_chap_judgement refuse(struct ppp_auth *auth, instant now, uint32_t error)
{
    const struct chap_algorithm *algorithm = ppp_auth_chap_algorithm(auth);
    /* Another password cannot help where the account is restricted, and a retry is never allowed
       after a Change-Password (RFC 2759 section 9.1). */
    bool retry = algorithm->has_failure_fields && auth->chap.retries_left > 0 &&
                 !auth->chap.changing && error == PPP_AUTH_ERROR_AUTHENTICATION_FAILURE;
    bool change = algorithm->has_failure_fields && auth->config.change &&
                  auth->peer_name_is_exact && !auth->chap.changing &&
                  error == MSCHAP_PASSWORD_EXPIRED;
    auth->error = error;
    auth->chap.verdict = CHAP_FAILURE;
    write_failure(auth, retry);
    if (!retry && !change)
        return PPP_AUTH_CHAP_REFUSED;
    if (retry)
        auth->chap.retries_left--;
    auth->chap.changing = change;
    ppp_auth_trace(auth, now, retry ? "ppp.auth.retry-granted" : "ppp.auth.change-granted", error,
                   auth->reason);
    return PPP_AUTH_CHAP_AGAIN;
}

static enum ppp_auth_chap_judgement judge_change(struct ppp_auth *auth, instant now,
                                                 const struct chap_message *message)
{
    struct ppp_auth_new_password new_password = {0};
    uint8_t value[MSCHAP_V2_RESPONSE_SIZE] = {0};
    uint32_t error = ppp_auth_chap_judge_change(auth, message, &new_password, value);
    if (error)
        return refuse(auth, now, error);
    const struct ppp_auth_account account = {
        .nt_hash = new_password.nt_hash,
        .lm_hash = new_password.has_lm_hash ? new_password.lm_hash : NULL,
    };
    const struct chap_message response = {
        .identifier = message->identifier,
        .rest = (const uint8_t *)auth->peer_name,
        .rest_length = strlen(auth->peer_name),
    };
    const struct chap_exchange exchange = peer_exchange(auth, &response, &account);
    accept(auth, &exchange, value, true);
    ppp_auth_trace(auth, now, "ppp.auth.password-changed", 0, NULL);
    return PPP_AUTH_CHAP_ACCEPTED;
}

enum ppp_auth_chap_judgement ppp_auth_chap_judge(struct ppp_auth *auth, instant now,
                                                 const struct chap_message *message)
{
    if (message->code != CHAP_RESPONSE)
        return judge_change(auth, now, message);
    struct ppp_auth_account account = {0};
    auth->chap.changing = false;
    ppp_auth_set_peer_name(auth, message->rest, message->rest_length);
    uint32_t error = judge_response(auth, message, &account);
    if (error)
        return refuse(auth, now, error);
    const struct chap_exchange exchange = peer_exchange(auth, message, &account);
    accept(auth, &exchange, message->value, !account.accept_anything);
    return PPP_AUTH_CHAP_ACCEPTED;
}
