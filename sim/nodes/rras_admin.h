#ifndef VPNSIM_NODES_RRAS_ADMIN_H
#define VPNSIM_NODES_RRAS_ADMIN_H

#include "nodes/rras_server.h"

/*
 * What an administrator does to an RRAS server, and what its counters say.
 */

/**
 * Disconnects the callers whose user name is @p user, or all when it is NULL: PPP ends in order,
 * then the call, then the control connection. Others are left alone.
 */
void rras_server_disconnect(struct rras_server *server, const char *user);

/**
 * Ends every control connection: in order, by Call-Disconnect-Notify and
 * Stop-Control-Connection-Request, or with @p reset by a TCP RST and without a word.
 */
void rras_server_end_control(struct rras_server *server, bool reset);

/**
 * The states of a server's PPTP: pptp.calls, pptp.control-connections (open now),
 * pptp.control-connections.most (the most at any time) and pptp.discarded (control messages that
 * were no use). False: no such state.
 */
bool rras_server_pptp_state(const struct rras_server *server, const char *name, char *text,
                            size_t size);

#endif
