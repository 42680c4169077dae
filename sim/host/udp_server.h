#ifndef VPNSIM_HOST_UDP_SERVER_H
#define VPNSIM_HOST_UDP_SERVER_H

#include "host/host.h"

#include <stdbool.h>
#include <stdint.h>

/** A UDP port that counts the datagrams it gets, and may send them back (RFC 862, RFC 863). */
struct udp_server {
    struct host *host;
    struct stack_udp_socket socket;
    bool echo;
    uint64_t received; /**< datagrams: the state udp-server.PORT.received */
    struct udp_server *next;
};

/** Adds a server to @p host before the run starts. STATUS_NO_MEMORY. */
enum status udp_server_add(struct host *host, uint16_t port, bool echo);

/** Binds the port; the host's start does it. */
void udp_server_start(struct udp_server *server);

#endif
