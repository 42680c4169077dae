/* A hundred bulk flows between two hosts over a wire of 10 ms that never fills. */
#include "bench.h"

#include "inet/tcp.h"

#define FLOWS    100
#define SEGMENTS 1000000
#define WINDOW   32768

struct wire {
    struct packet_pool pool;
    struct tcp_endpoint ends[2];
    struct packet_queue queue;
    instant now;
    uint64_t segments;
};

static const ipv4_address addresses[2] = {UINT32_C(0x0a000001), UINT32_C(0x0a000002)};
static const uint8_t data[16384];

static void serve(struct wire *wire, const struct tcp_output *output)
{
    switch (output->event) {
    case TCP_EVENT_CONNECTED:
    case TCP_EVENT_WRITABLE:
        while (tcp_send(output->connection, wire->now, data, sizeof data) == sizeof data)
            continue;
        break;
    case TCP_EVENT_READABLE:
        tcp_consume(output->connection, wire->now, tcp_receive_available(output->connection));
        break;
    case TCP_EVENT_ACCEPTED:
    case TCP_EVENT_PEER_CLOSED:
        break;
    case TCP_EVENT_CLOSED:
    case TCP_EVENT_RESET:
    case TCP_EVENT_REFUSED:
    case TCP_EVENT_TIMED_OUT:
    case TCP_EVENT_UNREACHABLE:
        bench_require(false, "a flow ended");
    }
}

static void poll_end(struct wire *wire, uint32_t side)
{
    struct tcp_output output;
    while (tcp_poll(&wire->ends[side], wire->now, &output)) {
        if (output.kind == OUTPUT_EVENT) {
            serve(wire, &output);
            continue;
        }
        wire->segments++;
        output.packet->due = wire->now + 5 * INSTANT_MILLISECOND;
        output.packet->mark = side;
        packet_queue_push(&wire->queue, output.packet);
    }
}

static void step(struct wire *wire)
{
    instant due = wire->queue.head ? wire->queue.head->due : INSTANT_NEVER;
    for (uint32_t side = 0; side < 2; side++)
        due = instant_earlier(due, tcp_next_timeout(&wire->ends[side]));
    wire->now = due;
    for (uint32_t side = 0; side < 2; side++)
        if (tcp_next_timeout(&wire->ends[side]) <= due)
            tcp_handle_timeout(&wire->ends[side], due);
    while (wire->queue.head && wire->queue.head->due <= due) {
        struct packet *packet = packet_queue_pop(&wire->queue);
        uint32_t from = packet->mark;
        tcp_input(&wire->ends[!from], due, addresses[from], addresses[!from], packet);
        poll_end(wire, !from);
    }
    poll_end(wire, 0);
    poll_end(wire, 1);
}

static double nanoseconds_per_segment(void)
{
    struct wire wire = {0};
    packet_pool_init(&wire.pool);
    struct tcp_options options = tcp_options_rfc();
    options.receive_buffer = WINDOW;
    options.send_buffer = WINDOW;
    for (size_t side = 0; side < 2; side++) {
        struct tcp_config config = {
            .pool = &wire.pool,
            .entropy = entropy_make(1, side ? "client" : "server"),
            .options = options,
        };
        tcp_endpoint_init(&wire.ends[side], &config);
    }
    bench_require(tcp_listen(&wire.ends[1], IPV4_ANY, 80, NULL, NULL) == STATUS_OK, "listen");
    for (int i = 0; i < FLOWS; i++)
        bench_require(
            tcp_connect(&wire.ends[0], 0, addresses[0], 0, addresses[1], 80, NULL, NULL) != NULL,
            "connect");
    poll_end(&wire, 0);
    uint64_t start = bench_clock();
    while (wire.segments < SEGMENTS)
        step(&wire);
    double elapsed = (double)(bench_clock() - start);
    bench_require(wire.ends[0].counters.retransmitted_segments == 0, "nothing is lost");
    double result = elapsed / (double)wire.segments;
    packet_queue_clear(&wire.queue);
    tcp_endpoint_destroy(&wire.ends[0]);
    tcp_endpoint_destroy(&wire.ends[1]);
    packet_pool_destroy(&wire.pool);
    return result;
}

void bench_tcp(struct bench *bench)
{
    double values[BENCH_RUNS];
    for (size_t i = 0; i < BENCH_RUNS; i++)
        values[i] = nanoseconds_per_segment();
    bench_row(bench, "TCP, 100 flows: a segment sent and received", bench_median(values), "ns",
              BENCH_FOR_INFORMATION, 0);
}
