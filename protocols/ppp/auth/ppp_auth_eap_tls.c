/* EAP-TLS as a method inside EAP (RFC 5216): whose certificate counts for whom, and the keys. */
#include "ppp/auth/ppp_auth_private.h"

#include <assert.h>
#include <string.h>

/* Section 3.1 of RFC 3748: what a link takes when nothing else is known. */
#define DEFAULT_MTU 1500

enum step {
    STEP_START,     /* nothing but the Start has been said */
    STEP_HANDSHAKE, /* the peer has answered it: no Nak may come any more */
};

static struct eap_tls *conversation(const struct ppp_auth *auth)
{
    return auth->eap.tls;
}

static enum ppp_auth_eap_step discard(struct ppp_auth *auth, const char *reason)
{
    auth->reason = reason;
    return PPP_AUTH_EAP_DISCARD;
}

static enum ppp_auth_eap_step refuse(struct ppp_auth *auth, uint32_t error, const char *reason)
{
    auth->error = error;
    auth->reason = reason;
    return PPP_AUTH_EAP_REFUSE;
}

static void clear(struct ppp_auth *auth)
{
    eap_tls_destroy(auth->eap.tls);
    auth->eap.tls = NULL;
}

static size_t room_for_data(const struct ppp_auth *auth)
{
    size_t most = auth->config.mtu ? auth->config.mtu : DEFAULT_MTU;
    size_t wanted = auth->config.tls->fragment;
    if (most > PACKET_ROOM)
        most = PACKET_ROOM;
    if (wanted > 0 && wanted < most)
        most = wanted;
    most -= most > EAP_TYPE_HEADER_SIZE ? EAP_TYPE_HEADER_SIZE : most;
    return most > EAP_TLS_ROOM_MIN ? most : EAP_TLS_ROOM_MIN;
}

static bool begin_conversation(struct ppp_auth *auth, instant now)
{
    enum status status;
    auth->eap.tls =
        eap_tls_create(auth->config.tls, auth->config.crypto, auth->config.entropy,
                       auth->config.role == PPP_AUTHENTICATOR, now, room_for_data(auth), &status);
    return auth->eap.tls != NULL;
}

static void trace_flight(struct ppp_auth *auth, instant now, const char *direction,
                         const struct eap_tls_flight *flight)
{
    const struct trace_field further[] = {
        trace_text("direction", direction),
        trace_number("octets", flight->octets),
        trace_number("fragments", flight->fragments),
    };
    ppp_auth_trace_with(auth, now, "ppp.auth.eap-tls-flight", further, 3);
}

static void trace_outcome(struct ppp_auth *auth, instant now)
{
    struct eap_tls *tls = conversation(auth);
    char subject[CERTIFICATE_SUBJECT_MAX + 1];
    tls_peer_subject(tls->tls, subject);
    if (tls->state == TLS_FINISHED) {
        const struct trace_field further[] = {
            trace_text("version", tls_version_name(tls->tls)),
            trace_text("cipher", tls_cipher_name(tls->tls)),
            trace_text("subject", subject),
        };
        ppp_auth_trace_with(auth, now, "ppp.auth.eap-tls-finished", further, 3);
    } else {
        const struct trace_field further[] = {
            trace_text("failure", tls->failure.reason),
            trace_text("alert", tls->failure.alert),
            trace_text("subject", subject),
        };
        ppp_auth_trace_with(auth, now, "ppp.auth.eap-tls-failed", further, 3);
    }
}

/** Lets the conversation take Type-Data, and tells what has come of it. */
static enum eap_tls_step converse(struct ppp_auth *auth, instant now, const uint8_t *data,
                                  size_t length, struct wire_writer *writer)
{
    struct eap_tls *tls = conversation(auth);
    enum tls_state before = tls->state;
    enum eap_tls_step step = eap_tls_input(tls, data, length, writer);
    if (tls->took_flight)
        trace_flight(auth, now, "received", &tls->in);
    if (tls->state != before)
        trace_outcome(auth, now);
    if (tls->made_flight)
        trace_flight(auth, now, "sent", &tls->out);
    return step;
}

/* RFC 3079 section 4: the two halves of the MSK are the master session keys of both directions;
   the first is what the peer sends with (RFC 5216 section 2.3). */
static bool take_keys(struct ppp_auth *auth)
{
    uint8_t msk[EAP_TLS_MSK_SIZE];
    if (!eap_tls_msk(conversation(auth), msk))
        return false;
    mppe_start_keys_from_msk(msk, auth->config.role == PPP_AUTHENTICATOR, &auth->keys);
    auth->has_keys = true;
    return true;
}

/* The authenticator. */

static enum ppp_auth_eap_step begin(struct ppp_auth *auth, instant now, struct wire_writer *writer)
{
    (void)now;
    auth->eap.step = STEP_START;
    eap_tls_start(writer);
    return PPP_AUTH_EAP_SEND;
}

/* Section 5.2 of RFC 5216: the Identity is what anybody may say, the certificate proves it. */
static bool certificate_is_of_peer(const struct ppp_auth *auth)
{
    char subject[CERTIFICATE_SUBJECT_MAX + 1];
    size_t length = strlen(auth->peer_name);
    const uint8_t *user = mschap_user_without_domain((const uint8_t *)auth->peer_name, &length);
    tls_peer_subject(conversation(auth)->tls, subject);
    return auth->peer_name_is_exact && strlen(subject) == length &&
           memcmp(subject, user, length) == 0;
}

static enum ppp_auth_eap_step judge(struct ppp_auth *auth)
{
    struct ppp_auth_account account;
    if (conversation(auth)->state != TLS_FINISHED)
        return refuse(auth, PPP_AUTH_ERROR_AUTHENTICATION_FAILURE,
                      conversation(auth)->failure.reason);
    if (!certificate_is_of_peer(auth))
        return refuse(auth, PPP_AUTH_ERROR_AUTHENTICATION_FAILURE, "certificate-of-another");
    if (!ppp_auth_find_account(auth, (const uint8_t *)auth->peer_name, strlen(auth->peer_name),
                               &account))
        return refuse(auth, PPP_AUTH_ERROR_AUTHENTICATION_FAILURE, "no-such-user");
    /* That a password has expired is of no consequence here. */
    if (account.error && account.error != MSCHAP_PASSWORD_EXPIRED)
        return refuse(auth, account.error, "account-restricted");
    if (!take_keys(auth))
        return refuse(auth, PPP_AUTH_ERROR_AUTHENTICATION_FAILURE, "no-keys");
    return PPP_AUTH_EAP_ACCEPT;
}

static enum ppp_auth_eap_step response(struct ppp_auth *auth, instant now, const uint8_t *data,
                                       size_t length, struct wire_writer *writer)
{
    if (!conversation(auth) && !begin_conversation(auth, now))
        return refuse(auth, PPP_AUTH_ERROR_AUTHENTICATION_FAILURE, "tls-unusable");
    enum ppp_auth_eap_step step = PPP_AUTH_EAP_SEND;
    switch (converse(auth, now, data, length, writer)) {
    case EAP_TLS_SEND:
        break;
    case EAP_TLS_END:
        step = judge(auth);
        break;
    case EAP_TLS_DISCARD:
        return discard(auth, conversation(auth)->reason);
    }
    auth->eap.step = STEP_HANDSHAKE;
    return step;
}

/* The authenticatee. */

static enum ppp_auth_eap_step conclude(struct ppp_auth *auth)
{
    const struct eap_tls *tls = conversation(auth);
    if (tls->state == TLS_FINISHED && !take_keys(auth))
        return refuse(auth, PPP_AUTH_ERROR_AUTHENTICATION_FAILURE, "no-keys");
    auth->eap.done = tls->state == TLS_FINISHED;
    if (tls->state == TLS_FAILED && tls->failure.about_certificate)
        auth->error = PPP_AUTH_ERROR_VALIDATING_SERVER_CERTIFICATE;
    return PPP_AUTH_EAP_SEND;
}

static enum ppp_auth_eap_step request(struct ppp_auth *auth, instant now, const uint8_t *data,
                                      size_t length, struct wire_writer *writer)
{
    if (!auth->config.tls->own)
        return refuse(auth, PPP_AUTH_ERROR_NO_EAP_TLS_CERTIFICATE, "no-certificate");
    if (!conversation(auth) && !begin_conversation(auth, now))
        return refuse(auth, PPP_AUTH_ERROR_AUTHENTICATION_FAILURE, "tls-unusable");
    enum tls_state before = conversation(auth)->state;
    if (converse(auth, now, data, length, writer) == EAP_TLS_DISCARD)
        return discard(auth, conversation(auth)->reason);
    return conversation(auth)->state == before ? PPP_AUTH_EAP_SEND : conclude(auth);
}

const struct ppp_auth_eap_engine ppp_auth_eap_tls = {
    .name = "eap-tls",
    .type = EAP_TLS,
    .begin = begin,
    .response = response,
    .request = request,
    .clear = clear,
};
