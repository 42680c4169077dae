#ifndef VPNSIM_HOST_TCP_SCRIPT_H
#define VPNSIM_HOST_TCP_SCRIPT_H

#include "host/host.h"

#include <stddef.h>
#include <stdint.h>

/** One thing that a script does on its connection. */
enum tcp_script_step_kind {
    TCP_SCRIPT_SEND,  /**< these octets */
    TCP_SCRIPT_AWAIT, /**< until so many more octets have come */
    TCP_SCRIPT_WAIT,  /**< so long */
    TCP_SCRIPT_CLOSE, /**< FIN */
    TCP_SCRIPT_RESET, /**< RST */
};

struct tcp_script_step {
    enum tcp_script_step_kind kind;
    const uint8_t *octets; /**< SEND; borrowed for the run */
    size_t length;         /**< SEND */
    uint64_t awaited;      /**< AWAIT: octets */
    instant pause;         /**< WAIT */
};

/**
 * A TCP peer that does what it is told and knows no protocol: it says what no proper
 * implementation would. Steps are done in their order once the connection stands; when there is
 * none left the connection stays open, and what comes is thrown away.
 */
struct tcp_script_config {
    const char *name;                    /**< shown in events; borrowed for the run */
    ipv4_address destination;            /**< tcp_script_start() */
    uint16_t port;                       /**< to connect to, or to listen on */
    const struct tcp_script_step *steps; /**< borrowed for the run */
    size_t step_count;
    uint32_t count;   /**< tcp_script_start(): connections, each running the steps */
    instant interval; /**< tcp_script_start(): from one connection to the next */
};

struct tcp_script;

/**
 * Connects from @p host now, and again after each interval. Events: tcp-script.connected,
 * tcp-script.received and tcp-script.ended. STATUS_NO_MEMORY.
 */
enum status tcp_script_start(struct host *host, const struct tcp_script_config *config);

/** A port of @p host each of whose connections runs the steps. STATUS_NO_MEMORY. */
enum status tcp_script_add(struct host *host, const struct tcp_script_config *config);

/** Listens; the host's start does it for every script added. */
void tcp_script_listen(struct tcp_script *script);

/** The script added before @p script; NULL: none. */
struct tcp_script *tcp_script_next(const struct tcp_script *script);

#endif
