/* A hundred TCP flows share a bottleneck of 1 Gbit/s, in two set-ups, because "10 ms" may be meant
 * there and back or one way. */
#include "bench.h"
#include "bench_network.h"
#include "host/host_stack_tcp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLOWS    100
#define SECONDS  10
#define RATE_BPS UINT64_C(1000000000)
#define PORT     9000

static const uint8_t data[16384];

/* One reading of what a dumbbell is. */
struct setup {
    const char *name;
    unsigned pairs;  /* hosts at each end, the flows dealt out among them */
    instant delay;   /* of the bottleneck, one way; the access links add 0.2 ms */
    uint32_t window; /* octets; 0: Windows 2000's own */
};

static const struct setup setups[] = {
    {"10 ms there and back, 10 pairs", 10, 4800 * INSTANT_MICROSECOND, 0},
    {"10 ms one way, 100 pairs", FLOWS, 9800 * INSTANT_MICROSECOND, 65535},
};

struct dumbbell;

struct flow {
    struct event start;
    struct dumbbell *dumbbell;
    struct host *sender;
    struct host *receiver;
    uint16_t port;
    struct stack_tcp_handler sending;
    struct stack_tcp_handler receiving;
};

struct dumbbell {
    const struct setup *setup;
    struct simulation simulation;
    struct host *routers[2];
    struct host *ends[2][FLOWS];
    struct stack_interface *bottleneck; /* the sending side's */
    struct flow flows[FLOWS];
    struct tcp_options options;
    uint64_t delivered;
};

/* What a flow sends: the same 16 KiB over and over, as out of a file. */
static void read_data(void *context, uint64_t offset, uint8_t *into, size_t length)
{
    (void)context;
    while (length > 0) {
        size_t start = (size_t)(offset % sizeof data);
        size_t part = sizeof data - start < length ? sizeof data - start : length;
        memcpy(into, data + start, part);
        into += part;
        offset += part;
        length -= part;
    }
}

static void serve_sender(void *context, struct tcp_connection *connection, enum tcp_event event)
{
    struct flow *flow = context;
    static const struct tcp_source endless = {.read = read_data, .length = UINT64_MAX};
    if (event == TCP_EVENT_CONNECTED)
        host_stack_tcp_send_from(&flow->sender->stack, connection, &endless);
}

static void serve_receiver(void *context, struct tcp_connection *connection, enum tcp_event event)
{
    struct flow *flow = context;
    if (event != TCP_EVENT_READABLE)
        return;
    size_t available = tcp_receive_available(connection);
    flow->dumbbell->delivered += available;
    host_stack_tcp_consume(&flow->receiver->stack, connection, available);
}

/* A host on a link of its own to a router; networks 10.SIDE.N.0/24. */
static struct host *make_end(struct dumbbell *dumbbell, unsigned side, uint32_t number)
{
    ipv4_address network = UINT32_C(0x0a000000) | side << 16 | number << 8;
    struct host *host = bench_host(&dumbbell->simulation, "end", false);
    bench_link(&dumbbell->simulation, bench_interface(host, "lan", network | 2),
               bench_interface(dumbbell->routers[side], "line", network | 1), RATE_BPS,
               100 * INSTANT_MICROSECOND, 1000);
    bench_gateway(host, network | 1);
    return host;
}

static void begin(struct simulation *simulation, struct event *event)
{
    (void)simulation;
    struct flow *flow = (struct flow *)(void *)event;
    struct dumbbell *dumbbell = flow->dumbbell;
    uint32_t pair = (uint32_t)(flow - dumbbell->flows) % dumbbell->setup->pairs;
    bench_require(host_stack_tcp_connect(&flow->sender->stack, 0, 0x0a010002 | pair << 8,
                                         flow->port, &dumbbell->options, &flow->sending) != NULL,
                  "a connection was refused");
}

static void build(struct dumbbell *dumbbell)
{
    struct simulation *simulation = &dumbbell->simulation;
    bench_require(simulation_init(simulation, 1) == STATUS_OK, "out of memory");
    for (int side = 0; side < 2; side++)
        dumbbell->routers[side] = bench_host(simulation, "router", true);
    dumbbell->bottleneck = bench_interface(dumbbell->routers[0], "core", 0x0b000001);
    bench_link(simulation, dumbbell->bottleneck,
               bench_interface(dumbbell->routers[1], "core", 0x0b000002), RATE_BPS,
               dumbbell->setup->delay, 1000);
    bench_gateway(dumbbell->routers[0], 0x0b000002);
    bench_gateway(dumbbell->routers[1], 0x0b000001);
    dumbbell->options = tcp_options_windows_2000();
    if (dumbbell->setup->window) {
        dumbbell->options.receive_buffer = dumbbell->setup->window;
        dumbbell->options.send_buffer = dumbbell->setup->window;
        dumbbell->options.window_multiple_of_mss = false;
    }
    for (unsigned side = 0; side < 2; side++)
        for (uint32_t i = 0; i < dumbbell->setup->pairs; i++)
            dumbbell->ends[side][i] = make_end(dumbbell, side, i);
    for (uint32_t i = 0; i < FLOWS; i++) {
        struct flow *flow = &dumbbell->flows[i];
        flow->dumbbell = dumbbell;
        flow->sender = dumbbell->ends[0][i % dumbbell->setup->pairs];
        flow->receiver = dumbbell->ends[1][i % dumbbell->setup->pairs];
        flow->port = (uint16_t)(PORT + i);
        flow->sending = (struct stack_tcp_handler){.event = serve_sender, .context = flow};
        flow->receiving = (struct stack_tcp_handler){.event = serve_receiver, .context = flow};
        bench_require(host_stack_tcp_listen(&flow->receiver->stack, IPV4_ANY, flow->port,
                                            &dumbbell->options, &flow->receiving) == STATUS_OK,
                      "a port was refused");
        flow->start.action = begin;
        /* The first alone, so that no SYN is lost to address resolution. */
        simulation_schedule(simulation, &flow->start, i == 0 ? 0 : (50 + i) * INSTANT_MILLISECOND);
    }
}

/* Frames that any stack has taken in: each has crossed one link. */
static uint64_t packet_hops(const struct dumbbell *dumbbell)
{
    uint64_t sum = 0;
    for (int side = 0; side < 2; side++)
        sum += dumbbell->routers[side]->stack.counters.in_receives;
    for (unsigned i = 0; i < dumbbell->setup->pairs; i++)
        for (int side = 0; side < 2; side++)
            sum += dumbbell->ends[side][i]->stack.counters.in_receives;
    return sum;
}

static void destroy(struct dumbbell *dumbbell)
{
    for (int side = 0; side < 2; side++)
        host_destroy(&dumbbell->routers[side]->node);
    for (unsigned i = 0; i < dumbbell->setup->pairs; i++)
        for (int side = 0; side < 2; side++)
            host_destroy(&dumbbell->ends[side][i]->node);
    simulation_destroy(&dumbbell->simulation);
}

/* One run of ten seconds; returns nanoseconds for a packet-hop. */
static double run(const struct setup *setup, double *use)
{
    struct dumbbell *dumbbell = calloc(1, sizeof *dumbbell);
    bench_require(dumbbell != NULL, "out of memory");
    dumbbell->setup = setup;
    build(dumbbell);
    uint64_t start = bench_clock();
    bench_require(simulation_run(&dumbbell->simulation, SECONDS * INSTANT_SECOND) == STATUS_OK,
                  "the run failed");
    double spent = (double)(bench_clock() - start);
    double result = spent / (double)packet_hops(dumbbell);
    *use = 100 * (double)dumbbell->delivered * 8 / ((double)RATE_BPS * SECONDS);
    destroy(dumbbell);
    free(dumbbell);
    return result;
}

static void measure(struct bench *bench, struct bench_chain *chain, const struct setup *setup)
{
    double ratios[BENCH_RUNS];
    double ours[BENCH_RUNS];
    double use = 0;
    for (int i = 0; i < BENCH_RUNS; i++) {
        double theirs = bench_chain_run(chain, 50000);
        ours[i] = run(setup, &use);
        ratios[i] = ours[i] / theirs;
    }
    char text[96];
    snprintf(text, sizeof text, "TCP, %s: payload on the bottleneck", setup->name);
    bench_row(bench, text, use, "%", BENCH_AT_LEAST, 93);
    snprintf(text, sizeof text, "TCP, %s: a hop against the chain's", setup->name);
    bench_row(bench, text, bench_median(ratios), "x", BENCH_AT_MOST, 2);
    snprintf(text, sizeof text, "TCP, %s: a packet-hop", setup->name);
    bench_row(bench, text, bench_median(ours), "ns", BENCH_FOR_INFORMATION, 0);
}

void bench_dumbbell(struct bench *bench)
{
    struct bench_chain chain;
    bench_chain_init(&chain, 8);
    for (size_t i = 0; i < sizeof setups / sizeof *setups; i++)
        measure(bench, &chain, &setups[i]);
    bench_chain_destroy(&chain);
}
