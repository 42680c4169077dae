#ifndef VPNSIM_NODES_RRAS_ADMIN_H
#define VPNSIM_NODES_RRAS_ADMIN_H

#include "nodes/rras_server.h"

/*
 * What an administrator does to an RRAS server.
 */

/**
 * Disconnects the callers whose user name is @p user, or all when it is NULL: PPP ends in order,
 * then the call, then the control connection. Others are left alone.
 */
void rras_server_disconnect(struct rras_server *server, const char *user);

/**
 * Ends every tunnel: in order, and so with it its calls, or with @p reset without a word: PPTP by a
 * TCP RST.
 */
void rras_server_end_control(struct rras_server *server, bool reset);

#endif
