#include "bench.h"
#include "bench_openssl.h"
#include "bench_vpn.h"

#include <stdio.h>
#include <string.h>

#define DATAGRAMS 20000
#define PAYLOAD   1300
/* What RC4 sees of a datagram: the PPP protocol, the IP and the UDP header, the payload. */
#define PLAINTEXT (2 + 20 + 8 + PAYLOAD)
#define CLIENTS   200

/* Sends datagrams through the tunnel, from the client to the server's own end of it. */
struct stream {
    struct event tick;
    struct bench_vpn vpn;
    struct stack_udp_socket from;
    struct stack_udp_socket to;
    uint64_t left;
    uint64_t received;
};

static void receive(void *context, struct stack_udp_socket *socket,
                    struct stack_interface *interface, const struct ipv4_header *header,
                    uint16_t source_port, struct packet *packet)
{
    (void)socket;
    (void)interface;
    (void)header;
    (void)source_port;
    struct stream *stream = context;
    stream->received++;
    packet_free(packet);
}

static void send_one(struct simulation *simulation, struct event *event)
{
    struct stream *stream = (struct stream *)(void *)event;
    struct packet *packet = packet_alloc(&simulation->packets, PAYLOAD);
    memset(packet_append(packet, PAYLOAD), 0x5a, PAYLOAD);
    host_stack_udp_send(&stream->vpn.clients[0]->host.stack, &stream->from,
                        stream->vpn.server->internal_address, 5000, packet, NULL);
    if (--stream->left > 0)
        simulation_schedule(simulation, event, simulation->now + 20 * INSTANT_MICROSECOND);
}

static double run_tunnel(struct stream *stream)
{
    struct simulation *simulation = &stream->vpn.simulation;
    uint64_t before = stream->received;
    stream->left = DATAGRAMS;
    simulation_schedule(simulation, &stream->tick, simulation->now);
    uint64_t start = bench_clock();
    enum status status = simulation_run(simulation, simulation->now + INSTANT_SECOND);
    uint64_t spent = bench_clock() - start;
    bench_require(status == STATUS_OK && stream->received - before == DATAGRAMS,
                  "the tunnel lost datagrams");
    return (double)spent / DATAGRAMS;
}

static void measure(struct bench *bench, bool stateless)
{
    struct stream stream = {.left = 0};
    bench_vpn_init(&stream.vpn, 1, stateless);
    stream.tick.action = send_one;
    stream.to = (struct stack_udp_socket){.port = 5000, .receive = receive, .context = &stream};
    bench_require(host_stack_udp_bind(&stream.vpn.server->host.stack, &stream.to) == STATUS_OK &&
                      host_stack_udp_bind(&stream.vpn.clients[0]->host.stack, &stream.from) ==
                          STATUS_OK,
                  "a port was refused");
    run_tunnel(&stream);
    struct bench_ciphers ciphers;
    double ratios[BENCH_RUNS];
    double ours[BENCH_RUNS];
    double alone[BENCH_RUNS];
    bench_ciphers_init(&ciphers);
    for (int i = 0; i < BENCH_RUNS; i++) {
        /* Both ends of the tunnel: one encrypts, the other decrypts. */
        alone[i] = 2 * bench_ciphers_run(&ciphers, 2 * DATAGRAMS, PLAINTEXT, stateless);
        ours[i] = run_tunnel(&stream);
        ratios[i] = alone[i] / ours[i];
    }
    bench_ciphers_destroy(&ciphers);
    const char *mode = stateless ? "stateless" : "stateful";
    char name[80];
    snprintf(name, sizeof name, "PPTP, MPPE-128 %s: speed against RC4 and SHA-1", mode);
    bench_row(bench, name, bench_median(ratios), "x", BENCH_AT_LEAST, 0.8);
    snprintf(name, sizeof name, "PPTP, MPPE-128 %s: a datagram, sent and received", mode);
    bench_row(bench, name, bench_median(ours), "ns", BENCH_FOR_INFORMATION, 0);
    snprintf(name, sizeof name, "RC4 and SHA-1 alone, %s: a datagram, both ends", mode);
    bench_row(bench, name, bench_median(alone), "ns", BENCH_FOR_INFORMATION, 0);
    bench_vpn_destroy(&stream.vpn);
}

void bench_pptp(struct bench *bench)
{
    measure(bench, true);
    measure(bench, false);
}

void bench_clients(struct bench *bench)
{
    for (int stateless = 1; stateless >= 0; stateless--) {
        struct bench_vpn vpn;
        bench_vpn_init(&vpn, CLIENTS, stateless);
        const char *mode = stateless ? "stateless" : "stateful";
        /* What the calls took is shared by both ends; neither has more than all of it. */
        double calls = (double)vpn.calls_octets / CLIENTS;
        char name[80];
        snprintf(name, sizeof name, "a connected client, %s: its node, link and call", mode);
        bench_row(bench, name, (double)vpn.clients_octets / CLIENTS + calls, "octets", BENCH_BELOW,
                  32768);
        snprintf(name, sizeof name, "a connected client, %s: the server's port and call", mode);
        bench_row(bench, name, (double)vpn.server_octets / CLIENTS + calls, "octets", BENCH_BELOW,
                  32768);
        bench_vpn_destroy(&vpn);
    }
    struct bench_vpn vpn;
    bench_vpn_init_l2tp(&vpn, CLIENTS);
    /* Either end has the same: PPP, a tunnel and a call, IKE, and two security associations. */
    double calls = (double)vpn.calls_octets / CLIENTS / 2;
    bench_row(bench, "a connected client, L2TP over IPsec: its node, link and call",
              (double)vpn.clients_octets / CLIENTS + calls, "octets", BENCH_BELOW, 49152);
    bench_row(bench, "a connected client, L2TP over IPsec: the server's port and call",
              (double)vpn.server_octets / CLIENTS + calls, "octets", BENCH_BELOW, 49152);
    bench_vpn_destroy(&vpn);
}
