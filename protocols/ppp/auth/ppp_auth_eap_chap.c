/*
 * CHAP inside EAP: MD5-Challenge (RFC 3748 section 5.4) and MS-CHAP-V2 (Type 26).
 *
 *   MD5-Challenge, both ways:  Value-Size Value Name
 *   MS-CHAP-V2, both ways:     OpCode MS-CHAPv2-ID MS-Length(2) and what a CHAP packet has there:
 *                              the Type-Data is a CHAP packet, and OpCode its Code
 *   MS-CHAP-V2, Response to a Success or Failure Request:  OpCode alone
 */
#include "ppp/auth/ppp_auth_private.h"

#include <string.h>

/* MD5-Challenge: CHAP without its header; the Identifier is EAP's. */

static void write_md5(struct wire_writer *writer, const struct chap_message *message)
{
    wire_put_u8(writer, message->value_length);
    wire_put_octets(writer, message->value, message->value_length);
    wire_put_octets(writer, message->rest, message->rest_length);
}

static bool read_md5(const uint8_t *data, size_t length, uint8_t code, uint8_t identifier,
                     struct chap_message *message)
{
    struct wire_reader reader = wire_reader_make(data, length);
    *message = (struct chap_message){.code = code, .identifier = identifier};
    message->value_length = wire_get_u8(&reader);
    message->value = wire_get_octets(&reader, message->value_length);
    message->rest_length = wire_remaining(&reader);
    message->rest = wire_get_octets(&reader, message->rest_length);
    return !reader.failed && message->value_length > 0 && message->rest_length <= PPP_AUTH_NAME_MAX;
}

static enum ppp_auth_eap_step discard(struct ppp_auth *auth, const char *reason)
{
    auth->reason = reason;
    return PPP_AUTH_EAP_DISCARD;
}

static enum ppp_auth_eap_step begin_md5(struct ppp_auth *auth, instant now,
                                        struct wire_writer *writer)
{
    (void)now;
    auth->identifier = auth->eap.identifier;
    const struct chap_message challenge = ppp_auth_chap_challenge(auth);
    write_md5(writer, &challenge);
    return PPP_AUTH_EAP_SEND;
}

static enum ppp_auth_eap_step md5_response(struct ppp_auth *auth, instant now, const uint8_t *data,
                                           size_t length, struct wire_writer *writer)
{
    struct chap_message message;
    char name[PPP_AUTH_NAME_MAX + 1];
    (void)writer;
    if (!read_md5(data, length, CHAP_RESPONSE, auth->identifier, &message))
        return discard(auth, "bad-md5-challenge");
    if (message.rest_length == 0 && auth->peer_name_is_exact) {
        /* The Name may be left away: the Identity counts. */
        memcpy(name, auth->peer_name, sizeof name);
        message.rest = (const uint8_t *)name;
        message.rest_length = strlen(name);
    }
    return ppp_auth_chap_judge(auth, now, &message) == PPP_AUTH_CHAP_ACCEPTED ? PPP_AUTH_EAP_ACCEPT
                                                                              : PPP_AUTH_EAP_REFUSE;
}

static enum ppp_auth_eap_step md5_request(struct ppp_auth *auth, instant now, const uint8_t *data,
                                          size_t length, struct wire_writer *writer)
{
    struct chap_message message;
    (void)now;
    if (!read_md5(data, length, CHAP_CHALLENGE, auth->eap.identifier, &message))
        return discard(auth, "bad-md5-challenge");
    const char *reason = ppp_auth_chap_take_challenge(auth, &message);
    if (reason)
        return discard(auth, reason);
    auth->identifier = auth->eap.identifier;
    ppp_auth_chap_compute(auth);
    const struct chap_message response = ppp_auth_chap_response(auth);
    write_md5(writer, &response);
    auth->eap.done = true;
    return PPP_AUTH_EAP_SEND;
}

const struct ppp_auth_eap_engine ppp_auth_eap_md5 = {
    .name = "eap-md5",
    .type = EAP_MD5_CHALLENGE,
    .begin = begin_md5,
    .response = md5_response,
    .request = md5_request,
};

/* MS-CHAP-V2. */

/** What the authenticator waits for, or what the authenticatee has answered. */
enum step {
    STEP_CHALLENGE, /* the Response to the Challenge */
    STEP_SUCCESS,   /* the acknowledgment of the Success */
    STEP_FAILURE,   /* the acknowledgment of the Failure */
    STEP_AGAIN,     /* another Response, a Change-Password, or resignation */
};

static enum ppp_auth_eap_step begin_ms(struct ppp_auth *auth, instant now,
                                       struct wire_writer *writer)
{
    (void)now;
    auth->identifier = auth->eap.identifier;
    const struct chap_message challenge = ppp_auth_chap_challenge(auth);
    chap_encode(writer, &challenge);
    auth->eap.step = STEP_CHALLENGE;
    return PPP_AUTH_EAP_SEND;
}

static enum ppp_auth_eap_step judge_ms(struct ppp_auth *auth, instant now, const uint8_t *data,
                                       size_t length, struct wire_writer *writer)
{
    struct chap_message message;
    const char *reason = chap_decode(data, length, &message);
    bool wants_change = auth->eap.step == STEP_AGAIN && auth->chap.changing;
    if (!reason && message.code == CHAP_RESPONSE && message.rest_length > PPP_AUTH_NAME_MAX)
        reason = "name-too-long";
    if (!reason && message.code != (wants_change ? CHAP_CHANGE_PASSWORD_3 : CHAP_RESPONSE))
        reason = "unexpected-opcode";
    if (reason)
        return discard(auth, reason);
    auth->identifier = message.identifier;
    enum ppp_auth_chap_judgement judgement = ppp_auth_chap_judge(auth, now, &message);
    const struct chap_message verdict = ppp_auth_chap_verdict(auth);
    chap_encode(writer, &verdict);
    if (judgement == PPP_AUTH_CHAP_AGAIN) {
        auth->eap.step = STEP_AGAIN;
        return PPP_AUTH_EAP_WAIT;
    }
    auth->eap.step = judgement == PPP_AUTH_CHAP_ACCEPTED ? STEP_SUCCESS : STEP_FAILURE;
    return PPP_AUTH_EAP_SEND;
}

static enum ppp_auth_eap_step ms_response(struct ppp_auth *auth, instant now, const uint8_t *data,
                                          size_t length, struct wire_writer *writer)
{
    uint8_t opcode = length > 0 ? data[0] : 0;
    switch (auth->eap.step) {
    case STEP_SUCCESS:
        return opcode == CHAP_SUCCESS ? PPP_AUTH_EAP_ACCEPT : discard(auth, "unexpected-opcode");
    case STEP_FAILURE:
        return opcode == CHAP_FAILURE ? PPP_AUTH_EAP_REFUSE : discard(auth, "unexpected-opcode");
    default:
        if (auth->eap.step == STEP_AGAIN && opcode == CHAP_FAILURE)
            return PPP_AUTH_EAP_REFUSE;
        return judge_ms(auth, now, data, length, writer);
    }
}

void ppp_auth_eap_write_response(struct ppp_auth *auth, struct wire_writer *writer)
{
    auth->chap.changing = false;
    ppp_auth_chap_compute(auth);
    const struct chap_message response = ppp_auth_chap_response(auth);
    chap_encode(writer, &response);
}

void ppp_auth_eap_write_resignation(struct wire_writer *writer)
{
    wire_put_u8(writer, CHAP_FAILURE);
}

static enum ppp_auth_eap_step take_challenge(struct ppp_auth *auth,
                                             const struct chap_message *message,
                                             struct wire_writer *writer)
{
    const char *reason =
        auth->eap.done ? "unexpected-opcode" : ppp_auth_chap_take_challenge(auth, message);
    if (reason)
        return discard(auth, reason);
    auth->identifier = message->identifier;
    ppp_auth_eap_write_response(auth, writer);
    return PPP_AUTH_EAP_SEND;
}

static enum ppp_auth_eap_step
take_success(struct ppp_auth *auth, const struct chap_message *message, struct wire_writer *writer)
{
    if (!ppp_auth_chap_take_success(auth, message)) {
        auth->error = PPP_AUTH_ERROR_UNABLE_TO_AUTHENTICATE_SERVER;
        auth->reason = "wrong-authenticator-response";
        return PPP_AUTH_EAP_REFUSE;
    }
    wire_put_u8(writer, CHAP_SUCCESS);
    auth->eap.done = true;
    return PPP_AUTH_EAP_SEND;
}

static enum ppp_auth_eap_step take_failure(struct ppp_auth *auth, instant now,
                                           const struct chap_message *message,
                                           struct wire_writer *writer)
{
    switch (ppp_auth_chap_take_failure(auth, now, message)) {
    case PPP_AUTH_CHAP_RETRY:
        auth->identifier = (uint8_t)(message->identifier + 1);
        return PPP_AUTH_EAP_WAIT;
    case PPP_AUTH_CHAP_CHANGE:
        auth->identifier = (uint8_t)(message->identifier + 1);
        ppp_auth_chap_write_change(auth, now, writer);
        return PPP_AUTH_EAP_SEND;
    case PPP_AUTH_CHAP_FINAL:
        break;
    }
    ppp_auth_eap_write_resignation(writer);
    return PPP_AUTH_EAP_SEND;
}

static enum ppp_auth_eap_step ms_request(struct ppp_auth *auth, instant now, const uint8_t *data,
                                         size_t length, struct wire_writer *writer)
{
    struct chap_message message;
    const char *reason = chap_decode(data, length, &message);
    bool is_verdict = message.code == CHAP_SUCCESS || message.code == CHAP_FAILURE;
    if (!reason && message.code == CHAP_CHALLENGE)
        return take_challenge(auth, &message, writer);
    if (!reason && (!is_verdict || auth->chap.response_length == 0 || auth->eap.done))
        reason = "unexpected-opcode";
    if (reason)
        return discard(auth, reason);
    return message.code == CHAP_SUCCESS ? take_success(auth, &message, writer)
                                        : take_failure(auth, now, &message, writer);
}

const struct ppp_auth_eap_engine ppp_auth_eap_ms_chap_v2 = {
    .name = "eap-ms-chap-v2",
    .type = EAP_MS_CHAP_V2,
    .begin = begin_ms,
    .response = ms_response,
    .request = ms_request,
};
