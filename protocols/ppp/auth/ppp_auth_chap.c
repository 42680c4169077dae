/* CHAP over PPP in both roles, with every algorithm (RFC 1994 section 4, RFC 2433, RFC 2759). */
#include "ppp/auth/ppp_auth_private.h"

#include <assert.h>
#include <string.h>

/* The authenticatee. */

static void repeat_response(struct ppp_auth *auth)
{
    if (auth->kept) {
        ppp_auth_send_kept(auth);
        return;
    }
    const struct chap_message response = ppp_auth_chap_response(auth);
    ppp_auth_send_chap(auth, &response);
}

static void send_response(struct ppp_auth *auth, instant now)
{
    auth->transmissions_left--;
    repeat_response(auth);
    ppp_auth_arm(auth, now, 1);
}

static void begin_response(struct ppp_auth *auth, instant now)
{
    auth->phase = PPP_AUTH_PHASE_ACTIVE;
    auth->transmissions_left = auth->config.transmissions;
    send_response(auth, now);
}

/** Computes the value for the challenge and Identifier kept, and sends it. */
static void respond(struct ppp_auth *auth, instant now)
{
    ppp_auth_forget_kept(auth);
    auth->chap.changing = false;
    ppp_auth_chap_compute(auth);
    begin_response(auth, now);
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

static bool is_repeated(const struct ppp_auth *auth, const struct chap_message *message)
{
    return auth->chap.response_length > 0 && !auth->chap.changing &&
           message->identifier == auth->identifier &&
           message->value_length == auth->chap.challenge_length &&
           memcmp(message->value, auth->chap.challenge, message->value_length) == 0;
}

static const char *receive_challenge(struct ppp_auth *auth, instant now,
                                     const struct chap_message *message)
{
    if (auth->phase == PPP_AUTH_PHASE_FAILED || auth->phase == PPP_AUTH_PHASE_RETRY_OFFERED)
        return "unexpected-challenge";
    if (is_repeated(auth, message)) {
        /* The same Response: the Success to come fits only its Peer-Challenge. */
        repeat_response(auth);
        return NULL;
    }
    const char *reason = ppp_auth_chap_take_challenge(auth, message);
    if (reason)
        return reason;
    auth->identifier = message->identifier;
    respond(auth, now);
    return NULL;
}

static void receive_success(struct ppp_auth *auth, instant now, const struct chap_message *message)
{
    if (ppp_auth_chap_take_success(auth, message))
        ppp_auth_succeed(auth, now);
    else
        ppp_auth_fail(auth, now, PPP_AUTH_ERROR_UNABLE_TO_AUTHENTICATE_SERVER,
                      "wrong-authenticator-response");
}

/* The packet is long and full of random octets: it is kept whole for being sent again. */
static void change_password(struct ppp_auth *auth, instant now)
{
    struct wire_writer writer;
    ppp_auth_forget_kept(auth);
    struct packet *packet = packet_alloc(auth->config.pool, PPP_AUTH_PACKET_MAX);
    if (!packet) {
        ppp_auth_fail(auth, now, auth->error, "no-memory");
        return;
    }
    auth->identifier++;
    writer = wire_writer_make(packet->data, PPP_AUTH_PACKET_MAX);
    ppp_auth_chap_write_change(auth, now, &writer);
    assert(!writer.failed);
    (void)packet_append(packet, wire_written(&writer));
    auth->kept = packet;
    begin_response(auth, now);
}

static void receive_failure(struct ppp_auth *auth, instant now, const struct chap_message *message)
{
    switch (ppp_auth_chap_take_failure(auth, now, message)) {
    case PPP_AUTH_CHAP_FINAL:
        ppp_auth_fail(auth, now, auth->error, "refused-by-peer");
        break;
    case PPP_AUTH_CHAP_RETRY:
        break;
    case PPP_AUTH_CHAP_CHANGE:
        change_password(auth, now);
        break;
    }
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
    bool is_verdict = message.code == CHAP_SUCCESS || message.code == CHAP_FAILURE;
    if (!reason && message.code == CHAP_CHALLENGE)
        reason = receive_challenge(auth, now, &message);
    else if (!reason && !is_verdict)
        reason = "unexpected-code";
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
    const struct chap_message challenge = ppp_auth_chap_challenge(auth);
    auth->transmissions_left--;
    ppp_auth_send_chap(auth, &challenge);
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
        ppp_auth_fail(auth, now, auth->error, auth->chap.changing ? "no-change" : "no-retry");
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
    const struct chap_message verdict = ppp_auth_chap_verdict(auth);
    ppp_auth_send_chap(auth, &verdict);
}

static void judge(struct ppp_auth *auth, instant now, const struct chap_message *message)
{
    switch (ppp_auth_chap_judge(auth, now, message)) {
    case PPP_AUTH_CHAP_ACCEPTED:
        send_verdict(auth);
        ppp_auth_succeed(auth, now);
        break;
    case PPP_AUTH_CHAP_REFUSED:
        send_verdict(auth);
        ppp_auth_fail(auth, now, auth->error, auth->reason);
        break;
    case PPP_AUTH_CHAP_AGAIN:
        send_verdict(auth);
        auth->phase = PPP_AUTH_PHASE_RETRY_GRANTED;
        auth->deadline = instant_after(now, auth->config.retry_wait);
        break;
    }
}

/** A Response or a Change-Password packet. */
static const char *receive_response(struct ppp_auth *auth, instant now,
                                    const struct chap_message *message)
{
    /* RFC 1994 section 4.1: the same reply Code for the same Identifier, whatever is in it. */
    if (auth->chap.verdict && message->identifier == auth->identifier) {
        send_verdict(auth);
        return NULL;
    }
    bool is_retry = auth->phase == PPP_AUTH_PHASE_RETRY_GRANTED;
    bool may_change = is_retry && auth->chap.changing;
    uint8_t expected = (uint8_t)(auth->identifier + (is_retry ? 1 : 0));
    if (message->identifier != expected)
        return "unexpected-identifier";
    if ((auth->phase != PPP_AUTH_PHASE_ACTIVE && !is_retry) ||
        (message->code != CHAP_RESPONSE) != may_change)
        return "unexpected-response";
    if (message->code == CHAP_RESPONSE && message->rest_length > PPP_AUTH_NAME_MAX)
        return "name-too-long";
    auth->identifier = expected;
    judge(auth, now, message);
    return NULL;
}

static void authenticator_input(struct ppp_auth *auth, instant now, const struct packet *packet)
{
    struct chap_message message;
    const char *reason = chap_decode(packet->data, packet->length, &message);
    if (!reason && (message.code == CHAP_CHALLENGE || message.code == CHAP_SUCCESS ||
                    message.code == CHAP_FAILURE))
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
