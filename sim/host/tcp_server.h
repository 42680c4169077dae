#ifndef VPNSIM_HOST_TCP_SERVER_H
#define VPNSIM_HOST_TCP_SERVER_H

#include "host/host.h"
#include "host/host_stack_tcp.h"

#include <stdbool.h>
#include <stdint.h>

struct tcp_server_session;

/**
 * A TCP port. A "discard" server is the other end of transfers (host/transfer_protocol.h) and
 * throws away what is no transfer; an "echo" server sends back what it gets (RFC 862).
 */
struct tcp_server {
    struct host *host;
    uint16_t port;
    bool echo;
    uint64_t octets; /**< received in all: the state tcp-server.PORT.octets */
    struct stack_tcp_handler accept;
    struct tcp_server_session *idle; /**< sessions to use again */
    struct tcp_server *next;
};

/** Adds a server to @p host before the run starts. STATUS_NO_MEMORY. */
enum status tcp_server_add(struct host *host, uint16_t port, bool echo);

/** Listens; the host's start does it. */
void tcp_server_start(struct tcp_server *server);

#endif
