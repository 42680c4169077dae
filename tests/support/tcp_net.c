#include "support/tcp_net.h"

#include "base/checksum.h"
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#define PORT 1723

static const ipv4_address addresses[2] = {TCP_NET_A, TCP_NET_B};

static void narrate(struct tcp_net *net, enum tcp_net_side side, const char *text)
{
    if (net->quiet)
        return;
    size_t room = sizeof net->narration - net->narrated;
    int length = snprintf(net->narration + net->narrated, room, "%llu %c %s\n",
                          (unsigned long long)(net->now / INSTANT_MILLISECOND),
                          side == SIDE_A ? 'A' : 'B', text);
    assert_true((size_t)length < room);
    net->narrated += (size_t)length;
}

static void on_trace(void *context, const struct trace_event *event)
{
    struct tcp_net *net = context;
    if (net->quiet)
        return;
    const char *reason = "";
    for (size_t i = 0; i < event->field_count; i++)
        if (strcmp(event->fields[i].key, "reason") == 0)
            reason = event->fields[i].text;
    size_t room = sizeof net->traces - net->traced;
    int length = snprintf(net->traces + net->traced, room, "%s %s%s%s\n", event->node, event->name,
                          *reason ? " " : "", reason);
    assert_true((size_t)length < room);
    net->traced += (size_t)length;
}

void tcp_net_init(struct tcp_net *net, const struct tcp_options *options, uint64_t seed)
{
    memset(net, 0, sizeof *net);
    packet_pool_init(&net->pool);
    net->delay = 10 * INSTANT_MILLISECOND;
    net->entropy = entropy_make(seed, "wire");
    for (int side = 0; side < 2; side++) {
        const char *name = side == SIDE_A ? "A" : "B";
        struct tcp_config config = {
            .pool = &net->pool,
            .entropy = entropy_make(seed, name),
            .trace = {.emit = on_trace, .context = net, .node = name},
            .options = *options,
        };
        tcp_endpoint_init(&net->ends[side], &config);
    }
}

static void clear_wire(struct tcp_net *net)
{
    while (net->wire) {
        struct packet *packet = net->wire;
        net->wire = packet->next;
        packet_free(packet);
    }
    net->wire_last = NULL;
}

void tcp_net_destroy(struct tcp_net *net)
{
    clear_wire(net);
    tcp_endpoint_destroy(&net->ends[SIDE_A]);
    tcp_endpoint_destroy(&net->ends[SIDE_B]);
    assert_int_equal(net->pool.in_use, 0);
    packet_pool_destroy(&net->pool);
}

static void put_on_wire(struct tcp_net *net, enum tcp_net_side from, struct packet *packet,
                        instant due)
{
    packet->due = due;
    packet->mark = (uint32_t)from;
    struct packet **link = &net->wire;
    if (net->wire_last && net->wire_last->due <= due)
        link = &net->wire_last->next;
    while (*link && (*link)->due <= due)
        link = &(*link)->next;
    packet->next = *link;
    *link = packet;
    if (!packet->next)
        net->wire_last = packet;
}

static void narrate_segment(struct tcp_net *net, enum tcp_net_side from,
                            const struct tcp_segment *segment, size_t length,
                            const struct tcp_net_fate *fate)
{
    char flags[9] = "";
    static const char letters[] = "FSRPAUEC";
    size_t count = 0;
    for (unsigned i = 0; i < 8; i++)
        if (segment->flags & 1U << i)
            flags[count++] = letters[i];
    flags[count] = '\0';
    char text[200];
    int n = snprintf(text, sizeof text, "%s %u+%zu", flags,
                     segment->sequence - (net->has_initial[from] ? net->initial[from] : 0), length);
    if (segment->flags & TCP_FLAG_ACK)
        n +=
            snprintf(text + n, sizeof text - (size_t)n, " ack %u",
                     segment->acknowledgment - (net->has_initial[!from] ? net->initial[!from] : 0));
    n += snprintf(text + n, sizeof text - (size_t)n, " win %u", segment->window);
    if (segment->has_mss)
        n += snprintf(text + n, sizeof text - (size_t)n, " mss %u", segment->mss);
    if (segment->has_window_scale)
        n += snprintf(text + n, sizeof text - (size_t)n, " ws %u", segment->window_scale);
    if (segment->sack_permitted)
        n += snprintf(text + n, sizeof text - (size_t)n, " sackok");
    snprintf(text + n, sizeof text - (size_t)n, "%s%s", fate->lost ? " lost" : "",
             fate->twice ? " twice" : "");
    narrate(net, from, text);
}

static void send_segment(struct tcp_net *net, enum tcp_net_side from, struct packet *packet,
                         ipv4_address source, ipv4_address destination)
{
    assert_int_equal(source, addresses[from]);
    assert_int_equal(destination, addresses[!from]);
    struct tcp_segment segment;
    assert_null(tcp_segment_decode(packet->data, packet->length, &segment));
    uint64_t sum = checksum_pseudo_header(source, destination, 6, (uint16_t)packet->length);
    assert_int_equal(checksum_finish(checksum_add(sum, packet->data, packet->length)), 0);
    assert_int_equal(packet_headroom(packet), PACKET_HEADROOM);
    if (segment.flags & TCP_FLAG_SYN) {
        net->initial[from] = segment.sequence;
        net->has_initial[from] = true;
    }
    size_t length = packet->length - segment.header_length;
    struct tcp_net_fate fate = {0};
    net->sent[from]++;
    if (net->fate)
        fate = net->fate(net, from, &segment, length);
    if (net->crashed[0] || net->crashed[1])
        fate.lost = true;
    if (!net->quiet)
        narrate_segment(net, from, &segment, length, &fate);
    if (fate.lost) {
        packet_free(packet);
        return;
    }
    if (fate.twice)
        put_on_wire(net, from, packet_clone(packet), net->now + net->delay);
    put_on_wire(net, from, packet, net->now + net->delay + fate.extra_delay);
}

static void poll_side(struct tcp_net *net, enum tcp_net_side side)
{
    struct tcp_output output;
    while (tcp_poll(&net->ends[side], net->now, &output)) {
        if (output.kind == OUTPUT_SEND) {
            send_segment(net, side, output.packet, output.source, output.destination);
            continue;
        }
        assert_int_equal(output.kind, OUTPUT_EVENT);
        narrate(net, side, tcp_event_name(output.event));
        if (output.event == TCP_EVENT_ACCEPTED)
            net->connections[side] = output.connection;
        if (net->application)
            net->application(net, side, output.event, output.connection);
    }
    assert_int_equal(output.kind, OUTPUT_NONE);
}

static void deliver(struct tcp_net *net)
{
    struct packet *packet = net->wire;
    net->wire = packet->next;
    if (!net->wire)
        net->wire_last = NULL;
    enum tcp_net_side to = packet->mark == SIDE_A ? SIDE_B : SIDE_A;
    if (net->crashed[to])
        packet_free(packet);
    else
        tcp_input(&net->ends[to], net->now, addresses[!to], addresses[to], packet);
}

/* The next instant at which anything happens. */
static instant next_due(struct tcp_net *net)
{
    instant due = net->wire ? net->wire->due : INSTANT_NEVER;
    for (int side = 0; side < 2; side++)
        if (!net->crashed[side])
            due = instant_earlier(due, tcp_next_timeout(&net->ends[side]));
    return due;
}

static void step(struct tcp_net *net)
{
    for (int side = 0; side < 2; side++) {
        if (net->crashed[side])
            continue;
        if (tcp_next_timeout(&net->ends[side]) <= net->now)
            tcp_handle_timeout(&net->ends[side], net->now);
        poll_side(net, side == 0 ? SIDE_A : SIDE_B);
    }
}

void tcp_net_run(struct tcp_net *net, instant until)
{
    step(net);
    instant due;
    while ((due = next_due(net)) <= until) {
        assert_true(due >= net->now);
        net->now = due;
        while (net->wire && net->wire->due <= net->now) {
            deliver(net);
            poll_side(net, SIDE_A);
            poll_side(net, SIDE_B);
        }
        step(net);
    }
    net->now = until;
}

void tcp_net_run_ms(struct tcp_net *net, uint64_t milliseconds)
{
    tcp_net_run(net, net->now + milliseconds * INSTANT_MILLISECOND);
}

bool tcp_net_run_idle(struct tcp_net *net, instant limit)
{
    step(net);
    instant due;
    while ((due = next_due(net)) != INSTANT_NEVER) {
        if (due > limit)
            return false;
        tcp_net_run(net, due);
    }
    return true;
}

struct tcp_connection *tcp_net_open(struct tcp_net *net, const struct tcp_options *options)
{
    struct tcp_connection *connection =
        tcp_connect(&net->ends[SIDE_A], net->now, TCP_NET_A, 0, TCP_NET_B, PORT, options, NULL);
    assert_non_null(connection);
    net->connections[SIDE_A] = connection;
    return connection;
}

void tcp_net_connect(struct tcp_net *net)
{
    assert_int_equal(tcp_listen(&net->ends[SIDE_B], IPV4_ANY, PORT, NULL, NULL), STATUS_OK);
    tcp_net_open(net, NULL);
    tcp_net_run(net, net->now + 4 * net->delay);
    tcp_net_expect_states(net, TCP_STATE_ESTABLISHED, TCP_STATE_ESTABLISHED);
    tcp_net_forget(net);
}

void tcp_net_inject(struct tcp_net *net, enum tcp_net_side from, struct tcp_segment segment,
                    const void *data, size_t length)
{
    const struct tcp_connection *target = net->connections[!from];
    if (segment.source_port == 0) {
        segment.source_port = tcp_remote_port(target);
        segment.destination_port = tcp_local_port(target);
    }
    segment.sequence += net->initial[from];
    if (segment.flags & TCP_FLAG_ACK)
        segment.acknowledgment += net->initial[!from];
    uint8_t header[TCP_HEADER_MAX_SIZE];
    segment.checksum = 0;
    struct wire_writer writer = wire_writer_make(header, sizeof header);
    tcp_segment_encode(&writer, &segment);
    struct packet *packet = packet_from(&net->pool, header, segment.header_length);
    if (length > 0)
        memcpy(packet_append(packet, length), data, length);
    uint64_t sum =
        checksum_pseudo_header(addresses[from], addresses[!from], 6, (uint16_t)packet->length);
    wire_store_u16(packet->data + 16,
                   checksum_finish(checksum_add(sum, packet->data, packet->length)));
    put_on_wire(net, from, packet, net->now);
}

static void expect_text(const char *actual, const char *expected)
{
    if (strcmp(actual, expected) != 0)
        fail_msg("expected:\n%s\nhappened:\n%s", expected, actual);
}

void tcp_net_expect(struct tcp_net *net, const char *expected)
{
    expect_text(net->narration, expected);
    tcp_net_forget(net);
}

void tcp_net_forget(struct tcp_net *net)
{
    net->narrated = 0;
    net->narration[0] = '\0';
}

void tcp_net_expect_traces(struct tcp_net *net, const char *expected)
{
    expect_text(net->traces, expected);
    net->traced = 0;
    net->traces[0] = '\0';
}

void tcp_net_expect_states(const struct tcp_net *net, enum tcp_state a, enum tcp_state b)
{
    assert_string_equal(tcp_state_name(tcp_state(net->connections[SIDE_A])), tcp_state_name(a));
    assert_string_equal(tcp_state_name(tcp_state(net->connections[SIDE_B])), tcp_state_name(b));
}

struct tcp_net_fate tcp_net_random_fate(struct tcp_net *net, enum tcp_net_side from,
                                        const struct tcp_segment *segment, size_t length)
{
    (void)from;
    (void)segment;
    (void)length;
    struct tcp_net_fate fate = {
        .lost = entropy_below(&net->entropy, 1000000) < net->loss_ppm,
        .twice = entropy_below(&net->entropy, 1000000) < net->duplicate_ppm,
    };
    if (entropy_below(&net->entropy, 1000000) < net->reorder_ppm)
        fate.extra_delay = entropy_below(&net->entropy, 3 * net->delay);
    return fate;
}
