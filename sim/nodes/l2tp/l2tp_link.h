#ifndef VPNSIM_NODES_L2TP_LINK_H
#define VPNSIM_NODES_L2TP_LINK_H

#include "core/timer.h"
#include "host/host.h"
#include "ipsec/l2tp_protection.h"
#include "l2tp/l2tp_endpoint.h"
#include "nodes/tunnel_watch.h"

#include <stdbool.h>
#include <stdint.h>

struct l2tp_port;

/** Decides about the call of a SESSION_REQUESTED: accepts or disconnects it. */
typedef void l2tp_link_answer(void *context, const struct l2tp_session *session);

/** What protects the tunnels of one who places calls; see l2tp_link_add_guard(). */
struct l2tp_guard {
    struct l2tp_protection protection;
    bool wanted; /**< somebody places a call or has one */
    struct l2tp_guard *next;
};

/**
 * All L2TP tunnels of a host: the engine of l2tp/l2tp_endpoint.h on one UDP port. Those who place
 * and take calls share it; each call is carried by a struct l2tp_port.
 */
struct l2tp_link {
    struct host *host;
    struct tunnel_watch *watch;
    struct l2tp_config config; /**< may be changed until the link starts */
    struct entropy entropy;
    struct l2tp_endpoint endpoint;
    struct stack_udp_socket socket;
    struct timer timer;
    l2tp_link_answer *answer; /**< NULL: the host takes no calls */
    void *answer_context;
    unsigned ports;                     /**< of all who use the link: how many calls there can be */
    struct policy_agent *agent;         /**< IPsec of the host, set before it starts; NULL: none */
    struct l2tp_protection_rules rules; /**< for the calls of peers; all 0: they come in clear */
    struct l2tp_protection protection;  /**< of the calls of peers */
    struct l2tp_guard *guards;
    bool started;
    bool running;
};

/**
 * The L2TP of @p host, in the simulation's arena, on UDP port @p port of its own; pool, trace,
 * storage and random numbers of @p config are filled in. NULL: no memory.
 */
struct l2tp_link *l2tp_link_create(struct host *host, struct tunnel_watch *watch,
                                   const struct l2tp_config *config, uint16_t port);

/** Has @p answer decide about the calls of peers; to be called before the link starts. */
void l2tp_link_set_answer(struct l2tp_link *link, l2tp_link_answer *answer, void *context);

/**
 * Adds @p guard, inactive. It ends when it is not wanted and no tunnel to its peer is left: the
 * security associations are deleted after the last word of L2TP.
 */
void l2tp_link_add_guard(struct l2tp_link *link, struct l2tp_guard *guard);

/** Ends the guards that are of no use any more. */
void l2tp_link_review_guards(struct l2tp_link *link);

/** Binds the UDP port; no more ports may be added. Event: server.failed when it is taken. */
void l2tp_link_start(struct l2tp_link *link);

/** Sends and tells what a command to link->endpoint has caused; to be called after each. */
void l2tp_link_run(struct l2tp_link *link);

/**
 * A tunnel to @p server that a further call may use: one that this end began and that has not
 * ended. 0: none.
 */
uint16_t l2tp_link_tunnel_to(const struct l2tp_link *link, ipv4_address server, uint16_t port);

/** Ends every tunnel in order, and what is in them. */
void l2tp_link_stop(struct l2tp_link *link);

/** Frees everything at once, when the node ends. */
void l2tp_link_destroy(struct l2tp_link *link);

/**
 * The states of a host's L2TP: l2tp.tunnels and l2tp.calls, how many are established. @p link NULL:
 * there are none. False: no such state.
 */
bool l2tp_link_state(const struct l2tp_link *link, const char *name, char *text, size_t size);

#endif
