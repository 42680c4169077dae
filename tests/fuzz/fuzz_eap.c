/*
 * EAP: the codec, then engines of both roles with every method. The input is a sequence of packets,
 * each behind two octets with its length.
 */
#include "base/packet.h"
#include "fuzz.h"
#include "fuzz_tls.h"
#include "ppp/auth/ppp_auth.h"

#include <assert.h>
#include <string.h>

static bool find_account(void *context, const char *domain, const char *user,
                         struct ppp_auth_account *account)
{
    (void)context;
    (void)domain;
    account->password = "clientPass";
    account->error = strcmp(user, "old") == 0 ? 648 : 0;
    return strcmp(user, "User") == 0 || account->error;
}

static bool change(void *context, const char *domain, const char *user,
                   const struct ppp_auth_new_password *new_password)
{
    (void)context, (void)domain, (void)user;
    return new_password->nt_hash[0] & 1;
}

static void round_trip(const uint8_t *data, size_t size)
{
    struct eap_message message;
    struct eap_message again;
    uint8_t octets[4096];
    if (eap_decode(data, size, &message))
        return;
    struct wire_writer writer = wire_writer_make(octets, sizeof octets);
    eap_encode(&writer, &message);
    assert(!writer.failed);
    assert(!eap_decode(octets, wire_written(&writer), &again));
    assert(again.type == message.type && again.length == message.length);
    assert(again.length == 0 || memcmp(again.data, message.data, again.length) == 0);
}

static void poll_all(struct ppp_auth *auth)
{
    struct output output;
    while (ppp_auth_poll(auth, &output)) {
        packet_free(output.packet);
        if (output.kind == OUTPUT_EVENT && output.event == PPP_AUTH_RETRY_OFFERED) {
            enum status status = ppp_auth_retry(auth, 0, "User", "other");
            assert(status == STATUS_OK);
        }
    }
}

static void drive(const struct ppp_auth_config *config, struct wire_reader reader)
{
    struct ppp_auth auth;
    enum status status = ppp_auth_init(&auth, config);
    assert(status == STATUS_OK);
    ppp_auth_start(&auth, 0);
    poll_all(&auth);
    for (int count = 0; count < 16 && wire_remaining(&reader) >= 2; count++) {
        size_t length = wire_get_u16(&reader);
        if (length > wire_remaining(&reader))
            length = wire_remaining(&reader);
        if (length > PACKET_ROOM)
            break;
        const uint8_t *octets = wire_get_octets(&reader, length);
        round_trip(octets, length);
        struct packet *packet = packet_from(config->pool, octets, length);
        ppp_auth_input(&auth, 0, EAP_PROTOCOL, packet);
        packet_free(packet);
        poll_all(&auth);
        if (ppp_auth_next_timeout(&auth) != INSTANT_NEVER && count % 4 == 3) {
            ppp_auth_handle_timeout(&auth, ppp_auth_next_timeout(&auth));
            poll_all(&auth);
        }
        ppp_auth_network_heard(&auth, 0);
        poll_all(&auth);
    }
    ppp_auth_clear(&auth);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct ppp_auth_eap_methods methods[] = {
        {{PPP_AUTH_EAP_MD5, PPP_AUTH_EAP_MS_CHAP_V2}, 2},
        {{PPP_AUTH_EAP_MS_CHAP_V2, PPP_AUTH_EAP_MD5}, 2},
        {{PPP_AUTH_EAP_TLS, PPP_AUTH_EAP_MD5}, 2},
    };
    const struct fuzz_tls *fuzz = fuzz_tls();
    struct packet_pool pool;
    packet_pool_init(&pool);
    for (int i = 0; i < 6; i++) {
        struct entropy entropy = entropy_make(1, "fuzz");
        const struct ppp_auth_config config = {
            .role = i % 2 ? PPP_AUTHENTICATOR : PPP_AUTHENTICATEE,
            .method = PPP_AUTH_EAP,
            .eap_methods = methods[i / 2],
            .tls = &fuzz->ends[i % 2],
            .notification = i == 3 ? "Welcome" : NULL,
            .name = "CORP\\User",
            .secret = "clientPass",
            .new_secret = "newPass",
            .lookup = find_account,
            .change = change,
            .crypto = fuzz->crypto,
            .entropy = &entropy,
            .pool = &pool,
            .retries = 2,
        };
        drive(&config, wire_reader_make(data, size));
    }
    assert(pool.in_use == 0);
    packet_pool_destroy(&pool);
    return 0;
}
