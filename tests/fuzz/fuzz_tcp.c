/*
 * Drives a TCP endpoint with a script of segments, ICMP errors, application calls and time. The
 * endpoint has a listener and, once the script answers its SYN, a connection of its own; sequence
 * numbers in the script are relative to what the endpoint last sent, so that many fit.
 */
#include "fuzz.h"

#include "base/checksum.h"
#include "inet/tcp.h"
#include "inet/tcp_segment.h"

#include <stdlib.h>

#define LOCAL  UINT32_C(0x0a000001)
#define REMOTE UINT32_C(0x0a000002)

#define CONNECTIONS 4

struct world {
    struct packet_pool pool;
    struct tcp_endpoint endpoint;
    instant now;
    struct tcp_connection *held[CONNECTIONS];
    /* The latest segment sent, and what would be expected next by it. */
    struct tcp_segment last;
    uint32_t next_sequence;
};

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void forget(struct world *world, struct tcp_connection *connection)
{
    for (size_t i = 0; i < CONNECTIONS; i++)
        if (world->held[i] == connection)
            world->held[i] = NULL;
    tcp_release(connection, world->now);
}

static void hold(struct world *world, struct tcp_connection *connection)
{
    if (!connection)
        return;
    for (size_t i = 0; i < CONNECTIONS; i++) {
        if (!world->held[i]) {
            world->held[i] = connection;
            return;
        }
    }
    tcp_release(connection, world->now);
}

static void check_segment(struct world *world, struct packet *packet)
{
    struct tcp_segment *segment = &world->last;
    require(tcp_segment_decode(packet->data, packet->length, segment) == NULL);
    uint64_t sum = checksum_pseudo_header(LOCAL, REMOTE, TCP_PROTOCOL, (uint16_t)packet->length);
    require(checksum_finish(checksum_add(sum, packet->data, packet->length)) == 0);
    uint32_t length = packet->length - segment->header_length;
    require(length <= 1460);
    world->next_sequence = segment->sequence + length + ((segment->flags & TCP_FLAG_SYN) != 0) +
                           ((segment->flags & TCP_FLAG_FIN) != 0);
    packet_free(packet);
}

static void poll_all(struct world *world)
{
    struct tcp_output output;
    unsigned count = 0;
    while (tcp_poll(&world->endpoint, world->now, &output)) {
        require(++count < 100000);
        if (output.kind == OUTPUT_SEND)
            check_segment(world, output.packet);
        else if (output.event == TCP_EVENT_ACCEPTED)
            hold(world, output.connection);
        else if (output.event == TCP_EVENT_TIMED_OUT)
            forget(world, output.connection);
    }
}

static void input_segment(struct world *world, struct wire_reader *script)
{
    uint8_t kind = wire_get_u8(script);
    uint8_t octets[TCP_HEADER_MAX_SIZE + 255];
    struct tcp_segment segment = {
        .source_port = kind & 1 ? world->last.destination_port : 7,
        .destination_port = kind & 2 ? world->last.source_port : 1723,
        .flags = wire_get_u8(script),
        .has_mss = kind & 4,
        .mss = wire_get_u16(script),
        .has_window_scale = kind & 8,
        .window_scale = kind,
        .sack_permitted = kind & 16,
    };
    segment.sequence =
        world->last.acknowledgment + (uint32_t)(int8_t)wire_get_u8(script) * (kind & 32 ? 50U : 1U);
    segment.acknowledgment =
        world->next_sequence + (uint32_t)(int8_t)wire_get_u8(script) * (kind & 64 ? 50U : 1U);
    segment.window = wire_get_u16(script);
    struct wire_writer writer = wire_writer_make(octets, sizeof octets);
    tcp_segment_encode(&writer, &segment);
    if (kind & 128) {
        /* Options as the script has them. */
        struct wire_reader options = wire_sub_reader(script, 20);
        if (!options.failed) {
            writer.position = octets + TCP_HEADER_SIZE;
            wire_put_octets(&writer, options.position, 20);
            octets[12] = 0xa0;
        }
    }
    size_t length = wire_get_u8(script);
    if (length > wire_remaining(script))
        length = wire_remaining(script);
    wire_put_octets(&writer, wire_get_octets(script, length), length);
    length = wire_written(&writer);
    uint64_t sum = checksum_pseudo_header(REMOTE, LOCAL, TCP_PROTOCOL, (uint16_t)length);
    wire_store_u16(octets + 16, checksum_finish(checksum_add(sum, octets, length)));
    struct packet *packet = packet_from(&world->pool, octets, length);
    if (packet)
        tcp_input(&world->endpoint, world->now, REMOTE, LOCAL, packet);
}

static void input_raw(struct world *world, struct wire_reader *script)
{
    size_t length = wire_get_u8(script);
    if (length > wire_remaining(script))
        length = wire_remaining(script);
    const uint8_t *octets = wire_get_octets(script, length);
    struct packet *packet = packet_from(&world->pool, octets, length);
    if (packet)
        tcp_input(&world->endpoint, world->now, REMOTE, LOCAL, packet);
}

static void input_icmp(struct world *world, struct wire_reader *script)
{
    uint8_t quoted[8];
    wire_store_u16(quoted, world->last.source_port);
    wire_store_u16(quoted + 2, world->last.destination_port);
    wire_store_u32(quoted + 4, world->last.sequence);
    uint8_t type = wire_get_u8(script);
    uint8_t code = wire_get_u8(script);
    tcp_icmp_error(&world->endpoint, world->now, type, code, wire_get_u16(script), LOCAL, REMOTE,
                   quoted, type & 0x80 ? 4 : 8);
}

static void act(struct world *world, uint8_t action, struct wire_reader *script)
{
    static const uint8_t data[255 * 20];
    uint8_t argument = wire_get_u8(script);
    struct tcp_connection *connection = world->held[argument % CONNECTIONS];
    if (!connection)
        return;
    switch (action) {
    case 0:
        (void)tcp_send(connection, world->now, data, argument * 20U);
        break;
    case 1:
        tcp_consume(connection, world->now, tcp_receive_available(connection) * argument / 255);
        break;
    case 2:
        tcp_close(connection, world->now);
        break;
    case 3:
        tcp_abort(connection, world->now);
        break;
    default:
        forget(world, connection);
        break;
    }
}

static void step(struct world *world, struct wire_reader *script)
{
    uint8_t what = wire_get_u8(script);
    switch (what % 16) {
    case 0:
        hold(world, tcp_connect(&world->endpoint, world->now, LOCAL, 0, REMOTE, 7, NULL, NULL));
        break;
    case 1:
        input_raw(world, script);
        break;
    case 2:
        input_icmp(world, script);
        break;
    case 3:
        world->now += wire_get_u16(script) * INSTANT_MILLISECOND;
        break;
    case 4: {
        instant due = tcp_next_timeout(&world->endpoint);
        if (due != INSTANT_NEVER && due > world->now)
            world->now = due;
        break;
    }
    case 5:
    case 6:
    case 7:
    case 8:
    case 9:
        act(world, what % 16 - 5, script);
        break;
    case 10:
        tcp_unlisten(&world->endpoint, world->now, IPV4_ANY, 1723);
        (void)tcp_listen(&world->endpoint, IPV4_ANY, 1723, NULL, NULL);
        break;
    default:
        input_segment(world, script);
        break;
    }
    if (tcp_next_timeout(&world->endpoint) <= world->now)
        tcp_handle_timeout(&world->endpoint, world->now);
    require(tcp_next_timeout(&world->endpoint) > world->now);
    if (!(what & 0x80))
        poll_all(world);
}

static void decode_alone(const uint8_t *data, size_t size)
{
    struct tcp_segment segment;
    if (tcp_segment_decode(data, size, &segment) != NULL)
        return;
    uint8_t octets[TCP_HEADER_MAX_SIZE];
    struct wire_writer writer = wire_writer_make(octets, sizeof octets);
    struct tcp_segment again = segment;
    tcp_segment_encode(&writer, &again);
    if (writer.failed)
        return; /* without the sender's tricks the options do not fit */
    struct tcp_segment decoded;
    require(tcp_segment_decode(octets, wire_written(&writer), &decoded) == NULL);
    segment.header_length = decoded.header_length;
    require(memcmp(&segment, &decoded, sizeof segment) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    decode_alone(data, size);
    struct wire_reader script = wire_reader_make(data, size);
    struct world world = {.now = INSTANT_SECOND};
    packet_pool_init(&world.pool);
    uint8_t profile = wire_get_u8(&script);
    struct tcp_config config = {
        .pool = &world.pool,
        .entropy = entropy_make(profile, "fuzz"),
        .options = profile & 1 ? tcp_options_rfc() : tcp_options_windows_2000(),
    };
    config.options.window_scaling = profile & 2;
    config.options.keep_alive_ms = profile & 4 ? 1000 : 0;
    config.options.user_timeout_ms = profile & 8 ? 2000 : 0;
    config.options.receive_buffer = profile & 16 ? 1000 : 100000;
    config.options.nagle = profile & 32;
    if (profile & 64)
        world.pool.limit = 6;
    tcp_endpoint_init(&world.endpoint, &config);
    (void)tcp_listen(&world.endpoint, IPV4_ANY, 1723, NULL, NULL);
    while (wire_remaining(&script) > 0)
        step(&world, &script);
    poll_all(&world);
    tcp_endpoint_destroy(&world.endpoint);
    require(world.pool.in_use == 0);
    packet_pool_destroy(&world.pool);
    return 0;
}
