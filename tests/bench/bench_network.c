#include "bench_network.h"

#include "bench.h"

#include <string.h>

#define PAYLOAD 1000

struct host *bench_host(struct simulation *simulation, const char *name, bool forwarding)
{
    struct host_stack_config config = host_stack_default_config();
    config.forwarding = forwarding;
    struct host *host =
        host_create(simulation, forwarding ? &router_class : &host_class, name, &config);
    bench_require(host != NULL, "out of memory");
    return host;
}

struct stack_interface *bench_interface(struct host *host, const char *name, ipv4_address address)
{
    const uint8_t mac[6] = {0x02,
                            0x00,
                            (uint8_t)(address >> 24),
                            (uint8_t)(address >> 16),
                            (uint8_t)(address >> 8),
                            (uint8_t)address};
    struct stack_interface *interface =
        host_stack_add_ethernet(&host->stack, name, mac, address, 24, 1500);
    bench_require(interface != NULL, "out of memory");
    return interface;
}

void bench_gateway(struct host *host, ipv4_address gateway)
{
    bench_require(host_stack_add_route(&host->stack, 0, 0, gateway, NULL, 1) == STATUS_OK,
                  "a default route was refused");
}

struct link *bench_link(struct simulation *simulation, struct stack_interface *a,
                        struct stack_interface *b, uint64_t rate_bps, instant delay,
                        uint32_t queue_limit)
{
    const struct link_config config = {.name = "bench",
                                       .rate_bps = rate_bps,
                                       .delay = delay,
                                       .mtu = 1500,
                                       .queue_limit = queue_limit};
    struct link *link = link_create(simulation, &config);
    bench_require(link != NULL, "out of memory");
    link_attach(link, 0, host_stack_device(a));
    link_attach(link, 1, host_stack_device(b));
    return link;
}

static void receive(void *context, struct stack_udp_socket *socket,
                    struct stack_interface *interface, const struct ipv4_header *header,
                    uint16_t source_port, struct packet *packet)
{
    (void)socket;
    (void)interface;
    (void)header;
    (void)source_port;
    struct bench_chain *chain = context;
    chain->received++;
    packet_free(packet);
}

static void send_one(struct simulation *simulation, struct event *event)
{
    struct bench_chain *chain =
        (struct bench_chain *)(void *)((char *)event - offsetof(struct bench_chain, tick));
    struct packet *packet = packet_alloc(&simulation->packets, PAYLOAD);
    memset(packet_append(packet, PAYLOAD), 0x5a, PAYLOAD);
    host_stack_udp_send(&chain->client->stack, &chain->from, chain->server_address, 5000, packet,
                        NULL);
    if (--chain->left > 0)
        simulation_schedule(simulation, event, simulation->now + 10500);
}

void bench_chain_init(struct bench_chain *chain, unsigned routers)
{
    memset(chain, 0, sizeof *chain);
    struct simulation *simulation = &chain->simulation;
    bench_require(simulation_init(simulation, 1) == STATUS_OK, "out of memory");
    bench_require(routers <= sizeof chain->routers / sizeof chain->routers[0], "too long a chain");
    chain->client = bench_host(simulation, "client", false);
    chain->hops = routers + 1;
    struct stack_interface *left = bench_interface(chain->client, "lan", 0x0a000001);
    for (unsigned i = 0; i <= routers; i++) {
        ipv4_address network = 0x0a000000 | i << 8;
        bool last = i == routers;
        struct host *host = bench_host(simulation, last ? "server" : "router", !last);
        struct stack_interface *right = bench_interface(host, "left", network | 2);
        bench_link(simulation, left, right, 1000000000, 100 * INSTANT_MICROSECOND, 1000);
        if (last)
            chain->server = host;
        else
            left = bench_interface(chain->routers[i] = host, "right", (network + 0x100) | 1);
    }
    bench_gateway(chain->client, 0x0a000002);
    bench_gateway(chain->server, 0x0a000001 | routers << 8);
    for (unsigned i = 0; i < routers; i++) {
        bench_gateway(chain->routers[i], 0x0a000002 | (i + 1) << 8);
        for (unsigned j = 0; j < i; j++)
            host_stack_add_route(&chain->routers[i]->stack, 0x0a000000 | j << 8, 24,
                                 0x0a000001 | i << 8, NULL, 1);
    }
    chain->server_address = 0x0a000002 | routers << 8;
    chain->to = (struct stack_udp_socket){.port = 5000, .receive = receive, .context = chain};
    bench_require(host_stack_udp_bind(&chain->server->stack, &chain->to) == STATUS_OK &&
                      host_stack_udp_bind(&chain->client->stack, &chain->from) == STATUS_OK,
                  "a port was refused");
    chain->tick.action = send_one;
    /* The first one alone, so that no datagram is lost to address resolution. */
    bench_chain_run(chain, 1);
    bench_chain_run(chain, 1000);
}

void bench_chain_destroy(struct bench_chain *chain)
{
    host_destroy(&chain->client->node);
    host_destroy(&chain->server->node);
    for (unsigned i = 0; i + 1 < chain->hops; i++)
        host_destroy(&chain->routers[i]->node);
    simulation_destroy(&chain->simulation);
}

double bench_chain_run(struct bench_chain *chain, uint64_t count)
{
    uint64_t before = chain->received;
    chain->left = count;
    simulation_schedule(&chain->simulation, &chain->tick, chain->simulation.now);
    uint64_t start = bench_clock();
    enum status status =
        simulation_run(&chain->simulation, chain->simulation.now + count * 10500 + INSTANT_SECOND);
    uint64_t spent = bench_clock() - start;
    bench_require(status == STATUS_OK && chain->received - before == count,
                  "the chain lost datagrams");
    return (double)spent / (double)(count * chain->hops);
}
