/* PAP in both roles (RFC 1334 section 2), and SPAP, which is modelled on it. */
#include "ppp/auth/ppp_auth_private.h"

#include <string.h>

/** SPAP is PAP with a scrambled password: see spap.h. */
static bool is_scrambled(const struct ppp_auth *auth)
{
    return auth->config.method == PPP_AUTH_SPAP;
}

static void send_request(struct ppp_auth *auth, instant now)
{
    const uint8_t *secret = (const uint8_t *)auth->config.secret;
    size_t length = strlen(auth->config.secret);
    uint8_t scrambled[PPP_AUTH_NAME_MAX];
    if (is_scrambled(auth))
        spap_scramble(secret, length, scrambled);
    const struct pap_message message = {
        .code = PAP_AUTHENTICATE_REQUEST,
        .identifier = auth->identifier,
        .peer_id = (const uint8_t *)auth->config.name,
        .peer_id_length = (uint8_t)strlen(auth->config.name),
        .password = is_scrambled(auth) ? scrambled : secret,
        .password_length = (uint8_t)length,
    };
    auth->transmissions_left--;
    ppp_auth_send_pap(auth, &message);
    ppp_auth_arm(auth, now, 1);
}

static void authenticatee_start(struct ppp_auth *auth, instant now)
{
    auth->pap.first_identifier = auth->identifier;
    send_request(auth, now);
}

static void authenticatee_timeout(struct ppp_auth *auth, instant now)
{
    if (auth->transmissions_left == 0) {
        ppp_auth_fail(auth, now, PPP_AUTH_ERROR_PPP_TIMEOUT, "no-answer");
        return;
    }
    /* Section 2.2.1: the Identifier MUST change each time a Request is issued. */
    auth->identifier++;
    send_request(auth, now);
    ppp_auth_trace(auth, now, "ppp.auth.retransmitted", 0, NULL);
}

/** Whether an answer's Identifier is that of a Request sent so far: all of them say the same. */
static bool answers_a_request(const struct ppp_auth *auth, uint8_t identifier)
{
    uint8_t age = (uint8_t)(auth->identifier - identifier);
    return age <= (uint8_t)(auth->identifier - auth->pap.first_identifier);
}

static void authenticatee_input(struct ppp_auth *auth, instant now, const struct packet *packet)
{
    struct pap_message message;
    const char *reason = pap_decode(packet->data, packet->length, &message);
    if (!reason && message.code == PAP_AUTHENTICATE_REQUEST)
        reason = "unexpected-code";
    else if (!reason && auth->phase != PPP_AUTH_PHASE_ACTIVE)
        reason = "unexpected-verdict";
    else if (!reason && !answers_a_request(auth, message.identifier))
        reason = "unexpected-identifier";
    if (reason)
        ppp_auth_drop(auth, now, packet, reason);
    else if (message.code == PAP_AUTHENTICATE_ACK)
        ppp_auth_succeed(auth, now);
    else
        /* A Nak carries no number; this is configured for that. */
        ppp_auth_fail(auth, now, auth->config.bare_refusal, "refused-by-peer");
}

static void authenticator_start(struct ppp_auth *auth, instant now)
{
    ppp_auth_arm(auth, now, auth->config.transmissions);
}

static void authenticator_timeout(struct ppp_auth *auth, instant now)
{
    ppp_auth_fail(auth, now, PPP_AUTH_ERROR_PPP_TIMEOUT, "no-answer");
}

static void answer(struct ppp_auth *auth, uint8_t identifier)
{
    bool granted = auth->pap.verdict == PAP_AUTHENTICATE_ACK;
    const char *text = granted ? auth->config.success_text : auth->config.failure_text;
    const struct pap_message message = {
        .code = auth->pap.verdict,
        .identifier = identifier,
        .text = (const uint8_t *)text,
        .text_length = (uint8_t)(text ? strlen(text) : 0),
    };
    ppp_auth_send_pap(auth, &message);
}

/** PAP needs the password itself: a hash of it does not do. */
static bool is_right(const struct ppp_auth_account *account, const struct pap_message *message)
{
    return account->password && strlen(account->password) == message->password_length &&
           memcmp(account->password, message->password, message->password_length) == 0;
}

/** 0, or the error for which the request is refused, with the phrase for the trace. */
static uint32_t judge(struct ppp_auth *auth, const struct pap_message *message, const char **reason)
{
    struct ppp_auth_account account;
    if (!ppp_auth_find_account(auth, message->peer_id, message->peer_id_length, &account)) {
        *reason = "unknown-user";
        return PPP_AUTH_ERROR_AUTHENTICATION_FAILURE;
    }
    if (!account.accept_anything && !is_right(&account, message)) {
        *reason = "wrong-password";
        return PPP_AUTH_ERROR_AUTHENTICATION_FAILURE;
    }
    *reason = "account-restricted";
    return account.error;
}

static void authenticator_input(struct ppp_auth *auth, instant now, const struct packet *packet)
{
    struct pap_message message;
    const char *reason = pap_decode(packet->data, packet->length, &message);
    if (!reason && message.code != PAP_AUTHENTICATE_REQUEST)
        reason = "unexpected-code";
    else if (!reason && auth->phase == PPP_AUTH_PHASE_FAILED && !auth->pap.verdict)
        reason = "unexpected-request";
    if (reason) {
        ppp_auth_drop(auth, now, packet, reason);
        return;
    }
    /* Section 2.2.1: a repeated Request gets the reply Code that the first one got. */
    if (auth->pap.verdict) {
        answer(auth, message.identifier);
        return;
    }
    uint8_t clear[PPP_AUTH_NAME_MAX];
    if (is_scrambled(auth)) {
        spap_unscramble(message.password, message.password_length, clear);
        message.password = clear;
    }
    ppp_auth_set_peer_name(auth, message.peer_id, message.peer_id_length);
    uint32_t error = judge(auth, &message, &reason);
    auth->pap.verdict = error ? PAP_AUTHENTICATE_NAK : PAP_AUTHENTICATE_ACK;
    answer(auth, message.identifier);
    if (error)
        ppp_auth_fail(auth, now, error, reason);
    else
        ppp_auth_succeed(auth, now);
}

const struct ppp_auth_engine ppp_auth_pap_authenticatee = {authenticatee_start, authenticatee_input,
                                                           authenticatee_timeout};
const struct ppp_auth_engine ppp_auth_pap_authenticator = {authenticator_start, authenticator_input,
                                                           authenticator_timeout};
