/* CHAP in both roles, with every algorithm (RFC 1994 section 4, RFC 2759). */
#include "ppp/chap_algorithm.h"
#include "ppp/ppp_auth_private.h"

#include <assert.h>
#include <string.h>

static const struct chap_algorithm *algorithm_of(const struct ppp_auth *auth)
{
    uint8_t option[PPP_AUTH_OPTION_MAX];
    (void)ppp_auth_method_option(auth->config.method, option);
    const struct chap_algorithm *algorithm = chap_algorithm_find(option[2]);
    assert(algorithm);
    return algorithm;
}

/* The authenticatee. */

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
    };
}

static void repeat_response(struct ppp_auth *auth)
{
    const struct chap_message message = {
        .code = CHAP_RESPONSE,
        .identifier = auth->identifier,
        .value = auth->chap.response,
        .value_length = auth->chap.response_length,
        .rest = (const uint8_t *)auth->config.name,
        .rest_length = strlen(auth->config.name),
    };
    ppp_auth_send_chap(auth, &message);
}

static void send_response(struct ppp_auth *auth, instant now)
{
    auth->transmissions_left--;
    repeat_response(auth);
    ppp_auth_arm(auth, now, 1);
}

/** Computes the value for the challenge and Identifier kept, and sends it. */
static void respond(struct ppp_auth *auth, instant now)
{
    const struct chap_algorithm *algorithm = algorithm_of(auth);
    const struct chap_exchange exchange = own_exchange(auth);
    algorithm->respond(&exchange, auth->config.entropy, auth->chap.response);
    auth->chap.response_length = algorithm->response_length;
    auth->phase = PPP_AUTH_PHASE_ACTIVE;
    auth->transmissions_left = auth->config.transmissions;
    send_response(auth, now);
}

static void authenticatee_start(struct ppp_auth *auth, instant now)
{
    auth->chap.retries_left = auth->config.retries;
    ppp_auth_arm(auth, now, auth->config.transmissions);
}

/*
 * The authenticator repeats its Challenge, but once it has decided only a repeated Response makes
 * it repeat a lost verdict (RFC 1994 section 4.1).
 */
static void authenticatee_timeout(struct ppp_auth *auth, instant now)
{
    if (auth->chap.response_length == 0 || auth->transmissions_left == 0) {
        ppp_auth_fail(auth, now, PPP_AUTH_ERROR_PPP_TIMEOUT, "no-answer");
        return;
    }
    send_response(auth, now);
    ppp_auth_trace(auth, now, "ppp.auth.retransmitted", 0, NULL);
}

static const char *receive_challenge(struct ppp_auth *auth, instant now,
                                     const struct chap_message *message)
{
    uint8_t wanted = algorithm_of(auth)->challenge_length;
    if (wanted && message->value_length != wanted)
        return "bad-challenge-size";
    if (auth->phase == PPP_AUTH_PHASE_FAILED || auth->phase == PPP_AUTH_PHASE_RETRY_OFFERED)
        return "unexpected-challenge";
    bool repeated = auth->chap.response_length > 0 && message->identifier == auth->identifier &&
                    message->value_length == auth->chap.challenge_length &&
                    memcmp(message->value, auth->chap.challenge, message->value_length) == 0;
    if (repeated) {
        /* The same Response: the Success to come fits only its Peer-Challenge. */
        repeat_response(auth);
        return NULL;
    }
    auth->identifier = message->identifier;
    memcpy(auth->chap.challenge, message->value, message->value_length);
    auth->chap.challenge_length = message->value_length;
    ppp_auth_set_peer_name(auth, message->rest, message->rest_length);
    respond(auth, now);
    return NULL;
}

static void receive_success(struct ppp_auth *auth, instant now, const struct chap_message *message)
{
    const struct chap_algorithm *algorithm = algorithm_of(auth);
    const struct chap_exchange exchange = own_exchange(auth);
    if (!algorithm->check_success(&exchange, auth->chap.response, message->rest,
                                  message->rest_length)) {
        ppp_auth_fail(auth, now, PPP_AUTH_ERROR_UNABLE_TO_AUTHENTICATE_SERVER,
                      "wrong-authenticator-response");
        return;
    }
    if (algorithm->derive_keys && !auth->authenticated_once) {
        algorithm->derive_keys(&exchange, auth->chap.response, false, &auth->keys);
        auth->has_keys = true;
    }
    ppp_auth_succeed(auth, now);
}

static void receive_failure(struct ppp_auth *auth, instant now, const struct chap_message *message)
{
    struct mschap_failure failure = {.error = PPP_AUTH_ERROR_AUTHENTICATION_FAILURE};
    if (algorithm_of(auth)->has_failure_fields)
        mschap_read_failure(message->rest, message->rest_length, &failure);
    auth->error = failure.error ? failure.error : PPP_AUTH_ERROR_AUTHENTICATION_FAILURE;
    if (!failure.retry || !failure.has_challenge || auth->chap.retries_left == 0) {
        ppp_auth_fail(auth, now, auth->error, "refused-by-peer");
        return;
    }
    /* RFC 2759 section 6: short timeouts are off while the user is asked. */
    auth->chap.retries_left--;
    memcpy(auth->chap.challenge, failure.challenge, sizeof failure.challenge);
    auth->chap.challenge_length = sizeof failure.challenge;
    auth->phase = PPP_AUTH_PHASE_RETRY_OFFERED;
    auth->deadline = INSTANT_NEVER;
    ppp_auth_trace(auth, now, "ppp.auth.retry-offered", auth->error, "refused-by-peer");
    ppp_auth_push_event(auth, PPP_AUTH_RETRY_OFFERED, auth->error);
}

void ppp_auth_chap_retry(struct ppp_auth *auth, instant now)
{
    auth->identifier++;
    respond(auth, now);
}

static void authenticatee_input(struct ppp_auth *auth, instant now, const struct packet *packet)
{
    struct chap_message message;
    const char *reason = chap_decode(packet->data, packet->length, &message);
    if (!reason && message.code == CHAP_RESPONSE)
        reason = "unexpected-code";
    else if (!reason && message.code == CHAP_CHALLENGE)
        reason = receive_challenge(auth, now, &message);
    else if (!reason && (auth->phase != PPP_AUTH_PHASE_ACTIVE || auth->chap.response_length == 0))
        reason = "unexpected-verdict";
    else if (!reason && message.identifier != auth->identifier)
        reason = "unexpected-identifier";
    else if (!reason && message.code == CHAP_SUCCESS)
        receive_success(auth, now, &message);
    else if (!reason)
        receive_failure(auth, now, &message);
    if (reason)
        ppp_auth_drop(auth, now, packet, reason);
}

/* The authenticator. */

/** RFC 1994 section 4.1: Identifier and value MUST change each time a Challenge is sent. */
static void send_challenge(struct ppp_auth *auth, instant now)
{
    const char *name = auth->config.name;
    const struct chap_message message = {
        .code = CHAP_CHALLENGE,
        .identifier = auth->identifier,
        .value = auth->chap.challenge,
        .value_length = PPP_AUTH_CHALLENGE_SIZE,
        .rest = (const uint8_t *)name,
        .rest_length = strlen(name),
    };
    entropy_fill(auth->config.entropy, auth->chap.challenge, PPP_AUTH_CHALLENGE_SIZE);
    auth->chap.challenge_length = PPP_AUTH_CHALLENGE_SIZE;
    auth->chap.verdict = 0;
    auth->transmissions_left--;
    ppp_auth_send_chap(auth, &message);
    ppp_auth_arm(auth, now, 1);
}

static void authenticator_start(struct ppp_auth *auth, instant now)
{
    auth->chap.retries_left = auth->config.retries;
    send_challenge(auth, now);
}

static void authenticator_timeout(struct ppp_auth *auth, instant now)
{
    const char *event = "ppp.auth.retransmitted";
    if (auth->phase == PPP_AUTH_PHASE_RETRY_GRANTED) {
        ppp_auth_fail(auth, now, auth->error, "no-retry");
        return;
    }
    if (auth->phase == PPP_AUTH_PHASE_SUCCEEDED) {
        event = "ppp.auth.rechallenged";
        auth->phase = PPP_AUTH_PHASE_ACTIVE;
        auth->transmissions_left = auth->config.transmissions;
    }
    if (auth->transmissions_left == 0) {
        ppp_auth_fail(auth, now, PPP_AUTH_ERROR_PPP_TIMEOUT, "no-answer");
        return;
    }
    auth->identifier++;
    send_challenge(auth, now);
    ppp_auth_trace(auth, now, event, 0, NULL);
}

static void send_verdict(struct ppp_auth *auth)
{
    const struct chap_message message = {
        .code = auth->chap.verdict,
        .identifier = auth->identifier,
        .rest = auth->chap.message,
        .rest_length = auth->chap.message_length,
    };
    ppp_auth_send_chap(auth, &message);
}

/** The exchange that a received Response belongs to. */
static struct chap_exchange peer_exchange(const struct ppp_auth *auth,
                                          const struct chap_message *message, const char *secret)
{
    return (struct chap_exchange){
        .crypto = auth->config.crypto,
        .identifier = message->identifier,
        .challenge = auth->chap.challenge,
        .challenge_length = auth->chap.challenge_length,
        .name = message->rest,
        .name_length = message->rest_length,
        .secret = secret,
    };
}

/** 0, or the error for which the Response is refused, with the phrase for the trace. */
static uint32_t judge(struct ppp_auth *auth, const struct chap_message *message,
                      struct ppp_auth_account *account, const char **reason)
{
    const struct chap_algorithm *algorithm = algorithm_of(auth);
    if (!ppp_auth_find_account(auth, message->rest, message->rest_length, account)) {
        *reason = "unknown-user";
        return PPP_AUTH_ERROR_AUTHENTICATION_FAILURE;
    }
    const struct chap_exchange exchange = peer_exchange(auth, message, account->password);
    if (message->value_length != algorithm->response_length ||
        !algorithm->verify(&exchange, message->value)) {
        *reason = "wrong-password";
        return PPP_AUTH_ERROR_AUTHENTICATION_FAILURE;
    }
    *reason = "account-restricted";
    return account->error;
}

static void accept_response(struct ppp_auth *auth, instant now, const struct chap_message *message,
                            const char *secret)
{
    const struct chap_algorithm *algorithm = algorithm_of(auth);
    const struct chap_exchange exchange = peer_exchange(auth, message, secret);
    struct wire_writer writer = wire_writer_make(auth->chap.message, sizeof auth->chap.message);
    algorithm->write_success(&exchange, message->value, auth->config.success_text, &writer);
    assert(!writer.failed);
    auth->chap.message_length = (uint8_t)wire_written(&writer);
    auth->chap.verdict = CHAP_SUCCESS;
    if (algorithm->derive_keys && !auth->authenticated_once) {
        algorithm->derive_keys(&exchange, message->value, true, &auth->keys);
        auth->has_keys = true;
    }
    send_verdict(auth);
    ppp_auth_succeed(auth, now);
}

/** Writes the Message of a Failure; a new challenge is in C= , whether it may be used or not. */
static void write_failure(struct ppp_auth *auth, uint32_t error, bool retry)
{
    const char *text = auth->config.failure_text;
    struct mschap_failure failure = {
        .error = error,
        .retry = retry,
        .version = 3,
        .text = (const uint8_t *)text,
        .text_length = text ? strlen(text) : 0,
    };
    struct wire_writer writer = wire_writer_make(auth->chap.message, sizeof auth->chap.message);
    if (algorithm_of(auth)->has_failure_fields) {
        entropy_fill(auth->config.entropy, auth->chap.challenge, sizeof failure.challenge);
        auth->chap.challenge_length = sizeof failure.challenge;
        memcpy(failure.challenge, auth->chap.challenge, sizeof failure.challenge);
        mschap_write_failure(&writer, &failure);
    } else if (text) {
        wire_put_octets(&writer, text, failure.text_length);
    }
    assert(!writer.failed);
    auth->chap.message_length = (uint8_t)wire_written(&writer);
}

static void refuse_response(struct ppp_auth *auth, instant now, uint32_t error, const char *reason)
{
    /* Another password cannot help where the account is restricted. */
    bool retry = algorithm_of(auth)->has_failure_fields && auth->chap.retries_left > 0 &&
                 error == PPP_AUTH_ERROR_AUTHENTICATION_FAILURE;
    auth->chap.verdict = CHAP_FAILURE;
    write_failure(auth, error, retry);
    send_verdict(auth);
    if (!retry) {
        ppp_auth_fail(auth, now, error, reason);
        return;
    }
    auth->chap.retries_left--;
    auth->error = error;
    auth->phase = PPP_AUTH_PHASE_RETRY_GRANTED;
    auth->deadline = instant_after(now, auth->config.retry_wait);
    ppp_auth_trace(auth, now, "ppp.auth.retry-granted", error, reason);
}

static const char *receive_response(struct ppp_auth *auth, instant now,
                                    const struct chap_message *message)
{
    struct ppp_auth_account account;
    const char *reason = NULL;
    /* RFC 1994 section 4.1: the same reply Code for the same Identifier, whatever is in it. */
    if (auth->chap.verdict && message->identifier == auth->identifier) {
        send_verdict(auth);
        return NULL;
    }
    bool is_retry = auth->phase == PPP_AUTH_PHASE_RETRY_GRANTED;
    uint8_t expected = (uint8_t)(auth->identifier + (is_retry ? 1 : 0));
    if (message->identifier != expected)
        return "unexpected-identifier";
    if (auth->phase != PPP_AUTH_PHASE_ACTIVE && !is_retry)
        return "unexpected-response";
    if (message->rest_length > PPP_AUTH_NAME_MAX)
        return "name-too-long";
    auth->identifier = expected;
    ppp_auth_set_peer_name(auth, message->rest, message->rest_length);
    uint32_t error = judge(auth, message, &account, &reason);
    if (error)
        refuse_response(auth, now, error, reason);
    else
        accept_response(auth, now, message, account.password);
    return NULL;
}

static void authenticator_input(struct ppp_auth *auth, instant now, const struct packet *packet)
{
    struct chap_message message;
    const char *reason = chap_decode(packet->data, packet->length, &message);
    if (!reason && message.code != CHAP_RESPONSE)
        reason = "unexpected-code";
    else if (!reason)
        reason = receive_response(auth, now, &message);
    if (reason)
        ppp_auth_drop(auth, now, packet, reason);
}

const struct ppp_auth_engine ppp_auth_chap_authenticatee = {
    authenticatee_start, authenticatee_input, authenticatee_timeout};
const struct ppp_auth_engine ppp_auth_chap_authenticator = {
    authenticator_start, authenticator_input, authenticator_timeout};
