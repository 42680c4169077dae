/* What the methods of ppp_auth share: packets, timer, verdict, names and traces. */
#include "ppp/auth/ppp_auth_private.h"

#include "crypto/utf16.h"

#include <assert.h>
#include <string.h>

/** Fields that every event of authentication carries. */
#define COMMON_COUNT 5

static struct packet *start_packet(struct ppp_auth *auth, struct wire_writer *writer)
{
    struct packet *packet = packet_alloc(auth->config.pool, PPP_AUTH_PACKET_MAX);
    if (packet)
        *writer = wire_writer_make(packet->data, PPP_AUTH_PACKET_MAX);
    return packet;
}

static void finish_packet(struct ppp_auth *auth, struct packet *packet,
                          const struct wire_writer *writer)
{
    assert(!writer->failed);
    (void)packet_append(packet, wire_written(writer));
    packet_queue_push(&auth->send, packet);
}

void ppp_auth_send_pap(struct ppp_auth *auth, const struct pap_message *message)
{
    struct wire_writer writer;
    struct packet *packet = start_packet(auth, &writer);
    if (!packet)
        return;
    pap_encode(&writer, message);
    finish_packet(auth, packet, &writer);
}

void ppp_auth_send_chap(struct ppp_auth *auth, const struct chap_message *message)
{
    struct wire_writer writer;
    struct packet *packet = start_packet(auth, &writer);
    if (!packet)
        return;
    chap_encode(&writer, message);
    finish_packet(auth, packet, &writer);
}

const struct chap_algorithm *ppp_auth_chap_algorithm(const struct ppp_auth *auth)
{
    uint8_t option[PPP_AUTH_OPTION_MAX];
    if (auth->config.method == PPP_AUTH_EAP)
        return chap_algorithm_find(auth->eap.method == PPP_AUTH_EAP_MD5 ? CHAP_ALGORITHM_MD5
                                                                        : CHAP_ALGORITHM_MS_V2);
    (void)ppp_auth_method_option(auth->config.method, option);
    const struct chap_algorithm *algorithm = chap_algorithm_find(option[2]);
    assert(algorithm);
    return algorithm;
}

void ppp_auth_send_kept(struct ppp_auth *auth)
{
    struct packet *copy = packet_clone(auth->kept);
    if (copy)
        packet_queue_push(&auth->send, copy);
}

void ppp_auth_forget_kept(struct ppp_auth *auth)
{
    packet_free(auth->kept);
    auth->kept = NULL;
}

static const char *protocol_name(const struct ppp_auth *auth)
{
    switch (auth->config.method) {
    case PPP_AUTH_PAP:
        return "pap";
    case PPP_AUTH_SPAP:
        return "spap";
    case PPP_AUTH_EAP:
        return "eap";
    case PPP_AUTH_CHAP_MD5:
    case PPP_AUTH_MS_CHAP_V1:
    case PPP_AUTH_MS_CHAP_V2:
    case PPP_AUTH_METHOD_COUNT:
        break;
    }
    return "chap";
}

void ppp_auth_drop(struct ppp_auth *auth, instant now, const struct packet *packet,
                   const char *reason)
{
    trace_drop(auth->config.trace, now, protocol_name(auth), reason, packet->serial);
}

void ppp_auth_arm(struct ppp_auth *auth, instant now, unsigned periods)
{
    instant restart = auth->config.restart;
    bool fits = periods == 0 || restart <= INSTANT_NEVER / periods;
    auth->deadline = fits ? instant_after(now, restart * periods) : INSTANT_NEVER;
}

void ppp_auth_push_event(struct ppp_auth *auth, enum ppp_auth_event event, uint32_t value)
{
    assert(!auth->event_pending);
    auth->event_pending = true;
    auth->event = (int)event;
    auth->event_value = value;
}

/** Gives back what only a conversation under way needs. */
static void end_conversation(struct ppp_auth *auth)
{
    ppp_auth_forget_kept(auth);
    if (auth->config.method == PPP_AUTH_EAP)
        ppp_auth_eap_clear(auth);
}

void ppp_auth_succeed(struct ppp_auth *auth, instant now)
{
    bool can_rechallenge =
        auth->config.role == PPP_AUTHENTICATOR && ppp_auth_protocol(auth) == CHAP_PROTOCOL;
    end_conversation(auth);
    auth->phase = PPP_AUTH_PHASE_SUCCEEDED;
    auth->deadline = can_rechallenge && auth->config.rechallenge > 0
                         ? instant_after(now, auth->config.rechallenge)
                         : INSTANT_NEVER;
    ppp_auth_trace(auth, now, "ppp.auth.succeeded", 0, NULL);
    if (!auth->authenticated_once)
        ppp_auth_push_event(auth, PPP_AUTH_SUCCEEDED, 0);
    auth->authenticated_once = true;
}

void ppp_auth_fail(struct ppp_auth *auth, instant now, uint32_t error, const char *reason)
{
    end_conversation(auth);
    auth->phase = PPP_AUTH_PHASE_FAILED;
    auth->deadline = INSTANT_NEVER;
    ppp_auth_trace(auth, now, "ppp.auth.failed", error, reason);
    ppp_auth_push_event(auth, PPP_AUTH_FAILED, error);
}

void ppp_auth_trace_with(struct ppp_auth *auth, instant now, const char *name,
                         const struct trace_field *further, size_t count)
{
    bool is_authenticator = auth->config.role == PPP_AUTHENTICATOR;
    struct trace_field fields[COMMON_COUNT + PPP_AUTH_TRACE_FURTHER] = {
        trace_text("session", auth->config.label ? auth->config.label : ""),
        trace_text("role", is_authenticator ? "authenticator" : "authenticatee"),
        trace_text("method", ppp_auth_current_method_name(auth)),
        trace_text("user", is_authenticator ? auth->peer_name : auth->config.name),
        trace_text("peer", auth->peer_name),
    };
    assert(count <= PPP_AUTH_TRACE_FURTHER);
    for (size_t i = 0; i < count; i++)
        fields[COMMON_COUNT + i] = further[i];
    trace_emit(auth->config.trace, now, name, fields, COMMON_COUNT + count);
}

void ppp_auth_trace(struct ppp_auth *auth, instant now, const char *name, uint32_t error,
                    const char *reason)
{
    const struct trace_field refusal[] = {
        trace_number("error", error),
        trace_text("reason", reason ? reason : ""),
    };
    ppp_auth_trace_with(auth, now, name, refusal, error ? 2 : 0);
}

void ppp_auth_trace_text(struct ppp_auth *auth, instant now, const char *name, const char *key,
                         const char *text)
{
    const struct trace_field further = trace_text(key, text);
    ppp_auth_trace_with(auth, now, name, &further, 1);
}

void ppp_auth_set_peer_name(struct ppp_auth *auth, const uint8_t *name, size_t length)
{
    uint8_t unicode[4 * PPP_AUTH_NAME_MAX];
    size_t units;
    if (length > PPP_AUTH_NAME_MAX)
        length = PPP_AUTH_NAME_MAX;
    memset(auth->peer_name, 0, sizeof auth->peer_name);
    auth->peer_name_is_exact = true;
    if (length > 0)
        memcpy(auth->peer_name, name, length);
    bool is_utf8 = utf16le_from_utf8(auth->peer_name, length, unicode, sizeof unicode, &units);
    for (size_t i = 0; i < length; i++) {
        uint8_t octet = (uint8_t)auth->peer_name[i];
        if (octet < 0x20 || octet == 0x7f || (octet >= 0x80 && !is_utf8)) {
            auth->peer_name[i] = '?';
            auth->peer_name_is_exact = false;
        }
    }
}

/** A name off the wire, in its two parts. */
struct account_name {
    char domain[PPP_AUTH_NAME_MAX + 1];
    char user[PPP_AUTH_NAME_MAX + 1];
};

/** False for a name that nobody has: the empty one, and one with a NUL, which would make the
 *  database see another name than the one that is hashed. */
static bool split_name(const uint8_t *name, size_t length, struct account_name *split)
{
    size_t user_length = length;
    const uint8_t *bare = mschap_user_without_domain(name, &user_length);
    *split = (struct account_name){.domain = ""};
    if (length == 0 || length > PPP_AUTH_NAME_MAX || memchr(name, 0, length))
        return false;
    if (user_length < length)
        memcpy(split->domain, name, length - user_length - 1);
    memcpy(split->user, bare, user_length);
    return true;
}

bool ppp_auth_find_account(struct ppp_auth *auth, const uint8_t *name, size_t length,
                           struct ppp_auth_account *account)
{
    struct account_name split;
    *account = (struct ppp_auth_account){0};
    return split_name(name, length, &split) &&
           auth->config.lookup(auth->config.lookup_context, split.domain, split.user, account) &&
           (account->password || account->nt_hash);
}

bool ppp_auth_change_password(struct ppp_auth *auth,
                              const struct ppp_auth_new_password *new_password)
{
    struct account_name split;
    const uint8_t *name = (const uint8_t *)auth->peer_name;
    return auth->config.change && split_name(name, strlen(auth->peer_name), &split) &&
           auth->config.change(auth->config.lookup_context, split.domain, split.user, new_password);
}

#define COMMON "session role method user peer"

const struct trace_declaration ppp_auth_trace_declarations[] = {
    {"ppp.auth.started", COMMON,
     "Authentication begins in one direction; role is authenticator or authenticatee."},
    {"ppp.auth.retransmitted", COMMON, "A Request, Challenge or Response is sent once more."},
    {"ppp.auth.retry-granted", COMMON " error reason",
     "The authenticator refuses a wrong password but takes another try (R=1)."},
    {"ppp.auth.retry-offered", COMMON " error reason",
     "The authenticatee is refused and may try again (R=1)."},
    {"ppp.auth.change-granted", COMMON " error reason",
     "The authenticator refuses an expired password (E=648) but takes a new one."},
    {"ppp.auth.password-expired", COMMON " error reason",
     "The authenticatee is told that its password has expired and may choose another."},
    {"ppp.auth.password-changing", COMMON,
     "The authenticatee sends a new password in a Change-Password packet."},
    {"ppp.auth.password-changed", COMMON,
     "The authenticator has taken the new password of the account."},
    {"ppp.auth.eap-method", COMMON, "EAP has come to a method: method says which."},
    {"ppp.auth.eap-nak", COMMON " wanted",
     "EAP: the authenticatee declines the method offered; wanted are the ones it would take."},
    {"ppp.auth.eap-notification", COMMON " text",
     "EAP: the authenticatee is given a text to show."},
    {"ppp.auth.eap-tls-flight", COMMON " direction octets fragments",
     "EAP-TLS: a TLS message is received whole, or is about to be sent in fragments; direction is "
     "sent or received."},
    {"ppp.auth.eap-tls-finished", COMMON " version cipher subject",
     "EAP-TLS: the handshake is through; subject is the common name in the peer's certificate."},
    {"ppp.auth.eap-tls-failed", COMMON " failure alert subject",
     "EAP-TLS: the handshake has failed; alert is what TLS said or was told, subject the common "
     "name in the peer's certificate, where one has come."},
    {"ppp.auth.rechallenged", COMMON, "The authenticator challenges an authenticated peer again."},
    {"ppp.auth.succeeded", COMMON,
     "One direction is authenticated, or a re-challenge was answered rightly."},
    {"ppp.auth.failed", COMMON " error reason",
     "One direction's authentication failed; error is the number a RAS client shows."},
    {NULL, NULL, NULL},
};
