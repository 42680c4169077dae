/*
 * An endpoint with arbitrary peers and an arbitrary owner. The first octet chooses the
 * configuration; then come records: one octet of command, one of how the octets arrive, one of
 * length, the octets. So that more than headers is tried, they may be put behind a header with the
 * numbers that are next.
 */
#include "base/wire.h"
#include "fuzz.h"
#include "l2tp/l2tp_endpoint.h"

#include <stdlib.h>
#include <string.h>

#define TUNNELS  3
#define SESSIONS 4

struct rig {
    struct packet_pool pool;
    struct entropy entropy;
    struct l2tp_endpoint endpoint;
    struct l2tp_tunnel tunnels[TUNNELS];
    struct l2tp_session sessions[SESSIONS];
    instant now;
    uint16_t tunnel_id;
    uint16_t session_id;
};

/* What the engine sends must be well formed. */
static void check_sent(const struct rig *rig, const struct packet *packet)
{
    struct l2tp_header header;
    struct l2tp_message message;
    struct l2tp_fault fault;
    uint8_t revealed[L2TP_REVEALED_SIZE];
    struct l2tp_judgment judgment = {
        .secret = {rig->endpoint.config.crypto, "labtunnel", rig->endpoint.config.secret ? 9 : 0}};
    if (l2tp_header_decode(packet->data, packet->length, UINT16_MAX, &header) != L2TP_HEADER_OK)
        abort();
    if (header.flags & L2TP_FLAG_TYPE && packet->length > header.header_length &&
        !l2tp_message_decode(packet->data + header.header_length,
                             packet->length - header.header_length, &judgment, revealed, &message,
                             &fault))
        abort();
}

static void drain(struct rig *rig)
{
    struct l2tp_output output;
    while (l2tp_endpoint_poll(&rig->endpoint, &output)) {
        if (output.kind == OUTPUT_EVENT) {
            if (!l2tp_endpoint_tunnel(&rig->endpoint, output.tunnel_id) ||
                (output.session_id != 0 &&
                 !l2tp_endpoint_session(&rig->endpoint, output.session_id)))
                abort();
            rig->tunnel_id = output.tunnel_id;
            if (output.session_id != 0)
                rig->session_id = output.session_id;
        } else if (output.kind == OUTPUT_SEND) {
            check_sent(rig, output.packet);
        }
        packet_free(output.packet);
    }
}

static void command(struct rig *rig, uint8_t what)
{
    static const struct l2tp_call call = {.called_number = "1", .bearer_type = 3};
    static const struct l2tp_call_errors errors = {.crc_errors = 1};
    struct l2tp_endpoint *endpoint = &rig->endpoint;
    struct ip_address peer = ip_address_from_ipv4(what >> 4 & 1);
    uint16_t id;
    instant due;
    switch (what & 15) {
    case 0:
        l2tp_endpoint_open(endpoint, rig->now, &peer, 1701, NULL, &rig->tunnel_id);
        break;
    case 1:
        l2tp_endpoint_ring(endpoint, rig->now, rig->tunnel_id, &call, &id);
        break;
    case 2:
        l2tp_endpoint_place_call(endpoint, rig->now, rig->tunnel_id, &call, &id);
        break;
    case 3:
        l2tp_endpoint_accept(endpoint, rig->now, rig->session_id, NULL);
        break;
    case 4:
        l2tp_endpoint_connect(endpoint, rig->now, rig->session_id, &call);
        break;
    case 5:
        l2tp_endpoint_disconnect(endpoint, rig->now, rig->session_id, 3, 0, what >> 4);
        break;
    case 6:
        l2tp_endpoint_stop(endpoint, rig->now, rig->tunnel_id, 1, 0);
        break;
    case 7:
        l2tp_endpoint_send_link_info(endpoint, rig->now, rig->session_id, 0, 0);
        break;
    case 8:
        l2tp_endpoint_send_wan_error(endpoint, rig->now, rig->session_id, &errors);
        break;
    case 9:
        l2tp_endpoint_hello(endpoint, rig->now, rig->tunnel_id);
        break;
    case 10:
        l2tp_endpoint_set_sequencing(endpoint, rig->session_id, what >> 4 & 1);
        l2tp_endpoint_send(endpoint, rig->now, rig->session_id,
                           packet_from(&rig->pool, "\xff\x03", 2), what >> 5 & 1);
        break;
    case 11: /* wait for what is due next, or for seconds */
        due = l2tp_endpoint_next_timeout(endpoint);
        rig->now = what >> 4 || due == INSTANT_NEVER || due < rig->now
                       ? rig->now + (instant)(what >> 4) * 5 * INSTANT_SECOND
                       : due;
        if (due <= rig->now)
            l2tp_endpoint_handle_timeout(endpoint, rig->now);
        break;
    default:
        break;
    }
}

/* How the octets arrive: 1 behind a control header, 2 behind one for no tunnel, 4 with a session,
 * 8 one number ahead, 16 behind a data header, 32 from another peer. */
static void arrive(struct rig *rig, uint8_t how, const uint8_t *octets, size_t length)
{
    const struct l2tp_tunnel *tunnel = l2tp_endpoint_tunnel(&rig->endpoint, rig->tunnel_id);
    struct ip_address peer = ip_address_from_ipv4(how >> 5 & 1);
    uint8_t buffer[300];
    struct l2tp_header header = {
        .flags = how & 16 ? L2TP_FLAG_SEQUENCE : 0xc800,
        .length = (uint16_t)(12 + length),
        .tunnel_id = how & 2 ? 0 : rig->tunnel_id,
        .session_id = how & 4 ? rig->session_id : 0,
    };
    if (tunnel && !(how & 2)) {
        header.ns = (uint16_t)(tunnel->channel.expected + (how >> 3 & 1));
        header.nr = tunnel->channel.next_ns;
    }
    if (how & 16 && how & 64) /* a data message that acknowledges, and resets */
        header.flags |= L2TP_FLAG_RESET;
    size_t offset = 0;
    if (how & 3 || how & 16)
        offset = l2tp_header_encode(&header, buffer, sizeof buffer);
    memcpy(buffer + offset, octets, length);
    l2tp_endpoint_input(&rig->endpoint, rig->now, &peer, 1701,
                        packet_from(&rig->pool, buffer, offset + length));
}

static struct l2tp_config configure(struct rig *rig, struct crypto *crypto, uint8_t choice)
{
    struct l2tp_config config =
        choice & 1 ? l2tp_config_windows(choice & 2 ? L2TP_WINDOWS_VISTA : L2TP_WINDOWS_2000)
                   : l2tp_config_rfc();
    config.pool = &rig->pool;
    config.entropy = &rig->entropy;
    config.crypto = crypto;
    config.host_name = "host";
    config.tunnels = rig->tunnels;
    config.sessions = rig->sessions;
    config.max_tunnels = TUNNELS;
    config.max_sessions = SESSIONS;
    config.accept_tunnels = choice & 4;
    if (choice & 8) {
        config.secret = "labtunnel";
        config.challenge = choice & 16;
        config.wording.hidden = UINT64_MAX;
        config.wording.hidden_padding = 1;
    }
    config.channel.slow_start = choice & 32;
    config.data_sequencing = choice & 64;
    config.payload_receive_window = choice & 64 && choice & 1 ? 2 : 0;
    if (choice & 128)
        config.data = (struct l2tp_data_config){.reorder_limit = 2, .reorder_ms = 10, .offset = 3};
    return config;
}

/* Loading providers takes longer than a run, so that one context serves all of them. */
static struct crypto *shared_crypto(void)
{
    static struct crypto *crypto;
    if (!crypto)
        crypto = crypto_create(NULL, NULL);
    if (!crypto)
        abort();
    return crypto;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct rig rig = {.entropy = entropy_make(1, "fuzz")};
    struct crypto *crypto = shared_crypto();
    packet_pool_init(&rig.pool);
    struct l2tp_config config = configure(&rig, crypto, data[0]);
    l2tp_endpoint_init(&rig.endpoint, &config);
    data++, size--;
    while (size >= 3) {
        command(&rig, data[0]);
        drain(&rig);
        size_t length = data[2] < size - 3 ? data[2] : size - 3;
        if (length > 0)
            arrive(&rig, data[1], data + 3, length);
        drain(&rig);
        data += 3 + length;
        size -= 3 + length;
    }
    /* Left alone, everything comes to an end. */
    for (int i = 0; i < 2000 && l2tp_endpoint_next_timeout(&rig.endpoint) != INSTANT_NEVER; i++) {
        instant due = l2tp_endpoint_next_timeout(&rig.endpoint);
        rig.now = due > rig.now ? due : rig.now;
        l2tp_endpoint_handle_timeout(&rig.endpoint, rig.now);
        drain(&rig);
    }
    if (l2tp_endpoint_next_timeout(&rig.endpoint) != INSTANT_NEVER)
        abort();
    l2tp_endpoint_close(&rig.endpoint);
    if (rig.pool.in_use != 0)
        abort();
    packet_pool_destroy(&rig.pool);
    return 0;
}
