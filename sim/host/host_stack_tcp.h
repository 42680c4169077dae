#ifndef VPNSIM_HOST_HOST_STACK_TCP_H
#define VPNSIM_HOST_HOST_STACK_TCP_H

#include "host/host_stack.h"
#include "inet/tcp.h"

#include <stddef.h>
#include <stdint.h>

/*
 * TCP of a host stack. The engine of inet/tcp.h is made when first used. Its commands that may
 * cause segments or events (listening, connecting, sending, reading, closing) go through the
 * functions here, which do the same and then send what is due; those that only ask
 * (tcp_send_room(), tcp_peek(), tcp_state(), ...) are called directly.
 *
 * Events come as callbacks, never from within one of these functions when that is itself called
 * from an event callback: they then wait until the callback returns, and segments with them.
 */

/** Who takes the events of connections. Owned by the node, which keeps it while any lives. */
struct stack_tcp_handler {
    void (*event)(void *context, struct tcp_connection *connection, enum tcp_event event);
    void *context;
};

/**
 * The TCP engine of @p stack, made when there is none; NULL: out of memory. Where @c options
 * are NULL below, those of tcp_options_windows_2000() hold.
 */
struct tcp_endpoint *host_stack_tcp(struct host_stack *stack);

/**
 * tcp_listen(). Accepted connections start with @p handler; TCP_EVENT_ACCEPTED is the moment to
 * give one its own by host_stack_tcp_set_handler().
 */
enum status host_stack_tcp_listen(struct host_stack *stack, ipv4_address address, uint16_t port,
                                  const struct tcp_options *options,
                                  struct stack_tcp_handler *handler);
void host_stack_tcp_unlisten(struct host_stack *stack, ipv4_address address, uint16_t port);

/**
 * tcp_connect(). @p source 0: pick by route. NULL: no route, or one of the reasons of
 * tcp_connect(). The caller must host_stack_tcp_release() it some time.
 */
struct tcp_connection *host_stack_tcp_connect(struct host_stack *stack, ipv4_address source,
                                              ipv4_address destination, uint16_t port,
                                              const struct tcp_options *options,
                                              struct stack_tcp_handler *handler);

/** Gives the later events of @p connection to @p handler. */
void host_stack_tcp_set_handler(struct tcp_connection *connection,
                                struct stack_tcp_handler *handler);

/** tcp_send(). */
size_t host_stack_tcp_send(struct host_stack *stack, struct tcp_connection *connection,
                           const void *octets, size_t length);
/** tcp_send_from(). */
bool host_stack_tcp_send_from(struct host_stack *stack, struct tcp_connection *connection,
                              const struct tcp_source *source);
/** tcp_receive(). */
size_t host_stack_tcp_receive(struct host_stack *stack, struct tcp_connection *connection,
                              void *into, size_t size);
/** tcp_consume(). */
void host_stack_tcp_consume(struct host_stack *stack, struct tcp_connection *connection,
                            size_t length);
/** tcp_close(). */
void host_stack_tcp_close(struct host_stack *stack, struct tcp_connection *connection);
/** tcp_abort(). */
void host_stack_tcp_abort(struct host_stack *stack, struct tcp_connection *connection);
/** tcp_release(). */
void host_stack_tcp_release(struct host_stack *stack, struct tcp_connection *connection);

#endif
