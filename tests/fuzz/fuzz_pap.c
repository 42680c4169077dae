/* PAP: the codec, then an engine of each role that gets the input as the packet of its life. */
#include "base/packet.h"
#include "fuzz.h"
#include "ppp/auth/ppp_auth.h"

#include <assert.h>
#include <string.h>

static bool find_account(void *context, const char *domain, const char *user,
                         struct ppp_auth_account *account)
{
    (void)context;
    (void)domain;
    account->password = "clientPass";
    return strcmp(user, "User") == 0;
}

/** What was decoded and is encoded again must decode to the same. */
static void round_trip(const uint8_t *data, size_t size)
{
    struct pap_message message;
    struct pap_message again;
    uint8_t octets[1024];
    if (pap_decode(data, size, &message))
        return;
    struct wire_writer writer = wire_writer_make(octets, sizeof octets);
    pap_encode(&writer, &message);
    assert(!writer.failed);
    assert(!pap_decode(octets, wire_written(&writer), &again));
    assert(again.peer_id_length == message.peer_id_length);
    assert(again.password_length == message.password_length);
    assert(again.text_length == message.text_length);
}

static void drive(const struct ppp_auth_config *config, const struct packet *packet)
{
    struct ppp_auth auth;
    struct output output;
    enum status status = ppp_auth_init(&auth, config);
    assert(status == STATUS_OK);
    ppp_auth_start(&auth, 0);
    /* Twice: a duplicate must be as harmless as the first. */
    for (int i = 0; i < 2; i++) {
        while (ppp_auth_poll(&auth, &output))
            packet_free(output.packet);
        ppp_auth_input(&auth, 0, ppp_auth_protocol(&auth), packet);
    }
    ppp_auth_clear(&auth);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > PACKET_ROOM)
        return 0;
    round_trip(data, size);
    struct packet_pool pool;
    packet_pool_init(&pool);
    struct packet *packet = packet_from(&pool, data, size);
    struct ppp_auth_config config = {
        .role = PPP_AUTHENTICATEE,
        .method = PPP_AUTH_PAP,
        .name = "User",
        .secret = "clientPass",
        .lookup = find_account,
        .pool = &pool,
    };
    drive(&config, packet);
    config.role = PPP_AUTHENTICATOR;
    drive(&config, packet);
    config.method = PPP_AUTH_SPAP;
    drive(&config, packet);
    packet_free(packet);
    packet_pool_destroy(&pool);
    return 0;
}
