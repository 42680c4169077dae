/*
 * Two sessions and an intruder. The first octet chooses the configuration, whole sessions, links of
 * a bundle (bit 4) or bundles (bit 5) among the rest; then steps follow, whose
 * low two bits say what: 0 lets genuine frames pass until the line is quiet, 1 and 2 hand octets
 * (a length, then the octets) to the client or the server, 3 goes on to the next timeout.
 */
#include "fuzz.h"
#include "ppp/ppp_session.h"

#include <assert.h>

#define MOST_FRAMES 400

struct party {
    struct packet_pool pool;
    struct crypto *crypto;
    struct ppp_session session[2];
    struct packet_queue line;
    instant now;
};

static bool lookup(void *context, const char *domain, const char *user,
                   struct ppp_auth_account *account)
{
    (void)context, (void)domain, (void)user;
    account->password = "clientPass";
    account->error = 0;
    return true;
}

static void watch(void *context, instant now, bool sent, const uint8_t *frame, size_t length)
{
    (void)context, (void)now, (void)sent;
    assert(length >= 4 && frame[0] == 0xff && frame[1] == 0x03);
}

static void poll_session(struct party *party, unsigned end)
{
    struct output output;
    while (ppp_session_poll(&party->session[end], &output)) {
        if (output.kind == OUTPUT_SEND) {
            output.packet->mark = 1 - end;
            packet_queue_push(&party->line, output.packet);
        } else if (output.kind == OUTPUT_DELIVER) {
            packet_free(output.packet);
        }
    }
}

static void pass_frames(struct party *party)
{
    for (unsigned i = 0; i < MOST_FRAMES && party->line.head; i++) {
        struct packet *frame = packet_queue_pop(&party->line);
        unsigned to = frame->mark;
        ppp_session_input(&party->session[to], party->now, frame);
        poll_session(party, to);
    }
    packet_queue_clear(&party->line);
}

static void next_timeout(struct party *party)
{
    instant next = instant_earlier(ppp_session_next_timeout(&party->session[0]),
                                   ppp_session_next_timeout(&party->session[1]));
    if (next == INSTANT_NEVER)
        return;
    if (next > party->now)
        party->now = next;
    for (unsigned i = 0; i < 2; i++) {
        ppp_session_handle_timeout(&party->session[i], party->now);
        poll_session(party, i);
    }
}

/* What the first link of a bundle has brought. */
static const struct ppp_bundle bundle = {
    .multilink = true, .mru = 1600, .peer_mru = 1600, .has_keys = true, .peer_name = "User"};

static void start(struct party *party, uint8_t choice)
{
    bool encrypt = choice & 1;
    if (encrypt)
        party->crypto = crypto_create(NULL, NULL);
    for (unsigned i = 0; i < 2; i++) {
        struct ppp_session_config config = ppp_session_defaults();
        config.pool = &party->pool;
        config.crypto = party->crypto;
        config.entropy = entropy_make(i, "fuzz");
        config.label = "fuzz";
        config.tap = watch;
        config.shared_identifier = choice & 2;
        config.member = choice & 16;
        config.bundle = (choice & 48) == 32 ? &bundle : NULL;
        config.lcp.mrru = config.member ? 1600 : 0;
        config.lcp.multilink_allowed = config.lcp.endpoint_allowed = config.member;
        config.ccp = (struct ccp_config){.enabled = choice & (1 | 64),
                                         .required = encrypt && choice & 4,
                                         .strengths = encrypt ? CCP_MPPE_128 : 0,
                                         .stateless = choice & 8,
                                         .compress = choice & 64};
        config.ipcp.vj = config.ipcp.vj_allowed = choice & 128;
        config.auth.user = "User";
        config.auth.password = "clientPass";
        config.auth.lookup = lookup;
        enum ppp_auth_method method = encrypt ? PPP_AUTH_MS_CHAP_V2 : PPP_AUTH_PAP;
        config.auth.methods.allow[0] = config.auth.methods.require[0] = method;
        config.auth.methods.allow_count = i == 0;
        config.auth.methods.require_count = i == 1;
        config.ipcp.local_address = i == 1 ? 0x0a000001 : 0;
        config.ipcp.peer_address = i == 1 ? 0x0a000002 : 0;
        enum status status = ppp_session_init(&party->session[i], &config);
        assert(status == STATUS_OK);
        (void)status;
    }
    for (unsigned i = 0; i < 2; i++) {
        ppp_session_open(&party->session[i], party->now);
        ppp_session_lower_up(&party->session[i], party->now);
        poll_session(party, i);
    }
}

static void run(struct party *party, const uint8_t *data, size_t size)
{
    while (size > 0) {
        unsigned step = *data & 3;
        data++;
        size--;
        if (step == 0) {
            pass_frames(party);
        } else if (step == 3) {
            next_timeout(party);
        } else if (size > 0) {
            size_t length = *data++;
            size--;
            if (length > size)
                length = size;
            struct packet *frame = packet_from(&party->pool, data, length);
            ppp_session_input(&party->session[step - 1], party->now, frame);
            poll_session(party, step - 1);
            data += length;
            size -= length;
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct party party = {0};
    packet_pool_init(&party.pool);
    start(&party, data[0]);
    run(&party, data + 1, size - 1);
    for (unsigned i = 0; i < 2; i++) {
        ppp_session_lower_down(&party.session[i], party.now);
        poll_session(&party, i);
        assert(ppp_session_phase(&party.session[i]) == PPP_PHASE_DEAD);
        ppp_session_destroy(&party.session[i]);
    }
    packet_queue_clear(&party.line);
    assert(party.pool.in_use == 0);
    packet_pool_destroy(&party.pool);
    crypto_destroy(party.crypto);
    return 0;
}
