#ifndef VPNSIM_BENCH_BENCH_VPN_H
#define VPNSIM_BENCH_BENCH_VPN_H

#include "crypto/crypto.h"
#include "nodes/rras_server.h"
#include "nodes/vpn_client.h"
#include "nodes/vpn_connection.h"

#include <stdbool.h>

/** A VPN server on a switch with some clients, all Windows 2000: PPTP with MPPE-128, or L2TP. */
struct bench_vpn {
    struct simulation simulation;
    struct crypto *crypto;
    struct rras_server *server;
    struct vpn_client **clients;
    unsigned client_count;
    size_t server_octets;  /**< heap for the server with its ports, before any client */
    size_t clients_octets; /**< for the clients with their links, before they dial */
    size_t calls_octets;   /**< for the calls, both sides; of packets those in use */
    uint64_t dialling_ns;  /**< processor time from the first dial until all were connected */
};

/** Builds all with PPTP, dials and waits until every client is connected. */
void bench_vpn_init(struct bench_vpn *vpn, unsigned clients, bool stateless);
/** The same with L2TP over IPsec, and a pre-shared key. */
void bench_vpn_init_l2tp(struct bench_vpn *vpn, unsigned clients);
void bench_vpn_destroy(struct bench_vpn *vpn);

#endif
