#ifndef VPNSIM_NODES_PPTP_LINK_H
#define VPNSIM_NODES_PPTP_LINK_H

#include "core/timer.h"
#include "host/host.h"
#include "host/host_stack_tcp.h"
#include "pptp/pptp_control.h"

#include <stdbool.h>

/** What the owner of a control connection is told; it may command the link from these calls. */
struct pptp_link_owner {
    /** An event of the engine; @p value as in enum pptp_event. */
    void (*event)(void *owner, enum pptp_event event, uint32_t value);
    /** The TCP connection could not be made: REFUSED, TIMED_OUT, UNREACHABLE. */
    void (*unreachable)(void *owner, enum tcp_event why);
    /** TCP is gone and the link idle: it may be opened again. Comes once for each opening. */
    void (*released)(void *owner);
};

/** A PPTP control connection: the engine of pptp/pptp_control.h wired to a TCP connection. */
struct pptp_link {
    struct host *host;
    const struct pptp_link_owner *owner_class;
    void *owner;
    struct tcp_connection *tcp;
    struct stack_tcp_handler handler;
    struct pptp_control control;
    struct pptp_call call;      /**< the one call of a Windows control connection */
    struct packet_queue unsent; /**< messages that TCP has not taken yet */
    struct timer timer;
    bool started; /**< TCP is up, the engine runs */
    bool running;
    bool closing;   /**< the engine has ended, TCP is being closed */
    bool timed_out; /**< TCP gave up: its retransmissions were not answered */
};

void pptp_link_init(struct pptp_link *link, struct host *host,
                    const struct pptp_link_owner *owner_class, void *owner);

/**
 * Connects to @p server and then starts the engine with @p config, whose storage for calls and
 * trace are filled in. False: there is no route; nothing is told later.
 */
bool pptp_link_connect(struct pptp_link *link, ipv4_address server, uint16_t port,
                       const struct tcp_options *options, const struct pptp_control_config *config);

/** Runs the engine over @p tcp, which a listener has accepted. */
void pptp_link_accept(struct pptp_link *link, struct tcp_connection *tcp,
                      const struct pptp_control_config *config);

/** Sends and tells what a command to link->control has caused; to be called after each. */
void pptp_link_run(struct pptp_link *link);

/** Gives the connection up at once, without a word on the control connection. */
void pptp_link_abort(struct pptp_link *link);

/** True from connect or accept until released. */
bool pptp_link_in_use(const struct pptp_link *link);

#endif
