#ifndef VPNSIM_BENCH_BENCH_NETWORK_H
#define VPNSIM_BENCH_BENCH_NETWORK_H

#include "core/simulation.h"
#include "host/host.h"
#include "net/link.h"

/** A host with the defaults; a router when @p forwarding. */
struct host *bench_host(struct simulation *simulation, const char *name, bool forwarding);

/** An interface of @p host with a hardware address made from @p address, prefix /24. */
struct stack_interface *bench_interface(struct host *host, const char *name, ipv4_address address);

/** A default route of @p host to @p gateway. */
void bench_gateway(struct host *host, ipv4_address gateway);

/** Connects two interfaces by a link of MTU 1500. */
struct link *bench_link(struct simulation *simulation, struct stack_interface *a,
                        struct stack_interface *b, uint64_t rate_bps, instant delay,
                        uint32_t queue_limit);

/**
 * A chain: client 10.0.0.1, @c routers routers, server 10.0.N.2, on links of 1 Gbit/s and 100 us.
 * The client sends UDP datagrams of 1,000 octets one by one, for 80 % of the rate.
 */
struct bench_chain {
    struct simulation simulation;
    struct host *client;
    struct host *server;
    struct host *routers[8];
    struct stack_udp_socket from;
    struct stack_udp_socket to;
    struct event tick;
    ipv4_address server_address;
    unsigned hops; /* links that a datagram crosses */
    uint64_t left;
    uint64_t received;
};

void bench_chain_init(struct bench_chain *chain, unsigned routers);
void bench_chain_destroy(struct bench_chain *chain);

/** Sends @p count datagrams, waits for the last, and returns nanoseconds for a packet-hop. */
double bench_chain_run(struct bench_chain *chain, uint64_t count);

#endif
