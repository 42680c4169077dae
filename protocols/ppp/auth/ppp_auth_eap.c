/* EAP in both roles (RFC 3748): Identity, Notification, Nak, and the methods in a table. */
#include "ppp/auth/ppp_auth_private.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const struct ppp_auth_eap_engine *const engines[PPP_AUTH_EAP_METHOD_COUNT] = {
    [PPP_AUTH_EAP_MD5] = &ppp_auth_eap_md5,
    [PPP_AUTH_EAP_MS_CHAP_V2] = &ppp_auth_eap_ms_chap_v2,
    [PPP_AUTH_EAP_TLS] = &ppp_auth_eap_tls,
};

/* Types below are no methods (RFC 3748 section 5.3.1). */
#define FIRST_METHOD_TYPE 4
/* Section 5.3.1: "no alternative" in a Nak. */
#define NO_ALTERNATIVE 0

const char *ppp_auth_eap_method_name(enum ppp_auth_eap_method method)
{
    assert((unsigned)method < PPP_AUTH_EAP_METHOD_COUNT);
    return engines[method]->name;
}

static const struct ppp_auth_eap_engine *engine_of(const struct ppp_auth *auth)
{
    return engines[auth->eap.method];
}

void ppp_auth_eap_clear(struct ppp_auth *auth)
{
    if (auth->eap.stage == PPP_AUTH_EAP_METHOD && engine_of(auth)->clear)
        engine_of(auth)->clear(auth);
}

/* Sending. */

/** A packet under construction; NULL when the pool is exhausted. */
struct draft {
    struct packet *packet;
    struct wire_writer writer;
};

static bool begin_draft(struct ppp_auth *auth, struct draft *draft, uint8_t code, uint8_t type)
{
    draft->packet = packet_alloc(auth->config.pool, PACKET_ROOM);
    if (!draft->packet)
        return false;
    draft->writer = wire_writer_make(draft->packet->data, PACKET_ROOM);
    const struct eap_message message = {
        .code = code, .identifier = auth->eap.identifier, .type = type};
    eap_encode(&draft->writer, &message);
    return true;
}

static void drop_draft(struct draft *draft)
{
    packet_free(draft->packet);
    draft->packet = NULL;
}

/** Sends it and keeps it: a lost Request or Response is sent again octet by octet. */
static void send_draft(struct ppp_auth *auth, struct draft *draft)
{
    assert(!draft->writer.failed);
    wire_patch_u16(&draft->writer, 2, (uint16_t)wire_written(&draft->writer));
    (void)packet_append(draft->packet, wire_written(&draft->writer));
    ppp_auth_forget_kept(auth);
    auth->kept = draft->packet;
    draft->packet = NULL;
    ppp_auth_send_kept(auth);
}

/** Success and Failure: never acknowledged, never sent again, with the last Identifier. */
static void send_verdict(struct ppp_auth *auth, uint8_t code)
{
    struct packet *packet = packet_alloc(auth->config.pool, EAP_HEADER_SIZE);
    if (!packet)
        return;
    struct wire_writer writer = wire_writer_make(packet->data, EAP_HEADER_SIZE);
    const struct eap_message message = {.code = code, .identifier = auth->eap.identifier};
    eap_encode(&writer, &message);
    (void)packet_append(packet, wire_written(&writer));
    packet_queue_push(&auth->send, packet);
}

/* The authenticatee. */

static void wait_for_request(struct ppp_auth *auth, instant now)
{
    ppp_auth_arm(auth, now, auth->config.transmissions);
}

static void authenticatee_start(struct ppp_auth *auth, instant now)
{
    auth->chap.retries_left = auth->config.retries;
    wait_for_request(auth, now);
}

/* Only the authenticator sends again (RFC 3748 section 4.1): nothing came for too long. */
static void authenticatee_timeout(struct ppp_auth *auth, instant now)
{
    ppp_auth_fail(auth, now, PPP_AUTH_ERROR_PPP_TIMEOUT, "no-answer");
}

/** Keeps the Request's Identifier and sends the Response in @p draft. */
static void respond(struct ppp_auth *auth, instant now, struct draft *draft)
{
    send_draft(auth, draft);
    wait_for_request(auth, now);
}

static const char *answer_identity(struct ppp_auth *auth, instant now)
{
    struct draft draft;
    if (auth->eap.stage == PPP_AUTH_EAP_METHOD)
        return "unexpected-identity";
    if (!begin_draft(auth, &draft, EAP_RESPONSE, EAP_IDENTITY))
        return "no-memory";
    wire_put_octets(&draft.writer, auth->config.name, strlen(auth->config.name));
    respond(auth, now, &draft);
    return NULL;
}

static const char *answer_notification(struct ppp_auth *auth, instant now,
                                       const struct eap_message *message)
{
    struct draft draft;
    char text[128];
    if (!begin_draft(auth, &draft, EAP_RESPONSE, EAP_NOTIFICATION))
        return "no-memory";
    size_t length = message->length < sizeof text - 1 ? message->length : sizeof text - 1;
    for (size_t i = 0; i < length; i++) {
        uint8_t octet = message->data[i];
        text[i] = octet >= 0x20 && octet < 0x7f ? (char)octet : '?';
    }
    text[length] = '\0';
    ppp_auth_trace_text(auth, now, "ppp.auth.eap-notification", "text", text);
    respond(auth, now, &draft);
    return NULL;
}

/** The method agreed to whose Type that is; false when there is none. */
static bool find_method(const struct ppp_auth *auth, uint8_t type, uint8_t *index)
{
    const struct ppp_auth_eap_methods *methods = &auth->config.eap_methods;
    for (uint8_t i = 0; i < methods->count; i++) {
        if (engines[methods->list[i]]->type == type) {
            *index = i;
            return true;
        }
    }
    return false;
}

/* Section 5.3.1: every Type that would be accepted, the best first. */
static const char *answer_nak(struct ppp_auth *auth, instant now)
{
    const struct ppp_auth_eap_methods *methods = &auth->config.eap_methods;
    char wanted[80] = "";
    struct draft draft;
    if (auth->eap.naked)
        return "unwanted-type";
    if (!begin_draft(auth, &draft, EAP_RESPONSE, EAP_NAK))
        return "no-memory";
    for (uint8_t i = 0; i < methods->count; i++) {
        size_t used = strlen(wanted);
        wire_put_u8(&draft.writer, engines[methods->list[i]]->type);
        snprintf(wanted + used, sizeof wanted - used, "%s%s", used ? " " : "",
                 engines[methods->list[i]]->name);
    }
    auth->eap.naked = true;
    ppp_auth_trace_text(auth, now, "ppp.auth.eap-nak", "wanted", wanted);
    respond(auth, now, &draft);
    return NULL;
}

static const char *answer_method(struct ppp_auth *auth, instant now,
                                 const struct eap_message *message)
{
    struct draft draft;
    if (!begin_draft(auth, &draft, EAP_RESPONSE, message->type))
        return "no-memory";
    switch (engine_of(auth)->request(auth, now, message->data, message->length, &draft.writer)) {
    case PPP_AUTH_EAP_SEND:
        respond(auth, now, &draft);
        return NULL;
    case PPP_AUTH_EAP_WAIT:
        ppp_auth_forget_kept(auth);
        break;
    case PPP_AUTH_EAP_REFUSE:
        ppp_auth_fail(auth, now, auth->error, auth->reason);
        break;
    case PPP_AUTH_EAP_ACCEPT:
    case PPP_AUTH_EAP_DISCARD:
        drop_draft(&draft);
        return auth->reason;
    }
    drop_draft(&draft);
    return NULL;
}

static const char *receive_type(struct ppp_auth *auth, instant now,
                                const struct eap_message *message)
{
    uint8_t index;
    if (message->type == EAP_IDENTITY)
        return answer_identity(auth, now);
    if (message->type == EAP_NOTIFICATION)
        return answer_notification(auth, now, message);
    if (message->type < FIRST_METHOD_TYPE)
        return "unexpected-type";
    if (auth->eap.stage == PPP_AUTH_EAP_METHOD)
        return engine_of(auth)->type == message->type ? answer_method(auth, now, message)
                                                      : "unexpected-type";
    if (!find_method(auth, message->type, &index))
        return answer_nak(auth, now);
    auth->eap.stage = PPP_AUTH_EAP_METHOD;
    auth->eap.method = (uint8_t)auth->config.eap_methods.list[index];
    ppp_auth_trace(auth, now, "ppp.auth.eap-method", 0, NULL);
    return answer_method(auth, now, message);
}

static const char *receive_request(struct ppp_auth *auth, instant now,
                                   const struct eap_message *message)
{
    if (auth->eap.requested && message->identifier == auth->eap.identifier) {
        /* Section 4.1: a duplicate gets the same Response; while the user is asked, nothing. */
        if (!auth->kept)
            return "duplicate-request";
        ppp_auth_send_kept(auth);
        return NULL;
    }
    if (auth->phase != PPP_AUTH_PHASE_ACTIVE)
        return "unexpected-request";
    uint8_t before = auth->eap.identifier;
    bool requested = auth->eap.requested;
    auth->eap.identifier = message->identifier;
    auth->eap.requested = true;
    const char *reason = receive_type(auth, now, message);
    if (reason) {
        /* What is discarded has not been answered. */
        auth->eap.identifier = before;
        auth->eap.requested = requested;
    }
    return reason;
}

static void authenticatee_input(struct ppp_auth *auth, instant now, const struct packet *packet)
{
    struct eap_message message;
    const char *reason = eap_decode(packet->data, packet->length, &message);
    if (!reason && message.code == EAP_RESPONSE)
        reason = "unexpected-code";
    else if (!reason && message.code == EAP_REQUEST)
        reason = receive_request(auth, now, &message);
    else if (!reason && auth->phase != PPP_AUTH_PHASE_ACTIVE)
        reason = "unexpected-verdict";
    else if (!reason && (!auth->eap.requested || message.identifier != auth->eap.identifier))
        reason = "unexpected-identifier";
    else if (!reason && message.code == EAP_SUCCESS && !auth->eap.done)
        /* Section 4.2: before the method is through, Success means nothing. */
        reason = "premature-success";
    else if (!reason && message.code == EAP_SUCCESS)
        ppp_auth_succeed(auth, now);
    else if (!reason)
        ppp_auth_fail(auth, now, auth->error ? auth->error : auth->config.bare_refusal,
                      "refused-by-peer");
    if (reason)
        ppp_auth_drop(auth, now, packet, reason);
}

void ppp_auth_eap_retry(struct ppp_auth *auth, instant now)
{
    struct draft draft;
    auth->phase = PPP_AUTH_PHASE_ACTIVE;
    if (begin_draft(auth, &draft, EAP_RESPONSE, engine_of(auth)->type)) {
        ppp_auth_eap_write_response(auth, &draft.writer);
        send_draft(auth, &draft);
    }
    wait_for_request(auth, now);
}

void ppp_auth_eap_give_up(struct ppp_auth *auth)
{
    struct draft draft;
    if (!begin_draft(auth, &draft, EAP_RESPONSE, engine_of(auth)->type))
        return;
    ppp_auth_eap_write_resignation(&draft.writer);
    send_draft(auth, &draft);
}

/* The authenticator. */

static void request(struct ppp_auth *auth, instant now, struct draft *draft)
{
    auth->phase = PPP_AUTH_PHASE_ACTIVE;
    auth->transmissions_left = auth->config.transmissions - 1;
    send_draft(auth, draft);
    ppp_auth_arm(auth, now, 1);
}

static void refuse(struct ppp_auth *auth, instant now, uint32_t error, const char *reason)
{
    send_verdict(auth, EAP_FAILURE);
    ppp_auth_fail(auth, now, error, reason);
}

static void authenticator_start(struct ppp_auth *auth, instant now)
{
    struct draft draft;
    auth->chap.retries_left = auth->config.retries;
    auth->eap.identifier = auth->config.first_identifier;
    ppp_auth_arm(auth, now, 1);
    if (begin_draft(auth, &draft, EAP_REQUEST, EAP_IDENTITY))
        request(auth, now, &draft);
}

/** Takes up what a method has decided; @p draft holds its next Request if there is one. */
static const char *proceed(struct ppp_auth *auth, instant now, struct draft *draft,
                           enum ppp_auth_eap_step step)
{
    switch (step) {
    case PPP_AUTH_EAP_SEND:
        request(auth, now, draft);
        return NULL;
    case PPP_AUTH_EAP_WAIT:
        request(auth, now, draft);
        auth->phase = PPP_AUTH_PHASE_RETRY_GRANTED;
        auth->deadline = instant_after(now, auth->config.retry_wait);
        return NULL;
    case PPP_AUTH_EAP_ACCEPT:
        auth->eap.identifier--;
        send_verdict(auth, EAP_SUCCESS);
        ppp_auth_succeed(auth, now);
        break;
    case PPP_AUTH_EAP_REFUSE:
        auth->eap.identifier--;
        refuse(auth, now, auth->error, auth->reason);
        break;
    case PPP_AUTH_EAP_DISCARD:
        auth->eap.identifier--;
        drop_draft(draft);
        return auth->reason;
    }
    drop_draft(draft);
    return NULL;
}

/* Section 4.1: every new Request has a new Identifier. */
static bool begin_request(struct ppp_auth *auth, struct draft *draft, uint8_t type)
{
    auth->eap.identifier++;
    if (begin_draft(auth, draft, EAP_REQUEST, type))
        return true;
    auth->eap.identifier--;
    return false;
}

static const char *offer_method(struct ppp_auth *auth, instant now, uint8_t index)
{
    struct draft draft;
    auth->eap.method = (uint8_t)auth->config.eap_methods.list[index];
    auth->eap.step = 0;
    if (!begin_request(auth, &draft, engine_of(auth)->type))
        return "no-memory";
    auth->eap.stage = PPP_AUTH_EAP_METHOD;
    auth->eap.tried |= (uint8_t)(1u << index);
    ppp_auth_trace(auth, now, "ppp.auth.eap-method", 0, NULL);
    return proceed(auth, now, &draft, engine_of(auth)->begin(auth, now, &draft.writer));
}

static const char *receive_identity(struct ppp_auth *auth, instant now,
                                    const struct eap_message *message)
{
    struct draft draft;
    if (auth->eap.stage != PPP_AUTH_EAP_IDENTITY)
        return "unexpected-type";
    if (message->length > PPP_AUTH_NAME_MAX)
        return "name-too-long";
    ppp_auth_set_peer_name(auth, message->data, message->length);
    if (!auth->config.notification)
        return offer_method(auth, now, 0);
    if (!begin_request(auth, &draft, EAP_NOTIFICATION))
        return "no-memory";
    auth->eap.stage = PPP_AUTH_EAP_NOTIFICATION;
    wire_put_octets(&draft.writer, auth->config.notification, strlen(auth->config.notification));
    request(auth, now, &draft);
    return NULL;
}

/* One method after another, each once, in the order of the Nak; a Nak is for a method's first
   Request alone (section 5.3.1). */
static const char *receive_nak(struct ppp_auth *auth, instant now,
                               const struct eap_message *message)
{
    char wanted[80] = "";
    uint8_t index;
    if (auth->eap.stage != PPP_AUTH_EAP_METHOD || auth->eap.step != 0)
        return "unexpected-nak";
    for (size_t i = 0; i < message->length && strlen(wanted) < 60; i++)
        snprintf(wanted + strlen(wanted), sizeof wanted - strlen(wanted), "%s%s", i ? " " : "",
                 message->data[i] == NO_ALTERNATIVE ? "nothing" : eap_type_name(message->data[i]));
    ppp_auth_trace_text(auth, now, "ppp.auth.eap-nak", "wanted", wanted);
    for (size_t i = 0; i < message->length; i++)
        if (find_method(auth, message->data[i], &index) && !(auth->eap.tried & 1u << index))
            return offer_method(auth, now, index);
    refuse(auth, now, PPP_AUTH_ERROR_AUTHENTICATION_FAILURE, "no-common-method");
    return NULL;
}

static const char *receive_method(struct ppp_auth *auth, instant now,
                                  const struct eap_message *message)
{
    struct draft draft;
    if (auth->eap.stage != PPP_AUTH_EAP_METHOD || message->type != engine_of(auth)->type)
        return "unexpected-type";
    if (!begin_request(auth, &draft, message->type))
        return "no-memory";
    enum ppp_auth_eap_step step =
        engine_of(auth)->response(auth, now, message->data, message->length, &draft.writer);
    return proceed(auth, now, &draft, step);
}

static const char *receive_response(struct ppp_auth *auth, instant now,
                                    const struct eap_message *message)
{
    if (auth->phase != PPP_AUTH_PHASE_ACTIVE && auth->phase != PPP_AUTH_PHASE_RETRY_GRANTED)
        return "unexpected-response";
    if (message->identifier != auth->eap.identifier)
        return "unexpected-identifier";
    switch (message->type) {
    case EAP_IDENTITY:
        return receive_identity(auth, now, message);
    case EAP_NOTIFICATION:
        return auth->eap.stage == PPP_AUTH_EAP_NOTIFICATION ? offer_method(auth, now, 0)
                                                            : "unexpected-type";
    case EAP_NAK:
        return receive_nak(auth, now, message);
    default:
        return receive_method(auth, now, message);
    }
}

static void authenticator_input(struct ppp_auth *auth, instant now, const struct packet *packet)
{
    struct eap_message message;
    const char *reason = eap_decode(packet->data, packet->length, &message);
    if (!reason && message.code != EAP_RESPONSE)
        reason = "unexpected-code";
    else if (!reason)
        reason = receive_response(auth, now, &message);
    if (reason)
        ppp_auth_drop(auth, now, packet, reason);
}

static void authenticator_timeout(struct ppp_auth *auth, instant now)
{
    if (auth->phase == PPP_AUTH_PHASE_RETRY_GRANTED) {
        refuse(auth, now, auth->error, auth->chap.changing ? "no-change" : "no-retry");
        return;
    }
    if (auth->transmissions_left == 0 || !auth->kept) {
        ppp_auth_fail(auth, now, PPP_AUTH_ERROR_PPP_TIMEOUT, "no-answer");
        return;
    }
    auth->transmissions_left--;
    ppp_auth_send_kept(auth);
    ppp_auth_arm(auth, now, 1);
    ppp_auth_trace(auth, now, "ppp.auth.retransmitted", 0, NULL);
}

const struct ppp_auth_engine ppp_auth_eap_authenticatee = {authenticatee_start, authenticatee_input,
                                                           authenticatee_timeout};
const struct ppp_auth_engine ppp_auth_eap_authenticator = {authenticator_start, authenticator_input,
                                                           authenticator_timeout};
