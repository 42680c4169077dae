#include "bench.h"
#include "bench_network.h"
#include "host/udp_server.h"

#include <stdlib.h>
#include <string.h>

#define HOSTS    5000
#define SECONDS  60
#define PAYLOAD  32
#define SERVER   UINT32_C(0x0a000002)
#define UDP_ECHO 7

struct field;

/* A host that asks the server something every second. */
struct asker {
    struct event tick;
    struct field *field;
    struct host *host;
    struct stack_udp_socket socket;
};

/* Many hosts around one router, each on a link of its own, and a server on a fast one. */
struct field {
    struct simulation simulation;
    struct host *router;
    struct host *server;
    struct asker *askers;
    uint64_t replies;
};

static void ask(struct simulation *simulation, struct event *event)
{
    struct asker *asker = (struct asker *)(void *)event;
    struct packet *packet = packet_alloc(&simulation->packets, PAYLOAD);
    memset(packet_append(packet, PAYLOAD), 0x5a, PAYLOAD);
    host_stack_udp_send(&asker->host->stack, &asker->socket, SERVER, UDP_ECHO, packet, NULL);
    simulation_schedule(simulation, event, simulation->now + INSTANT_SECOND);
}

static void prepare(const struct event *event, unsigned turn)
{
    const struct asker *asker = (const struct asker *)(const void *)event;
    host_stack_prepare(&asker->host->stack, turn);
}

static void hear(void *context, struct stack_udp_socket *socket, struct stack_interface *interface,
                 const struct ipv4_header *header, uint16_t source_port, struct packet *packet)
{
    (void)socket;
    (void)interface;
    (void)header;
    (void)source_port;
    struct field *field = context;
    field->replies++;
    packet_free(packet);
}

static void build_core(struct field *field)
{
    struct simulation *simulation = &field->simulation;
    bench_require(simulation_init(simulation, 1) == STATUS_OK, "out of memory");
    field->router = bench_host(simulation, "router", true);
    field->server = bench_host(simulation, "server", false);
    bench_link(simulation, bench_interface(field->router, "core", 0x0a000001),
               bench_interface(field->server, "lan", SERVER), 1000000000, INSTANT_MILLISECOND, 100);
    bench_gateway(field->server, 0x0a000001);
    bench_require(udp_server_add(field->server, UDP_ECHO, true) == STATUS_OK, "out of memory");
    host_start(&field->server->node);
}

static void build_hosts(struct field *field)
{
    for (uint32_t i = 0; i < HOSTS; i++) {
        ipv4_address network = UINT32_C(0x0b000000) | i << 8;
        struct host *host = bench_host(&field->simulation, "host", false);
        bench_link(&field->simulation, bench_interface(host, "lan", network | 2),
                   bench_interface(field->router, "line", network | 1), 10000000,
                   INSTANT_MILLISECOND, 100);
        bench_gateway(host, network | 1);
        field->askers[i].host = host;
    }
}

static void start_asking(struct field *field)
{
    for (uint32_t i = 0; i < HOSTS; i++) {
        struct asker *asker = &field->askers[i];
        asker->field = field;
        asker->socket = (struct stack_udp_socket){.receive = hear, .context = field};
        bench_require(host_stack_udp_bind(&asker->host->stack, &asker->socket) == STATUS_OK,
                      "a port was refused");
        asker->tick.action = ask;
        asker->tick.prepare = prepare;
        simulation_schedule(&field->simulation, &asker->tick, i * (INSTANT_SECOND / HOSTS) + i % 7);
    }
}

static double run(struct field *field, uint64_t seconds)
{
    uint64_t before = field->replies;
    uint64_t start = bench_clock();
    enum status status =
        simulation_run(&field->simulation, field->simulation.now + seconds * INSTANT_SECOND);
    uint64_t spent = bench_clock() - start;
    uint64_t replies = field->replies - before;
    bench_require(status == STATUS_OK && replies > HOSTS * (seconds - 1), "replies are missing");
    /* Two links there and two back. */
    return (double)spent / (double)(4 * replies);
}

static void destroy(struct field *field)
{
    host_destroy(&field->router->node);
    host_destroy(&field->server->node);
    for (uint32_t i = 0; i < HOSTS; i++)
        host_destroy(&field->askers[i].host->node);
    simulation_destroy(&field->simulation);
    free(field->askers);
}

void bench_hosts(struct bench *bench)
{
    struct field field = {.askers = calloc(HOSTS, sizeof(struct asker))};
    bench_require(field.askers != NULL, "out of memory");
    build_core(&field);
    size_t before = bench_heap();
    build_hosts(&field);
    size_t idle = bench_heap() - before;
    start_asking(&field);
    struct bench_chain chain;
    bench_chain_init(&chain, 8);
    double ratios[BENCH_RUNS];
    double ours[BENCH_RUNS];
    for (int i = 0; i < BENCH_RUNS; i++) {
        double theirs = bench_chain_run(&chain, 50000);
        ours[i] = run(&field, SECONDS / BENCH_RUNS);
        ratios[i] = ours[i] / theirs;
    }
    bench_row(bench, "5,000 hosts around a router: a packet-hop against the chain's",
              bench_median(ratios), "x", BENCH_AT_MOST, 2);
    bench_row(bench, "5,000 hosts around a router: a packet-hop", bench_median(ours), "ns",
              BENCH_FOR_INFORMATION, 0);
    bench_row(bench, "an idle host with its link and the router's side", (double)idle / HOSTS,
              "octets", BENCH_BELOW, 4096);
    bench_row(bench, "the same after a minute of traffic", (double)(bench_heap() - before) / HOSTS,
              "octets", BENCH_FOR_INFORMATION, 0);
    bench_chain_destroy(&chain);
    destroy(&field);
}
