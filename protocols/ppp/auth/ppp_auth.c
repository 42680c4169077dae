#include "ppp/auth/ppp_auth.h"

#include "crypto/utf16.h"
#include "ppp/auth/ppp_auth_private.h"

#include <assert.h>
#include <string.h>

#define DEFAULT_RESTART       (3 * INSTANT_SECOND)
#define DEFAULT_TRANSMISSIONS 10
#define DEFAULT_RETRY_WAIT    (60 * INSTANT_SECOND)

/** What a method is called and how LCP negotiates it. */
struct method {
    const char *name;
    uint16_t protocol;
    uint8_t algorithm; /**< CHAP's; 0: the option has none */
    const struct ppp_auth_engine *engines[2];
};

static const struct method methods[PPP_AUTH_METHOD_COUNT] = {
    [PPP_AUTH_PAP] =
        {
            .name = "pap",
            .protocol = PAP_PROTOCOL,
            .engines = {[PPP_AUTHENTICATEE] = &ppp_auth_pap_authenticatee,
                        [PPP_AUTHENTICATOR] = &ppp_auth_pap_authenticator},
        },
    [PPP_AUTH_SPAP] =
        {
            .name = "spap",
            .protocol = SPAP_PROTOCOL,
            .engines = {[PPP_AUTHENTICATEE] = &ppp_auth_pap_authenticatee,
                        [PPP_AUTHENTICATOR] = &ppp_auth_pap_authenticator},
        },
    [PPP_AUTH_CHAP_MD5] =
        {
            .name = "chap-md5",
            .protocol = CHAP_PROTOCOL,
            .algorithm = CHAP_ALGORITHM_MD5,
            .engines = {[PPP_AUTHENTICATEE] = &ppp_auth_chap_authenticatee,
                        [PPP_AUTHENTICATOR] = &ppp_auth_chap_authenticator},
        },
    [PPP_AUTH_MS_CHAP_V1] =
        {
            .name = "ms-chap",
            .protocol = CHAP_PROTOCOL,
            .algorithm = CHAP_ALGORITHM_MS_V1,
            .engines = {[PPP_AUTHENTICATEE] = &ppp_auth_chap_authenticatee,
                        [PPP_AUTHENTICATOR] = &ppp_auth_chap_authenticator},
        },
    [PPP_AUTH_MS_CHAP_V2] =
        {
            .name = "ms-chap-v2",
            .protocol = CHAP_PROTOCOL,
            .algorithm = CHAP_ALGORITHM_MS_V2,
            .engines = {[PPP_AUTHENTICATEE] = &ppp_auth_chap_authenticatee,
                        [PPP_AUTHENTICATOR] = &ppp_auth_chap_authenticator},
        },
    [PPP_AUTH_EAP] =
        {
            .name = "eap",
            .protocol = EAP_PROTOCOL,
            .engines = {[PPP_AUTHENTICATEE] = &ppp_auth_eap_authenticatee,
                        [PPP_AUTHENTICATOR] = &ppp_auth_eap_authenticator},
        },
};

static const struct method *method_of(const struct ppp_auth *auth)
{
    return &methods[auth->config.method];
}

static const struct ppp_auth_engine *engine_of(const struct ppp_auth *auth)
{
    return method_of(auth)->engines[auth->config.role];
}

/** Whether @p inside is among the methods of EAP that are configured. */
static bool has_eap_method(const struct ppp_auth_config *config, enum ppp_auth_eap_method inside)
{
    if (config->method != PPP_AUTH_EAP)
        return false;
    for (unsigned i = 0; i < config->eap_methods.count; i++)
        if (config->eap_methods.list[i] == inside)
            return true;
    return false;
}

static bool needs_windows_password(const struct ppp_auth_config *config)
{
    return config->method == PPP_AUTH_MS_CHAP_V1 || config->method == PPP_AUTH_MS_CHAP_V2 ||
           has_eap_method(config, PPP_AUTH_EAP_MS_CHAP_V2);
}

static bool needs_no_password(const struct ppp_auth_config *config)
{
    return has_eap_method(config, PPP_AUTH_EAP_TLS) && config->eap_methods.count == 1;
}

static bool is_windows_password(const char *secret)
{
    uint8_t unicode[2 * MSCHAP_PASSWORD_MAX];
    size_t length;
    return utf16le_from_utf8(secret, strlen(secret), unicode, sizeof unicode, &length);
}

static bool credentials_are_valid(const struct ppp_auth_config *config, const char *name,
                                  const char *secret)
{
    if (!name || strlen(name) > PPP_AUTH_NAME_MAX)
        return false;
    if (!secret)
        return needs_no_password(config);
    return needs_windows_password(config) ? is_windows_password(secret)
                                          : strlen(secret) <= PPP_AUTH_NAME_MAX;
}

static bool eap_methods_are_valid(const struct ppp_auth_config *config)
{
    const struct ppp_auth_eap_methods *list = &config->eap_methods;
    if (config->method != PPP_AUTH_EAP)
        return true;
    if (list->count == 0 || list->count > PPP_AUTH_EAP_METHOD_COUNT)
        return false;
    for (unsigned i = 0; i < list->count; i++)
        if ((unsigned)list->list[i] >= PPP_AUTH_EAP_METHOD_COUNT)
            return false;
    if (!has_eap_method(config, PPP_AUTH_EAP_TLS))
        return true;
    /* What a server needs at once, an authenticatee misses when it is asked. */
    return config->tls && (config->tls->own || config->role == PPP_AUTHENTICATEE);
}

static bool text_is_valid(const char *text)
{
    return !text || strlen(text) <= PPP_AUTH_TEXT_MAX;
}

static bool config_is_valid(const struct ppp_auth_config *config)
{
    if (!config->pool || (unsigned)config->method >= PPP_AUTH_METHOD_COUNT)
        return false;
    bool computes = config->method != PPP_AUTH_PAP && config->method != PPP_AUTH_SPAP;
    if ((computes && (!config->crypto || !config->entropy)) || !eap_methods_are_valid(config))
        return false;
    if (config->role == PPP_AUTHENTICATEE)
        return credentials_are_valid(config, config->name, config->secret) &&
               (!config->new_secret || is_windows_password(config->new_secret));
    return config->lookup && (!config->name || strlen(config->name) <= PPP_AUTH_NAME_MAX) &&
           text_is_valid(config->success_text) && text_is_valid(config->failure_text) &&
           text_is_valid(config->notification);
}

enum status ppp_auth_init(struct ppp_auth *auth, const struct ppp_auth_config *config)
{
    *auth = (struct ppp_auth){.config = *config, .deadline = INSTANT_NEVER};
    if (!config_is_valid(config))
        return STATUS_INVALID;
    if (!auth->config.name)
        auth->config.name = "";
    if (auth->config.restart == 0)
        auth->config.restart = DEFAULT_RESTART;
    if (auth->config.transmissions == 0)
        auth->config.transmissions = DEFAULT_TRANSMISSIONS;
    if (auth->config.retry_wait == 0)
        auth->config.retry_wait = DEFAULT_RETRY_WAIT;
    if (auth->config.bare_refusal == 0)
        auth->config.bare_refusal = PPP_AUTH_ERROR_AUTHENTICATION_FAILURE;
    auth->phase = PPP_AUTH_PHASE_IDLE;
    return STATUS_OK;
}

void ppp_auth_clear(struct ppp_auth *auth)
{
    if (auth->config.method == PPP_AUTH_EAP)
        ppp_auth_eap_clear(auth);
    ppp_auth_forget_kept(auth);
    packet_queue_clear(&auth->send);
    *auth = (struct ppp_auth){.deadline = INSTANT_NEVER};
}

void ppp_auth_start(struct ppp_auth *auth, instant now)
{
    assert(auth->phase == PPP_AUTH_PHASE_IDLE);
    auth->phase = PPP_AUTH_PHASE_ACTIVE;
    auth->transmissions_left = auth->config.transmissions;
    auth->identifier = auth->config.first_identifier;
    ppp_auth_trace(auth, now, "ppp.auth.started", 0, NULL);
    engine_of(auth)->start(auth, now);
}

uint16_t ppp_auth_protocol(const struct ppp_auth *auth)
{
    return method_of(auth)->protocol;
}

/** The codes that start at the authenticatee: PAP's Authenticate-Request, CHAP's Response and
 *  Change-Password, EAP's Response. */
static bool is_for_authenticator(uint16_t protocol, uint8_t code)
{
    if (protocol == PAP_PROTOCOL || protocol == SPAP_PROTOCOL)
        return code == PAP_AUTHENTICATE_REQUEST;
    if (protocol == EAP_PROTOCOL)
        return code == EAP_RESPONSE;
    return code == CHAP_RESPONSE ||
           (code >= CHAP_CHANGE_PASSWORD_1 && code <= CHAP_CHANGE_PASSWORD_3);
}

bool ppp_auth_accepts(const struct ppp_auth *auth, uint16_t protocol, const struct packet *packet)
{
    if (protocol != ppp_auth_protocol(auth) || packet->length == 0)
        return false;
    bool is_authenticator = auth->config.role == PPP_AUTHENTICATOR;
    return is_for_authenticator(protocol, packet->data[0]) == is_authenticator;
}

void ppp_auth_input(struct ppp_auth *auth, instant now, uint16_t protocol,
                    const struct packet *packet)
{
    if (protocol != ppp_auth_protocol(auth))
        ppp_auth_drop(auth, now, packet, "unexpected-protocol");
    else if (auth->phase == PPP_AUTH_PHASE_IDLE)
        ppp_auth_drop(auth, now, packet, "not-started");
    else
        engine_of(auth)->input(auth, now, packet);
}

enum status ppp_auth_retry(struct ppp_auth *auth, instant now, const char *name, const char *secret)
{
    assert(auth->phase == PPP_AUTH_PHASE_RETRY_OFFERED);
    if (!credentials_are_valid(&auth->config, name, secret))
        return STATUS_INVALID;
    auth->config.name = name;
    auth->config.secret = secret;
    if (auth->config.method == PPP_AUTH_EAP)
        ppp_auth_eap_retry(auth, now);
    else
        ppp_auth_chap_retry(auth, now);
    return STATUS_OK;
}

void ppp_auth_give_up(struct ppp_auth *auth, instant now)
{
    assert(auth->phase == PPP_AUTH_PHASE_RETRY_OFFERED);
    if (auth->config.method == PPP_AUTH_EAP)
        ppp_auth_eap_give_up(auth);
    ppp_auth_fail(auth, now, auth->error, "gave-up");
}

void ppp_auth_handle_timeout(struct ppp_auth *auth, instant now)
{
    if (now < auth->deadline)
        return;
    auth->deadline = INSTANT_NEVER;
    engine_of(auth)->handle_timeout(auth, now);
}

instant ppp_auth_next_timeout(const struct ppp_auth *auth)
{
    return auth->deadline;
}

bool ppp_auth_poll(struct ppp_auth *auth, struct output *output)
{
    struct packet *packet = packet_queue_pop(&auth->send);
    *output = (struct output){.kind = OUTPUT_NONE};
    if (packet) {
        output->kind = OUTPUT_SEND;
        output->packet = packet;
    } else if (auth->event_pending) {
        auth->event_pending = false;
        output->kind = OUTPUT_EVENT;
        output->event = auth->event;
        output->value = auth->event_value;
    }
    return output->kind != OUTPUT_NONE;
}

const struct mppe_start_keys *ppp_auth_keys(const struct ppp_auth *auth)
{
    return auth->has_keys ? &auth->keys : NULL;
}

const char *ppp_auth_peer_name(const struct ppp_auth *auth)
{
    return auth->peer_name;
}

const char *ppp_auth_method_name(enum ppp_auth_method method)
{
    assert((unsigned)method < PPP_AUTH_METHOD_COUNT);
    return methods[method].name;
}

const char *ppp_auth_current_method_name(const struct ppp_auth *auth)
{
    if (auth->config.method == PPP_AUTH_EAP && auth->eap.stage == PPP_AUTH_EAP_METHOD)
        return ppp_auth_eap_method_name((enum ppp_auth_eap_method)auth->eap.method);
    return ppp_auth_method_name(auth->config.method);
}

void ppp_auth_network_heard(struct ppp_auth *auth, instant now)
{
    if (auth->config.method == PPP_AUTH_EAP && auth->config.role == PPP_AUTHENTICATEE &&
        auth->phase == PPP_AUTH_PHASE_ACTIVE && auth->eap.done)
        ppp_auth_succeed(auth, now);
}

bool ppp_auth_method_from_name(const char *name, enum ppp_auth_method *method)
{
    for (unsigned i = 0; i < PPP_AUTH_METHOD_COUNT; i++) {
        if (strcmp(methods[i].name, name) == 0) {
            *method = (enum ppp_auth_method)i;
            return true;
        }
    }
    return false;
}

size_t ppp_auth_method_option(enum ppp_auth_method method, uint8_t value[PPP_AUTH_OPTION_MAX])
{
    assert((unsigned)method < PPP_AUTH_METHOD_COUNT);
    wire_store_u16(value, methods[method].protocol);
    value[2] = methods[method].algorithm;
    return methods[method].algorithm ? 3 : 2;
}

bool ppp_auth_method_from_option(const uint8_t *value, size_t length, enum ppp_auth_method *method)
{
    for (unsigned i = 0; i < PPP_AUTH_METHOD_COUNT; i++) {
        uint8_t known[PPP_AUTH_OPTION_MAX];
        if (length == ppp_auth_method_option((enum ppp_auth_method)i, known) &&
            memcmp(value, known, length) == 0) {
            *method = (enum ppp_auth_method)i;
            return true;
        }
    }
    return false;
}
